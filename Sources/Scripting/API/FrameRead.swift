internal import Logging
internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine
internal import Formats

/// Makes frames of files and catalog tables.
extension ScriptEnvironment {
    static let connectionTypes = ["s3", "file", "parquet", "csv", "json"]
    static let sourceOptions = [
        "paths", "path", "exclusions", "recurse", "groupFiles", "groupSize", "compressionType", "maxBand", "maxFilesInBand", "isFailFast",
        "boundedFiles", "boundedSize", "useS3ListImplementation", "excludeStorageClasses", "mergeSchema",
    ]

    /// The names that connection_options know, of reads and of writes.
    static let connectionOptionNames = Set(sourceOptions + FrameWrite.options)

    /// What `additional_options` of a read from the catalog mean something by; others are passed over.
    static let catalogSourceOptions = ["catalogPartitionPredicate", "exclusions", "boundedFiles", "boundedSize", "isFailFast"]

    /// `create_dynamic_frame.from_options`.
    func frame(fromOptions arguments: Arguments) throws -> DynamicFrame {
        let type = arguments.string("connection_type", default: "s3").lowercased()
        try checkConnection(type)
        let options = arguments.options("connection_options")
        try options.check(known: Self.sourceOptions)
        guard let format = arguments.string("format") ?? (["parquet", "csv", "json"].contains(type) ? type : nil) else {
            throw APIError("\(arguments.function) needs the argument 'format': one of \(FormatOptions.readable.joined(separator: ", "))", .missingArgument)
        }
        guard let paths = try options.strings("paths") ?? options.strings("path"), !paths.isEmpty else {
            throw APIError("\(arguments.function): connection_options needs 'paths': a list of files and folders", .missingArgument)
        }
        let formatOptions = arguments.options("format_options")
        if !arguments.string("push_down_predicate", default: "").isEmpty {
            log.warning("\(arguments.site): push_down_predicate chooses partitions of catalog tables; it has no effect on files read by path")
        }
        let (fileFormat, declared) = try FormatOptions.source(format, formatOptions)
        let listing = try listingOptions(options, recursive: try options.boolean("recurse") ?? (format.lowercased() == "parquet"))
        let locations = try paths.map { try locate($0) }
        let context = arguments.string("transformation_ctx", default: "")
        warnWithoutContext(context, arguments)
        let name = paths.count == 1 ? paths[0] : paths.joined(separator: ", ")
        let (boundedFiles, boundedSize) = (try options.string("boundedFiles"), try options.string("boundedSize"))
        let usesBookmark = job.usesBookmark && !context.isEmpty
        // A run with nothing new still knows what its records look like.
        let listAll: @Sendable () throws -> [InputFile] = { [self] in
            var files: [InputFile] = []
            for location in locations {
                for file in try job.files(at: location, options: listing).all() { files.append(InputFile(path: file.storedPath, size: Int(file.size), modified: file.modified)) }
            }
            return files
        }
        let source = FileSource(
            name: name, format: fileFormat, declared: declared, partitionKeys: [], failsFast: try options.boolean("isFailFast") ?? false,
            filenameColumn: try formatOptions.string("attachFilename"), timestampColumn: try formatOptions.string("attachTimestamp"),
            usesBookmark: usesBookmark,
            list: { [self] in
                var files: [InputFile] = []
                for (path, location) in zip(paths, locations) {
                    let found = try job.newFiles(context: context, source: location.url, boundedFiles: boundedFiles, boundedSize: boundedSize) {
                        try job.files(at: location, options: listing)
                    }
                    let new = try found.all().map { InputFile(path: $0.storedPath, size: Int($0.size), modified: $0.modified) }
                    if new.isEmpty && !usesBookmark { throw try emptyInput(path, location, listing) }
                    files += new
                }
                return files
            },
            listForSchema: usesBookmark ? listAll : nil, open: { try LocalFile(path: $0.path) })
        return DynamicFrame(scan(source, options: arguments.stage), name: Self.frameName(paths), environment: self)
    }

