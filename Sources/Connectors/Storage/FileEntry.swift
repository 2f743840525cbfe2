/// A file that a listing found.
public struct FileEntry: Hashable, Sendable {
    /// Absolute: where readers see the file, or will once the run commits. Partition values are read from it.
    public let path: String
    /// Where its bytes are now; differs from `path` for a file that this run has written and not yet committed.
    public let storedPath: String
    /// Bytes.
    public let size: Int64
    /// Time of the last change, in nanoseconds since the epoch.
    public let modified: Int64

    public init(path: String, storedPath: String? = nil, size: Int64, modified: Int64) {
        (self.path, self.storedPath, self.size, self.modified) = (path, storedPath ?? path, size, modified)
    }

    public var name: String { LocalPath.name(of: path) }
}

/// Files one after the other, in the order of their paths' bytes. Used by one thread at a time.
public protocol FileSequence: AnyObject {
    /// - Throws: `StorageError`.
    func next() throws(StorageError) -> FileEntry?
}

extension FileSequence {
    /// All files that are left.
    public func all() throws(StorageError) -> [FileEntry] {
        var files: [FileEntry] = []
        while let file = try next() { files.append(file) }
        return files
    }
}
