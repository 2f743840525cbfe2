internal import Scripting

/// The argument that a place is in, or is in a list or a table of.
struct CalledArgument {
    typealias Step = CompletionContext.Step

    let call: CompletionContext.Call
    /// The last word of what is called: `from_options`.
    let callee: String
    /// What the method is called on.
    let owner: ExpressionClass?
    /// The argument's name, as it is written or as the signature has it at this position.
    let name: String?
    /// Its position; nil where it is written with its name.
    let position: Int?
    /// From the argument inwards, where it is a list or a table.
    let inner: [Step]
    /// Whether the call is one of a reader's or a writer's, whose last table holds options.
    var isWriting: Bool { owner?.className.map { $0.hasPrefix("write") || $0 == "DataFrameWriter" } ?? false || callee.hasPrefix("write") }
}

extension Completer {
    /// The argument of the innermost call that a place is in; nil outside of calls.
    func argument(at spot: CompletionContext.Spot, _ context: CompletionContext) -> CalledArgument? {
        guard let call = spot.call, call.callee > 0, let first = spot.steps.first else { return nil }
        let callee = context.tokens[call.callee - 1]
        guard callee.kind == .name else { return nil }
        let owner = receiver(of: call, context)
        let parameters = registeredName(of: call, context).flatMap { environment.parameters(of: $0) }
        func made(name: String?, position: Int?, _ inner: some Sequence<CalledArgument.Step>) -> CalledArgument {
            CalledArgument(call: call, callee: callee.text, owner: owner, name: name, position: position, inner: Array(inner))
        }
        func parameter(_ position: Int) -> String? { parameters.flatMap { $0.indices.contains(position) ? $0[position].name : nil } }
        let isBrace = call.callee < context.tokens.count && context.tokens[call.callee].isSymbol("{")
        if isBrace {
            if let name = first.name { return made(name: name, position: nil, spot.steps.dropFirst()) }
            return made(name: parameter(0), position: 0, spot.steps)
        }
        guard let position = first.position else { return nil }
        if spot.steps.count > 1, let name = spot.steps[1].name {
            // A table with names: the arguments by name, unless the one at this position is itself such a table.
            let isTable = parameters.map { $0.indices.contains(position) && $0[position].kind == Self.tableOfOptions && !$0.contains { $0.name == name } } ?? false
            if !isTable { return made(name: name, position: nil, spot.steps.dropFirst(2)) }
        }
        return made(name: parameter(position), position: position, spot.steps.dropFirst())
    }

    /// What a parameter's kind is called that takes a table of options.
    static let tableOfOptions = "a table of options"

    /// An argument of the call that is written elsewhere, as the text that it is: by its name, or by its position in the signature.
    func text(of name: String, _ argument: CalledArgument, before end: Int, _ context: CompletionContext) -> String? {
        value(of: name, argument, before: end, context).flatMap { literal($0, context) }
    }

    func value(of name: String, _ argument: CalledArgument, before end: Int, _ context: CompletionContext) -> Range<Int>? {
        let given = context.arguments(of: argument.call, before: end)
        if let named = given.first(where: { $0.name == name }) { return named.value }
        guard let parameters = registeredName(of: argument.call, context).flatMap({ environment.parameters(of: $0) }),
            let position = parameters.firstIndex(where: { $0.name == name }), given.indices.contains(position), given[position].name == nil
        else { return nil }
        return given[position].value
    }

    /// The format that a call reads or writes, where a text says it.
    func format(_ argument: CalledArgument, before end: Int, _ context: CompletionContext) -> String? {
        if ["csv", "json", "parquet"].contains(argument.callee) { return argument.callee }
        if let format = text(of: "format", argument, before: end, context) { return format }
        if let type = text(of: "connection_type", argument, before: end, context), ArgumentChoices.formats(writing: true).contains(type) { return type }
        // spark.read.format("csv").options{...
        guard let start = context.expressionStart(before: argument.call.callee) else { return nil }
        let tokens = context.tokens
        for index in (start..<argument.call.callee).reversed() where tokens[index].kind == .name && tokens[index].text == "format" && index + 1 < argument.call.callee {
            return literal(index + 1..<index + 2, context) ?? literal(index + 2..<min(index + 3, argument.call.callee), context)
        }
        return nil
    }

    /// The names that a table of options takes at this place; nil where it is none.
    func optionNames(_ argument: CalledArgument, before end: Int, _ context: CompletionContext) -> [String]? {
        // In a list of the table nothing has a name; `inner` is the place in the table itself.
        guard argument.inner.count == 1 || argument.inner.isEmpty else { return nil }
        let format = format(argument, before: end, context)
        switch argument.name {
        case "format_options" where argument.inner.count == 1: return ArgumentChoices.formatOptions(format)
        case "connection_options" where argument.inner.count == 1: return ArgumentChoices.connectionOptions(writing: argument.isWriting)
        case "additional_options" where argument.inner.count == 1: return ArgumentChoices.catalogOptions(writing: argument.isWriting)
        default: break
        }
        guard argument.inner.count == 1, argument.position != nil else { return nil }
        let writing = argument.owner?.className == "DataFrameWriter"
        guard writing || argument.owner?.className == "DataFrameReader" else { return nil }
        let options = ArgumentChoices.sparkOptions(format, writing: writing)
        switch argument.callee {
        case "options": return options
        case "csv", "json", "parquet": return options + (writing ? ["mode", "partitionBy"] : ["paths", "schema"])
        case "load": return options + ["format", "paths", "schema"]
        case "save": return options + ["format", "mode", "partitionBy"]
        case "saveAsTable": return options + ["format", "mode", "name", "partitionBy"]
        default: return nil
        }
    }
}
