import Columnar
import Testing

@testable import Engine

@Suite struct QueryParserTests {
    /// Queries that must be read.
    static let good = [
        "select 1", "SELECT 1;", "select a, b as c, d e, `f g`, t.*, * from t", "select all a from t", "select distinct a from t", "select a from t where b > 1 group by a having count(*) > 2 order by a desc nulls last limit 3 offset 1",
        "select a from t limit all", "select * except (a, b) from t", "select * from a, b, c", "select * from a join b on a.x = b.x", "select * from a inner join b using (x, y)", "select * from a left outer join b on a.x = b.x",
        "select * from a right join b on true full outer join c on c.x = a.x", "select * from a cross join b", "select * from a left semi join b on a.x = b.x", "select * from a anti join b using (x)", "select * from a natural join b", "select * from a natural left join b",
        "select * from a, lateral (select * from b where b.x = a.x) as l", "select * from t lateral view explode(items) e as item", "select * from t lateral view outer posexplode(items) as p, item", "select * from t lateral view explode(m) kv as k, v lateral view explode(v) x",
        "select * from range(10)", "select * from range(1, 10, 2) as r(n)", "select * from explode(concat(1, 2))", "select * from t tablesample (10 percent) x", "select * from t tablesample (5 rows)", "select * from t tablesample (10 percent) repeatable (3) as x",
        "values (1, 'a'), (2, 'b')", "select * from values (1, 'a'), (2, 'b') as t(x, y)", "select * from (values 1, 2) t", "values 1, 2", "values (1 + 2) * 3, 4",
        "with a as (select 1), b(x) as (select * from a) select * from b", "(select 1)", "((select 1) union all (select 2)) order by 1", "select 1 union select 2 union all select 3 intersect select 4 except select 5 minus all select 6", "select * from ((select 1 as a) x join (select 2 as b) y)",
        "select * from (select * from t) as x (a, b)", "select * from (a join b on a.x = b.x) join c on true", "select * from ((a))", "from t", "from t select a where b", "from (select 1 as a) select a", "table t",
        "select a, sum(b) from t group by rollup (a, b)", "select a from t group by cube (a, (b, c))", "select a from t group by grouping sets ((a), (b), ())", "select a from t group by a, b grouping sets ((a, b), a)", "select a from t group by a, b with rollup", "select a from t group by a with cube", "select a from t group by all", "select a from t group by 1, a + 1", "select a from t group by (a + 1), (b)", "select a from t group by (a, b)", "select a from t group by (a) + 1", "select a from t group by a, rollup(b, c)",
        "select sum(a) over (partition by b order by c rows between unbounded preceding and current row) from t", "select sum(a) over w, avg(b) over (w rows 2 preceding) from t window w as (partition by b order by c)", "select row_number() over (order by a) as n from t qualify n = 1", "select rank() over w from t window w as (order by a), v as (w) order by a", "select a from t order by row_number() over w window w as (order by a)",
        "select sum(a) over (order by d range between interval 7 days preceding and current row) from t", "select lag(a, 2, 0) over (order by b), lead(a) over (order by b), ntile(4) over (order by b), nth_value(a, 2) ignore nulls over (order by b) from t",
        "select * from t pivot (sum(a) as s, avg(b) for c in ('x', 'y' as yy))", "select * from t pivot (sum(a) for (c, d) in ((1, 2) as u, (3, 4))) as p", "select * from t unpivot (v for n in (a, b as bb))", "select * from t unpivot include nulls ((v, w) for n in ((a, b) as x, (c, d)))",
        "select a from t where exists (select 1 from u where u.x = t.x) and a in (select b from u) and not c not in (select 1)", "select (select max(a) from u) + 1 from t", "select a from t where (a) in (select x from u)", "select ((select 1) + 1)", "select ((select 1))",
        "select /*+ BROADCAST(b) */ a -- all of them\n from t /* nested /* comment */ here */", "select a from db.t", "select a from t sort by a", "select a from t distribute by a", "select a from t cluster by a, b", "select date '2024-01-01' + interval 1 day as d", "select current_day from t", "select t.from, t.`select`, t.order from t",
        "select count(*), count(distinct a, b), sum(distinct a) filter (where b > 1), first(a ignore nulls), last(a) respect nulls, any_value(a) from t", "select end_date, date, timestamp, year, first, last, values, type from t", "select a from t timestamp", "select a offset, b window from t",
        "select stack(2, 1, 2, 3, 4) as (x, y)", "select json_tuple(j, 'a', 'b') as (a, b) from t", "select a from t order by all", "select a from t order by all desc", "select x.y.z, m['k'].v from t",
    ]

    @Test(arguments: good) func reads(sql: String) throws { _ = try Query(parsing: sql) }

    @Test func setOperationsBindByTheirPrecedence() throws {
        let query = try Query(parsing: "select 1 union select 2 intersect select 3 except all select 4")
        guard case .combination(.except, all: true, let left, _) = query.body, case .combination(.union, all: false, _, let right) = left.body,
            case .combination(.intersect, all: false, _, _) = right.body
        else { return #expect(Bool(false), "\(query)") }
    }
}
