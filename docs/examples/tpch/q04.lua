-- TPC-H 4: order priority checking.
local orders, lineitem = spark.table("orders"), spark.table("lineitem")
local function day(text) return F.to_date(F.lit(text)) end

local late = lineitem:filter(F.col("l_commitdate"):lt(F.col("l_receiptdate")))
local result = orders
  :filter(F.col("o_orderdate"):ge(day("1993-07-01")) & F.col("o_orderdate"):lt(day("1993-10-01")))
  :join(late, F.col("o_orderkey"):eq(F.col("l_orderkey")), "left_semi")
  :groupBy("o_orderpriority")
  :agg(F.count("*"):alias("order_count"))
  :orderBy("o_orderpriority")

result:show(100, false)
