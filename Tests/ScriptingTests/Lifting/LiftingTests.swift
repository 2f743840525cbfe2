import Columnar
import Scripting
import Testing

@Suite struct LiftingTests {
    static let prelude = """
        local names = {a="A", b="B", Ada="ada!", completed=1, [1]="one", [2]="two", [3]=3.5, [true]="yes"}
        local info = {Ada={n=1, city="x"}, completed={n=2}}
        local limit, tag = 3, "T"
        local words = {"ada", "complete", "abc"}
        local function double(x) return x * 2 end
        local function kind(x) if x == nil then return "none" elseif type(x) == "number" then if x > 5 then return "high" end return "low" else return "other" end end
        local function clean(s) if not s then return nil end s = s:lower() if s == "" then return nil end return s end
        local floor = math.floor
        local function total(list) local s = 0 for _, v in ipairs(list or {}) do s = s + v end return s end
        """

    /// Conditions; each must be lifted.
    static let conditions = [
        "function(r) return r.i > 0 and r.s == \"completed\" end",
        "function(r) return r.i end",
        "function(r) return not r.i end",
        "function(r) return r.b end",
        "function(r) return nil end",
        "function(r) return true end",
        "function(r) end",
        "function(r) return r.f < 1 end",
        "function(r) return r.f <= 2 end",
        "function(r) return 2 < r.f end",
        "function(r) return r.f >= r.i end",
        "function(r) return r.i < r.f end",
        "function(r) return r.i == r.f end",
        "function(r) return r.i ~= r.j end",
        "function(r) return r.big == 9007199254740993 end",
        "function(r) return r.big > 9.007199254740992e15 end",
        "function(r) return r.s < \"b\" end",
        "function(r) return r.s >= r.t end",
        "function(r) return r.s == r.t end",
        "function(r) return r.t ~= \"Ada\" and r.t ~= \"\" end",
        "function(r) return r.mix == 1 end",
        "function(r) return r.mix == \"x\" or r.mix == true end",
        "function(r) return r.mix end",
        "function(r) return r.mix > 1 end",
        "function(r) return (r.i or 0) > 2 end",
        "function(r) return (r.f or 0) > 2 end",
        "function(r) return (r.mix or 5) == 5 end",
        "function(r) return r.i ~= nil and r.i > 2 or r.s == \"Ada\" end",
        "function(r) if r.i and r.i > 1 then return r.j > 2 elseif r.s then return r.s ~= \"\" else return false end end",
        "function(r) return r.nested.city == \"Bern\" end",
        "function(r) return r.nested and r.nested.city == \"Bern\" end",
        "function(r) return r.nested and r.nested.none end",
        "function(r) return #r.s > 5 end",
        "function(r) return #r.arr > 1 end",
        "function(r) return r.s:find(\"a\", 1, true) end",
        "function(r) return r.s:find(\"name\") ~= nil end",
        "function(r) return r.s:sub(1, 1) == \"A\" end",
        "function(r) return r.s:lower() == \"abc\" end",
        "function(r) return tonumber(r.s) end",
        "function(r) return tonumber(r.s) and tonumber(r.s) > 5 end",
        "function(r) return names[r.t] end",
        "function(r) return names[r.i] == \"two\" end",
        "function(r) return names[r.b] end",
        "function(r) return names[r.mix] ~= nil end",
        "function(r) return info[r.t].n == 1 end",
        "function(r) return info[r.t] and info[r.t].city end",
        "function(r) return r.i > limit end",
        "function(r) return r.i % 2 == 0 end",
        "function(r) return r.i // 3 == 1 end",
        "function(r) return 10 // r.i > 1 end",
        "function(r) return r.i % r.j == 1 end",
        "function(r) return r.s + 1 > 2 end",
        "function(r) return r.mix + 1 == 2 end",
        "function(r) return type(r.mix) == \"number\" end",
        "function(r) return math.type(r.mix) == \"integer\" end",
        "function(r) return kind(r.i) == \"high\" end",
        "function(r) return kind(r.mix) == \"other\" end",
        "function(r) local x = r.i or r.f or 0 return x > 1 and x < 50 end",
        "function(r) for k = 1, 3 do if r.i == k then return true end end return false end",
        "function(r) local n = 0 for k = 1, 5 do if k > (r.j or 0) then break end n = n + k end return n > 3 end",
        "function(r) if r.s == nil then error(\"no s\") end return r.s ~= \"\" end",
        "function(r) assert(r.i, \"no i\") return r.i > 1 end",
        "function(r) return r.i & 1 == 1 end",
        "function(r) return r.i << 2 > 8 end",
        "function(r) return r.f | 0 == 2 end",
        "function(r) return r.i == 1 or r.i == 2 or r.i == 3 or r.s == \"abc\" end",
        "function(r) return (r.i == 1 or r.b) and (r.j == 2 or r.f == 2.0) end",
        "function(r) return r.big + 1 > r.big end",
        "function(r) return -r.i > 0 end",
        "function(r) return -r.s > 0 end",
        "function(r) return r.missing.x end",
        "function(r) return r.missing == nil end",
        "function(r) r.i = 5 return r.i == 5 end",
        "function(r) if r.b then r.i = nil end return r.i end",
        "function(r) r.i = null return r.i == nil end",
        "function(r) return floor(r.f) == 0 end",
        "function(r) return math.max(r.i, r.j, 2) == 2 end",
        "function(r) return math.min(r.i, r.f) < 0 end",
        "function(r) return select(\"#\", r.i, r.j) == 2 and select(2, r.i, r.j) == 2 end",
        "function(r) return r.t == nil or #r.t == 0 end",
        "function(r) return r.s .. \"\" == r.s end",
        "function(r) return r.i .. r.f == \"12.0\" end",
        "function(r) return tostring(r.mix) == \"2.5\" end",
        "function(r) return r.s:upper() > r.s end",
        "function(r) return r.s:byte() == 65 end",
        "function(r) return string.len(r.i) == 2 end",
        "function(r) return r.b == true end",
        "function(r) return r.b == false end",
        "function(r) return r.b ~= nil end",
        "function(r) return r.arr end",
        "function(r) return r.nested end",
        "function(r) while true do if r.i then return true end return false end end",
        "function(r) local t = {x = r.i, 1, 2} return t.x and t[2] == 2 and #t == 2 end",
        "function(r) return ({a = 1, b = 2})[r.t] end",
    ]

