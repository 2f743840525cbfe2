public import Columnar

/// The join of relations: pairs of rows whose keys are equal and which fulfil a condition, by the kind of the join also rows without a partner.
///
/// Without keys every row of one side meets every row of the other.
public final class JoinNode: PlanNode, @unchecked Sendable {
    public enum Kind: Sendable, Hashable {
        case inner
        /// Rows of that side without a partner too, the other's columns null.
        case left, right
        case full
        /// Left rows that have a partner, each once, without right columns.
        case leftSemi
        /// Left rows that have none.
        case leftAnti
        /// Left rows of which `NOT IN` is true: none whose key equals one of the right, and no null on either side. An empty right side keeps all rows.
        case nullAwareAnti
        /// All left rows, each once, and behind them a column of the name: whether there is a partner.
        case existence(String)

        public var hasRightColumns: Bool {
            switch self {
            case .inner, .left, .right, .full: true
            default: false
            }
        }
    }

    /// Values that must be equal.
    public struct Key: Sendable, Hashable {
        /// Over the left input's columns.
        public let left: Expression
        public let right: Expression
        /// Whether null equals null.
        public let nullsMatch: Bool
        public init(_ left: Expression, _ right: Expression, nullsMatch: Bool = false) { (self.left, self.right, self.nullsMatch) = (left, right, nullsMatch) }
    }

    public enum Side: Sendable, Hashable { case left, right }

    public let kind: Kind
    public let keys: [Key]
    /// What pairs must fulfil too, over the columns of both sides.
    public let condition: Expression?
    /// The side that is kept in a table, while the other one streams by.
    public let build: Side

    /// - Precondition: no column of one side has the name of one of the other; keys have types that compare.
    public init(_ left: PlanNode, _ right: PlanNode, kind: Kind, keys: [Key], condition: Expression? = nil, build: Side = .right) {
        (self.kind, self.keys, self.condition, self.build) = (kind, keys, condition, build)
        super.init(inputs: [left, right])
    }

    public override var label: String {
        let name: String
        switch kind {
        case .inner: name = keys.isEmpty && condition == nil ? "Cross join" : "Join"
        case .left: name = "Left join"
        case .right: name = "Right join"
        case .full: name = "Full join"
        case .leftSemi: name = "Semi join"
        case .leftAnti: name = "Anti join"
        case .nullAwareAnti: name = "Anti join (not in)"
        case .existence: name = "Existence join"
        }
        return name
    }

    public override var detail: String {
        (keys.map { "\($0.left) \($0.nullsMatch ? "<=>" : "=") \($0.right)" } + (condition.map { ["\($0)"] } ?? []) + (build == .left ? ["build left"] : []))
            .joined(separator: ", ")
    }

    public func outputSchema(left: Schema, right: Schema) -> Schema {
        if case .existence(let name) = kind { return Schema(left.fields + [Field(name, .boolean)]) }
        return kind.hasRightColumns ? Schema(left.fields + right.fields) : left
    }

    public override var declaredSchema: FrameSchema {
        inputs[0].declaredSchema.combined(with: inputs[1].declaredSchema) { outputSchema(left: $0, right: $1) }
    }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { outputSchema(left: inputs[0], right: inputs[1]) }

    public override var mayRestart: Bool { true }

    // MARK: What is wanted of the inputs

    private func schema(_ side: Int) -> Schema? { inputs[side].declaredSchema.known ?? inputs[side].knownSchema }

