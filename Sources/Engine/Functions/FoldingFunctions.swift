internal import Columnar

/// Functions of functions that look at one element after the other.
enum FoldingFunctions {
    // MARK: Aggregate

    static let aggregate = FunctionDefinition(
        "aggregate", .lambdas, "col initialValue merge [finish]", aliases: ["reduce"], summary: "What a function makes of a state and one element after the other.",
        typeOf: { arguments, schema, lookup throws(PlanError) in
            guard let element = try LambdaFunctions.elementType("aggregate", arguments[0], schema, lookup) else { return .null }
            let (state, _) = try merge(arguments, element, schema, lookup)
            guard arguments.count > 3 else { return state }
            return try BoundLambda(arguments[3], of: "aggregate", [state], in: schema, lookup).resultType()
        },
        evaluateOn: { arguments, batch, lookup throws(PlanError) in
            guard let lists = try LambdaFunctions.arrays("aggregate", arguments[0], batch, lookup) else { return .literal(.null, .null) }
            let (state, function) = try merge(arguments, lists.elements.type, batch.schema, lookup)
            let start = try arguments[1].operand(on: batch, lookup).cast(to: state).column(count: batch.count)
            var result = try fold(lists, start, function, batch)
            if arguments.count > 3 {
                let finish = try BoundLambda(arguments[3], of: "aggregate", [state], in: batch.schema, lookup)
                result = try finish.evaluate([result], rows: Values((0..<Int32(batch.count)).map { $0 }), in: batch)
            }
            return .column(result.masking(lists.validity))
        })

    /// The type of the state, which holds the first state and all that the function makes of it, and the function.
    private static func merge(_ arguments: [Expression], _ element: DataType, _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) -> (DataType, BoundLambda) {
        var state = try arguments[1].resolveType(in: schema, lookup: lookup)
        for _ in 0..<8 {
            let function = try BoundLambda(arguments[2], of: "aggregate", [state, element], in: schema, lookup)
            let next = try function.resultType()
            if next == state { return (state, function) }
            // A decimal grows with every sum; its state keeps the type that it starts with.
            if case .decimal = state, case .decimal = next { return (state, function) }
            guard let wider = state.elementType(with: next) else {
                throw .incompatibleTypes(operation: "aggregate()", operands: [.init(text: arguments[1].description, type: state), .init(text: arguments[2].description, type: next)])
            }
            if wider == state { return (state, function) }
            state = wider
        }
        throw .analysis("aggregate(): the type of \(arguments[2]) grows with every element; cast its value to a type of your choice")
    }

    /// The states of all rows after their elements, round by round over the places in the arrays. Rows leave as their arrays end.
    private static func fold(_ lists: ArrayElements, _ start: Column, _ function: BoundLambda, _ batch: Batch) throws(PlanError) -> Column {
        let type = start.type
        var (rows, state) = ((0..<Int32(lists.count)).map { $0 }, start)
        // The states of rows that are done, and the rows that they are of.
        var (done, doneRows): ([Column], [Int32]) = ([], [])
        var place: Int32 = 0
        while !rows.isEmpty {
            var (going, ended): ([Int32], [Int32]) = ([], [])
            for (i, row) in rows.enumerated() {
                if lists.offsets[Int(row) + 1] - lists.offsets[Int(row)] > place { going.append(Int32(i)) } else { ended.append(Int32(i)) }
            }
            if !ended.isEmpty {
                done.append(state.take(Values(ended)))
                doneRows += ended.map { rows[Int($0)] }
                state = state.take(Values(going))
                rows = going.map { rows[Int($0)] }
                if rows.isEmpty { break }
            }
            let elements = lists.elements.take(Values(rows.map { lists.offsets[Int($0)] + place }))
            state = try function.evaluate([state, elements], rows: Values(rows), in: batch).cast(to: type)
            place += 1
        }
        var places = [Int32](repeating: 0, count: lists.count)
        for (i, row) in doneRows.enumerated() { places[Int(row)] = Int32(i) }
        if done.isEmpty { return .nulls(type, count: 0) }
        return Column.concatenate(done, as: type).take(Values(places))
    }

