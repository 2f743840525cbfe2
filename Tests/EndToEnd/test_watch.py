"""mastic watch: runs again on changes, on a sample, and writes nothing."""
import os
import signal
import time

from support import MasticTest

JOB = """
local lib = require "lib"
local job = Job(glueContext)
job:init("watched", args)
local f = glueContext.create_dynamic_frame.from_options{
  connection_type = "file", format = "csv", format_options = {withHeader = true}, connection_options = {paths = {"in"}}, transformation_ctx = "in"}
print(lib.word, f:count())
glueContext.write_dynamic_frame.from_options{
  frame = f, connection_type = "file", format = "parquet", connection_options = {path = args.target or "out"}}
print("back", spark.read.parquet(args.target or "out").count())
spark.sql("CREATE DATABASE seen")
job:commit()
"""


class WatchTests(MasticTest):
    def setUp(self):
        super().setUp()
        self.write("job.lua", JOB)
        self.write("lib.lua", 'return {word = "one"}')
        self.write("in/rows.csv", "id\n" + "".join(f"{i}\n" for i in range(5000)))

    def watch(self, *arguments):
        self.process = self.start("watch", *arguments)
        return self.process

    def text(self, stream=1):
        self.process.files[stream].flush()
        return os.pread(self.process.files[stream].fileno(), 1 << 20, 0).decode()

    def until(self, words, stream=1, times=1):
        deadline = time.monotonic() + 60
        while self.text(stream).count(words) < times:
            self.assertTrue(self.process.is_running(), self.text(1) + self.text(2))
            self.assertLess(time.monotonic(), deadline, f"no {words!r} in {self.text(1)}\n{self.text(2)}")
            time.sleep(0.02)

    def interrupt(self):
        self.process.kill(signal.SIGINT)
        result = self.process.wait()
        self.assertEqual(result.status, 0, result)
        return result

    def test_once(self):
        result = self.succeeds("watch", "--once", "job.lua")
        self.assertIn("one\t1000\nback\t1000\n", result.out)
        self.assertIn("would write out: 1000 rows, 1 file, ", result.out)
        self.assertIn("| id|\n", result.out)
        self.assertIn("first 1000 rows of each source", result.err)
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertEqual(self.lines("job", "runs"), [])
        self.assertEqual(self.lines("catalog", "databases"), [])
        self.assertIn("one\t7\n", self.succeeds("watch", "--once", "--sample", "7", "job.lua", "--", "--target", "elsewhere").out)
        self.assertFalse(os.path.exists(self.path("elsewhere")))

    def test_write(self):
        result = self.succeeds("watch", "--once", "--write", "job.lua")
        self.assertIn("one\t5000\n", result.out)
        self.assertTrue(os.path.exists(self.path("out")))
        self.assertNotIn("would write", result.out)

    def test_changes_of_the_script_and_its_modules(self):
        self.watch("job.lua")
        self.until("Ctrl-C ends", 2)
        self.write("lib.lua", 'return {word = "two"}')
        self.until("two\t1000\n")
        self.until("Ctrl-C ends", 2, 2)
        self.assertIn("lib.lua changed", self.text(2))
        # As editors do it: under another name, and renamed.
        os.replace(self.write("job.lua.new", JOB.replace("lib.word", '"three"')), self.path("job.lua"))
        self.until("three\t1000\n")
        self.until("Ctrl-C ends", 2, 3)
        self.interrupt()

    def test_errors_do_not_end_it(self):
        self.watch("job.lua")
        self.until("Ctrl-C ends", 2)
        self.write("job.lua", "local x = nil\nx.y = 1\n")
        self.until("job.lua:2: attempt to index a nil value", 2)
        self.until("Ctrl-C ends", 2, 2)
        self.write("job.lua", "print('syntax'")
        self.until("job.lua:1:", 2)
        self.until("Ctrl-C ends", 2, 3)
        os.remove(self.path("job.lua"))
        self.until("job.lua is gone; waiting for it", 2)
        self.write("job.lua", "print('fine again')")
        self.until("fine again\n")
        # The last run is over; one that made way for it said nothing.
        deadline = time.monotonic() + 60
        while not self.text(2).rstrip().endswith("Ctrl-C ends"):
            self.assertLess(time.monotonic(), deadline, self.text(2))
            time.sleep(0.02)
        self.interrupt()

    def test_inputs(self):
        self.watch("--inputs", "--sample", "9", "job.lua")
        self.until("and its inputs; Ctrl-C ends", 2)
        self.write("in/rows.csv", "id\n1\n2\n")
        self.until("one\t2\n")
        self.until("Ctrl-C ends", 2, 2)
        self.interrupt()

    def test_an_interrupt_in_a_run(self):
        self.write("job.lua", "print('begun')\nio.stdout:flush()\nwhile true do end\n")
        self.watch("job.lua")
        self.until("begun")
        self.process.kill(signal.SIGINT)
        # The run is over, and the watch goes on.
        self.until("Ctrl-C ends", 2)
        self.interrupt()

    def test_a_change_ends_the_run(self):
        self.write("job.lua", "print('begun')\nio.stdout:flush()\nwhile true do end\n")
        self.watch("job.lua")
        self.until("begun")
        self.write("job.lua", "print('mended')\n")
        self.until("mended\n")
        self.until("Ctrl-C ends", 2)
        self.interrupt()

    def test_a_noisy_folder(self):
        """What is written beside the script by others keeps nothing back."""
        self.watch("job.lua")
        self.until("Ctrl-C ends", 2)
        self.write("lib.lua", 'return {word = "two"}')
        deadline = time.monotonic() + 20
        while "two\t1000" not in self.text() and time.monotonic() < deadline:
            self.write("noise.txt", "x")
            time.sleep(0.03)
        self.assertIn("two\t1000", self.text())
        self.until("Ctrl-C ends", 2, 2)
        self.interrupt()

    def test_statements_that_take_away_take_nothing(self):
        self.script('''spark.sql("CREATE DATABASE d") spark.sql("CREATE TABLE d.t (id INT) USING parquet") spark.sql("INSERT INTO d.t VALUES (1), (2)")''')
        for statement in ["TRUNCATE TABLE d.t", "DROP TABLE d.t", "DROP DATABASE d CASCADE", "INSERT OVERWRITE d.t VALUES (7)"]:
            for command in (["watch", "--once"], ["explain"]):
                for job in ("", 'local job = Job(glueContext) job:init("x", {}) '):
                    with self.subTest(statement, command=command[0], job=bool(job)):
                        self.write("take.lua", f'{job}spark.sql("{statement}") {"job:commit()" if job else ""}')
                        self.succeeds(*command, "take.lua")
                        self.assertEqual(self.script('print(spark.table("d.t"):count())').out, "2\n")

    def test_a_database_is_made_anew(self):
        self.script('spark.sql("CREATE DATABASE d") spark.sql("CREATE TABLE d.t (id INT)")')
        code = 'spark.sql("DROP DATABASE d CASCADE") spark.sql("CREATE DATABASE d") spark.sql("CREATE TABLE d.u (id INT)") print(spark.sql("SHOW TABLES IN d"):count())'
        self.write("anew.lua", code)
        self.assertIn("1\n", self.succeeds("watch", "--once", "anew.lua").out)
        self.assertEqual(self.lines("catalog", "tables", "d"), ["t"])
        self.assertEqual(self.script('local job = Job(glueContext) job:init("x", {}) ' + code + " job:commit()").out, "1\n")
        self.assertEqual(self.lines("catalog", "tables", "d"), ["u"])

    def test_wrong_usage(self):
        self.fails("watch", "none.lua", says=["there is no script 'none.lua'"])
        self.fails("watch", "--sample", "0", "job.lua", status=2, says=["--sample takes a number of rows from 1, not 0"])
        self.fails("watch", "-", status=2, says=["standard input cannot be watched"])
        self.assertEqual(self.succeeds("watch", "--help").status, 0)
