import Testing

import Jobs

@Suite struct ScheduleErrorTests {
    /// Every message as a person sees it: the sentence, the expression, and the mark under the place.
    static let messages = """
        a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes), not 'hello'
            hello
            ^^^^^
        a schedule is cron(...) or rate(...), not '@daily'; write cron(0 0 * * ? *)
            @daily
            ^^^^^^
        a schedule is cron(...) or rate(...), not '@every 5m'
            @every 5m
            ^^^^^^^^^
        a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes), not 'cron'
            cron
            ^^^^
        the schedule's closing parenthesis is missing
            cron(
                 ^
        a schedule has six fields, Minutes Hours Day-of-month Month Day-of-week Year, and this one has none: the minutes field is missing
            cron()
                 ^
        the schedule's closing parenthesis is missing
            cron(0 2 * * ?
                          ^
        nothing may stand behind the schedule's closing parenthesis
            cron(0 2 * * ? *) x
                             ^^
        nothing may stand behind the schedule's closing parenthesis
            cron(0 2 * * ? *))
                             ^
        a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes), not every(...)
            every(5 minutes)
            ^^^^^
        a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes), not (...)
            (0 2 * * ? *)
            ^
        a schedule has six fields, Minutes Hours Day-of-month Month Day-of-week Year, and this one has 4 (minutes, hours, day-of-month, month): the day-of-week field is missing
            cron(0 2 * *)
                        ^
        a schedule has six fields, Minutes Hours Day-of-month Month Day-of-week Year, and this one has 2 (minutes, hours): the day-of-month field is missing
            0 2
               ^
        a schedule has six fields, Minutes Hours Day-of-month Month Day-of-week Year, and this one has 7; there is none for seconds
            cron(0 0 2 * * ? *)
                             ^
        the year field of the schedule does not take '?'; it takes 1970-2199 and , - * / (if the first of the six fields is meant to be seconds: there are none)
            0 0 2 * * ?
                      ^
        one of day-of-month and day-of-week must be '?': write cron(0 2 * * ? *)
            cron(0 2 * * * *)
                         ^
        one of day-of-month and day-of-week must be '?': write cron(0 2 1 * ? *) or cron(0 2 ? * MON *), or make a schedule of each
            cron(0 2 1 * MON *)
                         ^^^
        only one of day-of-month and day-of-week may be '?': for every day write cron(0 2 * * ? *)
            cron(0 2 ? * ? *)
                         ^
        one of day-of-month and day-of-week must be '?': write cron(0 2 ? * MON *)
            cron(0 2 * * MON *)
                     ^
        one of day-of-month and day-of-week must be '?': write cron(0 2 1 * ? *)
            cron(0 2 1 * * *)
                         ^
        the minutes field of the schedule does not take '60'; it takes 0-59 and , - * /
            cron(60 2 * * ? *)
                 ^^
        the hours field of the schedule does not take '24'; it takes 0-23 and , - * /
            cron(0 24 * * ? *)
                   ^^
        the day-of-month field of the schedule does not take '32'; it takes 1-31, L, L-3, LW, 15W and , - * ? /
            cron(0 2 32 * ? *)
                     ^^
        the day-of-month field of the schedule does not take '0'; it takes 1-31, L, L-3, LW, 15W and , - * ? /
            cron(0 2 0 * ? *)
                     ^
        the month field of the schedule does not take '13'; it takes 1-12 or JAN-DEC and , - * /
            cron(0 2 * 13 ? *)
                       ^^
        the day-of-week field of the schedule does not take '0'; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * 0 *)
                         ^
        the day-of-week field of the schedule does not take '8'; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * 8 *)
                         ^
        the day-of-week field of the schedule does not take '8'; it takes 0-7 or SUN-SAT (0 and 7 are Sunday), 5L, 5#2 and , - * /
            0 2 * * 8
                    ^
        the year field of the schedule does not take '1969'; it takes 1970-2199 and , - * /
            cron(0 2 * * ? 1969)
                           ^^^^
        the year field of the schedule does not take '2200'; it takes 1970-2199 and , - * /
            cron(0 2 * * ? 2200)
                           ^^^^
        the year field of the schedule does not take '20261'; it takes 1970-2199 and , - * /
            cron(0 2 * * ? 20261)
                           ^^^^^
        the minutes field of the schedule does not take 'x'; it takes 0-59 and , - * /
            cron(x 2 * * ? *)
                 ^
        the minutes field of the schedule does not take '-5'; it takes 0-59 and , - * /
            cron(-5 2 * * ? *)
                 ^^
        the minutes field of the schedule does not take '5-'; it takes 0-59 and , - * /
            cron(5- 2 * * ? *)
                 ^^
        the minutes field of the schedule does not take '2-3'; it takes 0-59 and , - * /
            cron(1-2-3 2 * * ? *)
                   ^^^
        in the minutes field of the schedule a value is missing beside a comma; it takes 0-59 and , - * /
            cron(1,,2 2 * * ? *)
                   ^
        in the minutes field of the schedule a value is missing beside a comma; it takes 0-59 and , - * /
            cron(1, 2 * * ? *)
                   ^
        in the minutes field of the schedule a value is missing beside a comma; it takes 0-59 and , - * /
            cron(,1 2 * * ? *)
                 ^
        the minutes field of the schedule takes steps of 1 to 59, not 0
            cron(0/0 2 * * ? *)
                   ^
        the minutes field of the schedule takes steps of 1 to 59, not 60
            cron(0/60 2 * * ? *)
                   ^^
        the minutes field of the schedule takes steps of 1 to 59, not 75
            cron(*/75 2 * * ? *)
                   ^^
        the hours field of the schedule takes steps of 1 to 23, not 24
            cron(0 */24 * * ? *)
                     ^^
        the minutes field of the schedule does not take '5/': behind '/' stands a step, 1 to 59; it takes 0-59 and , - * /
            cron(5/ 2 * * ? *)
                 ^^
        the minutes field of the schedule does not take '/5'; it takes 0-59 and , - * /
            cron(/5 2 * * ? *)
                 ^^
        the minutes field of the schedule does not take '1/2/3': behind '/' stands a step, 1 to 59; it takes 0-59 and , - * /
            cron(1/2/3 2 * * ? *)
                 ^^^^^
        the minutes field of the schedule does not take '*-5'; it takes 0-59 and , - * /
            cron(*-5 2 * * ? *)
                 ^^^
        the minutes field of the schedule does not take '?'; it takes 0-59 and , - * /
            cron(? 2 * * ? *)
                 ^
        the hours field of the schedule does not take 'L'; it takes 0-23 and , - * /
            cron(0 L * * ? *)
                   ^
        the month field of the schedule does not take 'FEBRUARY' (did you mean 'FEB'?); it takes 1-12 or JAN-DEC and , - * /
            cron(0 2 * FEBRUARY ? *)
                       ^^^^^^^^
        the month field of the schedule does not take 'JNA' (did you mean 'JAN'?); it takes 1-12 or JAN-DEC and , - * /
            cron(0 2 * JNA ? *)
                       ^^^
        the day-of-week field of the schedule does not take 'FIR' (did you mean 'FRI'?); it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * FIR *)
                         ^^^
        the day-of-week field of the schedule does not take 'Monday' (did you mean 'MON'?); it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * Monday *)
                         ^^^^^^
        the day-of-week field of the schedule does not take 'FOO'; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * MON-FOO *)
                             ^^^
        in the day-of-month field of the schedule 'L' cannot stand with others; make a second schedule for the other days
            cron(0 2 L,15 * ? *)
                     ^
        in the day-of-month field of the schedule '15W' cannot stand with others; make a second schedule for the other days
            cron(0 2 1,15W * ? *)
                       ^^^
        in the day-of-week field of the schedule '6L' cannot stand with others; make a second schedule for the other days
            cron(0 2 ? * 6L,MON *)
                         ^^
        in the day-of-week field of the schedule '2#1' cannot stand with others; make a second schedule for the other days
            cron(0 2 ? * 2#1,3#2 *)
                         ^^^
        the day-of-month field of the schedule does not take 'L-31': a last day may be moved by 1 to 30, as in L-3; it takes 1-31, L, L-3, LW, 15W and , - * ? /
            cron(0 2 L-31 * ? *)
                     ^^^^
        the day-of-month field of the schedule does not take 'L-x': a last day may be moved by 1 to 30, as in L-3; it takes 1-31, L, L-3, LW, 15W and , - * ? /
            cron(0 2 L-x * ? *)
                     ^^^
        the day-of-month field of the schedule does not take '32W'; it takes 1-31, L, L-3, LW, 15W and , - * ? /
            cron(0 2 32W * ? *)
                     ^^^
        the day-of-month field of the schedule does not take 'W'; it takes 1-31, L, L-3, LW, 15W and , - * ? /
            cron(0 2 W * ? *)
                     ^
        the day-of-month field of the schedule does not take 'L/2'; it takes 1-31, L, L-3, LW, 15W and , - * ? /
            cron(0 2 L/2 * ? *)
                     ^^^
        the day-of-week field of the schedule does not take '6#6': behind '#' stands which of the month's, 1 to 5, as in 6#2 for the second Friday; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * 6#6 *)
                         ^^^
        the day-of-week field of the schedule does not take '6#': behind '#' stands which of the month's, 1 to 5, as in 6#2 for the second Friday; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * 6# *)
                         ^^
        the day-of-week field of the schedule does not take '#2'; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * #2 *)
                         ^^
        the day-of-week field of the schedule does not take '8'; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * 8#2 *)
                         ^
        the day-of-week field of the schedule does not take 'X'; it takes 1-7 or SUN-SAT (1 is Sunday), 6L, 6#2 and , - * ? /
            cron(0 2 ? * XL *)
                         ^
        in the day-of-month field of the schedule '?' cannot stand with others; '?' is the whole field
            cron(0 2 ?,5 * * *)
                     ^
        in the day-of-week field of the schedule '?/2' cannot stand with others; '?' is the whole field
            cron(0 2 * * ?/2 *)
                         ^^^
        a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes), not 'every 5 minutes'
            every 5 minutes
            ^^^^^^^^^^^^^^^
        the minutes field of the schedule does not take '*2'; it takes 0-59 and , - * /
            cron(*2 2 * * ? *)
                 ^^
        the schedule never comes: month '2' has no day '30'
            cron(0 2 30 2 ? *)
                     ^^
        the schedule never comes: month 'FEB' has no day '30,31'
            cron(0 2 30,31 FEB ? *)
                     ^^^^^
        the schedule never comes: month '4,6' has no day '31'
            cron(0 2 31 4,6 ? *)
                     ^^
        the schedule never comes: month '2' of the years '2026-2027' has no day '29'
            cron(0 2 29 2 ? 2026-2027)
                     ^^
        the schedule never comes: month '2' has no day 'L-30'
            cron(0 2 L-30 2 ? *)
                     ^^^^
        the schedule never comes: month '2' of the years '2026' has no day '6#5'
            cron(0 2 ? 2 6#5 2026)
                         ^^^
        the schedule never comes: month '2' has no day '30'
            0 0 30 2 *
                ^^
        the schedule never comes: month '4' has no day '31'
            0 0 31 4 */2
                ^^
        the years 2030-2026 of the schedule end before they begin; write 2026-2030
            cron(0 2 * * ? 2030-2026)
                           ^^^^^^^^^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); this one lacks both
            rate()
                 ^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); this one lacks one of them
            rate(5)
                  ^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); 'five' is no such number
            rate(five minutes)
                 ^^^^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); '0' is no such number
            rate(0 minutes)
                 ^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); '-5' is no such number
            rate(-5 minutes)
                 ^^
        the unit of a rate is singular behind 1 and plural behind more: write rate(1 minute)
            rate(1 minutes)
                   ^^^^^^^
        the unit of a rate is singular behind 1 and plural behind more: write rate(5 minutes)
            rate(5 minute)
                   ^^^^^^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); 'seconds' is no such unit
            rate(5 seconds)
                   ^^^^^^^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); 'minuts' is no such unit; did you mean 'minutes'?
            rate(5 minuts)
                   ^^^^^^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); nothing stands behind it
            rate(5 minutes now)
                           ^^^
        a rate is at most a hundred years, not 999999999 minutes
            rate(999999999 minutes)
                 ^^^^^^^^^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); '99999999999999999999' is no such number
            rate(99999999999999999999 days)
                 ^^^^^^^^^^^^^^^^^^^^
        a rate is a number from 1 on and minutes, hours or days, as in rate(5 minutes); this one lacks one of them
            rate(5minutes)
                         ^
        the minutes field of the schedule does not take '٣'; it takes 0-59 and , - * /
            cron(٣ 2 * * ? *)
                 ^
        """

