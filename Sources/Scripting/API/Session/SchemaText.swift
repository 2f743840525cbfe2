internal import Columnar

/// Schemas as Spark's texts say them: `a int, b string NOT NULL COMMENT 'x'`, `struct<a:int>`, `int`.
enum SchemaText {
    /// The schema that a script gave: text, a StructType, or a StructType of `awsglue.gluetypes`.
    static func schema(of value: LuaValue, _ place: String) throws -> Schema {
        if let object = value.object(as: TypeObject.self) {
            guard case .struct(let fields) = object.type else { throw APIError("\(place) takes a StructType, not \(object.type.sparkClassName)()") }
            return try checked(fields, place)
        }
        if let object = value.object(as: SchemaObject.self), case .struct(let fields) = object.type { return try checked(fields, place) }
        guard let text = value.text else { throw APIError("\(place) takes a schema: text such as \"a int, b string\", or a StructType, not \(value.kindDescription)", .badSchema) }
        return try checked(try fields(text, place), place)
    }

    /// A type that a script gave as text or object.
    static func type(of value: LuaValue, _ place: String) throws -> DataType {
        if let object = value.object(as: TypeObject.self) { return object.type }
        if let object = value.object(as: SchemaObject.self) { return object.type }
        guard let text = value.text else { throw APIError("\(place) takes a type, such as \"bigint\" or LongType(), not \(value.kindDescription)") }
        if let type = type(text) { return type }
        if let fields = try? fields(text, place) { return .struct(fields) }
        throw APIError("\(place): '\(text)' is no type\(Suggestion.hint(for: text, in: DataType.knownNames)) (known: \(DataType.knownNames.joined(separator: ", ")))", .unknownType)
    }

    /// The type of a text under Spark's rules, in which a plain `decimal` is `decimal(10,0)`.
    static func type(_ text: String) -> DataType? {
        let trimmed = text.trimmed
        switch trimmed.lowercased() {
        case "decimal", "numeric", "dec": return .decimal(precision: 10, scale: 0)
        case "timestamp_ntz", "timestamp_ltz": return .timestamp
        default: return DataType(parsing: trimmed) ?? structType(trimmed)
        }
    }

    /// `struct<a int, b: string>`, in which the colons may be left out, and arrays and maps of such.
    private static func structType(_ text: String) -> DataType? {
        guard text.hasSuffix(">"), let open = text.firstIndex(of: "<") else { return nil }
        let inner = String(text[text.index(after: open)..<text.index(before: text.endIndex)])
        switch text[..<open].lowercased().trimmed {
        case "struct": return (try? fields(inner, "")).map { .struct($0) }
        case "array": return type(inner).map { .array($0) }
        case "map":
            let parts = split(inner)
            guard parts.count == 2, let key = type(parts[0]), let value = type(parts[1]) else { return nil }
            return .map(key: key, value: value)
        default: return nil
        }
    }

    /// The fields of a text: `a int, b string`, or those of `struct<...>`.
    private static func fields(_ text: String, _ place: String) throws -> [Field] {
        if case .struct(let fields)? = text.lowercased().trimmed.hasPrefix("struct<") ? type(text) : nil { return fields }
        return try split(text).map { part in
            let part = part.trimmed
            guard let (name, rest) = name(part) else {
                throw APIError("\(place): '\(part)' in the schema is no column; a column is a name and a type, such as \"id bigint\"", .badSchema)
            }
            var words = rest.trimmed
            if words.hasPrefix(":") { words = String(words.dropFirst()).trimmed }
            if let comment = words.lowercased().firstRange(of: " comment ") { words = String(words[..<comment.lowerBound]).trimmed }
            if words.lowercased().hasSuffix("not null") { words = String(words.dropLast(8)).trimmed }
            guard let type = type(words) else {
                throw APIError(
                    "\(place): column '\(name)' of the schema has the type '\(words)', which is none\(Suggestion.hint(for: words, in: DataType.knownNames)) "
                        + "(known: \(DataType.knownNames.joined(separator: ", ")))")
            }
            return Field(name, type)
        }
    }

    private static func name(_ text: String) -> (name: String, rest: String)? {
        if text.hasPrefix("`") {
            let inner = text.dropFirst()
            guard let end = inner.firstIndex(of: "`"), end > inner.startIndex else { return nil }
            return (String(inner[..<end]), String(inner[inner.index(after: end)...]))
        }
        guard let end = text.firstIndex(where: { $0 == " " || $0 == ":" || $0 == "\t" || $0 == "\n" }), end > text.startIndex else { return nil }
        return (String(text[..<end]), String(text[end...]))
    }

    /// The parts between commas that stand in no brackets, quotes or backticks.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var depth = 0
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil }
            } else {
                switch character {
                case "'", "\"", "`": quote = character
                case "<", "(": depth += 1
                case ">", ")": depth -= 1
                case "," where depth == 0:
                    parts.append("")
                    continue
                default: break
                }
            }
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    private static func checked(_ fields: [Field], _ place: String) throws -> Schema {
        var names = Set<String>()
        for field in fields where !names.insert(field.name.lowercased()).inserted { throw APIError("\(place): the schema has two columns called '\(field.name)'", .duplicateColumn) }
        return Schema(fields)
    }

    /// The name, in backticks where it is no plain word.
    static func quoted(_ name: String) -> String {
        name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && name.first?.isNumber == false ? name : "`\(name.replacing("`", with: "``"))`"
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
