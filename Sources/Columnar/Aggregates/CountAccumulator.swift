/// `count`, and `count_if`: of rows where the argument is true.
final class CountAccumulator: Accumulator {
    private var counts = GroupArray<Int64>(0)

    private let countsTrue: Bool

    init(countsTrue: Bool = false) { self.countsTrue = countsTrue }

    func resize(to groupCount: Int) { counts.resize(to: groupCount) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let counts = self.counts.start
        let presence = countsTrue ? arguments[0].trueRows : arguments.reduce(nil as Bitmap?) { Bitmap.and($0, $1.presence) }
        let n = groups.count
        let group = groups.start
        defer { withExtendedLifetime(groups) {} }
        if let presence {
            for i in 0..<n { counts[Int(group[i])] &+= presence[i] ? 1 : 0 }
        } else {
            for i in 0..<n { counts[Int(group[i])] &+= 1 }
        }
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let counts = self.counts.start
        let values = states[0].fixedValues(of: Int64.self)
        defer { withExtendedLifetime(states) {} }
        for i in 0..<groups.count { counts[Int(groups[i])] &+= values[i] }
    }

    var stateTypes: [DataType] { [.long] }
    func states() -> [Column] { [result()] }
    func result() -> Column { Column(.long, counts.take()) }
    var size: Int { counts.size }
}
