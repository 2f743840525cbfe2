"""The kernel as notebooks see it: cells, what they show, what they ask beside them, interruption and end."""
import json
import os
import signal
import subprocess
import time

from kernels import KernelTest, jupyter_client, needs_jupyter
from support import MASTIC

LONG_QUERY = 'spark:sql("select sum(a.id * b.id * c.id) s from range(100000) a cross join range(100000) b cross join range(1000) c"):show()'


@needs_jupyter
class Cells(KernelTest):
    def setUp(self):
        super().setUp()
        self.cells = self.kernel()

    def test_a_cell_prints_and_its_messages_come_in_order(self):
        ran = self.cells.run("print('hello', 6 * 7)")
        self.assertEqual(ran.status, "ok", ran)
        self.assertEqual([message["msg_type"] for message in ran.messages], ["status", "execute_input", "stream", "status"])
        self.assertEqual(ran.states, ["busy", "idle"])
        self.assertEqual(ran.of("execute_input")[0], {"code": "print('hello', 6 * 7)", "execution_count": 1})
        self.assertEqual(ran.of("stream")[0], {"name": "stdout", "text": "hello\t42\n"})
        self.assertEqual(ran.reply["execution_count"], 1)
        self.assertEqual(ran.reply["payload"], [])

    def test_the_session_goes_on_from_cell_to_cell(self):
        self.cells.run("x = 20")
        self.cells.run("function double(n) return 2 * n end")
        self.assertEqual(self.cells.run("print(double(x) + 2)").out, "42\n")

    def test_cells_are_counted(self):
        counts = [self.cells.run(code, **options).reply["execution_count"] for code, options in [
            ("x = 1", {}), ("x = 2", {}), ("x = 3", {"silent": True}), ("x = 4", {"store_history": False}), ("error('no')", {}), ("x = 5", {})]]
        self.assertEqual(counts, [1, 2, 2, 2, 3, 4])

    def test_a_silent_cell_announces_nothing(self):
        ran = self.cells.run("x = 1", silent=True)
        self.assertEqual([message["msg_type"] for message in ran.messages], ["status", "status"])

    def test_standard_output_and_error_keep_their_order(self):
        ran = self.cells.run("""
            for i = 1, 3 do
              print("out " .. i)
              io.stderr:write("err " .. i .. "\\n")
            end
            io.write("last")""")
        texts = [(content["name"], content["text"]) for content in ran.of("stream")]
        self.assertEqual(texts, [
            ("stdout", "out 1\n"), ("stderr", "err 1\n"), ("stdout", "out 2\n"), ("stderr", "err 2\n"), ("stdout", "out 3\n"),
            ("stderr", "err 3\n"), ("stdout", "last")])

    def test_nothing_of_what_programs_write_is_lost(self):
        ran = self.cells.run('os.execute("echo from a program; echo its complaint >&2"); io.stdout:write("from a file\\n"); print("from print")')
        self.assertEqual(ran.out, "from a program\nfrom a file\nfrom print\n")
        self.assertEqual(ran.err, "its complaint\n")

    def test_much_output_comes_whole_and_in_few_messages(self):
        ran = self.cells.run("for i = 1, 200000 do print(i) end")
        self.assertEqual(ran.out, "".join(f"{i}\n" for i in range(1, 200001)))
        self.assertLess(len(ran.of("stream")), 500)

    def test_output_comes_while_the_cell_runs(self):
        message = self.cells.client.execute("print('first'); io.stderr:write('second'); local s = os.time(); while os.time() < s + 3 do end print('third')")
        started = time.monotonic()
        seen = self.cells.published(message, until="stream")
        self.assertEqual(seen[-1]["content"]["text"], "first\n")
        self.assertEqual(self.cells.published(message, until="stream")[-1]["content"], {"name": "stderr", "text": "second"})
        self.assertLess(time.monotonic() - started, 2)
        self.assertEqual(self.cells.published(message, until="stream")[-1]["content"]["text"], "third\n")

    def test_characters_are_never_cut(self):
        text = "grüße, 世界, 😀 "
        ran = self.cells.run(f"local t = {{}} for i = 1, 20000 do t[i] = '{text}' end print(table.concat(t)) print('é', '日本')")
        self.assertEqual(ran.out, text * 20000 + "\né\t日本\n")
        self.assertEqual(self.cells.run("print('a\\xffb')").out, "a\ufffdb\n")
        self.assertEqual(self.cells.run("print('\\0')").out, "\0\n")

    def test_an_error_names_its_line_in_the_cell(self):
        ran = self.cells.run("local x = 1\nlocal t = nil\nprint(t.name)")
        self.assertEqual(ran.status, "error")
        error = ran.of("error")[0]
        self.assertEqual({key: ran.reply[key] for key in error}, error)
        self.assertIn("attempt to index a nil value", error["evalue"])
        text = ran.complaint
        self.assertRegex(error["ename"], r"^E\d{4}$")
        self.assertIn(f"error[{error['ename']}]: cell 1:3: ", text)
        self.assertIn("print(t.name)", text)

    def test_an_error_in_a_function_of_an_earlier_cell_shows_that_cells_line(self):
        self.cells.run("function broken(t)\n  return t.a.b\nend")
        text = self.cells.run("print(1)\nbroken({})").complaint
        self.assertIn("cell 1:2", text)
        self.assertIn("return t.a.b", text)
        self.assertIn("cell 2:2", text)

    def test_a_text_that_is_no_lua_is_an_error(self):
        for code in ["x = = 1", "for i = 1, 2 do", "x = 'open"]:
            self.assertRegex(self.cells.run(code).of("error")[0]["ename"], r"^E10\d\d$", code)

    def test_an_unknown_global_gets_the_nearest_name(self):
        self.assertIn("'print'", self.cells.run("prnt(1)").complaint)

    def test_after_an_error_the_session_is_as_before(self):
        self.cells.run("x = 7")
        self.cells.run("error('no')")
        self.assertEqual(self.cells.run("print(x)").out, "7\n")

    def test_cells_behind_one_that_fails_do_not_run(self):
        client = self.cells.client
        first = client.execute("local s = os.time(); while os.time() < s + 2 do end error('no')")
        behind = [client.execute("print('never')") for _ in range(3)]
        self.assertEqual(self.cells.answer(first)["content"]["status"], "error")
        for message in behind:
            self.assertEqual(self.cells.answer(message)["content"]["status"], "aborted")
        self.assertEqual(self.cells.run("print('again')").out, "again\n")

    def test_cells_behind_one_that_may_fail_run(self):
        client = self.cells.client
        first = client.execute("local s = os.time(); while os.time() < s + 2 do end error('no')", stop_on_error=False)
        behind = client.execute("print('well')")
        self.assertEqual(self.cells.answer(first)["content"]["status"], "error")
        self.assertEqual(self.cells.answer(behind)["content"]["status"], "ok")

    def test_expressions_beside_a_cell_are_answered(self):
        reply = self.cells.run("y = 5", user_expressions={"good": "y * 2", "bad": "nothing.at.all", "worse": "= ="}).reply
        self.assertEqual(reply["user_expressions"]["good"], {"status": "ok", "data": {"text/plain": "10"}, "metadata": {}})
        self.assertEqual(reply["user_expressions"]["bad"]["status"], "error")
        self.assertRegex(reply["user_expressions"]["worse"]["ename"], r"^E10\d\d$")

    def test_os_exit_ends_the_cell_and_not_the_kernel(self):
        self.cells.run("x = 1")
        ran = self.cells.run("os.exit(3)")
        self.assertEqual(ran.status, "error")
        self.assertIn("os.exit(3)", ran.reply["evalue"])
        self.assertEqual(self.cells.run("os.exit(0)").status, "ok")
        self.assertEqual(self.cells.run("print(x)").out, "1\n")

    def test_an_empty_cell_is_well(self):
        for code in ["", "  \n ", "-- nothing", "\r\n"]:
            self.assertEqual(self.cells.run(code).status, "ok", code)

    def test_windows_line_ends_count_once(self):
        self.assertIn("cell 1:3: ", self.cells.run("x = 1\r\n\r\nerror('no')\r\n").complaint)

    def test_a_cell_asks_for_a_line(self):
        client = self.cells.client
        message = client.execute("io.write('Your name? '); name = io.read(); print('hello ' .. name)", allow_stdin=True)
        self.assertIn("prompt", client.get_stdin_msg(timeout=30)["content"])
        client.input("Ada")
        self.assertEqual(self.cells.answer(message)["content"]["status"], "ok")
        self.assertEqual("".join(seen["content"]["text"] for seen in self.cells.published(message) if seen["msg_type"] == "stream"),
                         "Your name? hello Ada\n")

    def test_a_cell_that_may_not_ask_says_so(self):
        self.assertIn("nobody can be asked", self.cells.run("io.read()", allow_stdin=False).complaint)

    def test_a_request_without_code_is_refused(self):
        self.assertIn("'code'", self.cells.ask("execute_request", {})["evalue"])
        self.assertIn("'code'", self.cells.ask("execute_request", {"code": 5})["evalue"])


