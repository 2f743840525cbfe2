internal import Glibc

/// Columns of chance.
public enum RandomColumns {
    /// Identifiers of version 4 (RFC 9562).
    public static func uuids(count: Int) -> Column {
        let digits: StaticString = "0123456789abcdef"
        let text = Buffer(size: count * 36)
        let bytes = text.values(of: UInt8.self)
        let out = Buffer(size: count * 16)
        let views = out.values(of: StringView.self)
        for i in 0..<count {
            var high = Chance.next(), low = Chance.next()
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

extension RandomColumns {
    /// So many numbers from one on; a `long`.
    public static func places(from first: Int64, count: Int) -> Column {
        let out = Buffer(size: count * 8)
        let to = out.values(of: Int64.self)
        for i in 0..<count { to[i] = first &+ Int64(i) }
        return Column(.long, Values<Int64>(out, count: count))
    }

    /// Bits that hang on the seed and the place in no way that shows (SplitMix64 of both).
    @inline(__always)
    private static func bits(_ seed: UInt64, _ place: Int64, _ step: UInt64) -> UInt64 {
        func mix(_ value: UInt64) -> UInt64 {
            var x = value &+ 0x9e37_79b9_7f4a_7c15
            x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
            x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
            return x ^ x >> 31
        }
        return mix(mix(seed &+ step) ^ UInt64(bitPattern: place))
    }

    /// Numbers from 0 up to 1, evenly spread, for places (a `long` column without nulls).
    public static func uniform(seed: Int64, places: Column) -> Column {
        let mixed = UInt64(bitPattern: seed)
        return places.flattened.mapping(Int64.self, to: .double) { Double(bits(mixed, $0, 0) >> 11) * 0x1p-53 }
    }

    /// Numbers of the standard normal distribution, for places.
    public static func normal(seed: Int64, places: Column) -> Column {
        let mixed = UInt64(bitPattern: seed)
        return places.flattened.mapping(Int64.self, to: .double) { place in
            // Box and Muller; the logarithm's argument is above 0.
            let radius = Double((bits(mixed, place, 1) >> 11) + 1) * 0x1p-53
            let angle = Double(bits(mixed, place, 2) >> 11) * 0x1p-53
            return (-2 * log(radius)).squareRoot() * cos(2 * .pi * angle)
        }
    }
}
