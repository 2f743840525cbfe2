"""DataFrames: what scripts ask of them, with DuckDB as the witness over the same Parquet files."""
import datetime
import decimal
import math
import os

from support import DATA, MasticTest, duckdb, files_below, needs_data, needs_duckdb, needs_pyarrow, parquet_rows

#: Lua that reads the test's tables.
TABLES = """
local function table_of(name)
  return glueContext.create_dynamic_frame.from_options{
    connection_type = "s3", connection_options = {paths = {name .. ".parquet"}}, format = "parquet"}:toDF()
end
"""

#: Sums of doubles come in quarters, so that their order does not matter.
SALES = """
    SELECT i AS id, CASE WHEN hash(i) % 9 = 0 THEN NULL ELSE 's' || hash(i * 3) % 7 END AS shop,
      DATE '2024-01-01' + CAST(hash(i * 5) % 60 AS INT) AS day, CASE WHEN hash(i * 7) % 11 = 0 THEN NULL ELSE (hash(i * 11) % 4000)::DOUBLE / 4 END AS amount,
      CASE WHEN hash(i * 13) % 5 = 0 THEN NULL ELSE CAST(hash(i * 17) % 20 AS INT) END AS units, CAST(hash(i * 19) % 100000 AS DECIMAL(10, 2)) / 100 AS raw,
      'a note that is longer than a few letters ' || hash(i * 23) % 50 AS note
    FROM range({rows}) AS t(i)"""
SHOPS = """
    SELECT * FROM (VALUES ('s0', 'Oslo', 10), ('s1', 'Rome', 20), ('s1', 'Riga', 21), ('s3', 'Bonn', NULL), ('s9', 'Bern', 90), (NULL, 'none', 0)) AS t(shop, city, size)"""


