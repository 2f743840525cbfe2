---@meta

---# Values and globals
---
---What a script has besides frames: null, decimals, dates and timestamps, help.

---The null that a table can hold. A field set to `null` stays and is empty, one set to `nil` goes. Reading a null field gives `nil`; `null`
---itself is not false, and equals nothing else.
---
---```lua
---people:map(function(r) return {id = r.id, note = null} end):show(1)
---```
---```text
---{"id": 1, "note": null}
---```
---@type userdata
null = nil

---Prints what the reference says of a function, a class, a frame or a name; without an argument, what there is.
---
---```lua
---help("Union")
---help(people.count)
---```
---@param about? any a function, a table such as `Filter`, an object, or a name as text
function help(about) end

---The stack of calls as a text.
---
---```lua
---print(type(traceback()))   --> string
---```
---@return string
function traceback() end

---The constructors of values that Lua has no type for: `require "mastic.values"`.
---
---They print as `12.50`, `2024-02-29` and `2024-02-29 13:45:10`, compare with `==`, `<` and `<=`, and come out of a function with their
---types.
---
---```lua
---local v = require "mastic.values"
---print(v.decimal("1.10") * 3, v.date("2024-02-28") + 2)   --> 3.30 2024-03-01
---```
---@class mastic.values
local values = {}

---A decimal of a text or an integer, which computes exactly. A text that is none gives `nil`.
---
---```lua
---print(require("mastic.values").decimal("12.50") + 1)   --> 13.50
---```
---@param value string|integer the number
---@return decimal?
function values.decimal(value) end

---A date of a text, of year, month and day, or of a timestamp. A text that is none gives `nil`; a day too many counts on into the next
---month.
---
---```lua
---print(require("mastic.values").date(2024, 2, 29))   --> 2024-02-29
---```
---@param value string|integer|timestamp `2024-02-29`, or the year
---@param month? integer the month, from 1
---@param day? integer the day, from 1
---@return date?
function values.date(value, month, day) end

---A moment of a text, of seconds since 1970, or of a date. A text that is none gives `nil`; one without a zone is UTC.
---
---```lua
---print(require("mastic.values").timestamp("2024-02-29T13:45:10+02:00"))   --> 2024-02-29 11:45:10
---```
---@param value string|number|date `2024-02-29T13:45:10+02:00`, or seconds
---@return timestamp?
function values.timestamp(value) end

---A number with an exact number of digits behind the point.
---
---`+ - * / // %` and unary minus are exact with decimals and integers; with a float, and for `^`, the result is a float.
---
---```lua
---local v = require "mastic.values"
---print(v.decimal("10.00") / 4 == v.decimal("2.5"))   --> true
---```
---@class decimal
---@operator add(decimal|number): decimal
---@operator sub(decimal|number): decimal
---@operator mul(decimal|number): decimal
---@operator div(decimal|number): decimal
---@operator idiv(decimal|number): decimal
---@operator mod(decimal|number): decimal
---@operator unm: decimal
---@operator pow(decimal|number): number
local decimal = {}

---The number rounded, halves away from zero.
---
---```lua
---print(require("mastic.values").decimal("2.345"):round(2))   --> 2.35
---```
---@param n? integer digits behind the point; 0 unless said
---@return decimal
function decimal:round(n) end

---The number as Lua's: an integer where it is whole, else a float.
---
---```lua
---print(require("mastic.values").decimal("2.5"):tonumber())   --> 2.5
---```
---@return number
function decimal:tonumber() end

---The number as text, with its digits.
---
---```lua
---print(require("mastic.values").decimal("2.50"):tostring())   --> 2.50
---```
---@return string
function decimal:tostring() end

---A day of the calendar. `d + 1` is the next day, and a date minus a date is a number of days.
---
---```lua
---local v = require "mastic.values"
---local d = v.date("2024-02-29")
---print(d.year, d + 1, d - v.date("2024-01-01"))   --> 2024 2024-03-01 59
---```
---@class date
---@field year integer the year
---@field month integer the month, from 1
---@field day integer the day of the month
---@operator add(integer): date
---@operator sub(integer): date
---@operator sub(date): integer
local date = {}

---The text that a pattern makes of it: the directives of C's strftime in English, and `%f` for microseconds.
---
---```lua
---print(require("mastic.values").date("2024-02-29"):format("%d.%m.%Y"))   --> 29.02.2024
---```
---@param pattern string such as `%d.%m.%Y`
---@return string
function date:format(pattern) end

---A moment, in UTC. `t + 3600` is an hour later, and a timestamp minus a timestamp is a number of seconds.
---
---```lua
---local v = require "mastic.values"
---local t = v.timestamp("2024-02-29 13:45:10")
---print(t.hour, t + 60)   --> 13 2024-02-29 13:46:10
---```
---@class timestamp
---@field year integer the year
---@field month integer the month
---@field day integer the day
---@field hour integer the hour
---@field minute integer the minute
---@field second integer the second
---@field microsecond integer the microsecond
---@operator add(number): timestamp
---@operator sub(number): timestamp
---@operator sub(timestamp): number
local timestamp = {}

---The text that a pattern makes of it: the directives of C's strftime in English, and `%f` for microseconds.
---
---```lua
---print(require("mastic.values").timestamp("2024-02-29 13:45:10"):format("%H:%M"))   --> 13:45
---```
---@param pattern string such as `%H:%M`
---@return string
function timestamp:format(pattern) end
