internal import Connectors
internal import Scripting

/// Which lines of a project's scripts and modules its tests have run.
public final class CoverageRecord {
    /// A script's lines.
    public struct File: Sendable, Hashable {
        /// Relative to the project.
        public let name: String
        /// Absolute.
        public let path: String
        /// How often each line that can run has run.
        public let counts: [Int: Int]

        public var lines: Int { counts.count }
        public var covered: Int { counts.values.count { $0 > 0 } }
        /// Lines that have not run, with those that follow one another together.
        public var missed: [ClosedRange<Int>] {
            var ranges: [ClosedRange<Int>] = []
            let all = counts.keys.sorted()
            for (place, line) in all.enumerated() where counts[line] == 0 {
                if let last = ranges.last, place > 0, last.upperBound == all[place - 1] { ranges[ranges.count - 1] = last.lowerBound...line } else { ranges.append(line...line) }
            }
            return ranges
        }
    }

    private var counts: [String: [Int: Int]] = [:]
    private var projects: Set<TestProject> = []

    /// Adds what an interpreter has counted.
    ///
    /// - Parameter paths: the files of the chunks, by their names. Those that stand nowhere in the project, or among its tests, do not count.
    func add(_ chunks: [String: [Int: Int]], of paths: [String: String], in project: TestProject) {
        projects.insert(project)
        for (name, lines) in chunks {
            guard let path = paths[name], LocalPath.contains(project.root, path), !LocalPath.contains(project.testFolder, path) else { continue }
            counts[path, default: [:]].merge(lines) { $0 + $1 }
        }
    }

    /// What has run, and the scripts in the folders `jobs` that have not.
    public func files() throws -> [File] {
        var paths = Set(counts.keys)
        for project in projects {
            let folder = project.root + "/jobs"
            guard LocalPath.isFolder(folder) else { continue }
            for file in try FileListing(path: folder, options: ListingOptions(isRecursive: true)).all() where file.path.hasSuffix(".lua") { paths.insert(file.path) }
        }
        var files: [File] = []
        for path in paths.sorted() {
            // A script that is no Lua has failed its tests, or has none.
            guard let source = try LocalFile.contents(of: path), let lines = try? ExecutableLines.of(source, name: path) else { continue }
            let own = counts[path] ?? [:]
            let project = projects.first { LocalPath.contains($0.root, path) }
            files.append(File(name: project?.name(of: path) ?? path, path: path, counts: Dictionary(uniqueKeysWithValues: lines.map { ($0, own[$0] ?? 0) })))
        }
        return files
    }

    /// The lines in the format of lcov's tracefiles.
    public static func lcov(_ files: [File]) -> String {
        files.map { file in
            let lines = file.counts.sorted { $0.key < $1.key }.map { "DA:\($0.key),\($0.value)\n" }.joined()
            return "TN:\nSF:\(file.path)\n\(lines)LF:\(file.lines)\nLH:\(file.covered)\nend_of_record\n"
        }.joined()
    }
}
