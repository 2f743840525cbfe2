---@meta

---# Types and modules
---
---Types for schemas, and the modules that scripts of Glue and Spark ask for.
---
---`require` gives the same objects as the globals under the names `awsglue.context`, `awsglue.dynamicframe`, `awsglue.gluetypes`,
---`awsglue.job`, `awsglue.transforms`, `awsglue.utils`, `pyspark`, `pyspark.context`, `pyspark.sql`, `pyspark.sql.functions`,
---`pyspark.sql.types` and `pyspark.sql.window`.

---The constructors of Spark's types: `require "pyspark.sql.types"`. Every field may be null.
---
---```lua
---local types = require "pyspark.sql.types"
---print(types.ArrayType(types.LongType()):simpleString())   --> array<bigint>
---```
---@class pyspark.sql.types
local types = {}

---True and false.
---
---```lua
---print(require("pyspark.sql.types").BooleanType():simpleString())   --> boolean
---```
---@return DataType
function types.BooleanType() end

---Whole numbers of 8 bits.
---
---```lua
---print(require("pyspark.sql.types").ByteType():simpleString())   --> tinyint
---```
---@return DataType
function types.ByteType() end

---Whole numbers of 16 bits.
---
---```lua
---print(require("pyspark.sql.types").ShortType():simpleString())   --> smallint
---```
---@return DataType
function types.ShortType() end

---Whole numbers of 32 bits.
---
---```lua
---print(require("pyspark.sql.types").IntegerType():simpleString())   --> int
---```
---@return DataType
function types.IntegerType() end

---Whole numbers of 64 bits.
---
---```lua
---print(require("pyspark.sql.types").LongType():simpleString())   --> bigint
---```
---@return DataType
function types.LongType() end

---Numbers of 32 bits with a floating point.
---
---```lua
---print(require("pyspark.sql.types").FloatType():simpleString())   --> float
---```
---@return DataType
function types.FloatType() end

---Numbers of 64 bits with a floating point.
---
---```lua
---print(require("pyspark.sql.types").DoubleType():simpleString())   --> double
---```
---@return DataType
function types.DoubleType() end

---Text.
---
---```lua
---print(require("pyspark.sql.types").StringType():simpleString())   --> string
---```
---@return DataType
function types.StringType() end

---Bytes.
---
---```lua
---print(require("pyspark.sql.types").BinaryType():simpleString())   --> binary
---```
---@return DataType
function types.BinaryType() end

---Days of the calendar.
---
---```lua
---print(require("pyspark.sql.types").DateType():simpleString())   --> date
---```
---@return DataType
function types.DateType() end

---Moments, to the microsecond, in UTC.
---
---```lua
---print(require("pyspark.sql.types").TimestampType():simpleString())   --> timestamp
---```
---@return DataType
function types.TimestampType() end

---Nothing but null.
---
---```lua
---print(require("pyspark.sql.types").NullType():simpleString())   --> void
---```
---@return DataType
function types.NullType() end

---The same as `TimestampType`: there is one type of moments.
---
---```lua
---print(require("pyspark.sql.types").TimestampNTZType():simpleString())   --> timestamp
---```
---@return DataType
function types.TimestampNTZType() end

---Text; a length is taken and ignored.
---
---```lua
---print(require("pyspark.sql.types").VarcharType(10):simpleString())   --> string
---```
---@param length? integer taken and ignored
---@return DataType
function types.VarcharType(length) end
types.CharType = types.VarcharType

---Exact numbers of up to 38 digits.
---
---```lua
---print(require("pyspark.sql.types").DecimalType(12, 2):simpleString())   --> decimal(12,2)
---```
---@param precision? integer all digits; 10 unless said
---@param scale? integer digits behind the point; 0 unless said
---@return DataType
function types.DecimalType(precision, scale) end

---Lists of values of one type.
---
---```lua
---print(require("pyspark.sql.types").ArrayType("int"):simpleString())   --> array<int>
---```
---@param elementType DataType|string the type
---@param containsNull? boolean taken and ignored
---@return DataType
function types.ArrayType(elementType, containsNull) end

---Values by key.
---
---```lua
---print(require("pyspark.sql.types").MapType("string", "int"):simpleString())   --> map<string,int>
---```
---@param keyType DataType|string the keys' type
---@param valueType DataType|string the values' type
---@param valueContainsNull? boolean taken and ignored
---@return DataType
function types.MapType(keyType, valueType, valueContainsNull) end

