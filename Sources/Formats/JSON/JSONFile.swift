internal import CKernels
public import Columnar

/// A file of JSON records (RFC 8259) that threads read in parts.
///
/// What is a record, without a `jsonPath`: each value of a file of concatenated or newline-delimited values; the elements of an array at the top
/// level. A record is an object. Without `multiLine` a record ends with its line, which lets threads begin anywhere; but a file that begins with
/// `[`, or whose first value is one that spans lines, is read as if `multiLine` were set. Such a file, one with a `jsonPath` and a compressed one
/// are one split.
///
/// With a `jsonPath` what it leads to are the records; values that are no objects stand in one column, `record`.
///
/// - A record on a line of its own that is malformed, or not UTF-8, is a `BadRecord`; reading goes on with the next line. In a file that is
///   not read by lines nobody can say where the next record begins, so a malformed value there is a `FormatError`.
/// - Of fields with one name in an object the first counts. A surrogate escape that is alone becomes U+FFFD.
/// - Integers are `int` where 32 bits hold all of a batch's, else `long`, beyond 64 bits `double`; other numbers are `double`.
/// - A declared type makes fitting values its own: integers become doubles, texts dates, timestamps, binaries (base 64), numbers decimals,
///   objects maps. Others keep their own type, and the column is a choice. Undeclared fields follow the declared ones.
/// - Arrays and objects nest 512 deep at most.
public final class JSONFile: Sendable {
    public let options: JSONReadOptions
    /// What was declared; nil when only the records tell. A batch lacks no declared field, and may have others.
    public let schema: Schema?

    let text: TextFile
    let path: JSONPath?
    /// Whether each line stands for itself.
    let isByLines: Bool
    /// Bytes of the byte order mark.
    private let start: Int
    private let lineIndex: LineIndex

    /// Reads the head of the file.
    ///
    /// - Throws: `FormatError` for a path that is none or a damaged compressed file; what the source throws.
    public init(source: any ByteSource, options: JSONReadOptions, declared: Schema? = nil) throws {
        self.options = options
        schema = declared
        path = try options.jsonPath.map { text throws(FormatError) in try JSONPath(text) }
        text = try TextFile(source, options.text)
        lineIndex = LineIndex(source, lineEnd: 0x0a)
        var window = TextWindow(try text.stream(), blockSize: 64 << 10)
        _ = try window.fill()
        start = window.end >= 3 && window.base[0] == 0xef && window.base[1] == 0xbb && window.base[2] == 0xbf ? 3 : 0
        isByLines = try path == nil && !options.multiLine && Self.firstValueIsOnOneLine(window, start, source.name)
    }

    /// The parts of the file, of about `targetBytes` each; none when it is empty.
    public func splits(targetBytes: Int = 4 << 20) throws -> [TextSplit] {
        guard text.source.size > start else { return [] }
        guard isByLines, text.hasSeekableLines else { return [TextSplit(index: 0, byteRange: 0..<text.source.size)] }
        return text.ranges(from: start, targetBytes: targetBytes).enumerated().map { TextSplit(index: $0.offset, byteRange: $0.element) }
    }

    /// Reads the records of a split in order.
    ///
    /// - Parameters:
    ///   - columns: names of the top-level fields to make columns of; nil for all. The others are checked, not kept.
    ///   - filters: what rows must pass, in this order. Their columns need not be among `columns`.
    ///   - emit: takes the batches, whose schemas may differ; returns false when no more are wanted.
    ///   - bad: takes the records that can't be read, before the batch that follows them.
    /// - Throws: `FormatError` for a damaged file; what the source or a closure throws.
    public func read(
        _ split: TextSplit, columns: Set<String>? = nil, filters: [RowFilter] = [], emit: (Batch) throws -> Bool, bad: ([BadRecord]) -> Void
    ) throws {
        let reader: any JSONBatchReader = isByLines ? try JSONLineReader(self, split, columns, filters) : try JSONStreamReader(self, columns, filters)
        while let (batch, problems) = try reader.next() {
            if !problems.isEmpty { bad(problems) }
            if let batch, try !emit(batch) { return }
        }
    }

    func window(_ split: TextSplit?) throws -> TextWindow {
        if let split, text.hasSeekableLines {
            let (stream, start) = try text.lines(in: split.byteRange, first: start, lineEnd: 0x0a)
            return TextWindow(stream, blockSize: text.options.blockSize, offset: start, recordLimit: text.options.recordLimit)
        }
        var window = TextWindow(try text.stream(), blockSize: text.options.blockSize, recordLimit: text.options.recordLimit)
        _ = try window.fill()
        window.start = start
        return window
    }

    /// The line, from 1, of a place in a split's text that `lines` line ends stand before.
    func line(windowStart: Int, lines: Int) throws -> Int {
        guard isByLines, text.hasSeekableLines else { return lines + 1 }
        return try lineIndex.lines(before: windowStart) + lines + 1
    }

    /// Whether the file's first value ends on the line on which it begins, or is broken in any case; an array is many records, so it does not count.
    private static func firstValueIsOnOneLine(_ window: TextWindow, _ start: Int, _ name: String) throws -> Bool {
        var at = start
        while at < window.end, [0x20, 0x09, 0x0a, 0x0d].contains(window.base[at]) { at += 1 }
        if at == window.end { return true }
        if window.base[at] == UInt8(ascii: "[") { return false }
        let shredder = try JSONShredder(declared: nil, wanted: nil, source: name)
        shredder.use(window.base, end: window.end, multiLine: false)
        var place = at
        guard shredder.skip(&place) == mastic_json_line_ends else { return true }
        shredder.use(window.base, end: window.end, multiLine: true)
        switch shredder.skip(&place) {
        case mastic_json_ok: return false
        // Longer than the head, and nothing wrong with it.
        case mastic_json_incomplete: return window.isAtEnd
        default: return true
        }
    }
}

/// What reads batches of JSON. Used by one thread.
protocol JSONBatchReader: AnyObject {
    /// The next rows, of which there may be none, with the records between them that can't be read. Nil at the end.
    func next() throws -> (Batch?, [BadRecord])?
}

/// Names what is wrong with a text.
enum JSONProblem {
    static let notUTF8 = "the record is not UTF-8"

    /// - Parameters:
    ///   - at: where in `base[..<end]` reading failed.
    ///   - column: bytes before it on its line.
    static func describe(_ status: mastic_json_status, _ base: UnsafePointer<UInt8>, _ at: Int, _ end: Int, column: Int) -> String {
        func character() -> String {
            guard at < end else { return "the end" }
            let byte = base[at]
            if byte < 0x20 || byte == 0x7f { return "control character 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            let text = String(decoding: UnsafeBufferPointer(start: base + at, count: min(4, end - at)), as: UTF8.self)
            return "'\(text.unicodeScalars.first!)'"
        }
        let place = " at column \(column + 1)"
        switch status {
        case mastic_json_incomplete: return "the JSON text ends before the value is complete"
        case mastic_json_line_ends: return "the line ends before the record is complete; if records span lines, read with multiLine = true"
        case mastic_json_bad_string: return "\(character()) in a string\(place); it must be escaped"
        case mastic_json_bad_escape: return "a backslash with \(character()) behind it\(place) is no escape"
        case mastic_json_bad_number: return "a digit is expected\(place), not \(character())"
        case mastic_json_too_deep: return "arrays and objects nest more than \(mastic_json_depth_limit) deep\(place)"
        case mastic_json_no_memory: return "there is no memory left"
        case mastic_json_not_object: return "the record begins with \(character())\(place), not with an object's {"
        default: return "unexpected \(character())\(place)"
        }
    }
}
