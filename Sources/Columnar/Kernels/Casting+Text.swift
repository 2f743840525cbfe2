internal import Glibc

/// Casts to text, bytes, dates and times.
extension Column {
    func castToString() -> Column {
        switch storage {
        case .bits(let bits):
            let words = ["false", "true"].map { word in
                var word = word
                return word.withUTF8 { StringView(UnsafeRawPointer($0.baseAddress!), length: $0.count) }
            }
            let (no, yes) = (words[0], words[1])
            let out = Buffer(size: count * 16)
            let result = out.values(of: StringView.self)
            for i in 0..<count { result[i] = bits[i] ? yes : no }
            return Column(type: .string, count: count, validity: validity, storage: .views(Values(out, count: count), buffers: []))
        case .views: return retyped(.string)
        case .fixed:
            switch type {
            case .byte: return formatting(Int8.self) { $1.append(integer: Int64($0)) }
            case .short: return formatting(Int16.self) { $1.append(integer: Int64($0)) }
            case .int: return formatting(Int32.self) { $1.append(integer: Int64($0)) }
            case .long: return formatting(Int64.self) { $1.append(integer: $0) }
            case .float: return formatting(Float.self) { $1.append(float: $0, style: .java) }
            case .double: return formatting(Double.self) { $1.append(double: $0, style: .java) }
            case .decimal(_, let scale): return formatting(Int128.self) { $1.append(decimal: $0, scale: scale) }
            case .date: return formatting(Int32.self) { $1.append(date: $0) }
            default: return formatting(Int64.self) { $1.append(timestamp: $0) }
            }
        default: return formattingRows { self.appendText(row: $0, style: .cast, to: &$1) }
        }
    }

    @inline(__always)
    private func formatting<A: BitwiseCopyable>(_ from: A.Type, _ body: (A, inout TextBuffer) -> Void) -> Column {
        let input = fixedValues(of: A.self)
        return formattingRows { body(input[$0], &$1) }
    }

    /// A string column of what `body` appends for every row that is not null.
    @inline(__always)
    func formattingRows(_ body: (Int, inout TextBuffer) -> Void) -> Column {
        let out = Buffer(size: count * 16)
        let result = out.values(of: StringView.self)
        var arena = StringArena()
        var text = TextBuffer(capacity: 64)
        for i in 0..<count {
            if let validity, !validity[i] {
                result[i] = .empty
                continue
            }
            text.removeAll()
            body(i, &text)
            result[i] = arena.view(copying: text.bytes)
        }
        return Column(type: .string, count: count, validity: validity, storage: .views(Values(out, count: count), buffers: arena.finish()))
    }

    func castToBinary(_ failures: inout Int) -> Column {
        func bigEndian<A: FixedWidthInteger & BitwiseCopyable>(_ from: A.Type) -> Column {
            let input = fixedValues(of: A.self)
            let out = Buffer(size: count * 16)
            let result = out.values(of: StringView.self)
            for i in 0..<count {
                result[i] = withUnsafeBytes(of: input[i].bigEndian) { StringView($0.baseAddress!, length: $0.count) }
            }
            return Column(type: .binary, count: count, validity: validity, storage: .views(Values(out, count: count), buffers: []))
        }
        switch type {
        case .string: return retyped(.binary)
        case .byte: return bigEndian(Int8.self)
        case .short: return bigEndian(Int16.self)
        case .int: return bigEndian(Int32.self)
        case .long: return bigEndian(Int64.self)
        default: return impossible(.binary, &failures)
        }
    }

    func castToDate(_ failures: inout Int) -> Column {
        switch type {
        case .string: return mappingText(to: .date, &failures) { DateParsing.date($0) }
        case .timestamp:
            return mapping(Int64.self, to: .date) { Int32(truncatingIfNeeded: $0.flooredDivision(by: Int64(CivilTime.microsecondsPerDay)).quotient) }
        default: return impossible(.date, &failures)
        }
    }

    func castToTimestamp(_ failures: inout Int) -> Column {
        @inline(__always) func fromSeconds(_ seconds: Int64) -> Int64? {
            let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
            return overflow ? nil : product
        }
        switch type {
        case .string:
            // A time alone is of today, as Spark has it.
            let today = Int(WallClock.seconds.flooredDivision(by: 86_400).quotient)
            return mappingText(to: .timestamp, &failures) { DateParsing.timestamp($0, today: today) }
        case .date:
            return mapping(Int32.self, to: .timestamp, &failures) { days -> Int64? in
                let (product, overflow) = Int64(days).multipliedReportingOverflow(by: Int64(CivilTime.microsecondsPerDay))
                return overflow ? nil : product
            }
        case .boolean: return mappingBits(to: .timestamp, Int64(1), Int64(0))
        case .byte: return mapping(Int8.self, to: .timestamp) { Int64($0) * 1_000_000 }
        case .short: return mapping(Int16.self, to: .timestamp) { Int64($0) * 1_000_000 }
        case .int: return mapping(Int32.self, to: .timestamp) { Int64($0) * 1_000_000 }
        case .long: return mapping(Int64.self, to: .timestamp, &failures) { fromSeconds($0) }
        case .float: return mapping(Float.self, to: .timestamp, &failures) { $0.isFinite ? boundedInt64(Double($0) * 1e6) : nil }
        case .double: return mapping(Double.self, to: .timestamp, &failures) { $0.isFinite ? boundedInt64($0 * 1e6) : nil }
        case .decimal(_, let scale):
            return mapping(Int128.self, to: .timestamp, &failures) { value -> Int64? in
                // Toward zero, as Spark cuts what is below a microsecond.
                scale <= 6
                    ? DecimalArithmetic.rescale(value, by: 6 - scale).flatMap { Int64(exactly: $0) }
                    : Int64(exactly: value / PowersOfTen.integers[scale - 6])
            }
        default: return impossible(.timestamp, &failures)
        }
    }
}
