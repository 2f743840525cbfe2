internal import Engine
internal import Scripting

/// Lets scripts read lines from the person at the notebook: `io.read` asks, as long as standard input is what it reads.
enum ScriptInput {
    private static let wrapper = """
        local ask = ...
        local original, input, standard = io.read, io.input, io.stdin
        function io.read(...)
          if input() ~= standard then return original(...) end
          if select("#", ...) == 0 then return ask() end
          local values = {}
          for i = 1, select("#", ...) do
            local format = tostring((select(i, ...))):gsub("^%*", "")
            local line = ask()
            if format:sub(1, 1) == "n" then values[i] = tonumber(line)
            elseif format:sub(1, 1) == "L" or format:sub(1, 1) == "a" then values[i] = line .. "\\n"
            elseif tonumber(format) then values[i] = line:sub(1, tonumber(format))
            else values[i] = line end
          end
          return table.unpack(values, 1, select("#", ...))
        end
        """

    /// - Parameter ask: gives the next line; nil where the cell is stopped instead.
    static func install(_ state: LuaState, ask: @escaping () throws -> String?) throws {
        // A sandboxed script has no `io`.
        if state.options.sandbox { return }
        let function = state.makeFunction("io.read") { _ in
            guard let line = try ask() else { throw ExecutionStopped(reason: .interrupted) }
            return [.string(line)]
        }
        _ = try state.loadInternal(Array(wrapper.utf8), name: "input").call([function])
    }
}
