import Testing

import Scripting

/// What of two lists of rows is missing, unexpected or changed, and how it is shown.
struct FrameComparisonTests {
    private func compare(_ expected: [[LuaValue]], _ found: [[LuaValue]], _ options: FrameComparison.Options = .init()) -> FrameComparison {
        FrameComparison(columns: ["id", "name"], expected: expected, found: found, options: options)
    }

    @Test func orderDoesNotCountUnlessAsked() {
        let (a, b): ([[LuaValue]], [[LuaValue]]) = ([[1, "a"], [2, "b"]], [[2, "b"], [1, "a"]])
        #expect(compare(a, b).isEqual)
        let ordered = compare(a, b, .init(isOrdered: true))
        #expect(!ordered.isEqual)
        #expect(ordered.misplaced == 0)
        #expect(ordered.summary == "the same 2 rows in another order; the first that stands elsewhere is row 1")
        #expect(compare(a, a, .init(isOrdered: true)).isEqual)
    }

    @Test func rowsCountAsOftenAsTheyStandThere() {
        let twice = compare([[1, "a"], [1, "a"]], [[1, "a"]])
        #expect(twice.missing == [1])
        #expect(compare([[1, "a"]], [[1, "a"], [1, "a"]]).unexpected == [1])
    }

    @Test func rowsThatAgreeInHalfOfTheirCellsAreChanged() {
        let result = compare([[1, "a"], [2, "b"]], [[2, "x"], [9, "z"]])
        #expect(result.changed == [FrameComparison.Change(expected: 1, found: 0, columns: [1])])
        #expect((result.missing, result.unexpected) == ([0], [1]))
        #expect(result.summary == "expected 2 rows, found 2: 1 missing, 1 unexpected, 1 changed")
    }

    @Test func theLikestRowsArePaired() {
        let columns = ["a", "b", "c"]
        let result = FrameComparison(columns: columns, expected: [[1, 6, 3], [1, 2, 9]], found: [[1, 2, 8], [1, 7, 3]])
        #expect(result.changed.map { [$0.expected, $0.found] } == [[0, 1], [1, 0]])
        #expect(result.missing.isEmpty)
    }

    @Test func aKeyPairsRowsWhateverElseTheyHold() {
        let columns = ["id", "a", "b"]
        let result = FrameComparison(columns: columns, expected: [[1, "x", "y"]], found: [[1, "p", "q"], [2, "x", "y"]], options: .init(key: ["id"]))
        #expect(result.changed == [FrameComparison.Change(expected: 0, found: 0, columns: [1, 2])])
        #expect(result.unexpected == [1])
    }

    @Test func numbersWithinATolerance() {
        #expect(!compare([[1.0, "a"]], [[1.001, "a"]]).isEqual)
        #expect(compare([[1.0, "a"]], [[1.001, "a"]], .init(tolerance: 0.01)).isEqual)
        #expect(compare([[.decimal(unscaled: 100, scale: 2), "a"]], [[1.001, "a"]], .init(isOrdered: true, tolerance: 0.01)).isEqual)
    }

    @Test func manyRowsAreComparedInReasonableTime() {
        let rows = (0..<20_000).map { [LuaValue.integer(Int64($0)), LuaValue.string("row \($0)")] }
        let other = (10_000..<30_000).map { [LuaValue.integer(Int64($0)), LuaValue.string("row \($0)")] }
        let result = compare(rows, other)
        #expect((result.missing.count, result.unexpected.count) == (10_000, 10_000))
        #expect(result.table(on: ScreenShape()).contains("… 19960 more rows that differ"))
    }

