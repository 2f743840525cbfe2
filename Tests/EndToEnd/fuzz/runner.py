"""Runs programs over records in each engine and compares what came of them, record by record."""
import os
import re
import shutil
import subprocess

from .records import write_lua

HERE = os.path.dirname(os.path.abspath(__file__))
#: Texts that hold an address are different in each process.
ADDRESS = re.compile(r"(table|record|struct|array|function|builtin|userdata): (0x|builtin)")


class Difference:
    """Engines that do not agree about a program: `what` is `lifting` (Mastic with and without), `interpreter` (Mastic and plain Lua) or `crash`."""

    def __init__(self, what, details, identifiers=()):
        self.what, self.details, self.identifiers = what, details, list(identifiers)


class Outcome:
    """What a process printed, cut into its programs."""

    def __init__(self, status, out, err):
        self.status, self.err = status, err
        self.is_complete = status == 0 and out.endswith("== done\n")
        self.sections = {}
        lines = []
        for line in out.splitlines():
            if line.startswith("== "):
                lines = self.sections.setdefault(line[3:], [])
            else:
                lines.append(line)


class Runner:
    """Runs scripts in a folder of its own, which it fills with the probes and the data."""

    def __init__(self, folder, mastic, lua="lua5.4", timeout=120):
        self.folder, self.mastic, self.lua, self.timeout = folder, mastic, lua, timeout
        self.data = None
        for name in ("mastic", "lua"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
            shutil.copy(os.path.join(HERE, f"probe_{name}.lua"), os.path.join(folder, name, "probe.lua"))
            shutil.copy(os.path.join(HERE, "serialize.lua"), os.path.join(folder, name, "serialize.lua"))

    def use(self, data):
        """Writes the records where both engines find them."""
        if self.data is data:
            return
        self.data = data
        data.write(os.path.join(self.folder, "mastic", data.file_name))
        self.write("mastic/source.lua", f"return {data.source}\n")
        if not data.has_witness:
            return
        if data.format == "csv":
            # Numbers are texts there, the number of a record too.
            data = type(data)([{**record, "id": str(record["id"]).encode()} for record in data.records], data.format, data.columns)
        write_lua(data, os.path.join(self.folder, "lua", "records.lua"))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def process(self, name, command):
        environment = {**os.environ, "MASTIC_HOME": os.path.join(self.folder, "home"), "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        try:
            done = subprocess.run(command, cwd=os.path.join(self.folder, name), env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=self.timeout)
        except subprocess.TimeoutExpired:
            return Outcome(-1, "", f"no end after {self.timeout} s")
        return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    def lifted_filters(self, programs, *options):
        """How many of the programs have a filter whose condition the source is told of: only a lifted one's is known."""
        self.write("mastic/script.lua", script_of(programs))
        outcome = self.process("mastic", [self.mastic, "explain", *options, "script.lua"])
        if not outcome.is_complete:
            raise RuntimeError(f"explain ended with {outcome.status}: {outcome.err[-600:]}")
        return sum(any("Scan " in line and "rows: " in line for line in lines) for lines in outcome.sections.values())

    def run(self, programs):
        """The outcomes of lifted and interpreted, and of a plain Lua where it has the values."""
        script = script_of(programs)
        for name in ("mastic", "lua"):
            self.write(f"{name}/script.lua", script)
        command = [self.mastic, "run", "--quiet"] + (["--threads", str(self.data.threads)] if self.data.threads else [])
        outcomes = [self.process("mastic", command + ["script.lua"]), self.process("mastic", command + ["--no-lift", "script.lua"])]
        return outcomes + [self.process("lua", [self.lua, "script.lua"])] if self.data.has_witness else outcomes

    def compare(self, programs, data):
        """For each program a `Difference`, or None where the engines agree."""
        self.use(data)
        return self.compare_written(programs)

    def compare_written(self, programs):
        outcomes = self.run(programs)
        if all(outcome.is_complete for outcome in outcomes):
            sections = [[outcome.sections.get(str(number), []) for outcome in outcomes] for number in range(len(programs))]
            if self.data.threads != 1:
                # The order of columns that only some batches have is that of the batches' ends.
                sections = [[with_sorted_schema(section) for section in some] for some in sections]
            return [compare_sections(program.verb, *some) for program, some in zip(programs, sections)]
        if len(programs) == 1:
            named = zip(("lifted", "interpreted", "plain Lua"), outcomes)
            return [Difference("crash", [f"{name}: exit status {outcome.status}: {outcome.err.strip()[-600:]}" for name, outcome in named if not outcome.is_complete])]
        # One of them ended the process: each half alone tells which.
        half = len(programs) // 2
        return self.compare_written(programs[:half]) + self.compare_written(programs[half:])


def script_of(programs):
    """A script that applies each program under its number."""
    return 'local probe = require "probe"\n' + "".join(program.render(number) for number, program in enumerate(programs)) + "probe.done()\n"


def with_sorted_schema(lines):
    """The lines with the fields of the printed schema in the order of their names, at each level."""
    schema = [line for line in lines if line.startswith("|")]
    fields, path = [], []
    for line in schema:
        depth, name = line.index("--") // 5, line.split("-- ", 1)[1]
        path = path[:depth] + [name]
        fields.append(path)
    return [" / ".join(field) for field in sorted(fields)] + [line for line in lines if not line.startswith("|")]


def cut(lines):
    """Errors by record, and what the other records became."""
    errors = dict(line[2:].split(" ", 1) for line in lines if line.startswith("E "))
    return errors, [line[2:] for line in lines if line.startswith("R ")]


def compare_sections(verb, lifted, interpreted, plain=None):
    if any(ADDRESS.search(line) for line in plain or interpreted if line.startswith(("E", "R"))):
        return None
    if lifted != interpreted:
        return Difference("lifting", contrast("lifted", lifted, "interpreted", interpreted), changed(lifted, interpreted))
    if plain is None:
        return None
    errors, rows = cut(interpreted)
    expected_errors, expected = cut(plain)
    expected_errors = {key: as_text(message) for key, message in expected_errors.items()}
    keys = [row.split(" ", 1)[0] for row in expected]
    texts = [row.split(" ", 1)[1] for row in expected]
    if verb == "filter":
        rows = [row.split(" ", 1) if " " in row else [row, ""] for row in rows]
        found, wanted = [f"{key} {text}" for key, text in rows], [f"{key} {text}" for key, text in zip(keys, texts)]
    else:
        found, wanted = rows, texts
    if errors == expected_errors and found == wanted:
        if verb == "filter" and f"C {len(rows)}" not in interpreted:
            return Difference("lifting", [f"kept {len(rows)} records, counted {[line for line in interpreted if line.startswith('C ')]}"])
        return None
    identifiers = [key for key in {**errors, **expected_errors} if errors.get(key) != expected_errors.get(key)]
    if len(found) == len(wanted):
        identifiers += [key for key, a, b in zip(keys, found, wanted) if a != b]
    elif verb == "filter":
        identifiers += [row.split(" ", 1)[0] for row in set(found) ^ set(wanted)]
    mine = [f"error {key} {text}" for key, text in sorted(errors.items())] + found
    theirs = [f"error {key} {text}" for key, text in sorted(expected_errors.items())] + wanted
    return Difference("interpreter", contrast("Mastic", mine, "plain Lua", theirs), identifiers)


def as_text(message):
    """A serialized message as an error record has it: messages are text, so bytes that are no UTF-8 are replaced."""
    plain = re.sub(r"\\x(..)", lambda found: chr(int(found[1], 16)), message[1:-1]).encode("latin-1").decode("utf-8", "replace")
    return '"' + re.sub(r"[^ !#-Z_a-~]", lambda found: "".join(f"\\x{byte:02x}" for byte in found[0].encode()), plain) + '"'


def changed(a, b):
    """The records in whose lines two outputs differ, as far as the lines name them."""
    lines = set(a) ^ set(b)
    return [line.split(" ", 2)[1] for line in lines if line.startswith("E ")]


def contrast(name, a, other, b):
    """The first lines in which two lists differ."""
    details = []
    for number in range(max(len(a), len(b))):
        left, right = (lines[number] if number < len(lines) else "(nothing)" for lines in (a, b))
        if left != right:
            details += [f"{name}: {left[:600]}", f"{other}: {right[:600]}"]
        if len(details) >= 6:
            break
    return details
