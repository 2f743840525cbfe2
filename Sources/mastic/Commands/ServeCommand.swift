internal import ArgumentParser
internal import Engine
internal import Jobs
internal import MasticServer

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs the scheduler: jobs at their times, when files arrive, and after one another.",
        discussion: """
            One scheduler owns a home; a second one stands by and takes over when the first is gone. Over HTTP it answers /health, /ready and /metrics.

            SIGTERM or an interrupt ends it: nothing is started any more, runs get until --grace to end, and are stopped then. A second one ends it at
            once; the runs go on, and the next scheduler takes them over.

            Examples:
              mastic serve --home /var/lib/mastic
              mastic serve --port 0 --grace 30s --log-format json
            """)
    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("Address for HTTP; without authentication, so mind who can reach another one.", valueName: "address"))
    var host = "127.0.0.1"
    @Option(help: ArgumentHelp("Port for HTTP, 0 for a free one. If not given: 8420, or where that is taken, a free one.", valueName: "port")) var port: Int?
    @Flag(name: .customLong("no-http"), help: "Answer nothing over HTTP.") var noHTTP = false
    @Option(name: .customLong("max-runs"), help: ArgumentHelp("Runs at one time; twice the processors if not given.", valueName: "n")) var maxRuns: Int?
    @Option(help: ArgumentHelp("How long runs may go on when the scheduler is to end; 5m if not given, 0 for not at all.", valueName: "duration")) var grace: GracePeriod?
    @Flag(name: .customLong("leave-runs"), help: "End without waiting for runs: they go on, and the next scheduler takes them over.") var leaveRuns = false

    func validate() throws {
        if let maxRuns, !(1...10_000).contains(maxRuns) { throw ValidationError("--max-runs takes a number from 1 to 10000, not \(maxRuns)") }
        if let port, !(0...65535).contains(port) { throw ValidationError("--port takes a number from 0 to 65535, not \(port)") }
        if host.isEmpty { throw ValidationError("--host takes an address, such as 127.0.0.1") }
        if leaveRuns, grace != nil { throw ValidationError("--leave-runs waits for no run, so --grace says nothing: give one of them") }
    }

    func run() throws {
        let session = Session(common.sessionOptions)
        var options = HomeServer.Options()
        (options.host, options.port, options.servesHTTP, options.version) = (host, port, !noHTTP, masticVersion)
        if let maxRuns { options.scheduler.maxRuns = maxRuns }
        if let grace { options.grace = grace.seconds }
        options.leavesRuns = leaveRuns
        options.timeout = common.timeout.map { Double($0.nanoseconds) / 1e9 }
        if try HomeServer(session.home, options: options, log: session.log).run() == .timeout { throw ExitStatus(124) }
    }
}
