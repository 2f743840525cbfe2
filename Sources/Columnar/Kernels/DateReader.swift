/// Reads text by a `DatePattern`, as Java's strict `DateTimeFormatter` does: digits of neighbouring numbers are dealt out by their widths, names of months are
/// known in any case, and what is read must fit together.
struct DateReader: Sendable, Hashable {
    private enum Step: Sendable, Hashable {
        case text([UInt8])
        case number(Number)
        case month(isShort: Bool)
        case halfDay
        case era(isShort: Bool)
        case fraction(digits: Int)
        case offset(Offset)
        case zone
        case optional([Step])
    }

    /// The fields of a date and time.
    private enum Item: Int, Sendable, Hashable {
        case year, yearOfCentury, month, day, dayOfYear, hour, clockHour, halfDayHour, clockHalfDayHour, minute, second
    }

    private struct Number: Sendable, Hashable {
        enum Sign: Sendable, Hashable { case never, minus, minusAndExceeding }
        var item: Item
        var digits: ClosedRange<Int>
        var sign: Sign
        /// Digits of the numbers right behind this one; -1 where this one must not take more than its least.
        var reserved = 0

        var isFixed: Bool { reserved == -1 || (reserved > 0 && digits.lowerBound == digits.upperBound && sign == .never) }
    }

    /// `+hh`, `+hhmm`, `+hh:mm`, ...
    private struct Offset: Sendable, Hashable {
        enum Part: Sendable, Hashable { case none, optional, required }
        var minutes: Part
        var seconds: Part
        var colons: Bool
        /// `Z` stands for no offset.
        var takesZ: Bool
        /// `GMT` comes before, and the hour may have one digit.
        var isNamed = false
    }

    private let steps: [Step]
    private let hasEra: Bool

    init(_ parts: [DatePattern.Part], hasEra: Bool) {
        self.hasEra = hasEra
        steps = DateReader.steps(parts)
    }

    private static func steps(_ parts: [DatePattern.Part]) -> [Step] {
        var steps: [Step] = []
        /// The number that those right behind it take digits from.
        var active: Int?
        func add(_ number: Number) {
            guard let at = active, case .number(var base) = steps[at] else {
                active = steps.count
                steps.append(.number(number))
                return
            }
            if number.digits.lowerBound == number.digits.upperBound, number.sign == .never {
                base.reserved += number.digits.upperBound
                var fixed = number
                fixed.reserved = -1
                steps.append(.number(fixed))
            } else {
                base.reserved = -1
                active = steps.count
                steps.append(.number(number))
            }
            steps[at] = .number(base)
        }
        for part in parts {
            switch part {
            case .letters(let letter, let n):
                if let number = number(letter, n) {
                    add(number)
                    continue
                }
                steps.append(other(letter, n))
            case .text(let bytes): steps.append(.text(bytes))
            case .optional(let inner): steps.append(.optional(DateReader.steps(inner)))
            }
            active = nil
        }
        return steps
    }

    private static func number(_ letter: UInt8, _ n: Int) -> Number? {
        func plain(_ item: Item) -> Number { n == 1 ? Number(item: item, digits: 1...19, sign: .minus) : Number(item: item, digits: n...n, sign: .never) }
        switch letter {
        case UInt8(ascii: "y"):
            if n == 2 { return Number(item: .yearOfCentury, digits: 2...2, sign: .never) }
            return Number(item: .year, digits: n...19, sign: n < 4 ? .minus : .minusAndExceeding)
        case UInt8(ascii: "M"), UInt8(ascii: "L"): return n < 3 ? plain(.month) : nil
        case UInt8(ascii: "d"): return plain(.day)
        case UInt8(ascii: "D"): return n == 1 ? plain(.dayOfYear) : Number(item: .dayOfYear, digits: n...3, sign: .never)
        case UInt8(ascii: "H"): return plain(.hour)
        case UInt8(ascii: "k"): return plain(.clockHour)
        case UInt8(ascii: "K"): return plain(.halfDayHour)
        case UInt8(ascii: "h"): return plain(.clockHalfDayHour)
        case UInt8(ascii: "m"): return plain(.minute)
        case UInt8(ascii: "s"): return plain(.second)
        default: return nil
        }
    }

