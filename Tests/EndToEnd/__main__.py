"""Runs the end-to-end tests: python3 Tests/EndToEnd [-v] [-j N] [NAME ...]. The last line is 'N passed, N failed'.

With -j the test files are run by N processes, the largest files first; what a file prints stands together.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import time
import unittest

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)


class TimedResult(unittest.TextTestResult):
    """Says how long each test took, and counts those that passed: a test whose subtests failed has not."""

    passed = 0

    def startTest(self, test):
        self.began, self.problems_before = time.monotonic(), len(self.failures) + len(self.errors)
        super().startTest(test)

    def stopTest(self, test):
        if self.showAll:
            self.stream.writeln(f"    {time.monotonic() - self.began:.1f} s")
        super().stopTest(test)

    def addSuccess(self, test):
        type(self).passed += 1
        super().addSuccess(test)


def run(names, verbose):
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(names) if names else loader.discover(here, pattern="test_*.py")
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2 if verbose else 1, resultclass=TimedResult)
    result = runner.run(suite)
    return TimedResult.passed, len({test.id().split(" ")[0] for test, _ in result.failures + result.errors})


def run_file(name, verbose):
    """What a process of its own printed of one file's tests, and how many passed and failed; one that does not get to its last line has failed."""
    words = [sys.executable, here, *(["-v"] if verbose else []), name]
    out = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace").stdout
    counts = re.search(r"^(\d+) passed, (\d+) failed\n\Z", out, re.MULTILINE)
    return out, int(counts[1]) if counts else 0, int(counts[2]) if counts else 1


def run_files(processes, verbose):
    files = sorted((file for file in os.listdir(here) if re.fullmatch(r"test_\w+\.py", file)), key=lambda file: -os.path.getsize(os.path.join(here, file)))
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        runs = [pool.submit(run_file, file.removesuffix(".py"), verbose) for file in files]
        for ended in concurrent.futures.as_completed(runs):
            out, file_passed, file_failed = ended.result()
            passed, failed = passed + file_passed, failed + file_failed
            print(out, flush=True)
    return passed, failed


def main():
    words = sys.argv[1:]
    processes = 1
    if "-j" in words:
        at = words.index("-j")
        processes = int(words[at + 1])
        del words[at:at + 2]
    names = [word for word in words if not word.startswith("-")]
    verbose = "-v" in words
    passed, failed = run(names, verbose) if names or processes == 1 else run_files(processes, verbose)
    print(f"{passed} passed, {failed} failed", flush=True)
    # A file may have nothing to run here, but not all of them.
    sys.exit(1 if failed or (not names and not passed) else 0)


main()
