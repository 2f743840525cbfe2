/// An aggregate of one or two numbers a row whose state is a handful of doubles.
///
/// Its state is made of doubles alone, so that it can be taken apart into columns.
protocol DoubleFold: Sendable {
    associatedtype State: BitwiseCopyable
    var initial: State { get }
    /// - Parameter y: the second argument; 0 where there is none.
    func add(_ x: Double, _ y: Double, to state: inout State)
    func merge(_ other: State, into state: inout State)
    /// The state's value, and whether it has one.
    func output(_ state: State) -> (value: Double, isPresent: Bool)
}

/// The columns of a fold's arguments, as doubles.
struct FoldColumns {
    let columns: [Column]
    let presence: Bitmap?

    init(_ arguments: [Column]) {
        columns = arguments.map { $0.cast(to: .double).flattened }
        presence = columns.reduce(nil as Bitmap?) { Bitmap.and($0, $1.presence) }
    }

    var x: UnsafePointer<Double> { columns[0].fixedValues(of: Double.self) }
    /// The second argument, or the first again.
    var y: UnsafePointer<Double> { columns[columns.count - 1].fixedValues(of: Double.self) }
}

/// The state of a fold by group. Rows with a null argument do not count.
final class FoldAccumulator<Fold: DoubleFold>: Accumulator {
    private let fold: Fold
    private var all: GroupArray<Fold.State>

    init(_ fold: Fold) { (self.fold, all) = (fold, GroupArray(fold.initial)) }

    private var width: Int { MemoryLayout<Fold.State>.size / 8 }

    func resize(to groupCount: Int) { all.resize(to: groupCount) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let columns = FoldColumns(arguments)
        let (x, y, states, group) = (columns.x, columns.y, all.start, groups.start)
        defer { withExtendedLifetime((columns, groups)) {} }
        if let presence = columns.presence {
            for i in 0..<groups.count where presence[i] { fold.add(x[i], y[i], to: &states[Int(group[i])]) }
        } else {
            for i in 0..<groups.count { fold.add(x[i], y[i], to: &states[Int(group[i])]) }
        }
    }

    var stateTypes: [DataType] { [DataType](repeating: .double, count: width) }

    func states() -> [Column] {
        let taken = all.take()
        defer { withExtendedLifetime(taken) {} }
        let words = UnsafeRawPointer(taken.start).assumingMemoryBound(to: Double.self)
        return (0..<width).map { part in
            let out = Buffer(size: taken.count * 8)
            let to = out.values(of: Double.self)
            for i in 0..<taken.count { to[i] = words[i * width + part] }
            return Column(.double, Values<Double>(out, count: taken.count))
        }
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let columns = states.map(\.flattened)
        let sources = columns.map { $0.fixedValues(of: Double.self) }
        defer { withExtendedLifetime((columns, groups)) {} }
        let own = all.start
        var other = fold.initial
        for i in 0..<groups.count {
            withUnsafeMutableBytes(of: &other) { bytes in
                for part in 0..<sources.count { bytes.storeBytes(of: sources[part][i], toByteOffset: part * 8, as: Double.self) }
            }
            fold.merge(other, into: &own[Int(groups[i])])
        }
    }

    func result() -> Column {
        let taken = all.take()
        let n = taken.count
        let out = Buffer(size: n * 8)
        let to = out.values(of: Double.self)
        var validity = BitmapBuilder(capacity: n)
        for i in 0..<n {
            let (value, isPresent) = fold.output(taken[i])
            to[i] = value
            validity.append(isPresent)
        }
        withExtendedLifetime(taken) {}
        return Column(.double, Values<Double>(out, count: n), validity: validity.finishValidity())
    }

    var size: Int { all.size }
}

/// `product`. Null for no value.
struct ProductFold: DoubleFold {
    struct State: BitwiseCopyable {
        var count = 0.0
        var product = 1.0
    }
    var initial: State { State() }
    @inline(__always)
    func add(_ x: Double, _ y: Double, to state: inout State) {
        state.count += 1
        state.product *= x
    }
    func merge(_ other: State, into state: inout State) {
        state.count += other.count
        state.product *= other.product
    }
    func output(_ state: State) -> (value: Double, isPresent: Bool) { (state.product, state.count > 0) }
}

/// `skewness` and `kurtosis` (in excess of 3): central moments up to the fourth, updated and merged as Meng and Pébay do. Null for no value, and
/// where all values are the same.
struct MomentFold: DoubleFold {
    struct State: BitwiseCopyable {
        var count = 0.0
        var mean = 0.0
        var m2 = 0.0
        var m3 = 0.0
        var m4 = 0.0
    }
    let isKurtosis: Bool
    var initial: State { State() }

