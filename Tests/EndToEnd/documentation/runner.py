"""Runs the blocks of a page, one after the other, and collects what is not as the page says."""
import ast
import os
import re

from .compare import cleaned, kept, matches, missing_lines
from .notes import RUN_ELSEWHERE
from .page import parse
from .shell import Shell

MARK = "\x01the example\x01"


class Finding:
    """An example that does not do what the page shows. `lines` are what should stand there, where that can be said."""

    def __init__(self, block, message, first=None, last=None, lines=None):
        self.block, self.message, self.first, self.last, self.lines = block, message, first, last, lines

    def __str__(self):
        return f"{self.block}: {self.message}"


class PageRun:
    """What came of a page."""

    def __init__(self, name):
        self.name, self.ran, self.elsewhere, self.skipped, self.findings, self.commands = name, 0, [], [], [], []

    @classmethod
    def elsewhere_by(cls, test, name, path, repository):
        """A page that another test runs as a whole."""
        run = cls(name)
        with open(path, encoding="utf-8") as file:
            run.elsewhere = [(name, test)] * (len(re.findall(r"^ *```\w", file.read(), re.MULTILINE)))
        if not exists_test(repository, test):
            run.findings.append(Finding(name, f"there is no Tests/EndToEnd/{test}"))
        return run


def exists_test(repository, name):
    return os.path.exists(os.path.join(repository, "Tests", "EndToEnd", name))


def run_page(path, name, mastic, repository, more_notes=None):
    other = next((test for place, test in RUN_ELSEWHERE.items() if name == place or name.startswith(place + "/")), None)
    if other:
        return PageRun.elsewhere_by(other, name, path, repository)
    runner = Runner(path, name, mastic, repository, more_notes)
    try:
        runner.run_all()
    finally:
        runner.shell.end()
    return runner.result


def indented_text(text):
    return "\n".join("    " + line for line in text.rstrip("\n").split("\n"))


