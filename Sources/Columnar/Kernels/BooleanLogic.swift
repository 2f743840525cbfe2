/// SQL's three-valued logic (Kleene's) on boolean operands, and tests for null. An operand that is no boolean is cast to one first.
extension Operand {
    /// False where either is false, else null where either is null.
    public static func and(_ a: Operand, _ b: Operand) -> Operand {
        combine(a, b) { x, y in (x.true & y.true, x.false | y.false) }
    }

    /// True where either is true, else null where either is null.
    public static func or(_ a: Operand, _ b: Operand) -> Operand {
        combine(a, b) { x, y in (x.true | y.true, x.false & y.false) }
    }

    public static func not(_ a: Operand) -> Operand {
        let bool = a.cast(to: .boolean).map(\.flattened)
        return bool.map { Column($0.bits.inverted, validity: $0.validity) }
    }

    /// Whether each row is null; itself never null.
    public static func isNull(_ a: Operand) -> Operand {
        a.map { Column($0.presence?.inverted ?? Bitmap(repeating: false, count: $0.count)) }
    }

    public static func isNotNull(_ a: Operand) -> Operand {
        a.map { Column($0.presence ?? Bitmap(repeating: true, count: $0.count)) }
    }

    /// 64 rows: those that are surely true, and those that are surely false.
    private typealias Truth = (`true`: UInt64, `false`: UInt64)

    private static func combine(_ a: Operand, _ b: Operand, _ rule: (Truth, Truth) -> Truth) -> Operand {
        let count = rowCount([a, b])
        let (x, y) = (boolean(a, count), boolean(b, count))
        if x.validity == nil, y.validity == nil {
            let bits = packedWords(count) { i in rule((x.bits.word(i), ~x.bits.word(i)), (y.bits.word(i), ~y.bits.word(i))).true }
            return result(Column(bits), of: [a, b])
        }
        let (bits, validity) = (Buffer(size: (count + 63) / 64 * 8), Buffer(size: (count + 63) / 64 * 8))
        let (outBits, outValidity) = (bits.values(of: UInt64.self), validity.values(of: UInt64.self))
        func truth(_ column: Column, _ i: Int) -> Truth {
            let (value, present) = (column.bits.word(i), column.validity?.word(i) ?? .max)
            return (value & present, ~value & present)
        }
        for i in 0..<(count + 63) / 64 {
            let answer = rule(truth(x, i), truth(y, i))
            outBits[i] = answer.true
            outValidity[i] = answer.true | answer.false
        }
        return result(Column(Bitmap(bits, count: count), validity: Bitmap(validity, count: count)), of: [a, b])
    }

    private static func boolean(_ operand: Operand, _ count: Int) -> Column {
        operand.cast(to: .boolean).column(count: count).flattened
    }
}

extension Column {
    /// The rows of a boolean column that are true: neither false nor null. What a filter keeps.
    public var trueRows: Bitmap {
        let bool = type == .boolean ? flattened : cast(to: .boolean).flattened
        guard let validity = bool.validity else { return bool.bits }
        return bool.bits.and(validity)
    }
}
