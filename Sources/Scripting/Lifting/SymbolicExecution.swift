internal import Columnar

/// Why a function is not lifted, and the line that says so.
package struct LiftRefusal: Error, Equatable {
    package let reason: String
    /// 0 when unknown.
    package let line: Int
}

/// Runs a function's bytecode on symbols and writes down what it computes as a graph of values.
///
/// Instructions are taken in the order of the code, which joins the ways that meet before going on: registers that differ become choices by the
/// conditions that led there. Branches on constants are taken at once, so loops with constant bounds unroll. What the code does with tables of its
/// own happens here and now; what is left are the values it returns, and the nodes that may raise (`guards`), each with the ways on which the
/// code computes them.
struct SymbolicExecution {
    /// What a register holds.
    enum Symbol: Hashable {
        /// A plain value: a node of the program.
        case node(Int)
        case record
        /// A table that the code made.
        case table(Int)
        /// A table that the function closes over.
        case data(Int)
        /// What such a table has under a computed key, and then under constant ones.
        case found(table: Int, key: Int, path: [LuaConstant])
        case function(Int)
        /// A function that the code made.
        case closure(Int)
        case standard([String])
        /// What `ipairs` or `pairs` gives for something.
        indirect case iterator(Symbol, ofPairs: Bool)
        case environment
        case opaque
        /// Different kinds of things on the ways that met here, each with its ways: which of them it is is asked where it is used.
        case either([Option])
        /// More different things on the ways that met here than are kept apart.
        case conflict
    }

    struct Option: Hashable {
        let path: PathConditions.Set
        let symbol: Symbol
    }

    /// A function, and what its upvalues hold for as long as it lives.
    struct Closure {
        enum Upvalue {
            case symbol(Symbol)
            /// The function itself.
            case itself
        }

        let prototype: Prototype
        var upvalues: [Upvalue]
        /// Its number, if the code made it.
        var number = 0
    }

    struct Heap {
        var tables: [Int: [LuaConstant: Symbol]] = [:]
        /// What the record's fields were assigned.
        var assigned: [String: Int] = [:]
    }

    struct State {
        var path: PathConditions.Set
        var registers: [Symbol]
        var heap: Heap
        /// Results of a call, or varargs, whose number the code leaves open: from this register on.
        var open: (start: Int, values: [Symbol])?
    }

    struct Exit {
        let path: PathConditions.Set
        let heap: Heap
        let values: [Symbol]
    }

    let code: MovedCode
    var program = LuaProgram()
    var paths = PathConditions()
    var closures: [Closure] = []
    /// Nodes that may raise, with the ways on which the code computes them.
    var guards: [Int: PathConditions.Set] = [:]
    /// Fields that the code assigns to, in the order of the first assignment.
    var assignedNames: [String] = []
    var steps = 0
    private var nextTable = 0
    /// The line of the instruction that is being executed.
    var line = 0

    /// What `choose` has made, and how much it has asked.
    private var choices: [[Int]: Int] = [:]
    private var questions = 0
    /// How many nodes stand one on the other below each node; those in use are computed one inside the other.
    private var depths: [Int] = []

    static let mostSteps = 20_000
    static let mostChoices = 50_000
    static let deepest = 500
    static let mostDepth = 24
    /// How many different things a register may hold on the ways that meet at one place.
    static let mostOptions = 16

    init(_ code: MovedCode) {
        self.code = code
        // Node 0; see `nilSymbol`.
        _ = program.add(.constant(.nil))
    }

    func refuse(_ reason: String) -> LiftRefusal { LiftRefusal(reason: reason, line: line) }

    /// - Throws: when the code has too many ways through it, or too long a chain of values.
    mutating func checkSize() throws {
        if paths.count > Self.mostChoices || questions > Self.mostChoices { throw refuse("has a loop that is too long, or too many ways through the code") }
        while depths.count < program.nodes.count {
            let depth = (program.operandsWithLoops(depths.count).map { $0 < depths.count ? depths[$0] : 0 }.max() ?? 0) + 1
            if depth > Self.deepest { throw refuse("computes a value in more than \(Self.deepest) steps, one after the other") }
            depths.append(depth)
        }
    }

    // MARK: Functions

    mutating func run(
        _ number: Int, _ arguments: [Symbol], path: PathConditions.Set, heap: Heap, depth: Int = 0
    ) throws -> [Exit] {
        let function = code.functions[number]
        let body = Closure(prototype: function.prototype, upvalues: function.upvalues.map { $0.map { .symbol(symbol(code.upvalues[$0])) } ?? .symbol(.environment) })
        return try run(body, arguments, path: path, heap: heap, depth: depth)
    }

