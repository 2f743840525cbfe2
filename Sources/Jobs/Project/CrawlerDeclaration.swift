internal import Catalog
internal import Columnar
internal import Connectors
internal import Scripting

/// `crawler{ ... }` of a project file.
enum CrawlerDeclaration {
    private static let foreign = [
        "role": "crawlers run as whoever runs the scheduler", "classifiers": "the formats are recognised", "schema_change_policy": "new versions of tables keep the ones before",
        "recrawl_policy": "every crawl looks at all files", "lineage_configuration": "lineage is not kept", "configuration": "there is nothing to configure",
        "crawler_security_configuration": "files are read with the rights of the process", "working_directory": "it is the folder of the project file",
    ]

    static func record(_ table: LuaTable, _ reading: ProjectReading, _ place: DeclarationPlace) -> CrawlerRecord? {
        let title = (table["name"].text ?? table["Name"].text).map { "crawler '\($0)'" } ?? "crawler"
        let reader = DeclarationReader(
            table, reading, place, title: title, members: ["name", "description", "targets", "database", "prefix", "schedule", "time_zone", "tags"],
            aliases: ["database_name": "database", "table_prefix": "prefix"], foreign: foreign)
        guard let name = reader.definitionName(.crawler) else { return nil }
        var record = CrawlerRecord(name: name, targets: targets(reader), database: reader.string("database", isRequired: true) ?? "")
        if record.databaseName.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) || record.databaseName.utf8.count > 255 {
            reader.report("database", "the name of a database is one line of 1 to 255 bytes without control characters")
        }
        record.tablePrefix = reader.string("prefix")
        record.description = reader.string("description")
        record.tags = reader.dictionary("tags").nonEmpty
        (record.schedule, record.timeZone) = TriggerDeclaration.schedule(reader)
        record.workingDirectory = reading.folder
        return record
    }

    private static func targets(_ reader: DeclarationReader) -> [CrawlerRecord.S3Target] {
        guard let given = reader["targets"] else {
            reader.report("targets", "targets is missing: the paths to crawl")
            return []
        }
        var list = reader.list("targets") ?? []
        // Glue's form: Targets = { S3Targets = { { Path = "..." } } }.
        if let table = given.value.table, table.items.isEmpty, let key = table.fields.keys.first(where: { DeclarationReader.snakeCase($0) == "s3_targets" }) {
            let place = reader.place.below([given.step])
            let inner = DeclarationReader(table, reader.reading, place, title: "\(reader.title): \(given.key)", members: ["s3_targets"])
            list = inner.list(DeclarationReader.snakeCase(key)) ?? []
        }
        if list.isEmpty { reader.report("targets", "\(given.key) names no path") }
        var targets: [CrawlerRecord.S3Target] = []
        for (value, place) in list {
            if let path = value.text {
                if path.isEmpty { reader.reading.report("\(reader.title): the path of a target is empty", at: place) }
                targets.append(CrawlerRecord.S3Target(path: path))
                continue
            }
            guard let table = value.table else {
                reader.reading.report("\(reader.title): a target is a path or a table such as { path = \"...\" }, not \(DeclarationReader.text(value))", at: place)
                continue
            }
            let inner = DeclarationReader(
                table, reader.reading, place, title: "\(reader.title): target", members: ["path", "exclude"], aliases: ["exclusions": "exclude"])
            let exclusions = inner.strings("exclude") ?? []
            for pattern in exclusions {
                do throws(StorageError) { _ = try Glob(pattern) } catch { inner.report("exclude", error.description) }
            }
            targets.append(CrawlerRecord.S3Target(path: inner.string("path", isRequired: true) ?? "", exclusions: exclusions.isEmpty ? nil : exclusions))
        }
        return targets
    }
}
