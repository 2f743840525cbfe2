/// The table that `DataFrame.show` prints, to the letter as Spark 4 draws it (`Dataset.showString`).
extension Batch {
    /// Returns the table of the first `rows` rows, each line ended. (`show` prints it and an empty line.)
    ///
    /// The batch should hold one row more than asked for where there is one: that is how the table knows to say `only showing top ...`.
    ///
    /// - Parameters:
    ///   - truncate: cells longer than this many UTF-16 units are cut, and cells stand to the right; 0 cuts nothing and puts them to the left.
    ///   - vertical: one line a value instead of one line a row.
    ///   - names: what the columns are called where that is not what the schema says; names may stand twice.
    public func showString(rows: Int = 20, truncate: Int = 20, vertical: Bool = false, names: [String]? = nil) -> String {
        let limit = max(rows, 0)
        let shown = min(limit, count)
        let header = (names ?? schema.names).map { Cell(escaping: $0, truncate: 0) }
        var cells: [[Cell]] = []
        var text = TextBuffer()
        for row in 0..<shown {
            cells.append(
                columns.map { column in
                    text.removeAll()
                    column.appendText(row: row, style: .show, to: &text)
                    return Cell(escaping: text.string, truncate: truncate)
                })
        }
        var out = ""
        if vertical {
            let nameWidth = header.reduce(3) { max($0, $1.width) }
            let valueWidth = cells.joined().reduce(3) { max($0, $1.width) }
            for (i, row) in cells.enumerated() {
                let title = "-RECORD \(i)"
                out += title + String(repeating: "-", count: max(0, nameWidth + valueWidth + 5 - title.utf8.count)) + "\n"
                for (name, cell) in zip(header, row) { out += " \(name.padded(to: nameWidth, right: false)) | \(cell.padded(to: valueWidth, right: false)) \n" }
            }
            if cells.isEmpty { out += "(0 rows)\n" }
        } else {
            let widths = header.indices.map { i in cells.reduce(max(3, header[i].width)) { max($0, $1[i].width) } }
            let line = "+" + widths.map { String(repeating: "-", count: $0) }.joined(separator: "+") + "+\n"
            func joined(_ row: [Cell]) -> String {
                "|" + zip(row, widths).map { $0.padded(to: $1, right: truncate > 0) }.joined(separator: "|") + "|\n"
            }
            out += line + joined(header) + line
            for row in cells { out += joined(row) }
            out += line
        }
        if count > shown, !(vertical && cells.isEmpty) { out += "only showing top \(limit) \(limit == 1 ? "row" : "rows")\n" }
        return out
    }
}

/// The text of one cell and the width that it takes on a terminal: East Asian wide characters count twice.
private struct Cell {
    let text: String
    let width: Int

    init(escaping raw: String, truncate: Int) {
        var text = ""
        for scalar in raw.unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{c}": text += "\\f"
            case "\u{8}": text += "\\b"
            case "\u{b}": text += "\\v"
            case "\u{7}": text += "\\a"
            default: text.unicodeScalars.append(scalar)
            }
        }
        if truncate > 0, text.utf16.count > truncate {
            text = truncate < 4 ? Cell.prefix(text, truncate) : Cell.prefix(text, truncate - 3) + "..."
        }
        self.text = text
        width = text.unicodeScalars.reduce(0) { $0 + (Cell.isWide($1) ? 2 : $1.value > 0xffff ? 2 : 1) }
    }

    /// The first `count` UTF-16 units; a character that would be cut in two is left out.
    private static func prefix(_ text: String, _ count: Int) -> String {
        var left = count
        var out = ""
        for scalar in text.unicodeScalars {
            left -= scalar.value > 0xffff ? 2 : 1
            if left < 0 { break }
            out.unicodeScalars.append(scalar)
        }
        return out
    }

    func padded(to width: Int, right: Bool) -> String {
        let padding = String(repeating: " ", count: max(0, width - self.width))
        return right ? padding + text : text + padding
    }

    /// The ranges of Spark's `Utils.fullWidthRegex`.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6:
            true
        default: false
        }
    }
}
