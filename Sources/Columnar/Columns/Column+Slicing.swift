extension Column {
    /// Rows `range` as a column. Shares values, views, offsets and children; copies bitmaps that do not start at a byte.
    public func slice(_ range: Range<Int>) -> Column {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        if range.count == count { return self }
        let n = range.count
        let validity = self.validity?.slice(range)
        func make(_ storage: Storage) -> Column { Column(type: type, count: n, validity: validity, storage: storage) }
        switch storage {
        case .null: return make(.null)
        case .bits(let bits): return make(.bits(bits.slice(range)))
        case .fixed(let owner, let start): return make(.fixed(owner: owner, start: start + range.lowerBound * type.fixedSize))
        case .views(let views, let buffers): return make(.views(views.slice(range), buffers: buffers))
        case .list(let offsets, let child): return make(.list(offsets: offsets.slice(range.lowerBound..<range.upperBound + 1), child: child))
        case .struct(let children): return make(.struct(children.map { $0.slice(range) }))
        case .map(let offsets, let keys, let values):
            return make(.map(offsets: offsets.slice(range.lowerBound..<range.upperBound + 1), keys: keys, values: values))
        case .choice(let tags, let rows, let members): return make(.choice(tags: tags.slice(range), rows: rows.slice(range), members: members))
        case .dictionary(let indices, let values): return make(.dictionary(indices: indices.slice(range), values: values))
        }
    }
}

extension DataType {
    /// Bytes of one value of a `.fixed` column; 0 for types that are stored otherwise.
    public var fixedSize: Int {
        switch self {
        case .byte: 1
        case .short: 2
        case .int, .float, .date: 4
        case .long, .double, .timestamp: 8
        case .decimal: 16
        default: 0
        }
    }
}
