internal import CLua
internal import Columnar

/// What can be said of a script without running it.
public struct ScriptCheck: Sendable {
    /// In the order of the lines.
    public let findings: [Diagnostic]
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// Checks a script's text: that it parses, that the globals it reads are there, that its calls are such as can be carried out, and how the functions will run
    /// that it hands to frames.
    ///
    /// - Parameter environment: knows the globals that scripts get, and the catalog. Nothing of the script runs in it, and no rows are read.
    public init(_ source: [UInt8], name: String, in environment: ScriptEnvironment) throws {
        let state = environment.state
        let chunk: LuaReference
        do {
            chunk = try state.load(source, name: name)
        } catch let error as ScriptError {
            guard case .syntax = error.code else { throw error }
            findings = [Diagnostic(error)]
            return
        }
        let outline = ScriptOutline(try state.prototype(of: chunk))
        let marks = SourceMarks(source)
        var found: [Diagnostic] = []
        let syntax = try? LuaSyntaxReader.read(source)
        found += Self.globals(outline, syntax, marks, source, name, in: environment)
        if let syntax {
            var calls = CallCheck(syntax, marks, file: name, in: environment)
            calls.run()
            found += calls.findings
            found += Self.jobFindings(syntax, marks, name)
        }
        for use in outline.rowFunctions { found.append(Self.finding(of: use, in: outline, marks, source, name)) }
        findings = found.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }.map(\.element)
    }

    /// The globals that a script and its modules set; nil where other texts are run, which cannot be told from these.
    private static func globalsWritten(_ outline: ScriptOutline, in environment: ScriptEnvironment) -> Set<String>? {
        var written: Set<String> = []
        var seen: Set<String> = []
        var outlines = [outline]
        while let next = outlines.popLast() {
            if next.loadsTexts { return nil }
            written.formUnion(next.globalsWritten)
            for name in next.modules where seen.insert(name).inserted {
                guard seen.count < 100, let module = try? environment.userModule(name), let chunk = try? environment.state.load(module.source, name: name),
                    let prototype = try? environment.state.prototype(of: chunk)
                else { return nil }
                outlines.append(ScriptOutline(prototype))
            }
        }
        return written
    }

    /// Globals that nothing defines.
    private static func globals(
        _ outline: ScriptOutline, _ syntax: LuaSyntax?, _ marks: SourceMarks, _ source: [UInt8], _ file: String, in environment: ScriptEnvironment
    ) -> [Diagnostic] {
        guard let written = globalsWritten(outline, in: environment) else { return [] }
        let known = Set(environment.state.globalNames).union(written)
        var told = Set<String>()
        var found: [Diagnostic] = []
        for use in outline.globalsRead where !known.contains(use.name) && told.insert(use.name).inserted {
            let spot = syntax?.expressions.first { expression in
                if case .global(use.name) = expression.kind { return true }
                return false
            }?.span ?? marks.line(use.line).map { $0.lowerBound..<$0.lowerBound }
            found.append(
                Diagnostic(
                    .error, .unknownGlobal, "there is no global '\(use.name)'\(Suggestion.hint(for: use.name, in: known.sorted()))", file: file, at: spot.map { [$0] } ?? [],
                    in: marks, source, advice: ForeignWords.advice(for: use.name) ?? ErrorCode.unknownGlobal.entry.advice))
        }
        return found
    }

    /// What a job forgets: its commit, and the names that bookmarks are kept by.
    private static func jobFindings(_ syntax: LuaSyntax, _ marks: SourceMarks, _ file: String) -> [Diagnostic] {
        var starts: LuaSyntax.Expression?
        var commits = false
        var sources: [Range<Int>] = []
        for expression in syntax.expressions {
            var name = ""
            var span = expression.span
            var arguments: [LuaSyntax.ID] = []
            switch expression.kind {
            case .method(_, let method, let place, let given): (name, span, arguments) = (method, place, given)
            case .call(let callee, let given):
                guard case .field(_, let field, let place) = syntax.expressions[callee].kind else { continue }
                (name, span, arguments) = (field, place, given)
            default: continue
            }
            switch name {
            case "init": if starts == nil { starts = LuaSyntax.Expression(kind: .nil, span: span, line: expression.line, function: expression.function) }
            case "commit": commits = true
            case "from_catalog", "from_options", "create_dynamic_frame_from_catalog", "create_dynamic_frame_from_options":
                guard arguments.count == 1, case .table(let entries) = syntax.expressions[arguments[0]].kind else { continue }
                let keys = entries.compactMap { if case .name(let key, _) = $0.key { key } else { nil } }
                if keys.count == entries.count, !keys.contains("transformation_ctx"), !keys.contains("frame") { sources.append(span) }
            default: break
            }
        }
        guard let starts, syntax.expressions.contains(where: { if case .global("Job") = $0.kind { true } else { false } }) else { return [] }
        var found: [Diagnostic] = []
        if !commits {
            found.append(
                Diagnostic(
                    .warning, .missingCommit, "the job is never committed: its bookmark will not move", file: file, at: [starts.span], in: marks, syntax.source,
                    advice: ErrorCode.missingCommit.entry.advice))
        }
        // A job that overwrites its target reads everything, and wants no bookmark.
        let overwrites = syntax.expressions.contains { if case .string(let text) = $0.kind { text.lowercased() == "overwrite" } else { false } }
        for span in sources where !overwrites {
            found.append(
                Diagnostic(
                    .warning, .missingContext, "the source has no transformation_ctx: with bookmarks on it is read in full every time", file: file, at: [span], in: marks,
                    syntax.source, advice: ErrorCode.missingContext.entry.advice))
        }
        return found
    }

    /// How a function over records will run.
    private static func finding(of use: ScriptOutline.RowFunctionUse, in outline: ScriptOutline, _ marks: SourceMarks, _ source: [UInt8], _ file: String) -> Diagnostic {
        let (sentence, line) = description(of: use, in: outline)
        var finding = Diagnostic(.info, nil, "\(use.taker): \(sentence)", file: file, line: use.prototype.lineDefined)
        if let line, let bytes = marks.line(line) {
            let text = Array(source[bytes])
            // The words of the reason name what is in the way: `calls 'xpcall'`.
            var spots: [Range<Int>] = []
            for word in Diagnostic.quoted(sentence) {
                for token in LuaTokenizer.tokens(of: text) where token.kind == .name && token.text == word { spots.append(token.span) }
                if !spots.isEmpty { break }
            }
            let start = text.firstIndex { $0 > 0x20 } ?? 0
            if spots.isEmpty, start < text.count { spots = [start..<text.count] }
            finding.lines = [Diagnostic.Line(number: line, bytes: text, marks: spots)]
            finding.advice = Self.instead(sentence)
        }
        return finding
    }

    /// What to write instead of what keeps a function from being lifted.
    private static func instead(_ sentence: String) -> String? {
        let ways: [(String, String)] = [
            ("prints", "print outside of the function: frame:show() shows records"),
            ("writes the variable", "keep the count in a frame: filter and count(), or groupBy in a DataFrame"),
            ("writes the global", "keep the count in a frame: filter and count(), or groupBy in a DataFrame"),
            ("calls 'pcall'", "test the value instead of catching the error: a record whose function raises becomes an error record by itself"),
            ("calls 'xpcall'", "test the value instead of catching the error: a record whose function raises becomes an error record by itself"),
            ("calls 'pairs'", "name the fields that are meant: r.a, r.b"), ("calls 'next'", "name the fields that are meant: r.a, r.b"),
            ("indexes a value that is no table", "test the value before: r.a and r.a.b"),
        ]
        return ways.first { sentence.contains($0.0) }?.1
    }

    /// How a function will run, as far as its code tells.
    ///
    /// - Returns: the sentence, and the line of what is in the way.
    private static func description(of use: ScriptOutline.RowFunctionUse, in outline: ScriptOutline) -> (String, Int?) {
        let held = use.held.map { known -> AbstractValue in
            switch known {
            case .constant, .table: .plain
            case .environment: .environment
            case .global(let path): .global(path)
            default: .unknown
            }
        }
        let analysis = FunctionAnalysis(use.prototype, parameter: .record, held: held)
        if let (reason, line) = analysis.findings.impurity {
            return ("interpreted in row order on one thread, because it \(reason)" + (line > 0 && line != use.prototype.lineDefined ? " (line \(line))" : ""), line > 0 ? line : nil)
        }
        do {
            _ = try LiftedFunction.lift(MovedCode(use, in: outline), shape: analysis.shape)
            return ("lifted", nil)
        } catch let refusal as LiftRefusal {
            // What the script computes or defines on its way may be of any kind.
            let made = outline.globalsWritten.first { refusal.reason.hasPrefix("reads the global '\($0)'") }
            let unknown = made.map { [$0] } ?? (refusal.isOfOutsideValue ? zip(use.prototype.upvalues, use.held).filter { $1.isUnknown }.map(\.0.name) : [])
            if !unknown.isEmpty { return ("lifted, if what \(unknown.map { "'\($0)'" }.joined(separator: ", ")) will hold allows it", nil) }
            let line = refusal.line > 0 ? refusal.line : nil
            return ("interpreted on all threads, because it \(refusal.reason)" + (line.map { $0 != use.prototype.lineDefined ? " (line \($0))" : "" } ?? ""), line)
        } catch {
            return ("interpreted on all threads", nil)
        }
    }
}

