public import Columnar

/// The rows of several inputs, one after the other.
public final class UnionNode: PlanNode, @unchecked Sendable {
    public init(_ inputs: [PlanNode], options: StageOptions = StageOptions()) { super.init(inputs: inputs, options: options) }

    public override var label: String { "Union" }

    public override var declaredSchema: FrameSchema {
        let schemas = inputs.map(\.declaredSchema)
        guard case .exact(let first)? = schemas.first, schemas.allSatisfy({ $0 == .exact(first) }) else { return .unknown }
        return .exact(first)
    }

    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs.dropFirst().reduce(inputs[0]) { $0.merging($1) } }

    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { inputs.map { _ in columns } }
    public override func requiredRows(_ rows: Expression?) -> [Expression?] { inputs.map { _ in rows } }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let targets: LateFilterTargets = { name in inputs.flatMap { $0.targets?(name) ?? [] } }
        return Stream(isOrdered: inputs.contains { $0.isOrdered }, targets: targets) { context in
            ConcatenatedScan(try inputs.map { try $0.open(context) })
        }
    }
}

/// The first rows, or the first behind some.
public final class LimitNode: PlanNode, @unchecked Sendable {
    public let count: Int
    /// How many rows are passed over before.
    public let offset: Int

    public init(_ input: PlanNode, count: Int, offset: Int = 0, options: StageOptions = StageOptions()) {
        (self.count, self.offset) = (count, offset)
        super.init(inputs: [input], options: options)
    }

    public override var label: String { offset == 0 ? "Limit \(count)" : count == .max ? "Offset \(offset)" : "Limit \(count) offset \(offset)" }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        inputs[0].limited(to: count, offset: offset)
    }
}

extension Stream {
    /// The first rows behind some.
    func limited(to count: Int, offset: Int = 0) -> Stream {
        Stream(isOrdered: true) { context in LimitedScan(base: try open(context), count: count, offset: offset) }
    }
}

private final class LimitedScan: BatchScan {
    let base: any BatchScan
    let left: Locked<(skipped: Int, wanted: Int)>
    init(base: any BatchScan, count: Int, offset: Int) { (self.base, left) = (base, Locked((offset, count))) }

    func nextMorsel() throws -> (any Morsel)? {
        if left.withLock({ $0.wanted }) <= 0 { return nil }
        return try base.nextMorsel().map { LimitedMorsel(base: $0, left: left) }
    }
}

private struct LimitedMorsel: Morsel {
    let base: any Morsel
    let left: Locked<(skipped: Int, wanted: Int)>
    var number: Int { base.number }

    func read(_ emit: (Batch) throws -> Bool) throws {
        try base.read { batch in
            let rows = left.withLock { left in
                let first = min(left.skipped, batch.count)
                left.skipped -= first
                let wanted = min(left.wanted, batch.count - first)
                left.wanted -= wanted
                return first..<first + wanted
            }
            let goesOn = rows.isEmpty ? true : try emit(batch.slice(rows))
            return goesOn && left.withLock { $0.wanted > 0 }
        }
    }
}
