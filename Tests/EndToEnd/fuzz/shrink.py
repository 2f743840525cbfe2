"""Makes a program on which engines differ, and the records it does so on, as small as they get."""
from .syntax import Block, Expression, Name, Program, Statement, is_closed, size

SIMPLE = ["nil", "1", "1.5", '"a"', "true", "false", "r", "r.id", "{}"]


def shrink(program, data, runner, difference, rounds=60):
    """A smaller program and data set with a difference of the same sort, and that difference."""
    data, difference = fewer_records(program, data, runner, difference)
    for _ in range(rounds):
        smaller = step(program, data, runner, difference)
        if smaller is None:
            break
        program, difference = smaller
    data, difference = fewer_records(program, data, runner, difference)
    data, difference = fewer_fields(program, data, runner, difference)
    return program, data, difference


def differs(runner, programs, data, what):
    return [found if found and found.what == what else None for found in runner.compare(programs, data)]


def fewer_records(program, data, runner, difference):
    """One record where one is enough; else halves for as long as a half is enough."""
    identifiers = [record["id"] for record in data.records]
    named = [int(name.strip('"')) for name in difference.identifiers[:3] if name.strip('"').lstrip("-").isdigit()]
    tries = [[name] for name in named if name in identifiers]
    while True:
        half = len(identifiers) // 2
        if len(identifiers) > 1:
            tries += [identifiers[:half], identifiers[half:]]
        for some in tries:
            if len(some) >= len(identifiers):
                continue
            fewer = data.only(some)
            found = differs(runner, [program], fewer, difference.what)[0]
            if found:
                data, difference, identifiers, tries = fewer, found, some, []
                break
        else:
            return data, difference


def fewer_fields(program, data, runner, difference):
    """Nulls in the columns that do not matter."""
    code = program.render(0)
    names = [name for name in data.columns if name != "id"]
    for some in [[name for name in names if f"r.{name}" not in code]] + [[name] for name in names if f"r.{name}" in code]:
        fewer = data.without(some)
        if data.format != "csv" and some and fewer.records != data.records:
            found = differs(runner, [program], fewer, difference.what)[0]
            if found:
                data, difference = fewer, found
    return data, difference


def step(program, data, runner, difference):
    """The smallest program one edit away that still differs."""
    now = size(program)
    tries = sorted((candidate for candidate in programs(program) if size(candidate) < now and is_closed(candidate)), key=size)
    at_once = 1 if difference.what == "crash" else 50
    for start in range(0, len(tries), at_once):
        some = tries[start:start + at_once]
        for candidate, found in zip(some, differs(runner, some, data, difference.what)):
            if found:
                return candidate, found
    return None


def programs(program):
    """Programs that are one edit away."""
    if program.verb == "chain":
        yield Program("filter", program.outer, program.functions[:1])
        yield Program("map", program.outer, program.functions[1:])
    if program.whole:
        yield Program(program.verb, program.outer, program.functions)
    blocks = program.blocks()
    for number, block in enumerate(blocks):
        for smaller in edits(block):
            yield program.rebuilt(blocks[:number] + [smaller] + blocks[number + 1:])


def edits(node):
    """The trees that are one edit away from a tree."""
    if isinstance(node, (str, Name)):
        return
    if isinstance(node, Block):
        statements = node.statements
        for width in sorted({len(statements), len(statements) // 2, 1} - {0}, reverse=True):
            for start in range(0, len(statements), width):
                yield Block(statements[:start] + statements[start + width:], node.parameters)
        for number, statement in enumerate(statements):
            for part in statement.parts:
                if isinstance(part, Block):
                    # The inside of a branch or a loop, in place of it; a 'return' must stay the last of its block.
                    if number + 1 == len(statements) or not any(str(inner.parts[0]).startswith(("return", "break")) for inner in part.statements):
                        yield Block(statements[:number] + part.statements + statements[number + 1:], node.parameters)
                    yield Block(statements[:number] + [Statement("do", part, "end")] + statements[number + 1:], node.parameters)
            for smaller in edits(statement):
                yield Block(statements[:number] + [smaller] + statements[number + 1:], node.parameters)
        return
    if isinstance(node, Expression):
        for inner in node.parts:
            if isinstance(inner, Expression):
                yield inner
        for text in SIMPLE:
            yield Expression(node.kind, text)
    rebuild = (lambda parts: Expression(node.kind, *parts)) if isinstance(node, Expression) else (lambda parts: Statement(*parts, declares=node.declares))
    parts = list(node.parts)
    for number, part in enumerate(parts):
        if isinstance(part, Expression) and number + 1 < len(parts) and parts[number + 1] == ", " and number > 0 and str(parts[number - 1]).endswith("= "):
            # An entry of a table.
            yield rebuild(parts[:number - 1] + parts[number + 2:])
        if part == "else":
            yield rebuild(parts[:number] + parts[number + 2:])
        if part == "elseif ":
            yield rebuild(parts[:number] + parts[number + 4:])
        for smaller in edits(part):
            yield rebuild(parts[:number] + [smaller] + parts[number + 1:])
