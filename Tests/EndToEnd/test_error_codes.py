"""The catalogue of errors: each code's bad example gives that code, its good example does not; docs/errors.md says what the catalogue says.

MASTIC_UPDATE=1 writes docs/errors.md anew."""
import json
import os
import re
import shlex

from support import ROOT, MasticTest

PAGE = os.path.join(ROOT, "docs", "errors.md")
HEAD = """# Errors

Every error has a code that stays what it is. `mastic help CODE` shows what stands here; this page is generated from the same catalogue
(`stdlib/errors.txt`), and a test runs every example. The commonest mistakes with their whole messages are in [mistakes.md](mistakes.md).

"""


def fenced(example, head):
    """An example for the page: its files and its command."""
    scripted = "job.lua" in example["Command"] or len(example["Files"]) == 1
    text = f"{head}, with `mastic {example['Command']}`:\n\n"
    for file in example["Files"]:
        if file["Name"] != "job.lua" and file["Text"]:
            text += f"`{file['Name']}`\n"
        if (file["Name"] != "job.lua" or scripted and "job.lua" in example["Command"] or "not run" not in file["Text"]) and file["Text"]:
            text += f"```{'lua' if file['Name'].endswith('.lua') else 'text'}\n{file['Text']}```\n"
    return text + "\n"


def page(codes):
    text, group = HEAD, None
    for code in codes:
        if code["Group"] != group:
            group = code["Group"]
            text += f"## {group}\n\n"
        text += f"### {code['Code']}: {code['Title']}\n\n"
        if code["Explanation"]:
            text += code["Explanation"] + "\n\n"
        text += f"Next step: {code['Advice']}.\n\n"
        if code.get("Bad"):
            text += fenced(code["Bad"], "This gives the error") + fenced(code["Good"], "This does not")
        if code.get("WithoutExample"):
            text += f"There is no example: {code['WithoutExample']}.\n\n"
    return text.rstrip("\n") + "\n"


class ErrorCodeTests(MasticTest):
    def codes(self):
        return json.loads(self.succeeds("help", "--codes", "--json").out)

    def run_example(self, code, kind):
        """The result of an example in a folder of its own."""
        example = code[kind]
        folder = self.path(code["Code"] + kind)
        os.makedirs(folder)
        for file in example["Files"]:
            path = os.path.join(folder, file["Name"])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as out:
                out.write(file["Text"])
        home = ["--home", os.path.join(folder, "home")]
        if "job.lua" not in example["Command"]:
            self.mastic(*home, "run", "job.lua", cwd=folder)
        *before, last = example["Command"].split(" && mastic ")
        for command in before:
            self.assertEqual(self.mastic(*home, *shlex.split(command), cwd=folder).status, 0, command)
        return self.mastic(*home, *shlex.split(last), cwd=folder)

    def test_examples(self):
        for code in self.codes():
            with self.subTest(code=code["Code"]):
                self.assertTrue(code["Title"] and code["Advice"] and code["Explanation"], code)
                # A code has a bad and a good example, or a reason for having none.
                self.assertEqual(bool(code.get("Bad")), bool(code.get("Good")), code)
                self.assertNotEqual(bool(code.get("Bad")), bool(code.get("WithoutExample")), code)
                if not code.get("Bad"):
                    continue
                bad = self.run_example(code, "Bad")
                said = bad.out + bad.err
                self.assertIn(f"[{code['Code']}]: ", said, bad)
                self.assertIn("= try: ", said, bad)
                self.assertIn(f"mastic help {code['Code']}", said, bad)
                is_warning = f"warning[{code['Code']}]" in said
                self.assertEqual(bad.status == 0, is_warning, bad)
                good = self.run_example(code, "Good")
                self.assertEqual(good.status, 0, good)
                self.assertNotIn("error", good.err, good)
                self.assertNotIn(f"[{code['Code']}]", good.out, good)

    def test_the_page_says_what_the_catalogue_says(self):
        text = page(self.codes())
        if os.environ.get("MASTIC_UPDATE") == "1":
            with open(PAGE, "w") as file:
                file.write(text)
        with open(PAGE) as file:
            self.assertEqual(file.read(), text)

    def test_help(self):
        result = self.succeeds("help", "E1201")
        self.assertTrue(result.out.startswith("E1201: there is no column of that name\n"), result)
        self.assertIn('df:filter("amout > 10"):show()', result.out)
        self.assertEqual(self.succeeds("help", "1201").out, result.out)
        self.assertEqual(self.succeeds("help", "e1201").out, result.out)
        self.assertIn("USAGE: mastic run", self.succeeds("help", "run").out)
        self.assertIn("USAGE: mastic catalog show", self.succeeds("help", "catalog", "show").out)
        self.assertIn("SUBCOMMANDS:", self.succeeds("help").out)
        lines = self.lines("help", "--codes")
        self.assertIn("E1201  there is no column of that name", lines)
        self.assertTrue(all(re.match(r"E\d{4}  \S", line) for line in lines), lines)
        self.assertEqual(self.lines("help", "errors"), lines)
        self.fails("help", "chekc", says=["there is no help on 'chekc'", "mastic help check"])
        self.fails("help", "E9999", says=["there is no error 'E9999'"])
