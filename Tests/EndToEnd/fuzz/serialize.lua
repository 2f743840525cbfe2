-- One text for one value: kinds, bits and bytes show. Fields that are null are not there, as in a column.
local function show(value)
  local kind = math.type(value)
  if kind == "integer" then return string.format("%d", value) end
  if kind == "float" then return value ~= value and "nan" or string.format("%a", value) end
  if value == nil or value == null then return "null" end
  if type(value) == "string" then
    return '"' .. value:gsub('[^ !#-Z_a-~]', function(c) return string.format("\\x%02x", c:byte()) end) .. '"'
  end
  if type(value) ~= "table" then return tostring(value) end
  local length, items = #value, {}
  for i = 1, length do items[i] = show(value[i]) end
  local names = {}
  for key, item in pairs(value) do
    if not (math.type(key) == "integer" and key >= 1 and key <= length) and item ~= null then
      names[#names + 1] = show(key) .. "=" .. show(item)
    end
  end
  table.sort(names)
  table.move(names, 1, #names, #items + 1, items)
  return "{" .. table.concat(items, ",") .. "}"
end

return show
