"""Runs the end-to-end tests: python3 Tests/EndToEnd [-v] [NAME ...]. The last line is 'N passed, N failed'."""
import os
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


def main():
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(names) if names else loader.discover(here, pattern="test_*.py")
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2 if "-v" in sys.argv else 1, resultclass=TimedResult)
    result = runner.run(suite)
    failed = len({test.id().split(" ")[0] for test, _ in result.failures + result.errors})
    print(f"{TimedResult.passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not TimedResult.passed else 0)


main()
