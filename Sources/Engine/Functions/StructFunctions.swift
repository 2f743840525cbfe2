internal import Columnar

enum StructFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("struct", .structs, "cols...", gives: .custom { call throws(PlanError) in .struct(try fields(call)) }, nulls: .handled, summary: "A struct of the values, under their names.") { call throws(PlanError) in
            .structs(call.operands, names: try fields(call).map(\.name), count: call.count)
        },
        FunctionDefinition(
            "named_struct", .structs, "cols...", gives: .custom { call throws(PlanError) in .struct(try namedFields(call)) }, nulls: .handled, summary: "A struct of names and values by turns.",
            acceptsCount: { $0 % 2 == 0 }
        ) { call throws(PlanError) in
            .structs(call.operands.indices.filter { $0 % 2 == 1 }.map { call[$0] }, names: try namedFields(call).map(\.name), count: call.count)
        },
        getFieldDefinition,
        FunctionDefinition("with_field", .structs, "col fieldName=! value", takes: [.struct, .text, .any], gives: .custom { call throws(PlanError) in
            .struct(try changed(call).fields)
        }, nulls: .handled, summary: "The struct with a field set or added.") { call throws(PlanError) in
            let (fields, place) = try changed(call)
            return rebuilt(call, fields) { column, i in
                if i == place { return call[2].column(count: column.count).flattened }
                return column.children[i].masking(column.validity)
            }
        },
        FunctionDefinition("drop_fields", .structs, "col fieldNames...=!", takes: [.struct, .text], gives: .custom { call throws(PlanError) in
            .struct(try kept(call).map(\.field))
        }, summary: "The struct without some fields.") { call throws(PlanError) in
            let kept = try kept(call)
            return rebuilt(call, kept.map(\.field)) { column, i in column.children[kept[i].place] }
        },
    ]

    // MARK: Making

    private static func fields(_ call: FunctionCall) throws(PlanError) -> [Field] {
        let names = Schema.distinctNames(call.arguments.enumerated().map { $1.fieldName(at: $0) })
        return zip(names, call.types).map { Field($0, $1) }
    }

    private static func namedFields(_ call: FunctionCall) throws(PlanError) -> [Field] {
        var fields: [Field] = []
        for i in stride(from: 0, to: call.argumentCount - 1, by: 2) {
            guard let name = call.text(i) else { throw call.wrong(i, expected: "a field's name as a constant", found: "none") }
            fields.append(Field(String(decoding: name, as: UTF8.self), call.types[i + 1]))
        }
        let names = Schema.distinctNames(fields.map(\.name))
        return zip(names, fields).map { Field($0, $1.type) }
    }

    // MARK: Changing

    private static func changed(_ call: FunctionCall) throws(PlanError) -> (fields: [Field], place: Int) {
        guard case .struct(var fields) = call.types[0] else { throw call.wrong(0, expected: "a struct", found: "of type \(call.types[0].hiveName)") }
        guard let bytes = call.text(1) else { throw call.wrong(1, expected: "a field's name as a constant") }
        let name = String(decoding: bytes, as: UTF8.self)
        let place = fields.firstIndex { $0.name == name } ?? fields.firstIndex { $0.name.lowercased() == name.lowercased() } ?? fields.count
        if place == fields.count { fields.append(Field(name, call.types[2])) } else { fields[place] = Field(name, call.types[2]) }
        return (fields, place)
    }

    private static func kept(_ call: FunctionCall) throws(PlanError) -> [(field: Field, place: Int)] {
        guard case .struct(let fields) = call.types[0] else { throw call.wrong(0, expected: "a struct", found: "of type \(call.types[0].hiveName)") }
        var dropped = Set<String>()
        for i in 1..<call.argumentCount {
            guard let bytes = call.text(i) else { throw call.wrong(i, expected: "a field's name as a constant") }
            dropped.insert(String(decoding: bytes, as: UTF8.self).lowercased())
        }
        let kept = fields.enumerated().filter { !dropped.contains($1.name.lowercased()) }.map { (field: $1, place: $0) }
        guard !kept.isEmpty else { throw .analysis("drop_fields() cannot take away all fields of a struct") }
        return kept
    }

    /// A struct of other fields, null where the first argument is.
    private static func rebuilt(_ call: FunctionCall, _ fields: [Field], _ child: (Column, Int) -> Column) -> Operand {
        let column = call[0].column(count: call.count).flattened
        return .column(
            Column(type: .struct(fields), count: column.count, validity: column.validity, storage: .struct(fields.indices.map { child(column, $0) })))
    }

    // MARK: Fields

    /// `get_field(s, 'name')`: the field of a struct, of all structs of an array, or a map's value of that key.
    static let getField = Function(getFieldDefinition)

    private static let getFieldDefinition = FunctionDefinition(
        "get_field", .structs, "col name=!", summary: "What `(a).b` is in SQL: a field of a struct, or of all structs of an array.",
        typeOf: { arguments, schema, lookup throws(PlanError) in
            let type = try arguments[0].resolveType(in: schema, lookup: lookup)
            let parent = arguments[0].description
            return try lookup.type(of: [parent, try name(arguments)], in: Schema([Field(parent, type)])) ?? .null
        },
        evaluateOn: { arguments, batch, lookup throws(PlanError) in
            let operand = try arguments[0].operand(on: batch, lookup)
            let parent = arguments[0].description
            let whole = Batch(schema: Schema([Field(parent, operand.type)]), columns: [operand.storage], count: operand.storage.count)
            let column = try lookup.column(of: [parent, try name(arguments)], in: whole)
            return operand.isConstant ? .constant(column) : .column(column)
        })

    private static func name(_ arguments: [Expression]) throws(PlanError) -> String {
        guard case .literal(.string(let bytes), _) = arguments[1].unwrapped else {
            throw .argument(function: "get_field", text: arguments[1].description, found: "none", expected: "a field's name as a constant")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
