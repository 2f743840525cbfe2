internal import Scripting

/// Commands that begin with a dot, and their arguments.
extension Completer {
    /// - Parameter dot: the byte at which the command begins.
    func command(_ before: [UInt8], from dot: Int, isSQL: Bool) -> Completions {
        let text = String(decoding: before[(dot + 1)...], as: UTF8.self)
        guard let space = text.firstIndex(where: \.isWhitespace) else {
            let found = SessionCommand.all.map { Candidate($0.name, .command, detail: $0.arguments.isEmpty ? $0.summary : "\($0.arguments): \($0.summary)") }
            return Completions(start: dot + 1, candidates: Self.matching(text, found))
        }
        let rest = String(text[space...].drop(while: \.isWhitespace))
        let start = before.count - rest.utf8.count
        guard let command = SessionCommand.named(String(text[..<space])) else { return Completions(start: start, candidates: []) }
        switch command.argument {
        case .none: return Completions(start: start, candidates: [])
        case .switches: return Completions(start: start, candidates: Self.matching(rest, [Candidate("on", .keyword), Candidate("off", .keyword)]))
        case .database: return Completions(start: start, candidates: Self.matching(rest, databases(rest)))
        case .path:
            // The path may stand in quotes, as names with blanks do.
            let isQuoted = rest.hasPrefix("'") || rest.hasPrefix("\"")
            let path = isQuoted ? String(rest.dropFirst()) : rest
            return files(path, isQuoted ? start + 1 : start, first: command.name == "read" ? ".lua" : nil)
        case .frame:
            var found = table(rest, start)
            if !rest.contains(".") {
                let frames = environment.state.keys(at: []).filter { if case .object("DataFrame", _) = $0.value { true } else if case .object("DynamicFrame", _) = $0.value { true } else { false } }
                found.candidates = Self.matching(rest, frames.map { Candidate($0.key, .global, detail: $0.value.kind) }) + found.candidates
            }
            return found
        case .expression:
            let first = rest.prefix { $0.isLetter }.lowercased()
            if isSQL || command.name == "sql" || ["select", "with", "from"].contains(first) {
                var result = sql(rest, after: String(decoding: after, as: UTF8.self))
                result.start += start
                return result
            }
            var result = lua(Array(rest.utf8))
            result.start += start
            return result
        }
    }
}
