/// `bit_and`, `bit_or` and `bit_xor` of integers. Null for no value.
final class BitAccumulator: Accumulator {
    private let type: DataType
    private let operation: AggregateFunction.BitOperation
    private var words: GroupArray<Int64>
    private var seen = GroupArray<UInt8>(0)
    private var groupCount = 0

    init(_ type: DataType, _ operation: AggregateFunction.BitOperation) {
        (self.type, self.operation) = (type, operation)
        words = GroupArray(operation == .and ? -1 : 0)
    }

    func resize(to count: Int) {
        groupCount = max(count, groupCount)
        words.resize(to: count)
        seen.resize(to: count)
    }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let column = arguments[0].cast(to: .long).flattened
        let presence = column.presence
        let (values, words, seen) = (column.fixedValues(of: Int64.self), self.words.start, self.seen.start)
        defer { withExtendedLifetime((column, groups)) {} }
        @inline(__always) func fold(_ combine: (Int64, Int64) -> Int64) {
            for i in 0..<groups.count where presence?[i] ?? true {
                let group = Int(groups[i])
                words[group] = combine(words[group], values[i])
                seen[group] = 1
            }
        }
        switch operation {
        case .and: fold { $0 & $1 }
        case .or: fold { $0 | $1 }
        case .xor: fold { $0 ^ $1 }
        }
    }

    /// A state looks like a result, and merges like a value.
    var stateTypes: [DataType] { [.long] }
    func states() -> [Column] {
        let flags = seen.take()
        let bits = packedBits(groupCount) { flags[$0] != 0 }
        withExtendedLifetime(flags) {}
        return [Column(.long, words.take(), validity: bits.setCount == groupCount ? nil : bits)]
    }
    func merge(_ states: [Column], _ groups: Values<Int32>) { update(states, groups) }
    // What comes of numbers of a type by these operations is one of the type.
    func result() -> Column { states()[0].cast(to: type) }
    var size: Int { words.size + seen.size }
}
