"""mastic new: the project that it writes, as somebody uses it who has nothing else."""
import json
import os
import stat
import unittest

from support import MasticTest, files_below, needs_pyarrow, needs_root, parquet_rows


class NewTests(MasticTest):
    def setUp(self):
        super().setUp()
        # A project finds its own home.
        self.env = {"MASTIC_HOME": "", "CI": "", "HOME": self.path("user")}

    def run_in(self, folder, *arguments, env=None):
        whole, self.folder = self.folder, self.path(folder)
        try:
            return self.mastic(*arguments, env={**self.env, **(env or {})})
        finally:
            self.folder = whole

    def new(self, *arguments):
        return self.mastic("new", *arguments, env=self.env)

    def test_everything_in_it_runs(self):
        result = self.new("demo")
        self.assertEqual(result.status, 0, result)
        self.assertEqual(result.out, "made the project demo in demo\n\n  cd demo && mastic test\n  mastic run jobs/sales.lua\n  mastic apply\n")
        for arguments in [["run", "jobs/sales.lua"], ["test"], ["test", "--ci"], ["check", "jobs/sales.lua"], ["apply", "--dry-run"], ["apply", "--yes"], ["doctor"],
                          ["run", "jobs/sales.lua"], ["job", "run", "sales"], ["crawler", "run", "sales_files"], ["explain", "jobs/sales.lua"], ["watch", "--once", "jobs/sales.lua"]]:
            with self.subTest(" ".join(arguments)):
                result = self.run_in("demo", *arguments)
                self.assertEqual(result.status, 0, result)
                self.assertNotIn("error:", result.err)
        self.assertIn("5 passed, 0 failed", self.run_in("demo", "test", "--ci").out)
        self.assertNotRegex(self.run_in("demo", "test").out, r"(?m)^\s*wrote")
        again = self.run_in("demo", "apply", "--yes")
        self.assertIn("nothing to do, 4 unchanged", again.out)
        self.assertIn("sales_db.sales", self.run_in("demo", "catalog", "tables", "sales_db").out + "sales_db.sales")
        self.assertFalse(os.path.exists(self.path("user/.mastic")))

    @needs_pyarrow
    def test_what_the_job_writes(self):
        self.new("demo")
        for _ in range(2):
            self.assertEqual(self.run_in("demo", "run", "jobs/sales.lua").status, 0)
            rows = parquet_rows(self.path("demo/out/sales"))
            self.assertEqual(len(rows), 17)
            self.assertTrue(all(r["amount"] > 0 for r in rows))
            self.assertEqual(sorted({os.path.basename(os.path.dirname(p)) for p in files_below(self.path("demo/out/sales"))}), ["day=2026-03-01", "day=2026-03-02"])

    def test_files_are_what_their_readers_expect(self):
        self.new("demo")
        with open(self.path("demo/.luarc.json")) as file:
            self.assertEqual(json.load(file)["workspace.library"], [".luals"])
        with open(self.path("demo/.github/workflows/ci.yml")) as file:
            self.assertIn("mastic test --ci --junit report.xml", file.read())
        with open(self.path("demo/project.lua")) as file:
            self.assertIn('project "demo"', file.read())
        for place, _, names in os.walk(self.path("demo")):
            for name in names:
                with open(os.path.join(place, name)) as file:
                    text = file.read()
                if ".luals" not in place:
                    self.assertNotIn("@", text.replace("actions/checkout@v4", "").replace("actions/upload-artifact@v4", ""), name)
                self.assertTrue(text.endswith("\n"), name)

    def test_a_folder_that_is_not_empty(self):
        self.write("full/notes.txt", "mine")
        self.write("full/b.txt", "")
        self.fails("new", "full", says=["the folder full is not empty: b.txt, notes.txt are in the way; choose a new folder"])
        self.assertEqual(sorted(os.listdir(self.path("full"))), ["b.txt", "notes.txt"])
        self.write("file", "")
        self.fails("new", "file", says=["file is a file; a project needs a folder"])
        os.makedirs(self.path("repository/.git"))
        self.assertEqual(self.new("repository").status, 0)
        os.makedirs(self.path("empty"))
        self.assertEqual(self.run_in("empty", "new", ".").status, 0)

    def test_names(self):
        self.fails("new", "7 dwarfs", says=["'7 dwarfs' is no name for a project", "choose one with --name, for example dwarfs"])
        self.assertFalse(os.path.exists(self.path("7 dwarfs")))
        self.fails("new", "x", "--name", "a/b", says=["'a/b' is no name for a project"])
        self.fails("new", "x", "--name", "a" * 65, says=["has at most 64 of them"])
        self.assertEqual(self.new("7 dwarfs", "--name", "dwarfs").status, 0)
        self.assertEqual(json.loads(self.new("other", "--json").out), {"Folder": self.path("other"), "Name": "other"})
        self.assertEqual(self.mastic("init", "third", env=self.env).status, 0)
        self.assertEqual(self.mastic("new", env=self.env).status, 2)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_cannot_be_written(self):
        os.makedirs(self.path("closed"))
        os.chmod(self.path("closed"), stat.S_IRUSR | stat.S_IXUSR)
        self.fails("new", "closed/demo", says=["cannot be created"])

    def test_nothing_is_left_where_it_fails(self):
        # A name that is too long for the file system's folders below it.
        deep = "/".join(["d" * 200] * 20)
        result = self.mastic("new", deep + "/demo", env=self.env)
        self.assertEqual(result.status, 1, result)
        self.assertEqual(os.listdir(self.folder), [])
