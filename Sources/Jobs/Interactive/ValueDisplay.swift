internal import Columnar
internal import Scripting

/// What a session shows of the values that a line gave.
struct ValueDisplay {
    let environment: ScriptEnvironment
    /// Rows of a frame that are shown.
    let rows: Int

    /// Shows the values: plain ones in a line, all others by themselves.
    ///
    /// - Parameter values: as `interactive.lua` gives them: a table says how a table is to be shown.
    func show(_ values: [LuaValue]) throws {
        var plain: [String] = []
        func end() throws {
            if !plain.isEmpty { try environment.display(TextDisplay(plain.joined(separator: "\t"))) }
            plain = []
        }
        for value in values {
            if let text = try plainText(value) {
                plain.append(text)
            } else if let thing = try displayable(value) {
                try end()
                try environment.display(thing)
            }
        }
        try end()
    }

    private func plainText(_ value: LuaValue) throws -> String? {
        switch value {
        case .table, .object, .function: nil
        case .string: TerminalText.escaped(value.text ?? "", keepsLines: true)
        default: TerminalText.escaped(try environment.text(of: value), keepsLines: true)
        }
    }

    private func displayable(_ value: LuaValue) throws -> (any Displayable)? {
        if case .table(let table) = value {
            if let text = table["text"].text { return TextDisplay(TerminalText.escaped(text, keepsLines: true)) }
            return Self.preview(table)
        }
        if let sample = try environment.sample(of: value, rows: rows) { return environment.explains ? nil : FramePreview(sample) }
        if let tree = environment.schemaTree(of: value) { return TextDisplay(TerminalText.escaped(tree, keepsLines: true)) }
        if let thing = environment.displayable(value) { return thing }
        return TextDisplay(TerminalText.escaped(try environment.brief(value), keepsLines: true))
    }

    /// Rows of a frame that the script holds as tables.
    private static func preview(_ table: LuaTable) -> FramePreview? {
        guard let names = table["columns"].table?.items, let rows = table["rows"].table?.items else { return nil }
        var isNumeric = names.map { _ in true }
        var hasValues = names.map { _ in false }
        let cells = rows.map { row -> [String?] in
            let values = row.table?["cells"].table?.items ?? []
            let missing = row.table?["missing"].table?.items ?? []
            return names.indices.map { index in
                guard index < values.count, index < missing.count, missing[index] != .boolean(true) else { return nil }
                hasValues[index] = true
                let value = values[index]
                if value.double == nil { isNumeric[index] = false }
                switch value {
                case .string: return TerminalText.escaped(value.text ?? "")
                case .integer(let number): return String(number)
                case .number(let number):
                    var buffer = TextBuffer(capacity: 32)
                    buffer.append(double: number)
                    return buffer.string
                case .boolean(let flag): return flag ? "true" : "false"
                default: return ""
                }
            }
        }
        let columns = names.indices.map { FramePreview.Column(TerminalText.escaped(names[$0].text ?? ""), isNumeric: isNumeric[$0] && hasValues[$0]) }
        return FramePreview(columns: columns, rows: cells, total: .exactly(Int(table["count"].integer ?? Int64(rows.count))))
    }
}
