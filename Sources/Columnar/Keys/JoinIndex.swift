internal import CKernels

/// Rows found by their keys: what the built side of a join is kept in.
///
///     let index = JoinIndex(keys, count: rows.count, nullsMatch: [false])
///     let heads = index.find(probing, count: batch.count)    // the first row of each one's key, -1 where there is none
///     index.next?[row]                                       // the next row of the same key, -1 behind the last
///
/// Keys of whole numbers are packed into one word each. Where their range is not much larger than their number, a bit for each number of the range and
/// the count of bits before each word lead to a key's place: a tenth of the memory that a hash table takes, so that most of it stays in the
/// processor's cache. Other keys are found by a `KeyTable`.
public final class JoinIndex: @unchecked Sendable {
    // Sendable: written while it is made, read-only afterwards.
    enum Places {
        /// A bit a code, and the number of bits before each word of them.
        case ranked(bits: Values<UInt64>, ranks: Values<Int32>)
        /// Codes, or keys of any type, to groups.
        case table(KeyTable)
    }

    /// Rows.
    public let count: Int
    let types: [DataType]
    private let nullsMatch: [Bool]
    let packing: KeyPacking?
    let places: Places
    /// The first row by the place of its key; nil where they are the same.
    private let heads: Values<Int32>?
    /// The next row of the same key; nil where every key has one row.
    public let next: Values<Int32>?

    /// - Parameters:
    ///   - nullsMatch: of each key, whether null equals null. A row with a null in another key is never found.
    ///   - parallel: calls its argument with 0, 1, ... up to a number that it is given, from several threads where there are some.
    public init(_ keys: [Column], count: Int, nullsMatch: [Bool], parallel: (_ jobs: Int, @escaping @Sendable (Int) -> Void) -> Void) {
        precondition(count < Int(Int32.max), "a join keeps at most 2^31 rows")
        (self.count, types, self.nullsMatch) = (count, keys.map(\.type), nullsMatch)
        let numbers = keys.map { WholeNumbers($0) }
        packing = KeyPacking(numbers, nullsMatch: nullsMatch)
        let jobs = count > 100_000 ? 8 : 1
        if let packing {
            let codes = packing.codes(numbers.map { $0! }, count: count)
            if packing.bound <= UInt64(max(count, 1024)) * 256 {
                let ranked = RankedCodes(codes, bound: Int(packing.bound), jobs: jobs, parallel)
                places = .ranked(bits: ranked.bits, ranks: ranked.ranks)
                let lists = KeyLists(count: count, groupCount: ranked.keyCount, jobs: jobs, parallel) { [ranked] i in
                    codes[i] == KeyPacking.none ? -1 : ranked.place(codes[i])
                }
                (heads, next) = (lists.heads, lists.next)
                return
            }
            let table = KeyTable(types: [.long], nullsMatch: false)
            let column = Column(.long, Values<Int64>(owner: codes.owner, start: UnsafeRawPointer(codes.start).assumingMemoryBound(to: Int64.self), count: count))
            let groups = table.insert([column], count: count)
            places = .table(table)
            // Rows without a code are a group of the table too.
            let lists = KeyLists(count: count, groupCount: table.groupCount, hasEmptyGroups: true, jobs: jobs, parallel) {
                codes[$0] == KeyPacking.none ? -1 : groups[$0]
            }
            (heads, next) = (lists.heads, lists.next)
            return
        }
        let table = KeyTable(types: types, nullsMatch: nullsMatch.contains(true))
        let groups = table.insert(keys, count: count)
        let present = JoinIndex.presence(keys, nullsMatch)
        places = .table(table)
        let lists = KeyLists(count: count, groupCount: table.groupCount, hasEmptyGroups: present != nil, jobs: jobs, parallel) {
            present?[$0] ?? true ? groups[$0] : -1
        }
        (heads, next) = (lists.heads, lists.next)
    }

    /// The rows that have a value in every key in which null does not match; nil when all have.
    private static func presence(_ keys: [Column], _ nullsMatch: [Bool]) -> Bitmap? {
        if !nullsMatch.contains(true) { return nil }
        return zip(keys, nullsMatch).reduce(nil as Bitmap?) { $1.1 ? $0 : Bitmap.and($0, $1.0.presence) }
    }

