import Columnar
import Scripting
import Testing

@Suite struct RowLoopTests {
    static let people = makeBatch([
        [("id", .int(1)), ("name", .string("Ada")), ("score", .double(2.5)), ("ok", .bool(true)), ("big", .long(9_007_199_254_740_993))],
        [("id", .int(2)), ("name", .string("a name of more than twelve bytes")), ("score", .null), ("ok", .bool(false)), ("big", .long(-1))],
        [("id", .int(3)), ("name", .null), ("score", .double(-0.0)), ("ok", .null), ("big", .null)],
    ])

    struct FilterCase: CustomTestStringConvertible {
        let body: String
        let kept: [Bool]
        var testDescription: String { body }
    }

    @Test(arguments: [
        FilterCase(body: "return r.id > 1", kept: [false, true, true]),
        FilterCase(body: "return r.name == 'Ada'", kept: [true, false, false]),
        FilterCase(body: "return r.name", kept: [true, true, false]),
        FilterCase(body: "return r.missing == nil", kept: [true, true, true]),
        FilterCase(body: "return 0", kept: [true, true, true]),
        FilterCase(body: "return r.ok", kept: [true, false, false]),
        FilterCase(body: "return r.big == 9007199254740993", kept: [true, false, false]),
        FilterCase(body: "return math.type(r.id) == 'integer' and math.type(r.score) == 'float'", kept: [true, false, true]),
        FilterCase(body: "return 1 / (r.score or 1) == -math.huge", kept: [false, false, true]),
        FilterCase(body: "return type(r) == 'table' and #r == 0", kept: [true, true, true]),
        FilterCase(body: "r.id = 7 return r.id == 7", kept: [true, true, true]),
        FilterCase(body: "if r.id == 1 then r.id = 100 end return r.id == 100", kept: [true, false, false]),
        FilterCase(body: "r.id = null return r.id == nil", kept: [true, true, true]),
        FilterCase(body: "return rawequal(r, r)", kept: [true, true, true]),
        FilterCase(body: "local n = 0 for k, v in pairs(r) do n = n + 1 end return n == 5", kept: [true, false, false]),
        FilterCase(body: "return next(r) == 'id'", kept: [true, true, true]),
        FilterCase(body: "return r[1] == nil and r[{}] == nil", kept: [true, true, true]),
    ])
    func filters(_ test: FilterCase) throws {
        let (_, function) = try rowFunction("return function(r) \(test.body) end")
        let (kept, errors) = try function.filter(Self.people)
        #expect(errors.isEmpty, "\(errors)")
        #expect((0..<3).map { kept[$0] } == test.kept)
    }

    struct MapCase: CustomTestStringConvertible {
        let body: String
        let schema: String
        let rows: [String]
        var testDescription: String { body }
    }

    static let nested = makeBatch([
        [("i", .int(7)), ("f", .double(2.5)), ("s", .string("x")), ("o", .object([("p", .int(3)), ("q", .array([.int(1), .null, .int(3)]))]))],
        [("i", .int(-7)), ("f", .double(-0.5)), ("s", .string("")), ("o", .object([("p", .null), ("q", .array([]))]))],
        [("i", .int(0)), ("f", .null), ("s", .null), ("o", .null)],
    ])

