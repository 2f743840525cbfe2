public import Columnar

/// How a CSV file is written, as far as its bytes tell, with the reasons: what the crawler shows before it creates a table.
///
/// The rules are those of Glue's built-in classifier. The separator is one of `,` `|` tab `;` and U+0001: the one under which most records have
/// one number of fields, two at least; there must be two rows. The first record is a header when each of its cells is a text of fewer than 150
/// characters that could name a column, none of them a number, boolean or date, and some later cell is one. So a file of texts alone has *no*
/// header: its first line can't be told from the others, and a name wrongly made a value is seen at once while a row wrongly made a header is
/// lost. Two departures: the header's first cell may be empty like its last (that is how R and pandas write row names), and dates count as typed
/// here although the column's type will be `string`.
///
/// What a person pins is taken as it is.
public struct CSVDialect: Sendable {
    /// What a person knows better than the bytes; nil where they are to tell.
    public struct Pins: Sendable {
        public var separator: UInt8?
        public var quote: UInt8?
        public var hasHeader: Bool?
        /// The columns' names, instead of the header's.
        public var names: [String]?
        /// A file without any separator may be a CSV file of one column.
        public var allowsSingleColumn = false
        public var encoding = TextEncoding.utf8
        public init() {}
    }

    /// The options that read the file as it was looked at.
    public let options: CSVReadOptions
    public let hasHeader: Bool
    /// The columns with the crawler's types: `long`, `double`, `boolean`, `string`.
    public let schema: Schema
    public let inference: CSVInference
    /// The share of records that have the usual number of fields, 0...1.
    public let confidence: Double
    /// Sentences: the separator, the header, each column's type, each with the value and line that decided it.
    public let evidence: [String]

    /// Whether fields are quoted.
    public let areColumnsQuoted: Bool

    static let separators: [UInt8] = [0x2c, 0x7c, 0x09, 0x3b, 0x01]

    /// Looks at a file. Nil when it is no CSV: not text, fewer than two columns, or only one row.
    ///
    /// - Parameter byteLimit: bytes of text to look at; all of a file of up to 64 MiB unless told otherwise.
    /// - Throws: `FormatError` for a damaged compressed file; what the source throws.
    public static func detect(_ source: any ByteSource, pins: Pins = Pins(), byteLimit: Int = 64 << 20) throws -> CSVDialect? {
        var text = TextOptions()
        text.encoding = pins.encoding
        let file = try TextFile(source, text)
        var window = TextWindow(try file.stream(), blockSize: 1 << 20)
        _ = try window.fill()
        // Text has no zeros.
        guard window.end > 0, TextScan.count(window.base, window.end, 0) == 0 else { return nil }

        var best: Candidate?
        for separator in pins.separator.map({ [$0] }) ?? separators {
            for multiLine in [false, true] {
                var options = CSVReadOptions()
                options.text = text
                options.separator = separator
                options.multiLine = multiLine
                options.quote = pins.quote ?? quote(in: window, separator: separator)
                if options.quote == separator { continue }
                let candidate = Candidate(options, &window)
                if best.map({ candidate.isBetter(than: $0) }) ?? true { best = candidate }
            }
        }
        guard let best, best.fields >= (pins.allowsSingleColumn ? 1 : 2), best.records >= 2 else { return nil }
        // Prose has commas too, but not as many on every line.
        guard best.share >= 0.5 || pins.separator != nil else { return nil }
        return try CSVDialect(source, best, pins, byteLimit)
    }

    private init(_ source: any ByteSource, _ candidate: Candidate, _ pins: Pins, _ byteLimit: Int) throws {
        var options = candidate.options
        options.withHeader = true
        let headed = try CSVFile(source: source, options: options)
        var below = try Self.infer(headed, byteLimit)
        let (isHeader, reason) = Self.judge(headed, below)
        hasHeader = pins.hasHeader ?? isHeader
        options.withHeader = hasHeader
        if !hasHeader { below = try Self.infer(CSVFile(source: source, options: options), byteLimit) }
        if let names = pins.names, names.count >= below.columns.count {
            below.columns = zip(Schema.distinctNames(names), below.columns).map { name, column in
                var renamed = CSVInference.Column(name: name)
                renamed.examples = column.examples
                return renamed
            }
        }
        self.options = options
        inference = below
        schema = below.crawlerSchema
        confidence = candidate.share
        areColumnsQuoted = candidate.quotedFields > 0
        var evidence = ["separator \(Self.show(options.separator)): \(candidate.usual) of \(candidate.records) records have \(candidate.fields) fields"]
        if let line = candidate.unusualLine { evidence[0] += "; the first that has not is on line \(line)" }
        if pins.separator != nil { evidence[0] += " (the separator is pinned)" }
        if options.multiLine { evidence.append("multiLine: there are quoted fields that hold line ends") }
        evidence.append(pins.hasHeader == nil ? reason : "\(hasHeader ? "header" : "no header"): pinned")
        self.evidence = evidence + below.columns.map(\.evidence)
    }

    private static func infer(_ file: CSVFile, _ byteLimit: Int) throws -> CSVInference {
        var merged = CSVInference(names: file.schema.names)
        var left = byteLimit
        for split in try file.splits() where left > 0 {
            merged.merge(try file.infer(split, byteLimit: left))
            left -= split.byteRange.count
        }
        return merged
    }

