internal import Glibc

/// Gathering: the kernel under filters, joins and sorts.
extension Column {
    /// Returns row `indices[i]` as row `i`. An index of -1 gives a null.
    ///
    /// Shares string bytes; nested children are gathered too. Complexity: O(indices.count), plus the nested values.
    /// Not checked: that indices are below `count`.
    public func take(_ indices: Values<Int32>) -> Column {
        let n = indices.count
        // One sign bit for all, so that the loop has no branch.
        let hasMissing = indices.bufferPointer.reduce(Int32(0)) { $0 | $1 } < 0
        let validity = takenValidity(indices, hasMissing: hasMissing)
        func make(_ storage: Storage) -> Column { Column(type: type, count: n, validity: validity, storage: storage) }
        // Nulls may stand beside an empty column; any gather from it is of nulls only.
        if count == 0 { return .nulls(type, count: n) }
        let safe = hasMissing ? clampedToZero(indices) : indices
        switch storage {
        case .null: return Column(type: .null, count: n, storage: .null)
        case .bits(let bits):
            return make(.bits(packedBits(n) { bits[Int(safe[$0])] }))
        case .fixed(_, let start):
            let out = Buffer(size: n * type.fixedSize)
            switch type.fixedSize {
            case 1: gather(start, UInt8.self, safe, out)
            case 2: gather(start, UInt16.self, safe, out)
            case 4: gather(start, UInt32.self, safe, out)
            case 8: gather(start, UInt64.self, safe, out)
            default: gather(start, UInt128.self, safe, out)
            }
            return make(.fixed(owner: out, start: UnsafeRawPointer(out.base)))
        case .views(let views, let buffers):
            let out = Buffer(size: n * 16)
            gather(UnsafeRawPointer(views.start), StringView.self, safe, out)
            return make(.views(Values(out, count: n), buffers: buffers))
        case .list(let offsets, let child):
            let (outOffsets, childIndices) = takenRanges(offsets, safe, validity)
            return make(.list(offsets: outOffsets, child: child.take(childIndices)))
        case .struct(let children):
            return make(.struct(children.map { $0.take(safe) }))
        case .map(let offsets, let keys, let values):
            let (outOffsets, childIndices) = takenRanges(offsets, safe, validity)
            return make(.map(offsets: outOffsets, keys: keys.take(childIndices), values: values.take(childIndices)))
        case .choice(let tags, let rows, let members):
            let outTags = Buffer(size: n)
            gather(UnsafeRawPointer(tags.start), UInt8.self, safe, outTags)
            let outRows = Buffer(size: n * 4)
            gather(UnsafeRawPointer(rows.start), Int32.self, safe, outRows)
            if hasMissing {
                let tags = outTags.values(of: UInt8.self)
                for i in 0..<n where indices[i] < 0 { tags[i] = Column.nullTag }
            }
            return Column(type: type, count: n, storage: .choice(tags: Values(outTags, count: n), rows: Values(outRows, count: n), members: members))
        case .dictionary(let inner, let values):
            let out = Buffer(size: n * 4)
            gather(UnsafeRawPointer(inner.start), Int32.self, safe, out)
            return make(.dictionary(indices: Values(out, count: n), values: values))
        }
    }

    private func takenValidity(_ indices: Values<Int32>, hasMissing: Bool) -> Bitmap? {
        if validity == nil && !hasMissing { return nil }
        let n = indices.count
        let taken: Bitmap
        if let validity {
            taken = hasMissing ? packedBits(n) { indices[$0] >= 0 && validity[Int(indices[$0])] } : packedBits(n) { validity[Int(indices[$0])] }
        } else {
            taken = packedBits(n) { indices[$0] >= 0 }
        }
        return taken.setCount == n ? nil : taken
    }
}

private func clampedToZero(_ indices: Values<Int32>) -> Values<Int32> {
    let out = Buffer(size: indices.count * 4)
    let pointer = out.values(of: Int32.self)
    for i in 0..<indices.count { pointer[i] = max(indices[i], 0) }
    return Values(out, count: indices.count)
}

@inline(__always)
private func gather<T: BitwiseCopyable>(_ source: UnsafeRawPointer, _ type: T.Type, _ indices: Values<Int32>, _ out: Buffer) {
    let from = source.assumingMemoryBound(to: T.self)
    let to = out.values(of: T.self)
    let at = indices.start
    for i in 0..<indices.count { to[i] = from[Int(at[i])] }
}

/// The offsets of gathered lists, and the positions of their elements in the old child. Null rows become empty.
private func takenRanges(_ offsets: Values<Int32>, _ indices: Values<Int32>, _ validity: Bitmap?) -> (Values<Int32>, Values<Int32>) {
    var out = GrowingBuffer<Int32>(capacity: indices.count + 1)
    var elements = GrowingBuffer<Int32>(capacity: indices.count * 2)
    out.append(0)
    for i in 0..<indices.count {
        if validity?[i] ?? true {
            let row = Int(indices[i])
            let (first, end) = (offsets[row], offsets[row + 1])
            elements.reserve(Int(end - first))
            var element = first
            while element < end {
                elements.append(element)
                element += 1
            }
        }
        out.append(Int32(elements.count))
    }
    return (out.take(), elements.take())
}
