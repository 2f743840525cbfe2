-- What tests have beside the script API, as far as it is easier said in Lua. Runs in the state of every test.

local host = ...

-- What a table's entries are, with `null` as nothing.
local function is_nothing(value) return value == nil or value == null end

-- Frames are objects; a table, which may hold itself, is not handed over to find out.
local function is_frame(value) return type(value) == "userdata" and host.is_frame(value) end

local function is_table(value) return type(value) == "table" end

local function same(a, b)
  if is_nothing(a) and is_nothing(b) then return true end
  -- NaN is the only value that is not itself.
  return rawequal(a, b) or a == b or (a ~= a and b ~= b)
end

local function text(value)
  if value == nil then return "nil" end
  local ok, result = pcall(host.text, value)
  return ok and result or tostring(value)
end

local function place(path, key)
  if type(key) == "string" and key:match("^[%a_][%w_]*$") then return path == "" and key or path .. "." .. key end
  return path .. "[" .. (type(key) == "string" and ("%q"):format(key) or tostring(key)) .. "]"
end

-- Adds a line for everything in which `found` differs from `expected`.
local function compare(expected, found, path, lines, seen)
  if #lines >= 20 then return end
  if is_frame(expected) or is_frame(found) then
    if not rawequal(expected, found) then lines[#lines + 1] = (path == "" and "" or "at " .. path .. ": ") .. "frames inside tables are equal only where they are one" end
    return
  end
  if not (is_table(expected) and is_table(found)) then
    if not same(expected, found) then
      lines[#lines + 1] = (path == "" and "" or "at " .. path .. ": ") .. "expected " .. text(expected) .. ", found " .. text(found)
    end
    return
  end
  if rawequal(expected, found) then return end
  seen[expected] = seen[expected] or {}
  if seen[expected][found] then return end
  seen[expected][found] = true
  local keys, known = {}, {}
  for _, side in ipairs{expected, found} do
    for key in pairs(side) do
      if not known[key] then known[key] = true keys[#keys + 1] = key end
    end
  end
  table.sort(keys, function(a, b)
    if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then return a < b end
    return type(a) < type(b)
  end)
  for _, key in ipairs(keys) do compare(expected[key], found[key], place(path, key), lines, seen) end
end

local matchers = {}

-- Ends the test where what was found is not what was asked for.
local function judge(self, holds, positive, negative, lines)
  if self.negated then
    if holds then host.fail(negative) end
  elseif not holds then
    host.fail(positive, lines)
  end
end

function matchers.toBe(self, expected)
  local found = self.box[1]
  local holds = same(found, expected)
  local positive = "expected " .. text(expected) .. ", found " .. text(found)
  if not holds and is_frame(found) and is_frame(expected) then
    positive = "two frames are never one; compare what they hold with toEqual, or with toHaveRows"
  elseif not holds and math.type(found) == "float" and math.type(expected) and math.abs(found - expected) <= 1e-9 * math.max(1, math.abs(found)) then
    positive = positive .. "; toBeCloseTo compares numbers that were computed"
  elseif not holds and is_table(found) and is_table(expected) then
    local lines = {}
    compare(expected, found, "", lines, {})
    if #lines == 0 then positive = "two tables that hold the same are not one; compare what they hold with toEqual" end
  elseif not holds and type(found) ~= type(expected) and text(found) == text(expected) then
    positive = positive .. " (" .. type(expected) .. " and " .. type(found) .. ")"
  end
  judge(self, holds, positive, "found " .. text(found) .. ", which was not expected")
end

function matchers.toEqual(self, expected, options)
  if is_frame(expected) or is_frame(self.box[1]) then
    if not (is_frame(expected) and is_frame(self.box[1])) then
      return judge(self, false, "a frame equals frames alone: expected " .. text(expected) .. ", found " .. text(self.box[1]) .. "; for rows there is toHaveRows", "")
    end
    return host.same_frame(self.box[1], expected, options, self.negated)
  end
  local lines = {}
  compare(expected, self.box[1], "", lines, {})
  if #lines == 1 and not is_table(expected) then return judge(self, false, lines[1], "") end
  judge(self, #lines == 0, "the values are not equal", "the values are equal, which they were not to be: " .. text(expected), lines)
end

function matchers.toBeNil(self) judge(self, is_nothing(self.box[1]), "expected nil, found " .. text(self.box[1]), "found nil, which was not expected") end
function matchers.toBeTruthy(self) judge(self, self.box[1], "expected something true, found " .. text(self.box[1]), "found " .. text(self.box[1]) .. ", which is true") end
function matchers.toBeFalsy(self) judge(self, not self.box[1], "expected false or nil, found " .. text(self.box[1]), "found " .. text(self.box[1]) .. ", which is false") end

local function ordered(name, words, holds)
  matchers[name] = function(self, other)
    local ok, result = pcall(holds, self.box[1], other)
    if not ok then error("expect(x):" .. name .. " compares what has an order, not " .. text(self.box[1]) .. " and " .. text(other), 0) end
    judge(self, result, "expected " .. words .. " " .. text(other) .. ", found " .. text(self.box[1]), "found " .. text(self.box[1]) .. ", which is " .. words .. " " .. text(other))
  end
end
ordered("toBeGreaterThan", "more than", function(a, b) return a > b end)
ordered("toBeLessThan", "less than", function(a, b) return a < b end)

function matchers.toBeCloseTo(self, expected, tolerance)
  tolerance = tolerance or 1e-9
  local found = self.box[1]
  if math.type(found) == nil or math.type(expected) == nil then error("expect(x):toBeCloseTo compares numbers, not " .. text(found) .. " and " .. text(expected), 0) end
  judge(self, math.abs(found - expected) <= tolerance, "expected " .. text(expected) .. " within " .. text(tolerance) .. ", found " .. text(found),
    "found " .. text(found) .. ", which is within " .. text(tolerance) .. " of " .. text(expected))
end

function matchers.toContain(self, part)
  local found, holds = self.box[1], false
  if type(found) == "string" then
    holds = found:find(tostring(part), 1, true) ~= nil
  elseif is_table(found) then
    for _, value in pairs(found) do
      local lines = {}
      compare(part, value, "", lines, {})
      if #lines == 0 then holds = true end
    end
  else
    error("expect(x):toContain looks into strings and tables, not " .. text(found) .. "; for frames there is toContainRow", 0)
  end
  judge(self, holds, text(part) .. " is not in " .. text(found), text(part) .. " is in " .. text(found) .. ", which it was not to be")
end

function matchers.toMatch(self, pattern)
  if type(self.box[1]) ~= "string" or type(pattern) ~= "string" then error("expect(text):toMatch takes a string and a pattern of Lua", 0) end
  judge(self, self.box[1]:find(pattern) ~= nil, text(self.box[1]) .. " does not match the pattern " .. text(pattern), text(self.box[1]) .. " matches the pattern " .. text(pattern))
end

function matchers.toRaise(self, pattern)
  if type(self.box[1]) ~= "function" then error("expect(f):toRaise takes a function to call: expect(function() ... end):toRaise(\"words\")", 0) end
  local ok, problem = pcall(self.box[1])
  if ok then return judge(self, false, "the function returned, and was expected to raise an error", "") end
  local message = tostring(problem)
  if pattern == nil then return judge(self, true, "", "the function raised: " .. message) end
  local matches = message:find(pattern, 1, true) ~= nil
  if not matches then
    local valid, at = pcall(string.find, message, pattern)
    matches = valid and at ~= nil
  end
  judge(self, matches, "the function raised another error than expected", "the function raised: " .. message, {"expected " .. text(pattern), "raised   " .. text(message)})
end

local function size(value)
  if is_frame(value) then return host.count(value), "row" end
  if type(value) == "string" then return #value, "byte" end
  if is_table(value) then
    local count = 0
    for _ in pairs(value) do count = count + 1 end
    return count, "entry"
  end
  error("expect(x):toHaveCount counts frames, tables and strings, not " .. text(value), 0)
end

local function counted(count, noun)
  if count == 1 then return "1 " .. noun end
  return count .. " " .. (noun == "entry" and "entries" or noun .. "s")
end

function matchers.toHaveCount(self, expected)
  if math.type(expected) ~= "integer" then error("expect(x):toHaveCount takes a whole number, not " .. text(expected), 0) end
  local count, noun = size(self.box[1])
  judge(self, count == expected, "expected " .. counted(expected, noun) .. ", found " .. count, "found " .. counted(count, noun) .. ", which was not expected")
end

function matchers.toBeEmpty(self)
  local count, noun = size(self.box[1])
  judge(self, count == 0, "expected nothing, found " .. counted(count, noun), "expected something, found nothing")
end

function matchers.toHaveRows(self, rows, options) host.rows(self.box[1], rows, options, self.negated) end
function matchers.toContainRow(self, row) host.contains(self.box[1], row, self.negated) end
function matchers.toHaveSchema(self, schema) host.schema(self.box[1], schema, self.negated) end

function matchers.toHaveColumns(self, names)
  if not is_table(names) then error("expect(frame):toHaveColumns takes a list of names, {\"id\", \"name\"}", 0) end
  local found = host.columns(self.box[1])
  local known, lines = {}, {}
  for _, name in ipairs(found) do known[name] = true end
  for _, name in ipairs(names) do
    if self.negated and known[name] then host.fail("the frame has the column '" .. name .. "', which it was not to have") end
    if not known[name] then lines[#lines + 1] = "missing: " .. tostring(name) end
  end
  judge(self, self.negated and false or #lines == 0, "the frame lacks columns; it has " .. table.concat(found, ", "), "", lines)
end

function matchers.toMatchSnapshot(self, name)
  if self.negated then error("a snapshot is matched or not looked at: toMatchSnapshot has no negation", 0) end
  host.snapshot(self.box[1], name)
end

local names = {}
for name in pairs(matchers) do names[#names + 1] = name end
names[#names + 1] = "never"
names[#names + 1] = "not_"
table.sort(names)

-- How many values a matcher takes.
local takes = {
  toBe = {1, 1}, toEqual = {1, 2}, toBeNil = {0, 0}, toBeTruthy = {0, 0}, toBeFalsy = {0, 0}, toBeGreaterThan = {1, 1}, toBeLessThan = {1, 1}, toBeCloseTo = {1, 2},
  toContain = {1, 1}, toMatch = {1, 1}, toRaise = {0, 1}, toHaveCount = {1, 1}, toBeEmpty = {0, 0}, toHaveRows = {1, 2}, toContainRow = {1, 1}, toHaveSchema = {1, 1},
  toHaveColumns = {1, 1}, toMatchSnapshot = {0, 1},
}

local function call(self, name, ...)
  local count, least, most = select("#", ...), takes[name][1], takes[name][2]
  if count < least then error("expect(x):" .. name .. " needs a value to compare with; for nothing there is toBeNil()", 0) end
  if count > most then error("expect(x):" .. name .. " takes " .. (most == 0 and "no value" or most == 1 and "one value" or most .. " values") .. ", and got " .. count, 0) end
  return matchers[name](self, ...)
end

local expectation = {}
function expectation.__index(self, name)
  if name == "never" or name == "not_" then return setmetatable({box = self.box, negated = not self.negated}, expectation) end
  if not matchers[name] then host.unknown(tostring(name), names) end
  -- Called with a colon or a dot.
  return function(...)
    if rawequal((...), self) then return call(self, name, select(2, ...)) end
    return call(self, name, ...)
  end
end
function expectation.__call(self) return self end

function expect(...)
  if select("#", ...) == 0 then error("expect needs a value: expect(frame):toHaveCount(3)", 0) end
  return setmetatable({box = {(...)}, negated = false}, expectation)
end

-- Reads a fixture as a DynamicFrame: CSV with a header line and types by the values, JSON, Parquet.
function fixture(name, options)
  local path = fixture_path(name)
  options = options or {}
  local format = options.format or host.format_of(path)
  local format_options = options.format_options
  if not format_options and format == "csv" then format_options = {withHeader = true, inferSchema = true, separator = name:match("%.tsv$") and "\t" or nil} end
  return glueContext.create_dynamic_frame.from_options{
    connection_type = "file", format = format, connection_options = {paths = {path}, recurse = true}, format_options = format_options}
end

-- Reads what a job has written, as a DataFrame, with the columns of partition folders.
function read(path, options)
  if type(path) ~= "string" then error("read needs a path: read(\"out/\")", 0) end
  options = options or {}
  local format = options.format or host.format_of(path)
  local reader = spark.read.format(format)
  if format == "csv" then reader = reader.option("header", options.header ~= false).option("inferSchema", options.inferSchema ~= false) end
  return reader.load(path)
end

-- Puts rows into the catalog as a table of Parquet files, with its database where that is missing.
function table_in_catalog(name, rows, options)
  local database, table_name = tostring(name):match("^([%w_]+)%.([%w_]+)$")
  if not database then error("table_in_catalog needs a database and a table: table_in_catalog(\"sales_db.orders\", {{id = 1}})", 0) end
  options = options or {}
  local rows_frame = is_frame(rows) and rows or frame(rows)
  local frame_ = host.is_dynamic(rows_frame) and rows_frame:toDF() or rows_frame
  spark.sql("CREATE DATABASE IF NOT EXISTS " .. database)
  local writer = frame_.write.mode("overwrite").format(options.format or "parquet")
  if options.partition_by then writer = writer.partitionBy(options.partition_by) end
  writer.saveAsTable(database .. "." .. table_name)
end
