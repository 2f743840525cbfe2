internal import Columnar

/// What a window operator computes over sorted rows.
final class WindowComputation: Sendable {
    let columns: [WindowNode.Column]
    let partition: [Expression]
    let order: [SortNode.Key]
    let input: Schema
    private let output: Schema

    init(_ columns: [WindowNode.Column], partition: [Expression], order: [SortNode.Key], input: Schema) throws {
        (self.columns, self.partition, self.order, self.input) = (columns, partition, order, input)
        output = Schema(input.fields + (try columns.map { Field($0.name, try $0.call.resultType(in: input)) }))
    }

    static let rowsPerBatch = 32768

    func partitionColumns(_ rows: Batch) throws -> [Column] { try partition.map { try $0.evaluate(on: rows) } }
    func orderColumns(_ rows: Batch) throws -> [Column] { try order.map { try $0.expression.evaluate(on: rows) } }

    /// The most values that the lists of some partitions may hold together.
    private static let listLimit = 1 << 28

    /// - Throws: `PlanError` where every row is to hold so much of its partition that memory cannot.
    private static func checkSize(of call: WindowCall, _ values: Int, rows: Int) throws(PlanError) {
        if values <= min(listLimit, MemoryPool.shared.limit / 16) { return }
        throw .window(
            call: call.function.text(call.arguments),
            problem: "the lists of \(rows) rows would hold \(values) values together, more than fit into memory; take a smaller frame, or smaller partitions")
    }

    /// The rows with the windows' columns.
    ///
    /// - Parameters:
    ///   - rows: whole partitions, one behind the other, in order; or a part of them that follows what `carries` have seen.
    ///   - carries: one a column, for parts; nil for whole partitions.
    func apply(_ rows: Batch, carries: [WindowCarry]?) throws -> Batch {
        let orderColumns = try self.orderColumns(rows)
        let windows = WindowRows(partition: try partitionColumns(rows), order: orderColumns, count: rows.count)
        let sortKeys = zip(order, orderColumns).map { $0.sortKey($1) }
        var known: [WindowFrame: WindowFrameBounds] = [:]
        func bounds(_ call: WindowCall) -> WindowFrameBounds {
            let frame = call.effectiveFrame
            if let bounds = known[frame] { return bounds }
            let bounds = WindowFrameBounds(frame, rows: windows, order: sortKeys)
            known[frame] = bounds
            return bounds
        }
        var results = rows.columns
        for (i, column) in columns.enumerated() {
            let call = column.call
            let arguments = try call.arguments.map { try $0.evaluate(on: rows) }
            switch call.function {
            case .ranking(let ranking): results.append(ranking.values(windows, carry: carries?[i]))
            case .pick(let pick):
                let other = arguments.count > 1 ? arguments[1].cast(to: arguments[0].type).flattened : nil
                results.append(pick.values(arguments[0], orElse: other, windows, pick.hasFrame ? bounds(call) : nil))
            case .aggregate(let function):
                if function.holdsItsRows { try WindowComputation.checkSize(of: call, bounds(call).memberCount, rows: rows.count) }
                let frames = bounds(call)
                results.append(try PlanError.wrapping { () throws(AggregateFailure) in try function.values(arguments, windows, frames, carry: carries?[i]) })
            }
            carries?[i].advance(windows)
        }
        return Batch(schema: output, columns: results, count: rows.count)
    }
}

/// Sorted morsels of whole partitions, each computed by the worker that pulled it.
final class WindowScan: BatchScan {
    private let base: any BatchScan
    private let computation: WindowComputation

    init(_ base: any BatchScan, _ computation: WindowComputation) { (self.base, self.computation) = (base, computation) }

    func nextMorsel() throws -> (any Morsel)? { try base.nextMorsel().map { WindowMorsel(base: $0, computation: computation) } }
}

private struct WindowMorsel: Morsel {
    let base: any Morsel
    let computation: WindowComputation
    var number: Int { base.number }

    func read(_ emit: (Batch) throws -> Bool) throws {
        let sections = WindowSections(computation, isCarried: false)
        var goesOn = true
        try base.read { batch in
            goesOn = try sections.add(batch, emit)
            return goesOn
        }
        if goesOn { _ = try sections.finish(emit) }
    }
}

