internal import Columnar
internal import Scripting

/// What the methods of a chain make of columns, as far as literal texts say it: nothing is run for it.
extension Completer {
    /// Transforms that are methods of DynamicFrame, too.
    static let methods = [
        "SelectFields.apply": "select_fields", "DropFields.apply": "drop_fields", "RenameField.apply": "rename_field", "ApplyMapping.apply": "apply_mapping",
    ]

    private typealias Argument = (name: String?, value: Range<Int>)

    /// The columns behind a call, and those that its rows are grouped by.
    ///
    /// - Returns: nil where the call leaves the columns as they are, or does what texts do not tell.
    func derived(
        _ columns: [Column], keys: [Column] = [], _ method: String, inClass className: String, _ open: Int, _ context: CompletionContext
    ) -> (columns: [Column], keys: [Column])? {
        // A long chain over many columns costs more than it is worth.
        guard effort > 0 else { return nil }
        effort -= columns.count / 100
        // The frame that a transform gets is none of its own arguments.
        let given = arguments(open, context).filter { !["frame", "transformation_ctx"].contains($0.name) }
        switch className {
        case "DataFrame":
            if ["groupBy", "groupby", "rollup", "cube"].contains(method) { return items(given, columns, context).map { (columns, $0) } }
            return frame(columns, method, given, context).map { ($0, []) }
        case "GroupedData":
            // What a pivot makes columns of stands in the rows: only the keys are known.
            if ["agg", "sum", "avg", "mean", "min", "max", "count"].contains(method), open >= 3, let pivot = context.matching(open - 3), pivot > 0, pivot < open,
                context.tokens[pivot - 1].text == "pivot"
            {
                return (keys, [])
            }
            return grouped(columns, keys, method, given, context).map { ($0, []) }
        case "DynamicFrame": return dynamicFrame(columns, method, given, context).map { ($0, []) }
        default: return nil
        }
    }

    private func frame(_ columns: [Column], _ method: String, _ given: [Argument], _ context: CompletionContext) -> [Column]? {
        func text(_ position: Int) -> String? { given.indices.contains(position) ? literal(given[position].value, context) : nil }
        switch method {
        case "select": return items(given, columns, context)
        case "selectExpr":
            let items = given.flatMap { texts($0.value, context) ?? [] }
            return items.isEmpty ? nil : items.flatMap { SQLText($0).items(of: columns) }
        case "withColumn":
            guard !columns.isEmpty, let name = text(0) else { return nil }
            return replaced(columns, Column(name, given.count > 1 ? type(given[1].value, columns, context) : ""))
        case "withColumns":
            guard !columns.isEmpty else { return nil }
            return given.reduce(columns) { columns, argument in argument.name.map { replaced(columns, Column($0, "")) } ?? columns }
        case "withColumnRenamed":
            guard let old = text(0), let new = text(1) else { return nil }
            return renamed(columns, old, new)
        case "withColumnsRenamed":
            return given.reduce(columns) { columns, argument in
                guard let old = argument.name, let new = literal(argument.value, context) else { return columns }
                return renamed(columns, old, new)
            }
        case "drop":
            guard let dropped = items(given, columns, context) else { return nil }
            return columns.filter { dropped.named($0.name) == nil }
        case "toDF":
            let names = given.flatMap { texts($0.value, context) ?? [] }
            return names.isEmpty ? nil : names.enumerated().map { Column($1, columns.indices.contains($0) && columns.count == names.count ? columns[$0].type : "") }
        case "agg": return aggregates(given, columns, context)
        case "join", "crossJoin": return joined(columns, given, context)
        case "describe", "summary": return columns.isEmpty ? nil : [Column("summary", "string")] + columns.map { Column($0.name, "string") }
        default: return nil
        }
    }

    private func joined(_ columns: [Column], _ given: [Argument], _ context: CompletionContext) -> [Column]? {
        guard let first = given.first(where: { $0.name == "other" }) ?? given.first,
            let other = self.columns(of: classify(context, first.value.lowerBound, first.value.upperBound)), !other.isEmpty
        else { return nil }
        func argument(_ name: String, _ position: Int) -> Range<Int>? {
            given.first { $0.name == name }?.value ?? (given.indices.contains(position) && given[position].name == nil ? given[position].value : nil)
        }
        let how = literal(argument("how", 2), context) ?? "inner"
        if how.contains("semi") || how.contains("anti") { return columns }
        let on = argument("on", 1).flatMap { texts($0, context) } ?? []
        let shared = on.compactMap { columns.named($0) }
        return shared + columns.filter { shared.named($0.name) == nil } + other.filter { shared.named($0.name) == nil }
    }

