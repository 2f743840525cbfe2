---@meta

---# DynamicFrame
---
---Records whose columns are found as they are read, and may be of several types at once: what Glue calls a DynamicFrame.

---Records whose columns are found as they are read. A column may hold values of several types at once; it is a choice then, and
---`resolveChoice` decides it.
---
---A frame comes from `glueContext.create_dynamic_frame`, or from a DataFrame with `DynamicFrame.fromDF`. Its methods take `:` or `.`, and
---do not change it: each gives a new frame. Nothing is read until an action: `count`, `show`, `printSchema`, `schema`, `toDF`, `write`.
---
---```lua
---people:filter(function(r) return r.id < 3 end):select_fields({"id", "name"}):show()
---```
---```text
---{"id": 1, "name": "Ada"}
---{"id": 2, "name": "Grace"}
---```
---@class DynamicFrame
---@field name string the frame's name: it names error records and the tables of `relationalize`
DynamicFrame = {}

---Makes a DynamicFrame of a DataFrame. The rows are the same, and are not read yet.
---
---```lua
---local frame = DynamicFrame.fromDF(sales, glueContext, "sales")
---print(frame.name, frame:count())   --> sales 5
---```
---@param dataframe DataFrame the rows
---@param glue_ctx? any taken and ignored: there is one GlueContext
---@param name? string the name of the new frame
---@return DynamicFrame
---@see DynamicFrame:toDF
function DynamicFrame.fromDF(dataframe, glue_ctx, name) end

---The number of records, without error records. This reads the frame.
---
---```lua
---print(people:count())   --> 3
---```
---@return integer
function DynamicFrame:count() end

---Prints the first records, a JSON object a line.
---
---```lua
---people:select_fields({"name", "tags"}):show(2)
---```
---```text
---{"name": "Ada", "tags": ["math", "code"]}
---{"name": "Grace", "tags": []}
---```
---@param num_rows? integer how many; 20 unless said
function DynamicFrame:show(num_rows) end

---Prints the columns and their types as a tree. This reads everything where nothing else tells the types.
---
---```lua
---people:select_fields({"id", "score", "address"}):printSchema()
---```
---```text
---root
---|-- id: long
---|-- score: choice
---|    |-- double
---|    |-- long
---|-- address: struct
---|    |-- city: string
---|    |-- zip: string
---```
function DynamicFrame:printSchema() end

