internal import Columnar

/// When a clock's reading is one of a schedule's: minutes of the calendar, without a time zone.
///
/// `next` goes from field to field and never from minute to minute, so that it takes the same fraction of a microsecond for every quarter of an hour as for
/// every leap day.
struct CronExpression: Hashable, Sendable {
    /// The years that a schedule may name; it ends with the last.
    static let years = 1970...2199

    let minutes: CronSet
    let hours: CronSet
    let monthDays: MonthDays
    let months: CronSet
    let weekDays: WeekDays
    /// From 1970 on.
    let yearsSince1970: CronSet
    /// Whether one of the two day fields is enough (five-field cron with both restricted).
    let takesEitherDay: Bool
    /// Whether the hours are `*` or an open step (`*/2`, `0/6`): what is asked for is an interval, not a time of the day.
    let isInterval: Bool

    /// The first reading after `reading`; nil when there is none until the end of the years. Both are seconds since 1970-01-01T00:00:00 by the clock.
    func next(after reading: Int64) -> Int64? {
        let (day, second) = reading.dividedDown(by: 86_400)
        let date = CivilDate(days: Int(day))
        if contains(date) {
            let minuteOfDay = Int(second) / 60 + 1
            if hours.contains(minuteOfDay / 60), let minute = minutes.next(from: minuteOfDay % 60) { return CronExpression.reading(Int(day), minuteOfDay / 60, minute) }
            if let hour = hours.next(from: minuteOfDay / 60 + 1), let minute = minutes.next(from: 0) { return CronExpression.reading(Int(day), hour, minute) }
        }
        guard let next = nextDay(after: date), let hour = hours.next(from: 0), let minute = minutes.next(from: 0) else { return nil }
        return CronExpression.reading(next.days, hour, minute)
    }

    /// The first day behind a date that fits.
    func nextDay(after date: CivilDate) -> CivilDate? {
        var (year, month, day) = (date.year, date.month, date.day + 1)
        if year < CronExpression.years.lowerBound { (year, month, day) = (CronExpression.years.lowerBound, 1, 1) }
        while let offset = yearsSince1970.next(from: year - 1970) {
            if offset + 1970 > year { (year, month, day) = (offset + 1970, 1, 1) }
            while let next = months.next(from: month) {
                if next > month { (month, day) = (next, 1) }
                let left = days(ofMonth: month, year: year) & (.max << UInt64(day))
                if left != 0 { return CivilDate(year: year, month: month, day: left.trailingZeroBitCount) }
                (month, day) = (month + 1, 1)
            }
            (year, month, day) = (year + 1, 1, 1)
        }
        return nil
    }

    private func contains(_ date: CivilDate) -> Bool {
        yearsSince1970.contains(date.year - 1970) && months.contains(date.month) && days(ofMonth: date.month, year: date.year) >> UInt64(date.day) & 1 == 1
    }

    /// The days of a month that fit, a bit each from bit 1 on.
    private func days(ofMonth month: Int, year: Int) -> UInt64 {
        let count = CivilDate.dayCount(month: month, year: year)
        let first = (CivilDate(year: year, month: month, day: 1).days + 4).dividedDown(by: 7).remainder
        let byMonth = monthDays.mask(count: count, first: first)
        let byWeek = weekDays.mask(count: count, first: first)
        return (takesEitherDay ? byMonth | byWeek : byMonth & byWeek) & (((1 << UInt64(count)) - 1) << 1)
    }

    private static func reading(_ day: Int, _ hour: Int, _ minute: Int) -> Int64 { Int64(day) * 86_400 + Int64(hour * 3600 + minute * 60) }
}
