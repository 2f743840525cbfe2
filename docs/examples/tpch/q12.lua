-- TPC-H 12: shipping modes and order priority.
local orders, lineitem = spark.table("orders"), spark.table("lineitem")
local function day(text) return F.to_date(F.lit(text)) end

local urgent = F.col("o_orderpriority"):isin{"1-URGENT", "2-HIGH"}
local result = orders
  :join(lineitem, F.col("o_orderkey"):eq(F.col("l_orderkey")))
  :filter(F.col("l_shipmode"):isin{"MAIL", "SHIP"})
  :filter(F.col("l_commitdate"):lt(F.col("l_receiptdate")) & F.col("l_shipdate"):lt(F.col("l_commitdate")))
  :filter(F.col("l_receiptdate"):ge(day("1994-01-01")) & F.col("l_receiptdate"):lt(day("1995-01-01")))
  :groupBy("l_shipmode")
  :agg(
    F.sum(F.when(urgent, 1):otherwise(0)):alias("high_line_count"),
    F.sum(F.when(~urgent, 1):otherwise(0)):alias("low_line_count"))
  :orderBy("l_shipmode")

result:show(100, false)
