internal import CKernels
internal import Columnar

/// Reads records out of a document of any size: walks from the top level to where the records are, a token at a time, and hands each record to
/// the shredder whole.
///
/// The walk keeps a stack of the containers it is in, so a file larger than memory is no matter; one record must fit into the record limit.
final class JSONStreamReader: JSONBatchReader {
    /// A container on the way to the records.
    private struct Frame {
        /// Which of its members lead on.
        let step: JSONPath.Step
        /// The step that those members take next.
        let next: Int
        let isArray: Bool
        var members = 0
        var state = State.opened
        enum State { case opened, afterMember, afterComma }
    }

    private enum Progress {
        case moved
        /// The window ends inside a token or a record.
        case needsText
        case finished
    }

    private let file: JSONFile
    private let steps: [JSONPath.Step]
    /// Without a path, arrays at the top level are opened, and their elements must be objects.
    private let isPlain: Bool
    private var window: TextWindow
    private var shredder: JSONShredder
    private var stack: [Frame] = []
    private var problems: [BadRecord] = []
    private var isUTF8 = true
    private var isExhausted = false
    private var finished = false

    init(_ file: JSONFile, _ columns: Set<String>?, _ filters: [RowFilter]) throws {
        self.file = file
        steps = file.path?.steps ?? []
        isPlain = file.path == nil
        window = try file.window(nil)
        shredder = try JSONShredder(declared: file.schema, wanted: columns, filters: filters, source: file.text.source.name)
        takeUp()
    }

    func next() throws -> (Batch?, [BadRecord])? {
        while !finished {
            if isExhausted { try advance() }
            switch try move() {
            case .moved:
                if shredder.rows < file.text.options.batchRows, problems.count < 1024 { continue }
                return try batch()
            case .needsText:
                isExhausted = true
                // The cells lead into this window, so the batch ends with it.
                if shredder.rows > 0 || !problems.isEmpty { return try batch() }
            case .finished: finished = true
            }
        }
        return shredder.rows > 0 || !problems.isEmpty ? try batch() : nil
    }

    private func batch() throws -> (Batch?, [BadRecord]) {
        defer { problems = [] }
        return (try shredder.finish(retaining: window.buffer), problems)
    }

    private func advance() throws {
        isExhausted = false
        if window.count > file.text.options.recordLimit {
            throw error("a value is longer than \(file.text.options.recordLimit >> 20) MiB", window.start)
        }
        _ = try window.fill()
        takeUp()
    }

    private func takeUp() {
        shredder.use(window.base, end: window.end, multiLine: true)
        // A character may be cut off at the end; then each record is looked at.
        isUTF8 = TextScan.utf8Prefix(window.base + window.start, window.count) == window.count
    }

    // MARK: Walking

    /// Takes the next token or record.
    private func move() throws -> Progress {
        window.start = window.passingSpaces(window.start, limit: window.end)
        if window.start == window.end {
            if !window.isAtEnd { return .needsText }
            if stack.isEmpty { return .finished }
            throw error(JSONProblem.describe(mastic_json_incomplete, window.base, window.end, window.end, column: 0), window.end)
        }
        let byte = window.base[window.start]
        guard let frame = stack.last else {
            if isPlain, byte == UInt8(ascii: "[") { return open(.all, next: 0, isArray: true) }
            return try value(step: 0)
        }
        switch frame.state {
        case .opened, .afterComma:
            if byte == (frame.isArray ? UInt8(ascii: "]") : UInt8(ascii: "}")), frame.state == .opened { return close() }
            return try frame.isArray ? element(frame) : member(frame)
        case .afterMember:
            if byte == UInt8(ascii: ",") {
                window.start += 1
                stack[stack.count - 1].state = .afterComma
                return .moved
            }
            if byte == (frame.isArray ? UInt8(ascii: "]") : UInt8(ascii: "}")) { return close() }
            throw failure(mastic_json_unexpected, window.start)
        }
    }

    private func open(_ step: JSONPath.Step, next: Int, isArray: Bool) -> Progress {
        window.start += 1
        stack.append(Frame(step: step, next: next, isArray: isArray))
        return .moved
    }

    private func close() -> Progress {
        window.start += 1
        stack.removeLast()
        if !stack.isEmpty { stack[stack.count - 1].state = .afterMember }
        return .moved
    }

