public import Columnar

/// A call as a definition sees it: while types are resolved with types only, while a batch is computed with the arguments' values too.
public struct FunctionCall: Sendable {
    public let name: String
    public let arguments: [Expression]
    public let types: [DataType]
    /// The arguments' values; none while types are resolved.
    public let operands: [Operand]
    /// The type that was resolved; null while it is.
    public let type: DataType
    /// Rows of the batch.
    public let count: Int

    /// The number of arguments.
    public var argumentCount: Int { arguments.count }
    /// An argument's value.
    public subscript(index: Int) -> Operand { operands[index] }
    public subscript(optional index: Int) -> Operand? { index < operands.count ? operands[index] : nil }

    /// The value of an argument that is the same for all rows; nil where there is no such argument, or it is not known to be.
    public func value(_ index: Int) -> Value? {
        guard index < arguments.count else { return nil }
        if index < operands.count, case .constant(let column) = operands[index] { return column.value(at: 0) }
        if case .literal(let value, _) = arguments[index].folded { return value }
        return nil
    }

    /// A constant argument as text; nil where it is none, or null.
    public func text(_ index: Int) -> [UInt8]? { constant(index, .string).flatMap { if case .string(let bytes) = $0 { bytes } else { nil } } }

    /// A constant argument as a whole number.
    public func integer(_ index: Int) -> Int? { constant(index, .long).flatMap { if case .integer(let value) = $0 { Int(value) } else { nil } } }

    private func constant(_ index: Int, _ type: DataType) -> Value? {
        guard let value = value(index), value != .null else { return nil }
        let own = index < operands.count ? operands[index].type : index < types.count ? types[index] : .null
        if own == type { return value }
        return Column(own, values: [value]).cast(to: type).value(at: 0)
    }

    /// The error of an argument that is not what it should be: `expected` is a phrase such as "a pattern", `found` what the argument is instead.
    public func wrong(_ index: Int, expected: String, found: String = "none") -> PlanError {
        .argument(function: name, text: index < arguments.count ? arguments[index].description : "nothing", found: found, expected: expected)
    }

    /// The error of types that do not go together.
    public func incompatible() -> PlanError {
        .incompatibleTypes(operation: "\(name)()", operands: zip(arguments, types).map { .init(text: $0.description, type: $1) })
    }
}

extension Function {
    /// The call's type under a schema.
    func resultType(_ arguments: [Expression], _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) -> DataType {
        guard arity.contains(arguments.count), definition.acceptsCount?(arguments.count) ?? true else {
            throw .argumentCount(function: name, takes: arity, given: arguments.count)
        }
        switch definition.body {
        case .expressions(let type, _): return try type(arguments, schema, lookup)
        case .rewriting(let body): return try body(arguments).resolveType(in: schema, lookup: lookup)
        case .operands(let rule, _):
            var types: [DataType] = []
            for argument in arguments { types.append(try argument.resolveType(in: schema, lookup: lookup)) }
            for (i, argument) in arguments.enumerated() where definition.parameter(at: i)?.isConstant == true {
                guard case .literal = argument.folded else { throw notConstant(i, argument) }
            }
            let call = FunctionCall(name: name, arguments: arguments, types: types, operands: [], type: .null, count: 0)
            return try type(call, rule)
        }
    }

