"""SQL: statements against the catalog, as `spark.sql` runs them."""
import os

from support import MasticTest, files_below, needs_pyarrow, parquet_rows

#: Lua that prints a query's rows, a row a line.
SHOW = """
local function show(text)
  local frame = spark.sql(text)
  print(table.concat(frame.columns, ","))
  for _, row in ipairs(frame:collect()) do
    local values = {}
    for i = 1, #frame.columns do values[i] = tostring(row[i]) end
    print(table.concat(values, "|"))
  end
end
local function run(...) for _, text in ipairs{...} do spark.sql(text) end end
local function fails(text)
  local ok, message = pcall(spark.sql, text)
  print(ok and "worked" or (tostring(message):match("^(.-)\\n") or tostring(message)):gsub("^script.lua:%d+: ", ""))
end
"""


class SQLStatementsTest(MasticTest):
    def lua(self, code, **options):
        return self.script(SHOW + code, **options).out.strip().split("\n")

    def test_a_table_from_its_making_to_its_end(self):
        out = self.lua("""
            run("CREATE DATABASE shop COMMENT 'sales'", "USE shop",
                "CREATE TABLE sales (id BIGINT, item STRING COMMENT 'what', price DECIMAL(8,2)) PARTITIONED BY (day DATE)",
                "INSERT INTO sales VALUES (1, 'pen', 1.5, DATE '2024-01-01'), (2, 'ink', 20, DATE '2024-01-02')",
                "INSERT INTO sales PARTITION (day = '2024-01-03') (item, id) SELECT 'nib', 3")
            show("SELECT * FROM sales ORDER BY id")
            show("SHOW PARTITIONS sales")
            show("SHOW TABLES")
            show("DESCRIBE sales")
            show("SELECT count(*) AS n, sum(price) AS total FROM shop.sales WHERE day < '2024-01-03'")
            run("ALTER TABLE sales DROP PARTITION (day = '2024-01-01')", "ALTER TABLE sales RENAME TO sold")
            show("SELECT id FROM sold ORDER BY 1")
            run("DROP TABLE sold")
            show("SHOW TABLES")
            fails("SELECT * FROM sold")
        """)
        self.assertEqual(out, [
            "id,item,price,day", "1|pen|1.50|2024-01-01", "2|ink|20.00|2024-01-02", "3|nib|nil|2024-01-03",
            "partition", "day=2024-01-01", "day=2024-01-02", "day=2024-01-03",
            "namespace,tableName,isTemporary", "shop|sales|false",
            "col_name,data_type,comment", "id|bigint|nil", "item|string|what", "price|decimal(8,2)|nil", "day|date|nil", "# Partition Information||",
            "# col_name|data_type|comment", "day|date|nil",
            "n,total", "2|21.50", "id", "2", "3", "namespace,tableName,isTemporary", "there is no table or view 'sold'"])
        self.assertEqual(files_below(self.path("warehouse")), [])

    def test_within_a_job_nothing_shows_before_the_commit(self):
        code = """
            local job = Job(glueContext)
            job:init("sql")
            run("CREATE TABLE t (a INT, p STRING) PARTITIONED BY (p)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')")
            show("SELECT a, p FROM t ORDER BY a")
        """
        self.assertEqual(self.lua(code + "if true then return end"), ["a,p", "1|x", "2|y"])
        self.fails("run", self.write("bad.lua", SHOW + code.replace("TABLE t", "TABLE u").replace("INTO t", "INTO u").replace("FROM t", "FROM u") + "error('no')"))
        self.assertEqual(self.lua('show("SHOW TABLES")'), ["namespace,tableName,isTemporary", "default|t|false"])

    @needs_pyarrow
    def test_tables_of_queries_in_every_format(self):
        out = self.lua("""
            run("CREATE TABLE a USING parquet AS SELECT id, id % 2 AS even FROM range(5)",
                "CREATE TABLE b USING csv OPTIONS (header 'true', sep '|') LOCATION 'elsewhere' AS SELECT * FROM a",
                "CREATE TABLE c STORED AS jsonfile PARTITIONED BY (even) AS SELECT * FROM a")
            for _, name in ipairs{"a", "b", "c"} do show("SELECT sum(id) AS s, count(DISTINCT even) AS n FROM " .. name) end
            show("SHOW PARTITIONS c")
            show("SHOW CREATE TABLE b")
        """)
        self.assertEqual(out[:6], ["s,n", "10|2"] * 3)
        self.assertEqual(out[6:9], ["partition", "even=0", "even=1"])
        self.assertIn("USING csv", out)
        self.assertEqual(sorted(row["id"] for row in parquet_rows(self.path("warehouse", "a"))), [0, 1, 2, 3, 4])
        with open(os.path.join(self.path("elsewhere"), files_below(self.path("elsewhere"))[0])) as file:
            self.assertEqual(file.readline().strip().replace('"', ""), "id|even")

    def test_overwriting(self):
        out = self.lua("""
            run("CREATE TABLE t (a INT) PARTITIONED BY (p INT)", "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
                "INSERT OVERWRITE t PARTITION (p = 1) SELECT 10")
            show("SELECT a, p FROM t ORDER BY p")
            run("SET spark.sql.sources.partitionOverwriteMode = dynamic", "INSERT OVERWRITE t SELECT 20, 2")
            show("SELECT a, p FROM t ORDER BY p")
            run("SET spark.sql.sources.partitionOverwriteMode = static", "INSERT OVERWRITE TABLE t SELECT a + 1, p FROM t WHERE p > 2")
            show("SELECT a, p FROM t ORDER BY p")
            show("SHOW PARTITIONS t")
            run("TRUNCATE TABLE t")
            show("SELECT count(*) AS n FROM t")
        """)
        self.assertEqual(out, [
            "a,p", "10|1", "2|2", "3|3", "a,p", "10|1", "20|2", "3|3", "a,p", "4|3", "partition", "p=3", "n", "0"])

    def test_views(self):
        out = self.lua("""
            run("CREATE DATABASE d", "CREATE TABLE d.t AS SELECT id, id * 2 AS twice FROM range(4)", "USE d",
                "CREATE VIEW big (number, doubled) AS SELECT * FROM t WHERE id > 1", "USE default",
                "CREATE OR REPLACE TEMP VIEW small AS SELECT * FROM d.t WHERE id < 2")
            show("SELECT * FROM d.big b JOIN small s ON b.number = s.id + 2 ORDER BY number")
            show("SHOW VIEWS IN d")
            fails("CREATE VIEW d.big AS SELECT 1 AS a")
            run("CREATE OR REPLACE VIEW d.big AS SELECT 7 AS seven")
            show("SELECT * FROM d.big")
            fails("DROP TABLE d.big")
            fails("INSERT INTO d.big VALUES (1)")
            run("DROP VIEW d.big", "DROP VIEW small", "DROP VIEW IF EXISTS small")
            fails("SELECT * FROM small")
            fails("DROP DATABASE d")
            run("DROP DATABASE d CASCADE")
            show("SHOW DATABASES")
        """)
        self.assertEqual(out, [
            "number,doubled,id,twice", "2|4|0|0", "3|6|1|2", "namespace,viewName,isTemporary", "d|big|false", "|small|true",
            "there is a view 'd.big' already; CREATE OR REPLACE VIEW replaces it", "seven", "7", "'d.big' is a view: DROP VIEW takes it away",
            "'d.big' is a view, which nothing can be written into", "there is no table or view 'small'",
            "the database 'd' has 1 table; DROP DATABASE ... CASCADE drops them too", "namespace", "default"])

    def test_repairing_and_adding_partitions(self):
        out = self.lua("""
            spark.range(6):selectExpr("id", "id % 3 AS k"):write():partitionBy("k"):parquet("data")
            run("CREATE TABLE t (id BIGINT, k INT) USING parquet PARTITIONED BY (k) LOCATION 'data'")
            show("SELECT count(*) AS n FROM t")
            run("ALTER TABLE t ADD PARTITION (k = 1)")
            show("SELECT count(*) AS n FROM t")
            run("MSCK REPAIR TABLE t")
            show("SELECT count(*) AS n, sum(k) AS k FROM t")
            fails("ALTER TABLE t ADD PARTITION (k = 1)")
            fails("ALTER TABLE t DROP PARTITION (k = 9)")
            run("DROP TABLE t")
        """)
        self.assertEqual(out, [
            "n", "0", "n", "2", "n,k", "6|6", "'default.t' has the partition k=1 already",
            "there is no such partition of 'default.t'; DROP IF EXISTS takes it as it is"])
        self.assertEqual(len(files_below(self.path("data"))), 3)

    def test_what_cannot_be_inserted(self):
        out = self.lua("""
            run("CREATE TABLE t (a INT, b STRING) PARTITIONED BY (p INT)")
            fails("INSERT INTO t VALUES (1, 'x')")
            fails("INSERT INTO t VALUES ('x', 'x', 1)")
            fails("INSERT INTO t PARTITION (q = 1) SELECT 1, 'x'")
            fails("INSERT INTO t PARTITION (p = 'x') SELECT 1, 'x'")
            fails("INSERT INTO t (a, c, p) SELECT 1, 'x', 1")
            fails("INSERT INTO tt VALUES (1)")
            fails("CREATE TABLE t (a INT)")
            fails("CREATE TABLE u (a INT) USING orc")
            fails("CREATE TABLE u AS SELECT 1 AS a, 2 AS A")
            fails("CREATE TABLE u AS SELECT NULL AS a")
            fails("CREATE TABLE u (a INT) PARTITIONED BY (b)")
            fails("USE nowhere")
            run("CREATE TABLE IF NOT EXISTS t (a INT)", "INSERT INTO t BY NAME SELECT 5 AS p, 6 AS a", "DROP TABLE IF EXISTS u")
            show("SELECT * FROM t")
        """)
        self.assertEqual(out, [
            "the query has 2 columns, and the table 'default.t' takes 3: a, b, p",
            "'col1' is of type string and cannot be stored in the column 'a' of type int; cast it: CAST(... AS INT)",
            "'q' is no partition column of 'default.t'; it is partitioned by p", "'x' is no value of type int, which 'p' has",
            "the table 'default.t' has no column 'c'", "there is no table 'tt'; did you mean 't'?",
            "there is a table 'default.t' already; CREATE TABLE IF NOT EXISTS leaves it, DROP TABLE takes it away",
            "tables of format 'orc' are not supported; there are csv, json and parquet", "two columns of the query are called 'A'; give one another name with AS",
            "the column 'a' has no type, because it is always NULL; cast it to one",
            "the table is to be partitioned by 'b', which is none of its columns", "there is no database 'nowhere' (known: default)",
            "a,b,p", "6|nil|5"])

    def test_settings_plans_and_the_rest(self):
        out = self.lua("""
            show("SET spark.sql.ansi.enabled")
            show("SET spark.sql.ansi.enabled = true")
            show("SET spark.sql.ansi.enabled")
            run("RESET spark.sql.ansi.enabled")
            show("SET spark.sql.ansi.enabled")
            show("DESCRIBE SELECT 1 AS a, 'x' AS b")
            show("SHOW CURRENT DATABASE")
            show("SHOW FUNCTIONS LIKE 'row_num*'")
            run("CACHE TABLE c AS SELECT 1 AS a")
            show("SELECT * FROM c")
            run("UNCACHE TABLE c", "CLEAR CACHE")
            print(spark.sql("EXPLAIN SELECT 1 AS a"):collect()[1].plan ~= "")
            print(#spark.sql("CREATE TEMP VIEW v AS SELECT 1").columns)
        """)
        key = "spark.sql.ansi.enabled"
        self.assertEqual(out, [
            "key,value", f"{key}|false", "key,value", f"{key}|true", "key,value", f"{key}|true", "key,value", f"{key}|false", "col_name,data_type,comment", "a|int|nil",
            "b|string|nil", "catalog,namespace", "spark_catalog|default", "function", "row_number", "a", "1", "true", "0"])

    def test_errors_point_at_the_place(self):
        result = self.script_fails(SHOW + 'spark.sql("SELECT a,\\n  FROM t")')
        self.assertIn("'FROM' stands here where a value is expected; the comma before it is one too many\n", result.err)
        result = self.script_fails(SHOW + 'spark.sql("SELECT id\\nFROM range(3)\\nWHERE idd > 1")')
        self.assertIn("there is no column 'idd'; did you mean 'id'?\n", result.err)
