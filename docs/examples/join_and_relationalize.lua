-- Glue's best known tutorial, "join and relationalize", on the legislators of the United States: nested JSON becomes flat Parquet tables.
--
--   mastic crawl shared/data/legislators --database legislators
--   mastic run docs/examples/join_and_relationalize.lua --JOB_NAME legislators --target out/
--
-- out/seats               who sits on which committee, a row for each seat
-- out/history             the legislators
-- out/history_terms       every term that they have served
-- out/history_*           their other lists: leadership roles, relatives, campaign committees
--
-- The first three are partitioned by chamber.
require "awsglue.transforms"

local args = getResolvedOptions(arg, {"JOB_NAME", "target"})
local job = Job(glueContext)
job:init(args.JOB_NAME, args)
local target = args.target:gsub("/*$", "/")

-- 1. Read the crawled tables. Their schemas come from the catalog, nested as the files are.
local function read(name)
  return glueContext.create_dynamic_frame.from_catalog{database = "legislators", table_name = name .. "_ndjson", transformation_ctx = name}
end
local legislators, memberships, committees = read "legislators", read "memberships", read "committees"
print(("legislators: %d, memberships: %d, committees: %d"):format(legislators:count(), memberships:count(), committees:count()))

-- 2. Keep what the joins need: a mapping takes fields out of structs and renames them.
local people = ApplyMapping.apply{frame = legislators, mappings = {
  {"id.bioguide", "string", "legislator_id", "string"},
  {"name.first", "string", "first_name", "string"},
  {"name.last", "string", "last_name", "string"},
  {"bio.birthday", "string", "birthday", "string"},
}}
local bodies = ApplyMapping.apply{frame = committees, mappings = {
  {"thomas_id", "string", "committee_id", "string"},
  {"name", "string", "committee_name", "string"},
  {"type", "string", "chamber", "string"},
}}

-- 3. A membership names a committee ("HSAG") or one of its subcommittees ("HSAG15"); the first four letters are the committee.
local seats = Map.apply{frame = memberships, f = function(r)
  return {
    bioguide     = r.bioguide,
    committee    = r.committee:sub(1, 4),
    subcommittee = r.committee:sub(5),
    side         = r.party,
    rank         = r.rank,
    title        = r.title,
  }
end}

-- 4. Join legislators with their seats, and those with the committees. Each key is there twice then; one goes.
local joined = Join.apply(Join.apply(people, seats, "legislator_id", "bioguide"), bodies, "committee", "committee_id")
  :drop_fields{"bioguide", "committee_id"}
print("seats: " .. joined:count())
joined:printSchema()

-- 5. Write the seats, a folder for each chamber.
local function write(frame, name, keys)
  glueContext.write_dynamic_frame.from_options{
    frame = frame, connection_type = "s3", format = "parquet",
    connection_options = {path = target .. name, partitionKeys = keys}, transformation_ctx = name}
end
write(joined, "seats", {"chamber"})

-- 6. Relationalize the legislators' history: every list becomes a table of its own, and a number in its place leads to the list's rows.
local history = legislators:relationalize("history", target .. "tmp/")

-- 7. Write each table. A term says its chamber; a legislator belongs to the chamber of the latest term.
local function chamber(type) return type == "sen" and "senate" or "house" end
local latest = Map.apply{frame = legislators, f = function(r)
  return {latest_id = r.id.bioguide, chamber = chamber(r.terms[#r.terms].type)}
end}
for _, name in ipairs(history:keys()) do
  local frame = history:select(name)
  print(("%s: %d rows"):format(name, frame:count()))
  if name == "history" then
    frame = Join.apply(frame, latest, "`id.bioguide`", "latest_id"):drop_fields{"latest_id"}
    write(frame, name, {"chamber"})
  elseif name == "history_terms" then
    frame = frame:map(function(r)
      r.chamber = chamber(r["terms.val.type"])
      return r
    end)
    write(frame, name, {"chamber"})
  else
    write(frame, name)
  end
end

-- 8. Show everything at once: data and bookmark become visible together.
job:commit()
