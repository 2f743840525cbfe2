internal import Columnar

/// A type of Spark's as scripts hold it: `LongType()`, `StructType{StructField("a", LongType())}`, and what `df.schema` gives. The names are those of
/// `pyspark.sql.types`. Every field is nullable, whatever `nullable` was said.
final class TypeObject: ScriptObject {
    static let className = "DataType"
    let type: DataType

    init(_ type: DataType) { self.type = type }

    var fields: [Field] {
        if case .struct(let fields) = type { return fields }
        return []
    }

    /// A field by its name, in any case.
    private func field(_ name: String) throws -> StructFieldObject {
        let names = fields.map(\.name)
        guard let index = names.firstIndex(of: name) ?? names.firstIndex(where: { $0.lowercased() == name.lowercased() }) else {
            throw APIError("the schema has no field '\(name)'\(Suggestion.hint(for: name, in: names)) (fields: \(names.joined(separator: ", ")))", .unknownField)
        }
        return StructFieldObject(fields[index])
    }

    static func register(_ api: APIBuilder) throws {
        StructFieldObject.register(api)
        api.environment.state.register(TypeObject.self, name: className) { type in
            type.calling { type, _ in [.object(type)] }
            type.method(Signature("hasField", [.required("field", .string)])) { type, arguments in
                [.boolean(type.fields.contains { $0.name == arguments.string("field") })]
            }
            type.method(Signature("getField", [.required("field", .string)])) { type, arguments in
                [.object(TypeObject(try type.field(arguments.string("field", default: "")).field.type))]
            }
            type.method("fieldNames") { type, _ in [.array(type.fields.map { .string($0.name) })] }
            type.method("typeName") { type, _ in [.string(type.type.sparkTypeName)] }
            type.method("simpleString") { type, _ in [.string(type.type.hiveName)] }
            type.method("jsonValue") { type, _ in [.string(type.type.sparkJSON)] }
            type.method("json") { type, _ in [.string(type.type.sparkJSON)] }
            type.method("toDDL") { type, _ in
                [.string(type.fields.isEmpty ? type.type.hiveName : type.fields.map { "\(SchemaText.quoted($0.name)) \($0.type.hiveName.uppercasingTypes)" }.joined(separator: ","))]
            }
            type.method("treeString") { type, _ in [.string(Schema(type.fields).sparkTreeDescription + "\n")] }
            type.method("add") { type, call in
                guard case .struct(let fields) = type.type else { throw APIError("\(type.type.sparkClassName)() takes no fields; StructType does") }
                let new: Field
                if let field = call[0].object(as: StructFieldObject.self) {
                    new = field.field
                } else {
                    guard let name = call[0].text else { throw APIError("StructType:add takes a name and a type, or a StructField, not \(call[0].kindDescription)", .wrongArgument) }
                    new = Field(name, try SchemaText.type(of: call[1], "StructType:add"))
                }
                return [.object(TypeObject(.struct(fields + [new])))]
            }
            type.subscripting { type, key in
                if case .struct(let fields) = type.type {
                    if let number = key.integer { return number >= 1 && number <= fields.count ? .object(StructFieldObject(fields[Int(number) - 1])) : .nil }
                    switch key.text {
                    case "fields"?: return .array(fields.map { .object(StructFieldObject($0)) })
                    case "names"?: return .array(fields.map { .string($0.name) })
                    case "name"?: return .string(type.type.name)
                    case let name?:
                        if fields.contains(where: { $0.name == name }) { return .object(try type.field(name)) }
                        throw APIError(
                            "a StructType has no '\(name)'\(Suggestion.hint(for: name, in: members + fields.map(\.name))) (known: \(members.joined(separator: ", ")), "
                                + "and the names of its fields)")
                    case nil: return .nil
                    }
                }
                switch (key.text, type.type) {
                case ("elementType"?, .array(let element)): return .object(TypeObject(element))
                case ("keyType"?, .map(let key, _)): return .object(TypeObject(key))
                case ("valueType"?, .map(_, let value)): return .object(TypeObject(value))
                case ("containsNull"?, .array), ("valueContainsNull"?, .map): return .boolean(true)
                case ("precision"?, .decimal(let precision, _)): return .integer(Int64(precision))
                case ("scale"?, .decimal(_, let scale)): return .integer(Int64(scale))
                case ("name"?, _): return .string(type.type.name)
                default:
                    let name = key.text ?? key.kindDescription
                    throw APIError("a \(type.type.sparkClassName) has no '\(name)'\(Suggestion.hint(for: name, in: ["jsonValue", "simpleString", "typeName"])) (known: jsonValue, simpleString, typeName)", .unknownMethod)
                }
            }
            type.metamethod("__len") { call in
                [.integer(Int64((call.receiver as? TypeObject ?? call[0].object(as: TypeObject.self))?.fields.count ?? 0))]
            }
            type.metamethod("__eq") { call in
                let (a, b) = (call[0].object(as: TypeObject.self), call[1].object(as: TypeObject.self))
                return [.boolean(a != nil && a?.type == b?.type)]
            }
            type.metamethod("__tostring") { call in
                guard let type = call.receiver as? TypeObject ?? call[0].object(as: TypeObject.self) else { return [.string(className)] }
                return [.string(type.type.sparkRepresentation)]
            }
        }
        try api.environment.state.setLoaded("pyspark.sql.types", .table(LuaTable(fields: constructors(api.environment.state))))
    }

