public import Columnar
public import Connectors

/// What a look into a file found.
public struct ProbeResult: Sendable, Equatable {
    /// Glue's name of the format: `csv`, `json`, `parquet`.
    public var classification: String
    /// The fields as the file has them, with the types that inference found; `choice` where records disagree, `null` where no value was seen.
    public var schema: Schema
    /// Of the file as a whole: `none`, `gzip`, `zstd`.
    public var compression: String
    /// How a CSV file is written.
    public var dialect: CSVDialect?
    /// Records, where they were counted or could be estimated.
    public var recordCount: Int?
    /// Records that were looked at.
    public var recordsExamined: Int
    /// From 0 to 1.
    public var certainty: Double
    /// Why, in a few words for people: `header of 6 names, delimiter ','`.
    public var evidence: String
    /// The first value that made a column's type wider than the values before it, with file, line and column.
    public var disagreement: String?

    public init(
        classification: String, schema: Schema, compression: String = "none", dialect: CSVDialect? = nil, recordCount: Int? = nil,
        recordsExamined: Int = 0, certainty: Double = 1, evidence: String = "", disagreement: String? = nil
    ) {
        (self.classification, self.schema, self.compression, self.dialect) = (classification, schema, compression, dialect)
        (self.recordCount, self.recordsExamined, self.certainty) = (recordCount, recordsExamined, certainty)
        (self.evidence, self.disagreement) = (evidence, disagreement)
    }
}

/// How a CSV file is written.
public struct CSVDialect: Sendable, Hashable {
    public var delimiter: String
    public var quote: String?
    public var escape: String?
    public var hasHeader: Bool
    /// Whether quoted fields hold line ends.
    public var isMultiLine = false
    /// Whether quotes were seen around fields.
    public var isQuoted: Bool
    /// The cells of the first record, header or not: what tells a header that no value's type betrays.
    public var firstRecord: [String]

    public init(delimiter: String, quote: String? = "\"", escape: String? = nil, hasHeader: Bool, isQuoted: Bool = false, firstRecord: [String] = []) {
        (self.delimiter, self.quote, self.escape) = (delimiter, quote, escape)
        (self.hasHeader, self.isQuoted, self.firstRecord) = (hasHeader, isQuoted, firstRecord)
    }
}

/// Recognises one format.
public protocol FileClassifier: Sendable {
    /// As the crawl's report names it.
    var name: String { get }
    /// Looks into a file; called from several threads at once.
    ///
    /// - Returns: nil when the file is not of the format.
    /// - Throws: storage errors; a file that is of the format but damaged.
    func probe(_ file: FileEntry) throws -> ProbeResult?
}

extension [any FileClassifier] {
    /// The result of the first classifier that is certain, else that of the most certain one; nil when none knows the file.
    func probe(_ file: FileEntry) throws -> ProbeResult? {
        var best: ProbeResult?
        for classifier in self {
            guard let result = try classifier.probe(file), result.certainty > best?.certainty ?? 0 else { continue }
            if result.certainty >= 1 { return result }
            best = result
        }
        return best
    }
}

/// A file with what its probe found; nil for a file that no classifier knows.
public struct ProbedFile: Sendable {
    public let file: FileEntry
    public let result: ProbeResult?
    /// Why the file could not be read, where it is of a known format but damaged.
    public let problem: String?

    public init(_ file: FileEntry, _ result: ProbeResult?, problem: String? = nil) { (self.file, self.result, self.problem) = (file, result, problem) }
}
