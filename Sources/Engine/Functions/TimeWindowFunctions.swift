internal import Columnar

enum TimeWindowFunctions {
    private static let type = DataType.struct([Field("start", .timestamp), Field("end", .timestamp)])

    static let definitions: [FunctionDefinition] = [
        FunctionDefinition(
            "window", .dates, "timeColumn windowDuration=! [slideDuration=!] [startTime=!]", takes: [.date, .text],
            gives: .custom { call throws(PlanError) in
                _ = try window(call)
                return type
            }, summary: "The window of that length that the moment is in: a struct of start and end."
        ) { call throws(PlanError) in
            let (length, start) = try window(call)
            return .timeWindow(call[0], length: length, start: start)
        },
        FunctionDefinition(
            "window_time", .dates, "windowColumn", takes: [.other("a window") { $0 == type }], gives: .timestamp, summary: "The last microsecond of a window."
        ) { call in call.types[0] == .null ? .literal(.null, .timestamp) : .lastMoment(ofWindow: call[0]) },
    ]

    private static func window(_ call: FunctionCall) throws(PlanError) -> (length: Int64, start: Int64) {
        let length = try duration(call, 1)
        guard length > 0 else { throw call.wrong(1, expected: "a duration above 0", found: "not above it") }
        if call.argumentCount > 2, try duration(call, 2) != length { throw .analysis("window(): windows that overlap are not supported; the slide must be as long as the window") }
        return (length, call.argumentCount > 3 ? try duration(call, 3) : 0)
    }

    /// Microseconds of `10 minutes`, `1 day 12 hours`, `interval 1 week`.
    private static func duration(_ call: FunctionCall, _ index: Int) throws(PlanError) -> Int64 {
        let wrong = call.wrong(index, expected: "a duration such as '10 minutes' or '1 day 12 hours'")
        guard let bytes = call.text(index) else { throw wrong }
        var words = String(decoding: bytes, as: UTF8.self).lowercased().split(separator: " ")
        if words.first == "interval" { words.removeFirst() }
        guard !words.isEmpty, words.count % 2 == 0 else { throw wrong }
        var total: Int64 = 0
        for i in stride(from: 0, to: words.count, by: 2) {
            guard let n = Int64(words[i]), let size = microseconds(words[i + 1]) else { throw wrong }
            let (product, overflow) = n.multipliedReportingOverflow(by: size)
            let (sum, overflow2) = total.addingReportingOverflow(product)
            if overflow || overflow2 { throw wrong }
            total = sum
        }
        return total
    }

    private static func microseconds(_ unit: Substring) -> Int64? {
        switch unit.hasSuffix("s") ? unit.dropLast() : unit {
        case "microsecond": 1
        case "millisecond": 1000
        case "second": 1_000_000
        case "minute": 60_000_000
        case "hour": 3_600_000_000
        case "day": 86_400_000_000
        case "week": 604_800_000_000
        default: nil
        }
    }
}
