internal import CLua
internal import Columnar

/// What can be said of a script without running it.
public struct ScriptCheck: Sendable {
    public struct Finding: Sendable, Equatable {
        public enum Kind: Sendable {
            /// The script cannot do what it says.
            case error
            /// How a function over records will run.
            case function
        }
        public let kind: Kind
        /// 1-based.
        public let line: Int
        public let message: String
        /// The line itself, trimmed.
        public let excerpt: String
    }

    /// In the order of the lines.
    public let findings: [Finding]
    public var hasErrors: Bool { findings.contains { $0.kind == .error } }

    /// Checks a script's text: that it parses, that the globals it reads are there, and how the functions will run that it hands to frames.
    ///
    /// - Parameter environment: knows the globals that scripts get. Nothing of the script runs in it.
    /// - Throws: `ScriptError` for a text that does not parse.
    public init(_ source: [UInt8], name: String, in environment: ScriptEnvironment) throws {
        let state = environment.state
        let chunk = try state.load(source, name: name)
        let outline = ScriptOutline(try state.prototype(of: chunk))
        let lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        func finding(_ kind: Finding.Kind, _ line: Int, _ message: String) -> Finding {
            let excerpt = lines.indices.contains(line - 1) ? lines[line - 1] : ""
            return Finding(kind: kind, line: line, message: message, excerpt: excerpt.trimmingSpaces)
        }
        var found: [Finding] = []
        let known = Set(state.globalNames).union(outline.globalsWritten)
        // What other texts define cannot be told from this one.
        if !outline.loadsOtherTexts {
            var told = Set<String>()
            for use in outline.globalsRead where !known.contains(use.name) && told.insert(use.name).inserted {
                found.append(finding(.error, use.line, "there is no global '\(use.name)'\(Suggestion.hint(for: use.name, in: known.sorted()))"))
            }
        }
        for use in outline.rowFunctions {
            found.append(finding(.function, use.prototype.lineDefined, "\(use.taker): \(Self.description(of: use, in: outline))"))
        }
        findings = found.sorted { $0.line < $1.line }
    }

    /// How a function will run, as far as its code tells.
    private static func description(of use: ScriptOutline.RowFunctionUse, in outline: ScriptOutline) -> String {
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
            return "interpreted in row order on one thread, because it \(reason)" + (line > 0 && line != use.prototype.lineDefined ? " (line \(line))" : "")
        }
        do {
            _ = try LiftedFunction.lift(MovedCode(use, in: outline), shape: analysis.shape)
            return "lifted"
        } catch let refusal as LiftRefusal {
            // What the script computes or defines on its way may be of any kind.
            let made = outline.globalsWritten.first { refusal.reason.hasPrefix("reads the global '\($0)'") }
            let unknown = made.map { [$0] } ?? (refusal.isOfOutsideValue ? zip(use.prototype.upvalues, use.held).filter { $1.isUnknown }.map(\.0.name) : [])
            if !unknown.isEmpty { return "lifted, if what \(unknown.map { "'\($0)'" }.joined(separator: ", ")) will hold allows it" }
            return "interpreted on all threads, because it \(refusal.reason)" + (refusal.line > 0 && refusal.line != use.prototype.lineDefined ? " (line \(refusal.line))" : "")
        } catch {
            return "interpreted on all threads"
        }
    }
}

extension ScriptOutline {
    /// Whether the script runs texts that may define globals.
    fileprivate var loadsOtherTexts: Bool { globalsRead.contains { ["dofile", "load", "loadfile", "require"].contains($0.name) } && !requiresOnlyOurs }
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

extension String {
    fileprivate var trimmingSpaces: String {
        let body = drop { $0 == " " || $0 == "\t" }
        return String(body.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }
}
