internal import CCurl
internal import CPlatform
internal import Connectors
internal import Glibc

/// A command of `/bin/sh` in a session of its own, with a text on its standard input.
struct CommandRun {
    private let command: String
    private let input: String
    private let environment: [String: String]
    private let folder: String?

    /// Bytes of what the command says that an error repeats.
    private static let keptBytes = 2000

    /// - Parameter folder: where it works; nil for where this process does.
    init(_ command: String, input: String, environment: [String: String], folder: String? = nil) {
        (self.command, self.input, self.environment, self.folder) = (command, input, environment, folder)
    }

    /// Runs the command to its end. After the time it and what it started get SIGTERM, and SIGKILL a second later.
    ///
    /// - Throws: `DeliveryError` when it could not be started, ended with another status than 0, or took too long.
    func finish(within seconds: Double, cancelled: UnsafePointer<Int32>) throws {
        // A file and no pipe, so that a command that never reads stops nobody from writing.
        var name = Array("/tmp/mastic-notification-XXXXXX".utf8CString)
        let source = mkstemp(&name)
        guard source >= 0 else { throw failure("its input cannot be made", errno) }
        _ = fcntl(source, F_SETFD, FD_CLOEXEC)
        defer { close(source) }
        unlink(name)
        let error = DescriptorOutput.write(input, to: source)
        guard error == 0 else { throw failure("its input cannot be written", error) }
        lseek(source, 0, SEEK_SET)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure("there is no pipe for it", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let output = ends[0]
        defer { close(output) }
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        let process: pid_t
        do {
            defer { close(ends[1]) }
            process = try spawn(input: source, output: ends[1])
        }
        try wait(for: process, output: output, within: seconds, cancelled: cancelled)
    }

    private func spawn(input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        if let folder {
            guard access(folder, X_OK) == 0 else { throw failure("its folder \(folder) cannot be entered", errno) }
            mst_spawn_in(&actions, folder)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own, so that one signal reaches all that it starts.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var process: pid_t = 0
        let number = posix_spawn(&process, "/bin/sh", &actions, &attributes, &words, &variables)
        guard number == 0 else { throw failure("it cannot be started", number) }
        return process
    }

    private func wait(for process: pid_t, output: Int32, within seconds: Double, cancelled: UnsafePointer<Int32>) throws {
        let start = MonotonicTime.seconds
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var stopped: Double?
        var status: Int32 = 0
        while true {
            var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            // What is left of the time does not matter to poll: the end of the process is asked for 20 times a second.
            let ready = poll(&descriptor, 1, 50)
            while ready > 0 {
                let count = buffer.withUnsafeMutableBytes { read(output, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                said += buffer[..<count]
                if said.count > 2 * Self.keptBytes { said.removeFirst(said.count - Self.keptBytes) }
            }
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { break }
            // Somebody else has taken note of its end; how it ended is not known.
            if ended < 0, errno == ECHILD { return }
            if ready > 0 && descriptor.revents & Int16(POLLHUP) != 0 { usleep(20_000) }
            let now = MonotonicTime.seconds
            if let stopped {
                if now - stopped > 1 { kill(-process, SIGKILL) }
            } else if now - start > seconds || mst_flag_get(cancelled) != 0 {
                kill(-process, SIGTERM)
                stopped = now
            }
        }
        if stopped != nil {
            kill(-process, SIGKILL)
            throw DeliveryError(description: mst_flag_get(cancelled) != 0 ? "the command was ended with Mastic" : "the command took longer than \(Int(seconds)) seconds")
        }
        guard status != 0 else { return }
        let words = SafeText.printable(String(decoding: said.suffix(300), as: UTF8.self), keepsLines: false)
        let end = status & 0x7F == 0 ? "ended with status \((status >> 8) & 0xFF)" : "was ended by signal \(status & 0x7F)"
        throw DeliveryError(description: "the command \(end)\(words.isEmpty ? "" : ": " + words)")
    }

    private func failure(_ what: String, _ number: Int32) -> DeliveryError {
        DeliveryError(description: "the command did not run: \(what): \(String(cString: strerror(number)).lowercased())")
    }
}
