internal import CKernels
internal import Glibc

/// A column that lies in many chunks, gathered from without being put together first: what a sort keeps of its input.
///
/// A place is `chunk << 32 | row`. Strings are copied out as they are gathered, so that the result holds nothing of the chunks. Chunks that are all
/// dictionaries become one dictionary, as long as that stays small.
public final class ChunkedColumn: @unchecked Sendable {
    // Sendable: everything is a `let` over published buffers.
    public let type: DataType
    private let chunks: [Column]
    private let layout: Layout

    private enum Layout {
        /// Values of a fixed size, or views: where each chunk's begin.
        case plain(size: Int)
        case bits
        /// One dictionary for all chunks, and each chunk's numbers in it.
        case dictionary(values: Column, numbers: [Values<Int32>])
        /// Anything else: the chunks put together, and where each begins.
        case whole(Column, starts: [Int])
    }

    private let bases: Values<UInt>
    /// Where each chunk's validity begins; 0 for a chunk without nulls.
    private let validities: Values<UInt>
    private let hasNulls: Bool

    /// The most entries of a common dictionary.
    private static let dictionaryLimit = 1 << 16

    public init(_ columns: [Column], type: DataType) {
        self.type = type
        var chunks = columns.map { $0.type == type ? $0 : $0.conforming(to: type) }
        let layout: Layout
        if type.isNested || type == .null {
            var starts: [Int] = []
            var start = 0
            for chunk in chunks {
                starts.append(start)
                start += chunk.count
            }
            layout = .whole(Column.concatenate(chunks, as: type), starts: starts)
        } else if let dictionary = ChunkedColumn.commonDictionary(chunks, type) {
            layout = dictionary
        } else {
            chunks = chunks.map(\.flattened)
            layout = type == .boolean ? .bits : .plain(size: type == .string || type == .binary ? 16 : type.fixedSize)
        }
        self.chunks = chunks
        self.layout = layout
        bases = Values(
            chunks.map { chunk -> UInt in
                switch chunk.storage {
                case .fixed(_, let start): UInt(bitPattern: start)
                case .views(let views, _): UInt(bitPattern: views.start)
                case .bits(let bits): UInt(bitPattern: bits.bytes)
                default: 0
                }
            })
        validities = Values(chunks.map { chunk -> UInt in chunk.validity.map { UInt(bitPattern: $0.bytes) } ?? 0 })
        hasNulls = chunks.contains { $0.validity != nil }
    }

    private static func commonDictionary(_ chunks: [Column], _ type: DataType) -> Layout? {
        var dictionaries: [Column] = []
        var total = 0
        for chunk in chunks {
            guard case .dictionary(_, let values) = chunk.storage, values.presence == nil else { return nil }
            // Batches of one row group share their dictionary.
            if dictionaries.last !== values { total += values.count }
            if total > dictionaryLimit * 4 { return nil }
            dictionaries.append(values)
        }
        if chunks.isEmpty { return nil }
        let table = KeyTable(types: [type])
        var numbers: [Values<Int32>] = []
        for (i, values) in dictionaries.enumerated() {
            if i > 0, values === dictionaries[i - 1] { numbers.append(numbers[i - 1]) } else { numbers.append(table.insert([values], count: values.count)) }
            if table.groupCount > dictionaryLimit { return nil }
        }
        return .dictionary(values: table.keys[0], numbers: numbers)
    }

