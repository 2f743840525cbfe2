-- TPC-H 14: promotion effect.
local lineitem, part = spark.table("lineitem"), spark.table("part")
local function day(text) return F.to_date(F.lit(text)) end
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local promotion = F.when(F.col("p_type"):like("PROMO%"), revenue):otherwise(0)
local result = lineitem
  :filter(F.col("l_shipdate"):ge(day("1995-09-01")) & F.col("l_shipdate"):lt(day("1995-10-01")))
  :join(part, F.col("l_partkey"):eq(F.col("p_partkey")))
  :agg((F.sum(promotion) * 100 / F.sum(revenue)):alias("promo_revenue"))

result:show(100, false)
