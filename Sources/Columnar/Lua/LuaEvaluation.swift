/// Runs a program over one batch.
///
/// Each node is computed at most twice: for the rows that are first asked for, and for all of them when others are asked for later. Where a
/// column is a dictionary and the other operands are constants, an operation runs over the dictionary's entries.
public final class LuaEvaluation {
    let program: LuaProgram
    let lookups: LuaLookups
    /// Nil in the body of a loop.
    let batch: Batch?
    let count: Int
    /// The loop's body that this computes, one round after the other.
    private(set) var frame: Frame?
    private var known: [(result: Result, demand: RowMask)?]
    var places: [Int: (place: Place, demand: RowMask)] = [:]
    var loops: [Int: LoopResult] = [:]

    enum Result {
        case flat(LuaVector)
        case coded(Coded)
    }

    /// Values by the number of a dictionary's entry.
    final class Coded {
        let indices: Values<Int32>
        let entries: LuaVector
        var flat: LuaVector?
        init(_ indices: Values<Int32>, _ entries: LuaVector) { (self.indices, self.entries) = (indices, entries) }
    }

    /// Where a loop's body stands in what is outside of it.
    struct Frame {
        let loop: LuaLoop
        let outer: LuaEvaluation
        /// The rows outside that are this one's; nil for all of them.
        let rows: Values<Int32>?
        var round: Int64 = 0
        var variables: [LuaVector] = []

        func outside(_ mask: RowMask) -> RowMask { rows.map { mask.spread(to: $0, of: outer.count) } ?? mask }
    }

    public init(_ program: LuaProgram, _ lookups: LuaLookups, _ batch: Batch) {
        (self.program, self.lookups, self.batch, count) = (program, lookups, batch, batch.count)
        known = Array(repeating: nil, count: program.nodes.count)
    }

    /// For the body of a loop, in some of the rows of the evaluation that it stands in.
    init(_ loop: LuaLoop, of outer: LuaEvaluation, rows: Values<Int32>?, count: Int) {
        (program, lookups, batch, self.count) = (outer.program, outer.lookups, nil, count)
        known = Array(repeating: nil, count: outer.program.nodes.count)
        frame = Frame(loop: loop, outer: outer, rows: rows)
    }

    /// Starts a round: forgets what differs between rounds.
    func begin(_ round: Int64, _ variables: [LuaVector]) {
        frame?.round = round
        frame?.variables = variables
        guard let loop = frame?.loop else { return }
        for node in loop.isVariable.indices where loop.isVariable[node] { known[node] = nil }
        places = places.filter { !loop.varies($0.key) }
        loops = [:]
    }

    /// A node's value in every row of `demand`.
    public func value(_ node: Int, _ demand: RowMask) -> LuaVector { flat(result(node, demand)) }

    /// The value as a column, with nulls outside of `demand`; a dictionary's values stay one where each entry is a string or nil and all rows are asked for.
    public func column(_ node: Int, _ demand: RowMask) -> LuaColumn {
        if demand.isFull, case .coded(let coded) = result(node, demand), coded.entries.fallBack.isEmpty {
            switch coded.entries.column() {
            case .column(let values) where values.type == .string:
                let present = RowMask(values.validity, count: values.count)
                var validity: Bitmap?
                if !present.isFull {
                    validity = RowMask.make(count) { out in
                        for w in 0..<(count + 63) / 64 {
                            var word: UInt64 = 0
                            for i in w * 64..<min(count, w * 64 + 64) { word |= (present[Int(coded.indices[i])] ? 1 : 0) << UInt64(i & 63) }
                            out[w] = word
                        }
                    }.validity
                }
                // A batch may have none of the entries that are strings.
                if let validity, validity.setCount == 0 { return .nothing }
                return .column(Column(type: .string, count: count, validity: validity, storage: .dictionary(indices: coded.indices, values: values)))
            default: break
            }
        }
        let vector = value(node, demand)
        return (demand.isFull ? vector : vector.restricted(to: demand)).column()
    }

