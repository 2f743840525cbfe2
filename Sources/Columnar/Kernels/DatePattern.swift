/// A pattern of dates and times, in the letters of Java's `DateTimeFormatter` that Spark takes (its page "Datetime Patterns for Formatting and Parsing").
///
/// | letters | stand for |
/// | --- | --- |
/// | `y` | year: `yy` two digits, else at least as many as letters; with `G` the year of the era |
/// | `G` | era: AD, `GGGG` Anno Domini |
/// | `M`, `L` | month: `M`, `MM`, `MMM` (Feb), `MMMM` (February) |
/// | `d`, `D`, `F` | day of the month, of the year, of the month's week |
/// | `E` | day of the week: `E` to `EEE` (Thu), `EEEE` (Thursday) |
/// | `Q`, `q` | quarter: `Q`, `QQ`, `QQQ` (Q1), `QQQQ` (1st quarter) |
/// | `H`, `k`, `h`, `K` | hour of 0-23, 1-24, 1-12, 0-11 |
/// | `m`, `s`, `S` | minute, second, digits of the fraction |
/// | `a` | AM or PM |
/// | `V`, `z`, `O`, `X`, `x`, `Z` | the zone: written as UTC, read as a region, a name or an offset |
///
/// Text in single quotes stands for itself, two of them for one; so does everything that is no letter. What is in brackets may be missing in text that is
/// read.
public struct DatePattern: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case text([UInt8])
        case letters(UInt8, Int)
        /// What is read if it is there.
        case optional([Part])
    }

    let parts: [Part]
    /// Years are counted in eras.
    let hasEra: Bool
    /// What reads the pattern; nil for letters that are only written.
    let reader: DateReader?

    /// The pattern of Spark's functions where none is given.
    public static let standard = DatePattern(parts: [
        .letters(UInt8(ascii: "y"), 4), .text([0x2d]), .letters(UInt8(ascii: "M"), 2), .text([0x2d]), .letters(UInt8(ascii: "d"), 2), .text([0x20]),
        .letters(UInt8(ascii: "H"), 2), .text([0x3a]), .letters(UInt8(ascii: "m"), 2), .text([0x3a]), .letters(UInt8(ascii: "s"), 2),
    ])

    /// Whether text can be read by the pattern: `E`, `F`, `Q` and `q` are only written.
    public var canRead: Bool { reader != nil }

    private init(parts: [Part]) {
        self.parts = parts
        hasEra = DatePattern.letters(parts).contains(UInt8(ascii: "G"))
        reader = DatePattern.letters(parts).contains(where: { [UInt8(ascii: "E"), UInt8(ascii: "F"), UInt8(ascii: "Q"), UInt8(ascii: "q")].contains($0) }) ? nil : DateReader(parts, hasEra: hasEra)
    }

    private static func letters(_ parts: [Part]) -> [UInt8] {
        parts.flatMap { part -> [UInt8] in
            switch part {
            case .text: []
            case .letters(let letter, _): [letter]
            case .optional(let inner): letters(inner)
            }
        }
    }

    /// How often each letter may stand in a row.
    private static let counts: [(letters: StaticString, counts: ClosedRange<Int>)] = [
        ("y", 1...6), ("MLQqEG", 1...4), ("dHhKkms", 1...2), ("D", 1...3), ("Fa", 1...1), ("S", 1...9), ("Xx", 1...5), ("Z", 1...5), ("z", 1...4), ("V", 2...2),
    ]

    /// Nil when the pattern has a letter that stands for nothing, or too often, or a quote or bracket that is never closed.
    public init?(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        var stack: [[Part]] = [[]]
        var i = 0
        while i < bytes.count {
            let byte = bytes[i]
            let last = stack.count - 1
            if byte == UInt8(ascii: "'") {
                var text: [UInt8] = []
                var j = i + 1
                while true {
                    guard j < bytes.count else { return nil }
                    if bytes[j] == byte {
                        if j + 1 < bytes.count, bytes[j + 1] == byte, j > i + 1 {
                            text.append(byte)
                            j += 2
                            continue
                        }
                        break
                    }
                    text.append(bytes[j])
                    j += 1
                }
                stack[last].append(.text(j == i + 1 ? [byte] : text))
                i = j + 1
            } else if (byte | 0x20) &- 0x61 < 26 {
                var n = 1
                while i + n < bytes.count, bytes[i + n] == byte { n += 1 }
                let isKnown = DatePattern.counts.contains { entry in
                    entry.counts.contains(n) && UnsafeBufferPointer(start: entry.letters.utf8Start, count: entry.letters.utf8CodeUnitCount).contains(byte)
                }
                guard isKnown || (byte == UInt8(ascii: "O") && (n == 1 || n == 4)) else { return nil }
                stack[last].append(.letters(byte, n))
                i += n
            } else {
                switch byte {
                case UInt8(ascii: "["):
                    guard stack.count < 64 else { return nil }
                    stack.append([])
                case UInt8(ascii: "]"):
                    guard stack.count > 1 else { return nil }
                    let inner = stack.removeLast()
                    stack[stack.count - 1].append(.optional(inner))
                case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "#"): return nil
                default: stack[last].append(.text([byte]))
                }
                i += 1
            }
        }
        // A bracket that is open at the end is closed there.
        while stack.count > 1 {
            let inner = stack.removeLast()
            stack[stack.count - 1].append(.optional(inner))
        }
        self.init(parts: stack[0])
    }

    static let months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
    static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    // MARK: Writing

    /// Appends the text of a moment, given in microseconds since 1970-01-01T00:00:00Z.
    public func append(_ microseconds: Int64, to out: inout TextBuffer) { append(parts, CivilTime(microseconds: microseconds), to: &out) }

    private func append(_ parts: [Part], _ time: CivilTime, to out: inout TextBuffer) {
        for part in parts {
            switch part {
            case .text(let bytes): bytes.withUnsafeBytes { out.append(bytes: $0) }
            case .letters(let letter, let n): append(letter, n, time, to: &out)
            case .optional(let inner): append(inner, time, to: &out)
            }
        }
    }

    private func append(_ letter: UInt8, _ n: Int, _ time: CivilTime, to out: inout TextBuffer) {
        func number(_ value: Int, to out: inout TextBuffer) {
            if value < 0 { out.append(UInt8(ascii: "-")) }
            out.append(UInt64(value.magnitude), width: n)
        }
        func name(_ name: String, short: Bool, to out: inout TextBuffer) { out.append(short ? String(name.prefix(3)) : name) }
        let date = time.date
        switch letter {
        case UInt8(ascii: "y"):
            let year = hasEra && date.year < 1 ? 1 - date.year : date.year
            if n == 2 {
                out.append(UInt64(year.magnitude % 100), width: 2)
            } else {
                if n >= 4, year > (n == 4 ? 9999 : n == 5 ? 99_999 : 999_999) { out.append(UInt8(ascii: "+")) }
                number(year, to: &out)
            }
        case UInt8(ascii: "G"):
            if n < 4 { date.year < 1 ? out.append("BC") : out.append("AD") } else { date.year < 1 ? out.append("Before Christ") : out.append("Anno Domini") }
        case UInt8(ascii: "M"), UInt8(ascii: "L"):
            if n < 3 { number(date.month, to: &out) } else { name(DatePattern.months[date.month - 1], short: n == 3, to: &out) }
        case UInt8(ascii: "d"): number(date.day, to: &out)
        case UInt8(ascii: "D"): number(date.days - CivilDate(year: date.year, month: 1, day: 1).days + 1, to: &out)
        case UInt8(ascii: "F"): number((date.day - 1) % 7 + 1, to: &out)
        case UInt8(ascii: "E"): name(DatePattern.days[(date.days + 4).flooredDivision(by: 7).remainder], short: n < 4, to: &out)
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
            let quarter = (date.month - 1) / 3 + 1
            switch n {
            case 1, 2: number(quarter, to: &out)
            case 3:
                out.append(UInt8(ascii: "Q"))
                out.append(unsigned: UInt64(quarter))
            default: out.append(["1st", "2nd", "3rd", "4th"][quarter - 1] + " quarter")
            }
        case UInt8(ascii: "X"): out.append(UInt8(ascii: "Z"))
        case UInt8(ascii: "x"): n == 1 ? out.append("+00") : n == 2 || n == 4 ? out.append("+0000") : out.append("+00:00")
        case UInt8(ascii: "Z"): n < 4 ? out.append("+0000") : n == 4 ? out.append("GMT") : out.append(UInt8(ascii: "Z"))
        case UInt8(ascii: "O"): out.append("GMT")
        case UInt8(ascii: "z") where n == 4: out.append("Coordinated Universal Time")
        default: out.append("UTC")
        }
    }

    // MARK: Reading

    /// Microseconds since 1970-01-01T00:00:00Z of text that is as the pattern says, to its last byte; nil where it is not, or where the calendar has no such
    /// day. What the pattern does not name is that of 1970-01-01T00:00:00; without a zone the time is UTC.
    public func read(_ text: UnsafeRawBufferPointer) -> Int64? { reader?.read(text) }
}
