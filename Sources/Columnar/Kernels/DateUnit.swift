/// A unit of calendars and clocks.
public enum DateUnit: String, Sendable, Hashable, CaseIterable {
    case microsecond, millisecond, second, minute, hour, day, week, month, quarter, year

    /// The unit of a name, in any case, as `timestampadd` and its like take it.
    public init?(named name: String) {
        let lowered = name.lowercased()
        if let unit = DateUnit(rawValue: lowered) ?? (lowered.hasSuffix("s") ? DateUnit(rawValue: String(lowered.dropLast())) : nil) {
            self = unit
            return
        }
        switch lowered {
        case "dayofyear": self = .day
        default: return nil
        }
    }

    /// The unit of a name, in any case, as `date_trunc` takes it.
    public init?(truncating name: String) {
        switch name.lowercased() {
        case "year", "yyyy", "yy": self = .year
        case "quarter": self = .quarter
        case "month", "mon", "mm": self = .month
        case "week": self = .week
        case "day", "dd": self = .day
        case "hour": self = .hour
        case "minute": self = .minute
        case "second": self = .second
        case "millisecond": self = .millisecond
        case "microsecond": self = .microsecond
        default: return nil
        }
    }

    /// Months of the unit; 0 for one that is made of days or less.
    var months: Int {
        switch self {
        case .year: 12
        case .quarter: 3
        case .month: 1
        default: 0
        }
    }

    /// Microseconds of the unit; 0 for one that is made of months.
    var microseconds: Int64 {
        switch self {
        case .microsecond: 1
        case .millisecond: 1000
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        case .week: 604_800_000_000
        case .month, .quarter, .year: 0
        }
    }
}

extension CivilDate {
    /// The day so many months later, or the last of its month where that has no such day.
    @inline(__always)
    func adding(months: Int) -> CivilDate {
        let (year, month) = (self.year * 12 + self.month - 1 + months).flooredDivision(by: 12)
        return CivilDate(year: year, month: month + 1, day: min(day, CivilDate.dayCount(month: month + 1, year: year)))
    }

    /// The Monday of the day's week, in days since 1970-01-01.
    @inline(__always)
    static func monday(of days: Int) -> Int { days - (days + 3).flooredDivision(by: 7).remainder }

    /// Year and week of ISO 8601: weeks begin on Monday, and the first has the year's first Thursday.
    @inline(__always)
    static func week(of days: Int) -> (year: Int, week: Int) {
        let thursday = monday(of: days) + 3
        let year = CivilDate(days: thursday).year
        return (year, (thursday - CivilDate(year: year, month: 1, day: 1).days) / 7 + 1)
    }
}
