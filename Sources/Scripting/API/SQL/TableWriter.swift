internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// Writes rows into a table of the catalog: in its format, into its folders, with partitions that become known to the catalog.
struct TableWriter {
    let environment: ScriptEnvironment
    let record: TableRecord

    init(_ environment: ScriptEnvironment, _ record: TableRecord) { (self.environment, self.record) = (environment, record) }

    /// What `PARTITION (...)` says: values by keys in lower case, as folders have them; nil inside for null. Keys without a value are left out.
    ///
    /// - Throws: `PlanError` for names that are no keys, and for values that are no literals or not of the key's type.
    static func fixedValues(_ partition: [(String, Expression?)], of record: TableRecord, _ position: Int) throws -> [String: String?] {
        let keys = try record.partitionSchema().fields
        var result: [String: String?] = [:]
        var seen = Set<String>()
        for (name, value) in partition {
            func wrong(_ sentence: String) -> PlanError { PlanError.analysis(sentence).located(at: position) }
            guard let key = keys.first(where: { $0.name.lowercased() == name.lowercased() }) else {
                let known = keys.isEmpty ? "it is not partitioned" : "it is partitioned by \(keys.map(\.name).joined(separator: ", "))"
                throw wrong("'\(name)' is no partition column of '\(record.qualifiedName)'\(Suggestion.hint(for: name, in: keys.map(\.name))); \(known)")
            }
            guard seen.insert(name.lowercased()).inserted else { throw wrong("the partition has two values for '\(name)'") }
            guard let value else { continue }
            let one = Batch(schema: .empty, columns: [], count: 1)
            let plain = value.withoutPlaces
            if !plain.fields.isEmpty { throw wrong("a partition's value is a literal; a column belongs into the query: PARTITION (\(name))") }
            let typed = try Expression.cast(plain, key.type).evaluate(on: one)
            let text = try Expression.cast(.cast(plain, key.type), .string).evaluate(on: one)
            if typed.value(at: 0) == .null {
                guard try plain.evaluate(on: one).value(at: 0) == .null else { throw wrong("\(plain) is no value of type \(key.type.hiveName), which '\(key.name)' has") }
                result[key.name.lowercased()] = .some(nil)
            } else if case .string(let bytes) = text.value(at: 0) {
                result[key.name.lowercased()] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return result
    }

    /// Writes a query's rows.
    ///
    /// - Parameters:
    ///   - fixed: values of the first of the table's partition keys; the others come last in the query.
    ///   - columns: the table's columns that the query's go to, in their order; empty for all. Others become null.
    ///   - byName: whether the query's columns go to those of the same names.
    ///   - changes: what the catalog has to learn before.
    func write(
        _ relation: Relation, overwrites: Bool, fixed: [String: String?] = [:], columns: [String] = [], byName: Bool = false, changes: [CatalogChange] = []
    ) throws {
        guard record.tableType != "VIRTUAL_VIEW", let location = record.storageDescriptor?.location else {
            throw PlanError.analysis("'\(record.qualifiedName)' is a view, which nothing can be written into")
        }
        let keys = try record.partitionSchema().fields
        let fixedCount = keys.prefix { fixed[$0.name.lowercased()] != nil }.count
        if fixedCount < fixed.count { throw PlanError.analysis("partition columns with values stand before those without, in the table's order: \(keys.map(\.name).joined(separator: ", "))") }
        let values = keys.prefix(fixedCount).map { fixed[$0.name.lowercased()] ?? nil }
        let dynamic = Array(keys.dropFirst(fixedCount))
        var plan = try arranged(relation, try record.dataSchema().fields + dynamic, columns, byName)
        if overwrites, environment.job.isInitialized, !environment.explains, plan.reads(record.qualifiedName) {
            // Within a job what is overwritten is no longer read, so the rows are taken before.
            plan = CacheNode(plan)
            try environment.run { try Execution.run(plan, context: $0, into: CountingConsumer()) }
        }

        let root = try environment.locate(location)
        var target = root
        if fixedCount > 0 {
            let folder = zip(keys, values).map { HivePath.segment(key: $0.name, value: $1) }.joined(separator: "/")
            target = root.descendant(root.path + "/" + folder, isFolder: true)
            // A partition may have a place of its own.
            let all = values.map { $0 ?? HivePath.nullValue }
            if dynamic.isEmpty, let own = try environment.sql.partitions(of: record).first(where: { $0.values == all })?.location {
                target = try environment.locate(own)
            }
        }
        let encoder = try FrameWrite.encoder(of: record, compression: nil, function: "spark.sql")
        let write = FrameWrite(target: target, encoder: encoder, partitionKeys: dynamic.map(\.name), mode: overwrites ? .overwrite : .append, table: record, fixed: values)
        if overwrites, !dynamic.isEmpty, environment.spark.conf.overwritesPartitionsOnly { return try overwritePartitions(write, plan) }
        try run(write, plan, to: target, replacing: overwrites && !keys.isEmpty ? values : nil, changes)
    }

    /// The query's columns as the table has them.
    private func arranged(_ relation: Relation, _ targets: [Field], _ columns: [String], _ byName: Bool) throws -> PlanNode {
        let sources = relation.attributes
        var chosen: [Int?]
        if byName {
            chosen = targets.map { target in sources.firstIndex { $0.name.lowercased() == target.name.lowercased() } }
            if let stray = sources.first(where: { source in !targets.contains { $0.name.lowercased() == source.name.lowercased() } }) {
                throw PlanError.coded(.unknownColumn, "the table '\(record.qualifiedName)' has no column '\(stray.name)'\(Suggestion.hint(for: stray.name, in: targets.map(\.name)))")
            }
        } else if !columns.isEmpty {
            guard columns.count == sources.count else {
                throw PlanError.analysis("the query has \(sources.count) column\(sources.count == 1 ? "" : "s") for the \(columns.count) that are named")
            }
            for name in columns where !targets.contains(where: { $0.name.lowercased() == name.lowercased() }) {
                throw PlanError.coded(.unknownColumn, "the table '\(record.qualifiedName)' has no column '\(name)'\(Suggestion.hint(for: name, in: targets.map(\.name)))")
            }
            chosen = targets.map { target in columns.firstIndex { $0.lowercased() == target.name.lowercased() } }
        } else {
            guard targets.count == sources.count else {
                throw PlanError.analysis(
                    "the query has \(sources.count) column\(sources.count == 1 ? "" : "s"), and the table '\(record.qualifiedName)' takes \(targets.count): \(targets.map(\.name).joined(separator: ", "))")
            }
            chosen = Array(targets.indices)
        }
        var made: [NamedExpression] = []
        for (target, index) in zip(targets, chosen) {
            guard let index else {
                made.append(NamedExpression(target.name, .literal(.null, target.type)))
                continue
            }
            let source = sources[index]
            guard target.type.takes(source.type) else {
                throw PlanError.analysis(
                    "'\(source.name)' is of type \(source.type.hiveName) and cannot be stored in the column '\(target.name)' of type \(target.type.hiveName); cast it: CAST(... AS \(target.type.ddlName))")
            }
            made.append(NamedExpression(target.name, source.type == target.type ? .field([source.column]) : Self.stored(.field([source.column]), source.type, as: target.type)))
        }
        return ProjectNode(relation.plan, columns: made)
    }

    /// A number that its column has no room for ends the statement, as it does in Spark; wrapped around it would be another one.
    private static func stored(_ value: Expression, _ type: DataType, as target: DataType) -> Expression {
        let cast = Expression.cast(value, target)
        return type.isNumeric && target.isNumeric ? .checked(cast) : cast
    }

    /// Runs a write, and has the catalog learn of its partitions.
    ///
    /// - Parameter replaced: the first values of the partitions that the write takes the place of; nil where it only adds.
    private func run(_ write: FrameWrite, _ plan: PlanNode, to target: StorageLocation, replacing replaced: [String?]?, _ before: [CatalogChange] = []) throws {
        if environment.explains { return try write.explain(plan, environment) }
        try environment.job.write(to: target, mode: write.mode) { output in
            var changes = before + (try write.run(plan, to: output, environment))
            if let replaced {
                let prefix = replaced.map { $0 ?? HivePath.nullValue }
                let former = try environment.sql.partitions(of: record).map(\.values).filter { $0.starts(with: prefix) }
                var kept = Set<[String]>()
                for case .putPartitions(let partitions, _, _, _) in changes { kept.formUnion(partitions.map(\.values)) }
                let gone = former.filter { !kept.contains($0) }
                if !gone.isEmpty { changes.append(.deletePartitions(gone, table: record.name, database: record.databaseName)) }
            }
            return changes
        }
    }

    /// Replaces those partitions only that the rows belong to.
    private func overwritePartitions(_ write: FrameWrite, _ plan: PlanNode) throws {
        if environment.explains { return try write.explain(plan, environment) }
        let keys = record.partitionKeys.map(\.name)
        // Partitions may have places of their own.
        var places: [String: StorageLocation] = [:]
        for partition in try environment.sql.partitions(of: record) {
            guard let location = partition.location, partition.values.count == keys.count else { continue }
            let values = partition.values.map { $0 == HivePath.nullValue ? nil : $0 }
            let folder = zip(keys, values).dropFirst(write.fixed.count).map { HivePath.segment(key: $0, value: $1) }.joined(separator: "/")
            if Array(values.prefix(write.fixed.count)) == write.fixed { places[folder] = try environment.locate(location) }
        }
        try environment.job.write { try write.runReplacingPartitions(plan, in: $0, places: places, environment) }
    }
}

extension PlanNode {
    /// Whether a source of the name is among those that the rows come from.
    fileprivate func reads(_ name: String) -> Bool {
        if let scan = self as? ScanNode, scan.source.name == name { return true }
        return inputs.contains { $0.reads(name) }
    }
}

extension Expression {
    /// The expression without places in the text.
    var withoutPlaces: Expression {
        if case .located(let operand, _) = self { return operand.withoutPlaces }
        return mapChildren { $0.withoutPlaces }
    }
}
