"""The session at a terminal, driven through a pty and read from an emulated screen."""
import os
import signal
import stat
import time
import unittest

from support import MasticTest

try:
    from terminal import BACKSPACE, DELETE, DOWN, END, ENTER, HOME, LEFT, TAB, UP, Terminal, control
except ImportError:
    Terminal = None

SALES = "id,category,amount,day\n1,Toys,9.5,2024-01-01\n2,Books,120.25,2024-01-01\n3,,0.75,2024-01-02\n"


@unittest.skipUnless(Terminal, "needs pexpect and pyte")
class ReplTest(MasticTest):
    def setUp(self):
        super().setUp()
        os.makedirs(self.home, exist_ok=True)

    def open(self, *arguments, env=None, width=100, height=40, word=">"):
        environment = {"MASTIC_HOME": self.home, "HOME": self.folder, "NO_COLOR": "1", "MASTIC_PAGER": "", **(env or {})}
        terminal = Terminal(*arguments, cwd=self.folder, env=environment, width=width, height=height)
        self.addCleanup(terminal.close)
        return terminal.prompt(word) if word else terminal

    def sales(self, terminal):
        """A frame of three rows under the name df."""
        self.write("sales.csv", SALES)
        terminal.run('df = spark.read.csv{path = "sales.csv", header = true, inferSchema = true}')
        return terminal


