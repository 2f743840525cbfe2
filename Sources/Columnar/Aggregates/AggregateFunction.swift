/// What makes one value of the rows of a group, by Spark's rules: nulls do not count, except in `first` and `last` and for `count` without an argument.
///
/// Arguments that are constants (percentages, an accuracy, a delimiter) are part of the function; the others are columns.
public enum AggregateFunction: Sendable, Hashable {
    /// Rows where no argument is null; all rows when there is no argument.
    case count
    /// Different combinations of arguments, those with a null left out.
    case countDistinct
    /// Rows where the argument is true.
    case countIf
    case sum, average
    /// Sums and averages that say so when they do not fit: null, or an error (`Accumulator.failure`).
    case checkedSum(OverflowRule), checkedAverage(OverflowRule)
    /// The product, as a double.
    case product
    /// By the total order of `compareRows`: NaN above every number, strings by their bytes.
    case minimum, maximum
    case first(ignoresNulls: Bool), last(ignoresNulls: Bool)
    /// The value of some row: the first.
    case anyValue(ignoresNulls: Bool)
    /// The first argument where the second is least or greatest; of several such rows the last.
    case minimumBy, maximumBy
    case collectList, collectSet
    case variance(ofSample: Bool), standardDeviation(ofSample: Bool)
    case skewness, kurtosis
    case covariance(ofSample: Bool), correlation
    /// Of a line through points: the arguments are y and x.
    case regression(Regression)
    case and, or
    case bits(BitOperation)
    /// The value that stands in most rows; of several such values the first in the order: the least, where none is given.
    case mode(order: Direction?)
    /// Values at places of the sorted rows; a second argument says how often each row counts.
    case percentile(Percentile)
    /// A value at about a place of the sorted rows. Answers are exact here, which is within any accuracy.
    case approximatePercentile(percentages: [Double], isArray: Bool, accuracy: Int)
    /// About how many different values there are, by HyperLogLog; the error is the estimate's relative standard deviation.
    case approximateCountDistinct(relativeError: Double)
    /// The values as one text; behind the value stand the arguments that the order is by.
    case listAggregate(ListAggregate)
    /// At most so many bars of a histogram: each the mean of some neighbouring values and their number.
    case histogram(bars: Int)

    /// What becomes of a sum that does not fit.
    public enum OverflowRule: Sendable, Hashable { case null, error }

    public enum Direction: Sendable, Hashable { case ascending, descending }

    public enum Regression: String, Sendable, Hashable, CaseIterable {
        case count = "regr_count", averageX = "regr_avgx", averageY = "regr_avgy", sxx = "regr_sxx", syy = "regr_syy", sxy = "regr_sxy"
        case slope = "regr_slope", intercept = "regr_intercept", r2 = "regr_r2"
    }

    public enum BitOperation: String, Sendable, Hashable, CaseIterable { case and = "bit_and", or = "bit_or", xor = "bit_xor" }

    public struct Percentile: Sendable, Hashable {
        public enum Form: String, Sendable, Hashable { case percentile, continuous = "percentile_cont", discrete = "percentile_disc", median }
        public let form: Form
        /// Each of 0...1.
        public let percentages: [Double]
        /// Whether the result is an array of values, one a percentage.
        public let isArray: Bool
        public let descending: Bool

        public init(_ form: Form = .percentile, _ percentages: [Double], isArray: Bool = false, descending: Bool = false) {
            (self.form, self.percentages, self.isArray, self.descending) = (form, percentages, isArray, descending)
        }
    }

    public struct ListAggregate: Sendable, Hashable {
        public struct Order: Sendable, Hashable {
            public let descending: Bool
            public let nullsFirst: Bool
            public init(descending: Bool, nullsFirst: Bool) { (self.descending, self.nullsFirst) = (descending, nullsFirst) }
        }
        /// What stands between two values; nil for nothing.
        public let delimiter: [UInt8]?
        /// Of the arguments behind the first.
        public let order: [Order]
        public init(delimiter: [UInt8]?, order: [Order] = []) { (self.delimiter, self.order) = (delimiter, order) }
    }
}

// MARK: Names

extension AggregateFunction {
    /// The name in Spark SQL.
    public var name: String {
        switch self {
        case .count, .countDistinct: "count"
        case .countIf: "count_if"
        case .sum, .checkedSum(.error): "sum"
        case .checkedSum(.null): "try_sum"
        case .average, .checkedAverage(.error): "avg"
        case .checkedAverage(.null): "try_avg"
        case .product: "product"
        case .minimum: "min"
        case .maximum: "max"
        case .first: "first"
        case .last: "last"
        case .anyValue: "any_value"
        case .minimumBy: "min_by"
        case .maximumBy: "max_by"
        case .collectList: "collect_list"
        case .collectSet: "collect_set"
        case .variance(let ofSample): ofSample ? "var_samp" : "var_pop"
        case .standardDeviation(let ofSample): ofSample ? "stddev_samp" : "stddev_pop"
        case .skewness: "skewness"
        case .kurtosis: "kurtosis"
        case .covariance(let ofSample): ofSample ? "covar_samp" : "covar_pop"
        case .correlation: "corr"
        case .regression(let regression): regression.rawValue
        case .and: "bool_and"
        case .or: "bool_or"
        case .bits(let operation): operation.rawValue
        case .mode: "mode"
        case .percentile(let percentile): percentile.form.rawValue
        case .approximatePercentile: "percentile_approx"
        case .approximateCountDistinct: "approx_count_distinct"
        case .listAggregate: "listagg"
        case .histogram: "histogram_numeric"
        }
    }

