/// What one pass finds out about a column's values, in bounded memory: how many there are and are different, bounds, mean, quartiles, the most frequent.
///
/// Not shared between threads: each has its own, and they are merged at the end.
public final class ColumnSummary {
    public let type: DataType
    private var rows = 0
    private var nulls = 0
    private var notNumbers = 0
    private var trues = 0
    private var lengths: (least: Int, most: Int, sum: Int)?
    private var sketch = QuantileSketch()
    private var values = ValueCounts()
    /// What estimates how many values are different; empty while so few are that they are counted.
    private var registers: [UInt8] = []
    private var accumulators: [any Accumulator] = []

    private static let registerBits = 14
    private static let mostWithoutRegisters = 1024

    public init(_ type: DataType) {
        self.type = type
        var functions: [AggregateFunction] = []
        if ColumnSummary.hasBounds(type) { functions = [.minimum, .maximum] }
        if type.isNumeric { functions += [.average, .standardDeviation(ofSample: true)] }
        accumulators = functions.map { $0.makeAccumulator([type]) }
        for accumulator in accumulators { accumulator.resize(to: 1) }
    }

    /// Whether values are told apart and counted.
    private static func hasValues(_ type: DataType) -> Bool { !type.isNested && type != .null }
    private static func hasBounds(_ type: DataType) -> Bool { hasValues(type) && type != .boolean && type != .binary }

    /// Takes the rows of a column. One of another type is cast; what cannot be counts as null.
    public func add(_ given: Column) {
        var column = (given.type == type ? given : given.cast(to: type)).flattened
        var presence = column.presence
        rows += column.count
        nulls += column.count - (presence?.setCount ?? column.count)
        if type == .float || type == .double, let numbers = ColumnSummary.numbers(column) {
            notNumbers += column.count - numbers.setCount
            column = column.masking(numbers)
            presence = Bitmap.and(presence, numbers)
        }
        measure(column, presence)
        guard ColumnSummary.hasValues(type) else { return }
        let groups = Values<Int32>(Buffer(zeroed: column.count * 4), count: column.count)
        for accumulator in accumulators { accumulator.update([column], groups) }
        let hashes = XXHash64.hashes(column, seed: 42)
        // A batch may bring more different values than are kept.
        if registers.isEmpty, values.valueCount + column.count > ColumnSummary.mostWithoutRegisters { makeRegisters() }
        if !registers.isEmpty {
            registers.withUnsafeMutableBufferPointer { registers in
                for i in 0..<column.count where presence?[i] ?? true { ColumnSummary.note(hashes[i], registers) }
            }
        }
        values.add(column, hashes, presence: presence)
    }

    private func makeRegisters() {
        registers = [UInt8](repeating: 0, count: 1 << ColumnSummary.registerBits)
        registers.withUnsafeMutableBufferPointer { registers in for hash in values.hashes { ColumnSummary.note(hash, registers) } }
    }

    private static func note(_ hash: UInt64, _ registers: UnsafeMutableBufferPointer<UInt8>) {
        let bits = UInt64(registerBits)
        let run = UInt8(truncatingIfNeeded: (hash << bits | 1 << (bits - 1)).leadingZeroBitCount + 1)
        let place = Int(truncatingIfNeeded: hash >> (64 - bits))
        if registers[place] < run { registers[place] = run }
    }

    /// The rows that are not NaN; nil where none is. A null is no NaN.
    private static func numbers(_ column: Column) -> Bitmap? {
        let n = column.count
        let presence = column.presence
        let bits: Bitmap
        if column.type == .double {
            let values = column.fixedValues(of: Double.self)
            bits = packedBits(n) { !values[$0].isNaN || !(presence?[$0] ?? true) }
        } else {
            let values = column.fixedValues(of: Float.self)
            bits = packedBits(n) { !values[$0].isNaN || !(presence?[$0] ?? true) }
        }
        return bits.setCount == n ? nil : bits
    }

    private func measure(_ column: Column, _ presence: Bitmap?) {
        switch type {
        case .boolean:
            let bits = column.bits
            for i in 0..<column.count where bits[i] && (presence?[i] ?? true) { trues += 1 }
        case .string:
            let views = column.views
            for i in 0..<column.count where presence?[i] ?? true {
                // Bytes that go on with a character do not count.
                note(length: views[i].withBytes { bytes in bytes.reduce(0) { $0 + ($1 & 0xc0 != 0x80 ? 1 : 0) } })
            }
        case .binary:
            let views = column.views
            for i in 0..<column.count where presence?[i] ?? true { note(length: views[i].length) }
        case .array, .map:
            let offsets: Values<Int32>
            switch column.storage {
            case .list(let own, _): offsets = own
            case .map(let own, _, _): offsets = own
            default: return
            }
            for i in 0..<column.count where presence?[i] ?? true { note(length: Int(offsets[i + 1] - offsets[i])) }
        case .date:
            let days = column.fixedValues(of: Int32.self)
            for i in 0..<column.count where presence?[i] ?? true { sketch.add(Double(days[i])) }
        case .timestamp:
            let microseconds = column.fixedValues(of: Int64.self)
            for i in 0..<column.count where presence?[i] ?? true { sketch.add(Double(microseconds[i])) }
        default:
            guard type.isNumeric else { return }
            let numbers = column.cast(to: .double).flattened
            sketch.add(numbers.fixedValues(of: Double.self), count: numbers.count, presence: Bitmap.and(presence, numbers.presence))
            withExtendedLifetime(numbers) {}
        }
    }

