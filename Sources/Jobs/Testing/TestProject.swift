internal import Columnar
internal import Connectors

/// A project as far as its tests go: the folder that paths in tests are relative to, and where fixtures and snapshots stand.
///
///     jobs/sales.lua               tests/sales_test.lua     tests of jobs, any *.lua at any depth
///                                  tests/fixtures/          files that tests read
///                                  tests/snapshots/         texts that tests compare with
public struct TestProject: Sendable, Hashable {
    /// Absolute.
    public let root: String
    var testFolder: String { root + "/tests" }
    var fixtureFolder: String { testFolder + "/fixtures" }
    var snapshotFolder: String { testFolder + "/snapshots" }

    /// A file of tests.
    public struct File: Sendable, Hashable {
        public let project: TestProject
        /// Absolute.
        public let path: String
        /// Relative to the project's folder, where it stands in it.
        public var name: String { project.name(of: path) }
    }

    /// What a path is called: relative to the project's folder where it stands in it.
    func name(of path: String) -> String {
        LocalPath.contains(root, path) && path != root ? LocalPath.components(path, below: root).joined(separator: "/") : path
    }

    /// The files of tests at paths that somebody gave: a file, a project's folder, or a folder in its `tests`. Sorted by their paths, each once.
    public static func files(at paths: [String]) throws -> [File] {
        var files = Set<File>()
        for path in paths {
            let place = LocalPath.absolute(path)
            guard LocalPath.exists(place) else {
                let names = (try? LocalPath.names(in: LocalPath.parent(of: place))) ?? []
                throw JobError(.invalidOption, "there is no file or folder '\(path)'\(Suggestion.hint(for: LocalPath.name(of: place), in: names))")
            }
            if LocalPath.isFolder(place) {
                let project = TestProject(root: root(of: place))
                let folder = LocalPath.isFolder(place + "/tests") ? place + "/tests" : place
                // Other folders hold other scripts, which are not to be run because somebody stands in the wrong place.
                guard LocalPath.contains(project.testFolder, folder) else { continue }
                for file in try scripts(in: folder, project) { files.insert(File(project: project, path: file)) }
            } else {
                guard place.hasSuffix(".lua") else { throw JobError(.invalidOption, "'\(path)' is no file of tests: those are called *.lua") }
                files.insert(File(project: TestProject(root: root(of: LocalPath.parent(of: place))), path: place))
            }
        }
        return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The folder above the nearest one that is called `tests`; else the folder itself.
    private static func root(of folder: String) -> String {
        if LocalPath.isFolder(folder + "/tests") { return folder }
        var next = folder
        while next != "/" {
            if LocalPath.name(of: next) == "tests" { return LocalPath.parent(of: next) }
            next = LocalPath.parent(of: next)
        }
        return folder
    }

    private static func scripts(in folder: String, _ project: TestProject) throws -> [String] {
        var found: [String] = []
        for name in try LocalPath.names(in: folder) where !name.hasPrefix(".") {
            let path = folder + "/" + name
            if LocalPath.isFolder(path) {
                if path != project.fixtureFolder, path != project.snapshotFolder { found += try scripts(in: path, project) }
            } else if name.hasSuffix(".lua") {
                found.append(path)
            }
        }
        return found
    }
}
