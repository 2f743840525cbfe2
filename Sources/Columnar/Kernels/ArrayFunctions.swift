/// Functions that make arrays from arrays. Arrays and values must be of one element type; a null operand makes the row null, unless said otherwise.
extension Operand {
    /// An operand's arrays for `count` rows.
    static func arrays(_ operand: Operand, _ count: Int) -> ArrayElements { ArrayElements(operand.column(count: count)) }

    /// The operands' values side by side, as an array each row. Never null.
    public static func array(_ items: [Operand], of type: DataType, count: Int) -> Operand {
        let rows = items.allSatisfy(\.isConstant) ? 1 : count
        let columns = items.map { $0.cast(to: type).column(count: rows) }
        let width = items.count
        let offsets = Buffer(size: (rows + 1) * 4)
        let offset = offsets.values(of: Int32.self)
        for i in 0...rows { offset[i] = Int32(truncatingIfNeeded: i * width) }
        let places = Buffer(size: rows * width * 4)
        let place = places.values(of: Int32.self)
        for i in 0..<rows { for c in 0..<width { place[i * width + c] = Int32(truncatingIfNeeded: c * rows + i) } }
        let child = columns.isEmpty ? Column.nulls(type, count: 0) : Column.concatenate(columns, as: type).take(Values(places, count: rows * width))
        let column = Column(type: .array(type), count: rows, storage: .list(offsets: Values(offsets, count: rows + 1), child: child))
        return items.allSatisfy(\.isConstant) ? .constant(column) : .column(column)
    }

    /// The arrays of all operands one after the other.
    public static func concatArrays(_ operands: [Operand]) -> Operand {
        let count = rowCount(operands)
        let parts = operands.map { arrays($0, count) }
        let validity = parts.reduce(nil as Bitmap?) { Bitmap.and($0, $1.validity) }
        let all = Column.concatenate(parts.map(\.elements), as: parts[0].elements.type)
        var builder = ArrayBuilder(count: count, validity: validity, capacity: all.count)
        for row in 0..<count {
            if validity?[row] ?? true {
                var base = 0
                for part in parts {
                    let range = part.range(row)
                    builder.append(base + range.lowerBound..<base + range.upperBound)
                    base += part.elements.count
                }
            }
            builder.endRow()
        }
        return result(builder.finish(from: all), of: operands)
    }

    /// The array with a value behind its last element, or before its first. The value may be null.
    public static func append(_ value: Operand, to array: Operand, atStart: Bool = false) -> Operand {
        let count = rowCount([array, value])
        let lists = arrays(array, count)
        let all = Column.concatenate([lists.elements, value.column(count: count)], as: lists.elements.type)
        let base = lists.elements.count
        var builder = ArrayBuilder(count: count, validity: lists.validity, capacity: all.count)
        for row in 0..<count {
            if lists.validity?[row] ?? true {
                if atStart { builder.append(Int32(truncatingIfNeeded: base + row)) }
                builder.append(lists.range(row))
                if !atStart { builder.append(Int32(truncatingIfNeeded: base + row)) }
            }
            builder.endRow()
        }
        return result(builder.finish(from: all), of: [array, value])
    }

