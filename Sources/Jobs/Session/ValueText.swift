internal import Columnar
internal import Scripting

/// Values as an interactive session prints them.
enum ValueText {
    /// A string as it is, numbers and booleans as Lua prints them, tables with their contents.
    static func text(_ value: LuaValue, _ environment: ScriptEnvironment) throws -> String {
        if let text = value.text { return text }
        return try nested(value, depth: 0, environment)
    }

    private static func nested(_ value: LuaValue, depth: Int, _ environment: ScriptEnvironment) throws -> String {
        switch value {
        case .string: return "\"\(value.text!)\""
        case .table(let table):
            if depth > 6 { return "{...}" }
            var parts = try table.items.map { try nested($0, depth: depth + 1, environment) }
            parts += try table.sortedFields.map { "\($0.key) = \(try nested($0.value, depth: depth + 1, environment))" }
            parts += try table.others.map {
                "[\(try nested($0.key, depth: depth + 1, environment))] = \(try nested($0.value, depth: depth + 1, environment))"
            }
            return "{" + parts.joined(separator: ", ") + "}"
        default: return try environment.text(of: value)
        }
    }
}
