/// A format of Java's `Formatter`: what `format_string` and `printf` write.
///
/// Knows `b c d e f g n o s x` and `%`, with flags, widths, precisions and numbers of arguments.
public struct RowFormat: Sendable {
    public struct Failure: Error {
        public let problem: String
    }

    private struct Item {
        var literal: [UInt8] = []
        /// The argument, from 0; nil for a literal.
        var argument: Int?
        var conversion: UInt8 = 0
        var isUpper = false
        var flags = Set<UInt8>()
        var width = 0
        var precision: Int?
    }

    private var items: [Item] = []
    /// The number of arguments that the format speaks of.
    public private(set) var argumentCount = 0

    public init(_ format: [UInt8]) throws(Failure) {
        var at = 0
        var ordinary = 0
        var last = -1
        var literal: [UInt8] = []
        func fail(_ problem: String) -> Failure { Failure(problem: problem) }
        func number() -> Int? {
            var value = 0
            var digits = 0
            while at < format.count, format[at] >= 48, format[at] < 58 {
                value = min(value * 10 + Int(format[at] - 48), 1 << 24)
                at += 1
                digits += 1
            }
            return digits == 0 ? nil : value
        }
        while at < format.count {
            guard format[at] == UInt8(ascii: "%") else {
                literal.append(format[at])
                at += 1
                continue
            }
            let start = at
            at += 1
            var item = Item()
            var explicit: Int?
            let digitsStart = at
            if at < format.count, format[at] != UInt8(ascii: "0"), let value = number() {
                if at < format.count, format[at] == UInt8(ascii: "$") {
                    explicit = value
                    at += 1
                } else {
                    at = digitsStart
                }
            }
            if at < format.count, format[at] == UInt8(ascii: "<") {
                explicit = last + 1
                at += 1
            }
            while at < format.count, "-#+ 0,(".utf8.contains(format[at]) {
                item.flags.insert(format[at])
                at += 1
            }
            item.width = number() ?? 0
            if at < format.count, format[at] == UInt8(ascii: ".") {
                at += 1
                guard let value = number() else { throw fail("digits are expected behind the point of '\(String(decoding: format[start...], as: UTF8.self))'") }
                item.precision = value
            }
            guard at < format.count else { throw fail("it ends in '\(String(decoding: format[start...], as: UTF8.self))'") }
            let letter = format[at]
            at += 1
            item.conversion = letter
            switch letter {
            case UInt8(ascii: "%"), UInt8(ascii: "n"):
                if letter == UInt8(ascii: "n") {
                    literal.append(0x0a)
                } else {
                    let blanks = [UInt8](repeating: 0x20, count: max(item.width - 1, 0))
                    literal += item.flags.contains(UInt8(ascii: "-")) ? [letter] + blanks : blanks + [letter]
                }
                continue
            case UInt8(ascii: "B"), UInt8(ascii: "S"), UInt8(ascii: "C"), UInt8(ascii: "X"), UInt8(ascii: "E"), UInt8(ascii: "G"):
                item.isUpper = true
                item.conversion = letter | 0x20
            case UInt8(ascii: "b"), UInt8(ascii: "s"), UInt8(ascii: "c"), UInt8(ascii: "d"), UInt8(ascii: "o"), UInt8(ascii: "x"), UInt8(ascii: "e"),
                UInt8(ascii: "f"), UInt8(ascii: "g"):
                break
            default: throw fail("the conversion '%\(Character(Unicode.Scalar(letter)))' is not supported")
            }
            if item.flags.contains(UInt8(ascii: "-")) || item.flags.contains(UInt8(ascii: "0")), item.width == 0 {
                throw fail("'\(String(decoding: format[start..<at], as: UTF8.self))' has no width")
            }
            if let explicit {
                guard explicit > 0 else { throw fail("arguments are counted from 1") }
                item.argument = explicit - 1
            } else {
                item.argument = ordinary
                ordinary += 1
            }
            last = item.argument ?? 0
            argumentCount = max(argumentCount, last + 1)
            if !literal.isEmpty { items.append(Item(literal: literal)) }
            literal = []
            items.append(item)
        }
        if !literal.isEmpty { items.append(Item(literal: literal)) }
    }

