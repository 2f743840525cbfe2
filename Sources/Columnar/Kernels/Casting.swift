/// Casts, by the rules of Spark SQL without ANSI mode: a value that cannot be cast becomes null, and no cast fails as a whole.
///
/// | from \ to | boolean | integers | float, double | decimal | string | date | timestamp |
/// | --- | --- | --- | --- | --- | --- | --- | --- |
/// | boolean | | 1, 0 | 1, 0 | 1, 0 | true, false | - | microseconds |
/// | integers | not 0 | low bits | nearest | or null | digits | - | seconds |
/// | float, double | not 0 | toward 0, bounded | nearest | half up, or null | Java's form | - | seconds |
/// | decimal | not 0 | toward 0, low bits | nearest | half up, or null | with its scale | - | seconds |
/// | string | t, true, y, yes, 1, ... | digits, fraction cut | number | half up, or null | | `DateParsing` | `DateParsing` |
/// | date | - | - | - | - | 2024-02-29 | | midnight |
/// | timestamp | not 0 | seconds, rounded down | seconds | seconds | UTC | day | |
///
/// Strings lose their blanks at both ends before they are read. String and binary exchange their bytes, an integer becomes its bytes in
/// big-endian order. Arrays and maps are cast element by element, structs field by field in their order, under the names of the target. A choice is cast member
/// by member, each by its own rule, and a type becomes a choice that it is a member of. Anything else (`-`, a struct to a number) gives nulls.
extension Column {
    /// The column with every value cast; nulls stay null.
    public func cast(to target: DataType) -> Column {
        var failures = 0
        return cast(to: target, counting: &failures)
    }

    /// The column with every value cast; adds the number of values that became null to `failures`, those inside nested values included.
    public func cast(to target: DataType, counting failures: inout Int) -> Column {
        if type == target { return self }
        switch (type, target) {
        case (.null, _): return .nulls(target, count: count)
        case (.choice, .choice) where type.merging(target) == target: return conforming(to: target)
        case (.choice, _): return castingMembers(to: target, &failures)
        case (_, .choice):
            if type.merging(target) == target { return conforming(to: target) }
            return impossible(target, &failures)
        default: break
        }
        if case .dictionary(let indices, let values) = storage {
            if values.count > count { return flattened.cast(to: target, counting: &failures) }
            let before = nullCount
            let mapped = values.cast(to: target)
            // Text stays a dictionary; what has a fixed size is as small without one.
            let result =
                target == .string || target == .binary
                ? Column(type: target, count: count, validity: validity, storage: .dictionary(indices: indices, values: mapped.flattened))
                : mapped.take(indices).masking(validity)
            failures += result.nullCount - before
            return result
        }
        switch target {
        case .null: return impossible(target, &failures)
        case .boolean: return castToBoolean(&failures)
        case .byte, .short, .int, .long: return castToInteger(target, &failures)
        case .float: return castToFloatingPoint(target, Float.self, &failures)
        case .double: return castToFloatingPoint(target, Double.self, &failures)
        case .decimal(let precision, let scale): return castToDecimal(target, precision, scale, &failures)
        case .string: return castToString()
        case .binary: return castToBinary(&failures)
        case .date: return castToDate(&failures)
        case .timestamp: return castToTimestamp(&failures)
        case .array, .map, .struct: return castNested(to: target, &failures)
        case .choice: preconditionFailure("casts to a choice end above")
        }
    }

    /// Nulls only: no value of this type has a meaning in the target.
    func impossible(_ target: DataType, _ failures: inout Int) -> Column {
        failures += count - nullCount
        return .nulls(target, count: count)
    }

    // MARK: Nested values

    private func castNested(to target: DataType, _ failures: inout Int) -> Column {
        switch (storage, target) {
        case (.struct(let children), .struct(let fields)) where children.count == fields.count:
            let cast = fields.indices.map { children[$0].masking(validity).cast(to: fields[$0].type, counting: &failures) }
            return Column(type: target, count: count, validity: validity, storage: .struct(cast))
        case (.list(let offsets, let child), .array(let element)):
            let (based, used) = usedElements(offsets)
            return Column(
                type: target, count: count, validity: validity,
                storage: .list(offsets: based, child: child.slice(used).cast(to: element, counting: &failures)))
        case (.map(let offsets, let keys, let values), .map(let key, let value)):
            let (based, used) = usedElements(offsets)
            return Column(
                type: target, count: count, validity: validity,
                storage: .map(
                    offsets: based, keys: keys.slice(used).cast(to: key, counting: &failures),
                    values: values.slice(used).cast(to: value, counting: &failures)))
        default: return impossible(target, &failures)
        }
    }

