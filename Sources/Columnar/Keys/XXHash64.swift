/// The 64-bit xxHash of values as Spark computes it: of an int four bytes, of a long, double or timestamp eight, of text its bytes; of nested values what
/// their parts make of the seed one after the other, a null leaving it as it is.
public enum XXHash64 {
    private static let p1: UInt64 = 0x9e37_79b1_85eb_ca87
    private static let p2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    private static let p3: UInt64 = 0x1656_67b1_9e37_79f9
    private static let p4: UInt64 = 0x85eb_ca77_c2b2_ae63
    private static let p5: UInt64 = 0x27d4_eb2f_1656_67c5

    /// The hash of every row; of a null row the seed.
    public static func hashes(_ column: Column, seed: UInt64) -> Values<UInt64> {
        let flat = column.flattened
        let presence = flat.presence
        let out = Buffer(size: flat.count * 8)
        let to = out.values(of: UInt64.self)
        @inline(__always) func fill(_ hash: (Int) -> UInt64) { for i in 0..<flat.count { to[i] = presence?[i] ?? true ? hash(i) : seed } }
        switch flat.type {
        case .int, .date:
            let values = flat.fixedValues(of: UInt32.self)
            fill { hash(word: values[$0], seed) }
        case .long, .timestamp:
            let values = flat.fixedValues(of: UInt64.self)
            fill { hash(word: values[$0], seed) }
        case .string, .binary:
            let views = flat.views.start
            fill { views[$0].withBytes { hash(bytes: $0, seed) } }
        default: fill { hash(flat, $0, seed) }
        }
        withExtendedLifetime(flat) {}
        return Values(out, count: flat.count)
    }

    private static func hash(_ column: Column, _ row: Int, _ seed: UInt64) -> UInt64 {
        if column.isNull(row) { return seed }
        switch column.storage {
        case .null: return seed
        case .bits(let bits): return hash(word: bits[row] ? 1 as UInt32 : 0, seed)
        case .fixed:
            switch column.type {
            case .byte: return hash(word: UInt32(bitPattern: Int32(column.fixedValues(of: Int8.self)[row])), seed)
            case .short: return hash(word: UInt32(bitPattern: Int32(column.fixedValues(of: Int16.self)[row])), seed)
            case .int, .date: return hash(word: column.fixedValues(of: UInt32.self)[row], seed)
            case .float:
                let value = column.fixedValues(of: Float.self)[row]
                return hash(word: value == 0 ? 0 : value.isNaN ? 0x7fc0_0000 : value.bitPattern, seed)
            case .double:
                let value = column.fixedValues(of: Double.self)[row]
                return hash(word: value == 0 ? 0 : value.isNaN ? 0x7ff8_0000_0000_0000 : value.bitPattern, seed)
            case .decimal(let precision, _):
                let value = column.fixedValues(of: Int128.self)[row]
                if precision <= 18 { return hash(word: UInt64(truncatingIfNeeded: value), seed) }
                // The fewest bytes that hold the number with its sign, the highest first.
                var count = 16
                while count > 1, value >> Int128(8 * count - 9) == (value < 0 ? -1 : 0) { count -= 1 }
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> Int128(8 * (count - 1 - $0))) }
                return bytes.withUnsafeBytes { hash(bytes: $0, seed) }
            default: return hash(word: column.fixedValues(of: UInt64.self)[row], seed)
            }
        case .views(let views, _): return views[row].withBytes { hash(bytes: $0, seed) }
        case .list(let offsets, let child): return (Int(offsets[row])..<Int(offsets[row + 1])).reduce(seed) { hash(child, $1, $0) }
        case .struct(let children): return children.reduce(seed) { hash($1, row, $0) }
        case .map(let offsets, let keys, let values):
            return (Int(offsets[row])..<Int(offsets[row + 1])).reduce(seed) { hash(values, $1, hash(keys, $1, $0)) }
        case .choice(let tags, let rows, let members): return hash(members[Int(tags[row])], Int(rows[row]), seed)
        case .dictionary(let indices, let values): return hash(values, Int(indices[row]), seed)
        }
    }

    @inline(__always)
    private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }

    @inline(__always)
    private static func finished(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ hash >> 33) &* p2
        hash = (hash ^ hash >> 29) &* p3
        return hash ^ hash >> 32
    }

    @inline(__always)
    static func hash(word: UInt32, _ seed: UInt64) -> UInt64 {
        var hash = seed &+ p5 &+ 4
        hash ^= UInt64(word) &* p1
        return finished(rotated(hash, 23) &* p2 &+ p3)
    }

    @inline(__always)
    static func hash(word: UInt64, _ seed: UInt64) -> UInt64 {
        var hash = seed &+ p5 &+ 8
        hash ^= rotated(word &* p2, 31) &* p1
        return finished(rotated(hash, 27) &* p1 &+ p4)
    }

    static func hash(bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
        var at = 0
        var hash: UInt64
        func word(_ at: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
        if bytes.count >= 32 {
            var (v1, v2, v3, v4) = (seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1)
            while at + 32 <= bytes.count {
                v1 = rotated(v1 &+ word(at) &* p2, 31) &* p1
                v2 = rotated(v2 &+ word(at + 8) &* p2, 31) &* p1
                v3 = rotated(v3 &+ word(at + 16) &* p2, 31) &* p1
                v4 = rotated(v4 &+ word(at + 24) &* p2, 31) &* p1
                at += 32
            }
            hash = rotated(v1, 1) &+ rotated(v2, 7) &+ rotated(v3, 12) &+ rotated(v4, 18)
            for v in [v1, v2, v3, v4] { hash = (hash ^ rotated(v &* p2, 31) &* p1) &* p1 &+ p4 }
        } else {
            hash = seed &+ p5
        }
        hash &+= UInt64(bytes.count)
        while at + 8 <= bytes.count {
            hash = rotated(hash ^ rotated(word(at) &* p2, 31) &* p1, 27) &* p1 &+ p4
            at += 8
        }
        if at + 4 <= bytes.count {
            hash = rotated(hash ^ UInt64(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)) &* p1, 23) &* p2 &+ p3
            at += 4
        }
        while at < bytes.count {
            hash = rotated(hash ^ UInt64(bytes[at]) &* p5, 11) &* p1
            at += 1
        }
        return finished(hash)
    }
}
