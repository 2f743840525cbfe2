internal import CKernels
internal import Columnar

/// How a column's physical values become Mastic's (LogicalTypes.md).
enum ParquetConversion {
    /// The bytes are the value: int, long, float, double, date, timestamps in microseconds.
    case none
    /// One byte a value, 0 or 1, packed to bits later.
    case boolean
    /// 32 bits to 8 or 16, and unsigned 32 to 64.
    case toByte, toShort, unsignedToLong
    case timestampMillis, timestampNanos, int96
    case decimalFromInt32, decimalFromInt64, decimalFromUInt64, decimalFromFixed, decimalFromBytes
    case float16
    /// Views of strings of any length, or of fixed length.
    case views, fixedViews
    /// A column of the UNKNOWN type: always null.
    case null

    /// Bytes of a physical value; 0 where values have lengths of their own.
    static func width(_ physical: ParquetPhysicalType, length: Int) -> Int {
        switch physical {
        case .boolean: 1
        case .int32, .float: 4
        case .int64, .double: 8
        case .int96: 12
        case .byteArray: 0
        case .fixedLengthByteArray: length
        }
    }

    /// Bytes of a converted value in its column's buffer (booleans before they are packed).
    static func stride(of type: DataType) -> Int {
        switch type {
        case .boolean, .null: 1
        case .string, .binary: 16
        default: type.fixedSize
        }
    }

    /// Returns the type of a column, how to get there, and whether its values are ordered as unsigned numbers.
    ///
    /// An annotation that does not fit the physical type is passed over, as if it were not there.
    static func choose(
        _ element: ParquetSchemaElement, _ physical: ParquetPhysicalType, failure: (FormatError.Code, String) -> FormatError
    ) throws -> (DataType, ParquetConversion, isUnsigned: Bool) {
        let logical = element.logical ?? element.converted.flatMap { logicalType($0, element) }
        if logical == .unknown { return (.null, .null, false) }
        switch (physical, logical) {
        case (.boolean, _): return (.boolean, .boolean, false)
        case (.int32, .integer(8, true)): return (.byte, .toByte, false)
        case (.int32, .integer(16, true)), (.int32, .integer(8, false)): return (.short, .toShort, false)
        case (.int32, .integer(32, false)): return (.long, .unsignedToLong, true)
        case (.int32, .date): return (.date, .none, false)
        case (.int64, .integer(64, false)): return (.decimal(precision: 20, scale: 0), .decimalFromUInt64, true)
        case (.int64, .timestamp(_, .millis)): return (.timestamp, .timestampMillis, false)
        case (.int64, .timestamp(_, .micros)): return (.timestamp, .none, false)
        case (.int64, .timestamp(_, .nanos)): return (.timestamp, .timestampNanos, false)
        case (.int32, .decimal), (.int64, .decimal), (.fixedLengthByteArray, .decimal), (.byteArray, .decimal):
            guard case .decimal(let scale, let precision) = logical else { break }
            guard precision > 0, scale >= 0, scale <= precision else { throw failure(.malformed, "is a decimal(\(precision),\(scale)), which there is not") }
            guard precision <= 38 else {
                throw failure(.unsupported, "is a decimal(\(precision),\(scale)); decimals of more than 38 digits are not read")
            }
            let type = DataType.decimal(precision: precision, scale: scale)
            switch physical {
            case .int32: return (type, .decimalFromInt32, false)
            case .int64: return (type, .decimalFromInt64, false)
            case .byteArray: return (type, .decimalFromBytes, false)
            default: return (type, .decimalFromFixed, false)
            }
        case (.fixedLengthByteArray, .float16) where element.typeLength == 2: return (.float, .float16, false)
        case (.byteArray, .string), (.byteArray, .enum), (.byteArray, .json): return (.string, .views, true)
        default: break
        }
        switch physical {
        case .int32: return (.int, .none, false)
        case .int64: return (.long, .none, false)
        case .int96: return (.timestamp, .int96, false)
        case .float: return (.float, .none, false)
        case .double: return (.double, .none, false)
        case .byteArray: return (.binary, .views, true)
        case .fixedLengthByteArray: return (.binary, .fixedViews, true)
        case .boolean: return (.boolean, .boolean, false)
        }
    }

