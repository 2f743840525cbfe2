/// What the catalog keeps by name besides databases and tables: jobs, triggers, crawlers and workflows.
public protocol DefinitionRecord: Codable, Hashable, Sendable {
    static var kind: DefinitionKind { get }
    var name: String { get }
    /// Seconds since the epoch; set by the store.
    var createdOn: Double? { get set }
    var lastModifiedOn: Double? { get set }
    /// The project that declared it, so that pruning takes only what came from there.
    var project: String? { get set }
}

/// The kinds of definitions, by the words that people use for them.
public enum DefinitionKind: String, CaseIterable, Codable, Sendable {
    case job, trigger, crawler, workflow
}
