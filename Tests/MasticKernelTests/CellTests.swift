import MasticKernel
import Jobs
import Testing

@Suite struct CellTests {
    @Test(arguments: [
        ("x = 1", [Cell.Step.lua("x = 1", isTimed: false)]),
        ("", []), ("  \n", []), ("-- nothing", []),
        ("x = 1\n% 2", [.lua("x = 1\n% 2", isTimed: false)]),
        ("%region x\nx = 1", [.magic(name: "region", arguments: "x", body: nil), .lua("\nx = 1", isTimed: false)]),
        ("-- text\n%help\n\n", [.magic(name: "help", arguments: "", body: nil)]),
        ("%%time\nx = 1\ny = 2", [.lua("\nx = 1\ny = 2", isTimed: true)]),
        ("%%time x = 1", [.lua("x = 1", isTimed: true)]),
        ("%time f()\ng()", [.lua("f()", isTimed: true), .lua("\ng()", isTimed: false)]),
        ("%%sql\nselect 1", [.sql("\nselect 1", isTimed: false)]),
        ("%%time\n%%sql\nselect 1", [.sql("\n\nselect 1", isTimed: true)]),
        ("%%sql select 1\nfrom t", [.sql("select 1\nfrom t", isTimed: false)]),
        ("%sql select 1", [.sql("select 1", isTimed: false)]),
        ("%%configure -f\n{\"a\": 1}", [.magic(name: "configure", arguments: "-f", body: "{\"a\": 1}")]),
        ("%nothing", [.unknown(name: "nothing", isWhole: false)]),
        ("%%nothing\nx", [.unknown(name: "nothing", isWhole: true)]),
        ("%", [.unknown(name: "", isWhole: false)]),
        ("x = 1\r\ny = 2\r", [.lua("x = 1\ny = 2\n", isTimed: false)]),
        ("--[[ a\n%help ]]\nx", [.lua("--[[ a\n%help ]]\nx", isTimed: false)]),
    ] as [(String, [Cell.Step])])
    func cellsAreTakenApart(_ text: String, _ steps: [Cell.Step]) { #expect(Cell(text).steps == steps) }

    @Test(arguments: [
        ("%", "there is no magic %; %help lists those there are"),
        ("%number_of_workrs", "there is no magic %number_of_workrs; did you mean %number_of_workers?"),
        ("%%region", "there is no magic %%region; %region is one"),
    ])
    func unknownMagicsGetAdvice(_ written: String, _ advice: String) {
        let isWhole = written.hasPrefix("%%")
        #expect(Magic.advice(for: String(written.drop { $0 == "%" }), isWhole: isWhole) == advice)
    }

    @Test func everyMagicHasOneMeaning() {
        #expect(Set(Magic.all.map(\.text)).count == Magic.all.count)
        for magic in Magic.all { #expect(!magic.meaning.isEmpty && Magic.list.contains("  \(magic.text) ")) }
    }
}

@Suite struct SQLStatementTests {
    @Test(arguments: [
        ("select 1", ["select 1"]), ("select 1;", ["select 1"]), ("", []), (";;\n ;", []), ("-- a; b\n", []), ("/* a; */", []),
        ("select ';', \"a;b\", `c;d`; select 2", ["select ';', \"a;b\", `c;d`", " select 2"]),
        ("select 'it\\';s';\nselect 2", ["select 'it\\';s'", "\nselect 2"]),
        ("a -- x;\n;b /* ; */ c", ["a -- x;\n", "\nb /* ; */ c"]),
        ("select 'open; x", ["select 'open; x"]), ("a /* open; x", ["a /* open; x"]), ("select '\\", ["select '\\"]),
    ] as [(String, [String])])
    func statementsAreParted(_ text: String, _ statements: [String]) { #expect(SQLStatements.of(text) == statements) }
}

@Suite struct CursorTests {
    @Test(arguments: [
        ("abc", 2, 2), ("abc", nil, 3), ("abc", -1, 0), ("abc", 99, 3), ("ü😀x", 1, 2), ("ü😀x", 2, 6), ("ü😀x", 3, 7), ("", 5, 0),
    ] as [(String, Int?, Int)])
    func placesAreBytes(_ text: String, _ position: Int?, _ offset: Int) {
        let cursor = CodeCursor(text, at: position)
        #expect(cursor.offset == offset)
        if let position, position >= 0, position <= text.unicodeScalars.count { #expect(cursor.position(ofByte: offset) == position) }
    }

    @Test(arguments: [
        ("df", 2, "df"), ("df", 0, "df"), ("df:filter", 5, "df:filter"), ("df:filter", 1, "df"), ("x = spark.catalog.listTables()", 20, "spark.catalog.listTables"),
        ("Filter.apply{frame = x, ", 24, "Filter.apply"), ("f(g(1), ", 8, "f"), ("f(a, b)", 4, "f"), ("f (", 3, "f"), ("f({", 3, "f"), ("", 0, ""), ("  + ", 2, ""), (".a", 2, "a"),
    ])
    func namesAreFound(_ text: String, _ position: Int, _ name: String) { #expect(CodeCursor(text, at: position).name == name) }
}

@Suite struct HistoryTests {
    @Test(arguments: [
        ("abc", "abc", true), ("abc", "a*", true), ("abc", "*c", true), ("abc", "a?c", true), ("abc", "a?", false), ("", "*", true), ("", "?", false),
        ("aab", "a*b", true), ("abab", "*ab", true), ("a\nb", "a*b", true), ("abc", "", false), ("grüße", "gr?*e", true),
    ])
    func patterns(_ text: String, _ pattern: String, _ matches: Bool) { #expect(KernelHistory.matches(text, pattern) == matches) }

    @Test func aPatternOfManyStarsComesToAnEnd() {
        #expect(!KernelHistory.matches(String(repeating: "a", count: 2000), String(repeating: "a*", count: 200) + "b"))
    }
}

@Suite struct DurationTests {
    @Test(arguments: [(0.0000012, "1.2 us"), (0.0123, "12.3 ms"), (0.5, "500 ms"), (1.234, "1.23 s"), (59.96, "60 s"), (61.0, "1 min 1 s"), (0, "0 us")] as [(Double, String)])
    func times(_ seconds: Double, _ text: String) { #expect(CellRunner.duration(seconds) == text) }
}
