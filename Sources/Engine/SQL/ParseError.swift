/// SQL text that cannot be read, and the place.
public struct ParseError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, as a clause: `a value is missing`.
    public let message: String
    public let text: String
    /// Byte offset in `text`.
    public let position: Int

    public init(_ message: String, in text: String, at position: Int) { (self.message, self.text, self.position) = (message, text, position) }

    /// The message, the line, and a caret under the place.
    public var description: String {
        let bytes = Array(text.utf8)
        let place = min(max(position, 0), bytes.count)
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let line = String(decoding: bytes[start..<end], as: UTF8.self)
        let indent = String(decoding: bytes[start..<place], as: UTF8.self).map { $0 == "\t" ? "\t" : " " }.joined()
        return "\(message)\n    \(line)\n    \(indent)^"
    }
}
