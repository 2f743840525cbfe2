internal import Columnar

/// Functions of texts. Most take binary values too, where their characters are bytes.
enum TextFunctions {
    static let definitions: [FunctionDefinition] = shape + search + change + TextEncodingFunctions.definitions + TextFormatFunctions.definitions

    /// Binary stays binary; all else is text.
    static let textOrBinary = TypeRule.custom { call in call.types[0] == .binary ? .binary : .string }

    // MARK: Case, length, parts

    private static let shape: [FunctionDefinition] = [
        FunctionDefinition("lower", .text, "col", aliases: ["lcase"], takes: [.text], gives: .string, summary: "The text in lower case.") { call in .lower(call[0]) },
        FunctionDefinition("upper", .text, "col", aliases: ["ucase"], takes: [.text], gives: .string, summary: "The text in upper case.") { call in .upper(call[0]) },
        FunctionDefinition("initcap", .text, "col", takes: [.text], gives: .string, summary: "The text with every word's first letter in upper case.") { call in
            .texts(call.cast(.string)) { arguments, row, out in
                arguments.view(0, row).withBytes { RowText.capitalized($0, &out) }
                return true
            }
        },
        FunctionDefinition(
            "length", .text, "col", aliases: ["len", "char_length", "character_length"], takes: [.text], gives: .int, summary: "The number of characters, or of bytes."
        ) { call in .length(call[0]) },
        FunctionDefinition("octet_length", .text, "col", takes: [.text], gives: .int, summary: "The number of bytes.") { call in bytes(call, 1) },
        FunctionDefinition("bit_length", .text, "col", takes: [.text], gives: .int, summary: "The number of bits.") { call in bytes(call, 8) },
        FunctionDefinition("ascii", .text, "col", takes: [.text], gives: .int, summary: "The code of the first character; 0 for an empty text.") { call in
            .ints(call.cast(.string)) { arguments, row in arguments.view(0, row).withBytes { $0.isEmpty ? 0 : Int32(RowText.scalar($0, at: 0).value) } }
        },
        FunctionDefinition("char", .text, "col", aliases: ["chr"], takes: [.integer], gives: .string, summary: "The character of a code from 0 to 255.") { call in
            .texts(call.cast(.long)) { arguments, row, out in
                let code = arguments.long(0, row)
                if code >= 0 { out.append(scalar: UInt32(code & 0xff)) }
                return true
            }
        },
        FunctionDefinition(
            "substring", .text, "str pos= [len=]", aliases: ["substr"], takes: [.text, .integer], gives: textOrBinary,
            summary: "`len` characters from a position on, counted from 1, or from the end where it is negative."
        ) { call in
            if call.types[0] != .binary { return .substring(call[0], call[1], call[optional: 2]) }
            return .parts(call.cast(.binary, .int)) { arguments, row, bytes in
                part(bytes.count, arguments.int(1, row), arguments.operands.count > 2 ? arguments.int(2, row) : Int(Int32.max))
            }
        },
        FunctionDefinition("left", .text, "str len", takes: [.text, .integer], gives: textOrBinary, summary: "The first characters.") { call in
            let type = call.type
            return .parts(call.cast(type, .int)) { arguments, row, bytes in
                let length = max(arguments.int(1, row), 0)
                return type == .binary ? 0..<min(length, bytes.count) : RowText.substring(bytes, 1, length)
            }
        },
        FunctionDefinition("right", .text, "str len", takes: [.text, .integer], gives: .string, summary: "The last characters.") { call in
            .parts(call.cast(.string, .int)) { arguments, row, bytes in
                let length = arguments.int(1, row)
                return length <= 0 ? 0..<0 : RowText.substring(bytes, -length, nil)
            }
        },
        FunctionDefinition("trim", .text, "str [trim]", takes: [.text], gives: .string, summary: "The text without blanks, or other characters, at its ends.") { call in
            trim(call, text: call.argumentCount - 1, .both)
        },
        FunctionDefinition("ltrim", .text, "str [trim]", takes: [.text], gives: .string, summary: "The text without blanks, or other characters, at its beginning.") { call in
            trim(call, text: call.argumentCount - 1, .leading)
        },
        FunctionDefinition("rtrim", .text, "str [trim]", takes: [.text], gives: .string, summary: "The text without blanks, or other characters, at its end.") { call in
            trim(call, text: call.argumentCount - 1, .trailing)
        },
        FunctionDefinition("btrim", .text, "str [trim]", takes: [.text], gives: .string, summary: "The text without blanks, or other characters, at its ends.") { call in
            trim(call, text: 0, .both)
        },
        FunctionDefinition("lpad", .text, "str len= [pad=]", takes: [.text, .integer, .text], gives: textOrBinary, summary: "The text filled up on its left.") { call in
            pad(call, left: true)
        },
        FunctionDefinition("rpad", .text, "str len= [pad=]", takes: [.text, .integer, .text], gives: textOrBinary, summary: "The text filled up on its right.") { call in
            pad(call, left: false)
        },
        FunctionDefinition("space", .text, "n", takes: [.integer], gives: .string, summary: "So many blanks.") { call in
            .texts(call.cast(.int)) { arguments, row, out in
                let count = arguments.int(0, row)
                guard count <= longest else { return false }
                out.append(repeating: 0x20, count: max(count, 0))
                return true
            }
        },
        FunctionDefinition("repeat", .text, "str n=", takes: [.text, .integer], gives: .string, summary: "The text so many times.") { call in
            .texts(call.cast(.string, .int)) { arguments, row, out in
                let (view, times) = (arguments.view(0, row), arguments.int(1, row))
                guard times > 0, view.length > 0 else { return true }
                guard view.length * times <= longest else { return false }
                for _ in 0..<times { out.append(view) }
                return true
            }
        },
    ]

