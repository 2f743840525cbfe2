/// What the code of a function does, found by running it on abstract values.
///
/// Every instruction gets a state: what each register may hold when control comes to it. The states start empty, the first one with the
/// parameters; an instruction's effect flows to its successors and joins what is there, until nothing changes. Joins only ever lose knowledge, of
/// which there is a fixed amount, so this ends. What the code reads, changes, calls and returns is then read off the final states, in the
/// order of the code.
///
/// Where the analysis does not know, it assumes the worst: a table that it cannot prove to be the function's own is somebody else's.
struct FunctionAnalysis {
    /// What the analysis finds in a function and the functions inside it.
    struct Findings {
        var impurity: (reason: String, line: Int)?
        var fieldsRead: Set<String> = []
        var readsAnyField = false
        var recordEscapes = false
        var isBounded = true
        /// Globals that must be there: names, and `library.name` for fields of libraries.
        var globals: Set<String> = []

        mutating func note(_ reason: String, line: Int) {
            if impurity == nil { impurity = (reason, line) }
        }
    }

    /// What an upvalue is, seen from the function that has it.
    enum Outside {
        /// One of the analysed function's own upvalues.
        case upvalue(Int)
        /// A register of an enclosing function in the same call.
        case local(AbstractValue)
    }

    let prototype: Prototype
    private let outside: [Outside]
    /// What the root function's upvalues hold.
    private let held: [AbstractValue]
    private let names: [String]
    /// Registers that a function inside assigns to: nothing is known of them.
    private let shared: Set<Int>
    private var states: [[AbstractValue]?]
    private(set) var findings = Findings()

    /// Analyses a function.
    ///
    /// - Parameters:
    ///   - parameter: what the first parameter is: `.record` for a row function.
    ///   - held: what its upvalues hold, as values of their own (`.environment`, `.global`, `.plain`) or `.upvalue`.
    init(_ prototype: Prototype, parameter: AbstractValue, held: [AbstractValue]) {
        self.init(
            prototype, parameter: parameter, outside: prototype.upvalues.indices.map { .upvalue($0) }, held: held, names: prototype.upvalues.map(\.name))
    }

    private init(_ prototype: Prototype, parameter: AbstractValue, outside: [Outside], held: [AbstractValue], names: [String]) {
        self.prototype = prototype
        self.outside = outside
        self.held = held
        self.names = names
        shared = Self.assignedInside(prototype)
        states = Array(repeating: nil, count: prototype.code.count)
        run(parameter)
        collect()
    }

    // MARK: Fixpoint

    private mutating func run(_ parameter: AbstractValue) {
        if prototype.code.isEmpty { return }
        var entry = [AbstractValue](repeating: .none, count: prototype.stackSize + 1)
        for i in 0..<min(prototype.parameterCount, entry.count) { entry[i] = i == 0 ? parameter : .unknown }
        for register in shared where register < entry.count { entry[register] = .unknown }
        if parameter == .record, prototype.parameterCount == 0 || shared.contains(0) {
            // It comes in through `...`, or is assigned to behind our back.
            findings.recordEscapes = true
            findings.readsAnyField = true
        }
        states[0] = entry
        var pending = [0]
        while let pc = pending.popLast() {
            guard let state = states[pc] else { continue }
            let after = effect(pc, state)
            for next in successors(pc) where states.indices.contains(next) {
                guard let known = states[next] else {
                    states[next] = after
                    pending.append(next)
                    continue
                }
                let joined = zip(known, after).map { $0.joined($1) }
                if joined != known {
                    states[next] = joined
                    pending.append(next)
                }
            }
        }
    }

    private func successors(_ pc: Int) -> [Int] { Self.successors(of: prototype, pc) }