    /// - Throws: `Failure` for an argument that a conversion cannot take. `types` are those of the arguments from `first` on.
    public func check(_ types: [DataType]) throws(Failure) {
        guard argumentCount <= types.count else { throw Failure(problem: "it speaks of \(argumentCount) values, and \(types.count) are given") }
        for item in items {
            guard let argument = item.argument else { continue }
            let type = types[argument]
            let isRight: Bool
            switch item.conversion {
            case UInt8(ascii: "b"), UInt8(ascii: "s"): isRight = !type.isNested
            case UInt8(ascii: "c"): isRight = type.isInteger && type != .long || type == .null || type == .date
            case UInt8(ascii: "d"), UInt8(ascii: "x"), UInt8(ascii: "o"): isRight = type.isInteger || type == .null || type == .date || type == .timestamp
            default: isRight = type == .double || type == .float || type.isDecimal || type == .null
            }
            if !isRight { throw Failure(problem: "'%\(Character(Unicode.Scalar(item.conversion)))' cannot write a value of type \(type.hiveName)") }
        }
    }

    /// Appends the text of a row. The values stand in the arguments from `first` on, each in its own type.
    public func append(_ arguments: RowArguments, from first: Int, _ row: Int, to out: inout TextBuffer) {
        for item in items {
            guard let number = item.argument else {
                item.literal.withUnsafeBytes { out.append(bytes: $0) }
                continue
            }
            var text = TextBuffer(capacity: 64)
            var isNumber = false
            let argument = first + number
            if arguments.isNull(argument, row) {
                item.conversion == UInt8(ascii: "b") ? text.append("false") : text.append("null")
            } else {
                isNumber = write(item, arguments, argument, row, &text)
            }
            let isText = arguments.isNull(argument, row) || item.conversion == UInt8(ascii: "s") || item.conversion == UInt8(ascii: "b")
            if isText, let precision = item.precision {
                let kept = RowText.substring(text.bytes, 1, precision)
                let bytes = Array(text.bytes[kept])
                text.removeAll()
                bytes.withUnsafeBytes { text.append(bytes: $0) }
            }
            if item.isUpper {
                let upper = text.string.uppercased()
                text.removeAll()
                text.append(upper)
            }
            let missing = max(item.width - RowText.length(text.bytes), 0)
            if item.flags.contains(UInt8(ascii: "-")) {
                out.append(bytes: text.bytes)
                out.append(repeating: 0x20, count: missing)
            } else if isNumber, item.flags.contains(UInt8(ascii: "0")) {
                // Zeros stand between the sign and the digits.
                let sign = text.count > 0 && "+-( ".utf8.contains(text.bytes[0]) ? 1 : 0
                out.append(bytes: UnsafeRawBufferPointer(rebasing: text.bytes[..<sign]))
                out.append(repeating: 48, count: missing)
                out.append(bytes: UnsafeRawBufferPointer(rebasing: text.bytes[sign...]))
            } else {
                out.append(repeating: 0x20, count: missing)
                out.append(bytes: text.bytes)
            }
        }
    }

    /// Whether what was written is a finite number, which takes zeros.
    private func write(_ item: Item, _ arguments: RowArguments, _ argument: Int, _ row: Int, _ out: inout TextBuffer) -> Bool {
        let column = arguments.column(argument)
        let at = arguments.row(argument, row)
        switch item.conversion {
        case UInt8(ascii: "b"):
            if case .boolean(let value) = column.value(at: at) { out.append(bool: value) } else { out.append("true") }
            return false
        case UInt8(ascii: "s"):
            // Days and microseconds, as Spark has them inside.
            if case .date(let days) = column.value(at: at) { out.append(integer: Int64(days)) } else if case .timestamp(let time) = column.value(at: at) {
                out.append(integer: time)
            } else {
                column.appendText(row: at, style: .cast, to: &out)
            }
            return false
        case UInt8(ascii: "c"):
            if let value = integer(column, at) { out.append(scalar: Unicode.Scalar(UInt32(truncatingIfNeeded: value))?.value ?? 0xfffd) }
            return false
        case UInt8(ascii: "d"):
            let value = integer(column, at) ?? 0
            signed(FormatDigits(integer: Int128(value)), item, places: 0, &out)
            return true
        case UInt8(ascii: "x"), UInt8(ascii: "o"):
            let value = integer(column, at) ?? 0
            let bits = column.type.isInteger ? column.type.integerWidth : 64
            let unsigned = bits == 64 ? UInt64(bitPattern: value) : UInt64(bitPattern: value) & (1 << UInt64(bits) - 1)
            if item.flags.contains(UInt8(ascii: "#")) { item.conversion == UInt8(ascii: "x") ? out.append("0x") : out.append("0") }
            out.append(String(unsigned, radix: item.conversion == UInt8(ascii: "x") ? 16 : 8))
            return true
        default: return real(item, column, at, &out)
        }
    }

