-- TPC-H 22: global sales opportunity.
local customer, orders = spark.table("customer"), spark.table("orders")

local chosen = customer
  :select(F.substring("c_phone", 1, 2):alias("cntrycode"), "c_acctbal", "c_custkey")
  :filter(F.col("cntrycode"):isin{"13", "31", "23", "29", "30", "18", "17"})
local usual = chosen:filter(F.col("c_acctbal"):gt(0)):agg(F.avg("c_acctbal"):alias("usual_acctbal"))
local result = chosen
  :join(usual, F.col("c_acctbal"):gt(F.col("usual_acctbal")))
  :join(orders, F.col("o_custkey"):eq(F.col("c_custkey")), "left_anti")
  :groupBy("cntrycode")
  :agg(F.count("*"):alias("numcust"), F.sum("c_acctbal"):alias("totacctbal"))
  :orderBy("cntrycode")

result:show(100, false)