    @Test(arguments: [
        // New tables: Lua's types, the order of the code.
        MapCase(
            body: "return {z = r.i, a = r.f, m = r.s}", schema: "z: bigint, a: double, m: string",
            rows: ["{z=7, a=2.5, m=\"x\"}", "{z=-7, a=-0.5, m=\"\"}", "{z=0, a=null, m=null}"]),
        MapCase(body: "return {never = nil, b = true}", schema: "never: void, b: boolean", rows: Array(repeating: "{never=null, b=true}", count: 3)),
        MapCase(body: "return {n = null, one = 1}", schema: "n: void, one: bigint", rows: Array(repeating: "{n=null, one=1}", count: 3)),
        MapCase(
            body: "local t = {} t.b = 1 t['a'] = 2 for _, k in ipairs{'zz', 'yy'} do t[k] = 3 end return t", schema: "b: bigint, a: bigint, yy: bigint, zz: bigint",
            rows: Array(repeating: "{b=1, a=2, yy=3, zz=3}", count: 3)),
        MapCase(
            body: "if r.i > 0 then return {a = 1, b = 2} else return {c = 3, a = 4} end", schema: "a: bigint, b: bigint, c: bigint",
            rows: ["{a=1, b=2, c=null}", "{a=4, b=null, c=3}", "{a=4, b=null, c=3}"]),
        MapCase(
            body: "return {v = r.i == 7 and 'seven' or r.i}", schema: "v: uniontype<bigint,string>", rows: ["{v=\"seven\"}", "{v=-7}", "{v=0}"]),
        // Changed records: the input's order and, where untouched, its types.
        MapCase(
            body: "r.i = r.i + 1 return r", schema: "i: bigint, f: double, s: string, o: struct<p:int,q:array<int>>",
            rows: [
                "{i=8, f=2.5, s=\"x\", o={p=3, q=[1, null, 3]}}", "{i=-6, f=-0.5, s=\"\", o={p=null, q=[]}}", "{i=1, f=null, s=null, o=null}",
            ]),
        MapCase(
            body: "r.o = nil r.s = nil r.f = nil return r", schema: "i: int", rows: ["{i=7}", "{i=-7}", "{i=0}"]),
        MapCase(
            body: "r.o = nil r.f = nil r.s = null return r", schema: "i: int, s: string", rows: ["{i=7, s=null}", "{i=-7, s=null}", "{i=0, s=null}"]),
        MapCase(
            body: "r.o = nil r.f = nil r.s = nil r.second = 1 r.first = 2 return r", schema: "i: int, second: bigint, first: bigint",
            rows: ["{i=7, second=1, first=2}", "{i=-7, second=1, first=2}", "{i=0, second=1, first=2}"]),
        MapCase(
            body: "r.o = nil r.f = nil r.s = nil if r.i > 0 then r.i = 'x' end return r", schema: "i: uniontype<int,string>",
            rows: ["{i=\"x\"}", "{i=-7}", "{i=0}"]),
        MapCase(
            body: "r.o = nil r.f = nil r.s = nil if r.i > 0 then r.i = 8 end return r", schema: "i: bigint", rows: ["{i=8}", "{i=-7}", "{i=0}"]),
        MapCase(
            body: "r.i = nil r.f = nil r.s = nil if r.o then r.o.p = 9 end return r", schema: "o: struct<p:bigint,q:array<bigint>>",
            rows: ["{o={p=9, q=[1, null, 3]}}", "{o={p=9, q=[]}}", "{o=null}"]),
        MapCase(
            body: "r.i = nil r.f = nil r.s = nil local _ = r.o and r.o.p return r", schema: "o: struct<p:int,q:array<int>>",
            rows: ["{o={p=3, q=[1, null, 3]}}", "{o={p=null, q=[]}}", "{o=null}"]),
        // Nested values.
        MapCase(
            body: "return {n = r.o and #r.o.q, second = r.o and tostring(r.o.q[2]), same = r.o and r.o == r.o}",
            schema: "n: bigint, second: string, same: boolean",
            rows: ["{n=3, second=\"null\", same=true}", "{n=0, second=\"nil\", same=true}", "{n=null, second=null, same=null}"]),
        MapCase(
            body: "return {o = r.o}", schema: "o: struct<p:bigint,q:array<bigint>>",
            rows: ["{o={p=3, q=[1, null, 3]}}", "{o={p=null, q=[]}}", "{o=null}"]),
        MapCase(
            body: "return {q = r.o and r.o.q}", schema: "q: array<bigint>", rows: ["{q=[1, null, 3]}", "{q=[]}", "{q=null}"]),
        MapCase(
            body: "return {x = {z = 1, a = {k = r.s}}}", schema: "x: struct<z:bigint,a:struct<k:string>>",
            rows: ["{x={z=1, a={k=\"x\"}}}", "{x={z=1, a={k=\"\"}}}", "{x={z=1, a={k=null}}}"]),
        MapCase(
            body: "local t = {} if r.s then t['k' .. r.i] = 1 end return {x = t}", schema: "x: struct<k-7:bigint,k7:bigint>",
            rows: ["{x={k-7=null, k7=1}}", "{x={k-7=1, k7=null}}", "{x={k-7=null, k7=null}}"]),
        MapCase(body: "return {x = {}}", schema: "x: array<void>", rows: Array(repeating: "{x=[]}", count: 3)),
        MapCase(
            body: "return {x = {1, null, 3}, y = {{a = 1}, {b = 2}}}", schema: "x: array<bigint>, y: array<struct<a:bigint,b:bigint>>",
            rows: Array(repeating: "{x=[1, null, 3], y=[{a=1, b=null}, {a=null, b=2}]}", count: 3)),
        MapCase(body: "return {x = 2^53 + 1, y = 9007199254740993, z = -0.0}", schema: "x: double, y: bigint, z: double",
                rows: Array(repeating: "{x=9007199254740992.0, y=9007199254740993, z=-0.0}", count: 3)),
        MapCase(body: "return {}", schema: "", rows: ["{}", "{}", "{}"]),
        // Some rows changed, some new.
        MapCase(
            body: "if r.i > 0 then return {i = 'new', extra = true} end r.o = nil r.f = nil r.s = nil return r",
            schema: "i: uniontype<int,string>, extra: boolean", rows: ["{i=\"new\", extra=true}", "{i=-7, extra=null}", "{i=0, extra=null}"]),
    ])
    func maps(_ test: MapCase) throws {
        let (_, function) = try rowFunction("return function(r) \(test.body) end")
        let result = try function.map(Self.nested)
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(result.rows == nil)
        #expect(describe(result.batch.schema) == test.schema)
        #expect(describe(result.batch) == test.rows)
    }

