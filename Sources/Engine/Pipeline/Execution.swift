public import Columnar
internal import Synchronization

/// Where the rows of an action go.
public protocol BatchConsumer: AnyObject, Sendable {
    /// Takes a batch of the morsel of this number; returns false when no more rows are wanted. Called from several threads at once, but the
    /// batches of one morsel come from one thread, in order.
    func consume(_ batch: Batch, morsel: Int) throws -> Bool
    /// All batches of the morsel have been given.
    func endMorsel(_ number: Int) throws
    /// All rows have been given: called once, on the thread that runs the action.
    func finish() throws
    /// Forgets everything: the action starts again, because its rows did not have the schema that was assumed.
    func restart() throws
    /// Another worker failed: whoever waits inside the consumer must come out. May be called from any thread.
    func abort(_ error: any Error)
    /// Whether the consumer may raise a `SchemaSurprise`.
    var mayRestart: Bool { get }
    /// What a progress display calls what becomes of the rows: `write`.
    var label: String { get }
}

extension BatchConsumer {
    public func endMorsel(_ number: Int) throws {}
    public func finish() throws {}
    public func abort(_ error: any Error) {}
    public var mayRestart: Bool { false }
    public var label: String { "result" }
}

/// Runs plans.
public enum Execution {
    /// Runs a plan into a consumer, which gets at least `columns`.
    ///
    /// - Parameter ordered: whether the consumer needs the rows in order; then they come from the calling thread.
    public static func run(
        _ node: PlanNode, columns: ColumnSet = nil, ordered: Bool = false, context: ExecutionContext, into consumer: some BatchConsumer
    ) throws {
        let wanted = context.errors.keepsRecords ? nil : columns
        var surprised = Set<ObjectIdentifier>()
        let rewriter = PlanRewriter(context)
        while true {
            do {
                let nodes = node.selfAndAncestors
                if nodes.contains(where: { $0.hasSideEffects }), consumer.mayRestart || nodes.contains(where: { $0.mayRestart }) {
                    context.spool.isNeeded = true
                }
                let plan = Optimizer.optimize(node, columns: wanted, keepsErrorRecords: context.errors.keepsRecords, rewriter)
                if let explain = context.explain { return explain(plan) }
                context.profile?.note(plan)
                let stream = try lower(plan, context: context)
                try context.timing { try run(stream, ordered: ordered, context: context, into: consumer, stage: context.progress?.stage(consumer.label, .result)) }
                for stage in nodes { try context.errors.checkTotal(of: stage) }
                try context.timing { try consumer.finish() }
                return
            } catch let surprise as SchemaSurprise {
                precondition(surprised.insert(ObjectIdentifier(surprise.node)).inserted, "\(surprise.node.label) surprised twice")
                try consumer.restart()
                context.errors.reset()
                context.progress?.restart()
                _ = try surprise.node.fullSchema(context)
            }
        }
    }

    /// Lowers a plan, inputs first, telling each what is wanted of it.
    public static func lower(_ plan: OptimizedPlan, context: ExecutionContext) throws -> Stream {
        if let scan = plan.node as? ScanNode { _ = context.progress?.scan(scan) }
        let inputs = try plan.inputs.map { try lower($0, context: context) }
        let stream = try plan.node.lower(inputs, columns: plan.columns, rows: plan.rows, context: context)
        return context.profile.map { stream.profiled($0.entry(for: plan.node)) } ?? stream
    }

    /// Drives a stream's morsels through the workers into a consumer.
    ///
    /// - Parameter stage: where the rows that the consumer gets are counted.
    static func run(_ stream: Stream, ordered: Bool, context: ExecutionContext, into consumer: some BatchConsumer, stage: StageProgress? = nil) throws {
        let scan = try stream.open(context)
        stage?.begin()
        defer { stage?.end() }
        guard let first = try scan.nextMorsel() else { return }
        let workers = ordered || stream.isOrdered ? 1 : context.workers.count
        guard workers > 1, let second = try scan.nextMorsel() else {
            var next: (any Morsel)? = first
            while let morsel = next {
                if try !run(morsel, context: context, into: consumer, stage) { return }
                next = try scan.nextMorsel()
            }
            return
        }
        // What was pulled to see whether there is work for several threads goes to the first that ask.
        let pulled = MorselQueue([first, second])
        let failure = Locked<(any Error)?>(nil)
        let flag = StopFlag()
        // The workers' time belongs to whom they work for.
        let owner = context.profile.map { _ in ThreadClock.current.owner }
        context.workers.run(workers: workers) { _ in
            if let owner { ThreadClock.current.enter(owner) }
            defer { if owner != nil { ThreadClock.current.enter(nil) } }
            do {
                while !flag.isSet, let morsel = try pulled.next() ?? scan.nextMorsel() {
                    if try !run(morsel, context: context, into: consumer, stage) { flag.set() }
                }
            } catch {
                failure.withLock { if $0 == nil { $0 = error } }
                flag.set()
                consumer.abort(error)
            }
        }
        // The thread that runs the action was one of the workers.
        if let owner { ThreadClock.current.enter(owner) }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private static func run(_ morsel: any Morsel, context: ExecutionContext, into consumer: some BatchConsumer, _ stage: StageProgress?) throws -> Bool {
        var goesOn = true
        let number = morsel.number
        try morsel.read { batch in
            try context.cancellation.check()
            try MemoryPool.shared.check()
            stage?.addRows(batch.count)
            goesOn = try consumer.consume(batch, morsel: number)
            return goesOn
        }
        try context.cancellation.check()
        try consumer.endMorsel(number)
        return goesOn
    }
}

extension ExecutionContext {
    /// Makes the thread's time the action's own, where nobody else claims it.
    fileprivate func timing<R>(_ body: () throws -> R) rethrows -> R {
        guard let profile else { return try body() }
        return try (ThreadClock.current.owner ?? profile.action).timing(body)
    }
}

/// Tells workers to pull no more morsels.
private final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}

/// Counts rows.
public final class CountingConsumer: BatchConsumer {
    public var label: String { "count" }
    private let rows = Atomic<Int>(0)
    public init() {}
    public var count: Int { rows.load(ordering: .relaxed) }
    public func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        rows.add(batch.count, ordering: .relaxed)
        return true
    }
    public func restart() { rows.store(0, ordering: .relaxed) }
}

/// Keeps batches, in the order of their morsels, until there are enough rows.
public final class CollectingConsumer: BatchConsumer {
    private struct State {
        var morsels: [Int: [Batch]] = [:]
        var rows = 0
    }
    private let state = Locked(State())
    private let limit: Int

    /// - Parameter limit: rows after which the consumer wants no more; only with an ordered run are they the first ones.
    public init(limit: Int = .max) { self.limit = limit }

    public func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        state.withLock { state in
            state.morsels[morsel, default: []].append(batch)
            state.rows += batch.count
            return state.rows < limit
        }
    }
    public func restart() { state.withLock { $0 = State() } }

    /// The batches in order, no more than the limit's rows.
    public var batches: [Batch] {
        let all = state.withLock { state in state.morsels.sorted { $0.key < $1.key }.flatMap(\.value) }
        var left = limit
        return all.compactMap { batch in
            if left <= 0 { return nil }
            defer { left -= batch.count }
            return batch.count <= left ? batch : batch.slice(0..<left)
        }
    }
}
