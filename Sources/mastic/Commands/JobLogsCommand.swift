internal import ArgumentParser
internal import Catalog
internal import Connectors
internal import Glibc
internal import Jobs

extension JobCommand {
    struct Logs: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what a run has written to its standard output and error.",
            discussion: """
                A run may be named by the first digits of its id.

                Examples:
                  mastic job logs 3f2a9c
                  mastic job logs jr_3f2a9c81 -n 50 --follow
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("The run.", valueName: "run")) var runID: String
        @Flag(name: .shortAndLong, help: "Go on until the run ends.") var follow = false
        @Option(name: .shortAndLong, help: ArgumentHelp("Only the last lines.", valueName: "n")) var number: Int?

        func validate() throws {
            if let number, number < 0 { throw ValidationError("-n takes a number from 0, not \(number)") }
        }

        func run() throws {
            let home = try Session(common.sessionOptions).home
            let record = try DefinitionNames.run(runID, in: home.catalog)
            let path = RunLog(home, run: record.id).path
            var file = LogFile(path)
            if file == nil, !follow || record.state.isFinal {
                let reason = record.state == .waiting ? "it has not started" : "it was run without a scheduler, or its log is no longer kept"
                throw InputError(description: "run \(record.id) has no log: \(reason)")
            }
            file?.seek(lastLines: number)
            while true {
                // The state first: what was written before the end is then surely there to be read.
                let isOver = try home.catalog.run(record.id)?.state.isFinal ?? true
                if file == nil { file = LogFile(path) }
                while let bytes = file?.next() { LogFile.show(bytes) }
                if !follow || isOver { break }
                usleep(200_000)
            }
        }
    }
}

/// A log that may still grow.
struct LogFile: ~Copyable {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 65536)

    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Goes to where the last lines begin; nil for all.
    mutating func seek(lastLines count: Int?) {
        guard let count else { return }
        if count == 0 {
            lseek(descriptor, 0, SEEK_END)
            return
        }
        var position = Int(lseek(descriptor, 0, SEEK_END))
        let end = position
        var found = 0
        while position > 0 {
            let length = min(buffer.count, position)
            position -= length
            let read = pread(descriptor, &buffer, length, off_t(position))
            guard read == length else { break }
            for i in stride(from: length - 1, through: 0, by: -1) where buffer[i] == UInt8(ascii: "\n") {
                // The break at the very end ends the last line; it does not begin another.
                if position + i == end - 1 { continue }
                found += 1
                if found == count {
                    lseek(descriptor, off_t(position + i + 1), SEEK_SET)
                    return
                }
            }
        }
        lseek(descriptor, 0, SEEK_SET)
    }

    /// What comes next; nil where nothing more has been written.
    mutating func next() -> [UInt8]? {
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            return count > 0 ? Array(buffer[..<count]) : nil
        }
    }

    /// Bytes as they are; on a terminal without what would steer it.
    static func show(_ bytes: [UInt8]) {
        if Screen.isTerminal {
            StandardOutput.write(Complaint.escaped(String(decoding: bytes, as: UTF8.self)))
        } else {
            StandardOutput.write(bytes)
        }
    }
}
