/// Functions over dates and timestamps, all in UTC. Strings are cast first. Null where an operand is.
extension Operand {
    /// A part of a date or a moment.
    public enum DatePart: Sendable {
        case year, quarter, month, day, hour, minute, second
        /// 1 is Sunday.
        case dayOfWeek
        /// 0 is Monday.
        case weekday
        /// 1 is Monday.
        case isoDayOfWeek
        case dayOfYear
        /// The week of ISO 8601, and the year that it belongs to.
        case week, yearOfWeek

        var needsTime: Bool { self == .hour || self == .minute || self == .second }
    }

    /// The part as an `int`.
    public static func part(_ part: DatePart, of a: Operand) -> Operand {
        let isTime = part.needsTime || a.type == .timestamp
        return a.cast(to: isTime ? .timestamp : .date).map(\.flattened).map { column in
            func date(_ days: Int) -> Int32 {
                switch part {
                case .dayOfWeek: return Int32((days + 4).flooredDivision(by: 7).remainder + 1)
                case .weekday: return Int32((days + 3).flooredDivision(by: 7).remainder)
                case .isoDayOfWeek: return Int32((days + 3).flooredDivision(by: 7).remainder + 1)
                case .week: return Int32(CivilDate.week(of: days).week)
                case .yearOfWeek: return Int32(truncatingIfNeeded: CivilDate.week(of: days).year)
                default: break
                }
                let date = CivilDate(days: days)
                switch part {
                case .year: return Int32(truncatingIfNeeded: date.year)
                case .quarter: return Int32((date.month - 1) / 3 + 1)
                case .month: return Int32(date.month)
                case .dayOfYear: return Int32(days - CivilDate(year: date.year, month: 1, day: 1).days + 1)
                default: return Int32(date.day)
                }
            }
            if !isTime { return column.mapping(Int32.self, to: .int) { date(Int($0)) } }
            return column.mapping(Int64.self, to: .int) { micros -> Int32 in
                let (days, rest) = Int(micros).flooredDivision(by: CivilTime.microsecondsPerDay)
                switch part {
                case .hour: return Int32(rest / 3_600_000_000)
                case .minute: return Int32(rest / 60_000_000 % 60)
                case .second: return Int32(rest / 1_000_000 % 60)
                default: return date(days)
                }
            }
        }
    }

    /// The date so many days later, or earlier when `sign` is -1.
    public static func addDays(_ a: Operand, _ days: Operand, sign: Int32 = 1) -> Operand {
        zipDays(a.cast(to: .date), days.cast(to: .int), .date) { $0 &+ sign &* $1 }
    }

    /// Days from `b` to `a`, an `int`.
    public static func daysBetween(_ a: Operand, _ b: Operand) -> Operand { zipDays(a.cast(to: .date), b.cast(to: .date), .int) { $0 &- $1 } }

    private static func zipDays(_ a: Operand, _ b: Operand, _ type: DataType, _ body: (Int32, Int32) -> Int32) -> Operand {
        let count = rowCount([a, b])
        let (x, y) = (a.map(\.flattened), b.map(\.flattened))
        let out = Buffer(size: count * 4)
        zipRows(x, y, count, Int32.self, out.values(of: Int32.self), body)
        return result(Column(type, Values<Int32>(out, count: count), validity: validity([x, y], count: count)), of: [a, b])
    }

    /// The seconds of the minute with their fraction, a `decimal(8,6)`.
    public static func secondsWithFraction(_ a: Operand) -> Operand {
        a.cast(to: .timestamp).map(\.flattened).map { column in
            column.mapping(Int64.self, to: .decimal(precision: 8, scale: 6)) { Int128($0.flooredDivision(by: 60_000_000).remainder) }
        }
    }

    /// Days since 1970-01-01 as an `int`.
    public static func dayNumber(_ a: Operand) -> Operand { a.cast(to: .date).map { $0.flattened.retyped(.int) } }

    /// The date so many days after 1970-01-01.
    public static func date(fromDays a: Operand) -> Operand { a.cast(to: .int).map { $0.flattened.retyped(.date) } }

    /// Units of time since 1970-01-01T00:00:00Z, rounded down, or toward zero where `cutting`; a `long`.
    public static func unixTime(_ a: Operand, in unit: DateUnit, cutting: Bool = false) -> Operand {
        a.cast(to: .timestamp).map(\.flattened).map { column in
            let size = max(unit.microseconds, 1)
            if size == 1 { return column.retyped(.long) }
            return column.mapping(Int64.self, to: .long) { cutting ? $0 / size : $0.flooredDivision(by: size).quotient }
        }
    }

