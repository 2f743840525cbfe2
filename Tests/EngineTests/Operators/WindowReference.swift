import Columnar

import Engine

/// Window functions row by row, as the definitions say it: the witness of `WindowTests`.
struct WindowReference {
    let rows: [[Value]]
    let schema: Schema
    let call: WindowCall
    /// The numbers of the rows of each partition, in order.
    private let partitions: [[Int]]
    private let orderColumns: [Int]

    /// - Parameter other: one over the same rows, with the same partition and order; it has the partitions already.
    init(_ rows: [[Value]], _ schema: Schema, _ call: WindowCall, like other: WindowReference? = nil) {
        (self.rows, self.schema, self.call) = (rows, schema, call)
        func index(_ expression: Expression) -> Int {
            guard case .field(let path) = expression else { fatalError("the reference knows columns only") }
            return schema.index(of: path[0])!
        }
        let order = call.order.map { index($0.expression) }
        orderColumns = order
        if let other {
            partitions = other.partitions
            return
        }
        var groups: [String: [Int]] = [:]
        for row in rows.indices { groups[keyText(call.partition.map { rows[row][index($0)] }), default: []].append(row) }
        partitions = groups.values.map { members in
            // Insertion keeps equal rows as they are; `sorted` is stable too, but does not promise it.
            members.enumerated().sorted { a, b in
                let compared = Self.compare(rows[a.element], rows[b.element], call.order, order)
                return compared != 0 ? compared < 0 : a.offset < b.offset
            }.map(\.element)
        }
    }

    /// The function's value for every row, in the order of `rows`.
    var values: [Value] {
        var result = [Value](repeating: .null, count: rows.count)
        for partition in partitions { for place in partition.indices { result[partition[place]] = value(partition, place) } }
        return result
    }

    // MARK: Order

