"""Random queries over random tables: trees that can be made smaller."""
import copy

from .expressions import Expression, Generator, TYPES


class Relation:
    """What stands in FROM: a table, a query, or two of them joined."""

    def __init__(self, alias=None, table=None, query=None, left=None, right=None, kind=None, condition=None, using=None):
        self.alias, self.table, self.query = alias, table, query
        self.left, self.right, self.kind, self.condition, self.using = left, right, kind, condition, using

    def render(self, dialect):
        if self.table:
            return f"{self.table} {self.alias}"
        if self.query:
            return f"({self.query.render(dialect)}) {self.alias}"
        kind = self.kind if dialect == "spark" else self.kind.replace("LEFT SEMI", "SEMI").replace("LEFT ANTI", "ANTI")
        text = f"{self.left.render(dialect)} {kind} JOIN {self.right.render(dialect)}"
        if self.using:
            return f"{text} USING ({', '.join(self.using)})"
        return text + (f" ON {self.condition.render(dialect)}" if self.condition else "")


class Select:
    def __init__(self, items, source, where=None):
        self.items, self.source, self.where = items, source, where
        self.distinct, self.grouping, self.keys, self.sets, self.having = False, None, [], [], None
        #: Places of items with a direction, and how many rows of them.
        self.order, self.limit, self.offset, self.common = [], None, 0, []
        self.inexact = False

    @property
    def types(self):
        return [item.type for item in self.items]

    def render(self, dialect):
        parts = []
        if self.common:
            parts.append("WITH " + ", ".join(f"{name} AS ({query.render(dialect)})" for name, query in self.common))
        items = ", ".join(f"{item.render(dialect)} AS c{index}" for index, item in enumerate(self.items))
        parts.append(f"SELECT {'DISTINCT ' if self.distinct else ''}{items}")
        parts.append(f"FROM {self.source.render(dialect)}")
        if self.where:
            parts.append(f"WHERE {self.where.render(dialect)}")
        having = self.having.render(dialect) if self.having else None
        if self.grouping:
            keys = [key.render(dialect) for key in self.keys]
            if self.grouping == "PLAIN":
                parts.append(f"GROUP BY {', '.join(keys)}")
            elif self.grouping == "SETS":
                sets = ", ".join("(" + ", ".join(keys[index] for index in places) + ")" for places in self.sets)
                parts.append(f"GROUP BY GROUPING SETS ({sets})")
            elif self.grouping == "MIXED":
                parts.append(f"GROUP BY {keys[0]}, ROLLUP({', '.join(keys[1:] or keys)})")
            elif self.grouping in ("ROLLUP", "CUBE"):
                parts.append(f"GROUP BY {self.grouping}({', '.join(keys)})")
            if dialect == "duck" and self.grouping in ("ROLLUP", "CUBE", "SETS", "MIXED"):
                # In Spark no rows have no total either.
                having = f"count(*) > 0 AND ({having})" if having else "count(*) > 0"
        if having:
            parts.append(f"HAVING {having}")
        return " ".join(parts) + ordering(self)


class SetOperation:
    def __init__(self, name, left, right):
        self.name, self.left, self.right = name, left, right
        self.order, self.limit, self.offset, self.common, self.inexact = [], None, 0, [], False

    @property
    def types(self):
        return self.left.types

    def render(self, dialect):
        common = "WITH " + ", ".join(f"{name} AS ({query.render(dialect)})" for name, query in self.common) + " " if self.common else ""
        return f"{common}({self.left.render(dialect)}) {self.name} ({self.right.render(dialect)}){ordering(self)}"


def ordering(query):
    text = ""
    if query.order:
        text += " ORDER BY " + ", ".join(f"{place + 1} {way}" for place, way in query.order)
    if query.limit is not None:
        text += f" LIMIT {query.limit}"
        if query.offset:
            text += f" OFFSET {query.offset}"
    return text


class Scope:
    """What a relation's rows hold. `unique` are columns that no two rows share, or None."""

    def __init__(self, leaves, unique):
        self.leaves, self.unique = leaves, unique


