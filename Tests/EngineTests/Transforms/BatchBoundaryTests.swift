import Columnar
import Testing

import Engine

/// How rows fall into batches, and whether a batch is a slice or a gathering of a larger one, must not show in what a transform makes of them.
@Suite struct BatchBoundaryTests {
    /// A repeatable source of choices.
    private struct Random {
        var state: UInt64
        init(_ seed: Int) { state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1 }

        mutating func below(_ limit: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state >> 33) % limit
        }
    }

    /// Appends a value of any type, nested at most `depth` deep.
    private static func value(_ random: inout Random, _ builder: VariantBuilder, depth: Int) {
        switch random.below(depth > 0 ? 13 : 8) {
        case 0, 1: builder.appendNull()
        case 2: builder.append(jsonInteger: Int64(random.below(10)))
        case 3: builder.append(jsonInteger: Int64(random.below(10)) << 40)
        case 4: builder.append(double: Double(random.below(10)) / 2)
        case 5: builder.append(string: ["1", "two", "3.5", "a string that is longer than a view", ""][random.below(5)])
        case 6: builder.append(bool: random.below(2) == 0)
        case 7: builder.append(date: Int32(random.below(3)))
        case 8, 9:
            let record = builder.beginStruct()
            fields(&random, record, depth: depth - 1)
        case 10:
            let elements = builder.beginArray()
            for _ in 0..<random.below(4) { value(&random, elements, depth: depth - 1) }
            builder.endArray()
        case 11:
            let (keys, values) = builder.beginMap()
            for key in ["k", "a key that is longer than a view"].prefix(random.below(3)) {
                keys.append(string: key)
                value(&random, values, depth: depth - 1)
            }
            builder.endMap()
        default:
            let elements = builder.beginArray()
            for _ in 0..<random.below(4) {
                if random.below(4) == 0 { elements.appendNull() } else { fields(&random, elements.beginStruct(), depth: depth - 1) }
            }
            builder.endArray()
        }
    }

    private static func fields(_ random: inout Random, _ record: RecordBuilder, depth: Int) {
        for name in ["a", "b", "c"] where random.below(3) > 0 { value(&random, record.field(name)!, depth: depth) }
        record.endRow()
    }

    /// Rows in one batch, and the same rows each in a batch of its own schema.
    private static func rows(_ seed: Int) -> (whole: Batch, single: [Batch]) {
        let count = 1 + seed % 9
        let whole = RecordBuilder()
        var random = Random(seed)
        for _ in 0..<count { fields(&random, whole, depth: 3) }
        random = Random(seed)
        let single = (0..<count).map { _ in
            let builder = RecordBuilder()
            fields(&random, builder, depth: 3)
            return builder.finish()
        }
        return (whole.finish(), single)
    }

    /// What a transform makes of a frame with the given schema: rows, and how many casts failed.
    private typealias Transform = @Sendable (Batch, Schema) throws -> (Batch, Int)

    private static let transforms: [(String, Transform)] = {
        func resolve(_ action: ResolveChoice.Action) -> Transform {
            { batch, schema in
                let result = try ResolveChoice(choice: action).apply(batch, frameSchema: schema)
                return (result.batch, result.failures.total)
            }
        }
        func specs(_ specs: [(String, ResolveChoice.Action)]) -> Transform {
            { batch, schema in
                let parsed = try specs.map { (spec) throws in (path: try FieldPath(spec.0), action: spec.1) }
                let result = try ResolveChoice(specs: parsed).apply(batch, frameSchema: schema)
                return (result.batch.conforming(to: try ResolveChoice(specs: parsed).outputSchema(for: schema)), result.failures.total)
            }
        }
        // Casts to strings are left out where structs can be meant: their text shows the fields of the batch.
        let mappings = [["a", "string", "x.a", "long"], ["b.c", "int", "x.b", "date"], ["a.b.c", "int", "y", "double"], ["c", "string", "c", "array<long>"]]
        return [
            ("cast", resolve(.cast(.long))), ("project", resolve(.project(.string))), ("make_cols", resolve(.makeColumns)), ("make_struct", resolve(.makeStruct)),
            ("cast a", specs([("a", .cast(.double)), ("b[].a", .cast(.int))])), ("struct b", specs([("b.c", .makeStruct), ("c[]", .project(.int))])),
            ("match", resolve(.matchCatalog(Schema([Field("A", .double), Field("b", .struct([Field("c", .boolean)]))])))),
            ("select", { (SelectFields(try paths(["b.a", "c", "a.b.c"])).apply($0, frameSchema: $1), 0) }),
            ("drop", { (DropFields(try paths(["b.a", "c.b", "a.a.a"])).apply($0, frameSchema: $1), 0) }),
            ("unnest", { batch, schema in (UnnestFrame().apply(batch, frameSchema: schema), 0) }),
            ("nulls", { batch, schema in
                let drop = DropNullFields(frameSchema: schema)
                return (drop.apply(batch).conforming(to: drop.outputSchema(for: schema)), 0)
            }),
            ("mapping", { batch, _ in
                let result = try ApplyMapping(mapping(mappings)).apply(batch)
                return (result.batch, result.failures.total)
            }),
            ("source type", { batch, schema in
                let result = try ApplyMapping(mapping(mappings), choiceRule: .sourceTypeSelects).apply(batch, frameSchema: schema)
                return (result.batch, result.failures.total)
            }),
            ("split", { batch, schema in
                let split = SplitRows([try .init("a", ">=", .integer(2)), try .init("b.c", "!=", .null)])
                return (split.apply(batch).rest.conforming(to: schema), 0)
            }),
        ]
    }()

    /// The same rows cut otherwise: slices, gatherings, batches of narrower schemas.
    private static func cuts(_ whole: Batch, _ single: [Batch]) -> [(String, [Batch])] {
        let middle = whole.count / 2
        let all = Values((0..<whole.count).map { Int32($0) })
        return [
            ("slices", [whole.slice(0..<middle), whole.slice(middle..<whole.count)]),
            ("rows", (0..<whole.count).map { whole.slice($0..<$0 + 1) }),
            ("gathered", [whole.take(all)]),
            ("gathered rows", (0..<whole.count).map { whole.take(Values([Int32($0)])) }),
            ("own schemas", single),
            ("conformed", single.map { $0.conforming(to: whole.schema) }),
        ]
    }

    @Test(arguments: 0..<50) func cutsDoNotShow(_ seed: Int) throws {
        let (whole, single) = Self.rows(seed)
        let schema = single.reduce(Schema.empty) { $0.merging($1.schema) }
        try #require(schema == whole.schema)
        for (name, transform) in Self.transforms {
            let expected = try transform(whole, schema)
            for (cut, batches) in Self.cuts(whole, single) {
                let results = try batches.map { try transform($0, schema) }
                #expect(results.flatMap { text($0.0) } == text(expected.0), "\(name), \(cut)")
                #expect(results.reduce(0) { $0 + $1.1 } == expected.1, "failures of \(name), \(cut)")
            }
        }
        let relationalize = Relationalize(rootName: "r", frameSchema: schema)
        for table in relationalize.tables {
            var processor = RelationalizeTable(table, of: relationalize)
            let expected = text(processor.process(whole))
            for (cut, batches) in Self.cuts(whole, single) {
                var processor = RelationalizeTable(table, of: relationalize)
                #expect(batches.flatMap { text(processor.process($0)) } == expected, "\(table.name), \(cut)")
            }
        }
        let expected = KeyEncoder.encode(whole.columns, count: whole.count)
        let keys = (0..<whole.count).map { expected.withBytes($0) { Array($0) } }
        for (cut, batches) in Self.cuts(whole, single) {
            let found = batches.flatMap { batch in
                let conformed = batch.conforming(to: schema)
                let keys = KeyEncoder.encode(conformed.columns, count: batch.count)
                return (0..<batch.count).map { keys.withBytes($0) { Array($0) } }
            }
            #expect(found == keys, "keys, \(cut)")
        }
    }
}
