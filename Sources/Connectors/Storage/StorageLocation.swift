internal import Columnar
/// A file or folder as a script names it, found in the local file system.
public struct StorageLocation: Hashable, Sendable {
    /// What it is called in the catalog and in messages: `s3://bucket/key/` where it was given so, else the absolute path. A name that ended in
    /// a slash keeps it.
    public let url: String
    /// Absolute, without a slash at the end.
    public let path: String

    /// Whether the name ended in a slash: then only a folder can be meant.
    public var namesFolder: Bool { url.utf8.last == LocalPath.slash }

    /// A location of the local file system, by its absolute path.
    public init(path: String, isFolder: Bool = false) {
        self.path = path
        url = isFolder && path != "/" ? path + "/" : path
    }

    fileprivate init(url: String, path: String) { (self.url, self.path) = (url, path) }

    /// The location of a path that stands at or below this one's.
    public func descendant(_ descendantPath: String, isFolder: Bool) -> StorageLocation {
        guard url.contains("://") else { return StorageLocation(path: descendantPath, isFolder: isFolder) }
        let below = descendantPath == path ? "" : "/" + LocalPath.relative(descendantPath, to: path)
        let base = namesFolder ? String(Substring(url.utf8.dropLast())) : url
        return StorageLocation(url: base + below + (isFolder ? "/" : ""), path: descendantPath)
    }
}

extension Home {
    /// Finds what a script or the catalog names.
    ///
    /// - `path/to/file`, `/path`, `~/path`, `file:///path`: the local file system; relative to `base`.
    /// - `s3://bucket/key` (also `s3a`, `s3n`): `s3/bucket/key` in the home, where the project says `s3 = "local"`: in the file `config` of the
    ///   home, or as the variable `MASTIC_S3`.
    ///
    /// - Throws: `unsupported` for `s3://` without a choice; `invalidPath`, for other schemes too.
    public func locate(_ name: String, from base: String = LocalPath.workingDirectory) throws(StorageError) -> StorageLocation {
        guard !name.isEmpty else { throw StorageError(.invalidPath, path: name, "a path is empty") }
        guard !name.utf8.contains(0) else { throw StorageError(.invalidPath, path: name, "a path has a zero byte in it") }
        let isFolder = name.utf8.last == LocalPath.slash
        guard let (scheme, rest) = Self.splitScheme(name) else {
            if name == "~" || name.hasPrefix("~/"), let user = Home.processEnvironment["HOME"] {
                return StorageLocation(path: LocalPath.absolute(user + name.dropFirst()), isFolder: isFolder)
            }
            return StorageLocation(path: LocalPath.absolute(name, from: base), isFolder: isFolder)
        }
        switch scheme {
        case "file":
            // file:///path, and file://localhost/path (RFC 8089).
            let path = rest.hasPrefix("localhost/") ? rest.dropFirst("localhost".count) : rest
            guard path.hasPrefix("/") else { throw StorageError(.invalidPath, path: name, "\(name): a file URL has three slashes, file:///path") }
            return StorageLocation(path: LocalPath.absolute(String(path)), isFolder: isFolder)
        case "s3", "s3a", "s3n": return try locateObject(name, bucketAndKey: rest)
        default:
            let hint = Suggestion.nearest(scheme, in: ["file", "s3", "s3a", "s3n"]).map { "; did you mean \($0)://?" } ?? ""
            throw StorageError(
                .invalidPath, path: name,
                "\(name): '\(scheme)' is no place for files; there are plain paths (data/a.csv), file:///path, and s3://bucket/key, also as s3a and s3n\(hint)")
        }
    }

    private func locateObject(_ name: String, bucketAndKey: Substring) throws(StorageError) -> StorageLocation {
        guard setting("s3") == "local" else {
            throw StorageError(
                .unsupported, path: name,
                "\(name) has no place: object stores are not talked to yet; set s3 = \"local\" in \(path)/config (or MASTIC_S3=local) to keep objects in \(path)/s3"
            )
        }
        let parts = LocalPath.components(bucketAndKey)
        guard !parts.isEmpty, !bucketAndKey.hasPrefix("/") else { throw StorageError(.invalidPath, path: name, "\(name) names no bucket") }
        guard !parts.contains("."), !parts.contains("..") else {
            throw StorageError(.invalidPath, path: name, "\(name): a local object's key may not have '.' or '..' between slashes")
        }
        let url = "s3://" + parts.joined(separator: "/") + (name.utf8.last == LocalPath.slash ? "/" : "")
        return StorageLocation(url: url, path: path + "/s3/" + parts.joined(separator: "/"))
    }

    /// `scheme://rest`, or nil for a plain path. The scheme comes in lower case.
    private static func splitScheme(_ name: String) -> (scheme: String, rest: Substring)? {
        guard let range = name.firstRange(of: "://") else { return nil }
        let scheme = name[..<range.lowerBound]
        let isScheme = !scheme.isEmpty && scheme.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2B || $0 == 0x2D }
        return isScheme ? (scheme.lowercased(), name[range.upperBound...]) : nil
    }
}
