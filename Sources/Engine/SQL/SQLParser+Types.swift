public import Columnar

/// Types and columns with types.
extension SQLParser {
    private static let simple: [String: DataType] = [
        "boolean": .boolean, "bool": .boolean, "byte": .byte, "tinyint": .byte, "short": .short, "smallint": .short, "int": .int, "integer": .int, "long": .long, "bigint": .long,
        "float": .float, "real": .float, "double": .double, "string": .string, "text": .string, "binary": .binary, "date": .date, "timestamp": .timestamp,
        "timestamp_ntz": .timestamp, "timestamp_ltz": .timestamp, "void": .null, "null": .null,
    ]
    private static let typeNames = Array(simple.keys).sorted() + ["decimal", "numeric", "dec", "varchar", "char", "character", "array", "map", "struct"]

    /// `int`, `decimal(10, 2)`, `array<struct<name: string, price: double>>`, in any case.
    mutating func type() throws(ParseError) -> DataType {
        try enter()
        defer { leave() }
        let token = current
        guard case .name(let written, false) = token.kind else { throw unexpected("a type") }
        at += 1
        switch token.word {
        case "decimal", "dec", "numeric": return try decimalType()
        case "varchar", "char", "character":
            if takeSymbol("(") {
                _ = try count("a length")
                try expectSymbol(")")
            }
            return .string
        case "array":
            try expectSymbol("<")
            let element = try type()
            try expectSymbol(">")
            return .array(element)
        case "map":
            try expectSymbol("<")
            let key = try type()
            try expectSymbol(",")
            let value = try type()
            try expectSymbol(">")
            return .map(key: key, value: value)
        case "struct": return .struct(try structFields())
        case "double":
            _ = takeWord("precision")
            return .double
        case "interval", "variant": throw error("columns of type \(token.word) are not supported", at: token.position)
        default:
            guard let type = SQLParser.simple[token.word] else {
                throw error("'\(written)' is no type\(Suggestion.hint(for: token.word, in: SQLParser.typeNames))", at: token.position)
            }
            return type
        }
    }

    /// `decimal` alone has 10 digits and none behind the point.
    private mutating func decimalType() throws(ParseError) -> DataType {
        guard takeSymbol("(") else { return .decimal(precision: 10, scale: 0) }
        let position = current.position
        let precision = try count("a number of digits")
        var scale = 0
        if takeSymbol(",") { scale = try count("a number of digits behind the point") }
        try expectSymbol(")")
        guard (1...38).contains(precision), scale <= precision else {
            throw error("a decimal has 1 to 38 digits, and no more of them behind the point than it has", at: position)
        }
        return .decimal(precision: precision, scale: scale)
    }

    mutating func count(_ what: String) throws(ParseError) -> Int {
        guard case .number(let number) = current.kind, let count = Int(number) else { throw unexpected(what) }
        at += 1
        return count
    }

    private mutating func structFields() throws(ParseError) -> [Field] {
        // <> is one sign.
        if takeSymbol("<>") { return [] }
        try expectSymbol("<")
        var fields: [Field] = []
        if takeSymbol(">") { return fields }
        repeat {
            let position = current.position
            let name = try anyName("a field's name")
            _ = takeSymbol(":")
            let field = Field(name, try type())
            if fields.contains(where: { $0.name == name }) { throw error("the struct has two fields '\(name)'", at: position) }
            fields.append(field)
            _ = takeWords("not", "null")
            if takeWord("comment") { _ = try textLiteral("a comment in quotes") }
        } while takeSymbol(",")
        try expectSymbol(">")
        return fields
    }

    /// A column's name and type, and what may stand behind it.
    mutating func column() throws(ParseError) -> (field: Field, comment: String?) {
        let name = try anyName("a column's name")
        _ = takeSymbol(":")
        let type = try type()
        var comment: String?
        while true {
            if takeWords("not", "null") || takeWord("null") { continue }
            if takeWord("comment") {
                comment = try textLiteral("a comment in quotes")
            } else if isWord("default") || isWord("generated") || isWord("constraint") || isWord("primary") || isWord("unique") || isWord("check") {
                throw error("\(written(current).uppercased()) is not supported; a column has a type, and a COMMENT", at: current.position)
            } else {
                return (Field(name, type), comment)
            }
        }
    }
}

extension Schema {
    /// Reads columns as CREATE TABLE has them: `id bigint, name string COMMENT 'of the shop'`.
    ///
    /// - Throws: `ParseError` with the place.
    public convenience init(parsingColumns text: String) throws(ParseError) {
        var parser = try SQLParser(text, locates: false)
        var fields = [try parser.column().field]
        while parser.takeSymbol(",") {
            let position = parser.current.position
            let field = try parser.column().field
            if fields.contains(where: { $0.name == field.name }) { throw parser.error("there are two columns '\(field.name)'", at: position) }
            fields.append(field)
        }
        guard parser.isAtEnd else { throw parser.unexpectedEnd("a comma or the end") }
        self.init(fields)
    }
}

extension DataType {
    /// The type that a name alone says in SQL: `double(x)` casts.
    init?(castingName name: String) {
        guard let type = DataType(parsing: name), !type.isNested, type != .null else { return nil }
        self = name.lowercased() == "decimal" ? .decimal(precision: 10, scale: 0) : type
    }
}
