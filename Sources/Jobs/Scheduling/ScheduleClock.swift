internal import Columnar

/// The clock on the wall of a time zone, and what a schedule does when it is changed.
struct ScheduleClock: Sendable {
    private let rules: TimeZoneRules

    /// - Throws: `ScheduleError` with the nearest name.
    init(zone: String) throws(ScheduleError) {
        guard let rules = try? TimeZoneRules.named(zone) else { throw ScheduleClock.unknown(zone) }
        self.rules = rules
    }

    private static func unknown(_ zone: String) -> ScheduleError {
        // What there is to say when there is no database at all.
        if let error = missingDatabase(zone) { return ScheduleError(.zone, error.description) }
        let hint = TimeZoneRules.nearestName(to: String(zone.prefix(64))).map { "; did you mean '\($0)'?" } ?? "; a zone is a region such as 'Europe/Berlin', 'UTC', or an offset such as '+02:00'"
        return ScheduleError(.zone, "there is no time zone '\(zone.prefix(64))'\(hint)")
    }

    private static func missingDatabase(_ zone: String) -> TimeZoneError? {
        do throws(TimeZoneError) {
            _ = try TimeZoneRules.named(zone)
            return nil
        } catch { return error.hasDatabase ? nil : error }
    }

    // MARK: Times of the day

    /// The first time after `moment` where each reading comes once: a skipped one when the gap ends, one that is shown twice the first time.
    func next(_ cron: CronExpression, after moment: Int64) -> Int64? {
        var reading = moment + rules.offset(atUTC: moment)
        let before = rules.offset(atLocal: reading)
        // When the clock shows this for the second time, all it shows until it is past the hour has come before.
        let first = reading - before
        if first < moment, let change = rules.nextChange(after: first) { reading = change + before - 1 }
        while let next = cron.next(after: reading) {
            let time = self.moment(ofReading: next)
            if time > moment { return time }
            reading = next
        }
        return nil
    }

    /// When the clock shows something for the first time, or goes past it.
    private func moment(ofReading reading: Int64) -> Int64 {
        let moment = reading - rules.offset(atLocal: reading)
        let shown = moment + rules.offset(atUTC: moment)
        if shown == reading { return moment }
        return rules.nextChange(after: moment - (shown - reading)) ?? moment
    }

    // MARK: Intervals

    /// The first moment after `moment` at which the clock shows one of the readings, be it for the second time. A reading that the clock skips does not come.
    func next(_ cron: CronExpression, whileTimePassesAfter moment: Int64) -> Int64? {
        var offset = rules.offset(atUTC: moment)
        var change = rules.nextChange(after: moment)
        var reading = cron.next(after: moment + offset)
        while true {
            if let reading, reading - offset < change ?? .max { return reading - offset }
            // The clock is changed before it shows the reading.
            guard let at = change else { return nil }
            if reading == nil, at - moment > ScheduleClock.longestChange { return nil }
            let newOffset = rules.offset(atUTC: at)
            // A clock that is put back shows readings again that have been looked at; one put forward may go past the one that was found.
            if newOffset < offset || reading ?? .max < at + newOffset { reading = cron.next(after: at + newOffset - 1) }
            offset = newOffset
            change = rules.nextChange(after: at)
        }
    }

    /// More than any clock has been put back by, in seconds.
    private static let longestChange: Int64 = 2 * 86_400

    // MARK: Text

    func text(of moment: Int64) -> String {
        // Past what a calendar shows there is nothing to schedule.
        let moment = min(max(moment, -62_135_596_800 + 172_800), 253_402_300_799 - 172_800)
        let offset = rules.offset(atUTC: moment)
        let (day, second) = (moment + offset).dividedDown(by: 86_400)
        let date = CivilDate(days: Int(day))
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let year = String(repeating: "0", count: max(0, 4 - "\(date.year)".count)) + "\(date.year)"
        let clock = "\(year)-\(two(Int64(date.month)))-\(two(Int64(date.day)))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        if rules.isFixed, offset == 0 { return clock + "Z" }
        let size = abs(offset)
        let seconds = size % 60 == 0 ? "" : ":\(two(size % 60))"
        return "\(clock)\(offset < 0 ? "-" : "+")\(two(size / 3600)):\(two(size / 60 % 60))\(seconds)"
    }

    func moment(of text: String) -> Int64? {
        var text = text
        let microseconds = text.withUTF8 { DateParsing.timestamp(UnsafeRawBufferPointer($0)) }
        guard let microseconds else { return nil }
        let seconds = microseconds.dividedDown(by: 1_000_000).quotient
        // Behind the date, a sign or a letter other than the T begins a zone.
        let time = text.utf8.drop { $0 != UInt8(ascii: "T") && $0 != UInt8(ascii: " ") }.dropFirst()
        let hasZone = time.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || ($0 | 0x20) &- 0x61 < 26 }
        return hasZone ? seconds : seconds - rules.offset(atLocal: seconds)
    }
}
