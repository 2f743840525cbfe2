/// `percentile` in its forms, `percentile_approx` and `histogram_numeric`: the values of each group, put in order at the end.
final class OrderedAccumulator: Accumulator {
    private let function: AggregateFunction
    private let result_: DataType
    private let valueType: DataType
    private let isWeighted: Bool
    private let list: ListAccumulator
    private var groupCount = 0

    init(_ function: AggregateFunction, _ arguments: [DataType], _ result: DataType) {
        (self.function, result_) = (function, result)
        if case .approximatePercentile = function, arguments[0] != .string, arguments[0] != .null { valueType = arguments[0] } else { valueType = .double }
        isWeighted = arguments.count > 1
        list = ListAccumulator(element: isWeighted ? .struct([Field("value", valueType), Field("count", .long)]) : valueType)
    }

    func resize(to count: Int) {
        groupCount = max(count, groupCount)
        list.resize(to: count)
    }

    func update(_ arguments: [Column], _ groups: Values<Int32>) {
        let values = arguments[0].cast(to: valueType).flattened
        guard isWeighted else { return list.update([values], groups) }
        let times = arguments[1].cast(to: .long).flattened
        let counts = times.fixedValues(of: Int64.self)
        let counted = packedBits(groups.count) { counts[$0] > 0 }
        let presence = Bitmap.and(Bitmap.and(values.presence, times.presence), counted)
        list.update([Column(type: .struct([Field("value", valueType), Field("count", .long)]), count: groups.count, validity: presence, storage: .struct([values, times]))], groups)
    }

    var stateTypes: [DataType] { list.stateTypes }
    func states() -> [Column] { list.states() }
    func merge(_ states: [Column], _ groups: Values<Int32>) { list.merge(states, groups) }
    var size: Int { list.size }

    // MARK: Results

    /// The values of one group, in order.
    private struct Run {
        let values: UnsafePointer<Double>
        /// For each value how many there are up to it; nil where each counts once.
        let counts: UnsafePointer<Int64>?
        let length: Int

        var total: Int64 { counts.map { $0[length - 1] } ?? Int64(length) }

        /// The value of the place, from 0, of rows that stand there as often as they count.
        func value(at place: Int64) -> Double {
            guard let counts else { return values[Int(max(0, min(place, Int64(length) - 1)))] }
            var (low, high) = (0, length - 1)
            while low < high {
                let middle = (low + high) / 2
                if counts[middle] > place { high = middle } else { low = middle + 1 }
            }
            return values[low]
        }
    }

    func result() -> Column {
        let (elements, owners) = list.contents()
        let flat = elements.flattened
        let values = isWeighted ? flat.children[0].flattened : flat
        var descending = false
        if case .percentile(let percentile) = function { descending = percentile.descending }
        let order = SortKey.sortIndices(by: [SortKey(Column(.int, owners)), SortKey(values, descending: descending)], count: owners.count)
        let sorted = values.take(order)
        // Where each group begins.
        let starts = Buffer(zeroed: (groupCount + 1) * 4)
        let start = starts.values(of: Int32.self)
        for i in 0..<owners.count { start[Int(owners[i]) + 1] += 1 }
        for group in 0..<groupCount { start[group + 1] += start[group] }
        defer { withExtendedLifetime((starts, sorted)) {} }
        switch function {
        case .approximatePercentile(let percentages, let isArray, let accuracy):
            return picked(sorted, start, percentages, isArray, accuracy)
        case .percentile(let percentile):
            var sums: Values<Int64>?
            if isWeighted {
                let counts = flat.children[1].flattened.take(order)
                let from = counts.fixedValues(of: Int64.self)
                let out = Buffer(size: counts.count * 8)
                let to = out.values(of: Int64.self)
                for group in 0..<groupCount {
                    var sum: Int64 = 0
                    for i in Int(start[group])..<Int(start[group + 1]) {
                        sum &+= from[i]
                        to[i] = sum
                    }
                }
                withExtendedLifetime(counts) {}
                sums = Values(out, count: counts.count)
            }
            return percentiles(percentile, sorted, start, sums)
        case .histogram(let bars): return histograms(bars, sorted, start)
        default: preconditionFailure("\(function.name) has no order")
        }
    }

    private func percentiles(
        _ percentile: AggregateFunction.Percentile, _ sorted: Column, _ start: UnsafePointer<Int32>, _ counts: Values<Int64>?
    ) -> Column {
        let width = percentile.percentages.count
        let out = Buffer(size: groupCount * width * 8)
        let to = out.values(of: Double.self)
        let from = sorted.fixedValues(of: Double.self)
        for group in 0..<groupCount {
            let (first, end) = (Int(start[group]), Int(start[group + 1]))
            let run = Run(values: from + first, counts: counts.map { $0.start + first }, length: end - first)
            for (p, percentage) in percentile.percentages.enumerated() {
                to[group * width + p] = end == first ? 0 : OrderedAccumulator.value(run, percentage, percentile.form)
            }
        }
        withExtendedLifetime(counts) {}
        return wrapped(Column(.double, Values<Double>(out, count: groupCount * width)), width, percentile.isArray, start)
    }

