---@meta

---# Columns and windows
---
---A Column says what values are made of, and belongs to no frame until it is used in one: `F.col("amount")`, `df.amount`,
---`F.sum("amount")`.

---A description of values, one for each row: of a column, a constant, or what is computed of them.
---
---Operators are `+ - * / %`, `//` (the whole part of a quotient), `^` (power), `..` (text joined), `& | ~` (and, or, not) and unary minus.
---Comparisons are methods, as Lua's `==` and `<` give booleans: `F.col("a"):eq(1)`.
---
---```lua
---sales:select("id", (F.col("units") * 10 + 1):alias("n"), F.col("amount"):gt(10):alias("dear")):show(2)
---```
---```text
---+---+---+-----+
---| id|  n| dear|
---+---+---+-----+
---|  1| 31| true|
---|  2| 11|false|
---+---+---+-----+
---only showing top 2 rows
---```
---@class Column
---@operator add(ColumnOrValue): Column
---@operator sub(ColumnOrValue): Column
---@operator mul(ColumnOrValue): Column
---@operator div(ColumnOrValue): Column
---@operator mod(ColumnOrValue): Column
---@operator idiv(ColumnOrValue): Column
---@operator pow(ColumnOrValue): Column
---@operator concat(ColumnOrValue): Column
---@operator band(ColumnOrValue): Column
---@operator bor(ColumnOrValue): Column
---@operator unm: Column
---@operator bnot: Column
local Column = {}

---Whether the value is equal to another; null where one of them is.
---
---```lua
---print(sales:select(F.col("units"):eq(3)):first()[1])   --> true
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:eq(other) end

---Whether the value is different from another; null where one of them is.
---
---```lua
---print(sales:select(F.col("units"):ne(3)):first()[1])   --> false
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:ne(other) end

---Whether the value is less than another; null where one of them is.
---
---```lua
---print(sales:select(F.col("units"):lt(3)):first()[1])   --> false
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:lt(other) end

---Whether the value is at most another; null where one of them is.
---
---```lua
---print(sales:select(F.col("units"):le(3)):first()[1])   --> true
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:le(other) end

---Whether the value is greater than another; null where one of them is.
---
---```lua
---print(sales:select(F.col("units"):gt(3)):first()[1])   --> false
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:gt(other) end

---Whether the value is at least another; null where one of them is.
---
---```lua
---print(sales:select(F.col("units"):ge(3)):first()[1])   --> true
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:ge(other) end

---Whether the value equals another, where null equals null.
---
---```lua
---print(sales:select(F.lit(null):eqNullSafe(null)):first()[1])   --> true
---```
---@param other? ColumnOrValue a Column, or a plain value
---@return Column
function Column:eqNullSafe(other) end

---Whether the value is null.
---
---```lua
---print(sales:select(F.lit(null):isNull()):first()[1])   --> true
---```
---@return Column
function Column:isNull() end

---Whether the value is there.
---
---```lua
---print(sales:select(F.col("units"):isNotNull()):first()[1])   --> true
---```
---@return Column
function Column:isNotNull() end

---Whether the value is the double NaN.
---
---```lua
---print(sales:select(F.lit(0/0):isNaN()):first()[1])   --> true
---```
---@return Column
function Column:isNaN() end

---Whether the value lies from one to another, both included.
---
---```lua
---print(sales:select(F.col("units"):between(1, 3)):first()[1])   --> true
---```
---@param lowerBound ColumnOrValue the least
---@param upperBound ColumnOrValue the greatest
---@return Column
function Column:between(lowerBound, upperBound) end

---Whether the value is one of these.
---
---```lua
---print(sales:select(F.col("shop"):isin("north", "east")):first()[1])   --> true
---```
---@param ... ColumnOrValue|ColumnOrValue[] values, one by one or as a list
---@return Column
function Column:isin(...) end

---Whether a text fits SQL's pattern as a whole: `%` stands for any text, `_` for one character.
---
---```lua
---print(sales:select(F.col("shop"):like("n%")):first()[1])   --> true
---```
---@param other string the pattern
---@return Column
function Column:like(other) end

