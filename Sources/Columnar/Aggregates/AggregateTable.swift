/// Groups of rows and their aggregates' running states: one worker's part of a grouping.
///
/// Not shared between threads. Its states can be taken out as a batch of key columns and state columns, and merged into another table.
public final class AggregateTable {
    /// One aggregate of a table.
    public struct Item: Sendable {
        public let function: AggregateFunction
        /// The types of the function's arguments.
        public let arguments: [DataType]
        /// Whether rows of the same arguments count once in a group.
        public let isDistinct: Bool
        /// Whether a boolean column behind the arguments says which rows count.
        public let isFiltered: Bool

        public init(_ function: AggregateFunction, _ arguments: [DataType], isDistinct: Bool = false, isFiltered: Bool = false) {
            (self.function, self.arguments, self.isDistinct, self.isFiltered) = (function, arguments, isDistinct, isFiltered)
        }

        func makeAccumulator() -> any Accumulator { function.makeAccumulator(arguments, isDistinct: isDistinct) }
    }

    /// What groups are made of: the types of keys, and the aggregates.
    public struct Shape: Sendable {
        public let keys: [DataType]
        public let aggregates: [Item]

        public init(keys: [DataType], aggregates: [Item]) { (self.keys, self.aggregates) = (keys, aggregates) }

        /// The columns of a batch of states: the keys, and then those of each aggregate.
        public var stateTypes: [DataType] { keys + aggregates.flatMap { $0.makeAccumulator().stateTypes } }
    }

    public let shape: Shape
    private let table: KeyTable
    private let accumulators: [any Accumulator]

    /// - Parameter expectedGroups: how many groups there will be, about; what the table is made for at first.
    public init(_ shape: Shape, expectedGroups: Int = 0) {
        self.shape = shape
        table = KeyTable(types: shape.keys, expectedGroups: expectedGroups)
        accumulators = shape.aggregates.map { $0.makeAccumulator() }
    }

    public var groupCount: Int { max(table.groupCount, minimumGroups) }
    private var minimumGroups = 0

    /// Bytes held, about.
    public var size: Int { accumulators.reduce(table.size) { $0 + $1.size } }

    /// Takes a batch of rows.
    ///
    /// - Parameter arguments: of each aggregate; behind those of a filtered one its filter.
    public func add(keys: [Column], arguments: [[Column]], count: Int) {
        let groups = table.insert(keys, count: count)
        for (i, accumulator) in accumulators.enumerated() {
            accumulator.resize(to: table.groupCount)
            if shape.aggregates[i].isFiltered {
                update(accumulator, shape.aggregates[i].function, arguments[i].dropLast(), where: arguments[i][arguments[i].count - 1].trueRows, groups)
            } else {
                accumulator.update(arguments[i], groups)
            }
        }
    }

    private func update(
        _ accumulator: any Accumulator, _ function: AggregateFunction, _ arguments: ArraySlice<Column>, where filter: Bitmap, _ groups: Values<Int32>
    ) {
        if filter.setCount == filter.count { return accumulator.update(Array(arguments), groups) }
        if !function.ignoresNullRows {
            let rows = filter.setIndices
            return accumulator.update(arguments.map { $0.take(rows) }, Column(.int, groups).take(rows).integers)
        }
        // A row that does not count has no value.
        accumulator.update(arguments.isEmpty ? [Column(filter, validity: filter)] : arguments.map { $0.flattened.masking(filter) }, groups)
    }

    /// Takes the states of another table of the same shape.
    public func merge(_ states: [Column], count: Int) {
        let groups = table.insert(Array(states.prefix(shape.keys.count)), count: count)
        var at = shape.keys.count
        for accumulator in accumulators {
            accumulator.resize(to: table.groupCount)
            let width = accumulator.stateTypes.count
            accumulator.merge(Array(states[at..<at + width]), groups)
            at += width
        }
    }

    /// Makes the one group that a table without keys has even if it saw no row.
    public func makeGlobalGroup() {
        minimumGroups = 1
        for accumulator in accumulators { accumulator.resize(to: 1) }
    }

    /// The states of all groups, in order of first appearance. The table must not be used any more.
    public func states() -> [Column] { table.keys + accumulators.flatMap { $0.states() } }

    /// The keys and results of all groups, in order of first appearance. The table must not be used any more.
    ///
    /// - Throws: `AggregateFailure` of a checked aggregate.
    public func results() throws(AggregateFailure) -> [Column] {
        var columns = table.keys
        for accumulator in accumulators {
            columns.append(accumulator.result())
            if let failure = accumulator.failure { throw failure }
        }
        return columns
    }
}
