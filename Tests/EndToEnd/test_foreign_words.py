"""What people write who come from Python, JavaScript and Spark, and the advice that the error gives them."""
import re
import unittest

from support import MasticTest

#: A script that does not parse, and what its advice says: (script, words), or (script, words, line, what is marked).
SYNTAX = [
    ('local o = {"paths": {1}}', "Lua writes {paths = ...}"),
    ('local o = {"a b": 1}', 'Lua writes ["a b"] = ...'),
    ("local o = {a: 1}", "Lua writes {a = ...}"),
    ('local o = {a: "x"}', "Lua writes {a = ...}"),
    ('paths = ["a"]', 'lists stand in braces: {"a", "b"}', 1, "["),
    ('print(["a"], ["b"])', "lists stand in braces", 1, "["),
    ("local t = [x for x in y]", "list comprehensions"),
    ('f("x", header = true)', "named arguments stand in braces: f(..., {header = ...})"),
    ("Filter.apply(frame = dyf, f = g)", "named arguments stand in braces: Filter.apply{frame = ...}", 1, "="),
    ("function f(a = 1) end", "a = a or ..."),
    ("def f(r):\n    return r", "Lua writes function f(...) ... end"),
    ("import sys", "Lua has no import", 1, "import"),
    ("from awsglue.transforms import *", "Lua has no import"),
    ("try:\n  f()\nexcept Exception as e:\n  print(e)", "pcall(function() ... end)"),
    ("try:", "pcall(function() ... end)"),
    ('raise ValueError("x")', 'Lua writes error("...")'),
    ('with open("x") as f:', "io.open(name)"),
    ("local x = 1 if a else 2", "write b and a or c", 1, "if"),
    ("if x is not None then print(1) end", "~= nil"),
    ("if x is None then print(1) end", "== nil"),
    ("if x in t then print(1) end", "Lua has no 'in' for conditions"),
    ("if x not in t then print(1) end", "Lua has no 'in' for conditions"),
    ("print x", "a call has parentheses: print(...)"),
    ("if a then\n  pass\nend", "Lua has no pass", 2, "pass"),
    ("del x", "Lua writes x = nil"),
    ("class X:", "Lua has no classes"),
    ("if x == 1:\n  f()", "Lua writes if ... then ... end", 1, ":"),
    ("while True:\n  f()", "Lua writes while ... do ... end", 1, ":"),
    ("for x in items:\n  f(x)", "for _, x in ipairs(list) do ... end", 1, ":"),
    ("if !x then print(1) end", "Lua writes not x", 1, "!"),
    ("if a != 1 then print(1) end", "~= for 'not equal'", 1, "!="),
    ("i++", "Lua writes i = i + 1", 1, "++"),
    ("i--\nf()", "write i = i - 1", 1, "i--"),
    ("local x = c ? 1 : 2", "Lua writes c and a or b", 1, "?"),
    ("local x = a ?? b", "Lua writes a or b", 1, "??"),
    ("local x = a?.b", "a and a.b", 1, "?."),
    ("var x = 1", "Lua writes local x = ...", 1, "var"),
    ("let x = 1", "Lua writes local x = ...", 1, "let"),
    ("const x = 1", "Lua writes local x = ...", 1, "const"),
    ('if a == 1\n  print("x")\nend', "write 'then' at the end of line 1", 1, " "),
    ("for i = 1, 3\n  print(i)\nend", "write 'do' at the end of line 1", 1, " "),
    ("while x\n  f()\nend", "write 'do' at the end of line 1", 1, " "),
    ("if (x) print(1) end", "write 'then' before 'print'"),
    ("if x == 1 {\n  f()\n}", "without braces"),
    ("function f() {\n}", "without braces"),
    ('local s = ",".join(t)', 'table.concat(list, ",")'),
    ('print("a".upper())', 'put the text in parentheses: ("a"):upper(...)'),
    ('print("a".strip())', 's:match("^%s*(.-)%s*$")'),
    ("df:show", "a method is called with (): write df:show()", 1, "show"),
    ("df.show", "a function is called with (): write df.show()", 1, "show"),
    ("df:show\nprint(1)", "write df:show()", 1, "show"),
    ("spark.sql('select 'a' as x')", "the ' before 'a' ends the text"),
    ('spark.sql("select "a" as x")', "the \" before 'a' ends the text"),
    ('df:write:mode("overwrite")', "write is a property: write df.write:mode(...)"),
    ('spark:read:csv("x")', "read is a property: write spark.read:csv(...)"),
    ("for i = 1, 3 do if i == 2 then continue end end", "goto continue", 1, "continue"),
    ("local f = (x) => x + 1", "Lua writes function(x) return ... end", 1, "=>"),
    ("local a = b === c", "Lua compares with ==", 1, "==="),
    ("if a <> b then f() end", "~= for 'not equal'", 1, "<>"),
    ("local a = b ** 2", "a ^ b", 1, "**"),
    ("// a comment", "a comment begins with --"),
    ("/* a comment */", "a comment begins with --"),
    ("local p = `abc`", "Lua joins text with ..", 1, "`"),
    ('local p = "C:\\data"', "[[ ]]"),
    ("x <const> = 1", "Lua writes local x <const> = ..."),
    ("local x <const> = 1\nx = 2", "declared with <const>"),
    ("local x: number = 1", None),
    ("local x = y[1:3]", "Lua has no slices"),
    ("local a = (1, 2)", "Lua has no tuples"),
    ('local d = """doc"""', "[[ ]]"),
    ("if a then f()\nelse if b then g()\nend", "elseif in one word", 2, "else if"),
    ("for x of xs do f(x) end", "for _, x in ipairs(list) do"),
    ("new Foo()", "Lua has no new"),
    ("@udf\nlocal x = 1", "Lua has no decorators", 1, "@"),
    ("t.end = 1", '["end"]'),
    # What may mean several things gets no advice of these.
    ("local t = {1 2}", "write a comma before '2'"),
    ("-- a != b\nlocal x = = 1", None),
]

