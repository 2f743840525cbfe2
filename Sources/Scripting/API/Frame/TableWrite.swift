internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine
internal import Formats

/// `saveAsTable` and `insertInto`: rows as a table of the catalog. Files and definition are one transaction.
struct TableWrite {
    private let writer: DataFrameWriter
    private let place: String
    private var environment: ScriptEnvironment { writer.frame.environment }

    init(_ writer: DataFrameWriter, _ place: String) { (self.writer, self.place) = (writer, place) }

    // MARK: saveAsTable

    func save(as name: String, _ mode: DataFrameWriter.Mode) throws {
        let parts = try SQLSession.parts(of: name, place)
        guard let (database, table) = environment.sql.qualified(parts) else { throw APIError("\(place): '\(name)' is no name of a table; it is a table, or database.table") }
        try environment.sql.require(database: database)
        let existing = try environment.sql.table(table, in: database)
        if let existing {
            switch mode {
            case .ignore: return
            case .error: throw APIError("table \(existing.qualifiedName) already exists; set the mode to \"overwrite\" to replace it, or to \"append\" to add to it")
            case .append: return try append(to: existing)
            case .overwrite: break
            }
        }
        let relation = try writer.frame.relation()
        let plan = try relation.outputPlan()
        let schema = Schema(relation.attributes.map { Field($0.name, $0.type) })
        try writer.check(schema, place)
        for field in schema.fields where field.type == .null { throw APIError("\(place): column '\(field.name)' has no type, as it is only null; cast it") }
        let location = try location(of: table, in: database, existing)
        let record = try record(table, schema, location)
        var changes: [CatalogChange] = [.ensureDatabase(DatabaseRecord(name: database.lowercased()))]
        if existing != nil { changes.append(.deleteTable(table, database: database)) }
        changes.append(.createTable(record, database: database))
        var owned = record
        owned.databaseName = database.lowercased()
        // What stands at the place of a table that is not there is nobody's, unless its writer named the place.
        if existing == nil, mode != .overwrite, writer.options.value("path") == nil, try environment.job.exists(location) {
            throw APIError("\(place): the place of the table, \(location.url), exists already; remove it, or set the mode to \"overwrite\"")
        }
        let write = FrameWrite(
            target: location, encoder: try writer.encoder(place), partitionKeys: writer.partitionKeys, mode: mode == .append ? .append : .overwrite, table: owned)
        if environment.explains { return try write.explain(plan, environment) }
        try environment.job.write(to: location, mode: write.mode) { output in changes + (try write.run(plan, to: output, environment)) }
    }

    /// Where the table's files go: where the script says, where they are, or into the warehouse.
    private func location(of table: String, in database: String, _ existing: TableRecord?) throws -> StorageLocation {
        if let path = writer.options.value("path") { return try environment.locate(path.hasSuffix("/") ? path : path + "/") }
        if let known = existing?.storageDescriptor?.location, !known.isEmpty { return try environment.locate(known) }
        return try environment.sql.warehouse(of: table, in: database)
    }

    private func record(_ table: String, _ schema: Schema, _ location: StorageLocation) throws -> TableRecord {
        let keys = writer.partitionKeys
        let columns = schema.fields.filter { !keys.contains($0.name) }.map { ColumnRecord($0.name, $0.type.hiveName) }
        let partition = keys.compactMap { key in schema.index(of: key).map { ColumnRecord(key, schema[$0].type.hiveName) } }
        var separator = writer.options.value("sep") ?? ","
        if separator == "\\t" { separator = "\t" }
        return SparkTable.record(
            table, columns: columns, partitionKeys: partition, format: writer.writtenFormat, location: location, isExternal: writer.options.value("path") != nil,
            separator: separator, hasHeader: try writer.options.boolean("header") ?? false)
    }

    // MARK: Adding to a table

    /// Rows added under the table's names.
    private func append(to table: TableRecord) throws {
        let relation = try writer.frame.relation()
        let wanted = try columns(of: table)
        guard relation.attributes.count == wanted.count else {
            throw APIError("\(place): table \(table.qualifiedName) has \(wanted.count) columns (\(wanted.map(\.name).joined(separator: ", "))), and the frame has \(relation.attributes.count)")
        }
        if !writer.partitionKeys.isEmpty, writer.partitionKeys.map({ $0.lowercased() }) != table.partitionKeys.map({ $0.name.lowercased() }) {
            let keys = table.partitionKeys.map(\.name)
            throw APIError("\(place): table \(table.qualifiedName) is partitioned by \(keys.isEmpty ? "nothing" : keys.joined(separator: ", ")), not by \(writer.partitionKeys.joined(separator: ", "))")
        }
        let ordered = try wanted.map { field -> Attribute in
            guard let found = relation.attributes.first(where: { $0.name.lowercased() == field.name.lowercased() }) else {
                throw APIError("\(place): the frame has no column '\(field.name)' of table \(table.qualifiedName)\(Suggestion.hint(for: field.name, in: relation.names))")
            }
            return found
        }
        try write(ordered, wanted, to: table, overwrites: false)
    }

