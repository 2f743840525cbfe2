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
        // A key that a side lacks would keep all rows of the source beside those of the stage: what merging is to prevent.
        let known = [try self.inputs[0].cheapSchema(context), try self.inputs[1].cheapSchema(context)]
        for case let schema? in known where !schema.fields.isEmpty { try merge.check(schema) }
        let watch = context.counters.watch(FieldReads("no record of the source is replaced") { merge.unknownPaths(in: $0) }, within: nil, node: self)
        return Stream(isOrdered: source.isOrdered || stage.isOrdered) { context in
            let collector = KeyCollector(merge)
            try Execution.run(stage, ordered: stage.isOrdered, context: context, into: collector)
            let (keys, schema) = collector.found
            if !schema.fields.isEmpty { try merge.check(schema) }
            let kept = source.mapping { _ in
                { batch in
                    watch.see(batch)
                    if batch.count > 0 { try merge.checkTypes(source: batch.schema, stage: schema) }
                    return merge.keptSourceRows(of: batch, stageKeys: keys)
                }
            }
            return ConcatenatedScan([try kept.open(context), try stage.open(context)])
        }
    }
}

/// The keys of all rows that pass, and their schema.
private final class KeyCollector: BatchConsumer {
    private let merge: MergeDynamicFrame
    private let state = Locked((keys: KeySet(), schema: Schema.empty))
    var found: (keys: KeySet, schema: Schema) { state.withLock { $0 } }

    init(_ merge: MergeDynamicFrame) { self.merge = merge }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let keys = merge.encodedKeys(of: batch)
        state.withLock { state in
            state.keys.insert(keys)
            if batch.count > 0, state.schema !== batch.schema { state.schema = state.schema.merging(batch.schema) }
        }
        return true
    }

    func restart() { state.withLock { $0 = (KeySet(), .empty) } }
}
