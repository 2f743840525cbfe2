"""What people see of plans: explain prints them, --profile says where the time went."""
import json
import os
import re
import xml.etree.ElementTree as ElementTree

from support import MasticTest, files_below, needs_pyarrow, pyarrow

JOB = """
local args = getResolvedOptions(arg, {"JOB_NAME", "target"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales", transformation_ctx = "sales"}
local paid = Filter.apply{frame = sales, f = function(r) return r.amount > 2 and r.status == "paid" end}
local mapped = Map.apply{frame = paid, f = function(r) return {id = r.id, amount = r.amount * 2, day = r.day} end}
print(mapped:count())
glueContext.write_dynamic_frame.from_options{
  frame = mapped, connection_type = "s3", format = "parquet", connection_options = {path = args.target, partitionKeys = {"day"}}}
job:commit()
"""

class ExplainTest(MasticTest):
    def setUp(self):
        super().setUp()
        for day in range(1, 4):
            lines = [f'{{"id": {i}, "amount": {i / 2}, "status": "{"paid" if i % 3 else "open"}", "note": "n{i}"}}' for i in range(100)]
            self.write(f"data/sales/day={day}/part.json", "\n".join(lines) + "\n")
        self.succeeds("crawl", "data/sales", "--database", "db", "--quiet")
        self.write("job.lua", JOB)

    def words(self, command, *options):
        return [command, *options, "job.lua", "--JOB_NAME", "sales", "--target", "out/", "--job-bookmark-option", "job-bookmark-enable"]


