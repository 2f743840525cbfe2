internal import CKernels
internal import Columnar
internal import Glibc

/// Makes columns of the cells that the shredder collected.
///
/// A node that saw one kind of value becomes a plain column, one that saw several a choice; `int` or `long` is what the widest integer needs. A
/// declared type changes cells that fit it (integers into doubles, texts into dates) and leaves the others in their own type.
struct JSONColumns {
    typealias Node = UnsafeMutablePointer<mastic_json_node>
    typealias Cells = UnsafeMutablePointer<mastic_json_cell>

    let json: UnsafeMutablePointer<mastic_json>
    let base: UnsafePointer<UInt8>
    let buffer: Buffer

    /// Kinds of cells that share a column.
    enum Group: CaseIterable {
        case boolean, integer, double, string, date, timestamp, object, array

        init?(_ tag: UInt32) {
            switch tag {
            case mastic_json_false.rawValue, mastic_json_true.rawValue: self = .boolean
            case mastic_json_integer.rawValue: self = .integer
            case mastic_json_double.rawValue: self = .double
            case mastic_json_string.rawValue, mastic_json_escaped.rawValue: self = .string
            case mastic_json_object.rawValue: self = .object
            case mastic_json_array.rawValue: self = .array
            case mastic_json_date.rawValue: self = .date
            case mastic_json_timestamp.rawValue: self = .timestamp
            default: return nil
            }
        }

        static func all(in kinds: UInt32) -> [Group] {
            var groups: [Group] = []
            for tag in 0..<UInt32(32) where kinds >> tag & 1 != 0 {
                if let group = Group(tag), !groups.contains(group) { groups.append(group) }
            }
            return groups
        }
    }

    /// The fields that some row has, and the declared ones.
    func fields(of node: Node) -> [Node] {
        var fields: [Node] = []
        var next = node.pointee.first_field
        while let field = next {
            if field.pointee.kinds != 0 || field.pointee.declared { fields.append(field) }
            next = field.pointee.next
        }
        return fields
    }

    /// The node's cells as a column of `rows` rows, or of those selected.
    func column(_ node: Node, rows: Int, declared: DataType?, selected: Values<Int32>?) -> Column {
        guard let selected else { return column(node, rows: rows, declared: declared) }
        precondition(mastic_json_pad(json, node, UInt32(rows)), "the machine has no memory left")
        let isPlain = node.pointee.kinds >> mastic_json_number_text.rawValue & 1 == 0 && declared != .binary
        if isPlain {
            if let declared { coerce(node, rows, declared) }
            let groups = Group.all(in: node.pointee.kinds)
            guard let cells = node.pointee.cells, !groups.isEmpty else { return .nulls(declared ?? .null, count: selected.count) }
            if groups.count == 1, groups[0] != .object, groups[0] != .array {
                // All rows tell the width of integers.
                let type = groups[0] == .integer ? integerType(cells, rows, declared) : declared
                let gathered = Buffer(size: selected.count * MemoryLayout<mastic_json_cell>.stride)
                let members = gathered.values(of: mastic_json_cell.self)
                for i in 0..<selected.count { members[i] = cells[Int(selected[i])] }
                return withExtendedLifetime(gathered) { column(groups[0], members, selected.count, node, type) }
            }
        }
        return column(node, rows: rows, declared: declared).take(selected)
    }

    func column(_ node: Node, rows: Int, declared: DataType?) -> Column {
        // Without memory for the padding the machine has none for columns either.
        precondition(mastic_json_pad(json, node, UInt32(rows)), "the machine has no memory left")
        if node.pointee.kinds >> mastic_json_number_text.rawValue & 1 != 0 || declared == .binary {
            if let column = exact(node, rows, declared ?? .null) { return column }
        }
        if let declared { coerce(node, rows, declared) }
        let groups = Group.all(in: node.pointee.kinds)
        guard let cells = node.pointee.cells, !groups.isEmpty else { return .nulls(declared ?? .null, count: rows) }
        if groups.count == 1 { return column(groups[0], cells, rows, node, declared) }
        return choice(groups, cells, rows, node, declared)
    }

