import Columnar
import Testing

import Engine

@Suite struct QueryParserTests {
    /// Queries that must be read.
    static let good = [
        "select 1", "SELECT 1;", "select a, b as c, d e, `f g`, t.*, * from t", "select all a from t", "select distinct a from t",
        "select a from t where b > 1 group by a having count(*) > 2 order by a desc nulls last limit 3 offset 1", "select a from t limit all",
        "select * except (a, b.c) from t", "select * from a, b, c", "select * from a join b on a.x = b.x", "select * from a inner join b using (x, y)",
        "select * from a left outer join b on a.x = b.x", "select * from a right join b on true full outer join c on c.x = a.x", "select * from a cross join b",
        "select * from a left semi join b on a.x = b.x", "select * from a anti join b using (x)", "select * from a natural join b",
        "select * from a natural left join b", "select * from a join (b join c on b.x = c.x) on a.x = b.x",
        "select * from a, lateral (select * from b where b.x = a.x) as l", "select * from t lateral view explode(items) e as item",
        "select * from t lateral view outer posexplode(items) as p, item", "select * from t lateral view explode(m) kv as k, v lateral view explode(v) x",
        "select * from range(10)", "select * from range(1, 10, 2) as r(n)", "select * from explode(concat(1, 2))", "select * from t tablesample (10 percent) x",
        "select * from t tablesample (5 rows)", "select * from t tablesample (10 percent) repeatable (3) as x", "values (1, 'a'), (2, 'b')",
        "select * from values (1, 'a'), (2, 'b') as t(x, y)", "select * from (values 1, 2) t", "values 1, 2", "values (1 + 2) * 3, 4",
        "with a as (select 1), b(x) as (select * from a) select * from b", "(select 1)", "((select 1) union all (select 2)) order by 1",
        "select 1 union select 2 union all select 3 intersect select 4 except select 5 minus all select 6",
        "select * from ((select 1 as a) x join (select 2 as b) y)", "select * from (select * from t) as x (a, b)",
        "select * from (a join b on a.x = b.x) join c on true", "select * from ((a))", "from t", "from t select a where b", "from (select 1 as a) select a", "table t",
        "select a, sum(b) from t group by rollup (a, b)", "select a from t group by cube (a, (b, c))", "select a from t group by grouping sets ((a), (b), ())",
        "select a from t group by a, b grouping sets ((a, b), a)", "select a from t group by a, b with rollup", "select a from t group by a with cube",
        "select a from t group by all", "select a from t group by 1, a + 1", "select a from t group by (a + 1), (b)", "select a from t group by (a, b)",
        "select a from t group by (a) + 1", "select a from t group by a, rollup(b, c)",
        "select sum(a) over (partition by b order by c rows between unbounded preceding and current row) from t",
        "select sum(a) over w, avg(b) over (w rows 2 preceding) from t window w as (partition by b order by c)",
        "select row_number() over (order by a) as n from t qualify n = 1", "select rank() over w from t window w as (order by a), v as (w) order by a",
        "select a from t order by row_number() over w window w as (order by a)",
        "select sum(a) over (order by d range between interval 7 days preceding and current row) from t",
        "select lag(a, 2, 0) over (order by b), lead(a) over (order by b), ntile(4) over (order by b), nth_value(a, 2) ignore nulls over (order by b) from t",
        "select * from t pivot (sum(a) as s, avg(b) for c in ('x', 'y' as yy))", "select * from t pivot (sum(a) for (c, d) in ((1, 2) as u, (3, 4))) as p",
        "select * from t unpivot (v for n in (a, b as bb))", "select * from t unpivot include nulls ((v, w) for n in ((a, b) as x, (c, d)))",
        "select a from t where exists (select 1 from u where u.x = t.x) and a in (select b from u) and not c not in (select 1)",
        "select (select max(a) from u) + 1 from t", "select ((select 1) + 1)", "select ((select 1))", "select ((select 1) union (select 2))",
        "select /*+ BROADCAST(b) */ a -- all of them\n from t /* nested /* comment */ here */", "select a from db.t", "select a from t sort by a",
        "select a from t distribute by a", "select a from t cluster by a, b", "select date '2024-01-01' + interval 1 day as d", "select current_day from t",
        "select t.from, t.`select`, t.order from t",
        "select count(*), count(distinct a, b), sum(distinct a) filter (where b > 1), first(a ignore nulls), last(a) respect nulls, any_value(a) from t",
        "select end_date, date, timestamp, year, first, last, values, type from t", "select a from t timestamp", "select a offset, b window from t",
        "select stack(2, 1, 2, 3, 4) as (x, y)", "select json_tuple(j, 'a', 'b') as (a, b) from t", "select a from t order by all",
        "select a from t order by all desc", "select x.y.z, m['k'].v from t", "select a from `2024 sales` as `t 1` where `t 1`.a > 1", "select a from 2024_sales",
        "select cast(a as array<array<int>>), a::struct<x: int, y: map<string, decimal(10, 2)>>, cast(a as struct<>) from t",
        "select case a when 1 then 'x' else 'y' end, case when a then b end from t", "select a from t where a like any ('x%', 'y%') and b not like all ('z')",
        "select -a, +a, - -a, -5, a - -5 from t", "select 1 as `select`, 'it''s' as b", "select x'1aFF', 1L, 2S, 3Y, 4.5D, 5.5F, 6BD, 7e3, .5, 1.5e3BD",
    ]

