import Catalog
import Testing
import Jobs

@Suite struct ArrivalBatchTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        /// name, seen, alone, due
        let files: [(String, Double, Bool, Double)]
        let condition: (size: Int, window: Int?)?
        let now: Double
        let due: [String]
        let next: Double?

        init(
            _ name: String, _ files: [(String, Double, Bool, Double)], _ condition: (size: Int, window: Int?)?, at now: Double, due: [String], next: Double? = nil
        ) {
            (testDescription, self.files, self.condition, self.now, self.due, self.next) = (name, files, condition, now, due, next)
        }
    }

    static let cases = [
        Case("nothing waits", [], (3, 60), at: 100, due: []),
        Case("without a condition each file is a batch", [("b", 2, false, 0), ("a", 1, false, 0)], nil, at: 2, due: ["a", "b"]),
        Case("a size of one is none", [("a", 1, false, 0), ("b", 1, false, 0)], (1, 60), at: 1, due: ["a", "b"]),
        Case("too few wait for the window", [("a", 10, false, 0), ("b", 20, false, 0)], (3, 60), at: 30, due: [], next: 70),
        Case("the window counts from the first", [("a", 10, false, 0), ("b", 69, false, 0)], (3, 60), at: 70, due: ["a b"]),
        Case("a tick before the window's end", [("a", 10, false, 0)], (3, 60), at: 69.999, due: [], next: 70),
        Case("the count is enough", [("a", 1, false, 0), ("b", 2, false, 0), ("c", 3, false, 0)], (3, 60), at: 3, due: ["a b c"]),
        Case("full batches first, the rest waits for its own window", [("a", 1, false, 0), ("b", 2, false, 0), ("c", 3, false, 0)], (2, 60), at: 3, due: ["a b"], next: 63),
        Case("the window is 900 seconds where none is named", [("a", 0, false, 0)], (2, nil), at: 10, due: [], next: 900),
        Case("a window of 0 counts as 1", [("a", 10, false, 0)], (2, 0), at: 10.5, due: [], next: 11),
        Case("a long window", [("a", 10, false, 0)], (2, 100_000), at: 11, due: [], next: 100_010),
        Case("a negative size counts as 1", [("a", 10, false, 0)], (-5, 60), at: 10, due: ["a"]),
        Case("files that failed together come alone", [("a", 1, true, 0), ("b", 1, true, 0), ("c", 2, false, 0)], (5, 60), at: 3, due: ["a", "b"], next: 62),
        Case("files that failed wait for their time", [("a", 1, true, 50), ("b", 1, false, 40)], (5, 60), at: 3, due: [], next: 40),
        Case("the clock was set back", [("a", 4000, false, 0)], (5, 60), at: 400, due: ["a"]),
        Case("equal times go by path", [("b", 1, false, 0), ("c", 1, false, 0), ("a", 1, false, 0)], (2, 60), at: 61, due: ["a b", "c"]),
    ]

    @Test(arguments: cases) func batches(_ test: Case) {
        let pending = test.files.map {
            ArrivalRecord(trigger: "t", file: ArrivedFile(path: $0.0, size: 1, modified: 1), seen: $0.1, isAlone: $0.2, due: $0.3)
        }
        let condition = test.condition.map { TriggerRecord.EventBatchingCondition(batchSize: $0.size, batchWindow: $0.window) }
        let batch = ArrivalBatch(pending, condition, at: test.now)
        #expect(batch.due.map { $0.joined(separator: " ") } == test.due)
        #expect(batch.next == test.next)
    }

    @Test func aWindowAloneTakesWhateverCame() {
        let pending = (0..<250).map { ArrivalRecord(trigger: "t", file: ArrivedFile(path: "\(1000 + $0)", size: 1, modified: 1), seen: 0) }
        let batch = ArrivalBatch(pending, TriggerRecord.EventBatchingCondition(batchSize: 100_000, batchWindow: 60), at: 60)
        #expect(batch.due.map(\.count) == [250])
        #expect(batch.due.joined().elementsEqual((0..<250).map { "\(1000 + $0)" }))
    }
}
