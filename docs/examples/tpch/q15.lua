-- TPC-H 15: top supplier.
local lineitem, supplier = spark.table("lineitem"), spark.table("supplier")
local function day(text) return F.to_date(F.lit(text)) end
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local totals = lineitem
  :filter(F.col("l_shipdate"):ge(day("1996-01-01")) & F.col("l_shipdate"):lt(day("1996-04-01")))
  :groupBy(F.col("l_suppkey"):alias("supplier_no"))
  :agg(F.sum(revenue):alias("total_revenue"))
local best = totals:agg(F.max("total_revenue"):alias("best_revenue"))

local result = supplier
  :join(totals, F.col("s_suppkey"):eq(F.col("supplier_no")))
  :join(best, F.col("total_revenue"):eq(F.col("best_revenue")))
  :select("s_suppkey", "s_name", "s_address", "s_phone", "total_revenue")
  :orderBy("s_suppkey")

result:show(100, false)