class ExplainTests(ExplainTest):
    def test_plans_instead_of_results(self):
        out = self.succeeds(*self.words("explain")).out
        self.assertIn(
            "DynamicFrame:count job.lua:8\nMap job.lua:7 (reads amount, day, id; lifted)\n└─ Filter job.lua:6 (reads amount, status; lifted)\n"
            "   └─ Scan db.sales (columns: ", out)
        self.assertIn(f"write snappy.parquet to {self.path('out')}/ by day, job.lua:9\nMap job.lua:7", out)
        self.assertIn("\n0\n", out)

    def test_nothing_is_written_or_remembered(self):
        self.succeeds(*self.words("explain"))
        self.assertFalse(os.path.exists(self.path("out")))
        self.fails("bookmark", "show", "sales", says=["no bookmark"])
        # A run that follows reads everything.
        self.assertIn("189\n", self.succeeds(*self.words("run")).out)
        self.assertEqual(len(files_below(self.path("out"))), 3)

    def test_conditions_reach_the_scan(self):
        self.write("where.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}
            sales:rename_field("id", "key"):toDF():where("key > 5 and day = '2'"):select("key"):count()
        """)
        out = self.succeeds("explain", "where.lua").out
        self.assertIn("      └─ Scan db.sales (columns: day, id, key; rows: id > 5 AND day = '2')\n", out)

    def test_a_data_frame_is_not_written_either(self):
        self.write("frame.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}:toDF()
            local window = Window.partitionBy("day"):orderBy(F.desc("amount"))
            local best = sales:withColumn("n", F.row_number():over(window)):filter("n <= 2 and day > '1'"):select("day", "id", "n")
            best:write():partitionBy("day"):mode("overwrite"):parquet("out/")
            best:write():csv("data/sales")
        """)
        before = files_below(self.path("data"))
        out = self.succeeds("explain", "frame.lua").out
        self.assertEqual(files_below(self.path("data")), before)
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertIn(f"""write snappy.parquet to {self.path('out')}/ by day, frame.lua:5
Project (day, id, row_number as n)
└─ Filter (row_number <= 2)
   └─ Window (row_number() as row_number by day ordered by amount desc)
      └─ Filter (day > '1')
         └─ ToDataFrame
            └─ Scan db.sales (columns: amount, day, id; rows: day > '1')
""", out)
        # A target that exists is no error as long as nothing is written.
        self.assertIn("frame.lua:6\nProject (day, id, row_number as n)\n", out)

    def test_an_error_of_the_script_is_its_own(self):
        self.write("wrong.lua", "glueContext.create_dynamic_frame.from_catalog{database = 'db', table_name = 'sale'}")
        self.fails("explain", "wrong.lua", says=["wrong.lua:1", "sales"])

    def test_actions_without_rows_go_on(self):
        self.write("many.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}
            sales:show()
            sales:toDF():show()
            print(#sales:toDF():collect(), sales:toDF():first())
            Join.apply(sales, sales, {"id"}, {"id"}):show()
            sales:relationalize("root"):select("root"):count()
        """)
        out = self.succeeds("explain", "many.lua").out
        self.assertIn("0\tnil\n", out)
        self.assertNotIn("+--", out)
        self.assertIn("├─ Scan db.sales", out)


class FormatTests(ExplainTest):
    def test_json_has_a_shape_that_stays(self):
        result = self.succeeds(*self.words("explain", "--format", "json"))
        plans = json.loads(result.out)
        self.assertEqual(set(plans), {"version", "script", "actions"})
        self.assertEqual((plans["version"], plans["script"]), (1, "job.lua"))
        # What the script prints is no part of it.
        self.assertEqual(result.err, "0\n")
        self.assertEqual([(action["action"].split(" to ")[0], action["site"]) for action in plans["actions"]], [
            ("DynamicFrame:count", "job.lua:8"), ("write snappy.parquet", "job.lua:9")])
        ids = []

        def check(node):
            self.assertLessEqual({"id", "operator", "children"}, set(node))
            self.assertLessEqual(set(node), {"id", "operator", "site", "detail", "columns", "predicate", "estimatedRows", "function", "scan", "children"})
            ids.append(node["id"])
            for child in node["children"]:
                check(child)

        top = plans["actions"][0]["plan"]
        check(top)
        self.assertEqual(ids, [0, 1, 2])
        self.assertEqual((top["operator"], top["site"], top["function"]), ("Map", "job.lua:7", {"lifted": True}))
        scan = top["children"][0]["children"][0]
        self.assertEqual(scan["operator"], "Scan db.sales")
        self.assertEqual(scan["columns"], ["amount", "day", "id", "status"])
        self.assertIn("amount > 2", scan["predicate"])
        self.assertGreater(scan["estimatedRows"], 0)
        self.assertEqual((scan["scan"]["files"], scan["scan"]["filesRead"], scan["scan"]["columns"], scan["scan"]["columnsRead"]), (3, 3, 5, 4))

    def test_interpreted_functions_say_why(self):
        self.write("why.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}
            sales:filter(function(r) return xpcall(error, error, r.id) end):count()
        """)
        plans = json.loads(self.succeeds("explain", "--json", "why.lua").out)
        function = plans["actions"][0]["plan"]["function"]
        self.assertEqual(function, {"lifted": False, "reason": "calls 'xpcall'", "line": 3})

    def test_partitions_that_are_passed_over(self):
        self.write("day.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}
            sales:filter(function(r) return r.day == "2" end):count()
        """)
        scan = json.loads(self.succeeds("explain", "--json", "day.lua").out)["actions"][0]["plan"]["children"][0]["scan"]
        self.assertEqual((scan["files"], scan["filesRead"]), (3, 1))
        self.assertIn("[1 of 3 files", self.succeeds("explain", "--estimates", "day.lua").out)
        self.assertRegex(self.succeeds("explain", "--estimates", "day.lua").out, r"~ \d+ rows")

    def test_a_drawing(self):
        self.assertEqual(self.succeeds(*self.words("explain", "--format", "svg", "--output", "plan.svg")).out, "0\n")
        root = ElementTree.parse(self.path("plan.svg")).getroot()
        space = "{http://www.w3.org/2000/svg}"
        texts = [text.text for text in root.iter(space + "text")]
        self.assertIn("DynamicFrame:count job.lua:8", texts)
        self.assertEqual(len([text for text in texts if text.startswith("Map job.lua:7")]), 2)
        boxes = list(root.iter(space + "rect"))
        self.assertEqual(len(boxes), 6)
        width, height = float(root.get("width")), float(root.get("height"))
        for box in boxes:
            self.assertLessEqual(float(box.get("x")) + float(box.get("width")), width)
            self.assertLessEqual(float(box.get("y")) + float(box.get("height")), height)
        # Boxes do not lie on each other.
        places = [tuple(float(box.get(name)) for name in ("x", "y", "width", "height")) for box in boxes]
        for i, a in enumerate(places):
            for b in places[i + 1:]:
                self.assertFalse(a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3])

    def test_joins_stand_beside_each_other(self):
        self.write("join.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}
            Join.apply(sales, sales, {"id"}, {"id"}):show()
        """)
        out = self.succeeds("explain", "--format", "svg", "join.lua").out
        root = ElementTree.fromstring(out)
        self.assertGreater(float(root.get("width")), 600)

    def test_text_in_a_file_is_the_text(self):
        plain = self.succeeds(*self.words("explain")).out
        result = self.succeeds(*self.words("explain", "--output", "plan.txt"))
        self.assertEqual(result.out, "0\n")
        with open(self.path("plan.txt"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("└─ Filter job.lua:6", text)
        self.assertEqual([line for line in plain.splitlines() if "Scan" in line], [line for line in text.splitlines() if "Scan" in line])

    def test_wrong_words(self):
        self.fails("explain", "--format", "xml", "job.lua", status=2, says=["text", "json", "svg"])
        self.fails("explain", "--output", "data", "job.lua", status=2, says=["'data' is a folder"])
        self.fails(*self.words("explain", "--output", "missing/plan.txt"), says=["missing"])

    def test_a_script_without_actions(self):
        self.write("none.lua", "local x = 1")
        self.assertEqual(json.loads(self.succeeds("explain", "--json", "none.lua").out)["actions"], [])
        ElementTree.fromstring(self.succeeds("explain", "--format", "svg", "none.lua").out)


class ProfileTests(ExplainTest):
    def test_operators_with_their_rows(self):
        result = self.succeeds(*self.words("run", "--profile", "--threads", "2"))
        self.assertEqual(result.out, "189\n")
        tables = result.err
        self.assertIn("DynamicFrame:count job.lua:8", tables)
        self.assertRegex(tables, r"write snappy\.parquet to .*out/ by day, job\.lua:9 +\d+\.\d{3} s\n")
        for line in (r"Map job\.lua:7 +189 ", r"└─ Filter job\.lua:6 +189 ", r"   └─ Scan db\.sales +300 "):
            self.assertEqual(len(re.findall(line, tables)), 2, tables)
        self.assertEqual(len(re.findall(r"(Map|Filter) job.* 0 %\n", tables)), 4, tables)
        shares = [int(share) for share in re.findall(r" s +(\d+) %", tables)]
        self.assertTrue(195 <= sum(shares) <= 205, shares)

    def test_what_the_interpreter_ran(self):
        result = self.succeeds(*self.words("run", "--profile", "--no-lift"))
        self.assertEqual(len(re.findall(r"(Map|Filter) job.* 100 %\n", result.err)), 4, result.err)
        # Rows that raise are the interpreter's.
        self.write("some.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}
            print(sales:map(function(r) return {n = r.id < 3 and r.note.none.x or r.note:upper()} end):count())
        """)
        result = self.succeeds("run", "--profile", "some.lua")
        self.assertEqual(result.out, "291\n")
        self.assertRegex(result.err, r"Map some\.lua:3 +291 .* 3 %\n")

    def test_plans_say_why_functions_are_interpreted(self):
        self.write("why.lua", """
            local sales = glueContext.create_dynamic_frame.from_catalog{database = "db", table_name = "sales"}
            sales:filter(function(r) return
              xpcall(error, error, r.id) end):map(function(r) print(r.id) return r end):count()
        """)
        out = self.succeeds("explain", "why.lua").out
        self.assertIn("Filter why.lua:3 (reads id; interpreted, because it calls 'xpcall' (line 4))", out)
        self.assertIn("(reads id; interpreted, because it prints (line 4); runs in row order)", out)
        self.assertIn("interpreted, because it is not lifted, as the run asks", self.succeeds("--no-lift", "explain", "why.lua").out)

    def test_without_it_nothing_is_said(self):
        self.assertEqual(self.succeeds(*self.words("run")).err, "")


@needs_pyarrow
class PushdownTests(MasticTest):
    """What of a partitioned, sorted Parquet table is read: as the plan says it, and as rows that left the scan (a thousand a row group)."""

    def setUp(self):
        super().setUp()
        for day in (1, 2, 3):
            rows = range(4000)
            table = pyarrow.table({
                "id": pyarrow.array([day * 10000 + i for i in rows], pyarrow.int64()), "amount": [i / 8 for i in rows],
                "status": [("new", "paid", "sent")[i * 3 // 4000] for i in rows], "note": [f"note {i}" for i in rows]})
            folder = self.path(f"data/orders/day=2024-01-0{day}")
            os.makedirs(folder)
            pyarrow.parquet.write_table(table, os.path.join(folder, "part.parquet"), row_group_size=1000)
        self.succeeds("crawl", "data/orders", "--database", "db", "--quiet")

    def check(self, frame, plan, answer, rows_read):
        """The plan of counting a frame, what counting it gives, and how many rows the scans gave."""
        self.write("count.lua", f"""local orders = glueContext.create_dynamic_frame.from_catalog{{database = "db", table_name = "orders"}}
            print(({frame}):count())
        """)
        lines = self.succeeds("explain", "count.lua").out.split("\n\n")[0].splitlines()
        self.assertEqual([line.replace(" count.lua:2", "") for line in lines[1:]], plan)
        result = self.succeeds("run", "--profile", "count.lua")
        self.assertEqual(result.out, f"{answer}\n")
        scans = re.findall(r"Scan db\.orders +([0-9,]+) ", result.err)
        self.assertEqual(sum(int(rows.replace(",", "")) for rows in scans), rows_read, result.err)

    def test_partitions_and_row_groups(self):
        self.check("orders:filter(function(r) return r.day == '2024-01-03' and r.id >= 32500 end)", [
            "Filter (reads day, id; lifted)",
            "└─ Scan db.orders (columns: day, id; rows: cast(day as string) = '2024-01-03' AND id >= 32500L OR cast(day as string) = '2024-01-03' AND id IS NULL)"],
            1500, 2000)

    def test_numbers_with_fractions(self):
        self.check("orders:filter(function(r) return r.amount > 400 end)", [
            "Filter (reads amount; lifted)", "└─ Scan db.orders (columns: amount; rows: amount > 400L OR amount IS NULL)"], 2397, 3000)
        # To SQL, NaN is above every number, and statistics do not tell of it.
        self.check("orders:toDF():where('amount > 400')", [
            "Filter (amount > 400)", "└─ Scan db.orders (columns: amount; rows: amount > 400)"], 2397, 12000)
        self.check("orders:toDF():where('amount < 100')", [
            "Filter (amount < 100)", "└─ Scan db.orders (columns: amount; rows: amount < 100)"], 2400, 3000)

    def test_through_other_steps(self):
        self.check("orders:rename_field('id', 'key'):filter(function(r) return r.key < 10010 end):select_fields({'key'})", [
            "SelectFields (key)", "└─ Filter (reads key; lifted)", "   └─ RenameField (id -> key)",
            "      └─ Scan db.orders (columns: id, key; rows: id < 10010L OR id IS NULL)"], 10, 1000)
        self.check("orders:apply_mapping({{'id', 'bigint', 'n', 'bigint'}, {'amount', 'double', 'euros', 'double'}}):filter(function(r) return r.n == 20001 end)", [
            "Filter (reads n; lifted)", "└─ ApplyMapping (id -> n bigint, amount -> euros double)",
            "   └─ Scan db.orders (columns: amount, id; rows: cast(id as bigint) = 20001L)"], 1, 1000)
        self.check("orders:union(orders):filter(function(r) return r.id < 10010 end)", [
            "Filter (reads id; lifted)", "└─ Union", "   ├─ Scan db.orders (columns: id; rows: id < 10010L OR id IS NULL)",
            "   └─ Scan db.orders (columns: id; rows: id < 10010L OR id IS NULL)"], 20, 4000)

    def test_dictionaries(self):
        self.check("orders:filter(function(r) return r.status == 'sent' and r.day ~= '2024-01-01' end)", [
            "Filter (reads day, status; lifted)", "└─ Scan db.orders (columns: day, status; rows: cast(status as string) = 'sent')"], 2666, 6000)
        self.check("orders:filter(function(r) return r.status == 'nobody' end)", [
            "Filter (reads status; lifted)", "└─ Scan db.orders (columns: status; rows: cast(status as string) = 'nobody')"], 0, 0)

    def test_functions_that_are_not_lifted_read_their_fields(self):
        self.check("orders:filter(function(r) return string.rep(r.note, r.id % 3) == '' end):select_fields({'status'})", [
            "SelectFields (status)", "└─ Filter (reads id, note; interpreted, because it calls 'string.rep' other than with a small constant (line 2))",
            "   └─ Scan db.orders (columns: id, note, status)"], 4000, 12000)