    private static let members = ["add", "fieldNames", "fields", "getField", "hasField", "jsonValue", "names", "simpleString", "toDDL", "treeString", "typeName"]

    /// What `require "pyspark.sql.types"` gives.
    private static func constructors(_ state: LuaState) -> [String: LuaValue] {
        var made: [String: LuaValue] = [:]
        func add(_ name: String, _ body: @escaping (LuaCall) throws -> AnyObject) { made[name] = state.makeFunction(name) { [.object(try body($0))] } }
        let plain: [(String, DataType)] = [
            ("BooleanType", .boolean), ("ByteType", .byte), ("ShortType", .short), ("IntegerType", .int), ("LongType", .long), ("FloatType", .float),
            ("DoubleType", .double), ("StringType", .string), ("BinaryType", .binary), ("DateType", .date), ("TimestampType", .timestamp), ("NullType", .null),
            ("TimestampNTZType", .timestamp), ("VarcharType", .string), ("CharType", .string),
        ]
        for (name, type) in plain { add(name) { _ in TypeObject(type) } }
        add("DecimalType") { call in
            let arguments = try Signature("DecimalType", [.optional("precision", .integer), .optional("scale", .integer)]).bind(call.arguments, site: "")
            let (precision, scale) = (arguments.integer("precision", default: 10), arguments.integer("scale", default: 0))
            guard (1...38).contains(precision), (0...precision).contains(scale) else {
                throw APIError("DecimalType(\(precision), \(scale)): the precision is from 1 to 38, the scale from 0 to the precision")
            }
            return TypeObject(.decimal(precision: precision, scale: scale))
        }
        add("ArrayType") { call in
            let arguments = try Signature("ArrayType", [.required("elementType", .any), .optional("containsNull", .boolean)]).bind(call.arguments, site: "")
            return TypeObject(.array(try SchemaText.type(of: arguments["elementType"] ?? .nil, "ArrayType")))
        }
        add("MapType") { call in
            let parameters: [Parameter] = [.required("keyType", .any), .required("valueType", .any), .optional("valueContainsNull", .boolean)]
            let arguments = try Signature("MapType", parameters).bind(call.arguments, site: "")
            return TypeObject(
                .map(
                    key: try SchemaText.type(of: arguments["keyType"] ?? .nil, "MapType"), value: try SchemaText.type(of: arguments["valueType"] ?? .nil, "MapType")))
        }
        add("StructField") { call in
            let parameters: [Parameter] = [
                .required("name", .string), .required("dataType", .any), .optional("nullable", .boolean), .optional("metadata", .any),
            ]
            let arguments = try Signature("StructField", parameters).bind(call.arguments, site: "")
            return StructFieldObject(
                Field(arguments.string("name", default: ""), try SchemaText.type(of: arguments["dataType"] ?? .nil, "StructField")))
        }
        let structType = state.makeFunction("StructType") { call in
            var list = call[0].table?.items ?? call.arguments
            if let named = call[0].table?["fields"].table { list = named.items }
            let fields = try list.map { item -> Field in
                guard let field = item.object(as: StructFieldObject.self) else { throw APIError("StructType takes a list of StructFields; it holds \(item.kindDescription)") }
                return field.field
            }
            return [.object(TypeObject(.struct(fields)))]
        }
        made["StructType"] = structType
        made["Row"] = nil
        return made
    }
}

