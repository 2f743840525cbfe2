extension Column {
    /// Returns the rows of all columns, one after the other, as one column of `type`.
    ///
    /// Each column's type must be `type`, or one that `type` was merged from (`DataType.merging`): narrower integers widen, a member becomes a
    /// choice, missing struct fields become nulls. Shares string bytes. Dictionaries are flattened.
    public static func concatenate(_ columns: [Column], as type: DataType) -> Column {
        let parts = columns.map { $0.flattened.conforming(to: type) }
        if parts.count == 1 { return parts[0] }
        let n = parts.reduce(0) { $0 + $1.count }
        let validity = concatenatedValidity(parts, count: n)
        func make(_ storage: Storage) -> Column { Column(type: type, count: n, validity: validity, storage: storage) }
        switch type {
        case .null: return Column(type: .null, count: n, storage: .null)
        case .boolean:
            var out = BitmapBuilder(capacity: n)
            for part in parts { out.append(part.bits, range: 0..<part.count) }
            return make(.bits(out.finish()))
        case .byte, .short, .int, .long, .float, .double, .decimal, .date, .timestamp:
            let size = type.fixedSize
            let out = Buffer(size: n * size)
            var at = out.base
            for part in parts {
                at.copyMemory(from: part.fixedValues(of: UInt8.self), byteCount: part.count * size)
                at += part.count * size
            }
            return make(.fixed(owner: out, start: UnsafeRawPointer(out.base)))
        case .string, .binary:
            var out = GrowingBuffer<StringView>(capacity: n)
            var buffers: [Buffer] = []
            var seen = Set<ObjectIdentifier>()
            for part in parts {
                guard case .views(let views, let owned) = part.storage else { preconditionFailure("a string column without views") }
                out.append(from: views.start, count: views.count)
                for buffer in owned where seen.insert(ObjectIdentifier(buffer)).inserted { buffers.append(buffer) }
            }
            return make(.views(out.take(), buffers: buffers))
        case .array(let element):
            let lists = parts.map { part -> (Values<Int32>, Column) in
                guard case .list(let offsets, let child) = part.storage else { preconditionFailure("an array column without offsets") }
                return (offsets, child)
            }
            let (offsets, ranges) = concatenatedOffsets(lists.map(\.0), count: n)
            return make(.list(offsets: offsets, child: .concatenate(zip(lists, ranges).map { $0.0.1.slice($0.1) }, as: element)))
        case .map(let key, let value):
            let maps = parts.map { part -> (Values<Int32>, Column, Column) in
                guard case .map(let offsets, let keys, let values) = part.storage else { preconditionFailure("a map column without offsets") }
                return (offsets, keys, values)
            }
            let (offsets, ranges) = concatenatedOffsets(maps.map(\.0), count: n)
            return make(
                .map(
                    offsets: offsets, keys: .concatenate(zip(maps, ranges).map { $0.0.1.slice($0.1) }, as: key),
                    values: .concatenate(zip(maps, ranges).map { $0.0.2.slice($0.1) }, as: value)))
        case .struct(let fields):
            return make(.struct(fields.indices.map { i in .concatenate(parts.map { $0.children[i] }, as: fields[i].type) }))
        case .choice(let members):
            var tags = GrowingBuffer<UInt8>(capacity: n)
            var rows = GrowingBuffer<Int32>(capacity: n)
            var bases = [Int32](repeating: 0, count: members.count)
            var children: [[Column]] = Array(repeating: [], count: members.count)
            for part in parts {
                guard case .choice(let partTags, let partRows, let partMembers) = part.storage else { preconditionFailure("a choice column without tags") }
                tags.append(from: partTags.start, count: part.count)
                for i in 0..<part.count { rows.append(partTags[i] == nullTag ? 0 : partRows[i] + bases[Int(partTags[i])]) }
                for (i, member) in partMembers.enumerated() {
                    children[i].append(member)
                    bases[i] += Int32(member.count)
                }
            }
            return Column(
                type: type, count: n,
                storage: .choice(tags: tags.take(), rows: rows.take(), members: members.indices.map { .concatenate(children[$0], as: members[$0]) }))
        }
    }

    private static func concatenatedValidity(_ parts: [Column], count: Int) -> Bitmap? {
        if parts.allSatisfy({ $0.validity == nil }) { return nil }
        var out = BitmapBuilder(capacity: count)
        for part in parts {
            if let validity = part.validity {
                out.append(validity, range: 0..<part.count)
            } else {
                out.append(repeating: true, count: part.count)
            }
        }
        return out.finishValidity()
    }

    /// Offsets of the joined lists, and the part of each child that its lists use.
    private static func concatenatedOffsets(_ lists: [Values<Int32>], count: Int) -> (Values<Int32>, [Range<Int>]) {
        var out = GrowingBuffer<Int32>(capacity: count + 1)
        var ranges: [Range<Int>] = []
        var base: Int32 = 0
        out.append(0)
        for offsets in lists {
            let first = offsets[0]
            for i in 1..<offsets.count { out.append(base + offsets[i] - first) }
            ranges.append(Int(first)..<Int(offsets[offsets.count - 1]))
            base += offsets[offsets.count - 1] - first
        }
        return (out.take(), ranges)
    }
}

