/// Reckoning with dates and timestamps, all in UTC. Strings are cast first. Null where an operand is, and where a result is past what its type holds.
extension Operand {
    /// The date so many months later, or the last of its month where that has no such day. A `date`.
    public static func addMonths(_ date: Operand, _ months: Operand) -> Operand {
        let (days, count) = (RowValues<Int32>(date, as: .date), RowValues<Int32>(months, as: .int))
        defer { withExtendedLifetime((days, count)) {} }
        return computing(.date, Int32.self, from: [days.operand, count.operand]) { Int32(exactly: CivilDate(days: Int(days[$0])).adding(months: Int(count[$0])).days) }
    }

    /// The date or moment later by so many months, then days, then microseconds: a `date` where the value is one and `microseconds` is 0, else a `timestamp`.
    public static func addInterval(_ value: Operand, months: Int, days: Int, microseconds: Int64) -> Operand {
        if value.type == .date, microseconds == 0 {
            let dates = RowValues<Int32>(value, as: .date)
            defer { withExtendedLifetime(dates) {} }
            return computing(.date, Int32.self, from: [dates.operand]) { row in
                let moved = months == 0 ? Int(dates[row]) : CivilDate(days: Int(dates[row])).adding(months: months).days
                return Int32(exactly: moved + days)
            }
        }
        let moments = RowValues<Int64>(value, as: .timestamp)
        defer { withExtendedLifetime(moments) {} }
        return computing(.timestamp, Int64.self, from: [moments.operand]) { addInterval(moments[$0], months, days, microseconds) }
    }

    /// A moment later by so many months, days and microseconds; nil past the range of 64 bits.
    @inline(__always)
    static func addInterval(_ moment: Int64, _ months: Int, _ days: Int, _ microseconds: Int64) -> Int64? {
        let (day, rest) = Int(moment).flooredDivision(by: CivilTime.microsecondsPerDay)
        let moved = (months == 0 ? day : CivilDate(days: day).adding(months: months).days) + days
        let (whole, overflow) = Int64(moved).multipliedReportingOverflow(by: Int64(CivilTime.microsecondsPerDay))
        let (sum, overflow2) = whole.addingReportingOverflow(Int64(rest))
        let (result, overflow3) = sum.addingReportingOverflow(microseconds)
        return overflow || overflow2 || overflow3 ? nil : result
    }

    /// The moment later by so many units: `timestampadd`. A `timestamp`.
    public static func add(_ unit: DateUnit, _ count: Operand, to moment: Operand) -> Operand {
        let (moments, counts) = (RowValues<Int64>(moment, as: .timestamp), RowValues<Int64>(count, as: .long))
        defer { withExtendedLifetime((moments, counts)) {} }
        return computing(.timestamp, Int64.self, from: [moments.operand, counts.operand]) { row in
            let n = counts[row]
            if unit.months > 0 {
                guard n.magnitude < 1 << 32 else { return nil }
                return addInterval(moments[row], Int(n) * unit.months, 0, 0)
            }
            let (micros, overflow) = n.multipliedReportingOverflow(by: unit.microseconds)
            let (sum, overflow2) = moments[row].addingReportingOverflow(micros)
            return overflow || overflow2 ? nil : sum
        }
    }

    /// Whole units from `start` to `end`: `timestampdiff`. A `long`.
    public static func difference(_ unit: DateUnit, from start: Operand, to end: Operand) -> Operand {
        let (x, y) = (RowValues<Int64>(start, as: .timestamp), RowValues<Int64>(end, as: .timestamp))
        defer { withExtendedLifetime((x, y)) {} }
        return computing(.long, Int64.self, from: [x.operand, y.operand]) { row in
            if unit.months > 0 { return Int64(wholeMonths(from: x[row], to: y[row]) / unit.months) }
            let (difference, overflow) = y[row].subtractingReportingOverflow(x[row])
            return overflow ? nil : difference / unit.microseconds
        }
    }

    private static func wholeMonths(from a: Int64, to b: Int64) -> Int {
        let (first, restA) = Int(a).flooredDivision(by: CivilTime.microsecondsPerDay)
        let (second, restB) = Int(b).flooredDivision(by: CivilTime.microsecondsPerDay)
        let (x, y) = (CivilDate(days: first), CivilDate(days: second))
        let months = (y.year - x.year) * 12 + y.month - x.month
        // The day and time in one number, so that a part of a month is told.
        let (p, q) = (x.day * CivilTime.microsecondsPerDay + restA, y.day * CivilTime.microsecondsPerDay + restB)
        return months > 0 && q < p ? months - 1 : months < 0 && q > p ? months + 1 : months
    }