    /// The values at the given places, in their order.
    public func gather(_ places: UnsafePointer<UInt64>, _ count: Int) -> Column {
        defer { withExtendedLifetime(self) {} }
        let validity = gatheredValidity(places, count)
        func make(_ storage: Column.Storage) -> Column { Column(type: type, count: count, validity: validity, storage: storage) }
        switch layout {
        case .whole(let column, let starts):
            let rows = Buffer(size: count * 4)
            let to = rows.values(of: Int32.self)
            for i in 0..<count { to[i] = Int32(starts[Int(places[i] >> 32)] + Int(places[i] & 0xffff_ffff)) }
            return column.take(Values(rows, count: count)).compacted()
        case .bits:
            let bases = self.bases.start
            return make(
                .bits(
                    packedBits(count) { i in
                        let row = Int(places[i] & 0xffff_ffff)
                        let bytes = UnsafePointer<UInt8>(bitPattern: bases[Int(places[i] >> 32)]).unsafelyUnwrapped
                        return bytes[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1 != 0
                    }))
        case .dictionary(let values, let numbers):
            let out = Buffer(size: count * 4)
            let to = out.values(of: Int32.self)
            let starts = Values<UInt>(numbers.map { UInt(bitPattern: $0.start) })
            let indices = Values<UInt>(
                chunks.map { chunk -> UInt in
                    guard case .dictionary(let indices, _) = chunk.storage else { return 0 }
                    return UInt(bitPattern: indices.start)
                })
            for i in 0..<count {
                let (chunk, row) = (Int(places[i] >> 32), Int(places[i] & 0xffff_ffff))
                let index = UnsafePointer<Int32>(bitPattern: indices[chunk]).unsafelyUnwrapped[row]
                to[i] = UnsafePointer<Int32>(bitPattern: starts[chunk]).unsafelyUnwrapped[Int(index)]
            }
            withExtendedLifetime((starts, indices)) {}
            return make(.dictionary(indices: Values(out, count: count), values: values))
        case .plain(let size):
            let out = Buffer(size: count * size)
            switch size {
            case 1: copy(places, count, UInt8.self, out)
            case 2: copy(places, count, UInt16.self, out)
            case 4: copy(places, count, UInt32.self, out)
            case 8: copy(places, count, UInt64.self, out)
            default:
                if type.isDecimal {
                    copy(places, count, UInt128.self, out)
                } else {
                    copy(places, count, StringView.self, out)
                    return make(.views(Values(out, count: count), buffers: ownText(out.values(of: StringView.self), count)))
                }
            }
            return make(.fixed(owner: out, start: UnsafeRawPointer(out.base)))
        }
    }

    @inline(__always)
    private func copy<T: BitwiseCopyable>(_ places: UnsafePointer<UInt64>, _ count: Int, _ type: T.Type, _ out: Buffer) {
        let (bases, to) = (self.bases.start, out.values(of: T.self))
        for i in 0..<count {
            let base = UnsafePointer<T>(bitPattern: bases[Int(truncatingIfNeeded: places[i] >> 32)]).unsafelyUnwrapped
            to[i] = base[Int(truncatingIfNeeded: places[i] & 0xffff_ffff)]
        }
    }

    /// Copies the bytes of long strings into one buffer and leads the views there.
    private func ownText(_ views: UnsafeMutablePointer<StringView>, _ count: Int) -> [Buffer] {
        var size = 0
        for i in 0..<count where !views[i].isInline { size += views[i].length }
        if size == 0 { return [] }
        // Room for copies of whole words.
        let text = Buffer(size: size + 16)
        var at = text.base
        let ahead = 16
        for i in 0..<count {
            if i + ahead < count, !views[i + ahead].isInline { mastic_prefetch(views[i + ahead].pointer) }
            let view = views[i]
            if view.isInline { continue }
            memcpy(at, view.pointer, view.length)
            views[i] = StringView(low: view.low, high: UInt64(UInt(bitPattern: at)))
            at += view.length
        }
        return [text]
    }

    private func gatheredValidity(_ places: UnsafePointer<UInt64>, _ count: Int) -> Bitmap? {
        if case .whole = layout { return nil }
        if !hasNulls { return nil }
        let validities = self.validities.start
        let bits = packedBits(count) { i in
            guard let bytes = UnsafePointer<UInt8>(bitPattern: validities[Int(places[i] >> 32)]) else { return true }
            let row = Int(places[i] & 0xffff_ffff)
            return bytes[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1 != 0
        }
        return bits.setCount == count ? nil : bits
    }
}