    // MARK: Finding

    /// Returns the first row of each key, -1 for a key that no row has.
    ///
    /// - Precondition: the keys have the types of those that the index was made of.
    public func find(_ keys: [Column], count: Int) -> Values<Int32> {
        precondition(keys.map(\.type) == types, "the keys are of other types than the index's")
        let groups: Values<Int32>
        switch places {
        case .ranked(let bits, let ranks):
            guard let packing else { preconditionFailure("ranks without codes") }
            let words = packing.words(keys, count: count)
            let out = Buffer(size: count * 4)
            mastic_rank_find(
                bits.start, ranks.start, words.low, words.span, words.values.start, Int64(count), heads?.start, out.values(of: Int32.self))
            withExtendedLifetime((words.values, bits, ranks, heads)) {}
            return Values(out, count: count)
        case .table(let table):
            if let packing {
                let codes = packing.codes(keys.map { WholeNumbers($0)! }, count: count)
                let words = Values<Int64>(owner: codes.owner, start: UnsafeRawPointer(codes.start).assumingMemoryBound(to: Int64.self), count: count)
                groups = withoutNone(table.find([Column(.long, words)], count: count), codes)
            } else {
                groups = table.find(keys, count: count)
                if let present = JoinIndex.presence(keys, nullsMatch) {
                    let out = Buffer(size: count * 4)
                    let to = out.values(of: Int32.self)
                    for i in 0..<count { to[i] = present[i] ? groups[i] : -1 }
                    return firstRows(Values(out, count: count))
                }
            }
        }
        return firstRows(groups)
    }

    private func withoutNone(_ groups: Values<Int32>, _ codes: Values<UInt64>) -> Values<Int32> {
        let out = Buffer(size: groups.count * 4)
        let to = out.values(of: Int32.self)
        for i in 0..<groups.count { to[i] = codes[i] == KeyPacking.none ? -1 : groups[i] }
        return Values(out, count: groups.count)
    }

    private func firstRows(_ groups: Values<Int32>) -> Values<Int32> {
        guard let heads else { return groups }
        let out = Buffer(size: groups.count * 4)
        let to = out.values(of: Int32.self)
        defer { withExtendedLifetime((groups, heads)) {} }
        let (from, first) = (groups.start, heads.start)
        for i in 0..<groups.count { to[i] = from[i] < 0 ? -1 : first[Int(from[i])] }
        return Values(out, count: groups.count)
    }
}

/// Codes as bits, in their order.
struct RankedCodes: @unchecked Sendable {
    // Sendable: made by its initializer, read-only afterwards.
    let bits: Values<UInt64>
    /// The bits that are set before each word.
    let ranks: Values<Int32>
    /// Different codes.
    let keyCount: Int

    init(_ codes: Values<UInt64>, bound: Int, jobs: Int, _ parallel: (Int, @escaping @Sendable (Int) -> Void) -> Void) {
        let all = RankedCodes.bits(codes, bound: bound, jobs: jobs, parallel)
        defer { withExtendedLifetime(all) {} }
        let (words, wordCount) = (all.start, all.count)
        let rankBuffer = Buffer(size: wordCount * 4)
        let ranks = rankBuffer.values(of: Int32.self)
        var total: Int32 = 0
        for w in 0..<wordCount {
            ranks[w] = total
            total += Int32(truncatingIfNeeded: words[w].nonzeroBitCount)
        }
        (bits, self.ranks, keyCount) = (all, Values(rankBuffer, count: wordCount), Int(total))
    }

    /// A bit a code.
    static func bits(_ codes: Values<UInt64>, bound: Int, jobs: Int, _ parallel: (Int, @escaping @Sendable (Int) -> Void) -> Void) -> Values<UInt64> {
        let wordCount = (bound + 63) / 64
        let buffer = Buffer(emptyTable: wordCount * 8)
        let share = UInt64((wordCount + jobs - 1) / jobs)
        parallel(jobs) { job in
            // Each job sets the bits of words of its own.
            let words = buffer.values(of: UInt64.self)
            let (low, high) = (UInt64(job) * share, UInt64(job + 1) * share)
            for i in 0..<codes.count {
                let code = codes[i]
                if code >> 6 >= low, code >> 6 < high, code != KeyPacking.none { words[Int(code >> 6)] |= 1 << (code & 63) }
            }
        }
        return Values(buffer, count: wordCount)
    }

