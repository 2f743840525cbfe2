import Testing

import Columnar

/// Zones of the system's tz database; offsets as Python's `zoneinfo` has them.
@Suite struct TimeZoneTests {
    static let moments = """
        Europe/Berlin -62122159140 3208
        Europe/Berlin -3786591240 3208
        Europe/Berlin -1689458520 7200
        Europe/Berlin -767400900 10800
        Europe/Berlin 16769700 3600
        Europe/Berlin 919342980 3600
        Europe/Berlin 1317714000 7200
        Europe/Berlin 1731980160 3600
        Europe/Berlin 2139009240 7200
        Europe/Berlin 2147401080 3600
        Europe/Berlin 4086954420 7200
        Europe/Berlin 13593981120 7200
        Europe/Berlin 253365939420 3600
        America/New_York -62110258620 -17762
        America/New_York -3782598960 -17762
        America/New_York -1680324420 -18000
        America/New_York -768724380 -14400
        America/New_York 14324340 -14400
        America/New_York 934449300 -14400
        America/New_York 1300863900 -14400
        America/New_York 1728577860 -14400
        America/New_York 2129465880 -14400
        America/New_York 2169689520 -14400
        America/New_York 4087015740 -14400
        America/New_York 13588998120 -14400
        America/New_York 253344044160 -18000
        Australia/Lord_Howe -62121605880 38180
        Australia/Lord_Howe -3761874540 38180
        Australia/Lord_Howe -1685569380 36000
        Australia/Lord_Howe -768624960 36000
        Australia/Lord_Howe 2067540 36000
        Australia/Lord_Howe 943048320 39600
        Australia/Lord_Howe 1313015040 37800
        Australia/Lord_Howe 1731371340 39600
        Australia/Lord_Howe 2127928020 37800
        Australia/Lord_Howe 2164344540 37800
        Australia/Lord_Howe 4081706100 37800
        Australia/Lord_Howe 13586281500 37800
        Australia/Lord_Howe 253345581300 39600
        Asia/Kolkata -62124833100 21208
        Asia/Kolkata -3765058440 21208
        Asia/Kolkata -1689162360 19800
        Asia/Kolkata -783629460 23400
        Asia/Kolkata 9615600 19800
        Asia/Kolkata 935777460 19800
        Asia/Kolkata 1304986140 19800
        Asia/Kolkata 1721302740 19800
        Asia/Kolkata 2138849040 19800
        Asia/Kolkata 2168628180 19800
        Asia/Kolkata 4099906620 19800
        Asia/Kolkata 13598040300 19800
        Asia/Kolkata 253355947560 19800
        Pacific/Apia -62115508620 45184
        Pacific/Apia -3778853520 45184
        Pacific/Apia -1698672120 -41400
        Pacific/Apia -788657040 -41400
        Pacific/Apia 6578580 -39600
        Pacific/Apia 938746500 -39600
        Pacific/Apia 1303301340 -39600
        Pacific/Apia 1731152280 46800
        Pacific/Apia 2128734420 46800
        Pacific/Apia 2165499000 46800
        Pacific/Apia 4081464360 46800
        Pacific/Apia 13599357360 46800
        Pacific/Apia 253359871800 46800
        Africa/Casablanca -62114578020 -1820
        Africa/Casablanca -3773352360 -1820
        Africa/Casablanca -1702021260 0
        Africa/Casablanca -760310160 0
        Africa/Casablanca 11793480 0
        Africa/Casablanca 921224040 0
        Africa/Casablanca 1316967660 0
        Africa/Casablanca 1731095460 3600
        Africa/Casablanca 2124345120 3600
        Africa/Casablanca 2163568320 3600
        Africa/Casablanca 4093242360 3600
        Africa/Casablanca 13569496200 3600
        Africa/Casablanca 253350196680 3600
        Europe/Dublin -62121256680 -1521
        Europe/Dublin -3773580840 -1521
        Europe/Dublin -1694972340 -1521
        Europe/Dublin -779774580 3600
        Europe/Dublin 25835400 3600
        Europe/Dublin 942437100 0
        Europe/Dublin 1320411000 0
        Europe/Dublin 1735108200 0
        Europe/Dublin 2120674860 0
        Europe/Dublin 2150839500 0
        Europe/Dublin 4090345500 3600
        Europe/Dublin 13598860080 0
        Europe/Dublin 253339642620 0
        America/Sao_Paulo -62115047460 -11188
        America/Sao_Paulo -3760921800 -11188
        America/Sao_Paulo -1676834700 -10800
        America/Sao_Paulo -767577600 -10800
        America/Sao_Paulo 30598380 -10800
        America/Sao_Paulo 944402100 -7200
        America/Sao_Paulo 1303884060 -10800
        America/Sao_Paulo 1715074320 -10800
        America/Sao_Paulo 2124296400 -10800
        America/Sao_Paulo 2157803580 -10800
        America/Sao_Paulo 4076176920 -10800
        America/Sao_Paulo 13589751120 -10800
        America/Sao_Paulo 253361405280 -10800
        Asia/Tehran -62114196480 12344
        Asia/Tehran -3784439460 12344
        Asia/Tehran -1697325060 12344
        Asia/Tehran -783372600 12600
        Asia/Tehran 25587300 12600
        Asia/Tehran 916090380 12600
        Asia/Tehran 1316361000 16200
        Asia/Tehran 1708218900 12600
        Asia/Tehran 2122854540 12600
        Asia/Tehran 2150030100 12600
        Asia/Tehran 4072991280 12600
        Asia/Tehran 13584299880 12600
        Asia/Tehran 253360822620 12600
        Antarctica/Troll -62115833340 0
        Antarctica/Troll -3767098560 0
        Antarctica/Troll -1682316180 0
        Antarctica/Troll -778845120 0
        Antarctica/Troll 15942480 0
        Antarctica/Troll 928444500 0
        Antarctica/Troll 1309675320 7200
        Antarctica/Troll 1716695820 7200
        Antarctica/Troll 2121453720 0
        Antarctica/Troll 2159340960 7200
        Antarctica/Troll 4077244020 0
        Antarctica/Troll 13573235400 0
        Antarctica/Troll 253367766600 0
        """

