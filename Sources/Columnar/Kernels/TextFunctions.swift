/// Functions over strings. Operands that are no strings are cast to one first; a null operand makes the row null. Positions and lengths count
/// characters (UTF-8 code points), from 1, as in SQL.
extension Operand {
    /// The text in lower case, by Unicode's rules.
    public static func lower(_ a: Operand) -> Operand { changingCase(a, UInt8(ascii: "A")) { $0.lowercased() } }

    public static func upper(_ a: Operand) -> Operand { changingCase(a, UInt8(ascii: "a")) { $0.uppercased() } }

    /// Characters, or bytes of a binary value; an `int`.
    public static func length(_ a: Operand) -> Operand {
        let isBinary = a.type == .binary
        let text = isBinary ? a.map(\.flattened) : a.cast(to: .string).map(\.flattened)
        return text.map { column in
            let views = column.views.start
            let out = Buffer(size: column.count * 4)
            let to = out.values(of: Int32.self)
            for i in 0..<column.count {
                to[i] = Int32(truncatingIfNeeded: isBinary ? views[i].length : views[i].withBytes { characterCount($0) })
            }
            return Column(.int, Values<Int32>(out, count: column.count), validity: column.validity)
        }
    }

    /// Which blanks `trim` takes away.
    public enum TrimSide: Sendable { case both, leading, trailing }

    /// The text without the spaces at its ends (only 0x20, as in Spark). Copies no bytes.
    public static func trim(_ a: Operand, _ side: TrimSide = .both) -> Operand {
        viewing(a) { bytes in
            var (start, end) = (0, bytes.count)
            if side != .trailing { while start < end, bytes[start] == 0x20 { start += 1 } }
            if side != .leading { while end > start, bytes[end - 1] == 0x20 { end -= 1 } }
            return start..<end
        }
    }

    /// `length` characters from position `start` on (all the rest without a length). Position 0 counts as 1, a negative one from the end. Copies no
    /// bytes.
    public static func substring(_ a: Operand, _ start: Operand, _ length: Operand? = nil) -> Operand {
        let others = [start] + (length.map { [$0] } ?? [])
        if others.contains(where: \.isNullConstant) {
            let count = rowCount([a] + others)
            return result(.nulls(.string, count: count), of: [a] + others)
        }
        if others.allSatisfy(\.isConstant) {
            let first = others[0].cast(to: .int).storage.firstValue(of: Int32.self)
            let limit = length.map { $0.cast(to: .int).storage.firstValue(of: Int32.self) }
            return viewing(a) { substringRange($0, Int(first), limit.map(Int.init)) }
        }
        let count = rowCount([a] + others)
        let text = a.cast(to: .string).column(count: count).flattened
        let starts = start.cast(to: .int).column(count: count).flattened
        let lengths = length?.cast(to: .int).column(count: count).flattened
        let validity = Bitmap.and(Bitmap.and(text.validity, starts.validity), lengths?.validity)
        return .column(
            withExtendedLifetime((starts, lengths)) {
                let first = starts.fixedValues(of: Int32.self)
                let limits = lengths?.fixedValues(of: Int32.self)
                return subviews(text, validity) { i, bytes in substringRange(bytes, Int(first[i]), limits.map { Int($0[i]) }) }
            })
    }

    /// The texts one after the other.
    public static func concat(_ operands: [Operand]) -> Operand { joining(operands, separator: []) }

    /// The texts that are not null with a separator between them; never null.
    public static func concat(_ operands: [Operand], separator: [UInt8]) -> Operand { joining(operands, separator: separator, skipsNulls: true) }

