"""Whether two answers are the same."""
import collections
import decimal
import math


def plain(value, digits):
    """A value as it is compared: all zeros and all NaNs are one; numbers by value, a double never like a whole number or a decimal."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, float):
        if math.isnan(value):
            return ("double", "NaN")
        return ("double", float(f"{value:.{digits}g}") + 0.0)
    if isinstance(value, int):
        return ("number", value)
    if isinstance(value, decimal.Decimal):
        return ("number", int(value)) if value == value.to_integral_value() else ("number", str(value.normalize()))
    return (type(value).__name__, value)


def is_close(one, two):
    if isinstance(one, float) and isinstance(two, float):
        return one == two or math.isnan(one) and math.isnan(two) or math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)
    return plain(one, 17) == plain(two, 17)


def difference(found, expected, ordered):
    """A sentence about the first difference between two lists of rows, or None."""
    if len(found) != len(expected):
        return f"{len(found)} rows instead of {len(expected)}"
    if ordered:
        for index, (one, two) in enumerate(zip(found, expected)):
            if len(one) != len(two) or not all(map(is_close, one, two)):
                return f"row {index} is {one} instead of {two}"
        return None
    shown = [collections.Counter(tuple(plain(value, 17) for value in row) for row in rows) for rows in (found, expected)]
    if shown[0] == shown[1]:
        return None
    # Doubles that differ in their last digits: the rows left over are paired in one order.
    rest = [sorted((side - other).elements(), key=repr) for side, other in (shown, reversed(shown))]
    for side in rest:
        side.sort(key=lambda row: repr([("double", f"{value[1]:.6g}") if isinstance(value[1], float) else value for value in row]))
    for one, two in zip(*rest):
        values = [[value[1] if value[1] != "NaN" or value[0] != "double" else math.nan for value in row] for row in (one, two)]
        if len(one) != len(two) or not all(is_close(a, b) for a, b in zip(*values)):
            return f"a row {tuple(values[0])} that should not be there, and none like {tuple(values[1])}"
    return None
