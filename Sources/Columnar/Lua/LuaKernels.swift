internal import CKernels
internal import Glibc

/// Lua's operations on vectors of one length.
///
/// Values are right in the rows of `demand`; elsewhere they may be anything that is safe to read. Every result leaves to Lua the rows that an
/// operand leaves to it, and those where Lua would raise; it is to be `settled` before it is an operand itself.
struct LuaKernels {
    let count: Int
    let demand: RowMask

    init(_ demand: RowMask) { (count, self.demand) = (demand.count, demand) }

    private typealias Longs = LuaVector.Alternative<Int64>
    private typealias Doubles = LuaVector.Alternative<Double>
    private typealias Strings = LuaVector.Alternative<StringView>

    private var nobody: RowMask { .none(count) }
    private var nils: LuaVector { LuaVector(nils: count) }

    // MARK: Comparison

    func compare(_ relation: LuaRelation, _ a: LuaVector, _ b: LuaVector) -> LuaVector {
        var bits = nobody
        var covered = nobody
        func add<T>(_ x: LuaVector.Alternative<T>?, _ y: LuaVector.Alternative<T>?, _ kernel: Kernel<T>) {
            guard let x, let y else { return }
            let rows = x.mask & y.mask
            if rows.isEmpty { return }
            bits = bits | (rows & compared(relation, x, y, kernel))
            covered = covered | rows
        }
        add(a.integers, b.integers) { mastic_lua_compare_long($0, $1, $2, $3, $4, $5) }
        add(a.floats, b.floats) { mastic_lua_compare_double($0, $1, $2, $3, $4, $5) }
        if let x = a.strings, let y = b.strings {
            let rows = x.mask & y.mask
            if !rows.isEmpty {
                bits = bits | (rows & comparedStrings(relation, x, y, rows & demand))
                covered = covered | rows
            }
        }
        if let x = a.integers, let y = b.floats, !(x.mask & y.mask).isEmpty {
            bits = bits | (x.mask & y.mask & compared(Self.code(relation), x, y))
            covered = covered | (x.mask & y.mask)
        }
        if let x = a.floats, let y = b.integers, !(x.mask & y.mask).isEmpty {
            bits = bits | (x.mask & y.mask & compared(Self.flipped(Self.code(relation)), y, x))
            covered = covered | (x.mask & y.mask)
        }
        var fallBack = a.fallBack | b.fallBack
        if relation == .equal {
            if let x = a.booleans, let y = b.booleans {
                let same = (x.bits & y.bits) | (RowMask.all(count) - (x.bits | y.bits))
                bits = bits | (x.mask & y.mask & same)
            }
            bits = bits | (RowMask.all(count) - a.present - b.present)
            if let x = a.nulls, let y = b.nulls { bits = bits | (x & y) }
            if let x = a.others, let y = b.others { fallBack = fallBack | (x.mask & y.mask) }
        } else {
            fallBack = fallBack | covered.inverted
        }
        var result = LuaVector(bits - fallBack)
        result.fallBack = fallBack
        return result
    }

    private static func code(_ relation: LuaRelation) -> mastic_lua_relation {
        switch relation {
        case .equal: MASTIC_LUA_EQ
        case .less: MASTIC_LUA_LT
        case .lessOrEqual: MASTIC_LUA_LE
        }
    }

    private static func flipped(_ relation: mastic_lua_relation) -> mastic_lua_relation {
        switch relation {
        case MASTIC_LUA_LT: MASTIC_LUA_GT
        case MASTIC_LUA_LE: MASTIC_LUA_GE
        case MASTIC_LUA_GT: MASTIC_LUA_LT
        case MASTIC_LUA_GE: MASTIC_LUA_LE
        default: relation
        }
    }

    private typealias Kernel<T> = (mastic_lua_relation, UnsafePointer<T>, UnsafePointer<T>, Bool, Int, UnsafeMutablePointer<UInt64>) -> Void

    private func compared<T>(
        _ relation: LuaRelation, _ a: LuaVector.Alternative<T>, _ b: LuaVector.Alternative<T>, _ kernel: Kernel<T>
    ) -> RowMask {
        let swap = a.isConstant && !b.isConstant
        let code = swap ? Self.flipped(Self.code(relation)) : Self.code(relation)
        let x = swap ? b : a.broadcast(count)
        let y = swap ? a : b
        return RowMask.make(count) { out in withExtendedLifetime((x.owner, y.owner)) { kernel(code, x.values, y.values, y.isConstant, count, out) } }
    }

