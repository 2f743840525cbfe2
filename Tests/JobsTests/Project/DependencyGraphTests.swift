import Catalog
import Testing

import Jobs

@Suite struct DependencyGraphTests {
    private func after(_ jobs: [String], start: [String], _ name: String, workflow: String? = nil) -> TriggerRecord {
        var trigger = TriggerRecord(name: name, type: jobs.isEmpty ? .onDemand : .conditional, actions: start.map { TriggerRecord.Action(job: $0) })
        if !jobs.isEmpty { trigger.predicate = TriggerRecord.Predicate(.and, jobs.map { TriggerRecord.Condition(job: $0) }) }
        trigger.workflowName = workflow
        return trigger
    }

    @Test func diamondsAreNoCycles() {
        let graph = DependencyGraph([
            after([], start: ["a"], "go"), after(["a"], start: ["b", "c"], "split"), after(["b", "c"], start: ["d"], "join"),
        ])
        #expect(graph.cycles.isEmpty)
        #expect(graph.unmetConditions.isEmpty)
        #expect(graph.startTriggers.map(\.name) == ["go"])
    }

    @Test func cyclesAreNamed() {
        let graph = DependencyGraph([
            after(["a"], start: ["b"], "t1"), after(["b"], start: ["c", "x"], "t2"), after(["c"], start: ["a"], "t3"), after(["x"], start: ["y"], "t4"),
        ])
        #expect(graph.cycles.map(\.description) == ["job 'a' -> trigger 't1' -> job 'b' -> trigger 't2' -> job 'c' -> trigger 't3' -> job 'a'"])
    }

    @Test func aJobMayNotFollowItself() {
        #expect(DependencyGraph([after(["a"], start: ["a"], "again")]).cycles.map(\.description) == ["job 'a' -> trigger 'again' -> job 'a'"])
    }

    @Test func twoCyclesAreTwo() {
        let graph = DependencyGraph([
            after(["a"], start: ["b"], "t1"), after(["b"], start: ["a"], "t2"), after(["c"], start: ["d"], "t3"), after(["d"], start: ["c"], "t4"),
        ])
        #expect(graph.cycles.count == 2)
    }

    @Test func aJobAndACrawlerOfOneNameAreTwo() {
        var trigger = TriggerRecord(name: "t", type: .conditional, actions: [TriggerRecord.Action(crawler: "a")])
        trigger.predicate = TriggerRecord.Predicate(.and, [TriggerRecord.Condition(job: "a")])
        #expect(DependencyGraph([trigger]).cycles.isEmpty)
    }

    @Test func workflowsAreGraphsOfTheirOwn() {
        let graphs = DependencyGraph.graphs(of: [after(["a"], start: ["b"], "t1", workflow: "w"), after(["b"], start: ["a"], "t2")])
        #expect(graphs.count == 2)
        #expect(graphs.values.allSatisfy { $0.cycles.isEmpty })
        #expect(graphs["w"]?.unmetConditions.map(\.node.name) == ["a"])
    }

    @Test func longChainsNeedNoStack() {
        let chain = (0..<20_000).map { after(["j\($0)"], start: ["j\($0 + 1)"], "t\($0)") }
        #expect(DependencyGraph(chain).cycles.isEmpty)
        let closed = DependencyGraph(chain + [after(["j20000"], start: ["j0"], "back")])
        #expect(closed.cycles.first?.nodes.count == 20_001)
    }
}

