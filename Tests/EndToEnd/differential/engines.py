"""The engines: each answers queries over the Parquet files of a folder with rows of plain values.

Integers are int, doubles float, decimals Decimal, dates the days and timestamps the microseconds since 1970, booleans bool and strings str."""
import datetime
import decimal
import json
import os
import re
import subprocess
import threading

import duckdb
import pyarrow

from .expressions import MACROS


class Answer:
    """Rows, or the sentence why there are none."""

    def __init__(self, rows=None, error=None, fatal=False):
        self.rows, self.error, self.fatal = rows, error, fatal


SCRIPT = r"""
for _, name in ipairs{%s} do spark.read.parquet(name .. ".parquet"):createOrReplaceTempView(name) end
local escapes = {["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r"}
local function shown(value)
  if value == nil then return "-" end
  local kind = type(value)
  if kind == "boolean" then return value and "T" or "F" end
  if kind == "number" then return math.type(value) == "integer" and "i" .. value or string.format("f%%.17g", value) end
  if kind == "string" then return "s" .. value:gsub("[\\\n\t\r]", escapes) end
  return "u" .. tostring(value)
end
local file = assert(io.open("queries.txt"))
local text = file:read("a")
file:close()
local number = 0
for query in text:gmatch("[^\n]+") do
  print("== " .. number)
  io.stdout:flush()
  number = number + 1
  local ok, message = pcall(function()
    local frame = spark.sql(query)
    local names, lines = frame.columns, {}
    for index, row in ipairs(frame:collect()) do
      local values = {}
      for i = 1, #names do values[i] = shown(row[i]) end
      lines[index] = table.concat(values, "\t")
    end
    for _, line in ipairs(lines) do print(">" .. line) end
  end)
  if not ok then print("!" .. shown(tostring(message))) end
end
print("== done")
"""
BACK = {"\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\r": "\r"}


def unescaped(text):
    return re.sub(r"\\.", lambda found: BACK[found.group()], text)


def days(text):
    year, month, day = re.fullmatch(r"([+-]?\d+)-(\d\d)-(\d\d)", text).groups()
    year, month, day = int(year), int(month), int(day)
    # Python's calendar ends with the year 9999; four centuries have 146097 days.
    shift = (year - 2000) // 400
    return (datetime.date(year - shift * 400, month, day) - datetime.date(1970, 1, 1)).days + shift * 146097


def microseconds(text):
    date, time = text.split(" ")
    hour, minute, second = time.split(":")
    return days(date) * 86_400_000_000 + (int(hour) * 60 + int(minute)) * 60_000_000 + int(decimal.Decimal(second) * 1_000_000)


def parsed(text, type):
    mark, rest = text[:1], text[1:]
    if mark == "-":
        return None
    if mark in "TF":
        return mark == "T"
    if mark == "i":
        return int(rest)
    if mark == "f":
        return float(rest)
    if mark == "s":
        return unescaped(rest)
    if type.startswith("decimal"):
        return decimal.Decimal(rest)
    return days(rest) if type == "date" else microseconds(rest) if type == "timestamp" else rest