    /// The text with every occurrence of `search` replaced.
    public static func replace(_ a: Operand, _ search: [UInt8], with replacement: [UInt8]) -> Operand {
        building(a) { bytes, out in
            search.withUnsafeBytes { needle in
                var at = 0
                while needle.count > 0, let found = find(needle, in: bytes, from: at) {
                    out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<found]))
                    replacement.withUnsafeBytes { out.append(bytes: $0) }
                    at = found + needle.count
                }
                out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at...]))
            }
        }
    }

    /// The position of the first occurrence of `search`, from 1; 0 when there is none. An `int`.
    public static func position(of search: [UInt8], in a: Operand) -> Operand {
        a.cast(to: .string).map(\.flattened).map { column in
            let views = column.views.start
            let out = Buffer(size: column.count * 4)
            let to = out.values(of: Int32.self)
            search.withUnsafeBytes { needle in
                for i in 0..<column.count {
                    to[i] = views[i].withBytes { bytes in
                        find(needle, in: bytes, from: 0).map { Int32(truncatingIfNeeded: characterCount(UnsafeRawBufferPointer(rebasing: bytes[..<$0])) + 1) } ?? 0
                    }
                }
            }
            return Column(.int, Values<Int32>(out, count: column.count), validity: column.validity)
        }
    }

    /// The characters in reverse.
    public static func reverse(_ a: Operand) -> Operand {
        building(a) { bytes, out in
            var end = bytes.count
            while end > 0 {
                var start = end - 1
                while start > 0, bytes[start] & 0xc0 == 0x80 { start -= 1 }
                out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                end = start
            }
        }
    }

    /// The text filled up with repetitions of `fill` to `length` characters, or cut to them.
    public static func pad(_ a: Operand, _ length: Int, _ fill: [UInt8], left: Bool) -> Operand {
        building(a) { bytes, out in
            let missing = length - characterCount(bytes)
            if missing <= 0 {
                out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[substringRange(bytes, 1, max(length, 0))]))
                return
            }
            if !left { out.append(bytes: bytes) }
            fill.withUnsafeBytes { piece in
                let pieceLength = characterCount(piece)
                if pieceLength == 0 { return }
                for _ in 0..<(missing / pieceLength) { out.append(bytes: piece) }
                out.append(bytes: UnsafeRawBufferPointer(rebasing: piece[substringRange(piece, 1, missing % pieceLength)]))
            }
            if left { out.append(bytes: bytes) }
        }
    }

    // MARK: Loops

    private static func changingCase(_ a: Operand, _ first: UInt8, _ unicode: (String) -> String) -> Operand {
        building(a) { bytes, out in
            out.reserve(bytes.count)
            let to = out.start + out.count
            var high: UInt8 = 0
            for i in 0..<bytes.count {
                let byte = bytes[i]
                high |= byte
                to[i] = byte &- first < 26 ? byte ^ 0x20 : byte
            }
            if high < 0x80 { out.advance(bytes.count) } else { out.append(unicode(String(decoding: bytes, as: UTF8.self))) }
        }
    }

    /// A column of parts of the operand's texts, which share its bytes.
    @inline(__always)
    private static func viewing(_ a: Operand, _ part: (UnsafeRawBufferPointer) -> Range<Int>) -> Operand {
        a.cast(to: .string).map { column in
            if case .dictionary(let indices, let values) = column.storage, values.count <= column.count {
                let inner = values.flattened
                return Column(
                    type: .string, count: column.count, validity: column.validity,
                    storage: .dictionary(indices: indices, values: subviews(inner, inner.validity) { part($1) }))
            }
            let flat = column.flattened
            return subviews(flat, flat.validity) { part($1) }
        }
    }

    @inline(__always)
    private static func subviews(_ column: Column, _ validity: Bitmap?, _ part: (Int, UnsafeRawBufferPointer) -> Range<Int>) -> Column {
        guard case .views(let views, let buffers) = column.storage else { preconditionFailure("a string column without views") }
        let out = Buffer(size: column.count * 16)
        let to = out.values(of: StringView.self)
        let from = views.start
        for i in 0..<column.count {
            to[i] = from[i].withBytes { bytes in
                let range = part(i, bytes)
                if range.count == bytes.count { return from[i] }
                return range.isEmpty ? .empty : StringView(bytes.baseAddress! + range.lowerBound, length: range.count)
            }
        }
        return Column(type: .string, count: column.count, validity: validity, storage: .views(Values(out, count: column.count), buffers: buffers))
    }

    /// A column of what `body` appends for each text. A dictionary's texts are made once each.
    @inline(__always)
    private static func building(_ a: Operand, _ body: (UnsafeRawBufferPointer, inout TextBuffer) -> Void) -> Operand {
        a.cast(to: .string).map { column in
            if case .dictionary(let indices, let values) = column.storage, values.count <= column.count {
                let inner = values.flattened
                return Column(
                    type: .string, count: column.count, validity: column.validity, storage: .dictionary(indices: indices, values: build(inner, body)))
            }
            return build(column.flattened, body)
        }
    }

    @inline(__always)
    private static func build(_ column: Column, _ body: (UnsafeRawBufferPointer, inout TextBuffer) -> Void) -> Column {
        let views = column.views.start
        let out = Buffer(size: column.count * 16)
        let to = out.values(of: StringView.self)
        var arena = StringArena()
        var text = TextBuffer(capacity: 256)
        for i in 0..<column.count {
            if let validity = column.validity, !validity[i] {
                to[i] = .empty
                continue
            }
            text.removeAll()
            views[i].withBytes { body($0, &text) }
            to[i] = arena.view(copying: text.bytes)
        }
        return Column(
            type: .string, count: column.count, validity: column.validity, storage: .views(Values(out, count: column.count), buffers: arena.finish()))
    }

    private static func joining(_ operands: [Operand], separator: [UInt8], skipsNulls: Bool = false) -> Operand {
        let count = rowCount(operands)
        let texts = operands.map { $0.cast(to: .string).map(\.flattened) }
        let validity = skipsNulls ? nil : validity(texts, count: count)
        let columns = texts.map(\.storage)
        let steps = texts.map { $0.isConstant ? 0 : 1 }
        let views = columns.map { $0.views.start }
        let validities = columns.map(\.validity)
        let out = Buffer(size: count * 16)
        let to = out.values(of: StringView.self)
        var arena = StringArena()
        var text = TextBuffer(capacity: 256)
        defer { withExtendedLifetime(columns) {} }
        for i in 0..<count {
            if let validity, !validity[i] {
                to[i] = .empty
                continue
            }
            text.removeAll()
            var isFirst = true
            for c in views.indices {
                let row = i * steps[c]
                if skipsNulls, let present = validities[c], !present[row] { continue }
                if !isFirst { separator.withUnsafeBytes { text.append(bytes: $0) } }
                text.append(views[c][row])
                isFirst = false
            }
            to[i] = arena.view(copying: text.bytes)
        }
        return result(
            Column(type: .string, count: count, validity: validity, storage: .views(Values(out, count: count), buffers: arena.finish())), of: operands)
    }
}

/// UTF-8 code points: the bytes that continue none.
@inline(__always)
func characterCount(_ bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for i in 0..<bytes.count { count += bytes[i] & 0xc0 != 0x80 ? 1 : 0 }
    return count
}

/// The bytes of SQL's `substring(text, start, length)`.
@inline(__always)
func substringRange(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ length: Int?) -> Range<Int> {
    var (skip, limit) = (start > 0 ? start - 1 : 0, length.map { max($0, 0) } ?? Int.max)
    if start < 0 {
        // From the end; where that is before the beginning, the length counts from there all the same.
        let from = characterCount(bytes) + start
        skip = max(from, 0)
        if from < 0, limit != Int.max { limit = max(limit + from, 0) }
    }
    var at = 0
    func advance(_ characters: Int) {
        var left = characters
        while left > 0, at < bytes.count {
            at += 1
            while at < bytes.count, bytes[at] & 0xc0 == 0x80 { at += 1 }
            left -= 1
        }
    }
    advance(skip)
    let first = at
    advance(limit)
    return first..<at
}
