import Catalog
import Testing

import MasticServer

@Suite struct ServerMetricsTests {
    private func run(_ job: String, _ state: RunState, seconds: Double? = nil, read: Int? = nil, written: Int? = nil, kind: RunNode.Kind = .job) -> RunRecord {
        var run = RunRecord(id: "jr_1", kind: kind, job: job, state: state, started: 100)
        (run.finished, run.details.began) = (110, seconds.map { 110 - $0 })
        (run.details.rowsRead, run.details.rowsWritten) = (read, written)
        return run
    }

    private func lines(_ metrics: ServerMetrics, role: ServerRole = .active, catalog: CatalogFigures? = CatalogFigures(runs: [:], depth: 0, since: nil)) -> [String] {
        let process = ProcessFigures(residentBytes: 4096, cpuSeconds: 1.25, openDescriptors: 7, started: 1000)
        return metrics.text(version: "1.2.3", role: role, catalog: catalog, process: process, now: 500).split(separator: "\n").map(String.init)
    }

    @Test func endedRunsAreCounted() {
        let metrics = ServerMetrics()
        metrics.runEnded(run("sales", .succeeded, seconds: 3, read: 10, written: 4))
        metrics.runEnded(run("sales", .succeeded, seconds: 0.2, read: 5))
        metrics.runEnded(run("sales", .failed))
        metrics.runEnded(run("sales", .succeeded, seconds: 1, kind: .crawler))
        let lines = lines(metrics)
        for line in [
            #"mastic_runs_total{job="sales",kind="job",state="SUCCEEDED"} 2"#, #"mastic_runs_total{job="sales",kind="job",state="FAILED"} 1"#,
            #"mastic_runs_total{job="sales",kind="crawler",state="SUCCEEDED"} 1"#, #"mastic_run_duration_seconds_bucket{kind="job",le="0.25"} 1"#,
            #"mastic_run_duration_seconds_bucket{kind="job",le="5"} 2"#, #"mastic_run_duration_seconds_count{kind="job"} 2"#,
            #"mastic_run_duration_seconds_sum{kind="crawler"} 1"#, #"mastic_rows_read_total{job="sales"} 15"#, #"mastic_rows_written_total{job="sales"} 4"#,
        ] { #expect(lines.contains(line), "\(line)") }
    }

    @Test func whatTheCatalogSaysIsThereForEveryState() {
        let lines = lines(ServerMetrics(), catalog: CatalogFigures(runs: [.running: 2, .failed: 1], depth: 3, since: 480))
        for line in [
            #"mastic_runs{state="RUNNING"} 2"#, #"mastic_runs{state="FAILED"} 1"#, #"mastic_runs{state="WAITING"} 0"#, "mastic_queue_depth 3",
            "mastic_queue_oldest_seconds 20", "mastic_catalog_up 1", "mastic_scheduler_active 1", #"mastic_build_info{version="1.2.3"} 1"#,
            "process_resident_memory_bytes 4096", "process_start_time_seconds 1000",
        ] { #expect(lines.contains(line), "\(line)") }
        #expect(lines.filter { $0.hasPrefix("mastic_runs{") }.count == RunState.allCases.count)
    }

    @Test func aCatalogThatCannotBeReadIsLeftOut() {
        let lines = lines(ServerMetrics(), role: .standby, catalog: nil)
        #expect(lines.contains("mastic_catalog_up 0"))
        #expect(lines.contains("mastic_scheduler_active 0"))
        #expect(!lines.contains { $0.hasPrefix("mastic_queue_depth") || $0.hasPrefix("mastic_runs{") })
    }

    @Test func ticksAreMeasured() {
        let metrics = ServerMetrics()
        metrics.schedulerTicked(seconds: 0.004, lag: 0)
        metrics.schedulerTicked(seconds: 0.2, lag: 1.5)
        metrics.schedulerFailed(CatalogError(.staleLease, "x"))
        let lines = lines(metrics)
        for line in [
            #"mastic_scheduler_tick_seconds_bucket{le="0.005"} 1"#, #"mastic_scheduler_tick_seconds_bucket{le="+Inf"} 2"#, "mastic_scheduler_lag_seconds 1.5",
            "mastic_scheduler_errors_total 1",
        ] { #expect(lines.contains(line), "\(line)") }
    }

    /// What a scraper refuses: a type that comes twice, and samples away from their family.
    @Test func familiesAreWholeAndComeOnce() {
        let metrics = ServerMetrics()
        metrics.runEnded(run("a", .succeeded, seconds: 3, read: 10))
        metrics.runEnded(run("b", .stopped, seconds: 3, kind: .crawler))
        var family = ""
        var seen: Set<String> = []
        for line in lines(metrics) {
            if line.hasPrefix("# HELP ") {
                family = line.split(separator: " ").map(String.init)[2]
                #expect(seen.insert(family).inserted, "\(family)")
            } else if !line.hasPrefix("#") {
                let name = String(line.prefix { $0 != "{" && $0 != " " })
                #expect(["", "_bucket", "_sum", "_count"].contains { name == family + $0 }, "\(line)")
            }
        }
        #expect(seen.count > 15)
    }
}
