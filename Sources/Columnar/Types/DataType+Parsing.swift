/// Type names as text: Hive's (`bigint`, `array<struct<a:int>>`), which the catalog stores, and Glue's (`long`), which scripts write.
extension DataType {
    /// The Hive type string of the type (`StorageDescriptor.Columns[].Type`): `bigint`, `struct<city:string,zip:int>`.
    ///
    /// A choice is `uniontype<...>`; a `null` column, which Hive cannot say, is `void`.
    public var hiveName: String {
        switch self {
        case .null: "void"
        case .byte: "tinyint"
        case .short: "smallint"
        case .long: "bigint"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .array(let element): "array<\(element.hiveName)>"
        case .map(let key, let value): "map<\(key.hiveName),\(value.hiveName)>"
        case .struct(let fields): "struct<\(fields.map { "\($0.name):\($0.type.hiveName)" }.joined(separator: ","))>"
        case .choice(let members): "uniontype<\(members.map(\.hiveName).joined(separator: ","))>"
        default: name
        }
    }

    /// The type that a Glue or Hive type name says, in any case: `long` and `bigint`, `decimal(10,2)`, `varchar(20)`, `array<int>`.
    ///
    /// `decimal` alone is `decimal(10,2)` (Glue's default); `array`, `struct` and `map` alone stay open: their contents are `null`.
    /// Nil when the text is no type.
    public init?(parsing text: String) {
        var parser = TypeParser(text)
        guard let type = parser.parseType(), parser.isAtEnd else { return nil }
        self = type
    }

    /// Every name that `init(parsing:)` takes, for error messages.
    public static let knownNames = [
        "boolean", "byte", "tinyint", "short", "smallint", "int", "integer", "long", "bigint", "float", "double", "decimal", "string", "varchar",
        "char", "binary", "date", "timestamp", "array", "struct", "map", "null",
    ]
}

private struct TypeParser {
    private let text: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    var isAtEnd: Bool {
        mutating get {
            skipSpaces()
            return position == text.count
        }
    }

    mutating func parseType() -> DataType? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 100 else { return nil }
        switch word().lowercased() {
        case "null", "void", "unknown": return .null
        case "boolean", "bool": return .boolean
        case "byte", "tinyint": return .byte
        case "short", "smallint": return .short
        case "int", "integer": return .int
        case "long", "bigint": return .long
        case "float", "real": return .float
        case "double": return .double
        case "decimal", "numeric": return parseDecimal()
        case "string": return .string
        case "varchar", "char": return parseLength() ? .string : nil
        case "binary": return .binary
        case "date": return .date
        case "timestamp": return .timestamp
        case "array", "set":
            guard take("<") else { return .array(.null) }
            guard let element = parseType(), take(">") else { return nil }
            return .array(element)
        case "map":
            guard take("<") else { return .map(key: .string, value: .null) }
            guard let key = parseType(), take(","), let value = parseType(), take(">") else { return nil }
            return .map(key: key, value: value)
        case "struct": return parseStruct()
        case "uniontype":
            guard take("<") else { return nil }
            var merged = DataType.null
            repeat {
                guard let member = parseType() else { return nil }
                merged = merged.merging(member)
            } while take(",")
            return take(">") ? merged : nil
        default: return nil
        }
    }

    private mutating func parseDecimal() -> DataType? {
        guard take("(") else { return .decimal(precision: 10, scale: 2) }
        guard let precision = number() else { return nil }
        var scale = 0
        if take(",") {
            guard let given = number() else { return nil }
            scale = given
        }
        guard take(")"), (1...38).contains(precision), (0...precision).contains(scale) else { return nil }
        return .decimal(precision: precision, scale: scale)
    }

    private mutating func parseLength() -> Bool {
        guard take("(") else { return true }
        return number() != nil && take(")")
    }

    private mutating func parseStruct() -> DataType? {
        guard take("<") else { return .struct([]) }
        if take(">") { return .struct([]) }
        var fields: [Field] = []
        repeat {
            guard let name = fieldName(), take(":"), let type = parseType(), !fields.contains(where: { $0.name == name }) else { return nil }
            fields.append(Field(name, type))
        } while take(",")
        return take(">") ? .struct(fields) : nil
    }

    /// A struct field's name: everything up to the colon, or between back-ticks.
    private mutating func fieldName() -> String? {
        skipSpaces()
        if take("`") {
            guard let end = text[position...].firstIndex(of: UInt8(ascii: "`")) else { return nil }
            defer { position = end + 1 }
            return String(decoding: text[position..<end], as: UTF8.self)
        }
        guard let end = text[position...].firstIndex(of: UInt8(ascii: ":")), end > position else { return nil }
        defer { position = end }
        return String(decoding: text[position..<end], as: UTF8.self)
    }

    private mutating func word() -> String {
        skipSpaces()
        let start = position
        while position < text.count, text[position] | 0x20 >= UInt8(ascii: "a"), text[position] | 0x20 <= UInt8(ascii: "z") { position += 1 }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func number() -> Int? {
        skipSpaces()
        let start = position
        while position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) { position += 1 }
        return Int(String(decoding: text[start..<position], as: UTF8.self))
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpaces()
        guard position < text.count, text[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
    }
}
