/// An operand's values of a fixed size, row by row; a constant's one value stands for all rows. Keep it alive over the loop: `withExtendedLifetime`.
struct RowValues<T: BitwiseCopyable> {
    let column: Column
    let start: UnsafePointer<T>
    /// 0 for a constant.
    let step: Int

    /// - Precondition: columns of `type` have values of type `T`.
    init(_ operand: Operand, as type: DataType) {
        column = operand.cast(to: type).storage.flattened
        start = type == .string || type == .binary ? UnsafeRawPointer(column.views.start).assumingMemoryBound(to: T.self) : column.fixedValues(of: T.self)
        step = operand.isConstant ? 0 : 1
    }

    @inline(__always)
    subscript(row: Int) -> T { start[row &* step] }

    /// The operand in the form that was read.
    var operand: Operand { step == 0 ? .constant(column) : .column(column) }
}

extension Operand {
    /// A column of `count` rows of a fixed size from what `body` makes of each row for which the operands have a value; nil is null. A constant where all operands
    /// are.
    @inline(__always)
    static func computing<R: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ type: DataType, _ result: R.Type, from operands: [Operand], _ body: (Int) -> R?
    ) -> Operand {
        let count = rowCount(operands)
        let validity = validity(operands, count: count)
        let out = Buffer(size: count * MemoryLayout<R>.stride)
        let to = out.values(of: R.self)
        var mask = FailureMask(validity, count: count)
        for i in 0..<count {
            if let validity, !validity[i] {
                to[i] = 0
            } else if let value = body(i) {
                to[i] = value
            } else {
                to[i] = 0
                mask.fail(i)
            }
        }
        return Operand.result(Column(type: type, count: count, validity: mask.validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base))), of: operands)
    }

    /// A string column of what `body` appends for each row for which the operands have a value; false makes it null.
    @inline(__always)
    static func building(from operands: [Operand], as type: DataType = .string, _ body: (Int, inout TextBuffer) -> Bool) -> Operand {
        let count = rowCount(operands)
        let validity = validity(operands, count: count)
        let out = Buffer(size: count * 16)
        let to = out.values(of: StringView.self)
        var arena = StringArena()
        var text = TextBuffer(capacity: 64)
        var mask = FailureMask(validity, count: count)
        for i in 0..<count {
            to[i] = .empty
            if let validity, !validity[i] { continue }
            text.removeAll()
            if body(i, &text) { to[i] = arena.view(copying: text.bytes) } else { mask.fail(i) }
        }
        return Operand.result(
            Column(type: type, count: count, validity: mask.validity, storage: .views(Values(out, count: count), buffers: arena.finish())), of: operands)
    }
}