    private func compared(_ code: mastic_lua_relation, _ a: Longs, _ b: Doubles) -> RowMask {
        if a.isConstant, a.values[0].magnitude <= 1 << 53 {
            // The integer is a float exactly.
            let buffer = Buffer(size: 8)
            buffer.values(of: Double.self)[0] = Double(a.values[0])
            let x = Doubles(buffer, isConstant: true, mask: a.mask)
            let y = b.broadcast(count)
            return RowMask.make(count) { out in
                withExtendedLifetime((x.owner, y.owner)) { mastic_lua_compare_double(Self.flipped(code), y.values, x.values, true, count, out) }
            }
        }
        if b.isConstant, let whole = Int64(exactly: b.values[0]) {
            let buffer = Buffer(size: 8)
            buffer.values(of: Int64.self)[0] = whole
            let (x, y) = (a.broadcast(count), Longs(buffer, isConstant: true, mask: b.mask))
            return RowMask.make(count) { out in
                withExtendedLifetime((x.owner, y.owner)) { mastic_lua_compare_long(code, x.values, y.values, true, count, out) }
            }
        }
        let x = a.broadcast(count)
        return RowMask.make(count) { out in
            withExtendedLifetime((x.owner, b.owner)) { mastic_lua_compare_long_double(code, x.values, b.values, b.isConstant, count, out) }
        }
    }

    private func comparedStrings(_ relation: LuaRelation, _ a: Strings, _ b: Strings, _ rows: RowMask) -> RowMask {
        let swap = a.isConstant && !b.isConstant
        let code = swap ? Self.flipped(Self.code(relation)) : Self.code(relation)
        let x = swap ? b : a.broadcast(count)
        let y = swap ? a : b
        return RowMask.make(count) { out in
            withExtendedLifetime((x.owner, y.owner)) {
                rows.withWords { mastic_lua_compare_string(code, x.values, y.values, y.isConstant, $0, count, out) }
            }
        }
    }

    func not(_ a: LuaVector) -> LuaVector {
        var result = LuaVector(RowMask.all(count) - a.truth - a.fallBack)
        result.fallBack = a.fallBack
        return result
    }

    // MARK: Arithmetic

    func arithmetic(_ operation: LuaOperation, _ a: LuaVector, _ b: LuaVector) -> LuaVector {
        switch operation {
        case .bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight: return bitwise(operation, a, b)
        default: break
        }
        let (a, b) = (numeric(a), numeric(b))
        let code = mastic_lua_operation(rawValue: UInt32(operation.rawValue))
        var result = nils
        var fallBack = a.fallBack | b.fallBack
        let numbers = numberRows(a) & numberRows(b)
        fallBack = fallBack | numbers.inverted
        var floatRows = numbers
        if operation != .divide, operation != .power, let x = a.integers, let y = b.integers {
            var rows = x.mask & y.mask
            if !rows.isEmpty {
                floatRows = floatRows - rows
                if operation == .floorDivide || operation == .modulo {
                    let zero = LuaVector(.integer(0), count: count).integers!
                    let raises = rows & compared(.equal, y, zero) { mastic_lua_compare_long($0, $1, $2, $3, $4, $5) }
                    fallBack = fallBack | raises
                    rows = rows - raises
                }
                result.integers = computed(code, x, y, rows)
            }
        }
        if !floatRows.isEmpty, let x = doubles(a), let y = doubles(b) {
            let (x, y) = x.isConstant && y.isConstant ? (x.broadcast(count), y) : (x, y)
            let out = Buffer(size: count * 8)
            withExtendedLifetime((x.owner, y.owner)) {
                mastic_lua_arithmetic_double(code, x.values, x.isConstant, y.values, y.isConstant, count, out.values(of: Double.self))
            }
            result.floats = Doubles(out, mask: floatRows)
        }
        result.fallBack = fallBack
        return result
    }

    private func computed(_ code: mastic_lua_operation, _ x: Longs, _ y: Longs, _ rows: RowMask) -> Longs {
        let x = y.isConstant ? x.broadcast(count) : x
        let out = Buffer(size: count * 8)
        withExtendedLifetime((x.owner, y.owner)) {
            mastic_lua_arithmetic_long(code, x.values, x.isConstant, y.values, y.isConstant, count, out.values(of: Int64.self))
        }
        return Longs(out, mask: rows)
    }

    private func bitwise(_ operation: LuaOperation, _ a: LuaVector, _ b: LuaVector) -> LuaVector {
        let code = mastic_lua_operation(rawValue: UInt32(operation.rawValue))
        guard let x = wholes(a), let y = wholes(b) else { return .fallBack(count) }
        var result = nils
        let rows = x.mask & y.mask
        result.integers = computed(code, x, y, rows)
        result.fallBack = rows.inverted
        return result
    }

