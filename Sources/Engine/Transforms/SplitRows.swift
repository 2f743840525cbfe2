public import Columnar

/// Splits rows by comparisons of fields with values, all of which must hold (`split_rows`).
///
/// A row that no comparison can be made for, because the field is null, missing, or of a kind that does not compare with the value, is of the
/// rest; only `= null` matches nulls.
public struct SplitRows: Sendable {
    public enum Operator: String, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="

        static let names = allCases.map(\.rawValue).joined(separator: " ")

        /// Whether the operator holds for values that compare so: negative, zero, positive.
        @inline(__always)
        func holds(_ order: Int) -> Bool {
            switch self {
            case .equal: order == 0
            case .notEqual: order != 0
            case .less: order < 0
            case .lessOrEqual: order <= 0
            case .greater: order > 0
            case .greaterOrEqual: order >= 0
            }
        }
    }

    public struct Comparison: Sendable, Hashable {
        public let path: FieldPath
        public let op: Operator
        public let value: Value

        public init(_ path: FieldPath, _ op: Operator, _ value: Value) { (self.path, self.op, self.value) = (path, op, value) }

        /// - Throws: `malformedPath`, or `unknownOperator` (`==` is taken for `=`).
        public init(_ path: String, _ op: String, _ value: Value) throws(TransformError) {
            guard let known = Operator(rawValue: op == "==" ? "=" : op) else { throw .unknownOperator(operator: op, path: path) }
            self.init(try FieldPath(path), known, value)
        }
    }

    public let comparisons: [Comparison]

    public init(_ comparisons: [Comparison]) { self.comparisons = comparisons }

    /// A condition that every matching row fulfils; nil where all rows do.
    public var impliedPredicate: Expression? {
        let conditions = comparisons.compactMap { comparison -> Expression? in
            guard comparison.path.names.count == 1, !comparison.path.hasArrayMarker else { return nil }
            let field = Expression.field(comparison.path.names)
            let value = if case .integer(let number) = comparison.value { Expression.literal(number) } else { Expression.literal(comparison.value, comparison.value.literalType) }
            switch (comparison.op, comparison.value) {
            case (.equal, .null): return .isNull(field)
            case (.notEqual, .null): return .isNotNull(field)
            case (_, .null): return .literal(false)
            case (.equal, _): return .comparison(field, .equal, value)
            case (.notEqual, _): return .comparison(field, .notEqual, value)
            case (.less, _): return .comparison(field, .less, value)
            case (.lessOrEqual, _): return .comparison(field, .lessOrEqual, value)
            case (.greater, _): return .comparison(field, .greater, value)
            case (.greaterOrEqual, _): return .comparison(field, .greaterOrEqual, value)
            }
        }
        return conditions.isEmpty ? nil : .all(conditions)
    }

    /// The rows for which every comparison holds; all of them where there is none.
    public func mask(_ batch: Batch) -> Bitmap {
        var mask = Bitmap(repeating: true, count: batch.count)
        for comparison in comparisons {
            let column = batch.column(at: comparison.path) ?? .nulls(.null, count: batch.count)
            mask = mask.and(column.comparing(comparison.op, to: comparison.value))
        }
        return mask
    }

    /// Rows: each of them in one of the two, in order.
    public func apply(_ batch: Batch) -> (matching: Batch, rest: Batch) {
        let mask = mask(batch)
        return (batch.filter(mask), batch.filter(mask.inverted))
    }

    /// The paths that lead nowhere in a schema: most likely a mistake in the script.
    public func unknownPaths(in schema: Schema) -> [FieldPath] { comparisons.map(\.path).filter { $0.type(in: schema, throughArrays: false) == nil } }
}
