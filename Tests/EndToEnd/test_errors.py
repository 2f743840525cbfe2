"""How errors are shown: the place, the spot, what is known, and the next step."""
import json
import os
import pty
import re
import select
import subprocess

from support import MASTIC, MasticTest

FRAME = 'local df = spark.createDataFrame({{id = 1, amount = 2.5, status = "open"}})\n'


class ErrorTests(MasticTest):
    def error(self, script, *arguments, name="job.lua", **options):
        self.write(name, script)
        result = self.mastic(*arguments, "run", name, **options)
        self.assertEqual(result.status, 1, result)
        return result.err

    def test_a_column_is_underlined_and_the_columns_have_types(self):
        self.assertEqual(self.error(FRAME + 'df:filter("amout > 10"):show()'), """\
error[E1201]: job.lua:2: there is no column 'amout'; did you mean 'amount'?
  |
2 | df:filter("amout > 10"):show()
  |            ^^^^^
  = columns: amount double, id bigint, status string
  = try: correct the name; df:printSchema() shows the columns there are  (mastic help E1201)
""")

    def test_a_spot_in_another_line_than_lua_says(self):
        message = self.error(FRAME + 'df\n  :select("id")\n  :filter(F.col("amont"):gt(1))\n  :show()')
        self.assertTrue(message.startswith("error[E1201]: job.lua:2: there is no column 'amont'"), message)
        self.assertIn('2 | df\n  ...\n4 |   :filter(F.col("amont"):gt(1))\n  |                  ^^^^^\n', message)

    def test_an_argument_is_underlined(self):
        message = self.error('local a = 1\nFilter.apply{\n  frmae = nil,\n  f = print,\n  frane = 2}')
        self.assertIn("Filter.apply has no argument 'frane'; did you mean 'frame'?", message)
        self.assertIn("5 |   frane = 2}\n  |   ^^^^^\n", message)
        self.assertIn("= takes: frame, f, [transformation_ctx]", message)

    def test_a_place_in_a_query(self):
        message = self.error(FRAME + 'df:createOrReplaceTempView("t")\nspark.sql([[\n  SELECT id,\n    sum(amout) AS x\n  FROM t]]):show()')
        self.assertIn("5 |     sum(amout) AS x\n  |         ^^^^^\n", message)
        self.assertNotIn("\n    SELECT", message.split("|")[0])

    def test_a_place_in_a_query_with_escapes(self):
        message = self.error(FRAME + 'df:createOrReplaceTempView("t")\nspark.sql("SELECT id,\\n\\tsum(\\x61mout) AS x\\nFROM t"):show()')
        self.assertIn("there is no column 'amout'", message)
        self.assertIn('3 | spark.sql("SELECT id,\\n\\tsum(\\x61mout) AS x\\nFROM t"):show()\n  |                              ^^^^^^^^\n', message)
        self.assertNotIn("= query:", message)

    def test_a_query_that_stands_elsewhere(self):
        message = self.error(FRAME + 'local text = [[\n  SELECT id\n  FRM t]]\n\nspark.sql(text):show()')
        self.assertTrue(message.startswith("error[E1501]: job.lua:6: "), message)
        self.assertIn("4 |   FRM t]]\n  |       ^\n", message)
        self.assertNotIn("= query:", message)

    def test_a_query_that_is_put_together_is_shown(self):
        message = self.error('local names = {"a", "b"}\nspark.sql("SELECT " .. table.concat(names, " AS ") .. ", FROM t"):show()')
        self.assertIn("2 | spark.sql(", message)
        self.assertIn("  = query: SELECT a AS b, FROM t\n                          ^\n", message)
        long = self.error('spark.sql("SELECT " .. string.rep("a, ", 200) .. " FROM t" .. string.rep(" ", 200)):show()')
        shown, caret = re.search(r"= query: (.*)\n {11}(.*)\n", long).groups()
        self.assertLess(len(shown), 110)
        self.assertEqual(shown[len(caret) - 1:len(caret) + 3], "FROM")

    def test_places_that_hold_no_files(self):
        for name, hint in [("ftp://h/a.csv", ""), ("hdfs:///a.csv", ""), ("s4://b/a.csv", "; did you mean s3://?")]:
            with self.subTest(name=name):
                message = self.error(f'spark.read.csv("{name}"):show()')
                scheme = name.split(":")[0]
                self.assertIn(f"error[E1316]: job.lua:1: {name}: '{scheme}' is no place for files; there are plain paths (data/a.csv), file:///path, "
                              f"and s3://bucket/key, also as s3a and s3n{hint}\n", message)

    def test_functions_of_ones_own_end_the_query(self):
        message = self.error('spark.udf:register("half", function(x) return x.y / 2 end)\nspark.sql("SELECT half(3)"):show()')
        self.assertTrue(message.startswith("error[E1603]: job.lua:2: the function 'half' failed: job.lua:1: attempt to index a number value (local 'x')\n"), message)
        self.assertIn("= record: ", message)

    def test_casts_that_cannot_be(self):
        for cast, kinds in [("cast(1 AS array<int>)", ("int", "array<int>")), ("cast(array(1) AS int)", ("array<int>", "int")),
                            ("cast(map('a', 1) AS array<string>)", ("map<string,int>", "array<string>")),
                            ("cast(named_struct('a', 1) AS struct<x: int, y: int>)", ("struct<a:int>", "struct<x:int,y:int>"))]:
            with self.subTest(cast=cast):
                message = self.error(f'spark.sql("SELECT {cast}"):show()')
                self.assertIn("error[E1208]: job.lua:1: '", message)
                self.assertIn(f"is of type {kinds[0]}, and no value of that can become {kinds[1]}\n", message)
        self.script('spark.sql("SELECT cast(array(1) AS array<string>), cast(NULL AS array<int>), cast(array(1) AS string), cast(\'x\' AS int)"):show()')

    def test_the_record_that_failed(self):
        message = self.error("""local dyf = DynamicFrame.fromDF(spark.createDataFrame({{id = 7, text = string.rep("x", 500)}}), glueContext, "dyf")
dyf:map{f = function(r) return {n = r.id, t = r.text, m = r.missing.n} end, stageThreshold = 1}:count()""")
        self.assertIn('= record: {"id": 7, "text": "' + "x" * 60 + '…"}\n', message)
        self.assertIn("job.lua:2: attempt to index a nil value (field 'missing')", message)

    def test_calls_are_shown_where_there_are_several(self):
        script = "local function inner(x) return x.a.b end\nlocal function outer(x)\n  return inner(x) .. ''\nend\nouter({})"
        message = self.error(script)
        self.assertIn("1 | local function inner(x) return x.a.b end\n  |                                ^^^\n", message)
        self.assertRegex(message, r"= calls: innermost first\n +job.lua:1: in .*inner'\n +job.lua:3: in .*outer'\n +job.lua:5: in main chunk\n$")
        self.assertNotIn("calls:", self.error("error('x')"))
        self.assertIn("calls:", self.error("error('x')", "--log-level", "debug"))
        self.assertNotIn("mastic]", message)

    def test_json(self):
        for option in [["--log-format", "json"], ["--log-format=json"]]:
            lines = self.error(FRAME + '\ndf:filter("amout > 10"):show()', *option).splitlines()
            self.assertEqual(len(lines), 1)
            told = json.loads(lines[0])
            self.assertRegex(told.pop("time"), r"^\d{4}-\d\d-\d\dT")
            self.assertEqual(told, {
                "level": "error", "code": "E1201", "message": "there is no column 'amout'; did you mean 'amount'?", "file": "job.lua", "line": 3, "column": 12,
                "source": 'df:filter("amout > 10"):show()', "notes": {"columns": "amount double, id bigint, status string"},
                "help": "correct the name; df:printSchema() shows the columns there are", "calls": ["job.lua:3: in main chunk"]})

    def test_what_lua_code_sees_is_the_plain_message(self):
        self.assertEqual(self.script(FRAME + 'print(select(2, pcall(function() df:filter("amout > 10"):show() end)))').out,
                         "script.lua:2: there is no column 'amout'; did you mean 'amount'? (the columns are amount, id, status)\n")

    def test_errors_of_commands_have_codes(self):
        self.fails("run", "nothing.lua", says=["error[E2002]: there is no script 'nothing.lua'", "= try: "])
        self.fails("catalog", "show", "a.b", says=["error[E", "= try: "])

    def test_hostile_scripts(self):
        cases = {
            "long": b"local t = {} local s = '" + b"x" * 1_000_000 + b"' return t.a.b",
            "no newline": b"local t return t.a", "windows": b"local t\r\nreturn t.a\r\n", "tabs": b"\tlocal t\n\t\treturn\tt.a",
            "bytes": b"local t = '\xff\xfe\x80' return t.a.b, ('\xff').x.y", "controls": b"local t = '\x1b[31m\x07' return t.a.b",
            "direction": "local t = '\u202eabc' return t.a.b".encode(), "wide": "local 名 = 1".encode(),
            "wide string": "local t = {} return '日本語', t.a.b".encode(), "deep": b"return " + b"(" * 100_000, "deep chain": b"local t = {} return t" + b".a" * 100_000,
            "only a comment": b"--[[", "nothing but ends": b"end " * 1000, "escape": b"return '\\", "a long word": b"x" * 3_000_000,
        }
        for name, script in cases.items():
            with self.subTest(case=name):
                message = self.error(script)
                self.assertRegex(message, r"\Aerror\[E1\d{3}\]: job.lua(:\d+)?: ")
                self.assertNotIn("\x1b", message)
                self.assertNotIn("\u202e", message)
                self.assertLess(len(message), 6000)

    def on_a_terminal(self, *arguments, env=None):
        """What is said on a terminal of 60 columns."""
        primary, secondary = pty.openpty()
        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        child = subprocess.Popen([MASTIC, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=secondary,
                                 env={**environment, "MASTIC_HOME": self.home, "TERM": "xterm", "COLUMNS": "60", **(env or {})})
        os.close(secondary)
        said = b""
        while True:
            if not select.select([primary], [], [], 60)[0]:
                break
            try:
                part = os.read(primary, 65536)
            except OSError:
                break
            if not part:
                break
            said += part
        child.wait()
        os.close(primary)
        return said.decode().replace("\r\n", "\n")

    def test_colours_on_a_terminal_alone(self):
        self.write("job.lua", 'local df = spark.createDataFrame({{' + ", ".join(f"column_{n} = {n}" for n in range(40)) + '}})\ndf:select("colum_7"):show()')
        said = self.on_a_terminal("run", "job.lua")
        self.assertIn("\x1b[31merror[E1201]\x1b[0m: ", said)
        self.assertIn("\x1b[31m           ^^^^^^^\x1b[0m", said)
        plain = self.on_a_terminal("run", "job.lua", env={"NO_COLOR": "1"})
        self.assertNotIn("\x1b", plain)
        self.assertEqual(re.sub(r"\x1b\[\d*m", "", said), plain)
        columns = next(line for line in plain.splitlines() if "= columns:" in line)
        self.assertLessEqual(len(columns), 60)
        self.assertRegex(columns, r"= columns: column_7 bigint, column_0 bigint, (and \d+ more|column_1 b\.\.\.)$")
