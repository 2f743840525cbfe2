"""A few thousand pairs of a random function and a random record; scripts/fuzz runs as many as one likes."""
import os
import shutil
import unittest

import support
from fuzz import session
from fuzz.runner import Runner


@unittest.skipUnless(shutil.which("lua5.4"), "needs lua5.4")
class FuzzTest(support.MasticTest):
    def test_lifted_interpreted_and_plain_lua_agree(self):
        pairs = 120_000 if support.LONG_TESTS else 25_000
        result = session.run(self.folder, support.MASTIC, "lua5.4", seed=20240229, pairs=pairs, most=3)
        self.assertGreaterEqual(result.pairs, pairs)
        self.assertEqual(result.reports, [], "\n\n".join(result.reports))

    def test_functions_are_lifted(self):
        # Where nothing is lifted, nothing is compared.
        runner, found, functions = Runner(self.folder, support.MASTIC), 0, 0
        for seed in range(20240229, 20240234):
            data, programs = session.make_round(seed)
            filters = [program for program in programs if program.verb == "filter"]
            runner.use(data)
            found += runner.lifted_filters(filters)
            functions += len(filters)
            self.assertEqual(runner.lifted_filters(filters, "--no-lift"), 0)
        self.assertGreater(found, functions / 20)

    def test_a_wrong_lifter_is_found_and_the_function_made_small(self):
        # This one takes '<=' for '<' when it lifts.
        wrong = self.write("wrong", f"""#!/bin/sh
case " $* " in
*" --no-lift "*) ;;
*) rm -rf ../wrong && cp -r . ../wrong && cd ../wrong && sed -i 's/ <= / < /g' script.lua ;;
esac
exec "{support.MASTIC}" "$@"
""")
        os.chmod(wrong, 0o755)
        result = session.run(self.path("work"), wrong, "lua5.4", seed=7, pairs=10_000, most=1)
        self.assertEqual(len(result.reports), 1)
        self.assertTrue(result.reports[0].startswith("-- lifting: "), result.reports[0])
        code = result.reports[0].split("-- records:")[0]
        self.assertIn(" <= ", code)
        self.assertLess(len(code.splitlines()), 20, code)

    def test_a_crash_is_laid_at_one_function(self):
        # This one ends by a signal over any pattern that is anchored.
        wrong = self.write("wrong", f"""#!/bin/sh
grep -q '"^' script.lua && kill -SEGV $$
exec "{support.MASTIC}" "$@"
""")
        os.chmod(wrong, 0o755)
        result = session.run(self.path("work"), wrong, "lua5.4", seed=7, pairs=10_000, most=1, shrinks=False)
        self.assertEqual(len(result.reports), 1)
        self.assertTrue(result.reports[0].startswith("-- crash: "), result.reports[0])
        self.assertIn('"^', result.reports[0])
