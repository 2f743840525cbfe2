internal import Columnar

/// Reads and writes of tables and of the record, on symbols.
extension SymbolicExecution {
    mutating func symbol(_ datum: MovedCode.Datum) -> Symbol {
        switch datum {
        case .constant(let value): return .node(constant(value))
        case .table(let table): return .data(table)
        case .function(let function): return .function(function)
        case .standard(let path): return .standard(path)
        case .environment: return .environment
        case .opaque: return .opaque
        }
    }

    /// A symbol as a plain value.
    mutating func value(_ symbol: Symbol, _ state: State) throws -> Int {
        switch symbol {
        case .node(let node): return node
        case .found(let table, let key, let path): return try lookUp(table, key, path, state)
        case .record: throw refuse("uses the record as a value")
        case .table, .data: throw refuse("uses a table as a value")
        case .function, .closure, .standard, .iterator: throw refuse("uses a function as a value")
        case .environment: throw refuse("uses the table of all globals")
        case .opaque: throw refuse("uses a decimal or a date from outside of it")
        case .either: return try forEach(symbol, state) { try $0.value($1, $2) }
        case .conflict: throw refuse("uses what differs in kind between ways through the code")
        }
    }

    /// A symbol as a condition.
    mutating func condition(_ symbol: Symbol, _ state: State) throws -> Int {
        switch symbol {
        case .record, .table, .data, .function, .closure, .standard, .iterator, .environment, .opaque: return constant(.boolean(true))
        case .found(let table, let key, let path): return try lookUp(table, key, path, state, asCondition: true)
        case .either: return try forEach(symbol, state) { try $0.condition($1, $2) }
        default: return try value(symbol, state)
        }
    }

    func constantKey(_ symbol: Symbol) -> LuaConstant? {
        switch symbol {
        case .node(let node): return program.constant(node).map(Self.normalized)
        default: return nil
        }
    }

    /// Keys that are floats and integers at once are integers.
    static func normalized(_ key: LuaConstant) -> LuaConstant {
        if case .float(let bits) = key, let whole = Int64(exactly: Double(bitPattern: bits)) { return .integer(whole) }
        return key
    }

    // MARK: Reading

    mutating func index(_ object: Symbol, _ key: Symbol, _ state: State) throws -> Symbol {
        switch object {
        case .record:
            guard let name = constantKey(key) else { throw refuse("reads a field whose name it computes") }
            guard case .string(let bytes) = name else { return nilSymbol }
            guard let name = String(validating: bytes, as: UTF8.self) else { throw refuse("reads a field whose name is no UTF-8") }
            let field = program.add(.field([name]))
            guard let assigned = state.heap.assigned[name] else { return .node(field) }
            return .node(readBack(assigned, field))
        case .node(let node):
            // Lua raises: nil has no fields.
            if program.constant(node) == .nil {
                fail(state.path)
                return nilSymbol
            }
            guard isRead(node) else { throw refuse("indexes a value that is not known to be a struct") }
            switch constantKey(key) {
            case .string(let bytes)?:
                guard let name = String(validating: bytes, as: UTF8.self) else { throw refuse("indexes a value that is not known to be a struct") }
                if case .field(let path) = program.nodes[node] { return .node(guarded(.field(path + [name]), state.path)) }
                return .node(guarded(.member(node, name), state.path))
            case .integer(let place)?: return .node(guarded(.item(node, constant(.integer(place))), state.path))
            case nil:
                guard case .node(let place) = key, isPlace(place) else { throw refuse("indexes a value by what it computes") }
                return .node(guarded(.item(node, place), state.path))
            default: throw refuse("indexes a value that is not known to be a struct")
            }
        case .table(let table):
            if let key = constantKey(key) { return state.heap.tables[table]?[key] ?? nilSymbol }
            return .node(try lookUpOwn(table, try value(key, state), state))
        case .data(let table):
            if let key = constantKey(key) {
                for entry in code.tables[table].entries where entry.key == .constant(key) { return symbol(entry.value) }
                return nilSymbol
            }
            return .found(table: table, key: try value(key, state), path: [])
        case .found(let table, let node, let path):
            guard let key = constantKey(key) else { throw refuse("looks up in a table that it looked up") }
            return .found(table: table, key: node, path: path + [key])
        case .environment:
            guard case .string(let bytes)? = constantKey(key) else { throw refuse("reads a global whose name it computes") }
            return try global(String(decoding: bytes, as: UTF8.self))
        case .standard(let path):
            guard case .string(let bytes)? = constantKey(key) else { throw refuse("reads a library function whose name it computes") }
            return try member(path, String(decoding: bytes, as: UTF8.self))
        case .function, .closure, .iterator, .opaque: throw refuse("indexes a value that is no table")
        case .either:
            var results: [(PathConditions.Set, Symbol)] = []
            for option in options(object, state) { results.append((option.state.path, try index(option.symbol, key, option.state))) }
            return joinSymbols(results)
        case .conflict: throw refuse("indexes what differs between ways through the code")
        }
    }

