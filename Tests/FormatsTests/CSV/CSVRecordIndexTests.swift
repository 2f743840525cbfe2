import CKernels
import Columnar
import Testing

import Formats

/// The fast way through CSV against the slow one: with the index and without, filtered while reading and afterwards, the rows are the same.
@Suite struct CSVRecordIndexTests {
    /// Rows as texts, and bad records.
    private static func read(
        _ file: CSVFile, columns: Set<String>? = nil, filters: [RowFilter] = [], indexing: mastic_csv_level?, splitBytes: Int
    ) throws -> (rows: [String], bad: [String]) {
        var (rows, bad): ([String], [String]) = ([], [])
        for split in try file.splits(targetBytes: splitBytes) {
            try file.read(
                CSVReader(file, split, columns: columns, filters: filters, indexing: indexing), emit: { rows += $0.texts; return true },
                bad: { bad += $0.map { "line \($0.line), byte \($0.offset): \($0.message) <\($0.input)>" } })
        }
        return (rows, bad)
    }

    /// A filter by the text of some columns: about two of three rows pass.
    private static func filter(_ columns: Set<String>, seed: Int) -> RowFilter {
        RowFilter(columns: columns) { batch in
            #expect(Set(batch.schema.names) == columns)
            return Bitmap(batch.texts.map { passes($0, seed) })
        }
    }

    private static func passes(_ text: String, _ seed: Int) -> Bool { text.utf8.reduce(seed) { ($0 &* 31 &+ Int($1)) & 0xffff } % 3 != 0 }

    private static let levels: [mastic_csv_level?] = [mastic_csv_best, mastic_csv_avx2, mastic_csv_plain]

    private static func agrees(_ bytes: [UInt8], _ options: CSVReadOptions, declared: Schema?, name: String, splitBytes: Int = 4 << 20) throws {
        guard let file = try? CSVFile(source: MemorySource(name: name, bytes: bytes), options: options, declared: declared) else { return }
        let slow = try read(file, indexing: nil, splitBytes: splitBytes)
        for level in levels {
            let fast = try read(file, indexing: level, splitBytes: splitBytes)
            #expect(fast.bad == slow.bad, "\(name)")
            if fast.rows != slow.rows {
                let at = zip(fast.rows, slow.rows).enumerated().first { $1.0 != $1.1 }
                Issue.record("\(name): \(fast.rows.count) and \(slow.rows.count) rows, which differ in \(at.map { "\($0)" } ?? "their number")")
            }
        }
        let names = file.schema.names
        guard let first = names.first, let last = names.last, names.count > 1 else { return }
        // Two filters, the second over a column of the first and another; what is delivered is neither all nor none of their columns.
        let (a, b) = (Set([first]), Set([first, last]))
        let delivered = Set(names.dropFirst())
        let expected = try zip(
            read(file, columns: delivered, indexing: nil, splitBytes: splitBytes).rows,
            zip(read(file, columns: a, indexing: nil, splitBytes: splitBytes).rows, read(file, columns: b, indexing: nil, splitBytes: splitBytes).rows)
        ).filter { passes($1.0, 1) && passes($1.1, 2) }.map(\.0)
        for level in [nil] + levels {
            let found = try read(file, columns: delivered, filters: [filter(a, seed: 1), filter(b, seed: 2)], indexing: level, splitBytes: splitBytes)
            #expect(found.rows == expected, "\(name), filtered")
            #expect(found.bad == slow.bad, "\(name), filtered")
        }
    }

    @Test(.enabled(if: TestData.exists("fivethirtyeight")), arguments: [(1 << 20, 8192, 4 << 20), (4096, 100, 5000)])
    func realFiles(block: Int, batch: Int, split: Int) throws {
        for path in CSVRealFileTests.files {
            let bytes = TestData.bytes(path)
            if bytes.count > 2 << 20 { continue }
            var options = CSVReadOptions()
            options.withHeader = true
            options.text.blockSize = block
            options.text.batchRows = batch
            if path.hasSuffix(".tsv") { options.separator = 0x09 }
            if String(validating: bytes, as: UTF8.self) == nil { options.text.encoding = .windows1252 }
            let file = try CSVFile(source: MemorySource(name: path, bytes: bytes), options: options)
            var inference = CSVInference(names: file.schema.names)
            for split in try file.splits() { inference.merge(try file.infer(split)) }
            for (declared, multiLine) in [(nil, false), (inference.schema, false), (inference.schema, true)] as [(Schema?, Bool)] {
                options.multiLine = multiLine
                try Self.agrees(bytes, options, declared: declared, name: path, splitBytes: split)
            }
        }
    }

