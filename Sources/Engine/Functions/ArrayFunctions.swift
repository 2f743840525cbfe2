internal import Columnar

enum ArrayFunctions {
    static let definitions: [FunctionDefinition] = making + changing + sets + asking + picking

    // MARK: Making

    private static let making: [FunctionDefinition] = [
        FunctionDefinition("array", .arrays, "[cols...]", gives: .custom { call throws(PlanError) in .array(try commonElement(call, from: 0)) }, nulls: .handled, summary: "The values side by side.") { call throws(PlanError) in
            .array(call.operands, of: try commonElement(call, from: 0), count: call.count)
        },
        FunctionDefinition("array_repeat", .arrays, "col count=", takes: [.any, .number], gives: .custom { call in .array(call.types[0]) }, nulls: .handled, summary: "So many times the value.") { call throws(PlanError) in
            try call.checked { () throws(ArrayError) in try .repeated(call[0], call[1]) }
        },
        FunctionDefinition(
            "sequence", .arrays, "start stop [step]", summary: "Numbers, dates or moments in equal steps.",
            typeOf: { arguments, schema, lookup throws(PlanError) in .array(try sequenceType(arguments, schema, lookup)) },
            evaluateOn: { arguments, batch, lookup throws(PlanError) in try sequence(arguments, batch, lookup) }),
        FunctionDefinition("flatten", .arrays, "col", takes: [.array], gives: .custom { call throws(PlanError) in
            guard case .array(let inner) = try call.elementType(0) else {
                if try call.elementType(0) == .null { return .array(.null) }
                throw call.wrong(0, expected: "an array of arrays", found: "of type \(call.types[0].hiveName)")
            }
            return .array(inner)
        }, summary: "The elements of an array's arrays.") { call in .flattenArray(call[0].cast(to: .array(call.type))) },
        FunctionDefinition("arrays_zip", .arrays, "[cols...]", takes: [.array], gives: .custom { call throws(PlanError) in
            let names = zipNames(call)
            var fields: [Field] = []
            for i in call.types.indices { fields.append(Field(names[i], try call.elementType(i))) }
            return .array(.struct(fields))
        }, summary: "The arrays' elements side by side, as structs.") { call throws(PlanError) in
            if call.argumentCount == 0 { return .array([], of: .struct([]), count: call.count) }
            var lists: [Operand] = []
            for i in call.types.indices { lists.append(call.array(i, of: try call.elementType(i))) }
            return .zipArrays(lists, names: zipNames(call))
        },
    ]

    /// The names of the structs' fields: the arguments' own, or their places.
    private static func zipNames(_ call: FunctionCall) -> [String] { Schema.distinctNames(call.arguments.enumerated().map { $1.ownName ?? "\($0)" }) }

    private static func commonElement(_ call: FunctionCall, from start: Int) throws(PlanError) -> DataType {
        var common = DataType.null
        for type in call.types.dropFirst(start) { common = try call.common(common, type) }
        return common
    }

    private static func sequenceType(_ arguments: [Expression], _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) -> DataType {
        let (start, stop) = (try arguments[0].resolveType(in: schema, lookup: lookup), try arguments[1].resolveType(in: schema, lookup: lookup))
        func isMoment(_ type: DataType) -> Bool { type == .date || type == .timestamp }
        if isMoment(start) || isMoment(stop) {
            guard isMoment(start) || [.null, .string].contains(start), isMoment(stop) || [.null, .string].contains(stop) else {
                throw .incompatibleTypes(operation: "sequence()", operands: [.init(text: arguments[0].description, type: start), .init(text: arguments[1].description, type: stop)])
            }
            if arguments.count > 2 {
                guard case .interval = arguments[2].unwrapped else {
                    throw .argument(function: "sequence", text: arguments[2].description, found: "none", expected: "an interval such as INTERVAL 1 DAY between dates")
                }
            }
            return start == .timestamp || stop == .timestamp ? .timestamp : .date
        }
        var type = DataType.null
        for argument in arguments {
            if case .interval = argument.unwrapped {
                throw .argument(function: "sequence", text: argument.description, found: "an interval", expected: "a whole number between numbers")
            }
            let own = try argument.resolveType(in: schema, lookup: lookup)
            guard own.isInteger || own == .null, let common = type.valueType(with: own) else {
                throw .argument(function: "sequence", text: argument.description, found: "of type \(own.hiveName)", expected: "whole numbers, dates or timestamps")
            }
            type = common
        }
        return type == .null ? .int : type
    }

