internal import ArgumentParser
internal import Catalog
internal import Connectors
internal import Glibc
internal import Jobs
internal import Logging

struct ApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Makes the catalog's jobs, crawlers, triggers and workflows equal to a project file.",
        discussion: """
            Prints what would change, and asks. What is as the file says stays untouched, so applying a file twice does nothing.

            Examples:
              mastic apply
              mastic apply etl/project.lua --dry-run
              mastic apply --yes --prune
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The project file.")
    var file = "project.lua"

    @Flag(name: .customLong("dry-run"), help: "Print the plan and change nothing.")
    var dryRun = false

    @Flag(help: "Apply without asking.")
    var yes = false

    @Flag(help: "Remove what came from this project and is no longer declared.")
    var prune = false

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let catalog = try session.home.catalog
        let generations = catalog.exists ? try catalog.definitionGenerations() : [:]
        let existing = try DefinitionSet(catalog)
        let project: ProjectFile
        do {
            project = try ProjectFile(path: file, existing: existing, prunes: prune, control: session.control)
        } catch let error as ProjectError {
            for problem in error.problems.prefix(Self.mostProblems) { Complaint.print(problem) }
            if error.problems.count > Self.mostProblems { StandardOutput.writeError("and \(error.problems.count - Self.mostProblems) more problems\n") }
            throw ExitStatus(1)
        }
        for warning in project.warnings { session.log.warning("\(warning)") }
        let plan = ProjectPlan(project, existing: existing, prunes: prune)
        if common.json {
            StandardOutput.write(try JSONListing.text(PlanListing(plan, project)) + "\n")
        } else if !common.quiet || dryRun {
            StandardOutput.write(PlanText.text(of: plan, file: file))
        }
        if plan.changes.isEmpty || dryRun { return }
        if !yes {
            guard isatty(STDIN_FILENO) != 0 else {
                StandardOutput.writeError("error: standard input is no terminal to ask on: --yes applies the plan, --dry-run only prints it\n")
                throw ExitStatus(2)
            }
            StandardOutput.writeError("Apply? [y/N] ")
            guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
                StandardOutput.writeError("nothing was changed\n")
                throw ExitStatus(1)
            }
            // Whoever was asked agreed to this plan, and to no other.
            guard try (catalog.exists ? catalog.definitionGenerations() : [:]) == generations else {
                throw InputError(description: "the catalog was changed in the meantime, and the plan is no longer right; nothing was applied")
            }
        }
        try plan.apply(to: catalog)
        if common.quiet || common.json { return }
        let done = [(plan.count(.add), "added"), (plan.count(.change), "changed"), (plan.count(.remove), "removed")].filter { $0.0 > 0 }
        StandardOutput.writeError("applied: \(done.map { "\($0.0) \($0.1)" }.joined(separator: ", "))\n")
    }

    private static let mostProblems = 20
}

/// A plan as JSON.
private struct PlanListing: Encodable {
    struct Change: Encodable {
        let Action: String
        let Kind: String
        let Name: String
        let Differences: [Difference]?
    }

    struct Difference: Encodable {
        let Member: String
        let Old: String?
        let New: String?
    }

    struct Leftover: Encodable {
        let Kind: String
        let Name: String
    }

    let Project: String
    let Changes: [Change]
    let Unchanged: Int
    /// What only `--prune` removes.
    let Leftovers: [Leftover]
    let Warnings: [String]

    init(_ plan: ProjectPlan, _ file: ProjectFile) {
        Project = file.project
        Changes = plan.changes.map { change in
            Change(
                Action: change.action.rawValue, Kind: change.kind.rawValue, Name: change.name,
                Differences: change.action == .change ? change.differences.map { Difference(Member: $0.member, Old: $0.old, New: $0.new) } : nil)
        }
        Unchanged = plan.unchanged
        Leftovers = plan.leftovers.map { Leftover(Kind: $0.kind.rawValue, Name: $0.name) }
        Warnings = file.warnings
    }
}
