internal import Scripting

/// Finds what could stand at a place of a text. Each kind of place has a file of its own beside this one.
///
/// Nothing of the script's is run: values are looked at through tables and the classes that are known (`LuaState.look`), and what calls would give
/// is told by the class of what they are called on. The catalog answers by its index, folders are read up to a bound.
final class Completer {
    typealias Candidate = Completions.Candidate

    let environment: ScriptEnvironment
    /// More than anybody looks through.
    static let most = 5000
    /// Expressions within one another that are looked into, and all that are looked at for one completion.
    static let deepest = 50
    var depth = 0
    var effort = 0
    /// Bytes before the cursor that are looked at; those before them have little to say about it.
    private static let mostBytes = 1 << 14
    /// What stands behind the cursor.
    private(set) var after: [UInt8] = []

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    /// - Parameter isSQL: whether the text is SQL, and no Lua.
    func completions(of text: [UInt8], at offset: Int, isSQL: Bool) -> Completions {
        let offset = min(max(offset, 0), text.count)
        let cut = Self.cut(text, offset)
        let before = Array(text[cut..<offset])
        after = Array(text[offset...].prefix(Self.mostBytes))
        effort = 400
        var found = completions(of: before, isSQL: isSQL)
        found.start += cut
        // A back-tick that is closed already is not closed again.
        if after.first == UInt8(ascii: "`") {
            found.candidates = found.candidates.map { $0.text.hasSuffix("`") ? Candidate(String($0.text.dropLast()), $0.kind, detail: $0.detail) : $0 }
        }
        return found
    }

    private func completions(of before: [UInt8], isSQL: Bool) -> Completions {
        let blank = before.prefix { $0 <= 0x20 }.count
        if blank < before.count, before[blank] == UInt8(ascii: "."), blank + 1 == before.count || Self.isLetter(before[blank + 1]) {
            return command(before, from: blank, isSQL: isSQL)
        }
        if isSQL { return sql(String(decoding: before, as: UTF8.self), after: String(decoding: after, as: UTF8.self)) }
        return lua(before)
    }

    /// Where to begin to look at a long text: at a line.
    private static func cut(_ text: [UInt8], _ offset: Int) -> Int {
        guard offset > mostBytes else { return 0 }
        let least = offset - mostBytes
        return text[least..<offset].firstIndex(of: 0x0a).map { $0 + 1 } ?? least
    }

    /// Lua up to the cursor.
    func lua(_ before: [UInt8]) -> Completions {
        let context = CompletionContext(before)
        switch context.place {
        case .nowhere: return Completions(start: before.count, candidates: [])
        case .string(let string): return self.string(string, quote: string.start > 0 ? before[string.start - 1] : 0, context)
        case .member(let word, let start, let end, let isMethod): return members(word, start, context.tokens[..<end], context, isMethod: isMethod)
        case .name(let word, let start):
            let arguments = namedArguments(word, context)
            return Completions(start: start, candidates: arguments ?? names(word, context))
        }
    }

    /// Those of the candidates that begin with a word; where none does, those that do in any case.
    static func matching(_ word: String, _ candidates: [Candidate]) -> [Candidate] {
        let exact = candidates.filter { $0.key.hasPrefix(word) }
        if !exact.isEmpty || word.isEmpty { return Array(exact.prefix(most)) }
        let lower = word.lowercased()
        return Array(candidates.filter { $0.key.lowercased().hasPrefix(lower) }.prefix(most))
    }

    static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") }
}
