"""Workflows on real data: what follows from what, what fails, and what runs again when the failure is mended."""
import collections
import csv
import json
import os
import random
import re

from scheduling import SchedulerTest
from support import DATA

BEGIN = """
local args = getResolvedOptions(arg, {"JOB_NAME"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local function read(paths, format)
  return glueContext.create_dynamic_frame.from_options{connection_type = "s3", format = format or "json", connection_options = {paths = {paths}},
    format_options = format == "csv" and {withHeader = true, inferSchema = true} or nil}:toDF()
end
local function write(frame, path)
  glueContext.write_dynamic_frame.from_options{frame = DynamicFrame.fromDF(frame, glueContext, path), connection_type = "s3", format = "json",
    connection_options = {path = path}}
end
"""

SCRIPTS = {
    # One row for each observation that has a temperature.
    "load": """
local weather = read("data/weather.csv", "csv")
weather:createOrReplaceTempView("weather")
write(spark.sql("SELECT origin, cast(month as int) AS month, temp, precip FROM weather WHERE temp <> 'NA'"), "stage")
""",
    "months": """
read("stage"):createOrReplaceTempView("stage")
write(spark.sql("SELECT month, count(*) AS hours FROM stage GROUP BY month"), "out/months")
""",
    "airports": """
read("stage"):createOrReplaceTempView("stage")
read("data/airports.csv", "csv"):createOrReplaceTempView("airports")
write(spark.sql("SELECT name, count(*) AS hours FROM stage JOIN airports ON origin = faa GROUP BY name"), "out/airports")
""",
    # Somebody has to say what is much rain.
    "limits": """
read("stage"):createOrReplaceTempView("stage")
local limits = read("data/limits.csv", "csv")
local known = limits:count()
if known < 3 then error("limits.csv knows " .. known .. " of 3 airports") end
limits:createOrReplaceTempView("limits")
write(spark.sql("SELECT s.origin, count(*) AS hours FROM stage s JOIN limits l ON s.origin = l.origin WHERE s.precip >= l.inches GROUP BY s.origin"), "out/limits")
""",
    "report": """
for _, name in ipairs{"months", "airports", "limits"} do read("out/" .. name):createOrReplaceTempView(name) end
write(spark.sql([[SELECT 'months' AS what, count(*) AS lines, sum(hours) AS hours FROM months
  UNION ALL SELECT 'airports', count(*), sum(hours) FROM airports UNION ALL SELECT 'limits', count(*), sum(hours) FROM limits]]), "out/report")
""",
}

PROJECT = """
for _, name in ipairs{ "load", "months", "airports", "report" } do job{ name = name, script = name .. ".lua" } end
job{ name = "limits", script = "limits.lua", max_retries = 1, retry_delay = "100ms" }
workflow{ name = "flights", description = "What the weather was", triggers = {
  { name = "begin", start = "load" },
  { name = "spread", when = "load", start = { "months", "airports", "limits" } },
  { name = "gather", when = { "months", "airports", "limits" }, start = "report" },
} }
"""

#: A job that waits for a person.
WAITS = """
local name = getResolvedOptions(arg, {"JOB_NAME"}).JOB_NAME
while not io.open("go_" .. name) do for i = 1, 2000 do end os.execute("sleep 0.02") end
local file = io.open("done", "a") file:write(name, "\\n") file:close()
"""

#: A job that fails for as long as a file of its name is there.
FAILS = """
local name = getResolvedOptions(arg, {"JOB_NAME"}).JOB_NAME
if io.open("bad_" .. name) then error("there is a bad_" .. name) end
local file = io.open("done", "a") file:write(name, "\\n") file:close()
"""


