internal import Connectors
internal import Glibc
internal import Scripting

/// The snapshots of a project: `tests/snapshots/<file of tests>/<name>.txt`.
package final class SnapshotStore {
    private let project: TestProject
    private let mode: TestOptions.SnapshotMode
    /// Which test uses a file: two must not share one.
    private var owners: [String: String] = [:]

    init(_ project: TestProject, _ mode: TestOptions.SnapshotMode) { (self.project, self.mode) = (project, mode) }

    /// - Parameters:
    ///   - name: nil for the `number`th unnamed snapshot of the test.
    ///   - written: told the file that was written.
    func check(_ name: String?, number: Int, text: String, test: String, file: TestProject.File, written: (String) -> Void) throws -> SnapshotCheck {
        let own = Self.slug(name ?? test) + (name == nil && number > 1 ? "-\(number)" : "")
        let stem = file.name.hasPrefix("tests/") ? file.name.dropFirst("tests/".count) : Substring(LocalPath.name(of: file.name))
        let path = "\(project.snapshotFolder)/\(stem.hasSuffix(".lua") ? String(stem.dropLast(4)) : String(stem))/\(own).txt"
        let shown = project.name(of: path)
        let owner = "\(file.path)\u{0}\(test)"
        if let other = owners[path], other != owner {
            throw JobError(.invalidOption, "another test keeps its snapshot in \(shown) too; give this one a name: toMatchSnapshot(\"...\")")
        }
        owners[path] = owner
        let kept = try LocalFile.contents(of: path).map { String(decoding: $0, as: UTF8.self) }
        if kept == text { return .same }
        switch (kept, mode) {
        case (_, .writesAll), (nil, .writesMissing):
            try Self.write(text, to: path)
            written(shown)
            return .written
        case (let kept?, _): return .differs(expected: kept, path: shown)
        case (nil, .refusesMissing): return .missing(path: shown)
        }
    }

    /// The name in letters that every file system takes.
    package static func slug(_ name: String) -> String {
        var text = ""
        for scalar in name.lowercased().unicodeScalars {
            let isPlain = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
            if isPlain { text.unicodeScalars.append(scalar) } else if text.last != "-", !text.isEmpty { text += "-" }
        }
        while text.last == "-" { text.removeLast() }
        // File names have 255 bytes at most.
        while text.utf8.count > 120 { text.removeLast() }
        return text.isEmpty ? "snapshot" : text
    }

    private static func write(_ text: String, to path: String) throws {
        try LocalPath.createFolders(LocalPath.parent(of: path))
        let draft = path + ".new-\(getpid())"
        try TextFile.write(text, to: draft)
        guard rename(draft, path) == 0 else {
            unlink(draft)
            throw JobError(.invalidOption, "the snapshot \(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}

/// Small files of text.
public enum TextFile {
    /// Writes a file anew.
    public static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw JobError(.invalidOption, "\(path) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            let put = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + at }, bytes.count - at) }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw JobError(.invalidOption, "\(path) cannot be written: \(String(cString: strerror(errno)))") }
            at += put
        }
    }
}
