internal import Columnar
internal import Connectors
internal import Scripting

/// What reading a project file shares: the text, the problems found so far, and the folder where relative paths begin.
final class ProjectReading {
    /// As the file was named.
    let file: String
    let source: DeclarationSource
    /// Absolute: the folder of the file.
    let folder: String
    private(set) var problems: [ProjectProblem] = []

    init(file: String, source: [UInt8], folder: String) { (self.file, self.source, self.folder) = (file, DeclarationSource(source), folder) }

    /// - Parameters:
    ///   - aboutName: whether a member's name is wrong, not its value.
    ///   - text: the value that the problem is in, to be underlined where its line shows it.
    ///   - part: the characters of it that are wrong.
    func report(
        _ message: String, at place: DeclarationPlace, _ steps: [DeclarationSource.Step] = [], aboutName: Bool = false, in text: String? = nil, part: Range<Int> = 0..<0
    ) {
        let spot = source.spot(of: place.steps + steps, in: place.function, from: place.line)
        let line = spot.line
        let sourceLine = source.text(line)
        var problem = ProjectProblem(file: file, line: line, sourceLine: sourceLine, message: message)
        if let span = aboutName ? spot.name ?? spot.value : spot.value ?? spot.name { problem.mark = source.characters(of: span, inLine: line) }
        if let text, !text.isEmpty, let sourceLine, let range = sourceLine.firstRange(of: text) {
            let start = sourceLine.distance(from: sourceLine.startIndex, to: range.lowerBound)
            problem.mark = start + part.lowerBound..<start + part.upperBound
        }
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// - Throws: `ProjectError` if anything was wrong.
    func finish() throws {
        if !problems.isEmpty { throw ProjectError(problems: problems.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)) }
    }
}

/// Where a declaration stands: its function, the line of the call, and the way to the table, if that is part of another declaration.
struct DeclarationPlace: Hashable, Sendable {
    let function: String
    let line: Int
    var steps: [DeclarationSource.Step] = []

    func below(_ more: [DeclarationSource.Step]) -> DeclarationPlace { DeclarationPlace(function: function, line: line, steps: steps + more) }
}

/// The members of one table, by the names that this project's files have for them.
///
/// A member may be written in snake case (`max_retries`) or as Glue's API has it (`MaxRetries`); both are one member. What is no member, or has
/// the wrong type, is reported with its line; reading goes on, so that all problems are found at once.
struct DeclarationReader {
    /// One member as it was written.
    struct Given {
        let key: String
        let value: LuaValue
        /// Whether the name is Glue's, where numbers have the units of Glue's API.
        var isGlue: Bool { key.first?.isUppercase ?? false }
        var step: DeclarationSource.Step { .name(key) }
    }

    let reading: ProjectReading
    let place: DeclarationPlace
    /// What the table is, for messages: `job 'load_sales'`.
    let title: String
    private var given: [String: Given] = [:]

    /// - Parameters:
    ///   - members: the members that the table may have.
    ///   - hidden: further members, which are not spoken of: Glue's forms of what has a simpler one.
    ///   - aliases: other names for them, in snake case.
    ///   - foreign: names that Glue has and Mastic has no use for, in snake case, with what to say about them.
    init(
        _ table: LuaTable, _ reading: ProjectReading, _ place: DeclarationPlace, title: String, members: [String], hidden: [String] = [],
        aliases: [String: String] = [:], foreign: [String: String] = [:]
    ) {
        (self.reading, self.place, self.title) = (reading, place, title)
        for (key, value) in table.sortedFields {
            if case .null = value { continue }
            if case .nil = value { continue }
            let snake = Self.snakeCase(key)
            let name = aliases[snake] ?? snake
            guard members.contains(name) || hidden.contains(name) else {
                if let reason = foreign[snake] {
                    reading.report("\(title) has no member '\(key)': \(reason)", at: place, [.name(key)], aboutName: true)
                } else {
                    let hint = Suggestion.hint(for: snake, in: members + aliases.keys.sorted())
                    reading.report("\(title) has no member '\(key)'\(hint.isEmpty ? "; it has \(members.joined(separator: ", "))" : hint)", at: place, [.name(key)], aboutName: true)
                }
                continue
            }
            if let other = given[name] {
                reading.report("\(title) has '\(other.key)' and '\(key)', which are one member", at: place, [.name(key)], aboutName: true)
                continue
            }
            given[name] = Given(key: key, value: value)
        }
        if !table.items.isEmpty {
            reading.report("\(title): \(Self.text(table.items[0])) stands in the table without a name; members are written name = value", at: place, [.index(1)])
        }
        if !table.others.isEmpty { reading.report("\(title): names of members are texts", at: place) }
    }