    /// The instructions that may follow one.
    static func successors(of prototype: Prototype, _ pc: Int) -> [Int] {
        let i = prototype.code[pc]
        guard let opcode = i.opcode else { return [] }
        switch opcode {
        case .return, .return0, .return1, .tailCall: return opcode == .tailCall ? [pc + 1] : []
        case .jmp: return [pc + 1 + i.sJ]
        case .lFalseSkip, .loadKX: return [pc + 2]
        case .forLoop: return [pc + 1, pc + 1 - i.bx]
        case .forPrep: return [pc + 1, pc + 2 + i.bx]
        case .tforPrep: return [pc + 1 + i.bx]
        case .tforLoop: return [pc + 1, pc + 1 - i.bx]
        default: return opcode.isTest ? [pc + 1, pc + 2] : [pc + 1]
        }
    }

    /// Whether control can go backwards from here.
    private func loops(_ pc: Int) -> Bool { successors(pc).contains { $0 <= pc } }

    /// Registers that functions inside `prototype` assign to.
    static func assignedInside(_ prototype: Prototype) -> Set<Int> {
        var result = Set<Int>()
        for inner in prototype.prototypes {
            let viaInner = assignedUpvalues(inner)
            for index in viaInner where index < inner.upvalues.count && inner.upvalues[index].isInStack { result.insert(inner.upvalues[index].index) }
        }
        return result
    }

    /// Upvalues that a function or one inside it assigns to.
    private static func assignedUpvalues(_ prototype: Prototype) -> Set<Int> {
        var result = Set(prototype.code.lazy.filter { $0.opcode == .setUpval }.map(\.b))
        for inner in prototype.prototypes {
            for index in assignedUpvalues(inner) where index < inner.upvalues.count && !inner.upvalues[index].isInStack {
                result.insert(inner.upvalues[index].index)
            }
        }
        return result
    }

    // MARK: Values

    private func value(ofUpvalue index: Int) -> AbstractValue {
        guard outside.indices.contains(index) else { return .unknown }
        switch outside[index] {
        case .local(let value): return value
        case .upvalue(let root): return held.indices.contains(root) ? held[root] : .unknown
        }
    }

    private func text(_ constant: Int) -> String? { prototype.name(constant) }

    /// What reading a name from a value gives.
    private func field(_ name: String, of value: AbstractValue) -> AbstractValue {
        switch value {
        case .record: .input([name])
        case .input(let path): path.map { $0.count < 8 ? .input($0 + [name]) : .input(nil) } ?? .input(nil)
        case .environment: StandardLibrary.kind([name]) == .constant ? .plain : .global([name])
        case .global(let path): StandardLibrary.kind(path + [name]) == .constant ? .plain : .global(path + [name])
        case .upvalue(let index, let path): path.count < 8 ? .upvalue(index, path + [name]) : .unknown
        default: .unknown
        }
    }

    /// What reading an unknown key from a value gives.
    private func element(of value: AbstractValue) -> AbstractValue {
        switch value {
        case .record, .input: .input(nil)
        default: .unknown
        }
    }

    private func constant(_ index: Int) -> AbstractValue { text(index).map { .text($0) } ?? .plain }

