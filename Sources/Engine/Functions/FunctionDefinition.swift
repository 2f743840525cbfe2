internal import Columnar

/// What a function is: its names, what it takes, what type it gives, and how it is computed.
///
///     FunctionDefinition("lpad", .text, "str len= [pad=]", takes: [.text, .number, .text], gives: .string) { call in ... }
///
/// The signature lists the parameters as PySpark names them, with blanks between: `[name]` may be left out (and so may all behind it), `name...` stands for any number of
/// them, one at least unless it is in brackets. How a script's `F.lpad("name", 5, "0")` takes a text: as the name of a column, or with `=` behind the parameter as the
/// text itself. A `!` at the end asks for a constant.
public final class FunctionDefinition: Sendable {
    public enum Theme: String, Sendable, CaseIterable {
        case text, regularExpressions = "regular expressions", numbers, bits, choosing, hashing, dates = "dates and times", arrays, maps, structs, json = "JSON and CSV",
            lambdas = "functions of functions", session
    }

    public struct Parameter: Sendable {
        public let name: String
        /// Whether a plain text of a script is a value and not the name of a column.
        public let isValue: Bool
        /// Whether the argument must be the same for all rows.
        public let isConstant: Bool
        public let isOptional: Bool
        /// Whether any number of arguments may stand here; the last parameter only.
        public let isRepeated: Bool
    }

    /// What comes of a null among the arguments.
    public enum NullRule: Sendable {
        /// The value is null; constant nulls never reach the evaluation.
        case propagates
        /// The evaluation knows.
        case handled
    }

    enum Body: Sendable {
        /// From the arguments' values.
        case operands(TypeRule, @Sendable (FunctionCall) throws(PlanError) -> Operand)
        /// From the arguments as they are written: functions that take lambdas, or that do not want all arguments evaluated.
        case expressions(
            type: @Sendable ([Expression], Schema, FieldLookup) throws(PlanError) -> DataType,
            evaluate: @Sendable ([Expression], Batch, FieldLookup) throws(PlanError) -> Operand)
        /// A shorter way to write another expression.
        case rewriting(@Sendable ([Expression]) -> Expression)
    }

    public let name: String
    public let aliases: [String]
    public let theme: Theme
    public let parameters: [Parameter]
    public let arity: ClosedRange<Int>
    /// Which counts within `arity` are right; nil for all.
    let acceptsCount: (@Sendable (Int) -> Bool)?
    /// What the arguments must be; the last stands for all that follow.
    let kinds: [ArgumentKind]
    let nulls: NullRule
    public let isDeterministic: Bool
    /// Whether the values of a row may make it an error, so that it must not be computed for rows that do not ask for it.
    public let raises: Bool
    /// One line for people: what the function gives.
    public let summary: String
    let body: Body

    private init(
        _ name: String, _ theme: Theme, _ signature: String, aliases: [String], takes kinds: [ArgumentKind], nulls: NullRule, isDeterministic: Bool, raises: Bool = false,
        summary: String, acceptsCount: (@Sendable (Int) -> Bool)?, body: Body
    ) {
        (self.name, self.theme, self.aliases, self.kinds, self.nulls) = (name, theme, aliases, kinds, nulls)
        (self.isDeterministic, self.raises, self.summary, self.body, self.acceptsCount) = (isDeterministic, raises, summary, body, acceptsCount)
        parameters = FunctionDefinition.parameters(signature)
        let required = parameters.count { !$0.isOptional }
        arity = required...(parameters.last?.isRepeated == true ? Int.max : parameters.count)
    }

    /// A function of its arguments' values.
    convenience init(
        _ name: String, _ theme: Theme, _ signature: String, aliases: [String] = [], takes kinds: [ArgumentKind] = [], gives type: TypeRule, nulls: NullRule = .propagates,
        isDeterministic: Bool = true, raises: Bool = false, summary: String = "", acceptsCount: (@Sendable (Int) -> Bool)? = nil,
        evaluate: @escaping @Sendable (FunctionCall) throws(PlanError) -> Operand
    ) {
        self.init(
            name, theme, signature, aliases: aliases, takes: kinds, nulls: nulls, isDeterministic: isDeterministic, raises: raises, summary: summary,
            acceptsCount: acceptsCount, body: .operands(type, evaluate))
    }

