"""Every transform of a DynamicFrame, with Glue's arguments: by keyword and in order, with a dot and with a colon."""
import json
import os

from support import READ, MasticTest, files_below

ORDERS = "\n".join([
    '{"id": 1, "item": "tea", "qty": 5, "price": 1, "ship": {"city": "Oslo", "zip": "0150"}, "tags": ["a", "b"], "gone": null}',
    '{"id": 2, "item": "jam", "qty": 9, "price": "2.5", "ship": {"city": "Wien", "zip": 1010}, "tags": [], "gone": null}',
    '{"id": 3, "item": "rye", "qty": 7, "price": 3, "ship": {"city": "Bonn", "zip": "53111"}, "tags": ["c"], "gone": null}', ""])
CITIES = '{"city": "Oslo", "country": "NO"}\n{"city": "Wien", "country": "AT"}\n'

PRELUDE = READ + """
local frame, cities = read("orders.json"), read("cities.json")
"""


class TransformTest(MasticTest):
    def setUp(self):
        super().setUp()
        self.write("orders.json", ORDERS)
        self.write("cities.json", CITIES)

    def shown(self, code):
        return self.script(PRELUDE + code).out

    def assertSame(self, ways, contains=()):
        """All expressions show the same records, and the schema is the same."""
        code = "".join(f"""
            do
              local result = {way}
              result:show()
              result:printSchema()
              print("{'-' * 20}")
            end""" for way in ways)
        parts = self.shown(code).split("-" * 20 + "\n")[:-1]
        self.assertEqual(len(parts), len(ways))
        for way, part in zip(ways, parts):
            with self.subTest(way=way):
                self.assertEqual(part, parts[0])
        for text in contains:
            self.assertIn(text, parts[0])

    def assertComplains(self, statement, *says):
        """The statement fails in its own line and says these words."""
        self.script_fails(PRELUDE + statement, says=["script.lua:", *says])


class FunctionTests(TransformTest):
    def test_filter(self):
        f = "function(r) return r.qty > 6 end"
        self.assertSame([
            f"Filter.apply{{frame = frame, f = {f}}}", f"Filter.apply(frame, {f})", f"Filter.apply({{frame = frame, f = {f}}})",
            f"Filter.apply{{frame = frame, f = {f}, transformation_ctx = 'x', info = 'i', stageThreshold = 0, totalThreshold = 0}}",
            f"frame:filter({f})", f"frame.filter({f})", f"frame:filter{{f = {f}}}", f"frame.filter{{f = {f}, transformation_ctx = 'x'}}",
        ], ['"id": 2', '"id": 3'])

    def test_classes_take_a_colon_too(self):
        f = "function(r) return r.qty > 6 end"
        self.assertSame([f"Filter.apply(frame, {f})", f"Filter:apply(frame, {f})", f"Filter:apply{{frame = frame, f = {f}}}"])

    def test_map(self):
        f = "function(r) r.total = r.qty * 2 return r end"
        self.assertSame([
            f"Map.apply{{frame = frame, f = {f}}}", f"Map.apply(frame, {f})", f"frame:map({f})", f"frame.map({f})", f"frame:map{{f = {f}}}",
            f"Map.apply{{frame = frame, f = {f}, preservesPartitioning = true, transformation_ctx = 'x'}}",
        ], ['"total": 10', '"total": 18'])

    def test_filter_and_map_agree_without_lifting(self):
        code = PRELUDE + """
            frame:filter(function(r) return r.qty > 6 and r.ship.city ~= "Bonn" end):show()
            frame:map(function(r) return {id = r.id, up = r.item:upper(), n = #r.tags, half = r.qty / 2, whole = r.qty // 2} end):show()"""
        self.write("lift.lua", code)
        self.assertEqual(self.succeeds("run", "lift.lua").out, self.succeeds("run", "--no-lift", "lift.lua").out)


