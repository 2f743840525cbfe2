internal import Catalog
public import Connectors
internal import Glibc
public import Logging

/// Waits for what was asked of the scheduler, and schedules itself for as long as nobody else does: so a command works with and without `mastic serve`.
public final class RunFollower {
    private let home: Home
    private let log: Logger
    private let options: Scheduler.Options
    private var scheduler: Scheduler?

    public init(_ home: Home, options: Scheduler.Options = Scheduler.Options(), log: Logger) {
        (self.home, self.log) = (home, log)
        // Times and files wait for a scheduler that stays.
        var options = options
        options.firesTriggers = false
        self.options = options
    }

    /// - Parameter look: called several times a second; true ends the waiting.
    public func wait(_ look: () throws -> Bool) throws {
        defer {
            // Nobody else sends what this scheduler has posted.
            if scheduler != nil { _ = try? Notifier(home: home, log: log).deliverDue(at: CatalogStore.now) }
        }
        while try !look() {
            if scheduler == nil { scheduler = try Scheduler(home, options: options, log: log) }
            if let scheduler {
                let pause = try scheduler.tick()
                if try look() { return }
                scheduler.pause(seconds: min(pause, 0.1))
            } else {
                usleep(100_000)
            }
        }
    }
}