---Draws the frame, as DataFrame:plot does.
---
---```lua
---people:plot{x = "name", y = "age", width = 40}
---```
---```text
---age by name
---Grace │██████████████████████████████ 85
---Ada   │████████████▊ 36
---Linus │
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
---@see DataFrame:plot
function DynamicFrame:plot(kind, x, y, aggregate, bins, limit, title, width, height, log, save) end

---Looks at every column in one pass, as DataFrame:profile does.
---
---```lua
---people:profile{columns = {"name"}}
---```
---```text
---3 rows, 1 column
---
---column  type    nulls  distinct  min  25%  median  75%  max  mean  distribution
---name    string      0         3  all different; from Ada to Linus; 3 to 5 lette…
---```
---@param columns? string|string[] the columns to look at; all unless said
---@param as? string `frame` gives the figures as a DataFrame, a row a column, in place of showing them
---@return DataFrame?
---@see DataFrame:profile
function DynamicFrame:profile(columns, as) end

---The columns and their types. This reads everything where nothing else tells the types.
---
---```lua
---print(people:schema():getField("tags"))   --> array<string>
---```
---@return StructType
function DynamicFrame:schema() end

---The frame as a DataFrame, which has Spark's methods. A column that is a choice becomes a struct with a field for each type.
---
---```lua
---people:select_fields("id"):toDF():show()
---```
---```text
---+---+
---| id|
---+---+
---|  1|
---|  2|
---|  3|
---+---+
---```
---@param options? any[] taken and ignored
---@return DataFrame
function DynamicFrame:toDF(options) end

---The number of error records of this step and all before it. An error record is one whose function raised, or that could not be read.
---
---```lua
---local halved = people:map(function(r) return {half = r.age / 2} end)
---print(halved:count(), halved:errorsCount())   --> 2 1
---```
---@return integer
---@see DynamicFrame:errorsAsDynamicFrame
function DynamicFrame:errorsCount() end

---The number of error records of this step alone.
---
---```lua
---local halved = people:map(function(r) return {half = r.age / 2} end)
---print(halved:filter(function(r) return true end):stageErrorsCount())   --> 0
---```
---@return integer
function DynamicFrame:stageErrorsCount() end

---Runs the frame, and raises an error where a threshold of error records is reached.
---
---```lua
---local halved = people:map{f = function(r) return {half = r.age / 2} end, stageThreshold = 1}
---print(pcall(halved.assertErrorThreshold) == false)   --> true
---```
function DynamicFrame:assertErrorThreshold() end

---The number of threads that work on the frame. There are no partitions as Spark has them.
---
---```lua
---print(people:getNumPartitions() >= 1)   --> true
---```
---@return integer
function DynamicFrame:getNumPartitions() end

---Draws a picture of the rows: bars, a line, a histogram or points. On a terminal it is made of letters, in a notebook it is SVG; `save`
---writes it to a file instead.
---
---```lua
---people:plot{kind = "bar", x = "name", y = "age", width = 40}
---```
---```text
---age by name
---Grace │██████████████████████████████ 85
---Ada   │████████████▊ 36
---Linus │
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
function DynamicFrame:plot(kind, x, y, aggregate, bins, limit, title, width, height, log, save) end

---Prints what is in each column: type, nulls, different values, the least, the greatest and quartiles, a small histogram or the values that
---are there most often. This reads the frame.
---
---```lua
---people:select_fields({"id"}):profile()
---```
---```text
---3 rows, 1 column
---
---column  type    nulls  distinct  min  25%  median  75%  max  mean  distribution
---id      bigint      0         3    1  1.5       2  2.5    3     2  ███
---```
---@param columns? string|string[] the columns; all of them unless said
---@param as_? string `frame` for a frame of what is known, to go on with; a picture unless said
function DynamicFrame:profile(columns, as_) end

---Keeps the records for which a function returns true.
---
---The function gets one record at a time, reads its fields by name and returns neither `nil` nor `false` for a record that stays. A record
---for which it raises an error becomes an error record: counted, and readable with `errorsAsDynamicFrame`.
---
---```lua
---people:filter(function(r) return r.address.city == "London" end):select_fields({"name"}):show()
---```
---```text
---{"name": "Ada"}
---```
---@param f fun(record: Record): any says whether a record stays
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Filter
function DynamicFrame:filter(f, transformation_ctx, info, stageThreshold, totalThreshold) end

---Gives every record to a function and takes what it returns in its place.
---
---The function may change the record and return it, or return a new table. A field set to `nil` is dropped, one set to `null` is kept and
---empty. An integer becomes a `long`, a float a `double`; fields that are left alone keep their types. A record for which the function
---raises an error, or returns `nil`, becomes an error record.
---
---```lua
---people:map(function(r)
---  r.city = r.address.city
---  r.address, r.tags, r.score = nil, nil, nil
---  return r
---end):show(2)
---```
---```text
---{"id": 1, "name": "Ada", "age": 36, "city": "London"}
---{"id": 2, "name": "Grace", "age": 85, "city": "New York"}
---```
---@param f fun(record: Record): table makes the new record
---@param preservesPartitioning? boolean taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Map
function DynamicFrame:map(f, preservesPartitioning, transformation_ctx, info, stageThreshold, totalThreshold) end