    /// `MaxRetries` and `max_retries` as `max_retries`; `S3Targets` as `s3_targets`.
    static func snakeCase(_ name: String) -> String {
        var result = ""
        var previous: Character?
        for character in name {
            if character.isUppercase {
                if let previous, previous != "_", !previous.isUppercase { result += "_" }
                result += character.lowercased()
            } else {
                result.append(character)
            }
            previous = character
        }
        return result
    }

    /// A value as messages show it.
    static func text(_ value: LuaValue) -> String {
        switch value {
        case .string: "'\(value.text ?? "")'"
        case .integer(let number): "\(number)"
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
        case .boolean(let truth): "\(truth)"
        case .table: "a table"
        default: "a \(value.typeName)"
        }
    }

    func has(_ name: String) -> Bool { given[name] != nil }
    subscript(name: String) -> Given? { given[name] }

    /// The name of a member as it was written.
    func key(_ name: String) -> String { given[name]?.key ?? name }

    func report(_ name: String, _ message: String, _ more: [DeclarationSource.Step] = []) {
        reading.report("\(title): \(message)", at: place, given[name].map { [$0.step] + more } ?? [])
    }

    /// What a schedule says is wrong with one.
    func report(_ name: String, _ error: ScheduleError) {
        reading.report(
            "\(title): \(error.problem)", at: place, given[name].map { [$0.step] } ?? [], in: error.expression.isEmpty ? nil : error.expression, part: error.place)
    }

    private func wrong(_ given: Given, _ name: String, _ expected: String) {
        report(name, "\(given.key) is \(expected), not \(Self.text(given.value))")
    }

    // MARK: - Values

    /// A text that is not empty.
    func string(_ name: String, isRequired: Bool = false) -> String? {
        guard let given = given[name] else {
            if isRequired { report(name, "\(name) is missing") }
            return nil
        }
        guard let text = given.value.text else {
            wrong(given, name, "a text")
            return nil
        }
        if text.isEmpty {
            report(name, "\(given.key) is empty")
            return nil
        }
        if text.unicodeScalars.contains(where: { $0.value == 0 }) {
            report(name, "\(given.key) holds a character that no text here may have (zero)")
            return nil
        }
        return text
    }

