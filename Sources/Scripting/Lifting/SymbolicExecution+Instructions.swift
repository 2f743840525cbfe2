internal import Columnar

/// The instructions of Lua 5.4's virtual machine (lvm.c, lopcodes.h) on symbols.
extension SymbolicExecution {
    mutating func step(_ frame: inout Frame, _ before: State) throws {
        var state = before
        let pc = frame.pc
        let prototype = frame.function.prototype
        let i = prototype.code[pc]
        guard let opcode = i.opcode else { throw refuse("has an instruction that is not known") }
        func get(_ register: Int) -> Symbol { before.registers.indices.contains(register) ? before.registers[register] : .conflict }
        func set(_ register: Int, _ symbol: Symbol) { if state.registers.indices.contains(register) { state.registers[register] = symbol } }
        switch opcode {
        case .move: set(i.a, get(i.b))
        case .loadI: set(i.a, .node(constant(.integer(Int64(i.sBx)))))
        case .loadF: set(i.a, .node(constant(.float(Double(i.sBx).bitPattern))))
        case .loadK: set(i.a, try constantSymbol(prototype, i.bx))
        case .loadKX:
            set(i.a, try constantSymbol(prototype, prototype.code[pc + 1].ax))
            return frame.go(pc + 2, state)
        case .loadFalse: set(i.a, .node(constant(.boolean(false))))
        case .lFalseSkip:
            set(i.a, .node(constant(.boolean(false))))
            return frame.go(pc + 2, state)
        case .loadTrue: set(i.a, .node(constant(.boolean(true))))
        case .loadNil: for r in i.a...(i.a + i.b) { set(r, nilSymbol) }
        case .getUpval: set(i.a, upvalue(frame.function, i.b))
        case .getTabUp: set(i.a, try index(upvalue(frame.function, i.b), try constantSymbol(prototype, i.c), state))
        case .getTable: set(i.a, try index(get(i.b), get(i.c), state))
        case .getI: set(i.a, try index(get(i.b), .node(constant(.integer(Int64(i.c)))), state))
        case .getField: set(i.a, try index(get(i.b), try constantSymbol(prototype, i.c), state))
        case .setTable: try store(get(i.a), get(i.b), i.k ? try constantSymbol(prototype, i.c) : get(i.c), &state)
        case .setI: try store(get(i.a), .node(constant(.integer(Int64(i.b)))), i.k ? try constantSymbol(prototype, i.c) : get(i.c), &state)
        case .setField: try store(get(i.a), try constantSymbol(prototype, i.b), i.k ? try constantSymbol(prototype, i.c) : get(i.c), &state)
        case .newTable: set(i.a, newTable(&state.heap))
        case .setList:
            guard case .table(let table) = get(i.a) else { throw refuse("fills a table that is not its own") }
            var items = i.b == 0 ? [] : (1...i.b).map { get(i.a + $0) }
            if i.b == 0, let open = state.open { items = (i.a + 1..<max(i.a + 1, open.start)).map(get) + open.values }
            var first = i.c
            if i.k { first += prototype.code[pc + 1].ax * 256 }
            for (offset, item) in items.enumerated() where item != nilSymbol { state.heap.tables[table]?[.integer(Int64(first + offset + 1))] = item }
            state.open = nil
        case .self:
            let name = i.k ? try constantSymbol(prototype, i.c) : get(i.c)
            let (function, receiver) = try method(get(i.b), name, state)
            set(i.a + 1, receiver)
            set(i.a, function)
        case .addI, .addK, .subK, .mulK, .modK, .powK, .divK, .idivK, .bandK, .borK, .bxorK, .shrI, .shlI, .add, .sub, .mul, .mod, .pow, .div, .idiv,
            .band, .bor, .bxor, .shl, .shr:
            set(i.a, .node(try arithmetic(opcode, i, prototype, get, state)))
            // What follows is for metamethods.
            return frame.go(pc + 2, state)
        case .mmBin, .mmBinI, .mmBinK: throw refuse("has an instruction out of its place")
        case .unm: set(i.a, .node(guarded(.negate(try value(get(i.b), state)), state.path)))
        case .bnot: set(i.a, .node(guarded(.arithmetic(.bitXor, try value(get(i.b), state), constant(.integer(-1))), state.path)))
        case .not: set(i.a, .node(negation(try condition(get(i.b), state))))
        case .len: set(i.a, try length(get(i.b), state))
        case .concat:
            let pieces = try (i.a..<i.a + i.b).map { try value(get($0), state) }
            set(i.a, .node(guarded(.concat(pieces), state.path)))
        case .close, .varargPrep, .extraArg: break
        case .jmp: return frame.go(pc + 1 + i.sJ, state)
        case .eq, .lt, .le, .eqK, .eqI, .ltI, .leI, .gtI, .geI: return try branch(&frame, state, compare(opcode, i, prototype, get, state), i.k)
        case .test: return try branch(&frame, state, condition(get(i.a), state), i.k)
        case .testSet:
            let test = try condition(get(i.b), state)
            var taken = state
            taken.registers[i.a] = get(i.b)
            let holds = whereTrue(test)
            let jumps = i.k ? holds : paths.not(holds)
            taken.path = paths.and(state.path, jumps)
            state.path = paths.and(state.path, paths.not(jumps))
            frame.go(pc + 1, taken)
            return frame.go(pc + 2, state)
        case .call: return try call(&frame, state, i, isTail: false)
        case .tailCall: return try call(&frame, state, i, isTail: true)
        case .return:
            var values = i.b == 0 ? [] : (0..<i.b - 1).map { get(i.a + $0) }
            if i.b == 0, let open = state.open { values = (i.a..<max(i.a, open.start)).map(get) + open.values }
            frame.exits.append(Exit(path: state.path, heap: state.heap, values: values))
            return
        case .return0:
            frame.exits.append(Exit(path: state.path, heap: state.heap, values: []))
            return
        case .return1:
            frame.exits.append(Exit(path: state.path, heap: state.heap, values: [get(i.a)]))
            return
        case .forPrep: return try prepareLoop(&frame, state, i)
        case .forLoop: return try continueLoop(&frame, state, i)
        case .vararg:
            if i.c == 0 {
                state.open = (i.a, frame.varargs)
            } else {
                for r in 0..<i.c - 1 { set(i.a + r, r < frame.varargs.count ? frame.varargs[r] : nilSymbol) }
            }
        case .tforPrep: return try enterIteration(&frame, state, i)
        case .tforCall: return try continueIteration(&frame, state, i)
        case .tforLoop: throw refuse("loops over what an iterator gives")
        case .closure: set(i.a, try makeFunction(frame, state, i))
        case .setUpval: throw refuse("assigns to a variable outside of it")
        case .setTabUp: throw refuse("assigns to a global")
        case .tbc: throw refuse("has a variable that is closed")
        }
        frame.go(pc + 1, state)
    }