    /// The array with a value at a place: from 1, or from the end where it is negative (-1 is behind the last). Places in between that the array does not have are null.
    /// The value may be null.
    ///
    /// - Throws: `ArrayError` for place 0.
    public static func insert(_ value: Operand, into array: Operand, at place: Operand) throws(ArrayError) -> Operand {
        let operands = [array, place, value]
        let count = rowCount(operands)
        let lists = arrays(array, count)
        let places = place.cast(to: .int).column(count: count).flattened
        let validity = Bitmap.and(lists.validity, places.validity)
        let all = Column.concatenate([lists.elements, value.column(count: count)], as: lists.elements.type)
        let base = lists.elements.count
        var builder = ArrayBuilder(count: count, validity: validity, capacity: all.count)
        defer { withExtendedLifetime(places) {} }
        let at = places.fixedValues(of: Int32.self)
        for row in 0..<count {
            if validity?[row] ?? true {
                let range = lists.range(row)
                let place = Int(at[row])
                if place == 0 { throw ArrayError("array_insert() counts places from 1, or from -1 backwards; there is no place 0") }
                guard place.magnitude <= 1 << 27 else { throw .tooLarge }
                let new = Int32(truncatingIfNeeded: base + row)
                if place > 0 {
                    let before = min(place - 1, range.count)
                    builder.append(range.lowerBound..<range.lowerBound + before)
                    for _ in before..<place - 1 { builder.append(-1) }
                    builder.append(new)
                    builder.append(range.lowerBound + before..<range.upperBound)
                } else {
                    // Behind so many of the last elements.
                    let after = -place - 1
                    let split = max(range.upperBound - after, range.lowerBound)
                    builder.append(range.lowerBound..<split)
                    builder.append(new)
                    for _ in 0..<max(after - range.count, 0) { builder.append(-1) }
                    builder.append(split..<range.upperBound)
                }
            }
            guard builder.places.count <= Int32.max else { throw .tooLarge }
            builder.endRow()
        }
        return result(builder.finish(from: all), of: operands)
    }

    /// The array without its nulls.
    public static func compact(_ array: Operand) -> Operand {
        array.map { column in
            let lists = ArrayElements(column)
            guard let presence = lists.elements.presence else { return column }
            return lists.keeping(presence)
        }
    }

    /// The array without the elements that equal the value. Nulls stay.
    public static func remove(_ value: Operand, from array: Operand) -> Operand {
        let count = rowCount([array, value])
        let lists = arrays(array, count)
        let values = value.column(count: count).flattened
        let (numbers, _) = ArrayElements.identities([lists.elements, values])
        defer { withExtendedLifetime(numbers) {} }
        let (own, wanted) = (numbers[0].start, numbers[1].start)
        let parents = lists.parents
        let different = packedBits(lists.elements.count) { own[$0] != wanted[Int(parents[$0])] }
        return result(lists.keeping(different).masking(values.presence), of: [array, value])
    }

    /// The array's elements in their order, each value once; null counts as a value.
    public static func distinct(_ array: Operand) -> Operand {
        array.map { column in
            let lists = ArrayElements(column)
            let (numbers, distinct) = ArrayElements.identities([lists.elements], signedZeros: true)
            defer { withExtendedLifetime(numbers) {} }
            let own = numbers[0].start
            var marks = Marks(distinct)
            var keep = BitmapBuilder(capacity: lists.elements.count)
            for row in 0..<lists.count {
                marks.startRow()
                for i in lists.range(row) { keep.append(marks.insert(own[i])) }
            }
            return lists.keeping(keep.finish())
        }
    }

    /// Which of two arrays' elements make a third.
    public enum SetOperation: Sendable { case union, intersect, except }

    /// The elements of one array or the other, each value once and in their order: null counts as a value.
    public static func combine(_ a: Operand, _ operation: SetOperation, _ b: Operand) -> Operand {
        let count = rowCount([a, b])
        let (x, y) = (arrays(a, count), arrays(b, count))
        let validity = Bitmap.and(x.validity, y.validity)
        let (numbers, distinct) = ArrayElements.identities([x.elements, y.elements], signedZeros: true)
        defer { withExtendedLifetime(numbers) {} }
        let (first, second) = (numbers[0].start, numbers[1].start)
        let all = operation == .union ? Column.concatenate([x.elements, y.elements], as: x.elements.type) : x.elements
        var (seen, other) = (Marks(distinct), Marks(distinct))
        var builder = ArrayBuilder(count: count, validity: validity, capacity: all.count)
        for row in 0..<count {
            if validity?[row] ?? true {
                seen.startRow()
                other.startRow()
                if operation != .union { for i in y.range(row) { _ = other.insert(second[i]) } }
                for i in x.range(row) {
                    let number = first[i]
                    if operation != .union, other.contains(number) != (operation == .intersect) { continue }
                    if seen.insert(number) { builder.append(Int32(truncatingIfNeeded: i)) }
                }
                if operation == .union {
                    for i in y.range(row) where seen.insert(second[i]) { builder.append(Int32(truncatingIfNeeded: x.elements.count + i)) }
                }
            }
            builder.endRow()
        }
        return result(builder.finish(from: all), of: [a, b])
    }

