/// An array column taken apart: all elements one after the other, and where each row's lie. Null rows have none.
public struct ArrayElements: Sendable {
    /// Rows.
    public let count: Int
    /// The rows that have an array; nil when that is all of them.
    public let validity: Bitmap?
    /// Row `i`'s elements are `offsets[i]..<offsets[i + 1]`; the first is 0.
    public let offsets: Values<Int32>
    /// Exactly the rows' elements, without a dictionary on top.
    public let elements: Column

    /// - Precondition: the column is an array.
    public init(_ column: Column) {
        let (flat, offsets, children) = ArrayElements.parts(of: column)
        (count, validity, self.offsets, elements) = (flat.count, flat.validity, offsets, children[0].flattened)
    }

    /// The offsets and children of a list or map whose null rows are empty.
    static func parts(of column: Column) -> (Column, Values<Int32>, [Column]) {
        var flat = column.flattened
        func inner(_ column: Column) -> (Values<Int32>, [Column]) {
            switch column.storage {
            case .list(let offsets, let child): return (offsets, [child])
            case .map(let offsets, let keys, let values): return (offsets, [keys, values])
            default: preconditionFailure("a \(column.type.name) column has no elements")
            }
        }
        var (offsets, children) = inner(flat)
        if let validity = flat.validity {
            var hasHidden = false
            for i in 0..<flat.count where !validity[i] && offsets[i] != offsets[i + 1] { hasHidden = true }
            if hasHidden {
                flat = flat.take(Values((0..<Int32(flat.count)).map { $0 }))
                (offsets, children) = inner(flat)
            }
        }
        let first = offsets[0]
        if first != 0 || Int(offsets[flat.count]) != children[0].count {
            let range = Int(first)..<Int(offsets[flat.count])
            children = children.map { $0.slice(range) }
            if first != 0 {
                let based = Buffer(size: (flat.count + 1) * 4)
                let out = based.values(of: Int32.self)
                for i in 0...flat.count { out[i] = offsets[i] - first }
                offsets = Values(based, count: flat.count + 1)
            }
        }
        return (flat, offsets, children)
    }

    @inline(__always)
    public func range(_ row: Int) -> Range<Int> { Int(offsets[row])..<Int(offsets[row + 1]) }

    /// The row that each element belongs to.
    public var parents: Values<Int32> {
        let out = Buffer(size: elements.count * 4)
        let to = out.values(of: Int32.self)
        for row in 0..<count { for i in range(row) { to[i] = Int32(truncatingIfNeeded: row) } }
        return Values(out, count: elements.count)
    }

    /// The place of each element in its array, from 0; an `int`.
    public var positions: Column {
        let out = Buffer(size: elements.count * 4)
        let to = out.values(of: Int32.self)
        for row in 0..<count {
            let first = Int(offsets[row])
            for i in range(row) { to[i] = Int32(truncatingIfNeeded: i - first) }
        }
        return Column(.int, Values<Int32>(out, count: elements.count))
    }

    /// The arrays with other elements in the place of theirs, one for one.
    public func replacing(_ elements: Column) -> Column {
        precondition(elements.count == self.elements.count)
        return Column(type: .array(elements.type), count: count, validity: validity, storage: .list(offsets: offsets, child: elements))
    }

    /// The arrays without the elements that `mask` lacks.
    public func keeping(_ mask: Bitmap) -> Column {
        let (offsets, kept) = keptOffsets(mask)
        return Column(type: .array(elements.type), count: count, validity: validity, storage: .list(offsets: offsets, child: elements.take(kept)))
    }

    /// The offsets behind a filter, and the elements that are left.
    func keptOffsets(_ mask: Bitmap) -> (Values<Int32>, Values<Int32>) {
        let out = Buffer(size: (count + 1) * 4)
        let to = out.values(of: Int32.self)
        to[0] = 0
        var kept: Int32 = 0
        for row in 0..<count {
            for i in range(row) where mask[i] { kept += 1 }
            to[row + 1] = kept
        }
        return (Values(out, count: count + 1), mask.setIndices)
    }