extension Column {
    /// Returns the column under a type that its own was merged into (`DataType.merging`); no value changes its meaning.
    ///
    /// - Precondition: `self.type.merging(type) == type`, but for the order of struct fields.
    public func conforming(to type: DataType) -> Column {
        if self.type == type { return self }
        switch (self.type, type) {
        case (.null, _):
            return .nulls(type, count: count)
        case (.choice, .choice(let members)):
            guard case .choice(let tags, let rows, let old) = flattened.storage, case .choice(let oldTypes) = self.type else { preconditionFailure() }
            let places = oldTypes.map { member in UInt8(members.firstIndex { $0.name == member.name || ($0.isInteger && member.isInteger) }!) }
            let out = Buffer(size: count)
            let pointer = out.values(of: UInt8.self)
            for i in 0..<count { pointer[i] = tags[i] == Column.nullTag ? Column.nullTag : places[Int(tags[i])] }
            let children = members.indices.map { i -> Column in
                guard let from = places.firstIndex(of: UInt8(i)) else { return .nulls(members[i], count: 0) }
                return old[from].conforming(to: members[i])
            }
            return Column(type: type, count: count, storage: .choice(tags: Values(out, count: count), rows: rows, members: children))
        case (_, .choice(let members)):
            let place = members.firstIndex { $0.name == self.type.name || ($0.isInteger && self.type.isInteger) }!
            let tags = Buffer(size: count)
            let rows = Buffer(size: count * 4)
            let (tag, row) = (tags.values(of: UInt8.self), rows.values(of: Int32.self))
            for i in 0..<count {
                tag[i] = isNull(i) ? Column.nullTag : UInt8(place)
                row[i] = Int32(i)
            }
            let children = members.indices.map { $0 == place ? flattened.conforming(to: members[$0]) : Column.nulls(members[$0], count: 0) }
            return Column(type: type, count: count, storage: .choice(tags: Values(tags, count: count), rows: Values(rows, count: count), members: children))
        case (.struct(let from), .struct(let to)):
            let column = flattened
            let children = to.map { field -> Column in
                guard let i = from.firstIndex(where: { $0.name == field.name }) else { return .nulls(field.type, count: count) }
                return column.children[i].conforming(to: field.type)
            }
            return Column(type: type, count: count, validity: column.validity, storage: .struct(children))
        case (.array, .array(let element)):
            let column = flattened
            guard case .list(let offsets, let child) = column.storage else { preconditionFailure() }
            return Column(type: type, count: count, validity: column.validity, storage: .list(offsets: offsets, child: child.conforming(to: element)))
        case (.map, .map(let key, let value)):
            let column = flattened
            guard case .map(let offsets, let keys, let values) = column.storage else { preconditionFailure() }
            return Column(
                type: type, count: count, validity: column.validity,
                storage: .map(offsets: offsets, keys: keys.conforming(to: key), values: values.conforming(to: value)))
        case (.decimal(_, let s1), .decimal(_, let s2)):
            return rescaled(by: s2 - s1, to: type)
        case _ where self.type.isInteger && type.isInteger:
            return widened(to: type)
        default:
            preconditionFailure("\(self.type.hiveName) was not merged into \(type.hiveName)")
        }
    }

    private func rescaled(by digits: Int, to type: DataType) -> Column {
        let column = flattened
        let factor = (0..<max(digits, 0)).reduce(Int128(1)) { power, _ in power * 10 }
        let from = column.fixedValues(of: Int128.self)
        let out = Buffer(size: count * 16)
        let to = out.values(of: Int128.self)
        for i in 0..<count { to[i] = from[i] &* factor }
        return Column(type: type, count: count, validity: column.validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }

    private func widened(to type: DataType) -> Column {
        let column = flattened
        let out = Buffer(size: count * type.fixedSize)
        switch (self.type, type) {
        case (.byte, .short): widen(column.fixedValues(of: Int8.self), out.values(of: Int16.self), count)
        case (.byte, .int): widen(column.fixedValues(of: Int8.self), out.values(of: Int32.self), count)
        case (.byte, .long): widen(column.fixedValues(of: Int8.self), out.values(of: Int64.self), count)
        case (.short, .int): widen(column.fixedValues(of: Int16.self), out.values(of: Int32.self), count)
        case (.short, .long): widen(column.fixedValues(of: Int16.self), out.values(of: Int64.self), count)
        case (.int, .long): widen(column.fixedValues(of: Int32.self), out.values(of: Int64.self), count)
        default: preconditionFailure("\(self.type.name) does not widen to \(type.name)")
        }
        return Column(type: type, count: count, validity: column.validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }
}

@inline(__always)
private func widen<A: FixedWidthInteger & BitwiseCopyable, B: FixedWidthInteger & BitwiseCopyable>(
    _ from: UnsafePointer<A>, _ to: UnsafeMutablePointer<B>, _ count: Int
) {
    for i in 0..<count { to[i] = B(truncatingIfNeeded: from[i]) }
}

extension Batch {
    /// The rows under a schema that the batch's own was merged into: missing columns are null, others `Column.conforming`.
    public func conforming(to schema: Schema) -> Batch {
        if self.schema === schema { return self }
        let columns = schema.fields.map { field in column(field.name)?.conforming(to: field.type) ?? .nulls(field.type, count: count) }
        return Batch(schema: schema, columns: columns, count: count)
    }

    /// The rows of all batches under one schema that theirs were merged into.
    public static func concatenate(_ batches: [Batch], schema: Schema) -> Batch {
        if batches.isEmpty { return .empty(schema) }
        let parts = batches.map { $0.conforming(to: schema) }
        if parts.count == 1 { return parts[0] }
        let columns = schema.fields.indices.map { i in Column.concatenate(parts.map { $0.columns[i] }, as: schema[i].type) }
        return Batch(schema: schema, columns: columns, count: parts.reduce(0) { $0 + $1.count })
    }
}
