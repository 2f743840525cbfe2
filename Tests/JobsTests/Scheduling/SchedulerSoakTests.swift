import Catalog
import Foundation
import Testing

import Jobs

/// Two hundred triggers over many simulated days: every expected run, exactly once. Thirty days with `MASTIC_LONG_TESTS=1`, three else.
@Suite struct SchedulerSoakTests {
    @Test func everyExpectedRunComesExactlyOnce() throws {
        let days = ProcessInfo.processInfo.environment["MASTIC_LONG_TESTS"] == nil ? 3.0 : 30.0
        // Over the nights in which New York, Berlin and Lord Howe change their clocks.
        let start = 1_774_396_800.0
        let world = try FakeWorld(now: start, inMemory: true)
        defer { world.place.remove() }
        let zones = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"]
        var expected: [String: [Int64]] = [:]
        var changes: [DefinitionChange] = []
        for i in 0..<200 {
            let expression =
                switch i % 10 {
                case 0: "cron(\(i % 60) * * * ? *)"
                case 1: "cron(\(i % 60) 0/2 * * ? *)"
                case 2: "cron(\(i % 60) 1/3 * * ? *)"
                case 3: "cron(0/30 \(i % 12)-\(i % 12 + 5) ? * MON-FRI *)"
                case 4: "rate(\(1 + i % 5) hours)"
                case 5: "cron(30 2 * * ? *)"
                case 6: "cron(15 \(i % 24) ? * \(1 + i % 7) *)"
                case 7: "\(i % 60) \(i % 24) * * *"
                case 8: "cron(0 12 L * ? *)"
                default: "cron(0/20 1 1/2 * ? *)"
                }
            var trigger = TriggerRecord(name: "t\(i)", type: .scheduled, actions: [.init(job: "j\(i)")])
            (trigger.schedule, trigger.timeZone) = (expression, zones[i % zones.count])
            changes += [.putJob(JobRecord(name: "j\(i)", script: "j.lua")), .putTrigger(trigger, isActive: true)]
            let schedule = try Schedule(expression: expression, zone: zones[i % zones.count], anchor: Int64(start))
            expected["t\(i)"] = Array(schedule.times(after: Int64(start), until: Int64(start + days * 86400)))
        }
        try world.apply(changes)
        var random = SeededRandom(seed: 1)
        var scheduler = try world.scheduler()
        let end = start + days * 86400
        while true {
            try scheduler.tick()
            let next = scheduler.definitions.timed.values.compactMap(\.next).min() ?? .infinity
            if next > end { break }
            // A little late, as clocks are; sometimes another scheduler goes on.
            world.now = max(world.now, next) + Double.random(in: 0..<0.9, using: &random)
            if Int.random(in: 0..<200, using: &random) == 0 { scheduler = try world.scheduler() }
        }
        world.now = end
        try world.settle(scheduler)
        var total = 0
        for i in 0..<200 {
            let runs = try world.runs(of: "j\(i)")
            let ticks = runs.compactMap { run in run.key.flatMap { Int64($0.dropFirst("t\(i)@".count).prefix { $0 != "#" }) } }
            #expect(ticks.sorted() == expected["t\(i)"], "trigger t\(i)")
            #expect(runs.allSatisfy { $0.state == .succeeded && $0.isSettled })
            total += runs.count
        }
        #expect(total == world.done.count && Set(world.done).count == total)
    }
}
