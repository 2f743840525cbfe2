internal import CKernels
internal import Glibc

/// The values of one expression in every row, in Lua's types.
///
/// A row has its value in the one alternative whose mask has the row; a row in no mask is nil. Rows in `fallBack` have no value, and stand in no
/// mask: Lua itself must run them, because it would raise there or because no kernel knows the answer.
public struct LuaVector: Sendable {
    /// Values of one type. Those of rows outside of the mask are safe to read and mean nothing.
    struct Alternative<T: BitwiseCopyable>: @unchecked Sendable {
        // Sendable: `values` lead into `owner`, which nobody writes any more.
        let values: UnsafePointer<T>
        /// One value for every row.
        let isConstant: Bool
        let owner: AnyObject
        let mask: RowMask

        init(_ buffer: Buffer, isConstant: Bool = false, mask: RowMask) {
            self.init(UnsafePointer(buffer.values(of: T.self)), isConstant: isConstant, owner: buffer, mask: mask)
        }

        init(_ values: UnsafePointer<T>, isConstant: Bool = false, owner: AnyObject, mask: RowMask) {
            (self.values, self.isConstant, self.owner, self.mask) = (values, isConstant, owner, mask)
        }

        func masked(_ mask: RowMask) -> Alternative { Alternative(values, isConstant: isConstant, owner: owner, mask: mask) }

        func offset(_ row: Int) -> T { values[isConstant ? 0 : row] }
    }

    struct Booleans: Sendable {
        /// The rows that are true; all of them are in the mask.
        let bits: RowMask
        let mask: RowMask
    }

    let count: Int
    var booleans: Booleans?
    var integers: Alternative<Int64>?
    var floats: Alternative<Double>?
    var strings: Alternative<StringView>?
    /// What the views of `strings` lead into, beside `owner`.
    var buffers: [Buffer] = []
    /// Values of types that no kernel computes with: they are true, and can be passed on.
    var others: (column: Column, mask: RowMask)?
    /// Rows that hold the sentinel `null`, and rows of a field that was not assigned to.
    var nulls: RowMask?
    var untouched: RowMask?
    var fallBack: RowMask

    init(nils count: Int) {
        self.count = count
        fallBack = .none(count)
    }

    static func fallBack(_ count: Int, _ rows: RowMask? = nil) -> LuaVector {
        var result = LuaVector(nils: count)
        result.fallBack = rows ?? .all(count)
        return result
    }

    init(_ bits: RowMask, mask: RowMask? = nil) {
        self.init(nils: bits.count)
        booleans = Booleans(bits: bits, mask: mask ?? .all(bits.count))
    }

