public import Columnar

/// What one execution of a transform's node can note besides its rows.
public struct TransformNotes: Sendable {
    let context: ExecutionContext
    let node: PlanNode

    /// Counts values that could not be cast and became null.
    public func add(_ failures: CastFailures) {
        if failures.total > 0 { context.counters.addCastFailures(failures, node: node) }
    }
}

/// A function from batch to batch that needs to know nothing but the batch.
public final class TransformNode: PlanNode, @unchecked Sendable {
    private let name: String
    private let text: String
    private let columns: @Sendable (ColumnSet) -> ColumnSet
    private let rows: @Sendable (Expression?) -> Expression?
    private let schema: @Sendable (Schema) throws -> Schema
    private let reads: FieldReads?
    private let transform: @Sendable (Batch, TransformNotes) throws -> Batch

    /// - Parameters:
    ///   - columns: the input columns that are needed to give some output columns.
    ///   - rows: what an input row must fulfil to be of use when an output row must fulfil something; see `PlanNode.requiredRows`.
    ///   - schema: the output schema of an input schema.
    public init(
        _ name: String, detail: String = "", input: PlanNode, options: StageOptions, columns: @escaping @Sendable (ColumnSet) -> ColumnSet,
        rows: @escaping @Sendable (Expression?) -> Expression? = { _ in nil }, schema: @escaping @Sendable (Schema) throws -> Schema,
        reads: FieldReads? = nil,
        transform: @escaping @Sendable (Batch, TransformNotes) throws -> Batch
    ) {
        (self.name, text, self.columns, self.rows, self.schema, self.reads, self.transform) = (name, detail, columns, rows, schema, reads, transform)
        super.init(inputs: [input], options: options)
    }

    public override var label: String { options.site.isEmpty ? name : "\(name) \(options.site)" }
    public override var detail: String { text }
    public override var fieldReads: FieldReads? { reads }
    public override var declaredSchema: FrameSchema {
        if case .exact(let input) = inputs[0].declaredSchema, let output = try? schema(input) { return .exact(output) }
        return .unknown
    }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try schema(inputs[0]) }
    public override func requiredColumns(_ wanted: ColumnSet) -> [ColumnSet] { [columns(wanted)] }
    public override func requiredRows(_ wanted: Expression?) -> [Expression?] { [rows(wanted)] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let watch = reads.map { context.counters.watch($0, within: self.columns(columns), node: self) }
        return inputs[0].mapping { [transform] context in
            let notes = TransformNotes(context: context, node: self)
            return { batch in
                watch?.see(batch)
                return try transform(batch, notes)
            }
        }
    }
}

/// A transform that needs the schema of the whole frame: resolving choices into columns, dropping fields that are null everywhere.
///
/// Reading all rows to learn the schema first would double the work of most jobs for nothing, so the node assumes: as long as the rows seen so
/// far give no reason to look further, each batch's own schema will do. The first row that does raises a `SchemaSurprise`; the second attempt
/// knows the schema.
public final class SchemaDependentNode: PlanNode, @unchecked Sendable {
    private let name: String
    private let text: String
    private let columns: @Sendable (ColumnSet) -> ColumnSet
    private let passes: (@Sendable (Schema) -> Bool)?
    private let schema: @Sendable (Schema) throws -> Schema
    private let reads: FieldReads?
    private let transform: @Sendable (Batch, Schema, TransformNotes) throws -> Batch

    /// - Parameters:
    ///   - passes: whether rows of this schema, merged from all rows so far, can go through `transform` batch by batch; nil when the schema must be known first.
    ///   - transform: batch and full schema of the input to output batch.
    public init(
        _ name: String, detail: String = "", input: PlanNode, options: StageOptions, columns: @escaping @Sendable (ColumnSet) -> ColumnSet,
        passes: (@Sendable (Schema) -> Bool)?, schema: @escaping @Sendable (Schema) throws -> Schema, reads: FieldReads? = nil,
        transform: @escaping @Sendable (Batch, Schema, TransformNotes) throws -> Batch
    ) {
        (self.name, text, self.columns, self.passes, self.schema, self.reads, self.transform) = (name, detail, columns, passes, schema, reads, transform)
        super.init(inputs: [input], options: options)
    }

    public override var mayRestart: Bool { true }
    public override var label: String { options.site.isEmpty ? name : "\(name) \(options.site)" }
    public override var detail: String { text }
    public override var fieldReads: FieldReads? { reads }
    public override var declaredSchema: FrameSchema {
        if case .exact(let input) = inputs[0].declaredSchema, let output = try? schema(input) { return .exact(output) }
        return .unknown
    }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try schema(inputs[0]) }
    public override func requiredColumns(_ wanted: ColumnSet) -> [ColumnSet] { [columns(wanted)] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let input = self.inputs[0]
        let watch = reads.map { context.counters.watch($0, within: self.columns(columns), node: self) }
        let known = try input.cheapSchema(context) ?? (passes == nil ? input.fullSchema(context) : nil)
        if let known {
            return inputs[0].mapping { [transform] context in
                let notes = TransformNotes(context: context, node: self)
                return { batch in
                    watch?.see(batch)
                    return try transform(batch, known, notes)
                }
            }
        }
        return inputs[0].mapping { [passes, transform] context in
            let witness = SchemaWitness()
            let notes = TransformNotes(context: context, node: self)
            return { batch in
                watch?.see(batch)
                guard passes!(witness.see(batch.schema)) else { throw SchemaSurprise(input) }
                return try transform(batch, batch.schema, notes)
            }
        }
    }
}