    /// Regular files with a fault here and there: the index must stop before it and not a field later.
    @Test(arguments: 1...60) func generatedFiles(seed: Int) throws {
        var random = TextFuzzTests.Random(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        let cells = [
            "", "a", "-12", "1.5", "12345678", "123456789012345678901", "-0", "+7", ".5", "5.", "-", ".", "1e5", "NaN", " 42 ", "99999999.99", "0.00000001", "x,y",
            "say \"hi\"", "\"", "a longer text than a view", "line\nend", "\r", "é", "\u{1f600}", "true", "2024-02-29", "1234567.8", "12345678.9", "9223372036854775808",
        ]
        let faults = ["\"", "\"\"x", "a\"b", "\n", "\r\n", ",", ",,", "\"open\n", "\u{0}", "\r", "\"x\" ,"]
        for round in 0..<8 {
            let width = Int.random(in: 1...6, using: &random)
            let lineEnd = round % 3 == 0 ? "\r\n" : "\n"
            var options = CSVReadOptions()
            options.multiLine = round % 4 == 1
            options.withHeader = round % 2 == 0
            options.separator = UInt8(ascii: round % 5 == 2 ? "|" : ",")
            if round == 5 { options.quote = nil }
            if round == 6 { options.quote = UInt8(ascii: "'") }
            let (separator, quote) = (String(UnicodeScalar(options.separator)), options.quote.map { String(UnicodeScalar($0)) })
            var text = ""
            let kinds = (0..<width).map { _ in Int.random(in: 0...3, using: &random) }
            for row in 0..<Int.random(in: 1...120, using: &random) {
                let fields = (0..<width).map { column -> String in
                    var cell: String
                    switch kinds[column] {
                    case 0: cell = "\(Int.random(in: -100...99_999_999, using: &random))"
                    case 1: cell = "\(Int.random(in: -100_000...100_000, using: &random)).\(Int.random(in: 0...999, using: &random))"
                    case 2: cell = "text-\(row)"
                    default: cell = cells.randomElement(using: &random)!
                    }
                    if Int.random(in: 0..<40, using: &random) == 0 { cell = cells.randomElement(using: &random)! }
                    guard let quote else { return cell.filter { $0 != "\n" && $0 != "\r" && String($0) != separator } }
                    let needsQuotes = cell.contains(separator) || cell.contains(quote) || cell.contains("\n") || cell.contains("\r")
                    return needsQuotes || Int.random(in: 0..<8, using: &random) == 0 ? quote + cell.replacing(quote, with: quote + quote) + quote : cell
                }
                text += fields.joined(separator: separator) + lineEnd
                if Int.random(in: 0..<150, using: &random) == 0 { text += faults.randomElement(using: &random)! }
            }
            if round % 4 == 3, !text.isEmpty { text.unicodeScalars.removeLast() }
            var bytes = Array(text.utf8)
            if round == 7, !bytes.isEmpty { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            let types: [DataType] = [.long, .double, .string, .int]
            let declared = Schema((0..<width).map { Field("c\($0)", types[kinds[$0]]) })
            for (block, batch, split) in [(1 << 20, 8192, 4 << 20), (256, 3, 50), (300, 50, 1000)] {
                options.text.blockSize = block
                options.text.batchRows = batch
                try Self.agrees(bytes, options, declared: round % 2 == 0 ? nil : declared, name: "seed \(seed), round \(round), block \(block)", splitBytes: split)
            }
        }
    }

    /// Every value that the number loops read is the one that the exact reader finds.
    @Test func numbers() throws {
        var random = TextFuzzTests.Random(state: 88)
        var texts = ["0", "-0", "-0.0", "00000001", "12345678", "123456789", "1234567.", ".1234567", "1.2345678", "-1234567.8", "-.5", "+1", "- 1", "1-", "1.2.3", "0x10", "", " ", "\t7 "]
        for _ in 0..<20_000 {
            let digits = Int.random(in: 1...12, using: &random)
            var text = String((0..<digits).map { _ in Character(UnicodeScalar(UInt8.random(in: 48...57, using: &random))) })
            if Bool.random(using: &random) { text.insert(".", at: text.index(text.startIndex, offsetBy: Int.random(in: 0...digits, using: &random))) }
            if Int.random(in: 0..<4, using: &random) == 0 { text = "-" + text }
            texts.append(text)
        }
        func isNumber(_ text: String, _ read: (UnsafePointer<UInt8>, Int) -> Bool) -> Bool {
            var text = text
            return text.withUTF8 { $0.isEmpty || read($0.baseAddress!, $0.count) || ScalarText.trimmed($0.baseAddress!, $0.count).1 == 0 }
        }
        let doubles = texts.filter { isNumber($0) { ScalarText.double($0, $1, words: true) != nil } }
        let longs = texts.filter { isNumber($0) { ScalarText.long($0, $1) != nil } }
        for (values, type) in [(doubles, DataType.double), (longs, .long)] {
            let bytes = Array(values.map { "\($0),x\n" }.joined().utf8)
            let file = try CSVFile(
                source: MemorySource(name: "n", bytes: bytes), options: CSVReadOptions(), declared: Schema([Field("n", type), Field("x", .string)]))
            var at = 0
            for split in try file.splits() {
                try file.read(
                    split,
                    emit: { batch in
                        #expect(batch.columns[0].type == type)
                        for row in 0..<batch.count {
                            var text = values[at]
                            at += 1
                            let (found, expected) = text.withUTF8 { text -> (Value, Value) in
                                let base = text.baseAddress ?? UnsafePointer(bytes.withUnsafeBufferPointer { $0.baseAddress! })
                                let exact: Value? =
                                    type == .double
                                    ? ScalarText.double(base, text.count, words: true).map { .double($0) } : ScalarText.long(base, text.count).map { .integer($0) }
                                return (batch.columns[0].value(at: row), exact ?? .null)
                            }
                            if case .double(let a) = found, case .double(let b) = expected { #expect(a.bitPattern == b.bitPattern, "\(text)") } else { #expect(found == expected, "\(text)") }
                        }
                        return true
                    }, bad: { _ in })
            }
            #expect(at == values.count)
        }
    }

    /// What the index takes and where it stops: were it never used, the tests above would see no difference.
    @Test(arguments: [mastic_csv_best, mastic_csv_avx2, mastic_csv_plain]) func indexStopsAtTheFirstIrregularRecord(level: mastic_csv_level) throws {
        let regular = "1,\"x, y\",3\n4,\"say \"\"hi\"\"\",6\r\n"
        let cases: [(text: String, rows: Int, isRegular: Bool)] = [
            ("", 200, true), ("7,8\n", 200, false), ("7,8,9,10\n", 200, false), ("7,5\" disk,9\n", 200, false), ("7,\"open,9\n8,9,10\n", 200, false),
            ("7,\"a\"b,9\n", 200, false), ("\n", 200, false), ("7,8,9", 200, true), ("7,\"\",\"\"\"\"\n", 201, true), ("7,8,9\r\n7,8\n", 201, false),
        ]
        for (tail, rows, isRegular) in cases {
            let text = Array((String(repeating: regular, count: 100) + tail).utf8)
            let buffer = Buffer(zeroed: text.count + 128)
            let base = buffer.values(of: UInt8.self)
            for (i, byte) in text.enumerated() { base[i] = byte }
            var index = try #require(CSVRecordIndex(CSVReadOptions(), lineEnd: 0x0a, columnCount: 3, rowLimit: 1000, level: level))
            // Blocks in which a fault stands are not taken, so up to 64 bytes of records before it are not, either.
            guard case .records(let next, let found) = index.read(base, 0, text.count, checksUTF8: true) else {
                Issue.record("no records before \(tail)")
                continue
            }
            #expect(found == isRegular, "\(tail)")
            #expect(isRegular ? index.rows == rows : (rows - 8...rows).contains(index.rows), "\(tail)")
            #expect(text[next - 1] == 0x0a)
            let numbers = index.column(0, as: .long, nil, base: base, buffer: buffer, decoder: CSVFieldDecoder(CSVReadOptions()))
            #expect(numbers.type == .long && numbers.value(at: 1) == .integer(4))
            let texts = index.column(1, as: .string, Values([1, 2]), base: base, buffer: buffer, decoder: CSVFieldDecoder(CSVReadOptions()))
            #expect(texts.value(at: 0).text == "say \"hi\"" && texts.value(at: 1).text == "x, y")
        }
    }

    @Test func filtersSeeEachRowOnce() throws {
        let bytes = Array((0..<1000).map { "\($0),\($0 % 7),\($0 == 500 ? "\"open" : "x")\n" }.joined().utf8)
        var options = CSVReadOptions()
        options.text.blockSize = 512
        let file = try CSVFile(source: MemorySource(name: "t", bytes: bytes), options: options, declared: Schema([Field("n", .long), Field("m", .long), Field("x", .string)]))
        var (first, second): ([Int64], [Int64]) = ([], [])
        let filters = [
            RowFilter(columns: ["m"]) { batch in
                let values = batch.columns[0].fixedValues(of: Int64.self)
                first += (0..<batch.count).map { values[$0] }
                return Bitmap((0..<batch.count).map { values[$0] == 3 })
            },
            RowFilter(columns: ["n", "m"]) { batch in
                let values = batch.column("n")!.fixedValues(of: Int64.self)
                second += (0..<batch.count).map { values[$0] }
                return Bitmap((0..<batch.count).map { values[$0] % 2 == 0 })
            },
        ]
        var rows: [String] = []
        for split in try file.splits() { try file.read(split, columns: ["n"], filters: filters, emit: { rows += $0.texts; return true }, bad: { #expect($0.count == 1) }) }
        let all = (0..<1000).filter { $0 != 500 }
        #expect(first == all.map { Int64($0 % 7) })
        #expect(second == all.filter { $0 % 7 == 3 }.map { Int64($0) })
        #expect(rows == all.filter { $0 % 7 == 3 && $0 % 2 == 0 }.map { "n=\($0)" })
    }
}
