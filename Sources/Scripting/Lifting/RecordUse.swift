/// What a row function does with its record and with the tables that it returns, where the code shows all of it.
///
/// Where a record is only ever read by names that stand in the code, the loop over rows may hand the function a plain table with just those
/// fields; where a returned table is only ever filled by such names, the loop may ask for just these. Both are told from the registers that instructions
/// read and write, with no regard to order: a single use of another kind ends the proof.
struct RecordUse {
    /// Whether the record is nothing but the object of field reads by constant names.
    let readsByNameOnly: Bool
    /// The names of the fields that a returned table can have; nil where the code does not show them all.
    let returnedFields: [String]?
    /// For every return of a table made in the function, the instruction that makes it.
    let returnedTables: [(pc: Int, table: Int)]

    init(_ prototype: Prototype, returns: [(pc: Int, value: AbstractValue)], value: (_ pc: Int, _ register: Int) -> AbstractValue) {
        readsByNameOnly = Self.readsByNameOnly(prototype)
        returnedTables = returns.compactMap { pc, value in if case .table(let table) = value { (pc, table) } else { nil } }
        returnedFields = Self.returnedFields(prototype, returns, value)
    }

    /// The record comes in register 0, and must stay there, untouched by anything but reads of its fields.
    private static func readsByNameOnly(_ prototype: Prototype) -> Bool {
        guard prototype.parameterCount > 0, !prototype.isVararg else { return false }
        for (pc, i) in prototype.code.enumerated() {
            guard let opcode = i.opcode else { return false }
            if opcode == .getField, i.b == 0, prototype.name(i.c) != nil, i.a != 0 { continue }
            if opcode.writesA, i.a == 0 { return false }
            if prototype.registersRead(pc).contains(0) { return false }
        }
        return true
    }

    private static func returnedFields(
        _ prototype: Prototype, _ returns: [(pc: Int, value: AbstractValue)], _ value: (Int, Int) -> AbstractValue
    ) -> [String]? {
        if prototype.isVararg || returns.isEmpty { return nil }
        var made = Set<Int>()
        for (pc, result) in returns {
            guard case .table(let table) = result, prototype.code[pc].opcode == .return1 || prototype.code[pc].b == 2 else { return nil }
            made.insert(table)
        }
        // A function that may end without a value is none that returns tables alone; its last, unreachable return0 does not count.
        var names: [String] = []
        for (pc, i) in prototype.code.enumerated() {
            let reads = prototype.registersRead(pc)
            let touched = reads.filter { if case .table(let table) = value(pc, $0) { made.contains(table) } else { false } }
            if touched.isEmpty { continue }
            switch i.opcode {
            case .setField where touched.allSatisfy({ $0 == i.a }) && (i.k || i.c != i.a):
                guard let name = prototype.name(i.b) else { return nil }
                if !names.contains(name) { names.append(name) }
            case .return1, .return: continue
            default: return nil
            }
        }
        return names
    }
}

extension Prototype {
    /// The registers whose values an instruction reads; all from one on for those that take a list of unknown length.
    func registersRead(_ pc: Int) -> [Int] {
        let i = code[pc]
        guard let opcode = i.opcode else { return Array(0..<stackSize) }
        func list(_ first: Int, _ count: Int?) -> [Int] { Array(first..<max(first, count.map { first + $0 } ?? stackSize)) }
        let value = i.k ? [] : [i.c]
        switch opcode {
        case .loadI, .loadF, .loadK, .loadKX, .loadFalse, .lFalseSkip, .loadTrue, .loadNil, .getUpval, .getTabUp, .newTable, .jmp, .return0, .vararg, .varargPrep,
            .extraArg:
            return []
        case .move, .getI, .getField, .unm, .bnot, .not, .len, .testSet: return [i.b]
        case .setUpval, .close, .tbc, .mmBinI, .mmBinK, .eqK, .eqI, .ltI, .leI, .gtI, .geI, .test, .return1: return [i.a]
        case .setTabUp: return value
        case .getTable: return [i.b, i.c]
        case .setTable: return [i.a, i.b] + value
        case .setI, .setField: return [i.a] + value
        case .self: return [i.b] + value
        case .addI, .addK, .subK, .mulK, .modK, .powK, .divK, .idivK, .bandK, .borK, .bxorK, .shrI, .shlI: return [i.b]
        case .add, .sub, .mul, .mod, .pow, .div, .idiv, .band, .bor, .bxor, .shl, .shr: return [i.b, i.c]
        case .mmBin, .eq, .lt, .le: return [i.a, i.b]
        case .concat: return list(i.a, i.b)
        case .call, .tailCall: return list(i.a, i.b == 0 ? nil : i.b)
        case .return: return list(i.a, i.b == 0 ? nil : i.b - 1)
        case .forLoop, .forPrep, .tforPrep, .tforCall, .tforLoop: return list(i.a, 5)
        case .setList: return list(i.a, i.b == 0 ? nil : i.b + 1)
        case .closure:
            guard prototypes.indices.contains(i.bx) else { return Array(0..<stackSize) }
            return prototypes[i.bx].upvalues.filter(\.isInStack).map(\.index)
        }
    }
}
