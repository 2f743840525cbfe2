internal import CKernels

/// The values that a key has, to be asked for others: what a join tells the scan of its other side.
public struct JoinKeySet: Sendable {
    private enum Values {
        case bits(KeyPacking, Columnar.Values<UInt64>)
        case index(JoinIndex)
    }
    private let values: Values
    /// The smallest and the largest value; nil where the type has no such.
    public let range: (low: Value, high: Value)?

    /// The rows whose value is in the set; null is not.
    ///
    /// - Precondition: the column is of the key's type.
    public func contains(_ column: Column) -> Bitmap {
        switch values {
        case .index(let index): return index.find([column], count: column.count).bits { $0 >= 0 }
        case .bits(let packing, let bits):
            // A dictionary is asked once.
            if case .dictionary(let indices, let values) = column.storage, values.count < column.count {
                let inner = contains(values)
                let found = packedBits(column.count) { inner[Int(indices.start[$0])] }
                return column.validity.map { found.and($0) } ?? found
            }
            let count = column.count
            let words = packing.words([column], count: count)
            let out = Buffer(size: (count + 63) / 64 * 8)
            mastic_bits_test(bits.start, words.low, words.span, words.values.start, Int64(count), out.values(of: UInt64.self))
            withExtendedLifetime((words.values, bits)) {}
            return Bitmap(out, count: count)
        }
    }

    init(_ index: JoinIndex) { (values, range) = (.index(index), nil) }

    init(_ packing: KeyPacking, _ bits: Columnar.Values<UInt64>, type: DataType) {
        values = .bits(packing, bits)
        let bounds = packing.range
        range = JoinKeySet.value(bounds.lowerBound, type).map { ($0, JoinKeySet.value(bounds.upperBound, type)!) }
    }

    private static func value(_ number: Int64, _ type: DataType) -> Value? {
        switch type {
        case .byte, .short, .int, .long: .integer(number)
        case .date: Int32(exactly: number).map { .date($0) }
        case .timestamp: .timestamp(number)
        case .decimal(_, let scale): .decimal(unscaled: Int128(number), scale: scale)
        default: nil
        }
    }
}

extension JoinIndex {
    /// The values of key `k`; nil where they are too many or too far apart to be asked quickly.
    ///
    /// - Parameter column: the key's column.
    public func keySet(_ k: Int, of column: () -> Column) -> JoinKeySet? {
        if types.count == 1 {
            if case .ranked(let bits, _) = places, let packing { return JoinKeySet(packing, bits, type: types[0]) }
            return JoinKeySet(self)
        }
        guard KeyPacking.takes(types[k]) else { return nil }
        let numbers = WholeNumbers(column())!
        guard let packing = KeyPacking([numbers], nullsMatch: [false]), packing.bound <= UInt64(max(count, 1024)) * 256 else { return nil }
        let codes = packing.codes([numbers], count: count)
        return JoinKeySet(packing, RankedCodes.bits(codes, bound: Int(packing.bound), jobs: 1) { jobs, body in body(0) }, type: types[k])
    }
}
