internal import Columnar
internal import Connectors
internal import Formats
internal import Glibc

/// The formats that the crawler knows by itself, in the order in which they are asked (Glue's order).
public enum BuiltInClassifiers {
    public static let all: [any FileClassifier] = [ParquetClassifier(), JSONClassifier(), CSVClassifier()]
}

/// Parquet: the magic bytes, and the footer's schema.
struct ParquetClassifier: FileClassifier {
    let name = "parquet"

    func probe(_ file: FileEntry) throws -> ProbeResult? {
        let source = try LocalFile(path: file.storedPath, name: file.path)
        guard source.size >= 4 else { return nil }
        let magic = try source.read(at: 0, count: 4)
        guard memcmp(magic.base, "PAR1", 4) == 0 else { return nil }
        let parquet = try ParquetFile(source)
        return ProbeResult(
            classification: name, schema: parquet.schema, recordCount: parquet.rowCount, recordsExamined: parquet.rowCount,
            evidence: "it begins with PAR1 and its footer names \(parquet.schema.count) columns")
    }
}

/// JSON: the first character that is no space opens an object or an array, and records can be read.
struct JSONClassifier: FileClassifier {
    let name = "json"
    /// Bytes of each file that are read for the schema.
    private static let byteLimit = 64 << 20

    func probe(_ file: FileEntry) throws -> ProbeResult? {
        let source = try LocalFile(path: file.storedPath, name: file.path)
        guard try beginsLikeJSON(source) else { return nil }
        for multiLine in [false, true] {
            var options = JSONReadOptions()
            options.multiLine = multiLine
            if let result = try read(source, options), multiLine || result.certainty > 0.5 { return result }
        }
        return nil
    }

    private func beginsLikeJSON(_ source: LocalFile) throws -> Bool {
        let head = try source.read(at: 0, count: min(source.size, 4096))
        let bytes = UnsafeRawBufferPointer(start: head.base, count: head.size)
        switch Compression.detect(bytes) {
        case .gzip, .zstd:
            let name = file(source.name)
            return name.hasSuffix(".json") || name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl")
        case .none:
            let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
            guard let first = text.first(where: { $0 > 0x20 }) else { return false }
            return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        default: return false
        }
    }

    /// The file's name without its compression's suffix.
    private func file(_ name: String) -> String {
        let lowered = name.lowercased()
        let suffix = Compression.named(lowered).suffix
        return suffix.isEmpty ? lowered : String(lowered.dropLast(suffix.count))
    }

    private func read(_ source: LocalFile, _ options: JSONReadOptions) throws -> ProbeResult? {
        let json = try JSONFile(source: source, options: options, declared: nil)
        var (schema, records, bad, bytes) = (Schema.empty, 0, 0, 0)
        var firstBad: String?
        do {
            for split in try json.splits() where bytes < Self.byteLimit {
                bytes += split.byteRange.count
                try json.read(
                    split, columns: nil,
                    emit: { batch in
                        records += batch.count
                        schema = schema.merging(batch.schema)
                        return true
                    },
                    bad: { problems in
                        bad += problems.count
                        if firstBad == nil, let problem = problems.first { firstBad = "line \(problem.line): \(problem.message)" }
                    })
            }
        } catch let error as FormatError where records == 0 {
            // Perhaps another format begins like this; perhaps the next way of reading it fits.
            if options.multiLine { throw error }
            return nil
        }
        guard records > 0 else { return nil }
        let compression = try Self.compression(of: source)
        let choices = schema.fields.filter { $0.type.containsChoice }
        let count = bytes > 0 && bytes < source.size ? Int(Double(records) * Double(source.size) / Double(bytes)) : records
        var disagreement = choices.first.map { "'\($0.name)' holds values of several types: \($0.type.choiceMembers.map(\.hiveName).joined(separator: ", "))" }
        if bad > 0, disagreement == nil { disagreement = "\(bad) record\(bad == 1 ? "" : "s") cannot be read; the first: \(firstBad ?? "")" }
        return ProbeResult(
            classification: name, schema: schema, compression: compression, recordCount: count, recordsExamined: records,
            certainty: Self.certainty(records: records, bad: bad), evidence: "its records are JSON objects with \(schema.count) fields in all",
            disagreement: disagreement)
    }

    /// A few broken lines make JSON no less certain: commas would make CSV of it otherwise.
    private static func certainty(records: Int, bad: Int) -> Double { bad * 9 <= records ? 1 : Double(records) / Double(records + bad) }

