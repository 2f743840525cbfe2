"""mastic test: tests of jobs, their expectations and what is said when these are not met."""
import json
import os
import re
import xml.etree.ElementTree as ElementTree

from support import ROOT, MasticTest

JOB = """
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local orders = glueContext.create_dynamic_frame.from_options{
  connection_type = "file", format = "csv", format_options = {withHeader = true, inferSchema = true},
  connection_options = {paths = {args.source}}}
local sold = Filter.apply{frame = orders, f = function(r) return r.amount > 0 end}
print("sold", sold:count())
glueContext.write_dynamic_frame.from_options{
  frame = sold, connection_type = "file", format = "parquet", connection_options = {path = args.target}}
job:commit()
"""


class ProjectTest(MasticTest):
    """A project with tests that each test writes."""

    def write_tests(self, text, name="tests/some_test.lua"):
        return self.write(name, text)

    def test(self, *arguments, env=None):
        return self.run_mastic("test", *arguments, env={"CI": "", **(env or {})})

    def run_mastic(self, *arguments, env=None):
        return self.start(*arguments, env=env).wait()

    def passes(self, text, *arguments):
        self.write_tests(text)
        result = self.test(*arguments)
        self.assertEqual(result.status, 0, result)
        return result

    def fails(self, text, *arguments):
        self.write_tests(text)
        result = self.test(*arguments)
        self.assertEqual(result.status, 1, result)
        return result


