internal import Columnar

/// Makes relations of queries.
public struct QueryAnalyzer: Sendable {
    private let session: AnalysisSession

    public init(session: AnalysisSession) { self.session = session }

    /// The relation that a query gives.
    ///
    /// - Throws: `PlanError`, with its place in the text where that is known.
    public func analyze(_ query: Query) throws -> Relation {
        do { return try analyze(query, outer: []) } catch let error as AnyError { throw error.error }
    }

    func analyze(_ query: Query, outer: [Scope]) throws -> Relation {
        guard !query.with.isEmpty else { return try body(query, outer) }
        var inner = session
        for table in query.with {
            var relation = try located(table.position) { try QueryAnalyzer(session: inner).analyze(table.query, outer: outer) }
            if !table.columns.isEmpty { relation = try located(table.position) { try relation.renamed(table.columns) } }
            inner.commonTables[table.name.lowercased()] = relation.aliased(table.name)
        }
        var rest = query
        rest.with = []
        return try QueryAnalyzer(session: inner).body(rest, outer)
    }

    private func located<R>(_ position: Int, _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as PlanError { throw error.located(at: position) }
    }

    private func body(_ query: Query, _ outer: [Scope]) throws -> Relation {
        var relation: Relation
        switch query.body {
        case .select(let select): relation = try self.select(select, order: query.order, ordersByAll: query.ordersByAll, outer)
        case .values(let rows): relation = try sorted(try values(rows), query)
        case .nested(let inner): relation = try sorted(try analyze(inner, outer: outer), query)
        case .combination(let operation, let all, let left, let right):
            let (a, b) = (try analyze(left, outer: outer), try analyze(right, outer: outer))
            switch operation {
            case .union:
                relation = try a.union(b)
                if !all { relation = try relation.distinct() }
            case .intersect: relation = try a.intersect(b, all: all)
            case .except: relation = try a.except(b, all: all)
            }
            relation = try sorted(relation.unqualified, query)
        }
        let offset = try query.offset.map { try count($0, "OFFSET") } ?? 0
        if let limit = query.limit {
            relation = relation.limited(to: try count(limit, "LIMIT"), offset: offset)
        } else if offset > 0 {
            relation = relation.limited(to: .max, offset: offset)
        }
        return relation
    }

    /// A number of rows.
    private func count(_ expression: Expression, _ clause: String) throws -> Int {
        let value = try Scope(empty).resolve(expression).folded
        guard case .literal(.integer(let number), _) = value, number >= 0 else {
            throw PlanError.analysis("\(clause) takes a number of rows that is not negative, not '\(value)'")
        }
        return Int(number)
    }

    private var empty: Relation { Relation.oneRow(session) }

    // MARK: SELECT

    private func select(_ select: Select, order: [SortNode.Key], ordersByAll: Bool, _ outer: [Scope]) throws -> Relation {
        var input = try select.from.map { try table($0, outer) } ?? empty
        if let condition = select.condition { input = try input.filter(condition, outer: outer) }
        // What is ordered by the number of a column needs nothing beside the columns.
        let keys = order.filter { $0.expression.ordinal == nil }
        var extras = keys.map(\.expression)
        if let condition = select.qualify { extras.append(condition) }
        var (relation, made) = try input.project(select.items, extras: extras, grouping: select.grouping, having: select.having, outer: outer)
        if select.qualify != nil, let condition = made.popLast() { relation = relation.with(FilterNode(relation.plan, condition: condition)) }
        if select.isDistinct {
            let columns = Set(relation.attributes.map(\.column))
            if let place = made.firstIndex(where: { !$0.fields.isSubset(of: columns) }) {
                throw PlanError.analysis("ORDER BY '\(keys[place].expression)' is not among the selected columns, as it must be behind SELECT DISTINCT")
            }
            relation = try relation.distinct()
        }
        if ordersByAll { return try relation.sorted(by: relation.attributes.map { SortNode.Key(.attribute($0.reference), descending: order.first?.descending ?? false, nullsFirst: order.first?.nullsFirst) }) }
        if order.isEmpty { return relation }
        var resolved: [SortNode.Key] = []
        for key in order {
            let expression: Expression
            if let number = key.expression.ordinal { expression = try column(number, of: relation, key.expression) } else { expression = made.removeFirst() }
            resolved.append(SortNode.Key(expression, descending: key.descending, nullsFirst: key.nullsFirst))
        }
        return try relation.sortedByColumns(resolved)
    }

