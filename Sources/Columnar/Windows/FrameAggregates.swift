/// The rows of a column that have a value, as a loop over rows asks for them. The column must outlive it.
struct FramePresence {
    private let bytes: UnsafePointer<UInt8>?

    init(_ presence: Bitmap?) { bytes = presence?.bytes }

    @inline(__always)
    subscript(row: Int) -> Bool {
        guard let bytes else { return true }
        return bytes[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1 != 0
    }
}

/// `count`: rows in which every argument has a value.
struct FrameCount: FrameAggregate {
    let presence: FramePresence
    var initial: Int64 { 0 }
    @inline(__always)
    func add(_ row: Int, to state: inout Int64) { state &+= presence[row] ? 1 : 0 }
    @inline(__always)
    func merge(_ other: Int64, into state: inout Int64) { state &+= other }
    @inline(__always)
    func output(_ state: Int64) -> (value: Int64, isPresent: Bool) { (state, true) }
}

/// A sum and the number of its values.
struct FrameSumState<T: BitwiseCopyable>: BitwiseCopyable {
    var sum: T
    var count: Int64 = 0
}

/// `sum` of integers; wraps.
struct FrameIntegerSum: FrameAggregate {
    let values: UnsafePointer<Int64>
    let presence: FramePresence
    var initial: FrameSumState<Int64> { FrameSumState(sum: 0) }
    @inline(__always)
    func add(_ row: Int, to state: inout FrameSumState<Int64>) {
        if presence[row] {
            state.sum &+= values[row]
            state.count &+= 1
        }
    }
    @inline(__always)
    func merge(_ other: FrameSumState<Int64>, into state: inout FrameSumState<Int64>) {
        state.sum &+= other.sum
        state.count &+= other.count
    }
    @inline(__always)
    func output(_ state: FrameSumState<Int64>) -> (value: Int64, isPresent: Bool) { (state.sum, state.count > 0) }
}

/// `sum` and `avg` of doubles.
struct FrameDoubleSum: FrameAggregate {
    let values: UnsafePointer<Double>
    let presence: FramePresence
    let averages: Bool
    var initial: FrameSumState<Double> { FrameSumState(sum: 0) }
    @inline(__always)
    func add(_ row: Int, to state: inout FrameSumState<Double>) {
        if presence[row] {
            state.sum += values[row]
            state.count &+= 1
        }
    }
    @inline(__always)
    func merge(_ other: FrameSumState<Double>, into state: inout FrameSumState<Double>) {
        state.sum += other.sum
        state.count &+= other.count
    }
    @inline(__always)
    func output(_ state: FrameSumState<Double>) -> (value: Double, isPresent: Bool) {
        (averages ? state.sum / Double(state.count) : state.sum, state.count > 0)
    }
}

/// `sum` and `avg` of decimals: null where the result's digits do not suffice.
struct FrameDecimalSum: FrameAggregate {
    struct State: BitwiseCopyable {
        var sum: Int128 = 0
        var count: Int64 = 0
        /// The sum has left 128 bits.
        var overflowed = false
    }
    let values: UnsafePointer<Int128>
    let presence: FramePresence
    /// The least number that has too many digits for the result.
    let limit: UInt128
    /// How many more digits the result has behind the point; nil for a sum.
    let averageDigits: Int?

    var initial: State { State() }
    @inline(__always)
    func add(_ row: Int, to state: inout State) {
        if presence[row] { add(values[row], 1, to: &state) }
    }
    @inline(__always)
    func merge(_ other: State, into state: inout State) {
        add(other.sum, other.count, to: &state)
        if other.overflowed { state.overflowed = true }
    }
    @inline(__always)
    private func add(_ value: Int128, _ count: Int64, to state: inout State) {
        let (sum, overflows) = state.sum.addingReportingOverflow(value)
        state.sum = sum
        state.count &+= count
        if overflows { state.overflowed = true }
    }
    func output(_ state: State) -> (value: Int128, isPresent: Bool) {
        if state.count == 0 || state.overflowed { return (0, false) }
        guard let digits = averageDigits else { return (state.sum, state.sum.magnitude < limit) }
        guard let average = SumAccumulator.average(state.sum, state.count, extraDigits: digits) else { return (0, false) }
        return (average, average.magnitude < limit)
    }
}

/// `var_samp`, `var_pop`, `stddev_samp`, `stddev_pop`; see `VarianceAccumulator`.
struct FrameVariance: FrameAggregate {
    struct State: BitwiseCopyable {
        var count = 0.0
        var mean = 0.0
        var squares = 0.0
    }
    let values: UnsafePointer<Double>
    let presence: FramePresence
    let ofSample: Bool
    let root: Bool

