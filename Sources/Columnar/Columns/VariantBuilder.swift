internal import Glibc

/// Builds a column whose type the values decide: what readers of self-describing formats and Lua functions append to.
///
/// One kind of value gives a plain column, several a choice; integers are one kind, as wide as the widest of them. Structs, arrays and maps
/// nest: `beginStruct()` and its kin return the builders of the contents.
///
///     let builder = VariantBuilder()
///     builder.append(integer: 1, as: .int)
///     builder.append(string: bytes)
///     builder.appendNull()
///     let column = builder.finish()      // choice<int, string>: 1, "...", null
///
/// Not shared between threads. String bytes are copied into the builder's own memory, unless appended as views.
public final class VariantBuilder {
    private enum Kind: Int, CaseIterable {
        case boolean, integer, float, double, decimal, string, binary, date, timestamp, array, `struct`, map
    }

    /// The values of one kind, one after the other, without nulls unless it is the only kind so far.
    private var members: [Member?] = Array(repeating: nil, count: Kind.allCases.count)
    /// The only member so far, or nil when there is none or there are several.
    private var only: Member?
    private var onlyKind = Kind.boolean
    private var memberCount = 0
    /// Rows of null before the first value.
    private var leadingNulls = 0
    // Set once a second kind has appeared.
    private var tags = GrowingBuffer<UInt8>(capacity: 16)
    private var rows = GrowingBuffer<Int32>(capacity: 16)
    private var mixed = false
    /// Buffers that views appended by the caller lead into.
    private var retained: [Buffer] = []
    /// Rows appended so far.
    public private(set) var count = 0

    public init() {}

    // MARK: Appending

    public func appendNull() {
        count += 1
        if mixed {
            tags.append(Column.nullTag)
            rows.append(0)
        } else if let only {
            only.appendNull()
        } else {
            leadingNulls += 1
        }
    }

    public func append(bool: Bool) {
        let member = member(.boolean)
        member.validity.append(true)
        member.bits.append(bool)
    }

    /// Appends an integer of a declared width (`byte`, `short`, `int` or `long`), into which it must fit.
    public func append(integer: Int64, as type: DataType) {
        let member = member(.integer)
        member.width = max(member.width, type.integerWidth)
        member.validity.append(true)
        member.fixed64.append(integer)
    }

    /// Appends an integer as JSON types it: `int` where 32 bits hold it, else `long`.
    @inline(__always)
    public func append(jsonInteger value: Int64) { append(integer: value, as: Int64(Int32(truncatingIfNeeded: value)) == value ? .int : .long) }

    public func append(float: Float) {
        let member = member(.float)
        member.validity.append(true)
        member.fixed64.append(Int64(float.bitPattern))
    }

    public func append(double: Double) {
        let member = member(.double)
        member.validity.append(true)
        member.fixed64.append(Int64(bitPattern: double.bitPattern))
    }

    /// Appends an unscaled decimal of the given precision and scale.
    public func append(decimal: Int128, precision: Int, scale: Int) {
        let member = member(.decimal)
        member.validity.append(true)
        if member.scale != scale, member.decimals.count > 0 { member.rescale(to: max(member.scale, scale)) }
        if member.decimals.count == 0 { member.scale = scale }
        member.integerDigits = max(member.integerDigits, precision - scale)
        let factor = (0..<(member.scale - scale)).reduce(Int128(1)) { power, _ in power &* 10 }
        member.decimals.append(decimal &* factor)
    }

    /// Appends a string; copies its bytes.
    public func append(string bytes: UnsafeRawBufferPointer) {
        let member = member(.string)
        member.validity.append(true)
        member.views.append(member.arena.view(copying: bytes))
    }

    public func append(string: String) {
        var string = string
        string.withUTF8 { append(string: UnsafeRawBufferPointer($0)) }
    }

    /// Appends a view whose bytes stand in a buffer that `retain` was or will be given.
    public func append(view: StringView) {
        let member = member(.string)
        member.validity.append(true)
        member.views.append(view)
    }

