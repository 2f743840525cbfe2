---@meta

---# Spark session
---
---The global `spark` reads files and tables into DataFrames, runs SQL, and keeps settings.

---The session: it reads, queries and makes DataFrames.
---
---```lua
---spark.sql("SELECT 1 AS one"):show()
---```
---```text
---+---+
---|one|
---+---+
---|  1|
---+---+
---```
---@type SparkSession
spark = nil

---The context of the session. There are no RDDs.
---
---```lua
---print(sc.appName)   --> mastic
---```
---@type SparkContext
sc = nil

---The session, as the global `spark`, and as `SparkSession` for `SparkSession.builder`.
---
---```lua
---print(spark.version)   --> 4.0.0
---```
---@class SparkSession
---@field read DataFrameReader reads files and tables
---@field catalog Catalog what there is by name
---@field conf RuntimeConfig settings
---@field udf UDFRegistration the functions of SQL that scripts add
---@field builder SparkSession.builder what Spark's scripts begin with; it gives this session
---@field sparkContext SparkContext the global `sc`
---@field version string the Spark whose answers these are
---@overload fun(): SparkSession
SparkSession = {}

---What a query gives; other statements define and change what is in the catalog.
---
---```lua
---sales:createOrReplaceTempView("sales")
---spark.sql("SELECT shop, sum(units) AS units FROM sales GROUP BY shop ORDER BY shop"):show()
---```
---```text
---+-----+-----+
---| shop|units|
---+-----+-----+
---| east|    2|
---|north|    7|
---|south|    3|
---+-----+-----+
---```
---@param sqlQuery string the statement
---@return DataFrame
function SparkSession:sql(sqlQuery) end

