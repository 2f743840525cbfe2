internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine
internal import Formats
internal import Logging

/// A write as a script asks for it: where, in which format, partitioned by what.
struct FrameWrite {
    let target: StorageLocation
    let encoder: any FileEncoder
    let partitionKeys: [String]
    let mode: WriteMode
    /// The table that gets the new partitions.
    let table: TableRecord?
    /// The values of the table's first partition keys, which the target is the folder of.
    var fixed: [String?] = []
    /// The columns of the table that the files are to be of, where nobody else has compared them with the frame's.
    private var expected: (table: String, schema: Schema)?
    /// Whether a frame without rows leaves a file that tells its schema.
    var writesEmptyFile = false
    /// Whether an overwrite leaves the target as it is when there are no rows because none of the files that it would read is new.
    var keepsWithoutNews = false

    /// What `additional_options` of a write into a table of the catalog mean something by; others are passed over.
    static let catalogOptions = ["partitionKeys", "compression", "mode", "enableUpdateCatalog"]
    static let modes = ["append", "overwrite"]

    static let options = [
        "path", "partitionKeys", "compression", "mode", "useFrameName", "enableUpdateCatalog", "updateBehavior", "groupFiles", "groupSize", "numberTargetPartitions",
    ]

    /// `write_dynamic_frame.from_options` and `DynamicFrame.write`.
    ///
    /// - Parameter folder: a folder below the path, for a frame of a collection.
    init(_ arguments: Arguments, _ environment: ScriptEnvironment, below folder: String? = nil) throws {
        let type = arguments.string("connection_type", default: "s3").lowercased()
        try environment.checkConnection(type)
        let options = arguments.options("connection_options")
        try options.check(known: Self.options)
        guard let path = try options.string("path") else { throw APIError("\(arguments.function): connection_options needs 'path': the folder to write to", .missingArgument) }
        guard let format = arguments.string("format") ?? (FormatOptions.writable.contains(type) ? type : nil) else {
            throw APIError("\(arguments.function) needs the argument 'format': one of \(FormatOptions.writable.joined(separator: ", "))", .missingArgument)
        }
        target = try environment.locate(folder.map { path + (path.hasSuffix("/") ? "" : "/") + $0 + "/" } ?? path)
        encoder = try FormatOptions.encoder(format, arguments.options("format_options"), compression: try options.string("compression"))
        partitionKeys = try options.strings("partitionKeys") ?? []
        mode = try Self.mode(try options.string("mode"))
        table = nil
        keepsWithoutNews = true
    }

    /// A plain write of all rows into one folder.
    init(target: StorageLocation, encoder: any FileEncoder) {
        (self.target, self.encoder, partitionKeys, mode, table) = (target, encoder, [], .append, nil)
    }

    /// `DataFrame.write`.
    init(target: StorageLocation, encoder: any FileEncoder, partitionKeys: [String], mode: WriteMode, table: TableRecord? = nil) {
        (self.target, self.encoder, self.partitionKeys, self.mode, self.table) = (target, encoder, partitionKeys, mode, table)
    }

    /// A write into a table, or into those of its partitions that have the fixed values.
    init(target: StorageLocation, encoder: any FileEncoder, partitionKeys: [String], mode: WriteMode, table: TableRecord, fixed: [String?]) {
        (self.target, self.encoder, self.partitionKeys, self.mode, self.table, self.fixed) = (target, encoder, partitionKeys, mode, table, fixed)
    }

