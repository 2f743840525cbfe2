import Testing

import Scripting

/// Pictures to the letter.
@Suite struct ChartTextTests {
    private func text(_ chart: Chart) -> String { ChartText(chart, on: ScreenShape()).text }

    @Test func bars() {
        let chart = Chart(
            title: "count by carrier", content: .bars(labels: ["UA", "Delta Air Lines Inc. of America", "others (13)"], values: [[58665, -48110, 120.5]]), series: ["count"],
            x: Chart.Axis(title: "carrier"), y: Chart.Axis(title: "count"), notes: ["A note that is long enough to be broken in two lines."], width: 44)
        #expect(
            text(chart) == """
                count by carrier
                UA                      │███████████ 58,665
                Delta Air Lin… █████████│ -48,110
                others (13)             │▏ 120.5
                A note that is long enough to be broken in
                two lines.

                """)
    }

    @Test func histogram() {
        let chart = Chart(
            title: "", content: .histogram(edges: [0, 10, 20, 30, 40], counts: [4, 9, 1, 0]), series: ["count"], x: Chart.Axis(title: "delay"),
            y: Chart.Axis(title: "count", unit: .whole), width: 30, height: 8)
        #expect(
            text(chart) == """
                count
                10 ┤      ▃▃▃▃▃
                   │      █████
                   │      █████
                 5 ┤▃▃▃▃▃ █████
                   │█████ █████
                   │█████ █████ ▅▅▅▅▅
                 0 ┴┬───────────┬──────────┬
                    0          20         40
                             delay

                """)
    }

    @Test func lines() {
        let points = [Chart.Point(0, 0), Chart.Point(1, 4), Chart.Point(2, 2)]
        let chart = Chart(title: "y over x", content: .lines([points]), series: ["y"], x: Chart.Axis(title: "x"), y: Chart.Axis(title: "y"), width: 24, height: 7)
        #expect(
            text(chart) == """
                y over x
                5 ┤
                  │        ⢀⠔⠊⠑⠒⠤⢄⡀
                  │     ⢀⠤⠊⠁      ⠈⠉⠒⠢⠤⣀
                  │  ⢀⡠⠒⠁
                0 ┤⡠⠔⠁
                  └┬─────────┬─────────┬
                   0         1         2

                """)
    }

    @Test func manyPointsAreShaded() {
        let points = [Chart.Point(0, 0), Chart.Point(1, 4, weight: 50), Chart.Point(2, 2, weight: 3)]
        let chart = Chart(title: "y over x", content: .scatter([points]), series: ["y"], x: Chart.Axis(title: "x"), y: Chart.Axis(title: "y"), width: 24, height: 7)
        #expect(
            text(chart) == """
                y over x
                5 ┤
                  │          █
                  │                    ░
                  │
                0 ┤·
                  └┬───────────────────┬
                   0                   2

                """)
    }

    @Test func coloursOnlyWhereThereAreSome() {
        let chart = Chart(title: "t", content: .bars(labels: ["a"], values: [[1], [2]]), series: ["v", "w"], x: Chart.Axis(title: "k"), y: Chart.Axis(title: "v"))
        #expect(!text(chart).contains("\u{1b}"))
        let coloured = ChartText(chart, on: ScreenShape(width: 80, height: 24, hasColours: true)).text
        #expect(coloured.contains("\u{1b}[34m■\u{1b}[0m v  \u{1b}[33m■\u{1b}[0m w\n"))
    }

    @Test func smallHistogramsShowWhatIsThere() {
        #expect(ProfileText.bars([8, 4, 1, 0, 0.001]) == "█▄▁ ▁")
        #expect(ProfileText.bars([0, 0]) == "")
    }
}