    /// Months between two moments, with the days between as 31sts: a whole number where both are the same day of their month, or both the last. A `double`, to 8 digits
    /// behind the point where `rounds`.
    public static func monthsBetween(_ a: Operand, _ b: Operand, rounds: Operand) -> Operand {
        let (x, y) = (RowValues<Int64>(a, as: .timestamp), RowValues<Int64>(b, as: .timestamp))
        let flags = rounds.cast(to: .boolean).map(\.flattened)
        let step = flags.isConstant ? 0 : 1
        let bits = flags.storage.bits
        defer { withExtendedLifetime((x, y, flags)) {} }
        return computing(.double, Double.self, from: [x.operand, y.operand, flags]) { row in
            let months = months(between: x[row], y[row])
            return bits[row * step] ? (months * 1e8).rounded(.toNearestOrAwayFromZero) / 1e8 : months
        }
    }

    private static func months(between a: Int64, _ b: Int64) -> Double {
        let (first, restA) = Int(a).flooredDivision(by: CivilTime.microsecondsPerDay)
        let (second, restB) = Int(b).flooredDivision(by: CivilTime.microsecondsPerDay)
        let (x, y) = (CivilDate(days: first), CivilDate(days: second))
        let months = Double((x.year - y.year) * 12 + x.month - y.month)
        func isLast(_ date: CivilDate) -> Bool { date.day == CivilDate.dayCount(month: date.month, year: date.year) }
        if x.day == y.day || (isLast(x) && isLast(y)) { return months }
        // Seconds only: what is below counts for nothing.
        let seconds = (x.day - y.day) * 86_400 + restA / 1_000_000 - restB / 1_000_000
        return months + Double(seconds) / Double(31 * 86_400)
    }

    /// The last day of the date's month.
    public static func lastDay(_ date: Operand) -> Operand {
        let days = RowValues<Int32>(date, as: .date)
        defer { withExtendedLifetime(days) {} }
        return computing(.date, Int32.self, from: [days.operand]) { row in
            var date = CivilDate(days: Int(days[row]))
            date.day = CivilDate.dayCount(month: date.month, year: date.year)
            return Int32(exactly: date.days)
        }
    }

    /// The first day behind the date that is a given day of the week (`Mo`, `Mon`, `Monday`, in any case); null for any other text.
    public static func nextDay(_ date: Operand, _ weekday: Operand) -> Operand {
        let (days, names) = (RowValues<Int32>(date, as: .date), RowValues<StringView>(weekday, as: .string))
        defer { withExtendedLifetime((days, names)) {} }
        return computing(.date, Int32.self, from: [days.operand, names.operand]) { row in
            guard let wanted = names[row].withBytes(weekdayNumber) else { return nil }
            let distance = (wanted - 1 - (Int(days[row]) + 3)).flooredDivision(by: 7).remainder
            return Int32(exactly: Int(days[row]) + 1 + (distance + 7) % 7)
        }
    }

