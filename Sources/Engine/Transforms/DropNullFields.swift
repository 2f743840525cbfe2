public import Columnar

/// Drops the fields that hold nothing in the whole frame: those whose type, in the frame's schema, is `null` (`DropNullFields`).
///
/// Looks into structs and arrays of structs; a struct that is left without fields goes too. An array whose elements are all null stays, and
/// maps are not entered. Nulls in other fields stay as they are.
public struct DropNullFields: Sendable {
    /// The fields dropped, in the order of the schema.
    public let dropped: [FieldPath]
    private let drop: DropFields
    private let frameSchema: Schema
    private var dropsMembers: Bool { dropped.contains { $0.steps.count > 1 } }

    /// - Parameter frameSchema: the schema that all rows of the frame have in common.
    public init(frameSchema: Schema) {
        var found: [FieldPath] = []
        DropNullFields.findNulls(frameSchema.fields, [], &found)
        dropped = found
        drop = DropFields(found)
        self.frameSchema = frameSchema
    }

    /// Rows: all of them, in order. Shares every buffer.
    public func apply(_ batch: Batch) -> Batch { drop.apply(batch, frameSchema: dropsMembers ? frameSchema : nil) }

    public func outputSchema(for schema: Schema) -> Schema { drop.outputSchema(for: schema) }

    private static func findNulls(_ fields: [Field], _ parents: [String], _ found: inout [FieldPath]) {
        for field in fields {
            switch field.type {
            case .null: found.append(FieldPath(names: parents + [field.name]))
            case .struct(let members), .array(.struct(let members)): findNulls(members, parents + [field.name], &found)
            default: break
            }
        }
    }
}
