public import Columnar

/// Reads a source.
public final class ScanNode: PlanNode, @unchecked Sendable {
    public let source: any BatchSource
    /// What the rows must fulfil to be wanted; the source may use it, the plan applies it anyway.
    public let predicate: Expression?

    public init(_ source: any BatchSource, predicate: Expression? = nil, options: StageOptions = StageOptions()) {
        self.source = source
        self.predicate = predicate
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
        let request = ScanRequest(columns: columns, predicate: predicate)
        return Stream { [source] context in
            try source.open(request, context: ScanContext(execution: context, node: self))
        }
    }
}

/// What a source may tell the execution that scans it.
public struct ScanContext: Sendable {
    public let execution: ExecutionContext
    let node: ScanNode

    /// Diverts records that could not be read.
    ///
    /// - Throws: `PlanError.errorThreshold` when there are too many.
    public func report(_ records: [UnreadableRecord]) throws { try execution.errors.report(records, stage: node) }
}
