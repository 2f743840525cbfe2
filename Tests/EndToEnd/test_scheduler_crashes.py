"""Kills the scheduler and random runs while fifty jobs depend on each other, and looks whether the catalog and the data still tell the truth."""
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

import support

# Jobs in layers; each job of a layer waits for two of the layer before.
LAYERS = [5, 10, 10, 10, 10, 5]
ROWS = 2000

JOB = """
local args = getResolvedOptions(arg, {"JOB_NAME", "round", "inputs"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local rows
for name in (args.inputs .. ","):gmatch("([^,]*),") do
  local path = name == "" and "seed" or ("out/" .. args.round .. "/" .. name)
  local frame = glueContext.create_dynamic_frame.from_options{
    connection_type = "s3", format = "parquet", connection_options = {paths = {path}}}
  assert(frame:count() == ROWS, name .. " is not complete")
  rows = rows or frame
end
local mine = Map.apply{frame = rows, f = function(r) r.by = JOB return r end}
glueContext.write_dynamic_frame.from_options{
  frame = mine, connection_type = "s3", format = "parquet", connection_options = {path = "out/" .. args.round .. "/" .. args.JOB_NAME}}
job:commit()
""".replace("ROWS", str(ROWS))


class SchedulerCrashTest(support.MasticTest):
    kills = 100 if support.LONG_TESTS else 25

    def setUp(self):
        super().setUp()
        self.random = random.Random(20261121)
        self.scheduler, self.schedulers = None, []
        self.addCleanup(self.end_all)

    def end_all(self):
        for scheduler in self.schedulers:
            if scheduler.poll() is None:
                scheduler.kill()
                scheduler.wait()
        for pid in self.run_processes():
            os.kill(pid, signal.SIGKILL)

    def run_processes(self):
        """The processes of runs of this home."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit(): continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file: words = file.read().split(b"\0")
            except OSError:
                continue
            if words[1:3] == [b"job", b"exec"] and self.home.encode() in words: found.append(int(name))
        return found

    def serve(self):
        self.scheduler = subprocess.Popen(
            [support.MASTIC, "serve", "--home", self.home, "--max-runs", "6", "--port", "0", "--quiet"], cwd=self.folder, env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL, stderr=open(self.path("serve.log"), "ab"), start_new_session=True)
        self.schedulers.append(self.scheduler)

    def query(self, sql):
        connection = sqlite3.connect(f"file:{self.home}/catalog.db?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def make_project(self):
        self.write("seed.lua", f"""