class Values(ReplTest):
    def test_a_session_says_who_it_is_and_ends_with_ctrl_d(self):
        terminal = self.open()
        self.assertRegex(terminal.lines[0], r"^mastic \d+\.\d+\.\d+\. \.help lists commands, Ctrl-D ends\.$")
        terminal.keys(control("D"))
        self.assertEqual(terminal.end(), 0)

    def test_plain_values(self):
        terminal = self.open()
        for text, shown in [
            ("1 + 1", ["2"]), ('"a" .. "b"', ["ab"]), ("nil", ["nil"]), ("1, true", ["1\ttrue".expandtabs()]), ("x = 5", []), ("x", ["5"]), ("_ + 1", ["6"]),
            ("print('out')", ["out"]), ("'\\27[31mred'", ["\\u{1b}[31mred"]),
        ]:
            self.assertEqual(terminal.run(text), shown, text)

    def test_tables_are_laid_out(self):
        terminal = self.open()
        self.assertEqual(terminal.run("{b = 1, a = {2, 'x'}, [true] = 1.5}"), ['{a = {2, "x"}, b = 1, [true] = 1.5}'])
        self.assertEqual(terminal.run("t = {} t.self = t return t"), ["{self = <cycle>}"])
        self.assertEqual(terminal.run("{}"), ["{}"])
        long = terminal.run("local t = {} for i = 1, 150 do t['k' .. i] = i end return t")
        self.assertEqual(long[-2:], ["  … 50 more", "}"])

    def test_functions_show_their_signature(self):
        terminal = self.open()
        self.assertRegex(terminal.run("Filter.apply")[0], r"^function Filter\.apply\(frame, f, \[transformation_ctx\]")
        self.assertEqual(terminal.run("function twice(a, b) return 2 * a end"), [])
        self.assertRegex(terminal.run("twice")[0], r"^function \(a, b\)  -- repl\[\d+\]:1$")

    def test_a_frame_is_a_table(self):
        terminal = self.sales(self.open())
        self.assertEqual(terminal.run("df"), [
            "┌─────┬──────────┬────────┬────────────┐",
            "│  id │ category │ amount │ day        │",
            "│ int │ string   │ double │ date       │",
            "├─────┼──────────┼────────┼────────────┤",
            "│   1 │ Toys     │    9.5 │ 2024-01-01 │",
            "│   2 │ Books    │ 120.25 │ 2024-01-01 │",
            "│   3 │ null     │   0.75 │ 2024-01-02 │",
            "└─────┴──────────┴────────┴────────────┘",
            "3 rows",
        ])
        self.assertEqual(terminal.run("_:count()"), ["3"])

    def test_a_schema_is_a_tree(self):
        terminal = self.sales(self.open())
        self.assertEqual(terminal.run("DynamicFrame.fromDF(df, glueContext, 'd'):schema()")[:3], ["root", "|-- id: int", "|-- category: string"])

    def test_rows_beyond_the_screen_are_counted(self):
        terminal = self.open(height=24)
        lines = terminal.run("spark.range(1224)")
        self.assertEqual(len(lines), 4 + 16 + 2)
        self.assertEqual(lines[-1], "… 1,208 more rows")

    def test_a_count_that_would_take_long_is_left_open(self):
        terminal = self.open()
        self.write("slow.lua", "function slow(r) local x = 0 for i = 1, 300 do x = x + (i * r.id) % 7 end return x >= 0 end")
        terminal.run(".read slow.lua")
        start = time.monotonic()
        lines = terminal.run("DynamicFrame.fromDF(spark.range(100000000), glueContext, 'd'):filter(slow)", timeout=60)
        self.assertLess(time.monotonic() - start, 30)
        self.assertRegex(lines[-1], r"^… more (than [\d,]+ more )?rows$")

    def test_rows_as_lua_tables_are_a_table(self):
        terminal = self.sales(self.open())
        lines = terminal.run("df:collect()")
        self.assertEqual(lines[1], "│ id │ category │ amount │ day        │")
        self.assertEqual(lines[-1], "3 rows")

    def test_wide_tables_are_folded(self):
        terminal = self.open(width=60)
        terminal.run("wide = spark.sql('SELECT ' .. (function() local t = {} for i = 1, 30 do t[i] = i .. ' AS column_' .. i end return table.concat(t, ', ') end)())")
        lines = terminal.run("wide")
        self.assertTrue(all(len(line) <= 60 for line in lines), lines)
        self.assertIn("│ … │", lines[1])
        self.assertTrue(lines[1].startswith("│ column_1 │") and lines[1].endswith("│ column_30 │"), lines[1])
        self.assertRegex("\n".join(lines), r"… \d+ more columns: column_\d+")

    def test_a_very_narrow_terminal(self):
        terminal = self.open(width=24)
        terminal.run("df = spark.sql(\"SELECT 'a long text that is cut' AS a, 1 AS b\")")
        lines = terminal.run("df")
        self.assertTrue(all(len(line) <= 24 for line in lines), lines)
        self.assertIn("…", "\n".join(lines))

    def test_wide_and_control_characters(self):
        terminal = self.open()
        self.write("wide.json", '{"name": "日本語", "text": "a\\u001b[31mb\\nc"}\n{"name": "e\\u0301", "text": "\\u202ex"}\n')
        lines = terminal.run('spark.read.json("wide.json")')
        self.assertEqual(len({line.index("│", 1) if "│" in line else None for line in terminal.screen.display[4:6]} - {None}), 1)
        self.assertIn("a\\u{1b}[31mb\\nc", lines[4])
        self.assertIn("\\u{202e}x", lines[5])
        self.assertIn("日", "".join(lines))

    def test_errors_leave_the_session_alive(self):
        terminal = self.open()
        self.assertIn("error[E1017]: ", terminal.run("nosuch.field")[0])
        self.assertIn("error[E1001]: ", terminal.run("1 +* 2")[0])
        terminal.run("function f() error('broken') end")
        self.assertRegex("\n".join(terminal.run("f()")), r"repl\[3\]:1: broken")
        self.assertEqual(terminal.run("6 * 7"), ["42"])

    def test_locals_live_on(self):
        terminal = self.open()
        terminal.run("local x <const>, y = 3")
        self.assertEqual(terminal.run("x, y"), ["3       nil"])
        terminal.run("local function f(n) return n == 0 and 1 or n * f(n - 1) end")
        self.assertEqual(terminal.run("f(5)"), ["120"])
        terminal.run("do local inner = 1 end")
        self.assertEqual(terminal.run("inner"), ["nil"])

    def test_exit_gives_its_status(self):
        terminal = self.open()
        terminal.keys("os.exit(7)" + ENTER)
        self.assertEqual(terminal.end(), 7)

    def test_one_statement_on_a_terminal_is_shown_the_same_way(self):
        terminal = self.open("-e", "spark.range(2)", word=None)
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, r"│ +0 │")
        self.assertIn("2 rows", terminal.text)

    def test_one_statement_elsewhere_prints_what_it_always_did(self):
        self.assertEqual(self.succeeds("-e", "{1, a = 2}").out, "{1, a = 2}\n")
        self.assertIn("DataFrame[id: bigint]", self.succeeds("-e", "spark.range(2)").out)

    def test_standard_input_that_is_no_terminal(self):
        self.assertEqual(self.succeeds("repl", stdin="x = 2\nx * 21\nif x then\nprint('yes')\nend\n").out, "42\nyes\n")


