internal import Glibc

/// `approx_count_distinct`: HyperLogLog. The first bits of a value's hash say which register it belongs to; a register keeps the longest run of zeros
/// that the rest began with.
///
/// Hash, number of registers and the estimate for few values are Spark's, so counts up to about 0.8 times the number of registers are Spark's to the
/// letter. Above them this is Ertl's estimate ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which needs no tables of biases.
final class CardinalityAccumulator: Accumulator {
    private let bits: Int
    private var registers = GrowingBuffer<UInt8>(capacity: 1024)
    private var groupCount = 0

    /// - Parameter relativeError: the standard deviation, as a share of the count.
    init(relativeError: Double) { bits = CardinalityAccumulator.indexBits(relativeError) }

    /// How many bits of a hash are a register's number: 4 to 18.
    static func indexBits(_ relativeError: Double) -> Int {
        let wanted = (2 * log(1.106 / max(relativeError, 1e-9)) / log(2)).rounded(.up)
        return Int(max(4, min(18, wanted)))
    }

    private var width: Int { 1 << bits }

    func resize(to count: Int) {
        if count > groupCount { registers.append(repeating: 0, count: (count - groupCount) * width) }
        groupCount = max(count, groupCount)
    }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let column = arguments[0].flattened
        let presence = column.presence
        let hashes = XXHash64.hashes(column, seed: 42)
        let (registers, width, bits) = (self.registers.start, width, UInt64(bits))
        for i in 0..<groups.count where presence?[i] ?? true {
            let hash = hashes[i]
            let place = Int(groups[i]) * width + Int(truncatingIfNeeded: hash >> (64 - bits))
            // A one behind the bits that are left ends the run.
            let run = UInt8(truncatingIfNeeded: (hash << bits | 1 << (bits - 1)).leadingZeroBitCount + 1)
            registers[place] = max(registers[place], run)
        }
        withExtendedLifetime((hashes, groups)) {}
    }

    /// The registers of each group.
    var stateTypes: [DataType] { [.binary] }

    func states() -> [Column] {
        let (width, n) = (width, groupCount)
        let all = registers.take()
        let views = Buffer(size: n * 16)
        let to = views.values(of: StringView.self)
        for group in 0..<n { to[group] = StringView(UnsafeRawPointer(all.start + group * width), length: width) }
        return [Column(type: .binary, count: n, storage: .views(Values(views, count: n), buffers: [all.owner]))]
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let column = states[0].flattened
        let views = column.views
        let (registers, width) = (self.registers.start, width)
        for i in 0..<groups.count {
            let own = registers + Int(groups[i]) * width
            views[i].withBytes { other in for j in 0..<min(width, other.count) { own[j] = max(own[j], other[j]) } }
        }
        withExtendedLifetime(column) {}
    }

    func result() -> Column {
        let width = width
        let all = registers.take()
        let out = Buffer(size: groupCount * 8)
        let to = out.values(of: Int64.self)
        for group in 0..<groupCount { to[group] = CardinalityAccumulator.estimate(UnsafeBufferPointer(start: all.start + group * width, count: width), bits) }
        withExtendedLifetime(all) {}
        return Column(.long, Values<Int64>(out, count: groupCount))
    }

    var size: Int { registers.count }

    // MARK: Estimates

    /// Up to what estimate by free registers that is the better one, by the number of index bits from 4 on (Heule, Nunkesser and Hall, 2013).
    private static let linearLimits: [Double] = [10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 11500, 20000, 50000, 120_000, 350_000]

    static func estimate(_ registers: UnsafeBufferPointer<UInt8>, _ bits: Int) -> Int64 {
        let m = Double(registers.count)
        let q = 64 - bits
        var counts = [Double](repeating: 0, count: q + 2)
        for value in registers { counts[min(Int(value), q + 1)] += 1 }
        if counts[0] > 0 {
            let linear = m * log(m / counts[0])
            if linear <= linearLimits[bits - 4] { return Int64(linear.rounded()) }
        }
        var z = m * tau(1 - counts[q + 1] / m)
        for k in (1...q).reversed() { z = 0.5 * (z + counts[k]) }
        z += m * sigma(counts[0] / m)
        return Int64((m * m / (2 * log(2)) / z).rounded())
    }

    private static func sigma(_ value: Double) -> Double {
        if value == 1 { return .infinity }
        var (x, y, z) = (value, 1.0, value)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ value: Double) -> Double {
        if value == 0 || value == 1 { return 0 }
        var (x, y, z) = (value, 1.0, 1 - value)
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }
}
