internal import CKernels
internal import Columnar

/// Reads one split of newline-delimited JSON.
///
/// Rows go straight into the shredder. Where one is malformed, the rest of the window is read with care: each record is checked before it is
/// kept, because taking a half-read record back costs as much as the batch is long.
final class JSONLineReader: JSONBatchReader {
    private let file: JSONFile
    private var window: TextWindow
    private let windowStart: Int
    private var shredder: JSONShredder
    /// The end of the window's last whole line.
    private var limit = 0
    private var isCareful = false
    private var finished = false
    private var isExhausted = true
    private var queued: [BadRecord] = []

    /// More cells than this end a batch: 64 MiB of them.
    private static let cellLimit = 4 << 20

    init(_ file: JSONFile, _ split: TextSplit, _ columns: Set<String>?, _ filters: [RowFilter]) throws {
        self.file = file
        window = try file.window(split)
        windowStart = window.offset
        shredder = try JSONShredder(declared: file.schema, wanted: columns, filters: filters, source: file.text.source.name)
        takeUp()
    }

    func next() throws -> (Batch?, [BadRecord])? {
        if isExhausted { try advance() }
        var problems = queued
        queued = []
        while !finished {
            let status = isCareful ? try readCarefully(&problems) : read()
            if status != mastic_json_ok {
                let rows = shredder.rows
                problems.append(try describe(status, from: window.start))
                shredder.truncate(to: rows)
                skipLine()
                isCareful = true
            }
            isExhausted = window.start >= limit
            if isExhausted || shredder.rows >= file.text.options.batchRows || problems.count >= 1024 || status == mastic_json_ok {
                if shredder.rows > 0 || !problems.isEmpty { return (try shredder.finish(retaining: window.buffer), problems) }
                try advance()
                problems += queued
                queued = []
            }
        }
        return problems.isEmpty ? nil : (try shredder.finish(retaining: window.buffer), problems)
    }

    private func read() -> mastic_json_status {
        var at = window.start
        defer { window.start = at }
        return shredder.readRows(&at, limit: file.text.options.batchRows, cellLimit: Self.cellLimit)
    }

    /// Reads one record at a time, checking each before it is kept. A record that is not UTF-8 goes to `problems`.
    private func readCarefully(_ problems: inout [BadRecord]) throws -> mastic_json_status {
        while shredder.rows < file.text.options.batchRows, problems.count < 1024 {
            let at = window.passingSpaces(window.start, limit: limit)
            window.start = at
            if at >= limit { break }
            var end = at
            // What is no object is refused below, whatever else it is.
            let status = window.base[at] == UInt8(ascii: "{") ? shredder.skip(&end) : mastic_json_ok
            if status != mastic_json_ok { return status }
            if TextScan.utf8Prefix(window.base + at, end - at) < end - at {
                problems.append(try record(JSONProblem.notUTF8 + "; if it comes from an older Windows program, read it with encoding = \"windows-1252\"", at))
                window.start = end
                continue
            }
            let kept = shredder.readRows(&window.start, limit: shredder.rows + 1, cellLimit: .max)
            if kept != mastic_json_ok { return kept }
        }
        return mastic_json_ok
    }

    /// Reads more text, or finds the end.
    private func advance() throws {
        isExhausted = false
        if window.isAtEnd {
            finished = true
            return
        }
        window.start = max(window.start, limit)
        if window.count > file.text.options.recordLimit {
            let limit = file.text.options.recordLimit
            queued.append(try record("the record is longer than \(limit >= 1 << 20 ? "\(limit >> 20) MiB" : "\(limit) bytes")", window.start))
            try window.skipLine()
        } else {
            _ = try window.fill()
        }
        takeUp()
    }

    /// Finds the whole lines of the window.
    private func takeUp() {
        limit = window.isAtEnd ? window.end : window.endOfLines
        shredder.use(window.base, end: limit, multiLine: false)
        isCareful = window.utf8Prefix(limit: limit) < limit - window.start
        isExhausted = window.start >= limit
    }

    private func skipLine() { window.start = window.endOfLine(from: window.start, limit: limit) }

    private func describe(_ status: mastic_json_status, from start: Int) throws -> BadRecord {
        let at = shredder.failure.at
        return try record(JSONProblem.describe(status, window.base, at, limit, column: at - window.startOfLine(start)), start)
    }

    private func record(_ message: String, _ start: Int) throws -> BadRecord {
        var end = window.endOfLine(from: start, limit: window.end)
        if end > start, window.base[end - 1] == 0x0a { end -= 1 }
        return BadRecord(
            source: file.text.source.name, line: try file.line(windowStart: windowStart, lines: window.linesBefore(start)),
            offset: window.offset + start, message: message, input: TextFile.excerpt(window.base + start, end - start))
    }
}
