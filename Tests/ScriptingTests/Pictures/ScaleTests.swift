import Testing

import Scripting

/// Numbers and moments as axes show them.
@Suite struct ScaleTests {
    @Test(arguments: [
        (0, "0"), (1, "1"), (12.6, "12.6"), (1_234_567, "1,234,567"), (-0.5, "-0.5"), (0.001234, "0.001234"), (1.5e-7, "1.5e-7"), (1e15, "1e15"), (-2.5e20, "-2.5e20"),
        (Double.nan, "NaN"), (Double.infinity, "inf"), (-Double.infinity, "-inf"), (99999.5, "100,000"), (0.1 + 0.2, "0.3"),
    ]) func valuesReadWell(value: Double, text: String) {
        #expect(NumberText.value(value) == text)
    }

    @Test func sharesNeverLookLikeNothingOrAll() {
        #expect(NumberText.share(0, of: 10) == "0 %")
        #expect(NumberText.share(1, of: 100_000) == "<0.1 %")
        #expect(NumberText.share(99_999, of: 100_000) == ">99.9 %")
        #expect(NumberText.share(10, of: 10) == "100 %")
        #expect(NumberText.share(25, of: 1000) == "2.5 %")
    }

    private func labels(_ low: Double, _ high: Double, _ unit: AxisUnit = .number, most: Int = 5, log: Bool = false, isRound: Bool = true) -> [String] {
        Scale(low, high, unit: unit, most: most, isLogarithmic: log, isRound: isRound).ticks.map(\.label)
    }

    @Test func ticksAreRound() {
        #expect(labels(0, 100, most: 6) == ["0", "20", "40", "60", "80", "100"])
        #expect(labels(3.2, 17) == ["0", "5", "10", "15", "20"])
        #expect(labels(0, 9, .whole) == ["0", "5", "10"])
        #expect(labels(0, 1, .whole) == ["0", "1"])
        #expect(labels(0, 3_400_000) == ["0", "1M", "2M", "3M", "4M"])
        #expect(labels(0.00001, 0.00005) == ["1e-5", "2e-5", "3e-5", "4e-5", "5e-5"])
        #expect(labels(1, 50000, most: 6, log: true) == ["1", "10", "100", "1,000", "10,000", "100,000"])
    }

    @Test func oneValueStandsInTheMiddle() {
        #expect(Scale(5, 5, unit: .number, most: 5).place(5) == 0.5)
        #expect(Scale(0, 0, unit: .number, most: 5).place(0) == 0.5)
    }

    @Test func theGreatestNumbersHavePlaces() {
        let scale = Scale(-.greatestFiniteMagnitude, .greatestFiniteMagnitude, unit: .number, most: 4)
        #expect(scale.place(0) == 0.5)
        #expect(scale.place(.greatestFiniteMagnitude) == 1)
        #expect(scale.place(.nan) == nil)
    }

    @Test func momentsAreLabelledAsShortAsTheirStepAllows() {
        #expect(labels(20089, 20454, .date, isRound: false) == ["2025-01", "2025-04", "2025-07", "2025-10", "2026-01"])
        #expect(labels(20089, 20095, .date, isRound: false) == ["2025-01-02", "2025-01-04", "2025-01-06"])
        #expect(labels(1.7e15, 1.7e15 + 7200e6, .timestamp, isRound: false) == ["22:30", "23:00", "23:30", "11-15"])
        #expect(labels(0, 5e16, .timestamp, isRound: false) == ["2000", "2500", "3000", "3500"])
    }

    @Test func binsLieBetweenRoundNumbers() {
        #expect(HistogramBins(low: 1, high: 6, count: 6000, unit: .whole).edges == [1, 2, 3, 4, 5, 6, 7])
        #expect(HistogramBins(low: 0.13, high: 0.97, count: 50, unit: .number).edges == [0, 0.2, 0.4, 0.6, 0.8, 1])
        #expect(HistogramBins(low: 0, high: 10, count: 50, unit: .number, wanted: 4).edges == [0, 2.5, 5, 7.5, 10])
        #expect(HistogramBins(low: 3, high: 3, count: 50, unit: .whole).count == 1)
    }

    @Test func labelsAreOneLineAndFit() {
        #expect(TerminalText.cut("東京タワー", to: 6) == "東京…")
        #expect(TerminalText.width("東京") == 4)
        #expect(LabelText.clean("a\u{1b}[3m\nb\u{202e}") == "a·[3m·b·")
        #expect(Markup.escaped("<a & \"b\">\u{1}") == "&lt;a &amp; &quot;b&quot;&gt;\u{fffd}")
    }
}
