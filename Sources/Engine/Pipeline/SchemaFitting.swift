internal import Columnar

/// Brings the batches of a stream under one schema, for the price of a comparison of pointers as long as they come with the same one.
final class SchemaFitting: Sendable {
    let schema: Schema
    private let node: PlanNode
    /// The last schema that was met, and where the columns stand in it; nil where they do not fit as they are.
    private let last: Locked<(met: Schema, places: [Int]?)>

    /// - Parameter node: who surprises when a batch does not fit.
    init(_ schema: Schema, of node: PlanNode) {
        (self.schema, self.node) = (schema, node)
        last = Locked((schema, nil))
    }

    /// The batch's columns under the schema.
    ///
    /// - Throws: `SchemaSurprise` for a batch that does not fit.
    func fit(_ batch: Batch) throws -> Batch {
        if batch.schema === schema { return batch }
        let known = last.withLock { $0 }
        if known.met === batch.schema {
            guard let places = known.places else { return try batch.fitting(schema, of: node) }
            return Batch(schema: schema, columns: places.map { batch.columns[$0] }, count: batch.count)
        }
        let fitted = try batch.fitting(schema, of: node)
        var places: [Int]? = []
        for field in schema.fields {
            guard let place = batch.schema.index(of: field.name), batch.schema[place].type == field.type else {
                places = nil
                break
            }
            places?.append(place)
        }
        last.withLock { $0 = (batch.schema, places) }
        return fitted
    }
}