    /// Texts that functions make are null beyond this size: no text in a column may pass 2^31 bytes.
    static let longest = 1 << 28

    private static func bytes(_ call: FunctionCall, _ factor: Int) -> Operand {
        .ints(call.cast(call.types[0] == .binary ? .binary : .string)) { arguments, row in Int32(truncatingIfNeeded: arguments.view(0, row).length * factor) }
    }

    /// The bytes of `substring` of a binary value.
    private static func part(_ count: Int, _ position: Int, _ length: Int) -> Range<Int> {
        let start = position > 0 ? position - 1 : position < 0 ? count + position : 0
        let end = min(start + max(length, 0), count)
        return max(start, 0) < end ? max(start, 0)..<end : 0..<0
    }

    private static func trim(_ call: FunctionCall, text: Int, _ side: Operand.TrimSide) -> Operand {
        if call.argumentCount == 1 { return .trim(call[0], side) }
        let operands = call.cast(.string)
        return .parts([operands[text], operands[1 - text]]) { arguments, row, bytes in
            arguments.view(1, row).withBytes { RowText.trimmed(bytes, of: $0, leading: side != .trailing, trailing: side != .leading) }
        }
    }

    private static func pad(_ call: FunctionCall, left: Bool) -> Operand {
        let type = call.type
        if type == .string, let n = call.integer(1), let fill = call.argumentCount > 2 ? call.text(2) : [0x20] {
            return n > longest ? .literal(.null, .string) : .pad(call[0], n, fill, left: left)
        }
        let fill = call.cast(2, to: type, else: type == .binary ? .binary([0]) : .string(" "))
        return .texts([call.cast(0, to: type), call.cast(1, to: .int), fill], type) { arguments, row, out in
            let wanted = max(arguments.int(1, row), 0)
            guard wanted <= longest else { return false }
            func length(_ bytes: UnsafeRawBufferPointer) -> Int { type == .binary ? bytes.count : RowText.length(bytes) }
            func prefix(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: bytes[..<(type == .binary ? min(count, bytes.count) : RowText.offset(bytes, ofCharacter: count))])
            }
            arguments.view(0, row).withBytes { bytes in
                let missing = wanted - length(bytes)
                if missing <= 0 { return out.append(bytes: prefix(bytes, wanted)) }
                if !left { out.append(bytes: bytes) }
                arguments.view(2, row).withBytes { piece in
                    let pieceLength = length(piece)
                    guard pieceLength > 0 else { return }
                    for _ in 0..<(missing / pieceLength) { out.append(bytes: piece) }
                    out.append(bytes: prefix(piece, missing % pieceLength))
                }
                if left { out.append(bytes: bytes) }
            }
            return true
        }
    }

    // MARK: Search

    private static let search: [FunctionDefinition] = [
        FunctionDefinition("contains", .text, "left right", takes: [.text], gives: .boolean, summary: "Whether a text stands in another.") { call in
            test(call, { LikePattern(escaping: $0, after: "%", before: "%") }) { RowText.find($1, in: $0) != nil }
        },
        FunctionDefinition("startswith", .text, "str prefix", takes: [.text], gives: .boolean, summary: "Whether a text begins with another.") { call in
            test(call, { LikePattern(escaping: $0, after: "", before: "%") }) { RowText.hasPrefix($0, $1) }
        },
        FunctionDefinition("endswith", .text, "str suffix", takes: [.text], gives: .boolean, summary: "Whether a text ends with another.") { call in
            test(call, { LikePattern(escaping: $0, after: "%", before: "") }) { RowText.hasSuffix($0, $1) }
        },
        FunctionDefinition(
            "like", .text, "str pattern [escape]", takes: [.text], gives: .boolean, summary: "Whether a text matches a pattern of LIKE."
        ) { call throws(PlanError) in
            var escape: UInt8? = UInt8(ascii: "\\")
            if call.argumentCount > 2 {
                guard let text = call.text(2), text.count == 1 else { throw call.wrong(2, expected: "one character for the escape") }
                escape = text[0]
            }
            if let pattern = call.text(1) { return LikePattern(pattern, escape: escape).matches(call[0]) }
            var last: (text: [UInt8], pattern: LikePattern)?
            return .bools(Array(call.cast(.string).prefix(2))) { arguments, row in
                let text = arguments.view(1, row).withBytes { Array($0) }
                if last?.text != text { last = (text, LikePattern(text, escape: escape)) }
                return arguments.view(0, row).withBytes { last?.pattern.matches($0) }
            }
        },
        FunctionDefinition("ilike", .text, "str pattern [escape]", summary: "Whether a text matches a pattern of LIKE, in upper or lower case.") { arguments in
            .call(.like, [.call(.lower, [arguments[0]]), .call(.lower, [arguments[1]])] + arguments.dropFirst(2))
        },
        FunctionDefinition("instr", .text, "str substr=", takes: [.text], gives: .int, summary: "The position of a text in another, from 1; 0 for none.") { call in
            if let search = call.text(1) { return .position(of: search, in: call[0]) }
            return .ints(call.cast(.string)) { arguments, row in position(arguments, row, of: 1, in: 0, from: 1) }
        },
        FunctionDefinition(
            "locate", .text, "substr= str [pos=]", takes: [.text, .text, .integer], gives: .int, nulls: .handled,
            summary: "The position of a text in another, behind a position; 0 for none."
        ) { call in locate(call) },
        FunctionDefinition(
            "position", .text, "substr str [start]", takes: [.text, .text, .integer], gives: .int, nulls: .handled,
            summary: "The position of a text in another, behind a position; 0 for none."
        ) { call in locate(call) },
        FunctionDefinition("find_in_set", .text, "str str_array", takes: [.text], gives: .int, summary: "The number of a text in a list with commas; 0 for none.") { call in
            .ints(call.cast(.string)) { arguments, row in
                arguments.view(0, row).withBytes { text in arguments.view(1, row).withBytes { RowText.number(of: text, inList: $0) } }
            }
        },
        FunctionDefinition("levenshtein", .text, "left right [threshold=]", takes: [.text, .text, .integer], gives: .int, summary: "In how many changes a text becomes another.")
        { call in
            .ints(call.cast(.string, .string, .int)) { arguments, row in
                let limit = arguments.operands.count > 2 ? arguments.int(2, row) : nil
                return arguments.view(0, row).withBytes { a in
                    arguments.view(1, row).withBytes { b in Int32(truncatingIfNeeded: RowText.distance(a, b, limit: limit) ?? -1) }
                }
            }
        },
        FunctionDefinition("substring_index", .text, "str delim= count=", takes: [.text, .text, .integer], gives: .string, summary: "What stands before a delimiter of a number.")
        { call in
            .parts(call.cast(.string, .string, .int)) { arguments, row, bytes in
                arguments.view(1, row).withBytes { RowText.part(bytes, before: $0, count: arguments.int(2, row)) }
            }
        },
        FunctionDefinition("split_part", .text, "src delimiter partNum", takes: [.text, .text, .integer], gives: .string, raises: true, summary: "A part between delimiters by its number.")
        { call throws(PlanError) in
            var hasZero = false
            let parts = Operand.parts(call.cast(.string, .string, .int)) { arguments, row, bytes in
                let number = arguments.int(2, row)
                if number == 0 { hasZero = true }
                return arguments.view(1, row).withBytes { RowText.part(bytes, between: $0, number: number) }
            }
            if hasZero { throw .analysis("split_part(): parts are counted from 1, or from -1 at the end; there is no part 0") }
            return parts
        },
        FunctionDefinition("elt", .text, "inputs...", takes: [.integer, .text], gives: .custom { call in call.types.dropFirst().allSatisfy { $0 == .binary } ? .binary : .string }, nulls: .handled, summary: "The argument of a number, from 1.", acceptsCount: { $0 > 1 }) { call in
            let type = call.type
            return .texts(call.cast(.int, type), type, withNulls: true) { arguments, row, out in
                let number = arguments.int(0, row)
                guard !arguments.isNull(0, row), number > 0, number < arguments.operands.count, !arguments.isNull(number, row) else { return false }
                out.append(arguments.view(number, row))
                return true
            }
        },
    ]

    private static func test(
        _ call: FunctionCall, _ pattern: ([UInt8]) -> LikePattern, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) -> Operand {
        let type: DataType = call.types.allSatisfy { $0 == .binary } ? .binary : .string
        if type == .string, let text = call.text(1) { return pattern(text).matches(call[0]) }
        return .bools(call.cast(type)) { arguments, row in
            arguments.view(0, row).withBytes { a in arguments.view(1, row).withBytes { b in body(a, b) } }
        }
    }

    private static func locate(_ call: FunctionCall) -> Operand {
        .ints([call.cast(0, to: .string), call.cast(1, to: .string), call.cast(2, to: .int, else: .integer(1))], withNulls: true) { arguments, row in
            if arguments.isNull(2, row) { return 0 }
            if arguments.isNull(0, row) || arguments.isNull(1, row) { return nil }
            return position(arguments, row, of: 0, in: 1, from: arguments.int(2, row))
        }
    }

    /// The position in characters, from 1; 0 for none.
    private static func position(_ arguments: RowArguments, _ row: Int, of needle: Int, in text: Int, from start: Int) -> Int32 {
        if start < 1 { return 0 }
        return arguments.view(text, row).withBytes { bytes in
            arguments.view(needle, row).withBytes { needle in
                if needle.isEmpty { return 1 }
                let from = start == 1 ? 0 : RowText.offset(bytes, ofCharacter: start - 1)
                guard let found = RowText.find(needle, in: bytes, from: from) else { return 0 }
                return Int32(truncatingIfNeeded: RowText.length(UnsafeRawBufferPointer(rebasing: bytes[..<found])) + 1)
            }
        }
    }

    // MARK: Change

    private static let textOrArray = ArgumentKind.other("a string or an array") { !$0.isNested || $0.isArray }

    private static let change: [FunctionDefinition] = [
        FunctionDefinition(
            "concat", .text, "[cols...]", takes: [textOrArray],
            gives: .custom { call throws(PlanError) in
                if call.types.contains(where: \.isArray) {
                    var common = DataType.null
                    for type in call.types { common = try call.common(common, type) }
                    return common
                }
                return !call.types.isEmpty && call.types.allSatisfy { $0 == .binary } ? .binary : .string
            }, summary: "The texts, or the elements of the arrays, one after the other."
        ) { call in
            if call.type.isArray { return .concatArrays(call.operands.map { $0.cast(to: call.type) }) }
            if call.operands.isEmpty { return .literal(.string(""), .string) }
            if call.type == .binary {
                return .texts(call.operands, .binary) { arguments, row, out in
                    for i in arguments.operands.indices { out.append(arguments.view(i, row)) }
                    return true
                }
            }
            return .concat(call.operands)
        },
        FunctionDefinition(
            "concat_ws", .text, "sep= [cols...]", takes: [.text, .other("strings and arrays of strings") { !$0.isNested || $0.isTextArray }], gives: .string, nulls: .handled,
            summary: "The texts that are not null with a separator between them."
        ) { call in
            let values = call.operands.dropFirst()
            if call[0].isNullConstant { return .literal(.null, .string) }
            if let separator = call.text(0), !values.contains(where: { $0.type.isNested }) {
                return values.isEmpty ? .literal(.string(""), .string) : .concat(Array(values), separator: separator)
            }
            return .joined(values.map { $0.cast(to: $0.type.isNested ? .array(.string) : .string) }, separator: call.cast(0, to: .string))
        },
        FunctionDefinition("replace", .text, "src search [replace]", takes: [.text], gives: .string, summary: "The text with every occurrence of another replaced.") { call in
            if let search = call.text(1), let other = call.argumentCount > 2 ? call.text(2) : [] { return .replace(call[0], search, with: other) }
            return .texts(call.cast(.string)) { arguments, row, out in
                arguments.view(0, row).withBytes { bytes in
                    arguments.view(1, row).withBytes { needle in
                        var at = 0
                        while !needle.isEmpty, let found = RowText.find(needle, in: bytes, from: at) {
                            out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<found]))
                            if arguments.operands.count > 2 { out.append(arguments.view(2, row)) }
                            at = found + needle.count
                        }
                        out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at...]))
                    }
                }
                return true
            }
        },
        FunctionDefinition(
            "reverse", .text, "col", takes: [textOrArray], gives: .custom { call in call.types[0].isArray ? call.types[0] : .string },
            summary: "The characters, or the elements of an array, in reverse."
        ) { call in call.type.isArray ? .reverseArray(call[0]) : .reverse(call[0]) },
        FunctionDefinition("translate", .text, "srcCol matching= replace=", takes: [.text], gives: .string, summary: "The text with single characters replaced.") { call in
            var table: [UInt32: UInt32?]?
            let isConstant = call[1].isConstant && call[2].isConstant
            return .texts(call.cast(.string)) { arguments, row, out in
                if table == nil || !isConstant {
                    let (from, to) = (arguments.view(1, row).withBytes(RowText.scalars), arguments.view(2, row).withBytes(RowText.scalars))
                    var new: [UInt32: UInt32?] = [:]
                    for (i, scalar) in from.enumerated() where new[scalar] == nil { new[scalar] = .some(i < to.count ? to[i] : nil) }
                    table = new
                }
                guard let table else { return false }
                arguments.view(0, row).withBytes { bytes in
                    var at = 0
                    while at < bytes.count {
                        let (scalar, length) = RowText.scalar(bytes, at: at)
                        switch table[scalar] {
                        case nil: out.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<(at + length)]))
                        case .some(nil): break
                        case .some(let other?): out.append(scalar: other)
                        }
                        at += length
                    }
                }
                return true
            }
        },
        FunctionDefinition(
            "overlay", .text, "src replace pos= [len=]", takes: [.text, .text, .integer], gives: textOrBinary, summary: "The text with a part of it replaced."
        ) { call in
            let type = call.type
            return .texts([call.cast(0, to: type), call.cast(1, to: type), call.cast(2, to: .int), call.cast(3, to: .int, else: .integer(-1))], type) { arguments, row, out in
                arguments.view(0, row).withBytes { bytes in
                    arguments.view(1, row).withBytes { other in
                        func length(_ bytes: UnsafeRawBufferPointer) -> Int { type == .binary ? bytes.count : RowText.length(bytes) }
                        func sub(_ start: Int, _ length: Int) -> UnsafeRawBufferPointer {
                            UnsafeRawBufferPointer(rebasing: bytes[type == .binary ? part(bytes.count, start, length) : RowText.substring(bytes, start, length)])
                        }
                        let position = arguments.int(2, row)
                        let replaced = arguments.int(3, row) >= 0 ? arguments.int(3, row) : length(other)
                        out.append(bytes: sub(1, position - 1))
                        out.append(bytes: other)
                        out.append(bytes: sub(position + replaced, Int(Int32.max)))
                    }
                }
                return true
            }
        },
        FunctionDefinition("soundex", .text, "col", takes: [.text], gives: .string, summary: "How the word sounds, as a letter and three digits.") { call in
            .texts(call.cast(.string)) { arguments, row, out in
                arguments.view(0, row).withBytes { RowText.soundex($0, &out) }
                return true
            }
        },
        FunctionDefinition("luhn_check", .text, "str", takes: [.text], gives: .boolean, summary: "Whether the digits pass Luhn's test.") { call in
            .bools(call.cast(.string)) { arguments, row in arguments.view(0, row).withBytes(RowText.passesLuhn) }
        },
        FunctionDefinition(
            "mask", .text, "col [upperChar] [lowerChar] [digitChar] [otherChar]", takes: [.text], gives: .string, nulls: .handled,
            summary: "The text with its letters and digits made unreadable."
        ) { call in
            let defaults: [Value] = [.null, .string("X"), .string("x"), .string("n"), .null]
            return .texts((0..<5).map { call.cast($0, to: .string, else: defaults[$0]) }, withNulls: true) { arguments, row, out in
                if arguments.isNull(0, row) { return false }
                let others: [StringView?] = (1..<5).map { arguments.isNull($0, row) ? nil : arguments.view($0, row) }
                arguments.view(0, row).withBytes { RowText.mask($0, others, &out) }
                return true
            }
        },
    ]
}

extension DataType {
    fileprivate var isTextArray: Bool { if case .array(let element) = self { !element.isNested } else { false } }
}
