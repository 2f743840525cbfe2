/// A crawler: paths, and the database that takes their tables. Members and JSON names are Glue's (`Crawler`).
public struct CrawlerRecord: DefinitionRecord {
    public static let kind = DefinitionKind.crawler

    public struct S3Target: Codable, Hashable, Sendable {
        public var path: String
        public var exclusions: [String]?

        public init(path: String, exclusions: [String]? = nil) { (self.path, self.exclusions) = (path, exclusions) }

        private enum CodingKeys: String, CodingKey { case path = "Path", exclusions = "Exclusions" }
    }

    public struct Targets: Codable, Hashable, Sendable {
        /// Local paths too.
        public var s3Targets: [S3Target]

        public init(s3Targets: [S3Target]) { self.s3Targets = s3Targets }

        private enum CodingKeys: String, CodingKey { case s3Targets = "S3Targets" }
    }

    public var name: String
    public var description: String?
    public var targets: Targets
    public var databaseName: String
    public var tablePrefix: String?
    public var tags: [String: String]?
    public var createdOn: Double?
    public var lastModifiedOn: Double?
    /// `cron(...)`, `rate(...)` or five cron fields.
    public var schedule: String?
    /// A name of the tz data; UTC if nil.
    public var timeZone: String?
    /// Where relative paths begin; absolute.
    public var workingDirectory: String?
    /// The project file that declared it; nil for what came otherwise.
    public var project: String?

    public init(name: String, targets: [S3Target], database: String) {
        (self.name, self.targets, databaseName) = (name, Targets(s3Targets: targets), database)
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name", description = "Description", targets = "Targets", databaseName = "DatabaseName", tablePrefix = "TablePrefix", tags = "Tags"
        case createdOn = "CreationTime", lastModifiedOn = "LastUpdated", schedule = "Schedule", timeZone = "TimeZone"
        case workingDirectory = "WorkingDirectory", project = "Project"
    }
}