class Editing(ReplTest):
    def test_a_statement_goes_on_until_it_is_complete(self):
        terminal = self.open()
        terminal.keys("for i = 1, 2 do" + ENTER).until(lambda: terminal.screen.cursor.x == 2 and terminal.screen.cursor.y > 1, "a second line")
        terminal.keys("print(i * 10)" + ENTER)
        terminal.keys("end" + ENTER).wait_for("20").prompt()
        self.assertEqual(terminal.lines[1:], ["> for i = 1, 2 do", "  print(i * 10)", "end", "10", "20", ">"])

    def test_an_earlier_line_can_be_mended(self):
        terminal = self.open()
        terminal.keys("do" + ENTER + "print('one')" + ENTER)
        terminal.keys(UP + END + BACKSPACE * 5 + "two')" + DOWN + "end" + ENTER)
        terminal.wait_for("two\n").prompt()
        self.assertIn("\ntwo\n", terminal.text)

    def test_keys_of_a_shell(self):
        terminal = self.open()
        terminal.keys("print(23)" + HOME + "x = 1 " + END + LEFT + BACKSPACE + "4" + ENTER)
        terminal.wait_for("\n24").prompt()
        terminal.keys("drop this" + control("A") + control("K") + "x" + ENTER)
        terminal.wait_for("\n1").prompt()
        terminal.keys("ab" + LEFT + DELETE + control("U") + "5 + 5" + ENTER).wait_for("\n10")

    def test_letters_beyond_ascii(self):
        terminal = self.open()
        self.assertIn("größe", "".join(terminal.run("'grö' .. 'ße'")))
        terminal.keys("'aé日" + BACKSPACE + BACKSPACE + "b'" + ENTER).wait_for("\nab")

    def test_a_paste_runs_only_when_it_is_entered(self):
        terminal = self.open()
        terminal.keys("\x1b[200~a = 1\nb = a + 1\nprint(a + b)\n\x1b[201~")
        terminal.wait_for("print(a + b)")
        self.assertNotIn("\n3", terminal.text)
        terminal.keys(ENTER).wait_for("\n3").prompt()

    def test_ctrl_c_drops_the_line(self):
        terminal = self.open()
        terminal.keys("x = (1 +" + ENTER + control("C")).prompt()
        self.assertEqual(terminal.run("x"), ["nil"])

    def test_sigterm_ends_the_session_and_leaves_the_terminal_as_it_was(self):
        terminal = self.open()
        terminal.child.kill(signal.SIGTERM)
        self.assertEqual(terminal.end(), 0)

    def test_ctrl_d_in_a_line_deletes(self):
        terminal = self.open()
        terminal.keys("1234" + HOME + control("D") + ENTER).wait_for("\n234")

    def test_the_line_follows_the_terminals_size(self):
        terminal = self.open(width=80)
        terminal.keys("x = '" + "a" * 60 + "'")
        terminal.wait_for("a'")
        terminal.resize(40, 24)
        terminal.until(lambda: terminal.text.replace("\n", "").count("a" * 60 + "'") >= 1, "the line in the new width")
        terminal.keys(ENTER).prompt()
        self.assertEqual(terminal.run("#x"), ["60"])
        self.assertTrue(all(len(line) <= 40 for line in terminal.run("spark.sql('SELECT 1 AS aaaaaaaaaaaaaaa, 2 AS bbbbbbbbbbbbbbbbbbb, 3 AS cccccccccccccccc')")))

    def test_colours_unless_they_are_not_wanted(self):
        terminal = self.open(env={"NO_COLOR": ""})
        terminal.run("spark.sql('SELECT NULL AS a')")
        self.assertIn(b"\x1b[2mnull", terminal.raw)
        plain = self.open()
        plain.run("spark.sql('SELECT NULL AS a')")
        self.assertNotIn(b"\x1b[2m", plain.raw)

    def test_a_dumb_terminal(self):
        terminal = self.open(env={"TERM": "dumb"})
        terminal.keys("for i = 1, 2 do\n").wait_for(". ")
        terminal.keys("print(i + 40)\nend\n").wait_for("42")
        self.assertNotIn(b"\x1b", terminal.raw)
        terminal.keys(".help\n").wait_for(".tables")
        terminal.keys(control("D"))
        self.assertEqual(terminal.end(), 0)