    /// Keeps a buffer alive for as long as the column lives.
    public func retain(_ buffer: Buffer) {
        if !retained.contains(where: { $0 === buffer }) { retained.append(buffer) }
    }

    public func append(binary bytes: UnsafeRawBufferPointer) {
        let member = member(.binary)
        member.validity.append(true)
        member.views.append(member.arena.view(copying: bytes))
    }

    /// Appends a date: days since 1970-01-01.
    public func append(date: Int32) {
        let member = member(.date)
        member.validity.append(true)
        member.fixed64.append(Int64(date))
    }

    /// Appends a timestamp: microseconds since 1970-01-01T00:00:00Z.
    public func append(timestamp: Int64) {
        let member = member(.timestamp)
        member.validity.append(true)
        member.fixed64.append(timestamp)
    }

    /// Starts an array row; append its elements to the builder returned, then call `endArray`.
    public func beginArray() -> VariantBuilder {
        let member = member(.array)
        member.validity.append(true)
        return member.elements!
    }

    public func endArray() {
        let member = existing(.array)
        member.offsets.append(Int32(member.elements!.count))
    }

    /// Starts a struct row; set its fields on the builder returned, then call its `endRow`.
    public func beginStruct() -> RecordBuilder {
        let member = member(.struct)
        member.validity.append(true)
        return member.record!
    }

    /// Starts a map row; append keys and values in pairs, then call `endMap`.
    public func beginMap() -> (keys: VariantBuilder, values: VariantBuilder) {
        let member = member(.map)
        member.validity.append(true)
        return (member.elements!, member.mapValues!)
    }

    public func endMap() {
        let member = existing(.map)
        member.offsets.append(Int32(member.elements!.count))
    }

    // MARK: Finishing

    /// Returns the column of all rows and starts anew.
    public func finish() -> Column {
        defer {
            members = Array(repeating: nil, count: Kind.allCases.count)
            (only, memberCount, leadingNulls, mixed, retained, count) = (nil, 0, 0, false, [], 0)
        }
        if !mixed {
            guard let only else { return Column(type: .null, count: count, storage: .null) }
            return only.finish(onlyKind, retaining: retained)
        }
        let columns = Kind.allCases.compactMap { kind in members[kind.rawValue].map { (kind, $0.finish(kind, retaining: retained)) } }
        let sorted = columns.sorted { $0.1.type.name < $1.1.type.name }
        var places = [UInt8](repeating: 0, count: 256)
        places[Int(Column.nullTag)] = Column.nullTag
        for (place, entry) in sorted.enumerated() { places[entry.0.rawValue] = UInt8(place) }
        for i in 0..<tags.count { tags.start[i] = places[Int(tags.start[i])] }
        let type = sorted.dropFirst().reduce(sorted[0].1.type) { $0.merging($1.1.type) }
        return Column(type: type, count: count, storage: .choice(tags: tags.take(), rows: rows.take(), members: sorted.map(\.1)))
    }

    // MARK: Members

    private func existing(_ kind: Kind) -> Member {
        if let only, onlyKind == kind { return only }
        return members[kind.rawValue]!
    }

    /// The member that the next value goes to; counts the row.
    @inline(__always)
    private func member(_ kind: Kind) -> Member {
        count += 1
        if let only, onlyKind == kind { return only }
        return otherMember(kind)
    }

    @inline(never)
    private func otherMember(_ kind: Kind) -> Member {
        let index = kind.rawValue
        if memberCount == 0 {
            let member = Member(kind)
            for _ in 0..<leadingNulls { member.appendNull() }
            members[index] = member
            (only, onlyKind, memberCount) = (member, kind, 1)
            return member
        }
        if !mixed { becomeMixed() }
        let member: Member
        if let known = members[index] {
            member = known
        } else {
            member = Member(kind)
            members[index] = member
            memberCount += 1
        }
        tags.append(UInt8(index))
        rows.append(Int32(member.count))
        return member
    }

