internal import ArgumentParser
internal import Columnar
internal import Glibc
internal import Scripting

struct HelpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "help", abstract: "Explains a command, an error's code, or a name of the script API.",
        discussion: """
            A command's name gives its options; an error's code gives what it means at length, with an example that goes wrong and one that does not; a name that scripts use gives its page of the reference.

            Examples:
              mastic help run
              mastic help E1201
              mastic help Filter
              mastic help --codes
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "List all codes of errors.")
    var codes = false

    @Argument(help: "The name of a command, a code, or a name of the script API.")
    var topic: [String] = []

    func run() throws {
        if codes || topic == ["errors"] || topic == ["codes"] { return StandardOutput.write(common.json ? try CodeListing.json() : CodeListing.text()) }
        if topic.isEmpty { return StandardOutput.write(Mastic.helpMessage(columns: Screen.width) + "\n") }
        if topic.count == 1, let code = Self.code(topic[0]) { return StandardOutput.write(common.json ? try CodeListing.json([code]) : CodePage.text(of: code)) }
        if let command = Self.command(topic) { return StandardOutput.write(Mastic.helpMessage(for: command, columns: Screen.width) + "\n") }
        let name = topic.joined(separator: " ")
        if let page = Reference.shared.page(for: name, width: min(Screen.width ?? 100, 100), hasColours: Screen.hasColours) { return StandardOutput.write(page) }
        throw InputError(description: Self.unknown(topic))
    }

    /// The code of a topic: `E1201`, `e1201`, `1201`.
    static func code(_ topic: String) -> ErrorCode? {
        let word = topic.uppercased()
        return ErrorCode(rawValue: word.hasPrefix("E") ? word : "E" + word)
    }

    /// The command that words name: `catalog show`.
    static func command(_ words: [String]) -> (any ParsableCommand.Type)? {
        var type: any ParsableCommand.Type = Mastic.self
        for word in words {
            guard let next = type.configuration.subcommands.first(where: { $0._commandName == word }) else { return nil }
            type = next
        }
        return type
    }

    private static func unknown(_ topic: [String]) -> String {
        let text = topic.joined(separator: " ")
        let isCode = topic.count == 1 && topic[0].count <= 6 && topic[0].dropFirst().allSatisfy(\.isNumber) && topic[0].uppercased().hasPrefix("E") && topic[0].count > 1
        if isCode { return "there is no error '\(text)'; mastic help --codes lists all" }
        let names = Mastic.configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        let nearest = Suggestion.nearest(topic[0], in: names) ?? Reference.shared.nearest(text, count: 1).first
        let hint = nearest.map { "did you mean 'mastic help \($0)'?" } ?? "there are the commands (mastic --help) and the codes of errors (mastic help --codes)"
        return "there is no help on '\(text)'; \(hint)"
    }
}

/// What a code means, for people.
private enum CodePage {
    static func text(of code: ErrorCode) -> String {
        let entry = code.entry
        let width = min(Screen.width ?? 100, 100)
        var text = Screen.paint("\(code.rawValue): \(entry.title)", .bold) + "\n\n"
        let paragraphs = entry.explanation.isEmpty ? [] : entry.explanation.split(separator: "\n\n").map { $0.split(separator: "\n").joined(separator: " ") }
        for paragraph in paragraphs { text += Screen.wrap(paragraph, to: width).joined(separator: "\n") + "\n\n" }
        text += Screen.paint("Next step: ", .bold) + Screen.wrap("Next step: " + entry.advice, to: width).joined(separator: "\n").dropFirst("Next step: ".count) + "\n"
        for (title, example) in [("This gives the error", entry.bad), ("This does not", entry.good)] {
            guard let example else { continue }
            text += "\n" + Screen.paint("\(title) (mastic \(example.command)):", .bold) + "\n"
            let isScripted = example.command.contains("job.lua") || example.files.count == 1
            for (name, body) in example.files where isScripted || name != "job.lua" {
                if example.files.count > 1 || !example.command.contains("job.lua") { text += "  \(name)\n" }
                for line in body.split(separator: "\n", omittingEmptySubsequences: false).dropLast() { text += line.isEmpty ? "\n" : "    \(line)\n" }
            }
        }
        if let reason = entry.reason { text += "\n" + Screen.wrap("There is no example: \(reason).", to: width).joined(separator: "\n") + "\n" }
        return text
    }
}

/// All codes: a line each, or as JSON with all that is known.
private enum CodeListing {
    private static let groups = [
        "10": "The script's text, and Lua", "11": "Calls", "12": "Columns and types", "13": "Files and formats", "14": "The catalog", "15": "SQL",
        "16": "Records that fail", "17": "Runs", "18": "Projects and schedules", "19": "Limits", "20": "Commands and the machine",
    ]

    static func text() -> String {
        var text = ""
        var last = ""
        for code in ErrorCode.allCases {
            let group = String(code.rawValue.dropFirst().prefix(2))
            if group != last, Screen.isTerminal {
                text += (last.isEmpty ? "" : "\n") + Screen.paint(groups[group] ?? group, .bold) + "\n"
            }
            last = group
            text += "\(code.rawValue)  \(code.entry.title)\n"
        }
        return text
    }

    static func json(_ codes: [ErrorCode] = ErrorCode.allCases) throws -> String {
        try JSONListing.text(codes.map { Listed($0, groups[String($0.rawValue.dropFirst().prefix(2))] ?? "") }) + "\n"
    }

    private struct Listed: Encodable {
        struct Example: Encodable {
            let Command: String
            let Files: [File]
        }

        struct File: Encodable {
            let Name: String
            let Text: String
        }

        let Code: String
        let Group: String
        let Title: String
        let Explanation: String
        let Advice: String
        let Bad: Example?
        let Good: Example?
        let WithoutExample: String?

        init(_ code: ErrorCode, _ group: String) {
            let entry = code.entry
            (Code, Group, Title, Explanation, Advice) = (code.rawValue, group, entry.title, entry.explanation, entry.advice)
            func example(_ example: ErrorEntry.Example?) -> Example? {
                example.map { Example(Command: $0.command, Files: $0.files.map { File(Name: $0.name, Text: $0.text) }) }
            }
            (Bad, Good, WithoutExample) = (example(entry.bad), example(entry.good), entry.reason)
        }
    }
}
