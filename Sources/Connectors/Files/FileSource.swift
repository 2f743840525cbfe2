public import Columnar
public import Engine
public import Formats

/// Files of one format as the source of a frame.
///
/// The list of files is made once, when it is first needed, so that every action over a frame sees the same input. Files are opened when their
/// turn comes; a file's splits become the scan's morsels.
public final class FileSource: BatchSource {
    public enum Format: Sendable {
        /// `infers`: recognise types by a pass over all files before the first row is delivered.
        case csv(CSVReadOptions, infers: Bool)
        case json(JSONReadOptions)
        case parquet

        var name: String {
            switch self {
            case .csv: "csv"
            case .json: "json"
            case .parquet: "parquet"
            }
        }
    }

    public let name: String
    public let format: Format
    /// What a catalog says of the columns inside the files.
    public let declared: Schema?
    /// Columns that the folders' names give, behind the others.
    public let partitionKeys: [Field]
    /// Whether a record that cannot be read ends the run instead of becoming an error record.
    public let failsFast: Bool
    /// A column to add with the path of the file that a row came from.
    public let filenameColumn: String?
    /// A column to add with the time of that file's last change.
    public let timestampColumn: String?
    /// Whether files that a job's bookmark knows are left out.
    public let usesBookmark: Bool
    private let list: @Sendable () throws -> [InputFile]
    /// Files that tell the schema where none is left to read.
    private let listForSchema: (@Sendable () throws -> [InputFile])?
    private let openFile: @Sendable (InputFile) throws -> any ByteSource
    private let learnt = Locked(Learnt())

    private struct Learnt {
        var files: [InputFile]?
        /// The schema of every batch, partition columns included.
        var exact: Schema?
        /// Types of the columns inside the files, where they were inferred.
        var inferred: Schema?
        /// Files whose footers have been read: a plan asks for their schema, their statistics and their rows.
        var opened: [String: ParquetFile] = [:]
        var statistics: [String: SourceColumnStatistics] = [:]
    }

    public init(
        name: String, format: Format, declared: Schema?, partitionKeys: [Field], failsFast: Bool = false, filenameColumn: String? = nil,
        timestampColumn: String? = nil, usesBookmark: Bool = false,
        list: @escaping @Sendable () throws -> [InputFile], listForSchema: (@Sendable () throws -> [InputFile])? = nil,
        open: @escaping @Sendable (InputFile) throws -> any ByteSource
    ) {
        self.listForSchema = listForSchema
        (self.name, self.format, self.declared, self.partitionKeys, self.failsFast) = (name, format, declared, partitionKeys, failsFast)
        (self.filenameColumn, self.timestampColumn, self.usesBookmark, self.list, openFile) = (filenameColumn, timestampColumn, usesBookmark, list, open)
    }

    // MARK: BatchSource

    public var schema: FrameSchema {
        if let exact = learnt.withLock({ $0.exact }) { return .exact(exact) }
        guard let declared else { return .unknown }
        return .expected(withPartitions(declared))
    }

    public var appliesFilters: Bool { true }

    public var estimatedBytes: Int? { (try? files())?.reduce(0) { $0 + $1.size } }

    public var fileCount: Int? { (try? files())?.count }

    /// The files, listed once.
    public func files() throws -> [InputFile] {
        try learnt.withLock { state in
            if let files = state.files { return files }
            let files = try list()
            state.files = files
            return files
        }
    }

    public func resolveSchema(_ context: ExecutionContext) throws -> Schema? {
        if let exact = learnt.withLock({ $0.exact }) { return exact }
        let inside: Schema
        if let listForSchema, try files().isEmpty, let known = try knownSchema(listForSchema(), context) {
            learnt.withLock { $0.exact = known }
            return known
        }
        switch format {
        case .parquet:
            inside = try files().reduce(declared ?? .empty) { merged, file in
                merged.merging(FileSource.matching(try open(file).parquetSchema, to: declared))
            }
        case .csv(_, infers: true):
            inside = try inferCSV(context)
            learnt.withLock { $0.inferred = inside }
        case .csv, .json:
            // An empty input keeps the declared schema.
            guard try files().isEmpty, let declared else { return nil }
            inside = declared
        }
        let exact = withPartitions(inside)
        learnt.withLock { $0.exact = exact }
        return exact
    }

