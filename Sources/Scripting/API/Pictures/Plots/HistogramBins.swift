internal import Columnar
internal import Engine
internal import Glibc

/// Bins of one width over the values between two bounds.
package struct HistogramBins: Equatable {
    package let edges: [Double]
    let width: Double
    /// How the number of a value's bin is found.
    private enum Rule: Equatable {
        /// Multiples of a step: `floor(x / step) - first`; of steps below 1 the inverse is exact, and multiplied.
        case multiples(of: Double, inverse: Bool, first: Double)
        /// Equal parts from the least to the greatest value.
        case parts(low: Double, high: Double)
        case one
    }
    private let rule: Rule

    package var count: Int { edges.count - 1 }

    /// - Parameters:
    ///   - count: how many values there are.
    ///   - wanted: the number of bins; nil for about as many as the values deserve, between round numbers.
    package init(low: Double, high: Double, count: Int, unit: AxisUnit, wanted: Int? = nil) {
        let span = high / 2 - low / 2
        guard span > 0, span.isFinite, span > abs(high) * 1e-14 else {
            let half = unit == .whole ? 0.5 : max(abs(low) * 1e-3, 0.5)
            (edges, width, rule) = ([low - half, low + half], half * 2, .one)
            return
        }
        // Twice the cube root (Rice's rule), within what can be looked at.
        let most = Double(max(8, min(30, Int((2 * cbrt(Double(count))).rounded(.up)))))
        if wanted == nil, span < 1e15 {
            let step: Double
            switch unit {
            case .number, .whole: step = Scale.step(span * 2 / most, isWhole: unit == .whole)
            case .date, .timestamp:
                let days: Double = unit == .date ? 1 : MomentText.day
                let hours = unit == .date ? [] : [1e6, 1e7, 6e7, 3e8, 6e8, 1.8e9, 3.6e9, 1.08e10, 2.16e10, 4.32e10]
                let steps = hours + [1, 2, 7, 14, 30, 91, 182, 365, 730, 1826, 3652, 18_262, 36_525].map { $0 * days }
                step = steps.first { $0 >= span * 2 / most } ?? Scale.step(span * 2 / most, isWhole: true)
            }
            let isInverse = step < 1
            let factor = isInverse ? (1 / step).rounded() : step
            let first = (isInverse ? low * factor : low / factor).rounded(.down)
            let last = (isInverse ? high * factor : high / factor).rounded(.down)
            if last - first < 10_000, abs(first) < 9e15, abs(last) < 9e15 {
                edges = (0...Int(last - first) + 1).map { isInverse ? (first + Double($0)) / factor : (first + Double($0)) * factor }
                width = step
                rule = .multiples(of: factor, inverse: isInverse, first: first)
                return
            }
        }
        let parts = wanted ?? Int(most)
        edges = (0...parts).map { low + (high / 2 - low / 2) * (Double($0) / Double(parts)) * 2 }
        width = span / Double(parts) * 2
        rule = .parts(low: low, high: high)
    }

    /// The number of the bin of a finite double, from 0.
    func expression(of x: Expression) throws -> Expression {
        func number(_ value: Double) -> Expression { .literal(value) }
        switch rule {
        // A key that is a number would be the number of a column.
        case .one: return try Expression(sql: "if(_0 is null, 1, 0)", [x])
        case .multiples(let factor, let isInverse, let first):
            return try Expression(sql: isInverse ? "cast(floor(_0 * _1) - _2 as bigint)" : "cast(floor(_0 / _1) - _2 as bigint)", [x, number(factor), number(first)])
        case .parts(let low, let high):
            // Halves, because the difference of two great numbers may be none.
            let share = try Expression(sql: "(_0 / 2D - _1) / _2", [x, number(low / 2), number(high / 2 - low / 2)])
            return try Expression(sql: "cast(least(greatest(floor(_0 * _1), 0), _2) as bigint)", [share, number(Double(count)), number(Double(count - 1))])
        }
    }
}
