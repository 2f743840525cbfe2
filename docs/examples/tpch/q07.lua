-- TPC-H 7: volume shipping.
local supplier, lineitem, orders, customer, nation = spark.table("supplier"), spark.table("lineitem"), spark.table("orders"), spark.table("customer"), spark.table("nation")
local function day(text) return F.to_date(F.lit(text)) end
local revenue = F.col("l_extendedprice") * (1 - F.col("l_discount"))

local sellers = nation:select(F.col("n_nationkey"):alias("supp_nationkey"), F.col("n_name"):alias("supp_nation"))
local buyers = nation:select(F.col("n_nationkey"):alias("cust_nationkey"), F.col("n_name"):alias("cust_nation"))
local between = F.col("supp_nation"):eq("FRANCE") & F.col("cust_nation"):eq("GERMANY")
  | F.col("supp_nation"):eq("GERMANY") & F.col("cust_nation"):eq("FRANCE")

local result = supplier
  :join(lineitem, F.col("s_suppkey"):eq(F.col("l_suppkey")))
  :join(orders, F.col("o_orderkey"):eq(F.col("l_orderkey")))
  :join(customer, F.col("c_custkey"):eq(F.col("o_custkey")))
  :join(sellers, F.col("s_nationkey"):eq(F.col("supp_nationkey")))
  :join(buyers, F.col("c_nationkey"):eq(F.col("cust_nationkey")))
  :filter(between & F.col("l_shipdate"):between(day("1995-01-01"), day("1996-12-31")))
  :select("supp_nation", "cust_nation", F.year("l_shipdate"):alias("l_year"), revenue:alias("volume"))
  :groupBy("supp_nation", "cust_nation", "l_year")
  :agg(F.sum("volume"):alias("revenue"))
  :orderBy("supp_nation", "cust_nation", "l_year")

result:show(100, false)