    private mutating func constantSymbol(_ prototype: Prototype, _ index: Int) throws -> Symbol {
        guard prototype.constants.indices.contains(index) else { throw refuse("has a constant that is missing") }
        switch prototype.constants[index] {
        case .nil: return nilSymbol
        case .false: return .node(constant(.boolean(false)))
        case .true: return .node(constant(.boolean(true)))
        case .integer(let value): return .node(constant(.integer(value)))
        case .number(let bits): return .node(constant(.float(bits)))
        case .string(let bytes): return .node(constant(.string(bytes)))
        }
    }

    private func upvalue(_ function: Closure, _ index: Int) -> Symbol {
        guard function.upvalues.indices.contains(index) else { return .conflict }
        switch function.upvalues[index] {
        case .symbol(let symbol): return symbol
        case .itself: return .closure(function.number)
        }
    }

    /// A function that the code makes. The variables that it sees must keep what they hold.
    private mutating func makeFunction(_ frame: Frame, _ state: State, _ i: Instruction) throws -> Symbol {
        let outer = frame.function.prototype
        guard outer.prototypes.indices.contains(i.bx) else { throw refuse("makes a function") }
        var closure = Closure(prototype: outer.prototypes[i.bx], upvalues: [], number: closures.count)
        for upvalue in closure.prototype.upvalues {
            if !upvalue.isInStack {
                closure.upvalues.append(.symbol(self.upvalue(frame.function, upvalue.index)))
            } else if outer.isSteady(upvalue.index, at: frame.pc, ignoring: upvalue.index == i.a ? frame.pc : nil), state.registers.indices.contains(upvalue.index) {
                closure.upvalues.append(upvalue.index == i.a ? .itself : .symbol(state.registers[upvalue.index]))
            } else {
                throw refuse("makes a function that sees a variable which changes")
            }
        }
        closures.append(closure)
        return .closure(closure.number)
    }

