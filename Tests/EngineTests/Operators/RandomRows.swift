import Columnar
import Testing

import Engine

/// SplitMix64: the same numbers on every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A value of a type; one in `1 / nulls` is null, and there are about `variety` different ones.
func randomValue(_ type: DataType, variety: Int, nulls: Int, _ random: inout SeededRandom) -> Value {
    if nulls > 0, Int.random(in: 0..<nulls, using: &random) == 0 { return .null }
    let n = Int.random(in: 0..<variety, using: &random)
    switch type {
    case .null: return .null
    case .boolean: return .boolean(n % 2 == 0)
    case .byte: return .integer(Int64(n % 100) - 50)
    case .short, .int, .long: return .integer(Int64(n) - 20)
    case .float, .double: return .double([0, -0.0, .nan, .infinity, -1.5][n % 7 < 5 ? n % 7 : 0] + (n % 7 < 5 ? 0 : Double(n) / 4))
    case .decimal(_, let scale): return .decimal(unscaled: Int128(n * 7 - 100), scale: scale)
    case .string: return .string(n % 3 == 0 ? "s\(n)" : "a prefix that many strings share \(n)")
    case .binary: return .binary(Array("b\(n)".utf8))
    case .date: return .date(Int32(n - 5))
    case .timestamp: return .timestamp(Int64(n) * 1_000_003)
    case .array(let element): return .array((0..<n % 3).map { _ in randomValue(element, variety: variety, nulls: nulls, &random) })
    case .struct(let fields): return .struct(fields.map { StructValueField($0.name, randomValue($0.type, variety: variety, nulls: nulls, &random)) })
    default: return .null
    }
}

/// Rows of a schema, in batches as a source would cut them, the odd ones with dictionaries.
func randomBatches(_ schema: Schema, rows: Int, batchRows: Int = 700, variety: Int, nulls: Int = 8, seed: UInt64) -> [Batch] {
    var random = SeededRandom(seed: seed)
    var batches: [Batch] = []
    for start in stride(from: 0, to: rows, by: batchRows) {
        let count = min(batchRows, rows - start)
        let columns = schema.fields.map { field -> Column in
            let column = Column(field.type, values: (0..<count).map { _ in randomValue(field.type, variety: variety, nulls: nulls, &random) })
            guard batches.count % 2 == 1, field.type == .string else { return column }
            let identity = Values((0..<Int32(count)).map { $0 })
            return Column(type: field.type, count: count, storage: .dictionary(indices: identity, values: column))
        }
        batches.append(Batch(schema: schema, columns: columns, count: count))
    }
    return batches
}

func memory(_ schema: Schema, _ batches: [Batch]) -> PlanNode { ScanNode(MemorySource(name: "rows", schema: schema, batches: batches)) }

/// How an operator is made to run in a test.
struct Running: Sendable, CustomTestStringConvertible {
    let threads: Int
    /// Bytes that an operator may hold; nil for any number.
    let budget: Int?
    var testDescription: String { "\(threads) threads, \(budget.map { "\($0) bytes" } ?? "all in memory")" }

    static let all = [
        Running(threads: 1, budget: nil), Running(threads: 3, budget: nil), Running(threads: 1, budget: 20_000), Running(threads: 3, budget: 20_000),
    ]

    func rows(of node: PlanNode) throws -> [[Value]] {
        let context = ExecutionContext(workers: WorkerPool(count: threads), cancellation: Cancellation(), spilling: SpillPolicy(budget: budget))
        let collector = CollectingConsumer()
        try Execution.run(node, context: context, into: collector)
        return collector.batches.flatMap { batch -> [[Value]] in
            let columns = batch.columns.map(\.values)
            return (0..<batch.count).map { row in columns.map { $0[row] } }
        }
    }
}

/// A row as text in which equal keys look alike: -0.0 as 0.0, every NaN as one.
func keyText(_ values: [Value]) -> String {
    func canonical(_ value: Value) -> String {
        switch value {
        case .double(let x): x == 0 ? "0.0" : x.isNaN ? "nan" : "\(x)"
        case .array(let items): "[\(items.map(canonical).joined(separator: ","))]"
        case .struct(let fields): "{\(fields.map { canonical($0.value) }.joined(separator: ","))}"
        case .string(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
        default: "\(value)"
        }
    }
    return values.map(canonical).joined(separator: " | ")
}
