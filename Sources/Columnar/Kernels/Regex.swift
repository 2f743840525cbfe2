internal import CRegex
internal import Synchronization

/// A compiled regular expression in Java's dialect (see `RegexDialect`), with bounds on what one search may cost.
public final class Regex: @unchecked Sendable {
    // Sendable: the compiled code does not change.
    fileprivate let code: OpaquePointer
    public let pattern: [UInt8]
    public let groupCount: Int

    /// - Throws: `ColumnarError.badPattern`.
    public init(_ pattern: [UInt8]) throws(ColumnarError) {
        func wrong(_ problem: String, _ offset: Int?) -> ColumnarError {
            .badPattern(pattern: String(decoding: pattern, as: UTF8.self), problem: problem, offset: offset)
        }
        let translated: [UInt8]
        do { translated = try RegexDialect.translate(pattern) } catch { throw wrong(error.problem, error.offset) }
        var message = [CChar](repeating: 0, count: 200)
        var offset = 0
        guard let code = translated.withUnsafeBufferPointer({ mastic_regex_compile($0.baseAddress, $0.count, &message, 199, &offset) }) else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw wrong(text, translated == pattern ? offset : nil)
        }
        self.code = code
        self.pattern = pattern
        groupCount = Int(mastic_regex_group_count(code))
    }

    deinit { mastic_regex_free(code) }

    private static let compiled = Mutex<[[UInt8]: Regex]>([:])

    /// The expression of a pattern, compiled once while it is in use again and again.
    public static func compiled(_ pattern: [UInt8]) throws(ColumnarError) -> Regex {
        if let known = compiled.withLock({ $0[pattern] }) { return known }
        let regex = try Regex(pattern)
        compiled.withLock {
            if $0.count >= 256 { $0.removeAll() }
            $0[pattern] = regex
        }
        return regex
    }

    /// The number of the group of a name; nil where there is none.
    func group(named name: String) -> Int? {
        let number = mastic_regex_group_number(code, name)
        return number > 0 ? Int(number) : nil
    }
}

/// Searches for one thread.
final class RegexMatcher {
    let regex: Regex
    private let matcher: OpaquePointer

    init?(_ regex: Regex) {
        guard let matcher = mastic_matcher_make(regex.code) else { return nil }
        (self.regex, self.matcher) = (regex, matcher)
    }

    deinit { mastic_matcher_free(matcher) }

    func setText(_ text: UnsafeRawBufferPointer) {
        mastic_matcher_set_text(matcher, text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count)
    }

    /// Searches from an offset on.
    ///
    /// - Throws: `ColumnarError.patternTooCostly`.
    func find(_ start: Int) throws(ColumnarError) -> Bool {
        switch mastic_matcher_find(matcher, start) {
        case mastic_match_found: return true
        case mastic_match_limit: throw .patternTooCostly(pattern: String(decoding: regex.pattern, as: UTF8.self))
        default: return false
        }
    }

    /// The bytes of the last match, or of a group of it; nil for a group that took no part.
    func range(_ group: Int = 0) -> Range<Int>? {
        let bounds = mastic_matcher_bounds(matcher)
        let (start, end) = (bounds![group * 2], bounds![group * 2 + 1])
        return start == .max || start > end ? nil : Int(start)..<Int(end)
    }

    /// Calls `body` for each match until it returns false. Behind an empty match the search goes on a character further, as Java's does.
    func forEach(_ text: UnsafeRawBufferPointer, from start: Int = 0, _ body: (RegexMatcher) -> Bool) throws(ColumnarError) {
        var at = start
        setText(text)
        while at <= text.count, try find(at) {
            guard let range = range(), body(self) else { return }
            at = range.upperBound
            if range.isEmpty {
                at += 1
                while at < text.count, text[at] & 0xc0 == 0x80 { at += 1 }
            }
        }
    }
}

/// The matcher of each row's pattern. An error of one row is kept, and no further row is looked at.
final class RegexRows {
    private(set) var failure: ColumnarError?
    private let argument: Int
    private var matchers: [[UInt8]: RegexMatcher] = [:]
    private var last: RegexMatcher?
    private let isConstant: Bool

    init(_ argument: Int, isConstant: Bool) { (self.argument, self.isConstant) = (argument, isConstant) }

    func matcher(_ arguments: RowArguments, _ row: Int) -> RegexMatcher? {
        if failure != nil { return nil }
        if isConstant, let last { return last }
        let pattern = arguments.view(argument, row).withBytes { Array($0) }
        if let known = matchers[pattern] { return known }
        do {
            let regex = try Regex.compiled(pattern)
            guard let matcher = RegexMatcher(regex) else { return nil }
            if matchers.count >= 64 { matchers.removeAll() }
            matchers[pattern] = matcher
            last = matcher
            return matcher
        } catch {
            fail(error)
            return nil
        }
    }

    func fail(_ error: ColumnarError) { if failure == nil { failure = error } }

    func check<T>(_ value: T) throws(ColumnarError) -> T {
        if let failure { throw failure }
        return value
    }
}

/// What stands in the place of a match: Java's `$1`, `${name}` and `\$`.
struct RegexReplacement {
    private enum Piece {
        case bytes([UInt8])
        case group(Int)
    }
    private var pieces: [Piece] = []

    init(_ text: [UInt8], for regex: Regex) throws(ColumnarError) {
        func wrong(_ problem: String) -> ColumnarError { .badReplacement(text: String(decoding: text, as: UTF8.self), problem: problem) }
        var run: [UInt8] = []
        var at = 0
        while at < text.count {
            let byte = text[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\\"):
                guard at < text.count else { throw wrong("it ends in a backslash") }
                run.append(text[at])
                at += 1
            case UInt8(ascii: "$"):
                guard at < text.count else { throw wrong("it ends in a '$'; write '\\$' for the sign") }
                var group: Int
                if text[at] == UInt8(ascii: "{") {
                    guard let end = text[at...].firstIndex(of: UInt8(ascii: "}")) else { throw wrong("a '${' is never closed") }
                    let name = String(decoding: text[(at + 1)..<end], as: UTF8.self)
                    guard let number = regex.group(named: name) else { throw wrong("the pattern has no group '\(name)'") }
                    group = number
                    at = end + 1
                } else {
                    guard text[at] >= 48, text[at] < 58 else { throw wrong("a '$' is not followed by the number of a group; write '\\$' for the sign") }
                    group = Int(text[at] - 48)
                    at += 1
                    while at < text.count, text[at] >= 48, text[at] < 58, group * 10 + Int(text[at] - 48) <= regex.groupCount {
                        group = group * 10 + Int(text[at] - 48)
                        at += 1
                    }
                }
                guard group <= regex.groupCount else { throw wrong("the pattern has no group \(group)") }
                if !run.isEmpty { pieces.append(.bytes(run)) }
                run = []
                pieces.append(.group(group))
            default: run.append(byte)
            }
        }
        if !run.isEmpty { pieces.append(.bytes(run)) }
    }

    func append(_ matcher: RegexMatcher, _ text: UnsafeRawBufferPointer, to out: inout TextBuffer) {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): bytes.withUnsafeBytes { out.append(bytes: $0) }
            case .group(let number): if let range = matcher.range(number) { out.append(bytes: UnsafeRawBufferPointer(rebasing: text[range])) }
            }
        }
    }
}
