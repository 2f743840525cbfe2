package import Columnar

/// The rows that a program leaves to Lua, run there and put back in their places.
extension LiftedFunction {
    /// The function as a filter.
    ///
    /// - Parameter interpret: the function in the interpreter.
    /// - Returns: what the interpreter would have given for the whole batch, and the number of rows that it was needed for.
    package func filter(
        _ batch: Batch, interpret: (Batch) throws -> (kept: Bitmap, errors: [RowError])
    ) throws -> (kept: Bitmap, errors: [RowError], interpreted: Int) {
        let (kept, left) = batch.count == 0 ? (RowMask.none(0), RowMask.all(0)) : filter(batch)
        if batch.count == 0 || left.isFull {
            let (kept, errors) = try interpret(batch)
            return (kept, errors, batch.count)
        }
        if left.isEmpty { return (kept.bitmap, [], 0) }
        let rows = left.bitmap.setIndices
        let (more, errors) = try interpret(batch.take(rows))
        let all = kept | RowMask(more, count: rows.count).spread(to: rows, of: batch.count)
        return (all.bitmap, errors.map { $0.moved(to: rows) }, rows.count)
    }

    /// The function as a map; see `filter`.
    package func map(
        _ batch: Batch, interpret: (Batch) throws -> (batch: Batch, rows: Values<Int32>?, errors: [RowError])
    ) throws -> (batch: Batch, errors: [RowError], interpreted: Int) {
        func interpretAll() throws -> (Batch, [RowError], Int) {
            let (result, _, errors) = try interpret(batch)
            return (result, errors, batch.count)
        }
        guard batch.count > 0, let records = map(batch) else { return try interpretAll() }
        var result = records.batch
        if let (fields, lastRow) = records.unordered {
            // The order in which rows first set them is the interpreter's to say; few rows tell.
            let first = try interpret(batch.slice(0..<lastRow + 1)).batch.schema
            let order = fields.compactMap { first.index(of: $0) }
            guard order.count == fields.count else { return try interpretAll() }
            let known = result.columns.count - fields.count
            result = result.selecting(Array(0..<known) + fields.indices.sorted { order[$0] < order[$1] }.map { known + $0 })
        }
        if records.left.isEmpty { return (result, [], 0) }
        let rows = records.left.bitmap.setIndices
        let (rest, kept, errors) = try interpret(batch.take(rows))
        if rest.count > 0 {
            let places = kept.map { kept in (0..<kept.count).map { rows[Int(kept[$0])] } } ?? (0..<rows.count).map { rows[$0] }
            guard let merged = result.merging(rest, rows: records.left.inverted.bitmap.setIndices, with: places) else { return try interpretAll() }
            result = merged
        }
        return (result, errors.map { $0.moved(to: rows) }, rows.count)
    }
}

extension RowError {
    /// The error of a row of some, as the row among all.
    fileprivate func moved(to rows: Values<Int32>) -> RowError {
        RowError(row: Int(rows[row]), message: message, file: file, line: line, traceback: traceback)
    }
}

extension Batch {
    /// The rows of both in their order among all; nil when their columns do not go together without a change of type.
    ///
    /// - Parameters:
    ///   - rows: the place of each row of this batch.
    ///   - places: those of the other's.
    fileprivate func merging(_ other: Batch, rows: Values<Int32>, with places: [Int32]) -> Batch? {
        guard schema.names == other.schema.names else { return nil }
        var fields: [Field] = []
        for (a, b) in zip(schema.fields, other.schema.fields) {
            guard a.type == b.type || a.type == .null || b.type == .null else { return nil }
            fields.append(Field(a.name, a.type == .null ? b.type : a.type))
        }
        let both = Batch.concatenate([self, other], schema: Schema(fields))
        let all = (0..<count).map { (rows[$0], Int32($0)) } + places.enumerated().map { ($1, Int32(count + $0)) }
        return both.take(Values(all.sorted { $0.0 < $1.0 }.map(\.1)))
    }
}