    /// Rows added, or put in the place of what is there, by the columns' positions.
    func insert(into name: String, overwrites: Bool) throws {
        guard writer.partitionKeys.isEmpty else { throw APIError("\(place): the table says how it is partitioned; leave out partitionBy") }
        let parts = try SQLSession.parts(of: name, place)
        if environment.sql.view(parts) != nil { throw APIError("\(place): '\(name)' is a view, and rows go into tables") }
        guard let (_, table) = try environment.sql.find(parts) else {
            _ = try environment.sql.frame(parts, place)
            return
        }
        let wanted = try columns(of: table)
        let relation = try writer.frame.relation()
        guard relation.attributes.count == wanted.count else {
            throw APIError("\(place): table \(table.qualifiedName) has \(wanted.count) columns (\(wanted.map(\.name).joined(separator: ", "))), and the frame has \(relation.attributes.count)")
        }
        try write(relation.attributes, wanted, to: table, overwrites: overwrites)
    }

    private func columns(of table: TableRecord) throws -> [Field] { try table.dataSchema().fields + table.partitionSchema().fields }

    private func write(_ attributes: [Attribute], _ wanted: [Field], to table: TableRecord, overwrites: Bool) throws {
        guard let known = table.storageDescriptor?.location, !known.isEmpty else { throw APIError("table \(table.qualifiedName) has no location to write to") }
        let items = try zip(attributes, wanted).map { attribute, field -> Select.Item in
            let column = Expression.attribute(attribute.reference)
            guard attribute.type.isStorable(as: field.type) else {
                throw APIError("\(place): column '\(attribute.name)' is \(attribute.type.hiveName), and column '\(field.name)' of table \(table.qualifiedName) is \(field.type.hiveName); cast it")
            }
            return Select.Item(.alias(attribute.type == field.type ? column : .cast(column, field.type), field.name))
        }
        let plan = try writer.frame.relation().select(items).outputPlan()
        let keys = table.partitionKeys.map(\.name)
        let location = try environment.locate(known)
        let encoder = try SparkTable.encoder(of: table)
        guard overwrites, !keys.isEmpty, environment.spark.conf.overwritesPartitionsOnly else {
            let write = FrameWrite(target: location, encoder: encoder, partitionKeys: keys, mode: overwrites ? .overwrite : .append, table: table)
            if environment.explains { return try write.explain(plan, environment) }
            let old = overwrites ? try environment.sql.partitions(of: table).map(\.values) : []
            return try environment.job.write(to: location, mode: write.mode) { output in
                let made = try write.run(plan, to: output, environment)
                // What is overwritten is gone, its partitions too.
                return (old.isEmpty ? [] : [.deletePartitions(old, table: table.name, database: table.databaseName)]) + made
            }
        }
        try overwritePartitions(of: table, with: writer.frame.relation().select(items), keys, location, encoder)
    }

    /// The partitions that rows come for are replaced, the others stay (`spark.sql.sources.partitionOverwriteMode = dynamic`).
    private func overwritePartitions(of table: TableRecord, with relation: Relation, _ keys: [String], _ location: StorageLocation, _ encoder: any FileEncoder) throws {
        let places = relation.attributes.suffix(keys.count)
        let distinct = try relation.select(places.map { Select.Item(.attribute($0.reference)) }).distinct()
        let found = try writer.frame.with(distinct).rows()
        let data = relation.attributes.dropLast(keys.count)
        for row in 0..<found.count {
            let values = found.columns.map { $0.value(at: row) }
            let condition = Expression.all(zip(places, values).map { .identity(.attribute($0.reference), .literal($1, $0.type)) })
            let texts = found.columns.map { column -> String? in
                guard case .string(let bytes) = column.cast(to: .string).value(at: row) else { return nil }
                return String(decoding: bytes, as: UTF8.self)
            }
            let folder = zip(keys, texts).map { HivePath.segment(key: $0, value: $1) }.joined(separator: "/")
            let place = location.descendant(location.path + "/" + folder, isFolder: true)
            let part = try relation.filter(condition).select(data.map { Select.Item(.attribute($0.reference)) }).outputPlan()
            let write = FrameWrite(target: place, encoder: encoder, partitionKeys: [], mode: .overwrite)
            if environment.explains { return try write.explain(part, environment) }
            var descriptor = table.storageDescriptor ?? StorageDescriptor()
            descriptor.location = place.url
            let record = PartitionRecord(values: texts.map { $0 ?? HivePath.nullValue }, storageDescriptor: descriptor, parameters: [:])
            try environment.job.write(to: place, mode: .overwrite) { output in
                _ = try write.run(part, to: output, environment)
                return [.putPartitions([record], table: table.name, database: table.databaseName, existing: .replace)]
            }
        }
    }
}

