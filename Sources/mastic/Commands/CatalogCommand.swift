internal import ArgumentParser
internal import Catalog
internal import Columnar
internal import Connectors
internal import Jobs

struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Reads and edits the catalog.",
        discussion: """
            Examples:
              mastic catalog tables sales_db
              mastic catalog show sales_db.orders --json
              mastic catalog partitions ops.logs --expression "year = '2024' AND month <> '01'"
              mastic catalog drop sales_db.orders
            """,
        subcommands: [Databases.self, Tables.self, Show.self, Partitions.self, Versions.self, Drop.self])

    struct Databases: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the databases.", discussion: "Example:\n  mastic catalog databases")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let databases = try catalog.databases()
            if common.json { return print(try JSONListing.text(databases)) }
            var listing = Listing("database", "tables", "description")
            for database in databases {
                listing.rows.append([database.name, "\(try catalog.tableNames(in: database.name).count)", database.description ?? ""])
            }
            StandardOutput.write(listing.render())
        }
    }

    struct Tables: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the tables of a database.", discussion: "Example:\n  mastic catalog tables sales_db")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The database.") var database: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            try CatalogNames.requireDatabase(database, in: catalog)
            let tables = try catalog.tables(in: database)
            if common.json { return print(try JSONListing.text(tables)) }
            var listing = Listing("table", "classification", "columns", "partition keys", "location")
            for table in tables {
                listing.rows.append([
                    table.name, table.parameters["classification"] ?? "", "\(table.storageDescriptor?.columns.count ?? 0)",
                    table.partitionKeys.map(\.name).joined(separator: ", "), table.storageDescriptor?.location ?? "",
                ])
            }
            StandardOutput.write(listing.render())
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a table.", discussion: "Example:\n  mastic catalog show sales_db.orders")
        @OptionGroup var common: CommonOptions
        @Argument(help: "DATABASE.TABLE") var table: String

        func run() throws {
            let record = try CatalogNames.table(table, in: try Session(common.sessionOptions).home.catalog)
            if common.json { return print(try JSONListing.text(record)) }
            print("\(record.qualifiedName)  version \(record.versionID ?? "0")")
            print("location        \(record.storageDescriptor?.location ?? "")")
            print("classification  \(record.parameters["classification"] ?? "")")
            var listing = Listing("column", "type", "key")
            for column in record.storageDescriptor?.columns ?? [] { listing.rows.append([column.name, column.type ?? "", ""]) }
            for key in record.partitionKeys { listing.rows.append([key.name, key.type ?? "", "partition"]) }
            print()
            StandardOutput.write(listing.render(asTable: true))
            let shown = record.parameters.filter { $0.key != "classification" }.sorted { $0.key < $1.key }
            if !shown.isEmpty { print() }
            for (name, value) in shown { print("\(name) = \(value)") }
        }
    }

    struct Partitions: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the partitions of a table.",
            discussion: "Example:\n  mastic catalog partitions ops.logs --expression \"year = '2024'\"")
        @OptionGroup var common: CommonOptions
        @Argument(help: "DATABASE.TABLE") var table: String
        @Option(help: ArgumentHelp("Only those for which this holds, in the grammar of Glue's GetPartitions.", valueName: "expression")) var expression: String?

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let record = try CatalogNames.table(table, in: catalog)
            let partitions = try catalog.partitions(
                of: record.name, in: record.databaseName, where: try expression.map { try PartitionExpression(parsing: $0) } ?? .everything)
            if common.json { return print(try JSONListing.text(partitions)) }
            var listing = Listing("partition", "location")
            for partition in partitions {
                let name = zip(record.partitionKeys, partition.values).map { "\($0.name)=\($1)" }.joined(separator: "/")
                listing.rows.append([name, partition.storageDescriptor?.location ?? ""])
            }
            StandardOutput.write(listing.render())
        }
    }

    struct Versions: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the versions of a table, newest first.", discussion: "Example:\n  mastic catalog versions sales_db.orders")
        @OptionGroup var common: CommonOptions
        @Argument(help: "DATABASE.TABLE") var table: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let record = try CatalogNames.table(table, in: catalog)
            let versions = try catalog.tableVersions(record.name, in: record.databaseName)
            if common.json { return print(try JSONListing.text(versions)) }
            var listing = Listing("version", "columns")
            for version in versions {
                let columns = version.table.storageDescriptor?.columns ?? []
                listing.rows.append([version.versionID, columns.map { "\($0.name) \($0.type ?? "")" }.joined(separator: ", ")])
            }
            StandardOutput.write(listing.render())
        }
    }

    struct Drop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drops a table, or a database with its tables. The data stays.",
            discussion: "Examples:\n  mastic catalog drop sales_db.orders\n  mastic catalog drop sales_db")
        @OptionGroup var common: CommonOptions
        @Argument(help: "DATABASE.TABLE or DATABASE") var name: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            if name.contains(".") {
                let record = try CatalogNames.table(name, in: catalog)
                try catalog.deleteTable(record.name, in: record.databaseName)
            } else {
                try CatalogNames.requireDatabase(name, in: catalog)
                try catalog.deleteDatabase(name)
            }
        }
    }
}

/// Finds what a command names, or says what is near.
enum CatalogNames {
    static func requireDatabase(_ name: String, in catalog: CatalogStore) throws {
        let databases = try catalog.databaseNames()
        guard databases.contains(name.lowercased()) else {
            let hint = Suggestion.hint(for: name, in: databases)
            let known = databases.isEmpty ? "the catalog has none" : "there are: \(databases.joined(separator: ", "))"
            throw InputError(description: "Database \(name) not found\(hint) (\(known))", errorCode: .notInCatalog)
        }
    }

    static func table(_ qualified: String, in catalog: CatalogStore) throws -> TableRecord {
        guard let dot = qualified.firstIndex(of: ".") else {
            throw ValidationError("a table is named DATABASE.TABLE, not '\(qualified)'")
        }
        let (database, table) = (String(qualified[..<dot]), String(qualified[qualified.index(after: dot)...]))
        try requireDatabase(database, in: catalog)
        if let record = try catalog.table(table, in: database) { return record }
        let tables = try catalog.tableNames(in: database)
        let hint = Suggestion.hint(for: table, in: tables)
        throw InputError(
            description: "Table \(table) not found in database \(database)\(hint) (\(tables.isEmpty ? "it has no tables" : "tables: \(tables.joined(separator: ", "))"))",
            errorCode: .notInCatalog)
    }
}
