public import Catalog
internal import Glibc

/// The folder where Mastic keeps what it knows (`MASTIC_HOME`):
///
///     catalog.db   databases, tables, runs, bookmarks          config   settings, one `key = value` a line
///     runs/        locks and logs of runs                      s3/      buckets, where `s3 = "local"`
///     tmp/         spilled data of running operators
///
/// Nothing is created before it is needed.
public final class Home: Sendable {
    /// Absolute, without a slash at the end.
    public let path: String
    public let catalog: CatalogStore
    private let settings: [String: String]
    private let environment: [String: String]

    /// - Parameter path: absolute or relative to the working directory.
    /// - Throws: `StorageError` when the settings cannot be read.
    public init(path: String, environment: [String: String] = Home.processEnvironment) throws(StorageError) {
        self.path = LocalPath.absolute(path)
        self.environment = environment
        catalog = CatalogStore(path: self.path + "/catalog.db")
        settings = try Self.readSettings(self.path + "/config")
    }

    /// The home that a command uses: the one given (`--home`), else `MASTIC_HOME`, else the nearest `.mastic` in the working directory or above it,
    /// else `~/.mastic`.
    public static func resolve(
        option: String?, environment: [String: String] = Home.processEnvironment, workingDirectory: String = LocalPath.workingDirectory
    ) throws(StorageError) -> Home {
        if let option, !option.isEmpty { return try Home(path: option, environment: environment) }
        if let variable = environment["MASTIC_HOME"], !variable.isEmpty { return try Home(path: variable, environment: environment) }
        var folder = workingDirectory
        while true {
            let candidate = folder == "/" ? "/.mastic" : folder + "/.mastic"
            if LocalPath.isFolder(candidate) { return try Home(path: candidate, environment: environment) }
            if folder == "/" { break }
            folder = LocalPath.parent(of: folder)
        }
        guard let user = environment["HOME"], !user.isEmpty else {
            throw StorageError(
                .notFound, path: "~/.mastic", "there is no home folder: the variable HOME is not set; choose a folder with --home or MASTIC_HOME")
        }
        return try Home(path: user + "/.mastic", environment: environment)
    }

    /// The process's environment.
    public static var processEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }

    /// A folder in the home, created if need be: `runs`, `tmp`, `s3`.
    public func folder(_ name: String) throws(StorageError) -> String {
        let folder = path + "/" + name
        try LocalPath.createFolders(folder)
        return folder
    }

    /// A setting: the variable `MASTIC_<KEY>`, else the line `key = value` of the file `config` in the home.
    public func setting(_ key: String) -> String? { environment["MASTIC_" + key.uppercased()] ?? settings[key] }

    /// The settings file: `key = value` lines; values may stand in double quotes; `#` begins a comment line, or a comment behind
    /// a value in quotes.
    private static func readSettings(_ path: String) throws(StorageError) -> [String: String] {
        guard let text = try LocalPath.readSmallFile(path) else { return [:] }
        var settings: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimming
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw StorageError(.invalidPath, path: path, "\(path), line \(number + 1): a setting is written key = value, this is '\(line)'")
            }
            var value = line[line.index(after: equals)...].trimming
            // A comment may stand behind a value in quotes; without them a '#' is part of the value, as in passwords.
            if value.first == "\"", let end = value.dropFirst().firstIndex(of: "\""), value[value.index(after: end)...].trimming.hasPrefix("#") { value = value[...end] }
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            settings[String(line[..<equals].trimming)] = String(value)
        }
        return settings
    }
}

extension Substring {
    fileprivate var trimming: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return text
    }
}
