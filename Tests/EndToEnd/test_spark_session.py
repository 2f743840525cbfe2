"""`spark`: reading, making, naming and writing DataFrames. What Spark 4.0 answers stands here as it answered."""
import os
import textwrap

from support import DATA, MasticTest, files_below, needs_data, needs_pyarrow, parquet_rows


def block(text):
    """A text without the indentation that it has here."""
    return textwrap.dedent(text).lstrip("\n")


class SessionTest(MasticTest):
    def output(self, code, *arguments, **options):
        return self.script(code, *arguments, **options).out

    def assertPrints(self, code, text):
        self.assertEqual(self.output(code), block(text), code)


class SessionTests(SessionTest):
    def test_names_that_scripts_use(self):
        self.assertPrints("""
            local types = require "pyspark.sql.types"
            local again = require("pyspark.sql").SparkSession.builder.appName("job").config("spark.x", 1):getOrCreate()
            print(again == spark, glueContext.spark_session == spark, SparkContext.getOrCreate() == sc, require("pyspark.sql.functions") == F)
            print(require("pyspark.sql.window").Window == Window, spark.sparkContext.appName, spark.version:match("^4"))
            print(types.StructType{types.StructField("a", types.LongType(), false), types.StructField("b", types.ArrayType(types.StringType()))})
            sc:setLogLevel("WARN")
            spark:stop()
            """, """
            true	true	true	true
            true	job	4
            StructType([StructField('a', LongType(), True), StructField('b', ArrayType(StringType(), True), True)])
            """)

    def test_settings(self):
        self.assertPrints("""
            spark.conf.set("spark.sql.shuffle.partitions", 8)
            spark.conf.set("my.own", true)
            print(spark.conf.get("spark.sql.shuffle.partitions"), spark.conf.get("my.own"), spark.conf.get("none", "other"), spark.conf.get("spark.sql.ansi.enabled"))
            spark.conf.unset("my.own")
            print(spark.conf.get("my.own", "gone"))
            """, """
            8	true	other	false
            gone
            """)
        for code, says in {
            'spark.conf.set("spark.sql.ansi.enabled", "yes")': ["true or false"],
            'spark.conf.set("spark.sql.caseSensitive", true)': ["can only be false"],
            'spark.conf.get("spark.sql.nothing")': ["is not set"],
            'spark.tabel("x")': ["did you mean 'table'?"],
            'spark.readStream()': ["no streams"],
            'sc.parallelize({1})': ["no RDDs", "createDataFrame"],
        }.items():
            with self.subTest(code=code):
                self.script_fails(code, says=says + ["script.lua:1"])
        self.assertIn("did you mean 'spark.sql.ansi.enabled'", self.script('spark.conf.set("spark.sql.ansi.enable", "true")').err)

    def test_ranges(self):
        self.assertPrints("""
            spark.range(3):show()
            for _, row in ipairs(spark.range(10, 0, -4):collect()) do io.write(row.id, " ") end
            print(spark.range(1, 10, 3):count(), spark.range(5, 5):count(), spark.range(0, 3000000):agg(F.sum("id")):first()[1])
            """, """
            +---+
            | id|
            +---+
            |  0|
            |  1|
            |  2|
            +---+

            10 6 2 3	0	4499998500000
            """)


