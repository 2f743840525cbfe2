internal import Columnar
internal import Engine

/// What Lua's operators do with Columns, and with the values of records that Lua has no type for.
extension CallCheck {
    /// What an operator gives. Lua's own `and`, `or`, `not` and `==` see that a Column is there, and no row of it.
    mutating func operation(_ sign: String, _ operands: [LuaSyntax.ID], _ id: LuaSyntax.ID) -> KnownValue {
        let areColumns = operands.map { known[$0].className == ColumnObject.className }
        guard areColumns.contains(true) else { return .unknown }
        func say(_ what: String, _ advice: String) {
            add(.error, .wrongArgument, "'\(sign)' of Lua \(what)", [signSpan(sign, operands, id)], id, advice: advice)
        }
        switch sign {
        case "and", "or":
            guard areColumns == [true, true] else { return areColumns[0] && sign == "or" ? known[operands[0]] : .unknown }
            let (kept, dropped) = sign == "and" ? ("second", "first") : ("first", "second")
            say("between two Columns gives the \(kept) and forgets the \(dropped)", sign == "and" ? "write (a) & (b)" : "write (a) | (b)")
            return .object(ColumnObject.className)
        case "not":
            say("before a Column is always false", "write ~(a)")
            return .unknown
        case "==", "~=":
            let other = areColumns[0] ? operands[1] : operands[0]
            if areColumns == [true, true] || (known[other].value.map { if case .nil = $0 { false } else { true } } ?? false) {
                say("compares the Column itself and no rows", sign == "==" ? "write a:eq(b)" : "write a:ne(b)")
            }
            return .unknown
        case "<", "<=", ">", ">=", "#": return .unknown
        default: return .object(ColumnObject.className)
        }
    }

    /// Where the operator stands: between its operands, or before the only one.
    private func signSpan(_ sign: String, _ operands: [LuaSyntax.ID], _ id: LuaSyntax.ID) -> Range<Int> {
        let whole = syntax.expressions[id].span
        let range = operands.count == 1 ? whole : syntax.expressions[operands[0]].span.upperBound..<syntax.expressions[operands[1]].span.lowerBound
        let bytes = Array(sign.utf8)
        guard range.count >= bytes.count, let start = (range.lowerBound...(range.upperBound - bytes.count)).first(where: { syntax.source[$0..<$0 + bytes.count].elementsEqual(bytes) })
        else { return whole }
        return start..<start + bytes.count
    }

    /// Comparisons of fields with literals of another type, which no record fulfils: Lua finds values of two types unequal without a word.
    mutating func checkComparisons(of reads: [(id: LuaSyntax.ID, name: String, span: Range<Int>)], _ schema: Schema) {
        let fields = Dictionary(reads.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (id, expression) in syntax.expressions.enumerated() {
            guard case .binary(let sign, let left, let right) = expression.kind, sign == "==" || sign == "~=" else { continue }
            let (read, literal) = fields[left] != nil ? (left, right) : (right, left)
            guard let name = fields[read], let type = schema.fields.first(where: { $0.name == name })?.type, let field = LuaKind(type), let other = LuaKind(syntax.expressions[literal].kind),
                field != other
            else { continue }
            let advice = field.advice(for: other, source(of: read), source(of: literal))
            add(
                .warning, .incompatibleTypes, "'\(name)' of type \(type.hiveName) never equals \(other.rawValue), so this is always \(sign == "==" ? "false" : "true")",
                [syntax.expressions[literal].span], id, advice: advice)
        }
    }

    private func source(of id: LuaSyntax.ID) -> String { String(decoding: syntax.source[syntax.expressions[id].span], as: UTF8.self) }
}

/// What a value is to Lua's `==`.
private enum LuaKind: String {
    case number = "a number"
    case text = "a text"
    case boolean = "a boolean"
    case decimal = "a decimal"
    case date = "a date"
    case timestamp = "a timestamp"

    /// Of a field's values; nil where they may be of several kinds or are made of others.
    init?(_ type: DataType) {
        switch type {
        case .byte, .short, .int, .long, .float, .double: self = .number
        case .string: self = .text
        case .boolean: self = .boolean
        case .decimal: self = .decimal
        case .date: self = .date
        case .timestamp: self = .timestamp
        default: return nil
        }
    }

    /// Of a literal in a script.
    init?(_ literal: LuaSyntax.Kind) {
        switch literal {
        case .number: self = .number
        case .string: self = .text
        case .true, .false: self = .boolean
        default: return nil
        }
    }

    /// How to compare a field of this kind with a literal of another.
    func advice(for literal: LuaKind, _ field: String, _ text: String) -> String {
        switch (self, literal) {
        case (.decimal, .number), (.decimal, .text):
            let digits = literal == .number ? "\"\(text)\"" : text
            return "compare with a decimal: \(field) == require(\"mastic.values\").decimal(\(digits))"
        case (.date, .text): return "compare with a date: \(field) == require(\"mastic.values\").date(\(text))"
        case (.timestamp, .text): return "compare with a timestamp: \(field) == require(\"mastic.values\").timestamp(\(text))"
        case (.text, .number): return "compare with a text, \(field) == \"\(text)\", or with its number: tonumber(\(field)) == \(text)"
        case (.number, .text): return "write the number without quotation marks"
        case (.boolean, _): return "compare with true or false, or test it as it is: if \(field) then"
        default: return "compare with a value of the field's type"
        }
    }
}