def plain(value):
    """A value as it compares: fractions of one kind, times without a zone."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value


def agree(a, b):
    """Whether two values are equal, as far as sums in another order are."""
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
    return a == b


def sortable(row):
    return [(value is None, f"{value:.6g}" if isinstance(value, float) else str(value)) for value in row]


@needs_duckdb
@needs_pyarrow
class DataFrameTest(MasticTest):
    rows = 3000

    def setUp(self):
        super().setUp()
        self.duck = duckdb.connect()
        self.addCleanup(self.duck.close)
        self.table("sales", f"SELECT id, shop, day, amount, units, CAST(raw AS DECIMAL(8, 2)) AS price, note FROM ({SALES.format(rows=self.rows)})")
        self.table("shops", SHOPS)

    def table(self, name, query):
        """Writes a query's rows to a file that both sides read."""
        path = self.path(f"{name}.parquet")
        self.duck.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        self.duck.sql(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{path}'")

    def result(self, code, *options):
        """The rows of a Lua expression over `sales` and `shops`, in the order in which they were written."""
        for path in files_below(self.path("out")):
            os.remove(path)
        self.write("script.lua", f"""{TABLES}
            local sales, shops = table_of("sales"), table_of("shops")
            local function result() {code if "return " in code else "return " + code} end
            result():write():mode("overwrite"):parquet("out")""")
        self.succeeds("run", *options, "script.lua")
        return parquet_rows(self.path("out"))

    def assertSame(self, code, query, *options, ordered=False):
        """The Lua expression gives the query's rows, under its names."""
        found = self.result(code, *options)
        relation = self.duck.sql(query)
        names = relation.columns
        expected = [[plain(value) for value in row] for row in relation.fetchall()]
        self.assertTrue(expected, "a query without rows shows nothing")
        self.assertEqual(list(found[0]) if found else [], names, code)
        mine = [[plain(row[name]) for name in names] for row in found]
        if not ordered:
            expected.sort(key=sortable)
            mine.sort(key=sortable)
        self.assertEqual(len(mine), len(expected), code)
        for number, (a, b) in enumerate(zip(mine, expected)):
            self.assertTrue(all(map(agree, a, b)), f"row {number} of {code}: {a} instead of {b}")


class GroupTests(DataFrameTest):
    def test_aggregates(self):
        self.assertSame(
            """sales:groupBy("shop"):agg(F.count("*"):alias("n"), F.count("amount"):alias("amounts"), F.sum("amount"):alias("total"), F.sum("units"):alias("units"),
                 F.sum("price"):alias("price"), F.avg("amount"):alias("mean"), F.min("day"):alias("first"), F.max("note"):alias("last"),
                 F.countDistinct("units"):alias("kinds"), F.stddev("amount"):alias("spread"), F.var_pop("units"):alias("variance"))""",
            """SELECT shop, count(*) AS n, count(amount) AS amounts, sum(amount) AS total, sum(units)::BIGINT AS units, sum(price) AS price, avg(amount) AS mean,
                 min(day) AS first, max(note) AS last, count(DISTINCT units) AS kinds, stddev_samp(amount) AS spread, var_pop(units) AS variance
               FROM sales GROUP BY shop""")

    def test_keys_that_are_computed(self):
        self.assertSame(
            """sales:groupBy((F.col("id") % 7):alias("key"), "shop"):agg(F.sum("amount"):alias("total"))""",
            "SELECT id % 7 AS key, shop, sum(amount) AS total FROM sales GROUP BY ALL")

    def test_all_rows(self):
        self.assertSame("""sales:agg(F.sum("amount"):alias("total"), F.count("*"):alias("n"))""", "SELECT sum(amount) AS total, count(*) AS n FROM sales")
        self.assertSame("""sales:select(F.sum("amount"):alias("total"), F.max("id"):alias("id"))""", "SELECT sum(amount) AS total, max(id) AS id FROM sales")

    def test_shorthands(self):
        self.assertSame("""sales:groupBy("shop"):count()""", "SELECT shop, count(*) AS count FROM sales GROUP BY shop")
        self.assertSame("""sales:groupBy("shop", "units"):sum("amount")""", 'SELECT shop, units, sum(amount) AS "sum(amount)" FROM sales GROUP BY ALL')
        self.assertSame("""sales:groupBy("shop"):agg{amount = "avg"}""", 'SELECT shop, avg(amount) AS "avg(amount)" FROM sales GROUP BY ALL')

    def test_distinct(self):
        self.assertSame("""sales:select("shop", "units"):distinct()""", "SELECT DISTINCT shop, units FROM sales")
        found = self.result("""sales:dropDuplicates{"shop", "units"}""")
        self.assertEqual(len(found), len(self.duck.sql("SELECT DISTINCT shop, units FROM sales").fetchall()))


class FunctionTests(DataFrameTest):
    """How `F` and Columns take arguments; what functions answer is tested with the engine."""

    def test_names_and_values(self):
        self.assertSame(
            """sales:select("id", F.upper("shop"):alias("upper"), F.lpad("shop", 4, "*"):alias("pad"), F.concat_ws("-", "shop", "units"):alias("both"),
                 F.substring("note", 1, 6):alias("start"), F.round("amount", 1):alias("rounded"), F.regexp_replace("note", "[0-9]+", "#"):alias("masked"),
                 F.coalesce(F.col("units"), F.lit(-1)):alias("units"), F.date_add("day", 1):alias("next"), F.md5("note"):alias("digest"), F.instr("note", "is"):alias("at"))""",
            """SELECT id, upper(shop) AS upper, lpad(shop, 4, '*') AS pad, concat_ws('-', shop, units) AS both, substring(note, 1, 6) AS start, round(amount, 1) AS rounded,
                 regexp_replace(note, '[0-9]+', '#', 'g') AS masked, coalesce(units, -1) AS units, day + 1 AS next, md5(note) AS digest, instr(note, 'is') AS at FROM sales""")

    def test_conditions(self):
        self.assertSame(
            """sales:select("id", F.when(F.col("units"):lt(5), "few"):when(F.col("units"):lt(15), "some"):otherwise("many"):alias("size"),
                 F.when(F.col("units"):gt(15), 1):alias("flag"))""",
            """SELECT id, CASE WHEN units < 5 THEN 'few' WHEN units < 15 THEN 'some' ELSE 'many' END AS size, CASE WHEN units > 15 THEN 1 END AS flag FROM sales""")

    def test_methods(self):
        self.assertSame(
            """sales:select("id", F.col("note"):substr(1, 6):alias("start"), F.col("shop"):startswith("s"):alias("begins"), F.col("note"):endswith("7"):alias("ends"),
                 F.col("note"):contains("longer"):alias("has"), F.col("note"):rlike("[0-9]{2}$"):alias("matches"), F.col("shop"):ilike("S1%"):alias("alike"),
                 F.col("units"):bitwiseAND(6):alias("bits"), (F.col("shop") .. "/" .. F.col("units")):alias("path"))""",
            """SELECT id, substr(note, 1, 6) AS start, starts_with(shop, 's') AS begins, suffix(note, '7') AS ends, contains(note, 'longer') AS has,
                 regexp_matches(note, '[0-9]{2}$') AS matches, shop ILIKE 'S1%' AS alike, units & 6 AS bits, shop || '/' || units AS path FROM sales""")

    def test_names_of_arguments(self):
        self.assertSame("""sales:select("id", F.round("amount", {scale = 0}):alias("r"))""", "SELECT id, round(amount, 0) AS r FROM sales")

    def test_rows_have_ids(self):
        found = self.result("""sales:select("id", F.monotonically_increasing_id():alias("n"), F.rand(3):alias("r"))""")
        self.assertEqual(len({row["n"] for row in found}), self.rows)
        self.assertTrue(all(0 <= row["r"] < 1 for row in found))
        again = self.result("""sales:select("id", F.rand(3):alias("r"))""", "--threads", "1")
        self.assertEqual({row["id"]: row["r"] for row in found}, {row["id"]: row["r"] for row in again})

    def test_errors(self):
        for code, message in {
            """F.uper("a")""": "there is no function 'uper'; did you mean 'upper'?",
            """F.sentences("a")""": "Spark's function 'sentences' is not supported",
            """F.lpad("a")""": "takes 2 to 3 arguments, not 1",
            """F.round("a", {scales = 1})""": "takes columns and plain values",
            """F.col("a"):when(true, 1)""": "Column:when follows F.when(...) or another when",
        }.items():
            with self.subTest(code=code):
                self.write("wrong.lua", f"local column = {code}")
                self.fails("run", "wrong.lua", says=[message])


class JoinTests(DataFrameTest):
    def test_kinds(self):
        for how, query in {
            "inner": "SELECT s.*, city, size FROM sales s JOIN shops USING (shop)",
            "left": "SELECT s.*, city, size FROM sales s LEFT JOIN shops USING (shop)",
            "left_semi": "SELECT s.* FROM sales s WHERE shop IN (SELECT shop FROM shops)",
            "left_anti": "SELECT s.* FROM sales s WHERE NOT EXISTS (FROM shops h WHERE h.shop = s.shop)",
        }.items():
            with self.subTest(how=how):
                columns = "shop, id, day, amount, units, price, note" + (", city, size" if "shops USING" in query else "")
                self.assertSame(f"""sales:join(shops, "shop", "{how}")""", f"SELECT {columns} FROM ({query})")

    def test_several_names(self):
        self.assertSame(
            """sales:select("id", "shop", "units"):join(sales:select("shop", "units", "day"):distinct(), {"shop", "units"})""",
            """SELECT shop, units, id, day FROM (SELECT id, shop, units FROM sales) JOIN (SELECT DISTINCT shop, units, day FROM sales) USING (shop, units)""")

    def test_join_and_group(self):
        self.assertSame(
            """sales:join(shops, "shop"):groupBy("city"):agg(F.sum("units"):alias("units"))""",
            "SELECT city, sum(units)::BIGINT AS units FROM sales JOIN shops USING (shop) GROUP BY city")


class ColumnTests(DataFrameTest):
    def test_select(self):
        self.assertSame(
            """sales:select("id", (F.col("units") * 2 + 1):alias("twice"), F.col("note"):like("%7"):alias("seven"), F.lit("x"):alias("x"))""",
            "SELECT id, units * 2 + 1 AS twice, note LIKE '%7' AS seven, 'x' AS x FROM sales")
        self.assertSame("""sales:select("*", F.expr("units + 1"):alias("more"))""", "SELECT *, units + 1 AS more FROM sales")

    def test_with_column(self):
        self.assertSame(
            """sales:withColumn("units", F.col("units") + 1):withColumn("total", F.col("amount") * F.col("units"))""",
            "SELECT id, shop, day, amount, units + 1 AS units, price, note, amount * (units + 1) AS total FROM sales")
        self.assertSame(
            """sales:withColumns{b = F.lit(1), a = F.col("id") + 1}:withColumnRenamed("id", "key"):drop("note")""",
            "SELECT id AS key, shop, day, amount, units, price, id + 1 AS a, 1 AS b FROM sales")

    def test_filter(self):
        for condition in ["""sales:filter("amount > 500 and shop in ('s1', 's2')")""",
                          """sales:where(F.col("amount"):gt(500) & F.col("shop"):isin("s1", "s2"))"""]:
            self.assertSame(condition, "SELECT * FROM sales WHERE amount > 500 AND shop IN ('s1', 's2')")

    def test_order(self):
        self.assertSame(
            """sales:orderBy(F.desc("shop"), F.asc_nulls_last("units"), "id")""",
            "SELECT * FROM sales ORDER BY shop DESC NULLS LAST, units ASC NULLS LAST, id", ordered=True)
        self.assertSame("""sales:orderBy("amount", "id"):limit(40)""", "SELECT * FROM sales ORDER BY amount NULLS FIRST, id LIMIT 40", ordered=True)

    def test_union(self):
        self.assertSame("""sales:select("id", "shop"):union(shops:select("size", "city"))""", "SELECT id, shop FROM sales UNION ALL SELECT size, city FROM shops")
        self.assertSame(
            """shops:unionByName(sales:select("units", "shop"):withColumnRenamed("units", "size"):withColumn("city", F.lit("?")))""",
            "SELECT shop, city, size FROM shops UNION ALL SELECT shop, '?', units FROM sales")
        self.assertSame(
            """shops:unionByName(sales:select("shop", "units"), true)""", "SELECT shop, city, size, NULL::INT AS units FROM shops UNION ALL SELECT shop, NULL, NULL, units FROM sales")

    def test_errors_teach(self):
        for code, says in {
            """sales:select("ammount")""": ["'ammount'", "did you mean 'amount'?"],
            """sales:withColumn("a", F.col("unit") + 1)""": ["'unit'", "did you mean 'units'?"],
            """sales:withColumn("a", 1)""": ["F.lit"],
            """sales:select("id", "ID"):write():parquet("twice")""": ["two columns are called 'id'", "alias"],
            """sales:select("id", F.sum("units"))""": ["'id' is neither grouped by nor in an aggregate", "first(id)"],
            """sales:filter(F.sum("units"):gt(1))""": ["sum(units): an aggregate cannot stand here", "agg"],
            """sales:union(shops)""": ["7 and 3 columns"],
            """sales:unionByName(shops)""": ["no column 'id'"],
            """shops:union(sales:select("shop", "id", "day"))""": ["cast"],
        }.items():
            with self.subTest(code=code):
                self.script_fails(TABLES + f'local sales, shops = table_of("sales"), table_of("shops")\nreturn {code}:count()', says=says + ["script.lua:7"])


class WriteTests(DataFrameTest):
    def test_modes(self):
        write = TABLES + """
            local sales = table_of("sales")
            sales:limit(%d):write():mode("%s"):parquet("out")"""
        def rows():
            return len(parquet_rows(self.path("out")))
        self.script(write % (10, "error"))
        self.assertEqual(rows(), 10)
        self.script_fails(write % (5, "error"), says=["already exists", "overwrite"])
        self.script(write % (5, "ignore"))
        self.assertEqual(rows(), 10)
        self.script(write % (5, "append"))
        self.assertEqual(rows(), 15)
        self.script(write % (7, "overwrite"))
        self.assertEqual(rows(), 7)
        self.script_fails(write % (7, "overwrit"), says=["did you mean 'overwrite'?"])

    def test_partitions(self):
        self.script(TABLES + """table_of("sales"):write():partitionBy("shop", "units"):parquet("out")""")
        folders = {os.path.relpath(os.path.dirname(path), self.path("out")) for path in files_below(self.path("out"))}
        self.assertIn("shop=s1/units=3", folders)
        self.assertIn("shop=__HIVE_DEFAULT_PARTITION__/units=3", folders)
        glob_of_all = self.path("out", "**", "*.parquet")
        self.assertEqual(
            self.duck.sql(f"SELECT shop, count(*), sum(id) FROM read_parquet('{glob_of_all}', hive_partitioning = true) GROUP BY shop ORDER BY ALL").fetchall(),
            self.duck.sql("SELECT shop, count(*), sum(id) FROM sales GROUP BY shop ORDER BY ALL").fetchall())
        self.assertNotIn("shop", parquet_rows(self.path("out"))[0])

    def test_formats(self):
        self.script(TABLES + """
            local some = table_of("sales"):select("id", "shop", "day"):orderBy("id"):limit(3)
            some:write():option("header", true):csv("csv")
            some:write():format("json"):save("json")""")
        (path,) = files_below(self.path("csv"))
        with open(path) as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[0].replace('"', ""), "id,shop,day")
        self.assertEqual(len(lines), 4)
        (path,) = files_below(self.path("json"))
        self.assertEqual(
            self.duck.sql(f"SELECT id, shop, CAST(day AS DATE) FROM read_json('{path}', format = 'newline_delimited') ORDER BY id").fetchall(),
            self.duck.sql("SELECT id, shop, day FROM sales ORDER BY id LIMIT 3").fetchall())