    /// Whether two arrays share an element that is not null; null where they do not, but one has a null and neither is empty.
    public static func overlaps(_ a: Operand, _ b: Operand) -> Operand {
        let count = rowCount([a, b])
        let (x, y) = (arrays(a, count), arrays(b, count))
        let (numbers, distinct) = ArrayElements.identities([x.elements, y.elements])
        defer { withExtendedLifetime(numbers) {} }
        let (first, second) = (numbers[0].start, numbers[1].start)
        let (p, q) = (x.elements.presence, y.elements.presence)
        var marks = Marks(distinct)
        var mask = FailureMask(Bitmap.and(x.validity, y.validity), count: count)
        var bits = BitmapBuilder(capacity: count)
        for row in 0..<count {
            marks.startRow()
            var (hasNull, found) = (false, false)
            for i in x.range(row) { if p?[i] ?? true { _ = marks.insert(first[i]) } else { hasNull = true } }
            for i in y.range(row) { if q?[i] ?? true { if marks.contains(second[i]) { found = true } } else { hasNull = true } }
            bits.append(found)
            if !found, hasNull, !x.range(row).isEmpty, !y.range(row).isEmpty { mask.fail(row) }
        }
        return result(Column(bits.finish(), validity: mask.validity), of: [a, b])
    }

    /// A set of numbers that is emptied for each row at no cost.
    struct Marks {
        private var stamps: [Int32]
        private var stamp: Int32 = 0

        init(_ count: Int) { stamps = [Int32](repeating: 0, count: count) }

        mutating func startRow() { stamp += 1 }
        @inline(__always)
        func contains(_ number: Int32) -> Bool { stamps[Int(number)] == stamp }
        /// Whether the number is new.
        @inline(__always)
        mutating func insert(_ number: Int32) -> Bool {
            if stamps[Int(number)] == stamp { return false }
            stamps[Int(number)] = stamp
            return true
        }
    }

    // MARK: Orders and parts

    /// The array sorted. NaN is above every number.
    public static func sortArray(_ array: Operand, descending: Bool, nullsFirst: Bool) -> Operand {
        array.map { column in
            let lists = ArrayElements(column)
            let keys = [SortKey(Column(.int, lists.parents)), SortKey(lists.elements, descending: descending, nullsFirst: nullsFirst)]
            return lists.replacing(lists.elements.take(SortKey.sortIndices(by: keys, count: lists.elements.count)))
        }
    }

    /// The elements from last to first.
    public static func reverseArray(_ array: Operand) -> Operand {
        array.map { column in
            let lists = ArrayElements(column)
            let places = Buffer(size: lists.elements.count * 4)
            let place = places.values(of: Int32.self)
            for row in 0..<lists.count {
                let range = lists.range(row)
                for i in range { place[i] = Int32(truncatingIfNeeded: range.upperBound - 1 - (i - range.lowerBound)) }
            }
            return lists.replacing(lists.elements.take(Values(places, count: lists.elements.count)))
        }
    }