    /// The schema that the newest of some files tell; nil without files.
    private func knownSchema(_ files: [InputFile], _ context: ExecutionContext) throws -> Schema? {
        let newest = Array(files.sorted { $0.modified > $1.modified }.prefix(Self.filesForSchema))
        if newest.isEmpty { return nil }
        let others = FileSource(name: name, format: format, declared: declared, partitionKeys: partitionKeys, filenameColumn: filenameColumn, timestampColumn: timestampColumn, list: { newest }, open: openFile)
        return try ScanNode(others).fullSchema(context)
    }

    private static let filesForSchema = 4

    public func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan {
        switch format {
        case .parquet, .csv(_, infers: true): _ = try resolveSchema(context.execution)
        default: break
        }
        let exact = learnt.withLock { $0.exact }
        return FileScan(source: self, files: try files(), request: request, exact: exact, context: context)
    }

    // MARK: Files

    /// Files that are kept open.
    private static let openFiles = 64

    func knownStatistics(of column: String) -> SourceColumnStatistics? { learnt.withLock { $0.statistics[column] } }
    func note(_ statistics: SourceColumnStatistics, of column: String) { learnt.withLock { $0.statistics[column] = statistics } }

    func bytes(of file: InputFile) throws -> any ByteSource { try openFile(file) }

    func open(_ file: InputFile) throws -> OpenFile {
        if case .parquet = format, let parquet = learnt.withLock({ $0.opened[file.path] }) { return .parquet(parquet) }
        let bytes = try openFile(file)
        switch format {
        case .parquet:
            let parquet = try ParquetFile(bytes)
            learnt.withLock { if $0.opened.count < Self.openFiles { $0.opened[file.path] = parquet } }
            return .parquet(parquet)
        case .csv(let options, _): return .csv(try CSVFile(source: bytes, options: options, declared: learnt.withLock { $0.inferred } ?? declared))
        case .json(let options): return .json(try JSONFile(source: bytes, options: options, declared: declared))
        }
    }

    private func inferCSV(_ context: ExecutionContext) throws -> Schema {
        guard case .csv(let options, _) = format else { return .empty }
        var splits: [(CSVFile, TextSplit)] = []
        for file in try files() {
            let csv = try CSVFile(source: try openFile(file), options: options, declared: nil)
            splits += try csv.splits().map { (csv, $0) }
        }
        let queue = Locked(splits.enumerated().map { ($0, $1.0, $1.1) }[...])
        let results = Locked<[Int: CSVInference]>([:])
        let failure = Locked<(any Error)?>(nil)
        context.workers.run(workers: splits.count > 1 ? context.workers.count : 1) { _ in
            do {
                while let (number, file, split) = queue.withLock({ $0.popFirst() }) {
                    try context.cancellation.check()
                    let inference = try file.infer(split)
                    results.withLock { $0[number] = inference }
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
                queue.withLock { $0 = [] }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        let inferences = results.withLock { results in results.sorted { $0.key < $1.key }.map(\.value) }
        guard var merged = inferences.first else { return .empty }
        for inference in inferences.dropFirst() { merged.merge(inference) }
        return options.infersNarrowIntegers ? merged.narrowSchema : merged.schema
    }

    // MARK: Schemas

    func withPartitions(_ inside: Schema) -> Schema {
        var fields = inside.fields
        for key in partitionKeys where inside.index(of: key.name) == nil { fields.append(key) }
        if let filenameColumn, inside.index(of: filenameColumn) == nil { fields.append(Field(filenameColumn, .string)) }
        if let timestampColumn, inside.index(of: timestampColumn) == nil { fields.append(Field(timestampColumn, .timestamp)) }
        return Schema(fields)
    }

    /// The file's schema with its columns called as the catalog calls them, where the names differ in case alone.
    static func matching(_ schema: Schema, to declared: Schema?) -> Schema {
        guard let declared else { return schema }
        var taken = Set(schema.names)
        let fields = schema.fields.map { field -> Field in
            guard declared.index(of: field.name) == nil, let index = declared.index(ofAnyCase: field.name), taken.insert(declared[index].name).inserted else {
                return field
            }
            return Field(declared[index].name, field.type)
        }
        return fields == schema.fields ? schema : Schema(fields)
    }
}

/// A file that was opened: its head is read, its rows are not.
enum OpenFile {
    case csv(CSVFile)
    case json(JSONFile)
    case parquet(ParquetFile)

    var parquetSchema: Schema {
        if case .parquet(let file) = self { return file.schema }
        return .empty
    }
}
