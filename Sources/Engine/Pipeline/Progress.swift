internal import Glibc
internal import Synchronization

/// How far the actions of a script have come, for whoever shows it: a display reads on a thread of its own while workers count.
///
/// Workers add to counters once a batch or once a morsel, never once a row. Nothing here waits for a display.
public final class Progress: Sendable {
    private let running = Locked<[ActionProgress]>([])
    /// In an object: a function that is taken out of a generic box by itself gets wrapped anew each time.
    private final class Listener: Sendable {
        let body: @Sendable (Bool) -> Void
        init(_ body: @escaping @Sendable (Bool) -> Void) { self.body = body }
    }

    private let listener = Locked<Listener?>(nil)

    public init() {}

    /// Notes that an action begins.
    ///
    /// - Parameter title: what the action does: `write parquet to out/ by day`.
    public func begin(_ title: String) -> ActionProgress {
        let action = ActionProgress(title)
        let isFirst = running.withLock { running in
            running.append(action)
            return running.count == 1
        }
        if isFirst { listener.withLock { $0 }?.body(true) }
        return action
    }

    /// Notes that an action is over. What the display has drawn is gone when the call returns.
    public func end(_ action: ActionProgress) {
        let isLast = running.withLock { running in
            running.removeAll { $0 === action }
            return running.isEmpty
        }
        if isLast { listener.withLock { $0 }?.body(false) }
    }

    /// The action that was begun last of those that run; nil between actions.
    public var current: ActionProgress? { running.withLock { $0.last } }

    /// Calls a function on the script's thread with true when something begins to run, and with false when nothing runs any more. It must be quick.
    public func listen(_ body: (@Sendable (Bool) -> Void)?) { listener.withLock { $0 = body.map(Listener.init) } }
}

/// How far one action has come.
public final class ActionProgress: Sendable {
    public let title: String
    private let start = MonotonicClock.now
    private let known = Locked<[StageProgress]>([])

    init(_ title: String) { self.title = title }

    /// Nanoseconds since the action began.
    public var elapsed: Int { MonotonicClock.now - start }

    /// The stages in the order in which they began; those that are still to begin come last.
    public var stages: [StageProgress] {
        let all = known.withLock { $0 }.map { stage in (stage: stage, begun: stage.hasBegun ? stage.begun.load(ordering: .relaxed) : Int.max) }
        return all.sorted { $0.begun < $1.begun }.map(\.stage)
    }

    /// A stage that reads a source: made when the plan is, so that the display knows what is to come.
    func scan(_ node: ScanNode) -> StageProgress {
        known.withLock { known in
            if let stage = known.first(where: { $0.owner == ObjectIdentifier(node) }) { return stage }
            let stage = StageProgress(node.label, .scan, owner: ObjectIdentifier(node), keeping: node)
            // Bytes are counted where files are read; of rows that are made or held, rows are.
            let files = node.source.fileCount ?? 0
            stage.expect(bytes: files > 0 ? node.source.estimatedBytes ?? 0 : 0, files: files, rows: node.source.rowCount ?? 0)
            known.append(stage)
            return stage
        }
    }

    /// A stage that takes rows in: a sort, a join's built side, a file that is written.
    func stage(_ label: String, _ kind: StageProgress.Kind) -> StageProgress {
        let stage = StageProgress(label, kind, owner: nil, keeping: nil)
        known.withLock { $0.append(stage) }
        return stage
    }

    /// A stage that is known by more than rows, such as a crawl that looks into files.
    public func addStage(_ label: String, files: Int) -> StageProgress {
        let stage = stage(label, .scan)
        stage.expect(bytes: 0, files: files, rows: 0)
        stage.begin()
        return stage
    }

    /// Forgets everything: the action starts again.
    func restart() { known.withLock { $0 = [] } }
}

/// How far one stage of an action has come.
public final class StageProgress: Sendable {
    public enum Kind: Sendable {
        /// Reads a source, whose size is known mostly.
        case scan
        /// Takes in all rows before it gives any.
        case collect
        /// The end of the action, which takes the rows.
        case result
    }

    public let label: String
    public let kind: Kind
    fileprivate let owner: ObjectIdentifier?
    /// The node whose identity the owner is, so that no other gets it.
    private let node: PlanNode?
    private let rowCount = Atomic<Int>(0)
    private let byteCount = Atomic<Int>(0)
    private let fileCount = Atomic<Int>(0)
    private let expectedBytes = Atomic<Int>(0)
    private let expectedFiles = Atomic<Int>(0)
    private let expectedRows = Atomic<Int>(0)
    /// 0 waiting, 1 running, 2 done.
    private let state = Atomic<Int>(0)
    /// When the stage began.
    fileprivate let begun = Atomic<Int>(0)

    fileprivate init(_ label: String, _ kind: Kind, owner: ObjectIdentifier?, keeping node: PlanNode?) {
        (self.label, self.kind, self.owner, self.node) = (label, kind, owner, node)
    }

    public var rows: Int { rowCount.load(ordering: .relaxed) }
    /// Bytes of input that are done with, those that were passed over among them.
    public var bytes: Int { byteCount.load(ordering: .relaxed) }
    public var files: Int { fileCount.load(ordering: .relaxed) }
    /// All there is to do; 0 where nobody knows.
    public var totalBytes: Int { expectedBytes.load(ordering: .relaxed) }
    public var totalFiles: Int { expectedFiles.load(ordering: .relaxed) }
    public var totalRows: Int { expectedRows.load(ordering: .relaxed) }
    public var hasBegun: Bool { state.load(ordering: .relaxed) > 0 }
    public var isDone: Bool { state.load(ordering: .relaxed) == 2 }

    /// The part that is done, from 0 to 1; nil where the whole is not known.
    public var share: Double? {
        if isDone { return 1 }
        if totalBytes > 0 { return min(1, Double(bytes) / Double(totalBytes)) }
        if totalFiles > 0 { return min(1, Double(files) / Double(totalFiles)) }
        if totalRows > 0 { return min(1, Double(rows) / Double(totalRows)) }
        return nil
    }

    public func addRows(_ count: Int) { rowCount.add(count, ordering: .relaxed) }
    public func addBytes(_ count: Int) { byteCount.add(count, ordering: .relaxed) }
    public func addFile() { fileCount.add(1, ordering: .relaxed) }

    func expect(bytes: Int, files: Int, rows: Int) {
        expectedBytes.store(bytes, ordering: .relaxed)
        expectedFiles.store(files, ordering: .relaxed)
        expectedRows.store(rows, ordering: .relaxed)
    }

    /// The stage starts, perhaps again: a plan may read a source more than once.
    func begin() {
        rowCount.store(0, ordering: .relaxed)
        byteCount.store(0, ordering: .relaxed)
        fileCount.store(0, ordering: .relaxed)
        begun.store(MonotonicClock.now, ordering: .relaxed)
        state.store(1, ordering: .relaxed)
    }

    public func end() { state.store(2, ordering: .relaxed) }
}

/// Time that only goes on.
enum MonotonicClock {
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
