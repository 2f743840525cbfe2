internal import Engine
internal import Synchronization

/// Names as SQL and as texts that name columns want them written.
public enum QuotedNames {
    /// In SQL: in back-ticks where the name by itself would be read as something else.
    public static func inSQL(_ name: String) -> String { isPlain(name) ? name : quoted(name, "``") }

    /// In a text that names a column or a table: in back-ticks where a dot would lead into a struct or a database.
    public static func inPath(_ name: String) -> String { name.contains(".") && !name.contains("`") ? quoted(name, "`") : name }

    private static func quoted(_ name: String, _ tick: String) -> String { "`" + name.replacing("`", with: tick) + "`" }

    /// Whether the language reads the name as a column's. Its parser says so; words are asked once, and what no word of the language is, never.
    private static func isPlain(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.allSatisfy({ isLetter($0) || isDigit($0) }), !isDigit(first) else { return false }
        if bytes.count > 24 || bytes.contains(where: isDigit) { return true }
        let word = name.lowercased()
        if let known = words.withLock({ $0[word] }) { return known }
        let isName = field(try? Expression(parsing: word)) == [word]
        words.withLock { if $0.count < 10_000 { $0[word] = isName } }
        return isName
    }

    private static let words = Mutex<[String: Bool]>([:])

    private static func field(_ expression: Expression?) -> [String]? {
        switch expression {
        case .field(let path): path
        case .located(let inner, _): field(inner)
        default: nil
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_") }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