@needs_jupyter
class Magics(KernelTest):
    def setUp(self):
        super().setUp()
        self.cells = self.kernel()

    def test_a_cell_of_sql_shows_its_result(self):
        ran = self.cells.run("%%sql\nSELECT id, id * 2 AS twice\nFROM range(3)")
        self.assertEqual(ran.status, "ok", ran)
        self.assertIn("twice", ran.text)
        ran = self.cells.run("%sql select 41 + 1 as answer")
        self.assertIn("42", ran.text)

    def test_a_wrong_query_is_an_error_with_its_line(self):
        ran = self.cells.run("%%sql\n\nselect nothing\nfrom range(3)")
        self.assertEqual(ran.status, "error")
        self.assertIn("nothing", ran.complaint)
        self.assertNotIn("spark:sql", ran.complaint)
        self.assertRegex(ran.complaint, r"(?m)^error\[E1201\]: cell 1:3: .*nothing")

    def test_time_is_told(self):
        self.assertRegex(self.cells.run("%%time\nx = 1\nprint(x)").out, r"^1\nWall time: [0-9.]+ (us|ms|s)\n$")
        self.assertRegex(self.cells.run("%time x = 2\nprint(x)").out, r"^Wall time: [0-9.]+ (us|ms|s)\n2\n$")
        self.assertIn("Wall time", self.cells.run("%%time\n%%sql\nselect 1").out)
        self.assertIn("cell 4:3: ", self.cells.run("%%time\n\nerror('no')").complaint)

    def test_magics_of_glues_sessions_are_accepted_and_explained(self):
        ran = self.cells.run("%idle_timeout 2880\n%glue_version 4.0\n%worker_type G.1X\n%number_of_workers 5\n\nprint('and the code runs')")
        self.assertEqual(ran.status, "ok", ran)
        lines = ran.out.splitlines()
        self.assertEqual([line.split(":")[0] for line in lines[:4]], ["%idle_timeout", "%glue_version", "%worker_type", "%number_of_workers"])
        self.assertEqual(lines[4:], ["and the code runs"])
        self.assertIn("%%configure", self.cells.run('%%configure -f\n{"--conf": "spark.x=1"}').out)

    def test_lines_of_code_below_magics_keep_their_numbers(self):
        self.assertIn("cell 1:4: ", self.cells.run("%region eu-west-1\n\n-- text\nerror('no')").complaint)

    def test_help_lists_every_magic(self):
        text = self.cells.run("%help").out
        for name in ["%%sql", "%%time", "%time", "%number_of_workers", "%%configure"]:
            self.assertIn(name, text)
        self.assertIn(self.home, self.cells.run("%status").out)

    def test_an_unknown_magic_gets_the_nearest_name(self):
        for code, advice in [("%number_of_worker 5", "%number_of_workers"), ("%%sqll\nselect 1", "%%sql"), ("%%glue_version 4.0", "%glue_version"),
                             ("%qqqqqq", "%help")]:
            ran = self.cells.run(code)
            self.assertEqual(ran.status, "error", code)
            self.assertIn(advice, ran.reply["evalue"])


