-- TPC-H 17: small-quantity orders.
local lineitem, part = spark.table("lineitem"), spark.table("part")

local usual = lineitem
  :groupBy(F.col("l_partkey"):alias("usual_partkey"))
  :agg((F.avg("l_quantity") * F.expr("0.2")):alias("usual_quantity"))
local result = part
  :filter(F.col("p_brand"):eq("Brand#23") & F.col("p_container"):eq("MED BOX"))
  :join(lineitem, F.col("p_partkey"):eq(F.col("l_partkey")))
  :join(usual, F.col("p_partkey"):eq(F.col("usual_partkey")))
  :filter(F.col("l_quantity"):lt(F.col("usual_quantity")))
  :agg((F.sum("l_extendedprice") / F.expr("7.0")):alias("avg_yearly"))

result:show(100, false)