class FieldTests(TransformTest):
    def test_apply_mapping(self):
        m = "{{'id', 'int', 'key', 'string'}, {'ship.city', 'string', 'place.city', 'string'}, {'qty', 'int', 'qty', 'double'}}"
        self.assertSame([
            f"ApplyMapping.apply{{frame = frame, mappings = {m}}}", f"ApplyMapping.apply(frame, {m})", f"frame:apply_mapping({m})",
            f"frame.apply_mapping({m})", f"frame:apply_mapping{{mappings = {m}}}", f"frame:applyMapping({m})",
            f"ApplyMapping.apply{{frame = frame, mappings = {m}, case_sensitive = false, transformation_ctx = 'x'}}",
        ], ['{"key": "1", "place": {"city": "Oslo"}, "qty": 5.0}', "|-- key: string"])

    def test_select_fields(self):
        self.assertSame([
            "SelectFields.apply{frame = frame, paths = {'id', 'ship.city'}}", "SelectFields.apply(frame, {'id', 'ship.city'})",
            "frame:select_fields{'id', 'ship.city'}", "frame:select_fields({'id', 'ship.city'})", "frame.select_fields({'id', 'ship.city'})",
            "frame:select_fields{paths = {'id', 'ship.city'}}", "frame:selectFields({'id', 'ship.city'}, 'x')",
        ], ['{"id": 1, "ship": {"city": "Oslo"}}'])

    def test_drop_fields(self):
        self.assertSame([
            "DropFields.apply{frame = frame, paths = {'gone', 'tags', 'ship.zip', 'price'}}", "DropFields.apply(frame, {'gone', 'tags', 'ship.zip', 'price'})",
            "frame:drop_fields{'gone', 'tags', 'ship.zip', 'price'}", "frame.drop_fields({'gone', 'tags', 'ship.zip', 'price'})",
            "frame:drop_fields{paths = {'gone', 'tags', 'ship.zip', 'price'}, transformation_ctx = 'x'}",
        ], ['{"id": 1, "item": "tea", "qty": 5, "ship": {"city": "Oslo"}}'])

    def test_one_path_may_be_a_string(self):
        self.assertSame(["frame:select_fields('id')", "frame:select_fields{'id'}"], ['{"id": 1}'])

    def test_rename_field(self):
        self.assertSame([
            "RenameField.apply{frame = frame, old_name = 'item', new_name = 'name'}", "RenameField.apply(frame, 'item', 'name')",
            "frame:rename_field('item', 'name')", "frame.rename_field('item', 'name')", "frame:rename_field{oldName = 'item', newName = 'name'}",
            "frame:renameField('item', 'name', 'x')",
        ], ['"name": "tea"', "|-- name: string"])

    def test_drop_null_fields_prints_nothing(self):
        self.assertEqual(self.shown("DropNullFields.apply{frame = frame}:count()"), "")
        self.assertSame([
            "DropNullFields.apply{frame = frame}", "DropNullFields.apply(frame)", "DropNullFields.apply{frame = frame, transformation_ctx = 'x'}",
            "DropNullFields.apply(frame, 'x')",
        ], ['"tags"'])
        self.assertNotIn("gone", self.shown("DropNullFields.apply{frame = frame}:printSchema()"))

    def test_unnest(self):
        self.assertSame([
            "UnnestFrame.apply{frame = frame}", "UnnestFrame.apply(frame)", "frame:unnest()", "frame.unnest()", "frame:unnest{transformation_ctx = 'x'}",
        ], ['"ship.city": "Oslo"', "|-- ship.city: string"])

    def test_unbox(self):
        self.write("boxed.json", '{"id": 1, "body": "{\\"a\\": 1, \\"b\\": [true]}"}\n{"id": 2, "body": "{\\"a\\": 2}"}\n{"id": 3, "body": "{broken"}\n')
        self.assertSame([
            "Unbox.apply{frame = read('boxed.json'), path = 'body', format = 'json'}", "Unbox.apply(read('boxed.json'), 'body', 'json')",
            "read('boxed.json'):unbox('body', 'json')", "read('boxed.json').unbox('body', 'json')",
            "read('boxed.json'):unbox{path = 'body', format = 'json', transformation_ctx = 'x'}",
        ], ['{"id": 1, "body": {"a": 1, "b": [true]}}', "|    |-- a: int"])
        self.assertEqual(self.shown("local f = read('boxed.json'):unbox('body', 'json') print(f:count(), f:errorsCount())"), "2\t1\n")


