/// The six comparisons of SQL.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// The comparison that holds for (b, a) when this one holds for (a, b).
    public var flipped: Comparison {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }

    /// The comparison that holds when this one does not (and nothing is null).
    public var negated: Comparison {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        }
    }

    /// Whether it holds for two values in this order (negative, zero, positive).
    public func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

extension DataType {
    /// The type in which values of two types are compared, or nil where they cannot be.
    ///
    /// Numbers meet in the wider type. A string takes the other's type, as in Spark. Dates and timestamps meet as timestamps. A choice is compared
    /// member by member, so it gives `other`.
    public func comparisonType(with other: DataType) -> DataType? {
        if self == other { return self }
        switch (self, other) {
        case (.null, _): return other
        case (_, .null): return self
        case (.choice, _): return other
        case (_, .choice): return self
        case _ where isNumeric && other.isNumeric: return numericComparisonType(with: other)
        case (.string, .binary), (.binary, .string): return .binary
        case (.string, _) where !other.isNested: return other
        case (_, .string) where !isNested: return self
        case (.date, .timestamp), (.timestamp, .date): return .timestamp
        case (.boolean, _) where other.isNumeric: return other
        case (_, .boolean) where isNumeric: return self
        case (.array(let a), .array(let b)): return a.comparisonType(with: b).map { .array($0) }
        case (.struct(let a), .struct(let b)) where a.count == b.count:
            var fields: [Field] = []
            for (x, y) in zip(a, b) {
                guard let type = x.type.comparisonType(with: y.type) else { return nil }
                fields.append(Field(x.name, type))
            }
            return .struct(fields)
        default: return nil
        }
    }

    private func numericComparisonType(with other: DataType) -> DataType {
        switch (self, other) {
        case _ where isInteger && other.isInteger: return integerWidth >= other.integerWidth ? self : other
        case (.decimal(let p1, let s1), .decimal(let p2, let s2)):
            return .decimal(holdingWhole: max(p1 - s1, p2 - s2), scale: max(s1, s2))
        case (.decimal(let precision, let scale), _) where other.isInteger:
            return .decimal(holdingWhole: max(precision - scale, other.decimalDigits), scale: scale)
        case (_, .decimal) where isInteger: return other.numericComparisonType(with: self)
        default: return .double
        }
    }

    /// A decimal with so many digits before and behind the point; where those are more than 38, the ones before it are kept.
    static func decimal(holdingWhole digits: Int, scale: Int) -> DataType {
        .decimal(precision: min(38, digits + scale), scale: digits + scale <= 38 ? scale : max(0, 38 - digits))
    }

    /// Decimal digits that every value of an integer type has room in (Spark's `DecimalType.forType`).
    var decimalDigits: Int {
        switch self {
        case .byte: 3
        case .short: 5
        case .int: 10
        default: 20
        }
    }
}

/// Comparing kernels. Three-valued: a null operand makes the row null. NaN equals itself and is above every number; -0.0 equals 0.0.
/// Integers and doubles are compared by their exact values, decimals too.
extension Operand {
    /// Compares row by row; a boolean.
    ///
    /// Where the types cannot be compared (`DataType.comparisonType` is nil) every row is null.
    public static func compare(_ a: Operand, _ comparison: Comparison, _ b: Operand) -> Operand {
        let count = rowCount([a, b])
        guard !a.isNullConstant, !b.isNullConstant, let common = a.type.comparisonType(with: b.type) else {
            return result(.nulls(.boolean, count: count), of: [a, b])
        }
        if case .choice = a.type { return result(compareMembers(a, comparison, b, count), of: [a, b]) }
        if case .choice = b.type { return result(compareMembers(b, comparison.flipped, a, count), of: [a, b]) }
        // A dictionary is compared once, not row by row.
        if case .column(let column) = a, case .dictionary(let indices, let values) = column.storage, b.isConstant, values.count <= count {
            let compared = compare(.column(values), comparison, b).storage
            return .column(compared.take(indices).masking(column.validity))
        }
        if case .column(let column) = b, case .dictionary = column.storage, a.isConstant { return compare(b, comparison.flipped, a) }
        let (x, y) = (a.map(\.flattened), b.map(\.flattened))
        let bits = compareValues(x, comparison, y, common, count)
        return result(Column(bits.bits, validity: Bitmap.and(validity([x, y], count: count), bits.validity)), of: [a, b])
    }

    /// Whether the rows are equal, where null equals null and nothing else: never null.
    public static func isIdentical(_ a: Operand, _ b: Operand) -> Operand {
        let count = rowCount([a, b])
        func absent(_ operand: Operand) -> Bitmap {
            switch operand {
            case .column(let column): column.presence?.inverted ?? Bitmap(repeating: false, count: count)
            case .constant(let column): Bitmap(repeating: column.isNull(0), count: count)
            }
        }
        let equal = compare(a, .equal, b).storage
        let bits = equal.validity.map { equal.bits.and($0) } ?? equal.bits
        return result(Column(bits.or(absent(a).and(absent(b)))), of: [a, b])
    }

