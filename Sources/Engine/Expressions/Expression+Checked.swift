internal import Columnar

/// ANSI mode: errors in the places of nulls and wrapped numbers.
extension Expression {
    /// The expression with the semantics of ANSI mode: what divides by zero, leaves its type, or cannot be cast is an error. For resolved expressions.
    ///
    /// Conditionals, AND and OR only compute what is asked for, so that `CASE WHEN b <> 0 THEN a / b END` has no errors.
    public var ansi: Expression {
        if case .checked = self { return self }
        let inner = mapChildren { $0.ansi }
        switch inner {
        case .arithmetic, .negation: return .checked(inner)
        case .cast(_, let type): return type == .string ? inner : .checked(inner)
        case .call(let function, let arguments):
            if function.name == "coalesce", arguments.count > 1, arguments.dropFirst().contains(where: \.containsChecked) {
                // What stands behind the first value that is none is never looked at.
                return .conditional(arguments.dropLast().map { Branch(.not(.isNull($0)), $0) }, otherwise: arguments[arguments.count - 1])
            }
            return Expression.failingFunctions.contains(function.name) ? .checked(inner) : inner
        case .aggregate(let call):
            return .aggregate(AggregateCall(call.function.ansi, call.arguments, isDistinct: call.isDistinct, filter: call.filter, shownName: call.shownName))
        case .window(let call):
            guard case .aggregate(let function) = call.function else { return inner }
            return .window(WindowCall(.aggregate(function.ansi), call.arguments, partition: call.partition, order: call.order, frame: call.frame))
        default: return inner
        }
    }

    /// Functions that ANSI mode lets fail where they have no value for what is there.
    private static let failingFunctions: Set<String> = [
        "to_date", "to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz", "make_date", "make_timestamp", "make_timestamp_ltz", "make_timestamp_ntz",
        "unix_timestamp", "to_unix_timestamp", "next_day", "to_number", "to_binary", "div", "pmod", "mod", "abs", "element_at", "get_item", "elt",
    ]

    /// Whether some part is checked, or a function that rows may make an error, so that it must not be computed where nobody asks for it.
    var containsChecked: Bool {
        first { part in
            switch part {
            case .checked: true
            case .call(let function, _): function.definition.raises
            default: false
            }
        } != nil
    }