    /// Records; each must be lifted.
    static let records = [
        "function(r) return {id = r.i, name = r.s:lower(), day = r.s:sub(1, 4)} end",
        "function(r) return {a = r.i, b = r.j, c = r.big, d = r.f, e = r.s, g = r.b} end",
        "function(r) return {a = r.i + 1, b = r.i * 2.5, c = r.i / 2, d = r.i // 2, e = r.i % 3, g = r.i ^ 2, h = -r.i, k = ~r.j} end",
        "function(r) return {a = r.f + 1, d = r.f // 2, e = r.f % 3, g = r.f ^ 2, h = -r.f} end",
        "function(r) return {x = r.mix} end",
        "function(r) return {x = r.i or \"none\"} end",
        "function(r) return {x = r.i or 0.5, y = r.s or \"?\"} end",
        "function(r) return {x = nil, y = null, z = 1} end",
        "function(r) return {} end",
        "function(r) return r end",
        "function(r) return nil end",
        "function(r) return 5 end",
        "function(r) r.n = 1 return r end",
        "function(r) r.i = r.i + 1 return r end",
        "function(r) r.i = nil return r end",
        "function(r) r.s = null return r end",
        "function(r) if r.b then r.i = 7 end return r end",
        "function(r) if r.b then r.s = nil end return r end",
        "function(r) if r.b then r.s = null end return r end",
        "function(r) if r.b then r.i = \"x\" end return r end",
        "function(r) if r.b then r.new1 = 1 else r.new2 = \"z\" end r.new3 = r.j return r end",
        "function(r) if r.b then r.new1 = 1 r.new2 = 2 else r.new2 = 3 r.new1 = 4 end return r end",
        "function(r) r.z = r.i r.y = r.f r.x = r.s return r end",
        "function(r) r.z = r.i + 1 r.y = r.j return r end",
        "function(r) r.mix = r.mix return r end",
        "function(r) r.f = r.i return r end",
        "function(r) r.i = r.f or r.i return r end",
        "function(r) r.arr = nil r.nested = nil return r end",
        "function(r) r.nested = 5 return r end",
        "function(r) if r.b then r.nested = 5 end return r end",
        "function(r) if r.b then return {x = 1} end return {x = 2, y = 3} end",
        "function(r) if r.b then return {x = 1} end return r end",
        "function(r) if r.b then return {x = 1} end end",
        "function(r) if r.i > 0 then return {p = r.i} else return {p = -r.i, q = r.s} end end",
        "function(r) return {s = r.s .. \"-\" .. r.i} end",
        "function(r) return {s = r.f .. \"\"} end",
        "function(r) return {s = r.i .. r.f .. tag} end",
        "function(r) return {s = tostring(r.f), t = tostring(r.b), u = tostring(r.mix), v = tostring(nil), w = tostring(r.big)} end",
        "function(r) return {n = tonumber(r.s)} end",
        "function(r) return {n = tonumber(r.s) or 0, m = tonumber(r.mix)} end",
        "function(r) return {s = r.s:upper(), t = r.s:reverse(), u = r.s:rep(2), v = #r.s, w = r.s:len(), x = r.s:byte(2), y = r.s:byte(-1)} end",
        "function(r) return {a = r.s:sub(2), b = r.s:sub(-3), c = r.s:sub(2, -2), d = r.s:sub(0), e = r.s:sub(5, 2), g = r.s:sub(-100, 100), h = r.s:sub(r.j), k = r.s:sub(1, r.j), l = r.s:sub(3, 14)} end",
        "function(r) return {a = string.format(\"%d|%5.2f|%s|%05d|%x\", r.i, r.f, r.s, r.j, r.j), b = string.format(\"%g %e %.3f%%\", r.f, r.f, r.i)} end",
        "function(r) return {a = string.format(\"%d\", r.f)} end",
        "function(r) return {a = math.floor(r.f), b = math.ceil(r.f), c = math.abs(r.f), d = math.abs(r.i), e = math.sqrt(r.f), g = math.max(r.i, r.f), h = math.min(r.i, 3), k = math.pi, l = math.huge, m = math.tointeger(r.f), n = math.log(r.f, 2)} end",
        "function(r) return {x = names[r.t], y = names[r.i], z = names[r.mix]} end",
        "function(r) return {n = (info[r.t] or {}).n} end",
        "function(r) return {n = info[r.t] and info[r.t].n, c = info[r.t] and info[r.t].city} end",
        "function(r) return {k = kind(r.i), l = kind(r.mix), m = clean(r.s), n = double(r.i)} end",
        "function(r) return {city = r.nested.city, n = r.nested.n} end",
        "function(r) return {city = r.nested and r.nested.city or \"?\"} end",
        "function(r) return {n = #r.arr} end",
        "function(r) return {a = r.arr} end",
        "function(r) return {a = r.nested} end",
        "function(r) local o = {} o.x = r.i if r.b then o.y = r.f end o.x = (o.x or 0) + 1 return o end",
        "function(r) local t = {} for k = 1, 3 do t[k] = r.i + k end return {s = table.concat(t, \",\")} end",
        "function(r) local sum = 0 for k = 1, 4 do sum = sum + k * r.i end return {sum = sum} end",
        "function(r) local a, b = r.s:find(\"a\", 1, true) return {a = a, b = b} end",
        "function(r) return {x = r.i == r.j, y = r.i ~= r.j, z = r.i and r.b, w = not r.b} end",
        "function(r) return {x = r.i > r.j and \"gt\" or \"le\"} end",
        "function(r) return {x = type(r.mix), y = type(r.s), z = type(nil), w = math.type(r.mix)} end",
        "function(r) return {b = r.b, a = r.i, [\"zz top\"] = 1} end",
        "function(r) local k = \"dyn\" .. \"amic\" return {[k] = r.i, b = 1} end",
        "function(r) return {big = r.big * r.big, b2 = r.big + r.big, b3 = r.big // -1, b4 = r.big % -1, b5 = r.big << 1, b6 = r.big >> 1, b7 = r.big ~ r.i} end",
        "function(r) return {a = \"10\" + r.i, b = r.s * 2} end",
        "function(r) return {a = r.i // 0.0, b = r.i % 0.0, c = 0/0, d = r.f / 0} end",
        "function(r) return {a = r.i // r.j, b = r.i % r.j} end",
        "function(r) return {a = r.f // r.j, b = r.f % r.j, c = r.f % -3.5} end",
        "function(r) r.a = r.i r.i = r.j r.j = r.a return r end",
        "function(r) return {x = clean(r.s) or clean(r.t)} end",
        "function(r) r.status = r.i > 5 and \"high\" or r.i < 0 and \"neg\" return r end",
        "function(r) r.x = r.b and null or r.i return r end",
        "function(r) return {x = r.b and null or r.i} end",
        "function(r) r.s = r.s and r.s:lower() r.t = r.t:upper() return r end",
    ]

