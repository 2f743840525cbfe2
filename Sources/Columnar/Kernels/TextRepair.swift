internal import CKernels

extension Column {
    /// The column with U+FFFD in the place of bytes that are no UTF-8, in its texts and in those inside of its values; itself where there are none.
    ///
    /// A text need not be UTF-8: Lua's strings are bytes, and `string.sub` may cut a letter in two. Readers of files refuse such texts.
    ///
    /// - Parameter repaired: grows by the number of texts that had such bytes; those that rows share count once.
    public func repairingText(_ repaired: inout Int) -> Column {
        switch storage {
        case .views(let views, _):
            guard type == .string else { return self }
            let start = UnsafeRawPointer(views.start).assumingMemoryBound(to: UInt64.self)
            let first = mastic_scan_utf8_views(start, count)
            if first == count { return self }
            var found = 0
            let values = (0..<count).map { row -> Value in
                if isNull(row) { return .null }
                return views[row].withBytes { bytes in
                    guard row >= first, let base = bytes.baseAddress, mastic_scan_utf8(base.assumingMemoryBound(to: UInt8.self), bytes.count) < bytes.count else {
                        return .string(Array(bytes))
                    }
                    found += 1
                    return .string(Array(String(decoding: bytes, as: UTF8.self).utf8))
                }
            }
            repaired += found
            return found == 0 ? self : Column(type, values: values)
        case .dictionary(let indices, let values): return replacing(values, &repaired) { .dictionary(indices: indices, values: $0) }
        case .list(let offsets, let child): return replacing(child, &repaired) { .list(offsets: offsets, child: $0) }
        case .struct(let children): return replacing(children, &repaired) { .struct($0) }
        case .map(let offsets, let keys, let values): return replacing([keys, values], &repaired) { .map(offsets: offsets, keys: $0[0], values: $0[1]) }
        case .choice(let tags, let rows, let members): return replacing(members, &repaired) { .choice(tags: tags, rows: rows, members: $0) }
        case .null, .bits, .fixed: return self
        }
    }

    private func replacing(_ child: Column, _ repaired: inout Int, _ storage: (Column) -> Storage) -> Column {
        replacing([child], &repaired) { storage($0[0]) }
    }

    private func replacing(_ children: [Column], _ repaired: inout Int, _ storage: ([Column]) -> Storage) -> Column {
        let new = children.map { $0.repairingText(&repaired) }
        if zip(children, new).allSatisfy({ $0 === $1 }) { return self }
        return Column(type: type, count: count, validity: validity, storage: storage(new))
    }
}
