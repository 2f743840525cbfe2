internal import Columnar
package import Scripting

/// What is known of an expression without evaluating it.
package enum ExpressionClass {
    /// A value that can be reached through tables.
    case value([LuaKey], SeenValue)
    /// An object of a class, with the columns that are known of it, and those that its rows are grouped by.
    case object(String, columns: [Column], keys: [Column] = [])
    /// A record that a function gets of a frame.
    case record([Column])

    package struct Column: Equatable {
        package let name: String
        let type: String

        package init(_ name: String, _ type: String) { (self.name, self.type) = (name, type) }

        /// The fields of a struct, or of the structs in a list; none of anything else.
        var fields: [Column] {
            guard type.hasPrefix("struct<") || type.hasPrefix("array<struct<"), let parsed = DataType(parsing: type) else { return [] }
            return Self.fields(of: parsed).map { Column($0.name, $0.type.hiveName) }
        }

        private static func fields(of type: DataType) -> [Field] {
            switch type {
            case .struct(let fields): fields
            case .array(let element): fields(of: element)
            default: []
            }
        }
    }

    /// The class of the object that it is; nil for anything else.
    var className: String? {
        switch self {
        case .value(_, .object(let name, _)): name
        case .value(_, .string): "string"
        case .object(let name, _, _): name
        default: nil
        }
    }
}

extension [ExpressionClass.Column] {
    /// The column of a name, in any case.
    func named(_ name: String) -> Element? { index(named: name).map { self[$0] } }

    func index(named name: String) -> Int? {
        if let exact = firstIndex(where: { $0.name == name }) { return exact }
        let (lowered, count) = (name.lowercased(), name.utf8.count)
        return firstIndex { $0.name.utf8.count == count && $0.name.lowercased() == lowered }
    }

    /// What a path leads to: the columns themselves, or the fields of what it names; none where it leads nowhere.
    func fields(at path: some Sequence<String>) -> Self {
        path.reduce(self) { columns, name in columns.named(name)?.fields ?? [] }
    }
}

extension Completer {
    typealias Column = ExpressionClass.Column

    /// What the expression is that the tokens are from `start` up to `end`.
    func classify(_ context: CompletionContext, _ start: Int, _ end: Int) -> ExpressionClass? {
        let tokens = context.tokens
        guard start < end, effort > 0 else { return nil }
        effort -= 1
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { return nil }
        var current: ExpressionClass?
        var index = start
        switch tokens[start].kind {
        case .name:
            current = named(tokens[start].text, context, at: start)
            index += 1
        case .string: return .value([], .string)
        case .symbol where tokens[start].text == "(":
            guard let close = closing(context, start, end) else { return nil }
            guard let inner = context.expressionStart(before: close), inner == start + 1 else { return nil }
            current = classify(context, inner, close)
            index = close + 1
        default: return nil
        }
        while index < end, let now = current {
            let token = tokens[index]
            if token.isSymbol(".") || token.isSymbol(":"), index + 1 < end, tokens[index + 1].kind == .name {
                let name = tokens[index + 1].text
                index += 2
                if index < end, isCall(tokens[index]) {
                    let close = closing(context, index, end)
                    current = call(now, name, arguments: index, context)
                    guard let close else { return nil }
                    index = close + 1
                } else {
                    current = member(now, name)
                }
            } else if token.isSymbol("["), let close = closing(context, index, end) {
                if case .value(let path, .table) = now, close == index + 2 {
                    let key = tokens[index + 1]
                    switch key.kind {
                    case .number: current = Int(key.text).map { looked(path + [.number($0)]) } ?? nil
                    case .string: current = looked(path + [.name(key.text)])
                    default: current = nil
                    }
                } else if case .record(let columns) = now, close == index + 2, case .string = tokens[index + 1].kind {
                    current = columns.named(tokens[index + 1].text).map { .record($0.fields) }
                } else if now.className == "DataFrame", close == index + 2, case .string = tokens[index + 1].kind {
                    current = member(now, tokens[index + 1].text)
                } else {
                    current = nil
                }
                index = close + 1
            } else if isCall(token) {
                guard let close = closing(context, index, end) else { return nil }
                current = called(now)
                index = close + 1
            } else {
                return nil
            }
        }
        return current
    }

