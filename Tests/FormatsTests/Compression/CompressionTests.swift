import Columnar
import Testing

import Formats

@Suite struct CompressionTests {
    static func compressed(_ text: String, _ kind: Compression) throws -> [UInt8] {
        let sink = MemorySink()
        let out = try CompressingSink(sink, kind: kind)
        var text = text
        try text.withUTF8 { try out.write(UnsafeRawBufferPointer($0)) }
        try out.finish()
        return sink.bytes
    }

    static let lines = (0..<3_000).map { "\($0),value number \($0 * 7919 % 1000)\n" }.joined()

    static func read(_ bytes: [UInt8], name: String = "t.csv") throws -> [String] {
        var options = CSVReadOptions()
        options.text.blockSize = 10_000
        return try CSVFile(source: MemorySource(name: name, bytes: bytes), options: options).allRows().0
    }

    @Test(arguments: [Compression.gzip, .zstd]) func readsWhatItWrites(_ kind: Compression) throws {
        let bytes = try Self.compressed(Self.lines, kind)
        #expect(bytes.count < Self.lines.utf8.count / 3)
        let plain = try Self.read(Array(Self.lines.utf8))
        #expect(plain.count == 3_000)
        #expect(try Self.read(bytes) == plain)
        #expect(try Self.read(bytes, name: "t.csv" + kind.suffix) == plain)
    }

    @Test(arguments: [Compression.gzip, .zstd]) func readsSeveralMembers(_ kind: Compression) throws {
        // The first record goes on in the second member.
        let bytes = try Self.compressed("1,on", kind) + Self.compressed("", kind) + Self.compressed("e\n2,two\n", kind)
        #expect(try Self.read(bytes) == ["col0=1 col1=one", "col0=2 col1=two"])
    }

    @Test func skipsZerosBehindGzip() throws {
        #expect(try Self.read(Self.compressed("1,x\n", .gzip) + [0, 0, 0, 0]) == ["col0=1 col1=x"])
    }

    @Test(arguments: [Compression.gzip, .zstd]) func tellsTruncatedFiles(_ kind: Compression) throws {
        let bytes = try Self.compressed(Self.lines, kind)
        for length in [bytes.count - 1, bytes.count / 2, 20, 5] {
            let error = #expect(throws: FormatError.self) { try Self.read(Array(bytes.prefix(length)), name: "t.csv") }
            #expect(error?.code == .truncated && error?.source == "t.csv" && error?.offset == length, "\(length)")
        }
    }

    @Test(arguments: [Compression.gzip, .zstd]) func tellsDamagedFiles(_ kind: Compression) throws {
        let bytes = try Self.compressed(Self.lines, kind)
        var found = 0
        for place in stride(from: 16, to: bytes.count, by: max(1, bytes.count / 97)) {
            var broken = bytes
            broken[place] ^= 0x55
            do { _ = try Self.read(broken) } catch let error as FormatError {
                #expect(error.code != .unsupported && error.source == "t.csv" && error.offset != nil)
                found += 1
            }
        }
        // Both formats carry checksums, so hardly any damage stays unseen.
        #expect(found > 90)
    }

    @Test func namesWhatItDoesNotRead() {
        let bzip2: [UInt8] = [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0, 0]
        #expect(throws: FormatError(.unsupported, source: "t.csv.bz2", offset: 0, "bzip2 is not read; gzip and zstd are")) {
            try Self.read(bzip2, name: "t.csv.bz2")
        }
        #expect(throws: FormatError(.malformed, source: "t.csv.gz", offset: 0, "the name promises gzip, but the bytes do not begin like it")) {
            try Self.read(Array("a,b\n".utf8), name: "t.csv.gz")
        }
        #expect(throws: FormatError(.invalidRequest, source: "output", "text is not written as lz4; choose gzip, zstd or none")) {
            try CompressingSink(MemorySink(), kind: .lz4)
        }
    }
}
