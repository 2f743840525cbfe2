import Testing

import Jobs

struct TestReportTests {
    @Test(arguments: [("a<b>&\"c\"", "a&lt;b&gt;&amp;&quot;c&quot;"), ("bell\u{7}\u{0}\u{85}", "bell\u{fffd}\u{fffd}\u{fffd}"), ("a\nb\tc", "a&#10;b&#9;c"), ("ä€😀", "ä€😀")])
    func xml(_ text: String, _ escaped: String) {
        let result = TestResult(file: "a.lua", name: text, line: nil, outcome: .skipped(text), nanoseconds: 0, output: text, log: text, snapshots: [], folder: nil)
        let report = JUnitReport.text(of: [result], seconds: 0)
        #expect(report.contains("<testcase classname=\"a\" name=\"\(escaped)\" file=\"a.lua\" "))
        #expect(report.contains("<skipped message=\"\(escaped)\"/>"))
        #expect(report.contains("<system-out>\(escaped)</system-out>"))
        #expect(report.contains("<system-err>\(escaped)</system-err>"))
    }

    @Test(arguments: [
        ("the sales job › keeps orders", "the-sales-job-keeps-orders"), ("../../etc/passwd", "etc-passwd"), ("Äpfel & Birnen", "äpfel-birnen"), ("", "snapshot"), ("///", "snapshot"),
        (String(repeating: "x", count: 300), String(repeating: "x", count: 120)),
    ])
    func namesOfSnapshots(_ name: String, _ slug: String) { #expect(SnapshotStore.slug(name) == slug) }
}
