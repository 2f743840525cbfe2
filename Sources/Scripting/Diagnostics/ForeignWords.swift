/// What people write who come from another language, mostly Python, and what Lua has for it.
enum ForeignWords {
    private static let imports = "nothing is to be imported: glueContext, spark, F, Job and the transforms are there already"
    private static let tries = "Lua has no try: write local ok, problem = pcall(function() ... end)"
    private static let names = [
        "None": "Lua writes nil for nothing, and null where a table or a record must hold it", "True": "Lua writes true", "False": "Lua writes false",
        "len": "Lua writes #list for the number of items", "str": "Lua writes tostring(value)", "int": "Lua writes math.tointeger(value) or value // 1",
        "float": "Lua writes tonumber(value)", "range": "Lua writes for i = 1, n do ... end", "col": "write F.col(\"name\")", "lit": "write F.lit(value)",
        "f": "Lua has no f-strings: write \"text \" .. value", "sc": "there is no SparkContext to make; use spark and glueContext as they are",
        "enumerate": "Lua writes for i, x in ipairs(list) do ... end", "isinstance": "Lua writes type(x) == \"string\", \"number\", \"table\" ...",
        "sorted": "Lua writes table.sort(list), which sorts the list itself", "getattr": "Lua writes x[name]", "hasattr": "Lua writes x[name] ~= nil", "setattr": "Lua writes x[name] = value",
        "sys": "scripts have their arguments in arg, and end early with os.exit(status)", "try": tries, "except": tries, "finally": tries,
        "raise": "Lua writes error(\"...\")", "throw": "Lua writes error(\"...\")", "Exception": "Lua writes error(\"...\")", "ValueError": "Lua writes error(\"...\")",
        "unpack": "Lua 5.4 writes table.unpack(list)", "loadstring": "Lua 5.4 writes load(text)", "setfenv": "Lua 5.4 writes load(text, name, \"t\", env)",
        "getfenv": "Lua 5.4 writes _ENV", "debug": "scripts have no debug library; xpcall(f, function(problem) ... end) hands the message to a function",
        "console": "Lua writes print(value)", "undefined": "Lua writes nil", "parseInt": "Lua writes math.tointeger(tonumber(text))", "parseFloat": "Lua writes tonumber(text)",
        "boto3": "there is no AWS to call; read and write with spark and glueContext", "pd": "there is no pandas in Lua; use DataFrames", "StructField": types("StructField"), "StructType": types("StructType"),
    ]
    /// Functions whose names scripts often give to values of their own; advice only where they are called.
    private static let functions = [
        "list": "a list is a table: {1, 2}", "dict": "a dictionary is a table: {key = value}", "open": "Lua writes io.open(name)", "exit": "Lua writes os.exit(status)",
        "quit": "Lua writes os.exit(status)", "zip": "Lua writes for i = 1, #a do ... a[i], b[i] ... end", "reversed": "Lua writes for i = #list, 1, -1 do ... end",
        "input": "Lua writes io.read()", "bool": "Lua writes not not value", "isnull": "Lua writes value == nil", "any": "write a loop over ipairs(list)", "all": "write a loop over ipairs(list)",
    ]

    private static func types(_ name: String) -> String { "write local types = require \"pyspark.sql.types\", and types.\(name)(...)" }

    /// What to write instead of a name that is no global here.
    ///
    /// - Parameter isCalled: whether the script calls it.
    static func advice(for name: String, isCalled: Bool = false) -> String? {
        if let advice = names[name] { return advice }
        if typeNames.contains(name) { return types(name) }
        guard isCalled else { return nil }
        if let advice = functions[name] { return advice }
        if ColumnFunctions.allNames.contains(name) {
            let plain = numbers[name].map { " (of numbers, \($0))" } ?? ""
            return "functions of columns are in F: write F.\(name)(...)\(plain)"
        }
        return nil
    }

    private static let numbers = ["max": "math.max", "min": "math.min", "abs": "math.abs", "floor": "math.floor", "sqrt": "math.sqrt"]
    private static let typeNames: Set<String> = [
        "ArrayType", "BinaryType", "BooleanType", "ByteType", "DateType", "DecimalType", "DoubleType", "FloatType", "IntegerType", "LongType", "MapType", "NullType",
        "ShortType", "StringType", "TimestampType",
    ]

    // MARK: Methods of tables and texts

    /// What to write instead of a method that lists or texts have elsewhere.
    static func method(_ name: String, ofText: Bool = false) -> String? {
        let text = ofTexts[name].map { "Lua writes \($0)" }
        return ofText ? text : ofTables[name].map { "Lua writes \($0)" } ?? text
    }

