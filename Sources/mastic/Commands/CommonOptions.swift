internal import ArgumentParser
internal import Columnar
internal import Engine
internal import Jobs
internal import Logging

/// The options that every command takes (contract, "Options common to all").
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of the catalog and the runs; else $MASTIC_HOME, the nearest .mastic/ above, ~/.mastic.", valueName: "dir"))
    var home: String?

    @Option(help: ArgumentHelp("Threads to use; all processors if not given.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Memory that data may take: 512MiB, 4GiB.", valueName: "size"))
    var memory: ByteSize?

    @Option(help: ArgumentHelp("End the run after this long, with exit status 124: 90s, 15m, 2h.", valueName: "duration"))
    var timeout: RunDuration?

    @Flag(name: .customLong("no-lift"), help: "Run user functions in the interpreter alone.")
    var noLift = false

    @Option(name: .customLong("log-level"), help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: LogLevel = LogLevel(level: .notice)

    @Option(name: .customLong("log-format"), help: ArgumentHelp("text or json.", valueName: "format"))
    var logFormat: LogFormat = .text

    @Flag(help: "Print listings as JSON.")
    var json = false

    @Flag(help: "Print nothing but results and errors.")
    var quiet = false

    @Flag(name: .customLong("no-progress"), help: "Draw no progress.")
    var noProgress = false

    @Flag(help: "Give scripts no access to files but through the API.")
    var sandbox = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes a number from 1 to 1024, not \(threads)") }
    }

    /// The options as the session takes them.
    var sessionOptions: SessionOptions {
        var options = SessionOptions(
            home: home, threads: threads, memoryBytes: memory?.bytes, timeoutNanoseconds: timeout?.nanoseconds, lifts: !noLift, sandbox: sandbox,
            logLevel: quiet ? max(logLevel.level, .error) : logLevel.level, logsJSON: logFormat == .json)
        options.showsProgress = !quiet && !noProgress
        return options
    }
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

struct LogLevel: ExpressibleByArgument {
    let level: Logger.Level
    init(level: Logger.Level) { self.level = level }
    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument.lowercased()) else { return nil }
        self.level = level
    }
    var defaultValueDescription: String { level.rawValue }
}

/// A number of bytes as people write it: `512MiB`, `4GB`, `1.5g`.
package struct ByteSize: ExpressibleByArgument {
    package let bytes: Int

    package init?(argument: String) {
        let text = argument.lowercased()
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = [
            "": 1, "b": 1, "k": 1024, "kb": 1e3, "kib": 1024, "m": 1_048_576, "mb": 1e6, "mib": 1_048_576, "g": 1_073_741_824, "gb": 1e9,
            "gib": 1_073_741_824, "t": 1_099_511_627_776, "tb": 1e12, "tib": 1_099_511_627_776,
        ]
        guard let number = Double(digits), let unit = units[String(text.dropFirst(digits.count))], number * unit >= 1, number * unit < 1e18 else { return nil }
        bytes = Int(number * unit)
    }
}

/// A length of time as people write it: `500ms`, `90s`, `15m`, `2h`; a bare number is seconds.
package struct RunDuration: ExpressibleByArgument {
    package let nanoseconds: Int

    package init?(argument: String) {
        guard let length = Self.nanoseconds(argument), length > 0 else { return nil }
        nanoseconds = length
    }

    /// - Returns: nil for what is no length of time; nothing at all, 0, is one.
    static func nanoseconds(_ argument: String) -> Int? {
        let text = argument.lowercased()
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = ["ms": 1e6, "": 1e9, "s": 1e9, "sec": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9, "d": 86400e9]
        guard let number = Double(digits), let unit = units[String(text.dropFirst(digits.count))], number * unit < 9e18 else { return nil }
        return Int(number * unit)
    }
}

/// How long to wait before something is ended: a length of time, or 0 for not at all.
struct GracePeriod: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        guard let nanoseconds = RunDuration.nanoseconds(argument) else { return nil }
        seconds = Double(nanoseconds) / 1e9
    }
}
