/// Pages of the reference as text for a terminal.
extension Reference {
    /// The page of a name, with a line feed at the end; nil where there is nothing of that name. A topic's name gives the topic's list.
    ///
    /// - Parameter width: columns of letters; nothing is wider but what cannot be broken.
    public func page(for name: String, width: Int, hasColours: Bool = false) -> String? {
        if let entry = entry(for: name) { return page(of: entry, width: width, hasColours: hasColours) }
        let others = entries(named: name)
        if !others.isEmpty {
            var page = PageText(width: width, hasColours: hasColours)
            page.paragraph("'\(name)' is a method of several classes:")
            page.table(others.map { ($0.name.dropLast($0.shortName.count) + $0.shortSignature, "", $0.summary) })
            page.paragraph("help(\"\(others[0].name)\") says more about one of them.")
            return page.text
        }
        if let topic = topic(name) {
            var page = PageText(width: width, hasColours: hasColours)
            page.heading(topic.title)
            page.paragraphs(topic.introduction)
            page.table(topic.names.compactMap { entry(for: $0) }.map { ($0.signature, "", $0.summary) })
            return page.text
        }
        return nil
    }

    /// The list of all there is, by topics.
    public func overview(width: Int, hasColours: Bool = false) -> String {
        var page = PageText(width: width, hasColours: hasColours)
        page.paragraph("help(Filter), help(\"DataFrame:join\") or help(frame) says what something is and how it is used.")
        for topic in topics where !topic.names.isEmpty {
            page.heading(topic.title)
            var names = topic.names
            // Of a class with very many functions the number is enough.
            names = names.map { name in
                guard let entry = entry(for: name), entry.members.count > 150 else { return name }
                return "\(name) (\(entry.members.count) functions: help(\(name)))"
            }
            page.words(names)
        }
        return page.text
    }

    func page(of entry: ReferenceEntry, width: Int, hasColours: Bool) -> String {
        var page = PageText(width: width, hasColours: hasColours)
        // A transform class is its one function.
        let shown = entry.kind == .class && entry.members.count == 1 ? self.entry(for: entry.members[0]).flatMap { $0.kind == .function ? $0 : nil } ?? entry : entry
        page.title(shown.signature, result: shown.resultText)
        if !entry.otherNames.isEmpty { page.paragraph("Also: " + entry.otherNames.joined(separator: ", ")) }
        page.paragraphs(shown.paragraphs)
        page.table(shown.parameters.map { ($0.isOptional ? "[\($0.name)]" : $0.name, readable($0.type), $0.description) })
        for result in shown.results where !result.description.isEmpty { page.paragraph("Returns \(readable(result.type)): \(result.description)") }
        if shown.isCallable, !shown.overloads.isEmpty {
            page.heading(shown.overloads.count == 1 ? "Also called as" : "Also called as one of")
            page.lines(shown.overloads.map { "\(shown.name)\($0.description.dropFirst(3))" })
        }
        for example in shown.examples {
            page.heading("Example")
            page.lines(example.code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
            if let output = example.output {
                page.gap()
                page.lines(output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), faint: true)
            }
        }
        if shown.kind == .class {
            for parent in shown.parents { page.paragraph("It has all that \(parent) has, too.") }
            let members = shown.members.compactMap { self.entry(for: $0) }
            let fields = members.filter { !$0.isCallable }
            if !fields.isEmpty {
                page.heading("Fields")
                page.table(fields.map { ($0.shortName, readable($0.type ?? .named("any")), $0.summary) })
            }
            let functions = members.filter(\.isCallable)
            if !functions.isEmpty {
                page.heading(functions.contains { $0.kind == .method } ? "Methods" : "Functions")
                if functions.count > 60 {
                    page.words(functions.map(\.shortName))
                    page.paragraph("help(\"\(functions[0].name)\") says more about one of them.")
                } else {
                    page.table(functions.filter { $0.otherNames.isEmpty || isFirst($0) }.map { ($0.shortSignature, "", $0.summary) })
                }
            }
        }
        if !shown.related.isEmpty { page.paragraph("See also: " + shown.related.joined(separator: ", ")) }
        return page.text
    }

    /// Whether no other name of the same stands before this one.
    func isFirst(_ entry: ReferenceEntry) -> Bool {
        entries.first { $0.owner == entry.owner && ($0.name == entry.name || entry.otherNames.contains($0.shortName)) }?.name == entry.name
    }

    /// A type in words that fit a table: aliases stay names, options go.
    func readable(_ type: AnnotationType) -> String { type.description.replacing("|", with: " | ") }
}

extension ReferenceEntry {
    /// What comes back, as a word or two.
    var resultText: String? {
        if !isCallable { return type?.description }
        return results.isEmpty ? nil : results.map { "\($0.type)" }.joined(separator: ", ")
    }

    /// The call without the class: `filter(f, ...)`, with no more than its first arguments.
    var shortSignature: String {
        guard isCallable else { return shortName }
        let names = parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }
        let shown = names.prefix(3).joined(separator: ", ")
        return "\(shortName)(\(names.count > 3 ? shown + ", …" : shown))"
    }
}

