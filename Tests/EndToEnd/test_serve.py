"""The scheduler as a service: what it answers over HTTP, how it ends, and who takes its place."""
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time

import support

JOB = """
local args = getResolvedOptions(arg, {"JOB_NAME"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local frame = glueContext.create_dynamic_frame.from_options{
  connection_type = "s3", format = "json", connection_options = {paths = {"in"}}}
glueContext.write_dynamic_frame.from_options{
  frame = frame, connection_type = "s3", format = "json", connection_options = {path = "out"}}
job:commit()
"""
PROJECT = """
job{name = "copy", script = "copy.lua"}
job{name = "bad", script = "bad.lua"}
job{name = "nap", script = "nap.lua", max_concurrent_runs = 3}
trigger{name = "minutely", schedule = "rate(1 minute)", start = {"copy"}}
"""


class Server:
    """A started `mastic serve`, and what it says."""

    def __init__(self, test, *options, env=None):
        self.test = test
        self.log = test.path(f"serve{len(test.servers)}.log")
        with open(self.log, "wb") as file:
            self.process = subprocess.Popen(
                [support.MASTIC, "serve", "--home", test.home, *options], cwd=test.folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env={**os.environ, "TZ": "UTC", **(env or {})}, start_new_session=True)
        test.servers.append(self)

    def said(self):
        with open(self.log) as file: return file.read()

    def wait_for(self, words, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(words, self.said())
            if found: return found
            self.test.assertLess(time.monotonic(), deadline, f"{words!r} not in: {self.said()}")
            self.test.assertIsNone(self.process.poll(), self.said())
            time.sleep(0.01)

    @property
    def port(self):
        return int(self.wait_for(r"listening on http://127\.0\.0\.1:(\d+)")[1])

    def get(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def json(self, path):
        status, headers, body = self.get(path)
        self.test.assertEqual(headers["content-type"], "application/json")
        return status, json.loads(body)

    def wait_for_answer(self, path, status, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            answer = self.json(path)
            if answer[0] == status: return answer[1]
            self.test.assertLess(time.monotonic(), deadline, f"{path}: {answer}")
            time.sleep(0.02)

    def metrics(self):
        """Names with labels, and values."""
        status, headers, body = self.get("/metrics")
        self.test.assertEqual((status, headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return dict((line.rsplit(" ", 1)[0], float(line.rsplit(" ", 1)[1])) for line in body.splitlines() if not line.startswith("#"))


class ServeTest(support.MasticTest):
    def setUp(self):
        super().setUp()
        self.servers = []
        self.addCleanup(self.end_all)
        self.write("in/a.json", '{"id":1}\n{"id":2}\n{"id":3}\n')
        self.write("copy.lua", JOB)
        self.write("bad.lua", "error('no')")
        self.write("nap.lua", 'os.execute("sleep 1.5") local f = io.open("napped", "a") f:write("done\\n") f:close()')
        self.write("project.lua", PROJECT)
        self.succeeds("apply", "--yes")

    def end_all(self):
        for server in self.servers:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()
        for name in os.listdir("/proc"):
            if not name.isdigit(): continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file: words = file.read().split(b"\0")
                if words[1:3] == [b"job", b"exec"] and self.home.encode() in words: os.kill(int(name), signal.SIGKILL)
            except OSError:
                pass

    def serve(self, *options, env=None):
        return Server(self, "--port", "0", *options, env=env)

    def started(self, job):
        return self.succeeds("job", "run", job, "--detach").out.strip()

    def state(self, run):
        connection = sqlite3.connect(f"file:{self.home}/catalog.db?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute("SELECT state, error FROM runs WHERE id = ?", [run]).fetchone()
        finally:
            connection.close()

    def wait_for_state(self, run, state, timeout=30):
        deadline = time.monotonic() + timeout
        while self.state(run)[0] != state:
            self.assertLess(time.monotonic(), deadline, f"{run} is {self.state(run)}, not {state}: {[s.said() for s in self.servers]}")
            time.sleep(0.02)

    def test_what_it_answers(self):
        server = self.serve("--log-level", "info", "--log-format", "json")
        server.wait_for_answer("/ready", 200)
        for job, state in [("copy", "SUCCEEDED"), ("copy", "SUCCEEDED"), ("bad", "FAILED")]: self.wait_for_state(self.started(job), state)
        deadline = time.monotonic() + 10
        while server.metrics().get('mastic_runs_total{job="bad",kind="job",state="FAILED"}') != 1: self.assertLess(time.monotonic(), deadline)

        status, health = server.json("/health")
        self.assertEqual((status, health["status"], health["role"], health["version"]), (200, "ok", "active", self.succeeds("--version").out.split()[1]))
        self.assertEqual(health["scheduler"]["process"], server.process.pid)
        self.assertLess(health["last_tick_age_seconds"], 5)
        self.assertGreater(health["uptime_seconds"], 0)
        self.assertEqual(server.json("/ready"), (200, {"ready": True, "role": "active"}))

        metrics = server.metrics()
        expected = {
            'mastic_runs_total{job="copy",kind="job",state="SUCCEEDED"}': 2, 'mastic_runs{state="SUCCEEDED"}': 2, 'mastic_runs{state="FAILED"}': 1,
            'mastic_runs{state="RUNNING"}': 0, 'mastic_run_duration_seconds_count{kind="job"}': 3, 'mastic_rows_read_total{job="copy"}': 6,
            'mastic_rows_written_total{job="copy"}': 6, "mastic_queue_depth": 0, "mastic_scheduler_active": 1, "mastic_catalog_up": 1,
        }
        self.assertEqual({name: metrics.get(name) for name in expected}, expected)
        self.assertGreater(metrics["mastic_scheduler_tick_seconds_count"], 0)
        self.assertGreater(metrics["process_resident_memory_bytes"], 1e6)
        self.assertLess(abs(metrics["process_start_time_seconds"] - time.time()), 600)

        # What else a client may ask.
        status, overview = server.json("/")
        self.assertEqual((status, sorted(overview["paths"])), (200, ["/health", "/metrics", "/ready"]))
        for path in ["/nothing", "/health/x", "/%00", "/metrics%2f..", "/../etc/passwd", "/" + "a" * 2000]:
            status, answer = server.json(path)
            self.assertEqual((status, list(answer)), (404, ["error"]), path)
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]:
            status, headers, body = server.get("/health", method)
            self.assertEqual((status, headers.get("allow")), (405, "GET, HEAD"), method)
            self.assertIn("only GET and HEAD", json.loads(body)["error"])
        status, headers, body = server.get("/health", "HEAD")
        self.assertEqual((status, body), (200, ""))
        self.assertGreater(int(headers["content-length"]), 50)
        for raw in [b"nonsense\r\n\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40000 + b"\r\n\r\n", b"\x16\x03\x01\x00\xff" * 50, b"GET / HTTP/9.9\r\n\r\n"]:
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                try:
                    self.assertNotIn(b" 200 ", connection.recv(200).split(b"\r\n")[0], raw[:40])
                except ConnectionResetError:
                    pass
        self.assertEqual(server.json("/health")[0], 200)

        # The log says which job and run a line is about.
        ended = [line for line in map(json.loads, server.said().splitlines()) if line["message"].startswith("run ended: FAILED")]
        self.assertEqual([line["job"] for line in ended], ["bad"], server.said())
        self.assertRegex(ended[0]["run"], "^jr_")

    def test_the_end_waits_for_runs_and_starts_none(self):
        server = self.serve("--grace", "30s")
        server.wait_for_answer("/ready", 200)
        nap = self.started("nap")
        self.wait_for_state(nap, "RUNNING")
        server.process.terminate()
        self.assertEqual(server.wait_for_answer("/ready", 503)["role"], "draining")
        self.assertEqual(server.json("/health")[0], 200)
        late = self.started("copy")
        self.assertEqual(server.process.wait(timeout=30), 0, server.said())
        self.assertEqual(self.state(nap), ("SUCCEEDED", None), server.said())
        self.assertEqual(self.state(late)[0], "WAITING")
        self.serve()
        self.wait_for_state(late, "SUCCEEDED")

    def test_runs_that_do_not_end_in_time_are_stopped(self):
        self.write("nap.lua", "while true do end")
        for grace in ["200ms", "0"]:
            with self.subTest(grace=grace):
                server = self.serve("--grace", grace)
                nap = self.started("nap")
                self.wait_for_state(nap, "RUNNING")
                server.process.send_signal(signal.SIGINT)
                self.assertEqual(server.process.wait(timeout=30), 0, server.said())
                self.assertEqual(self.state(nap), ("STOPPED", "the scheduler was shut down while the run worked"))

    def test_runs_may_go_on_without_it(self):
        for options, signals, status in [(["--leave-runs"], 1, 0), ([], 2, 130)]:
            with self.subTest(options=options):
                server = self.serve(*options)
                nap = self.started("nap")
                self.wait_for_state(nap, "RUNNING")
                server.process.terminate()
                if signals == 2:
                    server.wait_for("another signal ends at once")
                    server.process.terminate()
                self.assertEqual(server.process.wait(timeout=10), status, server.said())
                self.assertEqual(self.state(nap)[0], "RUNNING")
                next = self.serve()
                self.wait_for_state(nap, "SUCCEEDED")
                next.process.kill()
                next.process.wait()

    def test_a_second_one_stands_by_and_takes_over(self):
        first = self.serve()
        first.wait_for("scheduling at")
        second = self.serve()
        second.wait_for("standing by")
        status, health = second.json("/health")
        self.assertEqual((status, health["role"], health["scheduler"]["process"]), (200, "standby", first.process.pid))
        self.assertEqual(second.metrics()["mastic_scheduler_active"], 0)
        nap = self.started("nap")
        self.wait_for_state(nap, "RUNNING")
        first.process.kill()
        killed = time.monotonic()
        second.wait_for("scheduling at")
        self.assertLess(time.monotonic() - killed, 3)
        self.assertEqual(second.json("/ready"), (200, {"ready": True, "role": "active"}))
        self.wait_for_state(nap, "SUCCEEDED")
        with open(self.path("napped")) as file: self.assertEqual(file.read(), "done\n")

    def test_a_service_manager_is_told(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(self.path("notify"))
        manager.settimeout(20)
        server = self.serve(env={"NOTIFY_SOCKET": self.path("notify"), "WATCHDOG_USEC": "400000"})
        messages = []
        while "READY=1\nSTATUS=scheduling" not in messages or messages.count("WATCHDOG=1") < 3: messages.append(manager.recv(500).decode())
        server.process.terminate()
        while not messages[-1].startswith("STOPPING=1"): messages.append(manager.recv(500).decode())
        self.assertEqual(server.process.wait(timeout=20), 0, server.said())
        # A run is not the service's main process.
        self.write("copy.lua", 'local f = io.open("environment", "w") f:write(tostring(os.getenv("NOTIFY_SOCKET"))) f:close()')
        self.serve(env={"NOTIFY_SOCKET": self.path("notify")})
        self.wait_for_state(self.started("copy"), "SUCCEEDED")
        with open(self.path("environment")) as file: self.assertEqual(file.read(), "nil")

    def test_addresses(self):
        # A usual port that is taken is no reason not to schedule, one that was asked for is.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            self.fails("serve", "--port", port, says=[f"http://127.0.0.1:{port} is in use by another process"])
        both = [Server(self), Server(self)]
        self.assertNotEqual(both[0].port, both[1].port)
        for server in both: self.assertEqual(server.json("/health")[0], 200)
        open_one = Server(self, "--host", "0.0.0.0", "--port", "0")
        open_one.wait_for("there is no authentication")
        silent = Server(self, "--no-http")
        silent.wait_for("standing by")
        self.assertNotIn("listening", silent.said())
        self.fails("serve", "--host", "256.1.1.1", "--port", "0", says=["--host 256.1.1.1"])
        self.fails("serve", "--host", "192.0.2.1", "--port", "0", says=["none of this machine's"])
        self.fails("serve", "--port", "65536", says=["from 0 to 65535"], status=2)
        self.fails("serve", "--grace", "1m", "--leave-runs", says=["--grace says nothing"], status=2)
        limited = self.mastic("serve", "--port", "0", "--timeout", "300ms")
        self.assertEqual(limited.status, 124, limited)
