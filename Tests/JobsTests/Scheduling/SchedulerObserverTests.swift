import Catalog
import Foundation
import Testing

import Jobs

@Suite struct SchedulerObserverTests {
    private final class Notes: SchedulerObserver, @unchecked Sendable {
        var ended: [String] = []
        var ticks = 0
        func schedulerTicked(seconds: Double, lag: Double) { ticks += 1 }
        func schedulerFailed(_ error: any Error) {}
        func runEnded(_ run: RunRecord) { ended.append("\(run.job ?? "") \(run.state.rawValue) \(run.attempt)") }
    }

    /// Each ended attempt is told once, whoever asks how often.
    @Test func endedRunsAreToldOnce() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        var job = JobRecord(name: "a", script: "a.lua")
        job.maxRetries = 1
        try world.apply([.putJob(job)])
        world.outcome = { $0.attempt == 0 ? .failed : .succeeded }
        let notes = Notes()
        var options = Scheduler.Options()
        options.observer = notes
        _ = try SchedulingOrders(world.home).startJob("a")
        world.now = CatalogStore.now + 1
        let first = try world.scheduler(options)
        try world.settle(first)
        world.now += 3600
        let second = try world.scheduler(options)
        try world.settle(second)
        #expect(notes.ended == ["a FAILED 0", "a SUCCEEDED 1"])
        var rounds = 0
        try second.run {
            rounds += 1
            return rounds > 3
        }
        #expect(notes.ticks == 3)
        #expect(notes.ended.count == 2)
    }

    /// A scheduler that ends stops what does not end by itself, and leaves what waits to the next one.
    @Test func drainingStopsWhatWorksAndStartsNothing() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([.putJob(JobRecord(name: "a", script: "a.lua")), .putJob(JobRecord(name: "b", script: "b.lua"))])
        world.outcome = { _ in nil }
        let orders = SchedulingOrders(world.home)
        _ = try orders.startJob("a")
        world.now = CatalogStore.now + 1
        let scheduler = try world.scheduler()
        for _ in 0..<3 { try scheduler.tick() }
        #expect(try world.states(of: "a") == [.running])
        _ = try orders.startJob("b")
        try scheduler.drain(seconds: 0) { false }
        #expect(try world.states(of: "a") == [.stopped])
        #expect(try world.runs(of: "a").first?.error == "the scheduler was shut down while the run worked")
        #expect(world.signals.map(\.signal) == [SIGTERM])
        #expect(try world.states(of: "b") == [.waiting])
    }

    @Test func drainingWaitsForRunsThatEnd() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([.putJob(JobRecord(name: "a", script: "a.lua"))])
        world.outcome = { _ in nil }
        _ = try SchedulingOrders(world.home).startJob("a")
        world.now = CatalogStore.now + 1
        let scheduler = try world.scheduler()
        for _ in 0..<3 { try scheduler.tick() }
        var asked = 0
        try scheduler.drain(seconds: 3600) {
            asked += 1
            if asked == 3 { world.outcome = { _ in .succeeded } }
            return false
        }
        #expect(try world.states(of: "a") == [.succeeded])
        #expect(world.signals.isEmpty)
        #expect(asked == 3)
    }

    /// Who is in a hurry leaves the runs to the next scheduler.
    @Test func drainingMayBeGivenUp() throws {
        let world = try FakeWorld()
        defer { world.place.remove() }
        try world.apply([.putJob(JobRecord(name: "a", script: "a.lua"))])
        world.outcome = { _ in nil }
        _ = try SchedulingOrders(world.home).startJob("a")
        world.now = CatalogStore.now + 1
        let scheduler = try world.scheduler()
        for _ in 0..<3 { try scheduler.tick() }
        try scheduler.drain(seconds: 3600) { true }
        #expect(try world.states(of: "a") == [.running])
        #expect(world.signals.isEmpty)
    }
}
