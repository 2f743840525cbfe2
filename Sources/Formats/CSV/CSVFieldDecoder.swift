internal import Columnar
internal import Glibc

/// Takes quotes and escapes out of raw fields. The bytes it returns are good until the next field.
package struct CSVFieldDecoder {
    private let quote: Int
    private let escape: Int
    private let escapesQuotesOnly: Bool
    /// A text that is null where it is no value of its column's type; empty for none.
    private let nullText: [UInt8]
    private var scratch = Buffer(size: 4096)

    package init(_ options: CSVReadOptions) {
        quote = options.quote.map { Int($0) } ?? -1
        escapesQuotesOnly = options.escapesQuotesOnly
        nullText = options.nullText ?? []
        escape = options.escape.flatMap { $0 == options.quote ? nil : Int($0) } ?? -1
    }

    /// The field's value: without its quotes, doubled quotes made single, escapes resolved (`\n`, `\r`, `\t`, `\0` are control characters).
    mutating func decode(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        if scratch.size < count { scratch = Buffer(size: count * 2) }
        let out = scratch.values(of: UInt8.self)
        var (at, n) = (0, 0)
        var isQuoted = count > 0 && Int(bytes[0]) == quote
        if isQuoted { at = 1 }
        while at < count {
            let byte = bytes[at]
            at += 1
            if Int(byte) == escape, at < count, !escapesQuotesOnly || (isQuoted && (Int(bytes[at]) == quote || Int(bytes[at]) == escape)) {
                out[n] = escapesQuotesOnly ? bytes[at] : Self.escaped(bytes[at])
                at += 1
            } else if isQuoted, Int(byte) == quote {
                guard at < count, Int(bytes[at]) == quote else {
                    isQuoted = false
                    continue
                }
                out[n] = byte
                at += 1
            } else {
                out[n] = byte
            }
            n += 1
        }
        return UnsafeBufferPointer(start: out, count: n)
    }

    /// Whether a text that is no value stands for null: white space does, and the text that was said to.
    func isNull(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        if ScalarText.trimmed(bytes, count).1 == 0 { return true }
        return count == nullText.count && nullText.withUnsafeBytes { memcmp($0.baseAddress!, bytes, count) } == 0
    }

    private static func escaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "0"): 0x00
        default: byte
        }
    }
}
