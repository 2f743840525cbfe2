/// The nearest known name to one that nobody knows, for error messages.
public enum Suggestion {
    /// Returns the candidate that takes the fewest edits to become `name`, or nil when even that one is too far to be meant.
    ///
    /// An edit inserts, drops or replaces a character, or swaps two neighbours; case costs nothing beyond a tie. A third of the name's length
    /// (at least one edit) is the most that counts as a slip. Candidates that `name` begins count as near from three letters on.
    public static func nearest(_ name: String, _ candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        let most = max(1, (wanted.count + 1) / 3)
        var best: (candidate: String, distance: Int, exactCase: Int)?
        for candidate in candidates where candidate != name {
            let scalars = Array(candidate.lowercased().unicodeScalars)
            var distance = distance(wanted, scalars, atMost: most)
            if distance > most, wanted.count >= 3, scalars.starts(with: wanted) { distance = most }
            if distance > most || (distance >= wanted.count && distance > 0) { continue }
            let exactCase = self.distance(Array(name.unicodeScalars), Array(candidate.unicodeScalars), atMost: most + 8)
            if let best, (best.distance, best.exactCase, best.candidate) <= (distance, exactCase, candidate) { continue }
            best = (candidate, distance, exactCase)
        }
        return best?.candidate
    }

    /// ` (did you mean 'x'?)`, or nothing.
    public static func hint(_ name: String, _ candidates: some Sequence<String>) -> String {
        nearest(name, candidates).map { " (did you mean '\($0)'?)" } ?? ""
    }

    /// The restricted Damerau-Levenshtein distance; anything above `most` when it is larger.
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], atMost most: Int) -> Int {
        if abs(a.count - b.count) > most { return most + 1 }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        var current = last
        for i in 0..<a.count {
            current[0] = i + 1
            for j in 0..<b.count {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), min(last[j + 1], current[j]) + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                current[j + 1] = cost
            }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[b.count]
    }
}
