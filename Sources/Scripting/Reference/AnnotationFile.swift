/// One file of annotations, read: LuaLS' `---@meta` files, of which it knows as much as ours use.
///
/// A block of lines that begin with `---` belongs to the line of Lua below it. Its text is Markdown; lines that begin with `---@` are tags:
/// `@class`, `@field`, `@param`, `@return`, `@overload`, `@alias`, `@type`, `@operator`, `@see`, `@meta`. A block that stands alone and begins with a heading is the file's title and introduction.
struct AnnotationFile {
    let name: String
    private(set) var title = ""
    private(set) var introduction: [String] = []
    /// In the order of the file.
    private(set) var entries: [ReferenceEntry] = []

    /// What local variables and globals stand for which class.
    private var classes: [String: String] = [:]

    init(_ bytes: some Sequence<UInt8>, name: String) throws(AnnotationError) {
        self.name = name
        let lines = String(decoding: Array(bytes), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        var block: [AnnotationBlock.Line] = []
        for (index, line) in lines.enumerated() {
            let number = index + 1
            if line.hasPrefix("---") {
                block.append(.init(text: line.dropFirst(3), number: number))
                continue
            }
            let code = line.trimmingBlanks
            // A plain comment between an annotation and its line says something to whoever reads the file.
            if code.hasPrefix("--") { continue }
            if !block.isEmpty || !code.isEmpty {
                try add(AnnotationBlock(block, file: name), code: code, number)
                block = []
            }
        }
        if !block.isEmpty { try add(AnnotationBlock(block, file: name), code: "", lines.count) }
    }

    private func error(_ line: Int, _ message: String) -> AnnotationError { AnnotationError(file: name, line: line, message: message) }

    private mutating func add(_ block: AnnotationBlock, code: String, _ line: Int) throws(AnnotationError) {
        if let heading = block.heading, block.className == nil, code.isEmpty {
            title = heading
            introduction = block.paragraphs
            return
        }
        for alias in block.aliases {
            var entry = ReferenceEntry(name: alias.name, kind: .alias, topic: name, line: block.line)
            entry.type = alias.type
            entry.paragraphs = block.paragraphs
            entries.append(entry)
        }
        if let className = block.className {
            var entry = ReferenceEntry(name: className, kind: .class, topic: name, line: block.line)
            block.fill(&entry)
            entry.parents = block.parents
            // A class whose constructor came before it is that constructor's, too.
            add(entry)
            for field in block.fields {
                var member = ReferenceEntry(name: "\(className).\(field.name)", kind: .field, topic: name, line: field.line)
                member.type = field.isOptional ? .optional(field.type) : field.type
                member.paragraphs = field.description.isEmpty ? [] : [field.description]
                add(member, to: className)
            }
        }
        if !code.isEmpty { try addCode(code, block, line) }
    }

    /// What a line of Lua declares.
    private mutating func addCode(_ code: String, _ block: AnnotationBlock, _ line: Int) throws(AnnotationError) {
        var scanner = AnnotationScanner(code, file: name, line: line)
        if scanner.take("function ") {
            guard let path = scanner.word(dotted: true) else { throw error(line, "a function's name is missing") }
            let method = scanner.take(":") ? scanner.word() : nil
            guard scanner.take("("), code.hasSuffix(") end") else { throw error(line, "a function is declared as `function name(a, b) end`") }
            let names = scanner.rest().dropLast(5).split(separator: ",").map { $0.trimmingBlanks }
            let parts = path.split(separator: ".").map(String.init)
            let owner = method != nil ? path : parts.dropLast().joined(separator: ".")
            guard owner.isEmpty || classes[owner] != nil else { throw error(line, "'\(owner)' is no class of this file; declare it with ---@class above") }
            var entry: ReferenceEntry
            if let method {
                entry = ReferenceEntry(name: "\(classes[owner] ?? owner):\(method)", kind: .method, topic: name, line: line)
            } else {
                entry = ReferenceEntry(name: owner.isEmpty ? path : "\(classes[owner] ?? owner).\(parts.last ?? "")", kind: .function, topic: name, line: line)
            }
            block.fill(&entry)
            entry.isCallable = true
            // A name that is a word of Lua's stands there with a '_': `end_`.
            entry.parameters = entry.parameters.map { parameter in
                guard parameter.name.hasSuffix("_") else { return parameter }
                return .init(name: String(parameter.name.dropLast()), type: parameter.type, isOptional: parameter.isOptional, description: parameter.description)
            }
            guard block.parameters.map(\.name) == names else {
                throw error(line, "\(entry.name) has the parameters (\(names.joined(separator: ", "))), and its ---@param lines say (\(block.parameters.map(\.name).joined(separator: ", ")))")
            }
            if owner.isEmpty { return add(entry) }
            return add(entry, to: classes[owner] ?? owner)
        }
        if scanner.take("return ") { return }
        let isLocal = scanner.take("local ")
        guard var path = scanner.word(dotted: true) else { throw error(line, "neither a function nor an assignment: \(code)") }
        // A name that is a word of Lua's: `F["repeat"] = function(str, n) end`.
        if scanner.take("[\""), let name = scanner.word(), scanner.take("\"]") { path += "." + name }
        guard scanner.take(" = ") else { throw error(line, "an assignment is written `name = value`: \(code)") }
        let value = scanner.rest()
        if let className = block.className {
            classes[path] = className
            return
        }
        let parts = path.split(separator: ".").map(String.init)
        if value.hasPrefix("function("), value.hasSuffix(") end"), parts.count == 2, let owner = classes[parts[0]] {
            var entry = ReferenceEntry(name: "\(owner).\(parts[1])", kind: .function, topic: name, line: line)
            block.fill(&entry)
            entry.isCallable = true
            return add(entry, to: owner)
        }
        // Another name for what is there: `DynamicFrame.applyMapping = DynamicFrame.apply_mapping`.
        if parts.count == 2, let owner = classes[parts[0]], value != "nil", value != "{}" {
            let original = value.replacing("[\"", with: ".").replacing("\"]", with: "").split(separator: ".").map(String.init)
            guard original.count == 2, let source = classes[original[0]],
                let index = entries.firstIndex(where: { $0.owner == source && $0.shortName == original[1] })
            else { throw error(line, "'\(value)' is not declared above") }
            var entry = entries[index]
            entries[index].otherNames.append(parts[1])
            entry = ReferenceEntry(copying: entry, as: owner + String(entry.name.dropFirst(source.count).prefix(1)) + parts[1], line: line)
            return add(entry, to: owner)
        }
        if isLocal { return }
        if parts.count == 1, value != "nil", value != "{}", block.isEmpty, let index = entries.firstIndex(where: { $0.name == value }) {
            entries[index].otherNames.append(path)
            return add(ReferenceEntry(copying: entries[index], as: path, line: line))
        }
        guard let type = block.type else { throw error(line, "'\(path)' needs a ---@type or a ---@class") }
        var owner: String?
        if parts.count > 1 {
            owner = classes[parts.dropLast().joined(separator: ".")]
            guard owner != nil else { throw error(line, "'\(parts.dropLast().joined(separator: "."))' is no class of this file") }
        }
        var entry = ReferenceEntry(name: owner.map { "\($0).\(parts.last ?? "")" } ?? path, kind: owner == nil ? .value : .field, topic: name, line: line)
        block.fill(&entry)
        entry.type = type
        if let owner { add(entry, to: owner) } else { add(entry) }
    }

    private mutating func add(_ entry: ReferenceEntry) {
        guard let index = entries.firstIndex(where: { $0.name == entry.name && $0.kind != .alias }) else { return entries.append(entry) }
        entries[index].merge(entry)
    }

    private mutating func add(_ entry: ReferenceEntry, to className: String) {
        entries.append(entry)
        if let index = entries.firstIndex(where: { $0.name == className && $0.kind == .class }) { entries[index].members.append(entry.name) }
    }
}

extension ReferenceEntry {
    init(name: String, kind: Kind, topic: String, line: Int) { (self.name, self.kind, self.topic, self.line) = (name, kind, topic, line) }

    /// The same under another name.
    init(copying other: ReferenceEntry, as name: String, line: Int) {
        self.init(name: name, kind: other.kind, topic: other.topic, line: line)
        (paragraphs, examples, parameters, results) = (other.paragraphs, other.examples, other.parameters, other.results)
        (overloads, type, isCallable, related) = (other.overloads, other.type, other.isCallable, other.related)
        otherNames = [other.shortName] + other.otherNames.filter { $0 != shortName }
    }

    /// A class and the function of its name are one entry: `Job`, and `Job(glueContext)`.
    mutating func merge(_ other: ReferenceEntry) {
        if other.kind == .class {
            (parents, members) = (parents + other.parents, members + other.members)
            kind = .class
            paragraphs += other.paragraphs
            examples += other.examples
        } else {
            (parameters, results, overloads, isCallable) = (other.parameters, other.results, other.overloads, true)
            paragraphs += other.paragraphs
            examples += other.examples
        }
    }
}
