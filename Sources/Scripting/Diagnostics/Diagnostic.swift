public import Columnar
internal import Engine

/// Something that is wrong, as a person is told of it: what, where, what else is known, and what to do next.
public struct Diagnostic: Sendable, Equatable {
    public enum Severity: String, Sendable, CaseIterable {
        case error, warning, info
    }

    /// A line of the script that is shown.
    public struct Line: Sendable, Equatable {
        /// 1-based.
        public let number: Int
        /// As it stands in the file, without its end.
        public let bytes: [UInt8]
        /// The bytes that the message is about, in order.
        public var marks: [Range<Int>]

        public init(number: Int, bytes: [UInt8], marks: [Range<Int>]) { (self.number, self.bytes, self.marks) = (number, bytes, marks) }
    }

    /// A text of others without control characters, line breaks and tabs apart.
    public static func escaped(_ text: String) -> String { TerminalText.escaped(text, keepsLines: true) }

    public var severity: Severity
    public var code: ErrorCode?
    /// One sentence, without the place.
    public var message: String
    public var file: String?
    /// 1-based; the line that Lua reports.
    public var line: Int?
    /// The lines to show, in their order.
    public var lines: [Line]
    public var notes: [ErrorNote]
    /// The next step.
    public var advice: String?
    /// The calls that led there, the innermost first, without our own.
    public var calls: [String]

    public init(
        _ severity: Severity, _ code: ErrorCode?, _ message: String, file: String? = nil, line: Int? = nil, lines: [Line] = [], notes: [ErrorNote] = [],
        advice: String? = nil, calls: [String] = []
    ) {
        (self.severity, self.code, self.message, self.file, self.line) = (severity, code, message, file, line)
        (self.lines, self.notes, self.advice, self.calls) = (lines, notes, advice, calls)
    }

    /// 1-based column of the first mark, in characters; nil where no spot is known.
    public var column: Int? {
        guard let marked = lines.first(where: { !$0.marks.isEmpty }), let mark = marked.marks.first else { return nil }
        return String(decoding: marked.bytes.prefix(mark.lowerBound), as: UTF8.self).count + 1
    }

    /// The line of the first mark; the reported one where no spot is known.
    public var markedLine: Int? { lines.first { !$0.marks.isEmpty }?.number ?? line }
}

// MARK: From errors

