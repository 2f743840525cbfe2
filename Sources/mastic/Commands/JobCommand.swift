internal import ArgumentParser
package import Catalog
internal import Connectors
internal import Jobs

struct JobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Shows jobs, their runs and logs. mastic apply makes jobs.",
        discussion: """
            Examples:
              mastic job list
              mastic job runs load_sales -n 5
              mastic job logs 3f2a9c --follow
            """,
        subcommands: [List.self, Show.self, JobRunCommand.self, Runs.self, Logs.self, JobStopCommand.self, Delete.self, JobExecCommand.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the jobs with their last run and next time.", discussion: "Example:\n  mastic job list")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            if common.json { return print(try JSONListing.text(catalog.exists ? try catalog.definitions(JobRecord.self) : [])) }
            var listing = Listing("job", "state", "last run", "took", "next", "description")
            listing.style = { column, text in column == 1 ? DefinitionListing.style(of: text) : nil }
            guard Screen.isTerminal else {
                listing.rows = catalog.exists ? try catalog.definitionNames(.job).map { [$0] } : []
                return StandardOutput.write(listing.render(asTable: false))
            }
            let next = try Self.nextTimes(in: catalog)
            for job in catalog.exists ? try catalog.overview(of: .job) : [] {
                listing.rows.append([
                    job.name, job.run?.state.rawValue ?? "", Screen.time(job.run?.started), job.run.map { DefinitionListing.duration($0) } ?? "",
                    Screen.time(next[job.name]), DefinitionListing.firstLine(job.description),
                ])
            }
            StandardOutput.write(listing.render())
        }

        /// When each job is started next by a schedule.
        private static func nextTimes(in catalog: CatalogStore) throws -> [String: Double] {
            guard catalog.exists else { return [:] }
            var times: [String: Double] = [:]
            for schedule in try catalog.activeSchedules() where schedule.starts.kind == .job {
                guard let next = ComingTimes.next(of: schedule, after: CatalogStore.now) else { continue }
                times[schedule.starts.name] = min(times[schedule.starts.name] ?? next, next)
            }
            return times
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a job, what starts it, and its last runs.", discussion: "Example:\n  mastic job show load_sales")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The job.") var name: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let job = try DefinitionNames.require(JobRecord.self, name, in: catalog)
            if common.json { return print(try JSONListing.text(job)) }
            var text = "job \(Complaint.escaped(job.name))\n" + DefinitionListing.text(DefinitionText.members(of: job))
            let triggers = try DefinitionListing.triggers(starting: RunNode(.job, name), in: catalog)
            if !triggers.isEmpty {
                text += "\nstarted by\n" + DefinitionListing.text(triggers.map { ($0.name, $0.cause + ($0.workflowName.map { "  (workflow \($0))" } ?? "")) })
            }
            let runs = try catalog.runs(of: .job, named: name, limit: 3)
            if !runs.isEmpty { text += "\nlast runs\n" }
            for run in runs {
                text += "  \(DefinitionListing.short(run.id))  \(run.state.rawValue)  \(Screen.time(run.started))  \(DefinitionListing.duration(run))\n"
            }
            StandardOutput.write(text)
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a job. The records of its runs, its bookmark and its data stay.", discussion: "Example:\n  mastic job delete load_sales")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The job.") var name: String
        @Flag(help: "Even if triggers name it.") var force = false

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            _ = try DefinitionNames.require(JobRecord.self, name, in: catalog)
            let triggers = try DefinitionListing.triggers(naming: RunNode(.job, name), in: catalog)
            guard force || triggers.isEmpty else { throw DefinitionInUse.error("job", name, triggers) }
            try catalog.apply([.delete(.job, name)])
        }
    }

    struct Runs: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the runs of a job, or of all jobs, newest first.",
            discussion: "Examples:\n  mastic job runs\n  mastic job runs load_sales -n 5 --json")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The job; all if not given.") var name: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("How many runs to list at most.", valueName: "n")) var number = 20

        func validate() throws {
            if number < 1 { throw ValidationError("-n takes a number from 1, not \(number)") }
        }

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let runs = catalog.exists ? try catalog.runs(of: .job, named: name, limit: number) : []
            // A job that is gone may still have runs.
            if runs.isEmpty, let name { _ = try DefinitionNames.require(JobRecord.self, name, in: catalog) }
            if common.json { return print(try JSONListing.text(runs)) }
            StandardOutput.write(RunListing.text(runs, namesJobs: name == nil))
        }
    }
}

/// Runs as a table with the error of each beneath it, or one id a line.
package enum RunListing {
    package static func text(
        _ runs: [RunRecord], namesJobs: Bool = false, asTable: Bool = Screen.isTerminal, width: Int? = Screen.width, hasColours: Bool = Screen.hasColours
    ) -> String {
        var listing = Listing("run", "job", "state", "attempt", "trigger", "started", "took", "rows")
        listing.style = { column, text in column == 2 ? DefinitionListing.style(of: text) : nil }
        for run in runs {
            let rows = run.details.rowsWritten ?? run.details.rowsRead
            listing.append([
                asTable ? DefinitionListing.short(run.id) : run.id, namesJobs ? run.job ?? "(script)" : "", run.state.rawValue, "\(run.attempt)", run.trigger ?? "", Screen.time(run.started),
                DefinitionListing.duration(run), DefinitionListing.grouped(rows),
            ], note: DefinitionListing.firstLine(run.error ?? run.details.note))
        }
        if !runs.isEmpty { listing = listing.without(["attempt"], where: { $0 == "0" }).without(["job", "trigger", "rows"]) }
        return listing.render(asTable: asTable, width: width, hasColours: hasColours)
    }
}

enum DefinitionInUse {
    static func error(_ kind: String, _ name: String, _ triggers: [TriggerRecord]) -> InputError {
        let names = triggers.prefix(5).map { "'\($0.name)'" }.joined(separator: ", ") + (triggers.count > 5 ? " and others" : "")
        return InputError(description: "\(kind) '\(name)' is named by trigger\(triggers.count == 1 ? "" : "s") \(names); delete \(triggers.count == 1 ? "it" : "them") first, or use --force")
    }
}
