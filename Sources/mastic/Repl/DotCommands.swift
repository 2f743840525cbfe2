internal import Columnar
internal import Connectors
internal import Glibc
internal import Jobs
internal import Scripting

/// What a line does that begins with a dot.
struct DotCommands {
    let repl: TerminalRepl

    init(_ repl: TerminalRepl) { self.repl = repl }

    private var environment: ScriptEnvironment { repl.interactive.environment }

    /// Runs a command; gives a status where it ends the session.
    func run(_ line: String) -> Int32? {
        let words = line.dropFirst().split(maxSplits: 1, whereSeparator: \.isWhitespace)
        let name = words.first.map { $0.lowercased() } ?? ""
        var rest = words.count > 1 ? String(words[1]) : ""
        while rest.last?.isWhitespace == true { rest.removeLast() }
        guard let command = SessionCommand.named(name) else {
            let hint = Suggestion.hint(for: name, in: SessionCommand.all.map(\.name)).replacing("'", with: "'.", maxReplacements: 1)
            return fail("there is no command '.\(TerminalText.escaped(name))'\(hint)\(hint.isEmpty ? ";" : "") .help lists them")
        }
        if command.arguments.isEmpty, !rest.isEmpty { return fail(".\(command.name) takes no argument") }
        do {
            return try run(command.name, rest)
        } catch {
            Complaint.print(error)
            return nil
        }
    }

    private func run(_ name: String, _ rest: String) throws -> Int32? {
        switch name {
        case "help": repl.show(SessionCommand.help(environment.screen))
        case "quit": return 0
        case "clear": StandardOutput.write("\u{1b}[H\u{1b}[2J\u{1b}[3J")
        case "tables": return inSession { try tables(rest) }
        case "schema": return rest.isEmpty ? fail(".schema takes a table, database.table, or a frame's name") : inSession { try schema(rest) }
        case "lua": repl.mode = .lua
        case "sql":
            if rest.isEmpty {
                repl.mode = repl.mode == .sql ? .lua : .sql
                if repl.mode == .sql { StandardOutput.write(Screen.paint("SQL until .lua; a statement ends with ;", .faint) + "\n") }
                return nil
            }
            let (statements, last) = SQLStatements.split(rest)
            for statement in statements + (last.isEmpty ? [] : [last]) {
                if let status = repl.end(repl.interactive.query(statement)) { return status }
            }
        case "timing":
            guard let isOn = toggle(rest, now: repl.isTimed) else { return fail(".timing takes on or off") }
            repl.isTimed = isOn
            StandardOutput.write("timing is \(isOn ? "on" : "off")\n")
        case "pager":
            guard let isOn = toggle(rest, now: repl.pager.isOn) else { return fail(".pager takes on or off") }
            repl.pager.isOn = isOn
            StandardOutput.write("the pager is \(isOn ? "on" : "off")\n")
        case "explain", "profile":
            if rest.isEmpty { return fail(".\(name) takes an expression: .\(name) df:filter(\"amount > 10\"), or a query: .\(name) SELECT ...") }
            return repl.end(name == "explain" ? repl.interactive.explain(rest, isSQL: isQuery(rest)) : profile(rest))
        case "open": return try open(rest)
        case "read":
            if rest.isEmpty { return fail(".read takes a script's path") }
            // The job's own arguments stand behind the script, as they do for mastic run.
            let words = rest.split(separator: " ").map(String.init)
            let options = words.firstIndex { $0.hasPrefix("--") }
            let path = Self.path(options.map { words[..<$0].joined(separator: " ") } ?? rest)
            return repl.end(repl.interactive.read(try ScriptFile.read(path), name: path, arguments: options.map { words[$0...].map(Self.path) }))
        case "history": return showHistory(rest)
        default: break
        }
        return nil
    }

    private func fail(_ message: String) -> Int32? {
        StandardOutput.writeError("error: \(message)\n")
        return nil
    }

    /// Runs what reads the catalog as a line of the session, so that Ctrl-C and errors are handled alike.
    private func inSession(_ body: () throws -> Void) -> Int32? { repl.end(repl.interactive.perform(body)) }

    private func toggle(_ word: String, now: Bool) -> Bool? {
        switch word.lowercased() {
        case "": !now
        case "on", "true", "1": true
        case "off", "false", "0": false
        default: nil
        }
    }

    private func isQuery(_ text: String) -> Bool {
        let word = text.prefix { $0.isLetter }.lowercased()
        return repl.mode == .sql || ["select", "with", "from", "values"].contains(word) && !text.dropFirst(word.count).hasPrefix("(")
    }

