public import Columnar
internal import Synchronization

/// One record that a stage could not process.
public struct RecordFailure: Sendable {
    /// Position of the record in the batch that was given to the stage.
    public let row: Int
    public let message: String
    public let stackTrace: String
    /// Where in the script it went wrong: `job.lua:12`; empty where unknown.
    public let place: String

    public init(row: Int, message: String, stackTrace: String = "", place: String = "") {
        (self.row, self.message, self.stackTrace, self.place) = (row, message, stackTrace, place)
    }
}

/// One record that a reader could not make sense of.
public struct UnreadableRecord: Sendable {
    public let source: String
    /// From 1; 0 where unknown.
    public let line: Int
    public let message: String
    /// The record's text, or its head.
    public let input: String

    public init(source: String, line: Int, message: String, input: String) {
        (self.source, self.line, self.message, self.input) = (source, line, message, input)
    }
}

/// Error records of one stage, as they were found together.
public struct ErrorBatch: Sendable {
    public enum Content: Sendable {
        /// The failing records, and what was wrong with each.
        case records(Batch, [RecordFailure])
        case unreadable([UnreadableRecord])
    }
    public let stage: ObjectIdentifier
    public let site: String
    public let info: String
    public let content: Content

    public var count: Int {
        switch content {
        case .records(_, let failures): failures.count
        case .unreadable(let records): records.count
        }
    }
}

/// Takes the error records of one execution as they are found, instead of memory.
public protocol ErrorRecordSink: AnyObject, Sendable {
    /// Called from several threads at once. What cannot be kept is to be remembered and told later: an execution does not end for it.
    func take(_ errors: ErrorBatch)
    /// The execution starts again: what was taken is to be forgotten.
    func restart()
}

/// The error records of one execution: counted always, kept when someone wants to read them.
///
/// Guarded by a lock; stages report a batch at a time.
public final class ErrorLog: Sendable {
    private struct State {
        var counts: [ObjectIdentifier: Int] = [:]
        var batches: [ErrorBatch] = []
        var firstMessages: [ObjectIdentifier: String] = [:]
        var firstRecords: [ObjectIdentifier: String] = [:]
        var firstPlaces: [ObjectIdentifier: (source: String, line: Int)] = [:]
        var stages: [PlanNode] = []
    }
    private let state = Mutex(State())
    /// Whether the records themselves are kept, not only counted.
    public let keepsRecords: Bool

    private let sink: (any ErrorRecordSink)?
    private let limit: Int?

    /// - Parameters:
    ///   - sink: takes the records; then they are not kept here.
    ///   - limit: how many records may fail, in all stages together; the next ends the execution.
    public init(keepsRecords: Bool, sink: (any ErrorRecordSink)? = nil, limit: Int? = nil) {
        (self.keepsRecords, self.sink, self.limit) = (keepsRecords || sink != nil, sink, limit)
    }

    /// The number of error records of one stage.
    public func count(of stage: PlanNode) -> Int { state.withLock { $0.counts[ObjectIdentifier(stage)] ?? 0 } }

    /// The number of error records of a stage and everything it reads from.
    public func total(upTo stage: PlanNode) -> Int {
        let counts = state.withLock { $0.counts }
        if counts.isEmpty { return 0 }
        return stage.selfAndAncestors.reduce(0) { $0 + (counts[ObjectIdentifier($1)] ?? 0) }
    }

    public var batches: [ErrorBatch] { state.withLock { $0.batches } }
    public var total: Int { state.withLock { $0.counts.values.reduce(0, +) } }
    /// The stages that had error records, in the order in which they were found, with their counts and first messages.
    public var summary: [(stage: PlanNode, count: Int, first: String)] {
        state.withLock { state in
            state.stages.map { ($0, state.counts[ObjectIdentifier($0)] ?? 0, state.firstMessages[ObjectIdentifier($0)] ?? "") }
        }
    }
    public func firstMessage(of stage: PlanNode) -> String? { state.withLock { $0.firstMessages[ObjectIdentifier(stage)] } }

    /// The first record of a stage that a function failed on, as JSON with long texts cut.
    public func firstRecord(of stage: PlanNode) -> String? { state.withLock { $0.firstRecords[ObjectIdentifier(stage)] } }

    /// Forgets everything: the action starts again.
    func reset() {
        state.withLock { $0 = State() }
        sink?.restart()
    }

    /// Whether the records are kept here.
    var keepsRecordsItself: Bool { keepsRecords && sink == nil }

