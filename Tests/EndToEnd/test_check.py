"""mastic check: what can be said of a script that does not run."""
import glob
import json
import os

from support import ROOT, MasticTest

BAD = """\
local rate, seen = 2, {}
local function doubled(x) return x * rate end
local f = glueContxt.create_dynamic_frame.from_catalog{database = "x", table_name = "y"}
local g = Filter.apply{frame = f, f = function(r) return r.a > rate end}
local h = g:map(function(r) print(r.a) return r end)
local function build(frame)
  return frame:filter(function(r) return doubled(r.a) > 1 end)
end
build(h):map(doubled)
local w = h:map(function(r) seen = r return r end)
function globals_may_be_made() made = 1 end
print(made, arg, undefinedd)
"""


class CheckTests(MasticTest):
    def test_unknown_globals_and_functions(self):
        self.write("bad.lua", BAD)
        result = self.mastic("check", "bad.lua")
        self.assertEqual(result.status, 1, result)
        heads = [line for line in result.out.splitlines() if line.startswith(("error", "warning", "info"))]
        self.assertEqual([line.split(":")[2] for line in heads], ["2", "3", "4", "5", "7", "10", "12"])
        self.assertIn("""\
error[E1017]: bad.lua:3: there is no global 'glueContxt'; did you mean 'glueContext'?
  |
3 | local f = glueContxt.create_dynamic_frame.from_catalog{database = "x", table_name = "y"}
  |           ^^^^^^^^^^
""", result.out)
        self.assertIn("info: bad.lua:5: Map: interpreted in row order on one thread, because it prints", heads)
        self.assertIn("5 | local h = g:map(function(r) print(r.a) return r end)\n", result.out)
        self.assertIn("writes the variable 'seen' outside of it", heads[5])
        self.assertIn("no global 'undefinedd'", heads[6])

    def test_how_functions_run(self):
        self.write("lift.lua", """\
local limit, names, rate = 3, {a = "A"}, tonumber(args.rate)
local function clean(s) return s and s:lower() end
function shared(x) return x end
local frame = open_frame()
frame:filter(function(r) return r.amount > limit and clean(r.status) == "completed" end)
frame:map(function(r) return {id = r.id, name = names[r.id]} end)
frame:map(function(r) return {amount = r.amount * rate} end)
frame:map(function(r) return {amount = shared(r.amount)} end)
frame:filter(function(r)
  local x = r.a
  return xpcall(error, error, x)
end)
""")
        lines = [line[6:] for line in self.mastic("check", "lift.lua").out.splitlines() if line.startswith("info: ")]
        self.assertEqual(lines, [
            "lift.lua:5: Filter: lifted",
            "lift.lua:6: Map: lifted, if what 'names' will hold allows it",
            "lift.lua:7: Map: lifted, if what 'rate' will hold allows it",
            "lift.lua:8: Map: lifted, if what 'shared' will hold allows it",
            "lift.lua:9: Filter: interpreted on all threads, because it calls 'xpcall' (line 11)"])

    def test_nothing_runs(self):
        self.write("effect.lua", "print('ran') io.open('made', 'w'):close() os.exit(3)")
        self.assertEqual(self.succeeds("check", "effect.lua").out, "effect.lua: nothing to say\n")
        self.assertFalse(os.path.exists(self.path("made")))

    def test_texts_that_do_not_parse(self):
        self.write("broken.lua", "local x = \nfunction(")
        result = self.mastic("check", "broken.lua")
        self.assertEqual(result.status, 1, result)
        self.assertIn("error[E1002]: broken.lua:2: ", result.out)
        self.fails("check", "missing.lua", says=["there is no script 'missing.lua'"])

    def test_scripts_that_load_others_may_use_their_globals(self):
        self.write("loads.lua", "require 'mine' print(from_mine)")
        self.succeeds("check", "loads.lua")
        self.write("glue.lua", "require 'awsglue.transforms' print(from_nowhere)")
        self.assertIn("no global 'from_nowhere'", self.mastic("check", "glue.lua").out)

    def test_the_examples_are_right(self):
        for path in glob.glob(os.path.join(ROOT, "docs", "examples", "*.lua")):
            with self.subTest(path=os.path.basename(path)):
                self.assertNotIn("error[", self.succeeds("check", path).out)

    # MARK: calls

    def finds(self, script, *expected, status=1):
        """The script's findings that are no info, as `severity code line: message`, are those expected."""
        self.write("job.lua", script)
        result = self.mastic("check", "--json", "job.lua")
        found = [f"{finding['level']} {finding.get('code')} {finding['line']}: {finding['message']}" for finding in json.loads(result.out) if finding["level"] != "info"]
        self.assertEqual(found, list(expected), result)
        self.assertEqual(result.status, status if any(line.startswith("error") for line in expected) else 0, result)

    def catalog(self):
        self.script("""spark.sql("CREATE DATABASE sales_db")
spark.createDataFrame({{id = 1, amount = 2.5, status = "open"}}).write:saveAsTable("sales_db.raw")""")

    def test_arguments(self):
        self.finds("""local x = Filter.apply{frame = y, fn = function(r) return r.id end}
local z = SelectFields.apply{frame = x}
x:select_fields{path = {"id"}}
x:rename_field("a", "b", "c", "d", "e", "f", "g")
x:rename_field("a")
Map.apply(x, function(r) return r end)
local w = x:filter("amount > 1")
z:union{other_frame = x, info = 5}
y = 1
""", "error E1101 1: Filter.apply has no argument 'fn'; did you mean 'f'?",
                   "error E1102 2: SelectFields.apply needs the argument 'paths': a string or a list of strings",
                   "error E1101 3: DynamicFrame:select_fields has no argument 'path'; did you mean 'paths'?",
                   "error E1104 4: DynamicFrame:rename_field takes 6 arguments at most, not 7",
                   "error E1103 4: DynamicFrame:rename_field: 'stageThreshold' must be an integer, not the string 'e'",
                   "error E1103 4: DynamicFrame:rename_field: 'totalThreshold' must be an integer, not the string 'f'",
                   "error E1102 5: DynamicFrame:rename_field needs the argument 'newName': a string",
                   "error E1103 7: DynamicFrame:filter: 'f' must be a function, not the string 'amount > 1'",
                   "error E1103 8: DynamicFrame:union: 'info' must be a string, not the number 5")

    def test_the_catalog(self):
        self.catalog()
        source = 'glueContext.create_dynamic_frame.from_catalog{database = "sales_db", table_name = "raw"}'
        self.finds(f'local a = {source.replace("sales_db", "sale_db")}\nlocal b = {source.replace("raw", "row")}\n',
                   "error E1401 1: Database sale_db not found; did you mean 'sales_db'?", "error E1401 2: Table row not found in database sales_db; did you mean 'raw'?")
        self.finds(f"""local dyf = {source}
local a = dyf:filter(function(r) return r.amuont > 1 and r.status == "open" end)
local b = Map.apply{{frame = a, f = function(r) r.total = r.amount r.x = r.total + r.nothing_like_it return r end}}
local c = dyf:filter(function(r) return r.amountt and r.amountt > 1 end)
""", "error E1201 2: there is no column 'amuont'; did you mean 'amount'?", "warning E1201 3: there is no column 'nothing_like_it': it is nil in every record",
                   "warning E1201 4: there is no column 'amountt'; did you mean 'amount'?", "warning E1201 4: there is no column 'amountt'; did you mean 'amount'?")
        self.finds("""local df = spark.sql("SELECT id, amuont FROM sales_db.raw")
local some = spark.table("sales_db.raw"):filter("amount > 1")
some = some:select("id", "statos")
spark.sql("SELECT * FROM sales_db.row"):show()
spark.sql("SELECT id FRM sales_db.raw"):show()
""", "error E1201 1: there is no column 'amuont'; did you mean 'amount'?", "error E1201 3: there is no column 'statos'; did you mean 'status'?",
                   "error E1508 4: there is no table or view 'sales_db.row'",
                   "error E1501 5: 'sales_db' stands here where the end of the query is expected; did you mean FROM by 'FRM'?")

    def finds_one(self, script, expected):
        """One line of a script has one finding."""
        with self.subTest(script=script):
            self.finds(script + "\n", *([expected] if expected else []))

    def test_formats_options_and_choices_of_sources(self):
        def source(type='"s3"', format='"csv"', options='paths = {args.path}', more=""):
            return f"glueContext.create_dynamic_frame.from_options{{connection_type = {type}, format = {format}, connection_options = {{{options}}}{more}}}"
        reading = "create_dynamic_frame:from_options: "
        for script, expected in [
            (source(), None),
            (source(type='"s4"'), "error E1108 1: the connection type 's4' is not known; did you mean 's3'?"),
            (source(type='args.type'), None),
            (source(format='"cvs"'), "error E1314 1: the format 'cvs' cannot be read; did you mean 'csv'?"),
            (source(format='args.format'), None),
            (source(options='paths = {"a"}, recursive = true'), f"error E1105 1: {reading}connection_options has no option 'recursive'; did you mean 'recurse'?"),
            (source(options='paths = {"a"}, recurse = "maybe"'), f"error E1107 1: {reading}connection_options: 'recurse' must be true or false, not the string 'maybe'"),
            (source(options='paths = {"a"}, recurse = args.recurse'), None),
            (source(more=", format_options = {withHeeder = true}"), f"error E1105 1: {reading}format_options has no option 'withHeeder'; did you mean 'withHeader'?"),
            (source(more=", format_options = {withHeader = args.header}"), None),
            (source(more=", format_options = args.options"), None),
            (source(format='"json"', more=', format_options = {multiLine = "x"}'), f"error E1107 1: {reading}format_options: 'multiLine' must be true or false, not the string 'x'"),
        ]:
            self.finds_one("local frame = " + script, expected)

    def test_formats_options_and_choices_of_targets(self):
        def target(type='"s3"', format='"csv"', options='path = args.path', more=""):
            return f"glueContext.write_dynamic_frame.from_options{{frame = frame, connection_type = {type}, format = {format}, connection_options = {{{options}}}{more}}}"
        writing = "write_dynamic_frame:from_options: "
        for script, expected in [
            (target(), None),
            (target(type='"s4"'), "error E1108 1: the connection type 's4' is not known; did you mean 's3'?"),
            (target(format='"parqet"'), "error E1314 1: the format 'parqet' cannot be written; did you mean 'parquet'?"),
            (target(format='args.format'), None),
            (target(options='path = "out", partitonKeys = {"day"}'), f"error E1105 1: {writing}connection_options has no option 'partitonKeys'; did you mean 'partitionKeys'?"),
            (target(options='path = "out", mode = "overwrit"'), "error E1108 1: the mode 'overwrit' is not known; it is append or overwrite"),
            (target(options='path = "out", mode = args.mode'), None),
            (target(more=', format_options = {seprator = ";"}'), f"error E1105 1: {writing}format_options has no option 'seprator'; did you mean 'separator'?"),
            (target(more=', format_options = {separator = args.separator}'), None),
            (target(options='path = "s3://bucket/key"'), None),
        ]:
            self.finds_one("local frame = open_frame() " + script + " function open_frame() end", expected)

    def test_ways_to_resolve_choices(self):
        for call in ["frame:resolveChoice{%s}", "ResolveChoice.apply{frame = frame, %s}", "ResolveChoice.apply{frame = open_frame(), %s}"]:
            for words, expected in [
                ('choice = "make_cols"', None), ('choice = args.choice', None), ('specs = {{"a", "cast:int"}, {"b", "make_struct"}}', None),
                ('choice = "make_colls"', "E1108 1: 'make_colls' is no way to resolve a choice (did you mean 'make_cols'?)"),
                ('specs = {{"a", "cast:lng"}}', "E1205 1: 'lng' (for 'a') is no type (did you mean 'long'?)"),
                ('specs = {{"a", "project:int"}, {"b", "castt:int"}}', "E1108 1: 'castt:int' for 'b' is no way to resolve a choice"),
            ]:
                script = 'local frame = open_frame() frame = DynamicFrame.fromDF(spark.range(3), glueContext, "x") ' + f"local made = {call % words} function open_frame() end\n"
                with self.subTest(script=script):
                    self.write("job.lua", script)
                    result = self.mastic("check", "--json", "job.lua")
                    found = [f"{f.get('code')} {f['line']}: {f['message']}" for f in json.loads(result.out) if f["level"] == "error"]
                    self.assertEqual([line[:len(expected or "")] for line in found], [expected] if expected else [], result)

    def test_readers_and_writers_of_spark(self):
        frame = 'local df = spark.createDataFrame({{id = 1}})\n'
        for script, expected in [
            ('local df = spark.read:option("header", "true"):csv("a.csv")', None),
            ('local df = spark.read.option("headr", "true").csv("a.csv")', "error E1105 1: spark.read.csv: reading csv has no option 'headr'; did you mean 'header'?"),
            ('local df = spark.read:option("headr", "true"):csv(args.path)', "error E1105 1: spark.read.csv: reading csv has no option 'headr'; did you mean 'header'?"),
            ('local df = spark.read:options{header = true, seq = ";"}:csv("a.csv")', "error E1105 1: spark.read.csv: reading csv has no option 'seq'; did you mean 'sep'?"),
            ('local df = spark.read:option(args.name, "true"):csv("a.csv")', None),
            ('local df = spark.read:format("cvs"):load("a")', "error E1314 1: spark.read.load: the format 'cvs' cannot be read; did you mean 'csv'?"),
            ('local df = spark.read.load("a", "csv")', None),
            ('local df = spark.read:option("mode", "FAILFST"):json("a.json")', "error E1107 1: the option 'mode' is PERMISSIVE, DROPMALFORMED, FAILFAST, not 'FAILFST'; did you mean 'FAILFAST'?"),
            ('local df = spark.read:schema("id bigit"):csv("a.csv")', "error E1100 1: "),
            (frame + 'df.write:mode("overwrite"):csv("out")', None),
            (frame + 'df.write:mode("overwrit"):csv("out")', "error E1108 2: the save mode 'overwrit' is not known; did you mean 'overwrite'?"),
            (frame + 'df.write.partitionBy("id").mode("append").parquet("out")', None),
            (frame + 'df:select("id").write:option("compresion", "gzip"):csv("out")', "error E1105 2: DataFrameWriter:csv: writing csv has no option 'compresion'; did you mean 'compression'?"),
            (frame + 'df.write:format("parqet"):save("out")', "error E1314 2: DataFrameWriter:save: the format 'parqet' cannot be written; did you mean 'parquet'?"),
            ('local other = {}\nother.write:option("x", 1):csv("out")', None),
        ]:
            with self.subTest(script=script):
                self.write("job.lua", script + "\n")
                result = self.mastic("check", "--json", "job.lua")
                found = [f"{f['level']} {f.get('code')} {f['line']}: {f['message']}" for f in json.loads(result.out) if f["level"] != "info"]
                self.assertEqual([line[:len(expected or "")] for line in found], [expected] if expected else [], result)

    def test_fields_that_transforms_ask_for(self):
        self.catalog()
        source = 'local dyf = glueContext.create_dynamic_frame.from_catalog{database = "sales_db", table_name = "raw"}\n'
        self.finds(source + """local a = dyf:apply_mapping{{"id", "bigint", "id", "int"}, {"amout", "double", "amount", "double"}}
local b = SelectFields.apply{frame = dyf, paths = {"id", "statos"}}
local c = dyf:rename_field("amuont", "price"):drop_fields({"nothing"})
local d = dyf:resolveChoice{specs = {{"ammount", "cast:double"}}}
local e = dyf:drop_fields({"status"}):select_fields({"id", "status"})
local f = dyf:select_fields({"id", "amount"}):apply_mapping{{"ID", "bigint", "id", "int"}}
""", "warning E1201 2: there is no field 'amout', so what it is mapped to is null; did you mean 'amount'?",
                   "warning E1201 3: there is no field 'statos', so the result is without it; did you mean 'status'?",
                   "warning E1201 4: there is no field 'amuont', so nothing is renamed; did you mean 'amount'?",
                   "warning E1201 5: there is no field 'ammount', so nothing is resolved; did you mean 'amount'?",
                   "warning E1201 6: there is no field 'status', so the result is without it")

    def test_operators_of_lua_between_columns(self):
        self.finds("""local a, b = F.col("id"):gt(1), F.col("amount"):lt(2)
local df = spark.createDataFrame({{id = 1, amount = 2.5}})
df:filter(a and b)
df:filter(df.id:eq(1) or b)
df:filter(not a)
df:filter(F.col("id") == 3)
local flag, c = args.flag, nil
df:filter(flag and a or b)
df:filter((a & b) and (a | b))
if a == nil then c = a end
local total = (F.col("id") + 1) * 2 and F.lit(unknown_at_check)
unknown_at_check = 1
""", "error E1103 3: 'and' of Lua between two Columns gives the second and forgets the first", "error E1103 4: 'or' of Lua between two Columns gives the first and forgets the second",
                   "error E1103 5: 'not' of Lua before a Column is always false", "error E1103 6: '==' of Lua compares the Column itself and no rows",
                   "error E1103 9: 'and' of Lua between two Columns gives the second and forgets the first",
                   "error E1103 11: 'and' of Lua between two Columns gives the second and forgets the first")

    def test_comparisons_that_no_record_fulfils(self):
        self.succeeds("-e", """spark.sql("CREATE DATABASE d")
spark.sql("CREATE TABLE d.t AS SELECT 1 AS id, 2.50BD AS price, date '2024-01-01' AS day, 'x' AS code, true AS ok, timestamp '2024-01-01 00:00:00' AS at")""")
        source = 'local dyf = glueContext.create_dynamic_frame.from_catalog{database = "d", table_name = "t"}\n'
        self.finds(source + """local a = dyf:filter(function(r) return r.price == 2.5 end)
local b = dyf:filter(function(r) return r.day ~= "2024-01-01" or r.id == "1" end)
local c = dyf:filter(function(r) return r.code == 7 and r.ok == 1 end)
local d = dyf:filter(function(r) return r.at == "2024-01-01 00:00:00" end)
local e = dyf:filter(function(r) return r.id == 1 and r.code == "x" and r.ok == true and r.day ~= nil and r.price == r.id end)
local f = dyf:map(function(r) r.price = tostring(r.price) r.same = r.price == "2.50" return r end)
""", "warning E1204 2: 'price' of type decimal(3,2) never equals a number, so this is always false",
                   "warning E1204 3: 'day' of type date never equals a text, so this is always true", "warning E1204 3: 'id' of type int never equals a text, so this is always false",
                   "warning E1204 4: 'code' of type string never equals a number, so this is always false",
                   "warning E1204 4: 'ok' of type boolean never equals a number, so this is always false",
                   "warning E1204 5: 'at' of type timestamp never equals a text, so this is always false")
        self.assertIn('r.price == require("mastic.values").decimal("2.5")', self.mastic("check", "job.lua").out)

    def test_jobs(self):
        job = 'local job = Job(glueContext)\njob:init("sales", {})\n'
        source = 'local s = glueContext.create_dynamic_frame.from_options{connection_type = "s3", format = "csv", connection_options = {paths = {args.p}}}\n'
        self.finds(job + source, "warning E1709 2: the job is never committed: its bookmark will not move",
                   "warning E1710 3: the source has no transformation_ctx: with bookmarks on it is read in full every time")
        self.finds(job + source.replace("}}}", '}}, transformation_ctx = "s"}') + "job:commit()\n")
        self.finds(source)

    def test_what_a_script_waits_for_is_no_mistake(self):
        self.finds("""local df = spark.createDataFrame({{id = 1}})
print(pcall(function() return df:select("nothing") end))
local function try(f) return pcall(f) end
print(try(function() return df:grupBy("id") end))
for name, frame in pairs({a = df}) do df = frame end
df:select("nothing_known_here")
""")

    def test_scripts_that_are_right(self):
        """No script of these tests that runs is said to be wrong."""
        shared = os.path.join(ROOT, "..", "shared", "conformance", "cases")
        scripts = glob.glob(os.path.join(ROOT, "docs", "examples", "**", "*.lua"), recursive=True) + [
            path for path in glob.glob(os.path.join(shared, "*", "*.lua")) if "errors" not in path]
        self.assertGreater(len(scripts), 2)
        for path in scripts:
            with self.subTest(path=path):
                result = self.mastic("check", "--json", path)
                self.assertEqual([finding for finding in json.loads(result.out) if finding["level"] == "error"], [])


