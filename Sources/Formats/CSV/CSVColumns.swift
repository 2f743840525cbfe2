internal import Columnar
internal import Glibc

/// Makes columns of cells: one loop a type over the cells of one column.
///
/// Null rule: a missing cell is null in every type; an empty one is the empty string in a string column and null in any other. A value that
/// does not parse as the column's type stays a string, and the column of that batch is then a choice (Glue's rule for catalog types).
struct CSVColumns {
    private let base: UnsafePointer<UInt8>
    private let buffer: Buffer
    private let rows: Int
    private let hasMissing: Bool
    private var decoder: CSVFieldDecoder

    init(base: UnsafePointer<UInt8>, buffer: Buffer, rows: Int, hasMissing: Bool, decoder: CSVFieldDecoder) {
        (self.base, self.buffer, self.rows, self.hasMissing, self.decoder) = (base, buffer, rows, hasMissing, decoder)
    }

    /// The cells as a column of `type`, or of a choice of it and string.
    mutating func column(_ cells: UnsafePointer<CSVTokenizer.Cell>, as type: DataType) -> Column {
        let parsed: Column?
        switch type {
        case .string: parsed = strings(cells, type)
        case .binary: parsed = strings(cells, type)
        case .boolean: parsed = booleans(cells)
        case .byte: parsed = fixed(cells, type) { ScalarText.long($0, $1).flatMap { Int8(exactly: $0) } }
        case .short: parsed = fixed(cells, type) { ScalarText.long($0, $1).flatMap { Int16(exactly: $0) } }
        case .int: parsed = fixed(cells, type) { ScalarText.long($0, $1).flatMap { Int32(exactly: $0) } }
        case .long: parsed = fixed(cells, type) { ScalarText.long($0, $1) }
        case .float: parsed = fixed(cells, type) { ScalarText.double($0, $1, words: true).map { Float($0) } }
        case .double: parsed = fixed(cells, type) { ScalarText.double($0, $1, words: true) }
        case .date: parsed = fixed(cells, type) { ScalarText.date($0, $1) }
        case .timestamp: parsed = fixed(cells, type) { ScalarText.timestamp($0, $1) ?? ScalarText.date($0, $1).map { Int64($0) * 86_400_000_000 } }
        case .decimal(let precision, let scale):
            parsed = fixed(cells, type) { ScalarText.decimal($0, $1, precision: precision, scale: scale) }
        default: parsed = nil
        }
        return parsed ?? mixed(cells, type)
    }

    /// The bytes of a cell that is there.
    @inline(__always)
    private mutating func bytes(_ cell: CSVTokenizer.Cell) -> (UnsafePointer<UInt8>, Int) {
        if cell & CSVTokenizer.rawFlag == 0 { return (base + Int(cell & 0xffff_ffff), Int(cell >> 32)) }
        let decoded = decoder.decode(base + Int(cell & 0xffff_ffff), Int(cell >> 32 & 0x7fff_ffff))
        return (decoded.baseAddress!, decoded.count)
    }

    private mutating func strings(_ cells: UnsafePointer<CSVTokenizer.Cell>, _ type: DataType) -> Column {
        let out = Buffer(size: rows * 16)
        let views = out.values(of: StringView.self)
        var arena = StringArena()
        var hasPointers = false
        for i in 0..<rows {
            let cell = cells[i]
            if cell & CSVTokenizer.rawFlag == 0 {
                let length = Int(cell >> 32)
                views[i] = StringView(base + Int(cell & 0xffff_ffff), length: length)
                if length > StringView.maximumInlineLength { hasPointers = true }
            } else if cell == CSVTokenizer.missing {
                views[i] = .empty
            } else {
                let (start, count) = bytes(cell)
                views[i] = arena.view(copying: UnsafeRawBufferPointer(start: start, count: count))
            }
        }
        let buffers = arena.finish() + (hasPointers ? [buffer] : [])
        let validity = hasMissing ? presence(cells) : nil
        return Column(type: type, count: rows, validity: validity, storage: .views(Values(out, count: rows), buffers: buffers))
    }

    /// Bits of the cells that are there; nil when all are.
    private func presence(_ cells: UnsafePointer<CSVTokenizer.Cell>) -> Bitmap? {
        var bits = BitmapBuilder(capacity: rows)
        for i in 0..<rows { bits.append(cells[i] != CSVTokenizer.missing) }
        return bits.finishValidity()
    }

