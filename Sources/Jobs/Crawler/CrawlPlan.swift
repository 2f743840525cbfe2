public import Catalog
internal import Columnar
public import Connectors

/// From files and what they hold to changes of the catalog: no file is read and nothing is written here.
///
/// A table that exists is found by its location. It keeps all its columns: a crawl adds columns and widens types (integers to wider integers, numbers to
/// `double`, anything to `string`), and never drops or narrows one. A type that inference could not have declared was declared by a person, and
/// stays. A change of format or of the partition keys replaces the definition. Whenever columns, keys or formats change the former definition is kept
/// as a version; new counts alone make no version.
///
/// A partition or table whose files have gone is kept and marked with the parameter `DEPRECATED_BY_CRAWLER` (Glue's default, DEPRECATE_IN_DATABASE).
public struct CrawlPlan: Sendable {
    public let changes: [CatalogChange]
    public let report: CrawlReport

    /// The table parameter that marks what a crawl no longer found; its value is milliseconds since the epoch.
    public static let deprecation = "DEPRECATED_BY_CRAWLER"

    public struct Input: Sendable {
        public var database: String
        /// Before the names of new tables.
        public var prefix = ""
        public var crawler = "mastic"
        /// Milliseconds since the epoch.
        public var now: Int64 = 0
        public var targets: [Target] = []
        /// The tables of the database.
        public var tables: [TableRecord] = []
        /// Their partitions, by table name.
        public var partitions: [String: [PartitionRecord]] = [:]

        public init(database: String) { self.database = database }
    }

    /// One path with the files found there.
    public struct Target: Sendable {
        public let location: StorageLocation
        public let isFolder: Bool
        public let exclusions: [Glob]
        public let files: [ProbedFile]
        /// Files that were listed and not looked into, by folder.
        public let unexamined: [String: [FileEntry]]

        public init(location: StorageLocation, isFolder: Bool, exclusions: [Glob] = [], files: [ProbedFile], unexamined: [String: [FileEntry]] = [:]) {
            (self.location, self.isFolder, self.exclusions, self.files, self.unexamined) = (location, isFolder, exclusions, files, unexamined)
        }
    }

    public init(_ input: Input) {
        var planner = Planner(input)
        for target in input.targets { planner.add(target) }
        planner.deprecateVanished()
        changes = planner.changes
        report = planner.report
    }
}

private struct Planner {
    let input: CrawlPlan.Input
    var changes: [CatalogChange]
    var report = CrawlReport()
    private var byLocation: [String: TableRecord] = [:]
    private var names: Set<String>
    private var found = Set<String>()

    init(_ input: CrawlPlan.Input) {
        self.input = input
        changes = [.ensureDatabase(DatabaseRecord(name: input.database))]
        names = Set(input.tables.map(\.name))
        for table in input.tables {
            if let location = table.storageDescriptor?.location { byLocation[Self.key(location)] = table }
        }
    }

    /// A location without its slash at the end.
    private static func key(_ location: String) -> String { location.utf8.last == UInt8(ascii: "/") ? String(location.dropLast()) : location }

    mutating func add(_ target: CrawlPlan.Target) {
        var candidates: [TableCandidate]
        if target.isFolder {
            var tree = CrawlTree(path: target.location.path, files: target.files)
            candidates = tree.tables()
            report.skipped += tree.skipped.map { CrawlReport.Skipped(path: $0.path, reason: $0.reason) }
        } else {
            candidates = target.files.compactMap { file in file.result.map { CrawlTree.fileTable(file.file, $0) } }
            report.skipped += target.files.filter { $0.result == nil }.map {
                CrawlReport.Skipped(path: $0.file.path, reason: $0.problem ?? "no classifier knows its format")
            }
        }
        for i in candidates.indices {
            candidates[i].addUnexamined(target.unexamined)
            candidates[i].addExclusions(target)
            plan(candidates[i], target)
        }
    }

    private mutating func plan(_ candidate: TableCandidate, _ target: CrawlPlan.Target) {
        let location = target.location.descendant(candidate.path, isFolder: candidate.isFolder)
        found.insert(Self.key(location.url))
        let definition = TableDefinition(crawler: input.crawler, location: location)
        var candidate = candidate
        let columns = declaredColumns(&candidate)
        if let existing = byLocation[Self.key(location.url)] {
            update(existing, candidate, definition, columns)
        } else {
            create(candidate, definition, columns)
        }
    }

    /// The columns for the files' fields; a field that a partition key's folders name is the partition key.
    private func declaredColumns(_ candidate: inout TableCandidate) -> [ColumnRecord] {
        let hidden = candidate.group.columns.names.filter { candidate.keys.contains($0) }
        if !hidden.isEmpty {
            candidate.notes.append("the folders give \(hidden.joined(separator: ", ")); the files' own field\(hidden.count == 1 ? "" : "s") of that name \(hidden.count == 1 ? "is" : "are") not a column")
        }
        return candidate.group.columns.fields.filter { !candidate.keys.contains($0.name) }.map {
            ColumnRecord($0.name, CatalogTypes.declared($0.type, in: candidate.group.format.classification).hiveName)
        }
    }

