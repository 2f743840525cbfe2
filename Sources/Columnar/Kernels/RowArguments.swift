/// The arguments of a function of rows: flat columns and constants of known types, whose values are read without a look at their types.
public final class RowArguments {
    /// Rows; 1 where all arguments are constants.
    public let count: Int
    public let isConstant: Bool
    /// The rows in which every argument has a value; nil when that is all of them.
    public let presence: Bitmap?
    /// The arguments, flat.
    public let operands: [Operand]
    private let columns: [Column]
    private let validities: [Bitmap?]
    @usableFromInline let bases: UnsafeMutablePointer<UnsafeRawPointer>
    @usableFromInline let steps: UnsafeMutablePointer<Int>

    public init(_ arguments: [Operand]) {
        operands = arguments.map { $0.map(\.flattened) }
        columns = operands.map(\.storage)
        count = Operand.rowCount(operands)
        isConstant = operands.allSatisfy(\.isConstant)
        presence = Operand.validity(operands, count: count)
        validities = columns.map(\.presence)
        bases = .allocate(capacity: max(columns.count, 1))
        steps = .allocate(capacity: max(columns.count, 1))
        for (i, column) in columns.enumerated() {
            switch column.storage {
            case .fixed(_, let start): bases[i] = start
            case .views(let views, _): bases[i] = UnsafeRawPointer(views.start)
            case .bits(let bits): bases[i] = UnsafeRawPointer(bits.bytes)
            case .list(let offsets, _), .map(let offsets, _, _): bases[i] = UnsafeRawPointer(offsets.start)
            default: bases[i] = UnsafeRawPointer(steps)
            }
            steps[i] = operands[i].isConstant ? 0 : 1
        }
    }

    deinit {
        bases.deallocate()
        steps.deallocate()
    }

    public func isNull(_ argument: Int, _ row: Int) -> Bool {
        guard let validity = validities[argument] else { return false }
        return !validity[row * steps[argument]]
    }

    /// A string's or binary value's view. It is undefined where the row is null, but safe to read.
    @inlinable @inline(__always)
    public func view(_ argument: Int, _ row: Int) -> StringView { bases[argument].assumingMemoryBound(to: StringView.self)[row &* steps[argument]] }

    /// The value of a column of the type that lies in memory as `T`.
    @inlinable @inline(__always)
    public func value<T: BitwiseCopyable>(_ argument: Int, _ row: Int, as type: T.Type) -> T { bases[argument].assumingMemoryBound(to: T.self)[row &* steps[argument]] }

    @inlinable @inline(__always)
    public func int(_ argument: Int, _ row: Int) -> Int { Int(value(argument, row, as: Int32.self)) }
    @inlinable @inline(__always)
    public func long(_ argument: Int, _ row: Int) -> Int64 { value(argument, row, as: Int64.self) }
    @inlinable @inline(__always)
    public func double(_ argument: Int, _ row: Int) -> Double { value(argument, row, as: Double.self) }

    @inlinable @inline(__always)
    public func bool(_ argument: Int, _ row: Int) -> Bool {
        let at = row &* steps[argument]
        return bases[argument].assumingMemoryBound(to: UInt8.self)[at >> 3] >> UInt8(truncatingIfNeeded: at & 7) & 1 != 0
    }

    /// The column of an argument, and which row of it stands for a row.
    public func column(_ argument: Int) -> Column { columns[argument] }
    public func row(_ argument: Int, _ row: Int) -> Int { row * steps[argument] }

    func result(_ column: Column) -> Operand { isConstant ? .constant(column) : .column(column) }
}

/// Functions of rows: `body` gives the value of a row, or none (nil, false) where it is null. It is called for rows in which every argument has a value, or with
/// `withNulls` for all rows. One call through a closure a row: for functions whose work is more than that.
extension Operand {
    /// A string or binary column of what `body` appends.
    public static func texts(
        _ operands: [Operand], _ type: DataType = .string, withNulls: Bool = false, _ body: (RowArguments, Int, inout TextBuffer) -> Bool
    ) -> Operand {
        let arguments = RowArguments(operands)
        let count = arguments.count
        let presence = withNulls ? nil : arguments.presence
        let out = Buffer(size: count * 16)
        let to = out.values(of: StringView.self)
        var mask = FailureMask(presence, count: count)
        var arena = StringArena()
        var text = TextBuffer(capacity: 256)
        for i in 0..<count {
            if let presence, !presence[i] {
                to[i] = .empty
                continue
            }
            text.removeAll()
            if body(arguments, i, &text) {
                to[i] = arena.view(copying: text.bytes)
            } else {
                to[i] = .empty
                mask.fail(i)
            }
        }
        return arguments.result(Column(type: type, count: count, validity: mask.validity, storage: .views(Values(out, count: count), buffers: arena.finish())))
    }

