"""Every example in the documentation does what the page shows: scripts/docs, a test for each page. And every script in docs/examples is run by one of them
or by another test."""
import os
import re
import tempfile
import unittest

from documentation.compare import cleaned, kept, matches, missing_lines
from documentation.notes import MORE_NOTES
from documentation.page import PageError, broken_links, pages_of, parse
from documentation.runner import run_page
from support import MASTIC, ROOT, MasticTest


class PageTests(MasticTest):
    """A test for each page; `test_...` methods are made below."""

    totals = [0, 0, 0]

    def check(self, name):
        run = run_page(os.path.join(ROOT, name), name, MASTIC, ROOT, MORE_NOTES.get(name))
        if run.findings:
            self.fail("\n\n".join(str(finding) for finding in run.findings))
        for place, count in enumerate([run.ran, len(run.elsewhere), len(run.skipped)]):
            self.totals[place] += count

    @classmethod
    def tearDownClass(cls):
        print("documentation: {} blocks run, {} run by other tests, {} not run".format(*cls.totals))


for page in pages_of(ROOT):
    def test(self, page=page):
        self.check(page)
    test.__doc__ = page
    setattr(PageTests, "test_" + re.sub(r"\W", "_", page[:-len(".md")]), test)


class LinkTests(unittest.TestCase):
    def test_links_lead_somewhere(self):
        self.assertEqual(broken_links(ROOT, pages_of(ROOT)), [])

    def test_every_page_is_in_the_index(self):
        """docs/README.md leads to each page below docs, and the cookbook's and the reference's own indices to theirs."""
        for index, folder, others in [("docs/README.md", "docs", ["docs/cookbook/", "docs/reference/"]), ("docs/cookbook/README.md", "docs/cookbook", [])]:
            with open(os.path.join(ROOT, index), encoding="utf-8") as file:
                text = file.read()
            for name in pages_of(ROOT):
                if name.startswith(folder + "/") and name != index and not any(name.startswith(other) for other in others):
                    with self.subTest(name):
                        self.assertIn(f"]({os.path.relpath(name, folder)}", text, f"{index} has no link to {name}")

    def test_broken_links_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in [("a.md", "# One, two\n[x](b.md#there) [y](b.md#not-there) [z](c.md) [one](#one-two) [web](https://example.com)\n"), ("b.md", "## There\n")]:
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            self.assertEqual(broken_links(folder, ["a.md", "b.md"]), ["a.md: b.md has no heading '#not-there'", "a.md: there is no c.md"])


class ExampleTests(MasticTest):
    def test_every_example_is_run(self):
        """Each script below docs/examples is named by a page's commands or by another test, and check has nothing against it."""
        users = ""
        for place in ["Tests/EndToEnd", "scripts"]:
            for name in os.listdir(os.path.join(ROOT, place)):
                path = os.path.join(ROOT, place, name)
                if os.path.isfile(path) and name != "test_docs.py":
                    with open(path, encoding="utf-8") as file:
                        users += file.read()
        for name in pages_of(ROOT):
            with open(os.path.join(ROOT, name), encoding="utf-8") as file:
                users += "\n".join(re.findall(r"^ *(?:\$ )?mastic .*", file.read(), re.MULTILINE))
        folder = os.path.join(ROOT, "docs", "examples")
        for place, _, names in os.walk(folder):
            for name in sorted(names):
                if not name.endswith(".lua"):
                    continue
                relative = os.path.relpath(os.path.join(place, name), folder)
                with self.subTest(relative):
                    self.succeeds("check", os.path.join(place, name))
                    # The 22 queries of TPC-H are run by scripts/tpch.
                    self.assertTrue(name in users or "examples/" + os.path.dirname(relative) in users or f'"{os.path.dirname(relative)}"' in users, f"nothing runs {relative}")


