"""Files that arrive start jobs: when they are complete, in batches, and each of them once."""
import json
import os
import random
import time

from scheduling import SchedulerTest

JOB = """
local args = getResolvedOptions(arg, {"JOB_NAME", "files"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local files = {}
for path in args.files:gmatch('"([^"]+)"') do files[#files + 1] = path end
local frame = glueContext.create_dynamic_frame.from_options{
  connection_type = "s3", format = "csv", connection_options = {paths = files},
  format_options = {withHeader = true, inferSchema = true, attachFilename = "file"}}
local mine = Map.apply{frame = frame, stageThreshold = 1, f = function(r)
  r.cents = r.amount * 100
  return r
end}
glueContext.write_dynamic_frame.from_options{
  frame = mine, connection_type = "s3", format = "json", connection_options = {path = "out"}}
job:commit()
"""

#: Rows of each file.
ROWS = 5


def lines(number):
    """The lines of a file of sales; no two files have an id in common."""
    return ["id,amount\n"] + [f"{number * 100 + i},{number + i}\n" for i in range(ROWS)]


def sales(number):
    return "".join(lines(number))


class EventTests(SchedulerTest):
    def setUp(self):
        super().setUp()
        self.write("load.lua", JOB)
        os.makedirs(self.path("in"))

    def project(self, files, job=""):
        self.apply(f'job{{ name = "load", script = "load.lua", retry_delay = "100ms", {job} }}\n'
                   f'trigger{{ name = "incoming", start = "load", files = {{ path = "in", {files} }} }}\n')

    def move_in(self, name, number):
        """A file that was written elsewhere and comes whole."""
        os.rename(self.write(f"elsewhere/{number}", sales(number)), self.path("in", name))

    def open_slowly(self):
        """A file that somebody writes and has not closed: the first lines of file 1."""
        file = open(self.path("in", "slow.csv"), "w")
        self.addCleanup(file.close)
        file.writelines(lines(1)[:3])
        file.flush()
        return file

    def waiting(self):
        """The names of the files that wait for a run."""
        return sorted(os.path.basename(path) for path, in self.query("SELECT path FROM arrivals WHERE state = 'PENDING'"))

    def wait_for_end_of(self, count):
        """Waits until so many files have been dealt with."""
        self.wait_until(lambda: self.query("SELECT count(*) FROM arrivals WHERE state = 'DONE'")[0][0] == count, f"{count} files were taken")

    def handed(self, state="SUCCEEDED"):
        """Which files the runs of a state got, in the order of the runs."""
        return [json.loads(run["Arguments"]["--files"]) for run in self.runs("load") if run["JobRunState"] == state]

    def names(self, state="SUCCEEDED"):
        return [[os.path.relpath(path, self.path("in")) for path in sorted(files)] for files in self.handed(state)]

    def check_output(self, numbers, names=None):
        """The output has every row of these files, once."""
        rows = sorted(self.rows("out"), key=lambda row: row["id"])
        self.assertEqual([row["id"] for row in rows], [number * 100 + i for number in sorted(numbers) for i in range(ROWS)], self.facts())
        self.assertEqual([row["cents"] for row in rows], [(number + i) * 100 for number in sorted(numbers) for i in range(ROWS)])
        if names is not None:
            self.assertEqual({row["file"].rsplit("/in/")[-1] for row in rows}, set(names))

    def test_so_many_files_are_a_batch_and_an_open_one_is_none_of_them(self):
        self.project('pattern = "*.csv", batch_size = 4, batch_window = "1h", stable_for = "100ms"')
        server = self.serve()
        self.write("in/at once.csv", sales(2))
        self.wait_until(lambda: self.waiting() == ["at once.csv"], "the folder is looked at")
        slow = self.open_slowly()
        self.move_in("größe.csv", 3)
        self.write("in/named.csv.part", sales(4))
        os.rename(self.path("in", "named.csv.part"), self.path("in", "named.csv"))
        self.wait_until(lambda: self.waiting() == ["at once.csv", "größe.csv", "named.csv"], "three files wait")
        # Quiet for longer than it would take without the kernel's word, then once more at work.
        for line in lines(1)[3:]:
            time.sleep(0.15)
            slow.write(line)
            slow.flush()
        self.assertEqual(self.waiting(), ["at once.csv", "größe.csv", "named.csv"])
        self.assertEqual(self.runs("load"), [])
        slow.close()
        self.wait_for_end_of(4)

        # A folder that comes whole brings two files, two more come by themselves.
        for number in [5, 6]:
            self.write(f"elsewhere/more/{number}.csv", sales(number))
        os.rename(self.path("elsewhere", "more"), self.path("in", "more"))
        self.wait_until(lambda: self.waiting() == ["5.csv", "6.csv"], "two files wait")
        self.assertEqual(len(self.runs("load")), 1)
        self.write("in/more/7.csv", sales(7))
        self.write("in/8.csv", sales(8))
        self.wait_for_end_of(8)
        self.stop(server)
        self.assertEqual(self.names(), [["at once.csv", "größe.csv", "named.csv", "slow.csv"], ["8.csv", "more/5.csv", "more/6.csv", "more/7.csv"]])
        self.assertEqual(len(self.runs("load")), 2)
        self.check_output(range(1, 9), sum(self.names(), []))
        self.nothing_is_left()

    def test_what_comes_in_a_window_is_a_batch(self):
        self.project('batch_window = "1s", stable_for = "100ms"')
        server = self.serve()
        self.write("in/first.csv", sales(4))
        self.wait_for_end_of(1)
        slow = self.open_slowly()
        self.write("in/a.csv", sales(2))
        self.move_in("b.csv", 3)
        self.wait_for_end_of(3)
        slow.writelines(lines(1)[3:])
        slow.close()
        self.wait_for_end_of(4)
        self.stop(server)
        self.assertEqual(self.names(), [["first.csv"], ["a.csv", "b.csv"], ["slow.csv"]])
        seen = dict(self.query("SELECT path, seen FROM arrivals"))
        for run in self.runs("load"):
            self.assertGreaterEqual(run["StartedOn"], min(seen[path] for path in json.loads(run["Arguments"]["--files"])) + 1, "the window was waited for")
        self.assertEqual(len(self.runs("load")), 3)
        self.check_output([1, 2, 3, 4])

    def test_every_way_in_and_what_never_counts(self):
        self.project('pattern = "*.csv", stable_for = "300ms"', "max_concurrent_runs = 4")
        server = self.serve()
        for name in [".hidden.csv", "_hidden.csv", "x.csv.tmp", "x.csv~", "x.CSV.PART", "x.json", "_folder/x.csv", ".folder/x.csv", "_failed/x.csv"]:
            self.write("in/" + name, sales(9))
        self.write("in/written.csv", sales(1))
        self.move_in("moved.csv", 2)
        os.link(self.write("elsewhere/linked", sales(3)), self.path("in", "linked.csv"))
        os.symlink(self.write("elsewhere/pointed", sales(4)), self.path("in", "pointed.csv"))
        self.write("in/deep/er/written.csv", sales(5))
        self.wait_for_end_of(5)
        # The same file again is nothing new; with other content it is.
        self.write("in/written.csv", sales(6) + f"{6 * 100 + ROWS},1\n")
        self.wait_until(lambda: len(self.query("SELECT id FROM runs WHERE state = 'SUCCEEDED' AND settled = 1")) == 6, "the changed file was taken")
        self.write("in/last.csv", sales(7))
        self.wait_until(lambda: len(self.query("SELECT id FROM runs WHERE state = 'SUCCEEDED' AND settled = 1")) == 7, "the last file was taken")
        self.stop(server)
        self.assertEqual(sorted(self.names()), [["deep/er/written.csv"], ["last.csv"], ["linked.csv"], ["moved.csv"], ["pointed.csv"], ["written.csv"], ["written.csv"]])
        self.assertEqual(len(self.runs("load")), 7)
        ids = sorted(row["id"] for row in self.rows("out"))
        self.assertEqual(ids, sorted([n * 100 + i for n in range(1, 8) for i in range(ROWS)] + [6 * 100 + ROWS]))
        for name in ["_failed/x.csv", "x.json", "_hidden.csv"]:
            self.assertTrue(os.path.exists(self.path("in", name)))

    def test_files_that_come_while_nobody_schedules_are_taken_at_the_next_start(self):
        self.project('batch_size = 3, batch_window = "1s", stable_for = "300ms"')
        for number in [1, 2, 3]:
            self.write(f"in/{number}.csv", sales(number))
        first = self.serve()
        self.wait_for_end_of(3)
        self.stop(first)
        self.assertEqual(self.names(), [["1.csv", "2.csv", "3.csv"]])
        self.write("in/4.csv", sales(4))
        self.move_in("5.csv", 5)
        os.utime(self.path("in", "5.csv"), (1e9, 1e9))
        self.write("in/sub/6.csv", sales(6))
        second = self.serve()
        self.wait_for_end_of(6)
        self.kill(second)
        # Nothing came in between: a third start takes nothing but what comes then.
        third = self.serve()
        self.write("in/7.csv", sales(7))
        self.wait_for_end_of(7)
        # A trigger that was stopped looks later.
        self.succeeds("trigger", "stop", "incoming")
        self.write("in/8.csv", sales(8))
        time.sleep(0.7)
        self.assertEqual(self.waiting(), [])
        self.succeeds("trigger", "start", "incoming")
        self.wait_for_end_of(8)
        self.stop(third)
        self.assertEqual(self.names(), [["1.csv", "2.csv", "3.csv"], ["4.csv", "5.csv", "sub/6.csv"], ["7.csv"], ["8.csv"]])
        self.assertEqual(len(self.runs("load")), 4)
        self.check_output(range(1, 9))

    def test_a_file_that_is_open_across_a_restart_is_taken_when_it_is_closed(self):
        self.project('stable_for = "1h"')
        slow = self.open_slowly()
        self.kill(self.serve())
        self.write("in/old.csv", sales(2))
        os.utime(self.path("in", "old.csv"), (1e9, 1e9))
        server = self.serve()
        self.wait_for_end_of(1)
        slow.writelines(lines(1)[3:])
        slow.flush()
        self.write("in/new.csv", sales(3))
        self.wait_for_end_of(2)
        self.assertEqual(self.names(), [["old.csv"], ["new.csv"]])
        slow.close()
        self.wait_for_end_of(3)
        self.stop(server)
        self.assertEqual(self.names(), [["old.csv"], ["new.csv"], ["slow.csv"]])
        self.check_output([1, 2, 3])

    def letter(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)

    def test_a_file_that_fails_goes_to_the_dead_letters_and_dooms_no_other(self):
        self.project('batch_size = 3, batch_window = "1s", max_failures = 2, dead_letters = "dead"', "max_retries = 1")
        server = self.serve()
        bad = "id,amount\n900,1\n901,a lot\n"
        self.write("in/1.csv", sales(1))
        self.write("in/bad.csv", bad)
        self.write("in/2.csv", sales(2))
        self.wait_for_file("dead/bad.csv")
        self.wait_for_end_of(2)
        self.assertEqual(sorted(os.listdir(self.path("dead"))), ["bad.csv", "bad.csv.error.json"])
        self.assertEqual(sorted(os.listdir(self.path("in"))), ["1.csv", "2.csv"])
        with open(self.path("dead", "bad.csv")) as file:
            self.assertEqual(file.read(), bad)
        # Together, and once more; then alone, and once more.
        self.assertEqual(sorted(self.names("FAILED")), [["1.csv", "2.csv", "bad.csv"]] * 2 + [["bad.csv"]] * 2)
        self.assertEqual(sorted(self.names()), [["1.csv"], ["2.csv"]])
        letter = self.letter("dead/bad.csv.error.json")
        self.assertEqual((letter["Path"], letter["TriggerName"], letter["Size"]), (self.path("in", "bad.csv"), "incoming", len(bad)))
        failed = [run["Id"] for run in self.runs("load") if run["JobRunState"] == "FAILED" and run["Attempt"] == 1]
        self.assertEqual(len(letter["Failures"]), 2, letter)
        for failure, run in zip(letter["Failures"], failed):
            self.assertIn(f"run {run} of load ended FAILED: ", failure["ErrorMessage"])
            self.assertIn("load.lua:11: attempt to mul a 'string' with a 'number'", failure["ErrorMessage"])
        self.assertIn("bad.csv failed 2 runs and was moved to " + self.path("dead", "bad.csv"), self.said(server))

        # Another one of the name overwrites nothing; and what was put right and moved back is a new file.
        self.write("in/bad.csv", bad.replace("a lot", "much"))
        self.wait_for_file("dead/bad-1.csv")
        self.assertEqual(len(self.letter("dead/bad-1.csv.error.json")["Failures"]), 2)
        with open(self.path("dead", "bad-1.csv")) as file:
            self.assertEqual(file.read(), bad.replace("a lot", "much"))
        self.assertEqual(self.letter("dead/bad.csv.error.json"), letter)
        with open(self.path("dead", "bad.csv"), "w") as file:
            file.write(sales(3))
        os.rename(self.path("dead", "bad.csv"), self.path("in", "bad.csv"))
        self.wait_for_end_of(3)
        self.stop(server)
        self.check_output([1, 2, 3], ["1.csv", "2.csv", "bad.csv"])
        self.nothing_is_left()

    def test_the_letter_names_the_runs_that_failed(self):
        self.write("load.lua", 'error("no sales in " .. getResolvedOptions(arg, {"files"}).files)')
        self.project("max_failures = 2")
        server = self.serve()
        self.write("in/a.csv", sales(1))
        self.wait_for_file("in/_failed/a.csv")
        self.stop(server)
        runs = [run["Id"] for run in self.runs("load")]
        failures = self.letter("in/_failed/a.csv.error.json")["Failures"]
        self.assertEqual([failure["ErrorMessage"].splitlines()[0] for failure in failures], [
            f'run {run} of load ended FAILED: load.lua:1: no sales in ["{self.path("in", "a.csv")}"]' for run in runs])
        self.assertEqual([failure["RunId"] for failure in failures], runs)

    def test_files_of_a_run_that_failed_after_its_commit_are_not_taken_again(self):
        self.write("load.lua", JOB + 'if args.files:find("late") then error("too late") end\n')
        self.project("max_failures = 3", "max_retries = 2")
        server = self.serve()
        self.write("in/late.csv", sales(1))
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE state = 'FAILED' AND settled = 1"), "the run failed")
        # Whatever else becomes of it has begun when what comes later is done.
        self.write("in/2.csv", sales(2))
        self.wait_until(lambda: self.query("SELECT 1 FROM arrivals WHERE state = 'DONE' AND path LIKE '%/2.csv'"), "the other file was taken")
        self.wait_until(lambda: not self.query("SELECT 1 FROM arrivals WHERE state IN ('PENDING', 'ASSIGNED')"), "no file waits")
        self.stop(server)
        self.check_output([1, 2])
        self.assertEqual((self.names("FAILED"), self.names()), ([["late.csv"]], [["2.csv"]]))

    def test_files_of_a_run_that_a_person_stops_wait_as_before(self):
        self.write("load.lua", 'while not io.open("go") do for i = 1, 2000 do end os.execute("sleep 0.02") end\n' + JOB)
        self.project("max_failures = 1")
        server = self.serve()
        self.write("in/1.csv", sales(1))
        (run,), = self.wait_until(lambda: self.query("SELECT id FROM runs WHERE state = 'RUNNING'"), "the run works")
        self.succeeds("job", "stop", run)
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE state = 'RUNNING' AND id <> ?", run), "another run works")
        self.write("go", "")
        self.wait_for_end_of(1)
        self.stop(server)
        self.assertEqual((self.names("STOPPED"), self.names()), ([["1.csv"]], [["1.csv"]]))
        self.assertFalse(os.path.exists(self.path("in", "_failed")))
        self.check_output([1])

    def test_files_wait_quietly_for_a_job_that_skips(self):
        self.write("load.lua", 'while not io.open("go") do for i = 1, 2000 do end os.execute("sleep 0.02") end\n' + JOB)
        self.project("max_failures = 1", 'overlap = "skip"')
        server = self.serve()
        self.write("in/1.csv", sales(1))
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE state = 'RUNNING'"), "the run works")
        for number in [2, 3]:
            self.write(f"in/{number}.csv", sales(number))
        self.wait_until(lambda: len(self.query("SELECT 1 FROM arrivals")) == 3, "three files are known")
        # Time for the scheduler to look a few times more.
        time.sleep(1.7)
        self.write("go", "")
        self.wait_for_end_of(3)
        self.stop(server)
        self.assertEqual(sorted(self.names()), [["1.csv"], ["2.csv"], ["3.csv"]])
        self.check_output([1, 2, 3])
        self.assertLessEqual(len(self.names("STOPPED")), 2, "a file that waits makes no run each time that somebody looks")

    def test_files_do_not_chase_each_other_where_newer_runs_cancel_older_ones(self):
        self.patience = 30
        self.write("load.lua", 'os.execute("sleep 0.8")\n' + JOB)
        self.project("max_failures = 1", 'overlap = "cancel_previous"')
        server = self.serve()
        for number in [1, 2]:
            self.write(f"in/{number}.csv", sales(number))
        self.wait_for_end_of(2)
        self.stop(server)
        self.check_output([1, 2])

    def test_a_long_list_stands_in_a_file(self):
        self.write("load.lua", JOB.replace('{"JOB_NAME", "files"}', '{"JOB_NAME", "files_list"}').replace(
            "args.files:", 'io.open(args.files_list):read("a"):'))
        self.project('batch_size = 1500, batch_window = "1h"')
        server = self.serve()
        for number in range(1500):
            self.write(f"in/{'n' * 170}{number}.csv", sales(number))
        self.wait_for_end_of(1500)
        self.stop(server)
        run, = self.runs("load")
        self.assertEqual(run["JobRunState"], "SUCCEEDED", run)
        self.assertNotIn("--files", run["Arguments"])
        self.check_output(range(1500))
        self.nothing_is_left()

    def test_every_file_of_a_stream_is_taken_once_though_the_scheduler_is_killed(self):
        self.project('batch_size = 3, batch_window = "1s", stable_for = "1s"', "max_concurrent_runs = 2, max_retries = 2")
        dice = random.Random(20261121)
        server = self.serve()

        def taken():
            return self.query("SELECT count(*) FROM arrivals WHERE state = 'DONE'")[0][0]

        for number in range(40):
            if number % 2:
                self.move_in(f"{number}.csv", number)
            else:
                with open(self.path("in", f"{number}.csv"), "w") as file:
                    for line in lines(number):
                        file.write(line)
                        file.flush()
            if number in (10, 18, 26, 34):
                # In the middle of it: some are done, and some runs work or wait.
                self.wait_until(lambda: taken() > number - 9, "the scheduler takes files")
                time.sleep(dice.uniform(0, 0.1))
                self.kill(server)
                self.write(f"in/{number + 100}.csv", sales(number + 100))
                server = self.serve()
        numbers = list(range(40)) + [110, 118, 126, 134]
        self.wait_for_end_of(len(numbers))
        self.stop(server)
        self.assertEqual(sorted(sum(self.names(), [])), sorted(f"{number}.csv" for number in numbers))
        self.assertEqual({run["JobRunState"] for run in self.runs("load")}, {"SUCCEEDED"})
        self.check_output(numbers)
        self.nothing_is_left()
