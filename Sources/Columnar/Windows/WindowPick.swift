/// Functions whose value is that of one row of the partition.
public enum WindowPick: Sendable, Hashable {
    /// The row so many rows before the current one (behind it where negative); of those that have a value where nulls are ignored.
    case before(Int, ignoresNulls: Bool = false)
    case first(ignoresNulls: Bool)
    case last(ignoresNulls: Bool)
    /// The row of this number in the frame, from 1; of those that have a value where nulls are ignored.
    case nth(Int, ignoresNulls: Bool)

    /// Whether the function has a frame.
    public var hasFrame: Bool { if case .before = self { false } else { true } }

    /// The value of every row; where there is no row to take it from null, or what `other` has in the current one.
    public func values(_ column: Column, orElse other: Column? = nil, _ rows: WindowRows, _ frames: WindowFrameBounds?) -> Column {
        let from = self.rows(column, rows, frames)
        let taken = column.take(from)
        guard let other else { return taken }
        return Operand.choose(packedBits(rows.count) { from[$0] < 0 }, .column(other), .column(taken))
    }

    /// The row that each row's value comes from; -1 for none.
    ///
    /// - Parameters:
    ///   - column: what is picked from, for its nulls.
    ///   - frames: for functions that have one.
    func rows(_ column: Column, _ rows: WindowRows, _ frames: WindowFrameBounds?) -> Values<Int32> {
        let n = rows.count
        let buffer = Buffer(size: n * 4)
        let out = buffer.values(of: Int32.self)
        if case .before(let distance, let ignoresNulls) = self {
            // Beyond any partition it does not matter how far.
            let away = max(-(1 << 32), min(distance, 1 << 32))
            let presence = ignoresNulls && away != 0 ? column.presence : nil
            let present = presence?.setIndices
            let before = presence.map { presentBefore($0, n) }
            defer { withExtendedLifetime((present, before)) {} }
            for p in 0..<rows.partitionCount {
                let (start, end) = (Int(rows.partitions[p]), Int(rows.partitions[p + 1]))
                guard let present, let before else {
                    for row in start..<end {
                        let from = row - away
                        out[row] = from >= start && from < end ? Int32(truncatingIfNeeded: from) : -1
                    }
                    continue
                }
                let (first, last) = (Int(before[start]), Int(before[end]))
                for row in start..<end {
                    // Counted from the row's own place among those with a value, which it need not be one of.
                    let place = away > 0 ? Int(before[row]) - away : Int(before[row + 1]) - away - 1
                    out[row] = place >= first && place < last ? present[place] : -1
                }
            }
            return Values(buffer, count: n)
        }
        guard let frames else { preconditionFailure("a function of a frame without one") }
        let (starts, ends) = (frames.starts.start, frames.ends.start)
        defer { withExtendedLifetime(frames.starts) { withExtendedLifetime(frames.ends) {} } }
        let presence = column.presence
        switch self {
        case .first(let ignoresNulls):
            if ignoresNulls, let presence {
                let next = nextPresent(presence, n)
                for row in 0..<n {
                    let found = next[Int(starts[row])]
                    out[row] = found < ends[row] ? found : -1
                }
                withExtendedLifetime(next) {}
            } else {
                for row in 0..<n { out[row] = starts[row] < ends[row] ? starts[row] : -1 }
            }
        case .last(let ignoresNulls):
            if ignoresNulls, let presence {
                let previous = previousPresent(presence, n)
                for row in 0..<n {
                    let found = previous[Int(ends[row])]
                    out[row] = found >= starts[row] ? found : -1
                }
                withExtendedLifetime(previous) {}
            } else {
                for row in 0..<n { out[row] = starts[row] < ends[row] ? ends[row] - 1 : -1 }
            }
        case .nth(let number, let ignoresNulls):
            let ahead = min(max(number, 1), 1 << 32) - 1
            if ignoresNulls, let presence {
                let present = presence.setIndices
                let counts = presentBefore(presence, n)
                for row in 0..<n {
                    let place = Int(counts[Int(starts[row])]) + ahead
                    out[row] = place < Int(counts[Int(ends[row])]) ? present[place] : -1
                }
                withExtendedLifetime(counts) { withExtendedLifetime(present) {} }
            } else {
                for row in 0..<n { out[row] = Int(starts[row]) + ahead < Int(ends[row]) ? Int32(truncatingIfNeeded: Int(starts[row]) + ahead) : -1 }
            }
        case .before: break
        }
        return Values(buffer, count: n)
    }

    /// For each row the first from there on that has a value; `count` where there is none. One entry more than rows.
    private func nextPresent(_ presence: Bitmap, _ count: Int) -> Values<Int32> {
        let out = Buffer(size: (count + 1) * 4)
        let to = out.values(of: Int32.self)
        to[count] = Int32(truncatingIfNeeded: count)
        for row in (0..<count).reversed() { to[row] = presence[row] ? Int32(truncatingIfNeeded: row) : to[row + 1] }
        return Values(out, count: count + 1)
    }

    /// For each row the last before it that has a value; -1 where there is none. One entry more than rows.
    private func previousPresent(_ presence: Bitmap, _ count: Int) -> Values<Int32> {
        let out = Buffer(size: (count + 1) * 4)
        let to = out.values(of: Int32.self)
        to[0] = -1
        for row in 0..<count { to[row + 1] = presence[row] ? Int32(truncatingIfNeeded: row) : to[row] }
        return Values(out, count: count + 1)
    }

    /// For each row the number of rows before it that have a value. One entry more than rows.
    private func presentBefore(_ presence: Bitmap, _ count: Int) -> Values<Int32> {
        let out = Buffer(size: (count + 1) * 4)
        let to = out.values(of: Int32.self)
        to[0] = 0
        for row in 0..<count { to[row + 1] = to[row] + (presence[row] ? 1 : 0) }
        return Values(out, count: count + 1)
    }
}
