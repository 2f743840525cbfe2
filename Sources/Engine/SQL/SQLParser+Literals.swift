internal import Columnar

/// Numbers, dates, times, bytes and intervals.
extension SQLParser {
    /// An integer is an `int` or a `long`, a number with a point a decimal, one with an exponent a double, unless a suffix says otherwise. An integer too large
    /// for a `long` is a decimal.
    func number(_ number: String) throws(ParseError) -> Expression {
        let lowered = number.lowercased()
        let suffix = String(lowered.reversed().prefix { !$0.isNumber && $0 != "." }.reversed())
        let digits = Array(lowered.dropLast(suffix.count).utf8)
        let hasPoint = digits.contains(UInt8(ascii: ".")), hasExponent = digits.contains(UInt8(ascii: "e"))
        func wrong() -> ParseError { error("'\(number)' is no number that fits its type", at: current.position) }
        let integer = hasPoint || hasExponent ? nil : digits.withUnsafeBytes { NumberParsing.integer($0) }
        let double = digits.withUnsafeBytes { NumberParsing.double($0) }
        switch suffix {
        case "":
            if let integer { return .literal(integer) }
            if hasExponent, let double { return .literal(double) }
            if let exact = decimal(digits) { return exact }
            guard let double else { throw wrong() }
            return .literal(double)
        case "l", "s", "y":
            guard let integer else { throw wrong() }
            let type: DataType = suffix == "l" ? .long : suffix == "s" ? .short : .byte
            let fits = suffix == "l" || (suffix == "s" ? Int16(exactly: integer) != nil : Int8(exactly: integer) != nil)
            guard fits else { throw wrong() }
            return .literal(.integer(integer), type)
        case "d":
            guard let double, double.isFinite else { throw wrong() }
            return .literal(double)
        case "f":
            guard let double, Float(double).isFinite else { throw wrong() }
            return .literal(.double(Double(Float(double))), .float)
        case "bd":
            guard let exact = decimal(digits) else { throw wrong() }
            return exact
        default: throw wrong()
        }
    }

