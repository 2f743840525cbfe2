public import Columnar

/// Writes the key fields of rows as bytes, so that two keys are equal exactly when their bytes are.
///
/// Equality is by value, across types that mean the same:
/// - integers of any width, and floating point and decimals without a fraction, are one kind of number;
/// - other floating point numbers equal each other as doubles (NaN equals NaN), other decimals as decimals, whatever their scale;
/// - strings and binaries are equal only to their own kind, and so are dates and timestamps; `1` is not `"1"`;
/// - a choice counts as the value that it holds; a dictionary as its values;
/// - arrays, structs and maps are compared in order, by their contents, nulls included.
///
/// Layout of a value: one byte that says its kind, then 8 or 24 bytes, or a length and its contents.
public enum KeyEncoder {
    /// The keys of a run of rows.
    public struct Keys: Sendable {
        fileprivate let rows: EncodedRows
        /// Bit set = no key field is null; nil when that is so in every row. A key with a null equals nothing.
        public let complete: Bitmap?

        public var count: Int { rows.count }

        /// Calls `body` with the key of a row, whose bytes are valid during the call only.
        @inline(__always)
        public func withBytes<R>(_ row: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R { withExtendedLifetime(rows) { body(rows[row]) } }
    }

    /// Encodes `columns`, which have `count` rows each.
    ///
    /// Complexity: linear in the values. Allocates per column, not per row.
    public static func encode(_ columns: [Column], count: Int) -> Keys {
        let complete = columns.reduce(nil as Bitmap?) { Bitmap.and($0, $1.presence) }
        return Keys(rows: EncodedRows.joining(columns.map { EncodedRows.encoding($0) }, count: count), complete: complete)
    }
}

/// Bytes for each row, one after the other.
private struct EncodedRows: Sendable {
    private let bytes: Values<UInt8>
    private let offsets: Values<Int>

    var count: Int { offsets.count - 1 }

    subscript(row: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes.start + offsets[row], count: offsets[row + 1] - offsets[row])
    }

    private enum Tag {
        static let null: UInt8 = 0
        static let boolean: UInt8 = 1
        static let whole: UInt8 = 2
        static let fraction: UInt8 = 3
        static let decimal: UInt8 = 4
        static let string: UInt8 = 5
        static let binary: UInt8 = 6
        static let date: UInt8 = 7
        static let timestamp: UInt8 = 8
        static let array: UInt8 = 9
        static let `struct`: UInt8 = 10
        static let map: UInt8 = 11
    }

    private struct Writer {
        var bytes: GrowingBuffer<UInt8>
        var offsets: GrowingBuffer<Int>

        init(rows: Int, bytesPerRow: Int) {
            bytes = GrowingBuffer(capacity: rows * bytesPerRow)
            offsets = GrowingBuffer(capacity: rows + 1)
            offsets.append(0)
        }

        @inline(__always)
        mutating func endRow() { offsets.append(bytes.count) }

        @inline(__always)
        mutating func write<T: BitwiseCopyable>(_ tag: UInt8, _ value: T) {
            bytes.reserve(1 + MemoryLayout<T>.size)
            (bytes.start + bytes.count).pointee = tag
            UnsafeMutableRawPointer(bytes.start + bytes.count + 1).storeBytes(of: value, as: T.self)
            bytes.advance(1 + MemoryLayout<T>.size)
        }

        @inline(__always)
        mutating func write(_ raw: UnsafeRawBufferPointer) {
            if let base = raw.baseAddress { bytes.append(from: base.assumingMemoryBound(to: UInt8.self), count: raw.count) }
        }

        mutating func finish() -> EncodedRows { EncodedRows(bytes: bytes.take(), offsets: offsets.take()) }
    }

    private init(bytes: Values<UInt8>, offsets: Values<Int>) { (self.bytes, self.offsets) = (bytes, offsets) }

    /// One value of each part a row.
    static func joining(_ parts: [EncodedRows], count: Int) -> EncodedRows {
        if parts.count == 1 { return parts[0] }
        let offsetBuffer = Buffer(size: (count + 1) * MemoryLayout<Int>.stride)
        let offsets = offsetBuffer.values(of: Int.self)
        for row in 0...count { offsets[row] = 0 }
        for part in parts {
            let from = part.offsets.start
            for row in 0...count { offsets[row] += from[row] }
        }
        let bytes = Buffer(size: offsets[count])
        let out = bytes.values(of: UInt8.self)
        // Where the next part of each row goes.
        let cursorBuffer = Buffer(size: count * MemoryLayout<Int>.stride)
        let cursors = cursorBuffer.values(of: Int.self)
        for row in 0..<count { cursors[row] = offsets[row] }
        for part in parts {
            let (from, at) = (part.bytes.start, part.offsets.start)
            for row in 0..<count {
                let size = at[row + 1] - at[row]
                (out + cursors[row]).update(from: from + at[row], count: size)
                cursors[row] += size
            }
        }
        return EncodedRows(bytes: Values(bytes, count: offsets[count]), offsets: Values(offsetBuffer, count: count + 1))
    }