@needs_jupyter
class Questions(KernelTest):
    def setUp(self):
        super().setUp()
        self.cells = self.kernel()

    def test_the_kernel_says_what_it_is(self):
        facts = self.cells.ask("kernel_info_request", {})
        self.assertEqual((facts["status"], facts["implementation"], facts["language_info"]["name"]), ("ok", "mastic", "lua"))
        self.assertEqual(facts["language_info"]["file_extension"], ".lua")
        self.assertEqual(self.cells.ask("kernel_info_request", {}, channel="control"), facts)

    def test_completeness_of_a_cell(self):
        for code, status in [
            ("x = 1", "complete"), ("for i = 1, 3 do", "incomplete"), ("x = = 1", "invalid"), ("6 * 7", "complete"), ("f(", "incomplete"),
            ("%help", "complete"), ("%%sql\nselect 1", "incomplete"), ("%%sql\nselect 1;", "complete"), ("", "complete"), ("x = [[", "incomplete"),
        ]:
            self.assertEqual(self.cells.ask("is_complete_request", {"code": code})["status"], status, code)
        self.assertEqual(self.cells.ask("is_complete_request", {"code": "if x then\n  for i = 1, 3 do"})["indent"], "    ")

    def test_completion(self):
        self.cells.run("special_name = 1")
        found = self.cells.ask("complete_request", {"code": "x = special_n + 1", "cursor_pos": 13})
        self.assertEqual(found["matches"], ["special_name"])
        self.assertEqual((found["cursor_start"], found["cursor_end"]), (4, 13))
        # Positions count characters, not bytes.
        found = self.cells.ask("complete_request", {"code": "x = 'ü😀' .. special_n", "cursor_pos": 21})
        self.assertEqual((found["matches"], found["cursor_start"], found["cursor_end"]), (["special_name"], 12, 21))
        for position in [-5, 0, 1000]:
            self.assertEqual(self.cells.ask("complete_request", {"code": "x = ", "cursor_pos": position})["status"], "ok")

    def test_history(self):
        for code in ["a = 1", "b = 2", "a = 1", "print(a)"]:
            self.cells.run(code)
        self.cells.run("hidden = 1", store_history=False)
        tail = self.cells.ask("history_request", {"output": False, "raw": True, "hist_access_type": "tail", "n": 2})
        self.assertEqual([row[1:] for row in tail["history"]], [[3, "a = 1"], [4, "print(a)"]])
        found = self.cells.ask("history_request", {"output": False, "raw": True, "hist_access_type": "search", "pattern": "a*", "n": 10, "unique": True})
        self.assertEqual([row[1:] for row in found["history"]], [[3, "a = 1"]])
        some = self.cells.ask("history_request", {"output": True, "raw": True, "hist_access_type": "range", "session": 0, "start": 1, "stop": 3})
        self.assertEqual([(row[1], row[2][0]) for row in some["history"]], [(1, "a = 1"), (2, "b = 2")])

    def test_what_there_is_none_of_is_answered_politely(self):
        self.assertEqual(self.cells.ask("comm_info_request", {}), {"status": "ok", "comms": {}})
        debug = self.cells.ask("debug_request", {"type": "request", "seq": 3, "command": "initialize"}, channel="control")
        self.assertEqual((debug["success"], debug["request_seq"]), (False, 3))
        self.assertEqual(self.cells.ask("create_subshell_request", {}, channel="control")["status"], "error")

    def test_questions_are_answered_while_a_cell_runs(self):
        message = self.cells.client.execute("local s = os.time() while os.time() < s + 4 do end")
        self.cells.published(message, until="execute_input")
        started = time.monotonic()
        self.assertEqual(self.cells.ask("is_complete_request", {"code": "x ="})["status"], "incomplete")
        self.assertEqual(self.cells.ask("kernel_info_request", {})["status"], "ok")
        self.assertEqual(self.cells.ask("history_request", {"hist_access_type": "tail", "n": 1})["status"], "ok")
        self.assertTrue(self.cells.client.hb_channel.is_beating())
        self.assertLess(time.monotonic() - started, 2.5)
        self.assertEqual(self.cells.answer(message)["content"]["status"], "ok")


