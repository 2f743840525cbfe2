"""The project file, its plan, and the commands that show what it made."""
import json
import os
import pty
import re
import sqlite3
import subprocess
import time

from support import MASTIC, ROOT, MasticTest

PROJECT = """
job{ name = "load_sales", script = "jobs/load_sales.lua", bookmark = true, timeout = "2h", arguments = { target = "out/" } }
for _, region in ipairs{ "north", "south" } do
  job{ name = "report_" .. region, script = "jobs/report.lua", description = "Reports on the " .. region, arguments = { region = region } }
end
crawler{ name = "raw_sales", targets = { "data/sales" }, database = "sales_db" }
workflow{ name = "nightly", description = "Loads and reports", triggers = {
  { schedule = "cron(0 2 * * ? *)", time_zone = "Europe/Berlin", start = "raw_sales" },
  { when = "raw_sales", start = "load_sales" },
  { when = "load_sales", start = { "report_north", "report_south" } },
} }
trigger{ name = "reload", start = { { job = "load_sales", arguments = { full = true } } } }
"""


class ProjectTests(MasticTest):
    def project(self, text=PROJECT):
        self.write("jobs/load_sales.lua", "print('loaded')\n")
        self.write("jobs/report.lua", "print('reported')\n")
        self.write("data/sales/a.csv", "id,amount\n1,2\n")
        self.write("project.lua", text)

    def test_apply_shows_a_plan_applies_it_and_then_has_nothing_to_do(self):
        self.project()
        plan = self.succeeds("apply", "--dry-run").out
        self.assertEqual(plan, """\
project.lua: 9 to add, 0 unchanged

+ job       load_sales    jobs/load_sales.lua
+ job       report_north  jobs/report.lua
+ job       report_south  jobs/report.lua
+ crawler   raw_sales     data/sales -> sales_db
+ workflow  nightly       Loads and reports
+ trigger   nightly_1     cron(0 2 * * ? *) Europe/Berlin -> raw_sales
+ trigger   nightly_2     after raw_sales -> load_sales
+ trigger   nightly_3     after load_sales -> report_north, report_south
+ trigger   reload        on demand -> load_sales
""")
        self.assertEqual(self.lines("job", "list"), [])
        self.fails("apply", status=2, says=["--yes", "--dry-run"])
        applied = self.succeeds("apply", "--yes")
        self.assertEqual(applied.out, plan)
        self.assertEqual(applied.err, "applied: 9 added\n")
        again = self.succeeds("apply")
        self.assertEqual(again.out, "project.lua: nothing to do, 9 unchanged\n")
        self.assertEqual(again.err, "")
        self.project(PROJECT.replace("0 2 *", "0 3 *").replace('timeout = "2h"', 'timeout = "90m", max_retries = 2'))
        self.assertEqual(self.succeeds("apply", "--yes").out, """\
project.lua: 2 to change, 7 unchanged

~ job      load_sales  max_retries: none -> 2
                       timeout: 2h -> 1h30m
~ trigger  nightly_1   schedule: cron(0 2 * * ? *) -> cron(0 3 * * ? *)
""")

    def test_the_plan_as_json(self):
        self.project()
        plan = json.loads(self.succeeds("apply", "--yes", "--json").out)
        self.assertEqual(plan["Project"], self.path("project.lua"))
        self.assertEqual(len(plan["Changes"]), 9)
        self.project(PROJECT.replace('trigger{ name = "reload"', 'trigger{ name = "reload_all"').replace('"2h"', '"3h"'))
        plan = json.loads(self.succeeds("apply", "--dry-run", "--json").out)
        self.assertEqual([(c["Action"], c["Kind"], c["Name"]) for c in plan["Changes"]], [("change", "job", "load_sales"), ("add", "trigger", "reload_all")])
        self.assertEqual(plan["Changes"][0]["Differences"], [{"Member": "timeout", "Old": "2h", "New": "3h"}])
        self.assertEqual(plan["Leftovers"], [{"Kind": "trigger", "Name": "reload"}])
        self.assertEqual(plan["Unchanged"], 7)

    def test_prune(self):
        self.project()
        self.succeeds("apply", "--yes")
        self.project('job{ name = "load_sales", script = "jobs/load_sales.lua", bookmark = true, timeout = "2h", arguments = { target = "out/" } }\n')
        kept = self.succeeds("apply").out
        self.assertIn("nothing to do, 1 unchanged", kept)
        self.assertIn("- trigger   nightly_1     (only with --prune)", kept)
        pruned = self.succeeds("apply", "--yes", "--prune")
        self.assertEqual(pruned.err, "applied: 8 removed\n")
        self.assertEqual(self.lines("job", "list"), ["load_sales"])
        for kind in ["trigger", "crawler", "workflow"]:
            self.assertEqual(self.lines(kind, "list"), [])

    def test_all_problems_are_told_and_nothing_is_changed(self):
        self.project()
        self.write("project.lua", 'job{ name = "a", script = "jobs/report.lua" }\njob{\n  name = "b",\n  script = "jobs/reprt.lua",\n  max_retrys = 1,\n}\n'
                   'trigger{ name = "t", schedule = "cron(0 25 * * ? *)", start = "c" }\n')
        result = self.mastic("apply", "--yes")
        self.assertEqual(result.status, 1, result)
        self.assertEqual(result.out, "")
        complaints = result.err.splitlines()
        self.assertEqual(len([line for line in complaints if line.startswith("error[E1801]: ")]), 4, result)
        self.assertIn("error[E1801]: project.lua:4: job 'b': there is no script 'jobs/reprt.lua'", result.err)
        self.assertIn("did you mean 'jobs/report.lua'?", result.err)
        self.assertIn("error[E1801]: project.lua:5: job 'b' has no member 'max_retrys'; did you mean 'max_retries'?\n  |\n5 |   max_retrys = 1,\n", result.err)
        self.assertIn("error[E1801]: project.lua:7: trigger 't': there is no job or crawler 'c'", result.err)
        self.assertEqual(self.lines("job", "list"), [])

    def answered(self, answer, meanwhile=lambda: None):
        """Applies on a terminal, where a person is asked."""
        master, slave = pty.openpty()
        try:
            process = subprocess.Popen([MASTIC, "apply"], cwd=self.folder, env={**os.environ, "MASTIC_HOME": self.home, "NO_COLOR": "1"}, stdin=slave,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while os.read(process.stderr.fileno(), 1) != b"?":
                pass
            meanwhile()
            os.write(master, answer.encode() + b"\n")
            out, err = process.communicate(timeout=60)
            return process.returncode, out.decode(), err.decode()
        finally:
            os.close(master)
            os.close(slave)

    def test_a_person_is_asked(self):
        self.project()
        status, out, err = self.answered("n")
        self.assertEqual((status, err), (1, " [y/N] nothing was changed\n"))
        self.assertIn("9 to add", out)
        self.assertEqual(self.lines("job", "list"), [])
        self.assertEqual(self.answered("y")[0], 0)
        self.assertEqual(len(self.lines("job", "list")), 3)
        self.write("project.lua", PROJECT.replace("2h", "3h"))
        status, _, err = self.answered("y", lambda: self.succeeds("trigger", "delete", "reload"))
        self.assertEqual(status, 1)
        self.assertIn("the catalog was changed in the meantime", err)
        self.assertEqual(json.loads(self.succeeds("job", "show", "load_sales", "--json").out)["Timeout"], 120)

    def test_no_file_and_bad_files(self):
        self.fails("apply", says=["there is no project file 'project.lua'"])
        self.write("sub/x", "")
        self.fails("apply", "sub", says=["'sub' is a folder", "sub/project.lua"])
        self.write("binary.lua", b"\x00\x01\x02")
        self.fails("apply", "binary.lua", says=["binary"])
        self.write("syntax.lua", "job{ name = \n")
        self.fails("apply", "syntax.lua", says=["syntax.lua:"])
        self.write("loop.lua", "while true do end\n")
        self.fails("apply", "loop.lua", says=["loop.lua:1"])
        self.write("memory.lua", "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end\n")
        self.fails("apply", "memory.lua", says=["memory"])
        self.write("round.lua", "local t = { name = 'x' } t.script = t job(t)\n")
        self.fails("apply", "round.lua")
        self.write("deep.lua", "local t = {} local x = t for i = 1, 100000 do x.a = {} x = x.a end job{ name = 'x', script = t }\n")
        self.fails("apply", "deep.lua")
        self.write("exit.lua", "os.exit(0)\n")
        self.fails("apply", "exit.lua")
        self.write("empty.lua", "")
        self.assertEqual(self.succeeds("apply", "empty.lua").out, "empty.lua: nothing to do, 0 unchanged\n")

    def test_what_the_file_prints_does_not_disturb_the_plan(self):
        self.write("project.lua", "print('hello')")
        result = self.succeeds("apply", "--json")
        self.assertEqual(json.loads(result.out)["Changes"], [])
        self.assertEqual(result.err, "hello\n")

    def test_definitions_are_listed_shown_and_deleted(self):
        self.project()
        self.succeeds("apply", "--yes")
        self.assertEqual(self.lines("job", "list"), ["load_sales", "report_north", "report_south"])
        self.assertEqual(self.lines("trigger", "list"), ["nightly_1", "nightly_2", "nightly_3", "reload"])
        self.assertEqual(self.lines("crawler", "list"), ["raw_sales"])
        self.assertEqual(self.lines("workflow", "list"), ["nightly"])
        job = json.loads(self.succeeds("job", "show", "load_sales", "--json").out)
        self.assertEqual(job["Command"]["ScriptLocation"], "jobs/load_sales.lua")
        self.assertEqual(job["Timeout"], 120)
        self.assertEqual(job["DefaultArguments"], {"--target": "out/", "--job-bookmark-option": "job-bookmark-enable"})
        shown = self.succeeds("job", "show", "load_sales").out
        self.assertIn("\nstarted by\n  nightly_2  after raw_sales  (workflow nightly)\n  reload     on demand\n", shown)
        trigger = json.loads(self.succeeds("trigger", "show", "nightly_1", "--json").out)
        self.assertEqual((trigger["State"], trigger["Type"], trigger["WorkflowName"]), ("ACTIVATED", "SCHEDULED", "nightly"))
        self.succeeds("trigger", "stop", "nightly_1")
        self.assertEqual(json.loads(self.succeeds("trigger", "show", "nightly_1", "--json").out)["State"], "DEACTIVATED")
        self.succeeds("trigger", "start", "nightly_1")
        self.assertEqual(json.loads(self.succeeds("trigger", "show", "nightly_1", "--json").out)["State"], "ACTIVATED")
        self.assertEqual(self.lines("trigger", "next", "nightly_1", "-n", "2", "--from", "2026-03-28T12:00:00"),
                         ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"])
        self.fails("trigger", "next", "reload", says=["trigger 'reload' has no schedule"])
        self.fails("trigger", "stop", "reload", says=["fires only when it is started"])
        self.fails("trigger", "next", status=2, says=["--expression"])
        for kind, name, near in [("job", "load_sale", "load_sales"), ("trigger", "relod", "reload"), ("crawler", "raw_sale", "raw_sales"), ("workflow", "nigtly", "nightly")]:
            self.fails(kind, "show", name, says=[f"there is no {kind} '{name}'; did you mean '{near}'?"])
            self.fails(kind, "delete", name, says=[near])
        self.fails("job", "delete", "load_sales", says=["nightly_2", "nightly_3", "reload", "--force"])
        self.succeeds("workflow", "delete", "nightly")
        self.assertEqual(self.lines("trigger", "list"), ["reload"])
        self.succeeds("trigger", "delete", "reload")
        self.succeeds("job", "delete", "load_sales")
        self.succeeds("crawler", "delete", "raw_sales")
        self.assertEqual(self.lines("job", "list"), ["report_north", "report_south"])

    def test_a_workflow_is_drawn(self):
        self.project()
        self.succeeds("apply", "--yes")
        self.assertEqual(self.succeeds("workflow", "show", "nightly").out, """\
workflow nightly  Loads and reports

◆    nightly_1     cron(0 2 * * ? *) Europe/Berlin
●    raw_sales     crawler
◆    nightly_2     after raw_sales
●    load_sales
◆    nightly_3     after load_sales
├─╮
● │  report_north  Reports on the north
  ●  report_south  Reports on the south
""")
        self.fails("workflow", "show", "nightly", "--run", "last", says=["has not run yet"])
        self.run_of_the_workflow()
        drawn = self.succeeds("workflow", "show", "nightly", "--run", "last").out
        self.assertEqual(drawn, """\
workflow nightly  Loads and reports
run wr_0001  RUNNING  2026-01-30 02:00:00  1m 12s

◆    nightly_1     cron(0 2 * * ? *) Europe/Berlin
✔    raw_sales     SUCCEEDED   1.2 s
◆    nightly_2     after raw_sales
✔    load_sales    SUCCEEDED  31.0 s  attempt 2, 310,044 rows
◆    nightly_3     after load_sales
├─╮
✖ │  report_north  FAILED      4.0 s  report.lua:7: no sales
  ○  report_south
""")
        graph = json.loads(self.succeeds("workflow", "show", "nightly", "--json", "--run", "wr_00").out)["Graph"]
        self.assertEqual([(n["Type"], n["Name"]) for n in graph["Nodes"]][:2], [("TRIGGER", "nightly_1"), ("CRAWLER", "raw_sales")])
        self.assertEqual(len(graph["Edges"]), 6)
        self.assertEqual(self.lines("workflow", "runs", "nightly"), ["wr_0001"])

    def run_of_the_workflow(self):
        """Puts records of a run into the catalog, as a scheduler would have written them."""
        triggers = [json.loads(self.succeeds("trigger", "show", f"nightly_{i}", "--json").out) for i in [1, 2, 3]]
        started = 1769738400.0
        body = {"WorkflowRunId": "wr_0001", "Name": "nightly", "WorkflowRunProperties": {}, "Status": "RUNNING", "StartedOn": started,
                "CompletedOn": started + 72, "Triggers": triggers}
        runs = [("jr_a1", "CRAWLER", "raw_sales", "SUCCEEDED", 0, 1.2, None, "nightly_1", 0, 0, ""),
                ("jr_b1", "JOB", "load_sales", "FAILED", 2, 1, "no", "nightly_2", 0, 1, ""),
                ("jr_b2", "JOB", "load_sales", "SUCCEEDED", 5, 31, None, "nightly_2", 1, 0, '{"RowsWritten": 310044}'),
                ("jr_c1", "JOB", "report_north", "FAILED", 40, 4, "report.lua:7: no sales\nstack", "nightly_3", 0, 0, "")]
        with sqlite3.connect(os.path.join(self.home, "catalog.db")) as db:
            db.execute("INSERT INTO workflowRuns (id, workflow, state, started, finished, body) VALUES ('wr_0001', 'nightly', 'RUNNING', ?, ?, ?)",
                       (started, started + 72, json.dumps(body)))
            for id, kind, job, state, begin, took, error, trigger, attempt, superseded, details in runs:
                db.execute(
                    "INSERT INTO runs (id, kind, job, state, started, finished, arguments, error, pid, attempt, trigger, chain, workflow, workflowRun, superseded, details)"
                    " VALUES (?, ?, ?, ?, ?, ?, '{}', ?, 0, ?, ?, 'wr_0001', 'nightly', 'wr_0001', ?, ?)",
                    (id, kind, job, state, started + begin, started + begin + took, error, attempt, trigger, superseded, details))
        db.close()

    def test_runs_and_logs(self):
        self.project()
        self.succeeds("apply", "--yes")
        self.run_of_the_workflow()
        self.assertEqual(self.lines("job", "runs", "load_sales"), ["jr_b2", "jr_b1"])
        self.assertEqual(self.lines("job", "runs", "load_sales", "-n", "1"), ["jr_b2"])
        runs = json.loads(self.succeeds("job", "runs", "report_north", "--json").out)
        self.assertEqual((runs[0]["JobRunState"], runs[0]["TriggerName"], runs[0]["Attempt"]), ("FAILED", "nightly_3", 0))
        self.fails("job", "runs", "report_norht", says=["did you mean 'report_north'?"])
        self.fails("job", "runs", "load_sales", "-n", "0", status=2)
        self.fails("job", "logs", "jr_b", says=["several runs begin with 'jr_b': jr_b1, jr_b2"])
        self.fails("job", "logs", "jr_x", says=["there is no run 'jr_x'"])
        self.fails("job", "logs", "jr_b1", says=["run jr_b1 has no log"])
        self.write("home/runs/jr_b1.log", "".join(f"line {i}\n" for i in range(20_000)))
        self.assertEqual(len(self.lines("job", "logs", "b1")), 20_000)
        self.assertEqual(self.lines("job", "logs", "jr_b1", "-n", "2"), ["line 19998", "line 19999"])
        self.assertEqual(len(self.lines("job", "logs", "jr_b1", "-n", "19000", "--follow")), 19_000)
        self.assertEqual(self.lines("job", "logs", "jr_b1", "-n", "0"), [])
        self.write("home/runs/jr_b1.log", "no break at the end")
        self.assertEqual(self.succeeds("job", "logs", "jr_b1", "-n", "1").out, "no break at the end")

    def test_a_log_is_followed_until_the_run_ends(self):
        self.project()
        self.succeeds("apply", "--yes")
        self.run_of_the_workflow()
        path = os.path.join(self.home, "catalog.db")
        with sqlite3.connect(path) as db:
            db.execute("UPDATE runs SET state = 'RUNNING', finished = NULL WHERE id = 'jr_c1'")
        db.close()
        log = self.write("home/runs/jr_c1.log", "first\n")
        process = self.start("job", "logs", "c1", "--follow")
        time.sleep(0.5)
        self.assertTrue(process.is_running())
        with open(log, "a") as file:
            file.write("second\n")
        with sqlite3.connect(path) as db:
            db.execute("UPDATE runs SET state = 'SUCCEEDED', finished = started WHERE id = 'jr_c1'")
        db.close()
        self.assertEqual(process.wait(20).out, "first\nsecond\n")

    def test_a_trigger_on_demand_asks_for_its_runs(self):
        self.project()
        self.succeeds("apply", "--yes")
        fired = self.succeeds("trigger", "start", "reload")
        self.assertEqual(len(fired.out.splitlines()), 1)
        runs = json.loads(self.succeeds("job", "runs", "load_sales", "--json").out)
        self.assertEqual([(run["Id"], run["JobRunState"], run["TriggerName"]) for run in runs], [(fired.out.strip(), "WAITING", "reload")])

    def test_the_example_of_the_documentation(self):
        with open(os.path.join(ROOT, "docs", "scheduling.md")) as file:
            text = file.read()
        example = re.search(r"```lua\n-- project\.lua\n(.*?)```", text, re.S).group(1)
        self.project(example)
        plan = self.succeeds("apply", "--dry-run").out
        shown = re.search(r"    \$ mastic apply\n(.*?)    Apply\?", text, re.S).group(1)
        self.assertEqual(plan, re.sub(r"(?m)^    ", "", shown))

    def test_the_example_runs_and_is_drawn(self):
        with open(os.path.join(ROOT, "docs", "scheduling.md")) as file:
            self.project(re.search(r"```lua\n-- project\.lua\n(.*?)```", file.read(), re.S).group(1))
        self.write("data/sales/a.csv", "id,region\n" + "".join(f"{i},{'north' if i % 2 else 'south'}\n" for i in range(1000)))
        self.write("jobs/load_sales.lua", """
local args = getResolvedOptions(arg, {"JOB_NAME", "target"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local sales = glueContext.create_dynamic_frame.from_catalog{database = "sales_db", table_name = "sales", transformation_ctx = "sales"}
glueContext.write_dynamic_frame.from_options{
  frame = sales, connection_type = "s3", format = "parquet", connection_options = {path = args.target}}
job:commit()
""")
        self.write("jobs/report.lua", """
local args = getResolvedOptions(arg, {"region", "target"})
if args.region == "south" then error("region 'south' has no sales") end
print(spark.read:parquet(args.target):filter("region = '" .. args.region .. "'"):count())
""")
        self.succeeds("apply", "--yes")
        self.assertEqual(self.mastic("workflow", "run", "nightly").status, 1)
        drawn = self.succeeds("workflow", "show", "nightly", "--run", "last").out
        drawn = re.sub(r"\d+\.\d+ s", "TIME", re.sub(r"(?m)^run wr_\w+  COMPLETED  .*$", "RUN", drawn))
        self.assertEqual(re.sub(r" +TIME", " TIME", drawn), """\
workflow nightly  Loads what came in and reports on it
RUN

◆    nightly_1     cron(0 2 * * ? *) Europe/Berlin
✔    raw_sales     SUCCEEDED TIME
◆    nightly_2     after raw_sales
✔    load_sales    SUCCEEDED TIME  1,000 rows
◆    nightly_3     after load_sales
├─╮
✔ │  report_north  SUCCEEDED TIME
  ✖  report_south  FAILED TIME  jobs/report.lua:3: region 'south' has no sales
""")
        north = self.lines("job", "runs", "report_north")
        self.assertEqual(self.lines("job", "logs", north[0]), ["500"])
        self.assertIn("error: jobs/report.lua:3: region 'south' has no sales", self.succeeds("job", "logs", self.lines("job", "runs", "report_south")[0]).out)
