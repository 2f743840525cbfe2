internal import Columnar

/// Values as expectations compare and show them.
///
/// Missing and null are one. Numbers are equal when they are the same number, whatever their types: `1`, `1.0` and `decimal("1.00")`; NaN equals NaN. A date or a
/// timestamp equals its text, as scripts have no shorter word for it. Tables are equal when what they hold is.
package enum ExpectedValue {
    /// The same text for equal values, another one for others.
    package static func key(_ value: LuaValue) -> String {
        switch value {
        case .nil, .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): "n:\(value)"
        case .number(let value): "n:" + number(value)
        case .decimal(let unscaled, let scale): "n:" + decimal(unscaled, scale)
        case .string(let bytes):
            String(validating: bytes, as: UTF8.self).map { "s:" + $0 } ?? "x:" + bytes.map { String($0, radix: 16) }.joined(separator: ",")
        case .date, .timestamp: "s:" + plain(value)
        case .table(let table): key(table)
        case .function: "a function"
        case .object: "an object"
        case .foreign(let name): name
        }
    }

    private static func key(_ table: LuaTable) -> String {
        var parts = table.items.map { sized(key($0)) }
        let hasList = !parts.isEmpty
        var named = table.fields.map { (key(.string($0.key)), key($0.value)) } + table.others.map { (key($0.key), key($0.value)) }
        named = named.filter { $0.1 != "null" }.sorted { $0.0 < $1.0 }
        parts += named.map { sized($0.0) + "=" + sized($0.1) }
        return (hasList || named.isEmpty ? "[" : "{") + parts.joined(separator: ",") + "]"
    }

    /// The text with its length in front, so that texts one after another can be told apart.
    static func sized(_ text: String) -> String { "\(text.utf8.count):\(text)" }

    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return "\(whole)" }
        var text = TextBuffer(capacity: 24)
        text.append(double: value)
        return text.string
    }

    private static func decimal(_ unscaled: Int128, _ scale: Int) -> String {
        var (unscaled, scale) = (unscaled, scale)
        while scale > 0, unscaled % 10 == 0 { (unscaled, scale) = (unscaled / 10, scale - 1) }
        if scale == 0 { return "\(unscaled)" }
        let text = plain(.decimal(unscaled: unscaled, scale: scale))
        // A number of Lua that was written with the same digits is the same number.
        if unscaled.magnitude < 1_000_000_000_000_000, let double = Double(text) { return number(double) }
        return text
    }

    /// Whether two values are numbers that lie no further apart than the tolerance.
    static func isNear(_ a: LuaValue, _ b: LuaValue, tolerance: Double) -> Bool {
        guard let x = double(a), let y = double(b) else { return false }
        return abs(x - y) <= tolerance
    }

    private static func double(_ value: LuaValue) -> Double? {
        if case .decimal = value { return Double(plain(value)) }
        return value.double
    }

    // MARK: Text

    /// The value in a cell of a table: a text as it is, unless it could be taken for something else.
    static func cell(_ value: LuaValue) -> String {
        if case .string = value, let text = value.text {
            let looksLikeAnother =
                text.isEmpty || Double(text) != nil || ["null", "true", "false", "nil"].contains(text) || text.first == " " || text.last == " "
                || text.first == "{" || text.contains("\"") || text.contains("|") || escaped(text) != text
            return looksLikeAnother ? quoted(text) : text
        }
        return self.text(value)
    }

    /// The value as a script would write it.
    package static func text(_ value: LuaValue) -> String {
        switch value {
        case .nil, .null: "null"
        case .string(let bytes): value.text.map(quoted) ?? "\"" + bytes.map { $0 < 0x80 ? escaped(String(UnicodeScalar($0))) : "\\x" + String($0, radix: 16) }.joined() + "\""
        case .table(let table): text(table)
        case .function: "a function"
        case .object(let object): (object.value as? any ScriptObject).map { "a \(type(of: $0).className)" } ?? "an object"
        default: plain(value)
        }
    }

    private static func text(_ table: LuaTable) -> String {
        var parts = table.items.map { text($0) }
        parts += table.sortedFields.map { "\($0.key) = \(text($0.value))" }
        parts += table.others.map { "[\(text($0.key))] = \(text($0.value))" }
        return "{" + parts.joined(separator: ", ") + "}"
    }

    static func quoted(_ text: String) -> String { "\"" + escaped(text.replacing("\\", with: "\\\\")).replacing("\"", with: "\\\"") + "\"" }

    /// The text without what would move a terminal's cursor.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}": result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func plain(_ value: LuaValue) -> String {
        func text(_ type: DataType, _ value: Value) -> String { Column(type, values: [value]).cast(to: .string).value(at: 0).lua.text ?? "" }
        return switch value {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value)).0" : number(value)
        case .decimal(let unscaled, let scale): text(.decimal(precision: 38, scale: scale), .decimal(unscaled: unscaled, scale: scale))
        case .date(let days): text(.date, .date(days))
        case .timestamp(let microseconds): text(.timestamp, .timestamp(microseconds))
        default: value.typeName
        }
    }
}
