internal import CKernels
internal import Columnar

/// Cuts text into records and fields.
///
/// The problem: find every separator, and know whether it stands in quotes, faster than a byte at a time. The idea: a first pass with SIMD
/// writes down where separators, quotes, escapes and line ends stand, 64 bytes a step and without asking what they mean; a second pass walks
/// those positions only. Whether a quote opens a field depends on what stands before it, so the walk decides; computing the quoted regions
/// with bit tricks in the first pass is faster still, and what `CSVRecordIndex` does, but it gets `5" disk,6" disk` wrong. So this is the way for
/// the records that the index refuses.
///
/// The rules are those of RFC 4180 and, where that is silent, of Python's `csv` with `strict=False`: a quote elsewhere than at a field's start
/// is a character like any other; what stands between a closing quote and the next separator belongs to the field; blank lines are no records.
struct CSVTokenizer {
    /// A field: where it begins in the window and how long it is, in one word.
    ///
    ///     | raw: 1 | length: 31 | start: 32 |
    ///
    /// A raw field still has its quotes and escapes (`CSVFieldDecoder`). All ones: the record has no such field.
    typealias Cell = UInt64
    static let missing = Cell.max
    static let rawFlag: Cell = 1 << 63

    enum Stop {
        /// `rowLimit` records are there.
        case full
        /// What is left of the window is not a whole record.
        case incomplete
        /// The text is at its end.
        case end
        /// A record can't be read; it begins at `at` and the next at `next`.
        case bad(Problem)
    }

    struct Problem {
        enum Kind { case tooManyFields(Int), unclosedQuote(at: Int), notUTF8 }
        let kind: Kind
        let start: Int
        /// The first byte behind the record.
        let next: Int
    }

    let separator: UInt8
    let quote: Int
    let escape: Int
    /// Whether the escape counts before quotes and itself only, in quoted fields.
    private let escapesQuotesOnly: Bool
    let lineEnd: UInt8
    let multiLine: Bool
    /// Fields of a record at most.
    let columnCount: Int
    let rowLimit: Int
    /// Where each column's cells go, as positions in `cells`; columns that are not wanted share a place that nobody reads.
    private let targets: [Int]

    private var positions: UnsafeMutablePointer<UInt32>
    private var positionCapacity = 0
    private var cellBuffer: Buffer
    /// Cell of column slot `s` and row `r` at `s * rowLimit + r`.
    var cells: UnsafeMutablePointer<Cell> { cellBuffer.values(of: Cell.self) }
    private var positionBuffer: Buffer
    private var positionCount = 0
    /// The next of `positions` to be looked at.
    private var cursor = 0

    /// Records cut so far in this batch.
    private(set) var rows = 0
    /// Whether some record of this batch lacks fields.
    private(set) var hasMissing = false

    /// - Parameter slots: for each column its slot in `cells`, or -1 for a column that is not wanted.
    init(_ options: CSVReadOptions, lineEnd: UInt8, columnCount: Int, slots: [Int32], rowLimit: Int) {
        separator = options.separator
        quote = options.quote.map { Int($0) } ?? -1
        // A quote that escapes itself is the doubling that is understood anyway.
        escapesQuotesOnly = options.escapesQuotesOnly
        escape = options.escape.flatMap { $0 == options.quote ? nil : Int($0) } ?? -1
        multiLine = options.multiLine
        self.lineEnd = lineEnd
        self.columnCount = columnCount
        self.rowLimit = rowLimit
        let slotCount = slots.reduce(0) { max($0, Int($1) + 1) }
        targets = slots.map { ($0 < 0 ? slotCount : Int($0)) * rowLimit }
        cellBuffer = Buffer(size: (slotCount + 1) * rowLimit * MemoryLayout<Cell>.stride)
        positionBuffer = Buffer(size: 64)
        positions = positionBuffer.values(of: UInt32.self)
    }

