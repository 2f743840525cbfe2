---@meta

---# Reading and writing frames
---
---The global `glueContext` reads and writes DynamicFrames, from files and from tables of the catalog.

---The one GlueContext of a script, which reads and writes DynamicFrames.
---
---```lua
---print(glueContext.create_dynamic_frame ~= nil)   --> true
---```
---@type GlueContext
glueContext = nil

---The one GlueContext. Whatever it is given, it is the global `glueContext`.
---
---```lua
---print(GlueContext(sc) == glueContext)   --> true
---```
---@param spark_context? any taken and ignored
---@return GlueContext
function GlueContext(spark_context) end

---@class GlueContext
---@field create_dynamic_frame create_dynamic_frame readers: `from_options`, `from_catalog`
---@field write_dynamic_frame write_dynamic_frame writers: `from_options`, `from_catalog`
---@field spark_session SparkSession the session: the global `spark`
---@field sparkSession SparkSession the same
local GlueContext_ = {}

---What reads DynamicFrames: `glueContext.create_dynamic_frame`.
---@class create_dynamic_frame
local create_dynamic_frame = {}

---Reads files into a DynamicFrame. Files and folders are named by `connection_options.paths`; nothing is read before an action.
---
---CSV gives strings unless `inferSchema` is set; JSON and Parquet carry their types. With a bookmark, a source that has a
---`transformation_ctx` reads only files that no committed run has read.
---
---```lua
---people:select_fields({"id", "name"}):toDF().write.json("in/people")
---local frame = glueContext.create_dynamic_frame.from_options{
---  connection_type = "s3", format = "json", connection_options = {paths = {"in/people"}},
---}
---frame:show(2)
---```
---```text
---{"id": 1, "name": "Ada"}
---{"id": 2, "name": "Grace"}
---```
---@param connection_type string `s3` or `file`: the path decides; or a format's name
---@param connection_options? table<string, any> `paths`, and `recurse`, `exclusions`, `boundedFiles`, `boundedSize`, `isFailFast`
---@param format? string `csv`, `json` or `parquet`
---@param format_options? table<string, any> what the format takes: `withHeader`, `separator`, `inferSchema`, `multiLine`, `withSchema` and others
---@param transformation_ctx? string the name under which the source keeps its bookmark
---@param push_down_predicate? string has no effect: there are no partitions without a catalog
---@return DynamicFrame
function create_dynamic_frame.from_options(connection_type, connection_options, format, format_options, transformation_ctx, push_down_predicate) end

---Reads a table of the catalog into a DynamicFrame. Its format and its columns come from the catalog; partition keys are columns behind the
---others.
---
---`push_down_predicate` leaves out partitions by a condition in Spark's SQL over partition keys, `catalogPartitionPredicate` by one in the
---catalog's own grammar.
---
---```lua
---spark.sql("CREATE DATABASE shop_db")
---sales:select("id", "units", "shop").write.partitionBy("shop").saveAsTable("shop_db.sold")
---local north = glueContext.create_dynamic_frame.from_catalog{
---  database = "shop_db", table_name = "sold", push_down_predicate = "shop = 'north'",
---}
---north:show()
---```
---```text
---{"id": 1, "units": 3, "shop": "north"}
---{"id": 3, "units": 4, "shop": "north"}
---```
---@param database? string the table's database
---@param table_name? string the table
---@param redshift_tmp_dir? string taken and ignored
---@param transformation_ctx? string the name under which the source keeps its bookmark
---@param push_down_predicate? string a condition on partition keys, in Spark's SQL
---@param additional_options? table<string, any> `catalogPartitionPredicate`, `exclusions`, `boundedFiles`, `boundedSize`, `isFailFast`
---@param catalog_id? string taken and ignored
---@param name_space? string another name of `database`
---@return DynamicFrame
function create_dynamic_frame.from_catalog(database, table_name, redshift_tmp_dir, transformation_ctx, push_down_predicate, additional_options, catalog_id, name_space) end

---What writes DynamicFrames: `glueContext.write_dynamic_frame`.
---@class write_dynamic_frame
local write_dynamic_frame = {}

---Writes a frame, or every frame of a collection, to files in a folder. Existing files stay, unless the `mode` is `overwrite`; a job that
---has begun shows what it wrote with `job:commit()`. It gives a frame of errors that is always empty.
---
---```lua
---glueContext.write_dynamic_frame.from_options{
---  frame = people:select_fields({"id", "name"}), connection_type = "s3", format = "json", connection_options = {path = "out/people"},
---}
---print(spark.read.json("out/people"):count())   --> 3
---```
---@param frame DynamicFrame|DynamicFrameCollection what is written; each frame of a collection into a folder of its name
---@param connection_type string `s3` or `file`: the path decides
---@param connection_options? table<string, any> `path`, and `partitionKeys`, `mode` (`append` or `overwrite`), `compression`
---@param format? string `csv`, `json` or `parquet`
---@param format_options? table<string, any> what the format takes: `separator`, `writeHeader`, `compression` and others
---@param transformation_ctx? string taken and ignored
---@return DynamicFrame
function write_dynamic_frame.from_options(frame, connection_type, connection_options, format, format_options, transformation_ctx) end

