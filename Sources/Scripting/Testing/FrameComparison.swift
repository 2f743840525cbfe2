internal import Columnar

/// Rows that were expected against rows that were found.
///
/// Rows are paired in three steps: equal ones first, whatever their order; then those whose key columns are equal, or, where no key is named, those that agree in most of
/// their cells, as changed; what is left over is missing or unexpected. Equal rows count as often as they stand there.
package struct FrameComparison {
    let columns: [String]
    let expected: [[LuaValue]]
    let found: [[LuaValue]]

    /// Numbers of expected rows that were not found.
    package private(set) var missing: [Int] = []
    /// Numbers of found rows that were not expected.
    package private(set) var unexpected: [Int] = []
    package private(set) var changed: [Change] = []
    /// The first row that stands elsewhere than expected, where the rows are the same and their order counts.
    package private(set) var misplaced: Int?

    package struct Change: Equatable {
        package let expected: Int
        package let found: Int
        /// The columns that differ.
        let columns: [Int]

        package init(expected: Int, found: Int, columns: [Int]) { (self.expected, self.found, self.columns) = (expected, found, columns) }
    }

    package struct Options {
        /// Whether the order of the rows counts.
        var isOrdered = false
        /// Names of columns that tell rows apart.
        var key: [String] = []
        /// How far numbers may lie apart.
        var tolerance = 0.0

        package init(isOrdered: Bool = false, key: [String] = [], tolerance: Double = 0) { (self.isOrdered, self.key, self.tolerance) = (isOrdered, key, tolerance) }
    }

    /// Beyond this many rows left over, rows are paired by their keys alone: finding the likest would take too long.
    private static let mostLikened = 400

    package var isEqual: Bool { missing.isEmpty && unexpected.isEmpty && changed.isEmpty && misplaced == nil }

    package init(columns: [String], expected: [[LuaValue]], found: [[LuaValue]], options: Options = Options()) {
        (self.columns, self.expected, self.found) = (columns, expected, found)
        let expectedKeys = expected.map { row in row.map { ExpectedValue.key($0) } }
        let foundKeys = found.map { row in row.map { ExpectedValue.key($0) } }
        func whole(_ keys: [String]) -> String { keys.map(ExpectedValue.sized).joined() }

        var places: [String: [Int]] = [:]
        for (number, keys) in foundKeys.enumerated().reversed() { places[whole(keys), default: []].append(number) }
        var taken = Set<Int>()
        var (left, partners): ([Int], [Int: Int]) = ([], [:])
        for (number, keys) in expectedKeys.enumerated() {
            if let place = places[whole(keys)]?.popLast() {
                taken.insert(place)
                partners[number] = place
            } else {
                left.append(number)
            }
        }
        var over = found.indices.filter { !taken.contains($0) }

        func agrees(_ row: Int, _ other: Int, _ column: Int) -> Bool {
            expectedKeys[row][column] == foundKeys[other][column]
                || options.tolerance > 0 && ExpectedValue.isNear(expected[row][column], found[other][column], tolerance: options.tolerance)
        }
        if options.tolerance > 0 {
            left.removeAll { row in
                guard let place = over.firstIndex(where: { other in columns.indices.allSatisfy { agrees(row, other, $0) } }) else { return false }
                partners[row] = over[place]
                over.remove(at: place)
                return true
            }
        }

        var pairs: [(expected: Int, found: Int)] = []
        let keyColumns = options.key.compactMap { columns.firstIndex(of: $0) }
        if !keyColumns.isEmpty {
            var byKey: [String: [Int]] = [:]
            for other in over.reversed() { byKey[whole(keyColumns.map { foundKeys[other][$0] }), default: []].append(other) }
            for row in left {
                if let other = byKey[whole(keyColumns.map { expectedKeys[row][$0] })]?.popLast() { pairs.append((row, other)) }
            }
        } else if left.count <= Self.mostLikened, over.count <= Self.mostLikened {
            var candidates: [(score: Int, expected: Int, found: Int)] = []
            for row in left {
                for other in over {
                    let score = columns.indices.count { agrees(row, other, $0) }
                    // Half of the cells and at least one.
                    if score > 0, score * 2 >= columns.count { candidates.append((score, row, other)) }
                }
            }
            candidates.sort { ($1.score, $0.expected, $0.found) < ($0.score, $1.expected, $1.found) }
            var (usedRows, usedOthers) = (Set<Int>(), Set<Int>())
            for candidate in candidates where !usedRows.contains(candidate.expected) && !usedOthers.contains(candidate.found) {
                usedRows.insert(candidate.expected)
                usedOthers.insert(candidate.found)
                pairs.append((candidate.expected, candidate.found))
            }
        }
        changed = pairs.sorted { $0.expected < $1.expected }.map { pair in
            Change(expected: pair.expected, found: pair.found, columns: columns.indices.filter { !agrees(pair.expected, pair.found, $0) })
        }
        let (pairedRows, pairedOthers) = (Set(pairs.map(\.expected)), Set(pairs.map(\.found)))
        missing = left.filter { !pairedRows.contains($0) }
        unexpected = over.filter { !pairedOthers.contains($0) }
        if options.isOrdered, missing.isEmpty, unexpected.isEmpty, changed.isEmpty {
            misplaced = expected.indices.first { row in !columns.indices.allSatisfy { agrees(row, row, $0) } }
        }
    }
}
