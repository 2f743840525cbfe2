public import Catalog

/// Which files that arrived start a run together.
///
/// A batch is due when `batchSize` files wait, or when the first of those that wait has done so for `batchWindow` seconds. Without a condition each
/// file is a batch; so is each file that has failed together with others. A file that failed waits for its time.
public struct ArrivalBatch: Hashable, Sendable {
    /// Seconds of the window where the condition names none. Glue's default.
    public static let defaultWindow = 900

    /// The batches that are due, each with its paths, the longest waiting first.
    public let due: [[String]]
    /// When the next batch is due if nothing else arrives; nil if nothing waits. Seconds since the epoch.
    public let next: Double?

    /// - Parameters:
    ///   - pending: the files of one trigger, in any order.
    ///   - condition: a size and a window of at least 1. Glue's upper bounds, 100 files and 900 seconds, are none here.
    public init(_ pending: [ArrivalRecord], _ condition: TriggerRecord.EventBatchingCondition?, at now: Double) {
        let size = max(condition?.batchSize ?? 1, 1)
        let window = Double(max(condition?.batchWindow ?? Self.defaultWindow, 1))
        var batches: [[String]] = []
        var waiting: [ArrivalRecord] = []
        var next: Double?
        func wake(_ time: Double) { next = min(next ?? time, time) }
        for file in pending.sorted(by: Self.precedes) {
            if file.due > now {
                wake(file.due)
            } else if file.isAlone || size == 1 {
                batches.append([file.file.path])
            } else {
                waiting.append(file)
            }
        }
        var rest = waiting[...]
        while rest.count >= size {
            batches.append(rest.prefix(size).map(\.file.path))
            rest = rest.dropFirst(size)
        }
        if let first = rest.first {
            // Who waits since a time to come saw the clock being set back; how long it has waited is not known, so it waits no more.
            if now - first.seen >= window || first.seen > now {
                batches.append(rest.map(\.file.path))
            } else {
                wake(first.seen + window)
            }
        }
        (due, self.next) = (batches, next)
    }

    private static func precedes(_ a: ArrivalRecord, _ b: ArrivalRecord) -> Bool { (a.seen, a.file.path) < (b.seen, b.file.path) }
}
