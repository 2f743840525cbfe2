internal import Glibc
public import Columnar

/// A set of encoded keys: what a merge asks "is this key there?".
///
/// Open addressing over one run of bytes; slots hold a row number and 32 bits of the hash.
public final class KeySet: @unchecked Sendable {
    // Sendable: one thread inserts, and only when it is done do others ask.
    private var table = Table()

    public init() {}

    /// Distinct keys.
    public var count: Int { table.count }

    /// Adds the complete keys.
    public func insert(_ keys: KeyEncoder.Keys) { table.insert(keys) }

    /// Bit set = the key is in the set. A key with a null in it is in no set.
    public func contains(_ keys: KeyEncoder.Keys) -> Bitmap {
        let table = table
        return Bitmap.filled(keys.count) { row in
            guard keys.complete?[row] ?? true else { return false }
            return keys.withBytes(row) { table.contains($0) }
        }
    }
}

private struct Table {
    private var bytes = GrowingBuffer<UInt8>(capacity: 1024)
    /// Where each key begins, and where the last one ends.
    private var offsets = GrowingBuffer<Int>(capacity: 64)
    private var slots: [Slot] = Array(repeating: Slot(), count: 64)

    private struct Slot {
        /// The key's number, or -1.
        var key: Int32 = -1
        var hash: UInt32 = 0
    }

    init() { offsets.append(0) }

    var count: Int { offsets.count - 1 }

    func contains(_ key: UnsafeRawBufferPointer) -> Bool { slots[find(key, Table.hash(key))].key >= 0 }

    mutating func insert(_ keys: KeyEncoder.Keys) {
        while (count + keys.count) * 2 > slots.count { grow() }
        for row in 0..<keys.count where keys.complete?[row] ?? true { keys.withBytes(row) { insert($0) } }
    }

    private mutating func insert(_ key: UnsafeRawBufferPointer) {
        let hash = Table.hash(key)
        let slot = find(key, hash)
        if slots[slot].key >= 0 { return }
        slots[slot] = Slot(key: Int32(count), hash: hash)
        if let base = key.baseAddress { bytes.append(from: base.assumingMemoryBound(to: UInt8.self), count: key.count) }
        offsets.append(bytes.count)
    }

    /// The slot of the key, or the empty one where it belongs.
    private func find(_ key: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
        var slot = Int(hash) & (slots.count - 1)
        while true {
            let found = slots[slot]
            if found.key < 0 { return slot }
            if found.hash == hash {
                let (start, end) = (offsets.start[Int(found.key)], offsets.start[Int(found.key) + 1])
                if end - start == key.count, key.count == 0 || memcmp(bytes.start + start, key.baseAddress!, key.count) == 0 { return slot }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        for entry in old where entry.key >= 0 {
            var slot = Int(entry.hash) & (slots.count - 1)
            while slots[slot].key >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }

    /// Eight bytes at a time, multiplied and folded.
    private static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: key.count)
        var at = 0
        while at < key.count {
            var word: UInt64 = 0
            if key.count - at >= 8 {
                word = key.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            } else {
                for i in at..<key.count { word = word << 8 | UInt64(key[i]) }
            }
            let product = (hash ^ word).multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
            hash = product.high ^ product.low
            at += 8
        }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