@needs_jupyter
class Interruption(KernelTest):
    def interrupted(self, cells, code, interrupt):
        cells.run("kept = 42")
        message = cells.client.execute(code)
        cells.published(message, until="execute_input")
        time.sleep(0.3)
        started = time.monotonic()
        interrupt()
        reply = cells.answer(message)["content"]
        seconds = time.monotonic() - started
        self.assertEqual((reply["status"], reply["ename"]), ("error", "Interrupted"), reply)
        self.assertLess(seconds, 2)
        self.assertEqual(cells.run("print(kept)").out, "42\n")
        return seconds

    def test_a_loop_ends(self):
        cells = self.kernel()
        self.interrupted(cells, "while true do end", cells.manager.interrupt_kernel)

    def test_a_query_ends(self):
        cells = self.kernel()
        self.interrupted(cells, LONG_QUERY, cells.manager.interrupt_kernel)

    def test_a_loop_that_prints_ends(self):
        cells = self.kernel()
        self.interrupted(cells, "while true do print('again and again') end", cells.manager.interrupt_kernel)

    def test_a_question_ends(self):
        cells = self.kernel()
        self.interrupted(cells, "io.read()", cells.manager.interrupt_kernel)

    def test_the_signal_does_the_same_however_often_it_comes(self):
        cells = self.kernel()
        for _ in range(2):
            def interrupt():
                for _ in range(3):
                    os.kill(cells.pid, signal.SIGINT)
            self.interrupted(cells, "while true do end", interrupt)

    def test_an_interrupt_of_nothing_stops_nothing(self):
        cells = self.kernel()
        self.assertEqual(cells.ask("interrupt_request", {}, channel="control"), {"status": "ok"})
        os.kill(cells.pid, signal.SIGINT)
        time.sleep(0.2)
        self.assertEqual(cells.run("print('runs')").out, "runs\n")

    def test_cells_that_wait_do_not_run_after_an_interrupt(self):
        cells = self.kernel()
        first = cells.client.execute("while true do end")
        second = cells.client.execute("print('never')")
        cells.published(first, until="execute_input")
        cells.manager.interrupt_kernel()
        self.assertEqual(cells.answer(first)["content"]["status"], "error")
        self.assertEqual(cells.answer(second)["content"]["status"], "aborted")