class Running(ProjectTest):
    def test_a_line_for_each_test_and_the_sums(self):
        result = self.fails("""
            test("is right", function() expect(1 + 1):toBe(2) end)
            test("is wrong", function() expect(1 + 1):toBe(3) end)
            skip("is not there yet", function() end)
            test("has no mood for it", function() skip("not today") end)
            """)
        self.assertRegex(result.out, r"tests/some_test.lua\n  pass  is right  \d+ ms\n  FAIL  is wrong  \d+ ms\n  skip  is not there yet\n  skip  has no mood for it  not today\n")
        self.assertIn("1 passed, 1 failed, 2 skipped", result.out)
        self.assertRegex(result.out, r"1\) tests/some_test.lua › is wrong\n   expected 3, found 2\n   at tests/some_test.lua:3\n       test\(\"is wrong\"")

    def test_groups_and_what_stands_before_and_after_each(self):
        result = self.passes("""
            local seen = {}
            local function note(x) return function() seen[#seen + 1] = x end end
            before_each(note("file"))
            describe("outer", function()
              before_each(note("outer"))
              after_each(function() expect(table.concat(seen, " ")):toBe("file outer inner test") end)
              describe("inner", function()
                before_each(note("inner"))
                test("runs", note("test"))
              end)
            end)
            """)
        self.assertIn("outer › inner › runs", result.out)

    def test_what_stands_after_runs_after_a_failure_too(self):
        result = self.fails("""
            after_each(function() print("cleaned") end)
            test("fails", function() error("broken") end)
            """)
        self.assertIn("broken", result.out)
        self.assertIn("| cleaned", result.out)

    def test_each_test_is_alone(self):
        self.passes("""
            counter = (counter or 0) + 1
            test("first", function()
              counter = counter + 1
              expect(counter):toBe(2)
              io.open("left.txt", "w"):close()
              spark.sql("CREATE DATABASE one")
            end)
            test("second", function()
              counter = counter + 1
              expect(counter):toBe(2)
              expect(io.open("left.txt")):toBeNil()
              expect(spark.sql("SHOW DATABASES LIKE 'one'")):toBeEmpty()
            end)
            """)

    def test_folders_are_gone_or_kept(self):
        text = """test("writes", function() io.open("left.txt", "w"):close() print(os.getenv("PWD") or "") error("stop") end)"""
        self.write("tmp/.keep", "")
        env = {"TMPDIR": self.path("tmp")}
        self.write_tests(text)
        self.assertEqual(self.test(env=env).status, 1)
        self.assertEqual(os.listdir(self.path("tmp")), [".keep"])
        result = self.test("--keep", env=env)
        folder = re.search(r"kept in (.*)", result.out)[1]
        self.assertTrue(os.path.exists(folder + "/work/left.txt"), result)

    def test_filter_files_and_fail_fast(self):
        self.write_tests('test("red apple", function() end) test("green apple", function() error("no") end)', "tests/a_test.lua")
        self.write_tests('test("red pear", function() end)', "tests/deep/b_test.lua")
        self.write_tests('error("fixtures are no tests")', "tests/fixtures/data.lua")
        self.assertIn("2 passed, 1 failed", self.test().out)
        self.assertIn("2 passed, 0 failed", self.test("--filter", "RED").out)
        self.assertIn("1 passed, 0 failed", self.test("tests/deep").out)
        self.assertIn("1 passed, 1 failed", self.test("tests/a_test.lua").out)
        self.assertIn("1 passed, 1 failed, 0 skipped", self.test("--fail-fast").out)
        result = self.test("--filter", "plum")
        self.assertEqual(result.status, 1)
        self.assertIn("no test in tests/ has 'plum' in its file's name or its own", result.err)

    def test_no_tests(self):
        result = self.test()
        self.assertEqual(result.status, 1)
        self.assertIn("no tests found in tests/: a test is test(\"name\", function() ... end) in a file tests/*.lua", result.err)
        # Scripts elsewhere are not tests.
        self.write("jobs/job.lua", 'test("x", function() end)')
        self.assertEqual((self.test().status, self.test("jobs").status), (1, 1))
        self.assertEqual(self.test("jobs/job.lua").status, 0)
        self.write_tests("local x = 1")
        result = self.test()
        self.assertEqual(result.status, 1)
        self.assertIn("warning: tests/some_test.lua has no tests", result.err)
        result = self.test("tets")
        self.assertEqual(result.status, 1)
        self.assertIn("there is no file or folder 'tets'; did you mean 'tests'?", result.err)

    def test_helpers_are_no_files_without_tests(self):
        self.write("tests/helpers.lua", "return {two = 2}")
        self.write("jobs/lib.lua", "return {three = 3}")
        result = self.passes("""
            local helpers, lib = require "helpers", require "jobs.lib"
            test("uses both", function() expect(helpers.two + lib.three):toBe(5) end)
            """)
        self.assertEqual(result.err, "")

    def test_a_file_that_is_no_lua(self):
        self.write_tests('test("good", function() end)', "tests/a_test.lua")
        result = self.fails('test("x", function() end')
        self.assertIn("FAIL  the file cannot be run", result.out)
        self.assertRegex(result.out, r"(at |error\[E\d+\]: )tests/some_test\.lua:1")
        self.assertIn("1 passed, 1 failed", result.out)

    def test_a_test_that_hangs(self):
        result = self.fails("""
            test("loops", function() while true do end end)
            test("goes on", function() end)
            test("reads for ever", function() spark.range(0, 1000000000000).filter("id % 7 = 8").count() end)
            """, "--timeout", "1s")
        self.assertIn("the test took longer than 1.0 s in tests/some_test.lua:2; give it more time with --timeout", result.out)
        self.assertIn("1 passed, 2 failed", result.out)

    def test_a_test_that_exits(self):
        result = self.fails('test("leaves", function() os.exit(0) end) test("stays", function() end)')
        self.assertIn("the test called os.exit(0)", result.out)
        self.assertIn("1 passed, 1 failed", result.out)

    def test_wrong_registrations(self):
        for text, sentence in [
            ('test("x")', "test needs a name and a function"),
            ('test("", function() end)', "test needs a name that says what is tested"),
            ('test("x", function() end) test("x", function() end)', "two tests are called 'x'; the first is in line 1"),
            ('test("x", function() test("y", function() end) end)', "test stands inside a test; tests do not nest"),
            ('describe("x")', "describe needs a name and a function"),
            ("before_each(1)", "before_each needs a function"),
        ]:
            with self.subTest(text):
                self.assertIn(sentence, self.fails(text).out)

    def test_json(self):
        self.write_tests('test("a", function() print("hello") expect(1):toBe(2) end) test("b", function() end) skip("c", function() end)')
        result = self.test("--json")
        report = json.loads(result.out)
        self.assertEqual((result.status, report["passed"], report["failed"], report["skipped"]), (1, 1, 1, 1))
        first = report["tests"][0]
        self.assertEqual((first["name"], first["status"], first["message"], first["failureLine"], first["output"]), ("a", "failed", "expected 2, found 1", 1, "hello\n"))

    def test_junit(self):
        self.write_tests("""
            test("a <b> & \\"c\\"", function() print("bell \\7 ]]>") expect("x"):toBe("y\\1") end)
            test("raises", function() local t; t.x = 1 end)
            test("passes", function() end)
            skip("later", function() end)
            """)
        self.assertEqual(self.test("--junit", "report.xml").status, 1)
        root = ElementTree.parse(self.path("report.xml")).getroot()
        self.assertEqual(root.tag, "testsuites")
        suite = root.find("testsuite")
        self.assertEqual([suite.get(n) for n in ["name", "tests", "failures", "errors", "skipped"]], ["tests/some_test.lua", "4", "1", "1", "1"])
        cases = suite.findall("testcase")
        self.assertEqual([c.get("name") for c in cases], ['a <b> & "c"', "raises", "passes", "later"])
        self.assertEqual([c.get("classname") for c in cases], ["tests.some_test"] * 4)
        self.assertIn("expected", cases[0].find("failure").get("message"))
        self.assertIn("bell \ufffd ]]>", cases[0].find("system-out").text)
        self.assertIn("attempt to index a nil value", cases[1].find("error").get("message"))
        self.assertIsNone(cases[2].find("failure"))
        self.assertIsNotNone(cases[3].find("skipped"))

    def test_time_and_chance_are_fixed(self):
        text = """
            test("now", function()
              expect(os.date("%Y-%m-%d %H:%M:%S")):toBe("2026-01-01 00:00:00")
              clock.set("2026-03-01 02:00:00")
              expect(os.time()):toBe(1772330400)
              expect(os.date("!%H:%M")):toBe("02:00")
              expect(os.date("%Y", 0)):toBe("1970")
              expect(tostring(clock.now())):toBe("2026-03-01 02:00:00")
              expect(spark.sql("SELECT current_date() AS d, current_timestamp() AS t")):toHaveRows{{d = "2026-03-01", t = "2026-03-01 02:00:00"}}
              clock.advance("1h 30m")
              expect(spark.range(1).select(F.current_timestamp().alias("t"))):toHaveRows{{t = "2026-03-01 03:30:00"}}
              clock.advance(-60)
              expect(os.date("%H:%M")):toBe("03:29")
            end)
            test("refuses what is no time", function()
              expect(function() clock.set("soon") end):toRaise("'soon' is no moment")
              expect(function() clock.advance("3 parsecs") end):toRaise("takes a length of time")
            end)
            test("prints chance", function()
              print(math.random(1000000), spark.sql("SELECT rand() AS r, uuid() AS u"):collect()[1].u)
              error("shown")
            end)
            """
        first, second = self.fails(text), self.fails(text)
        self.assertIn("2 passed, 1 failed", first.out)
        chance = [re.search(r"\| (\d+\t[0-9a-f-]{36})", r.out)[1] for r in (first, second)]
        self.assertEqual(chance[0], chance[1])