class ChoiceTests(TransformTest):
    """`price` is a choice of int and string, and `ship.zip` too."""

    def test_specs(self):
        for spec, shown in [
            ("cast:int", '"price": 1'), ("cast:double", '"price": 2.5'), ("cast:string", '"price": "1"'), ("cast:long", '"price": 1'),
            ("make_struct", '"price": {"int": 1, "string": null}'), ("make_cols", '"price_int": 1'), ("project:int", '"price": 1'),
            ("project:string", '"price": "2.5"'),
        ]:
            with self.subTest(spec=spec):
                s = f"{{{{'price', '{spec}'}}}}"
                self.assertSame([
                    f"ResolveChoice.apply{{frame = frame, specs = {s}}}", f"ResolveChoice.apply(frame, {s})", f"frame:resolveChoice{{specs = {s}}}",
                    f"frame.resolveChoice{{specs = {s}}}", f"frame:resolveChoice({s})", f"frame:resolveChoice{{specs = {s}, transformation_ctx = 'x'}}",
                ], [shown])

    def test_choice_for_all(self):
        for choice, shown in [("cast:string", '"price": "1"'), ("make_struct", '"zip": {"'), ("make_cols", '"price_string": "2.5"')]:
            with self.subTest(choice=choice):
                self.assertSame([
                    f"ResolveChoice.apply{{frame = frame, choice = '{choice}'}}", f"frame:resolveChoice{{choice = '{choice}'}}",
                    f"ResolveChoice.apply(frame, nil, '{choice}')",
                ], [shown])

    def test_nothing_is_left_of_a_resolved_choice(self):
        self.assertNotIn("choice", self.shown("frame:resolveChoice{choice = 'make_struct'}:printSchema()"))

    def test_match_catalog(self):
        self.write("typed/a.json", '{"id": 1, "price": 1.5}\n')
        self.succeeds("crawl", "typed", "--database", "shop")
        self.assertIn('"price": 1.0', self.shown(
            "frame:select_fields{'id', 'price'}:resolveChoice{choice = 'match_catalog', database = 'shop', table_name = 'typed'}:show()"))

    def test_wrong_actions_are_explained(self):
        self.assertComplains("frame:resolveChoice{choice = 'cast'}:count()", "cast")
        self.assertComplains("frame:resolveChoice{specs = {{'price', 'cats:int'}}}:count()", "cats:int")
        self.assertComplains("frame:resolveChoice{specs = {{'price', 'cast:intt'}}}:count()", "intt")
        self.assertComplains("frame:resolveChoice{choice = 'match_catalog'}:count()", "database")