    /// Whether the first record names the columns, and why.
    private static func judge(_ file: CSVFile, _ below: CSVInference) -> (Bool, String) {
        let cells = file.rawHeader
        for (i, cell) in cells.enumerated() {
            if cell.isEmpty {
                if i == 0 || i == cells.count - 1 { continue }
                return (false, "no header: cell \(i + 1) of the first record is empty")
            }
            if cell.count >= 150 { return (false, "no header: cell \(i + 1) of the first record has \(cell.count) characters") }
            if cell.unicodeScalars.contains(where: { $0.value < 0x20 }) { return (false, "no header: cell \(i + 1) of the first record has a control character") }
            var text = cell
            let kind = text.withUTF8 { bytes in
                ScalarText.trimmed(bytes.baseAddress!, bytes.count).1 == 0 ? CSVInference.Kind.string : .of(bytes.baseAddress!, bytes.count)
            }
            if kind != .string { return (false, "no header: '\(cell)' in the first record is a \(kind.name)") }
        }
        let typed = below.columns.flatMap { column in column.examples.filter { $0.key != .string }.map { (column.name, $0.key, $0.value) } }
        guard let first = typed.min(by: { $0.2.line < $1.2.line }) else {
            return (false, "no header: all values are texts, so the first record can't be told from the others; pin the header if it names the columns")
        }
        return (true, "header: the first record has only texts, and '\(first.2.text)' in column '\(first.0)' on line \(first.2.line) is a \(first.1.name)")
    }

    static func show(_ byte: UInt8) -> String {
        switch byte {
        case 0x09: "tab"
        case 0x00..<0x20: "U+00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        default: "'\(Character(UnicodeScalar(byte)))'"
        }
    }

    /// The character around fields: `'` where fields begin and end with it and none with `"`.
    private static func quote(in window: TextWindow, separator: UInt8) -> UInt8 {
        func wrapped(_ quote: UInt8) -> Int {
            var (found, isStart, opened) = (0, true, false)
            for i in 0..<window.end {
                let byte = window.base[i]
                let isEnd = byte == separator || byte == 0x0a || byte == 0x0d
                if isEnd, opened, i > 0, window.base[i - 1] == quote { found += 1 }
                if isStart { opened = byte == quote && !isEnd }
                isStart = isEnd
            }
            return found
        }
        let double = UInt8(ascii: "\""), single = UInt8(ascii: "'")
        return wrapped(double) == 0 && wrapped(single) > 0 ? single : double
    }

    /// One way to cut the records, and how well it fits.
    private struct Candidate {
        let options: CSVReadOptions
        var records = 0
        /// The usual number of fields.
        var fields = 0
        /// Records that have it.
        var usual = 0
        var unclosed = 0
        var quotedFields = 0
        /// The first record that has another number of fields.
        var unusualLine: Int?

        /// With a third of the records missing, the rest is no proof.
        var share: Double { records == 0 ? 0 : Double(usual) / Double(records + unclosed) }

        init(_ options: CSVReadOptions, _ window: inout TextWindow) {
            self.options = options
            let start = window.end >= 3 && window.base[0] == 0xef && window.base[1] == 0xbb && window.base[2] == 0xbf ? 3 : 0
            // Without columns, every record is one with too many: which is how many fields it has.
            var tokenizer = CSVTokenizer(options, lineEnd: window.usualLineEnd, columnCount: 0, slots: [], rowLimit: 1)
            tokenizer.index(window.base, start, window.end)
            var counts: [Int: (records: Int, first: Int)] = [:]
            var at = start
            scan: while records < 100_000 {
                switch tokenizer.cut(window.base, &at, window.end, isAtEnd: window.isAtEnd, limit: 1) {
                case .bad(let problem):
                    switch problem.kind {
                    case .tooManyFields where options.multiLine && !Self.isWellQuoted(window.base, problem.start, problem.next, options):
                        // A stray quote swallowed the lines up to the next field that is quoted: no record is better than a wrong one.
                        unclosed += 1
                    case .tooManyFields(let fields):
                        records += 1
                        counts[fields, default: (0, problem.start)].records += 1
                        if options.quote == window.base[problem.start] { quotedFields += 1 }
                    default: unclosed += 1
                    }
                    at = problem.next
                    tokenizer.seek(at)
                case .full, .incomplete, .end: break scan
                }
            }
            guard let most = counts.max(by: { ($0.value.records, -$0.key) < ($1.value.records, -$1.key) }) else { return }
            (fields, usual) = (most.key, most.value.records)
            if let other = counts.filter({ $0.key != most.key }).map(\.value.first).min() { unusualLine = TextScan.count(window.base, other, window.usualLineEnd) + 1 }
        }

        /// Whether every quoted field of a record that spans lines ends at a separator or at the record's end, as fields do that were quoted for it.
        private static func isWellQuoted(_ base: UnsafeMutablePointer<UInt8>, _ start: Int, _ end: Int, _ options: CSVReadOptions) -> Bool {
            guard let quote = options.quote else { return true }
            func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }
            var end = end
            while end > start, isLineEnd(base[end - 1]) { end -= 1 }
            guard (start..<end).contains(where: { isLineEnd(base[$0]) }) else { return true }
            var at = start
            while at < end {
                if base[at] == quote {
                    at += 1
                    while at < end {
                        if let escape = options.escape, base[at] == escape {
                            at += 2
                        } else if base[at] != quote {
                            at += 1
                        } else if at + 1 < end, base[at + 1] == quote {
                            at += 2
                        } else {
                            break
                        }
                    }
                    at += 1
                    if at < end, base[at] != options.separator { return false }
                }
                while at < end, base[at] != options.separator { at += 1 }
                at += 1
            }
            return true
        }

        func isBetter(than other: Candidate) -> Bool {
            // One field a record is no table, however regular.
            if (fields > 1) != (other.fields > 1) { return fields > 1 }
            if (unclosed == 0) != (other.unclosed == 0) { return unclosed == 0 }
            if abs(share - other.share) > 0.001 { return share > other.share }
            // Among equals the plainer reading, then the one with more columns.
            if options.separator == other.options.separator { return false }
            return fields > other.fields
        }
    }
}
