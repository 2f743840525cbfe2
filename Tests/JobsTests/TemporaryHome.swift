import Catalog
import Connectors
import Foundation
import Jobs

/// A home and a folder for data, for one test.
struct TemporaryHome {
    let folder: String
    let home: Home

    /// - Parameter inMemory: in a file system in memory, where there is one: for a test that waits for the disk a hundred thousand times.
    init(inMemory: Bool = false) throws {
        let memory = "/dev/shm"
        let parent = inMemory && access(memory, W_OK | X_OK) == 0 ? memory : URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        folder = parent + "/jobs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        home = try Home(path: folder + "/.mastic", environment: [:])
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    func location(_ name: String) -> StorageLocation { StorageLocation(path: name.isEmpty ? folder : folder + "/" + name) }

    /// The home as another process would open it.
    func reopened() throws -> Home { try Home(path: home.path, environment: [:]) }

    func write(_ name: String, _ content: String = "x") throws {
        let file = folder + "/" + name
        try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try content.write(toFile: file, atomically: false, encoding: .utf8)
    }

    /// Everything below a folder as sorted relative paths, the home left out; with `content`, `path: text`. Run ids are written `RUN`.
    func contents(_ name: String = "", content: Bool = false) -> [String] {
        let root = name.isEmpty ? folder : folder + "/" + name
        guard let all = FileManager.default.enumerator(atPath: root) else { return [] }
        return all.compactMap { $0 as? String }.filter { !$0.hasPrefix(".mastic") }.compactMap { entry in
            var isFolder: ObjCBool = false
            FileManager.default.fileExists(atPath: root + "/" + entry, isDirectory: &isFolder)
            if isFolder.boolValue { return ((try? FileManager.default.contentsOfDirectory(atPath: root + "/" + entry)) ?? []).isEmpty ? entry + "/" : nil }
            let text = content ? ": " + ((try? String(contentsOfFile: root + "/" + entry, encoding: .utf8)) ?? "?") : ""
            return entry.replacing(#/jr_[0-9a-f]{32}/#, with: "RUN") + text
        }.sorted()
    }
}

extension StagedOutput {
    func put(_ text: String, in folder: String = "", number: Int = 0) throws {
        let sink = try newFile(in: folder, number: number, fileExtension: "txt")
        try Array(text.utf8).withUnsafeBytes { try sink.write($0) }
        try sink.close(sync: false)
    }
}

/// Stands for a kill.
struct Crash: Error {}
