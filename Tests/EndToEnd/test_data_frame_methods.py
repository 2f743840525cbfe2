"""Methods of DataFrames and Columns. What Spark 4.0 answers stands here as it answered."""
from test_spark_session import SessionTest

FRAME = 'local df = spark.createDataFrame({{1, "a", 2.5}, {2, "b", null}, {3, null, 4.0}, {4, "b", 1.0}}, "id int, s string, v double")\n'


class MethodTests(SessionTest):
    def assertShows(self, code, table):
        """The frame of a Lua expression over `df`, as Spark shows it."""
        with self.subTest(code=code):
            self.assertPrints(f"{FRAME}local made = {code}\nmade:show(100, false)", table)

    def assertGives(self, code, text):
        with self.subTest(code=code):
            self.assertPrints(FRAME + code, text)


class SelectionTests(MethodTests):
    def test_names(self):
        self.assertGives("""
            local function names(frame) print(table.concat(frame.columns, ",")) end
            names(df:selectExpr("id as x", "v * 2", "*", "count(*) over () n"))
            names(df:withColumnsRenamed{id = "x", s = "y"})
            names(df:withColumnRenamed("nope", "x"))
            names(df:toDF("a", "b", "c"))
            names(df:drop("nope"))
            names(df:drop(df.id, "S"))
            names(df:select(df:colRegex("`(s|v)`")))
            names(df:select("*", df.id + 1, df["v"], df[1]))
            names(df:withColumns{b = F.lit(1), a = df.id})
            names(df:to("v string, id bigint"))
            names(df:alias("t"):select("t.id", "t.*"))
            names(df[{"v", "s"}])
            print(df[df.id:gt(2)]:count(), df:transform(function(d, n) return d:limit(n) end, 3):count())
            """, """
            x,(v * 2),id,s,v,n
            x,y,v
            id,s,v
            a,b,c
            id,s,v
            v
            s,v
            id,s,v,(id + 1),v,id
            id,s,v,a,b
            v,id
            id,id,s,v
            v,s
            2	3
            """)

    def test_rows(self):
        self.assertShows('df:offset(2)', """
            +---+----+---+
            |id |s   |v  |
            +---+----+---+
            |3  |NULL|4.0|
            |4  |b   |1.0|
            +---+----+---+

            """)
        self.assertShows('df:orderBy{"s", "id", ascending = {false, true}}', """
            +---+----+----+
            |id |s   |v   |
            +---+----+----+
            |2  |b   |NULL|
            |4  |b   |1.0 |
            |1  |a   |2.5 |
            |3  |NULL|4.0 |
            +---+----+----+

            """)
        self.assertGives("""
            print(df:tail(2)[2].id, df:head().id, #df:head(2), df:sort(3, {ascending = false}):first().id)
            local parts = df:randomSplit({1, 2, 1}, 7)
            print(#parts, parts[1]:count() + parts[2]:count() + parts[3]:count(), parts[1]:union(parts[2]):union(parts[3]):distinct():count())
            local many = spark.range(10000)
            local n = many:sample(0.25, 3):count()
            print(n > 2200 and n < 2800, many:sample(0.25, 3):count() == n, many:sample(true, 2.0, 1):count() > 18000, many:sample{fraction = 0.0}:count())
            print(df:sampleBy("s", {a = 1.0, b = 0.0}, 1):first().id, df:sampleBy("s", {}, 1):count())
            print(df:select("s"):orderBy(F.desc("id")):first().s, df:drop("v"):filter(df.v:gt(2)):count(), df:select((df.id * 2):alias("x")):where("id = 3 and x = 6"):first()[1])
            print(df:dropDuplicates{"s"}:count(), df:drop_duplicates("s", "id"):count(), df:repartition(3, "s"):coalesce(1):hint("broadcast"):count())
            print(df:cache():count(), df:count(), df:unpersist():count(), df:persist():filter("id > 2"):count())
            """, """
            4	1	2	3
            3	4	4
            true	true	true	0
            1	0
            b	2	6
            3	4	4
            4	4	4	2
            """)

    def test_vertical(self):
        self.assertGives("df:show(2, 5, true) df:show(1, {vertical = true}) df:show{n = 1, truncate = 1}", """
            -RECORD 0---
             id  | 1    
             s   | a    
             v   | 2.5  
            -RECORD 1---
             id  | 2    
             s   | b    
             v   | NULL 
            only showing top 2 rows

            -RECORD 0--
             id  | 1   
             s   | a   
             v   | 2.5 
            only showing top 1 row

            +---+---+---+
            | id|  s|  v|
            +---+---+---+
            |  1|  a|  2|
            +---+---+---+
            only showing top 1 row

            """)

    def test_full_width_characters_take_two_places(self):
        self.assertPrints('spark.createDataFrame({{"東京", "x"}, {"é", "yy"}}, {"名", "b"}):show()', """
            +----+---+
            |  名|  b|
            +----+---+
            |東京|  x|
            |   é| yy|
            +----+---+

            """)


