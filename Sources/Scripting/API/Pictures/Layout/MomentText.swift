internal import Columnar

/// Moments on axes. A moment is a number: days since 1970 for dates, microseconds for timestamps, both in UTC.
enum MomentText {
    static let day = 86_400_000_000.0

    /// The whole of a date, `2024-03-15`; outside the years that have four digits too.
    static func date(days: Double) -> String {
        guard abs(days) < 1e8 else { return NumberText.value(days) + " days" }
        let date = CivilDate(days: Int(days.rounded(.down)))
        return "\(year(date.year))-\(two(date.month))-\(two(date.day))"
    }

    /// `2024-03-15 13:45:10`, without the time at midnight.
    static func moment(microseconds: Double) -> String {
        guard abs(microseconds) < 1e8 * day else { return NumberText.value(microseconds) + " µs" }
        let days = (microseconds / day).rounded(.down)
        let rest = microseconds - days * day
        return rest < 1 ? date(days: days) : date(days: days) + " " + time(rest)
    }

    /// The label of a tick at a moment, as short as ticks `step` apart allow.
    static func tick(microseconds: Double, step: Double) -> String {
        guard abs(microseconds) < 1e8 * day else { return NumberText.value(microseconds) }
        let days = (microseconds / day).rounded(.down)
        let date = CivilDate(days: Int(days))
        if step >= 360 * day { return year(date.year) }
        if step >= 28 * day { return "\(year(date.year))-\(two(date.month))" }
        if step >= day { return "\(year(date.year))-\(two(date.month))-\(two(date.day))" }
        let rest = microseconds - days * day
        if rest < 1 { return "\(two(date.month))-\(two(date.day))" }
        let text = time(rest)
        return step >= 60_000_000 ? String(text.prefix(5)) : text
    }

    private static func time(_ microseconds: Double) -> String {
        let seconds = Int(microseconds / 1e6)
        let text = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        let fraction = Int(microseconds) % 1_000_000
        if fraction == 0 { return text }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return text + "." + digits
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func year(_ number: Int) -> String {
        guard number >= 0, number < 1000 else { return "\(number)" }
        let digits = String(number)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
