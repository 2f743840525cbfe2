"""TPC-H's queries as Polars' lazy frames: what scripts/tpch times beside Mastic. Each takes the tables by name and gives a LazyFrame."""
from datetime import date

import polars as pl

c = pl.col
REVENUE = c("l_extendedprice") * (1 - c("l_discount"))


def q1(t):
    return (t["lineitem"].filter(c("l_shipdate") <= date(1998, 9, 2)).group_by("l_returnflag", "l_linestatus").agg(
        sum_qty=c("l_quantity").sum(), sum_base_price=c("l_extendedprice").sum(), sum_disc_price=REVENUE.sum(),
        sum_charge=(REVENUE * (1 + c("l_tax"))).sum(), avg_qty=c("l_quantity").mean(), avg_price=c("l_extendedprice").mean(),
        avg_disc=c("l_discount").mean(), count_order=pl.len()).sort("l_returnflag", "l_linestatus"))


def q2(t):
    offers = (t["partsupp"].join(t["supplier"], left_on="ps_suppkey", right_on="s_suppkey")
              .join(t["nation"], left_on="s_nationkey", right_on="n_nationkey")
              .join(t["region"].filter(c("r_name") == "EUROPE"), left_on="n_regionkey", right_on="r_regionkey"))
    found = (t["part"].filter((c("p_size") == 15) & c("p_type").str.ends_with("BRASS")).join(offers, left_on="p_partkey", right_on="ps_partkey"))
    least = found.group_by("p_partkey").agg(ps_supplycost=c("ps_supplycost").min())
    return (found.join(least, on=["p_partkey", "ps_supplycost"])
            .select("s_acctbal", "s_name", "n_name", "p_partkey", "p_mfgr", "s_address", "s_phone", "s_comment")
            .sort("s_acctbal", "n_name", "s_name", "p_partkey", descending=[True, False, False, False]).head(100))


