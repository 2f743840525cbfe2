import Testing

@testable import Jobs

struct TestReportTests {
    @Test(arguments: [("a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;"), ("bell\u{7}\u{0}\u{85}", "bell\u{fffd}\u{fffd}\u{fffd}"), ("a\nb\tc", "a&#10;b&#9;c"), ("ä€😀", "ä€😀")])
    func xml(_ text: String, _ escaped: String) { #expect(JUnitReport.escaped(text) == escaped) }

    @Test(arguments: [
        ("the sales job › keeps orders", "the-sales-job-keeps-orders"), ("../../etc/passwd", "etc-passwd"), ("Äpfel & Birnen", "äpfel-birnen"), ("", "snapshot"), ("///", "snapshot"),
        (String(repeating: "x", count: 300), String(repeating: "x", count: 120)),
    ])
    func namesOfSnapshots(_ name: String, _ slug: String) { #expect(SnapshotStore.slug(name) == slug) }
}
