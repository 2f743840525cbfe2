---@meta

---# Transforms
---
---Glue's transform classes. Each has one function, `apply`, which makes a new DynamicFrame of another; nothing is read until an action,
---such as `show`, `count` or a write.
---
---Arguments are given one by one, or by their names in a table: `Filter.apply{frame = people, f = f}`. Every transform but a few is a
---method of DynamicFrame, too. The frames `people`, `sales` and `shops` of the examples are those of `require "mastic.examples"`.

---Keeps the records for which a function returns true.
---@class Filter
Filter = {}

---Keeps the records for which a function returns true.
---
---The function gets one record at a time, reads its fields by name and returns neither `nil` nor `false` for a record that stays. A record
---for which it raises an error becomes an error record: counted, and readable with `errorsAsDynamicFrame`.
---
---```lua
---local grown = Filter.apply{frame = people, f = function(r) return r.age ~= nil and r.age >= 50 end}
---grown:select_fields({"id", "name"}):show()
---```
---```text
---{"id": 2, "name": "Grace"}
---```
---@param frame DynamicFrame the frame that the step reads
---@param f fun(record: Record): any says whether a record stays
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:filter
function Filter.apply(frame, f, transformation_ctx, info, stageThreshold, totalThreshold) end

---Gives every record to a function and takes what it returns in its place.
---@class Map
Map = {}

---Gives every record to a function and takes what it returns in its place.
---
---The function may change the record and return it, or return a new table. A field set to `nil` is dropped, one set to `null` is kept and
---empty. An integer becomes a `long`, a float a `double`; fields that are left alone keep their types. A record for which the function
---raises an error, or returns `nil`, becomes an error record.
---
---```lua
---local short = Map.apply{frame = people, f = function(r)
---  return {name = r.name:upper(), tags = #(r.tags or {})}
---end}
---short:show()
---```
---```text
---{"name": "ADA", "tags": 2}
---{"name": "GRACE", "tags": 0}
---{"name": "LINUS", "tags": 0}
---```
---@param frame DynamicFrame the frame that the step reads
---@param f fun(record: Record): table makes the new record
---@param preservesPartitioning? boolean taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:map
function Map.apply(frame, f, preservesPartitioning, transformation_ctx, info, stageThreshold, totalThreshold) end

---Picks fields, renames them and brings them to other types, all in one list.
---@class ApplyMapping
ApplyMapping = {}

---Picks fields, renames them and brings them to other types, all in one list.
---
---A mapping is `{source, type, target, new type}`, or the first three, or the first two. Only mapped fields remain, in this order. Dots in
---the target make structs, and a source that is missing is null. A value that cannot be brought to its type is null, and counted in a
---warning at the end.
---
---```lua
---ApplyMapping.apply{frame = people, mappings = {
---  {"id", "long", "key", "string"},
---  {"address.city", "string", "home.town", "string"},
---}}:show(2)
---```
---```text
---{"key": "1", "home": {"town": "London"}}
---{"key": "2", "home": {"town": "New York"}}
---```
---@param frame DynamicFrame the frame that the step reads
---@param mappings string[][] lists of source, its type, target and its type
---@param case_sensitive? boolean whether the source's letters must be of the same case; false unless said
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:apply_mapping
function ApplyMapping.apply(frame, mappings, case_sensitive, transformation_ctx, info, stageThreshold, totalThreshold) end

---Keeps the fields of a list and drops all others.
---@class SelectFields
SelectFields = {}

---Keeps the fields of a list and drops all others. A path such as `address.city` keeps a member of a struct; one that no record has is
---ignored.
---
---```lua
---SelectFields.apply{frame = people, paths = {"name", "address.city"}}:show(1)
---```
---```text
---{"name": "Ada", "address": {"city": "London"}}
---```
---@param frame DynamicFrame the frame that the step reads
---@param paths string|string[] the fields that stay
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:select_fields
function SelectFields.apply(frame, paths, transformation_ctx, info, stageThreshold, totalThreshold) end

---Drops the fields of a list and keeps all others.
---@class DropFields
DropFields = {}

