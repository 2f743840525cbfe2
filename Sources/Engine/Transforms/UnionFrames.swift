public import Columnar

/// Puts the rows of two frames under one schema (`union`): fields match by name, types that differ make a choice.
public struct UnionFrames: Sendable {
    public let schema: Schema

    /// - Parameter schemas: the frames' schemas, the first frame's first: its fields come first.
    public init(_ schemas: [Schema]) { schema = schemas.reduce(.empty) { $0.merging($1) } }

    /// Rows: all of them, in order. A field that the batch does not have is null.
    public func apply(_ batch: Batch) -> Batch { batch.conforming(to: schema) }
}
