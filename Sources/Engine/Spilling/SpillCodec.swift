internal import Columnar
internal import Glibc

/// Columns as bytes for a temporary file: buffers as they lie in memory, strings compacted, everything aligned to 16 bytes so that a reader can use it in place.
///
/// A column is four words (storage, rows, whether a validity follows, a count of the storage's own), the validity's words, and the storage's sections:
///
///     bits          the words
///     fixed         the values
///     views         the views, a long string's pointer replaced by its place in the bytes; the bytes of long strings
///     list, map     offsets from 0; the child column or columns
///     struct        the children
///     choice        tags; rows; the members, those of their rows alone that are in use
///     dictionary    indices; the values' column
///
/// The type is not written: who reads knows it. Only this process reads what it wrote.
struct SpillEncoder {
    private enum Kind: UInt64 { case null, bits, fixed, views, list, `struct`, map, choice, dictionary }
    private var bytes: GrowingBuffer<UInt8>

    init(capacity: Int) { bytes = GrowingBuffer(capacity: capacity) }

    mutating func finish() -> Values<UInt8> { bytes.take() }

    /// Appends bytes and the padding behind them.
    private mutating func append(_ start: UnsafeRawPointer, _ count: Int) {
        bytes.append(from: start.assumingMemoryBound(to: UInt8.self), count: count)
        bytes.append(repeating: 0, count: -count & 15)
    }

    private mutating func header(_ kind: Kind, _ column: Column, _ own: Int = 0) {
        let words: [UInt64] = [kind.rawValue, UInt64(column.count), column.validity == nil ? 0 : 1, UInt64(own)]
        words.withUnsafeBytes { append($0.baseAddress!, $0.count) }
        if let validity = column.validity { append(validity) }
    }

    private mutating func append(_ bits: Bitmap) {
        append(UnsafeRawPointer(bits.bytes), bits.wordCount * 8)
        withExtendedLifetime(bits) {}
    }

    private mutating func append<T: BitwiseCopyable>(_ values: Values<T>) {
        append(UnsafeRawPointer(values.start), values.count * MemoryLayout<T>.stride)
        withExtendedLifetime(values) {}
    }

    /// Appends offsets moved to begin at 0, and returns what they span.
    private mutating func append(offsets: Values<Int32>) -> Range<Int> {
        let first = offsets[0]
        let moved = Buffer(size: offsets.count * 4)
        let to = moved.values(of: Int32.self)
        for i in 0..<offsets.count { to[i] = offsets[i] - first }
        append(Values<Int32>(moved, count: offsets.count))
        return Int(first)..<Int(offsets[offsets.count - 1])
    }

    mutating func append(_ column: Column) {
        switch column.storage {
        case .null: header(.null, column)
        case .bits(let bits):
            header(.bits, column)
            append(bits)
        case .fixed(let owner, let start):
            header(.fixed, column)
            append(start, column.count * column.type.fixedSize)
            withExtendedLifetime(owner) {}
        case .views(let views, let buffers):
            append(column, views)
            withExtendedLifetime(buffers) {}
        case .list(let offsets, let child):
            header(.list, column)
            let span = append(offsets: offsets)
            append(child.slice(span))
        case .struct(let children):
            header(.struct, column)
            for child in children { append(child) }
        case .map(let offsets, let keys, let values):
            header(.map, column)
            let span = append(offsets: offsets)
            append(keys.slice(span))
            append(values.slice(span))
        case .choice(let tags, let rows, let members):
            header(.choice, column)
            append(tags)
            appendMembers(tags, rows, members)
        case .dictionary(let indices, let values):
            if values.count > column.count { return append(column.flattened) }
            header(.dictionary, column)
            append(indices)
            append(values)
        }
    }

