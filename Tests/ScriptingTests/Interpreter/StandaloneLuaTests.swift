import Columnar
import Glibc
import Scripting
import Testing

/// Row functions against the plain interpreter: the same functions over the same records, as columns here and as tables there.
@Suite struct StandaloneLuaTests {
    private static let interpreter = "/usr/bin/lua5.4"

    private static let batch = makeBatch([
        [("i", .long(7)), ("j", .int(2)), ("f", .double(2.5)), ("s", .string("Hello World")), ("t", .string("10")), ("b", .bool(true)),
         ("o", .object([("p", .int(3)), ("q", .array([.int(1), .int(2), .int(3)]))]))],
        [("i", .long(-7)), ("j", .int(2)), ("f", .double(-0.5)), ("s", .string("")), ("t", .string("0x10")), ("b", .bool(false)),
         ("o", .object([("p", .null), ("q", .array([]))]))],
        [("i", .long(9_007_199_254_740_993)), ("j", .int(0)), ("f", .double(1e308)), ("s", .string("naïve")), ("t", .string("abc")), ("b", .null), ("o", .null)],
        [("i", .long(.max)), ("j", .int(-1)), ("f", .double(-0.0)), ("s", .string("a,b;c%d")), ("t", .string(" 1e2 ")), ("b", .bool(true)), ("o", .null)],
        [("i", .null), ("j", .int(63)), ("f", .double(.infinity)), ("s", .null), ("t", .string("")), ("b", .null), ("o", .object([("p", .int(-1)), ("q", .null)]))],
    ])

    private static let records = """
        local records = {
          {i = 7, j = 2, f = 2.5, s = "Hello World", t = "10", b = true, o = {p = 3, q = {1, 2, 3}}},
          {i = -7, j = 2, f = -0.5, s = "", t = "0x10", b = false, o = {q = {}}},
          {i = 9007199254740993, j = 0, f = 1e308, s = "na\\u{ef}ve", t = "abc"},
          {i = math.maxinteger, j = -1, f = -0.0, s = "a,b;c%d", t = " 1e2 ", b = true},
          {j = 63, f = 1/0, t = "", o = {p = -1}},
        }
        """

    /// One line for a call: its values with their types, or its error's words.
    private static let show = """
        local function show(f, r)
          local results = table.pack(pcall(f, r))
          if not results[1] then return 'error ' .. tostring(results[2]):gsub('^[^:]*:%d+: ', '') end
          for i = 2, results.n do
            local v = results[i]
            results[i] = (math.type(v) or type(v)) .. ' ' .. (math.type(v) == 'float' and ('%.17g'):format(v) or tostring(v))
          end
          return table.concat(results, ', ', 2, results.n)
        end
        """