class HarnessTests(unittest.TestCase):
    """The harness itself: what it lets pass and what it does not."""

    def blocks(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            return parse(file.name, "page.md")

    def run_text(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            return run_page(file.name, "page.md", MASTIC, ROOT)

    def test_comparison(self):
        for shown, printed, equal in [
            ("a\nb", "a\nb\n", True),
            ("a", "a\nb", False),
            ("a\n...\nd", "a\nb\nc\nd", True),
            ("a\n...", "a", True),
            ("took ... s", "took 0.2 s", True),
            ("took ... s", "took 0.2 m", False),
            ("a.b", "axb", False),
            ("run jr_0123456789ab done", "run jr_ff done", True),
            ("run jr_0123456789ab done", "run sales done", False),
            ("2020-01-02 00:00:00", "2020-01-03 00:00:00", False),
        ]:
            with self.subTest(shown=shown, printed=printed):
                self.assertEqual(matches(cleaned(shown), cleaned(printed)), equal)
        self.assertTrue(matches(["rows  1.5 s"], ["rows      12.25 s"], figures_differ=True))
        self.assertFalse(matches(["rows  1.5 s"], ["bytes  1.5 s"], figures_differ=True))
        self.assertEqual(missing_lines(["one   (a remark)", "two"], ["error: one"]), ["two"])
        # What is written into a page keeps the page's own lines where they say the same.
        self.assertEqual(kept(["took ... s", "a"], ["took 2 s", "b"]), ["took ... s", "b"])

    def test_notes(self):
        blocks = self.blocks('<!-- Written by a program. -->\n<!-- screen {"keys": []} -->\n```text\n```\n\n<!-- sh\necho "-->"\n-->\n\n    $ ls\n')
        self.assertEqual([(block.language, block.hidden, block.notes) for block in blocks], [
            ("text", False, {"run by": "test_repl_screens.py"}), ("sh", True, {}), ("console", False, {})])
        self.assertEqual(blocks[1].text, 'echo "-->"')

    def test_pages_that_are_wrong(self):
        for text, message in [
            ("<!-- not run -->\n```lua\nx\n```\n", "says something behind it"),
            ("<!-- exspect error -->\n```lua\nx\n```\n", "'exspect error' is no note"),
            ("```\nx\n```\n", "a fence says what its block is"),
            ("```lua\nx\n", "has no end"),
            ("<!-- says -->\ntext\n", "stands before no block"),
            ("<!-- run\nx\n-->\n", "begins with one of"),
        ]:
            with self.subTest(text):
                with self.assertRaises(PageError) as caught:
                    self.blocks(text)
                self.assertIn(message, str(caught.exception))
                self.assertRegex(str(caught.exception), r"^page\.md:\d+: ")

    def test_examples_that_are_wrong(self):
        for text, messages in [
            ("```text\nx\n```\n", ["is neither run nor says why"]),
            ("```lua\nprint(1)   --> 2\n```\n", ["prints"]),
            ("```lua\nprint(1)\n```\n\n    2\n", ["shows"]),
            ("```lua\nerror('no')\n```\n", ["ends with status 1"]),
            ("<!-- expect error -->\n```lua\nprint(1)\n```\n", ["should fail and does not"]),
            ("    $ mastic -e '1 + 1'\n    3\n", ["but this is printed"]),
            ("    $ mastic -e '1 + 1'\n", ["but this is printed"]),
            ("```sh\nmastic nonsense\n```\n", ["ends with status"]),
            ("```lua\n-- a.lua\nprint(1)\n```\n", ["nothing runs the script 'a.lua'"]),
            ("```lua\nprint(1)\n```\n\n<!-- says -->\n\n    2\n", ["these lines are not printed"]),
            ("<!-- commands -->\n\n    mastic bake CAKE\n", ["there is no command 'mastic bake'"]),
            ("<!-- run by: test_nothing.py -->\n```lua\nx\n```\n", ["there is no Tests/EndToEnd/test_nothing.py"]),
        ]:
            with self.subTest(text):
                run = self.run_text(text)
                self.assertEqual(len(run.findings), len(messages), "\n".join(map(str, run.findings)))
                for finding, message in zip(run.findings, messages):
                    self.assertIn(message, str(finding))

    def test_examples_that_are_right(self):
        run = self.run_text("\n".join([
            "<!-- file: people.json -->", "", '    {"id": 1}', "",
            "<!-- prelude -->", "```lua", "local n = 40", "```", "",
            "```lua", "print(n + 2, 'x')   --> 42   x", "```", "", "```lua", "print(n)", "```", "", "```text", "40", "```", "",
            "<!-- setup", "local m = 1", "-->", "```lua", "print(n + m)   --> 41", "```", "",
            "<!-- expect error -->", "```lua", "print(n.a.b)", "```", "", "<!-- says -->", "", "    script.lua:1: ", "", "Then", "",
            "    $ export WHO=you", "    $ cd .", "    $ echo $WHO", "    you", "    $ cat people.json", '    {"id": 1}', "",
            "<!-- fresh folder -->", "```console", "$ ls", "$ mastic run \\", "> nothing.lua", "error...: there is no script...", "...", "```", "",
            "<!-- not run: a picture -->", "```text", "o-o", "```", ""]))
        self.assertEqual([str(finding) for finding in run.findings], [])
        self.assertEqual((run.ran, len(run.skipped)), (10, 1))