class HistoryOfSessions(ReplTest):
    def test_entries_are_found_again_whole(self):
        first = self.open()
        first.run("x = 1")
        first.keys("do" + ENTER + "y = 2" + ENTER + "end" + ENTER).prompt()
        first.run("x = 1 + 0")
        first.run("x = 1 + 0")
        first.keys(control("D"))
        first.end()
        path = self.path(".local", "state", "mastic", "history")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path) as file:
            self.assertEqual(file.read(), "x = 1\ndo\\n  y = 2\\nend\nx = 1 + 0\n")
        second = self.open()
        second.keys(UP).wait_for("> x = 1 + 0")
        second.keys(UP).wait_for("> do\n  y = 2\nend")
        second.keys(control("C")).prompt()

    def test_search(self):
        terminal = self.open()
        for text in ["alpha = 11", "beta = 22", "alphabet = 33"]:
            terminal.run(text)
        terminal.keys(control("R") + "alpha").wait_for("(search alpha) alphabet = 33")
        terminal.keys(control("R")).wait_for("(search alpha) alpha = 11")
        terminal.keys("q").wait_for("(nothing has alphaq)")
        terminal.keys(BACKSPACE).wait_for("(search alpha) alphabet")
        terminal.keys(control("G")).prompt()
        terminal.keys(control("R") + "bet" + control("R") + ENTER).prompt()
        self.assertEqual(terminal.run("beta"), ["22"])

    def test_what_begins_with_a_blank_is_not_kept(self):
        terminal = self.open()
        terminal.run(" secret = 1")
        terminal.run("shown = 1")
        self.assertEqual([line.split("  ")[-1] for line in terminal.run(".history")], ["shown = 1", ".history"])

    def test_the_file_stays_bounded(self):
        path = self.write(".local/state/mastic/history", "".join(f"x = {i}\n" for i in range(9000)))
        terminal = self.open()
        terminal.keys(UP).wait_for("> x = 8999")
        with open(path) as file:
            self.assertEqual(len(file.readlines()), 5000)

    def test_another_place_and_none(self):
        self.open(env={"MASTIC_HISTORY": self.path("mine")}).run("a = 1")
        with open(self.path("mine")) as file:
            self.assertEqual(file.read(), "a = 1\n")
        self.open(env={"MASTIC_HISTORY": ""}).run("b = 1")
        self.assertFalse(os.path.exists(self.path(".local")))


class Interruption(ReplTest):
    def stops(self, text, before="s"):
        terminal = self.open()
        terminal.run("kept = 'safe'")
        terminal.keys(text + ENTER)
        terminal.until(lambda: text[-10:] in terminal.text, "the text")
        time.sleep(0.7)
        start = time.monotonic()
        terminal.keys(control("C"))
        terminal.wait_for("interrupted", timeout=10)
        terminal.prompt(timeout=10)
        self.assertLess(time.monotonic() - start, 3)
        self.assertEqual(terminal.run("kept"), ["safe"])
        return terminal

    def test_a_long_query(self):
        terminal = self.stops("spark.range(1000000000000):filter('id % 2 = 7'):count()")
        self.assertEqual(terminal.run("spark.range(10):count()"), ["10"])

    def test_a_loop_of_lua(self):
        self.stops("while true do end")

    def test_a_preview(self):
        self.stops("spark.range(100000000000):filter('id < 0')")

    def test_twice_does_not_end_the_session(self):
        terminal = self.open()
        terminal.keys("while true do pcall(function() while true do end end) end" + ENTER)
        time.sleep(0.5)
        terminal.keys(control("C"))
        terminal.keys(control("C"))
        terminal.wait_for("interrupted").prompt()
        self.assertEqual(terminal.run("1 + 1"), ["2"])


