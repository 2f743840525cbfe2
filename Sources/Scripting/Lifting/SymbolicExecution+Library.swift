internal import Columnar

/// Calls of Lua's own functions, on symbols.
extension SymbolicExecution {
    /// - Returns: the results; nil when the call raises on every way.
    mutating func callLibrary(_ path: [String], _ arguments: [Symbol], _ state: inout State) throws -> [Symbol]? {
        let name = path.joined(separator: ".")
        func argument(_ index: Int) -> Symbol { index < arguments.count ? arguments[index] : nilSymbol }
        func missing(_ index: Int) -> Bool { index >= arguments.count || arguments[index] == nilSymbol }
        switch path[0] {
        case "string" where path.count == 2: return try callString(path[1], arguments, state)
        case "math" where path.count == 2: return try callMath(path[1], arguments, state)
        case "table" where path.count == 2: return try callTable(path[1], arguments, &state)
        default: break
        }
        switch name {
        case "type":
            if arguments.isEmpty { break }
            return [.node(try forEach(arguments[0], state) { try $0.typeName($1, $2) })]
        case "tostring":
            if arguments.isEmpty { break }
            return [.node(guarded(.call(.tostring, [try value(arguments[0], state)]), state.path))]
        case "tonumber":
            if arguments.isEmpty { break }
            if arguments.count > 1, arguments[1] != nilSymbol {
                guard case .integer(let base)? = constantKey(arguments[1]), 2...36 ~= base else { throw refuse("calls 'tonumber' with a computed base") }
                return [.node(guarded(.call(.parse(base: Int(base)), [try value(arguments[0], state)]), state.path))]
            }
            if case .record = arguments[0] { return [nilSymbol] }
            return [.node(guarded(.call(.tonumber, [try value(arguments[0], state)]), state.path))]
        case "assert":
            if arguments.isEmpty { break }
            let test = try condition(arguments[0], state)
            let holds = whereTrue(test)
            let fails = paths.and(state.path, paths.not(holds))
            if fails != PathConditions.never { fail(fails) }
            state.path = paths.and(state.path, holds)
            return state.path == PathConditions.never ? nil : arguments
        case "error":
            fail(state.path)
            return nil
        case "select":
            guard let which = constantKey(argument(0)) else { break }
            if which == .string(Array("#".utf8)) { return [.node(constant(.integer(Int64(arguments.count - 1))))] }
            guard case .integer(let number) = which else { break }
            let rest = arguments.dropFirst()
            if number < 0, -number <= rest.count { return Array(rest.suffix(Int(-number))) }
            if number <= 0 { break }
            return Array(rest.dropFirst(Int(clamping: number - 1)))
        case "ipairs":
            if arguments.isEmpty { break }
            return [.iterator(arguments[0], ofPairs: false), arguments[0], .node(constant(.integer(0)))]
        case "pairs":
            // The items of an array come in their order; those of other tables are Lua's to put in one.
            let isArray = !arguments.isEmpty && options(arguments[0], state).allSatisfy { symbol, state in
                switch symbol {
                case .node(let node): isRead(node)
                case .table(let table): state.heap.tables[table]?.isEmpty ?? false
                default: false
                }
            }
            if !isArray { break }
            return [.iterator(arguments[0], ofPairs: true), arguments[0], nilSymbol]
        case "rawequal":
            if arguments.count < 2 { break }
            return [.node(try equality(arguments[0], arguments[1], state))]
        case "rawget":
            guard case .table = argument(0) else { break }
            return [try index(argument(0), argument(1), state)]
        case "next" where missing(1):
            guard case .table(let table) = argument(0), let entries = state.heap.tables[table], entries.isEmpty else { break }
            return [nilSymbol]
        default: break
        }
        throw refuse("calls '\(name)'")
    }

    private mutating func text(_ text: String) -> Int { constant(.string(Array(text.utf8))) }

