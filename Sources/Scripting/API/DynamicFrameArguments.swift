internal import Catalog
internal import Columnar
internal import Engine

/// Transforms whose arguments take some reading: lists of mappings, specs, comparisons.
extension DynamicFrame {
    func applyMapping(arguments: Arguments) throws -> DynamicFrame {
        guard case .table(let table)? = arguments["mappings"] else { throw APIError("\(arguments.function) needs a list of mappings", .missingArgument) }
        // One mapping may be given without the list around it.
        let rows = table.items.first?.text != nil ? [.table(table)] : table.items
        var mappings: [Mapping] = []
        for (number, row) in rows.enumerated() {
            guard let words = row.table?.items.map(\.text), words.allSatisfy({ $0 != nil }), (2...4).contains(words.count) else {
                throw APIError(
                    "\(arguments.function): mapping \(number + 1) must be {source, source type, target, target type}, such as {\"id\", \"string\", \"id\", \"long\"}")
            }
            mappings.append(try Mapping(words[0]!, words[1]!, words.count > 2 ? words[2] : nil, words.count > 3 ? words[3] : nil))
        }
        return applyMapping(try ApplyMapping(mappings, caseSensitive: arguments.boolean("case_sensitive")), arguments.stage)
    }

    func resolveChoice(arguments: Arguments) throws -> DynamicFrame {
        let choice = arguments.string("choice", default: "")
        let specs = arguments["specs"]
        if specs == nil && choice.isEmpty { throw APIError("Parameter specs and option are both missing, add one.", .missingArgument) }
        if specs != nil && !choice.isEmpty { throw APIError("Parameter specs and option are both specified, choose one.") }
        var declared: Schema?
        if let database = arguments.string("database"), let table = arguments.string("table_name") {
            let record = try environment.table(table, in: database)
            declared = try Schema(record.dataSchema().fields + record.partitionSchema().fields)
        }
        if choice == "match_catalog" && declared == nil {
            throw APIError("\(arguments.function): choice = \"match_catalog\" needs 'database' and 'table_name'", .missingArgument)
        }
        if !choice.isEmpty {
            return resolveChoice(ResolveChoice(choice: try ResolveChoice.Action(choice, path: nil, declared: declared)), detail: choice, arguments.stage)
        }
        guard case .table(let table)? = specs else { throw APIError("\(arguments.function): 'specs' must be a list of {path, action}", .wrongArgument) }
        let rows = table.items.first?.text != nil ? [.table(table)] : table.items
        var parsed: [(path: FieldPath, action: ResolveChoice.Action)] = []
        for (number, row) in rows.enumerated() {
            guard let words = row.table?.items.map(\.text), words.count == 2, let path = words[0], let action = words[1] else {
                throw APIError("\(arguments.function): spec \(number + 1) must be {path, action}, such as {\"price\", \"cast:double\"}", .wrongArgument)
            }
            parsed.append((try FieldPath(path), try ResolveChoice.Action(action, path: path, declared: declared)))
        }
        let detail = rows.compactMap { row in row.table?.items.compactMap(\.text).joined(separator: " ") }.joined(separator: ", ")
        return resolveChoice(try ResolveChoice(specs: parsed), detail: detail, arguments.stage)
    }

    func splitFields(arguments: Arguments) throws -> DynamicFrameCollection {
        let split = SplitFields(try arguments.paths("paths"))
        let base = name.isEmpty ? "frame" : name
        let (first, second) = (arguments.string("name1") ?? base + "1", arguments.string("name2") ?? base + "2")
        return DynamicFrameCollection(
            [
                (first, selectFields(split.selected.paths, arguments.stage).with(name: first)),
                (second, dropFields(split.rest.paths, arguments.stage).with(name: second)),
            ], environment)
    }

    func splitRows(arguments: Arguments) throws -> DynamicFrameCollection {
        guard case .table(let table)? = arguments["comparison_dict"] else { throw APIError("\(arguments.function) needs a table of comparisons", .missingArgument) }
        var comparisons: [SplitRows.Comparison] = []
        for (path, operators) in table.sortedFields {
            guard let operators = operators.table, operators.items.isEmpty, !operators.fields.isEmpty else {
                throw APIError("\(arguments.function): '\(path)' must be compared by a table such as {[\">\"] = 5, [\"<=\"] = 7}", .wrongArgument)
            }
            for (name, value) in operators.sortedFields {
                guard let constant = Value(value) else {
                    throw APIError("\(arguments.function): '\(path)' cannot be compared with \(value.kindDescription)", .incompatibleTypes)
                }
                comparisons.append(try SplitRows.Comparison(path, name, constant))
            }
        }
        let split = SplitRows(comparisons)
        let (first, second) = (arguments.string("name1", default: "frame1"), arguments.string("name2", default: "frame2"))
        func part(_ name: String, matching: Bool) -> DynamicFrame {
            let tops = Set(comparisons.map { $0.path.names[0] })
            return with(
                TransformNode(
                    "SplitRows", detail: matching ? "matching" : "rest", input: plan, options: arguments.stage, columns: { $0.map { $0.union(tops) } },
                    rows: { wanted in
                        guard matching, let own = split.impliedPredicate else { return wanted }
                        return wanted.map { .and(own, $0) } ?? own
                    },
                    schema: { $0 }, transform: { batch, _ in matching ? split.apply(batch).matching : split.apply(batch).rest }),
                name: name)
        }
        return DynamicFrameCollection([(first, part(first, matching: true)), (second, part(second, matching: false))], environment)
    }

    func with(name: String) -> DynamicFrame { with(plan, name: name) }
}

extension Value {
    /// A Lua value that can be compared with a column's.
    init?(_ value: LuaValue) {
        switch value {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .double(value)
        case .string(let bytes): self = .string(bytes)
        case .decimal(let unscaled, let scale): self = .decimal(unscaled: unscaled, scale: scale)
        case .date(let days): self = .date(days)
        case .timestamp(let microseconds): self = .timestamp(microseconds)
        default: return nil
        }
    }
}
