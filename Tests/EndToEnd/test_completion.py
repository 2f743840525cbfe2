"""What is offered where: completion as the kernel answers it, candidate by candidate."""
import time

from kernels import KernelTest, needs_jupyter

SETUP = """
df = spark.createDataFrame({{id = 1, year = 2004, maker = "x", name = {first = "a", last = "b"}}})
odd = spark.createDataFrame({{["a b"] = 1, ["x.y"] = 2, order = 3, ["sel\\"ect"] = 4, plain = 5}})
dyf = DynamicFrame.fromDF(df, glueContext, "d")
odd:createOrReplaceTempView("odd")
df:createOrReplaceTempView("people")
spark:sql("CREATE DATABASE `odd-db`")
spark:sql("CREATE TABLE `odd-db`.one (id INT, word STRING) USING parquet")
spark:sql("CREATE DATABASE shop")
spark:sql("CREATE TABLE shop.orders (id INT, amount DOUBLE, address STRUCT<city: STRING, zip: STRING>) USING parquet")
deep = {a = {alpha = 1, ["be ta"] = 2}}
"""


@needs_jupyter
class Completion(KernelTest):
    def setUp(self):
        super().setUp()
        self.write("folder/one.csv", "a\n1\n")
        self.cells = self.kernel()
        ran = self.cells.run(SETUP)
        self.assertEqual(ran.status, "ok", ran)

    def offers(self, text, behind=""):
        """What is offered at the end of a text, in the order of the list."""
        found = self.cells.ask("complete_request", {"code": text + behind, "cursor_pos": len(text)})
        self.assertEqual(found["status"], "ok")
        return found["matches"]

    def completed(self, text, behind=""):
        """The text with the one candidate put in."""
        found = self.cells.ask("complete_request", {"code": text + behind, "cursor_pos": len(text)})
        self.assertEqual(len(found["matches"]), 1, f"{text}: {found['matches'][:10]}")
        return text[:found["cursor_start"]] + found["matches"][0]

    def sql(self, text, behind=""):
        return self.offers(f"%%sql\n{text}", behind)

    def columns(self, text):
        """The columns that are offered in a text behind an expression."""
        return sorted(self.offers(text))

    # Names

    def test_names_that_sql_would_misread_come_in_back_ticks(self):
        for text, behind, result in [
            ("select * from `odd", "", ["`odd-db`.", "`odd`"]), ("select * from `odd-", "", ["`odd-db`."]), ("select * from `odd-db`.o", "", ["one"]),
            ("select `a", " from odd", ["`a b`"]), ("select * from odd where `o", "", ["`odd`", "`order`"]), ("select * from odd where pl", "", ["plain"]),
            ("use odd", "", ["`odd-db`"]), ("select w from `odd-db`.one where wor", "", ["word"]), ("select `odd-db`.one.w", " from `odd-db`.one", ["word"]),
        ]:
            self.assertEqual(sorted(self.sql(text, behind)), sorted(result), text)
        self.assertIn("`a b`", self.sql("select * from odd where a"))
        self.assertIn("`order`", self.sql("select * from odd where o"))
        self.assertIn("`x.y`", self.sql("select * from odd where x"))
        self.assertEqual(self.sql("select * from odd where x."), ["`x.y`"])

    def test_what_is_offered_can_be_run(self):
        for name in ["a", "x", "o", "s"]:
            column = [found for found in self.offers(f'odd:filter("{name}') if found.startswith("`")]
            self.assertEqual(len(column), 1, name)
            ran = self.cells.run(f'print(odd:filter("{column[0]} > 0"):count())')
            self.assertEqual(ran.out, "1\n", ran)
        for name in ["a", "x", "o", "s"]:
            text = self.completed(f'odd:select("{name}')
            ran = self.cells.run(f'print(#{text}"):collect())')
            self.assertEqual(ran.out, "1\n", ran)

    def test_names_that_are_no_paths_come_as_they_are(self):
        for text in ['odd["x', 'odd:withColumn("x', 'odd:withColumnRenamed("x']:
            self.assertEqual(self.offers(text), ["x.y"], text)
        self.assertEqual(self.offers("odd:select('sel"), ['sel"ect'])
        self.assertEqual(self.offers('odd:select("sel'), ['sel\\"ect'])

    def test_an_open_back_tick_is_part_of_the_name(self):
        self.assertEqual(self.completed('odd:filter("`a'), 'odd:filter("`a b`')
        self.assertEqual(self.completed('odd:select("`pl'), 'odd:select("`plain`')
        self.assertEqual(self.completed('odd:select("`x.'), 'odd:select("`x.y`')
        # One that is closed already is not closed again.
        self.assertEqual(self.completed('odd:filter("`a', '` > 1")'), 'odd:filter("`a b')
        self.assertEqual(self.offers('odd:filter("`a b`'), [])

    # Strings

    def test_strings_are_what_their_argument_is(self):
        columns = ["id", "maker", "name", "year"]
        for text in [
            'DropFields.apply{frame = dyf, paths = {"', "SelectFields.apply{frame = dyf, paths = {'", 'SelectFields.apply(dyf, {"', 'dyf:drop_fields{"',
            'Unbox.apply{frame = dyf, path = "', 'ApplyMapping.apply{frame = dyf, mappings = {{"', 'df:groupBy("',
        ]:
            self.assertEqual(self.columns(text), columns, text)
        for text in [
            "F.col('year'):cast('", 'ApplyMapping.apply{frame = dyf, mappings = {{"year", "', 'dyf:apply_mapping({{"year", "int", "y", "',
            "df:select(df.year:cast('",
        ]:
            found = self.offers(text)
            self.assertIn("bigint", found, text)
            self.assertNotIn("year", found, text)
        self.assertEqual(self.offers('df:plot{kind = "'), ["bar", "line", "histogram", "scatter"])
        self.assertIn("make_cols", self.offers('dyf:resolveChoice({{"year", "'))
        self.assertIn("spark.sql.ansi.enabled", self.offers("spark.conf:set('"))
        self.assertEqual(self.offers("glueContext.create_dynamic_frame.from_catalog('sh"), ["shop"])
        self.assertEqual(self.offers("glueContext.create_dynamic_frame.from_catalog('shop', '"), ["orders"])
        self.assertIn("shop", self.offers("spark.catalog:listTables('"))
        self.assertIn("left_anti", self.offers("df:join(odd, 'id', '"))
        self.assertIn("shop.", self.offers("spark.table('"))
        self.assertEqual(self.offers("deep.a['"), ["alpha", "be ta"])
        self.assertEqual(self.offers('df:write.mode("o'), ["overwrite"])
        self.assertIn("Filter", self.offers("help('Fil"))
        self.assertIn("E1201", self.offers('help("E12'))

    def test_help_has_a_page_of_every_name_that_is_offered(self):
        names = self.offers("help('")
        self.assertGreater(len(names), 700)
        listed = "{" + ", ".join(f"'{name}'" for name in names) + "}"
        ran = self.cells.run(f"local missing = {{}} for _, name in ipairs({listed}) do if not pcall(help, name) then missing[#missing + 1] = name end end io.stderr:write(table.concat(missing, ' '))")
        self.assertEqual(ran.err, "", ran.reply)
        self.assertIn("E1201:", self.cells.run("help('e1201')").out)

    def test_files_are_offered_where_a_path_stands_and_nowhere_else(self):
        for text in [
            'spark.read.csv("', 'spark.read.csv{path = "', 'spark.read.parquet{"', 'spark.read.format("csv").load("', 'dofile("', 'io.open("', "df.write.json('",
            'glueContext.create_dynamic_frame.from_options{connection_options = {paths = {"', 'options = {path = "',
        ]:
            self.assertIn("folder/", self.offers(text), text)
        for text in [
            '"', 'x = "', 'print("', "F.lit('", 'df:select("', 'F.col("', "spark.conf:set('", "F.col('x'):like('", 'df:filter(df.maker == "', "local t = {'",
            "df:createOrReplaceTempView('", 'Filter.apply{frame = dyf, transformation_ctx = "',
        ]:
            self.assertNotIn("folder/", self.offers(text), text)
        for text in ['"', 'x = "', "F.lit('", "F.col('x'):like('", 'df:filter(df.maker == "']:
            self.assertEqual(self.offers(text), [], text)

    def test_the_rest_of_a_query_in_a_string_counts(self):
        self.assertEqual(self.offers('spark:sql("select am', ' from shop.orders")'), ["amount"])

    # Options

    def test_tables_of_options_offer_what_they_take(self):
        reading = 'glueContext.create_dynamic_frame.from_options{format = "csv", '
        self.assertIn("withHeader", self.offers(reading + "format_options = {"))
        self.assertNotIn("jsonPath", self.offers(reading + "format_options = {"))
        self.assertIn("jsonPath", self.offers("from_options{format = 'json', format_options = {"))
        self.assertEqual(self.offers(reading + "format_options = {withHeader = true, withH"), [])
        self.assertIn("recurse", self.offers(reading + "connection_options = {"))
        self.assertIn("partitionKeys", self.offers("glueContext.write_dynamic_frame.from_options{frame = dyf, connection_options = {"))
        self.assertIn("header", self.offers("spark.read.csv{"))
        self.assertIn("inferSchema", self.offers("spark.read.csv{header = true, "))
        self.assertIn("sep", self.offers("spark.read.csv('x.csv', {"))
        self.assertIn("primitivesAsString", self.offers("spark.read.json{"))
        self.assertIn("compression", self.offers("df.write.parquet('x', {"))
        self.assertIn("nullValue", self.offers('spark.read.format("csv").option("'))
        self.assertEqual(sorted(self.offers("df:agg{")), ["id", "maker", "name", "year"])
        self.assertIn("sum", self.offers("df:agg{year = '"))
        self.assertEqual(sorted(self.offers("df:fillna{")), ["id", "maker", "name", "year"])
        self.assertEqual(sorted(self.offers("df.na.fill({")), ["id", "maker", "name", "year"])
        self.assertEqual(self.columns("df.na.drop():select('"), ["id", "maker", "name", "year"])

    def test_every_option_that_is_offered_is_taken(self):
        for option in self.offers("spark.read.csv{path = 'folder', "):
            if option in ("paths", "schema"):
                continue
            ran = self.cells.run(f"x = spark.read.option('{option}', 'no such value')")
            self.assertEqual(ran.status, "ok", ran)
            ran = self.cells.run(f"spark.read.csv{{path = 'folder/one.csv', {option} = 'true'}}")
            self.assertNotIn("has no option", ran.complaint if ran.status == "error" else "", option)

    # Structs

    def test_fields_of_structs(self):
        for text in [
            'df:select("name.', "F.col('name.", 'df:filter("name.', "dyf:map(function(r) return r.name.", 'dyf:map(function(r) return r["name"]["',
            "dyf:filter(function(r) return r.name.",
        ]:
            expected = [] if text.startswith("F.col") else ["first", "last"]
            self.assertEqual(self.offers(text), expected, text)
        self.assertEqual(self.offers("df:select(F.col('name."), ["first", "last"])
        self.assertEqual(self.sql("select name.", " from people"), ["first", "last"])
        self.assertEqual(self.sql("select p.name.f", " from people p"), ["first"])
        self.assertEqual(self.sql("select address.", " from shop.orders"), ["city", "zip"])

    # Chains

    def test_chains_are_followed(self):
        for text, columns in [
            ("df:select('id'):filter('", ["id"]), ("(df:select('year')):groupBy('", ["year"]), ("df:select('id', 'year'):withColumn('z', F.lit(1)):select('", ["id", "year", "z"]),
            ("df:drop('name', 'maker'):select('", ["id", "year"]), ("df:withColumnRenamed('maker', 'm'):select('", ["id", "m", "name", "year"]),
            ("df:groupBy('maker'):count():orderBy('", ["count", "maker"]), ("df:groupBy('maker'):agg(F.sum('year'):alias('years')):select('", ["maker", "years"]),
            ("df:groupBy('maker'):agg(F.max('year')):select('", ["maker", "max(year)"]), ("df:groupBy('maker'):avg('id'):select('", ["avg(id)", "maker"]),
            ("df:select(F.col('id'):alias('n'), df.year):select('", ["n", "year"]), ("df:selectExpr('id + 1 as next', 'maker'):select('", ["maker", "next"]),
            ("df:select('name.first'):select('", ["first"]), ("df:select('name.*'):select('", ["first", "last"]),
            ("df:select('id', 'maker'):join(df:select('id', 'year'), 'id'):select('", ["id", "maker", "year"]),
            ("SelectFields.apply{frame = dyf, paths = {'id'}}:toDF():select('", ["id"]), ("dyf:drop_fields({'id', 'name'}):toDF():select('", ["maker", "year"]),
            ("dyf:rename_field('id', 'key'):select_fields({'", ["key", "maker", "name", "year"]),
            ("dyf:apply_mapping({{'id', 'int', 'key', 'string'}}):toDF():select('", ["key"]),
            ("df:groupBy('maker'):pivot('year'):agg(F.sum('id')):select('", ["maker"]),
            # What no text tells leaves the columns of the frame.
            ("df:select(unknown):select('", ["id", "maker", "name", "year"]), ("df:transform(unknown):select('", ["id", "maker", "name", "year"]),
        ]:
            self.assertEqual(self.columns(text), columns, text)

    def test_what_a_chain_gives_is_what_completion_says(self):
        for chain in [
            "df:select('id', 'year'):withColumn('z', F.lit(1)):drop('year')", "df:groupBy('maker'):agg(F.sum('year'), F.count('*'), F.mean('id'))", "df:groupBy('maker'):sum()",
            "df:groupBy('year', 'maker'):count()", "df:agg{year = 'max'}", "df:select('id', F.col('year'):cast('string'))", "df:select(F.col('name.first'))",
            "df:withColumnsRenamed{id = 'a', year = 'b'}", "df:crossJoin(odd)", "df:join(dyf:toDF(), 'id', 'left_semi')", "df:join(dyf:toDF():select('id', 'year'), {'id'})",
        ]:
            ran = self.cells.run(f"for _, name in ipairs({chain}.columns) do print(name) end")
            self.assertEqual(ran.status, "ok", ran)
            self.assertEqual(sorted(self.columns(f"{chain}:select('")), sorted(name if "." not in name else f"`{name}`" for name in ran.out.split("\n")[:-1]), chain)

    # SQL

    def test_sql_by_its_place(self):
        self.assertEqual(self.sql("show ta"), ["tables"])
        self.assertIn("bigint", self.sql("select cast(year as ", " from people"))
        self.assertNotIn("abs", self.sql("select cast(year as ", " from people"))
        first = self.sql("")
        self.assertIn("SELECT", [word.upper() for word in first])
        for word in first + self.sql("select ") + self.offers("F."):
            self.assertRegex(word, r"^[A-Za-z_][A-Za-z_0-9 ]*$")
        listed = self.sql("select c", " from shop.orders")
        self.assertLess(listed.index("case"), listed.index("count"))
        self.assertEqual(sorted(self.sql("select ", " from people")), ["id", "maker", "name", "people", "year"])
        self.assertEqual(self.sql("select * from people, od"), ["odd", "`odd-db`."])
        self.assertEqual(self.sql("select id as "), [])

    def test_columns_of_queries_within_queries(self):
        query = "with x as (select maker t2, year + 1 as next from people) select "
        self.assertEqual(self.sql(query, " from x"), ["t2", "next", "x"])
        self.assertEqual(self.sql(query + "t", " from x")[0], "t2")
        self.assertEqual(sorted(self.sql("select ", " from (select maker, count(*) as n from people group by maker) s")), ["maker", "n", "s"])
        self.assertEqual(sorted(self.sql("select s.", " from (select * from people) s")), ["id", "maker", "name", "year"])
        self.assertEqual(self.sql("select x.", " from people join (select plain from odd) x"), ["plain"])

    # Everything

    def test_after_a_value_nothing_is_offered(self):
        for text in ["df:write()", "df:count()", "df:count() ", "x = 5 ", "deep.a['alpha']", '"text"', "goto "]:
            self.assertEqual(self.offers(text), [], text)
        self.assertEqual(self.offers("::again:: goto "), ["again"])
        self.assertIn("spark", self.offers("df:count()\n"))

    def test_nesting_costs_nothing(self):
        begin = time.monotonic()
        for text in [
            "(" * 16000 + ")" * 16000 + ".", "(" * 30000, "f(" * 10000, "x = " + "{" * 20000, "df" + ":select('id')" * 2000 + ":select('", "df:select(" * 3000 + "'",
            "function f() " * 2000, "spark:sql(\"select " + "(select " * 5000, 'spark:sql("' + "with a as (" * 3000, "df:filter('" + "(" * 20000, "a." * 10000, "a[" * 10000 + "'",
        ]:
            self.offers(text)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(self.cells.run("print(1)").out, "1\n")

    def test_nothing_of_the_users_is_run(self):
        self.cells.run("trap = setmetatable({}, {__index = function() touched = true end, __call = function() touched = true end})")
        for text in ["trap.x:select('", "trap('x'):select('", "df:select(trap()):select('", "trap['"]:
            self.offers(text)
        self.assertEqual(self.cells.run("print(touched)").out, "nil\n")


if __name__ == "__main__":
    import unittest

    unittest.main()
