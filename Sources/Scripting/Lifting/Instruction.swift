/// The operations of Lua 5.4's virtual machine, in the order of their numbers (lopcodes.h).
enum Opcode: UInt8, CaseIterable, Sendable {
    case move, loadI, loadF, loadK, loadKX, loadFalse, lFalseSkip, loadTrue, loadNil
    case getUpval, setUpval, getTabUp, getTable, getI, getField, setTabUp, setTable, setI, setField
    case newTable, `self`
    case addI, addK, subK, mulK, modK, powK, divK, idivK, bandK, borK, bxorK, shrI, shlI
    case add, sub, mul, mod, pow, div, idiv, band, bor, bxor, shl, shr
    case mmBin, mmBinI, mmBinK
    case unm, bnot, not, len, concat, close, tbc, jmp
    case eq, lt, le, eqK, eqI, ltI, leI, gtI, geI, test, testSet
    case call, tailCall, `return`, return0, return1
    case forLoop, forPrep, tforPrep, tforCall, tforLoop
    case setList, closure, vararg, varargPrep, extraArg

    /// The name in Lua's own listings: `GETFIELD`.
    var name: String {
        switch self {
        case .getTabUp: "GETTABUP"
        case .mmBin: "MMBIN"
        case .mmBinI: "MMBINI"
        case .mmBinK: "MMBINK"
        default: String(describing: self).uppercased()
        }
    }

    /// A test that skips the jump behind it or takes it.
    var isTest: Bool {
        switch self {
        case .eq, .lt, .le, .eqK, .eqI, .ltI, .leI, .gtI, .geI, .test, .testSet: true
        default: false
        }
    }

    /// Whether the operation gives register A a new value. `setUpval`, stores and jumps do not; `call` and its like write from A on.
    var writesA: Bool {
        switch self {
        case .setUpval, .setTabUp, .setTable, .setI, .setField, .mmBin, .mmBinI, .mmBinK, .close, .tbc, .jmp, .eq, .lt, .le, .eqK, .eqI, .ltI, .leI,
            .gtI, .geI, .test, .tailCall, .return, .return0, .return1, .setList, .varargPrep, .extraArg, .tforPrep:
            false
        default: true
        }
    }
}

/// One instruction: 32 bits.
///
///     iABC   | C: 8 | B: 8 | k: 1 | A: 8 | op: 7 |
///     iABx   |      Bx: 17       | A: 8 | op: 7 |
///     iAx    |          Ax: 25          | op: 7 |
///     isJ    |          sJ: 25          | op: 7 |
struct Instruction: Sendable {
    let bits: UInt32

    /// Nil for a number that no operation has.
    var opcode: Opcode? { Opcode(rawValue: UInt8(bits & 0x7f)) }
    var a: Int { Int(bits >> 7 & 0xff) }
    var k: Bool { bits >> 15 & 1 != 0 }
    var b: Int { Int(bits >> 16 & 0xff) }
    var c: Int { Int(bits >> 24 & 0xff) }
    /// B and C as signed numbers.
    var sB: Int { b - 127 }
    var sC: Int { c - 127 }
    var bx: Int { Int(bits >> 15) }
    var sBx: Int { bx - 65535 }
    var ax: Int { Int(bits >> 7) }
    var sJ: Int { ax - 16_777_215 }
}
