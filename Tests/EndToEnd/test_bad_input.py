"""Bad input ends in one clear sentence, or in error records, and loses nothing that was there before."""
import gzip
import json
import os
import random
import shutil
import subprocess
import unittest

from support import MASTIC, READ, MasticTest, Process, files_below, needs_pyarrow, needs_root, pyarrow

#: Reads what it is told to read, and overwrites what an earlier run has written.
JOB = READ + """
local args = getResolvedOptions(arg, {"JOB_NAME", "path", "format"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local frame = read(args.path, args.format, OPTIONS)
write(frame, "out/", "json", {mode = "overwrite"})
local errors = frame:errorsCount()
job:commit()
print(errors)
"""
GIBIBYTE = 1 << 30


class BadInputTest(MasticTest):
    def setUp(self):
        super().setUp()
        self.write("good.json", '{"n": 1}\n{"n": 2}\n')
        self.job()
        self.succeeds("run", "job.lua", "--JOB_NAME", "j", "--path", "good.json", "--format", "json")
        self.before = self.output()

    def job(self, options="nil"):
        self.write("job.lua", JOB.replace("OPTIONS", options))

    def output(self):
        return {path: open(path, "rb").read() for path in files_below(self.path("out"))}

    def rows(self):
        return [json.loads(line) for content in self.output().values() for line in content.decode().splitlines()]

    def words(self, path, format):
        return ["run", "job.lua", "--JOB_NAME", "j", "--path", path, "--format", format]

    def refuses(self, path, format, *says, **options):
        """The job fails, says why in one sentence, and leaves the earlier output as it was."""
        result = self.fails(*self.words(path, format), says=says, **options)
        self.assertEqual(result.out, "")
        self.assertEqual(self.output(), self.before)
        self.assertNotIn("_staging", os.listdir(self.folder))
        sentence = next(line for line in result.err.splitlines() if line.startswith("error["))
        self.assertLess(len(sentence), 500, sentence)
        return result

    def reads(self, path, format, rows, errors, **options):
        """The job succeeds with these rows, and as many error records."""
        result = self.succeeds(*self.words(path, format), **options)
        # JSON files leave nulls out.
        rows = [{name: value for name, value in row.items() if value is not None} for row in rows]
        self.assertEqual((self.rows(), int(result.out)), (rows, errors), result)
        if errors:
            self.assertIn("error record", result.err)
        return result


class MissingTests(BadInputTest):
    def test_a_missing_file(self):
        for format in ["json", "csv", "parquet"]:
            with self.subTest(format=format):
                self.refuses("nowhere." + format, format, "nowhere." + format)
        self.fails("crawl", "nowhere", "--database", "d", says=["nowhere"])

    def test_an_empty_folder(self):
        os.mkdir(self.path("empty"))
        for format in ["json", "csv", "parquet"]:
            with self.subTest(format=format):
                self.refuses("empty", format, "empty")
        self.fails("crawl", "empty", "--database", "d", says=["empty"])

    def test_a_missing_catalog_table(self):
        self.succeeds("crawl", "good.json", "--database", "shop")
        self.script_fails('glueContext.create_dynamic_frame.from_catalog{database = "shop", table_name = "god_json"}:count()', says=["god_json", "good_json"])
        self.script_fails('glueContext.create_dynamic_frame.from_catalog{database = "shpo", table_name = "good_json"}:count()', says=["shpo"])

    def test_a_table_whose_files_are_gone(self):
        self.write("data/a.json", '{"n": 1}\n')
        self.succeeds("crawl", "data", "--database", "shop")
        shutil.rmtree(self.path("data"))
        self.script_fails('glueContext.create_dynamic_frame.from_catalog{database = "shop", table_name = "data"}:count()', says=["data"])

    def test_an_empty_file_is_no_rows(self):
        self.write("none.csv", "")
        self.reads("none.csv", "csv", [], 0)
        self.write("none.json", "")
        self.reads("none.json", "json", [], 0)
        self.write("none.parquet", "")
        self.succeeds(*self.words("good.json", "json"))
        self.before = self.output()
        self.refuses("none.parquet", "parquet", "none.parquet")


