/// Texts from data where they stand in a picture: one line, no control characters.
package enum LabelText {
    /// The text on one line: control characters and those that turn the direction of writing become `·`.
    package static func clean(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff: result += "·"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
