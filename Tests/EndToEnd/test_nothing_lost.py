"""What would lose or change data without a word is refused, or told of."""
import os
import signal
import time

from support import MasticTest, needs_duckdb, needs_pyarrow, parquet_rows

READ = 'glueContext.create_dynamic_frame.from_options{connection_type = "file", format = "json", connection_options = {paths = {"in"}}, transformation_ctx = "in"}'
BOOKMARK = ["--JOB_NAME", "j", "--job-bookmark-option", "job-bookmark-enable"]


def frame(rows, schema):
    return f'DynamicFrame.fromDF(spark.createDataFrame({rows}, "{schema}"), glueContext, "f")'


def job(code):
    return f'local args = getResolvedOptions(arg, {{"JOB_NAME"}})\nlocal job = Job(glueContext)\njob:init(args.JOB_NAME, args)\n{code}\njob:commit()\n'


@needs_pyarrow
class Overwrites(MasticTest):
    def test_records_that_all_failed_empty_no_target(self):
        write = 'glueContext.write_dynamic_frame.from_options{frame = f, connection_type = "s3", format = "parquet", connection_options = {path = "out", mode = "overwrite"}}'
        self.script('spark.range(3).write:parquet("out")')
        code = "local f = DynamicFrame.fromDF(spark.range(6), glueContext, 'o'):map(function(r) return {id = r.nope + 1} end)\n"
        for write in [write, 'f:toDF().write:mode("overwrite"):parquet("out")']:
            with self.subTest(write):
                self.script_fails(code + write, says=["nothing to write" if "toDF" in write else "there is no row left to overwrite", "6 records failed", "attempt to perform arithmetic", "E1602"])
                self.assertEqual(len(parquet_rows(self.path("out"))), 3)
        # No rows at all may be what is meant.
        self.script('spark.range(0).write:mode("overwrite"):parquet("out")')
        self.assertEqual(parquet_rows(self.path("out")), [])

    def test_a_run_with_nothing_new_leaves_its_target(self):
        for number, write in enumerate(['f:toDF().write:mode("overwrite"):parquet("out")',
                      'glueContext.write_dynamic_frame.from_options{frame = f, connection_type = "s3", format = "parquet", connection_options = {path = "out", mode = "overwrite"}}']):
            with self.subTest(write):
                self.write("in/a.json", '{"id": 1}\n{"id": 2}\n')
                self.write("job.lua", job(f"local f = {READ}\n{write}"))
                home = ["--home", self.path(f"home{number}")]
                self.succeeds(*home, "run", "job.lua", *BOOKMARK)
                result = self.succeeds(*home, "run", "job.lua", *BOOKMARK)
                self.assertIn("no input is new to the job's bookmark, so", result.err)
                self.assertEqual(len(parquet_rows(self.path("out"))), 2)
                self.write("in/b.json", '{"id": 3}\n')
                self.succeeds(*home, "run", "job.lua", *BOOKMARK)
                self.assertEqual([row["id"] for row in parquet_rows(self.path("out"))], [3])
                os.remove(self.path("in/b.json"))

    def test_a_run_with_nothing_new_knows_its_columns(self):
        for kind, text in [("json", '{"id": 1, "at": "x"}\n'), ("csv", "id,at\n1,x\n")]:
            with self.subTest(kind):
                self.write(f"{kind}/a.{kind}", text)
                read = READ.replace('"in"}}', f'"{kind}"}}}}').replace('"json"', f'"{kind}", format_options = {{{"withHeader = true" if kind == "csv" else ""}}}', 1)
                self.write("job.lua", job(f'local d = {read}:toDF()\nd:groupBy("at"):count():select("at"):show()'))
                home = ["--home", self.path("home_" + kind)]
                self.succeeds(*home, "run", "job.lua", *BOOKMARK)
                result = self.succeeds(*home, "run", "job.lua", *BOOKMARK)
                self.assertEqual(result.out, "+---+\n| at|\n+---+\n+---+\n\n")

    def test_a_frame_without_rows_keeps_its_columns_in_files(self):
        self.script('spark.range(3):selectExpr("id", "cast(id as string) as s"):filter("id > 100").write:parquet("e")')
        self.assertEqual(self.script('print(table.concat(spark.read.parquet("e"):columns(), " "))').out, "id s\n")
        self.script('spark.range(0):selectExpr("id", "1 as n").write:option("header", true):csv("c")')
        self.assertEqual(self.script('print(table.concat(spark.read:option("header", true):csv("c"):columns(), " "))').out, "id n\n")
        os.mkdir(self.path("nothing"))
        self.script_fails('spark.read.parquet("nothing"):count()', says=["holds no files to take a schema from"])


