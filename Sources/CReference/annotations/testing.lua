---@meta

---# Tests of jobs
---
---What files below `tests/` have beside the script API when `mastic test` runs them. Scripts do not have these names. The [guide](../testing.md) says what each test has to itself.

---A test: a name that says what holds, and a function that fails where it does not.
---
---```lua
---test("amounts are whole", function()
---  expect(math.type(3)):toBe("integer")
---end)
---```
---@param name string what is tested; two tests of a file have two names
---@param body function
function test(name, body) end

---A test that is not run, and is counted as skipped. Inside a test it ends that test as skipped, with the reason.
---
---```lua
---skip("refunds are not taken yet", function() expect(1):toBe(2) end)
---test("needs the big file", function() skip("it is not on this machine") end)
---```
---@param name string the test's name; inside a test, why it is skipped
---@param body? function
---@param reason? string
function skip(name, body, reason) end

---A group: the tests that the function registers have its name in front of theirs.
---
---```lua
---describe("the sales job", function()
---  test("counts", function() expect(frame{{id = 1}}):toHaveCount(1) end)
---end)
---```
---@param name string
---@param body function registers tests, groups and hooks
function describe(name, body) end

---Has a function run before each test of the file or group, outer groups first.
---
---```lua
---before_each(function() copy_fixture("orders.csv", "in/") end)
---test("there is something to read", function() expect(read("in/orders.csv")):toHaveCount(3) end)
---```
---@param hook function
function before_each(hook) end

---Has a function run after each test of the file or group, also where the test fails; inner groups first.
---
---```lua
---after_each(function() print("done") end)
---test("something", function() expect(true):toBeTruthy() end)
---```
---@param hook function
function after_each(hook) end

---A DynamicFrame of rows that stand in the test.
---
---Whole numbers are `long`, others `double`; a column whose values disagree is a choice. Columns are sorted by name, unless `columns` or a schema says their order.
---
---```lua
---expect(frame{{id = 1, n = "a"}, {id = 2}}):toHaveSchema("id bigint, n string")
---expect(frame{{1, "a"}, {2, "b"}, columns = {"id", "n"}}):toHaveCount(2)
---expect(frame{schema = "id int, day date", rows = {{1, "2026-02-28"}}}):toHaveRows{{id = 1, day = "2026-02-28"}}
---```
---@param rows table rows as tables, or `{schema = "...", rows = {...}}`
---@return DynamicFrame
function frame(rows) end

---A DynamicFrame of a file in `tests/fixtures`: Parquet, JSON, or CSV with a header line and types by its values.
---
---```lua
---expect(fixture("orders.csv")):toHaveCount(3)
---```
---@param name string the file's path in `tests/fixtures`
---@param options? table `format`, `format_options`
---@return DynamicFrame
function fixture(name, options) end

---The path of a file in `tests/fixtures`.
---
---```lua
---expect(spark.read.option("header", true).csv(fixture_path("orders.csv"))):toHaveCount(3)
---```
---@param name string
---@return string
function fixture_path(name) end

---Copies a file or folder of `tests/fixtures` into the test's working folder.
---
---```lua
---copy_fixture("orders.csv", "in/")
---expect(read("in")):toHaveCount(3)
---```
---@param name string
---@param target? string a file's path, or a folder with `/` behind it; the working folder unless said
---@return string path the copy's path
function copy_fixture(name, target) end

---A table of the test's catalog, with its database.
---
---```lua
---table_in_catalog("shop.orders", {{id = 1, day = "2026-01-01"}, {id = 2, day = "2026-01-02"}}, {partition_by = "day"})
---expect(spark.table("shop.orders")):toHaveCount(2)
---```
---@param name string `database.table`
---@param rows table|DynamicFrame|DataFrame
---@param options? table `partition_by`: a column or a list; `format`: `parquet` unless said
function table_in_catalog(name, rows, options) end