class SplittingTests(TransformTest):
    def test_split_fields(self):
        for way in ["SplitFields.apply{frame = frame, paths = {'id', 'qty'}, name1 = 'a', name2 = 'b'}", "SplitFields.apply(frame, {'id', 'qty'}, 'a', 'b')",
                    "frame:split_fields({'id', 'qty'}, 'a', 'b')", "frame.split_fields({'id', 'qty'}, 'a', 'b')",
                    "frame:split_fields{paths = {'id', 'qty'}, name1 = 'a', name2 = 'b'}"]:
            with self.subTest(way=way):
                shown = self.shown(f"local c = {way} print(#c, table.concat(c:keys(), ' ')) c:select('a'):show(1) c:select('b'):show(1)").splitlines()
                self.assertEqual(shown[:2], ["2\ta b", '{"id": 1, "qty": 5}'])
                self.assertNotIn('"qty"', shown[2])

    def test_split_fields_has_names_of_its_own(self):
        self.assertEqual(self.shown("print(#SplitFields.apply(frame, {'id'}):keys())"), "2\n")

    def test_split_rows(self):
        c = "{qty = {['>'] = 6}}"
        for way in [f"SplitRows.apply{{frame = frame, comparison_dict = {c}, name1 = 'a', name2 = 'b'}}", f"SplitRows.apply(frame, {c}, 'a', 'b')",
                    f"frame:split_rows({c}, 'a', 'b')", f"frame.split_rows({c}, 'a', 'b')", f"frame:split_rows{{comparison_dict = {c}, name1 = 'a', name2 = 'b'}}"]:
            with self.subTest(way=way):
                self.assertEqual(self.shown(f"local c = {way} print(c:select('a'):count(), c:select('b'):count())"), "2\t1\n")

    def test_data_frame_filter(self):
        for condition, count in [("qty > 6", 2), ("QTY = 7 and id is not null", 1), ("qty > 6 or true", 3), ("qty is null", 0)]:
            for method in ["filter", "where"]:
                with self.subTest(condition=condition, method=method):
                    self.assertEqual(self.shown(f"print(frame:toDF():{method}('{condition}'):select('id'):count())"), f"{count}\n")
        self.assertComplains("frame:toDF():filter('qtty > 6')", "qty")
        self.assertComplains("frame:toDF():filter('qty +')", "^")
        self.assertComplains("frame:toDF():filter('qty + 1')", "a condition must be true or false")

    def test_split_rows_compares_in_every_way(self):
        for operator, count in [(">", 1), ("<", 1), (">=", 2), ("<=", 2), ("=", 1), ("!=", 2)]:
            with self.subTest(operator=operator):
                self.assertEqual(self.shown(f"print(frame:split_rows({{qty = {{['{operator}'] = 7}}}}, 'a', 'b'):select('a'):count())"), f"{count}\n")
        self.assertComplains("frame:split_rows({qty = {['~'] = 7}}, 'a', 'b')", "~")


class CombiningTests(TransformTest):
    def test_join(self):
        self.assertSame([
            "Join.apply{frame1 = frame, frame2 = cities, keys1 = {'ship.city'}, keys2 = {'city'}}", "Join.apply(frame, cities, {'ship.city'}, {'city'})",
            "Join.apply(frame, cities, 'ship.city', 'city')", "frame:join({'ship.city'}, {'city'}, cities)", "frame.join('ship.city', 'city', cities)",
            "frame:join{paths1 = {'ship.city'}, paths2 = {'city'}, frame2 = cities}",
            "Join.apply{frame1 = frame, frame2 = cities, keys1 = 'ship.city', keys2 = 'city', transformation_ctx = 'x'}",
        ], ['"country": "NO"', '"country": "AT"'])

    def test_join_wants_as_many_keys_on_both_sides(self):
        self.assertComplains("Join.apply(frame, cities, {'a', 'b'}, {'city'}):count()", "key")

    def test_union(self):
        self.assertSame([
            "Union.apply{frame1 = frame, frame2 = frame}", "Union.apply(frame, frame)", "frame:union(frame)", "frame:union{other_frame = frame}",
            "frame.union{other_frame = frame}", "frame.union(frame:filter(function(r) return true end))",
        ], ['"id": 3'])
        self.assertEqual(self.shown("print(Union.apply(frame, cities):count())"), "5\n")

    def test_union_with_itself_with_a_dot(self):
        self.assertEqual(self.shown("print(frame.union(frame):count())"), "6\n")

    def test_merge(self):
        self.write("late.json", '{"id": 2, "item": "jelly"}\n{"id": 4, "item": "oil"}\n')
        for way in ["frame:mergeDynamicFrame(read('late.json'), {'id'})", "frame.mergeDynamicFrame(read('late.json'), {'id'})",
                    "frame:mergeDynamicFrame{stage_dynamic_frame = read('late.json'), primary_keys = {'id'}}"]:
            with self.subTest(way=way):
                shown = self.shown(f"local m = {way} print(m:count()) m:show()")
                self.assertTrue(shown.startswith("4\n"), shown)
                self.assertIn("jelly", shown)
                self.assertNotIn("jam", shown)

    def test_relationalize(self):
        for way in ["Relationalize.apply{frame = frame, staging_path = 'tmp/', name = 'root'}", "Relationalize.apply(frame, 'tmp/', 'root')",
                    "frame:relationalize('root', 'tmp/')", "frame.relationalize('root', 'tmp/')",
                    "frame:relationalize{root_table_name = 'root', staging_path = 'tmp/'}"]:
            with self.subTest(way=way):
                self.assertEqual(
                    self.shown(f"local c = {way} print(table.concat(c:keys(), ' ')) print(c:select('root'):count(), c:select('root_tags'):count())"),
                    "root root_tags\n3\t3\n")