extension LiftRefusal {
    /// Whether it is a value from outside of the function that is in the way, which may be of another kind when the script runs.
    fileprivate var isOfOutsideValue: Bool {
        ["uses a decimal or a date from outside of it", "indexes a value that is no table", "calls a value that is not known to be a function"].contains(reason)
    }
}

extension ScriptOutline.Known {
    /// Whether nothing is known but that there is a value.
    fileprivate var isUnknown: Bool {
        switch self {
        case .none, .unknown, .table, .method: true
        default: false
        }
    }
}

extension LuaState {
    /// The code of a function.
    func prototype(of function: LuaReference) throws -> Prototype {
        let reader = PrototypeReader()
        var mover = mst_mover()
        mover.context = Unmanaged.passUnretained(reader).toOpaque()
        mover.inspect = { context, moving, function in
            Unmanaged<PrototypeReader>.fromOpaque(context!).takeUnretainedValue().read(function!.pointee)
            mst_mover_refuse(moving, "", 0, 0)
            return false
        }
        mover.permits = { _, _ in false }
        var result = mst_template()
        guard mst_template_make(pointer, function.number, &mover, &result) == Int32(MST_OK) else { throw lastError() }
        mst_template_free(&result)
        return try reader.result.get()
    }
}

/// Takes the first prototype that it is shown.
private final class PrototypeReader {
    var result: Result<Prototype, BytecodeError> = .failure(.truncated(offset: 0))

    func read(_ function: mst_function) {
        let bytes = UnsafeRawBufferPointer(start: function.bytecode, count: function.length)
        do throws(BytecodeError) { result = .success(try BytecodeReader.read(bytes)) } catch { result = .failure(error) }
    }
}