    struct Case: Sendable, CustomTestStringConvertible {
        let expression, message: String
        var testDescription: String { expression }
    }

    static let cases: [Case] = {
        let lines = messages.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return stride(from: 0, to: lines.count - 2, by: 3).map { Case(expression: String(lines[$0 + 1].dropFirst(4)), message: lines[$0...$0 + 2].joined(separator: "\n")) }
    }()

    @Test func thereAreManyMessages() { #expect(Self.cases.count > 70) }

    @Test(arguments: cases) func aBadExpressionIsShownWithItsPlace(_ test: Case) {
        let error = #expect(throws: ScheduleError.self) { try Schedule(expression: test.expression) }
        #expect(error?.description == test.message)
        #expect(error?.expression == test.expression)
    }

    @Test(arguments: [
        ("", "a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes); this one is empty"),
        (" \t\n ", "a schedule is cron(Minutes Hours Day-of-month Month Day-of-week Year) or rate(5 minutes); this one is empty"),
        (String(repeating: "0,", count: 200), "a schedule has at most 256 characters"),
        ("cron(0 99\t* * ? *)", "the hours field of the schedule does not take '99'; it takes 0-23 and , - * /\n    cron(0 99 * * ? *)\n           ^^"),
    ]) func messagesFitOnTheirLines(expression: String, message: String) {
        let error = #expect(throws: ScheduleError.self) { try Schedule(expression: expression) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("hello", .form), ("cron(0 2 * * ? *", .form), ("cron(0 2)", .form), ("rate(5)", .form), ("cron(0 25 * * ? *)", .field), ("rate(5 weeks)", .field), ("cron(0 2 * * * *)", .days),
        ("cron(0 2 30 2 ? *)", .never),
    ] as [(String, ScheduleError.Code)]) func problemsHaveKinds(expression: String, code: ScheduleError.Code) {
        let error = #expect(throws: ScheduleError.self) { try Schedule(expression: expression) }
        #expect(error?.code == code)
    }

