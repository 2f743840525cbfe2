import Columnar
import Testing

import Formats

/// Records that are written alike take a shorter way than others; what comes out must be the same.
///
/// The witness is the same file with spaces strewn between its tokens, a different number in each record: there no record is written like the one before.
@Suite struct JSONShapeTests {
    /// Texts in a value's place, good ones and bad ones.
    private static let values = [
        "0", "-0", "-0.0", "7", "-12", "1234567", "12345678", "123456789012345678", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "123456789012345678901234567890", "0.5", "-1234567.1234567", "12345678.5", "0.12345678", "1.10", "1e5", "1E+2", "2.5e-3", "12e400", "true", "false", "null", "\"\"",
        "\"a\"", "\"exactly 12 b\"", "\"exactly 13 by\"", "\"a text that is longer than a view or a register\"", #""say \"hi\"""#, #""\u00e9\ud83d\ude00\ud800""#, #""\\""#, "\"é\"", "{}",
        "[]", "{\"x\":1}", "[1,\"2\"]",
    ]
    private static let broken = [
        "01", "-", "1.", ".5", "1.e3", "1e", "1e+", "+1", "tru", "truee", "nul", "nulll", "fals", "True", "NaN", "\"open", "\"tab\t\"", #""\x""#, #""\u12g4""#, "'a'", "", "1 2", "{", "[1", "]",
        "1,", "\"a\"\"b\"", "\u{0}", "-a", "1-", "--1", "1.2.3", "0x1",
    ]

    private static func read(
        _ lines: [[UInt8]], declared: [Field]?, columns: Set<String>?, filters: [RowFilter] = [], block: Int, batch: Int
    ) throws -> (rows: [String], types: [String], bad: [Int]) {
        var options = JSONReadOptions()
        options.text.blockSize = block
        options.text.batchRows = batch
        let bytes = Array(lines.joined(separator: [0x0a])) + [0x0a]
        let file = try JSONFile(source: MemorySource(name: "t", bytes: bytes), options: options, declared: declared.map { Schema($0) })
        var (rows, types, bad): ([String], [String], [Int]) = ([], [], [])
        for split in try file.splits() {
            try file.read(
                split, columns: columns, filters: filters,
                emit: { batch in
                    rows += batch.texts
                    types.append(batch.schema.fields.map { "\($0.name) \($0.type.hiveName)" }.joined(separator: ","))
                    return true
                }, bad: { bad += $0.map(\.line) })
        }
        return (rows, types, bad)
    }

