"""Fields that a transform asks for and no record has: one warning, and the result that it always was."""
import json

from support import READ, MasticTest

SALES = "id,amount,day\n1,2.5,2024-01-01\n2,3.5,2024-01-02\n"


class UnknownFieldTests(MasticTest):
    def warnings(self, code, *options):
        """What a script says on standard error, line by line; what it printed stays in `self.out`."""
        self.write("sales.csv", SALES)
        lines = [json.dumps({"id": i, "amount": i, "address": {"city": "Oslo"}}) for i in range(5)]
        self.write("sales.json", "\n".join(lines) + "\n")
        self.write("job.lua", READ + 'local csv = read("sales.csv", "csv", {withHeader = true})\nlocal json = read("sales.json")\n' + code)
        result = self.succeeds(*options, "run", "job.lua")
        self.out = result.out
        return result.err.splitlines()

    def test_what_is_said(self):
        line = READ.count("\n") + 3
        for code, name, effect, hint in [
            ('ApplyMapping 3|csv:apply_mapping({{"id", "string", "id", "int"}, {"amout", "string", "amount", "double"}})', "amout", "what it is mapped to is null", "amount"),
            ('SelectFields 3|csv:select_fields({"id", "dya"})', "dya", "the result is without it", "day"),
            ('RenameField 3|csv:rename_field("amuont", "price")', "amuont", "nothing is renamed", "amount"),
            ('ResolveChoice 3|csv:resolveChoice{specs = {{"ammount", "cast:double"}}}', "ammount", "nothing is resolved", "amount"),
            ('ApplyMapping 3|json:apply_mapping({{"address.cty", "string", "city", "string"}})', "address.cty", "what it is mapped to is null", "address.city"),
            ('SelectFields 3|json:select_fields({"id", "amout"})', "amout", "the result is without it", "amount"),
            ('SelectFields 3|csv:filter(function(r) return true end):select_fields({"amout"})', "amout", "the result is without it", "amount"),
            ('SelectFields 3|csv:select_fields({"nothing_near"})', "nothing_near", "the result is without it", None),
        ]:
            with self.subTest(code=code):
                label, code = code.split("|")
                label = label.replace("3", f"job.lua:{line}")
                warning = f"warning: {label}: no record has a field '{name}', so {effect}" + (f"; did you mean '{hint}'?" if hint else "")
                # A count reads no column of what is to be resolved, and tells nothing of it.
                actions = "frame:show() frame:show()" if "Resolve" in label else "print(frame:count())\nframe:show() frame:show()"
                self.assertEqual(self.warnings(f"local frame = {code}\n{actions}"), [warning])

    def test_what_is_no_mistake(self):
        for code in [
            # A field that is dropped may be missing; one that was dropped before is not asked for.
            'csv:drop_fields({"nothing"}):count()',
            # Nothing is computed, or no row is left.
            'csv:select_fields({"nothing"})',
            'csv:filter(function(r) return r.id == "7" end):select_fields({"nothing"}):count()',
            # Names of mappings count in any case.
            'csv:apply_mapping({{"ID", "string", "id", "int"}}):count()',
            # A column that nobody wants is not read, which says nothing of it.
            'csv:resolveChoice{specs = {{"amount", "cast:double"}}}:count()',
            # A column of nulls is there.
            'DynamicFrame.fromDF(spark.createDataFrame({{id = 1}}, "id int, x string"), glueContext, "x"):select_fields({"x"}):count()',
        ]:
            with self.subTest(code=code):
                self.assertEqual(self.warnings(code), [])

    def test_a_field_that_few_records_have(self):
        records = [{"id": i} for i in range(200_000)] + [{"id": -1, "rare": 1}]
        self.write("rare.json", "\n".join(map(json.dumps, records)) + "\n")
        self.assertEqual(self.warnings('print(read("rare.json"):select_fields({"rare"}):count())'), [])
        # The first records alone do not have it; all of them do.
        self.assertEqual(self.warnings('local rare = read("rare.json"):select_fields({"id", "rare"})\nrare:show(1)\nrare:count()'), [])

    def test_the_result_stays_what_it_was(self):
        self.warnings('csv:apply_mapping({{"id", "string", "id", "int"}, {"amout", "string", "amount", "double"}}):show()\ncsv:select_fields({"amout", "id"}):show()')
        self.assertEqual(self.out, '{"id": 1, "amount": null}\n{"id": 2, "amount": null}\n{"id": "1"}\n{"id": "2"}\n')
