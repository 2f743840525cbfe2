import Connectors
import Testing

@Suite struct GlobTests {
    struct Case: CustomTestStringConvertible {
        let pattern: String
        let matches: [String]
        let others: [String]
        init(_ pattern: String, yes matches: [String], no others: [String]) { (self.pattern, self.matches, self.others) = (pattern, matches, others) }
        var testDescription: String { pattern }
    }

    @Test(arguments: [
        Case("*.csv", yes: ["a.csv", ".csv", "_x.csv"], no: ["a/b.csv", "a.csvx", "a.CSV"]),
        Case("**.csv", yes: ["a.csv", "x/y/a.csv", ".csv"], no: ["a.csv/b"]),
        Case("myfolder/*", yes: ["myfolder/a"], no: ["myfolder", "myfolder/a/b", "xmyfolder/a"]),
        Case("myfolder/*/*", yes: ["myfolder/a/b"], no: ["myfolder/a", "myfolder/a/b/c"]),
        Case("myfolder/**", yes: ["myfolder/a", "myfolder/a/b"], no: ["myfolder", "other/a"]),
        Case("myfolder**", yes: ["myfolder", "myfolder/a", "myfolder2"], no: ["x/myfolder"]),
        Case("a?c", yes: ["abc", "aéc"], no: ["ac", "a/c", "abbc"]),
        Case("[abc]", yes: ["a", "b"], no: ["d", "ab"]), Case("[a-c]x", yes: ["bx"], no: ["dx"]),
        Case("[!a-c]", yes: ["d", "!"], no: ["a", "/"]), Case("[*?\\]", yes: ["*", "?", "\\"], no: ["a"]),
        Case("[-a]", yes: ["-", "a"], no: ["b"]), Case("[a-]", yes: ["-", "a"], no: ["b"]),
        Case("*.{csv,json}", yes: ["a.csv", "a.json"], no: ["a.csvjson", "a."]),
        Case("{a*,b/?}.x", yes: ["aaa.x", "b/1.x"], no: ["b.x"]), Case("x{,y}", yes: ["x", "xy"], no: ["xyy"]),
        Case("a,b}", yes: ["a,b}"], no: ["a"]), Case("\\*.\\{x", yes: ["*.{x"], no: ["a.{x"]),
        Case("a**b**c", yes: ["abc", "a/b/c", "axxbyyc"], no: ["ab", "abcd"]), Case("", yes: [""], no: ["a"]),
    ])
    func follows(_ test: Case) throws {
        let glob = try Glob(test.pattern)
        for path in test.matches { #expect(glob.matches(path), "\(path)") }
        for path in test.others { #expect(!glob.matches(path), "\(path)") }
    }

    @Test(arguments: [
        ("[abc", "exclusion pattern '[abc': '[' has no ']'"), ("{a,b", "exclusion pattern '{a,b': '{' has no '}'"),
        ("{a,{b}}", "exclusion pattern '{a,{b}}': braces cannot stand in braces"), ("a\\", "exclusion pattern 'a\\': a backslash at the end has nothing to escape"),
        ("[]", "exclusion pattern '[]': '[]' is empty"), ("[c-a]", "exclusion pattern '[c-a]': the range c-a is upside down"),
    ])
    func refuses(pattern: String, message: String) {
        #expect(storageError { _ = try Glob(pattern) }?.message == message)
    }

    @Test func tooManyAlternativesAreRefused() {
        #expect(storageError { _ = try Glob(String(repeating: "{a,b,c,d}", count: 20)) }?.code == .invalidPattern)
    }

    /// A matcher that backtracks would need longer than anyone waits.
    @Test func isNotExponential() throws {
        let glob = try Glob(String(repeating: "**a", count: 30) + "b")
        #expect(!glob.matches(String(repeating: "a", count: 2000)))
    }

    @Test(arguments: [
        ("**.tmp", "a/", ["**.tmp"]), ("a/*.tmp", "a/", ["*.tmp"]), ("a/**", "a/b/", ["**"]), ("b/*", "a/", []), ("*/[!x-z]?\\*", "a/", ["[!x-z]?\\*"]),
        ("{a,b}/x", "b/", ["x"]), ("**/c", "a/b/", ["**/c", "c"]),
    ])
    func readsFromFurtherDown(pattern: String, prefix: String, patterns: [String]) throws {
        #expect(try Glob(pattern).patterns(after: prefix) == patterns)
    }

    @Test func aLiteralMatchesItself() throws {
        let text = "a*b?[c]{d,e}\\f"
        #expect(try Glob(Glob.literal(text)).matches(text))
        #expect(try !Glob(Glob.literal("*")).matches("x"))
    }

    @Test func readsAJSONListInAString() throws {
        #expect(try Glob.list(json: "[\"**.pdf\", \"x/*\"]").map(\.pattern) == ["**.pdf", "x/*"])
        #expect(storageError { _ = try Glob.list(json: "**.pdf") }?.code == .invalidPattern)
    }
}