    private mutating func typeName(_ symbol: Symbol, _ state: State) throws -> Int {
        switch symbol {
        case .record, .table, .data, .environment: text("table")
        case .function, .closure, .iterator: text("function")
        case .standard(let path): text(path.count == 1 && StandardLibrary.kind(path) == .library ? "table" : "function")
        default: guarded(.call(.type, [try value(symbol, state)]), state.path)
        }
    }

    // MARK: string

    private mutating func callString(_ name: String, _ arguments: [Symbol], _ state: State) throws -> [Symbol] {
        guard let first = arguments.first else { throw refuse("calls 'string.\(name)' without a string") }
        if name == "format" { return [.node(try format(arguments, state))] }
        let subject = try value(first, state)
        func isMissing(_ index: Int) -> Bool { index >= arguments.count || arguments[index] == nilSymbol }
        switch name {
        case "lower": return [.node(guarded(.call(.lower, [subject]), state.path))]
        case "upper": return [.node(guarded(.call(.upper, [subject]), state.path))]
        case "reverse": return [.node(guarded(.call(.reverse, [subject]), state.path))]
        case "len": return [.node(guarded(.call(.length, [subject]), state.path))]
        case "sub":
            let from = arguments.count > 1 ? try value(arguments[1], state) : 0
            let to = isMissing(2) ? constant(.integer(-1)) : try optional(try value(arguments[2], state), .integer(-1))
            return [.node(guarded(.call(.sub, [subject, from, to]), state.path))]
        case "rep":
            guard arguments.count > 1, case .integer(let times)? = constantKey(arguments[1]), times <= 64 else {
                throw refuse("calls 'string.rep' other than with a small constant")
            }
            if !isMissing(2), times > 0 {
                guard case .string(let separator)? = constantKey(arguments[2]) else { throw refuse("calls 'string.rep' with a computed separator") }
                let pieces = [subject] + (1..<times).flatMap { _ in [constant(.string(separator)), subject] }
                return [.node(guarded(.concat(pieces), state.path))]
            }
            return [.node(guarded(.call(.rep, [subject, constant(.integer(times))]), state.path))]
        case "byte":
            let position = isMissing(1) ? constant(.integer(1)) : try optional(try value(arguments[1], state), .integer(1))
            if !isMissing(2), arguments[2] != arguments[1] { throw refuse("calls 'string.byte' for several positions") }
            return [.node(guarded(.call(.byte, [subject, position]), state.path))]
        case "find", "match":
            guard arguments.count > 1, case .string(let pattern)? = constantKey(arguments[1]) else {
                throw refuse("calls 'string.\(name)' with a computed pattern")
            }
            var from: Int64 = 1
            if !isMissing(2) {
                guard case .integer(let position)? = constantKey(arguments[2]), position > .min else {
                    throw refuse("calls 'string.\(name)' from a computed position on")
                }
                from = position
            }
            func part(_ part: LuaMatchPart, _ execution: inout SymbolicExecution) -> Symbol {
                .node(execution.guarded(.call(.match(pattern, from: from, part), [subject]), state.path))
            }
            var captures = Self.captures(pattern)
            if name == "match" { return (captures.isEmpty ? [.capture(0)] : captures).map { part($0, &self) } }
            let isPlain = arguments.count > 3 && constantKey(arguments[3]) != nil && !isMissing(3) && constantKey(arguments[3]) != .boolean(false)
            if arguments.count > 3, constantKey(arguments[3]) == nil { throw refuse("calls 'string.find' plainly or not, by a computed value") }
            let special = Array("^$*+?.([%-".utf8)
            if isPlain || !pattern.contains(where: { special.contains($0) }) {
                let at = guarded(.call(.find(from: from), [subject, constant(.string(pattern))]), state.path)
                let end = add(.arithmetic(.add, at, constant(.integer(Int64(pattern.count) - 1))))
                return [.node(at), .node(choice(at, end, 0))]
            }
            captures = [.start, .end] + captures
            return captures.map { part($0, &self) }
        case "gsub":
            guard arguments.count > 2, case .string(let pattern)? = constantKey(arguments[1]), case .string(let replacement)? = constantKey(arguments[2])
            else { throw refuse("calls 'string.gsub' other than with constant strings") }
            var most = Int64.max
            if !isMissing(3) {
                guard case .integer(let number)? = constantKey(arguments[3]) else { throw refuse("calls 'string.gsub' with a computed number of times") }
                most = number
            }
            return [
                .node(guarded(.call(.gsub(pattern, replacement, most: most), [subject]), state.path)),
                .node(guarded(.call(.gsubCount(pattern, replacement, most: most), [subject]), state.path)),
            ]
        case "char":
            let codes = arguments.map { constantKey($0) }
            let bytes = codes.compactMap { code -> UInt8? in if case .integer(let value)? = code { UInt8(exactly: value) } else { nil } }
            if bytes.count < codes.count { throw refuse("calls 'string.char' with computed bytes") }
            return [.node(constant(.string(bytes)))]
        default: throw refuse("calls 'string.\(name)'")
        }
    }

