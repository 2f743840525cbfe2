"""Well-typed random expressions, each with its text in Spark's dialect and in DuckDB's. What the engines do not agree about is either spelled out for DuckDB or left alone."""
import copy

from . import tables

#: What Spark does with numbers that have no room (ANSI mode off), for DuckDB.
MACROS = [
    "CREATE MACRO wrap64(x) AS CAST((CAST(x AS HUGEINT) + 9223372036854775808) % 18446744073709551616"
    " + CASE WHEN (CAST(x AS HUGEINT) + 9223372036854775808) % 18446744073709551616 < 0 THEN 18446744073709551616 ELSE 0 END - 9223372036854775808 AS BIGINT)",
    "CREATE MACRO wrap32(x) AS CAST((CAST(x AS HUGEINT) + 2147483648) % 4294967296"
    " + CASE WHEN (CAST(x AS HUGEINT) + 2147483648) % 4294967296 < 0 THEN 4294967296 ELSE 0 END - 2147483648 AS INTEGER)",
    "CREATE MACRO double_to_int(x) AS CASE WHEN isnan(x) THEN 0 WHEN x >= 2147483647 THEN 2147483647 WHEN x <= -2147483648 THEN -2147483648 ELSE CAST(trunc(x) AS INTEGER) END",
    "CREATE MACRO double_to_long(x) AS CASE WHEN isnan(x) THEN 0 WHEN x >= 9223372036854775807 THEN 9223372036854775807"
    " WHEN x <= -9223372036854775808 THEN CAST(-9223372036854775808 AS BIGINT) ELSE CAST(trunc(x) AS BIGINT) END",
    "CREATE MACRO instant(d) AS CAST(d AS TIMESTAMP)",
]
DECIMALS = ["decimal(7,2)", "decimal(15,4)"]
TYPES = ["int", "bigint", "double", "decimal(7,2)", "decimal(15,4)", "string", "date", "timestamp", "boolean"]
NUMBERS = ["int", "bigint", "double"]
PATTERNS = ["a%", "%a", "%b%", "_", "a_c", "%", "", "__%", "é%", "%日%", "abc"]


class Expression:
    """A typed node: a text for each dialect, where {0}, {1} ... stand for the children. `tame` is a number whose sums are exact."""

    def __init__(self, type, spark, duck=None, children=(), tame=False):
        self.type, self.spark, self.duck = type, spark, spark if duck is None else duck
        self.children, self.tame = list(children), tame

    def render(self, dialect):
        template = self.spark if dialect == "spark" else self.duck
        if not self.children:
            return template
        return template.format(*[child.render(dialect) for child in self.children])

    def copy(self):
        return copy.deepcopy(self)


def quoted(text):
    return text.replace("{", "{{").replace("}", "}}")


def literal(type, value):
    if value is None:
        return Expression(type, f"CAST(NULL AS {type})", f"CAST(NULL AS {duck_type(type)})")
    if type == "boolean":
        return Expression(type, "TRUE" if value else "FALSE")
    if type == "int":
        return Expression(type, str(value) if value >= 0 else f"({value})", f"CAST({value} AS INTEGER)", tame=abs(value) < 10**6)
    if type == "bigint":
        text = f"{value}L" if value >= 0 else f"({value}L)"
        if value == tables.LONG_MIN:
            text = f"CAST('{value}' AS BIGINT)"
        return Expression(type, text, f"CAST({value} AS BIGINT)", tame=abs(value) < 10**7)
    if type == "double":
        return Expression(type, f"CAST('{value!r}' AS DOUBLE)", tame=value * 4 == round(value * 4) if abs(value) < 10**6 else value != value)
    if type.startswith("decimal"):
        return Expression(type, f"CAST('{value:f}' AS {type})", tame=True)
    if type == "string":
        return Expression(type, f"'{value}'")
    if type == "date":
        return Expression(type, f"DATE '{value}'")
    return Expression(type, f"TIMESTAMP '{value}'")


def duck_type(type):
    return {"string": "VARCHAR", "int": "INTEGER"}.get(type, type.upper())


def precision(type):
    return tuple(map(int, type[8:-1].split(",")))


