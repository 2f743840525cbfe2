/// Walks over JSON text (RFC 8259) value by value, for functions that look for something in it. Strings may stand in single quotes too, and hold control characters
/// where `takesControls`, as in Spark's functions. Every method is false, or nil, where the text is no JSON, or nests too deep; then the cursor is of no more use.
struct JSONCursor {
    static let depthLimit = 500

    let bytes: UnsafeRawBufferPointer
    let takesControls: Bool
    var at = 0
    /// The text of the last name that has escapes.
    private var scratch: TextBuffer?

    init(_ bytes: UnsafeRawBufferPointer, takesControls: Bool = true) { (self.bytes, self.takesControls) = (bytes, takesControls) }

    enum Kind { case object, array, string, number, boolean, null }

    /// The kind of value that comes next; nil for none.
    mutating func kind() -> Kind? {
        skipSpaces()
        guard at < bytes.count else { return nil }
        switch bytes[at] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: return nil
        }
    }

    mutating func skipSpaces() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0a || bytes[at] == 0x0d || bytes[at] == 0x09 { at += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        skipSpaces()
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    // MARK: Scalars

    /// Reads a string, appending its text where `out` is given.
    mutating func string(_ out: inout TextBuffer) -> Bool {
        skipSpaces()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else { return false }
        let quote = bytes[at]
        at += 1
        while at < bytes.count {
            let start = at
            while at < bytes.count, bytes[at] != quote, bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 || takesControls { at += 1 }
            if at > start { out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<at])) }
            guard at < bytes.count else { return false }
            if bytes[at] == quote {
                at += 1
                return true
            }
            guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else { return false }
            at += 2
            switch bytes[at - 1] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"): out.append(bytes[at - 1])
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0c)
            case UInt8(ascii: "n"): out.append(0x0a)
            case UInt8(ascii: "r"): out.append(0x0d)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"):
                guard var code = hexadecimal() else { return false }
                if code >= 0xd800, code < 0xdc00 {
                    let before = at
                    if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
                        at += 2
                        guard let low = hexadecimal() else { return false }
                        if low >= 0xdc00, low < 0xe000 { code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00) } else { at = before }
                    }
                }
                out.append(character: code)
            default: return false
            }
        }
        return false
    }

    /// Reads a string without escapes in place: its text. Nil, and nothing read, where it has some, or is none.
    mutating func plainString() -> UnsafeRawBufferPointer? {
        skipSpaces()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else { return nil }
        let quote = bytes[at]
        var end = at + 1
        while end < bytes.count, bytes[end] != quote {
            if bytes[end] == UInt8(ascii: "\\") || (bytes[end] < 0x20 && !takesControls) { return nil }
            end += 1
        }
        guard end < bytes.count else { return nil }
        defer { at = end + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[(at + 1)..<end])
    }

    /// Reads a string: its text, which stands until the next one is read.
    private mutating func transientString() -> UnsafeRawBufferPointer? {
        if let text = plainString() { return text }
        var out = scratch ?? TextBuffer(capacity: 64)
        scratch = nil
        out.removeAll()
        guard string(&out) else { return nil }
        scratch = out
        return out.bytes
    }

    private mutating func hexadecimal() -> UInt32? {
        guard at + 4 <= bytes.count else { return nil }
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[at]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x37
            case 0x61...0x66: digit = byte - 0x57
            default: return nil
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }

    /// Reads a number: its text, and whether it is whole, without point and exponent.
    mutating func number() -> (text: UnsafeRawBufferPointer, isWhole: Bool)? {
        skipSpaces()
        let start = at
        if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
        func digits(_ at: inout Int) -> Bool {
            let from = at
            while at < bytes.count, bytes[at] &- 0x30 <= 9 { at += 1 }
            return at > from
        }
        if at < bytes.count, bytes[at] == 0x30 { at += 1 } else { guard digits(&at) else { return nil } }
        var isWhole = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            isWhole = false
            guard digits(&at) else { return nil }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            isWhole = false
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard digits(&at) else { return nil }
        }
        // Something must end it.
        if at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0a, 0x0d, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): break
            default: return nil
            }
        }
        return (UnsafeRawBufferPointer(rebasing: bytes[start..<at]), isWhole)
    }

    mutating func boolean() -> Bool? { word("true") ? true : word("false") ? false : nil }

    mutating func null() -> Bool { word("null") }

    private mutating func word(_ word: StaticString) -> Bool {
        let n = word.utf8CodeUnitCount
        guard at + n <= bytes.count else { return false }
        for i in 0..<n where bytes[at + i] != word.utf8Start[i] { return false }
        if at + n < bytes.count, (bytes[at + n] | 0x20) &- 0x61 < 26 || bytes[at + n] &- 0x30 <= 9 { return false }
        at += n
        return true
    }

    // MARK: Values

    /// Passes over a value.
    mutating func skip(depth: Int = 0) -> Bool {
        switch kind() {
        case .object: return members(depth: depth) { cursor, _ in cursor.skip(depth: depth + 1) }
        case .array: return elements(depth: depth) { cursor in cursor.skip(depth: depth + 1) }
        case .string: return transientString() != nil
        case .number: return number() != nil
        case .boolean: return boolean() != nil
        case .null: return null()
        case nil: return false
        }
    }

    /// Appends a value as JSON without blanks, numbers with a fraction or exponent as Java writes doubles.
    mutating func copy(to out: inout TextBuffer, depth: Int = 0) -> Bool {
        switch kind() {
        case .object:
            var isFirst = true
            out.append(UInt8(ascii: "{"))
            let isRight = members(depth: depth) { cursor, name in
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                out.append(jsonString: name)
                out.append(UInt8(ascii: ":"))
                return cursor.copy(to: &out, depth: depth + 1)
            }
            out.append(UInt8(ascii: "}"))
            return isRight
        case .array:
            var isFirst = true
            out.append(UInt8(ascii: "["))
            let isRight = elements(depth: depth) { cursor in
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                return cursor.copy(to: &out, depth: depth + 1)
            }
            out.append(UInt8(ascii: "]"))
            return isRight
        case .string:
            guard let text = transientString() else { return false }
            out.append(jsonString: text)
            return true
        case .number:
            guard let number = number() else { return false }
            out.append(jsonNumber: number.text, isWhole: number.isWhole)
            return true
        case .boolean:
            guard let value = boolean() else { return false }
            out.append(bool: value)
            return true
        case .null:
            guard null() else { return false }
            out.append("null")
            return true
        case nil: return false
        }
    }

    /// Calls `body` before each member's value with its name, which stands until the cursor moves; the call must pass the value.
    mutating func members(depth: Int, _ body: (inout JSONCursor, UnsafeRawBufferPointer) -> Bool) -> Bool {
        guard depth < JSONCursor.depthLimit, take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            guard let name = transientString(), take(UInt8(ascii: ":")), body(&self, name) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// Calls `body` before each element; the call must pass it.
    mutating func elements(depth: Int, _ body: (inout JSONCursor) -> Bool) -> Bool {
        guard depth < JSONCursor.depthLimit, take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        repeat { guard body(&self) else { return false } } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }
}

extension GrowingBuffer where T == UInt8 {
    /// Appends a Unicode scalar in UTF-8; half of a pair of surrogates as U+FFFD.
    mutating func append(character code: UInt32) {
        let scalar = Unicode.Scalar(code) ?? "\u{fffd}"
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
    }

    /// Appends a number of JSON as Jackson writes it again: whole ones as they are, others as Java's doubles.
    mutating func append(jsonNumber text: UnsafeRawBufferPointer, isWhole: Bool) {
        if isWhole {
            if text.count == 2, text[0] == UInt8(ascii: "-"), text[1] == 0x30 { append(0x30) } else { append(bytes: text) }
            return
        }
        append(jsonDouble: NumberParsing.double(text) ?? .nan)
    }

    /// Appends a double as Spark's JSON has it: in Java's form, and in quotes what JSON has no number for.
    mutating func append(jsonDouble value: Double) {
        if value.isFinite { return append(double: value, style: .java) }
        append(UInt8(ascii: "\""))
        append(double: value, style: .java)
        append(UInt8(ascii: "\""))
    }
}
