internal import Columnar

enum TimeZoneFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("from_utc_timestamp", .dates, "timestamp tz=", takes: [.date, .text], gives: .timestamp, summary: "What a clock in a time zone shows at a moment.") { call throws(PlanError) in
            try zoned { () throws(TimeZoneError) in try .local(call[0], in: call[1]) }
        },
        FunctionDefinition("to_utc_timestamp", .dates, "timestamp tz=", takes: [.date, .text], gives: .timestamp, summary: "The moment at which a clock in a time zone shows this.") { call throws(PlanError) in
            try zoned { () throws(TimeZoneError) in try .utc(call[0], from: call[1]) }
        },
        // The source may be left out, and comes first where it is not.
        FunctionDefinition(
            "convert_timezone", .dates, "sourceTz= targetTz= [sourceTs]", takes: [.text, .other("a time zone's name, a date or timestamp") { !$0.isNested }, .date], gives: .timestamp, summary: "What a clock shows in one zone when one in another shows this."
        ) { call throws(PlanError) in
            try zoned { () throws(TimeZoneError) in
                if call.argumentCount == 2 { return try .local(call[1], in: call[0]) }
                return try .local(try .utc(call[2], from: call[0]), in: call[1])
            }
        },
    ]

    static func zoned(_ body: () throws(TimeZoneError) -> Operand) throws(PlanError) -> Operand {
        do { return try body() } catch { throw .coded(error.errorCode, error.description) }
    }
}