class CreateTests(SessionTest):
    def test_rows_by_position_and_by_name(self):
        self.assertPrints("""
            spark.createDataFrame({{1, "a", 2.5}, {2, nil, 3}, {3, "c"}}, {"id", "s", "v"}):show()
            spark.createDataFrame{{b = 1, a = true}, {b = 2.5}}:show()
            spark.createDataFrame({{1, 2}}):show()
            spark.createDataFrame({1, 2}, "int"):printSchema()
            """, """
            +---+----+----+
            | id|   s|   v|
            +---+----+----+
            |  1|   a| 2.5|
            |  2|NULL| 3.0|
            |  3|   c|NULL|
            +---+----+----+

            +----+---+
            |   a|  b|
            +----+---+
            |true|1.0|
            |NULL|2.5|
            +----+---+

            +---+---+
            | _1| _2|
            +---+---+
            |  1|  2|
            +---+---+

            root
             |-- value: integer (nullable = true)

            """)

    def test_types(self):
        self.assertPrints("""
            local df = spark.createDataFrame({
              {id = 1, day = "2024-02-29", at = "2024-02-29 13:45:10", price = 1.5, tags = {"x", "y"}, place = {city = "Oslo", zip = 1}, counts = {a = 1}},
              {id = 2}},
              "id int, day date, at timestamp, price decimal(10,2), tags array<string>, place struct<city:string,zip:int>, counts map<string,int>")
            df:printSchema()
            df:show(1, false)
            print(df:schema():simpleString())
            """, """
            root
             |-- id: integer (nullable = true)
             |-- day: date (nullable = true)
             |-- at: timestamp (nullable = true)
             |-- price: decimal(10,2) (nullable = true)
             |-- tags: array (nullable = true)
             |    |-- element: string (containsNull = true)
             |-- place: struct (nullable = true)
             |    |-- city: string (nullable = true)
             |    |-- zip: integer (nullable = true)
             |-- counts: map (nullable = true)
             |    |-- key: string
             |    |-- value: integer (valueContainsNull = true)

            +---+----------+-------------------+-----+------+---------+--------+
            |id |day       |at                 |price|tags  |place    |counts  |
            +---+----------+-------------------+-----+------+---------+--------+
            |1  |2024-02-29|2024-02-29 13:45:10|1.50 |[x, y]|{Oslo, 1}|{a -> 1}|
            +---+----------+-------------------+-----+------+---------+--------+
            only showing top 1 row

            struct<id:int,day:date,at:timestamp,price:decimal(10,2),tags:array<string>,place:struct<city:string,zip:int>,counts:map<string,int>>
            """)

    def test_rows_that_do_not_fit(self):
        for code, says in {
            'spark.createDataFrame({{"x"}}, "a int")': ["column 'a' is int", "the string 'x'"],
            'spark.createDataFrame({{3000000000}}, "a int")': ["cannot hold the 3000000000"],
            'spark.createDataFrame({{1, 2}}, "a int")': ["1 columns", "2 values"],
            'spark.createDataFrame({{null}}, {"a"})': ["cannot be told", "schema"],
            'spark.createDataFrame({})': ["no rows"],
            'spark.createDataFrame({{a = 1}, {b = {}}, {a = {1}}})': ["column 'a' is bigint", "array"],
            'spark.createDataFrame({{a = 1}}, "a itn")': ["'itn'", "did you mean 'int'?"],
            'spark.createDataFrame({1, 2})': ["row 1 is the number 1"],
            'spark.createDataFrame({{a = 1, 2}})': ["with names and without"],
            'spark.createDataFrame({a = 1})': ["is one row"],
            'spark.createDataFrame({{a = 1, ab = 2}}, {"a"})': ["'ab'"],
        }.items():
            with self.subTest(code=code):
                self.script_fails(code + ":show()", says=says)


class FrameTests(SessionTest):
    def test_properties_are_methods_too(self):
        self.assertPrints("""
            local df = spark.createDataFrame({{1, "a"}}, {"id", "name"})
            print(#df.columns, df.columns[2], table.concat(df.columns, "+"), #df:columns(), df.columns()[1])
            for i, name in ipairs(df.columns) do io.write(i, name, " ") end
            print(df.dtypes[1][1], df.dtypes[1][2], df:dtypes()[2][2])
            print(df.schema.fields[1].name, df.schema:fieldNames()[2], df:schema()["id"].dataType, #df.schema)
            print(df:select(df.columns):count(), df, df.isStreaming)
            """, """
            2	name	id+name	2	id
            1id 2name id	bigint	string
            id	name	LongType()	2
            1	DataFrame[id: bigint, name: string]	false
            """)

    def test_rows_by_name_and_number(self):
        self.assertPrints("""
            local df = spark.createDataFrame({{1, null, "c"}, {2, "b", "d"}}, {"id", "s", "t"})
            local row = df:first()
            print(row[1], row[2], row[3], row.id, row.s, #row, row[4], row:asDict().t)
            local all = df:collect()
            print(#all, all[2][2], all[2].t, df:head(1)[1][3], df:tail(1)[1].id, df:take(5)[2][1])
            print(df:agg(F.max("id")):collect()[1][1], df:limit(0):first(), df:isEmpty(), df:limit(0).isEmpty())
            for row in df:toLocalIterator() do io.write(row[1], " ") end
            df:foreach(function(row) io.write(row.t, " ") end)
            print()
            """, """
            1	nil	c	1	nil	3	nil	c
            2	b	d	c	2	2
            2	nil	false	true
            1 2 c d 
            """)