    // MARK: Arithmetic and comparison

    private mutating func arithmetic(
        _ opcode: Opcode, _ i: Instruction, _ prototype: Prototype, _ get: (Int) -> Symbol, _ state: State
    ) throws -> Int {
        let operation: LuaOperation
        switch opcode {
        case .addI, .addK, .add: operation = .add
        case .subK, .sub: operation = .subtract
        case .mulK, .mul: operation = .multiply
        case .modK, .mod: operation = .modulo
        case .powK, .pow: operation = .power
        case .divK, .div: operation = .divide
        case .idivK, .idiv: operation = .floorDivide
        case .bandK, .band: operation = .bitAnd
        case .borK, .bor: operation = .bitOr
        case .bxorK, .bxor: operation = .bitXor
        case .shlI, .shl: operation = .shiftLeft
        default: operation = .shiftRight
        }
        let left = try value(get(i.b), state)
        switch opcode {
        case .addI, .shrI: return guarded(.arithmetic(operation, left, constant(.integer(Int64(i.sC)))), state.path)
        case .shlI: return guarded(.arithmetic(operation, constant(.integer(Int64(i.sC))), left), state.path)
        case .addK, .subK, .mulK, .modK, .powK, .divK, .idivK, .bandK, .borK, .bxorK:
            return guarded(.arithmetic(operation, left, try value(try constantSymbol(prototype, i.c), state)), state.path)
        default: return guarded(.arithmetic(operation, left, try value(get(i.c), state)), state.path)
        }
    }

    private mutating func compare(
        _ opcode: Opcode, _ i: Instruction, _ prototype: Prototype, _ get: (Int) -> Symbol, _ state: State
    ) throws -> Int {
        let immediate = constant(.integer(Int64(i.sB)))
        switch opcode {
        case .eq: return try equality(get(i.a), get(i.b), state)
        case .eqK: return try equality(get(i.a), try constantSymbol(prototype, i.b), state)
        case .eqI: return try equality(get(i.a), .node(immediate), state)
        default: break
        }
        let left = try value(get(i.a), state)
        switch opcode {
        case .ltI: return guarded(.compare(.less, left, immediate), state.path)
        case .leI: return guarded(.compare(.lessOrEqual, left, immediate), state.path)
        case .gtI: return guarded(.compare(.less, immediate, left), state.path)
        case .geI: return guarded(.compare(.lessOrEqual, immediate, left), state.path)
        default: return guarded(.compare(opcode == .lt ? .less : .lessOrEqual, left, try value(get(i.b), state)), state.path)
        }
    }

    mutating func equality(_ a: Symbol, _ b: Symbol, _ state: State) throws -> Int {
        if case .either = a { return try forEach(a, state) { try $0.equality($1, b, $2) } }
        if case .either = b { return try forEach(b, state) { try $0.equality(a, $1, $2) } }
        // Tables and functions are equal to themselves alone.
        if a == b, isReference(a) { return constant(.boolean(true)) }
        if isReference(a) || isReference(b) {
            for side in [a, b] { if case .found = side { throw refuse("compares a table") } }
            if [a, b].contains(.conflict) { throw refuse("compares what differs between ways through the code") }
            // A nested value of the record is a table of its own; so is the record.
            return constant(.boolean(false))
        }
        return guarded(.compare(.equal, try value(a, state), try value(b, state)), state.path)
    }

