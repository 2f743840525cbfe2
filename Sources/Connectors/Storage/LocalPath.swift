internal import CPlatform
internal import Glibc

/// Paths of the local file system, and the few calls on them that storage needs.
///
/// A slash is a byte here: as a `Character` it would melt into an accent that follows it.
public enum LocalPath {
    static let slash = UInt8(ascii: "/")

    /// The parts between slashes, without the empty ones.
    static func components(_ path: some StringProtocol) -> [String] { path.utf8.split(separator: slash).map { String(decoding: $0, as: UTF8.self) } }

    /// The names of the folders from `folder` down to `path`, which stands in it, and that of `path` itself.
    public static func components(_ path: String, below folder: String) -> [String] { components(relative(path, to: folder)) }

    /// What follows `folder` and a slash in `path`, which stands in it.
    static func relative(_ path: String, to folder: String) -> String {
        String(Substring(path.utf8.dropFirst(folder == "/" ? 1 : folder.utf8.count + 1)))
    }

    /// The process's working directory, absolute.
    public static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// Returns the path made absolute, with `.`, `..` and doubled slashes resolved by their text, without a slash at the end.
    public static func absolute(_ path: String, from base: String = LocalPath.workingDirectory) -> String {
        var parts: [String] = []
        for part in components(path.utf8.first == slash ? path : base + "/" + path) {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The folder that an absolute path stands in; of the root, the root.
    public static func parent(of path: String) -> String {
        guard let last = path.utf8.lastIndex(of: slash), last != path.startIndex else { return "/" }
        return String(path[..<last])
    }

    /// The last component.
    public static func name(of path: String) -> String {
        guard let last = path.utf8.lastIndex(of: slash) else { return path }
        return String(path[path.utf8.index(after: last)...])
    }

    /// Whether `path` is `folder` or stands in it.
    public static func contains(_ folder: String, _ path: String) -> Bool {
        folder == path || folder == "/" || path.utf8.starts(with: folder.utf8) && path.utf8.dropFirst(folder.utf8.count).first == slash
    }

    /// Follows symbolic links.
    public static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    /// Whether other machines may change what is below a path, or a program of its own serves it, so that the kernel does not hear of every change.
    public static func isRemote(_ path: String) -> Bool { mst_is_remote(path) != 0 }

    /// Whether anything stands at the path, even a broken link.
    public static func exists(_ path: String) -> Bool { status(path, followingLinks: false) != nil }

    static func status(_ path: String, followingLinks: Bool = true) -> stat? {
        var info = stat()
        return (followingLinks ? stat(path, &info) : lstat(path, &info)) == 0 ? info : nil
    }

    /// The path with the symbolic links of its existing part resolved.
    public static func resolvingLinks(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        if path == "/" { return path }
        let folder = resolvingLinks(parent(of: path))
        return (folder == "/" ? "" : folder) + "/" + name(of: path)
    }

    /// Creates a folder and those above it, where missing.
    public static func createFolders(_ path: String) throws(StorageError) {
        if mkdir(path, 0o777) == 0 { return }
        let number = errno
        if number == EEXIST || number == EISDIR {
            if isFolder(path) { return }
            throw StorageError(.alreadyExists, path: path, "\(path) cannot be created: a file has this name")
        }
        guard number == ENOENT, path != "/" else { throw StorageError(path: path, action: "created", errno: number) }
        try createFolders(parent(of: path))
        if mkdir(path, 0o777) != 0, errno != EEXIST { throw StorageError(path: path, action: "created", errno: errno) }
    }

    /// Removes a file, or a folder with all that is in it. What is missing already is no error; symbolic links are removed, not followed.
    public static func removeTree(_ path: String) throws(StorageError) {
        guard let info = status(path, followingLinks: false) else { return }
        if info.st_mode & S_IFMT == S_IFDIR {
            for name in try names(in: path) { try removeTree(path + "/" + name) }
            if rmdir(path) != 0, errno != ENOENT { throw StorageError(path: path, action: "removed", errno: errno) }
        } else if unlink(path) != 0, errno != ENOENT {
            throw StorageError(path: path, action: "removed", errno: errno)
        }
    }

    /// The names in a folder, sorted by their bytes; none for a missing folder.
    public static func names(in folder: String) throws(StorageError) -> [String] {
        if !exists(folder) { return [] }
        var names: [String] = []
        try eachEntry(in: folder) { name, _ in names.append(name) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Hands the names in a folder to `body`, in no order, with the type that the folder keeps of them (`DT_REG` and the like).
    static func eachEntry(in folder: String, _ body: (String, Int32) -> Void) throws(StorageError) {
        guard let stream = opendir(folder) else { throw StorageError(path: folder, action: "listed", errno: errno) }
        defer { closedir(stream) }
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name else { throw StorageError(.invalidPath, path: folder, "\(folder) has a file whose name is not UTF-8; rename it") }
            if name != ".", name != ".." { body(name, Int32(entry.pointee.d_type)) }
            errno = 0
        }
        if errno != 0 { throw StorageError(path: folder, action: "listed", errno: errno) }
    }

    /// Writes a folder's entries, or a file, to the disk.
    static func sync(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(path: path, action: "written to the disk", errno: errno) }
        defer { close(descriptor) }
        // Some file systems have nothing to sync for a folder, and say EINVAL.
        if fsync(descriptor) != 0, errno != EINVAL { throw StorageError(path: path, action: "written to the disk", errno: errno) }
    }

    /// The text of a file of at most 1 MiB; nil when there is none.
    public static func readSmallFile(_ path: String) throws(StorageError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw StorageError(path: path, action: "read", errno: errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if got < 0, errno == EINTR { continue }
            if got < 0 { throw StorageError(path: path, action: "read", errno: errno) }
            if got == 0 { break }
            count += got
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