    /// The number of different codes below one that is there.
    @inline(__always)
    func place(_ code: UInt64) -> Int32 {
        let at = Int(code >> 6)
        return ranks.start[at] &+ Int32(truncatingIfNeeded: (bits.start[at] & (1 << (code & 63) &- 1)).nonzeroBitCount)
    }
}

/// The rows of each key, as chains in their order.
private struct KeyLists {
    let heads: Values<Int32>?
    let next: Values<Int32>?

    /// - Parameters:
    ///   - hasEmptyGroups: whether there may be groups in whose lists no row is.
    ///   - place: of a row's key, below `groupCount`; -1 for a row in no list.
    init(
        count: Int, groupCount: Int, hasEmptyGroups: Bool = false, jobs: Int, _ parallel: (Int, @escaping @Sendable (Int) -> Void) -> Void, _ place: @escaping @Sendable (Int) -> Int32
    ) {
        let placeBuffer = Buffer(size: count * 4)
        let size = (count + jobs - 1) / jobs
        let counts = Buffer(zeroed: jobs * 64)
        parallel(jobs) { job in
            let places = placeBuffer.values(of: Int32.self)
            var (listed, moved) = (0, false)
            for i in min(job * size, count)..<min((job + 1) * size, count) {
                let own = place(i)
                places[i] = own
                listed += own >= 0 ? 1 : 0
                moved = moved || own != Int32(truncatingIfNeeded: i)
            }
            counts.values(of: Int.self)[job * 8] = listed
            counts.values(of: Int.self)[job * 8 + 1] = moved ? 1 : 0
        }
        var (listed, moved) = (0, false)
        for job in 0..<jobs {
            listed += counts.values(of: Int.self)[job * 8]
            moved = moved || counts.values(of: Int.self)[job * 8 + 1] != 0
        }
        if !moved, groupCount == count {
            (heads, next) = (nil, nil)
            return
        }
        let filled = hasEmptyGroups && listed < count ? KeyLists.filled(placeBuffer, count, groupCount) : groupCount
        let isUnique = listed == filled
        // One more, for the place behind the last.
        let headBuffer = Buffer(size: (groupCount + 1) * 4)
        let nextBuffer = isUnique ? nil : Buffer(size: count * 4)
        let share = (groupCount + jobs - 1) / jobs
        headBuffer.values(of: Int32.self).update(repeating: -1, count: groupCount + 1)
        parallel(jobs) { job in
            let (places, heads) = (placeBuffer.values(of: Int32.self), headBuffer.values(of: Int32.self))
            let (low, high) = (Int32(job * share), Int32(min((job + 1) * share, groupCount)))
            if let nextBuffer {
                let next = nextBuffer.values(of: Int32.self)
                // From the last row on, so that a chain begins with its first.
                var i = count - 1
                while i >= 0 {
                    let own = places[i]
                    if own >= low, own < high {
                        next[i] = heads[Int(own)]
                        heads[Int(own)] = Int32(truncatingIfNeeded: i)
                    } else if own < 0, job == 0 {
                        next[i] = -1
                    }
                    i -= 1
                }
            } else {
                for i in 0..<count where places[i] >= low && places[i] < high { heads[Int(places[i])] = Int32(truncatingIfNeeded: i) }
            }
        }
        heads = Values(headBuffer, count: groupCount)
        next = nextBuffer.map { Values($0, count: count) }
    }

    /// The number of groups that rows are in.
    private static func filled(_ placeBuffer: Buffer, _ count: Int, _ groupCount: Int) -> Int {
        let seen = Buffer(zeroed: groupCount)
        defer { withExtendedLifetime((placeBuffer, seen)) {} }
        let (places, marks) = (placeBuffer.values(of: Int32.self), seen.values(of: UInt8.self))
        var filled = 0
        for i in 0..<count where places[i] >= 0 && marks[Int(places[i])] == 0 {
            marks[Int(places[i])] = 1
            filled += 1
        }
        return filled
    }
}