    /// Patterns, structs and odd corners; each must be lifted.
    static let more = [
        #"function(r) return r.s:match("^%s*(.-)%s*$") == "12" end"#,
        #"function(r) return r.s:find("%d") end"#,
        #"function(r) return r.s:find("^[A-Z]%a+$") ~= nil and #r.s < 9 end"#,
        #"function(r) return {a = r.s:match("%d+"), b = r.s:match("(%a+) (%a+)"), c = select(2, r.s:match("(%a+) (%a+)")), d = r.s:match("()b")} end"#,
        #"function(r) local y, m = r.s:match("(%d+)-(%d+)") return {y = y, m = tonumber(m)} end"#,
        #"function(r) local a, b, c = r.s:find("(%l+)$") return {a = a, b = b, c = c} end"#,
        #"function(r) return {a = r.s:gsub("%s", ""), b = r.s:gsub("(%a)(%a)", "%2%1"), c = r.s:gsub("a", "%%"), d = r.s:gsub("", "-"), e = r.s:gsub("^A", "<%0>")} end"#,
        #"function(r) local s, n = r.s:gsub("%w", "xyz", 3) return {s = s, n = n} end"#,
        #"function(r) return {a = r.s:gsub("(a", "x")} end"#,
        #"function(r) return {a = r.s:match("%")} end"#,
        #"function(r) return {a = r.s:match("[a-"), b = r.s:gsub("a", "%9")} end"#,
        #"function(r) return {a = r.s:match("%f[%a]%a+"), b = r.s:match("%b()"), c = r.s:match("(.)%1"), d = r.s:match("a?b*c-$"), e = r.s:match("[^%s]*")} end"#,
        #"function(r) return {a = {b = r.i, c = {d = r.s, e = nil}}, f = r.f} end"#,
        #"function(r) if r.b then return {a = {b = r.i}} end return {a = {b = r.s, c = 1}, x = null} end"#,
        #"function(r) return {a = {b = r.i + 1}} end"#,
        #"function(r) return {a = {b = null, c = r.mix}} end"#,
        #"function(r) return {d = r.day, p = r.i} end"#,
        #"function(r) r.other = r.day return r end"#,
        #"function(r) return {p = r.price} end"#,
        #"function(r) return r.price end"#,
        #"function(r) return r.price > 5 end"#,
        #"function(r) return r.day and r.day.year == 1970 end"#,
        #"function(r) return r.day == nil end"#,
        #"function(r) local function_result = kind(r.j) return {k = function_result, l = kind(nil)} end"#,
        #"function(r) local s = "" for k = 1, 3 do s = s .. k if r.b then s = s .. "!" end end return {s = s} end"#,
        #"function(r) local best = nil for k = 3, 1, -1 do if r.j == k then best = names[k] break end end return {best = best} end"#,
        #"function(r) for k = 1.5, 3 do end return r.b end"#,
        #"function(r) if r.s == "" then r.s = nil end if r.t == "" then r.t = null end r.label = (r.s or "?") .. "/" .. (r.t or "?") return r end"#,
        #"function(r) r.x = r.s if r.x == "Ada" then r.x = nil end return r end"#,
        #"function(r) r.i = r.missing return r end"#,
        #"function(r) r.x = r.i r.x = nil r.y = 1 r.x = 2 return r end"#,
        #"function(r) r.n = null return {i = r.i, n = r.n} end"#,
        #"function(r) return {x = string.format("%s", r.b > 0), y = r.i} end"#,
        #"function(r) return {x = (r.mix):reverse()} end"#,
        #"function(r) return {x = r.s, x2 = r.s, y = r.t .. r.t .. r.t .. r.t} end"#,
        #"function(r) return {a = math.max(r.f, 2), b = math.min(r.s, 1)} end"#,
        #"function(r) return {a = r.i < 9007199254740993.0, b = r.big < 9007199254740992.0, c = r.big == 9223372036854775807, d = r.big >= 9.3e18, e = r.big > -9.3e18} end"#,
        #"function(r) return {a = r.f == 2, b = r.f < 9007199254740993, c = 1 < r.f, d = r.f ~= r.f} end"#,
        #"function(r) return {a = r.i >> 70, b = r.i << -3, c = r.i >> r.j, d = r.i | 3, e = r.i ~ -1, g = ~r.i, h = 3 & r.j} end"#,
        #"function(r) return {a = r.mix == r.mix, b = r.s == r.mix, c = r.nested == r.nested, d = r.i == r.s} end"#,
        #"function(r) local t = {r.i + 1, r.j or 0} t[#t + 1] = 7 return {a = t[3], b = t[1], n = #t} end"#,
        #"function(r) local e = info[r.t] or {n = r.i} return {n = e.n, c = e.city} end"#,
        #"function(r) local e = r.b and {x = 1, y = r.i} or {x = r.j} return {x = e.x, y = e.y} end"#,
        #"function(r) local e if r.b then e = {x = 1} else e = nil end return {x = e and e.x, t = type(e)} end"#,
        #"function(r) local e = info[r.t] or r.b and 5 or {} return type(e) == "table" end"#,
        #"function(r) local e = info[r.t] if not e then e = {n = r.i, city = r.t} end r.n = e.n r.city = e.city return r end"#,
        #"function(r) return r.b and r or {x = r.i} end"#,
        #"function(r) return r.b and {x = r.i} or r.i and {x = r.j} end"#,
        #"function(r) local e = r.b and r or {i = 7} return {i = e.i} end"#,
        #"function(r) local e = (r.b and info.Ada or info[r.t] or {n = 0}) return {n = e.n} end"#,
        #"function(r) local a = info[r.t] local b = info[r.s] local c = a or b return {n = c and c.n} end"#,
        #"function(r) local f = r.b and double or kind if f == double then return 1 end return f == nil end"#,
        #"function(r) local s = 0 for k = 0.5, 2 do s = s + k * r.i end for k = 3, 1, -0.5 do s = s + k end return {s = s} end"#,
        #"function(r) local t = {} t.e = info[r.t] return {n = t.e and t.e.n} end"#,
        #"function(r) return {n = #(info[r.t] and "yes" or r.b and {1, 2} or {})} end"#,
        #"function(r) return not not r.i end"#,
        #"function(r) return r.s and not (r.i == 1 and r.j == 2) or r.b end"#,
        #"function(r) goto done ::skip:: do return true end ::done:: if r.b then goto skip end return false end"#,
        #"function(r) local a <const> = 5 local b = r.i if not b then b = a elseif b > a then b = a else b = b + a end return {b = b} end"#,
        #"function(r) return {a = r.i and r.i > 5 and "big" or r.i and "small" or "none"} end"#,
        #"function(r) return {a = string.format("%-8d|%+.3e|%08.3f|% d", r.i, r.f, r.f, r.j)} end"#,
        #"function(r) return {a = #r.s == 0 and null or r.s} end"#,
        #"function(r) return {a = tostring(r.f):sub(1, 5), b = (r.i .. ""):len(), c = ("x"):rep(3) .. r.j} end"#,
    ]

