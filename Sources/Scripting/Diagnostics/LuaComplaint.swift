package import Columnar

/// What Lua itself says of a script, taken apart. Its words are fixed (ldebug.c, lauxlib.c of Lua 5.4), and the only ones that are recognised by their text.
package struct LuaComplaint: Equatable {
    let code: ErrorCode
    /// The name of what has the wrong value: `amount` in `(field 'amount')`.
    package var name: String?
    /// What kind of name it is: `global`, `local`, `upvalue`, `field`, `method`, `constant`.
    package var kind: String?
    /// The type of the value: `nil`, `table`.
    var type: String?
    /// Lua's own words, without our hints.
    let words: String

    /// - Returns: nil for words that are the script's own.
    package init?(_ message: String) {
        // What our hints add stands behind a semicolon.
        let words = message.prefix { $0 != ";" && $0 != "\n" }
        self.words = String(words)
        func value(behind prefix: String) -> Substring? { words.hasPrefix(prefix) ? words.dropFirst(prefix.count) : nil }
        for (prefix, code) in Self.operations {
            guard let rest = value(behind: prefix) else { continue }
            self.code = code
            var body = rest[...]
            for article in ["a ", "an "] where body.hasPrefix(article) { body = body.dropFirst(article.count) }
            guard let end = body.firstRange(of: " value") else { return }
            type = String(body[..<end.lowerBound])
            guard let open = body.firstRange(of: " ("), let quote = body[open.upperBound...].firstIndex(of: "'"), let close = body.lastIndex(of: "'"), quote < close else {
                return
            }
            kind = String(body[open.upperBound..<quote]).trimmingSuffix(" ")
            let called = String(body[body.index(after: quote)..<close])
            // An element that has no name: `rows[3].id`.
            if called != "?", called != "integer index", kind != "for iterator" { name = called }
            return
        }
        if words.hasPrefix("attempt to "), words.contains("' with a '") {
            // Strings that are no numbers: `attempt to mul a 'string' with a 'number'`.
            code = .arithmeticOnWrongValue
            type = "string"
        } else if words.hasPrefix("attempt to compare ") {
            code = .comparisonOfWrongValues
        } else if words.hasPrefix("bad argument #") || words.hasPrefix("wrong number of arguments to '") {
            code = .libraryArgument
            if let to = words.firstRange(of: " to '"), let end = words[to.upperBound...].firstIndex(of: "'") { name = String(words[to.upperBound..<end]) }
        } else if Self.patterns.contains(where: { words.hasPrefix($0) }) {
            code = .libraryArgument
            kind = "pattern"
        } else if Self.library.contains(where: { words.hasPrefix($0) }) {
            code = .libraryArgument
            if words.hasPrefix("invalid order function") { name = "sort" }
            if words.hasSuffix("in table for 'concat'") { name = "concat" }
        } else if words.hasPrefix("stack overflow") || words.hasSuffix("C stack overflow") {
            code = .stackOverflow
        } else if Self.others.contains(where: { words.hasPrefix($0) || words.hasSuffix($0) }) {
            code = .otherLuaError
        } else {
            return nil
        }
    }

    private static let operations: [(String, ErrorCode)] = [
        ("attempt to index ", .indexOfWrongValue), ("attempt to call ", .callOfWrongValue), ("attempt to perform arithmetic on ", .arithmeticOnWrongValue),
        ("attempt to perform bitwise operation on ", .arithmeticOnWrongValue), ("attempt to concatenate ", .concatenationOfWrongValue),
        ("attempt to get length of ", .lengthOfWrongValue),
    ]
    private static let others = [
        "has no integer representation", "attempt to perform 'n//0'", "attempt to perform 'n%%0'", "'for' initial value must be a number",
        "'for' limit must be a number", "'for' step must be a number", "'for' step is zero", "string length overflow", "attempt to divide by zero",
        "table index is nil", "table index is NaN", "invalid key to 'next'", "attempt to yield from outside a coroutine", "invalid option",
        "too many results to unpack", "string slice too long", "bad 'for' initial value", "bad 'for' limit", "bad 'for' step",
    ]
    private static let patterns = [
        "malformed pattern", "unfinished capture", "invalid pattern capture", "invalid capture index", "missing '[' after", "pattern too complex", "too many captures",
        "invalid use of '%'",
    ]
    private static let library = ["invalid order function for sorting", "invalid value (", "invalid replacement value (", "invalid conversion '"]

    /// The code, with a global that is nil set apart: it is nearly always misspelt.
    package var errorCode: ErrorCode { kind == "global" && type == "nil" && name != nil ? .unknownGlobal : code }

    /// The next step, where more can be said than for the code in general.
    ///
    /// - Parameter place: the text of the script and the line, where they are known.
    func advice(in place: (marks: SourceMarks, line: Int)? = nil) -> String? {
        if let advice = ofLibrary(place) ?? ofOperands ?? ofLoops ?? ofPlace(place) { return advice }
        guard type == "nil", let name else { return nil }
        switch (code, kind) {
        case (_, "global"): return ForeignWords.advice(for: name, isCalled: code == .callOfWrongValue) ?? "define '\(name)' above this line, or correct the name"
        case (.callOfWrongValue, "method"): return ForeignWords.method(name) ?? "there is no method '\(name)' here; look at how it is spelt, and at what stands before ':'"
        case (.callOfWrongValue, _): return "'\(name)' is no function here; look at how it is spelt and where it is defined"
        case (.indexOfWrongValue, _): return "'\(name)' is nil; test it first (if \(name) then ... end), or see why nothing was put there"
        case (.arithmeticOnWrongValue, _): return "'\(name)' is nil; give it a value first, for instance (\(name) or 0)"
        case (.concatenationOfWrongValue, _): return "'\(name)' is nil; give it a value first, for instance (\(name) or \"\"), or use tostring(\(name))"
        case (.lengthOfWrongValue, _): return "'\(name)' is nil; give it a value first, for instance (\(name) or {})"
        default: return nil
        }
    }

    /// Of Lua's own functions.
    private func ofLibrary(_ place: (marks: SourceMarks, line: Int)?) -> String? {
        if words.hasPrefix("bad 'for' ") || words.hasPrefix("'for' ") {
            return words.contains("zero") ? "give the loop a step other than 0" : "the bounds of for i = a, b do are numbers: tonumber(x) turns text into one"
        }
        guard code == .libraryArgument else { return nil }
        if kind == "pattern" {
            if words.hasPrefix("invalid use of '%'") || words.contains("in replacement") { return "in the text that gsub puts in, %1 is a capture; write %% for the sign itself" }
            return "( ) . % + - * ? [ ^ $ are signs of patterns: write % before one that stands for itself, such as %(, or find(part, 1, true)"
        }
        if words.hasPrefix("wrong number of arguments to 'insert'") { return "write table.insert(t, x), or table.insert(t, place, x)" }
        if words.hasPrefix("invalid order function") { return "the function says whether a comes before b, and not when they are equal: return a < b, not a <= b" }
        if words.hasPrefix("invalid value (") { return "table.concat joins texts and numbers; make texts of the items first, with tostring(x)" }
        if name == "format", words.hasSuffix("(number has no integer representation)") { return "%d takes whole numbers: write %.2f, or math.floor(x)" }
        if name == "format", words.contains("(number expected, got") { return "%d and %f take numbers: write %s for other values, or tonumber(x)" }
        if words.hasSuffix("got no value)"), let place, let name, let object = place.marks.dottedReceiver(of: name, line: place.line) {
            return "a method of a text is called with a colon: write \(object):\(name)(...)"
        }
        return nil
    }

    /// Of arithmetic with texts.
    private var ofOperands: String? {
        guard code == .arithmeticOnWrongValue, words.contains("' with a '"), let operation = words.dropFirst("attempt to ".count).split(separator: " ").first else { return nil }
        let types = Diagnostic.quoted(words)
        guard types.count == 2, types.contains("string") else { return nil }
        switch operation {
        case "add": return "+ adds numbers; text is joined with .., as in \"a\" .. b, and tonumber(text) makes a number"
        case "mod" where types[0] == "string": return "% is the remainder of numbers; text is formatted with (\"%d rows\"):format(n)"
        case "mul": return "* is for numbers: tonumber(text) makes one; text is repeated with (\"-\"):rep(20)"
        default: return nil
        }
    }

    /// Of what stands behind `in`.
    private var ofLoops: String? {
        guard code == .callOfWrongValue else { return nil }
        if let type, ["create_dynamic_frame", "write_dynamic_frame"].contains(type) { return "write \(type).from_options{...}, or \(type).from_catalog{...}" }
        guard kind == "for iterator" else { return nil }
        switch type {
        case "table": return "Lua goes through a list with for _, x in ipairs(list) do, through keys with for key, value in pairs(t) do"
        case "DataFrame": return "a DataFrame is no list: for _, row in ipairs(df:collect()) do ... end"
        case "DynamicFrame": return "a DynamicFrame is no list: for _, row in ipairs(dyf:toDF():collect()) do ... end"
        case "string": return "Lua goes through the characters of a text with for c in text:gmatch(\".\") do"
        case "number": return "Lua counts with for i = 1, n do"
        case "nil": return "behind 'in' stands nil; Lua goes through a list with for _, x in ipairs(list) do"
        default: return nil
        }
    }

    /// Of what the script has at the place.
    private func ofPlace(_ place: (marks: SourceMarks, line: Int)?) -> String? {
        guard let place, type == "nil" else { return nil }
        if code == .indexOfWrongValue, name == nil {
            if let method = place.marks.callThatGivesNothing(line: place.line) {
                return "\(method.name) gives nothing back, so it stands last: \(method.isWrite ? "df.write:mode(...):\(method.name)(...)" : "df:...:\(method.name)()")"
            }
            if place.marks.indexesZero(line: place.line) { return "lists begin at 1 in Lua: write [1] for the first" }
        }
        if code == .callOfWrongValue, kind == "field", let name, let object = place.marks.calledObject(of: name, line: place.line) {
            if let advice = ForeignWords.libraries["\(object).\(name)"] { return advice }
            if LuaLibraries.names.contains(object) { return "the library '\(object)' has no '\(name)'; look at how it is spelt" }
            return ForeignWords.method(name)
        }
        if code == .indexOfWrongValue, kind == "field", name == "environ" { return ForeignWords.libraries["os.environ"] }
        return nil
    }
}

/// Lua's own libraries by their global names.
enum LuaLibraries {
    static let names: Set<String> = ["coroutine", "io", "math", "os", "string", "table", "utf8"]
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