class Runner:
    def __init__(self, path, name, mastic, repository, more_notes):
        self.blocks = parse(path, name, more_notes)
        self.shell = Shell(mastic, repository)
        self.repository = repository
        self.result = PageRun(name)
        self.prelude, self.setup = "", ""
        #: What the last block that ran printed: standard output, standard error; and the code of the last script.
        self.printed, self.code, self.last_ran = ("", ""), "", None
        self.files = {}

    def found(self, block, message, **place):
        self.result.findings.append(Finding(block, message, **place))

    def run_all(self):
        for index, block in enumerate(self.blocks):
            following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
            self.run(block, following)
        for name, block in self.files.items():
            if block.language == "lua" and not any(name in command for command in self.result.commands):
                self.found(block, f"nothing runs the script '{name}'")

    # What becomes of a block.

    def run(self, block, following):
        if block.has("fresh folder"):
            self.shell.fresh_folder()
            self.prelude = ""
        if block.hidden:
            return self.run_hidden(block, following)
        if block.has("not run"):
            self.result.skipped.append((block, block.notes["not run"]))
            return
        if block.has("run by"):
            if exists_test(self.repository, block.notes["run by"]):
                self.result.elsewhere.append((block, block.notes["run by"]))
            else:
                self.found(block, f"there is no Tests/EndToEnd/{block.notes['run by']}")
            return
        self.result.ran += 1
        if block.has("prelude"):
            self.prelude = block.text
        elif block.has("file"):
            self.write(block, block.notes["file"])
        elif block.has("says"):
            self.says(block)
        elif block.has("commands"):
            self.check_commands(block)
        elif block.language == "lua":
            self.run_lua(block, following)
        elif block.language == "python":
            self.check_python(block)
        elif block.language == "sql":
            self.run_sql(block, following)
        elif block.language == "sh":
            self.run_sh(block, following)
        elif block.language == "console":
            self.run_console(block)
        elif self.is_output(block):
            pass
        else:
            self.result.ran -= 1
            self.found(block, "is neither run nor says why: put a note before it, such as <!-- file: NAME -->, <!-- output -->, <!-- says --> or <!-- not run: REASON -->")

    def is_output(self, block):
        """Whether the block was compared with what the one before it printed."""
        return block is self.compared

    compared = None

    def output_of(self, block, following):
        """The block that shows what this one prints: the one behind it, if that is text of the same section."""
        if following is None or following.hidden or following.language != "text":
            return None
        if following.has("output"):
            return following
        if following.notes and not following.has("figures differ"):
            return None
        return following if following.section == block.section else None

    def run_hidden(self, block, following):
        if block.language == "sh":
            outcome = self.shell.hidden(block.text)
            self.result.commands.append(block.text)
            self.printed, self.last_ran = (outcome.out, ""), block
            if following is not None and (following.has("output") or following.has("figures differ")):
                self.check_output(block, self.output_of(block, following), outcome.out, "")
            if outcome.status:
                self.found(block, f"the hidden commands end with status {outcome.status}:\n{indented_text(outcome.out)}")
        elif block.language == "service":
            self.shell.hidden(block.text, service=True)
            self.result.commands.append(block.text)
        elif block.language == "lua":
            self.run_lua(block, None)
        elif block.language == "setup":
            self.setup = block.text
        elif block.language == "prelude":
            self.prelude = block.text
        elif block.language == "file":
            self.write(block, block.name)

    def write(self, block, name):
        path = os.path.join(self.shell.home, name[2:]) if name.startswith("~/") else os.path.join(self.shell.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(block.text + "\n")
        self.files[name] = block

    # Scripts.

    def run_lua(self, block, following):
        first = block.lines[0].strip() if block.lines else ""
        named = re.fullmatch(r"-- ([\w./-]+\.lua)", first)
        if named:
            return self.write(block, named.group(1))
        command = re.fullmatch(r"-- mastic run ([\w./-]+\.lua)((?: .*)?)", first)
        name, words = (command.group(1), command.group(2).split()) if command else ("script.lua", [])
        if block.has("arguments"):
            words += block.notes["arguments"].split()
        before = self.code if block.has("continues") else self.prelude
        if self.setup:
            before, self.setup = (before + "\n" if before else "") + self.setup, ""
        self.code = before + "\n" + block.text if before else block.text
        self.run_script(block, following, name, words, before)

    def check_python(self, block):
        """Python stands beside Lua: it is not run, but it has to be Python."""
        try:
            ast.parse(block.text)
        except SyntaxError as error:
            self.found(block, f"is no Python: line {error.lineno}: {error.msg}")

    def run_sql(self, block, following):
        before = (self.prelude + "\n" if self.prelude else "") + self.setup
        self.setup = ""
        code = ""
        for statement in re.split(r";[ \t]*(?:\n|$)", block.text):
            if statement.strip():
                code += f"do local rows = spark.sql([==[{statement}]==]) if #rows.columns > 0 then rows:show() end end\n"
        self.run_script(block, following, "script.lua", [], before, code)

    def run_script(self, block, following, name, words, before, code=None):
        code = block.text if code is None else code
        offset = 0
        if before:
            head = f'{before}\nprint("{MARK}")\n'
            offset = head.count("\n")
            code = head + code
        path = os.path.join(self.shell.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(code + "\n")
        outcome = self.shell.run([self.shell.mastic, "run", name, *words])
        out, err = outcome.out, outcome.err
        if before:
            out = out.partition(MARK + "\n")[2]
        out, err = ((re.sub(rf"({re.escape(name)}:)(\d+)", lambda m: m.group(1) + str(int(m.group(2)) - offset) if int(m.group(2)) > offset else m.group(), text))
                    for text in (out, err))
        self.printed, self.last_ran = (out, err), block
        self.check_status(block, outcome.status, out + err)
        self.check_output(block, self.output_of(block, following), out, err)

    def check_status(self, block, status, printed):
        if status < 0 or status >= 128 and status != 130:
            self.found(block, f"it crashed with status {status}:\n{indented_text(printed)}")
        elif block.has("expect error") and status == 0:
            self.found(block, f"it should fail and does not:\n{indented_text(printed)}")
        elif not block.has("expect error") and status:
            self.found(block, f"it ends with status {status}:\n{indented_text(printed)}")

    def check_output(self, block, shown, out, err):
        """Holds output against what the code says in '-->' and the block behind it shows."""
        arrows = [match.group(1).strip() for line in block.lines for match in [re.search(r"-->(.*)$", line)] if match] if block.language == "lua" else []
        expected = cleaned(shown.text) if shown else []
        if shown:
            self.compared = shown
        if not arrows and not shown:
            return
        loose = bool(shown and shown.has("figures differ")) or block.has("figures differ")
        actual_out, actual_all = cleaned(out), cleaned(out + err)
        if arrows:
            # Blanks and tabs between printed values are shown as blanks.
            head = len(arrows)
            for lines in (actual_out, actual_all):
                squeezed = [" ".join(line.split()) for line in lines]
                wanted = [" ".join(line.split()) for line in arrows]
                if not shown and matches(wanted, squeezed, loose):
                    return
                if shown and matches(wanted, squeezed[:head], loose) and matches(expected, lines[head:], loose):
                    return
            place = {"first": shown.first, "last": shown.last, "lines": [(shown.indent + line).rstrip() for line in kept(expected, actual_all[head:], loose)]} if shown else {}
            self.found(block, "prints\n" + indented_text(out + err) + "\n  and not\n" + indented_text("\n".join(arrows + expected)), **place)
            return
        if matches(expected, actual_out, loose) or matches(expected, actual_all, loose):
            return
        self.found(shown, "shows\n" + indented_text(shown.text) + "\n  but this is printed:\n" + indented_text(out + err),
                   first=shown.first, last=shown.last, lines=[(shown.indent + line).rstrip() for line in kept(expected, actual_all, loose)])

    # Commands.

    def run_sh(self, block, following):
        self.result.commands.append(block.text)
        outcome = self.shell.terminal("set -e\n" + block.text, int(block.notes.get("width", 150)))
        self.printed, self.last_ran = (outcome.out, ""), block
        self.check_status(block, outcome.status, outcome.out)
        self.check_output(block, self.output_of(block, following), outcome.out, "")

    def run_console(self, block):
        """Each '$ ' begins a command, lines with '> ' behind it belong to it, and the rest is what it prints."""
        pieces, at, printed = [], 0, ""
        if block.lines and not block.lines[0].startswith("$ "):
            return self.found(block, "a console begins with a command: '$ mastic ...'")
        while at < len(block.lines):
            first, command = at, block.lines[at][2:]
            at += 1
            while at < len(block.lines) and (block.lines[at].startswith("> ") or block.lines[at] == ">"):
                command += "\n" + block.lines[at][2:]
                at += 1
            output = at
            while at < len(block.lines) and not block.lines[at].startswith("$ "):
                at += 1
            expected = block.lines[output:at]
            self.result.commands.append(command)
            outcome = self.shell.terminal(command, int(block.notes.get("width", 150)))
            printed += outcome.out
            actual = cleaned(outcome.out)
            pieces += block.lines[first:output] + kept(expected, actual, block.has("figures differ")) + ([""] if at < len(block.lines) and block.lines[at - 1] == "" else [])
            said = re.search(r"^(error|usage|mastic)\b", outcome.out, re.IGNORECASE | re.MULTILINE)
            if outcome.status < 0 or outcome.status in (134, 139):
                self.found(block, f"'{command}' crashed with status {outcome.status}:\n{indented_text(outcome.out)}")
            elif outcome.status and not block.has("expect error") and not said:
                self.found(block, f"'{command}' ends with status {outcome.status}:\n{indented_text(outcome.out)}")
            elif outcome.status and not block.has("expect error") and not any(line.strip() for line in expected):
                self.found(block, f"'{command}' fails:\n{indented_text(outcome.out)}")
            if not matches(cleaned("\n".join(expected)), actual, block.has("figures differ")):
                self.found(block, f"'{command}' shows\n" + indented_text("\n".join(expected)) + "\n  but this is printed:\n" + indented_text(outcome.out))
        self.printed, self.last_ran = (printed, ""), block
        for finding in self.result.findings:
            if finding.block is block:
                finding.first, finding.last, finding.lines = block.first, block.last, [(block.indent + line).rstrip() for line in pieces]

    def says(self, block):
        """Each line of the block occurs in what the block before it printed."""
        if self.last_ran is None:
            return self.found(block, "no block before it was run")
        missing = missing_lines(block.lines, cleaned("".join(self.printed)), block.has("figures differ"))
        if missing:
            self.found(block, "these lines are not printed:\n" + indented_text("\n".join(missing)) + "\n  but:\n" + indented_text("".join(self.printed)))

    def check_commands(self, block):
        """Each line of a synopsis names a command that is there, and options that it has."""
        for line in block.lines:
            words = re.match(r"mastic(( [a-z]+)*(?: \| [a-z]+)*)", line)
            if not words:
                continue
            synopsis = re.split(r"  +", line)[0]
            options = set(re.findall(r"--[a-z-]+", synopsis))
            for command in self.alternatives(synopsis):
                outcome = self.shell.run([self.shell.mastic, *command, "--help"])
                if outcome.status:
                    self.found(block, f"there is no command 'mastic {' '.join(command)}'")
                options -= set(re.findall(r"--[a-z-]+", outcome.out))
            if options:
                self.found(block, f"'{synopsis}' has no {', '.join(sorted(options))}")

    @staticmethod
    def alternatives(synopsis):
        """`mastic catalog databases | tables DB` as [["catalog", "databases"], ["catalog", "tables"]]."""
        found, before = [], None
        for part in synopsis.split("|"):
            words = part.split()
            if before is None:
                words = words[1:]
            names = []
            for word in words:
                if not re.fullmatch(r"[a-z]+", word):
                    break
                names.append(word)
            if before is None:
                before = names[:-1]
                found.append(names)
            elif names:
                found.append(before + names[:1])
        return found
