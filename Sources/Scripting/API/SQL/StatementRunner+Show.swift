internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// DESCRIBE and SHOW, with the columns of Spark's results.
extension StatementRunner {
    private static let described: [(String, DataType)] = [("col_name", .string), ("data_type", .string), ("comment", .string)]

    func describe(_ schema: Schema) -> DataFrame { rows(Self.described, schema.fields.map { [$0.name, $0.type.hiveName, nil] }) }

    func describe(_ name: [String], isExtended: Bool, _ position: Int) throws -> DataFrame {
        if name.count == 1, let view = session.views[name[0].lowercased()] { return describe(view.relation.schema) }
        let (_, record) = try table(name, position)
        func row(_ column: ColumnRecord) -> [String?] { [column.name, column.type ?? "string", column.comment] }
        var result = ((record.storageDescriptor?.columns ?? []) + record.partitionKeys).map(row)
        if !record.partitionKeys.isEmpty {
            result.append(["# Partition Information", "", ""])
            result.append(["# col_name", "data_type", "comment"])
            result += record.partitionKeys.map(row)
        }
        guard isExtended else { return rows(Self.described, result) }
        result += [["", "", ""], ["# Detailed Table Information", "", ""], ["Catalog", "spark_catalog", ""], ["Database", record.databaseName, ""], ["Table", record.name, ""]]
        if let owner = record.owner { result.append(["Owner", owner, ""]) }
        let isView = record.tableType == "VIRTUAL_VIEW"
        result.append(["Type", isView ? "VIEW" : record.tableType == "MANAGED_TABLE" ? "MANAGED" : "EXTERNAL", ""])
        if let provider = record.parameters["classification"] { result.append(["Provider", provider, ""]) }
        if let comment = record.description { result.append(["Comment", comment, ""]) }
        if let text = record.viewOriginalText { result.append(["View Text", text, ""]) }
        if !record.parameters.isEmpty {
            result.append(["Table Properties", "[\(record.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))]", ""])
        }
        if let descriptor = record.storageDescriptor, !isView {
            if let location = descriptor.location { result.append(["Location", location, ""]) }
            if let library = descriptor.serdeInfo?.serializationLibrary { result.append(["Serde Library", library, ""]) }
            if let format = descriptor.inputFormat { result.append(["InputFormat", format, ""]) }
            if let format = descriptor.outputFormat { result.append(["OutputFormat", format, ""]) }
            if descriptor.numberOfBuckets > 0 {
                result.append(["Num Buckets", "\(descriptor.numberOfBuckets)", ""])
                result.append(["Bucket Columns", "[\(descriptor.bucketColumns.map { "`\($0)`" }.joined(separator: ", "))]", ""])
            }
            if !record.partitionKeys.isEmpty { result.append(["Partition Provider", "Catalog", ""]) }
        }
        return rows(Self.described, result)
    }

    func describeDatabase(_ name: String) throws -> DataFrame {
        try requireDatabase(name)
        let record = try session.databaseRecord(name)
        let location = try record?.locationURI ?? environment.locate(settings.value("spark.sql.warehouse.dir") ?? "warehouse").url
        return rows(
            [("info_name", .string), ("info_value", .string)],
            [["Catalog Name", "spark_catalog"], ["Namespace Name", name.lowercased()], ["Comment", record?.description ?? ""], ["Location", location]])
    }

    func describeFunction(_ name: String) throws -> DataFrame {
        let lowered = name.lowercased()
        let kind: String
        if AggregateCall.names.contains(lowered) {
            kind = "an aggregate"
        } else if WindowCall.names.contains(lowered) {
            kind = "a function over windows"
        } else if Generator.names.contains(lowered) {
            kind = "a function that makes rows"
        } else if Function(named: name) != nil {
            kind = "a function of each row"
        } else if session.userFunction(name) != nil {
            kind = "a user's function"
        } else {
            throw Function.unknown(name, others: AggregateCall.names + WindowCall.names + Generator.names)
        }
        return list("function_desc", ["Function: \(lowered)", "Kind: \(kind)"])
    }

