public import Columnar

/// SQL text that cannot be read, and the place.
public struct ParseError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, as a clause: `a value is missing`.
    public let message: String
    public let text: String
    /// Byte offset in `text`.
    public let position: Int
    /// What the query says wrongly, where it could be read.
    public let cause: PlanError?

    public init(_ message: String, in text: String, at position: Int, cause: PlanError? = nil) {
        (self.message, self.text, self.position, self.cause) = (message, text, position, cause)
    }

    /// The message, the line, and a caret under the place.
    public var description: String {
        let (line, before) = lineOfPlace
        let indent = before.map { $0 == "\t" ? "\t" : " " }.joined()
        return "\(message)\n    \(line)\n    \(indent)^"
    }

    /// The line of the place, and what of it stands before the place.
    private var lineOfPlace: (line: String, before: String) {
        let bytes = Array(text.utf8)
        let place = min(max(position, 0), bytes.count)
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        return (String(decoding: bytes[start..<end], as: UTF8.self), String(decoding: bytes[start..<place], as: UTF8.self))
    }

    /// The line of the query with a caret below the place, for where the query's text is not to be seen; cut around the place.
    public var excerpt: String {
        let (line, before) = lineOfPlace
        let (all, skipped) = (Array(line.map { $0 == "\t" ? " " : $0 }), max(0, before.count - 60))
        let shown = (skipped > 0 ? "..." : "") + String(all[skipped..<min(all.count, skipped + 100)]) + (all.count > skipped + 100 ? "..." : "")
        return shown + "\n" + String(repeating: " ", count: before.count - skipped + (skipped > 0 ? 3 : 0)) + "^"
    }
}

extension ParseError: CodedError {
    public var errorCode: ErrorCode { cause?.errorCode ?? .sqlSyntax }
    public var subjects: [String] { cause?.subjects ?? [] }
    public var headline: String? { cause?.headline ?? message }
    public var notes: [ErrorNote] { cause?.notes ?? [] }
}
