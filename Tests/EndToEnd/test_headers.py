"""CSV files of one folder, or of one table, whose headers differ: columns go by their names."""
from support import MasticTest


class HeaderTests(MasticTest):
    def rows(self, code):
        return self.script(f"for _, r in ipairs({code}:collect()) do local t = {{}} for k, v in pairs(r:asDict()) do t[#t + 1] = k .. '=' .. tostring(v) end table.sort(t) print(table.concat(t, ' ')) end").out.splitlines()

    def test_a_folder_with_other_columns(self):
        self.write("tw/1.csv", "a,b,c\nx,1,2\n")
        self.write("tw/2.csv", "d,e\n2013,4\n")
        self.write("tw/3.csv", "c,a\n9,y\n")
        for infer in ("true", "false"):
            with self.subTest(infer):
                self.assertEqual(
                    self.rows(f'spark.read.csv{{path = "tw", header = true, inferSchema = {infer}}}'), ["a=x b=1 c=2", "d=2013 e=4", "a=y c=9"] if infer == "true" else
                    self.rows('spark.read.csv{path = "tw", header = true}'))

    def test_values_of_other_types_end_nothing(self):
        self.write("tw/1.csv", "a,b,c\nx,1,2\n")
        self.write("tw/2.csv", "d,e\n2013,q\n")
        self.assertEqual(self.rows('spark.read.csv{path = "tw", header = true, inferSchema = true}'), ["a=x b=1 c=2", "d=2013 e=q"])
        code = """
            local f = glueContext.create_dynamic_frame.from_options{connection_type = "file", format = "csv",
              format_options = {withHeader = true, inferSchema = true}, connection_options = {paths = {"tw"}}}
            f:show()"""
        self.assertEqual(self.script(code).out.splitlines(), [
            '{"a": "x", "b": 1, "c": 2, "d": null, "e": null}', '{"a": null, "b": null, "c": null, "d": 2013, "e": "q"}'])

    def test_a_table_whose_files_have_fewer_columns(self):
        self.write("s/a.csv", "id,amount,status\n1,10,open\n")
        self.succeeds("crawl", "s", "--database", "d")
        self.write("s/b.csv", "id,status\n5,paid\n")
        self.write("s/c.csv", "status,id\nlate,6\n")
        self.assertEqual(self.rows('spark.table("d.s"):orderBy("id")'), ["amount=10 id=1 status=open", "id=5 status=paid", "id=6 status=late"])

    def test_blanks_around_the_names_of_a_crawled_header(self):
        self.write("b/a.csv", "id, amount, status \n1,10,open\n")
        self.succeeds("crawl", "b", "--database", "d")
        self.assertEqual(self.rows('spark.table("d.b")'), ["amount=10 id=1 status=open"])
        # Files with fewer columns, or without the blanks, go by name all the same.
        self.write("b/b.csv", " status,id\npaid,5\n")
        self.write("b/c.csv", "status,amount,id\nlate,7,6\n")
        self.assertEqual(self.rows('spark.table("d.b"):orderBy("id")'), ["amount=10 id=1 status=open", "id=5 status=paid", "amount=7 id=6 status=late"])

    def test_a_header_beside_a_schema(self):
        schema = 'spark.read.schema("id string, shop string, amount string"):option("header", true):csv("%s")'
        for header, row, wanted in [
            ("shop,id,amount", "W,3,5", "amount=5 id=3 shop=W"),            # another order
            ("ID,Shop,AMOUNT", "3,W,5", "amount=5 id=3 shop=W"),            # other letters
            ("extra,shop,id,amount", "X,W,3,5", "amount=5 id=3 shop=W"),    # one more
            ("nr,laden,betrag", "3,W,5", "amount=5 id=3 shop=W"),           # new names for all of them, as in Spark
            ("id,laden,amount", "3,W,5", "amount=5 id=3 shop=W"),           # a new name for one
            ("shop,id,betrag", "W,3,5", "id=3 shop=W"),                     # a new name, and another order: that column is nobody's
        ]:
            with self.subTest(header):
                self.write("b.csv", f"{header}\n{row}\n")
                self.assertEqual(self.rows(schema % "b.csv"), [wanted])
        self.assertIn("columns of files that are not read, as the source has none of their names: 'betrag' of ", self.script((schema % "b.csv") + ":show()").err)

    def test_columns_that_only_later_files_have(self):
        self.write("f/1.csv", "id,name\n1,ada\n")
        self.write("f/2.csv", "id,name,extra\n4,dee,x\n")
        self.write("f/3.csv", "ID,Name\n6,fay\n")
        result = self.script('spark.read.csv("f", {header = true}):orderBy("id"):show()')
        self.assertIn("'extra' of ", result.err)
        self.assertEqual(self.rows('spark.read.csv("f", {header = true, inferSchema = true}):orderBy("id")'), ["id=1 name=ada", "extra=x id=4 name=dee", "id=6 name=fay"])

    def test_values_that_do_not_fit_are_counted(self):
        self.write("v.csv", "id,amount\n1,10\n2,n/a\n3,x\n")
        result = self.script('spark.read.schema("id int, amount double"):option("header", true):csv("v.csv"):show()')
        self.assertIn("values that could not be cast became null: 2 of 'amount'", result.err)
        self.script_fails('spark.read.schema("id int, amount double"):option("header", true):option("mode", "FAILFAST"):csv("v.csv"):show()', says=["column 'amount' holds 'n/a', which is no double"])

    def test_no_json_at_all(self):
        self.write("x.json", "{'a': 1}\n")
        self.script_fails('spark.read.json("x.json"):show()', says=["'x.json' holds no record that is JSON; the first:", "E1310"])
