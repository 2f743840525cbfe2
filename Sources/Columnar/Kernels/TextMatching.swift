internal import CKernels
internal import Glibc

/// A SQL LIKE pattern, compiled: `%` stands for any text, `_` for one character (a UTF-8 code point), the escape makes the next one literal.
public struct LikePattern: Sendable {
    private enum Shape: Sendable {
        case exact, prefix, suffix, any
        /// Texts with anything between them: `%a%`, `a%b%c`.
        case sequence
        /// Anything else: matched piece by piece.
        case general
    }

    private enum Token: Sendable, Equatable {
        case bytes([UInt8])
        case one
        case many
    }

    private let shape: Shape
    private let literal: [UInt8]
    private let tokens: [Token]

    /// - Parameter escape: the byte that makes the next one literal; Spark's default is the backslash.
    public init(_ pattern: [UInt8], escape: UInt8? = UInt8(ascii: "\\")) {
        var tokens: [Token] = []
        var run: [UInt8] = []
        func flush(_ tokens: inout [Token], _ run: inout [UInt8]) {
            if !run.isEmpty { tokens.append(.bytes(run)) }
            run = []
        }
        var i = 0
        while i < pattern.count {
            let byte = pattern[i]
            if byte == escape, i + 1 < pattern.count {
                run.append(pattern[i + 1])
                i += 2
                continue
            }
            switch byte {
            case UInt8(ascii: "%"):
                flush(&tokens, &run)
                if tokens.last != .many { tokens.append(.many) }
            case UInt8(ascii: "_"):
                flush(&tokens, &run)
                tokens.append(.one)
            default: run.append(byte)
            }
            i += 1
        }
        flush(&tokens, &run)
        self.tokens = tokens
        if tokens.count > 2, !tokens.contains(.one) {
            (shape, literal) = (.sequence, [])
            return
        }
        switch tokens.count {
        case 0: (shape, literal) = (.exact, [])
        case 1:
            if case .bytes(let bytes) = tokens[0] { (shape, literal) = (.exact, bytes) } else { (shape, literal) = (tokens[0] == .many ? .any : .general, []) }
        case 2:
            if case .bytes(let bytes) = tokens[0], tokens[1] == .many { (shape, literal) = (.prefix, bytes) } else if case .bytes(let bytes) = tokens[1],
                tokens[0] == .many
            {
                (shape, literal) = (.suffix, bytes)
            } else {
                (shape, literal) = (.general, [])
            }
        default: (shape, literal) = (.general, [])
        }
    }

    /// What every match begins with; for pruning by statistics.
    public var prefix: [UInt8] { if case .bytes(let bytes)? = tokens.first { bytes } else { [] } }

    /// Whether each row of a string operand matches; null where the row is.
    public func matches(_ operand: Operand) -> Operand {
        let text = operand.cast(to: .string)
        if case .column(let column) = text, case .dictionary(let indices, let values) = column.storage, values.count <= column.count {
            return .column(matches(.column(values)).storage.take(indices).masking(column.validity))
        }
        return text.map { column in
            let flat = column.flattened
            let views = flat.views
            let start = views.start
            let n = literal.count
            let bits = literal.withUnsafeBytes { needle in
                withExtendedLifetime(flat) {
                    switch shape {
                    case .any: Bitmap(repeating: true, count: flat.count)
                    case .exact: packedBits(flat.count) { i in start[i].length == n && start[i].withBytes { equal($0, 0, needle) } }
                    case .prefix: packedBits(flat.count) { i in start[i].length >= n && start[i].withBytes { equal($0, 0, needle) } }
                    case .suffix: packedBits(flat.count) { i in start[i].length >= n && start[i].withBytes { equal($0, $0.count - n, needle) } }
                    case .sequence: sequence(flat)
                    case .general: packedBits(flat.count) { i in start[i].withBytes { matches($0) } }
                    }
                }
            }
            return Column(bits, validity: flat.validity)
        }
    }