class ReaderTests(SessionTest):
    CSV = 'a,b,c,d\n1,,x,"p \\"q\\""\n2,"",NA, y \n3,"NA",,2024-01-02\n,5.5,zz,x\n7\n'

    def test_csv_is_read_as_spark_reads_it(self):
        self.write("in.csv", self.CSV)
        self.assertPrints("""
            spark.read.csv("in.csv", {header = true}):show()
            spark.read.option("header", true).option("nullValue", "NA"):csv("in.csv"):show()
            spark.read.options{header = true, inferSchema = "true"}:format("csv"):load("in.csv"):printSchema()
            spark.read.csv("in.csv"):printSchema()
            spark.read.schema("a int, b double, c string, d date"):csv{path = "in.csv", header = true}:show()
            spark.read.schema("x int, y double, z string"):option("header", true):csv("in.csv"):show()
            """, """
            +----+----+----+----------+
            |   a|   b|   c|         d|
            +----+----+----+----------+
            |   1|NULL|   x|     p "q"|
            |   2|NULL|  NA|        y |
            |   3|  NA|NULL|2024-01-02|
            |NULL| 5.5|  zz|         x|
            |   7|NULL|NULL|      NULL|
            +----+----+----+----------+

            +----+----+----+----------+
            |   a|   b|   c|         d|
            +----+----+----+----------+
            |   1|NULL|   x|     p "q"|
            |   2|NULL|NULL|        y |
            |   3|NULL|NULL|2024-01-02|
            |NULL| 5.5|  zz|         x|
            |   7|NULL|NULL|      NULL|
            +----+----+----+----------+

            root
             |-- a: integer (nullable = true)
             |-- b: string (nullable = true)
             |-- c: string (nullable = true)
             |-- d: string (nullable = true)

            root
             |-- _c0: string (nullable = true)
             |-- _c1: string (nullable = true)
             |-- _c2: string (nullable = true)
             |-- _c3: string (nullable = true)

            +----+----+----+----------+
            |   a|   b|   c|         d|
            +----+----+----+----------+
            |   1|NULL|   x|      NULL|
            |   2|NULL|  NA|      NULL|
            |   3|NULL|NULL|2024-01-02|
            |NULL| 5.5|  zz|      NULL|
            |   7|NULL|NULL|      NULL|
            +----+----+----+----------+

            +----+----+----+
            |   x|   y|   z|
            +----+----+----+
            |   1|NULL|   x|
            |   2|NULL|  NA|
            |   3|NULL|NULL|
            |NULL| 5.5|  zz|
            |   7|NULL|NULL|
            +----+----+----+

            """)

    def test_modes(self):
        self.write("in.csv", "1,x\n2,y\nz,3\n")
        read = 'spark.read.schema("n int, s string"):option("mode", "%s"):csv("in.csv")'
        self.assertPrints(f"{read % 'PERMISSIVE'}:show() {read % 'DROPMALFORMED'}:show()", """
            +----+---+
            |   n|  s|
            +----+---+
            |   1|  x|
            |   2|  y|
            |NULL|  3|
            +----+---+

            +---+---+
            |  n|  s|
            +---+---+
            |  1|  x|
            |  2|  y|
            +---+---+

            """)
        self.script_fails(f"{read % 'FAILFAST'}:show()", says=["column 'n'", "no int", "FAILFAST"])
        self.script_fails(f"{read % 'FAILFST'}:show()", says=["did you mean 'FAILFAST'?"])

    def test_json_is_read_as_spark_reads_it(self):
        self.write("in.json", '{"b":1,"a":"x","n":{"z":1,"y":2.5}}\n{"b":2.5,"a":3,"l":[1,null,"q"]}\n{"b":null,"t":true,"d":"2024-01-01"}\n{"e":[],"f":{}, "n":null}\n')
        self.assertPrints("""
            local df = spark.read.json("in.json")
            df:printSchema()
            df:show(10, false)
            spark.read.schema("b int, a string, n struct<z:int,q:string>, l array<string>"):json("in.json"):show(10, false)
            """, """
            root
             |-- a: string (nullable = true)
             |-- b: double (nullable = true)
             |-- d: string (nullable = true)
             |-- e: array (nullable = true)
             |    |-- element: string (containsNull = true)
             |-- l: array (nullable = true)
             |    |-- element: string (containsNull = true)
             |-- n: struct (nullable = true)
             |    |-- y: double (nullable = true)
             |    |-- z: long (nullable = true)
             |-- t: boolean (nullable = true)

            +----+----+----------+----+------------+--------+----+
            |a   |b   |d         |e   |l           |n       |t   |
            +----+----+----------+----+------------+--------+----+
            |x   |1.0 |NULL      |NULL|NULL        |{2.5, 1}|NULL|
            |3   |2.5 |NULL      |NULL|[1, NULL, q]|NULL    |NULL|
            |NULL|NULL|2024-01-01|NULL|NULL        |NULL    |true|
            |NULL|NULL|NULL      |[]  |NULL        |NULL    |NULL|
            +----+----+----------+----+------------+--------+----+

            +----+----+---------+------------+
            |b   |a   |n        |l           |
            +----+----+---------+------------+
            |1   |x   |{1, NULL}|NULL        |
            |NULL|3   |NULL     |[1, NULL, q]|
            |NULL|NULL|NULL     |NULL        |
            |NULL|NULL|NULL     |NULL        |
            +----+----+---------+------------+

            """)

    def test_partitions_in_the_folders_names(self):
        for year in (2023, 2024):
            for city in ("Oslo", "__HIVE_DEFAULT_PARTITION__"):
                self.write(f"in/year={year}/city={city}/part.csv", f"{year}.5,a\n")
        self.write("in/_SUCCESS", "")
        self.assertPrints("""
            local df = spark.read.schema("x double, s string"):csv("in")
            df:orderBy("x", "city"):show()
            df:printSchema()
            print(spark.read.csv("in/year=2024"):count(), spark.read.csv("in/*/city=Oslo"):count(), df:filter("year = 2023 and city is not null"):count())
            print(#spark.read.option("recursiveFileLookup", true):csv("in").columns)
            """, """
            +------+---+----+----+
            |     x|  s|year|city|
            +------+---+----+----+
            |2023.5|  a|2023|NULL|
            |2023.5|  a|2023|Oslo|
            |2024.5|  a|2024|NULL|
            |2024.5|  a|2024|Oslo|
            +------+---+----+----+

            root
             |-- x: double (nullable = true)
             |-- s: string (nullable = true)
             |-- year: integer (nullable = true)
             |-- city: string (nullable = true)

            2	2	1
            2
            """)

    def test_what_cannot_be_read(self):
        self.write("in.csv", "a\n1\n")
        for code, says in {
            'spark.read.csv("nope.csv")': ["Path does not exist", "nope.csv"],
            'spark.read.csv("*.tsv")': ["Path does not exist"],
            'spark.read.option("headr", true):csv("in.csv")': ["no option 'headr'", "did you mean 'header'?"],
            'spark.read.option("comment", "#"):csv("in.csv")': ["'comment'", "cannot be had"],
            'spark.read.format("parqet"):load("in.csv")': ["did you mean 'parquet'?"],
            'spark.read.orc("in.csv")': ["ORC", "Parquet"],
            'spark.read.csvv("in.csv")': ["did you mean 'csv'?"],
            'spark.read.csv()': ["needs a path"],
            'spark.read.schema("a"):csv("in.csv")': ["a name and a type"],
            'spark.table("nope")': ["no table or view 'nope'"],
        }.items():
            with self.subTest(code=code):
                self.script_fails(code, says=says)

    @needs_data
    def test_real_files(self):
        flights = os.path.join(DATA, "nycflights")
        self.assertPrints(f"""
            local options = {{header = true, inferSchema = true, nullValue = "NA"}}
            local weather = spark.read.options(options):csv("{flights}/weather.csv")
            local airports = spark.read.options(options):csv("{flights}/airports.csv")
            print(weather:count(), #weather.columns, airports:count())
            weather:groupBy("origin"):agg(F.avg("temp"):alias("mean"), F.max("wind_speed"):alias("wind"), F.count("*"):alias("n")):orderBy("origin"):show()
            print(weather.dtypes[2][2], weather:schema()["temp"].dataType, weather:filter(weather.temp:isNull()):count())
            local birds = spark.read.option("multiLine", true):json("{os.path.join(DATA, 'vega')}/penguins.json")
            birds:groupBy("Species"):agg(F.count("*"):alias("n"), F.round(F.avg("Body Mass (g)"), 3):alias("mass")):orderBy("Species"):show()
            """, REAL)