    /// A decimal of the digits that are written: `1.50` has two places. nil for more than 38.
    private func decimal(_ digits: [UInt8]) -> Expression? {
        let parts = digits.split(separator: UInt8(ascii: "e"), maxSplits: 1, omittingEmptySubsequences: false)
        let mantissa = Array(parts[0])
        var places = mantissa.firstIndex(of: UInt8(ascii: ".")).map { mantissa.count - $0 - 1 } ?? 0
        guard places <= 38, var value = mantissa.withUnsafeBytes({ NumberParsing.decimal($0, precision: 38, scale: places) }) else { return nil }
        if parts.count == 2 {
            guard let exponent = Int(String(decoding: parts[1], as: UTF8.self)), abs(exponent) <= 76 else { return nil }
            places -= exponent
        }
        while places < 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            (value, places) = (product, places + 1)
        }
        let length = String(value.magnitude).utf8.count
        guard places <= 38, length <= 38 else { return nil }
        return .literal(.decimal(unscaled: value, scale: places), .decimal(precision: max(length, places, 1), scale: places))
    }

    /// `DATE '...'`, `TIMESTAMP '...'` and `X'...'`.
    func typedLiteral(_ word: String, _ bytes: [UInt8], _ position: Int) throws(ParseError) -> Expression {
        switch word {
        case "date":
            guard let days = bytes.withUnsafeBytes({ DateParsing.date(NumberParsing.trimmed($0)) }) else {
                throw error("this is no date; one is written DATE '2024-02-29'", at: position)
            }
            return .literal(.date(days), .date)
        case "x":
            let digits: [Int] = bytes.compactMap { byte in Character(Unicode.Scalar(byte)).hexDigitValue }
            guard digits.count == bytes.count, digits.count % 2 == 0 else {
                throw error("bytes are written as pairs of hexadecimal digits: X'1AFF'", at: position)
            }
            var pairs: [UInt8] = []
            for i in stride(from: 0, to: digits.count, by: 2) { pairs.append(UInt8(digits[i] * 16 + digits[i + 1])) }
            return .literal(.binary(pairs), .binary)
        default:
            guard let time = bytes.withUnsafeBytes({ DateParsing.timestamp(NumberParsing.trimmed($0)) }) else {
                throw error("this is no timestamp; one is written TIMESTAMP '2024-02-29 13:45:10'", at: position)
            }
            return .literal(.timestamp(time), .timestamp)
        }
    }

    // MARK: Intervals

    /// A literal length of time; nil where `interval` is a name. Nothing is taken then.
    ///
    ///     INTERVAL 3 DAYS, INTERVAL '3' DAY, INTERVAL -1 YEAR 2 MONTHS, INTERVAL '1 day 2 hours', INTERVAL '1-2' YEAR TO MONTH,
    ///     INTERVAL '1 02:03:04.5' DAY TO SECOND
    mutating func interval() throws(ParseError) -> Expression? {
        let position = current.position
        let hasSign = isSymbol("-", ahead: 1) || isSymbol("+", ahead: 1)
        switch peek(hasSign ? 2 : 1).kind {
        case .text, .number: break
        case .symbol("("):
            if hasSign { return nil }
            throw computed(position)
        case .name:
            // A name and a unit, and not an alias: INTERVAL days DAY.
            guard !hasSign, IntervalText.units[peek(2).word] != nil, !SQLWords.afterExpression.contains(peek().word) else { return nil }
            throw computed(position)
        default: return nil
        }
        at += 1
        var total = Interval()
        var parts = 0
        while true {
            var isNegative = false
            let hasSign = isSymbol("-") || isSymbol("+")
            let isMore = hasSign && (parts == 0 || IntervalText.units[peek(2).word] != nil)
            if isMore {
                isNegative = isSymbol("-")
                at += 1
            }
            let text: String
            let isText: Bool
            switch current.kind {
            case .text(let bytes): (text, isText) = (String(decoding: bytes, as: UTF8.self), true)
            case .number(let number): (text, isText) = (number, false)
            default:
                if parts > 0, !isMore { return .interval(total) }
                throw unexpected("a number")
            }
            // A number behind the last part that no unit follows is no part.
            if parts > 0, IntervalText.units[peek().word] == nil { return .interval(total) }
            let place = current.position
            at += 1
            guard let unit = IntervalText.units[current.word] else {
                guard isText, parts == 0 else { throw unexpected("a unit such as DAY", likely: IntervalText.unitNames) }
                guard let interval = IntervalText.phrase(text) else {
                    throw error("this is no interval; one is written INTERVAL 3 DAYS or INTERVAL '1 day 2 hours'", at: place)
                }
                return .interval(isNegative ? interval.negated : interval)
            }
            at += 1
            let part: Interval?
            if parts == 0, isText, isWord("to"), let end = IntervalText.units[peek().word] {
                at += 2
                guard let range = IntervalText.range(text, from: unit, to: end) else {
                    throw error("'\(text)' is no interval of \(unit.rawValue.uppercased()) TO \(end.rawValue.uppercased())\(IntervalText.example(unit, end))", at: place)
                }
                return .interval(isNegative ? range.negated : range)
            }
            part = IntervalText.part(text, unit)
            guard let part, let sum = total.adding(isNegative ? part.negated : part) else {
                throw error("'\(text)' is no number of \(unit.rawValue)s that an interval can have", at: place)
            }
            total = sum
            parts += 1
        }
    }

    private func computed(_ position: Int) -> ParseError {
        error("an interval's length is a literal, as in INTERVAL 3 DAYS; one that is computed is written n * INTERVAL 1 DAY, or date_add(day, n)", at: position)
    }
}

extension Interval {
    /// nil where it is too long.
    func adding(_ other: Interval) -> Interval? {
        let (months, a) = months.addingReportingOverflow(other.months)
        let (days, b) = days.addingReportingOverflow(other.days)
        let (microseconds, c) = microseconds.addingReportingOverflow(other.microseconds)
        return a || b || c ? nil : Interval(months: months, days: days, microseconds: microseconds)
    }
}

/// What stands in an interval's quotes.
enum IntervalText {
    enum Unit: String { case year, quarter, month, week, day, hour, minute, second, millisecond, microsecond, nanosecond }

    static let units: [String: Unit] = {
        var units: [String: Unit] = [:]
        for unit in [Unit.year, .quarter, .month, .week, .day, .hour, .minute, .second, .millisecond, .microsecond, .nanosecond] {
            units[unit.rawValue] = unit
            units[unit.rawValue + "s"] = unit
        }
        return units
    }()
    static let unitNames = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"]

