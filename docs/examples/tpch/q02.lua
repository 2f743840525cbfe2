-- TPC-H 2: minimum cost supplier.
local part, supplier, partsupp, nation, region = spark.table("part"), spark.table("supplier"), spark.table("partsupp"), spark.table("nation"), spark.table("region")

-- What suppliers of Europe ask for which part.
local offers = partsupp
  :join(supplier, F.col("ps_suppkey"):eq(F.col("s_suppkey")))
  :join(nation, F.col("s_nationkey"):eq(F.col("n_nationkey")))
  :join(region:filter(F.col("r_name"):eq("EUROPE")), F.col("n_regionkey"):eq(F.col("r_regionkey")))
local cheapest = offers:groupBy(F.col("ps_partkey"):alias("cheapest_partkey")):agg(F.min("ps_supplycost"):alias("cheapest_cost"))

local result = part
  :filter(F.col("p_size"):eq(15) & F.col("p_type"):like("%BRASS"))
  :join(offers, F.col("p_partkey"):eq(F.col("ps_partkey")))
  :join(cheapest, F.col("ps_partkey"):eq(F.col("cheapest_partkey")) & F.col("ps_supplycost"):eq(F.col("cheapest_cost")))
  :select("s_acctbal", "s_name", "n_name", "p_partkey", "p_mfgr", "s_address", "s_phone", "s_comment")
  :orderBy(F.desc("s_acctbal"), "n_name", "s_name", "p_partkey")
  :limit(100)

result:show(100, false)