class GroupTests(MethodTests):
    def test_pivots(self):
        self.assertShows('df:groupBy("s"):pivot("id"):sum("v"):orderBy("s")', """
            +----+----+----+----+----+
            |s   |1   |2   |3   |4   |
            +----+----+----+----+----+
            |NULL|NULL|NULL|4.0 |NULL|
            |a   |2.5 |NULL|NULL|NULL|
            |b   |NULL|NULL|NULL|1.0 |
            +----+----+----+----+----+

            """)
        self.assertShows('df:groupBy("s"):pivot("id", {1, 2}):agg(F.sum("v"), F.count("v"):alias("n")):orderBy("s")', """
            +----+--------+----+--------+----+
            |s   |1_sum(v)|1_n |2_sum(v)|2_n |
            +----+--------+----+--------+----+
            |NULL|NULL    |NULL|NULL    |NULL|
            |a   |2.5     |1   |NULL    |NULL|
            |b   |NULL    |NULL|NULL    |0   |
            +----+--------+----+--------+----+

            """)

    def test_grouping_sets(self):
        self.assertShows('df:rollup("s", "id"):agg(F.sum("v")):orderBy("s", "id", F.desc("sum(v)"))', """
            +----+----+------+
            |s   |id  |sum(v)|
            +----+----+------+
            |NULL|NULL|7.5   |
            |NULL|NULL|4.0   |
            |NULL|3   |4.0   |
            |a   |NULL|2.5   |
            |a   |1   |2.5   |
            |b   |NULL|1.0   |
            |b   |2   |NULL  |
            |b   |4   |1.0   |
            +----+----+------+

            """)
        self.assertShows('df:cube("s"):count():orderBy("s", F.desc("count"))', """
            +----+-----+
            |s   |count|
            +----+-----+
            |NULL|4    |
            |NULL|1    |
            |a   |1    |
            |b   |2    |
            +----+-----+

            """)
        self.assertShows('df:groupingSets({{"s"}, {}}, "s"):agg(F.count("*"):alias("n")):orderBy("s", F.desc("n"))', """
            +----+---+
            |s   |n  |
            +----+---+
            |NULL|4  |
            |NULL|1  |
            |a   |1  |
            |b   |2  |
            +----+---+

            """)

    def test_aggregates(self):
        self.assertShows('df:groupBy("s"):agg{v = "sum", ["*"] = "count"}:orderBy("s"):select("s", "sum(v)", "count(1)")', """
            +----+------+--------+
            |s   |sum(v)|count(1)|
            +----+------+--------+
            |NULL|4.0   |1       |
            |a   |2.5   |1       |
            |b   |1.0   |2       |
            +----+------+--------+

            """)
        self.assertShows('df:groupBy("s"):max():orderBy("s")', """
            +----+-------+------+
            |s   |max(id)|max(v)|
            +----+-------+------+
            |NULL|3      |4.0   |
            |a   |1      |2.5   |
            |b   |4      |1.0   |
            +----+-------+------+

            """)