extension Diagnostic {
    /// What is to be said of an error.
    public init(_ error: any Error) {
        if let script = error as? ScriptError {
            self.init(script: script)
        } else if let parse = error as? ParseError {
            // A query that stands in no script: its own line is shown.
            let bytes = Array(parse.text.utf8)
            let place = min(max(parse.position, 0), bytes.count)
            let start = bytes[..<place].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
            let end = bytes[place...].firstIndex(of: 0x0a) ?? bytes.count
            func isWord(_ byte: UInt8) -> Bool { byte >= 0x80 || byte == UInt8(ascii: "_") || UnicodeScalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte) }
            let word = bytes[place..<end].prefix(while: isWord).count
            let line = Line(
                number: bytes[..<start].count { $0 == 0x0a } + 1, bytes: Array(bytes[start..<end]), marks: [(place - start)..<(place - start + max(1, word))])
            self.init(.error, parse.errorCode, Self.sentence(parse), lines: [line], notes: parse.notes, advice: parse.advice ?? parse.errorCode.entry.advice)
        } else if let coded = error as? any CodedError {
            self.init(.error, coded.errorCode, Self.sentence(coded), notes: coded.notes, advice: coded.advice ?? coded.errorCode.entry.advice)
        } else {
            self.init(.error, .unexpected, String(describing: error), advice: ErrorCode.unexpected.entry.advice)
        }
    }

    static func sentence(_ error: any CodedError) -> String { error.headline ?? String(describing: error) }

    private init(script: ScriptError) {
        let coded = script.underlying as? any CodedError
        var message = script.message
        var code: ErrorCode
        var advice = coded?.advice
        var complaint: LuaComplaint?
        switch script.code {
        case .syntax(let incomplete): (code, message) = Self.syntax(script.message, incomplete)
        case .stopped(let reason):
            switch reason {
            case .interrupted: code = .interrupted
            case .timedOut: code = .timedOut
            case .outOfMemory: code = .scriptMemory
            case .tooManyInstructions: code = .tooManyInstructions
            }
        case .runtime:
            if let coded {
                code = coded.errorCode
                // The words in front of what a function of ours threw are its own; what stands behind is in the notes.
                if let headline = coded.headline, script.message == String(describing: coded) { message = headline }
            } else {
                complaint = LuaComplaint(script.message)
                code = complaint?.errorCode ?? .raisedByScript
                advice = complaint?.advice()
            }
        }
        self.init(.error, code, message, file: script.file, line: script.line, notes: coded?.notes ?? [], advice: advice ?? code.entry.advice)
        if let call = script.call { notes = Self.typed(notes, call) }
        if code == .unknownColumn, coded?.advice == nil, let name = Self.quoted(message).first, let better = ForeignWords.advice(forColumn: name, message) { self.advice = better }
        calls = Self.calls(script.traceback)
        show(script, coded, complaint)
    }

    /// Lua's words for a text that does not parse, and what they mean.
    private static func syntax(_ message: String, _ incomplete: Bool) -> (ErrorCode, String) {
        if message.hasPrefix("unfinished string") || message.hasPrefix("unfinished long") { return (.unfinishedString, message) }
        if message.contains("(to close '") || (incomplete && message.hasSuffix("near <eof>")) { return (.unfinishedBlock, message) }
        return (.syntax, message)
    }

    /// The lines of the traceback, without its head.
    private static func calls(_ traceback: String) -> [String] {
        traceback.split(separator: "\n").dropFirst().map { String($0.drop { $0 == "\t" || $0 == " " }) }
    }

    /// Names of columns with their types, where the frame of the call knows them.
    static func typed(_ notes: [ErrorNote], _ call: FailedCall) -> [ErrorNote] {
        notes.map { note in
            guard note.label == "columns" else { return note }
            let names = note.text.components(by: ", ")
            for object in call.objects {
                guard let schema = (object as? any SchemaOfNote)?.schemaForNotes, !schema.isEmpty else { continue }
                let types = Dictionary(schema.map { ($0.name, $0.type) }) { first, _ in first }
                if names.contains(where: { types[$0] != nil }) {
                    return ErrorNote("columns", names.map { name in types[name].map { "\(name) \($0)" } ?? name }.joined(separator: ", "))
                }
            }
            return note
        }
    }

    // MARK: Excerpts

    private mutating func show(_ script: ScriptError, _ coded: (any CodedError)?, _ complaint: LuaComplaint?) {
        guard let number = script.line else { return }
        guard let source = script.source else {
            if let text = script.sourceLine { lines = [Line(number: number, bytes: Array(text.utf8), marks: [])] }
            return
        }
        let marks = SourceMarks(source)
        var found: [Range<Int>] = []
        if case .syntax = script.code {
            let near = Self.quoted(script.message.firstRange(of: " near ").map { String(script.message[$0.upperBound...]) } ?? "").first
            found = marks.syntaxMarks(near: near, line: number)
            if let stop = marks.stop(near: near, line: number), let better = SyntaxAdvice(stop.tokens, stop: stop.index, message: script.message, source: source) {
                advice = better.text
                if let mark = better.mark { found = [mark] }
                if let line = better.mark.map({ marks.number(of: $0.lowerBound) }), line != number {
                    // What is amiss stands above the word at which reading stopped.
                    self.line = line
                    if code == .unfinishedBlock, Self.opener(script.message) == nil { code = .syntax }
                }
            } else if let bytes = marks.line(number), let better = ForeignWords.advice(forLine: Array(source[bytes]), near: near) {
                advice = better
            } else if let missing = UnclosedBlock(script.message, near: near, line: number) {
                advice = missing.advice(in: marks)
            }
            if let opener = Self.opener(script.message), opener != number { addLine(opener, [], marks, source) }
        } else if let complaint {
            found = marks.marks(for: complaint, line: number)
            if let better = complaint.advice(in: (marks, number)) { advice = better }
        } else if let coded {
            var sql: (String, Int)?
            if let parse = coded as? ParseError {
                sql = (parse.text, parse.position)
                // A query that the script put together is nowhere to be seen in it.
                if !marks.hasString(parse.text) { notes.insert(ErrorNote("query", parse.excerpt), at: 0) }
            }
            let description = String(describing: coded)
            found = marks.marks(call: script.call?.name, subjects: coded.subjects + Self.quoted(description), sql: sql, line: number)
            if coded.errorCode == .comparisonOfWrongValues, let comparison = marks.comparison(line: number) {
                found = [comparison.place]
                let method = ["<": "lt", "<=": "le", ">": "gt", ">=": "ge"][comparison.sign] ?? "lt"
                advice = "write \(comparison.left):\(method)(...) for \(comparison.left) \(comparison.sign) ...; conditions are joined with (a) & (b) and (a) | (b)"
            }
        }
        if line == number { addLine(number, found, marks, source) }
        for mark in found { addLine(marks.number(of: mark.lowerBound), found, marks, source) }
        lines.sort { $0.number < $1.number }
        if code == .unfinishedBlock, marks.lineCount > 1 { trimEmptyLines() }
    }

    /// Nothing is seen in empty lines at the end of a text.
    private mutating func trimEmptyLines() {
        if lines.count > 1 { lines.removeAll { $0.bytes.allSatisfy { $0 <= 0x20 } } }
    }

    /// Adds a line and the marks that lie in it, once.
    private mutating func addLine(_ number: Int, _ found: [Range<Int>], _ marks: SourceMarks, _ source: [UInt8]) {
        guard !lines.contains(where: { $0.number == number }), let line = marks.line(number) else { return }
        let inside = found.compactMap { mark -> Range<Int>? in
            guard mark.lowerBound >= line.lowerBound, mark.lowerBound <= line.upperBound else { return nil }
            // A mark that goes on in the next line ends with its own.
            let end = max(mark.lowerBound, min(mark.upperBound, line.upperBound))
            return mark.lowerBound - line.lowerBound..<end - line.lowerBound
        }
        lines.append(Line(number: number, bytes: Array(source[line]), marks: inside))
    }

    /// The words in single quotes.
    static func quoted(_ text: String) -> [String] {
        var found: [String] = []
        var rest = text.prefix(2000)
        while found.count < 8, let open = rest.firstIndex(of: "'") {
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: "'") else { break }
            found.append(String(rest[..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return found
    }

    /// The line of what is never closed.
    private static func opener(_ message: String) -> Int? { UnclosedBlock(message, near: nil, line: 0)?.opener?.line }
}

extension Diagnostic {
    /// A finding at bytes of a script.
    init(
        _ severity: Severity, _ code: ErrorCode?, _ message: String, file: String, at spots: [Range<Int>], in marks: SourceMarks, _ source: [UInt8], notes: [ErrorNote] = [], advice: String? = nil
    ) {
        let first = spots.first.map { marks.number(of: $0.lowerBound) }
        self.init(severity, code, message, file: file, line: first, notes: notes, advice: advice)
        for spot in spots { addLine(marks.number(of: spot.lowerBound), spots, marks, source) }
    }
}

/// An object of scripts that can tell its columns without reading rows.
protocol SchemaOfNote: AnyObject {
    var schemaForNotes: [(name: String, type: String)] { get }
}

extension DataFrame: SchemaOfNote {
    var schemaForNotes: [(name: String, type: String)] { knownRelation.map { $0.schema.fields.map { ($0.name, $0.type.hiveName) } } ?? [] }
}

extension DynamicFrame: SchemaOfNote {
    var schemaForNotes: [(name: String, type: String)] {
        (plan.knownSchema ?? plan.declaredSchema.known).map { $0.fields.map { ($0.name, $0.type.hiveName) } } ?? []
    }
}

extension String {
    func components(by separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
