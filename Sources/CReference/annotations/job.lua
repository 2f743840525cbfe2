---@meta

---# Jobs
---
---A job is one transaction: what it writes, and the files that it has read by its bookmark, become visible together with `job:commit()`.

---The job that the script is. A script without one writes each result when its call returns.
---
---```lua
---local job = Job(glueContext)
---job:init("nightly")
---sales:write():json("out")
---job:commit()
---print(spark.read.json("out"):count())   --> 5
---```
---@param glue_context any the `glueContext`
---@return Job
function Job(glue_context) end

---@class Job
local Job_ = {}

---Begins the job. From here on all that the script writes is one transaction. The bookmark's options are read from `args`, so a job without
---them has no bookmark.
---
---```lua
---local job = Job(glueContext)
---job:init("nightly", args)
---print(job:isInitialized())   --> true
---job:commit()
---```
---@param job_name string the job's name
---@param args? table<string, string> what `getResolvedOptions` gave
function Job_:init(job_name, args) end

---Shows what was written since the last commit, and moves the bookmark, both at once. It may be called several times.
---
---```lua
---local job = Job(glueContext)
---job:init("nightly")
---sales:write():csv("out")
---job:commit()
---```
function Job_:commit() end

---Whether `init` was called.
---
---```lua
---print(Job(glueContext):isInitialized())   --> false
---```
---@return boolean
function Job_:isInitialized() end

---The job's arguments by name, as Glue resolves them: `--day 1` or `--day=1` behind the script's name. A name that is asked for and was not
---given is an error.
---
---Dashes in a name count as underscores. `job_bookmark_option`, `JOB_ID`, `JOB_RUN_ID` and their like are read without being asked for.
---
---```lua
---local options = getResolvedOptions({"--JOB_NAME", "nightly", "--day=1"}, {"JOB_NAME", "day"})
---print(options.JOB_NAME, options.day)   --> nightly 1
---```
---@param args string[] the words of the command line: `arg`
---@param options string|string[] the names that must be there
---@param allow_abbrev? boolean taken and ignored
---@return table<string, string>
function getResolvedOptions(args, options, allow_abbrev) end

---The job's arguments by name, without asking for any: `args.day` is what stands behind `--day`.
---
---```lua
---print(args.day)   --> nil
---```
---@type table<string, string>
args = nil

---The job's arguments as words, the script's name at 0.
---
---```lua
---print(#arg)   --> 0
---```
---@type string[]
arg = nil