    mutating func run(
        _ function: Closure, _ arguments: [Symbol], path: PathConditions.Set, heap: Heap, depth: Int
    ) throws -> [Exit] {
        if depth > Self.mostDepth { throw refuse("calls functions more than \(Self.mostDepth) deep") }
        let prototype = function.prototype
        let fixed = prototype.parameterCount
        var registers = [Symbol](repeating: nilSymbol, count: prototype.stackSize + 2)
        for i in 0..<min(fixed, arguments.count) { registers[i] = arguments[i] }
        let varargs = Array(arguments.dropFirst(fixed))
        let start = State(path: path, registers: registers, heap: heap)
        let (left, exits) = try execute(function, varargs, depth, [0: [start]], within: prototype.code.indices)
        if !left.isEmpty { throw refuse("has code that ends unexpectedly") }
        return exits
    }

    /// Executes a part of a function's code, from some states on until control leaves the part.
    ///
    /// - Returns: the states at the instructions beyond, and the returns.
    mutating func execute(
        _ function: Closure, _ varargs: [Symbol], _ depth: Int, _ start: [Int: [State]], within part: Range<Int>
    ) throws -> (left: [Int: [State]], exits: [Exit]) {
        let prototype = function.prototype
        var pending = start
        var left: [Int: [State]] = [:]
        var exits: [Exit] = []
        while let pc = pending.keys.min() {
            let states = pending.removeValue(forKey: pc)!
            guard part.contains(pc) else {
                left[pc] = states
                continue
            }
            steps += 1
            if steps > Self.mostSteps { throw refuse("has a loop that is too long, or too many ways through the code") }
            line = prototype.line(pc)
            try checkSize()
            var frame = Frame(function: function, pc: pc, varargs: varargs, depth: depth)
            try step(&frame, states.count == 1 ? states[0] : join(states))
            for (next, state) in frame.next where state.path != PathConditions.never { pending[next, default: []].append(state) }
            exits += frame.exits
        }
        return (left, exits)
    }

    /// Where one instruction stands, and where control goes from there.
    struct Frame {
        let function: Closure
        let pc: Int
        let varargs: [Symbol]
        let depth: Int
        var next: [(Int, State)] = []
        var exits: [Exit] = []

        mutating func go(_ pc: Int, _ state: State) { next.append((pc, state)) }
    }

    // MARK: Joining

    private mutating func join(_ states: [State]) -> State {
        var joined = states[0]
        let all = states.map(\.path)
        joined.path = all.dropFirst().reduce(all[0]) { paths.or($0, $1) }
        for r in joined.registers.indices { joined.registers[r] = joinSymbols(states.map { ($0.path, $0.registers[r]) }) }
        joined.heap = joinHeaps(states.map { ($0.path, $0.heap) })
        if let open = joined.open {
            let same = states.allSatisfy { $0.open?.start == open.start && $0.open?.values.count == open.values.count }
            joined.open = same
                ? (open.start, open.values.indices.map { i in joinSymbols(states.map { ($0.path, $0.open!.values[i]) }) })
                : (open.start, [.conflict])
        }
        return joined
    }

    mutating func joinHeaps(_ heaps: [(PathConditions.Set, Heap)]) -> Heap {
        if heaps.count == 1 { return heaps[0].1 }
        var result = Heap()
        for id in Set(heaps.flatMap { $0.1.tables.keys }).sorted() {
            // A table that exists on some of the ways only is in use on those only.
            let holders = heaps.filter { $0.1.tables[id] != nil }
            var table: [LuaConstant: Symbol] = [:]
            for key in Set(holders.flatMap { $0.1.tables[id]!.keys }) {
                table[key] = joinSymbols(holders.map { ($0.0, $0.1.tables[id]![key] ?? nilSymbol) })
            }
            result.tables[id] = table
        }
        let untouched = program.add(.constant(.untouched))
        for name in Set(heaps.flatMap { $0.1.assigned.keys }).sorted() {
            result.assigned[name] = choose(heaps.map { ($0.0, $0.1.assigned[name] ?? untouched) })
        }
        return result
    }

    mutating func joinSymbols(_ options: [(PathConditions.Set, Symbol)]) -> Symbol {
        if options.allSatisfy({ $0.1 == options[0].1 }) { return options[0].1 }
        let nodes = options.compactMap { option -> (PathConditions.Set, Int)? in
            if case .node(let node) = option.1 { (option.0, node) } else { nil }
        }
        if nodes.count == options.count { return .node(choose(nodes)) }
        // Nothing is computed here: a register that nobody reads any more must not leave a row to Lua.
        var kept: [Option] = []
        func keep(_ path: PathConditions.Set, _ symbol: Symbol) {
            if path == PathConditions.never { return }
            if let known = kept.firstIndex(where: { $0.symbol == symbol }) {
                kept[known] = Option(path: paths.or(kept[known].path, path), symbol: symbol)
            } else {
                kept.append(Option(path: path, symbol: symbol))
            }
        }
        for (path, symbol) in options {
            if case .either(let inner) = symbol {
                for option in inner { keep(paths.and(path, option.path), option.symbol) }
            } else {
                keep(path, symbol)
            }
        }
        if kept.count == 1 { return kept[0].symbol }
        return kept.count > Self.mostOptions ? .conflict : .either(kept)
    }