    private static func sequence(_ arguments: [Expression], _ batch: Batch, _ lookup: FieldLookup) throws(PlanError) -> Operand {
        let type = try sequenceType(arguments, batch.schema, lookup)
        let (start, stop) = (try arguments[0].operand(on: batch, lookup).cast(to: type), try arguments[1].operand(on: batch, lookup).cast(to: type))
        do {
            if type == .date || type == .timestamp {
                var step = Interval(days: 1)
                if arguments.count > 2, case .interval(let given) = arguments[2].unwrapped { step = given }
                if arguments.count < 3, case .constant(let a) = start, case .constant(let b) = stop, compare(a, b) > 0 { step = step.negated }
                if arguments.count < 3, !(start.isConstant && stop.isConstant) { return try defaultSteps(start, stop, batch.count) }
                return try .sequence(start, stop, months: Int(step.months), days: Int(step.days), microseconds: step.microseconds)
            }
            let step = arguments.count > 2 ? try arguments[2].operand(on: batch, lookup) : nil
            return try .sequence(start, stop, step: step).cast(to: .array(type))
        } catch let error as ArrayError { throw .analysis(error.description) } catch let error as PlanError { throw error } catch { throw .analysis("\(error)") }
    }

    /// Days forwards in the rows where the end is not before the start, and backwards in the others.
    private static func defaultSteps(_ start: Operand, _ stop: Operand, _ count: Int) throws(ArrayError) -> Operand {
        let forwards = Operand.compare(start, .lessOrEqual, stop).column(count: count).trueRows
        let (a, b) = (start.column(count: count), stop.column(count: count))
        let up = try Operand.sequence(.column(a.masking(forwards)), .column(b), months: 0, days: 1, microseconds: 0)
        let down = try Operand.sequence(.column(a.masking(forwards.inverted)), .column(b), months: 0, days: -1, microseconds: 0)
        return .column(Operand.choose(forwards, up, down))
    }

    private static func compare(_ a: Column, _ b: Column) -> Int {
        Operand.compare(.constant(a), .greater, .constant(b)).storage.trueRows[0] ? 1 : 0
    }

    // MARK: Changing

    /// An array of the first argument's elements and a value, which must go together.
    private static func withValue(_ array: Int, _ value: Int) -> TypeRule {
        .custom { call throws(PlanError) in call.types[array] == .null ? .null : .array(try call.common(try call.elementType(array), call.types[value])) }
    }

    private static func element(_ call: FunctionCall) -> DataType { if case .array(let element) = call.type { element } else { .null } }

    private static let sameArray = TypeRule.custom { call throws(PlanError) in .array(try call.elementType(0)) }

