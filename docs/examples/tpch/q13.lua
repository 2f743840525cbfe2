-- TPC-H 13: customer distribution.
local customer, orders = spark.table("customer"), spark.table("orders")

local plain = orders:filter(~F.col("o_comment"):like("%special%requests%"))
local result = customer
  :join(plain, F.col("c_custkey"):eq(F.col("o_custkey")), "left")
  :groupBy("c_custkey")
  :agg(F.count("o_orderkey"):alias("c_count"))
  :groupBy("c_count")
  :agg(F.count("*"):alias("custdist"))
  :orderBy(F.desc("custdist"), F.desc("c_count"))

result:show(100, false)
