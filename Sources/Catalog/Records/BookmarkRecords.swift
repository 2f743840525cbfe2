/// A file as a bookmark knows it: any difference makes it another file.
public struct BookmarkFile: Hashable, Sendable {
    public let path: String
    /// Time of the last change, in nanoseconds since the epoch.
    public let modified: Int64
    /// Bytes.
    public let size: Int64

    public init(path: String, modified: Int64, size: Int64) { (self.path, self.modified, self.size) = (path, modified, size) }
}

/// What a run adds to its job's bookmark under one `transformation_ctx`.
public struct BookmarkUpdate: Sendable {
    public var context: String
    /// Files that the run has read.
    public var files: [BookmarkFile]
    /// Any state of the context's own, as JSON; nil leaves the former one.
    public var state: String?

    public init(context: String, files: [BookmarkFile] = [], state: String? = nil) {
        (self.context, self.files, self.state) = (context, files, state)
    }
}

/// One line of `bookmark show`.
public struct BookmarkSummary: Hashable, Sendable {
    public let context: String
    public let files: Int
    /// Of the files, together.
    public let bytes: Int64
    /// The run that last added to the context.
    public let lastRun: String?
    public let version: Int
    /// The latest time of change among the files, in nanoseconds since the epoch.
    public let newestModified: Int64?
    public let state: String?

    public init(context: String, files: Int, bytes: Int64, lastRun: String?, version: Int, newestModified: Int64?, state: String?) {
        (self.context, self.files, self.bytes, self.lastRun) = (context, files, bytes, lastRun)
        (self.version, self.newestModified, self.state) = (version, newestModified, state)
    }
}

/// A commit of a job's bookmark.
public struct BookmarkVersion: Hashable, Sendable {
    /// Counts the commits, from 1.
    public let version: Int
    public let run: String
    /// Seconds since the epoch.
    public let committed: Double
}
