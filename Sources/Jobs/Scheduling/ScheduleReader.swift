internal import Columnar

/// An expression taken apart.
struct ScheduleReader {
    enum Times: Hashable, Sendable {
        case cron(CronExpression)
        case rate(RateExpression)
    }

    /// The longest expression, as for Glue.
    static let longest = 256

    private let expression: [Character]
    private(set) var notes: [String] = []

    init(_ text: String) { expression = Array(text.prefix(ScheduleReader.longest + 1)) }

    mutating func read() throws(ScheduleError) -> Times {
        guard expression.count <= ScheduleReader.longest else { throw ScheduleError(.form, "a schedule has at most \(ScheduleReader.longest) characters") }
        let words = words(expression.indices)
        guard let first = words.first, let last = words.last else {
            throw ScheduleError(.form, "a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes); this one is empty")
        }
        let whole = first.lowerBound..<last.upperBound
        if expression[first.lowerBound] == "@" { throw shorthand(whole) }
        guard let open = whole.first(where: { expression[$0] == "(" }) else {
            if words.count < 5, expression[first.lowerBound].isLetter {
                throw ScheduleError(.form, "a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes), not '\(text(whole))'", in: expression, at: whole)
            }
            return .cron(try cron(words, isWrapped: false))
        }
        let kind = String(expression[whole.lowerBound..<open]).lowercased().filter { !$0.isWhitespace }
        guard kind == "cron" || kind == "rate" else {
            throw ScheduleError(
                .form, "a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes), not \(kind)(...)", in: expression, at: whole.lowerBound..<max(open, whole.lowerBound + 1))
        }
        guard let close = (open..<whole.upperBound).first(where: { expression[$0] == ")" }) else {
            throw ScheduleError(.form, "the schedule's closing parenthesis is missing", in: expression, at: whole.upperBound..<whole.upperBound)
        }
        guard close == whole.upperBound - 1 else {
            throw ScheduleError(.form, "nothing may stand behind the schedule's closing parenthesis", in: expression, at: close + 1..<whole.upperBound)
        }
        let inner = self.words(open + 1..<close)
        return kind == "rate" ? .rate(try rate(inner, end: close)) : .cron(try cron(inner, isWrapped: true, end: close))
    }

    /// What white space separates.
    private func words(_ range: Range<Int>) -> [Range<Int>] {
        expression[range].split(whereSeparator: \.isWhitespace).map { $0.startIndex..<$0.endIndex }
    }

    private func text(_ place: Range<Int>) -> String { String(expression[place]) }

    // MARK: cron

    private mutating func cron(_ words: [Range<Int>], isWrapped: Bool, end: Int? = nil) throws(ScheduleError) -> CronExpression {
        guard words.count == 5 || words.count == 6 else { throw wrongCount(words, end: end ?? words.last?.upperBound ?? 0) }
        let dialect: CronDialect = words.count == 6 ? .glue : .classic
        func field(_ field: CronField) -> CronFieldReader { CronFieldReader(field: field, dialect: dialect, expression: expression, place: words[field.rawValue]) }
        let (minutes, hours, months) = (try field(.minutes).values(), try field(.hours).values(), try field(.month).values())
        let (monthDays, weekDays) = (field(.dayOfMonth), field(.dayOfWeek))
        var years = CronSet()
        if dialect == .glue {
            // Quartz begins with seconds and may leave the year out, so its sixth field is where Glue's year is.
            if text(words[5]) == "?" {
                throw ScheduleError(
                    .field, "the year field of the schedule does not take '?'; it takes \(CronField.year.takes(.glue)) (if the first of the six fields is meant to be seconds: there are none)",
                    in: expression, at: words[5])
            }
            years = try field(.year).values()
        } else {
            for year in CronExpression.years { years.insert(year - CronExpression.years.lowerBound) }
        }
        let (ofMonth, ofWeek) = (try monthDays.monthDays(), try weekDays.weekDays())
        if dialect == .glue { try requireOneOpen(monthDays, weekDays, words) }
        let cron = CronExpression(
            minutes: minutes, hours: hours, monthDays: ofMonth, months: months, weekDays: ofWeek, yearsSince1970: years,
            takesEitherDay: dialect == .classic && !monthDays.isStar && !weekDays.isStar, isInterval: field(.hours).isInterval(hours))
        if cron.next(after: ScheduleReader.beforeAll) == nil { throw never(words, dialect, monthDays, months) }
        if dialect == .classic {
            notes.append(classicNote(cron, words))
        } else if !isWrapped {
            notes.append("read as Glue's six fields, cron(\(words.map(text).joined(separator: " ")))")
        }
        return cron
    }