    /// The captures of a pattern, in the order of their opening; sets and escapes hold none.
    private static func captures(_ pattern: [UInt8]) -> [LuaMatchPart] {
        var captures: [LuaMatchPart] = []
        var at = 0
        while at < pattern.count {
            switch pattern[at] {
            case UInt8(ascii: "%"):
                // What follows is taken as it is, and so are the two characters of `%bxy`.
                at += at + 1 < pattern.count && pattern[at + 1] == UInt8(ascii: "b") ? 3 : 1
            case UInt8(ascii: "["):
                at += at + 1 < pattern.count && pattern[at + 1] == UInt8(ascii: "^") ? 2 : 1
                // The first character of a set may be ']' itself.
                repeat { at += at < pattern.count && pattern[at] == UInt8(ascii: "%") ? 2 : 1 } while at < pattern.count && pattern[at] != UInt8(ascii: "]")
            case UInt8(ascii: "("):
                let isPosition = at + 1 < pattern.count && pattern[at + 1] == UInt8(ascii: ")")
                captures.append(isPosition ? .position(captures.count) : .capture(captures.count))
            default: break
            }
            at += 1
        }
        return captures
    }

    /// An optional argument: nil stands for what it defaults to.
    private mutating func optional(_ node: Int, _ standard: LuaConstant) throws -> Int {
        if let known = program.constant(node) { return known == .nil ? constant(standard) : node }
        let missing = add(.compare(.equal, node, 0))
        return choice(missing, constant(standard), node)
    }

