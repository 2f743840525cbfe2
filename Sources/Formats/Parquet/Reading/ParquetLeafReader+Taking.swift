internal import CKernels
internal import Columnar

/// Reading some rows of many: only their values are brought into the column's form.
extension ParquetLeafReader {
    /// Reads the rows at the given positions, in order, of the next `rows` rows of a leaf that stands at the top.
    func readFlat(_ rows: Int, taking taken: Values<Int32>) throws -> Column {
        // Where most rows are wanted, or nulls come between them, all are read.
        if taken.count * 4 > rows * 3 || leaf.maximumDefinition > 1 { return try readFlat(rows).take(taken) }
        try arrive()
        var pieces: [Column] = []
        var (base, at) = (0, 0)
        while base < rows {
            guard try advance() else { throw failure(.truncated, "it ends \(rows - base) rows before its row group does") }
            guard decodedRow == nextRow else { throw failure(.malformed, "the page index leaves out rows \(nextRow)..<\(decodedRow)") }
            let n = min(rows - base, pageLeft)
            var end = at
            while end < taken.count, Int(taken.start[end]) < base + n { end += 1 }
            if let piece = try readPiece(n, taken.slice(at..<end), from: base) {
                pageLeft -= n
                decodedRow += n
                nextRow += n
                if piece.count > 0 { pieces.append(piece) }
            } else {
                let all = try readFlat(n)
                if end > at { pieces.append(all.take(taken.slice(at..<end).moved(by: -base))) }
            }
            (base, at) = (base + n, end)
        }
        if pieces.count == 1 { return pieces[0] }
        if let shared = ParquetLeafReader.sharingDictionary(pieces) { return shared }
        return pieces.isEmpty ? .nulls(leaf.type, count: 0) : Column.concatenate(pieces, as: leaf.type)
    }

    /// Some of the next `count` values, which lie in the current page; nil, and nothing is done, where all must be decoded.
    private func readPiece(_ count: Int, _ taken: Values<Int32>, from first: Int) throws -> Column? {
        // The rest of a page that nobody wants is left as it is.
        if taken.count == 0, count == pageLeft { return .nulls(leaf.type, count: 0) }
        guard let isDictionary = decoder?.isDictionary, isDictionary || decoder?.isPlainFixed == true, stride > 0 else { return nil }
        if isDictionary, stride == 1 { return nil }
        if leaf.maximumDefinition > 0, !mpq_hybrid_take_ones(&definition, Int64(count)) { return nil }
        defer { withExtendedLifetime(taken) {} }
        let wanted = taken.count
        let type = leaf.type
        guard isDictionary, let dictionary else {
            let out = Buffer(size: wanted * stride)
            let isDone = try decoder!.read(count, taking: taken.start, wanted, from: first, to: out.base, scratch: &scratch) { failure($0, $1) }
            guard isDone else { throw failure(.malformed, "its values are of a width that its type has not") }
            return Column(type: type, count: wanted, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
        }
        let indices = indexScratch.reserve(count * 4).assumingMemoryBound(to: UInt32.self)
        let greatest = try decoder!.readIndices(count, to: indices) { failure($0, $1) }
        guard count == 0 || greatest < dictionary.count else {
            throw failure(.malformed, "dictionary index \(greatest) is beyond the dictionary's \(dictionary.count) values")
        }
        let own = Buffer(size: wanted * 4)
        let chosen = own.values(of: Int32.self)
        for i in 0..<wanted { chosen[i] = Int32(bitPattern: indices[Int(taken.start[i]) - first]) }
        let values = Values<Int32>(own, count: wanted)
        if wantsIndices { return Column(type: type, count: wanted, storage: .dictionary(indices: values, values: dictionary.column)) }
        return dictionary.column.take(values)
    }

    /// Pieces with one dictionary as one column; nil for others.
    private static func sharingDictionary(_ pieces: [Column]) -> Column? {
        guard case .dictionary(_, let values)? = pieces.first?.storage else { return nil }
        let count = pieces.reduce(0) { $0 + $1.count }
        let out = Buffer(size: count * 4)
        var at = out.values(of: Int32.self)
        for piece in pieces {
            guard case .dictionary(let indices, let others) = piece.storage, others === values, piece.validity == nil else { return nil }
            at.update(from: indices.start, count: indices.count)
            at += indices.count
        }
        return Column(type: pieces[0].type, count: count, storage: .dictionary(indices: Values(out, count: count), values: values))
    }
}

extension Values<Int32> {
    /// Each value with another one added.
    fileprivate func moved(by distance: Int) -> Values<Int32> {
        let out = Buffer(size: count * 4)
        let to = out.values(of: Int32.self)
        for i in 0..<count { to[i] = start[i] &+ Int32(truncatingIfNeeded: distance) }
        return Values(out, count: count)
    }
}