    /// Counts, and keeps if wanted, what a stage could not process.
    ///
    /// - Parameter batch: the rows that were given to the stage.
    public func report(_ failures: [RecordFailure], in batch: Batch, stage: PlanNode) throws(PlanError) {
        if failures.isEmpty { return }
        let content: ErrorBatch.Content
        if keepsRecords {
            let rows = Values(failures.map { Int32($0.row) })
            content = .records(batch.take(rows), failures)
        } else {
            content = .unreadable([])
        }
        let first = failures[0]
        let isFirst = state.withLock { $0.firstMessages[ObjectIdentifier(stage)] == nil }
        if isFirst, batch.columns.count > 0, first.row < batch.count {
            var text = TextBuffer(capacity: 256)
            batch.appendJSON(row: first.row, to: &text)
            let shown = RecordExcerpt.cut(text.string)
            state.withLock { if $0.firstMessages[ObjectIdentifier(stage)] == nil { $0.firstRecords[ObjectIdentifier(stage)] = shown } }
        }
        try add(content, count: failures.count, first: first.place.isEmpty ? first.message : "\(first.place): \(first.message)", stage: stage)
    }

    public func report(_ records: [UnreadableRecord], stage: PlanNode) throws(PlanError) {
        // Of files that are read side by side the first by name, and not the first that was met.
        guard let first = records.min(by: { ($0.source, $0.line) < ($1.source, $1.line) }) else { return }
        let place = first.line > 0 ? "\(first.source), line \(first.line)" : first.source
        try add(.unreadable(records), count: records.count, first: "\(place): \(first.message)", at: (first.source, first.line), stage: stage)
    }

    private func add(_ content: ErrorBatch.Content, count: Int, first: String, at place: (source: String, line: Int)? = nil, stage: PlanNode) throws(PlanError) {
        let errors = ErrorBatch(stage: ObjectIdentifier(stage), site: stage.options.site, info: stage.options.info, content: content)
        sink?.take(errors)
        let (stageCount, total) = state.withLock { state -> (Int, Int) in
            let id = ObjectIdentifier(stage)
            if state.counts[id] == nil { state.stages.append(stage) }
            state.counts[id, default: 0] += count
            let isEarlier = place.flatMap { place in state.firstPlaces[id].map { place < $0 } } ?? false
            if isEarlier || state.firstMessages[id] == nil { (state.firstMessages[id], state.firstPlaces[id]) = (first, place) }
            if keepsRecords, sink == nil { state.batches.append(errors) }
            return (state.counts[id]!, limit == nil ? 0 : state.counts.values.reduce(0, +))
        }
        let function = stage.options.function
        if !function.isEmpty { throw .userFunction(name: function, first: firstMessage(of: stage) ?? first, record: firstRecord(of: stage)) }
        if let limit, total > limit { throw .tooManyErrorRecords(limit: limit, count: total, stage: stage.label, first: firstMessage(of: stage) ?? first, record: firstRecord(of: stage)) }
        let threshold = stage.options.stageThreshold
        if threshold > 0 && stageCount >= threshold {
            throw .errorThreshold(kind: "stage", threshold: threshold, count: stageCount, stage: stage.label, first: firstMessage(of: stage) ?? first, record: firstRecord(of: stage))
        }
    }

    /// - Throws: `PlanError.errorThreshold` when the records that failed in `stage` and before it reach its total threshold.
    public func checkTotal(of stage: PlanNode) throws(PlanError) {
        let threshold = stage.options.totalThreshold
        if threshold <= 0 { return }
        let count = total(upTo: stage)
        if count >= threshold {
            let first = stage.selfAndAncestors.lazy.compactMap { self.firstMessage(of: $0) }.first ?? ""
            let record = stage.selfAndAncestors.lazy.compactMap { self.firstRecord(of: $0) }.first
            throw .errorThreshold(kind: "total", threshold: threshold, count: count, stage: stage.label, first: first, record: record)
        }
    }
}

/// A record as a person looks at it: one line of JSON, long texts in it cut.
enum RecordExcerpt {
    static func cut(_ json: String, value longest: Int = 60, whole: Int = 600) -> String {
        var result = ""
        var length = 0
        var isInside = false
        var isEscaped = false
        for character in json {
            if isInside {
                if character == "\"", !isEscaped {
                    isInside = false
                    if length > longest { result += "…" }
                } else {
                    length += 1
                    isEscaped = character == "\\" && !isEscaped
                    if length > longest { continue }
                }
            } else if character == "\"" {
                (isInside, length, isEscaped) = (true, 0, false)
            }
            result.append(character)
            if result.utf8.count > whole { return result + "…" }
        }
        return result
    }
}
