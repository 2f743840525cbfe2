/// What makes one value of the rows of a group, by Spark's rules: nulls do not count, except in `first` and `last` and for `count` without an argument.
public enum AggregateFunction: Sendable, Hashable {
    /// Rows where no argument is null; all rows when there is no argument.
    case count
    /// Different combinations of arguments, those with a null left out.
    case countDistinct
    case sum, average
    /// By the total order of `compareRows`: NaN above every number, strings by their bytes.
    case minimum, maximum
    case first(ignoresNulls: Bool), last(ignoresNulls: Bool)
    case collectList, collectSet
    case variance(ofSample: Bool), standardDeviation(ofSample: Bool)

    /// The name in Spark SQL.
    public var name: String {
        switch self {
        case .count, .countDistinct: "count"
        case .sum: "sum"
        case .average: "avg"
        case .minimum: "min"
        case .maximum: "max"
        case .first: "first"
        case .last: "last"
        case .collectList: "collect_list"
        case .collectSet: "collect_set"
        case .variance(let ofSample): ofSample ? "var_samp" : "var_pop"
        case .standardDeviation(let ofSample): ofSample ? "stddev_samp" : "stddev_pop"
        }
    }

    /// Whether the result depends on the order of the rows.
    public var dependsOnOrder: Bool {
        switch self {
        case .first, .last, .collectList: true
        default: false
        }
    }

    /// The number of arguments.
    public var arity: ClosedRange<Int> {
        switch self {
        case .count: 0...Int.max
        case .countDistinct: 1...Int.max
        default: 1...1
        }
    }

    /// The result's type; nil where the function cannot be applied to such arguments.
    ///
    /// Sums of integers are `long` and wrap, sums of decimals have ten digits more (at most 38; null when they do not suffice), averages of decimals
    /// four more before and behind the point. Strings are read as numbers.
    public func resultType(_ arguments: [DataType]) -> DataType? {
        guard arity.contains(arguments.count) else { return nil }
        switch self {
        case .count: return .long
        case .countDistinct: return .long
        case .sum:
            switch arguments[0] {
            case .byte, .short, .int, .long: return .long
            case .float, .double, .string, .null: return .double
            case .decimal(let precision, let scale): return .decimal(precision: min(38, precision + 10), scale: scale)
            default: return nil
            }
        case .average:
            switch arguments[0] {
            case .byte, .short, .int, .long, .float, .double, .string, .null: return .double
            case .decimal(let precision, let scale): return .decimal(precision: min(38, precision + 4), scale: min(38, scale + 4))
            default: return nil
            }
        case .minimum, .maximum:
            if case .map = arguments[0] { return nil }
            return arguments[0]
        case .first, .last: return arguments[0]
        case .collectList, .collectSet:
            // Spark refuses sets of maps, which have no order.
            if self == .collectSet, case .map = arguments[0] { return nil }
            return .array(arguments[0])
        case .variance, .standardDeviation:
            switch arguments[0] {
            case _ where arguments[0].isNumeric, .string, .null: return .double
            default: return nil
            }
        }
    }

    /// - Precondition: `resultType` knows the arguments.
    public func makeAccumulator(_ arguments: [DataType]) -> any Accumulator {
        guard let result = resultType(arguments) else { preconditionFailure("\(name) of \(arguments.map(\.hiveName))") }
        switch self {
        case .count: return CountAccumulator()
        case .countDistinct: return DistinctAccumulator(types: arguments, counts: true)
        case .collectSet: return DistinctAccumulator(types: arguments, counts: false)
        case .collectList: return ListAccumulator(element: arguments[0])
        case .sum, .average: return SumAccumulator(argument: arguments[0], result: result, averages: self == .average)
        case .minimum, .maximum:
            let maximum = self == .maximum
            return ExtremeAccumulator.handles(result)
                ? ExtremeAccumulator(type: result, maximum: maximum) : PickAccumulator(type: result, maximum ? .greatest : .least)
        case .first(let ignoresNulls): return PickAccumulator(type: result, .first(ignoresNulls: ignoresNulls))
        case .last(let ignoresNulls): return PickAccumulator(type: result, .last(ignoresNulls: ignoresNulls))
        case .variance(let ofSample): return VarianceAccumulator(ofSample: ofSample, root: false)
        case .standardDeviation(let ofSample): return VarianceAccumulator(ofSample: ofSample, root: true)
        }
    }
}

/// The running state of one aggregate for groups 0..<n: arrays by group, so that a batch is one loop.
///
/// States can be taken out as columns and merged into another accumulator of the same function and types: that is how partial results of several
/// threads, and those that went to disk, come together. Not shared between threads.
public protocol Accumulator: AnyObject {
    /// Makes room for groups; new ones have seen no row.
    func resize(to groupCount: Int)
    /// Takes a batch of rows. Row `i` belongs to group `groups[i]`, below the count of the last `resize`.
    func update(_ arguments: [Column], _ groups: Values<Int32>)
    /// Takes states: row `i` is the state of some rows of group `groups[i]`.
    func merge(_ states: [Column], _ groups: Values<Int32>)
    var stateTypes: [DataType] { get }
    /// The states of all groups. The accumulator must not be used any more.
    func states() -> [Column]
    /// The results of all groups. The accumulator must not be used any more.
    func result() -> Column
    /// Bytes held, about.
    var size: Int { get }
}

/// An array by group that grows.
struct GroupArray<T: BitwiseCopyable> {
    private var values: GrowingBuffer<T>
    let initial: T

    init(_ initial: T) { (self.initial, values) = (initial, GrowingBuffer(capacity: 64)) }

    var count: Int { values.count }
    var start: UnsafeMutablePointer<T> { values.start }
    var size: Int { values.count * MemoryLayout<T>.stride }

    mutating func resize(to count: Int) { if count > values.count { values.append(repeating: initial, count: count - values.count) } }
    mutating func take() -> Values<T> { values.take() }
}

/// Which groups have seen a value. Costs nothing as long as every row has one.
struct SeenGroups {
    private var seen: GroupArray<UInt8>?
    private var count = 0
    /// As long as there are no flags: how many groups have seen a value, which are the first.
    private var covered = 0

    var size: Int { seen?.size ?? 0 }

    mutating func resize(to count: Int) {
        self.count = max(count, self.count)
        seen?.resize(to: self.count)
    }

    /// Takes a batch in which every group since the last one stands at least once.
    mutating func note(_ presence: Bitmap?, _ groups: Values<Int32>) {
        if presence != nil, seen == nil {
            var flags = GroupArray<UInt8>(0)
            flags.resize(to: count)
            flags.start.update(repeating: 1, count: covered)
            seen = flags
        }
        covered = count
        guard let flags = seen?.start else { return }
        if let presence {
            for i in 0..<groups.count where presence[i] { flags[Int(groups[i])] = 1 }
        } else {
            for i in 0..<groups.count { flags[Int(groups[i])] = 1 }
        }
    }

    /// The flags as a validity.
    func validity(_ count: Int) -> Bitmap? {
        let bits: Bitmap
        if let flags = seen?.start {
            bits = packedBits(count) { flags[$0] != 0 }
        } else {
            if covered >= count { return nil }
            let covered = covered
            bits = packedBits(count) { $0 < covered }
        }
        return bits.setCount == count ? nil : bits
    }
}