    /// The integers, and floats that are integers; not strings.
    private func wholes(_ a: LuaVector) -> Longs? {
        guard let floats = a.floats, !floats.mask.isEmpty else { return a.integers }
        let values = floats.broadcast(count)
        let out = Buffer(size: count * 8)
        let exact = RowMask.make(count) { exact in
            withExtendedLifetime(values.owner) { mastic_lua_double_to_long(values.values, count, out.values(of: Int64.self), exact) }
        }
        let converted = Longs(out, mask: exact & floats.mask)
        guard let integers = a.integers, !integers.mask.isEmpty else { return converted }
        var (x, y) = (nils, nils)
        x.integers = integers
        y.integers = converted
        return LuaVector.choose(integers.mask, x, y).integers
    }

    func negate(_ a: LuaVector) -> LuaVector {
        let a = numeric(a)
        var result = nils
        if let x = a.integers { result.integers = computed(MASTIC_LUA_SUB, LuaVector(.integer(0), count: count).integers!, x.broadcast(count), x.mask) }
        if let x = a.floats { result.floats = applied(MASTIC_LUA_NEGATE, x) }
        result.fallBack = a.fallBack | numberRows(a).inverted
        return result
    }

    private func numberRows(_ a: LuaVector) -> RowMask { (a.integers?.mask ?? nobody) | (a.floats?.mask ?? nobody) }

    /// The numbers, strings that read as one among them; what is no number is nil or left to Lua.
    private func numeric(_ a: LuaVector) -> LuaVector {
        guard let strings = a.strings, !strings.mask.isEmpty else { return a }
        var rest = a
        rest.strings = nil
        return LuaVector.choose(strings.mask, converted(strings), rest)
    }

    /// Strings as numbers; nil where they are none.
    private func converted(_ strings: Strings) -> LuaVector {
        let strings = strings.broadcast(count)
        let (longs, doubles) = (Buffer(size: count * 8), Buffer(size: count * 8))
        var (floatRows, unknown) = (nobody, nobody)
        let integerRows = RowMask.make(count) { isInteger in
            floatRows = RowMask.make(count) { isFloat in
                unknown = RowMask.make(count) { isUnknown in
                    withExtendedLifetime(strings.owner) {
                        (strings.mask & demand).withWords {
                            mastic_lua_to_number(
                                strings.values, $0, count, longs.values(of: Int64.self), doubles.values(of: Double.self), isInteger, isFloat, isUnknown)
                        }
                    }
                }
            }
        }
        var result = nils
        if !integerRows.isEmpty { result.integers = Longs(longs, mask: integerRows) }
        if !floatRows.isEmpty { result.floats = Doubles(doubles, mask: floatRows) }
        result.fallBack = unknown
        return result
    }

    /// The numbers as floats.
    private func doubles(_ a: LuaVector) -> Doubles? {
        guard let integers = a.integers, !integers.mask.isEmpty else { return a.floats }
        let converted: Doubles
        if integers.isConstant {
            let buffer = Buffer(size: 8)
            buffer.values(of: Double.self)[0] = Double(integers.values[0])
            converted = Doubles(buffer, isConstant: true, mask: integers.mask)
        } else {
            let out = Buffer(size: count * 8)
            withExtendedLifetime(integers.owner) { mastic_lua_long_to_double(integers.values, count, out.values(of: Double.self)) }
            converted = Doubles(out, mask: integers.mask)
        }
        guard let floats = a.floats, !floats.mask.isEmpty else { return converted }
        var (x, y) = (nils, nils)
        x.floats = converted
        y.floats = floats
        return LuaVector.choose(integers.mask, x, y).floats
    }

    private func applied(_ function: mastic_lua_function, _ x: Doubles) -> Doubles {
        let x = x.broadcast(count)
        let out = Buffer(size: count * 8)
        withExtendedLifetime(x.owner) { mastic_lua_apply(function, x.values, count, out.values(of: Double.self)) }
        return Doubles(out, mask: x.mask)
    }

    // MARK: Strings

