/// One column to sort by.
public struct SortKey: Sendable {
    public let column: Column
    public let descending: Bool
    public let nullsFirst: Bool

    /// - Parameter nullsFirst: by default nulls come first when ascending and last when descending, as in Spark.
    public init(_ column: Column, descending: Bool = false, nullsFirst: Bool? = nil) {
        (self.column, self.descending, self.nullsFirst) = (column, descending, nullsFirst ?? !descending)
    }

    /// The order of two rows, which may lie in different batches of the same types: negative, zero or positive. What merging sorted runs needs.
    public static func compare(_ a: [SortKey], _ i: Int, _ b: [SortKey], _ j: Int) -> Int {
        for (x, y) in zip(a, b) {
            let order = x.compare(i, y, j)
            if order != 0 { return order }
        }
        return 0
    }

    public func compare(_ i: Int, _ other: SortKey, _ j: Int) -> Int {
        let (aNull, bNull) = (column.isNull(i), other.column.isNull(j))
        if aNull || bNull {
            if aNull && bNull { return 0 }
            return aNull == nullsFirst ? -1 : 1
        }
        let order = compareRows(column, i, other.column, j)
        return descending ? -order : order
    }
}

extension Batch {
    /// The positions of the rows in sorted order. Stable: rows of equal keys keep their order.
    ///
    /// Values are ordered as `SortKey` says, NaN above every number, choices by type name and then by value.
    public func sortIndices(by keys: [SortKey]) -> Values<Int32> { SortKey.sortIndices(by: keys, count: count) }

    /// The rows in sorted order; see `sortIndices`.
    public func sorted(by keys: [SortKey]) -> Batch { keys.isEmpty ? self : take(sortIndices(by: keys)) }
}

extension SortKey {
    /// The positions 0..<count in sorted order; see `Batch.sortIndices`.
    public static func sortIndices(by keys: [SortKey], count: Int) -> Values<Int32> {
        RowSorter.sorted(count, by: keys)
    }
}
