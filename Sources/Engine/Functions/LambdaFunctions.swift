internal import Columnar

/// Functions that apply a function to the elements of arrays and maps. A body is evaluated once for the elements of all rows together, with the row's own columns
/// repeated for each element; only `aggregate` and `array_sort` go round by round.
enum LambdaFunctions {
    static let definitions: [FunctionDefinition] = ofArrays + ofMaps + [
        FoldingFunctions.aggregate, FoldingFunctions.arraySort,
    ]

    // MARK: Arrays

    private static let ofArrays: [FunctionDefinition] = [
        FunctionDefinition(
            "transform", .lambdas, "col f", summary: "What a function makes of each element.",
            typeOf: { arguments, schema, lookup throws(PlanError) in
                guard let element = try elementType("transform", arguments[0], schema, lookup) else { return .null }
                return .array(try lambda("transform", arguments[1], element, schema, lookup).resultType())
            },
            evaluateOn: { arguments, batch, lookup throws(PlanError) in
                guard let lists = try arrays("transform", arguments[0], batch, lookup) else { return .literal(.null, .null) }
                let function = try lambda("transform", arguments[1], lists.elements.type, batch.schema, lookup)
                return .column(lists.replacing(try values(function, lists, batch)))
            }),
        FunctionDefinition(
            "filter", .lambdas, "col f", summary: "The elements for which a function is true.",
            typeOf: { arguments, schema, lookup throws(PlanError) in
                guard let element = try elementType("filter", arguments[0], schema, lookup) else { return .null }
                try lambda("filter", arguments[1], element, schema, lookup).checkCondition("filter")
                return .array(element)
            },
            evaluateOn: { arguments, batch, lookup throws(PlanError) in
                guard let lists = try arrays("filter", arguments[0], batch, lookup) else { return .literal(.null, .null) }
                let function = try lambda("filter", arguments[1], lists.elements.type, batch.schema, lookup)
                return .column(lists.keeping(try values(function, lists, batch).trueRows))
            }),
        quantifier("exists", isExists: true), quantifier("forall", isExists: false),
        FunctionDefinition(
            "zip_with", .lambdas, "left right f", summary: "What a function makes of two arrays' elements side by side.",
            typeOf: { arguments, schema, lookup throws(PlanError) in
                guard let a = try elementType("zip_with", arguments[0], schema, lookup), let b = try elementType("zip_with", arguments[1], schema, lookup) else { return .null }
                return .array(try BoundLambda(arguments[2], of: "zip_with", [a, b], in: schema, lookup).resultType())
            },
            evaluateOn: { arguments, batch, lookup throws(PlanError) in
                let (x, y) = (try arguments[0].operand(on: batch, lookup), try arguments[1].operand(on: batch, lookup))
                guard case .array(let a) = x.type, case .array(let b) = y.type else { return .literal(.null, .null) }
                let function = try BoundLambda(arguments[2], of: "zip_with", [a, b], in: batch.schema, lookup)
                let pairs = ArrayElements(Operand.zipArrays([x, y], names: ["a", "b"]).column(count: batch.count))
                return .column(pairs.replacing(try function.evaluate(pairs.elements.children, rows: pairs.parents, in: batch)))
            }),
    ]

    /// `exists` and `forall`: null where no element decides, and one gives null.
    private static func quantifier(_ name: String, isExists: Bool) -> FunctionDefinition {
        FunctionDefinition(
            name, .lambdas, "col f",
            typeOf: { arguments, schema, lookup throws(PlanError) in
                guard let element = try elementType(name, arguments[0], schema, lookup) else { return .boolean }
                try BoundLambda(arguments[1], of: name, [element], in: schema, lookup).checkCondition(name)
                return .boolean
            },
            evaluateOn: { arguments, batch, lookup throws(PlanError) in
                guard let lists = try arrays(name, arguments[0], batch, lookup) else { return .literal(.null, .boolean) }
                let function = try BoundLambda(arguments[1], of: name, [lists.elements.type], in: batch.schema, lookup)
                let holds = try values(function, lists, batch)
                return .column(lists.any(isExists ? holds : Operand.not(.column(holds)).storage, negated: !isExists))
            })
    }

    // MARK: Maps

