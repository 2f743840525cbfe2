import Testing

import Jobs

@Suite struct ScheduleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let expression, zone, from: String
        let times: [String]
        var testDescription: String { "\(expression) \(zone) from \(from)" }

        init(_ line: Substring) {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
            func trimmed(_ text: Substring) -> String { String(text.reversed().drop { $0 == " " }.reversed()) }
            (expression, zone, from) = (trimmed(parts[0]), trimmed(parts[1]), trimmed(parts[2]))
            times = parts.count > 3 ? parts[3].split(separator: " ").map(String.init) : []
        }
    }

    static let cases = ScheduleTable.rows.split(separator: "\n").map(Case.init)

    @Test func theTableIsLarge() {
        #expect(Self.cases.count >= 150)
        #expect(Set(Self.cases.map(\.zone)).count >= 10)
    }

    @Test(arguments: cases) func timesAreThoseOfTheTable(_ test: Case) throws {
        let schedule = try Schedule(expression: test.expression, zone: test.zone)
        let start = try #require(schedule.moment(of: test.from))
        #expect(schedule.next(after: start, count: 4).map(schedule.text(of:)) == test.times)
    }

    /// Asked at any moment, a schedule says the first of its times behind it: so no time is lost or comes twice, wherever a scheduler begins again.
    @Test(arguments: cases.filter { $0.times.count > 1 }) func anyMomentHasTheSameNextTime(_ test: Case) throws {
        let schedule = try Schedule(expression: test.expression, zone: test.zone)
        let start = try #require(schedule.moment(of: test.from))
        let times = schedule.next(after: start, count: 4)
        for (time, following) in zip(times, times.dropFirst()) {
            #expect(time < following)
            for moment in [time, time + 1, time + 59, time + (following - time) / 2, following - 1] { #expect(schedule.next(after: moment) == following) }
        }
    }

    @Test func timesOfASpanEndWithIt() throws {
        let schedule = try Schedule(expression: "cron(0/15 * * * ? *)")
        #expect(Array(schedule.times(after: 0, until: 2700)) == [900, 1800, 2700])
        #expect(Array(schedule.times(after: 0, until: 2699)) == [900, 1800])
        #expect(Array(schedule.times(after: 100, until: 100)) == [])
        #expect(Array(schedule.times(after: 900, until: 0)) == [])
        #expect(schedule.next(after: 0, count: 2) == [900, 1800])
        #expect(schedule.next(after: 0, count: -1) == [])
    }

    /// Thirty days of two hundred schedules, each asked tick by tick and all at once.
    @Test func aMonthOfSchedulesLosesNothing() throws {
        let (start, end) = (Int64(1_774_000_000), Int64(1_774_000_000 + 30 * 86_400))
        for number in 0..<200 {
            let zone = ["Europe/Berlin", "America/New_York", "UTC", "Australia/Lord_Howe"][number % 4]
            let schedule = try Schedule(expression: number % 3 == 0 ? "cron(\(number % 60) * * * ? *)" : "cron(\(number % 60) \(number % 24) * * ? *)", zone: zone)
            let all = Array(schedule.times(after: start, until: end))
            var ticked: [Int64] = []
            var last = start
            while last < end {
                let tick = min(last + 3571, end)
                ticked += schedule.times(after: last, until: tick)
                last = tick
            }
            #expect(ticked == all)
            // Lord Howe's clock goes back by half an hour.
            #expect(number % 3 == 0 ? (719...721).contains(all.count) : (29...31).contains(all.count), "\(schedule) \(all.count)")
        }
    }

    // MARK: Rates

    @Test(arguments: [
        ("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3600), ("rate(12 hours)", 43_200), ("rate(1 day)", 86_400), ("rate(7 days)", 604_800),
        (" Rate( 2  Hours ) ", 7200), ("rate(05 minutes)", 300),
    ] as [(String, Int64)]) func ratesCountFromTheirAnchor(expression: String, interval: Int64) throws {
        var schedule = try Schedule(expression: expression, zone: "Europe/Berlin", anchor: 1_774_000_007)
        #expect(schedule.next(after: 1_774_000_007, count: 3) == [1, 2, 3].map { 1_774_000_007 + $0 * interval })
        #expect(schedule.next(after: 1_774_000_008) == 1_774_000_007 + interval)
        #expect(schedule.next(after: 1_774_000_007 + interval) == 1_774_000_007 + 2 * interval)
        // Nothing comes before it is active.
        #expect(schedule.next(after: 0) == 1_774_000_007 + interval)
        schedule.anchor = 0
        #expect(schedule.next(after: 10) == interval)
        #expect(schedule.notes == [])
    }

    // MARK: Ends

    @Test(arguments: ["cron(* * * * ? *)", "cron(0 2 * * ? *)", "rate(1 minute)", "cron(0 0 29 2 ? *)", "0 0 13 * 5"])
    func extremeMomentsHaveAnAnswer(expression: String) throws {
        for zone in ["UTC", "Pacific/Kiritimati", "America/New_York", "Pacific/Apia"] {
            for anchor in [Int64.min, 0, .max] {
                let schedule = try Schedule(expression: expression, zone: zone, anchor: anchor)
                #expect(schedule.next(after: .max) == nil)
                #expect(schedule.next(after: .max - 1) == nil)
                // 2200-01-01 in UTC and a day.
                #expect(schedule.next(after: 7_258_118_400 + 2 * 86_400) == nil)
                if anchor != .max { #expect(try #require(schedule.next(after: .min)) >= -4 * 86_400) }
                for moment in [Int64.min, .min + 1, -1, 0, .max - 1, .max] { _ = schedule.text(of: moment) }
            }
        }
    }

    @Test func schedulesEndWithTheirYears() throws {
        let last = try Schedule(expression: "cron(* * * * ? *)")
        // 2199-12-31T23:59:00Z.
        #expect(last.next(after: 7_258_118_339) == 7_258_118_340)
        #expect(last.next(after: 7_258_118_340) == nil)
        let past = try Schedule(expression: "cron(0 0 1 1 ? 2020)", zone: "Europe/Berlin")
        #expect(past.next(after: 1_577_833_200 - 1) == 1_577_833_200)
        #expect(past.next(after: 1_577_833_200) == nil)
        #expect(try Schedule(expression: "cron(0/15 * 1 1 ? 2020)", zone: "Europe/Berlin").next(after: 1_774_000_000) == nil)
    }

    // MARK: Notes

    @Test(arguments: [
        ("cron(0 2 * * ? *)", nil),
        ("cron( 0  2 * * ? * )", nil),
        ("0 2 * * ? *", "read as Glue's six fields, cron(0 2 * * ? *)"),
        ("0 2 * * *", "\(five); in Glue's six fields cron(0 2 * * ? *)"),
        ("cron(0 2 * * *)", "\(five); in Glue's six fields cron(0 2 * * ? *)"),
        ("*/15 9-17 * JAN-MAR 1-5", "\(five); in Glue's six fields cron(*/15 9-17 ? JAN-MAR MON-FRI *)"),
        ("0 2 * * 0,3,5-7", "\(five); in Glue's six fields cron(0 2 ? * SUN,WED,FRI,SAT *)"),
        ("0 2 * * 0-7", "\(five); in Glue's six fields cron(0 2 * * ? *)"),
        ("0 2 * * 7", "\(five); in Glue's six fields cron(0 2 ? * SUN *)"),
        ("0 2 * * 5L", "\(five); in Glue's six fields cron(0 2 ? * 6L *)"),
        ("0 2 * * 5#2", "\(five); in Glue's six fields cron(0 2 ? * FRI#2 *)"),
        ("0 2 ? * ?", "\(five); in Glue's six fields cron(0 2 * * ? *)"),
        ("0 2 L * *", "\(five); in Glue's six fields cron(0 2 L * ? *)"),
        ("0 2 13 * 5", "\(five), on days that fit either day field, which Glue's six fields cannot say"),
        ("0 2 */2 * 5", "\(five), on days that fit both day fields, which Glue's six fields cannot say"),
    ] as [(String, String?)]) func notesSayHowAnExpressionWasRead(expression: String, note: String?) throws {
        #expect(try Schedule(expression: expression).notes == (note.map { [$0] } ?? []))
    }

    private static let five = "read as five-field cron: minute, hour, day of month, month, day of week, with 0 and 7 for Sunday"

    /// What a note says in six fields is the same schedule.
    @Test(arguments: ["0 2 * * *", "*/15 9-17 * JAN-MAR 1-5", "0 2 * * 0,3,5-7", "0 2 * * 5L", "0 2 * * 5#2", "0 2 L * *", "0 2 1-7 * *", "0 2 ? * FRI-MON", "30 4 * */2 */2"])
    func theNotesSixFieldsAreTheSameSchedule(expression: String) throws {
        let schedule = try Schedule(expression: expression)
        let note = try #require(schedule.notes.first)
        let start = try #require(note.firstRange(of: "cron(")).lowerBound
        let same = try Schedule(expression: String(note[start...]))
        #expect(same.notes == [])
        #expect(same.next(after: 1_774_000_000, count: 40) == schedule.next(after: 1_774_000_000, count: 40))
    }

    // MARK: Text

    @Test(arguments: [
        ("UTC", 1_769_824_800, "2026-01-31T02:00:00Z"), ("Etc/UTC", 0, "1970-01-01T00:00:00Z"), ("Europe/Berlin", 1_774_746_000, "2026-03-29T03:00:00+02:00"),
        ("Europe/London", 1_769_824_800, "2026-01-31T02:00:00+00:00"), ("America/St_Johns", 0, "1969-12-31T20:30:00-03:30"), ("+05:45", 0, "1970-01-01T05:45:00+05:45"),
        ("Africa/Monrovia", 0, "1969-12-31T23:15:30-00:44:30"),
    ] as [(String, Int64, String)]) func momentsAreShownAsTheClockHasThem(zone: String, moment: Int64, text: String) throws {
        let schedule = try Schedule(expression: "cron(0 2 * * ? *)", zone: zone)
        #expect(schedule.text(of: moment) == text)
        #expect(schedule.moment(of: text) == moment)
    }

    @Test(arguments: [
        ("2026-01-30T23:59:00", 1_769_813_940), ("2026-01-30 23:59:00", 1_769_813_940), ("2026-01-30T23:59", 1_769_813_940), ("2026-01-30T23:59:00Z", 1_769_817_540),
        ("2026-01-30T23:59:00+02:00", 1_769_810_340), ("2026-01-30T23:59:00.75", 1_769_813_940), ("2026-01-30", 1_769_727_600), ("2026-01-30T23:59:00 America/New_York", 1_769_835_540),
        // The first of two, and what the gap is gone past to.
        ("2026-10-25T02:30:00", 1_792_888_200), ("2026-03-29T02:30:00", 1_774_747_800),
        ("soon", nil), ("", nil), ("2026-02-30", nil), ("2026-01-30T24:00:00", nil), ("2026-01-30T23:59:00+", nil), ("2026-01-30T23:59:00Europe", nil),
    ] as [(String, Int64?)]) func momentsAreReadByTheSchedulesClock(text: String, moment: Int64?) throws {
        #expect(try Schedule(expression: "cron(0 2 * * ? *)", zone: "Europe/Berlin").moment(of: text) == moment)
    }

    @Test func schedulesAreEqualWhenTheyAreWrittenTheSame() throws {
        let schedule = try Schedule(expression: "cron(0 2 * * ? *)", zone: "Europe/Berlin")
        #expect(schedule == (try Schedule(expression: "cron(0 2 * * ? *)", zone: "Europe/Berlin")))
        #expect(Set([schedule, try Schedule(expression: "cron(0 2 * * ? *)")]).count == 2)
        #expect(schedule.description == "cron(0 2 * * ? *) Europe/Berlin")
    }
}