    /// Whether a node is likely the place of an item in a list.
    private func isPlace(_ node: Int) -> Bool {
        switch program.nodes[node] {
        case .round, .arithmetic, .length, .count: true
        default: false
        }
    }

    /// What reading a field gives after an assignment.
    private mutating func readBack(_ assigned: Int, _ field: Int) -> Int {
        switch program.nodes[assigned] {
        case .constant(.null): return constant(.nil)
        case .constant(.untouched): return field
        case .constant, .arithmetic, .compare, .not, .negate, .length, .concat, .call, .field: return assigned
        default: return program.add(.readBack(assigned, field))
        }
    }

    private mutating func global(_ name: String) throws -> Symbol {
        if let moved = code.globals[name] { return symbol(moved) }
        if name == "null" { return .node(constant(.null)) }
        switch StandardLibrary.kind([name]) {
        case .pure, .library, .changesArgument: return .standard([name])
        default: throw refuse("reads the global '\(name)', which is not set")
        }
    }

    mutating func member(_ path: [String], _ name: String) throws -> Symbol {
        let full = path + [name]
        if let moved = code.globals[full.joined(separator: ".")] { return symbol(moved) }
        switch full {
        case ["math", "pi"]: return .node(constant(.float(Double.pi.bitPattern)))
        case ["math", "huge"]: return .node(constant(.float(Double.infinity.bitPattern)))
        case ["math", "maxinteger"]: return .node(constant(.integer(.max)))
        case ["math", "mininteger"]: return .node(constant(.integer(.min)))
        default: break
        }
        switch StandardLibrary.kind(full) {
        case .pure, .changesArgument: return .standard(full)
        default: throw refuse("reads '\(full.joined(separator: "."))', which is not set")
        }
    }

    /// A method and what it is called on.
    mutating func method(_ object: Symbol, _ name: Symbol, _ state: State) throws -> (function: Symbol, receiver: Symbol) {
        let object = settled(object, state)
        switch object {
        case .node, .found, .either:
            guard case .string(let bytes)? = constantKey(name) else { throw refuse("calls a method whose name it computes") }
            let text = String(decoding: bytes, as: UTF8.self)
            if case .node(let node) = object, case .field = program.nodes[node], !StandardLibrary.stringMethods.contains(text),
                code.globals["string.\(text)"] == nil
            {
                throw refuse("calls the method '\(text)', which strings do not have")
            }
            // Of plain values only strings have methods.
            let function = try member(["string"], text)
            return (function, .node(guarded(.call(.onlyString, [try value(object, state)]), state.path)))
        default: return (try index(object, name, state), object)
        }
    }

    mutating func length(_ symbol: Symbol, _ state: State) throws -> Symbol {
        switch symbol {
        case .record: return .node(constant(.integer(0)))
        case .table(let table):
            guard let count = sequenceLength(table, state) else { throw refuse("takes the length of a table whose length is not known") }
            return .node(constant(.integer(Int64(count))))
        case .data(let table):
            let keys = code.tables[table].entries.compactMap { entry -> Int64? in if case .constant(.integer(let key)) = entry.key { key } else { nil } }
            guard keys.sorted() == (0..<keys.count).map({ Int64($0 + 1) }) else { throw refuse("takes the length of a table with gaps") }
            return .node(constant(.integer(Int64(keys.count))))
        case .either:
            return .node(
                try forEach(symbol, state) { execution, symbol, state in
                    guard case .node(let length) = try execution.length(symbol, state) else { throw execution.refuse("takes the length of a table whose length is not known") }
                    return length
                })
        default: return .node(guarded(.length(try value(symbol, state)), state.path))
        }
    }

