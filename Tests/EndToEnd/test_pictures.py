"""Frames as pictures: df:plot and df:profile, on the screen, in files, and as figures."""
import os
import re
import stat
import unittest
import xml.etree.ElementTree as ElementTree

from support import DATA, ROOT, MasticTest, duckdb, needs_data, needs_duckdb

WEATHER = """
local weather = spark:read():option("header", true):option("inferSchema", true):option("nullValue", "NA"):csv("%s/nycflights/weather.csv")
""" % DATA
SVG = "{http://www.w3.org/2000/svg}"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class PlotTests(MasticTest):
    def sql(self, query, arguments="{}", **options):
        return self.succeeds("-e", f"spark:sql([[{query}]]):plot{arguments}", **options)

    def test_bars_count_the_rows_of_a_text(self):
        out = self.sql("select * from values ('a'), ('b'), ('a'), (null) as t(k)", "{width = 40}").out
        self.assertEqual(out, (
            "count by k\n"
            "a    │████████████████████████████████ 2\n"
            "null │████████████████ 1\n"
            "b    │████████████████ 1\n"))

    def test_bars_sum_what_stands_more_than_once(self):
        out = self.sql("select * from values ('a', 1), ('b', 5), ('a', 2) as t(k, v)", "{x = 'k', y = 'v', width = 30}").out
        self.assertTrue(out.startswith("sum of v by k\nb │"), out)
        self.assertIn("a │███████████████ 3\n", out)
        out = self.sql("select * from values ('a', 1), ('b', 5) as t(k, v)", "{x = 'k', y = 'v', width = 30}").out
        self.assertTrue(out.startswith("v by k\n"), out)
        out = self.sql("select * from values ('a', 1), ('b', 5), ('a', 2) as t(k, v)", "{x = 'k', y = 'v', aggregate = 'avg', width = 30}").out
        self.assertTrue(out.startswith("avg of v by k\n"), out)
        self.assertIn(" 1.5\n", out)

    def test_sorted_rows_keep_their_order(self):
        out = self.sql("select * from values ('b', 1), ('c', 9), ('a', 5) as t(k, v) order by k", "{width = 30}").out
        self.assertEqual([line[0] for line in out.splitlines()[1:]], ["a", "b", "c"])

    def test_many_categories_are_cut_to_the_largest(self):
        out = self.sql("select cast(id % 10000 as string) as k from range(100000) where id % 10000 > 0 or id < 50000", "{limit = 3, width = 50}").out
        lines = out.splitlines()
        self.assertEqual(len([line for line in lines if "│" in line]), 4)
        self.assertIn("others (9,997)", out)
        self.assertIn("99,965", out)
        self.assertIn("3 largest of 10,000 values of 'k'", out)

    def test_one_more_category_stands_for_itself(self):
        out = self.sql("select cast(id as string) as k from range(4)", "{limit = 3, width = 40}").out
        self.assertNotIn("others", out)
        self.assertEqual(out.count("│"), 4)

    def test_others_hold_nulls_and_their_own_average(self):
        out = self.sql(
            "select * from values ('a', 100.0), ('b', 50.0), ('c', 4.0), (null, 1.0), ('d', 1.0) as t(k, v)", "{limit = 2, y = 'v', x = 'k', aggregate = 'avg', width = 40}").out
        self.assertIn("others (3)", out)
        self.assertRegex(out, r"others \(3\) │\S* 2\n")

    def test_negative_bars_stand_left_of_zero(self):
        out = self.sql("select * from values ('a', -3), ('b', 5), ('c', -1) as t(k, v)", "{width = 40}").out
        lines = {line[0]: line for line in out.splitlines()[1:]}
        self.assertEqual(lines["a"].index("│"), lines["b"].index("│"))
        self.assertTrue(lines["a"].split("│")[0].rstrip().endswith("█"))
        self.assertIn("│█", lines["b"])

    def test_series_have_a_legend(self):
        out = self.sql("select * from values ('a', 3, 4), ('b', 5, 1) as t(k, v, w)", "{x = 'k', y = {'v', 'w'}, width = 40}").out
        self.assertIn("█ v  ▒ w\n", out)
        self.assertIn("▒▒▒▒", out)

    def test_histogram_of_a_column_of_numbers(self):
        out = self.sql("select explode(sequence(1, 4)) as n union all select 4", "{width = 40, height = 8}").out
        self.assertIn("distribution of n\n", out)
        self.assertIn("5 rows from 1 to 4 in 4 bins, each 1 wide.", out.replace("\n", " "))

    def test_values_without_a_place_are_left_out_and_said(self):
        out = self.sql("select * from values (1.0D), (double('NaN')), (double('inf')), (7.5D), (null) as t(v)").out
        self.assertIn("2 rows from 1 to 7.5", out)
        self.assertIn("3 rows without a number in 'v' are left out.", out)

    def test_nothing_to_draw_is_a_sentence(self):
        out = self.sql("select 1.5 as v, 'a' as k where 1 > 2", "{x = 'k'}").out
        self.assertEqual(out, "count by k\nNothing to draw: the frame has no rows.\n")
        out = self.sql("select cast(null as double) as v from values (1), (2)").out
        self.assertIn("Nothing to draw: none of the 2 rows has a number in 'v' that is neither null nor NaN.", out.replace("\n", " "))
        for kind in ["line", "scatter"]:
            out = self.sql("select cast(null as double) as v, 1 as x from values (1), (2)", "{kind = '%s', x = 'x', y = 'v'}" % kind).out
            self.assertIn("Nothing to draw", out)

    def test_extreme_numbers(self):
        for values in ["(1e308D), (-1e308D)", "(1e-320D), (5e-324D)", "(0D)", "(-1e15D), (1e15D)", "(1e16D), (1e16D + 2)", "(9223372036854775807), (-9223372036854775808)"]:
            for kind in ["histogram", "line", "scatter", "bar"]:
                y = "" if kind == "histogram" else ", y = 'v'"
                result = self.sql(f"select v from values {values} as t(v)", "{kind = '%s', x = 'v'%s, width = 50}" % (kind, y))
                self.assertTrue(all(len(line) <= 50 for line in result.out.splitlines()), result)

    def test_the_least_and_the_greatest_numbers(self):
        for rows, options in [
            ('{{"a", 5}, {"b", -1}, {"c", -1e300}, {"d", -1e300}}', 'x = "k", y = "v", kind = "bar", limit = 2'), ('{{"a", 5e-324}, {"b", 5e-324}}', 'x = "x", y = "v", kind = "line", log = true'),
            ('{{"a", 1.7e308}, {"b", 1e308}}', 'x = "x", y = "v", kind = "line", log = true'), ('{{"a", 1.7e308}, {"b", -1.7e308}}', 'x = "k", y = "v", kind = "bar"'),
            ('{{"a", 5e-324}, {"b", 0.0}}', 'x = "k", y = "v", kind = "bar"'), ('{{"a", 1e-320}, {"b", 1e308}}', 'x = "k", y = "v", kind = "bar", log = true'),
        ]:
            with self.subTest(options, rows=rows):
                self.script(f'local f = spark.createDataFrame({rows}, "k string, v double"):withColumn("x", F.ascii("k")) f:plot{{{options}}} f:plot{{{options}, save = "x.svg"}}')

    def test_every_width_is_kept(self):
        query = "select * from values ('a quite long name of a thing', -3.25, date '2024-01-05'), ('東京タワー', 5e9, date '2025-07-01') as t(k, v, d)"
        for width in [20, 25, 33, 60, 200]:
            for arguments in ["x = 'k', y = 'v'", "x = 'd', y = 'v'", "x = 'v'", "x = 'd', y = 'v', kind = 'scatter'"]:
                out = self.sql(query, "{%s, width = %d}" % (arguments, width)).out
                for line in out.splitlines():
                    self.assertLessEqual(sum(2 if ord(c) > 0x2e80 and ord(c) < 0xffff and c not in "─│" else 1 for c in line), width, out)

    def test_texts_from_data_do_not_reach_the_terminal_raw(self):
        out = self.sql("select concat('a', char(27), '[31mred', char(10), 'b') as k").out
        self.assertNotIn("\x1b", out)
        self.assertIn("a·[31mred·b", out)

    def test_lines_over_dates(self):
        out = self.sql("select date_add(date '2024-01-01', cast(id as int)) as day, id * 1.5 as v from range(366)", "{width = 60}").out
        self.assertIn("v over day", out)
        self.assertIn("2024-", out)
        self.assertTrue(any(0x2800 < ord(letter) < 0x2900 for letter in out))

    def test_lines_average_what_repeats(self):
        out = self.sql("select id % 3 as x, id as v from range(9)", "{x = 'x', y = 'v', kind = 'line'}").out
        self.assertTrue(out.startswith("avg of v over x\n"), out)

    def test_long_lines_are_reduced(self):
        result = self.sql("select id as x, sin(id / 100000.0) as y from range(1000000)", "{width = 60}")
        self.assertIn("1,000,000 rows in 720 places", result.out)

    def test_points_are_counted_in_a_grid(self):
        one = self.sql("select rand(1) as x, rand(2) as y from range(50000)", "{kind = 'scatter'}").out
        self.assertIn("50,000 rows in ", one)
        self.assertEqual(one, self.sql("select rand(1) as x, rand(2) as y from range(50000)", "{kind = 'scatter'}", env={"MASTIC_THREADS": "1"}).out)

    def test_large_histograms_take_no_memory(self):
        result = self.sql("select id % 1000 as v from range(10000000)", "{x = 'v', bins = 10}")
        self.assertIn("10,000,000 rows from 0 to 999 in 10 bins", result.out)
        # A process' peak counts that of the one that started it.
        least = self.succeeds("-e", "1").peak_bytes
        self.assertLess(result.peak_bytes, max(400 << 20, least + (64 << 20)))

    def test_a_file_is_written_in_full(self):
        result = self.sql("select * from values ('<a> & \"b\"', 3), ('c', 5) as t(k, v)", "{save = 'bars.svg', title = 'a < b & c'}")
        self.assertEqual(result.out, "")
        root = ElementTree.parse(self.path("bars.svg")).getroot()
        self.assertEqual(root.tag, SVG + "svg")
        self.assertEqual(root.find(SVG + "title").text, "a < b & c")
        self.assertIn("Bar chart of v for 2 values of k", root.find(SVG + "desc").text)
        self.assertIn("<a> & \"b\"", [text.text for text in root.iter(SVG + "text")])
        self.assertEqual(len([rect for rect in root.iter(SVG + "rect")]), 2)
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".part")], [])
        self.sql("select 1 as v", "{save = 'picture.txt'}")
        with open(self.path("picture.txt"), encoding="utf-8") as file:
            self.assertIn("distribution of v", file.read())

    def test_every_kind_is_well_formed_as_svg(self):
        for kind, more in [("bar", ", y = 'v'"), ("line", ", y = {'v', 'w'}"), ("scatter", ", y = {'v', 'w'}"), ("histogram", ""), ("bar", ", log = true"), ("line", ", y = 'v', log = true")]:
            for query in ["select id as x, id * id as v, -id as w from range(5000)", "select 1 as x, 2 as v, 3 as w", "select 1 as x, 2 as v, 3 as w where false"]:
                self.sql(query, "{kind = '%s', x = 'x'%s, save = 'p.svg'}" % (kind, more))
                root = ElementTree.parse(self.path("p.svg")).getroot()
                width, height = float(root.get("width")), float(root.get("height"))
                for element in root.iter():
                    for name, bound in [("x", width), ("y", height), ("cx", width), ("cy", height), ("x1", width), ("y2", height)]:
                        value = element.get(name)
                        if value is not None:
                            self.assertTrue(-1 <= float(value) <= bound + 1, (kind, query, element.attrib))

    def test_wrong_files(self):
        def fails(name, *says):
            self.fails("-e", f"spark:sql('select 1 as v'):plot{{save = [[{name}]]}}", says=says)
        fails("plot.png", "writes .svg and .txt files", "save = \"plot.svg\"")
        fails("missing/plot.svg", "there is no folder")
        os.mkdir(self.path("folder.svg"))
        fails("folder.svg", "is a folder")
        self.fails("-e", "spark:sql('select 1 as v'):plot{save = '/tmp/x.svg'}", "--sandbox", says=["outside the folders that a sandboxed script may reach"])

    def test_an_unwritable_folder(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        os.mkdir(self.path("closed"))
        os.chmod(self.path("closed"), stat.S_IRUSR | stat.S_IXUSR)
        self.fails("-e", "spark:sql('select 1 as v'):plot{save = 'closed/p.svg'}", says=["permission denied"])

    def test_wrong_arguments(self):
        def fails(arguments, *says):
            self.fails("-e", "spark:sql([[select 'a' as name, 1 as amount, date '2024-01-01' as day, map('a', 1) as m]]):plot{%s}" % arguments, says=says)
        fails("x = 'nmae'", "there is no column 'nmae'; did you mean 'name'?", "columns: name string, amount int, day date, m map")
        fails("x = 'name', kind = 'lines'", "the kind 'lines' is not known; did you mean 'line'?", "bar, line, histogram, scatter")
        fails("x = 'name', kind = 'histogram'", "needs numbers, dates or timestamps, and 'name' is string", "kind = \"bar\" counts its values")
        fails("x = 'name', y = 'amount', kind = 'line'", "needs numbers, dates or timestamps along x")
        fails("x = 'amount', y = 'name'", "'y' must be numbers, and 'name' is string")
        fails("x = 'amount', kind = 'scatter'", "needs 'y'")
        fails("x = 'name', y = 'amount', aggregate = 'summ'", "did you mean 'sum'?")
        fails("x = 'name', aggregate = 'sum'", "needs 'y'")
        fails("x = 'name', bins = 3", "'bins' belongs to kind = \"histogram\"")
        fails("x = 'amount', bins = 0", "'bins' is the number of bins, from 1 to 10,000, not 0")
        fails("x = 'amount', widht = 40", "has no argument 'widht'; did you mean 'width'?")
        fails("x = 'm'", "maps cannot be grouped")
        self.fails("-e", "spark:range(3):selectExpr('id a', 'id b', 'id c', 'id d', 'id e', 'id f', 'id g'):plot()", says=["say which of the 7 columns"])

    def test_dynamic_frames_draw_and_profile_too(self):
        self.write("in.json", '{"k": "a", "v": 1}\n{"k": "b", "v": 2}\n')
        code = """
            local frame = glueContext.create_dynamic_frame.from_options{connection_type = "s3", connection_options = {paths = {"in.json"}}, format = "json"}
            frame:plot{x = "k", width = 30}
            frame:profile()
        """
        out = self.script(code).out
        self.assertIn("count by k\na │", out)
        self.assertIn("2 rows, 2 columns\n", out)

    def test_explained_scripts_draw_nothing(self):
        self.write("job.lua", "spark:range(5):plot{} spark:range(5):profile()")
        out = self.succeeds("explain", "job.lua").out
        self.assertIn("DataFrame:plot job.lua:1", out)
        self.assertNotIn("distribution", out)
        self.assertNotIn("5 rows", out)

    @needs_data
    def test_real_weather(self):
        out = self.script(WEATHER + "weather:plot{x = 'time_hour', y = 'temp', width = 80}").out
        self.assertIn("2013-", out)
        self.assertTrue(all(len(line) <= 80 for line in out.splitlines()))


class ProfileTests(MasticTest):
    FRAME = """spark:sql([[select * from values (1, 'x', true, 1.5D, date '2024-01-01', array(1, 2)), (2, 'y', false, double('NaN'), date '2024-03-01', array()),
        (2, 'x', null, 4.5D, null, null), (null, 'zzz', true, 2.0D, date '2024-02-01', array(1)) as t(n, s, b, f, d, a)]])"""

    def test_a_table_that_fits(self):
        out = self.succeeds("-e", self.FRAME + ":profile()").out
        self.assertTrue(out.startswith("4 rows, 6 columns\n\n"), out)
        lines = {line.split(" ")[0]: line for line in out.splitlines()[3:]}
        self.assertRegex(lines["n"], r"^n +int +25 % +2 +1 ")
        self.assertIn("x 2, …; from x to zzz; 1 to 3 letters", lines["s"])
        self.assertIn("true 66.7 %, false 33.3 %", lines["b"])
        self.assertIn("2024-01-01 to 2024-03-01", lines["d"])
        self.assertIn("0 to 2 elements", lines["a"])
        self.assertTrue(all(len(line) <= 80 for line in out.splitlines()))

    def test_a_choice_of_columns(self):
        out = self.succeeds("-e", self.FRAME + ":profile{columns = {'s', 'n'}}").out
        self.assertEqual([line.split(" ")[0] for line in out.splitlines()[3:]], ["s", "n"])
        self.fails("-e", self.FRAME + ":profile{columns = {'ss'}}", says=["there is no column 'ss'; did you mean 's'?"])
        self.fails("-e", self.FRAME + ":profile{as = 'fram'}", says=["'as' is \"picture\" or \"frame\", not 'fram'; did you mean 'frame'?"])

    def test_fields_of_structs_stand_below_them(self):
        frame = "spark:sql([[select * from values (1, named_struct('city', 'Bern', 'at', named_struct('x', 3))), (2, named_struct('city', null, 'at', null)), (3, null) as t(n, place)]])"
        out = self.succeeds("-e", frame + ":profile()").out
        self.assertTrue(out.startswith("3 rows, 2 columns\n\n"), out)
        code = frame + """:profile{as = "frame"}:select("column", "type", "nulls", "distinct", "max"):toJSON():show(10, false)"""
        out = self.succeeds("-e", code).out
        self.assertIn('{"column":"place.city","type":"string","nulls":2,"distinct":1,"max":"Bern"}', out)
        self.assertIn('{"column":"place.at.x","type":"int","nulls":2,"distinct":1,"max":"3"}', out)
        self.assertLess(out.index('"place"'), out.index('"place.city"'))
        out = self.succeeds("-e", frame + ":profile{columns = {'place.city'}}").out
        self.assertIn("3 rows, 1 column\n", out)
        self.assertNotIn("place.at", out)
        self.fails("-e", frame + ":profile{columns = {'place.citi'}}", says=["there is no column 'place.citi'; did you mean 'place.city'?"])

    def test_figures_as_a_frame(self):
        code = self.FRAME + """:profile{as = "frame"}:select("column", "type", "count", "nulls", "nan", "distinct", "min", "max", "median", "trues", "max_length"):toJSON():show(10, false)"""
        out = self.succeeds("-e", code).out
        self.assertIn('{"column":"n","type":"int","count":4,"nulls":1,"nan":0,"distinct":2,"min":"1","max":"2","median":"2"}', out)
        self.assertIn('{"column":"s","type":"string","count":4,"nulls":0,"nan":0,"distinct":3,"min":"x","max":"zzz","max_length":3}', out)
        self.assertIn('{"column":"f","type":"double","count":4,"nulls":0,"nan":1,"distinct":3,"min":"1.5","max":"4.5","median":"2"}', out)
        self.assertIn('"column":"b"', out)
        self.assertIn('"trues":2', out)

    def test_an_empty_frame(self):
        out = self.succeeds("-e", "spark:sql([[select 1 as a, 'x' as b where false]]):profile()").out
        self.assertTrue(out.startswith("0 rows, 2 columns\n"), out)
        self.assertIn("no rows", out)

    def test_many_different_values_are_estimated(self):
        code = """
            local row = spark:sql("select id, cast(id % 50000 as string) as s, 7 as c from range(300000)"):profile{as = "frame"}:collect()
            for _, r in ipairs(row) do print(r.column, r.distinct, r.distinct_is_exact, r.median) end
        """
        lines = [line.split("\t") for line in self.script(code).out.splitlines()]
        self.assertEqual([line[0] for line in lines], ["id", "s", "c"])
        self.assertAlmostEqual(int(lines[0][1]), 300000, delta=9000)
        self.assertAlmostEqual(int(lines[1][1]), 50000, delta=1500)
        self.assertEqual(lines[2][1:3], ["1", "true"])
        self.assertEqual(lines[0][2], "false")
        self.assertAlmostEqual(float(lines[0][3]), 150000, delta=3000)

    def test_texts_from_data_are_escaped(self):
        out = self.succeeds("-e", "spark:sql([[select concat('a', char(27), '[31m') as k from range(3)]]):profile()").out
        self.assertNotIn("\x1b", out)

    @needs_data
    @needs_duckdb
    def test_figures_are_those_of_duckdb(self):
        files = ["nycflights/weather.csv", "nycflights/planes.csv", "nycflights/airports.csv", "vega/seattle-weather.csv", "vega/github.csv"]
        for name in files:
            path = os.path.join(DATA, name)
            code = f"""
                local frame = spark:read():option("header", true):option("inferSchema", true):option("nullValue", "NA"):csv("{path}")
                local function text(v) return v == nil and "" or tostring(v) end
                for _, r in ipairs(frame:profile{{as = "frame"}}:collect()) do
                  print(r.column, r.type, r.count, r.nulls, r.distinct, tostring(r.distinct_is_exact), text(r.min), text(r.max), text(r.mean), text(r.stddev), text(r.q25), text(r.median), text(r.q75))
                end
            """
            rows = [line.split("\t") for line in self.script(code).out.splitlines()]
            base = f"select * from read_csv({quoted(path)}, nullstr = 'NA', header = true)"
            types = {row[0]: row[1] for row in duckdb.sql(f"describe {base}").fetchall()}
            self.assertEqual([row[0] for row in rows], list(types), name)
            for column, kind, count, nulls, distinct, is_exact, least, most, mean, deviation, *quartiles in rows:
                with self.subTest(file=name, column=column):
                    c = '"' + column.replace('"', '""') + '"'
                    is_number = kind in ("int", "bigint", "double")
                    more = f", avg({c}), stddev_samp({c}), quantile_cont({c}, 0.25), quantile_cont({c}, 0.5), quantile_cont({c}, 0.75)" if is_number else ""
                    cast = f"try_cast({c} as {'double' if kind == 'double' else 'bigint' if is_number else 'varchar'})"
                    base2 = base.replace("header = true", "header = true, all_varchar = true")
                    found = duckdb.execute(f"select count(*), count(*) - count({c}), count(distinct {c}), min({c}), max({c}){more} from (select {cast} as {c} from ({base2}))").fetchall()[0]
                    self.assertEqual((int(count), int(nulls)), found[:2])
                    self.assertAlmostEqual(int(distinct), found[2], delta=0 if is_exact == "true" else found[2] * 0.03)
                    self.assertEqual(is_exact == "true", found[2] <= 8192)
                    if is_number:
                        self.assertEqual((float(least), float(most)), (float(found[3]), float(found[4])))
                        for own, other in zip([mean, deviation, *quartiles], found[5:]):
                            if other is not None:
                                self.assertAlmostEqual(float(own), float(other), delta=max(1e-9, abs(float(other)) * 1e-9))
                    elif kind == "string":
                        self.assertEqual((least, most), (found[3], found[4]))


class PageTests(MasticTest):
    def test_the_page_shows_what_comes_out(self):
        with open(os.path.join(ROOT, "docs", "pictures.md"), encoding="utf-8") as file:
            blocks = re.findall(r"^```(lua|text)\n(.*?)^```$", file.read(), re.S | re.M)
        self.assertEqual(blocks[0][0], "lua")
        prelude = blocks.pop(0)[1]
        self.assertGreaterEqual(len(blocks), 14)
        for (code_kind, code), (text_kind, text) in zip(blocks[::2], blocks[1::2]):
            self.assertEqual((code_kind, text_kind), ("lua", "text"))
            with self.subTest(code=code):
                self.assertEqual(self.script(prelude + code).out.rstrip("\n"), text.rstrip("\n"))


if __name__ == "__main__":
    unittest.main()
