public import Columnar

/// Rows drawn at random, the same ones for the same seed and rows.
///
/// A row is drawn by its place in the input, so the input is read as it is: no condition of what comes after goes below the node. (It would move the rows, and
/// `sample` of the same frame would then be another one each time it is used.)
public final class SampleNode: PlanNode, @unchecked Sendable {
    /// How many of the rows, on average: each is taken with this probability, or with replacement so often.
    public let fraction: Double
    public let withReplacement: Bool
    public let seed: Int64
    /// Where the range of numbers begins that draw a row: samples of one input and seed whose ranges do not meet have no row in common.
    public let lowerBound: Double

    public init(_ input: PlanNode, fraction: Double, withReplacement: Bool = false, seed: Int64, lowerBound: Double = 0) {
        (self.fraction, self.withReplacement, self.seed, self.lowerBound) = (fraction, withReplacement, seed, lowerBound)
        super.init(inputs: [input])
    }

    public override var label: String { "Sample" }
    public override var detail: String { "\(fraction)\(withReplacement ? " with replacement" : ""), seed \(seed)" }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let sampler = RowSampler(fraction: fraction, withReplacement: withReplacement, seed: seed, lowerBound: lowerBound)
        if !withReplacement, fraction >= 1, lowerBound <= 0 { return inputs[0] }
        return inputs[0].expanding { morsel in
            var first = 0
            return { batch, emit in
                let rows = sampler.rows(run: morsel, first: first, count: batch.count)
                first += batch.count
                return rows.count == 0 ? true : try emit(batch.take(rows))
            }
        }
    }
}
