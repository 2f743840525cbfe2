"""The command line from outside: help, statements, standard input, the session, exit statuses, time and interruption."""
import json
import os
import signal
import subprocess
import time

from support import MASTIC, READ, MasticTest

COMMANDS = [
    [], ["run"], ["check"], ["explain"], ["repl"], ["crawl"], ["catalog"], ["catalog", "databases"], ["catalog", "tables"], ["catalog", "show"], ["catalog", "partitions"],
    ["catalog", "versions"], ["catalog", "drop"], ["bookmark"], ["bookmark", "show"], ["bookmark", "reset"], ["bookmark", "rewind"],
    ["trigger"], ["trigger", "next"], ["trigger", "list"], ["trigger", "show"], ["trigger", "start"], ["trigger", "stop"], ["trigger", "delete"],
    ["apply"], ["job"], ["job", "list"], ["job", "show"], ["job", "runs"], ["job", "logs"], ["job", "delete"], ["crawler"], ["crawler", "list"], ["crawler", "show"],
    ["crawler", "delete"], ["workflow"], ["workflow", "list"], ["workflow", "show"], ["workflow", "runs"], ["workflow", "delete"],
]


class HelpTests(MasticTest):
    def test_every_command_explains_itself_with_an_example(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                result = self.succeeds(*command, "--help")
                self.assertIn("Example", result.out)
                self.assertIn("  mastic " + " ".join(command), result.out)
                self.assertEqual(result.err, "")

    def test_help_writes_nothing(self):
        self.succeeds("--help")
        self.assertEqual(os.listdir(self.folder), [])

    def test_version(self):
        self.assertRegex(self.succeeds("--version").out, r"^mastic \d+\.\d+\.\d+\n$")

    def test_wrong_usage_ends_with_2(self):
        for words, says in [
            (["frobnicate"], "there is no command 'mastic frobnicate'; there are run, check, explain, "),
            (["wrokflow", "list"], "there is no command 'mastic wrokflow'; did you mean 'mastic workflow'?"),
            (["--quiet", "trigger", "nxet"], "there is no command 'mastic trigger nxet'; did you mean 'mastic trigger next'?"),
            (["sales.lua", "--day", "1"], "to run a script: mastic run sales.lua"),
            (["--no-such-option"], "--no-such-option"),
            (["run"], "script"),
            (["run", "--no-such-option", "x.lua"], "--no-such-option"),
            (["crawl", "somewhere"], "--database"),
            (["crawl", "--databas", "x", "y"], "--database"),
            (["--memory", "much", "-e", "1"], "--memory"),
            (["--timeout", "soon", "-e", "1"], "--timeout"),
            (["--threads", "0", "-e", "1"], "--threads"),
            (["--log-level", "loud", "-e", "1"], "--log-level"),
            (["--log-format", "xml", "-e", "1"], "--log-format"),
            (["bookmark", "rewind", "job"], "--run"),
            (["catalog", "show"], "table"),
        ]:
            with self.subTest(words=words):
                self.assertEqual(self.fails(*words, status=2, says=["error[E2001]: ", says, "  = usage: mastic", "  = example: mastic ", "  = try: mastic "]).out, "")

    def test_options_behind_the_script_are_the_jobs(self):
        self.write("job.lua", "print(arg[1])")
        result = self.succeeds("run", "job.lua", "--quiet")
        self.assertEqual(result.out, "--quiet\n")
        self.assertIn("--quiet stands behind the script, so it is the job's own argument; what is meant for Mastic goes in front of the script's name", result.err)
        self.assertIn("--memory stands behind", self.succeeds("run", "job.lua", "--memory=1GiB").err)
        # One that the script reads is meant for it.
        self.write("job.lua", 'print(getResolvedOptions(arg, {"memory", "log_level"}).memory)')
        result = self.succeeds("run", "job.lua", "--memory", "1", "--log-level", "x")
        self.assertEqual((result.out, result.err), ("1\n", ""))

    def test_what_is_said_of_wrong_usage(self):
        self.assertEqual(self.fails("run", "--max-error-recrods", "3", "x.lua", status=2).err, """\
error[E2001]: mastic run has no option '--max-error-recrods'; did you mean '--max-error-records'?
  = usage: mastic run [<options>] <script>
  = example: mastic run sales.lua --JOB_NAME sales --target out/ --job-bookmark-option job-bookmark-enable
  = try: mastic help run lists its options  (mastic help E2001)
""")
        self.assertIn("error[E2001]: mastic crawl needs --database <db>\n  = where: --database <db>  ", self.fails("crawl", "somewhere", status=2).err)
        self.assertIn("error[E2001]: --timeout needs a value: --timeout <duration>\n", self.fails("run", "--timeout", status=2).err)
        self.assertEqual(json.loads(self.mastic("--log-format", "json", "run", "--frobnicate", "x.lua").err)["code"], "E2001")


class StatementTests(MasticTest):
    def test_one_statement(self):
        for code, printed in [
            ("6 * 7", "42\n"), ("'a' .. 'b'", "ab\n"), ("print('x')", "x\n"), ("local x = 1", ""), ("1, 'two', nil", "1\ttwo\tnil\n"),
            ("nil", "nil\n"), ("return 3", "3\n"),
        ]:
            with self.subTest(code=code):
                self.assertEqual(self.succeeds("-e", code).out, printed)

    def test_a_wrong_statement_fails(self):
        self.fails("-e", "error('no')", says=["no"])
        self.fails("-e", "x = = 1", says=["-e:1"])
        self.fails("-e", "undefined_name.x", says=["undefined_name"])

    def test_standard_input_is_a_script(self):
        self.assertEqual(self.succeeds(stdin="local a = 1\nprint(a + 1)\n").out, "2\n")
        self.assertEqual(self.succeeds("run", "-", "--day", "5", stdin="print(getResolvedOptions(arg, {'day'}).day)").out, "5\n")
        self.assertEqual(self.succeeds(stdin="").out, "")
        self.fails(stdin="print(1)\nerror('here')", says=["stdin:2", "here"])

    def test_a_script_may_begin_with_a_shebang_or_a_byte_order_mark(self):
        self.assertEqual(self.script("#!/usr/bin/env -S mastic run\nprint(1)").out, "1\n")
        self.assertEqual(self.script(b"\xef\xbb\xbfprint(2)").out, "2\n")


class ExitStatusTests(MasticTest):
    def test_os_exit(self):
        for code, status in [("os.exit()", 0), ("os.exit(true)", 0), ("os.exit(false)", 1), ("os.exit(0)", 0), ("os.exit(3)", 3), ("os.exit(255)", 255),
                             ("pcall(os.exit, 7)", 7), ("print('said')", 0)]:
            with self.subTest(code=code):
                self.assertEqual(self.mastic("-e", code).status, status)
                self.assertEqual(self.mastic(stdin=code).status, status)

    def test_what_was_printed_before_os_exit_is_not_lost(self):
        self.assertEqual(self.mastic("-e", "io.write('said'); os.exit(4)").out, "said")

    def test_os_exit_in_a_job_leaves_no_output(self):
        self.write("in.json", '{"n": 1}\n')
        code = READ + """
            local job = Job(glueContext)
            job:init("j", {JOB_NAME = "j"})
            write(read("in.json"), "out/")
            os.exit(5)"""
        self.write("job.lua", code)
        result = self.mastic("run", "job.lua", "--JOB_NAME", "j")
        self.assertEqual(result.status, 5, result)
        self.assertFalse(os.path.exists(self.path("out")), result)

    def test_an_error_names_file_line_and_text(self):
        result = self.script_fails("local a = 1\nlocal t = nil\nprint(t.field)\n", says=["script.lua:3", "print(t.field)"])
        self.assertEqual(result.out, "")

    def test_any_value_can_be_raised(self):
        for value in ["nil", "{}", "42", "setmetatable({}, {__tostring = function() return 'as text' end})", "function() end", "glueContext"]:
            with self.subTest(value=value):
                self.fails("-e", f"error({value})")


class SessionTests(MasticTest):
    """The interactive session with piped input."""

    def session(self, text, *arguments):
        return self.succeeds("repl", *arguments, stdin=text)

    def test_values_are_printed(self):
        self.assertEqual(self.session("1 + 1\nx = 5\nx * 2\n'a', 2\n").out, "2\n10\na\t2\n")

    def test_errors_do_not_end_it(self):
        result = self.session("error('first')\nx = = 1\nnil_value.field\nprint('still here')\n")
        self.assertEqual(result.out, "still here\n")
        self.assertEqual(result.err.count("error["), 3, result)

    def test_a_function_over_several_lines(self):
        self.assertEqual(self.session("function twice(n)\n  return n * 2\nend\ntwice(21)\n").out, "42\n")

    def test_a_table_over_several_lines(self):
        self.assertEqual(self.session("t = {\n  1,\n  2,\n}\n#t\n").out, "2\n")

    def test_the_last_line_needs_no_newline(self):
        self.assertEqual(self.session("1 + 1").out, "2\n")

    def test_input_that_ends_inside_a_function_is_an_error(self):
        result = self.session("function f()\n")
        self.assertIn("error[E1002]:", result.err)

    def test_frames_live_from_line_to_line(self):
        self.write("in.json", '{"n": 1}\n{"n": 2}\n')
        text = ("f = glueContext.create_dynamic_frame.from_options{connection_type = 's3', connection_options = {paths = {'in.json'}}, format = 'json'}\n"
                "f:count()\nf:filter(function(r) return r.n > 1 end):show()\nf:cuont()\nf:count()\n")
        result = self.session(text)
        self.assertEqual(result.out, '2\n{"n": 2}\n2\n')
        self.assertIn("count", result.err)

    def test_a_script_first(self):
        self.write("setup.lua", "function three() return 3 end")
        self.assertEqual(self.session("three()\n", "-i", "setup.lua").out, "3\n")

    def test_os_exit_ends_it(self):
        self.assertEqual(self.mastic("repl", stdin="os.exit(9)\nprint('not reached')\n").status, 9)


class EndingTests(MasticTest):
    """Runs that are ended from outside."""

    def job(self, after_write):
        """A job that writes, says so, and goes on for ever."""
        self.write("in.json", '{"n": 1}\n')
        self.write("job.lua", READ + f"""
            local job = Job(glueContext)
            job:init("j", {{JOB_NAME = "j"}})
            write(read("in.json"), "out/")
            io.open("written", "w"):close()
            {after_write}
            job:commit()""")

    def interrupted(self, number):
        process = self.start("run", "job.lua", "--JOB_NAME", "j")
        deadline = time.monotonic() + 60
        while not os.path.exists(self.path("written")) and process.is_running() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        process.kill(number)
        return process.wait(30)

    def test_control_c_ends_a_loop_with_130_and_leaves_no_output(self):
        for loop in ["while true do end", "while true do pcall(function() while true do end end) end",
                     "repeat local ok = pcall(string.rep, 'x', 10) until false",
                     "local co = coroutine.wrap(function() while true do end end) co()"]:
            with self.subTest(loop=loop):
                self.job(loop)
                result = self.interrupted(signal.SIGINT)
                self.assertEqual(result.status, 130, result)
                self.assertEqual(sorted(set(os.listdir(self.folder)) - {"home"}), ["in.json", "job.lua", "written"], result)
                os.remove(self.path("written"))

    def test_control_c_ends_a_row_function(self):
        self.job("read('in.json'):map(function(r) while true do r.n = r.n end end):count()")
        result = self.interrupted(signal.SIGINT)
        self.assertEqual(result.status, 130, result)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_control_c_ends_a_match_that_backtracks(self):
        self.job("string.find(string.rep('a', 40), string.rep('a*', 30) .. 'b')")
        result = self.interrupted(signal.SIGINT)
        self.assertEqual(result.status, 130, result)

    def test_terminating_leaves_no_output(self):
        self.job("while true do end")
        result = self.interrupted(signal.SIGTERM)
        self.assertNotEqual(result.status, 0, result)
        self.assertFalse(os.path.exists(self.path("out")), result)
        # The next run of the job is not held up.
        self.job("")
        self.succeeds("run", "job.lua", "--JOB_NAME", "j")
        self.assertTrue(os.path.exists(self.path("out")))

    def test_timeout_ends_with_124(self):
        for loop in ["while true do end", "while true do pcall(function() while true do end end) end",
                     "while true do pcall(error, 'x') end",
                     "local function f() return pcall(f) end while true do f() end",
                     "table.sort({3, 2, 1}, function() while true do end end)"]:
            with self.subTest(loop=loop):
                self.job(loop)
                result = self.mastic("--timeout", "1s", "run", "job.lua", "--JOB_NAME", "j", timeout=30)
                self.assertEqual(result.status, 124, result)
                self.assertFalse(os.path.exists(self.path("out")), result)

    def test_timeout_ends_a_row_function(self):
        self.job("read('in.json'):map(function(r) while true do pcall(error) end end):count()")
        result = self.mastic("run", "--timeout", "1s", "job.lua", "--JOB_NAME", "j", timeout=30)
        self.assertEqual(result.status, 124, result)
        self.assertFalse(os.path.exists(self.path("out")), result)

    def test_a_run_within_its_time_is_left_alone(self):
        self.assertEqual(self.succeeds("--timeout", "60s", "-e", "1").out, "1\n")

    def test_a_reader_that_goes_away_is_no_crash(self):
        process = self.start("-e", "for i = 1, 1e6 do print(i) end")
        result = process.wait(60)
        self.assertEqual(result.status, 0, result.err)
        pipe = subprocess.run(["bash", "-c", f"'{MASTIC}' -e 'for i = 1, 1e5 do print(i) end' | head -1; exit ${{PIPESTATUS[0]}}"],
                              capture_output=True, text=True, timeout=60, cwd=self.folder, env=dict(os.environ, MASTIC_HOME=self.home))
        self.assertEqual(pipe.stdout, "1\n")
        self.assertNotIn("Fatal error", pipe.stderr)