    /// The registers after an instruction.
    private func effect(_ pc: Int, _ before: [AbstractValue]) -> [AbstractValue] {
        let i = prototype.code[pc]
        var state = before
        func get(_ register: Int) -> AbstractValue { before.indices.contains(register) ? before[register] : .unknown }
        func set(_ register: Int, _ value: AbstractValue) {
            if state.indices.contains(register) { state[register] = shared.contains(register) ? .unknown : value }
        }
        func forget(from register: Int) { for r in stride(from: register, to: state.count, by: 1) { set(r, .unknown) } }
        guard let opcode = i.opcode else { return state.map { _ in .unknown } }
        switch opcode {
        case .move: set(i.a, get(i.b))
        case .loadI, .loadF, .loadFalse, .lFalseSkip, .loadTrue: set(i.a, .plain)
        case .loadK: set(i.a, constant(i.bx))
        case .loadKX: set(i.a, prototype.code.indices.contains(pc + 1) ? constant(prototype.code[pc + 1].ax) : .plain)
        case .loadNil: for r in i.a...(i.a + i.b) { set(r, .plain) }
        case .getUpval: set(i.a, value(ofUpvalue: i.b))
        case .getTabUp: set(i.a, text(i.c).map { field($0, of: value(ofUpvalue: i.b)) } ?? element(of: value(ofUpvalue: i.b)))
        case .getTable:
            if case .text(let name) = get(i.c) { set(i.a, field(name, of: get(i.b))) } else { set(i.a, element(of: get(i.b))) }
        case .getI: set(i.a, element(of: get(i.b)))
        case .getField: set(i.a, text(i.c).map { field($0, of: get(i.b)) } ?? element(of: get(i.b)))
        case .newTable: set(i.a, .table(pc))
        case .self:
            let object = get(i.b)
            let name = i.k ? text(i.c) : { if case .text(let name) = get(i.c) { name } else { nil } }()
            set(i.a + 1, object)
            set(i.a, method(name, of: object))
        case .addI, .addK, .subK, .mulK, .modK, .powK, .divK, .idivK, .bandK, .borK, .bxorK, .shrI, .shlI, .add, .sub, .mul, .mod, .pow, .div, .idiv,
            .band, .bor, .bxor, .shl, .shr, .unm, .bnot:
            // Decimals and dates come out as such: values without identity all the same.
            set(i.a, .plain)
        case .not: set(i.a, .plain)
        case .len, .concat: set(i.a, .plain)
        case .testSet: set(i.a, get(i.b).joined(get(i.a)))
        case .call: call(i, before, &state)
        case .tailCall: forget(from: i.a)
        case .forLoop, .forPrep: for r in i.a...(i.a + 3) { set(r, .plain) }
        case .tforCall: forget(from: i.a + 4)
        case .tforLoop: set(i.a + 2, get(i.a + 4))
        case .closure: set(i.a, .closure(i.bx))
        case .vararg: forget(from: i.a)
        case .mmBin, .mmBinI, .mmBinK:
            // A metamethod's result replaces what the operation before would have given; it is as plain as our own values' are.
            break
        default: break
        }
        return state
    }

    private func method(_ name: String?, of object: AbstractValue) -> AbstractValue {
        guard let name else { return .unknown }
        switch object {
        case .plain, .text, .input: return StandardLibrary.stringMethods.contains(name) ? .method(name) : .unknown
        default: return field(name, of: object)
        }
    }

    /// The registers after a call: its results, and nothing known behind them.
    private func call(_ i: Instruction, _ before: [AbstractValue], _ state: inout [AbstractValue]) {
        let callee = before.indices.contains(i.a) ? before[i.a] : .unknown
        let first = i.b == 1 ? nil : before.indices.contains(i.a + 1) ? before[i.a + 1] : nil
        var results: [AbstractValue] = []
        if let path = callee.path, StandardLibrary.kind(path) != nil {
            if StandardLibrary.givesPlainValues(path) {
                results = Array(repeating: .plain, count: max(0, state.count - i.a))
            } else if path == ["assert"] || path == ["setmetatable"] || path == ["rawset"] {
                results = [first ?? .unknown]
            } else if path == ["pairs"], let first {
                // The record itself comes back as the state of the iteration.
                results = [.global(["next"]), first == .record ? .record : .unknown, .plain]
            }
        }
        let last = i.c == 0 ? state.count : min(state.count, i.a + i.c - 1)
        for r in stride(from: i.a, to: state.count, by: 1) {
            let known = r < last && r - i.a < results.count ? results[r - i.a] : .unknown
            state[r] = shared.contains(r) ? .unknown : known
        }
    }

    // MARK: Findings

    private mutating func collect() {
        for pc in prototype.code.indices {
            guard let state = states[pc] else { continue }
            if loops(pc) { findings.isBounded = false }
            inspect(pc, state)
        }
    }

    private func register(_ index: Int, _ state: [AbstractValue]) -> AbstractValue { state.indices.contains(index) ? state[index] : .unknown }

