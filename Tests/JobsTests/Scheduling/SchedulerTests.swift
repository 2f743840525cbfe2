import Catalog
import Connectors
import Foundation
import Testing

import Jobs

@Suite struct SchedulerTests {
    private func job(_ name: String, retries: Int? = nil, _ change: (inout JobRecord) -> Void = { _ in }) -> DefinitionChange {
        var job = JobRecord(name: name, script: "\(name).lua")
        job.maxRetries = retries
        change(&job)
        return .putJob(job)
    }

    private func scheduled(_ name: String, _ expression: String, _ jobs: [String], _ change: (inout TriggerRecord) -> Void = { _ in }) -> DefinitionChange {
        var trigger = TriggerRecord(name: name, type: .scheduled, actions: jobs.map { .init(job: $0) })
        trigger.schedule = expression
        change(&trigger)
        return .putTrigger(trigger, isActive: true)
    }

    private func conditional(
        _ name: String, _ logical: TriggerRecord.Predicate.Logical = .and, after: [(String, RunState)], _ jobs: [String], workflow: String? = nil
    ) -> DefinitionChange {
        var trigger = TriggerRecord(name: name, type: .conditional, actions: jobs.map { .init(job: $0) })
        trigger.predicate = .init(logical, after.map { .init(job: $0.0, state: $0.1) })
        trigger.workflowName = workflow
        return .putTrigger(trigger, isActive: true)
    }

