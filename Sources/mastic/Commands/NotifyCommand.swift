internal import ArgumentParser
internal import Catalog
internal import Connectors
internal import Jobs

/// Tries the ways on which runs are told, and sends what waits.
struct NotifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Tries notifications, and sends those that wait.",
        discussion: """
            Examples:
              mastic notify test --webhook https://example.com/hook --secret HOOK_KEY
              mastic notify test --mail team@example.com
              mastic notify send
            """,
        subcommands: [Test.self, Send.self])

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Sends one message about a run that never was.",
            discussion: """
                Example:
                  mastic notify test --command 'logger -t mastic "$MASTIC_SUBJECT"'
                """)

        @OptionGroup var common: CommonOptions

        @Option(help: ArgumentHelp("An http or https address that takes JSON.", valueName: "url"))
        var webhook: String?

        @Option(help: ArgumentHelp("The environment variable or setting that holds the key of the webhook's signature.", valueName: "name"))
        var secret: String?

        @Option(help: ArgumentHelp("A command line for /bin/sh, with the message on standard input.", valueName: "cmd"))
        var command: String?

        @Option(help: ArgumentHelp("A mail address; the settings smtp_url and smtp_from name the server and the sender.", valueName: "address"))
        var mail: String?

        func validate() throws {
            guard [webhook, command, mail].compactMap({ $0 }).count == 1 else {
                throw ValidationError("notify test takes exactly one of --webhook, --command and --mail")
            }
        }

        func run() throws {
            let session = Session(common.sessionOptions)
            let target = NotificationTarget(command: command, webhook: webhook, secret: secret, mail: mail)
            if let error = try Notifier(home: try session.home, log: session.log).test(target) { throw InputError(description: "the message was not sent: \(error)") }
            if !common.quiet { StandardOutput.writeError("the message was sent\n") }
        }
    }

    struct Send: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "send", abstract: "Sends the messages that are due, where no scheduler does.",
            discussion: """
                Example:
                  mastic notify send
                """)

        @OptionGroup var common: CommonOptions

        func run() throws {
            let session = Session(common.sessionOptions)
            let home = try session.home
            guard home.catalog.exists else { return }
            let count = try Notifier(home: home, log: session.log).deliverDue(at: CatalogStore.now)
            if !common.quiet { StandardOutput.writeError("\(count) \(count == 1 ? "message was" : "messages were") sent\n") }
        }
    }
}
