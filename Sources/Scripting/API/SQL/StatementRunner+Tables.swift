internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// Databases, tables, views and partitions.
extension StatementRunner {
    // MARK: Places

    /// The folder of a table that says none: in its database's, or in the warehouse.
    func defaultLocation(_ name: String, in database: String) throws -> StorageLocation {
        try session.warehouse(of: name, in: database)
    }

    private func holdsFiles(_ location: StorageLocation) throws -> Bool {
        guard try environment.job.exists(location) else { return false }
        return try environment.job.files(at: location, options: ListingOptions()).next() != nil
    }

    // MARK: CREATE TABLE

    func createTable(_ syntax: TableDefinitionSyntax) throws {
        let (database, name) = try place(syntax.name, syntax.position)
        func wrong(_ sentence: String) -> PlanError { PlanError.analysis(sentence).located(at: syntax.position) }
        if let existing = try session.table(name, in: database) {
            if syntax.ifNotExists { return }
            guard syntax.replaces else {
                let kind = existing.tableType == "VIRTUAL_VIEW" ? "view" : "table"
                throw wrong("there is a \(kind) '\(existing.qualifiedName)' already; CREATE TABLE IF NOT EXISTS leaves it, DROP TABLE takes it away")
            }
            try remove(existing)
        }
        var record = TableRecord(name: name, databaseName: database, description: syntax.comment, owner: "owner")
        let location = try (syntax.location ?? syntax.options["path"]).map { try environment.locate($0) }
        let target = try location ?? defaultLocation(name, in: database)
        record.tableType = location == nil ? "MANAGED_TABLE" : "EXTERNAL_TABLE"
        let query = try syntax.query.map { try relation($0) }

        if let source = syntax.like {
            let (_, model) = try table(source, syntax.likePosition)
            guard var descriptor = model.storageDescriptor, model.tableType != "VIRTUAL_VIEW" else { throw wrong("'\(model.qualifiedName)' is a view; LIKE takes a table") }
            descriptor.location = target.url
            (record.storageDescriptor, record.partitionKeys) = (descriptor, model.partitionKeys)
            record.parameters = model.parameters.filter { ["classification", "spark.sql.sources.provider", "delimiter", "skip.header.line.count"].contains($0.key) }
        } else {
            let format = try TableFormat(syntax.format, delimiter: syntax.fieldDelimiter, options: syntax.options)
            var columns = try self.columns(syntax, query, format, location, wrong)
            record.partitionKeys = try partitionKeys(syntax, &columns, wrong)
            if columns.isEmpty { throw wrong("the table would have no columns beside those it is partitioned by") }
            var descriptor = format.descriptor(columns, location: target.url)
            if let count = syntax.bucketCount { (descriptor.numberOfBuckets, descriptor.bucketColumns) = (count, syntax.bucketColumns) }
            record.storageDescriptor = descriptor
            record.parameters = format.parameters.merging(format.otherOptions) { $1 }
        }
        record.parameters.merge(syntax.properties) { $1 }
        if record.tableType == "EXTERNAL_TABLE" { record.parameters["EXTERNAL"] = "TRUE" }

        if location == nil, try holdsFiles(target) {
            throw wrong("the folder \(target.url), which the table would have, holds files already; remove them, or give the table another LOCATION")
        }
        if environment.explains { return }
        let changes = try ensuring(database) + [.createTable(record, database: database)]
        guard let query else { return try environment.job.change(changes) }
        try TableWriter(environment, record).write(query, overwrites: location != nil, changes: changes)
    }

