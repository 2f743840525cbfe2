/// A row function in a form that takes the fields of its record as arguments and, where it makes a new record, returns that one's fields as results:
/// the same instructions on other registers, so that no table is made for a row.
///
///     function(r) return {id = r.id, name = r.name:lower()} end      r, the new table: a register each
///     function(id, name) return id, name:lower() end                 as many registers as they have fields
///
/// Only for functions that do nothing with the record but read its fields by names in the code (`RecordUse`). It gives what the function gives, but for
/// the words of errors: a row that raises is run again by the function itself.
package struct DirectForm: Sendable, Equatable {
    /// The function as the dumper writes it; as long as the original.
    let bytecode: [UInt8]
    /// What happens to a field's value.
    package enum Use: UInt8 {
        /// The function needs it.
        case value
        /// It only ever becomes a field of the new record.
        case pass
        /// That, or one of `tokenMethods` is called on it.
        case method
    }

    /// The methods of strings that have a form for strings that were not made (tokens.c).
    static let tokenMethods: Set<String> = ["len", "lower", "sub", "upper"]

    /// What happens to each field that the function reads, sorted by name.
    package let uses: [Use]
    /// Whether the results are the fields of `RecordUse.returnedFields`, in that order, rather than what the function returns.
    package let returnsFields: Bool

    private static let mostRegisters = 250

    /// - Parameters:
    ///   - bytecode: the dump of `prototype`.
    ///   - fields: what the function reads of its record, sorted; it does nothing else with it.
    ///   - returned: the only fields that its results can have; nil where the code does not show them, or where no table is returned.
    ///   - tables: for every reachable return, the instruction that makes the table that it returns.
    init?(_ prototype: Prototype, _ bytecode: UnsafeRawBufferPointer, fields: [String], returned: [String]?, tables: [(pc: Int, table: Int)]) {
        guard prototype.parameterCount > 0, prototype.prototypes.isEmpty, !prototype.isVararg, !fields.isEmpty, fields.count < Self.mostRegisters else { return nil }
        let regions = returned.flatMap { $0.isEmpty ? nil : Region.all(prototype, tables) } ?? []
        let results = regions.isEmpty ? [] : returned ?? []
        let moving = Moving(prototype: prototype, fields: fields, results: results, regions: regions)
        guard prototype.stackSize + moving.shift + moving.spread <= Self.mostRegisters, let code = moving.code() else { return nil }
        var bytes = Array(bytecode)
        bytes[prototype.parameterOffset] = UInt8(prototype.parameterCount + moving.shift)
        bytes[prototype.parameterOffset + 2] = UInt8(prototype.stackSize + moving.shift + moving.spread)
        bytes.withUnsafeMutableBytes { bytes in
            for (pc, instruction) in code.enumerated() {
                bytes.storeBytes(of: instruction.bits, toByteOffset: prototype.codeOffset + 4 * pc, as: UInt32.self)
            }
        }
        self.bytecode = bytes
        uses = fields.map { moving.use(of: $0) }
        returnsFields = !results.isEmpty
    }
}

/// The code from the making of a table to its return: nothing in it uses the table but assignments to its fields, and nobody jumps into it or out of it.
private struct Region {
    let register: Int
    /// From the instruction that makes the table to its last return.
    let range: ClosedRange<Int>

    /// The regions of all tables that are returned; nil when one of them is not that simple.
    static func all(_ prototype: Prototype, _ returns: [(pc: Int, table: Int)]) -> [Region]? {
        var ends: [Int: Int] = [:]
        for (pc, table) in returns {
            guard pc > table + 1, prototype.code[pc].a == prototype.code[table].a else { return nil }
            ends[table] = max(ends[table] ?? 0, pc)
        }
        let regions = ends.map { Region(register: prototype.code[$0].a, range: $0...$1) }.sorted { $0.range.lowerBound < $1.range.lowerBound }
        for (one, next) in zip(regions, regions.dropFirst()) where one.range.overlaps(next.range) { return nil }
        let returning = Set(returns.map(\.pc))
        guard !regions.isEmpty, regions.allSatisfy({ $0.isSimple(prototype, returning) }) else { return nil }
        return regions
    }

    private func isSimple(_ prototype: Prototype, _ returning: Set<Int>) -> Bool {
        let start = range.lowerBound
        guard prototype.code[start].opcode == .newTable, prototype.code[start + 1].opcode == .extraArg else { return false }
        for (pc, i) in prototype.code.enumerated() {
            guard let opcode = i.opcode else { return false }
            let successors = FunctionAnalysis.successors(of: prototype, pc)
            guard range.contains(pc) else {
                if successors.contains(where: { $0 > start && $0 <= range.upperBound }) { return false }
                continue
            }
            if successors.contains(where: { !range.contains($0) }) { return false }
            if pc <= start + 1 || returning.contains(pc) { continue }
            let reads = prototype.registersRead(pc)
            if opcode == .setField, i.a == register {
                if !i.k, i.c == register { return false }
                continue
            }
            if reads.contains(register) || (opcode.writesA && i.a == register) { return false }
            // Lists of registers lie on one side of the table.
            switch opcode {
            case .loadNil where i.a < register && i.a + i.b >= register: return false
            case .call, .tailCall, .concat, .self, .vararg, .tforCall: if i.a <= register { return false }
            case .forLoop, .forPrep, .tforLoop, .tforPrep: if i.a < register, i.a + 4 >= register { return false }
            default: break
            }
        }
        return true
    }
}

