internal import Catalog
public import Connectors
internal import Foundation

/// How the files that arrived reach the job.
public enum ArrivalArguments {
    /// Bytes that the arguments of a run may have together in Glue.
    public static let limit = 260_000

    /// The arguments for a run: `--files`, a JSON list of absolute paths; or, where that is longer than `limit`, `--files_list`, the path of a file
    /// that holds the list, written to `runs/<run>.files` in the home, where it stays until `remove`.
    ///
    /// - Throws: `StorageError` when the file cannot be written.
    public static func compose(_ files: [String], run: String, home: Home, limit: Int = limit) throws -> [String: String] {
        let list = RecordJSON.encode(files)
        guard list.utf8.count > limit else { return ["--files": list] }
        let path = try home.folder("runs") + "/\(run).files"
        do {
            try Data(list.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw StorageError(.permissionDenied, path: path, "\(path) cannot be written: \(error.localizedDescription)")
        }
        return ["--files_list": path]
    }

    /// Removes the list of a firing, if there is one.
    ///
    /// - Parameter firing: the firing's key; what follows its last '@' names the list.
    public static func remove(firing: String, home: Home) {
        guard let id = firing.split(separator: "@").last else { return }
        unlink("\(home.path)/runs/\(id).files")
    }
}
