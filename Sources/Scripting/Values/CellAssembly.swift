internal import CLua
internal import Columnar

/// Makes columns of the cells that a `Map` loop filled.
///
/// A field that holds one kind of value becomes a plain column: strings as they lie, numbers moved together. Several kinds make a choice. For a
/// changed record, fields that no row touched are the input's columns; where only some rows touched a field, the others keep the input's value
/// and type.
struct CellAssembly {
    private let input: Batch
    private let loop: mst_loop
    private let shape: RecordShape
    private let memory: LoopMemory
    private let count: Int
    /// The input row of each output row.
    let kept: Values<Int32>
    private let anySame: Bool
    private let anyNew: Bool
    private var text: [Buffer] = []
    private var cells: [Buffer?] = []

    init(_ input: Batch, _ loop: mst_loop, shape: RecordShape, memory: LoopMemory) {
        self.input = input
        self.loop = loop
        self.shape = shape.resolved(in: input.schema)
        self.memory = memory
        count = Int(loop.output_count)
        kept = Values(memory.take(loop.kept) ?? Buffer(size: 0), count: count)
        let same = memory.take(loop.same)
        let kinds = UnsafeBufferPointer(start: loop.same, count: count)
        anySame = kinds.contains(1)
        anyNew = kinds.contains(0)
        for i in 0..<Int(loop.field_count) {
            let field = loop.fields[i]
            if let tags = field.tags { tagBuffers.append(memory.take(tags)) }
            cells.append(field.cells.flatMap { memory.take($0) })
        }
        text = memory.rest
        sameOwner = same
    }

    // They hold what `loop` points to.
    private var tagBuffers: [Buffer?] = []
    private let sameOwner: Buffer?

    /// The output's columns under their names, in the contract's order.
    func batch() -> Batch {
        let fields = (0..<Int(loop.field_count)).map { name(of: $0) }
        var columns: [(Field, Column)] = []
        var done = Set<String>()
        func add(_ index: Int) {
            guard done.insert(fields[index]).inserted, let column = column(index) else { return }
            columns.append((Field(fields[index], column.type), column))
        }
        let inputCount = input.columns.count
        if anySame || count == 0 && shape.names.isEmpty { for i in 0..<inputCount { add(i) } }
        if anyNew || count == 0 {
            for name in shape.names where !done.contains(name) {
                // A new field that was assigned to the record alone has no values in the tables.
                if let index = fields.firstIndex(of: name), hasValues(index) || index >= inputCount && tags(index) != nil || anySame {
                    add(index)
                }
                if done.insert(name).inserted { columns.append((Field(name, .null), .nulls(.null, count: count))) }
            }
            for index in fields.indices.sorted(by: { fields[$0] < fields[$1] }) where !done.contains(fields[index]) && hasValues(index) { add(index) }
        } else {
            for index in fields.indices.dropFirst(inputCount) where hasValues(index) { add(index) }
        }
        return Batch(schema: Schema(columns.map(\.0)), columns: columns.map(\.1), count: count)
    }

    private func name(of index: Int) -> String {
        if index < input.schema.count { return input.schema[index].name }
        let name = loop.fields[index].name
        return String(decoding: UnsafeRawBufferPointer(start: name.bytes, count: name.length), as: UTF8.self)
    }

    private func tags(_ index: Int) -> UnsafeBufferPointer<UInt8>? {
        loop.fields[index].tags.map { UnsafeBufferPointer(start: $0, count: count) }
    }

    /// Whether any row has set the field, to null perhaps.
    private func hasValues(_ index: Int) -> Bool {
        tags(index)?.contains { $0 != UInt8(MST_CELL_MISSING) && $0 != UInt8(MST_CELL_DROPPED) } ?? false
    }

    // MARK: One field

    /// The field's column; nil when no row has it any more.
    private func column(_ index: Int) -> Column? {
        let isInput = index < input.columns.count
        guard let tags = tags(index) else {
            guard isInput && anySame || isInput && count == 0 else { return nil }
            let column = keptColumn(index)
            return anyNew ? column.masking(rows { loop.same[$0] == 1 }) : column
        }
        // Rows whose value is still the input's.
        let usesInput = isInput && anySame && (0..<count).contains { loop.same[$0] == 1 && tags[$0] == UInt8(MST_CELL_MISSING) }
        let order = orderingOf(index, isInput: isInput)
        let changed = dynamicColumn(index, tags, order)
        if !usesInput {
            if let changed { return order.ordering(changed) }
            // Nothing but nulls.
            if isInput && anySame {
                return tags.contains(UInt8(MST_CELL_NULL)) ? .nulls(input.schema[index].type, count: count) : nil
            }
            return .nulls(.null, count: count)
        }
        let untouched = rows { loop.same[$0] == 1 && tags[$0] == UInt8(MST_CELL_MISSING) }
        let original = keptColumn(index).masking(untouched)
        guard let changed else { return original }
        if original.nullCount == count { return order.ordering(changed) }
        let type = original.type.merging(changed.type)
        let both = Column.concatenate([original, changed], as: type)
        let places = Buffer(size: count * 4)
        let place = places.values(of: Int32.self)
        for i in 0..<count { place[i] = Int32(untouched[i] ? i : count + i) }
        return RecordShape(input.schema[index].type).ordering(both.take(Values(places, count: count)))
    }

