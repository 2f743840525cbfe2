internal import Glibc
internal import Synchronization

/// Where one write puts its files until its run commits.
public final class StagedOutput: Sendable {
    public let target: StorageLocation
    /// The staged folder; what stands in it will stand in the target.
    public let folder: String
    private let suffix: String
    private let made = Mutex(Made())

    private struct Made {
        var folders: Set<String> = [""]
        var files: [String] = []
    }

    init(target: StorageLocation, folder: String, run: String, ordinal: Int) {
        (self.target, self.folder) = (target, folder)
        suffix = ordinal == 0 ? run : "\(run)-\(ordinal)"
    }

    /// Begins a file. Its final name, `part-00000-<run>.parquet`, is taken by no other file of the target. Called from several threads at once.
    ///
    /// - Parameter relativeFolder: `key=value` folders below the target (`HivePath.segment`), with slashes between; empty for the target itself.
    /// - Parameter number: the file's place in the order of the rows, from 0; once for each folder.
    /// - Parameter fileExtension: without the dot: `parquet`, `csv.gz`.
    /// - Throws: `StorageError`.
    public func newFile(in relativeFolder: String = "", number: Int, fileExtension: String) throws(StorageError) -> LocalFileSink {
        let digits = String(number)
        let name = "part-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits)-\(suffix).\(fileExtension)"
        return try newFile(in: relativeFolder, name: name)
    }

    /// Begins a file of a name of the caller's choice, which must not exist in the target when the run commits.
    public func newFile(in relativeFolder: String = "", name: String) throws(StorageError) -> LocalFileSink {
        let folder = relativeFolder.isEmpty ? folder : folder + "/" + relativeFolder
        if made.withLock({ !$0.folders.contains(relativeFolder) }) {
            try LocalPath.createFolders(folder)
            made.withLock { _ = $0.folders.insert(relativeFolder) }
        }
        let sink = try LocalFileSink(path: folder + "/" + name)
        made.withLock { $0.files.append(sink.path) }
        return sink
    }

    /// Removes every file made so far, and the folders that are empty without them: the write starts again. Other writes to the target stay.
    public func removeAll() throws(StorageError) {
        let former = made.withLock { made in
            defer { made = Made() }
            return made
        }
        for file in former.files { try LocalPath.removeTree(file) }
        for relative in former.folders where !relative.isEmpty {
            // From the deepest up; rmdir refuses what is not empty.
            var path = folder + "/" + relative
            while path != folder, rmdir(path) == 0 { path = LocalPath.parent(of: path) }
        }
    }

    /// The folders below the target that have got files so far, sorted: `year=2024/month=01`. Empty for an output without partitions.
    public var relativeFolders: [String] {
        made.withLock { $0.folders.filter { !$0.isEmpty }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
    }
}
