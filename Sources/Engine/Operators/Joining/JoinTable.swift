internal import Columnar
internal import Synchronization

/// The built side of a join, or a part of it, found by key.
final class JoinTable: @unchecked Sendable {
    // Sendable: everything is a `let` but for the bytes of `matched`, which are only ever set to 1.
    private let join: HashJoin
    private let rows: Batch
    /// Nil without keys: every row is a partner of every other.
    let index: JoinIndex?
    /// The keys of all rows.
    private let keys: [Column]
    /// A byte a row that is 1 once the row has a partner, where that matters.
    private let matched: Buffer?
    private let nulls: JoinNulls

    /// - Parameter workers: who may help; nil for nobody, on a thread that is one of them.
    init(_ rows: Batch, of join: HashJoin, nulls: JoinNulls, workers: WorkerPool?) throws {
        guard rows.count < Int(Int32.max) else {
            throw PlanError.analysis("the smaller side of a join has \(rows.count) rows, and at most \(Int32.max) fit into memory; give a limit with --memory")
        }
        (self.rows, self.join, self.nulls) = (rows, join, nulls)
        keys = try join.build.keys(rows)
        index = keys.isEmpty ? nil : JoinIndex(keys, count: rows.count, nullsMatch: join.nullsMatch) { jobs, body in workers.run(jobs: jobs, body) }
        if case .nothing = join.building { matched = nil } else { matched = Buffer(zeroed: rows.count) }
    }

    var count: Int { rows.count }

    // MARK: Probing

    /// The rows of the result that a probing batch makes.
    ///
    /// - Parameters:
    ///   - flags: a byte a probing row, set to 1 for those that have a partner, where a batch meets several tables; then it emits pairs alone.
    ///   - emit: returns whether more rows are wanted.
    /// - Returns: whether more rows are wanted.
    func probe(_ batch: Batch, flags: UnsafeMutablePointer<UInt8>? = nil, context: ExecutionContext, _ emit: (Batch) throws -> Bool) throws -> Bool {
        if join.isNullAware, join.buildSide == .right, nulls.builtNull {
            flags?.update(repeating: 1, count: batch.count)
            return true
        }
        if rows.count == 0, !join.isNullAware { return try flags != nil || join.emitUnmatched(batch, flags: nil, emit) }
        let keys = index == nil ? [] : try join.probe.keys(batch)
        let heads = index?.find(keys, count: batch.count)
        if join.isNullAware, join.buildSide == .left { nulls.note(keys[0], isBuilt: false) }
        if join.condition == nil, flags == nil {
            if join.emitsPairs {
                if let heads { mark(heads) } else { markAll() }
                return try forEachBlock(heads, batch.count, keepsUnmatched: join.probing == .padded) { pairs in
                    try context.cancellation.check()
                    return try emit(join.assemble(batch, pairs.probing, rows, pairs.built))
                }
            }
            guard let heads else {
                markAll()
                return try join.emitProbes(batch, Bitmap(repeating: true, count: batch.count), emit)
            }
            if matched != nil {
                mark(heads)
                return true
            }
            var found = JoinIndex.matches(heads)
            // Null is not in an empty list, and nobody knows of any other.
            if join.isNullAware, nulls.builtRows, let presence = keys[0].presence { found = found.or(presence.inverted) }
            return try join.emitProbes(batch, found, emit)
        }
        if let flags, join.isNullAware, nulls.builtRows, let presence = keys.first?.presence {
            for i in 0..<batch.count where !presence[i] { flags[i] = 1 }
        }
        // Which probing rows have a partner shows only once all pairs have been looked at.
        var own: Buffer?
        var flags = flags
        let isLast = flags == nil
        if flags == nil, join.probing != .nothing {
            own = Buffer(zeroed: batch.count)
            flags = own!.values(of: UInt8.self)
        }
        defer { withExtendedLifetime(own) {} }
        let set = matched?.values(of: UInt8.self)
        let goesOn = try forEachBlock(heads, batch.count, keepsUnmatched: false) { pairs in
            try context.cancellation.check()
            try MemoryPool.shared.check()
            let kept = try join.fulfilling(pairs, batch, rows)
            if kept.count == 0 { return true }
            if let flags {
                if let probing = kept.probing {
                    for i in 0..<kept.count { flags[Int(probing.start[i])] = 1 }
                } else {
                    for i in 0..<kept.count where kept.built.start[i] >= 0 { flags[i] = 1 }
                }
            }
            if let set { for i in 0..<kept.count { set[Int(kept.built.start[i])] = 1 } }
            return try join.emitsPairs ? emit(join.assemble(batch, kept.probing, rows, kept.built)) : true
        }
        if !goesOn { return false }
        return try isLast ? join.emitUnmatched(batch, flags: flags, emit) : true
    }

    private func forEachBlock(_ heads: Values<Int32>?, _ count: Int, keepsUnmatched: Bool, _ body: (JoinPairs) throws -> Bool) throws -> Bool {
        if let heads, let index { return try index.forEachBlock(heads, keepsUnmatched: keepsUnmatched, body) }
        return try JoinIndex.forEachBlock(probing: count, built: rows.count, body)
    }

