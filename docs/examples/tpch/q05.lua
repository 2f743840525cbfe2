-- TPC-H 5: local supplier volume.
local customer, orders, lineitem, supplier, nation, region = spark.table("customer"), spark.table("orders"), spark.table("lineitem"), spark.table("supplier"), spark.table("nation"), spark.table("region")
local function day(text) return F.to_date(F.lit(text)) end
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local result = region
  :filter(F.col("r_name"):eq("ASIA"))
  :join(nation, F.col("r_regionkey"):eq(F.col("n_regionkey")))
  :join(customer, F.col("n_nationkey"):eq(F.col("c_nationkey")))
  :join(orders, F.col("c_custkey"):eq(F.col("o_custkey")))
  :filter(F.col("o_orderdate"):ge(day("1994-01-01")) & F.col("o_orderdate"):lt(day("1995-01-01")))
  :join(lineitem, F.col("o_orderkey"):eq(F.col("l_orderkey")))
  :join(supplier, F.col("l_suppkey"):eq(F.col("s_suppkey")) & F.col("n_nationkey"):eq(F.col("s_nationkey")))
  :groupBy("n_name")
  :agg(F.sum(revenue):alias("revenue"))
  :orderBy(F.desc("revenue"))

result:show(100, false)
