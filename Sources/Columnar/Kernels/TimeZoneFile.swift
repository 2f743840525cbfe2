/// TZif files (RFC 8536) and the rules in their footers (POSIX `TZ`, with RFC 8536's extensions).
extension TimeZoneRules {
    /// The zone of a file's bytes; nil when they are no such file.
    package convenience init?(name: String, file: UnsafeRawBufferPointer) {
        guard let first = TimeZoneHeader(file, at: 0) else { return nil }
        // Version 1 has 32 bits to a moment; what follows it says the same in 64.
        var (header, width) = (first, 4)
        if first.version >= 2 {
            guard let second = TimeZoneHeader(file, at: first.end(width: 4)) else { return nil }
            (header, width) = (second, 8)
        }
        guard header.end(width: width) <= file.count, header.typeCount > 0 else { return nil }
        let times = header.start
        let kinds = times + header.timeCount * width
        let types = kinds + header.timeCount
        var typeOffsets: [Int32] = []
        for i in 0..<header.typeCount {
            let offset = Int32(bitPattern: UInt32(bigEndian: file.loadUnaligned(fromByteOffset: types + i * 6, as: UInt32.self)))
            guard abs(Int64(offset)) <= 26 * 3600 else { return nil }
            typeOffsets.append(offset)
        }
        var transitions: [Int64] = []
        var offsets: [Int32] = [typeOffsets[0]]
        for i in 0..<header.timeCount {
            let at = times + i * width
            let time =
                width == 8
                ? Int64(bitPattern: UInt64(bigEndian: file.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
                : Int64(Int32(bitPattern: UInt32(bigEndian: file.loadUnaligned(fromByteOffset: at, as: UInt32.self))))
            let kind = Int(file[kinds + i])
            guard kind < typeOffsets.count, transitions.last.map({ $0 < time }) ?? true else { return nil }
            // The beginning of time, which some files have as a transition, is none; nor is one that changes another thing than the offset.
            if time < -(1 << 58) {
                offsets[0] = typeOffsets[kind]
                continue
            }
            if typeOffsets[kind] == offsets[offsets.count - 1] { continue }
            transitions.append(time)
            offsets.append(typeOffsets[kind])
        }
        var rule: TimeZoneRule?
        if width == 8 {
            let footer = file[min(header.end(width: 8), file.count)...]
            let text = footer.dropFirst().prefix { $0 != 0x0a }
            if footer.first == 0x0a, !text.isEmpty { rule = TimeZoneRule(Array(text)) }
        }
        guard let rule else {
            self.init(name: name, transitions: transitions, offsets: offsets)
            return
        }
        guard let summer = rule.summer else {
            if rule.offset != offsets[offsets.count - 1], let last = transitions.last {
                transitions.append(last + 1)
                offsets.append(rule.offset)
            } else if transitions.isEmpty {
                offsets = [rule.offset]
            }
            self.init(name: name, transitions: transitions, offsets: offsets)
            return
        }
        // The rule's changes behind the table, for 400 years and one.
        let last = transitions.last ?? 0
        let year = CivilDate(days: Int(last.flooredDivision(by: 86_400).quotient)).year
        var changes: [(time: Int64, offset: Int32)] = []
        for year in year...(year + 402) {
            changes.append((summer.start.seconds(in: year) - Int64(rule.offset), summer.offset))
            changes.append((summer.end.seconds(in: year) - Int64(summer.offset), rule.offset))
        }
        changes.sort { $0.time < $1.time }
        let end = Int64(CivilDate(year: year + 402, month: 1, day: 1).days) * 86_400
        for change in changes where change.time > last && change.time < end && change.offset != offsets[offsets.count - 1] {
            transitions.append(change.time)
            offsets.append(change.offset)
        }
        self.init(name: name, transitions: transitions, offsets: offsets, repeatsFrom: end)
    }
}

/// The lengths at the head of a block.
private struct TimeZoneHeader {
    let version: Int
    let timeCount, typeCount: Int
    private let utcCount, standardCount, leapCount, nameBytes: Int
    /// Where the data begins.
    let start: Int

    init?(_ file: UnsafeRawBufferPointer, at: Int) {
        guard at >= 0, file.count - at >= 44, file[at] == 0x54, file[at + 1] == 0x5a, file[at + 2] == 0x69, file[at + 3] == 0x66 else { return nil }
        version = file[at + 4] == 0 ? 1 : Int(file[at + 4]) - 0x30
        func count(_ i: Int) -> Int { Int(UInt32(bigEndian: file.loadUnaligned(fromByteOffset: at + 20 + i * 4, as: UInt32.self))) }
        (utcCount, standardCount, leapCount, timeCount, typeCount, nameBytes) = (count(0), count(1), count(2), count(3), count(4), count(5))
        guard [utcCount, standardCount, leapCount, timeCount, typeCount, nameBytes].allSatisfy({ $0 <= 1 << 20 }) else { return nil }
        start = at + 44
    }

    /// Where the block ends, with moments of so many bytes.
    func end(width: Int) -> Int { start + timeCount * (width + 1) + typeCount * 6 + nameBytes + leapCount * (width + 4) + standardCount + utcCount }
}

/// `CET-1CEST,M3.5.0,M10.5.0/3`: what a zone does every year.
package struct TimeZoneRule {
    package struct Change: Equatable {
        package enum Day: Equatable {
            /// The `week`th `weekday` (0 is Sunday) of a month; the fifth is the last.
            case monthWeek(month: Int, week: Int, weekday: Int)
            /// 1...365, February 29 not counted.
            case julian(Int)
            /// 0...365, February 29 counted.
            case ordinal(Int)
        }
        package var day: Day
        /// Seconds of the local clock from that day's midnight on.
        var time: Int

        /// The reading of the clock at the change, as if it were UTC.
        package func seconds(in year: Int) -> Int64 {
            let january = CivilDate(year: year, month: 1, day: 1).days
            let days: Int
            switch day {
            case .julian(let n): days = january + n - 1 + (CivilDate.isLeap(year) && n >= 60 ? 1 : 0)
            case .ordinal(let n): days = january + n
            case .monthWeek(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1).days
                let firstMatch = (weekday - (first + 4).flooredDivision(by: 7).remainder + 7) % 7
                var day = firstMatch + (week - 1) * 7
                while day >= CivilDate.dayCount(month: month, year: year) { day -= 7 }
                days = first + day
            }
            return Int64(days) * 86_400 + Int64(time)
        }
    }

    /// Seconds east of UTC, outside of summer.
    package let offset: Int32
    package let summer: (offset: Int32, start: Change, end: Change)?

    /// Nil when the text is no rule.
    package init?(_ text: [UInt8]) {
        var cursor = Cursor(text: text)
        guard cursor.name(), let west = cursor.time(limit: 24) else { return nil }
        offset = Int32(-west)
        if cursor.isAtEnd {
            summer = nil
            return
        }
        guard cursor.name() else { return nil }
        var summerWest = west - 3600
        if !cursor.isNext(",") {
            guard let given = cursor.time(limit: 24) else { return nil }
            summerWest = given
        }
        guard cursor.take(","), let start = cursor.change(), cursor.take(","), let end = cursor.change(), cursor.isAtEnd else { return nil }
        summer = (Int32(-summerWest), start, end)
    }

    private struct Cursor {
        let text: [UInt8]
        var at = 0

        var isAtEnd: Bool { at == text.count }
        func isNext(_ character: Character) -> Bool { at < text.count && text[at] == character.asciiValue }

        mutating func take(_ character: Character) -> Bool {
            guard isNext(character) else { return false }
            at += 1
            return true
        }

        /// Letters, or anything in angle brackets.
        mutating func name() -> Bool {
            if take("<") {
                while at < text.count, !isNext(">") { at += 1 }
                return take(">")
            }
            let start = at
            while at < text.count, (text[at] | 0x20) &- 0x61 < 26 { at += 1 }
            return at - start >= 3
        }

        mutating func number() -> Int? {
            let start = at
            var value = 0
            while at < text.count, text[at] &- 0x30 <= 9, at - start < 5 {
                value = value * 10 + Int(text[at] - 0x30)
                at += 1
            }
            return at > start ? value : nil
        }

        /// Seconds of `[+-]hh[:mm[:ss]]`.
        mutating func time(limit: Int) -> Int? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hours = number(), hours <= limit else { return nil }
            var seconds = hours * 3600
            if take(":") {
                guard let minutes = number(), minutes < 60 else { return nil }
                seconds += minutes * 60
                if take(":") {
                    guard let rest = number(), rest < 60 else { return nil }
                    seconds += rest
                }
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            let day: Change.Day
            if take("M") {
                guard let month = number(), take("."), let week = number(), take("."), let weekday = number(), (1...12).contains(month), (1...5).contains(week),
                    weekday < 7
                else { return nil }
                day = .monthWeek(month: month, week: week, weekday: weekday)
            } else if take("J") {
                guard let n = number(), (1...365).contains(n) else { return nil }
                day = .julian(n)
            } else {
                guard let n = number(), n <= 365 else { return nil }
                day = .ordinal(n)
            }
            var seconds = 7200
            if take("/") {
                guard let given = time(limit: 167) else { return nil }
                seconds = given
            }
            return Change(day: day, time: seconds)
        }
    }
}
