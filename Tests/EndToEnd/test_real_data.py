"""Real files: each is crawled without a crash, and its rows are as many as an independent reader finds."""
import csv
import glob
import io
import json
import os

from support import DATA, MasticTest, needs_data

CSV_FILES = sorted(
    os.path.relpath(path, DATA) for folder in ["fivethirtyeight", "vega", "nycflights"]
    for ending in ["csv", "tsv"] for path in glob.glob(os.path.join(DATA, folder, "**", "*." + ending), recursive=True))
JSON_FILES = sorted(os.path.relpath(path, DATA) for path in glob.glob(os.path.join(DATA, "vega", "*.json")))

ALL_TEXT = "all values are texts"
EMPTY_NAME = "of the first record is empty"
#: Files with one row more than Python finds below the first line: by the crawler's rule (Glue's) their first line is no header. The words are those
#: with which the crawl has to say so.
WITHOUT_HEADER = {
    "fivethirtyeight/congress-resignations/congressional_resignations.csv": ALL_TEXT,
    "fivethirtyeight/masculinity-survey/masculinity-survey.csv": EMPTY_NAME,
    "fivethirtyeight/nfl-fandom/NFL_fandom_data-google_trends.csv": EMPTY_NAME,
    "fivethirtyeight/nfl-fandom/NFL_fandom_data-surveymonkey.csv": EMPTY_NAME,
    "fivethirtyeight/nfl-ticket-prices/jets-buyer.csv": EMPTY_NAME,
    "fivethirtyeight/pew-religions/current.csv": "in the first record is a double",
    "fivethirtyeight/potential-candidates/2015_01_14/events.csv": ALL_TEXT,
    "fivethirtyeight/potential-candidates/2015_01_30/events.csv": ALL_TEXT,
    "fivethirtyeight/puerto-rico-media/mediacloud_top_online_news.csv": ALL_TEXT,
    "fivethirtyeight/region-survey/MIDWEST.csv": EMPTY_NAME,
    "fivethirtyeight/region-survey/SOUTH.csv": EMPTY_NAME,
    # These two are pointers of Git LFS: three lines of text.
    "fivethirtyeight/science-giving/science_federal_giving.csv": ALL_TEXT,
    "fivethirtyeight/scrabble-games/scrabble_games.csv": ALL_TEXT,
    "fivethirtyeight/special-elections/special-elections.csv": ALL_TEXT,
    "fivethirtyeight/the-big-lies-long-shadow/bills.csv": ALL_TEXT,
    "fivethirtyeight/trump-news/trump_news_data.csv": ALL_TEXT,
    "nycflights/airlines.csv": ALL_TEXT,
}
#: Files whose first line is no UTF-8: the crawl says so and makes no table; a job reads them under their encoding.
OTHER_ENCODING = {"fivethirtyeight/sleeping-alone-data/sleeping-alone-data.csv": "windows-1252"}
#: `n_` files of the JSON suite that are good input: a file of JSON records may hold no record, or one value after the other.
RECORD_STREAMS = {"n_single_space.json": "no record", "n_structure_double_array.json": "two arrays"}


def python_rows(path):
    """Rows below the header, as Python's csv module counts them; blank lines are no rows."""
    content = open(os.path.join(DATA, path), "rb").read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("windows-1252", "replace")
    delimiter = "\t" if path.endswith(".tsv") else ","
    records = [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if record]
    return max(len(records) - 1, 0)


def python_json_rows(path):
    """The records of a JSON file: the items of an array, or the one object."""
    with open(os.path.join(DATA, path), encoding="utf-8-sig") as file:
        value = json.load(file)
    return len(value) if isinstance(value, list) else 1


