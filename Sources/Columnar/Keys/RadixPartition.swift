/// Rows sorted into partitions by some bits of their keys' hashes: equal keys are in one partition.
///
/// The bits are taken from the top, where tables of keys take theirs from the bottom. A deeper level takes the bits behind those of the levels above,
/// so a partition that is too large can be parted again.
public struct RadixPartition: Sendable {
    /// Positions of rows, partition by partition, in their order within each.
    public let rows: Values<Int32>
    /// Partition `p` is `rows[offsets[p]..<offsets[p + 1]]`.
    public let offsets: [Int]

    /// - Parameters:
    ///   - bits: 1 to 8; there are 2^bits partitions.
    ///   - level: from 0.
    public init(_ keys: [Column], count: Int, bits: Int, level: Int = 0) {
        let hashes = KeyHash.hashes(keys, count: count)
        let shift = UInt64(64 - bits * (level + 1))
        let mask = UInt64(1 << bits - 1)
        let partitions = 1 << bits
        let places = Buffer(size: count)
        let place = places.values(of: UInt8.self)
        let counts = Buffer(zeroed: (partitions + 1) * 8)
        let next = counts.values(of: Int.self)
        for i in 0..<count {
            let p = UInt8(truncatingIfNeeded: hashes[i] >> shift & mask)
            place[i] = p
            next[Int(p) + 1] += 1
        }
        for p in 0..<partitions { next[p + 1] += next[p] }
        offsets = (0...partitions).map { next[$0] }
        let out = Buffer(size: count * 4)
        let to = out.values(of: Int32.self)
        for i in 0..<count {
            let p = Int(place[i])
            to[next[p]] = Int32(truncatingIfNeeded: i)
            next[p] += 1
        }
        withExtendedLifetime((places, counts)) {}
        rows = Values(out, count: count)
    }

    /// The rows of a partition.
    public subscript(partition: Int) -> Values<Int32> { rows.slice(offsets[partition]..<offsets[partition + 1]) }
}
