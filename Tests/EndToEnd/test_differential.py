"""Random SQL over random tables, here and in DuckDB; scripts/differential runs as many queries as one likes."""
import os
import unittest

import support

if support.duckdb and support.pyarrow:
    from differential import session


@unittest.skipUnless(support.duckdb and support.pyarrow, "needs duckdb and pyarrow")
class DifferentialTest(support.MasticTest):
    def test_random_queries_have_the_answers_of_duckdb(self):
        queries = 2_400 if support.LONG_TESTS else 150
        result = session.run(self.folder, support.MASTIC, seed=20240229, queries=queries, most=3)
        self.assertEqual(result.reports, [], "\n\n".join(result.reports))
        self.assertGreaterEqual(result.queries, queries)
        # Queries without rows, and those that the other engine refuses, say little.
        self.assertGreater(result.rows, queries * 5)
        self.assertLess(result.skipped, queries / 20, result.reasons)

    def test_a_wrong_answer_is_found_and_the_query_made_small(self):
        # This one takes '<' for '<='.
        wrong = self.write("wrong", f"""#!/bin/sh
sed -i 's/ <= / < /g' queries.txt
exec "{support.MASTIC}" "$@"
""")
        os.chmod(wrong, 0o755)
        result = session.run(self.path("work"), wrong, seed=7, queries=1_000, most=1)
        self.assertEqual(len(result.reports), 1)
        query = result.reports[0].split("\n")[1]
        self.assertIn(" <= ", query)
        self.assertLess(len(query), 250, query)
