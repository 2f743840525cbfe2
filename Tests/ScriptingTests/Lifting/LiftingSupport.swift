import Columnar
import Scripting
import Testing

/// A row function in its two forms.
struct TwoForms {
    let state = LuaState()
    let function: RowFunction
    let lifted: LiftedFunction?
    let refusal: String?

    /// - Parameter code: a chunk that returns the function.
    init(_ code: String) throws {
        let reference = try state.run(Array(code.utf8), name: "job.lua")[0].function!
        let (facts, template) = try state.analyze(reference)
        function = RowFunction(reference, facts: facts, in: state)
        do {
            lifted = try template?.lifted()
            if case .impure(let reason, _) = facts.purity { refusal = reason } else { refusal = nil }
        } catch let error as LiftRefusal {
            lifted = nil
            refusal = "\(error.reason) (line \(error.line))"
        }
    }

    /// What the interpreter gives for a batch, and what the program gives with the interpreter's help; and how many rows needed that.
    func results(_ batch: Batch) throws -> (interpreted: [String], lifted: [String], rowsLeft: Int) {
        let lifted = try #require(lifted, "\(refusal ?? "")")
        var texts: ([String], [String]) = ([], [])
        let (kept, errors) = try function.filter(batch)
        texts.0 += (0..<batch.count).filter { kept[$0] }.map { "keeps \($0)" } + errors.map { "\($0)" }
        let filtered = try lifted.filter(batch) { try function.filter($0) }
        texts.1 += (0..<batch.count).filter { filtered.kept[$0] }.map { "keeps \($0)" } + filtered.errors.map { "\($0)" }
        let (records, _, mapErrors) = try function.map(batch)
        texts.0 += [describe(records.schema)] + describe(records) + mapErrors.map { "\($0)" }
        let mapped = try lifted.map(batch) { try function.map($0) }
        texts.1 += [describe(mapped.batch.schema)] + describe(mapped.batch) + mapped.errors.map { "\($0)" }
        return (texts.0, texts.1, filtered.interpreted)
    }
}

/// Expects that both forms of a function agree on a batch.
func expectAgreement(_ code: String, _ batch: Batch, _ comment: String = "") throws {
    let (interpreted, lifted, _) = try TwoForms(code).results(batch)
    guard interpreted != lifted else { return }
    let places = zip(interpreted, lifted).filter { $0 != $1 }.prefix(5).map { "interpreted \($0), lifted \($1)" }
    Issue.record("\(code)\n\(comment)\n\(places.joined(separator: "\n")), \(interpreted.count) and \(lifted.count) lines")
}

/// Batches of the same fields in every shape that columns come in.
enum LiftingBatches {
    static let words = [
        "Ada", "", "completed", "cancelled", "a name of more than twelve bytes", "ÄÖ straße", "10", "0x10", " 12 ", "3.5", "1e3", "abc",
        "ABC def GHI jkl mno", "nil", "-7", "9223372036854775808", "twelve bytes", "thirteen byte", "2024-01-02 03:04:05",
    ]

    /// Rows with nulls and values of every kind; `mix` is a choice.
    static func mixed(_ count: Int = 300, seed: UInt64 = 7) -> Batch {
        var numbers = LiftingRandom(seed: seed)
        return makeBatch((0..<count).map { _ in
            var row: [(String, Cell)] = []
            func put(_ name: String, _ cell: @autoclosure () -> Cell) {
                let value = cell()
                row.append((name, numbers.next(10) == 0 ? .null : value))
            }
            put("i", .int(numbers.pick([0, 1, -1, 2, 3, 7, 10, 100, -5, 2_147_483_647])))
            put("j", .int(numbers.pick([0, 1, 2, 3, -3, 5])))
            put("big", .long(numbers.pick([9_007_199_254_740_993, .max, .min, 12_345_678_901_234, 5, 0])))
            put("f", .double(numbers.pick([0.5, -0.5, 2.0, -3.75, 1e300, 1e-7, 0.1, 1e15, 123_456.789, -0.0, 0.30000000000000004])))
            put("s", .string(numbers.pick(words)))
            put("t", .string(numbers.pick(Array(words.prefix(5)))))
            put("b", .bool(numbers.next(2) == 0))
            put("mix", numbers.pick([.int(1), .double(2.5), .string("x"), .string("7"), .bool(true), .null]))
            put("nested", numbers.pick([.object([("city", .string("Bern")), ("n", .int(1))]), .object([("city", .null), ("n", .int(2))])]))
            put("arr", numbers.pick([.array([.int(1), .int(2), .int(3)]), .array([])]))
            put("day", .date(Int32(numbers.next(20_000))))
            put("price", .decimal(Int128(numbers.next(10_000)), 9, 2))
            return row
        })
    }

