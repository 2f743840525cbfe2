public import Columnar

/// A tree of field reads, literals and calls over one record.
public indirect enum Expression: Sendable, Hashable {
    /// A field by its path: `["address", "zip"]`.
    case field([String])
    case literal(Value, DataType)
}
