public import Columnar

/// The staged records, and the source records whose key no staged record has (`mergeDynamicFrame`).
public final class MergeNode: PlanNode, @unchecked Sendable {
    public let merge: MergeDynamicFrame

    public init(source: PlanNode, stage: PlanNode, merge: MergeDynamicFrame, options: StageOptions) {
        self.merge = merge
        super.init(inputs: [source, stage], options: options)
    }

    public override var label: String { "MergeDynamicFrame \(options.site)" }
    public override var detail: String { "by \(merge.keys.map(\.description).joined(separator: ", "))" }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { merge.outputSchema(source: inputs[0], stage: inputs[1]) }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        let wanted = columns.map { $0.union(merge.keys.map { $0.names[0] }) }
        return [wanted, wanted]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let (source, stage, merge) = (inputs[0], inputs[1], merge)
        return Stream(isOrdered: source.isOrdered || stage.isOrdered) { context in
            let collector = KeyCollector(merge)
            try Execution.run(stage, ordered: stage.isOrdered, context: context, into: collector)
            let kept = source.mapping { _ in { merge.keptSourceRows(of: $0, stageKeys: collector.keys) } }
            return ConcatenatedScan([try kept.open(context), try stage.open(context)])
        }
    }
}

/// The keys of all rows that pass.
private final class KeyCollector: BatchConsumer {
    private let merge: MergeDynamicFrame
    private let found = Locked(KeySet())
    var keys: KeySet { found.withLock { $0 } }

    init(_ merge: MergeDynamicFrame) { self.merge = merge }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let keys = merge.encodedKeys(of: batch)
        found.withLock { $0.insert(keys) }
        return true
    }

    func restart() { found.withLock { $0 = KeySet() } }
}
