internal import Columnar

/// Dates and timestamps; what knows of time zones is in `TimeZoneFunctions`.
enum DateFunctions {
    static let definitions: [FunctionDefinition] = parts + clock + casts + reckoning + unixTimes + making

    // MARK: Parts

    private static let parts: [FunctionDefinition] =
        [
            ("year", .year, []), ("quarter", .quarter, []), ("month", .month, []), ("day", .day, ["dayofmonth"]), ("dayofweek", .dayOfWeek, []),
            ("weekday", .weekday, []), ("dayofyear", .dayOfYear, []), ("weekofyear", .week, []), ("hour", .hour, []), ("minute", .minute, []), ("second", .second, []),
        ].map { (name: String, part: Operand.DatePart, aliases: [String]) in
            FunctionDefinition(name, .dates, "col", aliases: aliases, takes: [.date], gives: .int) { call in .part(part, of: call[0]) }
        } + [
            FunctionDefinition("dayname", .dates, "col", takes: [.date], gives: .string, summary: "The day of the week in three letters.") { call in .name(of: .day, call[0]) },
            FunctionDefinition("monthname", .dates, "col", takes: [.date], gives: .string, summary: "The month in three letters.") { call in .name(of: .month, call[0]) },
            FunctionDefinition(
                "date_part", .dates, "field=! source", aliases: ["datepart", "extract"], takes: [.text, .date],
                gives: .custom { call throws(PlanError) in
                    if case .seconds = try field(call) { .decimal(precision: 8, scale: 6) } else { .int }
                }, summary: "A part of a date or moment by its name."
            ) { call throws(PlanError) in
                switch try field(call) {
                case .seconds: .secondsWithFraction(call[1])
                case .part(let part): .part(part, of: call[1])
                }
            },
        ]

    private enum Field {
        case part(Operand.DatePart)
        case seconds
    }

    /// The part that `date_part` is asked for.
    private static func field(_ call: FunctionCall) throws(PlanError) -> Field {
        switch call.text(0).map({ String(decoding: $0, as: UTF8.self).lowercased() }) {
        case "year", "y", "years", "yr", "yrs": return .part(.year)
        case "yearofweek": return .part(.yearOfWeek)
        case "quarter", "qtr": return .part(.quarter)
        case "month", "mon", "mons", "months": return .part(.month)
        case "week", "w", "weeks": return .part(.week)
        case "day", "d", "days": return .part(.day)
        case "dayofweek", "dow": return .part(.dayOfWeek)
        case "dayofweek_iso", "dow_iso": return .part(.isoDayOfWeek)
        case "doy": return .part(.dayOfYear)
        case "hour", "h", "hours", "hr", "hrs": return .part(.hour)
        case "minute", "m", "min", "mins", "minutes": return .part(.minute)
        case "second", "s", "sec", "seconds", "secs": return .seconds
        default: throw call.wrong(0, expected: "a part such as 'year', 'month', 'week', 'dow', 'doy', 'hour' or 'second'")
        }
    }

    // MARK: The clock

    private static let clock: [FunctionDefinition] = [
        FunctionDefinition("current_date", .dates, "", aliases: ["curdate"], gives: .date, summary: "Today, in UTC.") { _ in .literal(.timestamp(Clock.now()), .timestamp).cast(to: .date) },
        FunctionDefinition("current_timestamp", .dates, "", aliases: ["now", "localtimestamp"], gives: .timestamp, summary: "Now.") { _ in .literal(.timestamp(Clock.now()), .timestamp) },
        FunctionDefinition("current_timezone", .dates, "", gives: .string, summary: "UTC.") { _ in .literal(.string("UTC"), .string) },
    ]

    // MARK: From text and to text

    private static let moment = ArgumentKind.other("a date, a timestamp or a string") { $0 == .date || $0 == .timestamp || $0 == .string }

    private static let casts: [FunctionDefinition] =
        [
            FunctionDefinition("to_date", .dates, "col [format=]", takes: [moment, .text], gives: checkingPattern(.date, reading: true), summary: "A date of text, by a pattern or as casts take it.") { call throws(PlanError) in
                try read(call, cast: .date)
            }
        ] + ["to_timestamp", "try_to_timestamp"].map { name in
            FunctionDefinition(
                name, .dates, "col [format=]", aliases: name == "to_timestamp" ? ["to_timestamp_ltz", "to_timestamp_ntz"] : [],
                takes: [.other("a date, a timestamp, a string or a number") { $0 == .date || $0 == .timestamp || $0 == .string || $0.isNumeric }, .text],
                gives: checkingPattern(.timestamp, reading: true)
            ) { call throws(PlanError) in try read(call, cast: .timestamp) }
        } + [
            FunctionDefinition("date_format", .dates, "date format=", takes: [.date, .text], gives: checkingPattern(.string, reading: false), summary: "A date or moment as text by a pattern.") { call throws(PlanError) in
                try patterned { () throws(DatePatternError) in try .format(call[0], patterns: call[1]) }
            }
        ]

