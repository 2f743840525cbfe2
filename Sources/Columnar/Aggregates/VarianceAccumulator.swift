/// `var_samp`, `var_pop`, `stddev_samp`, `stddev_pop`: Welford's running mean and sum of squared distances, merged as Chan, Golub and LeVeque do.
///
/// Null for no value; a sample of one value has no variance, which is null too.
final class VarianceAccumulator: Accumulator {
    private struct Moments: BitwiseCopyable {
        var count = 0.0
        var mean = 0.0
        var squares = 0.0
    }
    private let ofSample: Bool
    private let root: Bool
    private var moments = GroupArray<Moments>(Moments())

    init(ofSample: Bool, root: Bool) { (self.ofSample, self.root) = (ofSample, root) }

    func resize(to groupCount: Int) { moments.resize(to: groupCount) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let column = arguments[0].cast(to: .double).flattened
        let presence = column.presence
        let (values, moments) = (column.fixedValues(of: Double.self), self.moments.start)
        defer { withExtendedLifetime((column, groups)) {} }
        for i in 0..<groups.count where presence?[i] ?? true {
            let group = Int(groups[i])
            var state = moments[group]
            state.count += 1
            let distance = values[i] - state.mean
            state.mean += distance / state.count
            state.squares += distance * (values[i] - state.mean)
            moments[group] = state
        }
    }

    var stateTypes: [DataType] { [.double, .double, .double] }

    func states() -> [Column] {
        let moments = self.moments.take()
        func column(_ part: KeyPath<Moments, Double>) -> Column { Column(.double, Values(moments.bufferPointer.map { $0[keyPath: part] })) }
        return [column(\.count), column(\.mean), column(\.squares)]
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let (counts, means) = (states[0].fixedValues(of: Double.self), states[1].fixedValues(of: Double.self))
        let (squares, moments) = (states[2].fixedValues(of: Double.self), self.moments.start)
        defer { withExtendedLifetime((states, groups)) {} }
        for i in 0..<groups.count where counts[i] > 0 {
            let group = Int(groups[i])
            var state = moments[group]
            let count = state.count + counts[i]
            let distance = means[i] - state.mean
            state.mean += distance * counts[i] / count
            state.squares += squares[i] + distance * distance * state.count * counts[i] / count
            state.count = count
            moments[group] = state
        }
    }

    func result() -> Column {
        let (ofSample, root) = (ofSample, root)
        let moments = self.moments.take()
        let count = moments.count
        let out = Buffer(size: count * 8)
        let to = out.values(of: Double.self)
        for i in 0..<count {
            let variance = moments[i].squares / (ofSample ? moments[i].count - 1 : moments[i].count)
            to[i] = root ? variance.squareRoot() : variance
        }
        let bits = packedBits(count) { moments[$0].count > (ofSample ? 1 : 0) }
        withExtendedLifetime(moments) {}
        return Column(.double, Values<Double>(out, count: count), validity: bits.setCount == count ? nil : bits)
    }

    var size: Int { moments.size }
}
