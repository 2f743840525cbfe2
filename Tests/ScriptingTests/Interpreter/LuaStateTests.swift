import Columnar
import Scripting
import Synchronization
import Testing

@Suite struct LuaStateTests {
    // MARK: Conversions

    struct Conversion: CustomTestStringConvertible {
        let name: String
        let lua: String
        let value: LuaValue
        var testDescription: String { name }
    }

    static let conversions = [
        Conversion(name: "nil", lua: "nil", value: .nil),
        Conversion(name: "booleans", lua: "true", value: true),
        Conversion(name: "integers keep 64 bits", lua: "9007199254740993", value: 9_007_199_254_740_993),
        Conversion(name: "the smallest integer", lua: "math.mininteger", value: .integer(.min)),
        Conversion(name: "floats stay floats", lua: "1.0", value: 1.0),
        Conversion(name: "negative zero", lua: "-0.0", value: .number(-0.0)),
        Conversion(name: "infinity", lua: "1/0", value: .number(.infinity)),
        Conversion(name: "strings", lua: "'héllo'", value: "héllo"),
        Conversion(name: "the empty string", lua: "''", value: ""),
        Conversion(name: "bytes that are no UTF-8", lua: #""\xff\0\xfe""#, value: .string([0xff, 0, 0xfe])),
        Conversion(name: "the empty table", lua: "{}", value: .table(LuaTable())),
        Conversion(name: "arrays", lua: "{1, 'x', {2}}", value: .array([1, "x", .array([2])])),
        Conversion(name: "arrays with null", lua: "{1, null, 3}", value: .array([1, .null, 3])),
        Conversion(name: "fields", lua: "{a = 1, b = {c = true}}", value: .table(LuaTable(fields: ["a": 1, "b": .table(LuaTable(fields: ["c": true]))]))),
        Conversion(name: "items beside fields", lua: "{10, a = 1}", value: .table(LuaTable(items: [10], fields: ["a": 1]))),
        Conversion(name: "other keys", lua: "{[2.5] = 1}", value: .table(LuaTable(others: [.init(2.5, 1)]))),
        Conversion(name: "null", lua: "null", value: .null),
        Conversion(name: "decimals", lua: "values.decimal('-12.50')", value: .decimal(unscaled: -1250, scale: 2)),
        Conversion(name: "dates", lua: "values.date('2024-02-29')", value: .date(19782)),
        Conversion(name: "timestamps", lua: "values.timestamp('1969-12-31T23:59:59.5Z')", value: .timestamp(-500_000)),
        Conversion(name: "coroutines have only a name", lua: "coroutine.create(print)", value: .foreign("thread")),
    ]

    @Test(arguments: conversions)
    func comesOut(_ test: Conversion) throws {
        let result = try LuaState().run(Array("local values = require 'mastic.values' return \(test.lua)".utf8), name: "x")
        #expect(result == [test.value])
        if case .number(let zero) = test.value, zero == 0, case .number(let got) = result[0] { #expect(got.sign == zero.sign) }
    }

    @Test(arguments: conversions.filter { $0.name != "coroutines have only a name" })
    func goesInAndComesBack(_ test: Conversion) throws {
        let state = LuaState()
        var seen: [LuaValue] = []
        state.register("echo") { call in
            seen = call.arguments
            return call.arguments
        }
        let identity = try state.run(Array("return function(v) return echo(v) end".utf8), name: "x")[0].function!
        let result = try identity.call([test.value])
        #expect(result == [test.value])
        #expect(seen == [test.value])
    }

    @Test func notANumberStaysOne() throws {
        guard case .number(let value) = try LuaState().run(Array("return 0/0".utf8), name: "x")[0] else { return #expect(Bool(false)) }
        #expect(value.isNaN)
    }

    @Test func cyclesAreRefused() {
        let error = failure(of: "local t = {} t.t = t f(t)") { state in state.register("f") { _ in [] } }
        #expect(error?.message == "bad argument #1 (a table nested more than 100 levels deep, or one that contains itself, cannot be passed here)")
    }

    @Test func functionsAreReferences() throws {
        let state = LuaState()
        let add = try state.run(Array("local n = 0 return function(k) n = n + k return n end".utf8), name: "x")[0].function!
        #expect(try add.call([2]) == [2])
        #expect(try add.call([3]) == [5])
        try state.set("again", .function(add))
        #expect(try state.run(Array("return again(1)".utf8), name: "y") == [6])
    }

    @Test func aFunctionOutlivesNoState() throws {
        var state: LuaState? = LuaState()
        let function = try state!.run(Array("return function() end".utf8), name: "x")[0].function!
        state = nil
        #expect(throws: ScriptError.self) { try function.call() }
    }

    // MARK: Objects

    final class Account: Sendable {
        let balance: Int
        static let alive = Mutex(0)
        init(_ balance: Int) {
            self.balance = balance
            Self.alive.withLock { $0 += 1 }
        }
        deinit { Self.alive.withLock { $0 -= 1 } }
    }

    struct Broke: Error, CustomStringConvertible {
        var description: String { "no money left" }
    }

    static func bank(_ state: LuaState) {
        state.register(Account.self, name: "Account") { account in
            account.method("add") { me, call in
                guard let amount = call[0].integer else { throw Broke() }
                return [.object(Account(me.balance + Int(amount)))]
            }
            account.method("union") { me, call in [.integer(Int64(me.balance + (call[0].object(as: Account.self)?.balance ?? -1000)))] }
            account.property { me, name in
                if name == "balance" { return .integer(Int64(me.balance)) }
                throw ScriptError(code: .runtime, message: "no property '\(name)'" + Suggestion.hint(for: name, in: ["balance"]))
            }
            account.calling { me, call in [.integer(Int64(call.arguments.count))] }
            for (name, operation) in [("__add", { (a: Int, b: Int) in a + b }), ("__sub", { $0 - $1 })] {
                account.metamethod(name) { call in
                    func number(_ value: LuaValue) -> Int { value.object(as: Account.self)?.balance ?? Int(value.integer ?? 0) }
                    return [.integer(Int64(operation(number(call[0]), number(call[1]))))]
                }
            }
            account.metamethod("__lt") { call in
                [.boolean(call[0].object(as: Account.self)!.balance < call[1].object(as: Account.self)!.balance)]
            }
            account.metamethod("__tostring") { call in [.string("account of \(call[0].object(as: Account.self)!.balance)")] }
        }
        state.register("open") { call in [.object(Account(Int(call[0].integer ?? 0)))] }
        state.register("fail") { _ in throw Broke() }
    }

    @Test(arguments: [
        ("print(open(5):add(2).balance)", "7\n"),
        ("local a = open(5) print(a.add(2).balance, a:add(3).balance)", "7\t8\n"),
        ("local a = open(5) local f = a.add print(f(1).balance, f(a, 1).balance)", "6\t6\n"),
        ("local a, b = open(5), open(6) print(a:union(b), a.union(b), a:union(a))", "11\t11\t10\n"),
        ("local a = open(5) print(a + 1, 1 + a, a - a, a(1, 2), a < open(6), a > open(6))", "6\t6\t0\t2\ttrue\tfalse\n"),
        ("print(open(5), type(open(5)), getmetatable(open(5)))", "account of 5\tuserdata\tfalse\n"),
        ("print(pcall(function() open(1).x = 2 end))", "false\tscript.lua:1: cannot set 'x' of a Account\n"),
        ("print(pcall(function() return open(1).balnce end))", "false\tno property 'balnce'; did you mean 'balance'?\n"),
        ("local a <close> = open(3) print(a.balance)", "3\n"),
        ("local k do local a <close> = open(3) k = a end print(pcall(function() return k.balance end))", "false\tscript.lua:1: the Account has been closed\n"),
        ("local a = open(1) local t = {[a] = 'x'} print(t[a], a == a, open(1) == open(1))", "x\ttrue\tfalse\n"),
    ])
    func objects(code: String, expected: String) throws { #expect(try output(of: code, setup: Self.bank) == expected) }

    @Test func oneObjectIsOneValue() throws {
        let account = Account(1)
        let state = LuaState()
        Self.bank(state)
        state.register("same") { _ in [.object(account)] }
        #expect(try state.run(Array("return same() == same(), rawequal(same(), same())".utf8), name: "x") == [true, true])
    }

    /// A longjmp over a Swift frame would skip its releases; none does.
    @Test func aThousandErrorsLeakNothing() throws {
        final class Witness: Sendable {
            static let alive = Mutex(0)
            init() { Self.alive.withLock { $0 += 1 } }
            deinit { Self.alive.withLock { $0 -= 1 } }
        }
        do {
            let state = LuaState()
            state.register("hold") { call in
                let witness = Witness()
                defer { withExtendedLifetime(witness) {} }
                if case .table = call[0] { _ = try call[1].function?.call([call[0]]) }
                throw Broke()
            }
            let code = "for i = 1, 1000 do assert(not pcall(hold)) assert(not pcall(hold, {i}, function(t) error('in ' .. t[1]) end)) end"
            try state.run(Array(code.utf8), name: "x")
            #expect(Witness.alive.withLock { $0 } == 0)
        }
        #expect(Witness.alive.withLock { $0 } == 0)
    }

    @Test func collectedObjectsAreReleased() throws {
        let state = LuaState()
        let held = Mutex(0)
        final class Thing: Sendable {
            let done: @Sendable () -> Void
            init(_ done: @escaping @Sendable () -> Void) { self.done = done }
            deinit { done() }
        }
        state.register(Thing.self, name: "Thing") { _ in }
        state.register("make") { _ in
            held.withLock { $0 += 1 }
            return [.object(Thing { held.withLock { $0 -= 1 } })]
        }
        try state.run(Array("for i = 1, 100 do make() end kept = make()".utf8), name: "x")
        state.collectGarbage()
        #expect(state.objectCount == 1)
        #expect(held.withLock { $0 } == 1)
    }

    // MARK: Errors

    @Test(arguments: [
        ("local t = nil\n\nprint(t.field)", 3, "attempt to index a nil value (local 't')", "print(t.field)"),
        ("local x = = 1", 1, "unexpected symbol near '='", "local x = = 1"),
        ("x = 1\n  error('bad ' .. x)", 2, "bad 1", "  error('bad ' .. x)"),
        ("local function f() error('deep', 2) end\nf()", 2, "deep", "f()"),
        ("error({})", 1, "a table was raised as an error: {}", "error({})"),
        ("error(setmetatable({}, {__tostring = function() return 'mine' end}))", 1, "mine", "error(setmetatable({}, {__tostring = function() return 'mine' end}))"),
        ("\nfail()", 2, "no money left", "fail()"),
        ("opn(1)", 1, "attempt to call a nil value (global 'opn'); did you mean 'open'?", "opn(1)"),
        ("prnt.x()", 1, "attempt to index a nil value (global 'prnt'); did you mean 'print'?", "prnt.x()"),
        ("#!/usr/bin/mastic\nerror('second')", 2, "second", "error('second')"),
    ])
    func names(code: String, line: Int, message: String, sourceLine: String) throws {
        let error = try #require(failure(of: code, setup: Self.bank))
        #expect(error.file == "script.lua")
        #expect(error.line == line)
        #expect(error.message == message || message.hasSuffix(" ") && error.message.hasPrefix(message), "\(error.message)")
        #expect(error.sourceLine == sourceLine)
    }

    @Test func aSwiftErrorComesBackAsItself() throws {
        #expect(failure(of: "fail()", setup: Self.bank)?.underlying is Broke)
        #expect(failure(of: "local ok, e = pcall(fail) error(e, 0)", setup: Self.bank)?.underlying is Broke)
        #expect(failure(of: "pcall(fail) error('other')", setup: Self.bank)?.underlying == nil)
    }

    @Test func caughtErrorsAreStrings() throws {
        #expect(try output(of: "local ok, e = pcall(fail) print(ok, type(e), e, e:match('money'))", setup: Self.bank) == "false\tstring\tscript.lua:1: no money left\tmoney\n")
    }

    @Test func tracebacksShowTheUsersCallsOnly() throws {
        let error = try #require(
            failure(of: "local function inner() error('x') end\nlocal function outer() inner() end\nouter()") { state in
                try state.loadInternal(Array("function helper(f) f() end".utf8), name: "library").call()
            })
        #expect(error.traceback == "stack traceback:\n\tscript.lua:1: in upvalue 'inner'\n\tscript.lua:2: in local 'outer'\n\tscript.lua:3: in main chunk")
        let through = try #require(
            failure(of: "helper(function()\n  local t = nil + 1 end)") { state in
                try state.loadInternal(Array("function helper(f) f() end".utf8), name: "library").call()
            })
        #expect(through.line == 2)
        #expect(!through.traceback.contains("mastic"))
    }

    @Test func errorsInOurOwnLuaAreTheCallers() throws {
        let error = try #require(
            failure(of: "\nlocal x = 1\nhelper()") { state in
                try state.loadInternal(Array("function helper() error('wrong use', 0) end".utf8), name: "library").call()
            })
        #expect(error.line == 3)
        #expect(error.message == "wrong use")
    }

    @Test func callsKnowTheirPlace() throws {
        var places: [String] = []
        _ = try output(of: "place()\n\n  place()") { state in
            state.register("place") { call in
                places.append("\(call.file ?? "?"):\(call.line ?? 0)")
                return []
            }
        }
        #expect(places == ["script.lua:1", "script.lua:3"])
    }

    @Test(arguments: [("os.exit(3)", 3), ("os.exit()", 0), ("os.exit(true)", 0), ("os.exit(false)", 1), ("pcall(os.exit, 4) print('no')", 4),
                      ("coroutine.wrap(function() os.exit(5) end)() print('no')", 5)] as [(String, Int32)])
    func exits(code: String, status: Int32) {
        #expect(throws: ScriptExit(status: status)) { try output(of: code) }
    }

    // MARK: Modules, evaluation, print

    @Test func modulesComeFromTheResolver() throws {
        let text = try output(of: "local m = require 'm' print(m.x, require 'm' == m) print(pcall(require, 'none'))") { state in
            state.setModuleResolver { name in
                if name == "m" { return (Array("local name = ... return {x = name}".utf8), "@m.lua") }
                throw ScriptError(code: .runtime, message: "module '\(name)' not found")
            }
        }
        #expect(text == "m\ttrue\nfalse\tmodule 'none' not found\n")
    }

    @Test func evaluatesExpressionsFirst() throws {
        let state = LuaState()
        #expect(try state.evaluate(Array("1 + 1".utf8), name: "=stdin") == [2])
        #expect(try state.evaluate(Array("x = 5".utf8), name: "=stdin") == [])
        #expect(try state.evaluate(Array("x, 'y'".utf8), name: "=stdin") == [5, "y"])
        let error = #expect(throws: ScriptError.self) { try state.evaluate(Array("for i = 1, 3 do".utf8), name: "=stdin") }
        #expect(error?.code == .syntax(incomplete: true))
        let wrong = #expect(throws: ScriptError.self) { try state.evaluate(Array("for for".utf8), name: "=stdin") }
        #expect(wrong?.code == .syntax(incomplete: false))
    }

    @Test func ownersHaveFilesAndTheSystem() throws {
        #expect(try output(of: "print(type(io.open), type(os.getenv), type(package.loaded), package.loadlib, package.cpath) io.write('a', 1, '\\n')")
            == "function\tfunction\ttable\tnil\tnil\na1\n")
    }