class DamagedTests(BadInputTest):
    def test_truncated_gzip(self):
        whole = gzip.compress("".join(f'{{"n": {random.Random(n).random()}}}\n' for n in range(20000)).encode())
        for share in [0.001, 0.1, 0.5, 0.999]:
            with self.subTest(share=share):
                self.write("cut.json.gz", whole[:int(len(whole) * share)])
                self.refuses("cut.json.gz", "json", "cut.json.gz", "gzip")
                self.write("cut.csv.gz", whole[:int(len(whole) * share)])
                self.refuses("cut.csv.gz", "csv", "cut.csv.gz", "gzip")

    def test_damaged_gzip(self):
        whole = bytearray(gzip.compress("".join(f'{{"n": {random.Random(n).random()}}}\n' for n in range(20000)).encode()))
        whole[len(whole) // 2] ^= 0x55
        whole[-6] ^= 0xff
        self.write("bad.json.gz", bytes(whole))
        self.refuses("bad.json.gz", "json", "bad.json.gz")
        self.write("text.json.gz", "this is no gzip\n")
        result = self.mastic(*self.words("text.json.gz", "json"))
        self.assertIn(result.status, (0, 1), result)
        self.assertIn("text.json.gz", result.err)

    @needs_pyarrow
    def test_truncated_parquet(self):
        table = pyarrow.table({"n": list(range(5000)), "t": [f"text {n % 70}" for n in range(5000)]})
        pyarrow.parquet.write_table(table, self.path("whole.parquet"), row_group_size=1000)
        whole = open(self.path("whole.parquet"), "rb").read()
        for length in [1, 4, 11, 12, 100, len(whole) // 2, len(whole) - 8, len(whole) - 1]:
            with self.subTest(length=length):
                self.write("cut.parquet", whole[:length])
                self.refuses("cut.parquet", "parquet", "cut.parquet")
        # The end is right and the middle is gone.
        self.write("hollow.parquet", whole[:200] + whole[-2000:])
        self.refuses("hollow.parquet", "parquet", "hollow.parquet")
        self.write("text.parquet", "this is no Parquet file, as anyone can see")
        self.refuses("text.parquet", "parquet", "text.parquet")

    @needs_pyarrow
    def test_damaged_parquet_never_crashes(self):
        table = pyarrow.table({"n": list(range(2000)), "t": [f"text {n % 70}" for n in range(2000)], "l": [[n, n + 1] for n in range(2000)]})
        choices = random.Random(7)
        for compression in ["none", "snappy", "zstd"]:
            pyarrow.parquet.write_table(table, self.path("whole.parquet"), compression=compression)
            whole = open(self.path("whole.parquet"), "rb").read()
            names = []
            for number in range(25):
                damaged = bytearray(whole)
                for _ in range(3):
                    # Half of the hits go into the metadata at the end, where they do most harm.
                    place = choices.randrange(len(damaged) - 2000, len(damaged) - 8) if number % 2 else choices.randrange(4, len(damaged) - 8)
                    damaged[place] = choices.randrange(256)
                names.append(f"damaged-{compression}-{number}.parquet")
                self.write(names[-1], bytes(damaged))
            # One process reads them all, each under pcall: nothing may crash, and every error names its file.
            result = self.script(READ + f"""
                for _, name in ipairs{{{", ".join(f'"{name}"' for name in names)}}} do
                  local ok, problem = pcall(function()
                    local frame = read(name, "parquet")
                    frame:toDF():collect()
                  end)
                  if not ok then assert(tostring(problem):find(name, 1, true), tostring(problem)) end
                  print(name, ok)
                end""", name="all.lua", timeout=300)
            self.assertEqual(len(result.out.splitlines()), 25, result)
            self.assertIn("false", result.out)

    def test_damaged_text_never_crashes(self):
        choices = random.Random(11)
        sources = {"json": ('{"a": [1, 2.5, {"b": "é\\u00e9"}], "c": null, "d": "x"}\n' * 50).encode(),
                   "csv": ('1,"two, ""quoted""",3.5\n4,"line\nbreak",\n' * 50).encode()}
        for format, source in sources.items():
            names = []
            for number in range(60):
                damaged = bytearray(source)
                for _ in range(choices.randrange(1, 12)):
                    damaged[choices.randrange(len(damaged))] = choices.choice(b'\x00\xff{}[]",:\\\n\r e1') if number % 2 else choices.randrange(256)
                names.append(f"damaged-{number}.{format}")
                self.write(names[-1], bytes(damaged[:choices.randrange(1, len(damaged))]))
            result = self.script(READ + f"""
                for _, name in ipairs{{{", ".join(f'"{name}"' for name in names)}}} do
                  print(name, pcall(function()
                    local frame = read(name, "{format}")
                    frame:toDF():collect()
                    return frame:count() + frame:errorsCount()
                  end))
                end""", name="all.lua", timeout=300)
            self.assertEqual(len(result.out.splitlines()), 60, result)


class TextTests(BadInputTest):
    def test_invalid_utf_8(self):
        self.write("bad.csv", b"a,b\n1,caf\xe9\n2,ok\n")
        self.job("{withHeader = true}")
        result = self.reads("bad.csv", "csv", [{"a": "2", "b": "ok"}], 1)
        self.assertIn("bad.csv, line 2", result.err)
        self.job('{withHeader = true, encoding = "windows-1252"}')
        self.reads("bad.csv", "csv", [{"a": "1", "b": "café"}, {"a": "2", "b": "ok"}], 0)

    def test_a_wandering_number_of_columns(self):
        self.write("wander.csv", "a,b,c\n1,2,3\n1,2\n1\n1,2,3,4\n\n1,2,3,4,5,6\n7,8,9\n")
        self.job("{withHeader = true}")
        result = self.reads("wander.csv", "csv", [
            {"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2", "c": None}, {"a": "1", "b": None, "c": None}, {"a": "7", "b": "8", "c": "9"}], 2)
        self.assertIn("wander.csv, line 5", result.err)

    def test_a_quote_that_is_never_closed(self):
        self.write("open.csv", 'a,b\n1,2\n3,"four\n5,6\n')
        self.job("{withHeader = true}")
        result = self.reads("open.csv", "csv", [{"a": "1", "b": "2"}, {"a": "5", "b": "6"}], 1)
        self.assertIn("open.csv, line 3", result.err)
        self.job("{withHeader = true, multiLine = true}")
        result = self.mastic(*self.words("open.csv", "csv"))
        self.assertIn(result.status, (0, 1), result)
        self.assertIn("open.csv", result.err)

    def test_broken_json_lines(self):
        self.write("bad.json", b'{"n": 1}\n{"n": \n{"n": "\xff"}\n[1, 2\nnull\n42\n{"n": 2}\n')
        result = self.mastic(*self.words("bad.json", "json"))
        self.assertEqual(result.status, 0, result)
        self.assertEqual([row["n"] for row in self.rows()], [1, 2])
        self.assertIn("bad.json, line 2", result.err)

    def test_deep_nesting_is_no_crash(self):
        for depth in [1000, 100000]:
            self.write("deep.json", '{"a":' * depth + "1" + "}" * depth + '\n{"a": 1}\n')
            result = self.mastic(*self.words("deep.json", "json"))
            self.assertIn(result.status, (0, 1), result)
            self.assertIn("deep.json", result.err)

    def long_line(self, name, size, head, tail):
        """A file with one line of a size, which takes no room on the disk."""
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(head)
            file.seek(size - len(tail))
            file.write(tail)
        return name

    def check_long_line(self, size):
        for name, format, head, tail in [("long.csv", "csv", b"a,b\n1,", b"\n2,3\n"), ("long.json", "json", b'{"n": "', b'"}\n{"n": 5}\n'),
                                         ("quoted.csv", "csv", b'a,b\n1,"', b'\n2,3\n')]:
            with self.subTest(name=name):
                self.long_line(name, size, head, tail)
                result = self.succeeds(*self.words(name, format), timeout=300)
                self.assertLess(result.peak_bytes, GIBIBYTE, result)
                # The line is an error record, and what stands around it is read.
                self.assertEqual(int(result.out), 1)
                self.assertIn(f"{name}, line {1 if format == 'json' else 2}", result.err)
                if name != "quoted.csv":
                    self.assertIn({"json": {"n": 5}, "csv": {"col0": "2", "col1": "3"}}[format], self.rows())
                result = self.mastic("crawl", name, "--database", "d", timeout=300)
                self.assertLess(result.peak_bytes, GIBIBYTE, result)
                self.assertIn(result.status, (0, 1), result)

    def test_a_line_of_100_megabytes(self):
        self.check_long_line(100_000_000)

    def test_a_line_of_a_gigabyte(self):
        self.check_long_line(1_000_000_000)

    def test_a_long_line_of_letters(self):
        """The same of a line that is good: it is read, within bounds."""
        self.write("long.csv", "a,b\n1," + "x" * 20_000_000 + "\n2,3\n")
        result = self.succeeds(*self.words("long.csv", "csv"))
        self.assertLess(result.peak_bytes, GIBIBYTE, result)
        self.assertEqual([len(row["col1"]) for row in self.rows()], [1, 20_000_000, 1])

    def test_a_compressed_bomb(self):
        self.write("bomb.json.gz", gzip.compress(b'{"n": "' + b"x" * 300_000_000 + b'"}\n', 1))
        result = self.mastic(*self.words("bomb.json.gz", "json"), timeout=300)
        self.assertLess(result.peak_bytes, GIBIBYTE, result)
        self.assertIn(result.status, (0, 1), result)
        self.assertIn("bomb.json.gz", result.err)


class DifferingSchemaTests(BadInputTest):
    """Files of one folder that do not agree."""

    def test_json(self):
        self.write("in/a.json", '{"x": 1, "y": "one"}\n')
        self.write("in/b.json", '{"y": 2, "z": [1]}\n')
        self.reads("in", "json", [{"x": 1, "y": "one", "z": None}, {"x": None, "y": 2, "z": [1]}], 0)

    def test_csv(self):
        self.write("in/a.csv", "x,y\n1,2\n")
        self.write("in/b.csv", "y,z\n3,4\n")
        self.job("{withHeader = true}")
        self.reads("in", "csv", [{"x": "1", "y": "2", "z": None}, {"x": None, "y": "3", "z": "4"}], 0)

    def test_catalogued_csv(self):
        self.write("in/a.csv", "x,y,z\n1,2,a\n5,6,b\n")
        self.write("in/b.csv", "x,y,z\n3.5,4,c\n6,7,d\n")
        self.succeeds("crawl", "in", "--database", "d")
        self.assertEqual(self.lines("catalog", "tables", "d"), ["in"])
        self.assertEqual(self.succeeds("-e", 'glueContext.create_dynamic_frame.from_catalog{database = "d", table_name = "in"}:count()').out, "4\n")

    @needs_pyarrow
    def test_parquet(self):
        os.mkdir(self.path("in"))
        pyarrow.parquet.write_table(pyarrow.table({"x": [1], "y": ["one"]}), self.path("in/a.parquet"))
        pyarrow.parquet.write_table(pyarrow.table({"y": [2], "z": [2.5]}), self.path("in/b.parquet"))
        self.reads("in", "parquet", [{"x": 1, "y": "one", "z": None}, {"x": None, "y": 2, "z": 2.5}], 0)

    @needs_pyarrow
    def test_parquet_that_grows_wider(self):
        os.mkdir(self.path("in"))
        pyarrow.parquet.write_table(pyarrow.table({"x": pyarrow.array([1], pyarrow.int32())}), self.path("in/a.parquet"))
        pyarrow.parquet.write_table(pyarrow.table({"x": pyarrow.array([1 << 40], pyarrow.int64())}), self.path("in/b.parquet"))
        self.reads("in", "parquet", [{"x": 1}, {"x": 1 << 40}], 0)

    @needs_pyarrow
    def test_a_choice_cannot_be_written_as_parquet_unseen(self):
        """Either it is written in some way that loses nothing, or the job says what to do."""
        self.write("in.json", '{"x": 1}\n{"x": "two"}\n')
        self.write("to_parquet.lua", READ + 'write(read("in.json"), "parquet_out/", "parquet")')
        result = self.mastic("run", "to_parquet.lua")
        if result.status == 0:
            rows = [row for path in files_below(self.path("parquet_out")) for row in pyarrow.parquet.read_table(path).to_pylist()]
            self.assertEqual(len(rows), 2)
            self.assertNotIn(None, [value for row in rows for value in [row["x"]]])
        else:
            self.assertIn("x", result.err)
            self.assertFalse(os.path.exists(self.path("parquet_out")))


class TargetTests(BadInputTest):
    """Places that cannot be written."""

    def as_nobody(self, *arguments):
        """Runs mastic as a user for whom permissions hold."""
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", MASTIC, *arguments]
        return Process(words, self.folder, {**os.environ, "MASTIC_HOME": self.home}).wait()

    @needs_root
    @unittest.skipUnless(shutil.which("setpriv"), "needs setpriv")
    def test_a_read_only_target(self):
        # The binary must be within that user's reach.
        if subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", MASTIC, "--version"], capture_output=True, cwd="/").returncode:
            self.skipTest("the binary cannot be run by another user")
        for place, folders, names in os.walk(self.folder):
            for name in ["", *names]:
                os.chown(os.path.join(place, name), 65534, 65534)
        os.chown(self.path("out"), 0, 0)
        os.chmod(self.path("out"), 0o555)
        os.chmod(self.folder, 0o755)
        append = JOB.replace("OPTIONS", "nil").replace(', {mode = "overwrite"}', "")
        self.write("append.lua", append)
        result = self.as_nobody("run", "append.lua", "--JOB_NAME", "k", "--path", "good.json", "--format", "json")
        self.assertEqual(result.status, 1, result)
        self.assertIn("out", result.err)
        self.assertIn("permission denied", result.err)
        self.assertEqual(self.output(), self.before)
        self.assertEqual(result.err.count("error["), 1, result)

    def test_a_target_that_is_a_file(self):
        self.write("file", "precious")
        self.write("to_file.lua", JOB.replace("OPTIONS", "nil").replace("out/", "file"))
        self.fails("run", "to_file.lua", "--JOB_NAME", "k", "--path", "good.json", "--format", "json", says=["file"])
        self.assertEqual(open(self.path("file")).read(), "precious")

    def test_a_target_below_a_file(self):
        self.write("file", "precious")
        self.write("to_file.lua", JOB.replace("OPTIONS", "nil").replace("out/", "file/below"))
        self.fails("run", "to_file.lua", "--JOB_NAME", "k", "--path", "good.json", "--format", "json", says=["file"])
        self.assertEqual(open(self.path("file")).read(), "precious")

    def test_the_catalog_and_the_working_folder_are_never_overwritten(self):
        for target in [".", "./", self.folder, self.home, "/"]:
            with self.subTest(target=target):
                self.write("over.lua", JOB.replace("OPTIONS", "nil").replace('"out/"', f'"{target}"'))
                self.fails("run", "over.lua", "--JOB_NAME", "k", "--path", "good.json", "--format", "json")
                self.assertEqual(self.output(), self.before)

    @needs_root
    def test_a_full_disk(self):
        mount = self.path("small")
        os.mkdir(mount)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], capture_output=True).returncode:
            self.skipTest("cannot mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", mount], capture_output=True)
        job = JOB.replace("OPTIONS", "nil").replace('"out/"', '"small/out/"')
        self.write("full.lua", job)
        self.succeeds("run", "full.lua", "--JOB_NAME", "k", "--path", "good.json", "--format", "json")
        before = {path: open(path, "rb").read() for path in files_below(mount)}
        self.assertEqual(len(before), 1)
        numbers = random.Random(3)
        self.write("much.json", "".join(f'{{"n": {numbers.random()}, "t": "{numbers.random()}"}}\n' for _ in range(60000)))
        for format in ["json", "parquet", "csv"]:
            with self.subTest(format=format):
                self.write("full.lua", job.replace('"json", {mode', f'"{format}", {{mode'))
                self.fails("run", "full.lua", "--JOB_NAME", "k", "--path", "much.json", "--format", "json", says=["the disk is full"])
                self.assertEqual({path: open(path, "rb").read() for path in files_below(mount)}, before)
                self.assertEqual(os.listdir(mount), ["out"], "what the failed run had staged is gone")


