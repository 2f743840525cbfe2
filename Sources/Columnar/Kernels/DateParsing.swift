/// Dates and times from text, in the forms that Spark's casts take. None of these trims; nil means that the text is no such thing.
public enum DateParsing {
    /// Days since 1970-01-01 of `yyyy`, `yyyy-M` or `yyyy-M-d`; a full date may be followed by a space or `T` and anything.
    ///
    /// Years have four to seven digits and may have a sign. A day that the calendar lacks is refused.
    public static func date(_ text: UnsafeRawBufferPointer) -> Int32? {
        var cursor = Cursor(text)
        guard let (date, isFull) = cursor.date() else { return nil }
        guard cursor.isAtEnd || (isFull && (cursor.take(UInt8(ascii: " ")) || cursor.take(UInt8(ascii: "T")))) else { return nil }
        return Int32(exactly: date.days)
    }

    /// Microseconds since 1970-01-01T00:00:00Z of a date as in `date` with a year of at most six digits, optionally followed by a space or `T` and
    /// `H[:m[:s[.fraction]]]`, and behind the seconds by a zone as `TimeZoneRules.named` takes it. Without a zone the time is UTC.
    ///
    /// Digits of the fraction past the sixth are cut off.
    ///
    /// - Parameter today: days since 1970-01-01 that a time alone (`T12`, `10:15`) is of; nil where that is no timestamp.
    public static func timestamp(_ text: UnsafeRawBufferPointer, today: Int? = nil) -> Int64? {
        var cursor = Cursor(text)
        var days: Int
        if let today, cursor.isTimeAlone {
            _ = cursor.take(UInt8(ascii: "T"))
            days = today
        } else {
            guard let (date, isFull) = cursor.date(maximumYear: 999_999) else { return nil }
            days = date.days
            if cursor.isAtEnd { return microseconds(days, seconds: 0, fraction: 0) }
            guard isFull, cursor.take(UInt8(ascii: " ")) || cursor.take(UInt8(ascii: "T")) else { return nil }
        }
        guard let hour = cursor.number(1...2), hour < 24 else { return nil }
        var seconds = hour * 3600
        var fraction = 0
        if !cursor.isAtEnd {
            guard cursor.take(UInt8(ascii: ":")), let minute = cursor.number(1...2), minute < 60 else { return nil }
            seconds += minute * 60
        }
        if !cursor.isAtEnd {
            guard cursor.take(UInt8(ascii: ":")), let second = cursor.number(1...2), second < 60 else { return nil }
            seconds += second
            if cursor.take(UInt8(ascii: ".")) { fraction = cursor.microseconds() }
            if !cursor.isAtEnd {
                if let offset = cursor.offset() {
                    seconds -= offset
                } else {
                    guard let zone = cursor.zone() else { return nil }
                    let local = Int64(days) * 86_400 + Int64(seconds)
                    seconds -= Int(zone.offset(atLocal: local))
                }
            }
        }
        return microseconds(days, seconds: seconds, fraction: fraction)
    }

    private static func microseconds(_ days: Int, seconds: Int, fraction: Int) -> Int64? {
        let (micros, overflow) = Int64(days * 86_400 + seconds).multipliedReportingOverflow(by: 1_000_000)
        if overflow { return nil }
        let (sum, overflow2) = micros.addingReportingOverflow(Int64(fraction))
        return overflow2 ? nil : sum
    }

    private struct Cursor {
        private let bytes: UnsafeRawBufferPointer
        private var at = 0

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { at == bytes.count }

        /// Whether the text begins as a time does and no date: with `T`, or with one or two digits and a colon.
        var isTimeAlone: Bool {
            if bytes.count > 1, bytes[0] == UInt8(ascii: "T") { return true }
            return (bytes.count > 1 && bytes[1] == UInt8(ascii: ":")) || (bytes.count > 2 && bytes[2] == UInt8(ascii: ":"))
        }

        @inline(__always)
        mutating func take(_ byte: UInt8) -> Bool {
            guard at < bytes.count, bytes[at] == byte else { return false }
            at += 1
            return true
        }

        @inline(__always)
        mutating func number(_ digits: ClosedRange<Int>) -> Int? {
            let start = at
            var value = 0
            while at < bytes.count {
                let digit = bytes[at] &- UInt8(ascii: "0")
                if digit > 9 { break }
                if at - start == digits.upperBound { return nil }
                value = value * 10 + Int(digit)
                at += 1
            }
            return at - start >= digits.lowerBound ? value : nil
        }

        /// A date, and whether it had a day.
        @inline(__always)
        mutating func date(maximumYear: Int = 9_999_999) -> (CivilDate, isFull: Bool)? {
            let isNegative = take(UInt8(ascii: "-"))
            if !isNegative { _ = take(UInt8(ascii: "+")) }
            guard let year = number(4...7), year <= maximumYear else { return nil }
            var date = CivilDate(year: isNegative ? -year : year, month: 1, day: 1)
            guard take(UInt8(ascii: "-")) else { return (date, false) }
            guard let month = number(1...2) else { return nil }
            date.month = month
            var isFull = false
            if take(UInt8(ascii: "-")) {
                guard let day = number(1...2) else { return nil }
                date.day = day
                isFull = true
            }
            return date.isValid ? (date, isFull) : nil
        }

        mutating func microseconds() -> Int {
            var (value, digits) = (0, 0)
            while at < bytes.count, bytes[at] &- UInt8(ascii: "0") <= 9 {
                if digits < 6 {
                    value = value * 10 + Int(bytes[at] &- UInt8(ascii: "0"))
                    digits += 1
                }
                at += 1
            }
            while digits < 6 {
                value *= 10
                digits += 1
            }
            return value
        }

        /// Seconds east of UTC of `Z` or an offset with two digits for hours and minutes, which is all of the rest; nil for any other zone.
        @inline(__always)
        mutating func offset() -> Int? {
            let count = bytes.count - at
            if count == 1, bytes[at] == UInt8(ascii: "Z") { return 0 }
            guard count == 6, bytes[at + 3] == UInt8(ascii: ":") else { return nil }
            let sign = bytes[at]
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
            var digits = 0
            for i in 1...5 where i != 3 {
                let digit = bytes[at + i] &- UInt8(ascii: "0")
                if digit > 9 { return nil }
                digits = digits * 10 + Int(digit)
            }
            guard digits % 100 < 60, digits <= 1800 else { return nil }
            let seconds = digits / 100 * 3600 + digits % 100 * 60
            return sign == UInt8(ascii: "-") ? -seconds : seconds
        }

        /// The zone that the rest names, blanks before it left away.
        func zone() -> TimeZoneRules? {
            var start = at
            while start < bytes.count, bytes[start] == 0x20 { start += 1 }
            return TimeZoneRules.find(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }
}
