/// Functions of text and a pattern, which are strings. Null where an argument is. All throw `ColumnarError.badPattern` and `.patternTooCostly`.
extension Operand {
    /// Whether the pattern stands anywhere in the text.
    public static func regexMatches(_ text: Operand, _ pattern: Operand) throws(ColumnarError) -> Operand {
        let rows = RegexRows(1, isConstant: pattern.isConstant)
        let found = bools([text, pattern]) { arguments, row in
            guard let matcher = rows.matcher(arguments, row) else { return nil }
            return arguments.view(0, row).withBytes { bytes in
                matcher.setText(bytes)
                do throws(ColumnarError) { return try matcher.find(0) } catch {
                    rows.fail(error)
                    return nil
                }
            }
        }
        return try rows.check(found)
    }

    /// The text with every match replaced, from the character of a position (from 1) on.
    public static func regexReplace(_ text: Operand, _ pattern: Operand, _ replacement: Operand, position: Operand? = nil) throws(ColumnarError) -> Operand {
        let rows = RegexRows(1, isConstant: pattern.isConstant)
        let isConstant = pattern.isConstant && replacement.isConstant
        var parsed: RegexReplacement?
        let operands = [text, pattern, replacement] + (position.map { [$0] } ?? [])
        let replaced = texts(operands) { arguments, row, out in
            guard let matcher = rows.matcher(arguments, row) else { return false }
            return arguments.view(0, row).withBytes { bytes in
                do throws(ColumnarError) {
                    if parsed == nil || !isConstant { parsed = try RegexReplacement(arguments.view(2, row).withBytes { Array($0) }, for: matcher.regex) }
                    guard let parsed else { return false }
                    var at = 0
                    var start = 0
                    if position != nil {
                        let number = arguments.int(3, row)
                        start = number <= 1 ? 0 : RowText.offset(bytes, ofCharacter: number - 1)
                        if number < 1 || (start >= bytes.count && number > 1) {
                            out.append(bytes: bytes)
                            return true
                        }
                    }
                    try matcher.forEach(bytes, from: start) { matcher in
                        guard let range = matcher.range() else { return false }
                        out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<range.lowerBound]))
                        parsed.append(matcher, bytes, to: &out)
                        at = range.upperBound
                        return true
                    }
                    out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at...]))
                    return true
                } catch {
                    rows.fail(error)
                    return false
                }
            }
        }
        return try rows.check(replaced)
    }

    /// The text of a group (an `int`; 0 is the whole match) of the first match; empty where there is none. Copies no bytes.
    ///
    /// - Throws: `ColumnarError.noSuchGroup` too.
    public static func regexExtract(_ text: Operand, _ pattern: Operand, group: Operand) throws(ColumnarError) -> Operand {
        try firstMatch([text, pattern, group], missing: 0..<0) { matcher, arguments, row throws(ColumnarError) in
            let number = try checkedGroup(arguments.int(2, row), matcher.regex)
            return try matcher.find(0) ? matcher.range(number) ?? 0..<0 : nil
        }
    }

    /// The first match; null where there is none. Copies no bytes.
    public static func regexSubstring(_ text: Operand, _ pattern: Operand) throws(ColumnarError) -> Operand {
        try firstMatch([text, pattern], missing: nil) { matcher, _, _ throws(ColumnarError) in try matcher.find(0) ? matcher.range() : nil }
    }

    private static func firstMatch(
        _ operands: [Operand], missing: Range<Int>?, _ body: (RegexMatcher, RowArguments, Int) throws(ColumnarError) -> Range<Int>?
    ) throws(ColumnarError) -> Operand {
        let rows = RegexRows(1, isConstant: operands[1].isConstant)
        let found = parts(operands) { arguments, row, bytes in
            guard let matcher = rows.matcher(arguments, row) else { return nil }
            matcher.setText(bytes)
            do throws(ColumnarError) { return try body(matcher, arguments, row) ?? missing } catch {
                rows.fail(error)
                return nil
            }
        }
        return try rows.check(found)
    }

    /// How often the pattern stands in the text.
    public static func regexCount(_ text: Operand, _ pattern: Operand) throws(ColumnarError) -> Operand {
        let rows = RegexRows(1, isConstant: pattern.isConstant)
        let counts = ints([text, pattern]) { arguments, row in
            guard let matcher = rows.matcher(arguments, row) else { return nil }
            var count: Int32 = 0
            arguments.view(0, row).withBytes { bytes in
                do throws(ColumnarError) {
                    try matcher.forEach(bytes) { _ in
                        count += 1
                        return true
                    }
                } catch { rows.fail(error) }
            }
            return count
        }
        return try rows.check(counts)
    }

    /// The position of the first match, in characters from 1; 0 where there is none.
    public static func regexPosition(_ text: Operand, _ pattern: Operand) throws(ColumnarError) -> Operand {
        let rows = RegexRows(1, isConstant: pattern.isConstant)
        let positions = ints([text, pattern]) { arguments, row in
            guard let matcher = rows.matcher(arguments, row) else { return nil }
            return arguments.view(0, row).withBytes { bytes -> Int32? in
                do throws(ColumnarError) {
                    matcher.setText(bytes)
                    guard try matcher.find(0), let range = matcher.range() else { return 0 }
                    return Int32(truncatingIfNeeded: RowText.length(UnsafeRawBufferPointer(rebasing: bytes[..<range.lowerBound])) + 1)
                } catch {
                    rows.fail(error)
                    return nil
                }
            }
        }
        return try rows.check(positions)
    }

    /// The texts of a group of all matches, as an array; empty text for a group that took no part. Copies no bytes.
    public static func regexExtractAll(_ text: Operand, _ pattern: Operand, group: Operand) throws(ColumnarError) -> Operand {
        let rows = RegexRows(1, isConstant: pattern.isConstant)
        let lists = lists([text, pattern, group]) { arguments, row, bytes, append in
            guard let matcher = rows.matcher(arguments, row) else { return }
            do throws(ColumnarError) {
                let number = try checkedGroup(arguments.int(2, row), matcher.regex)
                try matcher.forEach(bytes) { matcher in
                    append(matcher.range(number) ?? 0..<0)
                    return true
                }
            } catch { rows.fail(error) }
        }
        return try rows.check(lists)
    }

    /// The texts between matches, as an array of `limit` (an `int`) at most, or of all for 0 and less. Copies no bytes.
    public static func regexSplit(_ text: Operand, _ pattern: Operand, limit: Operand) throws(ColumnarError) -> Operand {
        let rows = RegexRows(1, isConstant: pattern.isConstant)
        let lists = lists([text, pattern, limit]) { arguments, row, bytes, append in
            let limit = arguments.int(2, row)
            if arguments.view(1, row).length == 0, bytes.count > 0 {
                // No pattern: the characters.
                var (at, count) = (0, 0)
                while at < bytes.count, limit <= 0 || count < limit {
                    let end = at + RowText.substring(UnsafeRawBufferPointer(rebasing: bytes[at...]), 1, 1).upperBound
                    append(at..<end)
                    count += 1
                    at = end
                }
                return
            }
            guard let matcher = rows.matcher(arguments, row) else { return }
            var (at, count) = (0, 1)
            do throws(ColumnarError) {
                if limit != 1 {
                    try matcher.forEach(bytes) { matcher in
                        guard let range = matcher.range() else { return false }
                        // Nothing matched at the very beginning parts nothing off.
                        if range.upperBound == 0 { return true }
                        append(at..<range.lowerBound)
                        at = range.upperBound
                        count += 1
                        return limit <= 0 || count < limit
                    }
                }
                append(at..<bytes.count)
            } catch { rows.fail(error) }
        }
        return try rows.check(lists)
    }

    private static func checkedGroup(_ group: Int, _ regex: Regex) throws(ColumnarError) -> Int {
        guard group >= 0, group <= regex.groupCount else {
            throw .noSuchGroup(pattern: String(decoding: regex.pattern, as: UTF8.self), group: group, count: regex.groupCount)
        }
        return group
    }

    /// Arrays of parts of the first operand's texts, whose bytes they share.
    public static func lists(
        _ operands: [Operand], _ body: (RowArguments, Int, UnsafeRawBufferPointer, (Range<Int>) -> Void) -> Void
    ) -> Operand {
        let arguments = RowArguments(operands)
        let count = arguments.count
        let out = Buffer(size: (count + 1) * 4)
        let offsets = out.values(of: Int32.self)
        guard case .views(_, let buffers) = arguments.column(0).storage else { preconditionFailure("parts of what is no text") }
        var elements = GrowingBuffer<StringView>(capacity: count * 2)
        offsets[0] = 0
        for i in 0..<count {
            if arguments.presence?[i] ?? true {
                arguments.view(0, i).withBytes { bytes in
                    body(arguments, i, bytes) { range in
                        elements.append(range.isEmpty ? .empty : StringView(bytes.baseAddress! + range.lowerBound, length: range.count))
                    }
                }
            }
            offsets[i + 1] = Int32(clamping: elements.count)
        }
        let views = elements.take()
        let child = Column(type: .string, count: views.count, storage: .views(views, buffers: buffers))
        return arguments.result(
            Column(type: .array(.string), count: count, validity: arguments.presence, storage: .list(offsets: Values(out, count: count + 1), child: child)))
    }
}
