public import Columnar

/// Keeps the fields that the paths name, in the order of the paths (`select_fields`).
///
/// A path into a struct keeps the struct with that member alone; one into an array of structs keeps that member of each element. A field that
/// a batch does not have is absent from the result. With `a` and `a.b`, `a` stays whole.
public struct SelectFields: Sendable {
    public let paths: [FieldPath]

    public init(_ paths: [FieldPath]) { self.paths = paths }

    /// Rows: all of them, in order. Null rule: nulls stay nulls. Shares every buffer.
    ///
    /// - Parameter frameSchema: the schema that all rows have in common. Without it a struct in which this batch has none of the members asked for
    ///   is missing from the result, and so null, where another batch has it with members that are null.
    public func apply(_ batch: Batch, frameSchema: Schema? = nil) -> Batch {
        let batch = frameSchema.map { batch.conforming(to: $0) } ?? batch
        let tree = PathTree(paths)
        var out = NamedColumns()
        for (step, node) in tree.children {
            guard case .field(let name) = step, let index = batch.schema.index(of: name) else { continue }
            if let kept = batch.columns[index].keeping(node) { out.append(name, kept) }
        }
        return out.batch(count: batch.count, like: batch.schema)
    }

    public func outputSchema(for schema: Schema) -> Schema { apply(.empty(schema)).schema }

    /// Whether the field at a path of names is, in every row, what it was before.
    public func keeps(_ path: [String]) -> Bool { paths.contains { !$0.hasArrayMarker && $0.names == [path[0]] } }

    /// The top-level columns that the paths lead into.
    public var sourceColumns: Set<String> { Set(paths.map { $0.names[0] }) }

    /// The paths that lead nowhere in a schema: most likely a mistake in the script.
    public func unknownPaths(in schema: Schema) -> [FieldPath] { paths.filter { $0.type(in: schema) == nil } }
}

/// Drops the fields that the paths name (`drop_fields`): nested ones, and members of array elements, for which no marker is needed.
///
/// A struct that loses its last member goes too, and with it an array of such structs. Maps are not entered. In a choice the path leads into
/// the struct or array member; a member that goes leaves its rows null. Fields that are not there are ignored.
public struct DropFields: Sendable {
    public let paths: [FieldPath]

    public init(_ paths: [FieldPath]) { self.paths = paths }

    /// Rows: all of them, in order. Null rule: nulls stay nulls. Shares every buffer.
    ///
    /// - Parameter frameSchema: the schema that all rows have in common. Without it a struct goes when it loses the last member that this batch has
    ///   of it, and is null where another batch has more of it left.
    public func apply(_ batch: Batch, frameSchema: Schema? = nil) -> Batch {
        let batch = frameSchema.map { batch.conforming(to: $0) } ?? batch
        let tree = PathTree(paths)
        var out = NamedColumns()
        for (field, column) in zip(batch.schema.fields, batch.columns) {
            guard let node = tree[.field(field.name)] else {
                out.append(field.name, column)
                continue
            }
            if let kept = column.dropping(node) { out.append(field.name, kept) }
        }
        return out.batch(count: batch.count, like: batch.schema)
    }

    public func outputSchema(for schema: Schema) -> Schema { apply(.empty(schema)).schema }

    /// Whether the field at a path of names is, in every row, what it was before.
    public func keeps(_ path: [String]) -> Bool { !paths.contains { $0.names[0] == path[0] } }

    /// The paths that lead nowhere in a schema: most likely a mistake in the script.
    public func unknownPaths(in schema: Schema) -> [FieldPath] { paths.filter { $0.type(in: schema) == nil } }
}

/// Splits records into the fields that the paths name and the rest (`split_fields`).
public struct SplitFields: Sendable {
    public let selected: SelectFields
    public let rest: DropFields

    public init(_ paths: [FieldPath]) {
        selected = SelectFields(paths)
        rest = DropFields(paths)
    }
}

extension PathTree where Leaf == Bool {
    /// The tree of several paths, each of which ends in a leaf.
    init(_ paths: [FieldPath]) {
        self.init()
        for path in paths { insert(true, at: path) }
    }
}

extension Column {
    /// The column with only what the tree's leaves name; nil when it has nothing of that.
    fileprivate func keeping(_ node: PathTree<Bool>) -> Column? {
        if node.leaf != nil || !node.hasChildren { return self }
        switch type {
        case .struct(let fields):
            let column = flattened
            var out = NamedColumns()
            for (step, child) in node.children {
                guard case .field(let name) = step, let index = fields.firstIndex(where: { $0.name == name }) else { continue }
                if let kept = column.children[index].keeping(child) { out.append(name, kept) }
            }
            return out.isEmpty ? nil : out.structColumn(count: count, validity: column.validity)
        case .array:
            return node.elements.flatMap { node in replacingElements { $0.keeping(node) } }
        case .choice:
            return replacingMembers { $0.keeping(node) }
        default:
            return nil
        }
    }

    /// The column without what the tree's leaves name; nil when nothing of it is left.
    func dropping(_ node: PathTree<Bool>) -> Column? {
        if node.leaf != nil { return nil }
        switch type {
        case .struct(let fields):
            let column = flattened
            var out = NamedColumns()
            var dropped = false
            for (field, child) in zip(fields, column.children) {
                guard let node = node[.field(field.name)] else {
                    out.append(field.name, child)
                    continue
                }
                if let kept = child.dropping(node) { out.append(field.name, kept) } else { dropped = true }
            }
            return out.isEmpty && dropped ? nil : out.structColumn(count: count, validity: column.validity)
        case .array:
            guard let elements = node.elements else { return self }
            return replacingElements { $0.dropping(elements) }
        case .choice:
            return replacingMembers { $0.dropping(node) }
        default:
            return self
        }
    }
}
