/// What a write does with the files that its target has.
public enum WriteMode: Sendable, Hashable {
    /// Adds to them.
    case append
    /// Replaces the whole folder, when the run commits.
    case overwrite
}

/// The transaction that a script's reads and writes take part in. Jobs implement it.
public protocol WriteTransaction: AnyObject, Sendable {
    /// Begins a write; its files appear when the run commits.
    ///
    /// - Throws: `StorageError`, `CatalogError`.
    func output(to target: StorageLocation, mode: WriteMode) throws -> StagedOutput

    /// Takes a write back that nothing was written by, so that its target stays as it is.
    func withdraw(_ output: StagedOutput)

    /// The files at or below a location as the run sees them: those that all see, without what it has overwritten, with what it has written.
    ///
    /// - Throws: `StorageError`; `notFound` when there is neither.
    func files(at location: StorageLocation, options: ListingOptions) throws -> any FileSequence
}
