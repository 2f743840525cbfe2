---@meta

---# Functions of columns
---
---The global `F`, which is `require "pyspark.sql.functions"`, too: functions make Columns of Columns. Their names and arguments are those
---of PySpark.
---
---A text is the name of a column where a parameter's type says so, and the value itself elsewhere; `F.lit("text")` is a value everywhere.
---Arguments may be given by their names in a table behind the others: `F.round("amount", {scale = 2})`. What stands behind `-->` is the
---value in the first row of `sales`.

---Functions of columns: what computes values of rows, of groups of rows, and of windows.
---
---```lua
---sales:select(F.upper("shop"):alias("shop"), F.round(F.col("amount") * 1.2, 1):alias("gross")):show(2)
---```
---```text
---+-----+-----+
---| shop|gross|
---+-----+-----+
---|NORTH| 15.0|
---|SOUTH|  8.7|
---+-----+-----+
---only showing top 2 rows
---```
---@class F
F = {}

---The column of a name. `address.zip` is a field of a struct; a name with a dot in it stands in backticks.
---
---```lua
---F.col("units")   --> 3
---```
---@param name string
---@return Column
function F.col(name) end
F.column = F.col

---A value that is the same in every row.
---
---```lua
---F.lit("text")   --> text
---```
---@param value ColumnOrValue
---@return Column
function F.lit(value) end

---What an expression of SQL gives.
---
---```lua
---F.expr("units * 2")   --> 6
---```
---@param text string
---@return Column
function F.expr(text) end

---A value where a condition holds; `:when(...)` and `:otherwise(...)` follow.
---
---```lua
---F.when(F.col("units"):gt(2), "many"):otherwise("few")   --> many
---```
---@param condition Column|boolean
---@param value ColumnOrValue
---@return Column
function F.when(condition, value) end

---Makes a Lua function one of Columns. Null comes as `nil`; what it returns is brought to the return type.
---
---```lua
---F.udf(function(shop) return shop:upper() .. "!" end)("shop")   --> NORTH!
---```
---@param f fun(...): any
---@param returnType? DataType|string
---@return fun(...: ColumnOrName): Column
function F.udf(f, returnType) end

---Upwards, nulls first: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.asc("amount")):first().id)   --> 4
---```
---@param col ColumnOrName
---@return Column
function F.asc(col) end

---Upwards, nulls first: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.asc_nulls_first("amount")):first().id)   --> 4
---```
---@param col ColumnOrName
---@return Column
function F.asc_nulls_first(col) end

---Upwards, nulls last: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.asc_nulls_last("amount")):first().id)   --> 2
---```
---@param col ColumnOrName
---@return Column
function F.asc_nulls_last(col) end

---Downwards, nulls last: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.desc("amount")):first().id)   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.desc(col) end

---Downwards, nulls first: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.desc_nulls_first("amount")):first().id)   --> 4
---```
---@param col ColumnOrName
---@return Column
function F.desc_nulls_first(col) end

---Downwards, nulls last: for `orderBy`.
---
---```lua
---print(sales:orderBy(F.desc_nulls_last("amount")):first().id)   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.desc_nulls_last(col) end

---The code of the first character; 0 for an empty text.
---
---```lua
---F.ascii(F.lit("A"))   --> 65
---```
---@param col ColumnOrName
---@return Column
function F.ascii(col) end

---The bytes in base 64.
---
---```lua
---F.base64(F.lit("ab"))   --> YWI=
---```
---@param col ColumnOrName
---@return Column
function F.base64(col) end

---The number of bits.
---
---```lua
---F.bit_length(F.lit("ab"))   --> 16
---```
---@param col ColumnOrName
---@return Column
function F.bit_length(col) end

---The text without blanks, or other characters, at its ends.
---
---```lua
---F.btrim(F.lit(" a "))   --> a
---```
---@param str ColumnOrName
---@param trim? ColumnOrName
---@return Column
function F.btrim(str, trim) end

---The character of a code from 0 to 255.
---
---```lua
---F.char(F.lit(65))   --> A
---```
---@param col ColumnOrName
---@return Column
function F.char(col) end
F.chr = F.char

---The texts that are not null with a separator between them.
---
---```lua
---F.concat_ws("-", F.lit("a"), F.lit("b"))   --> a-b
---```
---@param sep ColumnOrValue
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.concat_ws(sep, ...) end

---Whether a text stands in another.
---
---```lua
---F.contains(F.lit("north"), F.lit("ort"))   --> true
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@return Column
function F.contains(left, right) end

---The text of bytes in a character set; or the value for the first equal one of several.
---
---```lua
---F.decode(F.encode(F.lit("a"), "UTF-8"), "UTF-8")   --> a
---```
---@param col ColumnOrName
---@param charset ColumnOrValue
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.decode(col, charset, ...) end

---The argument of a number, from 1.
---
---```lua
---F.elt(F.lit(2), F.lit("a"), F.lit("b"))   --> b
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.elt(...) end

---The text's bytes in a character set.
---
---```lua
---F.encode(F.lit("ab"), "UTF-8")   --> ab
---```
---@param col ColumnOrName
---@param charset ColumnOrValue
---@return Column
function F.encode(col, charset) end

---Whether a text ends with another.
---
---```lua
---F.endswith(F.lit("north"), F.lit("th"))   --> true
---```
---@param str ColumnOrName
---@param suffix ColumnOrName
---@return Column
function F.endswith(str, suffix) end

---The number of a text in a list with commas; 0 for none.
---
---```lua
---F.find_in_set(F.lit("b"), F.lit("a,b,c"))   --> 2
---```
---@param str ColumnOrName
---@param str_array ColumnOrName
---@return Column
function F.find_in_set(str, str_array) end

---The number with commas and so many places.
---
---```lua
---F.format_number(F.lit(12345.678), 2)   --> 12,345.68
---```
---@param col ColumnOrName
---@param d ColumnOrValue
---@return Column
function F.format_number(col, d) end

---A text made by a pattern of C's printf.
---
---```lua
---F.format_string("%s has %d", "shop", "units")   --> north has 3
---```
---@param format ColumnOrValue
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.format_string(format, ...) end
F.printf = F.format_string

---The text with every word's first letter in upper case.
---
---```lua
---F.initcap(F.lit("new york"))   --> New York
---```
---@param col ColumnOrName
---@return Column
function F.initcap(col) end

---The position of a text in another, from 1; 0 for none.
---
---```lua
---F.instr(F.lit("north"), "r")   --> 3
---```
---@param str ColumnOrName
---@param substr ColumnOrValue
---@return Column
function F.instr(str, substr) end

---Whether the bytes are UTF-8.
---
---```lua
---F.is_valid_utf8(F.lit("a"))   --> true
---```
---@param str ColumnOrName
---@return Column
function F.is_valid_utf8(str) end

---The text in lower case.
---
---```lua
---F.lower(F.lit("ABC"))   --> abc
---```
---@param col ColumnOrName
---@return Column
function F.lower(col) end
F.lcase = F.lower

---The first characters.
---
---```lua
---F.left(F.lit("north"), F.lit(2))   --> no
---```
---@param str ColumnOrName
---@param len ColumnOrName
---@return Column
function F.left(str, len) end

---The number of characters, or of bytes.
---
---```lua
---F.length(F.lit("north"))   --> 5
---```
---@param col ColumnOrName
---@return Column
function F.length(col) end
F.len = F.length
F.char_length = F.length
F.character_length = F.length

---In how many changes a text becomes another.
---
---```lua
---F.levenshtein(F.lit("kitten"), F.lit("sitting"))   --> 3
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@param threshold? ColumnOrValue
---@return Column
function F.levenshtein(left, right, threshold) end

---The position of a text in another, behind a position; 0 for none.
---
---```lua
---F.locate("r", F.lit("north"))   --> 3
---```
---@param substr ColumnOrValue
---@param str ColumnOrName
---@param pos? ColumnOrValue
---@return Column
function F.locate(substr, str, pos) end

---The text filled up on its left.
---
---```lua
---F.lpad(F.lit("7"), 3, "0")   --> 007
---```
---@param str ColumnOrName
---@param len ColumnOrValue
---@param pad? ColumnOrValue
---@return Column
function F.lpad(str, len, pad) end

---The text without blanks, or other characters, at its beginning.
---
---```lua
---F.ltrim(F.lit(" a"))   --> a
---```
---@param str ColumnOrName
---@param trim? ColumnOrName
---@return Column
function F.ltrim(str, trim) end

---Whether the digits pass Luhn's test.
---
---```lua
---F.luhn_check(F.lit("79927398713"))   --> true
---```
---@param str ColumnOrName
---@return Column
function F.luhn_check(str) end

---The text with bytes that are no UTF-8 replaced.
---
---```lua
---F.make_valid_utf8(F.lit("a"))   --> a
---```
---@param str ColumnOrName
---@return Column
function F.make_valid_utf8(str) end

---The text with its letters and digits made unreadable.
---
---```lua
---F.mask(F.lit("Ab-12"))   --> Xx-nn
---```
---@param col ColumnOrName
---@param upperChar? ColumnOrName
---@param lowerChar? ColumnOrName
---@param digitChar? ColumnOrName
---@param otherChar? ColumnOrName
---@return Column
function F.mask(col, upperChar, lowerChar, digitChar, otherChar) end

---The number of bytes.
---
---```lua
---F.octet_length(F.lit("é"))   --> 2
---```
---@param col ColumnOrName
---@return Column
function F.octet_length(col) end

---The text with a part of it replaced.
---
---```lua
---F.overlay(F.lit("north"), F.lit("SO"), 1, 2)   --> SOrth
---```
---@param src ColumnOrName
---@param replace ColumnOrName
---@param pos ColumnOrValue
---@param len? ColumnOrValue
---@return Column
function F.overlay(src, replace, pos, len) end

---The position of a text in another, behind a position; 0 for none.
---
---```lua
---F.position(F.lit("r"), F.lit("north"))   --> 3
---```
---@param substr ColumnOrName
---@param str ColumnOrName
---@param start? ColumnOrName
---@return Column
function F.position(substr, str, start) end

---The number of matches.
---
---```lua
---F.regexp_count(F.lit("banana"), F.lit("an"))   --> 2
---```
---@param str ColumnOrName
---@param regexp ColumnOrName
---@return Column
function F.regexp_count(str, regexp) end

---The text of a group of the first match; empty for none.
---
---```lua
---F.regexp_extract(F.lit("id-42"), "(\\d+)", 1)   --> 42
---```
---@param str ColumnOrName
---@param pattern ColumnOrValue
---@param idx? ColumnOrValue
---@return Column
function F.regexp_extract(str, pattern, idx) end

