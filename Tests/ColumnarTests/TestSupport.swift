public import Columnar

/// SplitMix64: the same numbers on every run, for tests that print their seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// What a formatter appends, as a string.
func text(_ append: (inout TextBuffer) -> Void) -> String {
    var out = TextBuffer()
    append(&out)
    return out.string
}

/// Lengths at which bitmaps and batches have their edges.
let edgeLengths = [0, 1, 63, 64, 65, 2048]

extension Column {
    /// A column of a type from values, built one by one without any kernel; choices take the member that fits the value.
    static func of(_ type: DataType, _ values: [Value]) -> Column {
        let n = values.count
        let present = values.map { $0 != .null }
        let validity = present.allSatisfy { $0 } ? nil : Bitmap(present)
        func fixed<T: BitwiseCopyable>(_ convert: (Value) -> T) -> Column { Column(type, Values(values.map(convert)), validity: validity) }
        func integer(_ value: Value) -> Int64 {
            switch value {
            case .integer(let x), .timestamp(let x): x
            case .date(let x): Int64(x)
            default: 0
            }
        }
        func double(_ value: Value) -> Double { if case .double(let x) = value { x } else { 0 } }
        switch type {
        case .null: return Column(type: .null, count: n, storage: .null)
        case .boolean: return Column(type: type, count: n, validity: validity, storage: .bits(Bitmap(values.map { $0 == .boolean(true) })))
        case .byte: return fixed { Int8(integer($0)) }
        case .short: return fixed { Int16(integer($0)) }
        case .int, .date: return fixed { Int32(integer($0)) }
        case .long, .timestamp: return fixed { integer($0) }
        case .float: return fixed { Float(double($0)) }
        case .double: return fixed(double)
        case .decimal: return fixed { if case .decimal(let unscaled, _) = $0 { unscaled } else { Int128(0) } }
        case .string, .binary:
            var arena = StringArena()
            let views = values.map { value -> StringView in
                switch value {
                case .string(let bytes), .binary(let bytes): bytes.withUnsafeBytes { arena.view(copying: $0) }
                default: .empty
                }
            }
            return Column(type: type, count: n, validity: validity, storage: .views(Values(views), buffers: arena.finish()))
        case .array(let element):
            var offsets: [Int32] = [0]
            var elements: [Value] = []
            for value in values {
                if case .array(let items) = value { elements += items }
                offsets.append(Int32(elements.count))
            }
            return Column(type: type, count: n, validity: validity, storage: .list(offsets: Values(offsets), child: .of(element, elements)))
        case .map(let key, let mapped):
            var offsets: [Int32] = [0]
            var entries: [MapValueEntry] = []
            for value in values {
                if case .map(let items) = value { entries += items }
                offsets.append(Int32(entries.count))
            }
            return Column(
                type: type, count: n, validity: validity,
                storage: .map(offsets: Values(offsets), keys: .of(key, entries.map(\.key)), values: .of(mapped, entries.map(\.value))))
        case .struct(let fields):
            let children = fields.indices.map { i in
                Column.of(fields[i].type, values.map { if case .struct(let members) = $0 { members[i].value } else { .null } })
            }
            return Column(type: type, count: n, validity: validity, storage: .struct(children))
        case .choice(let members):
            var tags: [UInt8] = []
            var rows: [Int32] = []
            var parts: [[Value]] = Array(repeating: [], count: members.count)
            for value in values {
                if value == .null {
                    tags.append(Column.nullTag)
                    rows.append(0)
                    continue
                }
                let tag = members.firstIndex { $0.holds(value) }!
                tags.append(UInt8(tag))
                rows.append(Int32(parts[tag].count))
                parts[tag].append(value)
            }
            return Column(
                type: type, count: n,
                storage: .choice(tags: Values(tags), rows: Values(rows), members: members.indices.map { .of(members[$0], parts[$0]) }))
        }
    }

    /// The same values behind a dictionary that repeats none of them.
    func asDictionary() -> Column {
        var places: [Value: Int32] = [:]
        var distinct: [Value] = []
        let indices = values.map { value -> Int32 in
            if value == .null { return 0 }
            if let place = places[value] { return place }
            places[value] = Int32(distinct.count)
            distinct.append(value)
            return Int32(distinct.count - 1)
        }
        if distinct.isEmpty { distinct = [.null] }
        return Column(
            type: type, count: count, validity: Bitmap(values.map { $0 != .null }),
            storage: .dictionary(indices: Values(indices), values: .of(type, distinct)))
    }
}

extension DataType {
    fileprivate func holds(_ value: Value) -> Bool {
        switch (self, value) {
        case (.boolean, .boolean), (.byte, .integer), (.short, .integer), (.int, .integer), (.long, .integer), (.float, .double), (.double, .double),
            (.decimal, .decimal), (.string, .string), (.binary, .binary), (.date, .date), (.timestamp, .timestamp), (.array, .array),
            (.struct, .struct), (.map, .map):
            true
        default: false
        }
    }
}

extension Value: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension Values {
    /// A copy. (`bufferPointer` of a temporary would outlive its memory.)
    var array: [T] { withExtendedLifetime(owner) { Array(bufferPointer) } }
}
