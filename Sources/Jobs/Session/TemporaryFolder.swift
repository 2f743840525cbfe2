internal import Connectors
internal import Glibc

/// New folders for what nobody needs afterwards, below `$TMPDIR` or `/tmp`. Who makes one removes it.
enum TemporaryFolder {
    /// - Parameters:
    ///   - prefix: what the folder's name begins with.
    ///   - purpose: for the error: `a test`.
    /// - Throws: `JobError.invalidOption` where none can be made.
    static func make(_ prefix: String, for purpose: String) throws -> String {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // mkdtemp puts letters of its own in the place of the six X.
        var path = Array((LocalPath.absolute(base.isEmpty ? "/tmp" : base) + "/\(prefix)-XXXXXX").utf8CString)
        guard mkdtemp(&path) != nil else { throw JobError(.invalidOption, "no folder for \(purpose) can be made in \(base): \(String(cString: strerror(errno)))") }
        return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
