public import Columnar
internal import Engine
internal import Synchronization

/// The first rows of a frame, and how many there are as far as that was cheap to tell.
public struct FrameSample: Sendable {
    /// What the columns are called; names may stand twice.
    public let names: [String]
    public let rows: Batch
    public let total: RowTotal
}

/// How many rows there are.
public enum RowTotal: Sendable, Equatable {
    case exactly(Int)
    /// Nobody has counted further.
    case moreThan(Int)
}

extension ScriptEnvironment {
    /// The first rows of a frame, if the value is one.
    ///
    /// The run that finds the rows goes on to count those behind them, for as long as `Patience` says. Where that is not enough, they are counted
    /// without their columns, which is often nothing but reading metadata, for as long again. So a look at a frame costs a fraction of a second
    /// more than its first rows do, however many there are.
    public func sample(of value: LuaValue, rows: Int) throws -> FrameSample? {
        guard case .object(let object) = value else { return nil }
        if let frame = object.value as? DataFrame {
            let relation = try frame.relation()
            // Of a sorted frame only the first rows are looked for; how many there are does not depend on their order.
            let isSorted = relation.plan is SortNode
            let plan = isSorted ? relation.limited(to: rows).trimmedPlan : relation.trimmedPlan
            let counted = isSorted ? relation.plan.inputs[0] : plan
            let columns = relation.attributes.map(\.column)
            let (batches, total) = try sample(plan, counted: counted, rows: rows, isWhole: !isSorted)
            let schema = relation.schema
            let shaped = batches.map { batch in
                let found = columns.map { name in batch.schema.index(of: name).map { batch.columns[$0] } }
                let own = zip(schema.fields, found).map { $1 ?? .nulls($0.type, count: batch.count) }
                return Batch(schema: Schema(zip(schema.fields, own).map { Field($0.name, $1.type) }), columns: own, count: batch.count)
            }
            return FrameSample(names: relation.names, rows: Batch.concatenate(shaped, schema: shaped.reduce(schema) { $0.merging($1.schema) }), total: total)
        }
        if let frame = object.value as? DynamicFrame {
            let known = try run { try frame.plan.cheapSchema($0) ?? frame.plan.declaredSchema.known }
            let (batches, total) = try sample(frame.plan, counted: frame.plan, rows: rows, isWhole: true)
            let schema = batches.reduce(known ?? .empty) { $0.merging($1.schema) }
            return FrameSample(names: schema.names, rows: Batch.concatenate(batches, schema: schema), total: total)
        }
        return nil
    }

    /// - Parameter isWhole: whether the plan gives all rows of the frame, so that they may be counted as they come.
    private func sample(_ plan: PlanNode, counted: PlanNode, rows: Int, isWhole: Bool) throws -> ([Batch], RowTotal) {
        let consumer = SampleConsumer(rows: rows, countsOn: isWhole)
        let patience = Patience(cancellation)
        consumer.patience = patience
        defer { patience.end() }
        do {
            try run("preview", cancellation: patience.cancellation) { try Execution.run(plan, ordered: true, context: $0, into: consumer) }
        } catch let stopped {
            guard patience.hasEnded, consumer.isFull else { throw stopped }
        }
        patience.end()
        if consumer.isComplete { return (consumer.batches, .exactly(consumer.count)) }
        if !isWhole, consumer.count < rows { return (consumer.batches, .exactly(consumer.count)) }
        let hasEffects = plan.selfAndAncestors.contains { $0.hasSideEffects }
        if !hasEffects, !explains {
            let counter = CountingConsumer()
            let patience = Patience(cancellation)
            patience.begin()
            defer { patience.end() }
            do {
                try run("count", cancellation: patience.cancellation) { try Execution.run(counted, columns: [], context: $0, into: counter) }
                return (consumer.batches, .exactly(counter.count))
            } catch let stopped {
                guard patience.hasEnded else { throw stopped }
            }
            return (consumer.batches, .moreThan(max(counter.count, consumer.count)))
        }
        return (consumer.batches, .moreThan(consumer.count))
    }
}

/// Keeps the first rows in their order, and counts on.
private final class SampleConsumer: BatchConsumer {
    private struct State {
        var batches: [Batch] = []
        var count = 0
        var isComplete = false
    }
    private let state = Mutex(State())
    private let rows: Int
    private let countsOn: Bool
    nonisolated(unsafe) weak var patience: Patience?

    init(rows: Int, countsOn: Bool) { (self.rows, self.countsOn) = (rows, countsOn) }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let (isFull, goesOn) = state.withLock { state in
            if state.count < rows { state.batches.append(batch.slice(0..<min(batch.count, rows - state.count))) }
            let before = state.count
            state.count += batch.count
            return (before < rows && state.count >= rows, state.count < rows || countsOn)
        }
        if isFull, countsOn { patience?.begin() }
        return goesOn
    }

    func finish() { state.withLock { $0.isComplete = countsOn || $0.count < rows } }
    func restart() { state.withLock { $0 = State() } }

    var batches: [Batch] { state.withLock { $0.batches } }
    var count: Int { state.withLock { $0.count } }
    var isFull: Bool { state.withLock { $0.count >= rows } }
    var isComplete: Bool { state.withLock { $0.isComplete } }
}
