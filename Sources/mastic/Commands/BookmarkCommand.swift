internal import ArgumentParser
internal import Catalog
internal import Columnar
internal import Connectors
internal import Jobs

struct BookmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bookmark", abstract: "Shows and moves job bookmarks.",
        discussion: """
            Examples:
              mastic bookmark show sales
              mastic bookmark reset sales
              mastic bookmark rewind sales --run jr_0123
            """,
        subcommands: [Show.self, Reset.self, Rewind.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what a job's bookmark holds, a line for each transformation context.", discussion: "Example:\n  mastic bookmark show sales")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The job.") var job: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            try require(job, in: catalog)
            let summaries = try catalog.bookmarkSummary(ofJob: job)
            if common.json { return print(try JSONListing.text(summaries.map(Entry.init))) }
            var listing = Listing("context", "files", "bytes", "version", "newest file", "last run")
            for summary in summaries {
                listing.rows.append([
                    summary.context, "\(summary.files)", "\(summary.bytes)", "\(summary.version)", time(summary.newestModified), summary.lastRun ?? "",
                ])
            }
            StandardOutput.write(listing.render())
        }

        private func time(_ nanoseconds: Int64?) -> String {
            guard let nanoseconds else { return "" }
            var text = TextBuffer(capacity: 32)
            text.append(timestamp: nanoseconds / 1_000_000_000 * 1_000_000)
            return text.string
        }

        private struct Entry: Encodable {
            let TransformationContext: String
            let Files: Int
            let Bytes: Int64
            let Version: Int
            let LastRunId: String?
            let NewestModified: Double?
            let State: String?

            init(_ summary: BookmarkSummary) {
                (TransformationContext, Files, Bytes, Version) = (summary.context, summary.files, summary.bytes, summary.version)
                (LastRunId, NewestModified, State) = (summary.lastRun, summary.newestModified.map { Double($0) / 1e9 }, summary.state)
            }
        }
    }

    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets what a job has read: its next run reads everything again. Written data stays.",
            discussion: "Example:\n  mastic bookmark reset sales")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The job.") var job: String

        func run() throws {
            let home = try Session(common.sessionOptions).home
            try require(job, in: home.catalog)
            try BookmarkCommands.reset(job: job, in: home)
        }
    }

    struct Rewind: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a job's bookmark what it was after a run.", discussion: "Example:\n  mastic bookmark rewind sales --run jr_0123")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The job.") var job: String
        @Option(name: .customLong("run"), help: ArgumentHelp("The run to go back to.", valueName: "run")) var runID: String

        func run() throws {
            let home = try Session(common.sessionOptions).home
            try require(job, in: home.catalog)
            try BookmarkCommands.rewind(job: job, toRun: runID, in: home)
        }
    }

    private static func require(_ job: String, in catalog: CatalogStore) throws {
        let jobs = try catalog.bookmarkedJobs()
        guard jobs.contains(job) else {
            let hint = Suggestion.hint(for: job, in: jobs)
            throw InputError(description: "job '\(job)' has no bookmark\(hint) (\(jobs.isEmpty ? "no job has one" : "jobs: \(jobs.joined(separator: ", "))"))", errorCode: .noSuchDefinition, 
                advice: "a job has a bookmark once it was run with --job-bookmark-option job-bookmark-enable and ended with job:commit()")
        }
    }
}