    /// A reading before the first of the years.
    private static let beforeAll: Int64 = -1

    private func requireOneOpen(_ monthDays: CronFieldReader, _ weekDays: CronFieldReader, _ words: [Range<Int>]) throws(ScheduleError) {
        guard monthDays.isOpen == weekDays.isOpen else { return }
        func written(_ monthDay: String, _ weekDay: String) -> String {
            var fields = words.map(text)
            (fields[2], fields[4]) = (monthDay, weekDay)
            return "cron(\(fields.joined(separator: " ")))"
        }
        let (monthDay, weekDay) = (text(monthDays.place), text(weekDays.place))
        let problem: String
        if monthDays.isOpen {
            problem = "only one of day-of-month and day-of-week may be '?': for every day write \(written("*", "?"))"
        } else if weekDay == "*" {
            problem = "one of day-of-month and day-of-week must be '?': write \(written(monthDay, "?"))"
        } else if monthDay == "*" {
            problem = "one of day-of-month and day-of-week must be '?': write \(written("?", weekDay))"
        } else {
            problem = "one of day-of-month and day-of-week must be '?': write \(written(monthDay, "?")) or \(written("?", weekDay)), or make a schedule of each"
        }
        throw ScheduleError(.days, problem, in: expression, at: weekDay == "*" || monthDay != "*" ? weekDays.place : monthDays.place)
    }

    private func never(_ words: [Range<Int>], _ dialect: CronDialect, _ monthDays: CronFieldReader, _ months: CronSet) -> ScheduleError {
        let when = dialect == .glue && text(words[5]) != "*" ? "month '\(text(words[3]))' of the years '\(text(words[5]))'" : "month '\(text(words[3]))'"
        let place = monthDays.isOpen ? words[4] : words[2]
        return ScheduleError(.never, "the schedule never comes: \(when) has no day '\(text(place))'", in: expression, at: place)
    }

    private func wrongCount(_ words: [Range<Int>], end: Int) -> ScheduleError {
        let takes = "a schedule has six fields, Minutes Hours Day-of-month Month Day-of-week Year, and this one has \(words.isEmpty ? "none" : "\(words.count)")"
        if words.count < 5 {
            let names = words.isEmpty ? "" : " (\(CronField.allCases[..<words.count].map(\.name).joined(separator: ", ")))"
            return ScheduleError(.form, "\(takes)\(names): the \(CronField.allCases[words.count].name) field is missing", in: expression, at: end..<end)
        }
        return ScheduleError(
            .form, words.count == 7 ? "\(takes); there is none for seconds" : takes, in: expression, at: words[6].lowerBound..<words[words.count - 1].upperBound)
    }

    /// What a person should know who did not mean five fields, and the same in six.
    private func classicNote(_ cron: CronExpression, _ words: [Range<Int>]) -> String {
        let read = "read as five-field cron: minute, hour, day of month, month, day of week, with 0 and 7 for Sunday"
        if cron.takesEitherDay { return "\(read), on days that fit either day field, which Glue's six fields cannot say" }
        var fields = words.map(text) + ["*"]
        let days = classicWeekdays(cron.weekDays)
        switch (cron.monthDays, days) {
        case (_, nil): fields[4] = "?"
        case (.any, let days?): (fields[2], fields[4]) = ("?", days)
        default: return "\(read), on days that fit both day fields, which Glue's six fields cannot say"
        }
        if fields[2] == "?", fields[4] == "?" { fields[2] = "*" }
        return "\(read); in Glue's six fields cron(\(fields.joined(separator: " ")))"
    }

