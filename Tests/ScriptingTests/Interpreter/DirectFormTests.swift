import Columnar
import Scripting
import Testing

/// Row functions that take fields as arguments and give fields as results, beside themselves with records.
struct DirectFormTests {
    struct Form: CustomTestStringConvertible {
        let code: String
        /// What happens to the fields, sorted by name: `v`alue, `p`ass, `m`ethod; nil: there is no direct form.
        let uses: String?
        var returnsFields = false
        var testDescription: String { code }
    }

    static let prelude = """
        local limit, names = 2, {Ada = 'a', [''] = 'empty'}
        local function twice(x) return x and x .. x end
        local function wrap(x) return {inner = x} end
        local function fact(r) return r.i and r.i > 1 and r.i * 2 or 1 end

        """

    static let forms: [Form] = [
        Form(code: "function(r) return r.i > limit end", uses: "v"),
        Form(code: "function(r) return r.i and r.i > 1 and r.s == 'Ada' end", uses: "vv"),
        Form(code: "function(r) return r.s:lower() == 'ada' or r.s:len() > 12 end", uses: "m"),
        Form(code: "function(r) return r.s:sub(-3) == 'leg' or r.s:sub(2, 1) == '' end", uses: "m"),
        Form(code: "function(r) return r.s:upper() > r.t:upper() end", uses: "mm"),
        Form(code: "function(r) return twice(r.s) == 'AdaAda' end", uses: "v"),
        Form(code: "function(r) return twice(r.missing) end", uses: "v"),
        Form(code: "function(r) return names[r.s] end", uses: "v"),
        Form(code: "function(r) local x = r.i if x then for k = 1, 3 do x = x + k end end return x and x % 2 == 0 end", uses: "v"),
        Form(code: "function(r) return fact(r) end", uses: nil),
        Form(code: "function(r) return r end", uses: nil),
        Form(code: "function(r) return r[limit] end", uses: nil),
        Form(code: "function(r) return (function() return r.i end)() end", uses: nil),
        Form(code: "function(r) r.i = 1 return r end", uses: nil),
        Form(code: "function(...) return true end", uses: nil),
        Form(code: "function(r) return {i = r.i} end", uses: "p", returnsFields: true),
        Form(code: "function(r) return {i = r.i, s = r.s:lower(), f = r.f + 1, b = not r.b, n = nil, c = 'c', d = 7.5} end", uses: "vvpm", returnsFields: true),
        Form(code: "function(r) return {s = r.s, t = r.s .. r.t} end", uses: "vv", returnsFields: true),
        Form(code: "function(r) return {s = r.i and r.s or r.t, x = r.f} end", uses: "pvvp", returnsFields: true),
        Form(code: "function(r) local t = {} t.a = r.i if r.b then t.b = r.s:sub(1, 2) end t.a = t.a return t end", uses: "vvm"),
        Form(code: "function(r) local t = {} t.a = r.i if r.b then t.b = r.s:sub(1, 2) else t.c = r.f end return t end", uses: "vppm", returnsFields: true),
        Form(code: "function(r) if r.b then return {a = r.i} end return {b = r.i, a = r.s} end", uses: "vpp", returnsFields: true),
        Form(code: "function(r) if r.b then return {a = r.i} end return nil end", uses: "vv"),
        Form(code: "function(r) if r.b then return {a = r.i} end end", uses: "vp", returnsFields: true),
        Form(code: "function(r) if {} then return end return {b = r.f} end", uses: "p", returnsFields: true),
        Form(code: "function(r) if r.b then return end return {b = r.f, c = r.i} end", uses: "vpp", returnsFields: true),
        Form(code: "function(r) return {n = {a = r.i, b = {r.s}}, m = wrap(r.f), k = r.i} end", uses: "vvv", returnsFields: true),
        Form(code: "function(r) local i, s = r.i, r.s return {s = s, i = i, l = s and #s} end", uses: "vv", returnsFields: true),
        Form(code: "function(r) return {mix = r.mix, arr = r.arr, day = r.day} end", uses: "ppp", returnsFields: true),
        Form(code: "function(r) for k = 1, 2 do local t = {k = k} if r.i == k then t.i = r.i return t end end return {none = r.s} end", uses: "vv"),
        Form(code: "function(r) return {a = string.format('%s-%d', r.s, r.i), b = math.max(r.f, r.i, 2)} end", uses: "vvv", returnsFields: true),
        Form(code: "function(r) return {a = select(2, pcall(error, r.s))} end", uses: "v", returnsFields: true),
        Form(code: "function(r) return {} end", uses: nil),
        Form(code: "function(r) return {a = error('no ' .. tostring(r.i))} end", uses: "v", returnsFields: true),
        Form(code: "function(r, q) return {a = r.i, q = q} end", uses: "p", returnsFields: true),
    ]

