internal import CKernels
public import Columnar
internal import Glibc

/// Whole JSON documents with any value at the top level (RFC 8259), as values: configuration, small results, tests.
public enum JSONDocument {
    /// Checks that the bytes are one JSON value in UTF-8, and nothing else but spaces. A byte order mark is passed over.
    ///
    /// - Throws: `malformed` or `truncated` with line and column of the first byte that is wrong.
    public static func validate(_ bytes: [UInt8], source: String = "JSON") throws(FormatError) {
        _ = try checked(bytes, source)
    }

    /// The document as a value: numbers that fit are `integer`, others `double`; objects are structs whose first field of a name counts;
    /// surrogate escapes that are alone become U+FFFD.
    ///
    /// - Throws: as `validate`.
    public static func parse(_ bytes: [UInt8], source: String = "JSON") throws(FormatError) -> Value {
        let (buffer, start) = try checked(bytes, source)
        var parser = ValueParser(at: UnsafePointer(buffer.values(of: UInt8.self)) + start)
        return withExtendedLifetime(buffer) { parser.value() }
    }

    /// A padded copy of the bytes, and where the value begins.
    private static func checked(_ bytes: [UInt8], _ source: String) throws(FormatError) -> (Buffer, start: Int) {
        let count = bytes.count
        let buffer = Buffer(size: count + TextWindow.padding)
        memset(buffer.base + count, 0, TextWindow.padding)
        bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(buffer.base, base, count) } }
        let base = UnsafePointer(buffer.values(of: UInt8.self))
        func refuse(_ code: FormatError.Code, _ message: String, _ at: Int) -> FormatError {
            FormatError(code, source: source, offset: at, line: TextScan.count(base, at, 0x0a) + 1, message)
        }
        func column(_ at: Int) -> Int { at - ((0..<at).last { base[$0] == 0x0a }.map { $0 + 1 } ?? 0) }
        let valid = TextScan.utf8Prefix(base, count)
        if valid < count { throw refuse(.malformed, "the text is not UTF-8 at column \(column(valid) + 1)", valid) }
        var at = count >= 3 && base[0] == 0xef && base[1] == 0xbb && base[2] == 0xbf ? 3 : 0
        while at < count, [0x20, 0x09, 0x0a, 0x0d].contains(base[at]) { at += 1 }
        let start = at
        guard let shredder = try? JSONShredder(declared: nil, wanted: nil, source: source) else {
            throw refuse(.unsupported, "there is no memory left", 0)
        }
        shredder.use(base, end: count, multiLine: true)
        let status = shredder.skip(&at)
        if status != mastic_json_ok {
            let place = shredder.failure.at
            let code: FormatError.Code = status == mastic_json_incomplete ? .truncated : .malformed
            throw refuse(code, JSONProblem.describe(status, base, place, count, column: column(min(place, count))), min(place, count))
        }
        while at < count, [0x20, 0x09, 0x0a, 0x0d].contains(base[at]) { at += 1 }
        if at < count {
            throw refuse(.malformed, JSONProblem.describe(mastic_json_unexpected, base, at, count, column: column(at)) + ", behind the value", at)
        }
        return (buffer, start)
    }
}

/// Reads text that has been checked, so it looks for no errors.
private struct ValueParser {
    private var at: UnsafePointer<UInt8>

    init(at: UnsafePointer<UInt8>) { self.at = at }

    mutating func value() -> Value {
        skipSpaces()
        switch at.pointee {
        case UInt8(ascii: "\""): return .string(string())
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "t"):
            at += 4
            return .boolean(true)
        case UInt8(ascii: "f"):
            at += 5
            return .boolean(false)
        case UInt8(ascii: "n"):
            at += 4
            return .null
        default: return number()
        }
    }

    private mutating func skipSpaces() { while [0x20, 0x09, 0x0a, 0x0d].contains(at.pointee) { at += 1 } }

    private mutating func object() -> Value {
        var fields: [StructValueField] = []
        var names = Set<[UInt8]>()
        at += 1
        skipSpaces()
        while at.pointee != UInt8(ascii: "}") {
            skipSpaces()
            let name = string()
            skipSpaces()
            at += 1
            let member = value()
            if names.insert(name).inserted { fields.append(StructValueField(String(decoding: name, as: UTF8.self), member)) }
            skipSpaces()
            if at.pointee == UInt8(ascii: ",") { at += 1 }
        }
        at += 1
        return .struct(fields)
    }

    private mutating func array() -> Value {
        var elements: [Value] = []
        at += 1
        skipSpaces()
        while at.pointee != UInt8(ascii: "]") {
            elements.append(value())
            skipSpaces()
            if at.pointee == UInt8(ascii: ",") { at += 1 }
        }
        at += 1
        return .array(elements)
    }

    private mutating func string() -> [UInt8] {
        at += 1
        let start = at
        while at.pointee != UInt8(ascii: "\"") { at += at.pointee == UInt8(ascii: "\\") ? 2 : 1 }
        let count = at - start
        at += 1
        return [UInt8](unsafeUninitializedCapacity: count) { out, written in
            written = count == 0 ? 0 : mastic_json_unescape(start, count, out.baseAddress!)
        }
    }

    private mutating func number() -> Value {
        let start = at
        while [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains(at.pointee) || at.pointee &- 0x30 <= 9 { at += 1 }
        if let integer = ScalarText.long(start, at - start) { return .integer(integer) }
        return .double(ScalarText.double(start, at - start, words: false) ?? .nan)
    }
}
