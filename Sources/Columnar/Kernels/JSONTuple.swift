/// The values of some keys of JSON objects, as text: what `json_tuple` makes of a column.
///
/// Text comes without its quotes and escapes, numbers and booleans as they are written, objects and arrays as JSON without blanks. Null where the key is
/// missing, where its value is null, and in all columns where the text is no object. A key that stands twice gives its last value.
public func jsonTupleColumns(_ texts: Column, keys: [[UInt8]]) -> [Column] {
    let flat = texts.flattened
    guard case .views(let views, _) = flat.storage else { return keys.map { _ in .nulls(.string, count: texts.count) } }
    var builders = keys.map { _ in TextColumnBuilder(capacity: flat.count) }
    var found = [ClosedRange<Int>?](repeating: nil, count: keys.count)
    var scratch: [UInt8] = []
    for row in 0..<flat.count {
        if flat.validity?[row] ?? true {
            views[row].withBytes { bytes in
                var scanner = JSONScanner(bytes)
                for k in found.indices { found[k] = nil }
                guard scanner.object(keys, &found) else {
                    for k in keys.indices { builders[k].appendNull() }
                    return
                }
                for k in keys.indices {
                    guard let range = found[k] else {
                        builders[k].appendNull()
                        continue
                    }
                    scratch.removeAll(keepingCapacity: true)
                    JSONScanner.text(UnsafeRawBufferPointer(rebasing: bytes[range]), &scratch)
                    scratch.withUnsafeBytes { builders[k].append($0) }
                }
            }
        } else {
            for k in keys.indices { builders[k].appendNull() }
        }
    }
    withExtendedLifetime(flat) {}
    return builders.indices.map { builders[$0].finish() }
}

/// Builds a string column row by row.
struct TextColumnBuilder {
    private var views: GrowingBuffer<StringView>
    private var arena = StringArena()
    private var validity: BitmapBuilder
    private let type: DataType

    init(_ type: DataType = .string, capacity: Int) {
        self.type = type
        (views, validity) = (GrowingBuffer(capacity: capacity), BitmapBuilder(capacity: capacity))
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        views.append(arena.view(copying: bytes))
        validity.append(true)
    }

    mutating func appendNull() {
        views.append(.empty)
        validity.append(false)
    }

    mutating func finish() -> Column {
        let values = views.take()
        return Column(type: type, count: values.count, validity: validity.finishValidity(), storage: .views(values, buffers: arena.finish()))
    }
}

/// Walks over JSON text; no recursion, so nesting has no limit.
private struct JSONScanner {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var byte: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0a || bytes[at] == 0x0d || bytes[at] == 0x09 { at += 1 }
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        skipBlanks()
        guard at < bytes.count, bytes[at] == wanted else { return false }
        at += 1
        return true
    }

    /// Finds the values of keys in the object that the text is; false where it is none.
    mutating func object(_ keys: [[UInt8]], _ found: inout [ClosedRange<Int>?]) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        var name: [UInt8] = []
        repeat {
            skipBlanks()
            let start = at
            guard byte == UInt8(ascii: "\""), skipString() else { return false }
            name.removeAll(keepingCapacity: true)
            JSONScanner.unescape(UnsafeRawBufferPointer(rebasing: bytes[start + 1..<at - 1]), &name)
            guard take(UInt8(ascii: ":")) else { return false }
            skipBlanks()
            let first = at
            guard skipValue(), at > first else { return false }
            for k in keys.indices where keys[k] == name { found[k] = bytes[first] == UInt8(ascii: "n") ? nil : first...at - 1 }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// Steps over a string; false where it never ends.
    private mutating func skipString() -> Bool {
        at += 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\\"): at += 2
            case UInt8(ascii: "\""):
                at += 1
                return true
            default: at += 1
            }
        }
        at = min(at, bytes.count)
        return false
    }

    private mutating func skipValue() -> Bool {
        switch byte {
        case UInt8(ascii: "\""): return skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var depth = 0
            while at < bytes.count {
                switch bytes[at] {
                case UInt8(ascii: "\""): if !skipString() { return false }
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    at += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    at += 1
                    if depth == 0 { return true }
                default: at += 1
                }
            }
            return false
        default:
            let start = at
            while at < bytes.count, JSONScanner.isWord(bytes[at]) { at += 1 }
            return JSONScanner.isPrimitive(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    /// Whether a word is a number, a boolean or null.
    private static func isPrimitive(_ word: UnsafeRawBufferPointer) -> Bool {
        if word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) || word.elementsEqual("null".utf8) { return true }
        var i = word.first == UInt8(ascii: "-") ? 1 : 0
        let digits = { () -> Bool in
            let start = i
            while i < word.count, word[i] >= 0x30, word[i] <= 0x39 { i += 1 }
            return i > start
        }
        guard digits() else { return false }
        if i < word.count, word[i] == UInt8(ascii: ".") {
            i += 1
            if !digits() { return false }
        }
        if i < word.count, word[i] | 0x20 == UInt8(ascii: "e") {
            i += 1
            if i < word.count, word[i] == UInt8(ascii: "+") || word[i] == UInt8(ascii: "-") { i += 1 }
            if !digits() { return false }
        }
        return i == word.count
    }

    /// The text of a value.
    static func text(_ value: UnsafeRawBufferPointer, _ out: inout [UInt8]) {
        switch value.first {
        case UInt8(ascii: "\"")?: unescape(UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1]), &out)
        case UInt8(ascii: "{")?, UInt8(ascii: "[")?:
            var inString = false
            var i = 0
            while i < value.count {
                let byte = value[i]
                if inString {
                    out.append(byte)
                    if byte == UInt8(ascii: "\\"), i + 1 < value.count {
                        i += 1
                        out.append(value[i])
                    } else if byte == UInt8(ascii: "\"") {
                        inString = false
                    }
                } else if byte > 0x20 {
                    out.append(byte)
                    inString = byte == UInt8(ascii: "\"")
                }
                i += 1
            }
        default: out.append(contentsOf: value)
        }
    }

    private static func unescape(_ text: UnsafeRawBufferPointer, _ out: inout [UInt8]) {
        var i = 0
        while i < text.count {
            let byte = text[i]
            guard byte == UInt8(ascii: "\\"), i + 1 < text.count else {
                out.append(byte)
                i += 1
                continue
            }
            i += 2
            switch text[i - 1] {
            case UInt8(ascii: "n"): out.append(0x0a)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0d)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0c)
            case UInt8(ascii: "u"):
                guard var code = hex(text, i) else { break }
                i += 4
                if code >= 0xd800, code < 0xdc00, i + 1 < text.count, text[i] == UInt8(ascii: "\\"), text[i + 1] == UInt8(ascii: "u"),
                    let low = hex(text, i + 2), low >= 0xdc00, low < 0xe000
                {
                    code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
                    i += 6
                }
                out.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{fffd}").utf8)
            default: out.append(text[i - 1])
            }
        }
    }

    private static func hex(_ text: UnsafeRawBufferPointer, _ start: Int) -> UInt32? {
        guard start + 4 <= text.count else { return nil }
        var code: UInt32 = 0
        for i in start..<start + 4 {
            let byte = text[i]
            switch byte {
            case 0x30...0x39: code = code << 4 | UInt32(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: code = code << 4 | UInt32((byte | 0x20) - 0x57)
            default: return nil
            }
        }
        return code
    }
}