    // MARK: - New tables

    private mutating func create(_ candidate: TableCandidate, _ definition: TableDefinition, _ columns: [ColumnRecord]) {
        var name = TableName.of(candidate.path, prefix: input.prefix)
        if names.contains(name) { name = TableName.distinct(name, path: candidate.path) }
        names.insert(name)
        let table = definition.table(candidate, name: name, columns: columns)
        changes.append(.createTable(table, database: input.database))
        if !candidate.partitions.isEmpty {
            let records = candidate.partitions.map { definition.partition($0, of: candidate.group, columns: columns) }
            changes.append(.putPartitions(records, table: name, database: input.database, existing: .replace))
        }
        report(candidate, table, .created, changes: [])
    }

    // MARK: - Known tables

    private mutating func update(_ existing: TableRecord, _ candidate: TableCandidate, _ definition: TableDefinition, _ columns: [ColumnRecord]) {
        var said: [String] = []
        let isSameFormat = existing.parameters["classification"] == candidate.group.format.classification
        let hasSameKeys = existing.partitionKeys.map(\.name) == candidate.keys
        var merged = columns
        if isSameFormat {
            merged = merge(existing.storageDescriptor?.columns ?? [], columns, candidate.group.format.classification, &said)
        } else {
            said.append("format changed from \(existing.parameters["classification"] ?? "none") to \(candidate.group.format.classification): the definition is replaced")
        }
        if !hasSameKeys { said.append("partition keys changed from (\(existing.partitionKeys.map(\.name).joined(separator: ", "))) to (\(candidate.keys.joined(separator: ", ")))") }

        var table = definition.table(candidate, name: existing.name, columns: merged)
        // What people said of the table stays.
        table.description = existing.description
        table.owner = existing.owner ?? table.owner
        table.retention = existing.retention
        table.parameters = existing.parameters.merging(table.parameters) { $1 }
        table.parameters[CrawlPlan.deprecation] = nil
        if hasSameKeys { table.partitionKeys = existing.partitionKeys }
        table.storageDescriptor?.parameters = table.parameters
        if existing.parameters[CrawlPlan.deprecation] != nil { said.append("its files are back") }

        let partitionChanges = planPartitions(existing, candidate, definition, merged, replaceAll: !hasSameKeys, &said)
        let isNewVersion = !Self.isSameDefinition(existing, table)
        if isNewVersion, said.isEmpty { said.append("how its files are read") }
        if isNewVersion || existing.parameters != table.parameters {
            changes.append(.updateTable(table, database: input.database, expectedVersion: existing.versionID, skipArchive: !isNewVersion))
        }
        changes += partitionChanges
        if isNewVersion, hasSameKeys, !candidate.keys.isEmpty, let descriptor = table.storageDescriptor {
            changes.append(.setPartitionDescriptors(descriptor, table: existing.name, database: input.database))
        }
        report(candidate, table, said.isEmpty ? .unchanged : .updated, changes: said)
    }

    private func merge(_ old: [ColumnRecord], _ new: [ColumnRecord], _ classification: String, _ said: inout [String]) -> [ColumnRecord] {
        var columns = old
        for column in new {
            guard let i = columns.firstIndex(where: { $0.name.lowercased() == column.name }) else {
                columns.append(column)
                said.append("column '\(column.name)' \(column.type ?? "") added")
                continue
            }
            guard let before = DataType(parsing: columns[i].type ?? "string"), let now = DataType(parsing: column.type ?? "string"), before != now,
                CatalogTypes.isInferable(before, in: classification)
            else { continue }
            let type = CatalogTypes.declared(before.merging(now), in: classification)
            if type == before { continue }
            said.append("column '\(column.name)' widened from \(before.hiveName) to \(type.hiveName)")
            columns[i].type = type.hiveName
        }
        return columns
    }

    /// Counts, the crawler's name and such are no part of a definition.
    private static func isSameDefinition(_ a: TableRecord, _ b: TableRecord) -> Bool {
        func stripped(_ table: TableRecord) -> TableRecord {
            var table = table
            (table.versionID, table.createTime, table.updateTime, table.databaseName) = (nil, nil, nil, "")
            for key in ["sizeKey", "objectCount", "recordCount", "averageRecordSize", "UPDATED_BY_CRAWLER", "CRAWL_RUN_ID"] { table.parameters[key] = nil }
            table.storageDescriptor?.parameters = [:]
            return table
        }
        return stripped(a) == stripped(b)
    }

