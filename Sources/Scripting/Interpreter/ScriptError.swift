/// What can go wrong with a script, with the place in its author's own code.
public struct ScriptError: Error, CustomStringConvertible, @unchecked Sendable {
    // Sendable: `underlying` is an error that left the interpreter's thread with the run's end.
    public enum Code: Equatable, Sendable {
        /// The text is no Lua; `incomplete` when it only ends too early.
        case syntax(incomplete: Bool)
        /// An error raised while running, by Lua, by the script or by a function of ours.
        case runtime
        /// The run was ended from outside or hit a limit.
        case stopped(RunControl.Reason)
    }

    public let code: Code
    /// The words, without the place: `attempt to index a nil value (local 't')`.
    public let message: String
    /// The script's name as it was given to `run`; nil when no user code was on the stack.
    public let file: String?
    /// 1-based; nil when unknown.
    public let line: Int?
    /// The line's text, where the source is known.
    public let sourceLine: String?
    /// `stack traceback:` and one line a call, without our own frames; empty when there is none.
    public let traceback: String
    /// The error that a function of ours threw, when that is what ended the script.
    public let underlying: (any Error)?
    /// The message as Lua scripts see it, place included.
    public let luaMessage: String
    /// The whole text that `line` is of, where it is known.
    let source: [UInt8]?
    /// The call of ours that failed, when that is what ended the script.
    let call: FailedCall?

    public init(
        code: Code, message: String, file: String? = nil, line: Int? = nil, sourceLine: String? = nil, traceback: String = "",
        underlying: (any Error)? = nil, luaMessage: String? = nil
    ) {
        self.init(
            code: code, message: message, file: file, line: line, sourceLine: sourceLine, traceback: traceback, underlying: underlying, luaMessage: luaMessage,
            source: nil, call: nil)
    }

    init(
        code: Code, message: String, file: String?, line: Int?, sourceLine: String?, traceback: String, underlying: (any Error)?, luaMessage: String?,
        source: [UInt8]?, call: FailedCall?
    ) {
        (self.source, self.call) = (source, call)
        (self.code, self.message, self.file, self.line) = (code, message, file, line)
        (self.sourceLine, self.traceback, self.underlying) = (sourceLine, traceback, underlying)
        self.luaMessage = luaMessage ?? (file.map { line == nil ? "\($0): " : "\($0):\(line!): " } ?? "") + message
    }

    /// `file:line: message`, then the line itself, indented.
    public var description: String {
        var text = file.map { $0 + (line.map { ":\($0)" } ?? "") + ": " } ?? ""
        text += message
        if let sourceLine {
            let shown = sourceLine.drop { $0 == " " || $0 == "\t" }
            text += "\n    " + (shown.count > 200 ? shown.prefix(200) + "..." : shown)
        }
        return text
    }
}

/// A call of a function of ours that failed: its name, and the objects that it was about.
struct FailedCall {
    let name: String
    let objects: [AnyObject]

    init(_ call: LuaCall) {
        name = call.name
        var objects = call.receiver.map { [$0] } ?? []
        func take(_ value: LuaValue) { if case .object(let object) = value { objects.append(object.value) } }
        for argument in call.arguments.prefix(16) {
            take(argument)
            if case .table(let table) = argument { for (_, value) in table.sortedFields.prefix(16) { take(value) } }
        }
        self.objects = objects
    }
}

/// The script called `os.exit`.
public struct ScriptExit: Error, Equatable, Sendable {
    public let status: Int32

    public init(status: Int32) { self.status = status }
}
