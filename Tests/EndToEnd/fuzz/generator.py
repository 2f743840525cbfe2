"""Random row functions.

Expressions are made by kind, so that most of them mean something; now and then one of another kind stands in, a guard against nil is left out, or a number
at a limit comes up. What is not made, because Mastic and a plain Lua differ there by intent or by nature:

- texts of tables and functions (addresses), `math.random`, the order of `pairs` (a record's fields have one, a table's have not);
- variables that keep something from one record to the next: every action runs the functions anew;
- `null` compared or put into strings, `getmetatable`, `rawget` and `rawset` of records: a record is no table of Lua's;
- tables with holes, whose length Lua leaves open;
- names of fields that are no UTF-8: names are text;
- dates and decimals, which a plain Lua has not.
"""
from .records import ITEM_FIELDS, STRUCT_FIELDS, lua_string
from .syntax import Block, Expression, Name, Program, Statement

INTEGERS = ["0", "1", "2", "3", "-1", "5", "7", "10", "100", "255", "-128", "1000000", "0xff", "63", "64"]
WILD_INTEGERS = ["math.maxinteger", "math.mininteger", "9007199254740992", "9007199254740993", "2147483648", "-2147483649", "4294967296", "0x7fffffffffffffff"]
FLOATS = ["0.0", "1.0", "0.5", "1.5", "-2.5", "100.0", "3.14", "0.1", "1e3", "-0.0"]
WILD_FLOATS = ["1e15", "1e16", "9007199254740992.0", "0x1p63", "-0x1p63", "1e300", "1e-300", "math.huge", "-math.huge", "(0/0)", "1e100", "2^53", "(1/0)", "123456789012345680.0"]
STRINGS = [b"", b"a", b"abc", b"completed", b"failed", b"Tea", b"x=1", b"10", b"0x10", b" 5 ", b"1e5", b"-7", b"1.50", b"nan", b"2024-02-29", b"longer than twelve bytes",
           "h\u00e9".encode(), b"\xff\xfe", b"a\x00b", b",", b" ", b"-", b"9223372036854775808"]
PATTERNS = [b"%d+", b"^%s*(.-)%s*$", b"[aeiou]", b"a*", b"(%w+)=(%w+)", b"^a", b"e$", b".", b"%-", b"", b"()", b"[^,]+", b"%f[%w]%w+", b"(a)(b)", b"%bxy", b"l+", b"[%a_][%w_]*",
            b"^%d%d%d%d", b"^(%d+)-(%d+)", b"%s", b"[^%w]", b"a-b", b"(.)%1", b"^[+-]?%d+$", b"\xc3", b"%u", b"%l+$", b"hello", b"a.c", b"com", b"%."]
PLAIN_PATTERNS = [b"a", b"com", b",", b"=", b" ", b"", b"e", b".", b"\xc3"]
BAD_PATTERNS = [b"(", b"%", b"[a", b"%1", b"(()", b")"]
REPLACEMENTS = [b"", b"x", b"<%0>", b"%1", b"%%", b"-", b"%1%1"]
FORMATS = {"int": [b"%d", b"%5d", b"%05d", b"%x", b"%X", b"%i", b"%+d", b"%-6d|", b"%o", b"%c"], "float": [b"%.2f", b"%g", b"%10.3f", b"%e", b"%.0f", b"%a", b"%5.1f", b"%.14g", b"%+.3f"],
           "string": [b"%s", b"%10s", b"%-10s|", b"%.3s", b"%-6.2s|", b"%3s", b"%q", b"[%s]"]}
KEYS = ["a", "b", "c", "total", "name", "x", "y"]


