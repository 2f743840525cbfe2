public import Columnar

/// Types of expressions: what is refused is refused here, before a row is read.
extension Expression {
    /// The type of the expression's values under a schema.
    ///
    /// - Throws: `PlanError` for a column or field that is not there, and for operands whose types do not go together.
    public func resolveType(in schema: Schema, lookup: FieldLookup = .sql) throws(PlanError) -> DataType {
        switch self {
        case .field(let path): return try lookup.type(of: path, in: schema) ?? .null
        case .literal(_, let type): return type
        case .cast(let operand, let type):
            let own = try operand.resolveType(in: schema, lookup: lookup)
            guard own.hasWay(to: type) else {
                throw .coded(.impossibleCast, "'\(operand)' is of type \(own.hiveName), and no value of that can become \(type.hiveName)")
            }
            return type
        case .comparison(let a, let comparison, let b):
            try Expression.checkComparable(comparison.rawValue, a, b, schema, lookup)
            return .boolean
        case .identity(let a, let b):
            try Expression.checkComparable("<=>", a, b, schema, lookup)
            return .boolean
        case .and(let a, let b):
            try a.checkCondition("AND", schema, lookup)
            try b.checkCondition("AND", schema, lookup)
            return .boolean
        case .or(let a, let b):
            try a.checkCondition("OR", schema, lookup)
            try b.checkCondition("OR", schema, lookup)
            return .boolean
        case .not(let operand):
            try operand.checkCondition("NOT", schema, lookup)
            return .boolean
        case .arithmetic(let a, let operation, let b):
            let (x, y) = (try a.resolveType(in: schema, lookup: lookup), try b.resolveType(in: schema, lookup: lookup))
            if let type = operation.resultType(x, y) { return type }
            throw .incompatibleTypes(operation: "'\(operation.rawValue)'", operands: [.init(text: a.description, type: x), .init(text: b.description, type: y)])
        case .negation(let operand):
            let type = try operand.resolveType(in: schema, lookup: lookup)
            switch type {
            case _ where type.isNumeric: return type
            case .string, .null: return .double
            case .choice: return Columnar.Operand.negate(.column(.nulls(type, count: 0))).type
            default: throw .incompatibleTypes(operation: "'-'", operands: [.init(text: operand.description, type: type)])
            }
        case .isNull(let operand):
            _ = try operand.resolveType(in: schema, lookup: lookup)
            return .boolean
        case .membership(let value, let list):
            for item in list { try Expression.checkComparable("IN", value, item, schema, lookup) }
            if list.isEmpty { _ = try value.resolveType(in: schema, lookup: lookup) }
            return .boolean
        case .like(let operand, _, _):
            let type = try operand.resolveType(in: schema, lookup: lookup)
            if type.isNested, !type.isChoice { throw .incompatibleTypes(operation: "LIKE", operands: [.init(text: operand.description, type: type)]) }
            return .boolean
        case .conditional(let branches, let otherwise):
            for branch in branches { try branch.condition.checkCondition("CASE WHEN", schema, lookup) }
            return try Expression.commonType("CASE", branches.map(\.value) + (otherwise.map { [$0] } ?? []), schema, lookup)
        case .call(let function, let arguments): return try function.resultType(arguments, schema, lookup)
        case .window(let call): throw call.misplaced
        case .alias(let operand, _), .checked(let operand): return try operand.resolveType(in: schema, lookup: lookup)
        case .located(let operand, let position):
            do { return try operand.resolveType(in: schema, lookup: lookup) } catch { throw error.located(at: position) }
        case .aggregate, .generator, .subquery, .userFunction, .lambda, .interval, .star, .attribute: throw misplaced
        }
    }