/// Sorted morsels whose partitions go over from one to the next: one morsel of them all.
final class CarriedWindowScan: BatchScan {
    private let morsel: Locked<(any Morsel)?>

    init(_ base: any BatchScan, _ computation: WindowComputation) { morsel = Locked(CarriedWindowMorsel(base: base, computation: computation)) }

    func nextMorsel() throws -> (any Morsel)? {
        morsel.withLock { morsel in
            defer { morsel = nil }
            return morsel
        }
    }
}

private struct CarriedWindowMorsel: Morsel {
    let base: any BatchScan
    let computation: WindowComputation
    var number: Int { 0 }

    func read(_ emit: (Batch) throws -> Bool) throws {
        let sections = WindowSections(computation, isCarried: true)
        var goesOn = true
        while goesOn, let morsel = try base.nextMorsel() {
            try morsel.read { batch in
                goesOn = try sections.add(batch, emit)
                return goesOn
            }
        }
        if goesOn { _ = try sections.finish(emit) }
    }
}

/// Cuts passing rows where a section may end, and computes section by section: whole partitions, or whole groups of peers where functions are carried.
private final class WindowSections {
    private let computation: WindowComputation
    private let carries: [WindowCarry]?
    /// Whether any row may be the last of a section.
    private let cutsAnywhere: Bool
    private var held: [Batch] = []
    /// The keys that tell sections apart, of the last row held.
    private var heldKeys: [SortKey] = []
    /// The partition of the last row computed.
    private var lastPartition: [SortKey]?

    init(_ computation: WindowComputation, isCarried: Bool) {
        self.computation = computation
        carries = isCarried ? computation.columns.map { _ in WindowCarry() } : nil
        cutsAnywhere = isCarried && !computation.columns.contains { $0.call.looksAtPeers }
    }

    /// Takes rows in order; returns whether more are wanted.
    func add(_ batch: Batch, _ emit: (Batch) throws -> Bool) throws -> Bool {
        if batch.count == 0 { return true }
        if cutsAnywhere { return try compute([batch], emit) }
        let keys = try computation.partitionColumns(batch) + (carries == nil ? [] : try computation.orderColumns(batch))
        var cut = WindowRows.lastChange(keys, count: batch.count)
        if cut == nil, !held.isEmpty, SortKey.compare(heldKeys, 0, keys.map { SortKey($0) }, 0) != 0 { cut = 0 }
        heldKeys = WindowSections.lastRow(keys, batch.count)
        guard let cut else {
            held.append(batch)
            return true
        }
        if cut > 0 { held.append(batch.slice(0..<cut)) }
        let section = held
        held = [batch.slice(cut..<batch.count)]
        return try compute(section, emit)
    }

    func finish(_ emit: (Batch) throws -> Bool) throws -> Bool {
        if held.isEmpty { return true }
        defer { held = [] }
        return try compute(held, emit)
    }

    private static func lastRow(_ columns: [Column], _ count: Int) -> [SortKey] {
        let last = Values([Int32(truncatingIfNeeded: count - 1)])
        return columns.map { SortKey($0.take(last).compacted()) }
    }

    private func compute(_ parts: [Batch], _ emit: (Batch) throws -> Bool) throws -> Bool {
        let rows = Batch.concatenate(parts, schema: computation.input)
        if let carries {
            let partition = try computation.partitionColumns(rows)
            let continues = lastPartition.map { SortKey.compare($0, 0, partition.map { SortKey($0) }, 0) == 0 } ?? false
            for carry in carries { carry.continues = continues }
            lastPartition = WindowSections.lastRow(partition, rows.count)
        }
        let result = try computation.apply(rows, carries: carries)
        if result.count <= WindowComputation.rowsPerBatch { return try emit(result) }
        for start in stride(from: 0, to: result.count, by: WindowComputation.rowsPerBatch) {
            if try !emit(result.slice(start..<min(start + WindowComputation.rowsPerBatch, result.count))) { return false }
        }
        return true
    }
}
