"""Trees of Lua code: as much of a syntax as a generator needs to make functions and a shrinker to make them smaller."""


class Name:
    """A use of a local variable."""

    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text


class Expression:
    """An expression of a kind, made of text and of smaller expressions, names and blocks.

    `parts` render one behind the other. An expression that is not atomic brings its own parentheses.
    """

    __slots__ = ("kind", "parts")

    def __init__(self, kind, *parts):
        self.kind, self.parts = kind, parts


class Statement:
    """A statement; `declares` are the local variables that the statements behind it know."""

    __slots__ = ("parts", "declares")

    def __init__(self, *parts, declares=()):
        self.parts, self.declares = parts, tuple(declares)


class Block:
    """Statements on lines of their own; `parameters` are variables that they know from the beginning."""

    __slots__ = ("statements", "parameters")

    def __init__(self, statements, parameters=()):
        self.statements, self.parameters = list(statements), tuple(parameters)


class Program:
    """What is applied to the records at once: upvalues and helpers, then one or two functions of a record."""

    __slots__ = ("verb", "outer", "functions", "whole")

    def __init__(self, verb, outer, functions, whole=False):
        self.verb, self.outer, self.functions, self.whole = verb, outer, functions, whole

    def render(self, number):
        """The code that makes the functions and hands them to the probe."""
        lines = ["do"]
        if self.outer.statements:
            lines.append(render(self.outer, "  "))
        names = "fg"[:len(self.functions)]
        for name, body in zip(names, self.functions):
            lines += [f"  local function {name}(r)", render(body, "    "), "  end"]
        whole = ", true" if self.whole else ""
        lines += [f"  probe.{self.verb}({number}, {', '.join(names)}{whole})", "end"]
        return "\n".join(line for line in lines if line.strip()) + "\n"

    def blocks(self):
        return [self.outer, *self.functions]

    def rebuilt(self, blocks):
        return Program(self.verb, blocks[0], blocks[1:], self.whole)


def render(node, indent="    "):
    if isinstance(node, str):
        return node
    if isinstance(node, Name):
        return node.text
    if isinstance(node, Block):
        return "\n".join(indent + render(statement, indent) for statement in node.statements)
    out = []
    for part in node.parts:
        if isinstance(part, Block):
            inner = render(part, indent + "  ")
            out.append("\n" + inner + "\n" + indent if inner else "\n" + indent)
        else:
            out.append(render(part, indent))
    return "".join(out)


def is_closed(program):
    """Whether every name that is used stands where the variable is known."""
    def check(node, known):
        if isinstance(node, Name):
            return node.text in known
        if isinstance(node, Block):
            inner = known | set(node.parameters)
            for statement in node.statements:
                # A local variable is known behind its statement only; a local function knows itself, and a loop its counter.
                has_block = any(isinstance(part, Block) for part in statement.parts)
                if not check(statement, inner | set(statement.declares) if has_block else inner):
                    return False
                inner = inner | set(statement.declares)
            return True
        if isinstance(node, (Expression, Statement)):
            return all(check(part, known) for part in node.parts)
        return True
    if not check(program.outer, set()):
        return False
    outer = {name for statement in program.outer.statements for name in statement.declares}
    return all(check(body, outer | {"r"}) for body in program.functions)


def size(node):
    """How much code a tree is, for telling which of two is simpler."""
    if isinstance(node, str):
        return len(node)
    if isinstance(node, Name):
        return 1
    if isinstance(node, Block):
        return sum(1 + size(statement) for statement in node.statements)
    if isinstance(node, Program):
        return sum(map(size, node.blocks()))
    return 1 + sum(map(size, node.parts))
