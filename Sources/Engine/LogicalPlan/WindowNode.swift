public import Columnar

/// The rows with columns of window functions behind their own, all of them over the same partitions in the same order.
///
/// The rows are sorted by partition and order, on the disk where memory is short, and then computed as they pass: partition by partition, on all
/// threads. The result comes in that order. A partition is held as a whole, except where there is nothing to gain from it: functions that look back only
/// (numbers of rows, running sums) pass over very large partitions part by part, on one thread.
public final class WindowNode: PlanNode, @unchecked Sendable {
    public struct Column: Sendable, Hashable {
        public let name: String
        public let call: WindowCall
        public init(_ name: String, _ call: WindowCall) { (self.name, self.call) = (name, call) }
    }

    public let partition: [Expression]
    public let order: [SortNode.Key]
    public let columns: [Column]

    /// - Precondition: there is a column; all calls have the partition and order of the first; the names are new to the input, and distinct.
    public init(_ input: PlanNode, columns: [Column], options: StageOptions = StageOptions()) {
        (partition, order, self.columns) = (columns[0].call.partition, columns[0].call.order, columns)
        super.init(inputs: [input], options: options)
    }

    /// The rows of a plan with window functions: behind a window of the same partitions and order those join the ones that are there.
    public static func over(_ input: PlanNode, columns: [Column]) -> WindowNode {
        if let window = input as? WindowNode, window.partition == columns[0].call.partition, window.order == columns[0].call.order {
            let names = Set(window.columns.map(\.name))
            let reads = columns.contains { !$0.call.arguments.allSatisfy { names.isDisjoint(with: $0.fields) } }
            if !reads, names.isDisjoint(with: window.keyFields) { return WindowNode(window.inputs[0], columns: window.columns + columns, options: window.options) }
        }
        return WindowNode(input, columns: columns)
    }

    public override var mayRestart: Bool { true }
    public override var label: String { "Window" }
    public override var detail: String {
        var text = columns.map { column in
            let frame = column.call.frame.map { " (\($0.sqlText))" } ?? ""
            return "\(column.call.function.text(column.call.arguments))\(frame) as \(Expression.quoted(column.name))"
        }.joined(separator: ", ")
        if !partition.isEmpty { text += " by " + partition.map(\.description).joined(separator: ", ") }
        if !order.isEmpty { text += " ordered by " + order.map { $0.expression.description + ($0.descending ? " desc" : "") }.joined(separator: ", ") }
        return text
    }

    // MARK: Schema

    /// - Throws: `PlanError`, as `WindowCall.resultType` does.
    public func outputSchema(for input: Schema) throws(PlanError) -> Schema {
        var fields = input.fields
        for column in columns { fields.append(Field(column.name, try column.call.resultType(in: input))) }
        return Schema(fields)
    }

    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema.map { try? outputSchema(for: $0) } }

    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try outputSchema(for: inputs[0]) }

    // MARK: What is wanted

    private var keyFields: Set<String> { (partition + order.map(\.expression)).reduce(into: []) { $0.formUnion($1.fields) } }

    private func wanted(_ columns: ColumnSet) -> [Column] { columns.map { names in self.columns.filter { names.contains($0.name) } } ?? self.columns }

    /// The columns of the input that are read to give some columns.
    private func read(_ columns: ColumnSet, _ schema: Schema) -> ColumnSet {
        guard let columns else { return nil }
        let own = columns.subtracting(self.columns.map(\.name))
        let calls = wanted(columns)
        if calls.isEmpty { return own }
        // Names in expressions find columns in any case.
        let fields = calls.reduce(into: keyFields) { fields, column in column.call.arguments.forEach { fields.formUnion($0.fields) } }
        return own.union(fields.map { name in schema.index(ofAnyCase: name).map { schema[$0].name } ?? name })
    }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let schema = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        return [read(columns, schema)]
    }

    /// Whole partitions may be left out, and nothing less: what is asked of their keys goes down.
    public override func requiredRows(_ rows: Expression?) -> [Expression?] {
        guard let rows else { return [nil] }
        let keys = Set(partition.compactMap { key -> String? in if case .field(let path) = key, path.count == 1 { path[0] } else { nil } })
        let conditions = rows.conjuncts.filter { !$0.fields.isEmpty && $0.fields.isSubset(of: keys) }
        return [conditions.isEmpty ? nil : .all(conditions)]
    }

    // MARK: Running

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let computed = wanted(columns)
        // Nobody looks at what the windows are for.
        if computed.isEmpty { return inputs[0] }
        let node = self.inputs[0]
        let full = try node.cheapSchema(context) ?? node.declaredSchema.known ?? node.fullSchema(context)
        _ = try outputSchema(for: full)
        let schema = read(columns, full).map { read in Schema(full.fields.filter { read.contains($0.name) }) } ?? full
        let computation = try WindowComputation(computed, partition: partition, order: order, input: schema)
        let keys = partition.map { SortNode.Key($0) } + order
        let (input, groups) = (inputs[0], partition.count)
        let mayPart = computed.allSatisfy(\.call.canBeCarried)
        return Stream { context in
            let sort = RowSort(keys: keys, input: schema, node: node, context: context)
            try Execution.run(input, ordered: false, context: context, into: sort, stage: context.progress?.stage(self.label, .collect))
            let (scan, isParted) = try sort.grouped(by: groups, mayPart: mayPart, context) { context.profile?.entry(for: self).addSpill(bytes: $0) }
            return isParted ? CarriedWindowScan(scan, computation) : WindowScan(scan, computation)
        }
    }
}
