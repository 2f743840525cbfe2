import Columnar
import Testing

import Scripting

@Suite struct DiagnosticTests {
    /// The message of a script that fails.
    private func message(_ text: String, width: Int? = nil) throws -> String {
        let state = LuaState()
        do {
            try state.run(Array(text.utf8), name: "job.lua")
        } catch {
            return DiagnosticText(width: width).text(of: Diagnostic(error))
        }
        Issue.record("the script did not fail")
        return ""
    }

    @Test(arguments: [
        ("local r = {}\nprint(r.a.b)", "2 | print(r.a.b)", "  |       ^^^"),
        ("local r\nr:load(1)", "2 | r:load(1)", "  | ^"),
        ("local r = {}\nr:load(1)", "2 | r:load(1)", "  |   ^^^^"),
        ("local s = 'x'\nlocal n = s .. nil", "2 | local n = s .. nil", "  |                ^^^"),
        ("local a, b = 1\nreturn a + b", "2 | return a + b", "  |            ^"),
        ("local t = {x = 1}\nreturn t.x < t.y", "2 | return t.x < t.y", "  |        ^^^^^^^^^"),
        ("local t\nreturn #t", "2 | return #t", "  |         ^"),
        ("return (\"x\"):rep(\"y\")", "1 | return (\"x\"):rep(\"y\")", "  |              ^^^"),
        ("\tlocal r = {}\n\tprint(r.a.b)", "2 | \tprint(r.a.b)", "  | \t      ^^^"),
        ("local ü = {} return ü", nil, nil),
        ("local t = {}\nlocal s = 'ü日本' .. t.x", "2 | local s = 'ü日本' .. t.x", "  |                      ^^^"),
        ("return nothere.x", "1 | return nothere.x", "  |        ^^^^^^^"),
        ("local x = (1\nprint(x)", "2 | print(x)", "  | ^^^^^"),
        ("x = \"abc\nprint(1)", "1 | x = \"abc", "  |     ^^^^"),
    ] as [(String, String?, String?)])
    func theSpotIsUnderlined(_ text: String, _ line: String?, _ underline: String?) throws {
        let told = try message(text)
        if let line { #expect(told.contains(line + "\n"), "\(told)") }
        if let underline { #expect(told.contains("\n" + underline + "\n"), "\(told)") }
    }

    @Test func wideCharactersKeepThePlace() throws {
        let told = try message("local t = {}\nprint('日本', t.x.y)")
        #expect(told.contains("\n2 | print('日本', t.x.y)\n  |               ^^^\n"), "\(told)")
    }

    @Test func aBlockThatIsNotClosedShowsWhereItWasOpened() throws {
        let told = try message("if x then\n  print(1)\n\n")
        #expect(told.hasPrefix("error[E1002]: job.lua:4: 'end' expected (to close 'if' at line 1) near <eof>\n  |\n1 | if x then\n"), "\(told)")
    }

    @Test(arguments: [
        ("local x = (1\nprint(x)", "write the missing ')' for the '(' in line 1 before 'print'"),
        ("f(\n  1\n  2)", "write a comma before '2', or the missing ')' for the '(' in line 1"),
        ("x = {\n  a = 1\n  b = 2\n}", "write a comma before 'b', or the missing '}' for the '{' in line 1"),
        ("print((1 + 2)", "write the missing ')'"),
        ("f(1 2)", "write a comma before '2', or the missing ')'"),
        ("x = t[1 print(x)", "write the missing ']' before 'print'"),
        ("local function f()\n  return 1\n\nprint(f())", "write the missing 'end' of the 'function' in line 1 before 'print'"),
        ("for i = 1, 3 do\n  print(i)\n", "write the missing 'end' of the 'for' in line 1, or of a block inside it"),
        ("repeat\n  x = 1\n", "write the missing 'until' of the 'repeat' in line 1, or of a block inside it"),
        ("if x then\n  y()\nelse if z then\n  w()\nend", "'else if' opens a block that needs an end of its own; elseif in one word needs none"),
    ])
    func whatIsMissingIsNamed(_ text: String, _ advice: String) throws {
        let told = try message(text)
        #expect(told.contains("= try: \(advice)  (mastic help E100"), "\(told)")
    }

    /// The place of a word in a literal's text, as it is written in the script.
    @Test(arguments: [
        ("x = \"a\\n word b\"", "word"), ("x = 'a\\x41\\065\\u{48}\\z   word'", "word"), ("x = [[\na\nword]]", "word"), ("x = [==[\r\na\r\nword]]]==]", "word"),
        ("x = \"\\\n\\\\word\"", "word"), ("x = \"\\u{65e5}word\\\"\"", "word"), ("x = 'word'", "word"), ("x = [[]] y = ''", ""),
    ])
    func placesInLiteralsAreThoseOfTheScript(_ text: String, _ word: String) throws {
        let source = Array(text.utf8)
        for token in LuaTokenizer.tokens(of: source) where token.kind == .string {
            let content = try #require(LiteralContent(token, source))
            let inside = String(decoding: content.bytes, as: UTF8.self)
            #expect(inside == token.text)
            let start = try #require(word.isEmpty ? 0 : content.bytes.indices.first { content.bytes[$0...].starts(with: word.utf8) })
            #expect(String(decoding: source[content.range(of: start..<start + word.utf8.count)], as: UTF8.self) == word)
        }
    }

    @Test func linesThatAreTooLongAreCutAroundTheSpot() throws {
        let told = try message("local t = {} local s = '" + String(repeating: "x", count: 1_000_000) + "' print(t.a.b) s = '" + String(repeating: "y", count: 1_000_000) + "'", width: 80)
        #expect(told.split(separator: "\n").filter { $0.contains(" | ") }.allSatisfy { $0.count <= 100 }, "\(told)")
        #expect(told.contains("print(t.a.b)") && told.contains("^^^"), "\(told)")
    }

    @Test(arguments: ["print(\u{1b}[31m)", "x = \u{0} 1", "\r\nlocal a = nil + 1\r\n", "error('\u{202e}abc')", "error(('x'):rep(100000))", ""])
    func whatIsHostileIsShownSafely(_ text: String) throws {
        if text.isEmpty { return }
        let told = try message(text, width: 40)
        #expect(!told.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" || $0.value == 0x202e })
    }

    @Test(arguments: [
        ("attempt to index a nil value (field 'a')", ErrorCode.indexOfWrongValue, "a", "field"),
        ("attempt to call a nil value (global 'f'); did you mean 'g'?", .unknownGlobal, "f", "global"),
        ("attempt to perform arithmetic on a table value", .arithmeticOnWrongValue, nil, nil),
        ("attempt to compare number with nil", .comparisonOfWrongValues, nil, nil),
        ("bad argument #2 to 'rep' (number expected, got string)", .libraryArgument, "rep", nil),
        ("number has no integer representation", .otherLuaError, nil, nil),
        ("stack overflow", .stackOverflow, nil, nil),
    ] as [(String, ErrorCode, String?, String?)])
    func luasWordsAreKnown(_ words: String, _ code: ErrorCode, _ name: String?, _ kind: String?) throws {
        let complaint = try #require(LuaComplaint(words))
        #expect(complaint.errorCode == code && complaint.name == name && complaint.kind == kind)
    }

    @Test func otherWordsAreTheScriptsOwn() { #expect(LuaComplaint("the input is empty") == nil) }

    @Test func everyCodeIsExplained() {
        var titles = Set<String>()
        for code in ErrorCode.allCases {
            let entry = code.entry
            #expect(titles.insert(entry.title).inserted && entry.title != code.rawValue, "\(code)")
            #expect(!entry.advice.isEmpty, "\(code)")
            #expect((entry.bad == nil) == (entry.good == nil), "\(code)")
            // A bad and a good example, or a reason for having none.
            #expect((entry.bad == nil) == (entry.reason != nil), "\(code)")
        }
    }

    @Test func jsonHasEverything() throws {
        let diagnostic = Diagnostic(
            .error, .unknownColumn, "there is no column \"x\"", file: "a.lua", line: 2, lines: [Diagnostic.Line(number: 2, bytes: Array("f(x)".utf8), marks: [2..<3])],
            notes: [ErrorNote("columns", "y")], advice: "look", calls: ["a.lua:2: in main chunk"])
        #expect(
            diagnostic.json() == """
                {"level": "error", "code": "E1201", "message": "there is no column \\"x\\"", "file": "a.lua", "line": 2, "column": 3, "source": "f(x)", \
                "notes": {"columns": "y"}, "help": "look", "calls": ["a.lua:2: in main chunk"]}
                """)
    }
}
