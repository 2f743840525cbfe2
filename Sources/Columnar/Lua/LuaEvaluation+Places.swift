/// Values inside of nested columns, read in place: elements of lists, fields of structs.
extension LuaEvaluation {
    /// Where each row's value stands in a column.
    struct Place {
        let column: Column
        /// The column's row for each row, -1 for none; nil where they are the same.
        var indices: Values<Int32>?
        /// Rows that have a place in the column, be it one that is null.
        var rows: RowMask
        /// Rows that Lua must run, because what the place lies in is not there or of another kind.
        var left: RowMask
        /// Whether a null is the sentinel: an array has it as an element, a struct has no field there.
        var isItem: Bool

        /// The rows whose value is there.
        var present: RowMask {
            if case .null = column.storage { return .none(rows.count) }
            guard let validity = column.validity else { return rows }
            if rows.isEmpty { return rows }
            return RowMask.make(rows.count) { out in
                out.update(repeating: 0, count: max(1, (rows.count + 63) / 64))
                rows.eachRow { row in
                    if validity[indices.map { Int($0[row]) } ?? row] { out[row >> 6] |= 1 << UInt64(truncatingIfNeeded: row & 63) }
                }
            }
        }

        var values: LuaVector {
            var result = LuaVector(indices.map { column.take($0) } ?? column, mask: rows)
            if isItem {
                let missing = rows - result.present - result.fallBack
                if !missing.isEmpty { result.nulls = missing }
            }
            result.fallBack = result.fallBack | left
            return result.settled()
        }

        static func nowhere(_ count: Int) -> Place {
            Place(column: .nulls(.null, count: count), rows: .none(count), left: .all(count), isItem: false)
        }
    }

    func place(_ node: Int, _ demand: RowMask) -> Place {
        if let (place, covered) = places[node], covered.contains(demand) { return place }
        let demand = places[node] == nil ? demand : .all(count)
        let place = makePlace(node, demand)
        places[node] = (place, demand)
        return place
    }

    private func makePlace(_ node: Int, _ demand: RowMask) -> Place {
        if let frame, !frame.loop.varies(node) {
            let place = frame.outer.place(node, frame.outside(demand))
            guard let rows = frame.rows else { return place }
            let indices = place.indices.map { indices in Values((0..<rows.count).map { indices[Int(rows[$0])] }) } ?? rows
            return Place(column: place.column, indices: indices, rows: place.rows.gathered(rows), left: place.left.gathered(rows), isItem: place.isItem)
        }
        switch program.nodes[node] {
        case .field(let path):
            guard let batch, let index = batch.schema.index(of: path[0]) else {
                var place = Place.nowhere(count)
                if path.count == 1 { (place.rows, place.left) = (.all(count), .none(count)) }
                return place
            }
            let first = Place(column: batch.columns[index].undictionaried, rows: .all(count), left: .none(count), isItem: false)
            return path.dropFirst().reduce(first) { member($0, $1) }
        case .item(let list, let key): return item(place(list, demand), value(key, demand), demand)
        case .member(let base, let name): return member(place(base, demand), name)
        default:
            let vector = value(node, demand)
            guard let others = vector.others else { return .nowhere(count) }
            return Place(column: others.column, rows: others.mask, left: others.mask.inverted, isItem: false)
        }
    }

    private func member(_ place: Place, _ name: String) -> Place {
        guard case .struct(let fields) = place.column.type, case .struct(let children) = place.column.storage else { return .nowhere(count) }
        let rows = place.present
        let child = fields.firstIndex { $0.name == name }.map { children[$0].undictionaried } ?? .nulls(.null, count: place.column.count)
        return Place(column: child, indices: place.indices, rows: rows, left: rows.inverted, isItem: false)
    }

    private func item(_ place: Place, _ keys: LuaVector, _ demand: RowMask) -> Place {
        guard case .list(let offsets, let child) = place.column.storage, let keys = keys.integers else { return .nowhere(count) }
        let rows = place.present & keys.mask
        let out = Buffer(size: count * 4)
        let at = out.values(of: Int32.self)
        at.update(repeating: -1, count: count)
        let found = RowMask.make(count) { found in
            found.update(repeating: 0, count: max(1, (count + 63) / 64))
            withExtendedLifetime((offsets.owner, keys.owner, place.indices?.owner)) {
                let (start, list) = (offsets.start, place.indices?.start)
                let isConstant = keys.isConstant
                (rows & demand).eachRow { row in
                    let of = list.map { Int($0[row]) } ?? row
                    let key = keys.values[isConstant ? 0 : row]
                    if key >= 1, key <= Int64(start[of + 1] - start[of]) {
                        at[row] = start[of] + Int32(truncatingIfNeeded: key) - 1
                        found[row >> 6] |= 1 << UInt64(truncatingIfNeeded: row & 63)
                    }
                }
            }
        }
        return Place(column: child.undictionaried, indices: Values(out, count: count), rows: found, left: rows.inverted, isItem: true)
    }

    /// The numbers of elements of lists.
    func elementCounts(_ node: Int, _ demand: RowMask) -> LuaVector {
        let place = place(node, demand)
        guard case .list(let offsets, _) = place.column.storage else { return .fallBack(count) }
        let rows = place.present
        let out = Buffer(zeroed: count * 8)
        let lengths = out.values(of: Int64.self)
        withExtendedLifetime((offsets.owner, place.indices?.owner)) {
            let (start, list) = (offsets.start, place.indices?.start)
            rows.eachRow { row in
                let of = list.map { Int($0[row]) } ?? row
                lengths[row] = Int64(start[of + 1] - start[of])
            }
        }
        var result = LuaVector(nils: count)
        result.integers = LuaVector.Alternative<Int64>(out, mask: rows)
        result.fallBack = rows.inverted
        return result
    }
}

extension Column {
    /// The column with values of its own where nested ones stand in a dictionary.
    fileprivate var undictionaried: Column {
        if case .dictionary = storage, type.isNested { return flattened }
        return self
    }
}

extension RowMask {
    /// The mask of row `indices[i]` as row `i`.
    func gathered(_ indices: Values<Int32>) -> RowMask {
        let n = indices.count
        if isEmpty { return .none(n) }
        if isFull { return .all(n) }
        return RowMask.make(n) { out in withWords { gatherBits($0, indices, out) } }
    }

    private func gatherBits(_ words: UnsafePointer<UInt64>?, _ indices: Values<Int32>, _ out: UnsafeMutablePointer<UInt64>) {
        out.update(repeating: 0, count: max(1, (indices.count + 63) / 64))
        guard let words else { return }
        for i in 0..<indices.count {
            let row = Int(indices[i])
            out[i >> 6] |= (words[row >> 6] >> UInt64(truncatingIfNeeded: row & 63) & 1) << UInt64(truncatingIfNeeded: i & 63)
        }
    }
}
