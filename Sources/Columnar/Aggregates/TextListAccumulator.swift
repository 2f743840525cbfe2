/// `listagg`: the values that are not null as one text, in the order in which they came or in that of the other arguments. Null for no value.
final class TextListAccumulator: Accumulator {
    private let options: AggregateFunction.ListAggregate
    private let text: DataType
    private let element: DataType
    private let list: ListAccumulator

    init(_ options: AggregateFunction.ListAggregate, _ arguments: [DataType], _ result: DataType) {
        (self.options, text) = (options, result)
        element = arguments.count == 1 ? result : .struct([Field("_", result)] + arguments.dropFirst().enumerated().map { Field("\($0.offset)", $0.element) })
        list = ListAccumulator(element: element)
    }

    func resize(to count: Int) { list.resize(to: count) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let values = arguments[0].cast(to: text).flattened
        if arguments.count == 1 { return list.update([values], groups) }
        let columns = [values] + arguments.dropFirst().map(\.flattened)
        list.update([Column(type: element, count: groups.count, validity: values.presence, storage: .struct(columns))], groups)
    }

    var stateTypes: [DataType] { list.stateTypes }
    func states() -> [Column] { list.states() }
    func merge(_ states: [Column], _ groups: Values<Int32>) { list.merge(states, groups) }
    var size: Int { list.size }

    func result() -> Column {
        let groupCount = list.groupCount
        let (elements, owners) = list.contents()
        let columns = options.order.isEmpty ? [elements.flattened] : elements.flattened.children.map(\.flattened)
        var keys = [SortKey(Column(.int, owners))]
        for (key, order) in zip(columns.dropFirst(), options.order) { keys.append(SortKey(key, descending: order.descending, nullsFirst: order.nullsFirst)) }
        let order = SortKey.sortIndices(by: keys, count: owners.count)
        let views = columns[0].views
        var builder = TextColumnBuilder(text, capacity: groupCount)
        var joined: [UInt8] = []
        var at = 0
        for group in 0..<groupCount {
            let first = at
            joined.removeAll(keepingCapacity: true)
            while at < order.count, Int(owners[Int(order[at])]) == group {
                if at > first, let delimiter = options.delimiter { joined += delimiter }
                views[Int(order[at])].withBytes { joined.append(contentsOf: $0) }
                at += 1
            }
            if at == first { builder.appendNull() } else { joined.withUnsafeBytes { builder.append($0) } }
        }
        withExtendedLifetime(columns) {}
        return builder.finish()
    }
}