FRAME = "local df = spark.range(3)\nlocal dyf = DynamicFrame.fromDF(df, glueContext, 'd')\n"
OPTIONS = "glueContext.create_dynamic_frame.from_options{connection_type = '%s', format = 'csv', connection_options = {paths = {'x.csv'}%s}, format_options = {%s}}"

#: A script that fails at run time, its code, and what its advice or its sentence says.
RUNTIME = [
    ('local p = "out/" + "x"', "E1012", "text is joined with .."),
    ('local p = "n: " + 5', "E1012", "text is joined with .."),
    ('print("%d rows" % 3)', "E1012", '("%d rows"):format(n)'),
    ('print("-" * 20)', "E1012", '("-"):rep(20)'),
    ("for x in {1, 2} do print(x) end", "E1011", "for _, x in ipairs(list) do"),
    (FRAME + "for r in df do print(r) end", "E1011", "ipairs(df:collect())"),
    (FRAME + "for r in df:collect() do print(r) end", "E1011", "for _, x in ipairs(list) do"),
    (FRAME + "for _, r in ipairs(df) do print(r.amount) end", "E1106", "ipairs(df:collect())"),
    (FRAME + "print(df[1].amount)", "E1106", "ipairs(df:collect())"),
    ("local t = {}\nt.append(1)", "E1011", "t[#t + 1] = x"),
    ("local t = {}\nt:append(1)", "E1011", "t[#t + 1] = x"),
    ("local t = {}\nfor k, v in t.items() do print(k) end", "E1011", "pairs(t)"),
    ("local t = {}\nprint(t:get('a'))", "E1011", "t[key]"),
    ("local t = {}\nt:update({})", "E1011", "pairs(other)"),
    ('local s = "a"\nprint(s:strip())', "E1011", 's:match("^%s*(.-)%s*$")'),
    ('local s = "a"\nprint(s.split(","))', "E1011", "s:gmatch("),
    ('local s = "a"\nprint(s:startswith("a"))', "E1011", "s:sub(1, #start)"),
    ('print((","):join({}))', "E1011", "table.concat"),
    ('local s = "a"\nprint(s.lower())', "E1016", "write s:lower(...)"),
    ('local s = "a"\nprint(s.find("b"))', "E1016", "write s:find(...)"),
    ("table.insert({}, 1, 2, 3)", "E1016", "table.insert(t, place, x)"),
    ('print(("a(b"):find("("))', "E1016", "signs of patterns"),
    ('print(("x"):find("["))', "E1016", "signs of patterns"),
    ('print(("x"):gsub("x", "%z"))', "E1016", "write %% for the sign itself"),
    ('for i = 1, "x" do print(i) end', "E1019", "tonumber(x)"),
    ("table.sort({3, 1, 2, 5, 4, 9, 8, 7, 6, 1, 2, 3}, function(a, b) return true end)", "E1016", "return a < b"),
    ("table.concat({{}})", "E1016", "tostring(x)"),
    ('print(("%d"):format(1.5))', "E1016", "math.floor(x)"),
    ("unpack({1})", "E1017", "table.unpack"),
    ('loadstring("x")', "E1017", "load(text)"),
    ("table.getn({})", "E1011", "#t"),
    ("table.foreach({}, print)", "E1011", "pairs(t)"),
    ('string.gfind("a", "b")', "E1011", "string.gmatch"),
    ("print(math.round(1.5))", "E1011", "math.floor(x + 0.5)"),
    ('print(os.environ["x"])', "E1010", "os.getenv"),
    ("local rows = {}\nprint(rows[0].id)", "E1010", "lists begin at 1"),
    ("debug.traceback()", "E1017", "no debug library"),
    ("print(sys.argv)", "E1017", "in arg"),
    ("try:\n  print(1)", "E1017", "pcall"),
    ("console.log(1)", "E1017", "print(value)"),
    ("IntegerType()", "E1017", 'require "pyspark.sql.types"'),
    ("local f = StructField('a')", "E1017", 'require "pyspark.sql.types"'),
    ('print(upper("x"))', "E1017", "F.upper(...)"),
    ('print(enumerate({}))', "E1017", "ipairs(list)"),
    (FRAME + 'df.write:mode("overwrite"):parquet("o"):mode("append")', "E1010", "df.write:mode(...):parquet(...)"),
    (FRAME + "df:show():count()", "E1010", "show gives nothing back"),
    (FRAME + "glueContext.write_dynamic_frame{frame = dyf}", "E1011", "write_dynamic_frame.from_options{...}"),
    (FRAME + 'df:pivot("id")', "E1106", "df:groupBy(...):pivot(...)"),
    (FRAME + 'df:option("header", true)', "E1106", "spark.read.option(...)"),
    (FRAME + 'df:mode("append")', "E1106", "df.write:mode(...)"),
    (FRAME + "df:select_fields{'id'}", "E1106", 'DynamicFrame.fromDF(df, glueContext, "name"):select_fields(...)'),
    (FRAME + "df:groupBy('id'):show()", "E1106", "agg(...) makes a DataFrame"),
    (FRAME + 'dyf:groupBy("id")', "E1106", "dyf:toDF():groupBy(...)"),
    (FRAME + 'dyf:withColumn("a", F.lit(1))', "E1106", "dyf:toDF():withColumn(...)"),
    (FRAME + "dyf:orderBy('id')", "E1106", "dyf:toDF():orderBy(...)"),
    ('print(F.col("x"):regexp_replace("a", "b"))', "E1106", "F.regexp_replace(column, ...)"),
    (FRAME + "df:filter(df.id == 1):show()", "E1103", "write a.id:eq(1)"),
    (FRAME + "df:filter(not df.id:gt(0)):show()", "E1103", "write a.id:eq(1)"),
    (FRAME + "df:join(df, df.id == df.id):show()", "E1103", "write a.id:eq(1)"),
    (FRAME + 'df:withColumn("x", df.id == 1):show()', "E1103", "write a.id:eq(1)"),
    (FRAME + "df:filter(df.id > 0):show()", "E1014", "write df.id:gt(...) for df.id > ..."),
    (FRAME + "df:filter(df.id <= 0 & df.id:eq(1)):show()", "E1014", "write df.id:le(...)"),
    (FRAME + "Filter.apply{frame = df, f = function(r) return true end}", "E1103", 'DynamicFrame.fromDF(df, glueContext, "name")'),
    (FRAME + "DynamicFrame.fromDF(dyf, glueContext, 'x')", "E1103", "dyf:toDF()"),
    (OPTIONS % ("s3", ", withHeader = true", ""), "E1105", "format_options = {withHeader = ...}"),
    (OPTIONS % ("s3", "", "paths = {'x'}"), "E1105", "connection_options = {paths = ...}"),
    (OPTIONS % ("postgresql", "", ""), "E1111", "databases and streams are not connected to"),
    ("glueContext.getSink{}", "E1111", "write_dynamic_frame.from_options"),
    ("glueContext.getSource('s3')", "E1111", "create_dynamic_frame.from_options"),
    ("glueContext.create_data_frame.from_catalog{}", "E1111", "create_dynamic_frame"),
    ("glueContext.purge_table('a', 'b')", "E1111", "overwrite"),
    ("glueContext.read.csv('x')", "E1106", "spark.read"),
    (FRAME + 'df:orderBy("id desc"):show()', "E1201", 'F.col("id"):desc()'),
    (FRAME + 'df:select(F.col("id + 1")):show()', "E1201", 'F.expr("...")'),
    # Names that mean nothing elsewhere keep the general advice.
    ("frobnicate()", "E1017", "define 'frobnicate' above this line"),
    ("local t = {}\nt.frobnicate()", "E1011", "'frobnicate' is no function here"),
]