class Values(MasticTest):
    def test_numbers_that_do_not_fit_are_null_and_counted(self):
        source = frame('{{3000000000, 1e300, 70000, "99999999999", 7}}', "l long, d double, i int, s string, k long")
        result = self.script(source + ':apply_mapping{{"l", "long", "l", "int"}, {"d", "double", "d", "long"}, {"i", "int", "i", "short"}, {"s", "string", "s", "int"}, {"k", "long", "k", "int"}}:show()')
        self.assertEqual(result.out, '{"l": null, "d": null, "i": null, "s": null, "k": 7}\n')
        self.assertIn("values that could not be cast became null: 1 of 'd', 1 of 'i', 1 of 'l', 1 of 's'", result.err)
        # In a query a cast is Spark's.
        self.assertIn("-1294967296", self.script("spark.sql('select cast(3000000000 as int)'):show()").out)

    def test_values_inside_of_others_that_do_not_fit_are_counted(self):
        self.write("n.json", '{"s":{"a":"x","b":1},"arr":[1,"y"],"top":"z"}\n{"s":{"a":2,"b":1},"arr":[3],"top":4}\n')
        result = self.script('spark.read:schema("s struct<a:int,b:int>, arr array<int>, top int"):json("n.json"):show()')
        self.assertIn("values that could not be cast became null: 1 of 'arr[]', 1 of 's.a', 1 of 'top'", result.err)

    def test_numbers_without_room_in_a_table_end_the_statement(self):
        self.script('spark.sql("create database ce") spark.sql("create table ce.t (id int, d decimal(5,2))")')
        for code in ['spark.sql("insert into ce.t values (6000000000, 1)")', 'spark.sql("insert into ce.t values (1, 123456)")',
                     'spark.sql("select 6000000000 as id, 1 as d").write:insertInto("ce.t")', 'spark.sql("select 6000000000 as id, 1.0BD as d").write:mode("append"):saveAsTable("ce.t")']:
            with self.subTest(code):
                self.script_fails(code, says=["which is too small"])
        self.script('spark.sql("insert into ce.t values (6, 1.5)")')
        self.assertEqual(self.script('print(spark.table("ce.t"):count())').out, "1\n")

    def test_columns_of_another_type_than_the_tables(self):
        self.script('spark.sql("create database ce") spark.sql("create table ce.t (id int, name string) using parquet")')
        def write(rows, schema):
            return f'glueContext.write_dynamic_frame.from_catalog{{frame = {frame(rows, schema)}, database = "ce", table_name = "t"}}'
        self.script_fails(write('{{"abc", "x"}}', "id string, name string"), says=["column 'id' is of type string, and int in the table ce.t", "cast it", "E1204"])
        self.assertEqual(self.script('print(spark.table("ce.t"):count())').out, "0\n")
        self.assertIn("the table ce.t has no column 'extra'", self.script(write('{{1, "x", true}}', "id int, name string, extra boolean")).err)
        self.assertEqual(self.script(write('{{2, "y"}}', "id int, name string") + ' print(spark.table("ce.t"):count())').out, "2\n")

    @needs_duckdb
    @needs_pyarrow
    def test_texts_that_are_no_utf8_are_mended_and_told_of(self):
        import duckdb
        code = frame('{{1, "Émile"}, {2, "Zoë"}, {3, "Ada"}}', "id int, name string") + ":map(function(r) r.initial = r.name:sub(1, 1) r.more = {last = r.name:sub(-1)} return r end)"
        for options in [[], ["--no-lift"]]:
            self.write("job.lua", f'local f = {code}\nf:toDF().write:mode("overwrite"):parquet("p")\nf:toDF():drop("more").write:mode("overwrite"):csv("c")')
            result = self.succeeds(*options, "run", "job.lua")
            self.assertIn("texts that are no UTF-8 are written with U+FFFD in place of what is none: 1 of 'initial'", result.err)
            found = duckdb.sql(f"select initial, more.last from '{self.path('p')}/*.parquet' order by id").fetchall()
            self.assertEqual(found, [("\ufffd", "e"), ("Z", "\ufffd"), ("A", "a")])
            self.assertEqual(self.script('print(spark.read.csv("c"):count())').out, "3\n")

    def test_partition_keys_leave_a_column(self):
        for format in ["csv", "parquet", "json"]:
            self.script_fails(
                frame("{{1}, {2}}", "p int") + f':write{{connection_type = "s3", format = "{format}", connection_options = {{path = "o", partitionKeys = {{"p"}}}}}}',
                says=["every column is one to partition by (p); one at least must be left for the files", "E1315"])

    def test_a_column_for_corrupt_records_is_refused(self):
        self.write("s.csv", "a,b\n1,2\nx,y\n")
        self.script_fails('spark.read:schema("a int, _corrupt_record string"):csv("s.csv")', says=["'_corrupt_record' of Spark is not filled", "--quarantine"])


