import Connectors
import Foundation

/// A folder for one test.
struct TemporaryFolder {
    let path: String

    init() {
        // Without symbolic links, as the paths in results are.
        path = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath().path + "/storage-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() {
        _ = try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes files, with the folders above them.
    func write(_ names: String..., content: String = "x") throws {
        for name in names {
            let file = path + "/" + name
            try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try content.write(toFile: file, atomically: false, encoding: .utf8)
        }
    }

    func location(_ name: String = "") -> StorageLocation { StorageLocation(path: name.isEmpty ? path : path + "/" + name) }

    /// Everything in a folder, hidden or not, as sorted relative paths; folders that are empty end in a slash.
    func contents(_ name: String = "") -> [String] {
        let root = name.isEmpty ? path : path + "/" + name
        guard let all = FileManager.default.enumerator(atPath: root) else { return [] }
        return all.compactMap { $0 as? String }.compactMap { entry in
            var isFolder: ObjCBool = false
            FileManager.default.fileExists(atPath: root + "/" + entry, isDirectory: &isFolder)
            if !isFolder.boolValue { return entry }
            return ((try? FileManager.default.contentsOfDirectory(atPath: root + "/" + entry)) ?? []).isEmpty ? entry + "/" : nil
        }.sorted()
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: path + "/" + name, encoding: .utf8) }
}

func storageError(_ body: () throws -> Void) -> StorageError? {
    do {
        try body()
        return nil
    } catch {
        return error as? StorageError
    }
}
