internal import Columnar
internal import Engine

/// A type as scripts hold it: what `schema()` gives (Glue's gluetypes).
final class SchemaObject: ScriptObject {
    static let className = "StructType"
    let type: DataType

    init(_ type: DataType) { self.type = type }

    private var fields: [Field] {
        if case .struct(let fields) = type { return fields }
        return []
    }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(SchemaObject.self, name: className) { schema in
            schema.method(Signature("hasField", [.required("field", .string)])) { schema, arguments in
                [.boolean(schema.fields.contains { $0.name == arguments.string("field") })]
            }
            schema.method(Signature("getField", [.required("field", .string)])) { schema, arguments in
                let name = arguments.string("field", default: "")
                guard let field = schema.fields.first(where: { $0.name == name }) else {
                    let hint = Suggestion.hint(for: name, in: schema.fields.map(\.name))
                    throw APIError("the schema has no field '\(name)'\(hint) (fields: \(schema.fields.map(\.name).joined(separator: ", ")))", .unknownField)
                }
                return [.object(SchemaObject(field.type))]
            }
            schema.method("fieldNames") { schema, _ in [.array(schema.fields.map { .string($0.name) })] }
            schema.method("typeName") { schema, _ in [.string(schema.type.name)] }
            schema.method("jsonValue") { schema, _ in [.string(schema.type.glueJSON)] }
            schema.property { schema, name in
                switch name {
                case "fields":
                    return .array(
                        schema.fields.map { .table(LuaTable(fields: ["name": .string($0.name), "dataType": .object(SchemaObject($0.type))])) })
                case "elementType":
                    if case .array(let element) = schema.type { return .object(SchemaObject(element)) }
                    return .nil
                case "name": return .string(schema.type.name)
                default:
                    throw APIError(
                        "a schema has no '\(name)' (known: fieldNames, fields, getField, hasField, jsonValue, typeName)")
                }
            }
            schema.metamethod("__tostring") { call in
                guard let schema = call.receiver as? SchemaObject ?? call[0].object(as: SchemaObject.self) else { return [.string(className)] }
                return [.string(schema.type.hiveName)]
            }
        }
    }
}