    func length(_ a: LuaVector) -> LuaVector {
        var result = nils
        var covered = nobody
        if let strings = a.strings, !strings.mask.isEmpty {
            result.integers = lengths(strings)
            covered = strings.mask
        }
        if let (column, mask) = a.others, case .list(let offsets, _) = column.storage {
            let out = Buffer(size: count * 8)
            let lengths = out.values(of: Int64.self)
            for i in 0..<count { lengths[i] = Int64(offsets[i + 1] - offsets[i]) }
            var lists = nils
            lists.integers = Longs(out, mask: mask)
            result = covered.isEmpty ? lists : LuaVector.choose(covered, result, lists)
            covered = covered | mask
        }
        result.fallBack = a.fallBack | covered.inverted
        return result
    }

    private func lengths(_ strings: Strings) -> Longs {
        let x = strings.broadcast(count)
        let out = Buffer(size: count * 8)
        withExtendedLifetime(x.owner) { mastic_lua_length(x.values, nil, count, out.values(of: Int64.self)) }
        return Longs(out, mask: strings.mask)
    }

    /// The strings, and numbers as text; every other row is left to Lua.
    func text(_ a: LuaVector) -> LuaVector {
        var result = nils
        result.fallBack = a.fallBack
        if let strings = a.strings {
            result.strings = strings
            result.buffers = a.buffers
        }
        func add(_ mask: RowMask, isConstant: Bool, _ kernel: (UnsafePointer<UInt64>?, Int, UnsafeMutableRawPointer, UnsafeMutablePointer<CChar>) -> Void) {
            if mask.isEmpty { return }
            var written = nils
            let n = isConstant ? 1 : count
            let rows = mask & demand
            let views = Buffer(zeroed: n * 16)
            let bytes = Buffer(size: (isConstant ? 1 : rows.setCount) * 32)
            if isConstant {
                kernel(nil, 1, views.base, bytes.values(of: CChar.self))
            } else {
                rows.withWords { kernel($0, n, views.base, bytes.values(of: CChar.self)) }
            }
            written.strings = Strings(views, isConstant: isConstant, mask: mask)
            written.buffers = [bytes]
            result = result.strings == nil ? with(result.fallBack, written) : LuaVector.choose(mask, written, result)
        }
        if let x = a.integers {
            add(x.mask, isConstant: x.isConstant) { rows, n, views, bytes in
                withExtendedLifetime(x.owner) { _ = mastic_lua_long_text(x.values, rows, n, views, bytes) }
            }
        }
        if let x = a.floats {
            add(x.mask, isConstant: x.isConstant) { rows, n, views, bytes in
                withExtendedLifetime(x.owner) { _ = mastic_lua_double_text(x.values, rows, n, views, bytes) }
            }
        }
        result.fallBack = result.fallBack | (result.strings?.mask ?? nobody).inverted
        return result
    }

    private func with(_ fallBack: RowMask, _ vector: LuaVector) -> LuaVector {
        var result = vector
        result.fallBack = result.fallBack | fallBack
        return result
    }

    func concat(_ operands: [LuaVector]) -> LuaVector {
        let texts = operands.map { text($0) }
        var rows = RowMask.all(count)
        var fallBack = nobody
        for item in texts {
            rows = rows & (item.strings?.mask ?? nobody)
            fallBack = fallBack | item.fallBack
        }
        var result = nils
        result.fallBack = fallBack | rows.inverted
        if rows.isEmpty { return result }
        let needed = rows & demand
        let pieces = texts.map { mastic_lua_piece(views: $0.strings!.values, is_constant: $0.strings!.isConstant) }
        let views = Buffer(size: count * 16)
        var bytes = Buffer(size: 0)
        let fits = withExtendedLifetime(texts) {
            pieces.withUnsafeBufferPointer { pieces in
                needed.withWords { words in
                    let size = mastic_lua_concat_bytes(pieces.baseAddress, pieces.count, words, count)
                    if size == .max { return false }
                    bytes = Buffer(size: size)
                    mastic_lua_concat(pieces.baseAddress, pieces.count, words, count, views.base, bytes.values(of: CChar.self))
                    return true
                }
            }
        }
        if !fits { return .fallBack(count) }
        result.strings = Strings(views, mask: rows)
        result.buffers = [bytes]
        return result
    }

    /// The integers that a library function takes: floats that are one among them, strings left to Lua.
    private func integerArgument(_ a: LuaVector) -> (values: Longs, fallBack: RowMask)? {
        guard let values = wholes(a) else { return nil }
        return (values, values.mask.inverted)
    }