---Has a crawler make tables of a folder, in the test's catalog.
---
---```lua
---copy_fixture("orders.csv", "orders/")
---crawl("orders", "shop")
---expect(spark.table("shop.orders")):toHaveCount(3)
---```
---@param path string
---@param database string
function crawl(path, database) end

---What was written, as a DataFrame, with the columns of partition folders. CSV is read with a header line and types by its values.
---
---```lua
---frame{{id = 1}}:toDF():write():json("out")
---expect(read("out")):toHaveRows{{id = 1}}
---```
---@param path string
---@param options? table `format`, `header`, `inferSchema`
---@return DataFrame
function read(path, options) end

---Runs a script as `mastic run` does, in the test's home and working folder.
---
---A job that fails fails its test too, unless the test looks at `status`, `exit_status` or `error`.
---
---```lua
---copy_fixture("orders.csv", "in/")
---local run = run_job("jobs/sales.lua", {source = "in", target = "out"})
---expect(run.status):toBe("SUCCEEDED")
---expect(run.rows_written):toBe(2)
---```
---@param script string a path in the project
---@param arguments? table the job's arguments by name; `JOB_NAME` is the script's name unless given
---@return JobRun
function run_job(script, arguments) end

---What `run_job` returns.
---@class JobRun
---@field status string `SUCCEEDED` or `FAILED`
---@field exit_status integer that of `mastic run`
---@field error? string what went wrong, with the script's line
---@field code? string the error's code: `E1201`
---@field output string what the script printed
---@field log string what was logged
---@field rows_read integer rows of all sources
---@field rows_written integer rows of all writes
---@field error_records integer records that failed
---@field run_id? string where the script called `job:init`

---The clock of the test: it stands still, at 2026-01-01 00:00:00 UTC until it is set. `os.time`, `current_date()`, `now()` and the times of runs follow it.
---
---```lua
---clock.set("2026-03-01 02:00:00")
---expect(os.date("!%Y-%m-%d")):toBe("2026-03-01")
---```
---@class clock
clock = {}

---Sets the clock.
---
---```lua
---clock.set("2026-12-31 23:59:59")
---```
---@param moment string|integer|timestamp|date `2026-03-01 02:00:00` in UTC, or seconds since 1970
function clock.set(moment) end

---Moves the clock on, or backwards with a minus in front.
---
---```lua
---clock.advance("1h 30m")
---expect(tostring(clock.now())):toBe("2026-01-01 01:30:00")
---```
---@param duration string|number `90s`, `15m`, `2h`, `1d 12h`, `2w`, or seconds
---@return timestamp now
function clock.advance(duration) end

---What the clock says.
---
---```lua
---expect(clock.now().year):toBe(2026)
---```
---@return timestamp
function clock.now() end

---What is expected of a value. What does not hold ends the test, and is shown with the line.
---
---```lua
---expect(1 + 1):toBe(2)
---expect("sales").never:toContain("x")
---```
---@param value any a value of Lua, a DynamicFrame or a DataFrame
---@return Expectation
function expect(value) end

---@class Expectation
---@field never Expectation the opposite of what follows
---@field not_ Expectation the opposite of what follows
local Expectation = {}

---The value is the other: `1` is `1.0`, nil is `null`, NaN is NaN. Two tables are compared with `toEqual`.
---
---```lua
---expect(("a"):upper()):toBe("A")
---```
---@param expected any
function Expectation:toBe(expected) end

---What tables hold is equal, at any depth. Frames are equal with the same schema and the same rows in any order.
---
---```lua
---expect({1, {a = 2}}):toEqual({1, {a = 2}})
---expect(frame{{id = 1}, {id = 2}}):toEqual(frame{{id = 2}, {id = 1}})
---```
---@param expected any
---@param options? table of frames: `ordered`, `tolerance`, `key`
function Expectation:toEqual(expected, options) end

