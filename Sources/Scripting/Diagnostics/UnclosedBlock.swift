/// What Lua says of a block or bracket without an end: `'end' expected (to close 'if' at line 3) near 'print'`, or without the part in parentheses where it was
/// opened in the same line.
struct UnclosedBlock {
    /// What should have come: `end`, `)`.
    let closer: String
    /// What wants it, and its line; nil where it is in the line of the message.
    private(set) var opener: (text: String, line: Int)?
    private let near: String?
    private let line: Int

    private static let closers: Set<String> = ["end", "until", ")", "}", "]"]

    init?(_ message: String, near: String?, line: Int) {
        guard message.hasPrefix("'"), let close = message.dropFirst().firstRange(of: "' expected") else { return nil }
        closer = String(message[message.index(after: message.startIndex)..<close.lowerBound])
        guard Self.closers.contains(closer) else { return nil }
        (self.near, self.line) = (near == "<eof>" || near?.isEmpty == true ? nil : near, line)
        if let start = message.firstRange(of: "(to close '"), let middle = message.firstRange(of: "' at line "), start.upperBound <= middle.lowerBound,
            let line = Int(message[middle.upperBound...].prefix { $0.isNumber })
        {
            opener = (String(message[start.upperBound..<middle.lowerBound]), line)
        }
    }

    /// The next step.
    func advice(in marks: SourceMarks) -> String {
        let place = near.map { " before '\($0)'" } ?? ""
        guard let opener else {
            // In one line it may as well be the sign between two values that is missing.
            guard let near, [")", "}", "]"].contains(closer) else { return "write the missing '\(closer)'\(place)" }
            return closer == "]" ? "write the missing ']' before '\(near)'" : "write a comma before '\(near)', or the missing '\(closer)'"
        }
        if closer == "end", let line = marks.hasElseIf(from: opener.line, to: line) {
            return "write elseif in line \(line): 'else if' opens a second block, which wants an 'end' of its own"
        }
        if closer == "end" || closer == "until" {
            return "write the missing '\(closer)' of the '\(opener.text)' in line \(opener.line)" + (near == nil ? ", or of a block inside it" : place)
        }
        let missing = "the missing '\(closer)' for the '\(opener.text)' in line \(opener.line)"
        // What is indented below the opener was meant to stand inside the brackets.
        if let near, marks.indentation(of: line) > marks.indentation(of: opener.line) { return "write a comma before '\(near)', or \(missing)" }
        return "write \(missing)\(place)"
    }
}
