public import Columnar

/// Parses a string or binary field and puts the value in its place (`unbox`). What parses stands outside the engine: `Parser`.
public struct Unbox: Sendable {
    /// Parses the values of a string or binary column: one row for each, null for null; what it returns for rows that failed does not matter.
    public typealias Parser = @Sendable (Column) throws -> (values: Column, failures: [RecordFailure])

    public let path: FieldPath
    private let parser: Parser

    /// - Throws: `arrayInPath`.
    public init(_ path: FieldPath, parser: @escaping Parser) throws(TransformError) {
        if path.hasArrayMarker { throw .arrayInPath(path: path.description, transform: "unbox") }
        (self.path, self.parser) = (path, parser)
    }

    /// Rows: those that parsed, in order. The others are told by their place in `batch`. In a choice only strings and binaries are parsed and
    /// the rest is null. A field that is neither, or not there, stays as it is.
    ///
    /// - Throws: what the parser throws.
    public func apply(_ batch: Batch) throws -> (batch: Batch, failures: [RecordFailure]) {
        guard let column = batch.column(at: path), let text = column.text else { return (batch, []) }
        let parsed = try parser(text)
        let replaced = NamedColumns(batch).replacing(path.names[...], with: parsed.values).batch(count: batch.count, like: batch.schema)
        if parsed.failures.isEmpty { return (replaced, []) }
        var kept = [Bool](repeating: true, count: batch.count)
        for failure in parsed.failures { kept[failure.row] = false }
        return (replaced.filter(Bitmap(kept)), parsed.failures.sorted { $0.row < $1.row })
    }

    /// Whether the field is there, as text or bytes.
    public func isKnown(in schema: Schema) -> Bool { path.type(in: schema, throughArrays: false) != nil }
}

extension Column {
    /// The column, or a choice's member, that holds text or bytes.
    fileprivate var text: Column? {
        switch type {
        case .string, .binary: return self
        case .choice(let members): return members.firstIndex { $0 == .string || $0 == .binary }.map { member(at: $0) }
        default: return nil
        }
    }
}

extension NamedColumns {
    /// The fields with the one at the end of `names`, which leads through structs, replaced by a column of as many rows.
    func replacing(_ names: ArraySlice<String>, with column: Column) -> NamedColumns {
        guard let index = fields.firstIndex(where: { $0.name == names.first! }) else { return self }
        var out = self
        if names.count == 1 {
            out.replace(at: index, names.first!, column)
        } else if case .struct = columns[index].type {
            let inside = NamedColumns(members: columns[index]).replacing(names.dropFirst(), with: column)
            out.replace(at: index, names.first!, inside.structColumn(count: column.count, validity: columns[index].flattened.validity))
        }
        return out
    }
}
