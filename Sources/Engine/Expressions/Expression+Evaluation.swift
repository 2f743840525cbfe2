public import Columnar

/// Evaluation: one kernel call a node and batch. Parts that read no column are computed once for all rows.
extension Expression {
    /// The expression's value for every row.
    ///
    /// - Throws: `PlanError`, as `resolveType` does.
    public func evaluate(on batch: Batch, lookup: FieldLookup = .sql) throws(PlanError) -> Column {
        try operand(on: batch, lookup).column(count: batch.count)
    }

    /// The rows for which the expression is true: neither false nor null.
    ///
    /// - Throws: `PlanError`, as `resolveType` does.
    public func matchingRows(of batch: Batch, lookup: FieldLookup = .sql) throws(PlanError) -> Bitmap {
        // What is true only where both are true needs no third value, and nothing more once no row is left.
        switch self {
        case .and(let a, let b):
            let left = try a.matchingRows(of: batch, lookup: lookup)
            if left.setCount == 0 {
                _ = try b.resolveType(in: batch.schema, lookup: lookup)
                return left
            }
            if b.containsChecked {
                // What is false anyway is not computed.
                let right = try b.operand(on: batch, where: left, lookup)
                try b.checkCondition("AND", right.type)
                return left.and(right.column(count: batch.count).trueRows)
            }
            return left.and(try b.matchingRows(of: batch, lookup: lookup))
        case .or(let a, let b):
            let left = try a.matchingRows(of: batch, lookup: lookup)
            if b.containsChecked {
                let right = try b.operand(on: batch, where: left.inverted, lookup)
                try b.checkCondition("OR", right.type)
                return left.or(right.column(count: batch.count).trueRows.and(left.inverted))
            }
            return left.or(try b.matchingRows(of: batch, lookup: lookup))
        default: return try condition("WHERE", on: batch, lookup).column(count: batch.count).trueRows
        }
    }