    @Test(arguments: conditions + records + more)
    func agreesWithTheInterpreter(_ code: String) throws {
        for (name, batch) in LiftingBatches.all { try expectAgreement(Self.prelude + "\nreturn " + code, batch, name) }
    }

    /// More of the library, and functions made inside; each must be lifted.
    static let library = [
        #"function(r) return {a = string.format("%5s|%-10s|%.3s|%-6.2s|%3s", r.s, r.t, r.s, r.s, r.i), b = string.format("%20s", r.mix)} end"#,
        #"function(r) return {a = string.format("%s%10s", r.b, r.b), b = string.format("%c%-3c", 65 + r.j, 66)} end"#,
        #"function(r) return {a = ("x\0y"):format(), b = string.format("%5s", "a\0" .. r.j)} end"#,
        #"function(r) return {a = string.format("%5s", r.s:rep(9)), b = string.format("%.99s", r.s:rep(12)), c = string.format("%99s", r.s)} end"#,
        #"function(r) return {a = r.s:find("a", 2, true), b = r.s:find("e", -3, true), c = r.s:find("", 30, true), d = r.s:find("", 3)} end"#,
        #"function(r) return {a = r.s:find("%a+", 3), b = r.s:match("%d+", -4), c = r.s:match("^b", 2), d = r.s:match("()", 100), e = r.s:match("%f[%w]%w+", 2)} end"#,
        #"function(r) local a, b = r.s:find("%s", 2) return {a = a, b = b} end"#,
        #"function(r) return {a = tonumber(r.s, 16), b = tonumber(r.s, 10), c = tonumber(r.t, 36), d = tonumber("z", 36), e = tonumber(r.s, 2)} end"#,
        #"function(r) return {a = tonumber(r.i, 10)} end"#,
        #"function(r) return {a = math.fmod(r.i, r.j), b = math.fmod(r.f, 3), c = math.fmod(r.i, 2.5), d = math.fmod(r.big, -7), e = math.fmod(-7, r.j)} end"#,
        #"function(r) local w, f = math.modf(r.f) return {w = w, f = f} end"#,
        #"function(r) local w, f = math.modf(r.i) return {w = w, f = f, g = math.modf(-0.5), h = math.modf(r.f * 1e308)} end"#,
        #"function(r) return {a = math.ult(r.i, r.j), b = math.ult(r.big, 5), c = math.ult(r.f, 1)} end"#,
        #"function(r) return {a = math.log(r.f, 3), b = math.log(r.i, 2), c = math.log(r.i, 10), d = math.log(r.i, 2.5)} end"#,
        #"function(r) return {a = r.s:rep(2, "-"), b = r.s:rep(0, ","), c = r.t:rep(1, "x"), d = (r.i .. ""):rep(3, "")} end"#,
        #"function(r) local f = function() return r.i end return f() end"#,
        #"function(r) local ok, v = pcall(function() return r.i // r.j end) return {ok = ok, v = ok and v} end"#,
        #"function(r) local ok, v = pcall(function(x) if x == 2 then error("two") elseif x then return x * 2 end end, r.i) return {ok = ok, v = v} end"#,
        #"function(r) return pcall(error, r.i) end"#,
        #"function(r) return pcall(kind, r.i) end"#,
        #"function(r) return {a = string.char(72, 105), b = string.char(0, 255):len()} end"#,
        #"function(r) local function norm(s) return s and s:lower() or "none" end return {a = norm(r.s), b = norm(r.t)} end"#,
        #"function(r) local k = r.j or 0 local function add(x) return (x or 0) + k end return {a = add(r.i), b = add(1)} end"#,
        #"function(r) local function down(n) if n <= 0 then return 0 end return n + down(n - 1) end return {a = down(4)} end"#,
        #"function(r) local function pick(a, b) local function or_else() return b end return a or or_else() end return {a = pick(r.i, r.j)} end"#,
        #"function(r) local n = 0 for k = 1, 3 do local function times(x) return x * k end n = n + times(r.j or 0) end return {n = n} end"#,
        #"function(r) local get = {i = function() return r.i end} return {a = get.i()} end"#,
        #"function(r) local f if r.b then f = function(x) return x end else f = function(x) return x end end return f ~= nil end"#,
    ]