    init(_ constant: LuaConstant, count: Int) {
        self.init(nils: count)
        let all = RowMask.all(count)
        switch constant {
        case .nil: break
        case .boolean(let value): booleans = Booleans(bits: value ? all : .none(count), mask: all)
        case .integer(let value):
            let buffer = Buffer(size: 8)
            buffer.values(of: Int64.self)[0] = value
            integers = Alternative(buffer, isConstant: true, mask: all)
        case .float(let bits):
            let buffer = Buffer(size: 8)
            buffer.values(of: UInt64.self)[0] = bits
            floats = Alternative(buffer, isConstant: true, mask: all)
        case .string(let bytes):
            // The view, and behind it the bytes that it may lead to.
            let buffer = Buffer(size: 16 + bytes.count)
            bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(buffer.base + 16, base, bytes.count) } }
            buffer.values(of: StringView.self)[0] = StringView(UnsafeRawPointer(buffer.base + 16), length: bytes.count)
            strings = Alternative(buffer, isConstant: true, mask: all)
            if bytes.count > StringView.maximumInlineLength { buffers = [buffer] }
        case .null: nulls = all
        case .untouched: untouched = all
        }
    }

    /// The rows that are neither nil nor left to Lua.
    var present: RowMask {
        var rows = RowMask.none(count)
        if let booleans { rows = rows | booleans.mask }
        if let integers { rows = rows | integers.mask }
        if let floats { rows = rows | floats.mask }
        if let strings { rows = rows | strings.mask }
        if let others { rows = rows | others.mask }
        if let nulls { rows = rows | nulls }
        if let untouched { rows = rows | untouched }
        return rows
    }

    /// The rows whose value is true in a condition.
    public var truth: RowMask {
        guard let booleans else { return present }
        var rows = booleans.bits
        if let integers { rows = rows | integers.mask }
        if let floats { rows = rows | floats.mask }
        if let strings { rows = rows | strings.mask }
        if let others { rows = rows | others.mask }
        if let nulls { rows = rows | nulls }
        return rows
    }

    /// The rows that Lua itself must run.
    public var rowsLeft: RowMask { fallBack }

    /// The value if it is the same in every row and says so.
    var constant: LuaConstant? {
        if !fallBack.isEmpty { return nil }
        if let integers, integers.isConstant, integers.mask.isFull { return .integer(integers.values[0]) }
        if let floats, floats.isConstant, floats.mask.isFull { return .float(floats.values[0].bitPattern) }
        if let strings, strings.isConstant, strings.mask.isFull { return .string(strings.values[0].withBytes { Array($0) }) }
        if let booleans, booleans.mask.isFull, booleans.bits.isFull || booleans.bits.isEmpty { return .boolean(booleans.bits.isFull) }
        if let nulls, nulls.isFull { return .null }
        if let untouched, untouched.isFull { return .untouched }
        return present.isEmpty ? .nil : nil
    }

    /// The same values in a vector of other rows: row `indices[i]` as row `i`.
    func gathered(_ indices: Values<Int32>) -> LuaVector {
        let n = indices.count
        func gather(_ mask: RowMask) -> RowMask {
            if mask.isEmpty { return .none(n) }
            if mask.isFull { return .all(n) }
            return RowMask.make(n) { out in mask.withWords { mastic_lua_gather_bits($0, indices.start, n, out) } }
        }
        func gather<T: BitwiseCopyable>(_ values: Alternative<T>) -> Alternative<T> {
            let mask = gather(values.mask)
            if values.isConstant { return values.masked(mask) }
            let out = Buffer(size: n * MemoryLayout<T>.stride)
            let (from, to) = (values.values, out.values(of: T.self))
            withExtendedLifetime(values.owner) { for i in 0..<n { to[i] = from[Int(indices.start[i])] } }
            return Alternative<T>(out, mask: mask)
        }
        var result = LuaVector(nils: n)
        if let booleans { result.booleans = Booleans(bits: gather(booleans.bits), mask: gather(booleans.mask)) }
        if let integers { result.integers = gather(integers) }
        if let floats { result.floats = gather(floats) }
        if let strings {
            result.strings = gather(strings)
            result.buffers = buffers
        }
        if let others { result.others = (others.column.take(indices), gather(others.mask)) }
        if let nulls { result.nulls = gather(nulls) }
        if let untouched { result.untouched = gather(untouched) }
        result.fallBack = gather(fallBack)
        return result
    }
}

// MARK: From columns

extension LuaVector {
    /// The values of a column as a row function reads them.
    init(_ column: Column, mask: RowMask? = nil) {
        let n = column.count
        self.init(nils: n)
        let mask = mask.map { $0 & RowMask(column.validity, count: n) } ?? RowMask(column.validity, count: n)
        if mask.isEmpty { return }
        switch column.storage {
        case .null: break
        case .bits(let bits): booleans = Booleans(bits: RowMask(bits, count: n) & mask, mask: mask)
        case .views(let views, let owned):
            strings = Alternative(views.start, owner: views.owner, mask: mask)
            buffers = owned
        case .fixed(let owner, let start):
            switch column.type {
            case .long: integers = Alternative(start.assumingMemoryBound(to: Int64.self), owner: owner, mask: mask)
            case .byte, .short, .int:
                let out = Buffer(size: n * 8)
                withExtendedLifetime(owner) { mastic_lua_widen(start, Int32(column.type.fixedSize), n, out.values(of: Int64.self)) }
                integers = Alternative(out, mask: mask)
            case .double: floats = Alternative(start.assumingMemoryBound(to: Double.self), owner: owner, mask: mask)
            case .float:
                let out = Buffer(size: n * 8)
                withExtendedLifetime(owner) { mastic_lua_float_to_double(start.assumingMemoryBound(to: Float.self), n, out.values(of: Double.self)) }
                floats = Alternative(out, mask: mask)
            default: others = (column, mask)
            }
        case .choice(let tags, let rows, let members):
            var merged = LuaVector(nils: n)
            for (tag, member) in members.enumerated() {
                let here = RowMask.make(n) { out in
                    for w in 0..<(n + 63) / 64 {
                        var word: UInt64 = 0
                        for i in w * 64..<min(n, w * 64 + 64) { word |= (tags[i] == UInt8(truncatingIfNeeded: tag) ? 1 : 0) << UInt64(i & 63) }
                        out[w] = word
                    }
                }
                if (here & mask).isEmpty { continue }
                // Positions of other members' rows lead anywhere.
                let places = Buffer(size: n * 4)
                let place = places.values(of: Int32.self)
                for i in 0..<n { place[i] = tags[i] == UInt8(truncatingIfNeeded: tag) ? rows[i] : 0 }
                if member.count == 0 { continue }
                let values = LuaVector(member.take(Values(places, count: n)), mask: here & mask)
                merged = here.isFull ? values : LuaVector.choose(here, values, merged)
            }
            self = merged
        case .dictionary: self.init(column.flattened, mask: mask)
        case .list, .struct, .map: others = (column, mask)
        }
    }

