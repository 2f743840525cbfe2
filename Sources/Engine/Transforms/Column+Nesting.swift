internal import Columnar

/// Taking nested columns apart and putting them together again, level by level.
extension Column {
    /// The fields of a struct column with its own nulls handed down: where the struct is null, so is every field.
    ///
    /// - Precondition: the column is a struct.
    var fieldsWithNulls: [Column] {
        let column = flattened
        return column.children.map { $0.masking(column.validity) }
    }

    /// The array with its elements put through `transform`, which keeps their count; nil drops the array.
    ///
    /// - Precondition: the column is an array.
    func replacingElements<E: Error>(_ transform: (Column) throws(E) -> Column?) throws(E) -> Column? {
        let column = flattened
        guard case .list(let shared, let all) = column.storage else { preconditionFailure("a \(type.name) column has no elements") }
        let (offsets, used) = shared.based
        guard let replaced = try transform(all.slice(used)) else { return nil }
        return Column(type: .array(replaced.type), count: count, validity: column.validity, storage: .list(offsets: offsets, child: replaced))
    }

    /// The map with its keys and values put through `transform`, which keeps their count.
    ///
    /// - Precondition: the column is a map.
    func replacingEntries<E: Error>(_ transform: (_ keys: Column, _ values: Column) throws(E) -> (Column, Column)) throws(E) -> Column {
        let column = flattened
        guard case .map(let shared, let keys, let values) = column.storage else { preconditionFailure("a \(type.name) column has no entries") }
        let (offsets, used) = shared.based
        let (newKeys, newValues) = try transform(keys.slice(used), values.slice(used))
        return Column(
            type: .map(key: newKeys.type, value: newValues.type), count: count, validity: column.validity,
            storage: .map(offsets: offsets, keys: newKeys, values: newValues))
    }

    /// The choice with each member put through `transform`, which sees the values in use alone and keeps their count and kind; nil drops a member, whose rows become
    /// null. With one member left the column is no choice any more; nil when none is left.
    ///
    /// - Precondition: the column is a choice.
    func replacingMembers<E: Error>(_ transform: (Column) throws(E) -> Column?) throws(E) -> Column? {
        let (tags, rows, members) = usedMembers
        var kept: [Column] = []
        var places = [UInt8](repeating: Column.nullTag, count: 256)
        for (tag, member) in members.enumerated() {
            guard let replaced = try transform(member) else { continue }
            places[tag] = UInt8(kept.count)
            kept.append(replaced)
        }
        if kept.isEmpty { return nil }
        if kept.count == 1 { return kept[0].take(Column.places(of: UInt8(places.firstIndex(of: 0)!), tags, rows)) }
        let out = Buffer(size: count)
        let newTags = out.values(of: UInt8.self)
        for i in 0..<count { newTags[i] = places[Int(tags[i])] }
        return Column(type: .choice(kept.map(\.type)), count: count, storage: .choice(tags: Values(out, count: count), rows: rows, members: kept))
    }

    /// A member's values in the order of the choice's rows; null where the row holds another member.
    ///
    /// - Precondition: the column is a choice.
    func member(at index: Int) -> Column {
        guard case .choice(let tags, let rows, let members) = storage else { preconditionFailure("a \(type.name) column has no members") }
        return members[index].take(Column.places(of: UInt8(index), tags, rows))
    }

    /// The choice's values in one column, after `transform` has brought every member to one type.
    ///
    /// - Precondition: the column is a choice; `transform` sees the values in use alone and keeps their count.
    func joiningMembers(_ transform: (Column) -> Column) -> Column {
        let (tags, rows, members) = usedMembers
        var bases = [Int32](repeating: 0, count: members.count)
        for i in 1..<max(members.count, 1) where i < members.count { bases[i] = bases[i - 1] + Int32(members[i - 1].count) }
        let parts = members.map(transform)
        // Types whose contents were left open may differ in them still.
        let joined = Column.concatenate(parts, as: parts.reduce(DataType.null) { $0.merging($1.type) })
        let out = Buffer(size: count * 4)
        let places = out.values(of: Int32.self)
        for i in 0..<count { places[i] = tags[i] == Column.nullTag ? -1 : rows[i] + bases[Int(tags[i])] }
        return joined.take(Values(out, count: count))
    }