    @Test func coroutinesWork() throws {
        #expect(
            try output(
                of: """
                    local gen = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
                    print(gen(), gen(), gen())
                    local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) error('oops ' .. b) end)
                    print(coroutine.resume(co, 1)) print(coroutine.resume(co, 'x')) print(coroutine.status(co), coroutine.resume(co))
                    print(pcall(coroutine.wrap(function() pcall(coroutine.yield, 1) error({}) end)))
                    print(select('#', coroutine.resume(coroutine.create(function() return 1, nil, 3 end))))
                    """) == "1\t2\t3\ntrue\t2\nfalse\tscript.lua:3: oops x\ndead\tfalse\tcannot resume dead coroutine\ntrue\t1\n4\n")
    }

    /// Lua 5.4.4 writes to freed memory here unless stacks stay where they are.
    @Test func concatenationSurvivesAGrowingStack() throws {
        let code = """
            local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
            local value = setmetatable({}, {__concat = function(a, b)
              deep(100)
              return (type(a) == 'string' and a or 'v') .. (type(b) == 'string' and b or 'v')
            end})
            local function run() return 'a' .. value .. 'b' .. value .. 'c' end
            local results = {run()}
            for i = 1, 100 do results[#results + 1] = coroutine.wrap(run)() end
            collectgarbage()
            for i = 1, #results do assert(results[i] == 'avbvc', results[i]) end
            return #results
            """
        #expect(try LuaState().run(Array(code.utf8), name: "x") == [101])
    }
}