    private mutating func inspect(_ pc: Int, _ state: [AbstractValue]) {
        let i = prototype.code[pc]
        let line = prototype.line(pc)
        guard let opcode = i.opcode else { return findings.note("has an instruction that is not known", line: line) }
        switch opcode {
        case .getUpval: use(value(ofUpvalue: i.b), line: line, asValue: false)
        case .setUpval:
            switch outside.indices.contains(i.b) ? outside[i.b] : .upvalue(i.b) {
            case .upvalue(let root): findings.note("writes the variable '\(name(root))' outside of it", line: line)
            case .local: hold(register(i.a, state), line: line)
            }
        case .getTabUp:
            read(value(ofUpvalue: i.b), text(i.c), line: line)
        case .getField: read(register(i.b, state), text(i.c), line: line)
        case .self: read(register(i.b, state), i.k ? text(i.c) : nil, line: line, asMethod: true)
        case .getTable:
            if case .text(let name) = register(i.c, state) { read(register(i.b, state), name, line: line) } else { read(register(i.b, state), nil, line: line) }
            release(register(i.c, state), line: line)
        case .getI: read(register(i.b, state), nil, line: line)
        case .setTabUp:
            store(into: value(ofUpvalue: i.b), i.k ? .plain : register(i.c, state), named: text(i.a), line: line)
        case .setField: store(into: register(i.a, state), i.k ? .plain : register(i.c, state), named: text(i.b), line: line)
        case .setTable:
            var name: String?
            if case .text(let key) = register(i.b, state) { name = key }
            store(into: register(i.a, state), i.k ? .plain : register(i.c, state), named: name, line: line)
            hold(register(i.b, state), line: line)
        case .setI: store(into: register(i.a, state), i.k ? .plain : register(i.c, state), named: nil, line: line)
        case .setList:
            let count = i.b == 0 ? state.count - i.a - 1 : i.b
            for r in 0..<max(0, count) { hold(register(i.a + 1 + r, state), line: line) }
        case .call, .tailCall: inspectCall(i, state, line: line)
        case .closure: inspectClosure(i.bx, state, pc: pc, line: line)
        case .tforCall:
            findings.isBounded = false
            let iterator = register(i.a, state)
            if let path = iterator.path, StandardLibrary.leavesArgumentsAlone(path) {
                if register(i.a + 1, state) == .record { findings.readsAnyField = true }
            } else {
                hold(register(i.a + 1, state), line: line)
                hold(register(i.a + 2, state), line: line)
            }
        case .return, .return1:
            let count = opcode == .return1 ? 1 : i.b == 0 ? state.count - i.a : i.b - 1
            for r in 0..<max(0, count) {
                let value = register(i.a + r, state)
                if value != .record { hold(value, line: line) }
            }
        default: break
        }
    }

    private func name(_ upvalue: Int) -> String { names.indices.contains(upvalue) ? names[upvalue] : "?" }

    /// Notes the use of a global or a library.
    private mutating func use(_ value: AbstractValue, line: Int, asValue: Bool) {
        if value == .environment, asValue { return findings.note("uses the table of all globals", line: line) }
        if value == .changer, asValue { return findings.note("hands on a function that changes its arguments", line: line) }
        guard case .global(let path) = value else { return }
        let spelled = path.joined(separator: ".")
        switch StandardLibrary.kind(path) {
        case .impure: findings.note(path == ["print"] ? "prints" : "uses '\(spelled)'", line: line)
        case .library where asValue: findings.note("uses the library '\(spelled)' as a value", line: line)
        case .changesArgument where asValue: findings.note("hands on the function '\(spelled)'", line: line)
        default: break
        }
        // A global of the user's moves with all its fields; a field of a library by itself.
        if path.count == 1 || StandardLibrary.kind([path[0]]) != .library { findings.globals.insert(path[0]) }
        else { findings.globals.insert(path.prefix(2).joined(separator: ".")) }
    }

    /// Notes that a value is read as part of something else than a call or an index: what is unknown about it from now on.
    private mutating func release(_ value: AbstractValue, line: Int) { use(value, line: line, asValue: true) }

    /// Notes that a value is put where it can be found later.
    private mutating func hold(_ value: AbstractValue, line: Int) {
        if value == .record {
            findings.recordEscapes = true
            findings.readsAnyField = true
        }
        release(value, line: line)
    }

