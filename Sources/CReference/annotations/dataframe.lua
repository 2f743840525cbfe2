---@meta

---# DataFrame
---
---Rows of one schema, with Spark's methods. A DataFrame comes from `spark.read`, `spark.sql`, `spark.table`, `spark.createDataFrame` or
---`dyf:toDF()`.
---
---Where a method takes columns it takes their names, Columns such as `F.col("amount") * 2`, or one list of these. Names count in any case.

---A Column, or the name of one.
---@alias ColumnOrName Column|string

---A Column, or a plain value.
---@alias ColumnOrValue Column|string|number|boolean|date|timestamp|decimal|nil

---A schema: a StructType, a text such as `id bigint, name string`, or, for new rows, a list of names.
---@alias SchemaLike DataType|string|string[]

---A row: read by name, `row.id`, or by number, `row[1]`. `#row` counts its columns, and `row:asDict()` is a plain table.
---@alias Row table

---Rows of one schema, with Spark's methods.
---
---A method gives a new frame and leaves its own as it is; nothing is read before an action, such as `show`, `count`, `collect` or a write.
---`df.amount` is the Column of that name, where no method has it, `df["a name"]` and `df[1]` are too; `df[condition]` has the rows that
---fulfil it.
---
---```lua
---sales:filter("units > 1"):groupBy("shop"):agg(F.sum("units"):alias("units")):orderBy("shop"):show()
---```
---```text
---+-----+-----+
---| shop|units|
---+-----+-----+
---| east|    2|
---|north|    7|
---|south|    2|
---+-----+-----+
---```
---@class DataFrame
---@field [string] Column
---@field [integer] Column
---@field columns string[] the columns' names; called, it gives the same
---@field dtypes string[][] pairs of a name and a type; called, it gives the same
---@field schema DataType the schema, a StructType; called, it gives the same
---@field write DataFrameWriter what writes the frame
---@field na DataFrameNaFunctions what fills, drops and replaces nulls
---@field stat DataFrameStatFunctions statistics
---@field sparkSession SparkSession the session
---@field isStreaming boolean false
local DataFrame = {}

---The number of rows.
---
---```lua
---print(sales:count())   --> 5
---```
---@return integer
function DataFrame:count() end

---Whether there are no rows.
---
---```lua
---print(sales:filter("units > 9"):isEmpty())   --> true
---```
---@return boolean
function DataFrame:isEmpty() end

---Prints the first rows as a table.
---
---```lua
---sales:show(2)
---```
---```text
---+---+-----+----------+------+-----+
---| id| shop|       day|amount|units|
---+---+-----+----------+------+-----+
---|  1|north|2024-01-01|  12.5|    3|
---|  2|south|2024-01-01|  7.25|    1|
---+---+-----+----------+------+-----+
---only showing top 2 rows
---```
---@param n? integer how many; 20 unless said
---@param truncate? boolean|integer whether long values are cut to 20 characters, or to how many; true unless said
---@param vertical? boolean whether each value stands on a line of its own
function DataFrame:show(n, truncate, vertical) end

---All rows, as a list.
---
---```lua
---for _, row in ipairs(sales:limit(2):collect()) do print(row.id, row.shop) end
---```
---```text
---1	north
---2	south
---```
---@return Row[]
function DataFrame:collect() end

---The first rows, as a list.
---
---```lua
---print(sales:take(1)[1].shop)   --> north
---```
---@param num integer how many
---@return Row[]
function DataFrame:take(num) end

---The first row, or a list of the first rows where a number is given. Of no rows the first is `nil`.
---
---```lua
---print(sales:head().shop, #sales:head(3))   --> north 3
---```
---@param n? integer how many
---@return Row|Row[]|nil
function DataFrame:head(n) end

---The first row; `nil` where there is none.
---
---```lua
---print(sales:first().units)   --> 3
---```
---@return Row?
function DataFrame:first() end

---The last rows, as a list.
---
---```lua
---print(sales:tail(1)[1].id)   --> 5
---```
---@param num integer how many
---@return Row[]
function DataFrame:tail(num) end

---The rows one after the other, for a loop.
---
---```lua
---for row in sales:limit(2):toLocalIterator() do print(row.shop) end
---```
---```text
---north
---south
---```
---@param prefetchPartitions? boolean taken and ignored
---@return fun(): Row?
function DataFrame:toLocalIterator(prefetchPartitions) end

---Calls a function with each row, in order.
---
---```lua
---sales:limit(2):foreach(function(row) print(row.id, row.units) end)
---```
---```text
---1	3
---2	1
---```
---@param f fun(row: Row) gets the row
function DataFrame:foreach(f) end

---Calls a function with all rows: there is one partition.
---
---```lua
---sales:foreachPartition(function(rows) print(#rows) end)
---```
---```text
---5
---```
---@param f fun(rows: Row[]) gets the list of rows
function DataFrame:foreachPartition(f) end

---Prints the columns and their types as a tree.
---
---```lua
---sales:printSchema()
---```
---```text
---root
--- |-- id: integer (nullable = true)
--- |-- shop: string (nullable = true)
--- |-- day: date (nullable = true)
--- |-- amount: double (nullable = true)
--- |-- units: integer (nullable = true)
---```
---@param level? integer how deep; everything unless said
function DataFrame:printSchema(level) end

