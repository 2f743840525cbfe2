internal import Connectors
internal import Glibc
internal import Logging
internal import Synchronization

/// What one test has to itself: a home, where S3 is local, and a working folder; gone with it, unless they are kept.
final class TestSandbox {
    let folder: String
    var home: String { folder + "/home" }
    private let before = LocalPath.workingDirectory
    private let homeBefore = getenv("MASTIC_HOME").map { String(cString: $0) }

    init() throws {
        // The path as the system tells it: the working folder of the test is compared with it.
        folder = LocalPath.resolvingLinks(try TemporaryFolder.make("mastic-test", for: "a test"))
        try LocalPath.createFolders(home)
        try LocalPath.createFolders(folder + "/work")
        try TextFile.write("s3 = \"local\"\n", to: home + "/config")
    }

    /// Makes the working folder the process's, and the home that of the processes that a test starts.
    func enter() throws {
        guard chdir(folder + "/work") == 0 else { throw JobError(.invalidOption, "\(folder)/work cannot be entered: \(String(cString: strerror(errno)))") }
        setenv("MASTIC_HOME", home, 1)
    }

    func leave(keeping isKept: Bool) {
        chdir(before)
        if let homeBefore { setenv("MASTIC_HOME", homeBefore, 1) } else { unsetenv("MASTIC_HOME") }
        if !isKept { try? LocalPath.removeTree(folder) }
    }
}

/// Text that is put together from several threads.
final class CapturedText: Sendable {
    private let text = Mutex("")

    var content: String { text.withLock { $0 } }
    /// So far; what comes later begins there.
    var end: Int { text.withLock { $0.utf8.count } }
    func append(_ more: String) { text.withLock { $0 += more } }
    func content(from place: Int) -> String { text.withLock { String(decoding: $0.utf8.dropFirst(place), as: UTF8.self) } }

    /// What scripts print goes here.
    func write(_ bytes: UnsafeRawBufferPointer) { append(String(decoding: bytes, as: UTF8.self)) }
}

/// Keeps what is logged.
struct CapturedLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let text: CapturedText

    init(_ text: CapturedText, level: Logger.Level) { (self.text, logLevel) = (text, level) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { text.append("\(event.level.rawValue): \(event.message)\n") }
}