    /// A column of the cells of one group; all others are null.
    private func column(_ group: Group, _ cells: Cells, _ rows: Int, _ node: Node, _ declared: DataType?) -> Column {
        switch group {
        case .boolean: return booleans(cells, rows)
        case .integer: return integers(cells, rows, declared)
        case .double:
            if declared == .float {
                return fixed(.float, cells, rows, mastic_json_double) { Float(Double(bitPattern: $0)) }
            }
            return fixed(.double, cells, rows, mastic_json_double) { $0 }
        case .date: return fixed(.date, cells, rows, mastic_json_date) { Int32(truncatingIfNeeded: $0) }
        case .timestamp: return fixed(.timestamp, cells, rows, mastic_json_timestamp) { $0 }
        case .string: return strings(cells, rows)
        case .array: return arrays(cells, rows, node, declared)
        case .object: return node.pointee.mode == mastic_json_as_map ? maps(cells, rows, node, declared) : structs(cells, rows, node, declared)
        }
    }

    // MARK: Plain columns

    @inline(__always)
    private func fixed<T: BitwiseCopyable>(
        _ type: DataType, _ cells: Cells, _ rows: Int, _ tag: mastic_json_tag, _ convert: (UInt64) -> T
    ) -> Column {
        let out = Buffer(size: rows * MemoryLayout<T>.stride)
        let values = out.values(of: T.self)
        var nulls = NullRows(rows)
        for i in 0..<rows {
            let cell = cells[i]
            values[i] = convert(cell.payload)
            if cell.tag != tag.rawValue { nulls.insert(i) }
        }
        return Column(type, Values<T>(out, count: rows), validity: nulls.validity)
    }

    private func booleans(_ cells: Cells, _ rows: Int) -> Column {
        var bits = BitmapBuilder(capacity: rows)
        var nulls = NullRows(rows)
        for i in 0..<rows {
            bits.append(cells[i].tag == mastic_json_true.rawValue)
            if cells[i].tag == mastic_json_null.rawValue { nulls.insert(i) }
        }
        return Column(type: .boolean, count: rows, validity: nulls.validity, storage: .bits(bits.finish()))
    }

    /// The type that holds every integer among the cells, no narrower than one declared.
    private func integerType(_ cells: Cells, _ rows: Int, _ declared: DataType?) -> DataType {
        var spread: UInt64 = 0
        for i in 0..<rows {
            let value = Int64(bitPattern: cells[i].payload)
            // The bits that differ from the sign; what null cells have is undefined.
            if cells[i].tag == mastic_json_integer.rawValue { spread |= UInt64(bitPattern: value < 0 ? ~value : value) }
        }
        let needed = 65 - spread.leadingZeroBitCount
        let least = declared.map { $0.isInteger ? $0.integerWidth : 32 } ?? 32
        switch max(least, needed) {
        case ...8: return .byte
        case ...16: return .short
        case ...32: return .int
        default: return .long
        }
    }

    private func integers(_ cells: Cells, _ rows: Int, _ declared: DataType?) -> Column {
        switch integerType(cells, rows, declared) {
        case .byte: return fixed(.byte, cells, rows, mastic_json_integer) { Int8(truncatingIfNeeded: $0) }
        case .short: return fixed(.short, cells, rows, mastic_json_integer) { Int16(truncatingIfNeeded: $0) }
        case .int: return fixed(.int, cells, rows, mastic_json_integer) { Int32(truncatingIfNeeded: $0) }
        default: return fixed(.long, cells, rows, mastic_json_integer) { $0 }
        }
    }

    private func strings(_ cells: Cells, _ rows: Int) -> Column {
        let out = Buffer(size: rows * 16)
        let valid = Buffer(size: (rows + 63) / 64 * 8)
        let escaped = Buffer(size: rows * 4)
        let (views, positions) = (out.values(of: UInt64.self), escaped.values(of: UInt32.self))
        let found = mastic_json_views(cells, rows, base, views, valid.values(of: UInt64.self), positions)
        var buffers = found.has_pointers ? [buffer] : []
        if found.escaped_count > 0 {
            let side = Buffer(size: found.escaped_bytes)
            mastic_json_escaped_views(cells, base, positions, found.escaped_count, views, side.values(of: UInt8.self))
            buffers.append(side)
        }
        return Column(
            type: .string, count: rows, validity: found.nulls == 0 ? nil : Bitmap(valid, count: rows), storage: .views(Values(out, count: rows), buffers: buffers))
    }

    private func unescaped<R>(_ cell: mastic_json_cell, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        let length = Int(cell.length)
        return withUnsafeTemporaryAllocation(byteCount: length, alignment: 1) { room in
            let out = room.baseAddress!.assumingMemoryBound(to: UInt8.self)
            return body(UnsafeRawBufferPointer(start: out, count: mastic_json_unescape(base + Int(cell.payload), length, out)))
        }
    }

    // MARK: Nested columns

