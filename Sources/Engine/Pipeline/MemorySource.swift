public import Columnar

/// Batches in memory as a source.
public struct MemorySource: BatchSource {
    public let name: String
    public let schema: FrameSchema
    public let batches: [Batch]

    /// - Precondition: every batch has this schema.
    public init(name: String, schema: Schema, batches: [Batch]) { (self.name, self.schema, self.batches) = (name, .exact(schema), batches) }

    public var rowCount: Int? { batches.reduce(0) { $0 + $1.count } }
    public var estimatedBytes: Int? { batches.reduce(0) { $0 + $1.approximateSize } }

    public func statistics() -> SourceStatistics? { SourceStatistics(rows: batches.reduce(0) { $0 + $1.count }, isExact: true) }

    public func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan {
        guard let wanted = request.columns else { return MemoryScan(batches) }
        return MemoryScan(
            batches.map { batch in batch.selecting(batch.schema.fields.indices.filter { wanted.contains(batch.schema[$0].name) }) })
    }
}