class Generator:
    """Expressions over leaves: columns, and what stands for one (aggregates, keys of groups)."""

    def __init__(self, chance):
        self.chance = chance

    def random_literal(self, type):
        kinds = [kind for kind in tables.KINDS if kind.type == type]
        value = self.chance.choice(kinds).values(self.chance)
        return literal(type, None if self.chance.random() < 0.06 else value)

    def leaf(self, leaves, type, tame=False):
        fitting = [leaf for leaf in leaves if leaf.type == type and (leaf.tame or not tame)]
        if fitting and self.chance.random() < 0.85:
            return self.chance.choice(fitting).copy()
        while True:
            made = self.random_literal(type)
            if made.tame or not tame or not type in NUMBERS:
                return made

    def expression(self, leaves, type, depth=2):
        """An expression of the type, which may be wild."""
        if depth <= 0 or self.chance.random() < 0.25:
            return self.leaf(leaves, type)
        if self.chance.random() < 0.2:
            return self.choosing(leaves, type, depth)
        makers = {"int": self.int, "bigint": self.bigint, "double": self.double, "string": self.string, "date": self.date, "timestamp": self.timestamp, "boolean": self.boolean}
        return (makers.get(type) or self.decimal)(*((leaves, depth) if type in makers else (leaves, type, depth)))

    def any(self, leaves, depth=2):
        return self.expression(leaves, self.any_type(leaves), depth)

    def any_type(self, leaves):
        found = sorted({leaf.type for leaf in leaves if leaf.type in TYPES})
        return self.chance.choice(found) if found and self.chance.random() < 0.8 else self.chance.choice(TYPES)

    def choosing(self, leaves, type, depth):
        made = lambda: self.expression(leaves, type, depth - 1)
        condition = lambda: self.boolean(leaves, depth - 1)
        which = self.chance.randrange(8)
        if which == 7 and type in ("bigint", "double", "timestamp"):
            # The narrower one is widened.
            other = self.expression(leaves, {"bigint": "int", "double": self.chance.choice(["int", "bigint"]), "timestamp": "date"}[type], depth - 1)
            template = self.chance.choice(["coalesce({0}, {1})", "CASE WHEN {2} THEN {0} ELSE {1} END", "greatest({1}, {0})"])
            pair = [made(), other] if self.chance.random() < 0.5 else [other, made()]
            return Expression(type, template, None, pair + [condition()])
        if which == 0:
            return Expression(type, "CASE WHEN {0} THEN {1} ELSE {2} END", None, [condition(), made(), made()])
        if which == 1:
            return Expression(type, "CASE WHEN {0} THEN {1} WHEN {2} THEN {3} END", None, [condition(), made(), condition(), made()])
        if which == 2:
            return Expression(type, "coalesce({0}, {1})", None, [made(), made()])
        if which == 3:
            return Expression(type, "nullif({0}, {1})", None, [made(), made()])
        if which == 4:
            return Expression(type, "if({0}, {1}, {2})", "CASE WHEN {0} THEN {1} ELSE {2} END", [condition(), made(), made()])
        if which == 5:
            return Expression(type, "CASE {0} WHEN {1} THEN {2} ELSE {3} END", None, [made(), made(), made(), made()])
        if type == "boolean":
            return Expression(type, "coalesce({0}, {1}, {2})", None, [made(), made(), made()])
        return Expression(type, self.chance.choice(["greatest", "least"]) + "({0}, {1}, {2})", None, [made(), made(), made()])

    def int(self, leaves, depth):
        of = lambda type: self.expression(leaves, type, depth - 1)
        which = self.chance.randrange(14)
        if which < 3:
            sign = self.chance.choice("+-*")
            return Expression("int", f"({{0}} {sign} {{1}})", f"wrap32(CAST({{0}} AS BIGINT) {sign} CAST({{1}} AS BIGINT))", [of("int"), of("int")])
        if which == 3:
            return Expression("int", "({0} % {1})", "wrap32(CAST({0} AS BIGINT) % nullif(CAST({1} AS BIGINT), 0))", [of("int"), of("int")])
        if which == 4:
            return Expression("int", "(- {0})", "wrap32(- CAST({0} AS BIGINT))", [of("int")])
        if which == 5:
            return Expression("int", "abs({0})", "wrap32(abs(CAST({0} AS BIGINT)))", [of("int")])
        if which == 6:
            return Expression("int", "CAST({0} AS INT)", "wrap32({0})", [of("bigint")])
        if which == 7:
            return Expression("int", "CAST({0} AS INT)", "double_to_int({0})", [of("double")])
        if which == 8:
            return Expression("int", "CAST({0} AS INT)", "CAST({0} AS INTEGER)", [of("boolean")])
        if which == 9:
            return Expression("int", "length({0})", None, [of("string")], tame=True)
        if which == 10:
            return Expression("int", f"instr({{0}}, '{self.chance.choice(['a', 'b', '本', ' '])}')", None, [of("string")], tame=True)
        if which == 11:
            part = self.chance.choice(["year", "month", "day", "quarter", "dayofyear", "weekofyear"])
            return Expression("int", part + "({0})", None, [of(self.chance.choice(["date", "timestamp"]))], tame=True)
        if which == 12:
            part = self.chance.choice(["hour", "minute", "second"])
            return Expression("int", part + "({0})", None, [of("timestamp")], tame=True)
        if self.chance.random() < 0.5:
            return Expression("int", "dayofweek({0})", "(dayofweek({0}) + 1)", [of("date")], tame=True)
        return Expression("int", "datediff({0}, {1})", "CAST({0} - {1} AS INTEGER)", [of("date"), of("date")], tame=True)

    def bigint(self, leaves, depth):
        of = lambda type: self.expression(leaves, type, depth - 1)
        whole = lambda: of(self.chance.choice(["int", "bigint", "bigint"]))
        which = self.chance.randrange(10)
        if which < 3:
            sign = self.chance.choice("+-*")
            return Expression("bigint", f"({{0}} {sign} {{1}})", f"wrap64(CAST({{0}} AS HUGEINT) {sign} CAST({{1}} AS HUGEINT))", [of("bigint"), whole()])
        if which == 3:
            return Expression("bigint", "({0} % {1})", "wrap64(CAST({0} AS HUGEINT) % nullif(CAST({1} AS HUGEINT), 0))", [of("bigint"), whole()])
        if which == 4:
            return Expression("bigint", "({0} div {1})", "wrap64(CAST({0} AS HUGEINT) // nullif(CAST({1} AS HUGEINT), 0))", [whole(), whole()])
        if which == 5:
            return Expression("bigint", "CAST({0} AS BIGINT)", None, [of("int")])
        if which == 6:
            return Expression("bigint", "CAST({0} AS BIGINT)", "double_to_long({0})", [of("double")])
        if which == 7:
            sign = self.chance.choice("&|^")
            return Expression("bigint", f"({{0}} {sign} {{1}})", "xor({0}, {1})" if sign == "^" else None, [of("bigint"), of("bigint")])
        if which == 8:
            return Expression("bigint", "abs({0})", "wrap64(abs(CAST({0} AS HUGEINT)))", [of("bigint")])
        return Expression("bigint", "unix_micros({0})", "epoch_us({0})", [of("timestamp")])

    def double(self, leaves, depth):
        of = lambda type: self.expression(leaves, type, depth - 1)
        which = self.chance.randrange(10)
        if which < 3:
            return Expression("double", f"({{0}} {self.chance.choice('+-*')} {{1}})", None, [of("double"), of(self.chance.choice(["double", "double", "int"]))])
        if which == 3:
            return Expression("double", "({0} / {1})", "(CAST({0} AS DOUBLE) / nullif(CAST({1} AS DOUBLE), 0))", [of(self.chance.choice(NUMBERS)), of(self.chance.choice(NUMBERS))])
        if which == 4:
            return Expression("double", "({0} % {1})", "({0} % nullif({1}, 0))", [of("double"), of("double")])
        if which == 5:
            return Expression("double", "(- {0})", None, [of("double")])
        if which == 6:
            return Expression("double", "abs({0})", None, [of("double")])
        if which == 7:
            return Expression("double", "CAST({0} AS DOUBLE)", None, [of(self.chance.choice(["int", "bigint", "decimal(7,2)"]))])
        if which == 8:
            return Expression("double", "sqrt(abs({0}))", None, [of("double")])
        return Expression("double", "nanvl({0}, {1})", "CASE WHEN {0} IS NULL THEN NULL WHEN isnan({0}) THEN {1} ELSE {0} END", [of("double"), of("double")])

    def decimal(self, leaves, type, depth):
        digits, scale = precision(type)
        of = lambda: self.expression(leaves, type, depth - 1)
        which = self.chance.randrange(4)
        # A sum or a product has more digits than its arguments have: the cast that brings it back is null where there is no room, as TRY_CAST is.
        if which < 2:
            sign = self.chance.choice("+-*")
            wide = [f"CAST({{{place}}} AS DECIMAL(19,{scale}))" for place in range(2)]
            return Expression(type, f"CAST(({{0}} {sign} {{1}}) AS {type})", f"TRY_CAST(({wide[0]} {sign} {wide[1]}) AS {type})", [of(), of()], tame=True)
        if which == 2:
            return Expression(type, f"CAST({{0}} AS {type})", f"TRY_CAST({{0}} AS {type})", [self.expression(leaves, "int", depth - 1)], tame=True)
        other = DECIMALS[1 - DECIMALS.index(type)]
        return Expression(type, f"CAST({{0}} AS {type})", f"TRY_CAST({{0}} AS {type})", [self.expression(leaves, other, depth - 1)], tame=True)

    def string(self, leaves, depth):
        of = lambda type="string": self.expression(leaves, type, depth - 1)
        which = self.chance.randrange(12)
        if which < 2:
            return Expression("string", "({0} || {1})", None, [of(), of()])
        if which == 2:
            return Expression("string", self.chance.choice(["upper", "lower", "trim", "ltrim", "rtrim"]) + "({0})", None, [of()])
        if which == 3:
            return Expression("string", f"substring({{0}}, {self.chance.randint(1, 4)}, {self.chance.randint(0, 3)})", None, [of()])
        if which == 4:
            return Expression("string", self.chance.choice(["left", "right"]) + f"({{0}}, {self.chance.randint(0, 3)})", None, [of()])
        if which == 5:
            return Expression("string", f"replace({{0}}, '{self.chance.choice(['a', 'ab', ' '])}', '{self.chance.choice(['', 'xx', '日'])}')", None, [of()])
        if which == 6:
            return Expression("string", self.chance.choice(["lpad", "rpad"]) + f"({{0}}, {self.chance.randint(0, 6)}, '{self.chance.choice(['x', 'xy', '日'])}')", None, [of()])
        if which == 7:
            return Expression("string", "reverse({0})", None, [of()])
        if which == 8:
            return Expression("string", f"repeat({{0}}, {self.chance.randint(0, 3)})", None, [of()])
        if which == 9:
            return Expression("string", "concat_ws('-', {0}, {1})", None, [of(), of()])
        if which == 10:
            return Expression("string", "CAST({0} AS STRING)", "CAST({0} AS VARCHAR)", [of(self.chance.choice(["int", "bigint", "decimal(7,2)", "boolean"]))])
        # Years beyond 9999 have another form.
        return Expression("string", "CAST({0} AS STRING)", "CAST({0} AS VARCHAR)", [self.leaf(leaves, self.chance.choice(["date", "timestamp"]))])

    def date(self, leaves, depth):
        of = lambda type="date": self.expression(leaves, type, depth - 1)
        which = self.chance.randrange(6)
        days = self.chance.choice([-366, -1, 0, 1, 31])
        if which < 2:
            return Expression("date", f"date_add({{0}}, {days})", f"({{0}} + ({days}))", [of()])
        if which == 2:
            return Expression("date", "last_day({0})", None, [of()])
        if which == 3:
            months = self.chance.choice([-13, -1, 0, 1, 12])
            return Expression("date", f"add_months({{0}}, {months})", f"CAST({{0}} + to_months({months}) AS DATE)", [of()])
        if which == 4:
            return Expression("date", "CAST({0} AS DATE)", None, [of("timestamp")])
        unit = self.chance.choice(["month", "year", "quarter", "week"])
        return Expression("date", f"trunc({{0}}, '{unit}')", f"CAST(date_trunc('{unit}', {{0}}) AS DATE)", [of()])

    def timestamp(self, leaves, depth):
        of = lambda type="timestamp": self.expression(leaves, type, depth - 1)
        which = self.chance.randrange(4)
        if which == 0:
            return Expression("timestamp", "CAST({0} AS TIMESTAMP)", None, [of("date")])
        if which == 1:
            unit = self.chance.choice(["day", "hour", "month", "second", "year"])
            return Expression("timestamp", f"date_trunc('{unit}', {{0}})", f"CAST(date_trunc('{unit}', {{0}}) AS TIMESTAMP)", [of()])
        amount = f"INTERVAL '{self.chance.choice([-1, 2, 30])}' {self.chance.choice(['DAY', 'HOUR', 'MONTH', 'SECOND'])}"
        return Expression("timestamp", f"({{0}} + {amount})", None, [of()])

    def boolean(self, leaves, depth):
        if depth <= 0:
            if self.chance.random() < 0.3:
                return self.leaf(leaves, "boolean")
            return self.comparison(leaves, 0)
        of = lambda: self.boolean(leaves, depth - 1)
        which = self.chance.randrange(12)
        if which < 2:
            return Expression("boolean", f"({{0}} {self.chance.choice(['AND', 'OR'])} {{1}})", None, [of(), of()])
        if which == 2:
            return Expression("boolean", "(NOT {0})", None, [of()])
        if which == 3:
            type = self.any_type(leaves)
            return Expression("boolean", f"({{0}} IS {self.chance.choice(['', 'NOT '])}NULL)", None, [self.expression(leaves, type, depth - 1)])
        if which == 4:
            type = self.any_type(leaves)
            options = [self.random_literal(type) for _ in range(self.chance.randint(1, 5))]
            places = ", ".join(f"{{{index + 1}}}" for index in range(len(options)))
            return Expression("boolean", f"({{0}} {self.chance.choice(['', 'NOT '])}IN ({places}))", None, [self.expression(leaves, type, depth - 1), *options])
        if which == 5:
            type = self.any_type(leaves)
            made = [self.expression(leaves, type, depth - 1), self.leaf(leaves, type), self.leaf(leaves, type)]
            return Expression("boolean", f"({{0}} {self.chance.choice(['', 'NOT '])}BETWEEN {{1}} AND {{2}})", None, made)
        if which == 6:
            pattern = self.chance.choice(PATTERNS)
            return Expression("boolean", f"({{0}} {self.chance.choice(['', 'NOT '])}LIKE '{pattern}')", None, [self.expression(leaves, "string", depth - 1)])
        if which == 7:
            name = self.chance.choice([("startswith", "starts_with"), ("endswith", "ends_with"), ("contains", "contains")])
            return Expression("boolean", name[0] + "({0}, {1})", name[1] + "({0}, {1})", [self.expression(leaves, "string", depth - 1), self.leaf(leaves, "string")])
        if which == 8:
            return Expression("boolean", "isnan({0})", "coalesce(isnan({0}), FALSE)", [self.expression(leaves, "double", depth - 1)])
        return self.comparison(leaves, depth)

    def comparison(self, leaves, depth):
        type = self.any_type(leaves)
        other = type
        if type in NUMBERS and self.chance.random() < 0.3:
            other = self.chance.choice(NUMBERS)
        if type in ("date", "timestamp") and self.chance.random() < 0.2:
            other = self.chance.choice(["date", "timestamp"])
        sign = self.chance.choice(["=", "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"])
        spark = "({0} <=> {1})" if sign == "IS NOT DISTINCT FROM" and self.chance.random() < 0.5 else f"({{0}} {sign} {{1}})"
        return Expression("boolean", spark, f"({{0}} {sign} {{1}})", [self.expression(leaves, type, depth - 1), self.expression(leaves, other, depth - 1)])

    # Aggregates

    def aggregate(self, leaves):
        """A call of an aggregate function, at times with DISTINCT or a FILTER."""
        made = self.plain_aggregate(leaves)
        if self.chance.random() < 0.2:
            condition = self.boolean(leaves, 1)
            place = len(made.children)
            for dialect in ("spark", "duck"):
                text = getattr(made, dialect)
                call = f" FILTER (WHERE {{{place}}})"
                setattr(made, dialect, text.replace("\u0001", call))
            made.children.append(condition)
        made.spark, made.duck = made.spark.replace("\u0001", ""), made.duck.replace("\u0001", "")
        return made

    def plain_aggregate(self, leaves, windowed=False):
        """A call, with U+0001 behind each closing bracket."""
        distinct = "DISTINCT " if not windowed and self.chance.random() < 0.25 else ""
        which = self.chance.randrange(12)
        if which == 0:
            return Expression("bigint", "count(*)\u0001", None, [], tame=True)
        if which == 1 and distinct:
            pair = [self.any(leaves, 0), self.any(leaves, 0)]
            return Expression("bigint", "count(DISTINCT {0}, {1})\u0001", "count(DISTINCT CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN row({0}, {1}) END)\u0001", pair, tame=True)
        if which < 3:
            return Expression("bigint", f"count({distinct}{{0}})\u0001", None, [self.any(leaves, 1)], tame=True)
        if which < 5:
            type = self.chance.choice(["int", "bigint"])
            return Expression("bigint", f"sum({distinct}{{0}})\u0001", f"wrap64(sum({distinct}{{0}})\u0001)", [self.expression(leaves, type, 1)])
        if which == 5:
            type = self.chance.choice(DECIMALS)
            digits, scale = precision(type)
            return Expression(f"decimal({digits + 10},{scale})", f"sum({distinct}{{0}})\u0001", None, [self.expression(leaves, type, 1)], tame=True)
        if which == 6:
            return Expression("double", f"sum({distinct}{{0}})\u0001", None, [self.leaf(leaves, "double", tame=True)], tame=True)
        if which == 7:
            # The sum of NaN and the like is the same in any order; that of the finite ones is exact.
            return Expression("double", f"avg({distinct}{{0}})\u0001", None, [self.leaf(leaves, self.chance.choice(NUMBERS), tame=True)])
        if which == 8:
            name = self.chance.choice(["bool_and", "bool_or"])
            return Expression("boolean", name + "({0})\u0001", None, [self.boolean(leaves, 1)])
        if which == 9 and not windowed:
            name = self.chance.choice(["bit_and", "bit_or", "bit_xor"])
            return Expression("bigint", name + "({0})\u0001", None, [self.expression(leaves, "bigint", 1)])
        type = self.any_type(leaves)
        return Expression(type, self.chance.choice(["min", "max"]) + "({0})\u0001", None, [self.expression(leaves, type, 1)], tame=type not in NUMBERS)

    def inexact_aggregate(self, leaves):
        """One whose answer differs in its last digits: for results only."""
        which = self.chance.randrange(4)
        if which == 0:
            return Expression("double", self.chance.choice(["stddev_samp", "stddev_pop", "var_samp", "var_pop"]) + "({0})", None, [self.leaf(leaves, "int", tame=True)])
        if which == 1:
            return Expression("double", "CAST(avg({0}) AS DOUBLE)", "round(avg({0}), 6)", [self.leaf(leaves, "decimal(7,2)")])
        if which == 2:
            return Expression("double", "median({0})", None, [self.leaf(leaves, "int", tame=True)])
        share = self.chance.choice(["0.25", "0.5", "0.9"])
        return Expression("double", f"percentile({{0}}, {share})", f"quantile_cont({{0}}, {share})", [self.leaf(leaves, "int", tame=True)])

    # Windows

    def window(self, leaves, unique):
        """A window function. `unique` are leaves that order the rows totally, or None."""
        children = []

        def place(child):
            children.append(child)
            return f"{{{len(children) - 1}}}"

        def keys(count):
            return [place(self.chance.choice(leaves).copy()) + self.chance.choice([" ASC NULLS FIRST", " ASC NULLS LAST", " DESC NULLS FIRST", " DESC NULLS LAST"]) for _ in range(count)]

        which = self.chance.randrange(10)
        if which > 4 and unique is None:
            which = self.chance.randrange(5)
        if which < 2:
            name, type, duck = *self.chance.choice([("rank()", "int"), ("dense_rank()", "int"), ("percent_rank()", "double"), ("cume_dist()", "double")]), None
            frame, order = "", keys(self.chance.randint(1, 2))
        elif which < 5:
            made = self.plain_aggregate(leaves, windowed=True)
            name, duck, type = made.spark, made.duck, made.type
            children += made.children
            order = keys(self.chance.randint(0, 2))
            frame = ""
            if order and self.chance.random() < 0.6:
                frame = " RANGE BETWEEN " + self.chance.choice(["UNBOUNDED PRECEDING AND CURRENT ROW", "CURRENT ROW AND UNBOUNDED FOLLOWING", "UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", "CURRENT ROW AND CURRENT ROW"])
            elif (small := [leaf for leaf in leaves if leaf.tame and leaf.type in ("int", "bigint")]) and self.chance.random() < 0.7:
                order = [place(self.chance.choice(small).copy()) + self.chance.choice([" ASC NULLS FIRST", " DESC NULLS LAST"])]
                frame = " RANGE BETWEEN " + self.chance.choice(["2 PRECEDING AND CURRENT ROW", "1 PRECEDING AND 3 FOLLOWING", "5 PRECEDING AND 2 PRECEDING", "UNBOUNDED PRECEDING AND 1 FOLLOWING", "1 FOLLOWING AND 4 FOLLOWING"])
        else:
            order = keys(self.chance.randint(0, 1)) + [place(leaf.copy()) + self.chance.choice([" ASC NULLS FIRST", " DESC NULLS LAST"]) for leaf in unique]
            frame, duck = "", None
            if which == 5:
                name, type = self.chance.choice([("row_number()", "int"), (f"ntile({self.chance.randint(1, 5)})", "int")])
            elif which < 8 and self.chance.random() < 0.5:
                type = self.any_type(leaves)
                value, distance, otherwise = place(self.expression(leaves, type, 1)), self.chance.randint(0, 3), place(self.random_literal(type))
                name = self.chance.choice(["lag", "lead"]) + f"({value}, {distance}" + self.chance.choice(["", f", {otherwise}"]) + ")"
            else:
                frame = " ROWS BETWEEN " + self.chance.choice(["UNBOUNDED PRECEDING AND CURRENT ROW", "2 PRECEDING AND 1 FOLLOWING", "3 PRECEDING AND 1 PRECEDING", "1 FOLLOWING AND UNBOUNDED FOLLOWING",
                                                                "CURRENT ROW AND CURRENT ROW", "UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", "2 FOLLOWING AND 3 FOLLOWING"])
                if self.chance.random() < 0.4:
                    type = self.any_type(leaves)
                    value = place(self.expression(leaves, type, 1))
                    name = self.chance.choice([f"first_value({value})", f"last_value({value})", f"nth_value({value}, 2)"])
                    ignores = self.chance.random() < 0.4
                    if ignores:
                        name, duck = name + " IGNORE NULLS", name[:-1] + " IGNORE NULLS)"
                else:
                    made = self.plain_aggregate(leaves, windowed=True)
                    offset = len(children)
                    shift = lambda text: text.replace("{0}", f"{{{offset}}}")
                    name, duck, type = shift(made.spark), shift(made.duck), made.type
                    children += made.children
        partition = ", ".join(place(self.chance.choice(leaves).copy()) for _ in range(self.chance.randint(0, 2)))
        over = " OVER (" + " ".join(filter(None, [partition and f"PARTITION BY {partition}", order and "ORDER BY " + ", ".join(order)])) + frame + ")"
        duck = name if duck is None else duck
        texts = [text.replace("\u0001", over) if "\u0001" in text else text + over for text in (name, duck)]
        return Expression(type, *texts, children)
