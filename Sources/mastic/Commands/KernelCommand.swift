internal import ArgumentParser
internal import Foundation
internal import Jobs
internal import MasticKernel

struct KernelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel", abstract: "Makes Mastic a kernel of Jupyter notebooks.",
        discussion: """
            Examples:
              mastic kernel install
              jupyter lab
            """,
        subcommands: [Install.self, Uninstall.self, Start.self])

    /// Where a kernel is installed.
    struct Place: ParsableArguments {
        @Flag(help: "For this user alone, which it is if nothing is given.") var user = false
        @Option(help: ArgumentHelp("Below this folder: /usr/local for everybody, or a Python environment's.", valueName: "dir")) var prefix: String?
        @Option(help: ArgumentHelp("What Jupyter calls the kernel.", valueName: "name")) var name = "mastic"

        func validate() throws {
            if user, prefix != nil { throw ValidationError("--user and --prefix name two places: give one of them") }
            if prefix?.isEmpty == true { throw ValidationError("--prefix takes a folder, such as /usr/local") }
        }

        func specification() throws -> KernelSpecification {
            try KernelSpecification(name: name, prefix: prefix, environment: ProcessInfo.processInfo.environment)
        }
    }

    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Writes down for Jupyter how to start the kernel.",
            discussion: """
                --home, --threads, --memory, --sandbox and --no-lift are those of the kernels that are started. Installing again writes it anew.

                Examples:
                  mastic kernel install
                  mastic kernel install --name sales --home /var/lib/mastic/sales --memory 8GiB
                  mastic kernel install --prefix "$VIRTUAL_ENV"
                """)
        @OptionGroup var common: CommonOptions
        @OptionGroup var place: Place
        @Option(name: .customLong("display-name"), help: ArgumentHelp("What notebooks show.", valueName: "text")) var displayName: String?

        func run() throws {
            let specification = try place.specification()
            var arguments: [String] = []
            if let home = common.home { arguments += ["--home", URL(fileURLWithPath: home).standardizedFileURL.path] }
            if let threads = common.threads { arguments += ["--threads", String(threads)] }
            if let memory = common.memory { arguments += ["--memory", String(memory.bytes)] }
            if common.noLift { arguments.append("--no-lift") }
            if common.sandbox { arguments.append("--sandbox") }
            let shown = displayName ?? (place.name == "mastic" ? "Mastic" : "Mastic (\(place.name))")
            guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
                throw ValidationError("the path of this program is not known: /proc is not there")
            }
            try specification.install(program: program, arguments: arguments, displayName: shown)
            if !common.quiet { StandardOutput.write(specification.folder + "\n") }
            if !ZeroMQ.isAvailable {
                StandardOutput.writeError("warning: the kernel needs the library libzmq.so.5; on Debian and Ubuntu: apt install libzmq5\n")
            }
        }
    }

    struct Uninstall: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "uninstall", abstract: "Takes the kernel away from Jupyter.",
            discussion: """
                Example:
                  mastic kernel uninstall --name sales
                """)
        @OptionGroup var common: CommonOptions
        @OptionGroup var place: Place

        func run() throws { try place.specification().uninstall() }
    }

    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start", abstract: "Serves one notebook: what Jupyter runs.",
            discussion: """
                Example:
                  mastic kernel start --connection-file kernel.json
                """)
        @OptionGroup var common: CommonOptions
        @Option(name: .customLong("connection-file"), help: ArgumentHelp("The file in which Jupyter wrote where to listen.", valueName: "file"))
        var connectionFile: String

        func run() throws {
            let session = Session(common.sessionOptions)
            try NotebookKernel.run(connectionFile: connectionFile, session, version: masticVersion)
        }
    }
}