---Picks fields, renames them and brings them to other types, all in one list.
---
---A mapping is `{source, type, target, new type}`, or the first three, or the first two. Only mapped fields remain, in this order. Dots in
---the target make structs, and a source that is missing is null. A value that cannot be brought to its type is null, and counted in a
---warning at the end.
---
---```lua
---people:apply_mapping({{"name", "string"}, {"age", "long", "years", "int"}}):show(2)
---```
---```text
---{"name": "Ada", "years": 36}
---{"name": "Grace", "years": 85}
---```
---@param mappings string[][] lists of source, its type, target and its type
---@param case_sensitive? boolean whether the source's letters must be of the same case; false unless said
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see ApplyMapping
function DynamicFrame:apply_mapping(mappings, case_sensitive, transformation_ctx, info, stageThreshold, totalThreshold) end
DynamicFrame.applyMapping = DynamicFrame.apply_mapping

---Keeps the fields of a list and drops all others. A path such as `address.city` keeps a member of a struct; one that no record has is
---ignored.
---
---```lua
---SelectFields.apply{frame = people, paths = {"name", "address.city"}}:show(1)
---```
---```text
---{"name": "Ada", "address": {"city": "London"}}
---```
---@param paths string|string[] the fields that stay
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see SelectFields
function DynamicFrame:select_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold) end
DynamicFrame.selectFields = DynamicFrame.select_fields

---Drops the fields of a list and keeps all others. Paths reach into structs and into the elements of arrays: `items[].price`.
---
---```lua
---DropFields.apply{frame = people, paths = {"score", "tags", "address.zip"}}:show(1)
---```
---```text
---{"id": 1, "name": "Ada", "age": 36, "address": {"city": "London"}}
---```
---@param paths string|string[] the fields that go
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DropFields
function DynamicFrame:drop_fields(paths, transformation_ctx, info, stageThreshold, totalThreshold) end
DynamicFrame.dropFields = DynamicFrame.drop_fields

---Gives a field another name. The new name is a whole path, so that a field can be moved into a struct or out of one; a name with a dot in
---it stands in backticks.
---
---```lua
---people:rename_field("name", "first"):select_fields({"id", "first"}):show(1)
---```
---```text
---{"id": 1, "first": "Ada"}
---```
---@param oldName string the field's path
---@param newName string its new path
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see RenameField
function DynamicFrame:rename_field(oldName, newName, transformation_ctx, info, stageThreshold, totalThreshold) end
DynamicFrame.renameField = DynamicFrame.rename_field

---Makes columns of the fields of structs, with dots in their names. Arrays stay as they are.
---
---```lua
---people:unnest():select_fields({"id", "`address.zip`"}):show(1)
---```
---```text
---{"id": 1, "address.zip": "W1"}
---```
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see UnnestFrame
function DynamicFrame:unnest(transformation_ctx, info, stageThreshold, totalThreshold) end

---Parts a frame into two by columns: a collection with these fields, and one with all others.
---
---```lua
---local parts = SplitFields.apply{frame = people, paths = {"id", "name"}, name1 = "who", name2 = "rest"}
---parts["who"]:show(1)
---```
---```text
---{"id": 1, "name": "Ada"}
---```
---@param paths string|string[] the fields of the first frame
---@param name1? string the first frame's name; the frame's own with a 1 unless said
---@param name2? string the second frame's name; the frame's own with a 2 unless said
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrameCollection
---@see SplitFields
function DynamicFrame:split_fields(paths, name1, name2, transformation_ctx, info, stageThreshold, totalThreshold) end
DynamicFrame.splitFields = DynamicFrame.split_fields

---Parts a frame into two by rows: a collection with the records for which all comparisons hold, and one with the rest.
---
---The comparisons are a table from fields to operators and values: `{age = {[">="] = 50}}`. Operators are `=`, `!=`, `<`, `<=`, `>`, `>=`.
---Nulls, and values of another kind, go to the rest.
---
---```lua
---local parts = SplitRows.apply{frame = people, comparison_dict = {age = {[">="] = 50}}, name1 = "old", name2 = "young"}
---print(parts["old"]:count(), parts["young"]:count())   --> 1 2
---```
---@param comparison_dict table<string, table> fields, and what their values are compared with
---@param name1? string the name of the records that fit; `frame1` unless said
---@param name2? string the name of the rest; `frame2` unless said
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrameCollection
---@see SplitRows
function DynamicFrame:split_rows(comparison_dict, name1, name2, transformation_ctx, info, stageThreshold, totalThreshold) end
DynamicFrame.splitRows = DynamicFrame.split_rows