    /// The columns that are read of a side, keys and condition included; nil for all.
    private func read(_ side: Side, _ columns: ColumnSet) -> ColumnSet {
        let keys = Set(self.keys.flatMap { (side == .left ? $0.left : $0.right).fields })
        let paired = keys.union(condition?.fields ?? [])
        if side == .right, !kind.hasRightColumns { return paired }
        return columns.map { $0.union(paired) }
    }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        zip([Side.left, Side.right], [0, 1]).map { (side: Side, i: Int) -> ColumnSet in
            guard let read = read(side, columns), let schema = schema(i) else { return read(side, columns) }
            return read.filter { schema.index(of: $0) != nil }
        }
    }

    /// Whether a side's rows may be left out that cannot become rows of the result among those wanted: rows without a partner must not come of it.
    private func passesRows(to side: Side) -> Bool {
        switch kind {
        case .inner: true
        case .left, .leftSemi, .leftAnti, .nullAwareAnti, .existence: side == .left
        case .right: side == .right
        case .full: false
        }
    }

    /// Whether what the join's own condition says of a side's rows alone may be asked of them before.
    private func passesCondition(to side: Side) -> Bool {
        switch kind {
        case .inner, .leftSemi: true
        case .left, .leftAnti, .nullAwareAnti, .existence: side == .right
        case .right: side == .left
        case .full: false
        }
    }

    public override func requiredRows(_ rows: Expression?) -> [Expression?] {
        guard let left = schema(0), let right = schema(1) else { return [nil, nil] }
        let wanted = rows?.conjuncts ?? []
        let own = condition?.conjuncts ?? []
        return zip([Side.left, Side.right], [left, right]).map { (side: Side, schema: Schema) -> Expression? in
            func isKnown(_ part: Expression) -> Bool { !part.fields.isEmpty && part.fields.allSatisfy { schema.index(of: $0) != nil } }
            var parts = passesRows(to: side) ? wanted.filter(isKnown) : []
            if passesCondition(to: side) { parts += own.filter(isKnown) }
            // What is said of one side's key is true of the other's, which equals it; but for NOT IN nulls matter too.
            if kind != .nullAwareAnti, passesRows(to: side == .left ? .right : .left), passesCondition(to: side) {
                let other = side == .left ? right : left
                var names: [String: String] = [:]
                for key in keys where !key.nullsMatch {
                    guard case .field(let a) = key.left, case .field(let b) = key.right, a.count == 1, b.count == 1,
                        let x = left.index(of: a[0]), let y = right.index(of: b[0]), left[x].type == right[y].type, ![.float, .double].contains(left[x].type)
                    else { continue }
                    if side == .left { names[b[0]] = a[0] } else { names[a[0]] = b[0] }
                }
                for part in wanted where !part.fields.isEmpty && part.fields.allSatisfy({ names[$0] != nil && other.index(of: $0) != nil }) {
                    parts.append(part.renamingFields(names))
                }
            }
            return parts.isEmpty ? nil : .all(parts)
        }
    }

    // MARK: Running

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        func full(_ node: PlanNode) throws -> Schema { try node.cheapSchema(context) ?? node.declaredSchema.known ?? node.fullSchema(context) }
        let (left, right) = (try full(self.inputs[0]), try full(self.inputs[1]))
        var (kind, keys, condition) = (self.kind, self.keys, self.condition)
        if kind == .nullAwareAnti, keys.count != 1 || condition != nil || keys[0].nullsMatch { (kind, keys, condition) = notIn(left, right) }
        var types: [DataType] = []
        for key in keys {
            let (a, b) = (try key.left.resolveType(in: left), try key.right.resolveType(in: right))
            guard let type = a.comparisonType(with: b) else {
                throw PlanError.incompatibleTypes(operation: "'='", operands: [.init(text: key.left.description, type: a), .init(text: key.right.description, type: b)])
            }
            types.append(type)
        }
        if let condition { try condition.checkCondition("JOIN ... ON", condition.resolveType(in: Schema(left.fields + right.fields))) }
        func side(_ side: Side, _ schema: Schema, _ node: PlanNode) -> HashJoin.Side {
            let wanted = read(side, columns).map { read in Schema(schema.fields.filter { read.contains($0.name) }) } ?? schema
            let hasColumns = side == .left || kind.hasRightColumns
            let output = wanted.fields.indices.filter { i in hasColumns && columns?.contains(wanted[i].name) ?? true }
            let expressions = keys.map { side == .left ? $0.left : $0.right }
            let keyColumns = zip(expressions, types).map { expression, type -> String? in
                guard case .field(let path) = expression, path.count == 1, let index = schema.index(of: path[0]), schema[index].type == type else { return nil }
                return path[0]
            }
            let fitting = SchemaFitting(wanted, of: node)
            return HashJoin.Side(
                schema: wanted, fit: { try fitting.fit($0) },
                keys: { [types] batch in
                    try zip(expressions, types).map { expression, type in
                        let column = try expression.evaluate(on: batch)
                        return column.type == type ? column : column.cast(to: type)
                    }
                }, keyColumns: keyColumns, output: output)
        }
        let (leftSide, rightSide) = (side(.left, left, self.inputs[0]), side(.right, right, self.inputs[1]))
        let output = leftSide.output.map { leftSide.schema[$0] } + rightSide.output.map { rightSide.schema[$0] }
        var mark: [Field] = []
        if case .existence(let name) = kind { mark = [Field(name, .boolean)] }
        let join = HashJoin(
            kind: kind, build: build, left: leftSide, right: rightSide, keyTypes: types, nullsMatch: keys.map(\.nullsMatch), condition: condition,
            output: Schema(output + mark))
        return join.stream(inputs[0], inputs[1], node: self, targets: targets(join, inputs))
    }

    /// The columns of scans that the join's columns are, or that equal one that is a key: of sides whose rows may be left out.
    private func targets(_ join: HashJoin, _ inputs: [Stream]) -> LateFilterTargets {
        let sides: [(side: Side, own: HashJoin.Side, others: HashJoin.Side)] = [(.left, join.left, join.right), (.right, join.right, join.left)]
        let allowed = sides.map { passesRows(to: $0.side) }
        let paired = sides.map { passesCondition(to: $0.side) && kind != .nullAwareAnti }
        let nullsMatch = join.nullsMatch
        return { name in
            var found: [LateFilterTarget] = []
            for (i, entry) in sides.enumerated() where allowed[i] && entry.own.schema.index(of: name) != nil {
                found += inputs[i].targets?(name) ?? []
                for (k, key) in entry.own.keyColumns.enumerated() where key == name && !nullsMatch[k] && paired[1 - i] {
                    if let other = entry.others.keyColumns[k] { found += inputs[1 - i].targets?(other) ?? [] }
                }
            }
            return found
        }
    }

    /// `NOT IN` of several values, or under a condition: no row of the right for which the condition holds, and equality with which is true or unknown.
    /// Equalities of the condition become keys.
    private func notIn(_ left: Schema, _ right: Schema) -> (Kind, [Key], Expression?) {
        var equal: [Expression] = keys.map { $0.nullsMatch ? .identity($0.left, $0.right) : .comparison($0.left, .equal, $0.right) }
        if equal.isEmpty { equal = [.literal(true)] }
        var (found, rest): ([Key], [Expression]) = ([], [])
        func isOf(_ schema: Schema, _ expression: Expression) -> Bool {
            !expression.fields.isEmpty && expression.fields.allSatisfy { schema.index(of: $0) != nil }
        }
        for part in condition?.conjuncts ?? [] {
            if case .comparison(let a, .equal, let b) = part, let x = try? a.resolveType(in: isOf(left, a) ? left : right),
                let y = try? b.resolveType(in: isOf(left, b) ? left : right), x == y {
                if isOf(left, a), isOf(right, b) {
                    found.append(Key(a, b))
                    continue
                }
                if isOf(left, b), isOf(right, a) {
                    found.append(Key(b, a))
                    continue
                }
            }
            rest.append(part)
        }
        return (.leftAnti, found, .all(rest + [.call(.coalesce, [.all(equal), .literal(true)])]))
    }
}
