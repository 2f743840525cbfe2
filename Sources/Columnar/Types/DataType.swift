/// The logical type of a column.
///
/// The names are Glue's (`awsglue.gluetypes`); `int` has 32 bits and `long` 64. Every type is nullable. Only a DynamicFrame has `choice`
/// columns: records that disagree on a field's type keep each value in its own type.
public indirect enum DataType: Hashable, Sendable {
    /// No value seen: every row is null.
    case null
    case boolean
    case byte, short, int, long
    case float, double
    /// `precision` decimal digits in all (1...38), `scale` of them after the point (0...precision).
    case decimal(precision: Int, scale: Int)
    /// Bytes that are meant to be UTF-8. Lua strings are bytes, so nothing relies on their being valid.
    case string
    case binary
    /// Days since 1970-01-01.
    case date
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp
    case array(DataType)
    case `struct`([Field])
    case map(key: DataType, value: DataType)
    /// Two or more members, one for each type name, sorted by type name, none of them `null` or `choice`. Made by `merging` only.
    case choice([DataType])

    /// Glue's name of the type, without its arguments: `"int"`, `"decimal"`, `"struct"`.
    public var name: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .byte: "byte"
        case .short: "short"
        case .int: "int"
        case .long: "long"
        case .float: "float"
        case .double: "double"
        case .decimal: "decimal"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp: "timestamp"
        case .array: "array"
        case .struct: "struct"
        case .map: "map"
        case .choice: "choice"
        }
    }

    public var isInteger: Bool {
        switch self {
        case .byte, .short, .int, .long: true
        default: false
        }
    }

    public var isNumeric: Bool {
        switch self {
        case .byte, .short, .int, .long, .float, .double, .decimal: true
        default: false
        }
    }

    public var isNested: Bool {
        switch self {
        case .array, .struct, .map, .choice: true
        default: false
        }
    }

    /// Whether a choice stands anywhere in the type.
    public var containsChoice: Bool {
        switch self {
        case .choice: true
        case .array(let element): element.containsChoice
        case .struct(let fields): fields.contains { $0.type.containsChoice }
        case .map(let key, let value): key.containsChoice || value.containsChoice
        default: false
        }
    }

    /// Bits of an integer type; 0 for any other.
    public var integerWidth: Int {
        switch self {
        case .byte: 8
        case .short: 16
        case .int: 32
        case .long: 64
        default: 0
        }
    }
}

/// A named, typed place in a schema or a struct.
public struct Field: Hashable, Sendable {
    public let name: String
    public let type: DataType

    public init(_ name: String, _ type: DataType) {
        self.name = name
        self.type = type
    }
}