class CombinationTests(MethodTests):
    def test_set_operations(self):
        self.assertGives("""
            local twice = df:union(df:limit(1))
            local function ids(frame) local all = {} for i, row in ipairs(frame:orderBy("id"):collect()) do all[i] = row.id end print(table.concat(all, " ")) end
            ids(twice:intersect(df)) ids(twice:intersectAll(twice)) ids(twice:exceptAll(df)) ids(twice:subtract(df:filter("id = 1"))) ids(df:unionAll(df:filter("id = 4")))
            """, """
            1 2 3 4
            1 1 2 3 4
            1
            2 3 4
            1 2 3 4 4
            """)

    def test_joins(self):
        self.assertGives("""
            local other = spark.createDataFrame({{1, "x"}, {4, "y"}, {9, "z"}}, {"id", "w"})
            for _, how in ipairs{"inner", "left", "left_outer", "right", "outer", "full", "semi", "left_anti"} do io.write(how, " ", df:join(other, "id", how):count(), " ") end
            print(df:join(other):count(), df:crossJoin(other):count(), df:join(other, df.id:eq(other.id) & other.w:eq("x")):count())
            print(table.concat(df:join(other, {"id"}, "outer").columns, ","), table.concat(df:join(other, {df.id:eq(other.id), df.v:gt(1)}).columns, ","))
            print(df:alias("a"):join(df:alias("b"), F.col("a.id"):eq(F.col("b.id") + 1)):select("a.id", F.col("b.id"):alias("before")):orderBy("id"):first()[2])
            print(df:join(other, df.id:eq(other.id)):select(df.id, other.w):orderBy(other.id):first()[2], df:join(df, "id"):count())
            """, """
            inner 2 left 4 left_outer 4 right 3 outer 5 full 5 semi 2 left_anti 2 12	12	1
            id,s,v,w	id,s,v,id,w
            1
            x	4
            """)

    def test_unpivot(self):
        table = """
            +---+---+----+
            |id |var|val |
            +---+---+----+
            |1  |v  |2.5 |
            |2  |v  |NULL|
            |3  |v  |4.0 |
            |4  |v  |1.0 |
            +---+---+----+

            """
        self.assertShows('df:unpivot({"id"}, {"v"}, "var", "val")', table)
        self.assertShows('df:drop("s"):melt("id", null, "var", "val")', table)


class NullTests(MethodTests):
    def test_fill(self):
        self.assertGives("""
            local function show(frame) for _, row in ipairs(frame:collect()) do io.write(row[1], tostring(row[2]), tostring(row[3]), " ") end print() end
            show(df.na.fill(0)) show(df:fillna("x")) show(df.na:fill{v = 9, s = "q"}) show(df.na.fill(7.9, {"id", "v"})) show(df:fillna(true))
            show(df.na.drop()) show(df.na.drop("all", nil, {"s", "v"})) show(df:dropna{thresh = 2}) show(df:dropna{subset = "s"})
            show(df.na.replace("b", "c")) show(df.na.replace({"a", "b"}, {"x", "y"}, "s")) show(df:replace{10, 20}) show(df.na.replace({a = null}))
            """, """
            1a2.5 2b0.0 3nil4.0 4b1.0 
            1a2.5 2bnil 3x4.0 4b1.0 
            1a2.5 2b9.0 3q4.0 4b1.0 
            1a2.5 2b7.9 3nil4.0 4b1.0 
            1a2.5 2bnil 3nil4.0 4b1.0 
            1a2.5 4b1.0 
            1a2.5 2bnil 3nil4.0 4b1.0 
            1a2.5 2bnil 3nil4.0 4b1.0 
            1a2.5 2bnil 4b1.0 
            1a2.5 2cnil 3nil4.0 4c1.0 
            1x2.5 2ynil 3nil4.0 4y1.0 
            10a2.5 20bnil 3nil4.0 4b10.0 
            1nil2.5 2bnil 3nil4.0 4b1.0 
            """)


