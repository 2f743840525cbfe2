/// `sum` and `avg`.
final class SumAccumulator: Accumulator {
    private enum Kind { case integer, double, decimal }
    private let kind: Kind
    private let argument: DataType
    private let resultType: DataType
    private let averages: Bool
    /// What becomes of a sum that does not fit; nil where integers wrap and decimals are null.
    private let overflow: AggregateFunction.OverflowRule?
    private(set) var failure: AggregateFailure?

    private var integers = GroupArray<Int64>(0)
    private var doubles = GroupArray<Double>(0)
    private var decimals = GroupArray<Int128>(0)
    /// Decimals only: groups whose sum has left 128 bits.
    private var overflowed = GroupArray<UInt8>(0)
    /// `avg` only.
    private var counts = GroupArray<Int64>(0)
    /// `sum` only.
    private var seen = SeenGroups()
    private var groupCount = 0

    init(argument: DataType, result: DataType, averages: Bool, overflow: AggregateFunction.OverflowRule? = nil) {
        (self.argument, resultType, self.averages, self.overflow) = (argument, result, averages, overflow)
        // Checked sums of integers are taken in 128 bits, so that only the result has to fit, whatever the order.
        kind = argument.isInteger && !averages ? (overflow == nil ? .integer : .decimal) : result.isDecimal ? .decimal : .double
    }

    private var checksIntegers: Bool { kind == .decimal && argument.isInteger }