---Drops the fields of a list and keeps all others. Paths reach into structs and into the elements of arrays: `items[].price`.
---
---```lua
---DropFields.apply{frame = people, paths = {"score", "tags", "address.zip"}}:show(1)
---```
---```text
---{"id": 1, "name": "Ada", "age": 36, "address": {"city": "London"}}
---```
---@param frame DynamicFrame the frame that the step reads
---@param paths string|string[] the fields that go
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:drop_fields
function DropFields.apply(frame, paths, transformation_ctx, info, stageThreshold, totalThreshold) end

---Gives a field another name.
---@class RenameField
RenameField = {}

---Gives a field another name. The new name is a whole path, so that a field can be moved into a struct or out of one; a name with a dot in
---it stands in backticks.
---
---```lua
---RenameField.apply{frame = people, old_name = "address.city", new_name = "city"}:select_fields({"name", "city"}):show(1)
---```
---```text
---{"name": "Ada", "city": "London"}
---```
---@param frame DynamicFrame the frame that the step reads
---@param old_name string the field's path
---@param new_name string its new path
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:rename_field
function RenameField.apply(frame, old_name, new_name, transformation_ctx, info, stageThreshold, totalThreshold) end

---Drops the fields that are null in every record and so have no type; one that a schema or a cast gave a type stays.
---@class DropNullFields
DropNullFields = {}

---Drops the fields that are null in every record and so have no type; one that a schema or a cast gave a type stays. This reads the frame once before.
---
---```lua
---local empty = people:map(function(r) return {id = r.id, note = null} end)
---DropNullFields.apply{frame = empty}:show(1)
---```
---```text
---{"id": 1}
---```
---@param frame DynamicFrame the frame that the step reads
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
function DropNullFields.apply(frame, transformation_ctx, info, stageThreshold, totalThreshold) end

---Makes columns of the fields of structs, with dots in their names.
---@class UnnestFrame
UnnestFrame = {}

---Makes columns of the fields of structs, with dots in their names. Arrays stay as they are.
---
---```lua
---UnnestFrame.apply{frame = people}:select_fields({"id", "`address.city`"}):show(1)
---```
---```text
---{"id": 1, "address.city": "London"}
---```
---@param frame DynamicFrame the frame that the step reads
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:unnest
function UnnestFrame.apply(frame, transformation_ctx, info, stageThreshold, totalThreshold) end

---Parts a frame into two by columns: a collection with these fields, and one with all others.
---@class SplitFields
SplitFields = {}

---Parts a frame into two by columns: a collection with these fields, and one with all others.
---
---```lua
---local parts = SplitFields.apply{frame = people, paths = {"id", "name"}, name1 = "who", name2 = "rest"}
---parts["who"]:show(1)
---```
---```text
---{"id": 1, "name": "Ada"}
---```
---@param frame DynamicFrame the frame that the step reads
---@param paths string|string[] the fields of the first frame
---@param name1? string the first frame's name; the frame's own with a 1 unless said
---@param name2? string the second frame's name; the frame's own with a 2 unless said
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrameCollection
---@see DynamicFrame:split_fields
function SplitFields.apply(frame, paths, name1, name2, transformation_ctx, info, stageThreshold, totalThreshold) end

---Parts a frame into two by rows: a collection with the records for which all comparisons hold, and one with the rest.
---@class SplitRows
SplitRows = {}

---Parts a frame into two by rows: a collection with the records for which all comparisons hold, and one with the rest.
---
---The comparisons are a table from fields to operators and values: `{age = {[">="] = 50}}`. Operators are `=`, `!=`, `<`, `<=`, `>`, `>=`.
---Nulls, and values of another kind, go to the rest.
---
---```lua
---local parts = SplitRows.apply{frame = people, comparison_dict = {age = {[">="] = 50}}, name1 = "old", name2 = "young"}
---print(parts["old"]:count(), parts["young"]:count())   --> 1 2
---```
---@param frame DynamicFrame the frame that the step reads
---@param comparison_dict table<string, table> fields, and what their values are compared with
---@param name1? string the name of the records that fit; `frame1` unless said
---@param name2? string the name of the rest; `frame2` unless said
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrameCollection
---@see DynamicFrame:split_rows
function SplitRows.apply(frame, comparison_dict, name1, name2, transformation_ctx, info, stageThreshold, totalThreshold) end

