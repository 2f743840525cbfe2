-- TPC-H 8: national market share.
local part, supplier, lineitem, orders, customer, nation, region = spark.table("part"), spark.table("supplier"), spark.table("lineitem"), spark.table("orders"), spark.table("customer"), spark.table("nation"), spark.table("region")
local function day(text) return F.to_date(F.lit(text)) end
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local sellers = nation:select(F.col("n_nationkey"):alias("supp_nationkey"), F.col("n_name"):alias("nation"))
local volumes = part
  :filter(F.col("p_type"):eq("ECONOMY ANODIZED STEEL"))
  :join(lineitem, F.col("p_partkey"):eq(F.col("l_partkey")))
  :join(supplier, F.col("s_suppkey"):eq(F.col("l_suppkey")))
  :join(orders, F.col("l_orderkey"):eq(F.col("o_orderkey")))
  :filter(F.col("o_orderdate"):between(day("1995-01-01"), day("1996-12-31")))
  :join(customer, F.col("o_custkey"):eq(F.col("c_custkey")))
  :join(nation, F.col("c_nationkey"):eq(F.col("n_nationkey")))
  :join(region:filter(F.col("r_name"):eq("AMERICA")), F.col("n_regionkey"):eq(F.col("r_regionkey")))
  :join(sellers, F.col("s_nationkey"):eq(F.col("supp_nationkey")))
  :select(F.year("o_orderdate"):alias("o_year"), revenue:alias("volume"), "nation")

local result = volumes
  :groupBy("o_year")
  :agg((F.sum(F.when(F.col("nation"):eq("BRAZIL"), F.col("volume")):otherwise(0)) / F.sum("volume")):alias("mkt_share"))
  :orderBy("o_year")

result:show(100, false)
