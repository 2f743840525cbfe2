/// A type as an annotation writes it, in LuaLS' syntax.
public indirect enum AnnotationType: Sendable, Equatable, CustomStringConvertible {
    /// `string`, `DynamicFrame`, `any`.
    case named(String)
    /// A text or a number that stands for itself, as it is written: `"append"`.
    case literal(String)
    /// `T[]`
    case array(AnnotationType)
    /// `table<K, V>`
    case table(AnnotationType, AnnotationType)
    /// `fun(a: T, b?: U): R`
    case function([Member], returns: [AnnotationType])
    /// `{a: T, b?: U}`
    case fields([Member])
    /// `A | B`
    case union([AnnotationType])
    /// `T?`
    case optional(AnnotationType)

    /// A parameter of a function's type, or a field of a table's.
    public struct Member: Sendable, Equatable {
        public let name: String
        /// Nil where a parameter says none.
        public let type: AnnotationType?
        public let isOptional: Bool
    }

    public var description: String {
        switch self {
        case .named(let name): name
        case .literal(let text): text
        case .array(let element): element.isCompound ? "(\(element))[]" : "\(element)[]"
        case .table(let key, let value): "table<\(key), \(value)>"
        case .function(let parameters, let returns):
            "fun(\(Self.text(parameters)))" + (returns.isEmpty ? "" : ": " + returns.map(\.description).joined(separator: ", "))
        case .fields(let fields): "{\(Self.text(fields))}"
        case .union(let members): members.map { if case .function = $0 { "(\($0))" } else { "\($0)" } }.joined(separator: "|")
        case .optional(let type): type.isCompound ? "(\(type))?" : "\(type)?"
        }
    }

    private static func text(_ members: [Member]) -> String {
        members.map { member in
            // What follows a function's result would be read as one more result.
            let type = member.type.map { type in if case .function = type { ": (\(type))" } else { ": \(type)" } } ?? ""
            return member.name + (member.isOptional ? "?" : "") + type
        }.joined(separator: ", ")
    }

    private var isCompound: Bool {
        switch self {
        case .union, .function: true
        default: false
        }
    }

    /// The names of all types that the type is made of.
    public var names: [String] {
        switch self {
        case .named(let name): [name]
        case .literal: []
        case .array(let type), .optional(let type): type.names
        case .table(let key, let value): key.names + value.names
        case .function(let parameters, let returns): parameters.flatMap { $0.type?.names ?? [] } + returns.flatMap(\.names)
        case .fields(let fields): fields.flatMap { $0.type?.names ?? [] }
        case .union(let members): members.flatMap(\.names)
        }
    }

    /// The members of a union; the type itself where it is none.
    public var alternatives: [AnnotationType] {
        switch self {
        case .union(let members): members.flatMap(\.alternatives)
        case .optional(let type): type.alternatives + [.named("nil")]
        default: [self]
        }
    }

    /// The types that Lua and LuaLS have by themselves.
    public static let builtIn: Set<String> = [
        "any", "boolean", "false", "function", "integer", "nil", "number", "self", "string", "table", "thread", "true", "userdata", "unknown",
    ]
}

/// Why an annotation cannot be read: a sentence with file and line in front.
public struct AnnotationError: Error, Equatable, CustomStringConvertible {
    public let file: String
    public let line: Int
    public let message: String
    public var description: String { "\(file):\(line): \(message)" }
}

/// Takes one line of an annotation apart, from left to right.
struct AnnotationScanner {
    private let bytes: [UInt8]
    private(set) var position = 0
    let file: String
    let line: Int

    init(_ text: some StringProtocol, file: String, line: Int) { (bytes, self.file, self.line) = (Array(text.utf8), file, line) }

    func error(_ message: String) -> AnnotationError { AnnotationError(file: file, line: line, message: message) }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    var isAtEnd: Bool { position >= bytes.count }