/// The way from a function's registers to those of its direct form.
private struct Moving {
    let prototype: Prototype
    let fields: [String]
    let results: [String]
    let regions: [Region]

    /// How much further up the registers behind the record stand.
    var shift: Int { fields.count - 1 }
    /// How much further up still those behind a new record stand.
    var spread: Int { max(0, results.count - 1) }

    private func region(_ pc: Int) -> Region? { regions.first { $0.range.contains(pc) } }

    private func register(_ register: Int, _ pc: Int) -> Int {
        register + shift + (region(pc).map { register > $0.register ? spread : 0 } ?? 0)
    }

    /// What happens to the value of a field: each instruction that reads it is followed by the one that takes the value from its register, which nobody
    /// else knows.
    func use(of field: String) -> DirectForm.Use {
        if prototype.lines.isEmpty { return .value }
        var use = DirectForm.Use.pass
        for (pc, i) in prototype.code.enumerated() where i.opcode == .getField && i.b == 0 && prototype.name(i.c) == field {
            guard prototype.code.indices.contains(pc + 1) else { return .value }
            let next = prototype.code[pc + 1]
            let locals = prototype.locals.count { $0.startPC <= pc + 1 && pc + 1 < $0.endPC }
            if i.a < locals { return .value }
            switch next.opcode {
            case .setField:
                guard let region = region(pc), region.range.contains(pc + 1), next.a == region.register, !next.k, next.c == i.a, i.a > region.register else { return .value }
            case .self:
                guard next.b == i.a, next.a == i.a, next.k, let name = prototype.name(next.c), DirectForm.tokenMethods.contains(name) else { return .value }
                use = .method
            default: return .value
            }
        }
        return use
    }

    /// - Returns: nil when an instruction has no counterpart.
    func code() -> [Instruction]? {
        var code: [Instruction] = []
        for pc in prototype.code.indices {
            guard let instruction = instruction(pc) else { return nil }
            code.append(instruction)
        }
        return code
    }

    private func instruction(_ pc: Int) -> Instruction? {
        let i = prototype.code[pc]
        guard let opcode = i.opcode else { return nil }
        func moved(_ old: Int) -> Int { register(old, pc) }
        if let region = region(pc) {
            let first = region.register + shift
            if pc == region.range.lowerBound { return Instruction(.loadNil, a: first, b: results.count - 1) }
            if pc == region.range.lowerBound + 1 { return Instruction(.move, a: first, b: first) }
            switch opcode {
            case .setField where i.a == region.register:
                guard let name = prototype.name(i.b), let place = results.firstIndex(of: name) else { return nil }
                return i.k ? Instruction(.loadK, a: first + place, bx: i.c) : Instruction(.move, a: first + place, b: moved(i.c))
            case .return1 where i.a == region.register, .return where i.a == region.register:
                return Instruction(.return, a: first, b: results.count + 1)
            default: break
            }
        }
        switch opcode {
        case .getField where i.b == 0:
            guard let name = prototype.name(i.c), let place = fields.firstIndex(of: name) else { return nil }
            return Instruction(.move, a: moved(i.a), b: place)
        // One register, and what is none.
        case .loadI, .loadF, .loadK, .loadKX, .loadFalse, .lFalseSkip, .loadTrue, .loadNil, .getUpval, .getTabUp, .newTable, .mmBinI, .mmBinK, .concat, .close, .eqK,
            .eqI, .ltI, .leI, .gtI, .geI, .test, .call, .tailCall, .return, .return1, .forLoop, .forPrep, .tforPrep, .tforCall, .tforLoop, .setList:
            return i.replacing(a: moved(i.a))
        case .move, .getI, .getField, .addI, .addK, .subK, .mulK, .modK, .powK, .divK, .idivK, .bandK, .borK, .bxorK, .shrI, .shlI, .mmBin, .unm, .bnot, .not, .len,
            .eq, .lt, .le, .testSet:
            return i.replacing(a: moved(i.a), b: moved(i.b))
        case .getTable, .add, .sub, .mul, .mod, .pow, .div, .idiv, .band, .bor, .bxor, .shl, .shr:
            return i.replacing(a: moved(i.a), b: moved(i.b), c: moved(i.c))
        case .self, .setTable: return i.replacing(a: moved(i.a), b: moved(i.b), c: i.k ? i.c : moved(i.c))
        case .setI, .setField: return i.replacing(a: moved(i.a), c: i.k ? i.c : moved(i.c))
        case .jmp, .return0, .extraArg: return i
        case .setUpval, .setTabUp, .tbc, .closure, .vararg, .varargPrep: return nil
        }
    }
}

extension Instruction {
    fileprivate init(_ opcode: Opcode, a: Int, b: Int = 0, c: Int = 0) {
        self.init(bits: UInt32(opcode.rawValue) | UInt32(a) << 7 | UInt32(b) << 16 | UInt32(c) << 24)
    }

    fileprivate init(_ opcode: Opcode, a: Int, bx: Int) { self.init(bits: UInt32(opcode.rawValue) | UInt32(a) << 7 | UInt32(bx) << 15) }

    fileprivate func replacing(a: Int, b: Int? = nil, c: Int? = nil) -> Instruction {
        var bits = bits & ~(0xff << 7) | UInt32(a) << 7
        if let b { bits = bits & ~(0xff << 16) | UInt32(b) << 16 }
        if let c { bits = bits & ~(0xff << 24) | UInt32(c) << 24 }
        return Instruction(bits: bits)
    }
}
