/// Builds a column of a declared type from JSON values, as Spark's `from_json` reads them: a value of another kind than its type is null, and makes the array or map
/// around it null; a struct keeps its other fields. Integers take whole numbers that fit, doubles any number and the words NaN and Infinity, decimals numbers
/// and text, strings anything (what is no string as JSON), dates and timestamps text, timestamps seconds too.
final class JSONColumnBuilder {
    private let type: DataType
    /// A byte for each row: whether it has a value. (Bytes, and not bits, because rows are taken back.)
    private var present = GrowingBuffer<UInt8>(capacity: 16)
    private var count = 0
    // What the type needs of these.
    private var integers = GrowingBuffer<Int64>(capacity: 16)
    private var wide = GrowingBuffer<Int128>(capacity: 16)
    private var flags = GrowingBuffer<UInt8>(capacity: 16)
    private var views = GrowingBuffer<StringView>(capacity: 16)
    private var arena = StringArena()
    private var offsets = GrowingBuffer<Int32>(capacity: 16)
    private var children: [JSONColumnBuilder] = []
    private var names: [[UInt8]] = []
    private var text = TextBuffer(capacity: 64)

    init(_ type: DataType) {
        self.type = type
        switch type {
        case .array(let element):
            children = [JSONColumnBuilder(element)]
            offsets.append(0)
        case .map(_, let value):
            children = [JSONColumnBuilder(.string), JSONColumnBuilder(value)]
            offsets.append(0)
        case .struct(let fields):
            children = fields.map { JSONColumnBuilder($0.type) }
            names = fields.map { Array($0.name.utf8) }
        default: break
        }
    }

    func appendNull() {
        switch type {
        case .boolean: flags.append(0)
        case .string, .binary: views.append(.empty)
        case .decimal: wide.append(0)
        case .array, .map: offsets.append(Int32(truncatingIfNeeded: children[0].count))
        case .struct: for child in children { child.appendNull() }
        case .null: break
        default: integers.append(0)
        }
        present.append(0)
        count += 1
    }

    /// Takes rows off the end until `n` are left, also those that the children have of a row that was not ended.
    private func truncate(to n: Int) {
        switch type {
        case .array, .map:
            for child in children { child.truncate(to: Int(offsets.start[n])) }
            offsets.truncate(to: n + 1)
        case .struct: for child in children { child.truncate(to: n) }
        case .boolean: flags.truncate(to: n)
        case .string, .binary: views.truncate(to: n)
        case .decimal: wide.truncate(to: n)
        default: integers.truncate(to: n)
        }
        present.truncate(to: n)
        count = min(count, n)
    }

    enum Outcome {
        case read
        /// Another kind of value than the type's; it was passed, and nothing appended.
        case unfit
        /// No JSON.
        case broken
    }

    /// Appends a whole text as a row: null where it is empty or no such value; for a struct a row of nulls instead.
    func append(document: UnsafeRawBufferPointer) {
        var cursor = JSONCursor(document, takesControls: false)
        cursor.skipSpaces()
        let before = count
        if cursor.at == document.count { return appendNull() }
        // An object where an array of structs is wanted is its only element.
        if case .array(.struct) = type, cursor.kind() == .object {
            let inner = children[0].count
            if children[0].append(&cursor, depth: 1) == .read {
                offsets.append(Int32(truncatingIfNeeded: children[0].count))
                present.append(1)
                count += 1
                return
            }
            children[0].truncate(to: inner)
            return appendNull()
        }
        if append(&cursor, depth: 0) == .read { return }
        truncate(to: before)
        guard case .struct = type else { return appendNull() }
        for child in children { child.appendNull() }
        present.append(1)
        count += 1
    }