@needs_data
class RealDataTests(MasticTest):
    def crawl_each(self, paths):
        """Crawls each file into a database of its own."""
        databases, self.said = {}, {}
        for number, path in enumerate(paths):
            databases[path] = f"d{number}"
            with self.subTest(path=path):
                result = self.mastic("crawl", os.path.join(DATA, path), "--database", databases[path])
                self.assertEqual(result.status, 0, result)
                self.said[path] = result.err
                self.assertEqual(len(self.lines("catalog", "tables", databases[path])), 1)
        return databases

    def counts(self, databases):
        """Rows and error records of each table, found by one script."""
        tables = {path: (database, self.lines("catalog", "tables", database)) for path, database in databases.items()}
        code = "".join(f"""
            do
              local frame = glueContext.create_dynamic_frame.from_catalog{{database = "{database}", table_name = "{names[0]}"}}
              local ok, problem = pcall(function() print({json.dumps(path)}, frame:count(), frame:errorsCount()) end)
              if not ok then print({json.dumps(path)}, -1, problem) end
            end""" for path, (database, names) in tables.items() if names)
        result = self.script(code, timeout=600)
        found = {}
        for line in result.out.splitlines():
            path, rows, errors = line.split("\t")
            found[path] = (int(rows), errors)
        return found

    def test_csv_files_have_as_many_rows_as_python_finds(self):
        self.assertGreater(len(CSV_FILES), 100)
        paths = [path for path in CSV_FILES if path not in OTHER_ENCODING]
        found = self.counts(self.crawl_each(paths))
        for path in paths:
            with self.subTest(path=path):
                rows, errors = found[path]
                more = 0
                if path in WITHOUT_HEADER:
                    self.assertIn("no header", self.said[path])
                    self.assertIn(WITHOUT_HEADER[path], self.said[path])
                    more = 1
                self.assertEqual(rows + int(errors), python_rows(path) + more, f"{rows} rows and {errors} error records")

    def test_files_of_other_encodings(self):
        for path, encoding in OTHER_ENCODING.items():
            with self.subTest(path=path):
                self.fails("crawl", os.path.join(DATA, path), "--database", "d", says=["UTF-8", encoding])
                found = self.script(f"""
                    local frame = glueContext.create_dynamic_frame.from_options{{
                      connection_type = "s3", connection_options = {{paths = {{{json.dumps(os.path.join(DATA, path))}}}}}, format = "csv",
                      format_options = {{withHeader = true, encoding = "{encoding}"}}}}
                    print(frame:count() + frame:errorsCount())""")
                self.assertEqual(int(found.out), python_rows(path))

    def test_json_files_have_as_many_records_as_python_finds(self):
        found = self.counts(self.crawl_each(JSON_FILES))
        for path in JSON_FILES:
            with self.subTest(path=path):
                rows, errors = found[path]
                self.assertEqual(rows + int(errors), python_json_rows(path), f"{rows} rows and {errors} error records")

    def test_whole_folders_are_crawled(self):
        for folder in ["fivethirtyeight", "vega", "nycflights", "legislators"]:
            with self.subTest(folder=folder):
                self.succeeds("crawl", os.path.join(DATA, folder), "--database", folder, timeout=300)
                tables = self.lines("catalog", "tables", folder)
                self.assertTrue(tables)
                # Every table can be read to its end.
                code = "".join(f'print(pcall(function() return glueContext.create_dynamic_frame.from_catalog{{database = "{folder}", table_name = {json.dumps(table)}}}:count() end))\n'
                               for table in tables)
                for table, line in zip(tables, self.script(code, timeout=300).out.splitlines()):
                    self.assertTrue(line.startswith("true\t"), f"{folder}.{table}: {line}")

    def test_folders_of_other_formats_are_no_crash(self):
        for folder in sorted(os.listdir(DATA)):
            if not os.path.isdir(os.path.join(DATA, folder)):
                continue
            with self.subTest(folder=folder):
                result = self.mastic("crawl", os.path.join(DATA, folder), "--database", "d_" + folder.replace("-", "_"), timeout=300)
                self.assertIn(result.status, (0, 1), result)
                if result.status:
                    self.assertEqual(result.err.count("error["), 1, result)

    def test_json_test_suite(self):
        """`y_` files hold JSON, `n_` files do not; none may crash."""
        files = sorted(glob.glob(os.path.join(DATA, "json-test-suite", "*.json")))
        self.assertGreater(len(files), 50)
        code = """
            local function read(path)
              return glueContext.create_dynamic_frame.from_options{connection_type = "s3", connection_options = {paths = {path}}, format = "json"}
            end
            for _, path in ipairs{%s} do
              local name = path:match("[^/]*$")
              local ok, errors = pcall(function() local f = read(path) f:toDF():collect() return f:errorsCount() end)
              print(name, ok, ok and errors or "")
            end""" % ", ".join(json.dumps(path) for path in files)
        result = self.script(code, timeout=300)
        self.assertEqual(len(result.out.splitlines()), len(files), result)
        for line in result.out.splitlines():
            name, ok, errors = line.split("\t")
            if not name.startswith("n_") or name in RECORD_STREAMS:
                continue
            with self.subTest(name=name):
                self.assertTrue(ok == "false" or int(errors) > 0, "what is no JSON was read as if it were")
