/// Picking values row by row: what CASE, IF and COALESCE are made of.
extension Operand {
    /// Row by row the value of `a` where the row of `mask` is set, else of `b`. Both must have the same type.
    public static func choose(_ mask: Bitmap, _ a: Operand, _ b: Operand) -> Column {
        precondition(a.type == b.type, "values to choose from are \(a.type.hiveName) and \(b.type.hiveName)")
        let count = mask.count
        let set = mask.setCount
        if set == count { return a.column(count: count) }
        if set == 0 { return b.column(count: count) }
        switch a.type {
        case .null: return .nulls(.null, count: count)
        case .boolean:
            let (x, y) = (a.column(count: count).flattened, b.column(count: count).flattened)
            let bits = packedWords(count) { mask.word($0) & x.bits.word($0) | ~mask.word($0) & y.bits.word($0) }
            return Column(type: .boolean, count: count, validity: chooseValidity(mask, x, y), storage: .bits(bits))
        case .byte: return chooseFixed(mask, a, b, Int8.self)
        case .short: return chooseFixed(mask, a, b, Int16.self)
        case .int, .float, .date: return chooseFixed(mask, a, b, Int32.self)
        case .long, .double, .timestamp: return chooseFixed(mask, a, b, Int64.self)
        case .decimal: return chooseFixed(mask, a, b, Int128.self)
        case .string, .binary:
            let (x, y) = (a.column(count: count).flattened, b.column(count: count).flattened)
            guard case .views(let first, let owned) = x.storage, case .views(let second, let others) = y.storage else {
                preconditionFailure("a string column without views")
            }
            let out = Buffer(size: count * 16)
            let to = out.values(of: StringView.self)
            for i in 0..<count { to[i] = mask[i] ? first[i] : second[i] }
            return Column(
                type: a.type, count: count, validity: chooseValidity(mask, x, y),
                storage: .views(Values(out, count: count), buffers: owned + others.filter { buffer in !owned.contains { $0 === buffer } }))
        default:
            let places = Buffer(size: count * 4)
            let place = places.values(of: Int32.self)
            for i in 0..<count { place[i] = Int32(truncatingIfNeeded: mask[i] ? i : count + i) }
            return Column.concatenate([a.column(count: count), b.column(count: count)], as: a.type).take(Values(places, count: count))
        }
    }

    private static func chooseFixed<T: BitwiseCopyable>(_ mask: Bitmap, _ a: Operand, _ b: Operand, _ value: T.Type) -> Column {
        let count = mask.count
        let (x, y) = (a.column(count: count).flattened, b.column(count: count).flattened)
        let out = Buffer(size: count * MemoryLayout<T>.stride)
        let to = out.values(of: T.self)
        defer { withExtendedLifetime((x, y)) {} }
        let (first, second) = (x.fixedValues(of: T.self), y.fixedValues(of: T.self))
        for i in 0..<count { to[i] = mask[i] ? first[i] : second[i] }
        return Column(
            type: a.type, count: count, validity: chooseValidity(mask, x, y), storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }

    private static func chooseValidity(_ mask: Bitmap, _ a: Column, _ b: Column) -> Bitmap? {
        if a.validity == nil, b.validity == nil { return nil }
        return packedWords(mask.count) { mask.word($0) & (a.validity?.word($0) ?? .max) | ~mask.word($0) & (b.validity?.word($0) ?? .max) }
    }

    /// The first operand's value that is not null. All must have the same type; there must be one at least.
    public static func coalesce(_ operands: [Operand]) -> Operand {
        let count = rowCount(operands)
        var result = operands[operands.count - 1]
        for operand in operands.dropLast().reversed() {
            switch operand {
            case .constant(let column): if !column.isNull(0) { result = operand }
            case .column(let column):
                guard let presence = column.presence else {
                    result = operand
                    continue
                }
                result = .column(choose(presence, operand, result))
            }
        }
        return Operand.result(result.column(count: count), of: operands)
    }
}
