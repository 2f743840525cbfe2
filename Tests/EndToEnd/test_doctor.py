"""mastic doctor: what it finds, and that it changes and tells nothing."""
import json
import os
import sqlite3
import subprocess

from support import MASTIC, MasticTest, files_below


class DoctorTests(MasticTest):
    def setUp(self):
        super().setUp()
        self.env = {"HOME": self.path("user"), "AWS_ACCESS_KEY_ID": "", "MASTIC_S3": ""}
        os.makedirs(self.path("user"))

    def findings(self, *arguments, status=0, env=None):
        result = self.mastic("doctor", "--json", *arguments, env={**self.env, **(env or {})})
        self.assertEqual(result.status, status, result)
        return {line["Name"]: line for line in json.loads(result.out)}

    def test_a_new_home(self):
        found = self.findings()
        self.assertEqual(found["home"]["Status"], "ok")
        self.assertIn("is not there yet; the first run makes it", found["home"]["Text"])
        self.assertEqual({line["Status"] for name, line in found.items() if name in ["mastic", "lua", "sqlite", "clock", "time zones", "temporary files"]}, {"ok"})
        self.assertIn("user functions are lifted", found["lua"]["Text"])
        self.assertFalse(os.path.exists(self.home))

    def test_lines(self):
        result = self.mastic("doctor", env=self.env)
        self.assertEqual(result.status, 0, result)
        self.assertRegex(result.out, r"(?m)^ok       mastic +\d+\.\d+\.\d+$")
        self.assertRegex(result.out, r"(?m)^0 errors, \d+ warnings?$")
        self.assertNotIn("ok  ", self.mastic("doctor", "--quiet", env=self.env).out)

    def test_a_home_in_use(self):
        self.succeeds("-e", "spark.sql('CREATE DATABASE shop')")
        before = {path: os.stat(path).st_mtime_ns for path in files_below(self.home)}
        # SQLite folds its log into the file when the last reader closes it.
        moving = (".db", "-shm", "-wal")
        found = self.findings()
        self.assertIn("no damage found", found["catalog"]["Text"])
        self.assertEqual(found["runs"]["Status"], "ok")
        self.assertIn("does not run", found["scheduler"]["Text"])
        self.assertEqual({path: os.stat(path).st_mtime_ns for path in files_below(self.home) if not path.endswith(moving)},
                         {path: time for path, time in before.items() if not path.endswith(moving)})

    def test_a_damaged_catalog(self):
        self.write("home/catalog.db", b"SQLite format 3\0" + b"\xff" * 8000)
        found = self.findings(status=1)
        self.assertEqual(found["catalog"]["Status"], "error")
        self.assertIn("damaged", found["catalog"]["Text"])
        self.write("home/catalog.db", b"not a database, but a text that is long enough to look at it for a while")
        self.assertEqual(self.findings(status=1)["catalog"]["Status"], "error")

    def test_a_catalog_of_another_version(self):
        self.succeeds("-e", "spark.sql('CREATE DATABASE shop')")
        database = sqlite3.connect(self.path("home/catalog.db"))
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.close()
        found = self.findings(status=1)
        self.assertIn("made by a newer version of Mastic (schema 99", found["catalog"]["Text"])

    def test_a_run_that_died(self):
        script = self.write("job.lua", 'local job = Job(glueContext)\njob:init("sleeper", {})\nprint("begun")\nio.stdout:flush()\nos.execute("sleep 60")\n')
        process = self.start("run", script)
        for _ in range(2000):
            if any(name.endswith(".lock") for name in (os.listdir(self.path("home/runs")) if os.path.isdir(self.path("home/runs")) else [])):
                if os.fstat(process.files[1].fileno()).st_size:
                    break
            subprocess.run(["sleep", "0.01"])
        self.assertIn("1 at work", self.findings()["runs"]["Text"])
        process.end()
        found = self.findings()["runs"]
        self.assertEqual(found["Status"], "warning")
        self.assertIn("1 run ended without an end, such as jr_", found["Text"])
        self.assertIn("nothing needs to be done", found["Advice"])

    def test_a_scheduler(self):
        process = self.start("serve", "--port", "0")
        for _ in range(2000):
            if os.path.exists(self.path("home/scheduler.lock")) and "runs at this home" in self.findings()["scheduler"]["Text"]:
                break
            subprocess.run(["sleep", "0.02"])
        self.assertIn("runs at this home", self.findings()["scheduler"]["Text"])
        process.end()

    def test_secrets(self):
        self.write("home/config", "smtp_url = smtps://mail.example.com\nsmtp_password = hunter2\n")
        os.chmod(self.path("home/config"), 0o644)
        self.write("user/.aws/credentials", "[default]\naws_secret_access_key = tiger\n")
        os.chmod(self.path("user/.aws/credentials"), 0o640)
        for arguments in [[], ["--json"]]:
            result = self.mastic("doctor", *arguments, env={**self.env, "AWS_SECRET_ACCESS_KEY": "lion"})
            for secret in ["hunter2", "tiger", "lion"]:
                self.assertNotIn(secret, result.out + result.err)
        found = self.findings()
        self.assertEqual(found["settings file"]["Status"], "warning")
        self.assertIn("(mode 644)", found["settings file"]["Text"])
        self.assertIn("chmod 600", found["settings file"]["Advice"])
        self.assertIn("(mode 640)", found["AWS credentials file"]["Text"])
        self.assertIn("with a password", found["mail"]["Text"])
        os.chmod(self.path("home/config"), 0o600)
        self.assertEqual(self.findings()["settings file"]["Status"], "ok")
        self.write("home/config", "smtp_url = mail.example.com\n")
        self.assertEqual(self.findings(status=1)["mail"]["Status"], "error")

    def test_wrong_places(self):
        self.write("file", "")
        found = self.findings("--home", "file", status=1)
        self.assertIn("is a file", found["home"]["Text"])
        self.write("broken/config", "no setting\n")
        self.assertIn("a setting is written key = value", self.findings("--home", "broken", status=1)["home"]["Text"])
        self.assertIn("is no folder", self.findings(status=1, env={"TMPDIR": self.path("nowhere")})["temporary files"]["Text"])
        found = self.findings(env={"TZ": "Europe/Berln"})["TZ"]
        self.assertIn("which is no time zone; did you mean 'Europe/Berlin'?", found["Text"])
        self.assertEqual(self.findings("--home", "a\tb")["home"]["Status"], "ok")

    def test_few_open_files(self):
        script = f"ulimit -n 128; exec {MASTIC} doctor --json"
        out = subprocess.run(["sh", "-c", script], cwd=self.folder, env={**os.environ, "MASTIC_HOME": self.home, **self.env}, capture_output=True, text=True).stdout
        found = {line["Name"]: line for line in json.loads(out)}
        self.assertEqual((found["open files"]["Status"], found["open files"]["Text"]), ("warning", "at most 128"))
