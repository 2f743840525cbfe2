import Columnar
import Testing

import Formats

/// Random texts out of the characters that matter: no crash, and the same records whatever the size of blocks and splits.
@Suite struct TextFuzzTests {
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    static func text(_ random: inout Random, _ alphabet: [String], length: Int) -> [UInt8] {
        (0..<length).flatMap { _ in Array(alphabet.randomElement(using: &random)!.utf8) }
    }

    @Test(arguments: 1...40) func csvAgreesWithTheReference(seed: Int) throws {
        var random = Random(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        for _ in 0..<25 {
            let bytes = Self.text(&random, ["a", "bc", ",", ",", "\"", "\"", "\"\"", "\n", "\r\n", "é", " "], length: Int.random(in: 0...120, using: &random)) + Array("\"\n".utf8)
            let expected = CSVRealFileTests.reference(bytes, separator: 0x2c)
            // The reference takes an unclosed quote to the end; such texts are for the other test.
            if Self.endsInQuotes(bytes) { continue }
            let width = expected.first?.count ?? 0
            let rows = expected.filter { $0.count <= width }.map { record in
                (0..<width).map { $0 < record.count ? "col\($0)=\(String(decoding: record[$0], as: UTF8.self))" : "col\($0)=null" }.joined(separator: " ")
            }
            for (block, batch) in [(1 << 20, 8192), (256, 3)] {
                var options = CSVReadOptions()
                options.multiLine = true
                options.text.blockSize = block
                options.text.batchRows = batch
                let (found, bad) = try CSVFile(source: MemorySource(name: "t", bytes: bytes), options: options).allRows()
                #expect(found == rows, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                #expect(bad.count == expected.count - rows.count)
            }
        }
    }

    static func endsInQuotes(_ bytes: [UInt8]) -> Bool {
        // A row more appears where the text is not inside quotes.
        CSVRealFileTests.reference(bytes + Array("\nx\n".utf8), separator: 0x2c).count == CSVRealFileTests.reference(bytes, separator: 0x2c).count
    }

    @Test(arguments: 1...40) func csvSplitsAgree(seed: Int) throws {
        var random = Random(state: UInt64(seed) &* 0xd6e8_feb8_6659_fd93)
        for _ in 0..<20 {
            var bytes = Self.text(&random, ["a", "12", ",", ",", "\"", "\"\"", "\\", "\n", "\r", "\r\n", "é", " "], length: Int.random(in: 0...150, using: &random))
            if seed % 4 == 0, !bytes.isEmpty { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            var options = CSVReadOptions()
            if seed % 3 == 0 { options.escape = UInt8(ascii: "\\") }
            options.withHeader = seed % 2 == 0
            guard let whole = try? CSVFile(source: MemorySource(name: "t", bytes: bytes), options: options).allRows() else { continue }
            for split in [1, 2, 7, 30] {
                options.text.blockSize = 256
                options.text.batchRows = split
                let parts = try CSVFile(source: MemorySource(name: "t", bytes: bytes), options: options).allRows(splitBytes: split)
                #expect(parts == whole, "seed \(seed), split \(split): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
        }
    }

    @Test(arguments: 1...40) func jsonSplitsAgree(seed: Int) throws {
        var random = Random(state: UInt64(seed) &* 0xa076_1d64_78bd_642f)
        let pieces = [
            "{\"a\":1}", "{\"a\":\"x\",\"b\":[1,{\"c\":null}]}", "{\"b\":[]}", "{\"b\":{\"c\":[true,2.5]},\"a\":{}}", "\n", "\n", "\n", " ", "{", "}", "[", "]", "\"", ",",
            ":", "1", "\\", "{\"a\\u00e9\":\"\\ud83d\"}", "é", "{\"a\":1,\"a\":2}", "{\"z\":-0.1e5}",
        ]
        for _ in 0..<20 {
            var bytes = Self.text(&random, pieces, length: Int.random(in: 1...40, using: &random))
            if seed % 4 == 0 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            // By lines, whatever the first value is.
            bytes = Array("{\"a\":0}\n".utf8) + bytes
            var options = JSONReadOptions()
            let whole = try JSONFile(source: MemorySource(name: "t", bytes: bytes), options: options).allRows()
            for split in [1, 5, 30] {
                options.text.blockSize = 256
                options.text.batchRows = split
                let parts = try JSONFile(source: MemorySource(name: "t", bytes: bytes), options: options).allRows(splitBytes: split)
                #expect(parts.0.texts == whole.0.texts && parts.1 == whole.1, "seed \(seed), split \(split): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
            // Streams end in an error at the first thing that is wrong, but give what stands before it.
            options.multiLine = true
            _ = try? JSONFile(source: MemorySource(name: "t", bytes: bytes), options: options).allRows()
            if (try? JSONDocument.validate(bytes)) != nil { _ = try JSONDocument.parse(bytes) }
        }
    }
}