---Fields by name; the schema of a frame is one.
---
---```lua
---local types = require "pyspark.sql.types"
---print(types.StructType{types.StructField("id", "int")}:simpleString())   --> struct<id:int>
---```
---@param fields? StructField[] the fields
---@return DataType
---@overload fun(...: StructField): DataType
function types.StructType(fields) end

---A field of a struct.
---
---```lua
---print(require("pyspark.sql.types").StructField("id", "int"):simpleString())   --> id:int
---```
---@param name string its name
---@param dataType DataType|string its type
---@param nullable? boolean taken and ignored
---@param metadata? table taken and ignored
---@return StructField
function types.StructField(name, dataType, nullable, metadata) end

---A type of Spark's: what `df.schema` is, and what the constructors of `pyspark.sql.types` give. `#schema` counts its fields, `schema[1]`
---is the first.
---
---```lua
---print(shops.schema:simpleString(), #shops.schema, shops.schema[1].name)   --> struct<shop:string,city:string> 2 shop
---```
---@class DataType
---@field [string] StructField
---@field [integer] StructField
---@field fields StructField[] of a struct: its fields
---@field names string[] of a struct: their names
---@field name string the type's name
---@field elementType DataType of an array
---@field keyType DataType of a map
---@field valueType DataType of a map
---@field containsNull boolean true
---@field valueContainsNull boolean true
---@field precision integer of a decimal
---@field scale integer of a decimal
---@overload fun(): DataType
local DataType = {}

---The names of a struct's fields.
---
---```lua
---print(table.concat(shops.schema:fieldNames(), " "))   --> shop city
---```
---@return string[]
function DataType:fieldNames() end

---Whether a struct has a field of this name.
---
---```lua
---print(shops.schema:hasField("city"))   --> true
---```
---@param field string the name
---@return boolean
function DataType:hasField(field) end

---The type of a struct's field.
---
---```lua
---print(shops.schema:getField("city"))   --> StringType()
---```
---@param field string the name
---@return DataType
function DataType:getField(field) end

---A struct with one field more.
---
---```lua
---print(shops.schema:add("since", "date"):simpleString())   --> struct<shop:string,city:string,since:date>
---```
---@param field StructField|string the field, or its name
---@param dataType? DataType|string its type
---@return DataType
function DataType:add(field, dataType) end

---The type as SQL writes it.
---
---```lua
---print(sales.schema:getField("day"):simpleString())   --> date
---```
---@return string
function DataType:simpleString() end

---The type's name.
---
---```lua
---print(sales.schema:getField("id"):typeName())   --> integer
---```
---@return string
function DataType:typeName() end

---The type as Spark's JSON.
---
---```lua
---print(sales.schema:getField("id"):jsonValue())   --> "integer"
---```
---@return string
function DataType:jsonValue() end
DataType.json = DataType.jsonValue

---A struct as the text that a table's definition has.
---
---```lua
---print(shops.schema:toDDL())   --> shop STRING,city STRING
---```
---@return string
function DataType:toDDL() end

---The type as a tree of text.
---
---```lua
---print(shops.schema:treeString())
---```
---```text
---root
--- |-- shop: string (nullable = true)
--- |-- city: string (nullable = true)
---```
---@return string
function DataType:treeString() end

---A field of a struct: its name and its type.
---@class StructField
---@field name string the name
---@field dataType DataType the type
---@field nullable boolean true
---@field metadata table empty
local StructField = {}

---The field as `name:type`.
---
---```lua
---print(shops.schema[1]:simpleString())   --> shop:string
---```
---@return string
function StructField:simpleString() end

---The field as Spark's JSON.
---
---```lua
---print(shops.schema[1]:jsonValue())   --> {"metadata":{},"name":"shop","nullable":true,"type":"string"}
---```
---@return string
function StructField:jsonValue() end

---The constructors of Glue's types, for the option `withSchema` of the JSON reader: `require "awsglue.gluetypes"`.
---
---```lua
---local types = require "awsglue.gluetypes"
---local schema = types.StructType({types.Field("id", types.LongType())})
---print(schema:typeName())   --> struct
---```
---@class awsglue.gluetypes
local gluetypes = {}

---Bytes.
---
---```lua
---print(require("awsglue.gluetypes").BinaryType():typeName())   --> binary
---```
---@return GlueType
function gluetypes.BinaryType() end

---True and false.
---
---```lua
---print(require("awsglue.gluetypes").BooleanType():typeName())   --> boolean
---```
---@return GlueType
function gluetypes.BooleanType() end