    /// A path as a person types it: `~`, and quotes around it.
    static func path(_ text: String) -> String {
        var path = text
        if path.count >= 2, let first = path.first, first == path.last, first == "\"" || first == "'" { path = String(path.dropFirst().dropLast()) }
        if path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") { path = String(cString: home) + path.dropFirst() }
        return path
    }

    // MARK: The catalog

    private func tables(_ database: String) throws {
        var rows: [[String?]] = []
        if database.isEmpty {
            rows += environment.viewNames.map { ["(temporary)", TerminalText.escaped($0)] }
            for name in try environment.databaseNames {
                rows += try environment.tableNames(in: name).map { [TerminalText.escaped(name), TerminalText.escaped($0)] }
            }
        } else {
            let names = try environment.databaseNames
            guard names.contains(database.lowercased()) else {
                throw CommandError(.notInCatalog, "there is no database '\(database)'\(Suggestion.hint(for: database, in: names)) (there are: \(names.joined(separator: ", ")))")
            }
            rows = try environment.tableNames(in: database).map { [TerminalText.escaped(database.lowercased()), TerminalText.escaped($0)] }
        }
        if rows.isEmpty {
            let place = database.isEmpty ? "in the catalog" : "in \(database)"
            return StandardOutput.write("there are no tables \(place); mastic crawl PATH --database DB makes some\n")
        }
        try environment.display(FramePreview(columns: [.init("database"), .init("table")], rows: rows))
    }

    private func schema(_ name: String) throws {
        if name.utf8.allSatisfy({ $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "`") }), let value = try repl.interactive.global(name) {
            if let tree = try environment.schemaTree(ofFrame: value) ?? environment.schemaTree(of: value) {
                return try environment.display(TextDisplay(TerminalText.escaped(tree, keepsLines: true)))
            }
        }
        let value = try environment.frame(ofTable: name)
        if let tree = try environment.schemaTree(ofFrame: value) { try environment.display(TextDisplay(TerminalText.escaped(tree, keepsLines: true))) }
    }

    // MARK: Where time goes

    private func profile(_ text: String) -> ScriptOutcome {
        environment.forgetProfiles()
        environment.profiles = true
        defer {
            environment.profiles = repl.session.options.profiles
            environment.forgetProfiles()
        }
        return repl.interactive.perform {
            let value = try isQuery(text) ? environment.query(text) : repl.interactive.value(of: text)
            guard try environment.runWhole(value) || !environment.profiled.isEmpty else {
                throw CommandError(.wrongArgument, ".profile takes an expression that computes rows; this one gives \(value.typeName)")
            }
            repl.show(ProfileTable.text(of: environment) + "\n")
        }
    }

    // MARK: Files

    private func open(_ text: String) throws -> Int32? {
        if text.isEmpty { return fail(".open takes a data file, or the folder of a catalog") }
        let path = Self.path(text)
        switch OpenedPath(path) {
        case .home(let folder):
            try repl.open(home: folder)
            StandardOutput.write("the home is \(TerminalText.escaped(folder)) now; globals begin anew\n")
            return nil
        case .data(let expression, let name):
            let taken = environment.state.look(at: [.name(name)])
            var variable = name
            if case .nothing = taken {} else if !repl.interactive.isOwnFrame(name) { variable += "_data" }
            let outcome = repl.interactive.evaluate("\(variable) = \(expression)\nreturn \(variable)", name: ".open")
            if let status = repl.end(outcome) { return status }
            guard case .succeeded = outcome else { return nil }
            StandardOutput.write(Screen.paint("the frame is \(variable)", .faint) + "\n")
            return nil
        case .missing: return fail("there is no file or folder '\(TerminalText.escaped(path))'")
        case .unknown(let reason): return fail(reason)
        }
    }

    private func showHistory(_ rest: String) -> Int32? {
        let entries = repl.history.entries
        guard let most = rest.isEmpty ? 50 : Int(rest), most > 0 else { return fail(".history takes a number of entries") }
        let first = max(0, entries.count - most)
        let width = String(entries.count).count
        repl.show(entries[first...].enumerated().map { index, entry in
            let lines = TerminalText.escaped(entry, keepsLines: true).split(separator: "\n", omittingEmptySubsequences: false)
            let number = String(first + index + 1)
            return String(repeating: " ", count: width - number.count) + number + "  " + lines.joined(separator: "\n" + String(repeating: " ", count: width + 2)) + "\n"
        }.joined())
        return nil
    }
}

/// What a command of the session says it cannot do.
struct CommandError: CodedError, CustomStringConvertible {
    let errorCode: ErrorCode
    let description: String
    init(_ code: ErrorCode, _ description: String) { (errorCode, self.description) = (code, description) }
}
