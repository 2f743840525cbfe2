"""Rounds of random functions over random records, until there were enough pairs or too many differences."""
import os
import random
import shutil
import time

from . import records
from .generator import Generator
from .runner import Runner
from .shrink import shrink

FORMATS = ["json", "json", "json", "parquet", "parquet", "parquet", "csv", "typed csv", "valued"]
#: Functions and records of a round. Most rounds are small; some have several batches.
SHAPES = [(60, 40), (40, 150), (40, 150), (40, 400), (20, 1500)]
LARGE = (3, 20000)


class Result:
    def __init__(self):
        self.pairs = self.functions = 0
        self.reports = []

    @property
    def is_clean(self):
        return not self.reports


def make_round(seed, large=False):
    """The data set and the programs of one round."""
    chance = random.Random(seed)
    formats = [name for name in FORMATS if name not in ("parquet", "valued") or records.pyarrow]
    functions, count = LARGE if large else chance.choice(SHAPES)
    data = records.make_data(chance, count, chance.choice(formats))
    generator = Generator(chance, data.columns)
    return data, [generator.program() for _ in range(functions)]


def run(folder, mastic, lua, seed, pairs, keep=None, most=10, shrinks=True, say=lambda text: None):
    """Rounds with the seeds from `seed` on."""
    result, started = Result(), time.monotonic()
    runner = Runner(folder, mastic, lua)
    number = 0
    while result.pairs < pairs and len(result.reports) < most:
        data, programs = make_round(seed + number, large=number % 25 == 24)
        found = runner.compare(programs, data)
        result.pairs += len(programs) * len(data.records)
        result.functions += len(programs)
        for index, difference in enumerate(found):
            if difference and len(result.reports) < most:
                small, fewer = programs[index], data
                if shrinks:
                    small, fewer, difference = shrink(small, data, runner, difference)
                report = describe(seed + number, index, small, fewer, difference)
                if keep:
                    report += f"\nto run it again: {write_reproduction(keep, seed + number, index, small, fewer, runner)}"
                result.reports.append(report)
                say(report + "\n")
        number += 1
        if number % 10 == 0:
            say(f"{result.pairs} pairs of {result.functions} functions in {time.monotonic() - started:.0f} s, {len(result.reports)} differences")
    say(f"seeds {seed} to {seed + number - 1}: {result.pairs} pairs of a function and a record, {result.functions} functions, {len(result.reports)} differences")
    return result


def shown_record(record):
    return "{" + ", ".join(f"{name} = {records.lua_value(value, name == 'bin') if name not in records.VALUES else value}" for name, value in record.items() if value is not None) + "}"


def describe(seed, index, program, data, difference):
    shown = "\n".join(shown_record(record) for record in data.records[:3])
    more = f"\n... and {len(data.records) - 3} more" if len(data.records) > 3 else ""
    return f"-- {difference.what}: seed {seed}, function {index}, {data.format}\n{program.render(0)}-- records:\n{shown}{more}\n" + "\n".join(difference.details)


def write_reproduction(keep, seed, index, program, data, runner):
    """A folder that holds all that is needed, and the script that runs it."""
    folder = os.path.join(keep, f"{seed}-{index}")
    shutil.rmtree(folder, ignore_errors=True)
    small = Runner(folder, runner.mastic, runner.lua)
    small.use(data)
    small.run([program])
    small.write("run", f"""#!/bin/sh
cd "$(dirname "$0")/mastic"
echo '-- lifted'; {runner.mastic} run script.lua
echo '-- interpreted'; {runner.mastic} run --no-lift script.lua
echo '-- plain Lua'; cd ../lua; {runner.lua} script.lua
""")
    os.chmod(os.path.join(folder, "run"), 0o755)
    return os.path.join(folder, "run")
