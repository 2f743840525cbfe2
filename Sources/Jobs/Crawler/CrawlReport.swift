/// What a crawl did, or would do, to each table, and why.
public struct CrawlReport: Sendable, Equatable {
    public enum Action: String, Sendable, Codable {
        case created, updated, unchanged, deprecated
    }

    public struct Table: Sendable, Equatable {
        public var name: String
        public var location: String
        public var action: Action
        public var classification: String
        /// Of the classifier, from 0 to 1.
        public var certainty: Double
        public var evidence: String
        public var files: Int
        public var bytes: Int64
        public var recordsExamined: Int
        /// The first value, with its place, that made a type wider than the values before it.
        public var disagreement: String?
        /// Names and types, partition keys last.
        public var columns: [Column]
        public var partitions: Int
        /// What changed: `column 'x' double added`, `2 partitions added`.
        public var changes: [String]
        public var notes: [String]
    }

    public struct Column: Sendable, Equatable {
        public var name: String
        public var type: String
        public var isPartitionKey: Bool
    }

    public struct Skipped: Sendable, Equatable {
        public var path: String
        public var reason: String

        package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
    }

    public var tables: [Table] = []
    public var skipped: [Skipped] = []

    public init() {}
}
