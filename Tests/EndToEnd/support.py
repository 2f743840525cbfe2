"""What the end-to-end tests share: the binary under test, a folder and a catalog for each test, and outside readers of what was written."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
DATA = os.path.join(ROOT, "..", "shared", "data")
MASTIC = os.path.abspath(os.environ.get("MASTIC", os.path.join(ROOT, ".build", "release", "mastic")))
# `mastic test` is stricter where CI is set; the tests decide that themselves, wherever they run.
os.environ.pop("CI", None)
LONG_TESTS = os.environ.get("MASTIC_LONG_TESTS") == "1"

try:
    import pyarrow
    import pyarrow.parquet
except ImportError:
    pyarrow = None
try:
    import duckdb
except ImportError:
    duckdb = None

needs_data = unittest.skipUnless(os.path.isdir(DATA), "needs ../shared/data")
needs_pyarrow = unittest.skipUnless(pyarrow, "needs pyarrow")
needs_duckdb = unittest.skipUnless(duckdb, "needs duckdb")
needs_root = unittest.skipUnless(os.geteuid() == 0, "needs root")


class Result:
    """What a finished process said and took."""

    def __init__(self, arguments, status, out, err, peak_bytes, seconds):
        self.arguments, self.status, self.out, self.err = arguments, status, out, err
        self.peak_bytes, self.seconds = peak_bytes, seconds

    def __str__(self):
        return f"{' '.join(map(str, self.arguments))}\nexit status {self.status}\nstandard output:\n{self.out[-3000:]}\nstandard error:\n{self.err[-3000:]}"


class Process:
    """A started mastic. Its output goes to files, so that no pipe can fill up."""

    def __init__(self, arguments, cwd, env, stdin=b""):
        self.arguments = arguments
        self.files = [tempfile.TemporaryFile() for _ in range(3)]
        self.files[0].write(stdin)
        self.files[0].seek(0)
        self.started = time.monotonic()
        self.child = subprocess.Popen(
            arguments, cwd=cwd, env=env, stdin=self.files[0], stdout=self.files[1], stderr=self.files[2], start_new_session=True)
        self.pid = self.child.pid

    def is_running(self):
        """Whether the process has not ended; does not collect it."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def kill(self, number=signal.SIGKILL):
        os.kill(self.pid, number)

    def end(self):
        """Ends the process where a failed test has left it running, so that it writes no more into the test's folder."""
        if self.child.returncode is None:
            os.killpg(self.pid, signal.SIGKILL)
            os.wait4(self.pid, 0)
            self.child.returncode = -signal.SIGKILL

    def wait(self, timeout=120):
        """Waits for the end; a process that does not come to one is killed, and that is an error."""
        deadline = self.started + timeout
        while self.is_running():
            if time.monotonic() > deadline:
                self.end()
                raise AssertionError(f"{' '.join(self.arguments)}: no end after {timeout} s")
            time.sleep(0.002)
        _, status, usage = os.wait4(self.pid, 0)
        seconds = time.monotonic() - self.started
        self.child.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in self.files[1:]:
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
        for file in self.files:
            file.close()
        return Result(self.arguments, self.child.returncode, *texts, usage.ru_maxrss * 1024, seconds)


class MasticTest(unittest.TestCase):
    """A test with an empty working folder and a catalog of its own."""

    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        if not os.access(MASTIC, os.X_OK):
            raise unittest.SkipTest(f"no binary at {MASTIC}: build it, or name one in MASTIC")

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="mastic-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.path("home")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        """Writes a file below the working folder and returns its path."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def start(self, *arguments, stdin="", env=None, cwd=None):
        words = [MASTIC, *map(str, arguments)]
        environment = {**os.environ, "MASTIC_HOME": self.home, "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **(env or {})}
        process = Process(words, cwd or self.folder, environment, stdin.encode() if isinstance(stdin, str) else stdin)
        self.addCleanup(process.end)
        return process

    def mastic(self, *arguments, stdin="", env=None, timeout=120, cwd=None):
        return self.start(*arguments, stdin=stdin, env=env, cwd=cwd).wait(timeout)

    def succeeds(self, *arguments, **options):
        result = self.mastic(*arguments, **options)
        self.assertEqual(result.status, 0, result)
        return result

    def fails(self, *arguments, says=(), status=1, **options):
        """The command ends with the status and one complaint that holds the given words; a crash or a bare code never passes."""
        result = self.mastic(*arguments, **options)
        self.assertEqual(result.status, status, result)
        complaints = [line for line in result.err.splitlines() if line.startswith(("error:", "error[", "Error:"))]
        self.assertEqual(len(complaints), 1, result)
        self.assertNotIn("Fatal error", result.err)
        for words in says:
            self.assertIn(words, result.err, result)
        return result

    def script(self, code, *arguments, name="script.lua", **options):
        """Runs Lua code as a script."""
        self.write(name, code)
        return self.succeeds("run", name, *arguments, **options)

    def script_fails(self, code, *arguments, name="script.lua", **options):
        self.write(name, code)
        return self.fails("run", name, *arguments, **options)

    def lines(self, *arguments, **options):
        """What a command lists."""
        return self.succeeds(*arguments, **options).out.splitlines()


#: A Lua function that reads files without the catalog.
READ = """
local function read(path, format, options)
  return glueContext.create_dynamic_frame.from_options{
    connection_type = "s3", connection_options = {paths = {path}, recurse = true}, format = format or "json", format_options = options}
end
local function write(frame, path, format, more)
  local options = {path = path}
  for key, value in pairs(more or {}) do options[key] = value end
  return glueContext.write_dynamic_frame.from_options{
    frame = frame, connection_type = "s3", connection_options = options, format = format or "json"}
end
"""


def files_below(folder):
    """Every data file below a folder, as any reader would list them: staging folders and hidden names are no data."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(("_", "."))]
        found += [os.path.join(place, name) for name in names if not name.startswith(("_", "."))]
    return sorted(found)


def parquet_rows(folder, columns=None):
    """The rows of all Parquet files below a folder, as dictionaries; every file must be complete."""
    rows = []
    for path in files_below(folder):
        rows += pyarrow.parquet.ParquetFile(path).read(columns).to_pylist()
    return rows
