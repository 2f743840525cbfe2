-- TPC-H 16: parts and suppliers.
local partsupp, part, supplier = spark.table("partsupp"), spark.table("part"), spark.table("supplier")

local complained = supplier:filter(F.col("s_comment"):like("%Customer%Complaints%"))
local result = part
  :filter(F.col("p_brand"):ne("Brand#45") & ~F.col("p_type"):like("MEDIUM POLISHED%"))
  :filter(F.col("p_size"):isin{49, 14, 23, 45, 19, 3, 36, 9})
  :join(partsupp, F.col("p_partkey"):eq(F.col("ps_partkey")))
  :join(complained, F.col("ps_suppkey"):eq(F.col("s_suppkey")), "left_anti")
  :groupBy("p_brand", "p_type", "p_size")
  :agg(F.countDistinct("ps_suppkey"):alias("supplier_cnt"))
  :orderBy(F.desc("supplier_cnt"), "p_brand", "p_type", "p_size")

result:show(100, false)
