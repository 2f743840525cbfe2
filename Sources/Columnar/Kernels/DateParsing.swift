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

    /// Microseconds since 1970-01-01T00:00:00Z of a date as in `date`, optionally followed by a space or `T`, `H:m[:s[.fraction]]` and a zone:
    /// `Z`, `UTC`, `GMT` or `+h[:mm[:ss]]`, also behind a space or `UTC`. Without a zone the time is UTC.
    ///
    /// Digits of the fraction past the sixth are cut off.
    public static func timestamp(_ text: UnsafeRawBufferPointer) -> Int64? {
        var cursor = Cursor(text)
        guard let (date, isFull) = cursor.date() else { return nil }
        var seconds = date.days * 86_400
        var fraction = 0
        if !cursor.isAtEnd {
            guard isFull, cursor.take(UInt8(ascii: " ")) || cursor.take(UInt8(ascii: "T")) else { return nil }
            guard let hour = cursor.number(1...2), hour < 24, cursor.take(UInt8(ascii: ":")), let minute = cursor.number(1...2), minute < 60 else { return nil }
            seconds += hour * 3600 + minute * 60
            if cursor.take(UInt8(ascii: ":")) {
                guard let second = cursor.number(1...2), second < 60 else { return nil }
                seconds += second
                if cursor.take(UInt8(ascii: ".")) { fraction = cursor.microseconds() }
            }
            if !cursor.isAtEnd {
                guard let offset = cursor.zone(), cursor.isAtEnd else { return nil }
                seconds -= offset
            }
        }
        let (micros, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000)
        if overflow { return nil }
        let (sum, overflow2) = micros.addingReportingOverflow(Int64(fraction))
        return overflow2 ? nil : sum
    }

    private struct Cursor {
        private let bytes: UnsafeRawBufferPointer
        private var at = 0

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { at == bytes.count }

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
        mutating func date() -> (CivilDate, isFull: Bool)? {
            let isNegative = take(UInt8(ascii: "-"))
            if !isNegative { _ = take(UInt8(ascii: "+")) }
            guard let year = number(4...7) else { return nil }
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

        /// Seconds east of UTC.
        mutating func zone() -> Int? {
            _ = take(UInt8(ascii: " "))
            if take(UInt8(ascii: "Z")) { return 0 }
            if takeWord("UTC") || takeWord("GMT") {
                if isAtEnd { return 0 }
            }
            let isWest = take(UInt8(ascii: "-"))
            guard isWest || take(UInt8(ascii: "+")) else { return nil }
            guard let first = number(1...6) else { return nil }
            var (hour, minute, second) = (first, 0, 0)
            if take(UInt8(ascii: ":")) {
                guard let given = number(2...2) else { return nil }
                minute = given
                if take(UInt8(ascii: ":")) {
                    guard let given = number(2...2) else { return nil }
                    second = given
                }
            } else if first >= 100 {
                // +hhmm
                guard first < 10_000 else { return nil }
                (hour, minute) = (first / 100, first % 100)
            }
            guard hour <= 18, minute < 60, second < 60 else { return nil }
            let offset = hour * 3600 + minute * 60 + second
            return isWest ? -offset : offset
        }

        private mutating func takeWord(_ word: StaticString) -> Bool {
            let n = word.utf8CodeUnitCount
            guard at + n <= bytes.count, (0..<n).allSatisfy({ bytes[at + $0] == word.utf8Start[$0] }) else { return false }
            at += n
            return true
        }
    }
}
