/// `regr_avgx` and `regr_avgy`: the average of one argument in the rows where both have a value, in its own type of average.
final class PairAverageAccumulator: Accumulator {
    private let ofFirst: Bool
    private let average: SumAccumulator

    init(_ arguments: [DataType], _ result: DataType, ofFirst: Bool) {
        self.ofFirst = ofFirst
        average = SumAccumulator(argument: arguments[ofFirst ? 0 : 1], result: result, averages: true)
    }

    /// The column of the average, null where the other argument is.
    static func column(_ arguments: [Column], ofFirst: Bool) -> Column {
        let (own, other) = (arguments[ofFirst ? 0 : 1], arguments[ofFirst ? 1 : 0])
        // What is no number has no value.
        let presence = other.type == .string ? other.cast(to: .double).presence : other.presence
        return own.flattened.masking(presence)
    }

    func resize(to groupCount: Int) { average.resize(to: groupCount) }
    func update(_ arguments: [Column], _ groups: Values<Int32>) { average.update([PairAverageAccumulator.column(arguments, ofFirst: ofFirst)], groups) }
    func merge(_ states: [Column], _ groups: Values<Int32>) { average.merge(states, groups) }
    var stateTypes: [DataType] { average.stateTypes }
    func states() -> [Column] { average.states() }
    func result() -> Column { average.result() }
    var size: Int { average.size }
}