    private func sorted(_ relation: Relation, _ query: Query) throws -> Relation {
        if query.ordersByAll { return try relation.sorted(by: relation.attributes.map { SortNode.Key(.attribute($0.reference), descending: query.order.first?.descending ?? false, nullsFirst: query.order.first?.nullsFirst) }) }
        if query.order.isEmpty { return relation }
        return try relation.sorted(
            by: try query.order.map { key in
                guard let number = key.expression.ordinal else { return key }
                let place = try column(number, of: relation, key.expression)
                guard let attribute = relation.attributes.first(where: { $0.field == place }) else { return key }
                return SortNode.Key(.attribute(attribute.reference), descending: key.descending, nullsFirst: key.nullsFirst)
            })
    }

    private func column(_ number: Int64, of relation: Relation, _ expression: Expression) throws -> Expression {
        guard number >= 1, number <= relation.attributes.count else {
            let error = PlanError.analysis("ORDER BY \(number): there are \(relation.attributes.count) selected columns")
            if case .located(_, let position) = expression { throw error.located(at: position) }
            throw error
        }
        return relation.attributes[Int(number) - 1].field
    }

    // MARK: VALUES

    private func values(_ rows: [[Expression]]) throws -> Relation {
        guard let width = rows.first?.count, rows.allSatisfy({ $0.count == width }) else {
            throw PlanError.analysis("VALUES: every row must have as many values")
        }
        let scope = Scope(empty)
        let resolved = try rows.map { row in try row.map { try scope.resolve($0) } }
        for value in resolved.joined() where !value.isPlain { throw value.misplaced }
        let row = Batch(schema: .empty, columns: [], count: 1)
        var fields: [Field] = []
        var columns: [Column] = []
        for i in 0..<width {
            let type = try Expression.commonType("VALUES", resolved.map { $0[i] }, .empty, .sql)
            let values = try resolved.map { try Expression.cast($0[i], type).evaluate(on: row).value(at: 0) }
            fields.append(Field("col\(i + 1)", type))
            columns.append(Column(type, values: values))
        }
        let schema = Schema(fields)
        let source = MemorySource(name: "values", schema: schema, batches: [Batch(schema: schema, columns: columns, count: rows.count)])
        return Relation(ScanNode(source), schema: schema, session: session)
    }

    // MARK: FROM

    private func table(_ reference: TableReference, _ outer: [Scope]) throws -> Relation {
        switch reference {
        case .table(let name, let alias, let position):
            return try located(position) { try self.alias(try named(name), alias) }
        case .query(let query, let alias, _): return try self.alias(try analyze(query, outer: outer).unqualified, alias)
        case .function(let name, let arguments, let alias, _, let position):
            return try located(position) { try self.alias(try function(name, arguments, empty, outer), alias) }
        case .join(let left, let kind, let right, let condition): return try join(try table(left, outer), kind, right, condition, outer)
        case .lateralView(let input, let generator, let name, let columns):
            return try generated(try table(input, outer), generator, name, columns, outer)
        case .pivot(let input, let pivot, let alias): return try self.alias(try self.pivot(try table(input, outer), pivot), alias)
        case .unpivot(let input, let unpivot, let alias): return try self.alias(try self.unpivot(try table(input, outer), unpivot), alias)
        case .sample(let input, let sample):
            let relation = try table(input, outer)
            switch sample {
            case .fraction(let fraction, let seed): return relation.with(SampleNode(relation.plan, fraction: fraction, seed: seed ?? 42))
            case .rows(let count): return relation.limited(to: count)
            }
        }
    }

    private func named(_ name: [String]) throws -> Relation {
        if name.count == 1, let common = session.commonTables[name[0].lowercased()] { return with(common.instantiated()) }
        if let found = try session.catalog.relation(named: name, session: session) { return with(found.instantiated()) }
        let known = session.catalog.relationNames + session.commonTables.keys
        throw PlanError.coded(.unknownTable, "there is no table or view '\(name.joined(separator: "."))'\(Suggestion.hint(for: name.joined(separator: "."), in: known.sorted()))")
    }

    /// The relation with what queries in its expressions may name.
    private func with(_ relation: Relation) -> Relation { Relation(relation.plan, attributes: relation.attributes, hidden: relation.hidden, session: session) }