---Decides columns that hold values of several types.
---
---Give `choice`, one action for every choice, or `specs`, a list of pairs of a path and an action.
---
---| action | the column becomes |
---| --- | --- |
---| `cast:double` | one of this type; a value that cannot be brought to it is null, and counted |
---| `project:long` | one of this type; values of other types are null |
---| `make_cols` | a column for each type, such as `score_double` and `score_long` |
---| `make_struct` | a struct with a field for each type |
---| `widest` | one of the narrowest type that holds all values |
---| `match_catalog` | one of the type that a table of the catalog says; with `database` and `table_name` |
---
---```lua
---people:resolveChoice{choice = "cast:double"}:select_fields({"id", "score"}):show(2)
---```
---```text
---{"id": 1, "score": 36.5}
---{"id": 2, "score": 85.0}
---```
---@param specs? string[][] pairs of a path and an action
---@param choice? string one action for all choices
---@param database? string for `match_catalog`
---@param table_name? string for `match_catalog`
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@param catalog_id? string taken and ignored
---@return DynamicFrame
---@see ResolveChoice
function DynamicFrame:resolveChoice(specs, choice, database, table_name, transformation_ctx, info, stageThreshold, totalThreshold, catalog_id) end
DynamicFrame.resolve_choice = DynamicFrame.resolveChoice

---Makes flat tables of nested records: structs become columns, and every array moves to a table of its own.
---
---The array's column holds a number instead, which the new table has as `id`, with `index` for the element's place from 0. An empty array
---has a number and no rows. The new table is called after the root and the column: `people_tags`.
---
---```lua
---local tables = people:relationalize("root")
---print(table.concat(tables:keys(), ", "))   --> root, root_tags
---```
---@param root_table_name string the name of the table with the records themselves
---@param staging_path? string taken and ignored
---@param options? table<string, any> taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrameCollection
---@see Relationalize
function DynamicFrame:relationalize(root_table_name, staging_path, options, transformation_ctx, info, stageThreshold, totalThreshold) end

---Puts records of two frames together where their keys are equal. Records without a partner are left out. A field of the second frame whose
---name the first has gets a dot in front: `.id`.
---
---```lua
---local towns = DynamicFrame.fromDF(shops, glueContext, "towns")
---local sold = DynamicFrame.fromDF(sales, glueContext, "sold")
---print(sold:join("shop", "shop", towns):count())   --> 4
---```
---@param paths1 string|string[] this frame's keys
---@param paths2 string|string[] the other frame's keys, in the same order
---@param frame2 DynamicFrame the other frame
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Join
function DynamicFrame:join(paths1, paths2, frame2, transformation_ctx, info, stageThreshold, totalThreshold) end

---Puts the records of two frames into one. Columns are matched by their names; what a frame does not have is null in its records.
---
---```lua
---print(people:union(people):count())   --> 6
---```
---@param other_frame DynamicFrame the other frame
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Union
function DynamicFrame:union(other_frame, transformation_ctx, info, stageThreshold, totalThreshold) end

---Brings new versions of records into the frame: all records of the other frame, and those of this one whose key the other does not have.
---
---```lua
---local news = people:filter(function(r) return r.id == 3 end):map(function(r)
---  r.age = 54
---  return r
---end)
---people:mergeDynamicFrame(news, "id"):select_fields({"id", "age"}):show()
---```
---```text
---{"id": 1, "age": 36}
---{"id": 2, "age": 85}
---{"id": 3, "age": 54}
---```
---@param stage_dynamic_frame DynamicFrame the new versions
---@param primary_keys string|string[] the fields that say which records are the same
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param options? table<string, any> taken and ignored
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
function DynamicFrame:mergeDynamicFrame(stage_dynamic_frame, primary_keys, transformation_ctx, options, info, stageThreshold, totalThreshold) end
DynamicFrame.merge_dynamic_frame = DynamicFrame.mergeDynamicFrame

