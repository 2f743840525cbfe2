internal import Columnar

enum DateFunctions {
    static let definitions: [FunctionDefinition] =
        parts + [
            FunctionDefinition("to_date", .dates, "col", takes: [.date], gives: .date) { call in call[0].cast(to: .date) },
            FunctionDefinition(
                "to_timestamp", .dates, "col",
                takes: [.other("a date, a timestamp or a string") { $0 == .date || $0 == .timestamp || $0 == .string || $0.isNumeric }], gives: .timestamp
            ) { call in call[0].cast(to: .timestamp) },
            FunctionDefinition("date_add", .dates, "start days=", aliases: ["dateadd"], takes: [.date, .number], gives: .date) { call in .addDays(call[0], call[1]) },
            FunctionDefinition("date_sub", .dates, "start days=", takes: [.date, .number], gives: .date) { call in .addDays(call[0], call[1], sign: -1) },
            FunctionDefinition("datediff", .dates, "end start", aliases: ["date_diff"], takes: [.date], gives: .int) { call in .daysBetween(call[0], call[1]) },
            FunctionDefinition(
                "date_format", .dates, "date format=!", takes: [.date, .text],
                gives: .custom { call throws(PlanError) in
                    _ = try pattern(call)
                    return .string
                }
            ) { call throws(PlanError) in .format(call[0], try pattern(call)) },
        ]

    private static let parts: [FunctionDefinition] =
        [
            ("year", .year, []), ("quarter", .quarter, []), ("month", .month, []), ("day", .day, ["dayofmonth"]), ("dayofweek", .dayOfWeek, []), ("hour", .hour, []),
            ("minute", .minute, []), ("second", .second, []),
        ].map { (name: String, part: Operand.DatePart, aliases: [String]) in
            FunctionDefinition(name, .dates, "col", aliases: aliases, takes: [.date], gives: .int) { call in .part(part, of: call[0]) }
        }

    private static func pattern(_ call: FunctionCall) throws(PlanError) -> DatePattern {
        guard let bytes = call.text(1), let pattern = DatePattern(String(decoding: bytes, as: UTF8.self)) else {
            throw call.wrong(1, expected: "a pattern such as 'yyyy-MM-dd HH:mm:ss'")
        }
        return pattern
    }
}