    /// A number of one unit. Only seconds can have a fraction.
    static func part(_ text: String, _ unit: Unit) -> Interval? {
        let digits = Array(text.utf8).filter { $0 != UInt8(ascii: " ") }
        if unit == .second {
            guard let value = digits.withUnsafeBytes({ NumberParsing.decimal($0, precision: 38, scale: 6) }), let microseconds = Int64(exactly: value) else { return nil }
            return Interval(microseconds: microseconds)
        }
        guard let value = digits.withUnsafeBytes({ NumberParsing.integer($0) }) else { return nil }
        func scaled(_ factor: Int64) -> Int64? {
            let (product, overflow) = value.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        switch unit {
        case .year, .quarter, .month:
            guard let months = scaled(unit == .year ? 12 : unit == .quarter ? 3 : 1).flatMap({ Int32(exactly: $0) }) else { return nil }
            return Interval(months: months)
        case .week, .day:
            guard let days = scaled(unit == .week ? 7 : 1).flatMap({ Int32(exactly: $0) }) else { return nil }
            return Interval(days: days)
        case .hour, .minute, .second, .millisecond, .microsecond:
            let factors: [Unit: Int64] = [.hour: 3_600_000_000, .minute: 60_000_000, .second: 1_000_000, .millisecond: 1000, .microsecond: 1]
            guard let factor = factors[unit], let microseconds = scaled(factor) else { return nil }
            return Interval(microseconds: microseconds)
        case .nanosecond: return Interval(microseconds: value / 1000)
        }
    }

    /// `1 year -2 days 3 hours`, with the word `interval` before or without.
    static func phrase(_ text: String) -> Interval? {
        var words = text.lowercased().split { $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init)
        if words.first == "interval" { words.removeFirst() }
        // A sign may stand apart from its number.
        var joined: [String] = []
        for word in words {
            if let last = joined.last, last == "-" || last == "+" { joined[joined.count - 1] = last + word } else { joined.append(word) }
        }
        guard !joined.isEmpty, joined.count % 2 == 0 else { return nil }
        var total = Interval()
        for i in stride(from: 0, to: joined.count, by: 2) {
            guard let unit = units[joined[i + 1]], let part = part(joined[i], unit), let sum = total.adding(part) else { return nil }
            total = sum
        }
        return total
    }

    private static let clock: [Unit] = [.day, .hour, .minute, .second]

    /// `1-2` of years and months, `1 02:03:04.5` from days to seconds, or a part of that. The first number has no limit, those behind it are less than a whole of the
    /// one before.
    static func range(_ text: String, from start: Unit, to end: Unit) -> Interval? {
        var body = Substring(text.filter { $0 != "\t" })
        while body.first == " " { body.removeFirst() }
        while body.last == " " { body.removeLast() }
        var isNegative = false
        if body.first == "-" || body.first == "+" { isNegative = body.removeFirst() == "-" }
        let units: [Unit]
        if start == .year, end == .month {
            units = [.year, .month]
        } else if let first = clock.firstIndex(of: start), let last = clock.firstIndex(of: end), first < last {
            units = Array(clock[first...last])
        } else {
            return nil
        }
        var total = Interval()
        for (i, unit) in units.enumerated() {
            let separator: Character? = i == units.count - 1 ? nil : unit == .year ? "-" : unit == .day ? " " : ":"
            let number: Substring
            if let separator {
                guard let place = body.firstIndex(of: separator) else { return nil }
                number = body[..<place]
                body = body[body.index(after: place)...]
            } else {
                number = body
            }
            guard let digit = number.utf8.first, digit.isDigit, let part = part(String(number), unit) else { return nil }
            let limits: [Unit: Int64] = [.month: 11, .hour: 23, .minute: 59, .second: 59]
            if i > 0, let limit = limits[unit], let whole = Int64(number.prefix { $0 != "." }), whole > limit { return nil }
            guard let sum = total.adding(part) else { return nil }
            total = sum
        }
        return isNegative ? total.negated : total
    }

    static func example(_ start: Unit, _ end: Unit) -> String {
        if start == .year, end == .month { return "; one is '1-2'" }
        guard let first = clock.firstIndex(of: start), let last = clock.firstIndex(of: end), first < last else {
            return "; there is YEAR TO MONTH, and there are those from DAY, HOUR or MINUTE to HOUR, MINUTE or SECOND"
        }
        let parts = ["1", "02", "03", "04"][first...last]
        let text = start == .day ? "1 " + parts.dropFirst().joined(separator: ":") : parts.joined(separator: ":")
        return "; one is '\(text)'"
    }
}
