public import Columnar

/// Schemas as Glue writes them in JSON (`schema().jsonValue()`, and what `withSchema` takes):
///
///     {"dataType":"struct","properties":{},"fields":[
///       {"name":"id","container":{"dataType":"long","properties":{}},"properties":{}}]}
///
/// A type is `dataType` and `properties`, and what its kind adds: `precision` and `scale`, `elementType`, `valueType` (a map's keys are strings,
/// unless `keyType` says otherwise, which is Mastic's own), `choices`, `fields`.
extension Schema {
    public var glueJSON: String { DataType.struct(fields).glueJSON }

    /// Reads a schema in that form. Members that it does not know are ignored; hive names are taken for types.
    ///
    /// - Throws: `TransformError.malformedSchema`, which says what is wrong and where.
    public convenience init(glueJSON text: String) throws(TransformError) {
        guard case .struct(let fields) = try DataType(glueJSON: text) else { throw .malformedSchema(reason: "its dataType is not struct") }
        self.init(fields)
    }
}

extension DataType {
    public var glueJSON: String {
        var rest = ""
        switch self {
        case .decimal(let precision, let scale): rest = ",\"precision\":\(precision),\"scale\":\(scale)"
        case .array(let element): rest = ",\"elementType\":\(element.glueJSON)"
        case .map(.string, let value): rest = ",\"valueType\":\(value.glueJSON)"
        case .map(let key, let value): rest = ",\"keyType\":\(key.glueJSON),\"valueType\":\(value.glueJSON)"
        case .choice(let members): rest = ",\"choices\":[\(members.map(\.glueJSON).joined(separator: ","))]"
        case .struct(let fields):
            let texts = fields.map { "{\"name\":\(JSONText.quoted($0.name)),\"container\":\($0.type.glueJSON),\"properties\":{}}" }
            rest = ",\"fields\":[\(texts.joined(separator: ","))]"
        default: break
        }
        return "{\"dataType\":\"\(name)\",\"properties\":{}\(rest)}"
    }

    /// - Throws: `TransformError.malformedSchema`.
    public init(glueJSON text: String) throws(TransformError) {
        var parser = JSONText(text)
        self = try DataType(try parser.parse(), at: "the schema")
    }

    private init(_ json: JSONText.Node, at place: String) throws(TransformError) {
        let name: String
        switch json {
        case .string(let text): name = text
        case .object:
            guard case .string(let text)? = json["dataType"] else { throw .malformedSchema(reason: "\(place) has no dataType") }
            name = text
        default: throw .malformedSchema(reason: "\(place) is no type")
        }
        func inner(_ key: String, _ missing: DataType) throws(TransformError) -> DataType {
            guard let node = json[key] else { return missing }
            return try DataType(node, at: "\(key) of \(place)")
        }
        switch name.lowercased() {
        case "decimal":
            let precision = try json.integer("precision", in: 1...38, at: place) ?? 10
            self = .decimal(precision: precision, scale: try json.integer("scale", in: 0...precision, at: place) ?? min(2, precision))
        case "array", "set": self = .array(try inner("elementType", .null))
        case "map": self = .map(key: try inner("keyType", .string), value: try inner("valueType", .null))
        case "enum": self = .string
        case "timestampntz": self = .timestamp
        case "choice":
            guard case .array(let choices)? = json["choices"] else { throw .malformedSchema(reason: "\(place) is a choice without choices") }
            var merged = DataType.null
            for choice in choices { merged = merged.merging(try DataType(choice, at: "a choice of \(place)")) }
            self = merged
        case "struct":
            guard let node = json["fields"] else {
                self = .struct([])
                return
            }
            guard case .array(let entries) = node else { throw .malformedSchema(reason: "fields of \(place) are no list") }
            var fields: [Field] = []
            var names = Set<String>()
            for entry in entries {
                guard case .string(let name)? = entry["name"] else { throw .malformedSchema(reason: "a field of \(place) has no name") }
                guard let container = entry["container"] else { throw .malformedSchema(reason: "field '\(name)' has no container") }
                if !names.insert(name).inserted { throw .malformedSchema(reason: "field '\(name)' stands twice in \(place)") }
                fields.append(Field(name, try DataType(container, at: "field '\(name)'")))
            }
            self = .struct(fields)
        default:
            guard let type = DataType(parsing: name) else {
                throw .malformedSchema(reason: "\(place) has the type '\(name)', which is none\(TransformError.hint(name, in: DataType.knownNames))")
            }
            self = type
        }
    }
}