    /// Appends the value that the cursor is at.
    private func append(_ cursor: inout JSONCursor, depth: Int) -> Outcome {
        guard depth < JSONCursor.depthLimit, let kind = cursor.kind() else { return .broken }
        if kind == .null {
            guard cursor.null() else { return .broken }
            if depth == 0 { return .unfit }
            appendNull()
            return .read
        }
        switch (type, kind) {
        case (.struct, .object): return appendStruct(&cursor, depth)
        case (.array, .array): return appendArray(&cursor, depth)
        case (.map, .object): return appendMap(&cursor, depth)
        case (.string, _):
            text.removeAll()
            guard kind == .string ? cursor.string(&text) : cursor.copy(to: &text, depth: depth) else { return .broken }
            views.append(arena.view(copying: text.bytes))
        case (.boolean, .boolean):
            guard let value = cursor.boolean() else { return .broken }
            flags.append(value ? 1 : 0)
        case (.byte, .number), (.short, .number), (.int, .number), (.long, .number), (.float, .number), (.double, .number), (.decimal, .number), (.timestamp, .number):
            guard let number = cursor.number() else { return .broken }
            guard appendNumber(number.text, number.isWhole) else { return .unfit }
        case (.float, .string), (.double, .string), (.decimal, .string), (.date, .string), (.timestamp, .string), (.binary, .string):
            text.removeAll()
            guard cursor.string(&text) else { return .broken }
            guard appendText(text.bytes) else { return .unfit }
        default: return cursor.skip(depth: depth) ? .unfit : .broken
        }
        present.append(1)
        count += 1
        return .read
    }

    private func appendNumber(_ text: UnsafeRawBufferPointer, _ isWhole: Bool) -> Bool {
        switch type {
        case .float, .double:
            guard let value = NumberParsing.double(text) else { return false }
            integers.append(Int64(bitPattern: value.bitPattern))
        case .decimal(let precision, let scale):
            guard let value = NumberParsing.decimal(text, precision: precision, scale: scale) else { return false }
            wide.append(value)
        case .timestamp:
            guard isWhole, let seconds = NumberParsing.integer(text) else { return false }
            let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
            if overflow { return false }
            integers.append(micros)
        default:
            guard isWhole, let value = NumberParsing.integer(text) else { return false }
            let bound = Int64(1) << Int64(max(type.integerWidth, 1) - 1 & 63)
            if type.integerWidth < 64, value < -bound || value >= bound { return false }
            integers.append(value)
        }
        return true
    }

    private func appendText(_ text: UnsafeRawBufferPointer) -> Bool {
        switch type {
        case .float, .double:
            let words: [(StaticString, Double)] = [
                ("NaN", .nan), ("Infinity", .infinity), ("+Infinity", .infinity), ("INF", .infinity), ("+INF", .infinity), ("-Infinity", -.infinity), ("-INF", -.infinity),
            ]
            guard let word = words.first(where: { text.elementsEqual(UnsafeRawBufferPointer(start: $0.0.utf8Start, count: $0.0.utf8CodeUnitCount)) }) else { return false }
            integers.append(Int64(bitPattern: word.1.bitPattern))
        case .decimal(let precision, let scale):
            guard let value = NumberParsing.decimal(NumberParsing.trimmed(text), precision: precision, scale: scale) else { return false }
            wide.append(value)
        case .date:
            guard let days = DateParsing.date(NumberParsing.trimmed(text)) else { return false }
            integers.append(Int64(days))
        case .timestamp:
            guard let moment = DateParsing.timestamp(NumberParsing.trimmed(text)) else { return false }
            integers.append(moment)
        default:
            var out = TextBuffer(capacity: text.count)
            guard JSONColumnBuilder.decode(base64: text, &out) else { return false }
            views.append(arena.view(copying: out.bytes))
        }
        return true
    }

