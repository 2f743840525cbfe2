"""Crawling, and the catalog that comes of it."""
import json
import os

from support import MasticTest


class CatalogTests(MasticTest):
    def crawl(self, target="logs", database="ops", *options):
        return self.succeeds("crawl", target, "--database", database, *options)

    def table(self, name):
        return json.loads(self.succeeds("catalog", "show", name, "--json").out)

    def columns(self, name):
        return [(column["Name"], column["Type"]) for column in self.table(name)["StorageDescriptor"]["Columns"]]

    def count(self, table, more=""):
        database, name = table.split(".")
        code = f'glueContext.create_dynamic_frame.from_catalog{{database = "{database}", table_name = "{name}"{more}}}:count()'
        return int(self.succeeds("-e", code).out)

    def logs(self):
        for year, month in [("2023", "01"), ("2023", "02"), ("2024", "01")]:
            self.write(f"logs/year={year}/month={month}/x.json", f'{{"host": "h{month}", "ms": 1}}\n')

    def test_a_second_crawl_adds_columns_and_partitions_and_keeps_a_version(self):
        self.logs()
        self.crawl()
        self.assertEqual(self.columns("ops.logs"), [("host", "string"), ("ms", "int")])
        self.assertEqual(len(self.lines("catalog", "versions", "ops.logs")), 1)
        self.write("logs/year=2025/month=03/x.json", '{"host": "h", "ms": 1, "new": 2.5}\n')
        self.crawl()
        self.assertEqual(self.columns("ops.logs"), [("host", "string"), ("ms", "int"), ("new", "double")])
        self.assertEqual(self.lines("catalog", "partitions", "ops.logs"),
                         ["year=2023/month=01", "year=2023/month=02", "year=2024/month=01", "year=2025/month=03"])
        versions = json.loads(self.succeeds("catalog", "versions", "ops.logs", "--json").out)
        self.assertEqual([len(v["Table"]["StorageDescriptor"]["Columns"]) for v in versions], [3, 2])
        self.assertEqual(self.count("ops.logs"), 4)
        # A crawl that finds nothing new changes nothing.
        self.crawl()
        self.assertEqual(len(self.lines("catalog", "versions", "ops.logs")), 2)

    def test_partitions_by_expression_and_pushed_down(self):
        self.logs()
        self.crawl()
        self.assertEqual(self.lines("catalog", "partitions", "ops.logs", "--expression", "year = '2023' AND month <> '01'"), ["year=2023/month=02"])
        self.assertEqual(self.count("ops.logs", ", push_down_predicate = \"year = '2023'\""), 2)
        self.fails("catalog", "partitions", "ops.logs", "--expression", "year === 1", says=["year"])
        self.fails("catalog", "partitions", "ops.logs", "--expression", "yaer = '1'", says=["yaer"])

    def test_show_lists_and_json(self):
        self.logs()
        self.crawl()
        shown = self.succeeds("catalog", "show", "ops.logs").out
        for words in ["ops.logs", "host", "string", "year", "partition", "json"]:
            self.assertIn(words, shown)
        table = self.table("ops.logs")
        self.assertEqual([key["Name"] for key in table["PartitionKeys"]], ["year", "month"])
        self.assertEqual(table["Parameters"]["classification"], "json")
        self.assertEqual(self.lines("catalog", "databases"), ["ops"])
        self.assertEqual(self.lines("catalog", "tables", "ops"), ["logs"])

    def test_drop(self):
        self.logs()
        self.crawl()
        self.crawl("logs", "other")
        self.succeeds("catalog", "drop", "ops.logs")
        self.assertEqual(self.lines("catalog", "tables", "ops"), [])
        self.fails("catalog", "show", "ops.logs", says=["logs"])
        self.succeeds("catalog", "drop", "other")
        self.assertEqual(self.lines("catalog", "databases"), ["ops"])
        self.assertTrue(os.path.exists(self.path("logs/year=2023/month=01/x.json")))

    def test_what_is_not_there_is_named_with_what_is(self):
        self.logs()
        self.crawl()
        for words, says in [
            (["catalog", "tables", "opps"], ["opps", "ops"]), (["catalog", "show", "ops.log"], ["'logs'"]), (["catalog", "drop", "nothing"], ["nothing"]),
            (["catalog", "partitions", "ops.x"], ["logs"]), (["catalog", "versions", "no.logs"], ["ops"]),
        ]:
            with self.subTest(words=words):
                self.fails(*words, says=says)
        self.fails("catalog", "show", "logs", says=["DATABASE.TABLE"], status=2)

    def test_a_dry_run_writes_nothing(self):
        self.logs()
        self.assertIn("logs", self.crawl("logs", "ops", "--dry-run").err)
        self.assertEqual(self.lines("catalog", "databases"), [])

    def test_prefix_exclusions_and_silence(self):
        self.logs()
        self.write("logs/year=2023/month=01/y.tmp", "\0\1\2")
        result = self.crawl("logs", "ops", "--prefix", "raw_", "--exclude", "**.tmp", "--quiet")
        self.assertEqual((result.out, result.err), ("", ""))
        self.assertEqual(self.lines("catalog", "tables", "ops"), ["raw_logs"])
        self.assertEqual(self.count("ops.raw_logs"), 3)

    def test_the_home_is_found(self):
        """--home, then MASTIC_HOME, then the nearest .mastic above."""
        self.logs()
        self.succeeds("--home", self.path("one"), "crawl", "logs", "--database", "first")
        self.succeeds("crawl", "logs", "--database", "second", "--home", self.path("one"))
        self.assertEqual(self.lines("catalog", "databases", "--home", self.path("one")), ["first", "second"])
        self.assertEqual(self.lines("catalog", "databases"), [])
        os.mkdir(self.path(".mastic"))
        self.succeeds("crawl", "logs", "--database", "third", env={"MASTIC_HOME": ""})
        self.assertTrue(os.path.exists(self.path(".mastic", "catalog.db")))

    def test_formats_and_compressions_are_recognised(self):
        import gzip
        self.write("mix/a/x.csv", "a,b\n1,x\n2,y\n")
        self.write("mix/b/x.json.gz", gzip.compress(b'{"n": 1}\n{"n": 2}\n{"n": 3}\n'))
        self.write("mix/c/x.tsv", "p\tq\n1\t2.5\n")
        self.write("mix/d/x.json", '[{"n": 1}, {"n": 2}]')
        self.crawl("mix", "mix")
        self.assertEqual(self.lines("catalog", "tables", "mix"), ["a", "b", "c", "d"])
        self.assertEqual([self.count("mix." + name) for name in "abcd"], [2, 3, 1, 2])
        self.assertEqual(self.columns("mix.a"), [("a", "bigint"), ("b", "string")])
        self.assertEqual(self.columns("mix.c"), [("p", "bigint"), ("q", "double")])
