-- Reads back what the sales job wrote.
local processed = glueContext.create_dynamic_frame.from_catalog{database = "sales_db", table_name = "processed"}
processed:printSchema()
print("rows: " .. processed:count())
processed:toDF():orderBy("transaction_id"):show(10)