    /// The error of what only analysis can make sense of in a place where values are computed row by row.
    var misplaced: PlanError {
        switch self {
        case .aggregate: .misplaced(text: description, problem: "an aggregate cannot stand here; it belongs into agg(...) or a select list, and a condition on it into HAVING")
        case .generator: .misplaced(text: description, problem: "a generator cannot stand here; it belongs into a select list of its own, or behind LATERAL VIEW")
        case .subquery: .misplaced(text: description, problem: "a query cannot stand here; it belongs into a select list or a condition")
        case .userFunction: .misplaced(text: description, problem: "a user's function cannot stand here; compute it with withColumn or select first, and use that column")
        case .lambda: .misplaced(text: description, problem: "a function of elements is an argument of transform, filter, exists, forall, aggregate and their like only")
        case .interval: .misplaced(text: description, problem: "an interval can only be added to a date or a timestamp, or taken from one")
        case .star: .misplaced(text: description, problem: "the star stands for all columns, and belongs into a select list or into count(*)")
        case .attribute(let reference): .analysis("the column '\(reference.name)' belongs to another frame, which has no part in this one; join the two first")
        default: .misplaced(text: description, problem: "it cannot stand here")
        }
    }

    private static func checkComparable(_ operation: String, _ a: Expression, _ b: Expression, _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) {
        let (x, y) = (try a.resolveType(in: schema, lookup: lookup), try b.resolveType(in: schema, lookup: lookup))
        if x.comparisonType(with: y) == nil {
            throw .incompatibleTypes(operation: "'\(operation)'", operands: [.init(text: a.description, type: x), .init(text: b.description, type: y)])
        }
    }

    /// A condition is a boolean, or what casts to one.
    private func checkCondition(_ operation: String, _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) {
        try checkCondition(operation, try resolveType(in: schema, lookup: lookup))
    }

    func checkCondition(_ operation: String, _ type: DataType) throws(PlanError) {
        switch type {
        case .boolean, .null, .string, .choice: return
        case _ where type.isNumeric: return
        default: throw .incompatibleTypes(operation: operation, operands: [.init(text: description, type: type)])
        }
    }

    /// The type that holds the values of all expressions.
    static func commonType(_ operation: String, _ expressions: [Expression], _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) -> DataType {
        var common = DataType.null
        for expression in expressions {
            let type = try expression.resolveType(in: schema, lookup: lookup)
            guard let wider = common.valueType(with: type) else {
                throw .incompatibleTypes(
                    operation: operation,
                    operands: [.init(text: "a value before", type: common), .init(text: expression.description, type: type)])
            }
            common = wider
        }
        return common
    }
}

extension DataType {
    var isChoice: Bool { if case .choice = self { true } else { false } }

    /// The type that values of both types become when they stand in one column: the wider number, a string where one is a string; nil where there is none.
    public func valueType(with other: DataType) -> DataType? {
        if self == other { return self }
        switch (self, other) {
        case (.null, _): return other
        case (_, .null): return self
        case (.choice, _), (_, .choice): return merging(other)
        case (.string, _) where !other.isNested, (_, .string) where !isNested: return .string
        case (.float, _) where other.isInteger, (_, .float) where isInteger: return .float
        case _ where isNumeric && other.isNumeric: return comparisonType(with: other)
        case (.date, .timestamp), (.timestamp, .date): return .timestamp
        case (.array, .array), (.struct, .struct), (.map, .map):
            let merged = merging(other)
            return merged.containsChoice && !containsChoice && !other.containsChoice ? nil : merged
        default: return nil
        }
    }
}

extension DataType {
    /// Whether a cast to another type can give anything but null: a list becomes no number, and a number no list.
    fileprivate func hasWay(to target: DataType) -> Bool {
        switch (self, target) {
        case (.null, _), (.choice, _), (_, .choice), (_, .string): return true
        case (.array(let own), .array(let other)): return own.hasWay(to: other)
        case (.map(let key, let value), .map(let otherKey, let otherValue)): return key.hasWay(to: otherKey) && value.hasWay(to: otherValue)
        case (.struct(let own), .struct(let others)): return own.count == others.count && zip(own, others).allSatisfy { $0.type.hasWay(to: $1.type) }
        default: return !isNested && !target.isNested
        }
    }
}