---Whether a text fits SQL's pattern in any case.
---
---```lua
---print(sales:select(F.col("shop"):ilike("N%")):first()[1])   --> true
---```
---@param other ColumnOrValue the pattern
---@return Column
function Column:ilike(other) end

---Whether a regular expression is found in a text.
---
---```lua
---print(sales:select(F.col("shop"):rlike("o.t")):first()[1])   --> true
---```
---@param other ColumnOrValue the expression
---@return Column
function Column:rlike(other) end

---Whether a text holds another.
---
---```lua
---print(sales:select(F.col("shop"):contains("ort")):first()[1])   --> true
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:contains(other) end

---Whether a text begins with another.
---
---```lua
---print(sales:select(F.col("shop"):startswith("no")):first()[1])   --> true
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:startswith(other) end

---Whether a text ends with another.
---
---```lua
---print(sales:select(F.col("shop"):endswith("th")):first()[1])   --> true
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:endswith(other) end

---A part of a text.
---
---```lua
---print(sales:select(F.col("shop"):substr(1, 3)):first()[1])   --> nor
---```
---@param startPos ColumnOrValue where it begins, from 1
---@param length ColumnOrValue how many characters
---@return Column
function Column:substr(startPos, length) end

---The Column under a name. Several names are for a function that gives several columns.
---
---```lua
---print(sales:select(F.col("units"):alias("n")))   --> DataFrame[n: int]
---```
---@param ... string|string[] the name, or names
---@return Column
function Column:alias(...) end
Column.as = Column.alias
Column.name = Column.alias

---The value as another type; null where it is none.
---
---```lua
---print(sales:select(F.lit("12"):cast("int") + 1):first()[1])   --> 13
---```
---@param dataType DataType|string the type: `decimal(10,2)`, `types.LongType()`
---@return Column
function Column:cast(dataType) end
Column.astype = Column.cast

---The value as another type; null where it is none, in ANSI mode too.
---
---```lua
---print(sales:select(F.lit("x"):try_cast("int"):isNull()):first()[1])   --> true
---```
---@param dataType DataType|string the type
---@return Column
function Column:try_cast(dataType) end

---Upwards, nulls first: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.col("amount"):asc()):first().id)   --> 4
---```
---@return Column
function Column:asc() end

---Upwards, nulls first.
---
---```lua
---print(sales:orderBy(F.col("amount"):asc_nulls_first()):first().id)   --> 4
---```
---@return Column
function Column:asc_nulls_first() end

---Upwards, nulls last.
---
---```lua
---print(sales:orderBy(F.col("amount"):asc_nulls_last()):first().id)   --> 2
---```
---@return Column
function Column:asc_nulls_last() end

---Downwards, nulls last: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.col("amount"):desc()):first().id)   --> 3
---```
---@return Column
function Column:desc() end

---Downwards, nulls first.
---
---```lua
---print(sales:orderBy(F.col("amount"):desc_nulls_first()):first().id)   --> 4
---```
---@return Column
function Column:desc_nulls_first() end

---Downwards, nulls last.
---
---```lua
---print(sales:orderBy(F.col("amount"):desc_nulls_last()):first().id)   --> 3
---```
---@return Column
function Column:desc_nulls_last() end

---A further case behind `F.when`.
---
---```lua
---print(sales:select(F.when(F.col("units"):gt(5), "many"):when(F.col("units"):gt(2), "some"):otherwise("few")):first()[1])   --> some
---```
---@param condition Column|boolean the condition
---@param value ColumnOrValue the value where it holds
---@return Column
function Column:when(condition, value) end

---The value where none of the cases before holds; null unless said.
---
---```lua
---print(sales:select(F.when(F.col("units"):gt(5), "many"):otherwise("few")):first()[1])   --> few
---```
---@param value ColumnOrValue the value
---@return Column
function Column:otherwise(value) end

---An element of an array by its place from 0, or a value of a map by its key.
---
---```lua
---print(sales:select(F.array(F.lit("a"), F.lit("b")):getItem(1)):first()[1])   --> b
---```
---@param key ColumnOrValue the place, or the key
---@return Column
function Column:getItem(key) end

---A field of a struct.
---
---```lua
---print(sales:select(F.struct("shop", "units"):getField("units")):first()[1])   --> 3
---```
---@param name string the field
---@return Column
function Column:getField(name) end

---The bits that both numbers have.
---
---```lua
---print(sales:select(F.lit(6):bitwiseAND(3)):first()[1])   --> 2
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:bitwiseAND(other) end