    /// Base 64 (RFC 4648, section 4), with or without padding.
    private static func decode(base64 text: UnsafeRawBufferPointer, _ out: inout TextBuffer) -> Bool {
        var (word, bits) = (UInt32(0), 0)
        var end = text.count
        while end > 0, text[end - 1] == UInt8(ascii: "="), text.count - end < 2 { end -= 1 }
        for i in 0..<end {
            let byte = text[i]
            let value: UInt8
            switch byte {
            case 0x41...0x5a: value = byte - 0x41
            case 0x61...0x7a: value = byte - 0x61 + 26
            case 0x30...0x39: value = byte - 0x30 + 52
            case 0x2b: value = 62
            case 0x2f: value = 63
            default: return false
            }
            word = word << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            }
        }
        return end % 4 != 1
    }

    private func appendStruct(_ cursor: inout JSONCursor, _ depth: Int) -> Outcome {
        let row = count
        let isRight = cursor.members(depth: depth) { cursor, name in
            guard let field = names.firstIndex(where: { name.elementsEqual($0) }) else { return cursor.skip(depth: depth + 1) }
            let child = children[field]
            // Of two values of one name the later counts.
            child.truncate(to: row)
            switch child.append(&cursor, depth: depth + 1) {
            case .read: break
            case .unfit: child.appendNull()
            case .broken: return false
            }
            return true
        }
        guard isRight else { return .broken }
        for child in children where child.count == row { child.appendNull() }
        present.append(1)
        count += 1
        return .read
    }

    private func appendArray(_ cursor: inout JSONCursor, _ depth: Int) -> Outcome {
        let (start, child) = (children[0].count, children[0])
        var fits = true
        let isRight = cursor.elements(depth: depth) { cursor in
            if !fits { return cursor.skip(depth: depth + 1) }
            switch child.append(&cursor, depth: depth + 1) {
            case .read: return true
            case .unfit:
                fits = false
                return true
            case .broken: return false
            }
        }
        return end(isRight, fits, start)
    }

    private func appendMap(_ cursor: inout JSONCursor, _ depth: Int) -> Outcome {
        let (start, keys, values) = (children[0].count, children[0], children[1])
        var fits = true
        let isRight = cursor.members(depth: depth) { cursor, name in
            if !fits { return cursor.skip(depth: depth + 1) }
            let key = keys.arena.view(copying: name)
            switch values.append(&cursor, depth: depth + 1) {
            case .read:
                keys.views.append(key)
                keys.present.append(1)
                keys.count += 1
                return true
            case .unfit:
                fits = false
                return true
            case .broken: return false
            }
        }
        return end(isRight, fits, start)
    }

    /// Ends an array or map whose elements begin at `start`.
    private func end(_ isRight: Bool, _ fits: Bool, _ start: Int) -> Outcome {
        guard isRight, fits else {
            for child in children { child.truncate(to: start) }
            return isRight ? .unfit : .broken
        }
        offsets.append(Int32(truncatingIfNeeded: children[0].count))
        present.append(1)
        count += 1
        return .read
    }

    /// The rows so far, which are forgotten.
    func finish() -> Column {
        let n = count
        let bytes = present.take()
        let bitmap = packedBits(n) { bytes[$0] != 0 }
        let validity = bitmap.setCount == n ? nil : bitmap
        count = 0
        func make(_ storage: Column.Storage) -> Column { Column(type: type, count: n, validity: validity, storage: storage) }
        func narrow<T: BitwiseCopyable>(_ convert: (Int64) -> T) -> Column {
            let out = Buffer(size: n * MemoryLayout<T>.stride)
            let to = out.values(of: T.self)
            for i in 0..<n { to[i] = convert(integers.start[i]) }
            integers.removeAll()
            return make(.fixed(owner: out, start: UnsafeRawPointer(out.base)))
        }
        switch type {
        case .null, .choice: return .nulls(type, count: n)
        case .boolean:
            let values = flags.take()
            return make(.bits(packedBits(n) { values[$0] != 0 }))
        case .string, .binary: return make(.views(views.take(), buffers: arena.finish()))
        case .byte: return narrow { Int8(truncatingIfNeeded: $0) }
        case .short: return narrow { Int16(truncatingIfNeeded: $0) }
        case .int, .date: return narrow { Int32(truncatingIfNeeded: $0) }
        case .float: return narrow { Float(Double(bitPattern: UInt64(bitPattern: $0))) }
        case .long, .timestamp, .double: return narrow { $0 }
        case .decimal:
            let values = wide.take()
            return Column(type, values, validity: validity)
        case .struct: return make(.struct(children.map { $0.finish() }))
        case .array:
            let column = make(.list(offsets: offsets.take(), child: children[0].finish()))
            offsets.append(0)
            return column
        case .map:
            let column = make(.map(offsets: offsets.take(), keys: children[0].finish(), values: children[1].finish()))
            offsets.append(0)
            return column
        }
    }
}

