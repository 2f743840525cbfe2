import Testing

import MasticServer

@Suite struct PrometheusTextTests {
    @Test func aFamilyHasItsHelpItsTypeAndItsSamples() {
        var text = PrometheusText()
        text.begin("runs", .gauge, "Runs by\nstate \\ of \"all\".")
        text.add(3, [("state", "RUNNING"), ("job", "a \"b\"\\c\nd")])
        text.add("up", .counter, "Up.", 0.5)
        #expect(
            text.text == """
                # HELP runs Runs by\\nstate \\\\ of "all".
                # TYPE runs gauge
                runs{state="RUNNING",job="a \\"b\\"\\\\c\\nd"} 3
                # HELP up Up.
                # TYPE up counter
                up 0.5

                """)
    }

    @Test(arguments: [
        (0, "0"), (-3, "-3"), (1.5, "1.5"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0.001, "0.001"),
        (1_795_262_400.125, "1795262400.125"),
    ] as [(Double, String)]) func numbersAreThoseOfTheFormat(_ value: Double, _ text: String) { #expect(PrometheusText.number(value) == text) }

    @Test func bucketsCountWhatIsNotAbove() {
        var histogram = Histogram([1, 2.5])
        for value in [0, 1, 1.1, 2.5, 9] { histogram.add(value) }
        var text = PrometheusText()
        text.begin("t", .histogram, "T.")
        text.add(histogram, [("kind", "job")])
        #expect(
            text.text.split(separator: "\n").dropFirst(2) == [
                "t_bucket{kind=\"job\",le=\"1\"} 2", "t_bucket{kind=\"job\",le=\"2.5\"} 4", "t_bucket{kind=\"job\",le=\"+Inf\"} 5", "t_sum{kind=\"job\"} 13.6",
                "t_count{kind=\"job\"} 5",
            ])
    }
}