    /// The expression that ends before a token.
    func expression(endingBefore end: Int, _ context: CompletionContext) -> ExpressionClass? {
        context.expressionStart(before: end).flatMap { classify(context, $0, end) }
    }

    /// Frames, and what a frame gives to work on it.
    private static let ofFrames: Set<String> = ["DataFrame", "DynamicFrame", "GroupedData", "DataFrameWriter", "DataFrameNaFunctions", "DataFrameStatFunctions"]

    /// The columns of a frame, if the expression is one.
    func columns(of expression: ExpressionClass?) -> [Column]? {
        switch expression {
        case .value(_, .object(let name, let object)):
            guard name == "DataFrame" || name == "DynamicFrame" else { return nil }
            return environment.knownColumns(of: .object(object))?.map { Column($0.name, $0.type) } ?? []
        case .object(let name, let columns, _):
            return Self.ofFrames.contains(name) ? columns : nil
        default: return nil
        }
    }

    private func isCall(_ token: LuaToken) -> Bool {
        if case .string = token.kind { return true }
        return token.isSymbol("(") || token.isSymbol("{")
    }

    /// The token that ends what a bracket begins; a string ends itself.
    private func closing(_ context: CompletionContext, _ open: Int, _ end: Int) -> Int? {
        if case .string = context.tokens[open].kind { return open }
        guard let close = context.matching(open), close > open, close < end else { return nil }
        return close
    }

    private func looked(_ path: [LuaKey]) -> ExpressionClass? {
        let seen = environment.state.look(at: path)
        if case .nothing = seen { return nil }
        return .value(path, seen)
    }

    /// What a name stands for: the parameter of a function that gets records, or a global.
    private func named(_ name: String, _ context: CompletionContext, at place: Int) -> ExpressionClass? {
        for function in context.openFunctions(before: place) {
            guard let position = function.parameters.firstIndex(of: name) else { continue }
            guard position == 0, let columns = recordColumns(ofFunction: function.keyword, context) else { return nil }
            return .record(columns)
        }
        return looked([.name(name)])
    }

    /// The columns of the frame whose records a function gets: `Filter.apply{frame = dyf, f = function(r) ...`, `dyf:map(function(r) ...`.
    private func recordColumns(ofFunction keyword: Int, _ context: CompletionContext) -> [Column]? {
        guard let call = context.openCalls(before: keyword).first else { return nil }
        if call.hasNames, let frame = context.argument("frame", of: call, before: keyword) { return columns(of: classify(context, frame.lowerBound, frame.upperBound)) }
        if let first = context.arguments(of: call, before: keyword).first, first.name == nil, first.value.upperBound < keyword,
            let columns = columns(of: classify(context, first.value.lowerBound, first.value.upperBound))
        {
            return columns
        }
        return receiver(of: call, context).flatMap { columns(of: $0) }
    }

    /// What the method of a call is called on.
    func receiver(of call: CompletionContext.Call, _ context: CompletionContext) -> ExpressionClass? {
        let name = call.callee - 1
        guard name >= 2, context.tokens[name].kind == .name, context.tokens[name - 1].isSymbol(":") || context.tokens[name - 1].isSymbol(".") else { return nil }
        return expression(endingBefore: name - 1, context)
    }

    private func member(_ owner: ExpressionClass, _ name: String) -> ExpressionClass? {
        switch owner {
        case .value(let path, .table): return looked(path + [.name(name)])
        case .record(let columns): return columns.named(name).map { .record($0.fields) }
        default: break
        }
        guard let className = owner.className else { return nil }
        if let result = environment.result(ofMember: name, inClass: className) { return .object(result, columns: columns(of: owner) ?? []) }
        if className == "DataFrame" { return .object("Column", columns: columns(of: owner)?.named(name)?.fields ?? []) }
        return nil
    }

