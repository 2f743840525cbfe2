public import Columnar

/// Where a field stands in a record, as Glue scripts write it.
///
///     address.zip            a member of a struct
///     `old.name`             one name that holds a dot; a back-tick inside is doubled
///     a.`b.c`.d              both
///     items[].price          a member of each element; the marker `[]` may be left out
///
/// A step by name into an array goes to its elements, and one into a choice to its struct member.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    public enum Step: Hashable, Sendable {
        case field(String)
        /// `[]`: the elements of an array.
        case elements
    }

    /// At least one; the first is a field.
    public let steps: [Step]

    /// - Throws: `TransformError.malformedPath`.
    public init(_ text: String) throws(TransformError) {
        var parser = PathParser(text)
        steps = try parser.parse()
    }

    /// The path through the given field names, whatever characters they hold.
    ///
    /// - Precondition: there is at least one name.
    public init(names: [String]) {
        precondition(!names.isEmpty)
        steps = names.map { .field($0) }
    }

    /// The field names, without array markers.
    public var names: [String] {
        steps.compactMap { step in
            if case .field(let name) = step { return name }
            return nil
        }
    }

    public var hasArrayMarker: Bool { steps.contains(.elements) }

    /// The last field's name.
    public var lastName: String { names[names.count - 1] }

    /// The path as text that reads back as the same path.
    public var description: String { FieldPath.text(of: steps) }

    static func text(of steps: [Step]) -> String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let name): text += (text.isEmpty ? "" : ".") + quoted(name)
            case .elements: text += "[]"
            }
        }
        return text
    }

    private static func quoted(_ name: String) -> String {
        if !name.isEmpty, !name.contains("."), !name.contains("`"), !name.hasSuffix("[]") { return name }
        return "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
    }
}

// MARK: Lookup

extension FieldPath {
    /// The position of `name`: to the letter, or else (when case is ignored) the only field that has it but for case.
    static func index(of name: String, in fields: [Field], ignoringCase: Bool) -> Int? {
        if let exact = fields.firstIndex(where: { $0.name == name }) { return exact }
        if !ignoringCase { return nil }
        let lowered = name.lowercased()
        let matches = fields.indices.filter { fields[$0].name.lowercased() == lowered }
        return matches.count == 1 ? matches[0] : nil
    }

    /// The type of the field, or nil when the schema has none here. `throughArrays` says whether a name may step into an array's elements.
    public func type(in schema: Schema, ignoringCase: Bool = false, throughArrays: Bool = true) -> DataType? {
        var type = DataType.struct(schema.fields)
        for step in steps {
            guard let next = Self.step(step, from: type, ignoringCase: ignoringCase, throughArrays: throughArrays) else { return nil }
            type = next
        }
        return type
    }

    private static func step(_ step: Step, from type: DataType, ignoringCase: Bool, throughArrays: Bool) -> DataType? {
        switch (step, type) {
        case (.field(let name), .struct(let fields)): return index(of: name, in: fields, ignoringCase: ignoringCase).map { fields[$0].type }
        case (.elements, .array(let element)): return element
        case (.field, .array(let element)) where throughArrays:
            return Self.step(step, from: element, ignoringCase: ignoringCase, throughArrays: throughArrays)
        case (_, .choice(let members)):
            return members.lazy.compactMap { Self.step(step, from: $0, ignoringCase: ignoringCase, throughArrays: throughArrays) }.first
        default: return nil
        }
    }
}

// MARK: Parsing

private struct PathParser {
    private let text: String
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    mutating func parse() throws(TransformError) -> [FieldPath.Step] {
        if bytes.isEmpty { throw malformed("it is empty") }
        var steps: [FieldPath.Step] = []
        while true {
            steps.append(.field(try name()))
            while take("[]") { steps.append(.elements) }
            if position == bytes.count { return steps }
            guard take(".") else { throw malformed("after '\(prefix)' a dot or the end is expected") }
        }
    }

    /// A name, up to the next dot, a marker before a dot or the end, or in back-ticks.
    private mutating func name() throws(TransformError) -> String {
        if take("`") { return try quotedName() }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: ".") {
            if bytes[position] == UInt8(ascii: "`") { throw malformed("a back-tick stands inside the name after '\(prefix)'") }
            if position > start, isMarker(at: position) { break }
            position += 1
        }
        if position == start {
            throw malformed(start == 0 ? "it begins with a dot" : position == bytes.count ? "it ends with a dot" : "a name is missing after '\(prefix)'")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quotedName() throws(TransformError) -> String {
        var name: [UInt8] = []
        while position < bytes.count {
            if take("``") {
                name.append(UInt8(ascii: "`"))
            } else if take("`") {
                return String(decoding: name, as: UTF8.self)
            } else {
                name.append(bytes[position])
                position += 1
            }
        }
        throw malformed("its back-tick is never closed")
    }

    /// Whether only markers stand from here to the next dot or the end; other brackets belong to the name.
    private func isMarker(at place: Int) -> Bool {
        var place = place
        var found = false
        while place + 1 < bytes.count, bytes[place] == UInt8(ascii: "["), bytes[place + 1] == UInt8(ascii: "]") {
            found = true
            place += 2
        }
        return found && (place == bytes.count || bytes[place] == UInt8(ascii: "."))
    }

    private mutating func take(_ token: StaticString) -> Bool {
        let n = token.utf8CodeUnitCount
        guard position + n <= bytes.count, (0..<n).allSatisfy({ bytes[position + $0] == token.utf8Start[$0] }) else { return false }
        position += n
        return true
    }

    private var prefix: String { String(decoding: bytes[..<position], as: UTF8.self) }

    private func malformed(_ reason: String) -> TransformError { .malformedPath(path: text, reason: reason) }
}
