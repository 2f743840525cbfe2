internal import ArgumentParser
internal import Columnar
internal import Scripting

/// Words of a command line that the command does not take, as a person is told of them: what is wrong, the nearest option, and how the command is used.
struct UsageError: CodedError, CustomStringConvertible {
    let description: String
    let notes: [ErrorNote]
    let advice: String?
    let errorCode = ErrorCode.commandInput

    /// - Parameters:
    ///   - error: what the parser or the command threw.
    ///   - words: the command line, as the parser was given it.
    init(_ error: any Error, words: [String]) {
        let (path, type) = Self.command(words)
        let name = (["mastic"] + path).joined(separator: " ")
        let message = Mastic.message(for: error).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        description = Self.sentence(message.first ?? "", name, Self.options(of: type))
        var notes: [ErrorNote] = []
        let help = Mastic.fullMessage(for: error).split(separator: "\n").first { $0.hasPrefix("Help:") }
        if let help {
            let words = help.dropFirst("Help:".count).drop { $0 == " " }
            notes.append(ErrorNote("where", String(words)))
        }
        if path.isEmpty {
            notes.append(ErrorNote("usage", "mastic [OPTIONS] COMMAND ..., or mastic -e CODE"))
        } else {
            notes.append(ErrorNote("usage", String(Mastic.usageString(for: type).drop { $0 != "m" })))
        }
        if let example = Self.example(of: type) { notes.append(ErrorNote("example", example)) }
        self.notes = notes
        advice = path.isEmpty ? "mastic --help lists the commands and options" : "mastic help \(path.joined(separator: " ")) lists its options"
    }

    /// The command that the words name, and its names.
    private static func command(_ words: [String]) -> (path: [String], type: any ParsableCommand.Type) {
        var type: any ParsableCommand.Type = Mastic.self
        var path: [String] = []
        for word in words {
            guard let next = type.configuration.subcommands.first(where: { $0._commandName == word || $0.configuration.aliases.contains(word) }) else { break }
            type = next
            path.append(next._commandName)
        }
        return (path, type)
    }

    /// The options that a command's help shows.
    private static func options(of type: any ParsableCommand.Type) -> [String] {
        let help = Mastic.helpMessage(for: type, columns: 500)
        var names: [String] = []
        for line in help.split(separator: "\n") where line.hasPrefix("  -") {
            for word in line.split(whereSeparator: { " ,/<".contains($0) }).prefix(4) where word.hasPrefix("--") && !names.contains(String(word)) { names.append(String(word)) }
        }
        return names
    }

    /// The first example that a command's help gives.
    private static func example(of type: any ParsableCommand.Type) -> String? {
        let lines = type.configuration.discussion.split(separator: "\n").map { $0.drop { $0 == " " } }
        return lines.first { $0.hasPrefix("mastic ") }.map(String.init)
    }

    /// The parser's words as a sentence of ours.
    private static func sentence(_ message: String, _ name: String, _ options: [String]) -> String {
        func quoted(behind prefix: String) -> String? {
            guard message.hasPrefix(prefix + " '") else { return nil }
            let rest = message.dropFirst(prefix.count + 2)
            return rest.firstIndex(of: "'").map { String(rest[..<$0]) }
        }
        if let option = quoted(behind: "Unknown option") {
            let nearest = Suggestion.nearest(option, in: options) ?? options.first { option.count > 4 && $0.hasPrefix(option) }
            return "\(name) has no option '\(option)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        }
        if let missing = quoted(behind: "Missing expected argument") { return "\(name) needs \(missing)" }
        if let missing = quoted(behind: "Missing value for") { return "\(missing.split(separator: " ").first ?? "") needs a value: \(missing)" }
        guard let first = message.first, message.dropFirst().first?.isUppercase == false else { return message }
        return first.lowercased() + message.dropFirst()
    }
}