    func showTables(_ database: String?, _ pattern: String?, views: Bool) throws -> DataFrame {
        let name = database?.lowercased() ?? session.database
        try requireDatabase(name)
        var result: [[String?]] = []
        for table in try session.tableNames(in: name) {
            guard let record = try session.table(table, in: name), !views || record.tableType == "VIRTUAL_VIEW" else { continue }
            if SQLNamePattern.matches(record.name, pattern) { result.append([name, record.name, "false"]) }
        }
        for view in session.views.values.map(\.name).sorted() where SQLNamePattern.matches(view, pattern) { result.append(["", view, "true"]) }
        return rows([("namespace", .string), (views ? "viewName" : "tableName", .string), ("isTemporary", .boolean)], result)
    }

    func showPartitions(_ name: [String], _ partition: [(String, Expression?)], _ position: Int) throws -> DataFrame {
        let (_, record) = try table(name, position)
        guard !record.partitionKeys.isEmpty else { throw PlanError.analysis("the table '\(record.qualifiedName)' is not partitioned").located(at: position) }
        let fixed = try TableWriter.fixedValues(partition, of: record, position)
        let found = try session.partitions(of: record).filter { candidate in
            zip(record.partitionKeys, candidate.values).allSatisfy { key, value in fixed[key.name.lowercased()].map { ($0 ?? HivePath.nullValue) == value } ?? true }
        }
        let names = found.map { candidate in
            zip(record.partitionKeys, candidate.values).map { HivePath.segment(key: $0.name, value: $1 == HivePath.nullValue ? nil : $1) }.joined(separator: "/")
        }
        return list("partition", names.sorted())
    }

    func showProperties(_ name: [String], _ key: String?, _ position: Int) throws -> DataFrame {
        let (_, record) = try table(name, position)
        let columns: [(String, DataType)] = [("key", .string), ("value", .string)]
        guard let key else { return rows(columns, record.parameters.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }) }
        return rows(columns, [[key, record.parameters[key] ?? "Table spark_catalog.\(record.qualifiedName) does not have property: \(key)"]])
    }

    /// The statement that makes a table or view anew.
    func creation(of name: [String], _ position: Int) throws -> String {
        let (_, record) = try table(name, position)
        func quoted(_ text: String) -> String { "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }
        func plain(_ name: String) -> String { name.utf8.allSatisfy { $0 == 0x5f || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) } ? name : "`\(name)`" }
        let full = "spark_catalog.\(plain(record.databaseName)).\(plain(record.name))"
        let columns = (record.storageDescriptor?.columns ?? []) + record.partitionKeys
        if record.tableType == "VIRTUAL_VIEW" {
            return "CREATE VIEW \(full) (\n  \(columns.map { plain($0.name) }.joined(separator: ",\n  ")))\nAS \(record.viewOriginalText ?? "")\n"
        }
        let lines = columns.map { column in
            "  \(plain(column.name)) \(DataType(parsing: column.type ?? "string")?.ddlName ?? column.type ?? "STRING")"
                + (column.comment.map { " COMMENT \(quoted($0))" } ?? "")
        }
        var text = "CREATE TABLE \(full) (\n\(lines.joined(separator: ",\n")))\n"
        text += "USING \(record.parameters["classification"] ?? "parquet")\n"
        if record.parameters["classification"] == "csv" {
            var options = ["'sep' = \(quoted(record.parameters["delimiter"] ?? ","))"]
            if record.parameters["skip.header.line.count"] == "1" { options.insert("'header' = 'true'", at: 0) }
            text += "OPTIONS (\n  \(options.joined(separator: ",\n  ")))\n"
        }
        if !record.partitionKeys.isEmpty { text += "PARTITIONED BY (\(record.partitionKeys.map { plain($0.name) }.joined(separator: ", ")))\n" }
        if let descriptor = record.storageDescriptor, descriptor.numberOfBuckets > 0 {
            text += "CLUSTERED BY (\(descriptor.bucketColumns.map(plain).joined(separator: ", ")))\nINTO \(descriptor.numberOfBuckets) BUCKETS\n"
        }
        if let comment = record.description { text += "COMMENT \(quoted(comment))\n" }
        if record.tableType != "MANAGED_TABLE", let location = record.storageDescriptor?.location { text += "LOCATION \(quoted(location))\n" }
        let own: Set<String> = ["classification", "delimiter", "skip.header.line.count", "EXTERNAL", "spark.sql.sources.provider"]
        let properties = record.parameters.filter { !own.contains($0.key) }.sorted { $0.key < $1.key }
        if !properties.isEmpty { text += "TBLPROPERTIES (\n  \(properties.map { "\(quoted($0.key)) = \(quoted($0.value))" }.joined(separator: ",\n  ")))\n" }
        return text
    }
}
