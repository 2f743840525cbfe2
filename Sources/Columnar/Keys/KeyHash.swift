/// Hashes of rows over several key columns: equal keys have equal hashes, null equals null, -0.0 equals 0.0 and NaN itself.
///
/// Integers of different widths hash alike, other types do not: cast keys to one type before their hashes are compared. The hashes are the same in
/// every process, so they may be stored. One multiplication of 64 by 64 bits mixes 16 bytes (the idea of wyhash).
public enum KeyHash {
    private static let k0: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let k1: UInt64 = 0xe703_7ed1_a0b4_28db
    private static let k2: UInt64 = 0x8ebc_6af0_9c88_c6e3

    /// Returns one hash a row.
    public static func hashes(_ keys: [Column], count: Int) -> Values<UInt64> {
        guard keys.allSatisfy({ KeyCells.isWord($0.type) }) else { return hashes(keys.map { KeyCells($0) }, keys.map(\.type), count) }
        let out = Buffer(size: count * 8)
        let to = out.values(of: UInt64.self)
        to.update(repeating: k2, count: count)
        for key in keys {
            let column = KeyWords(key)
            let words = column.words.start
            if let presence = column.presence {
                for i in 0..<count {
                    to[i] = mix(to[i] ^ (presence[i] ? hash(words[i], 0) : hash(KeyCells.nullLow, KeyCells.nullHigh)), k2)
                }
            } else {
                for i in 0..<count { to[i] = mix(to[i] ^ hash(words[i], 0), k2) }
            }
            withExtendedLifetime(column) {}
        }
        return Values(out, count: count)
    }

    static func hashes(_ cells: [KeyCells], _ types: [DataType], _ count: Int) -> Values<UInt64> {
        let out = Buffer(size: count * 8)
        let to = out.values(of: UInt64.self)
        to.update(repeating: k2, count: count)
        for (column, type) in zip(cells, types) {
            defer { withExtendedLifetime(column) {} }
            let from = column.cells.start
            if KeyCells.isText(type) {
                for i in 0..<count { to[i] = mix(to[i] ^ hash(text: from[i]), k2) }
            } else {
                for i in 0..<count { to[i] = mix(to[i] ^ hash(from[i].low, from[i].high), k2) }
            }
        }
        return Values(out, count: count)
    }

    @inline(__always)
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    @inline(__always)
    static func hash(_ low: UInt64, _ high: UInt64) -> UInt64 { mix(low ^ k0, high ^ k1) }

    @inline(__always)
    static func hash(text view: StringView) -> UInt64 {
        view.isInline ? hash(view.low, view.high) : hash(bytes: view.pointer, view.length)
    }

    /// More than 12 bytes.
    @inline(never)
    private static func hash(bytes: UnsafeRawPointer, _ length: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: length) ^ k0
        var at = 0
        while length - at > 16 {
            hash = mix((bytes + at).loadUnaligned(as: UInt64.self) ^ hash, (bytes + at + 8).loadUnaligned(as: UInt64.self) ^ k1)
            at += 16
        }
        // The last 16 bytes, or all of 13 to 16, in two words that may overlap.
        let start = max(0, length - 16)
        return mix((bytes + start).loadUnaligned(as: UInt64.self) ^ hash, (bytes + length - 8).loadUnaligned(as: UInt64.self) ^ k1)
    }
}
