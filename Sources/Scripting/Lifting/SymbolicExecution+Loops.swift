internal import Columnar

/// Loops whose number of rounds differs between rows: over a list's elements, and between bounds that are computed.
///
/// The body is executed once, with a variable in the place of all that it changes from round to round; what it changes is found by executing it
/// until nothing new comes up. Behind the loop stand the variables' last values.
extension SymbolicExecution {
    /// Something that a round may leave changed for the next one.
    private enum Carried: Hashable {
        case register(Int)
        case entry(table: Int, key: LuaConstant)
        case assigned(String)
    }

    /// Where a loop's instructions stand.
    private struct Span {
        /// The loop's first register; those below it outlive the loop.
        let base: Int
        let body: Range<Int>
        let exit: Int
    }

    // MARK: ipairs

    mutating func enterIteration(_ frame: inout Frame, _ before: State, _ i: Instruction) throws {
        let call = frame.pc + 1 + i.bx
        guard case .iterator(let list, let ofPairs) = settled(before.registers[i.a], before), before.registers[i.a + 1] == list,
            constantKey(before.registers[i.a + 2]) == (ofPairs ? .nil : .integer(0)), before.registers[i.a + 3] == nilSymbol
        else { throw refuse("loops over what an iterator gives") }
        for (symbol, way) in options(list, before) {
            var state = way
            switch symbol {
            case .table(let table) where state.heap.tables[table]?.isEmpty ?? false: frame.go(call + 2, state)
            case .table where !ofPairs, .data where !ofPairs:
                state.registers[i.a] = .iterator(symbol, ofPairs: false)
                state.registers[i.a + 1] = symbol
                frame.go(call, state)
            case .node(let node) where program.constant(node) == .nil: fail(state.path)
            case .node(let node) where isRead(node):
                let rounds = guarded(.count(node), state.path)
                let span = Span(base: i.a, body: frame.pc + 1..<call, exit: call + 2)
                try summarize(&frame, state, span, rounds: rounds) { execution, state, round in
                    state.registers[i.a + 4] = .node(round)
                    state.registers[i.a + 5] = .node(execution.program.add(.item(node, round)))
                }
            default: throw refuse("loops over what is no list of the record's")
            }
        }
    }

    /// A round over a table of the code's own, or one that it closes over.
    mutating func continueIteration(_ frame: inout Frame, _ before: State, _ i: Instruction) throws {
        guard case .iterator(let list, false) = before.registers[i.a], case .integer(let last)? = constantKey(before.registers[i.a + 2]) else {
            throw refuse("loops over what an iterator gives")
        }
        var state = before
        let place = Symbol.node(constant(.integer(last + 1)))
        let item = try index(list, place, state)
        let loop = frame.pc + 1
        if item == nilSymbol { return frame.go(loop + 1, state) }
        if case .node(let node) = item {
            let isMissing = whereTrue(add(.compare(.equal, node, 0)))
            var end = state
            end.path = paths.and(state.path, isMissing)
            frame.go(loop + 1, end)
            state.path = paths.and(state.path, paths.not(isMissing))
        } else if case .table = item {
        } else if case .data = item {
        } else {
            throw refuse("loops over a table that may have gaps")
        }
        for r in stride(from: 3, through: i.c, by: 1) where i.a + 3 + r < state.registers.count { state.registers[i.a + 3 + r] = nilSymbol }
        state.registers[i.a + 2] = place
        state.registers[i.a + 4] = place
        state.registers[i.a + 5] = item
        frame.go(loop + 1 - frame.function.prototype.code[loop].bx, state)
    }

    /// Whether a node is read from the record, and so may be a list or a struct of its.
    func isRead(_ node: Int) -> Bool {
        switch program.nodes[node] {
        case .field, .item, .member: true
        default: false
        }
    }

    // MARK: Numeric loops

    /// A loop from a constant up to a computed bound, or from a computed one down to a constant.
    mutating func enterCountedLoop(_ frame: inout Frame, _ before: State, _ i: Instruction) throws {
        let most: Int64 = 1 << 31
        let step = constantKey(before.registers[i.a + 2])
        let span = Span(base: i.a, body: frame.pc + 1..<frame.pc + 1 + i.bx, exit: frame.pc + 2 + i.bx)
        if step == .integer(1), case .integer(let first)? = constantKey(before.registers[i.a]), first.magnitude <= UInt64(most) {
            let bound = guarded(.call(.onlyNumber, [try value(before.registers[i.a + 1], before)]), before.path)
            let last = guarded(.call(.floor, [bound]), before.path)
            let rounds = first == 1 ? last : guarded(.arithmetic(.subtract, last, constant(.integer(first - 1))), before.path)
            return try summarize(&frame, before, span, rounds: rounds) { execution, state, round in
                let at = first == 1 ? round : execution.add(.arithmetic(.add, round, execution.constant(.integer(first - 1))))
                state.registers[i.a + 3] = .node(at)
            }
        }
        if step == .integer(-1), case .integer(let last)? = constantKey(before.registers[i.a + 1]), last.magnitude <= UInt64(most) {
            let first = guarded(.call(.onlyNumber, [try value(before.registers[i.a], before)]), before.path)
            let rounds = last == 1 ? first : guarded(.arithmetic(.subtract, first, constant(.integer(last - 1))), before.path)
            return try summarize(&frame, before, span, rounds: rounds) { execution, state, round in
                let above = execution.add(.arithmetic(.add, first, execution.constant(.integer(1))))
                state.registers[i.a + 3] = .node(execution.add(.arithmetic(.subtract, above, round)))
            }
        }
        throw refuse("loops between bounds that are no constant integers")
    }