---The rows of a temporary view or of a catalog's table.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.table("sold"):count())   --> 5
---```
---@param tableName string `table` or `database.table`
---@return DataFrame
function SparkSession:table(tableName) end

---Whole numbers in a column `id`. With one argument it is the end, and they begin at 0.
---
---```lua
---print(spark.range(3):count(), spark.range(10, 20, 5):count())   --> 3 2
---```
---@param start integer the first number, or the end
---@param end_? integer what they end before
---@param step? integer the distance; 1 unless said
---@param numPartitions? integer taken and ignored
---@return DataFrame
function SparkSession:range(start, end_, step, numPartitions) end

---A frame of rows from Lua: tables by position, or by name.
---
---Without a schema, types are inferred: integers are `bigint`, floats `double`; columns are the names, sorted, or `_1`, `_2`, and so on.
---With one type as the schema each row is a value.
---
---```lua
---spark.createDataFrame({{1, "a"}, {2, null}}, "id int, name string"):show()
---print(spark.createDataFrame({{id = 1, name = "a"}}))
---```
---```text
---+---+----+
---| id|name|
---+---+----+
---|  1|   a|
---|  2|NULL|
---+---+----+
---
---DataFrame[id: bigint, name: string]
---```
---@param data any[] the rows
---@param schema? SchemaLike names, or names and types
---@param samplingRatio? number taken and ignored
---@param verifySchema? boolean whether values must fit their types; true unless said
---@return DataFrame
function SparkSession:createDataFrame(data, schema, samplingRatio, verifySchema) end

---The session: there is one.
---
---```lua
---print(spark:newSession() == spark)   --> true
---```
---@return SparkSession
function SparkSession:newSession() end
SparkSession.getActiveSession = SparkSession.newSession
SparkSession.active = SparkSession.newSession

---Nothing: the session ends with the script.
---
---```lua
---spark:stop()
---print(spark.range(1):count())   --> 1
---```
function SparkSession:stop() end

---What Spark's scripts begin with. It takes what Spark's takes and gives the session that there is.
---
---```lua
---print(SparkSession.builder.appName("job"):getOrCreate() == spark)   --> true
---```
---@class SparkSession.builder
local builder = {}

---A name for the application: the setting `spark.app.name`.
---
---```lua
---SparkSession.builder:appName("job")
---print(spark.conf:get("spark.app.name"))   --> job
---```
---@param name string the name
---@return SparkSession.builder
function builder:appName(name) end

---Sets a setting, or several.
---
---```lua
---SparkSession.builder:config("spark.sql.shuffle.partitions", 8)
---print(spark.conf:get("spark.sql.shuffle.partitions"))   --> 8
---```
---@param key? string|table<string, any> the setting, or values by setting
---@param value? any its value
---@param conf? any taken and ignored
---@param map? table<string, any> values by setting
---@return SparkSession.builder
function builder:config(key, value, conf, map) end

---Taken and ignored.
---
---```lua
---print(SparkSession.builder:master("local[2]"):getOrCreate() == spark)   --> true
---```
---@param url string any text
---@return SparkSession.builder
function builder:master(url) end
builder.remote = builder.master

---Taken and ignored: there is always a catalog.
---
---```lua
---print(SparkSession.builder:enableHiveSupport():getOrCreate() == spark)   --> true
---```
---@return SparkSession.builder
function builder:enableHiveSupport() end

---The session.
---
---```lua
---print(SparkSession.builder:getOrCreate() == spark)   --> true
---```
---@return SparkSession
function builder:getOrCreate() end
builder.create = builder.getOrCreate

---The global `sc`. There are no RDDs: it answers what scripts ask of one besides.
---@class SparkContext
---@field appName string the setting `spark.app.name`
---@field version string as `spark.version`
---@field master string the setting `spark.master`
---@field applicationId string `local`
---@field defaultParallelism integer the number of threads
---@field defaultMinPartitions integer 1
---@overload fun(): SparkContext
SparkContext = {}

---The context.
---
---```lua
---print(SparkContext.getOrCreate() == sc)   --> true
---```
---@return SparkContext
function SparkContext:getOrCreate() end

---The settings.
---
---```lua
---print(sc:getConf() == spark.conf)   --> true
---```
---@return RuntimeConfig
function SparkContext:getConf() end

---Taken and ignored, as are its like; the option `--log-level` says what is logged.
---
---```lua
---sc:setLogLevel("WARN")
---```
---@param ... any taken and ignored
function SparkContext:setLogLevel(...) end
SparkContext.stop = SparkContext.setLogLevel
SparkContext.setCheckpointDir = SparkContext.setLogLevel
SparkContext.setJobGroup = SparkContext.setLogLevel
SparkContext.setJobDescription = SparkContext.setLogLevel
SparkContext.setLocalProperty = SparkContext.setLogLevel
SparkContext.addFile = SparkContext.setLogLevel
SparkContext.addPyFile = SparkContext.setLogLevel

---What `spark.conf` is: settings by their names in Spark.
---
---Those that mean something are `spark.sql.ansi.enabled`, `spark.sql.sources.default`, `spark.sql.sources.partitionOverwriteMode`,
---`spark.sql.sources.partitionColumnTypeInference.enabled` and `spark.sql.warehouse.dir`; the time zone can only be UTC. All others are
---kept and mean nothing.
---@class RuntimeConfig
---@field getAll table<string, string> all settings; called, it gives the same
---@overload fun(): RuntimeConfig
local Conf = {}

---Sets a setting.
---
---```lua
---spark.conf:set("spark.sql.ansi.enabled", true)
---print(spark.conf:get("spark.sql.ansi.enabled"))   --> true
---spark.conf:unset("spark.sql.ansi.enabled")
---```
---@param key string the setting
---@param value string|number|boolean its value
function Conf:set(key, value) end

---The value of a setting, as text. One that is not set is an error, unless there is a value for that.
---
---```lua
---print(spark.conf:get("spark.sql.sources.default"), spark.conf:get("my.own", "none"))   --> parquet none
---```
---@param key string the setting
---@param default? any the value of one that is not set
---@return string
function Conf:get(key, default) end

---Takes a setting back to what it is by itself.
---
---```lua
---spark.conf:set("my.setting", 1)
---spark.conf:unset("my.setting")
---print(spark.conf:get("my.setting", "none"))   --> none
---```
---@param key string the setting
function Conf:unset(key) end

---Whether a setting can be changed while the script runs.
---
---```lua
---print(spark.conf:isModifiable("spark.sql.ansi.enabled"))   --> true
---```
---@param key string the setting
---@return boolean
function Conf:isModifiable(key) end

---What `spark.udf` is: functions of SQL that scripts add.
---@class UDFRegistration
local Udf = {}

---Makes a Lua function one of SQL, and gives it as one of Columns. Null comes as `nil`.
---
---```lua
---spark.udf.register("shout", function(text) return text and text:upper() .. "!" end)
---print(spark.sql("SELECT shout('hi')"):first()[1])   --> HI!
---```
---@param name string its name in SQL
---@param f fun(...): any the function
---@param returnType? DataType|string the type of what it returns; string unless said
---@return fun(...: ColumnOrName): Column
function Udf:register(name, f, returnType) end

---What `spark.read` gives: how to read files, said step by step; the last step gives the frame.
---
---```lua
---sales.write.csv("in", {header = true})
---spark.read:option("header", true):schema("id int, shop string"):csv("in"):show(2)
---```
---```text
---+---+-----+
---| id| shop|
---+---+-----+
---|  1|north|
---|  2|south|
---+---+-----+
---only showing top 2 rows
---```
---@class DataFrameReader
---@overload fun(): DataFrameReader
local Reader = {}

---The format of `load`: `parquet`, `csv` or `json`.
---
---```lua
---sales.write.json("out")
---print(spark.read.format("json"):load("out"):count())   --> 5
---```
---@param source string the format
---@return DataFrameReader
function Reader:format(source) end

---An option of the format, such as `header`, `sep`, `inferSchema` or `multiLine`.
---
---```lua
---sales.write.csv("out")
---print(spark.read.option("inferSchema", true):csv("out"):dtypes()[1][2])   --> int
---```
---@param key string the option
---@param value any its value
---@return DataFrameReader
function Reader:option(key, value) end

---Several options of the format.
---
---```lua
---sales.write.csv("out", {header = true})
---print(spark.read.options({header = true, inferSchema = true}):csv("out").columns[2])   --> shop
---```
---@param options table<string, any> values by option
---@return DataFrameReader
function Reader:options(options) end

---The schema of what is read. Values that are not of their column's type are null, unless the option `mode` says otherwise.
---
---```lua
---sales.write.json("out")
---print(spark.read.schema("units bigint"):json("out"):agg(F.sum("units")):first()[1])   --> 12
---```
---@param schema SchemaLike the schema
---@return DataFrameReader
function Reader:schema(schema) end

---Reads Parquet files.
---
---```lua
---sales.write.parquet("out")
---print(spark.read.parquet("out"):count())   --> 5
---```
---@param ... string|string[]|table<string, any> paths, which may be patterns; a table of options behind them
---@return DataFrame
function Reader:parquet(...) end

---Reads CSV files; columns are `_c0`, `_c1` and so on, and text, unless options or a schema say otherwise.
---
---```lua
---sales.write.csv("out")
---print(spark.read.csv("out"):count())   --> 5
---```
---@param ... string|string[]|table<string, any> paths, which may be patterns; a table of options behind them
---@return DataFrame
function Reader:csv(...) end

---Reads JSON files, a record a line; columns come sorted by name.
---
---```lua
---sales.write.json("out")
---print(spark.read.json("out"):count())   --> 5
---```
---@param ... string|string[]|table<string, any> paths, which may be patterns; a table of options behind them
---@return DataFrame
function Reader:json(...) end

---Reads files in the format that `format` says; Parquet unless it does.
---
---```lua
---sales.write.parquet("out")
---print(spark.read.load("out"):count())   --> 5
---```
---@param path? string|string[]|table<string, any> the path, or paths, or a table of options and `path`
---@param format? string the format
---@param schema? SchemaLike the schema
---@return DataFrame
---@overload fun(self: DataFrameReader, path: string|string[], options: table<string, any>): DataFrame
function Reader:load(path, format, schema) end

---The rows of a temporary view or of a catalog's table.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.read.table("sold"):count())   --> 5
---```
---@param tableName string `table` or `database.table`
---@return DataFrame
function Reader:table(tableName) end

