"""Holds what a program printed against what a page shows.

Equal, but for what differs from run to run: `...` stands for any text in a line, and alone on a line for any lines; ids of runs stand for any ids,
and times of the day of the run for any shown time.
"""
import datetime
import functools
import re

VARYING = re.compile(r"(?P<run>\b(?:jr|wr)_[0-9a-f]{6,})|(?P<time>\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d)|(?P<any>\.\.\.)")
FIGURE = re.compile(r"(?P<varying>\b(?:jr|wr)_[0-9a-f]{6,}|\.\.\.)|(?P<number>\d[\d.,:]*)|(?P<space>[ \t]{2,})|(?P<rule>-{3,}|─{3,})")


def today():
    """Patterns of the times that 'now' may be."""
    now = datetime.datetime.now(datetime.timezone.utc)
    days = {(now - datetime.timedelta(hours=hours)).strftime("%Y-%m-%d") for hours in (0, 1)}
    return "(?:" + "|".join(days) + r")[T ]\d\d:\d\d:\d\d"


def line_pattern(line, figures_differ=False):
    parts, at = [], 0
    for match in (FIGURE if figures_differ else VARYING).finditer(line):
        parts.append(re.escape(line[at:match.start()]))
        at, text, kind = match.end(), match.group(), match.lastgroup
        if text == "...":
            parts.append(".*?")
        elif kind in ("run", "varying"):
            parts.append(r"(?:jr|wr)_[0-9a-f]+")
        elif kind == "time":
            parts.append(f"(?:{re.escape(text)}|{today()})")
        elif kind == "number":
            parts.append(r"\d[\d.,:]*")
        elif kind == "space":
            parts.append(r"\s+")
        else:
            parts.append(r"[-─]+")
    parts.append(re.escape(line[at:]))
    return re.compile("".join(parts), re.DOTALL)


def cleaned(text):
    """The lines of a text without blanks at their ends and blank lines around them."""
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def matches(expected, actual, figures_differ=False):
    """Whether lines are as shown."""
    patterns = [None if line.strip() == "..." else line_pattern(line, figures_differ) for line in expected]

    @functools.lru_cache(maxsize=None)
    def fits(e, a):
        if e == len(patterns):
            return a == len(actual)
        if patterns[e] is None:
            return any(fits(e + 1, next_a) for next_a in range(a, len(actual) + 1))
        return a < len(actual) and patterns[e].fullmatch(actual[a]) is not None and fits(e + 1, a + 1)

    return fits(0, 0)


def missing_lines(expected, actual, figures_differ=False):
    """The lines that occur nowhere in what was printed. A remark in parentheses behind three blanks is the page's own."""
    text = "\n".join(actual)
    missing = []
    for line in expected:
        wanted = re.sub(r"   +\([^()]*\)$", "", line).strip()
        if wanted and not line_pattern(wanted, figures_differ).search(text):
            missing.append(line)
    return missing


def kept(expected, actual, figures_differ=False):
    """The lines that were printed, with those of the page where they say the same with '...' or other figures."""
    shown = [(line, line_pattern(line, figures_differ)) for line in expected if line.strip() and line.strip() != "..."]
    return [next((text for text, pattern in shown if pattern.fullmatch(line)), line) for line in actual]