    /// Texts between which there may be anything: each is looked for behind the one before, the first and the last at the ends unless the pattern leaves
    /// those open.
    private func sequence(_ column: Column) -> Bitmap {
        var texts = tokens.compactMap { token -> [UInt8]? in if case .bytes(let bytes) = token { bytes } else { nil } }
        let start = tokens.first == .many ? [] : texts.removeFirst()
        let end = tokens.last == .many ? [] : texts.removeLast()
        let views = column.views
        let out = Buffer(size: (column.count + 63) / 64 * 8)
        let (needles, lengths) = (Array(texts.joined()), texts.map { Int32($0.count) })
        mastic_scan_sequence(
            UnsafeRawPointer(views.start).assumingMemoryBound(to: UInt64.self), Int64(column.count), Int64(start.count), Int64(end.count), needles,
            lengths, Int32(lengths.count), out.values(of: UInt64.self))
        var found = Bitmap(out, count: column.count)
        for (text, isStart) in [(start, true), (end, false)] where !text.isEmpty {
            let edge = text.withUnsafeBytes { text in
                packedBits(column.count) { i in
                    let view = views.start[i]
                    return view.length >= text.count && view.withBytes { equal($0, isStart ? 0 : $0.count - text.count, text) }
                }
            }
            found = found.and(edge)
        }
        withExtendedLifetime(views) {}
        return found
    }

    /// Greedy matching with one place to come back to: after a `%`, the earliest match of what follows is as good as any other.
    public func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        var (at, token) = (0, 0)
        var (retryAt, retryToken) = (-1, 0)
        while true {
            if token == tokens.count {
                if at == text.count { return true }
            } else {
                switch tokens[token] {
                case .many:
                    token += 1
                    if token == tokens.count { return true }
                    (retryAt, retryToken) = (at, token)
                    continue
                case .one:
                    if at < text.count {
                        at = next(text, at)
                        token += 1
                        continue
                    }
                case .bytes(let bytes):
                    if bytes.withUnsafeBytes({ text.count - at >= $0.count && equal(text, at, $0) }) {
                        at += bytes.count
                        token += 1
                        continue
                    }
                }
            }
            // A dead end: let the last `%` take one character more.
            guard retryAt >= 0, retryAt < text.count else { return false }
            retryAt = next(text, retryAt)
            (at, token) = (retryAt, retryToken)
        }
    }

    /// The offset of the character behind the one at `offset`.
    @inline(__always)
    private func next(_ text: UnsafeRawBufferPointer, _ offset: Int) -> Int {
        var at = offset + 1
        while at < text.count, text[at] & 0xc0 == 0x80 { at += 1 }
        return at
    }
}

/// Whether `needle` stands at `offset` of `text`, which is long enough.
@inline(__always)
func equal(_ text: UnsafeRawBufferPointer, _ offset: Int, _ needle: UnsafeRawBufferPointer) -> Bool {
    guard let base = text.baseAddress, let other = needle.baseAddress, needle.count > 0 else { return true }
    return memcmp(base + offset, other, needle.count) == 0
}

/// The offset of the first place at or behind `from` where `needle` stands in `text`.
@inline(__always)
func find(_ needle: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from: Int) -> Int? {
    if needle.count == 0 { return from <= text.count ? from : nil }
    guard let base = text.baseAddress, let other = needle.baseAddress, from + needle.count <= text.count else { return nil }
    let first = Int32(needle[0])
    let last = text.count - needle.count
    var at = from
    while at <= last, let found = memchr(base + at, first, last - at + 1) {
        at = UnsafeRawPointer(found) - base
        if memcmp(base + at, other, needle.count) == 0 { return at }
        at += 1
    }
    return nil
}

extension LikePattern {
    /// The pattern of a literal text with wildcards around it.
    public init(escaping text: [UInt8], after start: String, before end: String) {
        let escape = UInt8(ascii: "\\")
        let escaped = text.flatMap { [UInt8(ascii: "%"), UInt8(ascii: "_"), escape].contains($0) ? [escape, $0] : [$0] }
        self.init(Array(start.utf8) + escaped + Array(end.utf8), escape: escape)
    }
}

extension Values where T == Int32 {
    /// The positions whose value fulfils a condition.
    public func bits(_ condition: (Int32) -> Bool) -> Bitmap { packedBits(count) { condition(start[$0]) } }
}
