internal import Columnar

/// Calls: what stands between the parentheses, what stands behind them, and calls with words in the place of commas.
extension SQLParser {
    /// What a call is made of.
    private struct Call {
        var name: String
        var position: Int
        var arguments: [Expression] = []
        var isDistinct = false
        var ignoresNulls: Bool?
        var filter: Expression?
        var window: WindowSpecification?
        /// The order behind WITHIN GROUP.
        var order: [SortNode.Key]?
    }

    /// A call whose name was taken; its parenthesis comes next.
    mutating func call(_ name: String, _ position: Int) throws(ParseError) -> Expression {
        try enter()
        defer { leave() }
        var call = Call(name: name, position: position)
        try expectSymbol("(")
        if !takeSymbol(")") {
            if isWord("distinct") && !isSymbol(",", ahead: 1) && !isSymbol(")", ahead: 1) {
                at += 1
                call.isDistinct = true
            } else if isWord("all"), !isSymbol(",", ahead: 1), !isSymbol(")", ahead: 1), !isSymbol(".", ahead: 1) {
                at += 1
            }
            repeat { call.arguments.append(try argument(name)) } while takeSymbol(",")
            call.ignoresNulls = try nullTreatment()
            try expectSymbol(")")
        }
        if isWord("within"), isWord("group", ahead: 1) {
            at += 2
            try expectSymbol("(")
            try expectWords("order", "by")
            call.order = try sortKeys()
            try expectSymbol(")")
        }
        if isWord("filter"), isSymbol("(", ahead: 1) {
            at += 2
            try expectWord("where")
            call.filter = try expression()
            try expectSymbol(")")
        }
        if let treatment = try nullTreatment() { call.ignoresNulls = treatment }
        if takeWord("over") { call.window = try window() }
        let expression = try resolved(call)
        try grow(2)
        return located(expression, position)
    }

    private mutating func nullTreatment() throws(ParseError) -> Bool? {
        guard isWord("ignore") || isWord("respect"), isWord("nulls", ahead: 1) else { return nil }
        defer { at += 2 }
        return isWord("ignore")
    }

    /// One argument: a value, a value with a name (in `struct`), a lambda, or `*`.
    private mutating func argument(_ function: String) throws(ParseError) -> Expression {
        if isSymbol("*"), isSymbol(",", ahead: 1) || isSymbol(")", ahead: 1) {
            at += 1
            return .star([])
        }
        if let parameters = lambdaStart() { return try lambda(parameters) }
        if case .name = current.kind, isSymbol("=>", ahead: 1) {
            throw error("arguments by name are not supported; give those of \(function)() in their order", at: current.position)
        }
        let position = current.position
        let value = try expression()
        guard takeWord("as") else { return value }
        let name = try anyName("a name")
        if !["struct", "named_struct"].contains(function.lowercased()) { throw error("a name of its own can only be given to the fields of struct(...)", at: position) }
        return .alias(value, name)
    }

    /// The parameters of a lambda that begins here, taken with the arrow; nil where none does.
    private mutating func lambdaStart() -> [String]? {
        if case .name(let name, _) = current.kind, isSymbol("->", ahead: 1) {
            at += 2
            return [name]
        }
        guard isSymbol("("), partners[at] >= 0, tokens[partners[at] + 1].kind == .symbol("->") else { return nil }
        var names: [String] = []
        for i in at + 1..<partners[at] {
            switch (tokens[i].kind, (i - at) % 2) {
            case (.name(let name, _), 1): names.append(name)
            case (.symbol(","), 0): break
            default: return nil
            }
        }
        guard !names.isEmpty, partners[at] - at == names.count * 2 else { return nil }
        at = partners[at] + 2
        return names
    }

    private mutating func lambda(_ parameters: [String]) throws(ParseError) -> Expression {
        let outer = lambdaParameters
        lambdaParameters += parameters.map { $0.lowercased() }
        let body = try expression()
        lambdaParameters = outer
        return .lambda(parameters, body)
    }

    // MARK: Resolution

    private func resolved(_ call: Call) throws(ParseError) -> Expression {
        do throws(PlanError) { return try resolve(call) } catch { throw self.error(error, at: call.position) }
    }

