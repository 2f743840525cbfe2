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

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        inputs[0].mapping(ordered: function.hasSideEffects) { [function] context in
            { batch in
                let result = try function.filter(batch)
                try context.errors.report(result.failures, in: batch, stage: self)
                return batch.filter(result.mask)
            }
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
        inputs[0].mapping(ordered: function.hasSideEffects) { [function] context in
            { batch in
                let result = try function.map(batch)
                try context.errors.report(result.failures, in: batch, stage: self)
                return result.batch
            }
        }
    }
}

private func readsDescription(_ function: any RowFunction) -> String {
    let reads = function.fieldsRead.map { "reads \($0.sorted().joined(separator: ", "))" } ?? "reads any field"
    return function.hasSideEffects ? reads + "; has side effects, runs in row order" : reads
}