class Expectations(ProjectTest):
    def test_those_that_hold(self):
        self.passes("""
            test("values", function()
              expect(1):toBe(1.0)
              expect(nil):toBe(null)
              expect(0/0):toBe(0/0)
              expect("a").never:toBe("b")
              expect(1).not_:toBe(2)
              expect(1).never.never.toBe(1)
              expect({1, {a = 2}}):toEqual({1, {a = 2.0}})
              expect({a = null}):toEqual({})
              expect({1}).never:toEqual({2})
              local loop = {} loop.self = loop
              local other = {} other.self = other
              expect(loop):toEqual(other)
              expect(3):toBeGreaterThan(2)
              expect("a"):toBeLessThan("b")
              expect(0.1 + 0.2):toBeCloseTo(0.3)
              expect({1, 2}):toContain(2)
              expect("abc"):toContain("b")
              expect("abc"):toMatch("^a.c$")
              expect(nil):toBeNil()
              expect(1):toBeTruthy()
              expect(false):toBeFalsy()
              expect({}):toBeEmpty()
              expect({1, 2, 3}):toHaveCount(3)
              local decimal = require("mastic.values").decimal expect(decimal("1.50")):toBe(decimal("1.5"))
            end)
            test("errors", function()
              expect(function() error("bad thing 42") end):toRaise()
              expect(function() error("bad thing 42") end):toRaise("thing")
              expect(function() error("bad thing 42") end):toRaise("%d+")
              expect(function() end).never:toRaise()
              expect(function() error("a(b") end):toRaise("(b")
            end)
            test("frames", function()
              local f = frame{{id = 2, amount = 1.5, note = "x"}, {id = 1, amount = 2, tags = {"a", "b"}}}
              expect(f):toHaveCount(2)
              expect(f).never:toBeEmpty()
              expect(frame{}):toBeEmpty()
              expect(f):toHaveColumns{"id", "amount"}
              expect(f).never:toHaveColumns{"price"}
              expect(f):toHaveRows{{id = 1}, {id = 2}}
              expect(f):toHaveRows{{id = 2}, {id = 1}, ordered = true}
              expect(f):toHaveRows({{id = 1, note = null}, {id = 2, note = "x"}}, {key = "id"})
              expect(f):toHaveRows{{id = 1, amount = 2.001}, {id = 2, amount = 1.499}, tolerance = 0.01}
              expect(f):toHaveRows{{id = 1, missing = null}, {id = 2}}
              expect(f).never:toHaveRows{{id = 1}}
              expect(f):toContainRow{id = 1, tags = {"a", "b"}}
              expect(f).never:toContainRow{id = 3}
              expect(frame{{id = 1}, {id = 2}}):toHaveSchema("id bigint")
              expect(frame{{id = 1, n = "x"}}):toHaveSchema{n = "string", id = "bigint"}
              expect(frame{{id = 1}}):toEqual(frame{{id = 1}})
              expect(frame{{id = 1}}).never:toEqual(frame{{id = 1.0}})
              expect(frame{{id = 2}, {id = 1}}):toEqual(frame{{id = 1}, {id = 2}})
              expect(frame{{id = 1}}:toDF()):toHaveRows{{1}}
              expect(frame{}:toDF()):toHaveRows{}
            end)
            test("mixed types", function()
              local f = frame{{v = 1}, {v = "one"}, {v = null}}
              expect(f):toHaveRows{{v = 1}, {v = "one"}, {v = null}}
              expect(ResolveChoice.apply{frame = f, specs = {{"v", "cast:string"}}}):toHaveRows{{v = "1"}, {v = "one"}, {}}
            end)
            test("typed frames", function()
              local f = frame{schema = "id int, d date, p decimal(10,2)", rows = {{1, "2026-02-28", 9.5}, {2, null, null}}}
              expect(f):toHaveSchema("id int, d date, p decimal(10,2)")
              expect(f):toHaveRows{{id = 1, d = "2026-02-28", p = 9.5}, {id = 2}}
              expect(frame{{1, "a"}, columns = {"id", "n"}}):toHaveRows{{n = "a", id = 1}}
              expect(frame{schema = "id int", rows = {}}):toHaveSchema("id int")
            end)
            """)

    def test_what_fails_says_why(self):
        for body, sentence in [
            ("expect(1):toBe('1')", 'expected "1", found 1'),
            ("expect(nil):toBe(false)", "expected false, found nil"),
            ("expect({}):toBe({})", "two tables that hold the same are not one; compare what they hold with toEqual"),
            ("expect({a = {1, 2}}):toEqual{a = {1, 3}}", "at a[2]: expected 3, found 2"),
            ("expect({}):toEqual{b = 1}", "at b: expected 1, found nil"),
            ("expect(1).never:toBe(1)", "found 1, which was not expected"),
            ("expect(1):toBeGreaterThan(1)", "expected more than 1, found 1"),
            ("expect(1):toBeGreaterThan('x')", "compares what has an order, not 1 and \"x\""),
            ("expect('abc'):toContain('x')", '"x" is not in "abc"'),
            ("expect({1}):toHaveCount(2)", "expected 2 entries, found 1"),
            ("expect({1}):toBeEmpty()", "expected nothing, found 1 entry"),
            ("expect(function() end):toRaise()", "the function returned, and was expected to raise an error"),
            ("expect(function() error('one') end):toRaise('two')", "the function raised another error than expected"),
            ("expect(1):toRaise()", "toRaise takes a function to call"),
            ("expect()", "expect needs a value"),
            ("expect(1):toBee(1)", "expect(...) has no 'toBee'; did you mean 'toBe'?"),
            ("expect(frame{{id = 1}}):toHaveCount(2)", "expected 2 rows, found 1"),
            ("expect(frame{{id = 1}}):toHaveColumns{'id', 'name'}", "missing: name"),
            ("expect(frame{{id = 1}}):toHaveRows{{ib = 1}}", "the frame has no column 'ib'; did you mean 'id'? (columns: id)"),
            ("expect(frame{{id = 1, n = 2}}):toHaveRows{{id = 1}, exact = true}", "the frame has the column 'n', which no expected row names"),
            ("expect(frame{{id = 1}}):toHaveRows{{id = 1}, order = true}", "toHaveRows has no option 'order' (known: exact, key, ordered, tolerance)"),
            ("expect(frame{{id = 1}}):toHaveRows{1}", "row 1 is the number 1; a row is a table"),
            ("expect(frame{{id = 1}}):toHaveRows('x')", "toHaveRows takes a list of rows"),
            ("expect(1):toHaveRows{}", "was given the number 1 where a DynamicFrame or a DataFrame belongs"),
            ("expect(frame{{id = 1}, {id = 2}}):toHaveRows{{id = 2}, {id = 1}, ordered = true}", "the same 2 rows in another order; the first that stands elsewhere is row 1"),
            ("expect(frame{{id = 1}}):toHaveSchema('id int')", "the frame's schema is another than expected"),
            ("expect(frame{{id = 1}}):toHaveSchema('id itn')", "has the type 'itn', which is none; did you mean 'int'?"),
            ("expect(frame{{id = 1}}):toContainRow{id = 2}", "none of the frame's 1 row is {id = 2}"),
            ("expect(frame{{id = 1}}).never:toContainRow{id = 1}", "the frame contains the row {id = 1}, which it was not to"),
            ("frame{id = 1}", "a table with names is one row: put it into a list, frame{{id = ...}}"),
            ("frame{{1, 2}}", "row 1 has values without names; name them, {id = 1}, or give columns"),
            ("frame{{id = 1}, colums = {'id'}}", "frame has no option 'colums'; did you mean 'columns'?"),
            ("frame{{a = 1}, columns = {'id'}}", "a row has 'a', which is none of the columns"),
            ("frame{schema = 'id int', rows = {{'x'}}}", "frame: column 'id' is int, and row 1 has the string 'x'"),
            ("frame{{f = print}}", "column 'f' of row 1 is a function, which no column can hold"),
            ("fixture('no.csv')", "there is no fixture 'no.csv'"),
            ("read('out')", "there is nothing at 'out' to read"),
            ("run_job('jobs/no.lua')", "there is no script 'jobs/no.lua' in the project"),
            ("table_in_catalog('orders', {})", "table_in_catalog needs a database and a table"),
        ]:
            with self.subTest(body):
                result = self.fails(f'test("x", function() {body} end)')
                self.assertIn(sentence, result.out)
                self.assertRegex(result.out, r"(at |error\[E\d+\]: )tests/some_test\.lua:1")

    def test_the_table_of_rows_that_differ(self):
        result = self.fails("""
            test("rows", function()
              local f = frame{{id = 1, name = "Anna", amount = 19.9}, {id = 2, name = "Ben", amount = 25}, {id = 9, name = "Zoe", amount = 1}}
              expect(f):toHaveRows{{id = 1, name = "Anna", amount = 19.9}, {id = 2, name = "Ben", amount = 20}, {id = 3, name = "Cleo", amount = 7}}
            end)
            """)
        self.assertIn("""\
   the frame's rows are not those expected: expected 3 rows, found 3: 1 missing, 1 unexpected, 1 changed
   at tests/some_test.lua:4
       expect(f):toHaveRows{{id = 1, name = "Anna", amount = 19.9}, {id = 2, name = "Ben", amount = 20}, {id = 3, name = "Cleo", amount = 7}}
         amount   id  name
     - 7        3   Cleo  missing
     + 1        9   Zoe   unexpected
     ~ 20 → 25  2   Ben   changed
     changed cells: expected → found
""".replace("         amount   id", "       amount   id"), result.out)

    def test_control_characters_of_data_do_not_reach_the_terminal(self):
        result = self.fails(r"""test("x\27[31m", function() print("\27]0;title\7") expect(frame{{v = "\27[2J"}}):toHaveRows{{v = "\7"}} end)""")
        self.assertNotIn("\x1b", result.out)
        self.assertNotIn("\x07", result.out)
        self.assertIn("\\u{1b}[2J", result.out)


