internal import Columnar

/// Which share of rows fulfils a condition.
struct Selectivity {
    let input: Estimate

    /// Shares that nothing is known of.
    private static let unknown = 0.25, range = 0.33, equality = 0.05, pattern = 0.08

    func share(of condition: Expression) -> Double {
        // The conditions on one column are taken together: a range is no product of its ends.
        var byColumn: [String: [Expression]] = [:]
        var order: [String] = []
        var share = 1.0
        for conjunct in condition.conjuncts {
            let read = conjunct.fields
            if read.count == 1, let name = read.first {
                if byColumn[name] == nil { order.append(name) }
                byColumn[name, default: []].append(conjunct)
            } else {
                share *= clamped(self.single(conjunct))
            }
        }
        for name in order { share *= clamped(of(byColumn[name] ?? [], column: name)) }
        return clamped(share)
    }

    private func clamped(_ share: Double) -> Double { share.isNaN ? Self.unknown : Swift.min(1, Swift.max(0, share)) }

    /// The share of several conditions on one column.
    private func of(_ conditions: [Expression], column name: String) -> Double {
        guard let column = input.columns[name] else { return conditions.reduce(1) { $0 * single($1) } }
        if let share = sampled(conditions, name, column) { return share }
        var (low, high) = (column.min, column.max)
        var rest: [Expression] = []
        var isRange = false
        for condition in conditions {
            guard case .comparison(.field(let path), let comparison, .literal(let value, _)) = condition, path.count == 1, let number = value.asNumber, let min = column.min,
                let max = column.max, max > min
            else {
                rest.append(condition)
                continue
            }
            switch comparison {
            case .less, .lessOrEqual: (high, isRange) = (Swift.min(high ?? max, number), true)
            case .greater, .greaterOrEqual: (low, isRange) = (Swift.max(low ?? min, number), true)
            default: rest.append(condition)
            }
        }
        var share = rest.reduce(1) { $0 * single($1) }
        if isRange, let min = column.min, let max = column.max, let low, let high {
            // Ends that lie together still hold a value.
            let least = 1 / Swift.max(1, column.domain ?? input.rows)
            share *= Swift.max(least, (high - low) / (max - min)) * (1 - column.nullFraction)
            if high < low { share = 0 }
        }
        return share
    }

    /// The share by trying the values that a column has.
    private func sampled(_ conditions: [Expression], _ name: String, _ column: ColumnEstimate) -> Double? {
        guard let values = column.values, values.count > 0, conditions.allSatisfy(\.isMovable) else { return nil }
        let batch = Batch(schema: Schema([Field(name, values.type)]), columns: [values], count: values.count)
        guard let matches = try? Expression.all(conditions).matchingRows(of: batch) else { return nil }
        // A value that was not among those of the part may be among the others.
        let share = Swift.max(Double(matches.setCount), 0.5) / Double(values.count)
        return share * (1 - column.nullFraction)
    }

    /// The share of one condition.
    private func single(_ condition: Expression) -> Double {
        switch condition {
        case .literal(let value, _): return value == .boolean(true) ? 1 : 0
        case .and(let a, let b): return share(of: .and(a, b))
        case .or: return 1 - condition.disjuncts.reduce(1) { $0 * (1 - share(of: $1)) }
        case .not(.isNull(let operand)): return operand.columnName.flatMap { input.columns[$0] }.map { 1 - $0.nullFraction } ?? 0.9
        case .not(let operand): return 1 - share(of: operand)
        case .isNull(let operand): return operand.columnName.flatMap { input.columns[$0] }.map { Swift.max($0.nullFraction, 0.001) } ?? 0.1
        case .like(_, let pattern, _): return pattern.hasPrefix("%") ? Self.pattern : Self.pattern / 4
        case .membership(let value, let list): return Swift.min(0.9, Double(list.count) * equality(of: value, nil))
        case .identity(let a, let b): return equality(of: a, b)
        case .comparison(let a, .equal, let b): return equality(of: a, b)
        case .comparison(let a, .notEqual, let b): return 1 - equality(of: a, b)
        case .comparison: return Self.range
        default: return Self.unknown
        }
    }

    private func equality(of a: Expression, _ b: Expression?) -> Double {
        let known = [a, b].compactMap { $0?.columnName.flatMap { input.columns[$0]?.distinct } }
        if let most = known.max() { return 1 / Swift.max(1, most) }
        return Self.equality
    }
}
