/// The fields of a schedule, in the order in which Glue writes them.
enum CronField: Int, CaseIterable, Sendable {
    case minutes, hours, dayOfMonth, month, dayOfWeek, year

    var name: String {
        switch self {
        case .minutes: "minutes"
        case .hours: "hours"
        case .dayOfMonth: "day-of-month"
        case .month: "month"
        case .dayOfWeek: "day-of-week"
        case .year: "year"
        }
    }

    /// The values that may be written.
    func range(_ dialect: CronDialect) -> ClosedRange<Int> {
        switch self {
        case .minutes: 0...59
        case .hours: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: dialect == .glue ? 1...7 : 0...7
        case .year: CronExpression.years
        }
    }

    /// The largest step. Those of Quartz, which refuses a step past its field; a larger one would be a single value in disguise.
    var largestStep: Int {
        switch self {
        case .minutes: 59
        case .hours: 23
        case .dayOfMonth: 31
        case .month: 12
        case .dayOfWeek: 7
        case .year: CronExpression.years.count - 1
        }
    }

    /// Names of values; the first is that of the value `firstNamed`.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    func firstNamed(_ dialect: CronDialect) -> Int { self == .dayOfWeek && dialect == .classic ? 0 : 1 }

    /// What the field takes, as error messages say it.
    func takes(_ dialect: CronDialect) -> String {
        switch (self, dialect) {
        case (.minutes, _): "0-59 and , - * /"
        case (.hours, _): "0-23 and , - * /"
        case (.dayOfMonth, .glue): "1-31, L, L-3, LW, 15W and , - * ? /"
        case (.dayOfMonth, .classic): "1-31, L, L-3, LW, 15W and , - * /"
        case (.month, _): "1-12 or JAN-DEC and , - * /"
        case (.dayOfWeek, .glue): "1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /"
        case (.dayOfWeek, .classic): "0-7 or SUN-SAT (0 and 7 are Sunday), 5L, 5#2 and , - * /"
        case (.year, _): "1970-2199 and , - * /"
        }
    }
}

/// Whose rules an expression follows.
enum CronDialect: Sendable {
    /// Six fields, Sunday is 1, one of the two day fields is `?`.
    case glue
    /// The five fields of cron: Sunday is 0 and 7, and a day fits when either of two restricted day fields does.
    case classic
}

/// The values of a field, a bit each; those of years count from 1970.
struct CronSet: Hashable, Sendable {
    private var words = SIMD4<UInt64>(repeating: 0)

    /// The bits 0 to 63.
    var low: UInt64 { words[0] }

    mutating func insert(_ value: Int) { words[value >> 6] |= 1 << UInt64(value & 63) }

    func contains(_ value: Int) -> Bool { value >= 0 && value < 256 && words[value >> 6] >> UInt64(value & 63) & 1 == 1 }

    /// The smallest value from `value` on.
    func next(from value: Int) -> Int? {
        guard value < 256 else { return nil }
        let value = max(0, value)
        var word = value >> 6
        var rest = words[word] & (.max << UInt64(value & 63))
        while rest == 0 {
            word += 1
            if word == 4 { return nil }
            rest = words[word]
        }
        return word << 6 + rest.trailingZeroBitCount
    }

    /// The largest value.
    var last: Int? {
        for word in (0..<4).reversed() where words[word] != 0 { return word << 6 + 63 - words[word].leadingZeroBitCount }
        return nil
    }
}