class Commands(ReplTest):
    def catalog(self):
        self.write("data/sales/a.csv", SALES)
        self.succeeds("crawl", "data/sales", "--database", "shop")

    def test_help(self):
        lines = self.open().run(".help")
        for name in ["help", "tables", "schema", "sql", "lua", "explain", "profile", "timing", "open", "read", "history", "pager", "clear", "quit"]:
            self.assertTrue(any(line.startswith("." + name) for line in lines), name)

    def test_unknown(self):
        terminal = self.open()
        self.assertEqual(terminal.run(".tabels"), ["error: there is no command '.tabels'; did you mean '.tables'? .help lists them"])
        self.assertEqual(terminal.run(".qqqq"), ["error: there is no command '.qqqq'; .help lists them"])
        self.assertEqual(terminal.run(".clear now"), ["error: .clear takes no argument"])

    def test_tables_and_schema(self):
        terminal = self.open()
        self.assertEqual(terminal.run(".tables"), ["there are no tables in the catalog; mastic crawl PATH --database DB makes some"])
        self.catalog()
        lines = terminal.run(".tables")
        self.assertEqual(lines[3], "│ shop     │ sales │")
        self.assertEqual(terminal.run(".tables shop")[3], "│ shop     │ sales │")
        self.assertIn("did you mean 'shop'?", terminal.run(".tables shp")[0])
        self.assertEqual(terminal.run(".schema shop.sales")[:2], ["root", "|-- id: long"])
        self.assertIn("did you mean 'sales'?", terminal.run(".schema shop.sale")[0])
        terminal.run("df = spark.table('shop.sales')")
        self.assertEqual(terminal.run(".schema df")[:2], ["root", "|-- id: long"])
        self.assertIn("takes a table", terminal.run(".schema")[0])

    def test_sql_mode(self):
        self.catalog()
        terminal = self.open()
        terminal.keys(".sql" + ENTER).prompt("sql>")
        terminal.keys("SELECT category" + ENTER).until(lambda: terminal.screen.cursor.x == 0, "another line")
        terminal.keys("FROM shop.sales WHERE id = 2;" + ENTER).prompt("sql>")
        self.assertIn("│ Books    │", terminal.text)
        self.assertIn("error[E1201]:", "\n".join(terminal.run("SELECT nosuch FROM shop.sales;", word="sql>")))
        self.assertEqual(terminal.run("CREATE DATABASE other;", word="sql>"), ["done"])
        terminal.keys(".lua" + ENTER).prompt()
        self.assertRegex("\n".join(terminal.run(".sql SELECT 1 + 1 AS two")), r"│ +2 │")
        self.assertEqual(terminal.run("_:count()"), ["1"])

    def test_timing(self):
        terminal = self.open()
        self.assertEqual(terminal.run(".timing on")[0], "timing is on")
        self.assertRegex(terminal.run("1")[1], r"^took \d+ ms$")
        terminal.run(".timing off")
        self.assertEqual(terminal.run("1"), ["1"])
        self.assertEqual(terminal.run(".timing maybe"), ["error: .timing takes on or off"])

    def test_explain_and_profile(self):
        terminal = self.open()
        plan = "\n".join(terminal.run(".explain spark.range(10):filter('id > 3')"))
        self.assertIn("Filter", plan)
        self.assertIn("Filter", "\n".join(terminal.run(".explain SELECT * FROM range(10) WHERE id > 3")))
        self.assertIn("operator", "\n".join(terminal.run(".profile spark.range(10):filter('id > 3')")))
        self.assertIn("this expression gives number", terminal.run(".explain 1")[0])
        self.assertIn("takes an expression", terminal.run(".profile")[0])

    def test_open_a_file(self):
        self.write("my sales-2024.csv", SALES)
        terminal = self.open()
        lines = terminal.run(".open my sales-2024.csv")
        self.assertEqual(lines[-1], "the frame is my_sales_2024")
        self.assertEqual(terminal.run("my_sales_2024:count()"), ["3"])
        self.write("spark.json", '{"a": 1}\n')
        self.assertEqual(terminal.run(".open spark.json")[-1], "the frame is spark_data")
        self.assertEqual(terminal.run(".open nosuch.csv"), ["error: there is no file or folder 'nosuch.csv'"])
        self.write("notes.txt", "x")
        self.assertIn("neither the folder of a catalog nor data", terminal.run(".open notes.txt")[0])

    def test_open_a_folder(self):
        self.write("mixed/a.csv", "x\n1\n")
        self.write("mixed/b.csv", "x\n2\n")
        self.write("mixed/c.json", '{"y": 1}\n')
        terminal = self.open()
        self.assertEqual(" ".join(terminal.run(".open mixed")), "error: 'mixed' holds files of several kinds (2 csv, 1 json); open those of one: .open mixed/*.csv")
        self.assertEqual(terminal.run(".open mixed/*.csv")[-1], "the frame is mixed")
        self.assertEqual(terminal.run("mixed:count()"), ["2"])

    def test_sql_where_lua_belongs(self):
        terminal = self.open()
        self.assertIn("│   2 │", terminal.run("select 1 + 1 as two;"))
        self.assertEqual(terminal.run("_:count()"), ["1"])
        self.assertIn("there is no column 'nosuch'", terminal.run("select nosuch from range(3)")[0])
        self.assertIn("this is SQL; at the prompt .sql runs it", terminal.run("drop table t")[0])
        # What is Lua stays Lua.
        self.assertEqual(terminal.run("select('#', 1, 2)"), ["2"])
        self.assertEqual(terminal.run("show = 3"), [])
        self.assertEqual(terminal.run("show"), ["3"])

    def test_words_of_other_shells(self):
        terminal = self.open()
        self.assertIn("Filter", "\n".join(terminal.run("?Filter")))
        self.assertEqual(terminal.run("Filter?"), terminal.run("help('Filter')"))
        self.assertIn("│    5 │", terminal.run("%sql select 5 as five"))
        terminal.keys("exit" + ENTER)
        self.assertEqual(terminal.end(), 0)

    def test_open_a_home(self):
        self.catalog()
        os.rename(self.home, self.path("other"))
        os.makedirs(self.home)
        terminal = self.open()
        self.assertEqual(terminal.run(".tables")[0][:19], "there are no tables")
        self.assertIn("globals begin anew", terminal.run(".open other")[0])
        self.assertEqual(terminal.run(".tables")[3], "│ shop     │ sales │")

    def test_read_history_clear_quit(self):
        self.write("setup.lua", "local hidden = 1\nready = 'yes'\nprint('set up')\n")
        terminal = self.open()
        self.assertEqual(terminal.run(".read setup.lua"), ["set up"])
        self.assertEqual(terminal.run("ready, hidden"), ["yes     nil"])
        self.assertIn("there is no script 'nosuch.lua'", terminal.run(".read nosuch.lua")[0])
        self.write("job.lua", "local o = getResolvedOptions(arg, {'JOB_NAME', 'day'})\nprint(arg[0], o.JOB_NAME, args.day)\n")
        self.assertEqual(terminal.run(".read job.lua --JOB_NAME sales --day '1'"), ["job.lua sales   1"])
        self.assertEqual(terminal.run(".history 2")[-1].split("  ")[-1], ".history 2")
        terminal.keys(".clear" + ENTER).until(lambda: terminal.lines == [">"], "an empty screen")
        terminal.keys(".quit" + ENTER)
        self.assertEqual(terminal.end(), 0)

    def test_long_results_go_through_a_pager(self):
        terminal = self.open(height=20, env={"MASTIC_PAGER": "sed 's/^/paged: /'"})
        text = "local t = {} for i = 1, 40 do t['key_' .. i] = i end return t"
        self.assertTrue(terminal.run(text)[-1].startswith("paged: "))
        self.assertEqual(terminal.run("{1}"), ["{1}"])
        terminal.run(".pager off")
        self.assertFalse(terminal.run(text)[-1].startswith("paged: "))
        missing = self.open(height=20, env={"MASTIC_PAGER": "no-such-pager-here"})
        self.assertEqual(missing.run(text)[-1], "}")

    def test_setup_scripts(self):
        self.write("setup.lua", "answer = 42\n")
        self.assertEqual(self.open("repl", "-i", "setup.lua").run("answer"), ["42"])


