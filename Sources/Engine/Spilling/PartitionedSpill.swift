internal import Columnar

/// Rows on the disk, parted by the hash of their keys: what an aggregation or a join that does not fit in memory becomes.
///
/// Workers append to it at the same time; a partition's rows come back in the order in which each worker wrote them.
final class PartitionedSpill: Sendable {
    static let bits = 6
    static let partitions = 1 << bits

    private let file: SpillFile
    private let level: Int
    private let segments: Locked<[[SpillFile.Segment]]>

    /// - Parameter level: how often the rows were parted before.
    init(in folder: String, level: Int = 0) throws {
        file = try SpillFile(in: folder)
        self.level = level
        segments = Locked(Array(repeating: [], count: PartitionedSpill.partitions))
    }

    var size: Int { file.size }

    /// Writes the rows of a batch to their partitions.
    ///
    /// - Parameter keys: one row a row of the batch.
    func write(_ batch: Batch, keys: [Column]) throws {
        let parts = RadixPartition(keys, count: batch.count, bits: PartitionedSpill.bits, level: level)
        for p in 0..<PartitionedSpill.partitions {
            let rows = parts[p]
            if rows.count == 0 { continue }
            let segment = try file.write(batch.take(rows))
            segments.withLock { $0[p].append(segment) }
        }
    }

    /// Writes rows that are all of one partition.
    func append(_ batch: Batch, to partition: Int) throws {
        let segment = try file.write(batch)
        segments.withLock { $0[partition].append(segment) }
    }

    /// Bytes of a partition.
    func size(of partition: Int) -> Int { segments.withLock { $0[partition].reduce(0) { $0 + $1.size } } }
    func rows(of partition: Int) -> Int { segments.withLock { $0[partition].reduce(0) { $0 + $1.count } } }

    /// Reads a partition batch by batch.
    func read(_ partition: Int, _ body: (Batch) throws -> Void) throws {
        for segment in segments.withLock({ $0[partition] }) { try body(file.read(segment)) }
    }

    /// A partition parted again by further bits of the hash.
    ///
    /// - Parameter keys: the keys of a batch.
    func split(_ partition: Int, in folder: String, keys: (Batch) throws -> [Column]) throws -> PartitionedSpill {
        let deeper = try PartitionedSpill(in: folder, level: level + 1)
        try read(partition) { try deeper.write($0, keys: try keys($0)) }
        return deeper
    }

    /// Whether there are bits left to part by.
    var canSplit: Bool { level < 8 }
}
