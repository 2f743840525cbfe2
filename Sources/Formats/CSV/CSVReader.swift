package import CKernels
internal import Columnar
internal import Glibc

/// Reads one split of a CSV file, batch after batch. Used by one thread.
///
/// Records that are all alike are found by `CSVRecordIndex`; from the first one in a block of text that is not, `CSVTokenizer` reads to the block's end.
package final class CSVReader {
    package static let encodingAdvice = "the text is not UTF-8; if it comes from an older Windows program, read it with encoding = \"windows-1252\""

    let file: CSVFile
    let split: TextSplit
    private let materialization: LateMaterialization
    /// The schemas of the batches, one a step, where every value is of its column's type.
    private let schemas: [Schema]
    /// For each column of the file its row of cells in the tokenizer, or -1.
    private let slotOf: [Int32]
    /// For each column of the file its place in a record.
    private let fieldOf: [Int]
    private(set) var window: TextWindow
    let windowStart: Int
    private(set) var tokenizer: CSVTokenizer
    private var index: CSVRecordIndex?
    var decoder: CSVFieldDecoder
    private let checksUTF8: Bool
    private var finished = false
    /// What is left of the window is the tokenizer's.
    private var isIrregular: Bool
    /// The tokenizer knows the window.
    private var isTokenized = false
    private var selectedCells: Buffer?

    /// - Parameter indexing: how to index; nil to read everything with the tokenizer.
    package init(
        _ file: CSVFile, _ split: TextSplit, columns: Set<String>?, filters: [RowFilter] = [], indexing: mastic_csv_level? = mastic_csv_best
    ) throws {
        self.file = file
        self.split = split
        let materialization = LateMaterialization(names: file.schema.names, columns: columns, filters: filters)
        self.materialization = materialization
        schemas = materialization.steps.map { $0.count == file.schema.count ? file.schema : file.schema.selecting($0) }
        let used = materialization.usedFields
        var slotOf = [Int32](repeating: -1, count: file.schema.count)
        for (slot, column) in used.enumerated() { slotOf[column] = Int32(slot) }
        self.slotOf = slotOf
        var fieldOf = [Int](repeating: 0, count: file.schema.count)
        for (field, column) in file.fieldColumns.enumerated() where column >= 0 { fieldOf[Int(column)] = field }
        self.fieldOf = fieldOf
        let slots = file.fieldColumns.map { $0 < 0 ? -1 : slotOf[Int($0)] }
        // Wide tables get batches of fewer rows: the table of cells is to stay in the cache.
        let rowLimit = max(1, min(file.options.text.batchRows, max(64, (1 << 18) / max(1, used.count))))
        tokenizer = CSVTokenizer(file.options, lineEnd: file.lineEnd, columnCount: slots.count, slots: slots, rowLimit: rowLimit)
        index = indexing.flatMap { CSVRecordIndex(file.options, lineEnd: file.lineEnd, columnCount: slots.count, rowLimit: rowLimit, level: $0) }
        isIrregular = index == nil
        decoder = CSVFieldDecoder(file.options)
        checksUTF8 = file.options.text.encoding == .utf8
        window = try file.window(split)
        windowStart = window.offset
        window.endWithLineEnd()
    }

    /// The next rows, of which there may be none, with the records between them that can't be read. Nil at the end.
    func next() throws -> (Batch?, [BadRecord])? {
        if try readRegular() {
            defer { queued = [] }
            return (try materialization.batch(count: index!.rows, make: regularColumn, schema: schema), queued)
        }
        guard let problems = try cutBatch() else { return nil }
        if tokenizer.rows == 0 { return (nil, problems) }
        return (try materialization.batch(count: tokenizer.rows, make: tokenizedColumn, schema: schema), problems)
    }

    // MARK: Regular records

    /// Finds the next rows by the index; false where the tokenizer must go on.
    private func readRegular() throws -> Bool {
        if finished { return false }
        if isExhausted { try advance() }
        while !isIrregular, !finished, queued.isEmpty {
            let start = window.start
            // The last line may lack its end; one stands behind the text.
            let isUnended = window.isAtEnd && window.count > 0 && window.base[window.end - 1] != file.lineEnd
            switch index!.read(window.base, start, window.end + (isUnended ? 1 : 0), checksUTF8: checksUTF8) {
            case .records(let next, let isRegular):
                isIrregular = !isRegular
                let end = min(next, window.end)
                if file.options.multiLine { window.start = end } else { window.pass(to: end, lines: index!.rows - (next > end ? 1 : 0)) }
                return true
            case .irregular: isIrregular = true
            case .incomplete:
                if window.isAtEnd { isIrregular = true } else { try advance() }
            }
        }
        return false
    }

    private func regularColumn(_ column: Int, _ selected: Values<Int32>?) -> Column {
        index!.column(fieldOf[column], as: file.schema[column].type, selected, base: window.base, buffer: window.buffer, decoder: decoder)
    }

    private func schema(_ step: Int, _ columns: [Column]) -> Schema {
        let expected = schemas[step]
        for (i, column) in columns.enumerated() where column.type != expected[i].type {
            return Schema(zip(expected.names, columns).map { Field($0, $1.type) })
        }
        return expected
    }

    // MARK: Any records

    private func tokenizedColumn(_ column: Int, _ selected: Values<Int32>?) -> Column {
        var cells = UnsafePointer(tokenizer.cells) + Int(slotOf[column]) * tokenizer.rowLimit
        if let selected {
            let gathered = selectedCells ?? Buffer(size: tokenizer.rowLimit * MemoryLayout<CSVTokenizer.Cell>.stride)
            selectedCells = gathered
            let out = gathered.values(of: CSVTokenizer.Cell.self)
            for i in 0..<selected.count { out[i] = cells[Int(selected[i])] }
            cells = UnsafePointer(out)
        }
        var builder = CSVColumns(
            base: window.base, buffer: window.buffer, rows: selected?.count ?? tokenizer.rows, hasMissing: tokenizer.hasMissing, decoder: decoder)
        return builder.column(cells, as: file.schema[column].type)
    }

    /// Has the tokenizer look at what is left of the window.
    private func tokenize() {
        if isTokenized { return }
        isTokenized = true
        isIrregular = true
        tokenizer.index(window.base, window.start, window.end)
    }

    /// Cuts the records of the next batch. Their cells are good until the next call.
    func cutBatch() throws -> [BadRecord]? {
        tokenizer.startBatch()
        if isExhausted { try advance() }
        var problems = queued
        queued = []
        while !finished {
            tokenize()
            let stop = try cut(&problems)
            switch stop {
            case .full: return problems
            case .bad(let problem):
                problems.append(try describe(problem))
                pass(problem.next)
                if problems.count >= Self.problemLimit { return problems }
            case .end, .incomplete:
                // The cells lead into this window, so the batch ends with it.
                if tokenizer.rows > 0 || !problems.isEmpty {
                    isExhausted = true
                    return problems
                }
                try advance()
                problems = queued
                queued = []
            }
        }
        return problems.isEmpty ? nil : problems
    }

    private static let problemLimit = 1024

    /// Cuts records, and checks that they are UTF-8.
    private func cut(_ problems: inout [BadRecord]) throws -> CSVTokenizer.Stop {
        let (from, rowsBefore) = (window.start, tokenizer.rows)
        var at = from
        let stop = tokenizer.cut(window.base, &at, window.end, isAtEnd: window.isAtEnd, limit: .max)
        if checksUTF8, TextScan.utf8Prefix(window.base + from, at - from) < at - from {
            tokenizer.truncate(to: rowsBefore)
            pass(from)
            return try cutCarefully(&problems)
        }
        window.start = at
        return stop
    }

    /// Cuts one record at a time, where some record is not UTF-8.
    private func cutCarefully(_ problems: inout [BadRecord]) throws -> CSVTokenizer.Stop {
        while true {
            let (start, rowsBefore) = (window.start, tokenizer.rows)
            var at = start
            let stop = tokenizer.cut(window.base, &at, window.end, isAtEnd: window.isAtEnd, limit: rowsBefore + 1)
            window.start = at
            if TextScan.utf8Prefix(window.base + start, at - start) < at - start {
                tokenizer.truncate(to: rowsBefore)
                // Blank lines were passed over on the way to the record.
                var first = start
                while first < at, window.base[first] == 0x0a || window.base[first] == 0x0d { first += 1 }
                problems.append(try describe(CSVTokenizer.Problem(kind: .notUTF8, start: first, next: at)))
                if problems.count >= Self.problemLimit { return .full }
            }
            guard case .full = stop, tokenizer.rows < tokenizer.rowLimit else { return stop }
        }
    }

    /// The window holds no whole record any more; the next batch begins with more text.
    private var isExhausted = false
    /// Problems that were met while reading on; they come with the next batch.
    private var queued: [BadRecord] = []

    /// Continues behind a bad record.
    private func pass(_ next: Int) {
        window.start = next
        tokenizer.seek(next)
    }

    /// Reads more text, or finds the end.
    private func advance() throws {
        isExhausted = false
        if window.isAtEnd {
            finished = true
            return
        }
        if window.count > file.options.text.recordLimit { return try refuseLongRecord() }
        _ = try window.fill()
        takeUp()
    }

    /// Begins with a window that has new text.
    private func takeUp() {
        window.endWithLineEnd()
        isIrregular = index == nil
        isTokenized = false
    }

    /// Steps over a record that is longer than the limit: to the line after the quote that is not closed, or else to the next line.
    private func refuseLongRecord() throws {
        tokenize()
        var at = window.start
        let stop = tokenizer.cut(window.base, &at, window.end, isAtEnd: true, limit: 1)
        tokenizer.startBatch()
        if case .bad(let problem) = stop, case .unclosedQuote = problem.kind,
            problem.next < window.end
        {
            queued.append(try describe(problem))
            return pass(problem.next)
        }
        let limit = file.options.text.recordLimit
        queued.append(
            BadRecord(
                source: file.text.source.name,
                line: try file.line(split, windowStart: windowStart, lines: window.linesBefore(window.start)),
                offset: window.offset + window.start,
                message: "the record is longer than \(limit >= 1 << 20 ? "\(limit >> 20) MiB" : "\(limit) bytes")",
                input: TextFile.excerpt(window.base + window.start, window.count)))
        try window.skipLine()
        takeUp()
    }

    private func describe(_ problem: CSVTokenizer.Problem) throws -> BadRecord {
        let message: String
        var place = problem.start
        switch problem.kind {
        case .tooManyFields(let count): message = "record has \(count) fields, expected \(tokenizer.columnCount)"
        case .notUTF8: message = Self.encodingAdvice
        case .unclosedQuote(let at):
            place = at
            message = file.options.multiLine
                ? "the quoted field that begins here is not closed"
                : "the quoted field that begins here is not closed on its line; if fields may hold line ends, read with multiLine = true"
        }
        let line = try file.line(split, windowStart: windowStart, lines: window.linesBefore(place))
        return BadRecord(
            source: file.text.source.name, line: line, offset: window.offset + problem.start, message: message,
            input: TextFile.excerpt(window.base + problem.start, Self.trimmedCount(window.base, problem)))
    }

    private static func trimmedCount(_ base: UnsafePointer<UInt8>, _ problem: CSVTokenizer.Problem) -> Int {
        var end = problem.next
        while end > problem.start, base[end - 1] == 0x0a || base[end - 1] == 0x0d { end -= 1 }
        return end - problem.start
    }
}
