"""What people see of plans: explain prints them, --profile says where the time went."""
import os
import re

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