#: Windows in Lua, and the same in SQL: what stands before OVER, the window, and the window in SQL. Rows of equal days are told apart by their id
#: wherever the answer would depend on it.
WINDOWS = [
    ("F.row_number()", "row_number()", "id"),
    ("F.rank()", "rank()", "day"),
    ("F.dense_rank()", "dense_rank()", "day"),
    ("F.percent_rank()", "percent_rank()", "day"),
    ("F.cume_dist()", "cume_dist()", "day"),
    ("F.ntile(4)", "ntile(4)", "id"),
    ("""F.lag("amount")""", "lag(amount)", "id"),
    ("""F.lag("amount", 2, 0)""", "lag(amount, 2, 0)", "id"),
    ("""F.lead("note", 3, "none")""", "lead(note, 3, 'none')", "id"),
    ("""F.lead{col = "shop", offset = 1}""", "lead(shop, 1)", "id"),
    ("""F.first_value("units")""", "first_value(units)", "id"),
    ("""F.first_value("units", true)""", "first_value(units IGNORE NULLS)", "id"),
    ("""F.last_value("units", true)""", "last_value(units IGNORE NULLS)", "id"),
    ("""F.nth_value("units", 2)""", "nth_value(units, 2)", "id"),
    ("""F.last("note")""", "last_value(note)", "id"),
    ("""F.sum("amount")""", "sum(amount)", "day"),
    ("""F.sum("units")""", "sum(units)::BIGINT", "day"),
    ("""F.sum("price")""", "sum(price)", "day"),
    ("""F.avg("amount")""", "avg(amount)", "day"),
    ("""F.count("amount")""", "count(amount)", "day"),
    ("""F.count("*")""", "count(*)", "day"),
    ("""F.min("amount")""", "min(amount)", "day"),
    ("""F.max("note")""", "max(note)", "day"),
    ("""F.stddev("amount")""", "stddev_samp(amount)", "day"),
    ("""F.var_pop("units")""", "var_pop(units)", "day"),
]
RANKINGS = ("F.row_number", "F.rank", "F.dense", "F.percent", "F.cume", "F.ntile", "F.lag", "F.lead")
FRAMES = [
    ("rowsBetween(Window.unboundedPreceding, Window.currentRow)", "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"),
    ("rowsBetween(-6, 0)", "ROWS BETWEEN 6 PRECEDING AND CURRENT ROW"),
    ("rowsBetween(-2, 3)", "ROWS BETWEEN 2 PRECEDING AND 3 FOLLOWING"),
    ("rowsBetween(1, Window.unboundedFollowing)", "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"),
    ("rowsBetween(-300, 300)", "ROWS BETWEEN 300 PRECEDING AND 300 FOLLOWING"),
    ("rangeBetween(Window.unboundedPreceding, Window.unboundedFollowing)", "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"),
    ("rangeBetween(Window.currentRow, Window.unboundedFollowing)", "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"),
    ("rangeBetween(-100, 50)", "RANGE BETWEEN 100 PRECEDING AND 50 FOLLOWING"),
]


