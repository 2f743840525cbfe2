public import Columnar

/// Gives every batch one schema, without choices: what turns a DynamicFrame into a DataFrame. Choices become structs (Glue's `toDF`).
///
/// With a schema that is only expected (a catalog's), the node assumes that the rows keep to it; the first that does not raises a
/// `SchemaSurprise`.
public final class ConformNode: PlanNode, @unchecked Sendable {
    public init(_ input: PlanNode, options: StageOptions = StageOptions()) { super.init(inputs: [input], options: options) }

    public override var mayRestart: Bool { true }
    public override var label: String { "ToDataFrame" }
    public override var declaredSchema: FrameSchema {
        switch inputs[0].declaredSchema {
        case .exact(let schema): .exact(ConformNode.withoutChoices(schema))
        case .expected(let schema): inputs[0].knownSchema.map { .exact(ConformNode.withoutChoices($0)) } ?? .expected(ConformNode.withoutChoices(schema))
        case .unknown: inputs[0].knownSchema.map { .exact(ConformNode.withoutChoices($0)) } ?? .unknown
        }
    }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { ConformNode.withoutChoices(inputs[0]) }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns] }
    public override func requiredRows(_ rows: Expression?) -> [Expression?] { [rows] }

    private static func withoutChoices(_ schema: Schema) -> Schema {
        schema.fields.contains { $0.type.containsChoice } ? ((try? ResolveChoice.asStructs.outputSchema(for: schema)) ?? schema) : schema
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let input = self.inputs[0]
        let isAssumed: Bool
        let full: Schema
        if let known = try input.cheapSchema(context) {
            (full, isAssumed) = (known, false)
        } else if case .expected(let expected) = input.declaredSchema {
            (full, isAssumed) = (expected, true)
        } else {
            (full, isAssumed) = (try input.fullSchema(context), false)
        }
        let wanted = columns.map { columns in Schema(full.fields.filter { columns.contains($0.name) }) } ?? full
        let resolves = wanted.fields.contains { $0.type.containsChoice }
        return inputs[0].mapping { _ in
            { batch in
                if isAssumed, batch.schema !== wanted {
                    for field in wanted.fields {
                        guard let index = batch.schema.index(of: field.name) else { continue }
                        guard field.type.merging(batch.schema[index].type) == field.type else { throw SchemaSurprise(input) }
                    }
                }
                if resolves { return try ResolveChoice.asStructs.apply(batch.restricted(to: wanted), frameSchema: wanted).batch }
                return batch.restricted(to: wanted).conforming(to: wanted)
            }
        }
    }
}

extension Batch {
    /// The batch without the columns that a schema does not have.
    func restricted(to schema: Schema) -> Batch {
        if self.schema === schema { return self }
        let kept = self.schema.fields.indices.filter { schema.index(of: self.schema[$0].name) != nil }
        return kept.count == self.schema.count ? self : selecting(kept)
    }
}