    private func grouped(_ columns: [Column], _ keys: [Column], _ method: String, _ given: [Argument], _ context: CompletionContext) -> [Column]? {
        switch method {
        case "count": return keys + [Column("count", "bigint")]
        case "agg": return aggregates(given, columns, context).map { keys + $0 }
        case "sum", "avg", "mean", "min", "max":
            let function = method == "mean" ? "avg" : method
            guard let named = items(given, columns, context) else { return nil }
            let numbers = columns.filter { keys.named($0.name) == nil && Self.numeric.contains(String($0.type.prefix { $0 != "(" })) }
            return keys + (given.isEmpty ? numbers : named).map { Column("\(function)(\($0.name))", "") }
        default: return nil
        }
    }

    private static let numeric: Set<String> = ["tinyint", "smallint", "int", "bigint", "float", "double", "decimal"]

    private func dynamicFrame(_ columns: [Column], _ method: String, _ given: [Argument], _ context: CompletionContext) -> [Column]? {
        switch method {
        case "select_fields", "selectFields", "drop_fields", "dropFields":
            // A list of paths, as `paths` or given alone; options may follow.
            var paths = given.first { $0.name == "paths" }.flatMap { texts($0.value, context) }
            if paths == nil { paths = given.filter { $0.name == nil }.flatMap { texts($0.value, context) ?? [] } }
            guard let paths, !paths.isEmpty else { return nil }
            if method.hasPrefix("select") { return NamePath.heads(paths).compactMap { columns.named($0) } }
            let dropped = paths.map { NamePath($0).all }.filter { $0.count == 1 }.map { $0[0] }
            return columns.filter { !dropped.contains($0.name) }
        case "rename_field", "renameField":
            func text(_ names: [String], _ position: Int) -> String? {
                let named = given.first { argument in argument.name.map(names.contains) ?? false }
                return literal(named?.value ?? (given.indices.contains(position) && given[position].name == nil ? given[position].value : nil), context)
            }
            guard let old = text(["old_name", "oldName"], 0), let new = text(["new_name", "newName"], 1) else { return nil }
            return renamed(columns, old, new)
        case "apply_mapping", "applyMapping":
            let lists = given.first { $0.name == "mappings" }.map { elements($0.value, context) } ?? given.filter { $0.name == nil }.flatMap { argument in
                let inner = elements(argument.value, context)
                return inner.allSatisfy { literal($0, context) != nil } ? [argument.value] : inner
            }
            let mapped = lists.compactMap { list -> Column? in
                guard let texts = texts(list, context), texts.count == 4 else { return nil }
                let path = NamePath(texts[2]).all
                return Column(path[0], path.count == 1 ? texts[3] : "")
            }
            var seen = Set<String>()
            return mapped.isEmpty ? nil : mapped.filter { seen.insert($0.name).inserted }
        default: return nil
        }
    }

    // MARK: Arguments

    /// The elements of a list that stands as it is; the value itself where it is none.
    private func elements(_ value: Range<Int>, _ context: CompletionContext) -> [Range<Int>] {
        guard context.tokens[value.lowerBound].isSymbol("{"), context.matching(value.lowerBound) == value.upperBound - 1 else { return [value] }
        let call = CompletionContext.Call(callee: value.lowerBound, first: value.lowerBound + 1, hasNames: true)
        return context.arguments(of: call, before: value.upperBound - 1).map(\.value)
    }

    /// One text, or a list of texts; nil for anything else.
    private func texts(_ value: Range<Int>, _ context: CompletionContext) -> [String]? {
        let texts = elements(value, context).map { literal($0, context) }
        return texts.contains(nil) ? nil : texts.compactMap(\.self)
    }

    /// The columns that a list of columns and names gives. What is computed without a name of its own is left out.
    ///
    /// - Returns: nil where a variable stands for columns that nobody knows.
    private func items(_ given: [Argument], _ columns: [Column], _ context: CompletionContext) -> [Column]? {
        var items: [Column] = []
        for argument in given where argument.name == nil {
            for element in elements(argument.value, context) where !element.isEmpty {
                if element.count == 1, context.tokens[element.lowerBound].kind == .name { return nil }
                if let text = literal(element, context) {
                    items += self.columns(text, of: columns)
                } else if let name = name(element, context) {
                    items.append(columns.named(name) ?? Column(name, type(element, columns, context)))
                }
            }
        }
        return items
    }

