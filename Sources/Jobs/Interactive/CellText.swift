internal import Columnar
internal import Scripting

/// The text of a frame's value in a preview: in the forms of `DynamicFrame:show`, without quotes.
enum CellText {
    /// Longer texts are of no use in a cell, and a blob of megabytes would take its time.
    private static let mostBytes = 2000

    /// - Returns: nil for a null.
    static func text(_ value: Value, _ type: DataType) -> String? {
        if value == .null { return nil }
        var text = ""
        append(value, type, to: &text)
        return TerminalText.escaped(text)
    }

    private static func append(_ value: Value, _ type: DataType, to text: inout String) {
        guard text.utf8.count < mostBytes else { return }
        var buffer = TextBuffer(capacity: 32)
        switch value {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .double(let value):
            if type == .float { buffer.append(float: Float(value)) } else { buffer.append(double: value) }
            text += buffer.string
        case .decimal(let unscaled, let scale):
            buffer.append(decimal: unscaled, scale: scale)
            text += buffer.string
        case .string(let bytes):
            text += String(decoding: bytes.prefix(mostBytes), as: UTF8.self)
            if bytes.count > mostBytes { text += "…" }
        case .binary(let bytes):
            for byte in bytes.prefix(mostBytes / 2) { buffer.append(hex: byte) }
            text += "0x" + buffer.string + (bytes.count > mostBytes / 2 ? "…" : "")
        case .date(let days):
            buffer.append(date: days)
            text += buffer.string
        case .timestamp(let microseconds):
            buffer.append(timestamp: microseconds)
            text += buffer.string
        case .array(let items):
            let element: DataType = if case .array(let element) = type { element } else { .null }
            list("[", items, "]", to: &text) { append($0, element, to: &$1) }
        case .struct(let fields):
            var types: [String: DataType] = [:]
            if case .struct(let declared) = type { for field in declared { types[field.name] = field.type } }
            list("{", fields, "}", to: &text) { field, text in
                text += field.name + ": "
                append(field.value, types[field.name] ?? .null, to: &text)
            }
        case .map(let entries):
            let (keyType, valueType): (DataType, DataType) = if case .map(let key, let value) = type { (key, value) } else { (.null, .null) }
            list("{", entries, "}", to: &text) { entry, text in
                append(entry.key, keyType, to: &text)
                text += " → "
                append(entry.value, valueType, to: &text)
            }
        }
    }

    private static func list<Item>(_ open: String, _ items: [Item], _ close: String, to text: inout String, _ append: (Item, inout String) -> Void) {
        text += open
        for (index, item) in items.enumerated() {
            if index > 0 { text += ", " }
            if text.utf8.count >= mostBytes { return text += "…" }
            append(item, &text)
        }
        text += close
    }
}