    private static let changing: [FunctionDefinition] =
        ["array_append", "array_prepend"].map { name in
            FunctionDefinition(name, .arrays, "col value=", takes: [.array, .any], gives: withValue(0, 1), nulls: .handled) { call in
                if call.type == .null { return .literal(.null, .null) }
                return .append(call[1].cast(to: element(call)), to: call.array(0, of: element(call)), atStart: name == "array_prepend")
            }
        } + [
            FunctionDefinition("array_insert", .arrays, "arr pos= value=", takes: [.array, .number, .any], gives: withValue(0, 2), nulls: .handled, summary: "The array with a value at a place; -1 is behind the last.") { call throws(PlanError) in
                if call.type == .null { return .literal(.null, .null) }
                return try call.checked { () throws(ArrayError) in try .insert(call[2].cast(to: element(call)), into: call.array(0, of: element(call)), at: call[1]) }
            },
            FunctionDefinition("array_remove", .arrays, "col element=", takes: [.array, .any], gives: sameArray, summary: "The array without the elements that equal the value.") { call throws(PlanError) in
                let type = try call.common(try call.elementType(0), call.types[1])
                return Operand.remove(call[1].cast(to: type), from: call.array(0, of: type)).cast(to: call.type)
            },
            FunctionDefinition("array_compact", .arrays, "col", takes: [.array], gives: sameArray, summary: "The array without its nulls.") { call in .compact(call.array(0, of: element(call))) },
            FunctionDefinition("array_distinct", .arrays, "col", takes: [.array], gives: sameArray, summary: "Each value of the array once.") { call in .distinct(call.array(0, of: element(call))) },
            FunctionDefinition("sort_array", .arrays, "col [asc=]", takes: [.array, .boolean], gives: sameArray, summary: "The array sorted, nulls first when ascending.") { call in
                let descending = call.value(1) == .boolean(false)
                return .sortArray(call.array(0, of: element(call)), descending: descending, nullsFirst: !descending)
            },
            FunctionDefinition("slice", .arrays, "x start= length=", takes: [.array, .number], gives: sameArray, summary: "So many elements from a place on.") { call throws(PlanError) in
                try call.checked { () throws(ArrayError) in try .slice(call.array(0, of: element(call)), call[1], call[2]) }
            },
        ]

    // MARK: Sets

    private static let sets: [FunctionDefinition] =
        [("array_union", Operand.SetOperation.union), ("array_intersect", .intersect), ("array_except", .except)].map { name, operation in
            FunctionDefinition(
                name, .arrays, "col1 col2", takes: [.array],
                gives: .custom { call throws(PlanError) in .array(try call.common(try call.elementType(0), try call.elementType(1))) }
            ) { call in .combine(call.array(0, of: element(call)), operation, call.array(1, of: element(call))) }
        } + [
            FunctionDefinition("arrays_overlap", .arrays, "a1 a2", takes: [.array], gives: .custom { call throws(PlanError) in
                _ = try call.common(try call.elementType(0), try call.elementType(1))
                return .boolean
            }, summary: "Whether two arrays share an element.") { call throws(PlanError) in
                let type = try call.common(try call.elementType(0), try call.elementType(1))
                return .overlaps(call.array(0, of: type), call.array(1, of: type))
            }
        ]

    // MARK: Asking

    private static let arrayOrMap = ArgumentKind.other("an array or a map") { type in
        switch type {
        case .array, .map: true
        default: false
        }
    }

    private static let asking: [FunctionDefinition] = [
        FunctionDefinition("size", .arrays, "col", aliases: ["cardinality"], takes: [arrayOrMap], gives: .int, nulls: .handled, summary: "The number of elements or entries; -1 for null.") { call in
            // Without ANSI mode, that of a null is -1.
            if call.types[0] == .null { return .literal(.integer(-1), .int) }
            return .size(call[0], ofNull: -1)
        },
        FunctionDefinition("array_size", .arrays, "col", takes: [.array], gives: .int, summary: "The number of elements.") { call in call.types[0] == .null ? .literal(.null, .int) : .size(call[0]) },
        FunctionDefinition("array_contains", .arrays, "col value=", takes: [.array, .any], gives: .custom { call throws(PlanError) in
            _ = try call.common(try call.elementType(0), call.types[1])
            return .boolean
        }, summary: "Whether an element equals the value.") { call throws(PlanError) in
            let type = try call.common(try call.elementType(0), call.types[1])
            return .contains(call.array(0, of: type), call[1].cast(to: type))
        },
        FunctionDefinition("array_position", .arrays, "col value=", takes: [.array, .any], gives: .custom { call throws(PlanError) in
            _ = try call.common(try call.elementType(0), call.types[1])
            return .long
        }, summary: "The place of the first element that equals the value, from 1; 0 for none.") { call throws(PlanError) in
            let type = try call.common(try call.elementType(0), call.types[1])
            return .position(of: call[1].cast(to: type), inArray: call.array(0, of: type))
        },
        FunctionDefinition("array_max", .arrays, "col", takes: [.array], gives: .custom { call throws(PlanError) in try call.elementType(0) }, summary: "The greatest element.") { call in
            .extremeElement(call.array(0, of: call.type), greatest: true)
        },
        FunctionDefinition("array_min", .arrays, "col", takes: [.array], gives: .custom { call throws(PlanError) in try call.elementType(0) }, summary: "The least element.") { call in
            .extremeElement(call.array(0, of: call.type), greatest: false)
        },
        FunctionDefinition("array_join", .arrays, "col delimiter= [null_replacement=]", takes: [.array, .text, .text], gives: .string, summary: "The elements as text with a separator between.") { call in
            .join(call.array(0, of: .string), separator: call[1], null: call[optional: 2])
        },
    ]