    /// The first argument by the pattern that the second may be; a cast without one, or of what is no text.
    private static func read(_ call: FunctionCall, cast type: DataType) throws(PlanError) -> Operand {
        guard call.argumentCount > 1, call.types[0] == .string else { return call[0].cast(to: type) }
        return try patterned { () throws(DatePatternError) in try .read(call[0], patterns: call[1]) }.cast(to: type)
    }

    private static func patterned(_ body: () throws(DatePatternError) -> Operand) throws(PlanError) -> Operand {
        do { return try body() } catch { throw .coded(error.errorCode, error.description) }
    }

    /// A type rule that refuses a second argument that is no pattern.
    private static func checkingPattern(_ type: DataType, reading: Bool) -> TypeRule {
        .custom { call throws(PlanError) in
            if let bytes = call.text(1) {
                let text = String(decoding: bytes, as: UTF8.self)
                guard let pattern = DatePattern(text), pattern.canRead || !reading else {
                    let error = DatePatternError(pattern: text, reading: reading)
                    throw .coded(error.errorCode, error.description)
                }
            }
            return type
        }
    }

    // MARK: Reckoning

    private static let wholeDays = ArgumentKind.other("a whole number of days") { [.byte, .short, .int, .string].contains($0) }

    private static let reckoning: [FunctionDefinition] = [
        FunctionDefinition("date_add", .dates, "start days=", aliases: ["dateadd"], takes: [.date, wholeDays], gives: .date, summary: "So many days later.") { call in .addDays(call[0], call[1]) },
        FunctionDefinition("date_sub", .dates, "start days=", takes: [.date, wholeDays], gives: .date, summary: "So many days earlier.") { call in .addDays(call[0], call[1], sign: -1) },
        FunctionDefinition("datediff", .dates, "end start", aliases: ["date_diff"], takes: [.date], gives: .int, summary: "Days from start to end.") { call in .daysBetween(call[0], call[1]) },
        FunctionDefinition("add_months", .dates, "start months=", takes: [.date, .number], gives: .date, summary: "So many months later, or the month's last day.") { call in .addMonths(call[0], call[1]) },
        FunctionDefinition("months_between", .dates, "date1 date2 [roundOff=]", takes: [.date, .date, .boolean], gives: .double, summary: "Months between two moments.") { call in
            .monthsBetween(call[0], call[1], rounds: call[optional: 2] ?? .literal(.boolean(true), .boolean))
        },
        FunctionDefinition("last_day", .dates, "date", takes: [.date], gives: .date, summary: "The last day of the month.") { call in .lastDay(call[0]) },
        FunctionDefinition("next_day", .dates, "date dayOfWeek=", takes: [.date, .text], gives: .date, summary: "The next day that is a given day of the week.") { call in .nextDay(call[0], call[1]) },
        FunctionDefinition("trunc", .dates, "date format=", takes: [.date, .text], gives: .date, summary: "The first day of the date's year, quarter, month or week.") { call in .truncate(date: call[0], to: call[1]) },
        FunctionDefinition("date_trunc", .dates, "format= timestamp", takes: [.text, .date], gives: .timestamp, summary: "The moment with everything below a unit taken away.") { call in .truncate(moment: call[1], to: call[0]) },
        FunctionDefinition("timestampadd", .dates, "unit=! quantity= ts", aliases: ["timestamp_add"], takes: [.text, .number, .date], gives: .timestamp, summary: "So many units later.") { call throws(PlanError) in
            .add(try unit(call), call[1], to: call[2])
        },
        FunctionDefinition("timestampdiff", .dates, "unit=! start end", aliases: ["timestamp_diff"], takes: [.text, .date, .date], gives: .long, summary: "Whole units from start to end.") { call throws(PlanError) in
            .difference(try unit(call), from: call[1], to: call[2])
        },
        FunctionDefinition(
            "add_interval", .dates, "value months=! days=! microseconds=!", takes: [.date, .integer],
            gives: .custom { call in call.types[0] == .date && call.integer(3) == 0 ? .date : .timestamp }, summary: "What `a + INTERVAL ...` is in SQL."
        ) { call throws(PlanError) in
            guard let months = call.integer(1), let days = call.integer(2), let micros = call.integer(3), Int32(exactly: months) != nil, Int32(exactly: days) != nil else {
                throw call.wrong(1, expected: "whole numbers")
            }
            let value = call.types[0] == .date ? call[0] : call[0].cast(to: .timestamp)
            return .addInterval(value, months: months, days: days, microseconds: Int64(micros))
        },
    ]

