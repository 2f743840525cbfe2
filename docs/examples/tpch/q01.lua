-- TPC-H 1: pricing summary.
local lineitem = spark.table("lineitem")
local price, discount, tax = F.col("l_extendedprice"), F.col("l_discount"), F.col("l_tax")

local result = lineitem
  :filter(F.col("l_shipdate"):le(F.to_date(F.lit("1998-09-02"))))
  :groupBy("l_returnflag", "l_linestatus")
  :agg(
    F.sum("l_quantity"):alias("sum_qty"),
    F.sum("l_extendedprice"):alias("sum_base_price"),
    F.sum(price * (1 - discount)):alias("sum_disc_price"),
    F.sum(price * (1 - discount) * (1 + tax)):alias("sum_charge"),
    F.avg("l_quantity"):alias("avg_qty"),
    F.avg("l_extendedprice"):alias("avg_price"),
    F.avg("l_discount"):alias("avg_disc"),
    F.count("*"):alias("count_order"))
  :orderBy("l_returnflag", "l_linestatus")

result:show(100, false)
