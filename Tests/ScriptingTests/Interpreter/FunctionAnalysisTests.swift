import Columnar
import Scripting
import Testing

@Suite struct FunctionAnalysisTests {
    struct Verdict: CustomTestStringConvertible {
        let code: String
        /// Nil: pure.
        let reason: String?
        var line = 1
        var testDescription: String { code }

        init(_ code: String, _ reason: String? = nil, line: Int = 1) { (self.code, self.reason, self.line) = (code, reason, line) }
    }

    @Test(arguments: [
        Verdict("return function(r) return r.a > 0 and r.b == 'x' end"),
        Verdict("local rate = 0.5 return function(r) return {x = r.a * rate} end"),
        Verdict("local labels = {a = 1} return function(r) return labels[r.a] end"),
        Verdict("local function size(n) if n > 5 then return 'L' end return 'S' end return function(r) return {s = size(r.a)} end"),
        Verdict("local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end return function(r) return fact(r.a) end"),
        Verdict("limit = 10 return function(r) return r.a < limit end"),
        Verdict("config = {limits = {a = 1}} return function(r) return r.a < config.limits.a end"),
        Verdict("return function(r) r.x = 1 r.y = nil return r end"),
        Verdict("return function(r) r.o.p = 1 r.list[1].x = 2 return r end"),
        Verdict("return function(r) local t = {} for w in r.s:gmatch('%a+') do t[#t + 1] = w end return {n = #t, t = t} end"),
        Verdict("return function(r) local t = {} for k, v in pairs(r) do t[k] = v end return t end"),
        Verdict("return function(r) local t = {} table.insert(t, r.a) table.sort(t) return {x = table.concat(t)} end"),
        Verdict("return function(r) table.insert(r.list, 1) return r end"),
        Verdict("return function(r) local n = 0 r.s:gsub('a', function() n = n + 1 end) return n > 1 end"),
        Verdict("return function(r) local t = {} r.s:gsub('%d', function(d) t[#t + 1] = d end) return #t > 1 end"),
        Verdict("return function(r) return tostring(r.a):upper() .. string.format('%d', 1) .. math.max(1, 2) end"),
        Verdict("local fmt = string.format return function(r) return fmt('%d', r.a) == '1' end"),
        Verdict("local ok = pcall return function(r) return ok(error) end"),
        Verdict("function string.shout(s) return s:upper() .. '!' end return function(r) return r.s:shout() == 'X!' end"),
        Verdict("local e = _G return function(r) return e.limit end"),
        Verdict("return function(r) if r.a == null then return false end return true end"),
        Verdict("return function(r) local obj = setmetatable({}, {__index = function() return 1 end}) return obj.x end"),
        Verdict("local n = 0 return function(r) n = n + 1 return n > 3 end", "writes the variable 'n' outside of it"),
        Verdict("return function(r) total = (total or 0) + r.a return true end", "writes the global 'total'"),
        Verdict("local seen = {} return function(r)\n seen[r.a] = true return true end", "writes into 'seen'", line: 2),
        Verdict("local seen = {} return function(r) table.insert(seen, r.a) return true end", "calls 'table.insert' on a table that others may see"),
        Verdict("local seen, add = {}, table.insert return function(r) add(seen, r.a) return true end", "calls 'table.insert' on a table that others may see"),
        Verdict("local seen = {} return function(r) (r.a and table.insert or print)(seen, 1) end", "prints"),
        Verdict("local seen = {} return function(r) (r.a and table.insert or math.abs)(seen, 1) end", "calls a function that changes its arguments on a table that others may see"),
        Verdict("local seen = {} return function(r) return pcall(table.insert, seen, r.a) end", "hands on the function 'table.insert'"),
        Verdict("local seen = {} return function(r) local t = r.a and {} or seen t.x = 1 return t end", "writes into a table that others may see"),
        Verdict("local ops = {add = table.insert} local seen = {} return function(r) ops.add(seen, 1) end", "uses 'ops', which holds 'table.insert'"),
        Verdict("ins = table.insert seen = {} return function(r) ins(seen, 1) end", "uses 'ins', which holds 'table.insert'"),
        Verdict("return function(r)\n\n print(r.a) return true end", "prints", line: 3),
        Verdict("return function(r) io.write('x') return true end", "uses 'io'"),
        Verdict("return function(r) return os.time() > 0 end", "uses 'os'"),
        Verdict("return function(r) return math.random() > r.a end", "uses 'math.random'"),
        Verdict("local random = math.random return function(r) return random() > 0 end", "uses 'math.random'"),
        Verdict("local m = math return function(r) return m.random() > 0 end", "uses 'math.random'"),
        Verdict("return function(r) return math[r.a]() end", "uses the library 'math' as a value"),
        Verdict("return function(r) return load('return 1')() end", "uses 'load'"),
        Verdict("return function(r) return require 'x' end", "uses 'require'"),
        Verdict("return function(r) return coroutine.wrap(print) end", "uses 'coroutine'"),
        Verdict("return function(r) return _G[r.a] end", "uses '_G'"),
        Verdict("return function(r) return _ENV[r.a] end", "uses the table of all globals"),
        Verdict("local e = _G return function(r) return e[r.a] end", "uses the table of all globals"),
        Verdict("local meta = setmetatable({}, {}) return function(r) return meta.x end", "uses 'meta', a table with a metatable"),
        Verdict("return function(r) return host(r.a) end", "uses 'host', a function that lives in the script's own state"),
        Verdict("return function(r) return thing end", "uses 'thing', a Thing"),
        Verdict("local co = coroutine.create(print) return function(r) return co end", "uses 'co', a thread"),
        Verdict("local function log(x) print(x) end return function(r) log(r.a) return true end", "calls a function that prints"),
        Verdict("local t = {} local function add(t, x) t[#t + 1] = x end return function(r) add(t, 1) return true end",
                "calls a function that writes into a table that others may see"),
        Verdict("local n = 0 return function(r) r.s:gsub('a', function() n = n + 1 end) return true end", "writes the variable 'n' outside of it"),
        Verdict("local shared = {} return function(r) local t = {} local function g() t = shared end g() t.x = 1 end", "writes into a table that others may see"),
        Verdict("local keep return function(r) local f = function() keep = r end f() return true end", "writes the variable 'keep' outside of it"),
        Verdict("return function(r) string.upper = nil return true end", "writes into 'string'"),
    ])
    func purity(_ test: Verdict) throws {
        let state = LuaState()
        final class Thing: Sendable {}
        state.register(Thing.self, name: "Thing") { _ in }
        state.register("host") { _ in [] }
        try state.set("thing", .object(Thing()))
        let reference = try state.run(Array(test.code.utf8), name: "job.lua")[0].function!
        let (facts, template) = try state.analyze(reference)
        if let reason = test.reason {
            guard case .impure(let found, let line) = facts.purity else { Issue.record("pure"); return }
            #expect(found == reason)
            #expect(line == test.line)
            #expect(template == nil)
        } else {
            #expect(facts.purity == .pure)
            #expect(template != nil)
        }
    }

