public import Catalog

/// When triggers fire next.
public enum ComingTimes {
    /// The next time of a trigger with a schedule that is active; nil for any other.
    ///
    /// - Parameter time: seconds since the epoch, as is the result.
    public static func next(of trigger: TriggerRecord, status: TriggerStatus?, after time: Double) -> Double? {
        guard trigger.type == .scheduled, status?.state == .activated, let schedule = trigger.schedule else { return nil }
        return next(of: schedule, zone: trigger.timeZone, since: status?.activated ?? time, after: time)
    }

    /// The next time of a crawler with a schedule.
    public static func next(of crawler: CrawlerRecord, status: TriggerStatus?, after time: Double) -> Double? {
        guard let schedule = crawler.schedule else { return nil }
        return next(of: schedule, zone: crawler.timeZone, since: status?.activated ?? time, after: time)
    }

    /// The next time of a schedule that is active.
    public static func next(of schedule: CatalogStore.ActiveSchedule, after time: Double) -> Double? {
        next(of: schedule.expression, zone: schedule.zone, since: schedule.activated, after: time)
    }

    private static func next(of schedule: String, zone: String?, since start: Double, after time: Double) -> Double? {
        guard abs(start) < 1e12, abs(time) < 1e12, let schedule = try? Schedule(expression: schedule, zone: zone ?? "UTC", anchor: Int64(start)) else { return nil }
        return schedule.next(after: Int64(time)).map(Double.init)
    }
}