    /// The moment so many milliseconds or microseconds after 1970-01-01T00:00:00Z; null past the range of timestamps.
    public static func moment(_ a: Operand, in unit: DateUnit) -> Operand {
        let values = RowValues<Int64>(a, as: .long)
        defer { withExtendedLifetime(values) {} }
        return computing(.timestamp, Int64.self, from: [values.operand]) { row in
            let (product, overflow) = values[row].multipliedReportingOverflow(by: unit.microseconds)
            return overflow ? nil : product
        }
    }

    /// The moment so many seconds after 1970-01-01T00:00:00Z; what does not fit wraps around, as `from_unixtime` has it.
    public static func moment(wrappingSeconds a: Operand) -> Operand {
        a.cast(to: .long).map(\.flattened).map { $0.mapping(Int64.self, to: .timestamp) { (seconds: Int64) in seconds &* 1_000_000 } }
    }

    /// The moment as text; see `DatePattern`.
    public static func format(_ a: Operand, _ pattern: DatePattern) -> Operand {
        a.cast(to: .timestamp).map { column in
            let flat = column.flattened
            let input = flat.fixedValues(of: Int64.self)
            return flat.formattingRows { pattern.append(input[$0], to: &$1) }
        }
    }

    /// The moment as text, by each row's pattern.
    ///
    /// - Throws: `DatePatternError` for a pattern that is none.
    public static func format(_ a: Operand, patterns: Operand) throws(DatePatternError) -> Operand {
        let (moments, texts) = (RowValues<Int64>(a, as: .timestamp), RowValues<StringView>(patterns, as: .string))
        let known = try DatePatterns(texts, reading: false)
        defer { withExtendedLifetime((moments, texts)) {} }
        return building(from: [moments.operand, texts.operand]) { row, out in
            known[row].append(moments[row], to: &out)
            return true
        }
    }

    /// The moment that text stands for by each row's pattern; null where it is not as the pattern says. A `timestamp`.
    ///
    /// - Throws: `DatePatternError` for a pattern that is none.
    public static func read(_ a: Operand, patterns: Operand) throws(DatePatternError) -> Operand {
        let (views, texts) = (RowValues<StringView>(a, as: .string), RowValues<StringView>(patterns, as: .string))
        let known = try DatePatterns(texts, reading: true)
        defer { withExtendedLifetime((views, texts)) {} }
        return computing(.timestamp, Int64.self, from: [views.operand, texts.operand]) { row in
            let pattern = known[row]
            return views[row].withBytes { pattern.read($0) }
        }
    }

    /// The name of the date's month or day of the week, in three letters.
    public static func name(of part: DatePart, _ a: Operand) -> Operand {
        let days = RowValues<Int32>(a, as: .date)
        defer { withExtendedLifetime(days) {} }
        return building(from: [days.operand]) { row, out in
            let day = Int(days[row])
            let name = part == .month ? DatePattern.months[CivilDate(days: day).month - 1] : DatePattern.days[(day + 4).flooredDivision(by: 7).remainder]
            out.append(String(name.prefix(3)))
            return true
        }
    }
}

/// A pattern that is none.
public struct DatePatternError: CodedError, Equatable, CustomStringConvertible {
    public var errorCode: ErrorCode { .badDatePattern }
    public var subjects: [String] { [pattern] }
    public let pattern: String
    /// Whether text was to be read by it.
    public let reading: Bool

    public init(pattern: String, reading: Bool) { (self.pattern, self.reading) = (pattern, reading) }

    public var description: String {
        reading && DatePattern(pattern) != nil
            ? "text cannot be read by the pattern '\(pattern)': E, F, Q and q are only written"
            : "'\(pattern)' is no pattern of dates and times; one is 'yyyy-MM-dd HH:mm:ss', and text in it stands in single quotes"
    }
}

/// The patterns of a column of texts, each made once.
private struct DatePatterns {
    private var patterns: [DatePattern] = []
    private var places: [Int32] = []
    private let step: Int

    init(_ texts: RowValues<StringView>, reading: Bool) throws(DatePatternError) {
        step = texts.step
        var known: [String: Int32] = [:]
        let presence = texts.column.presence
        for i in 0..<texts.column.count {
            if let presence, !presence[i] {
                places.append(0)
                continue
            }
            let text = texts.start[i].string
            if let place = known[text] {
                places.append(place)
                continue
            }
            guard let pattern = DatePattern(text), pattern.canRead || !reading else { throw DatePatternError(pattern: text, reading: reading) }
            known[text] = Int32(patterns.count)
            places.append(Int32(patterns.count))
            patterns.append(pattern)
        }
        if patterns.isEmpty { patterns.append(.standard) }
    }

    @inline(__always)
    subscript(row: Int) -> DatePattern { patterns[Int(places[row * step])] }
}
