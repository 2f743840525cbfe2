-- TPC-H 9: product type profit measure.
local part, supplier, lineitem, partsupp, orders, nation = spark.table("part"), spark.table("supplier"), spark.table("lineitem"), spark.table("partsupp"), spark.table("orders"), spark.table("nation")
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local result = part
  :filter(F.col("p_name"):like("%green%"))
  :join(lineitem, F.col("p_partkey"):eq(F.col("l_partkey")))
  :join(supplier, F.col("s_suppkey"):eq(F.col("l_suppkey")))
  :join(partsupp, F.col("ps_suppkey"):eq(F.col("l_suppkey")) & F.col("ps_partkey"):eq(F.col("l_partkey")))
  :join(orders, F.col("o_orderkey"):eq(F.col("l_orderkey")))
  :join(nation, F.col("s_nationkey"):eq(F.col("n_nationkey")))
  :select(
    F.col("n_name"):alias("nation"), F.year("o_orderdate"):alias("o_year"),
    (revenue - F.col("ps_supplycost") * F.col("l_quantity")):alias("amount"))
  :groupBy("nation", "o_year")
  :agg(F.sum("amount"):alias("sum_profit"))
  :orderBy("nation", F.desc("o_year"))

result:show(100, false)