    @Test(arguments: library)
    func agreesOnTheLibrary(_ code: String) throws {
        for (name, batch) in LiftingBatches.all { try expectAgreement(Self.prelude + "\nreturn " + code, batch, name) }
    }

    /// Loops over lists and reads from them; each must be lifted.
    static let loops = [
        "function(r) local s = 0 for i, v in ipairs(r.nums) do s = s + v end return {s = s} end",
        "function(r) local s = 0 for _, v in ipairs(r.floats) do s = s + v end return {s = s} end",
        "function(r) local s = 0 for _, v in ipairs(r.nums or {}) do s = s + v end return {s = s} end",
        "function(r) local s = 0 for _, v in ipairs(r.items or {}) do s = s + v.price * v.qty end return {s = s} end",
        "function(r) local s, n = 0, 0 for _, v in ipairs(r.items or {}) do if v.price and v.qty then s = s + v.price * v.qty n = n + 1 end end return {s = s, n = n} end",
        "function(r) local p = 1 for _, v in ipairs(r.nums or {}) do p = p * v end return {p = p} end",
        "function(r) local m for _, v in ipairs(r.floats or {}) do if not m or v > m then m = v end end return {m = m} end",
        "function(r) local m = -math.huge for _, v in ipairs(r.nums or {}) do m = math.max(m, v) end return {m = m} end",
        "function(r) for _, v in ipairs(r.items or {}) do if v.sku == \"Ada\" then return true end end return false end",
        "function(r) local found = false for _, v in ipairs(r.items or {}) do if v.sku == \"Ada\" then found = true break end end return found end",
        "function(r) for i, v in ipairs(r.names or {}) do if v == r.s then return {at = i, is = v} end end return {at = 0} end",
        "function(r) for _, v in ipairs(r.items or {}) do if v.sku == r.s then return v.price > r.limit end end end",
        "function(r) local t = \"\" for i, v in ipairs(r.names or {}) do if i > 1 then t = t .. \",\" end t = t .. v end return {t = t} end",
        "function(r) local t = \"\" for i, v in ipairs(r.mixed or {}) do t = t .. i .. tostring(v) end return {t = t} end",
        "function(r) for i, v in ipairs(r.nums or {}) do if v == 2 then r.at = i end end return r end",
        "function(r) r.n = 0 for _, v in ipairs(r.nums or {}) do r.n = r.n + 1 if v > 2 then r.s = nil end end return r end",
        "function(r) local o = {n = 0} for _, v in ipairs(r.items or {}) do o.n = o.n + 1 o.last = v.sku end return o end",
        "function(r) local all = true for _, v in ipairs(r.flags or {}) do all = all and v end return all end",
        "function(r) local n = 0 for _, v in ipairs(r.nums or {}) do if v < 0 then goto next end n = n + v ::next:: end return {n = n} end",
        "function(r) local n = 0 for _, v in ipairs(r.rows or {}) do for _, w in ipairs(v) do n = n + w end end return {n = n} end",
        "function(r) local n = 0 for i, v in ipairs(r.items or {}) do for j, w in ipairs(v.tags or {}) do if w == \"b\" then n = n + i * j break end end end return {n = n} end",
        "function(r) for i, v in ipairs(r.items or {}) do for _, w in ipairs(v.tags or {}) do if w == \"c\" then return {i = i, sku = v.sku} end end end return {i = 0} end",
        "function(r) local n = 0 for _, v in ipairs(r.box and r.box.list or {}) do n = n + v end return {n = n} end",
        "function(r) local n = 0 for _, v in ipairs(r.items or {}) do n = n + (v.box and v.box.w or 0) end return {n = n} end",
        "function(r) local n = 0 for i = 1, #r.nums do n = n + r.nums[i] end return {n = n} end",
        "function(r) local n = 0 if r.items then for i = 1, #r.items do local v = r.items[i] n = n + (v.qty or 0) end end return {n = n} end",
        "function(r) local n = 0 for i = #r.nums, 1, -1 do n = n * 2 + r.nums[i] end return {n = n} end",
        "function(r) local n = 0 for i = 2, #r.nums do if r.nums[i] == r.nums[i - 1] then n = n + 1 end end return {n = n} end",
        "function(r) local n = 0 for k = 1, math.min(r.i, 20) do n = n + k end return {n = n} end",
        "function(r) local n = 0 for k = 1, r.limit / 10 do n = n + k end return {n = n} end",
        "function(r) local t = \"\" for k = 1, #(r.s or \"\") do t = r.s:sub(k, k) .. t end return {t = t} end",
        "function(r) return {a = r.nums and r.nums[1], b = r.nums and r.nums[2], n = r.nums and #r.nums} end",
        "function(r) return r.nums[1] == 1 end",
        "function(r) return {sku = r.items[1].sku, price = r.items[1] and r.items[1].price} end",
        "function(r) return {last = r.nums[#r.nums], w = r.items[2].box.w, t = r.items[1].tags[1]} end",
        "function(r) return {a = r.items[0], b = r.nums[100], c = r.nums[-1]} end",
        "function(r) return r.items[1] end",
        "function(r) return {first = r.items[1]} end",
        "function(r) return {v = r.nums[1], w = r.names[1], x = r.mixed[1], y = r.flags[1]} end",
        "function(r) local s = 0 for _, v in pairs(r.items or {}) do s = s + (v.price or 0) end return {s = s} end",
        "function(r) local t = \"\" for k, v in pairs(r.names) do t = t .. k .. v end return {t = t} end",
        "function(r) local n = 0 for _ in pairs(r.box or {}) do n = n + 1 end for _ in pairs(r.s or {}) do n = n + 1 end return {n = n} end",
        "function(r) return {a = table.concat(r.names or {}, \", \"), b = table.concat(r.nums or {})} end",
        "function(r) return {a = table.concat(r.mixed, \"; \")} end",
        "function(r) return {a = r.floats and table.concat(r.floats, \",\") or \"none\", b = table.concat(r.b and r.nums or {\"x\", 2}, \"-\")} end",
        "function(r) local t = \"\" for _, v in ipairs(r.items or {}) do t = t .. \"[\" .. table.concat(v.tags or {}, \"+\") .. \"]\" end return {t = t} end",
        "function(r) return {a = table.concat(r.flags or {}, \",\")} end",
        "function(r) return {a = total(r.nums), b = total(r.floats)} end",
        "function(r) local x for _, v in ipairs(r.items or {}) do x = v end return x ~= nil end",
        "function(r) local n = 0 for _, v in ipairs(r.nums or {}) do n = n + v if n > 5 then break end n = n + 1 end return n end",
        "function(r) local a, b = 0, 1 for _, v in ipairs(r.nums or {}) do a, b = b, a + b end return {a = a, b = b} end",
        "function(r) for _, v in ipairs(r.names or {}) do assert(v ~= \"nil\", \"bad\") end return true end",
        "function(r) for _, v in ipairs(r.nums or {}) do if v > 2 then return r end end end",
        "function(r) for _, v in ipairs(r.nums or {}) do if v > 2 then return {first = v, b = r.b} end end return {b = r.b} end",
        "function(r) for _, v in ipairs(r.nums) do local x = v // r.i end return true end",
        "function(r) local n = 0 for _, v in ipairs(r.names or {}) do n = n + #v end return {n = n} end",
        "function(r) local n = 0 for _, v in ipairs(r.names or {}) do n = n + (names[v] and 1 or 0) end return {n = n} end",
        "function(r) local n = 0 for _, v in ipairs(r.names or {}) do n = n + (info[v] or {n = 0}).n end return {n = n} end",
        "function(r) for _, word in ipairs({\"Ada\", \"abc\", r.s}) do if r.s == word then return true end end return false end",
        "function(r) for i, word in ipairs(words) do if r.s:lower():find(word, 1, true) then return i end end end",
        "function(r) local n = 0 if r.b then for _, v in ipairs(r.nums or {}) do n = n + v end else for _, v in ipairs(r.floats or {}) do n = n - v end end return {n = n} end",
        "function(r) local n = 0 for _, v in ipairs(r.nums or {}) do for k = 1, 3 do if k == v then n = n + k end end end return {n = n} end",
        "function(r) local n = 0 for k = 1, 2 do for _, v in ipairs(r.nums or {}) do n = n + v * k end end return {n = n} end",
        "function(r) local n, m = 0, 0 for _, v in ipairs(r.nums or {}) do n = n + 1 end for _, v in ipairs(r.nums or {}) do m = m + (v > n and 1 or 0) end return {m = m} end",
    ]

