/// A map column taken apart: all entries one after the other, and where each row's lie. Null rows have none.
public struct MapEntries: Sendable {
    /// Rows.
    public let count: Int
    /// The rows that have a map; nil when that is all of them.
    public let validity: Bitmap?
    /// Row `i`'s entries are `offsets[i]..<offsets[i + 1]`; the first is 0.
    public let offsets: Values<Int32>
    /// Exactly the rows' keys and values, without a dictionary on top.
    public let keys, values: Column

    /// - Precondition: the column is a map.
    public init(_ column: Column) {
        let (flat, offsets, children) = ArrayElements.parts(of: column)
        (count, validity, self.offsets, keys, values) = (flat.count, flat.validity, offsets, children[0].flattened, children[1].flattened)
    }

    /// The keys of each row as arrays; what else arrays can tell.
    public var keyLists: ArrayElements { ArrayElements(list(keys)) }
    public var valueLists: ArrayElements { ArrayElements(list(values)) }

    func list(_ child: Column) -> Column {
        Column(type: .array(child.type), count: count, validity: validity, storage: .list(offsets: offsets, child: child))
    }

    @inline(__always)
    func range(_ row: Int) -> Range<Int> { Int(offsets[row])..<Int(offsets[row + 1]) }

    /// The maps with other values.
    public func replacing(values: Column) -> Column { MapEntries.make(offsets, keys, values, validity, count) }

    /// The maps with other keys.
    ///
    /// - Throws: `ArrayError` for a key that is null, or twice in a map.
    public func replacing(keys: Column) throws(ArrayError) -> Column {
        let column = MapEntries.make(offsets, keys, values, validity, count)
        try MapEntries(column).checkKeys()
        return column
    }

    /// The maps without the entries that `mask` lacks.
    public func keeping(_ mask: Bitmap) -> Column {
        let (offsets, kept) = keyLists.keptOffsets(mask)
        return MapEntries.make(offsets, keys.take(kept), values.take(kept), validity, count)
    }

    static func make(_ offsets: Values<Int32>, _ keys: Column, _ values: Column, _ validity: Bitmap?, _ count: Int) -> Column {
        Column(type: .map(key: keys.type, value: values.type), count: count, validity: validity, storage: .map(offsets: offsets, keys: keys, values: values))
    }

    /// - Throws: `ArrayError` for a key that is null, or twice in a map.
    func checkKeys() throws(ArrayError) {
        if keys.presence != nil, keys.nullCount > 0 { throw ArrayError("a map's key cannot be null") }
        let (numbers, distinct) = ArrayElements.identities([keys])
        defer { withExtendedLifetime(numbers) {} }
        let own = numbers[0].start
        var marks = Operand.Marks(distinct)
        for row in 0..<count {
            marks.startRow()
            for i in range(row) where !marks.insert(own[i]) {
                var text = TextBuffer()
                keys.appendText(row: i, style: .cast, to: &text)
                throw ArrayError("a map would have the key \(text.string) twice")
            }
        }
    }
}

/// Functions of maps. Null operands make the row null, unless said otherwise.
extension Operand {
    /// Keys and values by turns, as a map each row.
    ///
    /// - Throws: `ArrayError` for a key that is null, or twice in a map.
    public static func map(_ items: [Operand], key: DataType, value: DataType, count: Int) throws(ArrayError) -> Operand {
        let keys = array(items.indices.filter { $0 % 2 == 0 }.map { items[$0] }, of: key, count: count)
        let values = array(items.indices.filter { $0 % 2 == 1 }.map { items[$0] }, of: value, count: count)
        return try map(keys: keys, values: values)
    }

    /// A map of an array of keys and one of values.
    ///
    /// - Throws: `ArrayError` for arrays of different lengths, and for a key that is null, or twice in a map.
    public static func map(keys: Operand, values: Operand) throws(ArrayError) -> Operand {
        let count = rowCount([keys, values])
        var (x, y) = (arrays(keys, count), arrays(values, count))
        let validity = Bitmap.and(x.validity, y.validity)
        if x.validity != nil || y.validity != nil { (x, y) = (ArrayElements(x.replacing(x.elements).masking(validity)), ArrayElements(y.replacing(y.elements).masking(validity))) }
        for row in 0..<count where x.offsets[row + 1] != y.offsets[row + 1] {
            throw ArrayError("a map needs as many values as keys; there are \(x.range(row).count) keys and \(y.range(row).count) values")
        }
        let column = MapEntries.make(x.offsets, x.elements, y.elements, validity, count)
        try MapEntries(column).checkKeys()
        return result(column, of: [keys, values])
    }

