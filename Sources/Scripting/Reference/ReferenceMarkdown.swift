/// The reference as pages of Markdown: `docs/reference/`.
extension Reference {
    public struct MarkdownPage: Sendable {
        /// The file's name.
        public let path: String
        public let text: String
    }

    /// A page for each topic, and an index.
    public var markdownPages: [MarkdownPage] {
        [MarkdownPage(path: "README.md", text: index)] + topics.map { MarkdownPage(path: $0.name + ".md", text: page(of: $0)) }
    }

    private static let note = "<!-- Written by `mastic annotations --markdown docs/reference`; edit Sources/CReference/annotations. -->\n"

    private var index: String {
        var text = """
            \(Self.note)
            # Reference of the script API

            Every name that a script can use, with an example that has been run. In a script, `help(Filter)` or `help("DataFrame:join")` prints the same; in an editor, the
            [annotations](../editor.md) show it. The [guide](../script-api.md) says how it goes together. The frames `people`, `sales` and `shops` of the examples come from
            `require "mastic.examples"`.


            """
        for topic in topics where !topic.names.isEmpty {
            text += "## [\(topic.title)](\(topic.name).md)\n"
            if let first = topic.introduction.first { text += "\(first)\n" }
            text += "\n" + topic.names.map { "[`\($0)`](\(topic.name).md#\(Self.anchor($0)))" }.joined(separator: " · ") + "\n\n"
        }
        return text.trimmedLines
    }

    private func page(of topic: Topic) -> String {
        var text = "\(Self.note)\n# \(topic.title)\n\n"
        for paragraph in topic.introduction { text += paragraph + "\n\n" }
        text += "Up: [reference](README.md)\n\n"
        for entry in entries where entry.kind == .alias && entry.topic == topic.name + ".lua" { text += section(entry, level: 2) }
        for name in topic.names {
            guard let entry = entry(for: name) else { continue }
            let members = entry.members.compactMap { self.entry(for: $0) }
            if entry.kind == .class, members.count == 1, members[0].kind == .function {
                // A transform class is its one function.
                text += section(members[0], level: 2, title: entry.name)
                continue
            }
            text += section(entry, level: 2)
            let fields = members.filter { !$0.isCallable }
            if !fields.isEmpty {
                text += "| field | type | |\n| --- | --- | --- |\n"
                for field in fields {
                    text += "| `\(field.shortName)` | \(Self.cell(code: field.type?.description ?? "")) | \(Self.cell(field.paragraphs.joined(separator: " "))) |\n"
                }
                text += "\n"
            }
            let functions = members.filter { $0.isCallable && isFirst($0) }
            if functions.count > 150 { text += table(functions) } else { for function in functions { text += section(function, level: 3) } }
        }
        return text.trimmedLines
    }

    /// Many small functions: a row each.
    private func table(_ functions: [ReferenceEntry]) -> String {
        var text = "| function | value | example |\n| --- | --- | --- |\n"
        for function in functions {
            let names = ([function.signature] + function.otherNames.map { (function.owner ?? "") + "." + $0 }).map { Self.cell(code: $0) }.joined(separator: ", ")
            let examples = function.examples.map { Self.cell(code: $0.code) }.joined(separator: "<br>")
            text += "| \(names) | \(Self.cell(function.paragraphs.joined(separator: " "))) | \(examples) |\n"
        }
        return text + "\n"
    }

    private func section(_ entry: ReferenceEntry, level: Int, title: String? = nil) -> String {
        var text = String(repeating: "#", count: level) + " \(title ?? entry.name)\n\n"
        if entry.isCallable { text += "```lua\n\(entry.signature)\(entry.resultText.map { " -> \($0)" } ?? "")\n```\n\n" }
        if entry.kind == .alias, let type = entry.type { text += Self.code("\(type)") + "\n\n" }
        if entry.kind == .value, let type = entry.type { text += "A " + link(type) + ".\n\n" }
        if !entry.otherNames.isEmpty { text += "Also: " + entry.otherNames.map { "`\($0)`" }.joined(separator: ", ") + "\n\n" }
        for paragraph in entry.paragraphs { text += paragraph + "\n\n" }
        if !entry.parents.isEmpty { text += "Has all that \(entry.parents.map { link(.named($0)) }.joined(separator: ", ")) has.\n\n" }
        if !entry.parameters.isEmpty {
            text += "| parameter | type | |\n| --- | --- | --- |\n"
            for parameter in entry.parameters {
                text += "| `\(parameter.name)`\(parameter.isOptional ? ", optional" : "") | \(Self.cell(code: "\(parameter.type)")) | \(Self.cell(parameter.description)) |\n"
            }
            text += "\n"
        }
        for result in entry.results where !result.description.isEmpty { text += "Returns \(result.description)\n\n" }
        if entry.isCallable, !entry.overloads.isEmpty {
            text += "Also called as\n\n```lua\n" + entry.overloads.map { "\(entry.name)\($0.description.dropFirst(3))\n" }.joined() + "```\n\n"
        }
        for example in entry.examples {
            text += "```lua\n\(example.code)\n```\n\n"
            if let output = example.output { text += "```text\n\(output)\n```\n\n" }
        }
        if !entry.related.isEmpty { text += "See also: " + entry.related.map { link(.named($0)) }.joined(separator: ", ") + "\n\n" }
        return text
    }

    /// A type's name as a link to where it is explained.
    private func link(_ type: AnnotationType) -> String {
        guard case .named(let name) = type, let entry = entry(for: name) else { return Self.code("\(type)") }
        let isFunctionOfClass = entry.owner.flatMap { self.entry(for: $0) }.map { $0.members.count == 1 } ?? false
        return "[`\(name)`](\(entry.topic.dropLast(4)).md#\(Self.anchor(isFunctionOfClass ? entry.owner ?? name : entry.name)))"
    }

    /// The anchor that GitHub gives a heading.
    private static func anchor(_ heading: String) -> String { heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" } }

    private static func cell(_ text: String) -> String { text.replacing("\n", with: " ").replacing("|", with: "\\|") }

    /// Code in a cell of a table; a backtick inside asks for two around.
    private static func cell(code text: String) -> String { text.isEmpty ? "" : code(text.replacing("\n", with: "; ").replacing("|", with: "\\|")) }
    private static func code(_ text: String) -> String { text.contains("`") ? "`` \(text) ``" : "`\(text)`" }
}

extension String {
    /// The text with one line feed at its end.
    fileprivate var trimmedLines: String {
        var text = self
        while text.hasSuffix("\n\n") { text.removeLast() }
        return text
    }
}
