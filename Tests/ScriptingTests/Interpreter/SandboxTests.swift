import Scripting
import Testing

/// The ways out of an interpreter that have been found in others, and what closes them here (reference: the sandbox table of the trust notes).
@Suite struct SandboxTests {
    private static let bytecode = #""\27LuaT\0\25\147\r\n\26\n""#

    @Test(arguments: [
        ("load", "print(load(\(bytecode)))", "nil\tattempt to load a binary chunk (mode is 't')\n"),
        ("load with a mode", "print(load(\(bytecode), 'x', 'b'))", "nil\tattempt to load a binary chunk (mode is 't')\n"),
        ("load with a reader", "local n = 0 print(load(function() n = n + 1 return n == 1 and \(bytecode) or nil end))", "nil\tattempt to load a binary chunk (mode is 't')\n"),
        ("string.dump", "print(string.dump, ('').dump)", "nil\tnil\n"),
        ("debug", "print(debug, package, io, dofile, loadfile, warn)", "nil\tnil\tnil\tnil\tnil\tnil\n"),
        ("os", "local t = {} for k in pairs(os) do t[#t + 1] = k end table.sort(t) print(table.concat(t, ' '))", "clock date difftime time\n"),
        ("string metatable", "print(getmetatable('')) print(pcall(setmetatable, '', {})) print(('x'):upper())",
         "false\nfalse\tbad argument #1 to 'setmetatable' (table expected, got string)\nX\n"),
        ("finalizers", "print(pcall(setmetatable, {}, {__gc = print}))", "false\tfinalizers (__gc) are not available\n"),
        ("addresses", "print({}, print, coroutine.create(print))", "table: 1\tfunction: 2\tthread: 3\n"),
        ("addresses stay", "local t = {} print(t, {}, t)", "table: 1\ttable: 2\ttable: 1\n"),
        ("addresses in format", "print(pcall(string.format, '%p', {})) print(string.format('%5d %s', 3, {}))", "false\tinvalid conversion '%p' to 'format'\n    3 table: 1\n"),
        ("protected metatables", "print(pcall(setmetatable, setmetatable({}, {__metatable = 1}), {}))", "false\tcannot change a protected metatable\n"),
        ("concatenation runs no metamethod",
         "local m = {__concat = function() return 'x' end, __index = {y = 1}} local t = setmetatable({}, m) print(t.y, getmetatable(t) == m) m.__concat = print print(pcall(function() return 'a' .. t end))",
         "1\ttrue\nfalse\tscript.lua:1: attempt to concatenate a table value (upvalue 't')\n"),
        ("classes still work",
         "local C = {} C.__index = C function C.new() return setmetatable({n = 1}, C) end function C:get() return self.n end local a = C.new() C.__add = function(x, y) return x.n + y.n end local b = C.new() print(a:get(), a + b, getmetatable(a) == C)",
         "1\t2\ttrue\n"),
        ("values have no concatenation",
         "local d = require('mastic.values').decimal('1.5') print(tostring(d) .. 'x', pcall(function() return d .. 'x' end))",
         "1.5x\tfalse\tscript.lua:1: attempt to concatenate a decimal value (upvalue 'd')\n"),
        ("collector", "print(pcall(collectgarbage, 'stop'))", "false\tbad argument #1 to 'collectgarbage' (invalid option 'stop')\n"),
    ])
    func isClosed(name: String, code: String, expected: String) throws {
        #expect(try output(of: code, sandbox: true) == expected)
    }

