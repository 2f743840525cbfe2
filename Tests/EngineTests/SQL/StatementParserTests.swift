import Columnar
import Testing

import Engine

@Suite struct StatementParserTests {
    /// Statements that must be read, beside queries.
    static let good = [
        "explain select 1", "explain extended select 1", "explain formatted insert into t select 1", "create database if not exists d comment 'x' location '/d' with dbproperties ('a' = 'b')",
        "create schema d", "drop database if exists d cascade", "drop schema d restrict", "use d", "use database d", "use spark_catalog.d",
        "create table t (a int, b string comment 'the b', c decimal(10, 2) not null) using parquet", "create table if not exists d.t (a int) partitioned by (day date, hour int) stored as parquet location '/t'",
        "create table t (a int, day date) using csv options (header 'true', sep = '|', 'x.y' 1) partitioned by (day) comment 'c' tblproperties ('k' = 'v', k2 = true)",
        "create external table t (a int) row format delimited fields terminated by '|' lines terminated by '\\n' stored as textfile location '/t'",
        "create table t (a int) row format serde 'x.Y' with serdeproperties ('field.delim' = ';') stored as inputformat 'org.parquet.X' outputformat 'y'",
        "create table t using parquet as select 1 as a", "create table t clustered by (a, b) sorted by (a desc) into 4 buckets as select 1 as a, 2 as b", "create or replace table t as (select 1 as a)",
        "create table t like u", "create table t (select string, `from` int)", "create view v as select 1", "create or replace temporary view v (a comment 'x', b) as select 1, 2", "create global temp view v as select 1",
        "create temp view if not exists v comment 'c' tblproperties ('a' = 'b') as with x as (select 1) select * from x", "drop table if exists t purge", "drop view v", "truncate table t",
        "insert into t values (1, 'a'), (2, 'b')", "insert into table d.t (a, b) select 1, 2", "insert overwrite t partition (day = '2024-01-01', hour) select 1, 2",
        "insert overwrite table t partition (day = date '2024-01-01') if not exists select 1", "insert into t by name select 1 as a", "insert into t (select 1)", "insert into t table u", "insert into t from u select a",
        "insert overwrite directory '/x' using csv options (header true) select 1", "insert overwrite local directory '/x' row format delimited fields terminated by '|' select 1",
        "with x as (select 1) insert into t select * from x", "describe t", "desc formatted d.t", "describe table extended t", "describe query select 1", "desc select 1", "describe database d", "describe function abs",
        "show databases like 'a*'", "show schemas", "show tables in d like '*x*'", "show tables from d 'x'", "show tables", "show views", "show columns in t", "show columns from t in d", "show partitions t partition (a = 1)", "show create table t",
        "show functions", "show functions like 'a*'", "show tblproperties t", "show tblproperties t ('k')", "show current database", "show catalogs", "msck repair table t", "msck repair table t sync partitions", "repair table t drop partitions",
        "alter table t add partition (a = 1) location '/x' partition (a = 2)", "alter table t add if not exists partition (a = 1, b = 'x')", "alter table t drop if exists partition (a = 1), partition (a = 2)", "alter table t rename to u",
        "alter table t set tblproperties ('a' = 'b')", "alter table t unset tblproperties if exists ('a')", "alter table t set location '/x'", "alter table t add columns (a int comment 'x', b string)", "alter table t recover partitions", "alter view v as select 1",
        "cache table t", "cache lazy table t as select 1", "cache table t options ('storageLevel' 'DISK_ONLY') select 1", "uncache table if exists t", "clear cache", "refresh table t", "analyze table t compute statistics for all columns",
        "analyze table t partition (a = 1) compute statistics noscan", "set", "set -v", "set spark.sql.ansi.enabled", "set spark.sql.ansi.enabled = true", "set a.b-c=d e f;", "set time zone 'Europe/Oslo'", "reset", "reset a.b", "comment on table t is 'x'",
    ]

    @Test(arguments: good) func reads(sql: String) throws { _ = try Statement(parsing: sql) }