    private func isReference(_ symbol: Symbol) -> Bool {
        switch symbol {
        case .record, .table, .data, .function, .closure, .standard, .iterator, .environment: true
        default: false
        }
    }

    /// Goes on behind the jump, or to it, by whether the test's truth is `k`.
    private mutating func branch(_ frame: inout Frame, _ state: State, _ test: Int, _ k: Bool) {
        let holds = whereTrue(test)
        let jumps = k ? holds : paths.not(holds)
        var (taken, passed) = (state, state)
        taken.path = paths.and(state.path, jumps)
        passed.path = paths.and(state.path, paths.not(jumps))
        frame.go(frame.pc + 1, taken)
        frame.go(frame.pc + 2, passed)
    }

    // MARK: Numeric loops

    private mutating func prepareLoop(_ frame: inout Frame, _ before: State, _ i: Instruction) throws {
        var state = before
        func number(_ register: Int) -> LuaConstant? { if case .node(let node) = before.registers[register] { program.constant(node) } else { nil } }
        if let first = number(i.a), let step = number(i.a + 2), let bound = number(i.a + 1), [first, step].contains(where: { if case .float = $0 { true } else { false } }) {
            guard let at = Self.double(first), let step = Self.double(step), let last = Self.double(bound) else {
                throw refuse("loops between bounds that are no constant integers")
            }
            if step == 0 { return fail(state.path) }
            if step > 0 ? !(at <= last) : !(last <= at) { return frame.go(frame.pc + 2 + i.bx, state) }
            for (offset, value) in [at, last, step, at].enumerated() { state.registers[i.a + offset] = .node(constant(.float(value.bitPattern))) }
            return frame.go(frame.pc + 1, state)
        }
        guard case .integer(let first)? = number(i.a), case .integer(let step)? = number(i.a + 2), let bound = number(i.a + 1) else {
            return try enterCountedLoop(&frame, before, i)
        }
        let last: Int64
        switch bound {
        case .integer(let value): last = value
        case .float(let bits):
            let value = Double(bitPattern: bits)
            if value.isNaN { return frame.go(frame.pc + 2 + i.bx, state) }
            last = value >= 0x1p63 ? .max : value < -0x1p63 ? .min : Int64(step < 0 ? value.rounded(.up) : value.rounded(.down))
        default: throw refuse("loops between bounds that are no constant integers")
        }
        if step == 0 { return fail(state.path) }
        if step > 0 ? first > last : first < last { return frame.go(frame.pc + 2 + i.bx, state) }
        let rounds = (step > 0 ? UInt64(bitPattern: last &- first) / UInt64(step) : UInt64(bitPattern: first &- last) / (UInt64(bitPattern: -(step + 1)) + 1))
        if rounds >= 1000 { throw refuse("has a loop of \(rounds) rounds") }
        state.registers[i.a + 1] = .node(constant(.integer(Int64(rounds))))
        state.registers[i.a + 3] = state.registers[i.a]
        frame.go(frame.pc + 1, state)
    }

    private mutating func continueLoop(_ frame: inout Frame, _ before: State, _ i: Instruction) throws {
        var state = before
        func float(_ register: Int) -> Double? {
            if case .node(let node) = before.registers[register], case .float(let bits)? = program.constant(node) { Double(bitPattern: bits) } else { nil }
        }
        func number(_ register: Int) -> Int64? {
            if case .node(let node) = before.registers[register], case .integer(let value)? = program.constant(node) { value } else { nil }
        }
        if let at = float(i.a), let last = float(i.a + 1), let step = float(i.a + 2) {
            let next = at + step
            if step > 0 ? !(next <= last) : !(last <= next) { return frame.go(frame.pc + 1, state) }
            let symbol = Symbol.node(constant(.float(next.bitPattern)))
            state.registers[i.a] = symbol
            state.registers[i.a + 3] = symbol
            return frame.go(frame.pc + 1 - i.bx, state)
        }
        guard let left = number(i.a + 1), let step = number(i.a + 2), let at = number(i.a) else { throw refuse("has a loop whose rounds differ") }
        if left <= 0 { return frame.go(frame.pc + 1, state) }
        let next = Symbol.node(constant(.integer(at &+ step)))
        state.registers[i.a + 1] = .node(constant(.integer(left - 1)))
        state.registers[i.a] = next
        state.registers[i.a + 3] = next
        frame.go(frame.pc + 1 - i.bx, state)
    }