    /// The logical type that a converted type stands for (LogicalTypes.md, "Compatibility").
    private static func logicalType(_ converted: ParquetConvertedType, _ element: ParquetSchemaElement) -> ParquetLogicalType? {
        switch converted {
        case .utf8: .string
        case .enum: .enum
        case .json: .json
        case .bson: .bson
        case .decimal: .decimal(scale: element.scale ?? 0, precision: element.precision ?? 0)
        case .date: .date
        case .timeMillis: .time(utc: true, .millis)
        case .timeMicros: .time(utc: true, .micros)
        case .timestampMillis: .timestamp(utc: true, .millis)
        case .timestampMicros: .timestamp(utc: true, .micros)
        case .uint8: .integer(bits: 8, signed: false)
        case .uint16: .integer(bits: 16, signed: false)
        case .uint32: .integer(bits: 32, signed: false)
        case .uint64: .integer(bits: 64, signed: false)
        case .int8: .integer(bits: 8, signed: true)
        case .int16: .integer(bits: 16, signed: true)
        case .int32: .integer(bits: 32, signed: true)
        case .int64: .integer(bits: 64, signed: true)
        case .map, .mapKeyValue, .list, .interval: nil
        }
    }

    /// Converts `count` physical values at `raw` (views, for byte arrays) into `out`. Returns what is wrong with a value, or nil.
    ///
    /// - Parameter width: bytes of a physical value.
    func convert(_ raw: UnsafeRawPointer, count: Int, width: Int, to out: UnsafeMutableRawPointer) -> String? {
        let bytes = raw.assumingMemoryBound(to: UInt8.self)
        let n = Int64(count)
        switch self {
        case .none, .boolean, .views: out.copyMemory(from: raw, byteCount: count * max(width, 1))
        case .toByte: narrow(raw, out.assumingMemoryBound(to: Int8.self), count)
        case .toShort: narrow(raw, out.assumingMemoryBound(to: Int16.self), count)
        case .unsignedToLong:
            let to = out.assumingMemoryBound(to: Int64.self)
            for i in 0..<count { to[i] = Int64((raw + 4 &* i).loadUnaligned(as: UInt32.self)) }
        case .timestampMillis, .timestampNanos, .decimalFromInt64, .decimalFromUInt64, .decimalFromInt32:
            return convertIntegers(raw, count, out)
        case .int96: mpq_int96_to_micros(bytes, n, out.assumingMemoryBound(to: Int64.self))
        case .decimalFromFixed:
            if !mpq_fixed_decimals(bytes, Int64(width), n, out) { return "a decimal has more digits than 38" }
        case .decimalFromBytes:
            let views = raw.assumingMemoryBound(to: StringView.self)
            let to = out.assumingMemoryBound(to: Int128.self)
            for i in 0..<count {
                guard let value = views[i].withBytes({ decimal($0) }) else { return "a decimal has more digits than 38" }
                to[i] = value
            }
        case .float16:
            let to = out.assumingMemoryBound(to: Float.self)
            for i in 0..<count { to[i] = mpq_half_to_float((raw + 2 &* i).loadUnaligned(as: UInt16.self)) }
        case .fixedViews: mpq_fixed_views(bytes, UInt32(width), n, out.assumingMemoryBound(to: mpq_view.self))
        case .null: out.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        }
        return nil
    }

    private func convertIntegers(_ raw: UnsafeRawPointer, _ count: Int, _ out: UnsafeMutableRawPointer) -> String? {
        let wide = out.assumingMemoryBound(to: Int128.self)
        switch self {
        case .decimalFromInt32: for i in 0..<count { wide[i] = Int128((raw + 4 &* i).loadUnaligned(as: Int32.self)) }
        case .decimalFromInt64: for i in 0..<count { wide[i] = Int128((raw + 8 &* i).loadUnaligned(as: Int64.self)) }
        case .decimalFromUInt64: for i in 0..<count { wide[i] = Int128((raw + 8 &* i).loadUnaligned(as: UInt64.self)) }
        default:
            // The raw values may stand unaligned in a page.
            let to = out.assumingMemoryBound(to: Int64.self)
            out.copyMemory(from: raw, byteCount: count * 8)
            if case .timestampNanos = self {
                for i in 0..<count { to[i] = to[i] / 1000 - (to[i] % 1000 < 0 ? 1 : 0) }
            } else {
                var overflows = false
                for i in 0..<count {
                    let (micros, overflow) = to[i].multipliedReportingOverflow(by: 1000)
                    to[i] = micros
                    overflows = overflows || overflow
                }
                if overflows { return "a timestamp in milliseconds is out of the range of microseconds in 64 bits" }
            }
        }
        return nil
    }
}

private func decimal(_ bytes: UnsafeRawBufferPointer) -> Int128? {
    var high: UInt64 = 0
    var low: UInt64 = 0
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count > 0 else { return 0 }
    return mpq_big_endian_parts(base, Int64(bytes.count), &high, &low) ? Int128(truncatingIfNeeded: Int64(bitPattern: high)) << 64 | Int128(low) : nil
}

@inline(__always)
private func narrow<T: FixedWidthInteger & BitwiseCopyable>(_ raw: UnsafeRawPointer, _ to: UnsafeMutablePointer<T>, _ count: Int) {
    for i in 0..<count { to[i] = T(truncatingIfNeeded: (raw + 4 &* i).loadUnaligned(as: Int32.self)) }
}