---Reads a text field that holds JSON, and puts what it says in its place. A text that is no JSON makes an error record.
---
---```lua
---local boxed = people:map(function(r) return {id = r.id, box = '{"a": 1}'} end)
---Unbox.apply{frame = boxed, path = "box", format = "json"}:show(1)
---```
---```text
---{"id": 1, "box": {"a": 1}}
---```
---@param path string the field
---@param format string the text's format: `json`
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Unbox
function DynamicFrame:unbox(path, format, transformation_ctx, info, stageThreshold, totalThreshold) end

---Writes a few of the records to a folder as JSON and gives the frame on as it is: for a look at what passes. It writes when it is called.
---
---```lua
---print(people:spigot("look", {topk = 2}):count())   --> 3
---```
---@param path string the folder
---@param options? table<string, any> `topk`: how many records, 100 unless said; `prob`: the share of records to take, by chance
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Spigot
function DynamicFrame:spigot(path, options, transformation_ctx, info, stageThreshold, totalThreshold) end

---The same frame: there are no partitions to move. It is there so that Glue's scripts run.
---
---```lua
---print(people:repartition(4):count())   --> 3
---```
---@param num_partitions integer taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Repartition
function DynamicFrame:repartition(num_partitions, transformation_ctx, info, stageThreshold, totalThreshold) end

---The same frame: there are no partitions to put together. It is there so that Glue's scripts run.
---
---```lua
---print(people:coalesce(1):count())   --> 3
---```
---@param num_partitions integer taken and ignored
---@param shuffle? boolean taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see Coalesce
function DynamicFrame:coalesce(num_partitions, shuffle, transformation_ctx, info, stageThreshold, totalThreshold) end

---The records that went wrong: a frame with one field, `error`, a struct that says where and why, and holds the record as it was.
---
---```lua
---local halved = people:map(function(r) return {half = r.age / 2} end)
---local wrong = halved:errorsAsDynamicFrame()
---wrong:map(function(r) return {id = r.error.dynamicRecord.id, failed = r.error.msg ~= nil} end):show()
---```
---```text
---{"id": 3, "failed": true}
---```
---@return DynamicFrame
---@see ErrorsAsDynamicFrame
function DynamicFrame:errorsAsDynamicFrame() end

---Writes the frame, as `glueContext.write_dynamic_frame.from_options` does. It gives a frame of errors that is always empty: a write that
---fails raises.
---
---```lua
---people:select_fields({"id", "name"}):write{connection_type = "s3", format = "json", connection_options = {path = "out/names"}}
---print(spark.read.json("out/names"):count())   --> 3
---```
---@param connection_type string `s3` or `file`: the path decides
---@param connection_options? table<string, any> `path`, and `partitionKeys`, `mode`, `compression`
---@param format? string `csv`, `json` or `parquet`
---@param format_options? table<string, any> what the format takes
---@param accumulator_size? integer taken and ignored
---@return DynamicFrame
---@see write_dynamic_frame.from_options
function DynamicFrame:write(connection_type, connection_options, format, format_options, accumulator_size) end

---Frames by name, in an order. From a list of frames, under their own names, or from a table of frames by name, in the order of the names.
---
---```lua
---local both = DynamicFrameCollection({old = people, new = people}, glueContext)
---print(table.concat(both:keys(), " "), #both)   --> new old 2
---print(both["old"]:count())   --> 3
---```
---@param dynamic_frames DynamicFrame[]|table<string, DynamicFrame> the frames
---@param glue_ctx? any taken and ignored
---@return DynamicFrameCollection
function DynamicFrameCollection(dynamic_frames, glue_ctx) end

---@class DynamicFrameCollection
local Collection = {}