@needs_jupyter
class LifeOfAKernel(KernelTest):
    def ends(self, pid, seconds=10):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with open(f"/proc/{pid}/stat") as file:
                    if file.read().rpartition(")")[2].split()[0] == "Z":
                        return True
            except OSError:
                return True
            time.sleep(0.02)
        return False

    def test_shutdown_ends_the_process(self):
        cells = self.kernel()
        pid = cells.pid
        self.assertEqual(cells.ask("shutdown_request", {"restart": False}, channel="control"), {"status": "ok", "restart": False})
        self.assertTrue(self.ends(pid))

    def test_shutdown_on_the_shell_channel_and_in_a_running_cell(self):
        cells = self.kernel()
        pid = cells.pid
        message = cells.client.execute("while true do end")
        cells.published(message, until="execute_input")
        self.assertEqual(cells.ask("shutdown_request", {"restart": True})["restart"], True)
        self.assertTrue(self.ends(pid))

    def test_restart_begins_anew(self):
        cells = self.kernel()
        cells.run("x = 1")
        cells.manager.restart_kernel(now=False)
        cells.client.wait_for_ready(timeout=60)
        self.assertEqual(cells.run("print(x)").out, "nil\n")

    def test_the_kernel_ends_with_the_process_that_started_it(self):
        connection = self.path("connection.json")
        jupyter_client.connect.write_connection_file(connection, key=b"key")
        parent = subprocess.Popen(
            ["sh", "-c", f'JPY_PARENT_PID=$$ "{MASTIC}" kernel start --home "{self.home}" --connection-file "{connection}" & echo $!; wait'],
            stdout=subprocess.PIPE, text=True)
        pid = int(parent.stdout.readline())
        self.addCleanup(parent.stdout.close)
        client = jupyter_client.BlockingKernelClient(connection_file=connection)
        client.load_connection_file()
        client.start_channels()
        self.addCleanup(client.stop_channels)
        client.wait_for_ready(timeout=60)
        client.execute("while true do end")
        time.sleep(0.5)
        parent.kill()
        parent.wait()
        self.assertTrue(self.ends(pid))

    def test_sigterm_ends_the_kernel(self):
        cells = self.kernel()
        cells.client.execute("while true do end")
        time.sleep(0.3)
        os.kill(cells.pid, signal.SIGTERM)
        self.assertTrue(self.ends(cells.pid))

    def test_two_kernels_share_a_home(self):
        one, other = self.kernel(), self.kernel()
        one.run("x = 'one'")
        other.run("x = 'other'")
        self.assertEqual((one.run("print(x)").out, other.run("print(x)").out), ("one\n", "other\n"))
        self.assertEqual(one.run("spark:sql('create database shared')").status, "ok")
        self.assertEqual(one.run("spark:sql('create table shared.t as select id from range(5)')").status, "ok")
        self.assertEqual(other.run("print(spark:table('shared.t'):count())").out, "5\n")

    def test_two_clients_of_a_kernel_see_the_same(self):
        cells = self.kernel()
        with self.client_of(cells.manager) as second:
            message = cells.client.execute("print('to both')")
            self.assertEqual(cells.answer(message)["content"]["status"], "ok")
            while True:
                seen = second.get_iopub_msg(timeout=30)
                if seen["msg_type"] == "stream":
                    break
            self.assertEqual((seen["content"]["text"], seen["parent_header"]["msg_id"]), ("to both\n", message))


