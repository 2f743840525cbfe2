internal import Columnar

/// Reads one field of an expression.
struct CronFieldReader {
    let field: CronField
    let dialect: CronDialect
    /// The whole expression, for messages.
    let expression: [Character]
    /// Where the field stands in it; never empty.
    let place: Range<Int>

    /// Whether the field is `?`.
    var isOpen: Bool { text(place) == "?" }

    /// Whether cron calls the field unrestricted: it begins with `*`.
    var isStar: Bool { expression[place.lowerBound] == "*" || isOpen }

    /// The values of a field without signs of its own.
    func values() throws(ScheduleError) -> CronSet {
        var set = CronSet()
        for item in items() { try read(item, into: &set) }
        return set
    }

    /// Whether the field goes on through its whole range: `*`, `*/2`, `0/6`.
    func isInterval(_ values: CronSet) -> Bool {
        items().contains { item in
            let base = item.prefix { expression[$0] != "/" }
            return text(base) == "*" || (base.count < item.count && !base.contains { expression[$0] == "-" } && values.next(from: 0) != values.last)
        }
    }

    func monthDays() throws(ScheduleError) -> MonthDays {
        if isOpen || text(place) == "*" { return .any }
        let items = items()
        guard let special = items.first(where: { $0.contains { "LlWw".contains(expression[$0]) } }) else { return .days(try values().low) }
        if items.count > 1 { throw alone(special) }
        let upper = text(special).uppercased()
        if upper == "L" { return .last(before: 0) }
        if upper == "LW" || upper == "WL" { return .weekdayNearLast(before: 0) }
        let takesWeekday = upper.hasSuffix("W")
        let rest = takesWeekday ? upper.dropLast() : Substring(upper)
        if rest.hasPrefix("L-") {
            guard let before = number(rest.dropFirst(2)), (0...30).contains(before) else { throw notTaken(special, ": a last day may be moved by 1 to 30, as in L-3") }
            return takesWeekday ? .weekdayNearLast(before: before) : .last(before: before)
        }
        guard takesWeekday, let day = number(rest), (1...31).contains(day) else { throw notTaken(special) }
        return .weekday(near: day)
    }

