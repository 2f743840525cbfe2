public import Columnar

/// Rows with named columns, as DataFrames and queries see them: a plan, and what its columns are called.
///
/// The plan may have columns that no attribute speaks of, as those that a query was only sorted by. Operations that look at all columns drop them.
public struct Relation: Sendable {
    public let plan: PlanNode
    public let attributes: [Attribute]
    /// Columns that a join by names has merged into one: reached by their table's name only.
    public let hidden: [Attribute]
    public let session: AnalysisSession
    /// Where the plan is a selection: the columns that it selects from, which rows may be ordered by and filtered by too.
    let below: [Attribute]

    public init(_ plan: PlanNode, attributes: [Attribute], hidden: [Attribute] = [], session: AnalysisSession) {
        self.init(plan, attributes: attributes, hidden: hidden, session: session, below: [])
    }

    init(_ plan: PlanNode, attributes: [Attribute], hidden: [Attribute] = [], session: AnalysisSession, below: [Attribute]) {
        (self.plan, self.attributes, self.hidden, self.session, self.below) = (plan, attributes, hidden, session, below)
    }

    /// A relation of new columns.
    ///
    /// - Parameter schema: that of the plan's rows.
    public init(_ plan: PlanNode, schema: Schema, qualifier: [String] = [], session: AnalysisSession) {
        self.init(plan, attributes: schema.fields.map { Attribute(name: $0.name, column: $0.name, type: $0.type, qualifier: qualifier) }, session: session)
    }

    public var names: [String] { attributes.map(\.name) }

    /// The columns under the names that they show; where several have one name, those after the first are told apart by a number.
    public var schema: Schema { Schema(zip(Schema.distinctNames(names), attributes).map { Field($0, $1.type) }) }

    /// The plan's columns that are known.
    var planSchema: Schema {
        var seen = Set<String>()
        return Schema((attributes + hidden).filter { seen.insert($0.column).inserted }.map { Field($0.column, $0.type) })
    }

    /// The plan with the attributes' columns only, in their order, under the plan's names.
    public var trimmedPlan: PlanNode {
        let columns = attributes.map(\.column)
        if let known = plan.declaredSchema.known?.names ?? plan.knownSchema?.names, known == columns { return plan }
        if Set(columns).count == columns.count { return SelectColumnsNode(plan, columns: columns) }
        return plan
    }

    /// The plan with exactly the columns that are shown, under the names that are shown.
    ///
    /// - Throws: `PlanError` where two columns have one name.
    public func outputPlan() throws -> PlanNode {
        var seen = Set<String>()
        for name in names where !seen.insert(name).inserted {
            throw PlanError.coded(.duplicateColumn, "two columns are called '\(name)'; give one of them another name, with alias or withColumnRenamed, or drop it")
        }
        if attributes.allSatisfy({ $0.name == $0.column }) { return trimmedPlan }
        return ProjectNode(plan, columns: attributes.map { NamedExpression($0.name, $0.field) })
    }

    func with(_ plan: PlanNode) -> Relation { Relation(plan, attributes: attributes, hidden: hidden, session: session) }

    /// The same rows under new identities: a table that a query names twice.
    public func instantiated(qualifier: [String]? = nil) -> Relation {
        Relation(
            plan, attributes: attributes.map { $0.with(id: AttributeReference.makeIdentity(), qualifier: qualifier) },
            hidden: qualifier == nil ? hidden.map { $0.with(id: AttributeReference.makeIdentity()) } : [], session: session)
    }

    /// The same columns as those of a table of that name: `df.alias("a")`.
    public func aliased(_ name: String) -> Relation {
        Relation(plan, attributes: attributes.map { $0.with(qualifier: [name]) }, session: session)
    }

    /// The column of a name, in any case; it may have its table's name before it.
    ///
    /// - Throws: `PlanError` for a name that no column has, and for one that several have.
    public func attribute(named path: [String]) throws(PlanError) -> Attribute {
        let scope = Scope(self)
        guard let match = try scope.match(path), match.rest.isEmpty else { throw scope.unknown(path) }
        return match.attribute
    }

    // MARK: Rows

    /// The rows for which a condition is true.
    public func filter(_ condition: Expression) throws -> Relation { try widened(for: [condition]).filter(condition, outer: []) }

