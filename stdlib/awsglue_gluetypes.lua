-- require "awsglue.gluetypes": types as Glue's scripts build them, for the `withSchema` option of readers.
--
--   local types = require "awsglue.gluetypes"
--   local schema = types.StructType{types.Field("id", types.LongType()), types.Field("tags", types.ArrayType(types.StringType()))}
--   ... format_options = {withSchema = schema:jsonValue()}
local types = {}

local function quote(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

local Type = {}
Type.__index = Type
function Type:typeName() return self.name end
function Type:jsonValue()
  local parts = {'"dataType":' .. quote(self.name), '"properties":{}'}
  if self.precision then
    parts[#parts + 1] = string.format('"precision":%d,"scale":%d', self.precision, self.scale)
  elseif self.elementType then
    parts[#parts + 1] = '"elementType":' .. self.elementType:jsonValue()
  elseif self.valueType then
    parts[#parts + 1] = '"valueType":' .. self.valueType:jsonValue()
  elseif self.choices then
    local list = {}
    for i, choice in ipairs(self.choices) do list[i] = choice:jsonValue() end
    parts[#parts + 1] = '"choices":[' .. table.concat(list, ",") .. "]"
  elseif self.fields then
    local list = {}
    for i, field in ipairs(self.fields) do
      list[i] = '{"name":' .. quote(field.name) .. ',"container":' .. field.dataType:jsonValue() .. ',"properties":{}}'
    end
    parts[#parts + 1] = '"fields":[' .. table.concat(list, ",") .. "]"
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function make(name, more)
  local type = more or {}
  type.name = name
  return setmetatable(type, Type)
end

for class, name in pairs{
  BinaryType = "binary", BooleanType = "boolean", ByteType = "byte", DateType = "date", DoubleType = "double", FloatType = "float",
  IntegerType = "int", LongType = "long", NullType = "null", ShortType = "short", StringType = "string", TimestampType = "timestamp",
  UnknownType = "unknown"} do
  types[class] = function() return make(name) end
end
function types.DecimalType(precision, scale) return make("decimal", {precision = precision or 10, scale = scale or 2}) end
function types.ArrayType(elementType) return make("array", {elementType = elementType or types.UnknownType()}) end
function types.MapType(valueType) return make("map", {valueType = valueType or types.UnknownType()}) end
function types.ChoiceType(choices) return make("choice", {choices = choices or {}}) end
function types.StructType(fields) return make("struct", {fields = fields or {}}) end
function types.Field(name, dataType, properties) return {name = name, dataType = dataType, properties = properties or {}} end

return types
