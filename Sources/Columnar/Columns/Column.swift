/// Immutable typed values with their validity: Arrow's layout, with strings as views and choices as dense unions.
///
/// `type` says what the values mean, `storage` how they lie in memory:
///
/// | type | storage |
/// | --- | --- |
/// | null | `.null` |
/// | boolean | `.bits` |
/// | byte, short, int, long | `.fixed` of Int8, Int16, Int32, Int64 |
/// | float, double | `.fixed` of Float, Double |
/// | decimal | `.fixed` of Int128: the unscaled value |
/// | date | `.fixed` of Int32 |
/// | timestamp | `.fixed` of Int64 |
/// | string, binary | `.views`, or `.dictionary` with a `.views` dictionary |
/// | array | `.list` |
/// | struct | `.struct` |
/// | map | `.map` |
/// | choice | `.choice` |
///
/// Any type but `null` and `choice` may stand as `.dictionary` too. What stands in a null row's place is undefined, but always safe to read.
public final class Column: @unchecked Sendable {
    // Sendable: everything is a `let` over published buffers.
    public let type: DataType
    /// Rows.
    public let count: Int
    /// Bit set = value present; nil = no nulls. A `.null` column has none, though every row is null; a `.choice` column has none, because its
    /// tags say which rows are null.
    public let validity: Bitmap?
    public let storage: Storage

    public enum Storage: @unchecked Sendable {
        case null
        case bits(Bitmap)
        /// `count` values of the type's size, which lie at `start` in `owner`.
        case fixed(owner: Buffer, start: UnsafeRawPointer)
        /// Views whose pointers lead into `buffers`.
        case views(Values<StringView>, buffers: [Buffer])
        /// Row `i`'s elements are `child[offsets[i]..<offsets[i + 1]]`; `count + 1` offsets, the first of which need not be 0.
        case list(offsets: Values<Int32>, child: Column)
        case `struct`([Column])
        /// Row `i`'s entries lie at `offsets[i]..<offsets[i + 1]` of both columns.
        case map(offsets: Values<Int32>, keys: Column, values: Column)
        /// Row `i` is `members[tags[i]]`'s row `rows[i]`; tag 255 is null. Members are in the order of the type.
        case choice(tags: Values<UInt8>, rows: Values<Int32>, members: [Column])
        /// Row `i` is `values`' row `indices[i]`. The rows' own validity is the outer column's; `values` may hold nulls too.
        case dictionary(indices: Values<Int32>, values: Column)
    }

    /// The tag of a choice column's null rows.
    public static let nullTag: UInt8 = 255

    public init(type: DataType, count: Int, validity: Bitmap? = nil, storage: Storage) {
        assert(validity == nil || validity!.count == count)
        self.type = type
        self.count = count
        self.validity = validity
        self.storage = storage
    }

    /// A column of fixed-size values.
    public convenience init<T: BitwiseCopyable>(_ type: DataType, _ values: Values<T>, validity: Bitmap? = nil) {
        self.init(type: type, count: values.count, validity: validity, storage: .fixed(owner: values.owner, start: UnsafeRawPointer(values.start)))
    }

    /// A column of nulls of any type.
    public static func nulls(_ type: DataType, count: Int) -> Column {
        let none = count == 0 ? nil : Bitmap(repeating: false, count: count)
        func zeros(_ size: Int) -> Column {
            let buffer = Buffer(zeroed: count * size)
            return Column(type: type, count: count, validity: none, storage: .fixed(owner: buffer, start: UnsafeRawPointer(buffer.base)))
        }
        func zeroOffsets() -> Values<Int32> { Values(Buffer(zeroed: (count + 1) * 4), count: count + 1) }
        switch type {
        case .null: return Column(type: .null, count: count, storage: .null)
        case .boolean: return Column(type: type, count: count, validity: none, storage: .bits(Bitmap(repeating: false, count: count)))
        case .byte: return zeros(1)
        case .short: return zeros(2)
        case .int, .float, .date: return zeros(4)
        case .long, .double, .timestamp: return zeros(8)
        case .decimal: return zeros(16)
        case .string, .binary:
            return Column(type: type, count: count, validity: none, storage: .views(Values(Buffer(zeroed: count * 16), count: count), buffers: []))
        case .array(let element):
            return Column(type: type, count: count, validity: none, storage: .list(offsets: zeroOffsets(), child: .nulls(element, count: 0)))
        case .struct(let fields):
            return Column(type: type, count: count, validity: none, storage: .struct(fields.map { .nulls($0.type, count: count) }))
        case .map(let key, let value):
            return Column(
                type: type, count: count, validity: none,
                storage: .map(offsets: zeroOffsets(), keys: .nulls(key, count: 0), values: .nulls(value, count: 0)))
        case .choice(let members):
            let tags = Buffer(size: count)
            tags.values(of: UInt8.self).update(repeating: Column.nullTag, count: count)
            return Column(
                type: type, count: count,
                storage: .choice(
                    tags: Values(tags, count: count), rows: Values(Buffer(zeroed: count * 4), count: count),
                    members: members.map { .nulls($0, count: 0) }))
        }
    }

