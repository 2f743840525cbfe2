/// Sorted rows cut into partitions, and partitions into peers: rows of one partition that the order does not tell apart.
///
///     partition    a  a  a  a | b  b | c
///     order        1  2  2  5 | 1  1 | 3
///     partitions   0            4      6   7
///     peers        0  1     3   4      6   7
public struct WindowRows {
    public let count: Int
    /// The first row of each partition, and `count` behind them.
    let partitions: Values<Int32>
    /// The first row of each group of peers, and `count` behind them.
    let peers: Values<Int32>

    /// - Parameters:
    ///   - partition: the columns that partitions are told by; rows of one partition stand together.
    ///   - order: the columns of the order; without any all rows of a partition are peers.
    public init(partition: [Column], order: [Column], count: Int) {
        self.count = count
        let flags = Buffer(zeroed: max(count, 1))
        defer { withExtendedLifetime(flags) {} }
        let changes = flags.values(of: UInt8.self)
        for column in partition { WindowRows.markChanges(column, count, changes) }
        partitions = WindowRows.starts(changes, count)
        if order.isEmpty {
            peers = partitions
        } else {
            for column in order { WindowRows.markChanges(column, count, changes) }
            peers = WindowRows.starts(changes, count)
        }
    }

    public var partitionCount: Int { partitions.count - 1 }

    /// The last row that differs from the one before it in any of the columns; nil where all are alike.
    public static func lastChange(_ columns: [Column], count: Int) -> Int? {
        if count < 2 || columns.isEmpty { return nil }
        let flags = Buffer(zeroed: count)
        defer { withExtendedLifetime(flags) {} }
        let changes = flags.values(of: UInt8.self)
        for column in columns { markChanges(column, count, changes) }
        var row = count - 1
        while row > 0, changes[row] == 0 { row -= 1 }
        return row > 0 ? row : nil
    }

    private static func starts(_ changes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Values<Int32> {
        var starts = GrowingBuffer<Int32>(capacity: 1024)
        if count > 0 { starts.append(0) }
        for row in 1..<max(count, 1) where changes[row] != 0 { starts.append(Int32(truncatingIfNeeded: row)) }
        starts.append(Int32(truncatingIfNeeded: count))
        return starts.take()
    }

    /// Sets the flag of every row that differs from the one before it. Nulls are alike, and so are NaNs, and 0.0 and -0.0.
    private static func markChanges(_ column: Column, _ count: Int, _ changes: UnsafeMutablePointer<UInt8>) {
        let flat = column.flattened
        defer { withExtendedLifetime(flat) {} }
        switch flat.type {
        case .null: return
        case _ where SortWords.areExact(flat.type):
            let words = SortWords(SortKey(flat)).words
            mark(flat.presence, count, changes) { words[$0] != words[$0 - 1] }
        case .decimal:
            let values = flat.fixedValues(of: Int128.self)
            mark(flat.validity, count, changes) { values[$0] != values[$0 - 1] }
        case .string, .binary:
            let views = flat.views.start
            mark(flat.validity, count, changes) { !(views[$0] == views[$0 - 1]) }
        default: for row in 1..<max(count, 1) where compareRows(flat, row, flat, row - 1) != 0 { changes[row] = 1 }
        }
    }

    @inline(__always)
    private static func mark(_ presence: Bitmap?, _ count: Int, _ changes: UnsafeMutablePointer<UInt8>, _ differs: (Int) -> Bool) {
        guard let presence else {
            for row in 1..<max(count, 1) { changes[row] |= differs(row) ? 1 : 0 }
            return
        }
        for row in 1..<max(count, 1) {
            let (isPresent, wasPresent) = (presence[row], presence[row - 1])
            if isPresent != wasPresent || (isPresent && differs(row)) { changes[row] = 1 }
        }
    }
}

/// What a window function takes along where rows come in parts: whether the first partition of a part began in the part before, and how far it was.
///
/// A part holds whole groups of peers. Of use to functions that look back only; see `WindowKernels`.
public final class WindowCarry {
    /// Whether the first rows of the part belong to the last partition of the part before.
    public var continues = false
    /// Rows and groups of peers of the partition so far.
    var rows = 0
    var groups = 0
    /// What an aggregate has taken in of the partition.
    var state: Any?

    public init() {}

    /// Counts a part's rows.
    public func advance(_ rows: WindowRows) {
        let last = rows.partitionCount - 1
        if last < 0 { return }
        let start = Int(rows.partitions[last])
        var group = rows.peers.count - 1
        while group > 0, Int(rows.peers[group - 1]) >= start { group -= 1 }
        let isSame = last == 0 && continues
        self.rows = (isSame ? self.rows : 0) + rows.count - start
        groups = (isSame ? groups : 0) + rows.peers.count - 1 - group
    }
}