    @Test(arguments: [
        ("Europe/Berln", "there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
        ("europe/berlin", "there is no time zone 'europe/berlin'; did you mean 'Europe/Berlin'?"),
        ("Berlin", "there is no time zone 'Berlin'; did you mean 'Europe/Berlin'?"),
        ("New York", "there is no time zone 'New York'; did you mean 'America/New_York'?"),
        ("utc", "there is no time zone 'utc'; did you mean 'UTC'?"),
        ("Mars/Phobos", "there is no time zone 'Mars/Phobos'; a zone is a region such as 'Europe/Berlin', 'UTC', or an offset such as '+02:00'"),
        ("", "there is no time zone ''; a zone is a region such as 'Europe/Berlin', 'UTC', or an offset such as '+02:00'"),
        ("../../etc/passwd", "there is no time zone '../../etc/passwd'; a zone is a region such as 'Europe/Berlin', 'UTC', or an offset such as '+02:00'"),
        (String(repeating: "x", count: 100_000), "there is no time zone '\(String(repeating: "x", count: 64))'; a zone is a region such as 'Europe/Berlin', 'UTC', or an offset such as '+02:00'"),
    ]) func anUnknownZoneIsShownWithTheNearest(zone: String, message: String) {
        let error = #expect(throws: ScheduleError.self) { try Schedule(expression: "cron(0 2 * * ? *)", zone: zone) }
        #expect(error?.description == message)
        #expect(error?.code == .zone)
    }

    // MARK: Anything at all

    /// No text crashes the reader, and what it takes has times in order.
    @Test func anyTextIsRefusedOrHasTimes() {
        var generator = Generator(state: 11)
        let pieces = [
            "cron(", "rate(", ")", " ", " ", " ", "*", "?", "L", "W", "LW", "#", "-", "/", ",", "0", "1", "2", "5", "9", "15", "31", "59", "60", "1970", "2199", "9999999999", "MON", "fri",
            "JAN", "dec", "minutes", "hour", "\t", "\u{0}", "é", "🕑", "e\u{301}", "@daily", "(", "0 2 * * ? *", "0 0 1 1 *", "*/5", "22-2", "L-3", "6#2", "5L",
        ]
        var taken = 0
        for _ in 0..<100_000 {
            var text = Int.random(in: 0..<3, using: &generator) > 0 ? "cron(" : ""
            if text.isEmpty || Int.random(in: 0..<4, using: &generator) == 0 {
                for _ in 0..<Int.random(in: 0..<14, using: &generator) { text += pieces[Int.random(in: 0..<pieces.count, using: &generator)] }
            } else {
                // Mostly right: fields that may be taken.
                for field in 0..<6 {
                    let choices = [["0", "*/7", "5-50/3", "58-3"], ["*", "2", "0/5", "22-3"], ["?", "?", "31", "L-2", "15W", "1/9"], ["*", "2", "FEB-APR", "*/4"], ["*", "?", "MON", "6#5", "5L", "6-2"], ["*", "*", "2030-2040", "2197/2"]][field]
                    text += choices[Int.random(in: 0..<choices.count, using: &generator)] + (field < 5 ? " " : ")")
                }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    var characters = Array(text)
                    characters[Int.random(in: 0..<characters.count, using: &generator)] = Character(pieces[Int.random(in: 5..<12, using: &generator)].first.map(String.init) ?? "x")
                    text = String(characters)
                }
            }
            guard let schedule = try? Schedule(expression: text, zone: ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"][Int.random(in: 0..<4, using: &generator)]) else { continue }
            taken += 1
            let start = Int64.random(in: -100_000...7_300_000_000, using: &generator)
            guard let first = schedule.next(after: start) else { continue }
            if first <= start || schedule.next(after: first - 1) != first || schedule.next(after: first) ?? .max <= first { Issue.record("\(schedule) after \(start)") }
        }
        #expect(taken > 10_000)
    }

    /// SplitMix64.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }
}