    /// Of a list or a dictionary `t`.
    private static let ofTables = [
        "append": "t[#t + 1] = x, or table.insert(t, x)", "push": "t[#t + 1] = x, or table.insert(t, x)", "add": "t[#t + 1] = x for a list, t[x] = true for a set",
        "extend": "for _, x in ipairs(other) do t[#t + 1] = x end", "insert": "table.insert(t, place, x)", "pop": "table.remove(t)", "remove": "table.remove(t, place)",
        "sort": "table.sort(t)", "keys": "for key in pairs(t) do ... end", "values": "for _, value in pairs(t) do ... end", "items": "for key, value in pairs(t) do ... end",
        "entries": "for key, value in pairs(t) do ... end", "iteritems": "for key, value in pairs(t) do ... end", "get": "t[key], or t[key] or default",
        "has_key": "t[key] ~= nil", "setdefault": "t[key] = t[key] or default", "update": "for key, value in pairs(other) do t[key] = value end", "length": "#t", "size": "#t",
        "forEach": "for _, x in ipairs(t) do ... end", "map": "a loop: for i, x in ipairs(t) do made[i] = f(x) end", "includes": "a loop over ipairs(t), or t[x] of a table with keys",
        "unpack": "table.unpack(t)", "concat": "table.concat(t, \",\")",
    ]
    /// Of a text `s`.
    private static let ofTexts = [
        "join": "table.concat(list, \",\")", "split": "for part in s:gmatch(\"[^,]+\") do ... end", "strip": "s:match(\"^%s*(.-)%s*$\")", "trim": "s:match(\"^%s*(.-)%s*$\")",
        "lstrip": "s:match(\"^%s*(.*)$\")", "rstrip": "s:match(\"^(.-)%s*$\")", "replace": "s:gsub(\"old\", \"new\"), where ( ) . % + - * ? [ ^ $ are written with % before them",
        "startswith": "s:sub(1, #start) == start", "startsWith": "s:sub(1, #start) == start", "endswith": "s:sub(-#ending) == ending", "endsWith": "s:sub(-#ending) == ending",
        "contains": "s:find(part, 1, true) ~= nil", "indexOf": "s:find(part, 1, true)", "substring": "s:sub(first, last)", "substr": "s:sub(first, last)", "slice": "s:sub(first, last)",
        "toUpperCase": "s:upper()", "toLowerCase": "s:lower()", "uppercase": "s:upper()", "lowercase": "s:lower()", "charAt": "s:sub(i, i)", "isdigit": "s:match(\"^%d+$\") ~= nil",
        "isalpha": "s:match(\"^%a+$\") ~= nil", "toString": "tostring(s)", "repeat": "s:rep(n)", "title": "s:sub(1, 1):upper() .. s:sub(2)", "capitalize": "s:sub(1, 1):upper() .. s:sub(2):lower()",
        "gfind": "s:gmatch(pattern)",
    ]
    /// Of Lua's own libraries: what they had once, or others have.
    static let libraries = [
        "table.getn": "Lua 5.4 writes #t", "table.foreach": "Lua 5.4 writes for key, value in pairs(t) do ... end", "table.foreachi": "Lua 5.4 writes for i, x in ipairs(t) do ... end",
        "table.maxn": "Lua 5.4 writes #t", "string.gfind": "Lua 5.4 writes string.gmatch", "math.round": "Lua writes math.floor(x + 0.5)", "math.pow": "Lua writes x ^ y",
        "math.mod": "Lua writes x % y", "math.log10": "Lua writes math.log(x, 10)", "math.trunc": "Lua writes math.modf(x)",
        "os.environ": "Lua writes os.getenv(\"NAME\")", "table.append": "Lua writes table.insert(t, x)", "table.join": "Lua writes table.concat(t, \",\")",
        "table.push": "Lua writes table.insert(t, x)", "table.length": "Lua writes #t", "table.size": "Lua writes #t", "string.join": "Lua writes table.concat(list, \",\")",
        "string.split": "Lua writes for part in s:gmatch(\"[^,]+\") do ... end", "string.replace": "Lua writes s:gsub(\"old\", \"new\")",
        "string.trim": "Lua writes s:match(\"^%s*(.-)%s*$\")",
    ]

    // MARK: Columns

    /// What to write instead of a text that is no column's name but an expression or an order.
    static func advice(forColumn name: String, _ message: String) -> String? {
        if message.contains("'\(name)'; did you mean '\(name)'?"), name.contains(".") { return "the name itself has a dot: write it in backticks, `\(name)`" }
        for (ending, method) in [(" desc", "desc"), (" asc", "asc")] where name.lowercased().hasSuffix(ending) {
            let column = name.dropLast(ending.count)
            if !column.contains(" "), !column.isEmpty { return "the order is a method: F.col(\"\(column)\"):\(method)()" }
        }
        let isExpression = [" + ", " - ", " * ", " / ", " as ", " AS "].contains(where: name.contains) || (name.contains("(") && name.hasSuffix(")"))
        return isExpression ? "for an expression of SQL write F.expr(\"...\"), or selectExpr" : nil
    }

    // MARK: Texts that do not parse

    /// What to write instead of what a line that does not parse has.
    ///
    /// - Parameter near: the word at which the interpreter stopped.
    static func advice(forLine line: [UInt8], near: String?) -> String? {
        let tokens = LuaTokenizer.tokens(of: line)
        let text = String(decoding: line.prefix(2000), as: UTF8.self)
        func has(_ word: String) -> Bool { tokens.contains { $0.kind == .name && $0.text == word } }
        if text.contains("!="), near == "!" { return "Lua writes ~= for 'not equal'" }
        if has("elif") { return "Lua writes elseif" }
        if has("lambda") { return "Lua writes function(r) return ... end" }
        if text.contains("&&") || text.contains("||"), near == "&" || near == "|" { return "Lua writes and, or, not" }
        if near == "#" || near.map({ name in tokens.indices.contains { $0 > 0 && tokens[$0].text == name && tokens[$0 - 1].text == "#" } }) == true {
            return "a comment begins with -- in Lua"
        }
        if near == "=" || near == "+" || near == "-" || near == "*" || near == "/" {
            if ["+=", "-=", "*=", "/="].contains(where: text.contains) { return "Lua has no += and its like: write n = n + 1" }
            if tokens.contains(where: { $0.kind == .keyword && ["if", "elseif", "while", "until"].contains($0.text) }) { return "Lua compares with ==; a single = assigns" }
        }
        return nil
    }
}