    private static func other(_ letter: UInt8, _ n: Int) -> Step {
        switch letter {
        case UInt8(ascii: "M"), UInt8(ascii: "L"): return .month(isShort: n == 3)
        case UInt8(ascii: "a"): return .halfDay
        case UInt8(ascii: "G"): return .era(isShort: n < 4)
        case UInt8(ascii: "S"): return .fraction(digits: n)
        case UInt8(ascii: "X"), UInt8(ascii: "x"):
            let takesZ = letter == UInt8(ascii: "X")
            switch n {
            case 1: return .offset(Offset(minutes: .optional, seconds: .none, colons: false, takesZ: takesZ))
            case 2: return .offset(Offset(minutes: .required, seconds: .none, colons: false, takesZ: takesZ))
            case 3: return .offset(Offset(minutes: .required, seconds: .none, colons: true, takesZ: takesZ))
            case 4: return .offset(Offset(minutes: .required, seconds: .optional, colons: false, takesZ: takesZ))
            default: return .offset(Offset(minutes: .required, seconds: .optional, colons: true, takesZ: takesZ))
            }
        case UInt8(ascii: "Z") where n < 4: return .offset(Offset(minutes: .required, seconds: .none, colons: false, takesZ: false))
        case UInt8(ascii: "Z") where n == 5: return .offset(Offset(minutes: .required, seconds: .optional, colons: true, takesZ: true))
        case UInt8(ascii: "Z"), UInt8(ascii: "O"): return .offset(Offset(minutes: .optional, seconds: .optional, colons: true, takesZ: false, isNamed: true))
        default: return .zone
        }
    }

    // MARK: Reading

    /// What was read; `missing` stands for what was not.
    private struct Fields {
        static let missing = Int.min
        // Not an array, which would be allocated for every text.
        var year = missing, month = missing, day = missing, dayOfYear = missing
        var hour = missing, halfDayHour = missing, minute = missing, second = missing, nanosecond = missing
        var isAfternoon = missing, isBeforeChrist = missing
        var offset = missing
        var zone: TimeZoneRules?

        /// False where another value was read for the field before.
        private func put(_ field: inout Int, _ value: Int) -> Bool {
            if field != Fields.missing, field != value { return false }
            field = value
            return true
        }

        mutating func put(_ item: Item, _ value: Int) -> Bool {
            func check(_ range: ClosedRange<Int>) -> Bool { range.contains(value) }
            switch item {
            case .year: return check(-999_999_999...999_999_999) && set(\.year, value)
            case .yearOfCentury: return set(\.year, 2000 + value)
            case .month: return check(1...12) && set(\.month, value)
            case .day: return check(1...31) && set(\.day, value)
            case .dayOfYear: return check(1...366) && set(\.dayOfYear, value)
            case .hour: return check(0...23) && set(\.hour, value)
            case .clockHour: return check(1...24) && set(\.hour, value % 24)
            case .halfDayHour: return check(0...11) && set(\.halfDayHour, value)
            case .clockHalfDayHour: return check(1...12) && set(\.halfDayHour, value % 12)
            case .minute: return check(0...59) && set(\.minute, value)
            case .second: return check(0...59) && set(\.second, value)
            }
        }

        mutating func set(_ field: WritableKeyPath<Fields, Int>, _ value: Int) -> Bool {
            if self[keyPath: field] != Fields.missing, self[keyPath: field] != value { return false }
            self[keyPath: field] = value
            return true
        }
    }

    func read(_ text: UnsafeRawBufferPointer) -> Int64? {
        var fields = Fields()
        var at = 0
        guard DateReader.read(steps, text, &at, &fields), at == text.count else { return nil }
        return resolve(fields)
    }