    private func resolve(_ call: Call) throws(PlanError) -> Expression {
        let (name, lowered) = (call.name, call.name.lowercased())
        let arguments = call.arguments
        if call.order != nil, !AggregateFunction.isName(name) { throw .analysis("WITHIN GROUP does not go with \(lowered)()") }
        if let window = call.window {
            if let made = try WindowCall.named(
                name, arguments, over: window, isDistinct: call.isDistinct, filter: call.filter, ignoresNulls: call.ignoresNulls, order: call.order ?? [])
            {
                return .window(made)
            }
            if try !isKnown(name, arguments) { throw unknown(name) }
            throw .analysis("\(lowered)() is no function over windows, so OVER does not go with it")
        }
        if let function = userFunction(name) {
            try refuseAggregateWords(call)
            return .userFunction(function, arguments)
        }
        if let aggregate = try AggregateCall.named(
            name, arguments, isDistinct: call.isDistinct, filter: call.filter, ignoresNulls: call.ignoresNulls, order: call.order ?? [])
        {
            return .aggregate(aggregate)
        }
        if WindowCall.names.contains(lowered) {
            throw .analysis("\(lowered)() wants a window: \(lowered)(\(arguments.isEmpty ? "" : "...")) OVER (PARTITION BY ... ORDER BY ...)")
        }
        guard let made = try Expression.calling(name, arguments) else { throw unknown(name) }
        try refuseAggregateWords(call)
        return made
    }

    private func isKnown(_ name: String, _ arguments: [Expression]) throws(PlanError) -> Bool {
        if userFunction(name) != nil { return true }
        return try Expression.calling(name, arguments) != nil
    }

    private func refuseAggregateWords(_ call: Call) throws(PlanError) {
        let word = call.isDistinct ? "DISTINCT" : call.filter != nil ? "FILTER" : call.ignoresNulls != nil ? "IGNORE NULLS" : nil
        if let word { throw .analysis("\(call.name.lowercased())() is no aggregate, so \(word) does not go with it") }
    }

    private func unknown(_ name: String) -> PlanError {
        Function.unknown(name, others: AggregateCall.names + WindowCall.names + Generator.names + ["mod", "equal_null"])
    }

    /// The call of the first of these functions that there is.
    func known(_ names: [String], _ arguments: [Expression], _ position: Int) throws(ParseError) -> Expression {
        do throws(PlanError) {
            for name in names {
                if let made = try Expression.calling(name, arguments) { return located(made, position) }
            }
            throw unknown(names[0])
        } catch { throw self.error(error, at: position) }
    }

    // MARK: Calls with words

    /// Functions whose arguments have words between them, and those that need no parentheses; nil where the word is a name, or a call like others.
    mutating func specialCall(_ word: String, _ position: Int) throws(ParseError) -> Expression? {
        guard isSymbol("(", ahead: 1) else {
            let isCall = ["current_date", "current_timestamp", "localtimestamp"].contains(word)
            guard isCall, !isSymbol(".", ahead: 1), Function(named: word) != nil else { return nil }
            at += 1
            return try known([word], [], position)
        }
        switch word {
        case "cast", "try_cast": return try cast(word)
        case "extract": return try extraction(position)
        case "trim": return try trimming(position)
        case "position", "substring", "substr", "overlay": return try worded(word, position)
        case "timestampadd", "timestampdiff", "dateadd", "date_add", "datediff", "date_diff": return try withUnit(word, position)
        default: return nil
        }
    }

    private mutating func cast(_ word: String) throws(ParseError) -> Expression {
        at += 2
        let operand = try expression()
        try expectWord("as")
        let type = try type()
        try expectSymbol(")")
        try grow()
        return .cast(operand, type)
    }

    private static let extracted: [String: String] = [
        "year": "year", "years": "year", "y": "year", "yr": "year", "yrs": "year", "quarter": "quarter", "qtr": "quarter", "month": "month", "months": "month",
        "mon": "month", "mons": "month", "week": "weekofyear", "weeks": "weekofyear", "w": "weekofyear", "day": "day", "days": "day", "d": "day",
        "dayofweek": "dayofweek", "dow": "dayofweek", "doy": "dayofyear", "dayofyear": "dayofyear", "hour": "hour", "hours": "hour", "h": "hour", "hr": "hour", "hrs": "hour",
        "minute": "minute", "minutes": "minute", "m": "minute", "min": "minute", "mins": "minute", "second": "second", "seconds": "second", "s": "second",
        "sec": "second", "secs": "second",
    ]

    /// `EXTRACT(unit FROM time)`.
    private mutating func extraction(_ position: Int) throws(ParseError) -> Expression {
        at += 2
        let place = current.position
        let unit = current.word
        if unit.isEmpty { throw unexpected("a unit such as YEAR") }
        at += 1
        try expectWord("from")
        let value = try expression()
        try expectSymbol(")")
        try grow()
        // date_part knows more units than there are functions for, and gives seconds their fraction.
        if Function(named: "date_part") != nil { return try known(["date_part"], [.literal(unit), value], position) }
        guard let name = SQLParser.extracted[unit] else {
            throw error("'\(unit)' is no part of a time\(Suggestion.hint(for: unit, in: SQLParser.extracted.keys.sorted()))", at: place)
        }
        return try known([name], [value], position)
    }

