/// Functions that ask something of an array, or take one element out. Arrays and values must be of one element type.
extension Operand {
    /// The number of elements, an `int`; for a null array null, or `ofNull`.
    public static func size(_ a: Operand, ofNull: Int32? = nil) -> Operand {
        a.map { column in
            let (flat, offsets, _) = ArrayElements.parts(of: column)
            let out = Buffer(size: flat.count * 4)
            let to = out.values(of: Int32.self)
            for i in 0..<flat.count { to[i] = offsets[i + 1] - offsets[i] }
            guard let ofNull, let validity = flat.validity else { return Column(.int, Values<Int32>(out, count: flat.count), validity: flat.validity) }
            for i in 0..<flat.count where !validity[i] { to[i] = ofNull }
            return Column(.int, Values<Int32>(out, count: flat.count))
        }
    }

    /// Whether an element equals the value; null where none does, but one is null, and where the array or the value is null.
    public static func contains(_ array: Operand, _ value: Operand) -> Operand {
        let count = rowCount([array, value])
        let (places, hasNull, validity) = firstPlaces(array, value, count)
        var mask = FailureMask(validity, count: count)
        var bits = BitmapBuilder(capacity: count)
        for row in 0..<count {
            bits.append(places[row] > 0)
            if places[row] == 0, hasNull?[row] ?? false { mask.fail(row) }
        }
        return result(Column(bits.finish(), validity: mask.validity), of: [array, value])
    }

    /// The place of the first element that equals the value, from 1; 0 where none does. A `long`.
    public static func position(of value: Operand, inArray array: Operand) -> Operand {
        let count = rowCount([array, value])
        let (places, _, validity) = firstPlaces(array, value, count)
        return result(Column(.int, places, validity: validity).cast(to: .long), of: [array, value])
    }

    private static func firstPlaces(_ array: Operand, _ value: Operand, _ count: Int) -> (Values<Int32>, Bitmap?, Bitmap?) {
        let lists = arrays(array, count)
        let values = value.column(count: count).flattened
        let (numbers, _) = ArrayElements.identities([lists.elements, values])
        defer { withExtendedLifetime(numbers) {} }
        let (own, others) = (numbers[0].start, numbers[1].start)
        let out = Buffer(zeroed: count * 4)
        let to = out.values(of: Int32.self)
        for row in 0..<count {
            let range = lists.range(row)
            let wanted = others[row]
            for i in range where own[i] == wanted {
                to[row] = Int32(truncatingIfNeeded: i - range.lowerBound + 1)
                break
            }
        }
        var hasNull: Bitmap?
        if let presence = lists.elements.presence {
            hasNull = packedBits(count) { row in lists.range(row).contains { !presence[$0] } }
        }
        return (Values(out, count: count), hasNull, Bitmap.and(lists.validity, values.presence))
    }

    /// The greatest or the least element that is not null; null where there is none. NaN is above every number.
    public static func extremeElement(_ array: Operand, greatest: Bool) -> Operand {
        array.map { column in
            let lists = ArrayElements(column)
            let presence = lists.elements.presence
            let out = Buffer(size: lists.count * 4)
            let to = out.values(of: Int32.self)
            for row in 0..<lists.count {
                var best = -1
                for i in lists.range(row) where presence?[i] ?? true {
                    if best < 0 {
                        best = i
                        continue
                    }
                    let order = compareRows(lists.elements, i, lists.elements, best)
                    if greatest ? order > 0 : order < 0 { best = i }
                }
                to[row] = Int32(truncatingIfNeeded: best)
            }
            return lists.elements.take(Values(out, count: lists.count))
        }
    }

    /// The element at a place: from 1, or from the end where it is negative; from 0 where `fromZero`. Null where the array has no such place.
    ///
    /// - Throws: `ArrayError` for place 0 of places that are counted from 1.
    public static func element(of array: Operand, at place: Operand, fromZero: Bool = false) throws(ArrayError) -> Operand {
        let count = rowCount([array, place])
        let lists = arrays(array, count)
        let places = place.cast(to: .long).column(count: count).flattened
        defer { withExtendedLifetime(places) {} }
        let at = places.fixedValues(of: Int64.self)
        let out = Buffer(size: count * 4)
        let to = out.values(of: Int32.self)
        for row in 0..<count {
            to[row] = -1
            guard lists.validity?[row] ?? true, places.validity?[row] ?? true else { continue }
            let range = lists.range(row)
            let place = at[row]
            if fromZero {
                if place >= 0, place < range.count { to[row] = Int32(truncatingIfNeeded: range.lowerBound + Int(place)) }
                continue
            }
            if place == 0 { throw ArrayError("element_at() counts from 1, or from -1 backwards; there is no element 0 (get() counts from 0)") }
            guard place.magnitude <= range.count else { continue }
            to[row] = Int32(truncatingIfNeeded: place > 0 ? range.lowerBound + Int(place) - 1 : range.upperBound + Int(place))
        }
        return result(lists.elements.take(Values(out, count: count)), of: [array, place])
    }

    /// The elements as text with a separator between; nulls are left out, or written as `null`.
    public static func join(_ array: Operand, separator: Operand, null: Operand?) -> Operand {
        let operands = [array, separator] + (null.map { [$0] } ?? [])
        let count = rowCount(operands)
        let lists = arrays(array.cast(to: .array(.string)), count)
        let (separators, nulls) = (RowValues<StringView>(separator, as: .string), null.map { RowValues<StringView>($0, as: .string) })
        let presence = lists.elements.presence
        let views = lists.elements.views.start
        defer { withExtendedLifetime((lists, separators, nulls)) {} }
        let rows: Operand = .column(Column(type: .boolean, count: count, validity: lists.validity, storage: .bits(Bitmap(repeating: true, count: count))))
        let joined = building(from: [rows, separators.operand] + (nulls.map { [$0.operand] } ?? [])) { row, out in
            var isFirst = true
            for i in lists.range(row) {
                let isPresent = presence?[i] ?? true
                if !isPresent, nulls == nil { continue }
                if !isFirst { out.append(separators[row]) }
                out.append(isPresent ? views[i] : nulls?[row] ?? .empty)
                isFirst = false
            }
            return true
        }
        return result(joined.storage, of: operands)
    }
}