    /// Everything that a script can reach from its globals is on the list.
    @Test func onlyTheListedGlobalsExist() throws {
        let names = LuaState(.init(sandbox: true)).globalNames
        #expect(
            names == [
                "_G", "_VERSION", "assert", "collectgarbage", "coroutine", "error", "getmetatable", "ipairs", "load", "math", "next", "null", "os", "pairs",
                "pcall", "print", "rawequal", "rawget", "rawlen", "rawset", "require", "select", "setmetatable", "string", "table", "tonumber", "tostring",
                "traceback", "type", "utf8", "xpcall",
            ])
    }

    @Test func bytecodeIsNoScript() {
        #expect(throws: ScriptError.self) { try LuaState().run(Array("\u{1b}Lua".utf8), name: "x.lua") }
    }

    struct Bomb: CustomTestStringConvertible {
        let code: String
        let reason: RunControl.Reason
        var testDescription: String { code }
    }

    @Test(arguments: [
        Bomb(code: "return ('x'):rep(1e9)", reason: .outOfMemory),
        Bomb(code: "while true do pcall(string.rep, 'x', 1e9) end", reason: .outOfMemory),
        Bomb(code: "local t = {} for i = 1, 1e9 do t[i] = {} end", reason: .outOfMemory),
        Bomb(code: "local t = {} for i = 1, 1e9 do t['k' .. i] = i end", reason: .outOfMemory),
        Bomb(code: "local s = 'x' while true do s = s .. s end", reason: .outOfMemory),
        Bomb(code: "local s = '' while true do local ok = pcall(function() while true do s = s .. ('x'):rep(1e6) end end) end", reason: .outOfMemory),
        Bomb(code: "coroutine.wrap(function() while true do pcall(string.rep, 'x', 1e9) end end)()", reason: .outOfMemory),
        Bomb(code: "while true do end", reason: .timedOut),
        Bomb(code: "while true do pcall(function() while true do end end) end", reason: .timedOut),
        Bomb(code: "while true do xpcall(function() while true do end end, function() while true do end end) end", reason: .timedOut),
        Bomb(code: "local co = coroutine.create(function() while true do end end) while true do coroutine.resume(co) end", reason: .timedOut),
        Bomb(code: "while true do coroutine.wrap(function() while true do pcall(error) end end)() end", reason: .timedOut),
        Bomb(code: "local function f() return pcall(f) end while true do f() end", reason: .timedOut),
        Bomb(code: "local t <close> = setmetatable({}, {__close = function() while true do end end}) error('x')", reason: .timedOut),
        Bomb(code: "while true do pcall(string.find, ('a'):rep(30), ('a?'):rep(30) .. ('a'):rep(30)) end", reason: .timedOut),
        Bomb(code: "while true do pcall(string.match, ('a'):rep(200), '.-.-.-.-b') end", reason: .timedOut),
        Bomb(code: "while true do pcall(string.gsub, ('a'):rep(200), '.-.-.-.-b', '') end", reason: .timedOut),
        Bomb(code: "while true do for _ in ('a'):rep(200):gmatch('.-.-.-.-b') do end end", reason: .timedOut),
        Bomb(code: "table.move({}, 1, 1e15, 2)", reason: .timedOut),
        Bomb(code: "table.insert(setmetatable({}, {__len = function() return 1e15 end}), 1, 1)", reason: .timedOut),
        Bomb(code: "table.remove(setmetatable({}, {__len = function() return 1e15 end}), 1)", reason: .timedOut),
        Bomb(code: "table.concat(setmetatable({}, {__index = function() return '' end, __len = function() return 1e15 end}))", reason: .timedOut),
        Bomb(code: "while true do load(function() return ' ' end) end", reason: .timedOut),
        Bomb(code: "local t = {} for i = 1, 3e5 do t[i] = (i * 7919) % 1000003 end while true do table.sort(t) end", reason: .timedOut),
    ])
    func ends(_ bomb: Bomb) {
        let control = RunControl()
        control.setTimeLimit(bomb.reason == .timedOut ? .milliseconds(100) : .seconds(20))
        let error = failure(of: bomb.code, .init(memoryLimit: 32 << 20, sandbox: true), control: control)
        #expect(error?.code == .stopped(bomb.reason))
    }

    @Test func instructionsAreCounted() {
        let error = failure(of: "while true do pcall(function() while true do end end) end", .init(instructionLimit: 100_000))
        #expect(error?.code == .stopped(.tooManyInstructions))
    }

    /// A flag set from elsewhere ends a run, whatever the run is doing.
    @Test func interruptsReachEveryLoop() {
        for code in ["while true do end", "while true do pcall(error) end", "string.find(('a'):rep(200), '.-.-.-.-b')"] {
            let control = RunControl()
            let error = failure(of: "stop() " + code, control: control) { state in
                state.register("stop") { _ in
                    control.stop(.interrupted)
                    return []
                }
            }
            #expect(error?.code == .stopped(.interrupted))
        }
    }

    @Test func aPatternThatBacktracksTooMuchIsAnError() {
        let error = failure(of: "return string.find(('a'):rep(25), ('a?'):rep(25) .. ('a'):rep(25))")
        #expect(error?.message == "pattern too complex (it backtracks too much on this string)")
    }

    @Test func aStateGoesOnAfterAnInterrupt() throws {
        let state = LuaState()
        state.register("stop") { call in
            call.state.control.stop(.interrupted)
            return []
        }
        #expect(throws: ScriptError.self) { try state.run(Array("stop() while true do end".utf8), name: "a") }
        #expect(throws: ScriptError.self) { try state.run(Array("return 1".utf8), name: "b") }
        state.revive()
        #expect(try state.run(Array("return 1".utf8), name: "c") == [1])
    }

    /// Every function of the libraries, called with values of every kind: no crash, no endless call.
    @Test func libraryFunctionsTakeAnything() throws {
        let control = RunControl()
        control.setTimeLimit(.seconds(20))
        let code = """
            local values = {nil, true, false, 0, -1, 1, 2^53, 1e308, -1e308, 0/0, math.maxinteger, math.mininteger, '', 'x', ('y'):rep(100), {}, {1, 2, 3},
              print, coroutine.create(print), null, record}
            local calls, skip = 0, {print = true, collectgarbage = true}
            local function try(f)
              pcall(f)
              for i = 1, 21 do
                pcall(f, values[i])
                for j = 1, 21 do
                  pcall(f, values[i], values[j])
                  pcall(f, 'x', values[i], values[j])
                  pcall(f, {1, 2}, values[i], values[j])
                  calls = calls + 3
                end
              end
            end
            for name, value in pairs(_G) do
              if type(value) == 'function' and not skip[name] and name ~= 'try' then try(value) end
              if type(value) == 'table' and value ~= _G then for n, f in pairs(value) do if type(f) == 'function' and n ~= 'rep' then try(f) end end end
            end
            return calls > 10000
            """
        let state = LuaState(.init(memoryLimit: 256 << 20, sandbox: true, write: { _ in }), control: control)
        #expect(try state.run(Array(code.utf8), name: "fuzz.lua") == [true])
    }
}
