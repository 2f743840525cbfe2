internal import Columnar

/// Estimates nodes from their inputs' estimates.
struct Cardinality {
    let facts: PlanFacts

    func estimate(_ node: PlanNode) -> Estimate {
        guard facts.isOpen(node) else {
            // Transforms and functions give about a row for each.
            if node.inputs.count == 1 {
                var input = facts.estimate(of: node.inputs[0])
                let names = facts.columns(of: node)
                input.columns = input.columns.filter { names.contains($0.key) }
                return input
            }
            guard let bytes = node.estimatedBytes else { return Estimate(rows: Estimate.unknownRows, isKnown: false) }
            return Estimate(rows: Double(bytes) / 50, isKnown: false)
        }
        switch node {
        case let scan as ScanNode: return estimate(scan)
        case let filter as FilterNode: return filtered(facts.estimate(of: filter.inputs[0]), by: filter.condition)
        case is ProjectNode, is SelectColumnsNode: return projected(facts.estimate(of: node.inputs[0]), node.projection ?? [])
        case let aggregate as AggregateNode: return grouped(facts.estimate(of: aggregate.inputs[0]), aggregate)
        case let join as JoinNode:
            return joined(facts.estimate(of: join.inputs[0]), facts.estimate(of: join.inputs[1]), kind: join.kind, keys: join.keys, condition: join.condition)
        case let sort as SortNode: return limited(facts.estimate(of: sort.inputs[0]), to: sort.limit)
        case let limit as LimitNode: return limited(facts.estimate(of: limit.inputs[0]), to: limit.count)
        case is ScalarNode: return limited(facts.estimate(of: node.inputs[0]), to: 1)
        case is UnionNode:
            let inputs = node.inputs.map { facts.estimate(of: $0) }
            return Estimate(rows: inputs.reduce(0) { $0 + $1.rows }, isKnown: inputs.allSatisfy(\.isKnown))
        case let expand as ExpandNode:
            let input = facts.estimate(of: expand.inputs[0])
            return Estimate(rows: input.rows * Double(Swift.max(1, expand.projections.count)), isKnown: input.isKnown)
        case is GenerateNode:
            var input = facts.estimate(of: node.inputs[0])
            input.rows *= 5
            return input
        default: return facts.estimate(of: node.inputs[0])
        }
    }

    // MARK: Sources

    private func estimate(_ scan: ScanNode) -> Estimate {
        if scan.isEmpty { return Estimate(rows: 0) }
        guard let statistics = scan.source.statistics() else {
            guard let bytes = scan.estimatedBytes else { return Estimate(rows: Estimate.unknownRows, isKnown: false) }
            return Estimate(rows: Double(bytes) / 50, isKnown: false)
        }
        var result = Estimate(rows: Double(statistics.rows))
        guard let schema = facts.schema(of: scan) else { return result }
        for name in facts.columnsOfInterest(of: scan) {
            guard let index = schema.index(of: name) else { continue }
            result.columns[name] = column(name, of: scan, type: schema[index].type, rows: result.rows)
        }
        return result
    }

    private func column(_ name: String, of scan: ScanNode, type: DataType, rows: Double) -> ColumnEstimate {
        var column = ColumnEstimate()
        (column.originRows, column.origin) = (rows, ObjectIdentifier(scan))
        guard let known = scan.source.statistics(of: name) else { return column }
        column.min = known.min?.asNumber
        column.max = known.max?.asNumber
        column.nullFraction = known.nullFraction ?? 0
        column.values = known.values
        var distinct = known.distinct.map(Double.init)
        if distinct == nil, let min = column.min, let max = column.max {
            switch type {
            case .byte, .short, .int, .long, .date, .boolean: distinct = Swift.min(rows, max - min + 1)
            case .decimal(_, let scale): distinct = Swift.min(rows, (max - min) * powerOfTen(scale) + 1)
            default: break
            }
        }
        column.distinct = distinct
        column.domain = distinct
        return column
    }

    // MARK: Nodes of one input

    func filtered(_ input: Estimate, by condition: Expression) -> Estimate {
        let share = Selectivity(input: input).share(of: condition)
        return scaled(input, to: input.rows * share, fixing: condition)
    }

    /// The estimate after rows were left out.
    ///
    /// - Parameter condition: what is true of those that stay.
    private func scaled(_ input: Estimate, to rows: Double, fixing condition: Expression? = nil) -> Estimate {
        var result = input
        result.rows = rows
        result.columns = input.columns.mapValues { $0.scaled(from: input.rows, to: rows) }
        for conjunct in condition?.conjuncts ?? [] {
            if case .comparison(let a, .equal, let b) = conjunct, let name = a.columnName, b.literalValue != nil { result.columns[name]?.distinct = 1 }
            // The values that pass are known of a column that has few.
            let read = conjunct.fields
            if read.count == 1, let name = read.first { result.columns[name]?.values = nil }
        }
        return result
    }

    private func limited(_ input: Estimate, to count: Int?) -> Estimate {
        guard let count, Double(count) < input.rows else { return input }
        return scaled(input, to: Double(count))
    }

    private func projected(_ input: Estimate, _ columns: [NamedExpression]) -> Estimate {
        var result = Estimate(rows: input.rows, isKnown: input.isKnown)
        for column in columns { if let name = column.expression.columnName, let known = input.columns[name] { result.columns[column.name] = known } }
        return result
    }

