/// `min` and `max` of numbers, booleans, dates and timestamps: of words whose unsigned order is the values' order, or of decimals' unscaled values.
final class ExtremeAccumulator: Accumulator {
    private let type: DataType
    private let maximum: Bool
    private var words: GroupArray<UInt64>
    private var decimals: GroupArray<Int128>
    private var seen = SeenGroups()
    private var groupCount = 0

    static func handles(_ type: DataType) -> Bool { KeyCells.isWord(type) || type.isDecimal }

    init(type: DataType, maximum: Bool) {
        (self.type, self.maximum) = (type, maximum)
        words = GroupArray(maximum ? 0 : .max)
        decimals = GroupArray(maximum ? .min : .max)
    }

    func resize(to count: Int) {
        groupCount = max(count, groupCount)
        if type.isDecimal { decimals.resize(to: count) } else { words.resize(to: count) }
        seen.resize(to: count)
    }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let column = (arguments[0].type == type ? arguments[0] : arguments[0].cast(to: type)).flattened
        let presence = column.presence
        defer { withExtendedLifetime((column, groups)) {} }
        seen.note(presence, groups)
        if type.isDecimal {
            let (best, values) = (decimals.start, column.fixedValues(of: Int128.self))
            for i in 0..<groups.count where presence?[i] ?? true {
                let group = Int(groups[i])
                best[group] = maximum ? max(best[group], values[i]) : min(best[group], values[i])
            }
            return
        }
        switch type {
        case .boolean:
            let bits = column.bits
            take(presence, groups) { bits[$0] ? 1 : 0 }
        case .byte: takeIntegers(column, Int8.self, presence, groups)
        case .short: takeIntegers(column, Int16.self, presence, groups)
        case .int, .date: takeIntegers(column, Int32.self, presence, groups)
        case .float:
            let values = column.fixedValues(of: Float.self)
            take(presence, groups) { Self.word(Double(values[$0])) }
        case .double:
            let values = column.fixedValues(of: Double.self)
            take(presence, groups) { Self.word(values[$0]) }
        default: takeIntegers(column, Int64.self, presence, groups)
        }
    }

    @inline(__always)
    private func takeIntegers<T: FixedWidthInteger & BitwiseCopyable>(_ column: Column, _ type: T.Type, _ presence: Bitmap?, _ groups: Values<Int32>) {
        let values = column.fixedValues(of: T.self)
        take(presence, groups) { UInt64(bitPattern: Int64(truncatingIfNeeded: values[$0])) ^ 1 << 63 }
    }

    @inline(__always)
    private func take(_ presence: Bitmap?, _ groups: Values<Int32>, _ word: (Int) -> UInt64) {
        let (best, group) = (words.start, groups.start)
        if maximum {
            for i in 0..<groups.count where presence?[i] ?? true { best[Int(group[i])] = max(best[Int(group[i])], word(i)) }
        } else {
            for i in 0..<groups.count where presence?[i] ?? true { best[Int(group[i])] = min(best[Int(group[i])], word(i)) }
        }
    }

    @inline(__always)
    private static func word(_ value: Double) -> UInt64 {
        let bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    @inline(__always)
    private static func double(_ word: UInt64) -> Double { Double(bitPattern: word >> 63 == 1 ? word & ~(1 << 63) : ~word) }

    /// A state looks like a result, and merges like a value.
    var stateTypes: [DataType] { [type] }
    func states() -> [Column] { [result()] }
    func merge(_ states: [Column], _ groups: Values<Int32>) { update(states, groups) }

    func result() -> Column {
        let count = groupCount
        let validity = seen.validity(count)
        if type.isDecimal { return Column(type, decimals.take(), validity: validity) }
        let words = self.words.take()
        defer { withExtendedLifetime(words) {} }
        func integers<T: FixedWidthInteger & BitwiseCopyable>(_ of: T.Type) -> Column {
            let out = Buffer(size: count * MemoryLayout<T>.stride)
            let to = out.values(of: T.self)
            for i in 0..<count { to[i] = T(truncatingIfNeeded: words[i] ^ 1 << 63) }
            return Column(type, Values<T>(out, count: count), validity: validity)
        }
        switch type {
        case .boolean: return Column(packedBits(count) { words[$0] == 1 }, validity: validity)
        case .byte: return integers(Int8.self)
        case .short: return integers(Int16.self)
        case .int, .date: return integers(Int32.self)
        case .float:
            let out = Buffer(size: count * 4)
            let to = out.values(of: Float.self)
            for i in 0..<count { to[i] = Float(Self.double(words[i])) }
            return Column(type, Values<Float>(out, count: count), validity: validity)
        case .double:
            let out = Buffer(size: count * 8)
            let to = out.values(of: Double.self)
            for i in 0..<count { to[i] = Self.double(words[i]) }
            return Column(type, Values<Double>(out, count: count), validity: validity)
        default: return integers(Int64.self)
        }
    }

    var size: Int { words.size + decimals.size + seen.size }
}