    // MARK: Choices

    /// Compares the rows of each member by its own rule.
    private static func compareMembers(_ a: Operand, _ comparison: Comparison, _ b: Operand, _ count: Int) -> Column {
        let choice = a.column(count: count).flattened
        guard case .choice(let tags, let rows, let members) = choice.storage else { preconditionFailure("a choice column without tags") }
        var parts: [Column] = []
        let places = Buffer(size: count * 4)
        let place = places.values(of: Int32.self)
        for i in 0..<count { place[i] = -1 }
        var total: Int32 = 0
        for member in members.indices {
            var memberRows = GrowingBuffer<Int32>(capacity: 16)
            var outer = GrowingBuffer<Int32>(capacity: 16)
            for i in 0..<count where Int(tags[i]) == member {
                memberRows.append(rows[i])
                outer.append(Int32(i))
                place[i] = total
                total += 1
            }
            if outer.count == 0 { continue }
            let left = Operand.column(members[member].take(memberRows.take()))
            let right: Operand = if case .column(let column) = b { .column(column.take(outer.take())) } else { b }
            parts.append(compare(left, comparison, right).storage)
        }
        if parts.isEmpty { return .nulls(.boolean, count: count) }
        return Column.concatenate(parts, as: .boolean).take(Values(places, count: count))
    }

    // MARK: One type

    /// The answers, and the rows for which there is one apart from the operands' own nulls (a string may be no number).
    private static func compareValues(
        _ a: Operand, _ comparison: Comparison, _ b: Operand, _ common: DataType, _ count: Int
    ) -> (bits: Bitmap, validity: Bitmap?) {
        switch (a.type, b.type) {
        case (.long, .float), (.long, .double): return (compareExactly(a, comparison, b.cast(to: .double), count), nil)
        case (.float, .long), (.double, .long): return (compareExactly(b, comparison.flipped, a.cast(to: .double), count), nil)
        case (.decimal, _) where b.type.isInteger || b.type.isDecimal: return (compareDecimals(a, comparison, b, count), nil)
        case (_, .decimal) where a.type.isInteger: return (compareDecimals(b, comparison.flipped, a, count), nil)
        default: break
        }
        // A constant of a wider integer type is brought to the column's type, where it fits; where not, all rows compare alike.
        if a.type.isInteger, b.type.isInteger, a.type != b.type, a.isConstant != b.isConstant {
            if a.isConstant { return compareValues(b, comparison.flipped, a, common, count) }
            let value = b.cast(to: .long).storage.firstValue(of: Int64.self)
            let narrow = b.cast(to: a.type)
            if narrow.cast(to: .long).storage.firstValue(of: Int64.self) == value { return compareValues(a, comparison, narrow, a.type, count) }
            return (Bitmap(repeating: comparison.holds(value > 0 ? -1 : 1), count: count), nil)
        }
        let (x, y) = (a.cast(to: common).map(\.flattened), b.cast(to: common).map(\.flattened))
        let validity = a.type == common && b.type == common ? nil : validity([x, y], count: count)
        return (compareAlike(x, comparison, y, common, count), validity)
    }

    private static func compareAlike(_ a: Operand, _ comparison: Comparison, _ b: Operand, _ type: DataType, _ count: Int) -> Bitmap {
        switch type {
        case .byte: return comparing(a, comparison, b, count, Int8.self)
        case .short: return comparing(a, comparison, b, count, Int16.self)
        case .int, .date: return comparing(a, comparison, b, count, Int32.self)
        case .long, .timestamp: return comparing(a, comparison, b, count, Int64.self)
        case .decimal: return comparing(a, comparison, b, count, Int128.self)
        case .float: return comparing(a, comparison, b, count, Float.self)
        case .double: return comparing(a, comparison, b, count, Double.self)
        case .string, .binary: return comparing(a, comparison, b, count, StringView.self)
        case .boolean:
            let (x, y) = (a.column(count: count).bits, b.column(count: count).bits)
            switch comparison {
            case .equal, .notEqual:
                let different = packedWords(count) { x.word($0) ^ y.word($0) }
                return comparison == .equal ? different.inverted : different
            case .less: return packedWords(count) { ~x.word($0) & y.word($0) }
            case .lessOrEqual: return packedWords(count) { ~x.word($0) | y.word($0) }
            case .greater: return packedWords(count) { x.word($0) & ~y.word($0) }
            case .greaterOrEqual: return packedWords(count) { x.word($0) | ~y.word($0) }
            }
        default:
            let (x, y) = (a.column(count: count), b.column(count: count))
            return packedBits(count) { comparison.holds(compareRows(x, $0, y, $0)) }
        }
    }