    /// `write_dynamic_frame.from_catalog`: the table says where and how.
    init(catalog arguments: Arguments, _ environment: ScriptEnvironment) throws {
        let database = arguments.string("database") ?? arguments.string("name_space") ?? ""
        guard !database.isEmpty else { throw APIError("Parameter name_space or database is missing.", .missingArgument) }
        guard let tableName = arguments.string("table_name") else { throw APIError("Parameter table_name is missing.", .missingArgument) }
        let options = arguments.options("additional_options")
        let record = try environment.table(tableName, in: database)
        guard let location = record.storageDescriptor?.location else { throw APIError("table \(record.qualifiedName) has no location to write to", .badCatalogState) }
        target = try environment.locate(location)
        encoder = try Self.encoder(of: record, compression: try options.string("compression"), function: arguments.function)
        let keys = record.partitionKeys.map(\.name)
        if let given = try options.strings("partitionKeys"), given != keys {
            throw APIError("partitionKeys must be those of table \(record.qualifiedName), in their order: \(keys.joined(separator: ", "))", .unknownPartitionColumn)
        }
        partitionKeys = keys
        mode = try Self.mode(try options.string("mode"))
        table = try options.boolean("enableUpdateCatalog") ?? false ? record : nil
        if case .parquet = try FormatOptions.source(of: record) { expected = (record.qualifiedName, try record.dataSchema()) }
        keepsWithoutNews = true
    }

    /// What a table's files are written with.
    static func encoder(of record: TableRecord, compression: String?, function: String) throws -> any FileEncoder {
        var format: Options { Options(nil, function: function, argument: "format_options") }
        switch try FormatOptions.source(of: record) {
        case .parquet: return try FormatOptions.encoder("parquet", format, compression: compression)
        case .json: return try FormatOptions.encoder("json", format, compression: compression)
        case .csv(let read, _) where read.escapesQuotesOnly:
            // A table of Spark's, which is written as Spark reads it.
            var write = CSVWriteOptions()
            (write.separator, write.quote, write.escape, write.writeHeader) = (read.separator, read.quote, read.escape, read.withHeader)
            (write.strictCheckForQuoting, write.writesAsSpark) = (true, true)
            return TextFileEncoder(.csv(write), compression: try FormatOptions.textCompression(compression))
        case .csv(let read, _):
            var write = format
            write.set("separator", .string([read.separator]))
            write.set("writeHeader", .boolean(read.withHeader))
            return try FormatOptions.encoder("csv", write, compression: compression)
        }
    }

    private static func mode(_ text: String?) throws -> WriteMode {
        switch text?.lowercased() {
        case nil, "append"?: return .append
        case "overwrite"?: return .overwrite
        case let text?: throw APIError("the mode '\(text)' is not known; it is append or overwrite", .unknownChoice)
        }
    }

    /// What the write does, in a line: `write parquet to out/ by day`.
    private var description: String {
        "write \(encoder.fileExtension) to \(target.url)" + (partitionKeys.isEmpty ? "" : " by \(partitionKeys.joined(separator: ", "))") + ","
    }

    /// Prints the plan of the write instead of running it.
    func explain(_ node: PlanNode, _ environment: ScriptEnvironment) throws {
        try environment.run(description) { try Execution.run(node, context: $0, into: CountingConsumer()) }
    }

    /// Runs the write, and returns what the catalog has to learn of it.
    ///
    /// - Throws: `TargetKept` where the target is to stay as it is.
    func run(_ node: PlanNode, to output: StagedOutput, _ environment: ScriptEnvironment) throws -> [CatalogChange] {
        let before = environment.totals.rowsWritten
        var failed: (count: Int, first: String, label: String)?
        let changes = try run(node, into: StagedFiles(output), environment) { context in
            failed = context.errors.summary.first.map { (context.errors.total, $0.first, $0.stage.label) }
        }
        if mode == .overwrite, environment.totals.rowsWritten == before { try checkNothing(node, failed, environment) }
        return changes
    }

    /// An overwrite by no rows at all, which empties its target.
    private func checkNothing(_ node: PlanNode, _ failed: (count: Int, first: String, label: String)?, _ environment: ScriptEnvironment) throws {
        func holdsFiles() throws -> Bool { try LocalPath.exists(target.path) && FileListing(path: target.path, options: ListingOptions(isRecursive: true)).next() != nil }
        if let failed, try holdsFiles() {
            throw APIError(
                "there is no row left to overwrite '\(target.url)' with, as \(failed.count) record\(failed.count == 1 ? "" : "s") failed: \(failed.label): \(failed.first)",
                .tooManyErrorRecords)
        }
        guard keepsWithoutNews, node.lacksNewFiles, try holdsFiles() else { return }
        environment.log.warning("no input is new to the job's bookmark, so '\(target.url)' is left as it is and not overwritten with nothing")
        throw TargetKept()
    }