    /// The relation with columns that it was selected from, where expressions name them: unseen, as what is named has gone.
    private func widened(for expressions: [Expression]) -> Relation {
        guard !below.isEmpty, let project = plan as? ProjectNode else { return self }
        let (own, source) = (Scope(self), Scope(Relation(plan, attributes: below, session: session)))
        var columns = project.columns
        var found: [Attribute] = []
        func add(_ attribute: Attribute) {
            if found.contains(where: { $0.id == attribute.id }) { return }
            let name = Schema.distinctNames(columns.map(\.name) + [attribute.column]).last ?? attribute.column
            columns.append(NamedExpression(name, attribute.field))
            found.append(attribute.with(column: name))
        }
        func visit(_ expression: Expression) {
            switch expression {
            case .attribute(let reference):
                if !(attributes + hidden).contains(where: { $0.id == reference.id }), let gone = below.first(where: { $0.id == reference.id }) { add(gone) }
            case .field(let path):
                if (try? own.match(path)) != nil { return }
                if let gone = try? source.match(path) { add(gone.attribute) }
            case .lambda: return
            default: expression.children.forEach(visit)
            }
        }
        expressions.forEach(visit)
        if found.isEmpty { return self }
        return Relation(ProjectNode(project.inputs[0], columns: columns, options: project.options), attributes: attributes, hidden: hidden + found, session: session)
    }

    func filter(_ condition: Expression, outer: [Scope]) throws -> Relation {
        let scope = Scope(self, outer: outer)
        let resolved = try scope.resolve(condition)
        var builder = PlanBuilder(self)
        let rest = try builder.applySubqueries(of: resolved, scope)
        let plain = try builder.extractUserFunctions([rest])[0]
        if let call = plain.windowCalls.first {
            throw PlanError.misplaced(text: "\(call)", problem: "a window function cannot stand in a condition; compute it with withColumn or in a query below, and use that column")
        }
        if plain == .literal(true) { return with(builder.plan) }
        // What names a query around it has its types only where the two are joined.
        if !plain.containsOuter {
            let type = try plain.resolveType(in: builder.schema)
            guard type == .boolean || type == .null else {
                throw PlanError.analysis("a condition must be true or false, and '\(condition.prettyName([:]))' is \(type.hiveName)")
            }
        }
        return with(FilterNode(builder.plan, condition: plain))
    }

    /// The rows in an order.
    public func sorted(by keys: [SortNode.Key]) throws -> Relation {
        let wider = widened(for: keys.map(\.expression))
        let scope = Scope(wider)
        var builder = PlanBuilder(wider)
        var resolved: [Expression] = []
        for key in keys { resolved.append(try scope.resolve(key.expression)) }
        resolved = try builder.extract(resolved, scope)
        return with(try Relation.sort(builder, zip(keys, resolved).map { SortNode.Key($1, descending: $0.descending, nullsFirst: $0.nullsFirst) }))
    }

    static func sort(_ builder: PlanBuilder, _ keys: [SortNode.Key], known: Schema? = nil) throws -> PlanNode {
        let schema = known ?? builder.schema
        var kept: [SortNode.Key] = []
        for key in keys {
            let type = try key.expression.resolveType(in: schema)
            if case .map = type { throw PlanError.analysis("rows cannot be ordered by '\(key.expression)', which is a map: maps have no order") }
            if case .literal = key.expression.folded { continue }
            kept.append(key)
        }
        return kept.isEmpty ? builder.plan : SortNode(builder.plan, keys: kept)
    }

    /// The first rows behind some that are passed over.
    public func limited(to count: Int, offset: Int = 0) -> Relation {
        if offset == 0, let sort = plan as? SortNode, sort.limit == nil {
            return with(SortNode(sort.inputs[0], keys: sort.keys, limit: count, options: sort.options))
        }
        return with(LimitNode(plan, count: count, offset: offset))
    }

    /// Each combination of values once; of some columns, the first row of each.
    public func distinct(by chosen: [Attribute]? = nil) throws -> Relation {
        let keys = chosen ?? attributes
        let ids = Set(keys.map(\.id))
        for key in keys {
            if case .map = key.type { throw PlanError.analysis("rows cannot be told apart by '\(key.name)', which is a map: maps do not compare") }
        }
        let others = attributes.filter { !ids.contains($0.id) }
        if keys.isEmpty { return others.isEmpty ? self : limited(to: 1) }
        let node = AggregateNode(
            plan, keys: keys.map { NamedExpression($0.column, $0.field) },
            aggregates: others.map { Aggregate($0.column, .first(ignoresNulls: false), [$0.field]) })
        return Relation(node, attributes: attributes, session: session)
    }

    /// The relation without some columns.
    public func dropping(_ dropped: Set<Int>) -> Relation {
        Relation(plan, attributes: attributes.filter { !dropped.contains($0.id) }, session: session)
    }

    /// The columns under other names, in their order.
    public func renamed(_ names: [String]) throws -> Relation {
        guard names.count == attributes.count else {
            throw PlanError.analysis("there are \(attributes.count) columns and \(names.count) names for them (columns: \(self.names.joined(separator: ", ")))")
        }
        return Relation(
            plan, attributes: zip(attributes, names).map { $0.name == $1 ? $0 : $0.with(id: AttributeReference.makeIdentity(), name: $1, qualifier: []) }, session: session)
    }
}
