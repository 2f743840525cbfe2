public import Columnar

/// Makes choices plain (`resolveChoice`): columns in which some values have one type and some another.
///
/// | action | a choice `c` of `int` and `string` becomes |
/// | --- | --- |
/// | `cast:T` | one column of T; a value that cannot be cast is null and counted |
/// | `project:T` | one column of T: values of that type stay, others are null |
/// | `make_cols` | `c_int` and `c_string`, of which each row fills one |
/// | `make_struct` | `c`, a struct of `int` and `string`, of which each row fills one |
/// | `widest` | one column of the narrowest type that holds every value; an error where there is none |
/// | `match_catalog` | one column of the type that a declared schema gives it; a choice that it does not name stays |
///
/// With paths, fields that no path names stay as they are, and a path that leads nowhere is ignored; `cast` and `project` then work on plain
/// columns too. Without paths the action works on every choice, nested ones first. Array elements and map values have no neighbours, so
/// `make_cols` makes structs of them.
///
/// Which columns are choices only the whole frame tells: see `needsFrameSchema`.
public struct ResolveChoice: Sendable {
    public indirect enum Action: Sendable, Hashable {
        case cast(DataType)
        case project(DataType)
        case makeColumns
        case makeStruct
        case widest
        case matchCatalog(Schema)
    }

    /// The actions that a path can have, as scripts write them.
    public static let actionNames = ["cast:TYPE", "project:TYPE", "make_cols", "make_struct", "widest"]

    public enum Rule: Sendable {
        /// One action for every choice.
        case all(Action)
        case paths([(path: FieldPath, action: Action)])
    }

    public let rule: Rule
    private let tree: PathTree<Action>

    public init(choice action: Action) {
        rule = .all(action)
        tree = PathTree()
    }

    /// - Throws: `duplicateSpec` when a path stands twice, `actionNeedsNoPath` for `match_catalog`.
    public init(specs: [(path: FieldPath, action: Action)]) throws(TransformError) {
        rule = .paths(specs)
        var tree = PathTree<Action>()
        for (path, action) in specs {
            if case .matchCatalog = action { throw .actionNeedsNoPath(action: "match_catalog", path: path.description) }
            if tree.insert(action, at: path) != nil { throw .duplicateSpec(path: path.description) }
        }
        self.tree = tree
    }

    /// Every choice a struct of its members, nested ones too: how a DynamicFrame becomes a DataFrame.
    public static let asStructs = ResolveChoice(choice: .makeStruct)

    /// What every action but `cast` and `project` for a path depends on: `apply` then needs the schema of the whole frame.
    public var needsFrameSchema: Bool {
        switch rule {
        case .all: true
        case .paths(let specs):
            specs.contains { spec in
                switch spec.action {
                case .project(.decimal): true
                case .cast(let type), .project(let type): type.containsOpenType
                default: true
                }
            }
        }
    }

    /// The paths that lead nowhere in a schema: most likely a mistake in the script.
    public func unknownPaths(in schema: Schema) -> [FieldPath] {
        guard case .paths(let specs) = rule else { return [] }
        return specs.map(\.path).filter { $0.type(in: schema) == nil }
    }

    /// - Throws: as `apply`.
    public func outputSchema(for schema: Schema) throws(TransformError) -> Schema { try apply(.empty(schema), frameSchema: schema).batch.schema }

    /// Rows: all of them, in order. The batch conforms to `frameSchema` first, where that is needed.
    ///
    /// - Throws: `noWidestType`.
    public func apply(_ batch: Batch, frameSchema: Schema) throws(TransformError) -> (batch: Batch, failures: CastFailures) {
        let batch = needsFrameSchema ? batch.conforming(to: frameSchema) : batch
        var resolver = ChoiceResolver(rule: rule)
        let declared: Schema? = if case .all(.matchCatalog(let schema)) = rule { schema } else { nil }
        let resolved = try resolver.resolve(
            NamedColumns(batch), tree, declared: declared.map { .struct($0.fields) } ?? .null, at: [])
        return (resolved.batch(count: batch.count, like: batch.schema), resolver.failures)
    }
}

extension ResolveChoice.Action {
    /// Reads an action as scripts write it: `cast:long`, `make_cols`.
    ///
    /// - Parameters:
    ///   - path: the field it is for; nil when it is for every choice.
    ///   - declared: what `match_catalog` matches.
    /// - Throws: `unknownAction`, `unknownType` or `actionNeedsNoPath`.
    public init(_ text: String, path: String?, declared: Schema? = nil) throws(TransformError) {
        let place = path.map { "for '\($0)'" } ?? "in '\(text)'"
        func type(after prefix: String) throws(TransformError) -> DataType {
            let name = String(text.dropFirst(prefix.count))
            guard let type = DataType(parsing: name) else { throw .unknownType(name: name, place: place) }
            return type
        }
        switch text {
        case "make_cols": self = .makeColumns
        case "make_struct": self = .makeStruct
        case "widest": self = .widest
        case "match_catalog":
            if let path { throw .actionNeedsNoPath(action: text, path: path) }
            guard let declared else { throw .unknownAction(action: text, path: path) }
            self = .matchCatalog(declared)
        case _ where text.hasPrefix("cast:"): self = .cast(try type(after: "cast:"))
        case _ where text.hasPrefix("project:"): self = .project(try type(after: "project:"))
        default: throw .unknownAction(action: text, path: path)
        }
    }
}
