/// What the code of a script says before it runs: the globals that it names, and the functions that it hands to frames.
///
/// Found by running each function of the script on abstract values, as `FunctionAnalysis` does for row functions, but to another end: which
/// values meet in a call. Where ways join, what differs is unknown.
struct ScriptOutline {
    /// What is known of a value.
    indirect enum Known: Hashable, Sendable {
        /// Nothing was put here yet.
        case none
        case unknown
        case constant(Prototype.Constant)
        /// The table that an instruction makes.
        case table(Int)
        /// A function of the script, by its place in the tree of prototypes, and what it closes over.
        case function([Int], [Known])
        case environment
        /// A global, or a field of one: a path of names.
        case global([String])
        /// What a method call finds under a name in a value that is not known.
        case method(String)

        func joined(_ other: Known) -> Known { self == other || other == .none ? self : self == .none ? other : .unknown }
    }

    struct GlobalUse: Hashable, Sendable {
        let name: String
        let line: Int
    }

    /// A function over records.
    struct RowFunctionUse: Sendable {
        /// What takes it: `Filter`, `Map`, `F.udf`.
        let taker: String
        let prototype: Prototype
        /// What its upvalues hold, as far as the code tells.
        let held: [Known]
        let line: Int
    }

    private(set) var globalsRead: [GlobalUse] = []
    private(set) var globalsWritten: Set<String> = []
    private(set) var rowFunctions: [RowFunctionUse] = []
    /// The modules that `require` is called with, those of Glue and Spark apart.
    private(set) var modules: [String] = []
    /// Whether texts are run that cannot be told from this one.
    private(set) var loadsTexts = false
    private let root: Prototype

    init(_ main: Prototype) {
        root = main
        var held = main.upvalues.map { _ in Known.unknown }
        if !held.isEmpty { held[0] = .environment }
        outline([], held)
        var seen = Set<[Int]>()
        rowFunctions = rowFunctions.filter { seen.insert([$0.line, $0.prototype.lineDefined, $0.prototype.code.count]).inserted }
    }

    /// The prototype at a place in the tree.
    func prototype(_ place: [Int]) -> Prototype { place.reduce(root) { $0.prototypes[$1] } }

    // MARK: Walking

    private mutating func outline(_ place: [Int], _ held: [Known]) {
        var walk = OutlineWalk(prototype(place), place, held)
        walk.run()
        for pc in walk.prototype.code.indices { note(pc, walk) }
        for (inner, captured) in walk.closures.sorted(by: { $0.key < $1.key }) { outline(place + [inner], captured) }
    }

    private mutating func note(_ pc: Int, _ walk: OutlineWalk) {
        guard let state = walk.states[pc] else { return }
        let i = walk.prototype.code[pc]
        let line = walk.prototype.line(pc)
        func register(_ r: Int) -> Known { state.indices.contains(r) ? state[r] : .unknown }
        switch i.opcode {
        case .getTabUp where walk.held.indices.contains(i.b) && walk.held[i.b] == .environment:
            if let name = walk.prototype.name(i.c) { globalsRead.append(GlobalUse(name: name, line: line)) }
        case .setTabUp where walk.held.indices.contains(i.a) && walk.held[i.a] == .environment:
            if let name = walk.prototype.name(i.b) { globalsWritten.insert(name) }
        case .call, .tailCall:
            let count = i.b == 0 ? max(0, state.count - i.a - 1) : i.b - 1
            noteCall(register(i.a), (0..<count).map { register(i.a + 1 + $0) }, walk, line)
        default: break
        }
    }

    private mutating func noteCall(_ callee: Known, _ arguments: [Known], _ walk: OutlineWalk, _ line: Int) {
        switch callee {
        case .global(["require"]):
            guard case .constant(.string(let bytes))? = arguments.first else {
                loadsTexts = true
                return
            }
            let name = String(decoding: bytes, as: UTF8.self)
            if !["awsglue", "pyspark", "mastic"].contains(where: { name == $0 || name.hasPrefix($0 + ".") }) { modules.append(name) }
        case .global(["dofile"]), .global(["load"]), .global(["loadfile"]): loadsTexts = true
        default: break
        }
        guard let taker = Self.taker(of: callee) else { return }
        var candidates = arguments
        for case .table(let made) in arguments {
            if let field = walk.fields[made]?["f"] { candidates.append(field) }
        }
        for case .function(let place, let held) in candidates {
            let found = prototype(place)
            guard found.parameterCount > 0 || found.isVararg else { continue }
            rowFunctions.append(RowFunctionUse(taker: taker, prototype: found, held: held, line: line))
        }
    }

    /// Which transform a call is, if it takes a function over records.
    private static func taker(of callee: Known) -> String? {
        switch callee {
        case .global(let path) where path.count == 2 && path[1] == "apply" && ["Filter", "Map"].contains(path[0]): path[0]
        case .global(["F", "udf"]): "F.udf"
        case .global(let path) where path.count > 1 && path.last! == "filter": "Filter"
        case .global(let path) where path.count > 1 && path.last! == "map": "Map"
        case .method("filter"): "Filter"
        case .method("map"): "Map"
        default: nil
        }
    }
}

