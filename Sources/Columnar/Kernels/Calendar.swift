/// A day of the proleptic Gregorian calendar (ISO 8601): year 0 is the year before year 1.
///
/// Conversions count in eras of 400 years, which all have 146,097 days, and in years that begin in March, so that the leap day comes last
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
public struct CivilDate: Hashable, Sendable {
    public var year: Int
    /// 1...12
    public var month: Int
    /// 1...31
    public var day: Int

    public init(year: Int, month: Int, day: Int) { (self.year, self.month, self.day) = (year, month, day) }

    /// The day that is `days` after 1970-01-01.
    @inline(__always)
    public init(days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01; a day past the month's end counts on into the next month.
    @inline(__always)
    public var days: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    public static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// - Precondition: `month` is one of 1...12.
    public static func dayCount(month: Int, year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : 30 + (month + month >> 3) & 1
    }

    /// Whether the month has such a day.
    public var isValid: Bool { month >= 1 && month <= 12 && day >= 1 && day <= CivilDate.dayCount(month: month, year: year) }
}

/// A moment of a day in UTC.
public struct CivilTime: Hashable, Sendable {
    public var date: CivilDate
    public var hour, minute, second, microsecond: Int

    public static let microsecondsPerDay = 86_400_000_000

    /// The moment `microseconds` after 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) {
        let (days, rest) = Int(microseconds).flooredDivision(by: CivilTime.microsecondsPerDay)
        date = CivilDate(days: days)
        microsecond = rest % 1_000_000
        let seconds = rest / 1_000_000
        (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

extension FixedWidthInteger {
    /// The quotient rounded down, and the remainder of the divisor's sign.
    @inline(__always)
    func flooredDivision(by divisor: Self) -> (quotient: Self, remainder: Self) {
        let (q, r) = quotientAndRemainder(dividingBy: divisor)
        return r != 0 && (r < 0) != (divisor < 0) ? (q - 1, r + divisor) : (q, r)
    }
}

extension GrowingBuffer where T == UInt8 {
    /// Appends days since 1970-01-01 as `2024-02-29`. Years have four digits at least; those past 9999 a `+`, those before 0 a `-` (ISO 8601).
    public mutating func append(date days: Int32) { append(CivilDate(days: Int(days))) }

    private mutating func append(_ date: CivilDate) {
        if date.year < 0 { append(UInt8(ascii: "-")) } else if date.year > 9999 { append(UInt8(ascii: "+")) }
        append(UInt64(date.year.magnitude), width: 4)
        append(UInt8(ascii: "-"))
        appendTwoDigits(date.month)
        append(UInt8(ascii: "-"))
        appendTwoDigits(date.day)
    }

    @inline(__always)
    private mutating func appendTwoDigits(_ value: Int) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    /// How a timestamp is written, always in UTC, with a fraction only where there is one and without its trailing zeros.
    public enum TimestampStyle: Sendable {
        /// `2024-02-29 13:45:10.25`
        case sql
        /// `2024-02-29T13:45:10.25Z`
        case iso
    }

    /// Appends microseconds since 1970-01-01T00:00:00Z.
    public mutating func append(timestamp microseconds: Int64, style: TimestampStyle = .sql) {
        let time = CivilTime(microseconds: microseconds)
        append(time.date)
        append(style == .sql ? UInt8(ascii: " ") : UInt8(ascii: "T"))
        appendTwoDigits(time.hour)
        append(UInt8(ascii: ":"))
        appendTwoDigits(time.minute)
        append(UInt8(ascii: ":"))
        appendTwoDigits(time.second)
        if time.microsecond != 0 {
            var (fraction, width) = (time.microsecond, 6)
            while fraction % 10 == 0 {
                fraction /= 10
                width -= 1
            }
            append(UInt8(ascii: "."))
            append(UInt64(fraction), width: width)
        }
        if style == .iso { append(UInt8(ascii: "Z")) }
    }
}