---Decides columns that hold values of several types.
---@class ResolveChoice
ResolveChoice = {}

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
---ResolveChoice.apply{frame = people, specs = {{"score", "make_cols"}}}
---  :select_fields({"id", "score_double", "score_long"}):show(2)
---```
---```text
---{"id": 1, "score_double": 36.5, "score_long": null}
---{"id": 2, "score_double": null, "score_long": 85}
---```
---@param frame DynamicFrame the frame that the step reads
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
---@see DynamicFrame:resolveChoice
function ResolveChoice.apply(frame, specs, choice, database, table_name, transformation_ctx, info, stageThreshold, totalThreshold, catalog_id) end

---Makes flat tables of nested records: structs become columns, and every array moves to a table of its own.
---@class Relationalize
Relationalize = {}

---Makes flat tables of nested records: structs become columns, and every array moves to a table of its own.
---
---The array's column holds a number instead, which the new table has as `id`, with `index` for the element's place from 0. An empty array
---has a number and no rows. The new table is called after the root and the column: `people_tags`.
---
---```lua
---local tables = Relationalize.apply{frame = people, name = "people"}
---print(table.concat(tables:keys(), ", "))   --> people, people_tags
---tables["people_tags"]:show()
---```
---```text
---{"id": 1, "index": 0, "tags.val": "math"}
---{"id": 1, "index": 1, "tags.val": "code"}
---```
---@param frame DynamicFrame the frame that the step reads
---@param staging_path? string taken and ignored
---@param name? string the name of the table with the records themselves; `roottable` unless said
---@param options? table<string, any> taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrameCollection
---@see DynamicFrame:relationalize
function Relationalize.apply(frame, staging_path, name, options, transformation_ctx, info, stageThreshold, totalThreshold) end

---Puts records of two frames together where their keys are equal.
---@class Join
Join = {}

---Puts records of two frames together where their keys are equal. Records without a partner are left out. A field of the second frame whose
---name the first has gets a dot in front: `.id`.
---
---```lua
---local towns = DynamicFrame.fromDF(shops, glueContext, "towns")
---local sold = DynamicFrame.fromDF(sales, glueContext, "sold")
---Join.apply{frame1 = sold, frame2 = towns, keys1 = "shop", keys2 = "shop"}
---  :select_fields({"id", "city"}):show(2)
---```
---```text
---{"id": 1, "city": "Oslo"}
---{"id": 2, "city": "Rome"}
---```
---@param frame1 DynamicFrame the first frame
---@param frame2 DynamicFrame the second frame
---@param keys1 string|string[] the first frame's keys
---@param keys2 string|string[] the second frame's keys, in the same order
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@return DynamicFrame
---@see DynamicFrame:join
function Join.apply(frame1, frame2, keys1, keys2, transformation_ctx) end

---Puts the records of two frames into one.
---@class Union
Union = {}

---Puts the records of two frames into one. Columns are matched by their names; what a frame does not have is null in its records.
---
---```lua
---print(Union.apply{frame1 = people, frame2 = people}:count())   --> 6
---```
---@param frame1 DynamicFrame the first frame
---@param frame2 DynamicFrame the second frame
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:union
function Union.apply(frame1, frame2, transformation_ctx, info, stageThreshold, totalThreshold) end

---Reads a text field that holds JSON, and puts what it says in its place.
---@class Unbox
Unbox = {}

---Reads a text field that holds JSON, and puts what it says in its place. A text that is no JSON makes an error record.
---
---```lua
---local boxed = people:map(function(r) return {id = r.id, box = '{"a": 1}'} end)
---Unbox.apply{frame = boxed, path = "box", format = "json"}:show(1)
---```
---```text
---{"id": 1, "box": {"a": 1}}
---```
---@param frame DynamicFrame the frame that the step reads
---@param path string the field
---@param format string the text's format: `json`
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:unbox
function Unbox.apply(frame, path, format, transformation_ctx, info, stageThreshold, totalThreshold) end

---Writes a few of the records to a folder on their way.
---@class Spigot
Spigot = {}

---Writes a few of the records to a folder as JSON and gives the frame on as it is: for a look at what passes. It writes when it is called.
---
---```lua
---print(Spigot.apply{frame = people, path = "look", options = {topk = 2}}:count())   --> 3
---```
---@param frame DynamicFrame the frame that the step reads
---@param path string the folder
---@param options? table<string, any> `topk`: how many records, 100 unless said; `prob`: the share of records to take, by chance
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@return DynamicFrame
---@see DynamicFrame:spigot
function Spigot.apply(frame, path, options, transformation_ctx) end

---The same frame: there are no partitions to move.
---@class Repartition
Repartition = {}

---The same frame: there are no partitions to move. It is there so that Glue's scripts run.
---
---```lua
---print(Repartition.apply{frame = people, num_partitions = 4}:count())   --> 3
---```
---@param frame DynamicFrame the frame that the step reads
---@param num_partitions integer taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:repartition
function Repartition.apply(frame, num_partitions, transformation_ctx, info, stageThreshold, totalThreshold) end

---The same frame: there are no partitions to put together.
---@class Coalesce
Coalesce = {}

---The same frame: there are no partitions to put together. It is there so that Glue's scripts run.
---
---```lua
---print(Coalesce.apply{frame = people, num_partitions = 1}:count())   --> 3
---```
---@param frame DynamicFrame the frame that the step reads
---@param num_partitions integer taken and ignored
---@param shuffle? boolean taken and ignored
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param info? string a text that error records of this step carry along
---@param stageThreshold? integer so many error records of this step fail the action; 0: any number is fine
---@param totalThreshold? integer the same for this step and all before it together
---@return DynamicFrame
---@see DynamicFrame:coalesce
function Coalesce.apply(frame, num_partitions, shuffle, transformation_ctx, info, stageThreshold, totalThreshold) end

---The records that went wrong, as a frame.
---@class ErrorsAsDynamicFrame
ErrorsAsDynamicFrame = {}

---The records that went wrong: a frame with one field, `error`, a struct that says where and why, and holds the record as it was.
---
---```lua
---local halved = people:map(function(r) return {half = r.age / 2} end)
---local wrong = ErrorsAsDynamicFrame.apply{frame = halved}
---wrong:map(function(r) return {id = r.error.dynamicRecord.id, failed = r.error.msg ~= nil} end):show()
---```
---```text
---{"id": 3, "failed": true}
---```
---@param frame DynamicFrame the frame that the step reads
---@return DynamicFrame
---@see DynamicFrame:errorsAsDynamicFrame
function ErrorsAsDynamicFrame.apply(frame) end

---Takes one frame out of a collection.
---@class SelectFromCollection
SelectFromCollection = {}

---Takes one frame out of a collection. Where there is none of this name the frame is empty.
---
---```lua
---local tables = people:relationalize("root")
---print(SelectFromCollection.apply{dfc = tables, key = "root_tags"}:count())   --> 2
---```
---@param dfc DynamicFrameCollection the collection
---@param key string the frame's name
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@return DynamicFrame
---@see DynamicFrameCollection:select
function SelectFromCollection.apply(dfc, key, transformation_ctx) end

---Applies a function to every frame of a collection.
---@class MapToCollection
MapToCollection = {}

---Applies a function to every frame of a collection, which is replaced by what the function returns. The function gets the frame and a
---text, `context:name`.
---
---```lua
---local tables = MapToCollection.apply{dfc = people:relationalize("root"), callable = function(frame) return frame:select_fields("id") end}
---tables["root_tags"]:show(1)
---```
---```text
---{"id": 1}
---```
---@param dfc DynamicFrameCollection the collection
---@param callable fun(frame: DynamicFrame, context: string): DynamicFrame makes the new frame
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@return DynamicFrameCollection
---@see DynamicFrameCollection:map
function MapToCollection.apply(dfc, callable, transformation_ctx) end

---Applies a transform class to every frame of a collection.
---@class FlatMap
FlatMap = {}

---Applies a transform class to every frame of a collection. Named arguments that are none of its own go on to the transform.
---
---```lua
---local ids = FlatMap.apply{dfc = people:relationalize("root"), BaseTransform = SelectFields, frame_name = "frame", paths = {"id"}}
---print(#ids, ids["root"]:schema())   --> 2 struct<id:bigint>
---```
---@param dfc DynamicFrameCollection the collection
---@param BaseTransform table the transform class, such as `SelectFields`
---@param frame_name? string the transform's argument that takes the frame; `frame` unless said
---@param transformation_ctx? string a name for the step; sources use theirs for the bookmark, other steps ignore it
---@param base_kwargs? table<string, any> further arguments of the transform
---@return DynamicFrameCollection
---@see DynamicFrameCollection:flatmap
function FlatMap.apply(dfc, BaseTransform, frame_name, transformation_ctx, base_kwargs) end