    /// The columns of a definition, those that the table is partitioned by among them.
    private func columns(
        _ syntax: TableDefinitionSyntax, _ query: Relation?, _ format: TableFormat, _ location: StorageLocation?, _ wrong: (String) -> PlanError
    ) throws -> [ColumnRecord] {
        if let query {
            if !syntax.columns.isEmpty { throw wrong("CREATE TABLE ... AS takes its columns from the query; leave out those in parentheses") }
            var seen = Set<String>()
            for attribute in query.attributes {
                guard seen.insert(attribute.name.lowercased()).inserted else { throw wrong("two columns of the query are called '\(attribute.name)'; give one another name with AS") }
                if attribute.type == .null { throw wrong("the column '\(attribute.name)' has no type, because it is always NULL; cast it to one") }
            }
            return query.attributes.map { ColumnRecord($0.name.lowercased() == $0.name ? $0.name : $0.name, $0.type.hiveName) }
        }
        if !syntax.columns.isEmpty { return syntax.columns.map { ColumnRecord($0.field.name, $0.field.type.hiveName, comment: $0.comment) } }
        guard let location, try holdsFiles(location) else {
            throw wrong("the table has no columns: name them in parentheses, or give a query behind AS, or the LOCATION of files that have columns")
        }
        var options: [String: LuaValue] = [:]
        if format.name == "csv" {
            options["withHeader"] = .boolean(format.hasHeader)
            options["inferSchema"] = .boolean(true)
            if let delimiter = format.delimiter { options["separator"] = .string(delimiter) }
        }
        let signature = Signature(
            "spark.sql", [.optional("connection_type", .string), .optional("connection_options", .dictionary), .optional("format", .string), .optional("format_options", .dictionary), .optional("push_down_predicate", .string), .optional("transformation_ctx", .string)])
        let fields: [String: LuaValue] = [
            "connection_type": "s3", "connection_options": .table(LuaTable(fields: ["paths": .array([.string(location.url)])])), "format": .string(format.name),
            "format_options": .table(LuaTable(fields: options)),
        ]
        let frame = try environment.frame(fromOptions: try signature.bind([.table(LuaTable(fields: fields))], site: "")).toDF()
        let keys = Set(syntax.partitionColumns.map { $0.name.lowercased() })
        return try frame.schema().fields.filter { !keys.contains($0.name.lowercased()) }.map { ColumnRecord($0.name, $0.type.hiveName) }
            + syntax.partitionColumns.filter { $0.type == nil }.map { ColumnRecord($0.name, "string") }
    }

    /// The partition's columns, taken out of the others.
    private func partitionKeys(_ syntax: TableDefinitionSyntax, _ columns: inout [ColumnRecord], _ wrong: (String) -> PlanError) throws -> [ColumnRecord] {
        try syntax.partitionColumns.map { column in
            if let type = column.type {
                if type.isNested { throw wrong("a table cannot be partitioned by '\(column.name)', which is of type \(type.hiveName)") }
                return ColumnRecord(column.name, type.hiveName)
            }
            guard let index = columns.firstIndex(where: { $0.name.lowercased() == column.name.lowercased() }) else {
                throw wrong("the table is to be partitioned by '\(column.name)', which is none of its columns\(Suggestion.hint(for: column.name, in: columns.map(\.name)))")
            }
            let record = columns.remove(at: index)
            if let type = DataType(parsing: record.type ?? ""), type.isNested {
                throw wrong("a table cannot be partitioned by '\(column.name)', which is of type \(type.hiveName)")
            }
            return record
        }
    }

    // MARK: Views