    private static func read(_ steps: [Step], _ text: UnsafeRawBufferPointer, _ at: inout Int, _ fields: inout Fields) -> Bool {
        for step in steps {
            switch step {
            case .text(let bytes):
                guard takesText(bytes, text, &at) else { return false }
            case .number(let number):
                guard let value = DateReader.number(number, text, &at), fields.put(number.item, value) else { return false }
            case .month(let isShort):
                guard let month = month(isShort, text, &at), fields.put(.month, month) else { return false }
            case .halfDay:
                guard at + 2 <= text.count, text[at + 1] | 0x20 == UInt8(ascii: "m") else { return false }
                let letter = text[at] | 0x20
                guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p"), fields.set(\.isAfternoon, letter == UInt8(ascii: "p") ? 1 : 0) else { return false }
                at += 2
            case .era(let isShort):
                if takesText(Array((isShort ? "AD" : "Anno Domini").utf8), text, &at) {
                    guard fields.set(\.isBeforeChrist, 0) else { return false }
                } else {
                    guard takesText(Array((isShort ? "BC" : "Before Christ").utf8), text, &at), fields.set(\.isBeforeChrist, 1) else { return false }
                }
            case .fraction(let digits):
                var (value, count) = (0, 0)
                while count < digits, at < text.count, text[at] &- 0x30 <= 9 {
                    value = value * 10 + Int(text[at] - 0x30)
                    at += 1
                    count += 1
                }
                guard count > 0 else { return false }
                while count < 9 {
                    value *= 10
                    count += 1
                }
                guard fields.set(\.nanosecond, value) else { return false }
            case .offset(let form):
                guard let offset = offset(form, text, &at), fields.set(\.offset, offset) else { return false }
            case .zone:
                guard let zone = zone(text, &at), fields.zone == nil || fields.zone!.name == zone.name else { return false }
                fields.zone = zone
            case .optional(let inner):
                let (start, before) = (at, fields)
                if !read(inner, text, &at, &fields) { (at, fields) = (start, before) }
            }
        }
        return true
    }

    /// Text in any case, as far as it is ASCII.
    private static func takesText(_ bytes: [UInt8], _ text: UnsafeRawBufferPointer, _ at: inout Int) -> Bool {
        guard at + bytes.count <= text.count else { return false }
        for i in bytes.indices {
            let (a, b) = (bytes[i], text[at + i])
            guard a == b || (a ^ b == 0x20 && (a | 0x20) &- 0x61 < 26) else { return false }
        }
        at += bytes.count
        return true
    }

    private static func number(_ number: Number, _ text: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        guard at < text.count else { return nil }
        var start = at
        let isNegative = text[at] == UInt8(ascii: "-")
        let isPositive = text[at] == UInt8(ascii: "+")
        if isNegative {
            guard number.sign != .never else { return nil }
            start += 1
        } else if isPositive {
            guard number.sign == .minusAndExceeding else { return nil }
            start += 1
        }
        let least = number.digits.lowerBound
        guard start + least <= text.count else { return nil }
        // A fixed number takes its least; another all that there are, but for those that the numbers behind it need.
        let most = number.reserved == -1 ? (number.digits.lowerBound == number.digits.upperBound ? least : number.digits.upperBound) : number.digits.upperBound + max(number.reserved, 0)
        var end = start
        while end < text.count, end - start < most, text[end] &- 0x30 <= 9 { end += 1 }
        if number.reserved > 0 { end = min(end, start + max(least, end - start - number.reserved)) }
        guard end - start >= least else { return nil }
        var value = 0
        for i in start..<end {
            // More digits than a year or anything else can have.
            guard value < 1 << 56 else { return nil }
            value = value * 10 + Int(text[i] - 0x30)
        }
        if isNegative, value == 0 { return nil }
        if number.sign == .minusAndExceeding, !isNegative {
            // A plus stands where there are more digits than letters, and only there.
            guard isPositive == (end - start > least) else { return nil }
        }
        at = end
        return isNegative ? -value : value
    }

    private static func month(_ isShort: Bool, _ text: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        for (i, name) in DatePattern.months.enumerated() {
            if takesText(Array((isShort ? String(name.prefix(3)) : name).utf8), text, &at) { return i + 1 }
        }
        return nil
    }

