import Columnar
import Testing

import Engine

@Suite struct ProjectTests {
    private let schema = Schema([Field("a", .int), Field("b", .int), Field("s", .struct([Field("x", .string)])), Field("c", .string)])

    private func project(_ columns: [(String, String)], _ input: PlanNode) throws -> ProjectNode {
        ProjectNode(input, columns: try columns.map { NamedExpression($0.0, try Expression(parsing: $0.1)) })
    }

    @Test(arguments: Running.all) func columnsAreComputedRowByRow(_ running: Running) throws {
        let batches = randomBatches(schema, rows: 2000, variety: 50, seed: 9)
        let node = try project([("sum", "a + b"), ("c", "upper(c)"), ("a", "b"), ("one", "1")], memory(schema, batches))
        #expect(try node.outputSchema(for: schema).fields == [Field("sum", .int), Field("c", .string), Field("a", .int), Field("one", .int)])
        let found = try running.rows(of: node)
        let rows = batches.flatMap { batch in (0..<batch.count).map { row in batch.columns.map { $0.value(at: row) } } }
        #expect(found.count == rows.count)
        for (mine, row) in zip(found, rows) {
            guard case .integer(let a) = row[0], case .integer(let b) = row[1] else {
                #expect(mine[0] == .null)
                continue
            }
            #expect(mine[0] == .integer(a + b) && mine[2] == row[1] && mine[3] == .integer(1))
        }
        let counter = CountingConsumer()
        try Execution.run(node, columns: [], context: ExecutionContext(workers: WorkerPool(count: 1), cancellation: Cancellation()), into: counter)
        #expect(counter.count == 2000)
    }

    @Test func columnsAndConditionsGoDown() throws {
        let node = try project([("sum", "a + b"), ("d", "c"), ("t", "s")], memory(schema, []))
        #expect(Optimizer.optimize(node, columns: ["sum"]).inputs[0].columns == ["a", "b"])
        let filtered = FilterNode(node, condition: try Expression(parsing: "sum > 3 and d = 'x' and t.x = 'y'"))
        #expect(Optimizer.optimize(filtered).inputs[0].inputs[0].rows?.description == "a + b > 3 AND c = 'x' AND s.x = 'y'")
    }
}
