internal import Columnar
internal import Engine

/// Fields that a transform asked for by name and that no record had. Glue says nothing of them either, and the result stays what it is there; but mostly they are
/// misspelt.
struct UnreadFields {
    /// Who asked.
    private(set) weak var owner: PlanNode?
    /// The same, kept while there is something to be said of it: its rows may be large.
    private let kept: PlanNode?
    let order: Int
    let paths: [FieldPath]
    let effect: String

    init(_ node: PlanNode, _ paths: [FieldPath], order: Int, effect: String) {
        (owner, kept, self.paths, self.order, self.effect) = (node, paths.isEmpty ? nil : node, paths, order, effect)
    }

    /// A sentence for each field, with the nearest one that there is.
    func warnings(in environment: ScriptEnvironment) -> [String] {
        guard let node = kept else { return [] }
        let names = Self.names(node.inputs.first, environment)
        return paths.map { path in
            let name = path.description
            return "\(node.label): no record has a field '\(name)', so \(effect)\(Suggestion.hint(for: name, in: names))"
        }
    }

    /// The names of the fields that a node gives, with a dot before those in structs.
    ///
    /// Where only rows tell, the first ones are looked at once more; what a script's functions make is not computed again for that.
    private static func names(_ input: PlanNode?, _ environment: ScriptEnvironment) -> [String] {
        guard let input else { return [] }
        let context = ExecutionContext(workers: environment.workers, cancellation: environment.cancellation)
        if let known = try? input.cheapSchema(context) { return names(known) }
        let declared = input.declaredSchema.known.map(names) ?? []
        guard input.selfAndAncestors.allSatisfy({ $0 is ScanNode || $0 is TransformNode }) else { return declared }
        let head = CollectingConsumer(limit: 1000)
        guard (try? Execution.run(input, ordered: true, context: context, into: head)) != nil else { return declared }
        return names(head.batches.reduce(.empty) { $0.merging($1.schema) })
    }

    static func names(_ schema: Schema) -> [String] {
        var names: [String] = []
        func add(_ fields: [Field], _ prefix: String) {
            for field in fields {
                names.append(prefix + field.name)
                var type = field.type
                while case .array(let element) = type { type = element }
                if case .struct(let inner) = type { add(inner, prefix + field.name + ".") }
            }
        }
        add(schema.fields, "")
        return names
    }
}
