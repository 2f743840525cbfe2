internal import Columnar
internal import Engine

/// Rows: `filter`, `orderBy`, `limit`, `sample` and their like.
extension DataFrame {
    static func registerRows(_ frame: LuaClass<DataFrame>) {
        for name in ["filter", "where"] {
            frame.method(Signature(name, [.required("condition", .any)])) { frame, arguments in
                let place = "DataFrame:\(name)"
                if let text = arguments.string("condition") {
                    return [.object(try frame.resolving([try Expression(parsing: text, userFunction: frame.environment.sql.userFunction)]) { try $0.filter($1[0]) })]
                }
                guard let column = arguments.object("condition", as: ColumnObject.self) else {
                    throw APIError("\(place) takes a condition in SQL or a Column, not \(arguments["condition"]?.kindDescription ?? "nothing")", .wrongArgument, advice: Elsewhere.condition(arguments["condition"]))
                }
                return [.object(try frame.resolving([try column.expression(in: place)]) { try $0.filter($1[0]) })]
            }
        }
        for name in ["orderBy", "sort", "sortWithinPartitions"] {
            frame.method(name) { frame, call in
                let place = "DataFrame:\(name)"
                let (columns, positions, descending) = try sortColumns(call, place)
                guard !columns.isEmpty else { throw APIError("\(place) needs at least one column", .missingArgument) }
                if let descending, descending.count != columns.count {
                    throw APIError("\(place): 'ascending' has \(descending.count) values for \(columns.count) columns", .wrongArgument)
                }
                let relation = try frame.relation()
                let keys = try columns.enumerated().map { i, column -> SortNode.Key in
                    let key = try column.key(in: place, descending: descending?[i])
                    // A number is the column of that number, from 1.
                    guard case .literal(.integer(let number), _) = key.expression, positions.contains(i) else { return key }
                    guard number != 0, number.magnitude <= UInt64(relation.attributes.count) else {
                        throw APIError("\(place): there is no column \(number); there are \(relation.attributes.count)", .unknownColumn)
                    }
                    let attribute = relation.attributes[Int(number.magnitude) - 1]
                    return SortNode.Key(.attribute(attribute.reference), descending: number < 0 || key.descending)
                }
                return [
                    .object(
                        try frame.resolving(keys.map(\.expression)) { relation, expressions in
                            try relation.sorted(by: zip(keys, expressions).map { SortNode.Key($1, descending: $0.descending, nullsFirst: $0.nullsFirst) })
                        })
                ]
            }
        }
        frame.method(Signature("limit", [.required("num", .integer)])) { frame, arguments in
            let count = arguments.integer("num", default: 0)
            guard count >= 0 else { throw APIError("DataFrame:limit: the number of rows must not be negative, and is \(count)") }
            return [.object(frame.with(try frame.relation().limited(to: count)))]
        }
        frame.method(Signature("offset", [.required("num", .integer)])) { frame, arguments in
            let count = arguments.integer("num", default: 0)
            guard count >= 0 else { throw APIError("DataFrame:offset: the number of rows must not be negative, and is \(count)") }
            return [.object(frame.with(try frame.relation().limited(to: .max, offset: count)))]
        }
        frame.method("distinct") { frame, _ in [.object(frame.with(try frame.relation().distinct()))] }
        for name in ["dropDuplicates", "drop_duplicates", "dropDuplicatesWithinWatermark"] {
            frame.method(name) { frame, call in
                var values = call.arguments
                if let table = call[0].table, !table["subset"].isNil { values = [table["subset"]] }
                let columns = values.isEmpty || values[0] == .null ? nil : try frame.attributes(values.count == 1 ? values[0] : .array(values), "DataFrame:\(name)")
                return [.object(frame.with(try frame.relation().distinct(by: columns?.isEmpty ?? true ? nil : columns)))]
            }
        }
        frame.method("sample") { frame, call in [.object(try frame.sampled(call))] }
        frame.method(Signature("sampleBy", [.required("col", .any), .required("fractions", .any), .optional("seed", .integer)])) { frame, arguments in
            [.object(try frame.sampled(by: arguments, "DataFrame:sampleBy"))]
        }
        frame.method(Signature("randomSplit", [.required("weights", .list), .optional("seed", .integer)])) { frame, arguments in
            [.array(try frame.split(arguments).map { .object($0) })]
        }
        registerPlacement(frame)
    }

    /// What says where rows are kept or moved: kept rows are kept, and the rest means nothing here.
    private static func registerPlacement(_ frame: LuaClass<DataFrame>) {
        for name in ["cache", "persist", "localCheckpoint", "checkpoint"] {
            frame.method(name) { frame, _ in
                try frame.keepRows()
                return [.object(frame)]
            }
        }
        frame.method("unpersist") { frame, _ in
            frame.forgetRows()
            return [.object(frame)]
        }
        for name in ["repartition", "repartitionByRange", "coalesce"] {
            frame.method(name) { frame, call in
                let values = call.arguments.flatMap { $0.table?.items ?? [$0] }
                for value in values {
                    if let number = value.integer {
                        guard number > 0 else { throw APIError("DataFrame:\(name): the number of partitions must be above 0, and is \(number)", .wrongArgument) }
                    } else {
                        _ = try frame.relation().select([try ColumnObject.column(value, "DataFrame:\(name)").item(in: "DataFrame:\(name)")])
                    }
                }
                return [.object(frame)]
            }
        }
        for name in ["hint", "withWatermark"] { frame.method(name) { frame, _ in [.object(frame)] } }
    }

    // MARK: Samples