    func weekDays() throws(ScheduleError) -> WeekDays {
        if isOpen || text(place) == "*" { return .any }
        let items = items()
        guard let special = items.first(where: { item in item.contains { expression[$0] == "#" } || "Ll".contains(expression[item.upperBound - 1]) && !item.isEmpty }) else {
            return .weekdays(folded(try values()))
        }
        if items.count > 1 { throw alone(special) }
        if let sign = special.first(where: { expression[$0] == "#" }) {
            let weekday = try weekday(special.lowerBound..<sign, of: special)
            guard let nth = number(text(sign + 1..<special.upperBound)[...]), (1...5).contains(nth) else {
                throw notTaken(special, ": behind '#' stands which of the month's, 1 to 5, as in \(dialect == .glue ? "6#2" : "5#2") for the second Friday")
            }
            return .nth(weekday, nth)
        }
        // A last day of the week is its Saturday.
        if special.count == 1 { return .weekdays(1 << 6) }
        return .last(try weekday(special.lowerBound..<special.upperBound - 1, of: special))
    }

    // MARK: Items

    /// The parts between the commas.
    private func items() -> [Range<Int>] {
        var items: [Range<Int>] = []
        var start = place.lowerBound
        for at in place where expression[at] == "," {
            items.append(start..<at)
            start = at + 1
        }
        items.append(start..<place.upperBound)
        return items
    }

    /// `*`, `5`, `5-9`, each with `/2` behind it or without.
    private func read(_ item: Range<Int>, into set: inout CronSet) throws(ScheduleError) {
        guard !item.isEmpty else {
            throw ScheduleError(.field, "in the \(field.name) field of the schedule a value is missing beside a comma; it takes \(field.takes(dialect))", in: expression, at: item)
        }
        let slash = item.first { expression[$0] == "/" }
        let base = item.lowerBound..<(slash ?? item.upperBound)
        var step = 1
        if let slash {
            let place = slash + 1..<item.upperBound
            guard let given = number(text(place)[...]) else {
                throw notTaken(item, ": behind '/' stands a step, 1 to \(field.largestStep)")
            }
            guard (1...field.largestStep).contains(given) else {
                throw ScheduleError(.field, "the \(field.name) field of the schedule takes steps of 1 to \(field.largestStep), not \(text(place))", in: expression, at: place)
            }
            step = given
        }
        let range = field.range(dialect)
        var (first, last) = (range.lowerBound, range.upperBound)
        // Of cron's two Sundays a series has only the first.
        if field == .dayOfWeek, dialect == .classic { last = 6 }
        if text(base) != "*" {
            if field == .dayOfMonth || field == .dayOfWeek, base.contains(where: { expression[$0] == "?" }) { throw alone(item) }
            if base.contains(where: { expression[$0] == "*" }) { throw notTaken(item) }
            // A dash at the beginning is a sign, and there are no negative values.
            if let dash = base.first(where: { expression[$0] == "-" }), dash > base.lowerBound {
                first = try value(base.lowerBound..<dash, of: item)
                last = try value(dash + 1..<base.upperBound, of: item)
                if field == .year, last < first {
                    throw ScheduleError(.field, "the years \(text(base)) of the schedule end before they begin; write \(last)-\(first)", in: expression, at: base)
                }
            } else {
                first = try value(base, of: item)
                if slash == nil { last = first } else { last = max(first, last) }
            }
        }
        // FRI-MON and 22-2 go on from the field's beginning.
        let size = field == .dayOfWeek ? 7 : range.count
        if last < first { last += size }
        for value in stride(from: first, through: last, by: step) {
            let wrapped = value > range.upperBound ? value - size : value
            set.insert(field == .year ? wrapped - range.lowerBound : wrapped)
        }
    }

    /// A number or a name.
    private func value(_ place: Range<Int>, of item: Range<Int>) throws(ScheduleError) -> Int {
        let word = text(place)
        if let value = number(word[...]) {
            guard field.range(dialect).contains(value) else { throw notTaken(place) }
            return value
        }
        let upper = word.uppercased()
        if let index = field.names.firstIndex(of: upper) { return field.firstNamed(dialect) + index }
        guard !place.isEmpty else { throw notTaken(item) }
        throw notTaken(place, meant(upper).map { " (did you mean '\($0)'?)" } ?? "")
    }

    /// The name that a longer or a misspelt one stands for.
    private func meant(_ upper: String) -> String? {
        if upper.count > 3, let name = field.names.first(where: { upper.hasPrefix($0) }) { return name }
        return Suggestion.nearest(upper, in: field.names)
    }

    /// A day of the week from 0, which is Sunday.
    private func weekday(_ place: Range<Int>, of item: Range<Int>) throws(ScheduleError) -> Int {
        let value = try value(place, of: item)
        return dialect == .glue ? value - 1 : value % 7
    }

    /// Weekdays as written, a bit each, with Sunday at bit 0.
    private func folded(_ set: CronSet) -> UInt64 {
        if dialect == .glue { return set.low >> 1 }
        return (set.low | set.low >> 7) & 0x7f
    }

    /// A number of one to four digits.
    private func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ $0 &- 0x30 <= 9 }) else { return nil }
        return text.utf8.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private func text(_ place: Range<Int>) -> String { String(expression[place]) }

    // MARK: Errors

    private func notTaken(_ place: Range<Int>, _ more: String = "") -> ScheduleError {
        ScheduleError(.field, "the \(field.name) field of the schedule does not take '\(text(place))'\(more); it takes \(field.takes(dialect))", in: expression, at: place)
    }

    private func alone(_ item: Range<Int>) -> ScheduleError {
        ScheduleError(
            .field, "in the \(field.name) field of the schedule '\(text(item))' cannot stand with others; \(text(item).contains("?") ? "'?' is the whole field" : "make a second schedule for the other days")", in: expression, at: item)
    }
}
