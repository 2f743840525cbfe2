import Testing

import Columnar

@Suite struct DisplayTests {
    private static let inner: DataType = .struct([Field("city", .string), Field("zip", .choice([.int, .string]))])
    private static let schema = Schema([
        Field("id", .long), Field("note", .string), Field("place", inner), Field("tags", .array(.double)), Field("m", .map(key: .int, value: .boolean)),
        Field("b", .binary), Field("day", .date), Field("at", .timestamp), Field("price", .decimal(precision: 10, scale: 2)), Field("none", .null),
    ])

    private var batch: Batch {
        let rows: [[Value]] = [
            [
                .integer(1), .string("a\"\\\n\u{1}ü✓ and a longer tail of text"), .struct([StructValueField("city", "Oslo"), StructValueField("zip", .integer(150))]),
                .array([.double(42), .null, .double(.nan), .double(-1e300)]), .map([MapValueEntry(.integer(7), .boolean(true))]), .binary([1, 2]),
                .date(19782), .timestamp(1_709_214_310_000_000), .decimal(unscaled: 1250, scale: 2), .null,
            ],
            Array(repeating: .null, count: 10),
            [
                .integer(2), "", .struct([StructValueField("city", .null), StructValueField("zip", "x")]), .array([]), .map([]), .binary([]), .date(0),
                .timestamp(1), .decimal(unscaled: -1, scale: 2), .null,
            ],
        ]
        let columns = Self.schema.fields.enumerated().map { i, field in Column.of(field.type, rows.map { $0[i] }) }
        return Batch(schema: Self.schema, columns: columns, count: 3)
    }

    @Test func records() {
        #expect(
            batch.json(row: 0)
                == #"{"id": 1, "note": "a\"\\\n\u0001ü✓ and a longer tail of text", "place": {"city": "Oslo", "zip": 150}, "tags": [42.0, null, NaN, -1e+300], "m": {"7": true}, "b": "AQI=", "day": "2024-02-29", "at": "2024-02-29 13:45:10", "price": 12.50, "none": null}"#)
        #expect(
            batch.json(row: 1)
                == #"{"id": null, "note": null, "place": null, "tags": null, "m": null, "b": null, "day": null, "at": null, "price": null, "none": null}"#)
        #expect(
            batch.json(row: 2)
                == #"{"id": 2, "note": "", "place": {"city": null, "zip": "x"}, "tags": [], "m": {}, "b": "", "day": "1970-01-01", "at": "1970-01-01 00:00:00.000001", "price": -0.01, "none": null}"#)
    }

    @Test func everyByteIsEscapedAsJSONWants() {
        for position in [0, 3, 7, 8, 20] {
            for byte in UInt8(0)..<128 {
                var bytes = Array(repeating: UInt8(ascii: "x"), count: 24)
                bytes[position] = byte
                let written = text { out in bytes.withUnsafeBytes { out.append(jsonEscaped: $0) } }
                let escape: String =
                    switch byte {
                    case 8: "\\b"
                    case 9: "\\t"
                    case 10: "\\n"
                    case 12: "\\f"
                    case 13: "\\r"
                    case 34: "\\\""
                    case 92: "\\\\"
                    case 0..<16: "\\u000" + String(byte, radix: 16, uppercase: true)
                    case 16..<32: "\\u00" + String(byte, radix: 16, uppercase: true)
                    default: String(Unicode.Scalar(byte))
                    }
                #expect(written == String(repeating: "x", count: position) + escape + String(repeating: "x", count: 23 - position))
            }
        }
    }

