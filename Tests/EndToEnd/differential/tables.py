"""Random tables, which all engines read from the same Parquet files."""
import datetime
import decimal
import os

import pyarrow
import pyarrow.parquet

INT_MAX, INT_MIN = 2**31 - 1, -(2**31)
LONG_MAX, LONG_MIN = 2**63 - 1, -(2**63)
EPOCH = datetime.date(1970, 1, 1)
STRINGS = ["", " ", "a", "b", "ab", "abc", "Abc", "a%", "a_c", " a ", "zz", "éa", "日本", "😀", "12", "-7", "x y", "NULL", "0", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
DATES = ["0001-01-01", "1582-10-04", "1582-10-10", "1582-10-15", "1900-02-28", "1969-12-31", "1970-01-01", "2000-02-29", "2024-01-31", "2024-02-29", "2024-12-31", "9999-12-31"]
TIMES = ["00:00:00", "00:00:00.000001", "12:34:56.789", "23:59:59.999999"]


class Kind:
    """A column's kind: its type as Spark writes it, and how its values come about. A tame one's sums are exact in any order."""

    def __init__(self, name, type, values, arrow, tame):
        self.name, self.type, self.values, self.arrow, self.tame = name, type, values, arrow, tame


def dyadic(chance):
    return chance.choice([0.0, -0.0, 0.5, -1.25, float("nan"), float("inf"), float("-inf")]) if chance.random() < 0.3 else chance.randint(-4000, 4000) / 4


def wild(chance):
    return chance.choice([0.0, -0.0, 1e308, -1e308, 5e-324, 0.1, -0.3, 1e15, 123456789.125, 2147483648.5, -9.3e18, float("nan"), float("inf"), float("-inf")])


def scaled(digits, scale):
    def make(chance):
        top = 10 ** chance.choice([1, 3, digits])
        return decimal.Decimal(chance.randint(1 - top, top - 1)).scaleb(-scale)
    return make


def date(chance):
    return datetime.date.fromisoformat(chance.choice(DATES)) if chance.random() < 0.5 else EPOCH + datetime.timedelta(chance.randint(18000, 18060))


def timestamp(chance):
    return datetime.datetime.combine(date(chance), datetime.time.fromisoformat(chance.choice(TIMES)))


KINDS = [
    Kind("k", "int", lambda chance: chance.randint(0, 5), pyarrow.int32(), True),
    Kind("n", "int", lambda chance: chance.randint(-50, 50), pyarrow.int32(), True),
    Kind("i", "int", lambda chance: chance.choice([0, 1, -1, 7, INT_MAX, INT_MIN, INT_MAX - 1]), pyarrow.int32(), False),
    Kind("j", "bigint", lambda chance: chance.randint(-10**6, 10**6), pyarrow.int64(), True),
    Kind("l", "bigint", lambda chance: chance.choice([0, 1, -1, 10**12, INT_MAX + 1, LONG_MAX, LONG_MIN]), pyarrow.int64(), False),
    Kind("d", "double", dyadic, pyarrow.float64(), True),
    Kind("x", "double", wild, pyarrow.float64(), False),
    Kind("m", "decimal(7,2)", scaled(7, 2), pyarrow.decimal128(7, 2), True),
    Kind("q", "decimal(15,4)", scaled(15, 4), pyarrow.decimal128(15, 4), True),
    Kind("s", "string", lambda chance: chance.choice(STRINGS), pyarrow.string(), True),
    Kind("v", "string", lambda chance: chance.choice("abc"), pyarrow.string(), True),
    Kind("w", "date", date, pyarrow.date32(), True),
    Kind("t", "timestamp", timestamp, pyarrow.timestamp("us", "UTC"), True),
    Kind("b", "boolean", lambda chance: chance.random() < 0.5, pyarrow.bool_(), True),
]


class Column:
    def __init__(self, name, kind, values):
        self.name, self.kind, self.values = name, kind, values


class Table:
    """Columns of equal length. The first is a number that no two rows share."""

    def __init__(self, name, columns):
        self.name, self.columns = name, columns

    @property
    def count(self):
        return len(self.columns[0].values)

    def rows(self, indices):
        return Table(self.name, [Column(column.name, column.kind, [column.values[index] for index in indices]) for column in self.columns])

    def write(self, folder, row_group=None):
        arrays = [pyarrow.array(column.values, column.kind.arrow) for column in self.columns]
        table = pyarrow.table(arrays, names=[column.name for column in self.columns])
        pyarrow.parquet.write_table(table, os.path.join(folder, self.name + ".parquet"), row_group_size=row_group or max(self.count, 1))


def make_table(chance, name, count):
    identifiers = list(range(count))
    chance.shuffle(identifiers)
    columns = [Column("id", Kind("id", "int", None, pyarrow.int32(), True), identifiers)]
    kinds = [KINDS[0], *chance.sample(KINDS[1:], chance.randint(5, 9))]
    for kind in kinds:
        nulls = chance.choice([0, 0.1, 0.3, 0.3, 1 if chance.random() < 0.2 else 0.5])
        few = [kind.values(chance) for _ in range(chance.choice([2, 5, 1000]))]
        columns.append(Column(kind.name, kind, [None if chance.random() < nulls else chance.choice(few) for _ in range(count)]))
    return Table(name, columns)


def make_tables(chance, large=False):
    """The tables of a round: small ones, where every kind of join stays quick, or large ones, which do not fit into a small memory."""
    counts = [20_000, 8_000, 500] if large else chance.sample([0, 1, 3, 10, 20, 40, 60, 100, 200], chance.randint(4, 6))
    return [make_table(chance, f"t{index}", count) for index, count in enumerate(counts)]