    /// `TRIM([BOTH | LEADING | TRAILING] [characters] FROM text)`, and the plain call.
    private mutating func trimming(_ position: Int) throws(ParseError) -> Expression? {
        let side = peek(2).word
        let isSided = ["both", "leading", "trailing"].contains(side) && !isSymbol(")", ahead: 3) && !isSymbol(",", ahead: 3)
        at += 2
        if isSided { at += 1 }
        var characters: Expression?
        if !isWord("from") { characters = try expression() }
        guard takeWord("from") else {
            guard !isSided, let text = characters else { throw unexpected("FROM") }
            var arguments = [text]
            while takeSymbol(",") { arguments.append(try expression()) }
            try expectSymbol(")")
            try grow()
            // With two arguments the characters come first.
            return arguments.count == 2 ? try known(["btrim", "trim"], [arguments[1], arguments[0]], position) : try known(["trim"], arguments, position)
        }
        let text = try expression()
        try expectSymbol(")")
        try grow()
        guard let characters else { return try known([side == "leading" ? "ltrim" : side == "trailing" ? "rtrim" : "trim"], [text], position) }
        switch side {
        case "leading" where isSided: return try known(["ltrim"], [characters, text], position)
        case "trailing" where isSided: return try known(["rtrim"], [characters, text], position)
        default: return try known(["btrim", "trim"], [text, characters], position)
        }
    }

    /// `POSITION(x IN text)`, `SUBSTRING(text FROM a FOR b)`, `OVERLAY(text PLACING x FROM a FOR b)`, and the same with commas.
    private mutating func worded(_ word: String, _ position: Int) throws(ParseError) -> Expression? {
        at += 2
        if word == "position" {
            // Behind the first argument comes IN, which must not be read as an operator of it.
            let first = try operation()
            if takeWord("in") {
                let text = try expression()
                try expectSymbol(")")
                try grow()
                return try known(["locate", "position"], [first, text], position)
            }
            var arguments = [first]
            while takeSymbol(",") { arguments.append(try expression()) }
            try expectSymbol(")")
            try grow()
            return try known(["locate", "position"], arguments, position)
        }
        var arguments = [try expression()]
        if word == "overlay", takeWord("placing") {
            arguments.append(try expression())
            try expectWord("from")
            arguments.append(try expression())
        } else if word != "overlay", takeWord("from") {
            arguments.append(try expression())
        }
        if arguments.count > 1 {
            if takeWord("for") { arguments.append(try expression()) }
        } else {
            while takeSymbol(",") { arguments.append(try expression()) }
        }
        try expectSymbol(")")
        try grow()
        return try known([word], arguments, position)
    }

    /// `TIMESTAMPADD(unit, n, time)` and `TIMESTAMPDIFF(unit, a, b)`, whose unit is a bare word; nil where the call is another one.
    private mutating func withUnit(_ word: String, _ position: Int) throws(ParseError) -> Expression? {
        let unit = peek(2).word
        guard IntervalText.units[unit] != nil || unit == "dayofyear", isSymbol(",", ahead: 3), partners[at + 1] >= 0 else { return nil }
        // The date functions of the same names take two arguments.
        var commas = 0
        var index = at + 2
        while index < partners[at + 1] {
            if tokens[index].kind == .symbol(",") { commas += 1 }
            index = tokens[index].kind == .symbol("(") && partners[index] > index ? partners[index] + 1 : index + 1
        }
        guard commas == 2 else { return nil }
        at += 4
        var arguments = [Expression.literal(unit)]
        repeat { arguments.append(try expression()) } while takeSymbol(",")
        try expectSymbol(")")
        try grow()
        return try known([word.contains("add") ? "timestampadd" : "timestampdiff"], arguments, position)
    }

    // MARK: Windows

    /// What stands behind OVER: a name, or a specification in parentheses, which may begin with a name.
    private mutating func window() throws(ParseError) -> WindowSpecification {
        if isSymbol("(") { return try windowSpecification() }
        let position = current.position
        return try namedWindow(try name("a window's name or '('"), position)
    }

    mutating func windowSpecification() throws(ParseError) -> WindowSpecification {
        try enter()
        defer { leave() }
        try expectSymbol("(")
        var window = WindowSpecification()
        if case .name(let name, let isQuoted) = current.kind,
            isQuoted || !(["partition", "order", "distribute", "cluster", "sort"].contains(current.word) && isWord("by", ahead: 1)),
            isQuoted || !["rows", "range"].contains(current.word) || isSymbol(")", ahead: 1)
        {
            let position = current.position
            at += 1
            window = try namedWindow(name, position)
        }
        if takeWords("partition", "by") || takeWords("distribute", "by") {
            repeat { window.partition.append(try expression()) } while takeSymbol(",")
        }
        if takeWords("order", "by") || takeWords("sort", "by") { window.order = try sortKeys() }
        if isWord("rows") || isWord("range") { window.frame = try frame() }
        if !takeSymbol(")") { throw unexpected(window.frame == nil ? "PARTITION BY, ORDER BY, ROWS, RANGE or ')'" : "')'", likely: ["PARTITION", "ORDER", "ROWS", "RANGE"]) }
        return window
    }

