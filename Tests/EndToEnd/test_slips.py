"""Slips that would give a wrong answer without a word, if nobody looked."""
from support import MasticTest


class SlipTests(MasticTest):
    FRAMES = 'local a, b = spark.range(3), spark.range(3)\n'

    def test_booleans_of_lua_are_no_conditions(self):
        for code in [
            'a:withColumn("y", F.when(F.col("id") == 1, "x"):otherwise("z"))', 'a:withColumn("y", F.when(a.id:eq(1), "x"):when(a.id ~= 2, "z"))', "a:filter(a.id:eq(1) & (a.id == 1))",
            "a:filter((a.id == 1) | a.id:eq(1))",
        ]:
            with self.subTest(code):
                self.script_fails(self.FRAMES + code, says=["conditions that are Columns, not the boolean", "a:eq(b)"])
        self.assertEqual(self.script(self.FRAMES + 'print(a:filter(a.id:eq(1) & F.lit(true)):count())').out, "1\n")

    def test_a_condition_that_is_nil(self):
        self.script_fails(self.FRAMES + 'a:join(b, key, "inner")', says=["the condition that was given is nil", "crossJoin"])
        self.assertEqual(self.script(self.FRAMES + "print(a:join(b):count(), a:crossJoin(b):count())").out, "9\t9\n")

    def test_a_write_that_is_none(self):
        for code in ['a:write("out")', 'a.write("out")']:
            self.script_fails(self.FRAMES + code, says=['DataFrame:write takes no arguments; write:parquet("out")'])
        self.script(self.FRAMES + 'a:write():json("one") a.write:json("two") a.write():json("three")')

    def test_the_fields_of_a_struct(self):
        self.write("p.json", '{"id": 1, "name": {"first": "Ada", "last": "L"}}\n')
        result = self.script("""
            local p = spark.read.json("p.json")
            print(table.concat(p:select("name.*", "id"):columns(), " "), p:select("name.*"):first().first)
            p:createOrReplaceTempView("p")
            print(spark.sql("SELECT p.name.*, p.* FROM p"):first().last)""")
        self.assertEqual(result.out, "first last id\tAda\nL\n")
        self.script_fails('spark.read.json("p.json"):select("nam.*")', says=["there is no table 'nam' here"])

    def test_columns_with_a_dot(self):
        self.write("d.csv", "x.y,b\n1,2\n")
        self.script_fails('spark.read.option("header", true):csv("d.csv"):select("x.y")', says=["a name with a dot in it stands in back-ticks: `x.y`"])
        self.assertEqual(self.script('print(spark.read.option("header", true):csv("d.csv"):select("`x.y`"):first()[1])').out, "1\n")

    def test_bookmarks_without_arguments(self):
        code = 'local job = Job(glueContext) job:init(args.JOB_NAME{}) job:commit()'
        words = ("--JOB_NAME", "b", "--job-bookmark-option", "job-bookmark-enable")
        self.assertIn("bookmarks are switched on, but job:init got no arguments", self.script(code.format(""), *words).err)
        self.assertNotIn("bookmarks", self.script(code.format(", args"), *words).err)
        self.assertNotIn("bookmarks", self.script(code.format(""), "--JOB_NAME", "b").err)

    def test_a_folder_in_place_of_a_script(self):
        self.write("jobs/sales.lua", "print(1)")
        for command in (["run"], ["check"], ["explain"], ["watch", "--once"]):
            self.fails(*command, "jobs", says=["'jobs' is a folder; give a script in it: jobs/sales.lua"])

    def test_words_of_errors_are_data(self):
        """What a script raises may look like Lua's own words, and ends nothing."""
        for words in ["attempt to index a 'x' value (field 'y')", "attempt to call a ' ('", "attempt to perform arithmetic on a nil value (", "bad argument #1 to '"]:
            result = self.script_fails(f'error("{words}", 0)', status=1)
            self.assertIn(words, result.err)
