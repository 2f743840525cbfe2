/// Base 64 (RFC 4648, section 4, with padding): how JSON carries bytes.
enum Base64 {
    /// The bytes that the text stands for; nil when it is no base 64.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3)
        for start in stride(from: 0, to: text.count, by: 4) {
            let isLast = start + 4 == text.count
            let padding = isLast ? (text[start + 2] == 0x3d ? 2 : text[start + 3] == 0x3d ? 1 : 0) : 0
            var word: UInt32 = 0
            for i in 0..<4 {
                if i >= 4 - padding {
                    guard text[start + i] == 0x3d else { return nil }
                    word <<= 6
                    continue
                }
                guard let value = value(text[start + i]) else { return nil }
                word = word << 6 | value
            }
            out.append(UInt8(word >> 16))
            if padding < 2 { out.append(UInt8(word >> 8 & 0xff)) }
            if padding < 1 { out.append(UInt8(word & 0xff)) }
        }
        return out
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5a: UInt32(byte - 0x41)
        case 0x61...0x7a: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case 0x2b: 62
        case 0x2f: 63
        default: nil
        }
    }
}