    /// Numbers that are equal for equal elements, across all columns (which must be of one type), with null as a value: as `KeyTable` has it.
    ///
    /// - Parameter signedZeros: whether -0.0 is another value than 0.0, as it is where Spark makes sets of arrays.
    static func identities(_ columns: [Column], signedZeros: Bool = false) -> (numbers: [Values<Int32>], distinct: Int) {
        var columns = columns
        if signedZeros, columns[0].type == .double {
            columns = columns.map { $0.flattened.mapping(Double.self, to: .long) { (x: Double) in Int64(bitPattern: (x.isNaN ? Double.nan : x).bitPattern) } }
        } else if signedZeros, columns[0].type == .float {
            columns = columns.map { $0.flattened.mapping(Float.self, to: .int) { (x: Float) in Int32(bitPattern: (x.isNaN ? Float.nan : x).bitPattern) } }
        }
        let table = KeyTable(types: [columns[0].type])
        let numbers = columns.map { table.insert([$0], count: $0.count) }
        return (numbers, table.groupCount)
    }
}

/// Why arrays cannot be made of what is given.
public struct ArrayError: CodedError, Equatable, CustomStringConvertible {
    public var errorCode: ErrorCode { .badValue }
    public let description: String
    public init(_ description: String) { self.description = description }

    static let tooLarge = ArrayError("the arrays of a batch would have more than 2,147,483,647 elements together")
}

/// Arrays under construction, as places in a column of elements that they are gathered from.
struct ArrayBuilder {
    private var offsets: GrowingBuffer<Int32>
    private(set) var places: GrowingBuffer<Int32>
    private var mask: FailureMask
    private var rows = 0

    /// - Parameter validity: the rows that have an array, if no row is made null.
    init(count: Int, validity: Bitmap?, capacity: Int = 64) {
        offsets = GrowingBuffer(capacity: count + 1)
        offsets.append(0)
        places = GrowingBuffer(capacity: capacity)
        mask = FailureMask(validity, count: count)
    }

    /// Adds an element to the row; -1 is null.
    @inline(__always)
    mutating func append(_ place: Int32) { places.append(place) }

    @inline(__always)
    mutating func append(_ range: Range<Int>) {
        places.reserve(range.count)
        for place in range { places.append(Int32(truncatingIfNeeded: place)) }
    }

    /// Elements of the row so far, as places.
    @inline(__always)
    var rowStart: Int { Int(offsets.start[rows]) }

    mutating func endRow() {
        rows += 1
        offsets.append(Int32(truncatingIfNeeded: places.count))
    }

    /// Ends the row as a null.
    mutating func endNull() {
        while places.count > rowStart { places.removeLast() }
        mask.fail(rows)
        endRow()
    }

    mutating func finish(from elements: Column) -> Column {
        Column(
            type: .array(elements.type), count: rows, validity: mask.validity, storage: .list(offsets: offsets.take(), child: elements.take(places.take())))
    }
}

extension GrowingBuffer {
    mutating func removeLast() { used -= 1 }
    /// Forgets the values from `n` on.
    mutating func truncate(to n: Int) { used = min(used, n) }
}

extension ArrayElements {
    /// Whether any of the row's elements is true in `holds`, a boolean for each element: null where none is, but one is null. Nulls for null rows.
    ///
    /// - Parameter negated: gives the opposite.
    public func any(_ holds: Column, negated: Bool = false) -> Column {
        let (isTrue, presence) = (holds.trueRows, (holds.type == .boolean ? holds : holds.cast(to: .boolean)).presence)
        var mask = FailureMask(validity, count: count)
        var bits = BitmapBuilder(capacity: count)
        for row in 0..<count {
            var (found, hasNull) = (false, false)
            for i in range(row) {
                if isTrue[i] { found = true }
                if let presence, !presence[i] { hasNull = true }
            }
            bits.append(found != negated)
            if !found, hasNull { mask.fail(row) }
        }
        return Column(bits.finish(), validity: mask.validity)
    }
}
