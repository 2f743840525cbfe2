internal import CKernels
internal import Glibc

/// A constant table made ready for keys by the batch: each key has a number, and so has what a missing key gives.
final class LuaLookup: @unchecked Sendable {
    // Sendable: written by the initialiser alone.
    /// The values by number; behind them the one for missing keys, and the one that leaves the row to Lua.
    let values: LuaVector
    private let integers: [Int64: Int32]
    private let booleans: [Bool: Int32]
    private let hasFloatKeys: Bool
    private let slots: Buffer
    private let positions: Buffer
    private let text: Buffer
    private let mask: UInt32

    private var missing: Int32 { Int32(values.count - 2) }
    private var unknown: Int32 { Int32(values.count - 1) }

    init(_ table: LuaConstantTable) {
        let keys = table.entries.map(\.key) + table.opaque
        var list: [LuaConstant?] = table.entries.map(\.value) + table.opaque.map { _ in nil }
        list += [table.requiresKey ? nil : .nil, nil]
        values = LuaVector(list)
        var integers: [Int64: Int32] = [:]
        var booleans: [Bool: Int32] = [:]
        var hasFloatKeys = false
        var strings: [([UInt8], Int32)] = []
        for (number, key) in keys.enumerated() {
            switch key {
            case .integer(let value): integers[value] = Int32(number)
            case .boolean(let value): booleans[value] = Int32(number)
            case .string(let bytes): strings.append((bytes, Int32(number)))
            default: hasFloatKeys = true
            }
        }
        (self.integers, self.booleans, self.hasFloatKeys) = (integers, booleans, hasFloatKeys)
        var size = 16
        while size < strings.count * 2 + 2 { size *= 2 }
        mask = UInt32(size - 1)
        slots = Buffer(zeroed: size * 16)
        positions = Buffer(size: size * 4)
        text = Buffer(size: strings.reduce(0) { $0 + $1.0.count })
        let (slot, position) = (slots.values(of: StringView.self), positions.values(of: Int32.self))
        position.update(repeating: -1, count: size)
        var end = text.base
        for (bytes, number) in strings {
            bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(end, base, bytes.count) } }
            var view = StringView(UnsafeRawPointer(end), length: bytes.count)
            end += bytes.count
            var at = Int(UInt32(truncatingIfNeeded: mastic_lua_hash(&view)) & mask)
            while position[at] >= 0 { at = (at + 1) & Int(mask) }
            slot[at] = view
            position[at] = number
        }
    }

    /// The number of each row's value.
    func positions(of keys: LuaVector, demand: RowMask) -> Values<Int32> {
        let n = keys.count
        let out = Buffer(size: n * 4)
        let place = out.values(of: Int32.self)
        if let strings = keys.strings, !strings.mask.isEmpty {
            let strings = strings.broadcast(n)
            var index = mastic_lua_index(
                mask: mask, keys: UnsafePointer(slots.values(of: UInt64.self)), positions: UnsafePointer(positions.values(of: Int32.self)))
            let found = RowMask.make(n) { found in
                withExtendedLifetime((strings.owner, slots, positions, text)) {
                    (strings.mask & demand).withWords { mastic_lua_look_up(&index, strings.values, $0, n, place, found) }
                }
            }
            if !found.isFull {
                let missing = self.missing
                found.inverted.eachRow { place[$0] = missing }
            }
        } else {
            place.update(repeating: missing, count: n)
        }
        if let numbers = keys.integers { numbers.mask.eachRow { place[$0] = integers[numbers.offset($0)] ?? missing } }
        if let numbers = keys.floats {
            numbers.mask.eachRow { row in
                if let whole = Int64(exactly: numbers.offset(row)) {
                    place[row] = integers[whole] ?? missing
                } else {
                    place[row] = hasFloatKeys ? unknown : missing
                }
            }
        }
        if let flags = keys.booleans { flags.mask.eachRow { place[$0] = booleans[flags.bits[$0]] ?? missing } }
        let left = keys.fallBack | (keys.others?.mask ?? .none(n)) | (keys.nulls ?? .none(n)) | (keys.untouched ?? .none(n))
        left.eachRow { place[$0] = unknown }
        return Values(out, count: n)
    }
}

extension RowMask {
    /// Calls the body for each row of the set, in order.
    @inline(__always)
    func eachRow(_ body: (Int) -> Void) {
        if isEmpty { return }
        withWords { words in
            guard let words else {
                for row in 0..<count { body(row) }
                return
            }
            for w in 0..<(count + 63) / 64 {
                var word = words[w]
                while word != 0 {
                    body(w * 64 + word.trailingZeroBitCount)
                    word &= word - 1
                }
            }
        }
    }
}

extension LuaVector {
    /// A vector of constants; nil leaves its row to Lua.
    init(_ list: [LuaConstant?]) {
        let n = list.count
        self.init(nils: n)
        func rows(_ predicate: (LuaConstant?) -> Bool) -> RowMask { RowMask(Bitmap(list.map(predicate)), count: n) }
        fallBack = rows { $0 == nil }
        let booleanRows = rows { if case .boolean = $0 { true } else { false } }
        if !booleanRows.isEmpty { booleans = Booleans(bits: rows { $0 == .boolean(true) }, mask: booleanRows) }
        let integerRows = rows { if case .integer = $0 { true } else { false } }
        if !integerRows.isEmpty {
            let values = Values(list.map { item -> Int64 in if case .integer(let value) = item { value } else { 0 } })
            integers = Alternative(values.owner, mask: integerRows)
        }
        let floatRows = rows { if case .float = $0 { true } else { false } }
        if !floatRows.isEmpty {
            let values = Values(list.map { item -> UInt64 in if case .float(let bits) = item { bits } else { 0 } })
            floats = Alternative(values.owner, mask: floatRows)
        }
        let stringRows = rows { if case .string = $0 { true } else { false } }
        if !stringRows.isEmpty {
            let size = list.reduce(0) { total, item in if case .string(let bytes) = item { total + bytes.count } else { total } }
            let (text, views) = (Buffer(size: size), Buffer(zeroed: n * 16))
            var end = text.base
            for (row, item) in list.enumerated() {
                guard case .string(let bytes) = item else { continue }
                bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(end, base, bytes.count) } }
                views.values(of: StringView.self)[row] = StringView(UnsafeRawPointer(end), length: bytes.count)
                end += bytes.count
            }
            strings = Alternative(views, mask: stringRows)
            buffers = [text]
        }
        let nullRows = rows { $0 == .null }
        if !nullRows.isEmpty { nulls = nullRows }
    }
}