    private func planPartitions(
        _ table: TableRecord, _ candidate: TableCandidate, _ definition: TableDefinition, _ columns: [ColumnRecord], replaceAll: Bool, _ said: inout [String]
    ) -> [CatalogChange] {
        let old = input.partitions[table.name] ?? []
        var put: [PartitionRecord] = []
        var added = 0
        let known = Dictionary(old.map { ($0.values, $0) }) { $1 }
        for partition in candidate.partitions {
            let record = definition.partition(partition, of: candidate.group, columns: columns)
            if !replaceAll, let former = known[partition.values] {
                if former.parameters == record.parameters, former.storageDescriptor?.location == record.storageDescriptor?.location { continue }
            } else {
                added += 1
            }
            put.append(record)
        }
        if replaceAll {
            return [
                .deletePartitions(old.map(\.values), table: table.name, database: input.database),
                .putPartitions(put, table: table.name, database: input.database, existing: .replace),
            ]
        }
        let present = Set(candidate.partitions.map(\.values))
        let vanished = old.filter { !present.contains($0.values) && $0.parameters[CrawlPlan.deprecation] == nil }
        for var partition in vanished {
            partition.parameters[CrawlPlan.deprecation] = String(input.now)
            put.append(partition)
        }
        func counted(_ count: Int) -> String { "\(count) partition\(count == 1 ? "" : "s")" }
        if added > 0 { said.append("\(counted(added)) added") }
        if !vanished.isEmpty { said.append("\(counted(vanished.count)) without files marked deprecated") }
        return put.isEmpty ? [] : [.putPartitions(put, table: table.name, database: input.database, existing: .replace)]
    }

    // MARK: - Vanished tables

    /// Tables of crawls that lie in a target and had no files this time.
    mutating func deprecateVanished() {
        for table in input.tables where table.parameters["UPDATED_BY_CRAWLER"] != nil && table.parameters[CrawlPlan.deprecation] == nil {
            guard let location = table.storageDescriptor?.location.map(Self.key), !found.contains(location),
                input.targets.contains(where: { LocalPath.contains(Self.key($0.location.url), location) })
            else { continue }
            var marked = table
            marked.parameters[CrawlPlan.deprecation] = String(input.now)
            marked.storageDescriptor?.parameters = marked.parameters
            changes.append(.updateTable(marked, database: input.database, expectedVersion: table.versionID, skipArchive: false))
            report.tables.append(
                CrawlReport.Table(
                    name: table.name, location: location, action: .deprecated, classification: table.parameters["classification"] ?? "", certainty: 1,
                    evidence: "", files: 0, bytes: 0, recordsExamined: 0, disagreement: nil, columns: [], partitions: 0,
                    changes: ["its files have gone, or belong to another table now"], notes: []))
        }
    }

    // MARK: - Report

    private mutating func report(_ candidate: TableCandidate, _ table: TableRecord, _ action: CrawlReport.Action, changes: [String]) {
        let columns = table.storageDescriptor?.columns ?? []
        report.tables.append(
            CrawlReport.Table(
                name: table.name, location: table.storageDescriptor?.location ?? "", action: action, classification: candidate.group.format.classification,
                certainty: candidate.group.certainty, evidence: candidate.group.evidence, files: candidate.group.statistics.files,
                bytes: candidate.group.statistics.bytes, recordsExamined: candidate.group.recordsExamined, disagreement: candidate.group.disagreement,
                columns: columns.map { CrawlReport.Column(name: $0.name, type: $0.type ?? "string", isPartitionKey: false) }
                    + table.partitionKeys.map { CrawlReport.Column(name: $0.name, type: $0.type ?? "string", isPartitionKey: true) },
                partitions: candidate.partitions.count, changes: changes, notes: candidate.notes))
    }
}

extension TableCandidate {
    /// Adds files that were not looked into to the counts of their folders.
    fileprivate mutating func addUnexamined(_ unexamined: [String: [FileEntry]]) {
        guard isFolder, !unexamined.isEmpty else { return }
        if partitions.isEmpty {
            group.addUnexamined(unexamined[path] ?? [])
            return
        }
        partitions = partitions.map { partition in
            guard let files = unexamined[partition.path] else { return partition }
            group.addUnexamined(files)
            var statistics = partition.statistics
            statistics.add(FileGroup.Statistics(files: files.count, bytes: files.reduce(0) { $0 + $1.size }))
            return Partition(path: partition.path, values: partition.values, statistics: statistics)
        }
    }

    /// Adds the crawl's own exclusions, as they read from the table's folder.
    fileprivate mutating func addExclusions(_ target: CrawlPlan.Target) {
        guard isFolder else { return }
        let prefix = path == target.location.path ? "" : LocalPath.components(path, below: target.location.path).joined(separator: "/") + "/"
        exclusions = target.exclusions.flatMap { prefix.isEmpty ? [$0.pattern] : $0.patterns(after: prefix) } + exclusions
    }
}