    /// The same without nulls in the plain fields.
    static func clean(_ count: Int = 130) -> Batch {
        let rows = (0..<count).map { i -> [(String, Cell)] in
            var row: [(String, Cell)] = []
            func put(_ name: String, _ value: Cell) { row.append((name, value)) }
            put("i", .int(Int64(i)))
            put("j", .int(Int64(i * 7 % 5 + 1)))
            put("big", .long(Int64(i) * 1_000_000_007))
            put("f", .double(Double(i) * 0.25))
            put("s", .string(words[i % words.count]))
            put("t", .string(words[i % 5]))
            put("b", .bool(i % 2 == 0))
            put("mix", .double(Double(i)))
            put("nested", .object([("city", .string("city \(i % 3)")), ("n", .int(Int64(i)))]))
            put("arr", .array([.int(Int64(i))]))
            put("day", .date(Int32(i)))
            put("price", .decimal(Int128(i), 9, 2))
            return row
        }
        return makeBatch(rows)
    }

    /// Rows with lists of every length, null ones and null elements among them; `most` elements at most.
    static func lists(_ count: Int = 200, seed: UInt64 = 11, most: Int = 6, nulls: Int = 8) -> Batch {
        var numbers = LiftingRandom(seed: seed)
        func some(_ cell: Cell) -> Cell { nulls > 0 && numbers.next(nulls) == 0 ? .null : cell }
        func list(_ cell: () -> Cell) -> Cell { some(.array((0..<numbers.next(most + 1)).map { _ in some(cell()) })) }
        return makeBatch((0..<count).map { _ in
            [
                ("i", some(.int(Int64(numbers.next(7)) - 1))), ("b", .bool(numbers.next(2) == 0)), ("s", some(.string(numbers.pick(words)))),
                ("limit", some(.double(Double(numbers.next(100))))),
                ("nums", list { .long(numbers.pick([1, 2, 3, -5, 1 << 40, .max])) }),
                ("floats", list { .double(numbers.pick([0.1, 0.2, 1e17, -1e17, -0.0, 3])) }),
                ("names", list { .string(numbers.pick(words)) }),
                ("flags", list { .bool(numbers.next(2) == 0) }),
                ("mixed", list { numbers.pick([.int(1), .double(2.5), .string("x"), .string("7")]) }),
                ("items", list {
                    .object([
                        ("price", some(.double(Double(numbers.next(1000)) / 100))), ("qty", some(.int(Int64(numbers.next(5))))),
                        ("sku", some(.string(numbers.pick(words)))), ("box", some(.object([("w", some(.int(Int64(numbers.next(9)))))]))),
                        ("tags", some(.array((0..<numbers.next(3)).map { _ in .string(numbers.pick(["a", "b", "c"])) }))),
                    ])
                }),
                ("rows", list { .array((0..<numbers.next(4)).map { _ in .int(Int64(numbers.next(9))) }) }),
                ("box", some(.object([("list", some(.array((0..<numbers.next(4)).map { _ in .int(Int64(numbers.next(9))) })))]))),
            ]
        })
    }

    static let allLists: [(name: String, batch: Batch)] = [
        ("lists", lists(120)), ("lists without nulls", lists(70, seed: 5, nulls: 0)), ("part", lists(90, seed: 2).slice(11..<79)),
        ("one row", lists(1, seed: 3, nulls: 0)), ("empty lists", lists(9, most: 0)), ("a long list", lists(25, seed: 8, most: 90)),
        ("encoded", encoded(lists(80, seed: 6))), ("no lists", mixed(20)), ("other fields", makeBatch([[("z", .int(1))]])),
    ]

    /// The strings as dictionaries, the integers narrower.
    static func encoded(_ batch: Batch) -> Batch {
        var fields = batch.schema.fields
        var columns = batch.columns
        for (index, column) in batch.columns.enumerated() {
            switch column.type {
            case .string where batch.count > 0:
                var places: [String: Int32] = [:]
                var entries: [Int32] = []
                let indices = (0..<batch.count).map { row -> Int32 in
                    let text = describe(column.value(at: row))
                    if let known = places[text] { return known }
                    places[text] = Int32(entries.count)
                    entries.append(Int32(row))
                    return Int32(entries.count - 1)
                }
                // Some nulls are the dictionary's, some the column's own.
                let values = column.take(Values(entries))
                columns[index] = Column(type: .string, count: batch.count, validity: column.validity, storage: .dictionary(indices: Values(indices), values: values))
            case .int where fields[index].name == "j":
                let narrow = (0..<batch.count).map { row -> Int8 in if case .integer(let value) = column.value(at: row) { Int8(value) } else { 0 } }
                fields[index] = Field("j", .byte)
                columns[index] = Column(.byte, Values(narrow), validity: column.validity)
            default: break
            }
        }
        return Batch(schema: Schema(fields), columns: columns, count: batch.count)
    }

    static let all: [(name: String, batch: Batch)] = [
        ("mixed", mixed()), ("mixed, encoded", encoded(mixed())), ("clean", clean()), ("clean, encoded", encoded(clean())), ("one row", clean(1)),
        ("64 rows", mixed(64, seed: 3)), ("no rows", clean(1).slice(0..<0)), ("part", mixed().slice(13..<205)),
        ("other fields", makeBatch([[("z", .int(1))], [("z", .int(2))]])),
    ]
}

/// SplitMix64.
struct LiftingRandom {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    mutating func pick<T>(_ items: [T]) -> T { items[next(items.count)] }
}