    // MARK: Sorting

    static let arraySort = FunctionDefinition(
        "array_sort", .lambdas, "col [comparator]", summary: "The array sorted, nulls last, or as a function compares.",
        typeOf: { arguments, schema, lookup throws(PlanError) in
            guard let element = try LambdaFunctions.elementType("array_sort", arguments[0], schema, lookup) else { return .null }
            if arguments.count > 1 {
                let type = try BoundLambda(arguments[1], of: "array_sort", [element, element], in: schema, lookup).resultType()
                guard type.isInteger || type == .null else {
                    throw .argument(function: "array_sort", text: arguments[1].description, found: "of type \(type.hiveName)", expected: "a function that gives a whole number: below 0, 0 or above 0")
                }
            }
            return .array(element)
        },
        evaluateOn: { arguments, batch, lookup throws(PlanError) in
            guard let lists = try LambdaFunctions.arrays("array_sort", arguments[0], batch, lookup) else { return .literal(.null, .null) }
            let column = lists.replacing(lists.elements)
            guard arguments.count > 1 else { return .sortArray(.column(column), descending: false, nullsFirst: false) }
            let element = lists.elements.type
            let function = try BoundLambda(arguments[1], of: "array_sort", [element, element], in: batch.schema, lookup)
            return .column(lists.replacing(lists.elements.take(Values(try order(lists, function, batch)))))
        })

    /// Two runs that are being merged into one.
    private struct Merge {
        let row: Int32
        var left, leftEnd, right, rightEnd, out: Int
    }

    /// The elements' places in sorted order, row by row. A merge sort whose comparisons are made together, one of every merge at a time; stable.
    private static func order(_ lists: ArrayElements, _ function: BoundLambda, _ batch: Batch) throws(PlanError) -> [Int32] {
        var order = (0..<Int32(lists.elements.count)).map { $0 }
        var next = order
        let longest = (0..<lists.count).reduce(0) { max($0, lists.range($1).count) }
        var width = 1
        while width < longest {
            var merges: [Merge] = []
            for row in 0..<lists.count {
                let range = lists.range(row)
                var low = range.lowerBound
                while low < range.upperBound {
                    let (middle, high) = (min(low + width, range.upperBound), min(low + 2 * width, range.upperBound))
                    if middle < high {
                        merges.append(Merge(row: Int32(row), left: low, leftEnd: middle, right: middle, rightEnd: high, out: low))
                    } else {
                        for i in low..<high { next[i] = order[i] }
                    }
                    low = high
                }
            }
            while !merges.isEmpty {
                let left = lists.elements.take(Values(merges.map { order[$0.left] }))
                let right = lists.elements.take(Values(merges.map { order[$0.right] }))
                let compared = try function.evaluate([left, right], rows: Values(merges.map(\.row)), in: batch).cast(to: .long).flattened
                if compared.nullCount > 0 {
                    throw .analysis("array_sort(): the function gives null for two elements; it must give a number below 0, 0 or above 0")
                }
                var rest: [Merge] = []
                withExtendedLifetime(compared) {
                    let orders = compared.fixedValues(of: Int64.self)
                    for (i, merge) in merges.enumerated() {
                        var merge = merge
                        if orders[i] <= 0 {
                            next[merge.out] = order[merge.left]
                            merge.left += 1
                        } else {
                            next[merge.out] = order[merge.right]
                            merge.right += 1
                        }
                        merge.out += 1
                        if merge.left < merge.leftEnd, merge.right < merge.rightEnd {
                            rest.append(merge)
                            continue
                        }
                        while merge.left < merge.leftEnd {
                            next[merge.out] = order[merge.left]
                            merge.left += 1
                            merge.out += 1
                        }
                        while merge.right < merge.rightEnd {
                            next[merge.out] = order[merge.right]
                            merge.right += 1
                            merge.out += 1
                        }
                    }
                }
                merges = rest
            }
            swap(&order, &next)
            width *= 2
        }
        return order
    }
}
