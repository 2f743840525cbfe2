extension AggregateFunction {
    /// Whether the aggregate can be computed over running frames of rows that come in parts; see `WindowCarry`.
    public var canBeCarried: Bool {
        switch self {
        case .count, .countIf, .sum, .average, .variance, .standardDeviation, .skewness, .kurtosis, .product, .covariance, .correlation, .regression, .bits:
            true
        default: false
        }
    }

    /// The aggregate over the frame of every row.
    ///
    /// - Throws: `AggregateFailure` of a checked aggregate.
    /// - Precondition: `resultType` knows the arguments.
    public func values(
        _ arguments: [Column], _ rows: WindowRows, _ frames: WindowFrameBounds, carry: WindowCarry? = nil
    ) throws(AggregateFailure) -> Column {
        switch self {
        case .count, .regression(.count):
            let presence = arguments.reduce(nil as Bitmap?) { Bitmap.and($0, $1.presence) }
            return counts(presence, rows, frames, carry)
        case .countIf: return counts(arguments[0].trueRows, rows, frames, carry)
        case .sum, .average: return sums(arguments[0], rows, frames, carry)
        case .checkedAverage(let rule):
            let result = AggregateFunction.average.sums(arguments[0], rows, frames, nil)
            if rule == .error { try check(result, arguments[0], rows, frames) }
            return result
        case .checkedSum(let rule):
            // Integers in 128 bits, so that only the sum itself has to fit.
            let isInteger = arguments[0].type.isInteger
            let wide = isInteger ? arguments[0].cast(to: .decimal(precision: 19, scale: 0)) : arguments[0]
            let sums = AggregateFunction.sum.sums(wide, rows, frames, nil)
            let result = isInteger ? AggregateFunction.exactLongs(sums) : sums
            if rule == .error { try check(result, arguments[0], rows, frames) }
            return result
        case .variance(let ofSample): return variances(arguments[0], ofSample, root: false, rows, frames, carry)
        case .standardDeviation(let ofSample): return variances(arguments[0], ofSample, root: true, rows, frames, carry)
        case .skewness: return folded(MomentFold(isKurtosis: false), arguments, rows, frames, carry)
        case .kurtosis: return folded(MomentFold(isKurtosis: true), arguments, rows, frames, carry)
        case .product: return folded(ProductFold(), arguments, rows, frames, carry)
        case .covariance(let ofSample): return folded(PairFold(ofSample ? .covarianceOfSample : .covariance), arguments, rows, frames, carry)
        case .correlation: return folded(PairFold(.correlation), arguments, rows, frames, carry)
        case .regression(.averageX), .regression(.averageY):
            return AggregateFunction.average.sums(PairAverageAccumulator.column(arguments, ofFirst: self == .regression(.averageY)), rows, frames, carry)
        case .regression(let regression): return folded(PairFold(.regression(regression)), arguments, rows, frames, carry)
        case .minimum, .maximum: return arguments[0].take(extremes(arguments[0], maximum: self == .maximum, rows, frames))
        case .and, .or: return arguments[0].cast(to: .boolean).take(extremes(arguments[0], maximum: self == .or, rows, frames))
        case .minimumBy, .maximumBy: return arguments[0].take(extremes(arguments[1], maximum: self == .maximumBy, takesLast: true, rows, frames))
        case .first(let ignoresNulls), .anyValue(let ignoresNulls):
            return arguments[0].take(WindowPick.first(ignoresNulls: ignoresNulls).rows(arguments[0], rows, frames))
        case .last(let ignoresNulls): return arguments[0].take(WindowPick.last(ignoresNulls: ignoresNulls).rows(arguments[0], rows, frames))
        case .bits(let operation): return bits(arguments[0], operation, rows, frames, carry)
        case .countDistinct, .collectList, .collectSet, .mode, .percentile, .approximatePercentile, .approximateCountDistinct, .listAggregate, .histogram:
            return collected(arguments, rows, frames)
        }
    }

    /// Whole decimals as longs; null where they are none.
    private static func exactLongs(_ column: Column) -> Column {
        let flat = column.flattened
        let values = flat.fixedValues(of: Int128.self)
        let fits = packedBits(flat.count) { Int64(exactly: values[$0]) != nil }
        let out = Buffer(size: flat.count * 8)
        let to = out.values(of: Int64.self)
        for i in 0..<flat.count { to[i] = Int64(truncatingIfNeeded: values[i]) }
        let validity = fits.setCount == flat.count ? flat.validity : Bitmap.and(flat.validity, fits)
        return Column(.long, Values<Int64>(out, count: flat.count), validity: validity)
    }

    /// Whether a frame's value may be as large as the frame.
    public var holdsItsRows: Bool {
        switch self {
        case .collectList, .collectSet, .listAggregate: true
        default: false
        }
    }

    private func counts(_ presence: Bitmap?, _ rows: WindowRows, _ frames: WindowFrameBounds, _ carry: WindowCarry?) -> Column {
        let counted = FrameAggregation(FrameCount(presence: FramePresence(presence)), rows, frames, carry: carry)
        withExtendedLifetime(presence) {}
        return Column(.long, counted.outputs)
    }

    /// Fails where there is no result although the frame has values.
    private func check(_ result: Column, _ argument: Column, _ rows: WindowRows, _ frames: WindowFrameBounds) throws(AggregateFailure) {
        guard let presence = result.presence else { return }
        let numbers = counts(argument.presence, rows, frames, nil)
        let values = numbers.fixedValues(of: Int64.self)
        defer { withExtendedLifetime(numbers) {} }
        for row in 0..<rows.count where !presence[row] && values[row] > 0 { throw .overflow(function: name, type: result.type) }
    }

    private func folded<Fold: DoubleFold>(
        _ fold: Fold, _ arguments: [Column], _ rows: WindowRows, _ frames: WindowFrameBounds, _ carry: WindowCarry?
    ) -> Column {
        let columns = FoldColumns(arguments)
        defer { withExtendedLifetime(columns) {} }
        let result = FrameAggregation(FrameFold(fold: fold, x: columns.x, y: columns.y, presence: FramePresence(columns.presence)), rows, frames, carry: carry)
        return Column(.double, result.outputs, validity: result.validity)
    }

    private func bits(_ argument: Column, _ operation: BitOperation, _ rows: WindowRows, _ frames: WindowFrameBounds, _ carry: WindowCarry?) -> Column {
        let column = argument.cast(to: .long).flattened
        let presence = column.presence
        defer { withExtendedLifetime(column) { withExtendedLifetime(presence) {} } }
        let aggregate = FrameBits(values: column.fixedValues(of: Int64.self), presence: FramePresence(presence), operation: operation)
        let result = FrameAggregation(aggregate, rows, frames, carry: carry)
        return Column(.long, result.outputs, validity: result.validity).cast(to: argument.type.isInteger ? argument.type : .long)
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
    private func extremes(_ argument: Column, maximum: Bool, takesLast: Bool = false, _ rows: WindowRows, _ frames: WindowFrameBounds) -> Values<Int32> {
        let column = argument.flattened
        let presence = column.presence
        defer { withExtendedLifetime(column) { withExtendedLifetime(presence) {} } }
        if SortWords.areExact(column.type) {
            let words = SortWords(SortKey(column, descending: maximum)).words
            defer { withExtendedLifetime(words) {} }
            return FrameAggregation(FrameExtreme(words: words.start, presence: FramePresence(presence), takesLast: takesLast), rows, frames, carry: nil).outputs
        }
        let aggregate = FrameExtremeRow(column: column, presence: FramePresence(presence), maximum: maximum, takesLast: takesLast)
        return FrameAggregation(aggregate, rows, frames, carry: nil).outputs
    }

    /// What a frame has to hold value by value: its rows are written out, for some frames at a time.
    private func collected(_ arguments: [Column], _ rows: WindowRows, _ frames: WindowFrameBounds) -> Column {
        let isWhole = frames.shape == .partition
        let groups = isWhole ? rows.partitionCount : rows.count
        let types = arguments.map(\.type)
        var results: [Column] = []
        var (members, owners) = (GrowingBuffer<Int32>(capacity: 1 << 16), GrowingBuffer<Int32>(capacity: 1 << 16))
        var group = 0
        while group < groups {
            let first = group
            let accumulator = makeAccumulator(types)
            var total = 0
            func flush() {
                accumulator.resize(to: group - first)
                let taken = members.take()
                accumulator.update(arguments.map { $0.take(taken) }, owners.take())
            }
            while group < groups, total < 1 << 20 {
                let start = isWhole ? rows.partitions[group] : frames.starts[group]
                let end = isWhole ? rows.partitions[group + 1] : frames.ends[group]
                members.reserve(Int(end - start) + 1)
                owners.append(repeating: Int32(truncatingIfNeeded: group - first), count: max(Int(end - start), 1))
                for row in start..<end { members.append(row) }
                // A frame without rows has a null: an accumulator expects each of its groups to appear.
                if start == end { members.append(-1) }
                total += Int(end - start)
                group += 1
                if members.count >= 1 << 16 { flush() }
            }
            if members.count > 0 { flush() }
            results.append(accumulator.result())
        }
        guard let result = results.first else { return .nulls(resultType(types) ?? .null, count: 0) }
        let all = results.count == 1 ? result : Column.concatenate(results, as: result.type)
        return isWhole ? all.take(rows.partitionNumbers) : all
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
