internal import ArgumentParser
internal import Columnar
internal import Connectors
internal import Jobs
internal import Scripting

struct AnnotationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotations", abstract: "Writes what editors need to complete and explain the script API.",
        discussion: """
            The annotations of LuaLS, the Lua language server, go into the folder .luals of a project, and .luarc.json tells it so where there is none yet. Files that were edited
            stay as they are; --force replaces them.

            Example:
              mastic annotations my_project
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The project's folder.")
    var folder = "."

    @Flag(help: "Replace files that were edited, too.")
    var force = false

    @Option(help: ArgumentHelp("Write the reference as Markdown into this folder instead.", valueName: "dir", visibility: .hidden))
    var markdown: String?

    @Flag(help: ArgumentHelp("Compare the reference with what scripts can call, and print what does not agree.", visibility: .hidden))
    var verify = false

    func run() throws {
        if verify {
            let problems = ReferenceCoverage(try ScriptRun(Session(common.sessionOptions), name: "-e", arguments: []).environment).problems
            for problem in problems { StandardOutput.write(problem + "\n") }
            if !problems.isEmpty { throw ExitStatus(1) }
            return
        }
        if let problem = Reference.shared.problem { throw problem }
        if let markdown {
            for page in Reference.shared.markdownPages { try EditorAnnotations.write(page.text, to: markdown + "/" + page.path) }
            return
        }
        guard LocalPath.isFolder(folder) else {
            throw ValidationError("there is no folder '\(folder)'; mastic annotations takes the folder of a project, such as .")
        }
        let outcomes = try EditorAnnotations.write(into: folder, replacing: force)
        for (path, outcome) in outcomes {
            switch outcome {
            case .written, .updated: StandardOutput.write("\(path)\n")
            case .unchanged: break
            case .keptAsEdited: complain("\(path) was edited and stays as it is; --force replaces it")
            case .keptAsForeign:
                complain("\(path) is there and stays as it is; it should say \"workspace.library\": [\"\(EditorAnnotations.folder)\"]")
            }
        }
    }

    private func complain(_ words: String) { if !common.quiet { StandardOutput.writeError(words + "\n") } }
}
