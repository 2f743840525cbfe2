/// An aggregate as a state that takes in rows one by one, and other states: what is computed over frames.
///
/// Adding rows `a..<b` to a fresh state one by one, and merging it into the state of the rows before `a`, is adding all of them, but for rounding.
protocol FrameAggregate {
    associatedtype State: BitwiseCopyable
    associatedtype Output: BitwiseCopyable
    var initial: State { get }
    func add(_ row: Int, to state: inout State)
    func merge(_ other: State, into state: inout State)
    /// The state's value, and whether it has one.
    func output(_ state: State) -> (value: Output, isPresent: Bool)
}

/// The value of an aggregate for the frame of every row.
///
/// A frame that begins with its partition grows, so rows are added as they come into it; one that ends with its partition grows from behind. A sliding
/// frame of few rows is added up anew for each row, so that nothing is ever taken out of a sum and no rounding stays behind. For longer ones blocks of
/// rows, and blocks of blocks, have been added up before, and a frame is put together from those that it covers.
struct FrameAggregation<A: FrameAggregate> {
    let outputs: Values<A.Output>
    /// The rows that have a value; nil for all.
    let validity: Bitmap?

    /// Sliding frames up to this length are added up row by row.
    private static var directRows: Int { 256 }

    /// - Parameter carry: only for frames that begin with their partition and end with the current row or its peers.
    init(_ aggregate: A, _ rows: WindowRows, _ frames: WindowFrameBounds, carry: WindowCarry?) {
        let n = rows.count
        let (values, flags) = (Buffer(size: n * MemoryLayout<A.Output>.stride), Buffer(size: max(n, 1)))
        let (out, present) = (values.values(of: A.Output.self), flags.values(of: UInt8.self))
        let (starts, ends) = (frames.starts.start, frames.ends.start)
        var missing = 0
        @inline(__always) func set(_ row: Int, _ result: (value: A.Output, isPresent: Bool)) {
            out[row] = result.value
            present[row] = result.isPresent ? 1 : 0
            missing &+= result.isPresent ? 0 : 1
        }
        @inline(__always) func repeatPrevious(_ row: Int, _ previous: Int) {
            out[row] = out[previous]
            present[row] = present[previous]
            missing &+= present[previous] == 0 ? 1 : 0
        }
        switch frames.shape {
        case .partition:
            for p in 0..<rows.partitionCount {
                let (start, end) = (Int(rows.partitions[p]), Int(rows.partitions[p + 1]))
                var state = aggregate.initial
                for row in start..<end { aggregate.add(row, to: &state) }
                let result = aggregate.output(state)
                for row in start..<end { set(row, result) }
            }
        case .growing:
            for p in 0..<rows.partitionCount {
                let (start, end) = (Int(rows.partitions[p]), Int(rows.partitions[p + 1]))
                var state = aggregate.initial
                if p == 0, let carry, carry.continues, let known = carry.state as? A.State { state = known }
                var at = start
                for row in start..<end {
                    let last = Int(ends[row])
                    if row > start, last == at {
                        repeatPrevious(row, row - 1)
                        continue
                    }
                    while at < last {
                        aggregate.add(at, to: &state)
                        at += 1
                    }
                    set(row, aggregate.output(state))
                }
                if p == rows.partitionCount - 1, let carry { carry.state = state }
            }
        case .shrinking:
            for p in 0..<rows.partitionCount {
                let (start, end) = (Int(rows.partitions[p]), Int(rows.partitions[p + 1]))
                var state = aggregate.initial
                var at = end
                for row in (start..<end).reversed() {
                    let first = Int(starts[row])
                    if row < end - 1, first == at {
                        repeatPrevious(row, row + 1)
                        continue
                    }
                    while at > first {
                        at -= 1
                        aggregate.add(at, to: &state)
                    }
                    set(row, aggregate.output(state))
                }
            }
        case .sliding:
            var longest = 0
            for row in 0..<n { longest = max(longest, Int(ends[row] - starts[row])) }
            let blocks = longest > Self.directRows ? FrameBlocks(aggregate, count: n) : nil
            for row in 0..<n {
                let (start, end) = (Int(starts[row]), Int(ends[row]))
                if row > 0, starts[row] == starts[row - 1], ends[row] == ends[row - 1] {
                    repeatPrevious(row, row - 1)
                    continue
                }
                var state = aggregate.initial
                if let blocks, end - start > Self.directRows {
                    blocks.add(start..<end, to: &state)
                } else {
                    for other in start..<end { aggregate.add(other, to: &state) }
                }
                set(row, aggregate.output(state))
            }
        }
        withExtendedLifetime(frames.starts) { withExtendedLifetime(frames.ends) {} }
        outputs = Values(values, count: n)
        validity = missing == 0 ? nil : packedBits(n) { present[$0] != 0 }
        withExtendedLifetime(flags) {}
    }
}

/// States of aligned blocks of 32 rows, of 32 such blocks, and so on.
private final class FrameBlocks<A: FrameAggregate> {
    private let aggregate: A
    private let levels: [Values<A.State>]

    init(_ aggregate: A, count: Int) {
        self.aggregate = aggregate
        var levels: [Values<A.State>] = []
        var size = count
        while size >= 64 {
            let blocks = size / 32
            let buffer = Buffer(size: blocks * MemoryLayout<A.State>.stride)
            let to = buffer.values(of: A.State.self)
            for block in 0..<blocks {
                var state = aggregate.initial
                if let below = levels.last {
                    for i in block * 32..<block * 32 + 32 { aggregate.merge(below[i], into: &state) }
                } else {
                    for row in block * 32..<block * 32 + 32 { aggregate.add(row, to: &state) }
                }
                to[block] = state
            }
            levels.append(Values(buffer, count: blocks))
            size = blocks
        }
        self.levels = levels
    }

    /// Adds rows, in order.
    func add(_ rows: Range<Int>, to state: inout A.State) {
        // Up the levels as far as the blocks lie within, and down again: level 0 is the rows themselves.
        var (at, level, size) = (rows.lowerBound, 0, 1)
        while at < rows.upperBound {
            while level < levels.count, at % (size * 32) == 0, at + size * 32 <= rows.upperBound, at / (size * 32) < levels[level].count {
                level += 1
                size *= 32
            }
            while level > 0, at + size > rows.upperBound || at % size != 0 || at / size >= levels[level - 1].count {
                level -= 1
                size /= 32
            }
            if level == 0 { aggregate.add(at, to: &state) } else { aggregate.merge(levels[level - 1][at / size], into: &state) }
            at += size
        }
    }
}
