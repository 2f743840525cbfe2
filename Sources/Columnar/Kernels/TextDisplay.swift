/// Values as plain text, as Spark's cast to string and its `show` write them: `{7, x}`, `[1, 2]`, `{k -> v}`.
///
/// Doubles are in Java's form, decimals have their scale and no exponent, timestamps are in UTC.
enum TextStyle {
    /// Cast to string: `null` inside nested values, binary as its bytes.
    case cast
    /// `show` of Spark 4 (`ToPrettyString`): `NULL`, binary as `[31 32 0A]`.
    case show
}

extension Column {
    /// Appends the value of row `row`; a null as the style's word for it.
    func appendText(row: Int, style: TextStyle, to out: inout TextBuffer) {
        if isNull(row) {
            style == .cast ? out.append("null") : out.append("NULL")
            return
        }
        switch storage {
        case .null: break
        case .bits(let bits): out.append(bool: bits[row])
        case .fixed: appendFixed(row: row, style: .java, to: &out)
        case .views(let views, _):
            if type == .binary, style == .show {
                out.append(UInt8(ascii: "["))
                views[row].withBytes { bytes in
                    for (i, byte) in bytes.enumerated() {
                        if i > 0 { out.append(UInt8(ascii: " ")) }
                        out.append(hex: byte)
                    }
                }
                out.append(UInt8(ascii: "]"))
            } else {
                out.append(views[row])
            }
        case .list(let offsets, let child):
            out.append(UInt8(ascii: "["))
            for i in offsets[row]..<offsets[row + 1] {
                if i > offsets[row] { out.append(", ") }
                child.appendText(row: Int(i), style: style, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .struct(let children):
            out.append(UInt8(ascii: "{"))
            for (i, child) in children.enumerated() {
                if i > 0 { out.append(", ") }
                child.appendText(row: row, style: style, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .map(let offsets, let keys, let values):
            out.append(UInt8(ascii: "{"))
            for i in offsets[row]..<offsets[row + 1] {
                if i > offsets[row] { out.append(", ") }
                keys.appendText(row: Int(i), style: style, to: &out)
                out.append(" -> ")
                values.appendText(row: Int(i), style: style, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .choice(let tags, let rows, let members): members[Int(tags[row])].appendText(row: Int(rows[row]), style: style, to: &out)
        case .dictionary(let indices, let values): values.appendText(row: Int(indices[row]), style: style, to: &out)
        }
    }
}