    /// 0 for Monday.
    private static func weekdayNumber(_ text: UnsafeRawBufferPointer) -> Int? {
        guard (2...9).contains(text.count) else { return nil }
        for (i, name) in DatePattern.days.enumerated() {
            let full = name.utf8
            guard text.count <= 3 || text.count == full.count, text.count <= full.count else { continue }
            if zip(text, full).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) { return (i + 6) % 7 }
        }
        return nil
    }

    /// The date's year, quarter, month or week, as its first day; null for a unit that is none of these.
    public static func truncate(date: Operand, to unit: Operand) -> Operand {
        let (days, names) = (RowValues<Int32>(date, as: .date), RowValues<StringView>(unit, as: .string))
        defer { withExtendedLifetime((days, names)) {} }
        let units = Units(names)
        return computing(.date, Int32.self, from: [days.operand, names.operand]) { row in
            guard let unit = units[row], [.year, .quarter, .month, .week].contains(unit) else { return nil }
            return Int32(exactly: truncated(Int(days[row]), unit))
        }
    }

    /// The moment with everything below a unit taken away; null for a unit that is none.
    public static func truncate(moment: Operand, to unit: Operand) -> Operand {
        let (moments, names) = (RowValues<Int64>(moment, as: .timestamp), RowValues<StringView>(unit, as: .string))
        defer { withExtendedLifetime((moments, names)) {} }
        let units = Units(names)
        return computing(.timestamp, Int64.self, from: [moments.operand, names.operand]) { row in
            guard let unit = units[row] else { return nil }
            let moment = moments[row]
            if unit.microseconds > 0, unit != .week {
                let (value, overflow) = moment.flooredDivision(by: unit.microseconds).quotient.multipliedReportingOverflow(by: unit.microseconds)
                return overflow ? nil : value
            }
            let days = truncated(Int(moment.flooredDivision(by: Int64(CivilTime.microsecondsPerDay)).quotient), unit)
            let (value, overflow) = Int64(days).multipliedReportingOverflow(by: Int64(CivilTime.microsecondsPerDay))
            return overflow ? nil : value
        }
    }

    /// The units that a column of names means; of a constant looked up once.
    private struct Units {
        let names: RowValues<StringView>
        let constant: DateUnit?

        init(_ names: RowValues<StringView>) {
            self.names = names
            constant = names.step == 0 && !names.column.isNull(0) ? DateUnit(truncating: names[0].string) : nil
        }

        subscript(row: Int) -> DateUnit? { names.step == 0 ? constant : DateUnit(truncating: names[row].string) }
    }

    private static func truncated(_ days: Int, _ unit: DateUnit) -> Int {
        if unit == .week { return CivilDate.monday(of: days) }
        if unit.months == 0 { return days }
        let date = CivilDate(days: days)
        return CivilDate(year: date.year, month: date.month - (date.month - 1) % unit.months, day: 1).days
    }

    /// The date of a year, month and day; null where there is none.
    public static func makeDate(_ year: Operand, _ month: Operand, _ day: Operand) -> Operand {
        let (y, m, d) = (RowValues<Int32>(year, as: .int), RowValues<Int32>(month, as: .int), RowValues<Int32>(day, as: .int))
        defer { withExtendedLifetime((y, m, d)) {} }
        return computing(.date, Int32.self, from: [y.operand, m.operand, d.operand]) { row in
            let date = CivilDate(year: Int(y[row]), month: Int(m[row]), day: Int(d[row]))
            return date.isValid ? Int32(exactly: date.days) : nil
        }
    }

    /// The moment of a local clock's reading: year, month, day, hour, minute, and seconds with their fraction; null where there is none. Second 60 is the next minute's
    /// first.
    ///
    /// - Parameters:
    ///   - parts: six operands.
    ///   - zone: names of time zones; nil for UTC.
    /// - Throws: `TimeZoneError` for a zone that there is not.
    public static func makeTimestamp(_ parts: [Operand], zone: Operand? = nil) throws(TimeZoneError) -> Operand {
        precondition(parts.count == 6)
        let whole = parts[0..<5].map { RowValues<Int32>($0, as: .int) }
        let seconds = RowValues<Int128>(parts[5], as: .decimal(precision: 16, scale: 6))
        let zones = try zone.map { name throws(TimeZoneError) in try Zones(name) }
        defer { withExtendedLifetime((whole, seconds, zones)) {} }
        let (year, month, day, hour, minute) = (whole[0], whole[1], whole[2], whole[3], whole[4])
        let operands = whole.map(\.operand) + [seconds.operand] + (zones.map { [$0.names.operand] } ?? [])
        return computing(.timestamp, Int64.self, from: operands) { row in
            let date = CivilDate(year: Int(year[row]), month: Int(month[row]), day: Int(day[row]))
            let (h, m, s) = (hour[row], minute[row], seconds[row])
            guard date.isValid, (0...23).contains(h), (0...59).contains(m), s >= 0, s < 60_000_000 || s == 60_000_000 else { return nil }
            let (days, overflow) = Int64(date.days).multipliedReportingOverflow(by: Int64(CivilTime.microsecondsPerDay))
            let (sum, overflow2) = days.addingReportingOverflow(Int64(h) * 3_600_000_000 + Int64(m) * 60_000_000 + Int64(s))
            if overflow || overflow2 { return nil }
            return zones.map { $0[row].utc(sum) } ?? sum
        }
    }
}