class CollectionTests(TransformTest):
    SPLIT = "local c = frame:split_fields({'id'}, 'a', 'b') "

    def test_a_collection_by_name(self):
        self.assertEqual(self.shown(self.SPLIT + "print(c:select('a'):count(), c.select('a'):count(), c['a']:count(), #c:values(), #c)"), "3\t3\t3\t2\t2\n")
        self.assertEqual(self.shown(self.SPLIT + "print(SelectFromCollection.apply(c, 'b'):count(), SelectFromCollection.apply{dfc = c, key = 'b'}:count())"), "3\t3\n")
        self.assertComplains(self.SPLIT + "print(c['aa'])", "aa", "a, b")

    def test_a_collection_is_made_of_frames(self):
        self.assertEqual(
            self.shown("local c = DynamicFrameCollection({x = frame, y = cities}, glueContext) print(table.concat(c:keys(), ' '), c:select('y'):count())"), "x y\t2\n")

    def test_map_over_a_collection(self):
        f = "function(f, ctx) return f:filter(function(r) return true end) end"
        for way in [f"MapToCollection.apply(c, {f}, 'ctx')", f"MapToCollection.apply{{dfc = c, callable = {f}, transformation_ctx = 'ctx'}}", f"c:map({f}, 'ctx')", f"c.map({f})"]:
            with self.subTest(way=way):
                self.assertEqual(self.shown(self.SPLIT + f"local m = {way} print(table.concat(m:keys(), ' '), m:select('a'):count())"), "a b\t3\n")

    def test_flat_map(self):
        for way in ["FlatMap.apply(c, DropFields, 'frame', 'ctx', {paths = {'id'}})",
                    "FlatMap.apply{dfc = c, BaseTransform = DropFields, frame_name = 'frame', transformation_ctx = 'ctx', paths = {'id'}}"]:
            with self.subTest(way=way):
                shown = self.shown(self.SPLIT + f"local m = {way} print(#m) for _, f in ipairs(m:values()) do f:printSchema() end")
                self.assertTrue(shown.startswith("2\n"), shown)
                self.assertNotIn("-- id:", shown)

    def test_a_collection_is_written_frame_by_frame(self):
        self.shown(self.SPLIT + "glueContext.write_dynamic_frame.from_options{frame = c, connection_type = 's3', format = 'json', connection_options = {path = 'out/'}}")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["a", "b"])