    // MARK: Picking

    private static let picking: [FunctionDefinition] =
        ["element_at", "try_element_at"].map { name in
            FunctionDefinition(name, .arrays, "col extraction=", takes: [arrayOrMap, .any], gives: .custom { call throws(PlanError) in try itemType(call) }) { call throws(PlanError) in
                if case .map(let key, _) = call.types[0] { return .value(of: call[0], forKey: call[1].cast(to: key)) }
                return try call.checked { () throws(ArrayError) in try .element(of: call.array(0, of: call.type), at: call[1]) }
            }
        } + [
            FunctionDefinition("get", .arrays, "col index=", takes: [.array, .number], gives: .custom { call throws(PlanError) in try call.elementType(0) }, summary: "The element at a place, from 0; null where there is none.") { call throws(PlanError) in
                try call.checked { () throws(ArrayError) in try .element(of: call.array(0, of: call.type), at: call[1], fromZero: true) }
            },
            FunctionDefinition(
                "get_item", .arrays, "col key=", summary: "What `a[b]` is in SQL: an element from 0, a map's value, a struct's field.",
                typeOf: { arguments, schema, lookup throws(PlanError) in
                    if let field = try fieldOfStruct(arguments, schema, lookup) { return try field.resolveType(in: schema, lookup: lookup) }
                    return try itemOfAny.resultType(arguments, schema, lookup)
                },
                evaluateOn: { arguments, batch, lookup throws(PlanError) in
                    if let field = try fieldOfStruct(arguments, batch.schema, lookup) { return try field.operand(on: batch, lookup) }
                    return try itemOfAny.evaluate(arguments, on: batch, lookup)
                }),
        ]

    /// `s['name']` of a struct is its field.
    private static func fieldOfStruct(_ arguments: [Expression], _ schema: Schema, _ lookup: FieldLookup) throws(PlanError) -> Expression? {
        guard case .struct = try arguments[0].resolveType(in: schema, lookup: lookup), case .literal(.string, _) = arguments[1].unwrapped else { return nil }
        return .call(StructFunctions.getField, [arguments[0], arguments[1].unwrapped])
    }

    private static let itemOfAny = Function(
        FunctionDefinition("get_item", .arrays, "col key=", takes: [arrayOrMap, .any], gives: .custom { call throws(PlanError) in try itemType(call) }) { call throws(PlanError) in
            if case .map(let key, _) = call.types[0] { return .value(of: call[0], forKey: call[1].cast(to: key)) }
            return try call.checked { () throws(ArrayError) in try .element(of: call.array(0, of: call.type), at: call[1], fromZero: true) }
        })

    /// The type of an element of an array or a value of a map.
    private static func itemType(_ call: FunctionCall) throws(PlanError) -> DataType {
        if case .map(let key, let value) = call.types[0] {
            guard call.types[1] == .null || key.comparisonType(with: call.types[1]) != nil else { throw call.incompatible() }
            return value
        }
        let type = try call.elementType(0)
        guard call.types[1].isNumeric || call.types[1] == .null || call.types[1] == .string else {
            throw call.wrong(1, expected: "a place in the array", found: "of type \(call.types[1].hiveName)")
        }
        return type
    }
}

extension Expression {
    /// The expression without its place in a query's text, and without the name that it is given.
    var unwrapped: Expression {
        switch self {
        case .located(let inner, _), .alias(let inner, _): inner.unwrapped
        default: self
        }
    }
}
