internal import Catalog
public import Connectors
internal import Foundation

/// How the files that arrived reach the job.
public enum ArrivalArguments {
    /// Bytes that the arguments of a run may have together in Glue.
    public static let limit = 260_000

    /// The arguments for a run: `--files`, a JSON list of absolute paths; or, where that is longer than `limit`, `--files_list`, the path of a file
    /// that holds the list, written to the home's `runs/`, where it stays until `remove`.
    ///
    /// - Parameter firing: the key of the firing that hands them over.
    /// - Throws: `StorageError` when the file cannot be written.
    public static func compose(_ files: [String], firing: String, home: Home, limit: Int = limit) throws -> [String: String] {
        let list = RecordJSON.encode(files)
        guard list.utf8.count > limit else { return ["--files": list] }
        _ = try home.folder("runs")
        let path = path(firing, home)
        do {
            try Data(list.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw StorageError(.permissionDenied, path: path, "\(path) cannot be written: \(error.localizedDescription)")
        }
        return ["--files_list": path]
    }

    /// Removes the list of a firing, if there is one.
    public static func remove(firing: String, home: Home) { unlink(path(firing, home)) }

    /// What follows the last '@' of a firing's key names its list.
    private static func path(_ firing: String, _ home: Home) -> String { "\(home.path)/runs/\(firing.split(separator: "@").last ?? "").files" }
}
