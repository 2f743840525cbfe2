/// Loops, round by round: each round is computed for all the rows that take part in it at once.
extension LuaEvaluation {
    /// What the variables of a loop hold in the end; rows left to Lua are left by each of them.
    struct LoopResult {
        let demand: RowMask
        let variables: [LuaVector]
    }

    /// Rows that need more rounds are left to Lua, and so are the last few rows of a long loop: it is faster with them.
    private static let mostRounds: Int64 = 10_000
    private static let (longRounds, fewRows): (Int64, Int) = (64, 8)

    func result(ofLoop number: Int, _ demand: RowMask) -> LoopResult {
        if let known = loops[number], known.demand.contains(demand) { return known }
        let demand = loops[number] == nil ? demand : .all(count)
        guard let loop = program.loops[number] else { return LoopResult(demand: demand, variables: []) }
        let result = LoopResult(demand: demand, variables: run(loop, number, demand))
        loops[number] = result
        return result
    }

    private func run(_ loop: LuaLoop, _ number: Int, _ demand: RowMask) -> [LuaVector] {
        let rounds = value(loop.rounds, demand)
        guard let limits = rounds.integers?.broadcast(count) else { return loop.variables.map { _ in .fallBack(count) } }
        var results = loop.variables.map { value($0.initial, demand) }
        var left = demand - limits.mask
        var active = keep(demand & limits.mask) { limits.values[$0] >= 1 }
        let tooLong = keep(active) { limits.values[$0] > Self.mostRounds }
        left = left | tooLong
        active = active - tooLong

        var variables = results
        var rows: Values<Int32>?
        var body: LuaEvaluation?
        var round: Int64 = 1
        while !active.isEmpty {
            let living = active.setCount
            let width = rows?.count ?? count
            func own(_ row: Int) -> Int { rows.map { Int($0[row]) } ?? row }
            func outer(_ mask: RowMask) -> RowMask { rows.map { mask.spread(to: $0, of: count) } ?? mask }
            if round > Self.longRounds, living < Self.fewRows {
                left = left | outer(active)
                break
            }
            if body == nil || living * 2 <= width {
                if living * 2 <= width {
                    // Go on with the rows that take part alone.
                    write(variables, at: rows, into: &results)
                    let kept = active.bitmap.setIndices
                    variables = variables.map { $0.gathered(kept) }
                    rows = rows.map { rows in Values((0..<kept.count).map { rows[Int(kept[$0])] }) } ?? kept
                    active = .all(kept.count)
                }
                body = LuaEvaluation(loop, of: self, rows: rows, count: active.count)
            }
            guard let body else { break }
            body.begin(round, variables)
            var failed = RowMask.none(active.count)
            for item in loop.guards {
                var wanted = active - failed
                if let path = item.path {
                    let holds = body.value(path, wanted)
                    failed = failed | (holds.rowsLeft & wanted)
                    wanted = (holds.truth & wanted) - failed
                }
                if !wanted.isEmpty { failed = failed | (body.value(item.node, wanted).rowsLeft & wanted) }
            }
            var wanted = active - failed
            let next = loop.variables.map { body.value($0.next, wanted) }
            for vector in next { failed = failed | (vector.rowsLeft & wanted) }
            wanted = wanted - failed
            for (index, vector) in next.enumerated() where program.nodes[loop.variables[index].next] != .variable(loop: number, index) {
                variables[index] = wanted.isFull ? vector : LuaVector.choose(wanted, vector, variables[index]).settled()
            }
            left = left | outer(failed)
            active = keep(wanted) { limits.values[own($0)] > round }
            if program.constant(loop.variables[0].next) != .integer(0) {
                guard let status = next[0].integers?.broadcast(active.count) else { break }
                active = keep(active & status.mask) { status.values[$0] == 0 }
            }
            round += 1
        }
        write(variables, at: rows, into: &results)
        return withExtendedLifetime(limits.owner) {
            results.map { vector in
                var vector = vector
                vector.fallBack = vector.fallBack | left
                return vector.settled()
            }
        }
    }

    private func keep(_ rows: RowMask, _ body: (Int) -> Bool) -> RowMask {
        if rows.isEmpty { return rows }
        return RowMask.make(rows.count) { out in
            out.update(repeating: 0, count: max(1, (rows.count + 63) / 64))
            rows.eachRow { row in if body(row) { out[row >> 6] |= 1 << UInt64(truncatingIfNeeded: row & 63) } }
        }
    }

    /// Puts what some rows' variables hold in their places among all.
    private func write(_ variables: [LuaVector], at rows: Values<Int32>?, into results: inout [LuaVector]) {
        guard let rows else {
            results = variables
            return
        }
        let places = Buffer(zeroed: count * 4)
        let place = places.values(of: Int32.self)
        for i in 0..<rows.count { place[Int(rows[i])] = Int32(i) }
        let inverse = Values<Int32>(places, count: count)
        let mask = RowMask.all(rows.count).spread(to: rows, of: count)
        for (index, vector) in variables.enumerated() { results[index] = LuaVector.choose(mask, vector.gathered(inverse), results[index]).settled() }
    }
}
