public import Columnar

/// The error records of a frame and of everything that it was made from, as rows.
public final class ErrorsNode: PlanNode, @unchecked Sendable {
    public init(_ input: PlanNode, options: StageOptions = StageOptions()) { super.init(inputs: [input], options: options) }

    public override var label: String { "ErrorsAsDynamicFrame" }

    /// The errors of an upstream that is not run as part of this plan: nothing of the input flows.
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [nil] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let input = self.inputs[0]
        return Stream { context in
            let collecting = ExecutionContext(workers: context.workers, cancellation: context.cancellation, keepsErrorRecords: true)
            try Execution.run(input, context: collecting, into: CountingConsumer())
            return MemoryScan(collecting.errors.batches.map(rows(of:)))
        }
    }
}

extension ErrorRecords {
    /// The error records of one report as they are set aside for people: `error` (what went wrong), `line` (where in the script, `job.lua:12`),
    /// `source` and `sourceLine` (of a text that could not be read), `input` (that text), `record`. What is not known is null.
    public static func quarantined(_ errors: ErrorBatch) -> Batch {
        var columns = NamedColumns()
        let count = errors.count
        switch errors.content {
        case .records(let batch, let failures):
            columns.append("error", strings(failures.map(\.message)))
            columns.append("line", strings(failures.map { $0.place.isEmpty ? (errors.site.isEmpty ? nil : errors.site) : $0.place }))
            columns.append("record", NamedColumns(batch).structColumn(count: count, validity: nil))
        case .unreadable(let records):
            columns.append("error", strings(records.map(\.message)))
            columns.append("source", strings(records.map(\.source)))
            columns.append("sourceLine", longs(records.map { $0.line > 0 ? Int64($0.line) : nil }))
            columns.append("input", strings(records.map(\.input)))
        }
        return columns.batch(count: count)
    }
}

/// The error records of one report as rows.
private func rows(of errors: ErrorBatch) -> Batch {
    let callsite = ErrorRecords.Callsite(site: errors.site, info: errors.info)
    switch errors.content {
    case .records(let batch, let failures):
        return ErrorRecords.batch(
            rows: batch, failures: failures.map { ErrorRecords.Failure($0.message, stackTrace: $0.stackTrace.isEmpty ? nil : $0.stackTrace) },
            callsite: callsite)
    case .unreadable(let records):
        let empty = Batch(schema: .empty, columns: [], count: records.count)
        return ErrorRecords.batch(
            rows: empty,
            failures: records.map { record in
                let place = record.line > 0 ? "\(record.source), line \(record.line)" : record.source
                return ErrorRecords.Failure("\(place): \(record.message)", input: record.input, source: record.source)
            }, callsite: callsite)
    }
}
