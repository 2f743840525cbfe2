internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

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
            case .error: throw APIError("table \(existing.qualifiedName) already exists; set the mode to \"overwrite\" to replace it, or to \"append\" to add to it", .inCatalogAlready)
            case .append: return try append(to: existing)
            case .overwrite: break
            }
            guard existing.tableType != "VIRTUAL_VIEW" else { throw APIError("\(place): '\(existing.qualifiedName)' is a view; drop it first, or choose another name") }
        }
        let relation = try writer.frame.relation()
        let plan = try relation.outputPlan()
        let schema = Schema(relation.attributes.map { Field($0.name, $0.type) })
        try writer.check(schema, place)
        for field in schema.fields where field.type == .null { throw APIError("\(place): column '\(field.name)' has no type, as it is only null; cast it", .badSchema) }
        let location = try location(of: table, in: database, existing)
        var record = try record(table, schema, location)
        record.databaseName = database.lowercased()
        // What stands at the place of a table that is not there is nobody's, unless the writer named the place.
        if existing == nil, mode != .overwrite, writer.options.value("path") == nil, try environment.job.exists(location) {
            throw APIError("\(place): the place of the table, \(location.url), exists already; remove it, or set the mode to \"overwrite\"", .fileExists)
        }
        var changes: [CatalogChange] = [.ensureDatabase(DatabaseRecord(name: database.lowercased()))]
        if existing != nil { changes.append(.deleteTable(table, database: database)) }
        changes.append(.createTable(record, database: database))
        let write = FrameWrite(
            target: location, encoder: try writer.encoder(place), partitionKeys: writer.partitionKeys, mode: mode == .append ? .append : .overwrite, table: record)
        if environment.explains { return try write.explain(plan, environment) }
        try environment.job.write(to: location, mode: write.mode) { output in changes + (try write.run(plan, to: output, environment)) }
    }

    /// Where the table's files go: where the script says, where they are, or into the warehouse.
    private func location(of table: String, in database: String, _ existing: TableRecord?) throws -> StorageLocation {
        if let path = writer.options.value("path") { return try environment.locate(path.hasSuffix("/") ? path : path + "/") }
        if let known = existing?.storageDescriptor?.location, !known.isEmpty { return try environment.locate(known) }
        return try environment.sql.warehouse(of: table, in: database)
    }

    private func record(_ name: String, _ schema: Schema, _ location: StorageLocation) throws -> TableRecord {
        let keys = writer.partitionKeys
        let columns = schema.fields.filter { !keys.contains($0.name) }.map { ColumnRecord($0.name, $0.type.hiveName) }
        let partition = keys.compactMap { key in schema.index(of: key).map { ColumnRecord(key, schema[$0].type.hiveName) } }
        let separator = writer.options.value("sep").map { $0 == "\\t" ? "\t" : $0 }
        var format = try TableFormat(writer.writtenFormat, delimiter: separator)
        format.hasHeader = try writer.options.boolean("header") ?? false
        return TableRecord(
            name: name, owner: "owner", storageDescriptor: format.descriptor(columns, location: location.url), partitionKeys: partition,
            tableType: writer.options.value("path") == nil ? "MANAGED_TABLE" : "EXTERNAL_TABLE", parameters: format.parameters)
    }

    // MARK: Adding to a table

    /// Rows added under the table's names.
    private func append(to table: TableRecord) throws {
        let relation = try writer.frame.relation()
        let wanted = try table.dataSchema().fields + table.partitionSchema().fields
        guard relation.attributes.count == wanted.count else {
            throw APIError("\(place): table \(table.qualifiedName) has \(wanted.count) columns (\(wanted.map(\.name).joined(separator: ", "))), and the frame has \(relation.attributes.count)")
        }
        if !writer.partitionKeys.isEmpty, writer.partitionKeys.map({ $0.lowercased() }) != table.partitionKeys.map({ $0.name.lowercased() }) {
            let keys = table.partitionKeys.map(\.name)
            throw APIError("\(place): table \(table.qualifiedName) is partitioned by \(keys.isEmpty ? "nothing" : keys.joined(separator: ", ")), not by \(writer.partitionKeys.joined(separator: ", "))", .unknownPartitionColumn)
        }
        try TableWriter(environment, table).write(relation, overwrites: false, byName: true)
    }

    /// Rows added, or put in the place of what is there, by the columns' positions.
    func insert(into name: String, overwrites: Bool) throws {
        guard writer.partitionKeys.isEmpty else { throw APIError("\(place): the table says how it is partitioned; leave out partitionBy", .unknownPartitionColumn) }
        let parts = try SQLSession.parts(of: name, place)
        if environment.sql.view(parts) != nil { throw APIError("\(place): '\(name)' is a view, and rows go into tables") }
        guard let (_, table) = try environment.sql.find(parts) else {
            _ = try environment.sql.frame(parts, place)
            return
        }
        try TableWriter(environment, table).write(try writer.frame.relation(), overwrites: overwrites)
    }
}

extension SQLSession {
    /// Where a table of the session's own goes: the database's place, or the warehouse (`spark.sql.warehouse.dir`).
    func warehouse(of table: String, in database: String) throws -> StorageLocation {
        if let place = try databaseRecord(database)?.locationURI, !place.isEmpty {
            return try environment.locate(place + (place.hasSuffix("/") ? "" : "/") + table.lowercased() + "/")
        }
        let folder = database.lowercased() == "default" ? "" : database.lowercased() + ".db/"
        let set = environment.spark.conf.value("spark.sql.warehouse.dir") ?? "warehouse"
        return try environment.locate(set + (set.hasSuffix("/") ? "" : "/") + folder + table.lowercased() + "/")
    }
}
