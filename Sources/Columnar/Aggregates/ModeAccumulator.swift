/// `mode`: how often each value stands in each group, in a table of pairs of group and value.
final class ModeAccumulator: Accumulator {
    private let type: DataType
    private let takesGreatest: Bool
    private let pairs: KeyTable
    private var counts = GroupArray<Int64>(0)
    private var groupCount = 0

    init(_ type: DataType, takesGreatest: Bool) {
        (self.type, self.takesGreatest) = (type, takesGreatest)
        pairs = KeyTable(types: [.int, type])
    }

    func resize(to count: Int) { groupCount = max(count, groupCount) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        var (column, owners) = (arguments[0], groups)
        if let presence = column.presence {
            let rows = presence.setIndices
            (column, owners) = (column.take(rows), Column(.int, groups).take(rows).integers)
        }
        add(column, owners, nil)
    }

    private func add(_ values: Column, _ owners: Values<Int32>, _ times: UnsafePointer<Int64>?) {
        let found = pairs.insert([Column(.int, owners), values], count: owners.count)
        counts.resize(to: pairs.groupCount)
        let counts = self.counts.start
        for i in 0..<found.count { counts[Int(found[i])] &+= times?[i] ?? 1 }
        withExtendedLifetime(found) {}
    }

    private var elementType: DataType { .struct([Field("value", type), Field("count", .long)]) }
    /// The values of each group with their counts.
    var stateTypes: [DataType] { [.array(elementType)] }

    func states() -> [Column] {
        let keys = pairs.keys
        let n = pairs.groupCount
        let elements = Column(type: elementType, count: n, storage: .struct([keys[1], Column(.long, counts.take())]))
        let lists = ListAccumulator.lists(of: elements, keys[0].fixedValues(of: Int32.self), groupCount)
        withExtendedLifetime(keys) {}
        return [lists]
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let (elements, owners) = ListAccumulator.elements(of: states[0], groups)
        let parts = elements.flattened.children
        let times = parts[1].flattened
        add(parts[0], owners, times.fixedValues(of: Int64.self))
        withExtendedLifetime(times) {}
    }

    func result() -> Column {
        let keys = pairs.keys
        let owners = keys[0].fixedValues(of: Int32.self)
        defer { withExtendedLifetime(keys) {} }
        let best = Buffer(size: groupCount * 4)
        let rows = best.values(of: Int32.self)
        rows.update(repeating: -1, count: groupCount)
        let counts = self.counts.start
        for i in 0..<pairs.groupCount {
            let group = Int(owners[i])
            let known = Int(rows[group])
            if known >= 0 {
                if counts[i] < counts[known] { continue }
                if counts[i] == counts[known] {
                    let order = compareRows(keys[1], i, keys[1], known)
                    if takesGreatest ? order < 0 : order > 0 { continue }
                }
            }
            rows[group] = Int32(truncatingIfNeeded: i)
        }
        return keys[1].take(Values(best, count: groupCount))
    }

    var size: Int { pairs.size + counts.size }
}
