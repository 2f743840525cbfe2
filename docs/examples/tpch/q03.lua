-- TPC-H 3: shipping priority.
local customer, orders, lineitem = spark.table("customer"), spark.table("orders"), spark.table("lineitem")
local function day(text) return F.to_date(F.lit(text)) end
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local result = customer
  :filter(F.col("c_mktsegment"):eq("BUILDING"))
  :join(orders:filter(F.col("o_orderdate"):lt(day("1995-03-15"))), F.col("c_custkey"):eq(F.col("o_custkey")))
  :join(lineitem:filter(F.col("l_shipdate"):gt(day("1995-03-15"))), F.col("l_orderkey"):eq(F.col("o_orderkey")))
  :groupBy("l_orderkey", "o_orderdate", "o_shippriority")
  :agg(F.sum(revenue):alias("revenue"))
  :select("l_orderkey", "revenue", "o_orderdate", "o_shippriority")
  :orderBy(F.desc("revenue"), "o_orderdate")
  :limit(10)

result:show(100, false)
