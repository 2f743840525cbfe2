internal import CLua

/// Whether the interpreter that this process has found works as this build expects it.
public struct InterpreterCheck: Sendable {
    /// `Lua 5.4`.
    public let version: String
    /// Whether a script runs.
    public let isUsable: Bool
    /// Whether functions can be read as bytecode, and so be lifted.
    public let readsBytecode: Bool
    /// Why no script runs.
    public let problem: String

    public static func run() -> InterpreterCheck {
        let state = LuaState(LuaState.Options(memoryLimit: 64 << 20))
        do {
            let values = try state.run(Array("return _VERSION, function(r) return r.amount > 1 and r.name:sub(1, 1) == 'a' end".utf8), name: "check")
            let version = values.first?.text ?? "Lua"
            guard values.count == 2, let function = values[1].function else { return InterpreterCheck(version: version, isUsable: false, readsBytecode: false, problem: "a function is none") }
            let (_, template) = try state.analyze(function)
            return InterpreterCheck(version: version, isUsable: true, readsBytecode: (try? template?.lifted()) != nil, problem: "")
        } catch {
            return InterpreterCheck(version: "Lua", isUsable: false, readsBytecode: false, problem: "\(error)")
        }
    }
}
