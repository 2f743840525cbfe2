/// Functions of the place that a row has in its partition.
public enum WindowRanking: Sendable, Hashable {
    /// 1, 2, 3, ...; an int.
    case rowNumber
    /// One more than the rows before the row's peers; an int.
    case rank
    /// One more than the groups of peers before the row's own; an int.
    case denseRank
    /// `(rank - 1) / (rows - 1)`, 0 in a partition of one row; a double.
    case percentRank
    /// The share of rows up to the row and its peers; a double.
    case cumulativeDistribution
    /// The number, from 1, of the row's bucket, where so many buckets of sizes as equal as can be are dealt in order; an int.
    case bucket(of: Int)

    public var type: DataType {
        switch self {
        case .rowNumber, .rank, .denseRank, .bucket: .int
        case .percentRank, .cumulativeDistribution: .double
        }
    }

    /// Whether the function looks at no row behind the current one's peers.
    public var looksBackOnly: Bool { self == .rowNumber || self == .rank || self == .denseRank }

    /// The value of every row.
    ///
    /// - Parameter carry: only for a function that looks back only.
    public func values(_ rows: WindowRows, carry: WindowCarry? = nil) -> Column {
        switch self {
        case .rowNumber:
            return ints(rows) { out in
                for p in 0..<rows.partitionCount {
                    let (start, end) = (rows.partitions[p], rows.partitions[p + 1])
                    let before = Int32(truncatingIfNeeded: p == 0 && carry?.continues ?? false ? carry!.rows : 0)
                    for row in start..<end { out[Int(row)] = before &+ row &- start &+ 1 }
                }
            }
        case .rank:
            return ints(rows) { out in
                rows.forEachPeers { p, start, end, _ in
                    let before = Int32(truncatingIfNeeded: p == 0 && carry?.continues ?? false ? carry!.rows : 0)
                    let rank = before &+ start &- rows.partitions[p] &+ 1
                    for row in start..<end { out[Int(row)] = rank }
                }
            }
        case .denseRank:
            return ints(rows) { out in
                rows.forEachPeers { p, start, end, number in
                    let before = Int32(truncatingIfNeeded: p == 0 && carry?.continues ?? false ? carry!.groups : 0)
                    for row in start..<end { out[Int(row)] = before &+ number &+ 1 }
                }
            }
        case .bucket(let count):
            return ints(rows) { out in
                for p in 0..<rows.partitionCount {
                    let (start, end) = (Int(rows.partitions[p]), Int(rows.partitions[p + 1]))
                    let (size, larger) = (end - start).quotientAndRemainder(dividingBy: max(count, 1))
                    // The first buckets have a row more.
                    let turn = start + larger * (size + 1)
                    for row in start..<min(turn, end) { out[row] = Int32(truncatingIfNeeded: (row - start) / (size + 1) + 1) }
                    for row in min(turn, end)..<end { out[row] = Int32(truncatingIfNeeded: larger + (row - turn) / max(size, 1) + 1) }
                }
            }
        case .percentRank:
            return doubles(rows) { out in
                rows.forEachPeers { p, start, end, _ in
                    let (first, behind) = (rows.partitions[p], rows.partitions[p + 1])
                    let rank = behind - first > 1 ? Double(start - first) / Double(behind - first - 1) : 0
                    for row in start..<end { out[Int(row)] = rank }
                }
            }
        case .cumulativeDistribution:
            return doubles(rows) { out in
                rows.forEachPeers { p, start, end, _ in
                    let (first, behind) = (rows.partitions[p], rows.partitions[p + 1])
                    let share = Double(end - first) / Double(behind - first)
                    for row in start..<end { out[Int(row)] = share }
                }
            }
        }
    }

    private func ints(_ rows: WindowRows, _ fill: (UnsafeMutablePointer<Int32>) -> Void) -> Column {
        let out = Buffer(size: rows.count * 4)
        fill(out.values(of: Int32.self))
        return Column(.int, Values<Int32>(out, count: rows.count))
    }

    private func doubles(_ rows: WindowRows, _ fill: (UnsafeMutablePointer<Double>) -> Void) -> Column {
        let out = Buffer(size: rows.count * 8)
        fill(out.values(of: Double.self))
        return Column(.double, Values<Double>(out, count: rows.count))
    }
}

extension WindowRows {
    /// Calls `body` for each group of peers with its partition, its rows, and its number in the partition.
    @inline(__always)
    func forEachPeers(_ body: (_ partition: Int, _ start: Int32, _ end: Int32, _ number: Int32) -> Void) {
        var (partition, number) = (0, Int32(0))
        for group in 0..<peers.count - 1 {
            let start = peers[group]
            while partitions[partition + 1] <= start {
                partition += 1
                number = 0
            }
            body(partition, start, peers[group + 1], number)
            number &+= 1
        }
    }
}
