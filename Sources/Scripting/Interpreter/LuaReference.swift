internal import CLua

/// A Lua function held by Swift. It stays alive with its last reference; a state that is gone makes calls throw.
public final class LuaReference: @unchecked Sendable {
    // Sendable: giving a reference up is safe from any thread; calls must come from the state's thread, as all calls on a state.
    let number: Int32
    weak let state: LuaState?

    init(_ number: Int32, _ state: LuaState) {
        self.number = number
        self.state = state
    }

    deinit {
        if let state { mst_reference_release(state.pointer, number) }
    }

    /// Calls the function.
    ///
    /// - Throws: `ScriptError` with the place and the traceback; `ScriptExit` when the script called `os.exit`.
    @discardableResult
    public func call(_ arguments: [LuaValue] = []) throws -> [LuaValue] {
        guard let state else { throw ScriptError(code: .runtime, message: "the script that this function belongs to has ended") }
        return try state.call(self, arguments)
    }
}