    /// A string kernel that needs room for as many bytes as the long strings have.
    private func mapped(
        _ strings: Strings, _ kernel: (UnsafeRawPointer, UnsafePointer<UInt64>?, UnsafeMutableRawPointer, UnsafeMutablePointer<CChar>) -> Void
    ) -> (Strings, Buffer) {
        let x = strings.broadcast(count)
        let views = Buffer(size: count * 16)
        var bytes = Buffer(size: 0)
        withExtendedLifetime(x.owner) {
            (x.mask & demand).withWords { words in
                bytes = Buffer(size: mastic_lua_long_bytes(x.values, words, count))
                kernel(x.values, words, views.base, bytes.values(of: CChar.self))
            }
        }
        return (Strings(views, mask: x.mask), bytes)
    }

    // MARK: The library

    func call(_ function: LuaFunction, _ arguments: [LuaVector]) -> LuaVector {
        let first = arguments[0]
        switch function {
        case .lower, .upper, .reverse, .length, .sub, .rep, .byte, .find, .match, .gsub, .gsubCount, .pad: return callString(function, text(first), Array(arguments.dropFirst()))
        case .parse(let base):
            guard let strings = first.strings else { return .fallBack(count) }
            let x = strings.broadcast(count)
            let out = Buffer(size: count * 8)
            let found = RowMask.make(count) { found in
                withExtendedLifetime(x.owner) {
                    (x.mask & demand).withWords { mastic_lua_to_number_of(x.values, $0, count, Int32(base), out.values(of: Int64.self), found) }
                }
            }
            var result = nils
            result.integers = Longs(out, mask: found)
            result.fallBack = x.mask.inverted
            return result
        case .remainder: return remainder(first, arguments[1])
        case .truncate: return rounded(first, MASTIC_LUA_TRUNCATE)
        case .format(let format, let kind): return formatted(format, kind, first)
        case .tostring: return toText(first)
        case .tonumber:
            var result = numeric(first)
            result.booleans = nil
            return leaving(result, (first.others?.mask ?? nobody) | (first.nulls ?? nobody))
        case .type: return typeNames(first)
        case .mathType:
            var result = nils
            result.fallBack = first.fallBack
            if let integers = first.integers { result = LuaVector.choose(integers.mask, LuaVector(.string(Array("integer".utf8)), count: count), result) }
            if let floats = first.floats { result = LuaVector.choose(floats.mask, LuaVector(.string(Array("float".utf8)), count: count), result) }
            return leaving(result, (first.others?.mask ?? nobody) | (first.nulls ?? nobody))
        case .toInteger:
            var result = nils
            result.integers = wholes(first)
            return leaving(
                with(first.fallBack, result), (first.others?.mask ?? nobody) | (first.nulls ?? nobody) | (first.strings?.mask ?? nobody))
        case .onlyString: return keeping(first, first.strings?.mask ?? nobody)
        case .onlyNumber: return keeping(first, numberRows(first))
        case .assert: return keeping(first, first.truth)
        case .abs:
            let negative = compare(.less, keeping(first, numberRows(first)), LuaVector(.integer(0), count: count))
            var result = nils
            if let integers = first.integers {
                var whole = nils
                whole.integers = integers
                result.integers = LuaVector.choose(negative.truth, negate(whole), whole).integers?.masked(integers.mask)
            }
            if let floats = first.floats { result.floats = applied(MASTIC_LUA_ABS, floats) }
            result.fallBack = numberRows(first).inverted
            return result
        case .floor, .ceil: return rounded(first, function == .floor ? MASTIC_LUA_FLOOR : MASTIC_LUA_CEIL)
        case .sqrt: return real(first, MASTIC_LUA_SQRT)
        case .exp: return real(first, MASTIC_LUA_EXP)
        case .log: return real(first, MASTIC_LUA_LOG)
        case .log2: return real(first, MASTIC_LUA_LOG2)
        case .log10: return real(first, MASTIC_LUA_LOG10)
        case .sin: return real(first, MASTIC_LUA_SIN)
        case .cos: return real(first, MASTIC_LUA_COS)
        case .tan: return real(first, MASTIC_LUA_TAN)
        case .asin: return real(first, MASTIC_LUA_ASIN)
        case .acos: return real(first, MASTIC_LUA_ACOS)
        case .deg: return real(first, MASTIC_LUA_DEG)
        case .rad: return real(first, MASTIC_LUA_RAD)
        }
    }

    /// The vector with more rows left to Lua.
    private func leaving(_ vector: LuaVector, _ rows: RowMask) -> LuaVector {
        var result = vector
        result.fallBack = result.fallBack | rows
        return result
    }

    /// The vector with all rows but these left to Lua.
    private func keeping(_ vector: LuaVector, _ rows: RowMask) -> LuaVector { leaving(vector, rows.inverted) }