class StatisticsTests(MethodTests):
    def test_describe(self):
        self.assertGives("df:describe():show()", """
            +-------+------------------+----+---+
            |summary|                id|   s|  v|
            +-------+------------------+----+---+
            |  count|                 4|   3|  3|
            |   mean|               2.5|NULL|2.5|
            | stddev|1.2909944487358056|NULL|1.5|
            |    min|                 1|   a|1.0|
            |    max|                 4|   b|4.0|
            +-------+------------------+----+---+

            """)

    def test_summary(self):
        self.assertGives('df:summary():show()', """
            +-------+------------------+----+---+
            |summary|                id|   s|  v|
            +-------+------------------+----+---+
            |  count|                 4|   3|  3|
            |   mean|               2.5|NULL|2.5|
            | stddev|1.2909944487358056|NULL|1.5|
            |    min|                 1|   a|1.0|
            |    25%|                 1|NULL|1.0|
            |    50%|                 2|NULL|2.5|
            |    75%|                 3|NULL|4.0|
            |    max|                 4|   b|4.0|
            +-------+------------------+----+---+

            """)
        self.assertGives('df:summary("count", "min", "25%", "count_distinct"):show() df:describe("v", "s"):show()', """
            +--------------+---+----+---+
            |       summary| id|   s|  v|
            +--------------+---+----+---+
            |         count|  4|   3|  3|
            |           min|  1|   a|1.0|
            |           25%|  1|NULL|1.0|
            |count_distinct|  4|   2|  3|
            +--------------+---+----+---+

            +-------+---+----+
            |summary|  v|   s|
            +-------+---+----+
            |  count|  3|   3|
            |   mean|2.5|NULL|
            | stddev|1.5|NULL|
            |    min|1.0|   a|
            |    max|4.0|   b|
            +-------+---+----+

            """)

    def test_numbers(self):
        self.assertGives("""
            print(string.format("%.12f %.12f", df.stat.corr("id", "v"), df:cov("id", "v")))
            print(table.concat(df:approxQuantile("v", {0.25, 0.5}, 0.0), " "), df.stat.approxQuantile({"id", "v"}, {0.5}, 0.1)[2][1])
            local found = df:freqItems({"s", "id"}, 0.4):first()
            print(found.s_freqItems[1], #found.s_freqItems)
            df:crosstab("id", "s"):orderBy("id_s"):show()
            """, """
            -0.036885555678 -0.083333333333
            1.0 2.5	2.5
            b	1
            +----+---+---+----+
            |id_s|  a|  b|null|
            +----+---+---+----+
            |   1|  1|  0|   0|
            |   2|  0|  1|   0|
            |   3|  0|  0|   1|
            |   4|  0|  1|   0|
            +----+---+---+----+

            """)


