-- TPC-H 19: discounted revenue.
local lineitem, part = spark.table("lineitem"), spark.table("part")
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local function sold(brand, containers, least, size)
  return F.col("p_brand"):eq(brand) & F.col("p_container"):isin(containers) & F.col("l_quantity"):between(least, least + 10)
    & F.col("p_size"):between(1, size)
end
local result = lineitem
  :filter(F.col("l_shipmode"):isin{"AIR", "AIR REG"} & F.col("l_shipinstruct"):eq("DELIVER IN PERSON"))
  :join(part, F.col("p_partkey"):eq(F.col("l_partkey")))
  :filter(
    sold("Brand#12", {"SM CASE", "SM BOX", "SM PACK", "SM PKG"}, 1, 5)
    | sold("Brand#23", {"MED BAG", "MED BOX", "MED PKG", "MED PACK"}, 10, 10)
    | sold("Brand#34", {"LG CASE", "LG BOX", "LG PACK", "LG PKG"}, 20, 15))
  :agg(F.sum(revenue):alias("revenue"))

result:show(100, false)
