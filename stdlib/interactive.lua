-- What an interactive session does with the values of a line: it keeps the first as `_`, and writes tables down so that they can be read.
-- Only tables are walked: the one function of the script's that may run is the `__tostring` of a table.
local brief = ...
local globals = _ENV
local type, next, rawget, rawset, rawlen, getmetatable, tostring, pcall = type, next, rawget, rawset, rawlen, getmetatable, tostring, pcall
local pack, unpack, concat, sort = table.pack, table.unpack, table.concat, table.sort
local format, rep, sub, gsub, find, byte = string.format, string.rep, string.sub, string.gsub, string.find, string.byte
local mathtype, utf8len = math.type, utf8.len

local MOST_ENTRIES, MOST_LEVELS, MOST_BYTES, MOST_ROWS, MOST_LINES = 100, 8, 300, 1000, 2000

local keywords = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch("%a+") do
  keywords[word] = true
end

local escapes = {["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\", ['"'] = '\\"'}
local function escape(character) return escapes[character] or format("\\x%02x", byte(character)) end

-- A string in quotes; what is no text or would steer the terminal is escaped.
local function quote(text)
  local cut = ""
  if #text > MOST_BYTES then
    cut = format("… (%d bytes)", #text)
    local last = MOST_BYTES
    while last > 1 and byte(text, last + 1) >= 0x80 and byte(text, last + 1) < 0xc0 do last = last - 1 end
    text = sub(text, 1, last)
  end
  if utf8len(text) then
    text = gsub(text, '[%c\\"]', escape)
    -- Controls of the second kind, and those that change the direction of the text.
    text = gsub(text, "\xc2[\x80-\x9f]", function(c) return format("\\u{%x}", byte(c, 2)) end)
    text = gsub(text, "\xe2\x80[\xaa-\xae]", function(c) return format("\\u{20%x}", byte(c, 3) - 0x80) end)
    text = gsub(text, "\xe2\x81[\xa6-\xa9]", function(c) return format("\\u{20%x}", byte(c, 3) - 0x40) end)
  else
    text = gsub(text, '[%c\\"\x80-\xff]', escape)
  end
  return '"' .. text .. '"' .. cut
end

local order = {number = 1, string = 2}
local function before(a, b)
  local x, y = order[type(a)] or 3, order[type(b)] or 3
  if x ~= y then return x < y end
  if x < 3 then return a < b end
  return tostring(a) < tostring(b)
end

local write

local function key(k, seen, level)
  if type(k) == "string" then
    if find(k, "^[%a_][%w_]*$") and not keywords[k] then return k end
    return "[" .. quote(k) .. "]"
  end
  return "[" .. (type(k) == "table" and "table" or write(k, seen, level, 40)) .. "]"
end

-- The text of a value for so many columns; tables that do not fit in a line take several.
function write(value, seen, level, width)
  local kind = type(value)
  if kind == "string" then return quote(value) end
  if kind == "number" or kind == "boolean" or kind == "nil" then return tostring(value) end
  if kind ~= "table" then return brief(value) end
  local meta = getmetatable(value)
  if type(meta) == "table" and type(rawget(meta, "__tostring")) == "function" then
    local done, text = pcall(tostring, value)
    if done and type(text) == "string" then return text end
  end
  if seen[value] then return "<cycle>" end
  if level >= MOST_LEVELS or seen.lines > MOST_LINES then return "{…}" end
  seen[value] = true
  local parts, room = {}, MOST_ENTRIES
  local count = rawlen(value)
  for i = 1, count do
    if room == 0 then break end
    parts[#parts + 1] = write(rawget(value, i), seen, level + 1, width - 2)
    room = room - 1
  end
  local keys, total = {}, count
  for k in next, value do
    if not (mathtype(k) == "integer" and k >= 1 and k <= count) then
      keys[#keys + 1] = k
      total = total + 1
    end
  end
  sort(keys, before)
  for i = 1, #keys do
    if room == 0 then break end
    local name = key(keys[i], seen, level)
    parts[#parts + 1] = name .. " = " .. write(rawget(value, keys[i]), seen, level + 1, width - 2 - #name - 3)
    room = room - 1
  end
  seen[value] = nil
  local left = total - #parts
  if left > 0 then parts[#parts + 1] = format("… %d more", left) end
  if #parts == 0 then return "{}" end
  local length, isPlain = 2, true
  for i = 1, #parts do
    length = length + (utf8len(parts[i]) or #parts[i]) + 2
    if find(parts[i], "\n", 1, true) then isPlain = false end
  end
  if isPlain and length <= width + 2 then return "{" .. concat(parts, ", ") .. "}" end
  if isPlain and #keys == 0 then
    -- A long list of short values: as many in a line as there is room for.
    local lines, line = {}, ""
    for i = 1, #parts do
      local part = parts[i] .. (i < #parts and "," or "")
      if line ~= "" and #line + #part + 3 > width then
        lines[#lines + 1] = line
        line = part
      else
        line = line == "" and part or line .. " " .. part
      end
    end
    lines[#lines + 1] = line
    seen.lines = seen.lines + #lines
    return "{\n  " .. concat(lines, "\n  ") .. "\n}"
  end
  seen.lines = seen.lines + #parts
  for i = 1, #parts do parts[i] = "  " .. gsub(parts[i], "\n", "\n  ") end
  local last = #parts
  local text = concat(parts, ",\n", 1, left > 0 and last - 1 or last)
  if left > 0 then text = text .. ",\n" .. parts[last] end
  return "{\n" .. text .. "\n}"
end

-- Rows of a frame, or of a list of the catalog's: `{columns = {...}, rows = {{...}}}`.
local function rows(list)
  local count = rawlen(list)
  local first = rawget(list, 1)
  local meta = type(first) == "table" and getmetatable(first)
  local columns = type(meta) == "table" and rawget(meta, "columns")
  if type(columns) ~= "table" then return nil end
  for k in next, list do if mathtype(k) ~= "integer" then return nil end end
  local result = {}
  for i = 1, count < MOST_ROWS and count or MOST_ROWS do
    local row = rawget(list, i)
    local other = type(row) == "table" and getmetatable(row)
    if type(other) ~= "table" or rawget(other, "columns") ~= columns then return nil end
    local cells = {}
    for c = 1, rawlen(columns) do
      local cell = rawget(row, rawget(columns, c))
      local kind = type(cell)
      if kind == "table" then cells[c] = write(cell, {lines = 0}, 4, 10000)
      elseif kind == "string" or kind == "number" or kind == "boolean" or kind == "nil" then cells[c] = cell
      else cells[c] = brief(cell) end
      if cells[c] == nil then cells[c] = false end
    end
    local missing = {}
    for c = 1, rawlen(columns) do missing[c] = rawget(row, rawget(columns, c)) == nil end
    result[i] = {cells = cells, missing = missing}
  end
  return {columns = columns, rows = result, count = count}
end

local function present(value, width)
  return rows(value) or {text = write(value, {lines = 0}, 0, width)}
end

return function(chunk, width)
  local values = pack(chunk())
  if values.n > 0 and values[1] ~= nil then rawset(globals, "_", values[1]) end
  for i = 1, values.n do
    if type(values[i]) == "table" then values[i] = present(values[i], width) end
  end
  return unpack(values, 1, values.n)
end
