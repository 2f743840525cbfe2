"""Random records, and the forms in which Mastic and a plain Lua read them.

A value is None, a bool, an int, a float, bytes (a string), a list or a dict: what a script sees, whatever the file's types are. Each column follows a
profile for a whole data set, so that a kernel meets columns that are all plain, columns with nulls, and columns where most rows are plain and some are
at a limit.
"""
import datetime
import decimal
import json
import math
import struct

try:
    import pyarrow
    import pyarrow.parquet
except ImportError:
    pyarrow = None

MININT, MAXINT = -2**63, 2**63 - 1

#: What a generator of functions may expect of a column: a kind of expressions, or the name of a nested type below.
COLUMNS = {
    "id": "int", "i": "int", "n": "int", "l": "int", "d": "float", "w": "float", "s": "string", "t": "string", "k": "string", "day": "string", "b": "boolean",
    "st": "struct", "arr": "ints", "tags": "strings", "items": "structs", "mix": "any", "num": "number", "gone": "nil",
}
#: Columns whose values a plain Lua has not.
VALUES = {"from_day": "date", "to_day": "date", "from_time": "timestamp", "to_time": "timestamp", "price": "decimal", "rate": "decimal"}
#: Fields of the struct column, by path.
STRUCT_FIELDS = {"a": "int", "name": "string", "in.x": "float", "in.tag": "string", "none": "nil"}
ITEM_FIELDS = {"price": "float", "qty": "int", "sku": "string"}

WORDS = [b"completed", b"pending", b"failed", b"refunded", b"", b"a", b"ab", b"abc", b"Tea", b"JAM", b"x=1", b"key=value", b"a,b,c", b"  padded ", b"hello world",
         b"the quick brown fox", b"exactly12byt", b"thirteen byte", b"longer than twelve bytes", "h\u00e9llo".encode(), "\u017b\u00f3\u0142w".encode(),
         "\u65e5\u672c\u8a9e\u30c6\u30ad\u30b9\u30c8".encode()]
NUMERALS = [b"10", b"0x10", b" 5 ", b"1e5", b"1.5", b"-7", b"0", b"007", b".5", b"5.", b"1e400", b"0x1p4", b"9223372036854775807", b"9223372036854775808",
            b"-9223372036854775808", b"nan", b"inf", b"1 2", b"1_000", b"0x", b"1e", b"12.50", b"0xffffffffffffffffff", b"- 1", b"\t3\n"]
ODD = [b"\x00", b"a\x00b", b"\xc3", b"%", b"%d", b"^a$", b"[", b'"quoted"', b"back\\slash", b"line\nend", b"\x7f", "\U0001f600".encode(), b"A" * 40, b"ab" * 30]
WILD_INTS = [0, -1, 1, MAXINT, MININT, MAXINT - 1, MININT + 1, 2**53, 2**53 + 1, -2**53 - 1, 2**31, 2**31 - 1, -2**31, 2**32, 2**62, 3037000500]
WILD_FLOATS = [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, 1e15, 1e16, 123456789.125, 2.0**53, 2.0**63, -2.0**63, 1e100, 1e300, -1e300, 5e-324, 1e-7, 0.1, 3.0, 1e14, 99999999999999.9]
NO_JSON_FLOATS = [math.inf, -math.inf, math.nan]


class Data:
    """Records of one file, and how Mastic reads it."""

    def __init__(self, records, file_format, columns):
        self.records, self.format, self.columns = records, file_format, columns
        if file_format == "typed csv":
            # Empty cells are null where the others tell a type, and else empty strings.
            texts = {name for name in columns if all(record[name] is None or isinstance(record[name], bytes) for record in records)}
            self.records = [{name: b"" if name in texts and value is None else value for name, value in record.items()} for record in records]
        self.parquet_options = {}
        self.types = {}
        self.threads = None

    def only(self, identifiers):
        """The same data set with these records alone."""
        wanted = set(identifiers)
        data = Data([record for record in self.records if record["id"] in wanted], self.format, self.columns)
        data.parquet_options, data.types, data.threads = self.parquet_options, self.types, self.threads
        return data

    def without(self, names):
        """The same data set with null in these columns."""
        data = self.only(record["id"] for record in self.records)
        data.records = [{name: None if name in names else value for name, value in record.items()} for record in data.records]
        return data

    @property
    def file_name(self):
        return {"json": "data.json", "csv": "data.csv", "typed csv": "data.csv", "parquet": "data.parquet", "valued": "data.parquet"}[self.format]

    def write(self, path):
        {"json": write_json, "csv": write_csv, "typed csv": write_csv, "parquet": write_parquet, "valued": write_parquet}[self.format](self, path)

    @property
    def source(self):
        """What `create_dynamic_frame.from_options` needs to know, as a Lua table."""
        options = {"csv": "{withHeader = true, multiLine = true}", "typed csv": "{withHeader = true, inferSchema = true}"}.get(self.format, "nil")
        return f'{{path = "{self.file_name}", format = "{self.file_name.split(".")[1]}", format_options = {options}}}'

    @property
    def has_witness(self):
        """Whether a plain Lua has all the values."""
        return self.format != "valued"


