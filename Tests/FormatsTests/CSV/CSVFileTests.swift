import Columnar
import Testing

import Formats

@Suite struct CSVFileTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        var header = true
        var change: @Sendable (inout CSVReadOptions) -> Void = { _ in }
        var declared: [Field]?
        /// One line a row; values as `texts` shows them.
        let rows: [String]
        var bad: [String] = []
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "plain", text: "a,b\n1,x\n2,y\n", rows: ["a=1 b=x", "a=2 b=y"]),
        Case(name: "no line end at the end", text: "a,b\n1,x", rows: ["a=1 b=x"]),
        Case(name: "CR LF", text: "a,b\r\n1,x\r\n2,\"y\"\r\n3,\r\n", rows: ["a=1 b=x", "a=2 b=y", "a=3 b="]),
        Case(name: "lone CR at the end", text: "a,b\n1,x\r", rows: ["a=1 b=x"]),
        Case(name: "CR only", text: "a,b\r1,x\r2,y\r", rows: ["a=1 b=x", "a=2 b=y"]),
        Case(name: "byte order mark", text: "\u{feff}a,b\n1,x\n", rows: ["a=1 b=x"]),
        Case(name: "blank lines", text: "\na,b\n\n1,x\n\r\n\n2,y\n\n", rows: ["a=1 b=x", "a=2 b=y"]),
        Case(name: "empty file", text: "", rows: []),
        Case(name: "header only", text: "a,b\n", rows: []),
        Case(name: "names", text: "a,,a,A\n1,2,3,4\n", rows: ["a=1 col1=2 a_1=3 A=4"]),
        Case(name: "no header", text: "1,x\n2,y\n", header: false, rows: ["col0=1 col1=x", "col0=2 col1=y"]),
        Case(name: "missing fields are null, empty ones are not", text: "a,b,c\n1\n,,\n", rows: ["a=1 b=null c=null", "a= b= c="]),
        Case(
            name: "too many fields", text: "a,b\n1,2,3\n4,5\n", rows: ["a=4 b=5"],
            bad: ["line 2, byte 4: record has 3 fields, expected 2 <1,2,3>"]),
        Case(
            name: "quotes", text: "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"\",5\" disk\n\"ab\"c,\"\"\"\"\n",
            rows: ["a=x, y b=say \"hi\"", "a= b=5\" disk", "a=abc b=\""]),
        Case(
            name: "unclosed quote", text: "a,b\n1,\"x\n2,y\n", rows: ["a=2 b=y"],
            bad: [
                "line 2, byte 4: the quoted field that begins here is not closed on its line; if fields may hold line ends, read with multiLine = true <1,\"x>"
            ]),
        Case(
            name: "multiLine", text: "a,b\n1,\"x\ny\"\n2,z\n", change: { $0.multiLine = true }, rows: ["a=1 b=x\ny", "a=2 b=z"]),
        Case(
            name: "multiLine, unclosed quote", text: "a,b\n0,z\n1,\"x\n2,y\n3,w\n", change: { $0.multiLine = true },
            rows: ["a=0 b=z", "a=2 b=y", "a=3 b=w"], bad: ["line 3, byte 8: the quoted field that begins here is not closed <1,\"x>"]),
        Case(name: "no quotes", text: "a,b\n\"1,x\"\n", change: { $0.quote = nil }, rows: ["a=\"1 b=x\""]),
        Case(
            name: "escapes", text: "a|b\nx\\|y|\\n\\\\\n\"p\\\"q\"|r\n", change: { ($0.separator, $0.escape) = (UInt8(ascii: "|"), UInt8(ascii: "\\")) },
            rows: ["a=x|y b=\n\\", "a=p\"q b=r"]),
        Case(
            name: "escapes of quotes only", text: "a,b\nC:\\new,\"p \\\"q\\\" \\n \\\\ r\"\nx\\,\"\"\"\"\n",
            change: { ($0.escape, $0.escapesQuotesOnly) = (UInt8(ascii: "\\"), true) }, rows: ["a=C:\\new b=p \"q\" \\n \\ r", "a=x\\ b=\""]),
        Case(
            name: "text that is null", text: "n,b,s\nNA,NA,NA\n1,true,x\n,,\n", change: { $0.nullText = Array("NA".utf8) },
            declared: [Field("n", .int), Field("b", .boolean), Field("s", .string)],
            rows: ["n=null b=null s=NA", "n=1 b=true s=x", "n=null b=null s="]),
        Case(name: "skip", text: "# x\n# y\na,b\n1,2\n3,4\n", change: { ($0.skipLines, $0.skipFirst) = (2, true) }, rows: ["a=3 b=4"]),
        Case(
            name: "declared", text: "id,n,ok,at,day,price\n1,1.5,TRUE,2024-02-29T13:45:10.5+01:00,2024-02-29,1.50\n,,,,,\n -7 ,1e3,false,2024-01-01 00:00,1969-12-31,-0.05\n",
            declared: [
                Field("id", .long), Field("n", .double), Field("ok", .boolean), Field("at", .timestamp), Field("day", .date),
                Field("price", .decimal(precision: 5, scale: 2)),
            ],
            rows: [
                "id=1 n=1.5 ok=true at=1709210710500000 day=19782 price=150e-2", "id=null n=null ok=null at=null day=null price=null",
                "id=-7 n=1000.0 ok=false at=1704067200000000 day=-1 price=-5e-2",
            ]),
        Case(
            name: "values that do not fit stay strings", text: "a,b\n1,9223372036854775808\nx,2\n,\n",
            declared: [Field("a", .int), Field("b", .long)], rows: ["a=1 b=9223372036854775808", "a=x b=2", "a=null b=null"]),
        Case(
            name: "declared by name", text: "B,a,c\n1,2,3\n", declared: [Field("a", .long), Field("b", .string)], rows: ["a=2 b=1"]),
        Case(
            name: "declared by position", text: "x,y\n1,2\n", declared: [Field("a", .long), Field("b", .string)], rows: ["a=1 b=2"]),
        Case(
            name: "windows-1252", text: "a\n\u{80}\n", change: { $0.text.encoding = .windows1252 }, rows: ["a=Â€"]),
    ]

    @Test(arguments: cases) func reads(_ test: Case) throws {
        // Whatever the size of blocks, batches and splits, the records are the same.
        for (block, rows, split) in [(1 << 20, 8192, 4 << 20), (256, 1, 7), (256, 3, 1), (300, 2, 20)] {
            var options = CSVReadOptions()
            options.withHeader = test.header
            test.change(&options)
            options.text.blockSize = block
            options.text.batchRows = rows
            let file = try CSVFile(
                source: MemorySource(name: "t.csv", bytes: Array(test.text.utf8)), options: options, declared: test.declared.map { Schema($0) })
            let (found, bad) = try file.allRows(splitBytes: split)
            #expect(found == test.rows, "block \(block), split \(split)")
            #expect(bad == test.bad, "block \(block), split \(split)")
        }
    }

    @Test func makesOnlyWantedColumns() throws {
        var options = CSVReadOptions()
        options.withHeader = true
        let file = try CSVFile(source: MemorySource(name: "t.csv", bytes: Array("a,b,c\n1,2,3\n4\n5,6,7,8\n".utf8)), options: options)
        #expect(try file.allRows(columns: ["c", "zzz"]).0 == ["c=3", "c=null"])
        #expect(try file.allRows(columns: []).0 == ["", ""])
        #expect(try file.allRows(columns: []).1.count == 1)
    }

    @Test func refusesRecordsThatAreNotUTF8() throws {
        let bytes: [UInt8] = Array("a,b\n1,x\n2,".utf8) + [0xe9, 0x0a] + Array("3,ü\n".utf8)
        var options = CSVReadOptions()
        options.withHeader = true
        let (rows, bad) = try CSVFile(source: MemorySource(name: "t.csv", bytes: bytes), options: options).allRows()
        #expect(rows == ["a=1 b=x", "a=3 b=ü"])
        #expect(bad == ["line 3, byte 8: \(CSVReader.encodingAdvice) <2,\u{fffd}>"])
        options.text.encoding = .latin1
        #expect(try CSVFile(source: MemorySource(name: "t.csv", bytes: bytes), options: options).allRows().0[1] == "a=2 b=é")
    }

    @Test(arguments: [TextEncoding.utf16, .utf16LittleEndian]) func readsUTF16(_ encoding: TextEncoding) throws {
        let units = Array("\u{feff}a,b\n1,😀ü\n".utf16)
        let bytes = units.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        var options = CSVReadOptions()
        options.withHeader = true
        options.text.encoding = encoding
        #expect(try CSVFile(source: MemorySource(name: "t.csv", bytes: bytes), options: options).allRows().0 == ["a=1 b=😀ü"])
    }

    @Test func stepsOverRecordsThatAreTooLong() throws {
        let long = String(repeating: "x", count: 100_000)
        var options = CSVReadOptions()
        options.withHeader = true
        options.text.blockSize = 1024
        options.text.recordLimit = 10_000
        let source = MemorySource(name: "t.csv", bytes: Array("a,b\n1,y\n\(long)\n2,z\n".utf8))
        let (rows, bad) = try CSVFile(source: source, options: options).allRows()
        #expect(rows == ["a=1 b=y", "a=2 b=z"])
        #expect(bad.count == 1 && bad[0].hasPrefix("line 3, byte 8: the record is longer than 10000 bytes <xxxx"))
        #expect(bad[0].utf8.count < 4200)
        // A stray quote: the rest of the file is not one field.
        options.multiLine = true
        let lines = (0..<5000).map { "\($0),z\n" }.joined()
        let stray = try CSVFile(source: MemorySource(name: "t.csv", bytes: Array("a,b\n1,\"y\n\(lines)".utf8)), options: options).allRows()
        #expect(stray.0.count == 5000)
        #expect(stray.1 == ["line 2, byte 4: the quoted field that begins here is not closed <1,\"y>"])
    }

    @Test func stopsWhenNoMoreIsWanted() throws {
        var options = CSVReadOptions()
        options.text.batchRows = 2
        let file = try CSVFile(source: MemorySource(name: "t.csv", bytes: Array("1\n2\n3\n4\n5\n".utf8)), options: options)
        var rows = 0
        for split in try file.splits() {
            try file.read(split, emit: { batch in rows += batch.count; return false }, bad: { _ in })
        }
        #expect(rows == 2)
    }

    @Test(arguments: [
        ("separator is a line end; it must be a character inside a line, like ',' or '\\t'", UInt8(0x0a), UInt8(0x22)),
        ("separator and quoteChar are the same character", UInt8(0x22), UInt8(0x22)),
    ]) func refusesOptionsThatClash(message: String, separator: UInt8, quote: UInt8) {
        var options = CSVReadOptions()
        (options.separator, options.quote) = (separator, quote)
        #expect(throws: FormatError(.invalidRequest, source: "csv options", message)) {
            try CSVFile(source: MemorySource(name: "t.csv", bytes: []), options: options)
        }
    }

    @Test func namesOptionsLongerThanAByte() {
        #expect(throws: FormatError(.invalidRequest, source: "csv options", "separator is '||'; it must be one ASCII character")) {
            try CSVReadOptions.byte("||", option: "separator")
        }
    }
}