class CatalogTests(BadInputTest):
    def test_a_catalog_that_is_no_database(self):
        for name, content in [("noise", random.Random(1).randbytes(5000)), ("text", b"precious notes\n" * 100)]:
            with self.subTest(name=name):
                self.write(f"{name}/catalog.db", content)
                for words in [["catalog", "databases"], ["crawl", "good.json", "--database", "d"], ["bookmark", "show", "j"]]:
                    self.fails(*words, "--home", name, says=["catalog.db"])
                self.fails("--home", name, *self.words("good.json", "json"), says=["catalog.db"])
                self.assertEqual(open(self.path(name, "catalog.db"), "rb").read(), content)
                self.assertEqual(self.output(), self.before)

    def test_a_damaged_catalog(self):
        self.succeeds("crawl", "good.json", "--database", "d")
        whole = open(os.path.join(self.home, "catalog.db"), "rb").read()
        for number in range(12):
            damaged = bytearray(whole)
            choices = random.Random(number)
            start = choices.randrange(0, max(len(damaged) - 4096, 1))
            damaged[start:start + 3000] = choices.randbytes(3000)
            self.write(f"h{number}/catalog.db", bytes(damaged[:len(damaged) if number % 3 else start + 100]))
            with self.subTest(number=number):
                for words in [["catalog", "tables", "d"], ["crawl", "good.json", "--database", "d"]]:
                    result = self.mastic("--home", f"h{number}", *words)
                    self.assertIn(result.status, (0, 1), result)
                    if result.status:
                        self.assertEqual(result.err.count("error["), 1, result)

    def test_two_crawls_at_once(self):
        """Twenty rounds of two processes that open the catalog together, the first time even when it is not there yet."""
        for name in "ab":
            for part in range(5):
                self.write(f"{name}/day={part}/x.json", f'{{"n": {part}}}\n')
        for number in range(20):
            home = f"home-{number % 5}"
            both = [self.start("crawl", name, "--database", "d", "--home", home) for name in "ab"]
            for process in both:
                result = process.wait()
                self.assertEqual(result.status, 0, f"round {number}: {result}")
            self.assertEqual(self.lines("catalog", "tables", "d", "--home", home), ["a", "b"])
            self.assertEqual(len(self.lines("catalog", "partitions", "d.a", "--home", home)), 5)

    def test_two_crawls_of_one_table_at_once(self):
        for part in range(5):
            self.write(f"a/day={part}/x.json", f'{{"n": {part}}}\n')
        for number in range(10):
            self.write(f"a/day={number + 5}/x.json", '{"n": 1}\n')
            both = [self.start("crawl", "a", "--database", "d") for _ in range(2)]
            for process in both:
                result = process.wait()
                self.assertEqual(result.status, 0, f"round {number}: {result}")
            self.assertEqual(self.lines("catalog", "tables", "d"), ["a"])
            self.assertEqual(len(self.lines("catalog", "partitions", "d.a")), number + 6)

    def test_two_jobs_write_one_folder_at_once(self):
        self.write("append.lua", JOB.replace("OPTIONS", "nil").replace('"out/", "json", {mode = "overwrite"}', '"both/", "json"'))
        for number in range(10):
            both = [self.start("run", "append.lua", "--JOB_NAME", name, "--path", "good.json", "--format", "json") for name in "kl"]
            for process in both:
                result = process.wait()
                self.assertEqual(result.status, 0, f"round {number}: {result}")
            rows = [line for path in files_below(self.path("both")) for line in open(path)]
            self.assertEqual(len(rows), (number + 1) * 4)
        self.assertNotIn("_staging", os.listdir(self.folder))


