internal import Columnar

/// What functions with side effects returned in one action, kept so that they are called once for each record even when the action has to start
/// again because its rows did not have the schema that was assumed.
///
/// Kept only where an action may start again (`isNeeded`); its memory is charged like all other.
public final class Spool: Sendable {
    struct Results: Sendable {
        var batches: [Batch] = []
        var failures: [(failures: [RecordFailure], batch: Batch)] = []
    }

    private let state = Locked<(isNeeded: Bool, results: [ObjectIdentifier: Results])>((false, [:]))

    public init() {}

    var isNeeded: Bool {
        get { state.withLock { $0.isNeeded } }
        set { state.withLock { $0.isNeeded = newValue } }
    }

    /// The results of a node: those kept, or else those of `run`, which are kept from now on.
    func results(of node: PlanNode, _ run: () throws -> Results) throws -> Results {
        if let kept = state.withLock({ $0.results[ObjectIdentifier(node)] }) { return kept }
        let results = try run()
        state.withLock { $0.results[ObjectIdentifier(node)] = results }
        return results
    }
}