    @Test(arguments: loops)
    func agreesOverLists(_ code: String) throws {
        for (name, batch) in LiftingBatches.allLists { try expectAgreement(Self.prelude + "\nreturn " + code, batch, name) }
    }

    struct Refusal: CustomTestStringConvertible {
        let code: String
        let reason: String
        var testDescription: String { code }
    }

    @Test(arguments: [
        Refusal(code: "function(r) return {[1] = 1} end", reason: "returns a table with keys that are no names (line 1)"),
        Refusal(code: "function(r) local t = {r.i, r.j} return #t end", reason: "takes the length of a table whose length is not known (line 1)"),
        Refusal(code: "function(r) return {a = {r.i}} end", reason: "returns a table with keys that are no names (line 1)"),
        Refusal(code: "function(r)\nfor k, v in pairs(r) do return k end end", reason: "calls 'pairs' (line 2)"),
        Refusal(code: "function(r) return xpcall(error, print) end", reason: "prints"),
        Refusal(code: "function(r)\nreturn xpcall(error, error, r.i) end", reason: "calls 'xpcall' (line 2)"),
        Refusal(code: "function(r)\n\n for k = r.j, r.i do end end", reason: "loops between bounds that are no constant integers (line 3)"),
        Refusal(code: "function(r)\nlocal t = {}\nfor _, v in ipairs(r.items) do\nt[#t + 1] = v end return {n = #t} end", reason: "takes the length of a table whose length is not known (line 4)"),
        Refusal(code: "function(r)\nfor _, v in ipairs(r.items) do v.x = 1 end return r end", reason: "writes into a table that others may see"),
        Refusal(code: "function(r)\nlocal n = 0\nwhile n < #r.nums do n = n + 1 end return n end", reason: "has a loop that is too long, or too many ways through the code (line 3)"),
        Refusal(code: "function(r) return r.s:match(r.t) end", reason: "calls 'string.match' with a computed pattern (line 1)"),
        Refusal(code: "function(r) return r[r.s] end", reason: "reads a field whose name it computes (line 1)"),
        Refusal(code: "function(r) return undefined end", reason: "reads the global 'undefined', which is not set (line 1)"),
        Refusal(code: "function(r) local n = 0 local f = function() return n end n = 1 return f() end", reason: "makes a function that sees a variable which changes (line 1)"),
        Refusal(code: "function(r) local n = 0 local function f() n = n + 1 end f() return n end", reason: "assigns to a variable outside of it (line 1)"),
        Refusal(code: "function(r) r.nested.n = 5 return r end", reason: "assigns into a nested value (line 1)"),
        Refusal(code: "function(r) while r.i do end end", reason: "has a loop that is too long, or too many ways through the code (line 1)"),
    ])
    func refusesWithTheLine(_ refusal: Refusal) throws {
        let forms = try TwoForms("return " + refusal.code)
        #expect(forms.lifted == nil)
        #expect(forms.refusal == refusal.reason)
    }