@needs_jupyter
class Installation(KernelTest):
    def test_the_specification_is_what_jupyter_reads(self):
        folder = self.path("jupyter", "kernels", "mastic")
        with open(os.path.join(folder, "kernel.json")) as file:
            specification = json.load(file)
        self.assertEqual(specification["argv"], [
            os.path.realpath(MASTIC), "kernel", "start", "--connection-file", "{connection_file}", "--home", self.home])
        self.assertEqual((specification["language"], specification["interrupt_mode"], specification["display_name"]), ("lua", "message", "Mastic"))
        self.assertTrue(os.path.getsize(os.path.join(folder, "logo-svg.svg")) > 100)
        for size in ["32x32", "64x64"]:
            with open(os.path.join(folder, f"logo-{size}.png"), "rb") as file:
                self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
        found = jupyter_client.kernelspec.KernelSpecManager(kernel_dirs=[self.path("jupyter", "kernels")]).get_kernel_spec("mastic")
        self.assertEqual(found.display_name, "Mastic")

    def test_places_and_names(self):
        plain = {"JUPYTER_DATA_DIR": "", "XDG_DATA_HOME": "", "HOME": self.folder}
        for arguments, env, place in [
            ([], plain, ".local/share/jupyter/kernels/mastic"), (["--user"], plain, ".local/share/jupyter/kernels/mastic"),
            ([], {**plain, "XDG_DATA_HOME": self.path("xdg")}, "xdg/jupyter/kernels/mastic"),
            (["--prefix", self.path("venv")], plain, "venv/share/jupyter/kernels/mastic"),
            (["--prefix", "relative", "--name", "sales-2"], plain, "relative/share/jupyter/kernels/sales-2"),
        ]:
            out = self.succeeds("kernel", "install", *arguments, env=env).out
            self.assertEqual(out.strip(), self.path(place))
            self.assertTrue(os.path.exists(self.path(place, "kernel.json")))

    def test_the_kernels_options_are_those_of_the_installation(self):
        self.install("--name", "small", "--threads", "1", "--memory", "1GiB", "--display-name", "Small ones")
        with open(self.path("jupyter", "kernels", "small", "kernel.json")) as file:
            specification = json.load(file)
        self.assertEqual(specification["argv"][5:], ["--home", self.home, "--threads", "1", "--memory", "1073741824"])
        self.assertEqual(specification["display_name"], "Small ones")
        self.assertEqual(self.kernel("small").run("print('small')").out, "small\n")

    def test_uninstall(self):
        self.fails("kernel", "uninstall", "--name", "mastik", env=self.environment, says=["there is no kernel 'mastik'", "mastic"])
        self.succeeds("kernel", "uninstall", env=self.environment)
        self.assertFalse(os.path.exists(self.path("jupyter", "kernels", "mastic")))
        self.fails("kernel", "uninstall", env=self.environment, says=["there is no kernel 'mastic'"])

    def test_kernels_of_others_are_left_alone(self):
        self.write("jupyter/kernels/python3/kernel.json", '{"argv": ["python3", "-m", "ipykernel"], "display_name": "Python"}')
        for command in ["install", "uninstall"]:
            self.fails("kernel", command, "--name", "python3", env=self.environment, says=["not Mastic's", "python3"])
        self.assertIn("ipykernel", open(self.path("jupyter", "kernels", "python3", "kernel.json")).read())

    def test_what_cannot_be_installed(self):
        for name in ["../x", "a/b", ".hidden", "ü"]:
            self.fails("kernel", "install", f"--name={name}", env=self.environment, says=["is no name for a kernel"])
        self.fails("kernel", "install", "--user", "--prefix", "x", env=self.environment, status=2, says=["two places"])
        self.fails("kernel", "install", env={"JUPYTER_DATA_DIR": "/proc/nowhere"}, says=["cannot write /proc/nowhere/kernels/mastic", "--prefix"])

    def test_what_cannot_be_started(self):
        self.fails("kernel", "start", "--connection-file", "missing.json", says=["cannot read the connection file 'missing.json'"])
        good = {"ip": "127.0.0.1", "transport": "tcp", "key": "k", "signature_scheme": "hmac-sha256", **{
            f"{name}_port": 1 for name in ["shell", "control", "iopub", "stdin", "hb"]}}
        for change, words in [
            ({"transport": "udp"}, "the transport 'udp'"), ({"signature_scheme": "md5"}, "'md5'"), ({"key": 5}, "'key'"), ({"ip": ""}, "'ip'"),
            ({"shell_port": 0}, "'shell_port'"), ({"hb_port": "x"}, "'hb_port'"), ({"stdin_port": 70000}, "'stdin_port'"),
            ({"ip": "203.0.113.7"}, "cannot listen at tcp://203.0.113.7:1"),
        ]:
            self.write("connection.json", json.dumps({**good, **change}))
            self.fails("kernel", "start", "--connection-file", "connection.json", says=[words])
        self.write("connection.json", "[]")
        self.fails("kernel", "start", "--connection-file", "connection.json", says=["is no JSON object"])


