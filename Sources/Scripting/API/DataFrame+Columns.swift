internal import Columnar
internal import Engine

/// `select`, `withColumn` and what else makes columns of columns.
extension DataFrame {
    /// The given columns; `*` stands for all there are. Aggregates, where there are any, are over all rows.
    func projected(_ columns: [ColumnObject], _ place: String) throws -> DataFrame {
        guard !columns.isEmpty else { throw APIError("\(place) needs at least one column") }
        let aggregates = columns.filter { if case .aggregate = $0.content { true } else { false } }
        if aggregates.count == columns.count { return try GroupedData(self, keys: []).aggregated(columns, place) }
        if let aggregate = aggregates.first, let other = columns.first(where: { if case .aggregate = $0.content { false } else { true } }) {
            throw APIError(
                "\(place) cannot take the aggregate '\(aggregate.name)' beside '\(other.name)', which has a value for every row: group by the latter with "
                    + "groupBy(...):agg(...), or compute the aggregate :over(Window.partitionBy(...))")
        }
        let schema = try schema()
        var named: [NamedExpression] = []
        for column in columns {
            let expression = try column.expression(in: place)
            if expression == .field(["*"]) {
                named += schema.names.map { NamedExpression($0, .field([$0])) }
            } else if column.alias == nil, case .field(let path) = expression, path.count == 1 || schema.index(of: path.joined(separator: ".")) != nil {
                // A name may have dots of its own.
                let name = try self.column(path.joined(separator: ".")).name
                named.append(NamedExpression(name, .field([name])))
            } else {
                named.append(NamedExpression(column.name, expression))
            }
        }
        return try computed(named, place)
    }

    /// The frame's columns, some of them replaced, and new ones behind them.
    func with(_ names: [String], _ values: [LuaValue], _ place: String) throws -> DataFrame {
        let schema = try schema()
        var named = schema.names.map { NamedExpression($0, .field([$0])) }
        for (name, value) in zip(names, values) {
            guard let column = value.object(as: ColumnObject.self) else {
                throw APIError("\(place) takes a Column for '\(name)', such as F.lit(1) or F.col(\"a\") * 2, not \(value.kindDescription)")
            }
            let expression = try column.expression(in: place)
            if let index = schema.index(ofAnyCase: name) {
                named[index] = NamedExpression(name, expression)
            } else {
                named.append(NamedExpression(name, expression))
            }
        }
        return try computed(named, place)
    }

    /// The frame with a column under another name; as it is where it has no such column, as in Spark.
    func renamed(_ existing: String, to name: String) throws -> DataFrame {
        let schema = try schema()
        guard let index = schema.index(ofAnyCase: existing) else { return self }
        let columns = schema.names.enumerated().map { NamedExpression($0 == index ? name : $1, .field([$1])) }
        return try computed(columns, "DataFrame:withColumnRenamed")
    }

    /// Columns from expressions over the frame's rows, window functions among them.
    private func computed(_ columns: [NamedExpression], _ place: String) throws -> DataFrame {
        let schema = try schema()
        var names = Set<String>()
        for column in columns where !names.insert(column.name).inserted {
            throw APIError("\(place): two columns would be called '\(column.name)'; give one of them another name with :alias(...)")
        }
        let columns = columns.map { NamedExpression($0.name, $0.expression.spelled(as: schema)) }
        // The windows first, as columns of their own; those that become a column as they are under its name.
        var windows: [WindowNode.Column] = []
        var taken = Set(schema.names).union(names)
        var known: [WindowCall: String] = [:]
        func add(_ call: WindowCall, _ name: String) {
            known[call] = name
            windows.append(WindowNode.Column(name, call))
        }
        for column in columns {
            if case .window(let call) = column.expression, known[call] == nil, schema.index(of: column.name) == nil { add(call, column.name) }
        }
        for call in columns.flatMap(\.expression.windowCalls) where known[call] == nil {
            var name = call.function.name
            var number = 1
            while !taken.insert(name).inserted {
                number += 1
                name = "\(call.function.name)_\(number)"
            }
            add(call, name)
        }
        // What cannot be is said here, at the script's line, and not when rows are read.
        for window in windows { _ = try window.call.resultType(in: schema) }
        var plan = self.plan
        var produced = schema.names
        while let first = windows.first {
            let alike = windows.filter { $0.call.partition == first.call.partition && $0.call.order == first.call.order }
            plan = WindowNode.over(plan, columns: alike)
            produced += alike.map(\.name)
            windows.removeAll { alike.contains($0) }
        }
        let replaced = columns.map { NamedExpression($0.name, $0.expression.replacingWindows(known)) }
        let isSelection = replaced.allSatisfy { $0.expression == .field([$0.name]) }
        let node: PlanNode
        if isSelection {
            node = produced == replaced.map(\.name) ? plan : SelectColumnsNode(plan, columns: replaced.map(\.name))
        } else {
            let project = ProjectNode(plan, columns: replaced)
            var inner = schema.fields
            for (call, name) in known where schema.index(of: name) == nil { inner.append(Field(name, try call.resultType(in: schema))) }
            _ = try project.outputSchema(for: Schema(inner))
            node = project
        }
        return with(node)
    }

