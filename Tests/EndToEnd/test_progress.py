"""How far a run has come: bars on a terminal, lines in the log elsewhere, and nothing where nothing is wanted."""
import json
import os
import re
import time
import unittest

from support import MASTIC, MasticTest

try:
    import pexpect
    import pyte
except ImportError:
    pexpect = None

FILES, ROWS = 12, 4000
#: Each record takes a while, in the interpreter: that is what the rounds are for.
JOB = """
print("before")
local frame = glueContext.create_dynamic_frame.from_options{
  connection_type = "s3", connection_options = {paths = {"data"}}, format = "csv", format_options = {withHeader = true}}
local slow = frame:filter(function(r)
  local sum = 0
  for i = 1, ROUNDS do sum = sum + i * #r.name end
  PRINTS
  return sum > 0
end)
print("rows", slow:count())
"""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class ProgressTest(MasticTest):
    def setUp(self):
        super().setUp()
        for i in range(FILES):
            self.write(f"data/part-{i:02}.csv", "id,name\n" + "".join(f"{i * ROWS + n},name {n}\n" for n in range(ROWS)))

    def job(self, rounds=4000, prints=""):
        return self.write("job.lua", JOB.replace("ROUNDS", str(rounds)).replace("PRINTS", prints))


@unittest.skipUnless(pexpect, "needs pexpect and pyte")
class TerminalTests(ProgressTest):
    def spawn(self, *words, width=80, env=None):
        environment = {**os.environ, "MASTIC_HOME": self.home, "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "xterm", **(env or {})}
        environment.pop("COLUMNS", None)
        self.screen = pyte.Screen(width, 24)
        self.stream = pyte.Stream(self.screen)
        self.raw = ""
        child = pexpect.spawn(MASTIC, list(words), cwd=self.folder, env=environment, dimensions=(24, width), encoding="utf-8", codec_errors="replace", timeout=120)
        self.addCleanup(child.close, True)
        return child

    def read(self, child, until=None, seconds=120):
        """Feeds the screen until a text stands on it, or until the end; whether the text came."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                text = child.read_nonblocking(4096, timeout=1)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                return until is None
            self.raw += text
            self.stream.feed(text)
            if until and re.search(until, self.shown):
                return True
        self.fail("no end")

    @property
    def shown(self):
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def test_bars_that_go_away(self):
        self.job()
        child = self.spawn("--no-lift", "run", "job.lua")
        self.assertTrue(self.read(child, r"\d+ %"), self.shown)
        lines = self.shown.splitlines()
        self.assertEqual(lines[0], "before")
        self.assertRegex(lines[1], r"^DynamicFrame:count  \d+ s · .* rows/s")
        self.assertRegex(self.shown, r"\n  Scan .*[█░].* \d+ %, \d+ of 12 files")
        self.assertTrue(self.read(child))
        self.assertEqual(self.shown, f"before\nrows\t{FILES * ROWS}".expandtabs(8))
        child.close()
        self.assertEqual(child.exitstatus, 0)

    def test_a_narrow_terminal_is_not_wrapped(self):
        self.job()
        child = self.spawn("--no-lift", "run", "job.lua", width=40)
        self.assertTrue(self.read(child, "%"))
        self.read(child)
        for line in re.split(r"[\r\n]+", CONTROL.sub("", self.raw)):
            self.assertLess(len(line), 40, line)
        self.assertEqual(self.shown, f"before\nrows\t{FILES * ROWS}".expandtabs(8))

    def test_another_size_is_taken_up(self):
        self.job(rounds=6000)
        child = self.spawn("--no-lift", "run", "job.lua", width=100)
        self.assertTrue(self.read(child, "%"))
        child.setwinsize(24, 50)
        self.raw = ""
        self.read(child)
        drawn = [line for line in re.split(r"[\r\n]+", CONTROL.sub("", self.raw)) if "%" in line]
        self.assertTrue(drawn)
        self.assertLess(len(drawn[-1]), 50)

    def test_what_a_function_prints_stands_alone(self):
        self.job(prints="if r.id % 6000 == 0 then print('record', r.id) end".replace("r.id % 6000", "tonumber(r.id) % 6000"))
        child = self.spawn("--no-lift", "run", "job.lua")
        self.assertTrue(self.read(child, "%"))
        self.read(child)
        self.assertEqual(
            self.shown, "\n".join(["before"] + [f"record\t{i}".expandtabs(8) for i in range(0, FILES * ROWS, 6000)] + [f"rows\t{FILES * ROWS}".expandtabs(8)]))

    def test_an_interrupt_leaves_nothing_behind(self):
        self.job(rounds=60000)
        child = self.spawn("--no-lift", "run", "job.lua")
        self.assertTrue(self.read(child, "%"))
        child.sendintr()
        self.read(child)
        child.close()
        self.assertEqual(child.exitstatus, 130)
        self.assertNotIn("%", self.shown)
        self.assertIn("before", self.shown)

    def test_nothing_where_nothing_is_wanted(self):
        self.job()
        for words, env in [(["--quiet"], {}), (["--no-progress"], {}), ([], {"TERM": "dumb"})]:
            child = self.spawn(*words, "--no-lift", "run", "job.lua", env=env)
            self.read(child)
            self.assertNotIn("%", self.raw)
            self.assertNotIn("\x1b", self.raw)

    def test_a_short_run_draws_nothing(self):
        child = self.spawn("-e", "spark:range(1000):count()")
        self.read(child)
        self.assertEqual(CONTROL.sub("", self.raw).strip(), "1000")
        self.assertNotIn("\x1b[J", self.raw)

    def test_colours_are_left_away(self):
        self.job()
        child = self.spawn("--no-lift", "run", "job.lua", env={"NO_COLOR": "1"})
        self.assertTrue(self.read(child, "%"))
        self.read(child)
        self.assertNotRegex(self.raw, r"\x1b\[[0-9;]*m")


class LogTests(ProgressTest):
    def test_a_line_every_few_seconds(self):
        self.job(rounds=9000)
        result = self.succeeds("--no-lift", "--threads", "1", "--log-format", "json", "run", "job.lua")
        self.assertEqual(result.out, f"before\nrows\t{FILES * ROWS}\n")
        lines = [json.loads(line) for line in result.err.splitlines()]
        # A machine on which this takes no time has nothing to say.
        self.assertTrue(lines or result.seconds < 7, f"{result.seconds} s")
        for line in lines:
            self.assertEqual(line["message"], "progress of DynamicFrame:count")
            self.assertEqual(line["level"], "notice")
            self.assertGreaterEqual(int(line["seconds"]), 5)
            self.assertTrue(0 <= int(line["percent"]) <= 100)
            for name in ["rows", "rows_per_second", "bytes"]:
                self.assertGreater(int(line[name]), 0)
        self.assertEqual(sorted(int(line["rows"]) for line in lines), [int(line["rows"]) for line in lines])

    def test_nothing_of_a_short_run(self):
        self.job(rounds=10)
        self.assertEqual(self.succeeds("run", "job.lua").err, "")


if __name__ == "__main__":
    unittest.main()