class QueryGenerator:
    def __init__(self, chance, tables, large=False):
        self.chance, self.tables, self.large = chance, tables, large
        self.expressions = Generator(chance)
        self.aliases = 0
        self.common = {}

    def query(self):
        """A whole query."""
        self.aliases, self.common = 0, {}
        common = []
        if self.chance.random() < 0.2 and not self.large:
            for index in range(self.chance.randint(1, 2)):
                query = self.select(1, top=False)
                common.append((f"w{index}", query))
                self.common[f"w{index}"] = query.types
        made = self.select(self.chance.choice([2, 2, 3]), top=True) if self.chance.random() < 0.8 else self.set_operation(2)
        made.common = common
        if self.large and made.limit is None and not made.inexact:
            made.order, made.limit = self.total_order(made), 500
        return made

    def select(self, depth, top=False):
        source, scope = self.relation(depth)
        where = self.condition(scope, depth) if self.chance.random() < 0.5 else None
        which = self.chance.random()
        if which < 0.4:
            made = self.grouped(source, scope, where, top)
        else:
            made = self.plain(source, scope, where, depth)
        if not made.inexact and self.chance.random() < (0.35 if top else 0.1):
            made.order = self.total_order(made)
            if self.chance.random() < 0.7:
                made.limit, made.offset = self.chance.choice([0, 1, 3, 10, 100]), self.chance.choice([0, 0, 0, 2, 20])
            elif not top:
                made.order = []
        return made

    def total_order(self, made):
        places = list(range(len(made.types)))
        self.chance.shuffle(places)
        return [(place, self.chance.choice(["ASC NULLS FIRST", "ASC NULLS LAST", "DESC NULLS FIRST", "DESC NULLS LAST"])) for place in places]

    def plain(self, source, scope, where, depth):
        items = []
        for _ in range(self.chance.randint(1, 5)):
            which = self.chance.random()
            if which < 0.15:
                items.append(self.expressions.window(scope.leaves, scope.unique))
            elif which < 0.2 and depth > 1:
                items.append(self.scalar(scope))
            elif which < 0.5:
                items.append(self.chance.choice(scope.leaves).copy())
            else:
                items.append(self.expressions.any(scope.leaves, self.chance.choice([2, 2, 3])))
        made = Select(items, source, where)
        made.distinct = self.chance.random() < 0.15
        return made

    def grouped(self, source, scope, where, top):
        expressions = self.expressions
        kind = self.chance.choice(["PLAIN", "PLAIN", "PLAIN", "ROLLUP", "CUBE", "SETS", "MIXED", "NONE"])
        keys = []
        for _ in range(0 if kind == "NONE" else self.chance.randint(1, 3)):
            key = self.chance.choice(scope.leaves).copy()
            if self.chance.random() < 0.2:
                key = Expression("int", "length({0})", None, [key]) if key.type == "string" else Expression("boolean", "({0} IS NULL)", None, [key])
            if key.render("spark") not in [other.render("spark") for other in keys]:
                keys.append(key)
        values = [expressions.aggregate(scope.leaves) for _ in range(self.chance.randint(1, 4))]
        leaves = keys + values
        unique = keys if kind == "PLAIN" else None
        if kind in ("ROLLUP", "CUBE", "SETS", "MIXED") and self.chance.random() < 0.5:
            key = self.chance.choice(keys)
            values.append(Expression("tinyint", "grouping({0})", None, [key.copy()], tame=True))
        items = [key.copy() for key in keys if self.chance.random() < 0.85] + values
        if self.chance.random() < 0.3:
            items.append(expressions.any(leaves, 1))
        if keys and self.chance.random() < 0.15:
            items.append(expressions.window([leaf for leaf in leaves], unique))
        made = Select(items, source, where)
        made.grouping, made.keys = kind if keys else None, keys
        if made.grouping is None and self.chance.random() < 0.3 and top:
            made.items.append(expressions.inexact_aggregate(scope.leaves))
            made.inexact = True
        if made.grouping == "PLAIN" and top and self.chance.random() < 0.15:
            made.items.append(expressions.inexact_aggregate(scope.leaves))
            made.inexact = True
        if kind == "SETS":
            made.sets = [sorted(self.chance.sample(range(len(keys)), self.chance.randint(0, len(keys)))) for _ in range(self.chance.randint(1, 3))]
            if set(sum(made.sets, [])) != set(range(len(keys))):
                made.sets.append(list(range(len(keys))))
        if made.grouping and self.chance.random() < 0.3:
            made.having = expressions.boolean(leaves, 1)
        return made

    def set_operation(self, depth):
        left = self.select(depth - 1)
        types = [type if type in TYPES else None for type in left.types]
        if None in types:
            return left
        # The other side has the same types: its items are made for them.
        source, scope = self.relation(depth - 1)
        # Where they are narrower they are widened.
        narrower = {"bigint": ["int", "bigint"], "double": ["int", "bigint", "double"], "timestamp": ["date", "timestamp"]}
        types = [self.chance.choice(narrower[type]) if type in narrower and self.chance.random() < 0.3 else type for type in types]
        items = [self.expressions.leaf(scope.leaves, type) if self.chance.random() < 0.7 else self.expressions.expression(scope.leaves, type, 1) for type in types]
        right = Select(items, source, self.condition(scope, 1) if self.chance.random() < 0.4 else None)
        names = ["UNION ALL", "UNION", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"]
        if self.chance.random() < 0.4:
            # Sides that have rows in common.
            right = copy.deepcopy(left)
            right.order, right.limit = [], None
            if isinstance(right, Select) and self.chance.random() < 0.7 and not right.grouping:
                right.where = self.condition(Scope(self.outer_leaves(right), None), 0)
        made = SetOperation(self.chance.choice(names), left, right)
        if self.chance.random() < 0.3:
            made.order = self.total_order(made)
            made.limit = self.chance.choice([1, 5, 50])
        return made

    def outer_leaves(self, select):
        """The columns an existing query's own source has."""
        return scope_leaves(select.source)

    def alias(self):
        self.aliases += 1
        return f"r{self.aliases}"

    def relation(self, depth):
        which = self.chance.random()
        if depth <= 0 or which < 0.45:
            return self.single(depth)
        least = 0 if self.large else depth - 1
        left, scope = self.relation(least) if self.chance.random() < 0.3 else self.single(least)
        right, other = self.single(least)
        return self.join(left, scope, right, other)

    def single(self, depth):
        alias = self.alias()
        if self.common and self.chance.random() < 0.5:
            name = self.chance.choice(sorted(self.common))
            types = self.common[name]
            made = Relation(alias, table=name)
            made.leaves = [Expression(type, f"{alias}.c{index}") for index, type in enumerate(types)]
            return made, Scope(made.leaves, None)
        if depth > 0 and self.chance.random() < (0.05 if self.large else 0.2):
            query = self.select(depth - 1)
            made = Relation(alias, query=query)
            made.leaves = [Expression(item.type, f"{alias}.c{index}", tame=item.tame and item.type in TYPES) for index, item in enumerate(query.items)]
            return made, Scope(made.leaves, None)
        table = self.chance.choice(self.tables)
        made = Relation(alias, table=table.name)
        made.leaves = [Expression(column.kind.type, f"{alias}.{column.name}", tame=column.kind.tame) for column in table.columns]
        return made, Scope(made.leaves, [made.leaves[0]])

    def join(self, left, scope, right, other):
        kind = self.chance.choice(["INNER", "INNER", "LEFT", "LEFT", "RIGHT", "FULL", "LEFT SEMI", "LEFT ANTI", "CROSS"])
        # A column of USING that has no table's name is ambiguous beside another of its name.
        names = {leaf.spark.split(".")[-1] for leaf in other.leaves}
        scope = Scope([leaf for leaf in scope.leaves if "." in leaf.spark or leaf.spark not in names], scope.unique)
        both = scope.leaves + other.leaves
        made = Relation(left=left, right=right, kind=kind)
        plain = left.table and right.table and left.table.startswith("t") and right.table.startswith("t")
        if kind == "CROSS" and self.large:
            made.kind = kind = "INNER"
        if kind != "CROSS":
            pairs = [(one, two) for one in scope.leaves for two in other.leaves if one.type == two.type]
            few = [(one, two) for one, two in pairs if not one.spark.endswith((".k", ".v", ".b", ".n"))] if self.large else pairs
            conditions = []
            if plain and self.chance.random() < 0.25 and kind not in ("LEFT SEMI", "LEFT ANTI"):
                names = sorted({leaf.spark.split(".")[1] for leaf in left.leaves} & {leaf.spark.split(".")[1] for leaf in right.leaves})
                made.using = self.chance.sample(names, self.chance.randint(1, min(2, len(names))))
                if self.large and "id" not in made.using:
                    made.using.append("id")
                # The column that both sides have stands for both.
                hidden = {f"{alias}.{name}": name for alias in (left.alias, right.alias) for name in made.using}
                kept = [leaf for leaf in both if leaf.spark not in hidden]
                shared = [Expression(leaf.type, leaf.spark.split(".")[1], tame=leaf.tame) for leaf in left.leaves if leaf.spark in hidden]
                made.leaves = kept + shared
                return made, Scope(made.leaves, None)
            if few:
                for _ in range(self.chance.choice([1, 1, 1, 2])):
                    one, two = self.chance.choice(few)
                    sign = "=" if self.large or self.chance.random() < 0.85 else self.chance.choice(["<=>", "<", ">=", "<>"])
                    conditions.append(Expression("boolean", f"({{0}} {sign} {{1}})", f"({{0}} {'IS NOT DISTINCT FROM' if sign == '<=>' else sign} {{1}})", [one.copy(), two.copy()]))
            if self.large:
                one = next((leaf for leaf in scope.leaves if leaf.spark.split(".")[-1] == "id"), None)
                two = other.leaves[0]
                if one:
                    conditions.append(Expression("boolean", "({0} = {1})", None, [one.copy(), two.copy()]))
            if not conditions or self.chance.random() < 0.25:
                conditions.append(self.expressions.boolean(both, 1))
            made.condition = conditions[0]
            for condition in conditions[1:]:
                made.condition = Expression("boolean", "({0} AND {1})", None, [made.condition, condition])
        made.leaves = scope.leaves if kind in ("LEFT SEMI", "LEFT ANTI") else both
        unique = scope.unique if kind in ("LEFT SEMI", "LEFT ANTI") else scope.unique and other.unique and scope.unique + other.unique
        return made, Scope(made.leaves, unique)

    # Conditions with queries in them

    def condition(self, scope, depth):
        if depth > 0 and self.chance.random() < 0.3:
            made = self.subquery_condition(scope)
            if self.chance.random() < 0.4:
                made = Expression("boolean", f"({{0}} {self.chance.choice(['AND', 'OR'])} {{1}})", None, [made, self.expressions.boolean(scope.leaves, 1)])
            return made
        return self.expressions.boolean(scope.leaves, 2)

    def inner(self, scope, equal_only=False):
        """A table for a subquery, and a condition that ties it to the query around it."""
        source, inner = self.single(0)
        pairs = [(one, two) for one in inner.leaves for two in scope.leaves if one.type == two.type]
        tie = None
        if pairs:
            one, two = self.chance.choice(pairs)
            tie = Expression("boolean", "({0} = {1})", None, [one.copy(), two.copy()])
            if self.chance.random() < 0.4:
                extra = self.expressions.boolean(inner.leaves if equal_only or self.large else inner.leaves + scope.leaves, 1)
                tie = Expression("boolean", "({0} AND {1})", None, [tie, extra])
        return source, inner, tie

    def subquery_condition(self, scope):
        source, inner, tie = self.inner(scope)
        which = self.chance.randrange(5)
        negation = self.chance.choice(["", "NOT "])
        if which < 2:
            query = Select([Expression("int", "1")], source, tie)
            return Query("boolean", f"({negation}EXISTS ({{0}}))", query)
        if which < 4:
            pairs = [(one, two) for one in inner.leaves for two in scope.leaves if one.type == two.type]
            if pairs:
                item, value = self.chance.choice(pairs)
                where = tie if self.chance.random() < 0.3 and not self.large else self.expressions.boolean(inner.leaves, 1) if self.chance.random() < 0.6 else None
                query = Select([item.copy()], source, where)
                if self.large and negation:
                    negation = ""
                return Query("boolean", f"({{1}} {negation}IN ({{0}}))", query, [value.copy()])
        scalar = self.scalar(scope)
        sign = self.chance.choice(["=", "<", ">=", "<>"])
        if scalar.type in TYPES:
            return Expression("boolean", f"({{0}} {sign} {{1}})", None, [self.expressions.leaf(scope.leaves, scalar.type), scalar])
        return Expression("boolean", "({0} IS NOT NULL)", None, [scalar])

    def scalar(self, scope):
        source, inner, tie = self.inner(scope, equal_only=True)
        value = self.expressions.aggregate(inner.leaves)
        where = tie if self.chance.random() < 0.6 else None
        return Query(value.type, "({0})", Select([value], source, where))


class Query(Expression):
    """An expression whose first child is a query."""

    def __init__(self, type, template, query, children=()):
        super().__init__(type, template, None, [query, *children])


def scope_leaves(source):
    return source.leaves