    /// Prepares to cut `base[start..<end]`, behind which 64 bytes may be written.
    mutating func index(_ base: UnsafeMutablePointer<UInt8>, _ start: Int, _ end: Int) {
        let needed = end - start + 128
        // One long record is no reason to keep room for the next.
        if positionCapacity < needed || positionCapacity > max(needed * 8, 8 << 20) {
            positionBuffer = Buffer(size: needed * 4)
            positions = positionBuffer.values(of: UInt32.self)
            positionCapacity = needed
        }
        // A line end behind the text spares the walk the question whether it is at the end. Columns may share the text by now, so it is not
        // written where it stands already.
        if base[end] != lineEnd { base[end] = lineEnd }
        if base[end + 1] != lineEnd { base[end + 1] = lineEnd }
        let q = quote < 0 ? lineEnd : UInt8(quote)
        let e = escape < 0 ? lineEnd : UInt8(escape)
        positionCount = mastic_scan_any4(base + start, end - start, separator, lineEnd, q, e, positions)
        if start != 0 {
            let shift = UInt32(truncatingIfNeeded: start)
            for i in 0..<positionCount { positions[i] &+= shift }
        }
        for i in 0..<4 { positions[positionCount + i] = UInt32(truncatingIfNeeded: end) }
        cursor = 0
    }

    mutating func startBatch() {
        rows = 0
        hasMissing = false
    }

    /// Forgets the rows of this batch from `count` on.
    mutating func truncate(to count: Int) { rows = min(rows, count) }

    /// Goes on with the text at `at`, which lies behind everything looked at so far or at the start of a bad record's next.
    mutating func seek(_ at: Int) {
        var (low, high) = (0, positionCount)
        while low < high {
            let middle = (low + high) / 2
            if Int(positions[middle]) < at { low = middle + 1 } else { high = middle }
        }
        cursor = low
    }

    /// Cuts records off `base[at..<end]` until the batch is full, the text ends or something is wrong. `at` then is behind the last good one.
    ///
    /// - Parameter limit: rows that the batch may have, `rowLimit` at most.
    mutating func cut(_ base: UnsafePointer<UInt8>, _ at: inout Int, _ end: Int, isAtEnd: Bool, limit: Int) -> Stop {
        let (separator, lineEnd, quote, positions) = (separator, lineEnd, quote, UnsafePointer(positions))
        let (columnCount, cells, escape, multiLine) = (columnCount, cells, escapesQuotesOnly ? -1 : escape, multiLine)
        let limit = min(limit, rowLimit)
        var hasMissing = hasMissing
        var (cursor, rows) = (cursor, rows)
        defer { (self.cursor, self.rows, self.hasMissing) = (cursor, rows, hasMissing) }
        return targets.withUnsafeBufferPointer { targets in
            while true {
                if rows >= limit { return .full }
                if at >= end { return isAtEnd ? .end : .incomplete }
                let recordStart = at
                let recordCursor = cursor
                var fieldStart = at
                var column = 0
                while true {
                    var position: Int
                    var byte: UInt8
                    var cell: Cell
                    // Behind the text stands a line end, which is neither a quote nor a separator.
                    if Int(base[fieldStart]) == quote {
                        switch quoted(base, fieldStart, end, isAtEnd, &cursor) {
                        case .field(let found, let to): (cell, position, byte) = (found, to, base[to])
                        case .incomplete:
                            cursor = recordCursor
                            return .incomplete
                        case .unclosed: return .bad(unclosed(base, recordStart, fieldStart, end))
                        }
                    } else {
                        position = Int(positions[cursor])
                        byte = base[position]
                        var raw: Cell = 0
                        while byte != separator && byte != lineEnd {
                            // A quote inside a field is nothing special; an escape takes the next byte with it.
                            cursor &+= 1
                            if Int(byte) == escape {
                                raw = Self.rawFlag
                                if position + 1 >= end, !isAtEnd {
                                    cursor = recordCursor
                                    return .incomplete
                                }
                                if multiLine || base[position + 1] != lineEnd {
                                    while Int(positions[cursor]) < min(position + 2, end) { cursor &+= 1 }
                                }
                            }
                            position = Int(positions[cursor])
                            byte = base[position]
                        }
                        cell = UInt64(truncatingIfNeeded: fieldStart) | UInt64(truncatingIfNeeded: position &- fieldStart) &<< 32 | raw
                    }
                    if byte == separator {
                        if column < columnCount { cells[targets[column] &+ rows] = cell }
                        column &+= 1
                        cursor &+= 1
                        fieldStart = position &+ 1
                        continue
                    }
                    // The record ends here.
                    if position >= end, !isAtEnd {
                        cursor = recordCursor
                        return .incomplete
                    }
                    var length = Int(cell >> 32 & 0x7fff_ffff)
                    if lineEnd == 0x0a, position > fieldStart, base[position - 1] == 0x0d, Int(cell & 0xffff_ffff) + length == position {
                        cell -= 1 << 32
                        length -= 1
                    }
                    at = min(position + 1, end)
                    if position < end { cursor += 1 }
                    if column == 0, length == 0, Int(base[recordStart]) != quote { break }
                    if column < columnCount { cells[targets[column] &+ rows] = cell }
                    column += 1
                    if column != columnCount {
                        if column > columnCount {
                            let next = at
                            at = recordStart
                            return .bad(Problem(kind: .tooManyFields(column), start: recordStart, next: next))
                        }
                        hasMissing = true
                        for missing in column..<columnCount { cells[targets[missing] &+ rows] = Self.missing }
                    }
                    rows += 1
                    break
                }
            }
        }
    }