    struct ErrorCase: CustomTestStringConvertible {
        let body: String
        let message: String
        var line = 1
        var testDescription: String { body }
    }

    @Test(arguments: [
        ErrorCase(body: "return {u = r.s.x:upper()}", message: "attempt to index a nil value (field 'x')"),
        ErrorCase(body: "\nreturn {u = r.none:upper()}", message: "attempt to index a nil value (field 'none')", line: 2),
        ErrorCase(body: "error('no good')", message: "no good"),
        ErrorCase(body: "error('no place', 0)", message: "no place"),
        ErrorCase(body: "error({})", message: "table: "),
        ErrorCase(body: "return {} + 1", message: "attempt to perform arithmetic on a table value"),
        ErrorCase(body: "return nil", message: "the function returned nil instead of a record"),
        ErrorCase(body: "return 5", message: "the function returned a number instead of a record"),
        ErrorCase(body: "return {x = print}", message: "field 'x' holds a function, which no column can"),
        ErrorCase(body: "return {x = {1, 2, a = 3}}", message: "field 'x' holds a table with both named and numbered keys"),
        ErrorCase(body: "return {x = {[2] = 1}}", message: "field 'x' holds a table whose keys are neither names nor 1, 2, 3 and so on (put null where an array has no value)"),
        ErrorCase(body: "local t = {} t.t = t return t", message: "field 't' is nested more than 100 levels deep, or contains itself"),
        ErrorCase(body: "return {1, 2}", message: "the function returned a table with a number as key, where a record has named fields only"),
        ErrorCase(body: "r[1] = 2", message: "a field's name must be a string, not a number"),
        ErrorCase(body: "return setmetatable({}, {__gc = print})", message: "finalizers (__gc) are not available"),
    ])
    func raises(_ test: ErrorCase) throws {
        let (_, function) = try rowFunction("return function(r) \(test.body) end")
        let result = try function.map(makeBatch([[("s", .string("a"))]]))
        #expect(result.batch.count == 0)
        let error = try #require(result.errors.first)
        #expect(error.row == 0)
        #expect(error.file == "job.lua")
        #expect(error.line == test.line)
        #expect(error.message == test.message || test.message.hasSuffix(" ") && error.message.hasPrefix(test.message), "\(error.message)")
    }

