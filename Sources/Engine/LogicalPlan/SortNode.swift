public import Columnar

/// All rows in the order of some keys, or the first of them. Keeps the rows, on the disk where memory is short; the sort is stable.
public final class SortNode: PlanNode, @unchecked Sendable {
    public struct Key: Sendable, Hashable {
        public let expression: Expression
        public let descending: Bool
        public let nullsFirst: Bool

        /// Nulls come first in ascending order and last in descending order unless said otherwise (Spark's rule).
        public init(_ expression: Expression, descending: Bool = false, nullsFirst: Bool? = nil) {
            (self.expression, self.descending, self.nullsFirst) = (expression, descending, nullsFirst ?? !descending)
        }

        public init(_ column: String, descending: Bool = false, nullsFirst: Bool? = nil) {
            self.init(.field([column]), descending: descending, nullsFirst: nullsFirst)
        }
    }

    public let keys: [Key]
    /// How many of the first rows are wanted; nil for all. No more than that are kept.
    public let limit: Int?

    public init(_ input: PlanNode, keys: [Key], limit: Int? = nil, options: StageOptions = StageOptions()) {
        (self.keys, self.limit) = (keys, limit)
        super.init(inputs: [input], options: options)
    }

    /// The most rows that are worth keeping apart from the others: more are sorted as all are.
    private static let topRows = 100_000

    public override var mayRestart: Bool { true }
    public override var label: String { limit.map { "Top \($0)" } ?? "Sort" }
    public override var detail: String { keys.map { $0.expression.description + ($0.descending ? " desc" : "") }.joined(separator: ", ") }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let columns, let schema = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        return [columns.union(SortNode.fields(keys, in: schema))]
    }

    public override func requiredRows(_ rows: Expression?) -> [Expression?] { [limit == nil ? rows : nil] }

    /// The columns that keys read, as the schema spells them.
    private static func fields(_ keys: [Key], in schema: Schema) -> Set<String> {
        Set(keys.flatMap { $0.expression.fields }.map { name in schema.index(ofAnyCase: name).map { schema[$0].name } ?? name })
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let node = self.inputs[0]
        let full = try node.cheapSchema(context) ?? node.declaredSchema.known ?? node.fullSchema(context)
        for key in self.keys { _ = try key.expression.resolveType(in: full) }
        let wanted = columns.map { $0.union(SortNode.fields(self.keys, in: full)) }
        let schema = wanted.map { wanted in Schema(full.fields.filter { wanted.contains($0.name) }) } ?? full
        let (input, keys, limit) = (inputs[0], keys, limit)
        if let limit, limit <= SortNode.topRows {
            return Stream { context in
                let rows = TopRows(limit, keys: keys, input: schema, node: node)
                try Execution.run(input, ordered: false, context: context, into: rows, stage: context.progress?.stage(self.label, .collect))
                return MemoryScan(try rows.sorted())
            }
        }
        let sorted = Stream { context in
            let sort = RowSort(keys: keys, input: schema, node: node, context: context)
            try Execution.run(input, ordered: false, context: context, into: sort, stage: context.progress?.stage(self.label, .collect))
            return try sort.sorted(context) { context.profile?.entry(for: self).addSpill(bytes: $0) }
        }
        return limit.map { sorted.limited(to: $0) } ?? sorted
    }
}