    // MARK: Bodies

    private mutating func summarize(
        _ frame: inout Frame, _ before: State, _ span: Span, rounds: Int,
        _ enter: (inout SymbolicExecution, inout State, _ round: Int) -> Void
    ) throws {
        let here = line
        let saved = self
        var carried: [Carried] = []
        while true {
            let number = program.reserveLoop()
            var start = before
            for (slot, place) in carried.enumerated() { put(.node(program.add(.variable(loop: number, slot + 1))), at: place, &start) }
            let outerGuards = guards
            guards = [:]
            enter(&self, &start, program.add(.round(number)))
            let (left, exits) = try execute(frame.function, frame.varargs, frame.depth, [span.body.lowerBound: [start]], within: span.body)
            var (goingOn, broken): ([State], [State]) = ([], [])
            for (pc, states) in left.sorted(by: { $0.key < $1.key }) {
                if pc == span.body.upperBound {
                    goingOn += states
                } else if leads(span.exit, to: pc, frame.function.prototype) {
                    broken += states
                } else {
                    throw refuse("leaves a loop for somewhere else than its end")
                }
            }
            var found = carried
            for state in goingOn + broken {
                for place in changes(from: start, to: state, span.base) where !found.contains(place) { found.append(place) }
            }
            if found.count > carried.count {
                // Once more, with variables for these too.
                let steps = self.steps
                self = saved
                self.steps = steps
                carried = found
                continue
            }
            line = here
            try close(&frame, before, span, number, rounds, carried, goingOn, broken, exits, outerGuards)
            return
        }
    }

    /// Makes a loop of a body that was executed, and goes on behind it.
    private mutating func close(
        _ frame: inout Frame, _ before: State, _ span: Span, _ number: Int, _ rounds: Int, _ carried: [Carried], _ goingOn: [State], _ broken: [State],
        _ exits: [Exit], _ outerGuards: [Int: PathConditions.Set]
    ) throws {
        var endings: [(path: PathConditions.Set, node: Int)] = []
        for state in goingOn { endings.append((state.path, constant(.integer(0)))) }
        for state in broken { endings.append((state.path, constant(.integer(1)))) }
        for (index, exit) in exits.enumerated() { endings.append((exit.path, constant(.integer(Int64(index + 2))))) }
        var outerGuards = outerGuards
        var initials = [constant(.integer(0))]
        var nexts = [endings]
        for (slot, place) in carried.enumerated() {
            let variable = program.add(.variable(loop: number, slot + 1))
            var options: [(path: PathConditions.Set, node: Int)] = exits.map { ($0.path, variable) }
            for state in goingOn + broken { options.append((state.path, try content(place, state))) }
            nexts.append(options)
            // What is looked up for it is asked for outside of the body.
            swap(&guards, &outerGuards)
            initials.append(try content(place, before))
            swap(&guards, &outerGuards)
        }

        // What it returns; the variables that hold it can be read when the loop is there.
        var export = Export(loop: number, slots: nexts.count)
        for exit in exits { _ = try export(exit, before, &self) }
        for (path, node) in export.values {
            initials.append(constant(.nil))
            nexts.append([(path, node)] + endings.filter { $0.path != path }.map { ($0.path, constant(.nil)) })
        }

        var variables: [LuaLoop.Variable] = []
        for (initial, options) in zip(initials, nexts) {
            var simple: [(path: PathConditions.Set, node: Int)] = []
            // Only where the loop runs at all.
            for option in options { simple.append((paths.constrain(option.path, before.path), option.node)) }
            variables.append(.init(initial: initial, next: choose(simple)))
        }
        for (node, path) in guards { guards[node] = paths.constrain(path, before.path) }
        let needed = neededGuards(roots: variables.map(\.next))
        program.add(rounds: rounds, variables: variables, guards: needed, number: number)
        export.isMade = true
        var returned: [Exit] = []
        for exit in exits { returned.append(try export(exit, before, &self)) }
        guards = outerGuards

        var after = before
        let status = program.add(.result(loop: number, 0))
        guards[status] = paths.or(guards[status] ?? PathConditions.never, before.path)
        for (slot, place) in carried.enumerated() { put(.node(program.add(.result(loop: number, slot + 1))), at: place, &after) }
        for (index, exit) in returned.enumerated() {
            let ends = whereTrue(add(.compare(.equal, status, constant(.integer(Int64(index + 2))))))
            frame.exits.append(Exit(path: paths.and(after.path, ends), heap: exit.heap, values: exit.values))
            after.path = paths.and(after.path, paths.not(ends))
        }
        frame.go(span.exit, after)
    }

