internal import Columnar

enum JSONFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("get_json_object", .json, "col path=", takes: [.text, .text], gives: .string, summary: "What a path such as `$.a[0]` leads to in JSON text.") { call in .value(inJSON: call[0], path: call[1]) },
        FunctionDefinition("json_array_length", .json, "col", takes: [.text], gives: .int, summary: "The number of elements of a JSON array.") { call in .jsonArrayLength(call[0]) },
        FunctionDefinition("json_object_keys", .json, "col", takes: [.text], gives: .fixed(.array(.string)), summary: "The names of a JSON object.") { call in .jsonKeys(call[0]) },
        FunctionDefinition("from_json", .json, "col schema=! [options=]", takes: [.text, .text, .any], gives: .custom { call throws(PlanError) in try type(call) }, nulls: .handled, summary: "JSON text as values of a type in DDL.") { call in
            .values(ofJSON: call[0], as: call.type)
        },
        FunctionDefinition("to_json", .json, "col [options=]", takes: [.other("a struct, an array or a map") { $0.isNested }, .any], gives: .string, summary: "Values as JSON text.") { call in
            .json(call[0], nullFields: option(call, 1, "ignorenullfields") == "false")
        },
        FunctionDefinition("schema_of_json", .json, "json=! [options=]", takes: [.text, .any], gives: .custom { call throws(PlanError) in
            _ = try schema(call)
            return .string
        }, summary: "The type of JSON text in DDL.") { call throws(PlanError) in .literal(.string(try schema(call).ddl), .string) },
    ]

    /// The type that `from_json` is given.
    private static func type(_ call: FunctionCall) throws(PlanError) -> DataType {
        guard let bytes = call.text(1), let type = DataType(ddl: String(decoding: bytes, as: UTF8.self)) else {
            throw call.wrong(1, expected: "a schema such as 'a INT, b ARRAY<STRING>'")
        }
        switch type {
        case .struct, .array: return type
        case .map(.string, _): return type
        default: throw call.wrong(1, expected: "a schema that is a struct, an array or a map with strings for keys", found: "of type \(type.hiveName)")
        }
    }

    private static func schema(_ call: FunctionCall) throws(PlanError) -> DataType {
        guard let bytes = call.text(0), let type = bytes.withUnsafeBytes({ DataType(ofJSON: $0) }) else { throw call.wrong(0, expected: "JSON text as a constant") }
        return type
    }

    /// A value of a constant map of options, in lower case.
    private static func option(_ call: FunctionCall, _ index: Int, _ name: String) -> String? {
        guard case .map(let entries)? = call.value(index) else { return nil }
        for entry in entries {
            guard case .string(let key) = entry.key, String(decoding: key, as: UTF8.self).lowercased() == name else { continue }
            switch entry.value {
            case .string(let value): return String(decoding: value, as: UTF8.self).lowercased()
            case .boolean(let value): return value ? "true" : "false"
            default: return nil
            }
        }
        return nil
    }
}
