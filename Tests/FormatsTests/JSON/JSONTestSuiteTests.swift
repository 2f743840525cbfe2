import Columnar
import Glibc
import Testing

import Formats

/// The public suite of JSON texts: `y_` must be accepted, `n_` must be refused, `i_` may be either; none may crash.
@Suite(.enabled(if: TestData.exists("json-test-suite"))) struct JSONTestSuiteTests {
    static let files = TestData.files(under: "json-test-suite", suffix: ".json")

    @Test func documents() throws {
        #expect(Self.files.count > 100)
        for file in Self.files {
            let bytes = TestData.bytes(file)
            let name = file.split(separator: "/").last!
            do {
                try JSONDocument.validate(bytes, source: String(name))
                #expect(!name.hasPrefix("n_"), "\(name) is accepted")
                _ = try JSONDocument.parse(bytes)
            } catch {
                #expect(!name.hasPrefix("y_"), "\(error)")
                #expect(error.line != nil && error.source == name && error.message.contains("column") || error.code == .truncated, "\(error)")
            }
        }
    }

    /// The same texts as files of records, in both framings: broken ones give a bad record or an error, and never a row more than there is.
    @Test(arguments: [false, true]) func records(multiLine: Bool) throws {
        for file in Self.files {
            let bytes = TestData.bytes(file)
            let name = file.split(separator: "/").last!
            var options = JSONReadOptions()
            options.multiLine = multiLine
            do {
                let (batch, bad) = try JSONFile(source: MemorySource(name: file, bytes: bytes), options: options).allRows()
                let isBlank = !bytes.contains { ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].contains($0) }
                // Of a stream, `[][]` is two arrays without records.
                if name == "n_structure_double_array.json" { continue }
                // What stands behind a good record is a record too.
                if name.hasPrefix("n_"), !isBlank { #expect(!bad.isEmpty || batch.count > 1, "\(name)") }
            } catch is FormatError {
                #expect(!name.hasPrefix("y_"), "\(name)")
            }
        }
    }

    @Test func deepNestingIsRefused() throws {
        for text in [String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000)] {
            #expect(throws: FormatError.self) { try JSONDocument.validate(Array(text.utf8)) }
            let (batch, bad) = try JSONFile(source: MemorySource(name: "t", bytes: Array(("{\"x\":" + text + "\n{\"x\":1}").utf8)), options: JSONReadOptions()).allRows()
            #expect(batch.texts == ["x=1"])
            #expect(bad.count == 1 && bad[0].contains("nest more than 512 deep"))
        }
        let deep = String(repeating: "[", count: 511) + String(repeating: "]", count: 511)
        #expect(throws: Never.self) { try JSONDocument.parse(Array(deep.utf8)) }
        let (batch, bad) = try JSONFile(source: MemorySource(name: "t", bytes: Array("{\"x\":\(deep)}\n".utf8)), options: JSONReadOptions()).allRows()
        #expect(batch.count == 1 && bad.isEmpty)
    }
}