---Writes a frame to the place of a table of the catalog, in the table's format. New partitions are written, and known to the catalog with
---`enableUpdateCatalog = true` alone.
---
---```lua
---spark.sql("CREATE DATABASE shop_db")
---spark.sql("CREATE TABLE shop_db.names (id BIGINT, name STRING) USING parquet")
---glueContext.write_dynamic_frame.from_catalog{
---  frame = people:select_fields({"id", "name"}), database = "shop_db", table_name = "names",
---}
---print(spark.table("shop_db.names"):count())   --> 3
---```
---@param frame DynamicFrame|DynamicFrameCollection what is written
---@param database? string the table's database
---@param table_name? string the table
---@param redshift_tmp_dir? string taken and ignored
---@param transformation_ctx? string taken and ignored
---@param additional_options? table<string, any> `compression`, `mode`, `partitionKeys`, `enableUpdateCatalog`: whether new partitions become known to the catalog
---@param catalog_id? string taken and ignored
---@param name_space? string another name of `database`
---@return DynamicFrame
function write_dynamic_frame.from_catalog(frame, database, table_name, redshift_tmp_dir, transformation_ctx, additional_options, catalog_id, name_space) end

---Reads files into a DynamicFrame. Files and folders are named by `connection_options.paths`; nothing is read before an action.
---
---CSV gives strings unless `inferSchema` is set; JSON and Parquet carry their types. With a bookmark, a source that has a
---`transformation_ctx` reads only files that no committed run has read.
---
---```lua
---people:select_fields({"id", "name"}):toDF().write.json("in/people")
---local frame = glueContext:create_dynamic_frame_from_options{
---  connection_type = "s3", format = "json", connection_options = {paths = {"in/people"}},
---}
---frame:show(2)
---```
---```text
---{"id": 1, "name": "Ada"}
---{"id": 2, "name": "Grace"}
---```
---@param connection_type string `s3` or `file`: the path decides; or a format's name
---@param connection_options? table<string, any> `paths`, and `recurse`, `exclusions`, `boundedFiles`, `boundedSize`, `isFailFast`
---@param format? string `csv`, `json` or `parquet`
---@param format_options? table<string, any> what the format takes: `withHeader`, `separator`, `inferSchema`, `multiLine`, `withSchema` and others
---@param transformation_ctx? string the name under which the source keeps its bookmark
---@param push_down_predicate? string has no effect: there are no partitions without a catalog
---@return DynamicFrame
---@see create_dynamic_frame.from_options
function GlueContext_:create_dynamic_frame_from_options(connection_type, connection_options, format, format_options, transformation_ctx, push_down_predicate) end

---Reads a table of the catalog into a DynamicFrame. Its format and its columns come from the catalog; partition keys are columns behind the
---others.
---
---`push_down_predicate` leaves out partitions by a condition in Spark's SQL over partition keys, `catalogPartitionPredicate` by one in the
---catalog's own grammar.
---
---```lua
---spark.sql("CREATE DATABASE shop_db")
---sales:select("id", "units", "shop").write.partitionBy("shop").saveAsTable("shop_db.sold")
---local north = glueContext:create_dynamic_frame_from_catalog{
---  database = "shop_db", table_name = "sold", push_down_predicate = "shop = 'north'",
---}
---north:show()
---```
---```text
---{"id": 1, "units": 3, "shop": "north"}
---{"id": 3, "units": 4, "shop": "north"}
---```
---@param database? string the table's database
---@param table_name? string the table
---@param redshift_tmp_dir? string taken and ignored
---@param transformation_ctx? string the name under which the source keeps its bookmark
---@param push_down_predicate? string a condition on partition keys, in Spark's SQL
---@param additional_options? table<string, any> `catalogPartitionPredicate`, `exclusions`, `boundedFiles`, `boundedSize`, `isFailFast`
---@param catalog_id? string taken and ignored
---@param name_space? string another name of `database`
---@return DynamicFrame
---@see create_dynamic_frame.from_catalog
function GlueContext_:create_dynamic_frame_from_catalog(database, table_name, redshift_tmp_dir, transformation_ctx, push_down_predicate, additional_options, catalog_id, name_space) end

---Reads the first records of files. The arguments are those of `create_dynamic_frame_from_options`, and the number of records.
---
---```lua
---people:select_fields({"id", "name"}):toDF().write.json("in/people")
---local frame = glueContext:create_sample_dynamic_frame_from_options{
---  connection_type = "s3", format = "json", connection_options = {paths = {"in/people"}}, num = 1,
---}
---frame:show(2)
---```
---```text
---{"id": 1, "name": "Ada"}
---```
---@param connection_type string `s3` or `file`: the path decides; or a format's name
---@param connection_options? table<string, any> `paths`, and `recurse`, `exclusions`, `boundedFiles`, `boundedSize`, `isFailFast`
---@param format? string `csv`, `json` or `parquet`
---@param format_options? table<string, any> what the format takes: `withHeader`, `separator`, `inferSchema`, `multiLine`, `withSchema` and others
---@param transformation_ctx? string the name under which the source keeps its bookmark
---@param push_down_predicate? string has no effect: there are no partitions without a catalog
---@param num integer how many records
---@param sample_options? table<string, any> taken and ignored
---@return DynamicFrame
function GlueContext_:create_sample_dynamic_frame_from_options(connection_type, connection_options, format, format_options, transformation_ctx, push_down_predicate, num, sample_options) end