    /// `create_dynamic_frame.from_catalog`.
    func frame(fromCatalog arguments: Arguments) throws -> DynamicFrame {
        let database = arguments.string("database") ?? arguments.string("name_space") ?? ""
        guard !database.isEmpty else { throw APIError("Parameter name_space or database is missing.", .missingArgument) }
        guard let tableName = arguments.string("table_name") else { throw APIError("Parameter table_name is missing.", .missingArgument) }
        let options = arguments.options("additional_options")
        let table = try table(tableName, in: database)
        guard let location = table.storageDescriptor?.location else { throw APIError("table \(table.qualifiedName) has no location to read from", .badCatalogState) }
        let listing = try listingOptions(options, recursive: true, also: table.parameters["exclusions"])
        let keys = try table.partitionSchema().fields
        let context = arguments.string("transformation_ctx", default: "")
        warnWithoutContext(context, arguments)
        let selection = try PartitionSelection(
            table: table, keys: keys, pushDown: arguments.string("push_down_predicate"), catalog: try options.string("catalogPartitionPredicate"))
        let (boundedFiles, boundedSize) = (try options.string("boundedFiles"), try options.string("boundedSize"))
        let source = FileSource(
            name: table.qualifiedName, format: try FormatOptions.source(of: table), declared: try table.dataSchema(), partitionKeys: keys,
            failsFast: try options.boolean("isFailFast") ?? false, filenameColumn: nil,
            usesBookmark: job.usesBookmark && !context.isEmpty,
            list: { [self] in
                if keys.isEmpty {
                    let place = try locate(location)
                    return try job.newFiles(context: context, source: place.url, boundedFiles: boundedFiles, boundedSize: boundedSize) {
                        try job.files(at: place, options: listing)
                    }.all().map { InputFile(path: $0.storedPath, size: Int($0.size), modified: $0.modified) }
                }
                var files: [InputFile] = []
                let root = try? locate(location)
                for partition in try selection.partitions(in: job.home.catalog) {
                    guard let location = partition.location else { continue }
                    let values = partition.values.map { $0 == HivePath.nullValue ? nil : Optional($0) }
                    let place = try locate(location)
                    // A partition's folder may have gone since the crawl; the catalog keeps such partitions, marked.
                    guard try job.exists(place) else { continue }
                    var within = listing
                    within.exclusionRoot = root?.path
                    let inPartition = within
                    files += try job.newFiles(context: context, source: place.url, boundedFiles: boundedFiles, boundedSize: boundedSize) {
                        try job.files(at: place, options: inPartition)
                    }.all().map { InputFile(path: $0.storedPath, size: Int($0.size), modified: $0.modified, partition: values) }
                }
                return files
            }, open: { try LocalFile(path: $0.path) })
        return DynamicFrame(scan(source, options: arguments.stage), name: table.name, environment: self)
    }

    /// A catalog table, or an error that names the nearest one.
    func table(_ name: String, in database: String) throws -> TableRecord {
        let catalog = job.home.catalog
        if let table = try catalog.table(name, in: database) { return table }
        let databases = try catalog.databaseNames()
        guard databases.contains(database.lowercased()) else {
            let hint = Suggestion.hint(for: database, in: databases)
            let known = databases.isEmpty ? "the catalog has none; `mastic crawl PATH --database \(database)` makes one" : "there are: \(databases.joined(separator: ", "))"
            throw APIError("Database \(database) not found\(hint) (\(known))", .notInCatalog)
        }
        let tables = try catalog.tableNames(in: database)
        let hint = Suggestion.hint(for: name, in: tables)
        let shown = tables.prefix(20).joined(separator: ", ") + (tables.count > 20 ? ", ..." : "")
        throw APIError("Table \(name) not found in database \(database)\(hint) (\(tables.isEmpty ? "it has no tables" : "tables: \(shown)"))", .notInCatalog)
    }

    func checkConnection(_ type: String) throws {
        guard Self.connectionTypes.contains(type) else {
            if Elsewhere.databases.contains(type) {
                throw APIError("the connection type '\(type)' is not there: databases and streams are not connected to; export to files, and read those", .notSupported, subject: type)
            }
            let hint = Suggestion.hint(for: type, in: Self.connectionTypes)
            throw APIError("the connection type '\(type)' is not known\(hint) (known: \(Self.connectionTypes.joined(separator: ", ")))", .unknownChoice)
        }
    }

