internal import Glibc

/// What a listing leaves out.
public struct ListingOptions: Sendable {
    /// Whether folders below the path are entered.
    public var isRecursive: Bool
    /// Files whose path relative to `exclusionRoot` matches are left out.
    public var exclusions: [Glob]
    /// The folder that exclusions are relative to, at or above the listed path; nil for the listed path itself.
    public var exclusionRoot: String?

    public init(isRecursive: Bool = true, exclusions: [Glob] = [], exclusionRoot: String? = nil) {
        (self.isRecursive, self.exclusions, self.exclusionRoot) = (isRecursive, exclusions, exclusionRoot)
    }

    /// Whether the file of this path, found from a listing of `root`, is left out.
    func excludes(_ path: String, listedFrom root: String) -> Bool {
        if exclusions.isEmpty { return false }
        let base = exclusionRoot ?? root
        let relative = path == base || !LocalPath.contains(base, path) ? LocalPath.name(of: path) : LocalPath.relative(path, to: base)
        return exclusions.contains { $0.matches(relative) }
    }

    /// Names that data never has (Hadoop's convention): a dot or an underscore first, unless the name is a `key=value` folder's, and the markers
    /// that some tools leave for empty folders.
    static func isHidden(_ name: some StringProtocol) -> Bool {
        switch name.utf8.first {
        case UInt8(ascii: "."): true
        case UInt8(ascii: "_"): !name.utf8.contains(UInt8(ascii: "="))
        default: name.utf8.suffix(9).elementsEqual("_$folder$".utf8)
        }
    }
}

/// The data files at or below a path, in the order of their paths' bytes.
///
/// Holds the names of one folder a level, never the whole listing. Symbolic links are followed; a folder that contains itself that way is entered
/// once. What is neither file nor folder (a pipe, a socket) is left out: reading it could wait for ever.
public final class FileListing: FileSequence {
    private let root: String
    /// What the root is called in the entries' `path`.
    private let visibleRoot: String
    private let options: ListingOptions
    private var levels: [Level] = []
    private var single: FileEntry?

    /// One folder on the way: its names, sorted, folders with a slash at the end.
    private struct Level {
        let path: String
        let identity: FolderIdentity
        let names: [String]
        var next = 0
    }

    private struct FolderIdentity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    /// - Parameter visibleRoot: what the listed path is called in the result, for files that are not yet where they will be.
    /// - Throws: `notFound` when nothing stands at the path; `permissionDenied`.
    public init(path: String, visibleAs visibleRoot: String? = nil, options: ListingOptions = ListingOptions()) throws(StorageError) {
        (root, self.visibleRoot, self.options) = (path, visibleRoot ?? path, options)
        guard let info = LocalPath.status(path) else { throw StorageError(path: path, action: "read", errno: errno) }
        if info.st_mode & S_IFMT == S_IFDIR {
            levels = [try Self.level(path, info)]
        } else {
            let entry = Self.entry(path: self.visibleRoot, storedPath: path, info)
            if !options.excludes(entry.path, listedFrom: entry.path) { single = entry }
        }
    }

    public func next() throws(StorageError) -> FileEntry? {
        if let entry = single {
            single = nil
            return entry
        }
        while let level = levels.last {
            guard level.next < level.names.count else {
                levels.removeLast()
                continue
            }
            levels[levels.count - 1].next += 1
            let name = level.names[level.next]
            if name.utf8.last == LocalPath.slash {
                guard options.isRecursive else { continue }
                try enter(level.path + "/" + String(Substring(name.utf8.dropLast())))
            } else if let entry = try file(level.path + "/" + name) {
                return entry
            }
        }
        return nil
    }

    private func enter(_ path: String) throws(StorageError) {
        guard let info = LocalPath.status(path) else {
            // It went away since its parent was listed.
            if errno == ENOENT { return }
            throw StorageError(path: path, action: "listed", errno: errno)
        }
        let level = try Self.level(path, info)
        if levels.contains(where: { $0.identity == level.identity }) { return }
        levels.append(level)
    }

    private func file(_ path: String) throws(StorageError) -> FileEntry? {
        let visible = visibleRoot == root ? path : (visibleRoot == "/" ? "" : visibleRoot) + "/" + LocalPath.relative(path, to: root)
        if options.excludes(visible, listedFrom: visibleRoot) { return nil }
        guard let info = LocalPath.status(path) else {
            let number = errno
            guard let link = LocalPath.status(path, followingLinks: false) else { return nil }
            if number == ENOENT, link.st_mode & S_IFMT == S_IFLNK {
                throw StorageError(.notFound, path: path, "\(path) is a symbolic link to a file that is not there; remove it or exclude it")
            }
            throw StorageError(path: path, action: "read", errno: number)
        }
        guard info.st_mode & S_IFMT == S_IFREG else { return nil }
        return Self.entry(path: visible, storedPath: path, info)
    }

    private static func entry(path: String, storedPath: String, _ info: stat) -> FileEntry {
        FileEntry(
            path: path, storedPath: storedPath, size: Int64(info.st_size),
            modified: Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec))
    }

    /// Reads a folder. With a slash at the end of folder names, the order of names is the order of the paths below.
    private static func level(_ path: String, _ info: stat) throws(StorageError) -> Level {
        let identity = FolderIdentity(device: UInt64(info.st_dev), inode: UInt64(info.st_ino))
        var names: [String] = []
        try LocalPath.eachEntry(in: path) { name, type in
            if ListingOptions.isHidden(name) { return }
            switch type {
            case Int32(DT_REG): names.append(name)
            case Int32(DT_DIR): names.append(name + "/")
            case Int32(DT_LNK), Int32(DT_UNKNOWN): names.append(LocalPath.isFolder(path + "/" + name) ? name + "/" : name)
            default: return
            }
        }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return Level(path: path == "/" ? "" : path, identity: identity, names: names)
    }
}