---What `spark.catalog` is: databases, tables, views and functions by name. Descriptions are tables with the fields of Spark's.
---@class Catalog
---@overload fun(): Catalog
local Catalog = {}

---The tables of a database, and all temporary views.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.catalog:listTables(nil, "sold")[1].name)   --> sold
---```
---@param dbName? string the database; the current one unless said
---@param pattern? string names to match, `*` for anything
---@return table[]
function Catalog:listTables(dbName, pattern) end

---The columns of a table or a view.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.catalog:listColumns("sold")[2].name, spark.catalog:listColumns("sold")[2].dataType)   --> shop string
---```
---@param tableName string the table
---@param dbName? string its database
---@return table[]
function Catalog:listColumns(tableName, dbName) end

---The databases.
---
---```lua
---print(spark.catalog:listDatabases()[1].name)   --> default
---```
---@param pattern? string names to match
---@return table[]
function Catalog:listDatabases(pattern) end

---The functions of SQL.
---
---```lua
---print(spark.catalog:listFunctions(nil, "upp*")[1].name)   --> upper
---```
---@param dbName? string taken and ignored
---@param pattern? string names to match
---@return table[]
function Catalog:listFunctions(dbName, pattern) end

---The catalogs: there is one.
---
---```lua
---print(spark.catalog:listCatalogs()[1].name)   --> spark_catalog
---```
---@return table[]
function Catalog:listCatalogs() end

