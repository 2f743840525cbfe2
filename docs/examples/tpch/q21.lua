-- TPC-H 21: suppliers who kept orders waiting.
local supplier, lineitem, orders, nation = spark.table("supplier"), spark.table("lineitem"), spark.table("orders"), spark.table("nation")

local others = lineitem:select(F.col("l_orderkey"):alias("other_orderkey"), F.col("l_suppkey"):alias("other_suppkey"))
local late = lineitem:filter(F.col("l_receiptdate"):gt(F.col("l_commitdate")))
local lateOthers = late:select(F.col("l_orderkey"):alias("late_orderkey"), F.col("l_suppkey"):alias("late_suppkey"))
local result = supplier
  :join(late, F.col("s_suppkey"):eq(F.col("l_suppkey")))
  :join(orders:filter(F.col("o_orderstatus"):eq("F")), F.col("o_orderkey"):eq(F.col("l_orderkey")))
  :join(nation:filter(F.col("n_name"):eq("SAUDI ARABIA")), F.col("s_nationkey"):eq(F.col("n_nationkey")))
  :join(others, F.col("other_orderkey"):eq(F.col("l_orderkey")) & F.col("other_suppkey"):ne(F.col("l_suppkey")), "left_semi")
  :join(lateOthers, F.col("late_orderkey"):eq(F.col("l_orderkey")) & F.col("late_suppkey"):ne(F.col("l_suppkey")), "left_anti")
  :groupBy("s_name")
  :agg(F.count("*"):alias("numwait"))
  :orderBy(F.desc("numwait"), "s_name")
  :limit(100)

result:show(100, false)