    private func flat(_ result: Result) -> LuaVector {
        switch result {
        case .flat(let vector): return vector
        case .coded(let coded):
            if let flat = coded.flat { return flat }
            let vector = coded.entries.gathered(coded.indices)
            coded.flat = vector
            return vector
        }
    }

    private func result(_ node: Int, _ demand: RowMask) -> Result {
        if let (result, covered) = known[node], covered.contains(demand) { return result }
        let demand = known[node] == nil ? demand : .all(count)
        let result = inherited(node, demand) ?? compute(node, demand)
        known[node] = (result, demand)
        return result
    }

    /// In a loop's body: what has the same value in all rounds, as computed outside of it.
    private func inherited(_ node: Int, _ demand: RowMask) -> Result? {
        guard let frame, !frame.loop.varies(node) else { return nil }
        let outside = frame.outer.result(node, frame.outside(demand))
        guard let rows = frame.rows else { return outside }
        switch outside {
        case .flat(let vector): return .flat(vector.gathered(rows))
        case .coded(let coded): return .coded(Coded(Values((0..<rows.count).map { coded.indices[Int(rows[$0])] }), coded.entries))
        }
    }

    private func compute(_ number: Int, _ demand: RowMask) -> Result {
        switch program.nodes[number] {
        case .field(let path): return field(path)
        case .constant(let constant): return .flat(LuaVector(constant, count: count))
        case .fallBack: return .flat(.fallBack(count))
        case .choose(let condition, let a, let b): return .flat(choose(condition, a, b, demand))
        case .arithmetic(let operation, let a, let b): return apply([a, b], demand) { $0.arithmetic(operation, $1[0], $1[1]) }
        case .compare(let relation, let a, let b): return apply([a, b], demand) { $0.compare(relation, $1[0], $1[1]) }
        case .negate(let a): return apply([a], demand) { $0.negate($1[0]) }
        case .not(let a): return apply([a], demand) { $0.not($1[0]) }
        case .length(let a): return apply([a], demand) { $0.length($1[0]) }
        case .concat(let operands): return apply(operands, demand) { $0.concat($1) }
        case .call(let function, let arguments): return apply(arguments, demand) { $0.call(function, $1) }
        case .lookUp(let table, let key): return lookUp(lookups.tables[table], result(key, demand), demand)
        case .count(let list): return .flat(elementCounts(list, demand))
        case .item, .member: return .flat(place(number, demand).values)
        case .round: return .flat(LuaVector(.integer(frame?.round ?? 0), count: count))
        case .variable(_, let variable):
            guard let frame, frame.variables.indices.contains(variable) else { return .flat(.fallBack(count)) }
            return .flat(frame.variables[variable])
        case .result(let loop, let variable):
            let result = result(ofLoop: loop, demand)
            return .flat(result.variables.indices.contains(variable) ? result.variables[variable] : .fallBack(count))
        case .readBack(let assigned, let field):
            var vector = value(assigned, demand)
            if let untouched = vector.untouched, !untouched.isEmpty {
                vector.untouched = nil
                vector = LuaVector.choose(untouched, value(field, demand & untouched), vector)
            }
            vector.nulls = nil
            return .flat(vector.settled())
        }
    }

    private func choose(_ condition: Int, _ a: Int, _ b: Int, _ demand: RowMask) -> LuaVector {
        let test = value(condition, demand)
        let truth = test.truth
        let left = test.fallBack
        let wanted = demand - left
        var result: LuaVector
        if (wanted - truth).isEmpty {
            result = value(a, wanted)
        } else if (wanted & truth).isEmpty {
            result = value(b, wanted)
        } else {
            result = LuaVector.choose(truth, value(a, wanted & truth), value(b, wanted - truth))
        }
        result.fallBack = result.fallBack | left
        return result.settled()
    }