---Draws the frame: bars of a text, lines over numbers and moments, histograms, scatter plots. On the screen, in a notebook, or into a file.
---
---```lua
---sales:plot{x = "shop", y = "units", width = 40}
---```
---```text
---sum of units by shop
---north │███████████████████████████████ 7
---south │█████████████▎ 3
---east  │████████▉ 2
---```
---@param kind? string `bar`, `line`, `histogram` or `scatter`; what fits the columns' types unless said
---@param x? string the column along the axis; of a histogram the one whose values are counted
---@param y? string|string[] the columns of numbers that are drawn over it; rows are counted unless said
---@param aggregate? string what becomes of rows that share an x: `sum` (bars), `avg` (lines), `count`, `count_distinct`, `min`, `max`, `median` or `stddev`
---@param bins? integer how many bins a histogram has
---@param limit? integer how many bars or points are drawn
---@param title? string a text above the picture
---@param width? integer letters; what the screen has room for unless said
---@param height? integer lines
---@param log? boolean whether lengths, counts or the y axis are logarithmic
---@param save? string a file ending in .svg or .txt, in place of the screen
---@see DataFrame:profile
function DataFrame:plot(kind, x, y, aggregate, bins, limit, title, width, height, log, save) end

---Looks at every column in one pass: nulls, different values, bounds, quartiles, how values are spread, the most frequent ones.
---
---```lua
---sales:select("shop", "amount"):profile()
---```
---```text
---5 rows, 2 columns
---
---column  type    nulls  distinct   min    25%  median    75%  max  distribution
---shop    string      0         3  north 2, south 2, …; from east to south; 4 to …
---amount  double   20 %         4  7.25  9.125   11.12  14.38   20  ██  █    █
---```
---@param columns? string|string[] the columns to look at; all unless said
---@param as? string `frame` gives the figures as a DataFrame, a row a column, in place of showing them
---@return DataFrame?
---@see DataFrame:summary
function DataFrame:profile(columns, as) end

---Prints what is done for the frame: the optimized plan. With `true` the plan as it was made, too.
---
---```lua
---sales:select("id"):explain()
---```
---```text
---== Physical Plan ==
---Project (id)
---└─ Scan rows (columns: id)
---```
---@param extended? boolean|string whether the plan before it was optimized is printed, too; or a mode
---@param mode? string `simple`, `extended`, `cost`, `codegen` or `formatted`
function DataFrame:explain(extended, mode) end

---A frame of one column, `value`: each row as JSON.
---
---```lua
---sales:select("id", "shop"):limit(1):toJSON():show(1, false)
---```
---```text
---+-----------------------+
---|value                  |
---+-----------------------+
---|{"id":1,"shop":"north"}|
---+-----------------------+
---```
---@return DataFrame
function DataFrame:toJSON() end

---The files that the frame is read from.
---
---```lua
---print(#sales:inputFiles())   --> 0
---```
---@return string[]
function DataFrame:inputFiles() end

---True: rows are where the script is.
---
---```lua
---print(sales:isLocal())   --> true
---```
---@return boolean
function DataFrame:isLocal() end

---These columns. Aggregates alone are over all rows.
---
---```lua
---sales:select("id", (F.col("units") * 2):alias("twice")):show(2)
---```
---```text
---+---+-----+
---| id|twice|
---+---+-----+
---|  1|    6|
---|  2|    2|
---+---+-----+
---only showing top 2 rows
---```
---@param ... ColumnOrName|ColumnOrName[] columns, or their names, one by one or as a list
---@return DataFrame
function DataFrame:select(...) end

---These columns, said in SQL.
---
---```lua
---sales:selectExpr("id", "units * 2 as twice"):show(2)
---```
---```text
---+---+-----+
---| id|twice|
---+---+-----+
---|  1|    6|
---|  2|    2|
---+---+-----+
---only showing top 2 rows
---```
---@param ... string|string[] expressions, with their names behind `as`
---@return DataFrame
function DataFrame:selectExpr(...) end

---The frame with a Column under this name: in the place of the one that has it, or behind all others.
---
---```lua
---sales:select("id", "units"):withColumn("many", F.col("units"):gt(2)):show(2)
---```
---```text
---+---+-----+-----+
---| id|units| many|
---+---+-----+-----+
---|  1|    3| true|
---|  2|    1|false|
---+---+-----+-----+
---only showing top 2 rows
---```
---@param colName string the name
---@param col Column the values
---@return DataFrame
function DataFrame:withColumn(colName, col) end

---The frame with several Columns under their names.
---
---```lua
---sales:select("id", "units"):withColumns({half = F.col("units") / 2}):show(2)
---```
---```text
---+---+-----+----+
---| id|units|half|
---+---+-----+----+
---|  1|    3| 1.5|
---|  2|    1| 0.5|
---+---+-----+----+
---only showing top 2 rows
---```
---@param columns table<string, Column> Columns by name
---@return DataFrame
function DataFrame:withColumns(columns) end

---The frame with a column under another name. A name that no column has changes nothing.
---
---```lua
---print(sales:select("id", "shop"):withColumnRenamed("shop", "place"))   --> DataFrame[id: int, place: string]
---```
---@param existing string the name
---@param new string the new name
---@return DataFrame
function DataFrame:withColumnRenamed(existing, new) end

---The frame with several columns under other names.
---
---```lua
---print(sales:select("id", "shop"):withColumnsRenamed({shop = "place", id = "number"}))   --> DataFrame[number: int, place: string]
---```
---@param names table<string, string> new names by old ones
---@return DataFrame
function DataFrame:withColumnsRenamed(names) end

