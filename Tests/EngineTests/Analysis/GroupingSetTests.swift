import Columnar
import Testing

import Engine

/// `grouping` and `grouping_id`, with the answers that Spark 4.0 gives.
@Suite struct GroupingSetTests {
    private static func relation(_ text: String) throws -> Relation {
        try QueryAnalyzer(session: AnalysisSession(catalog: EmptyCatalog())).analyze(try Query(parsing: text))
    }

    static let answers: [(query: String, rows: [String])] = [
        ("SELECT grouping(a) AS g, a, count(*) AS n FROM t GROUP BY ROLLUP(a) ORDER BY 1, 2", ["0 1 2", "0 2 1", "1 null 3"]),
        ("SELECT a, b, grouping_id() AS g FROM t GROUP BY CUBE(a, b) ORDER BY g, a, b", [
            "1 x 0", "1 y 0", "2 x 0", "1 null 1", "2 null 1", "null x 2", "null y 2", "null null 3",
        ]),
        ("SELECT grouping((t.a > 1)) AS g, count(*) AS n FROM t GROUP BY GROUPING SETS (((t.a > 1)), ()) ORDER BY 1, 2", ["0 1", "0 2", "1 3"]),
        ("SELECT grouping(a) + 1 AS g FROM t GROUP BY GROUPING SETS ((a)) ORDER BY 1", ["1", "1"]),
        ("SELECT g, count(*) AS n FROM (SELECT grouping(b) AS g FROM t GROUP BY ROLLUP(b)) GROUP BY g ORDER BY g", ["0 2", "1 1"]),
        ("SELECT a FROM t GROUP BY ROLLUP(a) HAVING grouping(a) = 1", ["null"]),
    ]

    @Test(arguments: answers)
    func totalsAreToldFromValues(_ query: String, _ rows: [String]) throws {
        let relation = try Self.relation(query.replacing("FROM t ", with: "FROM VALUES (1, 'x'), (1, 'y'), (2, 'x') AS t(a, b) "))
        let found = try Running.all[0].rows(of: relation.plan).map { row in
            row.map { value -> String in
                switch value {
                case .integer(let number): "\(number)"
                case .string(let bytes): String(decoding: bytes, as: UTF8.self)
                case .null: "null"
                default: "\(value)"
                }
            }.joined(separator: " ")
        }
        #expect(found == rows)
    }

    @Test(arguments: [
        ("SELECT grouping(a) FROM VALUES (1) AS t(a)", "grouping() stands only where rows are grouped"),
        ("SELECT 1 + grouping_id(a) FROM VALUES (1) AS t(a)", "grouping_id() stands only where rows are grouped"),
        ("SELECT grouping(1L) FROM VALUES (1) AS t(a) GROUP BY ROLLUP(a)", "grouping() takes what rows are grouped by"),
    ])
    func elsewhereTheyAreErrors(_ query: String, _ words: String) throws {
        #expect { try Self.relation(query) } throws: { "\($0)".contains(words) }
    }
}
