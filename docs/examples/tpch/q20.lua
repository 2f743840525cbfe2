-- TPC-H 20: potential part promotion.
local supplier, nation, partsupp, part, lineitem = spark.table("supplier"), spark.table("nation"), spark.table("partsupp"), spark.table("part"), spark.table("lineitem")
local function day(text) return F.to_date(F.lit(text)) end

local shipped = lineitem
  :filter(F.col("l_shipdate"):ge(day("1994-01-01")) & F.col("l_shipdate"):lt(day("1995-01-01")))
  :groupBy("l_partkey", "l_suppkey")
  :agg((F.sum("l_quantity") * F.expr("0.5")):alias("half"))
local excess = partsupp
  :join(part:filter(F.col("p_name"):like("forest%")), F.col("ps_partkey"):eq(F.col("p_partkey")), "left_semi")
  :join(shipped, F.col("l_partkey"):eq(F.col("ps_partkey")) & F.col("l_suppkey"):eq(F.col("ps_suppkey")))
  :filter(F.col("ps_availqty"):gt(F.col("half")))
local result = supplier
  :join(nation:filter(F.col("n_name"):eq("CANADA")), F.col("s_nationkey"):eq(F.col("n_nationkey")))
  :join(excess, F.col("s_suppkey"):eq(F.col("ps_suppkey")), "left_semi")
  :select("s_name", "s_address")
  :orderBy("s_name")

result:show(100, false)
