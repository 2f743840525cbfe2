internal import Glibc

extension Column {
    /// The column with string bytes of its own: every string longer than a view copied into one fresh buffer, in row order.
    ///
    /// For rows that outlive the batch they came from: a filtered or gathered column keeps all of its source's buffers alive, this one only
    /// what it needs. Dictionaries stay as they are when they are no longer than the rows.
    public func compacted() -> Column {
        switch storage {
        case .null, .bits, .fixed: return self
        case .views(let views, let buffers):
            if buffers.isEmpty { return self }
            var size = 0
            for i in 0..<views.count where !views[i].isInline { size += views[i].length }
            if size == 0 { return Column(type: type, count: count, validity: validity, storage: .views(views, buffers: [])) }
            let data = Buffer(size: size)
            let out = Buffer(size: views.count * MemoryLayout<StringView>.stride)
            let target = out.values(of: StringView.self)
            var at = data.base
            for i in 0..<views.count {
                let view = views[i]
                if view.isInline {
                    target[i] = view
                } else {
                    let length = view.length
                    memcpy(at, view.pointer, length)
                    target[i] = StringView(low: view.low, high: UInt64(UInt(bitPattern: at)))
                    at += length
                }
            }
            return Column(type: type, count: count, validity: validity, storage: .views(Values(out, count: views.count), buffers: [data]))
        case .list(let offsets, let child):
            return Column(type: type, count: count, validity: validity, storage: .list(offsets: offsets, child: child.compacted()))
        case .struct(let children):
            return Column(type: type, count: count, validity: validity, storage: .struct(children.map { $0.compacted() }))
        case .map(let offsets, let keys, let values):
            return Column(
                type: type, count: count, validity: validity, storage: .map(offsets: offsets, keys: keys.compacted(), values: values.compacted()))
        case .choice(let tags, let rows, let members):
            return Column(type: type, count: count, storage: .choice(tags: tags, rows: rows, members: members.map { $0.compacted() }))
        case .dictionary(let indices, let values):
            if values.count > count { return flattened.compacted() }
            return Column(type: type, count: count, validity: validity, storage: .dictionary(indices: indices, values: values.compacted()))
        }
    }

    /// About how many bytes the rows take, string bytes included, whether or not buffers are shared.
    public var approximateSize: Int {
        switch storage {
        case .null: return 0
        case .bits: return count / 8 + 1
        case .fixed: return count * type.fixedSize
        case .views(let views, _):
            var size = count * 16
            for i in 0..<views.count where !views[i].isInline { size += views[i].length }
            return size
        case .list(let offsets, let child): return count * 4 + (child.count == 0 ? 0 : child.approximateSize * Int(offsets[count] - offsets[0]) / child.count)
        case .struct(let children): return children.reduce(count / 8) { $0 + $1.approximateSize }
        case .map(_, let keys, let values): return count * 4 + keys.approximateSize + values.approximateSize
        case .choice(_, _, let members): return members.reduce(count * 5) { $0 + $1.approximateSize }
        case .dictionary: return count * 4
        }
    }
}

extension Batch {
    /// The rows with string bytes of their own; see `Column.compacted`.
    public func compacted() -> Batch { Batch(schema: schema, columns: columns.map { $0.compacted() }, count: count) }

    public var approximateSize: Int { columns.reduce(0) { $0 + $1.approximateSize } }
}
