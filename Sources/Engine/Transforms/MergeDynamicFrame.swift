public import Columnar

/// Replaces rows of a source by those of a stage that have the same key (`mergeDynamicFrame`): the result is every row of the stage, and every
/// row of the source whose key the stage does not have. Neither side loses its duplicates.
///
/// Keys compare as `KeyEncoder` says. A key with a null in it, or with a field that is missing, equals no other: such rows of the source stay.
public struct MergeDynamicFrame: Sendable {
    public let keys: [FieldPath]

    /// - Throws: `noKeys`, or `arrayInPath`.
    public init(keys: [FieldPath]) throws(TransformError) {
        if keys.isEmpty { throw .noKeys }
        for path in keys where path.hasArrayMarker { throw .arrayInPath(path: path.description, transform: "a key") }
        self.keys = keys
    }

    /// The keys of a batch of either frame.
    public func encodedKeys(of batch: Batch) -> KeyEncoder.Keys {
        KeyEncoder.encode(keys.map { batch.column(at: $0) ?? .nulls(.null, count: batch.count) }, count: batch.count)
    }

    /// The rows of a source batch whose key is not among the stage's. Rows keep their order.
    public func keptSourceRows(of batch: Batch, stageKeys: KeySet) -> Batch {
        batch.filter(stageKeys.contains(encodedKeys(of: batch)).inverted)
    }

    /// The schema of source and stage together.
    public func outputSchema(source: Schema, stage: Schema) -> Schema { source.merging(stage) }

    /// - Throws: `unknownKey` where rows of the schema have not all keys.
    func check(_ schema: Schema) throws(TransformError) {
        if let path = unknownPaths(in: schema).first { throw .unknownKey(path: path.description, available: schema.names) }
    }

    /// - Throws: `incomparableKeys` where no row of the source can have the key of one of the stage.
    func checkTypes(source: Schema, stage: Schema) throws(TransformError) { try JoinKeys.checkTypes(zip(keys, keys), source, stage) }

    /// The keys that lead nowhere in a schema: most likely a mistake in the script.
    public func unknownPaths(in schema: Schema) -> [FieldPath] { keys.filter { $0.type(in: schema, throughArrays: false) == nil } }
}
