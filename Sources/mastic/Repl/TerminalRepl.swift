internal import Glibc
internal import Jobs
internal import Scripting

/// A session at a terminal: lines with an editor, values as previews, commands that begin with a dot.
final class TerminalRepl {
    /// What a line is read as.
    enum Mode { case lua, sql }

    private(set) var session: Session
    private(set) var interactive: InteractiveSession
    var mode = Mode.lua
    var isTimed = false
    var pager = Pager()
    var history: History
    /// The lines of this session so far: errors name the one that a function comes from.
    private var count = 0
    private let editor: LineEditor?
    /// Where going through the history has come to, and what had been typed before.
    private var place = 0
    private var draft = ""

    init(_ session: Session) throws {
        self.session = session
        session.watch(endsAtSecond: false)
        interactive = try InteractiveSession(session)
        history = History(path: Self.isDrawable ? History.standardPath : nil)
        editor = Self.isDrawable ? LineEditor() : nil
        editor?.onKey = { [unowned self] in answer($0) }
        prepare()
    }

    /// Whether the terminal understands more than lines.
    private static var isDrawable: Bool {
        guard isatty(STDOUT_FILENO) != 0, let term = getenv("TERM") else { return false }
        return !["", "dumb", "unknown"].contains(String(cString: term))
    }

    /// Makes another home the session's; the globals begin anew.
    func open(home: String) throws {
        var options = session.options
        options.home = home
        let other = Session(options)
        interactive = try InteractiveSession(other)
        session = other
        other.watch(endsAtSecond: false)
        prepare()
    }

    private func prepare() {
        ProgressDisplay.start(for: interactive.environment, session.options)
        interactive.environment.displays = { [unowned self] thing in show(try thing.text(on: interactive.environment.screen)) }
        measure()
    }

    /// Takes up the terminal's size as it is now.
    private func measure() {
        let screen = Screen.shape
        interactive.environment.screen = screen
        interactive.previewRows = max(5, min(40, screen.height - 8))
    }

    // MARK: The loop

    /// - Returns: the status that the process ends with.
    func run() -> Int32 {
        StandardOutput.write("mastic \(masticVersion). " + Screen.paint(".help lists commands, Ctrl-D ends.", .faint) + "\n")
        while true {
            measure()
            guard let text = read() else { break }
            if text.utf8.allSatisfy({ $0 <= 0x20 }) { continue }
            history.add(text)
            if let status = evaluate(text) { return status }
        }
        StandardOutput.write("\n")
        return 0
    }

    /// Runs a line; gives a status where it ends the session.
    func evaluate(_ text: String) -> Int32? {
        measure()
        let start = ContinuousClock.now
        defer {
            if isTimed { StandardOutput.write(Screen.paint("took \(Self.text(ContinuousClock.now - start))", .faint) + "\n") }
        }
        let trimmed = text.drop { $0.isWhitespace }
        if trimmed.first == ".", let command = trimmed.dropFirst().first, command.isLetter { return DotCommands(self).run(String(trimmed)) }
        if trimmed == "?" || trimmed == "help" && mode == .sql { return DotCommands(self).run(".help") }
        if mode == .sql {
            let (statements, rest) = SQLStatements.split(text)
            for statement in statements + (rest.isEmpty ? [] : [rest]) {
                if let status = end(interactive.query(statement)) { return status }
            }
            return nil
        }
        if let status = answerWord(trimmed) { return status.0 }
        count += 1
        return end(interactive.evaluate(text, name: "repl[\(count)]", showsLast: true))
    }

