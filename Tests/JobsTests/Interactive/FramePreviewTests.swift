import Scripting
import Testing

import Jobs

@Suite struct FramePreviewTests {
    private func preview(_ columns: [FramePreview.Column], _ rows: [[String?]], total: RowTotal? = nil) -> FramePreview {
        FramePreview(columns: columns, rows: rows, total: total)
    }

    @Test func numbersStandToTheRightAndTypesUnderTheNames() throws {
        let table = preview([.init("id", type: "long", isNumeric: true), .init("name", type: "string")], [["1", "Toys"], ["23", nil]])
        #expect(
            try table.text(on: ScreenShape(width: 80)) == """
                ┌──────┬────────┐
                │   id │ name   │
                │ long │ string │
                ├──────┼────────┤
                │    1 │ Toys   │
                │   23 │ null   │
                └──────┴────────┘
                2 rows

                """)
    }

    @Test(arguments: [
        (RowTotal.exactly(1), "1 row"), (.exactly(2), "… 1 more row"), (.exactly(1_205), "… 1,204 more rows"), (.moreThan(1_000_001), "… more than 1,000,000 more rows"),
        (.moreThan(1), "… more rows"),
    ]) func whatIsNotShownIsCounted(_ total: RowTotal, _ note: String) throws {
        let text = try preview([.init("a")], [["x"]], total: total).text(on: ScreenShape(width: 80))
        #expect(text.split(separator: "\n").last.map(String.init) == note)
    }

    @Test(arguments: [20, 33, 40, 57, 80, 200]) func everyLineFits(_ width: Int) throws {
        let columns = (1...25).map { FramePreview.Column("column_\($0)", type: "string") }
        let rows: [[String?]] = [columns.map { "a value of \($0.name) that goes on and on" }, columns.map { _ in nil }]
        let lines = try preview(columns, rows).text(on: ScreenShape(width: width)).split(separator: "\n")
        #expect(lines.allSatisfy { TerminalText.width(String($0)) <= width })
        #expect(Set(lines.filter { $0.hasPrefix("│") }.map { TerminalText.width(String($0)) }).count == 1)
    }

    @Test func columnsInTheMiddleAreLeftOut() throws {
        let columns = (1...9).map { FramePreview.Column("column_number_\($0)") }
        let text = try preview(columns, [columns.map { _ in "x" }]).text(on: ScreenShape(width: 60))
        let header = text.split(separator: "\n")[1]
        #expect(header.contains("column_number…") || header.contains("column_number_1"))
        #expect(header.contains("│ … │"))
        #expect(text.contains("more columns: "))
        #expect(text.contains("column_number_3"))
    }

    @Test func wideCharactersAreMeasured() throws {
        let text = try preview([.init("a")], [["日本"], ["e\u{301}x"], ["👍"]]).text(on: ScreenShape(width: 80))
        #expect(text.contains("│ 日本 │\n│ e\u{301}x   │\n│ 👍   │"))
    }

    @Test func notebooksGetAnEscapedTable() throws {
        let html = try #require(preview([.init("<b>", isNumeric: true)], [["a & \"b\""], [nil]]).html)
        #expect(html.contains("&lt;b&gt;"))
        #expect(html.contains("a &amp; &quot;b&quot;"))
        #expect(html.contains("opacity: 0.5\">null</td>"))
        #expect(!html.contains("<b>"))
    }

    @Test(arguments: [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 4, "日…"), ("日本語", 5, "日本…"), ("abc", 0, ""), ("", 2, "")])
    func textsAreCut(_ text: String, _ width: Int, _ result: String) { #expect(TerminalText.cut(text, to: width) == result) }

    @Test(arguments: [("a\u{1b}[31m", "a\\u{1b}[31m"), ("x\ny\tz", "x\\ny\\tz"), ("\u{202e}", "\\u{202e}"), ("größe", "größe")])
    func whatSteersATerminalIsEscaped(_ text: String, _ result: String) { #expect(TerminalText.escaped(text) == result) }
}
