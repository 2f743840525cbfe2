"""docs/mistakes.md: every mistake there gets the message that stands there. MASTIC_UPDATE=1 writes the messages anew."""
import os
import re
import shlex

from support import ROOT, MasticTest

PAGE = os.path.join(ROOT, "docs", "mistakes.md")
FENCE = re.compile(r"^```(\S*)(?: (\S+))?\n(.*?)^```\n", re.M | re.S)


class Mistake:
    """A section of the page: the files and the command that it gives, and the message."""

    def __init__(self, text):
        self.text = text
        self.title = text.split("\n", 1)[0].removeprefix("### ")
        self.files, self.command, self.message, self.language = {}, "mastic run job.lua", None, "text"
        for kind, name, body in FENCE.findall(text):
            if kind == "sh":
                self.command = body.strip()
            elif kind == "console":
                self.message = body
            elif name:
                self.files[name] = body
            elif kind == "lua":
                self.files["job.lua"] = body

    @property
    def names_a_script(self):
        return self.command.split()[-1] in self.files or "project.lua" in self.files

    def with_message(self, message):
        """The section's text with another message."""
        body = self.text if self.message is None else self.text.replace(f"```console\n{self.message}```\n", "")
        return body.rstrip("\n") + f"\n```console\n{message}```\n\n"


# The table at the top of the page stands between these.
INDEX = re.compile(r"^\| Mistake \|.*?(?=^## )", re.M | re.S)


def anchor(title):
    """The address of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def cell(text):
    """A text in a cell of a table."""
    return text.replace("|", "\\|")


def code(text):
    """A text in a cell of a table, as code: back-ticks in it want longer ones around it."""
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return fence + pad + cell(text) + pad + fence


def index(mistakes, messages):
    """The table of all mistakes with what is said of each."""
    lines = ["| Mistake | Code | What is said |", "| --- | --- | --- |"]
    for mistake in mistakes:
        message = messages[mistake.title]
        found = re.search(r"^error\[(E\d{4})\]: (.*)$", message, re.M)
        number = f"[{found[1]}](errors.md#{anchor_of_code(found[1])})" if found else "warning"
        sentence = found[2] if found else message.split("\n")[0].removeprefix("warning: ")
        lines.append(f"| [{cell(mistake.title)}](#{anchor(mistake.title)}) | {number} | {code(sentence)} |")
    return "\n".join(lines) + "\n\n"


def anchor_of_code(number):
    """The address of a code in errors.md."""
    with open(os.path.join(ROOT, "docs", "errors.md")) as file:
        heading = re.search(rf"^### ({number}: .*)$", file.read(), re.M)
    return anchor(heading[1])


def page():
    """What stands before the first mistake, the mistakes, and the headings between them."""
    with open(PAGE) as file:
        text = file.read()
    parts = re.split(r"^(?=### |## )", text, flags=re.M)
    return [Mistake(part) if part.startswith("### ") else part for part in parts]


class MistakeTests(MasticTest):
    def message(self, mistake, common):
        folder = self.path(re.sub(r"\W+", "_", mistake.title))
        for name, body in {**common, **mistake.files}.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w") as file:
                file.write(body)
        self.assertTrue(mistake.command.startswith("mastic "), mistake.title)
        result = self.mastic("--home", os.path.join(folder, "home"), *shlex.split(mistake.command)[1:], cwd=folder)
        # What a run goes on with is a warning.
        self.assertEqual(result.status == 0, result.err.startswith("warning: ") and "error" not in result.err, f"{mistake.title}\n{result}")
        return result.err.replace(folder, "/etl")

    def test_every_mistake_gets_its_message(self):
        parts = page()
        common = {name: body for _, name, body in FENCE.findall(parts[0]) if name}
        mistakes = [part for part in parts if isinstance(part, Mistake)]
        self.assertGreaterEqual(len(mistakes), 60)
        texts = {}
        for mistake in mistakes:
            with self.subTest(mistake=mistake.title):
                message = texts[mistake.title] = self.message(mistake, common)
                if "error[" in message:
                    self.assertRegex(message, r"\A(warning: .*\n)*error\[E\d{4}\]: ")
                    self.assertIn("= try: ", message)
                if "error[" in message and mistake.names_a_script:
                    script = "project.lua" if "project.lua" in mistake.files else "job.lua"
                    line = re.search(re.escape(script) + r":(\d+): ", next(line for line in message.split("\n") if line.startswith("error[")))
                    self.assertIsNotNone(line, message)
                    source = mistake.files[script].split("\n")[int(line[1]) - 1]
                    self.assertIn(source.strip(), message)
                if os.environ.get("MASTIC_UPDATE") != "1":
                    self.assertEqual(message, mistake.message)
        if not all(mistake.title in texts for mistake in mistakes):
            return
        self.assertEqual(len({anchor(mistake.title) for mistake in mistakes}), len(mistakes))
        table = index(mistakes, texts)
        if os.environ.get("MASTIC_UPDATE") == "1":
            head = INDEX.sub("", parts[0] + "## ")[:-3] + table
            rest = [part.with_message(texts[part.title]) if isinstance(part, Mistake) else part for part in parts[1:]]
            with open(PAGE, "w") as file:
                file.write((head + "".join(rest)).rstrip("\n") + "\n")
        else:
            self.assertIn(table, parts[0])