    /// Words of other shells, as far as they are no names of the session's: they end it, or ask for help.
    ///
    /// - Returns: nil for any other line; what `evaluate` gives for these.
    private func answerWord(_ text: Substring) -> (Int32?, Void)? {
        var line = String(text)
        while let last = line.last, last.isWhitespace || last == ";" { line.removeLast() }
        func isFree(_ name: String) -> Bool { if case .nothing = interactive.environment.state.look(at: [.name(name)]) { true } else { false } }
        switch line {
        case "exit", "quit", "exit()", "quit()":
            guard isFree(String(line.prefix(4))) else { return nil }
            return (0, ())
        case "\\q": return (0, ())
        case "help": return (end(interactive.evaluate("help()", name: "help")), ())
        default: break
        }
        for magic in ["%sql ", "%%sql\n", "%%sql "] where line.hasPrefix(magic) { return (end(interactive.query(String(line.dropFirst(magic.count)))), ()) }
        // IPython's question: `?Filter`, `Filter?`, `df:join?`.
        if line.hasPrefix("?") || line.hasSuffix("?") {
            let name = line.filter { $0 != "?" }.trimmingPrefix { $0 == " " }
            guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "_.:".contains($0) }) else { return nil }
            return (end(interactive.evaluate("help(\"\(name)\")", name: "help")), ())
        }
        return nil
    }

    /// Says how a line ended; gives a status where it ended the session.
    func end(_ outcome: ScriptOutcome) -> Int32? {
        LuaState.flush()
        switch outcome {
        case .succeeded: return nil
        case .exited(let status): return status
        case .failed(let error):
            interactive.run.revive()
            if outcome.status == 130 { StandardOutput.writeError("interrupted\n") } else { Complaint.print(error) }
            return nil
        }
    }

    func show(_ text: String) { pager.show(text, on: interactive.environment.screen) }

    /// The length of time as people say it: `12 ms`, `3.4 s`.
    private static func text(_ time: Duration) -> String {
        let milliseconds = Int(time / .milliseconds(1))
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }

    // MARK: Reading

    private var word: String { mode == .lua ? "> " : "sql> " }

    private func prompt() -> String {
        Screen.hasColours ? "\u{1}\u{1b}[32m\u{1}\(word.dropLast())\u{1}\u{1b}[0m\u{1} " : word
    }

    /// The next text; nil at the end of input.
    private func read() -> String? {
        guard let editor else { return readPlain() }
        (place, draft) = (history.entries.count, "")
        while true {
            switch editor.read(prompt: prompt()) {
            case .text(let text): return text
            case .interrupted: (place, draft) = (history.entries.count, "")
            case .closed: return nil
            }
        }
    }

    /// Lines of a terminal that can do nothing else, until they are complete.
    private func readPlain() -> String? {
        var text = ""
        while true {
            StandardOutput.write(text.isEmpty ? word : String(repeating: ".", count: word.count - 1) + " ")
            guard let line = readLine(strippingNewline: true) else {
                // Ctrl-C at the prompt ends the read, not the session.
                if LineEditor.inputWasInterrupted() {
                    StandardOutput.write("\n")
                    text = ""
                    interactive.run.revive()
                    continue
                }
                return text.isEmpty ? nil : text
            }
            text += text.isEmpty ? line : "\n" + line
            if isComplete(text) { return text }
        }
    }

    private func isComplete(_ text: String) -> Bool {
        let trimmed = text.drop { $0.isWhitespace }
        if trimmed.isEmpty || trimmed.first == "?" || trimmed.first == "%" || trimmed.first == "." && !trimmed.hasPrefix("..") { return true }
        switch mode {
        case .lua: return !interactive.isIncomplete(text)
        case .sql: return SQLStatements.split(text).rest.isEmpty
        }
    }

    // MARK: Keys

    private func answer(_ key: LineEditor.Key) -> LineEditor.Answer {
        guard let editor else { return .stay }
        switch key {
        case .enter:
            let text = editor.line.text
            guard isComplete(text) else { return newline(editor) }
            if mode == .lua, text.contains("\n") {
                let moved = LuaIndentation.line(endingAt: text).text
                editor.line = (moved, moved.utf8.count)
            }
            return .accept
        case .newline: return newline(editor)
        case .paste:
            editor.insert(editor.pasted)
            return .stay
        case .complete: return complete(editor)
        case .up: return move(editor, up: true)
        case .down: return move(editor, up: false)
        case .home: return toEdge(editor, end: false)
        case .end: return toEdge(editor, end: true)
        case .search: return HistorySearch(editor: editor, entries: history.entries).run(prompt: prompt())
        case .interrupt: return .stay
        }
    }

    private func newline(_ editor: LineEditor) -> LineEditor.Answer {
        let (text, cursor) = editor.line
        let bytes = Array(text.utf8)
        let before = String(decoding: bytes[..<cursor], as: UTF8.self)
        guard mode == .lua else {
            editor.insert("\n")
            return .stay
        }
        let (moved, next) = LuaIndentation.line(endingAt: before)
        let head = moved + "\n" + next
        editor.line = (head + String(decoding: bytes[cursor...], as: UTF8.self), head.utf8.count)
        return .stay
    }

    /// To the line above or below; from the first and the last one, to another entry of the history.
    private func move(_ editor: LineEditor, up: Bool) -> LineEditor.Answer {
        let (text, cursor) = editor.line
        let bytes = Array(text.utf8)
        let start = (bytes[..<cursor].lastIndex(of: 0x0a) ?? -1) + 1
        let column = String(decoding: bytes[start..<cursor], as: UTF8.self).count
        if up, start > 0 {
            let above = (bytes[..<(start - 1)].lastIndex(of: 0x0a) ?? -1) + 1
            let line = String(decoding: bytes[above..<(start - 1)], as: UTF8.self)
            editor.line = (text, above + line.prefix(column).utf8.count)
            return .stay
        }
        if !up, let end = bytes[cursor...].firstIndex(of: 0x0a) {
            let line = String(decoding: bytes[(end + 1)...].prefix { $0 != 0x0a }, as: UTF8.self)
            editor.line = (text, end + 1 + line.prefix(column).utf8.count)
            return .stay
        }
        let next = place + (up ? -1 : 1)
        guard next >= 0, next <= history.entries.count else { return .beep }
        if place == history.entries.count { draft = text }
        place = next
        let entry = next == history.entries.count ? draft : history.entries[next]
        editor.line = (entry, entry.utf8.count)
        return .stay
    }

    private func toEdge(_ editor: LineEditor, end: Bool) -> LineEditor.Answer {
        let (text, cursor) = editor.line
        let bytes = Array(text.utf8)
        if end {
            editor.line = (text, bytes[cursor...].firstIndex(of: 0x0a) ?? bytes.count)
        } else {
            editor.line = (text, (bytes[..<cursor].lastIndex(of: 0x0a) ?? -1) + 1)
        }
        return .stay
    }

    private func complete(_ editor: LineEditor) -> LineEditor.Answer {
        let (text, cursor) = editor.line
        let bytes = Array(text.utf8)
        let line = bytes[..<cursor].suffix(while: { $0 != 0x0a })
        // Nothing has been typed: an indentation is wanted.
        if cursor > 0, text.contains("\n"), line.allSatisfy({ $0 == 0x20 }) {
            editor.insert("  ")
            return .stay
        }
        let found = interactive.completions(of: text, at: cursor, isSQL: mode == .sql)
        let word = String(decoding: bytes[found.start..<cursor], as: UTF8.self)
        guard let first = found.candidates.first else { return .beep }
        func put(_ replacement: String) {
            let head = bytes[..<found.start] + Array(replacement.utf8)
            editor.line = (String(decoding: head + bytes[cursor...], as: UTF8.self), head.count)
        }
        if found.candidates.count == 1 {
            put(first.text)
            return .stay
        }
        let common = found.candidates.dropFirst().reduce(first.text) { $0.commonPrefix(with: $1.text) }
        if common.count > word.count {
            put(common)
            return .stay
        }
        editor.leave()
        StandardOutput.write(CandidateList(found.candidates).text(on: interactive.environment.screen))
        return .redraw
    }
}

extension BidirectionalCollection {
    /// The elements at the end for which a condition holds.
    fileprivate func suffix(while condition: (Element) -> Bool) -> SubSequence {
        var start = endIndex
        while start > startIndex, condition(self[index(before: start)]) { start = index(before: start) }
        return self[start...]
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