    /// Offsets that begin at 0, and the part of the child that they lead into.
    private func usedElements(_ offsets: Values<Int32>) -> (Values<Int32>, Range<Int>) {
        let first = offsets[0]
        let used = Int(first)..<Int(offsets[count])
        if first == 0 { return (offsets, used) }
        let based = Buffer(size: (count + 1) * 4)
        let out = based.values(of: Int32.self)
        for i in 0...count { out[i] = offsets[i] - first }
        return (Values(based, count: count + 1), used)
    }

    /// Casts the rows of each member in one go, and puts them back in order.
    private func castingMembers(to target: DataType, _ failures: inout Int) -> Column {
        guard case .choice(let tags, let rows, let members) = flattened.storage else { preconditionFailure("a choice column without tags") }
        var used: [GrowingBuffer<Int32>] = members.map { _ in GrowingBuffer(capacity: 16) }
        for i in 0..<count where tags[i] != Column.nullTag { used[Int(tags[i])].append(rows[i]) }
        var next: [Int32] = []
        var parts: [Column] = []
        var total: Int32 = 0
        for member in members.indices {
            next.append(total)
            total += Int32(used[member].count)
            parts.append(members[member].take(used[member].take()).cast(to: target, counting: &failures))
        }
        let places = Buffer(size: count * 4)
        let out = places.values(of: Int32.self)
        for i in 0..<count {
            if tags[i] == Column.nullTag {
                out[i] = -1
            } else {
                out[i] = next[Int(tags[i])]
                next[Int(tags[i])] += 1
            }
        }
        return Column.concatenate(parts, as: target).take(Values(places, count: count))
    }
}

// MARK: Loops

/// The validity of a column under construction whose rows may fail: a copy of the input's, made when the first one does.
struct FailureMask {
    private let input: Bitmap?
    private let count: Int
    private var words: Buffer?
    /// Rows that failed and were not null before.
    private(set) var failures = 0

    init(_ input: Bitmap?, count: Int) { (self.input, self.count) = (input, count) }

    @inline(never)
    mutating func fail(_ row: Int) {
        if words == nil {
            let size = (count + 63) / 64 * 8
            let copy = Buffer(size: size)
            if let input {
                copy.base.copyMemory(from: input.bytes, byteCount: (count + 7) / 8)
            } else {
                copy.values(of: UInt8.self).update(repeating: 0xff, count: size)
            }
            words = copy
        }
        guard let words else { return }
        let byte = words.values(of: UInt8.self) + row / 8
        let bit = UInt8(1) << UInt8(row & 7)
        if byte.pointee & bit != 0 { failures += 1 }
        byte.pointee &= ~bit
    }

    var validity: Bitmap? { words.map { Bitmap($0, count: count) } ?? input }
}

extension Column {
    /// Maps every value of a fixed-size column, those of null rows too.
    @inline(__always)
    func mapping<A: BitwiseCopyable, B: BitwiseCopyable>(_ from: A.Type, to target: DataType, _ body: (A) -> B) -> Column {
        let input = fixedValues(of: A.self)
        let out = Buffer(size: count * MemoryLayout<B>.stride)
        let result = out.values(of: B.self)
        for i in 0..<count { result[i] = body(input[i]) }
        return Column(type: target, count: count, validity: validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }

    /// Maps every value of a fixed-size column; nil makes the row null and counts it.
    @inline(__always)
    func mapping<A: BitwiseCopyable, B: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ from: A.Type, to target: DataType, _ failures: inout Int, _ body: (A) -> B?
    ) -> Column {
        let input = fixedValues(of: A.self)
        let out = Buffer(size: count * MemoryLayout<B>.stride)
        let result = out.values(of: B.self)
        var mask = FailureMask(validity, count: count)
        for i in 0..<count {
            if let value = body(input[i]) {
                result[i] = value
            } else {
                result[i] = 0
                mask.fail(i)
            }
        }
        failures += mask.failures
        return Column(type: target, count: count, validity: mask.validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }

    /// Maps the trimmed text of every row; nil makes the row null and counts it.
    @inline(__always)
    func mappingText<B: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        to target: DataType, _ failures: inout Int, _ body: (UnsafeRawBufferPointer) -> B?
    ) -> Column {
        let input = views.start
        let out = Buffer(size: count * MemoryLayout<B>.stride)
        let result = out.values(of: B.self)
        var mask = FailureMask(validity, count: count)
        for i in 0..<count {
            if let value = input[i].withBytes({ body(NumberParsing.trimmed($0)) }) {
                result[i] = value
            } else {
                result[i] = 0
                mask.fail(i)
            }
        }
        failures += mask.failures
        return Column(type: target, count: count, validity: mask.validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }

    /// Maps booleans to numbers.
    @inline(__always)
    func mappingBits<B: BitwiseCopyable>(to target: DataType, _ yes: B, _ no: B) -> Column {
        let input = bits
        let out = Buffer(size: count * MemoryLayout<B>.stride)
        let result = out.values(of: B.self)
        for i in 0..<count { result[i] = input[i] ? yes : no }
        return Column(type: target, count: count, validity: validity, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base)))
    }
}