    /// A function that gets its arguments unevaluated. `type` is to throw what `evaluate` would.
    convenience init(
        _ name: String, _ theme: Theme, _ signature: String, aliases: [String] = [], isDeterministic: Bool = true, summary: String = "",
        typeOf type: @escaping @Sendable ([Expression], Schema, FieldLookup) throws(PlanError) -> DataType,
        evaluateOn evaluate: @escaping @Sendable ([Expression], Batch, FieldLookup) throws(PlanError) -> Operand
    ) {
        self.init(
            name, theme, signature, aliases: aliases, takes: [], nulls: .handled, isDeterministic: isDeterministic, summary: summary, acceptsCount: nil,
            body: .expressions(type: type, evaluate: evaluate))
    }

    /// A shorter way to write another expression.
    convenience init(
        _ name: String, _ theme: Theme, _ signature: String, aliases: [String] = [], summary: String = "", rewriting body: @escaping @Sendable ([Expression]) -> Expression
    ) {
        self.init(
            name, theme, signature, aliases: aliases, takes: [], nulls: .handled, isDeterministic: true, summary: summary, acceptsCount: nil, body: .rewriting(body))
    }

    private static func parameters(_ signature: String) -> [Parameter] {
        var isOptional = false
        return signature.utf8.split(separator: UInt8(ascii: " ")).map { part in
            var name = Substring(part)
            if name.first == "[" {
                isOptional = true
                name.removeFirst()
            }
            while name.last == "]" { name.removeLast() }
            let isConstant = name.last == "!"
            if isConstant { name.removeLast() }
            let isValue = name.last == "="
            if isValue { name.removeLast() }
            let isRepeated = name.hasSuffix("...")
            if isRepeated { name.removeLast(3) }
            return Parameter(name: String(name), isValue: isValue, isConstant: isConstant, isOptional: isOptional, isRepeated: isRepeated)
        }
    }

    /// The parameter that takes the argument at a place.
    public func parameter(at index: Int) -> Parameter? {
        if index < parameters.count { return parameters[index] }
        guard let last = parameters.last, last.isRepeated else { return nil }
        return last
    }
}

/// What an argument must be. Nulls are welcome everywhere, and so are choices, whose members are cast.
enum ArgumentKind: Sendable {
    case any
    /// What casts to a string.
    case text
    /// A number, or text that casts to one.
    case number
    /// A number without digits behind the point, or text that casts to one.
    case integer
    case boolean
    case date
    case binary
    case array, map, `struct`
    case other(String, @Sendable (DataType) -> Bool)

    /// The phrase behind "wants".
    var phrase: String {
        switch self {
        case .any: "a value"
        case .text: "a string"
        case .number: "a number"
        case .integer: "a whole number"
        case .boolean: "a boolean"
        case .date: "a date or timestamp"
        case .binary: "a string or binary value"
        case .array: "an array"
        case .map: "a map"
        case .struct: "a struct"
        case .other(let phrase, _): phrase
        }
    }

    func accepts(_ type: DataType) -> Bool {
        switch (self, type) {
        case (.any, _), (_, .null), (_, .choice): true
        case (.text, _): !type.isNested
        case (.number, _): type.isNumeric || type == .string
        case (.integer, _): type.isNumeric || type == .string
        case (.boolean, _): type == .boolean || type == .string
        case (.date, _): type == .date || type == .timestamp || type == .string
        case (.binary, _): !type.isNested
        case (.array, .array), (.map, .map), (.struct, .struct): true
        case (.other(_, let isRight), _): isRight(type)
        default: false
        }
    }
}

/// How a function's type follows from its arguments.
enum TypeRule: Sendable {
    case fixed(DataType)
    /// The type of an argument.
    case argument(Int)
    /// The type that holds the values of all arguments from one on.
    case common(from: Int)
    case custom(@Sendable (FunctionCall) throws(PlanError) -> DataType)

    static let boolean = TypeRule.fixed(.boolean), int = TypeRule.fixed(.int), long = TypeRule.fixed(.long), double = TypeRule.fixed(.double)
    static let string = TypeRule.fixed(.string), binary = TypeRule.fixed(.binary), date = TypeRule.fixed(.date), timestamp = TypeRule.fixed(.timestamp)
    static let common = TypeRule.common(from: 0)
}
