"""A few thousand pairs of a random function and a random record; scripts/fuzz runs as many as one likes."""
import shutil
import unittest

import support
from fuzz import session


class FuzzTest(support.MasticTest):
    @unittest.skipUnless(shutil.which("lua5.4"), "needs lua5.4")
    def test_lifted_interpreted_and_plain_lua_agree(self):
        pairs = 120_000 if support.LONG_TESTS else 30_000
        result = session.run(self.folder, support.MASTIC, "lua5.4", seed=20240229, pairs=pairs, most=3)
        self.assertGreaterEqual(result.pairs, pairs)
        self.assertEqual(result.reports, [], "\n\n".join(result.reports))