    @Test func errorsLeaveTheOtherRowsAlone() throws {
        let batch = makeBatch((0..<1000).map { i in [("n", i % 3 == 0 ? .null : .int(Int64(i)))] })
        let (_, function) = try rowFunction("return function(r) return {a = 'some text that is long ' .. r.n, n = r.n * 2} end")
        let result = try function.map(batch)
        #expect(result.errors.count == 334)
        #expect(result.errors.map(\.row) == Array(stride(from: 0, to: 1000, by: 3)))
        #expect(result.errors[0].message == "attempt to concatenate a nil value (field 'n')")
        #expect(result.batch.count == 666)
        let rows = try #require(result.rows)
        for i in 0..<666 {
            #expect(result.batch.columns[0].value(at: i) == .string("some text that is long \(rows[i])"))
            #expect(result.batch.columns[1].value(at: i) == .integer(Int64(rows[i]) * 2))
        }
    }

    /// A row that fails after some of its fields were written leaves nothing behind.
    @Test func aHalfWrittenRowIsGone() throws {
        let (_, function) = try rowFunction("return function(r) if r.n == 1 then return {a = 1, b = 2, c = {[0] = print}} end return {a = 5} end")
        let result = try function.map(makeBatch([[("n", .int(1))], [("n", .int(2))]]))
        #expect(result.errors.count == 1)
        #expect(describe(result.batch) == ["{a=5, b=null, c=null}"])
    }

    @Test(arguments: ["kept = r return true", "kept = {r} return true", "kept = function() return r.a end return true"])
    func aRecordKeptBeyondItsRowIsStale(_ body: String) throws {
        let state = LuaState()
        let code = """
            kept = false
            function read() local r = type(kept) == 'function' and kept or rawlen and type(kept) == 'table' and kept[1] or kept
              if type(r) == 'function' then return r() end return r.a end
            return function(r) if kept then local ok, message = pcall(read) assert(not ok and message:find('no longer valid'), message) end \(body) end
            """
        let (_, function) = try rowFunction(code, in: state)
        #expect(function.facts.recordEscapes)
        let (kept, errors) = try function.filter(makeBatch([[("a", .int(1))], [("a", .int(2))]]))
        #expect(errors.isEmpty, "\(errors)")
        #expect(kept.setCount == 2)
        #expect(throws: ScriptError.self) { try state.run(Array("return read()".utf8), name: "after.lua") }
    }

    @Test func everyTypeReads() throws {
        let batch = makeBatch([
            [
                ("decimal", .decimal(1250, 6, 2)), ("date", .date(19782)), ("timestamp", .timestamp(1_709_214_310_500_000)),
                ("map", .map([(.string("k"), .int(1)), (.string("n"), .null)])), ("bytes", .bytes([0xff, 0, 0xfe])),
            ]
        ])
        let (_, function) = try rowFunction(
            """
            return function(r)
              return {d = tostring(r.decimal), twice = r.decimal * 2, day = tostring(r.date), t = tostring(r.timestamp), year = r.date.year,
                      later = r.date + 1, k = r.map.k, n = r.map.n == nil, len = #r.bytes, bytes = r.bytes, m = r.map, same = r.timestamp}
            end
            """)
        let result = try function.map(batch)
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(
            describe(result.batch.schema)
                == "d: string, twice: decimal(4,2), day: string, t: string, year: bigint, later: date, k: bigint, n: boolean, len: bigint, bytes: string, m: map<string,bigint>, same: timestamp"
        )
        #expect(result.batch.columns[1].value(at: 0) == .decimal(unscaled: 2500, scale: 2))
        #expect(result.batch.columns[2].value(at: 0) == .string("2024-02-29"))
        #expect(result.batch.columns[3].value(at: 0) == .string("2024-02-29 13:45:10.5"))
        #expect(result.batch.columns[5].value(at: 0) == .date(19783))
        #expect(result.batch.columns[9].value(at: 0) == .string([0xff, 0, 0xfe]))
        #expect(result.batch.columns[11].value(at: 0) == .timestamp(1_709_214_310_500_000))
    }