    /// `string.format` with a constant format, as a concatenation.
    private mutating func format(_ arguments: [Symbol], _ state: State) throws -> Int {
        guard case .string(let format)? = constantKey(arguments[0]) else { throw refuse("calls 'string.format' with a computed format") }
        var pieces: [Int] = []
        var plain: [UInt8] = []
        var next = 1
        var at = 0
        func flush(_ execution: inout SymbolicExecution) {
            if !plain.isEmpty { pieces.append(execution.constant(.string(plain))) }
            plain = []
        }
        while at < format.count {
            let byte = format[at]
            at += 1
            if byte != UInt8(ascii: "%") {
                plain.append(byte)
                continue
            }
            if at < format.count, format[at] == UInt8(ascii: "%") {
                plain.append(byte)
                at += 1
                continue
            }
            let start = at
            while at < format.count, "-+ #0".utf8.contains(format[at]) { at += 1 }
            let flags = Set(format[start..<at])
            func digits() -> Int {
                let first = at
                while at < format.count, at - first < 3, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(format[at]) { at += 1 }
                return at - first
            }
            var isValid = digits() <= 2
            let hasPrecision = at < format.count && format[at] == UInt8(ascii: ".")
            if hasPrecision {
                at += 1
                isValid = digits() <= 2 && isValid
            }
            guard at < format.count, isValid, next < arguments.count, Set(flags).count <= 5, at - start < 20 else {
                throw refuse("calls 'string.format' with a format that is not simple")
            }
            let conversion = format[at]
            let modifiers = String(decoding: format[start..<at], as: UTF8.self)
            at += 1
            flush(&self)
            let item = try value(arguments[next], state)
            next += 1
            func allows(_ letters: String) -> Bool { flags.isSubset(of: Set(letters.utf8)) }
            switch UnicodeScalar(conversion) {
            case "d" where allows("-+0 "), "i" where allows("-+0 "), "x" where allows("-#0"), "X" where allows("-#0"), "o" where allows("-#0"):
                let specification = "%" + modifiers + "ll" + String(UnicodeScalar(conversion))
                pieces.append(guarded(.call(.format(specification, .integer), [item]), state.path))
            case "f", "e", "E", "g", "G":
                pieces.append(guarded(.call(.format("%" + modifiers + String(UnicodeScalar(conversion)), .float), [item]), state.path))
            case "c" where allows("-") && !hasPrecision:
                pieces.append(guarded(.call(.format("%" + modifiers + "c", .integer), [item]), state.path))
            case "s" where !modifiers.isEmpty && allows("-"):
                let numbers = modifiers.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
                let text = guarded(.call(.tostring, [item]), state.path)
                let padded = LuaFunction.pad(width: numbers.first ?? 0, precision: hasPrecision ? numbers.last ?? 0 : -1, toLeft: !flags.isEmpty)
                pieces.append(guarded(.call(padded, [text]), state.path))
            case "s" where modifiers.isEmpty: pieces.append(guarded(.call(.tostring, [item]), state.path))
            default: throw refuse("calls 'string.format' with '%\(modifiers)\(UnicodeScalar(conversion))'")
            }
        }
        flush(&self)
        if pieces.isEmpty { return constant(.string([])) }
        return pieces.count == 1 ? pieces[0] : guarded(.concat(pieces), state.path)
    }

    // MARK: math

    private mutating func callMath(_ name: String, _ arguments: [Symbol], _ state: State) throws -> [Symbol] {
        let simple: [String: LuaFunction] = [
            "floor": .floor, "ceil": .ceil, "abs": .abs, "sqrt": .sqrt, "exp": .exp, "sin": .sin, "cos": .cos, "tan": .tan, "asin": .asin, "acos": .acos,
            "deg": .deg, "rad": .rad, "tointeger": .toInteger, "type": .mathType,
        ]
        guard let first = arguments.first else { throw refuse("calls 'math.\(name)' without a number") }
        let number = try value(first, state)
        if let function = simple[name] { return [.node(guarded(.call(function, [number]), state.path))] }
        switch name {
        case "log":
            if arguments.count < 2 || arguments[1] == nilSymbol { return [.node(guarded(.call(.log, [number]), state.path))] }
            switch constantKey(arguments[1]) {
            case .integer(2)?: return [.node(guarded(.call(.log2, [number]), state.path))]
            case .integer(10)?: return [.node(guarded(.call(.log10, [number]), state.path))]
            case .integer(let base)? where base > 0: return [.node(try logarithm(number, .integer(base), state))]
            case .float(let bits)? where Double(bitPattern: bits) > 0 && ![2, 10].contains(Double(bitPattern: bits)):
                return [.node(try logarithm(number, .float(bits), state))]
            default: throw refuse("calls 'math.log' with a computed base")
            }
        case "fmod":
            if arguments.count < 2 { break }
            return [.node(guarded(.call(.remainder, [number, try value(arguments[1], state)]), state.path))]
        case "modf":
            let whole = guarded(.call(.truncate, [number]), state.path)
            let isWhole = add(.compare(.equal, number, whole))
            let fraction = add(.arithmetic(.subtract, number, whole))
            return [.node(whole), .node(choice(isWhole, constant(.float(0)), fraction))]
        case "ult":
            if arguments.count < 2 { break }
            let least = constant(.integer(.min))
            let a = guarded(.arithmetic(.bitXor, number, least), state.path)
            let b = guarded(.arithmetic(.bitXor, try value(arguments[1], state), least), state.path)
            return [.node(add(.compare(.less, a, b)))]
        case "max", "min":
            var best = guarded(.call(.onlyNumber, [number]), state.path)
            for argument in arguments.dropFirst() {
                let other = guarded(.call(.onlyNumber, [try value(argument, state)]), state.path)
                let isBetter = name == "max" ? add(.compare(.less, best, other)) : add(.compare(.less, other, best))
                best = choice(isBetter, other, best)
            }
            return [.node(best)]
        default: break
        }
        throw refuse("calls 'math.\(name)'")
    }

