import Testing

import Jobs

@Suite struct SessionLocalsTests {
    @Test(arguments: [
        ("local x = 1", "      x = 1"), ("local x", "      x = nil"), ("local x, y = 1, 2", "      x, y = 1, 2"), ("local x <const> = 1", "      x         = 1"),
        ("local function f() end", "      function f() end"), ("do local x = 1 end", "do local x = 1 end"), ("if a then local b end local c", "if a then local b end       c = nil"),
        ("f(function() local x end)", "f(function() local x end)"), ("local t <close> = g()", "local t <close> = g()"), ("x = 'local y'", "x = 'local y'"),
        ("-- local x\nlocal y", "-- local x\n      y = nil"), ("local x local y = 2", "      x = nil       y = 2"), ("local", "local"),
        ("repeat local x until true local z", "repeat local x until true       z = nil"),
    ]) func declarationsBecomeAssignments(_ text: String, _ result: String) {
        #expect(String(decoding: SessionLocals.kept(Array(text.utf8)), as: UTF8.self) == result)
    }
}

@Suite struct SQLStatementsTests {
    @Test(arguments: [
        ("SELECT 1;", ["SELECT 1"], ""), ("SELECT 1", [], "SELECT 1"), ("a; b;", ["a", " b"], ""), ("SELECT ';' ; x", ["SELECT ';' "], " x"),
        ("-- a;\nSELECT 1;", ["-- a;\nSELECT 1"], ""), ("/* ; */ SELECT 1; ", ["/* ; */ SELECT 1"], ""), (";;", [], ""), ("'it''s;'", [], "'it''s;'"), ("'\\';' ;", ["'\\';' "], ""),
        ("SELECT 1; -- done", ["SELECT 1"], ""), ("SELECT 1; /* and more", ["SELECT 1"], ""), ("", [], ""), ("'", [], "'"), ("'\\", [], "'\\"),
    ] as [(String, [String], String)]) func statementsEndWithASemicolon(_ text: String, _ complete: [String], _ rest: String) {
        let split = SQLStatements.split(text)
        #expect(split.complete == complete)
        #expect(split.rest == rest)
    }
}

@Suite struct LuaIndentationTests {
    @Test(arguments: [
        ("for i = 1, 2 do", "for i = 1, 2 do", "  "), ("do\n  if x then", "do\n  if x then", "    "), ("do\n  end", "do\nend", ""),
        ("if x then\n  y()\n  else", "if x then\n  y()\nelse", "  "), ("f{", "f{", "  "), ("f{\n  a = 1,\n  }", "f{\n  a = 1,\n}", ""), ("x = [[\n  end", "x = [[\n  end", ""),
    ]) func linesBeginWhereTheyBelong(_ text: String, _ moved: String, _ next: String) {
        let line = LuaIndentation.line(endingAt: text)
        #expect(line.text == moved)
        #expect(line.next == next)
    }
}
