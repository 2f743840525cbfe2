internal import Columnar
internal import Glibc

/// What the numbers along an axis are.
package enum AxisUnit: Sendable, Equatable {
    case number
    /// Whole numbers, between which no tick stands.
    case whole
    /// Days since 1970.
    case date
    /// Microseconds since 1970.
    case timestamp

    /// A value in full, as a caption names it.
    func text(_ value: Double) -> String {
        switch self {
        case .number, .whole: NumberText.value(value)
        case .date: MomentText.date(days: value)
        case .timestamp: MomentText.moment(microseconds: value)
        }
    }
}

/// A place on an axis with its label.
package struct Tick: Sendable, Equatable {
    let value: Double
    package let label: String
}

/// From values to places on an axis, and the round numbers along it.
package struct Scale: Sendable, Equatable {
    /// The values at the two ends.
    let low: Double
    let high: Double
    let isLogarithmic: Bool
    package let ticks: [Tick]

    /// A scale over the values from `low` to `high`.
    ///
    /// - Parameters:
    ///   - most: how many ticks there is room for.
    ///   - isRound: whether the scale goes on to the next ticks on both sides.
    package init(_ low: Double, _ high: Double, unit: AxisUnit, most: Int, isLogarithmic: Bool = false, isRound: Bool = true) {
        let most = max(2, most)
        // Differences of the greatest doubles would not be finite.
        var (low, high) = (max(-1e300, min(low, high)), min(1e300, max(low, high)))
        if isLogarithmic, low > 0 {
            // The least and the greatest doubles have no room around them.
            (low, high) = (max(1e-290, min(low, 1e290)), max(1e-290, min(high, 1e290)))
            if low == high { (low, high) = (low / 10, high * 10) }
            let first = log10(low).rounded(.down)
            let last = max(first + 1, log10(high).rounded(.up))
            let stride = max(1, Int(((last - first) / Double(most - 1)).rounded(.up)))
            var ticks: [Tick] = []
            var power = Int(first)
            while power <= Int(last) {
                let value = pow(10, Double(power))
                ticks.append(Tick(value: value, label: NumberText.tick(value, step: value, largest: value)))
                power += stride
            }
            self.low = isRound ? pow(10, first) : low
            self.high = isRound ? pow(10, last) : high
            (self.isLogarithmic, self.ticks) = (true, ticks.filter { [l = self.low, h = self.high] in $0.value >= l * 0.999 && $0.value <= h * 1.001 })
            return
        }
        if high - low <= abs(high) * 1e-12 || high - low < 1e-300 {
            // One value stands in the middle.
            let room = unit == .timestamp ? MomentText.day / 2 : unit == .number && low != 0 ? abs(low) / 2 : 1
            (low, high) = (low - room, high + room)
        }
        switch unit {
        case .number, .whole:
            let step = Scale.step((high - low) / Double(isRound ? most - 1 : most), isWhole: unit == .whole)
            let (first, last) = isRound ? ((low / step + 1e-9).rounded(.down), (high / step - 1e-9).rounded(.up)) : ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
            let values = (0...max(0, min(100, Int(max(0, last - first))))).map { (first + Double($0)) * step }
            let largest = values.reduce(0) { max($0, abs($1)) }
            ticks = values.map { Tick(value: $0, label: NumberText.tick($0, step: step, largest: largest)) }
            (self.low, self.high) = isRound ? (min(low, values[0]), max(high, values[values.count - 1])) : (low, high)
        case .date, .timestamp:
            let factor = unit == .date ? MomentText.day : 1
            // A day is the least that dates differ by.
            let (moments, step) = Scale.moments(low * factor, high * factor, most: most, least: unit == .date ? MomentText.day : 1)
            ticks = moments.map { Tick(value: $0 / factor, label: MomentText.tick(microseconds: $0, step: step)) }
            (self.low, self.high) = (low, high)
        }
        self.isLogarithmic = false
    }

    /// Where a value stands, from 0 to 1; nil for what is not on the axis, such as 0 on a logarithmic one.
    package func place(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        if isLogarithmic {
            guard value > 0 else { return nil }
            return min(1, max(0, (log10(value) - log10(low)) / (log10(high) - log10(low))))
        }
        // Halves, so that the difference of two great numbers is one.
        return min(1, max(0, (value / 2 - low / 2) / (high / 2 - low / 2)))
    }

    /// The next of 1, 2 and 5 times a power of ten.
    static func step(_ wanted: Double, isWhole: Bool) -> Double {
        guard wanted.isFinite, wanted > 1e-300 else { return 1 }
        let power = pow(10, log10(wanted).rounded(.down))
        let share = wanted / power
        let step = (share <= 1.0000001 ? 1 : share <= 2.0000001 ? 2 : share <= 5.0000001 ? 5 : 10) * power
        return isWhole ? max(1, step) : step
    }

    // MARK: Time

    private static let second = 1_000_000.0
    /// Steps of one length, in microseconds.
    private static let steps: [Double] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200].map { $0 * second } + [1, 2, 7, 14].map { $0 * MomentText.day }
    /// Steps of months.
    private static let months = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 60000, 120_000]

    /// The round moments between two, and about how far they stand apart.
    private static func moments(_ low: Double, _ high: Double, most: Int, least: Double) -> ([Double], Double) {
        let wanted = max((high - low) / Double(most), least)
        if wanted < second || abs(low) > 3e7 * MomentText.day || abs(high) > 3e7 * MomentText.day {
            let step = self.step(wanted, isWhole: true)
            return (multiples(of: step, low, high), step)
        }
        if let step = steps.first(where: { $0 >= wanted }) {
            // Weeks begin on Monday; 1970 began on a Thursday.
            let shift = step >= 7 * MomentText.day ? 4 * MomentText.day : 0
            return (multiples(of: step, low - shift, high - shift).map { $0 + shift }, step)
        }
        let stride = months.first { Double($0) * 30.4 * MomentText.day >= wanted } ?? months[months.count - 1]
        let first = CivilDate(days: Int((low / MomentText.day).rounded(.down)))
        var month = (first.year * 12 + first.month - 1) / stride * stride
        var found: [Double] = []
        while found.count < 100 {
            let moment = Double(CivilDate(year: month / 12, month: month % 12 + 1, day: 1).days) * MomentText.day
            if moment > high { break }
            if moment >= low { found.append(moment) }
            month += stride
        }
        return (found, Double(stride) * 30.4 * MomentText.day)
    }

    private static func multiples(of step: Double, _ low: Double, _ high: Double) -> [Double] {
        let first = (low / step).rounded(.up)
        let last = (high / step).rounded(.down)
        guard last >= first else { return [] }
        return (0...min(100, Int(last - first))).map { (first + Double($0)) * step }
    }
}