---Whole numbers of 8 bits.
---
---```lua
---print(require("awsglue.gluetypes").ByteType():typeName())   --> byte
---```
---@return GlueType
function gluetypes.ByteType() end

---Days of the calendar.
---
---```lua
---print(require("awsglue.gluetypes").DateType():typeName())   --> date
---```
---@return GlueType
function gluetypes.DateType() end

---Numbers of 64 bits with a floating point.
---
---```lua
---print(require("awsglue.gluetypes").DoubleType():typeName())   --> double
---```
---@return GlueType
function gluetypes.DoubleType() end

---Numbers of 32 bits with a floating point.
---
---```lua
---print(require("awsglue.gluetypes").FloatType():typeName())   --> float
---```
---@return GlueType
function gluetypes.FloatType() end

---Whole numbers of 32 bits.
---
---```lua
---print(require("awsglue.gluetypes").IntegerType():typeName())   --> int
---```
---@return GlueType
function gluetypes.IntegerType() end

---Whole numbers of 64 bits.
---
---```lua
---print(require("awsglue.gluetypes").LongType():typeName())   --> long
---```
---@return GlueType
function gluetypes.LongType() end

---Nothing but null.
---
---```lua
---print(require("awsglue.gluetypes").NullType():typeName())   --> null
---```
---@return GlueType
function gluetypes.NullType() end

---Whole numbers of 16 bits.
---
---```lua
---print(require("awsglue.gluetypes").ShortType():typeName())   --> short
---```
---@return GlueType
function gluetypes.ShortType() end

---Text.
---
---```lua
---print(require("awsglue.gluetypes").StringType():typeName())   --> string
---```
---@return GlueType
function gluetypes.StringType() end

---Moments.
---
---```lua
---print(require("awsglue.gluetypes").TimestampType():typeName())   --> timestamp
---```
---@return GlueType
function gluetypes.TimestampType() end

---A type that nobody has said.
---
---```lua
---print(require("awsglue.gluetypes").UnknownType():typeName())   --> unknown
---```
---@return GlueType
function gluetypes.UnknownType() end

---Exact numbers.
---
---```lua
---print(require("awsglue.gluetypes").DecimalType(12, 2):typeName())   --> decimal
---```
---@param precision? integer all digits; 10 unless said
---@param scale? integer digits behind the point; 2 unless said
---@return GlueType
---@overload fun(): GlueType
function gluetypes.DecimalType(precision, scale) end

---Lists of values of one type.
---
---```lua
---local types = require "awsglue.gluetypes"
---print(types.ArrayType(types.LongType()):typeName())   --> array
---```
---@param elementType? GlueType the type
---@return GlueType
function gluetypes.ArrayType(elementType) end

---Values by a key of text.
---
---```lua
---local types = require "awsglue.gluetypes"
---print(types.MapType(types.LongType()):typeName())   --> map
---```
---@param valueType? GlueType the values' type
---@return GlueType
function gluetypes.MapType(valueType) end

---Values of several types.
---
---```lua
---local types = require "awsglue.gluetypes"
---print(types.ChoiceType({types.LongType(), types.StringType()}):typeName())   --> choice
---```
---@param choices? GlueType[] the types
---@return GlueType
function gluetypes.ChoiceType(choices) end

---Fields by name.
---
---```lua
---local types = require "awsglue.gluetypes"
---print(types.StructType({types.Field("id", types.LongType())}):typeName())   --> struct
---```
---@param fields? GlueField[] the fields
---@return GlueType
function gluetypes.StructType(fields) end

---A field of a struct.
---
---```lua
---local types = require "awsglue.gluetypes"
---print(types.Field("id", types.LongType()).name)   --> id
---```
---@param name string its name
---@param dataType GlueType its type
---@param properties? table taken and ignored
---@return GlueField
---@overload fun(name: string, dataType: GlueType): GlueField
function gluetypes.Field(name, dataType, properties) end

---A field of Glue's struct type.
---@class GlueField
---@field name string its name
---@field dataType GlueType its type
---@field properties table taken and ignored
local GlueField = {}

---A type of Glue's, as `awsglue.gluetypes` makes it.
---@class GlueType
local GlueType = {}

---The type's name.
---
---```lua
---print(require("awsglue.gluetypes").LongType():typeName())   --> long
---```
---@return string
function GlueType:typeName() end

---The type as Glue's JSON, for `withSchema`.
---
---```lua
---print(require("awsglue.gluetypes").LongType():jsonValue())   --> {"dataType":"long","properties":{}}
---```
---@return string
function GlueType:jsonValue() end
