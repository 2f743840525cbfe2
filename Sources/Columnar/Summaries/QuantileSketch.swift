/// Where values lie among many, in bounded memory.
///
/// Up to `exactCount` values all are kept, and the answers are exact. Beyond them the values stand in levels, each value of a level for twice as many as one
/// of the level below: a level that is full is sorted, and every other value of it goes up (Karnin, Lang and Liberty, "Optimal quantile approximation in
/// streams", 2016). Of very many values only some are looked at, one of each block, chosen without a clock, so that the same values give the same answers. Ranks are
/// then off by less than 0.5 percent, mostly by much less.
public struct QuantileSketch: Sendable {
    /// Values up to which nothing is left out.
    public static let exactCount = 32_768
    private static let levelCount = 4_096
    /// Values up to which each is looked at.
    private static let lookedAt = 1 << 20

    private var levels: [[Double]] = [[]]
    /// All values that were given.
    public private(set) var count = 0
    /// Of each block of 2^shift values one is kept.
    private var shift = 0
    private var place = 0
    private var chosen = 0
    private var random: UInt64 = 0x9e37_79b9_7f4a_7c15
    private var isOdd = false

    public init() {}

    /// Whether no value was left out.
    public var isExact: Bool { shift == 0 && levels.count == 1 }

    /// Takes the values whose bits are set; all where there are none. Values that are not finite are passed over.
    public mutating func add(_ values: UnsafePointer<Double>, count n: Int, presence: Bitmap?) {
        for i in 0..<n where presence?[i] ?? true {
            let value = values[i]
            if value.isFinite { add(value) }
        }
    }

    public mutating func add(_ value: Double) {
        count += 1
        if shift == 0 {
            levels[0].append(value)
            if levels[0].count >= (levels.count == 1 ? Self.exactCount : Self.levelCount) { compact(0) }
            if count == Self.lookedAt { look(atOneOf: 1) }
            return
        }
        if place == chosen {
            while levels.count <= shift { levels.append([]) }
            levels[shift].append(value)
            if levels[shift].count >= Self.levelCount { compact(shift) }
        }
        place += 1
        if place == 1 << shift {
            place = 0
            choose()
            if count >= Self.lookedAt << shift, shift < 40 { look(atOneOf: shift + 1) }
        }
    }

    private mutating func look(atOneOf shift: Int) {
        (self.shift, place) = (shift, 0)
        choose()
    }

    private mutating func choose() {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        chosen = Int(truncatingIfNeeded: random >> 33) & (1 << shift - 1)
    }

    private mutating func compact(_ level: Int) {
        if level + 1 == levels.count { levels.append([]) }
        var values = levels[level]
        values.sort()
        // One that has no neighbour stays.
        let last = values.count % 2 == 1 ? values.popLast() : nil
        isOdd.toggle()
        for i in stride(from: isOdd ? 1 : 0, to: values.count, by: 2) { levels[level + 1].append(values[i]) }
        levels[level] = last.map { [$0] } ?? []
        if levels[level + 1].count >= Self.levelCount { compact(level + 1) }
    }

    public mutating func merge(_ other: QuantileSketch) {
        count += other.count
        while levels.count < other.levels.count { levels.append([]) }
        for (i, values) in other.levels.enumerated() { levels[i] += values }
        if other.shift > shift { look(atOneOf: other.shift) }
        var level = 0
        while level < levels.count {
            if levels[level].count >= (levels.count == 1 ? Self.exactCount + 1 : Self.levelCount) { compact(level) }
            level += 1
        }
    }

    /// What is kept, in order, each value with how many it stands for.
    private var weighted: [(value: Double, weight: Double)] {
        levels.enumerated().flatMap { level, values in values.map { (value: $0, weight: Double(sign: .plus, exponent: level, significand: 1)) } }.sorted { $0.value < $1.value }
    }

    /// The values below which these shares lie; between two values as SQL's `percentile` has it. Nil where there are no values.
    public func quantiles(_ shares: [Double]) -> [Double]? {
        let all = weighted
        guard !all.isEmpty else { return nil }
        if isExact {
            return shares.map { share in
                let place = share * Double(all.count - 1)
                let (low, high) = (all[Int(place.rounded(.down))].value, all[Int(place.rounded(.up))].value)
                let part = place - place.rounded(.down)
                return part == 0 || low == high ? low : low * (1 - part) + high * part
            }
        }
        let total = all.reduce(0) { $0 + $1.weight }
        return shares.map { share in
            var sum = 0.0
            for entry in all {
                sum += entry.weight
                if sum >= share * total { return entry.value }
            }
            return all[all.count - 1].value
        }
    }

    /// About how many values lie in each of so many parts of one width between two bounds; those that lie outside of them count for the ends.
    public func counts(low: Double, high: Double, parts: Int) -> [Double] {
        var counts = [Double](repeating: 0, count: parts)
        let half = high / 2 - low / 2
        for (level, values) in levels.enumerated() {
            let weight = Double(sign: .plus, exponent: level, significand: 1)
            for value in values {
                let share = half > 0 ? (value / 2 - low / 2) / half : 0
                counts[Swift.max(0, Swift.min(parts - 1, Int(share * Double(parts))))] += weight
            }
        }
        return counts
    }
}