    /// Two values that are not null.
    static func order(_ a: Value, _ b: Value) -> Int {
        func compare<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x > y ? 1 : 0 }
        switch (a, b) {
        case (.boolean(let x), .boolean(let y)): return compare(x ? 1 : 0, y ? 1 : 0)
        case (.integer(let x), .integer(let y)): return compare(x, y)
        case (.double(let x), .double(let y)): return x.isNaN || y.isNaN ? compare(x.isNaN ? 1 : 0, y.isNaN ? 1 : 0) : compare(x, y)
        case (.decimal(let x, _), .decimal(let y, _)): return compare(x, y)
        case (.string(let x), .string(let y)), (.binary(let x), .binary(let y)): return x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
        case (.date(let x), .date(let y)): return compare(x, y)
        case (.timestamp(let x), .timestamp(let y)): return compare(x, y)
        default: return 0
        }
    }

    private static func compare(_ a: [Value], _ b: [Value], _ keys: [SortNode.Key], _ columns: [Int]) -> Int {
        for (key, column) in zip(keys, columns) {
            let (x, y) = (a[column], b[column])
            if x == .null || y == .null {
                if x == .null && y == .null { continue }
                return (x == .null) == key.nullsFirst ? -1 : 1
            }
            let found = order(x, y)
            if found != 0 { return key.descending ? -found : found }
        }
        return 0
    }

    private func arePeers(_ a: Int, _ b: Int) -> Bool { Self.compare(rows[a], rows[b], call.order, orderColumns) == 0 }

    // MARK: Frames

    /// The places of a row's frame in its partition.
    private func frame(_ partition: [Int], _ place: Int) -> [Int] {
        let frame = call.effectiveFrame
        return partition.indices.filter { isBehind($0, frame.start, frame.unit, partition, place) && isBefore($0, frame.end, frame.unit, partition, place) }
    }

    private func isBehind(_ other: Int, _ bound: WindowFrame.Bound, _ unit: WindowFrame.Unit, _ partition: [Int], _ place: Int) -> Bool {
        switch (bound, unit) {
        case (.unboundedPreceding, _): return true
        case (.unboundedFollowing, _): return false
        case (.currentRow, .rows): return other >= place
        case (.currentRow, .range): return other >= place || arePeers(partition[other], partition[place])
        case (.offset(.integer(let n)), .rows): return Int64(other - place) >= n
        case (.offset(let offset), .range): return side(partition[other], partition[place], offset) >= 0
        default: return false
        }
    }

    private func isBefore(_ other: Int, _ bound: WindowFrame.Bound, _ unit: WindowFrame.Unit, _ partition: [Int], _ place: Int) -> Bool {
        switch (bound, unit) {
        case (.unboundedPreceding, _): return false
        case (.unboundedFollowing, _): return true
        case (.currentRow, .rows): return other <= place
        case (.currentRow, .range): return other <= place || arePeers(partition[other], partition[place])
        case (.offset(.integer(let n)), .rows): return Int64(other - place) <= n
        case (.offset(let offset), .range): return side(partition[other], partition[place], offset) <= 0
        default: return false
        }
    }

    /// Where a row stands to another one's value and an offset, in the window's order.
    private func side(_ other: Int, _ row: Int, _ offset: Value) -> Int {
        let (theirs, own, key) = (rows[other][orderColumns[0]], rows[row][orderColumns[0]], call.order[0])
        if theirs == .null || own == .null {
            if theirs == .null && own == .null { return 0 }
            return (theirs == .null) == key.nullsFirst ? -1 : 1
        }
        let sign: Int64 = key.descending ? -1 : 1
        let target: Value
        switch (own, offset) {
        case (.integer(let x), .integer(let n)): target = .integer(x + sign * n)
        case (.date(let x), .integer(let n)): target = .date(x + Int32(sign * n))
        case (.double(let x), .integer(let n)): target = .double(x + Double(sign * n))
        case (.double(let x), .double(let n)): target = .double(x + Double(sign) * n)
        case (.decimal(let x, let scale), .integer(let n)): target = .decimal(unscaled: x + Int128(sign * n) * (0..<scale).reduce(1) { value, _ in value * 10 }, scale: scale)
        default: return 0
        }
        return Self.order(theirs, target) * Int(sign)
    }

    // MARK: Values

    private func argument(_ number: Int, _ row: Int) -> Value {
        switch call.arguments[number] {
        case .field(let path): rows[row][schema.index(of: path[0])!]
        case .literal(let value, _): value
        default: .null
        }
    }

    private func value(_ partition: [Int], _ place: Int) -> Value {
        let row = partition[place]
        switch call.function {
        case .ranking(let ranking):
            let before = partition.indices.filter { $0 < place && !arePeers(partition[$0], row) }
            let rank = before.count + 1
            switch ranking {
            case .rowNumber: return .integer(Int64(place + 1))
            case .rank: return .integer(Int64(rank))
            case .denseRank: return .integer(Int64(before.filter { $0 == 0 || !arePeers(partition[$0], partition[$0 - 1]) }.count + 1))
            case .percentRank: return .double(partition.count == 1 ? 0 : Double(rank - 1) / Double(partition.count - 1))
            case .cumulativeDistribution:
                return .double(Double(partition.indices.filter { $0 <= place || arePeers(partition[$0], row) }.count) / Double(partition.count))
            case .bucket(let count):
                // Deal the rows out one by one to see how many each bucket gets.
                var sizes = [Int](repeating: 0, count: count)
                for i in partition.indices { sizes[i % count] += 1 }
                var (bucket, left) = (0, place)
                while left >= sizes[bucket] {
                    left -= sizes[bucket]
                    bucket += 1
                }
                return .integer(Int64(bucket + 1))
            }
        case .pick(.before(let distance, true)) where distance != 0:
            let others = distance > 0 ? Array(partition.prefix(place).reversed()) : Array(partition.dropFirst(place + 1))
            let present = others.map { argument(0, $0) }.filter { $0 != .null }
            let nth = Int(clamping: distance.magnitude) - 1
            return nth < present.count ? present[nth] : call.arguments.count > 1 ? argument(1, row) : .null
        case .pick(.before(let distance, _)):
            let (from, isFar) = place.subtractingReportingOverflow(distance)
            if !isFar, partition.indices.contains(from) { return argument(0, partition[from]) }
            return call.arguments.count > 1 ? argument(1, row) : .null
        case .pick(.first(let ignoresNulls)): return picked(partition, place, ignoresNulls).first ?? .null
        case .pick(.last(let ignoresNulls)): return picked(partition, place, ignoresNulls).last ?? .null
        case .pick(.nth(let number, let ignoresNulls)):
            let values = picked(partition, place, ignoresNulls)
            return number <= values.count ? values[number - 1] : .null
        case .aggregate(.first(let ignoresNulls)): return picked(partition, place, ignoresNulls).first ?? .null
        case .aggregate(.last(let ignoresNulls)): return picked(partition, place, ignoresNulls).last ?? .null
        case .aggregate(.count) where call.arguments.isEmpty: return .integer(Int64(frame(partition, place).count))
        case .aggregate(let function): return aggregate(function, picked(partition, place, true))
        }
    }

    private func picked(_ partition: [Int], _ place: Int, _ ignoresNulls: Bool) -> [Value] {
        frame(partition, place).map { argument(0, partition[$0]) }.filter { !ignoresNulls || $0 != .null }
    }

    private func aggregate(_ function: AggregateFunction, _ values: [Value]) -> Value {
        let numbers = values.map { value -> Double in
            switch value {
            case .integer(let x): Double(x)
            case .double(let x): x
            case .decimal(let x, let scale): (0..<scale).reduce(Double(x)) { value, _ in value / 10 }
            default: .nan
            }
        }
        switch function {
        case .count: return .integer(Int64(values.count))
        case .collectList: return .array(values)
        case .collectSet:
            var texts = Set<String>()
            return .array(values.filter { texts.insert(keyText([$0])).inserted })
        default: break
        }
        guard let first = values.first else { return .null }
        switch function {
        case .minimum: return values.dropFirst().reduce(first) { Self.order($1, $0) < 0 ? $1 : $0 }
        case .maximum: return values.dropFirst().reduce(first) { Self.order($1, $0) > 0 ? $1 : $0 }
        case .sum:
            switch first {
            case .integer: return .integer(values.reduce(0) { if case .integer(let x) = $1 { $0 + x } else { $0 } })
            case .decimal(_, let scale): return .decimal(unscaled: values.reduce(0) { if case .decimal(let x, _) = $1 { $0 + x } else { $0 } }, scale: scale)
            default: return .double(numbers.reduce(0, +))
            }
        case .average:
            guard case .decimal(_, let scale) = first else { return .double(numbers.reduce(0, +) / Double(numbers.count)) }
            let sum = values.reduce(Int128(0)) { if case .decimal(let x, _) = $1 { $0 + x } else { $0 } } * 10000
            let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: Int128(values.count))
            return .decimal(unscaled: remainder.magnitude * 2 >= values.count ? quotient + (sum < 0 ? -1 : 1) : quotient, scale: scale + 4)
        case .variance(let ofSample), .standardDeviation(let ofSample):
            let count = Double(numbers.count)
            if count == 1, ofSample { return .null }
            let mean = numbers.reduce(0, +) / count
            let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (ofSample ? count - 1 : count)
            if case .variance = function { return .double(variance) }
            return .double(variance.squareRoot())
        default: return .null
        }
    }
}