class FunctionTests(MethodTests):
    def test_functions_of_the_user(self):
        self.assertGives("""
            local up = F.udf(function(s, n) if s then return s:upper() .. n end end)
            df:select("id", up("s", df.id):alias("u"), up(F.lit("z"), F.col("id") * 2):alias("w")):show()
            local half = F.udf(function(x) return x and x / 2 end, "double")
            df:filter(half("id"):ge(1)):withColumn("h", half(half("v"))):select("id", "h"):show()
            print(df:groupBy(half("id"):alias("k")):count():count(), df:agg(F.sum(half("id"))):first()[1], df:orderBy(half(-df.id)):first().id)
            spark.udf.register("twice", function(x) return x and x * 2 end, "double")
            df:createOrReplaceTempView("t")
            spark.sql("select s, sum(twice(v)) as q from t where twice(id) > 2 group by s order by s"):show()
            """, """
            +---+----+---+
            | id|   u|  w|
            +---+----+---+
            |  1|  A1| Z2|
            |  2|  B2| Z4|
            |  3|NULL| Z6|
            |  4|  B4| Z8|
            +---+----+---+

            +---+----+
            | id|   h|
            +---+----+
            |  2|NULL|
            |  3| 1.0|
            |  4|0.25|
            +---+----+

            4	5.0	4
            +----+---+
            |   s|  q|
            +----+---+
            |NULL|8.0|
            |   b|2.0|
            +----+---+

            """)

    def test_a_function_that_raises_ends_the_run(self):
        self.script_fails(FRAME + 'df:select(F.udf(function(s) return s:upper() end)("s")):show()', says=["s"])

    def test_operators(self):
        self.assertGives("""
            local function one(column) local row = df:filter("id = 4"):select(column):first() return row[1] end
            print(one(df.id // 3), one(df.id ^ 2), one(-df.v), one(df.id % 3), one(df.id:cast("string")), one(df.id:transform(function(c) return c + 1 end)))
            print(one(df.id:isin(1, 4)), one(df.id:isin{1, 2}), one(df.s:like("b%")), one(df.id:between(4, 5)), one(~df.id:eq(4)), one(df.v:isNull() | df.id:eqNullSafe(4)))
            """, """
            1	16.0	-1.0	1	4	5
            true	false	true	true	false	true
            """)

    def test_json(self):
        self.assertGives('for _, row in ipairs(df:toJSON():collect()) do print(row.value) end', """
            {"id":1,"s":"a","v":2.5}
            {"id":2,"s":"b"}
            {"id":3,"v":4.0}
            {"id":4,"s":"b","v":1.0}
            """)

    def test_explain(self):
        out = self.output(FRAME + 'df:filter("id > 1"):explain() df:select("id"):explain(true)')
        for words in ["== Physical Plan ==", "Filter", "== Analyzed Logical Plan ==", "== Optimized Logical Plan =="]:
            self.assertIn(words, out)

    def test_what_is_not_there_says_so(self):
        for code, says in {
            "df.rdd": ["no RDDs", "F.udf"],
            "df:toPandas()": ["no pandas", "collect"],
            "df:fliter('id > 1')": ["did you mean 'filter'?"],
            "df.idd": ["did you mean 'id'?"],
            "df:select('ids')": ["did you mean 'id'?"],
            "df:filter(1)": ["a condition in SQL or a Column"],
            "df:filter(df.id)": ["true or false"],
            "df:join(df, 'id', 'innr')": ["did you mean 'inner'?"],
            "df:groupBy('s'):sum('s')": ["columns of numbers"],
            "df:groupBy('s'):agg{v = 'smu'}": ["did you mean 'sum'?"],
            "df:groupBy('s'):agg(df.id)": ["'id' is none"],
            "df:toDF('a')": ["3 columns and 1 names"],
            "df:limit(-1)": ["must not be negative"],
            "df:orderBy(9)": ["no column 9"],
            "df:sample(2)": ["from 0 to 1"],
            "df:describe('ids')": ["did you mean 'id'?"],
            "df:summary('medain')": ["is no statistic"],
            "df:na():fil(0)": ["did you mean 'fill'?"],
            "df.id:contain('x')": ["did you mean 'contains'?"],
            "df.id:withField('x', df.id)": ["F.struct"],
            "print(df.id < 3)": ["a:lt(b)"],
            "df:writeStream()": ["no streams"],
            "df:transform(function() return 1 end)": ["must return a DataFrame"],
            "df:explain('fancy')": ["'fancy'"],
            "F.udf(1)": ["takes a type"],
        }.items():
            with self.subTest(code=code):
                self.script_fails(FRAME + ("" if code.startswith("print") else "local _ = ") + code, says=says)

    def test_windows_of_time_are_called_window(self):
        code = """local d = spark.createDataFrame({{"2024-01-01 10:05:00", 1}, {"2024-01-01 10:20:00", 2}, {"2024-01-01 10:55:00", 4}}, "t string, v int")
            d:groupBy(F.window(F.to_timestamp("t"), "30 minutes")):agg(F.sum("v"):alias("s")):orderBy("window"):select("window.start", "s"):show()"""
        self.assertEqual([line.split("|")[1:3] for line in self.script(code).out.splitlines()[3:5]], [["2024-01-01 10:00:00", "  3"], ["2024-01-01 10:30:00", "  4"]])

    def test_a_choice_in_a_query_says_how_to_resolve_it(self):
        self.write("v/a.json", '{"v":1}\n{"v":1.5}\n')
        read = 'glueContext.create_dynamic_frame.from_options{connection_type = "file", format = "json", connection_options = {paths = {"v"}}}:toDF()'
        self.script_fails(read + ':filter("v > 1"):show()', says=["had values of several types: resolve them before toDF() with resolveChoice"])
        self.script_fails('spark.sql("select *")', says=["there is no FROM"])
