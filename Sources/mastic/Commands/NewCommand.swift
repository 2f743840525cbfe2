internal import ArgumentParser
internal import Jobs

/// `mastic new`: a small project that runs at once.
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Makes a folder with a small project that runs at once.",
        discussion: """
            A job with data to try it on, tests, a project file, and settings for editors and CI. Nothing that is there is overwritten.

            Example:
              mastic new shop && cd shop && mastic test
            """,
        aliases: ["init"])

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The project's name; the folder's if not given.", valueName: "name"))
    var name: String?

    @Argument(help: "The folder to make.")
    var folder: String

    func run() throws {
        let scaffold = try ProjectScaffold(path: folder, name: name)
        try scaffold.write()
        if common.json { return StandardOutput.write(try JSONListing.text(["Folder": scaffold.folder, "Name": scaffold.name] as [String: String]) + "\n") }
        if common.quiet { return }
        let enter = folder == "." ? "" : "cd \(Self.quoted(folder)) && "
        StandardOutput.write("""
            made the project \(scaffold.name) in \(Complaint.escaped(folder))

              \(enter)mastic test
              mastic run jobs/sales.lua
              mastic apply

            """)
    }

    /// The name as a shell takes it.
    private static func quoted(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || (byte >= UInt8(ascii: "-") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
        }
        return isPlain && !name.isEmpty ? name : "'" + name.replacing("'", with: "'\\''") + "'"
    }
}