    /// The call's value for the rows of a batch.
    func evaluate(_ arguments: [Expression], on batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Operand {
        switch definition.body {
        case .expressions(_, let body): return try body(arguments, batch, lookup)
        case .rewriting(let body): return try body(arguments).operand(on: batch, lookup)
        case .operands(let rule, let body):
            guard arity.contains(arguments.count) else { throw .argumentCount(function: name, takes: arity, given: arguments.count) }
            var operands: [Operand] = []
            var types: [DataType] = []
            var hasNull = false
            for (i, argument) in arguments.enumerated() {
                var operand = try argument.operand(on: batch, lookup)
                if definition.parameter(at: i)?.isConstant == true, !operand.isConstant {
                    guard case .literal(let value, let type) = argument.folded else { throw notConstant(i, argument) }
                    operand = .literal(value, type)
                }
                if operand.isNullConstant { hasNull = true }
                types.append(operand.type)
                operands.append(operand)
            }
            let untyped = FunctionCall(name: name, arguments: arguments, types: types, operands: operands, type: .null, count: batch.count)
            let type = try type(untyped, rule)
            if hasNull, definition.nulls == .propagates { return .literal(.null, type) }
            if let result = try onEntries(arguments, types, operands, type, batch.count, body) { return result }
            return try body(FunctionCall(name: name, arguments: arguments, types: types, operands: operands, type: type, count: batch.count))
        }
    }

    /// The value where a dictionary is the only column: computed once an entry. Nil where it is not.
    private func onEntries(
        _ arguments: [Expression], _ types: [DataType], _ operands: [Operand], _ type: DataType, _ count: Int,
        _ body: @Sendable (FunctionCall) throws(PlanError) -> Operand
    ) throws(PlanError) -> Operand? {
        guard definition.nulls == .propagates, isDeterministic, !definition.raises, type != .null, !type.isChoice else { return nil }
        var place: Int?
        for (i, operand) in operands.enumerated() where !operand.isConstant {
            if place != nil { return nil }
            place = i
        }
        guard let place, case .dictionary(let indices, let values) = operands[place].storage.storage, values.count * 2 <= count else { return nil }
        var entries = operands
        entries[place] = .column(values)
        let result = try body(FunctionCall(name: name, arguments: arguments, types: types, operands: entries, type: type, count: values.count)).column(count: values.count)
        let column = Column(type: type, count: count, validity: operands[place].storage.validity, storage: .dictionary(indices: indices, values: result.flattened))
        return .column(type == .string ? column : column.flattened)
    }

    private func notConstant(_ index: Int, _ argument: Expression) -> PlanError {
        .argument(function: name, text: argument.description, found: "no constant", expected: "a constant as argument \(index + 1)")
    }

    /// The type of arguments that are of the right kinds.
    private func type(_ call: FunctionCall, _ rule: TypeRule) throws(PlanError) -> DataType {
        if let last = definition.kinds.last {
            for (i, type) in call.types.enumerated() {
                let kind = i < definition.kinds.count ? definition.kinds[i] : last
                if !kind.accepts(type) { throw call.wrong(i, expected: kind.phrase, found: "of type \(type.hiveName)") }
            }
        }
        switch rule {
        case .fixed(let type): return type
        case .argument(let index): return call.types[index]
        case .common(let start): return try call.commonType(from: start)
        case .custom(let body): return try body(call)
        }
    }
}

extension FunctionCall {
    /// The type that holds the values of all arguments from one on.
    public func commonType(from start: Int = 0) throws(PlanError) -> DataType {
        var common = DataType.null
        for i in start..<max(types.count, start) {
            guard let wider = common.valueType(with: types[i]) else {
                throw .incompatibleTypes(
                    operation: "\(name)()", operands: [.init(text: "a value before", type: common), .init(text: arguments[i].description, type: types[i])])
            }
            common = wider
        }
        return common
    }
}

extension FunctionCall {
    /// The arguments cast to types, the last of which stands for all that follow.
    public func cast(_ first: DataType, _ others: DataType...) -> [Operand] {
        operands.enumerated().map { i, operand in
            let type = i == 0 ? first : i <= others.count ? others[i - 1] : others.last ?? first
            return operand.type == type ? operand : operand.cast(to: type)
        }
    }

    /// An argument cast to a type; a constant where it was left out.
    public func cast(_ index: Int, to type: DataType, else value: Value = .null) -> Operand {
        guard index < operands.count else { return .literal(value, type) }
        return operands[index].type == type ? operands[index] : operands[index].cast(to: type)
    }

    /// The value of another function of the same arguments.
    func evaluate(_ function: Function) throws(PlanError) -> Operand {
        guard case .operands(_, let body) = function.definition.body else { return .literal(.null, type) }
        return try body(self)
    }

    /// Runs a kernel whose errors are those of a query.
    public func kernel<T>(_ body: () throws(ColumnarError) -> T) throws(PlanError) -> T {
        do { return try body() } catch { throw .coded(error.errorCode, "\(name)(): \(error)") }
    }
}
