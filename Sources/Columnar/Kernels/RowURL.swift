/// The parts of a URI (RFC 2396, as Java's `URI` reads it), as ranges of its bytes.
public struct RowURL {
    private var scheme: Range<Int>?
    private var authority: Range<Int>?
    private var userInfo: Range<Int>?
    private var host: Range<Int>?
    private var path: Range<Int> = 0..<0
    private var query: Range<Int>?
    private var fragment: Range<Int>?

    /// Nil for what is no URI: blanks and characters that must be escaped.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        for (i, byte) in bytes.enumerated() {
            switch byte {
            case 0...0x20, 0x7f, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"),
                UInt8(ascii: "|"), UInt8(ascii: "}"):
                return nil
            case UInt8(ascii: "%"):
                guard i + 2 < bytes.count, RowURL.isHex(bytes[i + 1]), RowURL.isHex(bytes[i + 2]) else { return nil }
            default: break
            }
        }
        var end = bytes.count
        if let mark = bytes.firstIndex(of: UInt8(ascii: "#")) {
            fragment = (mark + 1)..<end
            end = mark
        }
        var at = 0
        if let colon = bytes[..<end].firstIndex(where: { ":/?".utf8.contains($0) }), bytes[colon] == UInt8(ascii: ":") {
            guard colon > 0, bytes[0] | 0x20 >= 97, bytes[0] | 0x20 < 123 else { return nil }
            scheme = 0..<colon
            at = colon + 1
            // What follows without a slash is opaque: it has no parts.
            if at < end, bytes[at] != UInt8(ascii: "/") {
                path = end..<end
                isOpaque = true
                return
            }
            if at == end { return nil }
        }
        if let mark = bytes[at..<end].firstIndex(of: UInt8(ascii: "?")) {
            query = (mark + 1)..<end
            end = mark
        }
        if at + 1 < end, bytes[at] == UInt8(ascii: "/"), bytes[at + 1] == UInt8(ascii: "/") {
            let stop = bytes[(at + 2)..<end].firstIndex(of: UInt8(ascii: "/")) ?? end
            let whole = (at + 2)..<stop
            if !whole.isEmpty {
                authority = whole
                var start = whole.lowerBound
                if let sign = bytes[whole].lastIndex(of: UInt8(ascii: "@")) {
                    userInfo = start..<sign
                    start = sign + 1
                }
                var hostEnd = stop
                if start < stop, bytes[start] == UInt8(ascii: "[") {
                    guard let close = bytes[start..<stop].firstIndex(of: UInt8(ascii: "]")) else { return nil }
                    hostEnd = close + 1
                } else if let colon = bytes[start..<stop].firstIndex(of: UInt8(ascii: ":")) {
                    hostEnd = colon
                }
                if hostEnd > start { host = start..<hostEnd }
            }
            at = stop
        }
        path = at..<end
    }

    private var isOpaque = false

    private static func isHex(_ byte: UInt8) -> Bool { (byte >= 48 && byte < 58) || (byte | 0x20 >= 97 && byte | 0x20 < 103) }

    /// A part by its name in SQL; of `QUERY` the value of a key where there is one.
    public func part(_ name: String, key: [UInt8]?, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        if key != nil, name != "QUERY" { return nil }
        switch name {
        case "HOST": return host
        case "PATH": return isOpaque ? nil : path
        case "QUERY":
            guard let query else { return nil }
            guard let key else { return query }
            var start = query.lowerBound
            while start <= query.upperBound {
                let end = bytes[start..<query.upperBound].firstIndex(of: UInt8(ascii: "&")) ?? query.upperBound
                let value = start + key.count + 1
                if value <= end, bytes[value - 1] == UInt8(ascii: "="), key.withUnsafeBytes({ equal(bytes, start, $0) }) { return value..<end }
                start = end + 1
            }
            return nil
        case "REF": return fragment
        case "PROTOCOL": return scheme
        case "AUTHORITY": return authority
        case "USERINFO": return userInfo
        case "FILE": return isOpaque ? nil : path.lowerBound..<(query?.upperBound ?? path.upperBound)
        default: return nil
        }
    }
}
