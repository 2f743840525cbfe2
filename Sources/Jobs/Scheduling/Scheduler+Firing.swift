internal import Catalog
internal import Connectors
internal import Logging

/// What times bring about.
extension Scheduler {
    /// Missed ticks of one trigger that `all` makes up for at most.
    static let longestBacklog = 1000

    /// Fires the triggers whose time has come, in one transaction.
    ///
    /// - Returns: the next time that one will.
    func fireSchedules(_ now: Double) throws -> Double {
        let due = definitions.timed.filter { $0.value.next.map { $0 <= now } ?? false }
        if !due.isEmpty {
            let catalog = home.catalog
            try catalog.schedule(lease) { transaction in
                for (name, entry) in due.sorted(by: { $0.key < $1.key }) {
                    for tick in self.ticks(of: entry, now) {
                        self.lag = max(0, now - tick)
                        try self.fire(name, entry, tick, now, transaction)
                    }
                    try transaction.setSeen(name, now)
                }
            }
            for (name, entry) in due {
                definitions.timed[name]?.seen = now
                definitions.timed[name]?.next = entry.schedule.next(after: Int64(now.rounded(.down))).map(Double.init)
            }
        }
        return definitions.timed.values.compactMap(\.next).min() ?? .infinity
    }

    /// The ticks that are to fire now: those that are due, of the missed ones as many as the trigger wants.
    private func ticks(of entry: SchedulerDefinitions.Timed, _ now: Double) -> [Double] {
        let end = Int64(now.rounded(.down))
        let policy = entry.trigger?.misfire ?? .once
        var start = Int64(entry.seen.rounded(.down))
        if policy != .all {
            // Of a long absence the end is enough, and quicker found.
            let recent = max(start, end - 3 * 86400)
            if recent > start, let tick = entry.schedule.next(after: recent), tick <= end { start = recent }
        }
        var ticks = entry.schedule.times(after: start, until: end).map(Double.init)
        let missed = ticks.prefix { $0 < now - Self.punctuality }
        switch policy {
        case .all:
            if ticks.count > Self.longestBacklog {
                log.warning(
                    "missed \(ticks.count) times; the last \(Self.longestBacklog) are made up for", metadata: ["trigger": "\(entry.trigger?.name ?? "")"])
                ticks = Array(ticks.suffix(Self.longestBacklog))
            }
        case .skip: ticks.removeFirst(missed.count)
        // A tick on time says the same as the missed ones before it.
        case .once: if !missed.isEmpty { ticks.removeFirst(ticks.count > missed.count ? missed.count : missed.count - 1) }
        }
        return ticks
    }

    private func fire(_ name: String, _ entry: SchedulerDefinitions.Timed, _ tick: Double, _ now: Double, _ transaction: SchedulingTransaction) throws {
        let key = "\(name)@\(Int64(tick))"
        guard try transaction.fire(key, trigger: name, at: tick) else { return }
        if let crawler = entry.crawler {
            var run = RunRecord(id: RunTransaction.makeRunID(), kind: .crawler, job: crawler.name, state: .waiting, started: now)
            (run.key, run.due, run.isSettled, run.chain) = (key, now, false, key)
            try transaction.insert(run)
        } else if let trigger = entry.trigger {
            _ = try Firing(trigger: trigger, key: key, time: now, isTick: true).carryOut(in: transaction)
        }
    }
}
