internal import Columnar
internal import Connectors
public import Scripting

/// A session that a person types into, line by line: at a terminal, or in the cells of a notebook.
///
///     let session = try InteractiveSession(Session(options))
///     session.evaluate("orders = spark.table('shop.orders')")
///     session.evaluate("orders:filter('amount > 10')")     // a preview goes to environment.display
public final class InteractiveSession {
    public let session: Session
    /// The interpreter and its globals, which live as long as the session.
    public let run: ScriptRun
    public var environment: ScriptEnvironment { run.environment }
    /// Rows of a frame that are shown when it is the value of a line.
    public var previewRows = 20
    private let evaluator: LuaReference
    private lazy var completer = Completer(environment)

    /// - Parameters:
    ///   - name: what errors call the text, where `evaluate` is not told otherwise.
    ///   - arguments: what scripts find in `arg` and `args`.
    ///   - output: takes what `print` writes; nil for standard output.
    /// - Throws: what opening the home and its catalog throws.
    public init(
        _ session: Session, name: String = "repl", arguments: [String] = [], output: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
    ) throws {
        self.session = session
        self.name = name
        run = try ScriptRun(session, name: name, arguments: arguments, write: output)
        evaluator = try run.environment.interactiveEvaluator()
    }

    private let name: String

    /// Whether the text is the beginning of a statement: a line is to follow.
    public func isIncomplete(_ text: String) -> Bool {
        let source = Array(text.utf8)
        return run.isIncomplete(source)
    }

    /// Runs a text: an expression, whose values are shown through `environment.display`, or statements. What is no Lua and begins as a query of SQL does
    /// runs as one.
    ///
    /// The first value is kept as the global `_`. Locals at the top level are globals of the session (`SessionLocals`). A failed or interrupted text
    /// leaves the session as it is: the globals that it set stay, what it wrote outside of a transaction stays.
    ///
    /// - Parameters:
    ///   - name: what errors call the text: `cell 3`.
    ///   - showsLast: whether statements with an expression behind them show its value.
    @discardableResult
    public func evaluate(_ text: String, name: String? = nil, showsLast: Bool = false) -> ScriptOutcome {
        run.revive()
        return run.finish {
            let source = Array(text.utf8)
            let state = environment.state
            let chunk = name ?? self.name
            if let reads = SQLStatements.begins(text), !state.isLua(source), !state.isLua(Array("return ".utf8) + source) {
                // What changes something is not run by a guess.
                guard reads else { throw JobError(.invalidOption, "this is SQL; at the prompt .sql runs it, in a notebook %%sql, in a script spark.sql([[...]])") }
                let (statements, rest) = SQLStatements.split(text)
                for statement in statements + (rest.isEmpty ? [] : [rest]) { try show(query: statement) }
                return
            }
            var statements = SessionLocals.kept(source)
            if showsLast {
                let shown = LastExpression.returned(statements) { text in
                    do {
                        _ = try state.load(text, name: chunk)
                        return true
                    } catch {
                        return false
                    }
                }
                statements = shown ?? statements
            }
            let function = try state.evaluationFunction(source, name: chunk, statements: statements)
            let values = try evaluator.call([.function(function), .integer(Int64(environment.screen.width))])
            try ValueDisplay(environment: environment, rows: previewRows).show(values)
        }
    }

    /// Runs a file's text as `evaluate` does, showing no values.
    ///
    /// - Parameter arguments: what the script finds in `arg` and `args`; nil leaves them as they are.
    @discardableResult
    public func read(_ source: [UInt8], name: String, arguments: [String]? = nil) -> ScriptOutcome {
        run.revive()
        return run.finish {
            if let arguments { try run.setArguments(arguments, name: name) }
            _ = try environment.state.run(source, name: name)
        }
    }

    /// Runs a statement of SQL and shows its result, which is then `_`.
    ///
    /// - Parameter saysDone: whether a statement without a result says that it was carried out.
    @discardableResult
    public func query(_ text: String, saysDone: Bool = true) -> ScriptOutcome {
        perform { try show(query: text, saysDone: saysDone) }
    }

    private func show(query text: String, saysDone: Bool = true) throws {
        let frame = try environment.query(text)
        if try environment.isEmptyResult(frame) {
            if saysDone { try environment.display(TextDisplay("done")) }
            return
        }
        try environment.state.set("_", frame)
        try ValueDisplay(environment: environment, rows: previewRows).show([frame])
    }

    /// Shows the plan of an expression's frame, or of a query's.
    @discardableResult
    public func explain(_ text: String, isSQL: Bool) -> ScriptOutcome {
        perform {
            let value = try isSQL ? environment.query(text) : value(of: text)
            guard let plan = try environment.planText(of: value) else {
                throw JobError(.invalidOption, "a plan belongs to a frame or a query; this expression gives \(value.typeName)")
            }
            try environment.display(TextDisplay(plan))
        }
    }

    /// Does something as a line of the session: it can be interrupted, and an error of it leaves the session as it is.
    public func perform(_ body: () throws -> Void) -> ScriptOutcome {
        run.revive()
        return run.finish(body)
    }

    /// The first value of an expression. To be called within `perform`.
    public func value(of expression: String) throws -> LuaValue {
        try environment.state.load(Array("return ".utf8) + Array(expression.utf8), name: name).call().first ?? .nil
    }

    /// The value of a global, as far as it is one; tables count as none.
    public func global(_ name: String) throws -> LuaValue? {
        guard case .object(_, let object) = environment.state.look(at: [.name(name)]) else { return nil }
        return .object(object)
    }

    /// Whether a global is a frame, which a name may be given to anew.
    public func isOwnFrame(_ name: String) -> Bool {
        guard case .object(let className, _) = environment.state.look(at: [.name(name)]) else { return false }
        return className == "DataFrame" || className == "DynamicFrame"
    }

    /// What could stand at a place of a text: names, fields, methods, named arguments, tables, columns, files. Nothing of the script's is run, and
    /// nothing is read that could take long.
    ///
    /// - Parameters:
    ///   - offset: bytes of the text's UTF-8 that stand before the place.
    ///   - isSQL: whether the text is SQL and no Lua.
    public func completions(of text: String, at offset: Int, isSQL: Bool = false) -> Completions {
        completer.completions(of: Array(text.utf8), at: offset, isSQL: isSQL)
    }
}

/// What could stand at a place, and what it would take the place of.
public struct Completions: Sendable, Equatable {
    /// Bytes of the text's UTF-8 before what is replaced; it ends where the completion was asked for.
    public var start: Int
    public var candidates: [Candidate]

    public init(start: Int, candidates: [Candidate]) { (self.start, self.candidates) = (start, candidates) }

    public struct Candidate: Sendable, Equatable {
        public enum Kind: String, Sendable {
            case keyword, global, field, method, argument, database, table, column, file, folder, module, command
        }
        /// What is put in.
        public let text: String
        public let kind: Kind
        /// A few words on it: a type, parameters; may be empty.
        public let detail: String
        /// What the word that is typed is compared with: the text without its back-ticks.
        let key: String

        public init(_ text: String, _ kind: Kind, detail: String = "") { self.init(text, kind, detail: detail, key: text) }

        init(_ text: String, _ kind: Kind, detail: String = "", key: String) { (self.text, self.kind, self.detail, self.key) = (text, kind, detail, key) }
    }
}
