internal import Columnar
internal import Connectors
internal import Engine
internal import Glibc

extension Doctor {
    /// The folder for temporary files, memory, processors and the limits of the process.
    func machine() -> [Finding] { [temporary(), space("disk space for temporary files", temporaryFolder), memory(), processors(), descriptors()] + watches() }

    private var temporaryFolder: String { environment["TMPDIR"].map { $0.isEmpty ? "/tmp" : $0 } ?? "/tmp" }

    private func temporary() -> Finding {
        let folder = temporaryFolder
        guard LocalPath.isFolder(folder) else { return .error("temporary files", "\(Self.shown(folder)) is no folder", "make it, or set TMPDIR to another one") }
        guard access(folder, R_OK | W_OK | X_OK) == 0 else { return .error("temporary files", "\(Self.shown(folder)) cannot be written by this user", "change its rights, or set TMPDIR to another folder") }
        return .ok("temporary files", Self.shown(folder))
    }

    // MARK: Memory and processors

    private func memory() -> Finding {
        let total = Self.line("MemTotal:", of: "/proc/meminfo").map { $0 * 1024 }
        let available = Self.line("MemAvailable:", of: "/proc/meminfo").map { $0 * 1024 }
        let limit = Self.controlGroup("memory.max")?.first.flatMap(Int.init)
        guard let total else { return .warning("memory", "the system does not say how much there is", "give runs a bound: --memory 4GiB") }
        var text = "\(Quantity.size(total)), \(available.map { Quantity.size($0) + " available" } ?? "")"
        if let limit, limit < total {
            text += "; this process may use \(Quantity.size(limit)) (cgroup)"
            if limit < 512 << 20 { return .warning("memory", text, "give the container more, or runs a bound: --memory \(max(64, limit >> 21))MiB") }
            return .warning("memory", text, "runs do not know the container's bound; give it to them: --memory \(limit * 3 / 4 >> 20)MiB")
        }
        if let available, available < 256 << 20 { return .warning("memory", text, "end other programs, or give runs a bound: --memory 128MiB") }
        return .ok("memory", text)
    }

    private func processors() -> Finding {
        let threads = WorkerPool.processorCount
        let quota = Self.controlGroup("cpu.max")
        if let quota, quota.count == 2, let share = Double(quota[0]), let period = Double(quota[1]), period > 0 {
            let allowed = share / period
            if allowed + 0.01 < Double(threads) {
                let whole = max(1, Int(allowed.rounded(.up)))
                return .warning("processors", "\(threads) seen, and the container may use \(Int(allowed * 100)) % of one at a time", "run with --threads \(whole), so that threads do not wait for each other")
            }
        }
        return .ok("processors", "\(threads); runs use as many threads")
    }

    private func descriptors() -> Finding {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .warning("open files", "the limit is not known", "see ulimit -n") }
        let soft = limit.rlim_cur > 1 << 40 ? "no limit" : "\(limit.rlim_cur)"
        if limit.rlim_cur < 256 { return .warning("open files", "at most \(soft)", "raise it: ulimit -n 4096; a write into many partitions has a file open for each") }
        return .ok("open files", "at most \(soft)")
    }

    private func watches() -> [Finding] {
        let most = Self.numbers("/proc/sys/fs/inotify/max_user_watches")?.first.flatMap(Int.init)
        let instance = FolderNotices()
        guard instance.descriptor >= 0 else {
            return [.warning("file notices", "the kernel gives none: \(String(cString: strerror(instance.failure)))", "raise fs.inotify.max_user_instances; triggers on files and mastic watch look at folders from time to time instead")]
        }
        guard let most else { return [.ok("file notices", "available")] }
        if most < 1024 { return [.warning("file notices", "at most \(most) folders can be watched", "raise fs.inotify.max_user_watches, with sysctl")] }
        return [.ok("file notices", "up to \(most) folders")]
    }

    // MARK: What the kernel says

    private static func numbers(_ path: String) -> [String]? {
        guard let text = try? LocalPath.readSmallFile(path) else { return nil }
        return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static func line(_ name: String, of path: String) -> Int? {
        guard let text = try? LocalPath.readSmallFile(path), let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    /// A file of the process's control group, version 2; nil where there is none, or no bound.
    private static func controlGroup(_ name: String) -> [String]? {
        let own = (try? LocalPath.readSmallFile("/proc/self/cgroup"))?.split(separator: "\n").first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) } ?? "/"
        for folder in ["/sys/fs/cgroup" + (own == "/" ? "" : own), "/sys/fs/cgroup"] {
            if let found = numbers(folder + "/" + name), let first = found.first { return first == "max" ? nil : found }
        }
        return nil
    }
}
