/// Pairs of a probing row and a built row, block by block.
public struct JoinPairs: Sendable {
    /// Nil for each probing row once, in their order.
    public let probing: Values<Int32>?
    public let built: Values<Int32>

    public var count: Int { built.count }
    public init(probing: Values<Int32>?, built: Values<Int32>) { (self.probing, self.built) = (probing, built) }
}

extension JoinIndex {
    /// The probing rows whose key has a row.
    ///
    /// - Parameter heads: what `find` gave.
    public static func matches(_ heads: Values<Int32>) -> Bitmap {
        defer { withExtendedLifetime(heads) {} }
        let from = heads.start
        return packedBits(heads.count) { from[$0] >= 0 }
    }

    /// Calls `body` with the pairs of probing rows and rows of their keys, in the order of the probing rows, at most about `limit` at a time.
    ///
    /// - Parameters:
    ///   - heads: what `find` gave.
    ///   - keepsUnmatched: whether a row without a partner appears once, with partner -1.
    ///   - body: returns whether it wants more.
    public func forEachBlock(_ heads: Values<Int32>, keepsUnmatched: Bool = false, limit: Int = 65536, _ body: (JoinPairs) throws -> Bool) rethrows -> Bool {
        let n = heads.count
        defer { withExtendedLifetime(heads) {} }
        let from = heads.start
        guard let next else {
            if keepsUnmatched { return try n == 0 || body(JoinPairs(probing: nil, built: heads)) }
            var matched = 0
            for i in 0..<n { matched += from[i] >= 0 ? 1 : 0 }
            if matched == 0 { return true }
            if matched == n { return try body(JoinPairs(probing: nil, built: heads)) }
            // Written for every row, and counted where it has a partner: no branch to mispredict.
            let (probing, built) = (Buffer(size: (matched + 1) * 4), Buffer(size: (matched + 1) * 4))
            let (p, b) = (probing.values(of: Int32.self), built.values(of: Int32.self))
            var at = 0
            for i in 0..<n {
                p[at] = Int32(truncatingIfNeeded: i)
                b[at] = from[i]
                at += from[i] >= 0 ? 1 : 0
            }
            return try body(JoinPairs(probing: Values(probing, count: matched), built: Values(built, count: matched)))
        }
        defer { withExtendedLifetime(next) {} }
        let follow = next.start
        var probing = GrowingBuffer<Int32>(capacity: min(n, limit))
        var built = GrowingBuffer<Int32>(capacity: min(n, limit))
        for i in 0..<n {
            var row = from[i]
            if row < 0 {
                if keepsUnmatched {
                    probing.append(Int32(truncatingIfNeeded: i))
                    built.append(-1)
                }
            } else {
                while row >= 0 {
                    probing.append(Int32(truncatingIfNeeded: i))
                    built.append(row)
                    row = follow[Int(row)]
                    if built.count >= limit, try !body(JoinPairs(probing: probing.take(), built: built.take())) { return false }
                }
            }
            if built.count >= limit, try !body(JoinPairs(probing: probing.take(), built: built.take())) { return false }
        }
        return try built.count == 0 || body(JoinPairs(probing: probing.take(), built: built.take()))
    }

    /// The pairs of every probing row with every built one.
    public static func forEachBlock(probing: Int, built: Int, limit: Int = 65536, _ body: (JoinPairs) throws -> Bool) rethrows -> Bool {
        if built == 0 || probing == 0 { return true }
        if built == 1 { return try body(JoinPairs(probing: nil, built: Values(Buffer(zeroed: probing * 4), count: probing))) }
        let (perBlock, width) = (max(limit / built, 1), min(built, limit))
        var row = 0
        while row < probing {
            let rows = min(perBlock, probing - row)
            var start = 0
            while start < built {
                let partners = min(width, built - start)
                let (left, right) = (Buffer(size: rows * partners * 4), Buffer(size: rows * partners * 4))
                let (p, b) = (left.values(of: Int32.self), right.values(of: Int32.self))
                for r in 0..<rows {
                    for j in 0..<partners {
                        p[r * partners + j] = Int32(truncatingIfNeeded: row + r)
                        b[r * partners + j] = Int32(truncatingIfNeeded: start + j)
                    }
                }
                let pairs = JoinPairs(probing: Values(left, count: rows * partners), built: Values(right, count: rows * partners))
                if try !body(pairs) { return false }
                start += partners
            }
            row += rows
        }
        return true
    }
}
