internal import ArgumentParser
internal import Connectors
internal import Engine
internal import Glibc
internal import Jobs
internal import Logging

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the scheduler: jobs at their times, when files arrive, and after one another.",
        discussion: """
            One scheduler owns a home; a second one stands by and takes over when the first is gone. An interrupt stops it; the runs it has started go on, and
            the next scheduler takes them over.

            Example:
              mastic serve --home /var/lib/mastic
            """)
    @OptionGroup var common: CommonOptions
    @Option(name: .customLong("max-runs"), help: ArgumentHelp("Runs at one time; twice the processors if not given.", valueName: "n")) var maxRuns: Int?

    func validate() throws {
        if let maxRuns, !(1...10_000).contains(maxRuns) { throw ValidationError("--max-runs takes a number from 1 to 10000, not \(maxRuns)") }
    }

    func run() throws {
        let session = Session(common.sessionOptions)
        session.watch()
        let home = try session.home
        var options = Scheduler.Options()
        if let maxRuns { options.maxRuns = maxRuns }
        var isWaiting = false
        while session.cancellation.reason == .none {
            guard let scheduler = try Scheduler(home, options: options, log: session.log) else {
                if !isWaiting { session.log.notice("another scheduler owns \(home.path); standing by") }
                isWaiting = true
                usleep(200_000)
                continue
            }
            isWaiting = false
            session.log.notice("scheduling at \(home.path)")
            try scheduler.run { session.cancellation.reason != .none }
        }
    }
}