    @inline(__always)
    func add(_ x: Double, _ y: Double, to state: inout State) {
        state.count += 1
        let d = x - state.mean
        let dn = d / state.count
        state.mean += dn
        state.m2 += d * (d - dn)
        state.m3 += -3 * dn * state.m2 + d * (d * d - dn * dn)
        state.m4 += -4 * dn * state.m3 - 6 * dn * dn * state.m2 + d * (d * d * d - dn * dn * dn)
    }

    func merge(_ other: State, into state: inout State) {
        if other.count == 0 { return }
        let (n1, n2) = (state.count, other.count)
        let n = n1 + n2
        let d = other.mean - state.mean
        let dn = d / n
        let m2 = state.m2 + other.m2 + d * dn * n1 * n2
        let m3 = state.m3 + other.m3 + dn * dn * d * n1 * n2 * (n1 - n2) + 3 * dn * (n1 * other.m2 - n2 * state.m2)
        let spread = dn * dn * dn * d * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2)
        let squares = 6 * dn * dn * (n1 * n1 * other.m2 + n2 * n2 * state.m2)
        let m4 = state.m4 + other.m4 + spread + squares + 4 * dn * (n1 * other.m3 - n2 * state.m3)
        state = State(count: n, mean: state.mean + dn * n2, m2: m2, m3: m3, m4: m4)
    }

    func output(_ state: State) -> (value: Double, isPresent: Bool) {
        if state.count == 0 || state.m2 == 0 { return (0, false) }
        if isKurtosis { return (state.count * state.m4 / (state.m2 * state.m2) - 3, true) }
        return (state.count.squareRoot() * state.m3 / (state.m2 * state.m2 * state.m2).squareRoot(), true)
    }
}

/// Covariances, correlation and regression: means of both arguments, and sums of squared and of mixed distances from them.
///
/// The first argument is x here, and regression's y, as SQL has it.
struct PairFold: DoubleFold {
    enum Output: Sendable { case covariance, covarianceOfSample, correlation, regression(AggregateFunction.Regression) }
    struct State: BitwiseCopyable {
        var count = 0.0
        var meanX = 0.0
        var meanY = 0.0
        var xx = 0.0
        var yy = 0.0
        var xy = 0.0
    }
    private let output: Output

    init(_ output: Output) { self.output = output }

    var initial: State { State() }

    @inline(__always)
    func add(_ x: Double, _ y: Double, to state: inout State) {
        state.count += 1
        let (dx, dy) = (x - state.meanX, y - state.meanY)
        state.meanX += dx / state.count
        state.meanY += dy / state.count
        state.xy += dx * (y - state.meanY)
        state.xx += dx * (x - state.meanX)
        state.yy += dy * (y - state.meanY)
    }

    func merge(_ other: State, into state: inout State) {
        if other.count == 0 { return }
        let n = state.count + other.count
        let (dx, dy) = (other.meanX - state.meanX, other.meanY - state.meanY)
        let weight = state.count * other.count / n
        state.xy += other.xy + dx * dy * weight
        state.xx += other.xx + dx * dx * weight
        state.yy += other.yy + dy * dy * weight
        state.meanX += dx * other.count / n
        state.meanY += dy * other.count / n
        state.count = n
    }

    func output(_ state: State) -> (value: Double, isPresent: Bool) {
        let n = state.count
        if n == 0 { return (0, false) }
        switch output {
        case .covariance: return (state.xy / n, true)
        case .covarianceOfSample: return (state.xy / (n - 1), n > 1)
        case .correlation:
            let spread = (state.xx * state.yy).squareRoot()
            return (state.xy / spread, n > 1 && spread != 0)
        case .regression(let regression):
            // y is the first argument, x the second.
            switch regression {
            // These have accumulators of their own.
            case .count: return (n, true)
            case .averageX: return (state.meanY, true)
            case .averageY: return (state.meanX, true)
            case .sxx: return (state.yy, true)
            case .syy: return (state.xx, true)
            case .sxy: return (state.xy, true)
            case .slope: return (state.xy / state.yy, state.yy != 0)
            case .intercept: return (state.meanX - state.xy / state.yy * state.meanY, state.yy != 0)
            case .r2:
                if state.yy == 0 { return (0, false) }
                if state.xx == 0 { return (1, true) }
                return (state.xy * state.xy / state.xx / state.yy, true)
            }
        }
    }
}
