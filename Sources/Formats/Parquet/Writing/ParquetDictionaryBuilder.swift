internal import CKernels
internal import Columnar
internal import Glibc

/// Gives staged values of a column chunk their places in its dictionary.
///
/// An open-addressing table of 32-bit places over the distinct values, which lie one after the other as the dictionary page wants them. The bytes of
/// long strings are copied, so that nothing that was added must stay.
struct ParquetDictionaryBuilder {
    private let staging: ParquetWriteLeaf.Staging
    private let stride: Int
    private var table: Buffer
    private var bits: UInt32
    private(set) var values: Buffer
    /// Bytes of long strings. The last one has `arenaUsed` bytes.
    private var arenas: [Buffer] = []
    private var arenaUsed = 0
    private(set) var count = 0
    /// Bytes of the values as the dictionary page has them.
    private(set) var byteCount = 0

    init(_ leaf: ParquetWriteLeaf) {
        (staging, stride) = (leaf.staging, leaf.stride)
        bits = 8
        table = Buffer(zeroed: 4 << 8)
        values = Buffer(size: stride << 7)
    }

    private static let block = 512

    /// Bytes in memory.
    var heldBytes: Int { table.size + values.size + arenas.reduce(0) { $0 + $1.size } }

    /// Adds `n` values and writes their places to `out`. False when the dictionary came to hold more than `limit` bytes; it is then cut back to
    /// what it held before and must not be added to any more.
    mutating func add(_ input: UnsafeRawPointer, _ n: Int, limit: Int, to out: UnsafeMutablePointer<UInt32>) -> Bool {
        let (countBefore, bytesBefore) = (count, byteCount)
        var done = 0
        while done < n {
            let block = min(Self.block, n - done)
            reserve(block)
            let from = input + done * stride
            let places = table.values(of: UInt32.self)
            let before = count
            let k = Int64(block)
            switch staging {
            case .int32, .float:
                count = Int(
                    mpq_dictionary_32_add(
                        places, bits, values.values(of: UInt32.self), UInt32(count), from.assumingMemoryBound(to: UInt32.self), k, out + done))
                byteCount += (count - before) * 4
            case .int64, .double:
                count = Int(
                    mpq_dictionary_64_add(
                        places, bits, values.values(of: UInt64.self), UInt32(count), from.assumingMemoryBound(to: UInt64.self), k, out + done))
                byteCount += (count - before) * 8
            case .views:
                let typed = values.values(of: mpq_view.self)
                count = Int(mpq_dictionary_views_add(places, bits, typed, UInt32(count), from.assumingMemoryBound(to: mpq_view.self), k, out + done))
                byteCount += Int(mpq_views_size(typed + before, Int64(count - before))) + 4 * (count - before)
                keepBytes(from: before)
            case .decimal:
                count = Int(
                    mpq_dictionary_wide_add(
                        places, bits, values.values(of: mpq_view.self), UInt32(count), from.assumingMemoryBound(to: mpq_view.self), k, out + done))
                byteCount += (count - before) * 16
            case .boolean: preconditionFailure("booleans have no dictionary")
            }
            if byteCount > limit {
                (count, byteCount) = (countBefore, bytesBefore)
                return false
            }
            done += block
        }
        return true
    }

    /// Copies the bytes of the long strings from `first` on.
    private mutating func keepBytes(from first: Int) {
        let typed = values.values(of: mpq_view.self)
        for i in first..<count {
            let length = Int(UInt32(truncatingIfNeeded: typed[i].low))
            if length <= StringView.maximumInlineLength { continue }
            if arenas.isEmpty || arenaUsed + length > arenas[arenas.count - 1].size {
                arenas.append(Buffer(size: max(length, min(4096 << arenas.count, 1 << 18))))
                arenaUsed = 0
            }
            let target = arenas[arenas.count - 1].base + arenaUsed
            memcpy(target, UnsafeRawPointer(bitPattern: UInt(typed[i].high))!, length)
            typed[i].high = UInt64(UInt(bitPattern: target))
            arenaUsed += length
        }
    }

    /// Makes room for `n` new values at half load.
    private mutating func reserve(_ n: Int) {
        if (count + n) * stride > values.size {
            let grown = Buffer(size: max(values.size * 2, (count + n) * stride))
            memcpy(grown.base, values.base, count * stride)
            values = grown
        }
        guard (count + n) * 2 > 1 << bits else { return }
        while (count + n) * 2 > 1 << bits { bits += 1 }
        table = Buffer(zeroed: 4 << Int(bits))
        let places = table.values(of: UInt32.self)
        switch staging {
        case .int32, .float: mpq_dictionary_32_rebuild(places, bits, values.values(of: UInt32.self), UInt32(count))
        case .int64, .double: mpq_dictionary_64_rebuild(places, bits, values.values(of: UInt64.self), UInt32(count))
        case .views: mpq_dictionary_views_rebuild(places, bits, values.values(of: mpq_view.self), UInt32(count))
        case .decimal: mpq_dictionary_wide_rebuild(places, bits, values.values(of: mpq_view.self), UInt32(count))
        case .boolean: break
        }
    }
}