    /// The expression's value as a condition: a boolean, or what casts to one.
    private func condition(_ operation: String, on batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Operand {
        let operand = try operand(on: batch, lookup)
        try checkCondition(operation, operand.type)
        return operand
    }

    /// The expression's value, one row of it where it is the same for all.
    func operand(on batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Operand {
        switch self {
        case .field(let path): return .column(try lookup.column(of: path, in: batch))
        case .literal(let value, let type): return .literal(value, type)
        case .cast(let operand, let type): return try operand.operand(on: batch, lookup).cast(to: type)
        case .comparison(let a, let comparison, let b):
            let (x, y) = (try a.operand(on: batch, lookup), try b.operand(on: batch, lookup))
            try Expression.check(comparison.rawValue, a, x, b, y)
            return .compare(x, comparison, y)
        case .identity(let a, let b):
            let (x, y) = (try a.operand(on: batch, lookup), try b.operand(on: batch, lookup))
            try Expression.check("<=>", a, x, b, y)
            return .isIdentical(x, y)
        case .and(let a, let b):
            let left = try a.condition("AND", on: batch, lookup)
            guard b.containsChecked else { return .and(left, try b.condition("AND", on: batch, lookup)) }
            let decided = Operand.compare(left.cast(to: .boolean), .equal, .literal(.boolean(false), .boolean)).column(count: batch.count).trueRows
            let right = try b.operand(on: batch, where: decided.inverted, lookup)
            try b.checkCondition("AND", right.type)
            return .and(left, right)
        case .or(let a, let b):
            let left = try a.condition("OR", on: batch, lookup)
            guard b.containsChecked else { return .or(left, try b.condition("OR", on: batch, lookup)) }
            let right = try b.operand(on: batch, where: left.column(count: batch.count).trueRows.inverted, lookup)
            try b.checkCondition("OR", right.type)
            return .or(left, right)
        case .not(let operand): return .not(try operand.condition("NOT", on: batch, lookup))
        case .arithmetic(let a, let operation, let b):
            let (x, y) = (try a.operand(on: batch, lookup), try b.operand(on: batch, lookup))
            if operation.resultType(x.type, y.type) == nil {
                throw .incompatibleTypes(
                    operation: "'\(operation.rawValue)'", operands: [.init(text: a.description, type: x.type), .init(text: b.description, type: y.type)])
            }
            return .compute(x, operation, y)
        case .negation(let operand):
            _ = try resolveType(in: batch.schema, lookup: lookup)
            return .negate(try operand.operand(on: batch, lookup))
        case .isNull(let operand): return .isNull(try operand.operand(on: batch, lookup))
        case .membership(let value, let list): return try Expression.membership(value, list, batch, lookup)
        case .like(let operand, let pattern, let escape):
            return LikePattern(Array(pattern.utf8), escape: escape).matches(try operand.operand(on: batch, lookup))
        case .conditional(let branches, let otherwise):
            let type = try resolveType(in: batch.schema, lookup: lookup)
            if children.contains(where: \.containsChecked) { return try Expression.lazyConditional(branches, otherwise, type, on: batch, lookup) }
            var result: Operand = try otherwise?.operand(on: batch, lookup).cast(to: type) ?? .literal(.null, type)
            for branch in branches.reversed() {
                let condition = try branch.condition.operand(on: batch, lookup)
                let value = try branch.value.operand(on: batch, lookup).cast(to: type)
                if condition.isConstant, value.isConstant, result.isConstant {
                    if condition.storage.trueRows[0] { result = value }
                } else {
                    result = .column(Operand.choose(condition.column(count: batch.count).trueRows, value, result))
                }
            }
            return result
        case .call(let function, let arguments): return try function.evaluate(arguments, on: batch, lookup)
        case .window(let call): throw call.misplaced
        case .alias(let operand, _), .located(let operand, _): return try operand.operand(on: batch, lookup)
        case .checked(let operation): return try operation.checkedOperand(on: batch, lookup)
        case .aggregate, .generator, .subquery, .userFunction, .lambda, .interval, .star, .attribute: throw misplaced
        }
    }

    private static func check(_ operation: String, _ a: Expression, _ x: Operand, _ b: Expression, _ y: Operand) throws(PlanError) {
        if x.type.comparisonType(with: y.type) == nil {
            throw .incompatibleTypes(
                operation: "'\(operation)'", operands: [.init(text: a.description, type: x.type), .init(text: b.description, type: y.type)])
        }
    }

    /// `IN`: a table of the list's values where they are literals of the value's type, else one comparison after the other.
    private static func membership(_ value: Expression, _ list: [Expression], _ batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Operand {
        let operand = try value.operand(on: batch, lookup)
        var items: [Operand] = []
        for item in list {
            let other = try item.operand(on: batch, lookup)
            try check("IN", value, operand, item, other)
            items.append(other)
        }
        if items.count > 8, items.allSatisfy(\.isConstant), case .column(let column) = operand, !column.type.isNested, column.type != .null {
            let hasNull = items.contains(where: \.isNullConstant)
            let present = items.filter { !$0.isNullConstant }
            if let common = commonKeyType(column.type, present.map(\.type)) {
                let table = KeyTable(types: [common], nullsMatch: false)
                _ = table.insert([Column.concatenate(present.map { $0.cast(to: common).storage }, as: common)], count: present.count)
                let cast = column.cast(to: common)
                let groups = table.find([cast], count: column.count)
                let found = Column(groups.bits { $0 >= 0 }, validity: cast.presence)
                return hasNull ? .or(.column(found), .literal(.null, .boolean)) : .column(found)
            }
        }
        var result: Operand = .literal(.boolean(false), .boolean)
        for item in items { result = .or(result, .compare(operand, .equal, item)) }
        return result
    }

    /// The type in which a column and literals are equal exactly when their keys are: no rounding between them.
    private static func commonKeyType(_ type: DataType, _ others: [DataType]) -> DataType? {
        if others.allSatisfy({ $0 == type }) { return type }
        if type.isInteger, others.allSatisfy(\.isInteger) { return .long }
        return nil
    }
}