    @Test(arguments: good) func reads(sql: String) throws {
        let query = try Query(parsing: sql)
        let text = query.description
        #expect(try Query(parsing: text).description == text, "the text reads back")
        guard case .query = try Statement(parsing: sql) else { return #expect(Bool(false), "a query is a statement") }
    }

    @Test(arguments: [
        ("select a b from t where x = 1 group by a having max(a) > 1 order by 1 limit 2", "SELECT a AS b FROM t WHERE x = 1 GROUP BY a HAVING max(a) > 1 ORDER BY 1 ASC NULLS FIRST LIMIT 2"),
        ("select 1 union select 2 intersect select 3 except all select 4", "(SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)) EXCEPT ALL SELECT 4"),
        ("select a from t group by a, rollup(b, c)", "SELECT a FROM t GROUP BY a, GROUPING SETS ((b, c), (b), ())"),
        ("select a from t group by cube (a, b)", "SELECT a FROM t GROUP BY GROUPING SETS ((a, b), (a), (b), ())"),
        ("select sum(a) over (w rows 2 preceding) from t window w as (partition by b order by c)", "SELECT sum(a) OVER (PARTITION BY b ORDER BY c ASC NULLS FIRST ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t"),
        ("from t select a", "SELECT a FROM t"), ("table t", "SELECT * FROM t"), ("select * from a, b left join c on a.x = c.x", "SELECT * FROM a CROSS JOIN (b LEFT JOIN c ON a.x = c.x)"),
        ("select * from t lateral view outer explode(a) x as y", "SELECT * FROM t LATERAL VIEW OUTER explode(a) x AS y"),
        ("(select a from t order by a limit 1) limit 2", "(SELECT a FROM t ORDER BY a ASC NULLS FIRST LIMIT 1) LIMIT 2"),
        ("select a in (select b from u), exists(select 1), (select 2)", "SELECT a IN (SELECT b FROM u), EXISTS (SELECT 1), (SELECT 2)"),
        ("select interval 1 year 2 months, interval '-1 02:03:04.5' day to second, interval '1 week -2 hours'", "SELECT INTERVAL 14 months, INTERVAL -1 days -7384500000 microseconds, INTERVAL 7 days -7200000000 microseconds"),
        ("select 'a' 'b' \"c\", r'\\d', '\\u00e9\\101'", "SELECT 'abc', '\\\\d', 'éA'"),
    ]) func means(sql: String, text: String) throws { #expect(try Query(parsing: sql).description == text) }

    @Test func placesAreThoseInTheText() throws {
        let query = try Query(parsing: "select abs(x), y + 1 from t")
        guard case .select(let select) = query.body else { return #expect(Bool(false)) }
        #expect(select.items[0].expression == .located(.call(.abs, [.located(.field(["x"]), 11)]), 7))
        #expect(select.items[1].expression == .located(.arithmetic(.located(.field(["y"]), 15), .add, .literal(.integer(1), .int)), 17))
        #expect(try Expression(parsing: "y + 1") == .arithmetic(.field(["y"]), .add, .literal(.integer(1), .int)))
    }

    @Test func longTextsMakeFlatTrees() throws {
        let conditions = (0..<10_000).map { "a\($0) = \($0)" }
        for word in [" and ", " or "] { _ = try Query(parsing: "select * from t where " + conditions.joined(separator: word)) }
        _ = try Query(parsing: "select " + conditions.map { "'\($0)'" }.joined(separator: " || "))
        _ = try Query(parsing: "select 1 where a in (" + (0..<50_000).map(String.init).joined(separator: ", ") + ")")
        _ = try Query(parsing: (0..<10_000).map { "select \($0)" }.joined(separator: " union all "))
        _ = try Query(parsing: "select " + (0..<10_000).map { "(\($0))" }.joined(separator: ", "))
        _ = try Query(parsing: "select case " + (0..<10_000).map { "when a = \($0) then \($0) " }.joined() + "end")
    }

    @Test(arguments: [
        String(repeating: "(", count: 100_000), "select " + String(repeating: "(", count: 100_000), "select 1" + String(repeating: "+1", count: 100_000),
        "select * from " + String(repeating: "(select * from ", count: 10_000), "select " + String(repeating: "case when ", count: 10_000),
        "select " + String(repeating: "f(", count: 10_000), "select cast(a as " + String(repeating: "array<", count: 10_000), String(repeating: "explain ", count: 10_000) + "select 1",
        "select a" + String(repeating: "[0]", count: 10_000), "select 1 where a" + String(repeating: " is null", count: 10_000),
        "select * from a" + String(repeating: " join b", count: 10_000), (0..<10_000).map { "select \($0)" }.joined(separator: " except "),
        "select " + String(repeating: "~", count: 100_000) + "1", "select a" + String(repeating: "::int", count: 10_000),
        String(repeating: "with a as (", count: 10_000),
    ]) func deepTextsAreRefused(sql: String) {
        do {
            _ = try Statement(parsing: sql)
            Issue.record("it was read")
        } catch { #expect(error.message.contains("nested too deep") || error.message.contains("there is no function") || error.message.contains("ends"), "\(error.message)") }
    }

    @Test func nestingWithinTheLimitIsRead() throws {
        _ = try Query(parsing: "select " + String(repeating: "(", count: 400) + "1" + String(repeating: ")", count: 400))
        _ = try Query(parsing: "select 1" + String(repeating: " + 1", count: 400))
        _ = try Query(parsing: String(repeating: "select * from (", count: 60) + "select 1" + String(repeating: ")", count: 60))
    }

    /// Truncated, shortened and shuffled queries: any answer will do, if one comes.
    @Test func damagedTextsDoNoHarm() throws {
        var seed: UInt64 = 7
        func random(_ limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % max(limit, 1)
        }
        var read = 0
        for sql in Self.good + StatementParserTests.good {
            let bytes = Array(sql.utf8)
            for length in stride(from: 0, to: bytes.count, by: 3) { if (try? Statement(parsing: String(decoding: bytes[..<length], as: UTF8.self))) != nil { read += 1 } }
            let tokens = try SQLLexer.tokens(of: sql)
            func text(_ token: SQLLexer.Token) -> String { String(decoding: bytes[token.position..<token.end], as: UTF8.self) }
            for _ in 0..<20 {
                var words = tokens.map(text)
                for _ in 0...random(3) where !words.isEmpty {
                    switch random(3) {
                    case 0: words.remove(at: random(words.count))
                    case 1: words.swapAt(random(words.count), random(words.count))
                    default: words.insert(words[random(words.count)], at: random(words.count))
                    }
                }
                guard let statement = try? Statement(parsing: words.joined(separator: " ")) else { continue }
                read += 1
                if case .query(let query) = statement { #expect((try? Query(parsing: query.description)) != nil, "\(words.joined(separator: " ")) is written as \(query)") }
            }
        }
        #expect(read > 100)
    }
}
