"""The reference of the script API: every example runs and says what it promises, help prints it, editors get it, and docs/reference is what it gives."""
import concurrent.futures
import glob
import os
import re
import subprocess
import unittest

from support import MASTIC, ROOT, MasticTest

ANNOTATIONS = os.path.join(ROOT, "Sources", "CReference", "annotations")
NO_PLACE = re.compile(r"^(.*?\.lua|\[string .*?\]):\d+: ")


class Example:
    """A block of Lua in an annotation, and what it is to print."""

    def __init__(self, file, line, code, output):
        self.place = f"{os.path.basename(file)}:{line}"
        self.code = "\n".join(code)
        self.expected = []
        for text in code:
            if "-->" in text:
                self.expected.append(text.split("-->", 1)[1].strip())
        self.expected += output

    @property
    def is_test(self):
        """Whether the block is for `mastic test`, and stands in a test, unless it registers tests itself."""
        return self.place.startswith("testing.lua")

    @property
    def is_expression(self):
        """Whether the block is lines of `F.upper(...)   --> VALUE`: Columns, whose value in the first row of `sales` is meant."""
        return all(re.match(r"F(\.\w+|\[\"\w+\"\])\(", line) and "-->" in line for line in self.code.splitlines())


def examples():
    found = []
    for file in sorted(glob.glob(os.path.join(ANNOTATIONS, "*.lua"))):
        with open(file) as stream:
            lines = stream.read().splitlines()
        index = 0
        while index < len(lines):
            if lines[index] == "---```lua":
                start = index = index + 1
                code, output = [], []
                while lines[index] != "---```":
                    code.append(lines[index][3:])
                    index += 1
                if index + 1 < len(lines) and lines[index + 1] == "---```text":
                    index += 2
                    while lines[index] != "---```":
                        output.append(lines[index][3:])
                        index += 1
                found.append(Example(file, start + 1, code, output))
            index += 1
    return found


def plain(text):
    """A line without differences of blanks: print puts tabs where the reference has spaces."""
    return " ".join(text.split())