class ObservingTests(TransformTest):
    def test_spigot(self):
        for number, way in enumerate([
                "Spigot.apply{frame = frame, path = 'side', options = {topk = 2}}", "Spigot.apply(frame, 'side', {topk = 2})",
                "frame:spigot('side', {topk = 2})", "frame.spigot('side', {topk = 2})", "frame:spigot{path = 'side', options = {topk = 2, prob = 1}}"]):
            with self.subTest(way=way):
                target = f"side{number}"
                self.assertEqual(self.shown(f"local s = {way.replace('side', target)} print(s:count())"), "3\n")
                rows = [json.loads(line) for file in files_below(self.path(target)) for line in open(file, encoding="utf-8")]
                self.assertEqual([row["id"] for row in rows], [1, 2])

    def test_errors_as_dynamic_frame(self):
        failing = "frame:map(function(r) if r.id == 2 then error('no two', 0) end return r end)"
        for way in [f"ErrorsAsDynamicFrame.apply{{frame = {failing}}}", f"ErrorsAsDynamicFrame.apply({failing})", f"{failing}:errorsAsDynamicFrame()",
                    f"({failing}).errorsAsDynamicFrame()"]:
            with self.subTest(way=way):
                self.assertEqual(self.shown(f"local e = {way} print(e:count(), e:toDF():collect()[1].error.msg)"), "1\tno two\n")

    def test_thresholds_end_a_run(self):
        failing = "function(r) error('each one') end"
        self.assertComplains(f"Map.apply{{frame = frame, f = {failing}, stageThreshold = 1}}:count()", "threshold")
        self.assertComplains(f"frame:map({failing}, false, 'ctx', '', 0, 2):count()", "threshold")
        self.assertEqual(self.shown(f"print(Map.apply{{frame = frame, f = {failing}, stageThreshold = 4}}:count())"), "0\n")

    def test_repartition_and_coalesce_keep_the_rows(self):
        self.assertSame(["Repartition.apply(frame, 4)", "Repartition.apply{frame = frame, num_partitions = 4}", "Coalesce.apply(frame, 1)",
                         "Coalesce.apply{frame = frame, num_partitions = 1}", "frame:repartition(4)", "frame.coalesce(1)", "frame"], ['"id": 3'])

    def test_counting(self):
        self.assertEqual(self.shown("print(frame:count(), frame.count(), frame:toDF():count(), math.type(frame:count()))"), "3\t3\t3\tinteger\n")

    def test_show_and_schema(self):
        self.assertEqual(len(self.shown("frame:show(2)").splitlines()), 2)
        self.assertEqual(self.shown("frame.show(0)"), "")
        self.assertEqual(self.shown("frame:printSchema()"), self.shown("frame.printSchema()"))


