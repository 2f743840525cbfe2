"""docs/examples/tpch: the 22 queries as SQL and as DataFrames give the same tables, over a small TPC-H database made here."""
import datetime
import decimal
import os
import random

from support import ROOT, MasticTest, needs_pyarrow, pyarrow

NATIONS = [
    ("ALGERIA", 0), ("ARGENTINA", 1), ("BRAZIL", 1), ("CANADA", 1), ("EGYPT", 4), ("ETHIOPIA", 0), ("FRANCE", 3), ("GERMANY", 3), ("INDIA", 2), ("INDONESIA", 2),
    ("IRAN", 4), ("IRAQ", 4), ("JAPAN", 2), ("JORDAN", 4), ("KENYA", 0), ("MOROCCO", 0), ("MOZAMBIQUE", 0), ("PERU", 1), ("CHINA", 2), ("ROMANIA", 3),
    ("SAUDI ARABIA", 4), ("VIETNAM", 2), ("RUSSIA", 3), ("UNITED KINGDOM", 3), ("UNITED STATES", 1)]


def tables(seed):
    """The eight tables as lists of dictionaries. Small ranges, so that every query's conditions are met by some rows."""
    source = random.Random(seed)
    money = lambda low, high: decimal.Decimal(source.randint(low * 100, high * 100)) / 100
    day = lambda: datetime.date(1992, 1, 1) + datetime.timedelta(days=source.randint(0, 2500))
    word = lambda *words: source.choice(words)
    nations = [6, 7, 8, 2, 20, 3, 23]
    made = {
        "region": [{"r_regionkey": key, "r_name": name, "r_comment": "x"} for key, name in enumerate(["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"])],
        "nation": [{"n_nationkey": key, "n_name": name, "n_regionkey": region, "n_comment": "x"} for key, (name, region) in enumerate(NATIONS)],
        "supplier": [{
            "s_suppkey": key, "s_name": f"Supplier#{key:09}", "s_address": f"street {key}", "s_nationkey": source.choice(nations), "s_phone": f"{10 + key % 25}-555-{key:04}",
            "s_acctbal": money(-900, 9000), "s_comment": word("quiet", "Customer of many Complaints")} for key in range(1, 21)],
        "customer": [{
            "c_custkey": key, "c_name": f"Customer#{key:09}", "c_address": f"road {key}", "c_nationkey": source.choice(nations),
            "c_phone": f"{word('13', '31', '23', '29', '30', '18', '17', '11')}-555-{key:04}", "c_acctbal": money(-900, 9000), "c_mktsegment": word("BUILDING", "MACHINERY"),
            "c_comment": "x"} for key in range(1, 81)],
        "part": [{
            "p_partkey": key, "p_name": word("green tomato", "forest lime", "azure snow"), "p_mfgr": "Manufacturer#1", "p_brand": word("Brand#12", "Brand#23", "Brand#34", "Brand#45"),
            "p_type": word("ECONOMY ANODIZED STEEL", "PROMO BURNISHED COPPER", "LARGE BRUSHED BRASS", "MEDIUM POLISHED TIN"), "p_size": source.choice([1, 3, 9, 14, 15, 19, 23, 36, 45, 49]),
            "p_container": word("SM CASE", "MED BOX", "LG CASE", "MED BAG", "SM BOX"), "p_retailprice": money(900, 2000), "p_comment": "x"} for key in range(1, 61)],
    }
    made["partsupp"] = [{
        "ps_partkey": part["p_partkey"], "ps_suppkey": supplier, "ps_availqty": source.randint(1, 9999), "ps_supplycost": money(1, 1000), "ps_comment": "x"}
        for part in made["part"] for supplier in source.sample(range(1, 21), 4)]
    made["orders"] = [{
        "o_orderkey": key, "o_custkey": source.choice([n for n in range(1, 81) if n % 3]), "o_orderstatus": word("F", "O", "P"), "o_totalprice": money(1000, 300000), "o_orderdate": day(),
        "o_orderpriority": word("1-URGENT", "2-HIGH", "3-MEDIUM", "5-LOW"), "o_clerk": "x", "o_shippriority": 0, "o_comment": word("x", "special packages requests")}
        for key in range(1, 601)]
    made["lineitem"] = []
    for order in made["orders"]:
        for number in range(1, source.randint(2, 8)):
            partsupp = source.choice(made["partsupp"])
            shipped = order["o_orderdate"] + datetime.timedelta(days=source.randint(1, 100))
            made["lineitem"].append({
                "l_orderkey": order["o_orderkey"], "l_partkey": partsupp["ps_partkey"], "l_suppkey": partsupp["ps_suppkey"], "l_linenumber": number,
                "l_quantity": decimal.Decimal(source.randint(1, 60)).quantize(decimal.Decimal("0.01")), "l_extendedprice": money(900, 90000), "l_discount": money(0, 0) + decimal.Decimal(source.randint(0, 10)) / 100,
                "l_tax": decimal.Decimal(source.randint(0, 8)) / 100, "l_returnflag": word("A", "N", "R"), "l_linestatus": word("F", "O"), "l_shipdate": shipped,
                "l_commitdate": order["o_orderdate"] + datetime.timedelta(days=source.randint(20, 90)), "l_receiptdate": shipped + datetime.timedelta(days=source.randint(1, 30)),
                "l_shipinstruct": word("DELIVER IN PERSON", "NONE"), "l_shipmode": word("AIR", "AIR REG", "MAIL", "SHIP"), "l_comment": "x"})
    return made


@needs_pyarrow
class TPCHExampleTests(MasticTest):
    def test_sql_and_data_frames_agree(self):
        import pyarrow.parquet
        types = {"date": pyarrow.date32(), "Decimal": pyarrow.decimal128(15, 2), "int": pyarrow.int64(), "str": pyarrow.string()}
        for name, rows in tables(7).items():
            schema = pyarrow.schema([(column, types[type(value).__name__]) for column, value in rows[0].items()])
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema), self.path(f"{name}.parquet"))
        folder = os.path.join(ROOT, "docs", "examples", "tpch")
        # Each example prints its table; the query in SQL prints it too. One process runs them all.
        result = self.script("""
            for _, name in ipairs{"region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"} do
              spark.read.parquet(name .. ".parquet"):createOrReplaceTempView(name)
            end
            local function read(path)
              local file <close> = assert(io.open(path))
              return file:read("a")
            end
            for number = 1, 22 do
              local name = ("%s/q%02d"):format(arg[1], number)
              print("-- frame " .. number)
              assert(load(read(name .. ".lua"), "=q" .. number))()
              print("-- sql " .. number)
              spark.sql(read(name .. ".sql")):show(100, false)
            end""", folder)
        found = {}
        for part in result.out.split("-- ")[1:]:
            title, _, text = part.partition("\n")
            found[title] = text.strip()
        self.assertEqual(len(found), 44)
        empty = 0
        for number in range(1, 23):
            with self.subTest(query=number):
                frame, sql = found[f"frame {number}"], found[f"sql {number}"]
                self.assertEqual(frame, sql)
                empty += len(sql.splitlines()) <= 4
        self.assertLessEqual(empty, 4, "the database is too small for the queries")