    /// The weekdays by name; nil for all of them.
    private func classicWeekdays(_ days: WeekDays) -> String? {
        let names = CronField.dayOfWeek.names
        switch days {
        case .any: return nil
        case .last(let day): return "\(day + 1)L"
        case .nth(let day, let nth): return "\(names[day])#\(nth)"
        case .weekdays(let mask):
            if mask == 0x7f { return nil }
            var parts: [String] = []
            var day = 0
            while day < 7 {
                var last = day
                while last < 6, mask >> UInt64(last + 1) & 1 == 1 { last += 1 }
                guard mask >> UInt64(day) & 1 == 1 else {
                    day += 1
                    continue
                }
                if last - day < 2 { parts += names[day...last] } else { parts.append("\(names[day])-\(names[last])") }
                day = last + 1
            }
            return parts.joined(separator: ",")
        }
    }

    private func shorthand(_ whole: Range<Int>) -> ScheduleError {
        let meanings = [
            "@hourly": "cron(0 * * * ? *)", "@daily": "cron(0 0 * * ? *)", "@midnight": "cron(0 0 * * ? *)", "@weekly": "cron(0 0 ? * SUN *)",
            "@monthly": "cron(0 0 1 * ? *)", "@yearly": "cron(0 0 1 1 ? *)", "@annually": "cron(0 0 1 1 ? *)",
        ]
        let name = text(whole)
        let instead = meanings[name.lowercased()].map { "; write \($0)" } ?? ""
        return ScheduleError(.form, "a schedule is cron(...) or rate(...), not '\(name)'\(instead)", in: expression, at: whole)
    }

    // MARK: rate

    private func rate(_ words: [Range<Int>], end: Int) throws(ScheduleError) -> RateExpression {
        let takes = "a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes)"
        guard words.count == 2 else {
            let place = words.count > 2 ? words[2].lowerBound..<words[words.count - 1].upperBound : end..<end
            throw ScheduleError(.form, words.count > 2 ? "\(takes); nothing stands behind it" : "\(takes); this one lacks \(words.isEmpty ? "both" : "one of them")", in: expression, at: place)
        }
        let (digits, unit) = (text(words[0]), text(words[1]))
        guard digits.utf8.count <= 9, digits.utf8.allSatisfy({ $0 &- 0x30 <= 9 }), let number = Int64(digits), number >= 1 else {
            throw ScheduleError(.field, "\(takes); '\(digits)' is no such number", in: expression, at: words[0])
        }
        let units: [(name: String, seconds: Int64)] = [("minute", 60), ("hour", 3600), ("day", 86_400)]
        let lower = unit.lowercased()
        guard let known = units.first(where: { lower == $0.name || lower == $0.name + "s" }) else {
            let hint = Suggestion.hint(for: lower, in: ["minutes", "hours", "days"])
            throw ScheduleError(.field, "\(takes); '\(unit)' is no such unit\(hint)", in: expression, at: words[1])
        }
        let right = number == 1 ? known.name : known.name + "s"
        guard lower == right else { throw ScheduleError(.field, "the unit of a rate is singular behind 1 and plural behind more: write rate(\(digits) \(right))", in: expression, at: words[1]) }
        guard number <= RateExpression.longest / known.seconds else {
            throw ScheduleError(.field, "a rate is at most a hundred years, not \(digits) \(right)", in: expression, at: words[0])
        }
        return RateExpression(interval: number * known.seconds)
    }
}
