-- require "mastic.examples": the frames that the examples of the reference use, as globals.
--
-- people: a DynamicFrame with nested fields, and a choice of double and long. sales and shops: DataFrames. Each call makes them anew.
people = DynamicFrame.fromDF(
  spark.createDataFrame({
    {1, "Ada", 36, 36.5, {"math", "code"}, {city = "London", zip = "W1"}},
    {2, "Grace", 85, 85.0, {}, {city = "New York", zip = "10001"}},
    {3, "Linus", nil, nil, nil, {city = "Helsinki"}},
  }, "id bigint, name string, age bigint, score double, tags array<string>, address struct<city: string, zip: string>"),
  glueContext, "people"):map(function(r)
    if r.id == 2 then r.score = 85 end
    return r
  end)

sales = spark.createDataFrame({
  {1, "north", "2024-01-01", 12.5, 3}, {2, "south", "2024-01-01", 7.25, 1}, {3, "north", "2024-01-02", 20.0, 4}, {4, "east", "2024-01-02", nil, 2},
  {5, "south", "2024-01-03", 9.75, 2},
}, "id int, shop string, day date, amount double, units int")

shops = spark.createDataFrame({{"north", "Oslo"}, {"south", "Rome"}, {"west", "Lisbon"}}, "shop string, city string")