@Suite struct GraphDrawingTests {
    /// The drawing with the nodes' names: `s>a,b` leads from s to a and b.
    private func drawing(_ ways: String) -> String {
        var names: [String] = []
        func place(_ name: Substring) -> Int {
            if let place = names.firstIndex(of: String(name)) { return place }
            names.append(String(name))
            return names.count - 1
        }
        var edges: [(from: Int, to: Int)] = []
        for way in ways.split(separator: " ") {
            let ends = way.split(separator: ">")
            let from = place(ends[0])
            if ends.count == 2 { for to in ends[1].split(separator: ",") { edges.append((from, place(to))) } }
        }
        let drawing = GraphDrawing(marks: names.map { _ in "●" }, edges: edges)
        var text = drawing.lines.map { line -> String in
            var row = line.lanes + (line.node.map { " " + names[$0] } ?? "")
            while row.last == " " { row.removeLast() }
            return row + "\n"
        }.joined()
        for (from, to) in drawing.undrawn { text += "\(names[from]) back to \(names[to])\n" }
        return text
    }

    @Test func aChain() { #expect(drawing("a>b b>c") == "● a\n● b\n● c\n") }

    @Test func fanOutAndFanIn() {
        #expect(
            drawing("s>a,b,c a>j b>j c>j j>e") == """
                ●     s
                ├─┬─╮
                ● │ │ a
                │ ● │ b
                │ │ ● c
                ├─┴─╯
                ●     j
                ●     e

                """)
    }

    @Test func waysThatCross() {
        let lines = drawing("s>a,b a>ok,bad b>ok,bad ok>publish bad>alert").split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "●       s", "├─╮", "● │     a", "├─┼─╮", "│ ● │   b", "│ ├─┼─╮", "├─╯ │ │", "●   │ │ ok", "●   │ │ publish", "    ├─╯", "    ●   bad",
                "    ●   alert",
            ])
    }

    @Test func aBranchIsDrawnToItsEnd() {
        #expect(
            drawing("s>a,b a>a2 a2>a3 b>b2") == """
                ●   s
                ├─╮
                ● │ a
                ● │ a2
                ● │ a3
                  ● b
                  ● b2

                """)
    }

    @Test func severalBeginnings() { #expect(drawing("a>c b>c") == "●   a\n│ ● b\n├─╯\n●   c\n") }

    @Test func cyclesEnd() {
        #expect(drawing("a>b b>a") == "● a\n● b\nb back to a\n")
        #expect(drawing("a>a") == "● a\na back to a\n")
    }

    @Test func nothing() { #expect(GraphDrawing(marks: [], edges: []).lines.isEmpty) }
}

@Suite struct QuantityTests {
    @Test(arguments: [("500ms", 0.5), ("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), ("1.5h", 5400), ("2 minutes", 120), ("1d 12h", 129_600)])
    func lengths(text: String, seconds: Double) { #expect(Quantity.seconds(text) == seconds) }

    @Test(arguments: ["", "5", "soon", "-5s", "1y", "1h30", "h", "1e3s", "s5", "999999999999d"]) func noLengths(text: String) { #expect(Quantity.seconds(text) == nil) }

    @Test(arguments: [(0.5, "500ms"), (90, "1m30s"), (7200, "2h"), (129_600, "1d12h"), (0, "0s"), (.infinity, "0s"), (-1, "0s")] as [(Double, String)])
    func lengthsAsText(seconds: Double, text: String) { #expect(Quantity.duration(seconds) == text) }

    @Test(arguments: [(0, "0.000 s"), (0.0421, "0.042 s"), (12.34, "12.3 s"), (59.96, "1m 00s"), (192, "3m 12s"), (7500, "2h 05m"), (97200, "1d 03h"), (.nan, "")] as [(Double, String)])
    func measuredTimes(seconds: Double, text: String) { #expect(Quantity.elapsed(seconds) == text) }

    @Test(arguments: [("512MiB", 512 << 20), ("4GB", 4_000_000_000), ("1.5k", 1536), ("100", 100), ("2 TiB", 2 << 40)])
    func sizes(text: String, bytes: Int) { #expect(Quantity.bytes(text) == bytes) }

    @Test(arguments: ["", "x", "-1", "1.2.3", "5 apples", "1e99", "999999999TiB"]) func noSizes(text: String) { #expect(Quantity.bytes(text) == nil) }
}