    /// Turns the only member's rows into tagged rows. Its nulls stay where they are, under the null tag.
    private func becomeMixed() {
        guard let only else { return }
        mixed = true
        let validity = only.validity.finish()
        for i in 0..<validity.count {
            tags.append(validity[i] ? UInt8(onlyKind.rawValue) : Column.nullTag)
            rows.append(Int32(i))
        }
        only.validity = BitmapBuilder()
        only.validity.append(repeating: true, count: validity.count)
        self.only = nil
    }

    /// The values of one kind.
    private final class Member {
        let kind: Kind
        var validity = BitmapBuilder(capacity: 64)
        var bits = BitmapBuilder(capacity: 64)
        var fixed64: GrowingBuffer<Int64>
        var decimals = GrowingBuffer<Int128>(capacity: 0)
        var views: GrowingBuffer<StringView>
        var offsets = GrowingBuffer<Int32>(capacity: 0)
        var width = 0
        var scale = 0
        var integerDigits = 0
        var arena = StringArena()
        var elements: VariantBuilder?
        var mapValues: VariantBuilder?
        var record: RecordBuilder?

        init(_ kind: Kind) {
            self.kind = kind
            fixed64 = GrowingBuffer(capacity: 64)
            views = GrowingBuffer(capacity: kind == .string || kind == .binary ? 256 : 0)
            switch kind {
            case .array:
                elements = VariantBuilder()
                offsets.append(0)
            case .map:
                elements = VariantBuilder()
                mapValues = VariantBuilder()
                offsets.append(0)
            case .struct: record = RecordBuilder()
            default: break
            }
        }

        var count: Int { validity.count }

        func appendNull() {
            validity.append(false)
            switch kind {
            case .boolean: bits.append(false)
            case .integer, .float, .double, .date, .timestamp: fixed64.append(0)
            case .decimal: decimals.append(0)
            case .string, .binary: views.append(.empty)
            case .array, .map: offsets.append(offsets.start[offsets.count - 1])
            case .struct: record!.endRow()
            }
        }

        func rescale(to scale: Int) {
            let factor = (0..<(scale - self.scale)).reduce(Int128(1)) { power, _ in power &* 10 }
            if factor != 1 { for i in 0..<decimals.count { decimals.start[i] = decimals.start[i] &* factor } }
            self.scale = scale
        }

        func finish(_ kind: Kind, retaining retained: [Buffer]) -> Column {
            let n = count
            let validity = validity.finishValidity()
            func narrowed<T: FixedWidthInteger & BitwiseCopyable>(_ type: DataType, _ to: T.Type) -> Column {
                let out = Buffer(size: n * MemoryLayout<T>.stride)
                let pointer = out.values(of: T.self)
                for i in 0..<n { pointer[i] = T(truncatingIfNeeded: fixed64.start[i]) }
                return Column(type, Values<T>(out, count: n), validity: validity)
            }
            switch kind {
            case .boolean: return Column(type: .boolean, count: n, validity: validity, storage: .bits(bits.finish()))
            case .integer:
                switch width {
                case 8: return narrowed(.byte, Int8.self)
                case 16: return narrowed(.short, Int16.self)
                case 32: return narrowed(.int, Int32.self)
                default: return Column(.long, fixed64.take(), validity: validity)
                }
            case .float: return narrowed(.float, Int32.self)
            case .double: return Column(.double, fixed64.take(), validity: validity)
            case .date: return narrowed(.date, Int32.self)
            case .timestamp: return Column(.timestamp, fixed64.take(), validity: validity)
            case .decimal:
                return Column(.decimal(precision: min(38, max(integerDigits + scale, 1)), scale: scale), decimals.take(), validity: validity)
            case .string, .binary:
                let buffers = arena.finish() + retained
                return Column(
                    type: kind == .string ? .string : .binary, count: n, validity: validity, storage: .views(views.take(), buffers: buffers))
            case .array:
                let child = elements!.finish()
                return Column(type: .array(child.type), count: n, validity: validity, storage: .list(offsets: offsets.take(), child: child))
            case .map:
                let (keys, values) = (elements!.finish(), mapValues!.finish())
                return Column(
                    type: .map(key: keys.type, value: values.type), count: n, validity: validity,
                    storage: .map(offsets: offsets.take(), keys: keys, values: values))
            case .struct:
                let batch = record!.finish()
                return Column(type: .struct(batch.schema.fields), count: n, validity: validity, storage: .struct(batch.columns))
            }
        }
    }
}

