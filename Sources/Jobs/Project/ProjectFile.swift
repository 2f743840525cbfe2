internal import Catalog
internal import Columnar
public import Connectors
internal import Glibc
public import Scripting

/// A project file: Lua code that declares jobs, triggers, crawlers and workflows.
///
///     job{ name = "load_sales", script = "jobs/load_sales.lua", timeout = "2h" }
///     trigger{ name = "nightly", schedule = "cron(0 2 * * ? *)", start = "load_sales" }
///
/// The code runs in a sandbox: no files, no clock, no modules; `env(name, default)` reads the environment. It runs twice the same if the environment
/// is the same, so applying it twice changes nothing.
public struct ProjectFile: Sendable {
    /// As it was named.
    public let name: String
    /// What the definitions remember of where they came from: the file's absolute path, or the name that `project` gives.
    public let project: String
    public let definitions: DefinitionSet
    /// What is allowed, and probably not meant.
    public let warnings: [String]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: relative to the working directory; its folder is where the paths of its definitions begin.
    ///   - existing: what the catalog has; jobs of it may be named too.
    ///   - prunes: whether what the project no longer declares is going to be removed, and so may not be named.
    /// - Throws: `ProjectError` with everything that is wrong, `ScriptError` for code that fails, `JobError.notFound` for a file that is not there.
    public init(
        path: String, existing: DefinitionSet, prunes: Bool = false, environment: [String: String] = Home.processEnvironment, control: RunControl = RunControl()
    ) throws {
        let absolute = LocalPath.absolute(path)
        guard !LocalPath.isFolder(absolute) else {
            throw JobError(.notFound, "'\(path)' is a folder; the project file in it would be '\(path.hasSuffix("/") ? path : path + "/")project.lua'")
        }
        guard let source = try LocalFile.contents(of: absolute) else { throw JobError(.notFound, "there is no project file '\(path)'") }
        if source.prefix(4096).contains(0) { throw JobError(.notFound, "'\(path)' is no project file: it holds binary data") }
        let reading = ProjectReading(file: path, source: source, folder: LocalPath.parent(of: absolute))
        let evaluation = ProjectEvaluation(environment: environment, control: control)
        try evaluation.run(source, name: path)
        let project = evaluation.projectName ?? absolute
        let declarations = ProjectDeclarations(evaluation.declarations, reading, project: project, existing: existing, prunes: prunes)
        try reading.finish()
        (name, self.project, definitions, warnings) = (path, project, declarations.definitions, declarations.warnings)
    }
}

/// The run of a project file's code, and what it declared.
private final class ProjectEvaluation {
    private(set) var declarations: [ProjectDeclarations.Raw] = []
    private(set) var projectName: String?
    private let state: LuaState

    init(environment: [String: String], control: RunControl) {
        let options = LuaState.Options(memoryLimit: 256 << 20, instructionLimit: 500_000_000, sandbox: true) { bytes in
            // Standard output is the plan's.
            DescriptorOutput.write(bytes, to: STDERR_FILENO)
        }
        state = LuaState(options, control: control)
        for word in DefinitionWord.allCases {
            state.register(word.rawValue) { [unowned self] call in
                guard call.arguments.count == 1, let table = call[0].table else {
                    throw JobError(.projectFile, "\(word.rawValue) takes one table: \(word.rawValue){ name = \"...\", ... }")
                }
                self.declarations.append(ProjectDeclarations.Raw(word: word, table: table, line: call.line ?? 1))
                // The name, so that other declarations can use what this returns.
                return [table["name"].text == nil && !table["Name"].isNil ? table["Name"] : table["name"]]
            }
        }
        state.register("project") { [unowned self] call in
            guard call.arguments.count == 1, let name = call[0].text ?? call[0].table?["name"].text, !name.isEmpty, name.utf8.count <= 255,
                !name.unicodeScalars.contains(where: { $0.value < 0x20 })
            else { throw JobError(.projectFile, "project takes the project's name: project \"sales\"") }
            if let projectName = self.projectName { throw JobError(.projectFile, "the project has its name already: '\(projectName)'") }
            self.projectName = name
            return []
        }
        state.register("env") { call in
            guard let name = call[0].text, !name.isEmpty, call.arguments.count <= 2 else {
                throw JobError(.projectFile, "env takes the name of a variable and what to use where it is not set: env(\"TARGET\", \"out/\")")
            }
            if let value = environment[name] { return [.string(value)] }
            guard call.arguments.count == 2 else {
                throw JobError(
                    .projectFile,
                    "the environment variable \(name) is not set\(Suggestion.hint(for: name, in: environment.keys.sorted())); env(\"\(name)\", default) would do without it")
            }
            return [call[1]]
        }
    }

    func run(_ source: [UInt8], name: String) throws { try state.run(source, name: name) }
}