    var initial: State { State() }
    @inline(__always)
    func add(_ row: Int, to state: inout State) {
        guard presence[row] else { return }
        state.count += 1
        let distance = values[row] - state.mean
        state.mean += distance / state.count
        state.squares += distance * (values[row] - state.mean)
    }
    @inline(__always)
    func merge(_ other: State, into state: inout State) {
        if other.count == 0 { return }
        let count = state.count + other.count
        let distance = other.mean - state.mean
        state.mean += distance * other.count / count
        state.squares += other.squares + distance * distance * state.count * other.count / count
        state.count = count
    }
    @inline(__always)
    func output(_ state: State) -> (value: Double, isPresent: Bool) {
        let variance = state.squares / (ofSample ? state.count - 1 : state.count)
        return (root ? variance.squareRoot() : variance, state.count > (ofSample ? 1 : 0))
    }
}

/// An aggregate of one or two numbers a row; see `DoubleFold`.
struct FrameFold<Fold: DoubleFold>: FrameAggregate {
    let fold: Fold
    let x: UnsafePointer<Double>
    let y: UnsafePointer<Double>
    let presence: FramePresence

    var initial: Fold.State { fold.initial }
    @inline(__always)
    func add(_ row: Int, to state: inout Fold.State) { if presence[row] { fold.add(x[row], y[row], to: &state) } }
    @inline(__always)
    func merge(_ other: Fold.State, into state: inout Fold.State) { fold.merge(other, into: &state) }
    @inline(__always)
    func output(_ state: Fold.State) -> (value: Double, isPresent: Bool) { fold.output(state) }
}

/// `bit_and`, `bit_or`, `bit_xor`.
struct FrameBits: FrameAggregate {
    struct State: BitwiseCopyable {
        var word: Int64
        var isPresent = false
    }
    let values: UnsafePointer<Int64>
    let presence: FramePresence
    let operation: AggregateFunction.BitOperation

    var initial: State { State(word: operation == .and ? -1 : 0) }
    @inline(__always)
    func add(_ row: Int, to state: inout State) { if presence[row] { merge(State(word: values[row], isPresent: true), into: &state) } }
    @inline(__always)
    func merge(_ other: State, into state: inout State) {
        switch operation {
        case .and: state.word &= other.word
        case .or: state.word |= other.word
        case .xor: state.word ^= other.word
        }
        if other.isPresent { state.isPresent = true }
    }
    @inline(__always)
    func output(_ state: State) -> (value: Int64, isPresent: Bool) { (state.word, state.isPresent) }
}

/// The row of the least or greatest value, by words whose order is the values'; -1 for none.
struct FrameExtreme: FrameAggregate {
    struct State: BitwiseCopyable {
        var word: UInt64 = .max
        var row: Int32 = -1
    }
    /// Ascending from what is looked for.
    let words: UnsafePointer<UInt64>
    let presence: FramePresence
    /// Of several such rows the last, not the first.
    var takesLast = false

    var initial: State { State() }
    @inline(__always)
    func add(_ row: Int, to state: inout State) {
        if presence[row], words[row] < state.word || state.row < 0 || (takesLast && words[row] == state.word && row > Int(state.row)) {
            state.word = words[row]
            state.row = Int32(truncatingIfNeeded: row)
        }
    }
    @inline(__always)
    func merge(_ other: State, into state: inout State) {
        if other.row >= 0, other.word < state.word || state.row < 0 || (takesLast && other.word == state.word && other.row > state.row) { state = other }
    }
    @inline(__always)
    func output(_ state: State) -> (value: Int32, isPresent: Bool) { (state.row, true) }
}

/// The row of the least or greatest value of any type; -1 for none.
struct FrameExtremeRow: FrameAggregate {
    let column: Column
    let presence: FramePresence
    let maximum: Bool
    /// Of several such rows the last, not the first.
    var takesLast = false

    var initial: Int32 { -1 }
    func add(_ row: Int, to state: inout Int32) {
        if presence[row] { merge(Int32(truncatingIfNeeded: row), into: &state) }
    }
    func merge(_ other: Int32, into state: inout Int32) {
        if other < 0 { return }
        if state >= 0 {
            let order = compareRows(column, Int(other), column, Int(state))
            if order == 0 ? !takesLast || other < state : maximum ? order < 0 : order > 0 { return }
        }
        state = other
    }
    func output(_ state: Int32) -> (value: Int32, isPresent: Bool) { (state, true) }
}