@needs_jupyter
class Shown(KernelTest):
    """What a cell shows beside what it prints."""

    def setUp(self):
        super().setUp()
        self.cells = self.kernel()

    def test_a_frame_is_a_table_of_html_and_of_letters(self):
        ran = self.cells.run("spark:sql(\"select id, concat('<', id, '>') as text, cast(null as int) as none from range(3)\")")
        (result,) = ran.of("execute_result")
        self.assertEqual(result["execution_count"], 1)
        self.assertIn("<table", result["data"]["text/html"])
        self.assertIn("&lt;2&gt;", result["data"]["text/html"])
        self.assertNotIn("<2>", result["data"]["text/html"])
        self.assertIn("<2>", result["data"]["text/plain"])
        self.assertEqual(ran.out, "")

    def test_values_of_all_kinds(self):
        for code, text in [("6 * 7", "42"), ("'grüße'", "grüße"), ("1, 2", "1\t2"), ("{1, a = true}", "{1, a = true}"), ("nil", "nil")]:
            self.assertEqual(self.cells.run(code).of("execute_result")[0]["data"]["text/plain"], text, code)
        self.assertEqual(self.cells.run("x = 1").of("execute_result"), [])
        self.assertEqual(self.cells.run("print(1); return 2").text, "1\n2")

    def test_the_expression_at_the_end_of_a_cell_is_its_value(self):
        for code, text in [
            ("x = 5\nx * 2", "10"), ("local y = 6\ny, 7", "6\t7"), ("x = 5\nlocal function f() return 1, nil, 3 end\nf()", "1\tnil\t3"),
            ("a = {\n1}\n#a -- so many\n\n", "1"),
        ]:
            self.assertEqual(self.cells.run(code).text, text, code)
        for code in ["x = 5\nx = 6", "for i = 1, 3 do\n  tostring(i)\nend", "x = 5\ntostring(x);", "local t = {}\nt.a = 1", "print\n('called')", "x = 1\nif x then x = 2 end"]:
            self.assertEqual(self.cells.run(code).of("execute_result"), [], code)
        self.assertEqual(self.cells.run("f = tostring\ny = f\n(12)\nprint(y)").out, "12\n")
        # A text that is no Lua but for its last line.
        self.assertEqual(self.cells.run("x = 5\nx").text, "5")
        self.assertEqual(self.cells.ask("is_complete_request", {"code": "x = 5\nx"})["status"], "complete")

    def test_the_last_value_has_a_name(self):
        self.cells.run("20 + 1")
        self.assertEqual(self.cells.run("_ * 2").text, "42")

    def test_locals_live_on(self):
        self.cells.run("local a, b = 1, 2\nlocal function sum() return a + b end")
        self.assertEqual(self.cells.run("sum()").text, "3")

    def test_a_plot_is_a_picture(self):
        ran = self.cells.run('print("before")\nspark:sql("select id, id * id as square from range(5)"):plot{kind = "bar", x = "id", y = "square"}\nprint("behind")')
        self.assertEqual(ran.status, "ok", ran)
        self.assertEqual([message["msg_type"] for message in ran.messages], ["status", "execute_input", "stream", "display_data", "stream", "status"])
        data = ran.of("display_data")[0]["data"]
        self.assertRegex(data["image/svg+xml"], r"^\s*(<\?xml[^>]*>\s*)?<svg")
        self.assertIn("text/plain", data)

    def test_several_queries_show_several_tables(self):
        ran = self.cells.run("%%sql\nselect 'a;b' as one; -- not; here\n\nselect 2 as two;\n")
        self.assertEqual(["one" in data["text/plain"] or "two" in data["text/plain"] for data in ran.shown], [True, True])
        self.assertEqual(self.cells.run("%%sql\n  -- nothing\n").reply["ename"], "EmptyQuery")

    def test_statements_that_give_nothing_show_nothing(self):
        ran = self.cells.run("%%sql\ncreate database empty_one")
        self.assertEqual((ran.status, ran.shown), ("ok", []), ran)

    def test_a_silent_cell_shows_nothing(self):
        self.assertEqual(self.cells.run("6 * 7", silent=True).shown, [])

    def test_warnings_of_the_log_are_on_the_stream_of_errors(self):
        ran = self.cells.run("""
            local rows = spark:createDataFrame({{a = 1}, {a = 0}})
            local frame = DynamicFrame.fromDF(rows, glueContext, "rows")
            print(Map.apply{frame = frame, f = function(r) if r.a == 0 then error("no a") end return r end}:count())""")
        self.assertEqual(ran.out, "1\n", ran)
        self.assertIn("1 error record", ran.err)

    def test_the_history_knows_what_came_out(self):
        self.cells.run("6 * 7")
        some = self.cells.ask("history_request", {"output": True, "raw": True, "hist_access_type": "tail", "n": 1})
        self.assertEqual(some["history"], [[1, 1, ["6 * 7", "42"]]])


