/// A text and a place in it. Notebooks count characters (code points), we count bytes.
package struct CodeCursor: Equatable {
    let text: String
    /// Bytes of UTF-8 before the place.
    package let offset: Int
    private let scalars: [Unicode.Scalar]

    /// - Parameter position: characters before the place; the end if not given. One outside of the text is moved into it.
    package init(_ text: String, at position: Int?) {
        self.text = text
        scalars = Array(text.unicodeScalars)
        let count = min(max(0, position ?? scalars.count), scalars.count)
        offset = scalars[..<count].reduce(0) { $0 + UTF8.width($1) }
    }

    /// Characters before a number of bytes.
    package func position(ofByte byte: Int) -> Int {
        var (count, bytes) = (0, 0)
        while count < scalars.count, bytes < byte {
            bytes += UTF8.width(scalars[count])
            count += 1
        }
        return count
    }

    /// The text before the place.
    var before: String { String(decoding: text.utf8.prefix(offset), as: UTF8.self) }

    /// The name at the place, with what it belongs to: `spark.catalog.listTables`, `df:filter`. A call's name where the place is between its brackets
    /// and touches no name. Empty where there is none.
    package var name: String {
        let bytes = Array(text.utf8)
        func isWord(_ at: Int) -> Bool {
            guard bytes.indices.contains(at) else { return false }
            switch bytes[at] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): return true
            default: return false
            }
        }
        func isJoint(_ at: Int) -> Bool { bytes.indices.contains(at) && (bytes[at] == UInt8(ascii: ".") || bytes[at] == UInt8(ascii: ":")) }
        func name(at place: Int) -> String {
            var (start, end) = (place, place)
            while isWord(start - 1) || isJoint(start - 1) && isWord(start - 2) { start -= 1 }
            while isWord(end) { end += 1 }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        if isWord(offset) || isWord(offset - 1) { return name(at: offset) }
        // Between brackets: what stands before the one that is open.
        var (at, depth) = (offset - 1, 0)
        while at >= 0, offset - at < 2000 {
            switch bytes[at] {
            case UInt8(ascii: ")"), UInt8(ascii: "}"): depth += 1
            case UInt8(ascii: "("), UInt8(ascii: "{"):
                if depth == 0 {
                    var end = at
                    while end > 0, bytes[end - 1] == 0x20 || bytes[end - 1] == UInt8(ascii: "(") { end -= 1 }
                    if isWord(end - 1) { return name(at: end) }
                } else {
                    depth -= 1
                }
            default: break
            }
            at -= 1
        }
        return ""
    }
}
