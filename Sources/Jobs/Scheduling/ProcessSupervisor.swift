internal import CPlatform
internal import Catalog
internal import Connectors
internal import Glibc

/// Runs as processes of their own: `mastic job exec RUN`.
///
/// A process holds its run's lock from before it exists: the supervisor takes the lock and hands it down. So a free lock says that nothing works on the
/// run, whoever asks and whoever died.
final class ProcessSupervisor: RunSupervisor {
    private let home: Home
    private let program: String
    /// What follows `job exec RUN` on the command line.
    private let options: [String]
    private var prepared: [String: FileLock] = [:]
    private var watched: [String: Watched] = [:]
    private let wakeDescriptor: Int32

    private struct Watched {
        let processID: Int32
        /// Readable when the process has ended; -1 where the kernel gives none.
        let descriptor: Int32
        let isChild: Bool
    }

    init(_ home: Home, program: String = "/proc/self/exe", options: [String] = []) {
        (self.home, self.options) = (home, options)
        // The link means another program once it is resolved by another process.
        self.program = LocalPath.resolvingLinks(program)
        wakeDescriptor = mst_eventfd()
    }

    deinit {
        for one in watched.values where one.descriptor >= 0 { close(one.descriptor) }
        close(wakeDescriptor)
    }

    func prepare(_ run: String) throws -> Bool {
        guard let lock = try RunLock.acquire(home, run: run) else { return false }
        prepared[run] = lock
        return true
    }

    func abandon(_ run: String) { prepared.removeValue(forKey: run)?.remove() }

    func start(_ run: RunRecord, workingDirectory: String?) throws {
        guard let lock = prepared.removeValue(forKey: run.id) else { throw JobError(.alreadyRunning, "run \(run.id) was not prepared") }
        let log = RunLog(home, run: run.id)
        let output = try log.openForWriting()
        defer { close(output) }
        var environment = Home.processEnvironment
        environment["MASTIC_HOME"] = home.path
        let words = [program, "job", "exec", run.id, "--home", home.path] + options
        var processID: Int32 = 0
        let code = withCStrings(words) { words in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
                mst_spawn(program, words, variables, workingDirectory, output, lock.descriptor, &processID)
            }
        }
        guard code == 0 else {
            lock.remove()
            let place = workingDirectory.map { " in \($0)" } ?? ""
            throw JobError(.notStarted, "the run's process could not be started\(place): \(String(cString: strerror(code)).lowercased())")
        }
        watched[run.id] = Watched(processID: processID, descriptor: mst_pidfd(processID), isChild: true)
    }

    func adopt(_ run: RunRecord) throws -> Bool {
        if watched[run.id] != nil { return true }
        guard RunLock.isHeld(home, run: run.id) else { return false }
        // A process that has not begun yet has no number here; its lock says when it has ended.
        let descriptor = run.processID > 0 ? mst_pidfd(run.processID) : -1
        guard RunLock.isHeld(home, run: run.id) else {
            if descriptor >= 0 { close(descriptor) }
            return false
        }
        watched[run.id] = Watched(processID: run.processID, descriptor: descriptor, isChild: false)
        return true
    }

    func ended() -> [(run: String, end: ProcessEnd)] {
        var result: [(run: String, end: ProcessEnd)] = []
        for (run, one) in watched {
            var end = ProcessEnd()
            if one.isChild {
                let exit = mst_reap(one.processID)
                if exit.ended == 0 { continue }
                end = ProcessEnd(status: exit.status, signal: exit.signal == 0 ? nil : exit.signal, peakMemory: exit.peak_memory)
            } else {
                if RunLock.isHeld(home, run: run) { continue }
                // What the dead leader's session still does belongs to nobody.
                if one.processID > 0, kill(one.processID, 0) != 0 { kill(-one.processID, SIGKILL) }
            }
            if one.descriptor >= 0 { close(one.descriptor) }
            watched[run] = nil
            result.append((run, end))
        }
        return result
    }

    func send(_ signal: Int32, to run: String) {
        guard let one = watched[run] else { return }
        let processID = one.processID > 0 ? one.processID : (try? home.catalog.run(run)?.processID) ?? 0
        guard processID > 0, one.isChild || RunLock.isHeld(home, run: run) else { return }
        // The session's other processes end with their leader; a signal that asks is for the leader alone.
        kill(signal == SIGKILL ? -processID : processID, signal)
    }

    func view(of run: String) -> ProcessView? {
        guard let one = watched[run], one.processID > 0 else { return nil }
        var pages = 0
        if let bytes = try? LocalPath.readSmallFile("/proc/\(one.processID)/statm"), let word = bytes.split(separator: " ").dropFirst().first {
            pages = Int(word) ?? 0
        }
        return ProcessView(residentMemory: pages * Int(getpagesize()), lastOutput: RunLog(home, run: run).lastWritten ?? 0)
    }

    func wait(seconds: Double, descriptor: Int32) {
        var waits = [pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        if descriptor >= 0 { waits.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
        for one in watched.values where one.descriptor >= 0 { waits.append(pollfd(fd: one.descriptor, events: Int16(POLLIN), revents: 0)) }
        poll(&waits, nfds_t(waits.count), Int32(max(0, min(seconds, 3600)) * 1000))
        if waits[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(wakeDescriptor, &count, 8)
        }
    }

    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    /// Calls the body with C strings, the last of them null.
    private func withCStrings<R>(_ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
        var strings: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        strings.append(nil)
        defer { for string in strings { free(string) } }
        return strings.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}