    private func remainder(_ a: LuaVector, _ b: LuaVector) -> LuaVector {
        var result = nils
        let numbers = numberRows(a) & numberRows(b)
        var (floatRows, raises) = (numbers, nobody)
        if let x = a.integers, let y = b.integers, !(x.mask & y.mask).isEmpty {
            let rows = x.mask & y.mask
            floatRows = floatRows - rows
            raises = rows & compared(.equal, y, LuaVector(.integer(0), count: count).integers!) { mastic_lua_compare_long($0, $1, $2, $3, $4, $5) }
            let out = Buffer(size: count * 8)
            let (x, y) = (x.broadcast(count), y.broadcast(count))
            withExtendedLifetime((x.owner, y.owner)) { mastic_lua_remainder_long(x.values, y.values, count, out.values(of: Int64.self)) }
            result.integers = Longs(out, mask: rows - raises)
        }
        if !floatRows.isEmpty, let x = doubles(a)?.broadcast(count), let y = doubles(b)?.broadcast(count) {
            let out = Buffer(size: count * 8)
            withExtendedLifetime((x.owner, y.owner)) { mastic_lua_remainder_double(x.values, y.values, count, out.values(of: Double.self)) }
            result.floats = Doubles(out, mask: floatRows)
        }
        result.fallBack = numbers.inverted | raises
        return result
    }

    private func real(_ a: LuaVector, _ function: mastic_lua_function) -> LuaVector {
        let a = numeric(a)
        var result = nils
        result.fallBack = a.fallBack | numberRows(a).inverted
        if let values = doubles(a) { result.floats = applied(function, values).masked(numberRows(a)) }
        return result
    }

    private func rounded(_ a: LuaVector, _ function: mastic_lua_function) -> LuaVector {
        var result = nils
        result.integers = a.integers
        var fallBack = numberRows(a).inverted
        if let floats = a.floats {
            var down = nils
            down.floats = applied(function, floats)
            let whole = wholes(down)
            var converted = nils
            converted.integers = whole
            if let rows = whole?.mask, (floats.mask - rows).isEmpty {
                result = LuaVector.choose(floats.mask, converted, result)
            } else {
                result = LuaVector.choose(floats.mask, LuaVector.choose(whole?.mask ?? nobody, converted, down), result)
            }
            fallBack = fallBack | result.fallBack
        }
        result.fallBack = fallBack
        return result
    }

    private func callString(_ function: LuaFunction, _ a: LuaVector, _ rest: [LuaVector]) -> LuaVector {
        var result = nils
        result.fallBack = a.fallBack
        guard let strings = a.strings else { return result }
        switch function {
        case .lower, .upper, .reverse:
            let (views, bytes) = mapped(strings) { views, rows, out, text in
                if function == .reverse {
                    _ = mastic_lua_reverse(views, rows, count, out, text)
                } else {
                    _ = mastic_lua_change_case(views, rows, count, function == .upper, out, text)
                }
            }
            result.strings = views
            result.buffers = [bytes]
        case .length: result.integers = lengths(strings)
        case .sub:
            guard let from = integerArgument(rest[0]), let to = integerArgument(rest[1]) else { return .fallBack(count) }
            let x = strings.broadcast(count)
            let out = Buffer(size: count * 16)
            withExtendedLifetime((x.owner, from.values.owner, to.values.owner)) {
                (x.mask & demand).withWords {
                    mastic_lua_sub(
                        x.values, $0, count, from.values.values, from.values.isConstant, to.values.values, to.values.isConstant, out.base)
                }
            }
            result.strings = Strings(out, mask: x.mask)
            result.buffers = a.stringOwners
            result.fallBack = result.fallBack | from.fallBack | to.fallBack | rest[0].fallBack | rest[1].fallBack
        case .rep:
            guard case .integer(let times)? = rest[0].constant, times <= 64 else { return .fallBack(count) }
            if times <= 0 {
                result.strings = LuaVector(.string([]), count: count).strings!.masked(strings.mask)
            } else {
                return concat(Array(repeating: a, count: Int(times)))
            }
        case .byte:
            guard let position = integerArgument(rest[0]) else { return .fallBack(count) }
            let x = strings.broadcast(count)
            let out = Buffer(size: count * 8)
            let found = RowMask.make(count) { found in
                withExtendedLifetime((x.owner, position.values.owner)) {
                    (x.mask & demand).withWords {
                        mastic_lua_byte(x.values, $0, count, position.values.values, position.values.isConstant, out.values(of: Int64.self), found)
                    }
                }
            }
            result.integers = Longs(out, mask: found)
            result.fallBack = result.fallBack | position.fallBack | rest[0].fallBack
        case .pad(let width, let precision, let toLeft): pad(strings, width, precision, toLeft, a.stringOwners, &result)
        case .find(let from):
            let what = text(rest[0])
            guard let words = what.strings else { return .fallBack(count) }
            let x = strings.broadcast(count)
            let out = Buffer(size: count * 8)
            let found = RowMask.make(count) { found in
                withExtendedLifetime((x.owner, words.owner)) {
                    (x.mask & words.mask & demand).withWords {
                        mastic_lua_find(x.values, $0, count, words.values, words.isConstant, from, out.values(of: Int64.self), found)
                    }
                }
            }
            result.integers = Longs(out, mask: found)
            result.fallBack = result.fallBack | what.fallBack
        case .match(let pattern, let from, let part): matched(pattern, from, part, strings, a.stringOwners, &result)
        case .gsub(let pattern, let replacement, let most), .gsubCount(let pattern, let replacement, let most):
            let (texts, counts, left, owners) = substituted(pattern, replacement, most, strings)
            result.fallBack = result.fallBack | left
            if case .gsub = function {
                result.strings = texts
                result.buffers = LuaVector.joined(a.stringOwners, owners)
            } else {
                result.integers = counts
            }
        default: return .fallBack(count)
        }
        return result
    }