    private func alias(_ relation: Relation, _ alias: TableAlias?) throws -> Relation {
        guard let alias else { return relation }
        let named = alias.columns.isEmpty ? relation : try relation.renamed(alias.columns)
        return named.aliased(alias.name)
    }

    private func join(_ left: Relation, _ kind: JoinKind, _ reference: TableReference, _ condition: JoinCondition, _ outer: [Scope]) throws -> Relation {
        if reference.isLateral { return try lateral(left, kind, reference, condition, outer) }
        let right = try table(reference, outer)
        switch condition {
        case .none: return try left.join(right, kind, on: nil, outer: outer)
        case .on(let expression): return try left.join(right, kind, on: expression, outer: outer)
        case .using(let names): return try left.join(right, kind, using: names)
        case .natural:
            let theirs = Set(right.names.map { $0.lowercased() })
            return try left.join(right, kind, using: left.names.filter { theirs.contains($0.lowercased()) })
        }
    }

    /// The join with a query that may name the columns on its left.
    private func lateral(_ left: Relation, _ kind: JoinKind, _ reference: TableReference, _ condition: JoinCondition, _ outer: [Scope]) throws -> Relation {
        guard kind == .inner || kind == .cross || kind == .left else {
            throw PlanError.analysis("LATERAL goes with an inner, cross or left join only")
        }
        if case .function(let name, let arguments, let alias, _, let position) = reference {
            return try located(position) {
                guard let generator = Generator.named(name, arguments) else { throw PlanError.analysis("LATERAL takes a query or a generator, and '\(name)' is neither") }
                return try generated(left, .generator(generator.0, generator.1), alias?.name ?? name, alias?.columns ?? [], outer)
            }
        }
        let scope = Scope(left, outer: outer)
        let right = try table(reference, [scope] + outer)
        let pulled = try Decorrelation().pull(Relation(right.plan, attributes: right.attributes, session: session), isExistence: true)
        var made: [NamedExpression] = []
        var names = Set<String>()
        var attributes: [Attribute] = []
        for (attribute, value) in zip(right.attributes, pulled.values) {
            guard !value.containsOuter else { throw PlanError.analysis("'\(attribute.name)' of a LATERAL query refers to the table before it in its select list; select it outside") }
            names.insert(attribute.column)
            made.append(NamedExpression(attribute.column, value))
            attributes.append(attribute)
        }
        let needed = pulled.conditions.reduce(into: Set<String>()) { $0.formUnion($1.fields) }
        var renamed: [String: String] = [:]
        var extra: [Attribute] = []
        for field in pulled.schema.fields where needed.contains(field.name) {
            var name = field.name
            while !names.insert(name).inserted { name += "#" }
            renamed[field.name] = name
            made.append(NamedExpression(name, .field([field.name])))
            extra.append(Attribute(name: "\u{1}\(name)", column: name, type: field.type))
        }
        let inner = Relation(ProjectNode(pulled.plan, columns: made), attributes: attributes + extra, session: session)
        let byColumn = Dictionary(uniqueKeysWithValues: (attributes + extra).map { ($0.column, $0) })
        var conditions = try pulled.conditions.map { condition in
            try condition.renamingFields(renamed).replacing { part in
                switch part {
                case .field(let path): return byColumn[path[0]].map { path.count == 1 ? .attribute($0.reference) : part }
                case .attribute(let reference): return .attribute(AttributeReference(id: reference.id, name: reference.name))
                default: return nil
                }
            }
        }
        switch condition {
        case .none: break
        case .on(let expression): conditions.append(expression)
        default: throw PlanError.analysis("LATERAL goes with ON, not with USING or NATURAL")
        }
        let joined = try left.join(inner, kind, on: conditions.isEmpty ? nil : .all(conditions), outer: outer)
        let unseen = Set(extra.map(\.id))
        return joined.dropping(unseen)
    }

    private func generated(_ input: Relation, _ expression: Expression, _ table: String?, _ columns: [String], _ outer: [Scope]) throws -> Relation {
        let resolved = try Scope(input, outer: outer).resolve(expression)
        guard case .generator(let generator, let arguments) = resolved else {
            throw PlanError.analysis("LATERAL VIEW takes a function that makes rows, such as explode(...), not '\(resolved)'")
        }
        var builder = PlanBuilder(input)
        let made = try builder.generate(generator, arguments, names: columns, qualifier: table.map { [$0] } ?? [])
        return Relation(builder.plan, attributes: input.attributes + made, hidden: input.hidden, session: session)
    }