class Snapshots(ProjectTest):
    TEST = """
        test("a frame", function()
          expect(frame{{id = 2, n = "b"}, {id = 1, n = value}}):toMatchSnapshot()
          expect({a = {1, 2}}):toMatchSnapshot("a table")
        end)
        """

    def test_written_compared_and_renewed(self):
        result = self.passes('value = "a"' + self.TEST)
        self.assertIn("wrote tests/snapshots/some_test/a-frame.txt", result.out)
        with open(self.path("tests/snapshots/some_test/a-frame.txt")) as file:
            self.assertEqual(file.read(), "root\n|-- id: long\n|-- n: string\n\n+---+---+\n|id |n  |\n+---+---+\n|1  |a  |\n|2  |b  |\n+---+---+\n2 rows\n")
        with open(self.path("tests/snapshots/some_test/a-table.txt")) as file:
            self.assertEqual(file.read(), "{\n  a = {\n    1,\n    2\n  }\n}\n")
        self.assertNotIn("wrote", self.passes('value = "a"' + self.TEST, "--ci").out)
        result = self.fails('value = "z"' + self.TEST)
        self.assertIn("the value is another than in the snapshot tests/snapshots/some_test/a-frame.txt; if it should be, mastic test --update-snapshots", result.out)
        self.assertIn("- |1  |a  |", result.out)
        self.assertIn("+ |1  |z  |", result.out)
        self.assertIn("wrote", self.passes('value = "z"' + self.TEST, "--update-snapshots").out)
        self.passes('value = "z"' + self.TEST)

    def test_none_is_written_unattended(self):
        self.write_tests('value = "a"' + self.TEST)
        for arguments, env in [(["--ci"], {}), ([], {"CI": "true"})]:
            result = self.test(*arguments, env=env)
            self.assertEqual(result.status, 1)
            self.assertIn("there is no snapshot tests/snapshots/some_test/a-frame.txt", result.out)
        self.assertFalse(os.path.exists(self.path("tests/snapshots")))
        result = self.test("--ci", "--update-snapshots")
        self.assertEqual(result.status, 2)
        self.assertIn("choose one", result.err)


