internal import Catalog
internal import Connectors
internal import Glibc

/// The folder that one trigger looks at, and which files in it count.
struct ArrivalPath: Hashable {
    let trigger: String
    /// Absolute, with symbolic links resolved as far as the folder exists.
    let root: String
    let deadLetters: String
    /// Seconds.
    let stableFor: Double
    /// Seconds.
    let pollInterval: Double
    private let patterns: [Glob]
    /// Whether patterns are for names, not for paths.
    private let matchesNames: Bool

    /// - Throws: `StorageError` for a path that is none, and for a pattern that is none.
    init(_ arrival: TriggerRecord.Arrival, trigger: String, home: Home) throws(StorageError) {
        self.trigger = trigger
        root = LocalPath.resolvingLinks(try home.locate(arrival.path).path)
        deadLetters = try Self.deadLetters(arrival, root: root, home: home)
        stableFor = max(0, arrival.stableFor ?? 2)
        pollInterval = max(0.1, arrival.pollInterval ?? 10)
        let pattern = arrival.pattern ?? ""
        matchesNames = !pattern.utf8.contains(UInt8(ascii: "/"))
        var patterns: [Glob] = []
        if !pattern.isEmpty { patterns.append(try Glob(pattern)) }
        // Files of the folder itself are in "any folder" too.
        if pattern.hasPrefix("**/") { patterns.append(try Glob(String(pattern.dropFirst(3)))) }
        self.patterns = patterns
    }

    /// The folder of files that failed: the one that is given, else `_failed` in the path.
    static func deadLetters(_ arrival: TriggerRecord.Arrival, home: Home) throws(StorageError) -> String {
        try deadLetters(arrival, root: LocalPath.resolvingLinks(try home.locate(arrival.path).path), home: home)
    }

    private static func deadLetters(_ arrival: TriggerRecord.Arrival, root: String, home: Home) throws(StorageError) -> String {
        guard let given = arrival.deadLetterPath, !given.isEmpty else { return (root == "/" ? "" : root) + "/_failed" }
        return LocalPath.resolvingLinks(try home.locate(given).path)
    }

    func contains(_ path: String) -> Bool { LocalPath.contains(root, path) }

    /// Whether a folder below the root is looked into.
    func enters(folder: String) -> Bool {
        guard folder != root else { return true }
        return contains(folder) && !LocalPath.contains(deadLetters, folder) && !LocalPath.components(folder, below: root).contains(where: Self.isHidden)
    }

    /// Whether a file's name and place let it count: not hidden, not a file that some program is still making, not a dead letter, of the pattern.
    func counts(_ path: String) -> Bool {
        guard path != root, contains(path), !LocalPath.contains(deadLetters, path) else { return false }
        let parts = LocalPath.components(path, below: root)
        guard let name = parts.last, !parts.contains(where: Self.isHidden) else { return false }
        let lowercase = name.lowercased()
        guard !Self.unfinished.contains(where: { lowercase.hasSuffix($0) }) else { return false }
        if patterns.isEmpty { return true }
        let text = matchesNames ? name : parts.joined(separator: "/")
        return patterns.contains { $0.matches(text) }
    }

    private static let unfinished = [".tmp", ".part", ".crdownload", "~"]

    private static func isHidden(_ name: String) -> Bool { name.utf8.first == UInt8(ascii: ".") || name.utf8.first == UInt8(ascii: "_") }

    // MARK: - What is there

    /// What tells one content of a file from another.
    struct Stamp: Hashable {
        let size: Int64
        /// Nanoseconds since the epoch.
        let modified: Int64

        init(_ file: ArrivedFile) { (size, modified) = (file.size, file.modified) }

        fileprivate init(_ info: stat) {
            size = Int64(info.st_size)
            let (seconds, overflow) = Int64(info.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
            modified = overflow ? Int64(info.st_mtim.tv_sec) : seconds &+ Int64(info.st_mtim.tv_nsec)
        }

        /// Seconds since the epoch.
        var modifiedSeconds: Double { Double(modified) / 1e9 }
    }

    /// The stamp of a regular file, links followed; nil where there is none.
    static func stamp(_ path: String) -> Stamp? {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        return Stamp(info)
    }

    /// Whether a name was given to a file that existed before, of which no notice will tell that it was closed.
    static func isLink(_ path: String) -> Bool {
        var info = stat()
        guard lstat(path, &info) == 0 else { return false }
        return info.st_mode & S_IFMT == S_IFLNK || info.st_nlink > 1
    }
}
