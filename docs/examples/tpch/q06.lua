-- TPC-H 6: forecasting revenue change.
local lineitem = spark.table("lineitem")
local function day(text) return F.to_date(F.lit(text)) end

local result = lineitem
  :filter(F.col("l_shipdate"):ge(day("1994-01-01")) & F.col("l_shipdate"):lt(day("1995-01-01")))
  :filter(F.expr("l_discount between 0.05 and 0.07") & F.col("l_quantity"):lt(24))
  :agg(F.sum(F.col("l_extendedprice") * F.col("l_discount")):alias("revenue"))

result:show(100, false)
