internal import Columnar

/// What functions of arrays, maps and structs ask of their calls.
extension FunctionCall {
    /// The element type of an array argument; null for a null.
    ///
    /// - Throws: `PlanError` for any other type.
    func elementType(_ index: Int) throws(PlanError) -> DataType {
        switch types[index] {
        case .array(let element): return element
        case .null: return .null
        default: throw wrong(index, expected: "an array", found: "of type \(types[index].hiveName)")
        }
    }

    /// The key and value types of a map argument; nulls for a null.
    ///
    /// - Throws: `PlanError` for any other type.
    func entryTypes(_ index: Int) throws(PlanError) -> (key: DataType, value: DataType) {
        switch types[index] {
        case .map(let key, let value): return (key, value)
        case .null: return (.null, .null)
        default: throw wrong(index, expected: "a map", found: "of type \(types[index].hiveName)")
        }
    }

    /// The type that holds the values of both.
    ///
    /// - Throws: `PlanError` where there is none.
    func common(_ a: DataType, _ b: DataType) throws(PlanError) -> DataType {
        guard let type = a.elementType(with: b) else { throw incompatible() }
        return type
    }

    /// An argument's value as an array of a type.
    func array(_ index: Int, of element: DataType) -> Operand { operands[index].cast(to: .array(element)) }

    /// Kernels' errors as the plan's.
    func checked<E: Error & CustomStringConvertible>(_ body: () throws(E) -> Operand) throws(PlanError) -> Operand {
        do { return try body() } catch { throw .analysis(error.description) }
    }
}

extension DataType {
    var isArray: Bool { if case .array = self { true } else { false } }

    /// The type that holds the values of both, also deep inside of them; nil where there is none.
    func elementType(with other: DataType) -> DataType? {
        switch (self, other) {
        case (.array(let a), .array(let b)): return a.elementType(with: b).map { .array($0) }
        case (.map(let k1, let v1), .map(let k2, let v2)):
            guard let key = k1.elementType(with: k2), let value = v1.elementType(with: v2) else { return nil }
            return .map(key: key, value: value)
        case (.struct(let a), .struct(let b)):
            guard a.count == b.count else { return nil }
            var fields: [Field] = []
            for (x, y) in zip(a, b) {
                guard let type = x.type.elementType(with: y.type) else { return nil }
                fields.append(Field(x.name, type))
            }
            return .struct(fields)
        default: return valueType(with: other)
        }
    }
}

extension Expression {
    /// The name that a value has among the fields of a struct that is made of it: its own where it has one.
    func fieldName(at index: Int) -> String { ownName ?? "col\(index + 1)" }

    /// The name of a column, a field, or an alias.
    var ownName: String? {
        switch self {
        case .alias(_, let name): name
        case .field(let path): path.last
        case .attribute(let reference): reference.name
        case .located(let inner, _): inner.ownName
        case .call(let function, let arguments) where function.name == "get_field":
            if arguments.count == 2, case .literal(.string(let bytes), _) = arguments[1] { String(decoding: bytes, as: UTF8.self) } else { nil }
        default: nil
        }
    }
}