    /// A column of parts of the first operand, which is a string or binary: their bytes are shared.
    public static func parts(_ operands: [Operand], withNulls: Bool = false, _ body: (RowArguments, Int, UnsafeRawBufferPointer) -> Range<Int>?) -> Operand {
        let arguments = RowArguments(operands)
        let count = arguments.count
        let presence = withNulls ? nil : arguments.presence
        let out = Buffer(size: count * 16)
        let to = out.values(of: StringView.self)
        var mask = FailureMask(presence, count: count)
        guard case .views(_, let buffers) = arguments.column(0).storage else { preconditionFailure("parts of what is no text") }
        for i in 0..<count {
            to[i] = .empty
            if let presence, !presence[i] { continue }
            let view = arguments.view(0, i)
            let part = view.withBytes { bytes -> StringView? in
                guard let range = body(arguments, i, bytes) else { return nil }
                if range.isEmpty { return .empty }
                return range.count == bytes.count ? view : StringView(bytes.baseAddress! + range.lowerBound, length: range.count)
            }
            if let part { to[i] = part } else { mask.fail(i) }
        }
        return arguments.result(
            Column(type: arguments.column(0).type, count: count, validity: mask.validity, storage: .views(Values(out, count: count), buffers: buffers)))
    }

    public static func ints(_ operands: [Operand], withNulls: Bool = false, _ body: (RowArguments, Int) -> Int32?) -> Operand {
        rows(operands, .int, withNulls, body)
    }

    public static func longs(_ operands: [Operand], withNulls: Bool = false, _ body: (RowArguments, Int) -> Int64?) -> Operand {
        rows(operands, .long, withNulls, body)
    }

    public static func doubles(_ operands: [Operand], withNulls: Bool = false, _ body: (RowArguments, Int) -> Double?) -> Operand {
        rows(operands, .double, withNulls, body)
    }

    /// Unscaled values of decimals. Those with more digits than the type are null.
    public static func decimals(
        _ operands: [Operand], precision: Int, scale: Int, withNulls: Bool = false, _ body: (RowArguments, Int) -> Int128?
    ) -> Operand {
        let limit = PowersOfTen.integers[precision].magnitude
        return rows(operands, .decimal(precision: precision, scale: scale), withNulls) { arguments, row -> Int128? in
            body(arguments, row).flatMap { $0.magnitude < limit ? $0 : nil }
        }
    }

    public static func bools(_ operands: [Operand], withNulls: Bool = false, _ body: (RowArguments, Int) -> Bool?) -> Operand {
        let arguments = RowArguments(operands)
        let count = arguments.count
        let presence = withNulls ? nil : arguments.presence
        var mask = FailureMask(presence, count: count)
        let bits = packedBits(count) { i in
            if let presence, !presence[i] { return false }
            guard let value = body(arguments, i) else {
                mask.fail(i)
                return false
            }
            return value
        }
        return arguments.result(Column(bits, validity: mask.validity))
    }

    @inline(__always)
    private static func rows<T: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ operands: [Operand], _ type: DataType, _ withNulls: Bool, _ body: (RowArguments, Int) -> T?
    ) -> Operand {
        let arguments = RowArguments(operands)
        let count = arguments.count
        let presence = withNulls ? nil : arguments.presence
        let out = Buffer(size: count * MemoryLayout<T>.stride)
        let to = out.values(of: T.self)
        var mask = FailureMask(presence, count: count)
        for i in 0..<count {
            to[i] = 0
            if let presence, !presence[i] { continue }
            if let value = body(arguments, i) { to[i] = value } else { mask.fail(i) }
        }
        return arguments.result(Column(type: type, count: count, validity: mask.validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base))))
    }

    /// A double of a double, for all rows.
    public static func mapDoubles(_ a: Operand, _ body: (Double) -> Double) -> Operand {
        a.cast(to: .double).map { $0.flattened.mapping(Double.self, to: .double, body) }
    }

    /// A double of two doubles, for all rows.
    public static func zipDoubles(_ a: Operand, _ b: Operand, _ body: (Double, Double) -> Double) -> Operand {
        let count = rowCount([a, b])
        let (x, y) = (a.cast(to: .double).map(\.flattened), b.cast(to: .double).map(\.flattened))
        let out = Buffer(size: count * 8)
        zipRows(x, y, count, Double.self, out.values(of: Double.self), body)
        return result(Column(.double, Values<Double>(out, count: count), validity: validity([x, y], count: count)), of: [a, b])
    }
}