    func createView(
        _ name: [String], _ columns: [String], _ query: Query, text: String, replaces: Bool, ifNotExists: Bool, isTemporary: Bool, comment: String?, _ position: Int
    ) throws {
        guard isTemporary else {
            if environment.explains { return }
            let (database, last) = try place(name, position)
            if let existing = try session.table(last, in: database) {
                if ifNotExists { return }
                guard replaces, existing.tableType == "VIRTUAL_VIEW" else {
                    let isView = existing.tableType == "VIRTUAL_VIEW"
                    throw PlanError.analysis(
                        "there is a \(isView ? "view" : "table") '\(existing.qualifiedName)' already\(isView ? "; CREATE OR REPLACE VIEW replaces it" : "")"
                    ).located(at: position)
                }
            }
            return try storeView(name, columns, query, text: text, comment: comment, replaces: replaces, position)
        }
        let isGlobal = name.count == 2 && name[0].lowercased() == SQLSession.globalDatabase
        guard let last = name.last, name.count == 1 || isGlobal else {
            throw PlanError.analysis("a temporary view's name has no database").located(at: position)
        }
        let exists = session.view(name) != nil
        if ifNotExists, exists { return }
        var relation = try relation(query)
        if !columns.isEmpty { relation = try renamed(relation, columns, position) }
        if !replaces, exists {
            throw PlanError.analysis("there is a view '\(last)' already; CREATE OR REPLACE TEMPORARY VIEW replaces it").located(at: position)
        }
        try session.define("`\(last.replacing("`", with: "``"))`", relation, isGlobal: isGlobal, replaces: true)
    }

    private func renamed(_ relation: Relation, _ columns: [String], _ position: Int) throws -> Relation {
        do { return try relation.renamed(columns) } catch let error as PlanError { throw error.located(at: position) }
    }

    func storeView(_ name: [String], _ columns: [String], _ query: Query, text: String, comment: String?, replaces: Bool, _ position: Int) throws {
        let (database, last) = try place(name, position)
        var relation = try relation(query)
        if !columns.isEmpty { relation = try renamed(relation, columns, position) }
        var seen = Set<String>()
        for name in relation.names where !seen.insert(name.lowercased()).inserted {
            throw PlanError.coded(.duplicateColumn, "two columns of the view would be called '\(name)'; give one another name with AS").located(at: position)
        }
        var record = TableRecord(name: last, databaseName: database, description: comment, owner: "owner", tableType: "VIRTUAL_VIEW")
        record.storageDescriptor = StorageDescriptor(columns: relation.attributes.map { ColumnRecord($0.name, $0.type.hiveName) })
        // Names without a database mean that of the time when the view was made.
        record.parameters = ["view.catalogAndNamespace.part.1": session.database]
        if !columns.isEmpty { record.parameters["view.columns"] = "explicit" }
        (record.viewOriginalText, record.viewExpandedText) = (text, text)
        if replaces, let existing = try session.table(last, in: database) {
            record.createTime = existing.createTime
            try environment.job.change([.updateTable(record, database: database, expectedVersion: nil, skipArchive: false)])
        } else {
            try environment.job.change(try ensuring(database) + [.createTable(record, database: database)])
        }
    }

    // MARK: DROP and TRUNCATE

    func dropDatabase(_ name: String, ifExists: Bool, cascade: Bool) throws {
        let lowered = name.lowercased()
        guard try session.databaseNames.contains(lowered) else {
            if ifExists { return }
            return try requireDatabase(name)
        }
        if lowered == "default" { throw PlanError.analysis("the database 'default' cannot be dropped") }
        let tables = try session.tableNames(in: lowered).compactMap { try session.table($0, in: lowered) }
        if !tables.isEmpty, !cascade { throw PlanError.analysis("the database '\(name)' has \(tables.count) table\(tables.count == 1 ? "" : "s"); DROP DATABASE ... CASCADE drops them too") }
        for table in tables { try remove(table) }
        if session.database == lowered { try session.use(database: "default") }
        try environment.job.change([.deleteDatabase(lowered)])
    }

    func drop(_ name: [String], ifExists: Bool, isView: Bool, _ position: Int) throws {
        if session.view(name) != nil {
            if try !isView && session.find(name) != nil { return try remove(try table(name, position).record) }
            _ = session.drop("`\((name.last ?? "").replacing("`", with: "``"))`", isGlobal: name.count == 2)
            return
        }
        guard let (_, record) = try session.find(name) else {
            if ifExists { return }
            if isView { throw PlanError.analysis("there is no view '\(name.joined(separator: "."))'\(Suggestion.hint(for: name.last ?? "", in: session.names))").located(at: position) }
            _ = try table(name, position)
            return
        }
        let isStoredView = record.tableType == "VIRTUAL_VIEW"
        if isView != isStoredView {
            throw PlanError.analysis("'\(record.qualifiedName)' is a \(isStoredView ? "view: DROP VIEW" : "table: DROP TABLE") takes it away").located(at: position)
        }
        try remove(record)
    }

    /// Takes a table out of the catalog; the files of a managed table go too.
    func remove(_ record: TableRecord) throws {
        let change = CatalogChange.deleteTable(record.name, database: record.databaseName)
        guard record.tableType == "MANAGED_TABLE", let location = record.storageDescriptor?.location else { return try environment.job.change([change]) }
        try empty(try environment.locate(location), [change])
    }

    /// Takes the files of a folder away together with what changes in the catalog: now, or with the job's commit.
    private func empty(_ place: StorageLocation, _ changes: [CatalogChange]) throws {
        if environment.job.isInitialized || environment.job.isRehearsed {
            guard try environment.job.exists(place) else { return try environment.job.change(changes) }
            return try environment.job.write(to: place, mode: .overwrite) { _ in changes }
        }
        try environment.job.change(changes)
        if LocalPath.exists(place.path) { try LocalPath.removeTree(place.path) }
    }

    func truncate(_ name: [String], _ position: Int) throws {
        let (_, record) = try table(name, position)
        guard record.tableType != "VIRTUAL_VIEW", let location = record.storageDescriptor?.location else {
            throw PlanError.analysis("'\(record.qualifiedName)' is a view, and has no rows of its own").located(at: position)
        }
        if record.parameters["EXTERNAL"] == "TRUE" || record.tableType == "EXTERNAL_TABLE" {
            throw PlanError.analysis("'\(record.qualifiedName)' is an external table, whose files are not its own; INSERT OVERWRITE replaces its rows").located(at: position)
        }
        let partitions = try session.partitions(of: record).map(\.values)
        try empty(
            try environment.locate(location), partitions.isEmpty ? [] : [.deletePartitions(partitions, table: record.name, database: record.databaseName)])
    }

    // MARK: ALTER

    func alter(_ name: [String], _ position: Int, _ change: (inout TableRecord) -> Void) throws {
        var (database, record) = try table(name, position)
        change(&record)
        try environment.job.change([.updateTable(record, database: database, expectedVersion: nil, skipArchive: false)])
    }

    func addColumns(_ name: [String], _ columns: [(field: Field, comment: String?)], _ position: Int) throws {
        let (_, record) = try table(name, position)
        let known = (record.storageDescriptor?.columns ?? []) + record.partitionKeys
        for column in columns where known.contains(where: { $0.name.lowercased() == column.field.name.lowercased() }) {
            throw PlanError.analysis("the table '\(record.qualifiedName)' has a column '\(column.field.name)' already").located(at: position)
        }
        try alter(name, position) { record in
            record.storageDescriptor?.columns += columns.map { ColumnRecord($0.field.name, $0.field.type.hiveName, comment: $0.comment) }
        }
    }

    func rename(_ name: [String], _ to: [String], _ position: Int) throws {
        let (database, record) = try table(name, position)
        let (newDatabase, newName) = try place(to.count > 1 ? to : [database] + to, position)
        if try session.table(newName, in: newDatabase) != nil { throw PlanError.coded(.inCatalogAlready, "there is a table '\(newDatabase).\(newName)' already").located(at: position) }
        var renamed = record
        (renamed.name, renamed.databaseName, renamed.versionID) = (newName, newDatabase, nil)
        let partitions = record.partitionKeys.isEmpty ? [] : try session.partitions(of: record).map { partitionRecord($0.values, of: record, at: $0.location) }
        var changes: [CatalogChange] = [.createTable(renamed, database: newDatabase)]
        if !partitions.isEmpty { changes.append(.putPartitions(partitions, table: newName, database: newDatabase, existing: .refuse)) }
        changes.append(.deleteTable(record.name, database: database))
        try environment.job.change(changes)
    }

    // MARK: Partitions

    /// The values of a partition that is named in full, in the order of the table's keys, as folders have them.
    func partitionValues(_ values: [(String, Expression?)], of record: TableRecord, _ position: Int) throws -> [String] {
        let found = try TableWriter.fixedValues(values, of: record, position)
        return try record.partitionKeys.map { key in
            guard let value = found[key.name.lowercased()] else {
                throw PlanError.analysis("the partition needs a value for '\(key.name)': the table is partitioned by \(record.partitionKeys.map(\.name).joined(separator: ", "))")
                    .located(at: position)
            }
            return value ?? HivePath.nullValue
        }
    }

    private func folder(_ values: [String], of record: TableRecord) -> String {
        zip(record.partitionKeys, values).map { HivePath.segment(key: $0.name, value: $1 == HivePath.nullValue ? nil : $1) }.joined(separator: "/")
    }

    private func partitionRecord(_ values: [String], of record: TableRecord, at location: String?) -> PartitionRecord {
        var descriptor = record.storageDescriptor ?? StorageDescriptor()
        descriptor.location = location
        return PartitionRecord(values: values, storageDescriptor: descriptor)
    }

    private func partitioned(_ name: [String], _ position: Int) throws -> (TableRecord, StorageLocation) {
        let (_, record) = try table(name, position)
        guard !record.partitionKeys.isEmpty, let location = record.storageDescriptor?.location else {
            throw PlanError.analysis("the table '\(record.qualifiedName)' is not partitioned").located(at: position)
        }
        return (record, try environment.locate(location))
    }

    func addPartitions(_ name: [String], _ ifNotExists: Bool, _ partitions: [(values: [(String, Expression?)], location: String?)], _ position: Int) throws {
        let (record, root) = try partitioned(name, position)
        let records = try partitions.map { partition in
            let values = try partitionValues(partition.values, of: record, position)
            let place = try partition.location.map { try environment.locate($0) } ?? root.descendant(root.path + "/" + folder(values, of: record), isFolder: true)
            return partitionRecord(values, of: record, at: place.url)
        }
        let known = Set(try session.partitions(of: record).map(\.values))
        if !ifNotExists, let existing = records.first(where: { known.contains($0.values) }) {
            throw PlanError.analysis("'\(record.qualifiedName)' has the partition \(folder(existing.values, of: record)) already").located(at: position)
        }
        let new = records.filter { !known.contains($0.values) }
        if !new.isEmpty { try environment.job.change([.putPartitions(new, table: record.name, database: record.databaseName, existing: .keep)]) }
    }

    func dropPartitions(_ name: [String], _ ifExists: Bool, _ partitions: [[(String, Expression?)]], _ position: Int) throws {
        let (record, _) = try partitioned(name, position)
        let all = try session.partitions(of: record)
        for partition in partitions {
            // Values of some of the keys mean all partitions that have them.
            let fixed = try TableWriter.fixedValues(partition, of: record, position)
            let dropped = all.filter { candidate in
                zip(record.partitionKeys, candidate.values).allSatisfy { key, value in fixed[key.name.lowercased()].map { ($0 ?? HivePath.nullValue) == value } ?? true }
            }
            if dropped.isEmpty, !ifExists {
                throw PlanError.analysis("there is no such partition of '\(record.qualifiedName)'; DROP IF EXISTS takes it as it is").located(at: position)
            }
            if dropped.isEmpty { continue }
            try environment.job.change([.deletePartitions(dropped.map(\.values), table: record.name, database: record.databaseName)])
            guard record.tableType == "MANAGED_TABLE" else { continue }
            for case let location? in dropped.map(\.location) { try empty(try environment.locate(location), []) }
        }
    }

    /// Partitions as the folders below the table's say them.
    func repair(_ name: [String], adds: Bool, drops: Bool, _ position: Int) throws {
        let (record, root) = try partitioned(name, position)
        let keys = record.partitionKeys.map { $0.name.lowercased() }
        var found: [[String]: String] = [:]
        if try environment.job.exists(root) {
            let files = try environment.job.files(at: root, options: ListingOptions())
            while let file = try files.next() {
                let folders = HivePath.partitions(of: file.path, below: root.path)
                guard folders.count >= keys.count, zip(folders, keys).allSatisfy({ $0.key.lowercased() == $1 }) else { continue }
                let values = folders.prefix(keys.count).map { $0.value ?? HivePath.nullValue }
                if found[values] == nil {
                    found[values] = folders.prefix(keys.count).map { HivePath.segment(key: $0.key, value: $0.value) }.joined(separator: "/")
                }
            }
        }
        let known = Set(try session.partitions(of: record).map(\.values))
        let missing = found.filter { !known.contains($0.key) }.sorted { $0.value < $1.value }
        if adds, !missing.isEmpty {
            let records = missing.map { partitionRecord($0.key, of: record, at: root.descendant(root.path + "/" + $0.value, isFolder: true).url) }
            try environment.job.change([.putPartitions(records, table: record.name, database: record.databaseName, existing: .keep)])
        }
        let gone = known.filter { found[$0] == nil }
        if drops, !gone.isEmpty { try environment.job.change([.deletePartitions(Array(gone), table: record.name, database: record.databaseName)]) }
    }
}
