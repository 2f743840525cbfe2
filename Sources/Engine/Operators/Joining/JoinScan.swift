internal import Columnar

/// The rows of a join: those that each probing batch makes, in its morsel, and at the end the built rows that come by themselves.
///
/// Those are read by whoever ends the last probing morsel, or asks for one more after it.
final class JoinScan: BatchScan {
    private let base: any BatchScan
    fileprivate let join: HashJoin
    fileprivate let table: JoinTable
    fileprivate let context: ExecutionContext

    private struct State {
        /// Morsels that are being read, or asked for.
        var outstanding = 0
        var isExhausted = false
        /// Nobody wants more rows, or the end has been taken.
        var isOver: Bool
        var lastNumber = -1
    }
    private let state: Locked<State>

    init(_ base: any BatchScan, _ table: JoinTable, of join: HashJoin, context: ExecutionContext) {
        (self.base, self.table, self.join, self.context) = (base, table, join, context)
        state = Locked(State(isOver: join.building == .nothing))
    }

    func nextMorsel() throws -> (any Morsel)? {
        state.withLock { $0.outstanding += 1 }
        if let morsel = try base.nextMorsel() {
            state.withLock { $0.lastNumber = max($0.lastNumber, morsel.number) }
            return JoinMorsel(number: morsel.number, base: morsel, scan: self)
        }
        return state.withLock { state in
            state.isExhausted = true
            state.outstanding -= 1
            if state.isOver || state.outstanding > 0 { return nil }
            state.isOver = true
            return JoinMorsel(number: state.lastNumber + 1, base: nil, scan: self)
        }
    }

    /// Takes note of the end of a probing morsel.
    ///
    /// - Returns: whether the rows at the end are to be read now.
    fileprivate func end(goesOn: Bool) -> Bool {
        state.withLock { state in
            state.outstanding -= 1
            if !goesOn { state.isOver = true }
            if state.isOver || !state.isExhausted || state.outstanding > 0 { return false }
            state.isOver = true
            return true
        }
    }
}

private struct JoinMorsel: Morsel {
    let number: Int
    /// Nil for the rows at the end.
    let base: (any Morsel)?
    let scan: JoinScan

    func read(_ emit: (Batch) throws -> Bool) throws {
        if let base {
            var goesOn = true
            try base.read { batch in
                if batch.count == 0 { return true }
                goesOn = try scan.table.probe(scan.join.probe.fit(batch), context: scan.context, emit)
                return goesOn
            }
            guard scan.end(goesOn: goesOn) else { return }
        }
        _ = try scan.table.tail(context: scan.context, emit)
    }
}
