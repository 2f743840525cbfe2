public import Columnar

/// Keeps the records for which a user's function returns something true. A record whose function fails becomes an error record.
public final class FilterFunctionNode: PlanNode, @unchecked Sendable {
    public let function: any RowFunction

    public init(_ input: PlanNode, function: any RowFunction, options: StageOptions) {
        self.function = function
        super.init(inputs: [input], options: options)
    }

    public override var label: String { "Filter \(function.site)" }
    public override var detail: String { readsDescription(function) }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override var hasSideEffects: Bool { function.hasSideEffects }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let columns, let read = function.fieldsRead else { return [nil] }
        return [columns.union(read)]
    }

    /// Rows that the function refuses are of no use; what those behind it want says nothing, because a record that fails here is counted.
    public override func requiredRows(_ rows: Expression?) -> [Expression?] { [function.hasSideEffects ? nil : function.impliedPredicate?.comparingTextWithTextOnly] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        if !function.hasSideEffects, !context.errors.keepsRecords {
            return inputs[0].filtering(self, reading: function.fieldsRead, columns: columns) { [function] context, batch in
                let result = try function.filter(batch)
                context.profile?.entry(for: self).addCalls(batch.count, interpreted: result.interpreted)
                try context.errors.report(result.failures, in: batch, stage: self)
                return result.mask
            }
        }
        return calling(function, over: inputs[0]) { [function] context, batch in
            let result = try function.filter(batch)
            context.profile?.entry(for: self).addCalls(batch.count, interpreted: result.interpreted)
            return (batch.filter(result.mask), result.failures)
        }
    }
}

/// Replaces each record by what a user's function returns. A record whose function fails becomes an error record.
public final class MapFunctionNode: PlanNode, @unchecked Sendable {
    public let function: any RowFunction

    public init(_ input: PlanNode, function: any RowFunction, options: StageOptions) {
        self.function = function
        super.init(inputs: [input], options: options)
    }

    public override var label: String { "Map \(function.site)" }
    public override var detail: String { readsDescription(function) }
    public override var hasSideEffects: Bool { function.hasSideEffects }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] {
        guard let read = function.fieldsRead else { return [nil] }
        if function.returnsGivenRecord { return [columns.map { $0.union(read) }] }
        return [read]
    }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        calling(function, over: inputs[0]) { [function] context, batch in
            let result = try function.map(batch)
            context.profile?.entry(for: self).addCalls(batch.count, interpreted: result.interpreted)
            return (result.batch, result.failures)
        }
    }
}

extension PlanNode {
    /// The input with a user's function applied to each batch, and its failed records reported.
    ///
    /// A function with side effects is called in row order, and once for each record: where the action may start again, what it returned is kept.
    fileprivate func calling(
        _ function: any RowFunction, over input: Stream, _ body: @escaping @Sendable (ExecutionContext, Batch) throws -> (Batch, [RecordFailure])
    ) -> Stream {
        let direct = input.mapping(ordered: function.hasSideEffects) { context in
            { batch in
                let (result, failures) = try body(context, batch)
                try context.errors.report(failures, in: batch, stage: self)
                return result
            }
        }
        if !function.hasSideEffects { return direct }
        return Stream(isOrdered: true) { context in
            guard context.spool.isNeeded else { return try direct.open(context) }
            let results = try context.spool.results(of: self) {
                let kept = Locked(Spool.Results())
                let calls = input.mapping(ordered: true) { _ in
                    { batch in
                        let (result, failures) = try body(context, batch)
                        kept.withLock { kept in
                            kept.batches.append(result)
                            if !failures.isEmpty { kept.failures.append((failures, batch)) }
                        }
                        return nil
                    }
                }
                try Execution.run(calls, ordered: true, context: context, into: CountingConsumer())
                return kept.withLock { $0 }
            }
            for (failures, batch) in results.failures { try context.errors.report(failures, in: batch, stage: self) }
            return MemoryScan(results.batches)
        }
    }
}

private func readsDescription(_ function: any RowFunction) -> String {
    let reads = function.fieldsRead.map { "reads \($0.sorted().joined(separator: ", "))" } ?? "reads any field"
    return "\(reads); \(function.liftStatus)" + (function.hasSideEffects ? "; runs in row order" : "")
}
