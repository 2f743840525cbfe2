public import Columnar

/// What a source knows of itself without reading its rows.
public struct SourceStatistics: Sendable {
    /// About how many rows there are.
    public var rows: Int
    /// Whether that is counted, and not guessed from sizes.
    public var isExact: Bool

    public init(rows: Int, isExact: Bool) { (self.rows, self.isExact) = (rows, isExact) }
}

/// What a source knows of a column without reading its rows.
public struct SourceColumnStatistics: Sendable {
    /// Bounds of the values that are neither null nor NaN; nil where unknown.
    public var min: Value?
    public var max: Value?
    /// The share of rows that are null.
    public var nullFraction: Double?
    /// Of a column with few different values: those of some part of the source, which are most of all.
    public var values: Column?
    /// How many different values there are, where that is known from `values` or counted.
    public var distinct: Int?

    public init(min: Value? = nil, max: Value? = nil, nullFraction: Double? = nil, values: Column? = nil, distinct: Int? = nil) {
        (self.min, self.max, self.nullFraction, self.values, self.distinct) = (min, max, nullFraction, values, distinct)
    }
}