---The texts of a group of all matches.
---
---```lua
---F.regexp_extract_all(F.lit("a1b2"), F.lit("(\\d)"), 1)   --> [1, 2]
---```
---@param str ColumnOrName
---@param regexp ColumnOrName
---@param idx? ColumnOrValue
---@return Column
function F.regexp_extract_all(str, regexp, idx) end

---The position of the first match, from 1; 0 for none.
---
---```lua
---F.regexp_instr(F.lit("id-42"), F.lit("\\d+"))   --> 4
---```
---@param str ColumnOrName
---@param regexp ColumnOrName
---@param idx? ColumnOrValue
---@return Column
function F.regexp_instr(str, regexp, idx) end

---The text with every match replaced; $1 is a group's text.
---
---```lua
---F.regexp_replace(F.lit("a1b2"), "\\d", "#")   --> a#b#
---```
---@param string ColumnOrName
---@param pattern ColumnOrValue
---@param replacement ColumnOrValue
---@param pos? ColumnOrValue
---@return Column
function F.regexp_replace(string, pattern, replacement, pos) end

---The first match; null for none.
---
---```lua
---F.regexp_substr(F.lit("id-42"), F.lit("\\d+"))   --> 42
---```
---@param str ColumnOrName
---@param regexp ColumnOrName
---@return Column
function F.regexp_substr(str, regexp) end

---Whether the pattern stands anywhere in the text.
---
---```lua
---F.rlike(F.lit("north"), F.lit("o.t"))   --> true
---```
---@param str ColumnOrName
---@param regexp ColumnOrName
---@return Column
function F.rlike(str, regexp) end
F.regexp = F.rlike
F.regexp_like = F.rlike

---The text so many times.
---
---```lua
---F["repeat"](F.lit("ab"), 2)   --> abab
---```
---@param str ColumnOrName
---@param n ColumnOrValue
---@return Column
F["repeat"] = function(str, n) end

---The text with every occurrence of another replaced.
---
---```lua
---F.replace(F.lit("north"), F.lit("n"), F.lit("N"))   --> North
---```
---@param src ColumnOrName
---@param search ColumnOrName
---@param replace? ColumnOrName
---@return Column
function F.replace(src, search, replace) end

---The characters, or the elements of an array, in reverse.
---
---```lua
---F.reverse(F.lit("abc"))   --> cba
---```
---@param col ColumnOrName
---@return Column
function F.reverse(col) end

---The last characters.
---
---```lua
---F.right(F.lit("north"), F.lit(2))   --> th
---```
---@param str ColumnOrName
---@param len ColumnOrName
---@return Column
function F.right(str, len) end

---The text filled up on its right.
---
---```lua
---F.rpad(F.lit("7"), 3, ".")   --> 7..
---```
---@param str ColumnOrName
---@param len ColumnOrValue
---@param pad? ColumnOrValue
---@return Column
function F.rpad(str, len, pad) end

---The text without blanks, or other characters, at its end.
---
---```lua
---F.rtrim(F.lit("a "))   --> a
---```
---@param str ColumnOrName
---@param trim? ColumnOrName
---@return Column
function F.rtrim(str, trim) end

---How the word sounds, as a letter and three digits.
---
---```lua
---F.soundex(F.lit("Robert"))   --> R163
---```
---@param col ColumnOrName
---@return Column
function F.soundex(col) end

---So many blanks.
---
---```lua
---F.length(F.space(3))   --> 3
---```
---@param n ColumnOrName
---@return Column
function F.space(n) end

---The texts between matches, as an array.
---
---```lua
---F.split(F.lit("a,b"), ",")   --> [a, b]
---```
---@param str ColumnOrName
---@param pattern ColumnOrValue
---@param limit? ColumnOrValue
---@return Column
function F.split(str, pattern, limit) end

---A part between delimiters by its number.
---
---```lua
---F.split_part(F.lit("a.b.c"), F.lit("."), F.lit(2))   --> b
---```
---@param src ColumnOrName
---@param delimiter ColumnOrName
---@param partNum ColumnOrName
---@return Column
function F.split_part(src, delimiter, partNum) end

---Whether a text begins with another.
---
---```lua
---F.startswith(F.lit("north"), F.lit("no"))   --> true
---```
---@param str ColumnOrName
---@param prefix ColumnOrName
---@return Column
function F.startswith(str, prefix) end

---`len` characters from a position on, counted from 1, or from the end where it is negative.
---
---```lua
---F.substring(F.lit("north"), 2, 3)   --> ort
---```
---@param str ColumnOrName
---@param pos ColumnOrValue
---@param len? ColumnOrValue
---@return Column
function F.substring(str, pos, len) end
F.substr = F.substring

---What stands before a delimiter of a number.
---
---```lua
---F.substring_index(F.lit("a.b.c"), ".", 2)   --> a.b
---```
---@param str ColumnOrName
---@param delim ColumnOrValue
---@param count ColumnOrValue
---@return Column
function F.substring_index(str, delim, count) end

---The bytes of text: 'hex', 'utf-8' or 'base64'.
---
---```lua
---F.to_binary(F.lit("6162"), F.lit("hex"))   --> ab
---```
---@param col ColumnOrName
---@param format? ColumnOrName
---@return Column
function F.to_binary(col, format) end

---The number, date or bytes in a format.
---
---```lua
---F.to_char(F.lit(78.5), F.lit("99.99"))   --> 78.50
---```
---@param col ColumnOrName
---@param format ColumnOrName
---@return Column
function F.to_char(col, format) end
F.to_varchar = F.to_char

---The number of text in a format.
---
---```lua
---F.to_number(F.lit("78.50"), F.lit("99.99"))   --> 78.50
---```
---@param col ColumnOrName
---@param format ColumnOrName
---@return Column
function F.to_number(col, format) end

---The text with single characters replaced.
---
---```lua
---F.translate(F.lit("abc"), "ab", "xy")   --> xyc
---```
---@param srcCol ColumnOrName
---@param matching ColumnOrValue
---@param replace ColumnOrValue
---@return Column
function F.translate(srcCol, matching, replace) end

---The text without blanks, or other characters, at its ends.
---
---```lua
---F.trim(F.lit(" a "))   --> a
---```
---@param str ColumnOrName
---@param trim? ColumnOrName
---@return Column
function F.trim(str, trim) end

---The bytes of text; null where it is not in the format.
---
---```lua
---F.try_to_binary(F.lit("zz"), F.lit("hex"))   --> NULL
---```
---@param col ColumnOrName
---@param format? ColumnOrName
---@return Column
function F.try_to_binary(col, format) end

---The number of text in a format; null for other text.
---
---```lua
---F.try_to_number(F.lit("x"), F.lit("99"))   --> NULL
---```
---@param col ColumnOrName
---@param format ColumnOrName
---@return Column
function F.try_to_number(col, format) end

---The text; null where it is no UTF-8.
---
---```lua
---F.try_validate_utf8(F.lit("a"))   --> a
---```
---@param str ColumnOrName
---@return Column
function F.try_validate_utf8(str) end

---The text, which must be UTF-8.
---
---```lua
---F.validate_utf8(F.lit("a"))   --> a
---```
---@param str ColumnOrName
---@return Column
function F.validate_utf8(str) end

---The bytes of text in base 64.
---
---```lua
---F.unbase64(F.lit("YWI="))   --> ab
---```
---@param col ColumnOrName
---@return Column
function F.unbase64(col) end

---The text in upper case.
---
---```lua
---F.upper(F.lit("abc"))   --> ABC
---```
---@param col ColumnOrName
---@return Column
function F.upper(col) end
F.ucase = F.upper

---Whether a text matches a pattern of LIKE.
---
---```lua
---F.like(F.lit("north"), F.lit("n%"))   --> true
---```
---@param str ColumnOrName
---@param pattern ColumnOrName
---@param escape? ColumnOrName
---@return Column
function F.like(str, pattern, escape) end

---Whether a text matches a pattern of LIKE, in upper or lower case.
---
---```lua
---F.ilike(F.lit("north"), F.lit("N%"))   --> true
---```
---@param str ColumnOrName
---@param pattern ColumnOrName
---@param escape? ColumnOrName
---@return Column
function F.ilike(str, pattern, escape) end

---A part of a URL: HOST, PATH, QUERY, ...
---
---```lua
---F.parse_url(F.lit("http://a.b/c?d=1"), F.lit("HOST"))   --> a.b
---```
---@param url ColumnOrName
---@param partToExtract ColumnOrName
---@param key? ColumnOrName
---@return Column
function F.parse_url(url, partToExtract, key) end

---A part of a URL; null where it is none.
---
---```lua
---F.try_parse_url(F.lit("http://a.b/c?d=1"), F.lit("QUERY"), F.lit("d"))   --> 1
---```
---@param url ColumnOrName
---@param partToExtract ColumnOrName
---@param key? ColumnOrName
---@return Column
function F.try_parse_url(url, partToExtract, key) end

---The text as part of a URL.
---
---```lua
---F.url_encode(F.lit("a b"))   --> a+b
---```
---@param str ColumnOrName
---@return Column
function F.url_encode(str) end

---The text of part of a URL.
---
---```lua
---F.url_decode(F.lit("a+b"))   --> a b
---```
---@param str ColumnOrName
---@return Column
function F.url_decode(str) end

---The text of part of a URL; null where it is none.
---
---```lua
---F.try_url_decode(F.lit("%zz"))   --> NULL
---```
---@param str ColumnOrName
---@return Column
function F.try_url_decode(str) end

