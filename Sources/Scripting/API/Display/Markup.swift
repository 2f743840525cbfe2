/// Text where it stands in HTML, SVG or XML.
public enum Markup {
    /// The text between tags or in quotes. Control characters that XML 1.0 cannot hold come as U+FFFD.
    ///
    /// - Parameter keepsLines: whether line ends and tabs stay what they are; as references they outlive an attribute.
    public static func escaped(_ text: String, keepsLines: Bool = true) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n" where !keepsLines: result += "&#10;"
            case "\t" where !keepsLines: result += "&#9;"
            case "\r" where !keepsLines: result += "&#13;"
            case "\n", "\t", "\r": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