    private func arrays(_ cells: Cells, _ rows: Int, _ node: Node, _ declared: DataType?) -> Column {
        var type: DataType?
        if case .array(let element)? = declared { type = element }
        let (offsets, validity) = offsets(cells, rows, mastic_json_array)
        guard let element = node.pointee.element else { return .nulls(.array(.null), count: rows) }
        let child = column(element, rows: Int(element.pointee.count), declared: type)
        return Column(type: .array(child.type), count: rows, validity: validity, storage: .list(offsets: offsets, child: child))
    }

    private func maps(_ cells: Cells, _ rows: Int, _ node: Node, _ declared: DataType?) -> Column {
        var type: DataType?
        if case .map(_, let value)? = declared { type = value }
        let (offsets, validity) = offsets(cells, rows, mastic_json_object)
        guard let keys = node.pointee.keys, let values = node.pointee.element else { return .nulls(declared ?? .null, count: rows) }
        let n = Int(keys.pointee.count)
        let keyColumn = column(keys, rows: n, declared: .string)
        let valueColumn = column(values, rows: n, declared: type)
        return Column(
            type: .map(key: keyColumn.type, value: valueColumn.type), count: rows, validity: validity,
            storage: .map(offsets: offsets, keys: keyColumn, values: valueColumn))
    }

    /// Where each row's elements lie; other cells have none.
    private func offsets(_ cells: Cells, _ rows: Int, _ tag: mastic_json_tag) -> (Values<Int32>, Bitmap?) {
        let out = Buffer(size: (rows + 1) * 4)
        let offsets = out.values(of: Int32.self)
        var nulls = NullRows(rows)
        var end: Int32 = 0
        offsets[0] = 0
        for i in 0..<rows {
            if cells[i].tag == tag.rawValue {
                end = Int32(truncatingIfNeeded: cells[i].payload) + Int32(cells[i].length)
            } else {
                nulls.insert(i)
            }
            offsets[i + 1] = end
        }
        return (Values(out, count: rows + 1), nulls.validity)
    }

    private func structs(_ cells: Cells, _ rows: Int, _ node: Node, _ declared: DataType?) -> Column {
        var types: [String: DataType] = [:]
        if case .struct(let fields)? = declared { for field in fields { types[field.name] = field.type } }
        let objects = Int(node.pointee.objects)
        var nulls = NullRows(rows)
        var indices: Values<Int32>?
        if objects < rows {
            let out = Buffer(size: rows * 4)
            let places = out.values(of: Int32.self)
            for i in 0..<rows {
                let isObject = cells[i].tag == mastic_json_object.rawValue
                places[i] = isObject ? Int32(truncatingIfNeeded: cells[i].payload) : -1
                if !isObject { nulls.insert(i) }
            }
            indices = Values(out, count: rows)
        }
        var fields: [Field] = []
        var columns: [Column] = []
        for child in self.fields(of: node) {
            let name = child.fieldName
            let dense = column(child, rows: objects, declared: types[name])
            let column = indices.map { dense.take($0) } ?? dense
            fields.append(Field(name, column.type))
            columns.append(column)
        }
        return Column(type: .struct(fields), count: rows, validity: nulls.validity, storage: .struct(columns))
    }

    /// A column of values of several kinds: each kind's cells, gathered, make a member.
    private func choice(_ groups: [Group], _ cells: Cells, _ rows: Int, _ node: Node, _ declared: DataType?) -> Column {
        var columns: [(group: Group, column: Column)] = []
        for group in groups {
            let gathered = Buffer(size: rows * MemoryLayout<mastic_json_cell>.stride)
            let members = gathered.values(of: mastic_json_cell.self)
            var n = 0
            for i in 0..<rows where Group(cells[i].tag) == group {
                members[n] = cells[i]
                n += 1
            }
            columns.append((group, column(group, members, n, node, declared)))
        }
        columns.sort { $0.column.type.name < $1.column.type.name }
        var places = [UInt8](repeating: Column.nullTag, count: 32)
        for tag in 0..<UInt32(32) {
            if let group = Group(tag), let place = columns.firstIndex(where: { $0.group == group }) { places[Int(tag)] = UInt8(place) }
        }
        var counts = [Int32](repeating: 0, count: columns.count)
        let tagBuffer = Buffer(size: rows)
        let rowBuffer = Buffer(size: rows * 4)
        let (tags, places32) = (tagBuffer.values(of: UInt8.self), rowBuffer.values(of: Int32.self))
        for i in 0..<rows {
            let tag = places[Int(cells[i].tag)]
            tags[i] = tag
            places32[i] = 0
            if tag != Column.nullTag {
                places32[i] = counts[Int(tag)]
                counts[Int(tag)] += 1
            }
        }
        let type = columns.dropFirst().reduce(columns[0].column.type) { $0.merging($1.column.type) }
        return Column(
            type: type, count: rows,
            storage: .choice(tags: Values(tagBuffer, count: rows), rows: Values(rowBuffer, count: rows), members: columns.map(\.column)))
    }