class WorkflowTests(SchedulerTest):
    def drawn(self, workflow, *options):
        """What `workflow show` draws, without what differs from run to run."""
        text = self.succeeds("workflow", "show", workflow, *options).out
        text = re.sub(r"(?m)^((?:last )?run) wr_\w+  (\w+)  \S+ \S+  [\d.]+ ?m?s(  resumes)?.*$", r"\1 \2\3", text)
        return re.sub(r" +[\d.]+ m?s\b", " TIME", text)

    def states(self, workflow, run):
        """The states of a workflow's jobs in a run, as JSON has them."""
        shown = json.loads(self.succeeds("workflow", "show", workflow, "--run", run, "--json").out)
        return {node["Name"]: [one["JobRunState"] for one in node["JobDetails"]["JobRuns"]] for node in shown["Graph"]["Nodes"] if node["Type"] == "JOB"}

    def workflow_runs(self, workflow):
        """The oldest first."""
        return json.loads(self.succeeds("workflow", "runs", workflow, "--json").out)[::-1]

    def wait_for_workflow(self, run, state="COMPLETED"):
        self.wait_until(lambda: self.query("SELECT 1 FROM workflowRuns WHERE id = ? AND state = ?", run, state), f"{run} is {state}")

    def done(self):
        """The jobs that wrote that they were done, in the order of the alphabet."""
        if not os.path.exists(self.path("done")):
            return []
        with open(self.path("done")) as file:
            return sorted(file.read().split())

    # Real data

    def flights(self):
        """The project and its data; made-up weather where the real one is not there."""
        for name, script in SCRIPTS.items():
            self.write(name + ".lua", BEGIN + script + "job:commit()\n")
        os.mkdir(self.path("data"))
        for name in ["weather.csv", "airports.csv"]:
            if os.path.isdir(DATA):
                os.symlink(os.path.join(DATA, "nycflights", name), self.path("data", name))
        if not os.path.isdir(DATA):
            dice = random.Random(1)
            self.write("data/airports.csv", "faa,name\n" + "".join(f"{origin},Airport {origin}\n" for origin in ["EWR", "JFK", "LGA", "XYZ"]))
            self.write("data/weather.csv", "origin,month,temp,precip\n" + "".join(
                f"{dice.choice(['EWR', 'JFK', 'LGA'])},{1 + i % 12},{'NA' if i % 97 == 0 else dice.randint(-100, 300) / 10},{dice.choice([0, 0, 0.05, 0.3])}\n"
                for i in range(5000)))
        self.write("data/limits.csv", "origin,inches\nEWR,0.1\nJFK,0.2\n")
        self.apply(PROJECT)

    def read_csv(self, name):
        with open(self.path("data", name), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def check_results(self):
        """The outputs hold what Python makes of the same files, once."""
        weather = [row for row in self.read_csv("weather.csv") if row["temp"] != "NA"]
        names = {row["faa"]: row["name"] for row in self.read_csv("airports.csv")}
        limits = {row["origin"]: float(row["inches"]) for row in self.read_csv("limits.csv")}
        self.assertEqual(len(self.rows("stage")), len(weather))
        expected = {
            "months": collections.Counter(int(row["month"]) for row in weather), "airports": collections.Counter(names[row["origin"]] for row in weather),
            "limits": collections.Counter(row["origin"] for row in weather if float(row["precip"]) >= limits[row["origin"]])}
        for name, key in [("months", "month"), ("airports", "name"), ("limits", "origin")]:
            self.assertEqual(sorted((row[key], row["hours"]) for row in self.rows("out/" + name)), sorted(expected[name].items()))
        self.assertEqual(sorted((row["what"], row["lines"], row["hours"]) for row in self.rows("out/report")),
                         sorted((name, len(counts), sum(counts.values())) for name, counts in expected.items()))

    def test_a_failed_branch_is_mended_and_the_workflow_resumed(self):
        self.flights()
        self.assertEqual(self.drawn("flights"), """\
workflow flights  What the weather was

◆      begin     on demand
●      load
◆      spread    after load
├─┬─╮
● │ │  months
│ ● │  airports
│ │ ●  limits
├─┴─╯
◆      gather    after all of months, airports, limits
●      report
""")
        server = self.serve()
        first = self.succeeds("workflow", "run", "flights", "--detach").out.strip()
        self.wait_for_workflow(first)
        self.assertEqual(self.states("flights", first), {
            "load": ["SUCCEEDED"], "months": ["SUCCEEDED"], "airports": ["SUCCEEDED"], "limits": ["FAILED"], "report": []})
        hours = len([row for row in self.read_csv("weather.csv") if row["temp"] != "NA"])
        self.assertEqual(self.drawn("flights", "--run", "last"), f"""\
workflow flights  What the weather was
run COMPLETED

◆      begin     on demand
✔      load      SUCCEEDED TIME  {hours:,} rows
◆      spread    after load
├─┬─╮
✔ │ │  months    SUCCEEDED TIME  12 rows
│ ✔ │  airports  SUCCEEDED TIME  3 rows
│ │ ✖  limits    FAILED TIME  attempt 2, limits.lua:17: limits.csv knows 2 of 3 airports
├─┴─╯
◇      gather    after all of months, airports, limits
○      report
""")
        self.assertEqual([run["Attempt"] for run in self.runs("limits")], [0, 1])
        self.assertEqual(self.rows("out/limits") + self.rows("out/report"), [])

        # Mended: the branch runs again, and what waited for it; nothing else does.
        self.write("data/limits.csv", "origin,inches\nEWR,0.1\nJFK,0.2\nLGA,0.05\n")
        resumed = self.succeeds("workflow", "resume", "flights", "--detach")
        second = resumed.out.strip()
        self.assertEqual(resumed.err, f"resumed {first} as {second}, beginning with limits\n")
        self.wait_for_workflow(second)
        self.assertEqual(self.states("flights", second)["limits"] + self.states("flights", second)["report"], ["SUCCEEDED", "SUCCEEDED"])
        text = self.drawn("flights", "--run", second)
        self.assertEqual(re.sub(r" +from the", "  from the", text.replace("◇", "◆")), """\
workflow flights  What the weather was
run COMPLETED  resumes

◆      begin     on demand
✔      load      SUCCEEDED  from the run before
◆      spread    after load
├─┬─╮
✔ │ │  months    SUCCEEDED  from the run before
│ ✔ │  airports  SUCCEEDED  from the run before
│ │ ✔  limits    SUCCEEDED TIME  3 rows
├─┴─╯
◆      gather    after all of months, airports, limits
✔      report    SUCCEEDED TIME  3 rows
""")
        before, after = self.workflow_runs("flights")
        self.assertEqual([(run["WorkflowRunId"], run["Status"], run.get("PreviousRunId")) for run in (before, after)],
                         [(first, "COMPLETED", None), (second, "COMPLETED", first)])
        self.assertEqual(sorted((node["Node"]["Name"], node["State"]) for node in after["Inherited"]),
                         [("airports", "SUCCEEDED"), ("load", "SUCCEEDED"), ("months", "SUCCEEDED")])
        self.assertEqual({name: len(self.runs(name)) for name in SCRIPTS}, {"load": 1, "months": 1, "airports": 1, "limits": 3, "report": 1})
        self.check_results()
        self.fails("workflow", "resume", "flights", says=[f"every node of {second} succeeded"])
        self.stop(server)
        self.nothing_is_left()

    def test_the_same_without_a_scheduler(self):
        self.flights()
        result = self.mastic("workflow", "run", "flights")
        self.assertEqual(result.status, 1, result)
        self.assertIn("FAILED  limits (attempt 2) after ", result.err)
        self.assertIn("ended: COMPLETED, without success: limits\n", result.err)
        os.remove(self.path("data", "limits.csv"))
        # Still not well: another cause, and a run of its own that can be resumed again.
        result = self.mastic("workflow", "resume", "flights")
        self.assertEqual(result.status, 1, result)
        self.assertRegex(result.err, r"FAILED  limits .*data/limits.csv.* cannot be read")
        self.write("data/limits.csv", "origin,inches\nEWR,0.1\nJFK,0.2\nLGA,0.05\n")
        result = self.succeeds("workflow", "resume", "flights")
        self.assertRegex(result.err, r"SUCCEEDED  limits after [\d.]+ s\n(?s:.*)SUCCEEDED  report after")
        self.assertEqual({name: len(self.runs(name)) for name in SCRIPTS}, {"load": 1, "months": 1, "airports": 1, "limits": 5, "report": 1})
        self.assertEqual([run["Status"] for run in self.workflow_runs("flights")], ["COMPLETED"] * 3)
        self.check_results()
        self.nothing_is_left()

    # What follows from what

    def small(self, triggers, scripts, more=""):
        """A workflow of small jobs: which script each job has."""
        self.write("waits.lua", WAITS)
        self.write("fails.lua", FAILS)
        jobs = "".join(f'job{{ name = "{name}", script = "{script}.lua" }}\n' for name, script in scripts.items())
        self.apply(f'{jobs}workflow{{ name = "flow", {more} triggers = {{\n' + "".join(f"  {{ {trigger} }},\n" for trigger in triggers) + "} }")

    def test_failures_have_followers_too(self):
        self.small([
            'name = "t1", start = { "a", "b" }', 'name = "t2", when = { job = "a", state = "FAILED" }, start = "alarm"',
            'name = "t3", when = { any = { "a", "b" } }, start = "either"', 'name = "t4", when = { "a", "b" }, start = "both"',
        ], dict.fromkeys(["a", "b", "alarm", "either", "both"], "fails"))
        self.write("bad_a", "")
        server = self.serve()
        first = self.succeeds("workflow", "run", "flow", "--detach").out.strip()
        self.wait_for_workflow(first)
        self.assertEqual(self.states("flow", first), {"a": ["FAILED"], "b": ["SUCCEEDED"], "alarm": ["SUCCEEDED"], "either": ["SUCCEEDED"], "both": []})
        os.remove(self.path("bad_a"))
        second = self.succeeds("workflow", "resume", "flow", "--detach", "--quiet").out.strip()
        self.wait_for_workflow(second)
        # All that comes after the node runs again; what only its failure starts does not.
        self.assertEqual(self.states("flow", second), {"a": ["SUCCEEDED"], "b": [], "alarm": [], "either": ["SUCCEEDED"], "both": ["SUCCEEDED"]})
        self.stop(server)
        self.assertEqual(self.done(), ["a", "alarm", "b", "both", "either", "either"])

    def test_named_nodes_run_again(self):
        self.small(['name = "t1", start = { "a", "b" }', 'name = "t2", when = "a", start = "c"', 'name = "t3", when = { "b", "c" }, start = "d"'],
                   dict.fromkeys("abcd", "fails"))
        server = self.serve()
        first = self.succeeds("workflow", "run", "flow", "--detach").out.strip()
        self.wait_for_workflow(first)
        self.fails("workflow", "resume", "flow", "--node", "e", says=["'e' did not run", "a, b, c, d"])
        second = self.succeeds("workflow", "resume", "flow", "--run", first, "--node", "c", "--node", "d", "--detach", "--quiet").out.strip()
        self.wait_for_workflow(second)
        self.stop(server)
        self.assertEqual(self.done(), ["a", "b", "c", "c", "d", "d"])
        self.assertEqual(self.query("SELECT job FROM runs WHERE chain = ? ORDER BY started, id", second), [("c",), ("d",)])

    def test_a_workflow_that_was_stopped_goes_on_where_it_was(self):
        self.small(['name = "t1", start = { "a", "b" }', 'name = "t2", when = "a", start = "c"', 'name = "t3", when = { "b", "c" }, start = "d"'],
                   {"a": "fails", "b": "waits", "c": "fails", "d": "fails"})
        server = self.serve()
        first = self.succeeds("workflow", "run", "flow", "--detach").out.strip()
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE job = 'b' AND state = 'RUNNING'") and self.done() == ["a", "c"], "one branch is done")
        self.assertIn("ended: STOPPED", self.succeeds("workflow", "stop", "flow").err)
        self.assertEqual(self.states("flow", first), {"a": ["SUCCEEDED"], "b": ["STOPPED"], "c": ["SUCCEEDED"], "d": []})
        self.write("go_b", "")
        second = self.succeeds("workflow", "resume", "flow", "--detach", "--quiet").out.strip()
        self.wait_for_workflow(second)
        self.stop(server)
        self.assertEqual(self.states("flow", second), {"a": [], "b": ["SUCCEEDED"], "c": [], "d": ["SUCCEEDED"]})
        self.assertEqual(self.done(), ["a", "b", "c", "d"])

    def test_what_had_no_turn_before_the_stop_has_it_after_the_resume(self):
        self.small(['name = "t1", start = { "a", "b" }', 'name = "t2", when = "a", start = "c"', 'name = "t3", when = "b", start = "d"'],
                   {"a": "waits", "b": "waits", "c": "fails", "d": "fails"})
        server = self.serve()
        self.succeeds("workflow", "run", "flow", "--detach")
        self.wait_until(lambda: len(self.query("SELECT 1 FROM runs WHERE state = 'RUNNING'")) == 2, "both jobs work")
        # One of them ends while nobody schedules; then the workflow is stopped, before anything follows from that end.
        self.kill(server)
        self.write("go_a", "")
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE job = 'a' AND state = 'SUCCEEDED'"), "one job is done")
        self.succeeds("workflow", "stop", "flow")
        self.write("go_b", "")
        result = self.succeeds("workflow", "resume", "flow")
        self.assertIn("ended: COMPLETED", result.err)
        self.assertEqual(self.done(), ["a", "b", "c", "d"])

    def test_a_workflow_that_was_stopped_between_two_jobs_can_be_resumed(self):
        self.small(['name = "t1", start = "a"', 'name = "t2", when = "a", start = "b"'], {"a": "waits", "b": "fails"})
        server = self.serve()
        self.succeeds("workflow", "run", "flow", "--detach")
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE state = 'RUNNING'"), "the job works")
        self.kill(server)
        self.write("go_a", "")
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE job = 'a' AND state = 'SUCCEEDED'"), "the job is done")
        self.succeeds("workflow", "stop", "flow")
        self.succeeds("workflow", "resume", "flow")
        self.assertEqual(self.done(), ["a", "b"])

    def test_files_start_a_workflow_one_run_after_the_other(self):
        os.mkdir(self.path("in"))
        self.small(['name = "t1", files = "in", start = "a"', 'name = "t2", when = "a", start = "b"'], {"a": "fails", "b": "waits"}, "max_concurrent_runs = 1,")
        server = self.serve()
        for name in ["1", "2"]:
            self.write("in/" + name, name)
            self.wait_until(lambda: len(self.query("SELECT 1 FROM arrivals")) == int(name), "the file is known")
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE job = 'b' AND state = 'RUNNING'"), "the first run works")
        self.assertEqual([run["Status"] for run in self.workflow_runs("flow")], ["RUNNING"])
        self.assertEqual(self.query("SELECT state FROM arrivals WHERE path LIKE '%/2'"), [("PENDING",)])
        self.write("go_b", "")
        self.wait_until(lambda: len(self.query("SELECT 1 FROM workflowRuns WHERE state = 'COMPLETED'")) == 2, "both runs are completed")
        self.stop(server)
        self.assertEqual(self.done(), ["a", "a", "b", "b"])
        self.assertEqual([json.loads(run["Arguments"]["--files"]) for run in self.runs("a")], [[self.path("in", "1")], [self.path("in", "2")]])
        one, two = self.workflow_runs("flow")
        self.assertLessEqual(one["CompletedOn"], two["StartedOn"])

    def test_files_of_a_workflow_that_was_resumed_are_not_taken_again(self):
        os.mkdir(self.path("in"))
        self.write("takes.lua", '''
local files = getResolvedOptions(arg, {"files"}).files
if io.open("bad") then error("there is a bad file") end
local file = io.open("done", "a") file:write(files:match("(%w+)\\"]$"), "\\n") file:close()
''')
        self.apply('job{ name = "a", script = "takes.lua", retry_delay = "1h" }\nworkflow{ name = "flow", triggers = { { name = "t1", files = "in", start = "a" } } }')
        self.write("bad", "")
        server = self.serve()
        self.write("in/first", "")
        self.wait_until(lambda: self.query("SELECT 1 FROM workflowRuns WHERE state = 'COMPLETED'"), "the workflow's run is over")
        os.remove(self.path("bad"))
        self.succeeds("workflow", "resume", "flow")
        self.assertEqual(self.done(), ["first"])
        # The hour is over, in which the file was left alone.
        self.change("UPDATE arrivals SET due = due - 4000 WHERE state = 'PENDING'")
        self.write("in/second", "")
        self.wait_until(lambda: "second" in self.done(), "the second file was taken")
        self.wait_until(lambda: not self.query("SELECT 1 FROM arrivals WHERE state IN ('PENDING', 'ASSIGNED')"), "no file waits")
        self.stop(server)
        self.assertEqual(self.done(), ["first", "second"])