extension Operand {
    /// JSON text as values of a type; see `JSONColumnBuilder`. Null where the text is null or empty.
    public static func values(ofJSON text: Operand, as type: DataType) -> Operand {
        text.cast(to: .string).map { column in
            let flat = column.flattened
            let views = flat.views.start
            defer { withExtendedLifetime(flat) {} }
            let builder = JSONColumnBuilder(type)
            for row in 0..<flat.count {
                if let validity = flat.validity, !validity[row] { builder.appendNull() } else { views[row].withBytes { builder.append(document: $0) } }
            }
            return builder.finish()
        }
    }

    /// Values as JSON text without blanks, as Spark's `to_json` writes it: timestamps in UTC with milliseconds, what is no number of JSON in quotes; fields that are null
    /// are left out, unless `nullFields`.
    public static func json(_ value: Operand, nullFields: Bool = false) -> Operand {
        value.map { column in
            let flat = column.flattened
            let text = Column(type: .boolean, count: flat.count, validity: flat.presence, storage: .bits(Bitmap(repeating: true, count: flat.count)))
            return building(from: [.column(text)]) { row, out in
                flat.appendSparkJSON(row, nullFields, to: &out)
                return true
            }.storage
        }
    }
}

extension Column {
    /// Appends the value of a row as Spark's JSON has it.
    fileprivate func appendSparkJSON(_ row: Int, _ nullFields: Bool, to out: inout TextBuffer) {
        if isNull(row) { return out.append("null") }
        switch storage {
        case .list(let offsets, let child):
            out.append(UInt8(ascii: "["))
            for i in offsets[row]..<offsets[row + 1] {
                if i > offsets[row] { out.append(UInt8(ascii: ",")) }
                child.appendSparkJSON(Int(i), nullFields, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .struct(let children):
            guard case .struct(let fields) = type else { return }
            var isFirst = true
            out.append(UInt8(ascii: "{"))
            for (field, child) in zip(fields, children) where nullFields || !child.isNull(row) {
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                out.append(jsonString: field.name)
                out.append(UInt8(ascii: ":"))
                child.appendSparkJSON(row, nullFields, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .map(let offsets, let keys, let values):
            out.append(UInt8(ascii: "{"))
            for i in offsets[row]..<offsets[row + 1] {
                if i > offsets[row] { out.append(UInt8(ascii: ",")) }
                var key = TextBuffer(capacity: 32)
                keys.appendText(row: Int(i), style: .cast, to: &key)
                out.append(jsonString: key.bytes)
                out.append(UInt8(ascii: ":"))
                values.appendSparkJSON(Int(i), nullFields, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .dictionary(let indices, let values): values.appendSparkJSON(Int(indices[row]), nullFields, to: &out)
        case .choice(let tags, let rows, let members): members[Int(tags[row])].appendSparkJSON(Int(rows[row]), nullFields, to: &out)
        case .fixed:
            switch type {
            case .double: out.append(jsonDouble: fixedValues(of: Double.self)[row])
            case .float:
                let value = fixedValues(of: Float.self)[row]
                if value.isFinite { out.append(float: value, style: .java) } else { out.append(jsonDouble: Double(value)) }
            case .timestamp:
                let time = fixedValues(of: Int64.self)[row]
                let text = DatePattern.json
                out.append(UInt8(ascii: "\""))
                text.append(time, to: &out)
                out.append(UInt8(ascii: "\""))
            default: appendJSON(row: row, to: &out)
            }
        default: appendJSON(row: row, to: &out)
        }
    }
}

extension DatePattern {
    /// How JSON has timestamps: `2024-02-29T13:45:10.123Z`.
    static let json = DatePattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX") ?? .standard
}