class Jobs(ProjectTest):
    def setUp(self):
        super().setUp()
        self.write("jobs/sales.lua", JOB)
        self.write("tests/fixtures/orders.csv", "id,amount\n1,10\n2,-5\n3,7\n")

    def test_a_job_and_what_it_wrote(self):
        self.passes("""
            test("sells", function()
              local run = run_job("jobs/sales.lua", {source = copy_fixture("orders.csv"), target = "out"})
              expect(run.status):toBe("SUCCEEDED")
              expect(run.exit_status):toBe(0)
              expect(run.error):toBeNil()
              expect(run.output):toBe("sold\\t2\\n")
              expect(run.rows_written):toBe(2)
              expect(run.run_id):toMatch("^jr_")
              expect(read("out")):toHaveRows{{id = 1, amount = 10}, {id = 3, amount = 7}}
              expect(fixture("orders.csv")):toHaveCount(3)
            end)
            test("is written to buckets of the test's own", function()
              run_job("jobs/sales.lua", {source = fixture_path("orders.csv"), target = "s3://bucket/sales"})
              expect(read("s3://bucket/sales")):toHaveCount(2)
            end)
            test("reads the catalog", function()
              table_in_catalog("shop.orders", {{id = 1, day = "2026-01-01"}, {id = 2, day = "2026-01-02"}}, {partition_by = "day"})
              expect(spark.table("shop.orders")):toHaveCount(2)
              expect(glueContext.create_dynamic_frame.from_catalog{database = "shop", table_name = "orders"}):toContainRow{id = 2}
              copy_fixture("orders.csv", "in/")
              crawl("in", "crawled")
              expect(spark.sql("SELECT * FROM crawled.in")):toHaveCount(3)
            end)
            """)
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertFalse(os.path.exists(self.home))

    def test_a_job_that_fails(self):
        self.write("jobs/broken.lua", 'print("begins")\nlocal x = nil\nx.y = 1\n')
        result = self.fails("""
            test("looked at", function()
              local run = run_job("jobs/broken.lua")
              expect(run.status):toBe("FAILED")
              expect(run.error):toContain("jobs/broken.lua:3: attempt to index a nil value")
            end)
            test("not looked at", function() run_job("jobs/broken.lua") end)
            test("misspelt", function() return run_job("jobs/broken.lua").stauts end)
            """)
        self.assertIn("1 passed, 2 failed", result.out)
        self.assertIn("the job jobs/broken.lua failed, and the test did not look at its status or error", result.out)
        self.assertIn("a JobRun has no field 'stauts'; did you mean 'status'?", result.out)

    def test_a_job_that_hangs_ends_with_its_test(self):
        self.write("jobs/loop.lua", "while true do end")
        result = self.fails('test("x", function() run_job("jobs/loop.lua") end)', "--timeout", "1s")
        self.assertIn("the test took longer than 1.0 s in ", result.out)

    def test_the_clock_of_jobs(self):
        self.write("jobs/clock.lua", 'print(os.date("%Y-%m-%d"), spark.sql("SELECT current_date() AS d"):collect()[1].d)')
        self.passes("""
            test("x", function()
              clock.set("2030-05-06")
              expect(run_job("jobs/clock.lua").output):toBe("2030-05-06\\t2030-05-06\\n")
            end)
            """)


