internal import Columnar

/// Takes a batch of a morsel, and gives any number of batches; returns whether more are wanted.
typealias ExpandingStage = (_ batch: Batch, _ emit: (Batch) throws -> Bool) throws -> Bool

extension Stream {
    /// The stream with each batch made into any number of batches.
    ///
    /// - Parameter makeStage: called for each morsel with its number; what it returns gets the morsel's batches, in order, from one thread.
    func expanding(_ makeStage: @escaping @Sendable (_ morsel: Int) -> ExpandingStage) -> Stream {
        Stream(isOrdered: isOrdered) { context in ExpandedScan(base: try open(context), makeStage: makeStage) }
    }
}

private final class ExpandedScan: BatchScan {
    private let base: any BatchScan
    private let makeStage: @Sendable (Int) -> ExpandingStage

    init(base: any BatchScan, makeStage: @escaping @Sendable (Int) -> ExpandingStage) { (self.base, self.makeStage) = (base, makeStage) }

    func nextMorsel() throws -> (any Morsel)? { try base.nextMorsel().map { ExpandedMorsel(base: $0, makeStage: makeStage) } }
}

private struct ExpandedMorsel: Morsel {
    let base: any Morsel
    let makeStage: @Sendable (Int) -> ExpandingStage
    var number: Int { base.number }

    func read(_ emit: (Batch) throws -> Bool) throws {
        let stage = makeStage(number)
        try base.read { batch in
            if batch.count == 0 { return true }
            return try stage(batch) { try $0.count == 0 || emit($0) }
        }
    }
}

/// The schema that an operator makes of a batch's, worked out once for all batches that share one.
final class OutputSchema: Sendable {
    private let known = Locked<(input: Schema, output: Schema)?>(nil)

    func callAsFunction(for input: Schema, _ make: () throws -> Schema) throws -> Schema {
        if let known = known.withLock({ $0 }), known.input === input { return known.output }
        let output = try make()
        known.withLock { $0 = (input, output) }
        return output
    }
}