class Completion(ReplTest):
    def completes(self, terminal, text, result):
        terminal.keys(text + TAB)
        terminal.until(lambda: terminal.line == "> " + result, f"'{result}'")
        terminal.keys(control("C")).prompt()

    def offers(self, terminal, text, *names):
        terminal.clear()
        terminal.keys(text + TAB)
        for name in names:
            terminal.wait_for(name)
        shown = terminal.text
        terminal.keys(control("C")).prompt()
        return shown

    def test_names_and_keywords(self):
        terminal = self.open()
        self.completes(terminal, "glueC", "glueContext")
        self.completes(terminal, "func", "function")
        terminal.run("my_long_name = 1")
        self.completes(terminal, "my_l", "my_long_name")
        self.completes(terminal, "function f(parameter) return para", "function f(parameter) return parameter")

    def test_fields_and_methods(self):
        terminal = self.sales(self.open())
        terminal.run("t = {first = {inner_value = 1}, second = 2}")
        self.completes(terminal, "t.first.in", "t.first.inner_value")
        self.offers(terminal, "t.", "first", "second")
        self.completes(terminal, "df:printS", "df:printSchema")
        self.completes(terminal, "df:filter('x'):printS", "df:filter('x'):printSchema")
        self.completes(terminal, "spark.read.parq", "spark.read.parquet")
        self.completes(terminal, "glueContext.create_dynamic_frame.from_c", "glueContext.create_dynamic_frame.from_catalog")
        self.completes(terminal, "string.rep", "string.rep")
        self.completes(terminal, "F.approx_count_d", "F.approx_count_distinct")

    def test_nothing_of_the_users_is_run(self):
        terminal = self.open()
        terminal.run("trap = setmetatable({}, {__index = function() touched = true end, __pairs = function() touched = true end})")
        terminal.keys("trap.x.y" + TAB + control("C")).prompt()
        self.assertEqual(terminal.run("touched"), ["nil"])

    def test_named_arguments(self):
        terminal = self.sales(self.open())
        self.completes(terminal, "Filter.apply{fra", "Filter.apply{frame")
        shown = self.offers(terminal, "Filter.apply{frame = dyf, ", "transformation_ctx", "stageThreshold")
        self.assertNotIn("frame  ", shown.split("\n", 1)[1])
        self.completes(terminal, "glueContext.create_dynamic_frame.from_catalog{datab", "glueContext.create_dynamic_frame.from_catalog{database")
        self.completes(terminal, "glueContext:create_dynamic_frame_from_catalog({table", "glueContext:create_dynamic_frame_from_catalog({table_name")

    def test_columns(self):
        terminal = self.sales(self.open())
        self.completes(terminal, "df.categ", "df.category")
        self.completes(terminal, 'df:select("cat', 'df:select("category')
        self.completes(terminal, 'df:select("id", "am', 'df:select("id", "amount')
        self.completes(terminal, 'df:select(F.col("da', 'df:select(F.col("day')
        self.completes(terminal, 'df["cat', 'df["category')
        self.completes(terminal, 'df:filter("amo', 'df:filter("amount')
        terminal.run('dyf = DynamicFrame.fromDF(df, glueContext, "d")')
        self.completes(terminal, "dyf:filter(function(r) return r.cat", "dyf:filter(function(r) return r.category")
        self.completes(terminal, "Filter.apply{frame = dyf, f = function(row) return row.am", "Filter.apply{frame = dyf, f = function(row) return row.amount")

    def test_the_catalog(self):
        self.write("data/sales/a.csv", SALES)
        self.succeeds("crawl", "data/sales", "--database", "shop_catalog")
        terminal = self.open()
        self.completes(terminal, 'glueContext.create_dynamic_frame.from_catalog{database = "shop', 'glueContext.create_dynamic_frame.from_catalog{database = "shop_catalog')
        prefix = 'from_catalog{database = "shop_catalog", table_name = "'
        self.completes(terminal, prefix + "sa", prefix + "sales")
        self.completes(terminal, 'spark.table("shop_catalog.s', 'spark.table("shop_catalog.sales')
        self.completes(terminal, 'spark.sql("SELECT * FROM shop_catalog.sa', 'spark.sql("SELECT * FROM shop_catalog.sales')
        self.completes(terminal, 'spark.table("shop_catalog.sales"):select("cat', 'spark.table("shop_catalog.sales"):select("category')
        terminal.keys(".sql" + ENTER).prompt("sql>")
        terminal.keys("SELECT s.cat FROM shop_catalog.sales s" + LEFT * 26 + TAB)
        terminal.until(lambda: terminal.line.startswith("sql> SELECT s.category FROM"), "the column")

    def test_files_and_commands(self):
        self.write("inputs/one file.csv", "a\n")
        terminal = self.open()
        self.completes(terminal, 'spark.read.csv("inp', 'spark.read.csv("inputs/')
        self.completes(terminal, 'spark.read.csv("inputs/o', 'spark.read.csv("inputs/one file.csv')
        self.completes(terminal, ".hist", ".history")
        self.completes(terminal, ".open inputs/o", ".open inputs/one file.csv")
        self.completes(terminal, ".timing of", ".timing off")

    def test_paths_of_commands(self):
        self.write("work/job.lua", "x = 1\n")
        self.write("work/job.txt", "x\n")
        self.write("work/one file.csv", "a\n")
        self.write("work/inner/more.lua", "x = 1\n")
        terminal = self.open()
        self.completes(terminal, ".read work/j", ".read work/job.lua")
        shown = self.offers(terminal, ".read work/", "inner/", "job.lua")
        self.assertNotIn("job.txt", shown)
        self.completes(terminal, ".open 'work/o", ".open 'work/one file.csv")
        self.completes(terminal, '.open "work/o', '.open "work/one file.csv')

    def test_sql_quotes_what_it_must(self):
        self.succeeds("-e", "spark.sql('CREATE DATABASE `odd-db`') spark.sql('CREATE TABLE `odd-db`.`one` (`order` INT, plain INT) USING parquet')")
        terminal = self.open()
        terminal.keys(".sql" + ENTER).prompt("sql>")

        def completes(text, result):
            terminal.keys(text + TAB)
            terminal.until(lambda: terminal.line == "sql> " + result, f"'{result}'")
            terminal.keys(control("C")).prompt("sql>")

        completes("select * from od", "select * from `odd-db`.")
        completes("select * from `od", "select * from `odd-db`.")
        completes("select * from `odd-db`.", "select * from `odd-db`.one")
        completes("select * from `odd-db`.one where `or", "select * from `odd-db`.one where `order`")
        completes("show ta", "show tables")

    def test_a_thousand_tables(self):
        self.write("make.lua", """
            for i = 1, 1000 do
              spark.sql(string.format("CREATE TABLE big.table_%04d (id INT, name STRING) USING parquet", i))
            end
        """)
        self.succeeds("-e", "spark.sql('CREATE DATABASE big')")
        self.succeeds("run", "make.lua")
        terminal = self.open()
        self.completes(terminal, 'spark.table("big.table_1', 'spark.table("big.table_1000')
        shown = self.offers(terminal, 'spark.table("big.table_', "table_0001", "more")
        self.assertIn("table_0002", shown)


if __name__ == "__main__":
    unittest.main()
