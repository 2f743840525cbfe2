/// The nearest of the names that could have been meant, for error messages.
public enum Suggestion {
    /// The candidate that the fewest edits (insertions, deletions, replacements, exchanges of neighbours, apart from case) turn `name` into, or nil when
    /// even the best is too far away to be meant: more than a third of the letters, at least one edit being allowed.
    public static func nearest(_ name: String, in candidates: [String]) -> String? {
        let wanted = Array(name.lowercased())
        let limit = max(1, wanted.count / 3)
        var best: (distance: Int, differences: Int, candidate: String)?
        for candidate in candidates {
            let other = Array(candidate.lowercased())
            if abs(other.count - wanted.count) > limit { continue }
            let distance = editDistance(wanted, other)
            // One letter may be any other letter, which suggests nothing.
            if distance > limit || distance >= max(wanted.count, other.count) { continue }
            if let best, distance > best.distance { continue }
            // Of those that are as near the one whose letters' case is nearer.
            let differences = editDistance(Array(name), Array(candidate))
            if best == nil || (distance, differences) < (best!.distance, best!.differences) { best = (distance, differences, candidate) }
        }
        return best?.candidate
    }

    /// What to append to an error message: `; did you mean 'x'?`, or nothing.
    public static func hint(for name: String, in candidates: [String]) -> String {
        nearest(name, in: candidates).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// Optimal string alignment: three rows of the table of distances between prefixes.
    private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        var beforePrevious = Array(repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1] + Array(repeating: 0, count: b.count)
            for j in 0..<b.count {
                current[j + 1] = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { current[j + 1] = min(current[j + 1], beforePrevious[j - 1] + 1) }
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}

extension Suggestion {
    /// The names, those that are spelt most like `name` first; names of the same distance stay in their order.
    public static func sorted(_ candidates: [String], by name: String) -> [String] {
        if candidates.count > 2000 { return candidates }
        let wanted = Array(name.lowercased().prefix(64))
        let distances = candidates.map { editDistance(wanted, Array($0.lowercased().prefix(64))) }
        return candidates.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.map { candidates[$0] }
    }
}
