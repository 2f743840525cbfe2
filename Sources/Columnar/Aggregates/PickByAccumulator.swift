/// `max_by` and `min_by`: the first argument in the row where the second is greatest or least; of several such rows in the last.
///
/// What is kept is a structure of both, of which the second decides.
final class PickByAccumulator: Accumulator {
    private let type: DataType
    private let value: DataType
    private let picks: PickAccumulator

    init(_ arguments: [DataType], maximum: Bool) {
        value = arguments[0]
        type = .struct([Field("by", arguments[1]), Field("value", arguments[0])])
        picks = PickAccumulator(type: type, maximum ? .greatestFirstField : .leastFirstField)
    }

    func resize(to count: Int) { picks.resize(to: count) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let by = arguments[1].flattened
        picks.update([Column(type: type, count: groups.count, validity: by.presence, storage: .struct([by, arguments[0].flattened]))], groups)
    }

    var stateTypes: [DataType] { picks.stateTypes }
    func states() -> [Column] { picks.states() }
    func merge(_ states: [Column], _ groups: Values<Int32>) { picks.merge([states[0].flattened, states[1]], groups) }

    func result() -> Column {
        let rows = picks.result().flattened
        return rows.children[1].masking(rows.validity)
    }

    var size: Int { picks.size }
}
