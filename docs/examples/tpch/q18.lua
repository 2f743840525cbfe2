-- TPC-H 18: large volume customers.
local customer, orders, lineitem = spark.table("customer"), spark.table("orders"), spark.table("lineitem")

local large = lineitem
  :groupBy(F.col("l_orderkey"):alias("large_orderkey"))
  :agg(F.sum("l_quantity"):alias("quantity"))
  :filter(F.col("quantity"):gt(300))
local result = orders
  :join(large, F.col("o_orderkey"):eq(F.col("large_orderkey")), "left_semi")
  :join(customer, F.col("c_custkey"):eq(F.col("o_custkey")))
  :join(lineitem, F.col("o_orderkey"):eq(F.col("l_orderkey")))
  :groupBy("c_name", "c_custkey", "o_orderkey", "o_orderdate", "o_totalprice")
  :agg(F.sum("l_quantity"):alias("sum_qty"))
  :orderBy(F.desc("o_totalprice"), "o_orderdate")
  :limit(100)

result:show(100, false)
