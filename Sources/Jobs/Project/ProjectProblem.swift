/// Something that is wrong in a project file, and where.
public struct ProjectProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// As the file was named.
    public let file: String
    /// 1-based.
    public let line: Int
    /// The line's text; nil where the file does not have it.
    public let sourceLine: String?
    public let message: String
    /// The characters of the line that the message is about; nil for the whole line.
    public var mark: Range<Int>?

    /// `file:line: message`, then the line itself, indented, and what it is about underlined.
    public var description: String {
        var text = "\(file):\(line): \(message)"
        if let sourceLine {
            let shown = sourceLine.drop { $0 == " " || $0 == "\t" }
            text += "\n    " + (shown.count > 200 ? shown.prefix(200) + "..." : shown)
            let indent = sourceLine.count - shown.count
            if let mark, mark.lowerBound >= indent, mark.upperBound <= indent + 200 {
                // A tab would move what stands behind it away from its mark.
                let before = shown.prefix(mark.lowerBound - indent).map { $0 == "\t" ? "\t" : " " }
                text += "\n    " + before.joined() + String(repeating: "^", count: max(1, mark.count))
            }
        }
        return text
    }
}

/// Everything that is wrong in a project file, in the order of its lines.
public struct ProjectError: Error, CustomStringConvertible {
    public let problems: [ProjectProblem]

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
