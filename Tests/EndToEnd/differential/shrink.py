"""Makes a query and its tables smaller while a difference remains."""
import copy
import time

from .expressions import Expression, literal
from .queries import Query, Relation, Select, SetOperation

SIMPLE = {"int": 1, "bigint": 1, "double": 1.0, "string": "a", "date": "2024-01-31", "timestamp": "2024-01-31 00:00:00", "boolean": True}


def expressions(owner):
    """Every place of an expression below a query, as a pair of functions that read and replace it."""
    if isinstance(owner, SetOperation):
        return expressions(owner.left) + expressions(owner.right)
    if isinstance(owner, Relation):
        if owner.query:
            return expressions(owner.query)
        if owner.table:
            return []
        return ([(owner, "condition", None)] if owner.condition else []) + inside(owner.condition) + expressions(owner.left) + expressions(owner.right)
    places = []
    for _, query in owner.common:
        places += expressions(query)
    for index, item in enumerate(owner.items):
        places += [(owner, "items", index)] + inside(item)
    for name in ("where", "having"):
        if getattr(owner, name):
            places += [(owner, name, None)] + inside(getattr(owner, name))
    return places + expressions(owner.source)


def inside(expression):
    places = []
    for index, child in enumerate(expression.children if expression else []):
        if isinstance(child, Expression):
            places += [(expression, "children", index)] + inside(child)
        else:
            places += expressions(child)
    return places


def queries(owner):
    """Every SELECT and set operation below."""
    if isinstance(owner, SetOperation):
        return [owner] + queries(owner.left) + queries(owner.right)
    if isinstance(owner, Relation):
        return queries(owner.query) if owner.query else [] if owner.table else queries(owner.left) + queries(owner.right)
    found = [owner] + [inner for _, query in owner.common for inner in queries(query)] + queries(owner.source)
    for holder, name, index in expressions(owner):
        value = read(holder, name, index)
        if isinstance(value, Query):
            found += queries(value.children[0])
    return list({id(query): query for query in found}.values())


def read(holder, name, index):
    value = getattr(holder, name)
    return value if index is None else value[index]


def replace(holder, name, index, value):
    if index is None:
        setattr(holder, name, value)
    else:
        getattr(holder, name)[index] = value


def smaller(query):
    """Copies of a query, each with one thing less."""
    def changed(change, *path):
        twin = copy.deepcopy(query)
        return twin if change(twin) is not False else None

    if isinstance(query, SetOperation):
        yield copy.deepcopy(query.left)
        yield copy.deepcopy(query.right)
    for number, part in enumerate(queries(query)):
        def alter(change):
            twin = copy.deepcopy(query)
            change(queries(twin)[number])
            return twin
        if part.common:
            yield alter(lambda it: setattr(it, "common", []))
        if part.limit is not None:
            yield alter(lambda it: (setattr(it, "limit", None), setattr(it, "order", [])))
        elif part.order:
            yield alter(lambda it: setattr(it, "order", []))
        if part.offset:
            yield alter(lambda it: setattr(it, "offset", 0))
        if isinstance(part, SetOperation):
            continue
        for name in ("where", "having"):
            if getattr(part, name):
                yield alter(lambda it: setattr(it, name, None))
        if part.distinct:
            yield alter(lambda it: setattr(it, "distinct", False))
        if part.grouping in ("ROLLUP", "CUBE", "SETS", "MIXED") and "grouping(" not in part.render("spark"):
            yield alter(lambda it: setattr(it, "grouping", "PLAIN"))
        for index in range(len(part.keys)):
            if len(part.keys) > 1 and part.grouping != "SETS":
                yield alter(lambda it: it.keys.pop(index))
        for index in range(len(part.sets)):
            if len(part.sets) > 1:
                yield alter(lambda it: it.sets.pop(index))
        if len(part.items) > 1 and not any(isinstance(other, SetOperation) for other in queries(query)):
            for index in range(len(part.items)):
                def drop(it):
                    it.items.pop(index)
                    it.order = [(place - (place > index), way) for place, way in it.order if place != index]
                yield alter(drop)
        if part.source.kind:
            yield alter(lambda it: setattr(it, "source", it.source.left))
            yield alter(lambda it: setattr(it, "source", it.source.right))
            if part.source.left.kind:
                yield alter(lambda it: setattr(it.source, "left", it.source.left.left))
    for number, (holder, name, index) in enumerate(expressions(query)):
        value = read(holder, name, index)
        options = [child for child in value.children if isinstance(child, Expression) and child.type == value.type]
        if (value.children or "." in value.spark) and value.type in SIMPLE and name != "items":
            options.append(literal(value.type, SIMPLE[value.type]))
        elif name == "items":
            options += [child for child in value.children if isinstance(child, Expression)]
        for option in options:
            twin = copy.deepcopy(query)
            place = expressions(twin)[number]
            replace(*place, copy.deepcopy(option))
            yield twin


def shrink(query, tables, fails, seconds=40):
    """The smallest query and tables found for which `fails(query, tables)` is still true."""
    end = time.monotonic() + seconds
    went_on = True
    while went_on and time.monotonic() < end:
        went_on = False
        for twin in smaller(query):
            if time.monotonic() > end:
                break
            if len(twin.render("spark")) < len(query.render("spark")) and fails(twin, tables):
                query, went_on = twin, True
                break
    for index in range(len(tables)):
        step = max(tables[index].count // 2, 1)
        while step and time.monotonic() < end + seconds / 2:
            start = 0
            while start < tables[index].count and time.monotonic() < end + seconds / 2:
                kept = [row for row in range(tables[index].count) if not start <= row < start + step]
                fewer = tables[:index] + [tables[index].rows(kept)] + tables[index + 1:]
                if fails(query, fewer):
                    tables = fewer
                else:
                    start += step
            step //= 2
    text = query.render("spark")
    return query, [table for table in tables if f" {table.name} " in text + " "]
