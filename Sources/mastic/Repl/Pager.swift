internal import Connectors
internal import Glibc
internal import Jobs
internal import Scripting

/// Shows long texts page by page, by `$MASTIC_PAGER`, `$PAGER` or `less -R`.
struct Pager {
    var isOn = true

    /// Writes a text to standard output, through the pager where it is longer than the screen.
    func show(_ text: String, on screen: ScreenShape) {
        let lines = text.utf8.reduce(0) { $0 + ($1 == 0x0a ? 1 : 0) }
        guard isOn, Screen.isTerminal, lines >= screen.height, let command = Self.command, page(text, command) else { return StandardOutput.write(text) }
    }

    /// The command, for the shell; nil where there is to be none.
    private static var command: String? {
        for name in ["MASTIC_PAGER", "PAGER"] {
            if let value = getenv(name) {
                let command = String(cString: value)
                return command.isEmpty || command == "cat" ? nil : command
            }
        }
        return "less -R"
    }

    /// - Returns: whether the pager could be started.
    private func page(_ text: String, _ command: String) -> Bool {
        LuaState.flush()
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { return false }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        // A pager that is called without options gets those that colours need.
        setenv("LESS", "R", 0)
        var process = pid_t()
        let words: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", command].map { (word: String) in strdup(word) }
        defer { words.forEach { free($0) } }
        let status = posix_spawn(&process, "/bin/sh", &actions, nil, words + [nil], environ)
        close(ends[0])
        guard status == 0 else {
            close(ends[1])
            return false
        }
        // Ctrl-C belongs to the pager while it is there; one that is left early closes the pipe.
        var ignored = sigaction()
        ignored.__sigaction_handler.sa_handler = SIG_IGN
        var (interrupt, brokenPipe) = (sigaction(), sigaction())
        sigaction(SIGINT, &ignored, &interrupt)
        sigaction(SIGPIPE, &ignored, &brokenPipe)
        DescriptorOutput.write(text, to: ends[1])
        close(ends[1])
        var result: Int32 = 0
        while waitpid(process, &result, 0) < 0, errno == EINTR {}
        sigaction(SIGINT, &interrupt, nil)
        sigaction(SIGPIPE, &brokenPipe, nil)
        // The shell's word for a command that is not there.
        return (result >> 8) & 0xff != 127
    }
}