class Keys(MasticTest):
    A, B = frame('{{1, "a"}, {2, "b"}}', "id long, v string"), frame('{{2, "new"}}', "id long, v string")
    TEXT = frame('{{"2", "new"}}', "id string, v string")

    def test_a_merge_by_a_key_that_is_not_there(self):
        self.script_fails(f'print({self.A}:mergeDynamicFrame({self.B}, {{"Idd"}}):count())', says=["there is no field 'Idd'; did you mean 'id'?"])
        self.write("x/a.json", '{"id": 2, "v": "n"}\n')
        self.script_fails(
            f'local j = glueContext.create_dynamic_frame.from_options{{connection_type = "file", format = "json", connection_options = {{paths = {{"x"}}}}}}\nprint({self.A}:mergeDynamicFrame(j, {{"Idd"}}):count())',
            says=["there is no field 'Idd'"])
        self.assertEqual(self.script(f'print({self.A}:mergeDynamicFrame({self.B}, {{"id"}}):count())').out, "2\n")

    def test_keys_that_are_never_equal(self):
        says = ["the keys 'id' (bigint) and 'id' (string) are never equal", "E1209"]
        self.script_fails(f'print({self.A}:mergeDynamicFrame({self.TEXT}, {{"id"}}):count())', says=says)
        self.script_fails(f'print({self.A}:join({{"id"}}, {{"id"}}, {self.TEXT}):count())', says=says)
        self.script_fails(f'Join.apply({self.A}, {self.TEXT}, "id", "id"):show()', says=says)
        double = frame('{{2.0, "n"}}', "id double, v string")
        self.assertEqual(self.script(f'print({self.A}:join({{"id"}}, {{"id"}}, {double}):count(), {self.A}:mergeDynamicFrame({double}, {{"id"}}):count())').out, "1\t2\n")

    def test_a_table_that_holds_itself_is_an_error_record(self):
        for code in ["local t = {} t.t = t return t", "r.self = r return r", "local a, b = {}, {} a.b = b b.a = a return a"]:
            for options in [[], ["--no-lift"]]:
                self.write("job.lua", f"DynamicFrame.fromDF(spark.range(1), glueContext, 'o'):map(function(r) {code} end):show()")
                result = self.succeeds(*options, "run", "job.lua")
                self.assertIn("nested more than 100 levels deep, or contains itself", result.err)
                self.mastic("check", "job.lua")


class Interrupts(MasticTest):
    def interrupted(self, code, number=signal.SIGINT, wait=0.3):
        self.write("job.lua", job(f'spark.range(3).write:mode("append"):json("out")\nio.open("begun", "w"):close()\n{code}'))
        process = self.start("run", "job.lua", "--JOB_NAME", "j")
        deadline = time.monotonic() + 60
        while not os.path.exists(self.path("begun")) and process.is_running() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(wait)
        began = time.monotonic()
        process.kill(number)
        result = process.wait(30)
        os.remove(self.path("begun"))
        return result, time.monotonic() - began

    def test_a_command_that_the_script_waits_for(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            result, seconds = self.interrupted('os.execute("sleep 20")', number)
            self.assertEqual(result.status, 130, result)
            self.assertLess(seconds, 10)
            self.assertFalse(os.path.exists(self.path("out")))

    def test_the_last_statement(self):
        result, _ = self.interrupted('job:commit()\njob:init(args.JOB_NAME, args)\nspark.range(3).write:mode("append"):json("more")\nlocal f = io.popen("sleep 2") f:read("a") f:close() do return end', wait=0.5)
        self.assertEqual(result.status, 130, result)
        self.assertFalse(os.path.exists(self.path("more")))

    def test_what_was_committed_before_is_said_to_stand(self):
        result, _ = self.interrupted("job:commit()\nwhile true do end")
        self.assertEqual(result.status, 130, result)
        self.assertIn("what job:commit() had committed by then stands", result.err)
        self.assertTrue(os.path.exists(self.path("out")))

    def test_the_results_of_commands_are_those_of_lua(self):
        self.assertEqual(self.script('print(os.execute("exit 3")) print(os.execute("true")) print(os.execute()) print(os.execute("kill -9 $$"))').out,
                         "nil\texit\t3\ntrue\texit\t0\ntrue\nnil\tsignal\t9\n")