---Reads the first records of a table. The arguments are those of `create_dynamic_frame_from_catalog`, and the number of records.
---
---```lua
---spark.sql("CREATE DATABASE shop_db")
---sales:select("id", "units", "shop").write.partitionBy("shop").saveAsTable("shop_db.sold")
---local north = glueContext:create_sample_dynamic_frame_from_catalog{
---  database = "shop_db", table_name = "sold", push_down_predicate = "shop = 'north'", num = 1,
---}
---north:show()
---```
---```text
---{"id": 1, "units": 3, "shop": "north"}
---```
---@param database? string the table's database
---@param table_name? string the table
---@param redshift_tmp_dir? string taken and ignored
---@param transformation_ctx? string the name under which the source keeps its bookmark
---@param push_down_predicate? string a condition on partition keys, in Spark's SQL
---@param additional_options? table<string, any> `catalogPartitionPredicate`, `exclusions`, `boundedFiles`, `boundedSize`, `isFailFast`
---@param catalog_id? string taken and ignored
---@param name_space? string another name of `database`
---@param num integer how many records
---@param sample_options? table<string, any> taken and ignored
---@return DynamicFrame
function GlueContext_:create_sample_dynamic_frame_from_catalog(database, table_name, redshift_tmp_dir, transformation_ctx, push_down_predicate, additional_options, catalog_id, name_space, num, sample_options) end

---Writes a frame, or every frame of a collection, to files in a folder. Existing files stay, unless the `mode` is `overwrite`; a job that
---has begun shows what it wrote with `job:commit()`. It gives a frame of errors that is always empty.
---
---```lua
---glueContext:write_dynamic_frame_from_options{
---  frame = people:select_fields({"id", "name"}), connection_type = "s3", format = "json", connection_options = {path = "out/people"},
---}
---print(spark.read.json("out/people"):count())   --> 3
---```
---@param frame DynamicFrame|DynamicFrameCollection what is written; each frame of a collection into a folder of its name
---@param connection_type string `s3` or `file`: the path decides
---@param connection_options? table<string, any> `path`, and `partitionKeys`, `mode` (`append` or `overwrite`), `compression`
---@param format? string `csv`, `json` or `parquet`
---@param format_options? table<string, any> what the format takes: `separator`, `writeHeader`, `compression` and others
---@param transformation_ctx? string taken and ignored
---@return DynamicFrame
---@see write_dynamic_frame.from_options
function GlueContext_:write_dynamic_frame_from_options(frame, connection_type, connection_options, format, format_options, transformation_ctx) end

---Writes a frame to the place of a table of the catalog, in the table's format. New partitions are written, and known to the catalog with
---`enableUpdateCatalog = true` alone.
---
---```lua
---spark.sql("CREATE DATABASE shop_db")
---spark.sql("CREATE TABLE shop_db.names (id BIGINT, name STRING) USING parquet")
---glueContext:write_dynamic_frame_from_catalog{
---  frame = people:select_fields({"id", "name"}), database = "shop_db", table_name = "names",
---}
---print(spark.table("shop_db.names"):count())   --> 3
---```
---@param frame DynamicFrame|DynamicFrameCollection what is written
---@param database? string the table's database
---@param table_name? string the table
---@param redshift_tmp_dir? string taken and ignored
---@param transformation_ctx? string taken and ignored
---@param additional_options? table<string, any> `compression`, `mode`, `partitionKeys`, `enableUpdateCatalog`: whether new partitions become known to the catalog
---@param catalog_id? string taken and ignored
---@param name_space? string another name of `database`
---@return DynamicFrame
---@see write_dynamic_frame.from_catalog
function GlueContext_:write_dynamic_frame_from_catalog(frame, database, table_name, redshift_tmp_dir, transformation_ctx, additional_options, catalog_id, name_space) end

---What writes to the run's log, on standard error.
---
---```lua
---local logger = glueContext:get_logger()
---logger:info("two files are late")
---```
---@return Logger
function GlueContext_:get_logger() end

---What `get_logger` gives: writes to the run's log, on standard error. Messages of a level below that of `--log-level` are not shown.
---@class Logger
local Logger = {}

---Logs a message that says how the run goes.
---
---```lua
---glueContext:get_logger():info("nothing to do")
---```
---@param message any the message
function Logger:info(message) end

---Logs a message that says what should be looked at.
---
---```lua
---glueContext:get_logger():warn("nothing to do")
---```
---@param message any the message
function Logger:warn(message) end

---Logs a message that says what went wrong.
---
---```lua
---glueContext:get_logger():error("nothing to do")
---```
---@param message any the message
function Logger:error(message) end

---Logs a message that says what helps to find a mistake.
---
---```lua
---glueContext:get_logger():debug("nothing to do")
---```
---@param message any the message
function Logger:debug(message) end
