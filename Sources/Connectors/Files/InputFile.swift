/// One file that a scan will read.
public struct InputFile: Sendable, Hashable {
    public let path: String
    /// Bytes.
    public let size: Int
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public let modified: Int64
    /// The values of the table's partition keys, in their order; nil for a null.
    public let partition: [String?]

    public init(path: String, size: Int, modified: Int64, partition: [String?] = []) {
        (self.path, self.size, self.modified, self.partition) = (path, size, modified, partition)
    }
}