    private func text(_ function: RowFunction, _ batch: Batch) throws -> [String] {
        let (kept, errors) = try function.filter(batch)
        let (records, _, mapErrors) = try function.map(batch)
        return (0..<batch.count).filter { kept[$0] }.map { "keeps \($0)" } + errors.map { "\($0)" } + [describe(records.schema)] + describe(records)
            + mapErrors.map { "\($0)" }
    }

    @Test(arguments: forms)
    func givesWhatTheFunctionGives(_ form: Form) throws {
        let state = LuaState()
        let reference = try state.run(Array((Self.prelude + "return " + form.code).utf8), name: "job.lua")[0].function!
        let facts = try state.analyze(reference).facts
        #expect(facts.direct.map { String($0.uses.map { $0 == .value ? "v" : $0 == .pass ? "p" : "m" }) } == form.uses)
        #expect((facts.direct?.returnsFields ?? false) == form.returnsFields)
        var plain = facts
        plain.direct = nil
        for (name, batch) in LiftingBatches.all {
            let direct = try text(RowFunction(reference, facts: facts, in: state), batch)
            let own = try text(RowFunction(reference, facts: plain, in: state), batch)
            let places = zip(direct, own).filter { $0 != $1 }.prefix(3).map { "direct \($0), own \($1)" }
            #expect(direct.count == own.count && places.isEmpty, "\(name), \(direct.count) and \(own.count) lines: \(places)")
        }
    }

    @Test func methodsThatTheScriptSetsAreCalled() throws {
        let state = LuaState()
        let code = "local lower = string.lower  function string.lower(s) return lower(s) .. '!' end  return function(r) return {s = r.s:lower()} end"
        let reference = try state.run(Array(code.utf8), name: "job.lua")[0].function!
        let function = RowFunction(reference, facts: try state.analyze(reference).facts, in: state)
        let records = try function.map(makeBatch([[("s", .string("ADA"))]])).batch
        #expect(describe(records) == describe(makeBatch([[("s", .string("ada!"))]])))
    }

    @Test func variablesOutsideAreShared() throws {
        let state = LuaState()
        let results = try state.run(Array("local limit = 1 return function(r) return r.i > limit end, function() limit = 2 end".utf8), name: "job.lua")
        let function = RowFunction(results[0].function!, facts: try state.analyze(results[0].function!).facts, in: state)
        let batch = makeBatch([[("i", .int(2))], [("i", .int(3))]])
        #expect(function.facts.direct != nil)
        #expect(try function.filter(batch).kept.setCount == 2)
        _ = try state.call(results[1].function!, [])
        #expect(try function.filter(batch).kept.setCount == 1)
    }

    /// Rows that raise are the function's own to run: the words and the places are those of the script.
    @Test func errorsAreTheFunctionsOwn() throws {
        let state = LuaState()
        let reference = try state.run(Array("return function(r)\n  return {s = r.s:lower()}\nend".utf8), name: "job.lua")[0].function!
        let function = RowFunction(reference, facts: try state.analyze(reference).facts, in: state)
        let batch = makeBatch((0..<1000).map { [("s", $0 % 3 == 0 ? .null : .string("A\($0)"))] })
        let (records, rows, errors) = try function.map(batch)
        #expect(records.count == 666)
        #expect(rows?.count == 666)
        #expect(errors.count == 334)
        #expect(errors.allSatisfy { $0.message == "attempt to index a nil value (field 's')" && $0.file == "job.lua" && $0.line == 2 })
        #expect(errors.map(\.row) == Array(stride(from: 0, to: 1000, by: 3)))
    }
}