    struct Left: CustomTestStringConvertible {
        let code: String
        let rows: Int
        var testDescription: String { code }
    }

    static let some = makeBatch([
        [("a", .int(1)), ("s", .string("x")), ("d", .date(3))], [("a", .null), ("s", .string("0x1F")), ("d", .null)],
        [("a", .int(3)), ("s", .null), ("d", .date(5))], [("a", .int(0)), ("s", .string("7")), ("d", .date(7))],
    ])

    /// The interpreter sees the rows that raise, and those whose values no kernel knows; no others.
    @Test(arguments: [
        Left(code: "function(r) return r.a == 1 end", rows: 0),
        Left(code: "function(r) return r.a > 1 end", rows: 1),
        Left(code: "function(r) return r.a and r.a > 1 end", rows: 0),
        Left(code: "function(r) return r.s ~= nil and r.s:lower() == 'x' end", rows: 0),
        Left(code: "function(r) return r.s:lower() == 'x' end", rows: 1),
        Left(code: "function(r) return tonumber(r.s) == 7 end", rows: 1),
        Left(code: "function(r) return 6 // r.a > 1 end", rows: 2),
        Left(code: "function(r) return r.a ~= nil and r.a ~= 0 and 6 // r.a > 1 end", rows: 0),
        Left(code: "function(r) return r.d end", rows: 0),
        Left(code: "function(r) return r.d and r.d.year end", rows: 3),
        Left(code: "function(r) local x = r.a + 1 return true end", rows: 1),
        Left(code: "function(r) if r.a then local x = r.s .. '' end return true end", rows: 1),
        Left(code: "function(r) if r.a == 3 then error('three') end return r.s end", rows: 1),
    ])
    func leavesToTheInterpreter(_ left: Left) throws {
        let (interpreted, lifted, rows) = try TwoForms("return " + left.code).results(Self.some)
        #expect(interpreted == lifted)
        #expect(rows == left.rows)
    }

    @Test func stringsOfDictionariesStayOne() throws {
        let batch = LiftingBatches.encoded(LiftingBatches.clean())
        let lifted = try #require(try TwoForms("return function(r) return {s = r.s:lower(), t = r.t} end").lifted)
        let records = try #require(lifted.map(batch)).batch
        for column in records.columns {
            guard case .dictionary(_, let values) = column.storage else {
                Issue.record("no dictionary")
                continue
            }
            #expect(values.count <= LiftingBatches.words.count)
        }
    }

    struct Implied: CustomTestStringConvertible {
        let body: String
        let predicate: String?
        var testDescription: String { body }
    }

