import Columnar
import Testing

import Formats

/// Real CSV files against a reader written for obviousness: every cell of every row must agree, or the file stands in the table of exceptions.
@Suite(.enabled(if: TestData.exists("fivethirtyeight"))) struct CSVRealFileTests {
    static let folders = ["fivethirtyeight", "vega", "nycflights"]
    static let files = folders.flatMap { TestData.files(under: $0, suffix: ".csv") + TestData.files(under: $0, suffix: ".tsv") }

    /// Files that hold records this reader refuses, with how many and why.
    static let exceptions: [String: (bad: Int, reason: String)] = [:]

    /// RFC 4180 as Python's `csv` reads it with `strict=False`, a character at a time. Blank lines are no records.
    static func reference(_ bytes: [UInt8], separator: UInt8) -> [[[UInt8]]] {
        enum State { case fieldStart, inField, inQuotes, quoteInQuotes }
        var (records, record, field, state): ([[[UInt8]]], [[UInt8]], [UInt8], State) = ([], [], [], .fieldStart)
        var isBlank = true
        func endField() { record.append(field); field = [] }
        func endRecord() {
            if !isBlank { endField(); records.append(record) }
            (record, field, state, isBlank) = ([], [], .fieldStart, true)
        }
        let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
        for byte in text {
            if state == .inQuotes {
                if byte == 0x22 { state = .quoteInQuotes } else { field.append(byte) }
                continue
            }
            if state == .quoteInQuotes, byte == 0x22 {
                field.append(byte)
                state = .inQuotes
                continue
            }
            switch byte {
            case 0x0a, 0x0d: endRecord()
            case separator:
                isBlank = false
                endField()
                state = .fieldStart
            case 0x22 where state == .fieldStart:
                isBlank = false
                state = .inQuotes
            default:
                isBlank = false
                field.append(byte)
                state = .inField
            }
        }
        endRecord()
        return records
    }

    @Test(arguments: [(1 << 20, 4 << 20), (4096, 5000)]) func agreesWithTheReference(block: Int, split: Int) throws {
        #expect(Self.files.count > 100)
        for path in Self.files {
            let bytes = TestData.bytes(path)
            let name = String(path.split(separator: "/").suffix(2).joined(separator: "/"))
            let separator: UInt8 = path.hasSuffix(".tsv") ? 0x09 : 0x2c
            let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
            var options = CSVReadOptions()
            options.separator = separator
            options.multiLine = true
            options.text.blockSize = block
            options.text.encoding = isUTF8 ? .utf8 : .windows1252
            let file = try CSVFile(source: MemorySource(name: name, bytes: bytes), options: options)
            var expected = Self.reference(bytes, separator: separator)[...]
            let width = expected.first?.count ?? 0
            // What has more fields than the first record is a bad record here.
            let tooWide = expected.filter { $0.count > width }.count
            expected = expected.filter { $0.count <= width }[...]
            var bad = 0
            var row = 0
            for part in try file.splits(targetBytes: split) {
                try file.read(
                    part,
                    emit: { batch in
                        for i in 0..<batch.count {
                            guard let record = expected.popFirst() else { Issue.record("\(name) has more than \(row) rows here"); return false }
                            for (column, cell) in batch.columns.enumerated() {
                                let value = cell.value(at: i)
                                let wanted: Value = column < record.count ? .string(isUTF8 ? record[column] : Self.transcoded(record[column])) : .null
                                if value != wanted { Issue.record("\(name), row \(row), column \(column): \(value.text), not \(wanted.text)"); return false }
                            }
                            row += 1
                        }
                        return true
                    }, bad: { bad += $0.count })
            }
            #expect(expected.isEmpty, "\(name): \(expected.count) rows are missing")
            #expect(bad == tooWide + (Self.exceptions[name]?.bad ?? 0), "\(name)")
        }
    }

    static func transcoded(_ bytes: [UInt8]) -> [UInt8] {
        let stream = TranscodingStream(SourceStream(MemorySource(name: "", bytes: bytes)), from: .windows1252)
        var out = [UInt8](repeating: 0, count: bytes.count * 3 + 16)
        let n = (try? out.withUnsafeMutableBytes { try stream.read(into: $0) }) ?? 0
        return Array(out.prefix(n))
    }

    /// The same rows, whether or not they were cut into splits, by lines and by blocks.
    @Test func splitsLoseNothing() throws {
        for path in Self.files where !path.hasSuffix(".tsv") {
            let source = MemorySource(name: path, bytes: TestData.bytes(path))
            var options = CSVReadOptions()
            options.text.encoding = .latin1
            let whole = try Self.count(CSVFile(source: source, options: options), splitBytes: .max)
            options.text.blockSize = 1000
            #expect(try Self.count(CSVFile(source: source, options: options), splitBytes: 3000) == whole, "\(path)")
        }
    }

    static func count(_ file: CSVFile, splitBytes: Int) throws -> [Int] {
        var (rows, bad, bytes) = (0, 0, 0)
        for split in try file.splits(targetBytes: splitBytes) {
            try file.read(
                split,
                emit: { batch in
                    rows += batch.count
                    for column in batch.columns { for view in column.views.bufferPointer { bytes += view.length } }
                    return true
                }, bad: { bad += $0.count })
        }
        return [rows, bad, bytes]
    }

    /// Whatever is inferred reads every value: no batch has a choice, and no record is lost.
    @Test func inferredTypesFit() throws {
        var typed = 0
        for path in Self.files {
            let bytes = TestData.bytes(path)
            var options = CSVReadOptions()
            options.separator = path.hasSuffix(".tsv") ? 0x09 : 0x2c
            options.withHeader = true
            options.text.encoding = String(validating: bytes, as: UTF8.self) != nil ? .utf8 : .windows1252
            let source = MemorySource(name: path, bytes: bytes)
            let file = try CSVFile(source: source, options: options)
            var inference: CSVInference?
            for split in try file.splits(targetBytes: 10_000) {
                let part = try file.infer(split)
                inference == nil ? inference = part : inference!.merge(part)
            }
            guard let inference else { continue }
            typed += inference.columns.filter { $0.type != .string }.count
            let read = try CSVFile(source: source, options: options, declared: inference.schema)
            var rows = 0
            for split in try read.splits() {
                try read.read(split, emit: { #expect($0.schema == inference.schema, "\(path)"); rows += $0.count; return true }, bad: { _ in })
            }
            #expect(rows == inference.rows, "\(path)")
        }
        #expect(typed > 400)
    }

    @Test func detectsDialects() throws {
        for path in Self.files {
            let bytes = TestData.bytes(path)
            var pins = CSVDialect.Pins()
            if String(validating: bytes, as: UTF8.self) == nil { pins.encoding = .windows1252 }
            let dialect = try CSVDialect.detect(MemorySource(name: path, bytes: bytes), pins: pins)
            guard let dialect else { continue }
            #expect(dialect.options.separator == (path.hasSuffix(".tsv") ? 0x09 : 0x2c) || path.contains("semicolon"), "\(path): \(dialect.evidence)")
            #expect(dialect.evidence.count >= 2 + dialect.schema.count)
        }
    }
}
