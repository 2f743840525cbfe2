import Foundation
import Testing

import Columnar
import Engine

/// docs/functions.md says what is there; this is where it comes from. `MASTIC_RECORD=1` writes it anew.
@Suite struct FunctionListTests {
    @Test func theListIsThatOfTheEngine() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/functions.md")
        let text = FunctionListTests.text
        if ProcessInfo.processInfo.environment["MASTIC_RECORD"] != nil { try text.write(to: url, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: url, encoding: .utf8) == text, "run this test with MASTIC_RECORD=1 and read the difference")
    }

    @Test func whatIsNotThereSaysSo() {
        for name in ["sentences", "xpath", "aes_encrypt", "parse_json"] where !FunctionListTests.isThere(name) {
            #expect(throws: (any Error).self, "\(name)") { try Expression(parsing: "\(name)(a)") }
            #expect("\(Function.unknown(name))" == "Spark's function '\(name)' is not supported")
        }
        #expect("\(Function.unknown("lowr"))" == "there is no function 'lowr'; did you mean 'lower'?")
    }

    @Test func everyFunctionSaysWhatItTakes() {
        for function in Function.all {
            let definition = function.definition
            #expect(definition.arity.lowerBound <= definition.parameters.count, "\(function.name)")
            #expect(definition.parameters.dropLast().allSatisfy { !$0.isRepeated }, "\(function.name): only the last parameter may be repeated")
            #expect(Function(named: function.name.uppercased()) == function)
            for alias in definition.aliases { #expect(Function(named: alias) == function) }
        }
        #expect(Function.allNames.count == Set(Function.allNames).count)
    }

    /// What is no function here but syntax: an expression that must be read.
    private static let syntax = [
        "and": "a and b", "or": "a or b", "not": "not a", "!": "not a", "in": "a in (1, 2)", "between": "a between 1 and 2", "case": "case when a then b end",
        "when": "case when a then b end", "cast": "cast(a as int)", "=": "a = b", "==": "a == b", "!=": "a != b", "<>": "a <> b", "<": "a < b", "<=": "a <= b",
        ">": "a > b", ">=": "a >= b", "<=>": "a <=> b", "+": "a + b", "-": "a - b", "*": "a * b", "/": "a / b", "%": "a % b", "||": "a || b", "&": "a & b", "|": "a | b",
        "^": "a ^ b", "~": "~a", "<<": "a << 1", ">>": "a >> 1", ">>>": "a >>> 1", "div": "a div b", "like": "a like 'b'", "ilike": "a ilike 'b'", "rlike": "a rlike 'b'", "regexp": "a regexp 'b'",
        "extract": "extract(year from a)", "exists": "exists(a, x -> x > 1)",
    ]
    private static let types: Set<String> = [
        "bigint", "binary", "boolean", "date", "decimal", "double", "float", "int", "smallint", "string", "timestamp", "tinyint",
    ]

    static func isThere(_ name: String) -> Bool {
        if let example = syntax[name] { return (try? Expression(parsing: example)) != nil }
        if types.contains(name) { return (try? Expression(parsing: "\(name)(a)")) != nil }
        return Function(named: name) != nil || AggregateFunction.names.contains(name) || WindowCall.names.contains(name) || Generator.names.contains(name)
    }

    private static var text: String {
        var (there, all) = (0, 0)
        var tables = ""
        for (title, names) in SparkFunctions.groups {
            let names = names.split(separator: " ").map(String.init)
            func list(_ names: [String]) -> String { names.map { $0.contains("|") ? "`\($0.map { $0 == "|" ? "\\|" : String($0) }.joined())`" : "`\($0)`" }.joined(separator: " ") }
            let (known, missing) = (names.filter(isThere), names.filter { !isThere($0) })
            there += known.count
            all += names.count
            tables += "| \(title) | \(list(known)) | \(list(missing)) |\n"
        }
        let own = Function.all.map(\.name).filter { name in !SparkFunctions.groups.contains { $0.names.split(separator: " ").contains(Substring(name)) } }.sorted()
        return """
            # Functions

            Spark 4.0's functions, as its `SHOW FUNCTIONS` lists them, and which of them there are: \(there) of \(all). They have Spark's names, arguments and answers (ANSI mode
            off) in SQL, `F.expr` and `selectExpr`, and as `F.name(...)` in scripts, where a text is the name of a column or a plain value as in PySpark. A function that is not there
            is an error that says so.

            This page is written by a test (`FunctionListTests`), so it is what the engine knows.

            | group | there | not there |
            | --- | --- | --- |
            \(tables)
            \(own.isEmpty ? "" : "Besides these there are " + own.map { "`\($0)`" }.joined(separator: " ") + ".\n")
            ## What differs from Spark

            - Regular expressions are PCRE2's with Java's dialect on top. `(?i)` folds the case of all letters, not only of ASCII's; `.` stops at `\\n` and `\\r` only; the flags
              `(?U)` and `(?d)`, negated classes within classes and blocks such as `\\p{InGreek}` are errors. A search that would take too long is an error too.
            - `rand` and `randn` give the same numbers for the same seed, whatever the number of threads, but not those of Spark.
            - Functions of analysis (`sin`, `exp`, `pow` ...) may differ in a double's last digit: they are the C library's.
            - `format_string` does not know the conversions `%h`, `%a` and `%t`; the patterns of `format_number` have no exponents.

            """
    }
}