    /// A run with what `write` appends for each row that is present.
    @inline(__always)
    private static func encoding(_ column: Column, _ write: (inout Writer, Int) -> Void) -> EncodedRows {
        var writer = Writer(rows: column.count, bytesPerRow: 9)
        if let validity = column.validity {
            for row in 0..<column.count {
                if validity[row] { write(&writer, row) } else { writer.bytes.append(Tag.null) }
                writer.endRow()
            }
        } else {
            for row in 0..<column.count {
                write(&writer, row)
                writer.endRow()
            }
        }
        return writer.finish()
    }

    @inline(__always)
    private static func wholes<T: FixedWidthInteger & BitwiseCopyable>(_ column: Column, _ type: T.Type, _ tag: UInt8) -> EncodedRows {
        let values = column.fixedValues(of: T.self)
        return encoding(column) { $0.write(tag, Int64(values[$1])) }
    }

    private static func nested(_ column: Column, _ tag: UInt8, _ offsets: Values<Int32>, _ contents: EncodedRows) -> EncodedRows {
        encoding(column) { writer, row in
            writer.write(tag, Int64(offsets[row + 1] - offsets[row]))
            let (start, end) = (contents.offsets[Int(offsets[row])], contents.offsets[Int(offsets[row + 1])])
            writer.write(UnsafeRawBufferPointer(start: contents.bytes.start + start, count: end - start))
        }
    }

    static func encoding(_ column: Column) -> EncodedRows {
        switch column.storage {
        case .null:
            return encoding(column) { writer, _ in writer.bytes.append(Tag.null) }
        case .bits(let bits):
            return encoding(column) { $0.write(Tag.boolean, bits[$1] ? 1 as UInt8 : 0) }
        case .fixed:
            switch column.type {
            case .byte: return wholes(column, Int8.self, Tag.whole)
            case .short: return wholes(column, Int16.self, Tag.whole)
            case .int: return wholes(column, Int32.self, Tag.whole)
            case .long: return wholes(column, Int64.self, Tag.whole)
            case .date: return wholes(column, Int32.self, Tag.date)
            case .timestamp: return wholes(column, Int64.self, Tag.timestamp)
            case .float:
                let values = column.fixedValues(of: Float.self)
                return encoding(column) { write(Double(values[$1]), to: &$0) }
            case .double:
                let values = column.fixedValues(of: Double.self)
                return encoding(column) { write(values[$1], to: &$0) }
            default:
                let values = column.fixedValues(of: Int128.self)
                guard case .decimal(_, let scale) = column.type else { preconditionFailure("a \(column.type.name) column of 16 bytes a value") }
                return encoding(column) { write(values[$1], scale: scale, to: &$0) }
            }
        case .views(let views, _):
            let tag = column.type == .binary ? Tag.binary : Tag.string
            return encoding(column) { writer, row in
                writer.write(tag, Int64(views[row].length))
                views[row].withBytes { writer.write($0) }
            }
        case .list(let offsets, let child):
            return nested(column, Tag.array, offsets, encoding(child))
        case .map(let offsets, let keys, let values):
            return nested(column, Tag.map, offsets, joining([encoding(keys), encoding(values)], count: keys.count))
        case .struct(let children):
            let contents = joining(children.map { encoding($0) }, count: column.count)
            return encoding(column) { writer, row in
                writer.write(Tag.struct, Int64(children.count))
                writer.write(contents[row])
            }
        case .choice(let tags, let rows, let members):
            let contents = members.map { encoding($0) }
            return encoding(column) { writer, row in
                if tags[row] == Column.nullTag { writer.bytes.append(Tag.null) } else { writer.write(contents[Int(tags[row])][Int(rows[row])]) }
            }
        case .dictionary(let indices, let values):
            let contents = encoding(values)
            return encoding(column) { $0.write(contents[Int(indices[$1])]) }
        }
    }

    @inline(__always)
    private static func write(_ value: Double, to writer: inout Writer) {
        if let whole = Int64(exactly: value) {
            writer.write(Tag.whole, whole)
        } else {
            writer.write(Tag.fraction, value.isNaN ? Double.nan.bitPattern : value.bitPattern)
        }
    }

    private static func write(_ unscaled: Int128, scale: Int, to writer: inout Writer) {
        var (value, scale) = (unscaled, scale)
        while scale > 0 {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { break }
            (value, scale) = (quotient, scale - 1)
        }
        if scale == 0, let whole = Int64(exactly: value) {
            writer.write(Tag.whole, whole)
        } else {
            writer.write(Tag.decimal, value)
            writer.bytes.append(UInt8(scale))
        }
    }
}
