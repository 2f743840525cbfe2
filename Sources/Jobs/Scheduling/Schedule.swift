internal import Columnar

/// When something is to run: an expression and a time zone.
///
///     let nightly = try Schedule(expression: "cron(0 2 * * ? *)", zone: "Europe/Berlin")
///     nightly.next(after: 1_774_656_000)      // 2026-03-28T02:00:00+01:00 -> 1_774_746_000, 03:00 summer time: the clock has no 02:00 that night
///
/// Expressions are
/// - Glue's `cron(Minutes Hours Day-of-month Month Day-of-week Year)`, with `? * , - / L W #` as Quartz has them and the years 1970 to 2199;
/// - cron's five fields, with `cron(...)` around them or without, which `notes` says;
/// - `rate(5 minutes)`, counted from `anchor` on.
///
/// Glue refuses what comes more often than every five minutes; here every minute may be one.
///
/// Where a clock is changed, a time of the day comes once: one that the clock skips at the first moment after the gap, one that it shows twice at the first of
/// the two. A schedule whose hours are `*` or an open step (`*/2`, `0/6`) asks for an interval and follows the time that passes: it comes whenever the clock
/// shows one of its readings, so every quarter of an hour is also every quarter of the hour that the clock shows twice.
///
/// Moments are seconds since 1970-01-01T00:00:00Z.
public struct Schedule: Sendable, Hashable, CustomStringConvertible {
    /// The expression as it was given.
    public let expression: String
    /// The zone as it was given: a name of the tz database (`Europe/Berlin`), `UTC`, or an offset (`+02:00`).
    public let zone: String
    /// Sentences about how the expression was understood, where that may not be what was meant.
    public let notes: [String]
    /// The moment that a rate counts from, such as that of its activation: its first time is one interval later. Other expressions have no use for it.
    public var anchor: Int64

    private let times: ScheduleReader.Times
    private let clock: ScheduleClock

    /// - Throws: `ScheduleError`, which says what is wrong and where.
    public init(expression: String, zone: String = "UTC", anchor: Int64 = 0) throws(ScheduleError) {
        var reader = ScheduleReader(expression)
        times = try reader.read()
        notes = reader.notes
        clock = try ScheduleClock(zone: zone)
        (self.expression, self.zone, self.anchor) = (expression, zone, anchor)
    }

    /// The first time after `moment`; nil when there is none until the end of 2199.
    public func next(after moment: Int64) -> Int64? {
        guard moment < Schedule.end else { return nil }
        // All that comes is after the first of the years, wherever the clock is.
        let moment = max(moment, Schedule.start)
        switch times {
        case .cron(let cron): return cron.isInterval ? clock.next(cron, whileTimePassesAfter: moment) : clock.next(cron, after: moment)
        case .rate(let rate):
            let next = rate.next(after: moment, anchor: min(max(anchor, Schedule.start), Schedule.end))
            return next < Schedule.end - 2 * 86_400 ? next : nil
        }
    }

    /// The times after `start` up to and with `end`, found one by one as they are asked for.
    public func times(after start: Int64, until end: Int64) -> ScheduleTimes { ScheduleTimes(schedule: self, last: start, end: end) }

    /// At most `count` times after `moment`.
    public func next(after moment: Int64, count: Int) -> [Int64] { Array(times(after: moment, until: .max).prefix(max(0, count))) }

    public var description: String { "\(expression) \(zone)" }

    /// Two days before the first of the years and two behind the last, past which no zone's clock shows one of them.
    private static let start = Int64(CivilDate(year: CronExpression.years.lowerBound, month: 1, day: 1).days - 2) * 86_400
    private static let end = Int64(CivilDate(year: CronExpression.years.upperBound + 1, month: 1, day: 1).days + 2) * 86_400

    public static func == (a: Schedule, b: Schedule) -> Bool { a.expression == b.expression && a.zone == b.zone && a.anchor == b.anchor }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(expression)
        hasher.combine(zone)
        hasher.combine(anchor)
    }
}

/// The times of a schedule in a span of time.
public struct ScheduleTimes: Sequence, IteratorProtocol, Sendable {
    let schedule: Schedule
    var last: Int64
    let end: Int64

    public mutating func next() -> Int64? {
        guard let next = schedule.next(after: last), next <= end else { return nil }
        last = next
        return next
    }
}

// MARK: Text

extension Schedule {
    /// A moment as the schedule's clock shows it, in ISO 8601: `2026-03-29T03:00:00+02:00`, in UTC `2026-01-31T02:00:00Z`.
    public func text(of moment: Int64) -> String { clock.text(of: moment) }

    /// The moment of a text in ISO 8601 (`2026-01-30T23:59:00`, `2026-01-30`); one without an offset is read by the schedule's clock, fractions of a second are cut off. Nil for
    /// other texts.
    public func moment(of text: String) -> Int64? { clock.moment(of: text) }
}
