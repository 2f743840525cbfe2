public import Columnar

/// Reads a source.
public final class ScanNode: PlanNode, @unchecked Sendable {
    public let source: any BatchSource

    public init(_ source: any BatchSource, options: StageOptions = StageOptions()) {
        self.source = source
        super.init(inputs: [], options: options)
    }

    public override var label: String { "Scan \(source.name)" }
    public override var declaredSchema: FrameSchema { source.schema }
    public override var estimatedBytes: Int? { source.estimatedBytes }

    public override func cheapSchema(_ context: ExecutionContext) throws -> Schema? {
        if let known = knownSchema { return known }
        guard let schema = try source.resolveSchema(context) else { return nil }
        learn(schema)
        return schema
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        try lower(inputs, columns: columns, rows: nil, context: context)
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, rows: Expression?, context: ExecutionContext) throws -> Stream {
        Stream(scanning: SourceScan(node: self, request: ScanRequest(columns: columns, predicate: rows)))
    }
}

/// A scan that has not been opened yet, and takes filters until then.
struct SourceScan: Sendable {
    let node: ScanNode
    var request: ScanRequest
    var filters: [@Sendable (ExecutionContext) -> ScanFilter] = []
    /// What joins add once the plan runs.
    let late = LateFilters()

    func open(_ context: ExecutionContext) throws -> any BatchScan {
        var request = request
        request.filters = filters.map { $0(context) }
        for filter in late.all {
            request.filters.append(scanFilter(filter, isFirst: request.filters.isEmpty, context))
            guard let bounds = filter.bounds else { continue }
            request.predicate = request.predicate.map { .and($0, bounds) } ?? bounds
        }
        let filters = request.filters
        let progress = context.progress?.scan(node)
        progress?.begin()
        let scan = ScanContext(execution: context, node: node, progress: progress)
        func open() throws -> any BatchScan {
            let opened = try node.source.open(request, context: scan)
            guard let progress, node.source.fileCount ?? 0 == 0 else { return opened }
            return CountedScan(opened, progress)
        }
        guard let profile = context.profile?.entry(for: node) else { return try open() }
        return ProfiledScan(try profile.timing(open), profile, countsRows: filters.isEmpty)
    }
}

extension SourceScan {
    private func scanFilter(_ filter: LateFilter, isFirst: Bool, _ context: ExecutionContext) -> ScanFilter {
        let (own, sources) = (context.profile?.entry(for: filter.node), isFirst ? context.profile?.entry(for: node) : nil)
        return ScanFilter(columns: [filter.column]) { batch in
            sources?.addRows(batch.count)
            func passing() -> Bitmap {
                batch.column(filter.column).flatMap { filter.passes($0) } ?? Bitmap(repeating: true, count: batch.count)
            }
            return own.map { $0.timing(passing) } ?? passing()
        }
    }
}

/// Counts the rows of a source that does not do so itself.
private final class CountedScan: BatchScan {
    private let base: any BatchScan
    private let progress: StageProgress

    init(_ base: any BatchScan, _ progress: StageProgress) { (self.base, self.progress) = (base, progress) }

    func nextMorsel() throws -> (any Morsel)? { try base.nextMorsel().map { CountedMorsel(base: $0, progress: progress) } }

    private struct CountedMorsel: Morsel {
        let base: any Morsel
        let progress: StageProgress
        var number: Int { base.number }

        func read(_ emit: (Batch) throws -> Bool) throws {
            try base.read { batch in
                progress.addRows(batch.count)
                return try emit(batch)
            }
        }
    }
}

/// What a source may tell the execution that scans it.
public struct ScanContext: Sendable {
    public let execution: ExecutionContext
    let node: ScanNode
    /// Where the source notes how far it has come, if anyone looks.
    public let progress: StageProgress?

    /// Notes columns of a file that are not among the source's, and so are read by nobody.
    public func noteUnread(_ columns: [String], of file: String) {
        if !columns.isEmpty { execution.counters.addUnread(columns, of: file, node: node) }
    }

    /// Diverts records that could not be read.
    ///
    /// - Throws: `PlanError.errorThreshold` when there are too many.
    public func report(_ records: [UnreadableRecord]) throws { try execution.errors.report(records, stage: node) }
}
