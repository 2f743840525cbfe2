public import Columnar

/// About how many rows a node gives, and what their values are like. All of it is guessed, and decides only between plans that give the same rows.
package struct Estimate: Sendable {
    package var rows: Double
    var columns: [String: ColumnEstimate] = [:]
    /// Whether the rows of all sources below are known.
    var isKnown = true

    /// Rows of a source that says nothing.
    static let unknownRows = 1_000_000.0
}

struct ColumnEstimate: Sendable {
    /// Bounds as numbers, where the type has such.
    var min: Double?
    var max: Double?
    var nullFraction = 0.0
    /// How many different values there are among the rows.
    var distinct: Double?
    /// How many different values there were in the source, before rows were left out.
    var domain: Double?
    /// The rows of the source that the column comes from, which bound the combinations of its columns.
    var originRows: Double?
    /// Which source that is.
    var origin: ObjectIdentifier?
    /// The values themselves, of a column that has few.
    var values: Column?

    /// The estimate after rows were left out.
    func scaled(from before: Double, to after: Double) -> ColumnEstimate {
        var result = self
        if let distinct {
            // Of d values that n rows have, so many are still there among m of the rows.
            let perValue = Swift.max(1, before / Swift.max(1, distinct))
            let share = before > 0 ? Swift.min(1, after / before) : 0
            result.distinct = Swift.max(1, Swift.min(after, distinct * (1 - power(1 - share, perValue))))
        }
        return result
    }

    private func power(_ base: Double, _ exponent: Double) -> Double {
        if base <= 0 { return 0 }
        if exponent > 1000 { return base > 0.999999 ? 1 : 0 }
        var (result, factor, n) = (1.0, base, Int(exponent.rounded()))
        while n > 0 {
            if n & 1 == 1 { result *= factor }
            factor *= factor
            n >>= 1
        }
        return result
    }
}

extension Value {
    /// The value as a number that orders as it does; days for dates and moments.
    public var asNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value.isFinite ? value : nil
        case .decimal(let unscaled, let scale): Double(unscaled) / powerOfTen(scale)
        case .date(let days): Double(days)
        case .timestamp(let microseconds): Double(microseconds) / 86_400_000_000
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }
}

/// Ten to a power from 0 to 38.
func powerOfTen(_ exponent: some BinaryInteger) -> Double {
    var result = 1.0
    for _ in 0..<Swift.max(0, Swift.min(38, Int(exponent))) { result *= 10 }
    return result
}