extension CSVFile {
    /// Every row as text, and every bad record.
    func allRows(columns: Set<String>? = nil, splitBytes: Int = 4 << 20) throws -> ([String], [String]) {
        var rows: [String] = []
        var bad: [String] = []
        for split in try splits(targetBytes: splitBytes) {
            try read(
                split, columns: columns, emit: { rows += $0.texts; return true },
                bad: { bad += $0.map { "line \($0.line), byte \($0.offset): \($0.message) <\($0.input)>" } })
        }
        return (rows, bad)
    }
}

extension Batch {
    /// One text a row: `a=1 b=x`.
    var texts: [String] {
        (0..<count).map { row in zip(schema.fields, columns).map { "\($0.name)=\($1.value(at: row).text)" }.joined(separator: " ") }
    }
}

extension Value {
    var text: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .decimal(let unscaled, let scale): "\(unscaled)e-\(scale)"
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .binary(let bytes): "\(bytes)"
        case .date(let days): "\(days)"
        case .timestamp(let micros): "\(micros)"
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .struct(let fields): "{" + fields.map { "\($0.name):\($0.value.text)" }.joined(separator: ",") + "}"
        case .map(let entries): "<" + entries.map { "\($0.key.text):\($0.value.text)" }.joined(separator: ",") + ">"
        }
    }
}