    @Test func aTickStartsItsJobOnce() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a"), scheduled("hourly", "cron(0 * * * ? *)", ["a"])])
        let scheduler = try world.scheduler()
        try world.settle(scheduler)
        #expect(try world.runs(of: "a").isEmpty)
        world.now += 3600
        try world.settle(scheduler)
        try world.settle(scheduler)
        #expect(try world.states(of: "a") == [.succeeded])
        #expect(try world.runs(of: "a").first?.trigger == "hourly")
        world.now += 3600
        try world.settle(scheduler)
        #expect(try world.states(of: "a") == [.succeeded, .succeeded])
    }

    /// A clock that is set back does not bring a tick twice.
    @Test func aClockThatIsSetBackRepeatsNothing() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a"), scheduled("hourly", "cron(0 * * * ? *)", ["a"])])
        let scheduler = try world.scheduler()
        world.now += 3601
        try world.settle(scheduler)
        world.now -= 3600
        try world.settle(scheduler)
        world.now += 3599
        try world.settle(try world.scheduler())
        #expect(try world.runs(of: "a").count == 1)
        world.now += 3600
        try world.settle(try world.scheduler())
        #expect(try world.runs(of: "a").count == 2)
    }

    @Test(arguments: [(TriggerRecord.Misfire.skip, 0), (.once, 1), (.all, 5)])
    func missedTicksAreMadeUpForAsTheTriggerSays(_ misfire: TriggerRecord.Misfire, _ runs: Int) throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a") { $0.overlap = .queue }, scheduled("hourly", "cron(0 * * * ? *)", ["a"]) { $0.misfire = misfire }])
        // Nobody schedules for five ticks and half an hour.
        world.now += 5.5 * 3600
        let scheduler = try world.scheduler()
        try world.settle(scheduler)
        #expect(try world.runs(of: "a").count == runs)
        world.now += 1800
        try world.settle(scheduler)
        #expect(try world.runs(of: "a").count == runs + 1)
    }

    @Test func aFailedRunIsTriedAgainAfterAWhileAndNoMoreThanItMay() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a", retries: 2) { $0.retryDelay = 10 }, job("b"), scheduled("once", "cron(0 1 1 1 ? 2026)", ["a"]), conditional("then", after: [("a", .failed)], ["b"])])
        world.outcome = { $0.job == "a" ? .failed : .succeeded }
        let scheduler = try world.scheduler()
        world.now += 3600
        try world.settle(scheduler)
        #expect(try world.states(of: "a") == [.failed, .waiting])
        let due = try #require(try world.runs(of: "a").last?.due)
        #expect((world.now + 9...world.now + 11).contains(due))
        #expect(try world.runs(of: "b").isEmpty, "what is tried again has not ended yet")
        world.now += 12
        try world.settle(scheduler)
        world.now += 23
        try world.settle(scheduler)
        let runs = try world.runs(of: "a")
        #expect(runs.map(\.state) == [.failed, .failed, .failed])
        #expect(runs.map(\.attempt) == [0, 1, 2])
        #expect(runs[2].previousRun == runs[1].id)
        #expect(runs.map(\.isSuperseded) == [true, true, false])
        #expect(try world.states(of: "b") == [.succeeded])
    }

    /// What a run has made visible is not made twice.
    @Test func aRunThatFailedAfterItsCommitIsNotTriedAgain() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a", retries: 2), scheduled("once", "cron(0 1 1 1 ? 2026)", ["a"])])
        world.outcome = { run in
            try? world.home.catalog.schedule(nil) { transaction in
                guard var run = try transaction.run(run.id) else { return }
                run.isCommitted = true
                try transaction.replace(run)
            }
            return .failed
        }
        world.now += 3600
        try world.settle(try world.scheduler())
        world.now += 3600
        try world.settle(try world.scheduler())
        let runs = try world.runs(of: "a")
        #expect(runs.map(\.state) == [.failed])
        #expect(runs.first?.details.note == "not tried again: the job's commit had made its data visible")
    }

    @Test func timeoutsAndStopsAreNotTriedAgain() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a", retries: 3) { $0.timeout = 1 }, scheduled("once", "cron(0 1 1 1 ? 2026)", ["a"])])
        world.outcome = { _ in nil }
        let scheduler = try world.scheduler()
        world.now += 3600
        for _ in 0..<3 { try scheduler.tick() }
        #expect(try world.states(of: "a") == [.running])
        world.now += 61
        for _ in 0..<3 { try scheduler.tick() }
        #expect(world.signals.map(\.signal) == [SIGTERM])
        let run = try #require(try world.runs(of: "a").last)
        #expect(run.state == .timeout)
        #expect(run.error == "the run took longer than its limit of 1m")
        world.now += 7200
        try world.settle(scheduler)
        #expect(try world.runs(of: "a").count == 1)
    }

    @Test func aRunThatSaysNothingAndOneThatEatsMemoryAreEnded() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("quiet") { $0.silenceTimeout = 5 }, job("greedy") { $0.memory = 1 << 30 }, scheduled("once", "cron(0 1 1 1 ? 2026)", ["quiet", "greedy"])])
        world.outcome = { _ in nil }
        let scheduler = try world.scheduler()
        world.now += 3600
        for _ in 0..<2 { try scheduler.tick() }
        let (quiet, greedy) = (try #require(try world.runs(of: "quiet").last?.id), try #require(try world.runs(of: "greedy").last?.id))
        world.views = [quiet: ProcessView(residentMemory: 1 << 20, lastOutput: world.now), greedy: ProcessView(residentMemory: 1 << 30, lastOutput: world.now)]
        world.now += 250
        for _ in 0..<2 { try scheduler.tick() }
        #expect(try world.states(of: "quiet") == [.running] && world.states(of: "greedy") == [.running])
        world.views[greedy]?.residentMemory = 2 << 30
        world.now += 60
        for _ in 0..<3 { try scheduler.tick() }
        #expect(try world.runs(of: "quiet").last?.error == "the run wrote nothing to its log for 5m")
        #expect(try world.states(of: "quiet") == [.timeout])
        #expect(try world.runs(of: "greedy").last?.error == "the run used 2048 MiB of memory, its limit is 1024 MiB of data")
        #expect(try world.states(of: "greedy") == [.failed])
    }

    @Test(arguments: [(nil, [RunState.succeeded, .stopped]), (.queue, [.succeeded, .succeeded]), (.cancelPrevious, [.stopped, .succeeded])] as [(JobRecord.Overlap?, [RunState])])
    func aTickThatMeetsARunThatStillWorks(_ overlap: JobRecord.Overlap?, _ states: [RunState]) throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a") { $0.overlap = overlap }, scheduled("hourly", "cron(0 * * * ? *)", ["a"])])
        world.outcome = { _ in nil }
        let scheduler = try world.scheduler()
        world.now += 3600
        for _ in 0..<2 { try scheduler.tick() }
        world.now += 3600
        for _ in 0..<2 { try scheduler.tick() }
        world.outcome = { $0.state == .stopping ? .stopped : .succeeded }
        try world.settle(scheduler)
        #expect(try world.states(of: "a") == states)
        if overlap == nil { #expect(try world.runs(of: "a").last?.error?.hasPrefix("skipped: run jr_") == true) }
    }

    @Test func conditionsFireOnceInAChain() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([
            job("a"), job("b"), job("c"), job("any"), scheduled("start", "cron(0 * * * ? *)", ["a", "b"]),
            conditional("both", after: [("a", .succeeded), ("b", .succeeded)], ["c"]), conditional("either", .any, after: [("a", .succeeded), ("b", .succeeded)], ["any"]),
        ])
        let scheduler = try world.scheduler()
        for hour in 1...3 {
            world.now += 3600
            try world.settle(scheduler)
            #expect(try world.runs(of: "c").count == hour)
            #expect(try world.runs(of: "any").count == hour)
        }
        let c = try #require(try world.runs(of: "c").last)
        #expect(c.predecessors.count == 2)
        #expect(try world.home.catalog.runs(inChain: try #require(c.chain)).count == 4)
        // A run that a person starts belongs to no chain.
        _ = try SchedulingOrders(world.home).startJob("a")
        world.now = CatalogStore.now + 1
        try world.settle(try world.scheduler(.withoutTriggers))
        #expect(try world.runs(of: "c").count == 3)
    }

    @Test func aJobThatIsGoneEndsInError() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([scheduled("start", "cron(0 * * * ? *)", ["nobody"])])
        world.now += 3600
        try world.settle(try world.scheduler())
        let run = try #require(try world.runs(of: "nobody").first)
        #expect(run.state == .error && run.error == "there is no job 'nobody'" && run.isSettled)
    }

    @Test func aWorkflowFansOutAndInFailsAndIsResumed() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        var start = TriggerRecord(name: "begin", type: .onDemand, actions: [.init(job: "extract")])
        start.workflowName = "w"
        try world.apply([
            job("extract"), job("left"), job("right"), job("join"), job("report"), .putWorkflow(WorkflowRecord(name: "w")), .putTrigger(start, isActive: true),
            conditional("fan", after: [("extract", .succeeded)], ["left", "right"], workflow: "w"),
            conditional("in", after: [("left", .succeeded), ("right", .succeeded)], ["join"], workflow: "w"),
            conditional("last", after: [("join", .succeeded)], ["report"], workflow: "w"),
        ])
        world.now = CatalogStore.now + 1
        var fails = true
        world.outcome = { $0.job == "right" && fails ? .failed : .succeeded }
        let orders = SchedulingOrders(world.home)
        let id = try orders.startWorkflow("w", properties: ["day": "1"])
        let scheduler = try world.scheduler()
        try world.settle(scheduler)
        var run = try #require(try world.home.catalog.workflowRun(id))
        #expect(run.state == .completed && run.properties == ["day": "1"])
        #expect(try world.states(of: "left") == [.succeeded] && world.states(of: "right") == [.failed] && world.states(of: "join") == [])

        fails = false
        #expect(throws: JobError.self) { try orders.resumeWorkflowRun(id, nodes: ["report"]) }
        let resumed = try orders.resumeWorkflowRun(id, nodes: nil)
        #expect(resumed.nodes == ["right"])
        world.now = CatalogStore.now + 1
        try world.settle(scheduler)
        run = try #require(try world.home.catalog.workflowRun(resumed.run))
        #expect(run.state == .completed && run.previousRun == id)
        #expect(try world.states(of: "extract").count == 1 && world.states(of: "left").count == 1)
        #expect(try world.states(of: "right") == [.failed, .succeeded] && world.states(of: "join") == [.succeeded] && world.states(of: "report") == [.succeeded])

        // Of nodes one behind the other, the first brings the second about.
        let again = try orders.resumeWorkflowRun(resumed.run, nodes: ["join", "right"])
        #expect(again.nodes == ["right"])
    }

    @Test func aStoppedWorkflowStartsNothingMore() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        var start = TriggerRecord(name: "begin", type: .onDemand, actions: [.init(job: "a")])
        start.workflowName = "w"
        var workflow = WorkflowRecord(name: "w")
        workflow.maxConcurrentRuns = 1
        try world.apply([job("a"), job("b"), .putWorkflow(workflow), .putTrigger(start, isActive: true), conditional("then", after: [("a", .stopped)], ["b"], workflow: "w")])
        world.outcome = { _ in nil }
        world.now = CatalogStore.now + 1
        let orders = SchedulingOrders(world.home)
        let id = try orders.startWorkflow("w")
        let scheduler = try world.scheduler()
        for _ in 0..<2 { try scheduler.tick() }
        #expect { try orders.startWorkflow("w") } throws: { "\($0)".contains("ConcurrentRunsExceeded") }
        try orders.stopWorkflowRun(id)
        for _ in 0..<4 { try scheduler.tick() }
        #expect(try world.home.catalog.workflowRun(id)?.state == .stopped)
        #expect(try world.states(of: "a") == [.stopped] && world.states(of: "b") == [])
    }

    /// Whatever the moment that a scheduler dies at, the next one neither loses nor doubles a run.
    @Test func schedulersThatDieLoseAndDoubleNothing() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([
            job("a", retries: 1) { $0.retryDelay = 1 }, job("b"), job("c"), scheduled("start", "rate(1 minute)", ["a", "b"]) { $0.misfire = .all },
            conditional("both", after: [("a", .succeeded), ("b", .succeeded)], ["c"]),
        ])
        var random = SeededRandom(seed: 7)
        world.outcome = { run in
            switch run.id.hash % 3 {
            case 0 where run.job == "a" && run.attempt == 0: .failed
            case 1 where Bool.random(using: &random): nil
            default: .succeeded
            }
        }
        var scheduler = try world.scheduler()
        for step in 0..<2000 {
            world.now += 1
            try scheduler.tick()
            if step % 7 == 0 { scheduler = try world.scheduler() }
        }
        world.outcome = { _ in .succeeded }
        for _ in 0..<40 {
            world.now += 1
            try scheduler.tick()
        }
        try world.settle(scheduler)
        let minutes = Int(world.now - 1_767_225_600) / 60
        for job in ["a", "b", "c"] {
            let final = try world.runs(of: job).filter { !$0.isSuperseded }
            #expect(final.filter { $0.state == .succeeded || $0.error?.hasPrefix("skipped") == true }.count == final.count)
        }
        let firings = Set(try world.runs(of: "b").compactMap(\.chain))
        #expect(firings.count == minutes)
        #expect(try world.runs(of: "b").count == minutes)
        #expect(Set(world.done).count == world.done.count, "no run was worked on twice")
    }

    /// Another scheduler has taken over: the first must do nothing any more.
    @Test func aSchedulerThatLostItsHomeStops() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([job("a"), scheduled("hourly", "cron(0 * * * ? *)", ["a"])])
        let first = try world.scheduler()
        try first.tick()
        let second = try world.scheduler()
        world.now += 3600
        #expect { try first.tick() } throws: { ($0 as? CatalogError)?.code == .staleLease }
        try world.settle(second)
        #expect(try world.runs(of: "a").count == 1)
    }
}

extension Scheduler.Options {
    static var withoutTriggers: Scheduler.Options {
        var options = Scheduler.Options()
        options.firesTriggers = false
        return options
    }
}

/// Random numbers that are the same in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
