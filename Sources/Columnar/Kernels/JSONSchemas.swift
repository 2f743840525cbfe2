/// The type of JSON text, as Spark's `schema_of_json` finds it: whole numbers are `long`s, or decimals where these are too small, others doubles; fields stand in the order of
/// their names; values that do not go together, and those of which nothing is known, are strings.
extension DataType {
    /// Nil when the text is no JSON.
    public init?(ofJSON text: UnsafeRawBufferPointer) {
        var cursor = JSONCursor(text, takesControls: false)
        guard let type = DataType.infer(&cursor, 0) else { return nil }
        self = type.withoutUnknown ?? .struct([])
    }

    private static func infer(_ cursor: inout JSONCursor, _ depth: Int) -> DataType? {
        switch cursor.kind() {
        case .object:
            var fields: [Field] = []
            let isRight = cursor.members(depth: depth) { cursor, name in
                let field = String(decoding: name, as: UTF8.self)
                guard let type = infer(&cursor, depth + 1) else { return false }
                fields.removeAll { $0.name == field }
                fields.append(Field(field, type))
                return true
            }
            return isRight ? .struct(fields.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }) : nil
        case .array:
            var element = DataType.null
            let isRight = cursor.elements(depth: depth) { cursor in
                guard let type = infer(&cursor, depth + 1) else { return false }
                element = element.jsonMerging(type)
                return true
            }
            return isRight ? .array(element) : nil
        case .string:
            var text = TextBuffer(capacity: 32)
            return cursor.string(&text) ? .string : nil
        case .number:
            guard let number = cursor.number() else { return nil }
            if !number.isWhole { return .double }
            if NumberParsing.integer(number.text) != nil { return .long }
            let digits = number.text.count - (number.text[0] == UInt8(ascii: "-") ? 1 : 0)
            return digits <= 38 ? .decimal(precision: digits, scale: 0) : .double
        case .boolean: return cursor.boolean() == nil ? nil : .boolean
        case .null: return cursor.null() ? .null : nil
        case nil: return nil
        }
    }

    private func jsonMerging(_ other: DataType) -> DataType {
        if self == other { return self }
        switch (self, other) {
        case (.null, _): return other
        case (_, .null): return self
        case (.double, _) where other.isNumeric, (_, .double) where isNumeric: return .double
        case (.decimal(let a, _), .decimal(let b, _)): return .decimal(precision: max(a, b), scale: 0)
        case (.decimal(let a, _), .long), (.long, .decimal(let a, _)): return .decimal(precision: max(a, 20), scale: 0)
        case (.array(let a), .array(let b)): return .array(a.jsonMerging(b))
        case (.struct(let a), .struct(let b)):
            var fields = a
            for field in b {
                if let i = fields.firstIndex(where: { $0.name == field.name }) { fields[i] = Field(field.name, fields[i].type.jsonMerging(field.type)) } else { fields.append(field) }
            }
            return .struct(fields.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) })
        default: return .string
        }
    }

    /// The type with strings in the place of what is not known; nil for a struct without fields, which goes.
    private var withoutUnknown: DataType? {
        switch self {
        case .null: return .string
        case .array(let element): return element.withoutUnknown.map { .array($0) }
        case .struct(let fields):
            let known = fields.compactMap { field in field.type.withoutUnknown.map { Field(field.name, $0) } }
            return known.isEmpty ? nil : .struct(known)
        default: return self
        }
    }

    /// The type in the words of Spark's DDL: `STRUCT<a: BIGINT, b: ARRAY<STRING>>`.
    public var ddl: String {
        switch self {
        case .array(let element): return "ARRAY<\(element.ddl)>"
        case .map(let key, let value): return "MAP<\(key.ddl), \(value.ddl)>"
        case .struct(let fields):
            return "STRUCT<\(fields.map { "\(DataType.quoted($0.name)): \($0.type.ddl)" }.joined(separator: ", "))>"
        default: return hiveName.uppercased()
        }
    }

    private static func quoted(_ name: String) -> String {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 <= 9 || $0 == UInt8(ascii: "_") } && !name.utf8.allSatisfy { $0 &- 0x30 <= 9 }
        return isPlain ? name : "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
    }

    /// The type that DDL text says: a type (`struct<a:int>`, `ARRAY<STRUCT<a: INT>>`), or the columns of a table (`a INT, b STRING NOT NULL`), which are a struct. Nil for other
    /// text.
    public init?(ddl text: String) {
        let bytes = Array(text.utf8)
        if let type = DataType.type(bytes[...], 0) {
            self = type
            return
        }
        guard let fields = DataType.fields(bytes[...], 0) else { return nil }
        self = .struct(fields)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while let first = text.first, first <= 0x20 { text.removeFirst() }
        while let last = text.last, last <= 0x20 { text.removeLast() }
        return text
    }

    private static func type(_ text: ArraySlice<UInt8>, _ depth: Int) -> DataType? {
        guard depth < 100 else { return nil }
        let text = trimmed(text)
        guard let open = text.firstIndex(of: UInt8(ascii: "<")), text.last == UInt8(ascii: ">") else {
            return DataType(parsing: String(decoding: text, as: UTF8.self))
        }
        let inner = text[(open + 1)..<(text.endIndex - 1)]
        switch String(decoding: trimmed(text[..<open]), as: UTF8.self).lowercased() {
        case "array": return type(inner, depth + 1).map { .array($0) }
        case "map":
            let parts = split(inner)
            guard parts.count == 2, let key = type(parts[0], depth + 1), let value = type(parts[1], depth + 1) else { return nil }
            return .map(key: key, value: value)
        case "struct": return trimmed(inner).isEmpty ? .struct([]) : fields(inner, depth + 1).map { .struct($0) }
        default: return nil
        }
    }

    /// The parts between commas that stand in no brackets and no quotes.
    private static func split(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var (start, depth) = (text.startIndex, 0)
        var quote: UInt8?
        for i in text.indices {
            if let open = quote {
                if text[i] == open { quote = nil }
                continue
            }
            switch text[i] {
            case UInt8(ascii: "`"), UInt8(ascii: "'"): quote = text[i]
            case UInt8(ascii: "<"), UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ">"), UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                parts.append(text[start..<i])
                start = i + 1
            default: break
            }
        }
        return parts + [text[start...]]
    }

    /// `a INT, b: STRING NOT NULL COMMENT '...'`
    private static func fields(_ text: ArraySlice<UInt8>, _ depth: Int) -> [Field]? {
        var fields: [Field] = []
        for part in split(text) {
            var rest = trimmed(part)
            let name: String
            if rest.first == UInt8(ascii: "`") {
                guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "`")) else { return nil }
                name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
                rest = rest[(end + 1)...]
            } else {
                guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 <= 0x20 }), end > rest.startIndex else { return nil }
                name = String(decoding: rest[..<end], as: UTF8.self)
                rest = rest[end...]
            }
            rest = trimmed(rest)
            if rest.first == UInt8(ascii: ":") { rest = trimmed(rest.dropFirst()) }
            rest = withoutConstraints(rest)
            guard let type = type(rest, depth), !fields.contains(where: { $0.name == name }) else { return nil }
            fields.append(Field(name, type))
        }
        return fields
    }

    /// The type's text before `NOT NULL` and `COMMENT '...'`.
    private static func withoutConstraints(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var depth = 0
        let lowered = text.map { $0 | 0x20 }
        for (i, place) in text.indices.enumerated() {
            if text[place] == UInt8(ascii: "<") { depth += 1 }
            if text[place] == UInt8(ascii: ">") { depth -= 1 }
            guard depth == 0, text[place] <= 0x20 else { continue }
            let word = lowered[(i + 1)...].prefix { $0 > 0x20 }
            if word.elementsEqual("not".utf8) || word.elementsEqual("comment".utf8) { return trimmed(text[..<place]) }
        }
        return text
    }
}
