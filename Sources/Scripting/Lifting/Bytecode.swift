/// A function's prototype, read from the form that Lua's dumper writes (ldump.c, format 0 of version 5.4).
struct Prototype: Sendable {
    enum Constant: Sendable, Hashable {
        case `nil`, `false`, `true`
        case integer(Int64)
        case number(UInt64)  // bits of a double
        case string([UInt8])
    }

    struct Upvalue: Sendable {
        /// Whether it is a register of the enclosing function, rather than one of its upvalues.
        let isInStack: Bool
        let index: Int
        var name = ""
    }

    struct Local: Sendable {
        let name: String
        /// The instructions in `startPC..<endPC` know it.
        let startPC: Int
        let endPC: Int
    }

    var source = ""
    var lineDefined = 0
    var lastLineDefined = 0
    var parameterCount = 0
    var isVararg = false
    /// Registers.
    var stackSize = 0
    var code: [Instruction] = []
    var constants: [Constant] = []
    var upvalues: [Upvalue] = []
    var prototypes: [Prototype] = []
    /// The source line of each instruction; empty when there is no debug information.
    var lines: [Int] = []
    var locals: [Local] = []
    /// Where the number of parameters stands in the dump, followed by whether it is vararg and the stack's size; and where its code begins.
    var parameterOffset = 0
    var codeOffset = 0

    /// The 1-based line of an instruction; 0 when unknown.
    func line(_ pc: Int) -> Int { lines.indices.contains(pc) ? lines[pc] : 0 }

    /// The name of the constant string; nil for anything else.
    func name(_ constant: Int) -> String? {
        guard constants.indices.contains(constant), case .string(let bytes) = constants[constant] else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// What is wrong with a dump. Dumps are our own, made a moment ago by the library in this process; this tells of a library with another format.
enum BytecodeError: Error, Equatable, CustomStringConvertible {
    case truncated(offset: Int)
    case unsupported(String)

    var description: String {
        switch self {
        case .truncated(let offset): "Lua's bytecode ends early, at byte \(offset)"
        case .unsupported(let what): "Lua's bytecode has an unknown form: \(what)"
        }
    }
}

/// Reads dumps; every length is checked against the bytes there are.
struct BytecodeReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    static func read(_ bytes: [UInt8]) throws(BytecodeError) -> Prototype {
        try bytes.withUnsafeBytes { buffer in Result { () throws(BytecodeError) in try read(buffer) } }.get()
    }

    static func read(_ bytes: UnsafeRawBufferPointer) throws(BytecodeError) -> Prototype {
        var reader = BytecodeReader(bytes)
        try reader.checkHeader()
        _ = try reader.byte()  // the number of upvalues, once more
        return try reader.function(parentSource: "")
    }

    private static let header: [UInt8] = Array("\u{1b}Lua".utf8) + [0x54, 0x00, 0x19, 0x93, 0x0d, 0x0a, 0x1a, 0x0a, 4, 8, 8]

    private mutating func checkHeader() throws(BytecodeError) {
        for expected in Self.header where try byte() != expected { throw .unsupported("header byte \(position - 1)") }
        if try integer() != 0x5678 { throw .unsupported("integers") }
        if try integer() != Int64(bitPattern: (370.5).bitPattern) { throw .unsupported("floats") }
    }

    private mutating func byte() throws(BytecodeError) -> UInt8 {
        guard position < bytes.count else { throw .truncated(offset: position) }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func integer() throws(BytecodeError) -> Int64 {
        guard bytes.count - position >= 8 else { throw .truncated(offset: position) }
        defer { position += 8 }
        return bytes.loadUnaligned(fromByteOffset: position, as: Int64.self)
    }

    /// Seven bits a byte, most significant first; the last byte has its top bit set.
    private mutating func size() throws(BytecodeError) -> Int {
        var value = 0
        while true {
            let next = try byte()
            if value > Int.max >> 7 { throw .unsupported("a size") }
            value = value << 7 | Int(next & 0x7f)
            if next & 0x80 != 0 { return value }
        }
    }

    /// A count of things of at least one byte each.
    private mutating func count() throws(BytecodeError) -> Int {
        let n = try size()
        if n > bytes.count - position { throw .truncated(offset: position) }
        return n
    }

    /// Nil for no string.
    private mutating func string() throws(BytecodeError) -> [UInt8]? {
        let n = try size()
        if n == 0 { return nil }
        guard n - 1 <= bytes.count - position else { throw .truncated(offset: position) }
        defer { position += n - 1 }
        return Array(bytes[position..<position + n - 1])
    }

    private mutating func text() throws(BytecodeError) -> String { String(decoding: try string() ?? [], as: UTF8.self) }

    private mutating func function(parentSource: String) throws(BytecodeError) -> Prototype {
        depth += 1
        defer { depth -= 1 }
        if depth > 200 { throw .unsupported("functions nested more than 200 deep") }
        var prototype = Prototype()
        prototype.source = try string().map { String(decoding: $0, as: UTF8.self) } ?? parentSource
        prototype.lineDefined = try size()
        prototype.lastLineDefined = try size()
        prototype.parameterOffset = position
        prototype.parameterCount = Int(try byte())
        prototype.isVararg = try byte() != 0
        prototype.stackSize = Int(try byte())

        let instructions = try size()
        guard instructions <= (bytes.count - position) / 4 else { throw .truncated(offset: position) }
        prototype.codeOffset = position
        prototype.code = (0..<instructions).map { Instruction(bits: bytes.loadUnaligned(fromByteOffset: position + $0 * 4, as: UInt32.self)) }
        position += instructions * 4

        for _ in 0..<(try count()) {
            switch try byte() {
            case 0x00: prototype.constants.append(.nil)
            case 0x01: prototype.constants.append(.false)
            case 0x11: prototype.constants.append(.true)
            case 0x03: prototype.constants.append(.integer(try integer()))
            case 0x13: prototype.constants.append(.number(UInt64(bitPattern: try integer())))
            case 0x04, 0x14: prototype.constants.append(.string(try string() ?? []))
            case let tag: throw .unsupported("constant of kind \(tag)")
            }
        }
        for _ in 0..<(try count()) {
            let isInStack = try byte() != 0
            let index = Int(try byte())
            _ = try byte()
            prototype.upvalues.append(Prototype.Upvalue(isInStack: isInStack, index: index))
        }
        for _ in 0..<(try count()) { prototype.prototypes.append(try function(parentSource: prototype.source)) }
        try readDebug(&prototype)
        return prototype
    }

    private mutating func readDebug(_ prototype: inout Prototype) throws(BytecodeError) {
        let lineCount = try count()
        var deltas: [Int8] = []
        for _ in 0..<lineCount { deltas.append(Int8(bitPattern: try byte())) }
        var absolute: [Int: Int] = [:]
        for _ in 0..<(try count()) {
            let pc = try size()
            absolute[pc] = try size()
        }
        var line = prototype.lineDefined
        for (pc, delta) in deltas.enumerated() {
            // -128 says that the line stands in the list of absolute ones.
            line = delta == -128 ? absolute[pc] ?? line : line + Int(delta)
            prototype.lines.append(line)
        }
        for _ in 0..<(try count()) {
            let name = try text()
            let start = try size()
            prototype.locals.append(Prototype.Local(name: name, startPC: start, endPC: try size()))
        }
        for i in 0..<(try count()) {
            let name = try text()
            if i < prototype.upvalues.count { prototype.upvalues[i].name = name }
        }
    }
}
