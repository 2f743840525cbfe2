public import Columnar

/// Rows that are computed once, and kept for everyone who reads them: `cache`, a common table that is read twice.
///
/// The first to read them runs the plan below, as a whole and with all its columns; others wait. Rows are kept in memory, with text of their own, and in a
/// temporary file from the moment on when they take more than an operator's share. They stay until `unpersist`, or as long as the node lives.
public final class CacheNode: PlanNode, @unchecked Sendable {
    private let kept = Locked<CachedRows?>(nil)

    public init(_ input: PlanNode) { super.init(inputs: [input]) }

    public override var label: String { "Cache" }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override var estimatedBytes: Int? { kept.withLock { $0?.bytes } ?? super.estimatedBytes }

    /// The number of rows, once they are there.
    public var rowCount: Int? { kept.withLock { $0?.rows } }

    /// Forgets the rows. Who is reading them reads on; the next one computes them anew.
    public func unpersist() { kept.withLock { $0 = nil } }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let input = inputs[0]
        return Stream { [self] context in
            // Whoever comes second waits here for the first. No region of workers stands within another, so the first never waits for the second.
            let rows = try kept.withLock { kept throws -> CachedRows in
                if let kept { return kept }
                let collector = CacheCollector(context.spilling)
                try Execution.run(input, ordered: false, context: context, into: collector, stage: context.progress?.stage("Cache", .collect))
                let rows = try collector.takeRows()
                context.profile?.entry(for: self).addSpill(bytes: rows.spilledBytes)
                kept = rows
                return rows
            }
            return CachedScan(rows, columns: columns)
        }
    }
}

/// What a cache keeps: pieces of the input in its order, in memory or in a file.
final class CachedRows: Sendable {
    enum Piece: Sendable {
        case held(Batch)
        case spilled(SpillFile.Segment)
    }
    let pieces: [Piece]
    let file: SpillFile?
    let rows: Int
    /// In memory and in the file.
    let bytes: Int

    init(_ pieces: [Piece], file: SpillFile?) {
        (self.pieces, self.file) = (pieces, file)
        var (rows, bytes) = (0, 0)
        for piece in pieces {
            switch piece {
            case .held(let batch):
                rows += batch.count
                bytes += batch.approximateSize
            case .spilled(let segment):
                rows += segment.count
                bytes += segment.size
            }
        }
        (self.rows, self.bytes) = (rows, bytes)
    }

    var spilledBytes: Int { file?.size ?? 0 }

    func batch(_ piece: Piece) throws -> Batch? {
        switch piece {
        case .held(let batch): batch
        case .spilled(let segment): try file?.read(segment)
        }
    }
}

/// Gathers rows for a cache, from all threads.
private final class CacheCollector: BatchConsumer {
    private struct State {
        /// By morsel: what stands in whole pieces, and what is too small for one yet.
        var pieces: [Int: [CachedRows.Piece]] = [:]
        var waiting: [Int: [Batch]] = [:]
        var held = 0
        var file: SpillFile?
    }
    private let state = Locked(State())
    private let spilling: SpillPolicy
    private static let rowsPerPiece = 32768

    init(_ spilling: SpillPolicy) { self.spilling = spilling }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let full = state.withLock { state -> [Batch]? in
            state.waiting[morsel, default: []].append(batch)
            let waiting = state.waiting[morsel] ?? []
            if waiting.reduce(0, { $0 + $1.count }) < CacheCollector.rowsPerPiece { return nil }
            state.waiting[morsel] = nil
            return waiting
        }
        if let full { try keep(full, morsel) }
        return true
    }

    func endMorsel(_ number: Int) throws {
        if let rest = state.withLock({ $0.waiting.removeValue(forKey: number) }) { try keep(rest, number) }
    }

    private func keep(_ batches: [Batch], _ morsel: Int) throws {
        for batch in CacheCollector.joined(batches) {
            let own = batch.compacted()
            let size = own.approximateSize
            let isHeld = state.withLock { state in
                if spilling.mustSpill(state.held + size, workers: 1) { return false }
                state.held += size
                state.pieces[morsel, default: []].append(.held(own))
                return true
            }
            if isHeld { continue }
            let file = try state.withLock { state in
                let file = try state.file ?? SpillFile(in: spilling.folder)
                state.file = file
                return file
            }
            let segment = try file.write(own)
            state.withLock { $0.pieces[morsel, default: []].append(.spilled(segment)) }
        }
    }

    /// Batches put together, as long as their schemas are the same.
    private static func joined(_ batches: [Batch]) -> [Batch] {
        var result: [Batch] = []
        var run: [Batch] = []
        func flush() {
            if run.count == 1 {
                result.append(run[0])
            } else if let first = run.first {
                let columns = first.columns.indices.map { c in Column.concatenate(run.map { $0.columns[c] }, as: first.schema[c].type) }
                result.append(Batch(schema: first.schema, columns: columns, count: run.reduce(0) { $0 + $1.count }))
            }
            run = []
        }
        for batch in batches {
            if let first = run.first, first.schema != batch.schema { flush() }
            run.append(batch)
        }
        flush()
        return result
    }

    func restart() { state.withLock { $0 = State() } }

    func takeRows() throws -> CachedRows {
        for morsel in state.withLock({ Array($0.waiting.keys) }) { try endMorsel(morsel) }
        return state.withLock { state in CachedRows(state.pieces.sorted { $0.key < $1.key }.flatMap(\.value), file: state.file) }
    }
}

private final class CachedScan: BatchScan {
    private let rows: CachedRows
    private let columns: ColumnSet
    private let next = Locked(0)

    init(_ rows: CachedRows, columns: ColumnSet) { (self.rows, self.columns) = (rows, columns) }

    func nextMorsel() throws -> (any Morsel)? {
        next.withLock { next in
            if next == rows.pieces.count { return nil }
            defer { next += 1 }
            return CachedMorsel(number: next, rows: rows, columns: columns)
        }
    }
}

private struct CachedMorsel: Morsel {
    let number: Int
    let rows: CachedRows
    let columns: ColumnSet

    func read(_ emit: (Batch) throws -> Bool) throws {
        guard let batch = try rows.batch(rows.pieces[number]) else { return }
        guard let columns else { return _ = try emit(batch) }
        _ = try emit(batch.selecting(batch.schema.fields.indices.filter { columns.contains(batch.schema[$0].name) }))
    }
}