---The bits that one of the numbers has.
---
---```lua
---print(sales:select(F.lit(6):bitwiseOR(3)):first()[1])   --> 7
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:bitwiseOR(other) end

---The bits that only one of the numbers has.
---
---```lua
---print(sales:select(F.lit(6):bitwiseXOR(3)):first()[1])   --> 5
---```
---@param other ColumnOrValue a Column, or a plain value
---@return Column
function Column:bitwiseXOR(other) end

---What a function makes of the Column, for chains.
---
---```lua
---print(sales:select(F.col("units"):transform(function(x) return x * 2 end)):first()[1])   --> 6
---```
---@param f fun(column: Column): Column gets the Column
---@return Column
function Column:transform(f) end

---The value of an aggregate or a window function for each row of a window.
---
---```lua
---sales:select("id", F.sum("units"):over(Window.partitionBy("shop"):orderBy("id")):alias("so far")):orderBy("id"):show(3)
---```
---```text
---+---+------+
---| id|so far|
---+---+------+
---|  1|     3|
---|  2|     1|
---|  3|     7|
---+---+------+
---only showing top 3 rows
---```
---@param window? WindowSpec the window
---@return Column
function Column:over(window) end

---Where windows begin: `Window.partitionBy("shop"):orderBy("day")`.
---
---```lua
---sales:withColumn("place", F.row_number():over(Window.partitionBy("shop"):orderBy("day"))):select("id", "shop", "place"):orderBy("id"):show(3)
---```
---```text
---+---+-----+-----+
---| id| shop|place|
---+---+-----+-----+
---|  1|north|    1|
---|  2|south|    1|
---|  3|north|    2|
---+---+-----+-----+
---only showing top 3 rows
---```
---@type WindowSpec
Window = nil

---Which other rows a row's value is made of: partitions, an order, and a frame of rows around each.
---
---Without a frame it is all rows up to this one and its peers, or the whole partition where there is no order.
---@class WindowSpec
---@field unboundedPreceding integer the partition's first row, for a frame
---@field currentRow integer the row itself
---@field unboundedFollowing integer the partition's last row
local WindowSpec = {}

---Parts rows by the values of columns.
---
---```lua
---print(sales:select(F.sum("units"):over(Window.partitionBy("shop"))):first()[1])   --> 2
---```
---@param ... ColumnOrName|ColumnOrName[] columns, or their names
---@return WindowSpec
function WindowSpec:partitionBy(...) end

---Orders the rows of a partition.
---
---```lua
---print(sales:select(F.rank():over(Window.orderBy("units"))):first()[1])   --> 1
---```
---@param ... ColumnOrName|ColumnOrName[] columns, or their names
---@return WindowSpec
function WindowSpec:orderBy(...) end

---The frame, counted in rows: negative numbers for rows before. By name the arguments are `start` and `["end"]`.
---
---```lua
---sales:orderBy("id"):select("id", F.sum("units"):over(Window.orderBy("id"):rowsBetween(-1, Window.currentRow)):alias("two")):show(3)
---```
---```text
---+---+---+
---| id|two|
---+---+---+
---|  1|  3|
---|  2|  4|
---|  3|  5|
---+---+---+
---only showing top 3 rows
---```
---@param start integer the first row
---@param end_ integer the last row
---@return WindowSpec
function WindowSpec:rowsBetween(start, end_) end

---The frame, counted in values of the one column that orders: of a number, or of a date in days. By name the arguments are `start` and
---`["end"]`.
---
---```lua
---sales:select("id", F.count("*"):over(Window.orderBy("day"):rangeBetween(-1, 0)):alias("n")):orderBy("id"):show(3)
---```
---```text
---+---+---+
---| id|  n|
---+---+---+
---|  1|  2|
---|  2|  2|
---|  3|  4|
---+---+---+
---only showing top 3 rows
---```
---@param start number the least difference
---@param end_ number the greatest difference
---@return WindowSpec
function WindowSpec:rangeBetween(start, end_) end