---The same frame; columns carry nothing besides their values.
---
---```lua
---print(sales:withMetadata("id", {}):count())   --> 5
---```
---@param columnName string a column that is there
---@param metadata any taken and ignored
---@return DataFrame
function DataFrame:withMetadata(columnName, metadata) end

---The frame with all its columns under other names.
---
---```lua
---print(shops:toDF("name", "town"))   --> DataFrame[name: string, town: string]
---```
---@param ... string|string[] a name for each column
---@return DataFrame
function DataFrame:toDF(...) end

---The frame without these columns. A name that no column has means nothing.
---
---```lua
---print(sales:drop("day", "amount", "units"))   --> DataFrame[id: int, shop: string]
---```
---@param ... ColumnOrName|ColumnOrName[] columns, or their names, one by one or as a list
---@return DataFrame
function DataFrame:drop(...) end

---The frame under a name, so that `F.col("name.column")` tells its columns from another's.
---
---```lua
---local a, b = shops:alias("a"), shops:alias("b")
---print(a:join(b, F.col("a.shop"):eq(F.col("b.shop"))):count())   --> 3
---```
---@param alias string the name
---@return DataFrame
function DataFrame:alias(alias) end

---The columns whose names a pattern matches, for `select`.
---
---```lua
---print(sales:select(sales:colRegex("`.*s`")))   --> DataFrame[units: int]
---```
---@param colName string a regular expression
---@return any
function DataFrame:colRegex(colName) end

---The Column of a name.
---
---```lua
---print(sales:filter(sales:col("units"):ge(3)):count())   --> 2
---```
---@param colName string the name
---@return Column
function DataFrame:col(colName) end

---The columns of a schema, in its order: matched by name, brought to its types where that loses nothing, null where they are missing.
---
---```lua
---print(sales:to("units bigint, shop string"))   --> DataFrame[units: bigint, shop: string]
---```
---@param schema SchemaLike the schema
---@return DataFrame
function DataFrame:to(schema) end

---What a function makes of the frame, for chains.
---
---```lua
---local function over(frame, n) return frame:filter(F.col("units"):gt(n)) end
---print(sales:transform(over, 2):count())   --> 2
---```
---@param f fun(frame: DataFrame, ...): DataFrame gets the frame
---@param ... any what the function gets besides
---@return DataFrame
function DataFrame:transform(f, ...) end

---The rows that fulfil a condition, which is a Column or a text of SQL.
---
---```lua
---sales:filter("units > 2 and shop = 'north'"):select("id"):show()
---```
---```text
---+---+
---| id|
---+---+
---|  1|
---|  3|
---+---+
---```
---@param condition Column|string the condition
---@return DataFrame
function DataFrame:filter(condition) end
DataFrame.where = DataFrame.filter

---The rows sorted by columns, their names or their numbers: upwards with nulls first, unless a Column or `ascending` says otherwise.
---
---```lua
---sales:orderBy(F.desc("units"), "id"):select("id", "units"):show(3)
---print(sales:orderBy({"units", ascending = false}):first().id)
---```
---```text
---+---+-----+
---| id|units|
---+---+-----+
---|  3|    4|
---|  1|    3|
---|  4|    2|
---+---+-----+
---only showing top 3 rows
---
---3
---```
---@param ... ColumnOrName|integer|table columns; a table of them may say `ascending`, a boolean or a list of them
---@return DataFrame
function DataFrame:orderBy(...) end
DataFrame.sort = DataFrame.orderBy

---The rows sorted, all of them: there are no partitions.
---
---```lua
---print(sales:sortWithinPartitions("units"):first().id)   --> 2
---```
---@param ... ColumnOrName|integer|table as for `orderBy`
---@return DataFrame
function DataFrame:sortWithinPartitions(...) end

---The first rows.
---
---```lua
---print(sales:limit(2):count())   --> 2
---```
---@param num integer how many
---@return DataFrame
function DataFrame:limit(num) end

---All rows but the first.
---
---```lua
---print(sales:orderBy("id"):offset(3):first().id)   --> 4
---```
---@param num integer how many are left out
---@return DataFrame
function DataFrame:offset(num) end

---Each combination of values once.
---
---```lua
---print(sales:select("shop"):distinct():count())   --> 3
---```
---@return DataFrame
function DataFrame:distinct() end

---Each combination of values once; of some columns, the first row of each.
---
---```lua
---sales:orderBy("id"):dropDuplicates("shop"):select("id", "shop"):show()
---```
---```text
---+---+-----+
---| id| shop|
---+---+-----+
---|  1|north|
---|  2|south|
---|  4| east|
---+---+-----+
---```
---@param ... ColumnOrName|ColumnOrName[] the columns that count; all unless said
---@return DataFrame
function DataFrame:dropDuplicates(...) end
DataFrame.drop_duplicates = DataFrame.dropDuplicates
DataFrame.dropDuplicatesWithinWatermark = DataFrame.dropDuplicates

---Random rows: about this share of them, the same ones for the same seed and rows.
---
---```lua
---print(sales:sample(1.0):count())   --> 5
---```
---@param withReplacement? boolean whether a row may come several times; may be left out
---@param fraction number the share, from 0 to 1
---@param seed? integer another one gives other rows
---@return DataFrame
---@overload fun(self: DataFrame, fraction: number, seed?: integer): DataFrame
---@overload fun(self: DataFrame, arguments: {withReplacement?: boolean, fraction: number, seed?: integer}): DataFrame
function DataFrame:sample(withReplacement, fraction, seed) end