    private func integer(_ column: Column, _ row: Int) -> Int64? {
        switch column.value(at: row) {
        case .integer(let value), .timestamp(let value): value
        case .date(let value): Int64(value)
        default: nil
        }
    }

    private func real(_ item: Item, _ column: Column, _ row: Int, _ out: inout TextBuffer) -> Bool {
        var digits: FormatDigits
        switch column.value(at: row) {
        case .decimal(let unscaled, let scale): digits = FormatDigits(decimal: unscaled, scale: scale)
        case .double(let value):
            guard value.isFinite else {
                if value.isNaN { out.append("NaN") } else {
                    if value < 0 { out.append(item.flags.contains(UInt8(ascii: "(")) ? UInt8(ascii: "(") : UInt8(ascii: "-")) } else if item.flags.contains(UInt8(ascii: "+")) {
                        out.append(UInt8(ascii: "+"))
                    }
                    out.append("Infinity")
                    if value < 0, item.flags.contains(UInt8(ascii: "(")) { out.append(UInt8(ascii: ")")) }
                }
                return false
            }
            digits = column.type == .float ? FormatDigits(shortest: Float(value)) : FormatDigits(shortest: value)
        default: return false
        }
        let precision = item.precision ?? 6
        switch item.conversion {
        case UInt8(ascii: "f"):
            digits.round(places: precision, .halfUp)
            signed(digits, item, places: precision, &out)
        case UInt8(ascii: "e"): scientific(digits, item, precision, &out)
        default:
            // General: by the size of the rounded number.
            let wanted = max(precision, 1)
            if digits.isZero { return signedZero(digits, item, wanted - 1, &out) }
            var rounded = digits
            rounded.round(places: wanted - rounded.point, .halfUp)
            if rounded.point > -4, rounded.point <= wanted {
                digits.round(places: wanted - rounded.point, .halfUp)
                signed(digits, item, places: wanted - rounded.point, &out)
            } else {
                scientific(digits, item, wanted - 1, &out)
            }
        }
        return true
    }

    private func signedZero(_ digits: FormatDigits, _ item: Item, _ places: Int, _ out: inout TextBuffer) -> Bool {
        signed(digits, item, places: places, &out)
        return true
    }

    private func scientific(_ digits: FormatDigits, _ item: Item, _ precision: Int, _ out: inout TextBuffer) {
        var mantissa = digits
        var exponent = digits.isZero ? 0 : digits.point - 1
        mantissa.point = digits.isZero ? 0 : 1
        mantissa.round(places: precision, .halfUp)
        if mantissa.point > 1 {
            mantissa.point = 1
            exponent += 1
        }
        signed(mantissa, item, places: precision, &out) { out in
            out.append(UInt8(ascii: "e"))
            out.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
            if exponent.magnitude < 10 { out.append(48) }
            out.append(integer: Int64(exponent.magnitude))
        }
    }

    private func signed(_ digits: FormatDigits, _ item: Item, places: Int, _ out: inout TextBuffer, _ suffix: (inout TextBuffer) -> Void = { _ in }) {
        let inParentheses = digits.isNegative && item.flags.contains(UInt8(ascii: "("))
        if inParentheses { out.append(UInt8(ascii: "(")) } else if digits.isNegative { out.append(UInt8(ascii: "-")) } else if item.flags.contains(UInt8(ascii: "+")) {
            out.append(UInt8(ascii: "+"))
        } else if item.flags.contains(0x20) {
            out.append(0x20)
        }
        digits.write(minimum: 1, grouping: item.flags.contains(UInt8(ascii: ",")) ? 3 : 0, places: places, point: item.flags.contains(UInt8(ascii: "#")), to: &out)
        suffix(&out)
        if inParentheses { out.append(UInt8(ascii: ")")) }
    }
}
