-- Writes the sample data of the quickstart: a week of messy sales, as real exports are.
--
--   mastic run scripts/sample_data.lua --target sample
--
-- raw_transactions/*.csv   one file a day: quotes, embedded separators, empty cells, amounts that are no numbers, a few broken lines
-- raw_refunds/*.ndjson     one file a day: mixed types, missing fields, nested addresses, a few broken lines
--
-- The same seed gives the same bytes, so tests can count on the numbers.
local args = getResolvedOptions(arg, {"target"})
local target = args.target:gsub("/+$", "")

-- A linear congruential generator: `math.random` differs between versions of Lua.
local seed = 20240105
local function random(n)
  seed = (seed * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff
  return (seed >> 33) % n + 1
end
local function pick(list) return list[random(#list)] end

local categories = {"Books", "Home, Garden", 'Toys "R" Fun', "GROCERY", "Électronique", "Sports; Outdoor"}
local statuses = {"completed", "completed", "completed", "completed", "pending", "failed", "refunded"}
local cities = {"Oslo", "São Paulo", "Kraków", "Wien", "東京", "Springfield"}
local odd_amounts = {"n/a", "TBD", "", "1,234.50", "free"}

local function quoted(text)
  if text:find('[",;\n]') then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function open(path)
  local file, problem = io.open(path, "wb")
  if not file then error("cannot write " .. path .. ": " .. tostring(problem), 0) end
  return file
end

os.execute(string.format("mkdir -p '%s/raw_transactions' '%s/raw_refunds'", target, target))

local days, per_day, number = 7, 500, 0
for day = 1, days do
  local date = string.format("2024-01-%02d", day + 4)
  local csv = open(string.format("%s/raw_transactions/%s.csv", target, date))
  csv:write("id,customer_id,amount,status,created_at,product_category,note\n")
  local refunds = open(string.format("%s/raw_refunds/%s.ndjson", target, date))
  for row = 1, per_day do
    number = number + 1
    local amount = string.format("%.2f", (random(50000) - 2000) / 100)
    if row % 83 == 0 then amount = pick(odd_amounts) end
    local note = row % 5 == 0 and pick{"gift", "call back", 'said "thanks"', "fragile, handle with care"} or ""
    local time = string.format("%sT%02d:%02d:%02dZ", date, random(24) - 1, random(60) - 1, random(60) - 1)
    local line = table.concat({
      "tx-" .. number, 100 + random(400), amount ~= "1,234.50" and amount or '"1,234.50"', pick(statuses), time, quoted(pick(categories)), quoted(note)}, ",")
    if row == 250 then
      csv:write(line, ",one,field,too,many\n")
    elseif row == 251 and day == 3 then
      csv:write("tx-", number, ',117,"19.99,completed\n')
    else
      csv:write(line, "\n")
    end

    if random(10) == 1 then
      local total = random(2) == 1 and tostring(random(90)) or string.format("%.2f", random(9000) / 100)
      if random(20) == 1 then total = '"unknown"' end
      refunds:write(string.format(
        '{"transaction": "tx-%d", "total": %s, "address": {"city": "%s", "zip": %s}%s}\n', number, total, pick(cities),
        random(3) == 1 and '"0' .. random(9999) .. '"' or tostring(10000 + random(80000)),
        random(4) == 1 and ', "reason": "damaged"' or ""))
    end
  end
  if day == 4 then refunds:write('{"transaction": "tx-0", "total": \n') end
  csv:close()
  refunds:close()
end
print(string.format("%d transactions over %d days in %s", number, days, target))