    /// The first's values in the rows of the mask, the second's elsewhere.
    static func choose(_ rows: RowMask, _ a: LuaVector, _ b: LuaVector) -> LuaVector {
        let n = a.count
        let rest = rows.inverted
        var result = LuaVector(nils: n)
        result.fallBack = (a.fallBack & rows) | (b.fallBack & rest)
        func merge(_ x: RowMask?, _ y: RowMask?) -> RowMask? {
            let both = (x.map { $0 & rows } ?? .none(n)) | (y.map { $0 & rest } ?? .none(n))
            return both.isEmpty ? nil : both
        }
        func merge<T: BitwiseCopyable>(_ x: Alternative<T>?, _ y: Alternative<T>?) -> Alternative<T>? {
            let x = x.flatMap { x -> Alternative<T>? in
                let mask = x.mask & rows
                return mask.isEmpty ? nil : x.masked(mask)
            }
            let y = y.flatMap { y -> Alternative<T>? in
                let mask = y.mask & rest
                return mask.isEmpty ? nil : y.masked(mask)
            }
            guard let x, let y else { return x ?? y }
            let mask = x.mask | y.mask
            if x.isConstant, y.isConstant, memcmp(x.values, y.values, MemoryLayout<T>.size) == 0 { return x.masked(mask) }
            let out = Buffer(size: n * MemoryLayout<T>.stride)
            withExtendedLifetime((x.owner, y.owner)) {
                rows.withWords { words in
                    guard let words else {
                        memcpy(out.base, x.broadcast(n).values, n * MemoryLayout<T>.stride)
                        return
                    }
                    if MemoryLayout<T>.stride == 16 {
                        mastic_lua_choose16(words, x.values, x.isConstant, y.values, y.isConstant, n, out.base)
                    } else {
                        let (x, y) = (x.broadcast(n), y.broadcast(n))
                        withExtendedLifetime((x.owner, y.owner)) { mastic_lua_choose8(words, x.values, y.values, n, out.base) }
                    }
                }
            }
            return Alternative<T>(out, mask: mask)
        }
        if let mask = merge(a.booleans?.mask, b.booleans?.mask) {
            result.booleans = Booleans(bits: merge(a.booleans?.bits, b.booleans?.bits) ?? .none(n), mask: mask)
        }
        result.integers = merge(a.integers, b.integers)
        result.floats = merge(a.floats, b.floats)
        result.strings = merge(a.strings, b.strings)
        if result.strings != nil { result.buffers = LuaVector.joined(a.stringOwners, b.stringOwners) }
        result.nulls = merge(a.nulls, b.nulls)
        result.untouched = merge(a.untouched, b.untouched)
        let x = a.others.map { (column: $0.column, mask: $0.mask & rows) }.flatMap { $0.mask.isEmpty ? nil : $0 }
        let y = b.others.map { (column: $0.column, mask: $0.mask & rest) }.flatMap { $0.mask.isEmpty ? nil : $0 }
        if let x, let y {
            if x.column === y.column {
                result.others = (x.column, x.mask | y.mask)
            } else {
                result.others = x
                result.fallBack = result.fallBack | y.mask
            }
        } else {
            result.others = x ?? y
        }
        return result
    }

    /// What the views may lead into.
    var stringOwners: [Buffer] {
        guard let strings else { return [] }
        return strings.isConstant ? LuaVector.joined(buffers, [strings.owner].compactMap { $0 as? Buffer }) : buffers
    }

    static func joined(_ a: [Buffer], _ b: [Buffer]) -> [Buffer] { a.isEmpty ? b : a + b.filter { buffer in !a.contains { $0 === buffer } } }
}

extension LuaVector.Alternative {
    /// The same with a value in memory for every row.
    func broadcast(_ count: Int) -> LuaVector.Alternative<T> {
        if !isConstant { return self }
        let out = Buffer(size: count * MemoryLayout<T>.stride)
        out.values(of: T.self).update(repeating: values[0], count: count)
        return LuaVector.Alternative<T>(out, mask: mask)
    }
}

// MARK: To columns

