public import Columnar
internal import Synchronization

/// Whole numbers at equal distances, made as they are read.
public struct RangeSource: BatchSource {
    public let start: Int64
    public let step: Int64
    /// How many numbers there are.
    public let count: Int

    public static let columns = Schema([Field("id", .long)])
    private static let rowsPerMorsel = 1 << 18
    private static let rowsPerBatch = 1 << 14

    /// The numbers from `start`, before `end`.
    ///
    /// - Throws: `PlanError` for a step of zero, and for more numbers than can be counted.
    public init(start: Int64, end: Int64, step: Int64) throws(PlanError) {
        guard step != 0 else { throw .analysis("range: the step must not be zero") }
        (self.start, self.step) = (start, step)
        let distance = Int128(end) - Int128(start)
        let numbers = distance.signum() == Int128(step).signum() ? (distance + Int128(step) - Int128(step).signum()) / Int128(step) : 0
        guard let count = Int(exactly: numbers) else { throw .analysis("range: there are more numbers between \(start) and \(end) than can be counted") }
        self.count = count
    }

    public var name: String { "range" }
    public var schema: FrameSchema { .exact(Self.columns) }
    public var rowCount: Int? { count }
    public var estimatedBytes: Int? { count.multipliedReportingOverflow(by: 8).partialValue }

    public func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan { RangeScan(self, hasColumn: request.columns?.contains("id") ?? true) }

    fileprivate func read(_ rows: Range<Int>, hasColumn: Bool, _ emit: (Batch) throws -> Bool) throws {
        var first = rows.lowerBound
        while first < rows.upperBound {
            let count = min(RangeSource.rowsPerBatch, rows.upperBound - first)
            let batch: Batch
            if hasColumn {
                let buffer = Buffer(size: count * 8)
                let out = buffer.values(of: Int64.self)
                var value = start &+ Int64(first) &* step
                for i in 0..<count {
                    out[i] = value
                    value = value &+ step
                }
                batch = Batch(schema: RangeSource.columns, columns: [Column(.long, Values<Int64>(buffer, count: count))], count: count)
            } else {
                batch = Batch(schema: .empty, columns: [], count: count)
            }
            first += count
            if try !emit(batch) { return }
        }
    }

    private final class RangeScan: BatchScan {
        let source: RangeSource
        let hasColumn: Bool
        private let next = Atomic<Int>(0)
        init(_ source: RangeSource, hasColumn: Bool) { (self.source, self.hasColumn) = (source, hasColumn) }

        func nextMorsel() -> (any Morsel)? {
            let number = next.add(1, ordering: .relaxed).oldValue
            let (start, isOver) = number.multipliedReportingOverflow(by: RangeSource.rowsPerMorsel)
            guard !isOver, start < source.count else { return nil }
            return RangeMorsel(number: number, source: source, rows: start..<min(source.count, start + RangeSource.rowsPerMorsel), hasColumn: hasColumn)
        }
    }

    private struct RangeMorsel: Morsel {
        let number: Int
        let source: RangeSource
        let rows: Range<Int>
        let hasColumn: Bool
        func read(_ emit: (Batch) throws -> Bool) throws { try source.read(rows, hasColumn: hasColumn, emit) }
    }
}
