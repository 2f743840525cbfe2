"""docs/examples/join_and_relationalize.lua on the legislators, read back with another engine."""
import json
import os

from support import DATA, ROOT, MasticTest, duckdb, needs_data, needs_duckdb


@needs_data
@needs_duckdb
class LegislatorsTests(MasticTest):
    def source(self, name):
        with open(os.path.join(DATA, "legislators", name + ".ndjson"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def query(self, table, select):
        """Rows of a query over a table that the job wrote."""
        files = self.path("out", table, "**", "*.parquet")
        return duckdb.sql(f"select {select} from read_parquet('{files}', hive_partitioning = true)").fetchall()

    def test_join_and_relationalize(self):
        self.succeeds("crawl", os.path.join(DATA, "legislators"), "--database", "legislators")
        example = os.path.join(ROOT, "docs", "examples", "join_and_relationalize.lua")
        self.succeeds("run", example, "--JOB_NAME", "legislators", "--target", "out/")

        legislators, memberships, committees = self.source("legislators"), self.source("memberships"), self.source("committees")
        terms = [(person["id"]["bioguide"], term) for person in legislators for term in person["terms"]]
        self.assertEqual((len(legislators), len(terms), len(memberships)), (537, 2792, 3879))

        # Nothing is lost, and nothing is there twice.
        self.assertEqual(sorted(self.query("history", '"id.bioguide"')), sorted((person["id"]["bioguide"],) for person in legislators))
        self.assertEqual(len(self.query("history_terms", "id, index")), 2792)
        self.assertEqual(len(set(self.query("history_terms", "id, index"))), 2792)
        kinds = {committee["thomas_id"]: committee["type"] for committee in committees}
        self.assertEqual(
            sorted(self.query("seats", "legislator_id, committee || coalesce(subcommittee, ''), rank, chamber")),
            sorted((m["bioguide"], m["committee"], m["rank"], kinds[m["committee"][:4]]) for m in memberships))

        # A list's rows lead back to the record that they were part of.
        joined = duckdb.sql(f"""
            select h."id.bioguide", t.index, t."terms.val.start", t."terms.val.state", t.chamber
            from read_parquet('{self.path("out/history/**/*.parquet")}') h
            join read_parquet('{self.path("out/history_terms/**/*.parquet")}', hive_partitioning = true) t on h.terms = t.id""").fetchall()
        wanted = [
            (person["id"]["bioguide"], place, term["start"], term["state"], "senate" if term["type"] == "sen" else "house")
            for person in legislators for place, term in enumerate(person["terms"])]
        self.assertEqual(sorted(joined), sorted(wanted))

        # Partitioned by chamber, and nothing else lies about.
        self.assertEqual(sorted(os.listdir(self.path("out", "seats"))), ["chamber=house", "chamber=joint", "chamber=senate"])
        self.assertEqual(sorted(os.listdir(self.path("out", "history"))), ["chamber=house", "chamber=senate"])
        self.assertEqual(sorted(os.listdir(self.path("out", "history_terms"))), ["chamber=house", "chamber=senate"])
        self.assertNotIn("_staging", os.listdir(self.folder) + os.listdir(self.path("out")))
