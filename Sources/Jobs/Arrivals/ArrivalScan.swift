internal import Connectors
internal import Glibc

/// One look at everything below a folder.
struct ArrivalScan {
    var files: [String: ArrivalPath.Stamp] = [:]
    /// Why the folder itself could not be listed: an errno, or 0.
    var failure: Int32 = 0
    /// Whether all of it was seen.
    var isComplete = true
    /// What could not be read, for the log.
    var problems: [String] = []

    /// - Parameters:
    ///   - folder: the root of the path, or a folder below it. Links to folders are not followed.
    ///   - entering: called with each folder before it is listed, so that what comes after the listing is told.
    init(_ path: ArrivalPath, folder: String, entering: (String) -> Void) {
        var folders = [folder]
        while let folder = folders.popLast() {
            guard path.enters(folder: folder) else { continue }
            entering(folder)
            guard let stream = opendir(folder) else {
                let number = errno
                if folder == path.root { failure = number }
                // A folder below that went in the meantime is none that could not be seen.
                if folder == path.root || number != ENOENT && number != ENOTDIR {
                    isComplete = false
                    problems.append("\(folder) cannot be listed: \(String(cString: strerror(number)).lowercased())")
                }
                continue
            }
            defer { closedir(stream) }
            errno = 0
            while let entry = readdir(stream) {
                defer { errno = 0 }
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
                }
                guard let name else {
                    problems.append("\(folder) has a file whose name is not UTF-8; it is passed over")
                    continue
                }
                if name == "." || name == ".." { continue }
                let child = (folder == "/" ? "" : folder) + "/" + name
                if isFolder(child, type: Int32(entry.pointee.d_type)) {
                    folders.append(child)
                } else if path.counts(child), let stamp = ArrivalPath.stamp(child) {
                    files[child] = stamp
                }
            }
            if errno != 0 {
                isComplete = false
                problems.append("\(folder) cannot be listed: \(String(cString: strerror(errno)).lowercased())")
            }
        }
    }

    private func isFolder(_ path: String, type: Int32) -> Bool {
        if type != Int32(DT_UNKNOWN) { return type == Int32(DT_DIR) }
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }
}
