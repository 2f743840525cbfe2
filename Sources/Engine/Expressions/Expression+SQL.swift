internal import Columnar

/// Expressions as SQL text that reads back as the same expression (`Expression.init(parsing:)`), with no more parentheses than it needs.
extension Expression: CustomStringConvertible {
    public var description: String { text(0) }

    /// How tightly an expression holds together; a part that holds less than its place asks for gets parentheses.
    private var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .not(.isNull): 4
        case .not: 3
        case .comparison, .identity, .isNull, .membership, .like: 4
        case .subquery(let subquery) where subquery.kind == .membership: 4
        case .arithmetic(_, let operation, _): operation == .add || operation == .subtract ? 5 : 6
        case .negation: 7
        case .located(let operand, _), .checked(let operand): operand.precedence
        case .literal(.integer(let value), _) where value < 0: 7
        case .literal(.double(let value), _) where value.sign == .minus: 7
        case .literal(.decimal(let value, _), _) where value < 0: 7
        default: 8
        }
    }

    private func text(_ place: Int) -> String {
        let text = bareText
        return precedence < place ? "(\(text))" : text
    }

    private var bareText: String {
        switch self {
        case .field(let path): return path.map(Expression.quoted).joined(separator: ".")
        case .literal(let value, let type): return value.sqlText(type)
        case .cast(let operand, let type): return "cast(\(operand.text(0)) as \(type.hiveName))"
        case .comparison(let a, let comparison, let b): return "\(a.text(5)) \(comparison.rawValue) \(b.text(5))"
        case .identity(let a, let b): return "\(a.text(5)) <=> \(b.text(5))"
        case .and(let a, let b): return "\(a.text(2)) AND \(b.text(3))"
        case .or(let a, let b): return "\(a.text(1)) OR \(b.text(2))"
        case .not(.isNull(let operand)): return "\(operand.text(5)) IS NOT NULL"
        case .not(let operand): return "NOT \(operand.text(3))"
        case .arithmetic(let a, let operation, let b):
            return "\(a.text(precedence)) \(operation.rawValue) \(b.text(precedence + 1))"
        case .negation(let operand): return "-\(operand.text(8))"
        case .isNull(let operand): return "\(operand.text(5)) IS NULL"
        case .membership(let value, let list): return "\(value.text(5)) IN (\(list.map { $0.text(0) }.joined(separator: ", ")))"
        case .like(let operand, let pattern, let escape):
            let text = "\(operand.text(5)) LIKE \(Expression.quotedText(Array(pattern.utf8), keepsPatterns: true))"
            switch escape {
            case UInt8(ascii: "\\")?: return text
            case let escape?: return text + " ESCAPE '\(escape == UInt8(ascii: "'") ? "''" : String(Unicode.Scalar(escape)))'"
            case nil: return text
            }
        case .conditional(let branches, let otherwise):
            let cases = branches.map { " WHEN \($0.condition.text(0)) THEN \($0.value.text(0))" }.joined()
            return "CASE\(cases)\(otherwise.map { " ELSE \($0.text(0))" } ?? "") END"
        case .call(let function, let arguments) where function.isOperator:
            // In parentheses, so that nothing hangs on how tightly they hold.
            return arguments.count == 2 ? "(\(arguments[0].text(8)) \(function.name) \(arguments[1].text(8)))" : "\(function.name)\(arguments.first?.text(8) ?? "")"
        case .call(let function, let arguments) where arguments.count == 2 && ["trim", "ltrim", "rtrim"].contains(function.name):
            let side = function.name == "trim" ? "BOTH" : function.name == "ltrim" ? "LEADING" : "TRAILING"
            return "trim(\(side) \(arguments[0].text(0)) FROM \(arguments[1].text(0)))"
        case .call(let function, let arguments): return "\(function.name)(\(arguments.map { $0.text(0) }.joined(separator: ", ")))"
        case .window(let call): return call.description
        case .aggregate(let call): return call.description
        case .generator(.stack(let rows), let arguments): return "stack(\(rows), \(arguments.map { $0.text(0) }.joined(separator: ", ")))"
        case .generator(let generator, let arguments): return "\(generator.name)(\(arguments.map { $0.text(0) }.joined(separator: ", ")))"
        case .userFunction(let function, let arguments): return "\(function.name)(\(arguments.map { $0.text(0) }.joined(separator: ", ")))"
        case .subquery(let subquery):
            switch subquery.kind {
            case .scalar: return "(\(subquery.query.query))"
            case .exists: return "EXISTS (\(subquery.query.query))"
            case .membership:
                let values = subquery.values.map { $0.text(0) }.joined(separator: ", ")
                return "\(subquery.values.count == 1 ? subquery.values[0].text(5) : "(\(values))") IN (\(subquery.query.query))"
            }
        case .lambda(let parameters, let body):
            let list = parameters.count == 1 ? parameters[0] : "(\(parameters.joined(separator: ", ")))"
            return "\(list) -> \(body.text(0))"
        case .interval(let interval): return interval.description
        case .alias(let operand, let name): return "\(operand.text(0)) AS \(Expression.quoted(name))"
        case .star(let table): return (table.map(Expression.quoted) + ["*"]).joined(separator: ".")
        case .attribute(let reference): return Expression.quoted(reference.name)
        case .located(let operand, _), .checked(let operand): return operand.bareText
        }
    }

    /// A name as SQL writes it: in back-ticks when it is more than letters, digits and underscores, or a word of the language.
    static func quoted(_ name: String) -> String {
        let isPlain =
            !name.isEmpty && !name.utf8.first!.isDigit && name.utf8.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "_") }
            && !SQLWords.reserved.contains(name.lowercased()) && !SQLWords.values.contains(name.lowercased())
        return isPlain ? name : "`\(name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``"))`"
    }

    /// A string literal. A LIKE pattern keeps the backslash before `%` and `_`, which the language leaves alone.
    static func quotedText(_ bytes: [UInt8], keepsPatterns: Bool = false) -> String {
        var out: [UInt8] = [UInt8(ascii: "'")]
        for (i, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "'"): out += [byte, byte]
            case UInt8(ascii: "\\"):
                let next = i + 1 < bytes.count ? bytes[i + 1] : 0
                out += keepsPatterns && (next == UInt8(ascii: "%") || next == UInt8(ascii: "_")) ? [byte] : [byte, byte]
            case UInt8(ascii: "\n"): out += Array("\\n".utf8)
            case UInt8(ascii: "\t"): out += Array("\\t".utf8)
            case UInt8(ascii: "\r"): out += Array("\\r".utf8)
            default: out.append(byte)
            }
        }
        return String(decoding: out + [UInt8(ascii: "'")], as: UTF8.self)
    }
}

extension AggregateCall: CustomStringConvertible {
    public var description: String {
        function.text(shownName ?? function.name, arguments.map(\.description), isDistinct: isDistinct) + (filter.map { " FILTER (WHERE \($0))" } ?? "")
    }
}

extension Interval: CustomStringConvertible {
    public var description: String {
        var parts: [String] = []
        if months != 0 { parts.append("\(months) months") }
        if days != 0 { parts.append("\(days) days") }
        if microseconds != 0 || parts.isEmpty { parts.append("\(microseconds) microseconds") }
        return "INTERVAL \(parts.joined(separator: " "))"
    }
}

extension Value {
    /// The value as a literal of a type, in SQL.
    func sqlText(_ type: DataType) -> String {
        var out = TextBuffer()
        switch self {
        case .null: return type == .null ? "NULL" : "cast(NULL as \(type.hiveName))"
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value):
            let natural: DataType = Int32(exactly: value) == nil ? .long : .int
            switch type {
            case natural, .null: return "\(value)"
            case .byte: return "\(value)Y"
            case .short: return "\(value)S"
            default: return "\(value)L"
            }
        case .double(let value):
            if !value.isFinite { return "double('\(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")')" }
            out.append(double: value)
            return out.string + (type == .float ? "F" : "D")
        case .decimal(let unscaled, let scale):
            out.append(decimal: unscaled, scale: scale)
            return out.string + (scale == 0 ? "BD" : "")
        case .string(let bytes): return Expression.quotedText(bytes)
        case .binary(let bytes):
            for byte in bytes { out.append(hex: byte) }
            return "X'\(out.string)'"
        case .date(let days):
            out.append(date: days)
            return "DATE '\(out.string)'"
        case .timestamp(let microseconds):
            out.append(timestamp: microseconds)
            return "TIMESTAMP '\(out.string)'"
        case .array, .struct, .map:
            Column(type, values: [self]).appendJSON(row: 0, to: &out)
            return out.string
        }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    /// A letter, or part of a character outside ASCII.
    var isLetter: Bool { (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")) || self >= 0x80 }
}