    /// All six comparisons from two: greater is less with the sides changed, the others are negations.
    private static func comparing<T: RowOrdered>(_ a: Operand, _ comparison: Comparison, _ b: Operand, _ count: Int, _ type: T.Type) -> Bitmap {
        let (first, second) = (a.storage, b.storage)
        defer { withExtendedLifetime((first, second)) {} }
        let (x, y) = (T.values(of: first), T.values(of: second))
        switch comparison {
        case .equal: return equalRows(x, a.isConstant, y, b.isConstant, count)
        case .notEqual: return equalRows(x, a.isConstant, y, b.isConstant, count).inverted
        case .less: return lessRows(x, a.isConstant, y, b.isConstant, count)
        case .greaterOrEqual: return lessRows(x, a.isConstant, y, b.isConstant, count).inverted
        case .greater: return lessRows(y, b.isConstant, x, a.isConstant, count)
        case .lessOrEqual: return lessRows(y, b.isConstant, x, a.isConstant, count).inverted
        }
    }

    // MARK: Across types

    /// Compares longs with doubles by their exact values.
    private static func compareExactly(_ a: Operand, _ comparison: Comparison, _ b: Operand, _ count: Int) -> Bitmap {
        let (first, second) = (a.storage, b.storage)
        defer { withExtendedLifetime((first, second)) {} }
        let (x, y) = (first.fixedValues(of: Int64.self), second.fixedValues(of: Double.self))
        let (stepX, stepY) = (a.isConstant ? 0 : 1, b.isConstant ? 0 : 1)
        return packedBits(count) { comparison.holds(compareExact(x[$0 * stepX], y[$0 * stepY])) }
    }

    /// Compares a decimal with a decimal of another scale or with an integer, without rounding.
    private static func compareDecimals(_ a: Operand, _ comparison: Comparison, _ b: Operand, _ count: Int) -> Bitmap {
        let scale = a.type.decimalScale
        let (first, second) = (a.storage, (b.type.isInteger ? b.cast(to: .decimal(precision: 38, scale: 0)) : b).storage)
        if let narrow = NarrowDecimals.compare(a, comparison, .init(second, b), count) { return narrow }
        let difference = scale - second.type.decimalScale
        if difference == 0 { return comparing(.init(first, a), comparison, .init(second, b), count, Int128.self) }
        defer { withExtendedLifetime((first, second)) {} }
        let (x, y) = (first.fixedValues(of: Int128.self), second.fixedValues(of: Int128.self))
        let (stepX, stepY) = (a.isConstant ? 0 : 1, b.isConstant ? 0 : 1)
        return packedBits(count) { comparison.holds(compareDecimal(x[$0 * stepX], y[$0 * stepY], difference)) }
    }
}

extension Operand {
    /// `column` in the form of another operand.
    private init(_ column: Column, _ other: Operand) { self = other.isConstant ? .constant(column) : .column(column) }
}

extension DataType {
    var isDecimal: Bool { if case .decimal = self { true } else { false } }

    /// The scale of a decimal; 0 for any other type.
    var decimalScale: Int { if case .decimal(_, let scale) = self { scale } else { 0 } }
}

/// Compares a long with a double by their exact values; NaN is above every number.
@inline(__always)
func compareExact(_ a: Int64, _ b: Double) -> Int {
    if b.isNaN || b >= 9_223_372_036_854_775_808 { return -1 }
    if b < -9_223_372_036_854_775_808 { return 1 }
    let whole = Int64(b)
    if a != whole { return a < whole ? -1 : 1 }
    let fraction = b - Double(whole)
    return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
}

/// Compares `a` / 10^`digits` with `b`; `digits` may be negative.
@inline(__always)
func compareDecimal(_ a: Int128, _ b: Int128, _ digits: Int) -> Int {
    let factor = PowersOfTen.integers.start[abs(digits)]
    let (x, y) = digits < 0 ? a.multipliedReportingOverflow(by: factor) : (a, false)
    let (z, w) = digits > 0 ? b.multipliedReportingOverflow(by: factor) : (b, false)
    // What overflows is larger than anything that does not.
    if y { return a < 0 ? -1 : 1 }
    if w { return b < 0 ? 1 : -1 }
    return x < z ? -1 : x == z ? 0 : 1
}

/// A bitmap of words from a function of the word's number.
@inline(__always)
func packedWords(_ count: Int, _ word: (Int) -> UInt64) -> Bitmap {
    let words = (count + 63) / 64
    let buffer = Buffer(size: words * 8)
    let out = buffer.values(of: UInt64.self)
    for i in 0..<words { out[i] = word(i) }
    return Bitmap(buffer, count: count)
}
