-- The same for a plain Lua: records are tables that behave as records do. Prints the outcome of every record.
null = debug.setmetatable(io.stderr, {__name = "null", __tostring = function() return "null" end})
local array, struct = {__name = "array"}, {__name = "struct"}
-- The sign of a NaN shows in `tostring`; files hold positive ones.
local records = assert(loadfile("records.lua"))(
  function(items) return setmetatable(items, array) end, function(fields) return setmetatable(fields, struct) end, -(0 / 0))
local show = require "serialize"

-- The kind of a key as error messages have it: a record is an object there.
local function kind_of_key(key)
  local meta = type(key) == "table" and getmetatable(key)
  return meta and meta.__name == "record" and "userdata" or type(key)
end

-- A record over a table of fields: reading an emptied field gives nil, names are strings.
local function record(fields)
  return setmetatable({}, {
    __name = "record",
    __index = function(_, name)
      local value = fields[name]
      if value == null then return nil end
      return value
    end,
    __newindex = function(_, name, value)
      if type(name) ~= "string" then error("a field's name must be a string, not a " .. kind_of_key(name), 2) end
      fields[name] = value
    end,
    __pairs = function() return next, fields, nil end,
    __len = function() return 0 end,
  })
end

-- An error as a row's error record has it: the text without the place.
local function message(e)
  return (tostring(e):gsub("^%.?/?%l+%.lua:%d+: ", "", 1))
end

-- What is wrong with a value that is to go into a column.
local function problem(value, depth)
  local kind = type(value)
  if kind == "function" then return "holds a function, which no column can" end
  if kind ~= "table" then return nil end
  if depth >= 100 then return "is nested more than 100 levels deep, or contains itself" end
  local named, numbered, other = 0, 0, 0
  local meta = getmetatable(value)
  local source = meta and meta.__name == "record" and meta.__pairs and select(2, meta.__pairs()) or value
  for key in next, source do
    if type(key) == "string" then named = named + 1
    elseif math.type(key) == "integer" and key >= 1 and key <= #source then numbered = numbered + 1
    else other = other + 1 end
  end
  if other > 0 and named == 0 then return "holds a table whose keys are neither names nor 1, 2, 3 and so on (put null where an array has no value)" end
  if named > 0 and (other > 0 or #source > 0) then return "holds a table with both named and numbered keys" end
  for _, item in next, source do
    local found = problem(item, depth + 1)
    if found then return found end
  end
end

local function fields_of(result, given)
  if rawequal(result, given) then return select(2, getmetatable(given).__pairs()) end
  if type(result) == "table" then
    for key in next, result do
      if type(key) ~= "string" then error("the function returned a table with a " .. kind_of_key(key) .. " as key, where a record has named fields only", 0) end
    end
    return result
  end
  error("the function returned " .. (result == nil and "" or "a ") .. type(result) .. " instead of a record", 0)
end

local function mapped(g, given)
  local fields = fields_of(g(given), given)
  for name, value in pairs(fields) do
    local found = problem(value, 0)
    if found then error("field '" .. name .. "' " .. found, 0) end
  end
  return show(fields)
end

local probe = {}

local function each(number, outcome)
  print("== " .. number)
  for _, make in ipairs(records) do
    local fields = make()
    local id = fields.id
    local ok, result = pcall(outcome, record(fields), make)
    if not ok then print("E " .. show(id) .. " " .. show(message(result)))
    elseif result then print("R " .. show(id) .. " " .. result) end
  end
end

function probe.filter(number, f, whole)
  each(number, function(r, make) return f(r) and (whole and show(make()) or "") end)
end

function probe.map(number, f)
  each(number, function(r) return mapped(f, r) end)
end

function probe.chain(number, f, g)
  each(number, function(r, make)
    if not f(r) then return nil end
    return mapped(g, record(make()))
  end)
end

function probe.done() print("== done") end

return probe