    private enum Quoted {
        /// The field and the position of the separator or line end behind it.
        case field(Cell, to: Int)
        case incomplete
        case unclosed
    }

    /// Walks a quoted field that opens at `start`.
    @inline(__always)
    private func quoted(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ isAtEnd: Bool, _ cursor: inout Int) -> Quoted {
        cursor += 1
        var raw = false
        while true {
            let position = Int(positions[cursor])
            if position >= end { return isAtEnd ? .unclosed : .incomplete }
            let byte = base[position]
            if Int(byte) == quote {
                // Whether the quote closes the field, the next byte tells.
                if position + 1 >= end, !isAtEnd { return .incomplete }
                if position + 1 < end, Int(base[position + 1]) == quote {
                    raw = true
                    cursor += 2
                    continue
                }
                cursor += 1
                let next = Int(positions[cursor])
                let isClean = next == position + 1 || (next == position + 2 && base[position + 1] == 0x0d && base[next] == lineEnd)
                if isClean, next >= end || base[next] == separator || base[next] == lineEnd {
                    if raw { return .field(Self.rawCell(start, position + 1), to: next) }
                    return .field(UInt64(truncatingIfNeeded: start + 1) | UInt64(truncatingIfNeeded: position - start - 1) << 32, to: next)
                }
                return trailing(base, start, end, &cursor)
            } else if Int(byte) == escape {
                if position + 1 >= end { return isAtEnd ? .unclosed : .incomplete }
                if escapesQuotesOnly, Int(base[position + 1]) != quote, Int(base[position + 1]) != escape {
                    cursor += 1
                    continue
                }
                raw = true
                cursor += 1
                if multiLine || base[position + 1] != lineEnd { while Int(positions[cursor]) < min(position + 2, end) { cursor += 1 } }
            } else if byte == lineEnd, !multiLine {
                return .unclosed
            } else {
                cursor += 1
            }
        }
    }

    /// Goes on behind a closing quote that no separator follows: the rest is read as if it were not quoted.
    private func trailing(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ cursor: inout Int) -> Quoted {
        while true {
            let position = Int(positions[cursor])
            if position >= end || base[position] == separator || base[position] == lineEnd { return .field(Self.rawCell(start, position), to: position) }
            cursor += 1
            if Int(base[position]) == escape, multiLine || base[position + 1] != lineEnd { while Int(positions[cursor]) < min(position + 2, end) { cursor += 1 } }
        }
    }

    private static func rawCell(_ start: Int, _ end: Int) -> Cell {
        UInt64(truncatingIfNeeded: start) | UInt64(truncatingIfNeeded: end - start) << 32 | rawFlag
    }

    /// A record whose quote is never closed ends with its own first line: what follows is read again as records, so that one stray quote
    /// costs one line.
    private func unclosed(_ base: UnsafePointer<UInt8>, _ recordStart: Int, _ quoteAt: Int, _ end: Int) -> Problem {
        var next = quoteAt
        while next < end, base[next] != lineEnd { next += 1 }
        return Problem(kind: .unclosedQuote(at: quoteAt), start: recordStart, next: min(next + 1, end))
    }
}