    /// Runs the write, of which each partition that gets rows takes the place of what it held; other partitions stay as they are.
    ///
    /// - Parameter places: where partitions lie that do not lie where their values say, by their folder below the target.
    func runReplacingPartitions(
        _ node: PlanNode, in transaction: any WriteTransaction, places: [String: StorageLocation] = [:], _ environment: ScriptEnvironment
    ) throws -> [CatalogChange] {
        let files = StagedPartitions(transaction, below: target, places: places)
        let changes = try run(node, into: files, environment)
        files.withdrawEmpty()
        return changes
    }

    private func run(
        _ node: PlanNode, into files: any OutputFolder, _ environment: ScriptEnvironment, ended: (ExecutionContext) -> Void = { _ in }
    ) throws -> [CatalogChange] {
        try environment.run(description) { context in
            let writer = try FrameWriter(
                encoder: encoder, output: files, partitionKeys: partitionKeys, schema: encoder.needsOneSchema ? try node.cheapSchema(context) : nil, node: node,
                workers: context.workers, writesEmptyFile: writesEmptyFile)
            try Execution.run(node, context: context, into: writer)
            environment.totals.rowsWritten += writer.rowsWritten
            ended(context)
            let repaired = writer.repairedTexts.sorted { $0.key < $1.key }.map { "\($0.value) of '\($0.key)'" }
            if !repaired.isEmpty {
                environment.log.warning(
                    "texts that are no UTF-8 are written with U+FFFD in place of what is none: \(repaired.joined(separator: ", ")); string.sub and string.reverse count bytes, so cut text at utf8.offset")
            }
            if let expected, let written = writer.writtenSchema { try check(written, expected, environment) }
            guard let table else { return [] }
            func partition(_ place: StorageLocation, _ values: [String?]) -> PartitionRecord {
                var descriptor = table.storageDescriptor ?? StorageDescriptor()
                descriptor.location = place.url
                return PartitionRecord(values: (fixed + values).map { $0 ?? HivePath.nullValue }, storageDescriptor: descriptor, parameters: [:])
            }
            let partitions =
                partitionKeys.isEmpty
                ? [partition(target, [])]
                : writer.partitionValues.map { folder, values in
                    partition(target.descendant(target.path + "/" + folder, isFolder: true), values)
                }
            if table.partitionKeys.isEmpty || partitions.isEmpty { return [] }
            return [.putPartitions(partitions, table: table.name, database: table.databaseName, existing: .keep)]
        }
    }
}

extension FrameWrite {
    /// The columns of the files, held against those of the table that they are to be of: readers go by the table, and make nulls of what does not fit.
    private func check(_ written: Schema, _ expected: (table: String, schema: Schema), _ environment: ScriptEnvironment) throws {
        for field in written.fields where !partitionKeys.contains(field.name) {
            guard let index = expected.schema.index(ofAnyCase: field.name) else {
                if table == nil {
                    environment.log.warning("the table \(expected.table) has no column '\(field.name)'; who reads it by the table will not see it before the table is crawled again")
                }
                continue
            }
            let type = expected.schema[index].type
            // A choice is read member by member, nested values field by field.
            if type.isNested || field.type.isNested || field.type.containsChoice || type.containsChoice || type.takes(field.type) { continue }
            throw APIError(
                "column '\(field.name)' is of type \(field.type.hiveName), and \(type.hiveName) in the table \(expected.table): cast it, with apply_mapping or resolveChoice",
                .incompatibleTypes, subject: field.name)
        }
    }
}

/// A write that has nothing to say: its target stays as it is.
struct TargetKept: Error {}

/// Staged files as the writer makes them.
private final class StagedFiles: OutputFolder {
    let output: StagedOutput
    var isEmpty: Bool { numbers.withLock { $0.isEmpty } }
    private let numbers = Locked<[String: Int]>([:])
    init(_ output: StagedOutput) { self.output = output }

