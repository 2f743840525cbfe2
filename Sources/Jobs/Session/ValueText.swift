internal import Columnar
internal import Scripting

/// Values as an interactive session prints them.
enum ValueText {
    /// A string as it is, numbers and booleans as Lua prints them, tables with their contents.
    static func text(_ value: LuaValue) -> String {
        if let text = value.text { return text }
        return nested(value, depth: 0)
    }

    private static func nested(_ value: LuaValue, depth: Int) -> String {
        switch value {
        case .string: return "\"\(value.text!)\""
        case .table(let table):
            if depth > 6 { return "{...}" }
            var parts = table.items.map { nested($0, depth: depth + 1) }
            parts += table.sortedFields.map { "\($0.key) = \(nested($0.value, depth: depth + 1))" }
            parts += table.others.map { "[\(nested($0.key, depth: depth + 1))] = \(nested($0.value, depth: depth + 1))" }
            return "{" + parts.joined(separator: ", ") + "}"
        default: return value.displayText
        }
    }
}