    /// The members' rows that are in use alone, with the numbers that they get thereby.
    private mutating func appendMembers(_ tags: Values<UInt8>, _ rows: Values<Int32>, _ members: [Column]) {
        var used = members.map { _ in GrowingBuffer<Int32>(capacity: 64) }
        let moved = Buffer(zeroed: rows.count * 4)
        let to = moved.values(of: Int32.self)
        for i in 0..<rows.count where tags[i] != Column.nullTag {
            let member = Int(tags[i])
            to[i] = Int32(used[member].count)
            used[member].append(rows[i])
        }
        append(Values<Int32>(moved, count: rows.count))
        for (i, member) in members.enumerated() { append(member.take(used[i].take())) }
    }

    private mutating func append(_ column: Column, _ views: Values<StringView>) {
        var size = 0
        for i in 0..<views.count where !views[i].isInline { size += views[i].length }
        header(.views, column, size)
        bytes.reserve(views.count * 16 + size + 16)
        let to = UnsafeMutableRawPointer(bytes.start + bytes.count).assumingMemoryBound(to: StringView.self)
        let text = UnsafeMutableRawPointer(to + views.count)
        var at = 0
        for i in 0..<views.count {
            let view = views[i]
            if view.isInline {
                to[i] = view
            } else {
                memcpy(text + at, view.pointer, view.length)
                to[i] = StringView(low: view.low, high: UInt64(at))
                at += view.length
            }
        }
        bytes.advance(views.count * 16 + size)
        bytes.append(repeating: 0, count: -size & 15)
    }
}

/// Reads what `SpillEncoder` wrote. The columns share the buffer.
struct SpillDecoder {
    private let buffer: Buffer
    private var at = 0

    init(_ buffer: Buffer) { self.buffer = buffer }

    /// The next `count` values, in place.
    private mutating func values<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) -> Values<T> {
        defer { at += (count * MemoryLayout<T>.stride + 15) & ~15 }
        return Values(owner: buffer, start: UnsafePointer((buffer.base + at).assumingMemoryBound(to: T.self)), count: count)
    }

    private mutating func bitmap(_ count: Int) -> Bitmap {
        let words = values(UInt64.self, (count + 63) / 64)
        return Bitmap(owner: buffer, bytes: UnsafeRawPointer(words.start).assumingMemoryBound(to: UInt8.self), count: count)
    }

    mutating func column(_ type: DataType) -> Column {
        let header = values(UInt64.self, 4)
        let (kind, count, own) = (header[0], Int(header[1]), Int(header[3]))
        let validity = header[2] == 1 ? bitmap(count) : nil
        func make(_ storage: Column.Storage) -> Column { Column(type: type, count: count, validity: validity, storage: storage) }
        switch (kind, type) {
        case (1, _): return make(.bits(bitmap(count)))
        case (2, _):
            let bytes = values(UInt8.self, count * type.fixedSize)
            return make(.fixed(owner: buffer, start: UnsafeRawPointer(bytes.start)))
        case (3, _):
            let views = UnsafeMutablePointer(mutating: values(StringView.self, count).start)
            let text = values(UInt8.self, own)
            let base = UInt64(UInt(bitPattern: text.start))
            for i in 0..<count where !views[i].isInline { views[i].high += base }
            return make(.views(Values(owner: buffer, start: UnsafePointer(views), count: count), buffers: [buffer]))
        case (4, .array(let element)):
            let offsets = values(Int32.self, count + 1)
            return make(.list(offsets: offsets, child: column(element)))
        case (5, .struct(let fields)): return make(.struct(fields.map { column($0.type) }))
        case (6, .map(let key, let value)):
            let offsets = values(Int32.self, count + 1)
            let keys = column(key)
            return make(.map(offsets: offsets, keys: keys, values: column(value)))
        case (7, .choice(let members)):
            let tags = values(UInt8.self, count)
            let rows = values(Int32.self, count)
            return make(.choice(tags: tags, rows: rows, members: members.map { column($0) }))
        case (8, _):
            let indices = values(Int32.self, count)
            return make(.dictionary(indices: indices, values: column(type)))
        default: return make(.null)
        }
    }
}
