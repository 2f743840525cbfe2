/// Functions over dates and timestamps, all in UTC. Strings are cast first. Null where an operand is.
extension Operand {
    /// A part of a date or a moment.
    public enum DatePart: Sendable {
        case year, quarter, month, day, hour, minute, second
        /// 1 is Sunday.
        case dayOfWeek

        var needsTime: Bool { self == .hour || self == .minute || self == .second }
    }

    /// The part as an `int`.
    public static func part(_ part: DatePart, of a: Operand) -> Operand {
        let isTime = part.needsTime || a.type == .timestamp
        return a.cast(to: isTime ? .timestamp : .date).map(\.flattened).map { column in
            func date(_ days: Int) -> Int32 {
                if part == .dayOfWeek { return Int32((days + 4).flooredDivision(by: 7).remainder + 1) }
                let date = CivilDate(days: days)
                switch part {
                case .year: return Int32(truncatingIfNeeded: date.year)
                case .quarter: return Int32((date.month - 1) / 3 + 1)
                case .month: return Int32(date.month)
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

    /// The moment as text; see `DatePattern`.
    public static func format(_ a: Operand, _ pattern: DatePattern) -> Operand {
        a.cast(to: .timestamp).map { column in
            let flat = column.flattened
            let input = flat.fixedValues(of: Int64.self)
            return flat.formattingRows { pattern.append(input[$0], to: &$1) }
        }
    }
}

/// A pattern of dates and times, in the letters of Java's `DateTimeFormatter` that Spark's `date_format` takes.
///
/// | letters | stand for |
/// | --- | --- |
/// | `y`, `u` | year: `yy` two digits, else at least as many as letters |
/// | `M`, `L` | month: `M`, `MM`, `MMM` (Feb), `MMMM` (February) |
/// | `d`, `D` | day of the month, of the year |
/// | `E` | day of the week: `E` to `EEE` (Thu), `EEEE` (Thursday) |
/// | `H`, `h`, `K`, `k` | hour of 0-23, 1-12, 0-11, 1-24 |
/// | `m`, `s`, `S` | minute, second, digits of the fraction |
/// | `a` | AM or PM |
/// | `Q`, `q` | quarter |
/// | `X`, `x`, `z`, `Z`, `V`, `O` | the zone, which is UTC |
///
/// Text in single quotes stands for itself, two of them for one; so does everything that is no letter.
public struct DatePattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text([UInt8])
        case letters(UInt8, Int)
    }

    private let parts: [Part]

    /// Nil when the pattern has a letter that stands for nothing, or a quote that is never closed.
    public init?(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        var parts: [Part] = []
        var i = 0
        func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") }
        while i < bytes.count {
            let byte = bytes[i]
            if byte == UInt8(ascii: "'") {
                var text: [UInt8] = []
                var j = i + 1
                while true {
                    guard j < bytes.count else { return nil }
                    if bytes[j] == byte {
                        if j + 1 < bytes.count, bytes[j + 1] == byte {
                            text.append(byte)
                            j += 2
                            continue
                        }
                        break
                    }
                    text.append(bytes[j])
                    j += 1
                }
                parts.append(.text(j == i + 1 ? [byte] : text))
                i = j + 1
            } else if isLetter(byte) {
                var n = 1
                while i + n < bytes.count, bytes[i + n] == byte { n += 1 }
                guard "yuMLdDEHhKkmsSaQqXxzZVO".utf8.contains(byte), n <= 9 else { return nil }
                parts.append(.letters(byte, n))
                i += n
            } else {
                parts.append(.text([byte]))
                i += 1
            }
        }
        self.parts = parts
    }

    private static let months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// Appends the text of a moment, given in microseconds since 1970-01-01T00:00:00Z.
    public func append(_ microseconds: Int64, to out: inout TextBuffer) {
        let time = CivilTime(microseconds: microseconds)
        for part in parts {
            switch part {
            case .text(let bytes): bytes.withUnsafeBytes { out.append(bytes: $0) }
            case .letters(let letter, let n): append(letter, n, time, to: &out)
            }
        }
    }

    private func append(_ letter: UInt8, _ n: Int, _ time: CivilTime, to out: inout TextBuffer) {
        func number(_ value: Int, to out: inout TextBuffer) {
            if value < 0 { out.append(UInt8(ascii: "-")) }
            out.append(UInt64(value.magnitude), width: n)
        }
        let date = time.date
        switch letter {
        case UInt8(ascii: "y"), UInt8(ascii: "u"):
            if n == 2 { out.append(UInt64(date.year.flooredDivision(by: 100).remainder), width: 2) } else { number(date.year, to: &out) }
        case UInt8(ascii: "M"), UInt8(ascii: "L"):
            switch n {
            case 1, 2: number(date.month, to: &out)
            case 3: out.append(String(DatePattern.months[date.month - 1].prefix(3)))
            default: out.append(DatePattern.months[date.month - 1])
            }
        case UInt8(ascii: "d"): number(date.day, to: &out)
        case UInt8(ascii: "D"): number(date.days - CivilDate(year: date.year, month: 1, day: 1).days + 1, to: &out)
        case UInt8(ascii: "E"):
            let name = DatePattern.days[(date.days + 4).flooredDivision(by: 7).remainder]
            out.append(n <= 3 ? String(name.prefix(3)) : name)
        case UInt8(ascii: "H"): number(time.hour, to: &out)
        case UInt8(ascii: "h"): number((time.hour + 11) % 12 + 1, to: &out)
        case UInt8(ascii: "K"): number(time.hour % 12, to: &out)
        case UInt8(ascii: "k"): number(time.hour == 0 ? 24 : time.hour, to: &out)
        case UInt8(ascii: "m"): number(time.minute, to: &out)
        case UInt8(ascii: "s"): number(time.second, to: &out)
        case UInt8(ascii: "S"):
            var (fraction, digits) = (UInt64(time.microsecond), 6)
            while digits > n {
                fraction /= 10
                digits -= 1
            }
            out.append(fraction, width: digits)
            for _ in digits..<max(n, digits) { out.append(UInt8(ascii: "0")) }
        case UInt8(ascii: "a"): time.hour < 12 ? out.append("AM") : out.append("PM")
        case UInt8(ascii: "Q"), UInt8(ascii: "q"):
            if n == 3 { out.append(UInt8(ascii: "Q")) }
            out.append(unsigned: UInt64((date.month - 1) / 3 + 1))
        case UInt8(ascii: "X"): out.append(UInt8(ascii: "Z"))
        case UInt8(ascii: "x"), UInt8(ascii: "Z"): n == 1 && letter == UInt8(ascii: "x") ? out.append("+00") : n == 3 || n == 5 ? out.append("+00:00") : out.append("+0000")
        default: out.append("UTC")
        }
    }
}