def make_data(random, count, file_format):
    """A data set of `count` records, numbered from 1 in `id`."""
    columns = dict(COLUMNS)
    if file_format == "typed csv":
        columns = {name: kind for name, kind in columns.items() if name in ("id", "i", "n", "l", "d", "w", "s", "b")}
    if file_format == "csv":
        columns = {name: kind for name, kind in columns.items() if name in ("id", "i", "n", "l", "d", "w", "s", "t", "k", "day", "b")}
    if file_format in ("parquet", "valued"):
        del columns["mix"], columns["num"]
        columns["bin"] = "string"
    if file_format == "valued":
        columns.update(VALUES)
    data = Data([], file_format, columns)
    makers = {name: Column(random, name, file_format) for name in columns if name != "id"}
    for number in range(1, count + 1):
        record = {"id": number}
        for name, maker in makers.items():
            record[name] = maker.value()
        data.records.append(record)
    if file_format == "csv":
        data.records = [{name: value if name == "id" else csv_text(value) for name, value in record.items()} for record in data.records]
        data.columns = {name: "string" for name in columns}
    if file_format == "typed csv":
        data = Data(data.records, file_format, columns)
    if file_format in ("parquet", "valued"):
        choose_types(random, data)
        data.parquet_options = {
            "row_group_size": random.choice([count, max(1, count // 3), 64]), "use_dictionary": random.random() < 0.7,
            "data_page_version": random.choice(["1.0", "2.0"]), "compression": random.choice(["snappy", "none", "zstd"]),
            "write_page_index": random.random() < 0.5, "data_page_size": random.choice([256, 4096, 1 << 20])}
    data.threads = random.choice([1, None])
    return data


class Column:
    """Makes the values of one column by its profile: `plain`, `nulls` (a third missing), or `wild` (a few at the limits, a few missing)."""

    def __init__(self, random, name, file_format):
        self.random, self.name, self.format = random, name, file_format
        self.profile = random.choice(["plain", "plain", "nulls", "wild", "wild"])
        self.distinct = random.choice([3, 5, 8])
        self.scale = random.choice([5, 100, 100000])
        self.rare = random.choice([0.02, 0.1, 0.5])
        self.words = random.sample(WORDS, self.distinct)
        self.numerals = random.sample(NUMERALS, self.distinct)

    def value(self):
        random = self.random
        if self.profile == "nulls" and random.random() < 0.33 or self.profile == "wild" and random.random() < self.rare / 4:
            return None
        return getattr(self, "make_" + self.name)(self.profile == "wild" and random.random() < self.rare)

    def make_i(self, wild): return self.random.choice([0, 2**31 - 1, -2**31, -1, 65536]) if wild else self.random.randint(-self.scale, self.scale)
    def make_n(self, wild): return self.random.randint(-3, 9) if wild else self.random.randrange(self.distinct)
    def make_l(self, wild): return self.random.choice(WILD_INTS) if wild else self.random.randint(-10**12, 10**12)

    def make_d(self, wild):
        if wild:
            return self.random.choice(WILD_FLOATS + (NO_JSON_FLOATS if self.format in ("parquet", "valued") else []))
        return round(self.random.uniform(-self.scale, self.scale), self.random.choice([1, 2, 6]))

    def make_w(self, wild): return self.random.choice(WILD_FLOATS) if wild else float(self.random.randint(-self.scale, self.scale))
    def make_s(self, wild): return self.random.choice(ODD[:8] if wild else self.words)

    def make_t(self, wild):
        if wild:
            return self.random.choice(ODD + NUMERALS)
        return b" ".join(self.random.choice(WORDS) for _ in range(self.random.randint(1, 3)))

    def make_k(self, wild):
        if wild:
            return self.random.choice(NUMERALS)
        return (b"%d" % self.random.randint(-self.scale, self.scale)) if self.random.random() < 0.5 else b"%.2f" % self.random.uniform(-self.scale, self.scale)

    def make_day(self, wild):
        if wild:
            return self.random.choice([b"2024-02-30", b"", b"2024", b"not a day", b"2024-2-9"])
        return b"%04d-%02d-%02dT%02d:00:00Z" % (self.random.randint(1999, 2026), self.random.randint(1, 12), self.random.randint(1, 28), self.random.randrange(24))

    def make_b(self, wild): return self.random.random() < 0.5
    def make_bin(self, wild): return bytes(self.random.randrange(256) for _ in range(self.random.choice([0, 1, 4, 20]))) if wild else self.random.choice([b"\xff\xfe", b"ok", b"\x80abc"])

    def make_st(self, wild):
        inner = None if self.random.random() < 0.15 else {"x": self.make_d(wild), "tag": self.random.choice(WORDS)}
        return {"a": None if wild else self.random.randint(-9, 9), "name": self.make_t(wild), "in": inner, "none": None}

    def make_arr(self, wild): return [self.random.choice(WILD_INTS) if wild else self.random.randint(-9, 99) for _ in range(self.random.choice([0, 1, 2, 3, 5]))]

    def make_tags(self, wild):
        tags = [self.random.choice(WORDS) for _ in range(self.random.choice([0, 1, 2, 3]))]
        return tags + [None] if wild else tags

    def make_items(self, wild):
        return [{"price": round(self.random.uniform(0, 99), 2), "qty": None if wild else self.random.randint(0, 9), "sku": self.random.choice(WORDS)}
                for _ in range(self.random.choice([0, 1, 2, 4]))]

    def make_mix(self, wild):
        pick = self.random.randrange(5)
        return [self.random.randint(-9, 9), round(self.random.uniform(-9, 9), 1), self.random.choice(WORDS), self.random.choice(NUMERALS), self.random.random() < 0.5][pick]

    def make_num(self, wild):
        return self.random.choice(WILD_INTS + WILD_FLOATS) if wild else self.random.choice([self.random.randint(-99, 99), self.random.randint(-9, 9) / 2])

    def make_from_day(self, wild): return datetime.date(1, 1, 1) if wild else datetime.date(2024, 1, 1) + datetime.timedelta(self.random.randint(-900, 900))
    def make_to_day(self, wild): return self.make_from_day(wild)

    def make_from_time(self, wild):
        return datetime.datetime(1969, 12, 31, 23, 59, 59, 999999) if wild else datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=self.random.randint(-10**7, 10**7))

    def make_to_time(self, wild): return self.make_from_time(wild)
    def make_price(self, wild): return decimal.Decimal(self.random.choice([0, -1, 9999999999, -9999999999, 1000]) if wild else self.random.randint(-99999, 99999)).scaleb(-2)
    def make_rate(self, wild): return decimal.Decimal(self.random.randint(-10**17, 10**17) if wild else self.random.randint(-99999, 99999)).scaleb(-4)
    def make_gone(self, wild): return None


# MARK: JSON

def json_text(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, bytes):
        return json.dumps(value.decode("utf-8", "replace"), ensure_ascii=len(value) % 2 == 0)
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    return "{" + ", ".join(f"{json.dumps(name)}: {json_text(item)}" for name, item in value.items()) + "}"


def write_json(data, path):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for record in data.records:
            # A null field and one that is not there are the same.
            shown = {name: value for name, value in record.items() if value is not None or record["id"] % 2}
            file.write(json_text(shown) + "\n")


# MARK: CSV

def csv_text(value):
    """What a CSV file without types makes of a value; its empty cells are empty strings."""
    if value is None:
        return b""
    if value is True or value is False:
        return b"true" if value else b"false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").encode()
    return repr(value).encode()


def write_csv(data, path):
    def quoted(value):
        return b'"' + value.replace(b'"', b'""') + b'"' if any(mark in value for mark in (b",", b'"', b"\n", b"\r")) else value
    with open(path, "wb") as file:
        file.write(",".join(data.columns).encode() + b"\n")
        for record in data.records:
            file.write(b",".join(quoted(csv_text(record[name])) for name in data.columns) + b"\n")


# MARK: Parquet

def choose_types(random, data):
    """Physical types for a Parquet file, and the values that they can hold."""
    data.types = {
        "id": random.choice(["int32", "int64"]), "n": random.choice(["int8", "int16", "int32", "int64"]), "i": random.choice(["int32", "int64"]), "l": "int64",
        "d": "double", "w": random.choice(["float", "double"])}
    if data.types["w"] == "float":
        for record in data.records:
            if record["w"] is not None:
                try:
                    record["w"] = struct.unpack("f", struct.pack("f", record["w"]))[0]
                except OverflowError:
                    record["w"] = math.copysign(math.inf, record["w"])


def write_parquet(data, path):
    strings = pyarrow.string()
    types = {
        "s": strings, "t": strings, "k": strings, "day": strings, "b": pyarrow.bool_(), "gone": pyarrow.int32(), "bin": pyarrow.binary(),
        "st": pyarrow.struct([("a", pyarrow.int32()), ("name", strings), ("in", pyarrow.struct([("x", pyarrow.float64()), ("tag", strings)])), ("none", strings)]),
        "arr": pyarrow.list_(pyarrow.int64()), "tags": pyarrow.list_(strings),
        "items": pyarrow.list_(pyarrow.struct([("price", pyarrow.float64()), ("qty", pyarrow.int32()), ("sku", strings)]))}
    named = {"int8": pyarrow.int8(), "int16": pyarrow.int16(), "int32": pyarrow.int32(), "int64": pyarrow.int64(), "double": pyarrow.float64(), "float": pyarrow.float32()}
    types.update({
        "from_day": pyarrow.date32(), "to_day": pyarrow.date32(), "from_time": pyarrow.timestamp("us"), "to_time": pyarrow.timestamp("us"),
        "price": pyarrow.decimal128(10, 2), "rate": pyarrow.decimal128(18, 4)})
    types.update({name: named[word] for name, word in data.types.items()})
    arrays = [pyarrow.array([plain(record[name], name == "bin") for record in data.records], types[name]) for name in data.columns]
    pyarrow.parquet.write_table(pyarrow.table(arrays, names=list(data.columns)), path, **data.parquet_options)


def plain(value, is_binary=False):
    """A value as pyarrow takes it."""
    if isinstance(value, bytes):
        return value if is_binary else value.decode("utf-8", "replace")
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


# MARK: Lua

def lua_string(text):
    """A Lua literal of bytes."""
    out = []
    for byte in text:
        if byte in b'"\\':
            out.append("\\" + chr(byte))
        else:
            out.append(chr(byte) if 32 <= byte < 127 else f"\\{byte:03d}")
    return '"' + "".join(out) + '"'


def lua_value(value, is_binary=False):
    """A value as the plain Lua's records hold it: nested tables carry the names that Mastic's error messages have for them."""
    if value is None:
        return "nil"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return "math.mininteger" if value == MININT else str(value)
    if isinstance(value, float):
        if value != value:
            return "NAN"
        return ("-" if value < 0 else "") + "math.huge" if math.isinf(value) else value.hex()
    if isinstance(value, bytes):
        return lua_string(value if is_binary else value.decode("utf-8", "replace").encode())
    if isinstance(value, list):
        return "A{" + ", ".join("null" if item is None else lua_value(item) for item in value) + "}"
    return "S{" + ", ".join(f"[{lua_string(name.encode())}] = {lua_value(item)}" for name, item in value.items() if item is not None) + "}"


def write_lua(data, path):
    """Writes a chunk that gives a list of functions, each of which makes one record anew."""
    with open(path, "w", encoding="ascii") as file:
        file.write("local A, S, NAN = ...\nlocal list = {}\n")
        for record in data.records:
            fields = ", ".join(f"[{lua_string(name.encode())}] = {lua_value(value, name == 'bin')}" for name, value in record.items() if value is not None)
            file.write(f"list[#list + 1] = function() return {{{fields}}} end\n")
        file.write("return list\n")