---The number without its sign.
---
---```lua
---F.abs(F.lit(-3))   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.abs(col) end

---The arc cosine.
---
---```lua
---F.acos(F.lit(1.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.acos(col) end

---The inverse hyperbolic cosine.
---
---```lua
---F.acosh(F.lit(1.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.acosh(col) end

---The arc sine.
---
---```lua
---F.asin(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.asin(col) end

---The inverse hyperbolic sine.
---
---```lua
---F.asinh(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.asinh(col) end

---The arc tangent.
---
---```lua
---F.atan(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.atan(col) end

---The angle of a point, in radians.
---
---```lua
---F.atan2(F.lit(0.0), F.lit(1.0))   --> 0.0
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.atan2(col1, col2) end

---The inverse hyperbolic tangent.
---
---```lua
---F.atanh(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.atanh(col) end

---The number's binary digits.
---
---```lua
---F.bin(F.lit(6))   --> 110
---```
---@param col ColumnOrName
---@return Column
function F.bin(col) end

---Rounded to so many digits, half to the even digit.
---
---```lua
---F.bround(F.lit(2.5), 0)   --> 2.0
---```
---@param col ColumnOrName
---@param scale? ColumnOrValue
---@return Column
function F.bround(col, scale) end

---The cube root.
---
---```lua
---F.cbrt(F.lit(8.0))   --> 2.0
---```
---@param col ColumnOrName
---@return Column
function F.cbrt(col) end

---The next number above with so many digits.
---
---```lua
---F.ceil(F.lit(1.2))   --> 2
---```
---@param col ColumnOrName
---@param scale? ColumnOrValue
---@return Column
function F.ceil(col, scale) end
F.ceiling = F.ceil

---The number's digits to another base, from 2 to 36.
---
---```lua
---F.conv(F.lit("ff"), 16, 10)   --> 255
---```
---@param col ColumnOrName
---@param fromBase ColumnOrValue
---@param toBase ColumnOrValue
---@return Column
function F.conv(col, fromBase, toBase) end

---The cosine.
---
---```lua
---F.cos(F.lit(0.0))   --> 1.0
---```
---@param col ColumnOrName
---@return Column
function F.cos(col) end

---The hyperbolic cosine.
---
---```lua
---F.cosh(F.lit(0.0))   --> 1.0
---```
---@param col ColumnOrName
---@return Column
function F.cosh(col) end

---The cotangent.
---
---```lua
---F.round(F.cot(F.lit(1.0)), 2)   --> 0.64
---```
---@param col ColumnOrName
---@return Column
function F.cot(col) end

---The cosecant.
---
---```lua
---F.round(F.csc(F.lit(1.0)), 2)   --> 1.19
---```
---@param col ColumnOrName
---@return Column
function F.csc(col) end

---The angle in degrees.
---
---```lua
---F.degrees(F.pi())   --> 180.0
---```
---@param col ColumnOrName
---@return Column
function F.degrees(col) end

---The quotient without what stands behind its point.
---
---```lua
---F.div(F.lit(7), F.lit(2))   --> 3
---```
---@param dividend ColumnOrName
---@param divisor ColumnOrName
---@return Column
function F.div(dividend, divisor) end

---The base of the natural logarithm.
---
---```lua
---F.e()   --> 2.718281828459045
---```
---@return Column
function F.e() end

---The power of e.
---
---```lua
---F.exp(F.lit(0.0))   --> 1.0
---```
---@param col ColumnOrName
---@return Column
function F.exp(col) end

---The power of e, less 1.
---
---```lua
---F.expm1(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.expm1(col) end

---The product of the numbers up to it; null above 20.
---
---```lua
---F.factorial(F.lit(5))   --> 120
---```
---@param col ColumnOrName
---@return Column
function F.factorial(col) end

---The next number below with so many digits.
---
---```lua
---F.floor(F.lit(1.8))   --> 1
---```
---@param col ColumnOrName
---@param scale? ColumnOrValue
---@return Column
function F.floor(col, scale) end

---The greatest value that is not null.
---
---```lua
---F.greatest(F.lit(1), F.lit(3), F.lit(2))   --> 3
---```
---@param col1 ColumnOrName
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.greatest(col1, ...) end

---A number's or the bytes' hexadecimal digits.
---
---```lua
---F.hex(F.lit(255))   --> FF
---```
---@param col ColumnOrName
---@return Column
function F.hex(col) end

---The hypotenuse of a right triangle.
---
---```lua
---F.hypot(F.lit(3.0), F.lit(4.0))   --> 5.0
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.hypot(col1, col2) end

---The least value that is not null.
---
---```lua
---F.least(F.lit(3), F.lit(1), F.lit(2))   --> 1
---```
---@param col1 ColumnOrName
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.least(col1, ...) end

---The natural logarithm.
---
---```lua
---F.ln(F.lit(1.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.ln(col) end

---The natural logarithm, or that of the second argument to the base of the first.
---
---```lua
---F.log(F.lit(2.0), F.lit(8.0))   --> 3.0
---```
---@param arg1 ColumnOrName
---@param arg2? ColumnOrName
---@return Column
function F.log(arg1, arg2) end

---The logarithm to the base 10.
---
---```lua
---F.log10(F.lit(100.0))   --> 2.0
---```
---@param col ColumnOrName
---@return Column
function F.log10(col) end

---The natural logarithm of 1 more.
---
---```lua
---F.log1p(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.log1p(col) end

---The logarithm to the base 2.
---
---```lua
---F.log2(F.lit(8.0))   --> 3.0
---```
---@param col ColumnOrName
---@return Column
function F.log2(col) end

---The remainder, with the sign of the dividend.
---
---```lua
---F.mod(F.lit(7), F.lit(3))   --> 1
---```
---@param dividend ColumnOrName
---@param divisor ColumnOrName
---@return Column
function F.mod(dividend, divisor) end

---The number with the other sign.
---
---```lua
---F.negative(F.lit(3))   --> -3
---```
---@param col ColumnOrName
---@return Column
function F.negative(col) end

---The ratio of a circle's circumference to its diameter.
---
---```lua
---F.pi()   --> 3.141592653589793
---```
---@return Column
function F.pi() end

---The remainder, which is not negative for a divisor that is not.
---
---```lua
---F.pmod(F.lit(-7), F.lit(3))   --> 2
---```
---@param dividend ColumnOrName
---@param divisor ColumnOrName
---@return Column
function F.pmod(dividend, divisor) end

---The number.
---
---```lua
---F.positive(F.lit(3))   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.positive(col) end

---The first number to the power of the second.
---
---```lua
---F.pow(F.lit(2), F.lit(10))   --> 1024.0
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.pow(col1, col2) end
F.power = F.pow

---The angle in radians.
---
---```lua
---F.radians(F.lit(180.0))   --> 3.141592653589793
---```
---@param col ColumnOrName
---@return Column
function F.radians(col) end

---A random number from 0 up to 1; the same ones for the same seed.
---
---```lua
---print(F.rand(42) ~= nil)   --> true
---```
---@param seed? ColumnOrValue
---@return Column
function F.rand(seed) end
F.random = F.rand

---A random number of the standard normal distribution; the same ones for the same seed.
---
---```lua
---print(F.randn(42) ~= nil)   --> true
---```
---@param seed? ColumnOrValue
---@return Column
function F.randn(seed) end

---The nearest whole number, half to the even one.
---
---```lua
---F.rint(F.lit(2.5))   --> 2.0
---```
---@param col ColumnOrName
---@return Column
function F.rint(col) end

---Rounded to so many digits, half away from zero.
---
---```lua
---F.round(F.lit(2.567), 2)   --> 2.57
---```
---@param col ColumnOrName
---@param scale? ColumnOrValue
---@return Column
function F.round(col, scale) end

---The secant.
---
---```lua
---F.sec(F.lit(0.0))   --> 1.0
---```
---@param col ColumnOrName
---@return Column
function F.sec(col) end

---Whether a number is below, at or above zero: -1, 0 or 1.
---
---```lua
---F.sign(F.lit(-3.0))   --> -1.0
---```
---@param col ColumnOrName
---@return Column
function F.sign(col) end
F.signum = F.sign

---The sine.
---
---```lua
---F.sin(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.sin(col) end

---The hyperbolic sine.
---
---```lua
---F.sinh(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.sinh(col) end

---The square root.
---
---```lua
---F.sqrt(F.lit(9.0))   --> 3.0
---```
---@param col ColumnOrName
---@return Column
function F.sqrt(col) end

---The tangent.
---
---```lua
---F.tan(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.tan(col) end

---The hyperbolic tangent.
---
---```lua
---F.tanh(F.lit(0.0))   --> 0.0
---```
---@param col ColumnOrName
---@return Column
function F.tanh(col) end

---The sum; null where it is too large.
---
---```lua
---F.try_add(F.lit(1), F.lit(2))   --> 3
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@return Column
function F.try_add(left, right) end

---The quotient; null for a divisor of zero.
---
---```lua
---F.try_divide(F.lit(1), F.lit(0))   --> NULL
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@return Column
function F.try_divide(left, right) end

---The remainder; null for a divisor of zero.
---
---```lua
---F.try_mod(F.lit(7), F.lit(0))   --> NULL
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@return Column
function F.try_mod(left, right) end

---The product; null where it is too large.
---
---```lua
---F.try_multiply(F.lit(3), F.lit(4))   --> 12
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@return Column
function F.try_multiply(left, right) end

---The difference; null where it is too large.
---
---```lua
---F.try_subtract(F.lit(3), F.lit(1))   --> 2
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@return Column
function F.try_subtract(left, right) end

---The bytes of hexadecimal digits.
---
---```lua
---F.unhex(F.lit("6162"))   --> ab
---```
---@param col ColumnOrName
---@return Column
function F.unhex(col) end

---The number of the bucket of equal widths that the value falls into.
---
---```lua
---F.width_bucket(F.lit(5.3), F.lit(0.2), F.lit(10.6), F.lit(5))   --> 3
---```
---@param v ColumnOrName
---@param min ColumnOrName
---@param max ColumnOrName
---@param numBucket ColumnOrValue
---@return Column
function F.width_bucket(v, min, max, numBucket) end

---Whether the value is NaN.
---
---```lua
---F.isnan(F.lit(1.5))   --> false
---```
---@param col ColumnOrName
---@return Column
function F.isnan(col) end

---The first value, or the second where the first is NaN.
---
---```lua
---F.nanvl(F.lit(1.5), F.lit(2.0))   --> 1.5
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.nanvl(col1, col2) end

---The number of bits that are set.
---
---```lua
---F.bit_count(F.lit(7))   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.bit_count(col) end

---The bit of a number, from 0 on the right.
---
---```lua
---F.bit_get(F.lit(5), F.lit(2))   --> 1
---```
---@param col ColumnOrName
---@param pos ColumnOrName
---@return Column
function F.bit_get(col, pos) end
F.getbit = F.bit_get

---The number with each of its bits turned over.
---
---```lua
---F.bitwise_not(F.lit(5))   --> -6
---```
---@param col ColumnOrName
---@return Column
function F.bitwise_not(col) end
F.bitwisenot = F.bitwise_not

---The bits of a number, moved to the left.
---
---```lua
---F.shiftleft(F.lit(1), 3)   --> 8
---```
---@param col ColumnOrName
---@param numBits ColumnOrValue
---@return Column
function F.shiftleft(col, numBits) end

---The bits of a number, moved to the right; the sign stays.
---
---```lua
---F.shiftright(F.lit(8), 2)   --> 2
---```
---@param col ColumnOrName
---@param numBits ColumnOrValue
---@return Column
function F.shiftright(col, numBits) end

---The bits of a number, moved to the right, with zeros behind.
---
---```lua
---F.shiftrightunsigned(F.lit(8), 2)   --> 2
---```
---@param col ColumnOrName
---@param numBits ColumnOrValue
---@return Column
function F.shiftrightunsigned(col, numBits) end

---The first value that is not null.
---
---```lua
---F.coalesce(F.lit(null), F.lit(2))   --> 2
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.coalesce(...) end

---The second value where the first is true, else the third.
---
---```lua
---F["if"](F.lit(true), F.lit(1), F.lit(2))   --> 1
---```
---@param condition ColumnOrName
---@param value ColumnOrName
---@param otherwise ColumnOrName
---@return Column
F["if"] = function(condition, value, otherwise) end
F.iff = F["if"]

---The first value; null where it equals the second.
---
---```lua
---F.nullif(F.lit(1), F.lit(1))   --> NULL
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.nullif(col1, col2) end

---The number; null where it is 0.
---
---```lua
---F.nullifzero(F.lit(0))   --> NULL
---```
---@param col ColumnOrName
---@return Column
function F.nullifzero(col) end

---The first value, or the second where it is null.
---
---```lua
---F.nvl(F.lit(null), F.lit(2))   --> 2
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.nvl(col1, col2) end
F.ifnull = F.nvl

---The second value where the first is not null, else the third.
---
---```lua
---F.nvl2(F.lit(null), F.lit(1), F.lit(2))   --> 2
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@param col3 ColumnOrName
---@return Column
function F.nvl2(col1, col2, col3) end

---The number, or 0 where it is null.
---
---```lua
---F.zeroifnull(F.lit(null))   --> 0
---```
---@param col ColumnOrName
---@return Column
function F.zeroifnull(col) end

---Whether the values are equal, or both null.
---
---```lua
---F.equal_null(F.lit(null), F.lit(null))   --> true
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.equal_null(col1, col2) end

---Whether the value is not null.
---
---```lua
---F.isnotnull(F.lit(1))   --> true
---```
---@param col ColumnOrName
---@return Column
function F.isnotnull(col) end

---Whether the value is null.
---
---```lua
---F.isnull(F.lit(null))   --> true
---```
---@param col ColumnOrName
---@return Column
function F.isnull(col) end

---Whether the value is false.
---
---```lua
---F["not"](F.lit(true))   --> false
---```
---@param col ColumnOrName
---@return Column
F["not"] = function(col) end

---The CRC-32 checksum.
---
---```lua
---F.crc32(F.lit("a"))   --> 3904355907
---```
---@param col ColumnOrName
---@return Column
function F.crc32(col) end

---Spark's hash of all arguments (Murmur3).
---
---```lua
---F.hash(F.lit("a"))   --> 1485273170
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.hash(...) end

---The MD5 digest, as hexadecimal digits.
---
---```lua
---F.md5(F.lit("a"))   --> 0cc175b9c0f1b6a831c399e269772661
---```
---@param col ColumnOrName
---@return Column
function F.md5(col) end

---The SHA-1 digest, as hexadecimal digits.
---
---```lua
---F.sha1(F.lit("a"))   --> 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8
---```
---@param col ColumnOrName
---@return Column
function F.sha1(col) end
F.sha = F.sha1

---The SHA-2 digest of so many bits.
---
---```lua
---F.sha2(F.lit("a"), 256)   --> ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb
---```
---@param col ColumnOrName
---@param numBits ColumnOrValue
---@return Column
function F.sha2(col, numBits) end

---A hash of all arguments with 64 bits (XXH64).
---
---```lua
---F.xxhash64(F.lit("a"))   --> -8582455328737087284
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.xxhash64(...) end

---So many months later, or the month's last day.
---
---```lua
---F.add_months(F.to_date(F.lit("2024-01-31")), 1)   --> 2024-02-29
---```
---@param start ColumnOrName
---@param months ColumnOrValue
---@return Column
function F.add_months(start, months) end

---What a clock shows in one zone when one in another shows this.
---
---```lua
---F.convert_timezone("UTC", "Asia/Tokyo", F.to_timestamp(F.lit("2024-01-01 12:00:00")))   --> 2024-01-01 21:00:00
---```
---@param sourceTz ColumnOrValue
---@param targetTz ColumnOrValue
---@param sourceTs? ColumnOrName
---@return Column
function F.convert_timezone(sourceTz, targetTz, sourceTs) end

---Today, in UTC.
---
---```lua
---print(F.current_date())
---```
---```text
---Column<'current_date()'>
---```
---@return Column
function F.current_date() end
F.curdate = F.current_date

---Now.
---
---```lua
---print(F.current_timestamp() ~= nil)   --> true
---```
---@return Column
function F.current_timestamp() end
F.now = F.current_timestamp
F.localtimestamp = F.current_timestamp

---UTC.
---
---```lua
---F.current_timezone()   --> UTC
---```
---@return Column
function F.current_timezone() end

---So many days later.
---
---```lua
---F.date_add(F.to_date(F.lit("2024-02-28")), 2)   --> 2024-03-01
---```
---@param start ColumnOrName
---@param days ColumnOrValue
---@return Column
function F.date_add(start, days) end
F.dateadd = F.date_add

---Days from start to end.
---
---```lua
---F.datediff(F.to_date(F.lit("2024-03-01")), F.to_date(F.lit("2024-02-28")))   --> 2
---```
---@param end_ ColumnOrName
---@param start ColumnOrName
---@return Column
function F.datediff(end_, start) end
F.date_diff = F.datediff

---A date or moment as text by a pattern.
---
---```lua
---F.date_format(F.to_date(F.lit("2024-02-29")), "dd.MM.yyyy")   --> 29.02.2024
---```
---@param date ColumnOrName
---@param format ColumnOrValue
---@return Column
function F.date_format(date, format) end

---The date so many days after 1970-01-01.
---
---```lua
---F.date_from_unix_date(F.lit(19782))   --> 2024-02-29
---```
---@param days ColumnOrName
---@return Column
function F.date_from_unix_date(days) end

---A part of a date or moment by its name.
---
---```lua
---F.date_part("YEAR", F.to_date(F.lit("2024-02-29")))   --> 2024
---```
---@param field ColumnOrValue
---@param source ColumnOrName
---@return Column
function F.date_part(field, source) end
F.datepart = F.date_part
F.extract = F.date_part

---So many days earlier.
---
---```lua
---F.date_sub(F.to_date(F.lit("2024-03-01")), 1)   --> 2024-02-29
---```
---@param start ColumnOrName
---@param days ColumnOrValue
---@return Column
function F.date_sub(start, days) end

---The moment with everything below a unit taken away.
---
---```lua
---F.date_trunc("month", F.to_timestamp(F.lit("2024-02-29 13:45:10")))   --> 2024-02-01 00:00:00
---```
---@param format ColumnOrValue
---@param timestamp ColumnOrName
---@return Column
function F.date_trunc(format, timestamp) end

---The day of the week in three letters.
---
---```lua
---F.dayname(F.to_date(F.lit("2024-02-29")))   --> Thu
---```
---@param col ColumnOrName
---@return Column
function F.dayname(col) end

---The day of the month.
---
---```lua
---F.dayofmonth(F.to_date(F.lit("2024-02-29")))   --> 29
---```
---@param col ColumnOrName
---@return Column
function F.dayofmonth(col) end
F.day = F.dayofmonth

---The day of the week, from 1 for Sunday.
---
---```lua
---F.dayofweek(F.to_date(F.lit("2024-02-29")))   --> 5
---```
---@param col ColumnOrName
---@return Column
function F.dayofweek(col) end

---The day of the year, from 1.
---
---```lua
---F.dayofyear(F.to_date(F.lit("2024-02-29")))   --> 60
---```
---@param col ColumnOrName
---@return Column
function F.dayofyear(col) end

---Seconds since 1970 as text by a pattern.
---
---```lua
---F.from_unixtime(F.lit(0))   --> 1970-01-01 00:00:00
---```
---@param timestamp ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.from_unixtime(timestamp, format) end

---What a clock in a time zone shows at a moment.
---
---```lua
---F.from_utc_timestamp(F.to_timestamp(F.lit("2024-01-01 12:00:00")), "Asia/Tokyo")   --> 2024-01-01 21:00:00
---```
---@param timestamp ColumnOrName
---@param tz ColumnOrValue
---@return Column
function F.from_utc_timestamp(timestamp, tz) end

---The hour of a moment.
---
---```lua
---F.hour(F.to_timestamp(F.lit("2024-02-29 13:45:10")))   --> 13
---```
---@param col ColumnOrName
---@return Column
function F.hour(col) end

---The last day of the month.
---
---```lua
---F.last_day(F.to_date(F.lit("2024-02-01")))   --> 2024-02-29
---```
---@param date ColumnOrName
---@return Column
function F.last_day(date) end

---The date of a year, month and day.
---
---```lua
---F.make_date(F.lit(2024), F.lit(2), F.lit(29))   --> 2024-02-29
---```
---@param year ColumnOrName
---@param month ColumnOrName
---@param day ColumnOrName
---@return Column
function F.make_date(year, month, day) end

---The moment of a year, month, day, hour, minute and second.
---
---```lua
---F.make_timestamp(F.lit(2024), F.lit(2), F.lit(29), F.lit(13), F.lit(45), F.lit(10))   --> 2024-02-29 13:45:10
---```
---@param years ColumnOrName
---@param months ColumnOrName
---@param days ColumnOrName
---@param hours ColumnOrName
---@param mins ColumnOrName
---@param secs ColumnOrName
---@param timezone? ColumnOrName
---@return Column
function F.make_timestamp(years, months, days, hours, mins, secs, timezone) end

---As `make_timestamp`: there is one type of moments.
---
---```lua
---F.make_timestamp_ltz(F.lit(2024), F.lit(2), F.lit(29), F.lit(13), F.lit(45), F.lit(10))   --> 2024-02-29 13:45:10
---```
---@param years ColumnOrName
---@param months ColumnOrName
---@param days ColumnOrName
---@param hours ColumnOrName
---@param mins ColumnOrName
---@param secs ColumnOrName
---@param timezone? ColumnOrName
---@return Column
function F.make_timestamp_ltz(years, months, days, hours, mins, secs, timezone) end

---As `make_timestamp`: there is one type of moments.
---
---```lua
---F.make_timestamp_ntz(F.lit(2024), F.lit(2), F.lit(29), F.lit(13), F.lit(45), F.lit(10))   --> 2024-02-29 13:45:10
---```
---@param years ColumnOrName
---@param months ColumnOrName
---@param days ColumnOrName
---@param hours ColumnOrName
---@param mins ColumnOrName
---@param secs ColumnOrName
---@param timezone? ColumnOrName
---@return Column
function F.make_timestamp_ntz(years, months, days, hours, mins, secs, timezone) end

---The minute of a moment.
---
---```lua
---F.minute(F.to_timestamp(F.lit("2024-02-29 13:45:10")))   --> 45
---```
---@param col ColumnOrName
---@return Column
function F.minute(col) end

---The month, from 1.
---
---```lua
---F.month(F.to_date(F.lit("2024-02-29")))   --> 2
---```
---@param col ColumnOrName
---@return Column
function F.month(col) end

---The month in three letters.
---
---```lua
---F.monthname(F.to_date(F.lit("2024-02-29")))   --> Feb
---```
---@param col ColumnOrName
---@return Column
function F.monthname(col) end

---Months between two moments.
---
---```lua
---F.months_between(F.to_date(F.lit("2024-03-31")), F.to_date(F.lit("2024-02-29")))   --> 1.0
---```
---@param date1 ColumnOrName
---@param date2 ColumnOrName
---@param roundOff? boolean
---@return Column
function F.months_between(date1, date2, roundOff) end

---The next day that is a given day of the week.
---
---```lua
---F.next_day(F.to_date(F.lit("2024-02-29")), "Mon")   --> 2024-03-04
---```
---@param date ColumnOrName
---@param dayOfWeek ColumnOrValue
---@return Column
function F.next_day(date, dayOfWeek) end

---The quarter of the year, from 1.
---
---```lua
---F.quarter(F.to_date(F.lit("2024-02-29")))   --> 1
---```
---@param col ColumnOrName
---@return Column
function F.quarter(col) end

---The second of a moment.
---
---```lua
---F.second(F.to_timestamp(F.lit("2024-02-29 13:45:10")))   --> 10
---```
---@param col ColumnOrName
---@return Column
function F.second(col) end

---The moment so many microseconds after 1970.
---
---```lua
---F.timestamp_micros(F.lit(1000000))   --> 1970-01-01 00:00:01
---```
---@param col ColumnOrName
---@return Column
function F.timestamp_micros(col) end

---The moment so many milliseconds after 1970.
---
---```lua
---F.timestamp_millis(F.lit(1000))   --> 1970-01-01 00:00:01
---```
---@param col ColumnOrName
---@return Column
function F.timestamp_millis(col) end

---The moment so many seconds after 1970.
---
---```lua
---F.timestamp_seconds(F.lit(1))   --> 1970-01-01 00:00:01
---```
---@param col ColumnOrName
---@return Column
function F.timestamp_seconds(col) end

---A date of text, by a pattern or as casts take it.
---
---```lua
---F.to_date(F.lit("29.02.2024"), "dd.MM.yyyy")   --> 2024-02-29
---```
---@param col ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.to_date(col, format) end

---The moment that a text says, by a pattern or in Spark's form; null where it says none.
---
---```lua
---F.to_timestamp(F.lit("2024-02-29 13:45:10"))   --> 2024-02-29 13:45:10
---```
---@param col ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.to_timestamp(col, format) end

---As `to_timestamp`: there is one type of moments.
---
---```lua
---F.to_timestamp_ltz(F.lit("2024-02-29 13:45:10"))   --> 2024-02-29 13:45:10
---```
---@param col ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.to_timestamp_ltz(col, format) end

---As `to_timestamp`: there is one type of moments.
---
---```lua
---F.to_timestamp_ntz(F.lit("2024-02-29 13:45:10"))   --> 2024-02-29 13:45:10
---```
---@param col ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.to_timestamp_ntz(col, format) end

---Seconds since 1970 of text by a pattern.
---
---```lua
---F.to_unix_timestamp(F.to_timestamp(F.lit("1970-01-02 00:00:00")))   --> 86400
---```
---@param timestamp ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.to_unix_timestamp(timestamp, format) end

---The moment at which a clock in a time zone shows this.
---
---```lua
---F.to_utc_timestamp(F.to_timestamp(F.lit("2024-01-01 21:00:00")), "Asia/Tokyo")   --> 2024-01-01 12:00:00
---```
---@param timestamp ColumnOrName
---@param tz ColumnOrValue
---@return Column
function F.to_utc_timestamp(timestamp, tz) end

---The first day of the date's year, quarter, month or week.
---
---```lua
---F.trunc(F.to_date(F.lit("2024-02-29")), "year")   --> 2024-01-01
---```
---@param date ColumnOrName
---@param format ColumnOrValue
---@return Column
function F.trunc(date, format) end

---The moment of these parts; null where there is none.
---
---```lua
---F.try_make_timestamp(F.lit(2024), F.lit(13), F.lit(1), F.lit(0), F.lit(0), F.lit(0))   --> NULL
---```
---@param years ColumnOrName
---@param months ColumnOrName
---@param days ColumnOrName
---@param hours ColumnOrName
---@param mins ColumnOrName
---@param secs ColumnOrName
---@param timezone? ColumnOrName
---@return Column
function F.try_make_timestamp(years, months, days, hours, mins, secs, timezone) end

---As `try_make_timestamp`: there is one type of moments.
---
---```lua
---F.try_make_timestamp_ltz(F.lit(2024), F.lit(13), F.lit(1), F.lit(0), F.lit(0), F.lit(0))   --> NULL
---```
---@param years ColumnOrName
---@param months ColumnOrName
---@param days ColumnOrName
---@param hours ColumnOrName
---@param mins ColumnOrName
---@param secs ColumnOrName
---@param timezone? ColumnOrName
---@return Column
function F.try_make_timestamp_ltz(years, months, days, hours, mins, secs, timezone) end

---As `try_make_timestamp`: there is one type of moments.
---
---```lua
---F.try_make_timestamp_ntz(F.lit(2024), F.lit(13), F.lit(1), F.lit(0), F.lit(0), F.lit(0))   --> NULL
---```
---@param years ColumnOrName
---@param months ColumnOrName
---@param days ColumnOrName
---@param hours ColumnOrName
---@param mins ColumnOrName
---@param secs ColumnOrName
---@param timezone? ColumnOrName
---@return Column
function F.try_make_timestamp_ntz(years, months, days, hours, mins, secs, timezone) end

---The moment that a text says; null where it says none, in ANSI mode too.
---
---```lua
---F.try_to_timestamp(F.lit("no date"))   --> NULL
---```
---@param col ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.try_to_timestamp(col, format) end

---Days since 1970-01-01.
---
---```lua
---F.unix_date(F.to_date(F.lit("1970-01-02")))   --> 1
---```
---@param col ColumnOrName
---@return Column
function F.unix_date(col) end

---Microseconds since 1970.
---
---```lua
---F.unix_micros(F.to_timestamp(F.lit("1970-01-01 00:00:01")))   --> 1000000
---```
---@param col ColumnOrName
---@return Column
function F.unix_micros(col) end

---Milliseconds since 1970.
---
---```lua
---F.unix_millis(F.to_timestamp(F.lit("1970-01-01 00:00:01")))   --> 1000
---```
---@param col ColumnOrName
---@return Column
function F.unix_millis(col) end

---Seconds since 1970.
---
---```lua
---F.unix_seconds(F.to_timestamp(F.lit("1970-01-01 00:00:01")))   --> 1
---```
---@param col ColumnOrName
---@return Column
function F.unix_seconds(col) end

---Seconds since 1970 of text by a pattern, or of now.
---
---```lua
---F.unix_timestamp(F.to_timestamp(F.lit("1970-01-02 00:00:00")))   --> 86400
---```
---@param timestamp? ColumnOrName
---@param format? ColumnOrValue
---@return Column
function F.unix_timestamp(timestamp, format) end

---The day of the week, from 0 for Monday.
---
---```lua
---F.weekday(F.to_date(F.lit("2024-02-29")))   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.weekday(col) end

---The week of the year, as ISO 8601 counts them.
---
---```lua
---F.weekofyear(F.to_date(F.lit("2024-02-29")))   --> 9
---```
---@param col ColumnOrName
---@return Column
function F.weekofyear(col) end

---The year.
---
---```lua
---F.year(F.to_date(F.lit("2024-02-29")))   --> 2024
---```
---@param col ColumnOrName
---@return Column
function F.year(col) end

---So many units later.
---
---```lua
---F.timestampadd("HOUR", F.lit(2), F.to_timestamp(F.lit("2024-02-29 13:45:10")))   --> 2024-02-29 15:45:10
---```
---@param unit ColumnOrValue
---@param quantity ColumnOrValue
---@param ts ColumnOrName
---@return Column
function F.timestampadd(unit, quantity, ts) end
F.timestamp_add = F.timestampadd

---Whole units from start to end.
---
---```lua
---F.timestampdiff("DAY", F.to_timestamp(F.lit("2024-02-28 00:00:00")), F.to_timestamp(F.lit("2024-03-01 00:00:00")))   --> 2
---```
---@param unit ColumnOrValue
---@param start ColumnOrName
---@param end_ ColumnOrName
---@return Column
function F.timestampdiff(unit, start, end_) end
F.timestamp_diff = F.timestampdiff

---What `a + INTERVAL ...` is in SQL.
---
---```lua
---F.add_interval(F.to_date(F.lit("2024-01-31")), 1, 1, 0)   --> 2024-03-01
---```
---@param value ColumnOrName
---@param months ColumnOrValue
---@param days ColumnOrValue
---@param microseconds ColumnOrValue
---@return Column
function F.add_interval(value, months, days, microseconds) end

---The window of that length that the moment is in: a struct of start and end.
---
---```lua
---F.window(F.to_timestamp(F.lit("2024-01-01 12:07:00")), "10 minutes")   --> {2024-01-01 12:00:00, 2024-01-01 12:10:00}
---```
---@param timeColumn ColumnOrName
---@param windowDuration ColumnOrValue
---@param slideDuration? ColumnOrValue
---@param startTime? ColumnOrValue
---@return Column
function F.window(timeColumn, windowDuration, slideDuration, startTime) end

---The last microsecond of a window.
---
---```lua
---F.window_time(F.window(F.to_timestamp(F.lit("2024-01-01 12:07:00")), "10 minutes"))   --> 2024-01-01 12:09:59.999999
---```
---@param windowColumn ColumnOrName
---@return Column
function F.window_time(windowColumn) end

---The texts, or the elements of the arrays, one after the other.
---
---```lua
---F.concat(F.lit("a"), F.lit("b"))   --> ab
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.concat(...) end

---The element at a place, from 1, or from -1 at the end; the value of a map's key. Null where there is none.
---
---```lua
---F.element_at(F.array(F.lit(10), F.lit(20)), F.lit(1))   --> 10
---```
---@param col ColumnOrName
---@param extraction ColumnOrValue
---@return Column
function F.element_at(col, extraction) end

---As `element_at`; null where there is none, in ANSI mode too.
---
---```lua
---F.try_element_at(F.array(F.lit(10), F.lit(20)), F.lit(3))   --> NULL
---```
---@param col ColumnOrName
---@param extraction ColumnOrName
---@return Column
function F.try_element_at(col, extraction) end

---The number of elements or entries; -1 for null.
---
---```lua
---F.size(F.array(F.lit(1), F.lit(2), F.lit(3)))   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.size(col) end
F.cardinality = F.size

---The values side by side.
---
---```lua
---F.array(F.lit(1), F.lit(2))   --> [1, 2]
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.array(...) end

---The array with a value behind its elements.
---
---```lua
---F.array_append(F.array(F.lit(1), F.lit(2)), 3)   --> [1, 2, 3]
---```
---@param col ColumnOrName
---@param value ColumnOrValue
---@return Column
function F.array_append(col, value) end

---The array without its nulls.
---
---```lua
---F.array_compact(F.array(F.lit(1), F.lit(null), F.lit(2)))   --> [1, 2]
---```
---@param col ColumnOrName
---@return Column
function F.array_compact(col) end

---Whether an element equals the value.
---
---```lua
---F.array_contains(F.array(F.lit(1), F.lit(2)), 2)   --> true
---```
---@param col ColumnOrName
---@param value ColumnOrValue
---@return Column
function F.array_contains(col, value) end

---Each value of the array once.
---
---```lua
---F.array_distinct(F.array(F.lit(1), F.lit(2), F.lit(1)))   --> [1, 2]
---```
---@param col ColumnOrName
---@return Column
function F.array_distinct(col) end

---The elements of the first array that the second does not have, each once.
---
---```lua
---F.array_except(F.array(F.lit(1), F.lit(2)), F.array(F.lit(2)))   --> [1]
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.array_except(col1, col2) end

---The array with a value at a place; -1 is behind the last.
---
---```lua
---F.array_insert(F.array(F.lit(1), F.lit(3)), 2, 2)   --> [1, 2, 3]
---```
---@param arr ColumnOrName
---@param pos ColumnOrValue
---@param value ColumnOrValue
---@return Column
function F.array_insert(arr, pos, value) end

---The elements that both arrays have, each once.
---
---```lua
---F.array_intersect(F.array(F.lit(1), F.lit(2)), F.array(F.lit(2), F.lit(3)))   --> [2]
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.array_intersect(col1, col2) end

---The elements as text with a separator between.
---
---```lua
---F.array_join(F.array(F.lit("a"), F.lit("b")), "-")   --> a-b
---```
---@param col ColumnOrName
---@param delimiter ColumnOrValue
---@param null_replacement? ColumnOrValue
---@return Column
function F.array_join(col, delimiter, null_replacement) end

---The greatest element.
---
---```lua
---F.array_max(F.array(F.lit(1), F.lit(3), F.lit(2)))   --> 3
---```
---@param col ColumnOrName
---@return Column
function F.array_max(col) end

---The least element.
---
---```lua
---F.array_min(F.array(F.lit(3), F.lit(1), F.lit(2)))   --> 1
---```
---@param col ColumnOrName
---@return Column
function F.array_min(col) end

---The place of the first element that equals the value, from 1; 0 for none.
---
---```lua
---F.array_position(F.array(F.lit("a"), F.lit("b")), "b")   --> 2
---```
---@param col ColumnOrName
---@param value ColumnOrValue
---@return Column
function F.array_position(col, value) end

---The array with a value before its elements.
---
---```lua
---F.array_prepend(F.array(F.lit(2), F.lit(3)), 1)   --> [1, 2, 3]
---```
---@param col ColumnOrName
---@param value ColumnOrValue
---@return Column
function F.array_prepend(col, value) end

---The array without the elements that equal the value.
---
---```lua
---F.array_remove(F.array(F.lit(1), F.lit(2), F.lit(1)), 1)   --> [2]
---```
---@param col ColumnOrName
---@param element ColumnOrValue
---@return Column
function F.array_remove(col, element) end

---So many times the value.
---
---```lua
---F.array_repeat(F.lit("a"), 2)   --> [a, a]
---```
---@param col ColumnOrName
---@param count ColumnOrValue
---@return Column
function F.array_repeat(col, count) end

---The number of elements.
---
---```lua
---F.array_size(F.array(F.lit(1), F.lit(2)))   --> 2
---```
---@param col ColumnOrName
---@return Column
function F.array_size(col) end

---The elements of both arrays, each once.
---
---```lua
---F.array_union(F.array(F.lit(1), F.lit(2)), F.array(F.lit(2), F.lit(3)))   --> [1, 2, 3]
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.array_union(col1, col2) end

---Whether two arrays share an element.
---
---```lua
---F.arrays_overlap(F.array(F.lit(1), F.lit(2)), F.array(F.lit(2), F.lit(3)))   --> true
---```
---@param a1 ColumnOrName
---@param a2 ColumnOrName
---@return Column
function F.arrays_overlap(a1, a2) end

---The arrays' elements side by side, as structs.
---
---```lua
---F.arrays_zip(F.array(F.lit(1), F.lit(2)), F.array(F.lit("a"), F.lit("b")))   --> [{1, a}, {2, b}]
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.arrays_zip(...) end

---The elements of an array's arrays.
---
---```lua
---F.flatten(F.array(F.array(F.lit(1), F.lit(2)), F.array(F.lit(3))))   --> [1, 2, 3]
---```
---@param col ColumnOrName
---@return Column
function F.flatten(col) end

---The element at a place, from 0; null where there is none.
---
---```lua
---F.get(F.array(F.lit(10), F.lit(20)), 1)   --> 20
---```
---@param col ColumnOrName
---@param index ColumnOrValue
---@return Column
function F.get(col, index) end

---Numbers, dates or moments in equal steps.
---
---```lua
---F.sequence(F.lit(1), F.lit(7), F.lit(3))   --> [1, 4, 7]
---```
---@param start ColumnOrName
---@param stop ColumnOrName
---@param step? ColumnOrName
---@return Column
function F.sequence(start, stop, step) end

---So many elements from a place on.
---
---```lua
---F.slice(F.array(F.lit(1), F.lit(2), F.lit(3), F.lit(4)), 2, 2)   --> [2, 3]
---```
---@param x ColumnOrName
---@param start ColumnOrValue
---@param length ColumnOrValue
---@return Column
function F.slice(x, start, length) end

---The array sorted, nulls first when ascending.
---
---```lua
---F.sort_array(F.array(F.lit(3), F.lit(1), F.lit(2)))   --> [1, 2, 3]
---```
---@param col ColumnOrName
---@param asc? boolean
---@return Column
function F.sort_array(col, asc) end

---A map of keys and values by turns.
---
---```lua
---F.map(F.lit("a"), F.lit(1))   --> {a -> 1}
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.map(...) end
F.create_map = F.map

---The entries of all maps.
---
---```lua
---F.map_concat(F.create_map(F.lit("a"), F.lit(1)), F.create_map(F.lit("b"), F.lit(2)))   --> {a -> 1, b -> 2}
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.map_concat(...) end

---Whether the map has the key.
---
---```lua
---F.map_contains_key(F.create_map(F.lit("a"), F.lit(1)), "a")   --> true
---```
---@param col ColumnOrName
---@param value ColumnOrValue
---@return Column
function F.map_contains_key(col, value) end

---The entries as an array of structs.
---
---```lua
---F.map_entries(F.create_map(F.lit("a"), F.lit(1)))   --> [{a, 1}]
---```
---@param col ColumnOrName
---@return Column
function F.map_entries(col) end

---A map of an array of keys and one of values.
---
---```lua
---F.map_from_arrays(F.array(F.lit("a"), F.lit("b")), F.array(F.lit(1), F.lit(2)))   --> {a -> 1, b -> 2}
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.map_from_arrays(col1, col2) end

---A map of an array of structs.
---
---```lua
---F.map_from_entries(F.array(F.struct(F.lit("a"), F.lit(1))))   --> {a -> 1}
---```
---@param col ColumnOrName
---@return Column
function F.map_from_entries(col) end

---The keys as an array.
---
---```lua
---F.map_keys(F.create_map(F.lit("a"), F.lit(1)))   --> [a]
---```
---@param col ColumnOrName
---@return Column
function F.map_keys(col) end

---The values as an array.
---
---```lua
---F.map_values(F.create_map(F.lit("a"), F.lit(1)))   --> [1]
---```
---@param col ColumnOrName
---@return Column
function F.map_values(col) end

---A map of text such as 'a:1,b:2'; separators are taken literally.
---
---```lua
---F.str_to_map(F.lit("a:1,b:2"))   --> {a -> 1, b -> 2}
---```
---@param text ColumnOrName
---@param pairDelim? ColumnOrValue
---@param keyValueDelim? ColumnOrValue
---@return Column
function F.str_to_map(text, pairDelim, keyValueDelim) end

---A struct of names and values by turns.
---
---```lua
---F.named_struct(F.lit("a"), F.lit(1), F.lit("b"), F.lit(2))   --> {1, 2}
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.named_struct(...) end

---A struct of the values, under their names.
---
---```lua
---F.struct("shop", "units")   --> {north, 3}
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.struct(...) end

---The struct with a field set or added.
---
---```lua
---F.with_field(F.struct("shop"), "n", "units")   --> {north, 3}
---```
---@param col ColumnOrName
---@param fieldName ColumnOrValue
---@param value ColumnOrName
---@return Column
function F.with_field(col, fieldName, value) end

---The struct without some fields.
---
---```lua
---F.drop_fields(F.struct("shop", "units"), "units")   --> {north}
---```
---@param col ColumnOrName
---@param ... ColumnOrValue
---@return Column
function F.drop_fields(col, ...) end

---What `(a).b` is in SQL: a field of a struct, or of all structs of an array.
---
---```lua
---F.get_field(F.struct("shop", "units"), "shop")   --> north
---```
---@param col ColumnOrName
---@param name ColumnOrValue
---@return Column
function F.get_field(col, name) end

---An element of an array by its place from 0, or a value of a map by its key.
---
---```lua
---F.get_item(F.array(F.lit(10), F.lit(20)), 1)   --> 20
---```
---@param col ColumnOrName
---@param key ColumnOrValue
---@return Column
function F.get_item(col, key) end

---What a function makes of a state and one element after the other.
---
---```lua
---F.aggregate(F.array(F.lit(1), F.lit(2), F.lit(3)), F.lit(0), function(sum, x) return sum + x end)   --> 6
---```
---@param col ColumnOrName
---@param initialValue ColumnOrName
---@param merge fun(sum: Column, x: Column): Column
---@param finish? fun(sum: Column): Column
---@return Column
function F.aggregate(col, initialValue, merge, finish) end
F.reduce = F.aggregate

---The array sorted, nulls last, or as a function compares.
---
---```lua
---F.array_sort(F.array(F.lit(2), F.lit(3), F.lit(1)), function(a, b) return b - a end)   --> [3, 2, 1]
---```
---@param col ColumnOrName
---@param comparator? fun(a: Column, b: Column): Column
---@return Column
function F.array_sort(col, comparator) end

---Whether a function is true of some element.
---
---```lua
---F.exists(F.array(F.lit(1), F.lit(2)), function(x) return x:gt(1) end)   --> true
---```
---@param col ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.exists(col, f) end

---The elements for which a function is true.
---
---```lua
---F.filter(F.array(F.lit(1), F.lit(2), F.lit(3)), function(x) return x:gt(1) end)   --> [2, 3]
---```
---@param col ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.filter(col, f) end

---Whether a function is true of all elements.
---
---```lua
---F.forall(F.array(F.lit(1), F.lit(2)), function(x) return x:gt(1) end)   --> false
---```
---@param col ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.forall(col, f) end

---The entries of a map for which a function is true.
---
---```lua
---F.map_filter(F.create_map(F.lit("a"), F.lit(1), F.lit("b"), F.lit(2)), function(k, v) return v:gt(1) end)   --> {b -> 2}
---```
---@param col ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.map_filter(col, f) end

---What a function makes of each key and two maps' values of it.
---
---```lua
---F.map_zip_with(F.create_map(F.lit("a"), F.lit(1)), F.create_map(F.lit("a"), F.lit(2)), function(k, v, w) return v + w end)   --> {a -> 3}
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.map_zip_with(col1, col2, f) end

---What a function makes of each element.
---
---```lua
---F.transform(F.array(F.lit(1), F.lit(2)), function(x) return x * 10 end)   --> [10, 20]
---```
---@param col ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.transform(col, f) end

---The map with keys that a function makes of each key and value.
---
---```lua
---F.transform_keys(F.create_map(F.lit("a"), F.lit(1)), function(k, v) return F.upper(k) end)   --> {A -> 1}
---```
---@param col ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.transform_keys(col, f) end

---The map with values that a function makes of each key and value.
---
---```lua
---F.transform_values(F.create_map(F.lit("a"), F.lit(1)), function(k, v) return v + 1 end)   --> {a -> 2}
---```
---@param col ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.transform_values(col, f) end

---What a function makes of two arrays' elements side by side.
---
---```lua
---F.zip_with(F.array(F.lit(1), F.lit(2)), F.array(F.lit(10), F.lit(20)), function(x, y) return x + y end)   --> [11, 22]
---```
---@param left ColumnOrName
---@param right ColumnOrName
---@param f fun(x: Column, y?: Column, z?: Column): Column
---@return Column
function F.zip_with(left, right, f) end

---JSON text as values of a type in DDL.
---
---```lua
---F.from_json(F.lit('{"a": 1}'), "a int")   --> {1}
---```
---@param col ColumnOrName
---@param schema DataType|string
---@param options? table<string, any>
---@return Column
function F.from_json(col, schema, options) end

---What a path such as `$.a[0]` leads to in JSON text.
---
---```lua
---F.get_json_object(F.lit('{"a": {"b": 1}}'), "$.a.b")   --> 1
---```
---@param col ColumnOrName
---@param path ColumnOrValue
---@return Column
function F.get_json_object(col, path) end

---The number of elements of a JSON array.
---
---```lua
---F.json_array_length(F.lit("[1, 2]"))   --> 2
---```
---@param col ColumnOrName
---@return Column
function F.json_array_length(col) end

---The names of a JSON object.
---
---```lua
---F.json_object_keys(F.lit('{"a": 1, "b": 2}'))   --> [a, b]
---```
---@param col ColumnOrName
---@return Column
function F.json_object_keys(col) end

---The type of JSON text in DDL.
---
---```lua
---F.schema_of_json('{"a": 1}')   --> STRUCT<a: BIGINT>
---```
---@param json ColumnOrValue
---@param options? table<string, any>
---@return Column
function F.schema_of_json(json, options) end

---Values as JSON text.
---
---```lua
---F.to_json(F.struct("shop", "units"))   --> {"shop":"north","units":3}
---```
---@param col ColumnOrName
---@param options? table<string, any>
---@return Column
function F.to_json(col, options) end

---Null; an error where the value is not true.
---
---```lua
---F.assert_true(F.lit(true))   --> NULL
---```
---@param col ColumnOrName
---@param errMsg? ColumnOrValue
---@return Column
function F.assert_true(col, errMsg) end

---The name of the user who runs the job.
---
---```lua
---print(F.current_user() ~= nil)   --> true
---```
---@return Column
function F.current_user() end
F.user = F.current_user
F.session_user = F.current_user

---An empty text: the files that rows come from are not known to expressions.
---
---```lua
---print(F.input_file_name() ~= nil)   --> true
---```
---@return Column
function F.input_file_name() end

---A number for each row, which grows from row to row.
---
---```lua
---F.monotonically_increasing_id()   --> 0
---```
---@return Column
function F.monotonically_increasing_id() end

---An error.
---
---```lua
---print(pcall(function() sales:select(F.raise_error("no such shop")):collect() end) == false)   --> true
---```
---@param errMsg ColumnOrValue
---@return Column
function F.raise_error(errMsg) end

---0: there are no partitions.
---
---```lua
---F.spark_partition_id()   --> 0
---```
---@return Column
function F.spark_partition_id() end

---The name of the value's type.
---
---```lua
---F.typeof(F.lit(1))   --> int
---```
---@param col ColumnOrName
---@return Column
function F.typeof(col) end

---A random identifier, another one for each row.
---
---```lua
---print(F.uuid() ~= nil)   --> true
---```
---@return Column
function F.uuid() end

---The version of Spark whose dialect this is.
---
---```lua
---print(F.version() ~= nil)   --> true
---```
---@return Column
function F.version() end

---Whether a row of `rollup`, `cube` or `groupingSets` stands for all values of a column: 1, else 0.
---
---```lua
---sales:rollup("shop"):agg(F.grouping("shop"):alias("all")):orderBy(F.desc("all")):show(1)
---```
---```text
---+----+---+
---|shop|all|
---+----+---+
---|NULL|  1|
---+----+---+
---only showing top 1 row
---```
---@param col ColumnOrName
---@return Column
function F.grouping(col) end

---Which columns a row of `rollup`, `cube` or `groupingSets` stands for all values of, as bits.
---
---```lua
---sales:rollup("shop"):agg(F.grouping_id("shop"):alias("set")):orderBy(F.desc("set")):show(1)
---```
---```text
---+----+---+
---|shop|set|
---+----+---+
---|NULL|  1|
---+----+---+
---only showing top 1 row
---```
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.grouping_id(...) end

---A value of some row: of the first.
---
---```lua
---F.any_value("shop")   --> north
---```
---@param col ColumnOrName
---@param ignoreNulls? boolean
---@return Column
function F.any_value(col, ignoreNulls) end

---The number of different values, nearly; `rsd` says how nearly.
---
---```lua
---F.approx_count_distinct("shop")   --> 3
---```
---@param col ColumnOrName
---@param rsd? ColumnOrValue
---@return Column
function F.approx_count_distinct(col, rsd) end
F.approxCountDistinct = F.approx_count_distinct

---The mean.
---
---```lua
---F.avg("units")   --> 2.4
---```
---@param col ColumnOrName
---@return Column
function F.avg(col) end
F.mean = F.avg

---The bits that all values have.
---
---```lua
---F.bit_and("units")   --> 0
---```
---@param col ColumnOrName
---@return Column
function F.bit_and(col) end

---The bits that some value has.
---
---```lua
---F.bit_or("units")   --> 7
---```
---@param col ColumnOrName
---@return Column
function F.bit_or(col) end

---The bits that an odd number of values has.
---
---```lua
---F.bit_xor("units")   --> 6
---```
---@param col ColumnOrName
---@return Column
function F.bit_xor(col) end

---Whether all values are true.
---
---```lua
---F.bool_and(F.col("units"):gt(1))   --> false
---```
---@param col ColumnOrName
---@return Column
function F.bool_and(col) end
F.every = F.bool_and

---Whether some value is true.
---
---```lua
---F.bool_or(F.col("units"):gt(3))   --> true
---```
---@param col ColumnOrName
---@return Column
function F.bool_or(col) end
F.some = F.bool_or
F.any = F.bool_or

---All values in an array, nulls left out.
---
---```lua
---F.collect_list("units")   --> [3, 1, 4, 2, 2]
---```
---@param col ColumnOrName
---@return Column
function F.collect_list(col) end
F.array_agg = F.collect_list

---Each value once, in an array, nulls left out.
---
---```lua
---F.collect_set("shop")   --> [north, south, east]
---```
---@param col ColumnOrName
---@return Column
function F.collect_set(col) end

---How much two columns go together: Pearson's coefficient.
---
---```lua
---F.round(F.corr("units", "id"), 2)   --> -0.14
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.corr(col1, col2) end

---The number of rows whose value is not null; of `*`, all rows.
---
---```lua
---F.count("*")   --> 5
---```
---@param col ColumnOrName
---@return Column
function F.count(col) end

---The number of different values, nulls left out.
---
---```lua
---F.count_distinct("shop")   --> 3
---```
---@param col ColumnOrName
---@param ... ColumnOrName|ColumnOrName[]
---@return Column
function F.count_distinct(col, ...) end
F.countDistinct = F.count_distinct

---The number of rows for which a condition holds.
---
---```lua
---F.count_if(F.col("units"):gt(1))   --> 4
---```
---@param col ColumnOrName
---@return Column
function F.count_if(col) end

---The covariance of two columns, of all there is.
---
---```lua
---F.round(F.covar_pop("units", "id"), 2)   --> -0.2
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.covar_pop(col1, col2) end

---The covariance of two columns, of a sample.
---
---```lua
---F.round(F.covar_samp("units", "id"), 2)   --> -0.25
---```
---@param col1 ColumnOrName
---@param col2 ColumnOrName
---@return Column
function F.covar_samp(col1, col2) end

---The first row's value.
---
---```lua
---F.first("shop")   --> north
---```
---@param col ColumnOrName
---@param ignorenulls? boolean
---@return Column
function F.first(col, ignorenulls) end

---The first row's value, or of those that are not null.
---
---```lua
---F.first_value("shop")   --> north
---```
---@param col ColumnOrName
---@param ignoreNulls? boolean
---@return Column
function F.first_value(col, ignoreNulls) end

---A histogram of so many bars: an array of structs of `x` and `y`.
---
---```lua
---F.histogram_numeric("units", 2)   --> [{1, 3.0}, {3, 2.0}]
---```
---@param col ColumnOrName
---@param nBins ColumnOrValue
---@return Column
function F.histogram_numeric(col, nBins) end

---How heavy the ends of the distribution are.
---
---```lua
---F.round(F.kurtosis("units"), 2)   --> -1.04
---```
---@param col ColumnOrName
---@return Column
function F.kurtosis(col) end

---The last row's value.
---
---```lua
---F.last("shop")   --> south
---```
---@param col ColumnOrName
---@param ignorenulls? boolean
---@return Column
function F.last(col, ignorenulls) end

---The last row's value, or of those that are not null.
---
---```lua
---F.last_value("shop")   --> south
---```
---@param col ColumnOrName
---@param ignoreNulls? boolean
---@return Column
function F.last_value(col, ignoreNulls) end

---All texts in one, with a text between.
---
---```lua
---F.listagg("shop", ",")   --> north,south,north,east,south
---```
---@param col ColumnOrName
---@param delimiter? ColumnOrValue
---@return Column
function F.listagg(col, delimiter) end
F.string_agg = F.listagg

---Each text once, in one, with a text between.
---
---```lua
---F.listagg_distinct("shop", ",")   --> north,south,east
---```
---@param col ColumnOrName
---@param delimiter? ColumnOrValue
---@return Column
function F.listagg_distinct(col, delimiter) end
F.string_agg_distinct = F.listagg_distinct

---The greatest value.
---
---```lua
---F.max("units")   --> 4
---```
---@param col ColumnOrName
---@return Column
function F.max(col) end

---The value of the row in which another column is greatest.
---
---```lua
---F.max_by("shop", "units")   --> north
---```
---@param col ColumnOrName
---@param ord ColumnOrName
---@return Column
function F.max_by(col, ord) end

---The value in the middle, between the two middle ones where there are two.
---
---```lua
---F.median("units")   --> 2.0
---```
---@param col ColumnOrName
---@return Column
function F.median(col) end

---The least value.
---
---```lua
---F.min("units")   --> 1
---```
---@param col ColumnOrName
---@return Column
function F.min(col) end

---The value of the row in which another column is least.
---
---```lua
---F.min_by("shop", "units")   --> south
---```
---@param col ColumnOrName
---@param ord ColumnOrName
---@return Column
function F.min_by(col, ord) end

---The value that is there most often.
---
---```lua
---F.mode("units")   --> 2
---```
---@param col ColumnOrName
---@param deterministic? boolean
---@return Column
function F.mode(col, deterministic) end

---The value that a share of the rows lie below, between two where it falls between.
---
---```lua
---F.percentile("units", 0.5)   --> 2.0
---```
---@param col ColumnOrName
---@param percentage number|number[]
---@param frequency? ColumnOrValue
---@return Column
function F.percentile(col, percentage, frequency) end

---The least value that a share of the rows lie at or below.
---
---```lua
---F.percentile_approx("units", 0.5)   --> 2
---```
---@param col ColumnOrName
---@param percentage number|number[]
---@param accuracy? ColumnOrValue
---@return Column
function F.percentile_approx(col, percentage, accuracy) end
F.approx_percentile = F.percentile_approx

---The product.
---
---```lua
---F.product("units")   --> 48.0
---```
---@param col ColumnOrName
---@return Column
function F.product(col) end

---The mean of `x`, of the rows that have both.
---
---```lua
---F.regr_avgx("units", "id")   --> 3.0
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_avgx(y, x) end

---The mean of `y`, of the rows that have both.
---
---```lua
---F.regr_avgy("units", "id")   --> 2.4
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_avgy(y, x) end

---The number of rows that have both.
---
---```lua
---F.regr_count("units", "id")   --> 5
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_count(y, x) end

---Where the straight line through the points meets `x = 0`.
---
---```lua
---F.round(F.regr_intercept("units", "id"), 2)   --> 2.7
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_intercept(y, x) end

---How well the straight line fits the points: 1 is exactly.
---
---```lua
---F.round(F.regr_r2("units", "id"), 2)   --> 0.02
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_r2(y, x) end

---How steep the straight line through the points is.
---
---```lua
---F.round(F.regr_slope("units", "id"), 2)   --> -0.1
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_slope(y, x) end

---The sum of squares of `x` around its mean.
---
---```lua
---F.regr_sxx("units", "id")   --> 10.0
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_sxx(y, x) end

---The sum of products of `x` and `y` around their means.
---
---```lua
---F.round(F.regr_sxy("units", "id"), 2)   --> -1.0
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_sxy(y, x) end

---The sum of squares of `y` around its mean.
---
---```lua
---F.regr_syy("units", "id")   --> 5.2
---```
---@param y ColumnOrName
---@param x ColumnOrName
---@return Column
function F.regr_syy(y, x) end

---How far the distribution leans to one side.
---
---```lua
---F.round(F.skewness("units"), 2)   --> 0.27
---```
---@param col ColumnOrName
---@return Column
function F.skewness(col) end

---The standard deviation, of a sample.
---
---```lua
---F.round(F.stddev("units"), 2)   --> 1.14
---```
---@param col ColumnOrName
---@return Column
function F.stddev(col) end
F.std = F.stddev
F.stddev_samp = F.stddev

---The standard deviation, of all there is.
---
---```lua
---F.round(F.stddev_pop("units"), 2)   --> 1.02
---```
---@param col ColumnOrName
---@return Column
function F.stddev_pop(col) end

---The sum.
---
---```lua
---F.sum("units")   --> 12
---```
---@param col ColumnOrName
---@return Column
function F.sum(col) end

---The sum of the different values.
---
---```lua
---F.sum_distinct("units")   --> 10
---```
---@param col ColumnOrName
---@return Column
function F.sum_distinct(col) end
F.sumDistinct = F.sum_distinct

---The mean; null where it is too large.
---
---```lua
---F.try_avg("units")   --> 2.4
---```
---@param col ColumnOrName
---@return Column
function F.try_avg(col) end

---The sum; null where it is too large.
---
---```lua
---F.try_sum("units")   --> 12
---```
---@param col ColumnOrName
---@return Column
function F.try_sum(col) end

---The variance, of all there is.
---
---```lua
---F.round(F.var_pop("units"), 2)   --> 1.04
---```
---@param col ColumnOrName
---@return Column
function F.var_pop(col) end

---The variance, of a sample.
---
---```lua
---F.round(F.variance("units"), 2)   --> 1.3
---```
---@param col ColumnOrName
---@return Column
function F.variance(col) end
F.var_samp = F.variance

---The row's place in its partition, from 1.
---
---```lua
---F.row_number():over(Window.orderBy("id"))   --> 1
---```
---@return Column
function F.row_number() end

---The row's place in its partition; peers have the same, with gaps behind them.
---
---```lua
---F.rank():over(Window.orderBy("id"))   --> 1
---```
---@return Column
function F.rank() end

---The row's place in its partition; peers have the same, without gaps.
---
---```lua
---F.dense_rank():over(Window.orderBy("id"))   --> 1
---```
---@return Column
function F.dense_rank() end

---The rank as a number from 0 to 1.
---
---```lua
---F.percent_rank():over(Window.orderBy("id"))   --> 0.0
---```
---@return Column
function F.percent_rank() end

---The share of the partition's rows up to this one and its peers.
---
---```lua
---F.cume_dist():over(Window.orderBy("id"))   --> 0.2
---```
---@return Column
function F.cume_dist() end

---The bucket of so many, as even as can be, that the row falls into.
---
---```lua
---F.ntile(2):over(Window.orderBy("id"))   --> 1
---```
---@param n integer
---@return Column
function F.ntile(n) end

---The value so many rows before; the default, or null, where there is none.
---
---```lua
---F.lag("shop", 1, "none"):over(Window.orderBy("id"))   --> none
---```
---@param col ColumnOrName
---@param offset? integer
---@param default? ColumnOrValue
---@param ignoreNulls? boolean
---@return Column
function F.lag(col, offset, default, ignoreNulls) end

---The value so many rows behind; the default, or null, where there is none.
---
---```lua
---F.lead("shop"):over(Window.orderBy("id"))   --> south
---```
---@param col ColumnOrName
---@param offset? integer
---@param default? ColumnOrValue
---@param ignoreNulls? boolean
---@return Column
function F.lead(col, offset, default, ignoreNulls) end

---The value of the row of this number in the frame.
---
---```lua
---F.nth_value("shop", 1):over(Window.orderBy("id"))   --> north
---```
---@param col ColumnOrName
---@param offset integer
---@param ignoreNulls? boolean
---@return Column
function F.nth_value(col, offset, ignoreNulls) end

---A row for each element of an array, or for each entry of a map.
---
---```lua
---sales:limit(1):select(F.explode(F.array(F.lit(10), F.lit(20)))):show()
---```
---```text
---+---+
---|col|
---+---+
---| 10|
---| 20|
---+---+
---```
---@param col ColumnOrName
---@return Column
function F.explode(col) end

---As `explode`; of nothing, or null, one row with null.
---
---```lua
---sales:limit(1):select(F.explode_outer(F.array(F.lit(10), F.lit(20)))):show()
---```
---```text
---+---+
---|col|
---+---+
---| 10|
---| 20|
---+---+
---```
---@param col ColumnOrName
---@return Column
function F.explode_outer(col) end

---A row for each element with its place from 0: columns `pos` and `col`.
---
---```lua
---sales:limit(1):select(F.posexplode(F.array(F.lit(10), F.lit(20)))):show()
---```
---```text
---+---+---+
---|pos|col|
---+---+---+
---|  0| 10|
---|  1| 20|
---+---+---+
---```
---@param col ColumnOrName
---@return Column
function F.posexplode(col) end

---As `posexplode`; of nothing, or null, one row with nulls.
---
---```lua
---sales:limit(1):select(F.posexplode_outer(F.array(F.lit(10), F.lit(20)))):show()
---```
---```text
---+---+---+
---|pos|col|
---+---+---+
---|  0| 10|
---|  1| 20|
---+---+---+
---```
---@param col ColumnOrName
---@return Column
function F.posexplode_outer(col) end

---A row for each struct of an array, with a column for each field.
---
---```lua
---sales:limit(1):select(F.inline(F.array(F.struct("shop", "units")))):show()
---```
---```text
---+-----+-----+
---| shop|units|
---+-----+-----+
---|north|    3|
---+-----+-----+
---```
---@param col ColumnOrName
---@return Column
function F.inline(col) end

---As `inline`; of nothing, or null, one row with nulls.
---
---```lua
---sales:limit(1):select(F.inline_outer(F.array(F.struct("shop", "units")))):show()
---```
---```text
---+-----+-----+
---| shop|units|
---+-----+-----+
---|north|    3|
---+-----+-----+
---```
---@param col ColumnOrName
---@return Column
function F.inline_outer(col) end

---So many rows, made of the values one after the other.
---
---```lua
---sales:limit(1):select(F.stack(2, "id", "units")):show()
---```
---```text
---+----+
---|col0|
---+----+
---|   1|
---|   3|
---+----+
---```
---@param n ColumnOrValue
---@param ... ColumnOrName
---@return Column
function F.stack(n, ...) end

---Fields of JSON text, in columns `c0`, `c1` and so on.
---
---```lua
---sales:limit(1):select(F.json_tuple(F.lit('{"a": 1}'), "a")):show()
---```
---```text
---+---+
---| c0|
---+---+
---|  1|
---+---+
---```
---@param col ColumnOrName
---@param ... ColumnOrName
---@return Column
function F.json_tuple(col, ...) end
