import Columnar
import Testing

import Formats

@Suite struct CSVDialectTests {
    private func dialect(_ text: String) throws -> CSVDialect? { try CSVDialect.detect(MemorySource(name: "memory.csv", bytes: Array(text.utf8))) }

    /// Fifty rows of two columns, with a row in their middle.
    private func rows(with row: String) -> String {
        "id,name\n" + (1...25).map { "\($0),\"n, \($0)\"\n" }.joined() + row + (27...50).map { "\($0),\"n, \($0)\"\n" }.joined()
    }

    @Test func aStrayQuoteDoesNotMakeLinesIntoOneField() throws {
        let found = try #require(try dialect(rows(with: "26,\"open\n")))
        #expect(!found.options.multiLine)
        #expect(found.inference.rows == 49)
        #expect(found.inference.badRecords == 1)
    }

    @Test func quotedLineEndsAreRecognised() throws {
        let found = try #require(try dialect(rows(with: "26,\"two\nlines, \"\"quoted\"\"\"\n")))
        #expect(found.options.multiLine)
        #expect(found.inference.rows == 50)
        #expect(found.inference.badRecords == 0)
    }

    @Test(arguments: [",", ";", "\t", "|"]) func separatorsAreFound(separator: String) throws {
        let found = try #require(try dialect("a\(separator)b\(separator)c\n1\(separator)x\(separator)2.5\n2\(separator)y\(separator)3\n"))
        #expect(found.options.separator == separator.utf8.first)
        #expect(found.hasHeader)
        #expect(found.schema.fields.map(\.type) == [.long, .string, .double])
    }

    @Test func textsAloneHaveNoHeader() throws {
        let found = try #require(try dialect("a,b\nx,y\nz,w\n"))
        #expect(!found.hasHeader)
        #expect(found.schema.names == ["col0", "col1"])
    }
}