    /// What a symbol may be on the ways of a state, with the state on these ways.
    mutating func options(_ symbol: Symbol, _ state: State) -> [(symbol: Symbol, state: State)] {
        guard case .either(let options) = symbol else { return [(symbol, state)] }
        return options.compactMap { option in
            var narrowed = state
            narrowed.path = paths.and(state.path, option.path)
            return narrowed.path == PathConditions.never ? nil : (option.symbol, narrowed)
        }
    }

    /// The one thing that a symbol is on the ways of a state, where it is one.
    mutating func settled(_ symbol: Symbol, _ state: State) -> Symbol {
        guard case .either = symbol else { return symbol }
        let options = options(symbol, state)
        return options.count == 1 ? options[0].symbol : symbol
    }

    /// A node made of each thing that a symbol may be.
    mutating func forEach(_ symbol: Symbol, _ state: State, _ body: (inout SymbolicExecution, Symbol, State) throws -> Int) throws -> Int {
        let options = options(symbol, state)
        if options.count == 1 { return try body(&self, options[0].symbol, options[0].state) }
        var nodes: [(path: PathConditions.Set, node: Int)] = []
        for option in options { nodes.append((option.state.path, try body(&self, option.symbol, option.state))) }
        return choose(nodes)
    }

    /// The node that is each option's on its ways.
    mutating func choose(_ options: [(path: PathConditions.Set, node: Int)]) -> Int {
        let options = options.filter { $0.path != PathConditions.never }
        guard let first = options.first else { return program.add(.constant(.nil)) }
        if options.allSatisfy({ $0.node == first.node }) { return first.node }
        if let sure = options.first(where: { $0.path == PathConditions.always }) { return sure.node }
        // Beyond what is sensible: `checkSize` ends it.
        questions += 1
        if questions > Self.mostChoices { return first.node }
        let question = options.flatMap { [$0.path, $0.node] }
        if let known = choices[question] { return known }
        let condition = paths.firstCondition(options.map(\.path))
        let high = choose(options.map { (paths.part($0.path, condition, true), $0.node) })
        let low = choose(options.map { (paths.part($0.path, condition, false), $0.node) })
        let result = choice(paths.conditions[condition], high, low)
        choices[question] = result
        return result
    }

    /// `choose` in its simplest form.
    mutating func choice(_ condition: Int, _ a: Int, _ b: Int) -> Int {
        if a == b { return a }
        switch (program.constant(a), program.constant(b)) {
        case (.boolean(true)?, .boolean(false)?) where isBoolean(condition): return condition
        case (.boolean(true)?, .boolean(false)?): return negation(negation(condition))
        case (.boolean(false)?, .boolean(true)?): return negation(condition)
        default: return program.add(.choose(condition, a, b))
        }
    }

    /// Whether a node gives `true` or `false` wherever it gives anything.
    func isBoolean(_ node: Int) -> Bool {
        switch program.nodes[node] {
        case .compare, .not: true
        case .constant(.boolean): true
        case .choose(_, let a, let b): isBoolean(a) && isBoolean(b)
        default: false
        }
    }

    mutating func negation(_ node: Int) -> Int {
        if case .not(let inner) = program.nodes[node], isBoolean(inner) { return inner }
        return add(.not(node))
    }

    /// The ways on which a node is true.
    mutating func whereTrue(_ node: Int) -> PathConditions.Set {
        switch program.nodes[node] {
        case .constant(let constant): return constant == .nil || constant == .boolean(false) ? PathConditions.never : PathConditions.always
        case .not(let inner):
            let set = whereTrue(inner)
            return paths.not(set)
        case .choose(let condition, let a, let b) where hasKnownTruth(a) || hasKnownTruth(b) || a == condition:
            let (test, x, y) = (whereTrue(condition), a == condition ? PathConditions.always : whereTrue(a), whereTrue(b))
            return paths.or(paths.and(test, x), paths.and(paths.not(test), y))
        default: return paths.set(where: node)
        }
    }

    /// Whether a node is true wherever it has a value, or nowhere.
    private func hasKnownTruth(_ node: Int) -> Bool {
        switch program.nodes[node] {
        case .constant: true
        case .choose(_, let a, let b): hasKnownTruth(a) && hasKnownTruth(b)
        default: false
        }
    }

    // MARK: Nodes

    var nilSymbol: Symbol { .node(0) }

    /// A node, folded where it depends on constants alone.
    mutating func add(_ node: LuaNode) -> Int {
        let operands = node.operands
        if !operands.isEmpty, operands.allSatisfy({ program.constant($0) != nil }), let constant = program.folded(node) {
            return program.add(.constant(constant))
        }
        return program.add(node)
    }

    /// A node that may raise, computed on the ways of `path`.
    mutating func guarded(_ node: LuaNode, _ path: PathConditions.Set) -> Int {
        let number = add(node)
        if program.constant(number) == nil { guards[number] = paths.or(guards[number] ?? PathConditions.never, path) }
        return number
    }

    mutating func constant(_ constant: LuaConstant) -> Int { program.add(.constant(constant)) }

    mutating func newTable(_ heap: inout Heap) -> Symbol {
        nextTable += 1
        heap.tables[nextTable] = [:]
        return .table(nextTable)
    }
}
