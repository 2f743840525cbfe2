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
            certainty: Double(records) / Double(records + bad), evidence: "its records are JSON objects with \(schema.count) fields in all",
            disagreement: disagreement)
    }

    static func compression(of source: LocalFile) throws -> String {
        let head = try source.read(at: 0, count: min(source.size, 16))
        return Compression.detect(UnsafeRawBufferPointer(start: head.base, count: head.size)).rawValue
    }
}

/// CSV: a separator that splits the records into equally many fields.
struct CSVClassifier: FileClassifier {
    let name = "csv"

    func probe(_ file: FileEntry) throws -> ProbeResult? {
        let source = try LocalFile(path: file.storedPath, name: file.path)
        guard let found = try Formats.CSVDialect.detect(source) else { return nil }
        let options = found.options
        func text(_ byte: UInt8?) -> String? { byte.map { String(UnicodeScalar($0)) } }
        var first: [String] = []
        var headless = options
        headless.withHeader = false
        let raw = try CSVFile(source: source, options: headless)
        if let split = try raw.splits().first {
            try raw.read(
                split,
                emit: { batch in
                    first = batch.columns.map { column in column.isNull(0) ? "" : column.views[0].string }
                    return false
                }, bad: { _ in })
        }
        var dialect = CSVDialect(
            delimiter: text(options.separator) ?? ",", quote: text(options.quote), escape: text(options.escape), hasHeader: found.hasHeader,
            isQuoted: found.areColumnsQuoted, firstRecord: first)
        dialect.isMultiLine = options.multiLine
        return ProbeResult(
            classification: name, schema: found.schema, compression: try JSONClassifier.compression(of: source), dialect: dialect,
            recordCount: found.inference.rows, recordsExamined: found.inference.rows, certainty: found.confidence,
            evidence: found.evidence.prefix(2).joined(separator: ", "),
            disagreement: found.inference.badRecords > 0 ? "\(found.inference.badRecords) records cannot be read" : nil)
    }
}