    /// What a text names: a column, a field of one, all of them.
    private func columns(_ text: String, of columns: [Column]) -> [Column] {
        if text == "*" { return columns }
        if text.hasSuffix(".*") { return columns.fields(at: NamePath(String(text.dropLast(2))).all) }
        let path = NamePath(text)
        guard let found = columns.fields(at: path.owners).named(path.word) else { return [Column(path.word, "")] }
        return [found]
    }

    /// What a Column will be called: by its alias, or by what it reads; aggregates by their calls.
    private func name(_ value: Range<Int>, _ context: CompletionContext) -> String? {
        let tokens = context.tokens
        guard let last = tokens[value].last else { return nil }
        // The last call: `F.col("a"):alias("b")`, `F.sum("x")`, `F.col "a"`.
        var text: String?
        var method = value.upperBound - 1
        if last.isSymbol(")"), let open = context.matching(method), value.contains(open) {
            if close(open, context) == open + 2 { text = literal(open + 1..<open + 2, context) } else if close(open, context) != open + 1 { return nil }
            method = open - 1
        } else if case .string = last.kind {
            text = last.text
            method -= 1
        } else if last.kind == .name, value.count == 3, tokens[value.lowerBound + 1].isSymbol(".") {
            // df.year
            return last.text
        } else {
            return nil
        }
        guard method > value.lowerBound, tokens[method].kind == .name else { return nil }
        let name = tokens[method].text
        switch name {
        case "alias", "name", "col", "column": return text.flatMap { name == "col" || name == "column" ? NamePath($0).word : $0 }
        case "cast", "astype", "asc", "desc":
            guard method >= value.lowerBound + 2, let inner = self.name(value.lowerBound..<method - 1, context) else { return nil }
            if name == "asc" || name == "desc" { return inner }
            return text.flatMap { DataType(parsing: $0) }.map { "CAST(\(inner) AS \($0.hiveName.uppercased()))" }
        case "count" where text == nil || text == "*": return "count(1)"
        case "sum", "avg", "mean", "min", "max", "count", "first", "last", "collect_list", "collect_set", "stddev", "variance":
            // Only a call of F: a method of a column has another name.
            guard let text, method == value.lowerBound + 2, tokens[value.lowerBound].text == "F" else { return nil }
            return "\(name)(\(text))"
        default: return nil
        }
    }

    private func close(_ open: Int, _ context: CompletionContext) -> Int { context.matching(open) ?? open }

    /// The type of a Column where a cast says it, or the column that it reads.
    private func type(_ value: Range<Int>, _ columns: [Column], _ context: CompletionContext) -> String {
        let end = value.upperBound - 1
        guard context.tokens[end].isSymbol(")"), let open = context.matching(end), open == end - 2, open - 1 > value.lowerBound else { return "" }
        guard let text = literal(open + 1..<end, context) else { return "" }
        switch context.tokens[open - 1].text {
        case "cast", "astype": return text
        case "col", "column": return columns.named(text)?.type ?? ""
        default: return ""
        }
    }

    /// What `agg` adds: `agg(F.sum("x"):alias("total"))`, `agg{x = "sum"}`.
    private func aggregates(_ given: [Argument], _ columns: [Column], _ context: CompletionContext) -> [Column]? {
        let named = given.compactMap { argument -> Column? in
            guard let name = argument.name, let function = literal(argument.value, context) else { return nil }
            return Column("\(function)(\(name))", "")
        }
        if !named.isEmpty { return named }
        return given.isEmpty ? nil : items(given, columns, context)
    }

    private func replaced(_ columns: [Column], _ column: Column) -> [Column] {
        guard let place = columns.index(named: column.name) else { return columns + [column] }
        var columns = columns
        columns[place] = column
        return columns
    }

    private func renamed(_ columns: [Column], _ old: String, _ new: String) -> [Column] {
        guard let place = columns.index(named: old) ?? columns.index(named: NamePath(old).word) else { return columns }
        var columns = columns
        columns[place] = Column(new, columns[place].type)
        return columns
    }
}

extension NamePath {
    /// The columns that paths begin with, each once.
    static func heads(_ paths: [String]) -> [String] {
        var seen = Set<String>()
        return paths.map { NamePath($0).all[0] }.filter { seen.insert($0).inserted }
    }
}
