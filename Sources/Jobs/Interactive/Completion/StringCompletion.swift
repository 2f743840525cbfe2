internal import Scripting

/// What stands within a string: it depends on the argument that the string is. Where nothing says what it could be, nothing is offered.
extension Completer {
    /// - Parameter quote: the byte before the string's text: in it names are written with escapes.
    func string(_ place: CompletionContext.StringPlace, quote: UInt8, _ context: CompletionContext) -> Completions {
        var found = string(place, context)
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return found }
        let sign = String(UnicodeScalar(quote))
        found.candidates = found.candidates.map { candidate in
            guard candidate.text.utf8.contains(where: { $0 == quote || $0 == UInt8(ascii: "\\") }) else { return candidate }
            let text = candidate.text.replacing("\\", with: "\\\\").replacing(sign, with: "\\" + sign)
            return Candidate(text, candidate.kind, detail: candidate.detail, key: candidate.key)
        }
        return found
    }

    private func string(_ place: CompletionContext.StringPlace, _ context: CompletionContext) -> Completions {
        let nothing = Completions(start: place.start + place.text.utf8.count, candidates: [])
        guard let spot = context.spot(before: place.tokens) else { return index(place, context) ?? nothing }
        guard let argument = argument(at: spot, context) else {
            // A table by itself: only its names can tell.
            return spot.steps.compactMap(\.name).contains(where: Self.paths.contains) ? files(place.text, place.start) : nothing
        }
        let value = StringValue(place: place, context: context, argument: argument)
        return named(value) ?? positional(value) ?? columns(value) ?? nothing
    }

    private static let paths: Set<String> = ["path", "paths"]

    /// A string that is an argument, or stands in one.
    private struct StringValue {
        let place: CompletionContext.StringPlace
        let context: CompletionContext
        let argument: CalledArgument

        var text: String { place.text }
        /// The last name on the way from the argument to the string.
        var key: String? { argument.inner.last { $0.name != nil }?.name }
        var positions: [Int] { argument.inner.compactMap(\.position) }
    }

    private func plain(_ value: StringValue, _ candidates: [Candidate]) -> Completions {
        Completions(start: value.place.start, candidates: Self.matching(value.text, candidates))
    }

    private func words(_ value: StringValue, _ words: [String]) -> Completions { plain(value, words.map { Candidate($0, .field) }) }
    private func none(_ value: StringValue) -> Completions { Completions(start: value.place.start + value.text.utf8.count, candidates: []) }
    private func path(_ value: StringValue) -> Completions { files(value.text, value.place.start) }
    private func types(_ value: StringValue) -> Completions { plain(value, ArgumentChoices.types.map { Candidate($0, .keyword, detail: "type") }) }

    private func text(of name: String, _ value: StringValue) -> String? { text(of: name, value.argument, before: value.place.tokens, value.context) }
    private func format(_ value: StringValue) -> String? { format(value.argument, before: value.place.tokens, value.context) }

    // MARK: By the argument's name

    private func named(_ value: StringValue) -> Completions? {
        let argument = value.argument
        if let key = value.key { return option(key, value) }
        switch argument.name {
        case "database", "catalog_database", "dbName", "name_space": return plain(value, databases(value.text))
        case "table_name", "catalog_table_name":
            return plain(value, tables(value.text, in: text(of: "database", value) ?? text(of: "name_space", value)))
        case "format" where argument.owner?.className?.hasPrefix("Column") != true: return words(value, ArgumentChoices.formats(writing: argument.isWriting))
        case "connection_type": return words(value, ArgumentChoices.connectionTypes)
        case "choice": return words(value, ArgumentChoices.choices)
        case "kind" where argument.callee == "plot": return words(value, ArgumentChoices.plotKinds)
        case "aggregate" where argument.callee == "plot": return words(value, ArgumentChoices.plotAggregates)
        case "save" where argument.callee == "plot": return path(value)
        case "how" where argument.callee == "join" || argument.owner == nil: return words(value, ArgumentChoices.joins)
        case "path", "paths":
            // Transforms call their fields so.
            if let columns = frameColumns(value) { return column(value.text, value.place.start, of: columns) }
            return path(value)
        case "staging_path": return path(value)
        case "push_down_predicate", "catalogPartitionPredicate":
            guard let database = text(of: "database", value) ?? text(of: "name_space", value), let table = text(of: "table_name", value) else { return none(value) }
            return expression(value, columns(ofTable: [database, table]))
        case "mappings":
            switch value.positions.last {
            case 1?, 3?: return types(value)
            default: return nil
            }
        case "specs": return value.positions.last == 1 ? words(value, ArgumentChoices.choices) : nil
        case "keys2":
            let frame = self.value(of: "frame2", argument, before: value.place.tokens, value.context)
            let columns = frame.flatMap { self.columns(of: classify(value.context, $0.lowerBound, $0.upperBound)) }
            return column(value.text, value.place.start, of: columns ?? [])
        case "transformation_ctx", "info", "catalog_id", "new_name", "newName", "name1", "name2", "new", "title", "root_table_name", "redshift_tmp_dir", "message": return none(value)
        default: return nil
        }
    }

    /// The value of an option in a table of such.
    private func option(_ key: String, _ value: StringValue) -> Completions? {
        switch key {
        case "path", "paths", "basePath": return path(value)
        case "compression": return words(value, ArgumentChoices.compressions(format(value)))
        case "mode": return words(value, modes(value))
        case "format": return words(value, ArgumentChoices.formats(writing: value.argument.isWriting))
        case "partitionKeys", "partitionBy":
            return frameColumns(value).map { column(value.text, value.place.start, of: $0) }
        default: return value.argument.callee == "agg" ? words(value, Self.aggregates) : none(value)
        }
    }

    private func modes(_ value: StringValue) -> [String] {
        switch value.argument.owner?.className {
        case "DataFrameWriter": ArgumentChoices.saveModes
        case "DataFrameReader": ["DROPMALFORMED", "FAILFAST", "PERMISSIVE"]
        default: ArgumentChoices.writeModes
        }
    }

    private static let aggregates = ["avg", "collect_list", "collect_set", "count", "first", "last", "max", "mean", "min", "stddev", "sum", "variance"]

    // MARK: By what is called

    private func positional(_ value: StringValue) -> Completions? {
        let argument = value.argument
        let className = argument.owner?.className
        switch (className, argument.callee) {
        case ("DataFrameReader"?, let callee), ("DataFrameWriter"?, let callee):
            if let found = readOrWrite(callee, value) { return found }
        case ("Column"?, let callee):
            switch callee {
            case "cast", "astype", "try_cast", "asType": return types(value)
            case "getField":
                if case .object(_, let columns, _)? = argument.owner { return column(value.text, value.place.start, of: columns) }
                return none(value)
            default: return none(value)
            }
        case ("RuntimeConfig"?, _):
            guard argument.position == 0 || argument.name == "key" else { return none(value) }
            return plain(value, ArgumentChoices.settings.map { Candidate($0.name, .field, detail: $0.value) })
        case ("Catalog"?, let callee):
            if ["setCurrentDatabase", "listTables", "getDatabase", "databaseExists"].contains(callee) { return plain(value, databases(value.text)) }
            return argument.position ?? 0 == 0 ? table(value.text, value.place.start) : none(value)
        case ("F"?, let callee): return function(callee, value)
        case ("GroupedData"?, "agg"), ("DataFrame"?, "agg"): return argument.name == nil ? none(value) : words(value, Self.aggregates)
        default: break
        }
        switch argument.callee {
        case "table", "insertInto", "saveAsTable", "tableExists", "cacheTable", "refreshTable": return table(value.text, value.place.start)
        case "sql": return argument.position ?? 0 == 0 ? query(value) : none(value)
        case "filter", "where", "selectExpr": if className == "DataFrame", let columns = frameColumns(value) { return expression(value, columns) }
        case "expr": return expression(value, frameColumns(value) ?? [])
        case "withColumn", "withColumnRenamed":
            guard argument.position == 0 || ["colName", "existing"].contains(argument.name), let columns = frameColumns(value) else { return none(value) }
            return name(value.text, value.place.start, of: columns)
        case "dofile", "loadfile", "open", "lines": return path(value)
        case "require": return plain(value, environment.moduleNames.map { Candidate($0, .module, detail: "module") })
        case "help":
            return plain(value, environment.documentedNames.filter { !Self.ownNames.contains($0) }.map { Candidate($0, .global) } + ArgumentChoices.errorCodes.map { Candidate($0.code, .field, detail: $0.title) })
        case "apply_mapping", "applyMapping": if value.positions.last == 1 || value.positions.last == 3 { return types(value) }
        case "alias", "createOrReplaceTempView", "createTempView", "createGlobalTempView", "createOrReplaceGlobalTempView", "lit": return none(value)
        case "join" where argument.position == 2: return words(value, ArgumentChoices.joins)
        default: break
        }
        return nil
    }

    /// What a session registers for itself, which is no part of the API.
    private static let ownNames: Set<String> = ["brief", "io", "io.read"]

    private func readOrWrite(_ callee: String, _ value: StringValue) -> Completions? {
        let argument = value.argument
        let writing = argument.owner?.className == "DataFrameWriter"
        switch callee {
        case "csv", "json", "parquet", "load", "save", "orc", "text":
            if argument.name == "mode" || argument.name == "partitionBy" || argument.name == "compression" || argument.name == "format" { return option(argument.name ?? "", value) }
            if let name = argument.name, !Self.paths.contains(name) { return none(value) }
            if argument.position ?? 0 == 0 { return path(value) }
            return writing ? words(value, ArgumentChoices.saveModes) : callee == "load" ? words(value, ArgumentChoices.formats(writing: false)) : path(value)
        case "format": return words(value, ArgumentChoices.formats(writing: false))
        case "mode": return words(value, ArgumentChoices.saveModes)
        case "option":
            guard argument.position == 0 || argument.name == "key" else { return none(value) }
            return words(value, ArgumentChoices.sparkOptions(format(value), writing: writing))
        case "partitionBy", "sortBy", "bucketBy", "table", "insertInto", "saveAsTable": return nil
        default: return none(value)
        }
    }

    /// A function of columns: the first argument of most is a column, and so are all of some.
    private func function(_ callee: String, _ value: StringValue) -> Completions? {
        switch callee {
        case "expr": return expression(value, frameColumns(value) ?? [])
        case "lit", "udf", "typedlit": return none(value)
        case "date_trunc", "format_string", "concat_ws": return value.argument.position == 0 ? none(value) : nil
        case "when", "date_format", "to_date", "to_timestamp", "regexp_replace", "regexp_extract", "split", "lpad", "rpad", "translate", "instr", "locate",
            "substring_index", "get_json_object", "from_json", "trunc", "regexp_like", "rlike":
            return value.argument.position == 0 ? nil : none(value)
        default: return nil
        }
    }

    private func query(_ value: StringValue) -> Completions {
        // The rest of the string stands behind the cursor.
        let ends: Set<UInt8> = [UInt8(ascii: "\""), UInt8(ascii: "]")]
        let rest = String(decoding: after.prefix { !ends.contains($0) }, as: UTF8.self)
        var result = sql(value.text, after: rest)
        result.start += value.place.start
        return result
    }

    /// A condition or an expression in SQL: `df:filter("amount > 10")`.
    private func expression(_ value: StringValue, _ columns: [Column]) -> Completions {
        var result = sql(value.text, after: "", columns: columns)
        result.start += value.place.start
        return result
    }

    // MARK: Columns

    private func columns(_ value: StringValue) -> Completions? {
        guard value.context.openFunctions(before: value.place.tokens).isEmpty || value.argument.owner != nil || value.argument.name != nil else { return nil }
        return frameColumns(value).map { column(value.text, value.place.start, of: $0) }
    }

    /// `df["..."]`, `record["..."]`, `list["..."]`.
    private func index(_ place: CompletionContext.StringPlace, _ context: CompletionContext) -> Completions? {
        guard place.tokens > 0, context.tokens[place.tokens - 1].isSymbol("["), let owner = expression(endingBefore: place.tokens - 1, context) else { return nil }
        func plain(_ candidates: [Candidate]) -> Completions { Completions(start: place.start, candidates: Self.matching(place.text, candidates)) }
        switch owner {
        case .record(let columns): return plain(columns.map { Candidate($0.name, .column, detail: $0.type) })
        case .value(let path, .table): return plain(environment.state.keys(at: path).map { Candidate($0.key, .field, detail: detail(of: $0.value, $0.key)) })
        default: return columns(of: owner).map { name(place.text, place.start, of: $0) }
        }
    }

    /// The columns of the frame at hand: of the innermost call around the string that is a method of a frame, or gets one.
    private func frameColumns(_ value: StringValue) -> [Column]? {
        let (context, end) = (value.context, value.place.tokens)
        for call in [value.argument.call] + context.openCalls(before: end).filter({ $0 != value.argument.call }) {
            if let columns = receiver(of: call, context).flatMap({ self.columns(of: $0) }) { return columns }
            if let frame = context.argument("frame", of: call, before: end) ?? context.argument("frame1", of: call, before: end) ?? firstFrame(call, end, context),
                let columns = columns(of: classify(context, frame.lowerBound, frame.upperBound))
            {
                return columns
            }
        }
        return nil
    }

    /// The first argument of a transform, where it is given by its position: `SelectFields.apply(dyf, {"`.
    private func firstFrame(_ call: CompletionContext.Call, _ end: Int, _ context: CompletionContext) -> Range<Int>? {
        guard context.tokens[call.callee - 1].text == "apply", let first = context.arguments(of: call, before: end).first, first.name == nil, first.value.upperBound < end else { return nil }
        return first.value
    }
}