    /// Notes that the keys' first rows have partners; the others follow in `tail`.
    private func mark(_ heads: Values<Int32>) {
        guard let set = matched?.values(of: UInt8.self) else { return }
        for i in 0..<heads.count where heads.start[i] >= 0 { set[Int(heads.start[i])] = 1 }
        withExtendedLifetime(heads) {}
    }

    private func markAll() {
        guard let matched else { return }
        matched.values(of: UInt8.self).update(repeating: 1, count: rows.count)
    }

    // MARK: Built rows

    private static let rowsPerBatch = 32768

    /// The built rows that are rows of the result by themselves, once all rows have probed.
    func tail(context: ExecutionContext, _ emit: (Batch) throws -> Bool) throws -> Bool {
        guard let matched else { return true }
        let set = matched.values(of: UInt8.self)
        if join.condition == nil, let next = index?.next {
            for i in 0..<rows.count where set[i] != 0 && next.start[i] >= 0 { set[Int(next.start[i])] = 1 }
        }
        if join.isNullAware {
            if nulls.probedNull { return true }
            if nulls.probedRows, let presence = keys[0].presence {
                for i in 0..<rows.count where !presence[i] { set[i] = 1 }
            }
        }
        var start = 0
        while start < rows.count {
            try context.cancellation.check()
            let range = start..<min(start + JoinTable.rowsPerBatch, rows.count)
            start = range.upperBound
            let part = rows.slice(range)
            let marks = Bitmap(bytes: set + range.lowerBound, count: range.count)
            if try !join.emitBuilt(part, marks, emit) { return false }
        }
        return true
    }

    /// A key of all rows.
    func keyColumn(_ k: Int) -> Column { keys[k] }
}

/// What `NOT IN` must know of all rows: of an empty list it is true, of one with a null never, and of null only for the empty one.
final class JoinNulls: Sendable {
    private let flags = Atomic<UInt8>(0)

    private func has(_ bit: UInt8) -> Bool { flags.load(ordering: .relaxed) & bit != 0 }
    var builtRows: Bool { has(1) }
    var builtNull: Bool { has(2) }
    var probedRows: Bool { has(4) }
    var probedNull: Bool { has(8) }

    /// Takes note of keys on their way into the table, or past it.
    func note(_ key: Column, isBuilt: Bool) {
        if key.count == 0 { return }
        let bits: UInt8 = key.presence == nil ? 1 : key.nullCount > 0 ? 3 : 1
        flags.bitwiseOr(isBuilt ? bits : bits << 2, ordering: .relaxed)
    }
}

extension HashJoin {
    /// Rows of a probing batch that are rows of the result by themselves.
    ///
    /// - Parameter matched: the rows that have a partner.
    func emitProbes(_ batch: Batch, _ matched: Bitmap, _ emit: (Batch) throws -> Bool) throws -> Bool {
        switch probing {
        case .nothing: return true
        case .matched:
            let kept = selecting(probe, batch).filter(matched)
            return try kept.count == 0 || emit(kept)
        case .unmatched:
            let kept = selecting(probe, batch).filter(matched.inverted)
            return try kept.count == 0 || emit(kept)
        case .marked: return try emit(assembleAlone(probe, batch, marks: matched))
        case .padded:
            let alone = matched.inverted.setIndices
            if alone.count == 0 { return true }
            return try emit(assemble(batch, alone, .empty(build.schema), Values(repeating: -1, count: alone.count)))
        }
    }

    private func selecting(_ side: Side, _ rows: Batch) -> Batch { assembleAlone(side, rows) }

    /// The same from bytes; nil for none that has a partner.
    func emitUnmatched(_ batch: Batch, flags: UnsafeMutablePointer<UInt8>?, _ emit: (Batch) throws -> Bool) throws -> Bool {
        if case .nothing = probing { return true }
        let matched = flags.map { Bitmap(bytes: $0, count: batch.count) } ?? Bitmap(repeating: false, count: batch.count)
        return try emitProbes(batch, matched, emit)
    }

    /// Built rows that are rows of the result by themselves.
    func emitBuilt(_ part: Batch, _ matched: Bitmap, _ emit: (Batch) throws -> Bool) throws -> Bool {
        switch building {
        case .nothing: return true
        case .matched, .unmatched:
            let kept = assembleAlone(build, part).filter(building == .matched ? matched : matched.inverted)
            return try kept.count == 0 || emit(kept)
        case .marked: return try emit(assembleAlone(build, part, marks: matched))
        case .padded:
            let alone = matched.inverted.setIndices
            if alone.count == 0 { return true }
            return try emit(assemble(.empty(probe.schema), Values(repeating: -1, count: alone.count), part, alone))
        }
    }
}

extension Values<Int32> {
    init(repeating value: Int32, count: Int) {
        let buffer = Buffer(size: count * 4)
        buffer.values(of: Int32.self).update(repeating: value, count: count)
        self.init(buffer, count: count)
    }
}

extension Optional<WorkerPool> {
    /// Runs jobs on the pool's threads; one after the other where there is none.
    func run(jobs: Int, _ body: @escaping @Sendable (Int) -> Void) {
        guard let pool = self, jobs > 1, pool.count > 1 else {
            for job in 0..<jobs { body(job) }
            return
        }
        let next = Locked(0)
        pool.run(workers: min(jobs, pool.count)) { _ in
            while true {
                let job = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                if job >= jobs { return }
                body(job)
            }
        }
    }
}