extension LuaVector {
    /// The values as `Map` makes columns of them: a long, a double, a string, a boolean; a choice of several; nil when every row is nil or `null`.
    ///
    /// - Returns: nil for `.unknown` when a row holds something whose column would depend on more than this.
    public func column() -> LuaColumn {
        let n = count
        var parts: [(Column, RowMask)] = []
        if let booleans, !booleans.mask.isEmpty {
            parts.append((Column(type: .boolean, count: n, validity: booleans.mask.validity, storage: .bits(booleans.bits.bitmap)), booleans.mask))
        }
        if let integers, !integers.mask.isEmpty {
            let values = integers.broadcast(n)
            parts.append((values.fixedColumn(.long, count: n), integers.mask))
        }
        if let floats, !floats.mask.isEmpty {
            let values = floats.broadcast(n)
            parts.append((values.fixedColumn(.double, count: n), floats.mask))
        }
        if let strings, !strings.mask.isEmpty {
            let owners = stringOwners
            let values = strings.broadcast(n)
            guard let owner = values.owner as? Buffer else { return .unknown }
            let views = Values(owner: owner, start: values.values, count: n)
            parts.append((Column(type: .string, count: n, validity: strings.mask.validity, storage: .views(views, buffers: owners)), strings.mask))
        }
        if let others, !others.mask.isEmpty {
            switch others.column.type {
            case .date, .timestamp:
                parts.append((Column(type: others.column.type, count: n, validity: others.mask.validity, storage: others.column.storage), others.mask))
            default: return .unknown
            }
        }
        if parts.isEmpty { return .nothing }
        if parts.count == 1 { return .column(parts[0].0) }
        let type = parts.dropFirst().reduce(parts[0].0.type) { $0.merging($1.0.type) }
        let places = Buffer(size: n * 4)
        let place = places.values(of: Int32.self)
        for row in 0..<n {
            let part = parts.firstIndex { $0.1[row] }
            place[row] = part.map { Int32($0 * n + row) } ?? -1
        }
        return .column(Column.concatenate(parts.map(\.0), as: type).take(Values(places, count: n)))
    }
}

extension LuaVector.Alternative {
    fileprivate func fixedColumn(_ type: DataType, count: Int) -> Column {
        guard let owner = owner as? Buffer else { preconditionFailure("values without a buffer") }
        return Column(type: type, count: count, validity: mask.validity, storage: .fixed(owner: owner, start: UnsafeRawPointer(values)))
    }
}

/// What becomes of a vector as a column.
public enum LuaColumn: Sendable {
    case column(Column)
    /// No row has a value.
    case nothing
    /// Lua itself must say.
    case unknown
}

// MARK: Questions of those who make records

extension LuaVector {
    /// The vector with nothing in the other rows.
    public func restricted(to rows: RowMask) -> LuaVector {
        func cut<T>(_ values: Alternative<T>?) -> Alternative<T>? {
            values.flatMap { values in
                let mask = values.mask & rows
                return mask.isEmpty ? nil : values.masked(mask)
            }
        }
        func cut(_ mask: RowMask?) -> RowMask? { mask.flatMap { ($0 & rows).isEmpty ? nil : $0 & rows } }
        var result = LuaVector(nils: count)
        if let booleans, let mask = cut(booleans.mask) { result.booleans = Booleans(bits: booleans.bits & rows, mask: mask) }
        result.integers = cut(integers)
        result.floats = cut(floats)
        result.strings = cut(strings)
        result.buffers = buffers
        result.others = others.flatMap { other in cut(other.mask).map { (other.column, $0) } }
        result.nulls = cut(nulls)
        result.untouched = cut(untouched)
        result.fallBack = fallBack & rows
        return result
    }

    /// The vector with no values in the rows that are left to Lua: what operations rely on.
    func settled() -> LuaVector {
        if fallBack.isEmpty { return self }
        var result = restricted(to: fallBack.inverted)
        result.fallBack = fallBack
        return result
    }

    /// The integer in a row; nil for anything else.
    public func integer(at row: Int) -> Int64? { integers.flatMap { $0.mask[row] ? $0.offset(row) : nil } }

    /// Whether all of these rows hold the same integer.
    public func isSame(in rows: RowMask) -> Bool {
        guard let integers, let first = rows.first else { return rows.isEmpty }
        if !(rows - integers.mask).isEmpty { return false }
        if integers.isConstant { return true }
        let value = integers.values[first]
        var same = true
        rows.eachRow { if integers.values[$0] != value { same = false } }
        return same
    }

    /// Whether a row holds the sentinel `null`.
    public var holdsNull: Bool { nulls.map { !$0.isEmpty } ?? false }

    /// The rows among these that were not assigned to.
    public func rowsUntouched(in rows: RowMask) -> RowMask { untouched.map { $0 & rows } ?? .none(count) }

    /// The first of these rows that holds a value or `null`.
    public func firstAssigned(in rows: RowMask) -> Int? { ((present - (untouched ?? .none(count))) & rows).first }
}