    /// The value of what stands in `.checked`.
    func checkedOperand(on batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Columnar.Operand {
        switch self {
        case .arithmetic(let a, let operation, let b):
            let (x, y) = (try a.operand(on: batch, lookup), try b.operand(on: batch, lookup))
            if operation.resultType(x.type, y.type) == nil {
                throw .incompatibleTypes(
                    operation: "'\(operation.rawValue)'", operands: [.init(text: a.description, type: x.type), .init(text: b.description, type: y.type)])
            }
            return try failing { () throws(ComputationFailure) in try Columnar.Operand.computeChecked(x, operation, y) }
        case .negation(let operand):
            _ = try resolveType(in: batch.schema, lookup: lookup)
            let value = try operand.operand(on: batch, lookup)
            return try failing { () throws(ComputationFailure) in try Columnar.Operand.negateChecked(value) }
        case .cast(let operand, let type):
            let value = try operand.operand(on: batch, lookup)
            return try failing { () throws(ComputationFailure) in try value.castChecked(to: type) }
        case .call(let function, let arguments): return try checkedCall(function, arguments, on: batch, lookup)
        default: return try operand(on: batch, lookup)
        }
    }

    private func failing(_ body: () throws(ComputationFailure) -> Columnar.Operand) throws(PlanError) -> Columnar.Operand {
        do { return try body() } catch { throw error.planError(description) }
    }

    private func checkedCall(_ function: Function, _ arguments: [Expression], on batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Columnar.Operand {
        let result = try function.evaluate(arguments, on: batch, lookup)
        var operands: [Columnar.Operand] = []
        for argument in arguments { operands.append(try argument.operand(on: batch, lookup)) }
        func value(_ i: Int, _ row: Int) -> Value { operands[i].storage.value(at: operands[i].isConstant ? 0 : row) }
        if function.name == "abs", let operand = operands.first, operand.type.isInteger {
            // Only the least number has no value without its sign.
            _ = try failing { () throws(ComputationFailure) in try Columnar.Operand.negateChecked(operand) }
            return result
        }
        guard let presence = result.storage.presence else { return result }
        let rows = result.isConstant ? 1 : batch.count
        for row in 0..<rows where !presence[row] && operands.indices.allSatisfy({ value($0, row) != .null }) {
            switch function.name {
            case "element_at", "get_item":
                guard case .array(let items) = value(0, row), operands.count > 1, case .integer(let index) = value(1, row) else { continue }
                // An element may be null.
                let isElementAt = function.name == "element_at"
                let isThere = isElementAt ? index != 0 && index.magnitude <= items.count : index >= 0 && index < items.count
                if isThere { continue }
                throw ComputationFailure.indexOutOfRange(index: index, count: items.count, isElementAt: isElementAt).planError(description)
            case "elt":
                guard case .integer(let index) = value(0, row) else { continue }
                throw ComputationFailure.indexOutOfRange(index: index, count: arguments.count - 1, isElementAt: true).planError(description)
            case "div", "pmod", "mod":
                switch value(operands.count - 1, row) {
                case .integer(0), .double(0), .decimal(0, _): throw ComputationFailure.divisionByZero.planError(description)
                default: throw ComputationFailure.overflow(type: result.type).planError(description)
                }
            default:
                let shown = operands.indices.map { Expression.literal(value($0, row), operands[$0].type).description }.joined(separator: ", ")
                throw .computation("[CAST_INVALID_INPUT] \(function.name)(\(shown)) has no value; \(PlanError.ansiHint)")
            }
        }
        return result
    }

    // MARK: Only what is asked for

    /// The value in the rows of a mask; null in the others, which are not looked at.
    func operand(on batch: Batch, where mask: Bitmap, _ lookup: FieldLookup) throws(PlanError) -> Columnar.Operand {
        let wanted = mask.setCount
        if wanted == batch.count { return try operand(on: batch, lookup) }
        if wanted == 0 { return .literal(.null, try resolveType(in: batch.schema, lookup: lookup)) }
        let value = try operand(on: batch.filter(mask), lookup)
        if value.isConstant { return value }
        var next: Int32 = 0
        let places = Values(
            (0..<batch.count).map { row -> Int32 in
                guard mask[row] else { return -1 }
                defer { next += 1 }
                return next
            })
        return .column(value.storage.take(places))
    }

    /// A conditional whose values are computed in the rows that they are the values of.
    static func lazyConditional(_ branches: [Branch], _ otherwise: Expression?, _ type: DataType, on batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Columnar.Operand {
        var left = Bitmap(repeating: true, count: batch.count)
        var parts: [(mask: Bitmap, value: Columnar.Operand)] = []
        for branch in branches {
            let condition = try branch.condition.operand(on: batch, where: left, lookup).column(count: batch.count)
            let mask = condition.trueRows.and(left)
            parts.append((mask, try branch.value.operand(on: batch, where: mask, lookup).cast(to: type)))
            left = left.and(mask.inverted)
        }
        var result: Columnar.Operand = try otherwise?.operand(on: batch, where: left, lookup).cast(to: type) ?? .literal(.null, type)
        for part in parts.reversed() { result = .column(Columnar.Operand.choose(part.mask, part.value, result)) }
        return result
    }
}

extension AggregateFunction {
    /// The function with errors in the place of sums that do not fit.
    var ansi: AggregateFunction {
        switch self {
        case .sum: .checkedSum(.error)
        case .average: .checkedAverage(.error)
        default: self
        }
    }
}

extension PlanError {
    static let ansiHint = "set spark.sql.ansi.enabled to false to get null instead"
}

extension DataType {
    fileprivate var isDecimal: Bool { if case .decimal = self { true } else { false } }
}

extension ComputationFailure {
    /// - Parameter expression: what was computed.
    func planError(_ expression: String) -> PlanError {
        switch self {
        case .divisionByZero: .computation("[DIVIDE_BY_ZERO] division by zero in \(expression); try_divide gives null instead, or \(PlanError.ansiHint)")
        case .overflow(let type) where type.isInteger:
            .computation("[ARITHMETIC_OVERFLOW] the result of \(expression) does not fit into \(type.hiveName); cast an operand to a wider type, or set spark.sql.ansi.enabled to false")
        case .overflow(let type):
            .computation("[NUMERIC_VALUE_OUT_OF_RANGE] the result of \(expression) does not fit into \(type.hiveName); \(PlanError.ansiHint)")
        case .invalidInput(let value, let from, let to):
            .computation("[CAST_INVALID_INPUT] the value '\(value)' of the type \(from.hiveName) cannot be cast to \(to.hiveName); try_cast gives null instead, or \(PlanError.ansiHint)")
        case .castOverflow(let value, let from, let to):
            .computation("[\(to.isDecimal ? "NUMERIC_VALUE_OUT_OF_RANGE" : "CAST_OVERFLOW")] the value \(value) of the type \(from.hiveName) cannot be cast to \(to.hiveName), which is too small; try_cast gives null instead, or \(PlanError.ansiHint)")
        case .indexOutOfRange(let index, let count, let isElementAt):
            .computation("[\(isElementAt ? "INVALID_ARRAY_INDEX_IN_ELEMENT_AT" : "INVALID_ARRAY_INDEX")] there is no element \(index) in \(expression): there are \(count); try_element_at or get gives null instead, or \(PlanError.ansiHint)")
        }
    }
}