class WindowTests(DataFrameTest):
    def assertWindows(self, items, *options):
        """Items are Lua and SQL of a column each."""
        lua = ", ".join(f'{code}:alias("w{number}")' for number, (code, _) in enumerate(items))
        sql = ", ".join(f"{code} AS w{number}" for number, (_, code) in enumerate(items))
        self.assertSame(f'sales:select("id", {lua})', f"SELECT id, {sql} FROM sales", *options)

    def default_windows(self):
        for partition in ["shop", None]:
            items = []
            for code, sql, order in WINDOWS:
                by = f'partitionBy("{partition}"):' if partition else ""
                items.append((f'{code}:over(Window.{by}orderBy("{order}"))',
                              sql.replace(")::", f") OVER ({'PARTITION BY ' + partition if partition else ''} ORDER BY {order} NULLS FIRST)::") if "::" in sql
                              else f"{sql} OVER ({'PARTITION BY ' + partition if partition else ''} ORDER BY {order} NULLS FIRST)"))
            yield partition, items

    def test_functions(self):
        for partition, items in self.default_windows():
            with self.subTest(partition=partition):
                self.assertWindows(items)

    def test_functions_where_memory_is_short(self):
        for threads in ["1", "3"]:
            for partition, items in self.default_windows():
                with self.subTest(partition=partition, threads=threads):
                    self.assertWindows(items, "--memory", "64MiB", "--threads", threads)

    def test_frames(self):
        for frame, clause in FRAMES:
            with self.subTest(frame=frame):
                items = []
                for code, sql, _ in WINDOWS:
                    if code.startswith(RANKINGS):
                        continue
                    over = f"OVER (PARTITION BY shop ORDER BY id NULLS FIRST {clause})"
                    items.append((f'{code}:over(Window.partitionBy("shop"):orderBy("id"):{frame})', sql.replace("::", f" {over}::") if "::" in sql else f"{sql} {over}"))
                self.assertWindows(items)

    def test_descending_ranges(self):
        self.assertWindows([
            ("""F.sum("amount"):over(Window.partitionBy("shop"):orderBy(F.desc("units")):rangeBetween(-2, 1))""",
             "sum(amount) OVER (PARTITION BY shop ORDER BY units DESC NULLS LAST RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING)"),
            ("""F.count("*"):over(Window.orderBy(F.asc_nulls_last("amount")):rangeBetween(-0.5, 10))""",
             "count(*) OVER (ORDER BY amount ASC NULLS LAST RANGE BETWEEN 0.5 PRECEDING AND 10 FOLLOWING)"),
            ("""F.count("*"):over(Window.orderBy("price"):rangeBetween(-3, Window.currentRow))""",
             "count(*) OVER (ORDER BY price NULLS FIRST RANGE BETWEEN 3 PRECEDING AND CURRENT ROW)"),
        ])

    def test_without_order(self):
        self.assertWindows([
            ("""F.sum("amount"):over(Window.partitionBy("shop", "units"))""", "sum(amount) OVER (PARTITION BY shop, units)"),
            ("""F.max("note"):over(Window)""", "max(note) OVER ()"), ("""F.count("*"):over(Window.partitionBy())""", "count(*) OVER ()"),
        ])

    def test_expressions_around_windows(self):
        self.assertSame(
            """sales:withColumn("share", F.col("amount") / F.sum("amount"):over(Window.partitionBy("shop")))
                    :withColumn("amount", F.max("amount"):over(Window.partitionBy("shop")))
                    :withColumn("change", (F.col("units") - F.lag("units"):over(Window.partitionBy("shop"):orderBy("id"))):cast("bigint"))""",
            """SELECT id, shop, day, max(amount) OVER s AS amount, units, price, note, amount / sum(amount) OVER s AS share,
                 (units - lag(units) OVER (PARTITION BY shop ORDER BY id))::BIGINT AS change
               FROM sales WINDOW s AS (PARTITION BY shop)""")

    def test_partitions_and_orders_that_are_computed(self):
        self.assertWindows([
            ("""F.row_number():over(Window.partitionBy(F.col("id") % 10):orderBy((F.col("id") * -1)))""",
             "row_number() OVER (PARTITION BY id % 10 ORDER BY id * -1)"),
            ("""F.sum(F.col("units") * 2):over(Window.partitionBy("SHOP"))""", "(sum(units * 2) OVER (PARTITION BY shop))::BIGINT"),
        ])

    def test_the_best_of_each(self):
        self.assertSame(
            """sales:withColumn("n", F.row_number():over(Window.partitionBy("shop"):orderBy(F.desc("amount"), "id"))):filter("n <= 3 and shop <> 's2'"):drop("n")""",
            """SELECT * FROM sales WHERE shop <> 's2' QUALIFY row_number() OVER (PARTITION BY shop ORDER BY amount DESC NULLS LAST, id) <= 3""")

    def test_rows_come_in_the_order_of_the_window(self):
        found = self.result("""sales:withColumn("n", F.row_number():over(Window.orderBy(F.desc("id"))))""")
        self.assertEqual([row["id"] for row in found], list(range(self.rows - 1, -1, -1)))
        self.assertEqual([row["n"] for row in found], list(range(1, self.rows + 1)))

    def test_lists(self):
        found = self.result("""sales:select("id", F.collect_list("units"):over(Window.partitionBy("shop"):orderBy("id"):rowsBetween(-3, 0)):alias("list"))""")
        expected = self.duck.sql("""SELECT id, list(units) OVER (PARTITION BY shop ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM sales""").fetchall()
        self.assertEqual({row["id"]: row["list"] for row in found}, {key: [item for item in items if item is not None] for key, items in expected})

    @needs_data
    def test_weather(self):
        """Hourly weather of three airports, with gaps."""
        path = os.path.join(DATA, "nycflights", "weather.csv")
        self.table("sales", f"SELECT row_number() OVER () AS id, * FROM read_csv('{path}', nullstr = 'NA', types = {{'time_hour': 'TIMESTAMP'}})")
        over = "(PARTITION BY origin ORDER BY time_hour, id {})"
        window = 'Window.partitionBy("origin"):orderBy("time_hour", "id")'
        self.assertWindows([
            (f'F.avg("temp"):over({window}:rowsBetween(-23, 0))', f"avg(temp) OVER {over.format('ROWS BETWEEN 23 PRECEDING AND CURRENT ROW')}"),
            (f'F.max("wind_gust"):over({window}:rowsBetween(-500, 500))', f"max(wind_gust) OVER {over.format('ROWS BETWEEN 500 PRECEDING AND 500 FOLLOWING')}"),
            (f'F.stddev("temp"):over({window}:rowsBetween(-500, 500))', f"stddev_samp(temp) OVER {over.format('ROWS BETWEEN 500 PRECEDING AND 500 FOLLOWING')}"),
            (f'F.last("wind_gust", true):over({window})', f"last_value(wind_gust IGNORE NULLS) OVER {over.format('')}"),
            (f'F.lead("time_hour", 24):over({window})', f"lead(time_hour, 24) OVER {over.format('')}"),
            ('F.rank():over(Window.partitionBy("origin", "month"):orderBy(F.desc("temp")))', "rank() OVER (PARTITION BY origin, month ORDER BY temp DESC NULLS LAST)"),
        ])

    def test_errors_teach(self):
        window = 'Window.partitionBy("shop"):orderBy("day")'
        for code, says in {
            'sales:select(F.row_number():over(Window.partitionBy("shop")))': ["row_number()", "orderBy"],
            "sales:select(F.rank())": ["rank()", ":over("],
            'sales:select(F.col("id"):over(Window))': ["'id' is neither"],
            'sales:select(F.sum("id"):over("shop"))': ["Window.partitionBy", "'shop'"],
            f'sales:select(F.sum("unit"):over({window}))': ["'unit'", "did you mean 'units'?"],
            'sales:select(F.sum("units"):over(Window.partitionBy("shp")))': ["'shp'", "did you mean 'shop'?"],
            f'sales:filter(F.rank():over({window}):lt(3))': ["withColumn"],
            f'sales:groupBy("shop"):agg(F.sum("units"):over({window}))': ["aggregates"],
            f'sales:select(F.sum(F.rank():over({window})):over({window}))': ["nested"],
            f'sales:select(F.rank():over({window}:rowsBetween(-1, 0)))': ["frame of its own"],
            'sales:select(F.sum("id"):over(Window.orderBy("note"):rangeBetween(-1, 0)))': ["'note' is of type string"],
            'Window.orderby("a")': ["did you mean 'orderBy'?"],
            'Window.rowsBetween("a", 0)': ["Window.unboundedPreceding"],
            "F.row_numbr()": ["did you mean 'row_number'?"],
            'sales:select(F.countDistinct("id"):over(Window))': ["collect_set"],
        }.items():
            with self.subTest(code=code):
                self.script_fails(TABLES + f'local sales = table_of("sales")\nreturn {code}', says=says + ["script.lua:7"])
