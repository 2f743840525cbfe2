/// Lets a text of several statements give the value of the expression that it ends with, as people of notebooks expect it.
public enum LastExpression {
    /// Texts that are longer are data, and are not looked through.
    private static let longest = 1 << 20
    /// How many lines an expression at the end may have.
    private static let mostLines = 200

    /// The text with its last expression given back; nil where it ends with something else. Lines stay where they are.
    ///
    /// - Parameter compiles: whether a text is Lua.
    public static func returned(_ text: [UInt8], compiles: ([UInt8]) -> Bool) -> [UInt8]? {
        guard text.count <= longest else { return nil }
        var isStatements: Bool?
        var end = text.count
        for _ in 0..<mostLines {
            guard end > 0 else { return nil }
            let start = text[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            defer { end = start - 1 }
            guard let first = text[start..<end].first(where: { $0 > 0x20 }), first != UInt8(ascii: ")"), first != UInt8(ascii: "}") else { continue }
            guard compiles(Array("return ".utf8) + text[start...]) else { continue }
            // `select` gives back what it gets, and leaves the call's own line to be seen in errors, which a call in return's place would not.
            var whole = Array(text[..<start])
            whole += Array("return select(1, ".utf8)
            whole += text[start...]
            whole += Array("\n)".utf8)
            guard compiles(whole) else { continue }
            // A bracket, a string or a sign goes on with the line above where it can.
            if [UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "-"), UInt8(ascii: "~")].contains(first) {
                let known = isStatements ?? compiles(text)
                isStatements = known
                if known { continue }
            }
            return whole
        }
        return nil
    }
}