    /// The choice's parts, with only those values in the members that rows point to: a slice shares the members of the whole.
    private var usedMembers: (tags: Values<UInt8>, rows: Values<Int32>, members: [Column]) {
        guard case .choice(let tags, let rows, let members) = storage else { preconditionFailure("a \(type.name) column has no members") }
        if members.reduce(0, { $0 + $1.count }) == count - nullCount { return (tags, rows, members) }
        let out = Buffer(size: count * 4)
        let newRows = out.values(of: Int32.self)
        let used = members.indices.map { member in
            var places = GrowingBuffer<Int32>(capacity: 64)
            for i in 0..<count where Int(tags[i]) == member {
                newRows[i] = Int32(places.count)
                places.append(rows[i])
            }
            return members[member].take(places.take())
        }
        for i in 0..<count where tags[i] == Column.nullTag { newRows[i] = 0 }
        return (tags, Values(out, count: count), used)
    }

    private static func places(of tag: UInt8, _ tags: Values<UInt8>, _ rows: Values<Int32>) -> Values<Int32> {
        let out = Buffer(size: tags.count * 4)
        let places = out.values(of: Int32.self)
        for i in 0..<tags.count { places[i] = tags[i] == tag ? rows[i] : -1 }
        return Values(out, count: tags.count)
    }

    /// Which rows are present, whatever the storage; nil when all are.
    var presence: Bitmap? {
        switch storage {
        case .null: return Bitmap(repeating: false, count: count)
        case .choice(let tags, _, _):
            var out = BitmapBuilder(capacity: count)
            for i in 0..<count { out.append(tags[i] != Column.nullTag) }
            return out.finishValidity()
        case .dictionary(let indices, let values):
            guard let inner = values.presence else { return validity }
            var out = BitmapBuilder(capacity: count)
            for i in 0..<count { out.append((validity?[i] ?? true) && inner[Int(indices[i])]) }
            return out.finishValidity()
        default: return validity
        }
    }
}

extension Batch {
    /// The values at a path that leads through structs (and struct members of choices); nil when the batch has no such field.
    ///
    /// One row a row of the batch; null where anything on the way is null.
    func column(at path: FieldPath, ignoringCase: Bool = false) -> Column? {
        var fields = schema.fields
        var columns = self.columns
        var found: Column?
        for step in path.steps {
            if let inside = found {
                guard let members = inside.structMembers else { return nil }
                (fields, columns) = members
            }
            guard case .field(let name) = step, let index = FieldPath.index(of: name, in: fields, ignoringCase: ignoringCase) else { return nil }
            found = columns[index]
        }
        return found
    }
}

extension Column {
    /// The fields that a path can step into: of a struct, or of a choice's struct member.
    fileprivate var structMembers: (fields: [Field], columns: [Column])? {
        switch type {
        case .struct(let fields): return (fields, fieldsWithNulls)
        case .choice(let members):
            guard let index = members.firstIndex(where: { $0.name == "struct" }) else { return nil }
            return member(at: index).structMembers
        default: return nil
        }
    }
}

extension Values<Int32> {
    /// Offsets that begin at 0, and the part of the child that they lead into: a slice shares the child of the whole.
    fileprivate var based: (offsets: Values<Int32>, used: Range<Int>) {
        let first = self[0]
        let used = Int(first)..<Int(self[count - 1])
        if first == 0 { return (self, used) }
        let based = Buffer(size: count * 4)
        let out = based.values(of: Int32.self)
        for i in 0..<count { out[i] = self[i] - first }
        return (Values(based, count: count), used)
    }
}
