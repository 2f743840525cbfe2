/// Where the rows come from that are made of lists: a row for each element, with its list's row beside it.
///
/// Positions of elements are those in the child of the column, -1 for the row that a list without elements keeps; see `Column.unnested(keepsEmpty:)`.
public struct UnnestedRows: Sendable {
    /// The row of the list that each row was made of.
    public let parents: Values<Int32>
    /// The place of each row's element in the child; -1 where there is none.
    public let elements: Values<Int32>
    /// The place of each row's element in its list, from 0; what stands beside a -1 is undefined.
    public let positions: Values<Int32>
    /// Whether every element is one: no -1 among them.
    public let areAllPresent: Bool

    public var count: Int { parents.count }

    /// The elements of a child of the lists, null where there is none.
    public func gather(_ child: Column) -> Column {
        if areAllPresent, elements.count > 0, Int(elements[elements.count - 1]) - Int(elements[0]) == elements.count - 1 {
            // Lists that lie one behind the other, in order.
            return child.slice(Int(elements[0])..<Int(elements[0]) + elements.count)
        }
        return child.take(elements)
    }

    /// The positions as a column, null where there is no element.
    public var positionColumn: Column {
        Column(.int, positions, validity: areAllPresent ? nil : packedBits(count) { elements[$0] >= 0 })
    }
}

extension Column {
    /// The number of elements of each row of an array or map column; 0 where it is null.
    ///
    /// - Precondition: the column is an array or a map.
    public var elementCounts: Values<Int32> {
        let (offsets, presence) = listOffsets
        let out = Buffer(size: count * 4)
        let to = out.values(of: Int32.self)
        for i in 0..<count { to[i] = presence?[i] ?? true ? offsets[i + 1] - offsets[i] : 0 }
        withExtendedLifetime(offsets) {}
        return Values(out, count: count)
    }

    private var listOffsets: (Values<Int32>, Bitmap?) {
        switch storage {
        case .list(let offsets, _): return (offsets, validity)
        case .map(let offsets, _, _): return (offsets, validity)
        case .dictionary: return flattened.listOffsets
        default: return (Values(Buffer(zeroed: (count + 1) * 4), count: count + 1), validity)
        }
    }

    /// A row for each element of each row, in order.
    ///
    /// - Parameter keepsEmpty: whether a null row, and one without elements, makes a row without an element; else it makes none.
    /// - Precondition: the column is an array or a map that is no dictionary.
    public func unnested(keepsEmpty: Bool) -> UnnestedRows {
        let (offsets, presence) = listOffsets
        var total = 0
        var empty = 0
        for i in 0..<count {
            let n = presence?[i] ?? true ? Int(offsets[i + 1] - offsets[i]) : 0
            total += n
            if n == 0 { empty += 1 }
        }
        if keepsEmpty { total += empty }
        let (parents, elements, positions) = (Buffer(size: total * 4), Buffer(size: total * 4), Buffer(size: total * 4))
        let (parent, element, position) = (parents.values(of: Int32.self), elements.values(of: Int32.self), positions.values(of: Int32.self))
        var at = 0
        for i in 0..<count {
            let start = offsets[i]
            let n = presence?[i] ?? true ? offsets[i + 1] - start : 0
            if n == 0, keepsEmpty {
                parent[at] = Int32(truncatingIfNeeded: i)
                element[at] = -1
                position[at] = 0
                at += 1
            }
            var j: Int32 = 0
            while j < n {
                parent[at] = Int32(truncatingIfNeeded: i)
                element[at] = start &+ j
                position[at] = j
                at += 1
                j &+= 1
            }
        }
        withExtendedLifetime(offsets) {}
        return UnnestedRows(
            parents: Values(parents, count: total), elements: Values(elements, count: total), positions: Values(positions, count: total),
            areAllPresent: !keepsEmpty || empty == 0)
    }

    /// The rows of several columns of one type dealt in turn: row 0 of each, row 1 of each, and so on.
    public static func interleaved(_ columns: [Column], as type: DataType) -> Column {
        guard let first = columns.first else { return .nulls(type, count: 0) }
        if columns.count == 1 { return first }
        let (width, rows) = (columns.count, first.count)
        let out = Buffer(size: width * rows * 4)
        let to = out.values(of: Int32.self)
        for row in 0..<rows { for c in 0..<width { to[row * width + c] = Int32(truncatingIfNeeded: c * rows + row) } }
        return concatenate(columns, as: type).take(Values(out, count: width * rows))
    }
}
