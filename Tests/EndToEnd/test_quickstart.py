"""scripts/quickstart, as a new user runs it: twice."""
import csv
import glob
import os
import shutil
import subprocess

from support import MASTIC, ROOT, MasticTest, files_below, needs_pyarrow, parquet_rows


@needs_pyarrow
class QuickstartTests(MasticTest):
    def setUp(self):
        super().setUp()
        for name in ["scripts", "docs"]:
            shutil.copytree(os.path.join(ROOT, name), self.path("project", name))
        # The set-up is what the tests themselves have run; the binary is the one under test.
        self.write("project/scripts/setup", "#!/bin/sh\n")
        os.chmod(self.path("project/scripts/setup"), 0o755)
        os.makedirs(self.path("project/.build/release"))
        os.symlink(MASTIC, self.path("project/.build/release/mastic"))

    def quickstart(self):
        result = subprocess.run([self.path("project/scripts/quickstart")], cwd="/", capture_output=True, text=True, timeout=300,
                                stdin=subprocess.DEVNULL, env=dict(os.environ, LC_ALL="C.UTF-8"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result

    def wanted(self):
        """The rows that the job has to keep, found without it."""
        found = []
        for path in glob.glob(self.path("project/sample/raw_transactions/*.csv")):
            with open(path, newline="", encoding="utf-8") as file:
                # A line is a record: a stray quote must not take the lines behind it along.
                for record in [next(csv.reader([line])) for line in file][1:]:
                    try:
                        amount = float(record[2])
                    except ValueError:
                        continue
                    if len(record) == 7 and amount > 0 and record[3] == "completed":
                        found.append((record[0], amount, record[5].lower() if record[5].isascii() else None))
        return sorted(found, key=str)

    def test_twice(self):
        first = self.quickstart()
        rows = parquet_rows(self.path("project/sample/processed"))
        wanted = self.wanted()
        self.assertGreater(len(wanted), 1000)
        self.assertEqual(sorted((r["transaction_id"], r["amount"]) for r in rows), sorted(w[:2] for w in wanted))
        categories = {w[0]: w[2] for w in wanted if w[2]}
        self.assertEqual({r["transaction_id"]: r["category"] for r in rows if r["transaction_id"] in categories}, categories)
        self.assertIn(f"rows: {len(wanted)}", first.stdout)
        self.assertNotIn("Fatal error", first.stderr)
        before = files_below(self.path("project/sample/processed"))
        self.assertEqual(len({os.path.dirname(path) for path in before}), 7)

        second = self.quickstart()
        self.assertEqual(files_below(self.path("project/sample/processed")), before)
        self.assertIn(f"rows: {len(wanted)}", second.stdout)

    def test_the_sample_is_the_same_each_time(self):
        for name in ["one", "two"]:
            self.succeeds("run", os.path.join(ROOT, "scripts", "sample_data.lua"), "--target", name)
        self.assertEqual(subprocess.run(["diff", "-r", "one", "two"], cwd=self.folder).returncode, 0)
        self.assertEqual(len(files_below(self.path("one"))), 14)