    private func grouped(_ input: Estimate, _ node: AggregateNode) -> Estimate {
        if node.keys.isEmpty { return Estimate(rows: 1, isKnown: input.isKnown) }
        var groups = 1.0
        for key in node.keys {
            let own = key.expression.columnName.flatMap { input.columns[$0]?.distinct }
            // An expression of columns has no more values than they have.
            let bound = key.expression.fields.reduce(1.0) { $0 * (input.columns[$1]?.distinct ?? input.rows / 10) }
            groups *= Swift.max(1, own ?? Swift.min(bound, input.rows / 10))
            if groups > input.rows { break }
        }
        let rows = Swift.max(1, Swift.min(groups, input.rows))
        var result = Estimate(rows: rows, isKnown: input.isKnown)
        for key in node.keys {
            guard let name = key.expression.columnName, let known = input.columns[name] else { continue }
            var column = known
            column.distinct = Swift.min(known.distinct ?? rows, rows)
            (column.values, column.originRows) = (nil, known.originRows)
            result.columns[key.name] = column
        }
        return result
    }

    // MARK: Joins

    func joined(_ left: Estimate, _ right: Estimate, kind: JoinNode.Kind, keys: [JoinNode.Key], condition: Expression?) -> Estimate {
        var pairs = left.rows * right.rows * share(of: keys.map { ($0.left, $0.right) }, left, right)
        var both = Estimate(rows: pairs, isKnown: left.isKnown && right.isKnown)
        both.columns = left.columns.merging(right.columns) { a, _ in a }
        if let condition {
            pairs *= Selectivity(input: both).share(of: condition)
            both.rows = pairs
        }
        switch kind {
        case .inner: return shrunk(both, pairs)
        case .left: return shrunk(both, Swift.max(pairs, left.rows))
        case .right: return shrunk(both, Swift.max(pairs, right.rows))
        case .full: return shrunk(both, Swift.max(pairs, left.rows, right.rows))
        case .existence: return left
        case .leftSemi, .leftAnti, .nullAwareAnti:
            let matched = matchedShare(left, right, keys, condition == nil)
            let share = kind == .leftSemi ? matched : Swift.max(0.05, 1 - matched)
            return scaled(left, to: left.rows * share)
        }
    }

    private func shrunk(_ both: Estimate, _ rows: Double) -> Estimate {
        var result = both
        result.rows = rows
        result.columns = both.columns.mapValues { column in
            var column = column
            if let distinct = column.distinct { column.distinct = Swift.min(distinct, Swift.max(1, rows)) }
            column.values = nil
            return column
        }
        return result
    }

    /// The share of left rows that have a partner.
    private func matchedShare(_ left: Estimate, _ right: Estimate, _ keys: [JoinNode.Key], _ isAlone: Bool) -> Double {
        guard !keys.isEmpty else { return right.rows < 1 ? 0 : 0.5 }
        var share = 1.0
        for key in keys {
            let own = key.left.columnName.flatMap { left.columns[$0] }
            let others = key.right.columnName.flatMap { right.columns[$0] }
            let domain = own?.domain ?? own?.distinct ?? Swift.max(left.rows, 1)
            let values = Swift.min(others?.distinct ?? right.rows, right.rows)
            share = Swift.min(share, values / Swift.max(1, Swift.min(domain, Swift.max(others?.domain ?? domain, 1))))
        }
        return Swift.min(1, Swift.max(share, 0)) * (isAlone ? 1 : 0.7)
    }

    /// The share of pairs whose keys are equal.
    ///
    /// Values of a key are taken to be spread evenly over those that the source has; where two sides' bounds are about the same, the smaller set of values holds
    /// the other's. Several keys of one source have no more combinations than it has rows.
    func share(of keys: [(Expression, Expression)], _ left: Estimate, _ right: Estimate) -> Double {
        if keys.isEmpty { return 1 }
        var isSimilar = true
        var (ofLeft, ofRight) = (1.0, 1.0)
        var (leftOrigins, rightOrigins) = (Set<ObjectIdentifier?>(), Set<ObjectIdentifier?>())
        var (leftBound, rightBound) = (Double.infinity, Double.infinity)
        for (a, b) in keys {
            let (x, y) = (a.columnName.flatMap { left.columns[$0] }, b.columnName.flatMap { right.columns[$0] })
            isSimilar = isSimilar && Self.areSimilar(x, y)
            ofLeft *= x?.domain ?? Swift.max(1, x?.originRows ?? left.rows)
            ofRight *= y?.domain ?? Swift.max(1, y?.originRows ?? right.rows)
            leftOrigins.insert(x?.origin)
            rightOrigins.insert(y?.origin)
            leftBound = Swift.min(leftBound, x?.originRows ?? .infinity)
            rightBound = Swift.min(rightBound, y?.originRows ?? .infinity)
        }
        if leftOrigins.count == 1 { ofLeft = Swift.min(ofLeft, leftBound) }
        if rightOrigins.count == 1 { ofRight = Swift.min(ofRight, rightBound) }
        return 1 / Swift.max(1, isSimilar ? Swift.min(ofLeft, ofRight) : Swift.max(ofLeft, ofRight))
    }

    private static func areSimilar(_ a: ColumnEstimate?, _ b: ColumnEstimate?) -> Bool {
        guard let a, let b, let low = a.min, let high = a.max, let otherLow = b.min, let otherHigh = b.max else { return true }
        let width = Swift.max(high - low, otherHigh - otherLow)
        return abs(low - otherLow) <= width * 0.02 && abs(high - otherHigh) <= width * 0.02
    }
}