def q3(t):
    return (t["customer"].filter(c("c_mktsegment") == "BUILDING").join(t["orders"], left_on="c_custkey", right_on="o_custkey")
            .join(t["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
            .filter((c("o_orderdate") < date(1995, 3, 15)) & (c("l_shipdate") > date(1995, 3, 15)))
            .group_by("o_orderkey", "o_orderdate", "o_shippriority").agg(revenue=REVENUE.sum())
            .select(c("o_orderkey").alias("l_orderkey"), "revenue", "o_orderdate", "o_shippriority")
            .sort("revenue", "o_orderdate", descending=[True, False]).head(10))


def q4(t):
    late = t["lineitem"].filter(c("l_commitdate") < c("l_receiptdate"))
    return (t["orders"].filter(c("o_orderdate").is_between(date(1993, 7, 1), date(1993, 10, 1), closed="left"))
            .join(late, left_on="o_orderkey", right_on="l_orderkey", how="semi")
            .group_by("o_orderpriority").agg(order_count=pl.len()).sort("o_orderpriority"))


def q5(t):
    return (t["region"].filter(c("r_name") == "ASIA").join(t["nation"], left_on="r_regionkey", right_on="n_regionkey")
            .join(t["customer"], left_on="n_nationkey", right_on="c_nationkey").join(t["orders"], left_on="c_custkey", right_on="o_custkey")
            .filter(c("o_orderdate").is_between(date(1994, 1, 1), date(1995, 1, 1), closed="left"))
            .join(t["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
            .join(t["supplier"], left_on=["l_suppkey", "n_nationkey"], right_on=["s_suppkey", "s_nationkey"])
            .group_by("n_name").agg(revenue=REVENUE.sum()).sort("revenue", descending=True))


def q6(t):
    return (t["lineitem"].filter(c("l_shipdate").is_between(date(1994, 1, 1), date(1995, 1, 1), closed="left") & (c("l_discount") >= 0.05)
                                 & (c("l_discount") <= 0.07) & (c("l_quantity") < 24))
            .select(revenue=(c("l_extendedprice") * c("l_discount")).sum()))


def q7(t):
    one, other = "FRANCE", "GERMANY"
    sellers = t["nation"].select(s_nationkey="n_nationkey", supp_nation="n_name").filter(c("supp_nation").is_in([one, other]))
    buyers = t["nation"].select(c_nationkey="n_nationkey", cust_nation="n_name").filter(c("cust_nation").is_in([one, other]))
    return (t["lineitem"].filter(c("l_shipdate").is_between(date(1995, 1, 1), date(1996, 12, 31)))
            .join(t["supplier"].join(sellers, on="s_nationkey"), left_on="l_suppkey", right_on="s_suppkey")
            .join(t["orders"], left_on="l_orderkey", right_on="o_orderkey")
            .join(t["customer"].join(buyers, on="c_nationkey"), left_on="o_custkey", right_on="c_custkey")
            .filter(c("supp_nation") != c("cust_nation"))
            .with_columns(l_year=c("l_shipdate").dt.year(), volume=REVENUE)
            .group_by("supp_nation", "cust_nation", "l_year").agg(revenue=c("volume").sum()).sort("supp_nation", "cust_nation", "l_year"))


def q8(t):
    sellers = t["nation"].select(s_nationkey="n_nationkey", nation="n_name")
    america = t["nation"].join(t["region"].filter(c("r_name") == "AMERICA"), left_on="n_regionkey", right_on="r_regionkey").select("n_nationkey")
    return (t["part"].filter(c("p_type") == "ECONOMY ANODIZED STEEL").join(t["lineitem"], left_on="p_partkey", right_on="l_partkey")
            .join(t["orders"].filter(c("o_orderdate").is_between(date(1995, 1, 1), date(1996, 12, 31))), left_on="l_orderkey", right_on="o_orderkey")
            .join(t["customer"].join(america, left_on="c_nationkey", right_on="n_nationkey"), left_on="o_custkey", right_on="c_custkey")
            .join(t["supplier"].join(sellers, on="s_nationkey"), left_on="l_suppkey", right_on="s_suppkey")
            .with_columns(o_year=c("o_orderdate").dt.year(), volume=REVENUE)
            .group_by("o_year").agg(mkt_share=c("volume").filter(c("nation") == "BRAZIL").sum() / c("volume").sum()).sort("o_year"))


def q9(t):
    return (t["part"].filter(c("p_name").str.contains("green", literal=True)).join(t["partsupp"], left_on="p_partkey", right_on="ps_partkey")
            .join(t["supplier"], left_on="ps_suppkey", right_on="s_suppkey")
            .join(t["lineitem"], left_on=["p_partkey", "ps_suppkey"], right_on=["l_partkey", "l_suppkey"])
            .join(t["orders"], left_on="l_orderkey", right_on="o_orderkey").join(t["nation"], left_on="s_nationkey", right_on="n_nationkey")
            .select(nation="n_name", o_year=c("o_orderdate").dt.year(), amount=REVENUE - c("ps_supplycost") * c("l_quantity"))
            .group_by("nation", "o_year").agg(sum_profit=c("amount").sum()).sort("nation", "o_year", descending=[False, True]))


def q10(t):
    keys = ["c_custkey", "c_name", "c_acctbal", "c_phone", "n_name", "c_address", "c_comment"]
    return (t["customer"].join(t["orders"], left_on="c_custkey", right_on="o_custkey")
            .filter(c("o_orderdate").is_between(date(1993, 10, 1), date(1994, 1, 1), closed="left"))
            .join(t["lineitem"].filter(c("l_returnflag") == "R"), left_on="o_orderkey", right_on="l_orderkey")
            .join(t["nation"], left_on="c_nationkey", right_on="n_nationkey").group_by(keys).agg(revenue=REVENUE.sum())
            .select("c_custkey", "c_name", "revenue", "c_acctbal", "n_name", "c_address", "c_phone", "c_comment")
            .sort("revenue", descending=True).head(20))


def q11(t):
    value = (c("ps_supplycost") * c("ps_availqty")).sum()
    german = (t["partsupp"].join(t["supplier"], left_on="ps_suppkey", right_on="s_suppkey")
              .join(t["nation"].filter(c("n_name") == "GERMANY"), left_on="s_nationkey", right_on="n_nationkey"))
    whole = german.select(threshold=value * 0.0001)
    return (german.group_by("ps_partkey").agg(value=value).join(whole, how="cross").filter(c("value") > c("threshold"))
            .select("ps_partkey", "value").sort("value", descending=True))


def q12(t):
    urgent = c("o_orderpriority").is_in(["1-URGENT", "2-HIGH"])
    return (t["orders"].join(t["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
            .filter(c("l_shipmode").is_in(["MAIL", "SHIP"]) & (c("l_commitdate") < c("l_receiptdate")) & (c("l_shipdate") < c("l_commitdate"))
                    & c("l_receiptdate").is_between(date(1994, 1, 1), date(1995, 1, 1), closed="left"))
            .group_by("l_shipmode").agg(high_line_count=urgent.sum(), low_line_count=urgent.not_().sum()).sort("l_shipmode"))


def q13(t):
    plain = t["orders"].filter(c("o_comment").str.contains("special.*requests").not_())
    return (t["customer"].join(plain, left_on="c_custkey", right_on="o_custkey", how="left")
            .group_by("c_custkey").agg(c_count=c("o_orderkey").count()).group_by("c_count").agg(custdist=pl.len())
            .select("c_count", "custdist").sort("custdist", "c_count", descending=True))


def q14(t):
    return (t["lineitem"].filter(c("l_shipdate").is_between(date(1995, 9, 1), date(1995, 10, 1), closed="left"))
            .join(t["part"], left_on="l_partkey", right_on="p_partkey")
            .select(promo_revenue=100 * REVENUE.filter(c("p_type").str.starts_with("PROMO")).sum() / REVENUE.sum()))


def q15(t):
    totals = (t["lineitem"].filter(c("l_shipdate").is_between(date(1996, 1, 1), date(1996, 4, 1), closed="left"))
              .group_by("l_suppkey").agg(total_revenue=REVENUE.sum()))
    return (t["supplier"].join(totals, left_on="s_suppkey", right_on="l_suppkey").filter(c("total_revenue") == c("total_revenue").max())
            .select("s_suppkey", "s_name", "s_address", "s_phone", "total_revenue").sort("s_suppkey"))


def q16(t):
    complained = t["supplier"].filter(c("s_comment").str.contains("Customer.*Complaints"))
    return (t["part"].filter((c("p_brand") != "Brand#45") & c("p_type").str.starts_with("MEDIUM POLISHED").not_()
                             & c("p_size").is_in([49, 14, 23, 45, 19, 3, 36, 9]))
            .join(t["partsupp"], left_on="p_partkey", right_on="ps_partkey").join(complained, left_on="ps_suppkey", right_on="s_suppkey", how="anti")
            .group_by("p_brand", "p_type", "p_size").agg(supplier_cnt=c("ps_suppkey").n_unique())
            .sort("supplier_cnt", "p_brand", "p_type", "p_size", descending=[True, False, False, False]))


def q17(t):
    found = (t["part"].filter((c("p_brand") == "Brand#23") & (c("p_container") == "MED BOX"))
             .join(t["lineitem"], left_on="p_partkey", right_on="l_partkey"))
    usual = found.group_by("p_partkey").agg(usual=0.2 * c("l_quantity").mean())
    return (found.join(usual, on="p_partkey").filter(c("l_quantity") < c("usual")).select(avg_yearly=c("l_extendedprice").sum() / 7.0))


def q18(t):
    large = t["lineitem"].group_by("l_orderkey").agg(quantity=c("l_quantity").sum()).filter(c("quantity") > 300)
    return (t["orders"].join(large, left_on="o_orderkey", right_on="l_orderkey", how="semi")
            .join(t["lineitem"], left_on="o_orderkey", right_on="l_orderkey").join(t["customer"], left_on="o_custkey", right_on="c_custkey")
            .group_by("c_name", c("o_custkey").alias("c_custkey"), "o_orderkey", "o_orderdate", "o_totalprice").agg(sum_qty=c("l_quantity").sum())
            .sort("o_totalprice", "o_orderdate", descending=[True, False]).head(100))


def q19(t):
    def sold(brand, containers, least, size):
        return ((c("p_brand") == brand) & c("p_container").is_in(containers) & c("l_quantity").is_between(least, least + 10)
                & c("p_size").is_between(1, size))
    return (t["lineitem"].filter(c("l_shipmode").is_in(["AIR", "AIR REG"]) & (c("l_shipinstruct") == "DELIVER IN PERSON"))
            .join(t["part"], left_on="l_partkey", right_on="p_partkey")
            .filter(sold("Brand#12", ["SM CASE", "SM BOX", "SM PACK", "SM PKG"], 1, 5)
                    | sold("Brand#23", ["MED BAG", "MED BOX", "MED PKG", "MED PACK"], 10, 10)
                    | sold("Brand#34", ["LG CASE", "LG BOX", "LG PACK", "LG PKG"], 20, 15))
            .select(revenue=REVENUE.sum()))


def q20(t):
    shipped = (t["lineitem"].filter(c("l_shipdate").is_between(date(1994, 1, 1), date(1995, 1, 1), closed="left"))
               .group_by("l_partkey", "l_suppkey").agg(half=0.5 * c("l_quantity").sum()))
    excess = (t["partsupp"].join(t["part"].filter(c("p_name").str.starts_with("forest")), left_on="ps_partkey", right_on="p_partkey", how="semi")
              .join(shipped, left_on=["ps_partkey", "ps_suppkey"], right_on=["l_partkey", "l_suppkey"]).filter(c("ps_availqty") > c("half")))
    return (t["supplier"].join(t["nation"].filter(c("n_name") == "CANADA"), left_on="s_nationkey", right_on="n_nationkey")
            .join(excess, left_on="s_suppkey", right_on="ps_suppkey", how="semi").select("s_name", "s_address").sort("s_name"))


def q21(t):
    line = t["lineitem"]
    late = line.filter(c("l_receiptdate") > c("l_commitdate"))
    suppliers = line.group_by("l_orderkey").agg(suppliers=c("l_suppkey").n_unique()).filter(c("suppliers") > 1)
    waiting = late.group_by("l_orderkey").agg(waiting=c("l_suppkey").n_unique()).filter(c("waiting") == 1)
    return (late.join(suppliers, on="l_orderkey", how="semi").join(waiting, on="l_orderkey", how="semi")
            .join(t["supplier"], left_on="l_suppkey", right_on="s_suppkey")
            .join(t["nation"].filter(c("n_name") == "SAUDI ARABIA"), left_on="s_nationkey", right_on="n_nationkey")
            .join(t["orders"].filter(c("o_orderstatus") == "F"), left_on="l_orderkey", right_on="o_orderkey")
            .group_by("s_name").agg(numwait=pl.len()).sort("numwait", "s_name", descending=[True, False]).head(100))


def q22(t):
    chosen = (t["customer"].with_columns(cntrycode=c("c_phone").str.slice(0, 2))
              .filter(c("cntrycode").is_in(["13", "31", "23", "29", "30", "18", "17"])))
    usual = chosen.filter(c("c_acctbal") > 0).select(usual=c("c_acctbal").mean())
    return (chosen.join(t["orders"], left_on="c_custkey", right_on="o_custkey", how="anti").join(usual, how="cross")
            .filter(c("c_acctbal") > c("usual")).group_by("cntrycode").agg(numcust=pl.len(), totacctbal=c("c_acctbal").sum()).sort("cntrycode"))


QUERIES = {n: globals()[f"q{n}"] for n in range(1, 23)}