---Random rows, with a share for each value of a column; values that are not named have none.
---
---```lua
---print(sales:sampleBy("shop", {north = 1.0}):count())   --> 2
---```
---@param col ColumnOrName the column
---@param fractions table<any, number> shares by value
---@param seed? integer another one gives other rows
---@return DataFrame
function DataFrame:sampleBy(col, fractions, seed) end

---The rows dealt at random into several frames.
---
---```lua
---local parts = sales:randomSplit({0.5, 0.5}, 7)
---print(parts[1]:count() + parts[2]:count())   --> 5
---```
---@param weights number[] the share of each
---@param seed? integer another one deals otherwise
---@return DataFrame[]
function DataFrame:randomSplit(weights, seed) end

---The rows in groups, for aggregates. Without columns all rows are one group.
---
---```lua
---sales:groupBy("shop"):count():orderBy("shop"):show()
---```
---```text
---+-----+-----+
---| shop|count|
---+-----+-----+
---| east|    1|
---|north|    2|
---|south|    2|
---+-----+-----+
---```
---@param ... ColumnOrName|integer|table columns, their names or numbers
---@return GroupedData
function DataFrame:groupBy(...) end
DataFrame.groupby = DataFrame.groupBy

---Groups by all of the columns, by all but the last, and so on down to one group of all rows.
---
---```lua
---sales:rollup("shop"):agg(F.sum("units"):alias("units")):orderBy("shop"):show()
---```
---```text
---+-----+-----+
---| shop|units|
---+-----+-----+
---| NULL|   12|
---| east|    2|
---|north|    7|
---|south|    3|
---+-----+-----+
---```
---@param ... ColumnOrName|ColumnOrName[] columns, or their names, one by one or as a list
---@return GroupedData
function DataFrame:rollup(...) end

---Groups by every choice of the columns.
---
---```lua
---print(sales:cube("shop", "day"):count():count())   --> 12
---```
---@param ... ColumnOrName|ColumnOrName[] columns, or their names, one by one or as a list
---@return GroupedData
function DataFrame:cube(...) end

---Groups by several lists of columns, one after the other.
---
---```lua
---sales:groupingSets({{"shop"}, {}}, "shop"):agg(F.sum("units"):alias("units")):orderBy("shop"):show(2)
---```
---```text
---+----+-----+
---|shop|units|
---+----+-----+
---|NULL|   12|
---|east|    2|
---+----+-----+
---only showing top 2 rows
---```
---@param sets string[][] the lists
---@param ... ColumnOrName the columns, in the order in which they come out
---@return GroupedData
function DataFrame:groupingSets(sets, ...) end

---Aggregates over all rows, in one row.
---
---```lua
---sales:agg(F.sum("units"):alias("sum"), F.max("day"):alias("last")):show()
---sales:agg({units = "max"}):show()
---```
---```text
---+---+----------+
---|sum|      last|
---+---+----------+
---| 12|2024-01-03|
---+---+----------+
---
---+----------+
---|max(units)|
---+----------+
---|         4|
---+----------+
---```
---@param ... Column|table<string, string> aggregates, or a table from columns to functions
---@return DataFrame
function DataFrame:agg(...) end

---Rows of both frames that go together.
---
---The kinds are `inner`, `left`, `right`, `outer`, `left_semi`, `left_anti`, `cross`, and Spark's other names for them. Columns that are
---joined by name come once, and first.
---
---```lua
---sales:select("id", "shop"):join(shops, "shop", "left"):orderBy("id"):show()
---```
---```text
---+-----+---+----+
---| shop| id|city|
---+-----+---+----+
---|north|  1|Oslo|
---|south|  2|Rome|
---|north|  3|Oslo|
---| east|  4|NULL|
---|south|  5|Rome|
---+-----+---+----+
---```
---@param other DataFrame the other frame
---@param on? string|string[]|Column|Column[] names that both have, or a condition; every pair unless said
---@param how? string the kind; `inner` unless said
---@return DataFrame
function DataFrame:join(other, on, how) end

---Every pair of rows of both frames.
---
---```lua
---print(sales:crossJoin(shops):count())   --> 15
---```
---@param other DataFrame the other frame
---@return DataFrame
function DataFrame:crossJoin(other) end

---The rows of both frames, column by column in their order. Rows that are twice stay twice.
---
---```lua
---print(sales:union(sales):count())   --> 10
---```
---@param other DataFrame the other frame
---@return DataFrame
function DataFrame:union(other) end
DataFrame.unionAll = DataFrame.union

---The rows of both frames, with columns matched by name.
---
---```lua
---print(shops:unionByName(shops:select("shop"), true):filter("city is null"):count())   --> 3
---```
---@param other DataFrame the other frame
---@param allowMissingColumns? boolean whether a column may be missing, and is null then
---@return DataFrame
function DataFrame:unionByName(other, allowMissingColumns) end

---Rows that both frames have, each once.
---
---```lua
---print(sales:select("shop"):intersect(shops:select("shop")):count())   --> 2
---```
---@param other DataFrame the other frame
---@return DataFrame
function DataFrame:intersect(other) end

---Rows that both frames have, as often as both do.
---
---```lua
---print(sales:select("shop"):intersectAll(sales:select("shop")):count())   --> 5
---```
---@param other DataFrame the other frame
---@return DataFrame
function DataFrame:intersectAll(other) end

---Rows that only this frame has, each once.
---
---```lua
---sales:select("shop"):subtract(shops:select("shop")):show()
---```
---```text
---+----+
---|shop|
---+----+
---|east|
---+----+
---```
---@param other DataFrame the other frame
---@return DataFrame
function DataFrame:subtract(other) end
DataFrame.except = DataFrame.subtract

