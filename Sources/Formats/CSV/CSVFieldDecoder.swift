internal import Columnar
internal import Glibc

/// Takes quotes and escapes out of raw fields. The bytes it returns are good until the next field.
struct CSVFieldDecoder {
    private let quote: Int
    private let escape: Int
    private let escapesQuotesOnly: Bool
    private var scratch = Buffer(size: 4096)

    init(_ options: CSVReadOptions) {
        quote = options.quote.map { Int($0) } ?? -1
        escapesQuotesOnly = options.escapesQuotesOnly
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