    private mutating func frame() throws(ParseError) -> WindowFrame {
        let unit: WindowFrame.Unit = isWord("rows") ? .rows : .range
        at += 1
        guard takeWord("between") else { return WindowFrame(unit, try bound(), .currentRow) }
        let start = try bound()
        try expectWord("and")
        return WindowFrame(unit, start, try bound())
    }

    private mutating func bound() throws(ParseError) -> WindowFrame.Bound {
        if takeWords("current", "row") { return .currentRow }
        if isWord("unbounded") {
            at += 1
            if takeWord("preceding") { return .unboundedPreceding }
            if takeWord("following") { return .unboundedFollowing }
            throw unexpected("PRECEDING or FOLLOWING", likely: ["PRECEDING", "FOLLOWING"])
        }
        let position = current.position
        let offset = try operation()
        let isBefore = isWord("preceding")
        if !takeWord("preceding"), !takeWord("following") { throw unexpected("PRECEDING or FOLLOWING", likely: ["PRECEDING", "FOLLOWING"]) }
        switch offset.folded.unlocated {
        case .literal(.integer(let value), _): return .offset(.integer(isBefore && value != .min ? -value : value))
        case .literal(.double(let value), _): return .offset(.double(isBefore ? -value : value))
        case .literal(.decimal(let unscaled, let scale), _): return .offset(.decimal(unscaled: isBefore ? -unscaled : unscaled, scale: scale))
        case .interval(let interval):
            let offset = isBefore ? interval.negated : interval
            return .interval(months: offset.months, days: offset.days, microseconds: offset.microseconds)
        default: throw error("a frame's offset is a literal number, or an interval", at: position)
        }
    }

    /// The window that the `SELECT` around names so in its WINDOW clause, which stands behind what it is used in.
    private mutating func namedWindow(_ name: String, _ position: Int) throws(ParseError) -> WindowSpecification {
        guard let scope = selects.last else { throw error("there is no window '\(name)', because there is no WINDOW clause", at: position) }
        if scope.windows == nil {
            selects[selects.count - 1].windows = [:]
            if let clause = windowClause(from: scope.start) {
                let here = at
                at = clause
                try windowDefinitions()
                selects[selects.count - 1].windowsEnd = at
                at = here
            }
        }
        let windows = selects[selects.count - 1].windows ?? [:]
        guard let window = windows[name.lowercased()] else {
            let known = windows.keys.sorted()
            throw error(
                "there is no window '\(name)'\(Suggestion.hint(for: name, in: known))\(known.isEmpty ? "; windows are named behind HAVING: WINDOW w AS (...)" : "")",
                at: position)
        }
        return window
    }

    /// The token behind the word WINDOW of a `SELECT` that begins at a token.
    private func windowClause(from start: Int) -> Int? {
        var index = start
        while index < tokens.count {
            let token = tokens[index]
            if token.kind == .symbol("(") {
                guard partners[index] >= 0 else { return nil }
                index = partners[index]
            } else if token.kind == .symbol(")") || token.kind == .symbol(";") || ["union", "intersect", "except", "minus"].contains(token.word) && index > start {
                // EXCEPT behind a star names columns.
                if token.word != "except" || tokens[index - 1].kind != .symbol("*") { return nil }
            } else if token.word == "window", index + 2 < tokens.count, case .name = tokens[index + 1].kind, tokens[index + 2].word == "as" {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    /// `name AS (...)`, with commas between. A definition may build on one before it.
    mutating func windowDefinitions() throws(ParseError) {
        repeat {
            let position = current.position
            let name = try name("a window's name")
            try expectWord("as")
            let window: WindowSpecification
            if isSymbol("(") {
                window = try windowSpecification()
            } else {
                let place = current.position
                window = try namedWindow(try self.name("a window's name or '('"), place)
            }
            if selects[selects.count - 1].windows?.updateValue(window, forKey: name.lowercased()) != nil {
                throw error("there are two windows '\(name)'", at: position)
            }
        } while takeSymbol(",")
    }

    /// The WINDOW clause, behind its word. What was read when a window was first used is not read again.
    mutating func windowClause() throws(ParseError) {
        if let end = selects[selects.count - 1].windowsEnd, end > at {
            at = end
            return
        }
        selects[selects.count - 1].windows = [:]
        try windowDefinitions()
    }
}
