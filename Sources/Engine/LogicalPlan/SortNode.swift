public import Columnar

/// All rows in the order of some columns. Keeps all rows; the sort is stable.
public final class SortNode: PlanNode, @unchecked Sendable {
    public struct Key: Sendable, Hashable {
        public let column: String
        public let descending: Bool
        public let nullsFirst: Bool

        /// Nulls come first in ascending order and last in descending order unless said otherwise (Spark's rule).
        public init(_ column: String, descending: Bool = false, nullsFirst: Bool? = nil) {
            (self.column, self.descending, self.nullsFirst) = (column, descending, nullsFirst ?? !descending)
        }
    }

    public let keys: [Key]

    public init(_ input: PlanNode, keys: [Key], options: StageOptions = StageOptions()) {
        self.keys = keys
        super.init(inputs: [input], options: options)
    }

    public override var label: String { "Sort" }
    public override var detail: String { keys.map { $0.column + ($0.descending ? " desc" : "") }.joined(separator: ", ") }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override func requiredRows(_ rows: Expression?) -> [Expression?] { [rows] }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns.map { $0.union(keys.map(\.column)) }] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let (input, keys) = (inputs[0], keys)
        return Stream { context in
            let collector = CollectingConsumer()
            try Execution.run(input, ordered: false, context: context, into: collector)
            let batches = collector.batches
            guard let first = batches.first else { return MemoryScan([]) }
            let schema = batches.dropFirst().reduce(first.schema) { $0.merging($1.schema) }
            let all = Batch.concatenate(batches, schema: schema)
            let sortKeys = keys.compactMap { key in
                all.column(key.column).map { SortKey($0, descending: key.descending, nullsFirst: key.nullsFirst) }
            }
            let order = all.sortIndices(by: sortKeys)
            return MemoryScan(stride(from: 0, to: all.count, by: 8192).map { all.take(order.slice($0..<min($0 + 8192, all.count))) })
        }
    }
}
