/// The rows of each group: what the build side of a join keeps beside its `KeyTable`.
///
///     group g's rows are rows[offsets[g]..<offsets[g + 1]], in their order
public struct RowLists: Sendable {
    public let offsets: Values<Int32>
    public let rows: Values<Int32>

    /// - Parameter groups: the group of each row, as `KeyTable.insert` gave them; rows of group -1 are in no list.
    public init(groups: Values<Int32>, groupCount: Int) {
        let offsetBuffer = Buffer(zeroed: (groupCount + 1) * 4)
        let offsets = offsetBuffer.values(of: Int32.self)
        for i in 0..<groups.count where groups[i] >= 0 { offsets[Int(groups[i]) + 1] += 1 }
        for g in 0..<groupCount { offsets[g + 1] += offsets[g] }
        let total = Int(offsets[groupCount])
        let next = Buffer(size: groupCount * 4)
        let at = next.values(of: Int32.self)
        at.update(from: offsets, count: groupCount)
        let rowBuffer = Buffer(size: total * 4)
        let rows = rowBuffer.values(of: Int32.self)
        for i in 0..<groups.count where groups[i] >= 0 {
            let group = Int(groups[i])
            rows[Int(at[group])] = Int32(truncatingIfNeeded: i)
            at[group] += 1
        }
        self.offsets = Values(offsetBuffer, count: groupCount + 1)
        self.rows = Values(rowBuffer, count: total)
    }

    /// Every pair of a probing row and a row of its group, in the order of the probing rows.
    ///
    /// - Parameters:
    ///   - groups: the group of each probing row, -1 for none (`KeyTable.find`).
    ///   - keepsUnmatched: whether a row without a partner appears once, with partner -1 (outer join).
    public func pairs(_ groups: Values<Int32>, keepsUnmatched: Bool = false) -> (probing: Values<Int32>, matched: Values<Int32>) {
        var total = 0
        for i in 0..<groups.count {
            let group = Int(groups[i])
            let partners = group < 0 ? 0 : Int(offsets[group + 1] - offsets[group])
            total += partners == 0 && keepsUnmatched ? 1 : partners
        }
        let (left, right) = (Buffer(size: total * 4), Buffer(size: total * 4))
        let (probing, matched) = (left.values(of: Int32.self), right.values(of: Int32.self))
        var n = 0
        for i in 0..<groups.count {
            let group = Int(groups[i])
            let range = group < 0 ? 0..<0 : offsets[group]..<offsets[group + 1]
            if range.isEmpty {
                if keepsUnmatched {
                    probing[n] = Int32(truncatingIfNeeded: i)
                    matched[n] = -1
                    n += 1
                }
                continue
            }
            for r in range {
                probing[n] = Int32(truncatingIfNeeded: i)
                matched[n] = rows[Int(r)]
                n += 1
            }
        }
        return (Values(left, count: total), Values(right, count: total))
    }
}
