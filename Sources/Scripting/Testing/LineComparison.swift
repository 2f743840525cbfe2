/// Two texts compared line by line.
package struct LineComparison {
    package enum Line: Equatable {
        case same(String)
        case missing(String)
        case unexpected(String)
    }

    package let lines: [Line]

    /// Beyond this many lines, those are paired first that stand once in each text.
    private static let mostAligned = 1000

    package init(expected: String, found: String) {
        let a = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let b = found.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var start = 0
        while start < a.count, start < b.count, a[start] == b[start] { start += 1 }
        var end = 0
        while end < a.count - start, end < b.count - start, a[a.count - 1 - end] == b[b.count - 1 - end] { end += 1 }
        let (left, right) = (Array(a[start..<a.count - end]), Array(b[start..<b.count - end]))
        lines = a[..<start].map { .same($0) } + Self.aligned(left, right) + a[(a.count - end)...].map { .same($0) }
    }

    private static func aligned(_ a: [String], _ b: [String]) -> [Line] {
        if a.count <= mostAligned, b.count <= mostAligned { return shortAligned(a, b) }
        var lines: [Line] = []
        var (i, j) = (0, 0)
        func gap(_ left: Range<Int>, _ right: Range<Int>) -> [Line] {
            if left.count <= mostAligned, right.count <= mostAligned { return shortAligned(Array(a[left]), Array(b[right])) }
            return a[left].map { .missing($0) } + b[right].map { .unexpected($0) }
        }
        for (x, y) in anchors(a, b) {
            lines += gap(i..<x, j..<y)
            lines.append(.same(a[x]))
            (i, j) = (x + 1, y + 1)
        }
        return lines + gap(i..<a.count, j..<b.count)
    }

    /// Places of lines that stand once in each text, as many as have the same order in both: the longest increasing subsequence.
    private static func anchors(_ a: [String], _ b: [String]) -> [(Int, Int)] {
        func once(_ lines: [String]) -> [String: Int] {
            var places: [String: Int] = [:]
            for (place, line) in lines.enumerated() { places[line] = places[line] == nil ? place : -1 }
            return places.filter { $0.value >= 0 }
        }
        let (left, right) = (once(a), once(b))
        let pairs = left.compactMap { line, place in right[line].map { (place, $0) } }.sorted { $0.0 < $1.0 }
        // The ends of the best subsequences by their lengths, and what stands before each pair.
        var ends: [Int] = []
        var before = [Int](repeating: -1, count: pairs.count)
        for (index, pair) in pairs.enumerated() {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if pairs[ends[middle]].1 < pair.1 { low = middle + 1 } else { high = middle }
            }
            if low > 0 { before[index] = ends[low - 1] }
            if low == ends.count { ends.append(index) } else { ends[low] = index }
        }
        var chosen: [(Int, Int)] = []
        var index = ends.last ?? -1
        while index >= 0 {
            chosen.append(pairs[index])
            index = before[index]
        }
        return chosen.reversed()
    }

    /// The longest common subsequence, by dynamic programming.
    private static func shortAligned(_ a: [String], _ b: [String]) -> [Line] {
        let width = b.count + 1
        var lengths = [Int32](repeating: 0, count: (a.count + 1) * width)
        for i in a.indices.reversed() {
            for j in b.indices.reversed() {
                lengths[i * width + j] = a[i] == b[j] ? lengths[(i + 1) * width + j + 1] + 1 : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
            }
        }
        var lines: [Line] = []
        var (i, j) = (0, 0)
        while i < a.count || j < b.count {
            if i < a.count, j < b.count, a[i] == b[j] {
                lines.append(.same(a[i]))
                (i, j) = (i + 1, j + 1)
            } else if i < a.count, j == b.count || lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
                lines.append(.missing(a[i]))
                i += 1
            } else {
                lines.append(.unexpected(b[j]))
                j += 1
            }
        }
        return lines
    }

    /// The lines that differ, with two of their neighbours each way: `-` expected, `+` found.
    package func text(on screen: ScreenShape) -> String {
        let near = 2
        let differing = lines.indices.filter { if case .same = lines[$0] { false } else { true } }
        var shown = Set<Int>()
        for place in differing { for line in max(0, place - near)...min(lines.count - 1, place + near) { shown.insert(line) } }
        var text = ""
        var last = -1
        for place in shown.sorted().prefix(200) {
            if place > last + 1 { text += "  …\n" }
            last = place
            switch lines[place] {
            case .same(let line): text += "    \(ExpectedValue.escaped(line))\n"
            case .missing(let line): text += painted("  - \(ExpectedValue.escaped(line))", "31", screen) + "\n"
            case .unexpected(let line): text += painted("  + \(ExpectedValue.escaped(line))", "32", screen) + "\n"
            }
        }
        if last < lines.count - 1 { text += "  …\n" }
        return text
    }

    private func painted(_ text: String, _ colour: String, _ screen: ScreenShape) -> String { screen.hasColours ? "\u{1b}[\(colour)m\(text)\u{1b}[0m" : text }
}
