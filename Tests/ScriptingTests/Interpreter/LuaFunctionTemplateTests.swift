import Columnar
import Scripting
import Testing

@Suite struct LuaFunctionTemplateTests {
    static let batch = makeBatch((1...5).map { [("n", .int($0)), ("s", .string("s\($0)"))] })

    /// Runs a function in the state that made it and in a fresh one.
    private func both(_ code: String, _ batch: Batch = batch) throws -> (here: [String], there: [String]) {
        let state = LuaState()
        let reference = try state.run(Array(code.utf8), name: "job.lua")[0].function!
        let (facts, template) = try state.analyze(reference)
        let here = try RowFunction(reference, facts: facts, in: state).map(batch)
        let worker = LuaState()
        let moved = try #require(template, "\(facts.purity)").instantiate(in: worker)
        let there = try moved.map(batch)
        return (describe(here.batch) + here.errors.map { "\($0)" }, describe(there.batch) + there.errors.map { "\($0)" })
    }

    @Test(arguments: [
        "return function(r) return {a = r.n + 1, b = r.s:upper()} end",
        "local rate, labels = 0.5, {[1] = 'one', two = {deep = true}} return function(r) return {x = r.n * rate, y = labels[r.n], z = labels.two.deep} end",
        "local function even(n) return n % 2 == 0 end local function kind(n) return even(n) and 'even' or 'odd' end return function(r) return {k = kind(r.n)} end",
        "local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end return function(r) return {f = fact(r.n)} end",
        "local odd local function even(n) if n == 0 then return true end return odd(n - 1) end function odd(n) if n == 0 then return false end return even(n - 1) end return function(r) return {e = even(r.n)} end",
        "scale = 3 function twice(n) return n * 2 * scale end return function(r) return {t = twice(r.n)} end",
        "settings = {limit = 3} settings.self = settings return function(r) return {l = r.n > settings.self.self.limit} end",
        "function string.shout(s) return s:upper() .. '!' end return function(r) return {s = r.s:shout(), t = string.shout('x')} end",
        "local fmt, floor = string.format, math.floor return function(r) return {s = fmt('%03d', r.n), f = floor(r.n / 2)} end",
        "local v = require 'mastic.values' local d, day, t = v.decimal('1.50'), v.date('2024-02-29'), v.timestamp('2024-02-29T00:00:00Z') return function(r) return {d = d * r.n, day = day + r.n, t = t + r.n, null = null} end",
        "local t = {1, 2, 3} return function(r) local sum = 0 for i, v in ipairs(t) do sum = sum + v * r.n end return {s = sum} end",
        "local missing return function(r) return {m = missing == nil, u = undefined == nil} end",
        "return function(r) if r.n == 3 then error('three') end return {x = missing.x} end",
        "local tags = {} for i = 1, 300 do tags['k' .. i] = {i} end return function(r) return {x = tags['k' .. r.n][1]} end",
        "return function(r) local f = function(x) return function() return x + r.n end end return {x = f(1)()} end",
    ])
    func givesTheSameElsewhere(_ code: String) throws {
        let (here, there) = try both(code)
        #expect(here == there)
    }

    /// Two functions that share a variable share it on the other side as well.
    @Test func sharedUpvaluesStayShared() throws {
        let code = """
            local base = {v = 10}
            local function get() return base end
            return function(r) return {same = get() == base, v = get().v} end
            """
        #expect(try both(code).there.first == "{same=true, v=10}")
    }

    @Test func aTemplateHoldsTheValuesOfItsTime() throws {
        let state = LuaState()
        let reference = try state.run(Array("n = 1 return function(r) return {n = n} end".utf8), name: "job.lua")[0].function!
        let template = try #require(try state.analyze(reference).template)
        try state.run(Array("n = 2".utf8), name: "later")
        let result = try template.instantiate(in: LuaState()).map(Self.batch.slice(0..<1))
        #expect(describe(result.batch) == ["{n=1}"])
    }

    @Test func errorsElsewhereNameTheScript() throws {
        let state = LuaState()
        let reference = try state.run(Array("\n\nreturn function(r)\n return {x = r.none.y} end".utf8), name: "job.lua")[0].function!
        let worker = try #require(try state.analyze(reference).template).instantiate(in: LuaState())
        let error = try #require(try worker.map(Self.batch).errors.first)
        #expect(error.file == "job.lua")
        #expect(error.line == 4)
        #expect(error.message == "attempt to index a nil value (field 'none')")
    }

    @Test func workersObeyTheirOwnLimits() throws {
        let state = LuaState()
        let reference = try state.run(Array("local t = {} for i = 1, 1e5 do t[i] = 'value ' .. i end return function(r) return t[r.n] end".utf8), name: "job.lua")[0].function!
        let template = try #require(try state.analyze(reference).template)
        let error = #expect(throws: ScriptError.self) { try template.instantiate(in: LuaState(.init(memoryLimit: 1 << 20))) }
        #expect(error?.code == .stopped(.outOfMemory))
    }
}