    func boolean(_ name: String) -> Bool? {
        guard let given = given[name] else { return nil }
        guard let value = given.value.bool else {
            wrong(given, name, "true or false")
            return nil
        }
        return value
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let given = given[name] else { return nil }
        guard given.value.text == nil, let number = given.value.integer, range.contains(Int(number)) else {
            wrong(given, name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return Int(number)
    }

    /// Seconds. A number without a unit is taken under Glue's name alone.
    ///
    /// - Parameter glueUnit: seconds that a number stands for under Glue's name.
    func duration(_ name: String, glueUnit: Double, least: Double = 0.001) -> Double? {
        guard let given = given[name] else { return nil }
        let seconds: Double
        if let text = given.value.text {
            guard let value = Quantity.seconds(text) else {
                let isNumber = Double(text) != nil
                report(
                    name,
                    isNumber
                        ? "\(given.key) = '\(text)' has no unit; write '\(text)s', '\(text)m' or '\(text)h'"
                        : "\(given.key) = '\(text)' is no length of time; write numbers with ms, s, m, h or d, such as '90s' or '1h30m'")
                return nil
            }
            seconds = value
        } else if let number = given.value.double {
            guard given.isGlue else {
                let shown = Self.text(given.value)
                report(name, number > 0 ? "\(given.key) = \(shown) has no unit; write '\(shown)s', '\(shown)m' or '\(shown)h'" : "\(given.key) must be more than nothing, not \(shown)")
                return nil
            }
            seconds = number * glueUnit
        } else {
            wrong(given, name, "a length of time such as '90s' or '2h'")
            return nil
        }
        guard seconds >= least, seconds <= 366 * 86400 else {
            report(name, "\(given.key) is from \(Quantity.duration(least)) to 366d, not \(Self.text(given.value))")
            return nil
        }
        return seconds
    }

    /// Bytes.
    func size(_ name: String, least: Int) -> Int? {
        guard let given = given[name] else { return nil }
        guard let bytes = given.value.text.flatMap(Quantity.bytes) ?? (given.value.text == nil ? given.value.integer.map(Int.init) : nil) else {
            if given.value.text != nil {
                report(name, "\(given.key) = \(Self.text(given.value)) is no size; write a number with KiB, MiB or GiB, such as '512MiB'")
            } else {
                wrong(given, name, "a size such as '512MiB'")
            }
            return nil
        }
        guard bytes >= least else {
            report(name, "\(given.key) must be \(Quantity.size(least)) at least, not \(Self.text(given.value))")
            return nil
        }
        return bytes
    }

    /// One of some words, whatever their case.
    func word(_ name: String, _ words: [String]) -> String? {
        guard let given = given[name] else { return nil }
        guard let text = given.value.text else {
            wrong(given, name, "one of \(words.joined(separator: ", "))")
            return nil
        }
        if let word = Self.word(text, of: words) { return word }
        report(name, "\(given.key) = '\(text)' is none of \(words.joined(separator: ", "))\(Suggestion.hint(for: text, in: words))")
        return nil
    }

    static func word(_ text: String, of words: [String]) -> String? { words.first { $0.lowercased() == text.lowercased() } }

    /// A text, or a list of texts.
    func strings(_ name: String) -> [String]? {
        guard let given = given[name] else { return nil }
        if given.value.text != nil { return string(name).map { [$0] } }
        guard let table = given.value.table, table.fields.isEmpty, table.others.isEmpty else {
            wrong(given, name, "a text or a list of texts")
            return nil
        }
        var list: [String] = []
        for (i, item) in table.items.enumerated() {
            if let text = item.text, !text.isEmpty { list.append(text) } else { report(name, "\(given.key) is a list of texts; it holds \(Self.text(item))", [.index(i + 1)]) }
        }
        return list
    }

    /// A table of texts by name. Numbers and booleans are written out.
    func dictionary(_ name: String) -> [String: String]? {
        guard let given = given[name] else { return nil }
        guard let table = given.value.table, table.items.isEmpty, table.others.isEmpty else {
            wrong(given, name, "a table of name = value")
            return nil
        }
        var result: [String: String] = [:]
        for (key, value) in table.sortedFields {
            switch value {
            case .string, .integer, .number, .boolean: result[key] = value.text ?? Self.text(value)
            case .null: continue
            default: report(name, "\(given.key): the value of '\(key)' is a text, a number, true or false, not \(Self.text(value))", [.name(key)])
            }
        }
        return result
    }

    /// The items of a list; one table with names, or one text, is a list of one.
    func list(_ name: String) -> [(value: LuaValue, place: DeclarationPlace)]? {
        guard let given = given[name] else { return nil }
        let here = place.below([given.step])
        switch given.value {
        case .string: return [(given.value, here)]
        case .table(let table) where table.items.isEmpty && !table.fields.isEmpty: return [(given.value, here)]
        case .table(let table) where table.fields.isEmpty && table.others.isEmpty:
            return table.items.enumerated().map { ($1, here.below([.index($0 + 1)])) }
        default:
            wrong(given, name, "a list")
            return nil
        }
    }

    /// The table of a member.
    func table(_ name: String) -> (table: LuaTable, place: DeclarationPlace)? {
        guard let given = given[name] else { return nil }
        guard let table = given.value.table else {
            wrong(given, name, "a table")
            return nil
        }
        return (table, place.below([given.step]))
    }

    /// The name of what is declared: one line that no command could take for something else.
    ///
    /// - Parameter derived: the name of something that need not say its own.
    func definitionName(_ kind: DefinitionWord, derived: String? = nil) -> String? {
        guard has("name") else {
            if let derived { return derived }
            reading.report("\(kind.article) needs a name: \(kind.rawValue){ name = \"...\", ... }", at: place)
            return nil
        }
        guard let name = string("name") else { return nil }
        let problem: String? =
            if name.utf8.count > 255 {
                "a name has 255 bytes at most"
            } else if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
                "a name is one line without control characters"
            } else if name.first == " " || name.last == " " {
                "a name begins and ends with no space"
            } else if name.hasPrefix("-") {
                "a name that begins with - would be an option on the command line"
            } else if name.hasPrefix("jr_") || name.hasPrefix("wr_") {
                "names that begin with jr_ or wr_ are those of runs"
            } else {
                nil
            }
        guard let problem else { return name }
        reading.report("\(kind.rawValue) '\(name)': \(problem)", at: place, [.name(key("name"))])
        return nil
    }
}

/// The functions that declare.
enum DefinitionWord: String, CaseIterable {
    case job, trigger, crawler, workflow

    var article: String { "a " + rawValue }
}
