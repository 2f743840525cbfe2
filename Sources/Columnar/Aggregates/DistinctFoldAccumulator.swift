/// Any aggregate of the different values of a group: they are kept in a table of pairs, and given to the aggregate at the end.
final class DistinctFoldAccumulator: Accumulator {
    private let function: AggregateFunction
    private let types: [DataType]
    private let pairs: DistinctAccumulator
    private var groupCount = 0
    private(set) var failure: AggregateFailure?

    init(_ function: AggregateFunction, _ types: [DataType]) {
        (self.function, self.types) = (function, types)
        pairs = DistinctAccumulator(types: types, counts: false)
    }

    func resize(to count: Int) {
        groupCount = max(count, groupCount)
        pairs.resize(to: count)
    }

    func update(_ arguments: [Column], _ groups: Values<Int32>) { pairs.update(arguments, groups) }
    func merge(_ states: [Column], _ groups: Values<Int32>) { pairs.merge(states, groups) }
    var stateTypes: [DataType] { pairs.stateTypes }
    func states() -> [Column] { pairs.states() }

    func result() -> Column {
        let accumulator = function.makeAccumulator(types)
        accumulator.resize(to: groupCount)
        let (values, owners) = pairs.contents
        let n = owners.count
        // Behind the values a null for each group: an accumulator expects each of its groups to appear.
        let (rows, groups) = (Buffer(size: (n + groupCount) * 4), Buffer(size: (n + groupCount) * 4))
        let (row, group) = (rows.values(of: Int32.self), groups.values(of: Int32.self))
        for i in 0..<n { (row[i], group[i]) = (Int32(truncatingIfNeeded: i), owners[i]) }
        for i in 0..<groupCount { (row[n + i], group[n + i]) = (-1, Int32(truncatingIfNeeded: i)) }
        let taken = Values<Int32>(rows, count: n + groupCount)
        accumulator.update(values.map { $0.take(taken) }, Values(groups, count: n + groupCount))
        let result = accumulator.result()
        failure = accumulator.failure
        return result
    }

    var size: Int { pairs.size }
}
