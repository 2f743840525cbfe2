internal import Glibc

/// Draws rows at random: how often each row of a numbered run is taken.
///
/// A draw is a function of the seed, the run's number and the row's place in it, so the same rows come from the same runs, whatever the threads.
public struct RowSampler: Sendable {
    public let fraction: Double
    public let withReplacement: Bool
    /// Where the range of numbers begins that draw a row, of those from 0 to 1 of which each row has one.
    private let lowerBound: Double
    private let seed: UInt64

    /// - Parameter fraction: a probability, or with replacement the mean number of times that a row is taken. What is below 0, or no number, is 0.
    public init(fraction: Double, withReplacement: Bool, seed: Int64, lowerBound: Double = 0) {
        self.lowerBound = lowerBound
        self.fraction = fraction > 0 ? fraction : 0
        (self.withReplacement, self.seed) = (withReplacement, RowSampler.mix(UInt64(bitPattern: seed) ^ 0x9e37_79b9_7f4a_7c15))
    }

    /// The rows that are taken of `count` rows of a run, the first of which is row `first`; a row that is taken twice stands there twice.
    public func rows(run: Int, first: Int, count: Int) -> Values<Int32> {
        var rows = GrowingBuffer<Int32>(capacity: max(16, Int(Double(count) * min(fraction, 4) * 1.1)))
        let base = RowSampler.mix(seed &+ UInt64(bitPattern: Int64(run)) &* 0xd1b5_4a32_d192_ed03)
        if !withReplacement {
            let upperBound = lowerBound + fraction
            for row in 0..<count {
                let number = RowSampler.uniform(base, first + row)
                if number < lowerBound || number >= upperBound { continue }
                rows.append(Int32(truncatingIfNeeded: row))
            }
            return rows.take()
        }
        for row in 0..<count {
            let times = RowSampler.poisson(mean: fraction, base, first + row)
            if times > 0 { rows.append(repeating: Int32(truncatingIfNeeded: row), count: times) }
        }
        return rows.take()
    }

    /// The finisher of SplitMix64.
    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// A number in 0..<1.
    @inline(__always)
    private static func uniform(_ base: UInt64, _ place: Int) -> Double {
        Double(mix(base &+ UInt64(bitPattern: Int64(place)) &* 0x9e37_79b9_7f4a_7c15) >> 11) * 0x1p-53
    }

    /// A draw of Poisson's distribution by inversion, in steps of a mean of at most 16, whose sum has it too.
    private static func poisson(mean: Double, _ base: UInt64, _ place: Int) -> Int {
        // No frame has use for a row more often.
        var left = min(mean, 1e6)
        var (total, step) = (0, 0)
        while left > 0 {
            let part = min(left, 16)
            left -= part
            let drawn = uniform(mix(base &+ UInt64(step) &* 0xa076_1d64_78bd_642f), place)
            var (count, probability) = (0, exp(-part))
            var sum = probability
            while drawn >= sum, count < 200 {
                count += 1
                probability *= part / Double(count)
                sum += probability
            }
            total += count
            step += 1
        }
        return total
    }
}