@needs_jupyter
class Inspection(KernelTest):
    def setUp(self):
        super().setUp()
        self.cells = self.kernel()

    def inspect(self, code, position=None):
        content = {"code": code, "cursor_pos": len(code) if position is None else position, "detail_level": 0}
        found = self.cells.ask("inspect_request", content)
        return found["data"].get("text/plain", "") if found["found"] else None

    def test_names_of_the_reference(self):
        self.assertIn("Filter.apply", self.inspect("Filter.apply"))
        self.assertIn("Filter.apply", self.inspect("Filter.apply{frame = x, ", 24))

    def test_frames_methods_and_columns(self):
        self.cells.run('df = spark:sql("select id as number, id * 2 as twice from range(3)")')
        text = self.inspect("df")
        self.assertIn("DataFrame", text)
        self.assertIn("twice", text)
        self.assertIn("limit", self.inspect("df:limit(5)", 5))
        self.assertIn("column of type", self.inspect("df.twice", 5))

    def test_functions_of_the_session(self):
        self.cells.run("function double(number) return number * 2 end")
        text = self.inspect("x = double(", 8)
        self.assertIn("double: function (number)", text)
        self.assertIn("cell 1:1", text)

    def test_magics(self):
        self.assertIn("%number_of_workers: ", self.inspect("%number_of_workers 5", 4))

    def test_what_nobody_knows(self):
        for code in ["", "nobody_knows_this", "((((", "x = 'ü", "..", "%", "1.5.5"]:
            for position in range(-1, len(code) + 2):
                self.assertEqual(self.cells.ask("inspect_request", {"code": code, "cursor_pos": position, "detail_level": 1})["status"], "ok")
        self.assertIsNone(self.inspect("nobody_knows_this"))

    def test_completion_of_magics(self):
        found = self.cells.ask("complete_request", {"code": "%number", "cursor_pos": 7})
        self.assertEqual((found["matches"], found["cursor_start"]), (["%number_of_workers"], 0))
        self.assertIn("%%sql", self.cells.ask("complete_request", {"code": "%%s", "cursor_pos": 3})["matches"])