    private func function(_ name: String, _ arguments: [Expression], _ input: Relation, _ outer: [Scope]) throws -> Relation {
        if let (generator, rest) = Generator.named(name, arguments) {
            let relation = try generated(input, .generator(generator, rest), nil, [], outer)
            return relation
        }
        guard name.lowercased() == "range" else {
            throw PlanError.analysis("there is no table function '\(name)'\(Suggestion.hint(for: name, in: ["range", "explode", "posexplode", "inline", "stack", "json_tuple"]))")
        }
        let numbers = try arguments.map { argument -> Int64 in
            guard case .literal(.integer(let number), _) = try Scope(input).resolve(argument).folded else {
                throw PlanError.analysis("range() takes whole numbers, not '\(argument)'")
            }
            return number
        }
        guard (1...4).contains(numbers.count) else { throw PlanError.argumentCount(function: "range", takes: 1...4, given: numbers.count) }
        let source = try numbers.count == 1 ? RangeSource(start: 0, end: numbers[0], step: 1) : RangeSource(start: numbers[0], end: numbers[1], step: numbers.count > 2 ? numbers[2] : 1)
        return Relation(ScanNode(source), schema: RangeSource.columns, qualifier: ["range"], session: session)
    }

    // MARK: PIVOT

    private func pivot(_ input: Relation, _ pivot: PivotClause) throws -> Relation {
        let scope = Scope(input)
        // What is neither pivoted nor in an aggregate groups the rows.
        let used = try (pivot.aggregates + pivot.columns).reduce(into: Set<String>()) { $0.formUnion(try scope.resolve($1.withoutAlias).fields) }
        let keys = input.attributes.filter { !used.contains($0.column) }.map { Select.Item(.attribute($0.reference)) }
        return try input.pivot(by: keys, pivot.columns, values: pivot.values, pivot.aggregates)
    }

    private func unpivot(_ input: Relation, _ unpivot: UnpivotClause) throws -> Relation {
        let scope = Scope(input)
        let sets = try unpivot.columns.map { (try $0.columns.map { try scope.resolve($0) }, $0.name) }
        return try input.unpivot(sets, names: unpivot.valueNames, nameColumn: unpivot.nameColumn, keepsNulls: unpivot.includesNulls)
    }
}

extension Relation {
    /// One row without columns.
    static func oneRow(_ session: AnalysisSession) -> Relation {
        let batch = Batch(schema: .empty, columns: [], count: 1)
        return Relation(ScanNode(MemorySource(name: "one row", schema: .empty, batches: [batch])), attributes: [], session: session)
    }

    /// The columns without their tables' names.
    var unqualified: Relation { Relation(plan, attributes: attributes.map { $0.with(qualifier: []) }, session: session) }

    /// The rows ordered by columns of the plan.
    func sortedByColumns(_ keys: [SortNode.Key]) throws -> Relation { with(try Relation.sort(PlanBuilder(self), keys, known: plan.declaredSchema.known)) }
}

extension Expression {
    /// A number that stands for a column.
    var ordinal: Int64? {
        if case .literal(.integer(let number), _) = unlocated { return number }
        return nil
    }
}

extension TableReference {
    fileprivate var isLateral: Bool {
        switch self {
        case .query(_, _, let isLateral), .function(_, _, _, let isLateral, _): isLateral
        default: false
        }
    }
}

extension Generator {
    /// The generator of a name, in any case, and the arguments that are left for it; nil where there is none, or where it takes others.
    public static func named(_ name: String, _ arguments: [Expression]) -> (Generator, [Expression])? {
        switch name.lowercased() {
        case "explode": return (.explode(outer: false), arguments)
        case "explode_outer": return (.explode(outer: true), arguments)
        case "posexplode": return (.explodeWithPosition(outer: false), arguments)
        case "posexplode_outer": return (.explodeWithPosition(outer: true), arguments)
        case "inline": return (.inline(outer: false), arguments)
        case "inline_outer": return (.inline(outer: true), arguments)
        case "json_tuple": return (.jsonTuple, arguments)
        case "stack":
            guard let first = arguments.first, case .literal(.integer(let rows), _) = first.unlocated.folded, rows >= 1, rows <= 1 << 20 else { return nil }
            return (.stack(rows: Int(rows)), Array(arguments.dropFirst()))
        default: return nil
        }
    }
}