    @Test func theTable() {
        let result = compare([[1, "a"], [2, "b"]], [[2, "x"], [9, "zzz"]])
        #expect(
            result.table(on: ScreenShape())
                == "    id  name\n  - 1   a      missing\n  + 9   zzz    unexpected\n  ~ 2   b → x  changed\n  changed cells: expected → found\n")
        #expect(result.table(on: ScreenShape(hasColours: true)).contains("\u{1b}[31m-\u{1b}[0m"))
    }

    @Test func whatLooksAlikeIsToldApart() {
        #expect(compare([["1", "a"]], [[1, "a"]]).table(on: ScreenShape()).contains("\"1\" → 1"))
        #expect(compare([[true, "a"]], [["true", "a"]]).table(on: ScreenShape()).contains("true → \"true\""))
    }

    @Test func aTableThatDoesNotFitIsShownRowByRow() {
        let long = String(repeating: "x", count: 38)
        let columns = ["id", "first", "second"]
        let result = FrameComparison(columns: columns, expected: [[1, .string(long), "b"]], found: [[1, .string(long), "c"]])
        let text = result.table(on: ScreenShape(width: 60))
        #expect(text.contains("~ changed\n      id      1\n      second  b → c\n"))
        #expect(!text.contains(long))
    }
}

struct ExpectedValueTests {
    @Test(arguments: [
        (LuaValue.integer(1), LuaValue.number(1)), (.decimal(unscaled: 1250, scale: 2), .number(12.5)), (.decimal(unscaled: 100, scale: 2), .integer(1)), (.null, .nil),
        (.number(.nan), .number(.nan)), (.number(-0.0), .integer(0)), (.date(20512), "2026-02-28"), (.timestamp(1_772_330_400_000_000), "2026-03-01 02:00:00"),
        (.table(LuaTable(fields: ["a": .null, "b": 1])), .table(LuaTable(fields: ["b": 1.0]))), (.table(LuaTable()), .table(LuaTable(fields: ["a": .null]))),
    ])
    func equal(_ a: LuaValue, _ b: LuaValue) { #expect(ExpectedValue.key(a) == ExpectedValue.key(b)) }

    @Test(arguments: [
        (LuaValue.integer(1), LuaValue.string("1")), (.boolean(true), "true"), (.null, "null"), (.number(1.5), .number(1.25)), (.table(LuaTable(items: [1, 2])), .table(LuaTable(items: [2, 1]))),
        (.table(LuaTable(items: [1])), .table(LuaTable(fields: ["1": 1]))), (.table(LuaTable(items: ["a,b"])), .table(LuaTable(items: ["a", "b"]))), (.string([0xff]), .string([0xfe])),
        (.integer(.max), .number(9.3e18)),
    ])
    func different(_ a: LuaValue, _ b: LuaValue) { #expect(ExpectedValue.key(a) != ExpectedValue.key(b)) }

    @Test(arguments: [
        (LuaValue.string("a\u{1b}[2Jb\n"), "\"a\\u{1b}[2Jb\\n\""), (.number(2), "2.0"), (.number(0.1), "0.1"), (.table(LuaTable(items: [1], fields: ["n": "x"])), "{1, n = \"x\"}"), (.nil, "null"),
        (.decimal(unscaled: 150, scale: 2), "1.50"), (.date(0), "1970-01-01"),
    ])
    func text(_ value: LuaValue, _ text: String) { #expect(ExpectedValue.text(value) == text) }
}

struct LineComparisonTests {
    @Test func linesThatDifferWithTheirNeighbours() {
        let expected = (1...20).map { "line \($0)" }.joined(separator: "\n")
        let found = expected.replacing("line 10\n", with: "line ten\n").replacing("line 15\n", with: "")
        #expect(
            LineComparison(expected: expected, found: found).text(on: ScreenShape())
                == "  …\n    line 8\n    line 9\n  - line 10\n  + line ten\n    line 11\n    line 12\n    line 13\n    line 14\n  - line 15\n    line 16\n    line 17\n  …\n")
    }

    @Test func allAndNothing() {
        #expect(LineComparison(expected: "a", found: "a").lines == [.same("a")])
        #expect(LineComparison(expected: "", found: "b").lines == [.missing(""), .unexpected("b")])
        #expect(LineComparison(expected: "a\nb", found: "b\na").lines.count == 3)
    }
}
