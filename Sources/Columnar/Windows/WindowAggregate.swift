extension AggregateFunction {
    /// Whether the aggregate can be computed over running frames of rows that come in parts; see `WindowCarry`.
    public var canBeCarried: Bool {
        switch self {
        case .count, .sum, .average, .variance, .standardDeviation: true
        default: false
        }
    }

    /// The aggregate over the frame of every row.
    ///
    /// - Precondition: `resultType` knows the arguments.
    public func values(_ arguments: [Column], _ rows: WindowRows, _ frames: WindowFrameBounds, carry: WindowCarry? = nil) -> Column {
        switch self {
        case .count:
            let presence = arguments.reduce(nil as Bitmap?) { Bitmap.and($0, $1.presence) }
            let counted = FrameAggregation(FrameCount(presence: FramePresence(presence)), rows, frames, carry: carry)
            withExtendedLifetime(presence) {}
            return Column(.long, counted.outputs)
        case .sum, .average: return sums(arguments[0], rows, frames, carry)
        case .variance(let ofSample): return variances(arguments[0], ofSample, root: false, rows, frames, carry)
        case .standardDeviation(let ofSample): return variances(arguments[0], ofSample, root: true, rows, frames, carry)
        case .minimum, .maximum: return arguments[0].take(extremes(arguments[0], maximum: self == .maximum, rows, frames))
        case .first(let ignoresNulls): return arguments[0].take(WindowPick.first(ignoresNulls: ignoresNulls).rows(arguments[0], rows, frames))
        case .last(let ignoresNulls): return arguments[0].take(WindowPick.last(ignoresNulls: ignoresNulls).rows(arguments[0], rows, frames))
        case .countDistinct, .collectList, .collectSet: return collected(arguments, rows, frames)
        }
    }

    private func sums(_ argument: Column, _ rows: WindowRows, _ frames: WindowFrameBounds, _ carry: WindowCarry?) -> Column {
        let averages = self == .average
        if argument.type.isInteger, !averages {
            let column = argument.cast(to: .long).flattened
            let presence = column.presence
            defer { withExtendedLifetime(column) { withExtendedLifetime(presence) {} } }
            let aggregate = FrameIntegerSum(values: column.fixedValues(of: Int64.self), presence: FramePresence(presence))
            let result = FrameAggregation(aggregate, rows, frames, carry: carry)
            return Column(.long, result.outputs, validity: result.validity)
        }
        if case .decimal(_, let scale) = argument.type, case .decimal(let precision, let resultScale)? = resultType([argument.type]) {
            let column = argument.flattened
            let presence = column.presence
            defer { withExtendedLifetime(column) { withExtendedLifetime(presence) {} } }
            let aggregate = FrameDecimalSum(
                values: column.fixedValues(of: Int128.self), presence: FramePresence(presence), limit: PowersOfTen.integers[precision].magnitude,
                averageDigits: averages ? resultScale - scale : nil)
            let result = FrameAggregation(aggregate, rows, frames, carry: carry)
            return Column(.decimal(precision: precision, scale: resultScale), result.outputs, validity: result.validity)
        }
        let column = argument.cast(to: .double).flattened
        let presence = column.presence
        defer { withExtendedLifetime(column) { withExtendedLifetime(presence) {} } }
        let aggregate = FrameDoubleSum(values: column.fixedValues(of: Double.self), presence: FramePresence(presence), averages: averages)
        let result = FrameAggregation(aggregate, rows, frames, carry: carry)
        return Column(.double, result.outputs, validity: result.validity)
    }

    private func variances(
        _ argument: Column, _ ofSample: Bool, root: Bool, _ rows: WindowRows, _ frames: WindowFrameBounds, _ carry: WindowCarry?
    ) -> Column {
        let column = argument.cast(to: .double).flattened
        let presence = column.presence
        defer { withExtendedLifetime(column) { withExtendedLifetime(presence) {} } }
        let aggregate = FrameVariance(
            values: column.fixedValues(of: Double.self), presence: FramePresence(presence), ofSample: ofSample, root: root)
        let result = FrameAggregation(aggregate, rows, frames, carry: carry)
        return Column(.double, result.outputs, validity: result.validity)
    }

    /// The row that each frame's least or greatest value stands in.
    private func extremes(_ argument: Column, maximum: Bool, _ rows: WindowRows, _ frames: WindowFrameBounds) -> Values<Int32> {
        let column = argument.flattened
        let presence = column.presence
        defer { withExtendedLifetime(column) { withExtendedLifetime(presence) {} } }
        if SortWords.areExact(column.type) {
            let words = SortWords(SortKey(column, descending: maximum)).words
            defer { withExtendedLifetime(words) {} }
            return FrameAggregation(FrameExtreme(words: words.start, presence: FramePresence(presence)), rows, frames, carry: nil).outputs
        }
        let aggregate = FrameExtremeRow(column: column, presence: FramePresence(presence), maximum: maximum)
        return FrameAggregation(aggregate, rows, frames, carry: nil).outputs
    }

    /// What a frame has to hold value by value: its rows are written out, some at a time.
    private func collected(_ arguments: [Column], _ rows: WindowRows, _ frames: WindowFrameBounds) -> Column {
        let accumulator = makeAccumulator(arguments.map(\.type))
        let isWhole = frames.shape == .partition
        let groups = isWhole ? rows.partitionCount : rows.count
        accumulator.resize(to: groups)
        var (members, owners) = (GrowingBuffer<Int32>(capacity: 1 << 16), GrowingBuffer<Int32>(capacity: 1 << 16))
        func flush() {
            if members.count == 0 { return }
            let taken = members.take()
            accumulator.update(arguments.map { $0.take(taken) }, owners.take())
        }
        for group in 0..<groups {
            let start = isWhole ? rows.partitions[group] : frames.starts[group]
            let end = isWhole ? rows.partitions[group + 1] : frames.ends[group]
            members.reserve(Int(end - start))
            owners.append(repeating: Int32(truncatingIfNeeded: group), count: Int(end - start))
            for row in start..<end { members.append(row) }
            if members.count >= 1 << 16 { flush() }
        }
        flush()
        let result = accumulator.result()
        return isWhole ? result.take(rows.partitionNumbers) : result
    }
}

extension WindowRows {
    /// The number of each row's partition.
    fileprivate var partitionNumbers: Values<Int32> {
        let out = Buffer(size: count * 4)
        let to = out.values(of: Int32.self)
        for p in 0..<partitionCount { for row in Int(partitions[p])..<Int(partitions[p + 1]) { to[row] = Int32(truncatingIfNeeded: p) } }
        return Values(out, count: count)
    }
}