/// Text of a page under construction: blocks with an empty line between.
struct PageText {
    let width: Int
    let hasColours: Bool
    private(set) var text = ""

    init(width: Int, hasColours: Bool) { (self.width, self.hasColours) = (max(width, 20), hasColours) }

    private func painted(_ text: String, _ style: String) -> String { hasColours && !text.isEmpty ? "\u{1b}[\(style)m\(text)\u{1b}[0m" : text }

    mutating func gap() { if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" } }

    mutating func title(_ name: String, result: String?) {
        let lines = Self.wrap(name + (result.map { " -> \($0)" } ?? ""), to: width, indent: 4)
        text += lines.map { painted($0, "1") }.joined(separator: "\n") + "\n"
    }

    mutating func heading(_ words: String) {
        gap()
        text += painted(words, "1") + "\n"
    }

    mutating func paragraph(_ words: String) {
        gap()
        if words.hasPrefix("```") {
            for line in words.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast() { text += "  \(line)\n" }
            return
        }
        for line in words.split(separator: "\n") {
            let isItem = line.hasPrefix("- ")
            if line.hasPrefix("| ") {
                // The rule under a table's head says nothing here.
                if line.allSatisfy({ "|-: ".contains($0) }) { continue }
                let cells = line.split(separator: "|").map { $0.trimmingBlanks }.filter { !$0.isEmpty }
                text += Self.wrap("  " + Self.plain(cells.joined(separator: "  ")), to: width, indent: 6).joined(separator: "\n") + "\n"
            } else {
                text += Self.wrap(Self.plain(String(line)), to: width, indent: isItem ? 2 : 0).joined(separator: "\n") + "\n"
            }
        }
    }

    mutating func paragraphs(_ all: [String]) { for one in all { paragraph(one) } }

    mutating func lines(_ lines: [String], faint: Bool = false) {
        for line in lines {
            let indented = line.isEmpty ? "" : "  " + line
            text += (faint || line.trimmingBlanks.hasPrefix("-->") ? painted(indented, "2") : indented) + "\n"
        }
    }

    /// Names one behind the other.
    mutating func words(_ words: [String]) {
        text += Self.wrap("  " + words.joined(separator: "  "), to: width, indent: 2).joined(separator: "\n") + "\n"
    }

    /// Rows of a name, a type and a description, the last wrapped beside the others, or below them where the page is narrow.
    mutating func table(_ rows: [(name: String, type: String, description: String)]) {
        if rows.isEmpty { return }
        if !text.hasSuffix("\u{1b}[0m\n"), !endsWithHeading { gap() }
        let most = max(width / 3, 12)
        let names = min(rows.map(\.name.count).max() ?? 0, most)
        let types = min(rows.map(\.type.count).max() ?? 0, most)
        let left = 2 + names + 2 + (types > 0 ? types + 2 : 0)
        let isNarrow = width - left < 24
        for row in rows {
            let head = "  " + painted(row.name, "36") + String(repeating: " ", count: max(names - row.name.count, 0))
            let length = 2 + max(names, row.name.count)
            let typed = row.type.isEmpty ? "" : "  " + painted(row.type, "2")
            let typedLength = row.type.isEmpty ? 0 : 2 + row.type.count
            let description = Self.plain(row.description)
            if isNarrow || length + typedLength + 2 > left {
                text += head + (!row.type.isEmpty && length + typedLength > width ? "\n      " + typed.trimmingBlanks : typed) + "\n"
                let indent = isNarrow ? 6 : left
                if !description.isEmpty {
                    text += Self.wrap(String(repeating: " ", count: indent) + description, to: width, indent: indent).joined(separator: "\n") + "\n"
                }
            } else {
                let fill = String(repeating: " ", count: left - length - typedLength)
                let lines = Self.wrap(String(repeating: " ", count: left) + description, to: width, indent: left)
                text += (head + typed + fill + lines[0].dropFirst(left)).trimmedAtEnd + "\n"
                for line in lines.dropFirst() { text += line + "\n" }
            }
        }
    }

    private var endsWithHeading: Bool {
        let last = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
        return ["Fields", "Methods", "Functions"].contains(String(last))
    }

    /// The text without the marks of Markdown that a terminal does not need.
    private static func plain(_ text: String) -> String {
        guard text.contains("[") || text.contains("**") else { return text }
        var result = ""
        var rest = text.replacing("**", with: "")[...]
        // A link is its words.
        while let open = rest.firstIndex(of: "["), let close = rest[open...].firstIndex(of: "]") {
            let behind = rest.index(after: close)
            guard behind < rest.endIndex, rest[behind] == "(", let end = rest[behind...].firstIndex(of: ")") else {
                result += rest[...close]
                rest = rest[behind...]
                continue
            }
            result += rest[..<open] + rest[rest.index(after: open)..<close]
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// Lines of a width, broken at blanks; those behind the first are indented. A word that is longer stands alone.
    static func wrap(_ text: String, to width: Int, indent: Int = 0) -> [String] {
        var lines: [String] = []
        var line = String(text.prefix { $0 == " " })
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent) + word
            } else {
                line += isEmpty ? String(word) : " " + word
            }
            isEmpty = false
        }
        return lines + [line]
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }
}
