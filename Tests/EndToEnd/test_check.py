"""mastic check: what can be said of a script that does not run."""
import glob
import os

from support import ROOT, MasticTest

BAD = """\
local rate, seen = 2, {}
local function doubled(x) return x * rate end
local f = glueContxt.create_dynamic_frame.from_catalog{database = "x", table_name = "y"}
local g = Filter.apply{frame = f, f = function(r) return r.a > rate end}
local h = g:map(function(r) print(r.a) return r end)
local function build(frame)
  return frame:filter(function(r) return doubled(r.a) > 1 end)
end
build(h):map(doubled)
local w = h:map(function(r) seen = r return r end)
function globals_may_be_made() made = 1 end
print(made, arg, undefinedd)
"""


class CheckTests(MasticTest):
    def test_unknown_globals_and_functions(self):
        self.write("bad.lua", BAD)
        result = self.mastic("check", "bad.lua")
        self.assertEqual(result.status, 1, result)
        lines = result.out.splitlines()
        self.assertEqual(lines[0:4], [
            "bad.lua:2: Map: " + lines[0].split(": ", 2)[2], "    local function doubled(x) return x * rate end",
            "bad.lua:3: error: there is no global 'glueContxt'; did you mean 'glueContext'?",
            '    local f = glueContxt.create_dynamic_frame.from_catalog{database = "x", table_name = "y"}'])
        heads = [line for line in lines if not line.startswith("    ")]
        self.assertEqual([line.split(":")[1] for line in heads], ["2", "3", "4", "5", "7", "10", "12"])
        self.assertIn("bad.lua:5: Map: interpreted in row order on one thread, because it prints", heads)
        self.assertIn("writes the variable 'seen' outside of it", heads[5])
        self.assertIn("no global 'undefinedd'", heads[6])

    def test_how_functions_run(self):
        self.write("lift.lua", """\
local limit, names, rate = 3, {a = "A"}, tonumber(args.rate)
local function clean(s) return s and s:lower() end
function shared(x) return x end
local frame = open_frame()
frame:filter(function(r) return r.amount > limit and clean(r.status) == "completed" end)
frame:map(function(r) return {id = r.id, name = names[r.id]} end)
frame:map(function(r) return {amount = r.amount * rate} end)
frame:map(function(r) return {amount = shared(r.amount)} end)
frame:filter(function(r)
  local x = r.a
  return xpcall(error, error, x)
end)
""")
        lines = [line for line in self.mastic("check", "lift.lua").out.splitlines() if ": error:" not in line and not line.startswith("    ")]
        self.assertEqual(lines, [
            "lift.lua:5: Filter: lifted",
            "lift.lua:6: Map: lifted, if what 'names' will hold allows it",
            "lift.lua:7: Map: lifted, if what 'rate' will hold allows it",
            "lift.lua:8: Map: lifted, if what 'shared' will hold allows it",
            "lift.lua:9: Filter: interpreted on all threads, because it calls 'xpcall' (line 11)"])

    def test_nothing_runs(self):
        self.write("effect.lua", "print('ran') io.open('made', 'w'):close() os.exit(3)")
        self.assertEqual(self.succeeds("check", "effect.lua").out, "effect.lua: nothing to say\n")
        self.assertFalse(os.path.exists(self.path("made")))

    def test_texts_that_do_not_parse(self):
        self.write("broken.lua", "local x = \nfunction(")
        self.fails("check", "broken.lua", says=["broken.lua:2"])
        self.fails("check", "missing.lua", says=["there is no script 'missing.lua'"])

    def test_scripts_that_load_others_may_use_their_globals(self):
        self.write("loads.lua", "require 'mine' print(from_mine)")
        self.succeeds("check", "loads.lua")
        self.write("glue.lua", "require 'awsglue.transforms' print(from_nowhere)")
        self.assertIn("no global 'from_nowhere'", self.mastic("check", "glue.lua").out)

    def test_the_examples_are_right(self):
        for path in glob.glob(os.path.join(ROOT, "docs", "examples", "*.lua")):
            with self.subTest(path=os.path.basename(path)):
                self.assertNotIn("error:", self.succeeds("check", path).out)