    @Test func trees() {
        let schema = Schema([
            Field("id", .int), Field("price", .decimal(precision: 10, scale: 2)), Field("place", Self.inner), Field("tags", .array(.struct([Field("n", .long)]))),
            Field("m", .map(key: .string, value: .array(.int))), Field("c", .choice([.array(.string), .int, .struct([Field("x", .double)])])), Field("z", .null),
        ])
        #expect(
            schema.treeDescription == """
                root
                |-- id: int
                |-- price: decimal
                |-- place: struct
                |    |-- city: string
                |    |-- zip: choice
                |    |    |-- int
                |    |    |-- string
                |-- tags: array
                |    |-- element: struct
                |    |    |-- n: long
                |-- m: map
                |    |-- keyType: string
                |    |-- valueType: array
                |    |    |-- element: int
                |-- c: choice
                |    |-- array
                |    |    |-- element: string
                |    |-- int
                |    |-- struct
                |    |    |-- x: double
                |-- z: null
                """)
        #expect(Schema.empty.treeDescription == "root")
        let spark = Schema([
            Field("id", .long), Field("place", .struct([Field("zip", .int)])), Field("tags", .array(.array(.string))), Field("m", .map(key: .string, value: .decimal(precision: 5, scale: 1))),
        ])
        #expect(
            spark.sparkTreeDescription == """
                root
                 |-- id: long (nullable = true)
                 |-- place: struct (nullable = true)
                 |    |-- zip: integer (nullable = true)
                 |-- tags: array (nullable = true)
                 |    |-- element: array (containsNull = true)
                 |    |    |-- element: string (containsNull = true)
                 |-- m: map (nullable = true)
                 |    |-- key: string
                 |    |-- value: decimal(5,1) (valueContainsNull = true)
                """)
    }

    @Test func tables() {
        let schema = Schema([Field("shop", .string), Field("total", .double), Field("nested", .struct([Field("a", .int), Field("b", .array(.string))]))])
        let columns = [
            Column.of(.string, ["north", "日本", .null]),
            Column.of(.double, [.double(15.5), .null, .double(1e10)]),
            Column.of(
                schema[2].type,
                [
                    .struct([StructValueField("a", .integer(1)), StructValueField("b", .array(["x", .null]))]), .null,
                    .struct([StructValueField("a", .null), StructValueField("b", .array(["a long\ntext that is cut"]))]),
                ]),
        ]
        let batch = Batch(schema: schema, columns: columns, count: 3)
        #expect(
            batch.showString() == """
                +-----+------+--------------------+
                | shop| total|              nested|
                +-----+------+--------------------+
                |north|  15.5|      {1, [x, NULL]}|
                | 日本|  NULL|                NULL|
                | NULL|1.0E10|{NULL, [a long\\nt...|
                +-----+------+--------------------+

                """)
        #expect(
            batch.showString(rows: 1, truncate: 0) == """
                +-----+-----+--------------+
                |shop |total|nested        |
                +-----+-----+--------------+
                |north|15.5 |{1, [x, NULL]}|
                +-----+-----+--------------+
                only showing top 1 row

                """)
        #expect(
            batch.showString(rows: 2, vertical: true) == """
                -RECORD 0----------------
                 shop   | north          \n total  | 15.5           \n nested | {1, [x, NULL]} \n-RECORD 1----------------
                 shop   | 日本           \n total  | NULL           \n nested | NULL           \nonly showing top 2 rows

                """)
        #expect(Batch.empty(schema).showString(vertical: true) == "(0 rows)\n")
        #expect(
            Batch.empty(schema).showString() == """
                +----+-----+------+
                |shop|total|nested|
                +----+-----+------+
                +----+-----+------+

                """)
    }

    @Test func binaryAndTemporalCells() {
        let schema = Schema([Field("b", .binary), Field("at", .timestamp), Field("m", .map(key: .string, value: .int))])
        let batch = Batch(
            schema: schema,
            columns: [
                .of(.binary, [.binary([0x31, 0x0a])]), .of(.timestamp, [.timestamp(1_704_067_200_000_000)]),
                .of(schema[2].type, [.map([MapValueEntry("k", .integer(1)), MapValueEntry("l", .null)])]),
            ], count: 1)
        #expect(
            batch.showString() == """
                +-------+-------------------+-------------------+
                |      b|                 at|                  m|
                +-------+-------------------+-------------------+
                |[31 0A]|2024-01-01 00:00:00|{k -> 1, l -> NULL}|
                +-------+-------------------+-------------------+

                """)
    }
}