    /// To a base for which the library divides two logarithms.
    private mutating func logarithm(_ number: Int, _ base: LuaConstant, _ state: State) throws -> Int {
        let divisor = add(.call(.log, [constant(base)]))
        return guarded(.arithmetic(.divide, guarded(.call(.log, [number]), state.path), divisor), state.path)
    }

    // MARK: table

    private mutating func callTable(_ name: String, _ arguments: [Symbol], _ state: inout State) throws -> [Symbol] {
        if name == "concat", let list = arguments.first, options(list, state).contains(where: { isRead($0.symbol) }) {
            return [.node(try forEach(list, state) { try $0.concatenation(of: $1, arguments, $2) })]
        }
        guard let first = arguments.first, case .table(let table) = settled(first, state), let count = sequenceLength(table, state) else {
            throw refuse("calls 'table.\(name)' on a table whose length is not known")
        }
        switch name {
        case "concat" where arguments.count <= 2:
            let separator = try separator(arguments)
            var pieces: [Int] = []
            for i in 0..<count {
                if i > 0, !separator.isEmpty { pieces.append(constant(.string(separator))) }
                pieces.append(try value(state.heap.tables[table]![.integer(Int64(i + 1))]!, state))
            }
            if pieces.isEmpty { return [.node(constant(.string([])))] }
            return [.node(guarded(.concat(pieces), state.path))]
        case "insert" where arguments.count == 2:
            if arguments[1] != nilSymbol { state.heap.tables[table]![.integer(Int64(count + 1))] = arguments[1] }
            return []
        case "unpack" where arguments.count == 1: return (0..<count).map { state.heap.tables[table]![.integer(Int64($0 + 1))]! }
        default: throw refuse("calls 'table.\(name)'")
        }
    }

    private func isRead(_ symbol: Symbol) -> Bool { if case .node(let node) = symbol { isRead(node) } else { false } }

    private func separator(_ arguments: [Symbol]) throws -> [UInt8] {
        if arguments.count < 2 || arguments[1] == nilSymbol { return [] }
        guard case .string(let bytes)? = constantKey(arguments[1]) else { throw refuse("calls 'table.concat' with a computed separator") }
        return bytes
    }

    /// `table.concat` of an array of the record's, or of another table that stands in its place: a loop with the text as its variable.
    private mutating func concatenation(of symbol: Symbol, _ arguments: [Symbol], _ state: State) throws -> Int {
        guard case .node(let list) = symbol, isRead(list) else {
            var state = state
            guard case .table = symbol, case .node(let text)? = try callTable("concat", [symbol] + arguments.dropFirst(), &state).first else {
                throw refuse("calls 'table.concat' on a table whose length is not known")
            }
            return text
        }
        if arguments.count > 2 { throw refuse("calls 'table.concat' on a part of an array") }
        let between = constant(.string(try separator(arguments)))
        let rounds = guarded(.count(list), state.path)
        let number = program.reserveLoop()
        let round = program.add(.round(number))
        let item = program.add(.item(list, round))
        let isFirst = program.add(.compare(.equal, round, constant(.integer(1))))
        let text = program.add(.variable(loop: number, 1))
        let (first, more) = (program.add(.concat([item])), program.add(.concat([text, between, item])))
        let (goesOn, next) = (constant(.integer(0)), program.add(.choose(isFirst, first, more)))
        let variables = [LuaLoop.Variable(initial: goesOn, next: goesOn), LuaLoop.Variable(initial: constant(.string([])), next: next)]
        program.add(rounds: rounds, variables: variables, guards: [], number: number)
        return guarded(.result(loop: number, 1), state.path)
    }
}
