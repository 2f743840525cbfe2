internal import Glibc

/// One value of any type, apart from its column: literals, statistics, partition values, what tests compare. Never made per row in a hot loop.
public indirect enum Value: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// byte, short, int and long
    case integer(Int64)
    /// float and double
    case double(Double)
    /// The value is `unscaled` / 10^`scale`.
    case decimal(unscaled: Int128, scale: Int)
    /// Bytes that need not be UTF-8.
    case string([UInt8])
    case binary([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    case array([Value])
    case `struct`([StructValueField])
    case map([MapValueEntry])

    public static func string(_ text: String) -> Value { .string(Array(text.utf8)) }
}

public struct StructValueField: Hashable, Sendable {
    public let name: String
    public let value: Value
    public init(_ name: String, _ value: Value) { (self.name, self.value) = (name, value) }
}

public struct MapValueEntry: Hashable, Sendable {
    public let key: Value
    public let value: Value
    public init(_ key: Value, _ value: Value) { (self.key, self.value) = (key, value) }
}

extension Column {
    /// The value of row `index`. A choice gives the member's value.
    public func value(at index: Int) -> Value {
        if isNull(index) { return .null }
        switch storage {
        case .null: return .null
        case .bits(let bits): return .boolean(bits[index])
        case .fixed:
            switch type {
            case .byte: return .integer(Int64(fixedValues(of: Int8.self)[index]))
            case .short: return .integer(Int64(fixedValues(of: Int16.self)[index]))
            case .int: return .integer(Int64(fixedValues(of: Int32.self)[index]))
            case .long: return .integer(fixedValues(of: Int64.self)[index])
            case .float: return .double(Double(fixedValues(of: Float.self)[index]))
            case .double: return .double(fixedValues(of: Double.self)[index])
            case .decimal(_, let scale): return .decimal(unscaled: fixedValues(of: Int128.self)[index], scale: scale)
            case .date: return .date(fixedValues(of: Int32.self)[index])
            default: return .timestamp(fixedValues(of: Int64.self)[index])
            }
        case .views(let views, _):
            let bytes = views[index].withBytes { Array($0) }
            return type == .binary ? .binary(bytes) : .string(bytes)
        case .list(let offsets, let child):
            return .array((offsets[index]..<offsets[index + 1]).map { child.value(at: Int($0)) })
        case .struct(let children):
            guard case .struct(let fields) = type else { preconditionFailure("a struct column of type \(type.name)") }
            return .struct(zip(fields, children).map { StructValueField($0.name, $1.value(at: index)) })
        case .map(let offsets, let keys, let values):
            return .map((offsets[index]..<offsets[index + 1]).map { MapValueEntry(keys.value(at: Int($0)), values.value(at: Int($0))) })
        case .choice(let tags, let rows, let members): return members[Int(tags[index])].value(at: Int(rows[index]))
        case .dictionary(let indices, let values): return values.value(at: Int(indices[index]))
        }
    }

    /// All values, in order; for tests and small results.
    public var values: [Value] { (0..<count).map { value(at: $0) } }
}
