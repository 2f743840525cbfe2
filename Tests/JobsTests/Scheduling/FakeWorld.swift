import Catalog
import Connectors
import Logging

import Jobs

/// A home whose clock the test sets, and whose runs are no processes: they work as the test says, and go on when a scheduler dies.
final class FakeWorld {
    let place: TemporaryHome
    var home: Home { place.home }
    var now: Double
    /// How a run ends; `nil` for one that works until it is told otherwise.
    var outcome: (RunRecord) -> RunState? = { _ in .succeeded }
    /// Runs that someone works on.
    var working: Set<String> = []
    /// Runs whose work was done, in order.
    var done: [String] = []
    var signals: [(signal: Int32, run: String)] = []
    var views: [String: ProcessView] = [:]

    /// - Parameter now: seconds since the epoch.
    /// - Parameter inMemory: for many runs.
    init(now: Double = 1_767_225_600, inMemory: Bool = false) throws {
        place = try TemporaryHome(inMemory: inMemory)
        self.now = now
    }

    /// Definitions get the time of the test: the catalog gives them the machine's.
    func apply(_ changes: [DefinitionChange]) throws {
        try home.catalog.apply(changes)
        try home.catalog.resetTicks(to: now)
    }

    func scheduler(_ options: Scheduler.Options = Scheduler.Options()) throws -> Scheduler {
        var options = options
        options.maxRuns = 100_000
        options.keptSeconds = 1e9
        options.keptRuns = 1_000_000
        let handler = StandardErrorLog(label: "test", level: .critical, json: false)
        return try Scheduler(
            home, options: options, supervisor: FakeSupervisor(self), log: Logger(label: "test", factory: { _ in handler }), clock: { [unowned self] in now })
    }

    /// Ticks until nothing follows any more.
    func settle(_ scheduler: Scheduler, most: Int = 100) throws {
        for _ in 0..<most {
            try scheduler.tick()
            if try !home.catalog.hasWork(at: now) { return }
        }
    }

    /// The runs of a job in their order; attempts may begin at one moment of the test's clock.
    func runs(of job: String) throws -> [RunRecord] {
        try home.catalog.runs(of: .job, named: job, limit: 1_000_000).sorted { ($0.started, $0.attempt) < ($1.started, $1.attempt) }
    }
    func states(of job: String) throws -> [RunState] { try runs(of: job).map(\.state) }
}

final class FakeSupervisor: RunSupervisor {
    private let world: FakeWorld
    private var watched: Set<String> = []

    init(_ world: FakeWorld) { self.world = world }

    func prepare(_ run: String) throws -> Bool { !world.working.contains(run) }
    func abandon(_ run: String) {}

    func start(_ run: RunRecord, workingDirectory: String?) throws {
        world.working.insert(run.id)
        watched.insert(run.id)
    }

    func adopt(_ run: RunRecord) throws -> Bool {
        if world.working.contains(run.id) { watched.insert(run.id) }
        return world.working.contains(run.id)
    }

    func ended() -> [(run: String, end: ProcessEnd)] {
        var ends: [(run: String, end: ProcessEnd)] = []
        for id in watched {
            guard let run = (try? world.home.catalog.beginRun(id, processID: 1, at: world.now)) ?? (try? world.home.catalog.run(id)) else { continue }
            if let outcome = world.outcome(run) {
                _ = try? world.home.catalog.endRun(id, outcome, error: outcome == .succeeded ? nil : "as the test has it", at: world.now)
                world.done.append(id)
            } else if world.working.contains(id) {
                continue
            }
            world.working.remove(id)
            watched.remove(id)
            ends.append((id, ProcessEnd(status: 0)))
        }
        return ends
    }

    func send(_ signal: Int32, to run: String) {
        world.signals.append((signal, run))
        // A process that is told to end does.
        world.working.remove(run)
    }

    func view(of run: String) -> ProcessView? { world.views[run] }
    func wait(seconds: Double, descriptor: Int32) {}
    func wake() {}
}
