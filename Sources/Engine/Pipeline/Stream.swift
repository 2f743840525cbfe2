public import Columnar

/// Rows on their way: how to open them, and whether they must be taken in order.
///
/// A plan node lowers to a stream. Operators that map batches decorate the scan below them, so a whole pipeline runs inside the `read` of one
/// morsel, on the worker that pulled it; operators that need all rows first run the stream below them when they are opened.
public struct Stream: Sendable {
    /// Whether the rows must pass in order on the thread that runs the action: a user function with side effects, running keys, a limit.
    public let isOrdered: Bool
    public let open: @Sendable (ExecutionContext) throws -> any BatchScan
    /// Set while the rows come straight from a source.
    private let scan: SourceScan?
    /// The columns of scans that a column is, unchanged, where rows may be left out that a later operator has no use for; nil where none is.
    let targets: LateFilterTargets?

    public init(isOrdered: Bool = false, open: @escaping @Sendable (ExecutionContext) throws -> any BatchScan) {
        self.init(isOrdered: isOrdered, targets: nil, open: open)
    }

    init(
        isOrdered: Bool, targets: LateFilterTargets?, open: @escaping @Sendable (ExecutionContext) throws -> any BatchScan
    ) {
        (self.isOrdered, self.targets, self.open, scan) = (isOrdered, targets, open, nil)
    }

    init(scanning scan: SourceScan) {
        isOrdered = false
        open = { try scan.open($0) }
        self.scan = scan
        let late = scan.late
        let own: LateFilterTargets = { name in [LateFilterTarget(filters: late, column: name)] }
        targets = scan.node.source.appliesFilters ? own : nil
    }

    /// The stream with its rows and times noted. A scan that may still take filters notes them itself when it is opened.
    func profiled(_ profile: OperatorProfile) -> Stream {
        if scan != nil { return self }
        return Stream(isOrdered: isOrdered, targets: targets) { [open] context in ProfiledScan(try profile.timing { try open(context) }, profile) }
    }

    /// The rows that pass a filter: applied by the source itself where the rows come straight from one that does so.
    ///
    /// - Parameters:
    ///   - read: the columns that the filter looks at; nil for any.
    ///   - columns: the columns wanted behind the filter.
    func filtering(
        _ node: PlanNode, reading read: ColumnSet, columns: ColumnSet, _ mask: @escaping @Sendable (ExecutionContext, Batch) throws -> Bitmap
    ) -> Stream {
        if var scan, scan.node.source.appliesFilters, let read {
            scan.request.columns = columns
            let (isFirst, source) = (scan.filters.isEmpty, scan.node)
            scan.filters.append { context in
                guard let profile = context.profile else { return ScanFilter(columns: read) { try mask(context, $0) } }
                let (own, sources) = (profile.entry(for: node), profile.entry(for: source))
                return ScanFilter(columns: read) { batch in
                    if isFirst { sources.addRows(batch.count) }
                    let result = try own.timing { try mask(context, batch) }
                    own.addRows(result.setCount)
                    return result
                }
            }
            return Stream(scanning: scan)
        }
        return mapping(targets: targets) { context in { batch in batch.filter(try mask(context, batch)) } }
    }

    /// The stream with a function applied to each batch. The function is called from several threads at once, unless the stream is ordered;
    /// it may return nil for "no rows".
    public func mapping(ordered: Bool = false, _ makeStage: @escaping @Sendable (ExecutionContext) throws -> @Sendable (Batch) throws -> Batch?) -> Stream {
        mapping(ordered: ordered, targets: nil, makeStage)
    }

    /// - Parameter targets: the new stream's `targets`.
    func mapping(
        ordered: Bool = false, targets: LateFilterTargets?,
        _ makeStage: @escaping @Sendable (ExecutionContext) throws -> @Sendable (Batch) throws -> Batch?
    ) -> Stream {
        Stream(isOrdered: isOrdered || ordered, targets: targets) { context in
            let stage = try makeStage(context)
            return MappedScan(base: try open(context), stage: stage)
        }
    }
}

/// A scan whose batches go through a function.
private final class MappedScan: BatchScan {
    let base: any BatchScan
    let stage: @Sendable (Batch) throws -> Batch?

    init(base: any BatchScan, stage: @escaping @Sendable (Batch) throws -> Batch?) { (self.base, self.stage) = (base, stage) }

    func nextMorsel() throws -> (any Morsel)? { try base.nextMorsel().map { MappedMorsel(base: $0, stage: stage) } }
}

private struct MappedMorsel: Morsel {
    let base: any Morsel
    let stage: @Sendable (Batch) throws -> Batch?
    var number: Int { base.number }

    func read(_ emit: (Batch) throws -> Bool) throws {
        try base.read { batch in
            guard let result = try stage(batch), result.count > 0 else { return true }
            return try emit(result)
        }
    }
}

/// Batches that stand in memory, as a scan of one morsel each.
public final class MemoryScan: BatchScan {
    private let morsels: MorselQueue

    public init(_ batches: [Batch]) {
        morsels = MorselQueue(batches.enumerated().map { MemoryMorsel(number: $0, batch: $1) })
    }

    public func nextMorsel() throws -> (any Morsel)? { morsels.next() }
}

private struct MemoryMorsel: Morsel {
    let number: Int
    let batch: Batch
    func read(_ emit: (Batch) throws -> Bool) throws { _ = try emit(batch) }
}

/// The scans of several streams, one after the other.
final class ConcatenatedScan: BatchScan {
    private let state: Locked<State>
    private struct State {
        var scans: [any BatchScan]
        var number = 0
    }

    init(_ scans: [any BatchScan]) { state = Locked(State(scans: scans.reversed())) }

    func nextMorsel() throws -> (any Morsel)? {
        try state.withLock { state in
            while let scan = state.scans.last {
                if let morsel = try scan.nextMorsel() {
                    defer { state.number += 1 }
                    return RenumberedMorsel(number: state.number, base: morsel)
                }
                state.scans.removeLast()
            }
            return nil
        }
    }
}

private struct RenumberedMorsel: Morsel {
    let number: Int
    let base: any Morsel
    func read(_ emit: (Batch) throws -> Bool) throws { try base.read(emit) }
}
