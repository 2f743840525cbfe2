internal import ArgumentParser
internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine
internal import Glibc
internal import Jobs
internal import Logging

struct CrawlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crawl", abstract: "Looks at files and writes tables about them into the catalog.",
        discussion: """
            A folder of files of one kind becomes a table, key=value folders its partitions. A second crawl adds new columns and partitions and keeps
            the version before.

            Examples:
              mastic crawl data/sales --database sales_db
              mastic crawl logs --database ops --exclude '**.tmp' --prefix raw_
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "A folder, a file, or s3://bucket/prefix.")
    var target: String

    @Option(help: ArgumentHelp("The database for the tables; made where it is missing.", valueName: "db"))
    var database: String

    @Option(help: ArgumentHelp("Goes before every table's name.", valueName: "p"))
    var prefix: String?

    @Option(help: ArgumentHelp("Files to leave out, relative to the target: *.tmp, **/old/**. Can be repeated.", valueName: "glob"))
    var exclude: [String] = []

    @Flag(name: .customLong("dry-run"), help: "Say what would be written, and write nothing.")
    var dryRun = false

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        try session.recover()
        let progress = Progress()
        ProgressDisplay.start(progress, session.options, session.log)
        let report = try session.crawl(target, exclusions: exclude, database: database, prefix: prefix ?? "", isDryRun: dryRun, progress: progress)
        for skipped in report.skipped { session.log.warning("\(skipped.path): \(skipped.reason)") }
        for table in report.tables {
            for note in table.notes { session.log.warning("\(database).\(table.name): \(note)") }
        }
        if common.quiet { return }
        for table in report.tables { StandardOutput.writeError(Self.text(of: table, database: database)) }
        if report.tables.isEmpty { throw InputError(description: "'\(target)' holds no files that a table could be made of", errorCode: .nothingToCrawl) }
    }

    /// What happened to a table and why, for a person.
    private static func text(of table: CrawlReport.Table, database: String) -> String {
        var text = "\(table.action.rawValue) \(database).\(table.name): \(table.classification), \(table.files) file\(table.files == 1 ? "" : "s"), "
        text += "\(table.bytes) bytes, \(table.partitions > 0 ? "\(table.partitions) partitions, " : "")\(table.recordsExamined) records looked at\n"
        if !table.evidence.isEmpty { text += "  because \(table.evidence)\n" }
        if let disagreement = table.disagreement { text += "  but \(disagreement)\n" }
        for change in table.changes { text += "  \(change)\n" }
        return text
    }
}