    private func pad(_ strings: Strings, _ width: Int, _ precision: Int, _ toLeft: Bool, _ owners: [Buffer], _ result: inout LuaVector) {
        let x = strings.broadcast(count)
        let rows = x.mask & demand
        let views = Buffer(size: count * 16)
        // Strings of a hundred bytes and more are not copied unless they are cut, which takes fewer bytes than that.
        let text = Buffer(size: rows.setCount * 100)
        let left = RowMask.make(count) { left in
            withExtendedLifetime(x.owner) {
                rows.withWords {
                    _ = mastic_lua_format_string(x.values, $0, count, width, Int32(precision), toLeft, views.base, text.values(of: CChar.self), left)
                }
            }
        }
        result.strings = Strings(views, mask: x.mask - left)
        result.buffers = LuaVector.joined(owners, [text])
        result.fallBack = result.fallBack | left
    }

    private func matched(_ pattern: [UInt8], _ from: Int64, _ part: LuaMatchPart, _ strings: Strings, _ owners: [Buffer], _ result: inout LuaVector) {
        let x = strings.broadcast(count)
        let (code, capture): (mastic_lua_match_part, Int) =
            switch part {
            case .start: (MASTIC_LUA_MATCH_START, 0)
            case .end: (MASTIC_LUA_MATCH_END, 0)
            case .capture(let capture): (MASTIC_LUA_MATCH_CAPTURE, capture)
            case .position(let capture): (MASTIC_LUA_MATCH_POSITION, capture)
            }
        let isText = code == MASTIC_LUA_MATCH_CAPTURE
        let out = Buffer(size: count * (isText ? 16 : 8))
        var left = nobody
        let found = RowMask.make(count) { found in
            left = RowMask.make(count) { left in
                withExtendedLifetime(x.owner) {
                    pattern.withUnsafeBytes { pattern in
                        (x.mask & demand).withWords {
                            mastic_lua_match(
                                x.values, $0, count, pattern.baseAddress?.assumingMemoryBound(to: CChar.self) ?? UnsafePointer(out.values(of: CChar.self)),
                                pattern.count, from, code, Int32(capture), isText ? nil : out.values(of: Int64.self), isText ? out.base : nil, found, left)
                        }
                    }
                }
            }
        }
        result.fallBack = result.fallBack | left
        if isText {
            result.strings = Strings(out, mask: found)
            result.buffers = owners
        } else {
            result.integers = Longs(out, mask: found)
        }
    }

