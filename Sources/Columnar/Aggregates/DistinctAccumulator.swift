/// `count(distinct ...)` and `collect_set`: a table of the different pairs of group and values.
final class DistinctAccumulator: Accumulator {
    private let types: [DataType]
    private let counts: Bool
    private var pairs: KeyTable
    private var groupCount = 0

    init(types: [DataType], counts: Bool) {
        (self.types, self.counts) = (types, counts)
        pairs = KeyTable(types: [.int] + types)
    }

    func resize(to count: Int) { groupCount = max(count, groupCount) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let presence = arguments.reduce(nil as Bitmap?) { Bitmap.and($0, $1.presence) }
        let keys = [Column(.int, groups)] + arguments
        if let presence {
            let rows = presence.setIndices
            _ = pairs.insert(keys.map { $0.take(rows) }, count: rows.count)
        } else {
            _ = pairs.insert(keys, count: groups.count)
        }
    }

    private var elementType: DataType {
        types.count == 1 ? types[0] : .struct(types.enumerated().map { Field("_\($0.offset)", $0.element) })
    }

    /// The values of each group as a list.
    var stateTypes: [DataType] { [.array(elementType)] }

    func states() -> [Column] { [lists()] }

    private func lists() -> Column {
        let keys = pairs.keys
        let groups = keys[0].fixedValues(of: Int32.self)
        let elements =
            types.count == 1 ? keys[1] : Column(type: elementType, count: keys[0].count, storage: .struct(Array(keys.dropFirst())))
        defer { withExtendedLifetime(keys) {} }
        return ListAccumulator.lists(of: elements, groups, groupCount)
    }

    /// The columns of the different values, and the group of each.
    var contents: ([Column], Values<Int32>) {
        let keys = pairs.keys
        return (Array(keys.dropFirst()), keys[0].integers)
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let (elements, owners) = ListAccumulator.elements(of: states[0], groups)
        let values = types.count == 1 ? [elements] : elements.flattened.children
        _ = pairs.insert([Column(.int, owners)] + values, count: owners.count)
    }

    func result() -> Column {
        guard counts else { return lists() }
        let keys = pairs.keys
        let groups = keys[0].fixedValues(of: Int32.self)
        let out = Buffer(zeroed: groupCount * 8)
        let to = out.values(of: Int64.self)
        for i in 0..<keys[0].count { to[Int(groups[i])] += 1 }
        withExtendedLifetime(keys) {}
        return Column(.long, Values<Int64>(out, count: groupCount))
    }

    var size: Int { pairs.size }
}

/// `collect_list`: the values that are not null, in the order in which they came.
final class ListAccumulator: Accumulator {
    private let element: DataType
    private var parts: [Column] = []
    private var owners = GrowingBuffer<Int32>(capacity: 1024)
    private var bytes = 0
    private(set) var groupCount = 0

    init(element: DataType) { self.element = element }

    func resize(to count: Int) { groupCount = max(count, groupCount) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        var (column, owner) = (arguments[0], groups)
        if let presence = column.presence {
            let rows = presence.setIndices
            (column, owner) = (column.take(rows), Column(.int, groups).take(rows).integers)
        }
        add(column, owner)
    }

    private func add(_ column: Column, _ owner: Values<Int32>) {
        if column.count == 0 { return }
        let kept = column.compacted()
        parts.append(kept)
        bytes += kept.approximateSize
        owners.append(from: owner.start, count: owner.count)
        withExtendedLifetime(owner) {}
    }

    var stateTypes: [DataType] { [.array(element)] }
    func states() -> [Column] { [result()] }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let (elements, owners) = ListAccumulator.elements(of: states[0], groups)
        add(elements, owners)
    }

    /// All values, and the group of each. The accumulator must not be used any more.
    func contents() -> (Column, Values<Int32>) {
        let all = parts.isEmpty ? Column.nulls(element, count: 0) : Column.concatenate(parts, as: element)
        return (all, owners.take())
    }

    func result() -> Column {
        let (all, owners) = contents()
        defer { withExtendedLifetime(owners) {} }
        return ListAccumulator.lists(of: all, owners.start, groupCount)
    }

    var size: Int { bytes + owners.count * 4 }

    /// One list a group of the elements that it owns, in their order.
    static func lists(of elements: Column, _ owners: UnsafePointer<Int32>, _ groupCount: Int) -> Column {
        let offsetBuffer = Buffer(zeroed: (groupCount + 1) * 4)
        let offsets = offsetBuffer.values(of: Int32.self)
        for i in 0..<elements.count { offsets[Int(owners[i]) + 1] += 1 }
        for group in 0..<groupCount { offsets[group + 1] += offsets[group] }
        let next = Buffer(size: groupCount * 4)
        let at = next.values(of: Int32.self)
        at.update(from: offsets, count: groupCount)
        let rows = Buffer(size: elements.count * 4)
        let to = rows.values(of: Int32.self)
        for i in 0..<elements.count {
            let group = Int(owners[i])
            to[Int(at[group])] = Int32(truncatingIfNeeded: i)
            at[group] += 1
        }
        withExtendedLifetime(next) {}
        return Column(
            type: .array(elements.type), count: groupCount,
            storage: .list(offsets: Values(offsetBuffer, count: groupCount + 1), child: elements.take(Values(rows, count: elements.count))))
    }

    /// The elements of all lists, and the group of each.
    static func elements(of lists: Column, _ groups: Values<Int32>) -> (Column, Values<Int32>) {
        guard case .list(let offsets, let child) = lists.flattened.storage else { preconditionFailure("a state is a list") }
        let first = Int(offsets[0])
        let elements = child.slice(first..<Int(offsets[lists.count]))
        let owners = Buffer(size: elements.count * 4)
        let to = owners.values(of: Int32.self)
        for i in 0..<lists.count {
            for at in Int(offsets[i])..<Int(offsets[i + 1]) { to[at - first] = groups[i] }
        }
        return (elements, Values(owners, count: elements.count))
    }
}

extension Column {
    /// The values of a column of 32-bit integers.
    var integers: Values<Int32> {
        guard case .fixed(let owner, let start) = storage else { preconditionFailure("a \(type.name) column has no integers") }
        return Values(owner: owner, start: start.assumingMemoryBound(to: Int32.self), count: count)
    }
}
