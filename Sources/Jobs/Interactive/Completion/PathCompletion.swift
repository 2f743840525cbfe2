internal import Glibc
internal import Scripting

/// Files and folders.
extension Completer {
    /// Entries of a folder that are looked at: a listing must not take longer than a keystroke.
    private static let mostEntries = 5000

    /// - Parameters:
    ///   - start: the byte at which the path's text begins.
    ///   - first: the ending of files that are meant: where there are such, only they and folders are offered.
    func files(_ text: String, _ start: Int, first ending: String? = nil) -> Completions {
        guard !environment.state.options.sandbox, !text.contains("://") else { return Completions(start: start, candidates: []) }
        let slash = text.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(text[...$0]) } ?? ""
        let word = slash.map { String(text[text.utf8.index(after: $0)...]) } ?? text
        var path = folder.isEmpty ? "." : folder
        if path.hasPrefix("~/"), let home = getenv("HOME") { path = String(cString: home) + path.dropFirst() }
        guard let directory = opendir(path) else { return Completions(start: start, candidates: []) }
        defer { closedir(directory) }
        var found: [Candidate] = []
        var left = Self.mostEntries
        while left > 0, let entry = readdir(directory) {
            left -= 1
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name == "." || name == ".." || name.hasPrefix(".") && !word.hasPrefix(".") || !name.hasPrefix(word) { continue }
            if name.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) { continue }
            var isFolder = Int32(entry.pointee.d_type) == Int32(DT_DIR)
            if Int32(entry.pointee.d_type) == Int32(DT_LNK) || Int32(entry.pointee.d_type) == Int32(DT_UNKNOWN) {
                var status = stat()
                isFolder = stat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            }
            found.append(isFolder ? Candidate(name + "/", .folder, detail: "folder") : Candidate(name, .file, detail: "file"))
        }
        found.sort { $0.text < $1.text }
        if let ending {
            let meant = found.filter { $0.kind == .folder || $0.text.hasSuffix(ending) }
            if meant.contains(where: { $0.kind == .file }) || !word.isEmpty && !meant.isEmpty { found = meant }
        }
        return Completions(start: start + folder.utf8.count, candidates: Self.matching(word, found))
    }
}