---The value is nil, or `null`.
---
---```lua
---expect(tonumber("n/a")):toBeNil()
---```
function Expectation:toBeNil() end

---The value is neither false nor nil.
---
---```lua
---expect(("a,b"):find(",")):toBeTruthy()
---```
function Expectation:toBeTruthy() end

---The value is false or nil.
---
---```lua
---expect(("ab"):find(",")):toBeFalsy()
---```
function Expectation:toBeFalsy() end

---The value is more than another.
---
---```lua
---expect(2):toBeGreaterThan(1)
---```
---@param other any
function Expectation:toBeGreaterThan(other) end

---The value is less than another.
---
---```lua
---expect("a"):toBeLessThan("b")
---```
---@param other any
function Expectation:toBeLessThan(other) end

---A number lies near another.
---
---```lua
---expect(0.1 + 0.2):toBeCloseTo(0.3)
---expect(10):toBeCloseTo(10.4, 0.5)
---```
---@param expected number
---@param tolerance? number how far they may lie apart; 1e-9 unless said
function Expectation:toBeCloseTo(expected, tolerance) end

---A table holds the value, or a string the text. Of frames `toContainRow` speaks.
---
---```lua
---expect({"a", "b"}):toContain("b")
---expect("sales of 2026"):toContain("2026")
---```
---@param part any
function Expectation:toContain(part) end

---A string matches a pattern of Lua.
---
---```lua
---expect("2026-01-31"):toMatch("^%d+-%d+-%d+$")
---```
---@param pattern string
function Expectation:toMatch(pattern) end

---The function raises an error; with a text, one whose message holds it, or matches it as a pattern of Lua.
---
---```lua
---expect(function() error("no amount") end):toRaise("amount")
---```
---@param text? string
function Expectation:toRaise(text) end

---A frame has so many rows, a table so many entries, a string so many bytes.
---
---```lua
---expect(frame{{id = 1}, {id = 2}}):toHaveCount(2)
---```
---@param count integer
function Expectation:toHaveCount(count) end

---A frame has no rows, a table no entries, a string no bytes.
---
---```lua
---expect({}):toBeEmpty()
---```
function Expectation:toBeEmpty() end

---The frame's rows are these, in any order. Only the columns that one of the expected rows names are compared; where a row does not name one of them, null is expected.
---
---```lua
---expect(frame{{id = 1, n = "a"}, {id = 2}}):toHaveRows{{id = 2}, {id = 1, n = "a"}}
---expect(frame{{id = 1, x = 0.1}}):toHaveRows{{id = 1, x = 0.11}, key = "id", tolerance = 0.05}
---```
---@param rows table rows by names or by places; `ordered`, `exact`, `key` and `tolerance` may stand beside them
---@param options? table the same options
function Expectation:toHaveRows(rows, options) end

---One of the frame's rows is this, as far as it is named.
---
---```lua
---expect(frame{{id = 1, n = "a"}, {id = 2}}):toContainRow{id = 1}
---```
---@param row table
function Expectation:toContainRow(row) end

---The frame has these columns, and perhaps others.
---
---```lua
---expect(frame{{id = 1, n = "a"}}):toHaveColumns{"id"}
---```
---@param names string[]
function Expectation:toHaveColumns(names) end

---The frame's columns have these names and types, in this order. A table of types by name has no order.
---
---```lua
---expect(frame{{id = 1, n = "a"}}):toHaveSchema("id bigint, n string")
---expect(frame{{id = 1, n = "a"}}):toHaveSchema{n = "string", id = "bigint"}
---```
---@param schema string|table
function Expectation:toHaveSchema(schema) end

---The value is what it was: a frame, table or text is compared with a file in `tests/snapshots`, which is written where it is missing.
---
---```lua
---expect(frame{{id = 1}}):toMatchSnapshot("one row")
---```
---@param name? string the file's name; the test's unless said
function Expectation:toMatchSnapshot(name) end