    /// An operation over operands; over entries where at most one dictionary and constants are involved.
    private func apply(_ operands: [Int], _ demand: RowMask, _ body: (LuaKernels, [LuaVector]) -> LuaVector) -> Result {
        let results = operands.map { result($0, demand) }
        var coding: Coded?
        var sharesOne = true
        for result in results {
            switch result {
            case .coded(let coded):
                if let coding, coding.indices.start != coded.indices.start || coding.entries.count != coded.entries.count { sharesOne = false }
                coding = coded
            case .flat(let vector): if vector.constant == nil { sharesOne = false }
            }
        }
        guard let coding, sharesOne else { return .flat(body(LuaKernels(demand), results.map(flat)).settled()) }
        let n = coding.entries.count
        let vectors = results.map { result -> LuaVector in
            switch result {
            case .coded(let coded): coded.entries
            case .flat(let vector): LuaVector(vector.constant ?? .nil, count: n)
            }
        }
        return .coded(Coded(coding.indices, body(LuaKernels(.all(n)), vectors).settled()))
    }

    private func lookUp(_ table: LuaLookup, _ key: Result, _ demand: RowMask) -> Result {
        switch key {
        case .coded(let coded):
            let entries = table.values.gathered(table.positions(of: coded.entries, demand: .all(coded.entries.count)))
            return .coded(Coded(coded.indices, entries))
        case .flat(let vector):
            let coded = Coded(table.positions(of: vector, demand: demand), table.values)
            return table.values.count <= count ? .coded(coded) : .flat(flat(.coded(coded)))
        }
    }

    // MARK: Fields

    private func field(_ path: [String]) -> Result {
        guard let batch else { return .flat(.fallBack(count)) }
        guard let index = batch.schema.index(of: path[0]) else {
            return .flat(path.count == 1 ? LuaVector(nils: count) : .fallBack(count))
        }
        let column = batch.columns[index]
        if path.count > 1 { return .flat(nested(column, path)) }
        if case .dictionary(let indices, let values) = column.storage, values.count < count { return coded(column, indices, values) }
        return .flat(LuaVector(column))
    }

    private func nested(_ column: Column, _ path: [String]) -> LuaVector {
        var column = column
        var present = RowMask.all(count)
        for name in path.dropFirst() {
            column = column.flattened
            guard case .struct(let fields) = column.type, case .struct(let children) = column.storage else { return .fallBack(count) }
            present = present & RowMask(column.validity, count: count)
            guard let child = fields.firstIndex(where: { $0.name == name }) else {
                column = .nulls(.null, count: count)
                continue
            }
            column = children[child]
        }
        var result = LuaVector(column, mask: present)
        result.fallBack = result.fallBack | present.inverted
        return result.settled()
    }

    private func coded(_ column: Column, _ indices: Values<Int32>, _ values: Column) -> Result {
        guard let validity = column.validity, validity.setCount < count else { return .coded(Coded(indices, LuaVector(values))) }
        // Null rows get an entry of their own.
        let entry = Int32(values.count)
        let places = Buffer(size: count * 4)
        let place = places.values(of: Int32.self)
        for i in 0..<count { place[i] = validity[i] ? indices[i] : entry }
        let entries = Values((0..<values.count).map { Int32($0) } + [-1])
        return .coded(Coded(Values(places, count: count), LuaVector(values.take(entries))))
    }
}

/// A program's tables, ready for look-ups; made once, used by every batch.
public struct LuaLookups: Sendable {
    let tables: [LuaLookup]
    public init(_ program: LuaProgram) { tables = program.tables.map { LuaLookup($0) } }
}

extension LuaProgram {
    /// What a node gives that depends on constants alone; nil where Lua would raise.
    public func folded(_ node: LuaNode) -> LuaConstant? {
        if case .lookUp = node { return nil }
        var program = self
        let number = program.add(node)
        let vector = LuaEvaluation(program, LuaLookups(LuaProgram()), Batch(schema: .empty, columns: [], count: 1)).value(number, .all(1))
        if !vector.fallBack.isEmpty { return nil }
        if let constant = vector.constant { return constant }
        if let integers = vector.integers, integers.mask.isFull { return .integer(integers.values[0]) }
        if let floats = vector.floats, floats.mask.isFull { return .float(floats.values[0].bitPattern) }
        if let strings = vector.strings, strings.mask.isFull { return .string(strings.values[0].withBytes { Array($0) }) }
        return nil
    }
}