    /// Seconds east of UTC.
    private static func offset(_ form: Offset, _ text: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        if form.isNamed {
            guard takesText(Array("GMT".utf8), text, &at) else { return nil }
            if at == text.count || (text[at] != UInt8(ascii: "+") && text[at] != UInt8(ascii: "-")) { return 0 }
        }
        if form.takesZ, at < text.count, text[at] | 0x20 == UInt8(ascii: "z") {
            at += 1
            return 0
        }
        guard at < text.count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") else { return nil }
        let isWest = text[at] == UInt8(ascii: "-")
        var i = at + 1
        func pair(_ i: Int) -> Int? {
            guard i + 2 <= text.count, text[i] &- 0x30 <= 9, text[i + 1] &- 0x30 <= 9 else { return nil }
            return Int(text[i] - 0x30) * 10 + Int(text[i + 1] - 0x30)
        }
        var seconds: Int
        if let hours = pair(i) {
            seconds = hours * 3600
            i += 2
        } else if form.isNamed, i < text.count, text[i] &- 0x30 <= 9 {
            seconds = Int(text[i] - 0x30) * 3600
            i += 1
        } else {
            return nil
        }
        for (part, unit) in [(form.minutes, 60), (form.seconds, 1)] where part != .none {
            var from = i
            if form.colons {
                guard from < text.count, text[from] == UInt8(ascii: ":") else {
                    if part == .required { return nil }
                    break
                }
                from += 1
            }
            guard let value = pair(from), value < 60 else {
                if part == .required { return nil }
                break
            }
            seconds += value * unit
            i = from + 2
        }
        guard seconds <= 18 * 3600 else { return nil }
        at = i
        return isWest ? -seconds : seconds
    }

    /// Abbreviations, and the region that Java takes each for in text.
    private static let names: [String: String] = [
        "PDT": "America/Los_Angeles", "MDT": "America/Denver", "CDT": "America/Chicago", "EDT": "America/New_York", "EST": "America/New_York",
        "MST": "America/Denver", "CET": "Europe/Paris", "CEST": "Europe/Paris", "WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "EET": "Europe/Bucharest",
        "EEST": "Europe/Bucharest", "BST": "Europe/London", "MSK": "Europe/Moscow", "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "IST": "Asia/Kolkata",
        "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland", "HST": "Pacific/Honolulu",
        "AKST": "America/Anchorage", "AKDT": "America/Anchorage",
    ]

    /// The longest name of a zone, or an offset.
    private static func zone(_ text: UnsafeRawBufferPointer, _ at: inout Int) -> TimeZoneRules? {
        var end = at
        func isPart(_ byte: UInt8) -> Bool {
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 <= 9 || [UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":")].contains(byte)
        }
        while end < text.count, end - at < 64, isPart(text[end]) { end += 1 }
        while end > at {
            let name = String(decoding: text[at..<end], as: UTF8.self)
            if let zone = try? TimeZoneRules.named(names[name.uppercased()] ?? name) {
                at = end
                return zone
            }
            end -= 1
        }
        return nil
    }

    /// The moment of the fields, those that are missing being of 1970-01-01T00:00:00.
    private func resolve(_ fields: Fields) -> Int64? {
        let missing = Fields.missing
        var year = fields.year == missing ? 1970 : fields.year
        if hasEra, fields.year != missing {
            if fields.isBeforeChrist == 1 { year = 1 - year }
            if fields.isBeforeChrist != missing, fields.year < 1 { return nil }
        }
        var date = CivilDate(year: year, month: fields.month == missing ? 1 : fields.month, day: fields.day == missing ? 1 : fields.day)
        if fields.dayOfYear != missing {
            guard fields.dayOfYear <= (CivilDate.isLeap(year) ? 366 : 365) else { return nil }
            let named = CivilDate(days: CivilDate(year: year, month: 1, day: 1).days + fields.dayOfYear - 1)
            guard fields.month == missing || fields.month == named.month, fields.day == missing || fields.day == named.day else { return nil }
            date = named
        }
        guard date.isValid else { return nil }
        var hour = fields.hour
        if hour != missing {
            if fields.isAfternoon != missing, fields.isAfternoon != hour / 12 { return nil }
            if fields.halfDayHour != missing, fields.halfDayHour != hour % 12 { return nil }
        } else {
            hour = (fields.halfDayHour == missing ? 0 : fields.halfDayHour) + (fields.isAfternoon == 1 ? 12 : 0)
        }
        let minute = fields.minute == missing ? 0 : fields.minute
        let second = fields.second == missing ? 0 : fields.second
        let nanosecond = fields.nanosecond == missing ? 0 : fields.nanosecond
        var seconds = Int64(date.days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        if fields.offset != missing { seconds -= Int64(fields.offset) } else if let zone = fields.zone { seconds -= zone.offset(atLocal: seconds) }
        let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return nil }
        let (sum, overflow2) = micros.addingReportingOverflow(Int64(nanosecond / 1000))
        return overflow2 ? nil : sum
    }
}
