internal import ArgumentParser
internal import Catalog
internal import Connectors
internal import Jobs

struct TriggerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger", abstract: "Shows, starts and stops triggers. mastic apply makes triggers.",
        discussion: """
            Examples:
              mastic trigger list
              mastic trigger stop nightly
              mastic trigger next --expression 'cron(0 2 * * ? *)' --zone Europe/Berlin
            """,
        subcommands: [List.self, Show.self, Next.self, Start.self, Stop.self, Delete.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the triggers with what makes them fire.", discussion: "Example:\n  mastic trigger list")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let triggers = catalog.exists ? try catalog.definitions(TriggerRecord.self) : []
            let statuses = catalog.exists ? try catalog.triggerStatuses() : [:]
            if common.json { return print(try JSONListing.text(triggers.map { TriggerListing($0, statuses[$0.name]) })) }
            var listing = Listing("trigger", "state", "cause", "starts", "workflow", "last", "next")
            listing.style = { column, text in column == 1 ? DefinitionListing.style(of: text) : nil }
            for trigger in triggers {
                let status = statuses[trigger.name]
                let next = ComingTimes.next(of: trigger, status: status, after: CatalogStore.now)
                listing.rows.append([
                    trigger.name, status?.state.rawValue ?? "CREATED", Screen.cut(Complaint.escaped(trigger.cause), to: 50),
                    Screen.cut(Complaint.escaped(trigger.actions.map(\.node.name).joined(separator: ", ")), to: 40), trigger.workflowName ?? "",
                    Screen.time(status?.fired), Screen.time(next),
                ])
            }
            StandardOutput.write(listing.render())
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a trigger.", discussion: "Example:\n  mastic trigger show nightly")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The trigger.") var name: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let trigger = try DefinitionNames.require(TriggerRecord.self, name, in: catalog)
            let status = try catalog.triggerStatuses()[name]
            if common.json { return print(try JSONListing.text(TriggerListing(trigger, status))) }
            var facts: [(name: String, text: String)] = [("state", status?.state.rawValue ?? "CREATED")]
            if let fired = status?.fired { facts.append(("fired", Screen.time(fired))) }
            if let next = ComingTimes.next(of: trigger, status: status, after: CatalogStore.now) { facts.append(("next", Screen.time(next))) }
            StandardOutput.write("trigger \(Complaint.escaped(trigger.name))\n" + DefinitionListing.text(facts + DefinitionText.members(of: trigger)))
        }
    }

    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fires a trigger on demand; makes any other one active.", discussion: "Example:\n  mastic trigger start reload")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The trigger.") var name: String

        func run() throws {
            let home = try Session(common.sessionOptions).home
            let trigger = try DefinitionNames.require(TriggerRecord.self, name, in: home.catalog)
            guard trigger.type == .onDemand else { return try home.catalog.setTriggerState(name, .activated) }
            let orders = SchedulingOrders(home)
            let fired = try orders.fire(name)
            StandardOutput.write(((fired.workflowRun.map { [$0] } ?? []) + fired.runs).map { $0 + "\n" }.joined())
            if !orders.isScheduled, !common.quiet { StandardOutput.writeError("note: no scheduler works here now; mastic serve starts the runs\n") }
        }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps a trigger from firing until it is started again. Its runs go on.", discussion: "Example:\n  mastic trigger stop nightly")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The trigger.") var name: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let trigger = try DefinitionNames.require(TriggerRecord.self, name, in: catalog)
            if trigger.type == .onDemand { throw InputError(description: "trigger '\(name)' fires only when it is started; there is nothing to stop") }
            try catalog.setTriggerState(name, .deactivated)
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a trigger. What it started goes on.", discussion: "Example:\n  mastic trigger delete nightly")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The trigger.") var name: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            _ = try DefinitionNames.require(TriggerRecord.self, name, in: catalog)
            try catalog.apply([.delete(.trigger, name)])
        }
    }
}

/// A trigger with its state, as Glue's API has it.
struct TriggerListing: Encodable {
    let trigger: TriggerRecord
    let state: String

    init(_ trigger: TriggerRecord, _ status: TriggerStatus?) { (self.trigger, state) = (trigger, (status?.state ?? .created).rawValue) }

    private enum CodingKeys: String, CodingKey { case state = "State" }

    func encode(to encoder: any Encoder) throws {
        try trigger.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
    }
}
