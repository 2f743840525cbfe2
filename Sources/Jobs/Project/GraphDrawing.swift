/// A directed graph as lines of text: a node a line, in an order in which every node stands below those that lead to it, and beside them the ways between them.
///
///     ◆      start
///     ├─┬─╮
///     ● │ │  load_sales
///     │ ● │  load_customers
///     │ │ ●  load_products
///     ├─┴─╯
///     ◆      when_loaded
///     ●      join
///
/// A way keeps its column from the node that it leaves to the one that it enters. A node takes the leftmost of the ways that enter it, and of the nodes that may
/// come next the one with the leftmost way does: so a branch is drawn to its end before the next one, where nothing else keeps it waiting.
public struct GraphDrawing: Sendable {
    public struct Line: Hashable, Sendable {
        /// The ways, and the node's mark; as wide in every line.
        public let lanes: String
        /// Which node stands here; nil for a line of ways alone.
        public let node: Int?
    }

    public let lines: [Line]
    /// Edges that lead up: a cycle has one at least, and they are not drawn.
    public let undrawn: [(from: Int, to: Int)]

    /// - Parameters:
    ///   - marks: one for each node.
    ///   - edges: pairs of places in `marks`; an edge that stands twice is drawn once.
    public init(marks: [Character], edges: [(from: Int, to: Int)]) {
        var following: [[Int]] = Array(repeating: [], count: marks.count)
        var missing = Array(repeating: 0, count: marks.count)
        for (from, to) in edges where from != to && !following[from].contains(to) {
            following[from].append(to)
            missing[to] += 1
        }
        var drawing = Lanes()
        var undrawn: [(from: Int, to: Int)] = edges.filter { $0.from == $0.to }
        var isPlaced = Array(repeating: false, count: marks.count)
        for _ in marks.indices {
            // The ready node with the leftmost way, else the first ready one, else, in a cycle, the first one left.
            let left = marks.indices.filter { !isPlaced[$0] }
            let ready = left.filter { missing[$0] == 0 }
            guard let node = drawing.lanes.lazy.compactMap({ $0 }).first(where: { ready.contains($0) }) ?? ready.first ?? left.first else { break }
            isPlaced[node] = true
            for target in following[node] {
                missing[target] -= 1
                if isPlaced[target] { undrawn.append((node, target)) }
            }
            drawing.place(node, marks[node], following: following[node].filter { !isPlaced[$0] })
        }
        let width = drawing.lines.map(\.lanes.count).max() ?? 0
        lines = drawing.lines.map { Line(lanes: $0.lanes + String(repeating: " ", count: width - $0.lanes.count), node: $0.node) }
        self.undrawn = undrawn
    }

    /// The columns while lines are drawn: each holds the node that its way leads to.
    private struct Lanes {
        var lanes: [Int?] = []
        var lines: [Line] = []

        mutating func place(_ node: Int, _ mark: Character, following: [Int]) {
            let entering = lanes.indices.filter { lanes[$0] == node }
            let column = entering.first ?? lanes.firstIndex(of: nil) ?? lanes.count
            if column == lanes.count { lanes.append(node) }
            lanes[column] = node
            if entering.count > 1 {
                draw(joining: entering, ends: ("┴", "╯"))
                for other in entering.dropFirst() { lanes[other] = nil }
            }
            lines.append(Line(lanes: row { $0 == column ? mark : lanes[$0] == nil ? " " : "│" }, node: node))
            lanes[column] = following.first
            var taken = [column]
            for target in following.dropFirst() {
                let free = lanes.indices.first { $0 > column && lanes[$0] == nil } ?? lanes.count
                if free == lanes.count { lanes.append(target) } else { lanes[free] = target }
                taken.append(free)
            }
            taken.sort()
            if taken.count > 1 { draw(joining: taken, ends: ("┬", "╮")) }
            while let last = lanes.last, last == nil { lanes.removeLast() }
        }

        /// A line that joins the first of some columns with the others.
        private mutating func draw(joining columns: [Int], ends: (middle: Character, last: Character)) {
            guard let first = columns.first, let last = columns.last else { return }
            let text = row(between: { $0 >= first && $0 < last }) { i in
                if i == first { return "├" }
                if columns.contains(i) { return i == last ? ends.last : ends.middle }
                if i > first, i < last { return lanes[i] == nil ? "─" : "┼" }
                return lanes[i] == nil ? " " : "│"
            }
            lines.append(Line(lanes: text, node: nil))
        }

        private func row(between isJoined: (Int) -> Bool = { _ in false }, _ character: (Int) -> Character) -> String {
            var text = ""
            for i in lanes.indices {
                text.append(character(i))
                if i + 1 < lanes.count { text.append(isJoined(i) ? "─" : " ") }
            }
            while text.last == " " { text.removeLast() }
            return text
        }
    }
}
