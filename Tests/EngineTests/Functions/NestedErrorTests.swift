import Testing

import Columnar
import Engine

/// What functions of dates and nested values refuse, in whole sentences.
@Suite struct NestedErrorTests {
    @Test(arguments: [
        ("element_at(xs, 0)", "element_at() counts from 1, or from -1 backwards; there is no element 0 (get() counts from 0)"),
        ("slice(xs, 0, 1)", "slice() counts from 1, or from -1 backwards; there is no start 0"), ("slice(xs, 1, -1)", "slice() takes a length of 0 or more, not -1"),
        ("array_insert(xs, 0, 1)", "array_insert() counts places from 1, or from -1 backwards; there is no place 0"),
        ("sequence(1, 5, -1)", "sequence() cannot go from 1 to 5 in steps of -1"), ("sequence(1, 3000000000)", "sequence() would make more than 268435456 elements at once"),
        ("sequence(1, 2.5)", "sequence() wants whole numbers, dates or timestamps, but 2.5 is of type decimal(2,1)"),
        ("map('a', 1, 'a', 2)", "a map would have the key a twice"), ("map(cast(null as string), 1)", "a map's key cannot be null"),
        ("map_from_arrays(array(1), array(1, 2))", "a map needs as many values as keys; there are 1 keys and 2 values"),
        ("transform_keys(m, (k, v) -> 'same')", "transform_keys(): a map would have the key same twice"),
        ("transform(i, x -> x)", "transform() wants an array, but i is of type int"), ("transform(xs, i)", "transform() wants a function such as x -> x + 1, but i is none"),
        ("exists(xs, (x, y) -> x > y)", "exists() takes a function of 1 parameter"), ("transform(xs, x -> nope + x)", "there is no column 'nope'"),
        ("aggregate(xs, array(1), (a, x) -> x)", "aggregate() cannot be applied: array(1) is of type array<int>"),
        ("get_field(st, 'zz')", "'st' has no field 'zz'"), ("get_field(i, 'a')", "'i' is of type int and has no fields"),
        ("drop_fields(st, 'a', 'b')", "drop_fields() cannot take away all fields of a struct"),
        ("array_contains(xs, array(1))", "array_contains() cannot be applied"), ("array_max(i)", "array_max() wants an array, but i is of type int"),
        ("from_utc_timestamp(at, 'Nowhere')", "there is no time zone 'Nowhere'; a zone is a region such as 'Europe/Berlin', 'UTC', or an offset such as '+02:00'"),
        ("date_format(at, 'yyyy-ww')", "'yyyy-ww' is no pattern of dates and times"), ("date_format(at, 'u')", "'u' is no pattern"), ("date_format(at, 'MMMMM')", "'MMMMM' is no pattern"),
        ("date_format(at, s)", "'abc' is no pattern"), ("to_date(s, 'E')", "text cannot be read by the pattern 'E': E, F, Q and q are only written"),
        ("date_part('century', at)", "date_part() wants a part such as 'year'"), ("timestampadd('eon', 1, at)", "timestampadd() wants a unit such as 'year'"),
        ("date_add(day, 1.5)", "date_add() wants a whole number of days, but 1.5 is of type decimal(2,1)"),
        ("window(at, 'x')", "window() wants a duration such as '10 minutes'"), ("window(at, '10 minutes', '5 minutes')", "window(): windows that overlap are not supported"),
        ("from_json(js, 'nonsense')", "from_json() wants a schema such as 'a INT, b ARRAY<STRING>'"), ("from_json(js, 'STRING')", "from_json() wants a schema that is a struct, an array or a map"),
        ("schema_of_json('{')", "schema_of_json() wants JSON text as a constant"), ("to_json(i)", "to_json() wants a struct, an array or a map, but i is of type int"),
    ])
    func refuses(sql: String, message: String) throws {
        let expression = try SparkTable.parse(sql)
        #expect { try expression.evaluate(on: SparkTable.batch) } throws: { error in "\(error)".hasPrefix(message) }
    }

    /// Functions that are called with what they cannot use for lack of rows do no harm.
    @Test(arguments: ["transform(xs, x -> x)", "aggregate(xs, 0, (a, x) -> a)", "array_sort(xs, (a, b) -> a - b)", "map_zip_with(m, m, (k, a, b) -> a)", "arrays_zip(xs, ys)", "from_json(js, 'a INT')"])
    func nothingOfNothing(sql: String) throws {
        let expression = try SparkTable.parse(sql)
        #expect(try expression.evaluate(on: SparkTable.batch.slice(2..<2)).count == 0)
        let nulls = Batch(schema: SparkTable.schema, columns: SparkTable.schema.fields.map { .nulls($0.type, count: 3) }, count: 3)
        #expect(try expression.evaluate(on: nulls).nullCount == 3)
    }

    @Test func columnsOfNoTypeAreNull() throws {
        let schema = Schema([Field("n", .null)])
        let batch = Batch(schema: schema, columns: [.nulls(.null, count: 2)], count: 2)
        for sql in [
            "transform(n, x -> x + 1)", "filter(n, x -> x)", "exists(n, x -> x)", "aggregate(n, 0, (a, x) -> a)", "array_contains(n, 1)", "element_at(n, 1)", "map_keys(n)", "map_entries(n)",
            "flatten(n)", "array_distinct(n)", "arrays_zip(n)", "from_utc_timestamp(n, 'UTC')", "date_format(n, 'yyyy')", "add_months(n, 1)", "get_json_object(n, '$')", "from_json(n, 'a INT')",
            "to_json(n)", "map_from_entries(n)", "map_from_arrays(n, n)", "get_item(n, 0)", "array_join(n, ',')", "sort_array(n)", "slice(n, 1, 1)", "array_max(n)", "sequence(n, n)", "json_object_keys(n)",
            "map_filter(n, (k, v) -> true)", "zip_with(n, n, (a, b) -> a)", "array_sort(n)", "array_append(n, 1)", "array_union(n, n)", "map_concat(n)", "get_field(n, 'a')", "str_to_map(n)",
        ] {
            let expression = try SparkTable.parse(sql)
            let type = try expression.resolveType(in: schema)
            let column = try expression.evaluate(on: batch)
            #expect(column.nullCount == 2, "\(sql)")
            #expect(column.type == type || column.type == .null, "\(sql): \(column.type) and \(type)")
        }
        #expect(try SparkTable.parse("size(n)").evaluate(on: batch).values == [.integer(-1), .integer(-1)])
    }
}
