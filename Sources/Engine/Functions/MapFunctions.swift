internal import Columnar

enum MapFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition(
            "map", .maps, "[cols...]", aliases: ["create_map"], gives: .custom { call throws(PlanError) in try mapType(call) }, nulls: .handled,
            summary: "A map of keys and values by turns.", acceptsCount: { $0 % 2 == 0 }
        ) { call throws(PlanError) in
            guard case .map(let key, let value) = call.type else { return .literal(.null, call.type) }
            return try call.checked { () throws(ArrayError) in try .map(call.operands, key: key, value: value, count: call.count) }
        },
        FunctionDefinition("map_from_arrays", .maps, "col1 col2", takes: [.array], gives: .custom { call throws(PlanError) in
            .map(key: try call.elementType(0), value: try call.elementType(1))
        }, summary: "A map of an array of keys and one of values.") { call throws(PlanError) in
            guard case .map(let key, let value) = call.type else { return .literal(.null, call.type) }
            return try call.checked { () throws(ArrayError) in try .map(keys: call.array(0, of: key), values: call.array(1, of: value)) }
        },
        FunctionDefinition("map_from_entries", .maps, "col", takes: [.array], gives: .custom { call throws(PlanError) in
            switch try call.elementType(0) {
            case .struct(let fields) where fields.count == 2: return .map(key: fields[0].type, value: fields[1].type)
            case .null: return .map(key: .null, value: .null)
            default: throw call.wrong(0, expected: "an array of structs with two fields", found: "of type \(call.types[0].hiveName)")
            }
        }, summary: "A map of an array of structs.") { call throws(PlanError) in
            guard case .array(.struct) = call.types[0] else { return .literal(.null, call.type) }
            return try call.checked { () throws(ArrayError) in try .map(entries: call[0]) }
        },
        FunctionDefinition("map_entries", .maps, "col", takes: [.map], gives: .custom { call throws(PlanError) in
            let (key, value) = try call.entryTypes(0)
            return .array(.struct([Field("key", key), Field("value", value)]))
        }, summary: "The entries as an array of structs.") { call throws(PlanError) in .mapEntries(try map(call)) },
        FunctionDefinition("map_keys", .maps, "col", takes: [.map], gives: .custom { call throws(PlanError) in .array(try call.entryTypes(0).key) }, summary: "The keys as an array.") { call throws(PlanError) in
            .mapKeys(try map(call))
        },
        FunctionDefinition("map_values", .maps, "col", takes: [.map], gives: .custom { call throws(PlanError) in .array(try call.entryTypes(0).value) }, summary: "The values as an array.") { call throws(PlanError) in
            .mapValues(try map(call))
        },
        FunctionDefinition("map_concat", .maps, "[cols...]", takes: [.map], gives: .custom { call throws(PlanError) in
            var common = DataType.map(key: .null, value: .null)
            for type in call.types { common = try call.common(common, type) }
            return call.types.isEmpty ? .map(key: .string, value: .string) : common
        }, summary: "The entries of all maps.") { call throws(PlanError) in
            if call.argumentCount == 0 { return try call.checked { () throws(ArrayError) in try .map([], key: .string, value: .string, count: call.count) } }
            return try call.checked { () throws(ArrayError) in try .concatMaps(call.operands.map { $0.cast(to: call.type) }) }
        },
        FunctionDefinition("map_contains_key", .maps, "col value=", takes: [.map, .any], gives: .custom { call throws(PlanError) in
            let (key, _) = try call.entryTypes(0)
            guard key == .null || call.types[1] == .null || key.comparisonType(with: call.types[1]) != nil else { throw call.incompatible() }
            return .boolean
        }, summary: "Whether the map has the key.") { call throws(PlanError) in
            let (key, value) = try call.entryTypes(0)
            let common = key.elementType(with: call.types[1]) ?? key
            return .containsKey(call[0].cast(to: .map(key: common, value: value)), call[1].cast(to: common))
        },
        FunctionDefinition("str_to_map", .maps, "text [pairDelim=!] [keyValueDelim=!]", takes: [.text], gives: .fixed(.map(key: .string, value: .string)), summary: "A map of text such as 'a:1,b:2'; separators are taken literally.") { call throws(PlanError) in
            try call.checked { () throws(ArrayError) in
                try .map(text: call[0], pairs: call.text(1) ?? Array(",".utf8), keyValue: call.text(2) ?? Array(":".utf8))
            }
        },
    ]

    private static func map(_ call: FunctionCall) throws(PlanError) -> Operand {
        let (key, value) = try call.entryTypes(0)
        return call[0].cast(to: .map(key: key, value: value))
    }

    private static func mapType(_ call: FunctionCall) throws(PlanError) -> DataType {
        var (key, value) = (DataType.null, DataType.null)
        for (i, type) in call.types.enumerated() {
            if i % 2 == 0 { key = try call.common(key, type) } else { value = try call.common(value, type) }
        }
        if case .map = key { throw call.wrong(0, expected: "keys that are no maps", found: "a map") }
        return .map(key: key, value: value)
    }
}
