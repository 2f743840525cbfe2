/// Key values of one type in 16 bytes each, so that equal keys have equal bytes, long strings apart: what hashing and tables of keys work on.
///
///     null                            low 0                high 1 << 63
///     boolean, integers, dates, ...   low the value        high 0
///     float, double                   low the bits, -0.0 as 0.0 and every NaN as one      high 0
///     decimal                         low and high of the unscaled value
///     string, binary, nested          the view
///
/// No other cell looks like null's: no decimal is so small, and an empty string's view is zero. A nested value is written out as bytes in which
/// lengths and tags keep different values apart.
struct KeyCells {
    static let nullLow: UInt64 = 0
    static let nullHigh: UInt64 = 1 << 63

    let cells: Values<StringView>
    /// The rows that have a value; nil when that is all of them.
    let presence: Bitmap?
    /// What the views point into.
    private let retained: [AnyObject]

    init(_ column: Column) {
        let n = column.count
        let presence = column.presence
        self.presence = presence
        // Cells of a dictionary are made once and then gathered.
        if case .dictionary(let indices, let values) = column.storage, values.count <= n {
            let inner = KeyCells(values)
            let out = Buffer(size: n * 16)
            let to = out.values(of: StringView.self)
            defer { withExtendedLifetime(inner.cells) {} }
            let from = inner.cells.start
            for i in 0..<n { to[i] = from[Int(indices[i])] }
            KeyCells.setNulls(to, presence, n)
            (cells, retained) = (Values(out, count: n), inner.retained)
            return
        }
        let flat = column.flattened
        let out = Buffer(size: n * 16)
        let to = out.values(of: StringView.self)
        var retained: [AnyObject] = [flat]
        defer { withExtendedLifetime(flat) {} }
        switch flat.storage {
        case .views(let views, _):
            for i in 0..<n { to[i] = views[i] }
        case .fixed where flat.type.isDecimal:
            let values = flat.fixedValues(of: Int128.self)
            for i in 0..<n {
                to[i] = StringView(low: UInt64(truncatingIfNeeded: values[i]), high: UInt64(truncatingIfNeeded: values[i] >> 64))
            }
        case .null: break
        case .bits, .fixed:
            let words = KeyWords(flat)
            for i in 0..<n { to[i] = StringView(low: words.words[i], high: 0) }
        default:
            var arena = StringArena()
            var text = TextBuffer()
            for i in 0..<n {
                text.removeAll()
                flat.appendKey(row: i, to: &text)
                to[i] = arena.view(copying: text.bytes)
            }
            retained = arena.finish()
        }
        KeyCells.setNulls(to, presence, n)
        (cells, self.retained) = (Values(out, count: n), retained)
    }

    private static func setNulls(_ cells: UnsafeMutablePointer<StringView>, _ presence: Bitmap?, _ count: Int) {
        guard let presence else { return }
        for i in 0..<count where !presence[i] { cells[i] = StringView(low: nullLow, high: nullHigh) }
    }

    /// Whether keys of the type are bytes behind a view.
    static func isText(_ type: DataType) -> Bool { type == .string || type == .binary || type.isNested }

    /// Whether keys of the type fit one word.
    static func isWord(_ type: DataType) -> Bool {
        switch type {
        case .boolean, .byte, .short, .int, .long, .float, .double, .date, .timestamp: true
        default: false
        }
    }
}

/// Key values of a type of at most 64 bits, one word each; what stands for a null row is undefined.
struct KeyWords {
    let words: Values<UInt64>
    let presence: Bitmap?

    init(_ column: Column) {
        let n = column.count
        presence = column.presence
        let flat = column.flattened
        if case .fixed(let owner, let start) = flat.storage, flat.type == .long || flat.type == .timestamp {
            words = Values(owner: owner, start: start.assumingMemoryBound(to: UInt64.self), count: n)
            return
        }
        let out = Buffer(size: n * 8)
        let to = out.values(of: UInt64.self)
        func integers<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) {
            let from = flat.fixedValues(of: T.self)
            for i in 0..<n { to[i] = UInt64(truncatingIfNeeded: Int64(truncatingIfNeeded: from[i])) }
        }
        defer { withExtendedLifetime(flat) {} }
        switch flat.type {
        case .boolean:
            let bits = flat.bits
            for i in 0..<n { to[i] = bits[i] ? 1 : 0 }
        case .byte: integers(Int8.self)
        case .short: integers(Int16.self)
        case .int, .date: integers(Int32.self)
        case .float:
            let from = flat.fixedValues(of: Float.self)
            for i in 0..<n { to[i] = UInt64((from[i] == 0 ? 0 : from[i].isNaN ? Float.nan : from[i]).bitPattern) }
        case .double:
            let from = flat.fixedValues(of: Double.self)
            for i in 0..<n { to[i] = (from[i] == 0 ? 0 : from[i].isNaN ? Double.nan : from[i]).bitPattern }
        default:
            let from = flat.fixedValues(of: UInt64.self)
            to.update(from: from, count: n)
        }
        words = Values(out, count: n)
    }
}

extension Column {
    /// Appends bytes that are equal for equal values of the column's type, and different for different ones.
    func appendKey(row: Int, to out: inout TextBuffer) {
        func append(_ length: Int) { withUnsafeBytes(of: UInt32(truncatingIfNeeded: length)) { out.append(bytes: $0) } }
        if isNull(row) {
            out.append(UInt8(0))
            return
        }
        out.append(UInt8(1))
        switch storage {
        case .null: break
        case .bits(let bits): out.append(bits[row] ? UInt8(1) : UInt8(0))
        case .fixed:
            switch type {
            case .float:
                let value = fixedValues(of: Float.self)[row]
                withUnsafeBytes(of: value == 0 ? 0 : value.isNaN ? Float.nan : value) { out.append(bytes: $0) }
            case .double:
                let value = fixedValues(of: Double.self)[row]
                withUnsafeBytes(of: value == 0 ? 0 : value.isNaN ? Double.nan : value) { out.append(bytes: $0) }
            default:
                let size = type.fixedSize
                out.append(from: fixedValues(of: UInt8.self) + row * size, count: size)
            }
        case .views(let views, _):
            append(views[row].length)
            out.append(views[row])
        case .list(let offsets, let child):
            append(Int(offsets[row + 1] - offsets[row]))
            for i in offsets[row]..<offsets[row + 1] { child.appendKey(row: Int(i), to: &out) }
        case .struct(let children):
            for child in children { child.appendKey(row: row, to: &out) }
        case .map(let offsets, let keys, let values):
            append(Int(offsets[row + 1] - offsets[row]))
            for i in offsets[row]..<offsets[row + 1] {
                keys.appendKey(row: Int(i), to: &out)
                values.appendKey(row: Int(i), to: &out)
            }
        case .choice(let tags, let rows, let members):
            out.append(tags[row])
            members[Int(tags[row])].appendKey(row: Int(rows[row]), to: &out)
        case .dictionary(let indices, let values): values.appendKey(row: Int(indices[row]), to: &out)
        }
    }
}