class ReferenceExamples(MasticTest):
    def run_one(self, example):
        folder = self.path(example.place.replace(":", "-"))
        os.makedirs(folder)
        with open(os.path.join(folder, "example.lua"), "w") as stream:
            stream.write('require "mastic.examples"\n' + example.code + "\n")
        environment = {**os.environ, "MASTIC_HOME": os.path.join(folder, "home"), "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        done = subprocess.run(
            [MASTIC, "run", "--threads", "2", "example.lua"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        got = [line for line in map(plain, done.stdout.splitlines()) if line]
        wanted = [line for line in map(plain, example.expected) if line]
        # What help prints is held by tests of its own.
        if done.returncode != 0 or (got != wanted and not ("help(" in example.code and not wanted)):
            return f"{example.place}\n{example.code}\nwanted: {wanted}\ngot: {got}\n{done.stderr[-600:]}"
        return None

    def test_every_example_prints_what_it_says(self):
        whole = [example for example in examples() if not example.is_expression and not example.is_test]
        self.assertGreater(len(whole), 100)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            wrong = [text for text in pool.map(self.run_one, whole) if text]
        self.assertEqual(wrong, [], "\n\n".join(wrong))


    def test_every_expression_has_the_value_it_says(self):
        """Columns in one script: the value of each in the first row of `sales`."""
        expressions = [example for example in examples() if example.is_expression]
        self.assertGreater(len(expressions), 250)
        script = ['require "mastic.examples"']
        for example in expressions:
            column = example.code.split("-->")[0].strip()
            script.append(f'do local v = sales:select(({column}):alias("v")):select(F.col("v"):cast("string")):first()[1] print(v == nil and "NULL" or v) end')
        lines = self.script("\n".join(script)).out.splitlines()
        self.assertEqual(len(lines), len(expressions))
        wrong = [f"{e.place}: {e.code} gives {got}" for e, got in zip(expressions, lines) if plain(got) != plain(e.expected[0])]
        self.assertEqual(wrong, [])


class TestsOfJobs(MasticTest):
    """The names that only tests have."""

    def project(self):
        self.write("project/jobs/sales.lua", """
            local options = getResolvedOptions(arg, {"source", "target"})
            local job = Job(glueContext)
            job:init("sales", options)
            spark.read.option("header", true).csv(options.source):where("amount > 5"):write():json(options.target)
            job:commit()
            """)
        self.write("project/tests/fixtures/orders.csv", "id,amount\n1,10.5\n2,20\n3,4\n")
        return self.path("project")

    def test_every_example_passes(self):
        folder, blocks = self.project(), [example for example in examples() if example.is_test]
        self.assertGreater(len(blocks), 30)
        for number, example in enumerate(blocks):
            registers = re.match(r"(test|skip|describe|before_each|after_each)\(", example.code)
            code = example.code if registers else f'test("example", function()\n{example.code}\nend)'
            self.write(f"project/tests/example_{number}.lua", code)
        result = self.mastic("test", folder)
        self.assertEqual(result.status, 0, result)
        self.assertNotIn(" 0 passed", result.out)

    def test_every_name_is_there_and_has_an_entry(self):
        folder = self.project()
        names = self.entries("testing.lua")
        functions = sorted(name for name in names if not name.startswith("Expectation"))
        checks = "\n".join(f'expect(type({name})):toBe("{"table" if name == "clock" else "function"}")' for name in functions)
        self.write("project/tests/names.lua", f'test("names", function()\n{checks}\nend)\n'
                   'test("more", function() print(select(2, pcall(function() return expect(1).q end))) error("stop") end)')
        result = self.mastic("test", folder)
        self.assertIn("1 passed, 1 failed", result.out, result)
        known = set(re.search(r"\(known: ([^)]*)\)", result.out + result.err).group(1).replace("\n", " ").split(", "))
        self.assertEqual(known, {name.split(":")[1] for name in names if name.startswith("Expectation:")} | {"never", "not_"})

    @staticmethod
    def entries(file):
        with open(os.path.join(ANNOTATIONS, file)) as stream:
            text = stream.read()
        return set(re.findall(r"^function ([\w.:]+)\(", text, re.M)) | set(re.findall(r"^(\w+) = \{\}", text, re.M))


class ReferenceCoverage(MasticTest):
    def test_it_knows_what_scripts_can_call(self):
        result = self.mastic("annotations", "--verify")
        self.assertEqual((result.status, result.out), (0, ""), result)

    #: Something of each class whose fields are answered by code.
    OBJECTS = {
        "GlueContext": "glueContext", "create_dynamic_frame": "glueContext.create_dynamic_frame", "write_dynamic_frame": "glueContext.write_dynamic_frame",
        "DynamicFrame": "people", "StructType": "people:schema()", "Job": "Job(glueContext)", "DataFrame": "sales", "DataFrameNaFunctions": "sales.na",
        "DataFrameStatFunctions": "sales.stat", "GroupedData": 'sales:groupBy("shop")', "DataFrameWriter": "sales.write", "Column": 'F.col("units")',
        "WindowSpec": "Window", "SparkSession": "spark", "SparkSession.builder": "SparkSession.builder", "SparkContext": "sc", "RuntimeConfig": "spark.conf",
        "UDFRegistration": "spark.udf", "DataFrameReader": "spark.read", "Catalog": "spark.catalog", "DataType": "sales.schema", "StructField": "sales.schema[1]",
    }

    def test_the_names_that_errors_list_have_entries(self):
        """A misspelt name is answered with the known ones: each of them must be in the reference, and each field of the reference must be one that can be read."""
        script = ['require "mastic.examples"']
        for name, expression in self.OBJECTS.items():
            script.append(f'do local o = {expression} local done, message = pcall(function() return o.qqqqqqqqqqqq end) print("{name}\t" .. tostring(message):gsub("\\n", " ")) end')
        names, missing, listed = self.names(), [], 0
        for line in self.script("\n".join(script)).out.splitlines():
            name, message = line.split("\t", 1)
            found = re.search(r"\((?:known|columns: [^;]*; methods): ([^)]*)\)", message)
            if not found:
                continue
            listed += 1
            for member in found.group(1).split(", "):
                member = member.strip()
                if re.fullmatch(r"\w+", member) and f"{name}.{member}" not in names:
                    missing.append(f"{name}.{member}")
        self.assertGreater(listed, 12)
        self.assertEqual(missing, [])

    FIELDS_OF_OTHER_TYPES = {
        "elementType": 'spark.createDataFrame({{{1}}}, "a array<int>").schema:getField("a")', "containsNull": 'spark.createDataFrame({{{1}}}, "a array<int>").schema:getField("a")',
        "keyType": 'spark.createDataFrame({{null}}, "a map<string,int>").schema:getField("a")', "valueType": 'spark.createDataFrame({{null}}, "a map<string,int>").schema:getField("a")',
        "valueContainsNull": 'spark.createDataFrame({{null}}, "a map<string,int>").schema:getField("a")',
        "precision": 'spark.createDataFrame({{null}}, "a decimal(4,2)").schema:getField("a")', "scale": 'spark.createDataFrame({{null}}, "a decimal(4,2)").schema:getField("a")',
    }

    def test_every_field_can_be_read(self):
        script = ['require "mastic.examples"']
        count = 0
        for name, expression in self.OBJECTS.items():
            for field in self.fields(name):
                place = self.FIELDS_OF_OTHER_TYPES.get(field, expression) if name == "DataType" else expression
                optional = name == "StructType" and field == "elementType"
                script.append(f'do local o = {place} assert({"true" if optional else f"o.{field} ~= nil"}, "{name}.{field}") end')
                count += 1
        self.assertGreater(count, 40)
        self.script("\n".join(script))

    def names(self):
        return set().union(*(declared(path) for path in glob.glob(os.path.join(ANNOTATIONS, "*.lua"))))

    def fields(self, class_name):
        return sorted({name.split(".")[-1] for path in glob.glob(os.path.join(ANNOTATIONS, "*.lua")) for name in declared(path, fields_only=True) if name.rsplit(".", 1)[0] == class_name})

    def test_the_pages_are_current(self):
        self.succeeds("annotations", "--markdown", "pages")
        written = {os.path.basename(path): open(path).read() for path in glob.glob(self.path("pages", "*.md"))}
        kept = {os.path.basename(path): open(path).read() for path in glob.glob(os.path.join(ROOT, "docs", "reference", "*.md"))}
        self.assertEqual(sorted(written), sorted(kept))
        stale = [name for name in written if written[name] != kept[name]]
        self.assertEqual(stale, [], "run `mastic annotations --markdown docs/reference` and read the difference")


def declared(path, fields_only=False):
    """The members that a file of annotations declares, under the names of their classes."""
    found = set()
    classes = {}
    current = None
    with open(path) as stream:
        for line in stream:
            if match := re.match(r"---@class ([\w.]+)", line):
                current = match.group(1)
            elif (match := re.match(r"---@field (\w+)\??", line)) and current:
                found.add(f"{current}.{match.group(1)}")
            elif (match := re.match(r"(?:local )?([\w.]+) = \{\}", line)) and current:
                classes[match.group(1)] = current
            elif fields_only:
                continue
            elif match := re.match(r"function ([\w.]+)([.:])(\w+)\(", line):
                found.add(f"{classes.get(match.group(1), match.group(1))}.{match.group(3)}")
            elif match := re.match(r"(\w+)\.(\w+) = ", line):
                found.add(f"{classes.get(match.group(1), match.group(1))}.{match.group(2)}")
    return found


class Help(MasticTest):
    def help(self, code, **options):
        return self.succeeds("-e", code, **options).out

    def test_a_class_a_function_and_a_name_give_one_page(self):
        page = self.help("help(Filter)")
        self.assertTrue(page.startswith("Filter.apply(frame, f, [transformation_ctx], [info], [stageThreshold],"), page)
        self.assertIn("Keeps the records for which a function returns true.", page)
        self.assertIn("  f                     fun(record: Record): any", page)
        self.assertIn("Example\n", page)
        self.assertEqual(self.help("help(Filter.apply)"), page)
        self.assertEqual(self.help('help("Filter")'), page)
        self.assertEqual(self.help('help("filter.apply")'), page)

    def test_values_lead_to_their_names(self):
        frame = 'require "mastic.examples" '
        for code, first in [
            ("help(people.filter)", "DynamicFrame:filter("), ("help(people)", "DynamicFrame\n"), ("help(sales)", "DataFrame\n"), ("help(sales.join)", "DataFrame:join("),
            ("help(F.sum)", "F.sum(col) -> Column"), ("help(F)", "F\n"), ("help(spark)", "SparkSession\n"), ("help(spark.sql)", "SparkSession:sql(sqlQuery)"),
            ('help("spark.sql")', "SparkSession:sql(sqlQuery)"), ('help("glueContext.create_dynamic_frame.from_options")', "create_dynamic_frame.from_options("),
            ("help(FlatMap)", "FlatMap.apply("), ("help(MapToCollection.apply)", "MapToCollection.apply("), ("help(Job)", "Job(glue_context) -> Job"),
            ("help(null)", "null"), ('help(require("mastic.values").date("2024-01-01"))', "date\n"), ("help(help)", "help([about])"), ('help("LongType")', "pyspark.sql.types.LongType()"),
        ]:
            self.write("help.lua", frame + code)
            page = self.succeeds("run", "help.lua").out
            self.assertTrue(page.startswith(first), f"{code}:\n{page[:200]}")

    def test_the_overview_names_every_topic(self):
        page = self.help("help()")
        for words in ["Transforms", "Filter", "DataFrame", "Functions of columns", "Spark session", "Types and modules"]:
            self.assertIn(words, page)

    def test_a_method_of_several_classes_lists_them(self):
        page = self.help('help("filter")')
        self.assertTrue(page.startswith("'filter' is a method of several classes:"), page)
        for name in ["DynamicFrame:filter(f, [transformation_ctx], [info], …)", "DataFrame:filter(condition)", "F.filter(col, f)"]:
            self.assertIn(name, page)

    def test_the_command_prints_the_same_page(self):
        self.assertEqual(self.succeeds("help", "DataFrame:limit").out, self.help('help("DataFrame:limit")'))
        self.fails("help", "Fliter", says=["there is no help on 'Fliter'; did you mean 'mastic help Filter'?"])

    def test_an_unknown_name_gets_the_nearest_ones(self):
        self.fails("-e", 'help("Fliter")', says=["the reference has nothing about 'Fliter'; did you mean 'Filter'"])
        self.fails("-e", 'help("DataFrame:jion")', says=["did you mean 'DataFrame:join'"])
        self.fails("-e", 'help("zzzzzzzzzzzz")', says=["the reference has nothing about 'zzzzzzzzzzzz'; help() lists what there is"])
        self.fails("-e", "help(nil)", says=['help has no page about nil; give it a function, a frame, or a name as text, such as help("Filter")'])
        self.fails("-e", "help({1, 2})", says=["help has no page about"])
        self.fails("-e", "help(function() end)", says=["help has no page about a function"])

    def test_nothing_of_the_script_runs(self):
        """Looking for a value's name neither calls metamethods nor trips over tables that refuse to be read."""
        code = """
            local hits = 0
            trap = setmetatable({}, {__index = function() hits = hits + 1 error("read") end, __eq = function() hits = hits + 1 return true end,
              __pairs = function() hits = hits + 1 error("walked") end})
            pcall(help, setmetatable({}, getmetatable(trap)))
            pcall(help, function() end)
            print(hits)"""
        self.assertEqual(self.script(code).out.splitlines()[-1], "0")

    def test_the_reference_does_not_change_with_the_sandbox(self):
        self.assertEqual(self.help("help(Filter)"), self.succeeds("-e", "help(Filter)", "--sandbox").out)


class EditorAnnotations(MasticTest):
    def test_a_project_gets_annotations_and_settings(self):
        os.makedirs(self.path("project"))
        lines = self.lines("annotations", "project")
        self.assertIn(".luals/transforms.lua", lines)
        self.assertIn(".luarc.json", lines)
        with open(self.path("project", ".luarc.json")) as stream:
            self.assertIn('"workspace.library": [".luals"]', stream.read())
        with open(self.path("project", ".luals", "transforms.lua")) as stream:
            text = stream.read()
        # The names between braces are completed from a class of their own.
        self.assertIn("---@class Filter.apply.Arguments\n---@field frame DynamicFrame", text)
        self.assertIn("---@overload fun(arguments: Filter.apply.Arguments): DynamicFrame\nfunction Filter.apply(frame, f,", text)
        self.assertEqual(self.lines("annotations", "project"), [])

    def test_what_was_edited_stays(self):
        os.makedirs(self.path("project"))
        self.succeeds("annotations", "project")
        path = self.path("project", ".luals", "job.lua")
        with open(path, "a") as stream:
            stream.write("-- mine\n")
        self.write("project/.luarc.json", "{}\n")
        result = self.succeeds("annotations", "project")
        self.assertEqual(result.out, "")
        self.assertIn(".luals/job.lua was edited and stays as it is; --force replaces it", result.err)
        self.assertIn('.luarc.json is there and stays as it is; it should say "workspace.library": [".luals"]', result.err)
        self.assertEqual(self.lines("annotations", "project", "--force"), [".luals/job.lua"])
        with open(path) as stream:
            self.assertNotIn("-- mine", stream.read())

    def test_a_folder_that_is_not_there_is_an_error(self):
        self.fails("annotations", "nowhere", status=2, says=["there is no folder 'nowhere'; mastic annotations takes the folder of a project"])


if __name__ == "__main__":
    unittest.main()
