"""What the tests of the scheduler share: a started `mastic serve`, a look into its catalog, and an end that leaves no process behind."""
import json
import os
import signal
import sqlite3
import subprocess
import time

import support


class SchedulerTest(support.MasticTest):
    """A test that starts schedulers in a home of its own. It waits for what is to come, never for a time."""

    #: Seconds after which what is waited for does not come any more.
    patience = 60

    def setUp(self):
        super().setUp()
        self.servers = []
        self.addCleanup(self.end_all)

    # Schedulers

    def serve(self, *options, env=None, folder=None):
        """Starts a scheduler, in the test's folder if none is given, and waits until it schedules."""
        log = self.path(f"serve{len(self.servers)}.log")
        with open(log, "wb") as file:
            server = subprocess.Popen(
                [support.MASTIC, "serve", "--home", self.home, "--no-http", "--log-level", "info", *options], cwd=folder or self.folder, stdin=subprocess.DEVNULL, stdout=file,
                stderr=file, env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", **(env or {})}, start_new_session=True)
        server.log, server.is_over = log, False
        self.servers.append(server)
        self.wait_until(lambda: "scheduling at" in self.said(server), "the scheduler schedules")
        return server

    def said(self, server):
        with open(server.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self, server):
        """Ends a scheduler in order."""
        server.is_over = True
        server.terminate()
        self.assertEqual(server.wait(timeout=self.patience), 0, self.said(server))

    def kill(self, server):
        server.is_over = True
        server.kill()
        server.wait()

    def run_processes(self):
        """The processes of runs of this home."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if words[1:3] == [b"job", b"exec"] and self.home.encode() in words:
                found.append(int(name))
        return found

    def end_all(self):
        for server in self.servers:
            if server.poll() is None:
                self.kill(server)
        for process in self.run_processes():
            try:
                os.killpg(process, signal.SIGKILL)
            except OSError:
                pass

    # Waiting

    def wait_until(self, condition, what):
        """Waits until the condition holds, and returns what it gave."""
        deadline = time.monotonic() + self.patience
        while not (found := condition()):
            if time.monotonic() > deadline:
                self.fail(f"{what}: not within {self.patience} s\n{self.facts()}")
            for server in self.servers:
                if not server.is_over:
                    self.assertIsNone(server.poll(), self.said(server))
            time.sleep(0.02)
        return found

    def wait_for_file(self, name):
        self.wait_until(lambda: os.path.exists(self.path(name)), f"{name} is there")

    def wait_for_state(self, run, state):
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE id = ? AND state = ? AND settled = 1", run, state), f"{run} is {state}")

    def facts(self):
        """What a person would like to know of a test that failed."""
        text = "\n".join(map(str, self.query("SELECT id, job, state, attempt, trigger, error FROM runs ORDER BY started")))
        return text + "".join(f"\n{os.path.basename(server.log)}:\n{self.said(server)[-3000:]}" for server in self.servers)

    # The catalog

    def query(self, sql, *values):
        """Rows of the catalog; none while there is no catalog."""
        if not os.path.exists(f"{self.home}/catalog.db"):
            return []
        connection = sqlite3.connect(f"file:{self.home}/catalog.db?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def change(self, sql, *values):
        """Changes the catalog behind the scheduler's back, to have time pass that nobody wants to wait for."""
        connection = sqlite3.connect(f"{self.home}/catalog.db", timeout=30)
        try:
            with connection:
                return connection.execute(sql, values).rowcount
        finally:
            connection.close()

    def runs(self, job):
        """The runs of a job as `mastic job runs` tells of them, the oldest first."""
        return json.loads(self.succeeds("job", "runs", job, "-n", "1000", "--json").out)[::-1]

    def apply(self, project):
        self.write("project.lua", project)
        self.succeeds("apply", "--yes")

    def rows(self, folder):
        """The rows of all JSON files below a folder."""
        found = []
        for path in support.files_below(self.path(folder)):
            with open(path, encoding="utf-8") as file:
                found += [json.loads(line) for line in file]
        return found

    def nothing_is_left(self):
        """Every run has come to its end, and no process, lock or staged file remains."""
        self.assertEqual(self.query("SELECT id, state FROM runs WHERE state IN ('WAITING', 'STARTING', 'RUNNING', 'STOPPING') OR settled = 0"), [])
        self.assertEqual(self.run_processes(), [])
        self.assertEqual(self.query("SELECT runID FROM staging") + self.query("SELECT runID FROM intents"), [])
        left = [os.path.join(place, name) for place, folders, names in os.walk(self.folder) for name in folders + names if "_staging" in name]
        self.assertEqual(left + [name for name in os.listdir(f"{self.home}/runs") if name.endswith((".lock", ".files"))], [])