    private static func unit(_ call: FunctionCall) throws(PlanError) -> DateUnit {
        guard let unit = call.text(0).flatMap({ DateUnit(named: String(decoding: $0, as: UTF8.self)) }) else {
            throw call.wrong(0, expected: "a unit such as 'year', 'month', 'day' or 'second'")
        }
        return unit
    }

    // MARK: Unix time

    private static let unixTimes: [FunctionDefinition] = [
        FunctionDefinition("unix_date", .dates, "col", takes: [.date], gives: .int, summary: "Days since 1970-01-01.") { call in .dayNumber(call[0]) },
        FunctionDefinition("date_from_unix_date", .dates, "days", takes: [.number], gives: .date, summary: "The date so many days after 1970-01-01.") { call in .date(fromDays: call[0]) },
        FunctionDefinition("unix_seconds", .dates, "col", takes: [.date], gives: .long, summary: "Seconds since 1970.") { call in .unixTime(call[0], in: .second) },
        FunctionDefinition("unix_millis", .dates, "col", takes: [.date], gives: .long, summary: "Milliseconds since 1970.") { call in .unixTime(call[0], in: .millisecond) },
        FunctionDefinition("unix_micros", .dates, "col", takes: [.date], gives: .long, summary: "Microseconds since 1970.") { call in .unixTime(call[0], in: .microsecond) },
        FunctionDefinition("timestamp_seconds", .dates, "col", takes: [.number], gives: .timestamp, summary: "The moment so many seconds after 1970.") { call in
            call[0].cast(to: call.types[0] == .string ? .double : call.types[0]).cast(to: .timestamp)
        },
        FunctionDefinition("timestamp_millis", .dates, "col", takes: [.number], gives: .timestamp, summary: "The moment so many milliseconds after 1970.") { call in .moment(call[0], in: .millisecond) },
        FunctionDefinition("timestamp_micros", .dates, "col", takes: [.number], gives: .timestamp, summary: "The moment so many microseconds after 1970.") { call in .moment(call[0], in: .microsecond) },
        FunctionDefinition("from_unixtime", .dates, "timestamp [format=]", takes: [.number, .text], gives: checkingPattern(.string, reading: false), summary: "Seconds since 1970 as text by a pattern.") { call throws(PlanError) in
            try patterned { () throws(DatePatternError) in try .format(.moment(wrappingSeconds: call[0]), patterns: call[optional: 1] ?? standardPattern) }
        },
        FunctionDefinition("unix_timestamp", .dates, "[timestamp] [format=]", takes: [moment, .text], gives: checkingPattern(.long, reading: true), summary: "Seconds since 1970 of text by a pattern, or of now.") { call throws(PlanError) in
            if call.argumentCount == 0 { return .literal(.integer(Clock.now() / 1_000_000), .long) }
            return try seconds(call)
        },
        FunctionDefinition("to_unix_timestamp", .dates, "timestamp [format=]", takes: [moment, .text], gives: checkingPattern(.long, reading: true), summary: "Seconds since 1970 of text by a pattern.") { call throws(PlanError) in try seconds(call) },
    ]

    private static let standardPattern = Operand.literal(.string("yyyy-MM-dd HH:mm:ss"), .string)

    private static func seconds(_ call: FunctionCall) throws(PlanError) -> Operand {
        guard call.types[0] == .string else { return .unixTime(call[0], in: .second, cutting: true) }
        let moment = try patterned { () throws(DatePatternError) in try .read(call[0], patterns: call[optional: 1] ?? standardPattern) }
        return .unixTime(moment, in: .second, cutting: true)
    }

    // MARK: Making

    private static let making: [FunctionDefinition] =
        [
            FunctionDefinition("make_date", .dates, "year month day", takes: [.number], gives: .date, summary: "The date of a year, month and day.") { call in .makeDate(call[0], call[1], call[2]) }
        ] + ["make_timestamp", "try_make_timestamp"].map { name in
            FunctionDefinition(
                name, .dates, "years months days hours mins secs [timezone]", aliases: ["\(name)_ltz", "\(name)_ntz"],
                takes: [.number, .number, .number, .number, .number, .number, .text], gives: .timestamp
            ) { call throws(PlanError) in
                try TimeZoneFunctions.zoned { () throws(TimeZoneError) in try .makeTimestamp(Array(call.operands.prefix(6)), zone: call[optional: 6]) }
            }
        }
}