    private static func seed(_ value: LuaValue?, _ place: String) throws -> Int64 {
        guard let value, !value.isNil, value != .null else { return Chance.seed() }
        guard let number = value.integer else { throw APIError("\(place): 'seed' must be a whole number, not \(value.kindDescription)", .wrongArgument) }
        return number
    }

    /// `sample(fraction, seed)`, or `sample(withReplacement, fraction, seed)`.
    private func sampled(_ call: LuaCall) throws -> DataFrame {
        let place = "DataFrame:sample"
        var (replacement, fraction, seed): (LuaValue, LuaValue, LuaValue)
        if call.arguments.count == 1, let table = call[0].table {
            for name in table.fields.keys where !["withReplacement", "fraction", "seed"].contains(name) {
                throw APIError("\(place) has no argument '\(name)'\(Suggestion.hint(for: name, in: ["withReplacement", "fraction", "seed"])). It takes 'withReplacement', 'fraction', 'seed'", .unknownArgument)
            }
            (replacement, fraction, seed) = (table["withReplacement"], table["fraction"], table["seed"])
        } else if call[0].bool != nil || call[0].isNil || call[0] == .null {
            (replacement, fraction, seed) = (call[0], call[1], call[2])
        } else {
            (replacement, fraction, seed) = (.boolean(false), call[0], call[1])
        }
        let withReplacement = replacement.bool ?? false
        guard let share = fraction.double, share >= 0, withReplacement || share <= 1 else {
            throw APIError("\(place): 'fraction' must be a number from 0 to 1, not \(fraction.kindDescription)", .wrongArgument)
        }
        let relation = try relation()
        let node = SampleNode(relation.plan, fraction: share, withReplacement: withReplacement, seed: try Self.seed(seed, place))
        return with(Relation(node, attributes: relation.attributes, hidden: relation.hidden, session: relation.session))
    }

    /// A share of the rows for each value of a column; those of values that nothing is said of are left out.
    func sampled(by arguments: Arguments, _ place: String) throws -> DataFrame {
        guard let table = arguments["fractions"]?.table else { throw APIError("\(place) takes a table from values to fractions, such as {north = 0.1}") }
        let column = try ColumnObject.column(arguments["col"] ?? .nil, place).expression(in: place)
        let seed = try Self.seed(arguments["seed"], place)
        var pairs: [(LuaValue, LuaValue)] = table.items.enumerated().map { (.integer(Int64($0 + 1)), $1) } + table.others.map { ($0.key, $0.value) }
        pairs += table.sortedFields.map { (.string($0.key), $0.value) }
        let relation = try relation()
        let branches = try pairs.map { key, fraction -> Expression.Branch in
            guard let share = fraction.double, (0...1).contains(share) else { throw APIError("\(place): a fraction must be a number from 0 to 1, not \(fraction.kindDescription)", .wrongArgument) }
            return Expression.Branch(.comparison(column, .equal, try ColumnObject.literal(key, place)), .literal(share))
        }
        guard !branches.isEmpty else { return with(try relation.filter(.literal(false))) }
        let share = Expression.conditional(branches, otherwise: .literal(0.0))
        return with(try relation.filter(try Expression(sql: "rand(\(seed)) < _0", [share])))
    }

    /// Frames that share the rows out by weights, each row going to one.
    private func split(_ arguments: Arguments) throws -> [DataFrame] {
        let place = "DataFrame:randomSplit"
        let weights = try (arguments["weights"]?.table?.items ?? []).map { value -> Double in
            guard let weight = value.double, weight >= 0 else { throw APIError("\(place): weights are numbers, none of them negative; one is \(value.kindDescription)") }
            return weight
        }
        let total = weights.reduce(0, +)
        guard total > 0 else { throw APIError("\(place) needs weights, at least one of them above 0", .missingArgument) }
        let seed = try Self.seed(arguments["seed"], place)
        let relation = try relation()
        var before = 0.0
        return weights.enumerated().map { index, weight in
            defer { before += weight }
            // The last range ends behind every number, however the others round.
            let share = index == weights.count - 1 ? 1 : weight / total
            return with(relation.over(SampleNode(relation.plan, fraction: share, seed: seed, lowerBound: before / total)))
        }
    }

    // MARK: Orders

    /// Columns to sort by, which of them are numbers of columns, and for each whether it descends where that was said:
    /// `orderBy{"a", "b", ascending = {true, false}}`.
    private static func sortColumns(_ call: LuaCall, _ place: String) throws -> ([ColumnObject], Set<Int>, [Bool]?) {
        var items: [LuaValue] = Array(call.arguments)
        var ascending = LuaValue.nil
        if let options = call.arguments.last?.table, !options["ascending"].isNil {
            ascending = options["ascending"]
            items = Array(call.arguments.dropLast()) + options.items
        }
        if items.count == 1, let list = items[0].table { items = list.items }
        var positions = Set<Int>()
        let columns = try items.enumerated().map { index, value -> ColumnObject in
            guard let number = value.integer else { return try ColumnObject.column(value, place) }
            positions.insert(index)
            return ColumnObject(.literal(number))
        }
        if ascending.isNil { return (columns, positions, nil) }
        func descends(_ value: LuaValue) throws -> Bool {
            if let truth = value.truth { return !truth }
            guard let number = value.integer else { throw APIError("\(place): 'ascending' must be true or false, not \(value.kindDescription)", .wrongArgument) }
            return number == 0
        }
        if let list = ascending.table { return (columns, positions, try list.items.map(descends)) }
        let descending = try descends(ascending)
        return (columns, positions, columns.map { _ in descending })
    }
}

extension Relation {
    /// The columns over another plan that has them.
    func over(_ plan: PlanNode) -> Relation { Relation(plan, attributes: attributes, hidden: hidden, session: session) }
}
