import Catalog
import Jobs
import Testing

import mastic

@Suite struct ProjectTextTests {
    private func trigger(_ name: String, after jobs: [String], start: [String], schedule: String? = nil) -> TriggerRecord {
        var trigger = TriggerRecord(name: name, type: jobs.isEmpty ? .scheduled : .conditional, actions: start.map { TriggerRecord.Action(job: $0) })
        trigger.schedule = schedule
        if !jobs.isEmpty { trigger.predicate = TriggerRecord.Predicate(.and, jobs.map { TriggerRecord.Condition(job: $0) }) }
        return trigger
    }

    private var triggers: [TriggerRecord] {
        var alert = trigger("alert", after: ["load_products"], start: ["tell"])
        alert.predicate = TriggerRecord.Predicate(.any, [TriggerRecord.Condition(job: "load_sales", state: .failed), TriggerRecord.Condition(job: "load_products", state: .failed)])
        return [
            trigger("start", after: [], start: ["load_sales", "load_customers", "load_products"], schedule: "cron(0 2 * * ? *)"),
            trigger("loaded", after: ["load_sales", "load_customers", "load_products"], start: ["join"]), alert,
        ]
    }

    private func run(_ id: String, _ job: String, _ state: RunState, from start: Double, to end: Double?, trigger: String = "start", error: String? = nil) -> RunRecord {
        var run = RunRecord(id: id, job: job, state: state, started: start)
        (run.finished, run.trigger, run.error) = (end, trigger, error)
        return run
    }

    @Test func aDefinitionIsDrawn() {
        let text = WorkflowText.graph(WorkflowGraph(triggers), descriptions: ["join": "Joins it all"], now: 0, width: nil, hasColours: false)
        #expect(
            text == """
                ◆          start           cron(0 2 * * ? *)
                ├─┬─╮
                ● │ │      load_sales
                ├─┼─┼─╮
                │ ● │ │    load_customers
                │ │ ● │    load_products
                │ │ ├─┼─╮
                ├─┴─╯ │ │
                ◆     │ │  loaded          after all of load_sales, load_customers, load_products
                ●     │ │  join            Joins it all
                      ├─╯
                      ◆    alert           after any of load_sales FAILED, load_products FAILED
                      ●    tell

                """)
    }

    @Test func aRunIsDrawnWithItsStates() {
        var retried = run("jr_1", "load_customers", .failed, from: 0, to: 2)
        retried.isSuperseded = true
        var second = run("jr_2", "load_customers", .succeeded, from: 5, to: 40)
        second.attempt = 1
        second.details.rowsWritten = 1_234_567
        let workflowRun = WorkflowRunRecord(id: "wr_1", workflow: "w", properties: [:], triggers: triggers, started: 0)
        let graph = WorkflowGraph(
            triggers, run: workflowRun,
            runs: [
                run("jr_0", "load_sales", .succeeded, from: 0, to: 12.34), retried, second, run("jr_3", "load_products", .failed, from: 0, to: 1, error: "a.lua:7: no\nstack"),
                run("jr_4", "tell", .running, from: 41, to: nil, trigger: "alert"),
            ])
        #expect(
            WorkflowText.graph(graph, now: 50, width: nil, hasColours: false) == """
                ◆          start           cron(0 2 * * ? *)
                ├─┬─╮
                ✔ │ │      load_sales      SUCCEEDED  12.3 s
                ├─┼─┼─╮
                │ ✔ │ │    load_customers  SUCCEEDED  35.0 s  attempt 2, 1,234,567 rows
                │ │ ✖ │    load_products   FAILED      1.0 s  a.lua:7: no
                │ │ ├─┼─╮
                ├─┴─╯ │ │
                ◇     │ │  loaded          after all of load_sales, load_customers, load_products
                ○     │ │  join
                      ├─╯
                      ◆    alert           after any of load_sales FAILED, load_products FAILED
                      ▶    tell            RUNNING     9.0 s

                """)
        let narrow = WorkflowText.graph(graph, now: 50, width: 60, hasColours: false)
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 60 })
        #expect(WorkflowText.graph(graph, now: 50, width: nil, hasColours: true).contains("\u{1b}[31m✖\u{1b}[0m"))
    }

    @Test func runsAreATable() {
        var run = RunRecord(id: "jr_0123456789abcdef", job: "a", state: .failed, started: 1_769_738_400)
        (run.finished, run.trigger, run.error, run.attempt) = (1_769_738_461, "nightly", "a.lua:1: what is said is quite long\nand goes on", 2)
        run.details.rowsWritten = 12_345
        let table = RunListing.text([run], asTable: true, width: 90, hasColours: false).split(separator: "\n").map(String.init)
        #expect(table.count == 4)
        #expect(table[0] == "run          state   attempt  trigger  started              took    rows")
        #expect(table[2].hasPrefix("jr_01234567  FAILED  2        nightly  "))
        #expect(table[2].hasSuffix("  1m 01s  12,345"))
        #expect(table[3] == "  a.lua:1: what is said is quite long")
        let narrow = RunListing.text([run], asTable: true, width: 30, hasColours: false).split(separator: "\n").map(String.init)
        #expect(narrow.suffix(2) == ["  a.lua:1: what is said is", "  quite long"])
        // Columns that say nothing are left out; the jobs are named where there are several.
        (run.attempt, run.trigger, run.error, run.details.rowsWritten) = (0, nil, nil, nil)
        let all = RunListing.text([run], namesJobs: true, asTable: true, width: 90, hasColours: true).split(separator: "\n").map(String.init)
        #expect(all[0] == "run          job  state   started              took")
        #expect(all[2].hasPrefix("jr_01234567  a    \u{1b}[31mFAILED\u{1b}[0m  "))
        #expect(all.count == 3)
        #expect(RunListing.text([run], asTable: false) == "jr_0123456789abcdef\n")
    }

    @Test func listingsFitTheTerminal() {
        var listing = Listing("name", "description")
        listing.rows = [["a", "a long description of what it is"], ["b", ""]]
        #expect(listing.render(asTable: true, width: 24, hasColours: false) == "name  description\n----  ------------------\na     a long descriptio…\nb\n")
        listing.style = { column, _ in column == 0 ? .green : nil }
        #expect(listing.render(asTable: true, width: nil, hasColours: true).contains("\u{1b}[32ma   \u{1b}[0m"))
    }
}