    // MARK: Rows

    /// Whether row `index` is null. For loops over rows take the storage apart once instead.
    @inline(__always)
    public func isNull(_ index: Int) -> Bool {
        if let validity, !validity[index] { return true }
        switch storage {
        case .null: return true
        case .choice(let tags, _, _): return tags[index] == Column.nullTag
        case .dictionary(let indices, let values): return values.isNull(Int(indices[index]))
        default: return false
        }
    }

    /// The number of null rows. Counts them.
    public var nullCount: Int {
        switch storage {
        case .null: return count
        case .choice(let tags, _, _): return tags.bufferPointer.reduce(0) { $0 + ($1 == Column.nullTag ? 1 : 0) }
        case .dictionary(_, let values) where values.nullCount > 0: return (0..<count).reduce(0) { $0 + (isNull($1) ? 1 : 0) }
        default: return validity.map { count - $0.setCount } ?? 0
        }
    }

    // MARK: Taking the storage apart

    /// The values of a `.fixed` column. Row `i`'s value stands at `[i]`, whether or not the row is null.
    ///
    /// - Precondition: the storage is `.fixed` and its values are of type `T`.
    @inline(__always)
    public func fixedValues<T: BitwiseCopyable>(of type: T.Type) -> UnsafePointer<T> {
        guard case .fixed(_, let start) = storage else { preconditionFailure("a \(self.type.name) column has no fixed-size values here") }
        return start.assumingMemoryBound(to: T.self)
    }

    /// The booleans of a `.bits` column.
    public var bits: Bitmap {
        guard case .bits(let bits) = storage else { preconditionFailure("a \(type.name) column has no bits") }
        return bits
    }

    /// The views of a `.views` column.
    public var views: Values<StringView> {
        guard case .views(let views, _) = storage else { preconditionFailure("a \(type.name) column has no views here") }
        return views
    }

    /// The children of a `.struct` column, one a field.
    public var children: [Column] {
        guard case .struct(let children) = storage else { preconditionFailure("a \(type.name) column has no fields") }
        return children
    }

    /// The column without a dictionary on top; itself where there is none.
    public var flattened: Column {
        guard case .dictionary(let indices, let values) = storage else { return self }
        let taken = values.flattened.take(indices)
        return taken.masking(validity)
    }

    /// The column with the rows that `mask` lacks made null. Shares everything but the validity.
    public func masking(_ mask: Bitmap?) -> Column {
        guard let mask else { return self }
        switch storage {
        case .null: return self
        case .choice(let tags, let rows, let members):
            let masked = Buffer(size: count)
            let out = masked.values(of: UInt8.self)
            for i in 0..<count { out[i] = mask[i] ? tags[i] : Column.nullTag }
            return Column(type: type, count: count, storage: .choice(tags: Values(masked, count: count), rows: rows, members: members))
        default:
            return Column(type: type, count: count, validity: Bitmap.and(validity, mask), storage: storage)
        }
    }

    /// The same storage under another type, for types that lie alike in memory (string and binary, long and timestamp, struct field names).
    public func retyped(_ type: DataType) -> Column { Column(type: type, count: count, validity: validity, storage: storage) }
}
