internal import Glibc

/// Records as JSON text, the way `DynamicFrame.show` prints them.
///
/// `", "` and `": "` separate, keys stand in the schema's order, nulls are `null`, a choice shows its member's value, binary is base64, dates and
/// timestamps are strings, decimals numbers with their scale. Doubles that JSON has no word for are `NaN`, `Infinity` and `-Infinity`.
extension Batch {
    /// Appends row `row` as one JSON object, without a line end.
    public func appendJSON(row: Int, to out: inout TextBuffer) {
        out.append(UInt8(ascii: "{"))
        for (i, field) in schema.fields.enumerated() {
            if i > 0 { out.append(", ") }
            out.append(jsonString: field.name)
            out.append(": ")
            columns[i].appendJSON(row: row, to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// Row `row` as JSON text.
    public func json(row: Int) -> String {
        var out = TextBuffer()
        appendJSON(row: row, to: &out)
        return out.string
    }
}

extension Column {
    /// Appends the value of row `row` as JSON; see `Batch.appendJSON`.
    public func appendJSON(row: Int, to out: inout TextBuffer) {
        if isNull(row) {
            out.append("null")
            return
        }
        switch storage {
        case .null: out.append("null")
        case .bits(let bits): out.append(bool: bits[row])
        case .fixed:
            switch type {
            case .date, .timestamp:
                out.append(UInt8(ascii: "\""))
                appendFixed(row: row, style: .json, to: &out)
                out.append(UInt8(ascii: "\""))
            default: appendFixed(row: row, style: .json, to: &out)
            }
        case .views(let views, _):
            if type == .binary {
                out.append(UInt8(ascii: "\""))
                views[row].withBytes { out.append(base64: $0) }
                out.append(UInt8(ascii: "\""))
            } else {
                views[row].withBytes { out.append(jsonString: $0) }
            }
        case .list(let offsets, let child):
            out.append(UInt8(ascii: "["))
            for i in offsets[row]..<offsets[row + 1] {
                if i > offsets[row] { out.append(", ") }
                child.appendJSON(row: Int(i), to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .struct(let children):
            guard case .struct(let fields) = type else { preconditionFailure("a struct column of type \(type.name)") }
            out.append(UInt8(ascii: "{"))
            for (i, child) in children.enumerated() {
                if i > 0 { out.append(", ") }
                out.append(jsonString: fields[i].name)
                out.append(": ")
                child.appendJSON(row: row, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .map(let offsets, let keys, let values):
            out.append(UInt8(ascii: "{"))
            for i in offsets[row]..<offsets[row + 1] {
                if i > offsets[row] { out.append(", ") }
                keys.appendJSONKey(row: Int(i), to: &out)
                out.append(": ")
                values.appendJSON(row: Int(i), to: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .choice(let tags, let rows, let members): members[Int(tags[row])].appendJSON(row: Int(rows[row]), to: &out)
        case .dictionary(let indices, let values): values.appendJSON(row: Int(indices[row]), to: &out)
        }
    }

    /// A map's key, which JSON wants to be a string.
    private func appendJSONKey(row: Int, to out: inout TextBuffer) {
        var text = TextBuffer()
        appendJSON(row: row, to: &text)
        if text.count > 0, text.start[0] == UInt8(ascii: "\"") { out.append(bytes: text.bytes) } else { out.append(jsonString: text.bytes) }
    }

    /// Appends a value of a `.fixed` column that is not null.
    @inline(__always)
    func appendFixed(row: Int, style: TextBuffer.DoubleStyle, to out: inout TextBuffer) {
        switch type {
        case .byte: out.append(integer: Int64(fixedValues(of: Int8.self)[row]))
        case .short: out.append(integer: Int64(fixedValues(of: Int16.self)[row]))
        case .int: out.append(integer: Int64(fixedValues(of: Int32.self)[row]))
        case .long: out.append(integer: fixedValues(of: Int64.self)[row])
        case .float: out.append(float: fixedValues(of: Float.self)[row], style: style)
        case .double: out.append(double: fixedValues(of: Double.self)[row], style: style)
        case .decimal(_, let scale): out.append(decimal: fixedValues(of: Int128.self)[row], scale: scale)
        case .date: out.append(date: fixedValues(of: Int32.self)[row])
        default: out.append(timestamp: fixedValues(of: Int64.self)[row])
        }
    }
}

extension GrowingBuffer where T == UInt8 {
    /// Appends text as a JSON string (RFC 8259, section 7): quotes, backslashes and control characters escaped, everything else as it is.
    public mutating func append(jsonString bytes: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        append(jsonEscaped: bytes)
        append(UInt8(ascii: "\""))
    }

    public mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { append(jsonString: UnsafeRawBufferPointer($0)) }
    }

    /// Appends text as it stands between the quotes of a JSON string.
    public mutating func append(jsonEscaped bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let n = bytes.count
        var (done, i) = (0, 0)
        while i < n {
            // Eight bytes at a time, as long as none of them wants escaping.
            while i + 8 <= n, !hasJSONSpecial(UnsafeRawPointer(base + i).loadUnaligned(as: UInt64.self)) { i += 8 }
            if i >= n { break }
            let byte = base[i]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                i += 1
                continue
            }
            append(from: base + done, count: i - done)
            appendEscape(byte)
            i += 1
            done = i
        }
        append(from: base + done, count: n - done)
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0a: append(UInt8(ascii: "n"))
        case 0x0c: append(UInt8(ascii: "f"))
        case 0x0d: append(UInt8(ascii: "r"))
        default:
            append("u00")
            append(hex: byte)
        }
    }
}

/// Whether any of eight bytes is a control character, a quote or a backslash. May err on the side of yes.
@inline(__always)
private func hasJSONSpecial(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    let control = (word &- ones &* 0x20) & ~word
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5c)
    return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & highs != 0
}
