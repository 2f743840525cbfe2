internal import Columnar

/// What a day-of-month field asks of a day.
enum MonthDays: Hashable, Sendable {
    /// `*` and `?`: nothing.
    case any
    /// One of these, bit 1 being the first of the month.
    case days(UInt64)
    /// `L`, `L-3`: so many days before the month's last.
    case last(before: Int)
    /// `15W`: the day from Monday to Friday that is nearest to this one in its month.
    case weekday(near: Int)
    /// `LW`, `L-3W`: that nearest to so many days before the last.
    case weekdayNearLast(before: Int)

    /// The days of a month that do, a bit each from bit 1 on; bits past the month's end mean nothing.
    ///
    /// - Parameters:
    ///   - count: how many days the month has.
    ///   - first: the weekday of its first, 0 being Sunday.
    func mask(count: Int, first: Int) -> UInt64 {
        switch self {
        case .any: return .max
        case .days(let days): return days
        case .last(let before): return before < count ? 1 << UInt64(count - before) : 0
        case .weekday(let day): return MonthDays.weekday(near: day, count: count, first: first)
        case .weekdayNearLast(let before): return MonthDays.weekday(near: count - before, count: count, first: first)
        }
    }

    /// A Saturday gives way to the Friday before and a Sunday to the Monday after, unless that is in another month.
    private static func weekday(near day: Int, count: Int, first: Int) -> UInt64 {
        guard day >= 1, day <= count else { return 0 }
        switch (first + day - 1) % 7 {
        case 6: return 1 << UInt64(day == 1 ? 3 : day - 1)
        case 0: return 1 << UInt64(day == count ? day - 2 : day + 1)
        default: return 1 << UInt64(day)
        }
    }
}

/// What a day-of-week field asks of a day; weekdays count from 0, which is Sunday.
enum WeekDays: Hashable, Sendable {
    /// `*` and `?`: nothing.
    case any
    /// One of these, bit 0 being Sunday.
    case weekdays(UInt64)
    /// `6L`: the month's last such day.
    case last(Int)
    /// `6#2`: the second such day of the month.
    case nth(Int, Int)

    /// As `MonthDays.mask`.
    func mask(count: Int, first: Int) -> UInt64 {
        switch self {
        case .any: return .max
        case .weekdays(let week):
            // Turned so that bit 0 is the weekday of the first, then written out week after week.
            let turned = (week >> UInt64(first) | week << UInt64(7 - first)) & 0x7f
            return (turned | turned << 7 | turned << 14 | turned << 21 | turned << 28) << 1
        case .last(let weekday): return 1 << UInt64(count - (first + count - 1 - weekday + 7) % 7)
        case .nth(let weekday, let nth):
            let day = 1 + (weekday - first + 7) % 7 + (nth - 1) * 7
            return day <= count ? 1 << UInt64(day) : 0
        }
    }
}

extension BinaryInteger {
    /// The quotient rounded down, and the remainder, which is not negative; `divisor` is positive.
    func dividedDown(by divisor: Self) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