    // MARK: Declared types

    /// Changes the cells that fit a declared type into that type.
    private func coerce(_ node: Node, _ rows: Int, _ declared: DataType) {
        guard let cells = node.pointee.cells else { return }
        switch declared {
        case .float, .double:
            guard node.pointee.kinds >> mastic_json_integer.rawValue & 1 != 0 else { return }
            for i in 0..<rows where cells[i].tag == mastic_json_integer.rawValue {
                cells[i].payload = Double(Int64(bitPattern: cells[i].payload)).bitPattern
                cells[i].tag = mastic_json_double.rawValue
            }
        case .date, .timestamp:
            for i in 0..<rows where cells[i].tag == mastic_json_string.rawValue {
                let (start, count) = (base + Int(cells[i].payload), Int(cells[i].length))
                if declared == .date {
                    guard let days = ScalarText.date(start, count) else { continue }
                    cells[i].payload = UInt64(bitPattern: Int64(days))
                    cells[i].tag = mastic_json_date.rawValue
                } else {
                    guard let micros = ScalarText.timestamp(start, count) ?? ScalarText.date(start, count).map({ Int64($0) * 86_400_000_000 })
                    else { continue }
                    cells[i].payload = UInt64(bitPattern: micros)
                    cells[i].tag = mastic_json_timestamp.rawValue
                }
            }
        default: return
        }
        node.pointee.kinds = (0..<rows).reduce(0) { $0 | 1 << cells[$1].tag }
    }

    /// A column whose declared type needs more than a cell holds: decimals and binaries. Nil when there are nested values among the cells.
    private func exact(_ node: Node, _ rows: Int, _ declared: DataType) -> Column? {
        let nested: UInt32 = 1 << mastic_json_object.rawValue | 1 << mastic_json_array.rawValue
        guard let cells = node.pointee.cells else { return nil }
        guard node.pointee.kinds & nested == 0 else {
            plainNumbers(node, cells, rows)
            return nil
        }
        let builder = VariantBuilder()
        for i in 0..<rows {
            let cell = cells[i]
            switch cell.tag {
            case mastic_json_false.rawValue: builder.append(bool: false)
            case mastic_json_true.rawValue: builder.append(bool: true)
            case mastic_json_integer.rawValue: builder.append(jsonInteger: Int64(bitPattern: cell.payload))
            case mastic_json_double.rawValue: builder.append(double: Double(bitPattern: cell.payload))
            case mastic_json_number_text.rawValue:
                let (start, count) = (base + Int(cell.payload), Int(cell.length))
                if case .decimal(let precision, let scale) = declared,
                    let value = ScalarText.decimal(start, count, precision: precision, scale: scale)
                {
                    builder.append(decimal: value, precision: precision, scale: scale)
                } else if let value = ScalarText.long(start, count) {
                    builder.append(jsonInteger: value)
                } else {
                    builder.append(double: ScalarText.double(start, count, words: false) ?? .nan)
                }
            case mastic_json_string.rawValue, mastic_json_escaped.rawValue:
                unescaped(cell) { text in
                    if declared == .binary, let bytes = Base64.decode(text) {
                        bytes.withUnsafeBytes { builder.append(binary: $0) }
                    } else {
                        builder.append(string: text)
                    }
                }
            default: builder.appendNull()
            }
        }
        let column = builder.finish()
        if column.type == .null { return .nulls(declared, count: rows) }
        if case .decimal = column.type, case .decimal = declared { return column.retyped(declared) }
        return column
    }

    private func plainNumbers(_ node: Node, _ cells: Cells, _ rows: Int) {
        for i in 0..<rows where cells[i].tag == mastic_json_number_text.rawValue {
            let (start, count) = (base + Int(cells[i].payload), Int(cells[i].length))
            if let value = ScalarText.long(start, count) {
                (cells[i].payload, cells[i].tag) = (UInt64(bitPattern: value), mastic_json_integer.rawValue)
            } else {
                (cells[i].payload, cells[i].tag) = ((ScalarText.double(start, count, words: false) ?? .nan).bitPattern, mastic_json_double.rawValue)
            }
        }
        node.pointee.kinds = (0..<rows).reduce(0) { $0 | 1 << cells[$1].tag }
    }
}
