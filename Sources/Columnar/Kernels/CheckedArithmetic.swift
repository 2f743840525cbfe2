/// What went wrong in a row, where nulls and wrapped numbers are not wanted (ANSI mode).
public enum ComputationFailure: Error, Sendable, Equatable {
    case divisionByZero
    /// A number that the type of the result cannot hold.
    case overflow(type: DataType)
    /// A value that a type has no reading of; the text as it stands.
    case invalidInput(value: String, from: DataType, to: DataType)
    /// A number that is too large for the type it was to be cast to.
    case castOverflow(value: String, from: DataType, to: DataType)
    /// An index that an array does not have; `index` counts from 1 for `element_at`, from 0 for `[]`.
    case indexOutOfRange(index: Int64, count: Int, isElementAt: Bool)
}

/// Kernels that fail where the others give null or wrap around.
extension Operand {
    /// `compute`, with failures.
    ///
    /// - Throws: `ComputationFailure` of the first row that has one.
    public static func computeChecked(_ a: Operand, _ operation: Arithmetic, _ b: Operand) throws(ComputationFailure) -> Operand {
        // Text is read as numbers first.
        let x = a.type == .string ? try a.castChecked(to: .double) : a
        let y = b.type == .string ? try b.castChecked(to: .double) : b
        let result = compute(x, operation, y)
        let count = rowCount([x, y])
        if let presence = result.storage.presence {
            let inputs = validity([x.map(\.flattened), y.map(\.flattened)], count: count)
            if let row = firstLoss(inputs, presence, result.isConstant ? 1 : count) {
                if operation == .divide || operation == .remainder, isZero(y, row) { throw .divisionByZero }
                throw .overflow(type: result.type)
            }
        }
        guard result.type.isInteger, operation == .add || operation == .subtract || operation == .multiply else { return result }
        let type = result.type
        let overflows =
            switch type {
            case .byte: wraps(x, operation, y, type, count, Int8.self)
            case .short: wraps(x, operation, y, type, count, Int16.self)
            case .int: wraps(x, operation, y, type, count, Int32.self)
            default: wraps(x, operation, y, type, count, Int64.self)
            }
        if overflows { throw .overflow(type: type) }
        return result
    }

    /// `negate`, with failures.
    public static func negateChecked(_ a: Operand) throws(ComputationFailure) -> Operand {
        if a.type == .string { return negate(try a.castChecked(to: .double)) }
        if a.type.isInteger { return try computeChecked(.literal(.integer(0), a.type), .subtract, a) }
        return negate(a)
    }

    /// `cast`, with failures.
    ///
    /// - Throws: `ComputationFailure` of the first row whose value the type does not hold; text is a whole number only without a point.
    public func castChecked(to target: DataType) throws(ComputationFailure) -> Operand {
        if type == target || type == .null { return self }
        let source = storage.flattened
        if let row = source.firstCastFailure(to: target) {
            let text = source.slice(row..<row + 1).displayText
            if source.type.isNumeric || source.type == .timestamp { throw .castOverflow(value: text, from: type, to: target) }
            throw .invalidInput(value: text, from: type, to: target)
        }
        return cast(to: target)
    }

    /// The first row that had a value and lost it.
    static func firstLoss(_ before: Bitmap?, _ after: Bitmap, _ count: Int) -> Int? {
        for row in 0..<count where !after[row] && before?[row] ?? true { return row }
        return nil
    }

    private static func isZero(_ operand: Operand, _ row: Int) -> Bool {
        switch operand.storage.value(at: operand.isConstant ? 0 : row) {
        case .integer(let value): value == 0
        case .double(let value): value == 0
        case .decimal(let value, _): value == 0
        default: false
        }
    }

    /// Whether a row with two values has a result that wrapped around.
    private static func wraps<T: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _ a: Operand, _ operation: Arithmetic, _ b: Operand, _ type: DataType, _ count: Int, _ value: T.Type
    ) -> Bool {
        let (x, y) = (a.cast(to: type).map(\.flattened), b.cast(to: type).map(\.flattened))
        let flags = Buffer(size: max(count, 1))
        let to = flags.values(of: UInt8.self)
        switch operation {
        case .add: zipRows(x, y, count, T.self, to) { $0.addingReportingOverflow($1).overflow ? 1 : 0 }
        case .subtract: zipRows(x, y, count, T.self, to) { $0.subtractingReportingOverflow($1).overflow ? 1 : 0 }
        default: zipRows(x, y, count, T.self, to) { $0.multipliedReportingOverflow(by: $1).overflow ? 1 : 0 }
        }
        let presence = validity([x, y], count: count)
        defer { withExtendedLifetime(flags) {} }
        // What stands in a null row's place may be anything.
        for row in 0..<count where to[row] != 0 && presence?[row] ?? true { return true }
        return false
    }
}

extension Column {
    /// The first row whose value a type does not hold: one that a cast makes null, and a number that it would wrap.
    fileprivate func firstCastFailure(to target: DataType) -> Int? {
        var failures = 0
        let result = cast(to: target, counting: &failures)
        if failures > 0 {
            guard let after = result.presence, let row = Operand.firstLoss(presence, after, count) else { return 0 }
            return row
        }
        guard target.isInteger else { return nil }
        let bits = target.integerWidth
        let (least, most) = (-(Int128(1) << Int128(bits - 1)), Int128(1) << Int128(bits - 1) - 1)
        let presence = presence
        func first(_ fails: (Int) -> Bool) -> Int? {
            for row in 0..<count where presence?[row] ?? true && fails(row) { return row }
            return nil
        }
        func integers<T: FixedWidthInteger & BitwiseCopyable>(_ of: T.Type) -> Int? {
            if T.bitWidth <= bits { return nil }
            let values = fixedValues(of: T.self)
            return first { Int128(values[$0]) < least || Int128(values[$0]) > most }
        }
        func isOutside(_ value: Double) -> Bool { !(value.rounded(.towardZero) >= Double(least) && value.rounded(.towardZero) < -Double(least)) }
        switch type {
        case .short: return integers(Int16.self)
        case .int: return integers(Int32.self)
        case .long: return integers(Int64.self)
        case .timestamp:
            let values = fixedValues(of: Int64.self)
            return first { row in
                let seconds = Int128(values[row].flooredDivision(by: 1_000_000).quotient)
                return seconds < least || seconds > most
            }
        case .float:
            let values = fixedValues(of: Float.self)
            return first { isOutside(Double(values[$0])) }
        case .double:
            let values = fixedValues(of: Double.self)
            return first { isOutside(values[$0]) }
        case .decimal(_, let scale):
            let (values, divisor) = (fixedValues(of: Int128.self), PowersOfTen.integers[scale])
            return first { values[$0] / divisor < least || values[$0] / divisor > most }
        case .string:
            let views = self.views
            return first { row in views[row].withBytes { $0.contains(UInt8(ascii: ".")) } }
        default: return nil
        }
    }

    /// The first row's value for a message.
    fileprivate var displayText: String {
        switch cast(to: .string).value(at: 0) {
        case .string(let bytes): String(decoding: bytes.prefix(60), as: UTF8.self)
        default: type.hiveName
        }
    }
}
