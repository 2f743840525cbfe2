public import Scripting

/// The commands of a session at a terminal, which begin with a dot.
public struct SessionCommand: Sendable {
    /// What its argument is, for completion.
    public enum Argument: Sendable { case none, database, frame, expression, path, switches }

    public let name: String
    /// The arguments as `.help` writes them.
    public let arguments: String
    public let summary: String
    public let argument: Argument

    public static let all: [SessionCommand] = [
        SessionCommand(name: "help", arguments: "", summary: "lists these commands; help(Filter) tells of a function", argument: .none),
        SessionCommand(name: "tables", arguments: "[DB]", summary: "the catalog's tables, or those of a database", argument: .database),
        SessionCommand(name: "schema", arguments: "NAME", summary: "the columns of a frame, a table or database.table", argument: .frame),
        SessionCommand(name: "sql", arguments: "[QUERY]", summary: "reads SQL from now on; with a query, runs that alone", argument: .expression),
        SessionCommand(name: "lua", arguments: "", summary: "reads Lua again", argument: .none),
        SessionCommand(name: "explain", arguments: "EXPR", summary: "the plan of a frame or a query", argument: .expression),
        SessionCommand(name: "profile", arguments: "EXPR", summary: "computes a frame or a query and says where the time went", argument: .expression),
        SessionCommand(name: "timing", arguments: "on|off", summary: "says how long each line took", argument: .switches),
        SessionCommand(name: "open", arguments: "PATH", summary: "opens a data file as a frame, or the folder of a catalog as home", argument: .path),
        SessionCommand(name: "read", arguments: "SCRIPT", summary: "runs a script in this session; its globals stay", argument: .path),
        SessionCommand(name: "history", arguments: "[N]", summary: "the last entries, 50 or as many as said", argument: .none),
        SessionCommand(name: "pager", arguments: "on|off", summary: "whether long results are shown page by page", argument: .switches),
        SessionCommand(name: "clear", arguments: "", summary: "clears the screen", argument: .none),
        SessionCommand(name: "quit", arguments: "", summary: "ends the session, as Ctrl-D does", argument: .none),
    ]

    /// The command of a name, or of another one that people expect.
    public static func named(_ name: String) -> SessionCommand? {
        let others = ["exit": "quit", "q": "quit", "h": "help", "timer": "timing"]
        return all.first { $0.name == others[name] ?? name }
    }

    /// The list of the commands.
    public static func help(_ screen: ScreenShape) -> String {
        let widest = all.map { $0.name.count + $0.arguments.count + 2 }.max() ?? 0
        let text = all.map { command in
            let head = "." + command.name + (command.arguments.isEmpty ? "" : " " + command.arguments)
            return TerminalText.cut(TerminalText.padded(head, to: widest) + "  " + command.summary, to: max(screen.width, widest + 12)) + "\n"
        }.joined()
        let more = """
            Tab completes names, arguments, tables, columns and files. Ctrl-R searches the history, Ctrl-C drops the line or stops what runs, Ctrl-D ends. A line that is not \
            complete goes on; Alt-Return begins one in any case. _ is the last value, ?name tells of a name. A query of SQL runs as it is.
            """
        return text + "\n" + TerminalText.wrapped(more, to: max(40, screen.width)).joined(separator: "\n") + "\n"
    }
}

/// Words of Lua that no variable may have.
public enum LuaWords {
    public static func isKeyword(_ word: String) -> Bool { LuaTokens.keywords.contains(word) }
}
