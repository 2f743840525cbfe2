internal import Columnar

/// The functions that expressions can call, by their names in Spark SQL.
public enum Function: String, Sendable, Hashable, CaseIterable {
    // Text
    case lower, upper, length, substring, trim, ltrim, rtrim, concat, concatWithSeparator = "concat_ws", replace, reverse, lpad, rpad, instr
    case startsWith = "startswith", endsWith = "endswith", contains
    // Numbers
    case abs, round, floor, ceil, isNaN = "isnan", sqrt, power = "pow", exp, ln
    // Choosing
    case coalesce, greatest, least
    // Dates and times
    case year, month, day, hour, minute, second, dayOfWeek = "dayofweek", quarter, toDate = "to_date", toTimestamp = "to_timestamp"
    case dateAdd = "date_add", dateSub = "date_sub", dateDiff = "datediff", dateFormat = "date_format"

    /// Other names of functions.
    public static let aliases: [String: Function] = [
        "lcase": .lower, "ucase": .upper, "len": .length, "char_length": .length, "character_length": .length, "substr": .substring, "nvl": .coalesce,
        "ifnull": .coalesce, "ceiling": .ceil, "power": .power, "log": .ln, "dayofmonth": .day, "date_diff": .dateDiff, "dateadd": .dateAdd,
    ]

    /// The function of a name, in any case.
    public init?(named name: String) {
        let lowered = name.lowercased()
        guard let function = Function(rawValue: lowered) ?? Function.aliases[lowered] else { return nil }
        self = function
    }

    /// How many arguments the function takes.
    public var arity: ClosedRange<Int> {
        switch self {
        case .lower, .upper, .length, .reverse, .abs, .isNaN, .sqrt, .exp, .ln, .year, .month, .day, .hour, .minute, .second, .dayOfWeek, .quarter,
            .toDate, .toTimestamp, .floor, .ceil, .trim, .ltrim, .rtrim:
            1...1
        case .substring, .lpad, .rpad: 2...3
        case .replace: 2...3
        case .round: 1...2
        case .instr, .startsWith, .endsWith, .contains, .power, .dateAdd, .dateSub, .dateDiff, .dateFormat: 2...2
        case .concat, .coalesce: 1...Int.max
        case .concatWithSeparator: 1...Int.max
        case .greatest, .least: 2...Int.max
        }
    }

    /// The arguments that must be literals, because kernels take them as one value for all rows.
    var literalArguments: Range<Int> {
        switch self {
        case .replace, .lpad, .rpad: 1..<3
        case .instr, .startsWith, .endsWith, .contains, .round, .dateFormat: 1..<2
        case .concatWithSeparator: 0..<1
        default: 0..<0
        }
    }
}
