/// What a kernel computes with: a column, or one value that stands for every row.
public enum Operand: Sendable {
    case column(Column)
    /// A column of one row.
    case constant(Column)

    public var type: DataType {
        switch self {
        case .column(let column), .constant(let column): column.type
        }
    }

    /// The column, or the constant's one row.
    public var storage: Column {
        switch self {
        case .column(let column), .constant(let column): column
        }
    }

    public var isConstant: Bool { if case .constant = self { true } else { false } }

    /// Whether the operand is a constant null.
    public var isNullConstant: Bool { if case .constant(let column) = self { column.isNull(0) } else { false } }

    /// The operand as a column of `count` rows.
    public func column(count: Int) -> Column {
        switch self {
        case .column(let column): return column
        case .constant(let column):
            if column.isNull(0) { return .nulls(column.type, count: count) }
            return column.take(Values(Buffer(zeroed: count * 4), count: count))
        }
    }

    /// The operand cast; see `Column.cast`.
    public func cast(to type: DataType) -> Operand { map { $0.cast(to: type) } }

    func map(_ body: (Column) -> Column) -> Operand {
        switch self {
        case .column(let column): .column(body(column))
        case .constant(let column): .constant(body(column))
        }
    }

    /// The rows of the two; 1 where both are constants.
    static func rowCount(_ operands: [Operand]) -> Int {
        for case .column(let column) in operands { return column.count }
        return 1
    }

    /// `column` as the result of operands: a constant where all of them were.
    static func result(_ column: Column, of operands: [Operand]) -> Operand {
        operands.allSatisfy(\.isConstant) ? .constant(column) : .column(column)
    }

    /// The rows for which all operands have a value: nil when that is all of them. The operands must be flat.
    static func validity(_ operands: [Operand], count: Int) -> Bitmap? {
        var result: Bitmap?
        for operand in operands {
            switch operand {
            case .column(let column): result = Bitmap.and(result, column.presence)
            case .constant(let column): if column.isNull(0) { return Bitmap(repeating: false, count: count) }
            }
        }
        return result
    }
}

extension Column {
    /// The rows that have a value, whatever the storage; nil when that is all of them.
    public var presence: Bitmap? {
        switch storage {
        case .null: return Bitmap(repeating: false, count: count)
        case .choice(let tags, _, _):
            let bits = packedBits(count) { tags[$0] != Column.nullTag }
            return bits.setCount == count ? nil : bits
        case .dictionary(let indices, let values):
            guard let inner = values.presence else { return validity }
            return Bitmap.and(validity, packedBits(count) { inner[Int(indices[$0])] })
        default: return validity
        }
    }

    /// The first row's value. (A pointer out of a column that nothing else holds would outlive it.)
    func firstValue<T: BitwiseCopyable>(of type: T.Type) -> T { withExtendedLifetime(self) { fixedValues(of: T.self)[0] } }

    /// A boolean column.
    public convenience init(_ bits: Bitmap, validity: Bitmap? = nil) {
        self.init(type: .boolean, count: bits.count, validity: validity, storage: .bits(bits))
    }
}