/// One function of the script, run on abstract values.
private struct OutlineWalk {
    let prototype: Prototype
    let place: [Int]
    let held: [ScriptOutline.Known]
    private(set) var states: [[ScriptOutline.Known]?]
    /// The fields of the tables made here, by the instruction that makes them.
    private(set) var fields: [Int: [String: ScriptOutline.Known]] = [:]
    /// What the functions made here close over.
    private(set) var closures: [Int: [ScriptOutline.Known]] = [:]
    /// Registers that a function inside assigns to.
    private let shared: Set<Int>

    init(_ prototype: Prototype, _ place: [Int], _ held: [ScriptOutline.Known]) {
        (self.prototype, self.place, self.held) = (prototype, place, held)
        states = Array(repeating: nil, count: prototype.code.count)
        shared = FunctionAnalysis.assignedInside(prototype)
    }

    mutating func run() {
        if prototype.code.isEmpty { return }
        states[0] = (0...prototype.stackSize).map { $0 < prototype.parameterCount || shared.contains($0) ? .unknown : .none }
        var pending = [0]
        while let pc = pending.popLast() {
            guard let state = states[pc] else { continue }
            let after = effect(pc, state)
            for next in FunctionAnalysis.successors(of: prototype, pc) where states.indices.contains(next) {
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

    private func field(_ name: String?, of value: ScriptOutline.Known) -> ScriptOutline.Known {
        guard let name else { return .unknown }
        switch value {
        case .environment: return .global([name])
        case .global(let path): return path.count < 6 ? .global(path + [name]) : .unknown
        case .table(let made): return fields[made]?[name] ?? .unknown
        default: return .unknown
        }
    }

    private mutating func effect(_ pc: Int, _ before: [ScriptOutline.Known]) -> [ScriptOutline.Known] {
        let i = prototype.code[pc]
        var state = before
        func get(_ register: Int) -> ScriptOutline.Known { before.indices.contains(register) ? before[register] : .unknown }
        func set(_ register: Int, _ value: ScriptOutline.Known) {
            if state.indices.contains(register) { state[register] = shared.contains(register) ? .unknown : value }
        }
        func constant(_ index: Int) -> ScriptOutline.Known { prototype.constants.indices.contains(index) ? .constant(prototype.constants[index]) : .unknown }
        func name(of register: Int) -> String? {
            if case .constant(.string(let bytes)) = get(register) { return String(decoding: bytes, as: UTF8.self) }
            return nil
        }
        guard let opcode = i.opcode else { return state.map { _ in .unknown } }
        switch opcode {
        case .move: set(i.a, get(i.b))
        case .loadI: set(i.a, .constant(.integer(Int64(i.sBx))))
        case .loadF: set(i.a, .constant(.number(Double(i.sBx).bitPattern)))
        case .loadK: set(i.a, constant(i.bx))
        case .loadFalse, .lFalseSkip: set(i.a, .constant(.false))
        case .loadTrue: set(i.a, .constant(.true))
        case .loadNil: for r in i.a...(i.a + i.b) { set(r, .constant(.nil)) }
        case .getUpval: set(i.a, held.indices.contains(i.b) ? held[i.b] : .unknown)
        case .getTabUp: set(i.a, field(prototype.name(i.c), of: held.indices.contains(i.b) ? held[i.b] : .unknown))
        case .getField: set(i.a, field(prototype.name(i.c), of: get(i.b)))
        case .getTable: set(i.a, field(name(of: i.c), of: get(i.b)))
        case .newTable: set(i.a, .table(pc))
        case .setField:
            if case .table(let made) = get(i.a), let name = prototype.name(i.b) {
                let value = i.k ? constant(i.c) : get(i.c)
                fields[made, default: [:]][name] = (fields[made]?[name] ?? .none).joined(value)
            }
        case .self:
            let object = get(i.b)
            let method = i.k ? prototype.name(i.c) : name(of: i.c)
            set(i.a + 1, object)
            if case .global = object { set(i.a, field(method, of: object)) } else { set(i.a, method.map { .method($0) } ?? .unknown) }
        case .closure:
            guard prototype.prototypes.indices.contains(i.bx) else { break }
            let captured = prototype.prototypes[i.bx].upvalues.map { upvalue -> ScriptOutline.Known in
                if upvalue.isInStack { return shared.contains(upvalue.index) ? .unknown : get(upvalue.index) }
                return held.indices.contains(upvalue.index) ? held[upvalue.index] : .unknown
            }
            closures[i.bx] = captured
            set(i.a, .function(place + [i.bx], captured))
        case .call, .tailCall, .vararg: for r in stride(from: i.a, to: state.count, by: 1) { set(r, .unknown) }
        case .tforCall: for r in stride(from: i.a + 4, to: state.count, by: 1) { set(r, .unknown) }
        case .forPrep, .forLoop: for r in i.a...(i.a + 3) { set(r, .unknown) }
        default: if opcode.writesA { set(i.a, .unknown) }
        }
        return state
    }
}
