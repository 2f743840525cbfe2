internal import ArgumentParser
internal import Catalog
internal import Connectors
internal import Glibc
internal import Jobs

extension TriggerCommand {
    struct Next: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the coming times of a trigger or of an expression, one a line.",
            discussion: """
                Expressions are cron(Minutes Hours Day-of-month Month Day-of-week Year), cron's five fields, and rate(5 minutes), which counts from --from on.

                Examples:
                  mastic trigger next nightly -n 3
                  mastic trigger next 'cron(0 2 * * ? *)' -n 3
                  mastic trigger next --expression 'cron(0 18 ? * MON-FRI *)' --from 2026-03-27T12:00:00 --zone Europe/Berlin
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "The trigger, or an expression.") var name: String?
        @Option(help: "The schedule's expression, instead of a trigger.") var expression: String?
        @Option(help: ArgumentHelp("Print the times after this one, in ISO 8601; read in the zone where it has no offset. Now if not given.", valueName: "time")) var from: String?
        @Option(help: ArgumentHelp("The expression's time zone: Europe/Berlin, UTC, +02:00. UTC if not given.", valueName: "zone")) var zone: String?
        @Option(name: [.customShort("n"), .customLong("count")], help: ArgumentHelp("How many times to print.", valueName: "count")) var count = 10

        /// Whether an expression stands in the place of a trigger's name.
        private var isExpression: Bool { name.map { $0.hasPrefix("cron(") || $0.hasPrefix("rate(") } ?? false }

        func validate() throws {
            if !(1...1_000_000).contains(count) { throw ValidationError("-n takes a number from 1 to 1000000, not \(count)") }
            if name == nil, expression == nil { throw ValidationError("a trigger's name or --expression is missing") }
            if name != nil, expression != nil { throw ValidationError("a trigger's name and --expression cannot be given together") }
            if name != nil, !isExpression, zone != nil { throw ValidationError("--zone goes with --expression; a trigger has a time zone of its own") }
        }

        func run() throws {
            var schedule: Schedule
            var activated: Double?
            if let name, !isExpression {
                let catalog = try Session(common.sessionOptions).home.catalog
                let trigger = try DefinitionNames.require(TriggerRecord.self, name, in: catalog)
                guard let expression = trigger.schedule else { throw InputError(description: "trigger '\(name)' has no schedule; it fires \(trigger.cause)") }
                schedule = try Schedule(expression: expression, zone: trigger.timeZone ?? "UTC")
                let status = try catalog.triggerStatuses()[name]
                activated = status?.activated
                if status?.state != .activated, !common.quiet { StandardOutput.writeError("note: trigger '\(name)' is not active; mastic trigger start \(name) makes it so\n") }
            } else {
                schedule = try Schedule(expression: expression ?? name ?? "", zone: zone ?? "UTC")
            }
            var start = Int64(time(nil))
            if let from {
                guard let moment = schedule.moment(of: from) else {
                    throw ValidationError("--from takes a time such as 2026-01-30T23:59:00 or 2026-01-30T23:59:00+01:00, not '\(from)'")
                }
                start = moment
            }
            schedule.anchor = activated.map { Int64($0) } ?? start
            if !common.quiet { for note in schedule.notes { StandardOutput.writeError("note: \(Complaint.escaped(note))\n") } }
            let times = schedule.next(after: start, count: count).map(schedule.text(of:))
            if times.count < count, !common.quiet {
                StandardOutput.writeError("note: the schedule \(times.isEmpty ? "does not come" : "comes no more") after \(times.last ?? schedule.text(of: start))\n")
            }
            if common.json { return print(try JSONListing.text(times)) }
            StandardOutput.write(times.map { $0 + "\n" }.joined())
        }
    }
}