local rows = {{}}
for i = 1, {ROWS} do rows[i] = {{id = i, by = ""}} end
local frame = DynamicFrame.fromDF(spark.createDataFrame(rows), glueContext, "seed")
glueContext.write_dynamic_frame.from_options{{frame = frame, connection_type = "s3", format = "parquet", connection_options = {{path = "seed"}}}}
""")
        self.succeeds("run", "seed.lua")
        lines, triggers, before, number = [], [], [], 0
        for depth, width in enumerate(LAYERS):
            names = [f"job{number + i:02}" for i in range(width)]
            number += width
            for i, name in enumerate(names):
                inputs = [] if depth == 0 else sorted({before[i % len(before)], before[(i + 1) % len(before)]})
                self.write(f"{name}.lua", JOB.replace("JOB ", f'"{name}" '))
                lines.append(
                    f'job{{name="{name}", script="{name}.lua", max_retries=10, retry_delay="200ms", max_concurrent_runs=8, '
                    f'arguments={{inputs="{",".join(inputs)}"}}}}')
                if depth: triggers.append(f'{{name="to_{name}", when={{all={{{",".join(f"{{job={chr(34)}{n}{chr(34)}}}" for n in inputs)}}}}}, start={{"{name}"}}}}')
            if depth == 0: triggers.append('{name="begin", type="ON_DEMAND", start={%s}}' % ",".join(f'"{n}"' for n in names))
            before = names
        lines.append("workflow{name=\"chaos\", triggers={\n  " + ",\n  ".join(triggers) + "}}")
        self.write("project.lua", "\n".join(lines))
        self.succeeds("apply", "--yes")

    def test_nothing_is_lost_doubled_or_left_behind(self):
        self.make_project()
        self.serve()
        kills = {"scheduler": 0, "run": 0}
        rounds = []
        while sum(kills.values()) < self.kills:
            if not rounds or self.query(f"SELECT state FROM workflowRuns WHERE id = '{rounds[-1]}'")[0][0] != "RUNNING":
                rounds.append(self.succeeds("workflow", "run", "chaos", "--round", f"r{len(rounds)}", "--detach").out.strip())
            time.sleep(self.random.uniform(0.02, 0.15))
            processes = self.run_processes()
            if self.random.random() < 0.3 or (not processes and self.random.random() < 0.3):
                self.scheduler.kill()
                self.scheduler.wait()
                kills["scheduler"] += 1
                self.serve()
            elif processes:
                try:
                    os.kill(self.random.choice(processes), signal.SIGKILL)
                    kills["run"] += 1
                except ProcessLookupError:
                    pass
        self.assertGreater(kills["run"], self.kills / 10, "runs were hit, too")
        deadline = time.monotonic() + 120
        while self.query("SELECT count(*) FROM workflowRuns WHERE state = 'RUNNING'")[0][0]:
            self.assertLess(time.monotonic(), deadline, "the workflows come to an end")
            self.assertIsNone(self.scheduler.poll(), open(self.path("serve.log")).read()[-3000:])
            time.sleep(0.1)
        for last in (False, True):
            # The second puts in order what the first could not see.
            self.scheduler.terminate()
            self.assertEqual(self.scheduler.wait(timeout=30), 0)
            if not last:
                self.serve()
                time.sleep(1)

        # Every run has one true end, and one attempt of each job in each round succeeded.
        self.assertEqual(self.query("SELECT id, state FROM runs WHERE state IN ('WAITING', 'STARTING', 'RUNNING', 'STOPPING') OR settled = 0"), [])
        for number, chain in enumerate(rounds):
            final = self.query(f"SELECT job, state, error FROM runs WHERE chain = '{chain}' AND superseded = 0 ORDER BY job")
            self.assertEqual([row[0] for row in final], [f"job{i:02}" for i in range(sum(LAYERS))])
            self.assertEqual([row for row in final if row[1] != "SUCCEEDED"], [])
            # Every job's output is complete and not doubled.
            for i in range(sum(LAYERS)):
                name = f"job{i:02}"
                self.assertTrue(support.files_below(f"{self.path('out')}/r{number}/{name}"), self.facts(chain, name))
                table = support.duckdb.sql(f'''SELECT count(*), count(DISTINCT id), min("by"), max("by") FROM '{self.path("out")}/r{number}/{name}/*.parquet' ''')
                self.assertEqual(table.limit(1).fetchall()[0], (ROWS, ROWS, name, name))
        self.assertEqual(self.run_processes(), [], "no process is left")
        self.assertEqual(self.query("SELECT * FROM staging") + self.query("SELECT * FROM intents"), [])
        left = [os.path.join(folder, name) for folder, folders, files in os.walk(self.folder) for name in folders + files if "staging" in name]
        self.assertEqual(left, [], "no staged file is left")
        self.assertEqual([name for name in os.listdir(f"{self.home}/runs") if name.endswith(".lock")], [])

    def facts(self, chain, job):
        """What there is to know of a job in a round."""
        runs = self.query(f"SELECT id, state, attempt, committed, error, started, finished, pid, details FROM runs WHERE chain = '{chain}' AND job = '{job}'")
        rest = self.query("SELECT runID, folder FROM staging") + self.query("SELECT runID, body FROM intents")
        files = subprocess.run(["find", self.path("out"), "-path", f"*{job}*", "-o", "-name", "*staging*"], capture_output=True, text=True).stdout
        return f"{runs}\n{rest}\n{files}\n{open(self.path('serve.log')).read()[-3000:]}"

    def test_a_second_scheduler_takes_over(self):
        self.write("tick.lua", 'local f = io.open("ticks", "a") f:write(arg[4] or "", "\\n") f:close()')
        self.write("slow.lua", 'os.execute("sleep 2") local f = io.open("slow", "a") f:write("done\\n") f:close()')
        self.write("project.lua", """
job{name="tick", script="tick.lua", max_concurrent_runs=4}
job{name="slow", script="slow.lua"}
trigger{name="minute", schedule="rate(1 minute)", start={"tick"}}
""")
        self.succeeds("apply", "--yes")
        self.serve()
        first = self.scheduler
        slow = self.succeeds("job", "run", "slow", "--detach").out.strip()
        self.wait_for(f"SELECT state FROM runs WHERE id = '{slow}'", "RUNNING")
        self.serve()
        time.sleep(0.5)
        first.kill()
        first.wait()
        killed = time.monotonic()
        tick = self.succeeds("job", "run", "tick", "--detach").out.strip()
        self.wait_for(f"SELECT state FROM runs WHERE id = '{tick}'", "SUCCEEDED")
        self.assertLess(time.monotonic() - killed, 5, "the second takes over within seconds")
        self.wait_for(f"SELECT state FROM runs WHERE id = '{slow}'", "SUCCEEDED")
        with open(self.path("slow")) as file: self.assertEqual(file.read(), "done\n")
        self.assertEqual(self.query("SELECT job, count(*) FROM runs GROUP BY job ORDER BY job"), [("slow", 1), ("tick", 1)])

    def wait_for(self, sql, value, timeout=20):
        deadline = time.monotonic() + timeout
        while (self.query(sql) or [[None]])[0][0] != value:
            self.assertLess(time.monotonic(), deadline, f"{sql}: {self.query(sql)}, not {value}")
            time.sleep(0.02)
