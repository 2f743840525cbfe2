"""Job bookmarks: what a run reads again, and what it does not."""
import json
import os
import signal
import time

from support import READ, MasticTest, files_below

JOB = READ + """
local args = getResolvedOptions(arg, {"JOB_NAME"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local frame = glueContext.create_dynamic_frame.from_options{connection_type = "s3", connection_options = {paths = {"in/"}, recurse = true},
  format = "json", transformation_ctx = "in"}
write(frame, "out/")
if os.getenv("FAIL") then error("on purpose") end
if os.getenv("WAIT") then io.open("waiting", "w"):close() while not io.open("go") do end end
job:commit()
"""

ENABLE, PAUSE, DISABLE = ["--job-bookmark-option", "job-bookmark-enable"], ["--job-bookmark-option", "job-bookmark-pause"], ["--job-bookmark-option", "job-bookmark-disable"]


class BookmarkTests(MasticTest):
    def setUp(self):
        super().setUp()
        self.write("job.lua", JOB)
        self.file("a", 1)
        self.file("b", 2)

    def file(self, name, *numbers):
        return self.write(f"in/{name}.json", "".join(f'{{"n": {n}}}\n' for n in numbers))

    def run_job(self, *options, env=None, name="j"):
        return self.succeeds("run", "job.lua", "--JOB_NAME", name, *(options or ENABLE), env=env)

    def new_rows(self, *options, name="j"):
        """What one run reads: the rows that it adds."""
        before = self.rows()
        self.run_job(*options, name=name)
        after = self.rows()
        for row in before:
            after.remove(row)
        return sorted(after)

    def rows(self):
        return [json.loads(line)["n"] for file in files_below(self.path("out")) for line in open(file, encoding="utf-8")]

    def last_run(self, name="j"):
        return json.loads(self.succeeds("bookmark", "show", name, "--json").out)[0]["LastRunId"]

    def test_only_what_is_new_is_read(self):
        self.assertEqual(self.new_rows(), [1, 2])
        self.assertEqual(self.new_rows(), [])
        self.file("c", 3)
        self.file("sub/d", 4)
        self.assertEqual(self.new_rows(), [3, 4])
        self.assertEqual(self.new_rows(), [])

    def test_without_the_option_everything_is_read(self):
        self.run_job()
        self.assertEqual(self.new_rows(*DISABLE), [1, 2])
        self.succeeds("run", "job.lua", "--JOB_NAME", "j")
        self.assertEqual(sorted(self.rows()), [1, 1, 1, 2, 2, 2])
        self.file("c", 3)
        self.assertEqual(self.new_rows(), [3])

    def test_pausing_reads_what_is_new_and_records_nothing(self):
        self.run_job()
        self.file("c", 3)
        self.assertEqual(self.new_rows(*PAUSE), [3])
        self.assertEqual(self.new_rows(*PAUSE), [3])
        self.assertEqual(self.new_rows(), [3])
        self.assertEqual(self.new_rows(*PAUSE), [])

    def test_pausing_between_two_runs_reads_their_input_again(self):
        runs = []
        for number, name in enumerate("cdef", 3):
            self.run_job()
            runs.append(self.last_run())
            self.file(name, number)
        span = ["--job-bookmark-from", runs[0], "--job-bookmark-to", runs[2]]
        self.assertEqual(self.new_rows(*PAUSE, *span), [3, 4])
        self.fails("run", "job.lua", "--JOB_NAME", "j", *PAUSE, "--job-bookmark-from", runs[0], says=["--job-bookmark-to"])
        self.fails("run", "job.lua", "--JOB_NAME", "j", *ENABLE, *span, says=["job-bookmark-pause"])
        self.fails("run", "job.lua", "--JOB_NAME", "j", *PAUSE, "--job-bookmark-from", "jr_none", "--job-bookmark-to", runs[2], says=["jr_none"])

    def test_a_modified_file_is_read_again(self):
        self.run_job()
        self.file("a", 1, 10)
        self.assertEqual(self.new_rows(), [1, 10])
        os.utime(self.path("in/b.json"))
        self.assertEqual(self.new_rows(), [2])

    def test_a_late_file_is_read_although_it_is_older(self):
        self.run_job()
        late = self.file("late", 7)
        os.utime(late, (1e9, 1e9))
        self.assertEqual(self.new_rows(), [7])
        moved = self.file("later", 8)
        os.utime(moved, (5e8, 5e8))
        self.assertEqual(self.new_rows(), [8])

    def test_a_removed_file_is_no_trouble(self):
        self.run_job()
        os.remove(self.path("in/a.json"))
        self.assertEqual(self.new_rows(), [])
        self.file("a", 1)
        self.assertEqual(self.new_rows(), [1])

    def test_a_failed_run_moves_nothing(self):
        self.fails("run", "job.lua", "--JOB_NAME", "j", *ENABLE, env={"FAIL": "1"}, says=["on purpose"])
        self.assertEqual(self.rows(), [])
        self.assertEqual(self.new_rows(), [1, 2])

    def test_reset_reads_everything_again(self):
        self.run_job()
        self.succeeds("bookmark", "reset", "j")
        self.assertEqual(self.new_rows(), [1, 2])
        self.assertEqual(self.new_rows(), [])

    def test_rewinding_to_a_run(self):
        self.run_job()
        first = self.last_run()
        self.file("c", 3)
        self.run_job()
        self.file("d", 4)
        self.run_job()
        self.succeeds("bookmark", "rewind", "j", "--run", first)
        self.assertEqual(self.new_rows(), [3, 4])
        self.assertEqual(self.new_rows(), [])
        self.fails("bookmark", "rewind", "j", "--run", "jr_none", says=["jr_none"])

    def test_jobs_have_bookmarks_of_their_own(self):
        self.run_job()
        self.assertEqual(self.new_rows(name="k"), [1, 2])
        self.assertEqual(self.lines("bookmark", "show", "j"), ["in"])
        self.fails("bookmark", "show", "jj", says=["jj", "j, k"])
        self.fails("bookmark", "reset", "other", says=["other"])

    def test_show_as_json(self):
        self.run_job()
        shown = json.loads(self.succeeds("bookmark", "show", "j", "--json").out)
        self.assertEqual([(entry["TransformationContext"], entry["Files"]) for entry in shown], [("in", 2)])

    def test_a_second_run_at_the_same_time_is_refused(self):
        process = self.start("run", "job.lua", "--JOB_NAME", "j", *ENABLE, env={"WAIT": "1"})
        deadline = time.monotonic() + 60
        while not os.path.exists(self.path("waiting")) and process.is_running() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.fails("run", "job.lua", "--JOB_NAME", "j", *ENABLE, says=["'j' is already running"])
        # Another job, and a run without the bookmark, may go on.
        self.succeeds("run", "job.lua", "--JOB_NAME", "k", *ENABLE)
        self.succeeds("run", "job.lua", "--JOB_NAME", "j", *DISABLE)
        self.write("go", "")
        self.assertEqual(process.wait().status, 0)
        self.assertEqual(sorted(self.rows()), [1, 1, 1, 2, 2, 2])
        self.assertEqual(self.new_rows(), [])

    def test_a_killed_run_holds_nobody_up(self):
        process = self.start("run", "job.lua", "--JOB_NAME", "j", *ENABLE, env={"WAIT": "1"})
        deadline = time.monotonic() + 60
        while not os.path.exists(self.path("waiting")) and process.is_running() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill(signal.SIGKILL)
        process.wait()
        self.assertEqual(self.rows(), [])
        self.assertEqual(self.new_rows(), [1, 2])

    def test_a_wrong_option_is_explained(self):
        self.fails("run", "job.lua", "--JOB_NAME", "j", "--job-bookmark-option", "job-bookmark-enabled", says=["job-bookmark-enable"])

    def test_without_a_commit_data_appears_and_the_bookmark_stays(self):
        self.write("job.lua", JOB.replace("job:commit()", ""))
        self.assertIn("warning", self.run_job().err)
        self.assertEqual(sorted(self.rows()), [1, 2])
        self.write("job.lua", JOB)
        self.assertEqual(self.new_rows(), [1, 2])