    private static func double(_ constant: LuaConstant) -> Double? {
        switch constant {
        case .integer(let value): Double(value)
        case .float(let bits): Double(bitPattern: bits)
        default: nil
        }
    }

    /// Leaves the rows of these ways to Lua: it raises there.
    mutating func fail(_ path: PathConditions.Set) {
        let node = program.add(.fallBack)
        guards[node] = paths.or(guards[node] ?? PathConditions.never, path)
    }

    // MARK: Calls

    private mutating func call(_ frame: inout Frame, _ before: State, _ i: Instruction, isTail: Bool) throws {
        var state = before
        func get(_ register: Int) -> Symbol { before.registers.indices.contains(register) ? before.registers[register] : .conflict }
        var arguments = i.b == 0 ? [] : (1..<max(1, i.b)).map { get(i.a + $0) }
        if i.b == 0, let open = before.open { arguments = (i.a + 1..<max(i.a + 1, open.start)).map(get) + open.values }
        if arguments.contains(.conflict) { throw refuse("passes on what differs between ways through the code") }
        state.open = nil
        let isOpen = i.c == 0 || isTail
        // What the row function returns beyond the first result does not count.
        guard let results = try invoke(get(i.a), arguments, &state, isOpen: isOpen && !(isTail && frame.depth == 0), depth: frame.depth) else { return }
        if isTail {
            frame.exits.append(Exit(path: state.path, heap: state.heap, values: results))
        } else if i.c == 0 {
            state.open = (i.a, results)
            frame.go(frame.pc + 1, state)
        } else {
            for r in 0..<i.c - 1 where i.a + r < state.registers.count { state.registers[i.a + r] = r < results.count ? results[r] : nilSymbol }
            frame.go(frame.pc + 1, state)
        }
    }

    /// Calls a function; afterwards the state is that of the ways on which it returns.
    ///
    /// - Parameter isOpen: whether the number of results counts.
    /// - Returns: the results; nil when every way raises.
    private mutating func invoke(
        _ function: Symbol, _ arguments: [Symbol], _ state: inout State, isOpen: Bool, depth: Int
    ) throws -> [Symbol]? {
        let here = line
        let exits: [Exit]
        switch settled(function, state) {
        case .function(let number): exits = try run(number, arguments, path: state.path, heap: state.heap, depth: depth + 1)
        case .closure(let number): exits = try run(closures[number], arguments, path: state.path, heap: state.heap, depth: depth + 1)
        case .standard(["pcall"]):
            guard let called = arguments.first else { throw refuse("calls 'pcall'") }
            // Rows that raise inside are left to Lua as any other; for the rest it is a call.
            guard let results = try invoke(called, Array(arguments.dropFirst()), &state, isOpen: isOpen, depth: depth) else { return nil }
            return [.node(constant(.boolean(true)))] + results
        case .standard(let path): return try callLibrary(path, arguments, &state)
        case .either, .conflict: throw refuse("calls what differs between ways through the code")
        default: throw refuse("calls a value that is not known to be a function")
        }
        line = here
        // Every way ended in an error.
        if exits.isEmpty { return nil }
        state.path = exits.dropFirst().reduce(exits[0].path) { paths.or($0, $1.path) }
        state.heap = joinHeaps(exits.map { ($0.path, $0.heap) })
        let most = exits.map(\.values.count).max() ?? 0
        if isOpen, exits.contains(where: { $0.values.count != most }) { throw refuse("calls a function whose number of results differs") }
        return (0..<most).map { r in joinSymbols(exits.map { ($0.path, r < $0.values.count ? $0.values[r] : nilSymbol) }) }
    }
}