    private func note(length: Int) {
        guard let known = lengths else { return lengths = (length, length, length) }
        lengths = (min(known.least, length), max(known.most, length), known.sum + length)
    }

    /// Takes what another summary of the type has found out; that one must not be used any more.
    public func merge(_ other: ColumnSummary) {
        rows += other.rows
        nulls += other.nulls
        notNumbers += other.notNumbers
        trues += other.trues
        if let more = other.lengths { lengths = lengths.map { (min($0.least, more.least), max($0.most, more.most), $0.sum + more.sum) } ?? more }
        sketch.merge(other.sketch)
        if ColumnSummary.hasValues(type), !(registers.isEmpty && other.registers.isEmpty) || values.valueCount + other.values.valueCount > ColumnSummary.mostWithoutRegisters {
            if registers.isEmpty { makeRegisters() }
            if other.registers.isEmpty { other.makeRegisters() }
            for i in registers.indices { registers[i] = max(registers[i], other.registers[i]) }
        }
        values.merge(other.values)
        let group = Values<Int32>([0])
        for (own, more) in zip(accumulators, other.accumulators) { own.merge(more.states(), group) }
    }

    /// All that was found out. The summary must not be used any more.
    public func facts() -> ColumnFacts {
        var facts = ColumnFacts(type: type, rows: rows, nulls: nulls, notNumbers: notNumbers, trues: trues)
        let present = rows - nulls - notNumbers
        if let lengths { facts.lengths = ColumnFacts.Lengths(least: lengths.least, most: lengths.most, mean: Double(lengths.sum) / Double(max(1, present))) }
        let results = accumulators.map { $0.result().value(at: 0) }
        if ColumnSummary.hasBounds(type) { (facts.least, facts.most) = (results[0], results[1]) }
        if type.isNumeric { (facts.mean, facts.deviation) = (results[2].asDouble, results[3].asDouble) }
        if ColumnSummary.hasValues(type) {
            if values.isExact {
                facts.distinct = values.valueCount
            } else {
                facts.distinct = min(present, registers.withUnsafeBufferPointer { Int(CardinalityAccumulator.estimate($0, ColumnSummary.registerBits)) })
                facts.isDistinctExact = false
            }
            facts.top = values.top(10)
            facts.areTopCountsExact = values.isExact
        }
        if sketch.count > 0, let found = sketch.quantiles([0, 0.25, 0.5, 0.75, 1]) {
            facts.quartiles = Array(found[1...3])
            facts.areQuartilesExact = sketch.isExact
            facts.range = (found[0], found[4])
            facts.sketch = sketch
        }
        return facts
    }
}

/// What is known of a column.
public struct ColumnFacts: Sendable {
    public struct Lengths: Sendable, Equatable {
        public let least: Int
        public let most: Int
        public let mean: Double

        package init(least: Int, most: Int, mean: Double) { (self.least, self.most, self.mean) = (least, most, mean) }
    }

    public let type: DataType
    public let rows: Int
    public let nulls: Int
    /// Rows that are NaN. They count for nothing else.
    public let notNumbers: Int
    /// Rows that are true.
    public let trues: Int
    /// Different values; nil where they are not told apart.
    public fileprivate(set) var distinct: Int?
    public fileprivate(set) var isDistinctExact = true
    /// Bounds; null where there are none.
    public fileprivate(set) var least = Value.null
    public fileprivate(set) var most = Value.null
    public fileprivate(set) var mean: Double?
    /// The standard deviation of a sample.
    public fileprivate(set) var deviation: Double?
    /// The three values that part the column in quarters; days of dates, microseconds of timestamps.
    public fileprivate(set) var quartiles: [Double]?
    public fileprivate(set) var areQuartilesExact = true
    /// The least and the greatest finite value that was kept.
    public fileprivate(set) var range: (low: Double, high: Double)?
    /// Characters of strings, bytes of binaries, elements of arrays and maps.
    public fileprivate(set) var lengths: Lengths?
    /// The most frequent values.
    public fileprivate(set) var top: [(value: Value, count: Int)] = []
    public fileprivate(set) var areTopCountsExact = true
    fileprivate var sketch: QuantileSketch?

    fileprivate init(type: DataType, rows: Int, nulls: Int, notNumbers: Int, trues: Int) {
        (self.type, self.rows, self.nulls, self.notNumbers, self.trues) = (type, rows, nulls, notNumbers, trues)
    }

    /// About how many values lie in each of so many parts of the range; none where there is no range.
    public func histogram(parts: Int) -> [Double] {
        guard let sketch, let range else { return [] }
        return sketch.counts(low: range.low, high: range.high, parts: parts)
    }
}

extension Value {
    fileprivate var asDouble: Double? {
        switch self {
        case .double(let value): value
        case .integer(let value): Double(value)
        case .decimal(let unscaled, let scale):
            (0..<scale).reduce(Double(unscaled)) { value, _ in value / 10 }
        default: nil
        }
    }
}