class Coverage(ProjectTest):
    def setUp(self):
        super().setUp()
        self.write("jobs/lib/words.lua", "local M = {}\nfunction M.loud(s)\n  return s:upper()\nend\nfunction M.quiet(s)\n  return s:lower()\nend\nreturn M\n")
        self.write("jobs/shout.lua", """\
local words = require "lib.words"
local f = glueContext.create_dynamic_frame.from_options{
  connection_type = "file", format = "json", connection_options = {paths = {args.source}}}
local kept = Filter.apply{frame = f, f = function(r)
  if r.id > 100 then
    return false
  end
  return true
end}
local named = Map.apply{frame = kept, f = function(r)
  return {id = r.id, name = r.name:upper()}
end}
print(named:count(), words.loud("x"))
if args.never then
  print("never")
end
""")
        self.write("jobs/alone.lua", "print(1)\nprint(2)\n")
        self.write("tests/fixtures/names.json", '{"id": 1, "name": "a"}\n{"id": 2, "name": "b"}\n{"id": 3, "name": "c"}\n')
        self.write_tests("""
            test("shouts", function()
              expect(run_job("jobs/shout.lua", {source = fixture_path("names.json")}).output):toBe("3\\tX\\n")
            end)
            """)

    def test_lines_that_ran(self):
        result = self.test("--coverage", "--coverage-report", "coverage.info")
        self.assertEqual(result.status, 0, result)
        self.assertRegex(result.out, r"(?m)^  jobs/alone.lua      0.0 %  not run: 1-2$")
        self.assertRegex(result.out, r"(?m)^  jobs/lib/words.lua  .*  not run: 6$")
        self.assertRegex(result.out, r"(?m)^  jobs/shout.lua      .*  not run: 6, 15$")
        self.assertNotIn("tests/some_test.lua  ", result.out.split("coverage")[1])
        with open(self.path("coverage.info")) as file:
            report = file.read()
        self.assertIn(f"SF:{self.path('jobs/shout.lua')}\n", report)
        shout = report.split("jobs/shout.lua\n")[1].split("end_of_record")[0]
        self.assertIn("DA:5,3\n", shout)
        self.assertIn("DA:6,0\n", shout)
        self.assertIn("DA:11,3\n", shout)
        self.assertIn("DA:15,0\n", shout)

    def test_json(self):
        report = json.loads(self.test("--coverage", "--json").out)
        self.assertEqual({file["file"]: file["missed"] for file in report["coverage"]}, {"jobs/alone.lua": [1, 2], "jobs/lib/words.lua": [6], "jobs/shout.lua": [6, 15]})
        self.assertNotIn("coverage", json.loads(self.test("--json").out))