    func resize(to count: Int) {
        groupCount = max(count, groupCount)
        switch kind {
        case .integer: integers.resize(to: count)
        case .double: doubles.resize(to: count)
        case .decimal:
            decimals.resize(to: count)
            overflowed.resize(to: count)
        }
        if averages { counts.resize(to: count) } else { seen.resize(to: count) }
    }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let plain =
            argument == .string || argument == .null
            ? arguments[0].cast(to: .double) : checksIntegers ? arguments[0].cast(to: .decimal(precision: 19, scale: 0)) : arguments[0]
        let column = plain.flattened
        let presence = column.presence
        defer { withExtendedLifetime((column, groups)) {} }
        if averages {
            let counts = self.counts.start
            if let presence {
                for i in 0..<groups.count { counts[Int(groups[i])] &+= presence[i] ? 1 : 0 }
            } else {
                for i in 0..<groups.count { counts[Int(groups[i])] &+= 1 }
            }
        } else {
            seen.note(presence, groups)
        }
        switch (kind, column.type) {
        case (.integer, .byte): addIntegers(column, Int8.self, presence, groups)
        case (.integer, .short): addIntegers(column, Int16.self, presence, groups)
        case (.integer, .int): addIntegers(column, Int32.self, presence, groups)
        case (.integer, _): addIntegers(column, Int64.self, presence, groups)
        case (.decimal, _): addDecimals(column.fixedValues(of: Int128.self), presence, groups)
        case (.double, .byte): addDoubles(column, Int8.self, presence, groups) { Double($0) }
        case (.double, .short): addDoubles(column, Int16.self, presence, groups) { Double($0) }
        case (.double, .int): addDoubles(column, Int32.self, presence, groups) { Double($0) }
        case (.double, .long): addDoubles(column, Int64.self, presence, groups) { Double($0) }
        case (.double, .float): addDoubles(column, Float.self, presence, groups) { Double($0) }
        case (.double, _): addDoubles(column, Double.self, presence, groups) { $0 }
        }
    }

    @inline(__always)
    private func addIntegers<T: FixedWidthInteger & BitwiseCopyable>(_ column: Column, _ type: T.Type, _ presence: Bitmap?, _ groups: Values<Int32>) {
        let (sums, values, group) = (integers.start, column.fixedValues(of: T.self), groups.start)
        if let presence {
            for i in 0..<groups.count where presence[i] { sums[Int(group[i])] &+= Int64(truncatingIfNeeded: values[i]) }
        } else {
            for i in 0..<groups.count { sums[Int(group[i])] &+= Int64(truncatingIfNeeded: values[i]) }
        }
    }

    @inline(__always)
    private func addDoubles<T: BitwiseCopyable>(
        _ column: Column, _ type: T.Type, _ presence: Bitmap?, _ groups: Values<Int32>, _ double: (T) -> Double
    ) {
        let (sums, values, group) = (doubles.start, column.fixedValues(of: T.self), groups.start)
        if let presence {
            for i in 0..<groups.count where presence[i] { sums[Int(group[i])] += double(values[i]) }
        } else {
            for i in 0..<groups.count { sums[Int(group[i])] += double(values[i]) }
        }
    }

    private func addDecimals(_ values: UnsafePointer<Int128>, _ presence: Bitmap?, _ groups: Values<Int32>) {
        let (sums, overflowed, group) = (decimals.start, self.overflowed.start, groups.start)
        @inline(__always) func add(_ value: Int128, to group: Int) {
            let (sum, overflows) = sums[group].addingReportingOverflow(value)
            sums[group] = sum
            if overflows { overflowed[group] = 1 }
        }
        if let presence {
            for i in 0..<groups.count where presence[i] { add(values[i], to: Int(group[i])) }
        } else if groupCount == 1, argument.asDecimal.precision <= NarrowDecimals.digits {
            // In a register, where so many values of so few digits cannot leave 128 bits.
            var sum: Int128 = 0
            for i in 0..<groups.count { sum &+= values[i] }
            if groups.count > 0 { add(sum, to: 0) }
        } else {
            for i in 0..<groups.count { add(values[i], to: Int(group[i])) }
        }
    }

    // MARK: States

    private var sumType: DataType {
        switch kind {
        case .integer: .long
        case .double: .double
        case .decimal:
            // A state keeps all 128 bits, whatever the result may have.
            .decimal(precision: 38, scale: { if case .decimal(_, let scale) = argument { scale } else { 0 } }())
        }
    }

    /// The sum (null: none, or too large), and for averages the count; for decimals whether the sum has left 128 bits.
    var stateTypes: [DataType] { [sumType] + (averages ? [.long] : []) + (kind == .decimal ? [.boolean] : []) }

    func states() -> [Column] {
        let count = groupCount
        let validity = averages ? nil : seen.validity(count)
        var columns: [Column]
        switch kind {
        case .integer: columns = [Column(.long, integers.take(), validity: validity)]
        case .double: columns = [Column(.double, doubles.take(), validity: validity)]
        case .decimal: columns = [Column(sumType, decimals.take(), validity: validity)]
        }
        if averages { columns.append(Column(.long, counts.take())) }
        if kind == .decimal {
            let flags = overflowed.take()
            columns.append(Column(packedBits(count) { flags[$0] != 0 }))
        }
        return columns
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) {
        let presence = states[0].validity
        defer { withExtendedLifetime((states, groups)) {} }
        if averages {
            let (counts, values) = (self.counts.start, states[1].fixedValues(of: Int64.self))
            for i in 0..<groups.count { counts[Int(groups[i])] &+= values[i] }
        } else {
            seen.note(presence, groups)
        }
        switch kind {
        case .integer: addIntegers(states[0], Int64.self, presence, groups)
        case .double: addDoubles(states[0], Double.self, presence, groups) { $0 }
        case .decimal:
            addDecimals(states[0].fixedValues(of: Int128.self), presence, groups)
            let (flags, overflowed) = (states[states.count - 1].bits, self.overflowed.start)
            for i in 0..<groups.count where flags[i] { overflowed[Int(groups[i])] = 1 }
        }
    }

    func result() -> Column {
        let count = groupCount
        guard averages else {
            if checksIntegers { return checkedIntegers() }
            if kind == .decimal { return decimalResult { Int128?.some($0) } }
            return states()[0]
        }
        let counts = self.counts.take()
        defer { withExtendedLifetime(counts) {} }
        if kind == .decimal {
            var group = 0
            return decimalResult { sum in
                defer { group += 1 }
                return counts[group] == 0 ? nil : SumAccumulator.average(sum, counts[group], extraDigits: self.extraDigits)
            }
        }
        let sums = doubles.take()
        let out = Buffer(size: count * 8)
        let to = out.values(of: Double.self)
        for i in 0..<count { to[i] = sums[i] / Double(counts[i]) }
        let bits = packedBits(count) { counts[$0] != 0 }
        return Column(.double, Values<Double>(out, count: count), validity: bits.setCount == count ? nil : bits)
    }

    private var extraDigits: Int {
        guard case .decimal(_, let from) = argument, case .decimal(_, let to) = resultType else { return 0 }
        return to - from
    }

    /// The sums as the result's type; null where `value` is nil or has too many digits. Calls `value` once a group, in order.
    private func decimalResult(_ value: (Int128) -> Int128?) -> Column {
        guard case .decimal(let precision, _) = resultType else { preconditionFailure("a decimal's sum is a decimal") }
        let count = groupCount
        let limit = PowersOfTen.integers[precision].magnitude
        let sums = decimals.take()
        let out = Buffer(size: count * 16)
        let to = out.values(of: Int128.self)
        var validity = BitmapBuilder(capacity: count)
        let seen = averages ? nil : self.seen.validity(count)
        for i in 0..<count {
            let result = value(sums[i])
            let isPresent = (seen?[i] ?? true) && overflowed.start[i] == 0 && result.map { $0.magnitude < limit } ?? false
            if !isPresent, overflow == .error, averages ? result != nil || overflowed.start[i] != 0 : seen?[i] ?? true {
                failure = .overflow(function: averages ? "avg" : "sum", type: resultType)
            }
            to[i] = isPresent ? result! : 0
            validity.append(isPresent)
        }
        return Column(resultType, Values<Int128>(out, count: count), validity: validity.finishValidity())
    }

    /// The sums as longs, where they are ones.
    private func checkedIntegers() -> Column {
        let count = groupCount
        let seen = self.seen.validity(count)
        let sums = decimals.take()
        let out = Buffer(size: count * 8)
        let to = out.values(of: Int64.self)
        var validity = BitmapBuilder(capacity: count)
        for i in 0..<count {
            let isSeen = seen?[i] ?? true
            let fits = Int64(exactly: sums[i])
            if isSeen, fits == nil, overflow == .error { failure = .overflow(function: "sum", type: .long) }
            to[i] = fits ?? 0
            validity.append(isSeen && fits != nil)
        }
        return Column(.long, Values<Int64>(out, count: count), validity: validity.finishValidity())
    }

    /// `sum` / `count` with more digits, half rounded up (away from zero); nil when 128 bits do not suffice.
    static func average(_ sum: Int128, _ count: Int64, extraDigits: Int) -> Int128? {
        let (scaled, overflows) = sum.multipliedReportingOverflow(by: PowersOfTen.integers[extraDigits])
        if overflows { return nil }
        let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: Int128(count))
        return remainder.magnitude * 2 >= UInt128(count) ? quotient + (scaled < 0 ? -1 : 1) : quotient
    }

    var size: Int { integers.size + doubles.size + decimals.size + overflowed.size + counts.size + seen.size }
}