/// As much of JSON (RFC 8259) as a schema needs; numbers are read as integers.
private struct JSONText {
    indirect enum Node {
        case string(String)
        case integer(Int)
        case array([Node])
        case object([String: Node])
        /// true, false, null and numbers with a fraction, none of which a schema uses
        case other

        subscript(key: String) -> Node? {
            guard case .object(let members) = self else { return nil }
            return members[key]
        }

        /// The member, if it is there.
        func integer(_ key: String, in range: ClosedRange<Int>, at place: String) throws(TransformError) -> Int? {
            guard let node = self[key] else { return nil }
            guard case .integer(let value) = node, range.contains(value) else {
                throw .malformedSchema(reason: "\(key) of \(place) is not within \(range.lowerBound) and \(range.upperBound)")
            }
            return value
        }
    }

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    mutating func parse() throws(TransformError) -> Node {
        let node = try value()
        skipSpaces()
        if position < bytes.count { throw malformed("more text follows its end") }
        return node
    }

    private mutating func value() throws(TransformError) -> Node {
        depth += 1
        defer { depth -= 1 }
        if depth > 200 { throw malformed("it is nested more than 200 levels deep") }
        skipSpaces()
        guard position < bytes.count else { throw malformed("it ends too early") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        default: return try word()
        }
    }

    private mutating func object() throws(TransformError) -> Node {
        position += 1
        var members: [String: Node] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipSpaces()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw malformed("a name in quotes is expected") }
            let key = try string()
            guard take(":") else { throw malformed("a colon is expected after \"\(key)\"") }
            members[key] = try value()
        } while take(",")
        guard take("}") else { throw malformed("a comma or } is expected") }
        return .object(members)
    }

    private mutating func array() throws(TransformError) -> Node {
        position += 1
        var elements: [Node] = []
        if take("]") { return .array(elements) }
        repeat { elements.append(try value()) } while take(",")
        guard take("]") else { throw malformed("a comma or ] is expected") }
        return .array(elements)
    }

    private mutating func word() throws(TransformError) -> Node {
        let start = position
        while position < bytes.count, !" \t\r\n,]}:".utf8.contains(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let integer = Int(text) { return .integer(integer) }
        if text == "true" || text == "false" || text == "null" || Double(text) != nil { return .other }
        position = start
        throw malformed("a value is expected")
    }

    private mutating func string() throws(TransformError) -> String {
        position += 1
        var out: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): out += try escape()
            default: out.append(byte)
            }
        }
        throw malformed("a quote is never closed")
    }

    private mutating func escape() throws(TransformError) -> [UInt8] {
        guard position < bytes.count else { throw malformed("it ends too early") }
        defer { position += 1 }
        switch bytes[position] {
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "u"):
            var unit = try hexadecimal()
            if (0xd800..<0xdc00).contains(unit), position + 2 < bytes.count, bytes[position + 1] == UInt8(ascii: "\\"), bytes[position + 2] == UInt8(ascii: "u") {
                position += 2
                let low = try hexadecimal()
                unit = (0xdc00..<0xe000).contains(low) ? 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00) : 0xfffd
            }
            return Array(String(Character(Unicode.Scalar(unit) ?? "\u{fffd}")).utf8)
        case let byte: return [byte]
        }
    }

    /// The four digits after `\u`; stops at the last of them.
    private mutating func hexadecimal() throws(TransformError) -> UInt32 {
        guard position + 4 < bytes.count, let unit = UInt32(String(decoding: bytes[position + 1...position + 4], as: UTF8.self), radix: 16) else {
            throw malformed("\\u wants four hexadecimal digits")
        }
        position += 4
        return unit
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpaces()
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    }

    private func malformed(_ reason: String) -> TransformError { .malformedSchema(reason: "at character \(position + 1), \(reason)") }
}
