internal import Columnar

/// A cast of plain values by way of `Value`: to be replaced by the columnar kernel.
extension Column {
    func castingPlain(to type: DataType) -> (column: Column, failures: Int) {
        if type.isNested || self.type.isNested { return (.nulls(type, count: count), count - nullCount) }
        let builder = VariantBuilder()
        var failures = 0
        for value in values {
            let cast = value == .null ? .null : PlainCast.cast(value, to: type)
            if cast == .null, value != .null { failures += 1 }
            PlainCast.append(cast, to: builder, as: type)
        }
        let built = builder.finish()
        if built.type == type { return (built, failures) }
        if built.type == .null { return (.nulls(type, count: count), failures) }
        return (built.conforming(to: type), failures)
    }
}

private enum PlainCast {
    static func append(_ value: Value, to builder: VariantBuilder, as type: DataType) {
        switch (value, type) {
        case (.boolean(let v), _): builder.append(bool: v)
        case (.integer(let v), _): builder.append(integer: v, as: type)
        case (.double(let v), .float): builder.append(float: Float(v))
        case (.double(let v), _): builder.append(double: v)
        case (.decimal(let v, let scale), .decimal(let precision, _)): builder.append(decimal: v, precision: precision, scale: scale)
        case (.string(let v), _): v.withUnsafeBytes { builder.append(string: $0) }
        case (.binary(let v), _): v.withUnsafeBytes { builder.append(binary: $0) }
        case (.date(let v), _): builder.append(date: v)
        case (.timestamp(let v), _): builder.append(timestamp: v)
        default: builder.appendNull()
        }
    }

    static func cast(_ value: Value, to type: DataType) -> Value {
        let text: String? = if case .string(let bytes) = value { String(decoding: bytes, as: UTF8.self) } else { nil }
        switch type {
        case .byte, .short, .int, .long:
            var number: Int64?
            switch value {
            case .integer(let v): number = v
            case .double(let v): number = Int64(exactly: v.rounded(.towardZero))
            case .boolean(let v): number = v ? 1 : 0
            default: number = text.flatMap { Int64($0) ?? Double($0).flatMap { Int64(exactly: $0.rounded(.towardZero)) } }
            }
            guard let number, number >> (type.integerWidth - 1) == 0 || number >> (type.integerWidth - 1) == -1 else { return .null }
            return .integer(number)
        case .float, .double:
            switch value {
            case .integer(let v): return .double(Double(v))
            case .double: return value
            default: return text.flatMap(Double.init).map { .double($0) } ?? .null
            }
        case .boolean:
            switch text?.lowercased() {
            case "t", "true", "y", "yes", "1": return .boolean(true)
            case "f", "false", "n", "no", "0": return .boolean(false)
            default: if case .boolean = value { return value } else { return .null }
            }
        case .decimal(_, let scale):
            guard let number = text.flatMap(Double.init) else { return .null }
            return .decimal(unscaled: Int128((0..<scale).reduce(number) { power, _ in power * 10 }.rounded()), scale: scale)
        case .string:
            switch value {
            case .integer(let v): return .string("\(v)")
            case .double(let v): return .string("\(v)")
            case .boolean(let v): return .string("\(v)")
            case .string: return value
            default: return .null
            }
        default:
            return .null
        }
    }
}