    /// The length of a table of the code's own whose items are sure to be there.
    func sequenceLength(_ table: Int, _ state: State) -> Int? {
        guard let entries = state.heap.tables[table] else { return nil }
        var count = 0
        while let item = entries[.integer(Int64(count + 1))] {
            if !isPresent(item) { return nil }
            count += 1
        }
        let numbered = entries.filter { entry in if case .integer = entry.key { entry.value != nilSymbol } else { false } }
        return numbered.count == count ? count : nil
    }

    /// Whether a symbol is not nil on any of its ways; where Lua raises in computing it there is no telling and no need.
    private func isPresent(_ symbol: Symbol) -> Bool {
        switch symbol {
        case .node(let node): isPresent(node)
        case .record, .table, .data, .function, .closure, .standard, .iterator, .environment, .opaque: true
        case .either(let options): options.allSatisfy { isPresent($0.symbol) }
        case .found, .conflict: false
        }
    }

    private func isPresent(_ node: Int) -> Bool {
        switch program.nodes[node] {
        case .constant(let value): value != .nil && value != .untouched
        case .arithmetic, .negate, .compare, .not, .length, .concat, .count, .round: true
        case .choose(let condition, let a, let b): (a == condition || isPresent(a)) && isPresent(b)
        case .call(let function, _):
            switch function {
            case .byte, .find, .match, .tonumber, .parse, .mathType, .toInteger: false
            default: true
            }
        case .field, .lookUp, .readBack, .fallBack, .item, .member, .variable, .result: false
        }
    }

    // MARK: Look-ups

    /// A look-up in a table that the function closes over.
    private mutating func lookUp(
        _ table: Int, _ key: Int, _ path: [LuaConstant], _ state: State, asCondition: Bool = false
    ) throws -> Int {
        var entries: [LuaConstantTable.Entry] = []
        var opaque: [LuaConstant] = []
        if code.tables[table].entries.count > 1_000_000 { throw refuse("looks up in a table of more than a million keys") }
        for entry in code.tables[table].entries {
            guard case .constant(let name) = entry.key else { continue }
            var datum: MovedCode.Datum? = entry.value
            for step in path {
                guard case .table(let inner)? = datum else {
                    datum = nil
                    break
                }
                datum = code.tables[inner].entries.first { $0.key == .constant(step) }?.value ?? .constant(.nil)
            }
            switch datum {
            case .constant(let value)?: entries.append(.init(name, value))
            case .some where asCondition: entries.append(.init(name, .boolean(true)))
            default: opaque.append(name)
            }
        }
        let number = program.add(LuaConstantTable(entries: entries, opaque: opaque, requiresKey: !path.isEmpty))
        return guarded(.lookUp(table: number, key: key), state.path)
    }

    /// A look-up in a table of the code's own.
    private mutating func lookUpOwn(_ table: Int, _ key: Int, _ state: State) throws -> Int {
        var entries: [LuaConstantTable.Entry] = []
        for (name, item) in state.heap.tables[table] ?? [:] {
            guard let value = constantKey(item) else { throw refuse("looks up in a table whose values are computed") }
            entries.append(.init(name, value))
        }
        let sorted = entries.sorted { String(describing: $0.key) < String(describing: $1.key) }
        return guarded(.lookUp(table: program.add(LuaConstantTable(entries: sorted)), key: key), state.path)
    }

    // MARK: Writing

    mutating func store(_ object: Symbol, _ key: Symbol, _ item: Symbol, _ state: inout State) throws {
        switch settled(object, state) {
        case .record:
            guard case .string(let bytes)? = constantKey(key), let name = String(validating: bytes, as: UTF8.self) else {
                throw refuse("assigns to a field whose name it computes")
            }
            state.heap.assigned[name] = try value(item, state)
            if !assignedNames.contains(name) { assignedNames.append(name) }
        case .table(let table):
            guard let key = constantKey(key) else { throw refuse("assigns to a key that it computes") }
            switch key {
            case .nil: return fail(state.path)
            case .float(let bits) where Double(bitPattern: bits).isNaN: return fail(state.path)
            default: break
            }
            state.heap.tables[table]?[key] = item
        case .either, .conflict: throw refuse("assigns to what differs between ways through the code")
        default: throw refuse("assigns into a nested value")
        }
    }
}
