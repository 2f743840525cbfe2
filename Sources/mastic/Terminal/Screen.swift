internal import Glibc

/// What standard output is shown on.
enum Screen {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) != 0 }

    /// Columns of the terminal; nil where there is none, and nothing needs to fit.
    static var width: Int? {
        guard isTerminal else { return nil }
        if let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), columns >= 20 { return columns }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set.
    static var hasColours: Bool {
        guard isTerminal else { return false }
        if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
        if let term = getenv("TERM"), String(cString: term) == "dumb" { return false }
        return true
    }

    enum Style: String {
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