    private static let ofMaps: [FunctionDefinition] = [
        mapFunction("map_filter") { key, value, function throws(PlanError) in
            try function.checkCondition("map_filter")
            return .map(key: key, value: value)
        } apply: { entries, holds throws(PlanError) in
            entries.keeping(holds.trueRows)
        },
        mapFunction("transform_values") { key, _, function throws(PlanError) in
            .map(key: key, value: try function.resultType())
        } apply: { entries, values throws(PlanError) in
            entries.replacing(values: values)
        },
        mapFunction("transform_keys") { _, value, function throws(PlanError) in
            .map(key: try function.resultType(), value: value)
        } apply: { entries, keys throws(PlanError) in
            do throws(ArrayError) { return try entries.replacing(keys: keys) } catch { throw .analysis("transform_keys(): \(error.description)") }
        },
        FunctionDefinition(
            "map_zip_with", .lambdas, "col1 col2 f", summary: "What a function makes of each key and two maps' values of it.",
            typeOf: { arguments, schema, lookup throws(PlanError) in
                guard let (key, a, b) = try zippedTypes(
                    try arguments[0].resolveType(in: schema, lookup: lookup), try arguments[1].resolveType(in: schema, lookup: lookup), arguments)
                else { return .null }
                return .map(key: key, value: try BoundLambda(arguments[2], of: "map_zip_with", [key, a, b], in: schema, lookup).resultType())
            },
            evaluateOn: { arguments, batch, lookup throws(PlanError) in
                let (x, y) = (try arguments[0].operand(on: batch, lookup), try arguments[1].operand(on: batch, lookup))
                guard let (key, a, b) = try zippedTypes(x.type, y.type, arguments) else { return .literal(.null, .null) }
                let function = try BoundLambda(arguments[2], of: "map_zip_with", [key, a, b], in: batch.schema, lookup)
                let zipped = MapEntries.zip(x.cast(to: .map(key: key, value: a)).column(count: batch.count), y.cast(to: .map(key: key, value: b)).column(count: batch.count))
                let keys = ArrayElements(zipped.keys)
                let values = try function.evaluate([keys.elements, zipped.first, zipped.second], rows: keys.parents, in: batch)
                return .column(MapEntries.map(keys, values: values))
            }),
    ]

    private static func zippedTypes(_ x: DataType, _ y: DataType, _ arguments: [Expression]) throws(PlanError) -> (DataType, DataType, DataType)? {
        switch (x, y) {
        case (.map(let k1, let a), .map(let k2, let b)):
            guard let key = k1.elementType(with: k2) else {
                throw .incompatibleTypes(operation: "map_zip_with()", operands: [.init(text: arguments[0].description, type: x), .init(text: arguments[1].description, type: y)])
            }
            return (key, a, b)
        case (.null, .null), (.null, .map), (.map, .null): return nil
        case (.map, _), (.null, _): throw .argument(function: "map_zip_with", text: arguments[1].description, found: "of type \(y.hiveName)", expected: "a map")
        default: throw .argument(function: "map_zip_with", text: arguments[0].description, found: "of type \(x.hiveName)", expected: "a map")
        }
    }

    /// A function of a map and of a function of its keys and values.
    private static func mapFunction(
        _ name: String, type: @escaping @Sendable (DataType, DataType, BoundLambda) throws(PlanError) -> DataType,
        apply: @escaping @Sendable (MapEntries, Column) throws(PlanError) -> Column
    ) -> FunctionDefinition {
        FunctionDefinition(
            name, .lambdas, "col f",
            typeOf: { arguments, schema, lookup throws(PlanError) in
                let map = try arguments[0].resolveType(in: schema, lookup: lookup)
                if map == .null { return .null }
                guard case .map(let key, let value) = map else {
                    throw .argument(function: name, text: arguments[0].description, found: "of type \(map.hiveName)", expected: "a map")
                }
                return try type(key, value, try BoundLambda(arguments[1], of: name, [key, value], in: schema, lookup))
            },
            evaluateOn: { arguments, batch, lookup throws(PlanError) in
                let operand = try arguments[0].operand(on: batch, lookup)
                guard case .map(let key, let value) = operand.type else { return .literal(.null, .null) }
                let entries = MapEntries(operand.column(count: batch.count))
                let function = try BoundLambda(arguments[1], of: name, [key, value], in: batch.schema, lookup)
                return .column(try apply(entries, try function.evaluate([entries.keys, entries.values], rows: entries.keyLists.parents, in: batch)))
            })
    }

    // MARK: Arguments

    /// The type of an array's elements; nil for a null.
    static func elementType(_ function: String, _ argument: Expression, _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) -> DataType? {
        let type = try argument.resolveType(in: schema, lookup: lookup)
        switch type {
        case .array(let element): return element
        case .null: return nil
        default: throw .argument(function: function, text: argument.description, found: "of type \(type.hiveName)", expected: "an array")
        }
    }

    /// The arrays of an argument; nil for a null.
    static func arrays(_ function: String, _ argument: Expression, _ batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> ArrayElements? {
        let operand = try argument.operand(on: batch, lookup)
        guard case .array = operand.type else {
            if operand.type == .null { return nil }
            throw .argument(function: function, text: argument.description, found: "of type \(operand.type.hiveName)", expected: "an array")
        }
        return ArrayElements(operand.column(count: batch.count))
    }

    /// A function of an element, or of an element and its place.
    private static func lambda(
        _ function: String, _ argument: Expression, _ element: DataType, _ schema: Schema, _ lookup: FieldLookup
    ) throws(PlanError) -> BoundLambda { try BoundLambda(argument, of: function, [element, .int], counts: 1...2, in: schema, lookup) }

    private static func values(_ function: BoundLambda, _ lists: ArrayElements, _ batch: Batch) throws(PlanError) -> Column {
        let columns = function.parameters.count > 1 ? [lists.elements, lists.positions] : [lists.elements]
        return try function.evaluate(columns, rows: lists.parents, in: batch)
    }
}