    /// Whether the result depends on the order of the rows.
    public var dependsOnOrder: Bool {
        switch self {
        case .first, .last, .collectList: true
        case .listAggregate(let list): list.order.isEmpty
        default: false
        }
    }

    /// Whether a row whose arguments are null is as good as none.
    var ignoresNullRows: Bool {
        switch self {
        case .first(let ignoresNulls), .last(let ignoresNulls), .anyValue(let ignoresNulls): ignoresNulls
        default: true
        }
    }

    /// Whether rows that repeat another one's arguments change nothing, so that `DISTINCT` says nothing.
    public var ignoresDuplicates: Bool {
        switch self {
        case .countDistinct, .minimum, .maximum, .first, .last, .anyValue, .minimumBy, .maximumBy, .collectSet, .and, .or, .bits(.and), .bits(.or),
            .approximateCountDistinct:
            true
        default: false
        }
    }

    /// What the function makes of no rows at all.
    public var emptyValue: Value {
        switch self {
        case .count, .countDistinct, .countIf, .regression(.count), .approximateCountDistinct: .integer(0)
        case .collectList, .collectSet: .array([])
        default: .null
        }
    }

    /// The number of arguments.
    public var arity: ClosedRange<Int> {
        switch self {
        case .count: 0...Int.max
        case .countDistinct: 1...Int.max
        case .minimumBy, .maximumBy, .covariance, .correlation, .regression: 2...2
        case .percentile(let percentile): percentile.form == .percentile ? 1...2 : 1...1
        case .listAggregate(let list): list.order.count + 1...list.order.count + 1
        default: 1...1
        }
    }

    // MARK: Types

    /// The result's type; nil where the function cannot be applied to such arguments.
    ///
    /// Sums of integers are `long` and wrap, sums of decimals have ten digits more (at most 38; null when they do not suffice), averages of decimals
    /// four more before and behind the point. Strings are read as numbers.
    public func resultType(_ arguments: [DataType]) -> DataType? {
        guard arity.contains(arguments.count) else { return nil }
        func isNumber(_ type: DataType) -> Bool { type.isNumeric || type == .string || type == .null }
        switch self {
        case .count, .countDistinct: return .long
        case .countIf: return arguments[0] == .boolean || arguments[0] == .null ? .long : nil
        case .sum, .checkedSum:
            switch arguments[0] {
            case .byte, .short, .int, .long: return .long
            case .float, .double, .string, .null: return .double
            case .decimal(let precision, let scale): return .decimal(precision: min(38, precision + 10), scale: scale)
            default: return nil
            }
        case .average, .checkedAverage:
            switch arguments[0] {
            case .byte, .short, .int, .long, .float, .double, .string, .null: return .double
            case .decimal(let precision, let scale): return .boundedDecimal(precision: precision + 4, scale: scale + 4)
            default: return nil
            }
        case .minimum, .maximum:
            if case .map = arguments[0] { return nil }
            return arguments[0]
        case .first, .last, .anyValue: return arguments[0]
        case .minimumBy, .maximumBy:
            if case .map = arguments[1] { return nil }
            return arguments[0]
        case .collectList, .collectSet:
            // Spark refuses sets of maps, which have no order.
            if self == .collectSet, case .map = arguments[0] { return nil }
            return .array(arguments[0])
        case .variance, .standardDeviation, .skewness, .kurtosis, .product: return isNumber(arguments[0]) ? .double : nil
        case .covariance, .correlation: return arguments.allSatisfy(isNumber) ? .double : nil
        case .regression(let regression):
            guard arguments.allSatisfy(isNumber) else { return nil }
            switch regression {
            case .count: return .long
            case .averageY: return AggregateFunction.average.resultType([arguments[0]])
            case .averageX: return AggregateFunction.average.resultType([arguments[1]])
            default: return .double
            }
        case .and, .or: return arguments[0] == .boolean || arguments[0] == .null ? .boolean : nil
        case .bits: return arguments[0].isInteger ? arguments[0] : arguments[0] == .null ? .long : nil
        case .mode:
            if case .map = arguments[0] { return nil }
            return arguments[0]
        case .percentile(let percentile):
            guard isNumber(arguments[0]), arguments.count < 2 || arguments[1].isInteger || arguments[1] == .null else { return nil }
            return percentile.isArray ? .array(.double) : .double
        case .approximatePercentile(_, let isArray, _):
            let value: DataType
            switch arguments[0] {
            case .string, .null: value = .double
            case _ where arguments[0].isNumeric || arguments[0] == .date || arguments[0] == .timestamp: value = arguments[0]
            default: return nil
            }
            return isArray ? .array(value) : value
        case .approximateCountDistinct:
            if case .map = arguments[0] { return nil }
            return .long
        case .listAggregate:
            if arguments[0].isNested { return nil }
            for key in arguments.dropFirst() { if case .map = key { return nil } }
            return arguments[0] == .binary ? .binary : .string
        case .histogram: return isNumber(arguments[0]) ? .array(.struct([Field("x", arguments[0].isNumeric ? arguments[0] : .double), Field("y", .double)])) : nil
        }
    }
}

extension DataType {
    /// A decimal with so many digits, or as many as there can be.
    static func boundedDecimal(precision: Int, scale: Int) -> DataType { .decimal(precision: min(38, precision), scale: min(38, scale)) }
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
    /// Why there is no result although there are rows, where the function is to say so: known once `result` was called.
    var failure: AggregateFailure? { get }
}

extension Accumulator {
    public var failure: AggregateFailure? { nil }
}

/// What a checked aggregate fails with.
public enum AggregateFailure: Error, Sendable, Equatable {
    /// A sum has more digits than its type.
    case overflow(function: String, type: DataType)
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