    /// A map of an array of structs of two fields; null where one of the structs is.
    ///
    /// - Throws: `ArrayError` for a key that is null, or twice in a map.
    public static func map(entries: Operand) throws(ArrayError) -> Operand {
        let lists = arrays(entries, entries.storage.count)
        let structs = lists.elements
        var mask = FailureMask(lists.validity, count: lists.count)
        if let presence = structs.validity {
            for row in 0..<lists.count where lists.range(row).contains(where: { !presence[$0] }) { mask.fail(row) }
        }
        let (key, value) = (structs.children[0], structs.children[1])
        let column = MapEntries(MapEntries.make(lists.offsets, key, value, mask.validity, lists.count))
        try column.checkKeys()
        return result(MapEntries.make(column.offsets, column.keys, column.values, column.validity, column.count), of: [entries])
    }

    /// The entries of all maps.
    ///
    /// - Throws: `ArrayError` for a key that is in two of them.
    public static func concatMaps(_ operands: [Operand]) throws(ArrayError) -> Operand {
        let maps = operands.map { operand in operand.map { $0.flattened } }
        let keys = concatArrays(maps.map { $0.map { column in let map = MapEntries(column); return map.list(map.keys) } })
        let values = concatArrays(maps.map { $0.map { column in let map = MapEntries(column); return map.list(map.values) } })
        return try map(keys: keys, values: values)
    }

    public static func mapKeys(_ map: Operand) -> Operand { map.map { let entries = MapEntries($0); return entries.list(entries.keys) } }

    public static func mapValues(_ map: Operand) -> Operand { map.map { let entries = MapEntries($0); return entries.list(entries.values) } }

    /// An array of structs `key`, `value`.
    public static func mapEntries(_ map: Operand) -> Operand {
        map.map { column in
            let entries = MapEntries(column)
            let type = DataType.struct([Field("key", entries.keys.type), Field("value", entries.values.type)])
            return entries.list(Column(type: type, count: entries.keys.count, storage: .struct([entries.keys, entries.values])))
        }
    }

    /// The value of each row's key, which must be of the maps' key type; null where there is none.
    public static func value(of map: Operand, forKey key: Operand) -> Operand {
        let count = rowCount([map, key])
        let (entries, places) = lookup(map, key, count)
        return result(entries.values.take(places), of: [map, key])
    }

    /// Whether the map has the key, which must be of the maps' key type.
    public static func containsKey(_ map: Operand, _ key: Operand) -> Operand {
        let count = rowCount([map, key])
        let (entries, places) = lookup(map, key, count)
        let found = packedBits(count) { places[$0] >= 0 }
        return result(Column(found, validity: Bitmap.and(entries.validity, key.column(count: count).presence)), of: [map, key])
    }

    private static func lookup(_ map: Operand, _ key: Operand, _ count: Int) -> (MapEntries, Values<Int32>) {
        let entries = MapEntries(map.column(count: count))
        let wanted = key.column(count: count).flattened
        let (numbers, _) = ArrayElements.identities([entries.keys, wanted])
        defer { withExtendedLifetime(numbers) {} }
        let (own, others) = (numbers[0].start, numbers[1].start)
        let out = Buffer(size: count * 4)
        let to = out.values(of: Int32.self)
        for row in 0..<count {
            to[row] = -1
            for i in entries.range(row) where own[i] == others[row] { to[row] = Int32(truncatingIfNeeded: i) }
        }
        return (entries, Values(out, count: count))
    }