    @Test func tablesAreWhatTheySay() throws {
        guard
            case .createTable(let table) = try Statement(
                parsing: """
                    CREATE EXTERNAL TABLE IF NOT EXISTS Shop.Sales (id BIGINT COMMENT 'the id', tags ARRAY<STRUCT<name: STRING>>)
                    COMMENT 'all of them' PARTITIONED BY (day DATE) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' STORED AS TEXTFILE
                    LOCATION 's3://bucket/sales' TBLPROPERTIES ('a.b' = 'c')
                    """)
        else { return #expect(Bool(false)) }
        #expect(table.name == ["Shop", "Sales"] && table.ifNotExists && table.isExternal && table.comment == "all of them" && table.fieldDelimiter == "|")
        #expect(table.columns.map(\.field) == [Field("id", .long), Field("tags", .array(.struct([Field("name", .string)])))] && table.columns[0].comment == "the id")
        #expect(table.partitionColumns.map(\.name) == ["day"] && table.partitionColumns[0].type == .date && table.format == "textfile")
        #expect(table.location == "s3://bucket/sales" && table.properties == ["a.b": "c"] && table.query == nil)
    }

    @Test func insertsAreWhatTheySay() throws {
        guard case .insert(let insert) = try Statement(parsing: "insert overwrite table d.t partition (day = '2024-01-01', hour) (a, b) select 1, 2, 3") else { return #expect(Bool(false)) }
        guard case .table(["d", "t"]) = insert.target else { return #expect(Bool(false)) }
        #expect(insert.overwrites && insert.columns == ["a", "b"] && insert.partition.map(\.0) == ["day", "hour"] && insert.partition[1].1 == nil)
        #expect(insert.query.description == "SELECT 1, 2, 3")
    }

    @Test func settingsAndViewsKeepTheirText() throws {
        guard case .set("spark.x-y.z"?, "a b, 'c'"?) = try Statement(parsing: "set spark.x-y.z = a b, 'c' ;") else { return #expect(Bool(false)) }
        guard case .createView(_, _, _, let text, _, _, _, _, _) = try Statement(parsing: "create view v as  select  a -- x\n from t ;") else { return #expect(Bool(false)) }
        #expect(text == "select  a -- x\n from t")
    }

    @Test func columnsAreRead() throws {
        #expect(try Schema(parsingColumns: "id bigint, name string comment 'x', t timestamp_ntz, d dec(5)") == Schema([Field("id", .long), Field("name", .string), Field("t", .timestamp), Field("d", .decimal(precision: 5, scale: 0))]))
    }

    /// Broken texts, with ¦ where the caret must stand, and what is said.
    @Test(arguments: [
        ("", "the text has no statement"), ("¦selct 1", "'selct' stands here where a statement (SELECT, INSERT, CREATE ...) is expected; did you mean SELECT?"),
        ("select ¦", "the text ends where a value is expected"), ("select a, ¦from t", "'from' stands here where a value is expected; the comma before it is one too many"),
        ("select a from ¦", "the text ends where a table is expected"), ("select a from ¦where b", "'where' stands here where a table is expected; as a name it is written in back-ticks: `where`"),
        ("select a from t, ¦where b", "'where' stands here where a table is expected; the comma before it is one too many, or the name wants back-ticks: `where`"),
        ("select a from t whre ¦b = 1", "'b' stands here where the end of the query is expected; did you mean WHERE by 'whre'?"),
        ("select a from t where ¦", "the text ends where a value is expected"), ("select a from t where b = ¦", "the text ends where a value is expected"),
        ("select a from t where b = 1 ¦where c = 2", "there are two of WHERE; join the conditions with AND"), ("select a from t group by a ¦where c", "WHERE stands before GROUP BY"),
        ("select a from t group ¦a", "'a' stands here where BY is expected"), ("select a from t order ¦a", "'a' stands here where BY is expected"), ("select a from t limit 1 limit 2", "there are two of LIMIT"),
        ("select a, ¦order from t", "'order' stands here where a value is expected; as a name it is written in back-ticks: `order`"),
        ("select a from t order by a, ¦", "the text ends where a value is expected; the comma before it is one too many"), ("select a from t limit 1¦, 2", "LIMIT takes one number; rows to leave out before stand behind OFFSET: LIMIT 10 OFFSET 20"),
        ("select (a¦", "the text ends where ')' is expected"), ("select a¦) from t", "this ')' closes no '('"), ("select ¦'a from t", "the string is never closed"), ("select ¦`a from t", "the back-tick is never closed"),
        ("select a ¦/* b", "the comment is never closed"), ("select a from t where a = ¦‘x’", "the quotation mark ‘ has no meaning in SQL; strings stand between ' and '"), ("select a ¦# b", "the character '#' has no meaning here"),
        ("select ¦5x", "'5x' is no number that fits its type"), ("select ¦lowr(a)", "there is no function 'lowr'; did you mean 'lower'?"), ("select ¦substring(a) from t", "substring() takes 2 to 3 arguments, not 1"),
        ("select ¦sum() from t", "sum() takes 1 argument, not 0"), ("select ¦count() from t", "count() wants one argument at least; count(*) counts rows"), ("select ¦lower(distinct a)", "lower() is no aggregate, so DISTINCT does not go with it"),
        ("select ¦row_number() from t", "row_number() wants a window: row_number() OVER (PARTITION BY ... ORDER BY ...)"), ("select ¦lower(a) over (order by a)", "lower() is no function over windows, so OVER does not go with it"),
        ("select ¦sum(distinct a) over (order by a)", "DISTINCT does not go with OVER"), ("select ¦lag(a, b) over (order by a)", "lag() wants the distance as a whole number, not 'b'"),
        ("select sum(a) over ¦w from t", "there is no window 'w'; windows are named behind HAVING: WINDOW w AS (...)"), ("select sum(a) over ¦ww from t window w as (order by a)", "there is no window 'ww'; did you mean 'w'?"),
        ("select sum(a) over (order by a rows 2 ¦behind)", "'behind' stands here where PRECEDING or FOLLOWING is expected"),
        ("select sum(a) over (order by a rows ¦b preceding)", "a frame's offset is a literal number, or an interval"), ("select case a ¦end", "'end' stands here where WHEN is expected"), ("select case when a ¦end", "'end' stands here where THEN is expected"),
        ("select case when a then b ¦from t", "'from' stands here where WHEN, ELSE or END is expected"), ("select cast(a ¦int)", "'int' stands here where AS is expected"), ("select cast(a as ¦strin)", "'strin' is no type; did you mean 'string'?"),
        ("select cast(a as decimal(¦40))", "a decimal has 1 to 38 digits, and no more of them behind the point than it has"), ("select cast(a as array<int¦)", "')' stands here where '>' is expected"), ("select cast(a as struct<x int, ¦x int>)", "the struct has two fields 'x'"),
        ("select a between 1 ¦or 2", "'or' stands here where AND is expected"), ("select a is ¦5", "'5' stands here where NULL, TRUE or FALSE is expected"), ("select a in ¦5", "'5' stands here where '(' is expected"), ("select a in (¦)", "')' stands here where a value is expected"),
        ("select ¦date '2023-02-29'", "this is no date; one is written DATE '2024-02-29'"), ("select ¦timestamp 'x'", "this is no timestamp; one is written TIMESTAMP '2024-02-29 13:45:10'"), ("select ¦x'1'", "bytes are written as pairs of hexadecimal digits: X'1AFF'"),
        ("select interval ¦'x'", "this is no interval; one is written INTERVAL 3 DAYS or INTERVAL '1 day 2 hours'"), ("select interval ¦'1-13' year to month", "'1-13' is no interval of YEAR TO MONTH; one is '1-2'"), ("select ¦interval a day", "an interval's length is a literal, as in INTERVAL 3 DAYS; one that is computed is written n * INTERVAL 1 DAY, or date_add(day, n)"),
        ("select interval 3 ¦hous", "'hous' stands here where a unit such as DAY is expected; did you mean HOUR?"), ("select a from t left join u¦", "the text ends where ON or USING behind LEFT JOIN is expected"), ("select a from t join ¦", "the text ends where a table is expected"),
        ("select a from t natural join u ¦on a = b", "NATURAL JOIN says by itself which columns are equal; leave out ON and USING"), ("select a from t right ¦semi join u on true", "there is only LEFT SEMI JOIN; exchange the tables"),
        ("select a from ¦'t'", "a table's name stands without quotes or in back-ticks"), ("with a as (select 1), ¦a as (select 2) select 1", "there are two queries 'a' behind WITH"), ("with ¦recursive a as (select 1) select 1", "WITH RECURSIVE is not supported; a loop in the script that unites frames until nothing new comes does the same"),
        ("with a ¦select 1", "'select' stands here where AS and a query in parentheses is expected"), ("select 1 union ¦", "the text ends where a query (SELECT, VALUES, WITH or '(') is expected"), ("values (1, 2), ¦(3)", "this row has 1 value, the first one 2"),
        ("select * from t lateral view ¦lower(a) x as y", "LATERAL VIEW wants a function that makes rows, such as explode; lower() makes none"), ("select * from t pivot (sum(a) for b ¦c)", "'c' stands here where IN is expected"), ("select * from t tablesample (¦120 percent)", "a sample has 0 to 100 percent of the rows"),
        ("select 1¦; select 2", "one statement at a time: the text goes on behind ';'"), ("create ¦tabel t (a int)", "'tabel' stands here where TABLE, VIEW or DATABASE is expected; did you mean TABLE?"), ("create table ¦(a int)", "'(' stands here where a table's name is expected"),
        ("create table t (a int, ¦A string)", "there are two columns 'A'"), ("create table t (a ¦)", "')' stands here where a type is expected"), ("create table t (a int) using parquet ¦using csv", "there are two of USING"), ("create table t ¦if not exists (a int)", "'if' stands here where the end of the query is expected"),
        ("¦create temporary table t (a int)", "there are no temporary tables; CREATE TEMPORARY VIEW makes what a session sees"), ("create view v ¦select 1", "'select' stands here where AS is expected"), ("drop ¦tabel t", "'tabel' stands here where TABLE, VIEW or DATABASE is expected; did you mean TABLE?"),
        ("drop table ¦if not exists t", "this reads IF EXISTS"), ("insert ¦t values (1)", "'t' stands here where INTO is expected"), ("insert into t ¦", "the text ends where a query or VALUES is expected"), ("insert into t partition (a ¦> 1) select 1", "partitions are named by their values, with ="),
        ("show ¦tabels", "'tabels' stands here where what to show (TABLES, DATABASES, PARTITIONS ...) is expected; did you mean TABLES?"), ("¦delete from t", "DELETE is not supported: files are not changed in place; INSERT OVERWRITE with a query writes them anew"),
        ("alter table t ¦frobnicate", "'frobnicate' stands here where ADD, DROP, RENAME TO or SET is expected"), ("select t.¦", "the text ends where a field's name is expected"), ("select a as ¦, b", "',' stands here where a name is expected"),
        ("select x -> x + 1", "a lambda can only be an argument of a function such as transform"), ("select * from a ¦on a.x = 1", "ON belongs behind a JOIN"), ("select a ¦then b", "THEN belongs into a CASE, and none is open here"),
    ] as [(String, String)]) func pointsAtThePlace(marked: String, message: String) {
        let parts = marked.split(separator: "¦", maxSplits: 1, omittingEmptySubsequences: false)
        let sql = parts.joined()
        do {
            _ = try Statement(parsing: sql)
            Issue.record("\(sql) was read")
        } catch {
            #expect(error.message == message, "\(sql)")
            if parts.count == 2 { #expect(error.position == parts[0].utf8.count, "\(error)") }
        }
    }
}
