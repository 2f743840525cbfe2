"""Those who want to know are told how runs ended: by commands, webhooks and mail, whatever the others do."""
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import socketserver
import threading
import time
import unittest

from scheduling import SchedulerTest
from support import LONG_TESTS
from test_notifications import Mail

GOOD = """
local args = getResolvedOptions(arg, {"JOB_NAME"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
print("about to write")
local rows = {}
for i = 1, 7 do rows[i] = {id = i} end
local frame = DynamicFrame.fromDF(spark.createDataFrame(rows), glueContext, "rows")
glueContext.write_dynamic_frame.from_options{frame = frame, connection_type = "s3", format = "json", connection_options = {path = "out"}}
job:commit()
"""

#: Says thirty lines and fails in the third of its own.
BAD = """for i = 1, 30 do print("step " .. i) end
local region = "south"
  error("region '" .. region .. "' has no sales")
"""

KEY = "geheim é"


class Hook(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses that are left, then with 200."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            status = self.server.statuses.pop(0) if self.server.statuses else 200
            self.server.requests.append((self.headers, body, status))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


class Silence(socketserver.BaseRequestHandler):
    """Reads what comes and never answers."""

    def handle(self):
        self.server.heard.append(self.request.recv(1 << 16))
        self.server.end.wait()


class RunNotificationTests(SchedulerTest):
    def setUp(self):
        super().setUp()
        self.write("good.lua", GOOD)
        self.write("bad.lua", BAD)

    def listen(self, handler, **members):
        """Starts a server of the test, and returns it and its port."""
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        for name, value in members.items():
            setattr(server, name, value)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, server.server_address[1]

    def hook(self, *statuses):
        server, port = self.listen(Hook, lock=threading.Lock(), statuses=list(statuses), requests=[])
        return server, f"http://127.0.0.1:{port}/hook?token=1"

    def silence(self):
        end = threading.Event()
        self.addCleanup(end.set)
        server, port = self.listen(Silence, heard=[], end=end)
        return server, f"http://127.0.0.1:{port}/"

    def start_job(self, name, *arguments):
        return self.succeeds("job", "run", name, "--detach", *arguments).out.strip()

    def wait_for_requests(self, hook, count):
        self.wait_until(lambda: len(hook.requests) >= count, f"the webhook got {count} messages")

    def outbox(self):
        return self.query("SELECT runID, attempts, error FROM outbox ORDER BY id")

    # Webhooks

    def test_a_webhook_gets_signed_messages_of_success_and_failure(self):
        hook, url = self.hook()
        self.apply(f"""
local told = {{ webhook = "{url}", secret = "HOOK_KEY", states = {{ "SUCCEEDED", "FAILED" }} }}
job{{ name = "good", script = "good.lua", notify = told, arguments = {{ password = "open sesame" }} }}
job{{ name = "bad", script = "bad.lua", notify = told }}
job{{ name = "silent", script = "good.lua", notify = {{ webhook = "{url}" }} }}
job{{ name = "usual", script = "bad.lua", notify = {{ webhook = "{url}" }} }}
trigger{{ name = "begin", start = {{ "good" }} }}
""")
        server = self.serve(env={"HOOK_KEY": KEY})
        good = self.succeeds("trigger", "start", "begin").out.strip()
        self.wait_for_requests(hook, 1)
        bad = self.start_job("bad")
        self.wait_for_requests(hook, 2)
        # Without states, failures alone are told.
        self.wait_for_state(self.start_job("silent"), "SUCCEEDED")
        usual = self.start_job("usual")
        self.wait_for_requests(hook, 3)
        self.wait_until(lambda: not self.outbox(), "no message waits")
        self.stop(server)
        messages = {}
        for headers, body, _ in hook.requests:
            message = json.loads(body)
            messages[message["RunId"]] = message
            self.assertEqual((headers["Content-Type"], headers["X-Mastic-Event"]), ("application/json; charset=utf-8", "JobRunStateChange"))
            self.assertEqual(headers["X-Mastic-Delivery"], message["Id"])
            self.assertLess(abs(int(headers["X-Mastic-Timestamp"]) - time.time()), 600)
            signature = None if message["JobName"] == "usual" else "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
            self.assertEqual(headers["X-Mastic-Signature"], signature)
            self.assertLessEqual(message["StartedOn"], message["CompletedOn"])
            self.assertNotIn(b"open sesame", body)
        self.assertEqual((len(hook.requests), sorted(messages)), (3, sorted([good, bad, usual])))

        told = messages[good]
        self.assertEqual((told["Type"], told["JobName"], told["State"], told["Attempt"], told["TriggerName"], told["RowsWritten"]),
                         ("JobRunStateChange", "good", "SUCCEEDED", 0, "begin", 7))
        self.assertEqual((told["Subject"], told["Home"], told["Log"]), ("[mastic] good: SUCCEEDED", self.home, ["about to write"]))
        self.assertNotIn("ErrorMessage", told)
        told = messages[bad]
        self.assertEqual((told["JobName"], told["State"], told["ErrorFile"], told["ErrorLine"]), ("bad", "FAILED", "bad.lua", 3))
        self.assertEqual(told["ScriptLine"], """error("region '" .. region .. "' has no sales")""")
        self.assertTrue(told["ErrorMessage"].startswith("bad.lua:3: region 'south' has no sales"), told)
        self.assertEqual(len(told["Log"]), 20)
        self.assertIn("step 30", told["Log"])
        self.assertIn("error: bad.lua:3: region 'south' has no sales", told["Log"])
        self.assertNotIn("TriggerName", told)
        for words in ["Job bad, run " + bad, "Error: bad.lua:3: region 'south' has no sales", "At: bad.lua:3", "step 30"]:
            self.assertIn(words, told["Text"])

    def test_a_message_that_is_refused_is_sent_again_until_it_is_taken(self):
        hook, url = self.hook(500, 500)
        self.apply(f'job{{ name = "bad", script = "bad.lua", notify = {{ webhook = "{url}", secret = "HOOK_KEY" }} }}')
        run = None
        for attempt in [1, 2, 3]:
            # A message waits longer than a test should: the scheduler ends in between, and finds the time over when it comes back.
            server = self.serve(env={"HOOK_KEY": KEY})
            run = run or self.start_job("bad")
            self.wait_for_requests(hook, attempt)
            if attempt < 3:
                self.wait_until(lambda: [row[:2] for row in self.outbox()] == [(run, attempt)], "the message waits again")
                self.assertIn("the answer is 500", self.outbox()[0][2])
                self.assertIn("the message to webhook 127.0.0.1", self.said(server))
                self.assertNotIn("token", self.said(server))
            else:
                self.wait_until(lambda: not self.outbox(), "the message was sent")
            self.stop(server)
            self.assertEqual(len(hook.requests), attempt, "no message comes early")
            self.change("UPDATE outbox SET due = due - 100000")
        self.assertEqual([status for _, _, status in hook.requests], [500, 500, 200])
        self.assertEqual(len({body for _, body, _ in hook.requests}), 1)
        self.assertEqual({headers["X-Mastic-Delivery"] for headers, _, _ in hook.requests}, {json.loads(hook.requests[0][1])["Id"]})
        self.assertEqual({headers["X-Mastic-Signature"] for headers, _, _ in hook.requests},
                         {"sha256=" + hmac.new(KEY.encode(), hook.requests[0][1], hashlib.sha256).hexdigest()})

    @unittest.skipUnless(LONG_TESTS, "waits for a minute; MASTIC_LONG_TESTS=1 runs it")
    def test_a_message_that_is_refused_comes_again_by_itself(self):
        self.patience = 150
        hook, url = self.hook(500, 500)
        self.apply(f'job{{ name = "bad", script = "bad.lua", notify = {{ webhook = "{url}" }} }}')
        server = self.serve()
        self.start_job("bad")
        self.wait_for_requests(hook, 3)
        self.wait_until(lambda: not self.outbox(), "the message was sent")
        self.stop(server)
        self.assertEqual([status for _, _, status in hook.requests], [500, 500, 200])

    def test_who_says_gone_is_not_asked_again(self):
        hook, url = self.hook(410)
        self.apply(f'job{{ name = "bad", script = "bad.lua", notify = {{ webhook = "{url}" }} }}')
        server = self.serve()
        self.start_job("bad")
        self.wait_until(lambda: "is given up after 1 attempt" in self.said(server), "the message is given up")
        self.start_job("bad")
        self.wait_for_requests(hook, 2)
        self.wait_until(lambda: not self.outbox(), "no message waits")
        self.stop(server)
        self.assertEqual([status for _, _, status in hook.requests], [410, 200])

    def test_a_server_that_never_answers_holds_up_nobody(self):
        silent, nowhere = self.silence()
        hook, url = self.hook()
        self.apply(f"""
job{{ name = "bad", script = "bad.lua", max_concurrent_runs = 9, notify = {{ {{ webhook = "{nowhere}" }}, {{ webhook = "{url}" }}, {{ command = "cat >> told" }} }} }}
job{{ name = "good", script = "good.lua", notify = {{ webhook = "{nowhere}", states = {{ "SUCCEEDED" }} }} }}
""")
        server = self.serve()
        began = time.monotonic()
        runs = [self.start_job("bad")]
        self.wait_until(lambda: silent.heard, "the server that never answers was asked")
        runs += [self.start_job("bad") for _ in range(4)]
        self.wait_for_state(self.start_job("good"), "SUCCEEDED")
        self.wait_for_requests(hook, 5)
        self.wait_until(lambda: self.told("told").count("Job bad, run ") == 5, "the command was told of five runs")
        # All of this took less than the first message may wait for its answer; and the end waits for nobody.
        self.assertEqual(len(silent.heard), 1)
        self.assertLess(time.monotonic() - began, 30)
        self.wait_until(lambda: len(self.outbox()) == 6, "only messages to the server that never answers wait")
        self.assertEqual(self.outbox()[0], (runs[0], 0, None))
        began = time.monotonic()
        self.stop(server)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(sorted(json.loads(body)["RunId"] for _, body, _ in hook.requests), sorted(runs))
        # What was cut off is no attempt, and still to be sent.
        self.assertEqual([row[1] for row in self.outbox()], [0] * 6)

    def test_no_message_is_lost_when_the_scheduler_is_killed(self):
        silent, nowhere = self.silence()
        hook, url = self.hook()
        self.apply(f'job{{ name = "bad", script = "bad.lua", notify = {{ webhook = "{nowhere}" }} }}')
        server = self.serve()
        run = self.start_job("bad")
        self.wait_until(lambda: silent.heard, "the message is being sent")
        self.kill(server)
        # Until two minutes are over it counts as being sent.
        self.assertEqual(self.change("UPDATE outbox SET due = due - 200, body = replace(body, ?, ?)", nowhere, url), 1)
        server = self.serve()
        self.wait_for_requests(hook, 1)
        self.wait_until(lambda: not self.outbox(), "no message waits")
        self.stop(server)
        (_, body, _), = hook.requests
        self.assertEqual(json.loads(body)["RunId"], run)
        self.assertIn(json.loads(body)["Id"].encode(), silent.heard[0], "the message that was cut off comes again")

    def test_attempts_delays_and_limits(self):
        hook, url = self.hook()
        self.write("second.lua", 'if getResolvedOptions(arg, {"JOB_NAME"}) and not io.open("tried") then io.open("tried", "w"):close() error("not yet") end\n')
        self.write("slow.lua", 'print("waiting") while not io.open("go") do for i = 1, 2000 do end os.execute("sleep 0.02") end\n')
        self.write("endless.lua", "while true do end\n")
        self.apply(f"""
local told = {{ webhook = "{url}", states = {{ "SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED" }} }}
job{{ name = "second", script = "second.lua", max_retries = 3, retry_delay = "100ms", notify = told }}
job{{ name = "slow", script = "slow.lua", notify_delay_after = "300ms", notify = told }}
job{{ name = "endless", script = "endless.lua", timeout = "500ms", notify = {{ webhook = "{url}" }} }}
""")
        server = self.serve()
        runs = {job: self.start_job(job) for job in ["second", "slow", "endless"]}
        self.wait_for_requests(hook, 3)
        self.write("go", "")
        self.wait_for_requests(hook, 4)
        self.wait_until(lambda: not self.outbox(), "no message waits")
        self.stop(server)
        messages = [json.loads(body) for _, body, _ in hook.requests]
        self.assertEqual(sorted((m["JobName"], m["Type"], m["State"], m["Attempt"]) for m in messages), [
            ("endless", "JobRunStateChange", "TIMEOUT", 0), ("second", "JobRunStateChange", "SUCCEEDED", 1),
            ("slow", "JobRunDelay", "RUNNING", 0), ("slow", "JobRunStateChange", "SUCCEEDED", 0)])
        delay, = [m for m in messages if m["Type"] == "JobRunDelay"]
        self.assertEqual((delay["RunId"], delay["Log"]), (runs["slow"], ["waiting"]))
        self.assertNotIn("CompletedOn", delay)
        self.assertIn("The run takes longer than it should.", delay["Text"])
        timeout, = [m for m in messages if m["State"] == "TIMEOUT"]
        self.assertEqual(timeout["RunId"], runs["endless"])
        self.assertIn("limit", timeout["ErrorMessage"])

    # Commands

    def told(self, name):
        try:
            with open(self.path(name), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def test_a_command_gets_the_message_and_the_facts(self):
        self.apply(f"""
local told = {{ command = "cat > $MASTIC_JOB.text; env -0 > $MASTIC_JOB.part; mv $MASTIC_JOB.part $MASTIC_JOB.env", states = {{ "SUCCEEDED", "FAILED" }} }}
job{{ name = "good", script = "good.lua", notify = told }}
job{{ name = "bad", script = "bad.lua", notify = {{ told, {{ command = "echo no >&2; exit 3" }} }} }}
trigger{{ name = "begin", start = {{ "bad" }} }}
""")
        server = self.serve(env={"MASTIC_SMTP_PASSWORD": "geheim"})
        good, bad = self.start_job("good"), self.succeeds("trigger", "start", "begin").out.strip()
        self.wait_for_file("good.env")
        self.wait_for_file("bad.env")
        self.wait_until(lambda: "the command ended with status 3: no" in self.said(server), "the other command failed")
        self.wait_until(lambda: len(self.outbox()) == 1, "one message waits")
        self.stop(server)
        facts = {job: dict(word.split("=", 1) for word in self.told(job + ".env").split("\0") if word) for job in ["good", "bad"]}
        expected = {"JOB": "bad", "RUN": bad, "STATE": "FAILED", "REASON": "JobRunStateChange", "ATTEMPT": "0", "ERROR_FILE": "bad.lua", "ERROR_LINE": "3",
                    "TRIGGER": "begin", "WORKFLOW": "", "WORKFLOW_RUN": "", "SUBJECT": "[mastic] bad: FAILED", "HOME": self.home}
        self.assertEqual({name: facts["bad"].get("MASTIC_" + name) for name in expected}, expected)
        self.assertTrue(facts["bad"]["MASTIC_ERROR"].startswith("bad.lua:3: region 'south' has no sales"))
        for name in ["STARTED", "FINISHED"]:
            self.assertRegex(facts["bad"]["MASTIC_" + name], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertGreaterEqual(float(facts["bad"]["MASTIC_DURATION"]), 0)
        self.assertEqual({name: facts["good"]["MASTIC_" + name] for name in ["JOB", "RUN", "STATE", "ERROR", "ERROR_LINE"]},
                         {"JOB": "good", "RUN": good, "STATE": "SUCCEEDED", "ERROR": "", "ERROR_LINE": ""})
        self.assertNotIn("MASTIC_SMTP_PASSWORD", facts["bad"])
        self.assertIn("Job bad, run " + bad, self.told("bad.text"))
        self.assertIn("step 30\n", self.told("bad.text"))
        self.assertIn("Rows: ", self.told("good.text"))
        self.assertNotIn("Error:", self.told("good.text"))

    def test_commands_find_the_folder_of_the_project(self):
        # The command of the documentation's example, with a scheduler that was started elsewhere.
        self.apply('job{ name = "bad", script = "bad.lua", notify = { command = "cat >> failures.txt" } }')
        os.mkdir(self.path("elsewhere"))
        server = self.serve(folder=self.path("elsewhere"))
        run = self.start_job("bad")
        self.wait_until(lambda: self.query("SELECT 1 FROM runs WHERE settled = 1") and not self.outbox(), "the message was sent")
        self.stop(server)
        self.assertEqual(os.listdir(self.path("elsewhere")), [])
        self.assertIn(run, self.told("failures.txt"))

    # Mail

    def test_a_mail_says_what_a_person_wants_to_know(self):
        sink, port = self.listen(Mail, commands=[], mails=[])
        self.apply("""
local told = { mail = "team@example.com", states = { "SUCCEEDED", "FAILED" } }
job{ name = "good", script = "good.lua", notify = told }
job{ name = "bad", script = "bad.lua", notify = told }
workflow{ name = "both", triggers = { { name = "begin", start = "good" }, { name = "after", when = "good", start = "bad" } } }
""")
        server = self.serve(env={"MASTIC_SMTP_URL": f"smtp://127.0.0.1:{port}", "MASTIC_SMTP_FROM": "mastic@example.com"})
        workflow = self.succeeds("workflow", "run", "both", "--detach").out.strip()
        self.wait_until(lambda: len(sink.mails) == 2, "two mails came")
        self.wait_until(lambda: not self.outbox(), "no message waits")
        self.stop(server)
        self.assertEqual(len(sink.mails), 2)
        runs = dict(self.query("SELECT job, id FROM runs"))
        mails = {}
        for content in sink.mails:
            mail = email.message_from_bytes(content, policy=email.policy.default)
            self.assertEqual((mail["From"], mail["To"]), ("mastic@example.com", "team@example.com"))
            mails[mail["Subject"]] = mail.get_content().replace("\r\n", "\n")
        self.assertEqual(sorted(mails), ["[mastic] bad: FAILED", "[mastic] good: SUCCEEDED"])
        lines = mails["[mastic] bad: FAILED"].splitlines()
        self.assertTrue(lines[0].startswith(f"Job bad, run {runs['bad']}: FAILED after "), lines)
        for line in ["Error: bad.lua:3: region 'south' has no sales", "At: bad.lua:3", """    error("region '" .. region .. "' has no sales")""", "Trigger: after",
                     f"Workflow: both {workflow}", "Last lines of the log:", "step 30", "error: bad.lua:3: region 'south' has no sales"]:
            self.assertIn(line, lines)
        self.assertEqual(len(lines[lines.index("Last lines of the log:") + 1:]), 20)
        lines = mails["[mastic] good: SUCCEEDED"].splitlines()
        self.assertTrue(lines[0].startswith(f"Job good, run {runs['good']}: SUCCEEDED after "), lines)
        self.assertIn("about to write", lines)
        self.assertEqual([line for line in lines if line.startswith(("Error:", "At:"))], [])