    private static func value(_ run: Run, _ percentage: Double, _ form: AggregateFunction.Percentile.Form) -> Double {
        let total = Double(run.total)
        if form == .discrete {
            // The first value with at least this share of the rows up to it.
            return run.value(at: Int64((percentage * total).rounded(.up)) - 1)
        }
        let place = (total - 1) * percentage
        let (below, above) = (place.rounded(.down), place.rounded(.up))
        let (low, high) = (run.value(at: Int64(below)), run.value(at: Int64(above)))
        if below == above || low == high { return low }
        return (above - place) * low + (place - below) * high
    }

    private func picked(_ sorted: Column, _ start: UnsafePointer<Int32>, _ percentages: [Double], _ isArray: Bool, _ accuracy: Int) -> Column {
        let width = percentages.count
        let rows = Buffer(size: groupCount * width * 4)
        let to = rows.values(of: Int32.self)
        let edge = 1 / Double(max(accuracy, 1))
        for group in 0..<groupCount {
            let (first, n) = (start[group], start[group + 1] - start[group])
            for (p, percentage) in percentages.enumerated() {
                let place: Int32 = percentage <= edge ? 0 : percentage >= 1 - edge ? n - 1 : Int32((percentage * Double(n)).rounded(.up)) - 1
                to[group * width + p] = n == 0 ? -1 : first + max(0, min(place, n - 1))
            }
        }
        return wrapped(sorted.take(Values(rows, count: groupCount * width)), width, isArray, start)
    }

    /// Values, so many a group, as arrays or one by one; null for a group without values.
    private func wrapped(_ values: Column, _ width: Int, _ isArray: Bool, _ start: UnsafePointer<Int32>) -> Column {
        let bits = packedBits(groupCount) { start[$0 + 1] > start[$0] }
        let validity = bits.setCount == groupCount ? nil : bits
        guard isArray else { return values.masking(validity) }
        let offsets = Values((0...groupCount).map { Int32(truncatingIfNeeded: $0 * width) })
        return Column(type: result_, count: groupCount, validity: validity, storage: .list(offsets: offsets, child: values))
    }

    /// Bars are the values with their counts; as long as there are too many, the two that are nearest to each other become one, at their mean.
    private func histograms(_ bars: Int, _ sorted: Column, _ start: UnsafePointer<Int32>) -> Column {
        let from = sorted.fixedValues(of: Double.self)
        var (xs, ys, offsets): ([Double], [Double], [Int32]) = ([], [], [0])
        for group in 0..<groupCount {
            var bins: [(x: Double, y: Double)] = []
            for i in Int(start[group])..<Int(start[group + 1]) {
                if let last = bins.last, last.x == from[i] || (last.x.isNaN && from[i].isNaN) { bins[bins.count - 1].y += 1 } else { bins.append((from[i], 1)) }
                // Not all at once: what is merged is at most a few times what is kept.
                if bins.count > 4 * bars + 1024 { OrderedAccumulator.merge(&bins, to: 2 * bars + 512) }
            }
            OrderedAccumulator.merge(&bins, to: bars)
            xs += bins.map(\.x)
            ys += bins.map(\.y)
            offsets.append(Int32(truncatingIfNeeded: xs.count))
        }
        guard case .array(let element) = result_, case .struct(let fields) = element else { preconditionFailure("a histogram is an array of bars") }
        let x = Column(.double, Values(xs)).cast(to: fields[0].type)
        let child = Column(type: element, count: xs.count, storage: .struct([x, Column(.double, Values(ys))]))
        let bits = packedBits(groupCount) { start[$0 + 1] > start[$0] }
        return Column(
            type: result_, count: groupCount, validity: bits.setCount == groupCount ? nil : bits, storage: .list(offsets: Values(offsets), child: child))
    }

    private static func merge(_ bins: inout [(x: Double, y: Double)], to count: Int) {
        while bins.count > max(count, 1) {
            var (nearest, least) = (0, Double.infinity)
            for i in 0..<bins.count - 1 where bins[i + 1].x - bins[i].x < least { (nearest, least) = (i, bins[i + 1].x - bins[i].x) }
            let (a, b) = (bins[nearest], bins[nearest + 1])
            bins[nearest] = ((a.x * a.y + b.x * b.y) / (a.y + b.y), a.y + b.y)
            bins.remove(at: nearest + 1)
        }
    }
}