    mutating func skipBlanks() { while current == UInt8(ascii: " ") { position += 1 } }

    /// Takes a sign that stands here.
    mutating func take(_ sign: String) -> Bool {
        let wanted = Array(sign.utf8)
        guard bytes[min(position, bytes.count)...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// A name that stands here, with dots where they are allowed; nil where there is none.
    mutating func word(dotted: Bool = false) -> String? {
        let start = position
        while let byte = current, Self.isWord(byte) || (dotted && byte == UInt8(ascii: ".") && position > start) { position += 1 }
        return position == start ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// What is left, without blanks around it.
    mutating func rest() -> String {
        defer { position = bytes.count }
        return String(decoding: bytes[min(position, bytes.count)...], as: UTF8.self).trimmingBlanks
    }

    // MARK: Types

    /// A type with its alternatives: `A | B[] | nil`.
    mutating func type() throws(AnnotationError) -> AnnotationType {
        var members = [try single()]
        while true {
            let before = position
            skipBlanks()
            guard take("|") else {
                position = before
                break
            }
            skipBlanks()
            members.append(try single())
        }
        return members.count == 1 ? members[0] : .union(members)
    }

    private mutating func single() throws(AnnotationError) -> AnnotationType {
        var type = try plain()
        while true {
            if take("[]") {
                type = .array(type)
            } else if take("?") {
                type = .optional(type)
            } else {
                return type
            }
        }
    }

    private mutating func plain() throws(AnnotationError) -> AnnotationType {
        if take("(") {
            let inner = try type()
            skipBlanks()
            guard take(")") else { throw error("a ')' is missing behind '\(inner)'") }
            return inner
        }
        if take("{") {
            let fields = try members(until: "}")
            return .fields(fields)
        }
        if let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let start = position
            position += 1
            while let byte = current, byte != quote { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
            guard current == quote else { throw error("a text in a type does not end") }
            position += 1
            return .literal(String(decoding: bytes[start..<position], as: UTF8.self))
        }
        let before = position
        if take("..."), current == nil || current == UInt8(ascii: " ") { return .named("any") }
        position = before
        guard let name = word(dotted: true) else { throw error("a type is missing") }
        if name.allSatisfy(\.isNumber) { return .literal(name) }
        if name == "fun", take("(") {
            let parameters = try members(until: ")")
            // One result: what follows a comma belongs to the list that the function's type stands in.
            guard take(":") else { return .function(parameters, returns: []) }
            skipBlanks()
            return .function(parameters, returns: [try type()])
        }
        if name == "table", take("<") {
            let key = try type()
            skipBlanks()
            guard take(",") else { throw error("'table<...>' takes two types with a comma between") }
            skipBlanks()
            let value = try type()
            skipBlanks()
            guard take(">") else { throw error("a '>' is missing behind 'table<\(key), \(value)'") }
            return .table(key, value)
        }
        return .named(name)
    }

    private mutating func members(until end: String) throws(AnnotationError) -> [AnnotationType.Member] {
        var members: [AnnotationType.Member] = []
        skipBlanks()
        if take(end) { return members }
        while true {
            skipBlanks()
            let name = take("...") ? "..." : word()
            guard let name else { throw error("a name is missing before '\(end)'") }
            let isOptional = take("?")
            skipBlanks()
            var type: AnnotationType?
            if take(":") {
                skipBlanks()
                type = try self.type()
            }
            members.append(.init(name: name, type: type, isOptional: isOptional))
            skipBlanks()
            if take(end) { return members }
            guard take(",") else { throw error("a ',' or '\(end)' is missing behind '\(name)'") }
        }
    }
}

extension StringProtocol {
    /// The text without blanks and tabs at its ends.
    var trimmingBlanks: String {
        let start = firstIndex { $0 != " " && $0 != "\t" && $0 != "\r" } ?? endIndex
        guard start < endIndex, let end = lastIndex(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else { return "" }
        return String(self[start...end])
    }
}
