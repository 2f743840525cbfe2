"""Overwrites: of what a frame was read from, and of partitions alone."""
import os

from support import MasticTest, needs_pyarrow, parquet_rows


@needs_pyarrow
class OverwriteTests(MasticTest):
    JOB = 'local job = Job(glueContext)\njob:init("job", {})\n'

    def test_a_frame_written_over_its_own_files(self):
        """In a job the target's files are seen no more once the write has begun; the frame was read from them before."""
        for kind, code in [
            ("DynamicFrame", """
                local frame = glueContext.create_dynamic_frame.from_options{connection_type = "s3", format = "parquet", connection_options = {paths = {"t/"}}}
                glueContext.write_dynamic_frame.from_options{frame = frame:filter(function(r) return r.id > 0 end), connection_type = "s3",
                  format = "parquet", connection_options = {path = "t/", mode = "overwrite"}}"""),
            ("DataFrame", 'spark.read.parquet("t"):filter("id > 0").write:mode("overwrite"):parquet("t")'),
        ]:
            for inside, end in [(self.JOB, "\njob:commit()"), ("", "")]:
                with self.subTest(kind, job=bool(inside)):
                    self.script('spark.range(3).write:mode("overwrite"):parquet("t")')
                    self.script(inside + code + end)
                    self.assertEqual(sorted(row["id"] for row in parquet_rows(self.path("t"))), [1, 2])

    def test_partitions_alone(self):
        """With partitionOverwriteMode dynamic an overwrite replaces the partitions that rows go to, as in Spark."""
        for inside, end in [(self.JOB, "\njob:commit()"), ("", "")]:
            with self.subTest(job=bool(inside)):
                self.script("""
                    spark.createDataFrame({{1, "a", "x"}, {2, "b", "x"}, {3, nil, "y"}}, "id int, k string, l string")
                      .write:mode("overwrite"):partitionBy("k", "l"):parquet("p")""")
                self.script(inside + """
                    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
                    spark.createDataFrame({{4, "a", "x"}, {5, "c", "z"}, {6, nil, "y"}}, "id int, k string, l string")
                      .write:mode("overwrite"):partitionBy("k", "l"):parquet("p")""" + end)
                result = self.script('spark.read.parquet("p"):orderBy("id"):show()')
                self.assertEqual([line.split("|")[1:4] for line in result.out.splitlines()[3:-2]],
                                 [["  2", "   b", "  x"], ["  4", "   a", "  x"], ["  5", "   c", "  z"], ["  6", "NULL", "  y"]])
                self.assertEqual(sorted(os.listdir(self.path("p"))), ["k=__HIVE_DEFAULT_PARTITION__", "k=a", "k=b", "k=c"])

    def test_partitions_alone_by_the_writes_own_option(self):
        self.script('spark.range(4):selectExpr("id", "id % 2 as k").write:partitionBy("k"):parquet("p")')
        self.script('spark.sql("select 9L as id, 1L as k").write:mode("overwrite"):option("partitionOverwriteMode", "dynamic"):partitionBy("k"):parquet("p")')
        self.assertEqual(sorted(row["id"] for row in parquet_rows(self.path("p"))), [0, 2, 9])

    def test_partitions_of_one_folder_lose_no_rows(self):
        """Null, the empty text and the folder's own name for null share a folder."""
        self.script('spark.createDataFrame({{1, nil}, {2, "b"}}, "id int, k string").write:partitionBy("k"):parquet("p")')
        self.script("""
            spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
            spark.createDataFrame({{3, "a"}, {4, ""}, {5, nil}, {6, "__HIVE_DEFAULT_PARTITION__"}, {7, "a/b"}}, "id int, k string")
              .write:mode("overwrite"):partitionBy("k"):parquet("p")""")
        self.assertEqual(sorted(row["id"] for row in parquet_rows(self.path("p"))), [2, 3, 4, 5, 6, 7])

    def test_partitions_appear_together(self):
        """A write that fails on its way leaves every partition as it was, and nothing staged."""
        self.script('spark.range(4):selectExpr("id", "id % 2 as k").write:partitionBy("k"):parquet("p")')
        self.script_fails("""
            spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
            spark.udf.register("boom", function(id) if id == 299999 then error("boom") end return id end, "bigint")
            spark.range(300000):selectExpr("boom(id) as id", "id % 2 as k").write:mode("overwrite"):partitionBy("k"):parquet("p")""", says=["boom"])
        self.assertEqual(sorted(row["id"] for row in parquet_rows(self.path("p"))), [0, 1, 2, 3])
        self.assertEqual(sorted(os.listdir(self.path("p"))), ["k=0", "k=1"])

    def test_a_write_that_failed_leaves_nothing_to_the_commit(self):
        """A script may go on after a write that failed; its target stays as it was, and what the run had written before is written."""
        for mode, before in [("overwrite", ""), ("append", ""), ("overwrite", 'spark.range(5, 7).write:mode("append"):parquet("t")\n')]:
            with self.subTest(mode, before=bool(before)):
                self.script('spark.range(3).write:mode("overwrite"):parquet("t")')
                result = self.script(self.JOB + before + f"""
                    spark.udf.register("boom", function(id) if id == 299999 then error("boom") end return id end, "bigint")
                    print(pcall(function() spark.range(300000):selectExpr("boom(id) as id").write:mode("{mode}"):parquet("t") end))
                    job:commit()""")
                self.assertIn("false", result.out)
                self.assertEqual(sorted(row["id"] for row in parquet_rows(self.path("t"))), [0, 1, 2] + ([5, 6] if before else []))

    def test_what_the_run_itself_has_written(self):
        """Rows that lie in files of the run are read whole before these make way."""
        for mode in ["static", "dynamic"]:
            with self.subTest(mode):
                result = self.script(self.JOB + f"""
                    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "{mode}")
                    local df = spark.sql("select id, id % 3 as k from range(300000)")
                    for i = 1, 2 do df.write:mode(i == 1 and "overwrite" or "append"):partitionBy("k"):option("header", true):csv("o{mode}") end
                    spark.read.option("header", true):csv("o{mode}"):filter("id > 5").write:mode("overwrite"):partitionBy("k"):option("header", true):csv("o{mode}")
                    print(spark.read.option("header", true):csv("o{mode}"):count())
                    job:commit()
                    print(spark.read.option("header", true):csv("o{mode}"):count())""")
                self.assertEqual(result.out.split(), ["599988", "599988"])

    def test_partitions_with_a_place_of_their_own(self):
        self.script("""
            spark.sql("CREATE DATABASE d")
            spark.sql("CREATE TABLE d.t (id BIGINT, k INT) USING parquet PARTITIONED BY (k)")
            spark.sql("INSERT INTO d.t VALUES (2, 2)")
            spark.sql("ALTER TABLE d.t ADD PARTITION (k = 1) LOCATION '" .. args.place .. "'")
            spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
            spark.sql("INSERT OVERWRITE d.t VALUES (3, 1), (4, 3)")""", "--place", self.path("elsewhere"))
        self.assertEqual(self.script('for _, r in ipairs(spark.sql("SELECT id FROM d.t ORDER BY id"):collect()) do print(r.id) end').out.split(), ["2", "3", "4"])
        self.assertEqual(len(os.listdir(self.path("elsewhere"))), 1)

    def test_all_partitions(self):
        self.script('spark.createDataFrame({{1, "a"}, {2, "b"}}, "id int, k string").write:partitionBy("k"):parquet("p")')
        self.script('spark.createDataFrame({{3, "a"}}, "id int, k string").write:mode("overwrite"):partitionBy("k"):parquet("p")')
        self.assertEqual(os.listdir(self.path("p")), ["k=a"])

    def test_a_column_called_user(self):
        """A column goes before the call that a word stands for where there is no such column."""
        result = self.script("""
            spark.createDataFrame({{"ada"}, {"bob"}}, "user string"):createOrReplaceTempView("events")
            spark.sql("select user, count(*) as n from events where user <> 'bob' group by user"):show()
            spark.createDataFrame({{1}}, "id int"):createOrReplaceTempView("other")
            print(spark.sql("select user as u, current_user() as v from other where user = current_user"):filter("u = v"):count())""")
        self.assertEqual(result.out.splitlines(), ["+----+---+", "|user|  n|", "+----+---+", "| ada|  1|", "+----+---+", "", "1"])
