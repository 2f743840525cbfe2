internal import Columnar

/// A function of elements in a call, with its parameters as columns beside the row's own: under names that no column has, so that neither a column nor the parameter of
/// another function around it is taken for one.
struct BoundLambda {
    let body: Expression
    let parameters: [Field]
    /// The row's columns, and the parameters behind them.
    let schema: Schema
    private let outer: Schema
    private let lookup: FieldLookup

    /// - Throws: `PlanError` for an argument that is no function, or one of another number of parameters.
    init(
        _ argument: Expression, of function: String, _ types: [DataType], counts: ClosedRange<Int>? = nil, in schema: Schema, _ lookup: FieldLookup
    ) throws(PlanError) {
        let counts = counts ?? types.count...types.count
        guard case .lambda(let names, let body) = argument.unwrapped else {
            throw .argument(function: function, text: argument.description, found: "none", expected: "a function such as x -> x + 1")
        }
        guard counts.contains(names.count) else {
            let wanted = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) or \(counts.upperBound)"
            throw .analysis("\(function)() takes a function of \(wanted) parameter\(wanted == "1" ? "" : "s"), and \(argument.unwrapped) has \(names.count)")
        }
        var replacements: [String: String] = [:]
        var parameters: [Field] = []
        for (i, name) in names.enumerated() {
            let key = lookup.ignoresCase ? name.lowercased() : name
            guard replacements[key] == nil else { throw .analysis("the function \(argument.unwrapped) has two parameters '\(name)'") }
            var unique = "\(name)@\(schema.count + i)"
            while schema.index(of: unique) != nil { unique += "@" }
            replacements[key] = unique
            parameters.append(Field(unique, types[i]))
        }
        self.body = BoundLambda.renaming(body, replacements, lookup)
        self.parameters = parameters
        self.lookup = lookup
        outer = schema
        self.schema = Schema(schema.fields + parameters)
    }

    private static func renaming(_ expression: Expression, _ names: [String: String], _ lookup: FieldLookup) -> Expression {
        func key(_ name: String) -> String { lookup.ignoresCase ? name.lowercased() : name }
        switch expression {
        case .field(let path):
            guard let first = path.first, let name = names[key(first)] else { return expression }
            return .field([name] + path.dropFirst())
        case .lambda(let parameters, let body):
            let hidden = Set(parameters.map(key))
            return .lambda(parameters, renaming(body, names.filter { !hidden.contains($0.key) }, lookup))
        default: return expression.mapChildren { renaming($0, names, lookup) }
        }
    }

    /// The type of the function's values.
    func resultType() throws(PlanError) -> DataType { try body.resolveType(in: schema, lookup: lookup) }

    /// The type of the function's values, which must be a condition.
    func checkCondition(_ function: String) throws(PlanError) { try body.checkCondition(function, try resultType()) }

    /// The function's value for each of some elements, whose rows in the batch are `rows`.
    func evaluate(_ values: [Column], rows: Values<Int32>, in batch: Batch) throws(PlanError) -> Column {
        var fields: [Field] = []
        var columns: [Column] = []
        var seen = Set<Int>()
        for name in body.fields.sorted() {
            guard let index = lookup.index(of: name, in: outer), index < batch.columns.count, parameters.allSatisfy({ $0.name != name }), seen.insert(index).inserted else { continue }
            fields.append(outer[index])
            columns.append(batch.columns[index].take(rows))
        }
        let inner = Batch(schema: Schema(fields + parameters), columns: columns + values, count: rows.count)
        return try body.operand(on: inner, lookup).column(count: rows.count)
    }
}