    private func orderingOf(_ index: Int, isInput: Bool) -> RecordShape {
        let coded = shape[name(of: index)]
        if coded != .unknown { return coded }
        return isInput && anySame ? RecordShape(input.schema[index].type) : .unknown
    }

    private func keptColumn(_ index: Int) -> Column { count == input.count ? input.columns[index] : input.columns[index].take(kept) }

    private func rows(where predicate: (Int) -> Bool) -> Bitmap {
        var builder = BitmapBuilder(capacity: count)
        for i in 0..<count { builder.append(predicate(i)) }
        return builder.finish()
    }

    // MARK: Cells to columns

    /// The column of the values in the cells; nil when there are none.
    private func dynamicColumn(_ index: Int, _ tags: UnsafeBufferPointer<UInt8>, _ shape: RecordShape) -> Column? {
        var seen = [Bool](repeating: false, count: 256)
        for tag in tags { seen[Int(tag)] = true }
        let kinds = (0..<256).filter { seen[$0] && $0 != MST_CELL_MISSING && $0 != MST_CELL_NULL && $0 != MST_CELL_DROPPED }
        if kinds.isEmpty { return nil }
        let cells = UnsafePointer(loop.fields[index].cells!)
        guard kinds.count == 1, kinds[0] != MST_CELL_NESTED else { return variantColumn(tags, cells, shape) }
        let kind = kinds[0]
        let hasNulls = tags.contains { $0 != UInt8(kind) }
        let validity = hasNulls ? rows { tags[$0] == UInt8(kind) } : nil
        switch kind {
        case MST_CELL_BOOLEAN:
            let bits = rows { tags[$0] == UInt8(kind) && cells[2 * $0] != 0 }
            return Column(type: .boolean, count: count, validity: validity, storage: .bits(bits))
        case MST_CELL_INTEGER, MST_CELL_NUMBER, MST_CELL_TIMESTAMP:
            let out = Buffer(size: count * 8)
            let values = out.values(of: UInt64.self)
            for i in 0..<count { values[i] = cells[2 * i] }
            let type: DataType = kind == MST_CELL_INTEGER ? .long : kind == MST_CELL_NUMBER ? .double : .timestamp
            return Column(type, Values<UInt64>(out, count: count), validity: validity)
        case MST_CELL_DATE:
            let out = Buffer(size: count * 4)
            let values = out.values(of: Int32.self)
            for i in 0..<count { values[i] = Int32(truncatingIfNeeded: cells[2 * i]) }
            return Column(.date, Values<Int32>(out, count: count), validity: validity)
        case MST_CELL_STRING:
            guard let owner = self.cells[index] else { return nil }
            let views = owner.values(of: StringView.self)
            // A view in a null row's place must be safe to follow.
            if hasNulls { for i in 0..<count where tags[i] != UInt8(kind) { views[i] = .empty } }
            return Column(type: .string, count: count, validity: validity, storage: .views(Values(owner, count: count), buffers: text))
        default:
            return decimalColumn(tags, cells, scale: kind - Int(MST_CELL_DECIMAL), validity: validity)
        }
    }

    private func decimalColumn(_ tags: UnsafeBufferPointer<UInt8>, _ cells: UnsafePointer<UInt64>, scale: Int, validity: Bitmap?) -> Column {
        let out = Buffer(size: count * 16)
        let values = out.values(of: Int128.self)
        var largest: UInt128 = 0
        for i in 0..<count {
            let isValue = tags[i] >= UInt8(MST_CELL_DECIMAL)
            values[i] = isValue ? Self.decimal(cells + 2 * i) : 0
            largest = max(largest, values[i].magnitude)
        }
        var digits = 1
        while largest >= 10 {
            largest /= 10
            digits += 1
        }
        return Column(.decimal(precision: min(38, max(digits, scale, 1)), scale: scale), Values<Int128>(out, count: count), validity: validity)
    }

    private static func decimal(_ cell: UnsafePointer<UInt64>) -> Int128 { Int128(truncatingIfNeeded: cell[1]) << 64 | Int128(cell[0]) }

    /// Digits of an unscaled decimal.
    private static func precision(_ value: Int128) -> Int {
        var rest = value.magnitude
        var digits = 1
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits
    }