    private static let functions = [
        "return r.i + r.j", "return r.i - r.j, r.j - r.i", "return r.i * r.j", "return r.i / 2", "return r.i // 2", "return r.i % 3", "return r.i // r.j",
        "return r.i % r.j", "return r.f % 1, r.f // 1", "return r.j ^ 2", "return -r.f, -r.i", "return r.i & 6, r.i | 1, r.i ~ r.j, ~r.j",
        "return 1 << r.j, 1 >> r.j, r.i >> 1", "return r.i .. '/' .. r.f", "return r.s .. r.t", "return r.t + 1", "return r.t * '2'", "return r.f + r.i",
        "return r.f & 1", "return r.i == 7.0, r.i < r.f, r.i <= r.j", "return r.s < r.t", "return r.s < r.i", "return r.i < 9007199254740992.0", "return r.s:upper(), r.s:lower()",
        "return #r.s, r.s:len()", "return r.s:sub(-5, -2), r.s:sub(2), r.s:sub(0, 100)", "return ('ab'):rep(r.j), ('x'):rep(3, ',')", "return tonumber(r.t), tonumber(r.t, 16)",
        "return tostring(r.b), tostring(r.i), tostring(r.f)", "return string.format('%05.1f|%s|%d|%x|%q', r.j, r.t, r.j, 255, r.s)", "return string.format('%d', r.f)",
        "return r.s:find('o', 1, true)", "return r.s:find('l+')", "return r.s:find('')", "return r.s:find('(%a)(%a)')", "return r.s:match('^H'), r.s:match('(%w+) (%w+)')",
        "return r.s:match('()l()')", "return r.s:gsub('%a+', '<%0>')", "return r.s:gsub('o', {o = '0'})", "return r.s:gsub('.', function(c) if c == 'l' then return 'L' end end)",
        "return r.s:gsub('', '-')", "return r.s:gsub('%w', '%%%0', 2)", "return r.s:gsub('(%w)(%w)', '%2%1')", "return r.s:gsub('x', '%2')", "return r.s:find('[')", "return r.s:find('%')",
        "return r.s:match('%f[%w]%w+')", "return r.s:match('%b()')", "return r.s:gsub('[^%w]', '')", "return r.s:match('(.)%1')", "return r.s:gsub('^%s*(.-)%s*$', '%1')",
        "local t = {} for w in r.s:gmatch('%w+') do t[#t + 1] = w end return table.concat(t, '|')", "local n = 0 for a, b in r.s:gmatch('(.)(.)') do n = n + #a + #b end return n",
        "return r.s:byte(1), r.s:byte(-1), r.s:byte(100)", "return r.s:reverse()", "return utf8.len(r.s)", "return string.char(r.j + 64)",
        "return r.b and 'yes' or 'no'", "return not r.b, r.b == nil", "return math.max(r.i, r.j), math.min(r.f, r.j)", "return math.floor(r.f), math.ceil(r.f)", "return math.type(r.f), math.type(r.i)",
        "return math.tointeger(r.f)", "return math.abs(r.i), math.fmod(r.i, 3)", "return r.o and r.o.p, r.o and #r.o.q", "local n = 0 for _, v in ipairs(r.o.q) do n = n + v end return n",
        "return r.o.q[1], r.o.q[-1]", "return r.missing, r.missing == nil", "return r.missing.x", "return r.s.x", "return r.s:nope()", "r.i = r.i % 10 return r.i", "r.o.p = 9 return r.o.p", "r.new = r.j return r.new",
        "return select('#', r.i, r.b)", "local t = {r.j, r.i} table.sort(t) return t[1], t[2]", "return table.unpack({r.i, r.j, 3})", "return r.i < 'x'", "return r.i + {}", "return #r.i", "error('own ' .. tostring(r.j))", "error({})",
        "return string.rep('ab', r.j, '-')", "for i = r.j, 1, -1 do if i == 1 then return i end end return 'none'", "return type(r), type(r.o), type(r.s)", "goto done do return 1 end ::done:: return r.j", "return r.i // 0", "return r.i % 0", "return r.f // 0, r.j / 0",
        "return math.ult(r.j, 1), r.i ~= r.j", "return string.pack('<i4', r.j):byte(1, -1)", "return tostring(r.i // 1 | 0)", "return rawequal(r.s, 'Hello World'), rawlen(r.s)", "return assert(r.b, 'not b')", "return next({r.j})", "return pcall(error, r.s)",
    ]

    @Test(.enabled(if: access(interpreter, X_OK) == 0)) func agree() throws {
        let list = Self.functions.map { "function(r) \($0) end" }.joined(separator: ",\n")
        let plain = """
            \(Self.records)
            \(Self.show)
            local functions = {
            \(list)}
            for n, f in ipairs(functions) do
              for i = 1, 5 do
                -- A fresh record for each call: some change theirs.
                local r = {} for k, v in pairs(records[i]) do r[k] = v end
                if r.o then r.o = {p = r.o.p, q = r.o.q} end
                print(n, i, (show(f, r)))
              end
            end
            """
        let expected = try Self.run(plain).split(separator: "\n", omittingEmptySubsequences: false)
        let state = LuaState()
        let functions = try state.run(Array("\(Self.show) local functions = {\n\(list)} local rows = {} for n, f in ipairs(functions) do rows[n] = function(r) return {text = (show(f, r))} end end return rows".utf8), name: "job.lua")
        var line = 0
        for (number, value) in functions[0].table!.items.enumerated() {
            let result = try state.rowFunction(value.function!).map(Self.batch)
            #expect(result.errors.isEmpty, "\(Self.functions[number]): \(result.errors)")
            for i in 0..<5 {
                let text = "\(number + 1)\t\(i + 1)\t" + (result.batch.column("text").map { $0.views[i].string } ?? "")
                // Addresses differ; the record is a table there.
                if !text.contains("0x") || text.contains("'") { #expect(text == expected[line], "\(Self.functions[number])") }
                line += 1
            }
        }
        #expect(line == Self.functions.count * 5)
    }

    /// What the interpreter prints for a script.
    private static func run(_ code: String) throws -> String {
        var template = Array("/tmp/mastic-lua-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        #expect(descriptor >= 0)
        defer { unlink(template) }
        let bytes = Array(code.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let pipe = popen("\(interpreter) \(path) 2>&1", "r")
        defer { pclose(pipe) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let n = fread(&buffer, 1, buffer.count, pipe)
            if n == 0 { return String(decoding: output, as: UTF8.self) }
            output += buffer[..<n]
        }
    }
}