    struct Facts: CustomTestStringConvertible {
        let body: String
        var reads: [String]? = []
        var escapes = false
        var returns = false
        var bounded = true
        var testDescription: String { body }
    }

    @Test(arguments: [
        Facts(body: "return r.a > 0 and r.b == 'x'", reads: ["a", "b"]),
        Facts(body: "return true"),
        Facts(body: "local x = r return x.a", reads: ["a"]),
        Facts(body: "return r['a b']", reads: ["a b"]),
        Facts(body: "local k = 'a' return r[k]", reads: ["a"]),
        Facts(body: "return r[r.a]", reads: nil),
        Facts(body: "return r.s:upper():sub(1, 2)", reads: ["s"]),
        Facts(body: "r.x = r.y return r", reads: ["y"], returns: true),
        Facts(body: "if r.a then return r end return nil", reads: ["a"], returns: true),
        Facts(body: "for k, v in pairs(r) do if v then return k end end", reads: nil, bounded: false),
        Facts(body: "for k, v in next, r do if v then return k end end", reads: nil, bounded: false),
        Facts(body: "return type(r) == 'table'"),
        Facts(body: "return {r = r}", reads: nil, escapes: true, returns: true),
        Facts(body: "return {r}", reads: nil, escapes: true, returns: true),
        Facts(body: "local f = function() return r.a end return f()", reads: nil, escapes: true, returns: true, bounded: false),
        Facts(body: "return other(r)", reads: nil, escapes: true, returns: true, bounded: false),
        Facts(body: "local i, s, c = pairs(r) return {s}", reads: nil, escapes: true, returns: true),
        Facts(body: "while r.a do end", reads: ["a"], bounded: false),
        Facts(body: "for i = 1, 10 do end", bounded: false),
        Facts(body: "return (r.s:gsub('a', 'b'))", reads: ["s"]),
        Facts(body: "return (r.s:gsub('a', string.upper))", reads: ["s"], bounded: false),
        Facts(body: "return setmetatable({}, {__index = other}).x", bounded: false),
        Facts(body: "goto done ::done:: return 1"),
    ])
    func facts(_ test: Facts) throws {
        let (_, function) = try rowFunction("function other(x) return 1 end return function(r) \(test.body) end")
        #expect(function.facts.fieldsRead == test.reads)
        #expect(function.facts.recordEscapes == test.escapes)
        #expect(function.facts.returnsRecord == test.returns)
        #expect(function.facts.isBounded == test.bounded)
    }

    @Test func shapesFollowTheCode() throws {
        let (_, function) = try rowFunction(
            """
            return function(r)
              local t = {z = r.a, y = {b = 1, a = {r.o, 2}}, o = r.o.p}
              t.x = {{k = 1}}
              t.y.later = 2
              if r.c then t.w = 1 return t end
              return {v = 2, z = 1}
            end
            """)
        #expect(
            function.facts.shape
                == .fields([
                    .init("z", .input(["a"])), .init("y", .fields([.init("b"), .init("a", .array(.input(["o"])))])), .init("o", .input(["o", "p"])),
                    .init("x", .array(.fields([.init("k")]))), .init("w"), .init("v"),
                ]))
    }
}