    /// Whether control that comes to one instruction goes on to another without doing anything.
    private func leads(_ from: Int, to: Int, _ prototype: Prototype) -> Bool {
        var at = from
        for _ in 0..<prototype.code.count {
            if at == to { return true }
            guard prototype.code.indices.contains(at), prototype.code[at].opcode == .jmp else { return false }
            at += 1 + prototype.code[at].sJ
        }
        return false
    }

    private mutating func put(_ symbol: Symbol, at place: Carried, _ state: inout State) {
        switch place {
        case .register(let register): state.registers[register] = symbol
        case .entry(let table, let key): state.heap.tables[table]?[key] = symbol
        case .assigned(let name): if case .node(let node) = symbol { state.heap.assigned[name] = node }
        }
    }

    /// What stands at a place, as a node.
    private mutating func content(_ place: Carried, _ state: State) throws -> Int {
        switch place {
        case .register(let register): try value(state.registers[register], state)
        case .entry(let table, let key): try value(state.heap.tables[table]?[key] ?? nilSymbol, state)
        case .assigned(let name): state.heap.assigned[name] ?? constant(.untouched)
        }
    }

    private func changes(from start: State, to end: State, _ base: Int) -> [Carried] {
        var result: [Carried] = (0..<base).filter { start.registers[$0] != end.registers[$0] }.map { .register($0) }
        for (table, entries) in start.heap.tables.sorted(by: { $0.key < $1.key }) {
            let others = end.heap.tables[table] ?? [:]
            for key in Set(entries.keys).union(others.keys) where entries[key] ?? nilSymbol != others[key] ?? nilSymbol {
                result.append(.entry(table: table, key: key))
            }
        }
        for name in Set(start.heap.assigned.keys).union(end.heap.assigned.keys).sorted() where start.heap.assigned[name] != end.heap.assigned[name] {
            result.append(.assigned(name))
        }
        return result
    }

    /// Takes what a way out of a loop's body returns to where it can be read: into variables of the loop.
    private struct Export {
        let loop: Int
        let slots: Int
        /// Whether the loop is made; before that, this finds out what it has to hold.
        var isMade = false
        var values: [(path: PathConditions.Set, node: Int)] = []

        init(loop: Int, slots: Int) { (self.loop, self.slots) = (loop, slots) }

        mutating func callAsFunction(_ exit: Exit, _ before: State, _ execution: inout SymbolicExecution) throws -> Exit {
            let state = State(path: exit.path, registers: [], heap: exit.heap)
            var heap = exit.heap
            var values: [Symbol] = []
            // Tables of the body's own that are not returned are gone.
            var wanted = Array(before.heap.tables.keys)
            for value in exit.values {
                let symbol = try self.symbol(value, state, &execution)
                if case .table(let table) = symbol { wanted.append(table) }
                values.append(symbol)
            }
            var tables: [Int: [LuaConstant: Symbol]] = [:]
            while let table = wanted.popLast() {
                guard tables[table] == nil, let entries = exit.heap.tables[table] else { continue }
                tables[table] = [:]
                for (key, item) in entries {
                    let symbol = try self.symbol(item, state, &execution)
                    if case .table(let inner) = symbol { wanted.append(inner) }
                    tables[table]?[key] = symbol
                }
            }
            heap.tables = tables
            for (name, node) in exit.heap.assigned { heap.assigned[name] = self.node(node, exit.path, &execution) }
            return Exit(path: exit.path, heap: heap, values: values)
        }

        private mutating func symbol(_ symbol: Symbol, _ state: State, _ execution: inout SymbolicExecution) throws -> Symbol {
            let symbol = execution.settled(symbol, state)
            switch symbol {
            case .node(let node): return .node(self.node(node, state.path, &execution))
            case .found, .either: return .node(self.node(try execution.value(symbol, state), state.path, &execution))
            case .iterator: throw execution.refuse("returns what an iterator gives")
            case .record, .table, .data, .function, .closure, .standard, .environment, .opaque, .conflict: return symbol
            }
        }

        private mutating func node(_ node: Int, _ path: PathConditions.Set, _ execution: inout SymbolicExecution) -> Int {
            guard execution.program.nodesVarying(in: loop)[node] else { return node }
            guard let known = values.firstIndex(where: { $0.path == path && $0.node == node }) else {
                values.append((path, node))
                return node
            }
            return isMade ? execution.program.add(.result(loop: loop, slots + known)) : node
        }
    }
}
