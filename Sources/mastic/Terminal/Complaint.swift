internal import Glibc
internal import Scripting

/// Errors as a person reads them, on standard error.
enum Complaint {
    static func print(_ error: any Error) {
        var text = "error: \(error)"
        if let script = error as? ScriptError {
            // The place of one line needs no list of calls; the way through several functions does.
            let calls = script.traceback.split(separator: "\n").dropFirst()
            if calls.count > 1 { text += "\nstack traceback:\n" + calls.joined(separator: "\n") }
        }
        StandardOutput.writeError(escaped(text) + "\n")
    }

    /// Control characters would let data write to the terminal as it likes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}":
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
