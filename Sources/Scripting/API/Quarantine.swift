internal import Columnar
internal import Connectors
public import Engine
internal import Formats
internal import Glibc
internal import Synchronization

/// Sets the error records of a run aside, as JSON lines in a folder, each with what went wrong and where.
///
/// Records lie in files without names until they are published, so a run that is killed leaves none behind. An action that reads a frame a second
/// time finds the same error records again: of each stage, those of the action count that found the most.
public final class Quarantine: @unchecked Sendable {
    // Touched on the script's thread; what workers need is an action's, which has a lock.
    private let folder: String
    private let name: String
    private var kept: [ObjectIdentifier: Records] = [:]
    private var published: [ObjectIdentifier: Int] = [:]
    private var report: [(path: String, count: Int)] = []

    /// - Parameters:
    ///   - folder: an absolute path; made when it is needed.
    ///   - name: the script's name, with which files begin.
    public init(folder: String, name: String) throws {
        self.folder = folder
        let plain = name.unicodeScalars.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.".unicodeScalars.contains($0) ? Character($0) : "_" }
        self.name = plain.isEmpty || plain.first == "." || plain.first == "_" ? "run" + String(plain) : String(plain)
    }

    /// What a stage's records lie in.
    fileprivate final class Records: Sendable {
        let descriptor: Int32
        init?() {
            let folder = Home.processEnvironment["TMPDIR"] ?? "/tmp"
            var name = Array((folder + "/mastic-quarantine-XXXXXX").utf8CString)
            descriptor = mkstemp(&name)
            guard descriptor >= 0 else { return nil }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            unlink(name)
        }

        deinit { close(descriptor) }

        /// - Returns: 0, or an errno.
        func append(_ bytes: [UInt8]) -> Int32 { DescriptorOutput.write(bytes[...], to: descriptor) }
    }

    /// The error records of one action.
    public final class Action: ErrorRecordSink {
        private struct State {
            var stages: [ObjectIdentifier: (records: Records, count: Int)] = [:]
            /// Why something could not be kept: an errno.
            var failure: Int32 = 0
        }
        private let state = Mutex(State())

        public func take(_ errors: ErrorBatch) {
            let sink = MemorySink()
            let batch = ErrorRecords.quarantined(errors)
            guard let writer = try? JSONWriter(schema: batch.schema, sink: sink), (try? writer.write(batch)) != nil, (try? writer.finish()) != nil else { return }
            state.withLock { state in
                guard state.failure == 0 else { return }
                guard let stage = state.stages[errors.stage] ?? Records().map({ ($0, 0) }) else {
                    state.failure = errno
                    return
                }
                state.failure = stage.records.append(sink.bytes)
                state.stages[errors.stage] = (stage.records, stage.count + errors.count)
            }
        }

        public func restart() { state.withLock { $0 = State() } }

        fileprivate var found: (stages: [ObjectIdentifier: (records: Records, count: Int)], failure: Int32) {
            state.withLock { ($0.stages, $0.failure) }
        }
    }

    private var counts: [ObjectIdentifier: Int] = [:]
    private var order: [ObjectIdentifier] = []
    private var failure: Int32 = 0

    /// An action begins.
    func begin() -> Action { Action() }

    /// An action has ended, well or not.
    func end(_ action: Action) {
        let (stages, failure) = action.found
        if failure != 0 { self.failure = failure }
        for (stage, found) in stages where found.count > max(counts[stage] ?? 0, published[stage] ?? 0) {
            if kept[stage] == nil { order.append(stage) }
            (kept[stage], counts[stage]) = (found.records, found.count)
        }
    }

    /// Writes what was set aside since the last time to a new file of the folder, `NAME-RUN.jsonl`, which appears in full or not at all.
    ///
    /// - Parameter run: the run's id; a time and the process's number stand for it if there is none.
    /// - Throws: `StorageError`, also for records that could not be kept.
    public func publish(run: String?) throws {
        guard failure == 0 else {
            throw StorageError(path: folder, action: "given the error records, which found no room in the folder for temporary files", errno: failure)
        }
        guard !order.isEmpty else { return }
        try LocalPath.createFolders(folder)
        let base = folder + "/\(name)-\(run ?? Self.timeAndProcess)"
        var path = base + ".jsonl"
        var number = 0
        while LocalPath.exists(path) {
            number += 1
            path = "\(base)-\(number).jsonl"
        }
        let part = LocalPath.parent(of: path) + "/." + LocalPath.name(of: path) + ".part"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw StorageError(path: part, action: "written", errno: errno) }
        var failed: Int32 = 0
        for stage in order where failed == 0 {
            if let records = kept[stage] { failed = Self.copy(records.descriptor, to: descriptor) }
        }
        if failed == 0, fsync(descriptor) != 0, errno != EINVAL { failed = errno }
        if close(descriptor) != 0, failed == 0 { failed = errno }
        if failed == 0, rename(part, path) != 0 { failed = errno }
        guard failed == 0 else {
            unlink(part)
            throw StorageError(path: path, action: "written", errno: failed)
        }
        report.append((path, order.reduce(0) { $0 + (counts[$1] ?? 0) }))
        for stage in order { published[stage] = counts[stage] }
        (kept, counts, order) = ([:], [:], [])
    }

    /// The files that were written since the last time, and how many records each of them holds.
    public func takeReport() -> [(path: String, count: Int)] {
        defer { report = [] }
        return report
    }

    // MARK: - Files

    private static var timeAndProcess: String {
        var now = time_t(WallClock.seconds)
        var parts = tm()
        gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y%m%dT%H%M%SZ", &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) + "-\(getpid())"
    }

    private static func copy(_ source: Int32, to target: Int32) -> Int32 {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(source, $0.baseAddress, $0.count, offset) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return errno }
            if count == 0 { return 0 }
            let number = DescriptorOutput.write(buffer[..<count], to: target)
            if number != 0 { return number }
            offset += count
        }
    }
}