    func makeFile(in folder: String, extension: String) throws -> any OutputFile {
        let number = numbers.withLock { numbers in
            defer { numbers[folder, default: 0] += 1 }
            return numbers[folder, default: 0]
        }
        return StagedFile(try output.newFile(in: folder, number: number, fileExtension: `extension`))
    }

    func removeAll() throws {
        numbers.withLock { $0 = [:] }
        try output.removeAll()
    }
}

/// Staged files of a write that replaces partitions: each partition is an overwrite of its own folder, begun with its first file.
private final class StagedPartitions: OutputFolder {
    private let transaction: any WriteTransaction
    private let target: StorageLocation
    private let places: [String: StorageLocation]
    private let partitions = Locked<[String: StagedFiles]>([:])

    init(_ transaction: any WriteTransaction, below target: StorageLocation, places: [String: StorageLocation]) {
        (self.transaction, self.target, self.places) = (transaction, target, places)
    }

    func makeFile(in folder: String, extension: String) throws -> any OutputFile {
        let files = try partitions.withLock { partitions in
            if let files = partitions[folder] { return files }
            let place = places[folder] ?? target.descendant(target.path + "/" + folder, isFolder: true)
            let files = StagedFiles(try transaction.output(to: place, mode: .overwrite))
            partitions[folder] = files
            return files
        }
        return try files.makeFile(in: "", extension: `extension`)
    }

    func removeAll() throws {
        // The write begins again; it may call partitions by other names then, as a key that was whole at first turns out not to be.
        for files in partitions.withLock({ Array($0.values) }) { try files.removeAll() }
    }

    /// Leaves partitions alone that got no rows in the end.
    func withdrawEmpty() {
        for files in partitions.withLock({ Array($0.values) }) where files.isEmpty { transaction.withdraw(files.output) }
    }
}

private final class StagedFile: OutputFile {
    private let sink: LocalFileSink
    init(_ sink: LocalFileSink) { self.sink = sink }
    func write(_ bytes: UnsafeRawBufferPointer) throws { try sink.write(bytes) }
    func close() throws { try sink.close(sync: false) }
}

extension PlanNode {
    /// Lists the files that the plan reads, where that has not been done. Before an overwrite, behind which the files of its target are seen no more: a frame may
    /// be written over what it was read from.
    func listFiles() throws {
        for case let source as FileSource in selfAndAncestors.compactMap({ ($0 as? ScanNode)?.source }) { _ = try source.files() }
    }
}

extension PlanNode {
    /// Whether one of its sources has no files besides those that a job's bookmark knows.
    var lacksNewFiles: Bool {
        selfAndAncestors.contains { node in
            guard let source = (node as? ScanNode)?.source as? FileSource, source.usesBookmark else { return false }
            return (try? source.files().isEmpty) ?? false
        }
    }

    /// Whether any of the files that the rows come from lie in a folder, or may be to lie there: those that the run itself has staged.
    func reads(below folder: StorageLocation) throws -> Bool {
        for case let source as FileSource in selfAndAncestors.compactMap({ ($0 as? ScanNode)?.source }) {
            if try source.files().contains(where: { LocalPath.contains(folder.path, $0.path) || $0.path.contains("/\(StagingArea.folderName)/") }) { return true }
        }
        return false
    }
}

extension DynamicFrame {
    /// Writes the frame. Returns a frame of the records that failed to write: none, because a write that fails fails the run.
    func write(_ write: FrameWrite, _ options: StageOptions) throws -> DynamicFrame {
        if environment.explains {
            try write.explain(plan, environment)
        } else {
            try plan.listFiles()
            do {
                try environment.job.write(to: write.target, mode: write.mode) { output in try write.run(plan, to: output, environment) }
            } catch is TargetKept {}
        }
        return DynamicFrame(
            ScanNode(MemorySource(name: "\(name)_errors", schema: .empty, batches: [])), name: "\(name)_errors", environment: environment)
    }
}