    private func substituted(
        _ pattern: [UInt8], _ replacement: [UInt8], _ most: Int64, _ strings: Strings
    ) -> (texts: Strings, counts: Longs, left: RowMask, owners: [Buffer]) {
        let x = strings.broadcast(count)
        let (views, counts) = (Buffer(zeroed: count * 16), Buffer(zeroed: count * 8))
        var owners: [Buffer] = []
        // An empty array has no address; no byte of it is read.
        let (pattern, replacement) = (pattern + [0], replacement + [0])
        let left = RowMask.make(count) { left in
            left.update(repeating: 0, count: max(1, (count + 63) / 64))
            withExtendedLifetime(x.owner) {
                (x.mask & demand).withWords { rows in
                    var row = 0
                    var capacity = 4096
                    while row < count {
                        let block = Buffer(size: capacity)
                        var used = 0
                        let next = pattern.withUnsafeBytes { pattern in
                            replacement.withUnsafeBytes { replacement in
                                mastic_lua_gsub(
                                    x.values, rows, count, row, pattern.baseAddress!.assumingMemoryBound(to: CChar.self), pattern.count - 1,
                                    replacement.baseAddress!.assumingMemoryBound(to: CChar.self), replacement.count - 1, most, views.base,
                                    counts.values(of: Int64.self), left, block.values(of: CChar.self), capacity, &used)
                            }
                        }
                        if used > 0 { owners.append(block) }
                        // Larger blocks for larger batches, and for a row that no block had room for.
                        if next == row || capacity < 256 * 1024 { capacity *= 4 }
                        row = next
                    }
                }
            }
        }
        let mask = x.mask - left
        return (Strings(views, mask: mask), Longs(counts, mask: mask), left, owners)
    }

    private func toText(_ a: LuaVector) -> LuaVector {
        var result = text(a)
        result.fallBack = a.fallBack | (a.others?.mask ?? nobody) | (a.nulls ?? nobody)
        if let flags = a.booleans, !flags.mask.isEmpty {
            let words = LuaVector.choose(
                flags.bits, LuaVector(.string(Array("true".utf8)), count: count), LuaVector(.string(Array("false".utf8)), count: count))
            result = LuaVector.choose(flags.mask, words, result)
        }
        let nilRows = RowMask.all(count) - a.present - a.fallBack
        if !nilRows.isEmpty { result = LuaVector.choose(nilRows, LuaVector(.string(Array("nil".utf8)), count: count), result) }
        return result
    }

    private func typeNames(_ a: LuaVector) -> LuaVector {
        var result = LuaVector(.string(Array("nil".utf8)), count: count)
        func add(_ name: String, _ rows: RowMask?) {
            guard let rows, !rows.isEmpty else { return }
            result = LuaVector.choose(rows, LuaVector(.string(Array(name.utf8)), count: count), result)
        }
        add("boolean", a.booleans?.mask)
        add("number", a.integers?.mask)
        add("number", a.floats?.mask)
        add("string", a.strings?.mask)
        result.fallBack = a.fallBack | (a.nulls ?? nobody)
        if let (column, mask) = a.others {
            switch column.type {
            case .array, .struct, .map: add("table", mask)
            default: result.fallBack = result.fallBack | mask
            }
        }
        return result
    }

    private func formatted(_ format: String, _ kind: LuaFormatKind, _ a: LuaVector) -> LuaVector {
        var result = nils
        // Room for any number in a specification with at most two digits each of width and precision: `%f` writes up to 309 digits before the point.
        let width = format.hasSuffix("f") ? 512 : 128
        let format = Array(format.utf8CString)
        func write(_ mask: RowMask, _ kernel: (UnsafePointer<UInt64>?, UnsafeMutableRawPointer, UnsafeMutablePointer<CChar>) -> Int) {
            let rows = mask & demand
            let views = Buffer(zeroed: count * 16)
            let bytes = Buffer(size: (rows.setCount + 1) * width)
            var used = 0
            rows.withWords { used = kernel($0, views.base, bytes.values(of: CChar.self)) }
            // Keep what was written, not the room for it.
            let kept = Buffer(size: used)
            memcpy(kept.base, bytes.base, used)
            let view = views.values(of: StringView.self)
            let moved = UInt(bitPattern: kept.base) &- UInt(bitPattern: bytes.base)
            for i in 0..<count where !view[i].isInline { view[i].high = UInt64(UInt(view[i].high) &+ moved) }
            result.strings = Strings(views, mask: mask)
            result.buffers = [kept]
        }
        switch kind {
        case .integer:
            guard let values = wholes(a)?.broadcast(count) else { return .fallBack(count) }
            write(values.mask) { rows, views, bytes in
                withExtendedLifetime(values.owner) { mastic_lua_format_long(format, values.values, rows, count, width, views, bytes) }
            }
            result.fallBack = values.mask.inverted
        case .float:
            let numbers = numberRows(a)
            guard let values = doubles(a)?.broadcast(count) else { return .fallBack(count) }
            write(numbers) { rows, views, bytes in
                withExtendedLifetime(values.owner) { mastic_lua_format_double(format, values.values, rows, count, width, views, bytes) }
            }
            result.fallBack = numbers.inverted
        }
        return result
    }
}
