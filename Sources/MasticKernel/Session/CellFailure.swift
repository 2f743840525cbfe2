internal import Catalog
internal import Columnar
internal import Engine
internal import Scripting

/// An error as notebooks show it.
struct CellFailure: Error, Equatable {
    /// What kind of error it is: its code, where it has one.
    let name: String
    /// The message, without the place.
    let message: String
    /// What is shown: the place, the lines, what else is known.
    let traceback: [String]

    init(name: String, message: String, traceback: [String]? = nil) {
        (self.name, self.message, self.traceback) = (name, message, traceback ?? [Self.painted("error", .error) + ": " + message])
    }

    static let interrupted = CellFailure(name: "Interrupted", message: "interrupted")

    /// - Parameter query: what errors call the query whose error it is; nil for Lua.
    init(_ error: any Error, query: String? = nil) {
        var diagnostic = Diagnostic(error)
        if let query {
            (diagnostic.file, diagnostic.line, diagnostic.calls) = (query, diagnostic.markedLine, [])
        }
        let name = diagnostic.code == .interrupted ? Self.interrupted.name : diagnostic.code?.rawValue ?? "Error"
        let text = DiagnosticText(width: 120, paint: Self.painted).text(of: diagnostic)
        self.init(
            name: name, message: Diagnostic.escaped(diagnostic.message),
            traceback: text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init))
    }

    /// Notebooks draw the colours of terminals.
    private static func painted(_ text: String, _ part: DiagnosticText.Part) -> String {
        switch part {
        case .error, .mark: "\u{1b}[31m\(text)\u{1b}[0m"
        case .warning: "\u{1b}[33m\(text)\u{1b}[0m"
        case .info, .gutter, .label: "\u{1b}[34m\(text)\u{1b}[0m"
        case .message: "\u{1b}[1m\(text)\u{1b}[0m"
        case .code: "\u{1b}[2m\(text)\u{1b}[0m"
        }
    }

    var content: [String: JSONValue] {
        ["ename": .string(name), "evalue": .string(message), "traceback": .texts(traceback)]
    }
}