    /// `length` elements from `start` on, counted from 1, or from the end where it is negative.
    ///
    /// - Throws: `ArrayError` for start 0 and negative lengths.
    public static func slice(_ array: Operand, _ start: Operand, _ length: Operand) throws(ArrayError) -> Operand {
        let operands = [array, start, length]
        let count = rowCount(operands)
        let lists = arrays(array, count)
        let (starts, lengths) = (start.cast(to: .int).column(count: count).flattened, length.cast(to: .int).column(count: count).flattened)
        let validity = Bitmap.and(lists.validity, Bitmap.and(starts.validity, lengths.validity))
        defer { withExtendedLifetime((starts, lengths)) {} }
        let (first, limit) = (starts.fixedValues(of: Int32.self), lengths.fixedValues(of: Int32.self))
        var builder = ArrayBuilder(count: count, validity: validity, capacity: lists.elements.count)
        for row in 0..<count {
            if validity?[row] ?? true {
                let range = lists.range(row)
                if first[row] == 0 { throw ArrayError("slice() counts from 1, or from -1 backwards; there is no start 0") }
                if limit[row] < 0 { throw ArrayError("slice() takes a length of 0 or more, not \(limit[row])") }
                let from = first[row] > 0 ? range.lowerBound + Int(first[row]) - 1 : range.upperBound + Int(first[row])
                if from >= range.lowerBound, from < range.upperBound { builder.append(from..<min(from + Int(limit[row]), range.upperBound)) }
            }
            builder.endRow()
        }
        return result(builder.finish(from: lists.elements), of: operands)
    }

    /// The elements of an array's arrays; null where one of these is.
    public static func flattenArray(_ array: Operand) -> Operand {
        array.map { column in
            let outer = ArrayElements(column)
            let inner = ArrayElements(outer.elements)
            var mask = FailureMask(outer.validity, count: outer.count)
            let offsets = Buffer(size: (outer.count + 1) * 4)
            let offset = offsets.values(of: Int32.self)
            for row in 0...outer.count { offset[row] = inner.offsets[Int(outer.offsets[row])] }
            if let presence = inner.validity {
                for row in 0..<outer.count where outer.range(row).contains(where: { !presence[$0] }) { mask.fail(row) }
            }
            return Column(
                type: .array(inner.elements.type), count: outer.count, validity: mask.validity,
                storage: .list(offsets: Values(offsets, count: outer.count + 1), child: inner.elements))
        }
    }

    /// An array of so many times the value, which may be null; empty for a count below 1.
    ///
    /// - Throws: `ArrayError` when there are too many elements.
    public static func repeated(_ value: Operand, _ times: Operand) throws(ArrayError) -> Operand {
        let count = rowCount([value, times])
        let values = value.column(count: count).flattened
        let limits = times.cast(to: .int).column(count: count).flattened
        defer { withExtendedLifetime(limits) {} }
        let limit = limits.fixedValues(of: Int32.self)
        var builder = ArrayBuilder(count: count, validity: limits.validity)
        for row in 0..<count {
            if limits.validity?[row] ?? true {
                guard builder.places.count + Int(limit[row]) <= Int32.max else { throw .tooLarge }
                for _ in 0..<max(limit[row], 0) { builder.append(Int32(truncatingIfNeeded: row)) }
            }
            builder.endRow()
        }
        return result(builder.finish(from: values), of: [value, times])
    }

    /// The arrays side by side: an array of structs, as long as the longest, with nulls where another is shorter.
    public static func zipArrays(_ operands: [Operand], names: [String]) -> Operand {
        let count = rowCount(operands)
        let lists = operands.map { arrays($0, count) }
        let validity = lists.reduce(nil as Bitmap?) { Bitmap.and($0, $1.validity) }
        var offsets = GrowingBuffer<Int32>(capacity: count + 1)
        var places = lists.map { GrowingBuffer<Int32>(capacity: $0.elements.count + 1) }
        offsets.append(0)
        for row in 0..<count {
            if validity?[row] ?? true {
                let longest = lists.reduce(0) { max($0, $1.range(row).count) }
                for c in lists.indices {
                    let range = lists[c].range(row)
                    for i in range { places[c].append(Int32(truncatingIfNeeded: i)) }
                    places[c].append(repeating: -1, count: longest - range.count)
                }
            }
            offsets.append(Int32(truncatingIfNeeded: places.first?.count ?? 0))
        }
        let total = Int(offsets.start[count])
        let children = lists.indices.map { lists[$0].elements.take(places[$0].take()) }
        let type = DataType.struct(zip(names, lists).map { Field($0, $1.elements.type) })
        let structs = Column(type: type, count: total, storage: .struct(children))
        return result(Column(type: .array(type), count: count, validity: validity, storage: .list(offsets: offsets.take(), child: structs)), of: operands)
    }
}