class ArgumentTests(TransformTest):
    def test_unknown_arguments_are_errors_with_a_suggestion(self):
        for statement, says in [
            ("Filter.apply{frame = frame, fn = function() end}", ["fn", "'f'"]),
            ("Map.apply{fram = frame, f = function() end}", ["fram", "'frame'"]),
            ("ApplyMapping.apply{frame = frame, mapping = {}}", ["mapping", "'mappings'"]),
            ("SelectFields.apply{frame = frame, path = {}}", ["path", "'paths'"]),
            ("frame:drop_fields{pahts = {}}", ["pahts", "'paths'"]),
            ("RenameField.apply{frame = frame, oldname = 'a', new_name = 'b'}", ["oldname", "'old_name'"]),
            ("Join.apply{frame1 = frame, frame2 = cities, key1 = 'a', keys2 = 'b'}", ["key1", "'keys1'"]),
            ("frame:resolveChoice{choise = 'make_cols'}", ["choise", "'choice'"]),
            ("Relationalize.apply{frame = frame, stagingpath = 'x'}", ["stagingpath", "'staging_path'"]),
            ("Unbox.apply{frame = frame, path = 'a', formt = 'json'}", ["formt", "'format'"]),
            ("SplitRows.apply{frame = frame, comparisons_dict = {}}", ["comparisons_dict", "'comparison_dict'"]),
            ("Spigot.apply{frame = frame, path = 'p', option = {}}", ["option", "'options'"]),
            ("glueContext.create_dynamic_frame.from_options{connection_typ = 's3'}", ["connection_typ", "'connection_type'"]),
            ("glueContext.create_dynamic_frame.from_catalog{databse = 'a', table_name = 'b'}", ["databse", "'database'"]),
            ("glueContext.write_dynamic_frame.from_options{frame = frame, connection_type = 's3', formatt = 'json'}", ["formatt", "'format'"]),
            ("write(frame, 'out', 'json', {partitionkeys = {'id'}})", ["partitionkeys", "partitionKeys"]),
            ("read('orders.json', 'csv', {seperator = ','}):count()", ["seperator", "separator"]),
            ("frame:fliter(function() end)", ["fliter", "filter"]),
            ("glueContext.create_dynamic_frame.from_catalogue{}", ["from_catalogue", "from_catalog"]),
            ("MapToCollection.apply{dfc = frame:split_fields({'id'}), callabel = function() end}", ["callabel", "'callable'"]),
        ]:
            with self.subTest(statement=statement):
                self.assertComplains(statement, *says)

    def test_missing_and_wrong_arguments_are_errors(self):
        for statement, says in [
            ("Filter.apply{frame = frame}", ["'f'"]), ("Filter.apply(frame)", ["'f'"]), ("Filter.apply{frame = 1, f = function() end}", ["frame"]),
            ("Filter.apply{frame = frame, f = 1}", ["f"]), ("frame:select_fields()", ["paths"]), ("frame:apply_mapping{{'a'}}", ["mapping"]), ("frame:apply_mapping{'a'}", ["mapping"]),
            ("frame:apply_mapping{{'id', 'int', 'x', 'intt'}}", ["intt"]), ("frame:join({'a'}, {'b'})", ["frame2"]), ("frame:rename_field('a')", ["newName"]),
            ("read('orders.json', 'jsn'):count()", ["jsn", "json"]), ("write(frame, 'out', 'parqet')", ["parqet", "parquet"]),
        ]:
            with self.subTest(statement=statement):
                self.assertComplains(statement, *says)

    def test_modules_give_the_same_objects(self):
        self.assertEqual(self.shown("""
            local transforms = require "awsglue.transforms"
            for name, class in pairs(transforms) do assert(_G[name] == class, name) end
            assert(require("awsglue.context").GlueContext == GlueContext)
            assert(require("awsglue.job").Job == Job)
            assert(require("awsglue.utils").getResolvedOptions == getResolvedOptions)
            assert(require("awsglue.dynamicframe").DynamicFrame == DynamicFrame)
            for _, name in ipairs{"ApplyMapping", "DropFields", "DropNullFields", "ErrorsAsDynamicFrame", "Filter", "FlatMap", "Join", "Map", "MapToCollection",
                "Relationalize", "RenameField", "ResolveChoice", "SelectFields", "SelectFromCollection", "SplitFields", "SplitRows", "Spigot", "Unbox", "UnnestFrame"} do
              assert(transforms[name], name)
            end
            print("same")"""), "same\n")

    def test_both_ways_to_read_and_write(self):
        self.succeeds("crawl", "orders.json", "--database", "shop")
        self.assertEqual(self.shown("""
            print(glueContext.create_dynamic_frame.from_catalog{database = "shop", table_name = "orders_json"}:count())
            print(glueContext.create_dynamic_frame.from_catalog("shop", "orders_json"):count())
            print(glueContext:create_dynamic_frame_from_catalog{database = "shop", table_name = "orders_json"}:count())
            print(glueContext.create_dynamic_frame_from_catalog("shop", "orders_json"):count())
            print(glueContext.create_dynamic_frame.from_options("s3", {paths = {"orders.json"}}, "json"):count())
            print(GlueContext(spark):create_dynamic_frame_from_options("s3", {paths = {"orders.json"}}, "json"):count())
            glueContext:write_dynamic_frame_from_options{frame = frame, connection_type = "s3", connection_options = {path = "o1"}, format = "json"}
            glueContext.write_dynamic_frame.from_options(frame, "s3", {path = "o2"}, "json")
            frame:write{connection_type = "s3", connection_options = {path = "o3"}, format = "json"}
            print(read("o1"):count(), read("o2"):count(), read("o3"):count())"""), "3\n" * 6 + "3\t3\t3\n")
