"""Rounds of random queries over random tables, until there were enough or too many differences."""
import os
import random
import shutil
import time

from . import tables as data
from .compare import difference
from .engines import DuckDB, Mastic, Spark
from .queries import QueryGenerator
from .shrink import shrink

#: The options that rounds run with, in turn.
OPTIONS = [[], ["--memory", "64MiB", "--threads", "2"], ["--no-lift", "--threads", "1"], ["--threads", "2"]]
PER_ROUND = 50
#: A round that does not fit into a small memory.
LARGE_OPTIONS = ["--memory", "16MiB", "--threads", "2"]
LARGE_QUERIES = 20


class Result:
    def __init__(self):
        self.queries, self.skipped, self.rows, self.reports, self.reasons = 0, 0, 0, [], {}

    @property
    def is_clean(self):
        return not self.reports


class Case:
    """A query with both answers."""

    def __init__(self, query, found, expected):
        self.query, self.found, self.expected = query, found, expected

    @property
    def is_skipped(self):
        return self.expected.error is not None and not self.found.fatal

    @property
    def complaint(self):
        """What differs, or None."""
        if self.found.fatal:
            return f"mastic {self.found.error}"
        if self.is_skipped:
            return None
        if self.found.error is not None:
            return "mastic refuses it: " + self.found.error.split("\n")[0]
        return difference(self.found.rows, self.expected.rows, bool(self.query.order) and len(self.query.order) == len(self.query.types))


class Session:
    def __init__(self, folder, mastic, oracle=None, timeout=120):
        self.folder = os.path.realpath(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.mastic, self.timeout = mastic, timeout
        self.oracle = oracle or DuckDB(self.folder)
        self.written = None

    def write(self, tables):
        if self.written is not tables:
            self.written = tables
            for table in tables:
                table.write(self.folder, 5000 if table.count > 5000 else None)

    def cases(self, tables, queries, options):
        """Every query with both answers."""
        self.write(tables)
        found = Mastic(self.folder, self.mastic, options, self.timeout).answers(tables, [(query.render("spark"), query.types) for query in queries])
        expected = self.oracle.answers(tables, [(query.render(self.oracle.dialect), query.types) for query in queries])
        return [Case(*case) for case in zip(queries, found, expected)]


def make_round(seed, large=False):
    chance = random.Random(seed)
    tables = data.make_tables(chance, large)
    generator = QueryGenerator(chance, tables, large)
    return tables, [generator.query() for _ in range(LARGE_QUERIES if large else PER_ROUND)]


def run(folder, mastic, seed, queries, keep=None, most=10, shrinks=True, against=None, say=lambda text: None):
    """Rounds with the seeds from `seed` on."""
    result, started, number = Result(), time.monotonic(), 0
    folder = os.path.realpath(folder)
    session = Session(folder, mastic, Spark(folder, against) if against else None)
    while result.queries < queries and len(result.reports) < most:
        large = number % 8 == 7
        options = LARGE_OPTIONS if large else OPTIONS[number % len(OPTIONS)]
        tables, made = make_round(seed + number, large)
        for index, case in enumerate(session.cases(tables, made, options)):
            if case.is_skipped:
                result.skipped += 1
                reason = " ".join(case.expected.error.split("\n")[0].split()[:9])
                result.reasons[reason] = result.reasons.get(reason, 0) + 1
                continue
            result.queries += 1
            result.rows += len(case.expected.rows or ())
            if case.complaint and len(result.reports) < most:
                report = describe(session, seed + number, index, case, tables, options, keep, shrinks)
                result.reports.append(report)
                say(report + "\n")
        number += 1
        if number % 10 == 0:
            say(f"{result.queries} queries in {time.monotonic() - started:.0f} s, {len(result.reports)} differences")
    say(f"seeds {seed} to {seed + number - 1}: {result.queries} queries with {result.rows} rows in {time.monotonic() - started:.0f} s, "
        f"{result.skipped} left out, {len(result.reports)} differences")
    for reason, count in sorted(result.reasons.items(), key=lambda pair: -pair[1])[:8]:
        say(f"  left out {count}: {reason}")
    return result


def describe(session, seed, index, case, tables, options, keep, shrinks):
    """A report about a difference, made as small as it goes, with files that show it again."""
    kind = "fatal" if case.found.fatal else "refused" if case.found.error else "rows"
    refusal = (case.found.error or "")[:25]

    def fails(query, fewer):
        again = session.cases(fewer, [query], options)[0]
        if again.complaint is None:
            return False
        return kind == ("fatal" if again.found.fatal else "refused" if again.found.error else "rows") and (kind != "refused" or again.found.error.startswith(refusal))

    query = case.query
    if shrinks and fails(query, tables):
        timeout, session.timeout = session.timeout, 10
        query, tables = shrink(query, tables, fails)
        session.timeout = timeout
        session.written = None
        case = session.cases(tables, [query], options)[0]
    lines = [f"-- seed {seed}, query {index}, mastic {' '.join(options)}".rstrip(), query.render("spark"), f"-- {case.complaint}"]
    if session.oracle.dialect != "spark":
        lines.insert(2, f"-- for the other engine:\n{query.render(session.oracle.dialect)}")
    for name, answer in (("mastic", case.found), ("other", case.expected)):
        lines += [f"-- {name}: {answer.error.split(chr(10))[0]}"] if answer.rows is None else [f"-- {name}: {len(answer.rows)} rows"] + [f"   {row}" for row in answer.rows[:5]]
    for table in tables:
        lines.append(f"-- {table.name}: {table.count} rows of {', '.join(f'{column.name} {column.kind.type}' for column in table.columns)}")
        if table.count <= 3:
            lines += ["   " + ", ".join(f"{column.name} {column.values[row]}" for column in table.columns if f".{column.name}" in query.render('spark') or f"({column.name}" in query.render("spark")) for row in range(table.count)]
    if keep:
        place = os.path.join(keep, f"{seed}-{index}")
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        for table in tables:
            table.write(place)
        views = "\n".join(f'spark.read.parquet("{table.name}.parquet"):createOrReplaceTempView("{table.name}")' for table in tables)
        with open(os.path.join(place, "script.lua"), "w", encoding="utf-8") as file:
            file.write(f"{views}\nspark.sql([[{query.render('spark')}]]):show(100, false)\n")
        with open(os.path.join(place, "report.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        lines.append(f"to run it again: cd {place} && {session.mastic} run {' '.join(options)} script.lua")
    return "\n".join(lines)
