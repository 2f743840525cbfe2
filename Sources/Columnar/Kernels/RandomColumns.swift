/// Columns of chance.
public enum RandomColumns {
    /// Identifiers of version 4 (RFC 9562).
    public static func uuids(count: Int) -> Column {
        var generator = SystemRandomNumberGenerator()
        let digits: StaticString = "0123456789abcdef"
        let text = Buffer(size: count * 36)
        let bytes = text.values(of: UInt8.self)
        let out = Buffer(size: count * 16)
        let views = out.values(of: StringView.self)
        for i in 0..<count {
            var high = generator.next(), low = generator.next()
            high = high & 0xffff_ffff_ffff_0fff | 0x4000
            low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
            let start = bytes + i * 36
            var at = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    start[at] = UInt8(ascii: "-")
                    at += 1
                }
                let word = digit < 16 ? high : low
                start[at] = digits.utf8Start[Int(word >> UInt64(60 - digit % 16 * 4) & 15)]
                at += 1
            }
            views[i] = StringView(start, length: 36)
        }
        return Column(type: .string, count: count, storage: .views(Values(out, count: count), buffers: [text]))
    }
}
