internal import ArgumentParser
internal import Catalog
internal import Connectors
internal import Jobs

struct WorkflowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow", abstract: "Shows workflows and their runs. mastic apply makes workflows.",
        discussion: """
            Examples:
              mastic workflow show nightly
              mastic workflow runs nightly
            """,
        subcommands: [List.self, Show.self, WorkflowRunCommand.self, Runs.self, WorkflowStopCommand.self, WorkflowResumeCommand.self, Delete.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the workflows with their last run.", discussion: "Example:\n  mastic workflow list")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let workflows = catalog.exists ? try catalog.definitions(WorkflowRecord.self) : []
            if common.json { return print(try JSONListing.text(workflows)) }
            var listing = Listing("workflow", "state", "last run", "took", "description")
            listing.style = { column, text in column == 1 ? DefinitionListing.style(of: text) : nil }
            for workflow in workflows {
                let run = try catalog.workflowRuns(of: workflow.name, limit: 1).first
                listing.rows.append([
                    workflow.name, run?.state.rawValue ?? "", Screen.time(run?.started), run.map(Self.duration) ?? "", DefinitionListing.firstLine(workflow.description),
                ])
            }
            StandardOutput.write(listing.render())
        }

        static func duration(_ run: WorkflowRunRecord) -> String { Quantity.elapsed(max(0, (run.finished ?? CatalogStore.now) - run.started)) }
    }

    struct Runs: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the runs of a workflow, newest first.", discussion: "Example:\n  mastic workflow runs nightly -n 5")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The workflow.") var name: String
        @Option(name: .shortAndLong, help: ArgumentHelp("How many runs to list at most.", valueName: "n")) var number = 20

        func validate() throws {
            if number < 1 { throw ValidationError("-n takes a number from 1, not \(number)") }
        }

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let runs = catalog.exists ? try catalog.workflowRuns(of: name, limit: number) : []
            if runs.isEmpty { _ = try DefinitionNames.require(WorkflowRecord.self, name, in: catalog) }
            if common.json { return print(try JSONListing.text(runs)) }
            var listing = Listing("run", "state", "started", "took", "jobs")
            listing.style = { column, text in column == 1 ? DefinitionListing.style(of: text) : nil }
            for run in runs {
                let members = try catalog.runs(inChain: run.id).filter { !$0.isSuperseded }
                let succeeded = members.count { $0.state == .succeeded }
                listing.append([
                    Screen.isTerminal ? DefinitionListing.short(run.id) : run.id, run.state.rawValue, Screen.time(run.started), List.duration(run),
                    "\(succeeded) of \(members.count)",
                ], note: DefinitionListing.firstLine(run.error))
            }
            StandardOutput.write(listing.render())
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a workflow and its triggers. Its jobs and crawlers stay.", discussion: "Example:\n  mastic workflow delete nightly")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The workflow.") var name: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            _ = try DefinitionNames.require(WorkflowRecord.self, name, in: catalog)
            let triggers = try catalog.definitions(TriggerRecord.self).filter { $0.workflowName == name }
            try catalog.apply(triggers.map { .delete(.trigger, $0.name) } + [.delete(.workflow, name)])
        }
    }
}