class Mastic:
    dialect = "spark"

    def __init__(self, folder, program, options=(), timeout=120):
        self.folder, self.program, self.options, self.timeout = folder, program, list(options), timeout

    def answers(self, tables, queries):
        """The answers to queries, each a pair of a text and its columns' types. A query that ends the process is the last one; the others run in another."""
        found = []
        while len(found) < len(queries):
            found += self.run(tables, queries[len(found):])
        return found

    def run(self, tables, queries):
        with open(os.path.join(self.folder, "script.lua"), "w") as file:
            file.write(SCRIPT % ", ".join(f'"{table.name}"' for table in tables))
        with open(os.path.join(self.folder, "queries.txt"), "w", encoding="utf-8") as file:
            file.writelines(text + "\n" for text, _ in queries)
        environment = {**os.environ, "MASTIC_HOME": os.path.join(self.folder, "home"), "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        with open(os.path.join(self.folder, "out.txt"), "wb") as out, open(os.path.join(self.folder, "err.txt"), "wb") as err:
            try:
                status = subprocess.run([self.program, "run", *self.options, "script.lua"], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=out, stderr=err, timeout=self.timeout).returncode
                why = f"ended with {status}"
            except subprocess.TimeoutExpired:
                why = f"no end after {self.timeout} s"
        with open(os.path.join(self.folder, "out.txt"), encoding="utf-8", errors="replace", newline="\n") as file:
            lines = file.read().split("\n")
        answers = []
        for line in lines:
            if line.startswith("== "):
                answers.append(Answer([]))
            elif line.startswith(">"):
                # A row's columns; a line that the end of the process cut off is left out below.
                answers[-1].rows.append(line[1:])
            elif line.startswith("!"):
                answers[-1] = Answer(error=unescaped(line[2:]))
        if answers and "== done" in lines[-2:]:
            answers.pop()
        else:
            with open(os.path.join(self.folder, "err.txt"), encoding="utf-8", errors="replace") as file:
                last = Answer(error=f"{why}: {file.read()[-500:]}", fatal=True)
            answers[-1:] = [last]
        for answer, (_, types) in zip(answers, queries):
            if answer.rows is not None:
                answer.rows = [tuple(parsed(*pair) for pair in zip(row.split("\t"), types)) for row in answer.rows]
        return answers


class DuckDB:
    dialect = "duck"

    def __init__(self, folder, timeout=30):
        self.folder, self.timeout, self.tables, self.connection = folder, timeout, None, None

    def use(self, tables):
        if self.tables is tables:
            return
        self.tables = tables
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        for macro in MACROS:
            self.connection.execute(macro)
        for table in tables:
            columns = ", ".join(f"make_timestamp(epoch_us({column.name})) AS {column.name}" if column.kind.type == "timestamp" else column.name for column in table.columns)
            self.connection.execute(f"CREATE TABLE {table.name} AS SELECT {columns} FROM read_parquet('{self.folder}/{table.name}.parquet')")

    def answers(self, tables, queries):
        self.use(tables)
        return [self.answer(text) for text, _ in queries]

    def answer(self, text):
        timer = threading.Timer(self.timeout, self.connection.interrupt)
        timer.start()
        try:
            table = self.connection.sql(text).to_arrow_table()
        except (duckdb.Error, RuntimeError) as error:
            return Answer(error=str(error))
        finally:
            timer.cancel()
        columns = []
        for column in table.columns:
            if pyarrow.types.is_date(column.type):
                column = column.cast(pyarrow.int32())
            elif pyarrow.types.is_timestamp(column.type):
                column = column.cast(pyarrow.timestamp("us")).cast(pyarrow.int64())
            columns.append(column.to_pylist())
        return Answer(list(zip(*columns)))


SERVER = r"""
import json, sys
from pyspark.sql import SparkSession, functions as F
spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.ansi.enabled", "false").config("spark.sql.session.timeZone", "UTC")
  .config("spark.sql.shuffle.partitions", "1").config("spark.sql.adaptive.enabled", "false").config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
  .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC").config("spark.sql.crossJoin.enabled", "true").config("spark.log.level", "OFF").getOrCreate())
out = sys.stdout
for line in sys.stdin:
    asked = json.loads(line)
    try:
        for name in asked.get("tables", []):
            spark.read.parquet(asked["folder"] + "/" + name + ".parquet").createOrReplaceTempView(name)
        rows = None
        if "query" in asked:
            frame = spark.sql(asked["query"])
            shown = []
            for i, (name, kind) in enumerate(frame.dtypes):
                column = F.col(name)
                shown.append(F.unix_date(column) if kind == "date" else F.unix_micros(column) if kind == "timestamp" else column.cast("string") if kind.startswith("decimal") else column)
            rows = [[repr(value) if isinstance(value, float) else value for value in row] for row in frame.select(shown).collect()]
            answer = {"rows": rows, "types": [kind for _, kind in frame.dtypes]}
        else:
            answer = {}
    except Exception as error:
        answer = {"error": str(error)[:2000]}
    out.write(json.dumps(answer) + "\n")
    out.flush()
"""


class Spark:
    """PySpark, in the Python that has it. Slow to start and to answer."""
    dialect = "spark"

    def __init__(self, folder, python):
        self.folder, self.tables = folder, None
        self.child = subprocess.Popen([python, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, **what):
        self.child.stdin.write(json.dumps(what) + "\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def answers(self, tables, queries):
        if self.tables is not tables:
            self.ask(folder=self.folder, tables=[table.name for table in tables])
            self.tables = tables
        return [self.answer(text) for text, _ in queries]

    def answer(self, text):
        told = self.ask(query=text)
        if "error" in told:
            return Answer(error=told["error"])
        rows = []
        for row in told["rows"]:
            rows.append(tuple(None if value is None else float(value) if type in ("double", "float") else decimal.Decimal(value) if type.startswith("decimal") else value
                              for value, type in zip(row, told["types"])))
        return Answer(rows)