    // MARK: Union

    /// The rows of both frames, column by column in their order; the names are the first one's, as in Spark.
    func union(_ other: DataFrame, _ place: String) throws -> DataFrame {
        let (schema, theirs) = (try schema(), try other.schema())
        guard schema.count == theirs.count else {
            throw APIError(
                "\(place): the frames have \(schema.count) and \(theirs.count) columns; they must have as many, in the same order (\(schema.names.joined(separator: ", ")) "
                    + "and \(theirs.names.joined(separator: ", ")))")
        }
        return try union(other, schema.fields.indices.map { (schema[$0], theirs[$0]) }, place)
    }

    /// The rows of both frames, column by column of the same name.
    func unionByName(_ other: DataFrame, allowMissing: Bool, _ place: String) throws -> DataFrame {
        let (schema, theirs) = (try schema(), try other.schema())
        var pairs: [(Field, Field?)] = []
        for field in schema.fields {
            let index = theirs.index(ofAnyCase: field.name)
            if index == nil, !allowMissing { throw APIError("\(place): the other frame has no column '\(field.name)'\(Suggestion.hint(for: field.name, in: theirs.names))") }
            pairs.append((field, index.map { theirs[$0] }))
        }
        let more = theirs.fields.filter { schema.index(ofAnyCase: $0.name) == nil }
        if let first = more.first, !allowMissing { throw APIError("\(place): this frame has no column '\(first.name)'\(Suggestion.hint(for: first.name, in: schema.names))") }
        if more.isEmpty { return try union(other, pairs, place) }
        let wider = with(
            ProjectNode(
                plan,
                columns: schema.names.map { NamedExpression($0, .field([$0])) } + more.map { NamedExpression($0.name, .literal(.null, $0.type)) }))
        return try wider.union(other, pairs + more.map { ($0, $0) }, place)
    }

    private func union(_ other: DataFrame, _ pairs: [(Field, Field?)], _ place: String) throws -> DataFrame {
        var types: [DataType] = []
        for (mine, theirs) in pairs {
            guard let type = mine.type.valueType(with: theirs?.type ?? mine.type) else {
                throw APIError("\(place): column '\(mine.name)' is \(mine.type.hiveName) here and \(theirs?.type.hiveName ?? "null") there; cast one of them")
            }
            types.append(type)
        }
        func projected(_ frame: DataFrame, _ fields: [Field?]) -> PlanNode {
            let columns = zip(zip(pairs, types), fields).map { pair, field -> NamedExpression in
                let ((mine, _), type) = pair
                guard let field else { return NamedExpression(mine.name, .literal(.null, type)) }
                return NamedExpression(mine.name, field.type == type ? .field([field.name]) : .cast(.field([field.name]), type))
            }
            return ProjectNode(frame.plan, columns: columns)
        }
        return with(UnionNode([projected(self, pairs.map { $0.0 }), projected(other, pairs.map(\.1))]))
    }
}

extension Expression {
    /// The expression with the names of columns as the schema spells them: from then on they are found to the letter.
    func spelled(as schema: Schema) -> Expression {
        let names = fields.compactMap { name in schema.index(ofAnyCase: name).map { (name, schema[$0].name) } }.filter { $0 != $1 }
        return names.isEmpty ? self : renamingFields(Dictionary(names, uniquingKeysWith: { a, _ in a }))
    }
}
