internal import Columnar
internal import Glibc

/// What stands before a CSV file's records, and what the first record tells.
struct CSVHead: Sendable {
    let lineEnd: UInt8
    /// The header's names, made distinct; nil where the options say there is none.
    let header: [String]?
    /// The header's names as they stand in the file.
    let rawHeader: [String]
    /// Fields of the header, or of the first record; 0 in an empty file.
    let fieldCount: Int
    /// Bytes of text before the first record, a byte order mark included.
    let textLength: Int
    /// Offset in the file of the first record; means something for files with seekable lines only.
    let dataOffset: Int

    init(_ text: TextFile, _ options: CSVReadOptions) throws {
        var window = TextWindow(try text.stream(), blockSize: min(text.options.blockSize, 64 << 10))
        _ = try window.fill()
        while window.isAtEnd == false, memchr(window.base, 0x0a, window.end) == nil, memchr(window.base, 0x0d, window.end) == nil,
            window.end < text.options.recordLimit
        { _ = try window.fill() }
        lineEnd = window.usualLineEnd
        var at = window.end >= 3 && window.base[0] == 0xef && window.base[1] == 0xbb && window.base[2] == 0xbf ? 3 : 0
        for _ in 0..<options.skipLines { at = try Self.lineEnd(after: at, &window, lineEnd, text) }

        var header: [String]?
        var raw: [String] = []
        var count = 0
        if options.withHeader, let fields = try Self.record(&at, &window, options, lineEnd, text) {
            header = Schema.distinctNames(fields.enumerated().map { $1.isEmpty ? "col\($0)" : $1 })
            count = fields.count
            raw = fields
        }
        if options.skipFirst { _ = try Self.record(&at, &window, options, lineEnd, text) }
        textLength = at
        if header == nil {
            var first = at
            count = try Self.record(&first, &window, options, lineEnd, text)?.count ?? 0
        }
        self.header = header
        rawHeader = raw
        fieldCount = count
        dataOffset = text.hasSeekableLines && text.options.encoding != .utf8 ? try Self.offset(window, textLength, lineEnd, text) : textLength
    }

    /// The offset in the file of the place that has as many line ends before it as `textLength` has in the decoded text.
    private static func offset(_ window: TextWindow, _ textLength: Int, _ lineEnd: UInt8, _ text: TextFile) throws -> Int {
        var left = TextScan.count(window.base, textLength, lineEnd)
        // Without a line end at its end the head is the whole file.
        if textLength > 0, window.base[textLength - 1] != lineEnd { return text.source.size }
        var at = 0
        while left > 0, at < text.source.size {
            let block = try text.source.read(at: at, count: min(64 << 10, text.source.size - at))
            let bytes = block.values(of: UInt8.self)
            for i in 0..<block.size where bytes[i] == lineEnd {
                left -= 1
                if left == 0 { return at + i + 1 }
            }
            at += block.size
        }
        return at
    }

    private static func grow(_ window: inout TextWindow, _ text: TextFile) throws -> Bool {
        if window.end >= text.options.recordLimit {
            throw FormatError(.malformed, source: text.source.name, line: 1, "the first record is longer than \(text.options.recordLimit >> 20) MiB; is this CSV?")
        }
        return try window.fill()
    }

    private static func lineEnd(after start: Int, _ window: inout TextWindow, _ lineEnd: UInt8, _ text: TextFile) throws -> Int {
        var at = start
        while true {
            if let found = memchr(window.base + at, Int32(lineEnd), window.end - at) {
                return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - UnsafePointer(window.base) + 1
            }
            at = window.end
            if try !grow(&window, text) { return window.end }
        }
    }

    /// The fields of the record at `at`; nil at the end. `at` then is behind it.
    private static func record(
        _ at: inout Int, _ window: inout TextWindow, _ options: CSVReadOptions, _ lineEnd: UInt8, _ text: TextFile
    ) throws -> [String]? {
        // More columns than any file has; the tokenizer counts before it stores.
        var limit = 256
        while true {
            var tokenizer = CSVTokenizer(options, lineEnd: lineEnd, columnCount: limit, slots: (0..<limit).map { Int32($0) }, rowLimit: 1)
            tokenizer.index(window.base, at, window.end)
            var next = at
            switch tokenizer.cut(window.base, &next, window.end, isAtEnd: window.isAtEnd, limit: 1) {
            case .full:
                var decoder = CSVFieldDecoder(options)
                let cells = (0..<limit).map { tokenizer.cells[$0] }.prefix { $0 != CSVTokenizer.missing }
                let names = cells.map { cell -> String in
                    let start = window.base + Int(cell & 0xffff_ffff)
                    let count = Int(cell >> 32 & 0x7fff_ffff)
                    if cell & CSVTokenizer.rawFlag == 0 { return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }
                    return String(decoding: decoder.decode(start, count), as: UTF8.self)
                }
                if options.text.encoding == .utf8, TextScan.utf8Prefix(window.base + at, next - at) < next - at {
                    throw FormatError(
                        .malformed, source: text.source.name, line: TextScan.count(window.base, next, lineEnd), CSVReader.encodingAdvice)
                }
                at = next
                return names
            case .end:
                at = window.end
                return nil
            case .incomplete:
                if try !grow(&window, text) { continue }
            case .bad(let problem):
                switch problem.kind {
                case .tooManyFields: limit *= 8
                default:
                    throw FormatError(
                        .malformed, source: text.source.name, line: TextScan.count(window.base, problem.start, lineEnd) + 1,
                        "the first record has a quote that is not closed")
                }
            }
        }
    }
}