    /// What calling a member gives.
    private func call(_ owner: ExpressionClass, _ name: String, arguments: Int, _ context: CompletionContext) -> ExpressionClass? {
        if case .value(let path, .table) = owner {
            guard case .value(_, .function(let registered?))? = looked(path + [.name(name)]) else { return nil }
            return environment.result(ofFunction: registered).map { result in
                let columns = argumentColumns(arguments, context)
                let method = Self.methods[registered]
                return .object(result, columns: method.flatMap { derived(columns, $0, inClass: "DynamicFrame", arguments, context)?.columns } ?? columns)
            }
        }
        guard let className = owner.className, let result = environment.result(ofMember: name, inClass: className) else { return nil }
        var columns = columns(of: owner) ?? []
        if columns.isEmpty, let table = tableColumns(name, arguments, context) { columns = table }
        if case .object("GroupedData", _, let keys) = owner, result == "GroupedData" { return .object(result, columns: columns, keys: keys) }
        var keys: [Column] = []
        if case .object("GroupedData", _, let known) = owner { keys = known }
        if let derived = derived(columns, keys: keys, name, inClass: className, arguments, context) { return .object(result, columns: derived.columns, keys: derived.keys) }
        return .object(result, columns: columns)
    }

    private func called(_ function: ExpressionClass) -> ExpressionClass? {
        switch function {
        case .value(_, .function(let registered?)): environment.result(ofFunction: registered).map { .object($0, columns: []) }
        // Objects that are called give themselves: spark(), glueContext().
        case .value(_, .object(let name, _)): .object(name, columns: [])
        default: nil
        }
    }

    /// The columns of the frame that a transform gets.
    private func argumentColumns(_ open: Int, _ context: CompletionContext) -> [Column] {
        let given = self.arguments(open, context)
        guard let frame = given.first(where: { $0.name == "frame" || $0.name == "frame1" }) ?? given.first else { return [] }
        return columns(of: classify(context, frame.value.lowerBound, frame.value.upperBound)) ?? []
    }

    /// The arguments of a call that is closed, from its bracket on, or its string.
    func arguments(_ open: Int, _ context: CompletionContext) -> [(name: String?, value: Range<Int>)] {
        if case .string = context.tokens[open].kind { return [(nil, open..<open + 1)] }
        guard let close = context.matching(open), close > open else { return [] }
        let isTable = open + 2 < close && context.tokens[open + 1].isSymbol("{") && context.matching(open + 1) == close - 1
        let call = CompletionContext.Call(callee: open, first: isTable ? open + 2 : open + 1, hasNames: true)
        return context.arguments(of: call, before: isTable ? close - 1 : close)
    }

    /// The text that a string alone is.
    func literal(_ range: Range<Int>?, _ context: CompletionContext) -> String? {
        guard let range, range.count == 1, case .string = context.tokens[range.lowerBound].kind else { return nil }
        return context.tokens[range.lowerBound].text
    }

    /// The columns of the table that a call names: `spark.table("db.t")`, `from_catalog{database = "db", table_name = "t"}`.
    private func tableColumns(_ name: String, _ open: Int, _ context: CompletionContext) -> [Column]? {
        let given = arguments(open, context)
        var parts: [String]?
        if name == "table" {
            parts = literal(given.first?.value, context).map { NamePath($0).all }
        } else if name.hasSuffix("from_catalog") {
            func text(_ name: String, _ position: Int) -> String? {
                let named = given.first { $0.name == name } ?? (given.indices.contains(position) && given[position].name == nil ? given[position] : nil)
                return literal(named?.value, context)
            }
            if let database = text("database", 0) ?? text("name_space", 0), let table = text("table_name", 1) { parts = [database, table] }
        }
        return parts.map { columns(ofTable: $0) }
    }

    /// The columns of a table or view; none where there is no such.
    func columns(ofTable parts: [String]) -> [Column] {
        ((try? environment.columns(ofTable: parts)) ?? nil)?.map { Column($0.name, $0.type) } ?? []
    }
}