    @Test func choicesDictionariesAndSlicesReadAsTheirValues() throws {
        let choice = makeBatch([[("v", .int(1))], [("v", .string("x"))], [("v", .null)]])
        let words = makeBatch([[("w", .string("alpha"))], [("w", .string("a word of more than twelve bytes"))]]).columns[0]
        let dictionary = Column(type: .string, count: 3, validity: Bitmap([true, true, false]), storage: .dictionary(indices: Values<Int32>([1, 0, 0]), values: words))
        let batch = Batch(
            schema: Schema([choice.schema[0], Field("w", .string)]), columns: [choice.columns[0], dictionary], count: 3)
        let (_, function) = try rowFunction("return function(r) return {v = type(r.v), w = r.w} end")
        #expect(
            describe(try function.map(batch).batch) == [
                "{v=\"number\", w=\"a word of more than twelve bytes\"}", "{v=\"string\", w=\"alpha\"}", "{v=\"nil\", w=null}",
            ])
        #expect(describe(try function.map(batch.slice(1..<3)).batch) == ["{v=\"string\", w=\"alpha\"}", "{v=\"nil\", w=null}"])
    }

    @Test func longNamesAreFields() throws {
        let name = String(repeating: "long_name_", count: 6)
        let (_, function) = try rowFunction("return function(r) r.\(name) = r.\(name) + 1 r.new_\(name) = r.\(name) return r end")
        let result = try function.map(makeBatch([[(name, .int(1))]]))
        #expect(describe(result.batch) == ["{\(name)=2, new_\(name)=2}"])
    }

    @Test func nestedLoopsAndScriptsMeet() throws {
        let state = LuaState()
        let batch = makeBatch([[("n", .int(1))], [("n", .int(2))]])
        state.register("count") { call in
            let function = RowFunction(call[0].function!, facts: .unknown, in: call.state)
            return [.integer(Int64(try function.filter(batch).kept.setCount))]
        }
        let result = try state.run(
            Array("local inner = 0; local n = count(function(r) inner = inner + count(function(q) return q.n <= r.n end) return true end) return n, inner".utf8),
            name: "job.lua")
        #expect(result == [2, 3])
    }

    @Test func anEndlessRowFunctionIsStopped() throws {
        let control = RunControl()
        control.setTimeLimit(.milliseconds(50))
        let (_, function) = try rowFunction("return function(r) while true do pcall(error) end end", in: LuaState(control: control))
        let error = #expect(throws: ScriptError.self) { try function.filter(Self.people) }
        #expect(error?.code == .stopped(.timedOut))
    }

    @Test func memoryIsLimitedInRowFunctions() throws {
        let (_, function) = try rowFunction(
            "return function(r) local t = {} for i = 1, 1e9 do t[i] = 'x' .. i end end", in: LuaState(.init(memoryLimit: 16 << 20)))
        let error = #expect(throws: ScriptError.self) { try function.map(Self.people) }
        #expect(error?.code == .stopped(.outOfMemory))
    }

    @Test func emptyBatches() throws {
        let empty = Batch.empty(Self.people.schema)
        let (_, change) = try rowFunction("return function(r) r.id = 1 return r end")
        #expect(describe(try change.map(empty).batch.schema) == describe(empty.schema))
        let (_, make) = try rowFunction("return function(r) return {b = r.id, a = 1} end")
        #expect(try make.map(empty).batch.schema.names == ["b", "a"])
        #expect(try make.filter(empty).kept.count == 0)
    }
}