def advice(text):
    found = re.search(r"^  = try: (.*?)(?:  \(mastic help E\d+\))?$", text, re.M)
    return found[1] if found else ""


class ForeignWordTests(MasticTest):
    def test_what_does_not_parse(self):
        for script, words, *place in SYNTAX:
            with self.subTest(script=script):
                self.write("job.lua", script + "\n")
                result = self.mastic("check", "job.lua")
                self.assertEqual(result.status, 1, result)
                if words is None:
                    self.assertRegex(advice(result.out), r"look at the marked word|write the missing 'end'", result)
                    continue
                self.assertIn(words, advice(result.out), result)
                if place:
                    line, mark = place
                    self.assertRegex(result.out, rf"\Aerror\[E100[12]\]: job\.lua:{line}: ", result)
                    shown = result.out.split("\n")
                    row = next(i for i, text in enumerate(shown) if re.search(r"\^", text))
                    start, end = re.search(r"\^+", shown[row]).span()
                    self.assertEqual(shown[row - 1][start:end] or " ", mark, result)

    def test_what_fails_at_run_time(self):
        for script, code, words in RUNTIME:
            with self.subTest(script=script):
                self.write("job.lua", script + "\n")
                self.write("x.csv", "a\n1\n")
                result = self.mastic("run", "job.lua")
                self.assertEqual(result.status, 1, result)
                self.assertIn(f"error[{code}]: ", result.err, result)
                said = result.err if code == "E1111" else advice(result.err)
                self.assertIn(words, said, result)


if __name__ == "__main__":
    unittest.main()
