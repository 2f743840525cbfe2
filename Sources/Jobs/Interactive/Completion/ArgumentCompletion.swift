internal import Scripting

/// The names of arguments in a call that names them, `Filter.apply{fr`, and those of options in a table of such.
extension Completer {
    /// - Returns: nil where the cursor does not stand at the beginning of an argument or an option.
    func namedArguments(_ word: String, _ context: CompletionContext) -> [Candidate]? {
        let end = word.isEmpty ? context.tokens.count : context.tokens.count - 1
        guard end >= 1 else { return nil }
        let previous = context.tokens[end - 1]
        guard previous.isSymbol("{") || previous.isSymbol(",") || previous.isSymbol(";") else { return nil }
        guard let spot = context.spot(before: end), let open = context.openBrackets(before: end).first, context.tokens[open].isSymbol("{") else { return nil }
        guard let argument = argument(at: spot, context) else { return nil }
        let table = CompletionContext.Call(callee: open, first: open + 1, hasNames: true)
        let given = Set(context.arguments(of: table, before: end).compactMap(\.name))
        if let options = optionNames(argument, before: end, context) {
            return Self.matching(word, options.filter { !given.contains($0) }.sorted().map { Candidate($0, .argument, detail: "option") })
        }
        // `agg{amount = "sum"}`, `fillna{amount = 0}`: columns are the names.
        if ["agg", "fill", "fillna", "withColumnsRenamed", "withColumns"].contains(argument.callee), argument.inner.count == 1, let columns = argument.owner.flatMap({ columns(of: $0) }) {
            return Self.matching(word, columns.filter { Self.isName($0.name) && !given.contains($0.name) }.map { Candidate($0.name, .column, detail: $0.type) })
        }
        // Only directly within the braces: not in a list that is an argument's value.
        let call = argument.call
        guard call.hasNames, open == call.callee || open == call.callee + 1 else { return nil }
        guard let name = registeredName(of: call, context), let parameters = environment.parameters(of: name) else { return nil }
        let candidates = parameters.filter { !given.contains($0.name) }.map {
            Candidate($0.name, .argument, detail: $0.isRequired ? $0.kind : "\($0.kind), optional")
        }
        let found = Self.matching(word, candidates)
        return found.isEmpty ? nil : found
    }

    /// The name under which what a call calls is registered: `Filter.apply`, `DynamicFrame:filter`.
    func registeredName(of call: CompletionContext.Call, _ context: CompletionContext) -> String? {
        let name = call.callee - 1
        guard name >= 0, context.tokens[name].kind == .name else { return nil }
        if let owner = receiver(of: call, context) {
            if case .value(let path, .table) = owner {
                if case .function(let registered) = environment.state.look(at: path + [.name(context.tokens[name].text)]) { return registered }
                return nil
            }
            return owner.className.map { "\($0):\(context.tokens[name].text)" }
        }
        guard name == 0 || !(context.tokens[name - 1].isSymbol(".") || context.tokens[name - 1].isSymbol(":")) else { return nil }
        if case .function(let registered) = environment.state.look(at: [.name(context.tokens[name].text)]) { return registered }
        return nil
    }
}
