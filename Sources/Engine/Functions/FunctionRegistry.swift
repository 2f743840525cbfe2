internal import Columnar

/// All scalar functions by their names. Made when a function is first looked for.
final class FunctionRegistry: Sendable {
    static let shared = FunctionRegistry()

    let definitions: [FunctionDefinition]
    private let byName: [String: FunctionDefinition]
    let names: [String]

    private init() {
        let themes: [[FunctionDefinition]] = [
            TextFunctions.definitions,
            RegexFunctions.definitions,
            HashFunctions.definitions,
            NumberFunctions.definitions,
            BitFunctions.definitions,
            ChoosingFunctions.definitions,
            SessionFunctions.definitions,
            PlaceFunctions.definitions,
            GroupingFunctions.definitions,
            DateFunctions.definitions,
            TimeZoneFunctions.definitions,
            TimeWindowFunctions.definitions,
            ArrayFunctions.definitions,
            MapFunctions.definitions,
            StructFunctions.definitions,
            LambdaFunctions.definitions,
            JSONFunctions.definitions,
        ]
        definitions = themes.flatMap { $0 }
        var byName: [String: FunctionDefinition] = [:]
        for definition in definitions {
            for name in [definition.name] + definition.aliases {
                let former = byName.updateValue(definition, forKey: name)
                precondition(former == nil, "two functions are called '\(name)'")
            }
        }
        self.byName = byName
        names = byName.keys.sorted()
    }

    /// The function of a name in any case.
    func definition(of name: String) -> FunctionDefinition? { byName[name] ?? byName[name.lowercased()] }
}

extension Expression {
    /// Whether the expression has the same value whenever it is computed from the same row: what has not must be computed once, where it stands.
    public var isDeterministic: Bool {
        switch self {
        case .call(let function, let arguments): function.isDeterministic && arguments.allSatisfy(\.isDeterministic)
        case .userFunction: false
        default: children.allSatisfy(\.isDeterministic)
        }
    }
}
