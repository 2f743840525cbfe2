import Columnar
import Testing

import Engine

@Suite struct JoinTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let left: DataType
        let right: DataType
        let rows: Int
        let variety: Int
        let kind: FrameJoinNode.Kind
        let running: Running
        var testDescription: String { "\(kind.rawValue) of \(left.hiveName) and \(right.hiveName), \(rows) rows, \(running.testDescription)" }
    }

    private static let cases = Running.all.flatMap { running in
        [FrameJoinNode.Kind.inner, .left, .leftSemi, .leftAnti].flatMap { kind in
            [
                Case(left: .long, right: .long, rows: 1500, variety: 2000, kind: kind, running: running),
                Case(left: .int, right: .long, rows: 900, variety: 300, kind: kind, running: running),
                Case(left: .string, right: .string, rows: 1500, variety: 1500, kind: kind, running: running),
                Case(left: .double, right: .int, rows: 600, variety: 300, kind: kind, running: running),
                // One key that has all rows: nothing can be parted.
                Case(left: .int, right: .int, rows: 60, variety: 1, kind: kind, running: running),
                Case(left: .int, right: .int, rows: 0, variety: 1, kind: kind, running: running),
            ]
        }
    }

    private func isSame(_ a: Value, _ b: Value) -> Bool {
        func number(_ value: Value) -> Double? {
            switch value {
            case .integer(let x): Double(x)
            case .double(let x): x
            default: nil
            }
        }
        if a == .null || b == .null { return false }
        if let x = number(a), let y = number(b) { return x == y || (x.isNaN && y.isNaN) }
        return a == b
    }

    @Test(arguments: cases) func pairsAreThoseOfTwoLoops(_ test: Case) throws {
        let left = Schema([Field("k", test.left), Field("l", .int)])
        let right = Schema([Field("k", test.right), Field("r", .string)])
        let (leftBatches, rightBatches) = (
            randomBatches(left, rows: test.rows, batchRows: 200, variety: test.variety, seed: 1),
            randomBatches(right, rows: test.rows, batchRows: 300, variety: test.variety, seed: 2)
        )
        let node = FrameJoinNode(
            memory(left, leftBatches), memory(right, rightBatches), keys: try JoinKeys(left: [FieldPath("k")], right: [FieldPath("k")]), kind: test.kind)
        func rows(_ batches: [Batch]) -> [[Value]] { batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } } }
        let (lefts, rights) = (rows(leftBatches), rows(rightBatches))
        var expected: [[Value]] = []
        for l in lefts {
            let partners = rights.filter { isSame(l[0], $0[0]) }
            switch test.kind {
            case .inner: expected += partners.map { l + $0 }
            case .left: expected += partners.isEmpty ? [l + [.null, .null]] : partners.map { l + $0 }
            case .leftSemi: if !partners.isEmpty { expected.append(l) }
            case .leftAnti: if partners.isEmpty { expected.append(l) }
            }
        }
        let found = try test.running.rows(of: node)
        if test.running.budget == nil {
            // In memory the order is that of both inputs.
            #expect(found.map(keyText) == expected.map(keyText))
        } else {
            #expect(found.map(keyText).sorted() == expected.map(keyText).sorted())
        }
    }
}