    private static func passes(_ row: String) -> Bool { row.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff } % 3 != 0 }

    @Test(arguments: 1...60) func agreesWithRecordsThatAreNotAlike(seed: Int) throws {
        var random = TextFuzzTests.Random(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        let names = ["id", "a field with a longer name", "x", "amount", "é", "z"].shuffled(using: &random).prefix(Int.random(in: 1...6, using: &random))
        // The usual value of each field; now and then another, sometimes a broken one.
        let usual = names.map { _ in Self.values.randomElement(using: &random)! }
        let faults = Int.random(in: 0...2, using: &random) * 2
        var (alike, strewn): ([[UInt8]], [[UInt8]]) = ([], [])
        for row in 0..<Int.random(in: 1...300, using: &random) {
            var fields = zip(names, usual).map { name, value in
                let roll = Int.random(in: 0..<100, using: &random)
                return (name, roll < faults ? Self.broken.randomElement(using: &random)! : roll < 20 ? Self.values.randomElement(using: &random)! : value)
            }
            switch Int.random(in: 0..<60, using: &random) {
            case 0: fields.removeLast()
            case 1: fields.append(("new", "1"))
            case 2: fields.append((names[0], "\"again\""))
            case 3: fields.swapAt(0, fields.count - 1)
            default: break
            }
            func record(_ space: String) -> [UInt8] {
                Array(("{" + fields.map { "\"\($0)\":\(space)\($1)" }.joined(separator: ",") + "}").utf8)
            }
            alike.append(record(""))
            strewn.append(record(String(repeating: " ", count: 1 + (row * 7 + row / 5) % 3 + row % 2)))
            if Int.random(in: 0..<200, using: &random) == 0 {
                alike[row][Int.random(in: 0..<alike[row].count, using: &random)] = 0xff
                strewn[row] = alike[row]
            }
        }
        let declarations: [[Field]?] = [nil, names.enumerated().map { Field($1, [.double, .long, .string, .decimal(precision: 20, scale: 2)][$0 % 4]) }]
        for declared in declarations {
            for columns in [nil, Set(names.prefix(2)), []] as [Set<String>?] {
                for (block, batch) in [(1 << 20, 8192), (512, 8192), (1 << 20, 7)] {
                    let found = try Self.read(alike, declared: declared, columns: columns, block: block, batch: batch)
                    let expected = try Self.read(strewn, declared: declared, columns: columns, block: max(block, 1 << 20), batch: batch)
                    let witness = "seed \(seed), block \(block), batch \(batch), columns \(columns.map { "\($0)" } ?? "all")"
                    #expect(found.bad == expected.bad, "\(witness)")
                    // Batches end elsewhere in shorter blocks, and a field that a batch lacks is no column of it.
                    if block < 1 << 20 { continue }
                    #expect(found.rows == expected.rows, "\(witness)")
                    #expect(found.types == expected.types, "\(witness)")
                }
            }
            // Filtered while reading, and afterwards. Types are those of all rows.
            let filter = RowFilter(columns: [names[0]]) { batch in
                #expect(batch.schema.names.allSatisfy { $0 == names[0] })
                return Bitmap(batch.texts.map(Self.passes))
            }
            for columns in [nil, Set(names.dropFirst())] as [Set<String>?] {
                let all = try Self.read(alike, declared: declared, columns: columns, block: 1 << 20, batch: 8192)
                let seen = try Self.read(alike, declared: declared, columns: [names[0]], block: 1 << 20, batch: 8192)
                let found = try Self.read(alike, declared: declared, columns: columns, filters: [filter], block: 1 << 20, batch: 8192)
                let expected = zip(all.rows, seen.rows).filter { Self.passes($1) }.map(\.0)
                #expect(found.rows == expected, "seed \(seed), filtered")
                #expect(found.bad == all.bad)
                if !expected.isEmpty { #expect(found.types == all.types, "seed \(seed), filtered") }
            }
        }
    }

    /// Each broken value behind records of the same shape is refused, alone, and the rows around it are kept.
    @Test(arguments: broken) func refusesBrokenValues(value: String) throws {
        for (before, after) in [("{\"a\":1,\"b\":", ",\"c\":\"x\"}"), ("{\"b\":", "}")] {
            for wanted in [nil, ["a"], ["b"]] as [Set<String>?] {
                let good = Array((before + "2" + after).utf8)
                let lines = [[UInt8]](repeating: good, count: 20) + [Array((before + value + after).utf8)] + [[UInt8]](repeating: good, count: 20)
                let found = try Self.read(lines, declared: nil, columns: wanted, block: 1 << 20, batch: 8192)
                #expect(found.bad == [21], "\(value)")
                #expect(found.rows.count == 40, "\(value)")
            }
        }
    }

    @Test(.enabled(if: TestData.exists("json-test-suite"))) func refusesWhatTheSuiteRefuses() throws {
        for path in JSONTestSuiteTests.files {
            let bytes = TestData.bytes(path)
            let name = path.split(separator: "/").last!
            // Values that span lines are not records of lines.
            if bytes.contains(0x0a) || bytes.contains(0x0d) || bytes.isEmpty || bytes.count > 10_000 { continue }
            let isValid = (try? JSONDocument.validate(bytes)) != nil
            let (head, tail) = (Array("{\"k\":\"v\",\"t\":".utf8), Array(",\"n\":1}".utf8))
            let good = head + [0x31] + tail
            let lines = [[UInt8]](repeating: good, count: 5) + [head + bytes + tail] + [[UInt8]](repeating: good, count: 5)
            // A byte order mark begins a text and no value; and a value that ends early may make a record of its own.
            if bytes.starts(with: [0xef, 0xbb, 0xbf]) || bytes.contains(0x7d) || bytes.contains(0x2c) { continue }
            for wanted in [nil, ["k"], ["t"]] as [Set<String>?] {
                let found = try Self.read(lines, declared: nil, columns: wanted, block: 1 << 20, batch: 8192)
                #expect(found.bad == (isValid ? [] : [6]), "\(name)")
                #expect(found.rows.count == (isValid ? 11 : 10), "\(name)")
            }
        }
    }
}
