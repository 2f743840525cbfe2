"""The screens of docs/repl.md are what a terminal shows. MASTIC_UPDATE_SCREENS=1 writes them anew."""
import json
import os
import re
import unittest

from support import ROOT, MasticTest

try:
    from terminal import Terminal, control
except ImportError:
    Terminal = None

PAGE = os.path.join(ROOT, "docs", "repl.md")
SCREEN = re.compile(r"<!-- screen (\{.*?\}) -->\n```text\n(.*?)```\n", re.S)
CATEGORIES = ["Books", "Garden", "Music", "Toys"]


@unittest.skipUnless(Terminal, "needs pexpect and pyte")
class Screens(MasticTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        rows = [f"{i},{CATEGORIES[i * 7 % 4]},{i * 37 % 1000 / 4},{'' if i % 5 == 0 else f'2024-01-{i % 28 + 1:02d}'}" for i in range(1, 1225)]
        self.write("sales.csv", "id,category,amount,day\n" + "\n".join(rows) + "\n")
        self.write("wide.csv", ",".join(f"measurement_{i}" for i in range(1, 13)) + "\n" + ",".join(str(i * 1000) for i in range(1, 13)) + "\n")
        self.write("data/sales/part.csv", "id,category,amount,day\n" + "\n".join(rows) + "\n")
        self.succeeds("crawl", "data/sales", "--database", "shop")

    def screen(self, keys, width=80, height=24, prompt=">"):
        terminal = Terminal(cwd=self.folder, env={"MASTIC_HOME": self.home, "HOME": self.folder, "NO_COLOR": "1"}, width=width, height=height)
        try:
            terminal.prompt()
            terminal.keys(control("L")).until(lambda: len(terminal.lines) == 1, "an empty screen")
            for text in keys:
                before = len(terminal.raw)
                terminal.keys(text).until(lambda: len(terminal.raw) > before, "an answer")
                # What the next keys are for must have been drawn.
                quiet = 0
                while quiet < 5:
                    before = len(terminal.raw)
                    terminal.read(0.1)
                    quiet = quiet + 1 if len(terminal.raw) == before else 0
            if keys[-1].endswith("\r"):
                terminal.prompt(prompt)
            return terminal.text + "\n"
        finally:
            terminal.close()

    def test_the_page_shows_what_a_terminal_does(self):
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
        self.assertGreater(len(SCREEN.findall(page)), 8)

        def shown(match):
            text = self.screen(**json.loads(match.group(1)))
            text = re.sub(r"\n(sql)?>\n\Z", "\n", text)
            return f"<!-- screen {match.group(1)} -->\n```text\n{text}```\n"

        now = SCREEN.sub(shown, page)
        if os.environ.get("MASTIC_UPDATE_SCREENS") == "1":
            with open(PAGE, "w", encoding="utf-8") as file:
                file.write(now)
        else:
            self.assertEqual(now, page)


if __name__ == "__main__":
    unittest.main()
