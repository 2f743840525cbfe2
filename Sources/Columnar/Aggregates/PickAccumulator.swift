/// The value of one row of each group, of any type: `first` and `last`, and `min` and `max` of what fits no word.
///
/// Each batch says which of its rows are picked, at most one a group; those are gathered and kept. What a later batch supersedes is swept out when it
/// outweighs what is alive.
final class PickAccumulator: Accumulator {
    enum Rule: Equatable {
        case first(ignoresNulls: Bool), last(ignoresNulls: Bool), least, greatest
        /// Of structures, by their first field; of several such the last.
        case leastFirstField, greatestFirstField
    }

    private let type: DataType
    private let rule: Rule
    /// Kept rows, part by part, and where each group's stands: part and row, part -1 for none.
    private var parts: [Column] = []
    private var keptRows = 0
    private var bytes = 0
    private struct Place: BitwiseCopyable {
        var part: Int32
        var row: Int32
    }
    private var places = GroupArray<Place>(Place(part: -1, row: 0))
    /// The row of the current batch that each group would take; -1 for none.
    private var candidates = GroupArray<Int32>(-1)
    private var groupCount = 0

    init(type: DataType, _ rule: Rule) { (self.type, self.rule) = (type, rule) }

    func resize(to count: Int) {
        groupCount = max(count, groupCount)
        places.resize(to: count)
        candidates.resize(to: count)
    }

    private var takesNulls: Bool { rule == .first(ignoresNulls: false) || rule == .last(ignoresNulls: false) }

    func update(_ arguments: [Column], _ groups: Values<Int32>) { pick(arguments[0], takesNulls ? nil : arguments[0].presence, groups) }

    private func pick(_ column: Column, _ presence: Bitmap?, _ groups: Values<Int32>) {
        let (candidates, places) = (self.candidates.start, self.places.start)
        var touched: [Int32] = []
        for i in 0..<groups.count where presence?[i] ?? true {
            let group = Int(groups[i])
            let candidate = candidates[group]
            let isBetter: Bool
            switch rule {
            case .first: isBetter = candidate < 0 && places[group].part < 0
            case .last: isBetter = true
            case .least: isBetter = candidate < 0 || compareRows(column, i, column, Int(candidate)) < 0
            case .greatest: isBetter = candidate < 0 || compareRows(column, i, column, Int(candidate)) > 0
            case .leastFirstField: isBetter = candidate < 0 || compareFirstFields(column, i, column, Int(candidate)) <= 0
            case .greatestFirstField: isBetter = candidate < 0 || compareFirstFields(column, i, column, Int(candidate)) >= 0
            }
            if !isBetter { continue }
            if candidate < 0 { touched.append(groups[i]) }
            candidates[group] = Int32(truncatingIfNeeded: i)
        }
        if touched.isEmpty { return }
        var rows = GrowingBuffer<Int32>(capacity: touched.count)
        for group in touched.map({ Int($0) }) {
            let candidate = candidates[group]
            candidates[group] = -1
            let place = places[group]
            if place.part >= 0, rule == .least || rule == .greatest {
                let order = compareRows(column, Int(candidate), parts[Int(place.part)], Int(place.row))
                if rule == .least ? order >= 0 : order <= 0 { continue }
            } else if place.part >= 0, rule == .leastFirstField || rule == .greatestFirstField {
                let order = compareFirstFields(column, Int(candidate), parts[Int(place.part)], Int(place.row))
                if rule == .leastFirstField ? order > 0 : order < 0 { continue }
            }
            places[group] = Place(part: Int32(parts.count), row: Int32(rows.count))
            rows.append(candidate)
        }
        if rows.count == 0 { return }
        let kept = column.take(rows.take()).compacted()
        parts.append(kept)
        keptRows += kept.count
        bytes += kept.approximateSize
        if keptRows > 2 * groupCount + 65536 { sweep() }
    }

    private func compareFirstFields(_ a: Column, _ i: Int, _ b: Column, _ j: Int) -> Int { compareRows(a.children[0], i, b.children[0], j) }

    /// Keeps what groups still point to, as one part.
    private func sweep() {
        let (column, present) = gathered()
        let places = self.places.start
        for group in 0..<groupCount where present[group] { places[group] = Place(part: 0, row: Int32(group)) }
        let compact = column.compacted()
        (parts, keptRows, bytes) = ([compact], compact.count, compact.approximateSize)
    }

    /// The groups' values, and which groups have one (which may be null).
    private func gathered() -> (Column, Bitmap) {
        let count = groupCount
        let places = self.places.start
        var bases: [Int32] = []
        var base: Int32 = 0
        for part in parts {
            bases.append(base)
            base += Int32(part.count)
        }
        let rows = Buffer(size: count * 4)
        let to = rows.values(of: Int32.self)
        for group in 0..<count { to[group] = places[group].part < 0 ? -1 : bases[Int(places[group].part)] + places[group].row }
        let all = parts.isEmpty ? Column.nulls(type, count: 0) : Column.concatenate(parts, as: type)
        return (all.take(Values(rows, count: count)), packedBits(count) { places[$0].part >= 0 })
    }

    /// The value, and whether there is one.
    var stateTypes: [DataType] { [type, .boolean] }

    func states() -> [Column] {
        let (column, present) = gathered()
        return [column, Column(present)]
    }

    func merge(_ states: [Column], _ groups: Values<Int32>) { pick(states[0], states[1].bits, groups) }

    func result() -> Column { gathered().0 }
    var size: Int { bytes + places.size + candidates.size }
}
