import Testing

import Jobs

@Suite struct CompletionContextTests {
    private func place(_ text: String) -> CompletionContext.Place { CompletionContext(Array(text.utf8)).place }

    @Test func names() {
        #expect(place("") == .name(word: "", start: 0))
        #expect(place("glueC") == .name(word: "glueC", start: 0))
        #expect(place("x = fo") == .name(word: "fo", start: 4))
        #expect(place("x = ") == .name(word: "", start: 4))
        #expect(place("f{fra") == .name(word: "fra", start: 2))
    }

    @Test func members() {
        #expect(place("df:") == .member(word: "", start: 3, end: 1, isMethod: true))
        #expect(place("a.b.c") == .member(word: "c", start: 4, end: 3, isMethod: false))
        #expect(place("f(x):sel") == .member(word: "sel", start: 5, end: 4, isMethod: true))
    }

    @Test func strings() {
        #expect(place("f(\"ab") == .string(.init(text: "ab", start: 3, tokens: 2)))
        #expect(place("f('") == .string(.init(text: "", start: 3, tokens: 2)))
        #expect(place("spark.sql[[SELECT") == .string(.init(text: "SELECT", start: 11, tokens: 3)))
        #expect(place("f(\"ab\"") == .name(word: "", start: 6))
    }

    @Test func whereNothingCanBeSaid() {
        #expect(place("-- fo") == .nowhere)
        #expect(place("12") == .nowhere)
        #expect(place("--[[ fo") == .nowhere)
    }

    @Test func argumentsOfOpenCalls() throws {
        let context = CompletionContext(Array("Filter.apply{frame = df:select(\"a\"), f = function(r, s) return r.".utf8))
        let call = try #require(context.openCalls(before: context.tokens.count).first)
        #expect(call.hasNames)
        #expect(context.arguments(of: call, before: context.tokens.count).map(\.name) == ["frame", "f"])
        #expect(context.openFunctions(before: context.tokens.count).map(\.parameters) == [["r", "s"]])
    }

    @Test(arguments: [("a.b", 0), ("x = f(1).b", 2), ("a, g{1}:h()", 2), ("require \"x\"", 0), ("(f(a))", 0), ("f(a", 2)])
    func expressionsBegin(_ text: String, _ start: Int) {
        let context = CompletionContext(Array(text.utf8))
        #expect(context.expressionStart(before: context.tokens.count) == start)
    }

    @Test(arguments: [
        ("f{a = {\"", [.name("a"), .position(0)]), ("f({a = {1, \"", [.position(0), .name("a"), .position(1)]), ("f(x, g(1, 2), \"", [.position(2)]),
        ("f{{\"a\", \"b\"}, {\"c\", \"", [.position(1), .position(1)]), ("f \"", [.position(0)]), ("f{function(a, b) return c, d end, \"", [.position(1)]),
        ("f{[\"k\"] = \"", [.name("k")]), ("t = {paths = \"", [.name("paths")]),
    ] as [(String, [CompletionContext.Step])]) func stepsToAString(_ text: String, _ steps: [CompletionContext.Step]) {
        let context = CompletionContext(Array(text.utf8))
        #expect(context.spot(before: context.tokens.count - 1)?.steps == steps)
    }

    @Test(arguments: ["x = \"", "f(a == \"", "f(a .. \"", "t[\"", "return \"", "f(function() x = \""]) func stringsThatAreNoArguments(_ text: String) {
        let context = CompletionContext(Array(text.utf8))
        #expect(context.spot(before: context.tokens.count - 1) == nil)
    }

    @Test func bracketsThatDoNotMatch() {
        for text in [")))(", "([)]{", "}{(", "f(]x", "((((((", "))))))"] {
            let context = CompletionContext(Array(text.utf8))
            for end in 0...context.tokens.count {
                _ = context.openCalls(before: end)
                _ = context.spot(before: end)
                _ = context.expressionStart(before: end)
            }
        }
        #expect(CompletionContext(Array("f(a)(b".utf8)).openBrackets(before: 6) == [4])
    }

    @Test(arguments: [
        ("a.b.c", ["a", "b"], "c", 4), ("`a.b`.c", ["a.b"], "c", 6), ("`a.b", [], "a.b", 0), ("", [], "", 0), ("a.", ["a"], "", 2),
    ] as [(String, [String], String, Int)]) func namesOfColumns(_ text: String, _ owners: [String], _ word: String, _ start: Int) {
        let path = NamePath(text)
        #expect(path.owners == owners)
        #expect(path.word == word)
        #expect(path.start == start)
    }
}

@Suite struct SQLTextTests {
    private func sources(_ text: String) -> [SQLText.Source] {
        let statement = SQLText(text)
        return statement.sources(at: statement.pieces.count) { $0 == ["t"] ? [.init("a", "int"), .init("b", "string")] : [] }
    }

    @Test func literalsAndComments() {
        #expect(SQLText("SELECT 'FROM ").isInText)
        #expect(SQLText("SELECT 1 -- FROM ").isInText)
        #expect(SQLText("SELECT 1 /* FROM ").isInText)
        #expect(!SQLText("SELECT `na").isInText)
        #expect(SQLText("SELECT 'it\\'s', `a``b`, 2x, 12").pieces.map(\.text) == ["SELECT", "", ",", "a`b", ",", "2x", ",", "12"])
    }

    @Test func tablesAndTheirAliases() {
        #expect(sources("SELECT FROM a.b x JOIN c AS d ON 1, e").map(\.alias) == ["x", "d"])
        #expect(sources("FROM a, b WHERE").map(\.name) == [["a"], ["b"]])
        #expect(sources("SELECT * FROM (SELECT * FROM inner_one) o").map(\.alias) == ["o"])
        #expect(sources("SELECT * FROM o WHERE x IN (SELECT y FROM i").map(\.alias) == ["o", "i"])
    }

    @Test(arguments: [
        ("WITH x AS (SELECT a, b AS c FROM t) SELECT 1 FROM x", ["a", "c"]), ("WITH x(p, q) AS (SELECT a, b FROM t) SELECT 1 FROM x", ["p", "q"]),
        ("SELECT 1 FROM (SELECT *, a + 1 n FROM t) s", ["a", "b", "n"]), ("SELECT 1 FROM (SELECT count(*) FROM t) s", []),
        ("SELECT 1 FROM (SELECT DISTINCT t.a FROM t) s", ["a"]),
    ]) func columnsOfQueries(_ text: String, _ names: [String]) {
        #expect(sources(text).first?.columns?.map(\.name) == names)
    }

    @Test func clauses() {
        let text = SQLText("SELECT a FROM t WHERE b IN (SELECT c FROM d GROUP BY e, ")
        #expect(text.clause(before: text.pieces.count) == "GROUP")
        #expect(SQLText("SELECT f(a, ").clause(before: 5) == nil)
    }
}
