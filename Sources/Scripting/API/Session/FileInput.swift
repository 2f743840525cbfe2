internal import Columnar
internal import Connectors
internal import Engine

/// The files that paths of a reader stand for, and what their folders' names say: `year=2024/month=01`.
struct FileInput: Sendable {
    let name: String
    let files: [InputFile]
    /// The columns that the folders give, in their order, in the types that their values have.
    let keys: [Field]

    /// - Parameters:
    ///   - isRecursive: whether every file below counts; folders' names then say nothing.
    ///   - basePath: the folder below which names of folders count; the path itself if nil.
    init(
        _ paths: [String], _ environment: ScriptEnvironment, isRecursive: Bool, filter: Glob?, basePath: String?, _ place: String
    ) throws {
        let job = environment.job
        var entries: [(entry: FileEntry, values: [(key: String, value: String?)])] = []
        let base = try basePath.map { try environment.locate($0) }
        for path in paths {
            let pattern = PathPattern(path)
            let location = try environment.locate(pattern.root)
            guard try job.exists(location) else { throw APIError("\(place): Path does not exist: \(location.url)", .fileNotFound) }
            let found = try job.files(at: location, options: ListingOptions(isRecursive: true)).all()
            var matched = false
            for entry in found {
                let below = entry.path == location.path ? [] : LocalPath.components(entry.path, below: location.path)
                guard let rest = try pattern.rest(of: below) else { continue }
                matched = true
                if let filter, !filter.matches(entry.name) { continue }
                let folders = rest.dropLast()
                let values = folders.compactMap { HivePath.parse($0) }
                if !isRecursive, values.count < folders.count { continue }
                if isRecursive {
                    entries.append((entry, []))
                } else if let base {
                    entries.append((entry, HivePath.partitions(of: entry.path, below: base.path)))
                } else {
                    entries.append((entry, values))
                }
            }
            if !matched, !pattern.steps.isEmpty { throw APIError("\(place): Path does not exist: no file matches '\(path)'", .fileNotFound) }
        }
        var seen = Set<String>()
        entries = entries.filter { seen.insert($0.entry.path).inserted }

        var names: [String] = []
        for entry in entries { for (key, _) in entry.values where !names.contains(key) { names.append(key) } }
        if let odd = entries.first(where: { $0.values.map(\.key) != names }), !names.isEmpty {
            let levels = odd.values.isEmpty ? "no" : odd.values.map(\.key).joined(separator: ", ")
            throw APIError(
                "\(place): the folders do not agree on the partition columns: some have \(names.joined(separator: ", ")), and the folder of \(odd.entry.path) has \(levels); "
                    + "read them one by one, or with recursiveFileLookup = true")
        }
        let infers = environment.spark.conf.isTrue("spark.sql.sources.partitionColumnTypeInference.enabled")
        keys = names.enumerated().map { index, name in Field(name, infers ? Self.type(of: entries.compactMap { $0.values[index].value }) : .string) }
        files = entries.map { InputFile(path: $0.entry.storedPath, size: Int($0.entry.size), modified: $0.entry.modified, partition: $0.values.map(\.value)) }
        self.name = paths.count == 1 ? paths[0] : paths.joined(separator: ", ")
    }

    /// The narrowest type that all values of a partition column have (Spark's `PartitioningUtils.inferPartitionColumnValue`).
    static func type(of values: [String]) -> DataType {
        var type: DataType?
        for value in Set(values) {
            let own = self.type(of: value)
            guard let known = type else {
                type = own
                continue
            }
            if known == own { continue }
            let order: [DataType] = [.int, .long, .double]
            if let a = order.firstIndex(of: known), let b = order.firstIndex(of: own) {
                type = order[max(a, b)]
            } else if [known, own].allSatisfy({ $0 == .date || $0 == .timestamp }) {
                type = .timestamp
            } else {
                return .string
            }
        }
        return type ?? .string
    }

    private static func type(of value: String) -> DataType {
        if Int32(value) != nil { return .int }
        if Int64(value) != nil { return .long }
        let isNumber = value.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) } && value.utf8.contains { (0x30...0x39).contains($0) }
        if isNumber, Double(value) != nil { return .double }
        let column = Column(.string, values: [.string(value)])
        let bytes = Array(value.utf8)
        if bytes.count == 10, bytes[4] == UInt8(ascii: "-"), column.cast(to: .date).nullCount == 0 { return .date }
        if bytes.count >= 19, bytes[4] == UInt8(ascii: "-"), column.cast(to: .timestamp).nullCount == 0 { return .timestamp }
        return .string
    }
}

/// A path that may have patterns in its steps: `data/*/2024-0[1-3].csv`.
private struct PathPattern {
    /// The longest beginning without patterns.
    let root: String
    /// Patterns of the steps below.
    let steps: [String]

    init(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let special = Set("*?[{")
        guard let first = parts.firstIndex(where: { part in part.contains { special.contains($0) } }) else {
            (root, steps) = (path, [])
            return
        }
        let before = parts[..<first].joined(separator: "/")
        root = before.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : before
        steps = parts[first...].filter { !$0.isEmpty }
    }

    /// The steps of a path below the root that stand behind those that the patterns match; nil where they do not match.
    ///
    /// The last step is the file; where a pattern matches the file itself it is all that is left.
    func rest(of components: [String]) throws -> [String]? {
        if steps.isEmpty { return components }
        guard components.count >= steps.count else { return nil }
        for (step, component) in zip(steps, components) where !(try Glob(step).matches(component)) { return nil }
        let rest = Array(components[steps.count...])
        return rest.isEmpty ? [components[components.count - 1]] : rest
    }
}
