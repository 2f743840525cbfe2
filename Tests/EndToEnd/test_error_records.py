"""Records that fail: set aside with the reason, and limited."""
import glob
import json
import os

from support import DATA, READ, MasticTest, needs_data

SCRIPT = READ + """
local frame = read("in/")
local checked = Map.apply{frame = frame, f = function(r)
  if r.n % 10 == 0 then error("n is " .. r.n) end
  return r
end}
print(checked:count())
checked:count()
write(checked, "out/")
"""

JOB = READ + """
local args = getResolvedOptions(arg, {"JOB_NAME"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local frame = glueContext.create_dynamic_frame.from_options{connection_type = "s3", connection_options = {paths = {"in/"}}, format = "json", transformation_ctx = "in"}
local checked = Filter.apply{frame = frame, f = function(r) return r.n % 10 ~= 0 or error("bad") end}
write(checked, "out/")
if os.getenv("FAIL") then error("on purpose") end
job:commit()
"""


class ErrorRecordTests(MasticTest):
    def setUp(self):
        super().setUp()
        self.write("in/a.json", "".join(json.dumps({"n": n, "name": f"é{n}", "more": {"x": [n]}}) + "\n" for n in range(1, 101)))

    def quarantined(self, folder="bad"):
        """All records that were set aside; and that no other file stands there."""
        names = sorted(os.listdir(self.path(folder))) if os.path.isdir(self.path(folder)) else []
        self.assertTrue(all(name.endswith(".jsonl") and not name.startswith(".") for name in names), names)
        records = []
        for name in names:
            with open(self.path(folder, name), encoding="utf-8") as file:
                records += [json.loads(line) for line in file]
        return records

    def test_records_are_set_aside_once(self):
        self.write("script.lua", SCRIPT)
        result = self.succeeds("run", "--quarantine", "bad", "script.lua")
        self.assertEqual(result.out.split()[0], "90")
        self.assertIn("10 error records written to", result.err)
        records = sorted(self.quarantined(), key=lambda entry: entry["record"]["n"])
        self.assertEqual([entry["record"] for entry in records], [{"n": n, "name": f"é{n}", "more": {"x": [n]}} for n in range(10, 101, 10)])
        line = 1 + SCRIPT[:SCRIPT.index('error("n is')].count("\n")
        self.assertTrue(all(entry["line"] == f"script.lua:{line}" and f"n is {entry['record']['n']}" in entry["error"] for entry in records), records[0])

    def test_nothing_is_written_where_nothing_fails(self):
        self.write("script.lua", READ + 'print(read("in/"):count())')
        self.assertNotIn("error record", self.succeeds("run", "--quarantine", "bad", "script.lua").err)
        self.assertFalse(os.path.exists(self.path("bad")))

    def test_lines_that_are_no_records(self):
        self.write("in/b.json", '{"n": 1}\n{"n": \n{"n": 3}\n')
        self.write("script.lua", READ + 'print(read("in/b.json"):count())')
        self.assertEqual(self.succeeds("run", "--quarantine", "bad", "script.lua").out, "2\n")
        (entry,) = self.quarantined()
        self.assertEqual((entry["sourceLine"], entry["input"].strip()), (2, '{"n":'))
        self.assertTrue(entry["source"].endswith("in/b.json"), entry)

    def test_a_limit_fails_the_run(self):
        self.write("script.lua", SCRIPT)
        for limit, passes in [(10, True), (9, False), (0, False)]:
            arguments = ["run", "--max-error-records", limit, "--quarantine", f"bad{limit}", "script.lua"]
            if passes:
                self.succeeds(*arguments)
            else:
                self.fails(*arguments, says=["error record", "the run may have", "script.lua:"])
            # A run that failed says which records it was.
            self.assertTrue(limit < len(self.quarantined(f"bad{limit}")) <= 10 or passes)
        self.fails("run", "--max-error-records", "-1", "script.lua", status=2)

    def test_the_limit_counts_the_whole_run(self):
        code = READ + """
        local function count(d) return Filter.apply{frame = read("in/"), f = function(r) return r.n % d ~= 0 or error("x") end}:count() end
        print(count(25)) print(count(25)) print(count(25))
        """
        self.write("script.lua", code)
        self.assertEqual(self.succeeds("run", "--max-error-records", 12, "script.lua").out.split(), ["96"] * 3)
        self.assertEqual(self.mastic("run", "--max-error-records", 11, "script.lua").out.split(), ["96"] * 2)

    def test_records_are_safe_before_the_bookmark_moves(self):
        self.write("job.lua", JOB)
        arguments = ["run", "--quarantine", "bad", "job.lua", "--JOB_NAME", "j", "--job-bookmark-option", "job-bookmark-enable"]
        self.fails(*arguments, env={"FAIL": "1"}, says=["on purpose"])
        self.assertEqual(len(self.quarantined()), 10)
        self.assertFalse(glob.glob(self.path("out", "*")))
        self.succeeds(*arguments)
        self.assertEqual(len(self.quarantined()), 20)
        self.succeeds(*arguments)
        self.assertEqual(len(self.quarantined()), 20)

    def test_a_quarantine_that_cannot_be_written_keeps_the_bookmark(self):
        self.write("job.lua", JOB)
        self.write("bad", "a file")
        arguments = ["run", "--quarantine", "bad", "job.lua", "--JOB_NAME", "j", "--job-bookmark-option", "job-bookmark-enable"]
        self.assertEqual(self.mastic(*arguments).status, 1)
        os.remove(self.path("bad"))
        self.succeeds(*arguments)
        self.assertEqual(len(self.quarantined()), 10)

    @needs_data
    def test_real_data(self):
        """Weather of 2013: the hours without a wind gust fail, and nothing else."""
        path = os.path.join(DATA, "nycflights", "weather.csv")
        import csv
        with open(path, encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        column = "wind_gust"
        bad = [row for row in rows if row[column] in ("", "NA")]
        self.write("script.lua", READ + """
        local frame = read(%s, "csv", {withHeader = true})
        local mapped = Map.apply{frame = frame, f = function(r) r.gust = tonumber(r.wind_gust) + 0.0 return r end}
        print(mapped:count())
        write(mapped, "out/", "parquet")
        """ % json.dumps(path))
        result = self.succeeds("run", "--quarantine", "bad", "script.lua")
        self.assertEqual(int(result.out.split()[0]), len(rows) - len(bad))
        found = self.quarantined()
        self.assertEqual(len(found), len(bad))
        key = lambda row: (row["origin"], row["time_hour"])
        self.assertEqual(sorted(key(entry["record"]) for entry in found), sorted(key(row) for row in bad))
