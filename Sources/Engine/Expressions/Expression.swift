public import Columnar

/// A tree of field reads, literals and calls over one record, with the semantics of Spark SQL without ANSI mode.
///
///     let expression = try Expression(parsing: "amount > 100 and status in ('new', 'paid')")
///     let column = try expression.evaluate(on: batch)
///
/// Names are bound when an expression meets a schema or a batch, by the rules of a `FieldLookup`.
public indirect enum Expression: Sendable, Hashable {
    /// A field by its path: `["address", "zip"]`. A step leads into a struct, to a map's entry of that key, or into all elements of an array.
    case field([String])
    case literal(Value, DataType)
    /// Null where the value cannot be cast.
    case cast(Expression, DataType)
    case comparison(Expression, Comparison, Expression)
    /// `<=>`: equality in which null equals null; never null.
    case identity(Expression, Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case not(Expression)
    case arithmetic(Expression, Arithmetic, Expression)
    case negation(Expression)
    case isNull(Expression)
    /// Whether the value equals one of the others; null where it does not, but one of them is null.
    case membership(Expression, [Expression])
    /// `LIKE`; the pattern as `LikePattern` reads it.
    case like(Expression, pattern: String, escape: UInt8?)
    /// The value of the first branch whose condition is true; `otherwise`, or null, when there is none.
    case conditional([Branch], otherwise: Expression?)
    case call(Function, [Expression])
    /// A value that other rows have a part in. `WindowNode` computes it, and puts a field in its place; nothing else can.
    case window(WindowCall)
    /// A value of many rows. `AggregateNode` computes it, and puts a field in its place; nothing else can.
    case aggregate(AggregateCall)
    /// What makes rows of one row: `explode(items)`. `GenerateNode` computes it.
    case generator(Generator, [Expression])
    /// What a query in parentheses gives. Analysis makes a join of it.
    case subquery(Subquery)
    /// A user's function of its arguments. Analysis makes a node of it, which puts a field in its place.
    case userFunction(UserFunction, [Expression])
    /// A function to be applied to the elements of an array or a map: an argument of `transform`, `filter` and their like. In its body
    /// fields of one step named as parameters are the parameters.
    case lambda([String], Expression)
    /// A length of time, to be added to a date or a timestamp.
    case interval(Interval)
    /// The expression under a name of its own: in a select list, or in `struct(...)`.
    case alias(Expression, String)
    /// All columns, or those of the table of that name.
    case star([String])
    /// A column that the expression was bound to when it was made, whatever its name by now: `sales.shop`. Resolution makes a field of it.
    case attribute(AttributeReference)
    /// The expression with its place in the text of a query, in bytes. Resolution takes it away.
    case located(Expression, Int)
    /// The operation directly inside (arithmetic, a cast, a call) with errors in the places of nulls and wrapped numbers. ANSI mode makes it: `ansi`.
    case checked(Expression)

    public struct Branch: Sendable, Hashable {
        public var condition: Expression
        public var value: Expression
        public init(_ condition: Expression, _ value: Expression) { (self.condition, self.value) = (condition, value) }
    }
}

// MARK: Making

extension Expression {
    public static func field(_ name: String) -> Expression { .field([name]) }
    public static func literal(_ value: Bool) -> Expression { .literal(.boolean(value), .boolean) }
    public static func literal(_ value: Int64) -> Expression { .literal(.integer(value), Int32(exactly: value) == nil ? .long : .int) }
    public static func literal(_ value: Double) -> Expression { .literal(.double(value), .double) }
    public static func literal(_ value: String) -> Expression { .literal(.string(value), .string) }
    public static let null = Expression.literal(.null, .null)

    public static func isNotNull(_ operand: Expression) -> Expression { .not(.isNull(operand)) }

    public static func between(_ value: Expression, _ low: Expression, _ high: Expression) -> Expression {
        .and(.comparison(value, .greaterOrEqual, low), .comparison(value, .lessOrEqual, high))
    }

    /// The conjunction of all, in their order; true for none.
    public static func all(_ conditions: [Expression]) -> Expression { combined(conditions[...], empty: true) { .and($0, $1) } }

    /// The disjunction of all, in their order; false for none.
    public static func any(_ conditions: [Expression]) -> Expression { combined(conditions[...], empty: false) { .or($0, $1) } }

    /// A tree that leans to the left as a text is read, or of many conditions one of little depth.
    private static func combined(_ conditions: ArraySlice<Expression>, empty: Bool, _ combine: (Expression, Expression) -> Expression) -> Expression {
        guard let first = conditions.first else { return .literal(empty) }
        if conditions.count <= 64 { return conditions.dropFirst().reduce(first, combine) }
        let middle = conditions.startIndex + conditions.count / 2
        return combine(combined(conditions[..<middle], empty: empty, combine), combined(conditions[middle...], empty: empty, combine))
    }
}

// MARK: Looking inside

extension Expression {
    /// The expressions that this one is made of, in the order in which they are written.
    public var children: [Expression] {
        switch self {
        case .field, .literal, .interval, .star, .attribute: []
        case .alias(let operand, _), .located(let operand, _), .lambda(_, let operand), .checked(let operand): [operand]
        case .aggregate(let call): call.arguments + (call.filter.map { [$0] } ?? [])
        case .generator(_, let arguments), .userFunction(_, let arguments): arguments
        case .subquery(let subquery): subquery.values
        case .cast(let operand, _), .not(let operand), .negation(let operand), .isNull(let operand), .like(let operand, _, _): [operand]
        case .comparison(let a, _, let b), .identity(let a, let b), .and(let a, let b), .or(let a, let b), .arithmetic(let a, _, let b): [a, b]
        case .membership(let value, let list): [value] + list
        case .conditional(let branches, let otherwise): branches.flatMap { [$0.condition, $0.value] } + (otherwise.map { [$0] } ?? [])
        case .call(_, let arguments): arguments
        case .window(let call): call.arguments + call.partition + call.order.map(\.expression)
        }
    }

    /// The expression with its children replaced by what `body` makes of them.
    public func mapChildren<E: Error>(_ body: (Expression) throws(E) -> Expression) throws(E) -> Expression {
        func map(_ list: [Expression]) throws(E) -> [Expression] {
            var result: [Expression] = []
            for item in list { result.append(try body(item)) }
            return result
        }
        switch self {
        case .field, .literal, .interval, .star, .attribute: return self
        case .alias(let operand, let name): return .alias(try body(operand), name)
        case .located(let operand, let position): return .located(try body(operand), position)
        case .lambda(let parameters, let operand): return .lambda(parameters, try body(operand))
        case .checked(let operand): return .checked(try body(operand))
        case .aggregate(let call):
            let arguments = try map(call.arguments)
            var filter = call.filter
            if let condition = filter { filter = try body(condition) }
            return .aggregate(AggregateCall(call.function, arguments, isDistinct: call.isDistinct, filter: filter, shownName: call.shownName))
        case .generator(let generator, let arguments): return .generator(generator, try map(arguments))
        case .userFunction(let function, let arguments): return .userFunction(function, try map(arguments))
        case .subquery(let subquery): return .subquery(Subquery(subquery.kind, values: try map(subquery.values), query: subquery.query))
        case .cast(let operand, let type): return .cast(try body(operand), type)
        case .comparison(let a, let comparison, let b): return .comparison(try body(a), comparison, try body(b))
        case .identity(let a, let b): return .identity(try body(a), try body(b))
        case .and(let a, let b): return .and(try body(a), try body(b))
        case .or(let a, let b): return .or(try body(a), try body(b))
        case .not(let operand): return .not(try body(operand))
        case .arithmetic(let a, let operation, let b): return .arithmetic(try body(a), operation, try body(b))
        case .negation(let operand): return .negation(try body(operand))
        case .isNull(let operand): return .isNull(try body(operand))
        case .membership(let value, let list): return .membership(try body(value), try map(list))
        case .like(let operand, let pattern, let escape): return .like(try body(operand), pattern: pattern, escape: escape)
        case .conditional(let branches, let otherwise):
            var mapped: [Branch] = []
            for branch in branches { mapped.append(Branch(try body(branch.condition), try body(branch.value))) }
            guard let otherwise else { return .conditional(mapped, otherwise: nil) }
            return .conditional(mapped, otherwise: try body(otherwise))
        case .call(let function, let arguments): return .call(function, try map(arguments))
        case .window(let call):
            var order: [SortNode.Key] = []
            for key in call.order { order.append(SortNode.Key(try body(key.expression), descending: key.descending, nullsFirst: key.nullsFirst)) }
            return .window(WindowCall(call.function, try map(call.arguments), partition: try map(call.partition), order: order, frame: call.frame))
        }
    }

    /// The names of the top-level columns that the expression reads, as they are written.
    public var fields: Set<String> {
        var names = Set<String>()
        func visit(_ expression: Expression) {
            if case .field(let path) = expression, let first = path.first { names.insert(first) }
            if case .lambda(let parameters, let body) = expression { return names.formUnion(body.fields.subtracting(parameters)) }
            for child in expression.children { visit(child) }
        }
        visit(self)
        return names
    }

    /// The conditions that must all be true for this one to be: the parts between top-level ANDs.
    public var conjuncts: [Expression] {
        var result: [Expression] = []
        var stack = [self]
        while let next = stack.popLast() {
            if case .and(let a, let b) = next {
                stack.append(b)
                stack.append(a)
            } else {
                result.append(next)
            }
        }
        return result
    }

    /// The expression with fields of the given names (top-level columns) renamed; a name that is not there stays.
    public func renamingFields(_ names: [String: String]) -> Expression {
        if case .field(let path) = self, let first = path.first, let new = names[first] { return .field([new] + path.dropFirst()) }
        if case .lambda(let parameters, let body) = self { return .lambda(parameters, body.renamingFields(names.filter { !parameters.contains($0.key) })) }
        return mapChildren { $0.renamingFields(names) }
    }
}
