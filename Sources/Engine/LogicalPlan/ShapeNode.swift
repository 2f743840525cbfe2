public import Columnar

/// Gives rows a schema that was said beforehand: those columns, in that order, of those types. What a reader with a schema is.
///
/// A column that a row does not have is null. A value of another type is brought to the column's where that loses nothing that matters; else it is null,
/// or the row is left out, or the run fails.
public final class ShapeNode: PlanNode, @unchecked Sendable {
    public enum Mismatch: Sendable, Hashable {
        case null, dropRow, fail
    }

    public let schema: Schema
    public let mismatch: Mismatch
    /// Texts that stand for null in columns of text.
    public let nullTexts: [String]

    public init(_ input: PlanNode, schema: Schema, mismatch: Mismatch = .null, nullTexts: [String] = []) {
        (self.schema, self.mismatch, self.nullTexts) = (schema, mismatch, nullTexts)
        super.init(inputs: [input])
    }

    public override var label: String { "Shape" }
    public override var detail: String { schema.fields.map { "\($0.name): \($0.type.hiveName)" }.joined(separator: ", ") }
    public override var declaredSchema: FrameSchema { .exact(schema) }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { schema }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [mismatch == .null ? columns : columns.map { $0.union(schema.names) }] }

    /// Conditions on columns whose values pass as they are.
    public override func requiredRows(_ rows: Expression?) -> [Expression?] {
        guard mismatch == .null, let rows, let input = inputs[0].declaredSchema.known ?? inputs[0].knownSchema else { return [nil] }
        let known = rows.conjuncts.filter { condition in
            condition.fields.allSatisfy { name in
                guard let mine = schema.index(of: name), let theirs = input.index(of: name) else { return false }
                return schema[mine].type == input[theirs].type && (nullTexts.isEmpty || schema[mine].type != .string)
            }
        }
        return [known.isEmpty ? nil : .all(known)]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        // Which values do not fit shows in the columns that are looked at only, unless rows depend on it.
        let wanted = columns.flatMap { columns in self.mismatch == .null ? Schema(schema.fields.filter { columns.contains($0.name) }) : nil } ?? schema
        let mismatch = self.mismatch
        let nullTexts = nullTexts
        let input = self.inputs[0]
        return inputs[0].mapping { _ in
            { batch in
                if batch.schema == wanted, nullTexts.isEmpty { return batch }
                var refused: Bitmap?
                var made: [Column] = []
                for field in wanted.fields {
                    guard let column = batch.column(field.name) else {
                        made.append(.nulls(field.type, count: batch.count))
                        continue
                    }
                    var shaped = column.shaped(as: field.type)
                    if field.type == .string {
                        for text in nullTexts { shaped = shaped.masking(shaped.comparing(.notEqual, to: .string(text))) }
                        made.append(shaped)
                        continue
                    }
                    made.append(shaped)
                    if column.type == field.type { continue }
                    if mismatch == .null {
                        // Counted, so that nobody has to find out by the sums.
                        var failures = CastFailures()
                        shaped.addLosses(from: column, at: field.name, to: &failures)
                        if failures.total > 0 { context.counters.addCastFailures(failures, node: input) }
                        continue
                    }
                    if shaped.nullCount <= column.nullCount { continue }
                    let lost = Bitmap((0..<batch.count).map { (column.presence?[$0] ?? true) && !(shaped.presence?[$0] ?? true) })
                    guard mismatch == .dropRow else {
                        let row = (0..<batch.count).first { lost[$0] } ?? 0
                        let text = Column(column.type, values: [column.value(at: row)]).cast(to: .string).value(at: 0)
                        let shown = if case .string(let bytes) = text { "'" + String(decoding: bytes.prefix(100), as: UTF8.self) + "'" } else { "a value" }
                        throw PlanError.analysis(
                            "column '\(field.name)' holds \(shown), which is no \(field.type.hiveName); the mode FAILFAST ends the run there "
                                + "(PERMISSIVE makes such values null, DROPMALFORMED leaves the rows out)")
                    }
                    refused = refused.map { $0.or(lost) } ?? lost
                }
                let result = Batch(schema: wanted, columns: made, count: batch.count)
                return refused.map { result.filter($0.inverted) } ?? result
            }
        }
    }
}

extension Column {
    /// Adds the values that shaping has made null, those inside of others by their path: `address.zip`, `tags[]`.
    fileprivate func addLosses(from column: Column, at path: String, to failures: inout CastFailures) {
        failures.add(nullCount - column.nullCount, at: path)
        switch (column.type, type) {
        case (.struct(let from), .struct(let to)):
            let (before, after) = (column.fieldsWithNulls, fieldsWithNulls)
            for (i, field) in to.enumerated() {
                guard let index = from.firstIndex(where: { $0.name == field.name }), from[index].type != field.type else { continue }
                after[i].addLosses(from: before[index], at: path + "." + field.name, to: &failures)
            }
        case (.array(let from), .array(let to)) where from != to:
            guard case .list(_, let before) = column.flattened.storage, case .list(_, let after) = flattened.storage, before.count == after.count else { return }
            after.addLosses(from: before, at: path + "[]", to: &failures)
        default: break
        }
    }
}
