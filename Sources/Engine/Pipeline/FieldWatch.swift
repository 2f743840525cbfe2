public import Columnar
internal import Synchronization

/// The fields that a transform reads by their names, and what becomes of those that no record has: mostly they are misspelt.
public struct FieldReads: Sendable {
    /// The paths that lead nowhere in a schema of the input.
    public let unknown: @Sendable (Schema) -> [FieldPath]
    /// What follows for a path that leads nowhere, as a clause: `its values are null`.
    public let effect: String

    public init(_ effect: String, unknown: @escaping @Sendable (Schema) -> [FieldPath]) { (self.effect, self.unknown) = (effect, unknown) }
}

/// Learns in one execution which of the fields that a transform reads no record has.
///
/// Looks at the schemas of batches, never at rows, and no more once every field was found.
public final class FieldWatch: Sendable {
    public let reads: FieldReads
    private let columns: ColumnSet
    private let isOpen = Atomic<Bool>(true)
    private let state = Locked<(missing: [FieldPath]?, last: Schema?)>((nil, nil))

    /// - Parameter columns: the input's columns that are read at all; a path into another one tells nothing.
    init(_ reads: FieldReads, within columns: ColumnSet) { (self.reads, self.columns) = (reads, columns) }

    /// The paths that none of the batches has; nil before any row was seen.
    public var missing: [FieldPath]? { state.withLock { $0.missing } }

    func see(_ batch: Batch) {
        guard batch.count > 0, isOpen.load(ordering: .relaxed) else { return }
        let left = state.withLock { state -> Int in
            if state.last === batch.schema { return 1 }
            state.last = batch.schema
            let unknown = reads.unknown(batch.schema).filter { columns?.contains($0.names[0]) ?? true }
            let missing = state.missing.map { $0.filter(unknown.contains) } ?? unknown
            state.missing = missing
            return missing.count
        }
        if left == 0 { isOpen.store(false, ordering: .relaxed) }
    }
}
