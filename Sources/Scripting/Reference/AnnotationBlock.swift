/// The comment above one line of Lua, taken apart.
struct AnnotationBlock {
    struct Line {
        let text: Substring
        let number: Int
    }

    struct Field {
        let name: String
        let type: AnnotationType
        let isOptional: Bool
        let description: String
        let line: Int
    }

    private(set) var line = 0
    private(set) var heading: String?
    private(set) var paragraphs: [String] = []
    private(set) var examples: [ReferenceEntry.Example] = []
    private(set) var parameters: [ReferenceEntry.Parameter] = []
    private(set) var results: [ReferenceEntry.Result] = []
    private(set) var overloads: [AnnotationType] = []
    private(set) var className: String?
    private(set) var parents: [String] = []
    private(set) var fields: [Field] = []
    private(set) var aliases: [(name: String, type: AnnotationType)] = []
    private(set) var type: AnnotationType?
    private(set) var related: [String] = []

    var isEmpty: Bool { paragraphs.isEmpty && parameters.isEmpty && type == nil && className == nil }

    init(_ lines: [Line], file: String) throws(AnnotationError) {
        line = lines.first?.number ?? 0
        var index = 0
        var paragraph: [String] = []
        func error(_ line: Line, _ message: String) -> AnnotationError { AnnotationError(file: file, line: line.number, message: message) }
        while index < lines.count {
            let line = lines[index]
            index += 1
            let text = line.text.trimmingBlanks
            if text.hasPrefix("@") {
                end(&paragraph)
                try add(text, line, file)
            } else if text.hasPrefix("```") {
                end(&paragraph)
                var code: [Substring] = []
                while index < lines.count, lines[index].text.trimmingBlanks != "```" {
                    code.append(lines[index].text)
                    index += 1
                }
                guard index < lines.count else { throw error(line, "a block of code does not end: a line ---``` is missing") }
                index += 1
                let body = code.joined(separator: "\n")
                switch text.dropFirst(3) {
                case "lua": examples.append(.init(code: body, output: nil, line: line.number + 1))
                case "text" where !examples.isEmpty && examples[examples.count - 1].output == nil:
                    examples[examples.count - 1] = .init(code: examples[examples.count - 1].code, output: body, line: examples[examples.count - 1].line)
                default: paragraphs.append("```\n\(body)\n```")
                }
            } else if text.hasPrefix("# "), heading == nil {
                heading = String(text.dropFirst(2))
            } else if text.isEmpty {
                end(&paragraph)
            } else if text.hasPrefix("| ") || text.hasPrefix("- ") {
                // Lines of tables and lists stay lines.
                if let first = paragraph.first, !first.hasPrefix("| "), !first.hasPrefix("- ") { end(&paragraph) }
                paragraph.append(text)
            } else {
                if paragraph.first?.hasPrefix("- ") == true {
                    paragraph[paragraph.count - 1] += " " + text
                } else {
                    paragraph.append(text)
                }
            }
        }
        end(&paragraph)
    }

    private mutating func end(_ paragraph: inout [String]) {
        guard let first = paragraph.first else { return }
        paragraphs.append(paragraph.joined(separator: first.hasPrefix("| ") || first.hasPrefix("- ") ? "\n" : " "))
        paragraph = []
    }

    /// A description behind a type; LuaLS allows a `#` in front.
    private static func description(_ text: String) -> String { text.hasPrefix("#") ? text.dropFirst().trimmingBlanks : text }

    private mutating func add(_ text: String, _ line: Line, _ file: String) throws(AnnotationError) {
        var scanner = AnnotationScanner(text.dropFirst(), file: file, line: line.number)
        let tag = scanner.word() ?? ""
        scanner.skipBlanks()
        switch tag {
        case "meta", "nodiscard", "diagnostic": return
        case "class":
            guard let name = scanner.word(dotted: true) else { throw scanner.error("---@class needs a name") }
            className = name
            scanner.skipBlanks()
            guard scanner.take(":") else { return }
            repeat {
                scanner.skipBlanks()
                guard let parent = scanner.word(dotted: true) else { throw scanner.error("the name of a parent is missing behind ---@class \(name)") }
                parents.append(parent)
                scanner.skipBlanks()
            } while scanner.take(",")
        case "field":
            guard className != nil else { throw scanner.error("---@field follows a ---@class") }
            // `[string] T` says what every other key holds, which is no name.
            if scanner.take("[") {
                _ = try scanner.type()
                guard scanner.take("]") else { throw scanner.error("a ']' is missing in ---@field") }
                scanner.skipBlanks()
                _ = try scanner.type()
                return
            }
            guard let name = scanner.word() else { throw scanner.error("---@field needs a name") }
            let isOptional = scanner.take("?")
            scanner.skipBlanks()
            let type = try scanner.type()
            fields.append(Field(name: name, type: type, isOptional: isOptional, description: Self.description(scanner.rest()), line: line.number))
        case "param":
            guard let name = scanner.take("...") ? "..." : scanner.word() else { throw scanner.error("---@param needs a name") }
            let isOptional = scanner.take("?")
            scanner.skipBlanks()
            let type = try scanner.type()
            if parameters.contains(where: { $0.name == name }) { throw scanner.error("there are two ---@param \(name)") }
            parameters.append(.init(name: name, type: type, isOptional: isOptional, description: Self.description(scanner.rest())))
        case "return":
            let type = try scanner.type()
            scanner.skipBlanks()
            results.append(.init(type: type, description: Self.description(scanner.rest())))
        case "overload":
            let type = try scanner.type()
            guard case .function = type else { throw scanner.error("---@overload needs the type of a function: fun(a: T): R") }
            overloads.append(type)
        case "alias":
            guard let name = scanner.word(dotted: true) else { throw scanner.error("---@alias needs a name") }
            scanner.skipBlanks()
            aliases.append((name, try scanner.type()))
        case "type": type = try scanner.type()
        case "operator":
            guard className != nil else { throw scanner.error("---@operator follows a ---@class") }
            guard scanner.word() != nil else { throw scanner.error("---@operator needs the name of an operator") }
            if scanner.take("(") {
                _ = try scanner.type()
                guard scanner.take(")") else { throw scanner.error("a ')' is missing in ---@operator") }
            }
            scanner.skipBlanks()
            guard scanner.take(":") else { throw scanner.error("---@operator needs a result: ---@operator add(Column): Column") }
            scanner.skipBlanks()
            _ = try scanner.type()
        case "see":
            let name = scanner.rest()
            guard !name.isEmpty else { throw scanner.error("---@see needs a name") }
            related.append(name)
        default: throw scanner.error("the tag '@\(tag)' is not known")
        }
        if !["param", "return", "field", "class", "see"].contains(tag), !scanner.rest().isEmpty { throw scanner.error("something is left behind ---@\(tag)") }
    }

    func fill(_ entry: inout ReferenceEntry) {
        (entry.paragraphs, entry.examples, entry.parameters) = (paragraphs, examples, parameters)
        (entry.results, entry.overloads, entry.related) = (results, overloads, related)
    }
}
