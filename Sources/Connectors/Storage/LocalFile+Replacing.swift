internal import Glibc

extension LocalFile {
    /// Writes a small file, which appears in full or not at all, and takes the place of one that was there.
    ///
    /// - Throws: `StorageError`; nothing has changed then.
    public static func replace(_ path: String, with text: String) throws {
        // A link stays one, and a file keeps its mode.
        let path = LocalPath.resolvingLinks(path)
        let mode = LocalPath.status(path).map { $0.st_mode & 0o7777 }
        let part = LocalPath.parent(of: path) + "/.\(LocalPath.name(of: path)).\(getpid())-\(UInt32.random(in: 0 ... .max)).part"
        let sink: LocalFileSink
        do {
            sink = try LocalFileSink(path: part)
        } catch {
            // It is about the file that was asked for.
            throw StorageError(error.code, path: path, error.message.replacing(part, with: path))
        }
        do {
            // Before anything stands in it.
            if let mode { chmod(part, mode) }
            try Array(text.utf8).withUnsafeBytes { try sink.write($0) }
            try sink.close()
            if rename(part, path) != 0 { throw StorageError(path: path, action: "written", errno: errno) }
        } catch {
            unlink(part)
            throw error
        }
    }
}