    private mutating func read(_ object: AbstractValue, _ name: String?, line: Int, asMethod: Bool = false) {
        switch object {
        case .record:
            if let name { findings.fieldsRead.insert(name) } else { findings.readsAnyField = true }
        case .environment:
            if let name { use(.global([name]), line: line, asValue: false) } else { findings.note("uses the table of all globals", line: line) }
        case .global(let path):
            if let name { use(.global(path + [name]), line: line, asValue: false) } else { release(object, line: line) }
        default: break
        }
        // A method of a string that Lua does not have is one that the script gave to all strings; it may have replaced Lua's own too.
        if asMethod, let name, StandardLibrary.stringMethods.contains(name) || !StandardLibrary.valueMethods.contains(name) {
            findings.globals.insert("string.\(name)")
        }
    }

    private mutating func store(into target: AbstractValue, _ value: AbstractValue, named key: String?, line: Int) {
        hold(value, line: line)
        switch target {
        case _ where target.isOwn: break
        case .environment: findings.note(key.map { "writes the global '\($0)'" } ?? "writes a global", line: line)
        case .global(let path): findings.note("writes into '\(path.joined(separator: "."))'", line: line)
        case .upvalue(let root, let path): findings.note("writes into '\(([name(root)] + path).joined(separator: "."))'", line: line)
        default: findings.note("writes into a table that others may see", line: line)
        }
    }

    private mutating func inspectCall(_ i: Instruction, _ state: [AbstractValue], line: Int) {
        let callee = register(i.a, state)
        let count = i.b == 0 ? state.count - i.a - 1 : i.b - 1
        let arguments = (0..<max(0, count)).map { register(i.a + 1 + $0, state) }
        let path = callee.path
        let kind = path.flatMap { StandardLibrary.kind($0) }
        use(callee, line: line, asValue: false)
        if kind == nil || kind == .library || StandardLibrary.callsArguments(path ?? []) && arguments.contains(where: { !isPlainArgument($0) }) {
            findings.isBounded = false
        }
        if callee == .changer, arguments.contains(where: { !$0.isOwn && !isPlainArgument($0) }) {
            findings.note("calls a function that changes its arguments on a table that others may see", line: line)
        }
        if kind == .changesArgument, let path {
            // Metamethods are calls that the code does not show.
            if path == ["setmetatable"] { findings.isBounded = false }
            let target = path == ["table", "move"] && arguments.count > 4 ? arguments[4] : arguments.first ?? .unknown
            if !target.isOwn { findings.note("calls '\(path.joined(separator: "."))' on a table that others may see", line: line) }
        }
        for argument in arguments {
            if argument == .record, let path, StandardLibrary.leavesArgumentsAlone(path) {
                if path != ["type"] { findings.readsAnyField = true }
            } else {
                hold(argument, line: line)
            }
        }
    }

    /// Whether an argument is surely no function.
    private func isPlainArgument(_ value: AbstractValue) -> Bool {
        switch value {
        case .plain, .text, .input, .record, .none: true
        default: false
        }
    }

    private mutating func inspectClosure(_ index: Int, _ state: [AbstractValue], pc: Int, line: Int) {
        guard prototype.prototypes.indices.contains(index) else { return }
        let inner = prototype.prototypes[index]
        let upvalues = inner.upvalues.map { upvalue -> Outside in
            if !upvalue.isInStack { return outside.indices.contains(upvalue.index) ? outside[upvalue.index] : .local(.unknown) }
            let value = register(upvalue.index, state)
            switch value {
            case .table where !shared.contains(upvalue.index) && prototype.isSteady(upvalue.index, at: pc): return .local(.outerTable)
            case .outerTable: return .local(.outerTable)
            default: return .local(.unknown)
            }
        }
        for upvalue in inner.upvalues where upvalue.isInStack { hold(register(upvalue.index, state), line: line) }
        let analysis = FunctionAnalysis(inner, parameter: .unknown, outside: upvalues, held: held, names: names)
        let found = analysis.findings
        if let impurity = found.impurity { findings.note(impurity.reason, line: impurity.line) }
        findings.globals.formUnion(found.globals)
        if !found.isBounded { findings.isBounded = false }
        if found.recordEscapes { findings.recordEscapes = true }
    }

    // MARK: Results