    private func listingOptions(_ options: Options, recursive: Bool, also more: String? = nil) throws -> ListingOptions {
        var globs: [Glob] = []
        if let text = more { globs += try Glob.list(json: text) }
        // Glue's own form is a JSON list in a string; a list of patterns is what it means.
        if let text = options.value("exclusions")?.text {
            globs += text.hasPrefix("[") ? try Glob.list(json: text) : [try Glob(text)]
        } else {
            globs += try (options.strings("exclusions") ?? []).map { try Glob($0) }
        }
        return ListingOptions(isRecursive: recursive, exclusions: globs)
    }

    /// With bookmarks on, a source without a context is read in full every time, which is seldom meant.
    private func warnWithoutContext(_ context: String, _ arguments: Arguments) {
        if job.usesBookmark && context.isEmpty {
            log.warning("\(arguments.site): \(arguments.function) has no transformation_ctx, so the job bookmark does not cover it: it is read in full")
        }
    }

    private func emptyInput(_ path: String, _ location: StorageLocation, _ options: ListingOptions) throws -> APIError {
        if !options.isRecursive, try job.files(at: location, options: ListingOptions(isRecursive: true, exclusions: options.exclusions)).next() != nil {
            return APIError("'\(path)' holds no files itself, only folders do; read those too with connection_options = {recurse = true}", .fileNotFound)
        }
        return APIError("'\(path)' holds no files to read", .fileNotFound)
    }

    /// The longest common prefix of the paths without the characters that a name cannot have (Glue's rule).
    private static func frameName(_ paths: [String]) -> String {
        guard var prefix = paths.first else { return "" }
        for path in paths.dropFirst() { prefix = String(zip(prefix, path).prefix { $0 == $1 }.map(\.0)) }
        if let colon = prefix.lastIndex(of: ":") { prefix = String(prefix[prefix.index(after: colon)...]) }
        return prefix.filter { !":/.".contains($0) }
    }
}

/// The partitions of a table that a read asks for: what the catalog can tell by itself, and what a WHERE expression over the keys tells.
private struct PartitionSelection: Sendable {
    let table: TableRecord
    let keys: [Field]
    let predicate: Expression?
    let catalogExpression: PartitionExpression

    init(table: TableRecord, keys: [Field], pushDown: String?, catalog: String?) throws {
        (self.table, self.keys) = (table, keys)
        catalogExpression = try catalog.map { try PartitionExpression(parsing: $0) } ?? .everything
        predicate = try pushDown.flatMap { $0.isEmpty ? nil : try Expression(parsing: $0) }
        guard let predicate else { return }
        for name in predicate.fields where !keys.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            let names = keys.map(\.name)
            let hint = Suggestion.hint(for: name, in: names)
            let known = names.isEmpty ? "the table has none" : "partition keys: \(names.joined(separator: ", "))"
            throw APIError("push_down_predicate names '\(name)', which is no partition key of \(table.qualifiedName)\(hint) (\(known))", .unknownPartitionColumn)
        }
    }

    func partitions(in catalog: CatalogStore) throws -> [PartitionLocation] {
        let all = try catalog.partitionLocations(of: table.name, in: table.databaseName, where: catalogExpression)
        guard let predicate, !all.isEmpty else { return all }
        let columns = keys.indices.map { index -> Column in
            let builder = VariantBuilder()
            for partition in all {
                let value = partition.values[index]
                if value == HivePath.nullValue { builder.appendNull() } else { builder.append(string: value) }
            }
            return Column.concatenate([builder.finish()], as: .string).cast(to: keys[index].type)
        }
        let batch = Batch(schema: Schema(keys), columns: columns, count: all.count)
        let result = try predicate.evaluate(on: batch)
        return all.indices.filter { result.value(at: $0) == .boolean(true) }.map { all[$0] }
    }
}