class ScriptTests(BadInputTest):
    def test_a_script_that_is_missing_or_a_folder(self):
        self.fails("run", "nowhere.lua", says=["nowhere.lua"])
        os.mkdir(self.path("folder"))
        self.fails("run", "folder", says=["folder"])
        self.write("empty.lua", "")
        self.succeeds("run", "empty.lua")

    def test_a_script_that_is_a_binary(self):
        self.write("noise", random.Random(1).randbytes(20000).replace(b"\n", b"x"))
        self.write("zeros", b"\0" * 20000)
        for script in [MASTIC, "noise", "zeros"]:
            with self.subTest(script=script):
                result = self.fails("run", script, says=[os.path.basename(script)])
                self.assertLess(len(result.err), 2000)

    def test_compiled_lua_is_refused(self):
        self.write("chunk.luac", b"\x1bLua\x54\x00\x19\x93\r\n\x1a\n\x04\x08\x08xV\x00")
        self.fails("run", "chunk.luac", says=["chunk.luac"])

    def test_little_memory(self):
        self.assertEqual(self.succeeds("--memory", "1MiB", "-e", "1 + 1").out, "2\n")
        self.write("much.json", "".join(f'{{"n": {n}, "t": "{"x" * 50}{n}"}}\n' for n in range(100000)))
        result = self.mastic("--memory", "1MiB", *self.words("much.json", "json"))
        self.assertIn(result.status, (0, 1), result)
        if result.status:
            self.assertIn("memory", result.err)
            self.assertEqual(result.err.count("error["), 1, result)
            self.assertEqual(self.output(), self.before)
        result = self.fails("--memory", "16MiB", "-e", "local t = {} for i = 1, 1e8 do t[i] = {i} end", says=["memory"])
        self.assertLess(result.peak_bytes, GIBIBYTE)
        result = self.fails("--memory", "16MiB", "-e", "string.rep('x', 1e9)", says=["memory"])
        self.write("much.lua", "local t = {}\nfor i = 1, 1e8 do\n  t[i] = { i }\nend\n")
        self.fails("--memory", "16MiB", "run", "much.lua", says=[
            "error[E1903]: much.lua:3: not enough memory: the script's values take more than 16 MiB, all they may\n", "\n3 |   t[i] = { i }\n"])
        self.assertLess(result.peak_bytes, GIBIBYTE)

    def test_endless_recursion_is_an_error(self):
        self.fails("-e", "local function f() return f() + 1 end f()", says=["stack overflow"], timeout=30)
        self.fails("-e", "local t = setmetatable({}, {}) getmetatable(t).__index = function(a, b) return a[b] end print(t.x)", says=["stack overflow"], timeout=30)
        self.fails(stdin="x = " + "(" * 100000 + "1" + ")" * 100000)
