-- Applies row functions to the frame and prints what came of it, a line a record. The functions that print are called for each record in turn, as
-- they have side effects; the functions under test are not.
local show = require "serialize"
local source = require "source"

local frame = glueContext.create_dynamic_frame.from_options{
  connection_type = "s3", connection_options = {paths = {source.path}}, format = source.format, format_options = source.format_options}

local function schema(result) result:printSchema() end

-- Errors come in the order in which threads met them, with the frames of the thread behind the place.
local function errors(result)
  local lines = {}
  result:errorsAsDynamicFrame():filter(function(r)
    local e = r.error
    lines[#lines + 1] = "E " .. show(e.dynamicRecord.id) .. " " .. show(e.msg) .. "\nT " .. show(e.stackTrace:match("^[^\n]*"))
    return false
  end):count()
  table.sort(lines)
  for _, line in ipairs(lines) do print(line) end
end

local probe = {}

-- What a filter keeps: the numbers, or whole records where `whole`.
function probe.filter(number, f, whole)
  print("== " .. number)
  local result = frame:filter(f)
  if whole then
    schema(result)
    result:filter(function(r) print("R " .. show(r.id) .. " " .. show(r)) return false end):count()
  else
    result:filter(function(r) print("R " .. show(r.id)) return false end):count()
  end
  print("C " .. result:count())
  errors(result)
end

function probe.map(number, f)
  print("== " .. number)
  local result = frame:map(f)
  schema(result)
  result:filter(function(r) print("R " .. show(r)) return false end):count()
  errors(result)
end

-- A filter, and a map of what it keeps.
function probe.chain(number, f, g)
  print("== " .. number)
  local result = frame:filter(f):map(g)
  schema(result)
  result:filter(function(r) print("R " .. show(r)) return false end):count()
  errors(result)
end

function probe.done() print("== done") end

return probe
