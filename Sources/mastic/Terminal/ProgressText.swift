internal import Engine
internal import Logging

/// What is said of an action under way, as lines for a terminal or as one for a log.
struct ProgressText {
    /// One stage at a moment.
    struct Stage: Equatable {
        var label: String
        /// From 0 to 1; nil where the whole is not known.
        var share: Double?
        var rows = 0
        var bytes = 0
        var totalBytes = 0
        var files = 0
        var totalFiles = 0
        var isDone = false
    }

    var title: String
    /// Seconds since the action began.
    var elapsed: Double
    var stages: [Stage]
    /// The part of all input that is done; nil where its size is not known.
    var share: Double?
    var rows: Int
    var bytes: Int

    init(title: String, elapsed: Double, stages: [Stage], share: Double?, rows: Int, bytes: Int) {
        (self.title, self.elapsed, self.stages, self.share, self.rows, self.bytes) = (title, elapsed, stages, share, rows, bytes)
    }

    init(_ action: ActionProgress) {
        let all = action.stages
        let scans = all.filter { $0.kind == .scan }
        let total = scans.reduce(0) { $0 + $1.totalBytes }
        let done = scans.reduce(0) { $0 + min($1.bytes, $1.totalBytes) }
        self.init(
            title: action.title, elapsed: Double(action.elapsed) / 1e9,
            stages: all.filter { $0.hasBegun && ($0.kind == .scan || $0.rows > 0) }.map { stage in
                Stage(
                    label: stage.label, share: stage.kind == .scan || stage.isDone ? stage.share : nil, rows: stage.rows, bytes: stage.bytes, totalBytes: stage.totalBytes,
                    files: stage.files, totalFiles: stage.totalFiles, isDone: stage.isDone)
            },
            share: total > 0 ? Double(done) / Double(total) : scans.count == 1 ? scans[0].share : nil, rows: scans.reduce(0) { $0 + $1.rows }, bytes: scans.reduce(0) { $0 + $1.bytes })
    }

    /// Seconds that are left, where the speed so far says; nil at the beginning, and when the input is read and only what comes after it takes time.
    var secondsLeft: Double? {
        guard let share, share > 0.01, share < 0.985, elapsed > 0.5 else { return nil }
        return elapsed * (1 - share) / share
    }

    // MARK: A terminal

    /// At most so many stages are drawn; the last ones, where most is going on.
    private static let mostStages = 6

    /// The lines of a terminal; none is longer than its width.
    func lines(width: Int, hasColours: Bool) -> [String] {
        let width = max(10, width - 1)
        var head = [ProgressText.duration(elapsed)]
        if rows > 0 { head.append("\(ProgressText.short(Double(rows) / max(elapsed, 0.001))) rows/s") }
        if bytes > 0 { head.append("\(ProgressText.size(Double(bytes) / max(elapsed, 0.001)))/s") }
        if let secondsLeft { head.append("\(ProgressText.duration(secondsLeft)) left") }
        let figures = head.joined(separator: " · ")
        let name = Screen.cut(Complaint.escaped(title).replacing("\n", with: " "), to: max(0, width - figures.count - 2))
        var lines = [name.count > 3 ? Screen.paint(name, .bold, if: hasColours) + "  " + figures : Screen.cut(figures, to: width)]
        for stage in stages.suffix(Self.mostStages) { lines.append(line(of: stage, width: width, hasColours: hasColours)) }
        return lines
    }

    private func line(of stage: Stage, width: Int, hasColours: Bool) -> String {
        let barWidth = width >= 60 ? 20 : 10
        let bar: String
        if let share = stage.share {
            bar = ProgressText.bar(share, width: barWidth)
        } else {
            // What has no end in sight shows that it is moving.
            let place = Int(elapsed * 10) % (barWidth * 2 - 2)
            let at = place < barWidth ? place : barWidth * 2 - 2 - place
            bar = String(repeating: "·", count: at) + "━" + String(repeating: "·", count: barWidth - 1 - at)
        }
        var facts: [String] = []
        if let share = stage.share { facts.append("\(Int(share * 100)) %") }
        if stage.totalFiles > 1 { facts.append("\(ProgressText.grouped(min(stage.files, stage.totalFiles))) of \(ProgressText.grouped(stage.totalFiles)) files") }
        if stage.rows > 0 { facts.append("\(ProgressText.short(Double(stage.rows))) rows") }
        if stage.totalBytes > 0 { facts.append("\(ProgressText.size(Double(stage.totalBytes)))") }
        let labelWidth = max(6, min(28, width - barWidth - 4 - 14))
        let label = Screen.cut(Complaint.escaped(stage.label).replacing("\n", with: " "), to: labelWidth)
        let head = "  " + label + String(repeating: " ", count: labelWidth - label.count) + " "
        var text = ""
        for fact in facts where head.count + barWidth + 1 + text.count + fact.count + 2 <= width { text += (text.isEmpty ? " " : ", ") + fact }
        return head + Screen.paint(bar, stage.isDone ? .green : .blue, if: hasColours) + text
    }

    // MARK: A log

    /// One message with all figures as fields.
    func log(to log: Logger) {
        var fields: Logger.Metadata = ["seconds": "\(Int(elapsed))", "rows": "\(rows)", "rows_per_second": "\(Int(Double(rows) / max(elapsed, 0.001)))"]
        if bytes > 0 { fields["bytes"] = "\(bytes)" }
        if let share { fields["percent"] = "\(Int(share * 100))" }
        if let secondsLeft { fields["seconds_left"] = "\(Int(secondsLeft.rounded(.up)))" }
        log.notice("progress of \(Complaint.escaped(title).replacing("\n", with: " "))", metadata: fields)
    }

    // MARK: Words

    static func bar(_ share: Double, width: Int) -> String {
        let eighths = Int((min(1, max(0, share)) * Double(width * 8)).rounded(.down))
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let text = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return text + String(repeating: "░", count: max(0, width - text.count))
    }

    /// `7 s`, `2 min 05 s`, `1 h 02 min`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e9).rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
        return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
    }

    /// Three digits and a unit: `1.24M`.
    static func short(_ number: Double) -> String {
        for (unit, suffix) in [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")] where number >= unit * 0.9995 {
            return digits(number / (suffix == "k" ? 1e3 : unit)) + suffix
        }
        return grouped(Int(number))
    }

    /// Bytes: `12.3 MB`.
    static func size(_ bytes: Double) -> String {
        for (unit, suffix) in [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")] where bytes >= unit * 0.9995 { return digits(bytes / unit) + " " + suffix }
        return "\(Int(bytes)) B"
    }

    private static func digits(_ number: Double) -> String {
        let decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0
        let factor = [1.0, 10, 100][decimals]
        let whole = Int((number * factor).rounded())
        if decimals == 0 { return grouped(whole) }
        let fraction = String(whole % Int(factor))
        return "\(whole / Int(factor))." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var result = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }
}