/// Tables as Spark defines them in a Hive catalog.
enum SparkTable {
    private static let text = "org.apache.hadoop.mapred.TextInputFormat"
    private static let textOutput = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    private static let parquet = "org.apache.hadoop.hive.ql.io.parquet."

    static func record(
        _ name: String, columns: [ColumnRecord], partitionKeys: [ColumnRecord], format: String, location: StorageLocation, isExternal: Bool, separator: String = ",",
        hasHeader: Bool = false, comment: String? = nil, properties: [String: String] = [:]
    ) -> TableRecord {
        var parameters = ["classification": format, "typeOfData": "file", "spark.sql.sources.provider": format]
        parameters.merge(properties) { $1 }
        var descriptor = StorageDescriptor(columns: columns, location: location.url, numberOfBuckets: -1, parameters: [:])
        switch format {
        case "csv":
            parameters["delimiter"] = separator
            if hasHeader { parameters["skip.header.line.count"] = "1" }
            (descriptor.inputFormat, descriptor.outputFormat) = (text, textOutput)
            descriptor.serdeInfo = SerdeInfo(
                serializationLibrary: "org.apache.hadoop.hive.serde2.OpenCSVSerde", parameters: ["separatorChar": separator, "quoteChar": "\"", "escapeChar": "\\"])
        case "json":
            (descriptor.inputFormat, descriptor.outputFormat) = (text, textOutput)
            descriptor.serdeInfo = SerdeInfo(serializationLibrary: "org.openx.data.jsonserde.JsonSerDe", parameters: [:])
        default:
            (descriptor.inputFormat, descriptor.outputFormat) = (parquet + "MapredParquetInputFormat", parquet + "MapredParquetOutputFormat")
            descriptor.serdeInfo = SerdeInfo(serializationLibrary: parquet + "serde.ParquetHiveSerDe", parameters: ["serialization.format": "1"])
        }
        return TableRecord(
            name: name, description: comment, owner: "owner", storageDescriptor: descriptor, partitionKeys: partitionKeys,
            tableType: isExternal ? "EXTERNAL_TABLE" : "MANAGED_TABLE", parameters: parameters)
    }

    /// What files that are added to a table are written with.
    static func encoder(of table: TableRecord) throws -> any FileEncoder {
        let options = Options(nil, function: "insertInto", argument: "option")
        switch try FormatOptions.source(of: table) {
        case .parquet: return try FormatOptions.encoder("parquet", options, compression: nil)
        case .json: return try FormatOptions.encoder("json", options, compression: nil)
        case .csv(let read, _):
            var write = CSVWriteOptions()
            (write.separator, write.quote, write.writeHeader) = (read.separator, read.quote, read.withHeader)
            write.strictCheckForQuoting = true
            write.escape = read.escape
            write.writesAsSpark = true
            return TextFileEncoder(.csv(write))
        }
    }
}

extension DataType {
    /// Whether values may be stored in a column of another type: numbers as numbers, anything plain as text (Spark's ANSI rule).
    func isStorable(as other: DataType) -> Bool {
        if isAssignable(to: other) || isNumeric && other.isNumeric { return true }
        return self == .timestamp && other == .date
    }
}

extension SQLSession {
    /// Where a table of the session's own goes: the database's place, or the warehouse of the home.
    func warehouse(of table: String, in database: String) throws -> StorageLocation {
        if let place = try databaseRecord(database)?.locationURI, !place.isEmpty {
            return try environment.locate(place + (place.hasSuffix("/") ? "" : "/") + table.lowercased() + "/")
        }
        let folder = database.lowercased() == "default" ? "" : database.lowercased() + ".db/"
        let set = environment.spark.conf.value("spark.sql.warehouse.dir") ?? "warehouse"
        if set != "warehouse" { return try environment.locate(set + (set.hasSuffix("/") ? "" : "/") + folder + table.lowercased() + "/") }
        return StorageLocation(path: environment.job.home.path + "/warehouse/" + folder + table.lowercased(), isFolder: true)
    }
}