    @Test(arguments: [
        Implied(body: "r.a > 0 and r.s == 'x'", predicate: "a > 0L AND NOT isnan(a) AND s = 'x' OR a IS NULL"),
        Implied(body: "r.a == 1 or r.a == 2", predicate: "a = 1L OR a = 2L"),
        Implied(body: "not (r.a == nil)", predicate: "a IS NOT NULL"),
        Implied(body: "r.s:lower() == 'x'", predicate: nil),
        Implied(body: "r.a == 1 and r.s:lower() == 'x'", predicate: "a = 1L"),
        Implied(body: "r.s < 'x'", predicate: nil),
        Implied(body: "not (r.a > 0)", predicate: nil),
        Implied(body: "5 <= r.a", predicate: "a >= 5L AND NOT isnan(a) OR a IS NULL"),
    ])
    func impliesAPredicate(_ implied: Implied) throws {
        let lifted = try #require(try TwoForms("return function(r) return \(implied.body) end").lifted)
        #expect(lifted.impliedPredicate.map { "\($0)" } == implied.predicate)
    }

    // MARK: Random functions

    /// Writes expressions over the fields of the batches, deeper ones from their parts.
    struct Writer {
        var numbers: LiftingRandom

        mutating func number(_ depth: Int) -> String {
            if depth == 0 { return numbers.pick(["r.i", "r.j", "r.big", "r.f", "r.mix", "0", "1", "-3", "2.5", "100", "9007199254740993"]) }
            switch numbers.next(9) {
            case 0, 1: return "(\(number(depth - 1)) \(numbers.pick(["+", "-", "*", "/", "//", "%", "+", "-"])) \(number(depth - 1)))"
            case 2: return "#\(string(depth - 1))"
            case 3: return "(tonumber(\(string(depth - 1))) or \(number(depth - 1)))"
            case 4: return "(\(number(depth - 1)) or \(number(depth - 1)))"
            case 5: return "(\(condition(depth - 1)) and \(number(depth - 1)) or \(number(depth - 1)))"
            case 6: return "(-(\(number(depth - 1))))"
            case 7: return "math.\(numbers.pick(["floor", "ceil", "abs"]))(\(number(depth - 1)))"
            default: return "math.\(numbers.pick(["max", "min"]))(\(number(depth - 1)), \(number(depth - 1)))"
            }
        }

        mutating func string(_ depth: Int) -> String {
            if depth == 0 { return numbers.pick(["r.s", "r.t", "r.mix", "'Ada'", "'completed'", "''", "'10'", "'a constant of more than twelve'"]) }
            switch numbers.next(8) {
            case 0: return "(\(string(depth - 1))):lower()"
            case 1: return "string.upper(\(string(depth - 1)))"
            case 2: return "string.sub(\(string(depth - 1)), \(numbers.pick(["1", "2", "-3", "r.j"])), \(numbers.pick(["3", "-1", "12", "20"])))"
            case 3: return "(\(string(depth - 1)) .. \(string(depth - 1)))"
            case 4: return "(\(string(depth - 1)) .. \(number(depth - 1)))"
            case 5: return "tostring(\(number(depth - 1)))"
            case 6: return "(\(string(depth - 1)) or \(string(depth - 1)))"
            default: return "(\(condition(depth - 1)) and \(string(depth - 1)) or \(string(depth - 1)))"
            }
        }

        mutating func condition(_ depth: Int) -> String {
            if depth == 0 { return numbers.pick(["r.b", "r.i", "r.s == 'Ada'", "r.j == 2", "r.f > 0", "r.missing", "not r.b", "true", "r.mix"]) }
            switch numbers.next(8) {
            case 0, 1: return "\(number(depth - 1)) \(numbers.pick(["<", "<=", ">", ">=", "==", "~="])) \(number(depth - 1))"
            case 2, 3: return "\(string(depth - 1)) \(numbers.pick(["<", "<=", ">", ">=", "==", "~="])) \(string(depth - 1))"
            case 4: return "(\(condition(depth - 1)) and \(condition(depth - 1)))"
            case 5: return "(\(condition(depth - 1)) or \(condition(depth - 1)))"
            case 6: return "not (\(condition(depth - 1)))"
            default: return "type(\(numbers.pick(["r.mix", "r.s", "r.i", "r.missing"]))) == \(numbers.pick(["'number'", "'string'", "'nil'"]))"
            }
        }

        mutating func value(_ depth: Int) -> String {
            switch numbers.next(3) {
            case 0: number(depth)
            case 1: string(depth)
            default: condition(depth)
            }
        }

        mutating func function() -> String {
            switch numbers.next(5) {
            case 0: return "return function(r) return \(condition(3)) end"
            case 1: return "return function(r) return {x = \(value(2)), y = \(value(2)), i = r.i} end"
            case 2: return "return function(r) r.s = \(value(2)) r.n = \(value(2)) r.o = \(value(1)) return r end"
            case 3: return "return function(r) if \(condition(2)) then r.i = \(value(1)) r.k = \(value(1)) else r.l = \(value(1)) r.s = nil end return r end"
            default:
                return "return function(r) local x = \(value(1)) if \(condition(2)) then x = \(value(1)) elseif \(condition(1)) then return {x = x} end return {x = x, z = \(value(2))} end"
            }
        }
    }

    @Test(arguments: 0..<20)
    func agreesOnRandomFunctions(_ seed: Int) throws {
        var writer = Writer(numbers: LiftingRandom(seed: UInt64(seed)))
        let batches = [LiftingBatches.mixed(200, seed: UInt64(seed)), LiftingBatches.encoded(LiftingBatches.mixed(70, seed: UInt64(seed) + 100)), LiftingBatches.clean(65)]
        for _ in 0..<50 {
            let code = writer.function()
            for (number, batch) in batches.enumerated() { try expectAgreement(code, batch, "seed \(seed), batch \(number)") }
        }
    }
}