---What is known of a table or a view.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.catalog:getTable("sold").tableType)   --> TEMPORARY
---```
---@param tableName string the table
---@return table
function Catalog:getTable(tableName) end

---What is known of a database.
---
---```lua
---print(spark.catalog:getDatabase("default").name)   --> default
---```
---@param dbName string the database
---@return table
function Catalog:getDatabase(dbName) end

---Whether there is a table or a view of this name.
---
---```lua
---print(spark.catalog:tableExists("nothing"))   --> false
---```
---@param tableName string the name
---@param dbName? string the database
---@return boolean
function Catalog:tableExists(tableName, dbName) end

---Whether there is a database of this name.
---
---```lua
---print(spark.catalog:databaseExists("default"))   --> true
---```
---@param dbName string the name
---@return boolean
function Catalog:databaseExists(dbName) end

---Whether SQL has a function of this name.
---
---```lua
---print(spark.catalog:functionExists("upper"))   --> true
---```
---@param functionName string the name
---@param dbName? string taken and ignored
---@return boolean
function Catalog:functionExists(functionName, dbName) end

---The database that names without one belong to.
---
---```lua
---print(spark.catalog:currentDatabase())   --> default
---```
---@return string
function Catalog:currentDatabase() end

---Makes a database the one that names without one belong to.
---
---```lua
---spark.sql("CREATE DATABASE shop_db")
---spark.catalog:setCurrentDatabase("shop_db")
---print(spark.catalog:currentDatabase())   --> shop_db
---```
---@param dbName string the database
function Catalog:setCurrentDatabase(dbName) end

---The catalog's name.
---
---```lua
---print(spark.catalog:currentCatalog())   --> spark_catalog
---```
---@return string
function Catalog:currentCatalog() end

---Takes the one catalog's name.
---
---```lua
---spark.catalog:setCurrentCatalog("spark_catalog")
---```
---@param catalogName string `spark_catalog`
function Catalog:setCurrentCatalog(catalogName) end

---Forgets a temporary view.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.catalog:dropTempView("sold"), spark.catalog:tableExists("sold"))   --> true false
---```
---@param viewName string the view
---@return boolean
function Catalog:dropTempView(viewName) end

---Forgets a view of `global_temp`.
---
---```lua
---print(spark.catalog:dropGlobalTempView("nothing"))   --> false
---```
---@param viewName string the view
---@return boolean
function Catalog:dropGlobalTempView(viewName) end

---Notes that a table's rows are worth keeping. They are read anew all the same; `df:cache()` keeps a frame's.
---
---```lua
---sales:createOrReplaceTempView("sold")
---spark.catalog:cacheTable("sold")
---print(spark.catalog:isCached("sold"))   --> true
---```
---@param tableName string the table
---@param storageLevel? any taken and ignored
function Catalog:cacheTable(tableName, storageLevel) end

---Whether `cacheTable` was called for a table.
---
---```lua
---sales:createOrReplaceTempView("sold")
---print(spark.catalog:isCached("sold"))   --> false
---```
---@param tableName string the table
---@return boolean
function Catalog:isCached(tableName) end

---Takes `cacheTable` back.
---
---```lua
---sales:createOrReplaceTempView("sold")
---spark.catalog:uncacheTable("sold")
---```
---@param tableName string the table
function Catalog:uncacheTable(tableName) end

---Takes every `cacheTable` back.
---
---```lua
---spark.catalog:clearCache()
---```
function Catalog:clearCache() end

---Nothing but a look whether the table is there: files are listed anew for each frame.
---
---```lua
---sales:createOrReplaceTempView("sold")
---spark.catalog:refreshTable("sold")
---```
---@param tableName string the table
function Catalog:refreshTable(tableName) end
Catalog.recoverPartitions = Catalog.refreshTable

---Nothing: files are listed anew for each frame.
---
---```lua
---spark.catalog:refreshByPath("out")
---```
---@param path string any path
function Catalog:refreshByPath(path) end