    /// Whether the function may return the record itself.
    var returnsRecord: Bool {
        findings.recordEscapes
            || returns.contains { $0.value == .record }
    }

    /// First results of all returns, in the order of the code.
    private var returns: [(pc: Int, value: AbstractValue)] {
        prototype.code.indices.compactMap { pc in
            guard let state = states[pc] else { return nil }
            let i = prototype.code[pc]
            switch i.opcode {
            case .return1: return (pc, register(i.a, state))
            case .return where i.b != 1: return (pc, register(i.a, state))
            default: return nil
            }
        }
    }

    /// What the code shows of the uses of the record and of the tables that are returned.
    var recordUse: RecordUse {
        RecordUse(prototype, returns: returns) { pc, register in states[pc].map { self.register(register, $0) } ?? .none }
    }

    /// The fields of the tables it returns, in the order in which the code names them.
    var shape: RecordShape {
        var shape = RecordShape.unknown
        for (_, value) in returns {
            if case .table(let made) = value { shape = shape.merging(self.shape(ofTable: made, depth: 0)) }
        }
        return shape
    }

    private func shape(of value: AbstractValue, depth: Int) -> RecordShape {
        switch value {
        case .table(let made): depth < 20 ? shape(ofTable: made, depth: depth + 1) : .unknown
        case .input(let path?): .input(path)
        default: .unknown
        }
    }

    private func shape(ofTable made: Int, depth: Int) -> RecordShape {
        var members: [RecordShape.Member] = []
        var item = RecordShape.unknown
        for pc in prototype.code.indices {
            guard let state = states[pc] else { continue }
            let i = prototype.code[pc]
            switch i.opcode {
            case .setField where register(i.a, state) == .table(made):
                guard let name = text(i.b) else { continue }
                let shape = i.k ? RecordShape.unknown : self.shape(of: register(i.c, state), depth: depth)
                if let known = members.firstIndex(where: { $0.name == name }) {
                    members[known] = RecordShape.Member(name, members[known].shape.merging(shape))
                } else {
                    members.append(RecordShape.Member(name, shape))
                }
            case .setTable where register(i.a, state) == .table(made), .setI where register(i.a, state) == .table(made):
                if !i.k { item = item.merging(shape(of: register(i.c, state), depth: depth)) }
            case .setList where register(i.a, state) == .table(made):
                let count = i.b == 0 ? 0 : i.b
                for r in 0..<count { item = item.merging(shape(of: register(i.a + 1 + r, state), depth: depth)) }
            default: continue
            }
        }
        if !members.isEmpty { return .fields(members) }
        return item == .unknown ? .unknown : .array(item)
    }
}

extension RecordShape {
    /// The names of both, this one's first.
    func merging(_ other: RecordShape) -> RecordShape {
        switch (self, other) {
        case (.unknown, _): return other
        case (.fields(var members), .fields(let more)):
            for member in more {
                if let known = members.firstIndex(where: { $0.name == member.name }) {
                    members[known] = Member(member.name, members[known].shape.merging(member.shape))
                } else {
                    members.append(member)
                }
            }
            return .fields(members)
        case (.array(let a), .array(let b)): return .array(a.merging(b))
        default: return self
        }
    }
}

extension Prototype {
    /// Whether a local variable's register keeps what it holds at `pc` for as long as the variable lives.
    func isSteady(_ register: Int, at pc: Int, ignoring ignored: Int? = nil) -> Bool {
        // The variables alive at an instruction lie in registers 0, 1, 2 ... in the order of their declaration.
        let alive = locals.filter { $0.startPC <= pc + 1 && pc < $0.endPC }
        guard alive.indices.contains(register) else { return false }
        let local = alive[register]
        let scope = code.indices.clamped(to: local.startPC..<max(local.startPC, local.endPC))
        return !scope.contains { at in
            if at == ignored { return false }
            let i = code[at]
            guard let opcode = i.opcode else { return true }
            switch opcode {
            case .loadNil: return (i.a...(i.a + i.b)).contains(register)
            case .call, .vararg, .tforCall, .forLoop, .forPrep, .self: return i.a <= register
            default: return opcode.writesA && i.a == register
            }
        }
    }
}
