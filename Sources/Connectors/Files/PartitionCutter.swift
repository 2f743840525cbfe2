internal import Columnar

/// Sorts the rows of batches by the partitions that they belong to.
///
/// Keys that have been seen are remembered from batch to batch, so that a partition's name is made once. Used by one thread at a time.
final class PartitionCutter<Partition: AnyObject> {
    private let keys: [String]
    /// - Parameter values: of the partition keys, nil for null.
    private let partition: (_ values: [String?]) -> Partition
    private var tables: [Table] = []
    private var groupCounts = GrowingBuffer<Int32>(capacity: 64)
    private var touched = GrowingBuffer<Int32>(capacity: 64)

    /// The keys of one combination of types.
    private struct Table {
        let table: KeyTable
        /// By group.
        var partitions: [Partition] = []
    }

    struct Cut {
        /// The rows, partition by partition, in their order within each.
        let rows: Values<Int32>
        /// In order of first appearance.
        let parts: [(partition: Partition, range: Range<Int>)]
    }

    init(keys: [String], partition: @escaping (_ values: [String?]) -> Partition) { (self.keys, self.partition) = (keys, partition) }

    /// A batch that lacks a key has nulls there.
    func cut(_ batch: Batch) -> Cut {
        let columns = keys.map { batch.column($0).map(Self.keyColumn) ?? .nulls(.null, count: batch.count) }
        let types = columns.map(\.type)
        let place = tables.firstIndex { $0.table.types == types } ?? tables.count
        if place == tables.count { tables.append(Table(table: KeyTable(types: types))) }
        let groups = tables[place].table.insert(columns, count: batch.count)
        addPartitions(groups, columns, to: &tables[place])
        return sorted(groups, tables[place].partitions)
    }

    /// A column whose equal values, and only those, have one text.
    private static func keyColumn(_ column: Column) -> Column {
        switch column.type {
        case .null, .boolean, .byte, .short, .int, .long, .decimal, .date, .timestamp, .string, .binary: column
        // The table takes 0.0 and -0.0 for one.
        case .float, .double, .array, .struct, .map, .choice: column.cast(to: .string)
        }
    }

    /// Makes the partitions of groups that are new, from the rows that brought them.
    private func addPartitions(_ groups: Values<Int32>, _ columns: [Column], to table: inout Table) {
        guard table.partitions.count < table.table.groupCount else { return }
        for row in 0..<groups.count where Int(groups[row]) == table.partitions.count {
            table.partitions.append(partition(columns.map { Self.text($0.slice(row..<row + 1)) }))
        }
    }

    /// The text of a column's only row; nil for null. An empty text is null too: a folder cannot tell them apart (Hive's rule).
    private static func text(_ column: Column) -> String? {
        guard !column.isNull(0) else { return nil }
        let flat = column.flattened
        let texts = flat.type == .string || flat.type == .binary ? flat : flat.cast(to: .string)
        guard !texts.isNull(0) else { return nil }
        let text = texts.views[0].string
        return text.isEmpty ? nil : text
    }

    /// A counting sort.
    private func sorted(_ groups: Values<Int32>, _ partitions: [Partition]) -> Cut {
        let n = groups.count
        // Between two calls all counts are zero.
        if groupCounts.count < partitions.count { groupCounts.append(repeating: 0, count: partitions.count - groupCounts.count) }
        touched.removeAll()
        // One more, because the loop writes before it knows.
        touched.reserve(min(n, partitions.count) + 1)
        let (group, counts, seen) = (groups.start, groupCounts.start, touched.start)
        var found = 0
        for i in 0..<n {
            let g = group[i]
            seen[found] = g
            found &+= counts[Int(g)] == 0 ? 1 : 0
            counts[Int(g)] &+= 1
        }
        var parts: [(partition: Partition, range: Range<Int>)] = []
        parts.reserveCapacity(found)
        var at = 0
        for k in 0..<found {
            let count = Int(counts[Int(seen[k])])
            counts[Int(seen[k])] = Int32(at)
            parts.append((partitions[Int(seen[k])], at..<at + count))
            at += count
        }
        let rows = Buffer(size: n * 4)
        let out = rows.values(of: Int32.self)
        for i in 0..<n {
            let g = Int(group[i])
            out[Int(counts[g])] = Int32(truncatingIfNeeded: i)
            counts[g] &+= 1
        }
        for k in 0..<found { counts[Int(seen[k])] = 0 }
        withExtendedLifetime(groups) {}
        return Cut(rows: Values(rows, count: n), parts: parts)
    }
}
