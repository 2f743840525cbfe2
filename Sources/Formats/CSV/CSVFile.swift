public import Columnar

/// A CSV file (RFC 4180, with what occurs in practice) that threads read in parts.
///
///     let file = try CSVFile(source: source, options: options, declared: nil)
///     for split in try file.splits() { try file.read(split, emit: { ... }, bad: { ... }) }
///
/// Columns are named by the header, made distinct, an empty name being `colN`; without a header `col0`, `col1`, ..., as many as the first
/// record has fields. With a declared schema its names count. Where the header has all of them, or nothing but some of them, in any case and order, or
/// some of them at other places, columns go by name, and the file has those alone; else by position.
///
/// - A record with fewer fields has nulls for the rest; one with more is a `BadRecord`.
/// - Blank lines are no records (as in Python's `csv.DictReader`), in a file of one column too.
/// - Lines end in `\n` or `\r\n`; where the head of the file has `\r` only, in `\r`. Without `multiLine` a line end always ends the record.
/// - A record that is not UTF-8 is a `BadRecord`.
/// - A quoted field that is not closed makes its first line a `BadRecord`; reading goes on with the next line.
public final class CSVFile: Sendable {
    public let options: CSVReadOptions
    /// The columns, in the order of the file: declared types, or `string`. A batch may have a choice where values do not fit a declared type.
    public let schema: Schema

    let text: TextFile
    let lineEnd: UInt8
    /// For each field of a record the column it goes to, or -1.
    let fieldColumns: [Int32]
    private let preamble: CSVHead
    private let lineIndex: LineIndex

    /// Reads the head of the file.
    ///
    /// - Parameter declared: names and types of the columns, from a catalog or from `CSVInference`; nil for strings throughout.
    /// - Throws: `FormatError` for options that clash, a damaged file or a header that can't be read; what the source throws.
    public init(source: any ByteSource, options: CSVReadOptions, declared: Schema? = nil) throws {
        try options.validate()
        self.options = options
        text = try TextFile(source, options.text)
        preamble = try CSVHead(text, options)
        lineEnd = preamble.lineEnd
        lineIndex = LineIndex(source, lineEnd: lineEnd)
        let (schema, columns) = Self.columns(header: preamble.header, fieldCount: preamble.fieldCount, declared: declared)
        self.schema = schema
        fieldColumns = columns
    }

    /// The column names that the header gives, made distinct; nil without a header.
    public var headerNames: [String]? { preamble.header }

    /// Names of the header whose columns nobody reads, as the declared schema has none for them.
    public var unreadNames: [String] { preamble.header.map { names in names.indices.filter { $0 >= fieldColumns.count || fieldColumns[$0] < 0 }.map { names[$0] } } ?? [] }

    /// The header as it stands in the file; empty without one.
    var rawHeader: [String] { preamble.rawHeader }

    /// The parts of the file, of about `targetBytes` each; none when it holds no records.
    public func splits(targetBytes: Int = 4 << 20) throws -> [TextSplit] {
        guard preamble.fieldCount > 0 || preamble.header != nil else { return [] }
        guard text.hasSeekableLines, !options.multiLine else { return [TextSplit(index: 0, byteRange: 0..<text.source.size)] }
        let ranges = text.ranges(from: preamble.dataOffset, targetBytes: targetBytes)
        return ranges.enumerated().map { TextSplit(index: $0.offset, byteRange: $0.element) }
    }

    /// Reads the records of a split in order.
    ///
    /// - Parameters:
    ///   - columns: names of the columns to make; nil for all. The others are counted, not read. Names that the file lacks are ignored.
    ///   - filters: what rows must pass, in this order. Their columns need not be among `columns`. A value that is not of its declared type makes a
    ///     column a choice only where it is decoded, which in rows that a filter refused it is not.
    ///   - emit: takes the batches; returns false when no more are wanted. Their columns stand in the order of `schema`.
    ///   - bad: takes the records that can't be read, before the batch that follows them.
    /// - Throws: `FormatError` for a damaged compressed file; what the source or a closure throws.
    public func read(
        _ split: TextSplit, columns: Set<String>? = nil, filters: [RowFilter] = [], emit: (Batch) throws -> Bool, bad: ([BadRecord]) -> Void
    ) throws {
        try read(CSVReader(self, split, columns: columns, filters: filters), emit: emit, bad: bad)
    }

    package func read(_ reader: CSVReader, emit: (Batch) throws -> Bool, bad: ([BadRecord]) -> Void) throws {
        while let (batch, problems) = try reader.next() {
            if !problems.isEmpty { bad(problems) }
            if let batch, try !emit(batch) { return }
        }
    }

    /// The window on a split's text, behind the header.
    func window(_ split: TextSplit) throws -> TextWindow {
        if text.hasSeekableLines, !options.multiLine {
            let (stream, start) = try text.lines(in: split.byteRange, first: preamble.dataOffset, lineEnd: lineEnd)
            return TextWindow(stream, blockSize: text.options.blockSize, offset: start, lineEnd: lineEnd, recordLimit: text.options.recordLimit)
        }
        var window = TextWindow(try text.stream(), blockSize: text.options.blockSize, lineEnd: lineEnd, recordLimit: text.options.recordLimit)
        var left = preamble.textLength
        while try window.fill(), left > 0 {
            let n = min(left, window.count)
            window.start += n
            left -= n
            if left == 0 { break }
        }
        return window
    }

    /// The line, from 1, of a place in a split's text that `lines` line ends stand before.
    func line(_ split: TextSplit, windowStart: Int, lines: Int) throws -> Int {
        guard text.hasSeekableLines, !options.multiLine else { return lines + 1 }
        return try lineIndex.lines(before: windowStart) + lines + 1
    }

    private static func columns(header: [String]?, fieldCount: Int, declared: Schema?) -> (Schema, [Int32]) {
        guard let declared else {
            let names = header ?? (0..<fieldCount).map { "col\($0)" }
            return (Schema(names.map { Field($0, .string) }), names.indices.map { Int32($0) })
        }
        if let header, !header.isEmpty {
            // A catalog's names have no blanks around them, whatever the file's header has.
            let (exact, bare) = (Schema(header.map { Field($0, .string) }), Schema(header.map { Field(Schema.headerName($0), .string) }))
            let places = declared.names.map { exact.index(ofAnyCase: $0) ?? bare.index(ofAnyCase: $0) }
            let known = header.map { declared.index(ofAnyCase: $0) ?? declared.index(ofAnyCase: Schema.headerName($0)) }
            let found = places.compactMap(\.self)
            // Other names at the places of the schema's are new names for them; where names of the schema stand elsewhere, places tell nothing.
            let standsElsewhere = places.enumerated().contains { $1 != nil && $1 != $0 }
            if found.count == places.count, Set(found).count == found.count {
                var columns = [Int32](repeating: -1, count: header.count)
                for (column, place) in found.enumerated() { columns[place] = Int32(column) }
                return (declared, columns)
            }
            let fields = known.compactMap(\.self)
            if fields.count == header.count || standsElsewhere, Set(fields).count == fields.count {
                var next: Int32 = 0
                let columns = known.map { place -> Int32 in
                    guard place != nil else { return -1 }
                    defer { next += 1 }
                    return next
                }
                return (Schema(fields.map { declared[$0] }), columns)
            }
            return (declared, (0..<max(declared.count, header.count)).map { $0 < declared.count ? Int32($0) : -1 })
        }
        return (declared, declared.fields.indices.map { Int32($0) })
    }
}