/// Builds rows of named fields whose names and types the rows decide: the contents of a struct, or a whole batch.
///
/// Fields keep the order in which they first appear. A field that a row does not set is null there.
public final class RecordBuilder {
    private var names: [String] = []
    private var builders: [VariantBuilder] = []
    private var places: [StringKey: Int] = [:]
    /// Where the field after the last one found is likely to be: records name their fields in one order.
    private var guess = 0
    /// Rows ended so far.
    public private(set) var count = 0

    /// - Parameter names: fields to begin with, in this order.
    public init(names: [String] = []) {
        for name in names { _ = add(name) }
    }

    /// The builder of a field, which the caller appends exactly one value to. Nil when the current row has set the field already.
    public func field(_ name: UnsafeRawBufferPointer) -> VariantBuilder? {
        if guess < names.count, keys[guess].equals(name) { return unset(guess) }
        if let place = places[StringKey(name)] { return unset(place) }
        return unset(add(String(decoding: name, as: UTF8.self), bytes: Array(name)))
    }

    public func field(_ name: String) -> VariantBuilder? {
        var name = name
        return name.withUTF8 { field(UnsafeRawBufferPointer($0)) }
    }

    /// The builder of the field at a position of `names`. Nil when the current row has set it already.
    public func field(at place: Int) -> VariantBuilder? { unset(place) }

    /// Ends the row: fields that it did not set become null.
    public func endRow() {
        count += 1
        for builder in builders where builder.count < count { builder.appendNull() }
        guess = 0
    }

    /// Returns the rows and starts anew, with the same fields.
    public func finish() -> Batch {
        let columns = builders.map { $0.finish() }
        let n = count
        count = 0
        return Batch(schema: Schema(zip(names, columns).map { Field($0, $1.type) }), columns: columns, count: n)
    }

    private var keys: [StringKey] = []

    private func unset(_ place: Int) -> VariantBuilder? {
        guess = place + 1
        return builders[place].count == count ? builders[place] : nil
    }

    private func add(_ name: String, bytes: [UInt8]? = nil) -> Int {
        let builder = VariantBuilder()
        for _ in 0..<count { builder.appendNull() }
        let key = StringKey(bytes ?? Array(name.utf8))
        names.append(Schema.distinctNames(names + [name]).last!)
        builders.append(builder)
        keys.append(key)
        places[key] = names.count - 1
        return names.count - 1
    }

    /// A field name as bytes.
    private struct StringKey: Hashable {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = Array(bytes) }

        func equals(_ other: UnsafeRawBufferPointer) -> Bool {
            bytes.count == other.count && bytes.withUnsafeBytes { $0.count == 0 || memcmp($0.baseAddress!, other.baseAddress!, $0.count) == 0 }
        }
    }
}

/// Keeps copied string bytes in blocks that never move, so views into them stay good.
public struct StringArena {
    private var blocks: [Buffer] = []
    private var used = 0

    public init() {}

    /// Copies bytes and returns their view; short ones stay in the view itself.
    public mutating func view(copying bytes: UnsafeRawBufferPointer) -> StringView {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return .empty }
        if bytes.count <= StringView.maximumInlineLength { return StringView(base, length: bytes.count) }
        if blocks.isEmpty || used + bytes.count > blocks[blocks.count - 1].size {
            let size = blocks.isEmpty ? 1024 : min(blocks[blocks.count - 1].size * 2, 1 << 20)
            blocks.append(Buffer(size: max(size, bytes.count)))
            used = 0
        }
        let at = blocks[blocks.count - 1].base + used
        memcpy(at, base, bytes.count)
        used += bytes.count
        return StringView(at, length: bytes.count)
    }

    /// The blocks that hold the bytes copied so far; more may be added to them.
    public var buffers: [Buffer] { blocks }

    /// Returns the blocks and starts anew.
    public mutating func finish() -> [Buffer] {
        defer {
            blocks = []
            used = 0
        }
        return blocks
    }
}
