-- TPC-H 11: important stock.
local partsupp, supplier, nation = spark.table("partsupp"), spark.table("supplier"), spark.table("nation")
local value = F.sum(F.col("ps_supplycost") * F.col("ps_availqty"))

local german = partsupp
  :join(supplier, F.col("ps_suppkey"):eq(F.col("s_suppkey")))
  :join(nation:filter(F.col("n_name"):eq("GERMANY")), F.col("s_nationkey"):eq(F.col("n_nationkey")))
local whole = german:agg((value * F.expr("0.0001000000")):alias("threshold"))

local result = german
  :groupBy("ps_partkey")
  :agg(value:alias("value"))
  :join(whole, F.col("value"):gt(F.col("threshold")))
  :select("ps_partkey", "value")
  :orderBy(F.desc("value"))

result:show(100, false)
