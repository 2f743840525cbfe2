public import Columnar

/// What is known of a column over many rows without reading them.
public typealias ColumnStatistics = (min: Value?, max: Value?, nullCount: Int?, rowCount: Int)

extension Expression {
    /// Whether the expression may be true for some row, given statistics of its columns: false is a promise that no row need be read.
    ///
    /// - Parameter statistics: of a top-level column by its name as the expression writes it, nil where nothing is known. `min` and `max` bound the
    ///   values that are not null, but for NaN, which writers leave out; wider bounds than need be are fine.
    public func mayBeTrue(given statistics: (String) -> ColumnStatistics?) -> Bool { may(be: true, statistics, []) }

    /// Whether some row may give `wanted`.
    ///
    /// - Parameter ordered: columns whose NaN values do not count, as another condition refuses them.
    private func may(be wanted: Bool, _ statistics: (String) -> ColumnStatistics?, _ ordered: Set<String>) -> Bool {
        switch self {
        case .literal(let value, _):
            if case .boolean(let bool) = value { return bool == wanted }
            return value != .null
        case .and(let a, let b):
            if !wanted { return a.may(be: false, statistics, ordered) || b.may(be: false, statistics, ordered) }
            let ordered = ordered.union(columnsWithoutNaN)
            return a.may(be: true, statistics, ordered) && b.may(be: true, statistics, ordered)
        case .or(let a, let b):
            return wanted ? a.may(be: true, statistics, ordered) || b.may(be: true, statistics, ordered) : a.may(be: false, statistics, ordered) && b.may(be: false, statistics, ordered)
        case .not(let operand): return operand.may(be: !wanted, statistics, ordered)
        case .isNull(.field(let path)):
            guard path.count == 1, let known = statistics(path[0]), let nulls = known.nullCount else { return true }
            return wanted ? nulls > 0 : nulls < known.rowCount
        case .comparison(.field(let path), let comparison, .literal(let value, _)):
            return Expression.mayHold(path, wanted ? comparison : comparison.negated, value, statistics, ordered)
        case .comparison(.literal(let value, _), let comparison, .field(let path)):
            return Expression.mayHold(path, (wanted ? comparison : comparison.negated).flipped, value, statistics, ordered)
        case .identity(.field(let path), .literal(let value, _)) where wanted && value != .null,
            .identity(.literal(let value, _), .field(let path)) where wanted && value != .null:
            return Expression.mayHold(path, .equal, value, statistics, ordered)
        case .membership(.field(let path), let list):
            let values = list.map { item -> Value? in if case .literal(let value, _) = item { value } else { nil } }
            guard wanted, !values.contains(nil) else { return true }
            return values.contains { $0! != .null && Expression.mayHold(path, .equal, $0!, statistics, ordered) }
        case .like(.field(let path), let pattern, let escape):
            guard wanted else { return true }
            let prefix = LikePattern(Array(pattern.utf8), escape: escape).prefix
            guard !prefix.isEmpty, path.count == 1, let known = statistics(path[0]) else { return true }
            if known.nullCount == known.rowCount { return false }
            guard case .string(let low)? = known.min, case .string(let high)? = known.max else { return true }
            // Some text that begins so must lie between the bounds: not all are above it, and not all below.
            return !prefix.lexicographicallyPrecedes(low.prefix(prefix.count)) && !high.lexicographicallyPrecedes(prefix)
        default: return true
        }
    }

    /// The columns that a conjunction says are not NaN.
    private var columnsWithoutNaN: Set<String> {
        switch self {
        case .and(let a, let b): a.columnsWithoutNaN.union(b.columnsWithoutNaN)
        case .not(.call(.isNaN, let arguments)):
            if case .field(let path)? = arguments.first, path.count == 1 { [path[0]] } else { [] }
        default: []
        }
    }

    /// The condition for people: a language in which NaN is greater than nothing need not say that it is not.
    public var withoutNaNConditions: Expression {
        switch self {
        case .and(let a, .not(.call(.isNaN, _))): a.withoutNaNConditions
        case .and(let a, let b): .and(a.withoutNaNConditions, b.withoutNaNConditions)
        case .or(let a, let b): .or(a.withoutNaNConditions, b.withoutNaNConditions)
        default: self
        }
    }

    private static func mayHold(
        _ path: [String], _ comparison: Comparison, _ value: Value, _ statistics: (String) -> ColumnStatistics?, _ ordered: Set<String>
    ) -> Bool {
        if value == .null { return false }
        guard path.count == 1, let known = statistics(path[0]) else { return true }
        if known.nullCount == known.rowCount { return false }
        // What NaN may fulfil is never ruled out: it is above every number, and no bound tells of it.
        var mayBeNaN = false
        if case .double? = known.min { mayBeNaN = true }
        if case .double? = known.max { mayBeNaN = true }
        if ordered.contains(path[0]) { mayBeNaN = false }
        let belowMax = known.max.flatMap { bounds(value, $0) }
        let aboveMin = known.min.flatMap { bounds(value, $0) }
        switch comparison {
        case .equal: return (belowMax ?? 0) <= 0 && (aboveMin ?? 0) >= 0
        case .notEqual: return mayBeNaN || belowMax != 0 || aboveMin != 0
        case .less: return (aboveMin ?? 1) > 0
        case .lessOrEqual: return (aboveMin ?? 1) >= 0
        case .greater: return mayBeNaN || (belowMax ?? -1) < 0
        case .greaterOrEqual: return mayBeNaN || (belowMax ?? -1) <= 0
        }
    }

    /// The order of a literal and a bound of a column, by the rules of comparison; nil where they tell nothing.
    private static func bounds(_ literal: Value, _ bound: Value) -> Int? {
        switch (literal, bound) {
        case (.double(let x), _) where x.isNaN: return nil
        case (_, .double(let x)) where x.isNaN: return nil
        case (.boolean, .boolean), (.integer, .integer), (.integer, .double), (.double, .integer), (.double, .double), (.decimal, .integer),
            (.integer, .decimal), (.decimal, .decimal), (.decimal, .double), (.double, .decimal), (.string, .string), (.binary, .binary), (.date, .date),
            (.timestamp, .timestamp), (.date, .timestamp), (.timestamp, .date), (.string, .integer), (.string, .date), (.string, .timestamp):
            break
        default: return nil
        }
        func order(_ comparison: Comparison) -> Bool? {
            let answer = Operand.compare(.literal(literal, literal.literalType), comparison, .literal(bound, bound.literalType)).storage
            guard case .boolean(let holds) = answer.value(at: 0) else { return nil }
            return holds
        }
        guard let isLess = order(.less), let isEqual = order(.equal) else { return nil }
        return isLess ? -1 : isEqual ? 0 : 1
    }
}

extension Value {
    /// The widest type of the value's kind.
    var literalType: DataType {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .integer: .long
        case .double: .double
        case .decimal(_, let scale): .decimal(precision: 38, scale: scale)
        case .string: .string
        case .binary: .binary
        case .date: .date
        case .timestamp: .timestamp
        case .array(let items): .array(items.reduce(.null) { $0.merging($1.literalType) })
        case .struct(let fields): .struct(fields.map { Field($0.name, $0.value.literalType) })
        case .map(let entries):
            .map(key: entries.reduce(.null) { $0.merging($1.key.literalType) }, value: entries.reduce(.null) { $0.merging($1.value.literalType) })
        }
    }
}