---The frame of this name; an empty one where there is none. `collection["name"]` is an error there.
---
---```lua
---local tables = people:relationalize("root")
---print(tables:select("root"):count(), tables:select("rot"):count())   --> 3 0
---```
---@param key string the frame's name
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@return DynamicFrame
function Collection:select(key, transformation_ctx) end

---The names of the frames, in their order.
---
---```lua
---print(people:relationalize("r"):keys()[2])   --> r_tags
---```
---@return string[]
function Collection:keys() end

---The frames, in their order.
---
---```lua
---print(people:relationalize("r"):values()[1]:count())   --> 3
---```
---@return DynamicFrame[]
function Collection:values() end

---Replaces every frame by what a function returns for it. The function gets the frame and a text, `context:name`.
---
---```lua
---local ids = people:relationalize("r"):map(function(frame) return frame:select_fields("id") end)
---ids["r_tags"]:show(1)
---```
---```text
---{"id": 1}
---```
---@param callable fun(frame: DynamicFrame, context: string): DynamicFrame makes the new frame
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@return DynamicFrameCollection
function Collection:map(callable, transformation_ctx) end

---Replaces every frame by the frame, or the collection of frames, that a function returns for it.
---
---```lua
---local parts = DynamicFrameCollection({people}, glueContext):flatmap(function(frame)
---  return frame:split_fields({"id"}, "ids", "rest")
---end)
---print(table.concat(parts:keys(), " "))   --> ids rest
---```
---@param f fun(frame: DynamicFrame, context: string): DynamicFrame|DynamicFrameCollection makes what takes the frame's place
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@return DynamicFrameCollection
function Collection:flatmap(f, transformation_ctx) end

---What `schema()` gives: the type of a record, or of one of its fields. It prints as a type of Hive's.
---
---```lua
---print(people:select_fields({"id", "tags"}):schema())   --> struct<id:bigint,tags:array<string>>
---```
---@class StructType
---@field fields {name: string, dataType: StructType}[] the fields of a struct
---@field elementType StructType? the type of an array's elements
---@field name string the type's name
local Schema = {}

---The names of the fields.
---
---```lua
---print(table.concat(people:schema():fieldNames(), " "))   --> id name age score tags address
---```
---@return string[]
function Schema:fieldNames() end

---Whether there is a field of this name.
---
---```lua
---print(people:schema():hasField("age"))   --> true
---```
---@param field string the name
---@return boolean
function Schema:hasField(field) end

---The type of a field. A name that no field has is an error.
---
---```lua
---print(people:schema():getField("age"))   --> bigint
---```
---@param field string the name
---@return StructType
function Schema:getField(field) end

---The name of the type.
---
---```lua
---print(people:schema():getField("age"):typeName())   --> long
---```
---@return string
function Schema:typeName() end

---The type as Glue's JSON: what the option `withSchema` of the JSON reader takes.
---
---```lua
---local text = people:select_fields("id"):schema():jsonValue()
---print(text:sub(1, 20))   --> {"dataType":"struct"
---```
---@return string
function Schema:jsonValue() end

---One record, as a function of `Map` or `Filter` gets it: a table of fields by name.
---
---A field that is null, or that no record has, reads as `nil`; inside of an array a null is `null`. `r.a = nil` drops a field, `r.a = null`
---empties it, `pairs(r)` goes through the fields that are not null. The record lives while the function is called with it.
---
---| column | in Lua |
---| --- | --- |
---| byte, short, int, long | integer |
---| float, double | float |
---| decimal, date, timestamp | a value of its own |
---| string, binary | string |
---| boolean | boolean |
---| array | a table from 1 |
---| struct, map | a table by field or key |
---
---```lua
---people:map(function(r)
---  r.tags, r.score, r.address = nil, nil, r.address.city
---  return r
---end):show(1)
---```
---```text
---{"id": 1, "name": "Ada", "age": 36, "address": "London"}
---```
---@class Record
---@field [string] any
Record = {}
