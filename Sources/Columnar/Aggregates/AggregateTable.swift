/// Groups of rows and their aggregates' running states: one worker's part of a grouping.
///
/// Not shared between threads. Its states can be taken out as a batch of key columns and state columns, and merged into another table.
public final class AggregateTable {
    /// What groups are made of: the types of keys, and each aggregate's function and argument types.
    public struct Shape: Sendable {
        public let keys: [DataType]
        public let aggregates: [(function: AggregateFunction, arguments: [DataType])]

        public init(keys: [DataType], aggregates: [(function: AggregateFunction, arguments: [DataType])]) {
            (self.keys, self.aggregates) = (keys, aggregates)
        }

        /// The columns of a batch of states: the keys, and then those of each aggregate.
        public var stateTypes: [DataType] {
            keys + aggregates.flatMap { $0.function.makeAccumulator($0.arguments).stateTypes }
        }
    }

    public let shape: Shape
    private let table: KeyTable
    private let accumulators: [any Accumulator]

    public init(_ shape: Shape) {
        self.shape = shape
        table = KeyTable(types: shape.keys)
        accumulators = shape.aggregates.map { $0.function.makeAccumulator($0.arguments) }
    }

    public var groupCount: Int { max(table.groupCount, minimumGroups) }
    private var minimumGroups = 0

    /// Bytes held, about.
    public var size: Int { accumulators.reduce(table.size) { $0 + $1.size } }

    /// Takes a batch of rows.
    ///
    /// - Parameter arguments: of each aggregate.
    public func add(keys: [Column], arguments: [[Column]], count: Int) {
        let groups = table.insert(keys, count: count)
        for (accumulator, columns) in zip(accumulators, arguments) {
            accumulator.resize(to: table.groupCount)
            accumulator.update(columns, groups)
        }
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
    public func results() -> [Column] { table.keys + accumulators.map { $0.result() } }
}