#: PySpark's own answers over the same files.
REAL = """
    26115	15	1458
    +------+------------------+----------+----+
    |origin|              mean|      wind|   n|
    +------+------------------+----------+----+
    |   EWR| 55.54655251666285|1048.36058|8703|
    |   JFK|54.472150241212866|  42.57886|8706|
    |   LGA|55.762605099931015|   40.2773|8706|
    +------+------------------+----------+----+

    int	DoubleType()	1
    +---------+---+--------+
    |  Species|  n|    mass|
    +---------+---+--------+
    |   Adelie|152|3700.662|
    |Chinstrap| 68|3733.088|
    |   Gentoo|124|5076.016|
    +---------+---+--------+

    """


class CatalogTests(SessionTest):
    def test_views_and_tables(self):
        self.assertPrints("""
            local df = spark.createDataFrame({{1, "a"}, {2, "b"}}, {"id", "s"})
            df:createOrReplaceTempView("v")
            df:createGlobalTempView("g")
            print(spark.table("v"):count(), spark.table("global_temp.g"):count(), spark.catalog.tableExists("V"), spark.catalog.tableExists("w"))
            print(pcall(function() df:createTempView("v") end))
            df:write():saveAsTable("t")
            df:write():mode("append"):saveAsTable("default.t")
            print(spark.table("t"):count(), spark.catalog:currentDatabase(), spark.catalog.databaseExists("nope"))
            for _, t in ipairs(spark.catalog.listTables()) do print(t.name, t.tableType, t.isTemporary) end
            for _, c in ipairs(spark.catalog.listColumns("t")) do print(c.name, c.dataType, c.isPartition) end
            spark.catalog.cacheTable("t")
            print(spark.catalog.isCached("t"), spark.catalog.dropTempView("v"), spark.catalog.dropTempView("v"), spark.catalog.getTable("t").tableType)
            """, """
            2	2	true	false
            false	script.lua:6: there is a view 'v' already; createOrReplaceTempView replaces it
            4	default	false
            t	MANAGED	false
            v	TEMPORARY	true
            id	bigint	false
            s	string	false
            true	true	false	MANAGED
            """)
        self.assertPrints("""
            print(spark.table("t"):count())
            spark.range(1):write():mode("overwrite"):saveAsTable("t")
            print(spark.table("t"):count(), table.concat(spark.table("t").columns))
            """, "4\n1	id\n")

    def test_tables_with_partitions(self):
        self.assertPrints("""
            local df = spark.createDataFrame({{1, "a", 10}, {2, "b", 20}, {3, "a", 30}}, {"id", "s", "n"})
            df:write():partitionBy("s"):saveAsTable("p")
            print(table.concat(spark.table("p").columns, " "), spark.table("p"):filter("s = 'a'"):count())
            spark.createDataFrame({{4, 40, "c"}}, {"x", "y", "z"}):write():insertInto("p")
            spark.table("p"):orderBy("id"):show()
            spark.createDataFrame({{5, 50, "c"}}, {"x", "y", "z"}):write():insertInto("p", true)
            print(spark.table("p"):count())
            df:select("id", "n", "s"):write():insertInto("p")
            spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
            spark.createDataFrame({{9, 90, "a"}}, {"x", "y", "z"}):write():insertInto("p", true)
            spark.table("p"):orderBy("id"):show()
            """, """
            id n s	2
            +---+---+---+
            | id|  n|  s|
            +---+---+---+
            |  1| 10|  a|
            |  2| 20|  b|
            |  3| 30|  a|
            |  4| 40|  c|
            +---+---+---+

            1
            +---+---+---+
            | id|  n|  s|
            +---+---+---+
            |  2| 20|  b|
            |  5| 50|  c|
            |  9| 90|  a|
            +---+---+---+

            """)
        self.assertEqual(self.lines("catalog", "partitions", "default.p"), ["s=a", "s=b", "s=c"])

    def test_a_job_sees_its_own_tables_before_it_commits(self):
        code = """
            local args = {JOB_NAME = "j"}
            local job = Job(glueContext)
            job:init("j", args)
            spark.range(3):write():saveAsTable("mine")
            print(spark.table("mine"):count(), spark.catalog.tableExists("mine"))
            %s"""
        self.script_fails(code % 'error("no")', says=["no"])
        self.assertPrints('print(spark.catalog.tableExists("mine"))', "false\n")
        self.assertEqual(self.output(code % "job:commit()"), "3	true\n")
        self.assertPrints('print(spark.table("mine"):count())', "3\n")

    def test_what_cannot_be_written(self):
        make = 'local df = spark.createDataFrame({{1, "a"}}, {"id", "s"})\ndf:write():mode("overwrite"):saveAsTable("t")\n'
        for number, (code, says) in enumerate({
            'df:write():saveAsTable("t")': ["already exists", "overwrite"],
            'df:write():saveAsTable("nope.t")': ["Database nope not found"],
            'df:select("id"):write():insertInto("t")': ["has 1 column", "takes 2: id, s"],
            'df:select("s", "id"):write():insertInto("t")': ["'s' is of type string", "'id'", "bigint"],
            'df:write():insertInto("tt")': ["did you mean 't'?"],
            'df:write():partitionBy("id", "s"):parquet("out")': ["every column"],
            'df:write():partitionBy("ids"):parquet("out")': ["did you mean 'id'?"],
            'df:write():mode("apend"):parquet("out")': ["did you mean 'append'?"],
            'df:write():option("compresion", "zstd"):parquet("out")': ["did you mean 'compression'?"],
            'df:write():bucketBy(2, "id"):parquet("out")': ["buckets", "saveAsTable"],
            'df:write():orc("out")': ["ORC"],
            'df:withColumn("l", F.array("id")):write():csv("out")': ["CSV has no place"],
            'df:write():parquet()': ["needs a path"],
        }.items()):
            with self.subTest(code=code):
                self.home = self.path(f"home{number}")
                self.script_fails(make + code, says=says)