    @Test func offsetsOfMoments() throws {
        for line in Self.moments.split(separator: "\n") {
            let words = line.split(separator: " ")
            let (name, seconds, offset) = (String(words[0]), try #require(Int64(words[1])), try #require(Int64(words[2])))
            let zone = try TimeZoneRules.named(name)
            #expect(zone.offset(atUTC: seconds) == offset, "\(line)")
            // Away from changes the clock's reading leads back to the moment.
            #expect(zone.offset(atLocal: seconds + offset) == offset, "\(line)")
        }
    }

    struct Reading: Sendable {
        let zone: String, reading: String, utc: String
        init(_ zone: String, _ reading: String, _ utc: String) { (self.zone, self.reading, self.utc) = (zone, reading, utc) }
    }

    /// Readings in gaps move on, and of readings that come twice the first is meant.
    @Test(arguments: [
        Reading("Europe/Berlin", "2024-03-31 01:59:59.999999", "2024-03-31 00:59:59.999999"), Reading("Europe/Berlin", "2024-03-31 02:00:00", "2024-03-31 01:00:00"),
        Reading("Europe/Berlin", "2024-03-31 02:59:59", "2024-03-31 01:59:59"), Reading("Europe/Berlin", "2024-03-31 03:00:00", "2024-03-31 01:00:00"),
        Reading("Europe/Berlin", "2024-10-27 02:00:00", "2024-10-27 00:00:00"), Reading("Europe/Berlin", "2024-10-27 02:59:59", "2024-10-27 00:59:59"),
        Reading("Europe/Berlin", "2024-10-27 03:00:00", "2024-10-27 02:00:00"), Reading("America/New_York", "2024-03-10 02:30:00", "2024-03-10 07:30:00"),
        Reading("America/New_York", "2024-11-03 01:59:59", "2024-11-03 05:59:59"), Reading("America/New_York", "2024-11-03 02:00:00", "2024-11-03 07:00:00"),
        Reading("Australia/Lord_Howe", "2024-10-06 02:15:00", "2024-10-05 15:45:00"), Reading("Australia/Lord_Howe", "2024-04-07 01:45:00", "2024-04-06 14:45:00"),
        Reading("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00"), Reading("Pacific/Apia", "2011-12-31 00:00:00", "2011-12-30 10:00:00"),
        Reading("Asia/Kolkata", "9999-12-31 23:59:59", "9999-12-31 18:29:59"), Reading("+05:30", "1970-01-01 00:00:00", "1969-12-31 18:30:00"),
    ])
    func gapsAndOverlaps(_ test: Reading) throws {
        func micros(_ text: String) throws -> Int64 { try #require(Array(text.utf8).withUnsafeBytes { DateParsing.timestamp($0) }) }
        let zone = try TimeZoneRules.named(test.zone)
        #expect(zone.utc(try micros(test.reading)) == (try micros(test.utc)))
    }

    @Test(arguments: [
        ("UTC", 0), ("Z", 0), ("GMT", 0), ("+2", 7200), ("-05:30", -19_800), ("+0530", 19_800), ("UTC+1", 3600), ("GMT-03:00", -10_800), ("UT+01:02:03", 3723), ("+18:00", 64_800),
        ("EST", -18_000), ("Etc/GMT+5", -18_000), ("+5:3", 18_180),
    ])
    func offsetsByName(name: String, offset: Int64) throws {
        let zone = try TimeZoneRules.named(name)
        #expect(zone.isFixed)
        #expect(zone.offset(atUTC: 0) == offset)
        #expect(zone.offset(atUTC: .min / 1_000_000) == offset)
    }

    @Test(arguments: [
        "", "Nowhere", "europe/berlin", "/etc/passwd", "../../../etc/passwd", "Europe/../Europe/Berlin", "Europe//Berlin", "Europe/", "Europe", "tzdata.zi", "+18:01", "+1:2:3", "+123",
        "UTC+", "zone.tab", "Europe/Berlin\u{0}", String(repeating: "A", count: 5000), "+25", "z",
    ])
    func namesOfNothing(name: String) {
        #expect(throws: TimeZoneError.self) { try TimeZoneRules.named(name) }
    }

    @Test func rulesInFooters() throws {
        let rule = try #require(TimeZoneRule(Array("CET-1CEST,M3.5.0,M10.5.0/3".utf8)))
        #expect(rule.offset == 3600)
        let summer = try #require(rule.summer)
        #expect(summer.offset == 7200)
        #expect(summer.start.seconds(in: 2024) == Int64(CivilDate(year: 2024, month: 3, day: 31).days) * 86_400 + 7200)
        #expect(summer.end.seconds(in: 2024) == Int64(CivilDate(year: 2024, month: 10, day: 27).days) * 86_400 + 10_800)
        let names = try #require(TimeZoneRule(Array("<+1030>-10:30<+11>-11,J60/-1,0/167:30".utf8)))
        #expect(names.offset == 37_800)
        #expect(names.summer?.start.seconds(in: 2024) == Int64(CivilDate(year: 2024, month: 3, day: 1).days) * 86_400 - 3600)
        #expect(names.summer?.end.day == .ordinal(0))
        for text in ["", "C", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-99", "<CET-1", "CET-1x", "CET-1CEST,J0,J1"] {
            #expect(TimeZoneRule(Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test func damagedFilesAreNone() throws {
        var generator = SeededGenerator(seed: 5)
        var file: [UInt8] = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        for _ in 0..<24 { file.append(UInt8.random(in: 0...3, using: &generator)) }
        for _ in 0..<400 { file.append(UInt8.random(in: 0...255, using: &generator)) }
        for length in 0..<file.count { file[..<length].withUnsafeBytes { _ = TimeZoneRules(name: "x", file: $0) } }
        for _ in 0..<2000 {
            var damaged = file
            for _ in 0..<4 { damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator) }
            damaged.withUnsafeBytes { bytes in if let zone = TimeZoneRules(name: "x", file: bytes) { _ = zone.offset(atUTC: .random(in: -(1 << 50)...(1 << 50), using: &generator)) } }
        }
    }

    /// Changes as Python's `zoneinfo` has them, behind the end of the file's table and of the years that are written out as well.
    @Test(arguments: [
        ("Europe/Berlin", 1_774_000_000, 1_774_746_000), ("Europe/Berlin", 1_774_745_999, 1_774_746_000), ("Europe/Berlin", 1_774_746_000, 1_792_890_000),
        ("Australia/Lord_Howe", 1_774_000_000, 1_775_314_800), ("America/Sao_Paulo", 1_518_000_000, 1_518_919_200), ("Asia/Kolkata", 0, nil), ("UTC", 0, nil), ("+02:00", 0, nil),
        ("America/New_York", 4_086_000_000, 4_097_196_000),
    ] as [(String, Int64, Int64?)]) func nextChanges(zone: String, after: Int64, change: Int64?) throws {
        #expect(try TimeZoneRules.named(zone).nextChange(after: after) == change)
    }

    @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "Africa/Casablanca"])
    func changesAreWhereTheOffsetChanges(zone: String) throws {
        let rules = try TimeZoneRules.named(zone)
        for start in [-5_000_000_000, 0, 1_774_000_000, 4_000_000_000, 14_600_000_000, 15_500_000_000, 100_000_000_000] as [Int64] {
            var moment = start
            for _ in 0..<4 {
                guard let change = rules.nextChange(after: moment) else { break }
                #expect(change > moment)
                #expect(rules.offset(atUTC: change - 1) == rules.offset(atUTC: moment))
                #expect(rules.offset(atUTC: change) != rules.offset(atUTC: change - 1))
                moment = change
            }
        }
        for moment in [Int64.min, .max] { _ = rules.nextChange(after: moment) }
    }

    @Test func theDatabaseListsItsRegions() {
        let regions = TimeZoneRules.regions()
        #expect(regions.contains("Europe/Berlin") && regions.contains("America/Argentina/Buenos_Aires") && regions.contains("UTC"))
        #expect(!regions.contains { $0.contains("posix") || $0.contains("right") || $0.contains(".") })
        #expect(regions == regions.sorted())
        #expect(regions.allSatisfy { (try? TimeZoneRules.named($0)) != nil })
    }
}
