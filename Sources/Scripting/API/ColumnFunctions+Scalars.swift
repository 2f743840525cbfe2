internal import Columnar
internal import Engine

/// Scalar functions as `F` has them: the engine's, with PySpark's conventions for arguments.
extension ColumnFunctions {
    /// The call of a function with arguments of a script: one by one, or with the last ones by their names in a table.
    ///
    /// A text is the name of a column where PySpark takes columns, and itself where it takes a plain value; all else that is no column is a value. A list stands for
    /// its items where a function takes any number of columns.
    static func call(_ function: Function, _ values: [LuaValue], _ place: String) throws -> Expression {
        var arguments = try named(function, values, place)
        while let last = arguments.last, last.isNil { arguments.removeLast() }
        if let first = function.definition.parameters.first, first.isRepeated, arguments.count == 1, let table = arguments[0].table, table.fields.isEmpty {
            arguments = table.items
        }
        var expressions: [Expression] = []
        for (i, value) in arguments.enumerated() {
            if let body = value.function {
                expressions.append(try lambda(body, of: function, at: i, place))
            } else {
                // A struct's fields are called as its columns are.
                let keepsName = function.name == "struct" && value.object(as: ColumnObject.self)?.alias != nil
                expressions.append(keepsName ? try ColumnObject.column(value, place).item(in: place).expression : try expression(value, function.definition.parameter(at: i), place))
            }
        }
        // SQL writes what is trimmed before the text.
        if expressions.count == 2, ["trim", "ltrim", "rtrim"].contains(function.name) { expressions.swapAt(0, 1) }
        do { return try function(expressions) } catch { throw APIError("\(place): \(error)") }
    }

    private static func expression(_ value: LuaValue, _ parameter: FunctionDefinition.Parameter?, _ place: String) throws -> Expression {
        if parameter?.isValue != true, value.text != nil { return try ColumnObject.column(value, place).expression(in: place) }
        return try ColumnObject.operand(value, place)
    }

    /// The arguments in their places, those of a table of names behind the others.
    private static func named(_ function: Function, _ values: [LuaValue], _ place: String) throws -> [LuaValue] {
        let parameters = function.definition.parameters
        guard values.count > 1 || parameters.first?.isRepeated != true, let table = values.last?.table, table.items.isEmpty, !table.fields.isEmpty else { return values }
        let names = table.fields.map(\.key)
        guard names.allSatisfy({ name in parameters.contains { $0.name == name } }) else { return values }
        var arguments = Array(values.dropLast())
        for (i, parameter) in parameters.enumerated() where !table[parameter.name].isNil {
            if i < arguments.count { throw APIError("\(place): '\(parameter.name)' is given twice", .duplicateColumn) }
            while arguments.count < i { arguments.append(.nil) }
            arguments.append(table[parameter.name])
        }
        if let missing = arguments.firstIndex(where: \.isNil) { throw APIError("\(place): '\(parameters[missing].name)' is missing", .missingArgument) }
        return arguments
    }
}