    /// A map of text: pairs between one separator, each cut at the first of another; a pair without that has a null value.
    ///
    /// - Throws: `ArrayError` for a key that is twice in a map.
    public static func map(text: Operand, pairs: [UInt8], keyValue: [UInt8]) throws(ArrayError) -> Operand {
        let column = text.cast(to: .string).storage.flattened
        let views = column.views.start
        defer { withExtendedLifetime(column) {} }
        var offsets = GrowingBuffer<Int32>(capacity: column.count + 1)
        var keys = GrowingBuffer<StringView>()
        var values = GrowingBuffer<StringView>()
        var present = BitmapBuilder()
        var arena = StringArena()
        offsets.append(0)
        for row in 0..<column.count {
            if column.validity?[row] ?? true {
                views[row].withBytes { bytes in
                    pairs.withUnsafeBytes { pairs in
                        keyValue.withUnsafeBytes { keyValue in
                            var at = 0
                            while at <= bytes.count {
                                let end = pairs.isEmpty ? min(at + 1, bytes.count) : find(pairs, in: bytes, from: at) ?? bytes.count
                                let pair = UnsafeRawBufferPointer(rebasing: bytes[at..<end])
                                if keyValue.count > 0, let middle = find(keyValue, in: pair, from: 0) {
                                    keys.append(arena.view(copying: UnsafeRawBufferPointer(rebasing: pair[..<middle])))
                                    values.append(arena.view(copying: UnsafeRawBufferPointer(rebasing: pair[(middle + keyValue.count)...])))
                                    present.append(true)
                                } else {
                                    keys.append(arena.view(copying: pair))
                                    values.append(.empty)
                                    present.append(false)
                                }
                                if end == bytes.count { break }
                                at = end + pairs.count
                            }
                        }
                    }
                }
            }
            offsets.append(Int32(truncatingIfNeeded: keys.count))
        }
        let buffers = arena.finish()
        let (keyViews, valueViews) = (keys.take(), values.take())
        let map = MapEntries.make(
            offsets.take(), Column(type: .string, count: keyViews.count, storage: .views(keyViews, buffers: buffers)),
            Column(type: .string, count: valueViews.count, validity: present.finishValidity(), storage: .views(valueViews, buffers: buffers)), column.validity, column.count)
        try MapEntries(map).checkKeys()
        return result(map, of: [text])
    }

    /// The operands' values side by side as structs; never null.
    public static func structs(_ items: [Operand], names: [String], count: Int) -> Operand {
        let rows = items.allSatisfy(\.isConstant) ? 1 : count
        let columns = items.map { $0.column(count: rows).flattened }
        let column = Column(type: .struct(zip(names, columns).map { Field($0, $1.type) }), count: rows, storage: .struct(columns))
        return items.allSatisfy(\.isConstant) ? .constant(column) : .column(column)
    }
}

extension MapEntries {
    /// The keys of two maps of one key type, as an array each row: those of the first, and then those that only the second has; with both maps' values of each key, null
    /// where one has none. Null where one of the maps is.
    public static func zip(_ a: Column, _ b: Column) -> (keys: Column, first: Column, second: Column) {
        let (x, y) = (MapEntries(a), MapEntries(b))
        let (numbers, distinct) = ArrayElements.identities([x.keys, y.keys])
        defer { withExtendedLifetime(numbers) {} }
        let (own, other) = (numbers[0].start, numbers[1].start)
        let validity = Bitmap.and(x.validity, y.validity)
        var builder = ArrayBuilder(count: x.count, validity: validity, capacity: x.keys.count)
        var (first, second) = (GrowingBuffer<Int32>(), GrowingBuffer<Int32>())
        // Where a key of the row was put; which row it was put for.
        var (places, stamps) = ([Int32](repeating: 0, count: distinct), [Int32](repeating: -1, count: distinct))
        for row in 0..<x.count {
            if validity?[row] ?? true {
                for i in x.range(row) {
                    places[Int(own[i])] = Int32(truncatingIfNeeded: second.count)
                    stamps[Int(own[i])] = Int32(truncatingIfNeeded: row)
                    builder.append(Int32(truncatingIfNeeded: i))
                    first.append(Int32(truncatingIfNeeded: i))
                    second.append(-1)
                }
                for i in y.range(row) {
                    if stamps[Int(other[i])] == Int32(truncatingIfNeeded: row) {
                        second.start[Int(places[Int(other[i])])] = Int32(truncatingIfNeeded: i)
                    } else {
                        builder.append(Int32(truncatingIfNeeded: x.keys.count + i))
                        first.append(-1)
                        second.append(Int32(truncatingIfNeeded: i))
                    }
                }
            }
            builder.endRow()
        }
        return (builder.finish(from: .concatenate([x.keys, y.keys], as: x.keys.type)), x.values.take(first.take()), y.values.take(second.take()))
    }

    /// A map of arrays of distinct keys, and a value for each key.
    public static func map(_ keys: ArrayElements, values: Column) -> Column { make(keys.offsets, keys.elements, values, keys.validity, keys.count) }
}