class WriterTests(SessionTest):
    def test_text_files_are_spark_s(self):
        self.script("""
            local df = spark.createDataFrame({{1, "", nil, "a b"}, {2, 'x"y', "p,q", "z"}}, "a int, b string, c string, d string")
            df:write():csv("csv", {header = true})
            df:write():option("nullValue", "-"):option("sep", "|"):option("quoteAll", true):csv("all")
            spark.createDataFrame({{1.0, "2024-01-02", "2024-01-02 03:04:05.6", 1.5, true, 1e20, 1e-5, nil}},
              "a double, b date, c timestamp, d decimal(10,2), e boolean, f double, g double, h string"):write():format("csv"):save("types")""")
        def text(folder):
            (path,) = files_below(self.path(folder))
            with open(path) as file:
                return file.read()
        self.assertEqual(text("csv"), 'a,b,c,d\n1,"",,a b\n2,"x\\"y","p,q",z\n')
        self.assertEqual(text("all"), '1|""|-|"a b"\n2|"x\\"y"|"p,q"|"z"\n')
        self.assertEqual(text("types"), "1.0,2024-01-02,2024-01-02T03:04:05.600Z,1.50,true,1.0E20,1.0E-5,\n")
        self.assertEqual(
            self.output('for _, r in ipairs(spark.read.csv("csv", {header = true}):collect()) do print(r[1], r[2], r[3], r[4]) end'),
            '1	nil	nil	a b\n2	x"y	p,q	z\n')

    @needs_pyarrow
    def test_modes_and_keywords(self):
        self.script("""
            local df = spark.range(3):withColumn("k", F.col("id") % 2)
            df.write.parquet("out")
            df.write.mode("append").parquet("out")
            df.write.parquet("out", {mode = "ignore"})
            df.write.mode("overwrite"):save("other")
            df.write:parquet("split", "overwrite", {partitionBy = "k"})""")
        self.assertEqual(len(parquet_rows(self.path("out"))), 6)
        self.assertEqual(len(parquet_rows(self.path("other"))), 3)
        self.assertEqual(sorted({os.path.basename(os.path.dirname(p)) for p in files_below(self.path("split"))}), ["k=0", "k=1"])
