-- The sales job: reads catalogued transactions, keeps what was completed, and writes Parquet partitioned by day.
local args = getResolvedOptions(arg, {"JOB_NAME", "target"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)

local source = glueContext.create_dynamic_frame.from_catalog{
  database = "sales_db", table_name = "raw_transactions", transformation_ctx = "source"}

-- Real amounts hold an "n/a" here and there, so the crawler calls the column text. What is no number becomes null.
local typed = ResolveChoice.apply{frame = source, specs = {{"amount", "cast:double"}}}

local completed = Filter.apply{frame = typed, f = function(r)
  return r.amount > 0 and r.status == "completed"
end}

local mapped = Map.apply{frame = completed, f = function(r)
  return {
    transaction_id   = r.id,
    customer_id      = r.customer_id,
    amount           = r.amount,
    category         = r.product_category:lower(),
    transaction_date = r.created_at:sub(1, 10),
  }
end}

glueContext.write_dynamic_frame.from_options{
  frame = mapped, connection_type = "s3", format = "parquet",
  connection_options = {path = args.target, partitionKeys = {"transaction_date"}},
  transformation_ctx = "sink"}

job:commit()