class Documentation(ProjectTest):
    """docs/testing.md: its example passes in a new project, and every function and expectation that it names is there."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(ROOT, "docs", "testing.md"), encoding="utf-8") as file:
            self.page = file.read()

    def test_the_example(self):
        self.assertEqual(self.mastic("new", "shop").status, 0)
        self.write("shop/tests/documented_test.lua", re.search(r"```lua\n(.*?)```", self.page, re.DOTALL)[1])
        result = self.test("shop/tests/documented_test.lua")
        self.assertEqual(result.status, 0, result)
        shown = re.sub(r"[\d.]+ (m?s)", r"N \1", result.out).replace("documented_test", "sales_test")
        block = re.search(r"    \$ mastic test\n((?:    .*\n|\n)+)", self.page)[1]
        self.assertEqual(shown, re.sub(r"[\d.]+ (m?s)", r"N \1", re.sub("(?m)^    ", "", block)).rstrip("\n") + "\n")

    def test_names(self):
        functions = sorted(set(re.findall(r"`((?:clock\.)?[a-z_]+)[({]", self.page)) - {"current_date", "current_timestamp", "now", "rand", "uuid"})
        expectations = sorted(set(re.findall(r"`(to[A-Z]\w+)", self.page)))
        self.assertGreater(len(functions), 12)
        self.assertGreater(len(expectations), 15)
        checks = "".join(f'expect(type({name})):toBe("function")\n' for name in functions)
        checks += "".join(f'expect(type(expect(1).{name})):toBe("function")\n' for name in expectations)
        self.passes('test("names", function()\n' + checks + "end)")