/// A field of a StructType.
final class StructFieldObject: ScriptObject {
    static let className = "StructField"
    let field: Field
    init(_ field: Field) { self.field = field }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(StructFieldObject.self, name: className) { field in
            field.method("simpleString") { field, _ in [.string("\(field.field.name):\(field.field.type.hiveName)")] }
            field.method("jsonValue") { field, _ in [.string(DataType.sparkJSON(of: field.field))] }
            field.property { field, name in
                switch name {
                case "name": return .string(field.field.name)
                case "dataType": return .object(TypeObject(field.field.type))
                case "nullable": return .boolean(true)
                case "metadata": return .table(LuaTable())
                default:
                    let known = ["dataType", "jsonValue", "metadata", "name", "nullable", "simpleString"]
                    throw APIError("a StructField has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
                }
            }
            field.metamethod("__tostring") { call in
                guard let field = call.receiver as? StructFieldObject ?? call[0].object(as: StructFieldObject.self) else { return [.string(className)] }
                return [.string(DataType.sparkRepresentation(of: field.field))]
            }
        }
    }
}

extension DataType {
    /// PySpark's name of the type's class: `LongType`.
    var sparkClassName: String {
        switch self {
        case .null: "NullType"
        case .boolean: "BooleanType"
        case .byte: "ByteType"
        case .short: "ShortType"
        case .int: "IntegerType"
        case .long: "LongType"
        case .float: "FloatType"
        case .double: "DoubleType"
        case .decimal: "DecimalType"
        case .string: "StringType"
        case .binary: "BinaryType"
        case .date: "DateType"
        case .timestamp: "TimestampType"
        case .array: "ArrayType"
        case .struct: "StructType"
        case .map: "MapType"
        case .choice: "ChoiceType"
        }
    }

    /// PySpark's `typeName()`: `long`, `integer`, `void`.
    var sparkTypeName: String {
        switch self {
        case .null: "void"
        case .int: "integer"
        default: name
        }
    }

    /// The type as Python prints it: `StructType([StructField('id', LongType(), True)])`.
    var sparkRepresentation: String {
        switch self {
        case .decimal(let precision, let scale): "DecimalType(\(precision),\(scale))"
        case .array(let element): "ArrayType(\(element.sparkRepresentation), True)"
        case .map(let key, let value): "MapType(\(key.sparkRepresentation), \(value.sparkRepresentation), True)"
        case .struct(let fields): "StructType([\(fields.map { Self.sparkRepresentation(of: $0) }.joined(separator: ", "))])"
        default: "\(sparkClassName)()"
        }
    }

    static func sparkRepresentation(of field: Field) -> String { "StructField('\(field.name)', \(field.type.sparkRepresentation), True)" }

    /// The type as Spark writes schemas in JSON.
    var sparkJSON: String {
        switch self {
        case .array(let element): "{\"containsNull\":true,\"elementType\":\(element.sparkJSON),\"type\":\"array\"}"
        case .map(let key, let value): "{\"keyType\":\(key.sparkJSON),\"type\":\"map\",\"valueContainsNull\":true,\"valueType\":\(value.sparkJSON)}"
        case .struct(let fields): "{\"fields\":[\(fields.map { Self.sparkJSON(of: $0) }.joined(separator: ","))],\"type\":\"struct\"}"
        case .decimal(let precision, let scale): "\"decimal(\(precision),\(scale))\""
        default: "\"\(sparkTypeName)\""
        }
    }

    static func sparkJSON(of field: Field) -> String {
        "{\"metadata\":{},\"name\":\(quotedJSON(field.name)),\"nullable\":true,\"type\":\(field.type.sparkJSON)}"
    }

    private static func quotedJSON(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}

extension String {
    /// Type names in capitals, as Spark's `toDDL` writes them; fields of structs keep their case.
    fileprivate var uppercasingTypes: String { contains("struct<") ? self : uppercased() }
}