    /// Nil when some cell is neither null nor a value of the type.
    @inline(__always)
    private mutating func fixed<T: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ cells: UnsafePointer<CSVTokenizer.Cell>, _ type: DataType, _ parse: (UnsafePointer<UInt8>, Int) -> T?
    ) -> Column? {
        let out = Buffer(size: rows * MemoryLayout<T>.stride)
        let values = out.values(of: T.self)
        var nulls = NullRows(rows)
        for i in 0..<rows {
            let cell = cells[i]
            var start = base + Int(cell & 0xffff_ffff)
            var count = Int(cell >> 32)
            if cell & CSVTokenizer.rawFlag != 0 {
                if cell == CSVTokenizer.missing {
                    values[i] = 0
                    nulls.insert(i)
                    continue
                }
                (start, count) = bytes(cell)
            }
            if let value = parse(start, count) {
                values[i] = value
            } else {
                guard decoder.isNull(start, count) else { return nil }
                values[i] = 0
                nulls.insert(i)
            }
        }
        return Column(type, Values<T>(out, count: rows), validity: nulls.validity)
    }

    private mutating func booleans(_ cells: UnsafePointer<CSVTokenizer.Cell>) -> Column? {
        var bits = BitmapBuilder(capacity: rows)
        var nulls = NullRows(rows)
        for i in 0..<rows {
            if cells[i] == CSVTokenizer.missing {
                bits.append(false)
                nulls.insert(i)
                continue
            }
            let (start, count) = bytes(cells[i])
            if let value = ScalarText.boolean(start, count) {
                bits.append(value)
            } else {
                guard decoder.isNull(start, count) else { return nil }
                bits.append(false)
                nulls.insert(i)
            }
        }
        return Column(type: .boolean, count: rows, validity: nulls.validity, storage: .bits(bits.finish()))
    }

    /// The slow way, for columns in which some values are not of the declared type.
    private mutating func mixed(_ cells: UnsafePointer<CSVTokenizer.Cell>, _ type: DataType) -> Column {
        let builder = VariantBuilder()
        builder.retain(buffer)
        for i in 0..<rows {
            let cell = cells[i]
            if cell == CSVTokenizer.missing {
                builder.appendNull()
                continue
            }
            let (start, count) = bytes(cell)
            if decoder.isNull(start, count) {
                builder.appendNull()
            } else if !builder.append(text: start, count, as: type) {
                if cell & CSVTokenizer.rawFlag == 0 {
                    builder.append(view: StringView(start, length: count))
                } else {
                    builder.append(string: UnsafeRawBufferPointer(start: start, count: count))
                }
            }
        }
        let column = builder.finish()
        // No value at all says nothing against the declared type.
        return column.type == .null ? .nulls(type, count: rows) : column
    }
}

/// The rows of a batch that are null: a bitmap that is made only when there are any.
struct NullRows {
    private let count: Int
    private var bits: Buffer?

    init(_ count: Int) { self.count = count }

    mutating func insert(_ row: Int) {
        if bits == nil {
            let all = Buffer(size: (count + 63) / 64 * 8)
            memset(all.base, 0xff, all.size)
            bits = all
        }
        bits!.values(of: UInt8.self)[row >> 3] &= ~(1 << UInt8(truncatingIfNeeded: row & 7))
    }

    var validity: Bitmap? { bits.map { Bitmap($0, count: count) } }
}

extension VariantBuilder {
    /// Appends the value that the text stands for in `type`; appends nothing and returns false when it stands for none.
    func append(text bytes: UnsafePointer<UInt8>, _ count: Int, as type: DataType) -> Bool {
        switch type {
        case .byte, .short, .int, .long:
            guard let value = ScalarText.long(bytes, count), value.bitWidthNeeded <= type.integerWidth else { return false }
            append(integer: value, as: type)
        case .float:
            guard let value = ScalarText.double(bytes, count, words: true) else { return false }
            append(float: Float(value))
        case .double:
            guard let value = ScalarText.double(bytes, count, words: true) else { return false }
            append(double: value)
        case .boolean:
            guard let value = ScalarText.boolean(bytes, count) else { return false }
            append(bool: value)
        case .date:
            guard let value = ScalarText.date(bytes, count) else { return false }
            append(date: value)
        case .timestamp:
            guard let value = ScalarText.timestamp(bytes, count) ?? ScalarText.date(bytes, count).map({ Int64($0) * 86_400_000_000 }) else { return false }
            append(timestamp: value)
        case .decimal(let precision, let scale):
            guard let value = ScalarText.decimal(bytes, count, precision: precision, scale: scale) else { return false }
            append(decimal: value, precision: precision, scale: scale)
        default: return false
        }
        return true
    }
}

extension Int64 {
    /// Bits that hold the value, sign included.
    var bitWidthNeeded: Int { 65 - (self < 0 ? ~self : self).leadingZeroBitCount }
}