    static func compression(of source: LocalFile) throws -> String {
        let head = try source.read(at: 0, count: min(source.size, 16))
        return Compression.detect(UnsafeRawBufferPointer(start: head.base, count: head.size)).rawValue
    }
}

/// CSV: a separator that splits the records into equally many fields. A name that says CSV speaks for files of one column, or of a header alone,
/// which show nothing by themselves.
struct CSVClassifier: FileClassifier {
    let name = "csv"

    func probe(_ file: FileEntry) throws -> ProbeResult? {
        let source = try LocalFile(path: file.storedPath, name: file.path)
        if let found = try Formats.CSVDialect.detect(source) { return try result(found, source, certainty: found.confidence) }
        guard Self.isNamedCSV(file.name) else { return nil }
        var pins = Formats.CSVDialect.Pins()
        pins.allowsSingleColumn = true
        if let found = try Formats.CSVDialect.detect(source, pins: pins) { return try result(found, source, certainty: Self.certaintyByName) }
        return try singleRecord(source, isTabbed: file.name.lowercased().contains(".tsv"))
    }

    private static let certaintyByName = 0.5

    private func result(_ found: Formats.CSVDialect, _ source: LocalFile, certainty: Double) throws -> ProbeResult {
        let options = found.options
        func text(_ byte: UInt8?) -> String? { byte.map { String(UnicodeScalar($0)) } }
        var dialect = CSVDialect(
            delimiter: text(options.separator) ?? ",", quote: text(options.quote), escape: text(options.escape), hasHeader: found.hasHeader,
            isQuoted: found.areColumnsQuoted, firstRecord: try Self.firstRecord(source, options))
        dialect.isMultiLine = options.multiLine
        // A column without a value has no type yet: another file may know it.
        let names = found.inference.columns.map(\.name)
        let fields = zip(found.hasHeader ? Schema.headerNames(names) : names, found.inference.columns).map { Field($0, $1.examples.isEmpty ? .null : $1.crawlerType) }
        let mixed = found.inference.columns.first { $0.type == .string && $0.hasTypedValues && $0.examples[.string] != nil }
        return ProbeResult(
            classification: name, schema: Schema(fields), compression: try JSONClassifier.compression(of: source), dialect: dialect,
            recordCount: found.inference.rows, recordsExamined: found.inference.rows, certainty: certainty,
            evidence: found.evidence.prefix(2).joined(separator: ", "),
            disagreement: found.inference.badRecords > 0 ? "\(found.inference.badRecords) record\(found.inference.badRecords == 1 ? "" : "s") cannot be read" : mixed?.evidence)
    }

    /// A header, if the record can be one, and no rows.
    private func singleRecord(_ source: LocalFile, isTabbed: Bool) throws -> ProbeResult? {
        var options = CSVReadOptions()
        options.separator = UInt8(ascii: isTabbed ? "\t" : ",")
        let cells = try Self.firstRecord(source, options)
        guard !cells.isEmpty, cells.allSatisfy({ !$0.utf8.contains(0) }) else { return nil }
        let isHeader = HeaderAgreement.isPlausible(cells)
        let names = isHeader ? Schema.headerNames(cells) : cells.indices.map { "col\($0)" }
        return ProbeResult(
            classification: name, schema: Schema(names.map { Field($0, .null) }), compression: try JSONClassifier.compression(of: source),
            dialect: CSVDialect(delimiter: isTabbed ? "\t" : ",", hasHeader: isHeader, firstRecord: cells), recordCount: isHeader ? 0 : 1,
            recordsExamined: 1, certainty: Self.certaintyByName, evidence: "one record in a file whose name says CSV")
    }

    private static func firstRecord(_ source: LocalFile, _ options: CSVReadOptions) throws -> [String] {
        var headless = options
        headless.withHeader = false
        let raw = try CSVFile(source: source, options: headless)
        var first: [String] = []
        guard let split = try raw.splits().first else { return first }
        try raw.read(
            split,
            emit: { batch in
                first = batch.columns.map { column in column.isNull(0) ? "" : column.views[0].string }
                return false
            }, bad: { _ in })
        return first
    }

    private static func isNamedCSV(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return [".csv", ".tsv"].contains { lowered.hasSuffix($0) || lowered.contains($0 + ".") }
    }
}
