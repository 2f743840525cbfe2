internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine
internal import Formats

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

    private static let options = [
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
        guard let path = try options.string("path") else { throw APIError("\(arguments.function): connection_options needs 'path': the folder to write to") }
        guard let format = arguments.string("format") ?? (FormatOptions.writable.contains(type) ? type : nil) else {
            throw APIError("\(arguments.function) needs the argument 'format': one of \(FormatOptions.writable.joined(separator: ", "))")
        }
        target = try environment.locate(folder.map { path + (path.hasSuffix("/") ? "" : "/") + $0 + "/" } ?? path)
        encoder = try FormatOptions.encoder(format, arguments.options("format_options"), compression: try options.string("compression"))
        partitionKeys = try options.strings("partitionKeys") ?? []
        mode = try Self.mode(try options.string("mode"))
        table = nil
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
        guard !database.isEmpty else { throw APIError("Parameter name_space or database is missing.") }
        guard let tableName = arguments.string("table_name") else { throw APIError("Parameter table_name is missing.") }
        let options = arguments.options("additional_options")
        let record = try environment.table(tableName, in: database)
        guard let location = record.storageDescriptor?.location else { throw APIError("table \(record.qualifiedName) has no location to write to") }
        target = try environment.locate(location)
        encoder = try Self.encoder(of: record, compression: try options.string("compression"), function: arguments.function)
        let keys = record.partitionKeys.map(\.name)
        if let given = try options.strings("partitionKeys"), given != keys {
            throw APIError("partitionKeys must be those of table \(record.qualifiedName), in their order: \(keys.joined(separator: ", "))")
        }
        partitionKeys = keys
        mode = try Self.mode(try options.string("mode"))
        table = try options.boolean("enableUpdateCatalog") ?? false ? record : nil
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
        case let text?: throw APIError("the mode '\(text)' is not known; it is append or overwrite")
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
    func run(_ node: PlanNode, to output: StagedOutput, _ environment: ScriptEnvironment) throws -> [CatalogChange] {
        try environment.run(description) { context in
            let files = StagedFiles(output)
            let writer = try FrameWriter(
                encoder: encoder, output: files, partitionKeys: partitionKeys, schema: encoder.needsOneSchema ? try node.cheapSchema(context) : nil, node: node,
                workers: context.workers)
            try Execution.run(node, context: context, into: writer)
            environment.totals.rowsWritten += writer.rowsWritten
            guard let table else { return [] }
            func partition(_ place: StorageLocation, _ values: [String?]) -> PartitionRecord {
                var descriptor = table.storageDescriptor ?? StorageDescriptor()
                descriptor.location = place.url
                return PartitionRecord(values: (fixed + values).map { $0 ?? HivePath.nullValue }, storageDescriptor: descriptor, parameters: [:])
            }
            let partitions =
                partitionKeys.isEmpty
                ? [partition(output.target, [])]
                : writer.partitionValues.map { folder, values in
                    partition(output.target.descendant(output.target.path + "/" + folder, isFolder: true), values)
                }
            if table.partitionKeys.isEmpty || partitions.isEmpty { return [] }
            return [.putPartitions(partitions, table: table.name, database: table.databaseName, existing: .keep)]
        }
    }
}

/// Staged files as the writer makes them.
private final class StagedFiles: OutputFolder {
    private let output: StagedOutput
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

private final class StagedFile: OutputFile {
    private let sink: LocalFileSink
    init(_ sink: LocalFileSink) { self.sink = sink }
    func write(_ bytes: UnsafeRawBufferPointer) throws { try sink.write(bytes) }
    func close() throws { try sink.close(sync: false) }
}

extension DynamicFrame {
    /// Writes the frame. Returns a frame of the records that failed to write: none, because a write that fails fails the run.
    func write(_ write: FrameWrite, _ options: StageOptions) throws -> DynamicFrame {
        if environment.explains { try write.explain(plan, environment) } else { try environment.job.write(to: write.target, mode: write.mode) { output in try write.run(plan, to: output, environment) } }
        return DynamicFrame(
            ScanNode(MemorySource(name: "\(name)_errors", schema: .empty, batches: [])), name: "\(name)_errors", environment: environment)
    }
}
