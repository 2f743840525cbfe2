-- TPC-H 10: returned item reporting.
local customer, orders, lineitem, nation = spark.table("customer"), spark.table("orders"), spark.table("lineitem"), spark.table("nation")
local function day(text) return F.to_date(F.lit(text)) end
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local result = customer
  :join(orders, F.col("c_custkey"):eq(F.col("o_custkey")))
  :filter(F.col("o_orderdate"):ge(day("1993-10-01")) & F.col("o_orderdate"):lt(day("1994-01-01")))
  :join(lineitem, F.col("l_orderkey"):eq(F.col("o_orderkey")))
  :filter(F.col("l_returnflag"):eq("R"))
  :join(nation, F.col("c_nationkey"):eq(F.col("n_nationkey")))
  :groupBy("c_custkey", "c_name", "c_acctbal", "c_phone", "n_name", "c_address", "c_comment")
  :agg(F.sum(revenue):alias("revenue"))
  :select("c_custkey", "c_name", "revenue", "c_acctbal", "n_name", "c_address", "c_phone", "c_comment")
  :orderBy(F.desc("revenue"))
  :limit(20)

result:show(100, false)
