internal import Columnar

/// A scalar function that expressions can call: a value of each row from values of that row. Two are equal when they are the same function.
public struct Function: Sendable, Hashable {
    public let definition: FunctionDefinition

    /// The name in Spark SQL, in lower case.
    public var name: String { definition.name }

    init(_ definition: FunctionDefinition) { self.definition = definition }

    /// The function of a name or another name of it, in any case.
    public init?(named name: String) {
        guard let definition = FunctionRegistry.shared.definition(of: name) else { return nil }
        self.definition = definition
    }

    public static func == (a: Function, b: Function) -> Bool { a.definition === b.definition }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(definition)) }

    /// How many arguments the function takes.
    public var arity: ClosedRange<Int> { definition.arity }

    /// Whether equal arguments give equal values, whenever and however often the function is called.
    public var isDeterministic: Bool { definition.isDeterministic }

    /// Whether the name is an operator's sign.
    var isOperator: Bool { ["&", "|", "^", "~"].contains(name) }

    /// Whether the function gives booleans, whatever its arguments.
    var isBoolean: Bool { if case .operands(.fixed(.boolean), _) = definition.body { true } else { false } }

    /// The call of the function, with its arguments counted. Functions that are a shorter way to write other expressions give those.
    ///
    /// - Throws: `PlanError.argumentCount`.
    public func callAsFunction(_ arguments: [Expression]) throws(PlanError) -> Expression {
        guard arity.contains(arguments.count), definition.acceptsCount?(arguments.count) ?? true else {
            throw .argumentCount(function: name, takes: arity, given: arguments.count)
        }
        if case .rewriting(let body) = definition.body { return body(arguments) }
        return .call(self, arguments)
    }

    /// All functions, by theme and in the order in which they are defined.
    public static var all: [Function] { FunctionRegistry.shared.definitions.map(Function.init) }

    /// All names and other names of functions, sorted.
    public static var allNames: [String] { FunctionRegistry.shared.names }

    /// The error of a name that no function has.
    ///
    /// - Parameter others: names that are known besides those of scalar functions, for the hint.
    public static func unknown(_ name: String, others: [String] = []) -> PlanError {
        if SparkFunctionNames.all.contains(name.lowercased()) { return .coded(.unknownFunction, "Spark's function '\(name.lowercased())' is not supported") }
        return .coded(.unknownFunction, "there is no function '\(name)'\(Columnar.Suggestion.hint(for: name, in: allNames + others))")
    }
}

// MARK: Functions that code speaks of

extension Function {
    private static func known(_ name: String) -> Function {
        guard let function = Function(named: name) else { preconditionFailure("the registry has no function '\(name)'") }
        return function
    }

    public static let lower = known("lower"), upper = known("upper"), length = known("length"), substring = known("substring")
    public static let trim = known("trim"), ltrim = known("ltrim"), rtrim = known("rtrim")
    public static let concat = known("concat"), concatWithSeparator = known("concat_ws"), replace = known("replace"), reverse = known("reverse")
    public static let lpad = known("lpad"), rpad = known("rpad"), instr = known("instr")
    public static let like = known("like")
    public static let startsWith = known("startswith"), endsWith = known("endswith"), contains = known("contains")
    public static let abs = known("abs"), round = known("round"), floor = known("floor"), ceil = known("ceil"), isNaN = known("isnan")
    public static let sqrt = known("sqrt"), power = known("pow"), exp = known("exp"), ln = known("ln")
    public static let coalesce = known("coalesce"), greatest = known("greatest"), least = known("least")
    public static let year = known("year"), month = known("month"), day = known("day"), hour = known("hour"), minute = known("minute")
    public static let second = known("second"), dayOfWeek = known("dayofweek"), quarter = known("quarter")
    public static let toDate = known("to_date"), toTimestamp = known("to_timestamp")
    public static let dateAdd = known("date_add"), dateSub = known("date_sub"), dateDiff = known("datediff"), dateFormat = known("date_format")
}
