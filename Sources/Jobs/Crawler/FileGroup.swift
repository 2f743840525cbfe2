internal import Columnar
internal import Connectors

/// Files that read as one table: of one format, with columns that fit together.
struct FileGroup {
    /// What must be equal for files to read as one.
    struct Format: Hashable {
        let classification: String
        let delimiter: String?
        let quote: String?
        let hasHeader: Bool

        init(_ result: ProbeResult) {
            classification = result.classification
            (delimiter, quote, hasHeader) = (result.dialect?.delimiter, result.dialect?.quote, result.dialect?.hasHeader ?? false)
        }
    }

    /// Counts that crawlers write into tables and partitions.
    struct Statistics: Equatable {
        var files = 0
        var bytes: Int64 = 0
        var records = 0
        /// Files whose records are counted, and their bytes; the others are estimated by their size.
        var countedBytes: Int64 = 0

        mutating func add(_ other: Statistics) {
            files += other.files
            bytes += other.bytes
            records += other.records
            countedBytes += other.countedBytes
        }

        /// Records of all files, those of uncounted ones by the bytes a record takes in the others.
        var estimatedRecords: Int {
            countedBytes > 0 && countedBytes < bytes ? Int(Double(records) * Double(bytes) / Double(countedBytes)) : records
        }
    }

    let format: Format
    private(set) var columns: Schema
    private(set) var statistics = Statistics()
    private(set) var compressions = Set<String>()
    private(set) var isQuoted = false
    private(set) var isMultiLine = false
    private(set) var certainty = 1.0
    private(set) var recordsExamined = 0
    private(set) var evidence: String
    private(set) var disagreement: String?

    /// How similar columns must be (Glue's published threshold).
    static let threshold = 0.7

    init(_ file: FileEntry, _ result: ProbeResult) {
        format = Format(result)
        columns = CatalogTypes.columns(of: result.schema)
        evidence = result.evidence
        (certainty, recordsExamined, disagreement) = (result.certainty, result.recordsExamined, result.disagreement)
        compressions = [result.compression]
        isQuoted = result.dialect?.isQuoted ?? false
        isMultiLine = result.dialect?.isMultiLine ?? false
        statistics = Statistics(
            files: 1, bytes: file.size, records: result.recordCount ?? 0, countedBytes: result.recordCount == nil ? 0 : file.size)
    }

    func isSimilar(to other: FileGroup) -> Bool {
        format == other.format && CatalogTypes.similarity(columns, other.columns) > Self.threshold
    }

    mutating func merge(_ other: FileGroup) {
        let merged = columns.merging(other.columns)
        if disagreement == nil {
            disagreement = other.disagreement ?? merged.fields.first { field in
                guard let i = columns.index(of: field.name), let j = other.columns.index(of: field.name) else { return false }
                return field.type.containsChoice && !columns[i].type.containsChoice && !other.columns[j].type.containsChoice
            }.map { "column '\($0.name)' is \($0.type.choiceMembers.map(\.hiveName).joined(separator: " in some files, "))\($0.type.choiceMembers.count > 1 ? " in others" : "")" }
        }
        columns = merged
        statistics.add(other.statistics)
        compressions.formUnion(other.compressions)
        isQuoted = isQuoted || other.isQuoted
        isMultiLine = isMultiLine || other.isMultiLine
        certainty = min(certainty, other.certainty)
        recordsExamined += other.recordsExamined
    }

    /// Adds files that were listed and not looked into.
    mutating func addUnexamined(_ files: [FileEntry]) {
        statistics.add(Statistics(files: files.count, bytes: files.reduce(0) { $0 + $1.size }))
    }
}
