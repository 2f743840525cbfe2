/// What one execution of a plan shares: its cancellation and its error records.
public final class ExecutionContext: Sendable {
    public init() {}
}
