internal import Synchronization

/// What one execution of a plan shares: its threads, its cancellation, its error records and its counters.
public final class ExecutionContext: Sendable {
    public let workers: WorkerPool
    public let cancellation: Cancellation
    public let errors: ErrorLog
    public let counters: ExecutionCounters
    /// When operators put rows on the disk, and where.
    public let spilling: SpillPolicy
    let spool: Spool
    /// Where times and rows of operators are noted, if anyone wants them.
    public let profile: Profile?
    /// Takes the plan of an action instead of running it.
    public let explain: (@Sendable (OptimizedPlan) -> Void)?
    /// Where it is noted how far the action has come, if anyone looks.
    public let progress: ActionProgress?

    public init(
        workers: WorkerPool, cancellation: Cancellation, keepsErrorRecords: Bool = false, counters: ExecutionCounters = ExecutionCounters(),
        spilling: SpillPolicy = SpillPolicy(), spool: Spool = Spool(), profile: Profile? = nil,
        explain: (@Sendable (OptimizedPlan) -> Void)? = nil, errorSink: (any ErrorRecordSink)? = nil, errorLimit: Int? = nil,
        progress: ActionProgress? = nil
    ) {
        (self.profile, self.explain, self.spilling, self.spool, self.progress) = (profile, explain, spilling, spool, progress)
        self.workers = workers
        self.cancellation = cancellation
        self.counters = counters
        errors = ErrorLog(keepsRecords: keepsErrorRecords, sink: errorSink, limit: errorLimit)
    }

    /// The same run with a fresh error log: what a second attempt at an action gets, and a pass that learns a schema, even of what is only explained.
    public func restarted() -> ExecutionContext {
        ExecutionContext(
            workers: workers, cancellation: cancellation, keepsErrorRecords: errors.keepsRecordsItself, counters: counters, spilling: spilling, spool: spool,
            profile: profile, progress: progress)
    }
}

/// How far an execution has come: what progress displays read while it runs.
public final class ExecutionCounters: Sendable {
    private let rows = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)

    public init() {}

    /// Rows that left the sources.
    public var rowsRead: Int { rows.load(ordering: .relaxed) }
    /// Bytes of input that were read, compressed as they were.
    public var bytesRead: Int { bytes.load(ordering: .relaxed) }

    private let groupsRead = Atomic<Int>(0)
    private let groupsSkipped = Atomic<Int>(0)

    /// Parts of files with statistics of their own (Parquet's row groups) that were read.
    public var rowGroupsRead: Int { groupsRead.load(ordering: .relaxed) }
    /// Such parts that were passed over because no row of theirs could be wanted.
    public var rowGroupsSkipped: Int { groupsSkipped.load(ordering: .relaxed) }

    public func addRowGroups(read: Int, skipped: Int) {
        groupsRead.add(read, ordering: .relaxed)
        groupsSkipped.add(skipped, ordering: .relaxed)
    }

    private let casts = Locked<[(node: PlanNode, failures: CastFailures)]>([])

    /// Values that could not be cast and became null, by the node that cast them.
    public var castFailures: [(node: PlanNode, failures: CastFailures)] { casts.withLock { $0 } }

    func addCastFailures(_ failures: CastFailures, node: PlanNode) {
        casts.withLock { casts in
            if let place = casts.firstIndex(where: { $0.node === node }) {
                casts[place].failures.merge(failures)
            } else {
                casts.append((node, failures))
            }
        }
    }

    /// Columns of files that their source does not have, by name: the first file, and how many.
    public struct UnreadColumns: Sendable {
        public let node: PlanNode
        public fileprivate(set) var files: [(column: String, first: String, count: Int)] = []
    }

    private let unread = Locked<[UnreadColumns]>([])

    public var unreadColumns: [UnreadColumns] { unread.withLock { $0 } }

    func addUnread(_ columns: [String], of file: String, node: PlanNode) {
        unread.withLock { unread in
            let place = unread.firstIndex { $0.node === node } ?? unread.count
            if place == unread.count { unread.append(UnreadColumns(node: node)) }
            for column in columns {
                if let known = unread[place].files.firstIndex(where: { $0.column == column }) {
                    unread[place].files[known].count += 1
                } else if unread[place].files.count < 20 {
                    unread[place].files.append((column, file, 1))
                }
            }
        }
    }

    private let watches = Locked<[(node: PlanNode, watch: FieldWatch)]>([])

    /// What was seen of the fields that transforms read by name.
    public var fieldWatches: [(node: PlanNode, watch: FieldWatch)] { watches.withLock { $0 } }

    func watch(_ reads: FieldReads, within columns: ColumnSet, node: PlanNode) -> FieldWatch {
        let watch = FieldWatch(reads, within: columns)
        watches.withLock { $0.append((node, watch)) }
        return watch
    }

    public func addRows(_ count: Int) { rows.add(count, ordering: .relaxed) }
    public func addBytes(_ count: Int) { bytes.add(count, ordering: .relaxed) }
}