    private func element(_ frame: Frame) throws -> Progress {
        let index = frame.members
        let leadsOn = frame.step == .all || frame.step == .index(index)
        let top = stack.count - 1
        stack[top].state = .afterMember
        stack[top].members += 1
        let progress = try leadsOn ? value(step: frame.next) : skip()
        if case .needsText = progress { stack[top] = frame }
        return progress
    }

    private func member(_ frame: Frame) throws -> Progress {
        let start = window.start
        guard window.base[start] == UInt8(ascii: "\"") else { throw failure(mastic_json_unexpected, start) }
        var at = start
        guard try check(shredder.skip(&at)) else { return .needsText }
        let name = unescaped(start + 1, at - 1)
        at = window.passingSpaces(at, limit: window.end)
        if at == window.end, !window.isAtEnd { return .needsText }
        guard at < window.end, window.base[at] == UInt8(ascii: ":") else { throw failure(mastic_json_unexpected, at) }
        at += 1
        at = window.passingSpaces(at, limit: window.end)
        if at == window.end, !window.isAtEnd { return .needsText }
        window.start = at
        let top = stack.count - 1
        stack[top].state = .afterMember
        let leadsOn = frame.step == .all || frame.step == .key(name)
        let progress = try leadsOn ? value(step: frame.next) : skip()
        if case .needsText = progress {
            stack[top] = frame
            window.start = start
        }
        return progress
    }

    /// Takes a value that the steps so far lead to.
    private func value(step: Int) throws -> Progress {
        if step == steps.count { return try record() }
        let byte = window.base[window.start]
        switch steps[step] {
        case .all where byte == UInt8(ascii: "{"): return open(.all, next: step + 1, isArray: false)
        case .key where byte == UInt8(ascii: "{"): return open(steps[step], next: step + 1, isArray: false)
        case .all where byte == UInt8(ascii: "["), .index where byte == UInt8(ascii: "["): return open(steps[step], next: step + 1, isArray: true)
        default: return try skip()
        }
    }

    private func skip() throws -> Progress {
        var at = window.start
        guard try check(shredder.skip(&at)) else { return .needsText }
        // A number may go on.
        if at == window.end, !window.isAtEnd { return .needsText }
        window.start = at
        return .moved
    }

    private func record() throws -> Progress {
        let start = window.start
        if isPlain, window.base[start] != UInt8(ascii: "{") {
            let progress = try skip()
            if case .moved = progress { problems.append(bad(JSONProblem.describe(mastic_json_not_object, window.base, start, window.end, column: column(start)) + "; jsonPath = \"$[*]\" reads other values", start, window.start)) }
            return progress
        }
        let rows = shredder.rows
        var at = start
        let status = shredder.readRow(&at)
        guard status == mastic_json_ok, at < window.end || window.isAtEnd || window.base[start] == UInt8(ascii: "{") else {
            shredder.truncate(to: rows)
            if status == mastic_json_ok { return .needsText }
            _ = try check(status)
            return .needsText
        }
        if !isUTF8, TextScan.utf8Prefix(window.base + start, at - start) < at - start {
            shredder.truncate(to: rows)
            problems.append(bad(JSONProblem.notUTF8, start, at))
        }
        window.start = at
        return .moved
    }

    // MARK: Problems

    /// True when all went well, false when there is not enough text.
    private func check(_ status: mastic_json_status) throws -> Bool {
        if status == mastic_json_ok { return true }
        if status == mastic_json_incomplete, !window.isAtEnd { return false }
        throw failure(status, shredder.failure.at)
    }

    private func failure(_ status: mastic_json_status, _ at: Int) -> FormatError {
        error(JSONProblem.describe(status, window.base, at, window.end, column: column(at)), at)
    }

    private func error(_ message: String, _ at: Int) -> FormatError {
        FormatError(.malformed, source: file.text.source.name, offset: window.offset + at, line: window.linesBefore(min(at, window.end)) + 1, message)
    }

    private func bad(_ message: String, _ start: Int, _ end: Int) -> BadRecord {
        BadRecord(
            source: file.text.source.name, line: window.linesBefore(start) + 1, offset: window.offset + start, message: message,
            input: TextFile.excerpt(window.base + start, end - start))
    }

    /// Bytes before a place on its line, as far as the window has them.
    private func column(_ at: Int) -> Int { at - window.startOfLine(at) }

    private func unescaped(_ start: Int, _ end: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: end - start) { out, count in
            count = end == start ? 0 : mastic_json_unescape(window.base + start, end - start, out.baseAddress!)
        }
    }
}