class PortedScripts(MasticTest):
    """Scripts that begin as Glue's do are looked at like all others."""

    def heads(self, code):
        self.write("job.lua", code)
        return [line for line in self.mastic("check", "job.lua").out.splitlines() if line.startswith("error")]

    def test_what_a_script_makes_for_itself(self):
        header = """\
local GlueContext = require("awsglue.context").GlueContext
local SparkContext = require("pyspark.context").SparkContext
local SparkSession = require("pyspark.sql").SparkSession
local fun = require "pyspark.sql.functions"
local transforms = require "awsglue.transforms"
local glueContext = GlueContext(SparkContext())
"""
        self.assertEqual(self.heads(header + 'local m = glueContext.create_dynamic_frame.from_catalog{databse = "d", table_name = "t"}')[0][:23], "error[E1101]: job.lua:7")
        self.assertIn("prnt", self.heads(header + "prnt(1)")[0])
        self.assertIn("nope", self.heads(header + 'local spark = SparkSession.builder.appName("x").getOrCreate()\nspark.range(3):select("nope")')[0])
        self.assertIn("nope", self.heads(header + 'glueContext.spark_session.range(3):select(fun.col("nope"))')[0])
        self.assertEqual(self.heads(header + 'local s = glueContext.spark_session.range(3):select(fun.col("id"))\nlocal f = transforms.Filter\nprint(s, f)'), [])

    def test_modules_of_ones_own(self):
        self.write("conf.lua", 'limit = 3\nreturn {path = require("deeper").path}')
        self.write("deeper.lua", 'depth = 1\nreturn {path = "in"}')
        self.assertEqual(self.heads('local c = require "conf"\nprint(c.path, limit, depth)'), [])
        self.assertIn("prnt", self.heads('local c = require "conf"\nprnt(c.path)')[0])
        # What a module that is not there sets, nobody knows.
        self.assertEqual(self.heads('local c = require "nosuch"\nprnt(c)'), [])