    private func variantColumn(_ tags: UnsafeBufferPointer<UInt8>, _ cells: UnsafePointer<UInt64>, _ shape: RecordShape) -> Column {
        let builder = VariantBuilder()
        let empty = Self.kindOfEmptyTables(tags, cells)
        for buffer in text { builder.retain(buffer) }
        for i in 0..<count {
            let cell = cells + 2 * i
            switch Int(tags[i]) {
            case MST_CELL_BOOLEAN: builder.append(bool: cell[0] != 0)
            case MST_CELL_INTEGER: builder.append(integer: Int64(bitPattern: cell[0]), as: .long)
            case MST_CELL_NUMBER: builder.append(double: Double(bitPattern: cell[0]))
            case MST_CELL_STRING: builder.append(view: StringView(low: cell[0], high: cell[1]))
            case MST_CELL_DATE: builder.append(date: Int32(truncatingIfNeeded: cell[0]))
            case MST_CELL_TIMESTAMP: builder.append(timestamp: Int64(bitPattern: cell[0]))
            case MST_CELL_NESTED:
                if let slots = UnsafePointer<mst_slot>(bitPattern: UInt(cell[0])) { _ = Self.append(slots, to: builder, shape, empty: empty) }
            case Int(MST_CELL_DECIMAL)...:
                let (value, scale) = (Self.decimal(cell), Int(tags[i]) - Int(MST_CELL_DECIMAL))
                builder.append(decimal: value, precision: max(Self.precision(value), scale), scale: scale)
            default: builder.appendNull()
            }
        }
        return builder.finish()
    }

    /// What an empty table that the function made itself is among the field's other values: a struct or a map where those are, else an array.
    private static func kindOfEmptyTables(_ tags: UnsafeBufferPointer<UInt8>, _ cells: UnsafePointer<UInt64>) -> Int {
        var kind = MST_TABLE_ARRAY
        for i in 0..<tags.count where tags[i] == UInt8(MST_CELL_NESTED) {
            switch UnsafePointer<mst_slot>(bitPattern: UInt(cells[2 * i])).map({ Int($0.pointee.detail) }) {
            case MST_TABLE_ARRAY: return MST_TABLE_ARRAY
            case MST_TABLE_STRUCT: kind = MST_TABLE_STRUCT
            case MST_TABLE_MAP: kind = MST_TABLE_MAP
            default: break
            }
        }
        return kind
    }

    /// Appends the value that starts at `slot`; returns the slot behind it.
    private static func append(
        _ slot: UnsafePointer<mst_slot>, to builder: VariantBuilder, _ shape: RecordShape, empty: Int = MST_TABLE_ARRAY
    ) -> UnsafePointer<mst_slot> {
        let (low, high) = (slot.pointee.low, slot.pointee.high)
        switch Int(slot.pointee.kind) {
        case MST_BOOLEAN: builder.append(bool: low != 0)
        case MST_INTEGER: builder.append(integer: Int64(bitPattern: low), as: .long)
        case MST_NUMBER: builder.append(double: Double(bitPattern: low))
        case MST_STRING: StringView(low: low, high: high).withBytes { builder.append(string: $0) }
        case MST_DATE: builder.append(date: Int32(truncatingIfNeeded: low))
        case MST_TIMESTAMP: builder.append(timestamp: Int64(bitPattern: low))
        case MST_DECIMAL:
            let value = Int128(truncatingIfNeeded: high) << 64 | Int128(low)
            let scale = Int(slot.pointee.detail)
            builder.append(decimal: value, precision: max(precision(value), scale), scale: scale)
        case MST_TABLE: return appendTable(slot, to: builder, shape, empty: empty)
        default: builder.appendNull()
        }
        return slot + 1
    }

    private static func appendTable(
        _ head: UnsafePointer<mst_slot>, to builder: VariantBuilder, _ shape: RecordShape, empty: Int
    ) -> UnsafePointer<mst_slot> {
        var next = head + 1
        var kind = Int(head.pointee.detail)
        if kind == MST_TABLE_PLAIN { kind = if case .fields = shape { MST_TABLE_STRUCT } else { empty } }
        switch kind {
        case MST_TABLE_ARRAY:
            let elements = builder.beginArray()
            let item: RecordShape = if case .array(let item) = shape { item } else { .unknown }
            for _ in 0..<head.pointee.low { next = append(next, to: elements, item) }
            builder.endArray()
        case MST_TABLE_MAP:
            let (keys, values) = builder.beginMap()
            for _ in 0..<head.pointee.high {
                next = append(next, to: keys, .unknown)
                next = append(next, to: values, .unknown)
            }
            builder.endMap()
        default:
            let record = builder.beginStruct()
            for _ in 0..<head.pointee.high {
                let name = StringView(low: next.pointee.low, high: next.pointee.high)
                // A table has each key once, so the field is not set yet in this row.
                guard let field = name.withBytes({ record.field($0) }) else { return next }
                next = append(next + 1, to: field, shape == .unknown ? .unknown : shape[name.string])
            }
            record.endRow()
        }
        return next
    }
}
