public import Columnar

/// Gives a field another name or another place (`rename_field`). Both paths are full: `address.state` becomes `address.state_code`.
///
/// With the same parent the field keeps its position, inside arrays too. Otherwise it moves to the end of the target struct, which is made
/// where it is missing and comes to be present in rows that bring a value; a struct that loses its last member goes. An unknown source is
/// ignored.
public struct RenameField: Sendable {
    public let source: FieldPath
    public let target: FieldPath

    public init(from source: FieldPath, to target: FieldPath) { (self.source, self.target) = (source, target) }

    /// Rows: all of them, in order. Shares every buffer but validities.
    ///
    /// - Throws: `fieldExists`, `notAStruct` or `movesAcrossArray`, when the batch's schema does not allow the rename.
    public func apply(_ batch: Batch) throws(TransformError) -> Batch {
        guard source.type(in: batch.schema) != nil else { return batch }
        let (from, to) = (source.names, target.names)
        if from == to { return batch }
        if from.dropLast() == to.dropLast() {
            let root = NamedColumns(batch)
            return try renaming(root, from[...], to: target.lastName).batch(count: batch.count)
        }
        guard source.type(in: batch.schema, throughArrays: false) != nil, !source.hasArrayMarker, let value = batch.column(at: source) else {
            throw .movesAcrossArray(from: source.description, to: target.description)
        }
        let rest = NamedColumns(DropFields([source]).apply(batch))
        return try inserting(value, at: to[...], into: rest).batch(count: batch.count)
    }

    /// - Throws: as `apply`.
    public func outputSchema(for schema: Schema) throws(TransformError) -> Schema { try apply(.empty(schema)).schema }

    /// Where the field at a path of names stood before; nil where the path alone does not tell.
    public func inputPath(of path: [String]) -> [String]? {
        let (from, to) = (source.names, target.names)
        if from == to { return path }
        if from.count == 1, to.count == 1, path[0] == to[0] { return from + path.dropFirst() }
        return path[0] == from[0] || path[0] == to[0] ? nil : path
    }

    public func isKnown(in schema: Schema) -> Bool { source.type(in: schema) != nil }

    private func renaming(_ columns: NamedColumns, _ names: ArraySlice<String>, to name: String) throws(TransformError) -> NamedColumns {
        guard let index = columns.fields.firstIndex(where: { $0.name == names.first! }) else { return columns }
        var out = columns
        if names.count > 1 {
            out.replace(at: index, names.first!, try renaming(columns.columns[index], names.dropFirst(), to: name))
        } else {
            if columns.fields.contains(where: { $0.name == name }) { throw .fieldExists(path: target.description, renaming: source.description) }
            out.replace(at: index, name, columns.columns[index])
        }
        return out
    }

    private func renaming(_ column: Column, _ names: ArraySlice<String>, to name: String) throws(TransformError) -> Column {
        switch column.type {
        case .struct:
            return try renaming(NamedColumns(members: column), names, to: name).structColumn(count: column.count, validity: column.flattened.validity)
        case .array:
            return try column.replacingElements { (child) throws(TransformError) in try renaming(child, names, to: name) } ?? column
        case .choice:
            return try column.replacingMembers { (member) throws(TransformError) in try renaming(member, names, to: name) } ?? column
        default:
            return column
        }
    }

    private func inserting(_ value: Column, at names: ArraySlice<String>, into columns: NamedColumns) throws(TransformError) -> NamedColumns {
        let name = names.first!
        var out = columns
        let index = columns.fields.firstIndex { $0.name == name }
        if names.count == 1 {
            if index != nil { throw .fieldExists(path: target.description, renaming: source.description) }
            out.append(name, value)
            return out
        }
        guard let index else {
            out.append(name, try inserting(value, at: names.dropFirst(), into: NamedColumns()).structColumn(count: value.count, validity: nil))
            return out
        }
        guard case .struct = columns.columns[index].type else {
            throw .notAStruct(path: target.description, field: name, type: columns.fields[index].type)
        }
        // A struct that is null becomes present where the value is: its other members must then be null of their own accord.
        let container = columns.columns[index].flattened
        var members = NamedColumns()
        for (field, child) in zip(NamedColumns(members: container).fields, container.fieldsWithNulls) { members.append(field.name, child) }
        let inside = try inserting(value, at: names.dropFirst(), into: members)
        var validity = container.validity
        if let old = validity { validity = value.presence.map { old.or($0) } }
        out.replace(at: index, name, inside.structColumn(count: value.count, validity: validity))
        return out
    }
}