---Rows that this frame has more often than the other, so much more often.
---
---```lua
---print(sales:select("shop"):exceptAll(shops:select("shop")):count())   --> 3
---```
---@param other DataFrame the other frame
---@return DataFrame
function DataFrame:exceptAll(other) end

---A row for each of some columns, with its name and its value.
---
---```lua
---sales:select("id", "amount", F.col("units"):cast("double"):alias("units")):unpivot("id", {"amount", "units"}, "what", "value"):show(2)
---```
---```text
---+---+------+-----+
---| id|  what|value|
---+---+------+-----+
---|  1|amount| 12.5|
---|  2|amount| 7.25|
---+---+------+-----+
---only showing top 2 rows
---```
---@param ids? string|string[]|Column[] columns that stay beside
---@param values? string|string[]|Column[] columns that become rows; all others unless said
---@param variableColumnName string the column of names
---@param valueColumnName string the column of values
---@return DataFrame
function DataFrame:unpivot(ids, values, variableColumnName, valueColumnName) end
DataFrame.melt = DataFrame.unpivot

---Gives the frame a name for `spark.sql` and `spark.table`, in the place of what has it.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.sql("SELECT sum(units) FROM sold"):first()[1])   --> 12
---```
---@param name string the name
function DataFrame:createOrReplaceTempView(name) end
DataFrame.registerTempTable = DataFrame.createOrReplaceTempView

---Gives the frame a name for `spark.sql` and `spark.table`. A name that is taken is an error.
---
---```lua
---sales:createTempView("sold")
---print(spark.sql("SELECT sum(units) FROM sold"):first()[1])   --> 12
---```
---@param name string the name
function DataFrame:createTempView(name) end

---Gives the frame a name in the database `global_temp`. A name that is taken is an error.
---
---```lua
---sales:createGlobalTempView("sold")
---print(spark.sql("SELECT sum(units) FROM global_temp.sold"):first()[1])   --> 12
---```
---@param name string the name
function DataFrame:createGlobalTempView(name) end

---Gives the frame a name in the database `global_temp`, in the place of what has it.
---
---```lua
---sales:createOrReplaceGlobalTempView("sold")
---print(spark.sql("SELECT sum(units) FROM global_temp.sold"):first()[1])   --> 12
---```
---@param name string the name
function DataFrame:createOrReplaceGlobalTempView(name) end

---Draws a picture of the rows: bars, a line, a histogram or points. On a terminal it is made of letters, in a notebook it is SVG; `save`
---writes it to a file instead.
---
---```lua
---sales:plot{kind = "bar", x = "shop", y = "units", width = 40}
---```
---```text
---sum of units by shop
---north │███████████████████████████████ 7
---south │█████████████▎ 3
---east  │████████▉ 2
---```
---@param kind? "bar"|"line"|"histogram"|"scatter" how it is drawn; what fits the columns unless said
---@param x? string the column along the axis; of a histogram the one whose values are counted
---@param y? string|string[] the columns drawn over it; rows are counted unless said
---@param aggregate? string what is made of rows that share a value of `x`: `sum`, `avg`, `count`, `min`, `max` and others
---@param bins? integer the bars of a histogram
---@param limit? integer how many bars or points are drawn at most
---@param title? string a title
---@param width? integer letters across
---@param height? integer lines
---@param log? boolean whether values go up by powers of ten
---@param save? string a file for the picture, `.svg` or `.txt`
function DataFrame:plot(kind, x, y, aggregate, bins, limit, title, width, height, log, save) end

---Prints what is in each column: type, nulls, different values, the least, the greatest and quartiles, a small histogram or the values that
---are there most often. This reads the frame.
---
---```lua
---sales:select("units"):profile()
---```
---```text
---5 rows, 1 column
---
---column  type  nulls  distinct  min  25%  median  75%  max  mean  distribution
---units   int       0         4    1    2       2    3    4   2.4  ▄█▄▄
---```
---@param columns? string|string[] the columns; all of them unless said
---@param as_? string `frame` for a frame of what is known, to go on with; a picture unless said
function DataFrame:profile(columns, as_) end

---Whether another frame is this one.
---
---```lua
---print(sales:sameSemantics(sales))   --> true
---```
---@param other DataFrame the other frame
---@return boolean
function DataFrame:sameSemantics(other) end

---Puts a value in the place of nulls, in the columns of its kind.
---
---```lua
---print(sales:fillna({amount = 0}):filter("amount = 0"):count())   --> 1
---```
---@param value number|string|boolean|table<string, any> the value, or values by column
---@param subset? string|string[] the columns
---@return DataFrame
function DataFrame:fillna(value, subset) end

---Drops rows with nulls.
---
---```lua
---print(sales:dropna():count())   --> 4
---```
---@param how? string `any` null, or `all` of them; any unless said
---@param thresh? integer how many values a row needs to stay; `how` means nothing then
---@param subset? string|string[] the columns that count
---@return DataFrame
function DataFrame:dropna(how, thresh, subset) end

---Puts other values in the place of some, in the columns of their kind.
---
---```lua
---print(sales:replace("north", "N"):first().shop)   --> N
---```
---@param to_replace any a value, a list of them, or a table from old to new
---@param value? any the new value, or a list of them
---@param subset? string|string[] the columns
---@return DataFrame
function DataFrame:replace(to_replace, value, subset) end

---Count, mean, standard deviation and extremes of columns, as a table of text.
---
---```lua
---sales:describe("units"):show()
---```
---```text
---+-------+-----------------+
---|summary|            units|
---+-------+-----------------+
---|  count|                5|
---|   mean|              2.4|
---| stddev|1.140175425099138|
---|    min|                1|
---|    max|                4|
---+-------+-----------------+
---```
---@param ... string|string[] names of columns; all of numbers and text unless said
---@return DataFrame
function DataFrame:describe(...) end

---Statistics of all columns of numbers and text, as a table of text.
---
---```lua
---sales:select("units"):summary("min", "50%", "max"):show()
---```
---```text
---+-------+-----+
---|summary|units|
---+-------+-----+
---|    min|    1|
---|    50%|    2|
---|    max|    4|
---+-------+-----+
---```
---@param ... string which: `count`, `mean`, `stddev`, `min`, `max`, `count_distinct`, or percentages such as `25%`
---@return DataFrame
function DataFrame:summary(...) end

---Values that a share of the rows lie below.
---
---```lua
---print(sales:approxQuantile("units", {0.5}, 0)[1])   --> 2.0
---```
---@param col string|string[] a column, or several
---@param probabilities number[] the shares, from 0 to 1
---@param relativeError number taken and ignored: the answer is exact
---@return number[]
function DataFrame:approxQuantile(col, probabilities, relativeError) end

---How much two columns go together: Pearson's coefficient.
---
---```lua
---print(sales:corr("units", "units"))   --> 1.0
---```
---@param col1 string a column
---@param col2 string another
---@param method? string `pearson`
---@return number
function DataFrame:corr(col1, col2, method) end

---The sample covariance of two columns.
---
---```lua
---print(sales:cov("units", "units"))   --> 1.3
---```
---@param col1 string a column
---@param col2 string another
---@return number
function DataFrame:cov(col1, col2) end

---How often values of two columns meet: a row for each value of the first, a column for each of the second.
---
---```lua
---sales:crosstab("shop", "units"):orderBy("shop_units"):show()
---```
---```text
---+----------+---+---+---+---+
---|shop_units|  1|  2|  3|  4|
---+----------+---+---+---+---+
---|      east|  0|  1|  0|  0|
---|     north|  0|  0|  1|  1|
---|     south|  1|  1|  0|  0|
---+----------+---+---+---+---+
---```
---@param col1 string a column
---@param col2 string another
---@return DataFrame
function DataFrame:crosstab(col1, col2) end

---The values that more than a share of the rows have: one row, with a list for each column.
---
---```lua
---sales:freqItems("shop", 0.3):show()
---```
---```text
---+--------------+
---|shop_freqItems|
---+--------------+
---|[north, south]|
---+--------------+
---```
---@param cols string|string[] columns
---@param support? number the share; 0.01 unless said
---@return DataFrame
function DataFrame:freqItems(cols, support) end

---The frame, whose rows are kept in memory from their first reading on.
---
---```lua
---print(sales:cache():count())   --> 5
---```
---@return DataFrame
function DataFrame:cache() end
DataFrame.persist = DataFrame.cache

---The frame, whose rows are kept from their first reading on.
---
---```lua
---print(sales:checkpoint():count())   --> 5
---```
---@param eager? boolean taken and ignored
---@return DataFrame
function DataFrame:checkpoint(eager) end
DataFrame.localCheckpoint = DataFrame.checkpoint

---The frame, whose rows are kept no longer.
---
---```lua
---print(sales:cache():unpersist():count())   --> 5
---```
---@param blocking? boolean taken and ignored
---@return DataFrame
function DataFrame:unpersist(blocking) end

---The same frame: there are no partitions to move.
---
---```lua
---print(sales:repartition(8, "shop"):count())   --> 5
---```
---@param ... integer|ColumnOrName a number, columns
---@return DataFrame
function DataFrame:repartition(...) end
DataFrame.repartitionByRange = DataFrame.repartition

---The same frame: there are no partitions to put together.
---
---```lua
---print(sales:coalesce(1):count())   --> 5
---```
---@param numPartitions integer a number above 0
---@return DataFrame
function DataFrame:coalesce(numPartitions) end

---The same frame: joins need no hints.
---
---```lua
---print(sales:hint("broadcast"):count())   --> 5
---```
---@param ... any taken and ignored
---@return DataFrame
function DataFrame:hint(...) end
DataFrame.withWatermark = DataFrame.hint

---What `df.na` gives: nulls filled and dropped, values replaced.
---@class DataFrameNaFunctions
---@overload fun(): DataFrameNaFunctions
local Na = {}

---Puts a value in the place of nulls, in the columns of its kind.
---
---```lua
---sales.na.fill({amount = 0.0}):select("id", "amount"):filter("id = 4"):show()
---```
---```text
---+---+------+
---| id|amount|
---+---+------+
---|  4|   0.0|
---+---+------+
---```
---@param value number|string|boolean|table<string, any> the value, or values by column
---@param subset? string|string[] the columns
---@return DataFrame
function Na:fill(value, subset) end

---Drops rows with nulls.
---
---```lua
---print(sales.na.drop({subset = {"amount"}}):count())   --> 4
---```
---@param how? string `any` null, or `all` of them; any unless said
---@param thresh? integer how many values a row needs to stay; `how` means nothing then
---@param subset? string|string[] the columns that count
---@return DataFrame
function Na:drop(how, thresh, subset) end

---Puts other values in the place of some, in the columns of their kind.
---
---```lua
---print(sales.na.replace({north = "N"}):first().shop)   --> N
---```
---@param to_replace any a value, a list of them, or a table from old to new
---@param value? any the new value, or a list of them
---@param subset? string|string[] the columns
---@return DataFrame
function Na:replace(to_replace, value, subset) end

---What `df.stat` gives: statistics, which are methods of the frame, too.
---@class DataFrameStatFunctions
---@overload fun(): DataFrameStatFunctions
local Stat = {}

---Values that a share of the rows lie below.
---
---```lua
---print(sales.stat:approxQuantile("units", {0.5}, 0)[1])   --> 2.0
---```
---@param col string|string[] a column, or several
---@param probabilities number[] the shares, from 0 to 1
---@param relativeError number taken and ignored: the answer is exact
---@return number[]
function Stat:approxQuantile(col, probabilities, relativeError) end

---How much two columns go together: Pearson's coefficient.
---
---```lua
---print(sales.stat:corr("units", "units"))   --> 1.0
---```
---@param col1 string a column
---@param col2 string another
---@param method? string `pearson`
---@return number
function Stat:corr(col1, col2, method) end

---The sample covariance of two columns.
---
---```lua
---print(sales.stat:cov("units", "units"))   --> 1.3
---```
---@param col1 string a column
---@param col2 string another
---@return number
function Stat:cov(col1, col2) end

---How often values of two columns meet: a row for each value of the first, a column for each of the second.
---
---```lua
---sales.stat:crosstab("shop", "units"):orderBy("shop_units"):show()
---```
---```text
---+----------+---+---+---+---+
---|shop_units|  1|  2|  3|  4|
---+----------+---+---+---+---+
---|      east|  0|  1|  0|  0|
---|     north|  0|  0|  1|  1|
---|     south|  1|  1|  0|  0|
---+----------+---+---+---+---+
---```
---@param col1 string a column
---@param col2 string another
---@return DataFrame
function Stat:crosstab(col1, col2) end

---The values that more than a share of the rows have: one row, with a list for each column.
---
---```lua
---sales.stat:freqItems("shop", 0.3):show()
---```
---```text
---+--------------+
---|shop_freqItems|
---+--------------+
---|[north, south]|
---+--------------+
---```
---@param cols string|string[] columns
---@param support? number the share; 0.01 unless said
---@return DataFrame
function Stat:freqItems(cols, support) end

---Random rows, with a share for each value of a column; values that are not named have none.
---
---```lua
---print(sales.stat:sampleBy("shop", {north = 1.0}):count())   --> 2
---```
---@param col ColumnOrName the column
---@param fractions table<any, number> shares by value
---@param seed? integer another one gives other rows
---@return DataFrame
function Stat:sampleBy(col, fractions, seed) end

---Rows in groups, as `groupBy` makes them. Null is a group of its own; the order of groups is not said.
---@class GroupedData
local GroupedData = {}

---Aggregates of each group, in one row a group.
---
---```lua
---sales:groupBy("shop"):agg(F.sum("units"):alias("units"), F.count("*"):alias("n")):orderBy("shop"):show()
---```
---```text
---+-----+-----+---+
---| shop|units|  n|
---+-----+-----+---+
---| east|    2|  1|
---|north|    7|  2|
---|south|    3|  2|
---+-----+-----+---+
---```
---@param ... Column|table<string, string> aggregates, or a table from columns to functions
---@return DataFrame
function GroupedData:agg(...) end

---The number of rows of each group, in a column `count`.
---
---```lua
---print(sales:groupBy("shop"):count():orderBy("shop"):first().count)   --> 1
---```
---@return DataFrame
function GroupedData:count() end

---The sum of columns of numbers in each group.
---
---```lua
---sales:groupBy("shop"):sum("units"):orderBy("shop"):show()
---```
---```text
---+-----+----------+
---| shop|sum(units)|
---+-----+----------+
---| east|         2|
---|north|         7|
---|south|         3|
---+-----+----------+
---```
---@param ... ColumnOrName columns; all of numbers that are no keys unless said
---@return DataFrame
function GroupedData:sum(...) end

---The mean of columns of numbers in each group.
---
---```lua
---sales:groupBy("shop"):avg("units"):orderBy("shop"):show()
---```
---```text
---+-----+----------+
---| shop|avg(units)|
---+-----+----------+
---| east|       2.0|
---|north|       3.5|
---|south|       1.5|
---+-----+----------+
---```
---@param ... ColumnOrName columns; all of numbers that are no keys unless said
---@return DataFrame
function GroupedData:avg(...) end
GroupedData.mean = GroupedData.avg

---The least value of columns of numbers in each group.
---
---```lua
---sales:groupBy("shop"):min("units"):orderBy("shop"):show()
---```
---```text
---+-----+----------+
---| shop|min(units)|
---+-----+----------+
---| east|         2|
---|north|         3|
---|south|         1|
---+-----+----------+
---```
---@param ... ColumnOrName columns; all of numbers that are no keys unless said
---@return DataFrame
function GroupedData:min(...) end

---The greatest value of columns of numbers in each group.
---
---```lua
---sales:groupBy("shop"):max("units"):orderBy("shop"):show()
---```
---```text
---+-----+----------+
---| shop|max(units)|
---+-----+----------+
---| east|         2|
---|north|         4|
---|south|         2|
---+-----+----------+
---```
---@param ... ColumnOrName columns; all of numbers that are no keys unless said
---@return DataFrame
function GroupedData:max(...) end

---The same groups with a column for each value of another column.
---
---```lua
---sales:groupBy("shop"):pivot("day", {"2024-01-01", "2024-01-02"}):sum("units"):orderBy("shop"):show()
---```
---```text
---+-----+----------+----------+
---| shop|2024-01-01|2024-01-02|
---+-----+----------+----------+
---| east|      NULL|         2|
---|north|         3|         4|
---|south|         1|      NULL|
---+-----+----------+----------+
---```
---@param pivot_col ColumnOrName the column of values
---@param values? any[] the values that become columns; all there are unless said
---@return GroupedData
function GroupedData:pivot(pivot_col, values) end

---What `df.write` gives: how and where to write a frame, said step by step; the last step writes.
---
---Unless the mode says otherwise a place that exists is an error. In a job the files become visible with `job:commit()`.
---
---```lua
---sales.write:mode("overwrite"):partitionBy("shop"):parquet("out")
---print(spark.read.parquet("out"):count())   --> 5
---```
---@class DataFrameWriter
---@overload fun(): DataFrameWriter
local Writer = {}

---What happens where something is already: `error`, `append`, `overwrite` or `ignore`.
---
---```lua
---sales.write:mode("append"):json("out")
---sales.write:mode("append"):json("out")
---print(spark.read.json("out"):count())   --> 10
---```
---@param saveMode string the mode
---@return DataFrameWriter
function Writer:mode(saveMode) end

---The format of `save`: `parquet`, `csv` or `json`.
---
---```lua
---sales.write:format("json"):save("out")
---print(spark.read.json("out"):count())   --> 5
---```
---@param source string the format
---@return DataFrameWriter
function Writer:format(source) end

---An option of the format, such as `header` or `compression`.
---
---```lua
---sales.write:option("header", true):csv("out")
---print(spark.read.csv("out", {header = true}):count())   --> 5
---```
---@param key string the option
---@param value any its value
---@return DataFrameWriter
function Writer:option(key, value) end

---Several options of the format.
---
---```lua
---sales.write:options({header = true, sep = ";"}):csv("out")
---print(spark.read.csv("out", {header = true, sep = ";"}):count())   --> 5
---```
---@param options table<string, any> values by option
---@return DataFrameWriter
function Writer:options(options) end

---Columns that become `key=value` folders and leave the files.
---
---```lua
---sales.write:partitionBy("shop"):parquet("out")
---print(spark.read.parquet("out/shop=north"):count())   --> 2
---```
---@param ... ColumnOrName|ColumnOrName[] columns, or their names, one by one or as a list
---@return DataFrameWriter
function Writer:partitionBy(...) end

---Taken for tables, and means nothing.
---
---```lua
---sales.write:bucketBy(4, "id"):saveAsTable("sold")
---print(spark.table("sold"):count())   --> 5
---```
---@param numBuckets integer how many
---@param ... string|string[] columns
---@return DataFrameWriter
function Writer:bucketBy(numBuckets, ...) end

---Taken for tables, and means nothing.
---
---```lua
---sales.write:sortBy("id"):saveAsTable("sold")
---print(spark.table("sold"):count())   --> 5
---```
---@param ... string|string[] columns
---@return DataFrameWriter
function Writer:sortBy(...) end

---Writes the frame to a folder, in the format that `format` says; Parquet unless it does.
---
---```lua
---sales.write:save("out")
---print(spark.read.parquet("out"):count())   --> 5
---```
---@param path? string the folder; the option `path` unless said
---@param format? string the format
---@param mode? string the mode
---@overload fun(self: DataFrameWriter, path: string, options?: table<string, any>)
---@overload fun(self: DataFrameWriter, options: table<string, any>)
function Writer:save(path, format, mode) end

---Writes the frame to a folder as Parquet.
---
---```lua
---sales.write:parquet("out", {mode = "overwrite"})
---print(spark.read.parquet("out"):count())   --> 5
---```
---@param path string the folder
---@param mode? string the mode
---@overload fun(self: DataFrameWriter, path: string, options?: table<string, any>)
function Writer:parquet(path, mode) end

---Writes the frame to a folder as JSON, a record a line.
---
---```lua
---sales.write:json("out", {mode = "overwrite"})
---print(spark.read.json("out"):count())   --> 5
---```
---@param path string the folder
---@param mode? string the mode
---@overload fun(self: DataFrameWriter, path: string, options?: table<string, any>)
function Writer:json(path, mode) end

---Writes the frame to a folder as CSV.
---
---```lua
---sales.write:csv("out", {mode = "overwrite"})
---print(spark.read.csv("out"):count())   --> 5
---```
---@param path string the folder
---@param mode? string the mode
---@overload fun(self: DataFrameWriter, path: string, options?: table<string, any>)
function Writer:csv(path, mode) end

---Defines a table in the catalog and writes the frame to it. In mode `append` columns are matched by name.
---
---```lua
---sales.write:saveAsTable("sold")
---print(spark.sql("SELECT max(units) FROM sold"):first()[1])   --> 4
---```
---@param name string `table` or `database.table`
---@param format? string the format
---@param mode? string the mode
---@overload fun(self: DataFrameWriter, name: string, options?: table<string, any>)
function Writer:saveAsTable(name, format, mode) end

---Adds the frame's rows to a table, column by column in their order, the partition's last.
---
---```lua
---shops.write:saveAsTable("places")
---shops.write:insertInto("places")
---print(spark.table("places"):count())   --> 6
---```
---@param tableName string `table` or `database.table`
---@param overwrite? boolean whether they replace the table's rows
function Writer:insertInto(tableName, overwrite) end
