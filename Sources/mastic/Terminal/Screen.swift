internal import Glibc
internal import Scripting

/// What standard output is shown on.
package enum Screen {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) != 0 }

    /// Columns of the terminal; nil where there is none, and nothing needs to fit.
    static var width: Int? { width(STDOUT_FILENO) }

    /// Columns of the terminal that a descriptor leads to.
    static func width(_ descriptor: Int32) -> Int? {
        guard isatty(descriptor) != 0 else { return nil }
        if let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), columns >= 20 { return columns }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 else { return 80 }
        return Int(size.ws_col)
    }

    /// Columns of the terminal that standard error goes to.
    static var errorWidth: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 10 else { return 80 }
        return Int(size.ws_col)
    }

    /// The terminal's kind; empty where nobody says.
    static var term: String { getenv("TERM").map { String(cString: $0) } ?? "" }

    /// What pictures and tables are drawn for.
    static var shape: ScreenShape {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row >= 4
        var width = self.width ?? 80
        // A terminal that is narrower than anything was meant for is still this narrow.
        if isTerminal, isKnown, getenv("COLUMNS") == nil, size.ws_col >= 4 { width = Int(size.ws_col) }
        return ScreenShape(width: width, height: isKnown ? Int(size.ws_row) : 24, hasColours: hasColours)
    }

    /// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set.
    static var hasColours: Bool { hasColours(STDOUT_FILENO) }

    /// Whether colours are wanted on what a descriptor leads to.
    static func hasColours(_ descriptor: Int32) -> Bool {
        guard isatty(descriptor) != 0 else { return false }
        if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
        if let term = getenv("TERM"), String(cString: term) == "dumb" { return false }
        return true
    }

    package enum Style: String {
        case red = "31", green = "32", yellow = "33", blue = "34", faint = "2", bold = "1"
    }

    static func paint(_ text: String, _ style: Style?, if hasColours: Bool = Screen.hasColours) -> String {
        guard let style, hasColours, !text.isEmpty else { return text }
        return "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m"
    }

    /// A text cut to a width, with … where something is missing.
    static func cut(_ text: String, to width: Int) -> String { text.count <= width ? text : width < 1 ? "" : String(text.prefix(width - 1)) + "…" }

    /// A text in lines of a width, broken at blanks; a word that is longer stands alone.
    static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(word)
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [line]
    }

    /// A time for people: local, to the second.
    static func time(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite, abs(seconds) < 1e11 else { return "" }
        var moment = time_t(seconds)
        var parts = tm()
        guard localtime_r(&moment, &parts) != nil else { return "" }
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