class Generator:
    """Makes the functions for one data set, out of one source of chance."""

    def __init__(self, random, columns):
        self.random = random
        self.columns = columns
        self.by_kind = {}
        for name, kind in columns.items():
            self.by_kind.setdefault(kind, []).append(name)

    # MARK: Programs

    def program(self):
        self.names = 0
        self.scopes = []
        self.loops = 0
        self.can_fail = self.random.choice([0, 0.01, 0.01, 0.02, 0.05])
        verb = self.random.choice(["filter", "filter", "filter", "map", "map", "map", "map", "chain"])
        # Many functions of real jobs are small, and small ones are lifted.
        self.length = self.random.choice([0, 0, 1, 2, 3, 5])
        self.depth = self.random.choice([1, 2, 2, 3, 3, 4])
        self.outer = self.outer_scope()
        bodies = []
        for kind in {"filter": ["filter"], "map": ["map"], "chain": ["filter", "map"]}[verb]:
            self.scopes = [self.outer_variables, {}]
            bodies.append(Block(self.filter_body() if kind == "filter" else self.map_body()))
        return Program(verb, Block(self.outer), bodies, whole=verb == "filter" and self.random.random() < 0.3)

    def chance(self, share):
        return self.random.random() < share

    def fresh(self, stem):
        self.names += 1
        return f"{stem}{self.names}"

    def outer_scope(self):
        """Upvalues: constants, lookup tables, sets and helper functions."""
        random, statements, variables = self.random, [], {}
        self.scopes = [variables]
        self.record_known = False
        self.outer_variables = variables
        if self.chance(0.4):
            name = self.fresh("K")
            kind = random.choice(["int", "float", "string"])
            statements.append(Statement("local ", name, " = ", self.constant(kind), declares=[name]))
            variables[name] = kind
        if self.chance(0.35):
            name, kind = self.fresh("T"), random.choice(["int", "string", "float", "boolean"])
            keys = random.sample(["completed", "pending", "failed", "refunded", "a", "Tea", "10"], random.randint(1, 4))
            entries = [f"[{lua_string(key.encode())}]" + " = " for key in keys]
            parts = ["{"]
            for entry in entries:
                parts += [entry, self.constant(kind), ", "]
            statements.append(Statement("local ", name, " = ", *parts, "}", declares=[name]))
            variables[name] = ("lookup", "string", kind)
        if self.chance(0.2):
            name = self.fresh("I")
            keys = random.sample(["completed", "pending", "failed", "refunded", "a", "Tea", "abc"], random.randint(1, 4))
            parts = ["{"]
            for key in keys:
                parts += [f"[{lua_string(key.encode())}] = {{", *(["n = ", self.constant("int"), ", "] if self.chance(0.8) else []),
                          *(["label = ", self.constant("string"), ", "] if self.chance(0.7) else []), "}, "]
            statements.append(Statement("local ", name, " = ", *parts, "}", declares=[name]))
            variables[name] = ("records",)
        scalars = [name for name, kind in self.columns.items() if kind in ("int", "float", "string", "boolean", "any", "number")]
        if self.chance(0.15):
            name = self.fresh("F")
            statements.append(Statement("local ", name, " = ", Expression("string", lua_string(random.choice(scalars).encode())), declares=[name]))
            variables[name] = "field name"
        if self.chance(0.25):
            name, kind = self.fresh("L"), random.choice(["int", "string"])
            parts = ["{"]
            for _ in range(random.randint(1, 6)):
                parts += [self.constant(kind), ", "]
            statements.append(Statement("local ", name, " = ", *parts, "}", declares=[name]))
            variables[name] = ("lookup", "int", kind)
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            statements.append(self.helper(variables))
        self.record_known = True
        return statements

    def helper(self, variables):
        """A local function of one or two values."""
        name = self.fresh("h")
        kinds = [self.random.choice(["int", "float", "string", "number"]) for _ in range(self.random.choice([1, 1, 2]))]
        result = self.random.choice(["int", "float", "string", "boolean", "number"])
        parameters = [self.fresh("p") for _ in kinds]
        loops, depth = self.loops, self.depth
        # What it calls in a loop of its own multiplies.
        self.loops, self.depth = 1, min(depth, 2)
        self.scopes.append(dict(zip(parameters, kinds)))
        body = []
        if self.chance(0.3):
            body.append(self.local())
        if self.chance(0.3):
            body.append(Statement("if ", self.boolean(1), " then", Block([Statement("return ", self.of(result, 1))]), "end"))
        body.append(Statement("return ", self.of(result, 2)))
        self.scopes.pop()
        self.loops, self.depth = loops, depth
        variables[name] = ("function", kinds, result)
        return Statement("local function ", name, "(", ", ".join(parameters), ")", Block(body, parameters), "end", declares=[name])

    # MARK: Bodies

    def small_loop(self, result):
        """A loop over an array, and what it comes to: most of real loops are as small as that."""
        statement = self.random.choice([self.total_loop, self.place_loop, self.list_total, self.list_search])()
        name = statement.declares[0] if statement.declares else None
        if name is None or name not in self.scopes[-1]:
            return None
        kind = self.scopes[-1][name]
        value = Name(name) if self.chance(0.5) else self.of(kind, 1) if kind in ("int", "float", "string", "boolean") else Name(name)
        if result == "filter":
            value = Expression("boolean", "(", value, " ", self.random.choice(["==", "~="]), " ", self.constant(kind) if kind in ("int", "float", "string", "boolean") else "nil", ")")
            return [statement, Statement("return ", value)]
        return [statement, Statement("return ", Expression("table", "{a = ", Name(name), ", b = ", value, ", id = r.id}"))]

    def filter_body(self):
        small = self.small_loop("filter") if "items" in self.columns and self.chance(0.15) else None
        if small:
            return small
        body = [self.statement() for _ in range(self.length)]
        if self.chance(0.93):
            result = self.boolean(self.depth) if self.chance(0.9) else self.any(self.depth)
            body.append(Statement("return ", result))
        return body

    def map_body(self):
        small = self.small_loop("map") if "items" in self.columns and self.chance(0.15) else None
        if small:
            return small
        style = self.random.choice(["new", "new", "new", "change", "change", "change", "both", "local", "local"])
        body = [self.statement() for _ in range(self.length)]
        if style == "local":
            name = self.fresh("t")
            body.append(Statement("local ", name, " = ", self.new_record() if self.chance(0.5) else "{}", declares=[name]))
            self.scopes[-1][name] = "output"
            for _ in range(self.random.randint(1, 3)):
                body.append(self.assignment(name))
            body.append(Statement("return ", Name(name)))
            return body
        if style in ("change", "both"):
            for _ in range(self.random.randint(1, 4)):
                body.append(self.assignment("r"))
        if self.chance(0.05):
            body.append(Statement("for k, x in pairs(r) do if type(x) == \"string\" then r[k] = x", self.random.choice([":upper()", ":sub(1, 5)", ":gsub(\"a\", \"b\")"]), " end end"))
        if style == "both":
            body.append(Statement("if ", self.boolean(self.depth), " then", Block([Statement("return ", self.new_record())]), "end"))
        if self.chance(0.08):
            body.append(Statement("if ", self.boolean(self.depth), " then", Block([Statement("return ", self.random.choice(["nil", "", "nil", "1"]))]), "end"))
        body.append(Statement("return ", self.new_record() if style == "new" else Name("r")))
        return body

    def new_record(self):
        parts = ["{"]
        for key in self.random.sample(KEYS + ["id", "s", "d"], self.random.randint(1, 4)):
            parts += [f"{key} = ", self.column_value(), ", "]
        if self.chance(0.05):
            key = self.random.choice(["(\"k\" .. #(r.s or \"\"))", "(\"k\" .. (r.n or 0) % 3)", "type(r.k)"])
            parts += ["[", Expression("string", key), "] = ", self.column_value(), ", "]
        return Expression("table", *parts, "}")

    def column_value(self):
        """What is put into a field."""
        pick = self.random.random()
        if pick < 0.06:
            return Expression("nil", self.random.choice(["nil", "null"]))
        if pick < 0.14:
            return self.nested(2)
        return self.of(self.random.choice(["int", "float", "number", "string", "string", "boolean", "any"]), self.depth)

    def nested(self, depth):
        random = self.random
        if self.chance(0.4):
            kind = random.choice(["int", "string", "float"])
            parts = ["{"]
            for _ in range(random.randint(0, 3)):
                # A call as the last item would give all its results.
                parts += [Expression(kind, "(", self.of(kind, 1), ")") if kind == "string" else self.of(kind, 1), " or ", random.choice(["0", '""', "null"]), ", "]
            return Expression("table", *parts, "}")
        parts = ["{"]
        for key in random.sample(KEYS, random.randint(1, 3)):
            parts += [f"{key} = ", self.nested(depth - 1) if depth > 1 and self.chance(0.3) else self.of(random.choice(["int", "string", "float", "boolean"]), 1), ", "]
        return Expression("table", *parts, "}")

    def assignment(self, table):
        """A field of the record, or of a table that becomes one."""
        random = self.random
        if table == "r":
            field = random.choice(list(self.columns) + KEYS + ["new"])
            if field == "id" and self.chance(0.8):
                field = "new"
        else:
            field = random.choice(KEYS + ["new"])
        target = f".{field}"
        if table == "r" and self.columns.get("st") == "struct" and self.chance(0.06):
            guard = Statement("if r.st then", Block([Statement("r.st", random.choice([".a", ".new", ".name"]), " = ", self.of(random.choice(["int", "string", "nil"]), 1))]), "end")
            return guard
        value = self.column_value()
        if table == "r" and self.chance(0.35) and self.columns.get(field) in ("int", "float", "string", "boolean"):
            # A field of the kind that it was.
            value = self.of(self.columns[field], self.depth)
        if table == "r" and self.chance(0.1):
            value = Expression("nil", self.random.choice(["nil", "null"]))
        statement = Statement(Name(table), target, " = ", value)
        if self.chance(0.25):
            return Statement("if ", self.boolean(self.depth), " then", Block([statement]), "end")
        return statement

    # MARK: Statements

    def variables(self, wanted):
        """Known variables of a kind."""
        found = []
        for scope in self.scopes:
            for name, kind in scope.items():
                if kind == wanted or wanted == "number" and kind in ("int", "float") or callable(wanted) and wanted(kind):
                    found.append(name)
        return found

    def block(self, count, extra=None):
        """A block in its own scope; `extra` are its parameters."""
        self.scopes.append(dict(extra or {}))
        statements = [self.statement() for _ in range(count)]
        self.scopes.pop()
        return Block(statements, tuple(extra or ()))

    def statement(self):
        random = self.random
        makers = ["local"] * 6 + ["set"] * 3 + ["if"] * 4 + ["for", "for", "ipairs", "while", "helper", "pcall", "several", "do", "assert", "exit", "repeat", "count", "names", "total", "places", "fold", "search"]
        pick = random.choice(makers)
        if len(self.scopes) > 4 and pick in ("if", "for", "ipairs", "while", "do", "repeat", "helper"):
            pick = "local"
        return getattr(self, {"if": "branch", "for": "numeric_for", "while": "while_loop", "do": "do_block", "repeat": "repeat_loop", "set": "set_local",
                              "helper": "local_helper", "assert": "assertion", "exit": "early_exit", "ipairs": "list_loop", "pcall": "protected", "count": "count_fields",
                              "names": "name_loop", "total": "total_loop", "places": "place_loop", "fold": "list_total", "search": "list_search"}.get(pick, pick))()

    def local(self):
        kind = self.random.choice(["int", "float", "number", "string", "string", "boolean", "any"])
        value = self.of(kind, self.depth)
        name = self.fresh("v")
        self.scopes[-1][name] = kind
        return Statement("local ", name, " = ", value, declares=[name])

    def several(self):
        """Several variables from one call or one list."""
        names = [self.fresh("v"), self.fresh("v")]
        if self.chance(0.5):
            value = Expression("any", self.subject(), random_method(self.random, ":find(", ":match("), self.pattern(), ")")
            kinds = ["any", "any"]
        else:
            kinds = ["int", "string"]
            value = Expression("any", self.of("int", 1), ", ", self.of("string", 1))
        self.scopes[-1].update(zip(names, kinds))
        return Statement("local ", ", ".join(names), " = ", value, declares=names)

    def set_local(self):
        names = [name for name in self.variables(lambda kind: isinstance(kind, str)) if name[0] in "v"]
        if not names:
            return self.local()
        name = self.random.choice(names)
        kind = next(scope[name] for scope in self.scopes if name in scope)
        return Statement(Name(name), " = ", self.bounded(kind, self.of(kind, self.depth)))

    def bounded(self, kind, value):
        """In a loop a text must not grow with every pass."""
        if self.loops == 0:
            return value
        if kind == "string":
            return Expression("string", "(", value, " or \"\"):sub(1, 30)")
        return Expression(kind, "(", self.number(1), " + 1)") if kind == "any" else value

    def branch(self):
        parts = ["if ", self.boolean(self.depth), " then", self.block(self.random.choice([1, 1, 2]))]
        while self.chance(0.25):
            parts += ["elseif ", self.boolean(self.depth), " then", self.block(1)]
        if self.chance(0.4):
            parts += ["else", self.block(1)]
        return Statement(*parts, "end")

    def early_exit(self):
        """Leaves the function; a `map` function leaves with its record."""
        result = self.random.choice(["r", "r", "nil", "true", "false", "{a = 1}"])
        if self.loops and self.chance(0.6):
            return Statement("if ", self.boolean(1), " then", Block([Statement("break")]), "end")
        if not self.record_known:
            return self.local()
        return Statement("if ", self.boolean(self.depth), " then", Block([Statement("return ", result)]), "end")

    def in_loop(self, parameters):
        self.loops += 1
        body = self.block(self.random.choice([1, 2]), parameters)
        self.loops -= 1
        return body

    def numeric_for(self):
        if self.loops >= 2:
            return self.local()
        name = self.fresh("i")
        kind = "int"
        start, stop, step = self.random.choice(["1", "0", "3", "-1"]), self.random.choice(["3", "5", "2", "0"]), ""
        if self.chance(0.3):
            step = ", " + self.random.choice(["1", "2", "-1", "3"])
        if self.chance(0.08):
            start, stop, step, kind = self.random.choice(["0.5", "1.0"]), "3", ", 0.75", "float"
        if not step and self.chance(0.12):
            stop = f"math.min(5, r.{self.random.choice(self.by_kind.get('int', ['id']))} or 0)" if self.record_known else "4"
        if self.chance(0.02):
            step = ", 0"
        return Statement("for ", name, " = ", start, ", ", stop, step, " do", self.in_loop({name: kind}), "end")

    def list_loop(self):
        lists = [name for name in ("arr", "tags", "items") if name in self.columns]
        if not self.record_known or not lists or self.loops >= 2:
            return self.local()
        column = self.random.choice(lists)
        index, item = self.fresh("i"), self.fresh("x")
        kind = {"ints": "int", "strings": "string", "structs": "item"}[self.columns[column]]
        guard = " or {}" if self.chance(0.9) else ""
        return Statement("for ", index, ", ", item, f" in ipairs(r.{column}{guard}) do", self.in_loop({index: "int", item: kind}), "end")

    def while_loop(self):
        if self.loops >= 2:
            return self.local()
        name = self.fresh("w")
        self.scopes[-1][name] = "int"
        # The counter and the loop are one statement, or a smaller function might never end.
        return Statement("local ", name, " = 0 while ", name, f" < {self.random.randint(1, 5)} and ", self.boolean(1), f" do {name} = {name} + 1", self.in_loop({}), "end",
                         declares=[name])

    def repeat_loop(self):
        if self.loops >= 2:
            return self.local()
        name = self.fresh("w")
        self.scopes[-1][name] = "int"
        return Statement("local ", name, f" = 0 repeat {name} = {name} + 1", self.in_loop({}), "until ", name, f" >= {self.random.randint(1, 4)} or ", self.boolean(1), declares=[name])

    def count_fields(self):
        """`pairs` where its order does not show."""
        if not self.record_known or self.loops:
            return self.local()
        name = self.fresh("v")
        self.scopes[-1][name] = "int"
        table = self.random.choice([f"r.{column} or {{}}" for column in ("st", "arr", "tags") if column in self.columns] + ["r"])
        return Statement("local ", name, f" = 0 for k, x in pairs({table}) do ", name, " = ", name, self.random.choice([" + 1", " + #tostring(k)"]), " end", declares=[name])

    def name_loop(self):
        """Fields by names that stand in a list."""
        if not self.record_known or self.loops:
            return self.local()
        name = self.fresh("v")
        numbers = [column for column, kind in self.columns.items() if kind in ("int", "float")]
        if numbers and self.chance(0.6):
            self.scopes[-1][name] = "number"
            start, term = "0", self.random.choice(["(r[k] or 0)", "(r[k] or 0)", "r[k]", "math.max(r[k] or 0, 1)"])
            step = " + " + term
        else:
            numbers = [column for column, kind in self.columns.items() if kind == "string"]
            self.scopes[-1][name] = "string"
            start, step = '""', " .. " + self.random.choice(['(r[k] or "-")', '(r[k] or ""):sub(1, 3)', "#(r[k] or k)", "r[k]"])
        chosen = ", ".join(f'"{column}"' for column in self.random.sample(numbers, min(len(numbers), self.random.randint(1, 3))))
        return Statement("local ", name, f" = {start} for _, k in ipairs({{{chosen}}}) do ", name, " = ", name, step, " end", declares=[name])

    def total_loop(self):
        """A total, a largest value or a list of what an array holds."""
        if not self.record_known or self.loops or "items" not in self.columns:
            return self.local()
        name = self.fresh("v")
        start, step, kind = self.random.choice([
            ("0", "{0} = {0} + x.price * (x.qty or 0)", "float"), ("0", "{0} = {0} + x.price * x.qty", "float"), ("0", "if (x.qty or 0) > {0} then {0} = x.qty end", "int"),
            ("nil", "if x.sku == \"abc\" then {0} = x.price break end", "any"), ("{{}}", "{0}[#{0} + 1] = x.price", "any"), ("{{}}", "{0}[#{0} + 1] = {{a = x.sku}}", "any"),
            ("false", "{0} = {0} or x.sku == \"Tea\"", "boolean"), ('""', "{0} = {0} .. x.sku .. \";\"", "string")])
        self.scopes[-1][name] = kind
        return Statement("local ", name, " = " + start.format() + " for i, x in ipairs(r.items or {}) do " + step.format(name) + " end", declares=[name])

    def place_loop(self):
        """A loop over the places of an array."""
        if not self.record_known or self.loops or "items" not in self.columns:
            return self.local()
        name, index = self.fresh("v"), self.fresh("i")
        column, start, step, kind = self.random.choice([
            ("arr", "0", "{0} = {0} + r.arr[{1}]", "int"), ("arr", "0", "if r.arr[{1}] == r.arr[{1} - 1] then {0} = {0} + {1} end", "int"),
            ("tags", '""', '{0} = {0} .. r.tags[{1}]', "string"), ("items", "0", "{0} = {0} + r.items[{1}].price", "float"),
            ("items", "nil", "local x = r.items[{1}] if x.qty and x.qty > ({0} or 0) then {0} = x.qty end", "any"),
            ("items", "false", "if r.items[{1}].sku == \"Tea\" then {0} = true break end", "boolean"), ("arr", "0", "{0} = {0} * 3 + {1}", "int")])
        bounds = self.random.choice([f"1, #r.{column}", f"1, #r.{column}", f"2, #r.{column}", f"#r.{column}, 1, -1", f"#r.{column}, 2, -1"])
        self.scopes[-1][name] = kind
        return Statement("local ", name, f" = {start} if r.{column} then for {index} = {bounds} do ", step.format(name, index), " end end", declares=[name])

    def list_total(self):
        """A fold over an array of plain values, with a body made of the other expressions."""
        if not self.record_known or self.loops or "items" not in self.columns:
            return self.local()
        column, kind = self.random.choice([("arr", "int"), ("tags", "string"), ("items", "item")])
        name, index, item = self.fresh("v"), self.fresh("i"), self.fresh("x")
        result = self.random.choice(["int", "float", "string", "boolean"])
        start = self.constant(result)
        self.loops += 1
        self.scopes.append({index: "int", item: kind, name: result})
        step = [Name(name), " = ", self.bounded(result, self.of(result, 2))]
        if self.chance(0.5):
            step = ["if ", self.boolean(1), " then ", *step, " end"]
        if self.chance(0.2):
            step += [" if ", self.boolean(1), " then break end"]
        self.scopes.pop()
        self.loops -= 1
        self.scopes[-1][name] = result
        guard = " or {}" if self.chance(0.9) else ""
        return Statement("local ", name, " = ", start, f" for {index}, {item} in ipairs(r.{column}{guard}) do ", *step, " end", declares=[name])

    def list_search(self):
        """The first item that fulfils a condition; leaves the function with it, or the loop."""
        if not self.record_known or self.loops or "items" not in self.columns:
            return self.local()
        column, kind = self.random.choice([("arr", "int"), ("tags", "string"), ("items", "item")])
        name, index, item = self.fresh("v"), self.fresh("i"), self.fresh("x")
        self.loops += 1
        self.scopes.append({index: "int", item: kind})
        condition = self.boolean(2)
        found = Expression("any", self.of(self.random.choice(["int", "string", "float"]), 1))
        self.scopes.pop()
        self.loops -= 1
        leaves = ["return ", self.random.choice(["true", "nil", "r", "{a = " + index + "}"])] if self.chance(0.4) else [Name(name), " = ", found, " break"]
        self.scopes[-1][name] = "any"
        return Statement("local ", name, f" = nil for {index}, {item} in ipairs(r.{column} or {{}}) do if ", condition, " then ", *leaves, " end end", declares=[name])

    def do_block(self):
        return Statement("do", self.block(2), "end")

    def local_helper(self):
        if self.loops:
            return self.local()
        return self.helper(self.scopes[-1])

    def protected(self):
        ok, value = self.fresh("v"), self.fresh("v")
        helpers = self.variables(lambda kind: kind[0] == "function")
        if helpers and self.chance(0.5):
            name = self.random.choice(helpers)
            call = ["pcall(", Name(name)]
            for kind in self.signature(name)[1]:
                call += [", ", self.of(kind, 1)]
            call.append(")")
        else:
            self.can_fail, before = 0.3, self.can_fail
            call = ["pcall(function() return ", self.of(self.random.choice(["int", "string", "float"]), 2), " end)"]
            self.can_fail = before
        self.scopes[-1].update({ok: "boolean", value: "any"})
        return Statement("local ", ok, ", ", value, " = ", *call, declares=[ok, value])

    def assertion(self):
        if self.chance(0.5):
            return Statement("if ", self.boolean(2), " then", Block([Statement("error(", self.string(1), self.random.choice(["", ", 0", ", 2"]), ")")]), "end")
        return Statement("assert(", self.boolean(2), ", ", self.string(1), ")")

    def signature(self, name):
        return next(scope[name] for scope in self.scopes if name in scope)

    # MARK: Expressions

    def of(self, kind, depth):
        """An expression that is mostly of this kind."""
        if self.chance(self.can_fail):
            kind = self.random.choice(["int", "float", "string", "boolean", "any", "nil"])
        return {"int": self.integer, "float": self.float, "number": self.number, "string": self.string, "boolean": self.boolean, "any": self.any,
                "nil": lambda _: Expression("nil", "nil")}[kind](depth)

    def constant(self, kind):
        random = self.random
        if kind == "number":
            kind = random.choice(["int", "float"])
        if kind == "int":
            return Expression("int", random.choice(WILD_INTEGERS if self.chance(0.12) else INTEGERS))
        if kind == "float":
            return Expression("float", random.choice(WILD_FLOATS if self.chance(0.2) else FLOATS))
        if kind == "string":
            return Expression("string", lua_string(random.choice(STRINGS)))
        return Expression("boolean", random.choice(["true", "false"]))

    def field(self, kind, is_guarded=True):
        """A column of the kind, or a field of a nested one, mostly with something for nil. Nil where there is none."""
        random = self.random
        if not self.record_known:
            return None
        names = list(self.by_kind.get(kind, []))
        if kind == "number":
            names += self.by_kind.get("int", []) + self.by_kind.get("float", [])
        pick = random.random()
        if pick < 0.2 and "st" in self.columns:
            paths = [path for path, known in STRUCT_FIELDS.items() if known == kind]
            if paths:
                path = random.choice(paths)
                if self.chance(0.6) and is_guarded:
                    guards = "r.st and " + ("r.st[\"in\"] and " if path.startswith("in.") else "")
                    return Expression(kind, "(" + guards + "r.st" + self.path(path) + " or ", self.default(kind), ")")
                return Expression(kind, "r.st" + self.path(path))
        items = self.variables("item")
        if items and self.chance(0.7):
            fields = [name for name, known in ITEM_FIELDS.items() if known == kind]
            if fields:
                return Expression(kind, "(", Name(random.choice(items)), f".{random.choice(fields)} or ", self.default(kind), ")")
        if pick > 0.93 and "arr" in self.columns and kind in ("int", "string"):
            column = "arr" if kind == "int" else "tags"
            return Expression(kind, f"(r.{column} and r.{column}[{random.choice(['1', '2', '#r.' + column])}] or ", self.default(kind), ")")
        if not names:
            return None
        name = random.choice(names)
        known = self.variables("field name")
        if known and self.chance(0.3):
            return Expression(kind, "r[", Name(random.choice(known)), "]")
        read = f"r.{name}" if self.chance(0.9) else f'r["{name}"]'
        if is_guarded and self.chance(0.45):
            return Expression(kind, f"({read} or ", self.default(kind), ")")
        return Expression(kind, read)

    @staticmethod
    def path(path):
        # 'in' is a word of Lua's.
        return "".join('["in"]' if name == "in" else f".{name}" for name in path.split("."))

    def default(self, kind):
        return self.constant("int" if kind == "number" else kind)

    def leaf(self, kind):
        pick = self.random.random()
        names = self.variables(kind)
        if names and pick < 0.35:
            return Expression(kind, Name(self.random.choice(names)))
        if pick < 0.8:
            field = self.field(kind)
            if field:
                return field
        return self.constant(kind)

    def call(self, kind, depth):
        """A call of a helper, or a lookup in a table that is an upvalue; nil where there is none of the kind."""
        tables = self.variables(lambda known: known == ("records",))
        if tables and kind in ("int", "string") and self.chance(0.5):
            table, key, field = self.random.choice(tables), self.of("string", 0), "n" if kind == "int" else "label"
            if self.chance(0.5):
                return Expression(kind, "((", Name(table), "[", key, " or \"\"] or {}).", field, " or ", self.default(kind), ")")
            read = [Name(table), "[", key, " or \"\"]"]
            return Expression(kind, "(", *read, " and ", *read, f".{field} or ", self.default(kind), ")")
        names = self.variables(lambda known: isinstance(known, tuple) and known[-1] == kind)
        if not names:
            return None
        name = self.random.choice(names)
        signature = self.signature(name)
        if signature[0] == "lookup":
            key = self.of(signature[1], min(depth, 1))
            read = [Name(name), "[", key, " or ", self.default(signature[1]), "]"] if self.chance(0.7) else [Name(name), "[", key, "]"]
            return Expression(kind, "(", *read, " or ", self.default(kind), ")") if self.chance(0.6) else Expression(kind, *read)
        parts = [Name(name), "("]
        for number, argument in enumerate(signature[1]):
            parts += [", " if number else "", self.of(argument, max(0, min(depth - 1, 1)))]
        return Expression(kind, "(", *parts, "))")

    def choice_of(self, kind, depth):
        """Short circuits that give a value."""
        return Expression(kind, "(", self.boolean(depth - 1), " and ", self.of(kind, depth - 1), " or ", self.of(kind, depth - 1), ")")

    def integer(self, depth):
        if depth <= 0:
            return self.leaf("int")
        random, pick = self.random, self.random.random()
        a, b = (lambda: self.of("int", depth - 1)), (lambda: self.of("int", depth - 1))
        if pick < 0.22:
            return self.leaf("int")
        if pick < 0.28 and self.record_known and "from_day" in self.columns:
            return Expression("int", random.choice(["r.from_day.year", "r.from_time.hour", "r.to_day.month", "(r.to_day - r.from_day)", "(r.to_time - r.from_time)", "r.from_time.microsecond"]))
        if pick < 0.45:
            return Expression("int", "(", a(), random.choice([" + ", " - ", " * "]), b(), ")")
        if pick < 0.57:
            divisor = Expression("int", random.choice(["2", "3", "7", "10", "-3", "-1"])) if self.chance(0.7) else b()
            return Expression("int", "(", a(), random.choice([" // ", " % "]), divisor, ")")
        if pick < 0.65:
            shift = Expression("int", random.choice(["1", "3", "8", "63", "64", "-2", "70"])) if self.chance(0.7) else b()
            operator = random.choice([" & ", " | ", " ~ ", " << ", " >> "])
            return Expression("int", "(", a(), operator, shift if operator in (" << ", " >> ") else b(), ")")
        if pick < 0.69:
            return Expression("int", random.choice(["(- ", "(~ "]), a(), ")")
        if pick < 0.76:
            if self.chance(0.3) and "arr" in self.columns and self.record_known:
                return Expression("int", f"#({self.random.choice(['r.arr', 'r.tags', 'r.items'])} or {{}})")
            return Expression("int", random.choice(["#", "#", "string.len"]), "(", self.string(depth - 1), ")")
        if pick < 0.82:
            return Expression("int", random.choice(["math.floor(", "math.ceil(", "math.abs("]), self.number(depth - 1), ")")
        if pick < 0.86:
            return Expression("int", random.choice(["math.max(", "math.min("]), a(), ", ", b(), ")")
        if pick < 0.89:
            return Expression("int", "(math.tointeger(", self.number(depth - 1), ") or ", self.constant("int"), ")")
        if pick < 0.91:
            return Expression("int", "(", self.subject(), ":byte(", random.choice(["", "1", "-1", "2", "100"]), ") or 0)")
        if pick < 0.93:
            start = random.choice(["", "", ", 2", ", -3", ", 1", ", 20", ", -20", ", 2, true", ", -2, true"])
            return Expression("int", "(", self.subject(), ":find(", self.pattern(), start, ") or -1)")
        if pick < 0.94:
            return Expression("int", "select('#', ", self.of("any", 1), ", ", self.of("any", 1), ")")
        if pick < 0.95:
            return Expression("int", "select(2, ", self.subject(), ":gsub(", self.pattern(), ", \"\"))")
        made = self.call("int", depth) if pick < 0.975 else None
        return made or self.choice_of("int", depth)

    def float(self, depth):
        if depth <= 0:
            return self.leaf("float")
        random, pick = self.random, self.random.random()
        a, b = (lambda: self.number(depth - 1)), (lambda: self.number(depth - 1))
        if pick < 0.25:
            return self.leaf("float")
        if pick < 0.32 and self.record_known and "from_day" in self.columns:
            return Expression("float", random.choice(["(r.price * 2)", "(r.price + r.rate)", "(r.rate / 3)", "r.price:tonumber()", "r.rate:round(1)", "(r.price * 1.5)", "(- r.rate)", "(r.price // 7)"]))
        if pick < 0.5:
            return Expression("float", "(", self.of("float", depth - 1), random.choice([" + ", " - ", " * ", " / "]), b(), ")")
        if pick < 0.6:
            return Expression("float", "(", a(), " / ", random.choice(["2", "3", "10", "0.5"]) if self.chance(0.6) else b(), ")")
        if pick < 0.68:
            return Expression("float", "(", self.of("float", depth - 1), random.choice([" // ", " % "]), random.choice(["2", "2.5", "-3.0", "0.1"]) if self.chance(0.7) else b(), ")")
        if pick < 0.72:
            return Expression("float", "(", a(), " ^ ", random.choice(["2", "0.5", "3", "-1"]), ")")
        if pick < 0.76:
            return Expression("float", "(- ", self.of("float", depth - 1), ")")
        if pick < 0.83:
            if self.chance(0.15):
                return Expression("float", random.choice(["math.log(", "math.log("]), self.of("float", depth - 1), random.choice([", 2)", ", 10)", ", 3)", ", 2.5)"]))
            if self.chance(0.15):
                return Expression("float", random.choice(["(math.modf(", "select(2, math.modf("]), self.of("float", depth - 1), "))")
            function = random.choice(["math.sqrt(", "math.abs(", "math.exp(", "math.sin(", "math.log(", "math.cos("])
            return Expression("float", function, self.of("float", depth - 1), ")")
        if pick < 0.86:
            return Expression("float", random.choice(["math.fmod(", "math.max(", "math.min("]), self.of("float", depth - 1), ", ", b(), ")")
        if pick < 0.9:
            return Expression("float", "(tonumber(", self.numeral(), ") or ", self.constant("float"), ")")
        if pick < 0.92:
            return Expression("float", "(", self.numeral(), random.choice([" * ", " + ", " - "]), "1.0)")
        made = self.call("float", depth) if pick < 0.96 else None
        return made or self.choice_of("float", depth)

    def number(self, depth):
        pick = self.random.random()
        if pick < 0.4:
            return self.integer(depth)
        if pick < 0.8:
            return self.float(depth)
        if pick < 0.9:
            return self.field("number") or self.leaf("int")
        if pick < 0.96:
            parts = ["tonumber(", self.numeral()]
            if self.chance(0.3):
                parts += [", ", self.random.choice(["10", "16", "2", "36"])]
            return Expression("number", *parts, ")") if self.chance(0.4) else Expression("number", "(", *parts, ") or ", self.constant("int"), ")")
        return self.call("number", depth) or self.constant("number")

    def numeral(self):
        """A string that may be a number's text."""
        if self.record_known and "k" in self.columns and self.chance(0.6):
            texts = [name for name in ("k", "k", "i", "l", "d", "w") if self.columns.get(name) == "string"]
            return Expression("string", "r." + self.random.choice(texts))
        if self.chance(0.3):
            return Expression("string", self.random.choice(['"10"', '"0x1F"', '" 7 "', '"1e2"', '"-3"', '"1.25"', '"ff"', '"z"', '""', '"0x"', '"1e"', '"9223372036854775808"']))
        return self.leaf("string")

    def subject(self):
        """A string to call a method on."""
        names = self.variables("string")
        if names and self.chance(0.4):
            return Expression("string", Name(self.random.choice(names)))
        if self.record_known:
            field = self.field("string", is_guarded=self.chance(0.6))
            if field:
                return field
        return Expression("string", "(", self.constant("string"), ")")

    def pattern(self):
        pick = self.random.random()
        if pick < 0.02:
            return Expression("string", lua_string(self.random.choice(BAD_PATTERNS)))
        if pick < 0.25:
            return Expression("string", lua_string(self.random.choice(PLAIN_PATTERNS)))
        return Expression("string", lua_string(self.random.choice(PATTERNS)))

    def string(self, depth):
        if depth <= 0:
            return self.leaf("string")
        random, pick = self.random, self.random.random()
        if pick < 0.25:
            return self.leaf("string")
        if pick < 0.3 and self.record_known and "from_day" in self.columns:
            return Expression("string", random.choice(["tostring(r.from_day)", "(r.from_time .. \"\")", "r.from_day:format(\"%Y-%m\")", "tostring(r.price)", "(r.rate .. \" EUR\")", "type(r.price)"]))
        if pick < 0.42:
            left = self.scalar(depth - 1) if self.chance(0.3) else self.of("string", depth - 1)
            right = self.number(depth - 1) if self.chance(0.3) else self.of("string", depth - 1)
            middle = [" .. ", self.constant("string")] if self.chance(0.3) else []
            return Expression("string", "(", left, *middle, " .. ", right, ")")
        if pick < 0.62:
            method = random.choice([":lower()", ":upper()", ":reverse()", ":lower()", ":upper()", f":rep({random.choice(['2', '3', '0', '-1'])})", f":rep(2, \"{random.choice(['', ',', '--'])}\")",
                                    ":sub(1, 3)", ":sub(1, 10)", ":sub(-2)", ":sub(2)", ":sub(3, -2)", ":sub(0)", ":sub(5, 2)", ":sub(-100, 100)"])
            return Expression("string", self.subject(), method)
        if pick < 0.66:
            return Expression("string", self.subject(), ":sub(", self.of("int", 1), ", ", self.of("int", 1), ")")
        if pick < 0.72:
            return Expression("string", "tostring(", self.scalar(depth - 1), ")")
        if pick < 0.75:
            return Expression("string", random.choice(["type(", "type(", "math.type("]), self.any(1), ")")
        if pick < 0.82:
            kind = random.choice(["int", "float", "string"])
            value = self.integer(depth - 1) if kind == "int" else self.number(depth - 1) if kind == "float" else self.string(depth - 1)
            if self.chance(0.3):
                return Expression("string", "string.format(", lua_string(random.choice(FORMATS["string"]) + b"-" + random.choice(FORMATS[kind])), ", ", self.leaf("string"), ", ", value, ")")
            return Expression("string", "string.format(", lua_string(random.choice(FORMATS[kind])), ", ", value, ")")
        if pick < 0.88:
            if self.chance(0.15):
                replacement = Expression("string", '{a = "1", e = "", completed = "done"}')
            elif self.chance(0.1):
                replacement = Expression("string", "function(c) return c:upper() end")
            else:
                replacement = Expression("string", lua_string(random.choice(REPLACEMENTS)))
            limit = random.choice([", 1", ", 0", ", 2"]) if self.chance(0.2) else ""
            return Expression("string", "(", self.subject(), ":gsub(", self.pattern(), ", ", replacement, limit, "))")
        if pick < 0.92:
            start = random.choice(["", "", "", ", 2", ", -3", ", 30"])
            return Expression("string", "(", self.subject(), ":match(", self.pattern(), start, ") or ", self.constant("string"), ")")
        if pick < 0.93:
            return Expression("string", "string.char(", random.choice(["65", "97", "48 + 1", "255", "0"]), ")")
        if pick < 0.94 and "arr" in self.columns and self.record_known:
            return Expression("string", f"table.concat({random.choice(['r.arr', 'r.tags'])} or {{}}, \",\")")
        made = self.call("string", depth) if pick < 0.97 else None
        return made or self.choice_of("string", depth)

    def scalar(self, depth):
        """A value whose text shows no address: never a table, whatever fails."""
        pick = self.random.random()
        if pick < 0.35:
            return Expression("int", "(", self.number(depth), " + 0)")
        if pick < 0.6:
            return Expression("string", "(", self.string(depth), " .. \"\")")
        if pick < 0.8:
            return Expression("boolean", "(not ", self.boolean(depth), ")")
        names = [name for kind in ("int", "float", "string", "boolean") for name in self.by_kind.get(kind, [])]
        return Expression("any", "r." + self.random.choice(names)) if self.record_known else self.constant("int")

    def boolean(self, depth):
        random, pick = self.random, self.random.random()
        if depth <= 0:
            if pick < 0.4:
                return self.comparison(0)
            return self.leaf("boolean")
        if pick < 0.45:
            return self.comparison(depth - 1)
        if pick < 0.62:
            return Expression("boolean", "(", self.boolean(depth - 1), random.choice([" and ", " or "]), self.boolean(depth - 1), ")")
        if pick < 0.68:
            return Expression("boolean", "(not ", self.boolean(depth - 1), ")")
        if pick < 0.74:
            return self.leaf("boolean")
        if pick < 0.84 and self.record_known:
            name = random.choice(list(self.columns))
            return Expression("boolean", f"(r.{name} {random.choice(['==', '~='])} nil)")
        if pick < 0.9:
            return Expression("boolean", "(", self.subject(), random_method(random, ":find(", ":match("), self.pattern(), ") ", random.choice(["~=", "=="]), " nil)")
        if pick < 0.92:
            return Expression("boolean", "(", self.subject(), ":find(", lua_string(random.choice(PLAIN_PATTERNS)), ", 1, true) ~= nil)")
        if pick < 0.94:
            return Expression("boolean", "math.ult(", self.of("int", depth - 1), ", ", self.of("int", depth - 1), ")")
        if pick < 0.96:
            return Expression("boolean", "(", random.choice(["math.type(", "type("]), self.any(1), ") == ", random.choice(['"number"', '"integer"', '"float"', '"string"', '"table"', '"nil"']), ")")
        return self.call("boolean", depth) or self.any(depth - 1)

    def comparison(self, depth):
        random = self.random
        if self.record_known and "from_day" in self.columns and self.chance(0.3):
            left, right = random.choice([("from_day", "to_day"), ("from_time", "to_time"), ("price", "rate"), ("from_day", "from_time"), ("price", "i"), ("rate", "d"), ("price", "price")])
            other = f"r.{right}" if self.chance(0.7) else self.constant("int")
            return Expression("boolean", f"(r.{left}", random.choice([" < ", " <= ", " > ", " >= ", " == ", " ~= "]), other, ")")
        kind = random.choice(["number", "number", "string", "int", "float"])
        if self.chance(0.3):
            # Sameness holds across all kinds.
            other = kind if self.chance(0.75) else "any"
            return Expression("boolean", "(", self.of(kind, depth), random.choice([" == ", " ~= "]), self.of(other, depth), ")")
        right = self.constant("int" if kind == "number" else kind) if self.chance(0.6) else self.of(kind, depth)
        left = self.field(kind) if self.chance(0.5) else None
        return Expression("boolean", "(", left or self.of(kind, depth), random.choice([" < ", " <= ", " > ", " >= ", " == ", " ~= "]), right, ")")

    def any(self, depth):
        pick = self.random.random()
        names = self.variables("any")
        if names and pick < 0.25:
            return Expression("any", Name(self.random.choice(names)))
        if pick < 0.45 and self.record_known:
            return Expression("any", "r." + self.random.choice(list(self.columns)))
        if pick < 0.5:
            return Expression("nil", "nil")
        return self.of(self.random.choice(["int", "float", "string", "boolean"]), depth)


def random_method(random, *names):
    return random.choice(names)
