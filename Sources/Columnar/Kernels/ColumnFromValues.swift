extension Column {
    /// A column of single values: literals, partition values, small results. Not for hot loops.
    ///
    /// A value that the type cannot hold is null; integers may stand for floating-point numbers.
    public convenience init(_ type: DataType, values: [Value]) {
        let column = Column.make(type, values)
        self.init(type: type, count: values.count, validity: column.validity, storage: column.storage)
    }

    private static func make(_ type: DataType, _ values: [Value]) -> Column {
        let n = values.count
        func fixed<T: BitwiseCopyable & ExpressibleByIntegerLiteral>(_ convert: (Value) -> T?) -> Column {
            let converted = values.map(convert)
            return Column(type, Values(converted.map { $0 ?? 0 }), validity: validity(converted.map { $0 != nil }))
        }
        func validity(_ bits: [Bool]) -> Bitmap? { bits.allSatisfy { $0 } ? nil : Bitmap(bits) }
        func integer(_ value: Value) -> Int64? { if case .integer(let x) = value { x } else { nil } }
        func double(_ value: Value) -> Double? {
            switch value {
            case .double(let x): x
            case .integer(let x): Double(x)
            default: nil
            }
        }
        switch type {
        case .null: return .nulls(.null, count: n)
        case .boolean:
            let bits = values.map { value -> Bool? in if case .boolean(let x) = value { x } else { nil } }
            return Column(type: type, count: n, validity: validity(bits.map { $0 != nil }), storage: .bits(Bitmap(bits.map { $0 ?? false })))
        case .byte: return fixed { integer($0).flatMap { Int8(exactly: $0) } }
        case .short: return fixed { integer($0).flatMap { Int16(exactly: $0) } }
        case .int: return fixed { integer($0).flatMap { Int32(exactly: $0) } }
        case .long: return fixed(integer)
        case .float: return fixed { double($0).map { Float($0) } }
        case .double: return fixed(double)
        case .date: return fixed { if case .date(let x) = $0 { x } else { nil } }
        case .timestamp: return fixed { if case .timestamp(let x) = $0 { x } else { nil } }
        case .decimal(let precision, let scale):
            return fixed { value -> Int128? in
                let rescaled: Int128?
                switch value {
                case .decimal(let unscaled, let from): rescaled = DecimalArithmetic.rescale(unscaled, by: scale - from)
                case .integer(let x): rescaled = DecimalArithmetic.rescale(Int128(x), by: scale)
                default: rescaled = nil
                }
                return rescaled.flatMap { $0.magnitude < PowersOfTen.integers[precision].magnitude ? $0 : nil }
            }
        case .string, .binary:
            var arena = StringArena()
            let views = values.map { value -> StringView? in
                switch value {
                case .string(let bytes), .binary(let bytes): bytes.withUnsafeBytes { arena.view(copying: $0) }
                default: nil
                }
            }
            return Column(
                type: type, count: n, validity: validity(views.map { $0 != nil }),
                storage: .views(Values(views.map { $0 ?? .empty }), buffers: arena.finish()))
        case .array(let element):
            var (offsets, elements, present): ([Int32], [Value], [Bool]) = ([0], [], [])
            for value in values {
                if case .array(let items) = value {
                    elements += items
                    present.append(true)
                } else {
                    present.append(false)
                }
                offsets.append(Int32(elements.count))
            }
            return Column(
                type: type, count: n, validity: validity(present), storage: .list(offsets: Values(offsets), child: Column(element, values: elements)))
        case .map(let key, let mapped):
            var (offsets, entries, present): ([Int32], [MapValueEntry], [Bool]) = ([0], [], [])
            for value in values {
                if case .map(let items) = value {
                    entries += items
                    present.append(true)
                } else {
                    present.append(false)
                }
                offsets.append(Int32(entries.count))
            }
            return Column(
                type: type, count: n, validity: validity(present),
                storage: .map(
                    offsets: Values(offsets), keys: Column(key, values: entries.map(\.key)), values: Column(mapped, values: entries.map(\.value))))
        case .struct(let fields):
            let children = fields.map { field in
                Column(
                    field.type,
                    values: values.map { value in
                        guard case .struct(let members) = value else { return .null }
                        return members.first { $0.name == field.name }?.value ?? .null
                    })
            }
            let present = values.map { if case .struct = $0 { true } else { false } }
            return Column(type: type, count: n, validity: validity(present), storage: .struct(children))
        case .choice(let members):
            var parts: [[Value]] = members.map { _ in [] }
            var (tags, rows): ([UInt8], [Int32]) = ([], [])
            for value in values {
                if let tag = members.firstIndex(where: { $0.holds(value) }) {
                    tags.append(UInt8(tag))
                    rows.append(Int32(parts[tag].count))
                    parts[tag].append(value)
                } else {
                    tags.append(nullTag)
                    rows.append(0)
                }
            }
            return Column(
                type: type, count: n,
                storage: .choice(tags: Values(tags), rows: Values(rows), members: members.indices.map { Column(members[$0], values: parts[$0]) }))
        }
    }
}

extension DataType {
    /// Whether a value is of this kind of type.
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

extension Operand {
    /// A constant. See `Column.init(_:values:)`.
    public static func literal(_ value: Value, _ type: DataType) -> Operand { .constant(Column(type, values: [value])) }
}
